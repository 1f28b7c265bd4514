// checkpoint.mjs: how old an entry is when a signed checkpoint that has it can be fetched, at a steady rate of entries.
//
//   ./dev bench checkpoint [--rate 1000] [--seconds 25]
// The whole server, its signer included. Somebody fetches /log/checkpoint over HTTPS all the time, each time checking the
// signature, and notes when a size was first seen. An entry's time is that at which the keeper decided on it, before the append:
// so what is measured is more than what is asked for. It is compared with an entry by itself, on the same server when it is idle.
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { Ledger } from '../integration/lib/ledger.mjs';
import { Log } from '../integration/lib/log.mjs';
import { until } from '../integration/lib/server.mjs';
import { checked, serverLoad, startServer, Table } from './lib/bench.mjs';

const { values } = parseArgs({ options: { rate: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '25' } } });
const RATE = Number(values.rate), SECONDS = Number(values.seconds), LOOK_MS = 20, ALONE = 20;
const at = (sorted, q) => sorted[Math.floor(q * (sorted.length - 1))];

const server = await startServer();
const table = new Table(`the age of an entry when a signed checkpoint has it; ${RATE} entries/s for ${SECONDS} s`);
try {
	const log = new Log(server, server.credential('FRP', 'auditor')), ledger = new Ledger(server);
	const seen = []; // {size, ms}: when it was first to be had
	let looking = true, looks = 0;
	const look = async () => {
		for (; looking; looks++) {
			const c = await log.checkpoint();
			if (c && c.size !== seen.at(-1)?.size) seen.push({ size: c.size, ms: performance.timeOrigin + performance.now() });
			await pause(LOOK_MS);
		}
	};
	const looker = look().catch((why) => { // what went wrong first is what is to be said
		if (looking) console.error(why);
	});
	const tip = async () => (await ledger.tip()).size;
	const caughtUp = (size) => until(() => Promise.resolve(seen.at(-1)?.size >= size), 'a checkpoint has all of them', 30_000);

	/** Ages in ms, sorted, of the entries [from, to): until it was seen, and until it was signed. */
	async function ages(from, to) {
		const entries = await ledger.rows(`select seq, ts from ledger.entry where seq >= ${from} and seq < ${to} order by seq`);
		const made = (await ledger.rows('select size, extract(epoch from made_at) * 1000 as ms from ledger.checkpoint order by size'))
			.map((c) => ({ size: c.size, ms: Number(c.ms) }));
		const after = (list) => {
			let i = 0;
			return entries.map((e) => {
				while (list[i].size <= e.seq) i++;
				return list[i].ms - e.ts / 1000;
			}).toSorted((a, b) => a - b);
		};
		return { n: entries.length, span: (entries.at(-1).ts - entries[0].ts) / 1e6, seen: after(seen), made: after(made), checkpoints: made.filter((c) => c.size > from && c.size <= to).length };
	}

	const load = await serverLoad(server);
	await load.order('senders n=4');
	checked('warm', await load.order('publish n=500 window=16 until=answered'));
	await caughtUp(await tip());

	const first = await tip();
	for (let i = 0; i < ALONE; i++) {
		checked('alone', await load.order('publish n=1 until=answered'));
		await caughtUp(await tip());
	}
	const idle = await ages(first, await tip());

	const from = await tip();
	const run = checked('rate', await load.order(`publish n=${RATE * SECONDS} rate=${RATE} until=answered`));
	const to = await tip();
	await caughtUp(to);
	looking = false;
	await looker;
	const busy = await ages(from, to);

	table.tell('entries', busy.n);
	table.add('entries a second, in fact', busy.n / busy.span, { goal: RATE * 0.98, least: true, unit: '/s' });
	table.tell('checkpoints signed meanwhile; fetched and checked', busy.checkpoints, '', `${looks} looks`);
	table.tell('an entry by itself, p50', at(idle.seen, 0.5), 'ms');
	table.tell('until it can be fetched: p50', at(busy.seen, 0.5), 'ms');
	table.tell('    p99', at(busy.seen, 0.99), 'ms');
	table.add('    the slowest of all', busy.seen.at(-1), { goal: 1000, unit: 'ms' });
	table.tell('    p50, as a multiple of an entry by itself', at(busy.seen, 0.5) / at(idle.seen, 0.5));
	table.tell('until it is signed and stored: p50', at(busy.made, 0.5), 'ms');
	table.tell('    p99', at(busy.made, 0.99), 'ms');
	table.tell('    the slowest', busy.made.at(-1), 'ms');
	table.tell('answered: p50', run.answer_p50, 'ms', `p99 ${run.answer_p99} ms`);
	await load.stop();
} catch (why) {
	console.error(why);
	process.exitCode = 1;
} finally {
	await server.stop();
}
table.print();
