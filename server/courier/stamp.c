/* stamp.c: an authority is asked when a checkpoint was there (RFC 3161 over HTTP). Its address is the operator's, so it may
 * be inside, and plain http: what is asked is a digest, and the answer is signed.
 *
 * The answer is read here, where no key and no database is near, and handed on when it is what was asked for. */
#include "courier/channel.h"

#include "base/digest.h"
#include "envelope/tsp.h"
#include "message/json.h"

#define ANSWER_MOST 65536

struct stamping {
	struct toc_tsp *tsp;
	struct curl_slist *headers;
	struct toc_buf answer;
};

static size_t on_answer(char *bytes, size_t each, size_t n, void *ctx)
{
	struct stamping *s = ctx;

	toc_buf_add(&s->answer, bytes, each * n);
	return s->answer.failed ? 0 : each * n;
}

/* told: {"digest": 64 hex}; means: {"url", "ca", "policy"?, "tls_ca"?} */
static int start(struct toc_job *job, CURL *easy, struct toc_outcome *ret)
{
	struct stamping *s = toc_arena_alloc(job->arena, sizeof *s);
	struct toc_error error;
	uint8_t digest[32];

	*s = (struct stamping){ 0 };
	if (toc_hex_decode(toc_get_text(job->told, "digest"), digest, sizeof digest) < 0 ||
	    toc_tsp_new(digest, toc_arena_cstr(job->arena, toc_get_text(job->means, "policy")), &s->tsp, &error) < 0) {
		toc_outcome_set(ret, TOC_OUTCOME_DEAD, 0, "it cannot be asked");
		return -1;
	}
	struct toc_str query = toc_tsp_query(s->tsp);
	toc_buf_init(&s->answer, ANSWER_MOST);
	s->headers = curl_slist_append(curl_slist_append(NULL, "Content-Type: application/timestamp-query"), "Expect:");
	job->ours = s;
	curl_easy_setopt(easy, CURLOPT_URL, toc_arena_cstr(job->arena, toc_get_text(job->means, "url")));
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "Tocsin");
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, s->headers);
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)query.n);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, query.p);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)job->limits->hook_connect_s);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)job->limits->hook_answer_s);
	return 0;
}

static struct toc_str result_of(struct toc_arena *a, const struct stamping *s, const struct toc_tsp_stamp *stamp)
{
	struct toc_str query = toc_tsp_query(s->tsp);
	struct toc_value *v = toc_value_map(a);

	toc_set_text(a, v, "query", toc_base64url(a, query.p, query.n));
	toc_set_text(a, v, "response", toc_base64url(a, s->answer.p, s->answer.n));
	toc_set_text(a, v, "chain", stamp->chain);
	toc_set_int(a, v, "at", stamp->unix_s);
	toc_set_text(a, v, "serial", stamp->serial);
	toc_set_text(a, v, "policy", stamp->policy);
	return toc_json_str(a, v);
}

static void done(struct toc_job *job, CURL *easy, CURLcode result, struct toc_outcome *ret)
{
	struct stamping *s = job->ours;
	struct toc_tsp_stamp stamp;
	struct toc_error error;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (result != CURLE_OK)
		toc_outcome_set(ret, TOC_OUTCOME_RETRYING, 0, "%s", result == CURLE_OPERATION_TIMEDOUT ? "it does not answer in time" :
								     result == CURLE_WRITE_ERROR       ? "its answer is too long" :
								     result == CURLE_COULDNT_CONNECT   ? "it cannot be reached" :
													 "the connection broke");
	else if (status != 200)
		toc_outcome_set(ret, TOC_OUTCOME_RETRYING, (unsigned)(status > 0 && status < 1000 ? status : 0), "refused");
	else if (toc_tsp_check(s->tsp, job->arena, toc_buf_view(&s->answer), toc_get_text(job->means, "ca"), &stamp, &error) < 0)
		toc_outcome_set(ret, TOC_OUTCOME_RETRYING, 200, "%s", error.text);
	else {
		toc_outcome_set(ret, TOC_OUTCOME_DELIVERED, 200, "stamped");
		ret->result = result_of(job->arena, s, &stamp);
	}
	toc_tsp_free(s->tsp);
	curl_slist_free_all(s->headers);
	toc_buf_done(&s->answer);
	job->ours = NULL;
}

const struct toc_courier_channel toc_stamp = {
	.name = "time stamps",
	.way = TOC_WAY_STAMP,
	.means = "stamp",
	.at_once = offsetof(struct toc_limits, hook_connections),
	.start = start,
	.done = done,
};
