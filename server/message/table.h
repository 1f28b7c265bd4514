/* table.h: the catalogue in memory, as table.c reads it from catalogue.def. Private to this room and its
 * tests. */
#ifndef TOC_MESSAGE_TABLE_H
#define TOC_MESSAGE_TABLE_H

#include "message/catalogue.h"

enum toc_field_kind {
	TOC_F_UUID,
	TOC_F_UUID7,
	TOC_F_ORG,
	TOC_F_PERSON,
	TOC_F_TIME,
	TOC_F_CC,
	TOC_F_LANG,
	TOC_F_URL,
	TOC_F_IP,
	TOC_F_LINE,
	TOC_F_PROSE,
	TOC_F_TOKEN,
	TOC_F_HEX,
	TOC_F_BYTES,
	TOC_F_INT,
	TOC_F_BOOL,
	TOC_F_ENUM,
	TOC_F_MAP,
	TOC_F_VERSION,
	TOC_F_TYPE_NAME,
	TOC_F_BODY,
};

enum toc_field_need { TOC_N_MAY, TOC_N_MUST, TOC_N_MEMBERS_MUST, TOC_N_UNLESS_ROUTED, TOC_N_SERVER };

/** A condition on the member beside it. Values are texts; "true" also means the boolean. */
struct toc_condition {
	const char *member;              /* NULL: the condition that always holds */
	const char *values[10];           /* ends with NULL */
	const struct toc_condition *and; /* has to hold as well, on another member; or NULL */
};

struct toc_field {
	const char *name;
	enum toc_field_kind kind;
	int64_t min, max;          /* of an integer; of characters or bytes of a text */
	const char *const *values; /* of an enum; ends with NULL */
	int shape;                 /* of a map: index for toc_shape_at */
	bool list;
	uint32_t least, most; /* items of a list */
	enum toc_field_need need;
	const struct toc_condition *must_when; /* mandatory under this condition; NULL: by need alone */
	const struct toc_condition *only_when; /* refused without it; NULL: always allowed */
	bool personal;
	const char *plain_because;
	const char *clause, *meaning;
	int line; /* in catalogue.def */
};

/** A rule on several members of one shape. */
struct toc_shape_rule {
	const struct toc_condition *when;
	const char *either, * or ; /* one of the two is there; or NULL */
	uint32_t least;            /* members; or 0 */
	const char *list, *each;   /* every item of the list has the member `each`, or it stands beside the list */
	const char *clause, *words;
	int line;
};

/** Under this condition a text has a narrower form than its field says. */
struct toc_form {
	const struct toc_condition *when;
	struct toc_field as; /* name of the field, its kind and length then */
	int line;
};

#define TOC_SHAPE_FIELDS 48
#define TOC_SHAPE_SLOTS 128 /* a power of 2, more than twice the fields */

struct toc_shape {
	const char *name, *meaning;
	int line;
	const struct toc_field *fields; /* n of them */
	uint32_t n;
	const struct toc_shape_rule *rules;
	uint32_t n_rules;
	const struct toc_form *forms;
	uint32_t n_forms;
	uint8_t slots[TOC_SHAPE_SLOTS]; /* field index + 1, by the hash of its name, probed linearly */
};

struct toc_demand {
	int shape;                        /* body of its type */
	const struct toc_condition *when; /* on the body */
	const char *field;                /* of the envelope */
	const char *clause, *words;
	int line;
};

/** Under this condition on the body an entry is named after another member than the type's selector. */
struct toc_naming {
	int shape; /* body of its type */
	const struct toc_condition *when;
	const char *selector;
	int line;
};

struct toc_message_type {
	const char *name, *selector, *retention, *clause, *title;
	int shape; /* of the body */
	unsigned flags;
	int line;
	const struct toc_demand *demands;
	uint32_t n_demands;
	const struct toc_naming *namings; /* the first whose condition holds; none: the selector */
	uint32_t n_namings;
};

#define TOC_TYPE_MEMBERS 1u
#define TOC_TYPE_ROUTED 2u
#define TOC_TYPE_DIRECTORY 4u

const struct toc_shape *toc_shape_at(int shape);
const struct toc_shape *toc_shape_envelope(void);
const struct toc_field *toc_shape_field(const struct toc_shape *s,
					struct toc_str name); /* NULL when unknown */
bool toc_condition_holds(const struct toc_condition *c, const struct toc_value *map);
bool toc_need_is_must(const struct toc_field *f, const struct toc_message_type *t); /* without a condition */

/** Codes of ISO 3166-1 alpha-2, in order. */
extern const char toc_countries[][3];
extern const size_t toc_n_countries;
bool toc_country_is_assigned(struct toc_str cc);
bool toc_country_is_user_assigned(struct toc_str cc); /* AA, QM..QZ, XA..XZ, ZZ: never names of real states */
bool toc_lang_is_private(struct toc_str lang);        /* qaa..qtz (BCP 47) */

#endif
