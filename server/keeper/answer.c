/* answer.c: answers as JSON. Every answer is a whole frame of the wire protocol; over HTTP it is the body. */
#include "keeper/core.h"
#include "message/json.h"

static struct toc_value *frame(struct toc_arena *a, const char *op, uint64_t ref)
{
	struct toc_value *f = toc_value_map(a);
	toc_set_cstr(a, f, "op", op);
	if (ref <= TOC_INT_MAX) /* TOC_IPC_NO_REF: the client gave none */
		toc_set_int(a, f, "ref", (int64_t)ref);
	return f;
}

struct toc_value *toc_answer_entry(struct toc_arena *a, const struct toc_opened *o, bool recorded)
{
	const struct toc_entry *e = &o->entry;
	const struct toc_value *decided = toc_get(e->body, "decided");
	struct toc_value *v = toc_value_map(a);
	if (recorded)
		toc_set_int(a, v, "seq", (int64_t)e->seq);
	toc_set_text(a, v, "id", toc_uuid_str(a, e->eid));
	toc_set_text(a, v, "k", e->k);
	struct toc_str at = toc_get_text(decided, "at");
	toc_set_text(a, v, "at", at.n ? at : toc_time_str(a, e->ts));
	if (!toc_uuid_is_nil(e->case_ref))
		toc_set_text(a, v, "case", toc_uuid_str(a, e->case_ref));
	if (!toc_uuid_is_nil(e->incident))
		toc_set_text(a, v, "incident", toc_uuid_str(a, e->incident));
	struct toc_value *desks = toc_str_is(e->k, "M4.send") ? toc_get(decided, "desks") : NULL;
	toc_set(a, v, "recipients", desks ? toc_value_copy(a, desks) : NULL);
	if (toc_get(decided, "gone")) /* a hold that came too late for it */
		toc_set(a, v, "gone", toc_value_copy(a, toc_get(decided, "gone")));
	return v;
}

struct toc_str toc_answer_reply(struct toc_arena *a, const char *op, uint64_t ref,
				const struct toc_value *reply)
{
	struct toc_value *f = frame(a, op, ref);
	for (size_t i = 0; reply && reply->kind == TOC_MAP && i < reply->n; i++)
		toc_set_str(a, f, reply->members[i].name, reply->members[i].value);
	return toc_json_str(a, f);
}

void toc_answer_found(const struct toc_work *w, struct toc_value *answer)
{
	toc_set(w->arena, answer, "found", toc_get(w->reply, "found"));
	toc_set(w->arena, answer, "all", toc_get(w->reply, "all"));
}

static struct toc_str refused(struct toc_arena *a, uint64_t ref, const struct toc_refusal *r)
{
	struct toc_value *f = frame(a, "refused", ref);
	toc_set_cstr(a, f, "code", toc_refusal_wire(r->code));
	if (r->field[0])
		toc_set_cstr(a, f, "field", r->field);
	if (r->clause[0])
		toc_set_cstr(a, f, "clause", r->clause);
	toc_set_cstr(a, f, "detail", r->detail);
	toc_set_cstr(a, f, "advice", toc_refusal_advice(r->code));
	if (r->retry_after_s)
		toc_set_int(a, f, "retry_after", r->retry_after_s);
	return toc_json_str(a, f);
}

void toc_answer(struct toc_keeper *k, const struct toc_work *w, unsigned http, struct toc_str json)
{
	toc_ipc_begin(&k->out, TOC_IPC_ANSWER);
	toc_ipc_u64(&k->out, w->conn);
	toc_ipc_u64(&k->out, w->ref);
	toc_ipc_u16(&k->out, (uint16_t)http);
	toc_ipc_str(&k->out, json);
	toc_send(k, w->front);
}

void toc_answer_refused(struct toc_keeper *k, const struct toc_work *w)
{
	toc_answer(k, w, (unsigned)toc_refusal_http(w->refusal.code), refused(w->arena, w->ref, &w->refusal));
}
