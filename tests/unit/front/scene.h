/* scene.h: how most cases begin and end, on the one front that a test program has. */
#ifndef TOC_TESTS_FRONT_SCENE_H
#define TOC_TESTS_FRONT_SCENE_H

#include "peer.h"

extern struct front f;

void begin_with(const char *limits); /* started and ready, but knows no tip: see front_tip */
void begin(uint64_t tip);
void end(void);

struct client *welcomed(const char *org, uint64_t *ret_conn);
/** An HTTP request and the answer to it; see client_answer. */
const char *ask(struct client *c, const char *request, const char **ret_head);
/** @return whether part is in it; prints both when it is not */
bool says(const char *text, const char *part);

/** An entry's JSON; valid until the next call. */
const char *entry(uint64_t seq);
/** A send of exactly so many bytes; the caller frees it. */
char *long_message(size_t n);

#endif
