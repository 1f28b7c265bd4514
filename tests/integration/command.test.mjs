// command.test.mjs: `tocsin` and libtocsin against a real server: answers, exit codes, and every entry exactly once.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { after, before, describe, it } from 'node:test';

import { command, example, ran, start } from './lib/command.mjs';
import { Member } from './lib/member.mjs';
import { m4 } from './lib/messages.mjs';
import { freeze } from './lib/outage.mjs';
import { Server, scratch, tocsin, until } from './lib/server.mjs';

let server, platform;
before(async () => {
	server = await Server.start();
	platform = await Member.connect(server, 'StreamHarbor', 'night responder');
});
after(async () => {
	await platform?.close();
	await server?.stop();
});

const draft = () => ({ ...m4(platform), body: { step: 'draft', aware_at: '2031-05-17T13:58:00Z' } });
const as = (member, args, options) => ran(server, args, { member, ...options });

describe('tocsin send', () => {
	it('sends from standard input, fills in id and version, and prints seq and case', async () => {
		const { id, schema_version, sent_at, ...message } = m4(platform);
		const r = await as('StreamHarbor/night responder', ['send', '-'], { input: JSON.stringify(message) });
		assert.equal(r.code, 0, r.err);
		assert.match(r.out, /^accepted {2}seq \d+ {2}id [0-9a-f-]{36} {2}case [0-9a-f-]{36}$/m);
	});
	it('the same id twice is the same answer, with --json the server’s own', async () => {
		const input = JSON.stringify(m4(platform));
		const [a, b] = [await as('StreamHarbor/night responder', ['send', '-', '--json'], { input }), await as('StreamHarbor/night responder', ['send', '--json', '-'], { input })];
		assert.equal(a.code, 0, a.err);
		assert.equal(JSON.parse(a.out).seq, JSON.parse(b.out).seq);
	});
	it('exit code 1: a refusal with code, field, clause and advice', async () => {
		const r = await as('StreamHarbor/night responder', ['send', '-'], { input: JSON.stringify(m4(platform, { body: { immediacy: 'soon' } })) });
		assert.equal(r.code, 1);
		assert.match(r.err, /refused {2}bad_value {2}body\.immediacy/);
		assert.equal(r.err.trim().split('\n').length, 3);
	});
	it('--prepare names who would get it, and sends nothing', async () => {
		const before = await as('AIRU/gateway', ['watch', '--from', 'start', '--once', '--only', 'M4.send']);
		const r = await as('StreamHarbor/night responder', ['send', '--prepare', '-'], { input: JSON.stringify(m4(platform)) });
		assert.equal(r.code, 0, r.err);
		assert.match(r.out, /AIRU +competent, is paged: XA is concerned/);
		assert.match(r.out, /HUB +hub/);
		const afterwards = await as('AIRU/gateway', ['watch', '--from', 'start', '--once', '--only', 'M4.send']);
		assert.equal(afterwards.lines.length, before.lines.length);
	});
	it('exit code 2: no message, no key, no such file', async () => {
		assert.equal((await as('StreamHarbor/gateway', ['send', '-'], { input: 'not json' })).code, 2);
		assert.equal((await ran(server, ['send', '-'], { input: '{}' })).code, 2);
		assert.equal((await as('StreamHarbor/gateway', ['send', '/nowhere'])).code, 2);
	});
	it('exit code 3: a key that nobody has, an authority that did not sign, a server that is not there', async () => {
		const input = JSON.stringify(draft());
		const unknown = await ran(server, ['send', '-'], { input, key: 'toc_nobody', env: { TOCSIN_KEY: 'toc_nobody' } });
		assert.equal(unknown.code, 3, unknown.err);
		assert.match(unknown.err, /not authenticated/);
		const key = server.credential('StreamHarbor', 'night responder').api_key;
		const untrusted = start(tocsin, ['--server', server.url, '--ca', '/etc/ssl/certs/ca-certificates.crt', 'send', '--patience', '2', '-'], { key, input });
		assert.equal(await untrusted.end, 3);
		assert.match(untrusted.err, /not signed by an authority that is trusted/);
		const relay = net.createServer((from) => pipeline(from, net.connect(server.port, 'localhost'), from, () => {})).listen(0, '127.0.0.2');
		await once(relay, 'listening');
		const renamed = start(tocsin, ['--server', `https://127.0.0.2:${relay.address().port}`, '--ca', path.join(server.state, 'demo/ca.pem'), 'send', '--patience', '2', '-'], { key, input });
		assert.equal(await renamed.end, 3);
		relay.close();
		assert.match(renamed.err, /its certificate is for another name/);
		const nobody = start(tocsin, ['--server', 'https://localhost:1', 'send', '--patience', '2', '-'], { key, input });
		assert.equal(await nobody.end, 3);
	});
	it('waits for a server that comes back, and the message is taken once', async () => {
		const message = m4(platform);
		server.signal('front', 'SIGSTOP');
		const run = command(server, ['send', '-', '--json'], { member: 'StreamHarbor/night responder', input: JSON.stringify(message) });
		await server.kill('front');
		assert.equal(await run.end, 0, run.err);
		const seen = await as('AIRU/gateway', ['watch', '--from', 'start', '--once', '--only', 'M4.send']);
		assert.equal(seen.lines.filter((l) => JSON.parse(l).id === message.id).length, 1);
	});
});

describe('tocsin watch', () => {
	it('shows what a client that is not ours gets, byte for byte', async () => {
		const other = await Member.connect(server, 'AIRU', 'gateway', { from: -1 });
		const r = await as('AIRU/gateway', ['watch', '--from', 'start', '--once']);
		assert.equal(r.code, 0, r.err);
		await until(() => other.entries.length >= r.lines.length, 'the other has them too');
		assert.deepEqual(r.lines.map((l) => JSON.parse(l)), other.entries.slice(0, r.lines.length));
		await other.close();
	});
	it('keeps its place in a file and goes on after it', async () => {
		const file = path.join(scratch(), 'position');
		const first = await as('AIRU/gateway', ['watch', '--from', 'start', '--count', '3', '--position', file]);
		assert.equal(first.lines.length, 3);
		assert.equal(Number(fs.readFileSync(file, 'utf8')), JSON.parse(first.lines[2]).seq);
		const second = await as('AIRU/gateway', ['watch', '--position', file, '--count', '1']);
		assert.ok(JSON.parse(second.lines[0]).seq > JSON.parse(first.lines[2]).seq);
	});
	it('a position that the server does not have ends it', async () => {
		const r = await as('AIRU/gateway', ['watch', '--from', '999999']);
		assert.equal(r.code, 3);
		assert.match(r.err, /999999/);
	});
	it('--receipts makes machine receipts, which are never human', async () => {
		const run = command(server, ['watch', '--from', 'start', '--receipts', '--json'], { member: 'HUB/gateway' });
		try {
			const sent = await platform.deliver(m4(platform));
			const receipt = await platform.entry((e) => e.k === 'M19.machine' && e.message.body.recipient_org === 'HUB' && e.case === sent.case);
			assert.equal(receipt.message.body.actor_kind, 'machine');
			assert.equal(receipt.message.body.state, 'delivered');
			run.child.kill('SIGINT');
			assert.equal(await run.end, 130);
		} finally {
			run.child.kill('SIGKILL');
		}
	});
	it('for people: columns, no colour without a terminal, no escape of a member reaches it', async () => {
		await platform.deliver(m4(platform, { text: 'before \u001b[2J after \u202e reversed' }));
		const r = await as('AIRU/gateway', ['watch', '--from', 'start', '--once', '--color', 'never']);
		assert.ok(!r.out.includes('\u001b'));
	});
});

describe('while the database is away', () => {
	it('a threat is journaled, never called recorded; it comes as urgent, and later as an entry, once each', { timeout: 240_000 }, async (t) => {
		const watch = command(server, ['watch', '--from', 'start', '--json', '--only', 'M4'], { member: 'AIRU/gateway' });
		t.after(() => watch.child.kill('SIGKILL'));
		await until(() => watch.out.includes('"M4.'), 'what came before: it is connected');
		const message = m4(platform);
		const back = freeze(server);
		try {
			const r = await as('StreamHarbor/night responder', ['send', '-'], { input: JSON.stringify(message) });
			assert.equal(r.code, 0, r.err);
			assert.match(r.out, /^journaled {2}id [0-9a-f-]{36} {2}delivered, not yet recorded/);
			await until(() => watch.out.includes(message.id), 'the urgent frame');
			const other = await as('StreamHarbor/night responder', ['send', '--patience', '5', '-'], { input: JSON.stringify(draft()) });
			assert.match(other.err, /database_away/);
			assert.equal(other.code, 1);
		} finally {
			back();
		}
		const frames = () => watch.lines().map((l) => JSON.parse(l)).filter((f) => f.id === message.id);
		await until(() => frames().some((f) => f.op === 'entry'), 'the entry');
		assert.deepEqual(frames().map((f) => f.op), ['urgent', 'entry']);
	});
});

describe('tocsin ack', () => {
	it('answers for a case by the beginning of its id, in the notification’s envelope', async () => {
		const sent = await platform.deliver(m4(platform));
		const r = await as('AIRU/duty officer', ['ack', sent.case.slice(0, 13)]);
		assert.equal(r.code, 0, r.err);
		const ack = await platform.entry((e) => e.k === 'M5.ack' && e.case === sent.case);
		assert.equal(ack.message.tlp, 'AMBER');
		const accepted = await as('AIRU/duty officer', ['ack', sent.case, '--accept', '--reference', 'AIRU-42']);
		assert.equal(accepted.code, 0, accepted.err);
		const accept = await platform.entry((e) => e.k === 'M5.accept' && e.case === sent.case);
		assert.equal(accept.message.body.own_reference, 'AIRU-42');
	});
	it('a case that was not sent to us is unknown, and a machine may not', async () => {
		const sent = await platform.deliver(m4(platform));
		const stranger = await as('BFP/duty officer', ['ack', sent.case]);
		assert.equal(stranger.code, 1);
		assert.match(stranger.err, /no such case/);
		const machine = await as('AIRU/gateway', ['ack', sent.case]);
		assert.equal(machine.code, 1);
		assert.match(machine.err, /not_permitted/);
	});
});

describe('tocsin transfers', () => {
	it('what went to whom, of which kind, on which ground: out of what the key may read', async () => {
		const sent = await platform.deliver(m4(platform)), none = await platform.deliver(draft());
		const record = async (member) => {
			const entries = await as(member, ['watch', '--from', 'start', '--once', '--json']);
			const r = await as(member, ['transfers', '--json', '-'], { input: entries.out });
			assert.equal(r.code, 0, r.err);
			return { rows: r.lines.map((l) => JSON.parse(l)), input: entries.out };
		};
		const { rows, input } = await record('StreamHarbor/gateway');
		const row = rows.find((r) => r.seq === sent.seq);
		assert.deepEqual([row.org, row.to.toSorted(), row.level, row.categories], ['StreamHarbor', ['AIRU', 'HUB'], 'limited', ['location']]);
		assert.deepEqual(row.legal_basis, [{ act: 'TCO', article: '14(5)' }, { act: 'DSA', article: '18' }]);
		assert.ok(!rows.some((r) => r.seq === none.seq), 'a draft goes to nobody');
		const stranger = await record('BFP/gateway');
		assert.ok(!stranger.rows.some((r) => r.id === row.id), 'who may not read it has no record of it');
		const words = await as('StreamHarbor/gateway', ['transfers', '-'], { input });
		assert.match(words.out, /StreamHarbor → (AIRU, HUB|HUB, AIRU)  M4\.send  limited: location  on TCO 14\(5\), DSA 18$/m);
		const bad = await as('StreamHarbor/gateway', ['transfers', '-'], { input: `${input}no entry\n` });
		assert.equal(bad.code, 2);
	});
});

describe('tocsin schema', () => {
	it('is JSON, and names the types when there is no such one', async () => {
		const r = await ran(server, ['schema', 'M4', '--json']);
		assert.equal(JSON.parse(r.out).properties.type.const ?? JSON.parse(r.out).properties.type.enum[0], 'M4');
		const none = await ran(server, ['schema', 'M99']);
		assert.equal(none.code, 2);
		assert.match(none.err, /M4 +Imminent threat/);
	});
});

describe('libtocsin, by the example of its manual', () => {
	it('every entry once and in order, while fronts and archives are killed', { timeout: 240_000 }, async () => {
		const cwd = scratch();
		const gateway = start(example, [server.url, path.join(server.state, 'demo/ca.pem'), server.credential('AIRU', 'gateway').api_key], { cwd });
		try {
			await until(() => gateway.lines().length > 5, 'entries');
			for (const part of ['front', 'archive', 'front']) {
				const message = m4(platform);
				await platform.deliver(message);
				await server.kill(part);
				await platform.deliver(m4(platform));
				await until(() => gateway.out.includes(message.id), 'what was sent before the kill');
			}
			const last = m4(platform);
			await platform.deliver(last);
			await until(() => gateway.out.includes(last.id) && gateway.out.endsWith('\n'), 'the last');
			const seqs = gateway.lines().map((l) => JSON.parse(l).seq);
			assert.deepEqual(seqs, [...new Set(seqs)].sort((a, b) => a - b));
			const all = await as('AIRU/gateway', ['watch', '--from', 'start', '--once']);
			const upto = seqs.at(-1);
			assert.deepEqual(seqs, all.lines.map((l) => JSON.parse(l).seq).filter((s) => s <= upto));
			await until(() => Number(fs.readFileSync(path.join(cwd, 'position'), 'utf8')) >= upto, 'its position is kept');
		} finally {
			gateway.child.kill('SIGKILL');
		}
	});
});
