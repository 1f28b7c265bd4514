/* shape.h: the table of object.def at run time: for object.c and packing.c only. */
#ifndef TOC_DOMAIN_SHAPE_H
#define TOC_DOMAIN_SHAPE_H

#include "domain/object.h"

enum field_kind { F_CODE, F_TEXT, F_ID, F_HASH, F_TIME, F_COUNT, F_BITS, F_FLAG, F_LIST };

struct shape;
struct field {
	const char *name;
	enum field_kind kind;
	uint16_t at, n_at;        /* offsets of the field and of a list's number */
	const struct shape *part; /* of a list */
};
struct shape {
	const char *name;
	size_t bytes;
	const struct field *fields;
	size_t n;
};

const struct shape *toc_object_shape(enum toc_object_kind kind);
void toc_shape_clear(const struct shape *s, void *object); /* all absent */

#endif
