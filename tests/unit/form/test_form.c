/* test_form.c: Annexes I to III as documents and as PDF, and back; what is no form is said to be none. */
#include "check.h"

#include "form/form.h"
#include "message/json.h"

static const char order[] =
	"{\"type\":\"M10\",\"id\":\"019e0000-0000-7000-8000-000000000001\",\"mode\":\"exercise\","
	"\"exercise_ref\":\"40332fd4-48e5-451e-8f31-3775686e7ce8\",\"body\":{\"step\":\"draft\",\"order\":{"
	"\"issuing_state\":\"XA\",\"addressee\":\"PastePond\",\"contact_point\":\"orders desk\",\"hsp_home_state\":\"XA\","
	"\"order_reference\":\"AIRU-RO-17\",\"locations\":[{\"url\":\"https://host.example.invalid/p/1\"},"
	"{\"url\":\"https://host.example.invalid/p/2\",\"extra_info\":\"the second half\"}],\"grounds\":[\"incites\",\"threatens\"],"
	"\"additional_reasons\":\"Ελληνικά, български, zażółć gęślą jaźń, ħġż\",\"non_disclosure\":{\"silent\":false},"
	"\"issuer_type\":\"law_enforcement\",\"issuer_name\":\"AIRU\",\"representative_name\":\"R. Example\","
	"\"representative_post\":\"second officer\",\"file_no\":\"7711\",\"address\":\"1 Hall Square\",\"tel\":\"+999 01\","
	"\"email\":\"o@a.example.invalid\",\"feedback_contact\":\"duty officer\",\"redress_body\":\"Court\","
	"\"redress_deadline\":{\"n\":1,\"unit\":\"months\",\"start\":\"receipt\"},\"national_law_link\":\"https://law.example.invalid/1\","
	"\"first_order_to_hsp\":true,\"emergency\":{\"emergency\":true,\"justification\":\"it goes on\"},\"language\":\"en\"}}}";
static const char impossible[] =
	"{\"type\":\"M13\",\"mode\":\"actual\",\"body\":{\"step\":\"send\",\"order_ref\":\"019e0000-0000-7000-8000-000000000001\","
	"\"addressee\":\"PastePond\",\"authority\":\"AIRU\",\"authority_ref\":\"AIRU-RO-17\",\"own_ref\":\"PP-1\","
	"\"received_at\":\"2033-10-30T02:25:10+02:00\",\"reasons\":[\"manifest_errors\"],\"explanation\":\"the address is cut off\","
	"\"errors_and_information_needed\":\"the whole address\",\"hsp_name\":\"PastePond\",\"authorised_person\":\"the owner\","
	"\"contact_email\":\"o@p.example.invalid\",\"date\":\"2033-10-30T02:51:40+02:00\"}}";

static struct toc_value *parsed(struct toc_arena *a, struct toc_str json)
{
	struct toc_refusal why = { 0 };
	struct toc_value *v = NULL;
	CHECK(toc_json_parse(a, json, 1 << 20, 32, &v, &why) == 0);
	return v;
}

static void round_trip(const char *message, const char *annex)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *document = toc_form_of(a, parsed(a, toc_str_of(message))), *back = NULL, *as_json = NULL;
	struct toc_refusal why = { 0 };
	struct toc_error error;
	struct toc_str pdf = { NULL, 0 };
	CHECK(document != NULL && toc_get_is(document, "annex", annex));
	if (toc_form_check(a, document, &why) < 0)
		printf("  %s %s\n", why.field, why.detail);
	CHECK(toc_form_check(a, document, &why) == 0);
	CHECK(toc_form_print(a, document, &pdf, &error) == 0);
	CHECK(pdf.n > 1000 && memcmp(pdf.p, "%PDF-1.4", 8) == 0);
	CHECK(toc_form_read(a, pdf, &back, &error) == 0);
	CHECK(toc_value_eq(document, back));
	CHECK(toc_form_read(a, toc_json_str(a, document), &as_json, &error) == 0 && toc_value_eq(document, as_json));
	/* what is entered from it is what was sent */
	struct toc_value *said = parsed(a, toc_str_of(message)), *again = toc_form_message(a, back);
	CHECK(toc_value_eq(toc_get(said, "body"), toc_get(again, "body")));
	CHECK(toc_str_eq(toc_get_text(said, "mode"), toc_get_text(again, "mode")));
	toc_arena_free(a);
}

CASE(an_order_and_an_impossibility_come_back_as_they_were_printed)
{
	round_trip(order, "I");
	round_trip(impossible, "III");
}

CASE(what_the_server_added_is_printed_and_not_sent_again)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *entry = toc_value_map(a);
	toc_set(a, entry, "message", parsed(a, toc_str_of(order)));
	toc_set(a, entry, "decided",
		parsed(a, TOC_STR("{\"orders\":[{\"issued\":{\"at\":\"2033-10-30T00:24:50Z\",\"cross_border\":true,\"home_authority\":\"CDA\"}}]}")));
	const struct toc_value *document = toc_form_of(a, entry), *form = toc_get(document, "form");
	CHECK_TEXT(toc_get_text(form, "issued_at"), "2033-10-30T00:24:50Z");
	CHECK_TEXT(toc_get_text(toc_get(form, "copy_sent"), "to"), "CDA");
	const struct toc_value *sent = toc_get(toc_get(toc_form_message(a, document), "body"), "order");
	CHECK(!toc_get(sent, "issued_at") && !toc_get(sent, "copy_sent") && !toc_get(sent, "cross_border"));
	CHECK_INT(toc_len(sent), toc_len(form) - 3);
	toc_arena_free(a);
}

CASE(an_incomplete_form_is_not_printed)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *document = toc_form_of(a, parsed(a, toc_str_of(impossible)));
	struct toc_refusal why = { 0 };
	toc_unset(toc_get(document, "form"), "explanation");
	CHECK(toc_form_check(a, document, &why) < 0);
	CHECK_TEXT(toc_str_of(why.field), "body.explanation");
	CHECK_TEXT(toc_str_of(why.clause), "TCO Annex III, B (2)");
	toc_arena_free(a);
}

CASE(what_is_no_form_is_said_to_be_none)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_error error;
	struct toc_value *v;
	static const char *const wrong[] = { "", "nothing", "{}", "{\"annex\":\"IV\"}", "{\"type\":\"M4\",\"body\":{}}", "%PDF-1.4\n",
					     "%PDF-1.4\n2 0 obj\n<< /Type /EmbeddedFile /Subtype /application#2Fjson /Length 99999999999999999999 >>\nstream\n{}",
					     "%PDF-1.4\n2 0 obj\n<< /Type /EmbeddedFile /Subtype /application#2Fjson /Length 3 >>\nstream\n{}" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		error.text[0] = 0;
		CHECK(toc_form_read(a, toc_str_of(wrong[i]), &v, &error) < 0);
		CHECK(error.text[0] != 0);
	}
	toc_arena_free(a);
}

/* Found by the fuzzer. */
CASE(what_stands_in_a_field_is_not_taken_for_the_attachment)
{
	struct toc_arena *a = toc_arena_new();
	static const char mark[] = "2 0 obj\n<< /Type /EmbeddedFile /Subtype /application#2Fjson /Length 2 >>\nstream\n{}\nendstream";
	struct toc_value *document = toc_form_of(a, parsed(a, toc_str_of(impossible))), *back;
	struct toc_error error;
	struct toc_str pdf = { NULL, 0 };
	toc_set(a, document, "written_by_hand", toc_value_text(a, toc_str_of(mark)));
	CHECK(toc_pdf_attach(a, toc_str_of("%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n9\n"),
			     "annex-3.json", toc_json_str(a, document), &pdf, &error) == 0);
	CHECK(toc_form_read(a, pdf, &back, &error) == 0 && toc_value_eq(document, back));
	toc_arena_free(a);
}

CASE(a_pdf_cut_anywhere_or_bent_is_read_or_refused_and_nothing_else)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *document = toc_form_of(a, parsed(a, toc_str_of(impossible))), *v;
	struct toc_error error;
	struct toc_str pdf = { NULL, 0 };
	CHECK(toc_form_print(a, document, &pdf, &error) == 0);
	for (size_t n = 0; n < pdf.n; n += 97) /* its own copy, so that a read beyond it is noticed */
		(void)(toc_form_read(a, toc_arena_str(a, (struct toc_str){ pdf.p, n }), &v, &error) == 0);
	for (size_t at = pdf.n - 3000; at < pdf.n; at += 7) {
		struct toc_str bent = toc_arena_str(a, pdf);
		((char *)(uintptr_t)bent.p)[at] ^= 0x15;
		(void)(toc_form_read(a, bent, &v, &error) == 0);
	}
	toc_arena_free(a);
}

RUN_CASES()
