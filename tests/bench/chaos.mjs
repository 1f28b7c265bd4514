// chaos.mjs: every process is killed at random for minutes, under load, with two hundred clients; and then the books:
// invariants 1, 2, 3 and 9, counted. Run by `./dev bench chaos [--minutes N] [--clients N] [--seed N]`.
import { parseArgs } from 'node:util';

import { Chaos } from '../integration/lib/chaos.mjs';
import { Random } from '../integration/lib/random.mjs';

const { values } = parseArgs({ options: {
	minutes: { type: 'string', default: '10' }, clients: { type: 'string', default: '200' }, seed: { type: 'string' },
} });
const minutes = Number(values.minutes), clients = Number(values.clients);
const random = new Random(values.seed === undefined ? undefined : Number(values.seed));
const chaos = await Chaos.begin({ clients, random, thinks: [100, 500] });

console.log(`${clients} clients, ${minutes} minutes, seed ${random.seed}`);
const said = setInterval(() => console.log(`${chaos.load.done} acts, deaths ${JSON.stringify(chaos.deaths)}, ` +
	`peak MiB ${JSON.stringify(Object.fromEntries(Object.entries(chaos.peak).map(([part, mib]) => [part, Math.round(mib)])))}`), 30_000);
await chaos.night(minutes * 60_000);
clearInterval(said);
const counts = await chaos.books();
console.log(`1  accepted ${counts.accepted}, journaled ${counts.journaled}, refused ${counts.refused}: each answered act is in the ledger once, no refused one is`);
console.log(`   ${counts.effects} timers, escalations and first deliveries: none twice; ${counts.late} entries came late, through the journal`);
console.log(`   ${counts.checkpoints.signed} checkpoints signed, ${counts.checkpoints.shown} seen: sizes never back, none signed twice, each of the stored leaves`);
console.log(`2  ${counts.delivered} entries to ${counts.clients} clients over ${counts.reconnects} reconnections: none missing, none twice, none out of order, none to anybody else`);
console.log(`   ${counts.urgents} urgent frames, each followed by its entry`);
console.log(`3  ${await chaos.stateIsWhatTheLedgerSays()} bytes of state after ${counts.entries} entries: the same made anew from the ledger`);
console.log(`9  peak resident memory in MiB: ${JSON.stringify(counts.peak_mib)}`);
console.log(`deaths ${JSON.stringify(counts.deaths)}`);
await chaos.end();
