// watcher.mjs: somebody who asks for the newest checkpoint all the time, and keeps every answer: what was shown to the
// world while processes died; and afterwards, whether it was one history.
//
//   const watcher = Watcher.begin(server, credential); …; await watcher.end();
//   await watcher.check(ledger, entries);
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Log, openCheckpoint } from './log.mjs';

const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), createHash('sha256')).digest();

/** The root after each leaf that is wanted: RFC 6962 2.1 as binary addition. @returns Map(size → hex) */
export function rootsAt(hashes, sizes) {
	const wanted = new Set(sizes), roots = new Map(), perfect = [];
	if (wanted.has(0)) roots.set(0, sha256('').toString('hex'));
	hashes.forEach((hash, i) => {
		let h = hash;
		for (let n = i; n & 1; n >>= 1) h = sha256(Buffer.of(1), perfect.pop(), h);
		perfect.push(h);
		if (wanted.has(i + 1)) roots.set(i + 1, perfect.reduceRight((right, left) => (right ? sha256(Buffer.of(1), left, right) : left), null).toString('hex'));
	});
	return roots;
}

export class Watcher {
	static begin(server, credential) {
		const w = Object.assign(new Watcher(), { log: new Log(server, credential), seen: [], going: true });
		w.watching = w.#watch();
		return w;
	}

	async #watch() {
		while (this.going) {
			const c = await this.log.checkpoint().catch((why) => { // nobody may be there to answer; but what is shown is signed
				if (why.code === 'ERR_ASSERTION') throw why;
			});
			if (c) this.seen.push(c);
			await sleep(20);
		}
	}

	async end() {
		this.going = false;
		await this.watching;
	}

	/** Sizes never went back, of one size one root, and each is that of the ledger's own leaves, as is all that was ever
	 * signed. @param entries of the ledger, from the first on @returns what was counted */
	async check(ledger, entries) {
		const sizes = this.seen.map((c) => c.size);
		assert.deepEqual(sizes, sizes.toSorted((a, b) => a - b), 'sizes never go back');
		const vkey = await this.log.vkey();
		const signed = (await ledger.rows('select size, encode(note, \'hex\') as note from ledger.checkpoint order by made_at'))
			.map((r) => openCheckpoint(Buffer.from(r.note, 'hex').toString('utf8'), vkey)).filter((c) => c.size <= entries.length);
		assert.deepEqual(signed.map((c) => c.size), signed.map((c) => c.size).toSorted((a, b) => a - b), 'signed in the order of their sizes');
		assert.equal(new Set(signed.map((c) => c.size)).size, signed.length, 'of one size one checkpoint');
		const known = new Set(signed.map((c) => c.size)), roots = rootsAt(entries.map((e) => e.hash), [...sizes, ...known]);
		for (const c of [...this.seen, ...signed]) {
			if (c.size > entries.length) continue;
			assert.equal(c.root.toString('hex'), roots.get(c.size), `the root of the first ${c.size} leaves`);
			assert.ok(known.has(c.size), `what was shown at ${c.size} is on record`);
		}
		return { shown: new Set(sizes).size, signed: signed.length };
	}
}
