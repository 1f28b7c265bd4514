// server.mjs: a real tocsind with a throw-away state directory, on a free port; and ways to hurt it.
//
//   const server = await Server.start();            // demo directory, no actors
//   server.credential('AIRU', 'duty officer')       // {organisation, kinds, person, roles, api_key, sign_in}
//   await server.kill('keeper');                    // kill -9, waits until another one has taken its place
//   await server.stop();                            // orderly; removes the directory
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const build = process.env.TOCSIN_BUILD ?? path.join(top, 'build/ci');
export const tocsind = path.join(build, 'server/main/tocsind');
export const tocsin = path.join(build, 'server/cli/tocsin');
const START_MS = 120_000;
const STOP_MS = 120_000; // the first copy of a long ledger's state may take a minute

/** A folder that nobody else has and that the server's unprivileged users can reach. */
export function scratch() {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'tocsin-it-'));
	fs.chmodSync(dir, 0o755);
	return dir;
}

/** A port that is free, for somebody who is there later, or goes and comes back: below those that the kernel gives to whoever asks for any. */
export const freePort = () => new Promise((resolve) => {
	const port = 15_000 + Math.floor(Math.random() * 15_000);
	const s = net.createServer().on('error', () => resolve(freePort())).listen(port, () => s.close(() => resolve(port)));
});

/** How long anything may take that is sure to come, on a slow machine that others keep busy: what is there costs no waiting. Who waits for less
 * says why. */
export const PATIENCE_MS = 60_000;

/** Wait until `what()` is truthy and return it; fails with `words` after `ms`. */
export async function until(what, words, ms = PATIENCE_MS) {
	const end = Date.now() + ms;
	for (;;) {
		const value = await what();
		if (value) return value;
		if (Date.now() > end) throw new Error(`not within ${ms} ms: ${words}`);
		await sleep(20);
	}
}

/** Run tocsind to its end, if need be under another command: {code, stdout, stderr}. */
export function run(args, { env = {}, under = [] } = {}) {
	const [program, ...rest] = [...under, tocsind, ...args];
	const r = spawnSync(program, rest, { encoding: 'utf8', timeout: START_MS, env: { ...process.env, ...env } });
	return { code: r.status, stdout: r.stdout, stderr: r.stderr };
}

/** Processes of this machine, those that have ended and are not waited for with them: {pid, ppid, state, args}. */
function all() {
	const found = [];
	for (const name of fs.readdirSync('/proc')) {
		if (!/^\d+$/.test(name)) continue;
		try {
			const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
			const args = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').join(' ').trim();
			found.push({ pid: Number(name), ppid: Number(stat[1]), state: stat[0], args });
		} catch { /* gone meanwhile */ }
	}
	return found;
}
const processes = () => all().filter((p) => p.state !== 'Z');
/** What has been born of it, zombies too. */
export const children = (pid) => all().filter((p) => p.ppid === pid);

export class Server {
	/** @param {{state?: string, port?: number, args?: string[], command?: string, env?: object, program?: string, patience?: number}} options */
	static async start({ state, port = 0, args = [], command = 'demo', env = {}, program = tocsind, patience = START_MS } = {}) {
		const server = new Server();
		server.own = !state;
		server.state = state ?? path.join(scratch(), 'state');
		server.output = '';
		server.log = '';
		const flags = [command, '--state', server.state, '--port', String(port)];
		if (command === 'demo') flags.push('--no-actors');
		server.process = spawn(program, [...flags, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
		server.pid = server.process.pid;
		server.ended = once(server.process, 'exit').then(([code, signal]) => ({ code, signal }));
		server.process.stdout.setEncoding('utf8').on('data', (text) => (server.output += text));
		server.process.stderr.setEncoding('utf8').on('data', (text) => (server.log += text));
		let over = false;
		server.ended.then(() => (over = true));
		try {
			await until(() => over || server.output.match(/^tocsind: ready (https:\/\/localhost:(\d+))$/m), 'the ready line', patience);
			if (over) throw new Error('it ended');
		} catch (why) {
			server.process.kill('SIGKILL');
			throw new Error(`tocsind did not start: ${why.message}\n${server.output}${server.log}`);
		}
		[, server.url, server.port] = server.output.match(/^tocsind: ready (https:\/\/localhost:(\d+))$/m);
		server.port = Number(server.port);
		if (command === 'demo') server.read();
		return server;
	}

	/** Read what the demo wrote: credentials and the authority's certificate (there is none with --tls-certificate). */
	read() {
		const ca = path.join(this.state, 'demo/ca.pem');
		this.ca = fs.existsSync(ca) ? fs.readFileSync(ca) : undefined;
		this.credentials = JSON.parse(fs.readFileSync(path.join(this.state, 'demo/credentials.json'), 'utf8'));
	}

	credential(organisation, person) {
		const found = this.credentials.find((c) => c.organisation === organisation && c.person === person);
		if (!found) throw new Error(`no such member of the cast: ${organisation}/${person}`);
		return found;
	}

	/** Processes of this server by part: 'front', 'keeper', 'archive', 'postgres' (the postmaster). */
	pids(part) {
		const pattern = part === 'postgres' ? /postgres/ : new RegExp(`:${part}\\b`);
		return processes().filter((p) => p.ppid === this.pid && pattern.test(p.args)).map((p) => p.pid);
	}

	/** Everything that descends from the server, and the server. */
	family() {
		const all = processes();
		const mine = new Set([this.pid]);
		for (let n = 0; n !== mine.size;) {
			n = mine.size;
			for (const p of all) if (mine.has(p.ppid)) mine.add(p.pid);
		}
		return all.filter((p) => mine.has(p.pid));
	}

	/** kill -9 all of that part, and wait until others have taken their place. */
	async kill(part) {
		const old = this.pids(part);
		if (!old.length) throw new Error(`there is no ${part}`);
		for (const pid of old) process.kill(pid, 'SIGKILL');
		await until(() => {
			const now = this.pids(part);
			return now.length === old.length && !now.some((pid) => old.includes(pid));
		}, `another ${part}`);
		return old;
	}

	/** A signal to all of that part; to PostgreSQL with all its sessions. */
	signal(part, name) {
		const roots = this.pids(part);
		const all = processes();
		for (const p of all.filter((q) => roots.includes(q.pid) || (part === 'postgres' && roots.includes(q.ppid))))
			try { process.kill(p.pid, name); } catch (why) { if (why.code !== 'ESRCH' || part !== 'postgres') throw why; } // a session that has just ended
	}

	/** One HTTP request: {status, headers, text, json}. */
	request(method, route, { credential, body, headers = {}, agent } = {}) {
		return new Promise((resolve, reject) => {
			const bytes = body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
			const r = https.request({
				host: 'localhost', port: this.port, path: route, method, ca: this.ca, agent,
				headers: {
					...(credential ? { authorization: `Bearer ${credential.api_key}` } : {}),
					...(bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) }),
					...headers,
				},
			}, (answer) => {
				let text = '';
				answer.setEncoding('utf8').on('data', (part) => (text += part)).on('end', () => {
					let json;
					try { json = JSON.parse(text); } catch { /* not JSON: json stays undefined */ }
					resolve({ status: answer.statusCode, headers: answer.headers, text, json });
				}).on('error', reject);
			});
			r.on('error', reject);
			r.end(bytes);
		});
	}

	/** Orderly stop; nothing of it is left. @returns {Promise<{code: number, signal: string}>} */
	async stop({ keep = false } = {}) {
		this.process.kill('SIGTERM');
		const end = await Promise.race([this.ended, sleep(STOP_MS, null, { ref: false })]);
		if (!end) {
			for (const p of this.family().reverse()) process.kill(p.pid, 'SIGKILL');
			throw new Error(`tocsind did not stop within ${STOP_MS} ms\n${this.log}`);
		}
		if (!keep && this.own) fs.rmSync(path.dirname(this.state), { recursive: true, force: true });
		return end;
	}
}
