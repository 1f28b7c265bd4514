// bench.mjs: what the measurements have in common: processes and what they used, the load generator, the floor, tables.
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

import { uuid7 } from '../../integration/lib/messages.mjs';
import { build, Server } from '../../integration/lib/server.mjs';

export const program = (name) => path.join(build, 'tests/bench', name);

export const median = (list) => list.toSorted((a, b) => a - b)[Math.floor((list.length - 1) / 2)];

/** A folder for the files of this run; gone at its end. */
export const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tocsin-bench-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));

function file(name, text) {
	const at = path.join(folder, name);
	fs.writeFileSync(at, text);
	return at;
}

// ---- what processes used ----

/** Microseconds of processor time of these processes, all their threads, and the children that they have reaped. */
export function cpu(pids) {
	let us = 0;
	for (const pid of pids) {
		try {
			for (const task of fs.readdirSync(`/proc/${pid}/task`)) us += Number(fs.readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1000;
		} catch { /* ended meanwhile */ }
	}
	return us;
}

/** Proportional set size in KiB: what would be free without them. */
export function memory(pids) {
	return pids.reduce((sum, pid) => sum + Number(fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').match(/^Pss:\s+(\d+)/m)[1]), 0);
}

// ---- the load generator ----

export class Load {
	/** @param {{to: string, options?: string[], template?: string, keys?: string[], senderKeys?: string[]}} what */
	static start({ to, options = [], template, keys, senderKeys }) {
		const load = new Load();
		const n = Load.made = (Load.made ?? 0) + 1;
		const args = ['--to', to, ...options];
		if (template) args.push('--template', file(`template-${n}`, template));
		if (keys) args.push('--keys', file(`keys-${n}`, keys.join('\n')));
		if (senderKeys) args.push('--sender-keys', file(`sender-keys-${n}`, senderKeys.join('\n')));
		load.process = spawn(program('load'), args, { stdio: ['pipe', 'pipe', 'inherit'] });
		load.ended = once(load.process, 'exit');
		load.waiting = [];
		readline.createInterface({ input: load.process.stdout }).on('line', (line) => load.waiting.shift().resolve(JSON.parse(line)));
		load.ended.then(([code]) => load.waiting.forEach((w) => w.reject(new Error(`load ended with ${code}`))));
		return load;
	}

	/** One order (see load.c) and its answer. */
	order(text) {
		return new Promise((resolve, reject) => {
			this.waiting.push({ resolve, reject });
			this.process.stdin.write(`${text}\n`);
		});
	}

	async stop() {
		this.process.stdin.end();
		await this.ended;
	}
}

/** A figure counts only when nothing went wrong. */
export function checked(what, run) {
	for (const fault of ['missing', 'twice', 'disordered', 'lost', 'refused'])
		if (run[fault]) throw new Error(`${what}: ${run[fault]} ${fault}: ${JSON.stringify(run)}`);
	return run;
}

// ---- the floor ----

/** A key as the server's own is, and a certificate for it. */
export function certificate(cert, key) {
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert,
		'-days', '2', '-subj', '/CN=localhost'], { stdio: 'ignore' });
}

async function freePort() {
	const listener = net.createServer().listen(0, '127.0.0.1');
	await once(listener, 'listening');
	const { port } = listener.address();
	listener.close();
	await once(listener, 'close');
	return port;
}

export class Floor {
	/** @param {string[]} under a command to run it under */
	static async start(under = []) {
		const floor = new Floor(), cert = path.join(folder, 'floor.crt'), key = path.join(folder, 'floor.key');
		certificate(cert, key);
		floor.port = await freePort();
		const [command, ...args] = [...under, program('floor'), String(floor.port), cert, key];
		floor.process = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
		floor.pids = [floor.process.pid];
		floor.ended = once(floor.process, 'exit');
		await Promise.race([once(floor.process.stdout, 'data'), floor.ended.then(() => Promise.reject(new Error('the floor did not start')))]);
		return floor;
	}

	/** Its clients; what one of them sends, all are told. @param {number} bytes of a message */
	load(bytes) {
		const template = '{"op":"entry","seq":@REF@,"text":"@MARK@ ';
		return Load.start({ to: `127.0.0.1:${this.port}`, template: `${template}${'x'.repeat(Math.max(0, bytes - template.length - 14))}"}` });
	}

	async stop() {
		this.process.kill('SIGKILL');
		await this.ended;
	}
}

// ---- the server ----

const CONTROL = ['CELL', 'controller'];
/** Who listens: so an entry has about 1.1 kB. It names every organisation that may read it; with the whole cast it has 3 kB. */
const LISTENING = ['AIRU', 'StreamHarbor'];

function envelope(exercise, body) {
	return {
		id: '@ID@', type: 'exercise', schema_version: '1.0.0', mode: 'exercise', exercise_ref: exercise, sent_at: '@TIME@', tlp: 'GREEN',
		precedence: 'routine', ack_required: false, lang: 'en', personal_data: { level: 'none', categories: [] }, legal_basis: [],
		also_reported_to: [], body,
	};
}

/** An exercise for these organisations. What its control tells, all of them may read. @returns {Promise<string>} a template for load */
async function broadcast(server, organisations, padding = 32) {
	const exercise = randomUUID();
	const made = { ...envelope(exercise, { step: 'create', title: 'BENCH', t0: '2031-01-01T00:00:00.000Z', participants: organisations }),
		id: uuid7(), sent_at: new Date().toISOString() };
	const answer = await server.request('POST', '/api/messages', { credential: server.credential(...CONTROL), body: made });
	if (answer.status >= 300) throw new Error(`no exercise: ${answer.text}`);
	const told = { op: 'send', ref: '@REF@', message: envelope(exercise, { step: 'inject', headline: '@MARK@', text: 'x'.repeat(padding) }) };
	return JSON.stringify(told).replace('"@REF@"', '@REF@');
}

const UNLIMITED = ['frames-per-minute', 'frames-burst', 'messages-per-minute', 'messages-burst', 'org-messages-per-minute', 'org-messages-burst', 'accepts-per-minute', 'accepts-burst', 'in-flight']
	.flatMap((name) => [`--${name}`, name === 'in-flight' ? '100000' : '1000000']);

/** A server with the demo's directory, and no limit on how much exercise control may say. */
export function startServer({ fronts = 1, state, args = [], patience } = {}) {
	return Server.start({ args: ['--fronts', String(fronts), ...UNLIMITED, ...args], state, patience });
}

/** Clients of the server: subscribers are the people of the organisations that listen, each with their own key. */
export async function serverLoad(server, { organisations = LISTENING, padding } = {}) {
	const keys = server.credentials.filter((c) => organisations.includes(c.organisation)).map((c) => c.api_key);
	return Load.start({
		to: `127.0.0.1:${server.port}`, options: ['--hello', '--protocol', 'tocsin.v1'], keys, senderKeys: [server.credential(...CONTROL).api_key],
		template: await broadcast(server, organisations, padding),
	});
}

// ---- tables ----

/** Figures, each with its goal: {what, value, unit, goal: number (at most) or undefined, least: true when the goal is at least} */
export class Table {
	constructor(title) {
		this.title = title;
		this.rows = [];
	}

	add(what, value, { goal, unit = '', least = false, note = '' } = {}) {
		this.rows.push({ what, value, goal, unit, least, note });
	}

	missed() {
		return this.rows.filter((r) => r.goal !== undefined && !(r.least ? r.value >= r.goal : r.value <= r.goal));
	}

	/** Like add, for figures that ask for nothing. */
	tell(what, value, unit = '', note = '') {
		this.add(what, value, { unit, note });
	}

	print() {
		const figure = (v) => (v === undefined || Number.isNaN(v) ? '-' : Math.abs(v) >= 100 ? v.toFixed(0) : Math.abs(v) >= 10 ? v.toFixed(1) : v.toFixed(3));
		const missed = new Set(this.missed());
		console.log(`\n${this.title}`);
		for (const r of this.rows) {
			const goal = r.goal === undefined ? '' : `${r.least ? '≥' : '≤'} ${r.goal}`;
			const verdict = r.goal === undefined ? '' : missed.has(r) ? 'MISSED' : 'met';
			console.log(`  ${r.what.padEnd(66)} ${figure(r.value).padStart(9)} ${r.unit.padEnd(5)} ${goal.padStart(8)}  ${verdict.padEnd(6)} ${r.note}`.trimEnd());
		}
	}
}
