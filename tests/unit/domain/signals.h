/* signals.h: what the tests of content signals share: LANTERN's incident with everybody in it, its hashes, and
 * short ways to say an M6 and an M7. */
#ifndef TOC_TESTS_DOMAIN_SIGNALS_H
#define TOC_TESTS_DOMAIN_SIGNALS_H

#include "base/digest.h"
#include "stage.h"

#define HARBOR "StreamHarbor/night responder"
#define CHIRP "Chirplet/night responder"
#define LOOP "LoopReel/night responder"
#define GAME "GameNest/night responder"
#define TO_ALL                                                                                               \
	"\"Chirplet\",\"GameNest\",\"LoopReel\",\"PastePond\",\"StreamHarbor\",\"HUB\",\"AIRU\",\"BFP\",\"OSF\""

#define SHA_V1 "9c8506abf29ff0bb249797f36c77b97774ca5673d6177462c3dc63b9e5bedbcd"
#define SHA_V2 "bf0024200b7f54cf9587ed04e60fa888cc5bfc6fc42940be922b70c9bb5d6c86"
#define MD5_V1 "e00e008c9bccbb97257dadf85ebd2849"
#define PDQ_P1 "b6d9f7bde7bcf36f71d1ad71454ff692b4d3149f3a764176d45df86228e14b58"
#define PDQ_P1A "b6d9f7bde7bef36f31d1a571444ff6b2b4d7149fba765176d65df82228e94b59" /* 12 bits from it */
#define PDQ_P1B "b6d9f7bde7b8fb7f51912c734147e6b2f452169b32666136555ffc6a38c10bd9" /* 31 */
#define PDQ_P1C "b6d9f7bde7bcf36733c129504d0de61695db568fbe574934c4d9d96a6af1cf79" /* 40 */

/* n: two hexadecimal digits */
#define ID(n) "01980000-0000-7000-8000-0000000a00" n
#define ID_V1 ID("a1")
#define ID_V1M ID("a2")
#define ID_P1 ID("a3")
#define ITEM(n, kind, more)                                                                                  \
	"{\"item_id\":\"" ID(n) "\",\"bank\":\"match\",\"signal_kind\":\"" kind "\"" more "}"
#define PDQ_ITEM(n, value, quality, distance)                                                                \
	ITEM(n, "hash",                                                                                      \
	     ",\"hash_type\":\"PDQ\",\"hash_value\":\"" value "\",\"hash_quality\":" quality                 \
	     ",\"match_distance_max\":" distance)
/* the three of LANTERN 12:30 */
#define V1_SHA ITEM("a1", "hash", ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V1 "\"")
#define V1_MD5 ITEM("a2", "hash", ",\"hash_type\":\"MD5\",\"hash_value\":\"" MD5_V1 "\"")
#define P1_ITEM PDQ_ITEM("a3", PDQ_P1, "88", "31")
/* beside the list */
#define ABOUT                                                                                                \
	"\"producer\":\"perpetrator\",\"content_type\":\"video\",\"behaviour_labels\":[\"glorification\"],"          \
	"\"context_warning\":\"none\",\"graphic\":\"severe\",\"opinion\":\"positive\","                            \
	"\"reviewed_by_human\":true,\"suggested_action\":\"review\",\"expires_at\":\"2031-11-17T00:00:00Z\""
#define SCOPE(item, action, more) "{\"item_ref\":\"" item "\",\"action\":\"" action "\"" more "}"
/* of a match_count, from 12:30 to 20:00 */
#define COUNTS(n)                                                                                            \
	"\"count\":" #n ",\"window\":{\"from\":\"2031-05-17T14:10:30Z\",\"until\":\"2031-05-17T14:18:00Z\"}"

/** LANTERN at 20:00, with an incident (in XA) of which every organisation of TO_ALL is a party. */
struct stage *signals_stage(void);
struct toc_uuid signals_incident(struct stage *s);
const struct toc_item *signals_item(struct stage *s, const char *name);

/** An M6 whose audience, items and what stands beside them are JSON. */
struct toc_value *signals_message(struct stage *s, const char *step, const char *audience, const char *items,
				  const char *about);
int signals_share(struct stage *s, const char *who, const char *audience, const char *items, const char *about);
/** StreamHarbor shares them with all, and is refused for this at this field. */
#define signals_refused(s, items, why, at)                                                                   \
	do {                                                                                                 \
		CHECK(signals_share((s), HARBOR, TO_ALL, (items), ABOUT) < 0);                               \
		CHECK_INT((s)->v.refusal.code, (why));                                                       \
		CHECK_TEXT(toc_str_of((s)->v.refusal.field), (at));                                          \
		CHECK((s)->v.n == 0);                                                                        \
	} while (0)
int signals_scope(struct stage *s, const char *who, const char *scopes);
/** An M7 of this kind; `more` is JSON members of its body, or "". */
int signals_report(struct stage *s, const char *who, const char *item, const char *kind, const char *more);
/** What `prepare` says to be known, when they would share these items with all. */
const struct toc_value *signals_known(struct stage *s, const char *who, const char *items);

#endif
