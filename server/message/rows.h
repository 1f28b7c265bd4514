/* rows.h: one pass over catalogue.def. The rows that the includer did not define are nothing in this pass;
 * all are undefined afterwards. Not guarded: it is meant to be included many times. */
#ifndef VALUES
#define VALUES(name, ...)
#endif
#ifndef WHEN
#define WHEN(name, member, ...)
#endif
#ifndef BOTH
#define BOTH(name, other, member, ...)
#endif
#ifndef SHAPE
#define SHAPE(name, meaning)
#endif
#ifndef FIELD
#define FIELD(name, what, how_many, need, mark, clause, meaning)
#endif
#ifndef EITHER
#define EITHER(when, a, b, clause, words)
#endif
#ifndef LEAST
#define LEAST(when, n, clause, words)
#endif
#ifndef FORM
#define FORM(when, field, what, clause)
#endif
#ifndef EACH
#define EACH(when, list, member, clause)
#endif
#ifndef TYPE
#define TYPE(shape, name, selector, retention, flags, clause, title)
#endif
#ifndef DEMAND
#define DEMAND(shape, when, field, clause, words)
#endif
#ifndef NAMED_AFTER
#define NAMED_AFTER(shape, when, selector)
#endif
#include "message/catalogue.def"
#undef VALUES
#undef WHEN
#undef BOTH
#undef SHAPE
#undef FIELD
#undef EITHER
#undef LEAST
#undef FORM
#undef EACH
#undef TYPE
#undef DEMAND
#undef NAMED_AFTER
