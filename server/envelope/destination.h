/* destination.h: whom the server lets itself be sent to call. A member gives us an address, so the address is an
 * attack until it is shown to be none: it must not make us call what only we can reach (rules: docs/webhooks.md).
 *
 * Two looks: at the text, when it is declared and again when it is called; and at the address that a connection is
 * really opened to, each time, since a name may mean something else a second later. */
#ifndef TOC_ENVELOPE_DESTINATION_H
#define TOC_ENVELOPE_DESTINATION_H

#include "base/bytes.h"
#include "base/value.h"

#define TOC_DESTINATION_MAX 2000 /* characters of a URL */
#define TOC_HOST_MAX 253

/** What the operator allows besides: on-premises gateways, and tests. */
struct toc_allowance {
	const struct toc_str *hosts; /* names, literal addresses, or networks "10.1.2.0/24"; host:port: that port too */
	size_t n;
};
/** What it allows this organisation: of a list of texts those without "ORG=", which are for everybody, and its own. */
struct toc_allowance toc_allowance_of(struct toc_arena *a, const struct toc_value *list, struct toc_str org);

struct toc_destination {
	struct toc_str host;  /* lower case; IPv6 without brackets */
	uint16_t port;        /* 443 when none is written */
	struct toc_str path;  /* from the first '/', or "/" */
	bool literal;         /* host is an address, `address` */
	uint8_t address[16];
	bool allowed; /* the operator named host or address: inside addresses and other ports are fine */
};

/** May a member declare this, may we call it? https only; no user, no fragment, no port but 443 and 8443, no name that
 * cannot be one of the public DNS, no inside address.
 * @return 0, or TOC_EINVAL with one sentence: which rule, no more of the address than its host */
int toc_destination_read(struct toc_arena *a, struct toc_str url, const struct toc_allowance *allowance,
			 struct toc_destination *ret, struct toc_error *reterr) TOC_MUSTCHECK;

/** Is it an address of the open internet? IPv4 as ::ffff:a.b.c.d. Anything that is special in the registries of IANA
 * (RFC 6890) is not: loopback, private, link-local, shared, multicast, documentation, benchmarks, reserved, and every
 * IPv6 address that contains an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo), whatever it contains. */
bool toc_address_is_public(const uint8_t address[16]);

/** May a connection that was meant for this destination go to this address? */
bool toc_destination_may_reach(const struct toc_destination *d, const struct toc_allowance *allowance,
			       const uint8_t address[16]);

#endif
