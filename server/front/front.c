/* front.c: start, the parent's word, and the end.
 *
 * The loop is ours (libuv) and libwebsockets runs in it as a guest: then it installs no signal handlers. Everything
 * that needs a file, the loader or a new socket happens before the sandbox closes.
 */
#include "front/front.h"

#include "front/inside.h"

#include "base/log.h"
#include "base/map.h"
#include "confine/confine.h"
#include "message/json.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONTROL_FD 4
#define DRAIN_US (4 * INT64_C(1000000))
#define PEER_KEEPER 2
#define PEER_ARCHIVE 3

/* ---- what every answer carries ---- */

static const char content_policy[] =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "worker-src 'self'; require-trusted-types-for 'script'; trusted-types service-worker hasher";
/* A worker lives under the policy that its own script came with. */
static const char shut_in_policy[] = "default-src 'none'; script-src 'wasm-unsafe-eval'";

static const struct {
	const char *name, *value;
} security_headers[] = {
	{ "Content-Security-Policy", content_policy },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
	/* for a name that belongs to this server alone, so not for localhost: the last, see below */
	{ "Strict-Transport-Security", "max-age=31536000; includeSubDomains" },
};
#define N_SECURITY_HEADERS (sizeof security_headers / sizeof *security_headers)

/* The same for the few answers that libwebsockets makes itself. */
static struct lws_protocol_vhost_options library_headers[N_SECURITY_HEADERS];

static size_t headers_used(const struct toc_front *f)
{
	return N_SECURITY_HEADERS - (f->localhost ? 1 : 0);
}

static struct toc_str headers_with(struct toc_front *f, const char *policy)
{
	struct toc_buf b;

	toc_buf_init(&b, 4096);
	toc_buf_printf(&b, "%s: %s\r\n", security_headers[0].name, policy);
	for (size_t i = 1; i < headers_used(f); i++)
		toc_buf_printf(&b, "%s: %s\r\n", security_headers[i].name, security_headers[i].value);
	struct toc_str text = toc_arena_str(f->arena, toc_buf_view(&b));
	toc_buf_done(&b);
	return text;
}

static void prepare_headers(struct toc_front *f)
{
	for (size_t i = 0; i < headers_used(f); i++)
		library_headers[i] = (struct lws_protocol_vhost_options){
			.next = i + 1 < headers_used(f) ? &library_headers[i + 1] : NULL,
			.name = toc_arena_cstr(f->arena, toc_arena_printf(f->arena, "%s:", security_headers[i].name)),
			.value = security_headers[i].value,
		};
	f->security_headers = headers_with(f, content_policy);
	f->shut_in_headers = headers_with(f, shut_in_policy);
}

static bool is_localhost(struct toc_str origin)
{
	static const char *const names[] = { "https://localhost", "https://127.", "https://[::1]" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (origin.n >= strlen(names[i]) && !memcmp(origin.p, names[i], strlen(names[i])))
			return true;
	return false;
}

/* ---- certificate ---- */

/* All of a descriptor, from its beginning when it has one. At most 1 MiB. */
static struct toc_str read_fd(struct toc_arena *a, int fd)
{
	struct toc_buf b;
	char chunk[4096];
	ssize_t n;

	toc_buf_init(&b, 1u << 20);
	(void)lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, chunk, sizeof chunk)) > 0)
		toc_buf_add(&b, chunk, (size_t)n);
	struct toc_str s = toc_arena_str(a, toc_buf_view(&b));
	if (b.p)
		toc_wipe(b.p, b.n);
	toc_wipe(chunk, sizeof chunk);
	toc_buf_done(&b);
	return s;
}

static struct toc_str pem_of(struct toc_arena *a, const struct toc_value *pair, const char *name)
{
	const struct toc_value *v = toc_get(pair, name);

	if (!v || v->kind != TOC_INT)
		return toc_text_of(v);
	struct toc_str s = read_fd(a, (int)v->integer);
	close((int)v->integer);
	return s;
}

/* ---- libwebsockets ---- */

static void library_says(int level, const char *line)
{
	struct toc_str s = toc_str_of(line);

	while (s.n > 0 && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == ' '))
		s.n--;
	toc_log(level & LLL_ERR ? TOC_LOG_WARN : TOC_LOG_DEBUG, "libwebsockets", "%.*s", TOC_STR_ARGS(s));
}

static int start_library(struct toc_front *f, const struct toc_value *heritage)
{
	static const lws_retry_bo_t no_library_pings; /* all zero: liveness is conn.c's */
	void *loops[1] = { &f->loop };
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = toc_protocols,
		.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
		           LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX |
		           LWS_SERVER_OPTION_VALIDATE_UTF8 | LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS,
		.foreign_loops = loops,
		.user = f,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.alpn = "http/1.1", /* raw-framed writes would corrupt an HTTP/2 stream */
		.pt_serv_buf_size = 16384,
		.max_http_header_pool = (unsigned short)f->limits.handshakes,
		.max_http_header_data = 8192,
		.timeout_secs = (unsigned)f->limits.handshake_s,
		.keepalive_timeout = (int)f->limits.keepalive_s,
		.retry_and_idle_policy = &no_library_pings,
		.headers = library_headers,
		.server_string = "tocsin",
		.vhost_name = "tocsin",
	};

	lws_set_log_level(LLL_ERR | LLL_WARN, library_says);
	f->lws = lws_create_context(&info);
	if (!f->lws) {
		toc_log(TOC_LOG_ERROR, "start", "libwebsockets does not start (is its libuv plugin installed?)");
		return -1;
	}
	f->vhost = lws_create_vhost(f->lws, &info);
	if (!f->vhost || !f->ssl_ctx) {
		toc_log(TOC_LOG_ERROR, "start", "libwebsockets makes no TLS context");
		return -1;
	}
	const struct toc_value *pair = toc_get(heritage, "cert_fd_pem");
	return toc_tls_certify(f, pem_of(f->scratch, pair, "cert"), pem_of(f->scratch, pair, "key"));
}

/* ---- the parent's word ---- */

static void drain(struct toc_front *f, const char *why)
{
	if (f->draining)
		return;
	toc_log(TOC_LOG_INFO, "drain", "%s: no new connections, closing %u", why, f->n_open);
	f->draining = true;
	f->drain_until_us = toc_now_us() + DRAIN_US;
	toc_listen_stop(f);
	for (uint32_t i = 0; i < f->n_slots; i++)
		if (f->slots[i])
			toc_conn_close(f->slots[i], 1001, "the server is being stopped");
}

static void on_peer(struct toc_front *f, struct toc_frame *frame, int fd)
{
	unsigned role = toc_frame_u8(frame);

	(void)toc_frame_u16(frame);
	if (!toc_frame_end(frame) || fd < 0 || (role != PEER_KEEPER && role != PEER_ARCHIVE)) {
		toc_log(TOC_LOG_WARN, "control", "PEER without a socket or of unknown role, ignoring");
		if (fd >= 0)
			close(fd);
		return;
	}
	toc_log(TOC_LOG_INFO, "peer", "a new %s", role == PEER_KEEPER ? "keeper" : "archive");
	if (role == PEER_ARCHIVE) {
		toc_link_open(f, &f->archive, fd);
		toc_archive_serve(f);
		return;
	}
	toc_link_open(f, &f->keeper, fd);
	for (uint32_t i = 0; i < f->n_slots; i++)
		if (f->slots[i])
			toc_conn_ask_again(f->slots[i]);
}

static void on_reload(struct toc_front *f, int fd)
{
	struct toc_value *pair;
	struct toc_refusal r;

	if (fd < 0)
		return;
	toc_arena_reset(f->scratch);
	struct toc_str text = read_fd(f->scratch, fd);
	close(fd);
	if (toc_json_parse(f->scratch, text, 1u << 20, 4, &pair, &r) < 0 ||
	    toc_tls_certify(f, toc_get_text(pair, "cert"), toc_get_text(pair, "key")) < 0)
		toc_log(TOC_LOG_ERROR, "reload", "the new certificate is not usable, keeping the old one");
	else
		toc_log(TOC_LOG_INFO, "reload", "new connections get the new certificate");
}

static void on_control(uv_poll_t *poll, int status, int events)
{
	struct toc_front *f = poll->data;
	struct toc_buf packet;
	struct toc_frame frame;
	int fd, r;

	(void)status, (void)events;
	toc_buf_init(&packet, TOC_IPC_CONTROL_MAX);
	while ((r = toc_control_receive(f->control_fd, &packet, &frame, &fd)) == 1) {
		if (frame.number == TOC_IPC_PEER) {
			on_peer(f, &frame, fd);
		} else if (frame.number == TOC_IPC_RELOAD) {
			on_reload(f, fd);
		} else {
			if (fd >= 0)
				close(fd);
			if (frame.number == TOC_IPC_DRAIN)
				drain(f, "the parent stops the server");
		}
	}
	toc_buf_done(&packet);
	if (r == TOC_ECLOSED) {
		uv_poll_stop(poll);
		f->finished = true;
		uv_stop(&f->loop);
	}
}

static void tell_ready(struct toc_front *f)
{
	toc_ipc_begin(&f->frame, TOC_IPC_READY);
	toc_ipc_str(&f->frame, f->origin);
	if (toc_control_send(f->control_fd, &f->frame, -1) < 0)
		toc_log(TOC_LOG_WARN, "control", "the parent does not hear that we are ready");
}

static void on_terminate(uv_signal_t *s, int number)
{
	(void)number;
	drain(s->loop->data, "asked by a signal");
}

/* ---- start and end ---- */

static int start_loop(struct toc_front *f)
{
	toc_confine_without_io_uring(); /* before the loop would make one */
	if (uv_loop_init(&f->loop) < 0)
		return -1;
	f->loop.data = f;
	uv_timer_init(&f->loop, &f->sweep);
	uv_timer_init(&f->loop, &f->pace);
	uv_timer_init(&f->loop, &f->gather);
	uv_idle_init(&f->loop, &f->pass);
	uv_prepare_init(&f->loop, &f->before_poll);
	uv_prepare_start(&f->before_poll, toc_fanout_before_poll);
	uv_signal_init(&f->loop, &f->terminate);
	uv_signal_start(&f->terminate, on_terminate, SIGTERM);
	if (uv_poll_init(&f->loop, &f->control_poll, f->control_fd) < 0)
		return -1;
	f->control_poll.data = f;
	return uv_poll_start(&f->control_poll, UV_READABLE, on_control);
}

static void init(struct toc_front *f, const struct toc_value *heritage)
{
	*f = (struct toc_front){ .control_fd = CONTROL_FD,
		                 .listen_fd = (int)toc_get_int(heritage, "listen_fd", -1),
		                 .operator_fd = (int)toc_get_int(heritage, "operator_fd", -1),
		                 .operator_door = { .operators = true, .text = "operator" },
		                 .keeper = { .name = "keeper", .on_frame = toc_link_from_keeper,
		                             .on_lost = toc_link_keeper_lost },
		                 .archive = { .name = "archive", .on_frame = toc_link_from_archive,
		                              .on_lost = toc_link_archive_lost } };
	f->arena = toc_arena_new();
	f->scratch = toc_arena_new();
	toc_limits_read(toc_get(heritage, "limits"), &f->limits);
	f->origin = toc_arena_str(f->arena, toc_get_text(heritage, "origin"));
	f->localhost = is_localhost(f->origin);
	f->addresses = toc_map_new();
	f->crowds = toc_map_new();
	f->orgs = toc_map_new();
	f->cosigners = toc_map_new();
	f->ring = toc_ring_new((size_t)f->limits.ring_kib * 1024, (size_t)f->limits.ring_entries);
	f->urgent = toc_urgent_new((size_t)f->limits.urgent_kib * 1024, (size_t)f->limits.urgent_entries);
	toc_buf_init(&f->frame, TOC_IPC_FRAME_MAX + 64);
	toc_buf_init(&f->batch, TOC_BATCH + TOC_IPC_FRAME_MAX);
}

static void load_console(struct toc_front *f, const struct toc_value *heritage)
{
	struct toc_str root = toc_get_text(heritage, "web_root");
	struct toc_error e;

	if (root.n > 0 && !(f->web = toc_static_load(toc_arena_cstr(f->arena, root), &e)))
		toc_log(TOC_LOG_WARN, "console", "%s; serving the API only", e.text);
}

static bool still_closing(struct toc_front *f)
{
	for (uint32_t i = 0; i < f->n_slots; i++)
		if (f->slots[i])
			return true;
	return false;
}

static void close_any(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

/* What would be a leak if the process went on. */
static void forget(struct toc_front *f)
{
	struct toc_map *const maps[] = { f->addresses, f->crowds, f->orgs, f->cosigners, f->schemas };
	struct toc_buf *const buffers[] = { &f->frame, &f->batch };
	struct toc_ids *const ids[] = { &f->dirty, &f->paced, &f->queued };
	size_t cursor = 0;
	struct toc_str key;
	void *address;

	while (toc_map_next(f->addresses, &cursor, &key, &address))
		free(address);
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		if (maps[i])
			toc_map_free(maps[i]);
	for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
		toc_buf_done(buffers[i]);
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		free(ids[i]->p);
	free(f->slots);
	free(f->generations);
	free(f->free_slots);
	free(f->live);
	toc_log_done(f);
	toc_ring_free(f->ring);
	toc_urgent_free(f->urgent);
	toc_static_free(f->web);
	toc_arena_free(f->scratch);
	toc_arena_free(f->arena);
}

static void done(struct toc_front *f)
{
	toc_link_close(f, &f->keeper);
	toc_link_close(f, &f->archive);
	if (f->lws)
		lws_context_destroy(f->lws); /* its connections end in the next turns of the loop */
	for (int i = 0; i < 100 && uv_run(&f->loop, UV_RUN_NOWAIT); i++)
		;
	uv_walk(&f->loop, close_any, NULL);
	for (int i = 0; i < 100 && uv_run(&f->loop, UV_RUN_NOWAIT); i++)
		;
	(void)uv_loop_close(&f->loop); /* the process ends here; what the library still holds goes with it */
	forget(f);
}

int toc_front_main(const struct toc_value *heritage)
{
	static struct toc_front front; /* libwebsockets and libuv point into it until the process ends */
	struct toc_front *f = &front;
	int code = 1;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN); /* of a terminal: the parent hears it too and stops us in order */
	init(f, heritage);
	prepare_headers(f);
	load_console(f, heritage);
	toc_route_schemas(f);
	if (start_loop(f) < 0 || start_library(f, heritage) < 0 || toc_listen_start(f) < 0)
		goto out;
	toc_arena_reset(f->scratch);
	toc_link_open(f, &f->keeper, (int)toc_get_int(heritage, "keeper_fd", -1));
	toc_link_open(f, &f->archive, (int)toc_get_int(heritage, "archive_fd", -1));
	toc_health_gauges(f);
	uv_timer_start(&f->sweep, toc_conn_sweep, TOC_WHEEL_MS, TOC_WHEEL_MS);
	f->confined = !toc_get_bool(heritage, "unconfined") && toc_confine_to_serving() == 0;
	tell_ready(f);

	while (!f->finished) {
		uv_run(&f->loop, UV_RUN_ONCE);
		if (f->draining && (!still_closing(f) || toc_now_us() > f->drain_until_us))
			f->finished = true;
	}
	code = 0;
out:
	done(f);
	return code;
}
