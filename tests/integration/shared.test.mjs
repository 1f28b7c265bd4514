// shared.test.mjs: two nodes on one database with one token: what one makes or destroys in it the other sees at once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { accepted, days, goneFrom, leave, meet, threat } from './lib/ending.mjs';
import { Knife } from './lib/knife.mjs';
import { Ledger } from './lib/ledger.mjs';
import { Member } from './lib/member.mjs';
import { m4 } from './lib/messages.mjs';
import { Server, scratch, until } from './lib/server.mjs';
import { Token, noToken } from './lib/token.mjs';

const skip = noToken || (Boolean(process.env.ASAN_OPTIONS) && 'the sanitizers want to be loaded first');

describe('two nodes with one token', { skip }, () => {
	let dir, token, knife, one, two, ledger, open;

	before(async () => {
		dir = scratch();
		token = new Token(dir);
		knife = new Knife(path.join(dir, 'knife'));
		one = await Server.start({ ...token.options, env: { ...token.env, ...knife.env }, state: path.join(dir, 'one') });
		ledger = new Ledger(one);
		const state = path.join(dir, 'two'), secret = fs.readFileSync(path.join(one.state, 'keys/pg-admin'), 'utf8').trim();
		fs.mkdirSync(path.join(state, 'keys'), { recursive: true, mode: 0o700 });
		for (const name of fs.readdirSync(path.join(one.state, 'keys')).filter((n) => /^(dup|outside|log-\d+)\.key$/.test(n)))
			fs.copyFileSync(path.join(one.state, 'keys', name), path.join(state, 'keys', name));
		token.give(state);
		two = await Server.start({ ...token.options, state, command: 'serve',
			args: [...token.options.args, '--node', 'n2', '--database', `host=${one.state}/run user=tocsin_admin dbname=tocsin password=${secret}`] });
		two.ca = fs.readFileSync(path.join(state, 'keys/ca.pem'));
		two.credentials = one.credentials;
		open = await meet(one);
	});
	after(async () => {
		await leave(open);
		await two?.stop({ keep: true });
		await one?.stop({ keep: true });
		fs.rmSync(dir, { recursive: true, force: true });
	});
	/** The eraser's, which begins with the first erasure that it hears of. */
	const recordOf = (s) => {
		const file = path.join(s.state, 'wrapping/record');
		return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
	};
	const newest = async () => (await ledger.rows('select id from ledger.wrapping order by nth desc limit 1', 'admin'))[0].id;
	const settled = () => until(async () => token.keys === 1 && !(await ledger.rows(`select 1 as one from ledger.seal_key where wrapping <> '${await newest()}'`)).length &&
		[one, two].every((s) => /^pending 0$/m.test(recordOf(s))), 'one key is left, and all is wrapped under it');
	const reads = async (node, sent) => {
		const again = await Member.connect(node, 'AIRU', 'duty officer', { from: -1 });
		const entry = await again.entry((e) => e.seq === sent.seq);
		await again.close();
		return entry;
	};
	/** Both take a threat that needs a new seal key, and both read it whole. */
	async function both(text) {
		for (const node of [one, two]) {
			const there = await Member.connect(node, 'StreamHarbor', 'night responder', { resume: true }), answer = await there.deliver(m4(there, { text }));
			/* a node whose keeper has not heard yet that the key is another one takes it into the journal, and records it when it has */
			assert.match(answer.op, /^(accepted|journaled)$/, JSON.stringify(answer));
			const sent = await there.entry((e) => e.id === answer.id);
			for (const other of [one, two]) assert.match((await reads(other, sent)).message.body.explanation ?? '', new RegExp(text));
			await there.close();
		}
	}

	it('an erasure on one is one on both: what each has open of it is forgotten', async () => {
		const doomed = await threat(open, 'gone-on-both-1');
		assert.match((await reads(two, doomed)).message.body.explanation, /gone-on-both-1/, 'its archive has the key open');
		await days(open, 31);
		await goneFrom(ledger, `case:${doomed.case}`);
		await settled();
		for (const s of [one, two]) await until(async () => (await reads(s, doomed)).erased === true, 'it is erased there');
		await both('after the erasure');
	});

	it('a key that one is making is not destroyed by the other; and one that the other destroyed as older is not taken into use', async () => {
		const doomed = await threat(open, 'gone-on-both-2'), from = two.log.length;
		knife.set('eraser', 1, 'before select ledger.begin_wrapping', true);
		await days(open, 31);
		await goneFrom(ledger, `case:${doomed.case}`);
		await until(() => knife.left === 0 || two.log.slice(from).includes('wrapping_key_replaced'), 'the first stands still with a key that is not entered');
		if (knife.left === 0) await until(() => two.log.slice(from).includes('wrapping_key_replaced'), 'the second has gone over the keys');
		knife.set('eraser', 0);
		one.signal('eraser', 'SIGCONT');
		await settled();
		await both('after a race');
	});
});
