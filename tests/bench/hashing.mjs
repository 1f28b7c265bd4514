// hashing.mjs: how much of the processor time of keeper and PostgreSQL is SHA-256, by what is in flight.
//
//   ./dev bench hashing [--seconds 6]
// perf looks 1997 times a second of processor time at where keeper and PostgreSQL are (cpu-clock: no counters of the processor are
// needed), user space and kernel. Where SHA-256 itself is in OpenSSL (its block function has no name in a library as it is
// installed) `openssl speed` shows under the same perf. It is called for commitments, leaves, tree and message digests in the keeper; for
// the leaf's and the body's check, and the tree, in the SQL function. All of OpenSSL is the upper bound: with what is around each hash,
// and in the keeper the sealing of personal parts, which is no hashing.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { until } from '../integration/lib/server.mjs';
import { checked, folder, serverLoad, startServer, Table } from './lib/bench.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '6' } } });
const RATES = new Map([[1, 150], [16, 1000], [256, 4000]]); // guesses: how many are sent in the time
const record = ['record', '-q', '-e', 'cpu-clock', '-F', '1997'];

if (spawnSync('perf', ['record', '-e', 'cpu-clock', '-o', path.join(folder, 'try'), 'true']).status !== 0) {
	console.log('hashing: skipped: no perf here (Debian: linux-perf), or it may not look');
	process.exit(0);
}

/** Samples by process and place: [{n, pid, dso, symbol}] */
function samples(file) {
	const out = execFileSync('perf', ['report', '-i', file, '--stdio', '-n', '-t', '|', '--sort', 'pid,dso,sym'], { encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] });
	return out.split('\n').filter((line) => /^ *[\d.]+%/.test(line)).map((line) => {
		const [, n, pid, dso, symbol] = line.split('|').map((x) => x.trim());
		return { n: Number(n), pid: parseInt(pid, 10), crypto: dso.startsWith('libcrypto'), at: parseInt(symbol.match(/0x[0-9a-f]+$/)?.[0] ?? 'none', 16) };
	});
}

/** The addresses in libcrypto between which SHA-256 is. */
function calibrated() {
	const file = path.join(folder, 'calibration');
	execFileSync('perf', [...record, '-o', file, 'openssl', 'speed', '-evp', 'sha256', '-bytes', '16384', '-seconds', '1'], { stdio: 'ignore' });
	const all = samples(file).filter((s) => s.crypto && s.at), total = all.reduce((sum, s) => sum + s.n, 0);
	const hot = all.filter((s) => s.n > total / 500).map((s) => s.at), range = [Math.min(...hot), Math.max(...hot)];
	if (!(range[1] - range[0] < 16384)) throw new Error(`SHA-256 is in no one place: ${range}`);
	return range;
}

const server = await startServer();
const table = new Table('SHA-256 in the processor time of keeper and PostgreSQL');
try {
	const load = await serverLoad(server);
	await load.order('senders n=4');
	checked('warm', await load.order('publish n=2000 window=256 until=answered'));
	const family = server.family(), keeper = family.filter((p) => /:keeper\b/.test(p.args)).map((p) => p.pid);
	const append = family.filter((p) => /postgres.* tocsin_app /.test(p.args)).map((p) => p.pid);
	if (!keeper.length || !append.length) throw new Error(`no keeper, or none who appends: ${family.map((p) => p.args).join('\n')}`);
	const [first, last] = calibrated();
	for (const [inFlight, rate] of RATES) {
		const file = path.join(folder, `perf-${inFlight}`);
		const perf = spawn('perf', [...record, '-o', file, '-p', [...keeper, ...append].join(',')], { stdio: ['ignore', 'ignore', 'inherit'] });
		const ended = once(perf, 'exit');
		await until(() => Promise.resolve(fs.existsSync(file)), 'perf looks');
		const run = checked('hashing', await load.order(`publish n=${Math.ceil(rate * Number(values.seconds))} window=${inFlight} until=answered`));
		perf.kill('SIGINT');
		await ended;
		const all = samples(file), sum = (of) => all.filter(of).reduce((n, s) => n + s.n, 0);
		const isHash = (s) => s.crypto && s.at >= first && s.at <= last, keepers = (s) => keeper.includes(s.pid), total = sum(() => true);
		table.tell(`${inFlight} in flight`, run.messages / run.seconds, '/s', `${total} samples, ${sum(keepers)} of them of the keeper`);
		table.add('    SHA-256, of all', sum(isHash) / total, { goal: inFlight === 256 ? 0.06 : undefined });
		table.tell('    all of OpenSSL, of all', sum((s) => s.crypto) / total);
		table.tell('    SHA-256, of the keeper', sum((s) => isHash(s) && keepers(s)) / sum(keepers));
		table.tell('    SHA-256, of the append', sum((s) => isHash(s) && !keepers(s)) / (total - sum(keepers)));
	}
	await load.stop();
} finally {
	await server.stop();
}
table.print();
