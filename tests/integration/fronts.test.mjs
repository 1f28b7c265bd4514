// fronts.test.mjs: two fronts on one port. Whoever is entitled gets every entry once and in order, whichever front the
// kernel gave them; a front that dies takes only its own clients with it, and they go on where they were. And what a
// crowd does to a front: it leaves all at once and comes back, or is half there.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';

import { serverLoad, startServer } from '../bench/lib/bench.mjs';
import { LANTERN, m4, message } from './lib/messages.mjs';
import { until } from './lib/server.mjs';
import { Steady } from './lib/steady.mjs';

const PEOPLE = [['AIRU', 'duty officer'], ['AIRU', 'liaison officer'], ['AIRU', 'admin'], ['HUB', 'lead'], ['DGO', 'observer'],
	['StreamHarbor', 'night responder'], ['StreamHarbor', 'policy lead'], ['Chirplet', 'night responder'], ['OSF', 'duty officer'], ['FRP', 'auditor']];
const EACH = 4; // connections of each person: that they all meet the same front is one case in 2^39

/** Sockets of each front: the ports of its clients. @returns {Map<number, Set<number>>} by process */
function clientsOf(server) {
	const port = new Map(); // inode → the client's port
	for (const line of fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
		const f = line.trim().split(/\s+/);
		if (f.length > 9 && parseInt(f[1].split(':')[1], 16) === server.port && f[3] === '01') port.set(f[9], parseInt(f[2].split(':')[1], 16));
	}
	return new Map(server.pids('front').map((pid) => [pid, new Set(fs.readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
		try {
			return port.get(fs.readlinkSync(`/proc/${pid}/fd/${fd}`).match(/^socket:\[(\d+)\]$/)?.[1]) ?? [];
		} catch {
			return []; // closed meanwhile
		}
	}))]));
}

const inject = (n) => message('exercise', { step: 'inject', headline: `n${n}` }, {
	exercise_ref: LANTERN, tlp: 'GREEN', precedence: 'routine', ack_required: false, personal_data: { level: 'none', categories: [] }, legal_basis: [] });

describe('two fronts', () => {
	let server, control, platform, everybody, base;

	before(async () => {
		server = await startServer({ fronts: 2, args: ['--handshake-s', '10'] });
		control = await Steady.connect(server, 'CELL', 'controller');
		platform = await Steady.connect(server, 'StreamHarbor', 'night responder');
		everybody = await Promise.all(PEOPLE.flatMap(([org, person]) => Array.from({ length: EACH }, () => Steady.connect(server, org, person))));
		base = server.pids('front');
	});
	after(async () => {
		await Promise.all([control, platform, ...(everybody ?? [])].map((m) => m?.leave()));
		await server?.stop();
	});

	/** Everybody has what their credential reads from the archive: all of it, once, in order, the same bytes. */
	async function everybodyHasTheirs(below) {
		for (const [org, person] of PEOPLE) {
			const mine = everybody.filter((m) => m.organisation === org && m.person === person);
			const due = await mine[0].history(below);
			for (const m of mine) {
				await until(() => [...due.keys()].every((seq) => m.texts.has(seq)), `${m.name} has its part`);
				const got = [...m.texts].filter(([seq]) => seq < below);
				assert.deepEqual(got.map(([seq]) => seq), [...due.keys()], m.name);
				for (const [seq, text] of got) assert.equal(text, due.get(seq), `${m.name}: ${seq}`);
				assert.deepEqual(m.faults, [], m.name);
			}
		}
	}

	it('both have clients, and all of them get everything that is theirs, once and in order', async () => {
		const at = clientsOf(server);
		assert.equal(at.size, 2);
		for (const [pid, ports] of at) assert.ok(ports.size > 0, `front ${pid} has no client`);
		let last = 0;
		for (let n = 0; n < 20; n++) {
			const [told, threat] = await Promise.all([control.deliver(inject(n)), platform.deliver(m4(platform.self))]);
			assert.deepEqual([told.op, threat.op], ['accepted', 'accepted'], `${JSON.stringify(told)} ${JSON.stringify(threat)}`);
			last = Math.max(told.seq, threat.seq);
		}
		await everybodyHasTheirs(last + 1);
	});

	it('one dies: its clients go on where they were, and those of the other notice nothing', async () => {
		const at = clientsOf(server), [victim] = base;
		const port = (m) => m.socket._socket.localPort;
		const own = everybody.filter((m) => at.get(victim).has(port(m))), others = everybody.filter((m) => at.get(base[1]).has(port(m)));
		assert.equal(own.length + others.length, everybody.length);
		const sockets = new Map(others.map((m) => [m, m.socket]));
		let last = 0;
		for (let n = 0; n < 20; n++) {
			if (n === 5) process.kill(victim, 'SIGKILL');
			const told = await control.deliver(inject(100 + n));
			assert.equal(told.op, 'accepted');
			last = told.seq;
		}
		await until(() => own.every((m) => m.reconnects > 0 && m.welcome && !m.closed), 'everybody is back');
		await until(() => server.pids('front').length === 2, 'there are two again');
		await everybodyHasTheirs(last + 1);
		for (const m of others) assert.ok(m.socket === sockets.get(m) && m.reconnects === 0, `${m.name} was disturbed`);
	});

	describe('and a crowd', () => {
		let load;
		before(async () => {
			load = await serverLoad(server);
			await load.order('senders n=1');
		});
		after(() => load?.stop());

		it('1,000 hang up at once without a word and are back, and nothing of the first thousand is left', async () => {
			const pids = server.pids('front'), descriptors = () => pids.reduce((sum, pid) => sum + fs.readdirSync(`/proc/${pid}/fd`).length, 0);
			const before = descriptors();
			for (let i = 0; i < 2; i++) {
				const back = await load.order('connect n=1000');
				assert.deepEqual({ open: back.open, lost: back.lost }, { open: 1000, lost: 0 });
				const told = await load.order('publish n=2');
				assert.equal(told.deliveries, 2000);
				await load.order('leave');
			}
			await until(() => descriptors() <= before, `${descriptors()} descriptors, ${before} before`);
			assert.deepEqual(server.pids('front'), pids);
		});

		it('half-open connections are ended, and keep nobody out', async () => {
			const half = await Promise.all(Array.from({ length: 300 }, () => new Promise((resolve, reject) => {
				const s = net.connect(server.port, '127.0.0.1', () => resolve(s));
				s.on('error', reject);
			})));
			half.slice(0, 100).forEach((s) => s.write(Buffer.from('160301', 'hex'))); // a part of a handshake
			let over = 0;
			const ended = half.map((s) => new Promise((resolve) => s.on('close', () => resolve(over++))));
			half.forEach((s) => s.on('error', () => {}).resume());
			const back = await load.order('connect n=100');
			assert.equal(back.open, 100);
			assert.ok(over < half.length, `who is whole does not wait for who is half there: ${back.seconds} s`);
			await Promise.all(ended); // by the server: handshake_s
			await load.order('leave');
		});
	});
});
