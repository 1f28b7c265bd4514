// bench.test.mjs: the benchmarks run, and count what they should. What they measure is no test's business.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Floor, serverLoad, startServer } from '../bench/lib/bench.mjs';
import { scratch, top } from './lib/server.mjs';

const N = 60;
const clean = { missing: 0, twice: 0, disordered: 0, lost: 0, refused: 0 };
const faults = (run) => Object.fromEntries(Object.keys(clean).map((k) => [k, run[k]]));

let server, load;
before(async () => {
	server = await startServer({ fronts: 2 });
	load = await serverLoad(server);
	await load.order('senders n=1'); // of two, nobody could say whose message was the first
});
after(async () => {
	await load?.stop();
	await server?.stop();
});

test('the generator sees every entry once on every connection, also in bursts', async () => {
	assert.equal((await load.order(`connect n=${N}`)).open, N);
	const one = await load.order('publish n=20');
	assert.deepEqual({ ...faults(one), deliveries: one.deliveries, answers: one.answers }, { ...clean, deliveries: 20 * N, answers: 20 });
	assert.ok(one.bytes > 500, `an entry has ${one.bytes} bytes`);
	const bursts = await load.order('publish n=64 window=16 burst=16');
	assert.deepEqual({ ...faults(bursts), deliveries: bursts.deliveries }, { ...clean, deliveries: 64 * N });
	const answered = await load.order('publish n=100 window=32 until=answered');
	assert.deepEqual({ refused: answered.refused, answers: answered.answers }, { refused: 0, answers: 100 });
	assert.equal((await load.order('inbound n=20')).messages, 20);
});

test('a generator whose subscribers are cut off notices what is missing', async () => {
	const stalled = await load.order('stall n=10');
	assert.equal(stalled.open, N - 10);
	const some = await load.order('publish n=10');
	assert.equal(some.deliveries, 10 * (N - 10));
});

test('all hang up at once and come back', async () => {
	await load.order('leave');
	for (let i = 0; i < 3; i++) {
		const back = await load.order('connect n=300');
		assert.deepEqual({ open: back.open, lost: back.lost }, { open: 300, lost: 0 });
		await load.order('leave');
	}
});

test('the floor tells everybody what one says', async () => {
	const floor = await Floor.start(), clients = floor.load(700);
	try {
		await clients.order('senders n=1');
		await clients.order(`connect n=${N}`);
		const run = await clients.order('publish n=20');
		assert.deepEqual({ ...faults(run), deliveries: run.deliveries }, { ...clean, deliveries: 20 * N });
		assert.ok(Math.abs(run.bytes - 700) < 8, `messages of ${run.bytes} bytes`);
	} finally {
		await clients.stop();
		await floor.stop();
	}
});

test('./dev bench fanout prints a table with every goal and a verdict', () => {
	const json = path.join(scratch(), 'table.json');
	const out = execFileSync(process.execPath, [path.join(top, 'tests/bench/fanout.mjs'), '--connections', '40', '--repetitions', '1',
		'--messages', '5', '--settle', '200', '--json', json], { encoding: 'utf8' });
	const [{ rows }] = JSON.parse(fs.readFileSync(json, 'utf8'));
	for (const goal of ['1', '3', '4', '7', '10', '11', '12'])
		assert.ok(rows.some((r) => r.what.startsWith(goal) && r.goal > 0 && r.value >= 0), `goal ${goal}: ${out}`);
	assert.match(out, /(met|MISSED)/);
	fs.rmSync(path.dirname(json), { recursive: true });
});
