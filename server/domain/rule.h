/* rule.h: what the rules of the protocol share while they decide: the effects of their entries, here, and one
 * header for each subject.
 *
 * A rule reads the question and either refuses or adds drafts. It writes nothing: every effect that its entry
 * shall have on the state is spelt out in `decided`, in the vocabulary below, and apply.c interprets just
 * that. So a rule can change without changing what old entries mean.
 *
 * Effects in `decided` (each optional; apply ignores what it cannot read):
 *   opened          {notifier, aware_at}             the case exists, as a draft
 *   notice          {duty, notifier, aware_at}       … has been sent by this entry
 *   desks           [{org, role, duty, …}]           desks that join the case
 *   state           [{desk?, from, to}]              steps of lifecycle.def; without desk: of the case as a whole
 *   timers_started  [{timer, id, desk, starts, deadline, next?}]
 *   timers_moved    [{timer, id, desk, level, starts, next?, breached?}]
 *   timers_stopped  [{timer, id, desk, at, met, took_ms}]
 *   keep            {until?, for}                    do_not_remove_until; without until: lifted
 *   removed         true                             the content is down
 *   questions       [{id, org}] · answered [id]
 *   dup_keys        [hex]                            what the case is about
 *   links           [{case, to}]                     the two cases are one in the real world
 *   linked          [{case, …effects on that case}]  the same step taken over by a case that is tied to it
 *   reported        {by, event_time, cc?, locality?}  the incident exists
 *   incident_state  [{incident, from, to}]           steps of lifecycle.def
 *   affected        [cc] · criteria [{code, answer}] of the incident, from now on
 *   assigned        {org, person} · warned {until} · activated {activation_type, vocabulary_version, fast?}
 *   decision        {decision, by: [{org, person}], review_at?} a decision that took effect
 *   proposed        {decision, …, objectable_until?, fast?} · proposals_ended [{ref, how}]
 *   ties, untied    [{ref, kind, to}]                incidents, and cases of incidents; whoever reads an
 *                                                    entry of an incident knows of it from then on
 *   receipts        [{ref, org, channel, person?, state}] answers to the messages named
 *   scope           {message, case?, incident?, from} of a link, and of a session that it opens
 *   new_items       {state}                          the message's items come to be, in that state
 *   item_keys       [{key, near?, cluster?}]         … and what finds each of them
 *   item_states     [{item, from, to}] · item_scopes [{item, distance, beyond, bank}]
 *   item_opinions   [{item, org, opinion, disputed, until?}] · item_floods [{item, from, matches}]
 *   exposure        {id, hsp, authority?, exposed?, request?, decided?, reported?}    of a service to terrorist content
 *   glass           {id, until?, confirmed?, ended?} entries that the operator has opened
 *   item_reviews    [{item, org, owed}]              who has to look at it again
 *   orders          [{order, …}]                     of each removal order that it is about, as far as they apply:
 *                     drafted {…}, certified true, issued {…}, received {at, channel}, from and to (lifecycle.def),
 *                     items [{item, state, at?, hour?, clock?}], silence {until?, extended?}, opened n, breached n,
 *                     overdue, ended_at, check (M18), copied {at} (M11), scrutiny {requested, for_user}, intended true,
 *                     scrutinised true (M15)
 *   content         keyed digest of what the order says
 *   acquainted      {id, informed?, ordered?}        the authority has informed the provider, or sent its first order
 *   hook            {id, from, to, generation, old_until?}    a step of an address that is called
 *   check_opened    {asked: [org], answer_by, concerned_until, order?} this entry is a deconfliction check …
 *   subject_keys    [hex]                            … and what it is about, as keyed hashes
 *   check_states    [{check, from, to}] · check_answered {check, answer, until?} by the entry's organisation
 *   referred        {urls} · referral_answered {referral, answer, positions: [n]}
 *   engaged         true                             its sender, a platform, acts in the incident
 *   report          {number?, figures}               the numbers of an M20 or M23, by the server
 *   closing         {…}                              how the guard of winding down and closing stands
 *   final_orders    {hsp, within_12_months, may_be_exposed}    an order has become final
 *   contributed     true · final {public_sha256} · published true    of a debrief
 *   confirmations   [{org, parts}]                   who has to confirm the entry, by machine, by a person
 *   confirmed       [{ref, org, part}]               … and has
 *   recalled        {entries, orgs}                  these messages are recalled; these can read them no more
 *   process         {…} · process_state {from, to}   an order that runs elsewhere
 *   pages           [{org, contact, person, channel, state, point, about?, told?}]   who is to be reached: one that is
 *                   "queued" for a channel that is carried makes a delivery; about: another entry than this one; told:
 *                   nobody has to answer
 *                   by: the gateway that rings
 *   calls           [{org, channel, to, person?, about?, told?}]   webhooks and browsers (to) that are told of the entry, or
 *                   of another one (about): deliveries likewise; shown to nobody
 *   deliveries      [{id, state, attempts?, next?}]   steps of these
 *   contact         {in_force, supersedes?}          the message declares a contact point
 *   channels        [{point, contact?, channel, state?, test?}] of a contact point: what trying them gave
 *   drills          [{point, started? | result, reaction_s?}]
 *   shifts          [{id, person, from, until}] · shifts_gone [id]  of the roster of body.org
 *   clock           {anchor_real, anchor_at, rate_milli, running}
 *   disclosed_to    [{org, roles, rendering}]        of an M29: who reads the entries it names from now on
 *   digest, readers, person                          what later entries need to know this one by
 */
#ifndef TOC_DOMAIN_RULE_H
#define TOC_DOMAIN_RULE_H

#include "domain/ask.h"
#include "domain/rule_incident.h"
#include "domain/rule_order.h"
#include "domain/rule_people.h"
#include "domain/rule_reader.h"
#include "domain/rule_signal.h"
#include "domain/rule_threat.h"
#include "domain/rule_timer.h"
#include "domain/states.h"

#endif
