/* members.h: a row of an answer, member by member, as it came: numbers keep their digits, fractions too, and a name may be there
 * twice. json.h is for what members say, and takes neither. */
#ifndef TOC_MESSAGE_MEMBERS_H
#define TOC_MESSAGE_MEMBERS_H

#include "base/memory.h"

enum toc_member_kind { TOC_MEMBER_ABSENT /* null */, TOC_MEMBER_TEXT, TOC_MEMBER_OTHER /* number, true, list, object: as JSON */ };
struct toc_members {
	struct toc_arena *a;
	struct toc_str rest;
	bool begun, bad;
};
/** @param json one JSON object, of PostgreSQL's or ours */
void toc_members_begin(struct toc_members *m, struct toc_arena *a, struct toc_str json);
/** @param ret_value a text as it reads, else the JSON of the value, in the row or in the arena
 * @return false: that was the last, or `bad`: it is no object */
bool toc_members_next(struct toc_members *m, struct toc_str *ret_name, enum toc_member_kind *ret_kind, struct toc_str *ret_value);

#endif
