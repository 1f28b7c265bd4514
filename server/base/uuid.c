/* uuid.c: RFC 9562: text form, order, and names that become ids. Making random ones is digest.c's. */
#include "base/bytes.h"
#include "base/digest.h"

#include <string.h>

int toc_uuid_parse(struct toc_str text, struct toc_uuid *ret_id)
{
	static const uint8_t group[] = { 8, 4, 4, 4, 12 }; /* hexadecimal digits */
	struct toc_uuid id;
	size_t in = 0, out = 0;

	if (text.n != TOC_UUID_TEXT - 1)
		return TOC_EINVAL;
	for (size_t g = 0; g < sizeof group; g++) {
		if (g > 0 && text.p[in++] != '-')
			return TOC_EINVAL;
		if (toc_hex_decode((struct toc_str){ text.p + in, group[g] }, id.b + out, group[g] / 2u) < 0)
			return TOC_EINVAL;
		in += group[g];
		out += group[g] / 2u;
	}
	if (toc_uuid_is_nil(id))
		return TOC_EINVAL;
	*ret_id = id;
	return 0;
}

void toc_uuid_format(struct toc_uuid id, char ret_text[TOC_UUID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *p = ret_text;

	for (size_t i = 0; i < sizeof id.b; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = digits[id.b[i] >> 4];
		*p++ = digits[id.b[i] & 15];
	}
	*p = 0;
}

struct toc_str toc_uuid_str(struct toc_arena *a, struct toc_uuid id)
{
	char *text = toc_arena_alloc(a, TOC_UUID_TEXT);
	toc_uuid_format(id, text);
	return (struct toc_str){ text, TOC_UUID_TEXT - 1 };
}

int toc_uuid_cmp(struct toc_uuid x, struct toc_uuid y)
{
	return memcmp(x.b, y.b, sizeof x.b);
}

bool toc_uuid_eq(struct toc_uuid x, struct toc_uuid y)
{
	return toc_uuid_cmp(x, y) == 0;
}

bool toc_uuid_is_nil(struct toc_uuid id)
{
	return toc_uuid_eq(id, (struct toc_uuid){ { 0 } });
}

bool toc_uuid_is_v7(struct toc_uuid id)
{
	return id.b[6] >> 4 == 7 && id.b[8] >> 6 == 2;
}

struct toc_uuid toc_uuid_named(const char *space, struct toc_str name)
{
	struct toc_str parts[] = { toc_str_of(space), { "", 1 }, name };
	struct toc_sha256 digest = toc_sha256_parts(parts, 3);
	struct toc_uuid id;

	memcpy(id.b, digest.b, sizeof id.b);
	id.b[6] = (uint8_t)((id.b[6] & 0x0F) | 0x80);
	id.b[8] = (uint8_t)((id.b[8] & 0x3F) | 0x80);
	return id;
}
