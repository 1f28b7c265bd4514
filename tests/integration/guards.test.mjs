// guards.test.mjs: what keeps signals honest, over the wire: variants of a parent, opinions and dispute, the flood breaker, known lawful
// content, the look again at what many see, expiry; a service that is exposed; and the operator who breaks glass.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import { Member } from './lib/member.mjs';
import { LANTERN, m4, message, scenarioTime, uuid7 } from './lib/messages.mjs';
import { Server } from './lib/server.mjs';

const bare = { precedence: 'priority', ack_required: false, personal_data: { level: 'none', categories: [] } };
const hash = (text) => createHash('sha256').update(`exercise:guards:${text}`).digest('hex');
const m = {};
let server, incident;
const people = { airu: ['AIRU', 'duty officer'], harbor: ['StreamHarbor', 'night responder'], loop: ['LoopReel', 'night responder'], policy: ['LoopReel', 'policy lead'],
	game: ['GameNest', 'night responder'], hub: ['HUB', 'lead'], cell: ['CELL', 'controller'], bmr: ['BMR', 'legal officer'], counsel: ['LoopReel', 'counsel'], ops: ['OPS', 'admin'] };

const ok = (answer) => (assert.equal(answer.op, 'accepted', JSON.stringify(answer)), answer);
let jumped = 0;
const at = (ms = 0) => new Date(scenarioTime(m.cell).getTime() + jumped + ms).toISOString();
/** Exercise control moves the clock on: what is due meanwhile comes. */
const later = async (ms) => {
	ok(await m.cell.send(message('exercise', { step: 'clock', action: 'jump', to: at(ms) }, bare)));
	jumped += ms;
};
const signal = (name, more = {}) => ({ item_id: uuid7(), bank: 'match', signal_kind: 'hash', hash_type: 'SHA256', hash_value: hash(name), ...more });
const m6 = (items, more = {}, body = {}) => message('M6', { step: 'share', items, producer: 'perpetrator', content_type: 'image', context_warning: 'none', graphic: 'severe',
	opinion: 'positive', reviewed_by_human: true, suggested_action: 'review', expires_at: at(30 * 86400e3), ...body },
{ ...bare, incident_ref: incident, audience: ['HUB', 'AIRU', 'GameNest', 'LoopReel'], ...more });
const m7 = (item, kind, body = {}) => message('M7', { kind, item_ref: item, ...body }, bare);
const counted = (item, count, body = {}) => m7(item, 'match_count', { count, window: { from: at(-60e3), until: at(-1e3) }, ...body });
const ruled = (items) => message('M6', { step: 'scope', scopes: items }, { ...bare, incident_ref: incident, audience: [] });
const state = (entry, item) => (entry.decided.item_states ?? []).find((s) => s.item === item)?.to;

before(async () => {
	server = await Server.start();
	await Promise.all(Object.entries(people).map(async ([name, [org, person]]) => { m[name] = await Member.connect(server, org, person); }));
	const codes = ['real_world_event', 'harm_shown', 'intimidation', 'terrorism_link', 'virality'];
	incident = ok(await m.airu.send(message('M1', {
		step: 'report', headline: 'An attack at a market hall', ongoing: 'yes', online_component: ['live'], producer: 'perpetrator',
		event_time: { from: at(-60e3), precision: 'minutes' }, event_place: { cc: 'XA' }, criteria: codes.map((code) => ({ code, answer: 'unknown' })),
		victims_visible: 'unknown', minor_involved: 'unknown',
	}, { ...bare, audience: ['HUB', 'StreamHarbor', 'GameNest', 'LoopReel'] }))).incident;
});
after(async () => {
	await Promise.all(Object.values(m).map((one) => one.close()));
	await server?.stop();
});

describe('signals', () => {
	const parent = signal('parent');

	it('a variant names its parent, and one that is not the sender\'s to see does not exist', async () => {
		ok(await m.harbor.send(m6([parent])));
		const copy = signal('copy', { variant_of: parent.item_id, variant_kind: 're-encode' });
		const variant = m6([copy], {}, { step: 'variant' });
		ok(await m.game.send(variant));
		assert.equal((await m.loop.entry((e) => e.id === variant.id)).message.body.items[0].variant_of, parent.item_id);
		const refused = await m.game.send(m6([signal('stray', { variant_of: uuid7(), variant_kind: 'crop' })], {}, { step: 'variant' }));
		assert.deepEqual([refused.code, refused.field], ['not_found', 'body.items[0].variant_of']);
	});

	it('opinions confirm, dispute and settle, in the sight of all who read the item', async () => {
		for (const [who, opinion, to] of [['loop', 'positive', 'CONFIRMED'], ['game', 'negative', 'DISPUTED'], ['game', 'positive', 'CONFIRMED']]) {
			const said = m7(parent.item_id, 'opinion', { opinion });
			ok(await m[who].send(said));
			assert.equal(state(await m.harbor.entry((e) => e.id === said.id), parent.item_id), to);
		}
	});

	it('a flood quarantines what is matched exactly, and a lead lifts it', async () => {
		const flooded = signal('flooded');
		ok(await m.harbor.send(m6([flooded])));
		ok(await m.loop.send(counted(flooded.item_id, 10001)));
		const scope = await m.game.entry((e) => e.k === 'M6.scope' && e.org === 'server' && state(e, flooded.item_id));
		assert.deepEqual([state(scope, flooded.item_id), scope.decided.why], ['QUARANTINED', 'flood']);
		assert.equal(m.game.entries.some((e) => e.k === 'M7.match_count'), false); // what others counted is not theirs
		const lift = ruled([{ item_ref: flooded.item_id, action: 'lift' }]);
		ok(await m.hub.send(lift));
		assert.equal(state(await m.game.entry((e) => e.id === lift.id), flooded.item_id), 'ACTIVE');
	});

	it('what stands in the negative bank is said to suppress', async () => {
		const news = signal('news clip', { bank: 'negative' });
		const refused = await m.harbor.send(m6([news]));
		assert.deepEqual([refused.code, refused.field], ['condition', 'body.items[0].bank']);
		ok(await m.hub.send(m6([news], {}, { step: 'scope' })));
		await m.loop.entry((e) => e.k === 'M6.scope' && e.org === 'HUB' && e.message.body.items);
		const { json } = await server.request('POST', '/api/lookup', { credential: server.credential('LoopReel', 'night responder'),
			body: { type: 'SHA256', value: news.hash_value, exercise_ref: LANTERN } });
		assert.deepEqual(json.found.map((f) => [f.signal, f.bank]), [[news.item_id, 'negative']]);
	});

	it('what many see is looked at again: the service and who shared it are reminded, the hub told when nobody looked', async () => {
		const seen = signal('seen', { review_at_views: 500 });
		ok(await m.harbor.send(m6([seen])));
		ok(await m.loop.send(counted(seen.item_id, 3, { left_up_with_context: 3, views_hour: 499 })));
		ok(await m.loop.send(counted(seen.item_id, 3, { left_up_with_context: 3, views_hour: 500 })));
		const [asked, owed] = await Promise.all([m.policy, m.harbor].map((one) => one.entry((e) => e.k === 'M7.review')));
		assert.deepEqual([asked.id, asked.message.body.views_hour, asked.message.body.item_ref], [owed.id, 500, seen.item_id]);
		assert.deepEqual(asked.decided.timers_started.map((t) => [t.timer, t.desk]).sort(), [['review', 'LoopReel'], ['review', 'StreamHarbor']]);
		assert.equal(m.game.entries.some((e) => e.k === 'M7.review'), false);
		const opinion = m7(seen.item_id, 'opinion', { opinion: 'positive' });
		ok(await m.policy.send(opinion));
		assert.equal((await m.game.entry((e) => e.id === opinion.id)).decided.timers_stopped, undefined); // whose copies were seen is not theirs
		await later(61 * 60e3);
		const missed = await m.hub.entry((e) => e.k === 'deadline.passed' && e.message.body.timer === 'review');
		assert.equal(missed.message.body.desk, 'StreamHarbor');
		assert.equal(m.hub.entries.filter((e) => e.k === 'deadline.passed' && e.message.body.timer === 'review').length, 1);
	});

	it('end when their time is over, before everybody who could read them', async () => {
		const brief = signal('brief');
		ok(await m.harbor.send(m6([brief], {}, { expires_at: at(600e3) })));
		await later(601e3);
		const over = await m.game.entry((e) => e.k === 'M8.retract' && e.message.body.item_refs.includes(brief.item_id));
		assert.deepEqual([over.org, over.message.body.reason, state(over, brief.item_id)], ['server', 'expired', 'EXPIRED']);
		const late = await m.loop.send(m7(brief.item_id, 'opinion', { opinion: 'positive' }));
		assert.deepEqual([late.code, late.field], ['state', 'body.item_ref']);
	});
});

describe('a service that is exposed', () => {
	const said = (step, body) => message('exposure', { step, ...body }, bare);

	it('is told by its state\'s oversight authority, reports, and asks to be looked at again', async () => {
		const decision = said('decide', { hsp: 'LoopReel', exposed: true, reasons: 'Two final orders within a year.' });
		ok(await m.bmr.send(decision));
		const told = await m.counsel.entry((e) => e.id === decision.id);
		assert.deepEqual(told.decided.timers_started.map((t) => [t.timer, t.desk, t.legal]), [['T11', 'LoopReel', true]]);
		ok(await m.counsel.send(said('report', { measures: 'New uploads are held.' })));
		ok(await m.counsel.send(said('request', { reasons: 'Nothing was found since.' })));
		const asked = await m.bmr.entry((e) => e.k === 'exposure.request');
		assert.deepEqual(asked.decided.timers_started.map((t) => [t.timer, t.desk]), [['T12', 'BMR']]);
		const twice = await m.counsel.send(said('request', { reasons: 'Again.' }));
		assert.equal(twice.code, 'state');
		ok(await m.bmr.send(said('decide', { hsp: 'LoopReel', exposed: false, reasons: 'It has done enough.' })));
		const foreign = await m.bmr.send(said('decide', { hsp: 'GameNest', exposed: true, reasons: 'x' }));
		assert.equal(foreign.code, 'not_permitted');
		assert.equal(m.hub.entries.some((e) => e.k.startsWith('exposure.')), false);
	});
});

describe('break-glass', () => {
	let notice;

	it('before a threat is sent its sender is shown by when each desk answers', async () => {
		notice = m4(m.game);
		const prepared = await m.game.prepare(notice);
		assert.equal(prepared.op, 'prepared', JSON.stringify(prepared));
		assert.ok(prepared.recipients.filter((r) => r.org !== 'GameNest').every((r) => Date.parse(r.acknowledges_until) > Date.parse(at())), JSON.stringify(prepared.recipients));
		ok(await m.game.send(notice));
	});

	it('opens one entry to the operator\'s admin, with its content, and tells whose it is; closed, it is in no history', async () => {
		const text = notice.body.explanation;
		const say = (step, body) => message('breakglass', { step, ...body }, { ...bare, mode: 'system', exercise_ref: undefined });
		const open = say('open', { reason: 'A console cannot show it.', entries: [{ ref: notice.id }] });
		ok(await m.ops.send(open));
		const opened = await m.ops.entry((e) => e.id === open.id);
		assert.ok(JSON.stringify(opened).includes(text), 'the content is in it');
		const told = await m.game.entry((e) => e.id === open.id);
		assert.equal(JSON.stringify(told).includes(text), false);
		assert.deepEqual([told.rendering, told.message.body.entries[0].ref, told.message.body.reason], ['without_personal', notice.id, 'A console cannot show it.']);
		assert.equal(m.loop.entries.some((e) => e.k === 'breakglass.open'), false);
		const never = await m.ops.send(say('open', { reason: 'x', entries: [{ ref: uuid7() }] }));
		assert.deepEqual([never.code, never.field], ['not_found', 'body.entries[0].ref']);
		ok(await m.ops.send(say('close', { glass: open.id })));
		await m.ops.entry((e) => e.k === 'M25.recall' && e.org === 'server');
		const again = await Member.connect(server, 'OPS', 'admin', { from: -1 });
		await again.entry((e) => e.k === 'M25.recall' && e.org === 'server');
		assert.equal(again.entries.some((e) => e.id === open.id), false);
		assert.equal(JSON.stringify(again.entries).includes(text), false);
		await again.close();
	});
});
