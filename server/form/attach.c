/* attach.c: a file in a PDF, added as an incremental update (ISO 32000-1, 7.5.6, 7.11.4): the bytes before it stay as they were, the
 * catalogue gets a newer version that names the file, a new cross-reference section leads to both. Reads back what it wrote
 * itself, and nothing else: the stream is not compressed, and its own length is checked against the file. */
#include <stdlib.h>
#include <string.h>

#include "form/form.h"

#define HEAD "<< /Type /EmbeddedFile /Subtype /application#2Fjson /Length "
/* What it begins with in the file. The attachment is JSON on one line, so that no field of it can look like this. */
#define MARK " 0 obj\n" HEAD

static const char *last(struct toc_str in, const char *what)
{
	size_t n = strlen(what);

	for (size_t i = in.n >= n ? in.n - n + 1 : 0; i-- > 0;)
		if (memcmp(in.p + i, what, n) == 0)
			return in.p + i;
	return NULL;
}

/* The number after `what`, or 0. */
static unsigned long number_after(struct toc_str in, const char *what)
{
	const char *p = last(in, what), *end = in.p + in.n;
	unsigned long n = 0;

	if (!p)
		return 0;
	for (p += strlen(what); p < end && (*p == ' ' || *p == '\n' || *p == '\r'); p++)
		;
	for (; p < end && *p >= '0' && *p <= '9' && n < 100000000; p++)
		n = n * 10 + (unsigned long)(*p - '0');
	return n;
}

/* What stands between "N 0 obj <<" and its ">>". */
static struct toc_str dictionary(struct toc_arena *a, struct toc_str pdf, unsigned long object)
{
	struct toc_str name = toc_arena_printf(a, "\n%lu 0 obj", object);
	const char *p = last(pdf, name.p), *end = pdf.p + pdf.n, *from;
	unsigned depth = 0;

	if (!p)
		return (struct toc_str){ NULL, 0 };
	for (p += name.n; p + 1 < end && memcmp(p, "<<", 2) != 0; p++)
		;
	from = p + 2;
	for (; p + 1 < end; p++) {
		if (memcmp(p, "<<", 2) == 0) {
			depth++;
			p++;
		} else if (memcmp(p, ">>", 2) == 0) {
			if (--depth == 0)
				return (struct toc_str){ from, (size_t)(p - from) };
			p++;
		}
	}
	return (struct toc_str){ NULL, 0 };
}

int toc_pdf_attach(struct toc_arena *a, struct toc_str pdf, const char *name, struct toc_str bytes, struct toc_str *ret_pdf,
		   struct toc_error *reterr)
{
	unsigned long root = number_after(pdf, "/Root"), info = number_after(pdf, "/Info"), size = number_after(pdf, "/Size"),
		      before = number_after(pdf, "startxref");
	struct toc_str dict = root ? dictionary(a, pdf, root) : (struct toc_str){ NULL, 0 };
	struct toc_buf b;
	size_t at[3];

	if (!dict.p || !size || !before)
		return toc_fail(reterr, TOC_EINVAL, "the PDF has no trailer that can be added to");
	if (last(dict, "/Names") || last(dict, "/EmbeddedFile"))
		return toc_fail(reterr, TOC_EINVAL, "the PDF has names or files of its own already");
	toc_buf_init(&b, TOC_FORM_FILE_MAX);
	toc_buf_add(&b, pdf.p, pdf.n);
	toc_buf_text(&b, "\n");
	at[0] = toc_buf_view(&b).n;
	toc_buf_printf(&b, "%lu 0 obj\n" HEAD "%zu /Params << /Size %zu >> >>\nstream\n", size, bytes.n, bytes.n);
	toc_buf_add(&b, bytes.p, bytes.n);
	toc_buf_text(&b, "\nendstream\nendobj\n");
	at[1] = toc_buf_view(&b).n;
	toc_buf_printf(&b, "%lu 0 obj\n<< /Type /Filespec /F (%s) /UF (%s) /AFRelationship /Data /EF << /F %lu 0 R /UF %lu 0 R >> >>\nendobj\n",
		       size + 1, name, name, size, size);
	at[2] = toc_buf_view(&b).n;
	toc_buf_printf(&b, "%lu 0 obj\n<<%.*s /Names << /EmbeddedFiles << /Names [ (%s) %lu 0 R ] >> >> /AF [ %lu 0 R ] >>\nendobj\n", root,
		       TOC_STR_ARGS(dict), name, size + 1, size + 1);
	size_t table = toc_buf_view(&b).n;
	toc_buf_printf(&b, "xref\n%lu 1\n%010zu 00000 n \n%lu 2\n%010zu 00000 n \n%010zu 00000 n \n", root, at[2], size, at[0], at[1]);
	toc_buf_printf(&b, "trailer\n<< /Size %lu /Root %lu 0 R", size + 2, root);
	if (info)
		toc_buf_printf(&b, " /Info %lu 0 R", info);
	toc_buf_printf(&b, " /Prev %lu >>\nstartxref\n%zu\n%%%%EOF\n", before, table);
	bool failed = b.failed;
	if (!failed)
		*ret_pdf = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return failed ? toc_fail(reterr, TOC_ELIMIT, "the PDF is larger than %zu bytes", TOC_FORM_FILE_MAX) : 0;
}

int toc_pdf_attached(struct toc_str pdf, struct toc_str *ret_bytes)
{
	const char *head = last(pdf, MARK), *end = pdf.p + pdf.n, *p;
	size_t n = 0;

	if (!head)
		return TOC_ENOTFOUND;
	for (p = head + strlen(MARK); p < end && *p >= '0' && *p <= '9' && n <= pdf.n; p++)
		n = n * 10 + (size_t)(*p - '0');
	static const char stream[] = ">>\nstream\n", after[] = "\nendstream";
	for (; p < end && (size_t)(end - p) >= sizeof stream - 1 && memcmp(p, stream, sizeof stream - 1) != 0; p++)
		if (*p == '\n')
			return TOC_ENOTFOUND;
	if ((size_t)(end - p) < sizeof stream - 1)
		return TOC_ENOTFOUND;
	p += sizeof stream - 1;
	if ((size_t)(end - p) < sizeof after - 1 || n > (size_t)(end - p) - (sizeof after - 1) ||
	    memcmp(p + n, after, sizeof after - 1) != 0)
		return TOC_ENOTFOUND;
	*ret_bytes = (struct toc_str){ p, n };
	return 0;
}
