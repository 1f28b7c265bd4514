// crisis.test.mjs: from a report to an activation over the wire, with clients that we did not write: who is offered what before
// sending, who reads what in which rendering, two persons of two organisations, acknowledgement by a person, and what the clock does.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { Ledger } from './lib/ledger.mjs';
import { Member } from './lib/member.mjs';
import { message, scenarioTime, uuid7 } from './lib/messages.mjs';
import { Server, until } from './lib/server.mjs';

const people = [['AIRU', 'duty officer'], ['AIRU', 'second officer'], ['AIRU', 'gateway'], ['HUB', 'lead'], ['HUB', 'duty officer'], ['BFP', 'duty officer'],
	['CDA', 'second contact'], ['Chirplet', 'night responder'], ['GameNest', 'night responder'], ['GameNest', 'gateway'], ['PastePond', 'owner'],
	['OSF', 'duty officer'], ['DGO', 'observer'], ['CCC', 'duty officer'], ['BMR', 'legal officer'], ['CELL', 'controller']];
let server, members, at;
const find = (org, person) => members.find((m) => m.organisation === org && m.person === person);
const none = { personal_data: { level: 'none', categories: [] }, ack_required: false };

before(async () => {
	server = await Server.start();
	members = await Promise.all(people.map(([org, person]) => Member.connect(server, org, person, { from: -1, resume: true })));
	at = scenarioTime(members[0]).getTime();
});
after(async () => {
	await Promise.all(members?.map((m) => m.close()) ?? []);
	await server?.stop();
});

const later = (minutes) => new Date(at + minutes * 60_000).toISOString();
async function jump(minutes) {
	const r = await find('CELL', 'controller').deliver(message('exercise', { step: 'clock', action: 'jump', to: later(minutes) }, none));
	assert.equal(r.op, 'accepted', JSON.stringify(r));
	at += minutes * 60_000;
}
const accepted = async (m, what) => {
	const r = await m.deliver(what);
	assert.equal(r.op, 'accepted', JSON.stringify(r));
	return r;
};
const criteria = ['real_world_event', 'harm_shown', 'intimidation', 'terrorism_link', 'virality'].map((code) => ({ code, answer: 'likely', source_grade: 'B2' }));
const report = (audience, headline, body = {}) => message('M1', {
	step: 'report', headline, event_time: { from: later(0), precision: 'minutes' }, event_place: { cc: 'XA', locality: 'Veldermouth', geo: '1.5,2.5' },
	ongoing: 'yes', online_component: ['live'], producer: 'perpetrator', criteria, victims_visible: 'no', minor_involved: 'no', ...body,
}, { ...none, audience });
const m3 = (incident, decision, step, body = {}) => message('M3', { decision, step, ...(step === 'confirm' ? {} : { reason: 'as discussed' }), ...body },
	{ ...none, incident_ref: incident });
const activate = (incident, body = {}) => m3(incident, 'activate', 'propose', {
	activation_type: 'perpetrator_content', vocabulary_version: 1, criteria_answers: criteria, review_at: later(600),
	scope: { content_types: ['video'], services: [], states: ['XA'], languages: [] }, fundamental_rights_note: 'reporting is not meant', ...body,
});
const receipt = (m, ref, state) => message('M19', { step: 'human', message_ref: ref, recipient_org: m.organisation, channel: 'console', state, at: later(0),
	actor_kind: 'human' }, none);
const whoGot = (k, id) => members.filter((m) => m.entries.some((e) => e.k === k && (!id || e.id === id))).map((m) => `${m.organisation}/${m.person}`).sort();

describe('a crisis', () => {
	let first, second, proposal, activation;

	it('a client learns the words of an activation from its welcome', () => {
		const words = find('OSF', 'duty officer').welcome.vocabulary;
		assert.equal(words.version, 1);
		assert.deepEqual(words.criteria.map((c) => c.code), criteria.map((c) => c.code));
	});

	it('a report goes to whom it names, and its incident is named in the answer', async () => {
		const airu = find('AIRU', 'duty officer');
		first = await accepted(airu, report(['HUB', 'BFP'], 'secret-report'));
		assert.match(first.incident, /^[0-9a-f-]{36}$/);
		assert.equal((await find('BFP', 'duty officer').entry((e) => e.id === first.id)).incident, first.incident);
		const refused = await airu.send(report(['BMR'], 'x'));
		assert.deepEqual([refused.code, refused.field], ['no_reader', 'audience']);
	});

	it('before sending, a platform is offered reference, place and time of what its report may be a duplicate of', async () => {
		const chirplet = find('Chirplet', 'night responder'), theirs = report(['HUB'], 'secret-copy');
		const shown = await chirplet.prepare(theirs);
		assert.deepEqual(shown.duplicates.map((d) => Object.keys(d).sort()), [['event_place', 'event_time', 'incident']]);
		assert.equal(shown.duplicates[0].incident, first.incident);
		assert.ok(!JSON.stringify(shown).includes('secret-report'));
		assert.deepEqual(shown.recipients.map((r) => r.org).sort(), ['Chirplet', 'HUB']);
		theirs.body.links = [{ kind: 'duplicate_of', to: first.incident }];
		second = await accepted(chirplet, theirs);
		assert.deepEqual((await chirplet.entry((e) => e.id === second.id)).decided.incident_state.map((s) => s.to), ['REPORTED', 'LINKED_DUPLICATE']);
	});

	it('an incident that is not theirs and one that does not exist are one answer, byte for byte', async () => {
		const game = find('GameNest', 'night responder'), cda = find('CDA', 'second contact'), nowhere = uuid7();
		const ask = (m, op, what) => m[op](what).then((r) => JSON.stringify({ ...r, ref: 0 }));
		for (const [m, what] of [
			[cda, (i) => m3(i, 'assess', 'propose', { assignee: cda.welcome.you.person })], [cda, (i) => activate(i)],
			[cda, (i) => m3(i, 'activate', 'confirm', { proposal_ref: first.id })], [cda, (i) => m3(i, 'not_activate', 'propose', { reason_code: 'other' })],
			[cda, (i) => message('M1', { step: 'link', links: [{ ref: second.incident, kind: 'duplicate_of', to: i }] }, { ...none, audience: [], incident_ref: i })],
			[game, (i) => m3(i, 'activate', 'object', { proposal_ref: first.id })],
			[game, (i) => message('M4', { step: 'draft', aware_at: later(0) }, { incident_ref: i })],
			[game, (i) => message('M2', { step: 'propose', headline: 'x', what_is_known: 'x', what_is_not_known: 'x', confidence: 'likely',
				requested_action: 'none', next_update_by: later(30) }, { ...none, incident_ref: i })],
		])
			for (const op of ['send', 'prepare']) {
				const theirs = await ask(m, op, what(first.incident)), nobodys = await ask(m, op, what(nowhere));
				assert.match(theirs, /"not_found"/);
				assert.equal(theirs, nobodys, `${op} by ${m.organisation}`);
			}
	});

	it('taken up, warned of, proposed: each to those whom it concerns', async () => {
		const lead = find('HUB', 'lead');
		const assess = await accepted(lead, m3(first.incident, 'assess', 'propose', { assignee: lead.welcome.you.person }));
		await find('Chirplet', 'night responder').entry((e) => e.id === assess.id); // who reported the same
		const warning = await accepted(lead, message('M2', { step: 'issue', headline: 'copies may appear', what_is_known: 'text-of-the-warning',
			what_is_not_known: 'who', confidence: 'likely', requested_action: 'prepare', next_update_by: later(30) }, { ...none, incident_ref: first.incident }));
		const bare = await find('OSF', 'duty officer').entry((e) => e.id === warning.id);
		assert.deepEqual([bare.rendering, bare.message.body.what_is_known, bare.actor], ['without_personal', 'text-of-the-warning', undefined]);
		proposal = await accepted(find('AIRU', 'duty officer'), activate(first.incident));
		await find('BFP', 'duty officer').entry((e) => e.id === proposal.id);
	});

	it('activated by two persons of two organisations, told to everybody who has a reader, and to no machine', async () => {
		const confirm = m3(first.incident, 'activate', 'confirm', { proposal_ref: proposal.id });
		const alone = await find('AIRU', 'second officer').send({ ...confirm, id: uuid7() });
		assert.deepEqual([alone.op, alone.code], ['refused', 'not_permitted']);
		activation = await accepted(find('HUB', 'lead'), confirm);
		await Promise.all(['OSF', 'DGO', 'PastePond', 'GameNest', 'Chirplet', 'CDA', 'BFP'].map((org) =>
			members.find((m) => m.organisation === org && m.person !== 'gateway').entry((e) => e.id === activation.id)));
		assert.deepEqual(whoGot('M3.confirm'), ['AIRU/duty officer', 'AIRU/second officer', 'BFP/duty officer', 'CDA/second contact', 'Chirplet/night responder',
			'DGO/observer', 'GameNest/night responder', 'HUB/duty officer', 'HUB/lead', 'OSF/duty officer', 'PastePond/owner']);
	});

	it('the keeper dies and comes back, and who owes an acknowledgement still does; only a person ends it', async () => {
		await server.kill('keeper');
		const game = find('GameNest', 'night responder'), lead = find('HUB', 'lead');
		await accepted(game, receipt(game, activation.id, 'seen'));
		const acked = await accepted(game, receipt(game, activation.id, 'acked'));
		const read = await lead.entry((e) => e.id === acked.id);
		assert.deepEqual(read.decided.timers_stopped.map((t) => [t.timer, t.desk, t.met]), [['T19', 'GameNest', true]]);
		await jump(16);
		const called = await lead.entry((e) => e.k === 'M19.escalation' && e.message.body.recipient_org === 'PastePond');
		assert.deepEqual([called.message.body.channel, called.message.body.contact, called.message.body.state], ['phone', 1, 'not_attempted']);
		await find('PastePond', 'owner').entry((e) => e.id === called.id);
		await until(() => lead.entries.filter((e) => e.k === 'M19.escalation').length >= 3, 'the others are called');
		assert.ok(!lead.entries.some((e) => e.k === 'M19.escalation' && e.message.body.recipient_org === 'GameNest'));
	});

	it('on the fast path one person activates, and without a second one it is undone before everybody', async () => {
		const other = await accepted(find('AIRU', 'duty officer'), report(['HUB'], 'another', { event_place: { cc: 'XA', locality: 'Marrow' } }));
		const lead = find('AIRU', 'second officer');
		await accepted(lead, m3(other.incident, 'assess', 'propose', { assignee: lead.welcome.you.person }));
		await accepted(lead, activate(other.incident, { fast_path: true }));
		await find('PastePond', 'owner').entry((e) => e.k === 'M3.fast_path');
		await jump(60);
		const undone = await find('PastePond', 'owner').entry((e) => e.k === 'M3.revert');
		assert.deepEqual(undone.decided.incident_state.map((s) => [s.from, s.to]), [['ACTIVE', 'ASSESSING']]);
		assert.equal(undone.org, 'server');
	});

	it('everybody has got what the ledger says that they read, and the words of a report are in no byte of what others got', async () => {
		const book = await new Ledger(server).read();
		await Promise.all(members.map(async (m) => {
			const credential = server.credential(m.organisation, m.person);
			const expected = book.entries.filter((e) => Ledger.mayRead(e, credential)).map((e) => e.seq);
			await until(() => m.last >= (expected.at(-1) ?? -1), `${m.organisation}/${m.person} has all`);
			const got = m.entries.map((e) => e.seq).filter((seq) => seq < book.size);
			assert.deepEqual(got, expected, `${m.organisation}/${m.person}`);
			const again = await Member.connect(server, m.organisation, m.person, { from: -1 }); // from the archive
			await until(() => again.last >= (expected.at(-1) ?? -1), `${m.organisation}/${m.person} again`);
			assert.deepEqual(again.entries.filter((e) => e.seq < book.size), m.entries.filter((e) => e.seq < book.size));
			await again.close();
		}));
		const knows = (text) => members.filter((m) => JSON.stringify(m.entries).includes(text)).map((m) => `${m.organisation}/${m.person}`).sort();
		assert.deepEqual(knows('secret-report'), ['AIRU/duty officer', 'AIRU/second officer', 'BFP/duty officer', 'HUB/duty officer', 'HUB/lead']);
		assert.deepEqual(knows('secret-copy'), ['Chirplet/night responder', 'HUB/duty officer', 'HUB/lead']);
		assert.ok(book.entries.some((e) => String(e.bodyBytes).includes('Veldermouth')));
		assert.ok(!book.entries.some((e) => /1\.5,2\.5|secret-|text-of-the-warning/.test(String(e.bodyBytes))), 'what is personal, or might be, is sealed');
	});
});
