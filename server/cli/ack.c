/* ack.c: `tocsin ack`: a person answers for a threat case, from the command line.
 *
 * Reads from the beginning what this member may read, finds the case's notification (sent to us, or disclosed
 * to us), and answers with M5 in its envelope: the same mode, exercise, marking, precedence and language. */
#include <string.h>

#include "base/time.h"
#include "cli/cli.h"
#include "message/json.h"

struct acking {
	const struct cli *cli;
	struct tocsin_connection *connection;
	struct toc_arena *kept, *scratch;
	struct toc_value *notification; /* its message; NULL: none seen yet */
	char case_ref[40], person[40];
	struct toc_value *exercises;
	bool several, sent, done;
	int result;
	char why[300];
};

static bool begins(struct toc_str text, const char *prefix)
{
	size_t n = strlen(prefix);
	return text.n >= n && !memcmp(text.p, prefix, n);
}

static void consider(struct acking *k, struct toc_str case_ref, const struct toc_value *message)
{
	if (!begins(case_ref, k->cli->line.operand))
		return;
	if (k->case_ref[0] && !toc_str_is(case_ref, k->case_ref)) {
		k->several = true;
		return;
	}
	snprintf(k->case_ref, sizeof k->case_ref, "%.*s", TOC_STR_ARGS(case_ref));
	k->notification = toc_value_copy(k->kept, message);
}

static void on_entry(void *user, const struct tocsin_entry *e)
{
	struct acking *k = user;
	struct toc_value *frame;
	struct toc_refusal refusal;
	toc_arena_reset(k->scratch);
	if (toc_json_parse(k->scratch, (struct toc_str){ e->json, e->json_bytes }, e->json_bytes, 48, &frame,
			   &refusal) < 0)
		return;
	if (!strcmp(e->k, "M4.send"))
		consider(k, toc_get_text(frame, "case"), toc_get(frame, "message"));
	const struct toc_value *disclosed = toc_get(frame, "disclosed");
	for (size_t i = 0; i < toc_len(disclosed); i++)
		if (toc_get_is(toc_at(disclosed, i), "k", "M4.send"))
			consider(k, toc_get_text(frame, "case"), toc_get(toc_at(disclosed, i), "message"));
}

static void on_answer(void *user, const struct tocsin_answer *answer)
{
	struct acking *k = user;
	cli_show_answer(k->cli, answer);
	k->result = answer->outcome == TOCSIN_REFUSED      ? CLI_EXIT_REFUSED
		    : answer->outcome == TOCSIN_UNANSWERED ? CLI_EXIT_AWAY
							   : CLI_EXIT_OK;
	k->done = true;
}

/* Now on the clock of the notification: scenario time in an exercise. */
static toc_time now_there(const struct acking *k)
{
	toc_time now = toc_clock_now();
	struct toc_str exercise = toc_get_text(k->notification, "exercise_ref");
	for (size_t i = 0; i < toc_len(k->exercises); i++) {
		const struct toc_value *x = toc_at(k->exercises, i);
		toc_time at;
		if (toc_str_eq(toc_get_text(x, "id"), exercise) &&
		    toc_time_parse(toc_get_text(x, "at"), &at, NULL) == 0)
			return at;
	}
	return now;
}

static void answer_case(struct acking *k)
{
	struct toc_arena *a = k->kept;
	struct toc_value *m = toc_value_map(a), *body = toc_value_map(a);
	static const char *const same[] = { "mode",     "exercise_ref", "incident_ref", "tlp",
					    "handling", "precedence",   "lang",         "legal_basis" };
	const char *reference = k->cli->line.value[CLI_OPT_REFERENCE];
	struct tocsin_error error;

	toc_set_cstr(a, m, "type", "M5");
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		toc_set(a, m, same[i], toc_get(k->notification, same[i]));
	toc_set_cstr(a, m, "case_ref", k->case_ref);
	toc_set_bool(a, m, "ack_required", false);
	toc_set(a, m, "also_reported_to", toc_value_list(a));
	struct toc_value *none = toc_value_map(a);
	toc_set_cstr(a, none, "level", "none");
	toc_set(a, none, "categories", toc_value_list(a));
	toc_set(a, m, "personal_data", none);
	struct toc_str at = toc_time_str(a, now_there(k));
	toc_set_text(a, m, "sent_at", at);
	toc_set_cstr(a, body, "kind", k->cli->line.value[CLI_OPT_ACCEPT] ? "accept" : "ack");
	toc_set_cstr(a, body, "human_ack_by", k->person);
	toc_set_text(a, body, "at", at);
	if (reference)
		toc_set_cstr(a, body, "own_reference", reference);
	toc_set(a, m, "body", body);
	struct toc_str json = toc_json_str(a, m);
	k->sent = true;
	if (tocsin_send(k->connection, json.p, json.n, on_answer, k, NULL, &error) < 0) {
		k->result = cli_complain(k->cli, CLI_EXIT_USAGE, "%s", error.text);
		k->done = true;
	}
}

/* Everything that there is has been read: now it can be answered. */
static void on_beat(void *user, long long last)
{
	struct acking *k = user;
	if (k->sent || last > tocsin_position(k->connection))
		return;
	if (k->several)
		k->result = cli_complain(k->cli, CLI_EXIT_USAGE,
					 "%s is the beginning of several cases: give more of it",
					 k->cli->line.operand);
	else if (!k->notification)
		k->result = cli_complain(k->cli, CLI_EXIT_REFUSED, "%s: no such case has been sent to you",
					 k->cli->line.operand);
	else
		answer_case(k);
	k->done |= !k->sent;
}

static void on_welcome(void *user, const char *json, size_t n)
{
	struct acking *k = user;
	struct toc_value *frame;
	struct toc_refusal refusal;
	if (toc_json_parse(k->kept, (struct toc_str){ json, n }, n, 48, &frame, &refusal) < 0)
		return;
	k->exercises = toc_get(frame, "exercises");
	snprintf(k->person, sizeof k->person, "%.*s",
		 TOC_STR_ARGS(toc_get_text(toc_get(frame, "you"), "person")));
}

static void on_state(void *user, enum tocsin_state state, const char *why)
{
	struct acking *k = user;
	snprintf(k->why, sizeof k->why, "%s", why);
	if (state == TOCSIN_ENDED) {
		k->result = cli_complain(k->cli, CLI_EXIT_AWAY, "%s", why);
		k->done = true;
	}
}

int cli_ack(const struct cli *cli)
{
	struct acking k = { .cli = cli };
	struct tocsin_connection_settings settings = { .from = TOCSIN_FROM_START,
						       .user = &k,
						       .on_entry = on_entry,
						       .on_beat = on_beat,
						       .on_welcome = on_welcome,
						       .on_state = on_state };
	struct tocsin_error error;
	struct tocsin *t;

	if (!*cli->line.operand)
		return cli_complain(cli, CLI_EXIT_USAGE, "the case's id, or its beginning, is needed");
	int r = cli_open_for(cli, &settings, &t);
	if (r != 0)
		return r;
	k.kept = toc_arena_new();
	k.scratch = toc_arena_new();
	int64_t until = toc_clock_mono_us() + settings.patience_s * INT64_C(1000000);
	if (tocsin_connect(t, &settings, &k.connection, &error) < 0) {
		k.result = cli_complain(cli, CLI_EXIT_USAGE, "%s", error.text);
		k.done = true;
	}
	while (!k.done && !cli_interrupted && tocsin_step(t, 500) == 0) {
		if (!k.sent && toc_clock_mono_us() > until) {
			k.result = cli_complain(cli, CLI_EXIT_AWAY, "%s",
						k.why[0] ? k.why : "the server has not answered in time");
			k.done = true;
		}
	}
	cli_catch_signals(NULL);
	tocsin_free(t);
	toc_arena_free(k.kept);
	toc_arena_free(k.scratch);
	return k.result;
}
