// strangers.test.mjs: the log, checked by programs that we did not write (Go, npm, openssl) and by `tocsin audit`, at the sizes
// at which tiles begin and end; and every one of them finds what is bent in what it is shown.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { command, ran, start } from './lib/command.mjs';
import { forge, grow, growTo, Log, openCheckpoint, readVkey } from './lib/log.mjs';
import { Member } from './lib/member.mjs';
import { build, scratch, Server, tocsin, until } from './lib/server.mjs';
import { byOpenssl, bySigstore, digest, Go, refuses, shelf } from './lib/strangers.mjs';

let go;
before(() => { go = Go.build(); });
after(() => go?.done());

/** `tocsin audit verify` of a directory. */
async function own(dir, ...args) {
	const run = start(tocsin, ['audit', 'verify', '--json', ...args, dir]);
	const code = await run.end, last = run.lines().at(-1);
	return { code, verdict: last ? JSON.parse(last) : null, err: run.err };
}
const read = (...parts) => fs.readFileSync(path.join(...parts));
const text = (...parts) => read(...parts).toString();

describe('logs of all sizes, in a directory', () => {
	const sizes = [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 1000, 65535, 65536, 65537];
	let dir;

	before(() => {
		dir = scratch();
		execFileSync(path.join(build, 'tests/make_log'), [dir, ...sizes.map(String)]);
	});
	after(() => fs.rmSync(dir, { recursive: true, force: true }));

	it('Go, npm, openssl and tocsin accept each, and that each goes on from the one before', async () => {
		let before;
		for (const size of sizes) {
			const here = path.join(dir, String(size)), vkey = readVkey(text(here, 'vkey')), note = text(here, 'checkpoint');
			assert.equal(openCheckpoint(note, vkey).size, size);
			assert.ok(byOpenssl(note, vkey), `openssl, ${size}`);
			const mine = await own(here, '--log-key', text(here, 'vkey').trim(), ...(before ? ['--against', before] : []));
			assert.equal(mine.code, 0, `${size}: ${JSON.stringify(mine)}`);
			assert.equal(mine.verdict.size, size);
			for (const seq of size ? fs.readdirSync(path.join(here, 'proof')) : []) {
				const seen = bySigstore(text(here, 'proof', seq), vkey);
				assert.deepEqual([seen.index, seen.size], [Number(seq), size]);
			}
			const web = await shelf(here);
			try {
				const { code, words } = await go.verify(web, null, before && text(before));
				assert.equal(code, 0, `Go, ${size}: ${words}`);
			} finally {
				await web.close();
			}
			before = path.join(here, 'checkpoint');
		}
	});

	it('a proof of another entry, place, log or signature is none, for npm and for tocsin', async () => {
		const here = path.join(dir, '1000'), vkey = readVkey(text(here, 'vkey')), proof = text(here, 'proof/500'), lines = proof.split('\n');
		const at = (n, line) => [...lines.slice(0, n), line, ...lines.slice(n + 1)].join('\n');
		const note = lines.indexOf('') + 1, other = Buffer.alloc(32, 7).toString('base64');
		const leaf = (bytes) => `extra ${Buffer.from(bytes).toString('base64')}`;
		const bent = {
			'another entry': at(1, text(here, 'proof/1').split('\n')[1]),
			'a word of it': at(1, leaf(Buffer.from(lines[1].slice(6), 'base64').toString().replace('AIRU', 'HUBB'))),
			'another place': at(2, 'index 501'),
			'a place outside': at(2, 'index 1000'),
			'another hash': at(3, other),
			'a hash less': [...lines.slice(0, 3), ...lines.slice(4)].join('\n'),
			'a hash more': at(3, `${lines[3]}\n${other}`),
			'another size': at(note + 1, '1001'),
			'another root': at(note + 2, other),
			'another signature': at(note + 4, lines[note + 4].slice(0, -8) + 'AAAAAAA='),
			'the checkpoint of another log': [...lines.slice(0, note), ...text(dir, '513', 'checkpoint').split('\n')].join('\n'),
		};
		const file = path.join(dir, 'bent');
		for (const [what, words] of Object.entries(bent)) {
			refuses(() => bySigstore(words, vkey), what);
			fs.writeFileSync(file, words);
			const mine = await own(file, '--log-key', text(here, 'vkey').trim());
			assert.equal(mine.code, 5, `${what}: ${JSON.stringify(mine)}`);
			assert.equal(mine.verdict.holds, false);
		}
		fs.writeFileSync(file, proof);
		assert.equal((await own(file, '--log-key', text(here, 'vkey').trim())).code, 0);
		assert.equal((await own(file)).code, 2, 'who signs it has to be said');
	});
});

describe('the log of a running server', () => {
	let server, control, auditor, log, dir, like;
	const trust = () => path.join(dir, 'trust'), mirror = () => path.join(dir, 'mirror');
	const verify = (args, member = 'FRP/auditor') => ran(server, ['audit', 'verify', ...args], { member });
	const verdict = (r) => JSON.parse(r.lines.at(-1));

	before(async () => {
		server = await Server.start();
		control = await Member.connect(server, 'CELL', 'controller');
		auditor = server.credential('FRP', 'auditor');
		log = new Log(server, auditor);
		dir = scratch();
		like = (await grow(control, 1)).seq;
	});
	after(async () => {
		await control?.close();
		await server?.stop();
		fs.rmSync(dir, { recursive: true, force: true });
	});
	const at = (size) => until(async () => { const c = await log.checkpoint(); return c?.size === size && c; }, `a checkpoint of ${size}`);

	it('holds for Go, npm, openssl and tocsin at the sizes at which tiles begin and end, each going on from the one before', async () => {
		let old;
		for (const size of [511, 512, 513, 1000, 65535, 65536, 65537]) {
			await growTo(server, size, like);
			const c = await at(size), vkey = await log.vkey();
			assert.ok(byOpenssl(c.note, vkey));
			for (const seq of [0, 255, 256, like, size - 1]) {
				const r = await log.get(`proof/${seq}`);
				assert.equal(r.status, 200, `${seq} of ${size}: ${r.bytes}`);
				assert.deepEqual(bySigstore(String(r.bytes), vkey).size, size);
			}
			if (size < 65535 || size === 65537) { // Go takes seconds for each of the big ones
				const { code, words } = await go.verify(server, auditor, old);
				assert.equal(code, 0, `Go, ${size}: ${words}`);
			}
			if (old) fs.writeFileSync(path.join(dir, 'old'), old);
			const mine = await verify(['--json', ...(old ? ['--against', path.join(dir, 'old')] : [])]);
			assert.equal(mine.code, 0, mine.out + mine.err);
			assert.equal(verdict(mine).size, size);
			const told = mine.lines.map((l) => JSON.parse(l)).filter((l) => l.event === 'progress');
			assert.ok(told.length && told.every((p) => p.of === size && p.entries <= size), `how far it is: ${JSON.stringify(told)}`);
			old = c.note;
		}
	});

	it('holds while it grows; says what it did not check; members who may not read entries check the hashes', async () => {
		fs.writeFileSync(path.join(dir, 'old'), (await log.checkpoint()).note);
		const growing = grow(control, 200);
		const mine = await verify(['--against', path.join(dir, 'old'), server.url]);
		assert.equal(mine.code, 0, mine.out + mine.err);
		assert.match(mine.out, /ok {2}[\d,]+ entries are well formed[^]*ok {2}it goes on from the checkpoint of [\d,]+ entries[^]*--  not checked: [^]*IT HOLDS/);
		const member = await verify(['--json'], 'Chirplet/night responder');
		assert.equal(member.code, 0, member.out + member.err);
		assert.match(verdict(member).unchecked.join('; '), /the entries themselves/);
		await growing;
	});

	it('does not hold against a checkpoint of another past, a longer past, or another key', async () => {
		const c = await log.checkpoint(), vkey = await log.vkey(), file = path.join(dir, 'kept'), pin = String((await log.get('vkey')).bytes).trim();
		const against = async (words) => { fs.writeFileSync(file, words); return verify(['--json', '--against', file]); };
		const other = await against(forge(server, vkey, c.size - 100));
		assert.equal(other.code, 5);
		assert.match(verdict(other).why, /rewritten: its first [\d,]+ entries are not those/);
		const ahead = await against(forge(server, vkey, c.size + 100_000));
		assert.equal(ahead.code, 5);
		assert.match(verdict(ahead).why, /rolled back/);
		assert.equal((await against('none\n')).code, 2);
		const wrong = readVkey(pin), [, id, key] = pin.match(/\+([0-9a-f]{8})\+(.*)$/);
		assert.equal((await verify(['--log-key', `${wrong.name}+${id}+${key.slice(0, -4)}AAA=`])).code, 2, 'no vkey');
		assert.equal((await verify(['--log-key', pin])).code, 0);
	});

	it('tocsin audit watch mirrors it, goes on where it stopped, and the mirror holds without a server', async () => {
		const args = ['audit', 'watch', '--trust', trust(), '--mirror', mirror(), '--once', '--json'];
		const first = await ran(server, args, { member: 'FRP/auditor' });
		assert.equal(first.code, 0, first.err);
		const old = text(mirror(), 'checkpoint');
		await grow(control, 300);
		const tip = (await log.checkpoint()).size;
		await until(async () => { const r = await ran(server, args, { member: 'FRP/auditor' }); assert.equal(r.code, 0, r.err); return Number(text(mirror(), 'checkpoint').split('\n')[1]) >= tip; }, 'it has caught up');
		fs.writeFileSync(path.join(dir, 'old'), old);
		const mine = await own(mirror(), '--against', path.join(dir, 'old'));
		assert.equal(mine.code, 0, JSON.stringify(mine));
		assert.ok(mine.verdict.size >= tip);
		const web = await shelf(mirror());
		try {
			const { code, words } = await go.verify(web, null, old);
			assert.equal(code, 0, words);
		} finally {
			await web.close();
		}
		const partial = fs.readdirSync(path.join(mirror(), 'tile/entries')).filter((n) => n.endsWith('.p'));
		assert.ok(partial.length <= 1, `of partial tiles the newest alone: ${partial}`);
	});

	it('whatever is bent in what is shown, Go and tocsin find it', async () => {
		const good = mirror(), bad = path.join(dir, 'bad'), old = path.join(dir, 'old');
		const size = Number(text(good, 'checkpoint').split('\n')[1]), vkey = await log.vkey();
		const change = (name, how) => fs.writeFileSync(path.join(bad, name), how(read(bad, name)));
		const flip = (n) => (b) => { b[n < 0 ? b.length + n : n] ^= 1; return b; };
		const line = (n, how) => (b) => b.toString().split('\n').map((l, i) => (i === n ? how(l) : l)).join('\n');
		const leaves = (how) => (b) => {
			const all = [];
			for (let i = 0; i < b.length;) { const n = b.readUInt16BE(i); all.push(b.subarray(i, i + 2 + n)); i += 2 + n; }
			return Buffer.concat(how(all));
		};
		const last = `${Math.floor(size / 256)}`.padStart(3, '0').replace(/^(\d)(\d{3})$/, 'x00$1/$2');
		const edge = `tile/0/${last}.p/${size % 256}`;
		const ways = {
			'a byte of an entry': () => change('tile/entries/001', flip(60)),
			'an entry deleted': () => change('tile/entries/001', leaves((l) => [...l.slice(0, 9), ...l.slice(10)])),
			'two entries swapped': () => change('tile/entries/001', leaves((l) => [l[1], l[0], ...l.slice(2)])),
			'an entry inserted': () => change('tile/entries/001', leaves((l) => [l[0], ...l])),
			'entry and hash changed alike': () => { // by whoever knows how the tree is made
				change('tile/entries/001', leaves((l) => { const m = Buffer.from(l[0]); m[m.indexOf('"ts":') + 15] ^= 1; return [m, ...l.slice(1)]; }));
				change('tile/0/001', (b) => Buffer.concat([Buffer.from(digest(Buffer.concat([Buffer.of(0), leaf0()])), 'hex'), b.subarray(32)]));
			},
			'a hash': () => change('tile/0/002', flip(77)),
			'a hash at the edge': () => change(edge, flip(-1)),
			'a root above': () => change('tile/1/000', flip(33)),
			'the top': () => change('tile/2/000.p/1', flip(3)),
			'a tile cut off': () => change('tile/0/003', (b) => b.subarray(0, 32 * 255)),
			'two tiles swapped': () => { const x = read(bad, 'tile/0/003'); change('tile/0/003', () => read(bad, 'tile/0/004')); change('tile/0/004', () => x); },
			'the size': () => change('checkpoint', line(1, (l) => String(Number(l) - 1))),
			'the root': () => change('checkpoint', line(2, () => digest('x').slice(0, 43) + '=')),
			'the signature': () => change('checkpoint', line(4, (l) => l.slice(0, -8) + (l.at(-8) === 'A' ? 'B' : 'A') + l.slice(-7))),
			'another log': () => change('checkpoint', (b) => b.toString().replaceAll('/ledger/1', '/ledger/2')),
			'another past, signed with the stolen key': () => change('checkpoint', () => forge(server, vkey, size)),
		};
		const leaf0 = () => { const b = read(bad, 'tile/entries/001'); return b.subarray(2, 2 + b.readUInt16BE(0)); };
		fs.cpSync(good, bad, { recursive: true });
		const web = await shelf(bad);
		try {
			assert.equal((await go.verify(web, null)).code, 0, 'before anything is bent');
			for (const [what, bend] of Object.entries(ways)) {
				bend();
				const theirs = await go.verify(web, null), mine = await own(bad);
				if (what !== 'another log') // whose key nobody of that name has: there is no line to look at
					assert.equal(byOpenssl(text(bad, 'checkpoint'), vkey), !['the size', 'the root', 'the signature'].includes(what), `openssl, of the checkpoint, ${what}`);
				assert.equal(theirs.code, 1, `Go, ${what}: ${theirs.words}`);
				assert.match(theirs.words, /^verify: /, `Go, ${what}: it stumbled`);
				assert.equal(mine.code, 5, `tocsin, ${what}: ${JSON.stringify(mine)}`);
				for (const name of ['checkpoint', 'tile/entries/001', 'tile/0/001', 'tile/0/002', 'tile/0/003', 'tile/0/004', edge, 'tile/1/000', 'tile/2/000.p/1'])
					fs.copyFileSync(path.join(good, name), path.join(bad, name));
			}
			assert.equal((await own(bad, '--against', old)).code, 0, 'and nothing is bent any more');
		} finally {
			await web.close();
		}
	});

	it('tocsin audit watch calls somebody: a standing signer, a fork with its evidence, a server that is gone', async () => {
		const heard = path.join(dir, 'heard'), args = ['audit', 'watch', '--trust', trust(), '--silence', '1', '--on-alarm', `echo "$TOCSIN_ALARM_KIND: $TOCSIN_ALARM" >> ${heard}; test -z "$TOCSIN_KEY" || echo key >> ${heard}`];
		const said = () => (fs.existsSync(heard) ? text(heard) : '');
		let watch = command(server, [...args, '--json'], { member: 'FRP/auditor' });
		try {
			await until(() => watch.out.includes('"checkpoint"') || fs.existsSync(trust()), 'it follows');
			server.signal('signer', 'SIGSTOP');
			await grow(control, 5);
			await until(() => /standstill: entry \d+ is there/.test(said()), 'nothing is signed');
			server.signal('signer', 'SIGCONT');
			watch.child.kill('SIGINT');
			assert.equal(await watch.end, 5);
			assert.ok(watch.lines().some((l) => JSON.parse(l).event === 'alarm'));

			const [vkey, , size] = text(trust()).split('\n');
			fs.writeFileSync(trust(), `${vkey}\n${forge(server, await log.vkey(), Number(size))}`);
			watch = command(server, args, { member: 'FRP/auditor' });
			await until(() => /log: the log is forked/.test(said()), 'the fork');
			const against = openCheckpoint(text(`${trust()}.against`), await log.vkey());
			assert.ok(against.size >= Number(size), 'what contradicts it is kept, signed as well');

			await control.close();
			await server.stop();
			server = null;
			await until(() => /silence: nothing has been heard/.test(said()), 'silence');
			assert.ok(!said().includes('key'), 'what is called does not get the key');
		} finally {
			watch.child.kill('SIGKILL');
		}
	});
});
