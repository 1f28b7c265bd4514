// tampering.test.mjs: everything that a superuser of the database can do to the record, and who notices each: the signer when
// it reads again what it signed, a verifier who kept a checkpoint, a member who is connected. Each on the same server,
// mended after each from a copy.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { command, ran } from './lib/command.mjs';
import { asAdministrator, treeRoot } from './lib/ledger.mjs';
import { grow, growTo, Log, signed } from './lib/log.mjs';
import { Member } from './lib/member.mjs';
import { scratch, Server, tocsind, until } from './lib/server.mjs';
import { Go } from './lib/strangers.mjs';

const TABLES = ['entry', 'sealed', 'tip', 'checkpoint', 'tile'];
/* what members vouched for, and when, hangs on a checkpoint: whoever replaces those lets it go */
const EMPTIED = 'truncate ledger.cosignature, ledger.time_stamp, ledger.checkpoint';
const emptied = (t) => (t === 'checkpoint' ? EMPTIED : `truncate ledger.${t}`);
const leaf = (seq, how) => `convert_to(${how(`convert_from(leaf, 'UTF8')`)}, 'UTF8') where seq = ${seq}`;
const later = (text) => `regexp_replace(${text}, '"ts":(\\d+)', '"ts":9\\1')`;
/** Leaf and hash of an entry, alike. */
const changed = (seq) => `update ledger.entry set leaf = ${leaf(seq, later)}; update ledger.entry set leaf_hash = sha256('\\x00'::bytea || leaf) where seq = ${seq}`;


let go; // whoever knows nothing of us but the formats
before(() => { go = Go.build(); });
after(() => go?.done());

/** A server with 1000 entries, past its triggers and constraints, with a copy of everything to mend it with; a checkpoint that a
 * stranger kept; a member who follows. */
class Bent {
	static async start() {
		const b = new Bent(), server = (b.server = await Server.start());
		const control = await Member.connect(server, 'CELL', 'controller');
		b.log = new Log(server, server.credential('FRP', 'auditor'));
		b.dir = scratch();
		b.kept = path.join(b.dir, 'kept');
		b.like = (await grow(control, 1)).seq;
		await control.close();
		await b.growTo(1000);
		b.watch = command(server, ['audit', 'watch', '--trust', path.join(b.dir, 'trust'), '--json'], { member: 'GameNest/night responder' });
		await until(() => b.watch.out.includes('"size":1000'), 'a member follows');
		await b.sql(`${[...TABLES, 'cosignature', 'time_stamp'].map((t) => `alter table ledger.${t} disable trigger all`).join('; ')};
			do $$ declare c record; begin
				for c in select conrelid::regclass as on_table, conname from pg_constraint where conrelid in ('ledger.entry'::regclass, 'ledger.tip'::regclass) and contype = 'c' loop
					execute format('alter table %s drop constraint %I', c.on_table, c.conname);
				end loop;
			end $$`);
		await until(async () => (await b.sql('select max(as_of) as as_of from ledger.snapshot'))[0].as_of === 1000, 'a snapshot of all of it is kept');
		await b.copy();
		return b;
	}
	sql(text) { return asAdministrator(this.server, text); }
	copy() { return this.sql(`drop schema if exists safe cascade; create schema safe; ${TABLES.map((t) => `create table safe.${t} as table ledger.${t}`).join('; ')}`); }
	mended() { return TABLES.map((t) => `${emptied(t)}; insert into ledger.${t} select * from safe.${t}`).join('; '); }
	async growTo(size) {
		this.size = size;
		await growTo(this.server, size, this.like);
		fs.writeFileSync(this.kept, (await until(async () => { const c = await this.log.checkpoint(); return c?.size === size && c; }, `${size} are signed`)).note);
	}

	/** Signer and archive are started anew, for both keep what they have read. @returns why the signer has halted, or null: it has
	 * read everything again, and it is as it was signed. */
	async signer() {
		const from = this.server.log.length;
		await Promise.all([this.server.kill('archive'), this.server.kill('signer')]);
		return (await until(() => {
			const words = this.server.log.slice(from), halted = /nothing is signed any more: (.*?)"/.exec(words)?.[1];
			return halted ? { why: halted } : /entries are as they were signed/.test(words) && { why: null };
		}, 'the signer has read everything')).why;
	}
	/** What a stranger says who kept the checkpoint of before: why it does not hold, or null. */
	async verifier() {
		const r = await ran(this.server, ['audit', 'verify', '--json', '--against', this.kept], { member: 'FRP/auditor' });
		assert.ok(r.code === 5 || r.code === 0, `${r.code}: ${r.out}${r.err}`);
		return r.code ? JSON.parse(r.lines.at(-1)).why : null;
	}
	/** The same by Go's packages, over HTTPS, from the same checkpoint. */
	async stranger() {
		const r = await go.verify(this.server, this.server.credential('FRP', 'auditor'), fs.readFileSync(this.kept));
		if (r.code) assert.match(r.words, /^verify: /, 'it stumbled');
		return r.code ? r.words : null;
	}
	/** A member who has been connected all the time. @returns the alarm */
	member(why) { return until(() => alarms(this).find((words) => why.test(words)), 'the member is alarmed'); }
	async stop() {
		this.watch?.child.kill('SIGKILL');
		await this.server?.stop();
		if (this.dir) fs.rmSync(this.dir, { recursive: true, force: true });
	}
}

const CUT_OFF = `delete from ledger.entry where seq >= 768; delete from ledger.sealed where seq >= 768; delete from ledger.checkpoint; delete from ledger.tile where n > 2;
	update ledger.tip set size = 768, root = sha256('x'), range = (select sha256('\\x01'::bytea || a.root || b.root) || c.root from ledger.tile a, ledger.tile b, ledger.tile c
		where (a.level, a.n, b.level, b.n, c.level, c.n) = (0, 0, 0, 1, 0, 2))`;

const REWRITTEN = /rewritten: its first 1000 entries are not those/, NOT_SIGNED = /not those that were signed|not the one that was published/;
const alarms = (b) => b.watch.lines().map((l) => JSON.parse(l)).filter((e) => e.event === 'alarm').map((e) => e.why);
/** kind of tampering → who noticed each of that kind: what the last test of this file holds against what is promised */
const noticedBy = {};
/** @param words who → what they say, null: nothing @param by who → what they are to say, null: nothing */
function noticed(kind, words, by) {
	for (const [who, expected] of Object.entries(by))
		if (expected === null) assert.equal(words[who], null, `${who} notices nothing`);
		else assert.match(words[who] ?? 'nothing', expected, `${who} notices it`);
	const names = Object.keys(by).filter((who) => words[who] !== null);
	assert.ok(names.length, `${kind}: somebody notices`);
	noticedBy[kind] = noticedBy[kind] ? noticedBy[kind].filter((who) => names.includes(who)) : names;
}

const NOT_LOG = /not those|does not hash|tiles do not give the root|invalid|inconsistent|entries in a log of|is cut off/, NO_LOG = /there is no checkpoint yet/;
// kind · what · how · the signer · a verifier who kept a checkpoint · a stranger (Go's packages) who kept it. null: does not notice; why that
// is so stands beside it; undefined: is not asked
const ways = [
	['change', 'a leaf', `update ledger.entry set leaf = ${leaf(300, later)}`, /entry 300: its leaf does not hash/, /entry 300 does not hash to what is in its tile/, NOT_LOG],
	['change', 'a leaf and its hash', changed(300), NOT_SIGNED, REWRITTEN, NOT_LOG],
	['change', 'leaf, hash and the tile above', `${changed(300)}; update ledger.tile set root = sha256('x') where level = 0 and n = 1`, NOT_SIGNED, REWRITTEN, NOT_LOG],
	['change', 'a leaf at the edge, where no tile is above it yet', changed(900), NOT_SIGNED, REWRITTEN, NOT_LOG],
	['change', 'a leaf that is none', `update ledger.entry set leaf = '{"v":2}'::bytea, leaf_hash = sha256('\\x00'::bytea || '{"v":2}'::bytea) where seq = 300`, /entry 300: its leaf is not one/, /entry 300 is none as the ledger writes them/, NOT_LOG],
	['part', 'a body', `update ledger.entry set body = body || ' '::bytea where seq = 300`, /entry 300: its body is not the one/, null, null], // the log has no bodies: whoever has the body finds it
	['part', 'a salt', `update ledger.entry set body_salt = sha256('x') where seq = 300`, /entry 300: its body is not the one/, null, null],
	['delete', 'an entry deleted', 'delete from ledger.entry where seq = 300', /entry 300: it is not there/, /entries\/001 ends within an entry/, NOT_LOG],
	['delete', 'an entry deleted, and the ones after it moved up', `delete from ledger.entry where seq = 300; update ledger.entry set seq = -seq where seq > 300; update ledger.entry set seq = -seq - 1 where seq < 0`,
		/it is not there|not those/, /does not hash|roots|ends within|rewritten/, /tile\/0\/003\.p\/232: 503/], // the last tile has an entry less than was signed: it is not shown
	['swap', 'two entries swapped', `update ledger.entry set seq = -1 where seq = 300; update ledger.entry set seq = 300 where seq = 301; update ledger.entry set seq = 301 where seq = -1`, NOT_SIGNED, REWRITTEN, NOT_LOG],
	['insert', 'an entry inserted, and the ones after it moved on', `update ledger.entry set seq = -seq where seq >= 300; update ledger.entry set seq = -seq + 1 where seq < 0;
		update ledger.entry set seq = 300, eid = gen_random_uuid() where seq = 299; insert into ledger.entry select * from safe.entry where seq = 299; update ledger.tip set size = size + 1`,
		/not those|do not give the root|not the one that was published/, REWRITTEN, NOT_LOG],
	['books', 'the tip, another root', `update ledger.tip set root = sha256('x')`, /another root|do not give the root/, null, null], // entries and checkpoint are as they were
	['books', 'the roots of tiles', `update ledger.tile set root = sha256('x') where level = 0 and n = 1`, null, /tile 1\/000\.p\/3 has not the roots of the tiles below it/, NOT_LOG], // a cache for proofs: the signer has its own
	['truncate', 'the end cut off', CUT_OFF, /the database has 768 entries, and 1000 were published/, undefined, NO_LOG], // there is no checkpoint to verify
	['truncate', 'all of it truncated', `truncate ledger.entry, ledger.sealed, ledger.tile; ${EMPTIED}; update ledger.tip set size = 0, root = sha256(''), range = ''`,
		/the database has \d+ entries, and 1000 were published/, undefined, NO_LOG],
	['checkpoint', 'a checkpoint, signed by somebody else', `update ledger.checkpoint set note = convert_to(regexp_replace(convert_from(note, 'UTF8'), '([A-Za-z0-9+/]{20})([A-Za-z0-9+/=]+)\\s*$', E'\\\\2\\\\1\\n'), 'UTF8')`, /its key has not signed/, undefined, NO_LOG],
];

/* A server's processes are started anew the later the more often they died: so a few ways on each of several servers. */
describe('a database administrator who bends', { concurrency: 4, timeout: 400_000 }, () => {
	for (let n = 0; n < 4; n++) {
		const mine = ways.filter((_, i) => i % 4 === n);
		describe(mine.map(([, what]) => what).join('; '), { concurrency: 1 }, () => {
			let b;
			before(async () => { b = await Bent.start(); });
			after(() => b?.stop());
			for (const [kind, what, how, signer, verifier, stranger] of mine) {
				const by = Object.fromEntries(Object.entries({ signer, verifier, stranger }).filter(([, words]) => words !== undefined));
				it(`${what}: ${Object.keys(by).filter((who) => by[who]).join(', ')}`, async () => {
					await b.sql(`${b.mended()}; ${how}`);
					const words = {};
					for (const who of Object.keys(by)) words[who] = await b[who](); // the signer first: the archive, too, is to read what is there now
					noticed(kind, words, by);
					if (signer)
						await until(async () => { // 503 alone may be a keeper that is busy
							const r = await b.server.request('GET', '/readyz', { credential: b.server.credential('OPS', 'admin') });
							return r.status === 503 && r.text.includes('not what was published');
						}, '/readyz says that it is not what was published');
					assert.equal((await b.server.request('GET', '/readyz/threats')).status, 200, 'threats to life are still taken');
				});
			}
			it('and when it is mended, everything is as it was signed', async () => {
				await b.sql(b.mended());
				for (const who of ['signer', 'verifier', 'stranger']) assert.equal(await b[who](), null, who);
			});
		});
	}
});

describe('a database administrator who has an older dump, or the key', { timeout: 400_000 }, () => {
	let b, server;
	before(async () => { b = await Bent.start(); server = b.server; });
	after(() => b?.stop());

	it('an older dump is restored, as pg_dump made it: the signer, whoever kept a checkpoint, and each member who is connected', async () => {
		const env = { ...process.env, PGPASSWORD: fs.readFileSync(path.join(server.state, 'keys/pg-admin'), 'utf8').trim() };
		const to = ['-h', path.join(server.state, 'run'), '-U', 'tocsin_admin', '-d', 'tocsin'];
		const dump = execFileSync('pg_dump', [...to, '--data-only', ...TABLES.flatMap((t) => ['-t', `ledger.${t}`])], { env, maxBuffer: 1 << 28 });
		await b.growTo(1100);
		await until(() => b.watch.out.includes('"size":1100'), 'the member has seen it');
		await b.copy();
		await b.sql(TABLES.map(emptied).join('; '));
		execFileSync('psql', [...to, '-q', '-v', 'ON_ERROR_STOP=1'], { env, input: dump, stdio: ['pipe', 'ignore', 'inherit'] });
		const words = { signer: await b.signer(), verifier: await b.verifier(), stranger: await b.stranger(), member: await b.member(/the newest entry is 999/) };
		noticed('restore an older dump', words, { signer: /the database has 1000 entries, and 1100 were published/, verifier: /rolled back: it has 1000 entries, and 1100 were signed before/,
			stranger: /the log has 1000 entries, and 1100 were signed before/, member: /the newest entry is 999/ });
		await b.sql(b.mended());
		assert.equal(await b.signer(), null);
		assert.equal(await b.verifier(), null);
	});

	it('the end is cut off, and others write on past it: each keeper, which takes nothing of theirs for what followed, and begins again', async () => {
		const from = server.log.length, said = (what) => until(() => what.test(server.log.slice(from)), `${what}`);
		server.signal('keeper', 'SIGSTOP');
		try {
			await b.sql(CUT_OFF);
			await growTo(server, b.size + 50, b.like);
		} finally {
			server.signal('keeper', 'SIGCONT');
		}
		await said(/"ledger_overtaken".*entry \d+ is another one than we know/);
		await said(/"snapshot_ignored".*another one than in the copy of the state/);
		const control = await until(() => Member.connect(server, 'CELL', 'controller').catch(() => null), 'a member is let in when the fronts have heard of it');
		assert.ok((await grow(control, 1)).seq >= b.size + 50, 'and takes what members send');
		await control.close();
		assert.match(await b.signer(), /not those that were signed|not the one that was published|do not give the root/);
		await b.sql(b.mended());
		assert.equal(await b.signer(), null);
		await said(/"serving".*"serving"/s);
	});

	it('everything is rewritten, and signed with the stolen key: the signer, whoever kept a checkpoint, and each member who is connected', async () => {
		const vkey = await b.log.vkey();
		await b.sql(`${changed(300)}; insert into ledger.entry (seq, leaf_hash, leaf, body, body_salt, ts, k, mode, org, node, eid, late)
			select seq + 10, leaf_hash, leaf, body, body_salt, ts, k, mode, org, node, gen_random_uuid(), late from ledger.entry where seq >= ${b.size - 10}`);
		const rows = await b.sql(`select encode(leaf_hash, 'hex') as hash from ledger.entry order by seq`), hashes = rows.map((r) => Buffer.from(r.hash, 'hex'));
		const perfect = [];
		for (let at = 0, bit = 1 << 20; bit; bit >>= 1)
			if (hashes.length & bit) perfect.push(treeRoot(hashes.slice(at, at + bit))), at += bit;
		const root = treeRoot(hashes), hex = (x) => `'\\x${x.toString('hex')}'::bytea`;
		await b.sql(`update ledger.tip set size = ${hashes.length}, root = ${hex(root)}, range = ${hex(Buffer.concat(perfect))};
			${Array.from({ length: Math.floor(hashes.length / 256) }, (_, n) => `update ledger.tile set root = ${hex(treeRoot(hashes.slice(256 * n, 256 * n + 256)))} where level = 0 and n = ${n}`).join('; ')};
			insert into ledger.checkpoint (origin, size, root, note) values ('${vkey.name}', ${hashes.length}, ${hex(root)}, convert_to('${signed(server, vkey, hashes.length, root)}', 'UTF8'))`);
		const words = { signer: await b.signer(), verifier: await b.verifier(), stranger: await b.stranger(), member: await b.member(/forked or was rewritten/) };
		noticed('rewrite all with the stolen key', words, { signer: /not those that were signed|not the one that was published|do not give the root/,
			verifier: /rewritten: its first 1100 entries are not those/, stranger: /invalid transparency proof/, member: /forked or was rewritten/ });
		assert.ok(fs.readFileSync(path.join(b.dir, 'trust.against'), 'utf8').includes(`\n${b.size + 10}\n`), 'and keeps the evidence');
		const alone = await ran(server, ['audit', 'verify', '--json'], { member: 'FRP/auditor' });
		assert.match(alone.out, /in it twice/, 'alone it finds the ids that are there twice, and nothing else');
	});

	it('a new generation is the way on, and not while a server runs', async () => {
		const next = () => spawnSync(tocsind, ['log', 'new-generation', '--state', server.state], { encoding: 'utf8' });
		const old = await b.log.vkey();
		assert.notEqual(next().status, 0);
		await server.stop({ keep: true });
		assert.equal(next().status, 0);
		b.server = Object.assign(await Server.start({ state: server.state }), { own: true });
		const again = new Log(b.server, b.server.credential('FRP', 'auditor'));
		const c = await until(() => again.checkpoint(), 'a checkpoint of the next generation');
		assert.match(c.origin, /\/ledger\/2$/);
		assert.notEqual((await again.vkey()).id, old.id);
		assert.deepEqual(treeRoot(await again.level(0, c.size)), c.root);
	});
});

it('each kind of tampering is noticed, and by whom', () => {
	const all = ['signer', 'verifier', 'stranger'];
	assert.deepEqual(noticedBy, {
		change: all, delete: all, swap: all, insert: all, truncate: ['signer', 'stranger'], 'restore an older dump': [...all, 'member'], 'rewrite all with the stolen key': [...all, 'member'],
		checkpoint: ['signer', 'stranger'], part: ['signer'], books: noticedBy.books });
});
