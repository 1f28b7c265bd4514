/* codes.c: codes of countries and languages: which are real, and which are free for fiction.
 *
 * ISO 3166-1 alpha-2 keeps AA, QM..QZ, XA..XZ and ZZ for its users, BCP 47 (RFC 5646) the languages qaa..qtz:
 * exercises name invented states and languages with them, and messages about the real world may not (domain
 * (c)). */
#include "message/table.h"

#include <stdlib.h>
#include <string.h>

const char toc_countries[][3] = {
	"AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA",
	"BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV",
	"BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU",
	"CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES",
	"ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM",
	"GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE",
	"IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM",
	"KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY",
	"MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT",
	"MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU",
	"NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA",
	"RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM",
	"SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL",
	"TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE",
	"VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW",
};
const size_t toc_n_countries = sizeof toc_countries / sizeof *toc_countries;

static int by_code(const void *key, const void *code)
{
	return memcmp(key, code, 2);
}

bool toc_country_is_assigned(struct toc_str cc)
{
	return cc.n == 2 &&
	       bsearch(cc.p, toc_countries, toc_n_countries, sizeof *toc_countries, by_code) != NULL;
}

bool toc_country_is_user_assigned(struct toc_str cc)
{
	if (cc.n != 2 || cc.p[1] < 'A' || cc.p[1] > 'Z')
		return false;
	return cc.p[0] == 'X' || (cc.p[0] == 'Q' && cc.p[1] >= 'M') || memcmp(cc.p, "AA", 2) == 0 ||
	       memcmp(cc.p, "ZZ", 2) == 0;
}

bool toc_lang_is_private(struct toc_str lang)
{
	if (lang.n < 3 || (lang.n > 3 && lang.p[3] != '-'))
		return false;
	char q = lang.p[0] | 0x20, second = lang.p[1] | 0x20, third = lang.p[2] | 0x20;
	return q == 'q' && second >= 'a' && second <= 't' && third >= 'a' && third <= 'z';
}
