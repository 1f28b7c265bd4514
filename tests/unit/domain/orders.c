/* orders.c: see orders.h. */
#include "orders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/json.h"

const struct orders orders_pond = { "AIRU", "AIRU/duty officer", "AIRU/second officer", "PastePond", "PastePond/owner",
				    "XA",   "XA",                "en",                  1 };
const struct orders orders_nest = { "BFP", "BFP/duty officer", "BFP/second officer", "GameNest", "GameNest/night responder",
				    "XB",  "XC",               "en",                 1 };

static const char *text(struct stage *s, toc_time t)
{
	return toc_time_str(s->a, t).p;
}

toc_time orders_now(const struct stage *s)
{
	return toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now);
}

void orders_exercise(struct stage *s, const char *t0)
{
	static const char *const all = "\"AIRU\",\"BFP\",\"BMR\",\"CDA\",\"HUB\",\"DGO\",\"StreamHarbor\",\"Chirplet\","
				       "\"GameNest\",\"LoopReel\",\"PastePond\",\"OSF\",\"FRP\"";
	s->exercise = toc_uuid_named("exercise of orders", toc_str_of(t0));
	if (stage_act(s, "CELL/controller",
		      "{\"type\":\"exercise\",\"body\":{\"step\":\"create\",\"title\":\"Orders\",\"t0\":\"%s\","
		      "\"participants\":[%s]}}",
		      t0, all) < 0 ||
	    stage_act(s, "CELL/controller",
		      "{\"type\":\"exercise\",\"body\":{\"step\":\"clock\",\"action\":\"run\",\"rate_milli\":1000}}") < 0) {
		fprintf(stderr, "orders: %s %s\n", s->v.refusal.field, s->v.refusal.detail);
		abort();
	}
}

static void overlay(struct stage *s, struct toc_value *to, const char *change)
{
	const struct toc_value *v = stage_message(s, toc_arena_printf(s->a, "{%s}", change).p);

	for (uint32_t i = 0; i < v->n; i++)
		if (v->members[i].value->kind == TOC_NULL)
			toc_unset(to, toc_arena_str(s->a, v->members[i].name).p);
		else
			toc_set_str(s->a, to, v->members[i].name, v->members[i].value);
}

struct toc_value *orders_form(struct stage *s, const struct orders *o, const char *change)
{
	struct toc_value *form = stage_message(
		s, toc_arena_printf(
			   s->a,
			   "{\"issuing_state\":\"%s\",\"addressee\":\"%s\",\"contact_point\":\"orders desk\","
			   "\"hsp_home_state\":\"%s\",\"order_reference\":\"%s-RO-17\",\"grounds\":[\"incites\",\"threatens\"],"
			   "\"additional_reasons\":\"The text praises the attack and announces another.\","
			   "\"non_disclosure\":{\"silent\":false},\"issuer_type\":\"law_enforcement\","
			   "\"issuer_name\":\"%s\",\"representative_name\":\"R. Example\","
			   "\"representative_post\":\"second officer\",\"file_no\":\"7711\",\"address\":\"1 Hall Square\","
			   "\"tel\":\"+999 01 555 000\",\"email\":\"orders@authority.example.invalid\","
			   "\"feedback_contact\":\"duty officer, +999 01 555 000\",\"home_authority_contact\":\"legal officer\","
			   "\"redress_body\":\"Administrative Court\",\"redress_deadline\":{\"n\":1,\"unit\":\"months\","
			   "\"start\":\"receipt of the order\"},\"national_law_link\":\"https://law.example.invalid/1\","
			   "\"first_order_to_hsp\":true,\"emergency\":{\"emergency\":true,\"justification\":"
			   "\"the attack goes on\"},\"language\":\"%s\",\"locations\":[]}",
			   o->state, o->hsp, o->home, o->authority, o->authority, o->language)
			   .p);
	struct toc_value *locations = toc_get(form, "locations");
	for (unsigned i = 1; i <= o->items; i++) {
		struct toc_value *v = toc_value_map(s->a);
		toc_set_text(s->a, v, "url", toc_arena_printf(s->a, "https://host.example.invalid/p/%u", i));
		toc_push(s->a, locations, v);
	}
	overlay(s, form, change);
	return form;
}

static struct toc_value *message(struct stage *s, const char *type, struct toc_value *body)
{
	struct toc_value *m = stage_message(
		s, "{\"legal_basis\":[{\"act\":\"TCO\",\"article\":\"3(1)\"}],\"precedence\":\"immediate\"}");

	toc_set_cstr(s->a, m, "type", type);
	toc_set(s->a, m, "body", body);
	return m;
}

struct toc_value *orders_with_form(struct stage *s, const char *step, const char *order, struct toc_value *form,
				   const char *members)
{
	struct toc_value *body = toc_value_map(s->a);

	toc_set_cstr(s->a, body, "step", step);
	if (order)
		toc_set_cstr(s->a, body, "order_ref", order);
	toc_set(s->a, body, "order", toc_value_copy(s->a, form));
	overlay(s, body, members);
	return message(s, "M10", body);
}

int orders_say(struct stage *s, const char *who, const char *type, const char *order, const char *members)
{
	struct toc_value *body = toc_value_map(s->a);

	toc_set_cstr(s->a, body, "order_ref", order);
	overlay(s, body, members);
	return stage_act_value(s, who, message(s, type, body));
}

int orders_asked(struct stage *s, const struct orders *o, const char *order)
{
	toc_time now = orders_now(s);

	return orders_say(s, o->issuer, "M18", order,
			  toc_arena_printf(s->a,
					   "\"step\":\"check\",\"intended_action\":\"removal_order\",\"planned_at\":\"%s\","
					   "\"answer_by\":\"%s\"",
					   text(s, toc_after(now, TOC_MINUTES(2))), text(s, toc_after(now, TOC_MINUTES(2)))).p);
}

int orders_cleared(struct stage *s, const struct orders *o, const char *order)
{
	if (orders_asked(s, o, order) < 0)
		return -1;
	return stage_act(s, "HUB/deconfliction officer",
			 "{\"type\":\"M18\",\"body\":{\"step\":\"answer\",\"check_ref\":\"%s\",\"answer\":\"clear\"}}",
			 stage_id(s, "M18.check", o->authority));
}

const char *orders_issued(struct stage *s, const struct orders *o, const char *change)
{
	struct toc_value *form = orders_form(s, o, change);

	if (stage_act_value(s, o->issuer, orders_with_form(s, "draft", NULL, form, "")) < 0)
		return NULL;
	const char *order = stage_id(s, "M10.draft", NULL);
	if (orders_cleared(s, o, order) < 0 || orders_say(s, o->certifier, "M10", order,
		       toc_arena_printf(s->a, "\"step\":\"certify\",\"certified\":\"%s\"", order).p) < 0 ||
	    stage_act_value(s, o->issuer, orders_with_form(s, "issue", order, form, "")) < 0)
		return NULL;
	return order;
}

const char *orders_answer(struct stage *s, const struct orders *o, const char *more)
{
	return toc_arena_printf(s->a,
				"\"step\":\"send\",\"addressee\":\"%s\",\"authority\":\"%s\",\"authority_ref\":\"%s-RO-17\","
				"\"own_ref\":\"PP-1\",\"received_at\":\"%s\",\"hsp_name\":\"%s\","
				"\"authorised_person\":\"the owner\",\"contact_email\":\"desk@host.example.invalid\","
				"\"date\":\"%s\",%s",
				o->hsp, o->authority, o->authority, text(s, orders_now(s)), o->hsp, text(s, orders_now(s)), more)
		.p;
}

int orders_receipt(struct stage *s, const struct orders *o, const char *k)
{
	char who[96];

	snprintf(who, sizeof who, "%s/gateway", o->hsp);
	return stage_act(s, who,
			 "{\"type\":\"M19\",\"ack_required\":false,\"body\":{\"step\":\"machine\",\"message_ref\":\"%s\","
			 "\"recipient_org\":\"%s\",\"channel\":\"api\",\"state\":\"delivered\",\"at\":\"%s\","
			 "\"actor_kind\":\"machine\"}}",
			 stage_id(s, k, NULL), o->hsp, text(s, orders_now(s)));
}

const struct toc_order *orders_find(struct stage *s, const char *order)
{
	return toc_find_order(s->w, toc_id_of(toc_str_of(order)));
}

void orders_informed(struct stage *s, const struct orders *o)
{
	if (stage_act(s, o->issuer,
		      "{\"type\":\"M9\",\"body\":{\"step\":\"inform\",\"authority\":\"%s\",\"hsp\":\"%s\","
		      "\"procedures_text\":\"how orders come\",\"deadlines_text\":\"one hour\",\"languages\":[\"en\"],"
		      "\"channel\":\"api\",\"contact\":\"the duty officer\"}}",
		      o->authority, o->hsp) < 0) {
		fprintf(stderr, "orders: M9: %s\n", s->v.refusal.detail);
		abort();
	}
}
