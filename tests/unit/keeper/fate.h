/* fate.h: what befalls a keeper of the stage at one step, whichever is asked for: the n-th call by which it leaves a trace
 * outside of itself. Counted are the calls that change its journal's files, the calls of its store (before they are made, and
 * when they are done and it has not heard), and what it tells its front.
 *
 * Linked with --wrap (CMakeLists.txt), so the keeper is the one that serves. After its death nothing that it does has an
 * effect; a power cut takes with it what no sync has put on the disk. */
#ifndef TOC_TESTS_KEEPER_FATE_H
#define TOC_TESTS_KEEPER_FATE_H

#include "stage.h"

enum fate_kind {
	FATE_DIES,       /* kill -9 before the step */
	FATE_DIES_TORN,  /* kill -9 when half of what is written is in the file */
	FATE_POWER_CUT,  /* before the step, and the disk has what was synced */
	FATE_DISK_FULL,  /* from the step on, until it is lifted: what would grow writes half, then nothing */
	FATE_DISK_FAILS, /* this step alone: EIO, and nothing done */
	FATE_AWAY,       /* the database goes away before the step */
	FATE_FROZEN,     /* it takes the question, and says nothing until our own deadline */
	FATE_UNHEARD,    /* it does it, and the connection is lost before it says so */
	FATE_CLOCK_ON,   /* the wall clock is set five hours on */
	FATE_CLOCK_BACK,
	FATE_KINDS
};

/** From now on: let it befall keeper i of the stage at its n-th step, from 1, at which it can. */
void fate_arm(struct stage *s, unsigned i, enum fate_kind kind, unsigned n);
bool fate_has_struck(void);
bool fate_is_dead(void);
/** "rename urgent", "append, unheard": where it struck. */
const char *fate_where(void);
/** All is well again. A keeper that died is stopped; the disk is as its fate has left it. Start the next one. */
void fate_lift(void);

#endif
