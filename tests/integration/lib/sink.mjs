// sink.mjs: a mail relay of its own for one test: Debian's aiosmtpd with TLS, told how to misbehave (sink.py).
//
// Debian's python3, since the package is Debian's.
//   const sink = await Sink.start();                       // sink.options are tocsind's
//   await sink.mail((m) => m.to[0] === 'owner@…');          // waits for a letter that was taken
//   sink.tell({ rcpt: { 'owner@…': '550 no such person' } });
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { PATIENCE_MS, freePort, scratch, until } from './server.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/** A certificate for this name, and its key, in the folder. */
export function certify(dir, name, words) {
	const [certificate, key] = [path.join(dir, `${name}.pem`), path.join(dir, `${name}.key`)];
	const r = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=relay',
		'-addext', `subjectAltName=${words}`, '-keyout', key, '-out', certificate], { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
	return { certificate, key };
}

export class Sink {
	static async start({ subject = 'DNS:localhost,IP:127.0.0.1', port } = {}) {
		const sink = new Sink();
		sink.dir = scratch();
		Object.assign(sink, certify(sink.dir, 'relay', subject), { events: [] });
		sink.password = path.join(sink.dir, 'password');
		fs.writeFileSync(sink.password, 'a password\n');
		sink.process = spawn('/usr/bin/python3', [path.join(here, 'sink.py'), sink.certificate, sink.key], { stdio: ['pipe', 'pipe', 'pipe'] });
		sink.errors = '';
		sink.process.stderr.setEncoding('utf8').on('data', (text) => (sink.errors += text));
		let rest = '';
		sink.process.stdout.setEncoding('utf8').on('data', (text) => {
			const lines = (rest + text).split('\n');
			rest = lines.pop();
			for (const line of lines) sink.events.push(JSON.parse(line));
		});
		await sink.listen(port ?? await freePort()); // the same again, when it comes back
		return sink;
	}

	/** Options of tocsind. */
	get options() {
		return ['--smtp', `smtp://localhost:${this.port}`, '--smtp-user', 'tocsin', '--smtp-password-file', this.password,
			'--smtp-ca', this.certificate, '--mail-from', 'alerts@tocsin.example.invalid'];
	}

	tell(order) {
		this.process.stdin.write(`${JSON.stringify(order)}\n`);
	}

	async listen(port = this.port) {
		const was = this.events.length;
		this.tell({ listen: port });
		this.port = (await until(() => this.events.slice(was).find((e) => e.event === 'listening'), `the relay listens ${this.errors}`)).port;
	}

	async stop() {
		const was = this.events.length;
		this.tell({ stop: true });
		await until(() => this.events.slice(was).find((e) => e.event === 'stopped'), 'the relay is away');
	}

	/** What came so far: letters that were taken, or (event) whatever else. */
	all(event = 'mail') {
		return this.events.filter((e) => e.event === event);
	}

	async mail(which = () => true, ms = PATIENCE_MS, event = 'mail') {
		return until(() => this.all(event).find(which), `a ${event}; there were ${this.all(event).map((m) => m.to)} ${this.errors}`, ms);
	}

	end() {
		this.process.kill();
		fs.rmSync(this.dir, { recursive: true, force: true });
	}
}

export const header = (mail, name) => mail.text.match(new RegExp(`^${name}: (.*)$`, 'mi'))?.[1].trim();
