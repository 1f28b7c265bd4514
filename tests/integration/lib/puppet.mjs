// puppet.mjs: a front that somebody has taken over: lib/puppet.py holds its sockets to keeper and archive, and says what a test wants said.
//
//   const puppet = await Puppet.of(server);                  // the server's only front, or the first of several
//   const { grant } = await puppet.login(server.credential('AIRU', 'duty officer'));
//   const answer = await puppet.command(grant, message);     // the JSON of the keeper's ANSWER
//   puppet.say('keeper', frame(99));                         // anything at all
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { PATIENCE_MS, top, until } from './server.mjs';

/** Numbers of ipc.def, by name. */
export const IPC = Object.fromEntries([...fs.readFileSync(path.join(top, 'server/ipc/ipc.def'), 'utf8').matchAll(/^TOC_IPC\((\w+), (\d+),/gm)].map(([, name, n]) => [name, Number(n)]));

export const u = (bytes, value) => {
	const b = Buffer.alloc(bytes);
	for (let i = bytes - 1, v = BigInt(value); i >= 0; i--, v >>= 8n) b[i] = Number(v & 255n);
	return b;
};
export const str = (value) => {
	const b = Buffer.from(value);
	return Buffer.concat([u(4, b.length), b]);
};
export const uuid = (text) => Buffer.from(text.replaceAll('-', ''), 'hex');
export function frame(name, ...fields) {
	const body = Buffer.concat([u(2, IPC[name] ?? name), ...fields]);
	return Buffer.concat([u(4, body.length), body]);
}

/** The fields of a frame that was heard, in order. */
export class Fields {
	constructor(bytes) { this.rest = bytes; }
	take(n) {
		const b = this.rest.subarray(0, n);
		this.rest = this.rest.subarray(n);
		return b;
	}
	u(bytes) { return Number([...this.take(bytes)].reduce((v, b) => v * 256n + BigInt(b), 0n)); }
	str() { return this.take(this.u(4)); }
}

export class Puppet {
	static async of(server) {
		const p = new Puppet();
		Object.assign(p, { server, pid: server.pids('front')[0], heard: [], gone: {}, conn: 1_000_000, rest: '' });
		p.process = spawn('/usr/bin/python3', [path.join(top, 'tests/integration/lib/puppet.py'), String(p.pid)], { stdio: ['pipe', 'pipe', 'inherit'] });
		p.process.stdin.on('error', () => null);
		p.process.stdout.setEncoding('utf8').on('data', (text) => p.take(text));
		await until(() => p.ready || p.process.exitCode !== null, 'the front is taken over');
		if (!p.ready) throw new Error('the front is not taken over');
		return p;
	}
	take(text) {
		const lines = (this.rest + text).split('\n');
		this.rest = lines.pop();
		for (const line of lines) {
			const [from, number, hex] = line.split(' ');
			if (from === 'ready') this.ready = true;
			else if (number === 'gone') this.gone[from] = true;
			else this.heard.push({ from, number: Number(number), bytes: Buffer.from(hex, 'hex') });
		}
	}
	say(to, bytes) {
		this.process.stdin.write(`${to} ${bytes.toString('hex')}\n`);
	}
	/** The first frame of one of these names that is for this connection. */
	answer(conn, names, ms = PATIENCE_MS) {
		return until(() => this.heard.find((h) => names.some((n) => h.number === IPC[n]) && new Fields(h.bytes).u(8) === conn), `${names} for ${conn}`, ms);
	}
	/** @returns {{grant: Buffer, fail: number}} */
	async auth(secret, { kind = 1, peer = '192.0.2.1', channel = 0 } = {}) {
		const conn = ++this.conn;
		this.say('keeper', frame('AUTH', u(8, conn), u(1, kind), str(secret), str(peer), u(1, channel)));
		const h = await this.answer(conn, ['AUTH_OK', 'AUTH_FAIL']), f = new Fields(h.bytes);
		f.u(8);
		return h.number === IPC.AUTH_OK ? { grant: f.str() } : { fail: f.u(2) };
	}
	login(credential) { return this.auth(credential.api_key); }
	async command(grant, message, op = 1) {
		const conn = ++this.conn;
		this.say('keeper', frame('COMMAND', u(8, conn), u(8, 1), u(1, op), str(grant), str(typeof message === 'string' ? message : JSON.stringify(message))));
		const f = new Fields((await this.answer(conn, ['ANSWER'])).bytes);
		f.u(8), f.u(8), f.u(2);
		return JSON.parse(f.str().toString() || '{}');
	}
	/** Entries from `from` on, until the archive ends it: {entries, code}. */
	async read(grant, from) {
		const conn = ++this.conn;
		this.say('archive', frame('READ', u(8, conn), str(grant), u(8, from), u(4, 4096), u(4, 8 << 20)));
		const f = new Fields((await this.answer(conn, ['HISTORY_END'])).bytes);
		f.u(8), f.u(8), f.u(8);
		const entries = this.heard.filter((h) => h.number === IPC.HISTORY && new Fields(h.bytes).u(8) === conn).map((h) => {
			const e = new Fields(h.bytes);
			e.u(8), e.u(8);
			return JSON.parse(e.str());
		});
		return { code: f.u(2), entries };
	}
	/** What the archive says of the log: {code, bytes}. @param what as in ipc/log.h */
	async log(grant, what, where) {
		const conn = ++this.conn;
		this.say('archive', frame('LOG', u(8, conn), str(grant), u(1, what), str(where)));
		const f = new Fields((await this.answer(conn, ['LOG_DATA'])).bytes);
		f.u(8), f.u(1);
		const code = f.u(2);
		f.u(1), f.u(1), f.u(8);
		return { code, bytes: f.str() };
	}
	/** The front wakes up: what was for it we have taken, so it ends and another comes. */
	async end() {
		this.process.stdin.end();
		await until(() => this.process.exitCode !== null, 'the puppet lets go');
		try { process.kill(this.pid, 'SIGKILL'); } catch { /* it has been replaced */ }
	}
}
