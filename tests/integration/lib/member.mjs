// member.mjs: a member of the cast on the socket, with the `ws` client: not one line of it is ours on the wire.
//
//   const desk = await Member.connect(server, 'AIRU', 'duty officer');
//   const answer = await desk.send(m4(…));                    // accepted, journaled or refused
//   const entry = await desk.entry((e) => e.k === 'M4.send');  // waits for it
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

import { PATIENCE_MS, until } from './server.mjs';

export class Member {
	/** @param {{from?: number, hello?: boolean, resume?: boolean, ws?: object}} options from -1: everything from the
	 * beginning; resume: come back after a loss, with the last SEQ */
	static async connect(server, organisation, person, options = {}) {
		const member = new Member();
		Object.assign(member, { server, organisation, person, options, entries: [], urgents: [], beats: 0, last: options.from ?? null, ref: 0 });
		member.waiting = new Map();
		await member.open();
		return member;
	}

	async open() {
		const { server, options } = this;
		const credential = server.credential(this.organisation, this.person);
		this.closed = null;
		this.welcome = null;
		this.socket = new WebSocket(`wss://localhost:${server.port}/socket`, 'tocsin.v1', {
			ca: server.ca, headers: { authorization: `Bearer ${credential.api_key}` }, perMessageDeflate: false, ...options.ws,
		});
		this.socket.on('message', (data, binary) => this.take(String(data), binary));
		this.socket.on('close', (code, reason) => this.end(code, String(reason)));
		this.socket.on('error', (why) => this.end(0, why.message));
		await until(() => this.socket.readyState === WebSocket.OPEN || this.closed, 'the socket opens');
		if (this.closed) throw new Error(`no socket: ${this.closed.code} ${this.closed.reason}`);
		if (options.hello === false) return;
		this.say({ op: 'hello', ...(this.last === null ? {} : { from: this.last }) });
		await until(() => this.welcome || this.closed, 'welcome');
		if (!this.welcome) throw new Error(`no welcome: ${this.closed.code} ${this.closed.reason}`);
		if (this.last === null) this.last = this.welcome.tip - 1;
	}

	end(code, reason) {
		const first = !this.closed;
		this.closed ??= { code, reason };
		for (const done of this.waiting.values()) done({ op: 'lost' });
		this.waiting.clear();
		if (first && this.options.resume && !this.leaving) this.resume();
	}

	async resume() {
		this.losses = (this.losses ?? 0) + 1;
		for (let pause = 50; !this.leaving; pause = Math.min(pause * 2, 1000)) {
			await sleep(pause + Math.random() * 50);
			try {
				this.options.resume = false; // this attempt's own loss is ours to see
				await this.open();
				return;
			} catch { /* not yet */ } finally {
				this.options.resume = true;
			}
		}
	}

	take(text) {
		const frame = JSON.parse(text);
		if (frame.op === 'welcome') this.welcome = frame;
		else if (frame.op === 'entry') {
			this.entries.push(frame);
			this.last = frame.seq;
		} else if (frame.op === 'urgent') this.urgents.push(frame);
		else if (frame.op === 'beat') this.beats++;
		else if (frame.op === 'checkpoint') (this.checkpoints ??= []).push(frame);
		else if (frame.ref !== undefined && this.waiting.has(frame.ref)) {
			this.waiting.get(frame.ref)(frame);
			this.waiting.delete(frame.ref);
		} else (this.strays ??= []).push(frame);
	}

	say(frame) {
		this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
	}

	ask(op, fields) {
		const ref = ++this.ref;
		return new Promise((resolve) => {
			this.waiting.set(ref, resolve);
			if (this.closed) this.end(0, 'closed');
			else this.say({ op, ref, ...fields });
		});
	}
	send(message) { return this.ask('send', { message }); }
	prepare(message) { return this.ask('prepare', { message }); }
	receipt(seq, state = 'delivered') { return this.ask('receipt', { seq, state }); }

	/** Send until it is answered for good: again after a loss or a retry_after, the same message with the same id. */
	async deliver(message, ms = PATIENCE_MS) {
		return until(async () => {
			if (this.closed && !this.options.resume) await this.open().catch(() => null);
			if (this.closed || !this.welcome) return null;
			const answer = await this.send(message);
			return answer.op === 'lost' || (answer.op === 'refused' && answer.retry_after) ? null : answer;
		}, `an answer for ${message.id}`, ms);
	}

	/** The first entry that fits, now or within `ms`. */
	entry(fits, ms = PATIENCE_MS) {
		return until(() => this.entries.find(fits), `an entry for ${this.organisation}/${this.person}: ${fits}`, ms);
	}
	urgent(fits, ms = PATIENCE_MS) {
		return until(() => this.urgents.find(fits), `an urgent frame for ${this.organisation}/${this.person}: ${fits}`, ms);
	}

	/** Close code and reason, when the server closes. */
	async closing(ms = PATIENCE_MS) {
		return until(() => this.closed, 'the server closes', ms);
	}
	async close() {
		this.leaving = true;
		if (this.closed) return;
		this.socket.close();
		await until(() => this.closed, 'the socket closes').catch(() => this.socket.terminate());
	}
}
