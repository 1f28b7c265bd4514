// signals.test.mjs: content signals over the wire: a whole list in one message, what is known already, who is told of a
// match, and that nothing of it stands in a table in the clear.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Ledger } from './lib/ledger.mjs';
import { SURE, leaning, pairs } from './lib/leaning.mjs';
import { Member } from './lib/member.mjs';
import { LANTERN, message, scenarioTime, uuid7 } from './lib/messages.mjs';
import { Server, tocsin, until } from './lib/server.mjs';

const bare = { precedence: 'priority', ack_required: false, personal_data: { level: 'none', categories: [] } };
const hsps = ['Chirplet', 'GameNest', 'LoopReel', 'PastePond'];
const hash = (text) => createHash('sha256').update(text).digest('hex');

let server, airu, harbor, loop, game, hub, incident;
before(async () => {
	server = await Server.start();
	[airu, harbor, loop, game, hub] = await Promise.all([['AIRU', 'duty officer'], ['StreamHarbor', 'night responder'],
		['LoopReel', 'night responder'], ['GameNest', 'gateway'], ['HUB', 'lead']].map(([org, person]) => Member.connect(server, org, person, { resume: true })));
	const criteria = ['real_world_event', 'harm_shown', 'intimidation', 'terrorism_link', 'virality'];
	const report = await airu.send(message('M1', {
		step: 'report', headline: 'An attack at a market hall', ongoing: 'yes', online_component: ['live'], producer: 'perpetrator',
		event_time: { from: scenarioTime(airu).toISOString(), precision: 'minutes' }, event_place: { cc: 'XA' },
		criteria: criteria.map((code) => ({ code, answer: 'unknown' })), victims_visible: 'unknown', minor_involved: 'unknown',
	}, { ...bare, audience: ['HUB', 'StreamHarbor', ...hsps] }));
	assert.equal(report.op, 'accepted', JSON.stringify(report));
	incident = report.incident;
});
after(async () => {
	await Promise.all([airu, harbor, loop, game, hub].map((m) => m?.close()));
	await server?.stop();
});

const pdq = (value, more = {}) => ({ item_id: uuid7(), bank: 'match', signal_kind: 'hash', hash_type: 'PDQ', hash_value: value, hash_quality: 90, match_distance_max: 31, ...more });
const m6 = (member, items, more = {}) => message('M6', {
	step: 'share', items, producer: 'perpetrator', content_type: 'image', context_warning: 'none', graphic: 'severe', opinion: 'positive',
	reviewed_by_human: true, suggested_action: 'review', expires_at: new Date(scenarioTime(member).getTime() + 30 * 86400e3).toISOString(),
}, { ...bare, incident_ref: incident, audience: ['HUB', 'AIRU', ...hsps], ...more });
const m7 = (item_ref, body) => message('M7', { item_ref, ...body }, bare);
/** The hash with these bits turned over. */
const flip = (value, n) => {
	const b = Buffer.from(value, 'hex');
	for (let i = 0; i < n; i++) b[(i * 37) % 32] ^= 1 << (i >> 5);
	return b.toString('hex');
};

describe('a list of 256 signals', () => {
	const items = Array.from({ length: 256 }, (_, i) => pdq(hash(`pdq:exercise:list-${i}`)));
	let sent;

	it('is one message, and one entry for everybody it is for', async () => {
		sent = m6(harbor, items);
		assert.ok(JSON.stringify({ op: 'send', ref: 1, message: sent }).length < 65536);
		const answer = await harbor.send(sent);
		assert.equal(answer.op, 'accepted', JSON.stringify(answer));
		for (const member of [loop, hub, game]) {
			const entry = await member.entry((e) => e.id === sent.id);
			assert.equal(entry.message.body.items.length, 256);
			assert.deepEqual(entry.message.body.items[255], items[255]);
			assert.equal(entry.decided.item_keys, undefined);
			assert.ok(JSON.stringify(entry).length < 70_000);
		}
	});

	it('comes from the archive as it came live', async () => {
		const late = await Member.connect(server, 'LoopReel', 'policy lead', { from: -1 });
		const again = await late.entry((e) => e.id === sent.id);
		assert.deepEqual(again, loop.entries.find((e) => e.id === sent.id));
		await late.close();
	});

	it('one more is refused, and so is what is too long for a frame', async () => {
		const refused = await harbor.send(m6(harbor, [...items, pdq(hash('one more'))]));
		assert.equal(refused.op, 'refused');
		assert.equal(refused.code, refused.code === 'too_big' ? 'too_big' : 'limit'); // whichever is found first
	});

	it('stands in no table in the clear: neither ledger nor snapshot', async () => {
		const ledger = new Ledger(server);
		const [found] = await ledger.rows(`select count(*)::int as entries, count(*) filter (where position(convert_to('${items[7].hash_value}', 'UTF8') in body) > 0)::int as clear from ledger.entry where k = 'M6.share'`);
		assert.deepEqual(found, { entries: 1, clear: 0 });
		const [own] = await ledger.rows(`select count(*)::int as n from ledger.entry where position(convert_to('${items[7].item_id}', 'UTF8') in body) > 0`);
		assert.equal(own.n, 1); // the search would have found it: its id is there
		const [saved] = await ledger.rows(`select count(*) filter (where position(convert_to('${items[7].hash_value}', 'UTF8') in bytes) > 0
			or position('\\x${items[7].hash_value}'::bytea in bytes) > 0)::int as clear from ledger.snapshot_piece`);
		assert.equal(saved.clear, 0);
	});
});

describe('a hash that somebody else asks about', () => {
	const known = async (member, ...values) => {
		const answer = await member.prepare(m6(member, values.map((v) => pdq(v)), { audience: ['HUB'] }));
		assert.equal(answer.op, 'prepared', JSON.stringify(answer));
		return answer.known;
	};
	const original = hash('pdq:exercise:original');
	let item;

	it('is known when it is the same or near enough, by whoever may read the item', async () => {
		item = pdq(original);
		assert.equal((await harbor.send(m6(harbor, [item], { audience: ['HUB', 'LoopReel'] }))).op, 'accepted');
		const found = await known(loop, original, flip(original, 12), flip(original, 31), flip(original, 32));
		assert.deepEqual(found.map((k) => [k.item, k.distance]), [[item.item_id, 0], [item.item_id, 12], [item.item_id, 31]]);
		assert.deepEqual(await known(game, original), []);
	});

	it('still is when the keeper has been killed, and another one has read what there is', async () => {
		await server.kill('keeper');
		const found = await until(async () => known(loop, flip(original, 30)).catch(() => null), 'an answer');
		assert.deepEqual(found.map((k) => [k.item, k.distance]), [[item.item_id, 30]]);
	});

	it('a dispute about a far match quarantines what is far, and everybody who reads the item is told', async () => {
		const dispute = await loop.deliver(m7(item.item_id, { kind: 'opinion', opinion: 'negative', distance: 29 }));
		assert.equal(dispute.op, 'accepted', JSON.stringify(dispute));
		const entry = await harbor.entry((e) => e.k === 'M6.scope' && e.org === 'server');
		assert.deepEqual(entry.decided.item_states, [{ from: 'DISPUTED', item: item.item_id, to: 'QUARANTINED' }]);
		const [near, far] = await known(hub, flip(original, 16), flip(original, 17));
		assert.deepEqual([near.quarantined, far.quarantined], [false, true]);
		assert.equal(game.entries.some((e) => e.k === 'M6.scope' || e.k === 'M7.opinion'), false);
		const narrow = await hub.deliver(message('M6', { step: 'scope', scopes: [{ item_ref: item.item_id, action: 'narrow', match_distance_max: 16 }] }, { ...bare, incident_ref: incident, audience: [] }));
		assert.equal(narrow.op, 'accepted', JSON.stringify(narrow));
		assert.deepEqual((await known(loop, flip(original, 16), flip(original, 17))).map((k) => k.distance), [16]);
	});

	it('what one may not read and what does not exist are one answer', async () => {
		const count = (ref) => m7(ref, { kind: 'match_count', count: 1, window: { from: scenarioTime(game).toISOString(), until: scenarioTime(game).toISOString() } });
		for (const op of ['send', 'prepare']) {
			const [theirs, none] = await Promise.all([game[op](count(item.item_id)), game[op](count(uuid7()))]);
			assert.equal(theirs.code, 'not_found');
			assert.deepEqual({ ...theirs, ref: 0 }, { ...none, ref: 0 });
		}
	});
});

describe('a look-up', () => {
	const look = (org, person, body) => server.request('POST', '/api/lookup', { credential: server.credential(org, person), body: { exercise_ref: LANTERN, ...body } });
	const only = hash('pdq:exercise:looked-up');
	let item;
	before(async () => {
		item = pdq(only);
		assert.equal((await harbor.send(m6(harbor, [item], { audience: ['HUB', 'LoopReel'] }))).op, 'accepted');
	});

	it('finds the one hash itself, and what is near', async () => {
		for (const [value, distance] of [[only, 0], [flip(only, 9), 9], [flip(only, 31), 31]]) {
			const { status, json } = await look('LoopReel', 'night responder', { type: 'PDQ', value });
			assert.equal(status, 200, JSON.stringify(json));
			assert.equal(json.found.length, 1);
			const [one] = json.found;
			assert.deepEqual([one.signal, one.distance, one.source, one.bank, one.dispute, json.all], [item.item_id, distance, 'StreamHarbor', 'match', false, true]);
			assert.deepEqual([one.opinions[0].org, one.labels], ['StreamHarbor', []]);
		}
		assert.deepEqual((await look('LoopReel', 'night responder', { type: 'PDQ', value: flip(only, 9), max_distance: 8 })).json.found, []);
	});

	it('is on record, sealed, for the people of the asker who may ask, and says nothing of what was found', async () => {
		const { json } = await look('LoopReel', 'night responder', { type: 'PDQ', value: only });
		const entry = await loop.entry((e) => e.id === json.id);
		assert.deepEqual([entry.k, entry.seq, entry.org, entry.message.body.value], ['lookup.ask', json.seq, 'LoopReel', only]);
		assert.equal(JSON.stringify(entry).includes(item.item_id), false);
		const [{ clear }] = await new Ledger(server).rows(`select count(*) filter (where position(convert_to('${only}', 'UTF8') in body) > 0)::int as clear from ledger.entry where k = 'lookup.ask'`);
		assert.equal(clear, 0);
		assert.equal(harbor.entries.some((e) => e.k === 'lookup.ask'), false);
	});

	it('of what is not the asker\'s and of what is not in the list has one answer, in the same time', async (t) => {
		const bare = ({ seq, id, at, ...rest }) => rest; // these name the look-up itself
		const once = async (value) => {
			const { json } = await look('GameNest', 'night responder', { type: 'PDQ', value });
			assert.deepEqual(bare(json), { op: 'accepted', k: 'lookup.ask', found: [], all: true });
		};
		let i = 0;
		const differ = leaning(await pairs(() => once(only), () => once(hash(`nowhere ${i++}`)), 60));
		t.diagnostic(`leans by ${differ.toFixed(2)} standard deviations`);
		assert.ok(Math.abs(differ) < SURE, String(differ));
	});

	it('is asked by those whom the rules name, and by nobody else', async () => {
		for (const [org, person, status] of [['StreamHarbor', 'policy lead', 200], ['StreamHarbor', 'counsel', 403], ['GameNest', 'gateway', 200], ['HUB', 'lead', 200],
			['HUB', 'gateway', 200], ['AIRU', 'duty officer', 200], ['AIRU', 'liaison officer', 403], ['DGO', 'observer', 403], ['CCC', 'duty officer', 403], ['CCC', 'gateway', 403]]) {
			const { json, ...answer } = await look(org, person, { type: 'MD5', value: '0'.repeat(32) });
			assert.equal(answer.status, status, `${org} ${person} ${JSON.stringify(json)}`);
		}
	});

	it('of what is no hash is refused with the field, and never a 500', async () => {
		for (const [body, code, field] of [
			[{ type: 'PDQ', value: 'zz' }, 'bad_value', 'body.value'], [{ type: 'PDQ', value: only + '00' }, undefined, 'body.value'],
			[{ type: 'SHA256', value: 7 }, 'wrong_kind', 'body.value'], [{ type: 'MD5' }, 'missing_field', 'body.value'],
			[{ value: only }, 'missing_field', 'body.type'], [{ type: 'CRC', value: only }, 'bad_value', 'body.type'],
			[{ type: 'PDQ', value: only, max_distance: 99 }, undefined, 'body.max_distance'],
			[{ type: 'PDQ', value: only, banks: 'all' }, 'unknown_field', 'body.banks'],
			[{ type: 'URL', value: 'not an address' }, undefined, 'body.value'],
		]) {
			const { status, json } = await look('LoopReel', 'night responder', body);
			assert.ok(status >= 400 && status < 500, `${JSON.stringify(body)} ${status}`);
			assert.equal(json.field, field, JSON.stringify(json));
			if (code) assert.equal(json.code, code, JSON.stringify(json));
		}
		for (const body of ['[]', '"x"', 'null', '{"type":{}}', '{'])
			assert.ok((await look('LoopReel', 'night responder', undefined) && await server.request('POST', '/api/lookup', { credential: server.credential('LoopReel', 'night responder'), body })).status < 500, body);
	});

	it('by tocsin lookup', async () => {
		const run = (...args) => new Promise((resolve) => execFile(tocsin, ['lookup', '--server', `https://localhost:${server.port}`, '--ca', path.join(server.state, 'demo/ca.pem'), '--exercise', LANTERN, ...args],
			{ env: { ...process.env, TOCSIN_KEY: server.credential('LoopReel', 'night responder').api_key } }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr })));
		const near = await run('--type', 'PDQ', flip(only, 5));
		assert.equal(near.code, 0, near.stderr);
		assert.match(near.stdout, new RegExp(`match.*distance 5.*StreamHarbor.*${item.item_id}`));
		assert.match((await run('0'.repeat(32))).stdout, /not known/);
		const refused = await run('zz');
		assert.equal(refused.code, 1);
		assert.match(refused.stderr, /bad_value {2}body\.value/);
	});
});
