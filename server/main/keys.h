/* keys.h: the server's own secrets: made once with 0600, read at start, handed to the part that needs each.
 *
 *   wrapping/<uuid>.key   wraps the seal keys of the ledger; each erasure makes a new one (the newest is in use) and
 *                         destroys the old: the folder is the eraser's own
 *   keys/dup.key          keys the hashes by which duplicates are found
 *   keys/log-<N>.key      signs checkpoints: log_key.h
 *   keys/journal.key      seals what the keeper puts on disk while the database is away
 *   keys/outside.key      what others know us by is derived from it: secrets of webhooks, the key towards push services
 *   keys/tls.pem, tls.key the throw-away certificate for localhost and its private key; keys/ca.pem who signed it
 * Each .key file: 32 random bytes as base64url and a newline (tls.key: PEM). */
#ifndef TOC_MAIN_KEYS_H
#define TOC_MAIN_KEYS_H

#include "base/digest.h"
#include "ipc/wrapping.h"
#include "main/state.h"

struct toc_keys {
	struct toc_wrapping_key wrap[TOC_WRAP_KEYS_MAX];
	size_t n_wrap;
	uint8_t dup[32], journal[32], outside[32];
	char *token, *pin;  /* URI of the token that has the wrapping keys, and its PIN; NULL: they are files */
	uint8_t grant[32]; /* lives only as long as this process: grants are short-lived */
};
/** Read the keys of a state directory, making those that are missing. @param eraser whose folder wrapping/ is
 * @param token its URI, "" for files @param pin_file of the token */
int toc_keys_open(struct toc_keys *ret, const struct toc_state *state, struct toc_rights eraser,
		  const char *token, const char *pin_file, struct toc_error *reterr) TOC_MUSTCHECK;
void toc_keys_wipe(struct toc_keys *k);

/** One key file of the state directory, made when it is missing. @param name below the state directory */
int toc_key_read_or_make(const struct toc_state *state, const char *name, uint8_t ret_key[32], struct toc_error *reterr) TOC_MUSTCHECK;

/** A TLS identity in PEM form, to be freed with toc_identity_done. `authority` is NULL for a certificate of the operator. */
struct toc_identity {
	char *certificate, *key, *authority;
};
void toc_identity_done(struct toc_identity *i);
/** Read the operator's files. They are checked to belong together. */
int toc_identity_read(struct toc_identity *ret, const char *certificate, const char *key, struct toc_error *reterr) TOC_MUSTCHECK;
/** The throw-away identity of keys/, made anew when it is missing or has less than 30 days left. */
int toc_identity_local(struct toc_identity *ret, const struct toc_state *state, struct toc_error *reterr) TOC_MUSTCHECK;
/** Make one, for tests too: localhost, 127.0.0.1, ::1; ECDSA P-256; the authority's key is forgotten at once. */
int toc_identity_make(struct toc_identity *ret, int days, struct toc_error *reterr) TOC_MUSTCHECK;

#endif
