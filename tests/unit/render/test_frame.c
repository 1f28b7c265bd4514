/* What members get of a stored row: whole, without what is personal, and after its keys are gone. */
#include "check.h"

#include "message/json.h"
#include "render/render.h"

static struct toc_arena *a;
static struct toc_keyring *ring;
static const struct toc_wrapping_key wrapping = { { { 0x5a } }, { 1, 2, 3 } };
static struct toc_row row;

#define BODY                                                                                                 \
	"{\"decided\":{\"at\":\"2031-03-04T21:14:00.000Z\",\"readers\":["                                    \
	"{\"org\":\"HUB\",\"rendering\":\"whole\",\"roles\":[\"duty_officer\"]},"                            \
	"{\"org\":\"Chirplet\",\"rendering\":\"without_personal\",\"roles\":[\"crisis_responder\"]}]},"      \
	"\"message\":{\"body\":{\"kind\":\"ack\"},\"type\":\"M5\"}}"
#define DATA "{\"message\":{\"body\":{\"note\":\"secret words\"}}}"
#define ACTOR "{\"channel\":\"console\",\"person\":\"f100047a-2149-4fce-ac9a-7bececf88767\"}"

static void begin(void)
{
	const struct toc_seal_key *k;
	uint8_t salt[TOC_SALT_BYTES] = { 1 };
	a = toc_arena_new();
	ring = toc_keyring_new(&wrapping, 1);
	k = toc_keyring_for(ring, TOC_STR("case:1"), TOC_STR("R-ITL"));
	struct toc_uuid eid = { { 0x01, 0x93 } };
	const struct toc_leaf leaf = {
		.ts = { INT64_C(1763804012123456) },
		.k = TOC_STR("M5.ack"),
		.mode = TOC_STR("actual"),
		.org = TOC_STR("HUB"),
		.node = TOC_STR("n1"),
		.eid = eid,
		.body = toc_commit(TOC_PART_BODY, salt, TOC_STR(BODY)),
		.actor = toc_commit(TOC_PART_ACTOR, salt, TOC_STR(ACTOR)),
		.data = toc_commit(TOC_PART_DATA, salt, TOC_STR(DATA)),
	};
	row = (struct toc_row){
		.seq = 41,
		.leaf = toc_leaf_write(a, &leaf),
		.body = TOC_STR(BODY),
		.actor_key = k->id,
		.data_key = k->id,
		.actor_sealed = toc_part_seal(a, k, eid, TOC_PART_ACTOR, salt, TOC_STR(ACTOR)),
		.data_sealed = toc_part_seal(a, k, eid, TOC_PART_DATA, salt, TOC_STR(DATA)),
	};
	memcpy(row.body_salt, salt, sizeof salt);
}

static void end(void)
{
	toc_keyring_free(ring);
	toc_arena_free(a);
}

static struct toc_value *rendered(const struct toc_opened *o, enum toc_rendering r, bool urgent)
{
	struct toc_value *v = NULL;
	struct toc_refusal why;
	CHECK_INT(toc_json_parse(a, toc_render_entry(a, o, r, urgent), 65536, 16, &v, &why), 0);
	return v;
}

CASE(whole_has_the_personal_part_and_the_actor)
{
	struct toc_opened o;
	begin();
	CHECK_INT(toc_render_open(a, ring, &row, &o, NULL), 0);
	struct toc_value *v = rendered(&o, TOC_WHOLE, false);
	CHECK_TEXT(toc_get_text(v, "op"), "entry");
	CHECK_INT(toc_get_int(v, "seq", -1), 41);
	CHECK_TEXT(toc_get_text(v, "at"), "2031-03-04T21:14:00.000Z");
	CHECK_TEXT(toc_get_text(v, "recorded"), "2025-11-22T09:33:32.123Z");
	CHECK_TEXT(toc_get_text(toc_get(toc_get(v, "message"), "body"), "note"), "secret words");
	CHECK_TEXT(toc_get_text(toc_get(toc_get(v, "message"), "body"), "kind"), "ack");
	CHECK_TEXT(toc_get_text(toc_get(v, "actor"), "channel"), "console");
	CHECK(!toc_get(v, "erased"));
	end();
}

CASE(without_personal_has_neither)
{
	struct toc_opened o;
	begin();
	CHECK_INT(toc_render_open(a, ring, &row, &o, NULL), 0);
	struct toc_str json = toc_render_entry(a, &o, TOC_WITHOUT_PERSONAL, false);
	CHECK(!memmem(json.p, json.n, "secret", 6));
	CHECK(!memmem(json.p, json.n, "actor", 5));
	CHECK_TEXT(toc_get_text(rendered(&o, TOC_WITHOUT_PERSONAL, false), "rendering"), "without_personal");
	end();
}

CASE(urgent_has_no_number_and_says_so)
{
	struct toc_opened o;
	begin();
	CHECK_INT(toc_render_open(a, ring, &row, &o, NULL), 0);
	struct toc_value *v = rendered(&o, TOC_WHOLE, true);
	CHECK_TEXT(toc_get_text(v, "op"), "urgent");
	CHECK_TEXT(toc_get_text(v, "note"), "not yet recorded");
	CHECK(!toc_get(v, "seq") && !toc_get(v, "recorded"));
	end();
}

CASE(a_part_that_is_gone_is_erased_and_the_rest_still_reads)
{
	struct toc_opened o;
	begin();
	row.data_sealed = (struct toc_str){ NULL, 0 };
	row.data_key = (struct toc_uuid){ { 0 } };
	CHECK_INT(toc_render_open(a, ring, &row, &o, NULL), 0);
	CHECK(o.erased && !o.key_unknown);
	struct toc_value *v = rendered(&o, TOC_WHOLE, false);
	CHECK(toc_get_bool(v, "erased"));
	CHECK(!toc_get(toc_get(toc_get(v, "message"), "body"), "note"));
	CHECK_TEXT(toc_get_text(toc_get(toc_get(v, "message"), "body"), "kind"), "ack");
	end();
}

CASE(an_unknown_key_is_told_apart)
{
	struct toc_opened o;
	begin();
	struct toc_keyring *empty = toc_keyring_new(&wrapping, 1);
	CHECK_INT(toc_render_open(a, empty, &row, &o, NULL), 0);
	CHECK(o.erased && o.key_unknown);
	toc_keyring_free(empty);
	end();
}

CASE(what_was_altered_is_not_shown)
{
	struct toc_opened o;
	struct toc_error error;
	begin();
	char *body = toc_arena_cstr(a, row.body);
	body[30] ^= 1;
	struct toc_row altered = row;
	altered.body.p = body;
	CHECK_INT(toc_render_open(a, ring, &altered, &o, &error), TOC_EPROOF);
	altered = row;
	altered.data_sealed = row.actor_sealed; /* parts of an entry exchanged */
	CHECK_INT(toc_render_open(a, ring, &altered, &o, &error), TOC_EPROOF);
	altered = row;
	altered.leaf.n--;
	CHECK(toc_render_open(a, ring, &altered, &o, &error) < 0);
	end();
}

CASE(audience_and_rights_decide_who_reads_what)
{
	struct toc_opened o;
	struct toc_audience to[2];
	enum toc_rendering r;
	begin();
	CHECK_INT(toc_render_open(a, ring, &row, &o, NULL), 0);
	CHECK_INT(toc_render_audiences(a, &o.entry, to), 2);
	CHECK_TEXT(to[0].readers[0].org, "HUB");
	CHECK_TEXT(to[1].readers[0].org, "Chirplet");
	toc_roles duty = toc_role_bit(TOC_STR("duty_officer")),
		  cr = toc_role_bit(TOC_STR("crisis_responder"));
	CHECK(toc_render_for(a, &o.entry, TOC_STR("HUB"), duty, false, &r) && r == TOC_WHOLE);
	CHECK(toc_render_for(a, &o.entry, TOC_STR("Chirplet"), cr, false, &r) && r == TOC_WITHOUT_PERSONAL);
	CHECK(!toc_render_for(a, &o.entry, TOC_STR("HUB"), cr, false, &r));
	CHECK(!toc_render_for(a, &o.entry, TOC_STR("HUB"), 0, false, &r));
	CHECK(!toc_render_for(a, &o.entry, TOC_STR("AIRU"), TOC_ROLES_ALL, false, &r));
	CHECK(!toc_render_for(a, &o.entry, TOC_STR("HUB"), duty, true,
			      &r)); /* actual, and the session is for exercises */
	end();
}

/* Two providers notified the same thing: whoever is only tied to the case learns what happened, not whose
 * case it is. */
CASE(the_notifier_of_a_tied_case_learns_nothing_of_the_others)
{
	static const char body[] =
		"{\"decided\":{\"at\":\"2031-03-04T21:14:00.000Z\",\"case\":\"11111111-1111-8111-8111-"
		"111111111111\","
		"\"linked\":[{\"case\":\"22222222-2222-8222-8222-222222222222\",\"questions\":[],"
		"\"state\":[{\"desk\":\"HUB\",\"from\":\"SENT\",\"to\":\"ACCEPTED\"}],\"timers_stopped\":[{"
		"\"at\":"
		"\"2031-03-04T21:14:00.000Z\",\"desk\":\"HUB\",\"id\":\"33333333-3333-8333-8333-"
		"333333333333\","
		"\"met\":true,\"timer\":\"T17\",\"took_ms\":77123}]}]},"
		"\"message\":{\"body\":{\"kind\":\"accept\",\"own_reference\":\"HUB-1\",\"questions\":[{"
		"\"id\":\"q9\"}]},"
		"\"case_ref\":\"11111111-1111-8111-8111-111111111111\","
		"\"references\":[\"01900000-0000-7000-8000-000000000001\"],"
		"\"supersedes\":\"01900000-0000-7000-8000-000000000002\",\"type\":\"M5\"}}";
	static const char *const not_theirs[] = { "11111111", "01900000", "q9",     "77123",
						  "took_ms",  "case_ref", "\"ref\"" };
	struct toc_value *v = NULL;
	struct toc_refusal why;
	begin();
	CHECK_INT(toc_json_parse(a, TOC_STR(body), sizeof body, 16, &v, &why), 0);
	struct toc_uuid of;
	CHECK_INT(toc_uuid_parse(TOC_STR("11111111-1111-8111-8111-111111111111"), &of), 0);
	struct toc_opened o = { .entry = { .k = TOC_STR("M5.accept"),
					   .mode = TOC_STR("actual"),
					   .org = TOC_STR("HUB"),
					   .eid = { { 0x01, 0x93 } },
					   .case_ref = of,
					   .ref = of,
					   .body = v } };
	struct toc_str bare = toc_render_entry(a, &o, TOC_WITHOUT_PERSONAL, false);
	for (size_t i = 0; i < sizeof not_theirs / sizeof *not_theirs; i++)
		CHECK(!memmem(bare.p, bare.n, not_theirs[i], strlen(not_theirs[i])));
	CHECK(memmem(bare.p, bare.n, "22222222", 8) && memmem(bare.p, bare.n, "ACCEPTED", 8));
	CHECK(memmem(bare.p, bare.n, "33333333", 8) && memmem(bare.p, bare.n, "HUB-1", 5));
	struct toc_str whole = toc_render_entry(a, &o, TOC_WHOLE, false);
	CHECK(memmem(whole.p, whole.n, "case_ref", 8) && memmem(whole.p, whole.n, "q9", 2));
	/* a heading is read by the originator's own side: it says which case */
	o.entry.k = TOC_STR("M29.disclose");
	bare = toc_render_entry(a, &o, TOC_WITHOUT_PERSONAL, false);
	CHECK(memmem(bare.p, bare.n, "case_ref", 8));
	end();
}

RUN_CASES()
