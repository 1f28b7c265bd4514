// peers.mjs: what others need for the same over TLS: the peers of ../shared/bench beside the checkout, with their own
// generator, their own floor and messages of 512 bytes, where both are there and the peer is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { top } from '../../integration/lib/server.mjs';
import { certificate, folder } from './bench.mjs';

const BENCH = path.resolve(top, '../shared/bench');
const NEEDS = { 'nchan-tls': 'nginx', 'nats-tls': 'nats-server', 'mosquitto-tcp-tls': 'mosquitto' };

export function peers(n) {
	const skip = (why) => console.log(`\npeers: skipped: ${why}`);
	if (!fs.existsSync(path.join(BENCH, 'run_matrix.py'))) return skip(`${BENCH} is not there`);
	const there = Object.keys(NEEDS).filter((name) => spawnSync('sh', ['-c', `command -v ${NEEDS[name]}`]).status === 0);
	if (!there.length) return skip(`none of ${Object.values(NEEDS).join(', ')} is installed`);
	const copy = path.join(folder, 'peers'); // it is built where it stands, and that may not be ours to write
	execFileSync('cp', ['-r', BENCH, copy]);
	execFileSync('chmod', ['-R', 'u+w', copy]);
	const made = spawnSync('make', ['bin/wsload', 'bin/rawfloor'], { cwd: copy, encoding: 'utf8' });
	if (made.status !== 0) return skip(`it does not build: ${made.stderr.split('\n')[0]}`);
	certificate(path.join(folder, 'cert.pem'), path.join(folder, 'key.pem'));
	const run = spawnSync('python3', ['run_matrix.py', 'out.jsonl', '--n', String(n), '--sizes', '512', '--reps', '1', '--only', ['raw-tls', ...there].join(',')],
		{ cwd: copy, encoding: 'utf8', timeout: 300_000, env: { ...process.env, WSBENCH: folder } });
	if (run.status !== 0) return skip(`they do not run: ${run.stderr.trim().split('\n').at(-1)}`);
	const lines = fs.readFileSync(path.join(copy, 'out.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
	const raw = lines.find((l) => l.label === 'raw-tls')?.procs[0].us_per_delivery;
	console.log(`\npeers: ${n} subscribers, 512 bytes, TLS, by their own generator`);
	for (const l of lines)
		console.log(l.error ? `  ${l.label}: ${l.error}` : `  ${l.label.padEnd(24)} ${l.procs[0].us_per_delivery.toFixed(1).padStart(6)} µs a delivery  ${(l.procs[0].us_per_delivery / raw).toFixed(2)} of their floor  ` +
			`${l.procs[0].kb_per_conn.toFixed(0)} KiB a connection`);
}
