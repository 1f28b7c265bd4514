// limits.test.mjs: every limit that can be reached over the wire is reached: the answer is the one that docs/limits.md
// names, and it is counted under its name. Small limits, so that little is needed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import tls from 'node:tls';
import WebSocket from 'ws';

import { ask as question, atConsole, grantMandate, hold } from './lib/audit.mjs';
import { Door } from './lib/door.mjs';
import { Member } from './lib/member.mjs';
import { LANTERN, m4, message, uuid7 } from './lib/messages.mjs';
import { freeze } from './lib/outage.mjs';
import { children, Server, top, until } from './lib/server.mjs';

let server, door;
const reached = new Set();

/** `act` reaches this limit, and it is counted. */
async function reaches(limit, act) {
	const was = await door.hits(limit);
	await act();
	await until(async () => (await door.hits(limit)) > was, `${limit} is counted`);
	reached.add(limit);
}

/** A TCP connection from this address of this machine, with TLS (and a first request, to be no handshake) or without: {socket, state: 'open' | 'closed'}. */
async function dial(from, { secure = true, port = server.port } = {}) {
	const options = { host: '127.0.0.1', port, localAddress: from, servername: 'localhost', ca: server.ca };
	const socket = secure ? tls.connect(options) : net.connect(options), c = { socket, state: 'dialling', text: '' };
	socket.on(secure ? 'secureConnect' : 'connect', () => (c.state = 'open'));
	socket.on('data', (d) => (c.text += d)).on('error', () => (c.state = 'closed')).on('close', () => (c.state = 'closed'));
	await until(() => c.state !== 'dialling', `${from} is let in or not`);
	if (secure && c.state === 'open') {
		socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
		await until(() => c.state === 'closed' || c.text.includes('alive'), 'the first answer');
		c.text = '';
	}
	return c;
}
const hangUp = (all) => all.forEach((c) => c.socket.destroy());

/** A request from an address: {status, headers, json}. */
function ask(from, { method = 'GET', route = '/api/me', headers = {}, body } = {}) {
	return new Promise((resolve, reject) => {
		const r = https.request({ host: '127.0.0.1', port: server.port, localAddress: from, servername: 'localhost', ca: server.ca, agent: false, method, path: route, headers }, (a) => {
			let text = '';
			a.on('data', (d) => (text += d)).on('end', () => resolve({ status: a.statusCode, headers: a.headers, json: text && JSON.parse(text) }));
		});
		r.on('error', reject).end(body);
	});
}
const key = (org, person) => ({ authorization: `Bearer ${server.credential(org, person).api_key}` });
const wrong = { authorization: `Bearer ${'A'.repeat(43)}` };
const join = (org, person, options) => Member.connect(server, org, person, options);
/** So that the server finds all of it in one read. */
function atOnce(member, act) {
	member.socket._socket.cork();
	const answers = act();
	member.socket._socket.uncork();
	return answers;
}
/** So many who want everything from the beginning, and nobody has anything of it before all have asked. */
async function allAtOnce(n) {
	server.signal('archive', 'SIGSTOP');
	try {
		return await Promise.all([...Array(n)].map(() => join('HUB', 'duty officer', { from: -1 })));
	} finally {
		server.signal('archive', 'SIGCONT');
	}
}
/** Something that is no threat, and that the server understands. */
const note = (m) => message('M19', { step: 'human', message_ref: uuid7(), recipient_org: m.organisation, channel: 'console', state: 'seen', at: new Date().toISOString(), actor_kind: 'human' },
	{ precedence: 'routine', ack_required: false, legal_basis: [], personal_data: { level: 'none', categories: [] } });
async function start(args) {
	server = await Server.start({ args: ['--fronts', '1', ...args.flatMap((a) => a.split(' '))] });
	door = new Door(server);
}

describe('at the front', () => {
	before(() => start(['--connections 24', '--connections-per-address 8', '--accepts-burst 120', '--accepts-per-minute 1', '--addresses 40',
		'--operator-connections 3', '--handshakes 6', '--handshake-s 5', '--hello-s 3', '--request-s 3', '--frame 8192', '--depth 10', '--frames-burst 60',
		'--frames-per-minute 1', '--messages-burst 5', '--messages-per-minute 1', '--org-messages-burst 8', '--org-messages-per-minute 1', '--org-lookups-burst 1', '--org-lookups-per-minute 1', '--threats-burst 5',
		'--threats-per-minute 1', '--org-threats-burst 8', '--org-threats-per-minute 1', '--receipts-burst 4', '--receipts-per-minute 1', '--cosignatures-burst 2', '--cosignatures-per-minute 1', '--in-flight 3',
		'--early-bytes 64', '--failures-burst 3', '--failures-per-minute 1', '--ping-s 2', '--silence-s 6', '--reads-waiting 1'])); // times that a busy machine keeps where nothing is wrong
	after(() => server?.stop());

	it('connections of one address, and of all: closed before TLS, the others stay', async () => {
		const held = [];
		await reaches('connections_per_address', async () => {
			for (let i = 0; i < 8; i++) held.push(await dial('127.0.0.2'));
			assert.ok(held.every((c) => c.state === 'open'));
			assert.equal((await dial('127.0.0.2')).state, 'closed');
		});
		await reaches('connections', async () => {
			for (const from of ['127.0.0.3', '127.0.0.4']) for (let i = 0; i < 8; i++) held.push(await dial(from));
			assert.equal((await dial('127.0.0.5')).state, 'closed');
			assert.equal(held.filter((c) => c.state === 'open').length, 24);
			const full = (await door.get('/readyz')).json;
			assert.deepEqual([full.ready, full.checks.connections.state], [false, 'failing']);
		});
		hangUp(held);
		await until(async () => (await door.sample('tocsin_front_open_tcp')) === 0, 'they are gone');
	});

	it('new connections of one address', async () => reaches('accepts_per_minute', async () => {
		let last;
		for (let i = 0; i < 120; i++) hangUp([await dial('127.0.0.6', { secure: false })]);
		last = await dial('127.0.0.6');
		assert.equal(last.state, 'closed');
		assert.equal((await ask('127.0.0.7', { route: '/healthz' })).status, 200);
	}));

	it('connections to the operator\'s door', async () => {
		const held = [], was = await door.hits('operator_connections');
		for (let i = 0; i < 3; i++) held.push(await dial('127.0.0.1', { secure: false, port: door.port }));
		const fourth = await dial('127.0.0.1', { secure: false, port: door.port });
		await until(() => fourth.state === 'closed', 'it is closed');
		hangUp(held);
		assert.ok((await until(() => door.hits('operator_connections').catch(() => 0), 'the door is open again')) > was);
		reached.add('operator_connections');
	});

	it('handshakes: so many at a time, and not for long', async () => reaches('handshake_s', () => reaches('handshakes', async () => {
		const held = [];
		for (let i = 0; i < 7; i++) held.push(await dial('127.0.0.8', { secure: false }));
		await until(() => held.every((c) => c.state === 'closed'), 'they are closed');
	})));

	it('no hello: 1008', () => reaches('hello_s', async () => assert.equal((await (await join('AIRU', 'duty officer', { hello: false })).closing()).code, 1008)));

	it('a body that does not come: 503', () => reaches('request_s', async () => {
		const c = await dial('127.0.0.9');
		c.socket.write(`POST /api/messages HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${key('AIRU', 'duty officer').authorization}\r\nContent-Length: 10\r\n\r\n{`);
		await until(() => c.text.startsWith('HTTP/1.1 503') || c.state === 'closed', 'the answer');
		assert.match(c.text, /^HTTP\/1\.1 503 /);
		assert.match(c.text, /Retry-After: 1/);
	}));

	it('a message that is too big: 1009, or 413', async () => {
		await reaches('frame', async () => {
			const m = await join('AIRU', 'duty officer');
			m.say(' '.repeat(8193));
			assert.equal((await m.closing()).code, 1009);
		});
		await reaches('frame', async () => {
			const body = ' '.repeat(8193);
			const r = await ask('127.0.0.9', { method: 'POST', route: '/api/messages', headers: { ...key('AIRU', 'duty officer'), 'content-length': body.length }, body });
			assert.deepEqual([r.status, r.json.code, r.json.detail], [413, 'too_big', 'a body has at most 8192 bytes']);
		});
	});

	it('levels', () => reaches('depth', async () => {
		const m = await join('AIRU', 'duty officer');
		assert.equal(m.welcome.limits.depth, 10);
		m.say('{"a":'.repeat(11) + '1' + '}'.repeat(11));
		assert.match((await until(() => m.strays?.[0], 'the refusal')).detail, /more than 10 levels/);
		await m.close();
	}));

	it('text messages of one connection: 1008', () => reaches('frames_per_minute', async () => {
		const m = await join('AIRU', 'duty officer');
		for (let i = 0; i < 61; i++) m.say('{}');
		assert.deepEqual(await m.closing(), { code: 1008, reason: 'too many messages' });
	}));

	const late = (answer, who) => {
		assert.deepEqual([answer.op, answer.code], ['refused', 'rate'], JSON.stringify(answer));
		assert.ok(answer.retry_after >= 1 && answer.detail.startsWith(who), JSON.stringify(answer));
	};
	for (const [what, type, own, shared] of [['messages', 'M1', 'messages_per_minute', 'org_messages_per_minute'],
		['threats', 'M4', 'threats_per_minute', 'org_threats_per_minute']])
		it(`${what} of one connection and of one organisation`, async () => {
			const one = await join('HUB', 'duty officer'), other = await join('HUB', 'gateway');
			const asked = (m) => m.send({ type });
			for (let i = 0; i < 5; i++) assert.notEqual((await asked(one)).code, 'rate');
			await reaches(own, async () => late(await asked(one), 'this connection'));
			for (let i = 0; i < 3; i++) assert.notEqual((await asked(other)).code, 'rate');
			await reaches(shared, async () => late(await asked(other), 'this organisation'));
			await one.close();
			await other.close();
		});

	it('look-ups of one organisation', () => reaches('org_lookups_per_minute', async () => {
		const look = (person) => ask('127.0.0.1', { method: 'POST', route: '/api/lookup', headers: { ...key('AIRU', person), 'content-type': 'application/json' }, body: JSON.stringify({ type: 'MD5', value: '0'.repeat(32), exercise_ref: LANTERN }) });
		assert.equal((await look('duty officer')).status, 200);
		const refused = await look('gateway'); // another of its people
		assert.deepEqual([refused.status, refused.json.code], [429, 'rate']);
		assert.match(refused.json.detail, /^this organisation/);
	}));

	it('receipts', () => reaches('receipts_per_minute', async () => {
		const m = await join('BFP', 'duty officer');
		for (let i = 0; i < 4; i++) assert.equal((await m.receipt(999999)).code, 'not_found');
		late(await m.receipt(999999), 'this connection');
		await m.close();
	}));

	it('cosignatures of one person, over all their connections; not those of others', () => reaches('cosignatures_per_minute', async () => {
		const m = await join('AIRU', 'gateway'), line = { line: 'none' };
		const post = (person) => ask('127.0.0.1', { method: 'POST', route: '/api/cosign', headers: { ...key('AIRU', person), 'content-type': 'application/json' }, body: JSON.stringify(line) });
		assert.equal((await m.ask('cosign', line)).code, 'bad_value');
		assert.equal((await post('gateway')).json.code, 'bad_value');
		const refused = await post('gateway');
		assert.deepEqual([refused.status, refused.json.code], [429, 'rate']);
		assert.ok(refused.json.retry_after > 0);
		late(await m.ask('cosign', line), 'whoever is signed in here');
		assert.equal((await post('duty officer')).json.code, 'bad_value');
		await m.close();
	}));

	it('commands without an answer: busy', () => reaches('in_flight', async () => {
		const m = await join('OSF', 'duty officer');
		const answers = await Promise.all(atOnce(m, () => [1, 2, 3, 4].map(() => m.prepare({ type: 'M1' }))));
		assert.deepEqual(answers.map((a) => a.code === 'busy'), [false, false, false, true]);
		assert.equal(answers[3].retry_after, 1);
		await m.close();
	}));

	it('what waits for the welcome: 1008', () => reaches('early_bytes', async () => {
		const c = new WebSocket(`wss://localhost:${server.port}/socket`, 'tocsin.v1', { ca: server.ca });
		let closed;
		c.on('close', (code) => (closed = code)).on('error', () => {});
		await until(() => c.readyState === WebSocket.OPEN, 'it opens');
		c._socket.cork();
		c.send(JSON.stringify({ op: 'hello', ticket: 'A'.repeat(43) }));
		c.send(JSON.stringify({ op: 'send', ref: 1, message: { text: 'x'.repeat(64) } }));
		c._socket.uncork();
		assert.equal(await until(() => closed, 'it is closed'), 1008);
	}));

	it('a wrong credential of one address, and nobody else behind it', () => reaches('failures_per_minute', async () => {
		for (let i = 0; i < 3; i++) assert.equal((await ask('127.0.0.10', { headers: wrong })).status, 401);
		const r = await ask('127.0.0.10', { headers: wrong });
		assert.deepEqual([r.status, r.json.code, r.headers['retry-after']], [429, 'rate', '60']);
		// a desk behind one address: the right one, and another wrong one, are heard
		assert.equal((await ask('127.0.0.10', { headers: key('AIRU', 'duty officer') })).status, 200);
		assert.equal((await ask('127.0.0.10', { headers: { authorization: `Bearer ${'B'.repeat(43)}` } })).status, 401);
		assert.equal((await ask('127.0.0.11', { headers: wrong })).status, 401); // and the same one from elsewhere
	}));

	it('silence', () => reaches('silence_s', async () => {
		const m = await join('AIRU', 'duty officer', { ws: { autoPong: false } });
		assert.equal((await m.closing()).code, 1006);
	}));

	it('reads that wait in the archive: the front asks again, and everybody gets everything', () => reaches('reads_waiting', async () => {
		const all = await allAtOnce(6);
		for (const m of all) await until(() => m.entries.length && m.last === all[0].last && m.entries.length === all[0].entries.length, 'all of it');
		for (const m of all) await m.close();
	}));

	it('addresses that are remembered', () => reaches('addresses', async () => {
		let c;
		for (let i = 1; i <= 40 && c?.state !== 'closed'; i++) {
			c = await dial(`127.0.1.${i}`);
			c.socket.destroy();
		}
		assert.equal(c.state, 'closed');
		assert.equal((await ask('127.0.0.11', { route: '/healthz' })).status, 200); // who is known comes in
	}));
});

describe('behind the front', () => {
	before(() => start(['--ring-entries 16', '--urgent-entries 2', '--journal-kib 128', '--waiting 40', '--waiting-threats-per-org 12', '--receipts-waiting 1', '--tickets 16', '--tickets-per-session 4',
		'--late-refusals 1', '--failing-addresses 16', '--history-reads 1', '--org-in-flight-kib 128']));
	after(() => server?.stop());

	it('bytes of one organisation that wait for an answer, threats apart: nobody stands before a threat with much', () => reaches('org_in_flight_kib', async () => {
		const all = await Promise.all([1, 2].map(() => join('AIRU', 'duty officer'))), other = await join('BFP', 'duty officer');
		const large = (m, type) => ({ ...note(m), type, padding: 'x'.repeat(50_000) });
		const three = (type) => all.flatMap((m) => [1, 2, 3].map(() => m.send(large(m, type))));
		server.signal('keeper', 'SIGSTOP');
		const first = three('M19'), threats = three('M4'), busy = await Promise.any(first);
		const others = other.send(large(other, 'M19'));
		server.signal('keeper', 'SIGCONT');
		assert.deepEqual([busy.code, busy.retry_after], ['busy', 1]);
		assert.deepEqual((await Promise.all(first)).map((a) => a.code).sort(), ['busy', 'busy', 'busy', 'busy', 'unknown_field', 'unknown_field']);
		for (const answer of await Promise.all([...threats, others])) assert.equal(answer.code, 'unknown_field');
		assert.deepEqual((await Promise.all([1, 2].map(() => all[0].send(large(all[0], 'M19'))))).map((a) => a.code), ['unknown_field', 'unknown_field']); // those were answered
		for (const m of [...all, other]) await m.close();
	}));

	it('tickets: of one session, and of all, the oldest is void', async () => {
		const ticket = async (org, person) =>
			(await ask('127.0.0.1', { method: 'POST', route: '/api/ticket', headers: { ...key(org, person), 'content-length': 0 } })).json.ticket;
		const enter = (ticket) => new Promise((resolve) => {
			const c = new WebSocket(`wss://localhost:${server.port}/socket`, 'tocsin.v1', { ca: server.ca });
			c.on('open', () => c.send(JSON.stringify({ op: 'hello', ticket }))).on('close', (code) => resolve(code)).on('message', () => { resolve('welcome'); c.close(); });
		});
		const other = await ticket('BFP', 'duty officer');
		await reaches('tickets_per_session', async () => {
			const own = [];
			for (let i = 0; i < 5; i++) own.push(await ticket('AIRU', 'duty officer'));
			assert.equal(await enter(own[0]), 4401);
			assert.equal(await enter(own[4]), 'welcome');
			assert.equal(await enter(other), 'welcome', 'the others do not notice');
		});
		await reaches('tickets', async () => {
			const all = [];
			for (const [org, person] of [['HUB', 'duty officer'], ['OSF', 'duty officer'], ['CDA', 'duty officer'], ['StreamHarbor', 'night responder'], ['Chirplet', 'night responder']])
				for (let i = 0; i < 4; i++) all.push(await ticket(org, person));
			assert.equal(await enter(all[0]), 4401);
			assert.equal(await enter(all[19]), 'welcome');
		});
	});

	it('refusals that are held back, and addresses that fail', () => reaches('failing_addresses', () => reaches('late_refusals', async () => {
		const answers = await Promise.all([...Array(17)].map((_, i) => ask(`127.0.2.${i + 1}`, { headers: wrong })));
		const busy = answers.filter((a) => a.status === 503);
		assert.ok(busy.length > 0 && answers.every((a) => a.status === 401 || a.status === 503), JSON.stringify(answers.map((a) => a.status)));
		assert.ok(busy.every((a) => a.json.code === 'busy' && a.headers['retry-after'] === '1'));
	})));

	it('history is read in turn', () => reaches('history_reads', async () => {
		const all = await allAtOnce(6);
		for (const m of all) await until(() => m.entries.length && m.entries.length === all[0].entries.length && m.last === all[0].last, 'all of it');
		for (const m of all) await m.close();
	}));

	it('the ring: who is behind it goes on from the archive, and misses nothing', () => reaches('ring_kib', async () => {
		const platforms = await Promise.all(['StreamHarbor', 'Chirplet', 'GameNest', 'LoopReel'].map((org) => join(org, 'night responder'))), hub = await join('HUB', 'duty officer');
		const sent = [];
		for (let round = 0; round < 40 && !(await door.hits('ring_kib')); round++) {
			const some = platforms.map((p) => [p, ...Array.from({ length: 10 }, () => m4(p))]);
			await Promise.all(some.flatMap(([p, ...both]) => atOnce(p, () => both.map((m) => p.deliver(m)))));
			sent.push(...some.flatMap(([, ...both]) => both.map((m) => m.id)));
		}
		for (const id of sent) await hub.entry((e) => e.id === id);
		assert.deepEqual(hub.entries.map((e) => e.seq), [...new Set(hub.entries.map((e) => e.seq))].sort((a, b) => a - b));
		for (const m of [...platforms, hub]) await m.close();
	}));

	it('receipts that wait', () => reaches('receipts_waiting', async () => {
		const desk = await join('AIRU', 'duty officer', { from: -1 });
		await until(() => desk.entries.filter((e) => e.k === 'M4.send').length > 8, 'threats');
		const threats = desk.entries.filter((e) => e.k === 'M4.send').slice(0, 9);
		atOnce(desk, () => threats.forEach((e) => desk.receipt(e.seq)));
		const refused = await until(() => desk.strays?.find((f) => f.op === 'refused') ?? (desk.waiting.size < 9 && { code: 'busy' }), 'a refusal');
		assert.equal(refused.code, 'busy');
		await desk.close();
	}));

	it('commands that wait, threats of one organisation that wait; the journal, and what is kept of it', { timeout: 240_000 }, async () => {
		const platform = await join('StreamHarbor', 'night responder'), hub = await join('HUB', 'duty officer');
		const late = await (async () => { // another one of the front's connections, which comes when the list is full
			return () => join('HUB', 'gateway');
		})();
		const thaw = freeze(server);
		try {
			await reaches('waiting_threats_per_org', () => reaches('waiting', async () => {
				const heard = await door.sample('tocsin_front_frames_in_total');
				server.signal('keeper', 'SIGSTOP'); // so that it finds all of it at once
				const threats = atOnce(platform, () => Array.from({ length: 13 }, () => platform.send(m4(platform))));
				const notes = atOnce(hub, () => Array.from({ length: 41 }, () => hub.send(note(hub))));
				await until(async () => (await door.sample('tocsin_front_frames_in_total')) >= heard + 54, 'the front has heard it');
				server.signal('keeper', 'SIGCONT');
				for (const [all, kept, op] of [[threats, 12, (a) => a.op === 'journaled'], [notes, 40, (a) => a.code === 'database_away']]) {
					const answers = await Promise.all(all), refused = answers.pop();
					assert.deepEqual([refused.code, refused.retry_after], ['busy', 1]);
					assert.deepEqual([answers.length, answers.every(op)], [kept, true], JSON.stringify(answers));
				}
			}));
			await reaches('urgent_kib', async () => assert.equal((await platform.send(m4(platform))).op, 'journaled'));
			await reaches('journal_kib', async () => {
				let last;
				for (let i = 0; i < 100 && (last = await platform.send(m4(platform))).op === 'journaled';) i++;
				assert.deepEqual([last.op, last.code, last.retry_after], ['refused', 'busy', 5], JSON.stringify(last));
			});
			await (await late()).close();
		} finally {
			thaw();
		}
		await until(async () => (await door.sample('tocsin_keeper_journal_records')) === 0, 'all of it is in the ledger');
		await platform.close();
		await hub.close();
	});
});

describe('questions to the ledger', () => {
	before(() => start(['--audits 1 --audit-s 6']));
	after(() => server.stop());

	it('one at a time is answered, and for so long; a threat and history wait for none', async () => {
		const [admin, dpo] = await Promise.all(['admin', 'data protection officer'].map((person) => atConsole(server, 'HUB', person)));
		const mandate = await grantMandate(admin, dpo, { exercises: [LANTERN] }), auditor = server.credential('FRP', 'auditor');
		const sql = 'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b';
		let long;
		await reaches('audit_s', async () => {
			long = question(server, auditor, 'sql', { mandate, purpose: 'how long', sql });
			await until(() => server.family().some((p) => /tocsin_auditor .* FETCH/.test(p.args)), 'it runs');
			await reaches('audits', async () => {
				const second = await question(server, auditor, 'timeline', { mandate, purpose: 'meanwhile', parameters: { exercise: LANTERN } });
				assert.equal(second.json?.code ?? second.last?.error?.code, 'busy', JSON.stringify(second));
			});
			const platform = await join('StreamHarbor', 'night responder');
			assert.equal((await platform.send(m4(platform))).op, 'accepted');
			await platform.close();
			assert.equal((await server.request('GET', '/api/entries?after=-1&limit=5', { credential: auditor })).status, 200);
			assert.equal((await long).last.complete, false);
		});
		assert.equal((await question(server, auditor, 'timeline', { mandate, purpose: 'afterwards', parameters: { exercise: LANTERN } })).last.complete, true);
	});
});

describe('answers that nobody reads, or that are too much', () => {
	before(() => start(['--audits 3 --audits-per-person 1 --audit-stall-s 4 --audit-kib 64 --audit-print-s 4']));
	after(() => server.stop());

	it('one person has one place, and loses it by not reading; what is printed has a limit', async () => {
		const [admin, dpo] = await Promise.all(['admin', 'data protection officer'].map((person) => atConsole(server, 'HUB', person)));
		const mandate = await grantMandate(admin, dpo, { exercises: [LANTERN] }), auditor = server.credential('FRP', 'auditor'), second = server.credential('FRP', 'second auditor');
		const sql = "select repeat('y', 20000) as y from generate_series(1, 1000000)";
		const held = await hold(server, auditor, 'sql', { mandate, purpose: 'not read', format: 'csv', sql });
		const small = (who) => question(server, who, 'timeline', { mandate, purpose: 'meanwhile', parameters: { exercise: LANTERN } });
		await reaches('audits_per_person', async () => {
			const again = await small(auditor);
			assert.deepEqual([again.json?.code, /one person/.test(again.json?.detail)], ['busy', true], JSON.stringify(again));
		});
		assert.equal((await small(second)).last?.complete, true, 'nobody else is held up');
		await reaches('audit_stall_s', async () => {
			await until(async () => (await small(auditor)).last?.complete, 'the place is free again');
			assert.equal((await held.read()).complete, false, 'what was not read is cut off');
		});
		await reaches('audit_kib', async () => {
			const much = await question(server, auditor, 'sql', { mandate, purpose: 'much', format: 'pdf', sql: 'select g from generate_series(1, 20000) g' });
			assert.deepEqual([much.status, much.json?.code, /JSON Lines and CSV/.test(much.json?.detail)], [400, 'limit', true], JSON.stringify(much));
		});
		await reaches('audit_print_s', async () => {
			const press = children(server.pids('archive')[0]).find((p) => p.args.endsWith('tocsin-press'));
			process.kill(press.pid, 'SIGSTOP');
			const late = await question(server, second, 'sql', { mandate, purpose: 'not printed', format: 'pdf', sql: 'select 1 as one' });
			process.kill(press.pid, 'SIGCONT');
			assert.deepEqual([late.status, late.json?.code, /not printed/.test(late.json?.detail)], [400, 'limit', true], JSON.stringify(late));
		});
		const result = await until(async () => (await server.request('GET', '/api/entries?after=-1&limit=500', { credential: auditor })).json.entries.filter((e) => e.k === 'M27.result' && !e.message.body.complete).length === 3,
			'that all three were broken off is on record');
		assert.ok(result);
	});
});

describe('docs/limits.md', () => {
	// Reached elsewhere: waiting_kib (unit.keeper.intake); a reader that takes nothing (pending_kib, stall_s); a front that does (front_queue_kib).
	const elsewhere = ['waiting_kib', 'pending_kib', 'stall_s', 'front_queue_kib'];
	it('has no counted limit that was not reached here', () => {
		const table = fs.readFileSync(path.join(top, 'server/measure/limit.def'), 'utf8');
		const counted = [...table.matchAll(/^TOC_LIMIT\((\w+), \w+, \d+, \d+, \d+, HIT/gm)].map((m) => m[1]);
		assert.deepEqual(counted.filter((l) => !reached.has(l) && !elsewhere.includes(l)), []);
	});
});
