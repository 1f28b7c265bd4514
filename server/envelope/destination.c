/* destination.c: see destination.h. The reading is stricter than RFC 3986 on purpose: two programs that read an address
 * differently are how a guard is passed (a user name that looks like a host, a backslash, a number for an address). */
#include "envelope/destination.h"

/* ---- addresses ---- */

struct network {
	const char *text;
	unsigned bits; /* of the IPv6 form: an IPv4 prefix and 96 */
};

static const struct network special[] = {
	{ "0.0.0.0", 96 + 8 },      /* this network */
	{ "10.0.0.0", 96 + 8 },     /* private, RFC 1918 */
	{ "100.64.0.0", 96 + 10 },  /* shared by carriers, RFC 6598 */
	{ "127.0.0.0", 96 + 8 },    /* loopback */
	{ "169.254.0.0", 96 + 16 }, /* link-local, where clouds keep their metadata */
	{ "172.16.0.0", 96 + 12 },  /* private */
	{ "192.0.0.0", 96 + 24 },   /* protocol assignments */
	{ "192.0.2.0", 96 + 24 },   /* documentation */
	{ "192.31.196.0", 96 + 24 }, /* AS112 */
	{ "192.52.193.0", 96 + 24 }, /* AMT */
	{ "192.88.99.0", 96 + 24 }, /* 6to4 relays, past */
	{ "192.168.0.0", 96 + 16 }, /* private */
	{ "192.175.48.0", 96 + 24 }, /* AS112 */
	{ "198.18.0.0", 96 + 15 },  /* benchmarks */
	{ "198.51.100.0", 96 + 24 }, /* documentation */
	{ "203.0.113.0", 96 + 24 }, /* documentation */
	{ "224.0.0.0", 96 + 4 },    /* multicast */
	{ "240.0.0.0", 96 + 4 },    /* reserved, and broadcast */
	/* Of IPv6 only 2000::/3 is given out; these lie in it. */
	{ "2001::", 23 },      /* protocol assignments, Teredo among them */
	{ "2001:db8::", 32 },  /* documentation */
	{ "2002::", 16 },      /* 6to4: contains an IPv4 address */
	{ "2620:4f:8000::", 48 }, /* AS112 */
	{ "3fff::", 20 },      /* documentation, RFC 9637 */
};
static const struct network global_unicast = { "2000::", 3 }, ipv4 = { "::ffff:0:0", 96 };

static bool within(const uint8_t address[16], const uint8_t network[16], unsigned bits)
{
	unsigned bytes = bits / 8, rest = bits % 8;

	return memcmp(address, network, bytes) == 0 &&
	       (!rest || (address[bytes] ^ network[bytes]) >> (8 - rest) == 0);
}

static bool is_in(const uint8_t address[16], const struct network *net)
{
	uint8_t network[16];

	if (toc_ip_parse(toc_str_of(net->text), network) < 0)
		TOC_WRONG("a network of the table is none");
	return within(address, network, net->bits);
}

bool toc_address_is_public(const uint8_t address[16])
{
	if (!is_in(address, &global_unicast) && !is_in(address, &ipv4))
		return false;
	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (is_in(address, &special[i]))
			return false;
	return true;
}

/* ---- the operator's allowance ---- */

struct toc_allowance toc_allowance_of(struct toc_arena *a, const struct toc_value *list, struct toc_str org)
{
	struct toc_str *hosts = toc_arena_alloc(a, (toc_len(list) + 1) * sizeof *hosts);
	size_t n = 0;

	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_str item = toc_text_of(toc_at(list, i)), whose = item;
		const char *is = memchr(item.p, '=', item.n);
		if (is) {
			whose.n = (size_t)(is - item.p);
			item = (struct toc_str){ is + 1, item.n - whose.n - 1 };
		}
		if (!is || toc_str_eq(whose, org))
			hosts[n++] = item;
	}
	return (struct toc_allowance){ hosts, n };
}

/* Digits only, at most `most`. @return -1: none */
static long read_number(struct toc_str text, long most)
{
	long n = 0;

	if (text.n == 0 || text.n > 5)
		return -1;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return -1;
		n = n * 10 + (text.p[i] - '0');
	}
	return n > most ? -1 : n;
}

/* What follows the last `c`, and the text before it. @return false: there is no `c` */
static bool split_last(struct toc_str *text, char c, struct toc_str *ret_rest)
{
	for (size_t i = text->n; i-- > 0;)
		if (text->p[i] == c) {
			*ret_rest = (struct toc_str){ text->p + i + 1, text->n - i - 1 };
			text->n = i;
			return true;
		}
	return false;
}

/* "10.1.0.0/16", "10.1.2.3", "fd00::/8", "gateway.example"; names and IPv4 addresses also with ":8080" */
static bool allows(struct toc_str rule, const struct toc_destination *d, const uint8_t *address)
{
	struct toc_str host = rule, port, width;
	uint8_t network[16];
	unsigned bits = 128;

	if (split_last(&host, ':', &port)) {
		if (memchr(host.p, ':', host.n))
			host = rule; /* an IPv6 address */
		else if (read_number(port, UINT16_MAX) != d->port)
			return false;
	}
	if (toc_str_eq(host, d->host))
		return true;
	if (split_last(&host, '/', &width)) {
		bool v4 = memchr(host.p, '.', host.n) != NULL;
		long n = read_number(width, v4 ? 32 : 128);
		if (n < 0)
			return false;
		bits = (unsigned)n + (v4 ? 96 : 0);
	}
	return address && toc_ip_parse(host, network) == 0 && within(address, network, bits);
}

static bool is_allowed(const struct toc_destination *d, const struct toc_allowance *allowance, const uint8_t *address)
{
	for (size_t i = 0; allowance && i < allowance->n; i++)
		if (allows(allowance->hosts[i], d, address))
			return true;
	return false;
}

bool toc_destination_may_reach(const struct toc_destination *d, const struct toc_allowance *allowance,
			       const uint8_t address[16])
{
	return toc_address_is_public(address) || d->allowed || is_allowed(d, allowance, address);
}

/* ---- the text ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A name of the public DNS: labels of letters, digits and hyphens, two at least, the last one not a number (so that no
 * resolver takes it for an address), none of the names that are for inside use. */
static const char *bad_name(struct toc_str host)
{
	static const char *const inside[] = { ".local",     ".localhost", ".internal", ".home.arpa", ".lan",
					      ".intranet",  ".corp",      ".private",  ".test",      ".invalid",
					      ".onion",     ".example",   ".arpa" };
	size_t label = 0, labels = 1;
	bool number = true;

	if (host.n == 0 || host.n > TOC_HOST_MAX)
		return "it has no host, or too long a one";
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		if (c == '.') {
			if (label == 0 || host.p[i - 1] == '-')
				return "its host is no name of the DNS";
			label = 0;
			labels++;
			number = true;
			continue;
		}
		if (!(is_letter(c) || is_digit(c) || (c == '-' && label)) || ++label > 63)
			return "its host is no name of the DNS";
		number &= is_digit(c) || (label == 2 && c == 'x' && host.p[i - 1] == '0') ||
			  (label > 2 && c >= 'a' && c <= 'f');
	}
	if (label == 0 || host.p[host.n - 1] == '-')
		return "its host is no name of the DNS";
	if (labels < 2)
		return "its host has no domain";
	if (number)
		return "its host could be taken for a number";
	for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
		size_t n = strlen(inside[i]);
		if (host.n > n && memcmp(host.p + host.n - n, inside[i], n) == 0)
			return "its host is a name for inside use";
	}
	return NULL;
}

/* What stands between "https://" and the path: host, perhaps a port. Anything else is none of ours. */
static const char *read_authority(struct toc_arena *a, struct toc_str text, struct toc_destination *ret)
{
	struct toc_str host = text, port = { "", 0 };
	bool bracket = text.n && text.p[0] == '[';
	const char *end = bracket ? memchr(text.p, ']', text.n) : NULL;
	const char *colon = bracket ? (end && end + 1 < text.p + text.n ? end + 1 : NULL) :
				      (text.n ? memchr(text.p, ':', text.n) : NULL);

	if (bracket && !end)
		return "its host is not closed";
	if (colon) {
		if (*colon != ':')
			return "its host is no name of the DNS";
		port = (struct toc_str){ colon + 1, text.n - (size_t)(colon + 1 - text.p) };
		host.n = (size_t)(colon - text.p);
		long number = read_number(port, UINT16_MAX);
		if (number <= 0 || port.p[0] == '0')
			return "its port is none";
		ret->port = (uint16_t)number;
	}
	if (bracket)
		host = (struct toc_str){ text.p + 1, (size_t)(end - text.p) - 1 };
	char *lower = toc_arena_cstr(a, host);
	for (size_t i = 0; i < host.n; i++)
		lower[i] = (char)(lower[i] >= 'A' && lower[i] <= 'Z' ? lower[i] + ('a' - 'A') : lower[i]);
	ret->host = (struct toc_str){ lower, host.n };
	ret->literal = toc_ip_parse(ret->host, ret->address) == 0;
	if (bracket && (!ret->literal || !memchr(host.p, ':', host.n)))
		return "its host is no address";
	return NULL;
}

int toc_destination_read(struct toc_arena *a, struct toc_str url, const struct toc_allowance *allowance,
			 struct toc_destination *ret, struct toc_error *reterr)
{
	static const char scheme[] = "https://";
	const size_t n_scheme = sizeof scheme - 1;
	struct toc_destination d = { .port = 443 };
	const char *why = NULL;

	if (url.n > TOC_DESTINATION_MAX)
		return toc_fail(reterr, TOC_EINVAL, "the address has more than %d characters", TOC_DESTINATION_MAX);
	if (url.n <= n_scheme || memcmp(url.p, scheme, n_scheme) != 0)
		return toc_fail(reterr, TOC_EINVAL, "the address does not begin with https://");
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] >= 0x7F || url.p[i] == '\\' || url.p[i] == '#' || url.p[i] == '"' ||
		    url.p[i] == '<' || url.p[i] == '>' || url.p[i] == '^' || url.p[i] == '`')
			return toc_fail(reterr, TOC_EINVAL, "the address has a character that does not belong in one");
	struct toc_str rest = { url.p + n_scheme, url.n - n_scheme }, authority = rest;
	for (authority.n = 0; authority.n < rest.n && rest.p[authority.n] != '/' && rest.p[authority.n] != '?';)
		authority.n++;
	if (authority.n && memchr(authority.p, '@', authority.n))
		why = "it names a user";
	else if (authority.n < rest.n && rest.p[authority.n] == '?')
		why = "it has no path before its query";
	if (!why)
		why = read_authority(a, authority, &d);
	if (!why) {
		d.path = authority.n < rest.n ? (struct toc_str){ rest.p + authority.n, rest.n - authority.n } :
						TOC_STR("/");
		d.allowed = is_allowed(&d, allowance, d.literal ? d.address : NULL);
		if (!d.allowed && !d.literal)
			why = bad_name(d.host);
		if (!why && !d.allowed && d.literal && !toc_address_is_public(d.address))
			why = "it is an inside address";
		if (!why && !d.allowed && d.port != 443 && d.port != 8443)
			why = "only the ports 443 and 8443 are called";
	}
	if (why)
		return toc_fail(reterr, TOC_EINVAL, "the address cannot be called: %s", why);
	*ret = d;
	return 0;
}
