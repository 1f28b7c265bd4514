/* print.c: a form as a PDF: A4, the law's words in the order of form.def, sections in frames, boxes that are ticked. Text is laid
 * out by Pango, so every language of the Union is set as it should be, and can be searched and copied. */
#include <pango/pangocairo.h>
#include <cairo-pdf.h>
#include <string.h>

#include "form/form.h"
#include "message/json.h"

#ifdef __SANITIZE_ADDRESS__ /* fontconfig keeps its configuration for the life of the process, and a pattern of it besides */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig.so\n";
}
#endif

enum row_kind { ANNEX_ROW, SECTION_ROW, WORDS_ROW, ENTRY_ROW, TICK_ROW, BESIDES_ROW };
static const struct row {
	enum row_kind kind;
	unsigned annex;
	const char *path, *value, *text;
} rows[] = {
#define ANNEX(n, title, name, under, opening) { ANNEX_ROW, n, title, name, under }, { WORDS_ROW, n, NULL, NULL, opening },
#define SECTION(n, text) { SECTION_ROW, n, NULL, NULL, text },
#define WORDS(n, text) { WORDS_ROW, n, NULL, NULL, text },
#define ENTRY(n, path, text) { ENTRY_ROW, n, path, NULL, text },
#define TICK(n, path, value, text) { TICK_ROW, n, path, value, text },
#define BESIDES(n, path, text) { BESIDES_ROW, n, path, NULL, text },
#include "form/form.def"
};

#define MM (72 / 25.4)
#define WIDTH (210 * MM)
#define HEIGHT (297 * MM)
#define MARGIN (20 * MM)
#define INSET 6.0
#define BOTTOM (HEIGHT - 24 * MM)
#define FONT "DejaVu Serif "

struct page {
	struct toc_arena *a;
	cairo_t *cr;
	PangoLayout *layout;
	const struct toc_value *document, *form;
	struct toc_buf *out;
	double y, frame; /* top of the frame that is open on this page; 0: none */
	unsigned number;
};

/* ---- what was filled in, as text ---- */

static struct toc_str text_of(struct toc_arena *a, const struct toc_value *v);

static struct toc_str location(struct toc_arena *a, const struct toc_value *v, size_t n)
{
	struct toc_str s = toc_arena_printf(a, "%zu. %.*s", n, TOC_STR_ARGS(toc_get_text(v, "url")));
	static const char *const more[] = { "extra_info", "screenshot_ref" };
	const struct toc_value *hashes = toc_get(v, "hash_refs");

	for (size_t i = 0; i < 2; i++)
		if (toc_get(v, more[i]))
			s = toc_arena_printf(a, "%.*s\n    %.*s", TOC_STR_ARGS(s), TOC_STR_ARGS(toc_get_text(v, more[i])));
	for (size_t i = 0; i < toc_len(hashes); i++)
		s = toc_arena_printf(a, "%.*s\n    %.*s %.*s", TOC_STR_ARGS(s), TOC_STR_ARGS(toc_get_text(toc_at(hashes, i), "algorithm")),
				     TOC_STR_ARGS(toc_get_text(toc_at(hashes, i), "value")));
	return s;
}

/* "2033-10-30T02:25:10+01:00" as people write it, its offset with it. */
static struct toc_str moment(struct toc_arena *a, struct toc_str s)
{
	if (s.n < 20 || s.p[4] != '-' || s.p[10] != 'T' || s.p[13] != ':')
		return s;
	size_t zone = 19;
	while (zone < s.n && (s.p[zone] == '.' || (s.p[zone] >= '0' && s.p[zone] <= '9')))
		zone++;
	struct toc_str z = { s.p + zone, s.n - zone };
	return toc_arena_printf(a, "%.8s on %.10s (%s%.*s)", s.p + 11, s.p, toc_str_is(z, "Z") ? "UTC" : "UTC",
				toc_str_is(z, "Z") ? 0 : (int)z.n, z.p);
}

static struct toc_str text_of(struct toc_arena *a, const struct toc_value *v)
{
	struct toc_str s = TOC_STR("");

	if (!v)
		return s;
	if (v->kind == TOC_LIST) {
		for (size_t i = 0; i < toc_len(v); i++)
			s = toc_arena_printf(a, "%.*s%s%.*s", TOC_STR_ARGS(s), i ? "\n" : "",
					     TOC_STR_ARGS(toc_get(toc_at(v, i), "url") ? location(a, toc_at(v, i), i + 1)
										       : text_of(a, toc_at(v, i))));
		return s;
	}
	if (toc_get(v, "unit"))
		return toc_arena_printf(a, "%lld %.*s, starting from %.*s", (long long)toc_get_int(v, "n", 0),
					TOC_STR_ARGS(toc_get_text(v, "unit")), TOC_STR_ARGS(toc_get_text(v, "start")));
	if (v->kind == TOC_INT)
		return toc_arena_printf(a, "%lld", (long long)v->integer);
	if (v->kind == TOC_BOOL)
		return v->boolean ? TOC_STR("yes") : TOC_STR("no");
	return moment(a, toc_text_of(v));
}

static const struct toc_value *at_path(struct toc_arena *a, const struct toc_value *form, const char *path)
{
	const char *dot;

	while ((dot = strchr(path, '.'))) {
		form = toc_get(form, toc_arena_str(a, (struct toc_str){ path, (size_t)(dot - path) }).p);
		path = dot + 1;
	}
	return toc_get(form, path);
}

static bool is_ticked(const struct toc_value *v, const char *value)
{
	if (!v || !*value)
		return v != NULL;
	if (v->kind == TOC_LIST)
		return toc_list_has(v, toc_str_of(value));
	return v->kind == TOC_BOOL ? v->boolean == (strcmp(value, "true") == 0) : toc_str_is(toc_text_of(v), value);
}

/* ---- drawing ---- */

static double put(struct page *p, const char *font, struct toc_str text, double x, double width, bool draw, PangoAlignment align)
{
	int height;
	PangoFontDescription *d = pango_font_description_from_string(font);

	pango_layout_set_font_description(p->layout, d);
	pango_font_description_free(d);
	pango_layout_set_width(p->layout, (int)(width * PANGO_SCALE));
	pango_layout_set_alignment(p->layout, align);
	pango_layout_set_text(p->layout, text.p ? text.p : "", (int)text.n);
	pango_layout_get_size(p->layout, NULL, &height);
	if (draw) {
		cairo_move_to(p->cr, x, p->y);
		pango_cairo_show_layout(p->cr, p->layout);
	}
	return (double)height / PANGO_SCALE;
}

static void line_of_page(struct page *p, struct toc_str text, double y, PangoAlignment align)
{
	double before = p->y;

	p->y = y;
	(void)put(p, FONT "7", text, MARGIN, WIDTH - 2 * MARGIN, true, align);
	p->y = before;
}

static void begin_page(struct page *p)
{
	bool actual = toc_get_is(p->document, "mode", "actual");
	struct toc_str ref = toc_get_text(p->form, "order_reference").n ? toc_get_text(p->form, "order_reference")
									 : toc_get_text(p->form, "authority_ref");

	p->number++;
	line_of_page(p, toc_arena_printf(p->a, "%.*s · page %u", TOC_STR_ARGS(ref), p->number), HEIGHT - 16 * MM, PANGO_ALIGN_RIGHT);
	if (!actual)
		line_of_page(p, TOC_STR("EXERCISE – EXERCISE – EXERCISE: without legal effect"), 10 * MM, PANGO_ALIGN_CENTER);
	p->y = MARGIN;
}

static void close_frame(struct page *p)
{
	if (p->frame > 0) {
		cairo_set_line_width(p->cr, 0.8);
		cairo_rectangle(p->cr, MARGIN, p->frame, WIDTH - 2 * MARGIN, p->y - p->frame + INSET);
		cairo_stroke(p->cr);
		p->y += INSET;
	}
	p->frame = 0;
}

static void open_frame(struct page *p)
{
	p->y += INSET;
	p->frame = p->y;
	p->y += INSET;
}

/* Room for so much, on the next page if need be; a frame that is open goes on there. */
static void make_room(struct page *p, double height)
{
	if (p->y + height + INSET <= BOTTOM || p->y <= MARGIN + 2 * INSET)
		return;
	bool open = p->frame > 0;
	close_frame(p);
	cairo_show_page(p->cr);
	begin_page(p);
	if (open)
		open_frame(p);
}

/* Text inside of the frame. A text longer than a page is set line by line. */
static void flow(struct page *p, const char *font, struct toc_str text, double indent)
{
	double x = MARGIN + INSET + indent, width = WIDTH - 2 * (MARGIN + INSET) - indent;
	double height = put(p, font, text, x, width, false, PANGO_ALIGN_LEFT);

	if (height < BOTTOM - 2 * MARGIN) {
		make_room(p, height);
		p->y += put(p, font, text, x, width, true, PANGO_ALIGN_LEFT);
		return;
	}
	int n = pango_layout_get_line_count(p->layout);
	struct toc_str *lines = toc_arena_alloc(p->a, (size_t)n * sizeof *lines);
	for (int i = 0; i < n; i++) {
		const PangoLayoutLine *l = pango_layout_get_line_readonly(p->layout, i);
		lines[i] = (struct toc_str){ text.p + l->start_index, (size_t)l->length };
	}
	for (int i = 0; i < n; i++) {
		height = put(p, font, lines[i], x, width, false, PANGO_ALIGN_LEFT);
		make_room(p, height);
		p->y += put(p, font, lines[i], x, width, true, PANGO_ALIGN_LEFT);
	}
}

static void tick(struct page *p, const struct row *r)
{
	double height = put(p, FONT "9", toc_str_of(r->text), 0, WIDTH - 2 * (MARGIN + INSET) - 16, false, PANGO_ALIGN_LEFT);

	make_room(p, height + 3);
	(void)put(p, "DejaVu Sans 10", is_ticked(at_path(p->a, p->form, r->path), r->value) ? TOC_STR("☒") : TOC_STR("☐"), MARGIN + INSET, 16,
		  true, PANGO_ALIGN_LEFT);
	p->y += put(p, FONT "9", toc_str_of(r->text), MARGIN + INSET + 16, WIDTH - 2 * (MARGIN + INSET) - 16, true, PANGO_ALIGN_LEFT) + 3;
}

static void draw_row(struct page *p, const struct row *r, bool *besides)
{
	const struct toc_value *v = r->path && r->kind >= ENTRY_ROW ? at_path(p->a, p->form, r->path) : NULL;

	switch (r->kind) {
	case ANNEX_ROW:
		p->y += put(p, FONT "Bold 11", toc_str_of(r->path), MARGIN, WIDTH - 2 * MARGIN, true, PANGO_ALIGN_CENTER) + 4;
		p->y += put(p, FONT "Bold 13", toc_str_of(r->value), MARGIN, WIDTH - 2 * MARGIN, true, PANGO_ALIGN_CENTER) + 2;
		p->y += put(p, FONT "Italic 9", toc_str_of(r->text), MARGIN, WIDTH - 2 * MARGIN, true, PANGO_ALIGN_CENTER);
		open_frame(p);
		break;
	case SECTION_ROW:
		close_frame(p);
		make_room(p, 60);
		open_frame(p);
		flow(p, FONT "Bold 9", toc_str_of(r->text), 0);
		p->y += 3;
		break;
	case WORDS_ROW:
		if (*r->text) {
			flow(p, FONT "9", toc_str_of(r->text), 0);
			p->y += 3;
		}
		break;
	case ENTRY_ROW:
		flow(p, FONT "8", toc_str_of(r->text), 0);
		flow(p, FONT "Bold 9", v ? text_of(p->a, v) : TOC_STR("……"), 12);
		p->y += 4;
		break;
	case TICK_ROW: tick(p, r); break;
	case BESIDES_ROW:
		if (!v)
			break;
		if (!*besides) {
			close_frame(p);
			make_room(p, 60);
			open_frame(p);
			*besides = true;
		}
		flow(p, FONT "8", toc_str_of(r->text), 0);
		flow(p, FONT "Bold 9", text_of(p->a, v), 12);
		p->y += 3;
		break;
	}
}

static cairo_status_t keep(void *ctx, const unsigned char *bytes, unsigned int n)
{
	struct toc_buf *b = ctx;

	toc_buf_add(b, (const char *)bytes, n);
	return b->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static int draw(struct page *p, unsigned annex, struct toc_error *reterr)
{
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(keep, p->out, WIDTH, HEIGHT);
	bool besides = false;

	/* the classic cross-reference table, to which attach.c adds */
	cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_4);
	p->cr = cairo_create(surface);
	/* fonts of its own, which go when the form is drawn */
	PangoFontMap *fonts = pango_cairo_font_map_new();
	pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts), 72); /* a point is a point */
	PangoContext *context = pango_font_map_create_context(fonts);
	p->layout = pango_layout_new(context);
	pango_layout_set_wrap(p->layout, PANGO_WRAP_WORD_CHAR);
	PangoAttrList *plain = pango_attr_list_new(); /* no ligatures: what is copied is what was written */
	pango_attr_list_insert(plain, pango_attr_font_features_new("liga=0, clig=0"));
	pango_layout_set_attributes(p->layout, plain);
	pango_attr_list_unref(plain);
	begin_page(p);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].kind == ANNEX_ROW && rows[i].annex == annex)
			cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE,
						       toc_arena_printf(p->a, "%s: %s", rows[i].path, rows[i].value).p);
		if (rows[i].annex == annex)
			draw_row(p, &rows[i], &besides);
	}
	close_frame(p);
	g_object_unref(p->layout);
	g_object_unref(context);
	g_object_unref(fonts);
	cairo_destroy(p->cr);
	cairo_surface_finish(surface);
	cairo_status_t status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	return status == CAIRO_STATUS_SUCCESS ? 0 : toc_fail(reterr, TOC_EIO, "the form cannot be drawn: %s", cairo_status_to_string(status));
}

int toc_form_print(struct toc_arena *a, const struct toc_value *document, struct toc_str *ret_pdf, struct toc_error *reterr)
{
	static const char *const names[] = { NULL, "I", "II", "III" };
	struct toc_buf b;
	struct page p = { .a = a, .document = document, .form = toc_get(document, "form"), .out = &b };
	unsigned annex = 0;

	for (unsigned n = 1; n <= 3; n++)
		if (toc_get_is(document, "annex", names[n]))
			annex = n;
	if (!annex)
		return toc_fail(reterr, TOC_EINVAL, "annex: \"I\", \"II\" or \"III\"");
	toc_buf_init(&b, TOC_FORM_FILE_MAX);
	int r = draw(&p, annex, reterr);
	struct toc_str pdf = r == 0 ? toc_arena_str(a, toc_buf_view(&b)) : (struct toc_str){ NULL, 0 };
	toc_buf_done(&b);
	return r == 0 ? toc_pdf_attach(a, pdf, toc_arena_printf(a, "annex-%u.json", annex).p, toc_json_str(a, document), ret_pdf, reterr) : r;
}
