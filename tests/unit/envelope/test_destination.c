/* Whom a member may make us call, and whom never. */
#include "check.h"
#include "envelope/destination.h"

static const char *refused(const char *url, const struct toc_allowance *allowance)
{
	static struct toc_error e;
	struct toc_arena *a = toc_arena_new();
	struct toc_destination d;
	int r = toc_destination_read(a, toc_str_of(url), allowance, &d, &e);

	toc_arena_free(a);
	return r < 0 ? e.text : NULL;
}

#define FINE(url) CHECK(!refused(url, NULL))
#define BAD(url, why)                                                                                  \
	do {                                                                                           \
		const char *said = refused(url, NULL);                                                 \
		CHECK(said && strstr(said, why));                                                      \
		if (said && !strstr(said, why))                                                        \
			printf("  it said: %s\n", said);                                               \
		if (!said)                                                                             \
			printf("  accepted: %s\n", url);                                               \
	} while (0)

static bool is_public(const char *text)
{
	uint8_t address[16];

	CHECK_INT(toc_ip_parse(toc_str_of(text), address), 0);
	return toc_address_is_public(address);
}

CASE(an_ordinary_address_is_read_into_its_parts)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_destination d;

	CHECK_INT(toc_destination_read(a, TOC_STR("https://Hooks.Chirplet.eu:8443/in?x=1&y=%20"), NULL, &d, NULL), 0);
	CHECK_TEXT(d.host, "hooks.chirplet.eu");
	CHECK_INT(d.port, 8443);
	CHECK_TEXT(d.path, "/in?x=1&y=%20");
	CHECK(!d.literal && !d.allowed);
	CHECK_INT(toc_destination_read(a, TOC_STR("https://[2a00:1450::1]"), NULL, &d, NULL), 0);
	CHECK_TEXT(d.host, "2a00:1450::1");
	CHECK_TEXT(d.path, "/");
	CHECK(d.literal && d.port == 443);
	toc_arena_free(a);
}

CASE(what_is_not_https_to_a_public_name_is_refused_with_its_rule)
{
	FINE("https://chirplet.eu/");
	FINE("https://a-b.xn--strae-oqa.de/x/../y");
	FINE("https://93.184.216.34/x");
	BAD("http://chirplet.eu/", "https://");
	BAD("HTTPS://chirplet.eu/", "https://");
	BAD("ftp://chirplet.eu/", "https://");
	BAD("", "https://");
	BAD("https://", "https://");
	BAD("https:///x", "no host");
	BAD("https://user@chirplet.eu/", "user");
	BAD("https://chirplet.eu@127.0.0.1/", "user");
	BAD("https://chirplet.eu\\@127.0.0.1/", "character");
	BAD("https://chirplet.eu/#x", "character");
	BAD("https://chirplet.eu/a b", "character");
	BAD("https://chirplet.eu/\r\nX: y", "character");
	BAD("https://chirplet.eu?x", "no path");
	BAD("https://chirplet.eu:80/", "ports");
	BAD("https://chirplet.eu:22/", "ports");
	BAD("https://chirplet.eu:0443/", "port");
	BAD("https://chirplet.eu:/", "port");
	BAD("https://chirplet.eu:99999/", "port");
	BAD("https://chirplet.eu:443:1/", "port");
	BAD("https://chirplet.eu./", "DNS");
	BAD("https://-chirplet.eu/", "DNS");
	BAD("https://chirplet-.eu/", "DNS");
	BAD("https://chirp_let.eu/", "DNS");
	BAD("https://chirp%6cet.eu/", "DNS");
	BAD("https://localhost/", "no domain");
	BAD("https://metadata/", "no domain");
	BAD("https://printer.local/", "inside use");
	BAD("https://metadata.google.internal/", "inside use");
	BAD("https://a.localhost/", "inside use");
}

CASE(an_address_however_written_is_one_or_none)
{
	BAD("https://127.0.0.1/", "inside");
	BAD("https://127.1/", "number");
	BAD("https://0x7f.1/", "number");
	BAD("https://2130706433/", "domain");
	BAD("https://0177.0.0.1/", "number");
	BAD("https://a.0x7f000001/", "number");
	BAD("https://[::1]/", "inside");
	BAD("https://[::ffff:169.254.169.254]/", "inside");
	BAD("https://[fe80::1%25eth0]/", "no address");
	BAD("https://[127.0.0.1]/", "no address");
	BAD("https://[::1/", "not closed");
	BAD("https://[::1]x/", "DNS");
	BAD("https://169.254.169.254/latest/meta-data/", "inside");
	BAD("https://10.0.0.1/", "inside");
}

CASE(inside_addresses_of_all_sorts_are_not_public)
{
	static const char *const inside[] = {
		"0.0.0.0",	 "10.255.255.255",  "100.64.0.1",   "100.127.255.255", "127.0.0.1",	  "127.255.255.254",
		"169.254.169.254", "172.16.0.1",    "172.31.255.255", "192.0.0.170",   "192.0.2.1",	  "192.88.99.1",
		"192.168.1.1",	 "198.18.0.1",	    "198.19.255.255", "198.51.100.7",  "203.0.113.9",	  "224.0.0.1",
		"239.255.255.255", "240.0.0.1",	    "255.255.255.255", "::",	       "::1",		  "::ffff:10.0.0.1",
		"::ffff:127.0.0.1", "::127.0.0.1",  "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1",
		"2001::1",	 "2001:db8::1",	    "2002:7f00:1::",  "2002:808:808::", "3fff::1",	  "fc00::1",
		"fd12:3456::1",	 "fe80::1",	    "fec0::1",	      "ff02::1",       "5f00::1",	  "4000::1",
	};
	static const char *const outside[] = {
		"1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1",
		"169.253.255.255", "172.15.255.255", "172.32.0.1", "192.167.255.255", "192.169.0.1", "198.17.255.255",
		"198.20.0.1", "223.255.255.255", "2a00:1450:4001::1", "2600::1", "2001:4860:4860::8888",
	};

	for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
		CHECK(!is_public(inside[i]));
		if (is_public(inside[i]))
			printf("  public: %s\n", inside[i]);
	}
	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
		CHECK(is_public(outside[i]));
		if (!is_public(outside[i]))
			printf("  not public: %s\n", outside[i]);
	}
}

CASE(what_is_opened_for_one_organisation_is_shut_to_the_others)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *list = toc_value_list(a);

	toc_push_text(a, list, TOC_STR("Chirplet=gw.chirplet.intranet:9443"));
	toc_push_text(a, list, TOC_STR("shared.intranet"));
	toc_push_text(a, list, TOC_STR("=nobody.intranet"));
	const struct toc_allowance its = toc_allowance_of(a, list, TOC_STR("Chirplet")),
				   others = toc_allowance_of(a, list, TOC_STR("Chirp")), none = toc_allowance_of(a, NULL, TOC_STR("Chirplet"));
	CHECK_INT(its.n, 2);
	CHECK_INT(others.n, 1);
	CHECK_INT(none.n, 0);
	CHECK(!refused("https://gw.chirplet.intranet:9443/in", &its));
	CHECK(refused("https://gw.chirplet.intranet:9443/in", &others) != NULL);
	CHECK(!refused("https://shared.intranet/in", &others));
	CHECK(refused("https://nobody.intranet/in", &its) != NULL);
	toc_arena_free(a);
}

CASE(the_operator_opens_single_hosts_and_networks_and_nothing_beside_them)
{
	static const struct toc_str hosts[] = { { "localhost:9443", 14 }, { "10.1.2.0/24", 11 }, { "gw.intranet", 11 },
						{ "fd00:1::/32", 11 } };
	const struct toc_allowance allowance = { hosts, 4 };
	struct toc_arena *a = toc_arena_new();
	struct toc_destination d;
	uint8_t loopback[16], in[16], beside[16];

	CHECK_INT(toc_ip_parse(TOC_STR("127.0.0.1"), loopback) | toc_ip_parse(TOC_STR("10.1.2.3"), in) |
			  toc_ip_parse(TOC_STR("10.1.3.3"), beside), 0);
	CHECK(!refused("https://localhost:9443/in", &allowance));
	CHECK(refused("https://localhost:9444/in", &allowance) != NULL);
	CHECK(refused("https://localhost/in", &allowance) != NULL);
	CHECK(refused("http://localhost:9443/in", &allowance) != NULL);
	CHECK(!refused("https://10.1.2.200:81/in", &allowance));
	CHECK(refused("https://10.1.3.1/in", &allowance) != NULL);
	CHECK(!refused("https://gw.intranet/in", &allowance));
	CHECK(!refused("https://[fd00:1:2::3]/in", &allowance));
	CHECK(refused("https://[fd00:2:2::3]/in", &allowance) != NULL);

	/* a name that nobody allowed reaches an inside network only if the network is allowed */
	CHECK_INT(toc_destination_read(a, TOC_STR("https://chirplet.eu/"), &allowance, &d, NULL), 0);
	CHECK(!d.allowed && toc_destination_may_reach(&d, &allowance, in));
	CHECK(!toc_destination_may_reach(&d, &allowance, beside) && !toc_destination_may_reach(&d, &allowance, loopback));
	CHECK_INT(toc_destination_read(a, TOC_STR("https://localhost:9443/"), &allowance, &d, NULL), 0);
	CHECK(d.allowed && toc_destination_may_reach(&d, &allowance, loopback));
	toc_arena_free(a);
}

RUN_CASES()
