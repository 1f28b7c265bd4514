/* hooks.c: `tocsin admin hook`: the addresses that the server calls for my organisation, and what became of its calls.
 *
 * Reads from the beginning what this admin may read of it, then shows it, or sends the one message that was asked for. The
 * same steps as in the server's state: apply_hook.c. A secret is printed by whoever shows the answer; it is in no entry. */
#include <string.h>

#include "base/time.h"
#include "cli/cli.h"
#include "message/json.h"

#define FRAME_DEPTH 48

struct hooks {
	const struct cli *cli;
	struct toc_arena *a, *scratch;
	struct tocsin_connection *connection;
	struct toc_value *hooks;      /* [{hook, state, declaration, by, old_until?, code?}] in the order in which they were declared */
	struct toc_value *deliveries; /* [{delivery, entry, k?, hook?, channel, mode, at, state, attempt, code?, again_at?}] by their first outcome */
	struct toc_str you_org;
	bool all_read, failed;
	char why[300];
};

/* ---- entries ---- */

static void copy(struct hooks *h, struct toc_value *to, const char *as, const struct toc_value *from, const char *name)
{
	if (toc_get(from, name))
		toc_set(h->a, to, as, toc_value_copy(h->a, toc_get(from, name)));
}

static struct toc_value *with(struct toc_value *list, const char *name, struct toc_str id)
{
	for (size_t i = toc_len(list); i-- > 0;)
		if (toc_str_eq(toc_get_text(toc_at(list, i), name), id))
			return list->items[i];
	return NULL;
}

static void hook_step(struct hooks *h, const struct toc_value *frame)
{
	const struct toc_value *message = toc_get(frame, "message"), *said = toc_get(toc_get(frame, "decided"), "hook");
	struct toc_value *v = with(h->hooks, "hook", toc_get_text(said, "id"));

	if (toc_str_is(toc_get_text(frame, "k"), "hook.declare")) {
		v = toc_value_map(h->a);
		copy(h, v, "hook", said, "id");
		copy(h, v, "declaration", message, "body");
		copy(h, v, "declared_by", message, "sender_person");
		copy(h, v, "at", frame, "at");
		toc_push(h->a, h->hooks, v);
	}
	if (!v)
		return;
	copy(h, v, "state", said, "to");
	copy(h, v, "generation", said, "generation");
	copy(h, v, "old_until", said, "old_until");
	if (toc_str_is(toc_get_text(frame, "k"), "hook.disable"))
		copy(h, v, "code", toc_get(message, "body"), "code");
}

static void delivery(struct hooks *h, const struct toc_value *frame)
{
	const struct toc_value *body = toc_get(toc_get(frame, "message"), "body"), *of = toc_get(toc_get(frame, "decided"), "deliveries");
	static const char *const called[] = { "webhook", "push", "phone", "SMS", "pager" };
	struct toc_value *v = with(h->deliveries, "delivery", toc_get_text(body, "delivery"));
	bool carried = false;

	for (size_t i = 0; i < sizeof called / sizeof *called; i++)
		carried |= toc_get_is(body, "channel", called[i]);
	if (!carried || !toc_str_eq(toc_get_text(body, "recipient_org"), h->you_org))
		return;
	if (!v) {
		v = toc_value_map(h->a);
		toc_push(h->a, h->deliveries, v);
	}
	copy(h, v, "delivery", body, "delivery");
	copy(h, v, "entry", body, "message_ref");
	for (size_t i = 0; i < toc_len(of); i++) {
		if (!toc_str_eq(toc_get_text(toc_at(of, i), "id"), toc_get_text(body, "delivery")))
			continue;
		copy(h, v, "k", toc_at(of, i), "k");
		copy(h, v, "hook", toc_at(of, i), "to");
	}
	copy(h, v, "channel", body, "channel");
	copy(h, v, "mode", frame, "mode");
	copy(h, v, "at", frame, "recorded");
	copy(h, v, "state", body, "state");
	copy(h, v, "attempt", body, "attempt");
	toc_set(h->a, v, "code", toc_get(body, "code") ? toc_value_copy(h->a, toc_get(body, "code")) : toc_value_null(h->a));
	toc_set(h->a, v, "again_at", toc_get(body, "again_at") ? toc_value_copy(h->a, toc_get(body, "again_at")) : toc_value_null(h->a));
}

static void on_entry(void *user, const struct tocsin_entry *e)
{
	struct hooks *h = user;
	bool is_hook = strncmp(e->k, "hook.", 5) == 0;
	struct toc_value *frame;
	struct toc_refusal refusal;

	if (h->all_read || (!is_hook && strcmp(e->k, "M19.delivery") != 0))
		return;
	toc_arena_reset(h->scratch);
	if (toc_json_parse(h->scratch, (struct toc_str){ e->json, e->json_bytes }, e->json_bytes, FRAME_DEPTH, &frame, &refusal) < 0)
		return;
	if (is_hook)
		hook_step(h, frame);
	else
		delivery(h, frame);
}

/* ---- the connection ---- */

static void on_beat(void *user, long long last)
{
	struct hooks *h = user;

	h->all_read |= tocsin_position(h->connection) >= last;
}

static void on_welcome(void *user, const char *json, size_t n)
{
	struct hooks *h = user;
	struct toc_value *frame;
	struct toc_refusal refusal;

	if (toc_json_parse(h->a, (struct toc_str){ json, n }, n, FRAME_DEPTH, &frame, &refusal) == 0)
		h->you_org = toc_get_text(toc_get(frame, "you"), "org");
}

static void on_state(void *user, enum tocsin_state state, const char *why)
{
	struct hooks *h = user;

	snprintf(h->why, sizeof h->why, "%s", why);
	h->failed |= state == TOCSIN_ENDED;
}

/* Everything until now. @return an exit code */
static int read_all(struct hooks *h)
{
	struct tocsin_connection_settings settings = { .from = TOCSIN_FROM_START,
						       .user = h,
						       .on_entry = on_entry,
						       .on_beat = on_beat,
						       .on_welcome = on_welcome,
						       .on_state = on_state };
	struct tocsin_error error;
	struct tocsin *t;

	int r = cli_open_for(h->cli, &settings, &t);
	if (r != 0)
		return r;
	int64_t until = toc_clock_mono_us() + settings.patience_s * INT64_C(1000000);
	if (tocsin_connect(t, &settings, &h->connection, &error) < 0)
		r = cli_complain(h->cli, CLI_EXIT_USAGE, "%s", error.text);
	while (r == 0 && !h->all_read && !h->failed && !cli_interrupted && toc_clock_mono_us() < until && tocsin_step(t, 500) == 0) {
	}
	if (r == 0 && !h->all_read)
		r = cli_complain(h->cli, CLI_EXIT_AWAY, "%s", h->why[0] ? h->why : "the server has not answered in time");
	cli_catch_signals(NULL);
	tocsin_free(t);
	return r;
}

/* ---- showing ---- */

static void show_json(struct hooks *h, const struct toc_value *v)
{
	printf("%.*s\n", TOC_STR_ARGS(toc_json_str(h->scratch, v)));
}

static struct toc_str safe(struct hooks *h, const struct toc_value *v, const char *name)
{
	return toc_str_harmless(h->scratch, toc_get_text(v, name), " ");
}

static struct toc_str short_id(const struct toc_value *v, const char *name)
{
	struct toc_str id = toc_get_text(v, name);

	return (struct toc_str){ id.p, id.n < 8 ? id.n : 8 };
}

static bool is_removed(const struct toc_value *hook)
{
	return toc_get_is(hook, "state", "REMOVED");
}

static void list(struct hooks *h)
{
	const struct term *out = &h->cli->out;

	for (size_t i = 0; i < toc_len(h->hooks); i++) {
		const struct toc_value *v = toc_at(h->hooks, i), *d = toc_get(v, "declaration");
		toc_time until;
		toc_arena_reset(h->scratch);
		if (is_removed(v))
			continue;
		if (h->cli->json) {
			show_json(h, v);
			continue;
		}
		printf("%.*s  %s", TOC_STR_ARGS(short_id(v, "hook")), term_on(out, TERM_BOLD));
		term_cell(out, safe(h, v, "state"), 9);
		printf("%s ", term_off(out));
		term_cell(out, safe(h, d, "kind"), 8);
		printf(" %.*s", TOC_STR_ARGS(safe(h, d, "url")));
		if (toc_get(d, "channels"))
			printf("  %.*s", TOC_STR_ARGS(term_flat(h->scratch, toc_get(d, "channels"))));
		if (toc_get(d, "precedence"))
			printf("  from %.*s", TOC_STR_ARGS(safe(h, d, "precedence")));
		if (toc_get_is(d, "content", "wake_up"))
			printf("  wake-up only");
		if (toc_time_parse(toc_get_text(v, "old_until"), &until, NULL) == 0 && toc_before(toc_clock_now(), until))
			printf("  the old secret signs until %.*s", TOC_STR_ARGS(toc_time_str(h->scratch, until)));
		if (toc_get_is(v, "state", "DISABLED"))
			printf("  answered %lld", (long long)toc_get_int(v, "code", 0));
		printf("\n");
	}
}

static void show_log(struct hooks *h, const struct toc_value *only)
{
	const struct term *out = &h->cli->out;

	for (size_t i = 0; i < toc_len(h->deliveries); i++) {
		const struct toc_value *v = toc_at(h->deliveries, i);
		const struct toc_value *hook = with(h->hooks, "hook", toc_get_text(v, "hook"));
		toc_arena_reset(h->scratch);
		if (only && hook != only)
			continue;
		if (h->cli->json) {
			show_json(h, v);
			continue;
		}
		printf("%.*s  %.*s ", TOC_STR_ARGS(short_id(v, "delivery")), TOC_STR_ARGS(safe(h, v, "at")));
		term_cell(out, safe(h, v, "channel"), 8);
		printf(" %s", term_on(out, TERM_BOLD));
		term_cell(out, safe(h, v, "state"), 10);
		printf("%s %3lld ", term_off(out), (long long)toc_get_int(v, "attempt", 0));
		if (toc_get_int(v, "code", 0))
			printf("%lld ", (long long)toc_get_int(v, "code", 0));
		else
			printf("  - ");
		term_cell(out, safe(h, v, "k"), 14);
		printf(" %.*s  %.*s\n", TOC_STR_ARGS(safe(h, v, "entry")), TOC_STR_ARGS(safe(h, toc_get(hook, "declaration"), "url")));
	}
}

/* ---- what is to be sent ---- */

/* The one whose id begins so, after a complaint NULL. */
static const struct toc_value *find(struct hooks *h, const struct toc_value *list, const char *name, const char *prefix)
{
	const struct toc_value *found = NULL;
	size_t n = strlen(prefix);

	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_str id = toc_get_text(toc_at(list, i), name);
		if (id.n < n || memcmp(id.p, prefix, n) != 0 || is_removed(toc_at(list, i)))
			continue;
		if (found) {
			cli_complain(h->cli, 0, "\"%s\" begins several", prefix);
			return NULL;
		}
		found = toc_at(list, i);
	}
	if (!found)
		cli_complain(h->cli, 0, "there is no %s \"%s\", or it is not yours to see", name, prefix);
	return found;
}

static int say(struct hooks *h, struct toc_value *body)
{
	return cli_send_message(h->cli, toc_json_str(h->a, cli_system_message(h->a, "hook", NULL, body)));
}

static int declare(struct hooks *h)
{
	const struct cli_line *line = &h->cli->line;
	struct toc_value *body = toc_value_map(h->a), *channels = toc_value_list(h->a);
	const char *gateway = line->value[CLI_OPT_GATEWAY];

	toc_set_cstr(h->a, body, "step", "declare");
	toc_set_cstr(h->a, body, "kind", gateway ? "gateway" : "webhook");
	toc_set_cstr(h->a, body, "url", line->operand);
	if (!gateway) {
		toc_set_cstr(h->a, body, "content", line->value[CLI_OPT_WAKE_UP] ? "wake_up" : "entry");
		toc_set_cstr(h->a, body, "precedence", line->value[CLI_OPT_PRECEDENCE]);
		return say(h, body);
	}
	if (line->value[CLI_OPT_WAKE_UP] || line->value[CLI_OPT_PRECEDENCE])
		return cli_complain(h->cli, CLI_EXIT_USAGE, "--gateway is asked to call; --wake-up and --precedence are a webhook's");
	for (const char *p = gateway; *p;) {
		size_t n = strcspn(p, ",");
		toc_push_text(h->a, channels, (struct toc_str){ p, n });
		p += n + (p[n] == ',');
	}
	toc_set(h->a, body, "channels", channels);
	return say(h, body);
}

static int resend(struct hooks *h)
{
	const struct toc_value *d = find(h, h->deliveries, "delivery", h->cli->line.operand);
	struct toc_value *body = toc_value_map(h->a);

	if (!d)
		return CLI_EXIT_USAGE;
	if (!toc_get_is(d, "channel", "webhook") || !toc_get(d, "hook") || toc_get_is(d, "k", "hook.test"))
		return cli_complain(h->cli, CLI_EXIT_USAGE, "a message to a webhook can be sent again, and nothing else");
	toc_set_cstr(h->a, body, "step", "resend");
	toc_set_text(h->a, body, "hook", toc_get_text(d, "hook"));
	toc_set_text(h->a, body, "entry", toc_get_text(d, "entry"));
	return say(h, body);
}

static int step(struct hooks *h, const char *name)
{
	const struct toc_value *hook = find(h, h->hooks, "hook", h->cli->line.operand);
	struct toc_value *body = toc_value_map(h->a);
	long overlap;

	if (!hook || cli_number(h->cli, CLI_OPT_OVERLAP, 0, 168, -1, &overlap) < 0)
		return CLI_EXIT_USAGE;
	toc_set_cstr(h->a, body, "step", name);
	toc_set_text(h->a, body, "hook", toc_get_text(hook, "hook"));
	if (overlap >= 0)
		toc_set_int(h->a, body, "overlap_h", overlap);
	return say(h, body);
}

static int run(struct hooks *h)
{
	const struct toc_value *only = NULL;

	switch (h->cli->line.command) {
	case CLI_HOOK_LIST: list(h); return CLI_EXIT_OK;
	case CLI_HOOK_LOG:
		if (h->cli->line.operand && !(only = find(h, h->hooks, "hook", h->cli->line.operand)))
			return CLI_EXIT_USAGE;
		show_log(h, only);
		return CLI_EXIT_OK;
	case CLI_HOOK_CONFIRM: return step(h, "confirm");
	case CLI_HOOK_PAUSE: return step(h, "pause");
	case CLI_HOOK_RESUME: return step(h, "resume");
	case CLI_HOOK_ROTATE: return step(h, "rotate");
	case CLI_HOOK_TEST: return step(h, "test");
	case CLI_HOOK_REMOVE: return step(h, "remove");
	default: return resend(h);
	}
}

int cli_hook(const struct cli *cli)
{
	struct hooks h = { .cli = cli, .a = toc_arena_new(), .scratch = toc_arena_new() };
	int r = CLI_EXIT_OK;

	h.hooks = toc_value_list(h.a);
	h.deliveries = toc_value_list(h.a);
	if (cli->line.command == CLI_HOOK_DECLARE)
		r = declare(&h);
	else if ((r = read_all(&h)) == CLI_EXIT_OK)
		r = run(&h);
	toc_arena_free(h.a);
	toc_arena_free(h.scratch);
	return r;
}
