/* watch.c: `tocsin watch`: entries as they arrive, for people or, line by line, for programs. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "message/json.h"

struct watch {
	const struct cli *cli;
	struct tocsin_connection *connection;
	struct toc_arena *scratch, *keys;
	const char *only, *position_file;
	char own_org[40];
	long left;                   /* entries to show; -1: all */
	bool once, done, over, lost; /* over: entries come that will not be shown any more */
	int result;
};

static bool wanted(const struct watch *w, const char *k)
{
	size_t n = w->only ? strlen(w->only) : 0;
	return n == 0 || (!strncmp(k, w->only, n) && (k[n] == 0 || k[n] == '.' || w->only[n - 1] == '.'));
}

/* Only what a member sent takes receipts, and no receipt does. */
static bool takes_receipt(const struct watch *w, const struct tocsin_entry *e)
{
	return e->k[0] == 'M' && strncmp(e->k, "M19.", 4) != 0 && e->seq >= 0 &&
	       strcmp(e->org, w->own_org) != 0;
}

static void on_entry(void *user, const struct tocsin_entry *e)
{
	struct watch *w = user;
	w->over |= w->done;
	if (w->over || !wanted(w, e->k))
		return;
	if (w->cli->json) {
		if (fwrite(e->json, 1, e->json_bytes, stdout) < e->json_bytes || putchar('\n') == EOF)
			w->done = true; /* the reader is gone */
	} else {
		struct toc_value *frame;
		struct toc_refusal refusal;
		toc_arena_reset(w->scratch);
		if (toc_json_parse(w->scratch, (struct toc_str){ e->json, e->json_bytes }, e->json_bytes, 48,
				   &frame, &refusal) == 0)
			cli_show_entry(w->cli, w->scratch, frame);
	}
	if (w->cli->line.value[CLI_OPT_RECEIPTS] && takes_receipt(w, e))
		(void)tocsin_receipt(w->connection, e->seq,
				     "delivered"); /* not repeated: the next delivery counts the same */
	if (w->left > 0 && --w->left == 0)
		w->done = true;
}

/* The number is whole at any time: written beside, then renamed. */
static void on_position(void *user, long long seq)
{
	struct watch *w = user;
	char beside[4096];
	if (!w->position_file || w->over)
		return;
	snprintf(beside, sizeof beside, "%s.new", w->position_file);
	FILE *f = fopen(beside, "we");
	bool ok = f && fprintf(f, "%lld\n", seq) > 0 && fflush(f) == 0 && fsync(fileno(f)) == 0;
	if (f && fclose(f) != 0)
		ok = false;
	if (!ok || rename(beside, w->position_file) < 0) {
		w->result = cli_complain(w->cli, CLI_EXIT_USAGE, "cannot write %s: %s", w->position_file,
					 strerror(errno));
		w->done = true;
	}
}

static void on_beat(void *user, long long last)
{
	struct watch *w = user;
	if (w->once && last <= tocsin_position(w->connection))
		w->done = true;
}

static void on_welcome(void *user, const char *json, size_t n)
{
	struct watch *w = user;
	struct toc_value *frame;
	struct toc_refusal refusal;
	toc_arena_reset(w->scratch);
	if (toc_json_parse(w->scratch, (struct toc_str){ json, n }, n, 48, &frame, &refusal) < 0)
		return;
	const struct toc_value *you = toc_get(frame, "you");
	if (!toc_get(you, "roles"))
		return;
	snprintf(w->own_org, sizeof w->own_org, "%.*s", TOC_STR_ARGS(toc_get_text(you, "org")));
	if (!w->cli->json)
		fprintf(stderr, "%s%.*s (%.*s) at %s%s\n", term_on(&w->cli->err, TERM_DIM),
			TOC_STR_ARGS(toc_get_text(you, "org")),
			TOC_STR_ARGS(term_flat(w->scratch, toc_get(you, "roles"))), w->cli->server,
			term_off(&w->cli->err));
}

static void on_state(void *user, enum tocsin_state state, const char *why)
{
	struct watch *w = user;
	if (state == TOCSIN_ENDED) {
		w->result = cli_complain(w->cli, CLI_EXIT_AWAY, "%s", why);
		w->done = true;
	} else if (state == TOCSIN_CONNECTING) {
		if (!w->lost)
			cli_complain(w->cli, 0, "%s; trying again", why);
		w->lost = true;
	} else {
		if (w->lost)
			cli_complain(w->cli, 0, "connected again; nothing is missing");
		w->lost = false;
	}
}

/* The connection goes on: what is shown may be true all the same, and somebody is waiting for it. */
static void on_log(void *user, const struct tocsin_log_news *news)
{
	struct watch *w = user;
	if (!news->alarm) {
		if (*news->why) /* of our witness: nobody counts on it, and it may be mended while we watch */
			cli_complain(w->cli, 0, "%s", news->why);
		return;
	}
	w->result = cli_complain(w->cli, CLI_EXIT_LOG, "THE LOG DOES NOT ADD UP: %s. Keep the file; call the other members", news->why);
}

static int start_of(const struct cli *cli, long long *ret_from)
{
	const char *from = cli->line.value[CLI_OPT_FROM], *file = cli->line.value[CLI_OPT_POSITION];
	char line[40] = "";
	FILE *f = file ? fopen(file, "re") : NULL;
	if (f) {
		from = fgets(line, sizeof line, f) ? line : "";
		fclose(f);
	} else if (file && errno != ENOENT) {
		return cli_complain(cli, -1, "cannot read %s: %s", file, strerror(errno));
	}
	*ret_from = TOCSIN_FROM_NOW;
	if (!from)
		return 0;
	if (!strcmp(from, "start")) {
		*ret_from = TOCSIN_FROM_START;
		return 0;
	}
	char *end;
	errno = 0;
	*ret_from = strtoll(from, &end, 10);
	if (end == from || (*end && *end != '\n') || errno || *ret_from < -1)
		return cli_complain(cli, -1, "\"%.*s\" is no sequence number", (int)strcspn(from, "\n"),
				    from);
	return 0;
}

/* With the key of our witness, if there is one. */
static int vouch(struct watch *w, struct tocsin_connection_settings *settings)
{
	const char *path = w->cli->line.value[CLI_OPT_WITNESS_KEY];
	struct toc_str skey;

	if (!path)
		return 0;
	if (!settings->trust_file)
		return cli_complain(w->cli, CLI_EXIT_USAGE, "--witness: with --trust only, which keeps what was cosigned");
	if (cli_witness_key(w->cli, path, w->keys, &skey) < 0)
		return CLI_EXIT_USAGE;
	settings->witness_key = toc_arena_cstr(w->keys, skey);
	return 0;
}

int cli_watch(const struct cli *cli)
{
	struct watch w = { .cli = cli,
			   .only = cli->line.value[CLI_OPT_ONLY],
			   .position_file = cli->line.value[CLI_OPT_POSITION],
			   .once = cli->line.value[CLI_OPT_ONCE] != NULL };
	struct tocsin_connection_settings settings = { .server = cli->server,
						       .key = cli->key,
						       .user = &w,
						       .on_entry = on_entry,
						       .on_position = on_position,
						       .on_beat = on_beat,
						       .on_welcome = on_welcome,
						       .on_state = on_state,
						       .trust_file = cli->line.value[CLI_OPT_TRUST],
						       .log_key = cli->line.value[CLI_OPT_LOG_KEY] };
	struct tocsin_error error;
	struct tocsin *t;

	if (settings.trust_file || settings.log_key)
		settings.on_log = on_log;
	if (start_of(cli, &settings.from) < 0 ||
	    cli_number(cli, CLI_OPT_COUNT, 1, 1000000000, -1, &w.left) < 0)
		return CLI_EXIT_USAGE;
	w.scratch = toc_arena_new();
	w.keys = toc_arena_new();
	int r = vouch(&w, &settings);
	if (r == 0)
		r = cli_open(cli, &t);
	if (r != 0) {
		toc_arena_free(w.scratch);
		toc_arena_free(w.keys);
		return r;
	}
	if (tocsin_connect(t, &settings, &w.connection, &error) < 0)
		w.result = cli_complain(cli, CLI_EXIT_USAGE, "%s", error.text);
	else
		while (!w.done && !cli_interrupted && tocsin_step(t, 500) == 0)
			;
	tocsin_disconnect(w.connection);
	for (int i = 0; i < 4 && cli->line.value[CLI_OPT_RECEIPTS]; i++)
		(void)tocsin_step(t, 50); /* the last receipts leave before the goodbye */
	cli_catch_signals(NULL);
	tocsin_free(t);
	toc_arena_free(w.scratch);
	toc_arena_free(w.keys);
	return w.result;
}
