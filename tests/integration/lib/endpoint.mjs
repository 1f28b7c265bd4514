// endpoint.mjs: what a member has at the other end: an https server of its own that takes webhooks, gateway orders or
// wake-ups, told how to misbehave.
//
//   const endpoint = await Endpoint.start();             // endpoint.options are tocsind's
//   endpoint.answers.push(503, 'hang', 204);             // one for each call in turn; the last one stays
//   await endpoint.call((c) => c.json?.type === 'tocsin.M4.send');
import { createServer } from 'node:https';
import fs from 'node:fs';
import path from 'node:path';

import { PATIENCE_MS, scratch, until } from './server.mjs';
import { certify } from './sink.mjs';

export class Endpoint {
	/** @param {{dir?: string, certificate?: string, key?: string}} identity of another endpoint, so that one authority vouches for both */
	static async start(identity = {}) {
		const e = new Endpoint();
		e.dir = identity.dir ?? scratch();
		e.own = !identity.dir;
		Object.assign(e, identity.certificate ? { certificate: identity.certificate, key: identity.key } : certify(e.dir, 'endpoint', 'DNS:localhost,IP:127.0.0.1'));
		e.calls = [];
		e.answers = [204];
		e.server = createServer({ cert: fs.readFileSync(e.certificate), key: fs.readFileSync(e.key) }, (request, response) => {
			const parts = [];
			request.on('data', (part) => parts.push(part)).on('end', () => e.take(request, Buffer.concat(parts), response));
		});
		await new Promise((done) => e.server.listen(0, '127.0.0.1', done));
		e.port = e.server.address().port;
		e.url = `https://localhost:${e.port}`;
		return e;
	}

	take(request, body, response) {
		const call = { path: request.url, headers: request.headers, body, at: Date.now() };
		try { call.json = JSON.parse(body.toString()); } catch { /* not JSON */ }
		call.answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
		this.calls.push(call);
		if (call.answer === 'hang') return;
		if (call.answer === 'flood') {
			response.writeHead(200, { 'content-type': 'text/plain' });
			const more = () => { while (response.write(Buffer.alloc(65536, 120))); };
			response.on('drain', more).on('error', () => {});
			more();
			return;
		}
		const [status, headers] = Array.isArray(call.answer) ? call.answer : [call.answer, {}];
		response.writeHead(status, headers);
		response.end();
	}

	/** The first call that fits, now or soon. */
	call(fits = () => true, ms = PATIENCE_MS) {
		return until(() => this.calls.find(fits), `a call; there were ${this.calls.map((c) => c.json?.type ?? c.path)}`, ms);
	}

	/** Options of tocsind with which these may be called; by one organisation only, where `only` names it. */
	static options(...endpoints) {
		return ['--allow-destination', endpoints.map((e) => `${e.only ? `${e.only}=` : ''}localhost:${e.port}`).join(','), '--hook-ca', endpoints[0].certificate];
	}

	end() {
		this.server.closeAllConnections();
		this.server.close();
		if (this.own) fs.rmSync(this.dir, { recursive: true, force: true });
	}
}
