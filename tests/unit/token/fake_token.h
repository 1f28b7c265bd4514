/* fake_token.h: what is in the token of fake_token.c, and what befalls it. */
#ifndef TOC_TESTS_FAKE_TOKEN_H
#define TOC_TESTS_FAKE_TOKEN_H

#include <stdbool.h>

#define FAKE_KEYS 64

struct fake_token {
	const char *pin;
	bool away;      /* taken out; it comes back with its sessions lost */
	bool signed_in; /* false: the session is lost */
	unsigned tries; /* to sign in */
	struct {
		unsigned char id[16];
		unsigned value;
	} key[FAKE_KEYS];
	unsigned n, made;
};

#endif
