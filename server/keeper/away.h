/* away.h: what the rest of the keeper needs to know of the journal's comings and goings; see away.c. */
#ifndef TOC_KEEPER_AWAY_H
#define TOC_KEEPER_AWAY_H

#include "keeper/core.h"

struct toc_away *toc_away_new(void);
void toc_away_free(struct toc_away *w);

/** At the start: which records are in the journal. */
void toc_away_learn(struct toc_keeper *k);
int64_t toc_away_next_us(const struct toc_keeper *k);

#endif
