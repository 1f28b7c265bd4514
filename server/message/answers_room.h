/* answers_room.h: what the questions about threats, crises and orders share. Private to answers*.c. */
#ifndef TOC_MESSAGE_ANSWERS_ROOM_H
#define TOC_MESSAGE_ANSWERS_ROOM_H

#include "base/map.h"
#include "base/time.h"
#include "message/answers.h"

enum question {
#define TOC_QUESTION(name, kind, text) Q_##name,
#include "message/answers.def"
};

struct toc_answers {
	struct toc_arena *a;
	struct toc_map *notices, *orders, *clocks, *crises, *ties, *disputed, *protections;
	struct toc_value *paged, *hubs;
	struct toc_str declined;
	int64_t warnings;
};

/* each subject: what an entry says of it, and the rows that it answers */
void toc_answers_take_threat(struct toc_answers *x, const struct toc_value *entry, toc_time at);
void toc_answers_take_crisis(struct toc_answers *x, const struct toc_value *entry, toc_time at);
void toc_answers_take_order(struct toc_answers *x, const struct toc_value *entry, toc_time at);
void toc_answers_of_threats(struct toc_answers *x, struct toc_value *list);
void toc_answers_of_crises(struct toc_answers *x, struct toc_value *list);
void toc_answers_of_orders(struct toc_answers *x, struct toc_value *list);

/* reading an entry; writing a row, of what is set */
toc_time toc_answer_time(const struct toc_value *map, const char *name);
bool toc_answer_is_set(toc_time t);
void toc_answer_first(toc_time *t, toc_time when);
const struct toc_value *toc_answer_body(const struct toc_value *entry);
void toc_answer_add_org(struct toc_answers *x, struct toc_value *list, struct toc_str org);
struct toc_value *toc_answer_readers(struct toc_answers *x, const struct toc_value *entry);
struct toc_value *toc_answer_row(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of);
void toc_answer_length(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of, toc_time from, toc_time to);
void toc_answer_count(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of, int64_t n);
void toc_answer_moment(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of, toc_time at);
void toc_answer_orgs(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of, struct toc_value *who);

#endif
