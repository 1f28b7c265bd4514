/* fuzz_envelope.c: what others give us to call and how they call us back. The first byte chooses: an address to call, an
 * address that a name meant, the headers of a call, a browser's key.
 *
 * Whatever comes: what is accepted is https to one public name or address; nothing that is signed by nobody is right; a
 * message is encrypted for a point of the curve or refused. */
#include "envelope/destination.h"
#include "envelope/push.h"
#include "envelope/webhook.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok, const char *what)
{
	if (!ok)
		TOC_WRONG(what);
}

static void destination(struct toc_arena *a, struct toc_str url)
{
	static const struct toc_str hosts[] = { { "localhost:9443", 14 }, { "10.1.2.0/24", 11 } };
	const struct toc_allowance allowance = { hosts, 2 };
	struct toc_destination d;
	struct toc_error e;

	if (toc_destination_read(a, url, &allowance, &d, &e) < 0)
		return;
	must(url.n > 8 && !memcmp(url.p, "https://", 8), "not https");
	must(d.host.n && !memchr(d.host.p, '@', d.host.n) && d.port, "no host");
	must(d.path.n && d.path.p[0] == '/', "no path");
	must(d.allowed || d.port == 443 || d.port == 8443, "a port that nobody allowed");
	must(d.allowed || !d.literal || toc_address_is_public(d.address), "an inside address");
	must(toc_destination_read(a, url, NULL, &d, NULL) < 0 || !d.allowed, "allowed by nobody");
}

/* lines: id, timestamp, signatures; then the body */
static void call(struct toc_arena *a, struct toc_str rest)
{
	static const uint8_t outside[32] = "nobody who fuzzes knows this key";
	struct toc_str part[3];
	struct toc_hook_key key;

	for (int i = 0; i < 3; i++) {
		const char *end = rest.n ? memchr(rest.p, '\n', rest.n) : NULL;
		part[i] = (struct toc_str){ rest.p, end ? (size_t)(end - rest.p) : rest.n };
		rest = end ? (struct toc_str){ end + 1, rest.n - part[i].n - 1 } : (struct toc_str){ "", 0 };
	}
	(void)a;
	toc_hook_key_derive(outside, (struct toc_uuid){ { 1 } }, 1, &key);
	must(toc_hook_verify(&key, 1, part[0], part[1], part[2], rest, (toc_time){ INT64_C(1614265330000000) }) < 0,
	     "signed by nobody, and right");
}

static void push(struct toc_arena *a, const uint8_t *data, size_t n)
{
	struct toc_push_recipient to = { { 0 }, { 0 } };
	struct toc_str body;

	memcpy(to.p256dh, data, n < sizeof to.p256dh ? n : sizeof to.p256dh);
	if (toc_push_encrypt(a, &to, TOC_STR("{}"), 128, NULL, &body) == 0)
		must(body.n == TOC_PUSH_OVERHEAD + 128 && to.p256dh[0] == 4, "another length, or no point");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct toc_arena *a = toc_arena_new();

	if (n) {
		struct toc_str rest = { (const char *)data + 1, n - 1 };
		switch (data[0] % 3) {
		case 0:
			destination(a, rest);
			break;
		case 1:
			call(a, rest);
			break;
		default:
			push(a, data + 1, n - 1);
			break;
		}
	}
	toc_arena_free(a);
	return 0;
}
