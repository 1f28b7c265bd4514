/* uri.c: pkcs11: URIs (RFC 7512): token and serial in the path, module-path in the query; what else there is of the path is
 * taken as no narrower than the URI, and a PIN in it is refused: it would stand in configuration and listings. */
#include "token/token.h"

#include <stdio.h>
#include <string.h>

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Percent-decoded. @return false: it does not fit, or is malformed */
static bool decode(struct toc_str s, char *ret, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '%') {
			if (i + 2 >= s.n || digit(s.p[i + 1]) < 0 || digit(s.p[i + 2]) < 0)
				return false;
			c = (char)(digit(s.p[i + 1]) * 16 + digit(s.p[i + 2]));
			i += 2;
		}
		if (!c || n + 1 >= room)
			return false;
		ret[n++] = c;
	}
	ret[n] = 0;
	return true;
}

int toc_token_uri_parse(const char *uri, struct toc_token_uri *ret_uri, struct toc_error *reterr)
{
	struct toc_token_uri u = { .token = "" };
	const char *p = uri + 7;

	if (strncmp(uri, "pkcs11:", 7) != 0)
		return toc_fail(reterr, TOC_EINVAL, "wrapping: \"%.60s\" is no pkcs11: URI", uri);
	for (bool query = false; *p;) {
		size_t n = strcspn(p, query ? "&" : ";?"), name = strcspn(p, "=");
		struct toc_str key = { p, name < n ? name : n }, value = { p + name + 1, name < n ? n - name - 1 : 0 };
		bool ok = true;
		if (toc_str_is(key, "token"))
			ok = decode(value, u.token, sizeof u.token);
		else if (toc_str_is(key, "serial"))
			ok = decode(value, u.serial, sizeof u.serial);
		else if (toc_str_is(key, "module-path") && query)
			ok = decode(value, u.module, sizeof u.module);
		else if (toc_str_is(key, "pin-value"))
			return toc_fail(reterr, TOC_EINVAL, "wrapping: the PIN stands in a file of its own (wrapping-pin-file), not in the URI");
		if (!ok)
			return toc_fail(reterr, TOC_EINVAL, "wrapping: %.*s: too long, or not percent-encoded", TOC_STR_ARGS(key));
		query |= p[n] == '?';
		p += n + (p[n] != 0);
	}
	if (u.module[0] != '/')
		return toc_fail(reterr, TOC_EINVAL, "wrapping: the URI names no module: ?module-path=/usr/lib/….so");
	if (!u.token[0] && !u.serial[0])
		return toc_fail(reterr, TOC_EINVAL, "wrapping: the URI names no token: pkcs11:token=LABEL");
	*ret_uri = u;
	return 0;
}
