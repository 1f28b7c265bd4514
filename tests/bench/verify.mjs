// verify.mjs: how long it takes to check all of a long log, as an auditor does: every leaf and every tile over HTTPS, and again
// from the mirror that a witness has made of it; and how long its proofs are.
//
//   ./dev bench verify [--entries 1000000]
// The entries are copies of one, appended by SQL as another node would; nobody reads them but the signer and whoever verifies.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { ran } from '../integration/lib/command.mjs';
import { grow, growTo, Log } from '../integration/lib/log.mjs';
import { Member } from '../integration/lib/member.mjs';
import { scratch, until } from '../integration/lib/server.mjs';
import { startServer, Table } from './lib/bench.mjs';

const { values } = parseArgs({ options: { entries: { type: 'string', default: '1000000' } } });
const N = Number(values.entries), GOAL_S = 30 * Math.max(1, N / 1e6);
const dir = scratch(), table = new Table(`a log of ${N} entries`);
const server = await startServer({ state: path.join(dir, 'state') });
try {
	const control = await Member.connect(server, 'CELL', 'controller'), like = (await grow(control, 1)).seq;
	await control.close();
	for (let size = 50_000; size < N; size += 50_000) await growTo(server, size, like);
	await growTo(server, N, like);
	const log = new Log(server, server.credential('FRP', 'auditor'));
	await until(async () => (await log.checkpoint())?.size >= N, 'all of it is signed', 300_000);

	const me = async () => (await server.request('GET', '/api/me', { credential: server.credential('FRP', 'auditor') })).json.tip;
	await until(async () => await me() >= N - 1, 'the keeper has read them, too', 300_000);

	const seconds = async (words, args, options) => {
		const began = performance.now(), r = await ran(server, ['audit', ...args], options);
		if (r.code) throw new Error(`${words}: ${r.out}${r.err}`);
		return (performance.now() - began) / 1000;
	};
	const member = 'FRP/auditor', mirror = path.join(dir, 'mirror');
	table.add('all of it over HTTPS', await seconds('verify', ['verify'], { member }), { goal: GOAL_S, unit: 's' });
	table.tell('the hashes alone, as any member', await seconds('verify', ['verify'], { member: 'Chirplet/night responder' }), 's');
	table.tell('a mirror of it, made and checked', await seconds('watch', ['watch', '--once', '--trust', path.join(dir, 'trust'), '--mirror', mirror], { member }), 's');
	table.tell('the mirror, without a server', await seconds('verify', ['verify', mirror], {}), 's');
	const proof = (await log.get(`proof/${N >> 1}`)).bytes, extra = String(proof).split('\n')[1].length + 1;
	table.add('a proof, without its leaf', proof.length - extra, { goal: 1500, unit: 'bytes' });
} finally {
	await server.stop();
	fs.rmSync(dir, { recursive: true, force: true });
}
table.print();
