// clock.test.mjs: somebody sets the clock of the machine under a running server, by ten minutes, back and forth. Deadlines that
// run are not put off, none fires twice, time in the ledger never goes backwards, and whoever is connected stays.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Ledger } from './lib/ledger.mjs';
import { LANTERN, m4, message } from './lib/messages.mjs';
import { build, scratch, Server, until } from './lib/server.mjs';
import { Steady } from './lib/steady.mjs';

const TEN_MINUTES_S = 600;
const bare = { precedence: 'routine', ack_required: false, legal_basis: [], personal_data: { level: 'none', categories: [] } };
const sanitized = Boolean(process.env.ASAN_OPTIONS) && 'the sanitizers want to be loaded first';

describe('the clock of the machine is set', { skip: sanitized }, () => {
	let server, platform, desk, control, dir, file;
	const sent = [];

	/** The wall clock is so many seconds ahead from now on. */
	function set(seconds) {
		const b = Buffer.alloc(8);
		b.writeBigInt64LE(BigInt(seconds) * 1_000_000n);
		fs.writeSync(file, b, 0, 8, 0);
	}
	/** A threat, at a moment when a minute of the exercise takes a second. @returns its case */
	async function threat(text) {
		const what = m4(platform.self, { text }), answer = await platform.deliver(what);
		assert.equal(answer.op, 'accepted', JSON.stringify(answer));
		sent.push(what);
		return answer.case;
	}
	/** Calls to AIRU's people in that case, by contact; each once. */
	function called(which) {
		const calls = desk.entries.filter((e) => e.k === 'M19.escalation' && e.case === which && e.message.body.recipient_org === 'AIRU');
		const levels = calls.map((e) => `level ${e.decided.level}, ${e.message.body.channel}`);
		assert.equal(new Set(levels).size, levels.length, `a level twice: ${levels}`);
		return [...new Set(calls.map((e) => e.message.body.contact))];
	}

	before(async () => {
		dir = scratch();
		file = fs.openSync(path.join(dir, 'clock'), 'w+', 0o644);
		set(0);
		server = await Server.start({ env: { LD_PRELOAD: path.join(build, 'tests/libwrong_clock.so'), WRONG_CLOCK: path.join(dir, 'clock') } });
		[platform, desk, control] = await Promise.all([Steady.connect(server, 'StreamHarbor', 'night responder'),
			Steady.connect(server, 'AIRU', 'duty officer'), Steady.connect(server, 'CELL', 'controller')]);
		assert.equal((await control.deliver(message('exercise', { step: 'clock', action: 'run', rate_milli: 60_000 }, bare))).op, 'accepted');
		await until(() => platform.entries.some((e) => e.k === 'exercise.clock'), 'the clock runs');
		platform.socket.terminate(); // its next welcome has the clock
		await until(() => platform.self.welcome.exercises.some((x) => x.id === LANTERN && x.rate_milli === 60_000), 'and is known');
	});
	after(async () => {
		await Promise.all([platform, desk, control].map((m) => m?.leave()));
		await server?.stop();
		fs.rmSync(dir, { recursive: true, force: true });
	});

	it('back: who has to be called is called after five minutes of the scenario, which are five seconds, and not ten minutes later', async () => {
		const which = await threat('The clock is set back now.');
		set(-TEN_MINUTES_S);
		await until(() => called(which).includes(1), 'the next contact is called');
	});

	it('forward: what is due by the new time happens at once, each level once', async () => {
		const which = await threat('The clock is set forward now.');
		set(TEN_MINUTES_S);
		await until(() => called(which).includes(2), 'both contacts are called');
		await until(() => desk.entries.some((e) => e.k === 'M19.escalation' && e.case === which && e.message.body.recipient_org === 'HUB'), 'and the hub');
		called(which);
	});

	it('right again: nobody was sent away, what is said is taken, and the ledger’s time has never gone backwards', async () => {
		set(0);
		await threat('The clock is right again.');
		for (const what of sent) await desk.entry((e) => e.id === what.id);
		assert.deepEqual([...platform.faults, ...desk.faults, ...control.faults], []);
		assert.equal(desk.reconnects, 0, 'the desk was never cut off');
		const book = await new Ledger(server).read();
		Ledger.checkTree(book);
		const times = desk.entries.map((e) => Date.parse(e.recorded));
		for (let i = 1; i < times.length; i++) assert.ok(times[i] >= times[i - 1], `${desk.entries[i].seq} was recorded before ${desk.entries[i - 1].seq}`);
	});
});
