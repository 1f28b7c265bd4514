// blind.test.mjs: of a deconfliction check no platform learns anything, over real sockets: three exercises on one server differ only in
// what is answered to a check, and in what the authorities enter among themselves. What a platform receives and is answered is the same,
// byte for byte; and so is the time that it takes, by a test that a greater amount of work is shown not to pass.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { SURE, leaning, pairs } from './lib/leaning.mjs';
import { Member } from './lib/member.mjs';
import { message, uuid7 } from './lib/messages.mjs';
import { Server, until } from './lib/server.mjs';

const T0 = '2031-05-17T14:30:00.000Z';
const URL = 'https://pastepond.example/p/88213', HANDLE = 'nightcourier7';
const PAIRS = 200;
const platforms = ['GameNest', 'Chirplet'];
const none = { personal_data: { level: 'none', categories: [] }, ack_required: false, precedence: 'routine' };

let server, control, airu, bfp, hub, desk, members;
const exercises = { nobody: uuid7(), clear: uuid7(), held: uuid7() };
const spoken = new Map(); // platform and exercise: what it was answered
const later = (minutes) => new Date(Date.parse(T0) + minutes * 60_000).toISOString();

/** In an exercise, by somebody of the authorities: it is taken. */
async function enter(who, exercise, type, body, more = {}) {
	const r = await who.deliver(message(type, body, { ...none, ...more, exercise_ref: exercise }));
	assert.equal(r.op, 'accepted', JSON.stringify(r));
	return r.id;
}
/** By a platform: whatever is answered is kept. */
async function say(platform, exercise, op, what) {
	const answer = await platform[op]({ ...what, exercise_ref: exercise });
	const name = `${platform.organisation} ${exercise}`;
	spoken.set(name, [...(spoken.get(name) ?? []), `${what.type} ${op}: ${JSON.stringify({ ...answer, ref: 0 })}`]);
	return answer;
}
const subjects = [{ kind: 'url', value: URL }, { kind: 'handle', value: HANDLE }];
const notice = (m, n = 1) => message('M4', {
	step: 'send', duty: ['DSA_18'], aware_at: T0, threat_case: true, immediacy: 'now', emergency_line_called: { called: true }, offence_field: 'homicide',
	explanation: 'as it is', content: Array.from({ length: n }, (_, i) => ({ url: i ? `${URL}?${i}` : URL, type: 'post', text_excerpt: 'You will all see this, they say.' })),
	service_surface: 'public', user_identifiers: [{ kind: 'handle', value: HANDLE }], concerned_states: [{ cc: 'XC', ground: 'place_of_offence' }],
	content_status: 'restricted', preserved: { preserved: true, until: '2040-01-01T00:00:00Z' }, user_notified: 'no', contact_24x7: m.welcome.you.person,
});
const asks = () => message('M18', { step: 'check', subjects, intended_action: 'other', planned_at: later(60), answer_by: later(30) }, none);

/** Everything by which a platform could find out. `check`: an id that it cannot know, of a check where there is one. */
async function pry(m, exercise, check) {
	const at = { at: T0 };
	// each in its own second: what is due at the same moment goes by random ids
	await enter(control, exercise, 'exercise', { step: 'clock', action: 'step', by_ms: 1000 });
	await say(m, exercise, 'send', asks());
	await say(m, exercise, 'prepare', asks());
	for (const step of [{ step: 'answer', answer: 'clear' }, { step: 'decide', decision: 'hold', due_consideration: true }])
		await say(m, exercise, 'send', message('M18', { ...step, check_ref: check }, none));
	await say(m, exercise, 'send', message('M17', { step: 'answer', referral_ref: check, answer: 'removed', ...at }, none));
	await say(m, exercise, 'send', message('M19', { step: 'human', message_ref: check, recipient_org: m.organisation, channel: 'console', state: 'seen',
		actor_kind: 'human', ...at }, none));
	await say(m, exercise, 'send', message('M4', { step: 'supplement', explanation: 'more' }, { case_ref: check }));
	await say(m, exercise, 'prepare', notice(m));
	const sent = await say(m, exercise, 'send', notice(m));
	assert.equal(sent.op, 'accepted', JSON.stringify(sent));
	await m.entry((e) => e.seq === sent.seq);
	// so that only one desk is called: what is due at the same moment goes by random ids, too
	await enter(desk, exercise, 'M5', { kind: 'ack', human_ack_by: desk.welcome.you.person, ...at }, { case_ref: sent.case });
}

/** What is random, global or the hour of the test's run says nothing: ids by the order in which they come, numbers, real time. */
function masked(text) {
	const ids = new Map();
	return text
		.replace(/"(seq|last|tip|from)":\d+/g, '"$1":N')
		.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => ids.get(id) ?? (ids.set(id, `id${ids.size}`), ids.get(id)))
		.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (t) => Math.abs(Date.parse(t) - Date.now()) < 3600_000 ? 'now' : t);
}

/** These are long: where they begin to differ is what one wants to see. */
function same(x, y, words) {
	let i = 0;
	while (i < x.length && x[i] === y[i]) i++;
	assert.ok(x === y, `${words}\n${x.slice(Math.max(0, i - 300), i + 100)}\n${y.slice(Math.max(0, i - 300), i + 100)}`);
}

before(async () => {
	server = await Server.start({ args: ['messages', 'org-messages', 'threats', 'org-threats'].flatMap((l) => [`--${l}-burst`, '1000000', `--${l}-per-minute`, '1000000']) }); // nobody is refused for asking often
	[control, airu, bfp, hub, desk, ...members] = await Promise.all([['CELL', 'controller'], ['AIRU', 'duty officer'], ['BFP', 'deconfliction officer'],
		['HUB', 'deconfliction officer'], ['HUB', 'duty officer'], ...platforms.map((p) => [p, 'night responder'])].map(([org, person]) => Member.connect(server, org, person)));
	for (const id of Object.values(exercises))
		await enter(control, id, 'exercise', { step: 'create', title: 'Blind', t0: T0, participants: ['AIRU', 'BFP', 'CDA', 'HUB', ...platforms] });
});
after(async () => {
	await Promise.all([control, airu, bfp, hub, desk, ...(members ?? [])].map((m) => m?.close()));
	await server?.stop();
});

describe('what is answered to a deconfliction check', () => {
	it('differs: nobody asks, the hub says clear, an authority that is hit objects and is considered', async () => {
		for (const [history, exercise] of Object.entries(exercises)) {
			let check = uuid7();
			if (history !== 'nobody') {
				if (history === 'held')
					await enter(bfp, exercise, 'M18', { step: 'check', subjects, intended_action: 'enquiry', planned_at: later(60), answer_by: later(60),
						concerned_until: later(6000) });
				check = await enter(airu, exercise, 'M18', asks().body);
			}
			for (const m of members) await pry(m, exercise, check);
			if (history !== 'nobody') await enter(hub, exercise, 'M18', { step: 'answer', check_ref: check, answer: 'clear' });
			if (history === 'held') {
				const question = await bfp.entry((e) => e.k === 'M18.asked' && e.message.body.check_ref === check);
				assert.equal(question.message.body.hits.length, 1);
				assert.ok(!JSON.stringify(bfp.entries).includes(URL));
				await enter(bfp, exercise, 'M18', { step: 'answer', check_ref: check, answer: 'objection_until', until: later(600), reason_class: 'enquiry_running' });
				await airu.entry((e) => e.k === 'M18.answer' && e.org === 'BFP');
				await enter(airu, exercise, 'M18', { step: 'decide', check_ref: check, decision: 'hold', due_consideration: true });
			}
			for (const m of members) await pry(m, exercise, check);
			await enter(control, exercise, 'exercise', { step: 'clock', action: 'jump', to: later(31) });
			for (const m of members) await pry(m, exercise, check);
		}
	});

	it('and every platform’s transcript is the same: entries, bytes, order, refusals, answers', async () => {
		for (const m of members) {
			const last = m.entries.at(-1).seq;
			const list = await server.request('GET', '/api/entries?after=-1&limit=500', { credential: server.credential(m.organisation, m.person) });
			const transcripts = Object.values(exercises).map((id) => ({
				entries: masked(JSON.stringify(m.entries.filter((e) => e.exercise === id))),
				list: masked(JSON.stringify(list.json.entries.filter((e) => e.exercise === id && e.seq <= last))),
				answers: masked(spoken.get(`${m.organisation} ${id}`).join('\n')),
			}));
			assert.ok(transcripts[0].entries.length > 10_000 && transcripts[0].answers.length > 3000);
			for (const what of ['entries', 'list', 'answers'])
				for (const other of transcripts.slice(1)) same(other[what], transcripts[0][what], `${m.organisation}: ${what}`);
		}
	});

	it('whom it concerns is in no byte of what the asker got before', () => {
		const before = airu.entries.filter((e) => e.k.startsWith('M18.') && !(e.k === 'M18.answer' && e.org === 'BFP'));
		assert.ok(before.length >= 4);
		assert.ok(!/BFP|pastepond|nightcourier/.test(JSON.stringify(before)));
	});

	it('nobody may look at the counts of the server', async () => {
		for (const m of members)
			assert.equal((await server.request('GET', '/metrics', { credential: server.credential(m.organisation, m.person) })).status, 404);
	});
});

describe('how long a platform waits', () => {
	const ways = {
		'a notification of the same address, prepared': (m, id) => m.prepare({ ...notice(m), exercise_ref: id }),
		'a check that is not theirs to make': (m, id) => m.send({ ...asks(), exercise_ref: id }),
		'something about which there is nothing': (m, id) => m.send(message('M4', { step: 'supplement', explanation: 'x' }, { case_ref: uuid7(), exercise_ref: id })),
	};

	/** It is an answer to what was asked. */
	const asked = async (answer) => assert.notEqual((await answer).code, 'rate');

	for (const [name, way] of Object.entries(ways))
		it(`is the same with and without an objection: ${name}`, async (t) => {
			const m = members[0];
			const differ = leaning(await pairs(() => asked(way(m, exercises.held)), () => asked(way(m, exercises.nobody)), PAIRS));
			const alike = leaning(await pairs(() => asked(way(m, exercises.clear)), () => asked(way(m, exercises.nobody)), PAIRS));
			t.diagnostic(`leans by ${differ.toFixed(2)}, without any difference by ${alike.toFixed(2)} standard deviations`);
			assert.ok(Math.abs(differ) < SURE && Math.abs(alike) < SURE, `${differ} ${alike}`);
		});

	it('and a little more work would be noticed', async (t) => {
		const m = members[0], id = exercises.nobody;
		const differ = leaning(await pairs(() => asked(m.prepare({ ...notice(m, 30), exercise_ref: id })), () => asked(m.prepare({ ...notice(m), exercise_ref: id })), PAIRS));
		t.diagnostic(`thirty addresses instead of one: leans by ${differ.toFixed(2)}`);
		assert.ok(differ > SURE, String(differ));
	});
});
