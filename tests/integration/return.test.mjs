// return.test.mjs: kill -9 of the keeper at each kind of step of its way back from an outage, and once at none: what was journaled is
// recorded once, what the ledger does not take is kept until it does, and everybody has what is theirs. Every single step, and more
// than death, without a server: tests/unit/keeper/test_each_step.c.
// long: it kills at each kind of step
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Knife } from './lib/knife.mjs';
import { Ledger } from './lib/ledger.mjs';
import { m4 } from './lib/messages.mjs';
import { freeze, recorded } from './lib/outage.mjs';
import { Server, scratch, until } from './lib/server.mjs';
import { Steady } from './lib/steady.mjs';

const sanitized = Boolean(process.env.ASAN_OPTIONS) && 'the sanitizers want to be loaded first';
const STEPS = ['before append', 'write refused', 'fdatasync refused', 'rename to urgent', 'fsync'];

describe('cut off on the way back', { skip: sanitized }, () => {
	let dir, server, knife, platform, desk, bystander, back, serial = 0;
	const sql = (text) => new Ledger(server).rows(text, 'admin');
	const threat = (text) => m4(platform.self, { text, body: {
		content: [{ url: `https://content.example/v/${++serial}`, type: 'post' }], user_identifiers: [{ kind: 'handle', value: `one-${serial}` }],
	} });

	before(async () => {
		dir = scratch();
		knife = new Knife(path.join(dir, 'knife'));
		server = await Server.start({ state: path.join(dir, 'state'), env: knife.env });
		[platform, desk, bystander] = await Promise.all([['StreamHarbor', 'night responder'], ['AIRU', 'duty officer'], ['BFP', 'duty officer']]
			.map(([org, person]) => Steady.connect(server, org, person)));
	});
	after(async () => {
		back?.();
		await Promise.all([platform, desk, bystander].map((m) => m?.leave()));
		await server?.stop({ keep: true });
		fs.rmSync(dir, { recursive: true, force: true });
	});

	it('each is in the ledger once, whatever was cut', async (t) => {
		const at = [], all = [], doubtful = new Set();
		for (const step of [...STEPS, null]) {
			const sent = ['one', 'barred', 'two'].map((what) => threat(`${what}, at ${step ?? 'no step'}`)), [, barred] = sent;
			await sql(`alter table ledger.entry add constraint bar check (eid <> '${barred.id}') not valid`);
			back = freeze(server);
			for (const what of sent) assert.equal((await platform.deliver(what)).op, 'journaled');
			knife.set('keeper', step ? 1 : 0, step ?? '');
			const from = server.log.length;
			back();
			back = null;
			await until(() => (step ? knife.left === 0 : server.log.slice(from).includes('"database_back"')), step ? `cut off at ${step}` : 'back');
			if (step) at.push(knife.killedAt);
			knife.set('keeper', 0);
			await until(async () => (await recorded(server, sent[0].id)).n && (await recorded(server, sent[2].id)).n, 'the others are recorded');
			assert.equal((await recorded(server, barred.id)).n, 0);
			await sql('alter table ledger.entry drop constraint bar');
			await until(() => server.pids('keeper').length === 1, 'the one that was cut off has a successor');
			await server.kill('keeper');
			await until(async () => (await recorded(server, barred.id)).n, 'it is recorded, too');
			all.push(...sent);
			doubtful.add(sent[0].id); // the database may have heard it before it fell silent
		}
		t.diagnostic(at.join('; '));
		STEPS.forEach((step, i) => assert.ok(at[i].startsWith(step), `${step}: ${at[i]}`));
		for (const what of all) {
			const { n, entry } = await recorded(server, what.id);
			assert.equal(n, 1, what.id);
			assert.ok(entry.late || doubtful.has(what.id));
			await desk.entry((e) => e.id === what.id);
			assert.equal(desk.entries.filter((e) => e.id === what.id).length, 1);
		}
		assert.deepEqual(desk.faults, []);
		assert.deepEqual([...bystander.urgents, ...bystander.entries.filter((e) => all.some((x) => x.id === e.id))], []);
	});
});
