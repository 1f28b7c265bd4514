/* log_key.h: the log's name and key, by generation.
 *
 *   keys/log-<N>.key      the seed of generation N's Ed25519 key; the greatest N is in use. Only the signer is given it
 *   signer/published-<N>  what was signed under it (signer/record.c)
 *
 * A generation ends when what was published cannot be gone on with: the database is behind it, or was changed. The next
 * one is another log, with another name and key, and whoever verifies has to be told. */
#ifndef TOC_MAIN_LOG_KEY_H
#define TOC_MAIN_LOG_KEY_H

#include "ledger/log.h"
#include "main/config.h"
#include "main/state.h"

struct toc_log_identity {
	unsigned generation;
	struct toc_note_key key; /* its name is the log's */
	uint8_t seed[32];
	char *record; /* path, owned */
};
/** @param origin the server's address, of which the log's name is made unless the configuration says one
 * @param account whose folder signer/ is */
int toc_log_identity_open(struct toc_log_identity *ret, const struct toc_config *c, const struct toc_state *s, const char *origin,
                          struct toc_rights account, struct toc_error *reterr) TOC_MUSTCHECK;
void toc_log_identity_done(struct toc_log_identity *l);

/** tocsind log new-generation. @return the exit code */
int toc_log_new_generation(const struct toc_config *c);

#endif
