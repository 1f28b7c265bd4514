/* post.h: one POST to an address that a member or a browser gave us: what webhooks, gateways and push services share.
 *
 * The address is taken for an attack (envelope/destination.h): https only, no redirect, no proxy, and the connection goes
 * to an address that may be reached, whatever the name meant when it was looked at before. What is answered is not read
 * beyond a few kilobytes: only the status counts, and it counts from the moment that it is there. */
#ifndef TOC_COURIER_POST_H
#define TOC_COURIER_POST_H

#include "courier/channel.h"

/** Set on the handle to POST `body` to `url`. @param headers of ours, each "Name: value", NULL at the end
 * @return 0, or -1 and the outcome */
int toc_post_start(struct toc_job *job, CURL *easy, struct toc_str url, const char *const *headers, struct toc_str body,
		   struct toc_outcome *ret);
/** @return the status that was answered, or 0 and the outcome (retrying) says why there is none. Sets ret->wait_s when
 * it was asked for. */
unsigned toc_post_done(struct toc_job *job, CURL *easy, CURLcode result, struct toc_outcome *ret);

#endif
