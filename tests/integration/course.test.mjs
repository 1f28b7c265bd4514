// course.test.mjs: what is taken back, over the wire: a retraction reaches every reader and every importer confirms it; a recalled message is in
// the history of a wrong audience no more, on every way to it, also after keeper and archive have been killed.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import { Member } from './lib/member.mjs';
import { message, scenarioTime, uuid7 } from './lib/messages.mjs';
import { Server, until } from './lib/server.mjs';

const bare = { precedence: 'priority', personal_data: { level: 'none', categories: [] } };
const criteria = ['real_world_event', 'harm_shown', 'intimidation', 'terrorism_link', 'virality'];

let server, airu, harbor, loop, gateway, hub, incident, item, shared;
before(async () => {
	server = await Server.start();
	[airu, harbor, loop, gateway, hub] = await Promise.all([['AIRU', 'duty officer'], ['StreamHarbor', 'night responder'], ['LoopReel', 'night responder'],
		['LoopReel', 'gateway'], ['HUB', 'lead']].map(([org, person]) => Member.connect(server, org, person, { resume: true })));
	const report = await airu.send(message('M1', {
		step: 'report', headline: 'An attack at a market hall', ongoing: 'yes', online_component: ['live'], producer: 'perpetrator',
		event_time: { from: scenarioTime(airu).toISOString(), precision: 'minutes' }, event_place: { cc: 'XA' },
		criteria: criteria.map((code) => ({ code, answer: 'unknown' })), victims_visible: 'unknown', minor_involved: 'unknown',
	}, { ...bare, audience: ['HUB', 'StreamHarbor', 'LoopReel', 'GameNest'] }));
	assert.equal(report.op, 'accepted', JSON.stringify(report));
	incident = report.incident;
	item = { item_id: uuid7(), bank: 'match', signal_kind: 'hash', hash_type: 'SHA256', hash_value: createHash('sha256').update('exercise:course').digest('hex') };
	shared = message('M6', { step: 'share', items: [item], producer: 'perpetrator', content_type: 'image', context_warning: 'none', graphic: 'severe', opinion: 'positive',
		reviewed_by_human: true, suggested_action: 'review', expires_at: new Date(scenarioTime(harbor).getTime() + 30 * 86400e3).toISOString() },
	{ ...bare, incident_ref: incident, audience: ['HUB', 'AIRU', 'LoopReel', 'GameNest'] });
	assert.equal((await harbor.send(shared)).op, 'accepted');
});
after(async () => {
	await Promise.all([airu, harbor, loop, gateway, hub].map((m) => m?.close()));
	await server?.stop();
});

const confirmed = (entry, org) => (entry.decided.confirmed ?? []).find((c) => c.org === org);

describe('a retraction', () => {
	let retraction;

	it('reaches every reader, and says who has to confirm it: importers by machine, everybody by a person', async () => {
		const imported = await gateway.entry((e) => e.id === shared.id);
		gateway.receipt(imported.seq, 'delivered');
		await harbor.entry((e) => e.k === 'M19.machine' && e.org === 'LoopReel' || (e.k === 'M19.machine' && e.message.body.recipient_org === 'LoopReel'));
		retraction = message('M8', { step: 'retract', item_refs: [item.item_id], reason: 'false_positive', undo_advice: 'reinstate' }, bare);
		const answer = await harbor.deliver(retraction);
		assert.equal(answer.op, 'accepted', JSON.stringify(answer));
		const entry = await hub.entry((e) => e.id === retraction.id);
		const owed = Object.fromEntries(entry.decided.confirmations.map((c) => [c.org, c.parts]));
		assert.deepEqual(owed.LoopReel, ['machine', 'person']);
		assert.deepEqual(owed.GameNest, ['person']);
		assert.equal(owed.StreamHarbor, undefined);
	});

	it('is confirmed by the machine, which is no person, and by the person', async () => {
		gateway.receipt((await gateway.entry((e) => e.id === retraction.id)).seq, 'delivered');
		assert.equal(confirmed(await harbor.entry((e) => e.k === 'M19.machine' && confirmed(e, 'LoopReel')), 'LoopReel').part, 'machine');
		const ack = await loop.send(message('M19', { step: 'human', message_ref: retraction.id, recipient_org: 'LoopReel', channel: 'console', state: 'acked',
			at: scenarioTime(loop).toISOString(), actor_kind: 'human' }, { ...bare, ack_required: false }));
		assert.equal(ack.op, 'accepted', JSON.stringify(ack));
		assert.equal(confirmed(await harbor.entry((e) => e.k === 'M19.human' && confirmed(e, 'LoopReel')), 'LoopReel').part, 'person');
	});
});

describe('a recall from a wrong audience', () => {
	const reads = async (org, person) => {
		const again = await Member.connect(server, org, person, { from: -1 });
		await again.entry((e) => e.k === 'M25.recall');
		const found = again.entries.some((e) => e.id === shared.id);
		await again.close();
		return found;
	};

	it('ends its access in history, and nobody else’s; the recall itself they read and confirm', async () => {
		const recall = message('M25', { step: 'recall', message_ref: shared.id, kind: 'sent_to_wrong_audience', instruction: 'delete', from: ['LoopReel'] }, bare);
		const answer = await harbor.deliver(recall);
		assert.equal(answer.op, 'accepted', JSON.stringify(answer));
		await loop.entry((e) => e.id === recall.id);
		assert.equal(await reads('LoopReel', 'night responder'), false);
		assert.equal(await reads('LoopReel', 'gateway'), false);
		assert.equal(await reads('GameNest', 'night responder'), true);
		const page = await server.request('GET', '/api/entries?after=-1&limit=500', { credential: server.credential('LoopReel', 'policy lead') });
		assert.ok(!page.text.includes(item.hash_value) && page.text.includes(recall.id));
		const done = await loop.send(message('M25', { step: 'confirm', message_ref: recall.id, done: 'deleted' }, { ...bare, ack_required: false }));
		assert.equal(done.op, 'accepted', JSON.stringify(done));
		assert.equal(confirmed(await harbor.entry((e) => e.k === 'M25.confirm'), 'LoopReel').part, 'person');
		const back = await harbor.send(message('M25', { step: 'recall', message_ref: recall.id, kind: 'cancel', instruction: 'ignore' }, bare));
		assert.equal(back.code, 'state');
	});

	it('stays so when keeper and archive have been killed', async () => {
		await server.kill('archive');
		await server.kill('keeper');
		assert.equal(await until(() => reads('LoopReel', 'night responder').catch(() => null).then((x) => (x === null ? null : { x })), 'history').then((r) => r.x), false);
	});
});
