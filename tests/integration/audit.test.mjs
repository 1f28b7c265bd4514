// audit.test.mjs: auditors ask the ledger, by name and in their own words: nothing is read that no mandate covers, and
// nothing before it is on record that it is.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { ask, atConsole, grantMandate } from './lib/audit.mjs';
import { Member } from './lib/member.mjs';
import { m4, m5 } from './lib/messages.mjs';
import { Server, until } from './lib/server.mjs';

let server, admin, dpo, auditor, second;
before(async () => {
	server = await Server.start();
	admin = await atConsole(server, 'HUB', 'admin');
	dpo = await atConsole(server, 'HUB', 'data protection officer');
	auditor = server.credential('FRP', 'auditor');
	second = server.credential('FRP', 'second auditor');
});
after(() => server?.stop());

describe('a question to the ledger', () => {
	let platform, sent, other, mandate;

	before(async () => {
		platform = await Member.connect(server, 'StreamHarbor', 'night responder');
		sent = await platform.send(m4(platform));
		other = await platform.send(m4(platform, { text: 'Another one, elsewhere.' }));
		assert.equal(sent.op, 'accepted', JSON.stringify(sent));
		mandate = await grantMandate(admin, dpo, { cases: [sent.case] });
	});
	after(() => platform?.close());

	it('without a mandate, or for no purpose: refused, and nothing is entered', async () => {
		for (const [body, code, field] of [[{ purpose: 'x', mandate: '0f9d1f4e-2f1a-4c55-9d6e-3a0b7f1d0005' }, 'not_found', 'body.mandate_ref'],
			[{ mandate }, 'missing_field', 'purpose'], [{ purpose: 'x' }, 'not_permitted', undefined],
			[{ mandate, purpose: 'x', parameters: { case: 'no id' } }, 'bad_value', 'parameters'],
			[{ mandate, purpose: 'x', parameters: { colour: 'red' } }, 'unknown_field', 'parameters'],
			[{ mandate, purpose: 'x', sql: 'select 1' }, 'unknown_field', 'sql']]) {
			const r = await ask(server, auditor, 'timeline', body);
			assert.equal(r.json?.code, code, JSON.stringify(r));
			assert.equal(r.json.field, field);
		}
		assert.equal((await ask(server, auditor, 'everything', { mandate, purpose: 'x' })).json.code, 'not_found');
		const mine = await server.request('GET', '/api/entries?after=-1&limit=500', { credential: auditor });
		assert.deepEqual(mine.json.entries.filter((e) => e.k.startsWith('M27')), []);
	});

	it('is entered first, and answered with what the mandate covers and nothing else', async () => {
		const r = await ask(server, auditor, 'timeline', { mandate, purpose: 'was it in time?', parameters: { case: sent.case, exercise: '40332fd4-48e5-451e-8f31-3775686e7ce8' } });
		assert.equal(r.status, 200, JSON.stringify(r));
		assert.equal(r.type, 'application/jsonl');
		assert.deepEqual(r.rows.filter((e) => e.k === 'M4.send').map((e) => e.id), [sent.id]);
		assert.ok(r.rows.every((e) => e.case === sent.case && e.seq < r.head.asked));
		assert.equal(r.head.as_of, r.head.asked);
		assert.equal(r.last.complete, true);
		const all = await ask(server, auditor, 'timeline', { mandate, purpose: 'all of it', parameters: { exercise: '40332fd4-48e5-451e-8f31-3775686e7ce8' } });
		assert.deepEqual(all.rows.map((e) => e.seq), r.rows.map((e) => e.seq));
		const none = await ask(server, auditor, 'timeline', { mandate, purpose: 'what is not mine', parameters: { case: other.case, exercise: '40332fd4-48e5-451e-8f31-3775686e7ce8' } });
		assert.deepEqual(none.rows, []);
		const mine = await until(async () => {
			const e = (await server.request('GET', '/api/entries?after=-1&limit=500', { credential: second })).json.entries;
			return e.filter((x) => x.k === 'M27.result').length === 3 && e;
		}, 'three questions and three results');
		const asked = mine.filter((e) => e.k === 'M27.mandate');
		assert.deepEqual(asked.map((e) => e.message.body.purpose), ['was it in time?', 'all of it', 'what is not mine']);
		const result = mine.find((e) => e.k === 'M27.result' && e.message.body.asked === r.head.id);
		assert.equal(result.message.body.result_count, r.rows.length);
		assert.equal(result.message.body.export_digest, r.last.sha256);
		assert.equal(result.message.body.complete, true);
	});
});
