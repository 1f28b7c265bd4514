/* form.h: the forms of removal orders as documents: Annex I, II or III of Regulation (EU) 2021/784 as JSON and as a PDF
 * that looks like the form, with the law's words, and can be read back in: the same JSON lies in it as an attachment.
 *
 * A document is {"annex": "I" | "II" | "III", "regulation": "(EU) 2021/784", "mode", "exercise"?, "order"?, "form": {…}}: the form
 * is the catalogue's annex_1, or the body of an M12 or M13 without step and order_ref. Pure but for the fonts that a PDF is
 * drawn with: runs where a member works (`tocsin form`), never in the keeper or a front. Source: rules (e) 14, M10, M12, M13.
 */
#ifndef TOC_FORM_FORM_H
#define TOC_FORM_FORM_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/refusal.h"
#include "base/value.h"

#define TOC_FORM_FILE_MAX ((size_t)4 << 20)

/** From a document, an M10 (draft or issue), M12 or M13, or an entry that carries one, as `tocsin watch` prints it.
 * @return NULL when it is none of these */
struct toc_value *toc_form_of(struct toc_arena *a, const struct toc_value *v);

/** The message that a document is entered by: an M10 `draft`, an M12 or an M13; id and sent_at are the sender's. */
struct toc_value *toc_form_message(struct toc_arena *a, const struct toc_value *document);

/** Is it complete, as the catalogue has it? @return 0, or -1 */
int toc_form_check(struct toc_arena *a, const struct toc_value *document, struct toc_refusal *ret_refusal);

/** The PDF. @return 0, or an error: no font, no memory */
int toc_form_print(struct toc_arena *a, const struct toc_value *document, struct toc_str *ret_pdf,
		   struct toc_error *reterr) TOC_MUSTCHECK;

/** Read back: a PDF that toc_form_print made, or a document as JSON. @return 0, or an error that says what was found */
int toc_form_read(struct toc_arena *a, struct toc_str bytes, struct toc_value **ret_document,
		  struct toc_error *reterr) TOC_MUSTCHECK;

/* attach.c */
/** The PDF with a file in it, added as an update at its end: what was there stays, byte for byte. */
int toc_pdf_attach(struct toc_arena *a, struct toc_str pdf, const char *name, struct toc_str bytes, struct toc_str *ret_pdf,
		   struct toc_error *reterr) TOC_MUSTCHECK;
/** The file that toc_pdf_attach put into it. @return 0, or TOC_ENOTFOUND */
int toc_pdf_attached(struct toc_str pdf, struct toc_str *ret_bytes) TOC_MUSTCHECK;

#endif
