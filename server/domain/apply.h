/* apply.h: what the parts of apply share: the entry that is being applied. */
#ifndef TOC_DOMAIN_APPLY_H
#define TOC_DOMAIN_APPLY_H

#include "domain/rule.h"

struct deed {
	struct toc_world *w;
	const struct toc_entry *e;
	const struct toc_value *m, *body, *decided; /* of e->body: message, message.body, decided */
};

/** An object for writing, or NULL when there is none. */
static inline void *toc_edit_existing(struct toc_world *w, enum toc_object_kind kind, struct toc_str key)
{
	return toc_world_get(w, kind, key) ? toc_world_edit(w, kind, key, NULL) : NULL;
}
#define EDIT_EXISTING(d, kind, id)                                                                           \
	((struct toc_##kind *)toc_edit_existing((d)->w, TOC_OBJECT_##kind, TOC_KEY(id)))

/** The effects (rule.h) on one case: those of `decided` itself, or of an item of decided.linked. */
void toc_apply_case(const struct deed *d, struct toc_uuid id, const struct toc_value *effects);
/** The effects on incidents: that of the entry, and those that it ties. */
void toc_apply_incident(const struct deed *d);
/** timers_started, _moved and _stopped: of a case or of an incident, the other one is nil. */
void toc_apply_timers(const struct deed *d, struct toc_uuid threat, struct toc_uuid incident,
		      const struct toc_value *effects);
/** Content signals: those that come to be, and what becomes of them. (apply_signal.c) */
void toc_apply_signals(const struct deed *d);
/** decided.orders and acquainted: removal orders. (apply_order.c) */
void toc_apply_orders(const struct deed *d);
/** Addresses that are called, browsers that are woken. (apply_hook.c) */
void toc_apply_hook(const struct deed *d);
/** Because of that entry, what this key finds concerns the organisation; and no more. (apply_deconfliction.c) */
void toc_add_concern(const struct deed *d, struct toc_hash key, struct toc_uuid ref, struct toc_str org);
void toc_forget_concern(const struct deed *d, struct toc_hash key, struct toc_uuid ref);
/** Deconfliction checks and referrals. (apply_deconfliction.c) */
void toc_apply_fences(const struct deed *d);
/** The course of an incident, confirmations, recalls, orders elsewhere. (apply_course.c) */
void toc_apply_course(const struct deed *d);
/** Deliveries: what is on its way, and how far. (apply_delivery.c) */
void toc_apply_deliveries(const struct deed *d);
/** The directory: who is a member, and what they may. (apply_admin.c) */
void toc_apply_admin(const struct deed *d);
/** Time stamps of the log: one was got; what is closed wants one. (stamp.c) */
void toc_apply_stamp(const struct deed *d);
void toc_apply_closed(const struct deed *d);
/** Contact points, their channels, drills and rosters. (apply_contact.c) */
void toc_apply_contacts(const struct deed *d);
/** Nothing goes to that hook or push any more. (apply_delivery.c) */
void toc_apply_no_more(const struct deed *d, struct toc_uuid to);
/** decided.links: cases that are one in the real world. */
void toc_apply_links(const struct deed *d);

#endif
