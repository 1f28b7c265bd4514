// log.test.mjs: whoever does not trust the server checks it: the log over HTTPS with tools that we did not write, the
// checkpoints on the socket, and what is noticed when somebody with all rights on the database bends the record.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Ledger, treeRoot } from './lib/ledger.mjs';
import { forge, goesOn, grow, includes, leafHash, Log, openCheckpoint, readProof } from './lib/log.mjs';
import { command } from './lib/command.mjs';
import { Member } from './lib/member.mjs';
import { m4 } from './lib/messages.mjs';
import { scratch, Server, tocsind, until } from './lib/server.mjs';
import { Go } from './lib/strangers.mjs';

describe('the log', () => {
	let server, control, platform, stranger, auditor, log;
	const running = [];

	before(async () => {
		server = await Server.start();
		control = await Member.connect(server, 'CELL', 'controller');
		platform = await Member.connect(server, 'StreamHarbor', 'night responder');
		auditor = server.credential('FRP', 'auditor');
		log = new Log(server, auditor);
		stranger = Go.build();
	});
	after(async () => {
		for (const child of running) child.kill('SIGKILL');
		await Promise.all([control, platform].map((m) => m?.close()));
		await server?.stop();
		stranger?.done();
	});

	/** The newest checkpoint covers the whole ledger. */
	async function caughtUp() {
		return until(async () => {
			const tip = (await new Ledger(server).tip()).size, c = await log.checkpoint();
			return c && c.size === tip && c;
		}, 'a checkpoint of all entries');
	}

	it('is signed, and its root is that of its leaves, tile by tile', async () => {
		await grow(control, 520);
		const c = await caughtUp();
		assert.match(c.origin, /^audit\.localhost\/ledger\/1$/);
		assert.ok(c.size > 512, 'more than two tiles');
		const hashes = await log.level(0, c.size);
		assert.deepEqual(treeRoot(hashes), c.root);
		const above = await log.level(1, Math.floor(c.size / 256));
		assert.deepEqual(above, Array.from({ length: above.length }, (_, n) => treeRoot(hashes.slice(256 * n, 256 * n + 256))));
		const { leaves } = await log.bundle(1);
		assert.deepEqual(leaves.map(leafHash), hashes.slice(256, 512));
	});

	it('is accepted by Go\'s packages while it grows', async () => {
		let old;
		for (let round = 0; round < 3; round++) {
			const growing = grow(control, 60);
			const { code, words } = await stranger.verify(server, auditor, old);
			assert.equal(code, 0, words);
			await growing;
			old = words;
		}
	});

	it('a checkpoint comes within a second of an entry, and covers it', async () => {
		for (let n = 0; n < 3; n++) {
			const { seq } = await platform.deliver(m4(platform));
			const from = Date.now();
			await until(async () => (await log.checkpoint()).size > seq, 'a checkpoint with the entry in it');
			server.tookMs = Math.max(server.tookMs ?? 0, Date.now() - from); // a figure, no verdict: docs/performance.md
		}
	});

	it('proves an entry to who may read it, and tells nobody else that there is one', async () => {
		const sent = m4(platform), { seq } = await platform.deliver(sent);
		await until(async () => (await log.checkpoint()).size > seq, 'a checkpoint with the entry in it');
		for (const [organisation, person] of [['StreamHarbor', 'night responder'], ['AIRU', 'duty officer'], ['HUB', 'duty officer']]) {
			const r = await new Log(server, server.credential(organisation, person)).get(`proof/${seq}`);
			assert.equal(r.status, 200, `${organisation}: ${r.bytes}`);
			const p = readProof(String(r.bytes)), c = openCheckpoint(p.note, await log.vkey());
			assert.equal(p.index, seq);
			assert.equal(JSON.parse(p.extra).eid, sent.id);
			assert.ok(includes(seq, c.size, leafHash(p.extra), p.proof, c.root), organisation);
			assert.ok(!includes(seq - 1, c.size, leafHash(p.extra), p.proof, c.root));
		}
		for (const [organisation, person] of [['Chirplet', 'night responder'], ['BFP', 'duty officer'], ['OSF', 'duty officer']]) {
			const other = new Log(server, server.credential(organisation, person));
			const [there, nowhere] = [await other.get(`proof/${seq}`), await other.get('proof/99999999')];
			assert.equal(there.status, 404);
			assert.deepEqual(there, nowhere, organisation);
		}
	});

	it('leaves are for auditors and the operator\'s administrators, hashes for every member, nothing for strangers', async () => {
		const c = await caughtUp();
		for (const [organisation, person, leaves] of [['FRP', 'auditor', 200], ['OPS', 'admin', 200], ['Chirplet', 'night responder', 404], ['HUB', 'lead', 404]]) {
			const l = new Log(server, server.credential(organisation, person));
			assert.equal((await l.get('tile/entries/000')).status, leaves, organisation);
			assert.equal((await l.get('tile/0/000')).status, 200, organisation);
			assert.equal((await l.get('checkpoint')).type, 'text/plain; charset=utf-8');
		}
		for (const name of ['checkpoint', 'vkey', 'tile/0/000', 'tile/entries/000', 'proof/0', 'consistency/1'])
			assert.equal((await new Log(server, null).get(name)).status, 401, name);
		const past = `${Math.floor(c.size / 256)}`.padStart(3, '0');
		for (const name of [`tile/0/${past}`, 'tile/0/00', 'tile/0/000.p/0', 'tile/0/000.p/256', 'tile/8/000', 'tile/3/000.p/1',
			'tile/', 'tile/entries/', 'proof/', 'proof/-1', 'proof/01', 'proof/1e3', 'consistency/x', 'consistency/', 'other'])
			assert.equal((await log.get(name)).status, 404, name);
	});

	it('every socket gets each checkpoint with the proof that it goes on from the one before', async () => {
		const vkey = await log.vkey();
		const seen = (m) => m.checkpoints ?? [];
		const follow = (held, frames) => frames.reduce((had, f) => {
			const c = openCheckpoint(f.note, vkey);
			if (!had) return c; // the first: there is nothing to hold it against
			assert.equal(f.old, had.size);
			assert.ok(goesOn(had, c, f.proof.map((p) => Buffer.from(p, 'base64'))), `${had.size} → ${c.size}`);
			return c;
		}, held);
		const first = await Member.connect(server, 'GameNest', 'night responder');
		await until(() => seen(first).length, 'the newest one');
		for (let n = 0; n < 3; n++) {
			await grow(control, 40);
			const c = await caughtUp();
			await until(() => seen(first).some((f) => openCheckpoint(f.note, vkey).size >= c.size), 'the next one');
		}
		const held = follow(null, seen(first));
		await first.close();
		await grow(control, 300);
		await caughtUp();
		const later = await Member.connect(server, 'GameNest', 'night responder', { hello: false });
		later.say({ op: 'hello', trust: held.note });
		await until(() => seen(later).length, 'what follows');
		await until(() => follow(held, seen(later)).size >= held.size + 300, 'all that follows');
		await later.close();
	});

	it('what is said to be trusted has to be a checkpoint; one that is ahead of us gets what we have', async () => {
		for (const trust of ['', 'x', 'a\nb\nc\n', `${'9'.repeat(30)}\n\n`, 7, null, {}]) {
			const m = await Member.connect(server, 'GameNest', 'night responder', { hello: false });
			m.say({ op: 'hello', trust });
			await until(() => (m.strays ?? []).length || m.welcome, 'an answer');
			assert.equal(m.strays[0].op, 'refused', JSON.stringify(trust));
			assert.equal(m.strays[0].field, 'trust');
			m.say({ op: 'hello' }); // the connection survives
			await until(() => m.welcome, 'a welcome');
			await m.close();
		}
		const ahead = await Member.connect(server, 'GameNest', 'night responder', { hello: false });
		ahead.say({ op: 'hello', trust: 'audit.localhost/ledger/1\n999999999\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— x AAAA\n' });
		const frame = await until(() => ahead.checkpoints?.[0], 'what there is');
		const c = openCheckpoint(frame.note, await log.vkey());
		assert.ok(c.size < 999999999 && frame.old === c.size && frame.proof.length === 0, 'less than was signed, and nothing is claimed');
		await ahead.close();
	});

	it('tocsin watch --trust keeps what it believes, and says when the past was rewritten, even with the stolen key', async () => {
		const dir = scratch(), file = path.join(dir, 'trust'), me = { member: 'GameNest/night responder' };
		const watch = () => {
			const run = command(server, ['watch', '--from', 'start', '--trust', file], me);
			running.push(run.child);
			return run;
		};
		const kept = () => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');
		const sizeOf = (text) => Number(text.split('\n')[2]);

		const first = watch();
		await until(() => kept(), 'a checkpoint is believed');
		const before = sizeOf(kept());
		await grow(control, 20);
		await until(() => sizeOf(kept()) > before, 'a later one is');
		first.child.kill('SIGINT');
		await first.end;
		const [vkey, ...note] = kept().split('\n');
		openCheckpoint(note.join('\n'), await log.vkey());
		assert.equal(vkey, String((await log.get('vkey')).bytes).trim());

		// the server was true to somebody else: another past of that size, signed with the same key
		fs.writeFileSync(file, `${vkey}\n${forge(server, (await log.vkey()), sizeOf(kept()))}`);
		const second = watch();
		await until(() => /THE LOG DOES NOT ADD UP: the log is forked/.test(second.err), 'the alarm', 20_000);
		second.child.kill('SIGINT');
		assert.equal(await second.end, 5);
		assert.ok(kept().includes(createHash('sha256').update('another past').digest('base64')), 'the evidence stays');
		fs.rmSync(dir, { recursive: true });
	});

	it('goes on after each of its processes was killed under load, and never back', async () => {
		const sizes = [], roots = new Map();
		let going = true;
		const load = (async () => { while (going) await grow(control, 20); })();
		const watch = (async () => {
			while (going) {
				const c = await log.checkpoint().catch(() => null);
				if (!c) continue;
				sizes.push(c.size);
				assert.equal(roots.get(c.size) ?? c.root.toString('hex'), c.root.toString('hex'), 'of one size one root');
				roots.set(c.size, c.root.toString('hex'));
			}
		})();
		for (const part of ['signer', 'archive', 'signer', 'signer', 'archive']) {
			const at = sizes.at(-1) ?? 0;
			await server.kill(part);
			await until(() => sizes.at(-1) > at, `growth after the ${part}`, 20_000);
		}
		going = false;
		await Promise.all([load, watch]);
		assert.deepEqual(sizes, [...sizes].sort((a, b) => a - b), 'sizes never go back');
		const c = await caughtUp();
		assert.deepEqual(treeRoot(await log.level(0, c.size)), c.root);
	});
});

/** Everything a superuser of the database can do, each on a server of its own, and who notices. */
describe('a database administrator who bends the record', () => {
	const ready = (server) => server.request('GET', '/readyz', { credential: server.credential('OPS', 'admin') });
	const signerOf = (r) => Object.entries(r.json.checks ?? {}).find(([name]) => name === 'signer')?.[1] ?? r.json;
	let server, control, auditor;

	before(async () => {
		server = await Server.start();
		control = await Member.connect(server, 'CELL', 'controller');
		auditor = server.credential('FRP', 'auditor');
		await grow(control, 300);
		await control.close();
	});
	after(() => server?.stop());

	/** As superuser, past the triggers. */
	const bend = (sql) => new Ledger(server).rows(`set session_replication_role = replica; ${['entry', 'tip', 'checkpoint', 'tile'].map((t) => `alter table ledger.${t} disable trigger all`).join('; ')}; ${sql}`, 'admin');
	const halted = () => until(async () => /nothing is signed any more: (.*?)"/.exec(server.log)?.[1], 'the signer stops', 20_000);

	it('an entry is changed, leaf, hash and commitment alike: the signer finds it when it reads again what it signed', async () => {
		await until(async () => (await new Log(server, auditor).checkpoint())?.size > 300, 'it was signed');
		const old = await new Log(server, auditor).checkpoint();
		await bend(`with other as (select seq, convert_to(replace(convert_from(leaf, 'UTF8'), '"org":"', '"org":"X'), 'UTF8') as leaf from ledger.entry where seq = 7)
			update ledger.entry e set leaf = o.leaf, leaf_hash = sha256('\\x00'::bytea || o.leaf) from other o where e.seq = o.seq`);
		await server.kill('signer');
		assert.match(await halted(), /the first \d+ entries are not those that were signed/);
		const r = await until(async () => { const x = await ready(server); return x.status === 503 && x; }, 'not ready');
		assert.match(JSON.stringify(r.json), /not what was published/);
		const threats = await server.request('GET', '/readyz/threats');
		assert.equal(threats.status, 200, 'threats to life are still taken');
		// and a stranger with an older checkpoint, without the signer: the tile has another hash now
		const log = new Log(server, auditor), hashes = await log.level(0, old.size);
		assert.notDeepEqual(treeRoot(hashes), old.root);
	});

	it('the end is cut off, as by an older copy: the signer stops, and a new generation is the way on', async () => {
		const { state } = server;
		await server.stop(); // the one above is bent for good
		server = await Server.start();
		control = await Member.connect(server, 'CELL', 'controller');
		await grow(control, 600);
		await control.close();
		const log = new Log(server, server.credential('FRP', 'auditor')), old = await log.vkey();
		assert.notEqual(server.state, state);
		await until(async () => (await log.checkpoint())?.size > 600, 'it was signed');
		await bend(`delete from ledger.entry where seq >= 512; delete from ledger.sealed where seq >= 512; delete from ledger.checkpoint;
			delete from ledger.snapshot; delete from ledger.tile where n > 1;
			update ledger.tip set size = 512, range = t.root, root = t.root from (
				select sha256('\\x01'::bytea || string_agg(root, ''::bytea order by n)) as root from ledger.tile where level = 0) t`);
		await server.kill('signer');
		assert.match(await halted(), /the database has 512 entries, and \d+ were published/);

		const next = (s) => spawnSync(tocsind, ['log', 'new-generation', '--state', s.state], { encoding: 'utf8' });
		assert.notEqual(next(server).status, 0, 'not while a server runs');
		await server.stop({ keep: true });
		assert.equal(next(server).status, 0);
		server = Object.assign(await Server.start({ state: server.state }), { own: true });
		const again = new Log(server, server.credential('FRP', 'auditor'));
		const c = await until(() => again.checkpoint(), 'a checkpoint of the next generation', 20_000);
		assert.match(c.origin, /\/ledger\/2$/);
		assert.notEqual((await again.vkey()).id, old.id);
		assert.deepEqual(treeRoot(await again.level(0, c.size)), c.root);
	});
});
