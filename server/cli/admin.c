/* admin.c: `tocsin admin contacts`: how my organisation is reached, and what one may read of others.
 *
 * Reads from the beginning what this member may read of it, then shows it, or sends what was asked for, one message after
 * the other: all of them are prepared first, and when one would be refused none is sent. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/contacts.h"
#include "message/json.h"

#define FILE_MOST (1024 * 1024)
#define FRAME_DEPTH 48

struct admin {
	const struct cli *cli;
	struct contacts c;
	struct toc_arena *scratch;
	struct tocsin_connection *connection;
	struct toc_value *messages; /* to be sent, once everything is read */
	size_t prepared, sent;
	bool all_read, done;
	int result;
	char why[300];
};

static int end(struct admin *m, int code)
{
	m->result = code;
	m->done = true;
	return code;
}

/* ---- showing ---- */

static struct toc_str joined(struct toc_arena *a, const struct toc_value *list)
{
	struct toc_str all = TOC_STR("");

	for (size_t i = 0; i < toc_len(list); i++)
		all = toc_arena_printf(a, "%.*s%s%.*s", TOC_STR_ARGS(all), i ? " " : "", TOC_STR_ARGS(toc_text_of(toc_at(list, i))));
	return all;
}

static struct toc_str drill_words(struct toc_arena *a, const struct contact_point *p)
{
	if (p->waiting)
		return TOC_STR("waits for a second admin");
	if (p->drill.n)
		return toc_arena_printf(a, "drill running since %.*s", TOC_STR_ARGS(toc_time_str(a, p->drill_from)));
	struct toc_str overdue = contacts_overdue(p, toc_clock_now()) ? TOC_STR(", OVERDUE") : TOC_STR("");
	if (!p->drill_result.n)
		return toc_arena_printf(a, "no drill yet%.*s", TOC_STR_ARGS(overdue));
	return toc_arena_printf(a, "drill %.*s after %lld s, %.*s%.*s", TOC_STR_ARGS(p->drill_result), (long long)p->reaction_s,
				TOC_STR_ARGS(toc_time_str(a, p->drill_at)), TOC_STR_ARGS(overdue));
}

/* What --json shows, and what a script reads. */
static struct toc_value *as_json(struct admin *m, const struct contact_point *p)
{
	struct toc_arena *a = m->scratch;
	struct toc_value *v = toc_value_map(a), *drill = toc_value_map(a);

	toc_set_text(a, v, "point", p->id);
	toc_set_text(a, v, "org", p->org);
	toc_set_cstr(a, v, "state", p->waiting ? "waiting" : "in_force");
	toc_set(a, v, "purposes", p->purposes);
	toc_set(a, v, "declaration", p->body);
	toc_set(a, v, "channels", p->channels);
	if (p->drill.n)
		toc_set_text(a, drill, "running", p->drill);
	if (p->drill_result.n) {
		toc_set_text(a, drill, "at", toc_time_str(a, p->drill_at));
		toc_set_text(a, drill, "result", p->drill_result);
		toc_set_int(a, drill, "reaction_s", p->reaction_s);
	}
	toc_set_bool(a, drill, "overdue", contacts_overdue(p, toc_clock_now()));
	toc_set(a, v, "last_drill", drill);
	return v;
}

static void list(struct admin *m)
{
	for (const struct contact_point *p = m->c.points; p; p = p->next) {
		toc_arena_reset(m->scratch);
		if (!p->waiting && toc_len(p->purposes) == 0)
			continue;
		if (m->cli->json) {
			printf("%.*s\n", TOC_STR_ARGS(toc_json_str(m->scratch, as_json(m, p))));
			continue;
		}
		printf("%.8s  %s", toc_arena_cstr(m->scratch, p->id), term_on(&m->cli->out, TERM_BOLD));
		term_cell(&m->cli->out, toc_str_harmless(m->scratch, p->org, " "), 14);
		printf("%s ", term_off(&m->cli->out));
		term_cell(&m->cli->out, joined(m->scratch, p->purposes), 24);
		printf(" ");
		term_cell(&m->cli->out, toc_get_text(p->body, "hours"), 9);
		printf(" %.*s\n", TOC_STR_ARGS(drill_words(m->scratch, p)));
	}
}

static void show_channels(struct admin *m, const struct contact_point *p, int64_t contact, const struct toc_value *channels)
{
	for (size_t i = 0; i < toc_len(channels); i++) {
		struct toc_str kind = toc_get_text(toc_at(channels, i), "kind");
		printf("                ");
		term_cell(&m->cli->out, kind, 8);
		term_cell(&m->cli->out, toc_str_harmless(m->scratch, toc_get_text(toc_at(channels, i), "address"), " "), 36);
		printf(" %.*s\n", TOC_STR_ARGS(contacts_channel_state(p, contact, kind)));
	}
}

static void show(struct admin *m, const struct contact_point *p)
{
	const struct toc_value *chain = toc_get(p->body, "escalation_chain");
	static const char *const lines[] = { "calendar", "orders_by", "deputy", "valid_from", "valid_until", "keys" };

	if (m->cli->json) {
		printf("%.*s\n", TOC_STR_ARGS(toc_json_str(m->scratch, as_json(m, p))));
		return;
	}
	printf("%s%.*s%s  %.*s\n", term_on(&m->cli->out, TERM_BOLD), TOC_STR_ARGS(p->org), term_off(&m->cli->out), TOC_STR_ARGS(p->id));
	printf("  for           %.*s\n  hours         %.*s\n  languages     %.*s\n  public        %s\n", TOC_STR_ARGS(joined(m->scratch, p->purposes)),
	       TOC_STR_ARGS(toc_get_text(p->body, "hours")), TOC_STR_ARGS(joined(m->scratch, toc_get(p->body, "languages"))),
	       toc_get_bool(p->body, "public") ? "yes" : "no");
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (toc_get(p->body, lines[i]))
			printf("  %-13s %.*s\n", lines[i], TOC_STR_ARGS(term_flat(m->scratch, toc_get(p->body, lines[i]))));
	printf("  drill         %.*s\n", TOC_STR_ARGS(drill_words(m->scratch, p)));
	if (toc_len(toc_get(p->body, "channels")))
		printf("  the desk\n");
	show_channels(m, p, -1, toc_get(p->body, "channels"));
	for (size_t i = 0; i < toc_len(chain); i++) {
		struct toc_str when = toc_get_text(toc_at(chain, i), "when");
		printf("  contact %-3zu   %.*s%s%.*s\n", i,
		       TOC_STR_ARGS(toc_str_harmless(m->scratch, contacts_person(&m->c, p->org, toc_get_text(toc_at(chain, i), "person")), " ")),
		       when.n ? ", called when " : "", TOC_STR_ARGS(when));
		show_channels(m, p, (int64_t)i, toc_get(toc_at(chain, i), "channels"));
	}
}

static void show_roster(struct admin *m)
{
	toc_time now = toc_clock_now(), until;
	size_t shown = 0;

	for (size_t i = 0; i < toc_len(m->c.shifts); i++) {
		const struct toc_value *s = toc_at(m->c.shifts, i);
		toc_arena_reset(m->scratch);
		if (toc_time_parse(toc_get_text(s, "until"), &until, NULL) < 0 || toc_before(until, now))
			continue;
		shown++;
		if (m->cli->json) {
			printf("%.*s\n", TOC_STR_ARGS(toc_json_str(m->scratch, s)));
			continue;
		}
		printf("%.8s  ", toc_arena_cstr(m->scratch, toc_get_text(s, "id")));
		term_cell(&m->cli->out, toc_get_text(s, "org"), 14);
		printf("%.*s  to  %.*s  %.*s\n", TOC_STR_ARGS(toc_get_text(s, "from")), TOC_STR_ARGS(toc_get_text(s, "until")),
		       TOC_STR_ARGS(toc_str_harmless(m->scratch, contacts_person(&m->c, toc_get_text(s, "org"), toc_get_text(s, "person")), " ")));
	}
	if (!shown && !m->cli->json)
		printf("nobody is on a roster: the chains are called as they are\n");
}

/* ---- what is to be sent ---- */

static struct toc_value *body_of(struct admin *m, const char *step)
{
	struct toc_value *body = toc_value_map(m->c.a);

	toc_set_cstr(m->c.a, body, "step", step);
	toc_set_text(m->c.a, body, "org", m->c.you_org);
	return body;
}

static void say(struct admin *m, struct toc_value *body, struct toc_str supersedes)
{
	struct toc_value *message = contact_message(m->c.a, body);

	if (supersedes.n)
		toc_set_text(m->c.a, message, "supersedes", supersedes);
	toc_push(m->c.a, m->messages, message);
}

static struct contact_point *point(struct admin *m, const char *prefix)
{
	bool several;
	struct contact_point *p = contacts_find(&m->c, toc_str_of(prefix), &several);

	if (!p)
		end(m, cli_complain(m->cli, CLI_EXIT_USAGE, several ? "\"%s\" begins several contact points" : "there is no contact point \"%s\", or it is not yours to see",
				    prefix));
	return p;
}

static void say_errors(struct admin *m, const struct toc_value *errors, const char *file)
{
	for (size_t i = 0; i < toc_len(errors); i++)
		cli_complain(m->cli, 0, "%s:%lld: %.*s", file, (long long)toc_get_int(toc_at(errors, i), "line", 0),
			     TOC_STR_ARGS(toc_str_harmless(m->scratch, toc_get_text(toc_at(errors, i), "text"), " ")));
	if (toc_len(errors))
		end(m, CLI_EXIT_USAGE);
}

static bool read_file(struct admin *m, struct toc_str *ret)
{
	if (cli_read(m->cli, m->cli->line.operand, FILE_MOST, m->c.a, ret) < 0)
		end(m, CLI_EXIT_USAGE);
	return !m->done;
}

/* Declares what is neither in force nor waiting; what somebody else has declared is put in force with --confirm. */
static void import(struct admin *m)
{
	struct contact_import in;
	struct toc_str file;
	size_t same = 0;

	if (!read_file(m, &file))
		return;
	contacts_read(&m->c, file, &in);
	say_errors(m, in.errors, m->cli->line.operand);
	for (size_t i = 0; i < toc_len(in.bodies) && !m->done; i++) {
		const struct contact_point *p = contacts_same(&m->c, toc_at(in.bodies, i));
		if (p && p->waiting && m->cli->line.value[CLI_OPT_CONFIRM] && !toc_str_eq(p->by, m->c.you_person))
			say(m, toc_at(in.bodies, i), p->id);
		else if (p)
			same++;
		else
			say(m, toc_at(in.bodies, i), TOC_STR(""));
	}
	if (!m->done && !m->cli->json)
		printf("%zu contact points, %zu as they are already, %zu to be %s\n", toc_len(in.bodies), same, toc_len(m->messages),
		       m->cli->line.value[CLI_OPT_DRY_RUN] ? "declared (dry run)" : "declared");
}

static void set(struct admin *m)
{
	const char *confirm = m->cli->line.value[CLI_OPT_CONFIRM];
	struct toc_str file;
	struct toc_value *body;
	struct toc_refusal refusal;

	if (confirm && m->cli->line.operand) {
		end(m, cli_complain(m->cli, CLI_EXIT_USAGE, "FILE and --confirm: give one of them"));
	} else if (confirm) {
		struct contact_point *p = point(m, confirm);
		if (p && p->waiting)
			say(m, p->body, p->id);
		else if (p)
			end(m, cli_complain(m->cli, CLI_EXIT_USAGE, "it does not wait for a second admin"));
	} else if (!m->cli->line.operand) {
		end(m, cli_complain(m->cli, CLI_EXIT_USAGE, "FILE is missing, or --confirm POINT"));
	} else if (read_file(m, &file)) {
		if (toc_json_parse(m->c.a, file, FILE_MOST, TOC_JSON_DEPTH_MAX, &body, &refusal) < 0) {
			end(m, cli_complain(m->cli, CLI_EXIT_USAGE, "%s: %s", m->cli->line.operand, refusal.detail));
			return;
		}
		toc_set_cstr(m->c.a, body, "step", "own");
		toc_set_text(m->c.a, body, "org", m->c.you_org);
		say(m, body, TOC_STR(""));
	}
}

/* The test of this channel that waits for an answer. */
static struct toc_str waiting_test(const struct contact_point *p, long contact, const char *channel)
{
	for (size_t i = toc_len(p->channels); i-- > 0;) {
		const struct toc_value *v = toc_at(p->channels, i);
		if (toc_get_int(v, "contact", -1) == contact && toc_get_is(v, "channel", channel))
			return toc_get_text(v, "test");
	}
	return TOC_STR("");
}

static void verify(struct admin *m)
{
	const char *channel = m->cli->line.value[CLI_OPT_CHANNEL], *code = m->cli->line.value[CLI_OPT_CODE],
		   *works = m->cli->line.value[CLI_OPT_WORKS];
	struct contact_point *p = point(m, m->cli->line.operand);
	struct toc_value *v = toc_value_map(m->c.a), *body;
	long contact;

	if (!p)
		return;
	if (!channel || cli_number(m->cli, CLI_OPT_CONTACT, 0, 99, -1, &contact) < 0) {
		end(m, cli_complain(m->cli, CLI_EXIT_USAGE, "--channel KIND, and --contact N unless it is the desk's own, are needed"));
		return;
	}
	if (contact >= 0)
		toc_set_int(m->c.a, v, "contact", contact);
	toc_set_cstr(m->c.a, v, "channel", channel);
	if (code) {
		struct toc_str test = waiting_test(p, contact, channel);
		if (!test.n) {
			end(m, cli_complain(m->cli, CLI_EXIT_USAGE, "no test of that channel waits for an answer"));
			return;
		}
		body = body_of(m, "confirm");
		toc_set_text(m->c.a, body, "test", test);
		if (*code && strcmp(code, "-") != 0)
			toc_set_cstr(m->c.a, body, "code", code);
	} else if (works) {
		body = body_of(m, "verify");
		toc_set_text(m->c.a, body, "org", p->org);
		toc_set_text(m->c.a, body, "point", p->id);
		toc_set_text(m->c.a, v, "at", toc_time_str(m->c.a, toc_clock_now()));
		if (strcmp(works, "yes") != 0)
			toc_set_bool(m->c.a, v, "works", false);
		toc_set(m->c.a, body, "verified", v);
	} else {
		body = body_of(m, "test");
		toc_set_text(m->c.a, body, "point", p->id);
		toc_set(m->c.a, body, "tested", v);
	}
	say(m, body, TOC_STR(""));
}

static void drill(struct admin *m)
{
	struct contact_point *p = point(m, m->cli->line.operand);

	if (!p)
		return;
	struct toc_value *body = body_of(m, m->cli->line.value[CLI_OPT_ANSWER] ? "answer" : "drill");
	if (!m->cli->line.value[CLI_OPT_ANSWER])
		toc_set_text(m->c.a, body, "point", p->id);
	else if (p->drill.n)
		toc_set_text(m->c.a, body, "drill", p->drill);
	else
		end(m, cli_complain(m->cli, CLI_EXIT_USAGE, "no drill of it is running"));
	say(m, body, TOC_STR(""));
}

static void roster(struct admin *m)
{
	const char *zone = m->cli->line.value[CLI_OPT_ZONE], *duty = m->cli->line.value[CLI_OPT_DUTY];
	struct toc_str file;

	if (duty) {
		struct toc_value *body = body_of(m, "duty");
		bool take = strcmp(duty, "on") != 0 && strcmp(duty, "off") != 0;
		struct toc_str shift = TOC_STR("");
		for (size_t i = 0; take && i < toc_len(m->c.shifts); i++) {
			struct toc_str id = toc_get_text(toc_at(m->c.shifts, i), "id");
			if (id.n >= strlen(duty) && memcmp(id.p, duty, strlen(duty)) == 0)
				shift = id;
		}
		toc_set_cstr(m->c.a, body, "duty", take ? "take" : duty);
		if (take && shift.n)
			toc_set_text(m->c.a, body, "shift", shift);
		else if (take)
			end(m, cli_complain(m->cli, CLI_EXIT_USAGE, "there is no shift \"%s\"", duty));
		say(m, body, TOC_STR(""));
	} else if (!m->cli->line.operand) {
		show_roster(m);
	} else if (read_file(m, &file)) {
		struct toc_value *errors = toc_value_list(m->c.a);
		struct toc_value *body = contacts_read_roster(&m->c, file, zone ? zone : "UTC", errors);
		say_errors(m, errors, m->cli->line.operand);
		if (!m->done)
			say(m, body, TOC_STR(""));
	}
}

/* ---- one message after the other ---- */

static void send_next(struct admin *m);

static void on_answer(void *user, const struct tocsin_answer *answer)
{
	struct admin *m = user;

	if (answer->outcome == TOCSIN_PREPARED) {
		m->prepared++;
		send_next(m);
		return;
	}
	if (answer->outcome != TOCSIN_ACCEPTED || !m->cli->line.value[CLI_OPT_DRY_RUN])
		cli_show_answer(m->cli, answer);
	if (answer->outcome == TOCSIN_REFUSED && m->sent == 0 && toc_len(m->messages) > 1)
		cli_complain(m->cli, 0, "nothing was sent");
	if (answer->outcome != TOCSIN_ACCEPTED) {
		end(m, answer->outcome == TOCSIN_REFUSED ? CLI_EXIT_REFUSED : CLI_EXIT_AWAY);
		return;
	}
	m->sent++;
	send_next(m);
}

static void send_next(struct admin *m)
{
	size_t n = toc_len(m->messages);
	bool prepare = m->prepared < n, dry = m->cli->line.value[CLI_OPT_DRY_RUN];
	struct tocsin_error error;

	if (m->sent == n || (dry && !prepare)) {
		end(m, CLI_EXIT_OK);
		return;
	}
	struct toc_str json = toc_json_str(m->c.a, toc_at(m->messages, prepare ? m->prepared : m->sent));
	if ((prepare ? tocsin_prepare(m->connection, json.p, json.n, on_answer, m, &error)
		     : tocsin_send(m->connection, json.p, json.n, on_answer, m, NULL, &error)) < 0)
		end(m, cli_complain(m->cli, CLI_EXIT_USAGE, "%s", error.text));
}

static void all_read(struct admin *m)
{
	struct contact_point *p;

	switch (m->cli->line.command) {
	case CLI_CONTACTS_LIST: list(m); break;
	case CLI_CONTACTS_SHOW:
		if ((p = point(m, m->cli->line.operand)))
			show(m, p);
		break;
	case CLI_CONTACTS_SET: set(m); break;
	case CLI_CONTACTS_VERIFY: verify(m); break;
	case CLI_CONTACTS_DRILL: drill(m); break;
	case CLI_CONTACTS_ROSTER: roster(m); break;
	default: import(m);
	}
	if (!m->done)
		send_next(m);
}

/* ---- the connection ---- */

static void on_entry(void *user, const struct tocsin_entry *e)
{
	struct admin *m = user;
	struct toc_value *frame;
	struct toc_refusal refusal;

	if (m->all_read || (strncmp(e->k, "M26.", 4) != 0 && strcmp(e->k, "person.enrol") != 0))
		return;
	toc_arena_reset(m->scratch);
	if (toc_json_parse(m->scratch, (struct toc_str){ e->json, e->json_bytes }, e->json_bytes, FRAME_DEPTH, &frame, &refusal) == 0)
		contacts_take(&m->c, frame);
}

static void on_beat(void *user, long long last)
{
	struct admin *m = user;

	if (m->all_read || tocsin_position(m->connection) < last)
		return;
	m->all_read = true;
	all_read(m);
}

static void on_welcome(void *user, const char *json, size_t n)
{
	struct admin *m = user;
	struct toc_value *frame;
	struct toc_refusal refusal;

	if (toc_json_parse(m->c.a, (struct toc_str){ json, n }, n, FRAME_DEPTH, &frame, &refusal) < 0)
		return;
	m->c.you_org = toc_get_text(toc_get(frame, "you"), "org");
	m->c.you_person = toc_get_text(toc_get(frame, "you"), "person");
}

static void on_state(void *user, enum tocsin_state state, const char *why)
{
	struct admin *m = user;

	snprintf(m->why, sizeof m->why, "%s", why);
	if (state == TOCSIN_ENDED)
		end(m, cli_complain(m->cli, CLI_EXIT_AWAY, "%s", why));
}

int cli_contacts(const struct cli *cli)
{
	struct admin m = { .cli = cli };
	struct tocsin_connection_settings settings = { .from = TOCSIN_FROM_START,
						       .user = &m,
						       .on_entry = on_entry,
						       .on_beat = on_beat,
						       .on_welcome = on_welcome,
						       .on_state = on_state };
	struct tocsin_error error;
	struct tocsin *t;

	int r = cli_open_for(cli, &settings, &t);
	if (r != 0)
		return r;
	m.c.a = toc_arena_new();
	m.scratch = toc_arena_new();
	m.messages = toc_value_list(m.c.a);
	int64_t until = toc_clock_mono_us() + settings.patience_s * INT64_C(1000000);
	if (tocsin_connect(t, &settings, &m.connection, &error) < 0)
		end(&m, cli_complain(cli, CLI_EXIT_USAGE, "%s", error.text));
	while (!m.done && !cli_interrupted && tocsin_step(t, 500) == 0)
		if (!m.all_read && toc_clock_mono_us() > until)
			end(&m, cli_complain(cli, CLI_EXIT_AWAY, "%s", m.why[0] ? m.why : "the server has not answered in time"));
	cli_catch_signals(NULL);
	tocsin_free(t);
	toc_arena_free(m.c.a);
	toc_arena_free(m.scratch);
	return m.result;
}
