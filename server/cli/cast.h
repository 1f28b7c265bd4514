/* cast.h: who takes part in a play: their keys, their connections, and whom a person has taken over. */
#ifndef TOC_CLI_CAST_H
#define TOC_CLI_CAST_H

#include "cli/cli.h"
#include "cli/expect.h"

struct actor {
	struct cast *cast;
	char *org, *title, *key, *witness; /* witness: secret key by which it cosigns, or "" */
	char person[TOC_UUID_TEXT];            /* pseudonym, from the welcome; empty: not connected yet */
	bool gateway, connected, ended, human; /* human: a person has signed in as them and plays */
	struct tocsin_connection *connection;
	long long beat_last;
	unsigned beats;
	char why[200];
};
struct cast {
	struct actor *actors;
	size_t n;
	struct toc_arena *arena;
	const char *folder; /* of the credentials, with its slash: what witnesses believe is kept there */
	struct expect_log log;
	struct toc_value *control_welcome; /* newest welcome of exercise control */
	struct actor *control;
	/** Has this gateway to keep silent about that message (its receipt is a step of its own)? */
	bool (*silent)(void *user, const struct actor *gateway, const char *message_id);
	/** A person signed in or left. */
	void (*on_human)(void *user, const struct actor *actor);
	void *user;
};

/** Reads a credentials file: a list of {"organisation", "person", "roles", "api_key", "witness_key"?}. */
int cast_load(const struct cli *cli, const char *path, struct cast *ret_cast);
void cast_done(struct cast *cast);
/** "ORG/title"; NULL when there is nobody of that name. */
struct actor *cast_find(const struct cast *cast, struct toc_str who);
/** Somebody who receives for the organisation: its gateway, else its first person. */
struct actor *cast_receiver(const struct cast *cast, const char *org);
/** Open the actor's connection, if it is not open. */
int cast_connect(struct cast *cast, const struct cli *cli, struct tocsin *t, struct actor *actor);
/** The sequence number of a message at this organisation, or -1. */
long long cast_seq_of(const struct cast *cast, const char *org, const char *message_id);

#endif
