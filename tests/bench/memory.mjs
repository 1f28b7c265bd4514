// memory.mjs: what a connection costs that does nothing, and one that takes nothing.
//
//   ./dev bench memory [--connections 2000] [--stalled 50]
// Memory is PSS of the front, and for the stalled ones also what their sockets hold in the kernel (ss -m), since a
// server that keeps nothing itself can still let the kernel keep megabytes. Nobody else waits: the others' delivery
// times while some stall, against the same before.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

import { checked, Floor, memory, serverLoad, startServer, Table } from './lib/bench.mjs';

const { values } = parseArgs({ options: { connections: { type: 'string', default: '2000' }, stalled: { type: 'string', default: '50' } } });
const N = Number(values.connections), STALLED = Number(values.stalled);

/** Bytes that the kernel holds for sending, over all connections of this port; undefined without ss. */
function held(port) {
	const ss = spawnSync('ss', ['-tnmH', 'state', 'established', `( sport = :${port} )`], { encoding: 'utf8' });
	if (ss.error) return undefined;
	let sum = 0;
	for (const m of ss.stdout.matchAll(/skmem:\(.*?,t(\d+),.*?,w(\d+)/g)) sum += Math.max(Number(m[1]), Number(m[2]));
	return sum;
}

const server = await startServer(), floor = await Floor.start();
const table = new Table(`${N} subscribers, of which ${STALLED} stop reading, TLS 1.3`);
try {
	const load = await serverLoad(server, { padding: 2500 }), front = server.pids('front');
	await load.order('senders n=1');
	const empty = memory(front);
	checked('connect', await load.order(`connect n=${N}`));
	await load.order('settle ms=2500');
	const idle = memory(front);
	const bareLoad = floor.load(1000), bareEmpty = memory(floor.pids);
	await bareLoad.order('senders n=1');
	await bareLoad.order(`connect n=${N}`);
	table.add('10 memory of the front per idle connection', (idle - empty) / N, { unit: 'KiB', goal: 24 });
	table.tell('    floor', (memory(floor.pids) - bareEmpty) / N, 'KiB');
	await bareLoad.stop();

	const before = checked('before', await load.order('publish n=100 window=4 burst=2'));
	const quiet = memory(front), quietHeld = held(server.port);
	await load.order(`stall n=${STALLED}`);
	const during = checked('while some stall', await load.order('publish n=200 window=4 burst=2'));
	const grown = memory(front) - quiet, heldNow = held(server.port);
	const again = checked('while some stall', await load.order('publish n=200 window=4 burst=2'));
	const more = memory(front) - quiet;
	table.tell('bytes that each stalled reader was sent meanwhile', (during.messages * during.bytes) / 1024, 'KiB');
	// what a front grows by for everybody (the ring's pages as they are first written) is no stalled reader's
	table.add('10 a stalled reader, in the front', Math.max(0, grown - (during.messages * during.bytes) / 1024) / STALLED, { unit: 'KiB', goal: 64 });
	table.tell('    after as much again', Math.max(0, more - ((during.messages + again.messages) * during.bytes) / 1024) / STALLED, 'KiB');
	if (heldNow !== undefined) table.tell('    and in the kernel: sent and not acknowledged, and one write more', (heldNow - quietHeld) / 1024 / STALLED, 'KiB');
	table.tell('delivery p50 of the others, before', before.delivery_p50, 'ms');
	table.tell('    while some stall', during.delivery_p50, 'ms');
	table.tell('    p99 before', before.delivery_p99, 'ms');
	table.tell('    p99 while some stall', during.delivery_p99, 'ms');
	await load.stop();
} finally {
	await floor.stop();
	await server.stop();
}
table.print();
