/* smtp.c: e-mail, submitted to a relay. TLS is demanded (STARTTLS or from the first byte), the relay's certificate is
 * checked, and a relay that offers neither is told nothing, least of all the password.
 *
 * How far a conversation came says whose failure it was. Before RCPT it is the relay's or ours, whoever the mail
 * is for: the way is down. From RCPT on it is this recipient's. A code of 4xx is "not now", of 5xx "never"; a connection
 * that breaks after the last byte may or may not have been taken, so it is tried again under the same Message-ID.
 * Source: RFC 5321 4.2.1 (codes), 4.5.4.2; RFC 6409 (submission); RFC 8314 (TLS for it). */
#include "courier/channel.h"
#include "courier/mail.h"

#include <stdlib.h>
#include <string.h>

enum stage { CONNECTING, SENDER, RECIPIENT, DATA };

struct transfer {
	struct toc_buf mail;
	size_t at;
	struct curl_slist *to;
	enum stage stage;
};

static size_t on_read(char *into, size_t each, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	size_t left = t->mail.n - t->at, take = left < each * n ? left : each * n;
	if (take)
		memcpy(into, t->mail.p + t->at, take);
	t->at += take;
	return take;
}

static size_t on_answer(char *line, size_t each, size_t n, void *ctx)
{
	(void)line, (void)ctx;
	return each * n;
}

/* What we say tells where we are. */
static int on_said(CURL *easy, curl_infotype type, char *line, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	(void)easy;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	if (n > 5 && !memcmp(line, "MAIL ", 5))
		t->stage = SENDER;
	else if (n > 5 && !memcmp(line, "RCPT ", 5))
		t->stage = RECIPIENT;
	else if (n >= 4 && !memcmp(line, "DATA", 4))
		t->stage = DATA;
	return 0;
}

/* What follows the @ of our own address: how we greet the relay, and where our message ids live. */
static struct toc_str domain_of(struct toc_str address)
{
	const char *at = address.n ? memchr(address.p, '@', address.n) : NULL;
	return at ? (struct toc_str){ at + 1, address.n - (size_t)(at + 1 - address.p) } : address;
}

/* The letter that JOB describes (docs/courier.md). */
static int write_letter(const struct toc_job *job, struct toc_buf *into, struct toc_error *reterr)
{
	const struct toc_value *told = job->told, *languages = toc_get(told, "languages");
	struct toc_str *list = toc_arena_alloc(job->arena, (toc_len(languages) + 1) * sizeof *list);
	struct toc_mail m = {
		.about = toc_get_is(told, "about", "alert") ? TOC_MAIL_ALERT :
		         toc_get_is(told, "about", "test")  ? TOC_MAIL_TEST :
		                                              TOC_MAIL_NOTE,
		.exercise = toc_get_bool(told, "exercise"),
		.from = toc_get_text(job->means, "from"),
		.to = toc_get_text(told, "to"),
		.domain = domain_of(toc_get_text(job->means, "from")),
		.delivery = job->id,
		.at = { toc_get_int(told, "at", 0) },
		.until = { toc_get_int(told, "until", TOC_TIME_NEVER.us) },
		.reference = toc_get_text(told, "reference"),
		.link = toc_get_text(told, "link"),
		.organisation = toc_get_text(told, "organisation"),
		.desk = toc_get_text(told, "desk"),
		.phone = toc_get_text(told, "phone"),
		.languages = list,
		.n_languages = toc_len(languages),
	};
	for (size_t i = 0; i < m.n_languages; i++)
		list[i] = toc_text_of(toc_at(languages, i));
	if (toc_get_text(told, "thread").n && toc_uuid_parse(toc_get_text(told, "thread"), &m.thread) < 0)
		return toc_fail(reterr, TOC_EINVAL, "its thread is no id");
	return toc_mail_write(&m, into, reterr);
}

static int start(struct toc_job *job, CURL *easy, struct toc_outcome *ret)
{
	struct toc_arena *a = job->arena;
	struct toc_str to = toc_get_text(job->told, "to"), from = toc_get_text(job->means, "from");
	struct toc_str user = toc_get_text(job->means, "user"), ca = toc_get_text(job->means, "ca");
	struct transfer *t = toc_arena_alloc(a, sizeof *t);
	struct toc_error error;

	toc_buf_init(&t->mail, TOC_MAIL_MAX);
	if (write_letter(job, &t->mail, &error) < 0) {
		toc_buf_done(&t->mail);
		toc_outcome_set(ret, TOC_OUTCOME_DEAD, 0, "no e-mail can be written of it");
		return -1;
	}
	t->to = curl_slist_append(NULL, toc_arena_cstr(a, to));
	job->ours = t;
	/* the name that we greet with stands in the path */
	struct toc_str url = toc_arena_printf(a, "%.*s/%.*s", TOC_STR_ARGS(toc_get_text(job->means, "url")),
	                                      TOC_STR_ARGS(domain_of(from)));
	curl_easy_setopt(easy, CURLOPT_URL, url.p);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	struct curl_blob authorities = { (void *)(uintptr_t)ca.p, ca.n, CURL_BLOB_NOCOPY };
	if (ca.n)
		curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &authorities);
	if (user.n) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, toc_arena_cstr(a, user));
		curl_easy_setopt(easy, CURLOPT_PASSWORD, toc_arena_cstr(a, toc_get_text(job->means, "password")));
	}
	curl_easy_setopt(easy, CURLOPT_MAIL_FROM, toc_arena_cstr(a, from));
	curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, t->to);
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(easy, CURLOPT_READDATA, t);
	curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->mail.n);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_answer);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L); /* for DEBUGFUNCTION; nothing is printed */
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_said);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, t);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)job->limits->smtp_connect_s);
	curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)job->limits->smtp_answer_s);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)(job->limits->smtp_connect_s + 4 * job->limits->smtp_answer_s));
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 20L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, job->fresh ? 1L : 0L);
	return 0;
}

/* Nothing got as far as a recipient. */
static void relay_failed(CURLcode result, long code, struct toc_outcome *o)
{
	o->way_down = true;
	switch (result) {
	case CURLE_USE_SSL_FAILED:
		toc_outcome_set(o, TOC_OUTCOME_RETRYING, (unsigned)code, "the relay offers no TLS; nothing was sent");
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CACERT_BADFILE:
		toc_outcome_set(o, TOC_OUTCOME_RETRYING, 0, "the relay's TLS or certificate is not to be trusted; nothing was sent");
		break;
	case CURLE_LOGIN_DENIED:
		toc_outcome_set(o, TOC_OUTCOME_RETRYING, (unsigned)code, "the relay does not take our credentials");
		break;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT: toc_outcome_set(o, TOC_OUTCOME_RETRYING, 0, "the relay cannot be reached"); break;
	case CURLE_OPERATION_TIMEDOUT: toc_outcome_set(o, TOC_OUTCOME_RETRYING, 0, "the relay does not answer"); break;
	default: toc_outcome_set(o, TOC_OUTCOME_RETRYING, (unsigned)code, "the relay takes no e-mail now");
	}
}

static void judge(const struct toc_job *job, const struct transfer *t, CURL *easy, CURLcode result, struct toc_outcome *o)
{
	long code = 0, connections = 1;
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
	if (code < 200 || code > 599)
		code = 0;
	bool refused = code >= 400, broken = !refused && result != CURLE_OPERATION_TIMEDOUT;
	if (result == CURLE_OK) {
		toc_outcome_set(o, TOC_OUTCOME_DELIVERED, (unsigned)code, "accepted by the relay");
	} else if (t->stage < RECIPIENT) {
		/* a relay may close a connection that was kept, with or without a word (421) */
		o->again = connections == 0 && !job->fresh && (broken || code == 421);
		relay_failed(result, code, o);
	} else if (code >= 500) {
		toc_outcome_set(o, TOC_OUTCOME_BOUNCED, (unsigned)code, "refused for good");
	} else if (code >= 400) {
		toc_outcome_set(o, TOC_OUTCOME_RETRYING, (unsigned)code, "not taken now");
	} else {
		toc_outcome_set(o, TOC_OUTCOME_RETRYING, 0, "%s", result == CURLE_OPERATION_TIMEDOUT ?
		                                                          "the relay did not answer for this recipient" :
		                                                          "the connection broke");
	}
}

static void done(struct toc_job *job, CURL *easy, CURLcode result, struct toc_outcome *ret)
{
	struct transfer *t = job->ours;
	judge(job, t, easy, result, ret);
	curl_slist_free_all(t->to);
	toc_buf_done(&t->mail);
	job->ours = NULL;
}

const struct toc_courier_channel toc_smtp = {
	.name = "e-mail",
	.way = TOC_WAY_MAIL,
	.means = "smtp",
	.at_once = offsetof(struct toc_limits, smtp_connections),
	.blocks = true, /* for the answer after the letter (curl 7.88 to 8.14: smtp_done) */
	.start = start,
	.done = done,
};
