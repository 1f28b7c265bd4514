/* plain.c: the envelope of a message about which there is nothing special. */
#include "message/catalogue.h"

struct toc_value *toc_message_plain(struct toc_arena *a, const char *type, const char *mode, const char *tlp)
{
	struct toc_value *m = toc_value_map(a), *none = toc_value_map(a);

	toc_set_cstr(a, m, "type", type);
	toc_set_cstr(a, m, "mode", mode);
	toc_set_cstr(a, m, "tlp", tlp);
	toc_set_cstr(a, m, "precedence", "routine");
	toc_set_bool(a, m, "ack_required", false);
	toc_set_cstr(a, m, "lang", "en");
	toc_set_cstr(a, none, "level", "none");
	toc_set(a, none, "categories", toc_value_list(a));
	toc_set(a, m, "personal_data", none);
	toc_set(a, m, "legal_basis", toc_value_list(a));
	toc_set(a, m, "also_reported_to", toc_value_list(a));
	return m;
}
