/* The key by which a member vouches for the log: who registers one, who confirms it, whose it may not be. */
#include "check.h"
#include "stage.h"

#define REFUSED(act, why)                                               \
	do {                                                            \
		CHECK((act) < 0);                                       \
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_##why);         \
	} while (0)

/* name+id+base64(4, key): what is in it the domain does not look at */
#define KEY_A "chirplet.eu/witness+0a0b0c0d+BE1S"
#define KEY_B "chirplet.eu/witness2+0a0b0c0e+BAaa"
#define SAME_KEY "gamenest.eu/witness+0a0b0c0f+BE1S"
#define SAME_NAME "chirplet.eu/witness+0a0b0c10+BCcc"

static int says(struct stage *s, const char *who, const char *step, const char *org, const char *vkey, const char *confirms)
{
	return stage_act(s, who, "{\"type\":\"witness\",%s%s%s\"body\":{\"step\":\"%s\",\"org\":\"%s\",\"vkey\":\"%s\"}}",
			 confirms ? "\"supersedes\":\"" : "", confirms ? confirms : "", confirms ? "\"," : "", step, org, vkey);
}

static const char *vkey_of(struct stage *s, const char *org)
{
	struct toc_str vkey;

	return toc_witness_of(s->w, toc_str_of(org), &vkey) ? toc_arena_cstr(s->a, vkey) : "";
}

CASE(two_admins_register_a_key_and_every_member_reads_it)
{
	struct stage *s = stage_new();

	CHECK(says(s, "Chirplet/admin", "register", "Chirplet", KEY_A, NULL) == 0);
	CHECK_TEXT(toc_str_of(vkey_of(s, "Chirplet")), ""); /* proposed only */
	const char *first = stage_id(s, "witness.register", NULL);
	CHECK(!stage_reads(s, stage_last(s, "witness.register", NULL), "GameNest", TOC_ROLE_ALL, NULL));
	REFUSED(says(s, "Chirplet/admin", "register", "Chirplet", KEY_A, first), NOT_PERMITTED);
	REFUSED(says(s, "Chirplet/second admin", "register", "Chirplet", KEY_B, first), CONDITION);
	CHECK(says(s, "Chirplet/second admin", "register", "Chirplet", KEY_A, first) == 0);
	CHECK_TEXT(toc_str_of(vkey_of(s, "Chirplet")), KEY_A);
	CHECK(stage_reads(s, stage_last(s, "witness.register", NULL), "GameNest", TOC_ROLE_ALL, NULL));
	CHECK_INT(toc_witnesses(s->w), 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(only_its_own_admins_have_a_say_and_no_machine)
{
	struct stage *s = stage_new();

	REFUSED(says(s, "Chirplet/night responder", "register", "Chirplet", KEY_A, NULL), NOT_PERMITTED);
	REFUSED(says(s, "Chirplet/gateway", "register", "Chirplet", KEY_A, NULL), NOT_PERMITTED);
	REFUSED(says(s, "GameNest/admin", "register", "Chirplet", KEY_A, NULL), NOT_FOUND);
	REFUSED(says(s, "Chirplet/admin", "register", "Nobody", KEY_A, NULL), NOT_FOUND);
	REFUSED(says(s, "Chirplet/admin", "register", "Chirplet", "a+b", NULL), BAD_VALUE);
	stage_free(s);
}

CASE(a_key_or_a_name_is_one_members)
{
	struct stage *s = stage_new();

	CHECK(says(s, "", "register", "Chirplet", KEY_A, NULL) == 0); /* the server begins a directory alone */
	CHECK_TEXT(toc_str_of(vkey_of(s, "Chirplet")), KEY_A);
	REFUSED(says(s, "GameNest/admin", "register", "GameNest", SAME_KEY, NULL), CONDITION);
	REFUSED(says(s, "GameNest/admin", "register", "GameNest", SAME_NAME, NULL), CONDITION);
	REFUSED(says(s, "Chirplet/admin", "register", "Chirplet", KEY_A, NULL), STATE);
	stage_free(s);
}

CASE(a_key_is_replaced_by_two_and_given_up_by_one)
{
	struct stage *s = stage_new();

	CHECK(says(s, "", "register", "Chirplet", KEY_A, NULL) == 0);
	CHECK(says(s, "Chirplet/admin", "register", "Chirplet", KEY_B, NULL) == 0);
	CHECK_TEXT(toc_str_of(vkey_of(s, "Chirplet")), KEY_A); /* until it is confirmed */
	CHECK(says(s, "Chirplet/second admin", "register", "Chirplet", KEY_B, stage_id(s, "witness.register", NULL)) == 0);
	CHECK_TEXT(toc_str_of(vkey_of(s, "Chirplet")), KEY_B);
	REFUSED(says(s, "Chirplet/admin", "revoke", "Chirplet", KEY_A, NULL), STATE);
	REFUSED(says(s, "GameNest/admin", "revoke", "Chirplet", KEY_B, NULL), NOT_FOUND);
	CHECK(says(s, "Chirplet/second admin", "revoke", "Chirplet", KEY_B, NULL) == 0);
	CHECK_TEXT(toc_str_of(vkey_of(s, "Chirplet")), "");
	CHECK_INT(toc_witnesses(s->w), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
