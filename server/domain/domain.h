/* domain.h: the protocol as a pure state machine: state' = apply(state, entry), verdict = decide(state, …,
 * now).
 *
 * No I/O, no clock, no log, no globals. `apply` reads an entry's header and `body` only: never a clock, never
 * configuration, never anything personal; so replaying the ledger gives the same state, also after erasures.
 * `decide` changes nothing: what it wants to happen comes back as drafts, which the keeper completes (ids,
 * split into public and personal parts), applies to its overlay and appends.
 */
#ifndef TOC_DOMAIN_DOMAIN_H
#define TOC_DOMAIN_DOMAIN_H

#include "base/bytes.h"
#include "base/refusal.h"
#include "base/time.h"
#include "base/value.h"

/* ---- roles and renderings (tables: role.def, permission.def) ---- */

typedef uint32_t toc_roles; /* one bit per role of domain part a.2, in the order of role.def */
#define TOC_ROLES_ALL UINT32_MAX
toc_roles toc_role_bit(struct toc_str role_name); /* 0 when unknown */
const char *toc_role_name(unsigned bit);          /* NULL past the end */

enum toc_rendering { TOC_WHOLE, TOC_WITHOUT_PERSONAL }; /* "counts only" has no entry at all */

/** Who may read an entry, as it was fixed when it was appended: one per organisation and rendering. */
struct toc_reader {
	struct toc_str org;
	toc_roles roles;
	enum toc_rendering rendering;
};

/* ---- who asks ---- */

struct toc_principal {
	struct toc_str org;      /* code; "" for the server itself */
	struct toc_uuid person;  /* pseudonym of the person or of the service account */
	bool machine;            /* a service account: never counts as human */
	struct toc_str channel;  /* "console", "api", or "e-mail": by a link */
	struct toc_uuid session; /* the session or credential that authenticated */
	bool exercise_only;      /* an API key of an authority: mode actual is refused and not shown */
};

/* ---- what is asked ---- */

struct toc_command {
	struct toc_str k;                /* "M4.send" */
	const struct toc_value *message; /* decoded by the catalogue: envelope + body */
	const struct toc_value
		*dup_keys;  /* list of keyed hashes of its identifiers, made by the keeper; or NULL */
	const struct toc_value *item_keys; /* of an M6: [{key, near?}] for its items, likewise; or NULL */
	const struct toc_value *address_keys; /* of an M26: keyed hashes of its addresses, in their order; or NULL */
	uint8_t content[32]; /* of an M10: keyed digest of what it orders, the same in draft and issue */
	toc_time received;  /* server time of first receipt (earlier than now for the journal) */
	uint8_t digest[32]; /* SHA-256 of the message's canonical bytes, keyed */
};

/** Besides threats to life: does its rule look for equal identifiers? Then it needs dup_keys. */
bool toc_wants_keys(struct toc_str k);

/* ---- what happened ---- */

/** An entry as apply sees it. In replay it comes from leaf and body; live, from a draft. Borrowed. */
struct toc_entry {
	uint64_t seq; /* 0 is the first; assigned by append */
	toc_time ts;  /* leaf time: real, when the entry was made */
	struct toc_str k;
	struct toc_str mode;                          /* actual, exercise, test, system */
	struct toc_uuid exercise, incident, case_ref; /* nil when absent */
	struct toc_str org;           /* the acting organisation's code, "server" for the server */
	struct toc_uuid ref;          /* what it is about: another entry's eid, an object's id; or nil */
	struct toc_uuid eid;          /* event id; of a member's message its message id */
	bool late;                    /* came through the journal */
	struct toc_str node;          /* that made it */
	const struct toc_value *body; /* {"message": non-personal part, "decided": what the server decided} */
};

/** What decide wants appended. The keeper splits `message` into body and data and fills ts and late. */
struct toc_draft {
	struct toc_str k, mode, org;
	struct toc_uuid exercise, incident, case_ref, ref, eid;
	const struct toc_value *message; /* whole */
	const struct toc_value *decided; /* nothing personal: readers, deadlines, desks and why, at, … */
	const struct toc_value *actor;   /* sealed: {person, roles, channel, session}; server: {} */
	/** entries whose content this one carries (M29); the keeper fetches, and puts them into
	 * body.decided.disclosed and data.disclosed */
	const struct toc_uuid *discloses;
	size_t n_discloses;
	struct toc_str subject; /* of the seal key: "case:<uuid>", "exercise:<uuid>", "person:<uuid>", … */
	struct toc_str retention; /* class of data: "R-ITL"; actor is always "R-AUDIT" */
};

struct toc_verdict {
	struct toc_refusal refusal; /* code TOC_NOT_REFUSED when accepted */
	struct toc_draft
		*drafts; /* in the arena; may be 0 of them when the same message was already accepted */
	size_t n;
	bool duplicate; /* the same id with the same content: answer with `seq`, change nothing */
	uint64_t seq;
	bool journalable; /* may take effect while the database is away (M4.send, its supplements, M5, T17) */
};

/* ---- the state ---- */

struct toc_world;
struct toc_world *toc_world_new(void);
void toc_world_free(struct toc_world *w); /* a world that lies over another is dropped without effect */

/** A copy-on-write overlay: reads fall through to `under`, writes stay here until merged. */
struct toc_world *toc_world_over(struct toc_world *under);
void toc_world_merge(struct toc_world *top); /* moves its objects into the world under it, frees top */

void toc_apply(struct toc_world *w,
	       const struct toc_entry *e); /* total: an entry of the ledger is never refused */

/** @return 0 with drafts, or -1 with verdict.refusal. Drafts live in the arena. */
int toc_decide(const struct toc_world *w, const struct toc_principal *p, const struct toc_command *c,
	       toc_time now, struct toc_arena *a, struct toc_verdict *ret_verdict);

/** What `prepare` answers: recipients with reasons, warnings, duplicates that the sender may know of. */
struct toc_value *toc_prepare(const struct toc_world *w, const struct toc_principal *p,
			      const struct toc_command *c, toc_time now, struct toc_arena *a,
			      struct toc_refusal *ret_refusal);

/** The incidents whose signals a look-up goes through, for the keys that it needs: a list of ids. NULL: it is none. */
struct toc_value *toc_lookup_places(const struct toc_world *w, const struct toc_principal *p,
				    const struct toc_command *c, struct toc_arena *a);
/** What a look-up (lookup.ask) that was decided finds: {"found": […], "all": bool}; NULL when it is none, or the
 * asker may not ask any more. c->item_keys: [{incident, key, near?}] for its places. */
struct toc_value *toc_lookup(const struct toc_world *w, const struct toc_principal *p, const struct toc_command *c,
			     struct toc_arena *a);

/** Real time at which toc_due has something to do, or TOC_TIME_NEVER. */
toc_time toc_world_next_due(const struct toc_world *w);
/** Drafts for the deadlines that have passed at `now`, in due order, until there are `max` or more (what one
 * deadline makes stays together): apply and call again. Each is decided on the effect of the one before it.
 * Their eids are derived from the timer, so two nodes that fire the same deadline make the same entry. Call
 * it before deciding commands; a moved exercise clock brings the deadlines it passes over (up to 96) in its
 * own verdict. */
void toc_due(const struct toc_world *w, toc_time now, size_t max, struct toc_arena *a,
	     struct toc_verdict *ret_verdict);
/** The deadline that is next due cannot be entered: pass over it, so that the others fire. Holds for the world
 * at the bottom and all that lie over it; is no part of the state, and ends when the timer is moved.
 * @return false when there is none, or too many are passed over already */
bool toc_world_pass_over(struct toc_world *w, struct toc_uuid *ret_timer);
/** In this layer and what lies over it nothing is due but what belongs to a threat to life: while the database is away
 * nobody could answer anything else, and no activation is undone, nobody called for what they cannot say. */
void toc_world_threats_only(struct toc_world *w);
/** Try again those that were passed over. */
void toc_world_pass_over_none(struct toc_world *w);

/* ---- reading the state (keeper, archive) ---- */

uint64_t toc_world_size(const struct toc_world *w); /* entries applied: next seq */

/** Roles that a principal can read with now: 0 when the organisation or person is no longer there. */
toc_roles toc_world_roles(const struct toc_world *w, const struct toc_principal *p);

/** The readers of an entry, from its body.decided.readers. @return count; array in the arena */
size_t toc_entry_readers(const struct toc_entry *e, struct toc_arena *a, struct toc_reader **ret_readers);

/** What of body.decided a reader of this rendering is shown. Whole: not digest, dup_keys, nor what it means
 * for linked cases; of the readers those who read whole. Without personal data (a linked notifier, a
 * heading): the times, and which steps it means for the linked cases. `disclosed` is the renderer's own
 * business and left out. Shares members with decided. Of crises (M1, M2, M3) a reader without personal data is
 * shown what the others are, and of a list that names every member what is the same for many is said once. */
struct toc_value *toc_decided_shown(struct toc_arena *a, struct toc_str k, const struct toc_value *decided,
				    enum toc_rendering rendering);

/** Is this rendering shown without who it is from? A contribution to a debrief, where that was wished. */
bool toc_is_nameless(const struct toc_entry *e, enum toc_rendering rendering);

/** Whose rights an entry changes, so that what was granted before it does not hold after it: of a session, key or person
 * (id), or of all of an organisation (org). @return false: of nobody */
struct toc_narrowed {
	struct toc_uuid id;
	struct toc_str org;
	struct toc_uuid kept; /* but not of this session of theirs; nil: of all */
};
bool toc_entry_narrows(const struct toc_entry *e, struct toc_narrowed *ret);

/** Of what was decided and is not in the ledger, so that it cannot be recalled by its id: may this organisation, one of its readers,
 * still read it? Not when it is suspended, or when the case that it belongs to was taken back from it. */
bool toc_still_reads(const struct toc_world *w, const struct toc_entry *e, struct toc_str org);
/** May this entry change that answer for somebody? */
bool toc_entry_takes(const struct toc_entry *e);

/** Do notifiers of cases that are tied to this entry's case read it, in the rendering without personal data?
 * They learn what happened, and not to whose case: that rendering names neither the case nor messages in it.
 */
bool toc_read_by_tied(struct toc_str k);

/** Credential by SHA-256 of the secret: API key or sign-in token. @return 0 and the principal, or -1
 * (unknown, expired, used, revoked: the caller answers all alike). kind: "api_key", "sign_in", "session", "link",
 * "link_session".
 * @param ret_principal its texts are borrowed from the state: copy what outlives the next write */
int toc_world_credential(const struct toc_world *w, const char *kind, const uint8_t sha256[32], toc_time now,
			 struct toc_principal *ret_principal, toc_time *ret_expires);

/** A secret that is known and not good any more, because its key was revoked, its person has left, or the organisation is
 * suspended: that it was tried is to be entered. @return why, or NULL */
const char *toc_world_expelled(const struct toc_world *w, const uint8_t sha256[32], struct toc_uuid *ret_credential,
			       struct toc_uuid *ret_person, struct toc_str *ret_org);

/** Drafts for opening a session by redeeming a sign-in token (k "session.open"): one-time, so an entry.
 * @param session_sha256 hash of the new session's secret */
int toc_decide_sign_in(const struct toc_world *w, const uint8_t token_sha256[32],
		       const uint8_t session_sha256[32], toc_time now, struct toc_arena *a,
		       struct toc_verdict *ret_verdict);
/** The same for the link of an e-mail, which can be opened again. (link.c) */
int toc_decide_open_link(const struct toc_world *w, const uint8_t token_sha256[32],
			 const uint8_t session_sha256[32], toc_time now, struct toc_arena *a,
			 struct toc_verdict *ret_verdict);

/** What a session that was opened by the link of an e-mail may see and act on. */
struct toc_scope {
	struct toc_uuid link, message, case_ref, incident; /* nil when there is none */
	uint64_t from;
};
/** @return false for a session (or key) that has an account's rights */
bool toc_world_scope(const struct toc_world *w, struct toc_uuid session, struct toc_scope *ret_scope);
/** Is the entry of the link's message, or of what follows of it? Whether its organisation reads it is another question. */
bool toc_scope_has(const struct toc_scope *s, const struct toc_entry *e);

/** What welcome says of a principal: {"you":{…},"exercises":[{…clock…, control,
 * participants}],"directory":[{org, name, kinds, state?, phone?, witness?}]}. Titles are personal and not in the state. Who came by
 * the link of an e-mail is told of its own matter only, and "link": {message, case?, incident?, from, expires}. */
struct toc_value *toc_world_welcome(const struct toc_world *w, const struct toc_principal *p, toc_time now,
				    struct toc_arena *a);

/** The vkey by which a member vouches for the log. @return false when it has registered none, or is suspended */
/** Since when the log wants a time stamp: an hour after the last one, at once when an incident was closed since.
 * @return TOC_TIME_NEVER: not yet; else ret_closing says which of the two */
toc_time toc_stamp_due(const struct toc_world *w, bool *ret_closing);
uint64_t toc_stamp_wants(const struct toc_world *w);   /* the size that the checkpoint has to have for the incident that was closed */
uint64_t toc_stamped_size(const struct toc_world *w);  /* of the newest one that was stamped; 0: none */
toc_time toc_stamped_at(const struct toc_world *w);    /* when that was entered, or TOC_TIME_NEVER */
unsigned toc_witnesses(const struct toc_world *w); /* how many members have one */
bool toc_witness_of(const struct toc_world *w, struct toc_str org, struct toc_str *ret_vkey);

/** eid of the entry with this seq, if it is one that takes receipts and that p may read: "not yours" and
 * "does not exist" are one answer. */
int toc_world_receipt_target(const struct toc_world *w, const struct toc_principal *p, uint64_t seq,
			     struct toc_uuid *ret_eid) TOC_MUSTCHECK;

/** Deliveries that an entry makes or moves (their ids): whoever carries them looks them up. @return count */
size_t toc_entry_deliveries(const struct toc_entry *e, struct toc_arena *a, struct toc_uuid **ret_ids);

/** Cases that are open: their rows are what the keeper keeps at hand for disclosures. */
bool toc_world_case_is_open(const struct toc_world *w, struct toc_uuid id);
/** @param most if there are more, those that were opened last */
size_t toc_world_open_cases(const struct toc_world *w, size_t most, struct toc_arena *a, struct toc_uuid **ret_cases);

/* ---- how long what is sealed is kept (retention.c) ---- */

struct toc_retention {
	toc_time due; /* real time; NEVER: its end is not in sight */
	bool held, early;
	struct toc_uuid exercise; /* nil: it is real */
	const char *since, *clause; /* in words; the rule's source */
};
/** @param subject, retention as a seal key has them @return false: no such subject or class */
bool toc_retained_until(const struct toc_world *w, struct toc_str subject, struct toc_str retention, struct toc_retention *ret);
/** Has the organisation to do with it, so that its data protection officer may know that it is there? */
bool toc_retention_party(const struct toc_world *w, struct toc_str subject, struct toc_str org);
/** Because of this entry something may be due now that was not, or is held now, or no more. */
bool toc_entry_moves_retention(const struct toc_entry *e);

/** The whole state as a document, for people and for tests: equal states are equal documents. */
struct toc_value *toc_world_document(const struct toc_world *w, struct toc_arena *a);

/** A copy of the state, in pieces (piece.h), and back. Nothing personal is in it. Of what did not change since the world
 * was loaded, or settled last, the pieces are the same ones: to save is work only for what was written. */
#define TOC_STATE_VERSION 8
struct toc_piece;
struct toc_saving;
/** The world stands still until the end: what goes on meanwhile is written to a layer over it. It may be looked at. */
struct toc_saving *toc_saving_begin(struct toc_world *w);
/** So many objects more. @return true: it is all there */
bool toc_saving_step(struct toc_saving *s, size_t objects);
/** When it is all there: its pieces, in order, held by the saving; and the sum that says what state it is (piece.h). */
struct toc_piece *const *toc_saving_pieces(const struct toc_saving *s, size_t *ret_n);
void toc_saving_sum(const struct toc_saving *s, uint8_t ret_sum[32]);
/** When it is all there: let the world go on from these pieces. What it had unpacked is buried, so many objects at a
 * time. */
void toc_saving_settle(struct toc_saving *s);
bool toc_saving_bury(struct toc_saving *s, size_t objects); /* @return true: no more of it */
bool toc_saving_is_buried(const struct toc_saving *s);
void toc_saving_end(struct toc_saving *s);
/** Holds the pieces that it needs. @return 0 or TOC_EINVAL: they are not the pieces of one state */
int toc_world_load(struct toc_piece *const *pieces, size_t n, uint64_t size, struct toc_world **ret_world,
		   struct toc_error *reterr) TOC_MUSTCHECK;

#endif
