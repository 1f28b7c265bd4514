/* fuzz_form.c: a printed form of a removal order as somebody may hand it to us: a PDF, whole or damaged, or a document. What is read is a
 * document that can be said again; what is complete can be printed, attached and read back as it was. Drawing itself reads nothing of
 * others but text, and is slow: it is left to the unit tests; here the file goes into the smallest PDF that has a trailer. */
#include "form/form.h"
#include "message/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char small[] = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n";
	struct toc_arena *a = toc_arena_new();
	struct toc_str bytes = { (const char *)data, size }, pdf, attached;
	struct toc_value *document, *back;
	struct toc_refusal why = { 0 };
	struct toc_error error;

	if (toc_form_read(a, bytes, &document, &error) == 0) {
		if (!toc_form_message(a, document))
			TOC_WRONG("a document that says nothing");
		bool complete = toc_form_check(a, document, &why) == 0;
		if (!complete && (why.code == TOC_NOT_REFUSED || !why.detail[0]))
			TOC_WRONG("an incomplete form without a word about it");
		if (toc_pdf_attach(a, TOC_STR(small), "annex-1.json", toc_json_str(a, document), &pdf, &error) == 0 &&
		    (toc_form_read(a, pdf, &back, &error) < 0 || !toc_value_eq(document, back)))
			TOC_WRONG("what was attached does not come back");
	}
	(void)(toc_pdf_attached(bytes, &attached) == 0);
	/* the trailer of a PDF that is not ours */
	if (toc_pdf_attach(a, bytes, "annex-1.json", TOC_STR("{}"), &pdf, &error) == 0 &&
	    (toc_pdf_attached(pdf, &attached) < 0 || !toc_str_is(attached, "{}")))
		TOC_WRONG("what was attached to it does not come back");
	toc_arena_free(a);
	return 0;
}
