/* stage_room.h: what the files of the stage share. */
#ifndef TOC_TESTS_DOMAIN_STAGE_ROOM_H
#define TOC_TESTS_DOMAIN_STAGE_ROOM_H

#include "stage.h"

struct toc_value *stage_parsed(struct toc_arena *a, struct toc_str text); /* must parse */
struct toc_value *stage_read(struct toc_arena *a, const char *path);
const struct toc_value *stage_find_person(const struct stage *s, struct toc_str who); /* of the cast; NULL: nobody */
int64_t stage_seconds(const char *t);                                                 /* "mm:ss", "h:mm:ss" */

#endif
