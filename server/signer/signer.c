/* signer.c: the signer as a process. */
#include "signer/signer.h"

#include "base/log.h"
#include "child/child.h"
#include "confine/confine.h"

#define CONTROL_FD 4
#define PAUSE ((toc_dur){ 200000 }) /* under load: five checkpoints a second */

int toc_signer_main(const struct toc_value *heritage)
{
	struct toc_arena *a = toc_arena_new();
	const char *conninfo = toc_heritage_text(a, heritage, "conninfo"),
		   *record = toc_heritage_text(a, heritage, "record");
	struct toc_signer_options o = { .control = CONTROL_FD, .record = record, .pause = PAUSE };
	uint8_t public_key[32];
	int code = 1;

	if (!conninfo || !record || toc_heritage_key(heritage, "log_key", o.seed) < 0) {
		toc_log(TOC_LOG_ERROR, "heritage", "the parent's heritage lacks something");
		goto out;
	}
	toc_ed25519_public(o.seed, public_key);
	if (toc_note_key_init(&o.key, toc_get_text(heritage, "origin"), TOC_NOTE_LOG, public_key) < 0) {
		toc_log(TOC_LOG_ERROR, "heritage", "the log's name is none");
		goto out;
	}
	o.store = toc_store_pg_new(conninfo, true);
	struct toc_signer *s = toc_signer_new(&o);
	toc_wipe(o.seed, sizeof o.seed);
	(void)toc_confine(toc_get_bool(heritage, "network")); /* logged; best effort */
	toc_child_ready(toc_signer_child(s), "serving");
	while (toc_signer_turn(s, TOC_SECONDS(1)) == 0)
		;
	toc_signer_free(s);
	code = 0;
out:
	toc_arena_free(a);
	return code;
}
