/* response.c: what desks answer to a threat notification, and the provider to their questions (M5).
 *
 * States are kept per desk (lifecycle.def). Any answer of a person stops the paging of their own desk;
 * acceptance by a state's desk stops it for all. Acceptance by the hub is coordination: a state's acceptance
 * is still wanted. What a desk says of a case holds for those tied to it where it is a desk too, and their
 * providers learn of acceptance and outcome without the others' personal data. Source: rules b.2, M5, T17,
 * T18. */
#include "domain/rule.h"

const struct toc_desk *toc_desk_of(const struct toc_threat *t, struct toc_str org)
{
	for (uint32_t i = 0; i < t->n_desks; i++)
		if (toc_short_is(&t->desks[i].org, org))
			return &t->desks[i];
	return NULL;
}

const struct toc_desk *toc_asked(const struct toc_world *w, const struct toc_threat *t, struct toc_str org)
{
	const struct toc_desk *desk = toc_desk_of(t, org);
	const struct toc_message *notice = toc_find_message(w, t->notice);

	return desk && notice && !toc_is_reader(notice, org, TOC_ROLE_ALL) ? NULL : desk;
}

bool toc_case_is_open(const struct toc_threat *t)
{
	return t->state == TOC_CASE_DRAFT || t->state == TOC_CASE_SENT;
}

bool toc_has_accepted(const struct toc_desk *desk)
{
	return desk->state == TOC_DESK_ACCEPTED || desk->state == TOC_DESK_IN_PROGRESS ||
	       desk->state == TOC_DESK_OUTCOME;
}

/* What every answer needs: a right to it, a case that is open, a person who is the one signed in. */
static int may_answer(struct toc_ask *q)
{
	const struct toc_threat *t = q->threat;
	unsigned conditions = (toc_short_is(&t->notifier, q->p->org) ? TOC_IF_OWN : 0) |
			      (q->desk ? TOC_IF_ADR : 0) |
			      (q->desk && toc_has_accepted(q->desk) ? TOC_IF_ACCEPTED : 0);
	struct toc_uuid person = toc_get_id(q->body, "human_ack_by");
	bool amends = toc_str_is(q->c->k, "M5.outcome") && t->state == TOC_CASE_CLOSED && q->desk &&
		      toc_uuid_eq(toc_get_id(q->m, "supersedes"), q->desk->outcome) &&
		      !toc_uuid_is_nil(q->desk->outcome);

	if (toc_ask_may(q, conditions) < 0)
		return -1;
	if (t->state != TOC_CASE_SENT && !amends)
		return TOC_REFUSE(q, STATE, "case_ref", "domain b.2", "the case is %s",
				  toc_case_state_name(t->state));
	if (!toc_uuid_is_nil(person) && !toc_uuid_eq(person, q->p->person))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.human_ack_by", "domain M5",
				  "human_ack_by: it is not the person who is signed in");
	return toc_ask_not_ahead(q, q->body, "at", "body.at");
}

/* A desk's answer: its step of the life-cycle, the end of its paging. @return the draft, or NULL: refused */
static struct toc_draft *answer(struct toc_ask *q, const char *k)
{
	enum toc_desk_state to;

	if (may_answer(q) < 0)
		return NULL;
	if (!toc_desk_step(toc_str_of(k), q->desk->state, &to)) {
		TOC_REFUSE(q, STATE, "body.kind", "domain b.2", "%s does not follow: your desk is %s", k,
			   toc_desk_state_name(q->desk->state));
		return NULL;
	}
	struct toc_draft *d = toc_ask_draft(q, k);
	d->ref = q->threat->notice;
	toc_set_id(q->a, toc_decided(d), "case", q->threat->id);
	toc_effect_desk_state(q->a, toc_decided(d), q->p->org, q->desk->state, to);
	toc_stop_timer(q, toc_decided(d), "T17", q->threat, q->p->org);
	return d;
}

static void ask_questions(struct toc_ask *q, struct toc_value *decided)
{
	const struct toc_value *questions = toc_get(q->body, "questions");

	for (size_t i = 0; i < toc_len(questions); i++) {
		struct toc_value *asked = toc_value_map(q->a);
		toc_set_text(q->a, asked, "id", toc_get_text(toc_at(questions, i), "id"));
		toc_set_text(q->a, asked, "org", q->p->org);
		toc_effect(q->a, decided, "questions", asked);
	}
}

/* An answer names its question: no two that are open in a case have the same id. */
static int check_questions(struct toc_ask *q)
{
	const struct toc_value *questions = toc_get(q->body, "questions");

	for (size_t i = 0; i < toc_len(questions); i++) {
		struct toc_str id = toc_get_text(toc_at(questions, i), "id");
		bool taken = false;
		for (uint32_t k = 0; k < q->threat->n_questions; k++)
			taken |= toc_short_is(&q->threat->questions[k].id, id);
		for (size_t k = 0; k < i; k++)
			taken |= toc_str_eq(toc_get_text(toc_at(questions, k), "id"), id);
		if (taken)
			return TOC_REFUSE(q, CONDITION, "body.questions.id", "domain M5",
					  "id: \"%.*s\" is a question of this case already",
					  TOC_STR_ARGS(id));
	}
	return 0;
}

static int simple(struct toc_ask *q, const char *k)
{
	struct toc_draft *d = check_questions(q) < 0 ? NULL : answer(q, k);

	if (!d)
		return -1;
	ask_questions(q, toc_decided(d));
	toc_readers_of_case(q, d, toc_short_str(&q->threat->notifier), q->threat, NULL);
	return 0;
}

int toc_rule_ack(struct toc_ask *q)
{
	return simple(q, "M5.ack");
}
int toc_rule_reject(struct toc_ask *q)
{
	return simple(q, "M5.reject");
}
int toc_rule_question(struct toc_ask *q)
{
	return simple(q, "M5.question");
}

/* The same step in a case that is tied to this one, where the sender's organisation is a desk too. */
static struct toc_value *linked_step(struct toc_ask *q, const struct toc_threat *t, const char *k)
{
	const struct toc_desk *desk = toc_desk_of(t, q->p->org);
	enum toc_desk_state to;

	if (!desk || t->state != TOC_CASE_SENT || !toc_desk_step(toc_str_of(k), desk->state, &to))
		return NULL;
	struct toc_value *effects = toc_value_map(q->a);
	toc_set_id(q->a, effects, "case", t->id);
	toc_effect_desk_state(q->a, effects, q->p->org, desk->state, to);
	return effects;
}

static void stop_all(struct toc_ask *q, struct toc_value *effects, const char *timer,
		     const struct toc_threat *t)
{
	for (uint32_t i = 0; i < t->n_desks; i++)
		toc_stop_timer(q, effects, timer, t, toc_short_str(&t->desks[i].org));
}

/* do_not_remove_until: set, changed, or lifted by an accept that no longer asks for it. */
static void keep(struct toc_ask *q, struct toc_value *effects, const struct toc_threat *t)
{
	toc_time until = toc_get_time(q->body, "do_not_remove_until", TOC_TIME_NEVER);
	bool lifts = until.us == TOC_TIME_NEVER.us && toc_short_is(&t->kept_for, q->p->org);

	if (until.us == TOC_TIME_NEVER.us && !lifts)
		return;
	struct toc_value *keep = toc_value_map(q->a);
	toc_set_time(q->a, keep, "until", until);
	toc_set_text(q->a, keep, "for", q->p->org);
	toc_set(q->a, effects, "keep", keep);
}

static void accept_effects(struct toc_ask *q, struct toc_value *effects, const struct toc_threat *t,
			   bool state_desk)
{
	keep(q, effects, t);
	if (state_desk)
		stop_all(q, effects, "T17", t);
	else
		toc_stop_timer(q, effects, "T17", t, q->p->org);
}

int toc_rule_accept(struct toc_ask *q)
{
	const struct toc_threat **tied, *t = q->threat;
	struct toc_uuid before = toc_get_id(q->m, "supersedes");
	bool reminded = false, state_desk = q->org && !(q->org->kinds & TOC_KIND_HUB);

	if (q->desk && !toc_uuid_is_nil(before) && !toc_uuid_eq(before, q->desk->acceptance))
		return TOC_REFUSE(q, STATE, "supersedes", "domain b.2",
				  "supersedes: your desk's newest acceptance is another");
	if (q->desk && toc_uuid_is_nil(before) && toc_has_accepted(q->desk) &&
	    !toc_uuid_is_nil(q->desk->acceptance))
		/* else a colleague who does not know of the first would lift what it asked to be kept */
		return TOC_REFUSE(q, STATE, "supersedes", "domain M5",
				  "supersedes: your desk has accepted already; what changes that names it");
	if (check_questions(q) < 0)
		return -1;
	struct toc_draft *d = answer(q, "M5.accept");
	if (!d)
		return -1;
	struct toc_value *decided = toc_decided(d);
	toc_unset(decided, "timers_stopped"); /* collected with the others' */
	accept_effects(q, decided, t, state_desk);
	ask_questions(q, decided);
	size_t n_tied = toc_tied_cases(q->w, t, q->a, &tied);
	for (size_t i = 0; i < n_tied; i++) {
		struct toc_value *effects = linked_step(q, tied[i], "M5.accept");
		reminded |= toc_running(q->w, "T18", tied[i]->id, q->p->org) != NULL;
		if (!effects)
			continue;
		accept_effects(q, effects, tied[i], state_desk);
		toc_effect(q->a, decided, "linked", effects);
	}
	if (state_desk && !reminded && !toc_running(q->w, "T18", t->id, q->p->org))
		toc_start(q, decided, "T18", t->id, q->p->org, q->at);
	toc_readers_of_case(q, d, toc_short_str(&t->notifier), t, NULL);
	return 0;
}

/* May it get a notification at all: a member of the exercise, with a desk that the matrix lets read it? */
static int check_target(struct toc_ask *q, struct toc_str to)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, to);
	const struct toc_action *send = toc_action_find(TOC_STR("M4.send"));

	if (toc_str_eq(to, q->p->org))
		return TOC_REFUSE(q, BAD_VALUE, "body.redirect_to", "domain b.2",
				  "redirect_to: it is your own desk");
	if (!o || o->suspended || (q->exercise && !toc_exercise_has(q->exercise, to)) ||
	    !(o->kinds & (TOC_KIND_LE | TOC_KIND_CA | TOC_KIND_HUB)) ||
	    !toc_may_read(send, o->kinds, TOC_IF_ADR, TOC_WHOLE))
		return TOC_REFUSE(q, NO_READER, "body.redirect_to", "domain a.3.1",
				  "redirect_to: \"%.*s\" has no desk for threats to life here",
				  TOC_STR_ARGS(to));
	if (toc_is_third_country(q->w, o, q->at))
		return TOC_REFUSE(q, CONDITION, "body.redirect_to", "domain (e) 6",
				  "redirect_to: personal data to a third country need an authorisation");
	return 0;
}

int toc_rule_redirect(struct toc_ask *q)
{
	const struct toc_threat *t = q->threat;
	struct toc_str to = toc_get_text(q->body, "redirect_to"),
		       ground = toc_get_text(q->body, "redirect_ground");

	if (may_answer(q) < 0)
		return -1;
	if (!ground.n)
		return TOC_REFUSE(q, MISSING_FIELD, "body.redirect_ground", "domain b.2",
				  "redirect_ground: why it is theirs");
	if (check_target(q, to) < 0)
		return -1;
	const struct toc_desk *there = toc_asked(q->w, t, to);
	if (there && there->state != TOC_DESK_REDIRECTED && there->state != TOC_DESK_REJECTED_NOT_COMPETENT)
		return TOC_REFUSE(q, STATE, "body.redirect_to", "domain b.2",
				  "redirect_to: %.*s has it already, as %s", TOC_STR_ARGS(to),
				  toc_desk_state_name(there->state));
	struct toc_draft *d = answer(q, "M5.redirect");
	if (!d)
		return -1;
	struct toc_value *decided = toc_decided(d), *joining = toc_value_list(q->a),
			 *desk = toc_value_map(q->a);
	struct toc_addressee addressee = { .org = to,
					   .role = TOC_DESK_ADDED,
					   .duty = t->duty,
					   .why = toc_arena_printf(q->a, "redirected by %.*s",
								   TOC_STR_ARGS(q->p->org)) };
	toc_stop_timer(q, decided, "T18", t, q->p->org);
	if (there) /* back to a desk that has read it all: asked again */
		toc_join_desk(q, decided, t->id, &addressee, there->state, TOC_DESK_SENT, true);
	toc_set_text(q->a, desk, "org", to);
	toc_push(q->a, joining, desk);
	toc_readers_of_case(q, d, toc_short_str(&t->notifier), t, joining);
	if (!there)
		toc_draft_disclosure(q, t,
					   &(struct toc_joining){ .org = to,
								  .role = TOC_DESK_ADDED,
								  .duty = t->duty,
								  .ground = "redirect",
								  .ground_text = ground,
								  .why = addressee.why,
								  .what = TOC_DISCLOSE_READABLE });
	return 0;
}

int toc_rule_answer(struct toc_ask *q)
{
	const struct toc_value *answers = toc_get(q->body, "answers");
	const struct toc_threat *t = q->threat;

	if (may_answer(q) < 0)
		return -1;
	for (size_t i = 0; i < toc_len(answers); i++) {
		struct toc_str id = toc_get_text(toc_at(answers, i), "question");
		bool asked = false;
		for (uint32_t k = 0; k < t->n_questions; k++)
			asked |= toc_short_is(&t->questions[k].id, id);
		if (!asked)
			return TOC_REFUSE(q, CONDITION, "body.answers.question", "domain M5",
					  "question: \"%.*s\" is not open in this case", TOC_STR_ARGS(id));
	}
	struct toc_draft *d = toc_ask_draft(q, "M5.answer");
	d->ref = t->notice;
	toc_set_id(q->a, toc_decided(d), "case", t->id);
	struct toc_value *answered = toc_value_list(q->a);
	for (size_t i = 0; i < toc_len(answers); i++)
		toc_push_text(q->a, answered, toc_get_text(toc_at(answers, i), "question"));
	toc_set(q->a, toc_decided(d), "answered", answered);
	toc_readers_of_case(q, d, toc_short_str(&t->notifier), t, NULL);
	return 0;
}

static void close_case(struct toc_ask *q, struct toc_value *effects, const struct toc_threat *t)
{
	if (t->state == TOC_CASE_SENT)
		toc_effect_case_state(q->a, effects, t->state, TOC_CASE_CLOSED);
	stop_all(q, effects, "T17", t);
	stop_all(q, effects, "T18", t);
}

int toc_rule_outcome(struct toc_ask *q)
{
	const struct toc_threat **tied;
	struct toc_draft *d = answer(q, "M5.outcome");

	if (!d)
		return -1;
	struct toc_value *decided = toc_decided(d);
	if (q->desk->state != TOC_DESK_OUTCOME) { /* what is known better ends nothing that was opened since */
		toc_unset(decided, "timers_stopped");
		close_case(q, decided, q->threat);
	}
	size_t n_tied = toc_tied_cases(q->w, q->threat, q->a, &tied);
	for (size_t i = 0; i < n_tied; i++) {
		struct toc_value *effects = linked_step(q, tied[i], "M5.outcome");
		if (!effects)
			continue;
		if (toc_desk_of(tied[i], q->p->org)->state != TOC_DESK_OUTCOME)
			close_case(q, effects, tied[i]);
		toc_effect(q->a, decided, "linked", effects);
	}
	toc_readers_of_case(q, d, toc_short_str(&q->threat->notifier), q->threat, NULL);
	return 0;
}
