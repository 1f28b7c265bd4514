/* audit_watch.c: `tocsin audit watch`: a witness of its own. Follows the log over the socket, believes only what goes on from
 * what it has kept, calls somebody when it does not, when nothing comes, or when entries come and none is signed; and keeps
 * a mirror of the log, each tile checked before it is kept. */
#include "cli/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "message/json.h"

extern char **environ;

#define SILENCE_S 60
#define MIRROR_US 1000000 /* so often at most */

struct guard {
	const struct cli *cli;
	struct tocsin_connection *connection;
	const char *trust, *on_alarm;
	struct audit_source mirror;
	struct toc_verifier *audit; /* NULL: no mirror, or not begun */
	uint64_t mirrored;       /* entries of the mirror's checkpoint */
	int64_t mirrored_us;
	uint64_t size;           /* entries of what is believed */
	long long last;          /* the last that is known to be there */
	int64_t lost_us, still_us; /* since when there is no connection; nothing is signed. 0: there is, it is */
	bool quiet, standing;      /* said already */
	bool grown, done, ended, anew; /* anew: connect again, from where the server is now */
	int result;
	long silence_s;
};

/* ---- alarms ---- */

static void run(const struct guard *g, const char *kind, const char *why)
{
	char *const argv[] = { (char *)"sh", (char *)"-c", (char *)g->on_alarm, NULL };
	pid_t child;

	if (!g->on_alarm)
		return;
	setenv("TOCSIN_ALARM_KIND", kind, 1);
	setenv("TOCSIN_ALARM", why, 1);
	setenv("TOCSIN_ALARM_SERVER", g->cli->server, 1);
	setenv("TOCSIN_ALARM_TRUST", g->trust, 1);
	char *key = getenv("TOCSIN_KEY") ? strdup(getenv("TOCSIN_KEY")) : NULL; /* nothing that is run here needs it */
	unsetenv("TOCSIN_KEY");
	int r = posix_spawn(&child, "/bin/sh", NULL, NULL, argv, environ);
	if (key)
		setenv("TOCSIN_KEY", key, 1);
	free(key);
	if (r != 0)
		cli_complain(g->cli, 0, "cannot run --on-alarm: %s", strerror(r));
}

static void event(const struct guard *g, const char *name, const char *kind, const char *why)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v = toc_value_map(a);

	toc_set_cstr(a, v, "event", name);
	toc_set_cstr(a, v, "kind", kind);
	toc_set_cstr(a, v, "why", why);
	toc_set_int(a, v, "size", (int64_t)g->size);
	toc_set_int(a, v, "mirrored", g->mirror.dir ? (int64_t)g->mirrored : -1);
	if (!g->mirror.dir)
		toc_unset(v, "mirrored");
	toc_set_text(a, v, "at", toc_time_str(a, toc_clock_now()));
	printf("%.*s\n", TOC_STR_ARGS(toc_json_str(a, v)));
	toc_arena_free(a);
}

static void alarm_of(struct guard *g, const char *kind, const char *why)
{
	g->result = CLI_EXIT_LOG;
	if (g->cli->json)
		event(g, "alarm", kind, why);
	cli_complain(g->cli, 0, "%sALARM%s (%s): %s", term_on(&g->cli->err, TERM_ALARM), term_off(&g->cli->err), kind, why);
	run(g, kind, why);
}

static void over(struct guard *g, const char *kind, bool *said, const char *why)
{
	if (*said && !strcmp(kind, "silence"))
		cli_complain(g->cli, 0, "%s", why);
	*said = false;
}

/* ---- what the connection tells ---- */

static void on_entry(void *user, const struct tocsin_entry *e)
{
	(void)user;
	(void)e;
}

static void on_log(void *user, const struct tocsin_log_news *news)
{
	struct guard *g = user;

	g->size = news->size;
	if (news->alarm) {
		alarm_of(g, "log", news->why);
		return;
	}
	if (news->cosigned || *news->why) { /* of our own witness */
		if (*news->why)
			cli_complain(g->cli, 0, "%s", news->why);
		else if (g->cli->json)
			event(g, "cosigned", NULL, NULL);
		return;
	}
	g->grown = true;
	if (g->last < (long long)g->size) {
		g->still_us = 0;
		g->standing = false;
	}
	if (g->cli->json)
		event(g, "checkpoint", NULL, NULL);
}

static void on_beat(void *user, long long last)
{
	struct guard *g = user;

	g->last = last;
	if (last < (long long)g->size)
		g->still_us = 0;
	else if (!g->still_us)
		g->still_us = toc_clock_mono_us();
	g->done |= g->cli->line.value[CLI_OPT_ONCE] && g->size > 0 && last < (long long)g->size;
}

static void on_state(void *user, enum tocsin_state state, const char *why)
{
	struct guard *g = user;

	if (state == TOCSIN_CONNECTED) {
		g->lost_us = 0;
		over(g, "silence", &g->quiet, "connected again");
	} else {
		if (!g->lost_us)
			g->lost_us = toc_clock_mono_us();
		if (state == TOCSIN_ENDED && !strncmp(why, "from: ", 6)) { /* it has fewer entries than it has shown us */
			alarm_of(g, "log", why);
			g->anew = true;
		} else if (state == TOCSIN_ENDED) {
			g->result = cli_complain(g->cli, CLI_EXIT_AWAY, "%s", why);
			g->ended = true;
		}
	}
}

static void listen_for_nothing(struct guard *g)
{
	int64_t now = toc_clock_mono_us(), most = g->silence_s * INT64_C(1000000);
	char why[160];

	if (g->lost_us && now - g->lost_us >= most && !g->quiet) {
		g->quiet = true;
		snprintf(why, sizeof why, "nothing has been heard of %.80s for %ld s", g->cli->server, g->silence_s);
		alarm_of(g, "silence", why);
	}
	if (g->still_us && !g->lost_us && now - g->still_us >= most && !g->standing) {
		g->standing = true;
		snprintf(why, sizeof why, "entry %lld is there, and for %ld s no checkpoint has covered more than %" PRIu64 " entries",
			 g->last, g->silence_s, g->size);
		alarm_of(g, "standstill", why);
	}
	while (waitpid(-1, NULL, WNOHANG) > 0) /* what was called has ended */
		;
}

/* ---- the mirror ---- */

/* A mirror needs the partial tiles of its checkpoint alone. */
static void prune(const struct guard *g, uint64_t old, uint64_t now)
{
	struct toc_arena *a = toc_arena_new();
	char path[4096];

	for (unsigned i = 0; i <= TOC_TILE_LEVELS; i++) { /* the last one: the bundle */
		unsigned level = i % TOC_TILE_LEVELS;
		uint64_t was = old >> TOC_TILE_HEIGHT * level, is = now >> TOC_TILE_HEIGHT * level;
		struct toc_tile t = { .entries = i == TOC_TILE_LEVELS,
				      .level = level,
				      .n = was / TOC_TILE_WIDTH,
				      .width = (unsigned)(was % TOC_TILE_WIDTH) };
		if (was == is || !t.width)
			continue;
		struct toc_str name = toc_tile_path(a, &t);
		if (snprintf(path, sizeof path, "%s/tile/%.*s", g->mirror.dir, TOC_STR_ARGS(name)) >= (int)sizeof path)
			continue;
		(void)unlink(path); /* not there when it is a mirror without leaves */
		*strrchr(path, '/') = 0;
		(void)rmdir(path); /* of the full tile's name, .p; another one may be in it */
	}
	toc_arena_free(a);
}

/* What is believed, from the file that keeps it. */
static int believed(const struct guard *g, struct toc_arena *a, struct toc_str *ret_vkey, struct toc_str *ret_note,
		    struct toc_checkpoint *ret_c, struct toc_error *e)
{
	struct toc_str text;
	struct toc_note_key key;

	if (cli_read(g->cli, g->trust, TOC_NOTE_BYTES_MAX + 512, a, &text) < 0)
		return toc_fail(e, TOC_EIO, "%s cannot be read", g->trust);
	const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;
	if (!end)
		return toc_fail(e, TOC_EIO, "%s holds nothing", g->trust);
	*ret_vkey = (struct toc_str){ text.p, (size_t)(end - text.p) + 1 };
	*ret_note = (struct toc_str){ end + 1, text.n - ret_vkey->n };
	if (toc_vkey_parse((struct toc_str){ text.p, ret_vkey->n - 1 }, &key, e) < 0)
		return TOC_EIO;
	return toc_checkpoint_open(*ret_note, &key, ret_c, e) < 0 ? TOC_EIO : 0;
}

/* Auditors get the leaves; a mirror of anybody else has the hashes. */
static int may_read_leaves(const struct guard *g, struct toc_arena *a, uint64_t size, bool *ret_leaves, struct toc_error *e)
{
	const struct toc_tile t = { .entries = true, .width = size < TOC_TILE_WIDTH ? (unsigned)size : TOC_TILE_WIDTH };
	const struct audit_source server = { .t = g->mirror.t, .server = g->mirror.server, .key = g->mirror.key };
	struct toc_str path = toc_tile_path(a, &t), bytes;
	char name[80];

	snprintf(name, sizeof name, "tile/%.*s", TOC_STR_ARGS(path));
	int r = audit_read(&server, name, a, &bytes, e);
	*ret_leaves = r == 0;
	return r == TOC_ENOTFOUND ? 0 : r;
}

static int bring(struct guard *g, struct toc_arena *a, struct toc_error *e)
{
	struct toc_str vkey, note, held;
	struct toc_checkpoint c;
	bool leaves;
	int r = believed(g, a, &vkey, &note, &c, e);

	if (r < 0 || c.size == 0)
		return r;
	if (!g->audit) {
		const struct audit_source disk = { .dir = g->mirror.dir };
		struct toc_error none;
		struct toc_checkpoint before;
		struct toc_note_key key;
		if ((r = may_read_leaves(g, a, c.size, &leaves, e)) < 0)
			return r;
		g->audit = toc_verifier_new(leaves, NULL, NULL);
		if (toc_vkey_parse((struct toc_str){ vkey.p, vkey.n - 1 }, &key, e) == 0 &&
		    audit_read(&disk, "checkpoint", a, &held, &none) == 0 &&
		    toc_checkpoint_open(held, &key, &before, &none) == 0)
			g->mirrored = before.size;
	}
	if ((r = toc_verifier_begin(g->audit, &c, e)) < 0 || (r = audit_walk(&g->mirror, g->audit, NULL, NULL, e)) < 0 ||
	    (r = audit_keep(&g->mirror, "vkey", vkey, e)) < 0 || (r = audit_keep(&g->mirror, "checkpoint", note, e)) < 0)
		return r;
	if (g->mirrored)
		prune(g, g->mirrored, c.size);
	g->mirrored = c.size;
	return 0;
}

static void mirror(struct guard *g)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_error e = { .text = "" };

	g->grown = false;
	int r = bring(g, a, &e);
	if (r == TOC_EPROOF) {
		alarm_of(g, "mirror", e.text);
		toc_verifier_free(g->audit); /* from the start, with the next one: the directory may be mended */
		g->audit = NULL;
	} else if (r < 0 && !cli_interrupted) {
		cli_complain(g->cli, 0, "the mirror is behind: %s", e.text);
		g->grown = !g->cli->line.value[CLI_OPT_ONCE];
		if (!g->grown && g->result == CLI_EXIT_OK)
			g->result = CLI_EXIT_AWAY;
	} else if (r == 0 && g->cli->json) {
		event(g, "mirrored", NULL, NULL);
	}
	g->mirrored_us = toc_clock_mono_us();
	toc_arena_free(a);
}

/* ---- the command ---- */

int cli_audit_watch(const struct cli *cli)
{
	struct guard g = { .cli = cli,
			   .trust = cli->line.value[CLI_OPT_TRUST],
			   .on_alarm = cli->line.value[CLI_OPT_ON_ALARM],
			   .mirror = { .server = cli->server, .key = cli->key, .dir = cli->line.value[CLI_OPT_MIRROR] },
			   .last = -1,
			   .lost_us = toc_clock_mono_us() };
	struct tocsin_connection_settings settings = { .server = cli->server,
						       .key = cli->key,
						       .user = &g,
						       .from = TOCSIN_FROM_NOW,
						       .on_entry = on_entry,
						       .on_beat = on_beat,
						       .on_state = on_state,
						       .on_log = on_log,
						       .trust_file = g.trust,
						       .log_key = cli->line.value[CLI_OPT_LOG_KEY] };
	struct tocsin_error error;
	struct tocsin *t;

	if (!g.trust)
		return cli_complain(cli, CLI_EXIT_USAGE, "--trust FILE is needed: where is to be kept what is believed?");
	if (cli_number(cli, CLI_OPT_SILENCE, 1, 86400, SILENCE_S, &g.silence_s) < 0)
		return CLI_EXIT_USAGE;
	struct toc_arena *keys = toc_arena_new();
	struct toc_str skey;
	int r = !cli->line.value[CLI_OPT_WITNESS_KEY] ? 0 : cli_witness_key(cli, cli->line.value[CLI_OPT_WITNESS_KEY], keys, &skey) < 0 ? CLI_EXIT_USAGE : 0;
	if (r == 0 && cli->line.value[CLI_OPT_WITNESS_KEY])
		settings.witness_key = toc_arena_cstr(keys, skey);
	if (r == 0)
		r = cli_open(cli, &t);
	if (r != 0) {
		toc_arena_free(keys);
		return r;
	}
	g.mirror.t = t;
	if (tocsin_connect(t, &settings, &g.connection, &error) < 0)
		g.result = cli_complain(cli, CLI_EXIT_USAGE, "%s", error.text);
	while (g.result != CLI_EXIT_USAGE && !g.ended && !cli_interrupted && tocsin_step(t, 250) == 0) {
		listen_for_nothing(&g);
		if (g.anew) {
			g.anew = false;
			tocsin_disconnect(g.connection);
			g.connection = NULL;
			if (tocsin_connect(t, &settings, &g.connection, &error) < 0)
				g.result = cli_complain(cli, CLI_EXIT_USAGE, "%s", error.text);
		}
		if (g.mirror.dir && (g.grown || (g.done && !g.mirrored)) &&
		    toc_clock_mono_us() - g.mirrored_us >= MIRROR_US)
			mirror(&g);
		if (g.done && (!g.mirror.dir || !g.grown))
			break;
	}
	tocsin_disconnect(g.connection);
	cli_catch_signals(NULL);
	toc_verifier_free(g.audit);
	tocsin_free(t);
	toc_arena_free(keys);
	return g.result;
}
