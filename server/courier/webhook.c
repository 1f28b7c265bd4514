/* webhook.c: a member's own address is called: a webhook, which is told what happened, or a gateway, which is asked to
 * ring a telephone or to send a text. Both get the same signed call (docs/webhooks.md); what an answer means differs: a
 * webhook that says 2xx has it, a gateway that says so has taken an order and calls back when it is carried out.
 *
 * The time that is signed is that of the attempt, the id that of the delivery: who gets it twice can tell. */
#include "courier/post.h"

#include "base/time.h"
#include "envelope/event.h"
#include "envelope/webhook.h"

static int read_keys(const struct toc_value *list, struct toc_hook_key ret[TOC_HOOK_KEYS_MAX], size_t *ret_n)
{
	*ret_n = toc_len(list);
	if (*ret_n == 0 || *ret_n > TOC_HOOK_KEYS_MAX)
		return -1;
	for (size_t i = 0; i < *ret_n; i++)
		if (toc_base64url_decode(toc_get_text(toc_at(list, i), "secret"), ret[i].secret, 32) != 32 ||
		    toc_base64url_decode(toc_get_text(toc_at(list, i), "seed"), ret[i].seed, 32) != 32)
			return -1;
	return 0;
}

/* told: {"hook": id, "url", "keys": [{"secret", "seed"}], "body": text} */
static int start(struct toc_job *job, CURL *easy, struct toc_outcome *ret)
{
	struct toc_arena *a = job->arena;
	struct toc_str id = toc_uuid_str(a, job->id), body = toc_get_text(job->told, "body");
	struct toc_hook_key keys[TOC_HOOK_KEYS_MAX];
	int64_t now = toc_clock_now().us / 1000000;
	size_t n;

	if (read_keys(toc_get(job->told, "keys"), keys, &n) < 0) {
		toc_outcome_set(ret, TOC_OUTCOME_DEAD, 0, "it has no secret");
		return -1;
	}
	struct toc_str signature = toc_hook_sign(a, keys, n, id, now, body);
	toc_wipe(keys, sizeof keys);
	const char *const headers[] = {
		"Content-Type: " TOC_EVENT_MEDIA_TYPE,
		toc_arena_printf(a, "webhook-id: %s", id.p).p,
		toc_arena_printf(a, "webhook-timestamp: %lld", (long long)now).p,
		toc_arena_printf(a, "webhook-signature: %.*s", TOC_STR_ARGS(signature)).p,
		NULL,
	};
	return toc_post_start(job, easy, toc_get_text(job->told, "url"), headers, body, ret);
}

static void done(struct toc_job *job, CURL *easy, CURLcode result, struct toc_outcome *ret)
{
	unsigned status = toc_post_done(job, easy, result, ret);

	if (!status)
		return;
	if (status < 300 && job->way == TOC_WAY_PHONE)
		toc_outcome_set(ret, TOC_OUTCOME_SENT, status, "the gateway has taken it");
	else if (status < 300)
		toc_outcome_set(ret, TOC_OUTCOME_DELIVERED, status, "taken");
	else if (status == 410)
		toc_outcome_set(ret, TOC_OUTCOME_BOUNCED, status, "gone");
	else
		toc_outcome_set(ret, TOC_OUTCOME_RETRYING, status, "%s", status < 400 ? "it points elsewhere, where we do not go" :
									  status == 429 || status == 503 ? "not now" :
													   "refused");
}

const struct toc_courier_channel toc_webhook = {
	.name = "webhook",
	.way = TOC_WAY_WEBHOOK,
	.means = "hook",
	.at_once = offsetof(struct toc_limits, hook_connections),
	.lane = "hook",
	.start = start,
	.done = done,
};

const struct toc_courier_channel toc_phone = {
	.name = "phone gateway",
	.way = TOC_WAY_PHONE,
	.means = "hook",
	.at_once = offsetof(struct toc_limits, hook_connections),
	.lane = "hook",
	.start = start,
	.done = done,
};
