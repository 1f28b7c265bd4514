/* catalogue.h: what message types there are and what fields they have; read from catalogue.def and from
 * nowhere else. Decoder, splitter, JSON Schema, reference page and form descriptions are all driven by it.
 *
 * A message on the wire is one object: the envelope's fields (M0) and `body`, the type's own fields.
 * The catalogue name of an entry, `k`, is type "." step: "M4.send", "M5.accept", "exercise.clock". The step
 * is the text of the body field that the type names as its selector (M4: step, M5: kind).
 */
#ifndef TOC_MESSAGE_CATALOGUE_H
#define TOC_MESSAGE_CATALOGUE_H

#include "base/refusal.h"
#include "base/value.h"

#define TOC_SCHEMA_VERSION "1.0.0"

struct toc_message_type;

const struct toc_message_type *toc_message_type_find(struct toc_str type); /* NULL when unknown */
const struct toc_message_type *toc_message_type_at(size_t i);              /* NULL past the end */
const char *toc_message_type_name(const struct toc_message_type *t);       /* "M4" */
const char *toc_message_type_title(const struct toc_message_type *t);      /* "Imminent threat to life …" */
const char *toc_message_type_retention(const struct toc_message_type *t);  /* class of its data: "R-ITL" */
/** Members may send it; otherwise it is an entry that only the server makes (directory seed, deadlines). */
bool toc_message_type_is_wire(const struct toc_message_type *t);

/** `k` of a decoded message, in the arena: "M4.send". */
struct toc_str toc_message_k(struct toc_arena *a, const struct toc_value *message);

/** Check a parsed message against the catalogue and normalise it: country EL becomes GR, ids and digests
 * lower case, the original offset of every timestamp kept. Every field present is known, of the right kind,
 * inside its limit; every mandatory and every conditional field whose condition holds is there. Rules that
 * need the state are not its business.
 * @param ret_message in the arena; @return 0, or -1 with code, field (path) and clause filled */
int toc_message_decode(struct toc_arena *a, const struct toc_value *raw, struct toc_value **ret_message,
		       struct toc_refusal *ret_refusal) TOC_MUSTCHECK;

/** The envelope of a message about which there is nothing special: routine, in English, nothing personal in it, by no law, reported
 * nowhere else, answered by nobody. Without id, version, time and body. */
struct toc_value *toc_message_plain(struct toc_arena *a, const char *type, const char *mode, const char *tlp);

/** Split a decoded message by the personal marks of the catalogue. Objects are split member by member, lists
 * of objects item by item (a list keeps its length on both sides). What the catalogue does not know is
 * personal. Both parts share values with the message; the personal one is empty, never NULL. join(split(m))
 * equals m. Either may be NULL in join. */
void toc_message_split(struct toc_arena *a, const struct toc_value *message, struct toc_value **ret_public,
		       struct toc_value **ret_personal);
/** Of the personal part what is free text or an address of the web: what a reader without personal data gets as
 * well, when the sender has said that there are none in it (domain a.3.1). Or NULL. */
struct toc_value *toc_message_texts(struct toc_arena *a, const struct toc_value *public_part,
				    const struct toc_value *personal_part);
struct toc_value *toc_message_join(struct toc_arena *a, const struct toc_value *public_part,
				   const struct toc_value *personal_part);

/** JSON Schema 2020-12 of one type (envelope and body), or of all as `$defs` when t is NULL. */
struct toc_value *toc_message_schema(struct toc_arena *a, const struct toc_message_type *t);

/** The schemas of all that members may send, as definitions that refer to each other under `root`; `any` is one of them. */
struct toc_value *toc_message_schemas(struct toc_arena *a, const char *root, const char *any);
/** The socket as an AsyncAPI 3.0 document. */
struct toc_value *toc_message_asyncapi(struct toc_arena *a);

/** The whole catalogue as a page for people, in Markdown: docs/messages.md. */
struct toc_str toc_message_reference(struct toc_arena *a);

#endif
