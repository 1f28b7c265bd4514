/* demo.h: a fictional directory, keys for its people, and the actors that play them.
 *
 * DIR/demo/credentials.json is the one copy of the keys in clear; the ledger has their digests. A later start keeps
 * the keys, and issues new sign-in links, which work once. */
#ifndef TOC_MAIN_DEMO_H
#define TOC_MAIN_DEMO_H

#include <stdio.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/time.h"
#include "base/value.h"
#include "main/state.h"

struct toc_demo {
	struct toc_arena *arena; /* owns everything */
	struct toc_value *cast;
	struct toc_value *seed;        /* for the keeper: {"messages":[…],"always":[…]} */
	bool is_first;                 /* no keys were known: nobody has played here yet */
	struct toc_value *credentials; /* list of {organisation, kinds, person, roles, api_key, sign_in, witness_key?} */
};

/** Read the cast, reuse or make keys, prepare the keeper's seed. Every message in it has passed the catalogue.
 * @param known credentials.json of an earlier start, or empty; @param origin "https://localhost:8443" */
int toc_demo_prepare(struct toc_demo *ret, struct toc_str cast, struct toc_str known, const char *origin, toc_time now,
                     struct toc_error *reterr) TOC_MUSTCHECK;
void toc_demo_done(struct toc_demo *d);

/** Write DIR/demo/credentials.json and ca.pem. */
int toc_demo_write(const struct toc_demo *d, const struct toc_state *state, const char *authority, struct toc_error *reterr) TOC_MUSTCHECK;
/** Console address and sign-in links: for each organisation of the people who act in the scenario, else of its first
 * person. @param scenario bytes of its file, may be empty */
void toc_demo_print(const struct toc_demo *d, const struct toc_state *state, const char *origin, struct toc_str scenario,
                    FILE *out);
/** DIR/demo/ready: there while the server is, with one sign-in link: for who waits to open a browser. */
void toc_demo_announce(const struct toc_demo *d, const struct toc_state *state);
void toc_demo_withdraw(const struct toc_state *state);

/** The scenario of that name ("lantern"), or NULL: "scenario" of the cast's exercise. */
const char *toc_demo_scenario(const struct toc_demo *d, const char *name);

#endif
