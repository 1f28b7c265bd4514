/* dupkeys.c: see dupkeys.h. The normal forms forgive what people and tools do to an identifier on its way
 * (defanging, capital letters, default ports, tracking parameters, blanks) and nothing that could name
 * another thing. */
#include "keeper/dupkeys.h"

#include "keeper/nearkey.h"
#include "message/json.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_LEAST 16 /* a shorter excerpt ("see you tomorrow") says nothing about who wrote it */

struct keys {
	struct toc_arena *arena;
	const uint8_t *key;
	struct toc_str found[TOC_DUPKEYS_MAX];
	size_t n;
};

static void add(struct keys *k, const char *kind, struct toc_str normal)
{
	if (!normal.n || k->n == TOC_DUPKEYS_MAX)
		return;
	struct toc_str under =
		toc_arena_printf(k->arena, "tocsin-dup/v1 %s\n%.*s", kind, TOC_STR_ARGS(normal));
	struct toc_sha256 mac = toc_hmac_sha256(k->key, under);
	k->found[k->n++] = toc_hex(k->arena, mac.b, sizeof mac.b);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static struct toc_str lower_str(struct toc_arena *a, struct toc_str s)
{
	struct toc_str copy = toc_arena_str(a, s);
	for (size_t i = 0; i < copy.n; i++)
		((char *)copy.p)[i] = lower(copy.p[i]);
	return copy;
}

static bool starts(struct toc_str s, const char *with)
{
	size_t n = strlen(with);
	return s.n >= n && !memcmp(s.p, with, n);
}

static struct toc_str replace(struct toc_arena *a, struct toc_str s, const char *what, const char *with)
{
	size_t n_what = strlen(what), n_with = strlen(with);
	char *out = toc_arena_alloc(a, s.n + 1), *o = out;
	for (size_t i = 0; i < s.n;) {
		if (s.n - i >= n_what && !memcmp(s.p + i, what, n_what)) {
			memcpy(o, with, n_with); /* never longer than `what` */
			o += n_with;
			i += n_what;
		} else {
			*o++ = s.p[i++];
		}
	}
	return (struct toc_str){ out, (size_t)(o - out) };
}

/* "utm_source=x&id=7" → "id=7": parameters that say where a reader came from, not what is shown */
static struct toc_str without_tracking(struct toc_arena *a, struct toc_str query)
{
	static const char *const tracking[] = { "utm_", "fbclid=", "gclid=", "igshid=", "si=" };
	char *out = toc_arena_alloc(a, query.n + 1), *o = out;
	while (query.n) {
		const char *amp = memchr(query.p, '&', query.n);
		struct toc_str one = { query.p, amp ? (size_t)(amp - query.p) : query.n };
		query.p += one.n + (amp != NULL);
		query.n -= one.n + (amp != NULL);
		bool drop = one.n == 0;
		for (size_t i = 0; i < sizeof tracking / sizeof *tracking; i++)
			drop |= starts(one, tracking[i]);
		if (drop)
			continue;
		if (o > out)
			*o++ = '&';
		memcpy(o, one.p, one.n);
		o += one.n;
	}
	return (struct toc_str){ out, (size_t)(o - out) };
}

struct toc_str toc_normal_url(struct toc_arena *a, struct toc_str url)
{
	struct toc_str s = replace(a, replace(a, toc_str_trim(url), "[.]", "."), "[:]", ":");
	const char *colon = s.n ? memchr(s.p, ':', s.n) : NULL;
	size_t scheme_n = colon ? (size_t)(colon - s.p) : 0;
	if (!colon || s.n < scheme_n + 3 || memcmp(colon, "://", 3))
		return lower_str(a, s); /* no authority: taken as it is */
	struct toc_str scheme = lower_str(a, (struct toc_str){ s.p, scheme_n });
	if (toc_str_is(scheme, "http") || toc_str_is(scheme, "hxxp") || toc_str_is(scheme, "hxxps"))
		scheme = TOC_STR("https"); /* one resource, whichever way it was fetched, or defanged */
	struct toc_str rest = { s.p + scheme_n + 3, s.n - scheme_n - 3 };
	const char *hash = rest.n ? memchr(rest.p, '#', rest.n) : NULL;
	if (hash)
		rest.n = (size_t)(hash - rest.p);
	size_t host_n = 0;
	while (host_n < rest.n && rest.p[host_n] != '/' && rest.p[host_n] != '?')
		host_n++;
	struct toc_str host = { rest.p, host_n }, path = { rest.p + host_n, rest.n - host_n },
		       query = { NULL, 0 };
	const char *at = host.n ? memchr(host.p, '@', host.n) : NULL;
	if (at)
		host = (struct toc_str){ at + 1, host.n - (size_t)(at + 1 - host.p) };
	host = lower_str(a, host);
	if (host.n > 4 && !memcmp(host.p + host.n - 4, ":443", 4))
		host.n -= 4;
	else if (host.n > 3 && !memcmp(host.p + host.n - 3, ":80", 3))
		host.n -= 3;
	if (starts(host, "www.")) {
		host.p += 4;
		host.n -= 4;
	}
	const char *mark = path.n ? memchr(path.p, '?', path.n) : NULL;
	if (mark) {
		query = without_tracking(a,
					 (struct toc_str){ mark + 1, path.n - (size_t)(mark + 1 - path.p) });
		path.n = (size_t)(mark - path.p);
	}
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	return toc_arena_printf(a, "%.*s://%.*s%.*s%s%.*s", TOC_STR_ARGS(scheme), TOC_STR_ARGS(host),
				TOC_STR_ARGS(path), query.n ? "?" : "", TOC_STR_ARGS(query));
}

struct toc_str toc_normal_handle(struct toc_arena *a, struct toc_str handle)
{
	struct toc_str s = toc_str_trim(handle);
	while (s.n && *s.p == '@') {
		s.p++;
		s.n--;
	}
	return lower_str(a, s);
}

struct toc_str toc_normal_phone(struct toc_arena *a, struct toc_str phone)
{
	char *out = toc_arena_alloc(a, phone.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < phone.n; i++)
		if ((phone.p[i] >= '0' && phone.p[i] <= '9') || (phone.p[i] == '+' && n == 0))
			out[n++] = phone.p[i];
	if (n > 2 && out[0] == '0' && out[1] == '0') { /* 00 32 … is +32 … */
		memmove(out + 1, out + 2, n - 2);
		out[0] = '+';
		n--;
	}
	return (struct toc_str){ out, n };
}

/* Small letters, and every run of blanks one blank. */
static struct toc_str blanks_as_one(struct toc_arena *a, struct toc_str text)
{
	struct toc_str s = lower_str(a, toc_str_trim(text));
	char *out = toc_arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (!toc_is_blank(s.p[i]))
			out[n++] = s.p[i];
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	return (struct toc_str){ out, n };
}

struct toc_str toc_normal_text(struct toc_arena *a, struct toc_str text)
{
	struct toc_str s = blanks_as_one(a, text);

	return s.n < TEXT_LEAST ? (struct toc_str){ s.p, 0 } : s;
}

static void content_keys(struct keys *k, const struct toc_value *item)
{
	add(k, "url", toc_normal_url(k->arena, toc_get_text(item, "url")));
	add(k, "text", toc_normal_text(k->arena, toc_get_text(item, "text_excerpt")));
	const struct toc_value *hashes = toc_get(item, "hash_refs");
	for (size_t i = 0; i < toc_len(hashes); i++) {
		struct toc_str algorithm = lower_str(k->arena, toc_get_text(toc_at(hashes, i), "algorithm"));
		struct toc_str kind = toc_arena_printf(k->arena, "hash-%.*s", TOC_STR_ARGS(algorithm));
		add(k, kind.p, lower_str(k->arena, toc_get_text(toc_at(hashes, i), "value")));
	}
}

static void identifier_keys(struct keys *k, const struct toc_value *item)
{
	struct toc_str kind = toc_get_text(item, "kind"), value = toc_get_text(item, "value");
	if (toc_str_is(kind, "handle"))
		add(k, "handle", toc_normal_handle(k->arena, value));
	else if (toc_str_is(kind, "e-mail"))
		add(k, "email", lower_str(k->arena, toc_str_trim(value)));
	else if (toc_str_is(kind, "phone"))
		add(k, "phone", toc_normal_phone(k->arena, value));
	else
		add(k, "id", lower_str(k->arena, toc_str_trim(value)));
}

/* A subject of a deconfliction check has the key that the same thing has in a notification. */
static void subject_keys(struct keys *k, const struct toc_value *item)
{
	struct toc_str kind = toc_get_text(item, "kind"), value = toc_get_text(item, "value");
	if (toc_str_is(kind, "url"))
		add(k, "url", toc_normal_url(k->arena, value));
	else if (toc_str_is(kind, "handle") || toc_str_is(kind, "e-mail") || toc_str_is(kind, "phone") ||
		 toc_str_is(kind, "id"))
		identifier_keys(k, item);
	else
		add(k, toc_arena_printf(k->arena, "hash-%.*s", TOC_STR_ARGS(kind)).p,
		    lower_str(k->arena, toc_str_trim(value)));
}

static void report_keys(struct keys *k, const struct toc_value *item)
{
	struct toc_str ref = toc_str_trim(toc_get_text(item, "external_ref"));
	struct toc_str system = lower_str(k->arena, toc_str_trim(toc_get_text(item, "system")));
	if (ref.n)
		add(k, "report",
		    toc_arena_printf(k->arena, "%.*s\n%.*s", TOC_STR_ARGS(system), TOC_STR_ARGS(ref)));
}

static int by_text(const void *x, const void *y)
{
	return toc_str_cmp(*(const struct toc_str *)x, *(const struct toc_str *)y);
}

struct toc_value *toc_dupkeys(struct toc_arena *a, const uint8_t key[32], const struct toc_value *message)
{
	struct keys k = { .arena = a, .key = key };
	const struct {
		const struct toc_value *list;
		void (*keys)(struct keys *, const struct toc_value *);
	} sources[] = {
		{ toc_get(toc_get(message, "body"), "content"), content_keys },
		{ toc_get(toc_get(toc_get(message, "body"), "order"), "locations"), content_keys },
		{ toc_get(toc_get(message, "body"), "user_identifiers"), identifier_keys },
		{ toc_get(toc_get(message, "body"), "subjects"), subject_keys },
		{ toc_get(message, "also_reported_to"), report_keys },
	};
	for (size_t s = 0; s < sizeof sources / sizeof *sources; s++)
		for (size_t i = 0; i < toc_len(sources[s].list); i++)
			sources[s].keys(&k, toc_at(sources[s].list, i));
	qsort(k.found, k.n, sizeof *k.found, by_text);
	struct toc_value *list = toc_value_list(a);
	for (size_t i = 0; i < k.n; i++)
		if (i == 0 || !toc_str_eq(k.found[i], k.found[i - 1]))
			toc_push_text(a, list, k.found[i]);
	return list;
}

/* What one item recognises: the same key as the same thing in a notification. */
static void item_key(struct keys *k, const struct toc_value *item)
{
	struct toc_str hash = toc_get_text(item, "hash_value");
	struct toc_str type = lower_str(k->arena, toc_get_text(item, "hash_type"));

	if (hash.n)
		add(k, toc_arena_printf(k->arena, "hash-%.*s", TOC_STR_ARGS(type)).p, lower_str(k->arena, hash));
	else if (type.n)
		add(k, toc_arena_printf(k->arena, "opaque-%.*s", TOC_STR_ARGS(type)).p,
		    toc_get_text(toc_get(item, "hash_ref"), "sha256"));
	add(k, "url", toc_normal_url(k->arena, toc_get_text(item, "url")));
	add(k, "domain", lower_str(k->arena, toc_str_trim(toc_get_text(item, "domain"))));
	add(k, "phrase", blanks_as_one(k->arena, toc_get_text(item, "text_phrase")));
	add(k, "account", toc_get_text(item, "account_ref"));
}

struct toc_value *toc_item_keys(struct toc_arena *a, const uint8_t key[32], const struct toc_value *message)
{
	const struct toc_value *items = toc_get(toc_get(message, "body"), "items");
	struct toc_value *list = toc_value_list(a);
	struct toc_near_key near;
	bool ready = false;

	if (!toc_get_is(message, "type", "M6"))
		return NULL;
	for (size_t i = 0; i < toc_len(items); i++) {
		const struct toc_value *item = toc_at(items, i);
		struct keys k = { .arena = a, .key = key };
		struct toc_value *v = toc_value_map(a);
		uint8_t hash[32], form[32];
		item_key(&k, item);
		if (k.n)
			toc_set_text(a, v, "key", k.found[0]);
		if (toc_get_is(item, "hash_type", "PDQ") &&
		    toc_hex_decode(toc_get_text(item, "hash_value"), hash, sizeof hash) == 0) {
			if (!ready)
				toc_near_key_init(&near, key, toc_get_text(message, "incident_ref"));
			ready = true;
			toc_near_form(&near, hash, form);
			toc_set_text(a, v, "near", toc_hex(a, form, sizeof form));
		}
		toc_push(a, list, v);
	}
	return list;
}

struct toc_value *toc_lookup_keys(struct toc_arena *a, const uint8_t key[32], const struct toc_value *message,
				  const struct toc_value *places)
{
	const struct toc_value *body = toc_get(message, "body");
	struct toc_str value = toc_get_text(body, "value");
	struct toc_value *item = toc_value_map(a), *list = toc_value_list(a);
	struct keys k = { .arena = a, .key = key };
	uint8_t hash[32], form[32];
	bool is_url = toc_get_is(body, "type", "URL");
	bool near = toc_get_is(body, "type", "PDQ") && toc_hex_decode(value, hash, sizeof hash) == 0;

	toc_set_text(a, item, is_url ? "url" : "hash_value", value);
	if (!is_url)
		toc_set_text(a, item, "hash_type", toc_get_text(body, "type"));
	item_key(&k, item);
	for (size_t i = 0; i < toc_len(places); i++) {
		struct toc_value *v = toc_value_map(a);
		toc_set_text(a, v, "incident", toc_text_of(toc_at(places, i)));
		if (k.n)
			toc_set_text(a, v, "key", k.found[0]);
		if (near) {
			struct toc_near_key realm;
			toc_near_key_init(&realm, key, toc_text_of(toc_at(places, i)));
			toc_near_form(&realm, hash, form);
			toc_set_text(a, v, "near", toc_hex(a, form, sizeof form));
		}
		toc_push(a, list, v);
	}
	return list;
}

static struct toc_sha256 keyed_digest(struct toc_arena *a, const uint8_t key[32], struct toc_str space,
				      const struct toc_value *v)
{
	const struct toc_str parts[] = { space, toc_json_str(a, v) };
	struct toc_sha256 digest = toc_sha256_parts(parts, 2);
	return toc_hmac_sha256(key, (struct toc_str){ (const char *)digest.b, sizeof digest.b });
}

struct toc_sha256 toc_order_content(struct toc_arena *a, const uint8_t key[32], const struct toc_value *message)
{
	const struct toc_value *order = toc_get(toc_get(message, "body"), "order");
	return order ? keyed_digest(a, key, TOC_STR("tocsin-order/v1\n"), order) : (struct toc_sha256){ { 0 } };
}

struct toc_sha256 toc_message_digest(struct toc_arena *a, const uint8_t key[32],
				     const struct toc_value *message)
{
	return keyed_digest(a, key, TOC_STR("tocsin-message/v1\n"), message);
}
