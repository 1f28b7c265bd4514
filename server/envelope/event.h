/* event.h: the body of a webhook: a CloudEvents 1.0 event in JSON, structured mode (application/cloudevents+json).
 * What happened is `data`, the very frame that a client of that organisation gets; a wake-up has no data. */
#ifndef TOC_ENVELOPE_EVENT_H
#define TOC_ENVELOPE_EVENT_H

#include "base/value.h"

#define TOC_EVENT_MEDIA_TYPE "application/cloudevents+json; charset=utf-8"

struct toc_event {
	struct toc_str source;    /* our origin */
	struct toc_str id;        /* event id of the entry; with source it is unique */
	struct toc_str k;         /* catalogue name: type is "tocsin." and this */
	struct toc_str time;      /* RFC 3339 */
	struct toc_str mode;      /* extension: an exercise is never mistaken for the real thing */
	struct toc_str precedence; /* extension; may be empty */
	uint64_t seq;             /* extension "sequence": place in the ledger, as digits; 0: none */
	const struct toc_value *data; /* NULL: a wake-up */
};
struct toc_str toc_event_json(struct toc_arena *a, const struct toc_event *e);

#endif
