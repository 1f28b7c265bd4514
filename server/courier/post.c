/* post.c: see post.h. */
#include "courier/post.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "envelope/destination.h"

#define ANSWER_MOST 16384 /* bytes that are taken of an answer, headers apart */
#define HEADERS_MOST 65536
#define WAIT_MOST_S 3600 /* whoever asks for more is asked again after an hour */

struct post {
	struct toc_destination to;
	struct toc_allowance allowance;
	struct curl_slist *headers;
	size_t answered, in_headers;
	bool inside; /* it led to an address that must not be reached */
};

static bool address_of(const struct sockaddr *a, uint8_t ret[16])
{
	char text[INET6_ADDRSTRLEN];
	const void *in = a->sa_family == AF_INET ? (const void *)&((const struct sockaddr_in *)(const void *)a)->sin_addr :
						   (const void *)&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;

	return (a->sa_family == AF_INET || a->sa_family == AF_INET6) && inet_ntop(a->sa_family, in, text, sizeof text) &&
	       toc_ip_parse(toc_str_of(text), ret) == 0;
}

/* The one place where a connection begins: this is the address that it goes to. */
static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct post *p = ctx;
	uint8_t address[16];

	(void)purpose;
	if (!address_of(&a->addr, address) || !toc_destination_may_reach(&p->to, &p->allowance, address)) {
		p->inside = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static size_t on_answer(char *bytes, size_t each, size_t n, void *ctx)
{
	struct post *p = ctx;

	(void)bytes;
	p->answered += each * n;
	return p->answered > ANSWER_MOST ? 0 : each * n;
}

static size_t on_header(char *bytes, size_t each, size_t n, void *ctx)
{
	struct post *p = ctx;

	(void)bytes;
	p->in_headers += each * n;
	return p->in_headers > HEADERS_MOST ? 0 : each * n;
}

static void secure(CURL *easy, struct toc_str ca)
{
	struct curl_blob authorities = { (void *)(uintptr_t)ca.p, ca.n, CURL_BLOB_NOCOPY };

	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* whatever the environment says */
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (ca.n)
		curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &authorities);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "Tocsin");
}

int toc_post_start(struct toc_job *job, CURL *easy, struct toc_str url, const char *const *headers, struct toc_str body,
		   struct toc_outcome *ret)
{
	struct post *p = toc_arena_alloc(job->arena, sizeof *p);
	struct toc_error error;

	p->allowance = toc_allowance_of(job->arena, toc_get(job->means, "allow"), toc_get_text(job->told, "org"));
	if (toc_destination_read(job->arena, url, &p->allowance, &p->to, &error) < 0) {
		toc_outcome_set(ret, TOC_OUTCOME_DEAD, 0, "the address must not be called");
		return -1;
	}
	for (size_t i = 0; headers[i]; i++)
		p->headers = curl_slist_append(p->headers, headers[i]);
	p->headers = curl_slist_append(p->headers, "Expect:"); /* no question before the body */
	job->ours = p;
	curl_easy_setopt(easy, CURLOPT_URL, toc_arena_cstr(job->arena, url));
	secure(easy, toc_get_text(job->means, "ca"));
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, p);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, p->headers);
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.p); /* lives as long as the job */
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, p);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, p);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)job->limits->hook_connect_s);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)job->limits->hook_answer_s);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 20L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, job->fresh ? 1L : 0L);
	return 0;
}

static const char *why_none(const struct post *p, CURLcode result)
{
	if (p->inside)
		return "its name leads to an inside address; nothing was sent";
	switch (result) {
	case CURLE_COULDNT_RESOLVE_HOST: return "its name is not known";
	case CURLE_COULDNT_CONNECT: return "it cannot be reached";
	case CURLE_OPERATION_TIMEDOUT: return "it does not answer in time";
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR: return "its TLS or certificate is not to be trusted; nothing was sent";
	case CURLE_ABORTED_BY_CALLBACK: return "we stopped";
	default: return "the connection broke";
	}
}

unsigned toc_post_done(struct toc_job *job, CURL *easy, CURLcode result, struct toc_outcome *ret)
{
	struct post *p = job->ours;
	long status = 0, connections = 1;
	curl_off_t wait = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait);
	if (status < 200 || status > 999 || p->in_headers > HEADERS_MOST)
		status = 0;
	if (!status)
		toc_outcome_set(ret, TOC_OUTCOME_RETRYING, 0, "%s", why_none(p, result));
	/* a connection that was kept may have been closed meanwhile */
	ret->again = !status && connections == 0 && !job->fresh && result != CURLE_OPERATION_TIMEDOUT;
	ret->wait_s = (uint32_t)(wait < 0 ? 0 : wait > WAIT_MOST_S ? WAIT_MOST_S : wait);
	curl_slist_free_all(p->headers);
	job->ours = NULL;
	return (unsigned)status;
}
