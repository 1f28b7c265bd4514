/* The calls that leave the house, made by curl over real TLS to a peer in a thread: what it is sent, what its answer
 * means, and that no connection is opened to where none may go. */
#include "check.h"
#include "courier/channel.h"
#include "envelope/push.h"
#include "envelope/webhook.h"
#include "main/keys.h"
#include "message/json.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- a peer that answers as it was told ---- */

struct peer {
	int listener;
	uint16_t port;
	const char *answer; /* NULL: none, until we hang up */
	size_t flood;       /* so many bytes more */
	char request[16384];
	size_t n;
	unsigned connections;
	pthread_t thread;
};

static struct toc_identity identity;

static bool whole(const struct peer *p)
{
	const char *end = strstr(p->request, "\r\n\r\n"), *length = strstr(p->request, "Content-Length: ");

	return end && length && p->n >= (size_t)(end + 4 - p->request) + (size_t)atoi(length + 16);
}

static void talk(struct peer *p, SSL *ssl)
{
	char bytes[1024];
	int n;

	while (!whole(p) && (n = SSL_read(ssl, bytes, sizeof bytes)) > 0 && p->n + (size_t)n < sizeof p->request) {
		memcpy(p->request + p->n, bytes, (size_t)n);
		p->request[p->n += (size_t)n] = 0;
	}
	if (p->answer)
		SSL_write(ssl, p->answer, (int)strlen(p->answer));
	memset(bytes, 'x', sizeof bytes);
	for (size_t sent = 0; sent < p->flood && SSL_write(ssl, bytes, sizeof bytes) > 0;)
		sent += sizeof bytes;
	if (!p->answer || p->flood)
		while (SSL_read(ssl, bytes, sizeof bytes) > 0)
			;
	SSL_shutdown(ssl);
}

static void *serve(void *ctx)
{
	struct peer *p = ctx;
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	BIO *cert = BIO_new_mem_buf(identity.certificate, -1), *key = BIO_new_mem_buf(identity.key, -1);
	X509 *own = PEM_read_bio_X509(cert, NULL, NULL, NULL);
	EVP_PKEY *secret = PEM_read_bio_PrivateKey(key, NULL, NULL, NULL);
	int fd;

	SSL_CTX_use_certificate(tls, own);
	SSL_CTX_use_PrivateKey(tls, secret);
	while ((fd = accept(p->listener, NULL, NULL)) >= 0) {
		SSL *ssl = SSL_new(tls);
		p->connections++;
		SSL_set_fd(ssl, fd);
		if (SSL_accept(ssl) == 1)
			talk(p, ssl);
		SSL_free(ssl);
		close(fd);
	}
	BIO_free(cert);
	BIO_free(key);
	X509_free(own);
	EVP_PKEY_free(secret);
	SSL_CTX_free(tls);
	return NULL;
}

static void peer_begin(struct peer *p, const char *answer)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	struct toc_error error;

	memset(p, 0, sizeof *p);
	signal(SIGPIPE, SIG_IGN);
	if (!identity.certificate)
		CHECK_INT(toc_identity_make(&identity, 30, &error), 0);
	p->answer = answer;
	p->listener = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(bind(p->listener, (struct sockaddr *)&at, sizeof at) == 0 && listen(p->listener, 8) == 0);
	getsockname(p->listener, (struct sockaddr *)&at, &n);
	p->port = ntohs(at.sin_port);
	pthread_create(&p->thread, NULL, serve, p);
}

static void peer_end(struct peer *p)
{
	shutdown(p->listener, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	close(p->listener);
}

static const char *header(const struct peer *p, const char *name)
{
	static char value[1024];
	char line[64];
	const char *at;

	value[0] = 0;
	snprintf(line, sizeof line, "\n%s:", name); /* at the beginning of a line: a signature may contain any letters */
	if ((at = strcasestr(p->request, line)))
		sscanf(at + strlen(line), " %1023[^\r]", value);
	return value;
}

static struct toc_str body(const struct peer *p)
{
	const char *at = strstr(p->request, "\r\n\r\n");

	return at ? (struct toc_str){ at + 4, p->n - (size_t)(at + 4 - p->request) } : TOC_STR("");
}

/* ---- one call ---- */

static const struct toc_uuid delivery = { { 0x01, 0x98, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 7 } };
static const struct toc_uuid hook = { { 9 } };
static const uint8_t outside[32] = "the key by which we are known.";

struct call {
	struct toc_arena *a;
	struct toc_value *told, *means;
	const char *resolve; /* "host:port:address": what a name means when it is called */
	struct toc_limits limits;
};

static void call_begin(struct call *c, const char *allow)
{
	struct toc_value *list;

	memset(c, 0, sizeof *c);
	c->a = toc_arena_new();
	c->told = toc_value_map(c->a);
	c->means = toc_value_map(c->a);
	list = toc_value_list(c->a);
	if (allow)
		toc_push_text(c->a, list, toc_str_of(allow));
	toc_set(c->a, c->means, "allow", list);
	toc_set_cstr(c->a, c->means, "ca", identity.authority);
	toc_limits_read(NULL, &c->limits);
	c->limits.hook_answer_s = 30; /* the machine may be busy */
}

static struct toc_outcome run(struct call *c, const struct toc_courier_channel *channel)
{
	struct toc_job job = { .id = delivery, .attempt = 1, .way = channel->way, .arena = c->a, .told = c->told,
			       .means = c->means, .limits = &c->limits };
	struct toc_outcome o = { 0 };
	CURL *easy = curl_easy_init();
	struct curl_slist *names = c->resolve ? curl_slist_append(NULL, c->resolve) : NULL;

	if (names)
		curl_easy_setopt(easy, CURLOPT_RESOLVE, names);
	if (channel->start(&job, easy, &o) == 0)
		channel->done(&job, easy, curl_easy_perform(easy), &o);
	curl_easy_cleanup(easy);
	curl_slist_free_all(names);
	return o;
}

static void tell_webhook(struct call *c, const char *url)
{
	struct toc_value *keys = toc_value_list(c->a);

	for (uint32_t generation = 2; generation > 0; generation--) {
		struct toc_value *one = toc_value_map(c->a);
		struct toc_hook_key k;
		toc_hook_key_derive(outside, hook, generation, &k);
		toc_set_text(c->a, one, "secret", toc_base64url(c->a, k.secret, 32));
		toc_set_text(c->a, one, "seed", toc_base64url(c->a, k.seed, 32));
		toc_push(c->a, keys, one);
	}
	toc_set_cstr(c->a, c->told, "url", url);
	toc_set(c->a, c->told, "keys", keys);
	toc_set_cstr(c->a, c->told, "body", "{\"type\":\"tocsin.M4.send\"}");
}

/* A webhook at the peer, which answers so. */
static struct toc_outcome webhook(struct peer *p, const char *answer, const struct toc_courier_channel *channel)
{
	char url[64], allow[32];
	struct call c;

	peer_begin(p, answer);
	snprintf(url, sizeof url, "https://localhost:%u/in?x=1", p->port);
	snprintf(allow, sizeof allow, "localhost:%u", p->port);
	call_begin(&c, allow);
	tell_webhook(&c, url);
	if (!answer)
		c.limits.hook_answer_s = 1;
	struct toc_outcome o = run(&c, channel);
	toc_arena_free(c.a);
	peer_end(p);
	return o;
}
#define ANSWER(status, more) "HTTP/1.1 " status "\r\n" more "Content-Length: 0\r\nConnection: close\r\n\r\n"

/* ---- webhooks ---- */

CASE(a_webhook_gets_a_signed_call_and_says_that_it_has_it)
{
	struct peer p;
	struct toc_outcome o = webhook(&p, ANSWER("204 No Content", ""), &toc_webhook);
	struct toc_hook_key old;
	char id[64], timestamp[32], signature[512];

	CHECK_INT(o.state, TOC_OUTCOME_DELIVERED);
	CHECK_INT(o.code, 204);
	CHECK(!strncmp(p.request, "POST /in?x=1 HTTP/1.1\r\n", 23));
	CHECK_TEXT(toc_str_of(header(&p, "Content-Type")), "application/cloudevents+json; charset=utf-8");
	CHECK_TEXT(body(&p), "{\"type\":\"tocsin.M4.send\"}");
	snprintf(id, sizeof id, "%s", header(&p, "webhook-id"));
	snprintf(timestamp, sizeof timestamp, "%s", header(&p, "webhook-timestamp"));
	snprintf(signature, sizeof signature, "%s", header(&p, "webhook-signature"));
	CHECK_TEXT(toc_str_of(id), "01980000-0000-7000-8000-000000000007"); /* of the delivery: the same at every attempt */
	for (uint32_t generation = 1; generation <= 2; generation++) {
		toc_hook_key_derive(outside, hook, generation, &old);
		CHECK_INT(toc_hook_verify(&old, 1, toc_str_of(id), toc_str_of(timestamp), toc_str_of(signature), body(&p),
					  toc_clock_now()),
			  0);
	}
	toc_hook_key_derive(outside, hook, 3, &old);
	CHECK_INT(toc_hook_verify(&old, 1, toc_str_of(id), toc_str_of(timestamp), toc_str_of(signature), body(&p),
				  toc_clock_now()),
		  TOC_EPROOF);
}

CASE(what_is_answered_means_what_it_says)
{
	static const struct {
		const char *answer;
		enum toc_outcome_state state;
		unsigned wait;
	} cases[] = {
		{ ANSWER("200 OK", ""), TOC_OUTCOME_DELIVERED, 0 },
		{ ANSWER("202 Accepted", ""), TOC_OUTCOME_DELIVERED, 0 },
		{ ANSWER("410 Gone", ""), TOC_OUTCOME_BOUNCED, 0 },
		{ ANSWER("404 Not Found", ""), TOC_OUTCOME_RETRYING, 0 },
		{ ANSWER("401 Unauthorized", "WWW-Authenticate: Basic\r\n"), TOC_OUTCOME_RETRYING, 0 },
		{ ANSWER("500 Internal Server Error", ""), TOC_OUTCOME_RETRYING, 0 },
		{ ANSWER("429 Too Many Requests", "Retry-After: 17\r\n"), TOC_OUTCOME_RETRYING, 17 },
		{ ANSWER("503 Service Unavailable", "Retry-After: 99999999\r\n"), TOC_OUTCOME_RETRYING, 3600 },
		{ "HTTP/1.1 20x what\r\n\r\n", TOC_OUTCOME_RETRYING, 0 },
		{ "SSH-2.0-OpenSSH\r\n", TOC_OUTCOME_RETRYING, 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct peer p;
		struct toc_outcome o = webhook(&p, cases[i].answer, &toc_webhook);
		CHECK_INT(o.state, cases[i].state);
		CHECK_INT(o.wait_s, cases[i].wait);
		CHECK(!o.way_down); /* whatever one of them does, the others are called */
	}
}

CASE(a_redirect_is_not_followed_wherever_it_leads)
{
	struct peer inside, p;
	char answer[128];

	peer_begin(&inside, ANSWER("200 OK", ""));
	snprintf(answer, sizeof answer, ANSWER("307 Temporary Redirect", "Location: https://localhost:%u/\r\n"), inside.port);
	struct toc_outcome o = webhook(&p, answer, &toc_webhook);
	CHECK_INT(o.state, TOC_OUTCOME_RETRYING);
	CHECK_INT(o.code, 307);
	peer_end(&inside);
	CHECK_INT(inside.connections, 0);
}

CASE(an_answer_without_end_and_one_that_never_comes_end_all_the_same)
{
	struct peer p;
	char url[64], allow[32];
	struct call c;

	peer_begin(&p, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
	p.flood = 50u << 20;
	snprintf(url, sizeof url, "https://localhost:%u/", p.port);
	snprintf(allow, sizeof allow, "localhost:%u", p.port);
	call_begin(&c, allow);
	tell_webhook(&c, url);
	struct toc_outcome o = run(&c, &toc_webhook);
	CHECK_INT(o.state, TOC_OUTCOME_DELIVERED); /* it said so before it went on */
	toc_arena_free(c.a);
	peer_end(&p);

	int64_t began = toc_clock_mono_us();
	o = webhook(&p, NULL, &toc_webhook);
	CHECK_INT(o.state, TOC_OUTCOME_RETRYING);
	CHECK(strstr(o.detail, "in time") && toc_clock_mono_us() - began < 20000000);

	o = webhook(&p, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nslow", &toc_webhook);
	CHECK_INT(o.state, TOC_OUTCOME_DELIVERED);
}

CASE(a_certificate_that_nobody_vouches_for_gets_nothing)
{
	struct peer p;
	char url[64], allow[32];
	struct call c;

	peer_begin(&p, ANSWER("200 OK", ""));
	snprintf(url, sizeof url, "https://localhost:%u/", p.port);
	snprintf(allow, sizeof allow, "localhost:%u", p.port);
	call_begin(&c, allow);
	toc_set_cstr(c.a, c.means, "ca", NULL);
	toc_unset(c.means, "ca");
	tell_webhook(&c, url);
	struct toc_outcome o = run(&c, &toc_webhook);
	CHECK_INT(o.state, TOC_OUTCOME_RETRYING);
	CHECK(strstr(o.detail, "certificate") != NULL);
	toc_arena_free(c.a);
	peer_end(&p);
	CHECK_INT(p.n, 0);
}

CASE(an_address_that_must_not_be_called_is_not_even_looked_up)
{
	static const char *const bad[] = { "https://127.0.0.1/", "https://169.254.169.254/latest/", "http://chirplet.eu/",
					   "https://localhost/", "file:///etc/passwd", "https://[::1]/", "" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct call c;
		call_begin(&c, NULL);
		tell_webhook(&c, bad[i]);
		CHECK_INT(run(&c, &toc_webhook).state, TOC_OUTCOME_DEAD);
		toc_arena_free(c.a);
	}
}

/* The name was fine when it was looked at, and means something inside when it is called. */
CASE(a_name_that_leads_inside_when_it_is_called_is_not_connected_to)
{
	static const char *const inside[] = { "127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]",
					      "[64:ff9b::7f00:1]", "[fd00::1]", "100.64.0.1", "0.0.0.0" };
	struct peer p;

	peer_begin(&p, ANSWER("200 OK", ""));
	for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
		char url[64], names[128];
		struct call c;
		call_begin(&c, NULL);
		snprintf(url, sizeof url, "https://hooks.chirplet.eu:8443/");
		snprintf(names, sizeof names, "hooks.chirplet.eu:8443:%s", inside[i]);
		c.resolve = names;
		tell_webhook(&c, url);
		struct toc_outcome o = run(&c, &toc_webhook);
		CHECK_INT(o.state, TOC_OUTCOME_RETRYING);
		CHECK(strstr(o.detail, "inside") != NULL);
		toc_arena_free(c.a);
	}
	/* the same name at the very port of a listener, reached only if the operator allows the name */
	for (int allowed = 0; allowed < 2; allowed++) {
		char url[64], names[128], allow[64];
		struct call c;
		snprintf(allow, sizeof allow, allowed ? "hooks.chirplet.eu:%u" : "other.chirplet.eu:%u", p.port);
		call_begin(&c, allow);
		snprintf(url, sizeof url, "https://hooks.chirplet.eu:%u/", p.port);
		snprintf(names, sizeof names, "hooks.chirplet.eu:%u:127.0.0.1", p.port);
		c.resolve = names;
		tell_webhook(&c, url);
		struct toc_outcome o = run(&c, &toc_webhook);
		CHECK_INT(o.state, allowed ? TOC_OUTCOME_RETRYING : TOC_OUTCOME_DEAD); /* its certificate is localhost's */
		toc_arena_free(c.a);
	}
	peer_end(&p);
	CHECK_INT(p.connections, 1);
	CHECK_INT(p.n, 0);
}

CASE(no_proxy_is_used_whatever_the_environment_says)
{
	struct peer proxy, p;
	char at[64];

	peer_begin(&proxy, ANSWER("200 OK", ""));
	snprintf(at, sizeof at, "http://localhost:%u", proxy.port);
	setenv("https_proxy", at, 1);
	setenv("ALL_PROXY", at, 1);
	CHECK_INT(webhook(&p, ANSWER("200 OK", ""), &toc_webhook).state, TOC_OUTCOME_DELIVERED);
	unsetenv("https_proxy");
	unsetenv("ALL_PROXY");
	peer_end(&proxy);
	CHECK_INT(proxy.connections, 0);
}

CASE(a_gateway_that_has_taken_a_call_has_not_reached_anybody)
{
	struct peer p;

	CHECK_INT(webhook(&p, ANSWER("202 Accepted", ""), &toc_phone).state, TOC_OUTCOME_SENT);
	CHECK_INT(webhook(&p, ANSWER("410 Gone", ""), &toc_phone).state, TOC_OUTCOME_BOUNCED);
}

/* ---- Web Push ---- */

static struct toc_outcome push(struct peer *p, const char *answer, const char *precedence, bool exercise)
{
	struct toc_vapid v;
	char url[64], allow[32];
	struct call c;

	peer_begin(p, answer);
	snprintf(url, sizeof url, "https://localhost:%u/send/abc", p->port);
	snprintf(allow, sizeof allow, "localhost:%u", p->port);
	call_begin(&c, allow);
	toc_vapid_derive(outside, &v);
	toc_set_text(c.a, c.means, "private", toc_base64url(c.a, v.private, 32));
	toc_set_text(c.a, c.means, "public", toc_base64url(c.a, v.public, 65));
	toc_set_cstr(c.a, c.means, "subject", "mailto:ops@example.eu");
	toc_set_cstr(c.a, c.told, "endpoint", url);
	toc_set_cstr(c.a, c.told, "p256dh",
		     "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
	toc_set_cstr(c.a, c.told, "auth", "BTBZMqHH6r4Tts7J_aSIgg");
	toc_set_cstr(c.a, c.told, "precedence", precedence);
	toc_set_bool(c.a, c.told, "exercise", exercise);
	struct toc_outcome o = run(&c, &toc_web_push);
	toc_arena_free(c.a);
	peer_end(p);
	return o;
}

CASE(a_browser_is_woken_and_the_push_service_learns_nothing_but_when)
{
	struct peer p;
	struct toc_outcome o = push(&p, ANSWER("201 Created", ""), "flash", true);

	CHECK_INT(o.state, TOC_OUTCOME_SENT); /* never delivered */
	CHECK_TEXT(toc_str_of(header(&p, "Content-Encoding")), "aes128gcm");
	CHECK_TEXT(toc_str_of(header(&p, "Urgency")), "high");
	CHECK_TEXT(toc_str_of(header(&p, "TTL")), "86400");
	CHECK_TEXT(toc_str_of(header(&p, "Topic")), "exercise-flash");
	CHECK(!strncmp(header(&p, "Authorization"), "vapid t=eyJ", 11));
	CHECK_INT(body(&p).n, TOC_PUSH_OVERHEAD + 128);
	o = push(&p, ANSWER("201 Created", ""), "routine", false);
	CHECK_TEXT(toc_str_of(header(&p, "Urgency")), "low");
	CHECK_TEXT(toc_str_of(header(&p, "Topic")), "actual-routine");
	CHECK_INT(body(&p).n, TOC_PUSH_OVERHEAD + 128);
}

CASE(a_subscription_that_is_gone_is_and_one_that_is_refused_is_tried_again)
{
	struct peer p;

	CHECK_INT(push(&p, ANSWER("410 Gone", ""), "flash", false).state, TOC_OUTCOME_BOUNCED);
	CHECK_INT(push(&p, ANSWER("404 Not Found", ""), "flash", false).state, TOC_OUTCOME_BOUNCED);
	CHECK_INT(push(&p, ANSWER("413 Payload Too Large", ""), "flash", false).state, TOC_OUTCOME_RETRYING);
	struct toc_outcome o = push(&p, ANSWER("429 Too Many Requests", "Retry-After: 5\r\n"), "flash", false);
	CHECK(o.state == TOC_OUTCOME_RETRYING && o.wait_s == 5);
}

RUN_CASES()
