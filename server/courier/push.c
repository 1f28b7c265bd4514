/* push.c: a browser is woken (RFC 8030). What it is sent says whether it is an exercise and how urgent it is, encrypted for
 * it alone and always equally long; what happened it reads from us. A push service that has taken a wake-up has not
 * delivered it, so that is "sent" and never more. One that arrives late replaces none that is more urgent: each class has
 * its topic, and of a topic the service keeps the newest. */
#include "courier/post.h"

#include "base/time.h"
#include "envelope/destination.h"
#include "envelope/push.h"
#include "message/json.h"

#define PADDED_TO 128
#define TOKEN_HOURS 12 /* RFC 8292 section 2: at most 24 */

/* By precedence: how long the service keeps it for a browser that is away, and whether it wakes a sleeping telephone. */
static const struct {
	const char *precedence, *urgency;
	unsigned ttl_s;
} classes[] = {
	{ "routine", "low", 4 * 3600 },
	{ "priority", "normal", 12 * 3600 },
	{ "immediate", "high", 24 * 3600 },
	{ "flash", "high", 24 * 3600 },
};

static int read_recipient(const struct toc_value *told, struct toc_push_recipient *ret)
{
	return toc_base64url_decode(toc_get_text(told, "p256dh"), ret->p256dh, sizeof ret->p256dh) == sizeof ret->p256dh &&
			       toc_base64url_decode(toc_get_text(told, "auth"), ret->auth, sizeof ret->auth) == sizeof ret->auth ?
		       0 :
		       -1;
}

static int encrypt(struct toc_job *job, unsigned class, bool exercise, struct toc_str *ret)
{
	struct toc_value *clear = toc_value_map(job->arena);
	struct toc_push_recipient to;

	toc_set_cstr(job->arena, clear, "mode", exercise ? "exercise" : "actual");
	toc_set_cstr(job->arena, clear, "precedence", classes[class].precedence);
	if (read_recipient(job->told, &to) < 0)
		return -1;
	return toc_push_encrypt(job->arena, &to, toc_json_str(job->arena, clear), PADDED_TO, NULL, ret);
}

/* The origin of the push service: scheme, host, port if it is not the usual one. */
static struct toc_str audience_of(struct toc_arena *a, const struct toc_destination *d)
{
	bool six = d->literal && memchr(d->host.p, ':', d->host.n);
	struct toc_str host = six ? toc_arena_printf(a, "[%.*s]", TOC_STR_ARGS(d->host)) : d->host;

	return d->port == 443 ? toc_arena_printf(a, "https://%.*s", TOC_STR_ARGS(host)) :
				toc_arena_printf(a, "https://%.*s:%u", TOC_STR_ARGS(host), d->port);
}

static struct toc_str authorization(struct toc_job *job, struct toc_str endpoint)
{
	const struct toc_allowance allowance = toc_allowance_of(job->arena, toc_get(job->means, "allow"), toc_get_text(job->told, "org"));
	struct toc_destination to;
	struct toc_vapid v;

	if (toc_destination_read(job->arena, endpoint, &allowance, &to, NULL) < 0 ||
	    toc_base64url_decode(toc_get_text(job->means, "private"), v.private, sizeof v.private) != sizeof v.private ||
	    toc_base64url_decode(toc_get_text(job->means, "public"), v.public, sizeof v.public) != sizeof v.public)
		return TOC_STR("");
	struct toc_str text = toc_vapid_authorization(job->arena, &v, audience_of(job->arena, &to),
						      toc_after(toc_clock_now(), TOC_HOURS(TOKEN_HOURS)),
						      toc_get_text(job->means, "subject"));
	toc_wipe(&v, sizeof v);
	return text;
}

/* told: {"endpoint", "p256dh", "auth", "exercise": bool, "precedence"} */
static int start(struct toc_job *job, CURL *easy, struct toc_outcome *ret)
{
	struct toc_str endpoint = toc_get_text(job->told, "endpoint"), body, who = authorization(job, endpoint);
	bool exercise = toc_get_bool(job->told, "exercise");
	struct toc_arena *a = job->arena;
	unsigned class = 0;

	while (class + 1 < sizeof classes / sizeof *classes &&
	       !toc_get_is(job->told, "precedence", classes[class].precedence))
		class++;
	if (!who.n || encrypt(job, class, exercise, &body) < 0) {
		toc_outcome_set(ret, TOC_OUTCOME_DEAD, 0, "the subscription cannot be used");
		return -1;
	}
	const char *const headers[] = {
		"Content-Type: application/octet-stream",
		"Content-Encoding: aes128gcm",
		toc_arena_printf(a, "Authorization: %.*s", TOC_STR_ARGS(who)).p,
		toc_arena_printf(a, "TTL: %u", classes[class].ttl_s).p,
		toc_arena_printf(a, "Urgency: %s", classes[class].urgency).p,
		toc_arena_printf(a, "Topic: %s-%s", exercise ? "exercise" : "actual", classes[class].precedence).p,
		NULL,
	};
	return toc_post_start(job, easy, endpoint, headers, body, ret);
}

static void done(struct toc_job *job, CURL *easy, CURLcode result, struct toc_outcome *ret)
{
	unsigned status = toc_post_done(job, easy, result, ret);

	if (!status)
		return;
	if (status < 300)
		toc_outcome_set(ret, TOC_OUTCOME_SENT, status, "the push service has taken it");
	else if (status == 404 || status == 410)
		toc_outcome_set(ret, TOC_OUTCOME_BOUNCED, status, "the subscription is gone");
	else
		toc_outcome_set(ret, TOC_OUTCOME_RETRYING, status, "%s", status == 429 || status == 503 ? "not now" : "refused");
}

const struct toc_courier_channel toc_web_push = {
	.name = "push",
	.way = TOC_WAY_PUSH,
	.means = "push",
	.at_once = offsetof(struct toc_limits, hook_connections),
	.start = start,
	.done = done,
};
