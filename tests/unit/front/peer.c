/* peer.c: parent, keeper and archive of a front under test; client.c: its clients. Blocking, with a timeout on everything. */
#include "inside.h"

#include "base/log.h"
#include "front/front.h"
#include "message/json.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>


/* ---- certificate ---- */

static char *pem(BIO *b)
{
	char *p;
	long n = BIO_get_mem_data(b, &p);
	char *copy = strndup(p, (size_t)n);

	BIO_free(b);
	return copy;
}

static void make_certificate(char **ret_cert, char **ret_key)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1,
	                           -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_sign(x, key, EVP_sha256());
	BIO *cert = BIO_new(BIO_s_mem()), *secret = BIO_new(BIO_s_mem());
	PEM_write_bio_X509(cert, x);
	PEM_write_bio_PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL);
	*ret_cert = pem(cert);
	*ret_key = pem(secret);
	X509_free(x);
	EVP_PKEY_free(key);
}

/* ---- the front ---- */

void patience(int fd)
{
	struct timeval t = { PATIENCE_MS / 1000, PATIENCE_MS % 1000 * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
}

static int listen_somewhere(int *ret_port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 128) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) < 0)
		DIE("listen: %s", strerror(errno));
	*ret_port = ntohs(a.sin_port);
	return fd;
}

static void pair_of(int type, int *ret_ours, int *ret_theirs)
{
	int fds[2];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) < 0)
		DIE("socketpair");
	*ret_ours = fds[0];
	*ret_theirs = fds[1];
	patience(fds[0]);
}

/* Puts the control socket where a front expects it. */
static struct toc_value *heritage_of(struct toc_arena *a, const char *limits, int control, int keeper, int archive,
                                     int listener)
{
	struct toc_value *h = toc_value_map(a), *tls = toc_value_map(a), *l;
	struct toc_refusal r;
	char *cert, *key;
	int *const given[] = { &keeper, &archive, &listener };

	for (int i = 0; i < 3; i++)
		if (*given[i] == FRONT_CONTROL_FD)
			*given[i] = dup(FRONT_CONTROL_FD);
	if (control != FRONT_CONTROL_FD && dup2(control, FRONT_CONTROL_FD) < 0)
		DIE("dup2");
	make_certificate(&cert, &key);
	toc_set_cstr(a, tls, "cert", cert);
	toc_set_cstr(a, tls, "key", key);
	free(cert);
	free(key);
	toc_set(a, h, "cert_fd_pem", tls);
	toc_set_int(a, h, "keeper_fd", keeper);
	toc_set_int(a, h, "archive_fd", archive);
	toc_set_int(a, h, "listen_fd", listener);
	toc_set_cstr(a, h, "web_root", getenv("FRONT_WEB_ROOT") ? getenv("FRONT_WEB_ROOT") : "");
	toc_set_bool(a, h, "unconfined", getenv("FRONT_UNCONFINED") != NULL);
	toc_set_cstr(a, h, "origin", "https://localhost:8443");
	if (toc_json_parse(a, toc_str_of(limits), 65536, 8, &l, &r) < 0)
		DIE("limits: %s", r.detail);
	toc_set(a, h, "limits", l);
	toc_log_init("front", getenv("FRONT_LOG") ? TOC_LOG_DEBUG : TOC_LOG_ERROR);
	return h;
}

/* What it counts, it counts where we can read. */
static void share_metrics(void)
{
	static int write_fd = -1, read_fd = -1;
	struct toc_error e;

	if (write_fd < 0 && (toc_metrics_create(1, &write_fd, &read_fd, &e) < 0 || toc_metrics_own(write_fd, 0) < 0 ||
	                     toc_metrics_watch(TOC_IS_PART_FRONT, read_fd, 1) < 0))
		DIE("metrics");
}

static int64_t hits_before[TOC_LIMITS];

int64_t front_hits(enum toc_limit limit)
{
	return toc_metrics_read(TOC_METRIC_FRONT_LIMIT, limit) - hits_before[limit];
}

struct front front_start(const char *limits)
{
	struct front f = { .pid = -1 };
	int control, keeper, archive, listener = listen_somewhere(&f.port);

	pair_of(SOCK_SEQPACKET, &f.control, &control);
	pair_of(SOCK_STREAM, &f.keeper, &keeper);
	pair_of(SOCK_STREAM, &f.archive, &archive);
	toc_buf_init(&f.out, TOC_IPC_FRAME_MAX + 64);
	toc_buf_init(&f.in, TOC_IPC_FRAME_MAX + 64);
	share_metrics(); /* the child inherits the page */
	for (unsigned i = 0; i < TOC_LIMITS; i++)
		hits_before[i] = toc_metrics_read(TOC_METRIC_FRONT_LIMIT, i);
	fflush(stdout);
	f.pid = fork();
	if (f.pid == 0) {
		struct toc_arena *a = toc_arena_new();
		close(f.control);
		close(f.keeper);
		close(f.archive);
		int code = toc_front_main(heritage_of(a, limits, control, keeper, archive, listener));
		toc_arena_free(a);
		toc_buf_done(&f.out);
		toc_buf_done(&f.in);
		fflush(stdout);
		exit(code);
	}
	close(control);
	close(keeper);
	close(archive);
	close(listener);
	return f;
}

static void *run_here(void *heritage)
{
	return (void *)(intptr_t)toc_front_main(heritage);
}

struct front front_start_here(const char *limits)
{
	static struct toc_arena *heritage;
	struct front f = { .pid = -1 };
	int control, keeper, archive, listener = listen_somewhere(&f.port);
	pthread_t thread;

	pair_of(SOCK_SEQPACKET, &f.control, &control);
	pair_of(SOCK_STREAM, &f.keeper, &keeper);
	pair_of(SOCK_STREAM, &f.archive, &archive);
	toc_buf_init(&f.out, TOC_IPC_FRAME_MAX + 64);
	toc_buf_init(&f.in, TOC_IPC_FRAME_MAX + 64);
	heritage = toc_arena_new();
	if (pthread_create(&thread, NULL, run_here,
	                   heritage_of(heritage, limits, control, keeper, archive, listener)) != 0)
		DIE("thread");
	return f;
}

void front_ready(struct front *f)
{
	struct toc_frame frame;
	int fd;
	struct pollfd p = { .fd = f->control, .events = POLLIN };

	/* under valgrind, on a busy machine */
	if (poll(&p, 1, 8 * PATIENCE_MS) != 1 || toc_control_receive(f->control, &f->in, &frame, &fd) != 1 ||
	    frame.number != TOC_IPC_READY)
		DIE("the front is not ready");
}

void front_stop(struct front *f)
{
	toc_ipc_begin(&f->out, TOC_IPC_DRAIN);
	if (toc_control_send(f->control, &f->out, -1) < 0)
		DIE("the front is gone already");
	front_wait(f);
}

void front_wait(struct front *f)
{
	int status = -1;

	if (waitpid(f->pid, &status, 0) != f->pid || status != 0)
		DIE("the front ended with status %x", (unsigned)status);
	close(f->control);
	close(f->keeper);
	close(f->archive);
	toc_buf_done(&f->out);
	toc_buf_done(&f->in);
}

void front_tip(struct front *f, uint64_t size)
{
	toc_ipc_begin(&f->out, TOC_IPC_TIP);
	toc_ipc_u64(&f->out, size);
	toc_ipc_u8(&f->out, 1);
	say(f, f->keeper);
}

void front_peer(struct front *f, uint8_t role)
{
	int *old = role == 2 ? &f->keeper : &f->archive, theirs;

	if (*old >= 0)
		close(*old);
	pair_of(SOCK_STREAM, old, &theirs);
	toc_ipc_begin(&f->out, TOC_IPC_PEER);
	toc_ipc_u8(&f->out, role);
	toc_ipc_u16(&f->out, 0);
	if (toc_control_send(f->control, &f->out, theirs) < 0)
		DIE("PEER");
	close(theirs);
}

/* ---- frames ---- */

void say(struct front *f, int fd)
{
	uint32_t n = (uint32_t)(f->out.n - 4);

	for (int i = 0; i < 4; i++)
		f->out.p[i] = (char)(uint8_t)(n >> (24 - 8 * i));
	for (size_t done = 0; done < f->out.n;) {
		ssize_t r = send(fd, f->out.p + done, f->out.n - done, MSG_NOSIGNAL);
		if (r <= 0)
			DIE("the front does not read: %s", strerror(errno));
		done += (size_t)r;
	}
}

static void receive(int fd, void *into, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t r = recv(fd, (char *)into + done, n - done, 0);
		if (r <= 0)
			DIE("nothing from the front: %s", r ? strerror(errno) : "closed");
		done += (size_t)r;
	}
}

struct toc_frame hear_any(struct front *f, int fd)
{
	uint8_t head[6];

	receive(fd, head, sizeof head);
	size_t n = ((size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3]) - 2;
	char *bytes = malloc(n + 1);
	receive(fd, bytes, n);
	toc_buf_clear(&f->in);
	toc_buf_add(&f->in, bytes, n);
	free(bytes);
	return (struct toc_frame){ .number = (enum toc_ipc_number)(head[4] << 8 | head[5]), .rest = { f->in.p, n } };
}

struct toc_frame hear(struct front *f, int fd, enum toc_ipc_number number)
{
	struct toc_frame frame = hear_any(f, fd);

	if (frame.number != number)
		DIE("the front says %s, expected %s", toc_ipc_name(frame.number), toc_ipc_name(number));
	return frame;
}

struct toc_frame hear_among(struct front *f, int fd, enum toc_ipc_number number)
{
	struct toc_frame frame;

	while ((frame = hear_any(f, fd)).number != number)
		;
	return frame;
}

bool heard_nothing(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 0;
}

void auth_ok(struct front *f, uint64_t conn, const char *org, uint32_t roles, bool exercise_only, uint8_t session)
{
	struct toc_uuid id = { { session } };

	toc_ipc_begin(&f->out, TOC_IPC_AUTH_OK);
	toc_ipc_u64(&f->out, conn);
	toc_ipc_str(&f->out, TOC_STR("grant"));
	toc_ipc_id(&f->out, id);
	toc_ipc_id(&f->out, (struct toc_uuid){ { 0, session } }); /* the person */
	toc_ipc_str(&f->out, toc_str_of(org));
	toc_ipc_u32(&f->out, roles);
	toc_ipc_u8(&f->out, exercise_only ? 2 : 0);
	toc_ipc_u64(&f->out, (uint64_t)1 << 60);
	toc_ipc_str(&f->out, TOC_STR("{\"catalogue\":\"1.0.0\",\"protocol\":\"tocsin.v1\",\"tip\":0,\"you\":{\"org\":\"X\"}}"));
	say(f, f->keeper);
}

void auth_fail(struct front *f, uint64_t conn, unsigned code)
{
	toc_ipc_begin(&f->out, TOC_IPC_AUTH_FAIL);
	toc_ipc_u64(&f->out, conn);
	toc_ipc_u16(&f->out, (uint16_t)code);
	toc_ipc_str(&f->out, TOC_STR("no such credential"));
	say(f, f->keeper);
}

uint64_t admit(struct front *f, const char *org, uint32_t roles, bool exercise_only)
{
	struct toc_frame frame = hear_among(f, f->keeper, TOC_IPC_AUTH);
	uint64_t conn = toc_frame_u64(&frame);

	auth_ok(f, conn, org, roles, exercise_only, 7);
	return conn;
}

void publish(struct front *f, uint64_t seq, const char *org, uint32_t roles, const char *json)
{
	toc_ipc_begin(&f->out, TOC_IPC_PUBLISH);
	toc_ipc_u64(&f->out, seq);
	toc_ipc_id(&f->out, (struct toc_uuid){ { (uint8_t)seq, 0xee } });
	toc_ipc_u8(&f->out, 1);
	toc_ipc_u16(&f->out, 1);
	toc_ipc_str(&f->out, toc_str_of(org));
	toc_ipc_u32(&f->out, roles);
	toc_ipc_u8(&f->out, 0);
	toc_ipc_str(&f->out, toc_str_of(json));
	say(f, f->keeper);
}

void history(struct front *f, uint64_t conn, uint64_t seq, const char *json)
{
	toc_ipc_begin(&f->out, TOC_IPC_HISTORY);
	toc_ipc_u64(&f->out, conn);
	toc_ipc_u64(&f->out, seq);
	toc_ipc_str(&f->out, toc_str_of(json));
	say(f, f->archive);
}

void history_end(struct front *f, uint64_t conn, uint64_t next, uint64_t tip, unsigned code)
{
	toc_ipc_begin(&f->out, TOC_IPC_HISTORY_END);
	toc_ipc_u64(&f->out, conn);
	toc_ipc_u64(&f->out, next);
	toc_ipc_u64(&f->out, tip);
	toc_ipc_u16(&f->out, (uint16_t)code);
	say(f, f->archive);
}

void answer(struct front *f, uint64_t conn, uint64_t ref, unsigned status, const char *json)
{
	toc_ipc_begin(&f->out, TOC_IPC_ANSWER);
	toc_ipc_u64(&f->out, conn);
	toc_ipc_u64(&f->out, ref);
	toc_ipc_u16(&f->out, (uint16_t)status);
	toc_ipc_str(&f->out, toc_str_of(json));
	say(f, f->keeper);
}
