/* event.c: see event.h. Names of extensions are lower case letters and digits only (CloudEvents 1.0, 3.1). */
#include "envelope/event.h"

#include "message/json.h"

#include <inttypes.h>

struct toc_str toc_event_json(struct toc_arena *a, const struct toc_event *e)
{
	struct toc_value *v = toc_value_map(a);

	toc_set_cstr(a, v, "specversion", "1.0");
	toc_set_text(a, v, "id", e->id);
	toc_set_text(a, v, "source", e->source);
	toc_set_text(a, v, "type", toc_arena_printf(a, "tocsin.%.*s", TOC_STR_ARGS(e->k)));
	toc_set_text(a, v, "time", e->time);
	toc_set_text(a, v, "mode", e->mode);
	if (e->precedence.n)
		toc_set_text(a, v, "precedence", e->precedence);
	if (e->seq)
		toc_set_text(a, v, "sequence", toc_arena_printf(a, "%" PRIu64, e->seq));
	if (e->data) {
		toc_set_cstr(a, v, "datacontenttype", "application/json");
		toc_set(a, v, "data", (struct toc_value *)(uintptr_t)e->data);
	}
	return toc_json_str(a, v);
}
