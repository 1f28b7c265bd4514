// chaos.test.mjs: some seconds of what tests/bench/chaos.mjs does for ten minutes: two hundred clients, and every
// process killed at moments that nobody chose. TOCSIN_SEED repeats a run's choices, TOCSIN_CHAOS_S makes it longer.
// runs alone: it is the load that others would notice
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { Chaos } from './lib/chaos.mjs';
import { Random } from './lib/random.mjs';

const SECONDS = Number(process.env.TOCSIN_CHAOS_S ?? 15);
const CLIENTS = 200;
const MEMORY_MIB = 256; // of one process: far above what this needs, far below what a queue without a limit takes

describe('a night of chaos', () => {
	let chaos;
	const random = new Random();

	before(async () => { chaos = await Chaos.begin({ clients: CLIENTS, random, thinks: [60, 250] }); });
	after(async () => { await chaos?.end(); });

	it(`${SECONDS} s, ${CLIENTS} clients, somebody dies every moment (seed ${random.seed})`, () => chaos.night(SECONDS * 1000));

	it('nothing that was answered is lost or happened twice, and everybody has their part of it', async (t) => {
		const counts = await chaos.books();
		assert.ok(Object.keys(counts.deaths).length >= 5 && counts.delivered > counts.entries, JSON.stringify(counts));
		t.diagnostic(JSON.stringify(counts));
	});

	it('the memory of every process stayed within its bounds', (t) => {
		if (process.env.ASAN_OPTIONS) return t.skip('the sanitizers keep memory of their own');
		for (const [part, mib] of Object.entries(chaos.peak)) assert.ok(mib > 0 && mib < MEMORY_MIB, `${part}: ${mib} MiB`);
	});

	it('the state is what the ledger says', async () => { await chaos.stateIsWhatTheLedgerSays(); });
});
