// remains.test.mjs: what was erased is looked for wherever it was: on a connection that resumes, in a webhook's next try, in a dump that
// pg_dump made before; what a hold keeps is there; and nothing that was being said meanwhile is lost.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { atConsole } from './lib/audit.mjs';
import { ran } from './lib/command.mjs';
import { accepted, days, keyOf as key, leave, meet, partsOf as parts, system, threat } from './lib/ending.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { Ledger, opensWith, wrappingKeys } from './lib/ledger.mjs';
import { Member } from './lib/member.mjs';
import { m4, m5, message, uuid7 } from './lib/messages.mjs';
import { Server, scratch, until } from './lib/server.mjs';

let dir, server, ledger, open, endpoint, console_;
/** Their key is for exercises, and a link signs in once. */
const airu = async () => (console_ ??= await atConsole(server, 'AIRU', 'data protection officer'));

async function start() {
	server = await Server.start({ state: path.join(dir, 'state'), args: [...Endpoint.options(endpoint), '--hook-answer-s', '2', '--delivery-retry-s', '3', '--fronts', '1'] });
	ledger = new Ledger(server);
	open = await meet(server, { officer: ['StreamHarbor', 'data protection officer'], admin: ['StreamHarbor', 'admin'], second: ['StreamHarbor', 'second admin'] });
}
async function stop() {
	await leave(open);
	assert.equal((await server.stop({ keep: true })).code, 0);
}
const month = () => days(open, 31);
const keyOf = (...of) => key(ledger, ...of), partsOf = (k) => parts(ledger, k);
const gone = (key) => until(async () => !(await ledger.rows(`select 1 as one from ledger.seal_key where id = '${key.id}'`)).length, 'the key is gone');
const files = () => fs.readdirSync(path.join(server.state, 'wrapping')).filter((n) => n.endsWith('.key'));
const settled = () => until(async () => files().length === 1 && /^pending 0$/m.test(fs.readFileSync(path.join(server.state, 'wrapping/record'), 'utf8')) &&
	(await ledger.rows(`select count(*)::int as n from ledger.seal_key where wrapping <> '${files()[0].slice(0, 36)}'`))[0].n === 0, 'one wrapping key', 30_000);
const early = (subject, classes, more = {}) => message('erase', { step: 'early', subject, classes, reason: 'the person asked' }, { ...system, ...more });

before(async () => {
	dir = scratch();
	endpoint = await Endpoint.start();
	await start();
});
after(async () => {
	await server?.stop({ keep: true });
	endpoint?.end();
	fs.rmSync(dir, { recursive: true, force: true });
});

describe('on the way to members', () => {
	it('a client that resumes is shown no content that was erased, although the front had it at hand', async () => {
		const sent = await threat(open, 'heron-on-the-wire-1'), before = sent.seq - 1;
		const then = await Member.connect(server, 'AIRU', 'duty officer', { from: before });
		assert.match((await then.entry((e) => e.seq === sent.seq)).message.body.explanation, /heron-on-the-wire-1/, 'from the ring');
		await then.close();
		const key = await keyOf(`case:${sent.case}`);
		await month();
		await gone(key);
		await until(async () => {
			const again = await Member.connect(server, 'AIRU', 'duty officer', { from: before });
			const entry = await again.entry((e) => e.seq === sent.seq);
			await again.close();
			return entry.erased === true && !JSON.stringify(entry).includes('heron-on-the-wire-1');
		}, 'a resumed client reads that it was erased');
		const list = await server.request('GET', `/api/entries?after=${before}&limit=50`, { credential: server.credential('AIRU', 'duty officer') });
		assert.ok(list.json.entries.some((e) => e.seq === sent.seq) && !list.text.includes('heron-on-the-wire-1'));
		assert.ok(open.desk.socket.readyState === 1 && !open.desk.losses, 'whoever is connected stays so');
		const next = accepted(await open.harbor.deliver(m4(open.harbor, { text: 'and goes on' })));
		await open.desk.entry((e) => e.seq === next.seq);
	});

	it('a webhook that had not been reached is told of the heading only', async () => {
		const declared = await open.admin.send(message('hook', { step: 'declare', kind: 'webhook', content: 'entry', url: `${endpoint.url}/in` }, system));
		accepted(declared);
		accepted(await open.second.send(message('hook', { step: 'confirm', hook: declared.id }, system)));
		endpoint.answers = [503];
		const sent = await threat(open, 'heron-on-the-hook-3');
		await endpoint.call((c) => c.json?.id === sent.id && c.body.includes('heron-on-the-hook-3'));
		const key = await keyOf(`case:${sent.case}`);
		await month();
		await gone(key);
		await settled();
		const tried = endpoint.calls.filter((c) => c.json?.id === sent.id).length;
		await until(() => endpoint.calls.filter((c) => c.json?.id === sent.id).length > tried, 'it is tried again');
		const last = endpoint.calls.filter((c) => c.json?.id === sent.id).at(-1);
		assert.ok(!last.body.includes('heron-on-the-hook-3'), last.body.toString());
		assert.equal(last.json.data.erased, true);
		endpoint.answers = [204];
		accepted(await open.admin.send(message('hook', { step: 'remove', hook: declared.id }, system)));
	});
});

describe('a hold', () => {
	it('that comes between the dry run and the run keeps it; of two subjects the other one goes', async () => {
		const [a, b] = [await threat(open, 'held-back-4'), await threat(open, 'not-held-5')], hold = uuid7();
		const [keyA, keyB] = [await keyOf(`case:${a.case}`), await keyOf(`case:${b.case}`)];
		server.signal('eraser', 'SIGSTOP'); // so that the run stands still once it is entered
		accepted(await open.officer.send(message('hold', { step: 'set', hold, subject: 'case', subject_ref: a.case, classes: ['R-ITL'], basis: 'file 20' }, system)));
		await month();
		const asked = await open.officer.prepare(message('erase', { step: 'list', only: 'held' }, system));
		assert.ok(asked.held.some((h) => h.subject === `case:${a.case}` && h.held), JSON.stringify(asked));
		await open.officer.entry((e) => e.k === 'erase.due' && e.message.body.subject === `case:${b.case}`);
		server.signal('eraser', 'SIGCONT');
		await gone(keyB);
		await settled();
		assert.ok(await keyOf(`case:${a.case}`));
		assert.ok((await partsOf(keyA)).every((p) => p.data));
		accepted(await open.officer.send(message('hold', { step: 'lift', hold }, system)));
		await gone(keyA);
	});

	it('keeps what an erasure has left, over a restart of the eraser: what was sealed since is no revenant', async () => {
		const person = open.harbor.welcome.you.person, subject = `person:${person}`;
		const key = await keyOf(subject, 'R-AUDIT');
		assert.ok(key);
		server.signal('eraser', 'SIGSTOP');
		accepted(await open.officer.send(early(subject, ['R-AUDIT'])));
		await open.officer.entry((e) => e.k === 'erase.due' && e.message.body.subject === subject);
		const issued = await open.admin.send(message('credential', { step: 'issue', org: 'StreamHarbor', person, credential: uuid7(), kind: 'api_key',
			sha256: createHash('sha256').update(randomBytes(32)).digest('hex'), expires: new Date(Date.now() + 86400e3).toISOString() }, system));
		accepted(issued); // sealed with the key that is to go
		assert.equal((await ledger.rows(`select actor_key from ledger.sealed where seq = ${issued.seq}`))[0].actor_key, key.id);
		const hold = uuid7();
		accepted(await open.officer.send(message('hold', { step: 'set', hold, subject: 'person', subject_ref: person, classes: ['R-AUDIT'], basis: 'file 21' }, system)));
		server.signal('eraser', 'SIGCONT');
		await until(async () => (await ledger.rows(`select count(*)::int as n from ledger.sealed where actor_key = '${key.id}' and actor is not null`))[0].n < 2, 'what was named goes');
		await settled();
		const replaced = () => server.log.split('"wrapping_key_replaced"').length, before = replaced();
		for (let i = 0; i < 2; i++) {
			await server.kill('eraser');
			await until(async () => server.log.split('"text":"eraser 0: serving"').length > i + 2, 'another eraser');
		}
		const other = await threat(open, 'goes-meanwhile-6'), otherKey = await keyOf(`case:${other.case}`);
		await month();
		await gone(otherKey); // the new eraser has looked and worked
		await settled();
		assert.equal(replaced(), before + 1, 'no wrapping key was replaced for what had been carried out');
		assert.equal((await ledger.rows(`select count(*)::int as n from ledger.sealed where seq = ${issued.seq} and actor is not null`))[0].n, 1, 'what is held is there');
		assert.equal((await ledger.rows('select count(*)::int as n from ledger.revenant', 'admin'))[0].n, 0);
		assert.ok(!open.officer.entries.some((e) => e.k === 'erase.due' && e.message.body.basis === 'restored'));
		accepted(await open.officer.send(message('hold', { step: 'lift', hold }, system)));
	});
});

describe('before its time', () => {
	it('a case goes when a second officer, of another organisation, has said the same, and only then', async () => {
		const sent = await threat(open, 'asked-for-7'), key = await keyOf(`case:${sent.case}`), subject = `case:${sent.case}`;
		const other = await airu();
		const first = accepted(await open.officer.send(early(subject, ['R-ITL'])));
		assert.equal((await other.send(early(subject, ['R-ITL', 'R-AUDIT'], { supersedes: first.id }))).op, 'refused', 'not the same');
		assert.ok(await keyOf(subject));
		accepted(await other.send(early(subject, ['R-ITL'], { supersedes: first.id })));
		const due = await open.officer.entry((e) => e.k === 'erase.due' && e.message.body.subject === subject);
		assert.equal(due.message.body.basis, 'early');
		await gone(key);
		assert.ok((await other.entries()).some((e) => e.k === 'erase.due' && e.seq === due.seq), 'the other officer reads it, too');
	});
});

describe('tocsin admin subject', () => {
	const officer = (args, options = {}) => ran(server, ['admin', 'subject', ...args], { member: 'StreamHarbor/data protection officer', ...options });

	it('searches, shows, asks for the erasure with a second officer, and keeps the register', async () => {
		const sent = await threat(open, 'petra-of-the-quay-8'), subject = `case:${sent.case}`, key = await keyOf(subject);
		const found = await officer(['search', '-', '--purpose', 'request 31'], { input: 'PETRA-of-the-quay-8\n' });
		assert.equal(found.code, 0, found.err);
		assert.match(found.out, /M4\.send/);
		assert.ok(!found.out.includes('A text about'), 'no content');
		const json = await officer(['search', 'petra-of-the-quay-8', '--purpose', 'request 31', '--json']);
		assert.ok(json.lines.map((l) => JSON.parse(l)).some((r) => r.subject === subject && r.retention === 'R-ITL'));
		assert.equal((await officer(['search', 'petra'])).code, 2, 'without a purpose');
		assert.equal((await officer(['search', '-', '--purpose', 'x'], { input: '\n' })).code, 2);
		const shown = await officer(['show', subject]);
		assert.match(shown.out, new RegExp(`^${subject} {2}R-ITL {2}entries \\d+ {2}actors \\d+ {2}until `, 'm'));
		assert.ok(shown.out.trim().split('\n').every((l) => l.startsWith(subject)), shown.out);
		assert.equal((await officer(['show', subject, '--dry-run'])).out, 'nothing\n');
		assert.equal((await officer(['show', `case:${uuid7()}`])).out, 'nothing\n');
		const { id } = accepted(await (await airu()).send(early(subject, ['R-ITL'])));
		assert.equal((await officer(['erase', subject, '--classes', 'R-ITL'])).code, 2);
		assert.equal((await officer(['erase', subject, '--classes', 'R-NONE', '--reason', 'x'])).code, 1);
		assert.equal((await ran(server, ['admin', 'subject', 'erase', subject, '--classes', 'R-ITL', '--reason', 'x'], { member: 'StreamHarbor/night responder' })).code, 1);
		const second = await officer(['erase', subject, '--classes', 'R-ITL', '--reason', 'the person asked', '--confirm', id]);
		assert.equal(second.code, 0, second.err + second.out);
		await gone(key);
		const register = await officer(['register']);
		assert.equal(register.code, 0, register.err);
		assert.match(register.out, new RegExp(`^\\S+ {2}entry \\d+ {2}erase\\.early {2}${subject} {2}R-ITL {2}by StreamHarbor {2}the person asked$`, 'm'));
		assert.match(register.out, new RegExp(`^\\S+ {2}entry \\d+ {2}erase\\.due {2}${subject} {2}R-ITL {2}by server {2}\\d+ parts, ground: early$`, 'm'));
		assert.match(register.out, /hold\.set {2}case:\S+ {2}R-ITL {2}by StreamHarbor {2}file 20/);
		assert.match(register.out, /hold\.lift/);
		const others = await ran(server, ['admin', 'subject', 'register'], { member: 'FRP/data protection officer' });
		assert.ok(!others.out.includes(subject), 'what is no business of theirs');
		assert.equal((await officer(['search', 'petra-of-the-quay-8', '--purpose', 'request 31', '--json'])).lines.length, 2, 'it is not found any more');
	});
});

describe('an older dump', () => {
	it('as pg_dump made it: opened before with the keys then held, by nothing after; restored, what was erased is erased again, what survived opens', async () => {
		const doomed = await threat(open, 'in-the-old-dump-9'), kept = await threat(open, 'stays-in-the-dump-10');
		const key = await keyOf(`case:${doomed.case}`), sealed = await partsOf(key), keptKey = await keyOf(`case:${kept.case}`), keptParts = await partsOf(keptKey);
		const hold = uuid7();
		accepted(await open.officer.send(message('hold', { step: 'set', hold, subject: 'case', subject_ref: kept.case, classes: ['R-ITL', 'R-AUDIT'], basis: 'file 22' }, system)));
		const env = { ...process.env, PGPASSWORD: fs.readFileSync(path.join(server.state, 'keys/pg-admin'), 'utf8').trim() }, run = path.join(server.state, 'run');
		const dump = execFileSync('pg_dump', ['-h', run, '-U', 'tocsin_admin', '-d', 'tocsin'], { env, maxBuffer: 1 << 28 });
		const heldThen = wrappingKeys(server.state);
		// from the dump alone: sealed part and wrapped key stand in it, and open
		for (const bytes of [sealed[0].data, key.wrapped]) assert.ok(dump.includes(bytes), 'it is in the dump');
		assert.ok(opensWith(heldThen, key, sealed).some((t) => t.includes('in-the-old-dump-9')));
		assert.ok(!dump.includes('in-the-old-dump-9') && !dump.includes('petra-of-the-quay-8'), 'nothing in the clear');
		await month();
		await gone(key);
		await settled();
		for (const [name, k, p] of [['erased', key, sealed]]) assert.deepEqual(opensWith(wrappingKeys(server.state), k, p), [], name);
		assert.deepEqual(opensWith(wrappingKeys(server.state), keptKey, keptParts), [], 'a survivor does not open from the old dump either: its wrapped key there is under the old one');
		await stop();

		// the database is lost; a new one is made from the dump
		const pg = path.join(server.state, 'pg'), owner = fs.statSync(pg), bin = path.join(path.dirname(fs.realpathSync(execFileSync('sh', ['-c', 'ls -d /usr/lib/postgresql/*/bin | tail -1'], { encoding: 'utf8' }).trim())), 'bin');
		const words = [path.join(bin, 'postgres'), '-D', pg, '-k', run, '-c', 'listen_addresses='];
		const postgres = process.getuid() === 0 ? spawn('setpriv', [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', ...words], { stdio: 'ignore' }) : spawn(words[0], words.slice(1), { stdio: 'ignore' });
		const psql = (db, input) => execFileSync('psql', ['-h', run, '-U', 'tocsin_admin', '-d', db, '-XAtq', '-v', 'ON_ERROR_STOP=1'], { env, input, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'pipe'] });
		await until(() => { try { return psql('postgres', 'select 1') === '1\n'; } catch { return false; } }, 'PostgreSQL by itself');
		psql('postgres', 'drop database tocsin; create database tocsin');
		psql('tocsin', dump);
		const ended = new Promise((done) => postgres.on('exit', done));
		postgres.kill('SIGINT');
		await ended;

		await start();
		await until(async () => (await ledger.rows(`select 1 as one from ledger.entry where k = 'erase.due' and (convert_from(body, 'UTF8')::json) #>> '{message,body,basis}' = 'restored'
			and (convert_from(body, 'UTF8')::json) #>> '{message,body,key}' = '${key.id}'`)).length, 'its erasure is entered again', 30_000);
		await gone(key);
		await settled();
		assert.match(server.log, /keys_mended/);
		const again = await Member.connect(server, 'AIRU', 'duty officer', { from: -1 });
		assert.match((await again.entry((e) => e.seq === kept.seq)).message.body.explanation, /stays-in-the-dump-10/);
		assert.ok(!JSON.stringify(await again.entry((e) => e.seq === doomed.seq)).includes('in-the-old-dump-9'));
		await again.close();
		const all = await ledger.read();
		Ledger.checkTree(all);
		await ledger.checkSeals(all.entries);
	});
});

describe('a state directory from before wrapping keys had a folder', () => {
	it('has them moved there at the start, and what they wrap opens', async () => {
		const sent = await threat(open, 'from-long-ago-11');
		await settled();
		await stop();
		const [name] = files(), from = path.join(server.state, 'wrapping', name), to = path.join(server.state, 'keys', `wrap-${name}`);
		fs.renameSync(from, to);
		fs.chownSync(to, process.getuid(), process.getgid());
		fs.rmSync(path.join(server.state, 'wrapping'), { recursive: true });
		await start();
		assert.ok(!fs.existsSync(to), 'none is left behind');
		assert.match(server.log, /wrapping_key_moved/);
		const again = await Member.connect(server, 'AIRU', 'duty officer', { from: -1 });
		assert.match((await again.entry((e) => e.seq === sent.seq)).message.body.explanation, /from-long-ago-11/);
		await again.close();
		const key = await keyOf(`case:${sent.case}`);
		await month();
		await gone(key); // and they are erased as ever
		await settled();
	});
});

describe('a folder full of wrapping keys, left by rotations that were cut off', () => {
	it('is cleared, and what was pending gets a new one all the same', async () => {
		await settled();
		await stop();
		const folder = path.join(server.state, 'wrapping'), [name] = files(), record = path.join(folder, 'record'), owner = fs.statSync(path.join(folder, name));
		for (let i = 10; i < 25; i++) {
			const file = path.join(folder, `00000000-0001-7000-8000-0000000000${i}.key`);
			fs.writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
			fs.chownSync(file, owner.uid, owner.gid);
		}
		fs.writeFileSync(record, fs.readFileSync(record, 'utf8').replace(/^pending 0$/m, 'pending 1'));
		await start();
		await until(() => files().length === 1 && files()[0] !== name, 'a new one, alone');
		await settled();
		await ledger.checkSeals((await ledger.read()).entries);
	});
});

describe('what is said while something is erased', () => {
	it('is sealed anew when its key has just gone, and not refused', async () => {
		const sent = accepted(await open.harbor.deliver(m4(open.harbor, { text: 'a case that goes on' })));
		const key = await keyOf(`case:${sent.case}`);
		await ledger.rows(`delete from ledger.seal_key where id = '${key.id}'`, 'admin'); // and nobody has told the keeper
		const answer = await open.desk.send(m5(open.desk, 'accept', sent.case, {}));
		accepted(answer);
		const fresh = await keyOf(`case:${sent.case}`);
		assert.notEqual(fresh.id, key.id);
		assert.equal((await ledger.rows(`select data_key from ledger.sealed where seq = ${answer.seq}`))[0].data_key, fresh.id);
		assert.equal((await ledger.rows(`select count(*)::int as n from ledger.entry where eid = '${answer.id}'`))[0].n, 1);
		assert.ok(!server.log.includes('data_error'));
	});
});
