// courier.mjs: from COMMIT to the relay: messages at once to many organisations that are reached by e-mail only, a hundred each: the
// most that one message names.
//
//   ./dev bench courier [--organisations N] [--rounds N]
// The relay is Debian's aiosmtpd on this machine, with TLS. The floor is one curl that sends as many letters of the same size over one
// connection to the same relay. Times are from the sender's `accepted` (the message is committed) to the relay's RCPT and its 250.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';

import { Member } from '../integration/lib/member.mjs';
import { message } from '../integration/lib/messages.mjs';
import { Server, scratch, tocsind, top, until } from '../integration/lib/server.mjs';
import { Sink } from '../integration/lib/sink.mjs';
import { cpu, median } from './lib/bench.mjs';

const { values } = parseArgs({ options: { organisations: { type: 'string', default: '300' }, rounds: { type: 'string', default: '5' } } });
const N = Number(values.organisations), ROUNDS = Number(values.rounds);

/** A server's folder with a directory in which N more hosts are reached by e-mail. @return the program in it */
function house() {
	const dir = scratch(), cast = JSON.parse(fs.readFileSync(path.join(top, 'server/exercises/cast.json'), 'utf8'));
	for (let i = 0; i < N; i++) {
		cast.organisations.push({
			code: `Host${i}`, name: `Host ${i}`, what: 'a host', kinds: ['hsp'], size: 'micro', exposed: false, legal_rep_in: 'XA', surfaces: ['public'],
			languages: ['en'], api_exercise_only: false, persons: [{ title: 'owner', id: randomUUID(), roles: ['crisis_responder', 'org_admin'] }],
			contacts: [{ purposes: ['crisis'], hours: 'none', languages: ['en'], public: false,
				chain: [{ person: 'owner', channels: [{ kind: 'e-mail', address: `owner@host${i}.example.invalid` }] }] }],
		});
	}
	fs.mkdirSync(path.join(dir, 'share/tocsin/exercises'), { recursive: true });
	fs.mkdirSync(path.join(dir, 'bin'));
	fs.writeFileSync(path.join(dir, 'share/tocsin/exercises/cast.json'), JSON.stringify(cast));
	fs.copyFileSync(tocsind, path.join(dir, 'bin/tocsind'));
	return path.join(dir, 'bin/tocsind');
}

const sink = await Sink.start();
const server = await Server.start({ program: house(), args: [...sink.options, '--fronts', '1'] });
const ms = (n) => `${n.toFixed(0)} ms`.padStart(9);
try {
	const sender = await Member.connect(server, 'StreamHarbor', 'night responder') /* an authority's key is for exercises only */;
	const everybody = Array.from({ length: N }, (_, i) => `Host${i}`);
	const report = (audience) => message('M1', {
		step: 'report', headline: 'a report', event_time: { from: new Date().toISOString(), precision: 'minutes' }, ongoing: 'yes', online_component: ['live'],
		producer: 'perpetrator', victims_visible: 'no', minor_involved: 'no',
		criteria: ['real_world_event', 'harm_shown', 'intimidation', 'terrorism_link', 'virality'].map((code) => ({ code, answer: 'likely', source_grade: 'B2' })),
	}, { mode: 'actual', exercise_ref: undefined, audience, personal_data: { level: 'none', categories: [] }, ack_required: false });
	const courier = () => cpu(server.pids('courier')), keeper = () => cpu(server.pids('keeper'));
	const rounds = [];
	for (let i = 0; i <= ROUNDS; i++) {
		const was = sink.all().length, used = [courier(), keeper()];
		const parts = Array.from({ length: Math.ceil(N / 100) }, (_, k) => report(everybody.slice(k * 100, k * 100 + 100)));
		let committed;
		await Promise.all(parts.map(async (m) => {
			const answer = await sender.deliver(m);
			committed ??= performance.now();
			if (answer.op !== 'accepted') throw new Error(JSON.stringify(answer));
		}));
		await until(() => sink.all('rcpt').length > was, 'the first letter', 30_000);
		const first = performance.now() - committed;
		await until(() => sink.all().length >= was + N, 'the last letter', 120_000);
		const last = performance.now() - committed;
		await until(() => sender.entries.filter((e) => e.k === 'M19.delivery').length >= N * (i + 1), 'the record', 120_000);
		if (i) rounds.push({ first, last, record: performance.now() - committed, courier: (courier() - used[0]) / N, keeper: (keeper() - used[1]) / N }); // the first one warms up
	}
	const of = (name) => median(rounds.map((r) => r[name]));
	const letter = path.join(sink.dir, 'letter'), config = path.join(sink.dir, 'curl');
	fs.writeFileSync(letter, sink.all()[0].text);
	fs.writeFileSync(config, Array.from({ length: N }, (_, i) => [`url = "smtp://localhost:${sink.port}"`, 'ssl-reqd', `cacert = "${sink.certificate}"`, 'user = "tocsin:a password"',
		'mail-from = "a@b.example"', `mail-rcpt = "owner@host${i}.example.invalid"`, `upload-file = "${letter}"`, 'silent'].join('\n')).join('\nnext\n'));
	const floors = [];
	for (let i = 0; i < ROUNDS; i++) {
		const began = performance.now();
		await promisify(execFile)('curl', ['-K', config]);
		floors.push(performance.now() - began);
	}
	const floor = median(floors);
	console.log(`messages to ${N} organisations, median of ${ROUNDS}`);
	console.log(`  first letter with the relay after COMMIT  ${ms(of('first'))}   goal 1000 ms`);
	console.log(`  last letter taken                         ${ms(of('last'))}   ${(of('last') / floor).toFixed(2)} × curl`);
	console.log(`  all on record                             ${ms(of('record'))}`);
	console.log(`  one curl, one connection                  ${ms(floor)}`);
	console.log(`  processor a letter: courier ${of('courier').toFixed(0)} µs, keeper ${of('keeper').toFixed(0)} µs`);
	await sender.close();
} finally {
	await server.stop();
	sink.end();
}
