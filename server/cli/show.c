/* show.c: entries and answers for people. */
#include <string.h>

#include "cli/cli.h"
#include "message/catalogue.h"
#include "message/json.h"

/* "13:58:00" of an RFC 3339 time in UTC, or as much as there is. */
static struct toc_str clock_of(struct toc_str time)
{
	return time.n >= 19 ? (struct toc_str){ time.p + 11, 8 } : time;
}

static void row(const struct cli *cli, struct toc_arena *a, const char *name, struct toc_str text)
{
	fprintf(cli->out.out, "        %s", term_on(&cli->out, TERM_DIM));
	term_cell(&cli->out, toc_str_of(name), 24);
	fputs(term_off(&cli->out), cli->out.out);
	term_fill(&cli->out, toc_str_harmless(a, text, " "), 32, 32);
}

/* What a content signal recognises: "SHA256 9c85…", "url https://…". */
static struct toc_str recognises(struct toc_arena *a, const struct toc_value *item)
{
	static const char *const members[] = { "hash_value", "url", "domain", "text_phrase", "account_ref" };
	struct toc_str what = toc_get_text(item, "hash_type");

	if (!what.n)
		what = toc_get_text(item, "signal_kind");
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (toc_get(item, members[i]))
			return toc_arena_printf(a, "%.*s %.*s", TOC_STR_ARGS(what),
						TOC_STR_ARGS(toc_get_text(item, members[i])));
	return toc_arena_printf(a, "%.*s, %lld bytes sent separately", TOC_STR_ARGS(what),
				(long long)toc_get_int(toc_get(item, "hash_ref"), "size", 0));
}

static void signals(const struct cli *cli, struct toc_arena *a, const struct toc_value *body)
{
	const struct toc_value *items = toc_get(body, "items"), *scopes = toc_get(body, "scopes");

	for (size_t i = 0; i < toc_len(items); i++) {
		const struct toc_value *item = toc_at(items, i);
		struct toc_str line =
			toc_arena_printf(a, "%.*s  %.*s", TOC_STR_ARGS(toc_get_text(item, "item_id")),
					 TOC_STR_ARGS(recognises(a, item)));
		if (toc_get_is(item, "bank", "negative"))
			line = toc_arena_printf(a, "%.*s, known lawful", TOC_STR_ARGS(line));
		if (toc_get(item, "match_distance_max"))
			line = toc_arena_printf(a, "%.*s, up to %lld bits", TOC_STR_ARGS(line),
						(long long)toc_get_int(item, "match_distance_max", 0));
		if (toc_get(item, "variant_of"))
			line = toc_arena_printf(a, "%.*s, a variant of %.*s", TOC_STR_ARGS(line),
						TOC_STR_ARGS(toc_get_text(item, "variant_of")));
		row(cli, a, i ? "" : "items", line);
	}
	for (size_t i = 0; i < toc_len(scopes); i++)
		row(cli, a, i ? "" : "ruled", term_flat(a, toc_at(scopes, i)));
}

static void item_states(const struct cli *cli, struct toc_arena *a, const struct toc_value *decided)
{
	const struct toc_value *list = toc_get(decided, "item_states");

	for (size_t i = 0; i < toc_len(list); i++)
		row(cli, a, "item is now",
		    toc_arena_printf(a, "%.*s  %.*s", TOC_STR_ARGS(toc_get_text(toc_at(list, i), "item")),
				     TOC_STR_ARGS(toc_get_text(toc_at(list, i), "to"))));
}

/* The fields of a body, without the one that the entry's name says already: "M5.accept" has kind "accept". */
static void rows_of(const struct cli *cli, struct toc_arena *a, const struct toc_value *body,
		    struct toc_str k)
{
	const char *dot = k.n ? memchr(k.p, '.', k.n) : NULL;
	struct toc_str said = dot ? (struct toc_str){ dot + 1, k.n - (size_t)(dot + 1 - k.p) } : TOC_STR("");
	for (uint32_t i = 0; body && body->kind == TOC_MAP && i < body->n; i++) {
		const char *name = toc_arena_cstr(a, body->members[i].name);
		if ((!strcmp(name, "step") || !strcmp(name, "kind")) &&
		    toc_str_eq(toc_text_of(body->members[i].value), said))
			continue;
		if (!strcmp(name, "items") || !strcmp(name, "scopes"))
			continue; /* content signals, a line each below */
		row(cli, a, name, term_flat(a, body->members[i].value));
	}
	signals(cli, a, body);
}

static void desks(const struct cli *cli, struct toc_arena *a, const struct toc_value *list)
{
	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *d = toc_at(list, i);
		row(cli, a, i ? "" : "goes to",
		    toc_arena_printf(a, "%.*s (%.*s): %.*s", TOC_STR_ARGS(toc_get_text(d, "org")),
				     TOC_STR_ARGS(toc_get_text(d, "role")),
				     TOC_STR_ARGS(toc_get_text(d, "why"))));
	}
}

/* What an entry means for its incident. */
static void crisis(const struct cli *cli, struct toc_arena *a, const struct toc_value *decided)
{
	const struct toc_value *states = toc_get(decided, "incident_state"),
			       *decision = toc_get(decided, "decision"), *by = toc_get(decision, "by"),
			       *proposed = toc_get(decided, "proposed");
	struct toc_str who = TOC_STR("");
	for (size_t i = 0; i < toc_len(by); i++)
		who = toc_arena_printf(a, "%.*s%s%.*s", TOC_STR_ARGS(who), i ? " and " : "",
				       TOC_STR_ARGS(toc_get_text(toc_at(by, i), "org")));
	if (decision)
		row(cli, a, "decided",
		    toc_arena_printf(a, "%.*s, by %.*s", TOC_STR_ARGS(toc_get_text(decision, "decision")),
				     TOC_STR_ARGS(who)));
	else if (proposed)
		row(cli, a, "proposed",
		    toc_arena_printf(a, "%.*s: another person confirms",
				     TOC_STR_ARGS(toc_get_text(proposed, "decision"))));
	if (toc_get(decided, "assigned"))
		row(cli, a, "taken up by", toc_get_text(toc_get(decided, "assigned"), "org"));
	if (toc_get(decided, "warned"))
		row(cli, a, "warning ends", toc_get_text(toc_get(decided, "warned"), "until"));
	for (size_t i = 0; i < toc_len(states); i++)
		row(cli, a, "incident is",
		    toc_arena_printf(a, "%.*s, was %.*s", TOC_STR_ARGS(toc_get_text(toc_at(states, i), "to")),
				     TOC_STR_ARGS(toc_get_text(toc_at(states, i), "from"))));
}

/* Of a whole membership one row for each time, not for each member: at the first that has it. */
static void owing(const struct cli *cli, struct toc_arena *a, const struct toc_value *started, size_t at)
{
	struct toc_str until = toc_get_text(toc_at(started, at), "deadline"), who = TOC_STR("");
	for (size_t i = 0; i < toc_len(started); i++) {
		const struct toc_value *t = toc_at(started, i);
		if (!toc_get_is(t, "timer", "T19") || !toc_str_eq(toc_get_text(t, "deadline"), until))
			continue;
		if (i < at)
			return;
		who = toc_arena_printf(a, "%.*s%s%.*s", TOC_STR_ARGS(who), who.n ? ", " : "",
				       TOC_STR_ARGS(toc_get_text(t, "desk")));
	}
	row(cli, a, "to acknowledge",
	    toc_arena_printf(a, "until %.*s: %.*s", TOC_STR_ARGS(clock_of(until)), TOC_STR_ARGS(who)));
}

static void timers(const struct cli *cli, struct toc_arena *a, const struct toc_value *decided)
{
	const struct toc_value *started = toc_get(decided, "timers_started"),
			       *stopped = toc_get(decided, "timers_stopped");
	for (size_t i = 0; i < toc_len(started); i++) {
		const struct toc_value *t = toc_at(started, i);
		if (toc_get_is(t, "timer", "T19")) {
			owing(cli, a, started, i);
			continue;
		}
		row(cli, a, "timer runs",
		    toc_arena_printf(a, "%.*s %.*s%suntil %.*s", TOC_STR_ARGS(toc_get_text(t, "timer")),
				     TOC_STR_ARGS(toc_get_text(t, "desk")), toc_get(t, "desk") ? " " : "",
				     TOC_STR_ARGS(toc_get_text(t, "deadline"))));
	}
	for (size_t i = 0; i < toc_len(stopped); i++) {
		const struct toc_value *t = toc_at(stopped, i);
		long long ms = toc_get_int(t, "took_ms", 0);
		row(cli, a, toc_get_bool(t, "met") ? "timer met" : "timer stopped",
		    toc_arena_printf(a, "%.*s %.*s%safter %lld:%02lld",
				     TOC_STR_ARGS(toc_get_text(t, "timer")),
				     TOC_STR_ARGS(toc_get_text(t, "desk")), toc_get(t, "desk") ? " " : "",
				     ms / 60000, ms / 1000 % 60));
	}
}

static void disclosed(const struct cli *cli, struct toc_arena *a, const struct toc_value *list)
{
	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *d = toc_at(list, i);
		fprintf(cli->out.out, "        %sdisclosed%s  %.*s  %.*s  %.*s\n",
			term_on(&cli->out, TERM_BOLD), term_off(&cli->out),
			TOC_STR_ARGS(clock_of(toc_get_text(d, "at"))), TOC_STR_ARGS(toc_get_text(d, "k")),
			TOC_STR_ARGS(toc_get_text(d, "org")));
		rows_of(cli, a, toc_get(toc_get(d, "message"), "body"), toc_get_text(d, "k"));
	}
}

void cli_show_entry(const struct cli *cli, struct toc_arena *scratch, const struct toc_value *frame)
{
	const struct term *t = &cli->out;
	const struct toc_value *message = toc_get(frame, "message"), *decided = toc_get(frame, "decided");
	struct toc_str k = toc_str_harmless(scratch, toc_get_text(frame, "k"), " "),
		       mode = toc_get_text(frame, "mode");
	bool urgent = toc_get_is(frame, "op", "urgent"), actual = toc_str_is(mode, "actual");
	const struct toc_message_type *type = toc_message_type_find(toc_get_text(message, "type"));

	if (urgent)
		fprintf(t->out, "%s NOT YET RECORDED %s\n", term_on(t, TERM_ALARM), term_off(t));
	fprintf(t->out, "%s%6lld%s  %.*s  %s%s%s  %s", term_on(t, TERM_DIM),
		(long long)toc_get_int(frame, "seq", -1), term_off(t),
		TOC_STR_ARGS(clock_of(toc_get_text(frame, "at"))),
		term_on(t, actual ? TERM_ALARM : TERM_BANNER),
		actual                         ? " ACTUAL "
		: toc_str_is(mode, "exercise") ? "EXERCISE"
					       : " system ",
		term_off(t), term_on(t, TERM_BOLD));
	term_cell(t, k, 18);
	term_cell(t, toc_str_harmless(scratch, toc_get_text(frame, "org"), " "), 14);
	fprintf(t->out, "%s %s%s\n", term_off(t), type ? toc_message_type_title(type) : "",
		toc_get_bool(frame, "late") ? "  (recorded late: came through the journal)" : "");
	if (toc_get(frame, "incident"))
		row(cli, scratch, "incident", toc_get_text(frame, "incident"));
	if (toc_get(frame, "case"))
		row(cli, scratch, "case", toc_get_text(frame, "case"));
	if (toc_get_is(frame, "rendering", "without_personal"))
		row(cli, scratch, "rendering", TOC_STR("without personal data"));
	rows_of(cli, scratch, toc_get(message, "body"), toc_get_text(frame, "k"));
	item_states(cli, scratch, decided);
	desks(cli, scratch, toc_get(decided, "desks"));
	crisis(cli, scratch, decided);
	timers(cli, scratch, decided);
	disclosed(cli, scratch, toc_get(frame, "disclosed"));
}

/* What is told once, to whoever declared an address or changed its secret. */
static void show_secret(struct toc_arena *a, const struct tocsin_answer *answer)
{
	static const char *const names[] = { "secret", "public_key" };
	struct toc_refusal refusal;
	struct toc_value *frame;

	if (toc_json_parse(a, (struct toc_str){ answer->json, answer->json_bytes }, answer->json_bytes, 48, &frame, &refusal) < 0)
		return;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (toc_get_text(frame, names[i]).n)
			printf("%s  %.*s\n", names[i], TOC_STR_ARGS(toc_str_harmless(a, toc_get_text(frame, names[i]), " ")));
}

/* A hold that came after an erasure. */
static void show_gone(const struct term *out, struct toc_arena *a, const struct tocsin_answer *answer)
{
	struct toc_refusal refusal;
	struct toc_value *frame;

	if (toc_json_parse(a, (struct toc_str){ answer->json, answer->json_bytes }, answer->json_bytes, 48, &frame, &refusal) < 0)
		return;
	const struct toc_value *gone = toc_get(frame, "gone");
	for (size_t i = 0; i < toc_len(gone); i++)
		printf("%serased already%s  %.*s, by entry %lld: kept is what was sealed since, nothing that it names\n", term_on(out, TERM_ALARM), term_off(out),
		       TOC_STR_ARGS(toc_get_text(toc_at(gone, i), "retention")), (long long)toc_get_int(toc_at(gone, i), "erasure", 0));
}

void cli_show_answer(const struct cli *cli, const struct tocsin_answer *answer)
{
	const struct term *out = &cli->out, *err = &cli->err;
	struct toc_arena *a = toc_arena_new();
	if (cli->json && *answer->json) {
		printf("%s\n", answer->json);
	} else if (answer->outcome == TOCSIN_ACCEPTED) {
		printf("%saccepted%s  seq %lld  id %s%s%s%s%s\n", term_on(out, TERM_GREEN), term_off(out),
		       answer->seq, answer->id, *answer->case_ref ? "  case " : "", answer->case_ref,
		       *answer->incident_ref ? "  incident " : "", answer->incident_ref);
		show_secret(a, answer);
		show_gone(out, a, answer);
	} else if (answer->outcome == TOCSIN_JOURNALED) {
		printf("%sjournaled%s  id %s  delivered, not yet recorded: the database is away\n",
		       term_on(out, TERM_YELLOW), term_off(out), answer->id);
	} else if (answer->outcome == TOCSIN_UNANSWERED) {
		cli_complain(
			cli, 0,
			"no answer in time. It may have been taken: send it again with the id %s to learn",
			answer->id);
	} else {
		fprintf(stderr, "%srefused%s  %s%s%s%s%s%s\n", term_on(err, TERM_RED), term_off(err),
			answer->code, *answer->field ? "  " : "", answer->field, *answer->clause ? "  (" : "",
			answer->clause, *answer->clause ? ")" : "");
		fprintf(stderr, "         %s\n         %s\n", toc_str_harmless(a, toc_str_of(answer->detail), " ").p,
			answer->advice);
	}
	toc_arena_free(a);
}
