// cutoff.test.mjs: kill -9 of the eraser and of the keeper at each single step of an erasure, one after the other until one passes
// uncut: every time it is brought to its end, nothing that survives is lost, and nothing that is gone opens.
// long: it kills at each step
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { accepted, days, keyOf, leave, meet, partsOf, threat } from './lib/ending.mjs';
import { Knife } from './lib/knife.mjs';
import { Ledger, opensWith, wrappingKeys } from './lib/ledger.mjs';
import { Member } from './lib/member.mjs';
import { m4 } from './lib/messages.mjs';
import { Server, scratch, until } from './lib/server.mjs';

const sanitized = Boolean(process.env.ASAN_OPTIONS) && 'the sanitizers want to be loaded first';

describe('cut off at each step', { skip: sanitized }, () => {
	let dir, server, knife, ledger, open, kept;
	const folder = () => fs.readdirSync(path.join(server.state, 'wrapping'));
	const files = () => folder().filter((n) => n.endsWith('.key')).map((n) => n.slice(0, 36));

	before(async () => {
		dir = scratch();
		knife = new Knife(path.join(dir, 'knife'));
		server = await Server.start({ state: path.join(dir, 'state'), env: knife.env });
		ledger = new Ledger(server);
		open = await meet(server);
		kept = accepted(await open.harbor.deliver(m4(open.harbor, { text: 'this stays' })));
	});
	after(async () => {
		await leave(open);
		await server?.stop({ keep: true });
		fs.rmSync(dir, { recursive: true, force: true });
	});

	async function doomed(n) {
		const sent = await threat(open, `doomed-at-step-${n}`), key = await keyOf(ledger, `case:${sent.case}`), sealed = await partsOf(ledger, key);
		assert.ok(opensWith(wrappingKeys(server.state), key, sealed).length);
		return { key, sealed };
	}
	/** It is over: parts and key are gone, one wrapping key is left, and nothing is pending anywhere. */
	async function over({ key, sealed }) {
		await until(async () => !(await ledger.rows(`select 1 as one from ledger.seal_key where id = '${key.id}'`)).length, 'the key is gone');
		await until(async () => {
			const [newest] = await ledger.rows('select id, (select count(*)::int from ledger.seal_key k where k.wrapping <> w.id) as others from ledger.wrapping w order by nth desc limit 1', 'admin');
			return files().length === 1 && files()[0] === newest.id && newest.others === 0 && !folder().some((n) => /\.(gone|new)$/.test(n)) &&
				/^pending 0$/m.test(fs.readFileSync(path.join(server.state, 'wrapping/record'), 'utf8'));
		}, `it is brought to its end: ${folder()}`);
		assert.deepEqual(opensWith(wrappingKeys(server.state), key, sealed), []);
		assert.match(fs.readFileSync(path.join(server.state, 'wrapping/record'), 'utf8'), new RegExp(`^e ${key.id} `, 'm'));
		const named = await ledger.rows(`select 1 as one from ledger.entry where k = 'erase.due' and (convert_from(body, 'UTF8')::json) #>> '{message,body,key}' = '${key.id}'`);
		assert.ok(named.length >= 1, 'an entry says so');
	}
	/** Every step of this part, from the first, until an erasure passes without being cut. @returns where it was cut */
	async function everyStep(part, most) {
		const at = [];
		for (let n = 1; ; n++) {
			assert.ok(n <= most, `it never passes uncut: ${at.join('; ')}`);
			const victim = await doomed(n);
			await until(() => server.pids(part).length === 1, `a ${part}`);
			const from = server.log.length;
			knife.set(part, n);
			await days(open, 31);
			await until(async () => knife.left === 0 || !(await ledger.rows(`select 1 as one from ledger.seal_key where id = '${victim.key.id}'`)).length, 'cut off, or carried out');
			await over(victim);
			await until(() => knife.left === 0 || server.log.slice(from).includes('keys_forgotten'), 'cut off, or the keeper has forgotten the key');
			const cut = knife.left === 0, where = knife.killedAt;
			knife.set(part, 0);
			if (!cut) return at;
			await over(victim);
			at.push(where);
		}
	}

	it('of the eraser', async (t) => {
		const at = await everyStep('eraser', 80);
		t.diagnostic(at.join('; '));
		for (const what of [/rename to record/, /before .*ledger\.erase/, /after .*ledger\.erase/, /rename to .*\.key$/, /before .*begin_wrapping/, /after .*begin_wrapping/, /before .*rewrap/,
			/after .*rewrap/, /before .*retire/, /after .*retire/, /rename to .*\.key\.gone/, /unlink .*\.key\.gone/])
			assert.ok(at.some((x) => what.test(x)), `${what} was one of the steps: ${at.join('; ')}`);
	});

	it('of the keeper', async (t) => {
		const at = await everyStep('keeper', 80);
		t.diagnostic(at.join('; '));
		/* what it reads beside comes as it falls, so which step is the n-th is not the same twice: at these it is cut off in any case */
		for (const what of ['append', 'parts_of']) {
			const victim = await doomed(what);
			knife.set('keeper', 1, what);
			await days(open, 31);
			await until(() => knife.left === 0, `cut off at ${what}`);
			assert.equal(knife.killedAt, `before ${what}`);
			knife.set('keeper', 0);
			await over(victim);
		}
	});

	it('and what stays opens, and the ledger verifies', async () => {
		const all = await ledger.read();
		Ledger.checkTree(all);
		await ledger.checkSeals(all.entries);
		const again = await Member.connect(server, 'AIRU', 'duty officer', { from: -1 });
		assert.match((await again.entry((e) => e.seq === kept.seq)).message.body.explanation, /this stays/);
		await again.close();
		assert.doesNotMatch(server.log, /part_missing/);
	});
});
