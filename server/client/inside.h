/* inside.h: what the two kinds of conversation of libtocsin share: one libwebsockets context, TLS, the credential. Not for
 * programs: they have tocsin/client.h. */
#ifndef TOC_CLIENT_INSIDE_H
#define TOC_CLIENT_INSIDE_H

#include <libwebsockets.h>

#include "tocsin/client.h"

#define TOC_CLIENT_HTTP "http" /* the protocol of a vhost that ask.c handles */

struct toc_ask;
struct tocsin {
	struct lws_context *lws;
	struct lws_vhost *vhost;
	lws_sorted_usec_list_t step;
	struct tocsin_connection *connections;
	struct toc_ask *asks;
	char *user_agent;
	bool broken;
};

/* connection.c */
int toc_client_server(const char *url, char **ret_host, int *ret_port);
int toc_client_authorize(const struct tocsin *t, const char *key, struct lws *wsi, unsigned char **at, unsigned char *end);
const char *toc_client_fault(struct lws *wsi);

/* ask.c */
int toc_ask_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n);
void toc_ask_mute(struct tocsin *t);
void toc_ask_collect(struct tocsin *t, bool all); /* those that are over */

#endif
