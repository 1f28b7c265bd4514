// nodes.test.mjs: two nodes on one database, each with keys of its own folder: an erasure on one of them takes effect on both, also
// when the other stood still or was down meanwhile; the new wrapping key reaches it without anybody's hand, and nobody else.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { accepted, days, goneFrom, keyOf as key, leave, meet, partsOf, threat } from './lib/ending.mjs';
import { Ledger, opensWith, wrappingKeys } from './lib/ledger.mjs';
import { Member } from './lib/member.mjs';
import { m4, message } from './lib/messages.mjs';
import { Server, scratch, until } from './lib/server.mjs';

const files = (s) => fs.readdirSync(path.join(s.state, 'wrapping')).filter((n) => n.endsWith('.key')).map((n) => n.slice(0, 36));

describe('two nodes', () => {
	let dir, one, two, ledger, open;

	/** The second node: the keys that all nodes have, no wrapping key, and the database of the first. */
	async function second() {
		const state = path.join(dir, 'two'), secret = fs.readFileSync(path.join(one.state, 'keys/pg-admin'), 'utf8').trim();
		if (!fs.existsSync(state)) {
			fs.mkdirSync(path.join(state, 'keys'), { recursive: true, mode: 0o700 });
			for (const name of fs.readdirSync(path.join(one.state, 'keys')).filter((n) => /^(dup|outside|log-\d+)\.key$/.test(n)))
				fs.copyFileSync(path.join(one.state, 'keys', name), path.join(state, 'keys', name));
		}
		fs.chmodSync(path.join(one.state, 'run'), 0o755);
		two = await Server.start({ state, command: 'serve', args: ['--node', 'n2', '--database', `host=${one.state}/run user=tocsin_admin dbname=tocsin password=${secret}`] });
		two.ca = fs.readFileSync(path.join(state, 'keys/ca.pem'));
		two.credentials = one.credentials;
	}
	const keyOf = (sent) => key(ledger, `case:${sent.case}`), gone = (sent) => goneFrom(ledger, `case:${sent.case}`);
	const settled = (...nodes) => until(async () => {
		const newest = (await ledger.rows('select id from ledger.wrapping order by nth desc limit 1', 'admin'))[0].id;
		return nodes.every((s) => files(s).length === 1 && files(s)[0] === newest) &&
			(await ledger.rows(`select count(*)::int as n from ledger.seal_key where wrapping <> '${newest}'`))[0].n === 0 &&
			(await ledger.rows('select count(*)::int as n from ledger.wrapping_wanted', 'admin'))[0].n === 0;
	}, 'both hold the newest wrapping key alone');
	const reads = async (node, sent) => {
		const again = await Member.connect(node, 'AIRU', 'duty officer', { from: -1 });
		const entry = await again.entry((e) => e.seq === sent.seq);
		await again.close();
		return entry;
	};

	before(async () => {
		dir = scratch();
		one = await Server.start({ state: path.join(dir, 'one') });
		ledger = new Ledger(one);
		await second();
		open = await meet(one);
	});
	after(async () => {
		await leave(open);
		await two?.stop({ keep: true });
		await one?.stop({ keep: true });
		fs.rmSync(dir, { recursive: true, force: true });
	});

	it('read the same, sealed under the same wrapping key, which the new one has asked for', async () => {
		await settled(one, two);
		const sent = await threat(open, 'an-ordinary-day');
		assert.match((await reads(two, sent)).message.body.explanation, /an-ordinary-day/);
		assert.deepEqual(files(two), files(one));
	});

	it('after an erasure both hold the new wrapping key and nothing that opens what is gone; what was handed over is sealed to one question', async () => {
		const doomed = await threat(open, 'gone-on-both-1'), key = await keyOf(doomed), sealed = await partsOf(ledger, key);
		const before = new Map([...wrappingKeys(one.state), ...wrappingKeys(two.state)]);
		assert.ok(opensWith(before, key, sealed).some((t) => t.includes('gone-on-both-1')));
		await days(open, 31);
		await gone(doomed);
		await settled(one, two);
		for (const s of [one, two]) assert.deepEqual(opensWith(wrappingKeys(s.state), key, sealed), []);
		for (const s of [one, two]) assert.equal((await reads(s, doomed)).erased, true);
		const record = fs.readFileSync(path.join(two.state, 'wrapping/record'), 'utf8');
		assert.match(record, new RegExp(`^e ${key.id} R-ITL case:${doomed.case}$`, 'm'), 'the one that did not erase knows of it, too');
	});

	it('goes on when one of them stands still: frozen before the erasure, it wakes up after it, serves nothing of it and takes the new key', async () => {
		const doomed = await threat(open, 'gone-while-frozen-2'), key = await keyOf(doomed), sealed = await partsOf(ledger, key);
		assert.match((await reads(two, doomed)).message.body.explanation, /gone-while-frozen-2/, 'its archive has the key open');
		const old = wrappingKeys(two.state), asleep = ['keeper', 'archive', 'eraser', 'front', 'signer', 'courier'];
		for (const part of asleep) two.signal(part, 'SIGSTOP');
		two.process.kill('SIGSTOP'); // who watches them, too
		await days(open, 31);
		await gone(doomed);
		await settled(one);
		two.process.kill('SIGCONT');
		for (const part of asleep) two.signal(part, 'SIGCONT');
		await settled(one, two);
		assert.deepEqual(opensWith(wrappingKeys(two.state), key, sealed), []);
		for (const id of old.keys()) assert.ok(!wrappingKeys(two.state).has(id));
		assert.equal((await reads(two, doomed)).erased, true);
		assert.equal((await ledger.rows(`select count(*)::int as n from ledger.seal_key where id = '${key.id}'`))[0].n, 0, 'the old key is not there again');
		const awake = await Member.connect(two, 'StreamHarbor', 'night responder');
		const sent = accepted(await awake.send(m4(awake, { text: 'told to the second' }))); // with new seal keys, under the new wrapping key
		await awake.close();
		assert.match((await reads(one, sent)).message.body.explanation, /told to the second/);
	});

	it('comes up again after an erasure that it was not there for', async () => {
		assert.equal((await two.stop({ keep: true })).code, 0);
		const doomed = await threat(open, 'gone-while-down-3'), key = await keyOf(doomed), sealed = await partsOf(ledger, key);
		await days(open, 31);
		await gone(doomed);
		await settled(one);
		assert.ok(opensWith(wrappingKeys(two.state), key, sealed).length, 'the old wrapping key still lies there, switched off');
		await second();
		await settled(one, two);
		assert.deepEqual(opensWith(wrappingKeys(two.state), key, sealed), []);
		assert.equal((await reads(two, doomed)).erased, true);
		assert.match(two.log, /wrapping_key_taken/);
	});

	it('an eraser on each, killed again and again while something is erased: both end with one wrapping key, and all that is left opens', async () => {
		const doomed = [await threat(open, 'doomed-a'), await threat(open, 'doomed-b')], kept = accepted(await open.harbor.send(m4(open.harbor, { text: 'stays' })));
		await days(open, 31);
		for (let i = 0; i < 4; i++) await Promise.all([one.kill('eraser'), two.kill('eraser')]);
		for (const d of doomed) await gone(d);
		await settled(one, two);
		const all = await ledger.read();
		Ledger.checkTree(all);
		await ledger.checkSeals(all.entries);
		for (const s of [one, two]) assert.match((await reads(s, kept)).message.body.explanation, /stays/);
	});

	it('one that has not got the new key yet takes threats to its journal, and refuses none; when it has it, they are recorded, once', async () => {
		two.signal('eraser', 'SIGSTOP');
		const doomed = await threat(open, 'gone-while-waiting-5'), old = files(two)[0];
		await days(open, 31);
		await gone(doomed);
		await until(async () => (await ledger.rows(`select 1 as one from ledger.wrapping where id = '${old}' and retired_at is not null`, 'admin')).length, 'the old one is retired');
		assert.deepEqual(files(two), [old]);
		const there = await Member.connect(two, 'StreamHarbor', 'night responder', { resume: true }), told = m4(there, { text: 'told meanwhile' });
		const answer = await there.send(told);
		assert.equal(answer.op, 'journaled', JSON.stringify(answer));
		const refused = await there.send(message('M1', {}));
		assert.notEqual(refused.op, 'accepted');
		two.signal('eraser', 'SIGCONT');
		await settled(one, two);
		const entry = await open.desk.entry((e) => e.id === told.id);
		assert.equal(entry.late, true);
		assert.match(entry.message.body.explanation, /told meanwhile/);
		await until(async () => (await ledger.rows(`select count(*)::int as n from ledger.entry where eid = '${told.id}'`))[0].n === 1, 'recorded once');
		const after = accepted(await there.deliver(m4(there, { text: 'and as ever again' })));
		await there.close();
		assert.match((await reads(one, after)).message.body.explanation, /as ever again/);
	});

	it('one that has not got the new key yet says of nothing that it is erased: who is connected there gets it whole, when it has the key', async () => {
		const live = await Member.connect(two, 'AIRU', 'duty officer', { resume: true });
		two.signal('eraser', 'SIGSTOP');
		const doomed = await threat(open, 'gone-while-waiting-7');
		await days(open, 31);
		await gone(doomed);
		await until(async () => (await ledger.rows('select count(*)::int as n from ledger.wrapping where retired_at is null', 'admin'))[0].n === 1, 'the old one is retired');
		const sent = accepted(await open.harbor.deliver(m4(open.harbor, { text: 'sealed under the new key' })));
		const later = await Member.connect(two, 'AIRU', 'liaison officer', { from: sent.seq - 1, resume: true });
		await until(() => live.entries.some((e) => e.seq === sent.seq) || /database_away/.test(two.log.slice(two.log.lastIndexOf('wrapping_key_taken'))), 'it is shown there, or known to be shut');
		two.signal('eraser', 'SIGCONT');
		for (const who of [live, later]) {
			const entry = await who.entry((e) => e.seq === sent.seq);
			assert.equal(entry.erased, undefined, `${who.person} is told that it is erased`);
			assert.match(entry.message.body.explanation ?? '', /sealed under the new key/);
			await who.close();
		}
		await settled(one, two);
	});

	it('replaces the wrapping key for a node that erased and has not come back', async () => {
		const doomed = await threat(open, 'left-by-another-6'), key = await keyOf(doomed), sealed = await partsOf(ledger, key), newest = files(one)[0];
		for (const s of [one, two]) s.signal('eraser', 'SIGSTOP');
		await days(open, 31);
		const [due] = await until(async () => {
			const found = await ledger.rows(`select seq from ledger.entry where k = 'erase.due' and (convert_from(body, 'UTF8')::json) #>> '{message,body,key}' = '${key.id}'`);
			return found.length && found;
		}, 'it is entered');
		await ledger.rows(`set role tocsin_eraser; select ledger.erase(${due.seq})`, 'admin'); // by a third node, which then is gone
		await gone(doomed);
		assert.ok(opensWith(wrappingKeys(one.state), key, sealed).length, 'an older copy opens still');
		for (const s of [one, two]) s.signal('eraser', 'SIGCONT');
		await until(() => !files(one).includes(newest) && !files(two).includes(newest), 'it is replaced all the same');
		await settled(one, two);
		for (const s of [one, two]) assert.deepEqual(opensWith(wrappingKeys(s.state), key, sealed), []);
	});

	it('gives no wrapping key to who can only write to the database, and takes none from there', async () => {
		const newest = files(one)[0];
		await ledger.rows(`insert into ledger.wrapping_wanted (node, wrapping, public_key, proof) values ('n3', '${newest}', sha256('half'), sha256('proof'))`, 'admin');
		await one.kill('eraser');
		// a look later: an honest question is answered, the false one is not
		two.signal('eraser', 'SIGSTOP');
		const doomed = await threat(open, 'gone-while-asked-4');
		await days(open, 31);
		await gone(doomed);
		await until(() => files(one).length === 1 && files(one)[0] !== newest, 'replaced');
		assert.equal((await ledger.rows(`select sealed is null as open from ledger.wrapping_wanted where node = 'n3'`, 'admin'))[0].open, true);
		// whoever answers before the other node does so with a key of theirs
		one.signal('eraser', 'SIGSTOP');
		two.signal('eraser', 'SIGCONT');
		await until(async () => (await ledger.rows(`select 1 as one from ledger.wrapping_wanted where node = 'n2'`, 'admin')).length, 'the second asks');
		await ledger.rows(`update ledger.wrapping_wanted set sealed = decode(repeat('07', 93), 'hex') where node = 'n2'`, 'admin');
		await until(() => two.log.includes('wrapping_key_false'), 'it is not taken');
		assert.deepEqual(files(two), [newest]);
		await ledger.rows(`delete from ledger.wrapping_wanted where node = 'n3'`, 'admin');
		one.signal('eraser', 'SIGCONT');
		await settled(one, two);
	});
});
