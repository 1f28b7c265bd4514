/* links.c: see links.h. */
#include "keeper/links.h"

#include "base/digest.h"

#include <string.h>

struct toc_str toc_link_token(struct toc_arena *a, const uint8_t dup_key[32], struct toc_uuid delivery)
{
	/* a key of its own, so that no other use of dup_key can ever be made to say a token */
	struct toc_sha256 key = toc_hmac_sha256(dup_key, TOC_STR("link of an e-mail"));
	struct toc_sha256 token = toc_hmac_sha256(key.b, toc_uuid_key(&delivery));
	struct toc_str text = toc_base64url(a, token.b, sizeof token.b);

	toc_wipe(&key, sizeof key);
	toc_wipe(&token, sizeof token);
	return text;
}

struct toc_uuid toc_link_id(struct toc_uuid delivery)
{
	return toc_uuid_named("link", toc_uuid_key(&delivery));
}

struct toc_work *toc_link_work(struct toc_keeper *k, struct toc_uuid delivery, struct toc_str org, struct toc_uuid person,
			       struct toc_uuid about)
{
	struct toc_work *w = toc_server_work(k, "credential", "issue");
	struct toc_arena *a = w->arena;
	struct toc_value *m = (struct toc_value *)(uintptr_t)w->command.message, *body = toc_get(m, "body");
	struct toc_str token = toc_link_token(a, k->o.dup_key, delivery);
	struct toc_sha256 digest = toc_sha256(token);

	toc_wipe((void *)(uintptr_t)token.p, token.n);
	/* one entry on all nodes, however many begin it */
	toc_set_text(a, m, "id", toc_uuid_str(a, toc_uuid_named("link entry", toc_uuid_key(&delivery))));
	toc_set_text(a, body, "credential", toc_uuid_str(a, toc_link_id(delivery)));
	toc_set_text(a, body, "person", toc_uuid_str(a, person));
	toc_set_text(a, body, "org", org);
	toc_set_cstr(a, body, "kind", "link");
	toc_set_text(a, body, "sha256", toc_hex(a, digest.b, sizeof digest.b));
	toc_set_text(a, body, "expires", toc_time_str(a, toc_after(toc_keeper_now(k), TOC_LINK_LIFE)));
	toc_set_text(a, body, "about", toc_uuid_str(a, about));
	return w;
}
