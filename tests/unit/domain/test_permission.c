/* test_permission.c: the matrix of permissions against permission_expect.txt, which was written from the
 * rules: every action × every role × every kind × every set of conditions. Then the same through decide, with
 * the cast. */
#include "check.h"
#include "stage.h"

#include "message/table.h"

static const char *const short_roles[] = { "du", "il", "oi", "oc", "cr", "pl", "lg",
					   "li", "dc", "dp", "au", "ad", "sv", "xc" };
static const char *const short_kinds[] = { "CA",  "SA", "OA", "LE",  "HUB", "POL", "HSP",
					   "IND", "TP", "CC", "AUD", "OPR", "EXC" };
static const struct {
	const char *name;
	unsigned bit;
} conditions_named[] = {
	{ "own", TOC_IF_OWN },       { "adr", TOC_IF_ADR },         { "rdr", TOC_IF_READER },   { "acc", TOC_IF_ACCEPTED },
	{ "notown", TOC_IF_NOT_OWN }, { "chain", TOC_IF_CHAIN },     { "linked", TOC_IF_LINKED }, { "sender", TOC_IF_SENDER },
	{ "called", TOC_IF_CALLED }, { "aff", TOC_IF_AFF },         { "2p", TOC_IF_2P },        { "2o", TOC_IF_2O },
	{ "pty", TOC_IF_PTY },       { "lone", TOC_IF_LONE },       { "unled", TOC_IF_UNLED },  { "mandate", TOC_IF_MANDATE },
	{ "iss", TOC_IF_ISS },       { "home", TOC_IF_HOME },
};
enum { ROLES = 14, KINDS = 13, CONDITIONS = sizeof conditions_named / sizeof *conditions_named };

static unsigned held_in[ROLES]; /* from the expectation, not from role.def */
static unsigned rows, cells;

static unsigned word(const char *w, const char *const *words, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(w, words[i]) == 0)
			return 1u << i;
	printf("  expectation: unknown word \"%s\"\n", w);
	check_bad++;
	return 0;
}

static unsigned set(char *text, const char *const *words, unsigned n)
{
	unsigned bits = 0;
	for (char *save, *w = strtok_r(text, " ,", &save); w; w = strtok_r(NULL, " ,", &save))
		bits |= strcmp(w, "every") == 0 || strcmp(w, "any") == 0 ? (1u << n) - 1
			: strcmp(w, "MS") == 0 ? word("CA", words, n) | word("LE", words, n)
					       : word(w, words, n);
	return bits;
}

static unsigned conditions_of(char *text)
{
	unsigned bits = 0;
	for (char *save, *w = strtok_r(text, " ,", &save); w; w = strtok_r(NULL, " ,", &save)) {
		unsigned i = 0;
		while (i < CONDITIONS && strcmp(w, conditions_named[i].name) != 0)
			i++;
		if (i == CONDITIONS) {
			printf("  expectation: unknown condition \"%s\"\n", w);
			check_bad++;
		} else {
			bits |= conditions_named[i].bit;
		}
	}
	return bits;
}

static unsigned all_conditions(void)
{
	unsigned all = 0;
	for (unsigned i = 0; i < CONDITIONS; i++)
		all |= conditions_named[i].bit;
	return all;
}

struct clause {
	unsigned roles, kinds, conditions;
	bool bare;
};
struct clauses {
	struct clause c[TOC_CLAUSES_MAX];
	unsigned n;
};

static struct clauses parse(char *cell)
{
	struct clauses all = { .n = 0 };
	for (char *save, *text = strtok_r(cell, ";", &save); text; text = strtok_r(NULL, ";", &save)) {
		struct clause c = { 0 };
		while (*text == ' ')
			text++;
		if (*text == '-' || *text == 0)
			continue;
		if (strncmp(text, "N:", 2) == 0) {
			c.bare = true;
			text += 2;
		}
		char *at = strchr(text, '@'), *open = strchr(text, '['),
		     *close = open ? strchr(open, ']') : NULL;
		if (!at) {
			check_bad++;
			continue;
		}
		*at = 0;
		if (open)
			*open = *close = 0;
		c.roles = set(text, short_roles, ROLES);
		c.kinds = set(at + 1, short_kinds, KINDS);
		c.conditions = open ? conditions_of(open + 1) : 0;
		all.c[all.n++] = c;
	}
	return all;
}

static bool named(const struct clauses *all, unsigned role, unsigned kind, unsigned conditions, bool bare)
{
	if (!(held_in[role] & 1u << kind))
		return false;
	for (unsigned i = 0; i < all->n; i++)
		if (all->c[i].bare == bare && (all->c[i].roles & 1u << role) &&
		    (all->c[i].kinds & 1u << kind) &&
		    (all->c[i].conditions & conditions) == all->c[i].conditions)
			return true;
	return false;
}

/* Reading: by the row; or as one who may send, their own organisation's; a machine as the people of its
 * organisation. */
static bool reads(const struct clauses *may, const struct clauses *read, bool no_machine, unsigned role,
		  unsigned kind, unsigned conditions, bool bare)
{
	const unsigned sv = 12, own = 1;
	if (role == sv) {
		if (no_machine || !(held_in[sv] & 1u << kind))
			return false;
		for (unsigned r = 0; r < ROLES; r++)
			if (r != sv && reads(may, read, no_machine, r, kind, conditions, bare))
				return true;
		return false;
	}
	return named(read, role, kind, conditions, bare) ||
	       (!bare && (conditions & own) && named(may, role, kind, ~0u, false));
}

static unsigned conditions_in(const struct toc_action *action)
{
	unsigned all = 0;
	for (unsigned i = 0; i < TOC_CLAUSES_MAX; i++)
		all |= action->may[i].condition | action->read[i].condition;
	return all;
}

static void check_cell(const struct toc_action *action, const char *k, const struct clauses *may,
		       const struct clauses *read, bool no_machine, unsigned role, unsigned kind, unsigned conditions)
{
	bool want = named(may, role, kind, conditions, false);
	bool got = toc_may(action, 1u << role, 1u << kind, conditions);
	bool whole = toc_may_read(action, 1u << kind, conditions, TOC_WHOLE) & 1u << role;
	bool bare = toc_may_read(action, 1u << kind, conditions, TOC_WITHOUT_PERSONAL) & 1u << role;

	cells++;
	if (want == got && whole == reads(may, read, no_machine, role, kind, conditions, false) &&
	    bare == reads(may, read, no_machine, role, kind, conditions, true))
		return;
	printf("  %s %s@%s conditions %x: may %d (expected %d), reads %d/%d\n", k, short_roles[role], short_kinds[kind],
	       conditions, got, want, whole, bare);
	check_bad++;
}

static void check_row(char *line)
{
	char *cell[4] = { "", "", "", "" }, *save;
	unsigned n = 0;
	for (char *c = strtok_r(line, "|", &save); c && n < 4; c = strtok_r(NULL, "|", &save))
		cell[n++] = c;
	char *end = cell[0] + strlen(cell[0]);
	while (end > cell[0] && end[-1] == ' ')
		*--end = 0;
	if (strncmp(cell[0], "role ", 5) == 0) {
		unsigned bit = word(cell[0] + 5, short_roles, ROLES);
		for (unsigned r = 0; r < ROLES; r++)
			if (bit == 1u << r)
				held_in[r] = set(cell[1], short_kinds, KINDS);
		return;
	}
	const struct toc_action *action = toc_action_find(toc_str_of(cell[0]));
	if (!action) {
		printf("  there is no action %s\n", cell[0]);
		check_bad++;
		return;
	}
	rows++;
	bool no_machine = strstr(cell[3], "sv") != NULL;
	struct clauses may = parse(cell[1]), read = parse(cell[2]);
	unsigned mentioned = conditions_in(action) | 1; /* own: of every row, and whatever the expectation says */
	for (unsigned i = 0; i < may.n; i++)
		mentioned |= may.c[i].conditions;
	for (unsigned i = 0; i < read.n; i++)
		mentioned |= read.c[i].conditions;
	for (unsigned role = 0; role < ROLES; role++)
		for (unsigned kind = 0; kind < KINDS; kind++) {
			/* every set of the conditions that somebody mentions; the others decide nothing: all of
			 * them or none */
			unsigned some = 0;
			do {
				check_cell(action, cell[0], &may, &read, no_machine, role, kind, some);
				check_cell(action, cell[0], &may, &read, no_machine, role, kind,
					   some | (all_conditions() & ~mentioned));
				some = (some - mentioned) & mentioned;
			} while (some);
		}
}

CASE(every_action_times_role_times_kind_times_conditions_is_as_expected)
{
	char line[1024];
	FILE *f = fopen(TOC_SOURCE_DIR "/tests/unit/domain/permission_expect.txt", "r");
	CHECK(f != NULL);
	while (f && fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = 0;
		if (line[0] && line[0] != '#')
			check_row(line);
	}
	if (f)
		fclose(f);
	for (size_t i = 0; toc_action_at(i); i++)
		rows -= 1; /* every action of the product is expected, too */
	CHECK_INT(rows, 0);
	printf("  %u cells\n", cells);
}

CASE(names_are_those_of_the_tables_and_lead_back)
{
	for (unsigned i = 0; i < ROLES; i++)
		CHECK_INT(toc_role_bit(toc_str_of(toc_role_name(i))), 1u << i);
	for (unsigned i = 0; i < KINDS; i++)
		CHECK_INT(toc_kind_bit(toc_str_of(toc_kind_name(i))), 1u << i);
	CHECK(toc_role_name(ROLES) == NULL && toc_kind_name(KINDS) == NULL);
	CHECK_INT(toc_role_bit(TOC_STR("emperor")), 0);
	CHECK_INT(toc_kind_bit(TOC_STR("")), 0);
}

CASE(only_kinds_of_a_state_combine_and_the_two_centres)
{
	CHECK(toc_kinds_combine(TOC_KIND_LE | TOC_KIND_CA) &&
	      toc_kinds_combine(TOC_KIND_LE | TOC_KIND_CA | TOC_KIND_SA | TOC_KIND_OA));
	CHECK(toc_kinds_combine(TOC_KIND_TP | TOC_KIND_CC) && toc_kinds_combine(TOC_KIND_HSP));
	CHECK(!toc_kinds_combine(TOC_KIND_HSP | TOC_KIND_LE) &&
	      !toc_kinds_combine(TOC_KIND_HUB | TOC_KIND_CA));
	CHECK(!toc_kinds_combine(TOC_KIND_TP | TOC_KIND_IND) &&
	      !toc_kinds_combine(TOC_KIND_HUB | TOC_KIND_POL) && !toc_kinds_combine(0));
}

/* ---- the catalogue and the matrix ---- */

static struct toc_str names[512]; /* every k that there can be */
static size_t n_names;

static void can_be(struct toc_arena *a, const struct toc_message_type *t, const char *step)
{
	if (n_names < sizeof names / sizeof *names)
		names[n_names++] = toc_arena_printf(a, "%s.%s", t->name, step);
}

static const struct toc_field *in_body(const struct toc_message_type *t, const char *name)
{
	return toc_shape_field(toc_shape_at(t->shape), toc_str_of(name));
}

/* Named after another member whenever the selector says this. */
static bool is_overruled(const struct toc_message_type *t, const char *value)
{
	for (uint32_t k = 0; k < t->n_namings; k++)
		for (const char *const *v = t->namings[k].when->values;
		     !strcmp(t->namings[k].when->member, t->selector) && *v; v++)
			if (!strcmp(*v, value) && strcmp(t->namings[k].selector, t->selector) != 0)
				return true;
	return false;
}

static void name_all(struct toc_arena *a)
{
	const struct toc_message_type *t;

	n_names = 0;
	for (size_t i = 0; (t = toc_message_type_at(i)); i++) {
		const struct toc_field *selector = in_body(t, t->selector);
		for (const char *const *v = selector->values; *v; v++)
			if (!is_overruled(t, *v))
				can_be(a, t, *v);
		for (uint32_t k = 0; k < t->n_namings; k++) {
			const struct toc_naming *naming = &t->namings[k];
			const struct toc_field *f = in_body(t, naming->selector);
			bool narrowed = naming->when->member && !strcmp(naming->when->member, naming->selector);
			if (f->kind == TOC_F_BOOL)
				can_be(a, t, naming->selector);
			else
				for (const char *const *v = narrowed ? naming->when->values : f->values; *v; v++)
					can_be(a, t, *v);
		}
	}
}

CASE(no_message_is_without_a_row_and_no_row_without_a_message)
{
	struct toc_arena *a = toc_arena_new();
	const struct toc_action *action;

	name_all(a);
	CHECK(n_names > 100 && n_names < sizeof names / sizeof *names);
	for (size_t i = 0; i < n_names; i++)
		if (!toc_action_find(names[i])) {
			printf("  %.*s has no row: nobody could send or read it\n", TOC_STR_ARGS(names[i]));
			check_bad++;
		}
	for (size_t i = 0; (action = toc_action_at(i)); i++) {
		bool found = false;
		for (size_t k = 0; k < n_names; k++)
			found |= toc_str_is(names[k], action->k);
		if (!found) {
			printf("  %s is no message of the catalogue\n", action->k);
			check_bad++;
		}
		CHECK(action->may[0].roles || (action->flags & TOC_ACTION_SERVER)); /* NOBODY is the server */
		CHECK(action->read[0].roles != 0); /* and somebody reads it */
	}
	toc_arena_free(a);
}

/* Silence is deny: whoever a row does not name is refused, whatever else the message says, and nothing is drafted. */
CASE(whoever_no_row_names_is_refused_every_action)
{
	struct stage *s = stage_new();
	const struct toc_action *action;
	static const char *const nobodies[] = { "DGO/data protection officer", "FRP/second auditor", "CCC/gateway", "OSF/gateway" };
	unsigned tried = 0;

	for (size_t w = 0; w < sizeof nobodies / sizeof *nobodies; w++) {
		struct toc_principal p = stage_principal(s, nobodies[w]);
		const struct toc_organisation *o = toc_find_organisation(s->w, p.org);
		toc_roles roles = toc_world_roles(s->w, &p);
		for (size_t i = 0; (action = toc_action_at(i)); i++) {
			struct toc_value *m = toc_value_map(s->a), *body = toc_value_map(s->a);
			toc_set_text(s->a, m, "id", toc_uuid_str(s->a, toc_uuid_named("try", toc_str_of(action->k))));
			toc_set_cstr(s->a, m, "mode", "exercise");
			toc_set_id(s->a, m, "exercise_ref", s->exercise);
			toc_set(s->a, m, "body", body);
			if (toc_may_ever(action, roles, o->kinds))
				continue;
			struct toc_command c = { .k = toc_str_of(action->k), .message = m, .received = s->now, .digest = { 1 } };
			struct toc_verdict v;
			CHECK(toc_decide(s->w, &p, &c, s->now, s->a, &v) < 0);
			if (v.refusal.code != TOC_REFUSE_NOT_PERMITTED)
				printf("  %s by %s: %s\n", action->k, nobodies[w], toc_refusal_wire(v.refusal.code));
			CHECK_INT(v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
			CHECK_INT(v.n, 0);
			tried++;
		}
	}
	CHECK(tried > 300);
	stage_free(s);
}

/* ---- the same through decide: everybody of the cast tries everything on LANTERN's case ---- */

static const char *const attempts[][2] = {
	{ "M4.supplement", "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\","
			   "\"explanation\":\"more\"}}" },
	{ "M4.withdraw",
	  "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"withdraw\",\"reason\":\"error\"}}" },
	{ "M5.ack", "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"ack\",\"human_ack_by\":\"%s\","
		    "\"at\":\"2031-05-17T14:02:00Z\"}}" },
	{ "M5.accept", "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"accept\",\"human_ack_by\":"
		       "\"%s\",\"at\":\"2031-05-17T14:02:00Z\"}}" },
	{ "M5.reject", "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"reject\",\"human_ack_by\":"
		       "\"%s\",\"at\":\"2031-05-17T14:02:00Z\"}}" },
	{ "M5.question", "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"question\",\"human_ack_"
			 "by\":\"%s\",\"at\":\"2031-05-17T14:02:00Z\","
			 "\"questions\":[{\"id\":\"q9\",\"text\":\"who?\"}]}}" },
	{ "M5.redirect", "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"redirect\",\"human_ack_"
			 "by\":\"%s\",\"at\":\"2031-05-17T14:02:00Z\","
			 "\"redirect_to\":\"BFP\",\"redirect_ground\":\"theirs\"}}" },
};

CASE(everybody_of_the_cast_tries_every_step_and_the_matrix_decides)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "04:05") == 0);
	struct toc_uuid id = stage_named(s, "send1")->e.case_ref,
			none = toc_uuid_named("no such case", TOC_STR("x"));
	const struct toc_value *orgs = toc_get(s->cast, "organisations");
	unsigned tried = 0, allowed = 0, unknown = 0;

	for (size_t i = 0; i < toc_len(orgs); i++) {
		const struct toc_value *people = toc_get(toc_at(orgs, i), "persons");
		struct toc_str code = toc_get_text(toc_at(orgs, i), "code");
		const struct toc_organisation *o = toc_find_organisation(s->w, code);
		bool desk = toc_str_is(code, "AIRU") || toc_str_is(code, "HUB"),
		     own = toc_str_is(code, "StreamHarbor");
		for (size_t j = 0; j < toc_len(people); j++)
			for (size_t k = 0; k < sizeof attempts / sizeof *attempts; k++) {
				char who[96];
				snprintf(who, sizeof who, "%.*s/%.*s", TOC_STR_ARGS(code),
					 TOC_STR_ARGS(toc_get_text(toc_at(people, j), "title")));
				struct toc_str person = toc_get_text(toc_at(people, j), "id");
				toc_roles roles = toc_roles_of(toc_get(toc_at(people, j), "roles"));
				const struct toc_action *a = toc_action_find(toc_str_of(attempts[k][0]));
				/* exercise staff and whoever takes part reach the case check; OPS takes no
				 * part in the exercise */
				bool takes_part =
					toc_exercise_has(toc_find_exercise(s->w, s->exercise), code);
				enum toc_refusal_code want =
					!toc_may_ever(a, roles, o->kinds) ? TOC_REFUSE_NOT_PERMITTED
					: !takes_part                     ? TOC_REFUSE_EXERCISE
					: !desk && !own                   ? TOC_REFUSE_NOT_FOUND
					: toc_may(a, roles, o->kinds,
						  (own ? TOC_IF_OWN : 0) | (desk ? TOC_IF_ADR : 0))
						? TOC_NOT_REFUSED
						: TOC_REFUSE_NOT_PERMITTED;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
				int r = stage_try(s, who, attempts[k][1], toc_uuid_str(s->a, id).p, person.p);
				struct toc_refusal first = s->v.refusal;
				if (first.code != want)
					printf("  %s %s: %s, expected %s\n", who, attempts[k][0],
					       toc_refusal_wire(first.code), toc_refusal_wire(want));
				CHECK(first.code == want);
				CHECK((r == 0) == (want == TOC_NOT_REFUSED));
				if (r < 0)
					CHECK_INT(s->v.n, 0);
				/* "not yours" and "does not exist" are one answer */
				(void)stage_try(s, who, attempts[k][1], toc_uuid_str(s->a, none).p, person.p);
#pragma GCC diagnostic pop
				if (want == TOC_REFUSE_NOT_FOUND) {
					CHECK(memcmp(&first, &s->v.refusal, sizeof first) == 0);
					unknown++;
				}
				tried++;
				allowed += r == 0;
			}
	}
	CHECK(tried > 400 && allowed > 10 && unknown > 20);
	stage_free(s);
}

CASE(a_service_account_never_answers)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "04:05") == 0);
	const char *id = stage_case(s, "M4.send", NULL),
		   *gateway = toc_uuid_str(s->a, stage_person(s, "AIRU/gateway")).p;
	CHECK(stage_act(s, "AIRU/gateway",
			"{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"ack\",\"human_ack_by\":\"%"
			"s\",\"at\":\"2031-05-17T14:02:05Z\"}}",
			id, gateway) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK(stage_act(s, "AIRU/duty officer",
			"{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"ack\",\"human_ack_by\":\"%"
			"s\",\"at\":\"2031-05-17T14:02:05Z\"}}",
			id, gateway) < 0); /* nor does a person in its name */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.human_ack_by");
	stage_free(s);
}

RUN_CASES()
