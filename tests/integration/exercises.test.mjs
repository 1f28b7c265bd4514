// exercises.test.mjs: the exercises played against a real server by `tocsin exercise play`: every expectation of the
// scenarios is a case of its own here. One connection for everybody who acts and one for every organisation.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { bent, command, exercises, play, ran } from './lib/command.mjs';
import { Member } from './lib/member.mjs';
import { m5 } from './lib/messages.mjs';
import { Server, scratch, until } from './lib/server.mjs';

let server;
before(async () => (server = await Server.start()));
after(() => server?.stop());

/** The fixed answers of the rules, by name; of several of one name the first. */
const FIXED = {
	LANTERN: { ack_after_awareness: '1 min 55 s', activation_to_last_ack: '23 min 10 s', receipt_to_removal: '24 min 38 s', hour_left: '35 min 22 s',
		duplicates_linked: '1', signals_disputed: '1', active_to_closed: '28 h 45 min', protection_read_by: 'AIRU, Chirplet' },
	'QUIET BELL': { notices: '2', cases: '1', desks_paged: 'AIRU, CDA', hub_paged: 'HUB', post_to_acceptance: '17 min 30 s',
		notice_read_by: 'AIRU, CDA, GameNest, HUB', warnings_issued: '0', warning_declined: 'no_terrorism_link' },
	'SHORT NIGHT': { receipt_to_obstacle: '26 min 30 s', obstacle_to_clarification: '13 min 20 s', hours_opened: '2', hours_breached: '0',
		hour_left: '6 min 40 s', receipt_to_removal: '1 h 33 min 10 s', preserve_until: '2034-04-30T01:58:20.000Z' },
	'FOG HORN': { hours_opened: '1', hours_breached: '0', receipt_to_removal: '13 min 50 s', hour_left: '46 min 10 s' },
	'HARD FROST': { duplicates_linked: '0', warnings_issued: '1', activation_to_last_ack: '11 min', last_ack_by: 'CDA', active_to_closed: '11 h 26 min', signals_disputed: '0',
		hours_opened: '2', hours_breached: '0', receipt_to_obstacle: '24 min 50 s', obstacle_to_clarification: '30 min', receipt_to_removal: '1 h 39 min 50 s',
		hour_left: '15 min', scrutiny_until: '2034-11-01T00:24:50.000Z', preserve_until: '2035-04-29T02:05:00.000Z' },
	'SLOW TIDE': { notices: '2', cases: '2', desks_paged: 'AIRU, BFP', hub_paged: 'HUB', ack_after_awareness: '38 min', ack_after_sending: '21 min', duplicates_linked: '0',
		hours_opened: '1', hours_breached: '0', receipt_to_removal: '8 min 55 s', hour_left: '51 min 5 s', removal_to_feedback: '20 min',
		preserve_until: '2036-05-29T12:20:00.000Z' },
};

for (const [name, file] of [['LANTERN', 'lantern.json'], ['QUIET BELL', 'quiet-bell.json'], ['SHORT NIGHT', 'short-night.json'],
	['FOG HORN', 'fog-horn.json'], ['HARD FROST', 'hard-frost.json'], ['SLOW TIDE', 'slow-tide.json']]) {
	describe(name, () => {
		let played;
		before(async () => (played = await play(server, path.join(exercises, file), '--answers')));

		it('every expectation holds', async (t) => {
			for (const e of played.events.filter((e) => e.event === 'expectation'))
				await t.test(`${e.step}: ${e.expected}`, () => assert.ok(e.holds, `came: ${e.came}`));
		});
		it('is answered for from its entries', () => {
			const answers = played.events.filter((e) => e.event === 'answer');
			const came = Object.fromEntries(Object.keys(FIXED[name]).map((n) => [n, answers.find((e) => e.name === n)?.text]));
			assert.deepEqual(came, FIXED[name]);
		});
		it('is played to its end', () => {
			const end = played.events.at(-1);
			assert.equal(played.code, 0, played.err);
			assert.equal(end.event, 'end');
			assert.equal(end.steps, JSON.parse(fs.readFileSync(path.join(exercises, file), 'utf8')).steps.length);
			assert.equal(end.failed, 0);
			assert.ok(end.held > 20);
		});
	});
}

describe('on a running clock', () => {
	for (const file of ['hard-frost.json', 'slow-tide.json'])
		it(`${file} comes out the same, its long waits jumped over`, async () => {
			const r = await play(server, path.join(exercises, file), '--new', '--speed', '20', '--leap', '1');
			assert.equal(r.code, 0, r.err + r.events.filter((e) => e.event === 'expectation' && !e.holds).map((e) => `${e.step}: ${e.expected}; came: ${e.came}`).join('\n'));
			assert.equal(r.events.at(-1).steps, JSON.parse(fs.readFileSync(path.join(exercises, file), 'utf8')).steps.length);
		});
});

describe('a play', () => {
	const lantern = (bend) => bent('lantern.json', bend);

	it('of an exercise that has been played says so, and how to play again', async () => {
		const r = await play(server, path.join(exercises, 'lantern.json'));
		assert.equal(r.code, 2);
		assert.match(r.err, /T\+1468:00:00.*--new/);
	});

	it('says what was expected, what came, and where', async () => {
		const r = await play(server, lantern((s) => {
			s.accept.expect = [
				{ see: { org: 'StreamHarbor', k: 'M5.accept', where: { 'message.body.own_reference': 'OTHER-1' } } },
				{ timer: { id: 'T17', desk: 'AIRU', state: 'met', took: '00:10' } },
				{ not_see: { org: 'HUB', k: 'M5.accept' } },
			];
		}), '--new', '--until', '05:05', '--patience', '1');
		assert.equal(r.code, 4);
		const wrong = r.events.filter((e) => e.event === 'expectation' && !e.holds);
		assert.equal(wrong.length, 3);
		assert.ok(wrong.every((e) => e.step === 'accept'));
		assert.match(wrong[0].expected, /StreamHarbor sees M5\.accept, message\.body\.own_reference = OTHER-1/);
		assert.match(wrong[0].came, /M5\.accept \(seq \d+\) with message\.body\.own_reference = AIRU-7711/);
		assert.match(wrong[1].came, /it stopped after 01:05, met/);
		assert.match(wrong[2].came, /it came, seq \d+/);
	});

	it('stops at a message that the server refuses', async () => {
		const r = await play(server, lantern((s) => { s.send1.send.body.immediacy = 'someday'; }), '--new');
		assert.equal(r.code, 4);
		assert.match(r.err, /step send1: expected: the server accepts it; came: refused, bad_value body\.immediacy/);
	});

	it('holds a refusal that is expected', async () => {
		const r = await play(server, lantern((s, scenario) => {
			s.send1.send.body.immediacy = 'someday';
			s.send1.expect = [{ refused: { code: 'bad_value', field: 'body.immediacy' } }];
			scenario.steps = scenario.steps.slice(0, 3);
			scenario.finally = [];
		}), '--new');
		assert.equal(r.code, 0, r.err + r.out);
	});

	it('names what is wrong with a file', async () => {
		const file = path.join(scratch(), 'wrong.json');
		fs.writeFileSync(file, '{"steps":[{"t":"soon"}]}');
		assert.equal((await play(server, file)).code, 2);
		assert.match((await play(server, lantern((s) => { s.accept.t = '04:00'; }))).err, /step 5: t lies before the step before/);
	});

	it('yields to a person who signs in, and goes on with what they did', { timeout: 240_000 }, async (t) => {
		const run = command(server, ['exercise', 'play', path.join(exercises, 'lantern.json'), '--new', '--speed', '60', '--until', '06:10', '--json',
			'--credentials', path.join(server.state, 'demo/credentials.json')]);
		t.after(() => run.child.kill('SIGKILL'));
		try {
			const events = () => run.lines().map((l) => JSON.parse(l));
			const { exercise } = await until(() => events().find((e) => e.event === 'begin'), 'the play begins');
			const token = server.credential('AIRU', 'duty officer').sign_in.split('=').at(-1);
			const signedIn = await server.request('POST', '/api/sign-in', { body: { token }, headers: { 'x-tocsin': '1' } });
			assert.equal(signedIn.status, 200, signedIn.text);
			await until(() => events().some((e) => /AIRU, duty officer, is played by a person/.test(e.text)), 'the player says so');
			await until(() => events().some((e) => e.text === 'waiting for the person'), 'the player waits');
			// the person looks, and accepts: here by their own key, which is the same person
			const person = await Member.connect(server, 'AIRU', 'duty officer', { from: -1 });
			const sent = await until(() => person.entries.find((e) => e.k === 'M4.send' && e.exercise === exercise), 'the notification');
			const answer = await person.send(m5(person, 'accept', sent.case, { own_reference: 'BY-HAND' }, { exercise_ref: exercise }));
			assert.equal(answer.op, 'accepted', JSON.stringify(answer));
			await person.close();
			assert.equal(await run.end, 0, run.err + run.out);
			assert.ok(events().some((e) => e.text === 'done by the person'));
			assert.equal(events().at(-1).failed, 0);
			const accepts = await ran(server, ['watch', '--from', 'start', '--once', '--only', 'M5.accept'], { member: 'HUB/gateway' });
			const ours = accepts.lines.map((l) => JSON.parse(l)).filter((e) => e.exercise === exercise);
			assert.deepEqual(ours.map((e) => e.message.body.own_reference), ['BY-HAND']);
		} finally {
			run.child.kill('SIGKILL');
		}
	});
});
