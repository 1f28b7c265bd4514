// fences.test.mjs: what stands around an order, over the wire: the check before it, the copy across borders with the issue, its scrutiny to
// reinstatement, no second order on one matter; and a referral, which is none of all that.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { Ledger } from './lib/ledger.mjs';
import { Member } from './lib/member.mjs';
import { annexOne, message, scenarioTime, uuid7 } from './lib/messages.mjs';
import { Server } from './lib/server.mjs';

const people = [['BFP', 'duty officer'], ['BFP', 'second officer'], ['BFP', 'deconfliction officer'], ['HUB', 'deconfliction officer'], ['HUB', 'duty officer'],
	['GameNest', 'night responder'], ['GameNest', 'counsel'], ['GameNest', 'gateway'], ['CDA', 'legal officer'], ['CDA', 'duty officer'],
	['AIRU', 'duty officer'], ['AIRU', 'second officer'], ['PastePond', 'owner']];
const URL = `https://gamenest.example/c/${uuid7()}`;
let server, members, order;
const find = (org, person) => members.find((m) => m.organisation === org && m.person === person);
const bare = { personal_data: { level: 'none', categories: [] }, ack_required: false, precedence: 'immediate', legal_basis: [{ act: 'TCO', article: '3(1)' }] };
const at = (m, minutes = 0) => new Date(scenarioTime(m).getTime() + minutes * 60_000).toISOString();
async function say(org, person, type, body) {
	const m = find(org, person), r = await m.deliver(message(type, body, bare));
	assert.equal(r.op, 'accepted', `${type}.${body.step ?? body.kind} by ${org}: ${JSON.stringify(r)}`);
	await m.entry((e) => e.seq === r.seq);
	return r;
}
async function refused(org, person, type, body) {
	const r = await find(org, person).deliver(message(type, body, bare));
	assert.equal(r.op, 'refused', JSON.stringify(r));
	return r;
}
const who = (k) => members.filter((m) => m.entries.some((e) => e.k === k)).map((m) => `${m.organisation}/${m.person}`);

const form = (state, org) => annexOne(state, org, 'GameNest', 'XC', URL);
/** Draft and check; @returns ids */
async function drafted(org, state) {
	const draft = await say(org, 'duty officer', 'M10', { step: 'draft', order: form(state, org) }), m = find(org, 'duty officer');
	const check = await say(org, 'duty officer', 'M18', { step: 'check', order_ref: draft.id, intended_action: 'removal_order', planned_at: at(m, 5), answer_by: at(m, 5) });
	return { order: draft.id, check: check.id };
}
const certify = (id) => ({ step: 'certify', order_ref: id, certified: id });

before(async () => {
	server = await Server.start();
	members = await Promise.all(people.map(([org, person]) => Member.connect(server, org, person)));
	await Member.connect(server, 'CELL', 'controller').then(async (cell) => {
		assert.equal((await cell.deliver(message('exercise', { step: 'clock', action: 'run', rate_milli: 1000 }, bare))).op, 'accepted');
		await cell.close();
	});
	await Promise.all(members.map((m) => m.entry((e) => e.k === 'exercise.clock')));
	for (const m of members) { // the clock as it is now
		m.socket.terminate();
		await m.closing();
		await m.open();
	}
});
after(async () => {
	await Promise.all(members?.map((m) => m.close()) ?? []);
	await server?.stop();
});

describe('an order across borders', () => {
	it('waits for the answers to its check; the provider sees none of it', async () => {
		order = await drafted('BFP', 'XB');
		const early = await refused('BFP', 'second officer', 'M10', certify(order.order));
		assert.deepEqual([early.code, early.clause], ['condition', 'TCO 14(1), recital 36']);
		await find('HUB', 'deconfliction officer').entry((e) => e.k === 'M18.asked' && e.message.body.check_ref === order.check);
		await say('HUB', 'deconfliction officer', 'M18', { step: 'answer', check_ref: order.check, answer: 'objection_until', until: at(find('BFP', 'duty officer'), 60) });
		assert.equal((await refused('BFP', 'second officer', 'M10', certify(order.order))).code, 'state');
		await say('BFP', 'duty officer', 'M18', { step: 'decide', check_ref: order.check, decision: 'proceed', due_consideration: true });
		await say('BFP', 'second officer', 'M10', certify(order.order));
		assert.deepEqual(who('M18.check'), ['BFP/duty officer', 'BFP/second officer', 'BFP/deconfliction officer', 'HUB/deconfliction officer']);
		for (const m of members.filter((x) => /GameNest|PastePond/.test(x.organisation))) assert.equal(m.entries.filter((e) => /^M1[08]/.test(e.k)).length, 0);
	});

	it('is issued with a copy to the authority of the provider’s state, at the same moment', async () => {
		const issue = await say('BFP', 'duty officer', 'M10', { step: 'issue', order_ref: order.order, order: form('XB', 'BFP') });
		const copy = await find('CDA', 'legal officer').entry((e) => e.k === 'M11.copy');
		assert.equal(copy.seq, issue.seq + 1);
		const got = await find('GameNest', 'counsel').entry((e) => e.id === issue.id);
		assert.equal(copy.recorded, got.recorded);
		assert.deepEqual(copy.message.body.order, got.message.body.order);
		assert.equal(copy.message.body.order.locations[0].url, URL);
		assert.equal(Date.parse(copy.decided.timers_started.find((t) => t.timer === 'T4').deadline) - Date.parse(copy.at), 72 * 3600_000);
		await find('GameNest', 'gateway').entry((e) => e.id === issue.id);
		void find('GameNest', 'gateway').receipt(got.seq); // not answered on a socket
		const received = await find('BFP', 'duty officer').entry((e) => e.k === 'M19.machine' && e.ref === issue.id);
		const [t1, t5] = ['T1', 'T5'].map((t) => Date.parse(received.decided.timers_started.find((x) => x.timer === t).deadline));
		assert.equal(t5 - t1, 47 * 3600_000);
		assert.deepEqual(who('M11.copy'), ['BFP/duty officer', 'BFP/second officer', 'CDA/legal officer', 'CDA/duty officer']);
	});

	it('has no second one of another authority beside it', async () => {
		const second = await drafted('AIRU', 'XA');
		await find('BFP', 'deconfliction officer').entry((e) => e.k === 'M18.asked' && e.message.body.hits.includes(order.order));
		for (const [org, person] of [['HUB', 'deconfliction officer'], ['BFP', 'deconfliction officer']])
			await say(org, person, 'M18', { step: 'answer', check_ref: second.check, answer: 'clear' });
		await say('AIRU', 'second officer', 'M10', certify(second.order));
		const r = await refused('AIRU', 'duty officer', 'M10', { step: 'issue', order_ref: second.order, order: form('XA', 'AIRU') });
		assert.deepEqual([r.code, r.clause], ['state', 'TCO 14(1), recital 36']);
		assert.ok(!JSON.stringify(r).includes('BFP'));
	});

	it('is scrutinised on request: the issuer hears with the intention, everybody with the decision, and content comes back', async () => {
		const nest = find('GameNest', 'counsel');
		const asked = await say('GameNest', 'counsel', 'M15', { step: 'request', order_ref: order.order, requester: 'hsp', reasoned_request: 'It is a report of the press.',
			basis_received_at: at(nest) });
		const seen = await find('CDA', 'legal officer').entry((e) => e.id === asked.id);
		assert.equal(Date.parse(seen.decided.timers_started.find((t) => t.timer === 'T6').deadline) - Date.parse(seen.at), 72 * 3600_000);
		const early = { step: 'decision', order_ref: order.order, finding: 'infringement', seriousness: 'manifest', reasons: 'TCO 1(3)', notified: ['issuer', 'hsp', 'requester', 'hub'] };
		assert.equal((await refused('CDA', 'legal officer', 'M15', early)).clause, 'TCO 4(5)');
		assert.equal((await refused('AIRU', 'duty officer', 'M15', early)).code, 'not_permitted');
		const intention = await say('CDA', 'legal officer', 'M15', { step: 'intention', order_ref: order.order, intended_finding: 'infringement', reasons: 'TCO 1(3)' });
		await find('BFP', 'duty officer').entry((e) => e.id === intention.id);
		const decision = await say('CDA', 'legal officer', 'M15', early);
		const told = await find('GameNest', 'night responder').entry((e) => e.id === decision.id);
		assert.equal(told.decided.orders[0].to, 'ANNULLED');
		await Promise.all([find('HUB', 'duty officer'), find('BFP', 'duty officer')].map((m) => m.entry((e) => e.id === decision.id)));
		const done = await say('GameNest', 'night responder', 'M16', { step: 'reinstate', order_ref: order.order, cause: 'annulled', reinstated_at: at(nest), kept_down_under_terms: false });
		assert.ok(done.seq > decision.seq);
		assert.deepEqual(who('M15.request'), ['GameNest/counsel', 'CDA/legal officer']);
		assert.deepEqual(who('M15.intention'), ['BFP/duty officer', 'BFP/second officer', 'CDA/legal officer', 'CDA/duty officer']);
		assert.deepEqual(who('M15.decision').sort(), ['BFP/duty officer', 'BFP/second officer', 'CDA/legal officer', 'CDA/duty officer', 'GameNest/counsel', 'GameNest/gateway',
			'GameNest/night responder', 'HUB/duty officer'].sort());
	});

	it('and what is in the ledger is what everybody got', async () => {
		const book = await new Ledger(server).read();
		for (const m of members) {
			const credential = server.credential(m.organisation, m.person);
			const expected = book.entries.filter((e) => e.seq > m.entries[0].seq && Ledger.mayRead(e, credential)).map((e) => e.seq);
			assert.deepEqual(m.entries.slice(1).map((e) => e.seq).filter((seq) => seq < book.size), expected, `${m.organisation}/${m.person}`);
		}
		const bodies = book.entries.filter((e) => /^M1[158]\./.test(e.leaf.k)).map((e) => String(e.bodyBytes));
		assert.equal(bodies.length, 12);
		for (const text of bodies) assert.ok(!text.includes(URL), text.slice(0, 400));
	});
});

describe('a referral', () => {
	it('goes to the service, says that it is voluntary, and is answered by a machine', async () => {
		const sent = await find('AIRU', 'duty officer').deliver(message('M17', { step: 'send', voluntary: true, urls: [URL, `${URL}/2`], why: 'It praises the attack.' },
			{ ...bare, precedence: 'routine', audience: ['GameNest'], legal_basis: [{ act: 'EUROPOL', article: '4(1)(m)(iii)' }] }));
		assert.equal(sent.op, 'accepted', JSON.stringify(sent));
		const got = await find('GameNest', 'gateway').entry((e) => e.id === sent.id);
		assert.equal(got.message.body.voluntary, true);
		for (const none of ['timers_started', 'pages', 'orders']) assert.equal(got.decided[none], undefined);
		await say('GameNest', 'gateway', 'M17', { step: 'answer', referral_ref: sent.id, answer: 'removed', positions: [1], at: at(find('GameNest', 'gateway')) });
		const answer = await find('AIRU', 'duty officer').entry((e) => e.k === 'M17.answer');
		assert.deepEqual(answer.decided.referral_answered, { answer: 'removed', positions: [1], referral: sent.id });
		const no = await find('AIRU', 'duty officer').deliver(message('M17', { step: 'send', voluntary: false, urls: [URL], why: 'x' }, { ...bare, audience: ['GameNest'] }));
		assert.deepEqual([no.code, no.field], ['condition', 'body.voluntary']);
	});

	it('names the incident that it is sent in only to services that know of it', async () => {
		const airu = find('AIRU', 'duty officer'), nest = find('GameNest', 'night responder'), none = { ...bare, legal_basis: [] };
		const criteria = ['real_world_event', 'harm_shown', 'intimidation', 'terrorism_link', 'virality'].map((code) => ({ code, answer: 'likely', source_grade: 'B2' }));
		const report = (audience) => message('M1', { step: 'report', headline: 'Shots at a market hall', event_time: { from: at(airu), precision: 'minutes' },
			event_place: { cc: 'XA', locality: 'Veldermouth' }, ongoing: 'yes', online_component: ['live'], producer: 'perpetrator', criteria,
			victims_visible: 'no', minor_involved: 'no' }, { ...none, audience });
		const opened = async (audience) => {
			const r = await airu.deliver(report(audience));
			assert.equal(r.op, 'accepted', JSON.stringify(r));
			return (await airu.entry((e) => e.id === r.id)).incident;
		};
		const refer = async (incident) => {
			const what = message('M17', { step: 'send', voluntary: true, urls: [`${URL}/3`], why: 'It praises the attack.' },
				{ ...none, precedence: 'routine', audience: ['GameNest', 'HUB'], incident_ref: incident });
			const shown = await airu.prepare(what), r = await airu.deliver(what);
			assert.equal(r.op, 'accepted', JSON.stringify(r));
			return [shown.warnings.map((w) => w.code), await nest.entry((e) => e.id === r.id), await airu.entry((e) => e.id === r.id)];
		};
		const secret = await opened(['HUB']), [warned, got, own] = await refer(secret);
		assert.deepEqual(warned, ['incident_withheld']);
		assert.ok(!JSON.stringify(got).includes(secret), JSON.stringify(got));
		assert.deepEqual([got.incident, got.message.incident_ref, own.incident, own.message.incident_ref], [undefined, undefined, undefined, undefined]);
		// to who guesses it, it is one that does not exist, and to be referred to has not changed that
		const guess = async (id) => {
			const r = await nest.deliver(message('M2', { step: 'propose', headline: 'x', what_is_known: 'x', what_is_not_known: 'y', confidence: 'likely',
				requested_action: 'none', next_update_by: at(nest, 30) }, { ...none, incident_ref: id }));
			return { ...r, id: null, ref: null };
		};
		assert.equal((await guess(secret)).op, 'refused');
		assert.deepEqual(await guess(secret), await guess(uuid7()));

		const known = await opened(['HUB', 'GameNest']), [quiet, named] = await refer(known);
		assert.deepEqual(quiet, []);
		assert.equal(named.incident, known);
		assert.equal(named.message.incident_ref, known);
	});
});
