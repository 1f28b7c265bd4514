// evidence.test.mjs: what an auditor takes away proves itself: a bundle holds for a shell with openssl and coreutils, and
// does not when anything in it is changed.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { atConsole, grantMandate } from './lib/audit.mjs';
import { ran, start } from './lib/command.mjs';
import { Log, readVkey } from './lib/log.mjs';
import { Member } from './lib/member.mjs';
import { LANTERN, m4, m5 } from './lib/messages.mjs';
import { scratch, Server, tocsin, until } from './lib/server.mjs';
import { bySigstore } from './lib/strangers.mjs';
import { Witness } from './lib/witness.mjs';

describe('evidence', { timeout: 400_000 }, () => {
	let server, dir, sent, mandate, partial, vkey, bin;

	before(async () => {
		server = await Server.start();
		dir = scratch();
		const platform = await Member.connect(server, 'StreamHarbor', 'night responder'), desk = await Member.connect(server, 'AIRU', 'duty officer');
		sent = await platform.deliver(m4(platform, { text: 'Personal words that are sealed.' }));
		assert.equal((await desk.deliver(m5(desk, 'ack', sent.case))).op, 'accepted');
		assert.equal((await desk.deliver(m5(desk, 'accept', sent.case, { own_reference: 'AIRU-1' }))).op, 'accepted');
		await Promise.all([platform.close(), desk.close()]);
		const admin = await atConsole(server, 'HUB', 'admin'), dpo = await atConsole(server, 'HUB', 'data protection officer');
		mandate = await grantMandate(admin, dpo, { cases: [sent.case], whole: true });
		partial = await grantMandate(admin, dpo, { cases: [sent.case] });
		const log = new Log(server, server.credential('FRP', 'auditor')), note = await until(async () => {
			const n = String((await log.get('checkpoint')).bytes);
			return Number(n.split('\n')[1]) > sent.seq + 2 && n;
		}, 'a checkpoint of all of the case');
		for (const org of ['AIRU', 'HUB']) {
			const taken = await server.request('POST', '/api/cosign', { credential: server.credential(org, 'gateway'), body: { line: Witness.read(server.credential(org, 'gateway').witness_key).line(note) } });
			assert.equal(taken.status, 200, taken.text);
		}
		await until(async () => /witness\/AIRU [^]*witness\/HUB /.test(String((await log.get('cosignatures')).bytes)), 'the archive has seen both');
		vkey = String((await log.get('vkey')).bytes).trim();
		bin = path.join(dir, 'bin'); // sh, openssl, and of coreutils what is there: no sed, no awk, no xxd
		fs.mkdirSync(bin);
		for (const name of ['sh', 'openssl', 'base64', 'od', 'tr', 'head', 'tail', 'cat', 'wc', 'mktemp', 'rm', 'dirname'])
			fs.symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), path.join(bin, name));
	});
	after(async () => {
		await server?.stop();
		fs.rmSync(dir, { recursive: true, force: true });
	});

	const exported = (query, ...args) => ran(server, ['audit', 'export', query, '--purpose', 'was it in time?', '--parameters', `case=${sent.case},exercise=${LANTERN}`, ...args], { member: 'FRP/auditor' });
	const verify = (folder, ...args) => spawnSync('sh', [path.join(folder, 'verify.sh'), ...args], { encoding: 'utf8', env: { PATH: bin } });
	const bundle = () => path.join(dir, 'bundle');
	const audited = async (...args) => { // by the command: no server is asked
		const run = start(tocsin, ['audit', 'verify', ...args]);
		return { code: await run.end, out: run.out + run.err };
	};

	it('a bundle holds for sh and openssl, and for npm\'s verifier; what it says is what was asked', async () => {
		const r = await exported('evidence', '--mandate', mandate, '--bundle', bundle(), '--log-key', vkey);
		assert.equal(r.code, 0, r.err);
		const v = verify(bundle(), vkey);
		assert.equal(v.status, 0, v.stdout + v.stderr);
		assert.match(v.stdout, /the key is the one that you were told[^]*is signed by[^]*IT HOLDS/);
		assert.match(v.stdout, /ok {2}cosigned by localhost\/witness\/AIRU \(AIRU\), localhost\/witness\/HUB \(HUB\)\n/);
		assert.equal(v.stderr, '');
		const told = path.join(dir, 'told'), keys = fs.readFileSync(path.join(bundle(), 'witnesses'), 'utf8').split('\n');
		fs.writeFileSync(told, keys.filter((l) => l.endsWith(' HUB')).map((l) => `${l.split(' ')[0]}\n`).join('')); // of a member that told us theirs
		assert.match(verify(bundle(), vkey, told).stdout, /ok {2}cosigned by localhost\/witness\/HUB\n--  1 cosignature\(s\) that no witness/);
		assert.match((await audited(bundle(), '--witnesses', told)).out, /ok {2}1 witness has signed it, too: localhost\/witness\/HUB\n[^]*not checked: 1 cosignature that no witness/);
		const checked = await audited(bundle(), '--log-key', vkey);
		assert.equal(checked.code, 0, checked.out);
		assert.match(checked.out, /is signed by[^]*2 witnesses have signed it, too: localhost\/witness\/AIRU, localhost\/witness\/HUB[^]*entries are in that log, each at its place[^]*not checked: that nothing was rewritten before[^]*IT HOLDS: audit\.localhost/);
		const seqs = fs.readdirSync(path.join(bundle(), 'entries'));
		assert.ok(seqs.length >= 3 && seqs.includes(String(sent.seq)), seqs.join());
		for (const seq of seqs) assert.equal(bySigstore(fs.readFileSync(path.join(bundle(), 'entries', seq, 'proof'), 'utf8'), readVkey(vkey)).index, Number(seq));
		assert.match(fs.readFileSync(path.join(bundle(), 'entries', String(sent.seq), 'data'), 'utf8'), /Personal words that are sealed/);
		assert.doesNotMatch(fs.readFileSync(path.join(bundle(), 'entries', String(sent.seq), 'body'), 'utf8'), /Personal words/);
		const lines = fs.readFileSync(path.join(bundle(), 'answer.jsonl'), 'utf8').split('\n').slice(0, -1), last = JSON.parse(lines.at(-1));
		assert.equal(createHash('sha256').update(lines.slice(1, -1).map((l) => `${l}\n`).join('')).digest('hex'), last.sha256);
		const asked = JSON.parse(lines[0]).asked; // and the record has that digest
		const result = await until(async () => (await server.request('GET', `/api/entries?after=${asked}&limit=50`, { credential: server.credential('FRP', 'auditor') })).json.entries.find((e) => e.k === 'M27.result'), 'what was answered is on record');
		assert.ok(JSON.stringify(result).includes(last.sha256));
	});

	it('as one file it is the same; a mandate without personal data withholds what is personal, and says so', async () => {
		const tar = path.join(dir, 'bundle.tar'), folder = path.join(dir, 'evidence');
		const r = await exported('evidence', '--mandate', partial, '--bundle', tar);
		assert.equal(r.code, 0, r.err);
		execFileSync('tar', ['-xf', tar, '-C', dir]);
		const v = verify(folder);
		assert.equal(v.status, 0, v.stdout + v.stderr);
		const checked = await audited(tar);
		assert.equal(checked.code, 0, checked.out);
		assert.match(checked.out, /not checked: that this is the log's key[^]*not checked: \d+ parts that the mandate does not cover/);
		assert.deepEqual((await audited(folder, '--json')).out.split('\n').map((l) => l && JSON.parse(l).holds), [true, '']);
		const bytes = fs.readFileSync(tar);
		for (const [what, n] of [['short.tar', 1536], ['odd.tar', bytes.length - 1024 - 300]]) {
			fs.writeFileSync(path.join(dir, what), bytes.subarray(0, n));
			const cut = await audited(path.join(dir, what));
			assert.deepEqual([cut.code, /cut off/.test(cut.out)], [5, true], cut.out);
		}
		assert.ok(fs.existsSync(path.join(folder, 'entries', String(sent.seq), 'data.withheld')));
		assert.equal(spawnSync('grep', ['-rq', 'Personal words', folder]).status, 1, 'nowhere in it');
		assert.match(v.stdout, /that this is the log's key you have to know from elsewhere/);
		assert.equal((await exported('evidence', '--mandate', partial, '--bundle', tar)).code, 1, 'nothing is written over');
	});

	it('whatever is changed in it, verify.sh finds it and names it, and so does the command', async () => {
		const bad = path.join(dir, 'bad'), here = path.join('entries', String(sent.seq)), other = fs.readdirSync(path.join(bundle(), 'entries')).find((s) => s !== String(sent.seq));
		const file = (name) => path.join(bad, name);
		const change = (name, how) => fs.writeFileSync(file(name), how(fs.readFileSync(file(name))));
		const text = (how) => (b) => how(b.toString());
		const flip = (n) => (b) => { b[n] ^= 1; return b; };
		const lineOf = (n, how) => text((t) => t.split('\n').map((l, i) => (i === n ? how(l) : l)).join('\n'));
		const ways = [
			['a leaf', () => change(`${here}/leaf`, text((t) => t.replace('"ts":1', '"ts":2'))), new RegExp(`NO {2}entry ${sent.seq} is not in the log`)],
			['a body', () => change(`${here}/body`, text((t) => t.replace('flash', 'routine'))), /: body is not what the entry commits to/],
			['a personal part', () => change(`${here}/data`, text((t) => t.replace('Personal', 'Another'))), /: data is not what the entry commits to/],
			['a salt', () => change(`${here}/actor.salt`, flip(3)), /: actor is not what the entry commits to/],
			['a salt cut off', () => change(`${here}/body.salt`, (b) => b.subarray(1)), /: body is not what/],
			['a part taken away', () => fs.rmSync(file(`${here}/data`)), /: data is missing, and nothing says why/],
			['an entry taken away', () => fs.rmSync(file(here), { recursive: true }), /answer\.jsonl has \d+ entries, and \d+ lie here/, new RegExp(`entry ${sent.seq} was answered, and is not here`)],
			['two entries exchanged', () => { fs.renameSync(file(here), file('x')); fs.renameSync(file(`entries/${other}`), file(here)); fs.renameSync(file('x'), file(`entries/${other}`)); }, /is not in the log/],
			['the place of an entry', () => fs.renameSync(file(here), file('entries/7')), /entry 7 is not in the log/],
			['a hash of a proof', () => change(`${here}/proof`, lineOf(4, () => Buffer.alloc(32).toString('base64'))), /is not in the log/],
			['a hash less', () => change(`${here}/proof`, text((t) => t.split('\n').filter((_, i) => i !== 4).join('\n'))), /is not in the log/],
			['a proof of another checkpoint', () => change(`${here}/proof`, text((t) => t.replace(/\n\n(.*)\n(\d+)\n/, (_, o, n) => `\n\n${o}\n${Number(n) + 1}\n`))), /is not in the log/],
			['the size', () => change('checkpoint', lineOf(1, (l) => String(Number(l) + 1))), /the checkpoint is not signed/, /the signature of .* is not good/],
			['the root', () => change('checkpoint', lineOf(2, () => Buffer.alloc(32, 1).toString('base64'))), /the checkpoint is not signed/, /the signature of .* is not good/],
			['the signature', () => change('checkpoint', lineOf(4, (l) => l.slice(0, -12) + 'AAAAAAAAAAA=')), /the checkpoint is not signed/, /the signature of .* is not good/],
			['a cosignature', () => change('checkpoint', text((t) => t.replace(/(witness\/HUB .{30})(.)/, (_, l, c) => l + (c === 'A' ? 'B' : 'A')))), /the cosignature of localhost\/witness\/HUB is not good/, /the signature of localhost\/witness\/HUB is not good/],
			['another key for a witness', () => change('witnesses', text((t) => t.replace(/\+([0-9a-f]{8})\+(.{30})./, (_, id, l) => `+${id}+${l}!`))), /NO {2}(the key of witness|the cosignature of)/, /NO {2}vkey/],
			['the key for openssl', () => change('log.pub.pem', text((t) => t.replace(/.{6}\n-----END/, (s) => `AAAAA=${s.slice(6)}`))), /log\.pub\.pem is not the key of log\.vkey/],
			['the key', () => change('log.vkey', text((t) => t.replace(/\+[0-9a-f]{8}\+/, '+00000000+'))), /its id is not that/, /the id 00000000 is not that/],
			['a part said to be withheld', () => { fs.rmSync(file(`${here}/data`)); fs.rmSync(file(`${here}/data.salt`)); fs.writeFileSync(file(`${here}/data.withheld`), ''); }, null, /data was answered, and is not here/],
			['the answer taken away', () => fs.rmSync(file('answer.jsonl')), null, /answer\.jsonl is missing/],
			['another row for an entry', () => change('answer.jsonl', (b) => {
				const l = b.toString().split('\n'), rows = l.slice(1, -2).map((r) => JSON.parse(r)), last = JSON.parse(l.at(-2)), row = rows.find((r) => r.seq === sent.seq);
				row.body = row.body.replace('flash', 'routine');
				const said = rows.map((r) => `${JSON.stringify(r)}\n`).join('');
				return `${l[0]}\n${said}${JSON.stringify({ ...last, sha256: createHash('sha256').update(said).digest('hex') })}\n`;
			}), null, new RegExp(`entry ${sent.seq}: body is not the one that was answered`)],
			['the answer', () => change('answer.jsonl', text((t) => t.replace('"withheld"', '"withhold"').replace('"body_salt"', '"body-salt"'))), /answer\.jsonl has not the digest/],
		];
		for (const [what, bend, says, heard = says] of ways) {
			fs.rmSync(bad, { recursive: true, force: true });
			fs.cpSync(bundle(), bad, { recursive: true });
			bend();
			const checked = await audited(bad);
			assert.equal(checked.code, 5, `${what}: ${checked.out}`);
			assert.match(checked.out, heard, what);
			assert.match(checked.out, /IT DOES NOT HOLD: \d+ thing/);
			if (!says) continue; // a shell does not read JSON
			const v = verify(bad);
			assert.equal(v.status, 1, `${what}: ${v.stdout}${v.stderr}`);
			assert.match(v.stdout, says, what);
			assert.match(v.stdout, /IT DOES NOT HOLD/);
		}
		const told = verify(bundle(), vkey.replace(/.$/, 'x'));
		assert.equal(told.status, 1);
		assert.match(told.stdout, /not the one that you were told/);
		const other2 = Witness.fresh(vkey.split('+')[0], 1).vkey, believed = await audited(bundle(), '--log-key', other2);
		assert.equal(believed.code, 5);
		assert.match(believed.out, /NO {2}the key is not the one that you were told/);
	});

	it('is held against a checkpoint that was kept: the same, a later one with a server to prove it, and another history', async () => {
		const log = new Log(server, server.credential('FRP', 'auditor')), kept = path.join(dir, 'kept'), mine = fs.readFileSync(path.join(bundle(), 'checkpoint'), 'utf8');
		fs.writeFileSync(kept, mine);
		const same = await audited(bundle(), '--against', kept);
		assert.equal(same.code, 0, same.out);
		assert.match(same.out, /ok {2}the checkpoint of [\d,]+ entries in .*kept is of the same history/);
		fs.writeFileSync(kept, await until(async () => { const note = String((await log.get('checkpoint')).bytes); return Number(note.split('\n')[1]) > Number(mine.split('\n')[1]) && note; }, 'a later one'));
		const alone = await audited(bundle(), '--against', kept);
		assert.equal(alone.code, 3);
		assert.match(alone.out, /Name it with --server/);
		const proven = await ran(server, ['audit', 'verify', bundle(), '--against', kept], { member: 'FRP/auditor' });
		assert.equal(proven.code, 0, proven.out + proven.err);
		assert.match(proven.out, /is of the same history/);
		fs.writeFileSync(kept, mine.replace(/^(?:.*\n){3}/, (t) => t.replace(/\d+/, '3')));
		assert.equal((await audited(bundle(), '--against', kept)).code, 2, 'not signed by the log');
	});

	it('a table, and the lines as they came; and what is refused', async () => {
		const lines = await exported('timeline', '--mandate', mandate);
		assert.equal(lines.code, 0, lines.err);
		assert.ok(JSON.parse(lines.lines.at(-1)).complete);
		const file = path.join(dir, 'table.csv'), table = await exported('timeline', '--mandate', mandate, '--format', 'csv', '--output', file);
		assert.equal(table.code, 0, table.err);
		const rows = fs.readFileSync(file, 'utf8').split('\r\n');
		assert.match(rows[0], /"seq"/);
		assert.equal(rows.length - 2, lines.lines.length - 2, 'as many rows');
		const pdf = path.join(dir, 'report.pdf'), report = await exported('timeline', '--mandate', mandate, '--format', 'pdf', '--output', pdf);
		assert.equal(report.code, 0, report.err);
		assert.match(report.err, new RegExp(`SHA-256 ${createHash('sha256').update(fs.readFileSync(pdf)).digest('hex')}, on record`));
		const words = execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' });
		for (const word of ['From the record: timeline', 'was it in time?', mandate, 'Witnesses', 'Time stamp', 'audit.localhost/ledger/1', 'When', 'M4.send', 'StreamHarbor'])
			assert.ok(words.replace(/\s+/g, ' ').includes(word) || words.replace(/\s+/g, '').includes(word), word);
		for (const [args, code, says] of [[['timeline'], 1, /not_permitted/], [['nothing', '--mandate', mandate], 1, /none|not_found/], [['timeline', '--mandate', mandate, '--parameters', 'x'], 1, /NAME=VALUE/],
			[['timeline', '--mandate', mandate, '--bundle', path.join(dir, 'no')], 1, /evidence/], [['timeline', '--mandate', mandate, '--format', 'xls'], 1, /jsonl, csv or pdf/]]) {
			const r = await ran(server, ['audit', 'export', ...args, '--purpose', 'x'], { member: 'FRP/auditor' });
			assert.equal(r.code, code, `${args}: ${r.err}`);
			assert.match(r.err, says);
		}
	});
});
