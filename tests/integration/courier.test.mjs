// courier.test.mjs: people who are not connected are reached by e-mail, through a relay that is Debian's aiosmtpd: what goes out,
// what the record says of it, and every bad day of a relay. Nothing is lost, nothing goes out twice, nobody waits for another.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { exercises, play } from './lib/command.mjs';
import { Door } from './lib/door.mjs';
import { Member } from './lib/member.mjs';
import { LANTERN, message, scenarioTime } from './lib/messages.mjs';
import { PATIENCE_MS, Server, scratch, until } from './lib/server.mjs';
import { Sink, header } from './lib/sink.mjs';

const OWNER = 'owner@pastepond.example.invalid';
const ANSWER_S = 8; // for a relay that says nothing; on a busy machine the other one answers within it
const none = { personal_data: { level: 'none', categories: [] }, ack_required: false };

/** A server whose e-mail goes to a relay, and the hub, which reports a crisis to all. */
class Stage {
	static async begin(more = {}) {
		const s = new Stage();
		s.sink = await Sink.start(more.sink);
		s.server = await Server.start({ args: [...s.sink.options, '--fronts', '1', '--delivery-retry-s', '1', '--smtp-answer-s', String(ANSWER_S), '--smtp-connect-s', String(ANSWER_S), ...(more.args ?? [])] });
		s.hub = await Member.connect(s.server, 'HUB', 'lead', { from: -1, resume: true });
		s.door = new Door(s.server);
		return s;
	}

	async end() {
		await this.hub?.close();
		await this.server?.stop();
		this.sink?.end();
	}

	/** A report to these; each is one message. @return its id */
	async report(audience = ['PastePond'], more = {}) {
		const at = scenarioTime(this.hub).toISOString();
		const m = message('M1', {
			step: 'report', headline: 'a report', event_time: { from: at, precision: 'minutes' }, event_place: { cc: 'XA', locality: 'Veldermouth' }, ongoing: 'yes',
			online_component: ['live'], producer: 'perpetrator', victims_visible: 'no', minor_involved: 'no',
			criteria: ['real_world_event', 'harm_shown', 'intimidation', 'terrorism_link', 'virality'].map((code) => ({ code, answer: 'likely', source_grade: 'B2' })),
		}, { ...none, precedence: 'routine', audience, ...more });
		const r = await this.hub.deliver(m);
		assert.equal(r.op, 'accepted', JSON.stringify(r));
		return m.id;
	}

	/** What became of a message at one organisation: entries in order. */
	outcomes(id, org = 'PastePond') {
		return this.hub.entries.filter((e) => e.k === 'M19.delivery' && e.message.body.message_ref === id && e.message.body.recipient_org === org);
	}

	states(id, org) {
		return this.outcomes(id, org).map((e) => e.message.body.state);
	}

	async becomes(id, state, org = 'PastePond', ms = PATIENCE_MS) {
		return until(() => this.outcomes(id, org).find((e) => e.message.body.state === state),
			`${state} at ${org}; it was ${this.states(id, org)}\n${this.server.log.split('\n').filter((l) => /courier|keeper/.test(l)).slice(-8).join('\n')}`, ms);
	}
}

const OBSERVER = 'observer@dgo.example.invalid';
const letters = (s, id) => s.sink.all().filter((m) => header(m, 'Message-ID')?.includes(id));
const deliveryOf = (s, id, org) => s.outcomes(id, org)[0].message.body.delivery;

describe('an e-mail', () => {
	let s;
	before(async () => (s = await Stage.begin()));
	after(() => s?.end());

	it('goes out over TLS, signed in, and its delivery is on record', async () => {
		const id = await s.report();
		const mail = await s.sink.mail((m) => m.to[0] === OWNER);
		assert.equal(mail.tls, true);
		assert.equal(mail.user, 'tocsin');
		assert.equal(mail.from, 'alerts@tocsin.example.invalid');
		const entry = await s.becomes(id, 'delivered');
		assert.equal(header(mail, 'Message-ID'), `<${entry.message.body.delivery}@tocsin.example.invalid>`);
		assert.equal(entry.message.body.channel, 'e-mail');
		assert.equal(entry.message.body.actor_kind, 'machine');
		assert.equal(entry.message.body.code, 250);
		assert.equal(entry.message.body.attempt, 1);
	});

	it('says that it is an exercise, and nothing of the message', () => {
		const [mail] = s.sink.all();
		assert.match(header(mail, 'Subject'), /EXERCISE/i);
		assert.match(mail.text, /https:\/\/localhost:\d+\/link#/);
		assert.doesNotMatch(mail.text.replaceAll(/=\r?\n/g, ''), /Veldermouth|a report/);
	});

	it('goes over the connection of the one before it', async () => {
		for (let i = 0; i < 3; i++) await s.becomes(await s.report(), 'delivered');
		assert.equal(new Set(s.sink.all().map((m) => m.connection)).size, 1);
	});

	it('is not sent for receipts, nor to whoever sent the message', () => {
		assert.deepEqual([...new Set(s.sink.all().map((m) => m.to[0]))], [OWNER]);
		assert.equal(s.sink.all().length, 4);
	});

	it('one recipient who is refused for good delays nobody, and is not tried again', async () => {
		s.sink.tell({ rcpt: { [OWNER]: '550 5.1.1 no such person' } });
		const id = await s.report(['PastePond', 'DGO']);
		await s.becomes(id, 'delivered', 'DGO');
		assert.equal((await s.becomes(id, 'bounced')).message.body.code, 550);
		s.sink.tell({ rcpt: { [OWNER]: null } });
		await s.becomes(await s.report(), 'delivered');
		assert.deepEqual(s.states(id), ['bounced']);
	});

	it('greylisting: not now, and later under the same id', async () => {
		s.sink.tell({ rcpt: { [OWNER]: '451 4.7.1 greylisted' } });
		const began = Date.now(), id = await s.report();
		const first = await s.becomes(id, 'retrying');
		assert.equal(first.message.body.code, 451);
		assert.ok(Date.parse(first.message.body.again_at) > began);
		s.sink.tell({ rcpt: { [OWNER]: null } });
		const last = await s.becomes(id, 'delivered');
		assert.equal(last.message.body.attempt, s.outcomes(id).length);
		assert.equal(letters(s, last.message.body.delivery).length, 1);
	});

	it('4xx and then 5xx: retrying, then bounced', async () => {
		s.sink.tell({ data: { [OWNER]: '452 4.3.1 no room' } });
		const id = await s.report();
		await s.becomes(id, 'retrying');
		s.sink.tell({ data: { [OWNER]: '554 5.6.0 not wanted' } });
		assert.equal((await s.becomes(id, 'bounced')).message.body.code, 554);
		s.sink.tell({ data: { [OWNER]: null } });
	});

	it('a recipient for whom the relay never answers delays nobody', async () => {
		s.sink.tell({ hold: [OWNER] });
		const stuck = await s.report();
		await s.sink.mail((m) => m.to[0] === OWNER, PATIENCE_MS, 'letter');
		const others = await Promise.all([0, 1, 2, 3, 4].map(() => s.report(['DGO'])));
		const there = await Promise.all(others.map((id) => s.becomes(id, 'delivered', 'DGO')));
		const first = await s.becomes(stuck, 'retrying');
		for (const e of there) assert.ok(e.seq < first.seq, 'while the other was still waited for');
		assert.equal(first.message.body.code, undefined); /* nobody knows whether it was taken: the same id says so */
		s.sink.tell({ hold: false, release: true });
		const last = await s.becomes(stuck, 'delivered');
		for (const m of s.sink.all('letter').filter((e) => e.to[0] === OWNER).slice(-2))
			assert.equal(header(m, 'Message-ID'), `<${last.message.body.delivery}@tocsin.example.invalid>`);
	});
});

describe('a relay on a bad day', () => {
	let s;
	before(async () => (s = await Stage.begin()));
	after(() => s?.end());

	/** Something is sent while the relay is like this; when it is well again it arrives, once. */
	const through = async (hurt, heal, seen) => {
		await hurt();
		const ids = [await s.report(), await s.report()];
		await seen(ids);
		for (const id of ids) assert.ok(!s.states(id).some((state) => state === 'delivered' || state === 'bounced' || state === 'dead'), s.states(id).join());
		await heal();
		for (const id of ids) {
			await s.becomes(id, 'delivered', 'PastePond');
			assert.equal(letters(s, deliveryOf(s, id)).length, 1);
		}
		await until(async () => (await s.door.sample('tocsin_courier_way_down{way="e-mail"}')) === 0, 'the way is up');
	};
	const down = () => until(async () => (await s.door.sample('tocsin_courier_way_down{way="e-mail"}')) === 1, 'the way is known to be down');
	const again = async (settings) => {
		s.sink.tell(settings);
		await s.sink.listen();
	};

	it('away: what is sent waits, and nobody is told that it arrived', () => through(() => s.sink.stop(), () => s.sink.listen(), down));

	it('an outage costs an entry for each attempt, not one for each e-mail', async () => {
		await s.sink.stop();
		const ids = [];
		for (let i = 0; i < 30; i++) ids.push(await s.report());
		await down();
		const said = ids.flatMap((id) => s.outcomes(id)).length;
		assert.ok(said < 20, `${said} entries`);
		await s.sink.listen();
		for (const id of ids) await s.becomes(id, 'delivered', 'PastePond');
	});

	it('without TLS: nothing is said to it, the password least of all', async () => {
		const before = s.sink.all('letter').length;
		await s.sink.stop();
		await through(() => again({ tls: false }), async () => {
			await s.sink.stop();
			await again({ tls: true });
		}, async () => {
			await down();
			assert.equal(s.sink.all('letter').length, before);
		});
	});

	it('with the certificate of somebody else', async () => {
		await s.sink.stop();
		const other = await Sink.start({ port: s.sink.port, subject: 'DNS:elsewhere.example.invalid' });
		await through(() => {}, async () => {
			await other.stop();
			await s.sink.listen();
		}, async () => {
			await down();
			assert.equal(other.all('letter').length, 0);
			assert.equal(other.all('rcpt').length, 0);
		});
		other.end();
	});

	it('mute: it takes connections and says nothing', async () => {
		await s.sink.stop();
		await through(() => again({ mute: true }), async () => {
			await s.sink.stop();
			await again({ mute: false });
		}, down);
	});

	it('slow: others overtake, all arrive once', async () => {
		s.sink.tell({ slow: 0.3 });
		const ids = [];
		for (let i = 0; i < 20; i++) ids.push(await s.report());
		for (const id of ids) await s.becomes(id, 'delivered');
		s.sink.tell({ slow: 0 });
		for (const id of ids) assert.equal(letters(s, deliveryOf(s, id)).length, 1);
	});
});

describe('kill -9', () => {
	let s;
	before(async () => (s = await Stage.begin()));
	after(() => s?.end());

	it('of the courier, when the relay has taken it and the ledger does not know: it is not sent again', async () => {
		s.sink.tell({ hold: true });
		const id = await s.report();
		await s.sink.mail((m) => m.to[0] === OWNER, PATIENCE_MS, 'letter');
		s.server.signal('keeper', 'SIGSTOP');
		s.sink.tell({ hold: false, release: true });
		const mail = await s.sink.mail((m) => m.to[0] === OWNER);
		const record = path.join(s.server.state, 'courier/taken');
		await until(() => fs.readFileSync(record).some((b) => b !== 0), 'the courier wrote it down');
		await s.server.kill('courier');
		s.server.signal('keeper', 'SIGCONT');
		const entry = await s.becomes(id, 'delivered');
		assert.equal(header(mail, 'Message-ID'), `<${entry.message.body.delivery}@tocsin.example.invalid>`);
		assert.equal(entry.message.body.attempt, 1);
		await s.becomes(await s.report(), 'delivered');
		assert.equal(letters(s, entry.message.body.delivery).length, 1);
		assert.equal(s.outcomes(id).length, 1);
		await until(() => fs.readFileSync(record).every((b) => b === 0), 'what the ledger has is forgotten');
	});

	it('of the courier in the middle of a letter: sent again, and the id says that it is the same', async () => {
		s.sink.tell({ hold: true });
		const id = await s.report(), was = s.sink.all('letter').length;
		await s.sink.mail(() => s.sink.all('letter').length > was, PATIENCE_MS, 'letter');
		await s.server.kill('courier');
		s.sink.tell({ hold: false, release: true });
		const entry = await s.becomes(id, 'delivered');
		for (const m of s.sink.all('letter').slice(was))
			assert.equal(header(m, 'Message-ID'), `<${entry.message.body.delivery}@tocsin.example.invalid>`);
		assert.equal(s.outcomes(id).length, 1);
	});

	it('of the keeper and of the courier, over and over, with much on its way: nothing lost, nothing twice', async () => {
		s.sink.tell({ slow: 0.02 });
		const ids = [];
		for (let i = 0; i < 60; i++) ids.push(await s.report(['PastePond', 'DGO']));
		for (const part of ['keeper', 'courier', 'keeper', 'courier']) {
			const was = s.sink.all().length;
			await s.sink.mail(() => s.sink.all().length > was + 5 || s.sink.all().length > 120);
			await s.server.kill(part);
		}
		for (const id of ids) for (const org of ['PastePond', 'DGO']) await s.becomes(id, 'delivered', org);
		s.sink.tell({ slow: 0 });
		const twice = new Map();
		for (const m of s.sink.all()) twice.set(header(m, 'Message-ID'), (twice.get(header(m, 'Message-ID')) ?? 0) + 1);
		for (const id of ids) for (const org of ['PastePond', 'DGO']) {
			const entries = s.outcomes(id, org).filter((e) => e.message.body.state === 'delivered');
			assert.equal(entries.length, 1);
			assert.ok(twice.get(`<${entries[0].message.body.delivery}@tocsin.example.invalid>`) >= 1);
		}
		/* what was with the relay when the courier died may come twice; of the others none does */
		const again = [...twice.values()].filter((n) => n > 1).length;
		assert.ok(again <= 16, `${again} came twice`);
	});
});

describe('many at once', () => {
	let s;
	before(async () => (s = await Stage.begin()));
	after(() => s?.end());

	it('hundreds of e-mails: all arrive, what is called for first, and the courier stays small', async () => {
		s.sink.tell({ slow: 0.3 });
		const ids = [];
		while (ids.length < 300) ids.push(...await Promise.all(Array.from({ length: 30 }, () => s.report(['PastePond', 'DGO']))));
		const urgent = await s.report(['PastePond'], { precedence: 'flash', ack_required: true });
		const soon = await s.becomes(urgent, 'delivered', 'PastePond');
		const waiting = ids.flatMap((id) => ['PastePond', 'DGO'].filter((org) => !s.outcomes(id, org).length)).length;
		s.sink.tell({ slow: 0 });
		for (const id of ids) for (const org of ['PastePond', 'DGO']) await s.becomes(id, 'delivered', org, 120_000);
		assert.ok(soon);
		assert.ok(waiting > 100, `what is urgent overtook ${waiting}`);
		assert.equal(new Set(s.sink.all().map((m) => header(m, 'Message-ID'))).size, 601);
		assert.equal(s.sink.all().length, 601);
		if (!process.env.ASAN_OPTIONS) /* the sanitizers keep memory of their own */
			assert.ok(await s.door.sample('tocsin_resident_memory_bytes{part="courier"}') < 48e6);
		assert.equal(await s.door.sample('tocsin_courier_taken_unconfirmed'), 0);
	});
});

describe('LANTERN, with PastePond reached by e-mail only', () => {
	let sink, server, played, hub;
	const scenario = JSON.parse(fs.readFileSync(path.join(exercises, 'lantern.json'), 'utf8'));
	const at = (t) => Date.parse(scenario.t0) + t.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
	/* when PastePond's mail server takes the letter about this step, and who reads that it did */
	const mails = [['warning', '11:02'], ['signals', '12:32'], ['activation', '15:02'], ['order', '35:32']];

	before(async () => {
		scenario.steps = scenario.steps.filter((s) => s.name !== 'orderReceived'); /* by the console; here the letter is what counts */
		const told = scenario.steps.find((s) => s.name === 'activation').expect.find((e) => e.see?.where?.['decided.pages[channel=e-mail].state']);
		told.see.where['decided.pages[channel=e-mail].state'] = 'queued'; /* the scenario itself is played without a relay … */
		delete told.see.lacks; /* … and without one nobody else is mailed */
		for (const [name, t] of mails) {
			const i = scenario.steps.findIndex((s) => s.name === name);
			scenario.steps.splice(i + 1, 0, { t, who: 'system', name: `mail_${name}`, note: 'The mail server of PastePond takes the letter.', expect: [{ see: { org: 'HUB', k: 'M19.delivery', where: {
				at: `@${t}`, 'message.body.recipient_org': 'PastePond', 'message.body.channel': 'e-mail', 'message.body.state': 'delivered', 'message.body.message_ref': `\${${name}.id}`,
			} } }] });
		}
		scenario.steps.find((s) => s.name === 'mail_order').expect.push(
			{ see: { org: 'AIRU', k: 'M19.delivery', where: { at: '@35:32', 'decided.orders[0].received.at': '@35:32' } } },
			{ timer: { id: 'T1', desk: 'PastePond', state: 'running', deadline: '@95:32' } });
		sink = await Sink.start();
		sink.tell({ hold: [OWNER] });
		server = await Server.start({ args: sink.options });
		const clock = await Member.connect(server, 'CELL', 'controller', { from: -1 });
		const file = path.join(scratch(), 'lantern.json');
		fs.writeFileSync(file, JSON.stringify(scenario));
		const playing = play(server, file, '--until', '38:10');
		for (const [n, [, t]] of mails.entries()) {
			await until(() => clock.entries.some((e) => e.k === 'exercise.clock' && Date.parse(e.decided.clock.anchor_at) >= at(t)), `the clock is at ${t}`);
			await until(() => sink.all('letter').filter((m) => m.to[0] === OWNER).length > n, 'the letter is with the mail server');
			sink.tell({ release: true });
		}
		played = await playing;
		hub = await Member.connect(server, 'HUB', 'lead', { from: -1 });
		await until(() => hub.entries.some((e) => e.k === 'M19.escalation'), 'the hub has read it all');
		await clock.close();
	});
	after(async () => {
		await hub?.close();
		await server?.stop();
		sink?.end();
	});

	it('every expectation holds', async (t) => {
		for (const e of played.events.filter((e) => e.event === 'expectation'))
			await t.test(`${e.step}: ${e.expected}`, () => assert.ok(e.holds, `came: ${e.came}`));
		assert.equal(played.code, 0, played.err);
	});

	it('what did PastePond know at T+34:00: three messages, delivered by e-mail, none seen, none acknowledged', () => {
		const mine = hub.entries.filter((e) => e.exercise === LANTERN || e.message?.exercise_ref === LANTERN);
		const k = (id) => mine.find((e) => e.id === id)?.k;
		const told = mine.filter((e) => e.k === 'M19.delivery' && e.message.body.recipient_org === 'PastePond')
			.map((e) => [k(e.message.body.message_ref), e.message.body.state, new Date(e.message.body.at).getTime()]);
		assert.deepEqual(told.filter(([, , when]) => when <= at('34:00')), [['M2.issue', 'delivered', at('11:02')], ['M6.share', 'delivered', at('12:32')], ['M3.confirm', 'delivered', at('15:02')]]);
		assert.equal(mine.filter((e) => e.k === 'M19.human' && e.message.body.recipient_org === 'PastePond' && new Date(e.at ?? e.message.body.at).getTime() <= at('34:00')).length, 0);
		const [call] = mine.filter((e) => e.k === 'M19.escalation' && e.message.body.recipient_org === 'PastePond');
		assert.equal(call.message.body.channel, 'phone');
		assert.equal(new Date(call.message.body.at).getTime(), at('30:00'));
	});

	it('at T+36:00 one line more: the order, delivered and not seen, and its hour runs from there', () => {
		const order = hub.entries.find((e) => e.k === 'M19.delivery' && new Date(e.message.body.at).getTime() === at('35:32'));
		assert.ok(!order || order.message.body.state === 'delivered'); /* orders are not the hub's to follow; AIRU's expectation has it */
		assert.equal(sink.all().filter((m) => m.to[0] === OWNER).length, 4);
	});

	it('each of its letters is marked as an exercise, and those of the incident are one thread', () => {
		const letters = sink.all().filter((m) => m.to[0] === OWNER);
		assert.equal(letters.length, 4);
		for (const m of letters) assert.match(header(m, 'Subject'), /EXERCISE/i);
		assert.equal(new Set(letters.map((m) => header(m, 'References'))).size, 1);
	});
});
