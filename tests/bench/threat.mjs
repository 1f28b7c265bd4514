// threat.mjs: from sending a threat to life to its arrival at the desk, over the wire, on a server of its own.
//
//   ./dev bench [--connections N] [--seconds S]
// Alone: one notification at a time. Under load: N platforms that send without waiting for one another. Each time is
// measured at the clients, from before the send to the answer (committed) and to the entry on the desk's socket.
// A shared machine gives rough numbers; compare runs on the same machine.
import { parseArgs } from 'node:util';

import { Member } from '../integration/lib/member.mjs';
import { m4 } from '../integration/lib/messages.mjs';
import { Server } from '../integration/lib/server.mjs';

const { values } = parseArgs({ options: { connections: { type: 'string', default: '16' }, seconds: { type: 'string', default: '5' } } });
const N = Number(values.connections);
const SECONDS = Number(values.seconds);

function show(title, times) {
	if (!times.length) return console.log(`${title.padEnd(28)} nothing arrived`);
	const sorted = times.toSorted((a, b) => a - b);
	const at = (q) => `${sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))].toFixed(1)} ms`.padStart(10);
	console.log(`${title.padEnd(28)} ${String(sorted.length).padStart(7)} ${at(0.5)} ${at(0.9)} ${at(0.99)} ${at(1)}`);
}

const server = await Server.start();
try {
	const desk = await Member.connect(server, 'AIRU', 'duty officer');
	const arrived = new Map(); // id → time
	const take = desk.take.bind(desk);
	desk.take = (text) => {
		const before = desk.entries.length;
		take(text);
		if (desk.entries.length > before) arrived.set(desk.entries.at(-1).id, performance.now());
	};
	const run = async (platform, ms, committed, began) => {
		for (const end = performance.now() + ms; performance.now() < end;) {
			const message = m4(platform);
			const at = performance.now();
			began.set(message.id, at);
			const answer = await platform.send(message);
			if (answer.op === 'accepted') committed.push(performance.now() - at);
			else began.delete(message.id);
		}
	};
	const orgs = ['StreamHarbor', 'Chirplet', 'GameNest', 'LoopReel'];
	console.log(`${''.padEnd(28)}       n        p50        p90        p99        max`);
	for (const [title, n] of [['alone', 1], [`${N} at once`, N]]) {
		const platforms = await Promise.all(Array.from({ length: n }, (_, i) => Member.connect(server, orgs[i % orgs.length], 'night responder')));
		const committed = [], began = new Map();
		await Promise.all(platforms.map((p) => run(p, SECONDS * 1000, committed, began)));
		await new Promise((resolve) => setTimeout(resolve, 1000)); // what is on its way
		show(`${title}: to the answer`, committed);
		show(`${title}: to the desk`, [...began].filter(([id]) => arrived.has(id)).map(([id, at]) => arrived.get(id) - at));
		console.log(`${title}: ${(committed.length / SECONDS).toFixed(0)} notifications a second\n`);
		await Promise.all(platforms.map((p) => p.close()));
	}
	await desk.close();
} finally {
	await server.stop();
}
