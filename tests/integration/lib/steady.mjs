// steady.mjs: a member that stays: whatever happens to the server, it comes back with its last number, sends again
// what was not answered, and writes down everything that came, to be held against the ledger afterwards.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { Member } from './member.mjs';
import { PATIENCE_MS } from './server.mjs';

const PAUSE_MS = 50; // between two attempts; not the server's retry_after: a crowd that hurries is the harder case

export class Steady extends Member {
	/** @param {{from?: number, slim?: boolean}} options from -1 (default): everything from the beginning; slim: remember
	 * of what came only that it came, for crowds */
	static async connect(server, organisation, person, options = {}) {
		const m = new Steady();
		Object.assign(m, { server, organisation, person, options, entries: [], urgents: [], beats: 0, last: options.from ?? -1, ref: 0 });
		Object.assign(m, { texts: new Map(), faults: [], answers: new Map(), reconnects: 0, leaving: false, listeners: [] });
		m.name = `${organisation}/${person}`;
		m.waiting = new Map();
		await m.open();
		m.staying = m.stay();
		return m;
	}

	async stay() {
		while (!this.leaving) {
			if (!this.closed) {
				await new Promise((resolve) => { this.onEnd = resolve; if (this.closed) resolve(); });
				continue;
			}
			if (this.closed.code === 4401 || this.closed.code === 4403) this.faults.push(`closed with ${this.closed.code}`);
			this.reconnects++;
			await this.open().catch(() => this.socket.terminate());
			if (this.closed) await sleep(PAUSE_MS);
		}
	}

	end(code, reason) {
		super.end(code, reason);
		this.onEnd?.();
	}

	take(text) {
		if (this.closed) return; // of a socket that is given up already
		const frame = JSON.parse(text);
		if (frame.op === 'entry') {
			if (frame.seq <= this.last) this.faults.push(`${frame.seq} after ${this.last}`);
			if (this.texts.has(frame.seq)) this.faults.push(`${frame.seq} twice`);
			this.texts.set(frame.seq, this.options.slim ? '' : text);
		}
		if (frame.op === 'beat') this.beat = frame;
		if (frame.op === 'welcome') this.self = { welcome: frame }; // who one is stays known while one is away
		super.take(text);
		if (this.options.slim) this.entries.length = 0;
		if (frame.op === 'entry') for (const listener of this.listeners) listener(frame);
	}

	/** Until it is answered for good. @returns the answer; it stands in `answers` by the message's id, too */
	async deliver(message, ms = PATIENCE_MS) {
		let heard = 'nothing';
		for (const end = Date.now() + ms; ;) {
			if (this.leaving) return null;
			if (Date.now() > end) throw new Error(`${this.name}: no answer for ${message.id} within ${ms} ms; last ${heard}`);
			const answer = this.closed || !this.welcome ? { op: 'lost' } : await this.send(message);
			if (answer.op !== 'lost' && !(answer.op === 'refused' && answer.retry_after)) {
				this.answers.set(message.id, answer);
				return answer;
			}
			heard = JSON.stringify(answer);
			await sleep(PAUSE_MS);
		}
	}

	async leave() {
		this.leaving = true;
		await this.close();
		this.onEnd?.();
		await this.staying;
	}

	/** Everything up to this number that the same credential is given by GET /api/entries: [text] by seq. */
	async history(below) {
		const credential = this.server.credential(this.organisation, this.person);
		const texts = new Map();
		for (let after = -1; ;) {
			const r = await this.server.request('GET', `/api/entries?after=${after}&limit=500`, { credential });
			assert.equal(r.status, 200, r.text);
			for (const e of r.json.entries) if (e.seq < below) texts.set(e.seq, JSON.stringify(e));
			if (r.json.last >= below - 1) return texts;
			assert.ok(r.json.last > after, `stuck at ${after} of ${below}`);
			after = r.json.last;
		}
	}
}
