// queries.mjs: how long the named queries of auditors take on a long ledger.
//
//   ./dev bench queries [--entries 400000] [--repetitions 3] [--state DIR] [--only NAME,NAME] [--one-thing] [--whole]
// The ledger is filled by bench_seed (threat cases with receipts, questions, deadlines) and then both exercises are played on
// it: so every query finds something. Times are an auditor's: from the question over HTTPS, which is entered first, to the last
// line of the answer; medians. Each query is asked
//   of one thing:     what it tells of an exercise, or of one case or message, under a mandate for these; to its end
//   of everything:    under a mandate for three organisations that are in all entries; a page as people turn them, the first and, where there are
//                     more, one far in (not with --one-thing); with --whole also to its end, which has no goal but to come
//   of a person:      `subject`, by the data protection officer of one of these organisations, who alone may: it opens what is sealed; a page of what
//                     is found at once, and all that there is looked through for somebody whom nobody has named, which has no goal but to come: what is
//                     personal is sealed, and in no index, which would outlive its erasure
// and compared with the cheapest question that there is: own SQL that reads nothing. With --state the ledger stays. Each figure is said as it comes;
// at the end stands which queries of the catalogue missed the goal, and which were not measured. Exit code 1: any of either.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { ask, atConsole, grantMandate } from '../integration/lib/audit.mjs';
import { exercises, play } from '../integration/lib/command.mjs';
import { Ledger } from '../integration/lib/ledger.mjs';
import { build, scratch } from '../integration/lib/server.mjs';
import { median, startServer, Table } from './lib/bench.mjs';

const { values } = parseArgs({ options: { entries: { type: 'string', default: '400000' }, repetitions: { type: 'string', default: '3' },
	state: { type: 'string' }, only: { type: 'string' }, 'one-thing': { type: 'boolean', default: false }, whole: { type: 'boolean', default: false } } });
const N = Number(values.entries), GOAL_MS = 1000, PAGE = '200';
const SEEDED = ['GameNest', 'CDA', 'HUB']; // who speaks in the ledger that is seeded
const SAID = 'known', NOBODY = 'nobody-was-called-this'; // in each of its supplements (mix.c), and nowhere
const state = values.state ?? path.join(scratch(), 'state');

let server = await startServer({ state, patience: 500_000 });
const table = new Table(`named queries, ${N} entries`);
let catalogue = [];
const measured = new Map(); // name → the rows of the table
try {
	if ((await new Ledger(server).tip()).size < N) {
		await server.stop({ keep: true });
		execFileSync(path.join(build, 'tests/unit/domain/bench_seed'), [state, String(N)], { stdio: ['ignore', 'ignore', 'inherit'] });
		server = await startServer({ state, patience: 500_000 });
	}
	const ledger = new Ledger(server), auditor = server.credential('FRP', 'auditor');
	const admin = await atConsole(server, 'HUB', 'admin'), dpo = await atConsole(server, 'HUB', 'data protection officer');
	const played = [];
	for (const name of ['lantern.json', 'quiet-bell.json']) {
		const run = await play(server, path.join(exercises, name), '--new');
		if (run.code) throw new Error(`${name}: ${run.err}\n${server.log}`);
		played.push(run.events.find((e) => e.event === 'begin').exercise);
	}

	// what is computed from entries once; a question does it, too, when nobody has
	let began = performance.now(), left = 1, turns = 0;
	for (; left > 0; turns++) [left] = await ledger.rows('begin read write; select behind from audit.catch_up(2000); commit', 'auditor');
	table.tell('what is computed once (audit.catch_up), all of it', (performance.now() - began) / 1000, 's', `${turns} turns, psql each`);
	table.tell('entries', (await ledger.tip()).size);

	const [some] = await ledger.rows(`select eid as id, case_ref as "case", to_timestamp(ts / 1000000.0) as at from ledger.entry where k = 'M4.send'
		and org = 'GameNest' and exercise is null and seq > ${N >> 1} order by seq limit 1`);
	catalogue = (await server.request('GET', '/api/audit', { credential: auditor })).json.queries;
	const narrow = await grantMandate(admin, dpo, { exercises: played, cases: [some.case] }), wide = await grantMandate(admin, dpo, { orgs: SEEDED });
	const told = await ask(server, auditor, 'threats', { mandate: narrow, purpose: 'bench', parameters: { exercise: played[1] } });
	const persons = await ledger.rows(`select ledger.document(e) #>> '{message,sender_person}' as person from ledger.entry e where k = 'M5.accept' and seq > ${N >> 1} limit 1`);

	/** Milliseconds, and how many rows. */
	async function asked(mandate, name, parameters, more = {}, who = auditor) {
		const times = [];
		let r;
		for (let i = 0; i < Number(values.repetitions); i++) {
			began = performance.now();
			r = await ask(server, who, name, { ...(mandate && { mandate }), purpose: 'bench', ...(name === 'sql' ? {} : { parameters }), ...more }).catch((why) => ({ json: why.message }));
			times.push(performance.now() - began);
			if (r.status !== 200 || r.last.error) { // too slow, most likely: said, and gone on
				console.error(`${name} ${JSON.stringify(parameters)}: ${r.last?.error ?? JSON.stringify(r.json)}`);
				return { ms: Infinity, rows: r.rows?.length ?? 0, last: {} };
			}
		}
		return { ms: median(times), rows: r.rows.length, last: r.last };
	}
	const least = await asked(wide, 'sql', {}, { sql: 'select 1 as one' });
	table.tell('a question that reads nothing', least.ms, 'ms');
	for (const q of catalogue.filter((x) => !values.only || values.only.split(',').includes(x.name))) {
		const has = (name) => q.parameters.some((p) => p.name === name), must = (name) => q.parameters.some((p) => p.name === name && p.must);
		const of = (one) => Object.fromEntries(Object.entries(one).filter(([name]) => must(name)));
		const add = (words, { ms, rows }, goal = { goal: GOAL_MS }) => {
			table.add(`${q.name}: ${words}`, ms, { ...goal, unit: 'ms', note: `${rows} rows, ${(ms / least.ms).toFixed(1)} times` });
			measured.set(q.name, [...(measured.get(q.name) ?? []), table.rows.at(-1)]);
			console.error(`${q.name}: ${words}: ${ms.toFixed(0)} ms, ${rows} rows`);
		};
		if (must('identifier')) { // what is personal: no mandate, a person's own office
			const officer = server.credentials.find((c) => c.organisation === SEEDED[0] && c.roles.includes('dpo'));
			add('a person, the first page', await asked(null, q.name, { identifier: SAID, limit: PAGE }, {}, officer));
			add('a person who is nowhere, to its end', await asked(null, q.name, { identifier: NOBODY }, {}, officer), {});
			continue;
		}
		const seeded = { message: some.id, person: persons[0].person, org: 'CDA', at: some.at };
		if (has('exercise'))
			add('an exercise', await asked(narrow, q.name, { ...of({ message: told.rows[0].id, person: persons[0].person, org: 'AIRU', at: '2031-05-17T14:32:00Z' }), exercise: played[0] }));
		if (has('case')) add('a case', await asked(narrow, q.name, { ...of(seeded), case: some.case }));
		if (has('message')) add('a message', await asked(narrow, q.name, of(seeded)));
		if (values['one-thing']) continue;
		if (has('at')) seeded.at = '2080-01-01T00:00:00Z'; // all of it is before
		const first = await asked(wide, q.name, { ...of(seeded), limit: PAGE });
		add('everything', first);
		if (!first.last.next) continue;
		add('everything, far in', await asked(wide, q.name, { ...of(seeded), ...(has('after') ? { after: String(Math.round(N * 0.9)) } : first.last.next), limit: PAGE }));
		if (values.whole) add('everything, to its end', await asked(wide, q.name, of(seeded)), {});
	}
} finally {
	await server.stop({ keep: true });
	if (!values.state) fs.rmSync(path.dirname(state), { recursive: true, force: true });
	table.print();
	const missed = new Set(table.missed()), names = catalogue.map((q) => q.name), not = names.filter((name) => !measured.has(name));
	const late = [...measured].filter(([, rows]) => rows.some((row) => missed.has(row))).map(([name, rows]) => `${name} (${rows.filter((row) => missed.has(row)).map((row) => `${row.what.slice(name.length + 2)} ${row.value.toFixed(0)} ms`).join(', ')})`);
	console.log(`\nmeasured ${measured.size} of the ${names.length} queries of the catalogue${not.length ? `; not measured: ${not.join(', ')}` : ''}`);
	console.log(late.length ? `over ${GOAL_MS} ms: ${late.join('; ')}` : `none of them over ${GOAL_MS} ms`);
	process.exitCode = late.length || not.length || !names.length ? 1 : 0;
}
