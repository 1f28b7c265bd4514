// peers.mjs: what others need for the same: the peers of ../shared/bench beside the checkout, with their own
// generator, where both are there. Their numbers are not ours to check; they are printed as they come.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { top } from '../../integration/lib/server.mjs';
import { folder } from './bench.mjs';

const BENCH = path.resolve(top, '../shared/bench');
const NEEDS = { nchan: 'nginx', nats: 'nats-server', mosquitto: 'mosquitto', redis: 'redis-server' };

export async function peers(n) {
	const skip = (why) => console.log(`\npeers: skipped: ${why}`);
	if (!fs.existsSync(path.join(BENCH, 'run_matrix.py'))) return skip(`${BENCH} is not there`);
	const there = Object.keys(NEEDS).filter((name) => spawnSync('sh', ['-c', `command -v ${NEEDS[name]}`]).status === 0);
	if (!there.length) return skip(`none of ${Object.values(NEEDS).join(', ')} is installed`);
	const copy = path.join(folder, 'peers'); // it is built where it stands, and that may not be ours to write
	fs.cpSync(BENCH, copy, { recursive: true });
	spawnSync('chmod', ['-R', 'u+w', copy]);
	const made = spawnSync('make', { cwd: copy, encoding: 'utf8' });
	if (made.status !== 0) return skip(`it does not build: ${made.stderr.split('\n')[0]}`);
	const run = spawnSync('./run_matrix.py', ['out.jsonl', '--n', String(n), '--sizes', '512', '--reps', '1', '--only', there.join(',')],
		{ cwd: copy, encoding: 'utf8', timeout: 300_000, env: { ...process.env, WSBENCH: folder } });
	console.log(`\npeers (${there.join(', ')}):\n${run.stdout || run.stderr}`);
}
