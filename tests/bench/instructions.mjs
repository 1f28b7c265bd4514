// instructions.mjs: user instructions for one delivery, counted by callgrind: the same on a busy machine as on a quiet
// one. The difference between many messages and few, so that starting and connecting is not in it.
//
//   ./dev bench instructions [--clients 20] [--messages 160]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { checked, Floor, folder, program, Table } from './lib/bench.mjs';

const { values } = parseArgs({ options: { clients: { type: 'string', default: '20' }, messages: { type: 'string', default: '160' } } });
const N = Number(values.clients), M = Number(values.messages), FEW = 16;

const valgrind = (name) => ['--tool=callgrind', '--quiet', `--callgrind-out-file=${path.join(folder, name)}.%p`];
const counted = (name, pid) => Number(fs.readFileSync(path.join(folder, `${name}.${pid}`), 'utf8').match(/^(?:summary|totals): (\d+)/m)[1]);

let runs = 0;
async function front(messages, burst, bytes) {
	const name = `front-${++runs}`;
	const p = spawn('valgrind', [...valgrind(name), program('front_alone'), String(N), String(messages), String(burst), String(bytes)],
		{ env: { ...process.env, FRONT_UNCONFINED: '1' }, stdio: ['ignore', 'pipe', 'ignore'] });
	let out = '';
	p.stdout.setEncoding('utf8').on('data', (text) => (out += text));
	const [code] = await once(p, 'close');
	if (code !== 0) throw new Error(`front_alone ended with ${code}: ${out}`);
	return counted(name, out.split('\n')[0]);
}

async function floor(messages, bytes) {
	const name = `floor-${++runs}`, f = await Floor.start(['valgrind', ...valgrind(name)]), load = f.load(bytes);
	await load.order('senders n=1');
	await load.order(`connect n=${N}`);
	checked('floor', await load.order(`publish n=${messages}`));
	await load.stop();
	f.process.kill('SIGTERM'); // valgrind writes what it counted
	await f.ended;
	return counted(name, f.process.pid);
}

const each = async (one, ...more) => ((await one(M, ...more)) - (await one(FEW, ...more))) / ((M - FEW) * N);
const bare = async (bytes) => ((await floor(M, bytes)) - (await floor(FEW, bytes))) / ((M - FEW) * (N + 1)); // its sender is told, too

const table = new Table(`user instructions for one delivery over TLS; ${N} clients, ${M - FEW} messages`);
for (const bytes of [512, 1447]) {
	const raw = await bare(bytes), one = await each(front, 1, bytes), burst = await each(front, 16, bytes);
	table.tell(`${bytes} bytes: floor`, raw);
	table.tell('    front, one at a time', one);
	table.add('4  front / floor', one / raw, { goal: 1.15 });
	table.add('    front, in bursts of 16', burst, { goal: bytes === 512 ? 3000 : undefined });
}
table.print();
