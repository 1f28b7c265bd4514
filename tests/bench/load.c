/* load.c: many WebSocket clients over TLS in one thread: the other side of every measurement.
 *
 *   load --to ADDRESS:PORT [--path P] [--protocol NAME] [--keys FILE] [--sender-keys FILE] [--template FILE]
 *        [--hello] [--sources N] [--handshakes N]
 * It does what it is told on its standard input, a line at a time, and answers each line with one line of JSON:
 *
 *   connect n=10000       that many more subscribers, until each has its welcome (without --hello: is upgraded)
 *   senders n=4           connections that send, in turn; they are told everything, too, but not counted. (Between two of
 *                         them there is no order: then "disordered" is no fault.)
 *   publish n=100 window=1 burst=1 rate=0 until=delivered pad=0
 *                         send the template; the next burst goes when fewer than `window` are without their end (answered,
 *                         or delivered to every subscriber), or `rate` times a second whatever comes back; `pad` bytes more in each
 *   inbound n=100         one sender says something that is refused, and waits for the refusal
 *   stall n=10            so many subscribers never read again, and are not expected to
 *   leave                 all subscribers hang up at once, without a word
 *   settle ms=1000        only listen
 *
 * Each message carries a mark, @MARK@ in the template; each subscriber is to see each mark once and in order. Other
 * marks of the template: @ID@ (UUID version 7), @REF@, @TIME@. Pings are answered. Sources are 127.0.1.1 and up: one
 * address has only so many ports, and a server takes only so many connections of one. */
#include "wire.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MOST 19000
#define MESSAGES_MOST 100000
#define KEYS_MOST 1024
#define MARK "bench-mark:"
#define MARK_DIGITS 8
#define PATIENCE_NS INT64_C(90000000000)

enum stage { ABSENT, CONNECTING, SECURING, UPGRADING, GREETING, OPEN, STALLED };

struct client {
	struct wire wire;
	enum stage stage;
	bool sends, wants_out;
	unsigned number;
	int64_t began_ns, seen; /* the newest mark */
};

/* ---- what was asked for ---- */

static struct sockaddr_in to;
static const char *path = "/socket", *protocol;
static char *keys[KEYS_MOST], *sender_keys[KEYS_MOST], *template;
static size_t n_keys, n_sender_keys;
static bool hello;
static unsigned sources = 32, handshakes = 256;

/* ---- where we are ---- */

static struct client *clients;
static unsigned n_clients, n_senders; /* senders come first */
static unsigned n_open, n_lost;
static int ep;
static SSL_CTX *ctx;

static struct {
	bool on, until_answer;
	unsigned n, first, sent, ended, subscribers, pad;
	int64_t *sent_ns, *last_ns, *answered_ns;
	unsigned *arrived;
	uint8_t *seen; /* one bit for each subscriber and message */
	uint32_t *delay_us;
	uint64_t n_delays, bytes, twice, disordered, others; /* others: beats, pings, what else subscribers were told */
	unsigned refused, answers;
	char why[256];
} run;

static unsigned refusals; /* for `inbound` */

static void fail(const char *format, ...)
{
	va_list a;

	va_start(a, format);
	fputs("load: ", stderr);
	vfprintf(stderr, format, a);
	fputc('\n', stderr);
	va_end(a);
	exit(2);
}

/* ---- one connection ---- */

static void lost(struct client *c, const char *what)
{
	if (n_lost++ < 3)
		fprintf(stderr, "load: connection %u is lost: %s (%s)\n", c->number, what, strerror(errno));
	if (c->sends)
		fail("a sender is gone");
	if (c->stage == OPEN)
		n_open--;
	wire_close(&c->wire, true);
	c->stage = ABSENT;
}

static void watch(struct client *c)
{
	bool out = c->wire.n_out > 0 || c->stage == CONNECTING;
	struct epoll_event e = { .events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = c };

	if (out == c->wants_out)
		return;
	c->wants_out = out;
	epoll_ctl(ep, EPOLL_CTL_MOD, c->wire.fd, &e);
}

static void put(struct client *c, const void *bytes, size_t n)
{
	if (wire_write(&c->wire, bytes, n) < 0)
		lost(c, "write");
	else
		watch(c);
}

static void say(struct client *c, unsigned op, const char *payload, size_t n)
{
	static char frame[70000];
	size_t head = wire_head((uint8_t *)frame, op, n, true);

	if (n > sizeof frame - 14)
		fail("a message of %zu bytes", n);
	memcpy(frame + head, payload, n);
	put(c, frame, head + n);
}

static void open_client(struct client *c, bool sends)
{
	struct sockaddr_in from = wire_address(INADDR_LOOPBACK + 256 + c->number % sources, 0);
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail("socket: %s", strerror(errno));
	/* the port is chosen when both ends are known: the same one may serve several sources */
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0 ||
	    (connect(fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS))
		fail("connect: %s", strerror(errno));
	wire_open(&c->wire, fd, ctx, false);
	c->stage = CONNECTING;
	c->sends = sends;
	c->seen = -1;
	c->wants_out = true;
	c->began_ns = wire_now_ns();
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &(struct epoll_event){ .events = EPOLLIN | EPOLLOUT, .data.ptr = c });
}

static void ask_upgrade(struct client *c)
{
	char text[1024];
	const char *key = c->sends && n_sender_keys ? sender_keys[c->number % n_sender_keys] :
	                  n_keys ? keys[c->number % n_keys] : NULL;
	int n = snprintf(text, sizeof text,
	                 "GET %s HTTP/1.1\r\nHost: localhost:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s%s%s%s%s%s\r\n",
	                 path, ntohs(to.sin_port), protocol ? "Sec-WebSocket-Protocol: " : "", protocol ? protocol : "",
	                 protocol ? "\r\n" : "", key ? "Authorization: Bearer " : "", key ? key : "", key ? "\r\n" : "");

	c->stage = UPGRADING;
	put(c, text, (size_t)n);
}

static void opened(struct client *c)
{
	c->stage = OPEN;
	if (!c->sends)
		n_open++;
}

static void upgraded(struct client *c)
{
	if (!hello) {
		opened(c);
		return;
	}
	c->stage = GREETING;
	say(c, 1, "{\"op\":\"hello\"}", 14);
}

/* ---- what arrives ---- */

static void delivered(struct client *c, unsigned mark)
{
	int64_t now = wire_now_ns();

	if (!run.on || mark < run.first || mark >= run.first + run.n)
		return;
	unsigned k = mark - run.first;
	size_t bit = (size_t)(c->number - n_senders) * run.n + k;
	if (run.seen[bit / 8] & 1u << bit % 8) {
		run.twice++;
		return;
	}
	run.seen[bit / 8] |= (uint8_t)(1u << bit % 8);
	if ((int64_t)mark < c->seen)
		run.disordered++;
	c->seen = mark;
	run.delay_us[run.n_delays++] = (uint32_t)((now - run.sent_ns[k]) / 1000);
	run.last_ns[k] = now;
	if (++run.arrived[k] == run.subscribers && !run.until_answer)
		run.ended++;
}

static long number_after(const char *text, size_t n, const char *name)
{
	const char *p = memmem(text, n, name, strlen(name));

	return p && p + strlen(name) < text + n ? strtol(p + strlen(name), NULL, 10) : -1;
}

static void answered(const struct wire_frame *f)
{
	bool refused = memmem(f->payload, f->n, "\"op\":\"refused\"", 14);
	long ref = number_after(f->payload, f->n, "\"ref\":");

	if (refused)
		refusals++;
	if (!run.on || ref < run.first || ref >= (long)(run.first + run.n) || run.answered_ns[ref - run.first])
		return;
	run.answered_ns[ref - run.first] = wire_now_ns();
	run.answers++;
	run.refused += refused;
	if (refused && !run.why[0])
		snprintf(run.why, sizeof run.why, "%.*s", (int)f->n, f->payload);
	if (run.until_answer)
		run.ended++;
}

static void text_came(struct client *c, const struct wire_frame *f)
{
	if (c->stage == GREETING) {
		if (!memmem(f->payload, f->n, "\"op\":\"welcome\"", 14))
			fail("instead of a welcome: %.*s", (int)f->n, f->payload);
		opened(c);
		return;
	}
	const char *mark = memmem(f->payload, f->n, MARK, strlen(MARK));
	if (mark && !c->sends) {
		run.bytes += f->n;
		delivered(c, (unsigned)strtoul(mark + strlen(MARK), NULL, 10));
	} else if (c->sends && !mark) {
		answered(f);
	} else if (!c->sends) {
		run.others++;
	}
}

static void hear(struct client *c)
{
	char *bytes;
	long n;

	while ((n = wire_read(&c->wire, &bytes)) > 0) {
		size_t at = 0, used;
		struct wire_frame f;
		if (c->stage == UPGRADING) {
			char *end = memmem(bytes, (size_t)n, "\r\n\r\n", 4);
			if (end && strncmp(bytes, "HTTP/1.1 101", 12))
				fail("no upgrade: %.*s", (int)n, bytes);
			if (end) {
				at = (size_t)(end + 4 - bytes);
				upgraded(c);
			}
		}
		while (c->stage >= GREETING && (used = wire_frame(bytes + at, (size_t)n - at, &f)) > 0) {
			at += used;
			if (f.op == 1) {
				text_came(c, &f);
			} else if (f.op == 9) {
				run.others += !c->sends;
				say(c, 10, f.payload, f.n);
			} else if (f.op == 8) {
				fprintf(stderr, "load: connection %u is closed with %d\n", c->number,
				        f.n >= 2 ? (uint8_t)f.payload[0] << 8 | (uint8_t)f.payload[1] : 0);
			}
		}
		if (c->stage == ABSENT)
			return;
		wire_keep(&c->wire, bytes + at, (size_t)n - at);
	}
	if (n < 0)
		lost(c, "the server hung up");
}

static void serve(struct client *c, uint32_t events)
{
	if (c->stage == ABSENT || c->stage == STALLED)
		return;
	if (c->stage == CONNECTING) {
		c->stage = SECURING;
		watch(c); /* what the handshake writes always fits */
	}
	if (c->stage == SECURING) {
		int r = events & (EPOLLERR | EPOLLHUP) ? -1 : wire_handshake(&c->wire);
		if (r < 0)
			lost(c, "TLS handshake");
		if (r <= 0)
			return;
		ask_upgrade(c);
		return;
	}
	if (events & EPOLLOUT) {
		if (wire_flush(&c->wire) < 0) {
			lost(c, "write");
			return;
		}
		watch(c);
	}
	hear(c);
}

static void turn(int ms)
{
	struct epoll_event events[512];
	int n = epoll_wait(ep, events, 512, ms);

	for (int i = 0; i < n; i++)
		serve(events[i].data.ptr, events[i].events);
}

/* ---- publishing ---- */

static void uuid7(char ret[37])
{
	uint8_t b[16];
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	uint64_t ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
	if (getrandom(b, sizeof b, 0) != sizeof b)
		fail("getrandom");
	for (int i = 0; i < 6; i++)
		b[i] = (uint8_t)(ms >> (8 * (5 - i)));
	b[6] = (uint8_t)(0x70 | (b[6] & 15));
	b[8] = (uint8_t)(0x80 | (b[8] & 63));
	for (int i = 0, at = 0; i < 16; i++)
		at += snprintf(ret + at, (size_t)(37 - at), "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b[i]);
}

static void send_one(unsigned mark)
{
	static char text[70000];
	char id[37], at[40], ref[16], marked[32];
	struct timespec t;
	struct tm parts;
	size_t n = 0;

	uuid7(id);
	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &parts);
	size_t n_at = strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(at + n_at, sizeof at - n_at, ".%03dZ", (int)(t.tv_nsec / 1000000));
	snprintf(ref, sizeof ref, "%u", mark);
	snprintf(marked, sizeof marked, MARK "%0*u", MARK_DIGITS, mark);
	const struct { const char *name, *text; } fill[] = { { "@ID@", id }, { "@REF@", ref }, { "@MARK@", marked }, { "@TIME@", at } };
	for (const char *p = template; *p && n < sizeof text - 64;) {
		bool filled = false;
		for (size_t i = 0; *p == '@' && i < 4 && !filled; i++)
			if (!strncmp(p, fill[i].name, strlen(fill[i].name))) {
				n += (size_t)snprintf(text + n, 64, "%s", fill[i].text);
				p += strlen(fill[i].name);
				filled = true;
			}
		if (!filled)
			text[n++] = *p++;
	}
	if (run.pad > sizeof text - n)
		fail("pad: at most %zu bytes", sizeof text - n);
	memset(text + n, 'x', run.pad);
	n += run.pad;
	run.sent_ns[mark - run.first] = wire_now_ns();
	say(&clients[mark % n_senders], 1, text, n);
}

static int by_size(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return a < b ? -1 : a > b;
}

static double at_ms(uint32_t *us, size_t n, double q)
{
	return n ? us[(size_t)(q * (double)(n - 1))] / 1e3 : 0;
}

/* Times from sending to `ended`, of the messages that have one. */
static size_t spans(uint32_t *ret_us, const int64_t *ended_ns)
{
	size_t n = 0;

	for (unsigned k = 0; k < run.sent; k++)
		if (ended_ns[k])
			ret_us[n++] = (uint32_t)((ended_ns[k] - run.sent_ns[k]) / 1000);
	qsort(ret_us, n, sizeof *ret_us, by_size);
	return n;
}

static void report_run(double seconds)
{
	uint32_t *us = calloc(run.n, sizeof *us);
	uint64_t expected = (uint64_t)run.n * run.subscribers;

	qsort(run.delay_us, run.n_delays, sizeof *run.delay_us, by_size);
	printf("{\"messages\":%u,\"subscribers\":%u,\"seconds\":%.4f,\"deliveries\":%llu,\"missing\":%llu,\"twice\":%llu,"
	       "\"disordered\":%llu,\"lost\":%u,\"others\":%llu,\"bytes\":%.0f,\"delivery_p50\":%.3f,\"delivery_p99\":%.3f,\"delivery_max\":%.3f,",
	       run.sent, run.subscribers, seconds, (unsigned long long)run.n_delays, (unsigned long long)(expected - run.n_delays),
	       (unsigned long long)run.twice, (unsigned long long)run.disordered, n_lost,
	       (unsigned long long)run.others, run.n_delays ? (double)run.bytes / (double)run.n_delays : 0, at_ms(run.delay_us, run.n_delays, .5),
	       at_ms(run.delay_us, run.n_delays, .99), at_ms(run.delay_us, run.n_delays, 1));
	size_t n = spans(us, run.last_ns);
	printf("\"last_p50\":%.3f,\"last_p99\":%.3f,", at_ms(us, n, .5), at_ms(us, n, .99));
	n = spans(us, run.answered_ns);
	printf("\"answers\":%u,\"refused\":%u,\"answer_p50\":%.3f,\"answer_p99\":%.3f", run.answers, run.refused, at_ms(us, n, .5),
	       at_ms(us, n, .99));
	if (run.why[0])
		fprintf(stderr, "load: refused: %s\n", run.why);
	puts("}");
	free(us);
}

static void publish(unsigned n, unsigned window, unsigned burst, double rate, unsigned pad, bool until_answer)
{
	unsigned first = run.first + run.n;

	if (!n_senders || !template || n == 0 || n > MESSAGES_MOST)
		fail("publish: senders, a template and a number of messages");
	memset(&run, 0, sizeof run);
	n_lost = 0;
	run.n = n;
	run.first = first;
	run.until_answer = until_answer;
	run.pad = pad;
	run.subscribers = n_open;
	run.sent_ns = calloc(n, sizeof *run.sent_ns);
	run.last_ns = calloc(n, sizeof *run.last_ns);
	run.answered_ns = calloc(n, sizeof *run.answered_ns);
	run.arrived = calloc(n, sizeof *run.arrived);
	run.seen = calloc((size_t)n * (n_clients - n_senders) / 8 + 1, 1);
	run.delay_us = calloc((size_t)n * run.subscribers + 1, sizeof *run.delay_us);
	run.on = true;
	int64_t began = wire_now_ns(), end = began + PATIENCE_NS;
	while (wire_now_ns() < end &&
	       (run.sent < n || (until_answer ? run.answers < n : run.n_delays < (uint64_t)n * run.subscribers))) {
		int64_t due = rate > 0 ? began + (int64_t)(run.sent / burst * burst * 1e9 / rate) : 0, now = wire_now_ns();
		bool go = rate > 0 ? now >= due : run.sent - run.ended + burst <= window;
		for (unsigned i = 0; go && i < burst && run.sent < n; i++)
			send_one(run.first + run.sent++);
		int64_t wait = run.sent < n && rate > 0 ? (due - now) / 1000000 : 20;
		turn(go && run.sent < n ? 0 : wait < 0 ? 0 : wait > 20 ? 20 : (int)wait);
	}
	double seconds = (double)(wire_now_ns() - began) / 1e9;
	for (int64_t late = wire_now_ns() + 200000000; wire_now_ns() < late;) /* answers, and what comes twice */
		turn(10);
	run.on = false;
	report_run(seconds);
	free(run.sent_ns);
	free(run.last_ns);
	free(run.answered_ns);
	free(run.arrived);
	free(run.seen);
	free(run.delay_us);
}

/* ---- the other orders ---- */

static void settle(int64_t ms)
{
	for (int64_t end = wire_now_ns() + ms * 1000000; wire_now_ns() < end;)
		turn(10);
}

static unsigned opening(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < n_clients; i++)
		n += clients[i].stage > ABSENT && clients[i].stage < OPEN;
	return n;
}

static void connect_more(unsigned n, bool senders)
{
	int64_t began = wire_now_ns(), end = began + PATIENCE_NS;
	unsigned before = n_open, tries = 0, at = senders ? 0 : n_senders;

	n_lost = 0;
	if (senders && n_clients)
		fail("senders come before subscribers, and once");
	if (n_clients < n_senders + n_open + n)
		n_clients = n_senders + n_open + n;
	if (n_clients > CLIENTS_MOST)
		fail("at most %d connections", CLIENTS_MOST);
	if (senders)
		n_senders = n;
	/* the number in flight is counted as they come and go: looking at all of them in each turn would be the cost */
	for (unsigned in_flight = 0; wire_now_ns() < end;) {
		for (; in_flight < handshakes && at < n_clients; at++) {
			clients[at].number = at;
			if (clients[at].stage != ABSENT)
				continue;
			open_client(&clients[at], senders);
			in_flight++;
			tries++;
		}
		unsigned open_before = n_open, lost_before = n_lost;
		turn(10);
		if (senders) {
			if (!opening())
				break;
			continue;
		}
		in_flight -= n_open - open_before + (n_lost - lost_before);
		if (at == n_clients && n_open - before + n_lost >= n && !opening())
			break;
	}
	double seconds = (double)(wire_now_ns() - began) / 1e9;
	printf("{\"open\":%u,\"made\":%u,\"lost\":%u,\"seconds\":%.4f}\n", n_open, senders ? tries : n_open - before, n_lost, seconds);
}

static void inbound(unsigned n)
{
	static const char text[] = "{\"op\":\"bench\",\"ref\":0}";
	int64_t began = wire_now_ns();
	uint32_t *us = calloc(n, sizeof *us);

	for (unsigned i = 0; i < n; i++) {
		unsigned before = refusals;
		int64_t at = wire_now_ns();
		say(&clients[0], 1, text, sizeof text - 1);
		while (refusals == before && wire_now_ns() < at + PATIENCE_NS)
			turn(10);
		us[i] = (uint32_t)((wire_now_ns() - at) / 1000);
	}
	qsort(us, n, sizeof *us, by_size);
	printf("{\"messages\":%u,\"seconds\":%.4f,\"answer_p50\":%.3f,\"answer_p99\":%.3f}\n", n,
	       (double)(wire_now_ns() - began) / 1e9, at_ms(us, n, .5), at_ms(us, n, .99));
	free(us);
}

static void stall(unsigned n)
{
	unsigned done = 0;

	for (unsigned i = n_senders; i < n_clients && done < n; i++)
		if (clients[i].stage == OPEN) {
			epoll_ctl(ep, EPOLL_CTL_DEL, clients[i].wire.fd, NULL);
			clients[i].stage = STALLED;
			n_open--;
			done++;
		}
	printf("{\"stalled\":%u,\"open\":%u}\n", done, n_open);
}

static void leave(void)
{
	for (unsigned i = n_senders; i < n_clients; i++) {
		wire_close(&clients[i].wire, true);
		clients[i].stage = ABSENT;
	}
	n_clients = n_senders;
	n_open = n_lost = 0;
	puts("{\"open\":0}");
}

static double option(const char *line, const char *name, double otherwise)
{
	const char *p = strstr(line, name);

	return p ? strtod(p + strlen(name), NULL) : otherwise;
}

static void obey(const char *line)
{
	unsigned n = (unsigned)option(line, " n=", 0);

	if (!strncmp(line, "connect", 7)) {
		connect_more(n, false);
	} else if (!strncmp(line, "senders", 7)) {
		connect_more(n, true);
	} else if (!strncmp(line, "publish", 7)) {
		publish(n, (unsigned)option(line, " window=", 1), (unsigned)option(line, " burst=", 1), option(line, " rate=", 0),
		        (unsigned)option(line, " pad=", 0),
		        strstr(line, "until=answered"));
	} else if (!strncmp(line, "inbound", 7)) {
		inbound(n);
	} else if (!strncmp(line, "stall", 5)) {
		stall(n);
	} else if (!strncmp(line, "leave", 5)) {
		leave();
	} else if (!strncmp(line, "settle", 6)) {
		settle((int64_t)option(line, " ms=", 1000));
		printf("{\"open\":%u,\"lost\":%u}\n", n_open, n_lost);
	} else {
		fail("what is \"%s\"?", line);
	}
	fflush(stdout);
}

/* ---- beginning ---- */

static char *read_file(const char *name)
{
	FILE *f = fopen(name, "r");
	char *text = calloc(1, 1 << 20);

	if (!f)
		fail("%s: %s", name, strerror(errno));
	(void)!fread(text, 1, (1 << 20) - 1, f);
	fclose(f);
	return text;
}

static size_t read_keys(const char *name, char *ret[KEYS_MOST])
{
	size_t n = 0;

	for (char *p = strtok(read_file(name), "\n"); p && n < KEYS_MOST; p = strtok(NULL, "\n"))
		ret[n++] = p;
	return n;
}

static void read_options(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *name = argv[i];
		if (!strcmp(name, "--hello")) {
			hello = true;
			continue;
		}
		const char *value = i + 1 < argc ? argv[++i] : "";
		if (!strcmp(name, "--to") && wire_parse(value, &to))
			continue;
		else if (!strcmp(name, "--path"))
			path = value;
		else if (!strcmp(name, "--protocol"))
			protocol = value;
		else if (!strcmp(name, "--keys"))
			n_keys = read_keys(value, keys);
		else if (!strcmp(name, "--sender-keys"))
			n_sender_keys = read_keys(value, sender_keys);
		else if (!strcmp(name, "--template"))
			template = read_file(value);
		else if (!strcmp(name, "--sources"))
			sources = (unsigned)atoi(value);
		else if (!strcmp(name, "--handshakes"))
			handshakes = (unsigned)atoi(value);
		else
			fail("option %s %s", name, value);
	}
	if (!to.sin_port)
		fail("--to 127.0.0.1:PORT");
}

int main(int argc, char **argv)
{
	static char line[4096];
	static size_t n;

	read_options(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	wire_files_allowed();
	ctx = wire_context(false, NULL, NULL);
	ep = epoll_create1(EPOLL_CLOEXEC);
	clients = calloc(CLIENTS_MOST, sizeof *clients);
	for (unsigned i = 0; i < CLIENTS_MOST; i++)
		clients[i].wire.fd = -1;
	/* the orders come through epoll too, so that pings are answered meanwhile */
	static struct client orders;
	epoll_ctl(ep, EPOLL_CTL_ADD, 0, &(struct epoll_event){ .events = EPOLLIN, .data.ptr = &orders });
	for (;;) {
		char *end = memchr(line, '\n', n);
		if (end) {
			char order[sizeof line];
			*end = '\0';
			snprintf(order, sizeof order, "%s", line);
			memmove(line, end + 1, n -= (size_t)(end + 1 - line));
			obey(order);
			continue;
		}
		struct epoll_event events[512];
		int came = epoll_wait(ep, events, 512, -1);
		for (int i = 0; i < came; i++) {
			if (events[i].data.ptr != &orders) {
				serve(events[i].data.ptr, events[i].events);
				continue;
			}
			ssize_t r = read(0, line + n, sizeof line - 1 - n);
			if (r <= 0)
				return 0;
			n += (size_t)r;
		}
	}
}
