/* fuzz_message.c: bytes as a member might send them, through everything that touches them before they are
 * trusted.
 *
 * Besides not crashing: a refusal has code and words, in UTF-8; canonical bytes read back as the same
 * document and are their own canonical form; decoding a decoded message changes nothing; splitting and
 * joining loses nothing. */
#include "message/catalogue.h"
#include "message/json.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok, const char *what)
{
	if (!ok)
		TOC_WRONG(what);
}

static void must_have_words(const struct toc_refusal *r)
{
	must(r->code != TOC_NOT_REFUSED && *r->detail, "a refusal without code or words");
	must(toc_str_is_utf8(toc_str_of(r->detail)) && toc_str_is_utf8(toc_str_of(r->field)),
	     "a refusal that is no text");
}

static void check_document(struct toc_arena *a, const struct toc_value *v)
{
	struct toc_refusal r = { 0 };
	struct toc_value *again;
	struct toc_str canonical = toc_json_str(a, v);

	/* Escapes may make canonical bytes longer than what was sent, never six times. */
	must(toc_json_parse(a, canonical, TOC_MESSAGE_BYTES_MAX * 6, TOC_JSON_DEPTH_MAX, &again, &r) == 0,
	     "canonical bytes do not parse");
	must(toc_value_eq(v, again), "canonical bytes say something else");
	must(toc_str_eq(canonical, toc_json_str(a, again)), "canonical bytes are not canonical");
}

static void check_message(struct toc_arena *a, const struct toc_value *m)
{
	struct toc_refusal r = { 0 };
	struct toc_value *again, *pub, *per;

	must(toc_message_decode(a, m, &again, &r) == 0 && toc_value_eq(m, again),
	     "decoding twice changes something");
	must(toc_message_k(a, m).n > 3, "a message without k");
	toc_message_split(a, m, &pub, &per);
	must(toc_value_eq(toc_message_join(a, pub, per), m), "joining what was split loses something");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_refusal r = { 0 };
	struct toc_value *raw, *message;

	if (toc_json_parse(a, (struct toc_str){ (const char *)data, n }, TOC_MESSAGE_BYTES_MAX,
			   TOC_JSON_DEPTH_MAX, &raw, &r) < 0) {
		must_have_words(&r);
	} else {
		check_document(a, raw);
		if (toc_message_decode(a, raw, &message, &r) < 0)
			must_have_words(&r);
		else
			check_message(a, message);
	}
	toc_arena_free(a);
	return 0;
}
