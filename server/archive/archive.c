/* archive.c: the archive as a process. */
#include "archive/archive.h"

#include "base/log.h"
#include "confine/confine.h"

#define CONTROL_FD 4

int toc_archive_main(const struct toc_value *heritage)
{
	struct toc_arena *arena = toc_arena_new();
	struct toc_archive_options o = { .control = CONTROL_FD, .limits = toc_get(heritage, "limits") };
	const char *conninfo = toc_heritage_text(arena, heritage, "conninfo");
	int code = 1;

	o.auditor = toc_heritage_text(arena, heritage, "auditor");
	if (!conninfo || toc_heritage_key(heritage, "grant_key", o.grant_key) < 0 ||
	    toc_vkey_parse(toc_get_text(heritage, "log_vkey"), &o.log, NULL) < 0 ||
	    !(o.ring = toc_heritage_keyring(heritage))) {
		toc_log(TOC_LOG_ERROR, "heritage", "the parent's heritage lacks something");
		toc_arena_free(arena);
		return code;
	}
	o.store = toc_store_pg_new(conninfo, true);
	struct toc_archive *a = toc_archive_new(&o);
	toc_wipe(o.grant_key, sizeof o.grant_key);
	if (toc_heritage_fronts(heritage, toc_archive_child(a)) < 0) {
		toc_log(TOC_LOG_ERROR, "heritage", "front_fds are not descriptors");
	} else {
		(void)toc_confine(toc_get_bool(heritage, "network")); /* logged; best effort */
		/* Serving from the start: without a database every READ is answered BUSY, which the front
		 * understands. */
		toc_child_ready(toc_archive_child(a), "serving");
		while (toc_archive_turn(a, TOC_SECONDS(1)) == 0)
			;
		code = 0;
	}
	toc_archive_free(a);
	toc_arena_free(arena);
	return code;
}
