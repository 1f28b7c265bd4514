// contacts.test.mjs: an organisation says how it is reached, from a file and from the command line: two admins, channels
// that are tried from outside, a drill, a roster; and what everybody else sees of it. Then the server starts again.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { ran } from './lib/command.mjs';
import { Member } from './lib/member.mjs';
import { message } from './lib/messages.mjs';
import { Server } from './lib/server.mjs';
import { Sink } from './lib/sink.mjs';

let server, sink, stranger;
before(async () => {
	sink = await Sink.start();
	server = await Server.start({ args: sink.options });
	stranger = await Member.connect(server, 'GameNest', 'night responder');
});
after(async () => {
	await stranger?.close();
	await server?.stop();
	sink?.end();
});

const as = (person, ...args) => {
	const input = args.at(-1)?.input;
	return ran(server, ['admin', 'contacts', ...args.filter((a) => typeof a === 'string')], { member: person.includes('/') ? person : `StreamHarbor/${person}`, input });
};
const json = (r) => r.out.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
const points = async (person = 'admin') => json(await as(person, 'list', '--json')).filter((p) => p.org === 'StreamHarbor');

const head = 'point,purposes,hours,languages,public,zone,open,person,when,kind,address,orders_by\n';
const file = `${head}night,ITL,calendar,en qab,yes,Europe/Brussels,mon-fri 08:00-18:00,,,phone,+999 06 555 001,e-mail
night,,,,,,,night responder,,console,,
night,,,,,,,second responder,closed,phone,+999 06 555 020,
press,press,office,en,no,,,counsel,,e-mail,counsel@streamharbor.example.invalid,
`;

describe('a directory file', () => {
	it('with mistakes is refused line by line, and nothing of it is declared', async () => {
		const bad = await as('admin', 'import', '-', { input: file.replace('counsel,,e-mail', 'nobody,,e-mail').replace('closed,phone', 'closed,pigeon') });
		assert.equal(bad.code, 2);
		assert.match(bad.err, /-:5: person: nobody, or not one alone, is "nobody" here/);
		assert.equal((await points()).filter((p) => p.state === 'waiting').length, 0);
	});
	it('is checked with the server in a dry run, which declares nothing', async () => {
		const good = await as('admin', 'import', '-', '--dry-run', { input: file });
		assert.equal(good.code, 0, good.err);
		assert.match(good.out, /2 contact points, 0 as they are already, 2 to be declared \(dry run\)/);
		const refused = await as('admin', 'import', '-', '--dry-run', { input: file.replace('Europe/Brussels', 'Europe/Atlantis') });
		assert.equal(refused.code, 1);
		assert.match(refused.err, /body\.calendar\.zone/);
		assert.equal((await points()).filter((p) => p.state === 'waiting').length, 0);
	});
	it('is declared by one admin, and the second time nothing is left to do', async () => {
		const first = await as('admin', 'import', '-', { input: file });
		assert.equal(first.code, 0, first.err);
		assert.equal((await points()).filter((p) => p.state === 'waiting').length, 2);
		const again = await as('admin', 'import', '-', { input: file });
		assert.match(again.out, /2 as they are already, 0 to be declared/);
		assert.equal((await points()).filter((p) => p.state === 'waiting').length, 2);
	});
	it('is in force when a second admin says the same, and every member is told what is public', async () => {
		const own = await as('admin', 'import', '-', '--confirm', 'all', { input: file });
		assert.match(own.out, /2 as they are already, 0 to be declared/, 'not the same admin');
		const second = await as('second admin', 'import', '-', '--confirm', 'all', { input: file });
		assert.equal(second.code, 0, second.err);
		const all = await points();
		assert.equal(all.filter((p) => p.state === 'waiting').length, 0);
		assert.deepEqual(all.map((p) => p.purposes.join(' ')).filter(Boolean).sort(), ['ITL', 'crisis orders', 'press']);
		const told = await stranger.entry((e) => e.k === 'M26.public' && e.message.body.org === 'StreamHarbor');
		assert.deepEqual(told.message.body.purposes, ['ITL']);
		assert.equal(told.message.body.channels[0].address, '+999 06 555 001');
		assert.equal(told.message.body.escalation_chain, undefined);
		assert.ok(!stranger.entries.some((e) => e.k === 'M26.own'));
	});
});

describe('what others see', () => {
	it('is the public part; a responder of one’s own sees no addresses either', async () => {
		for (const who of ['GameNest/admin', 'night responder']) {
			const seen = json(await as(who, 'list', '--json')).find((p) => p.org === 'StreamHarbor' && p.purposes.includes('ITL'));
			assert.equal(seen.declaration.step, 'public');
			assert.ok(!JSON.stringify(seen).includes('+999 06 555 020'));
		}
	});
	it('and the telephone number is in the welcome of who comes later', async () => {
		const late = await Member.connect(server, 'OSF', 'duty officer');
		assert.equal(late.welcome.directory.find((o) => o.org === 'StreamHarbor').phone, '+999 06 555 001');
		await late.close();
	});
});

describe('trying a channel', () => {
	it('from outside, by the operator; not by oneself', async () => {
		const itl = (await points()).find((p) => p.purposes.includes('ITL'));
		const args = ['verify', itl.point, '--contact', '1', '--channel', 'phone', '--works', 'yes'];
		assert.equal((await as('admin', ...args)).code, 1);
		const operator = await as('OPS/admin', ...args);
		assert.equal(operator.code, 0, operator.err);
		assert.equal((await points()).find((p) => p.point === itl.point).channels.at(-1).state, 'verified');
	});
	it('by a test, which a wrong code does not answer', async () => {
		const press = (await points()).find((p) => p.purposes.includes('press'));
		const test = await as('admin', 'verify', press.point, '--contact', '0', '--channel', 'e-mail');
		assert.equal(test.code, 0, test.err);
		const wrong = await as('counsel', 'verify', press.point, '--contact', '0', '--channel', 'e-mail', '--code', '0000-0000');
		assert.equal(wrong.code, 1);
		assert.match(wrong.err, /body\.code/);
		assert.equal((await points()).find((p) => p.point === press.point).channels.at(-1).state, 'unverified');
	});
	it('and the code that came by e-mail does', async () => {
		const press = (await points()).find((p) => p.purposes.includes('press'));
		const mail = await sink.mail((m) => m.to[0] === 'counsel@streamharbor.example.invalid');
		const [code] = /\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b/.exec(mail.text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '')) ?? []; // of its number eight digits in a row may look like one
		assert.ok(code, mail.text);
		const right = await as('counsel', 'verify', press.point, '--contact', '0', '--channel', 'e-mail', '--code', code.toLowerCase());
		assert.equal(right.code, 0, right.err);
		assert.equal((await points()).find((p) => p.point === press.point).channels.at(-1).state, 'verified');
	});
});

describe('an organisation with one admin', () => {
	it('declares, and the hub’s admin is the second; not while there are two', async () => {
		const bare = { mode: 'system', exercise_ref: undefined, precedence: 'routine', ack_required: false, personal_data: { level: 'none', categories: [] } };
		const signed = await server.request('POST', '/api/sign-in', { body: { token: server.credential('HUB', 'admin').sign_in.split('=').at(-1) } });
		assert.equal(signed.status, 200, signed.text);
		const session = { cookie: signed.headers['set-cookie'][0].split(';')[0], 'x-tocsin': '1' };
		const say = async (who, type, body, more = {}) => (await server.request('POST', '/api/messages', { body: message(type, body, { ...bare, ...more }),
			...(who === 'hub' ? { headers: session } : { credential: server.credential('StreamHarbor', who) }) })).json;
		const { you } = (await server.request('GET', '/api/me', { credential: server.credential('StreamHarbor', 'second admin') })).json;
		const press = (await points()).find((p) => p.purposes.includes('press'));
		const body = { ...press.declaration, step: 'own', org: 'StreamHarbor', languages: ['en', 'qaa'] };
		const first = await say('admin', 'M26', body);
		assert.equal(first.op, 'accepted', JSON.stringify(first));
		assert.equal((await say('hub', 'M26', body, { supersedes: first.id })).field, 'body.org');
		const left = await say('admin', 'person', { step: 'leave', org: 'StreamHarbor', person: you.person });
		assert.equal(left.op, 'accepted', JSON.stringify(left));
		const second = await say('hub', 'M26', body, { supersedes: first.id });
		assert.equal(second.op, 'accepted', JSON.stringify(second));
		assert.deepEqual((await points()).find((p) => p.purposes.includes('press')).declaration.languages, ['en', 'qaa']);
	});
});

describe('a drill', () => {
	it('calls, is answered by somebody of the chain, and its time is on record', async () => {
		const itl = (await points()).find((p) => p.purposes.includes('ITL'));
		assert.equal((await as('admin', 'drill', itl.point)).code, 0);
		assert.equal((await as('admin', 'drill', itl.point)).code, 1, 'one at a time');
		assert.equal((await as('counsel', 'drill', itl.point, '--answer')).code, 1, 'not of this chain');
		const answer = await as('night responder', 'drill', itl.point, '--answer');
		assert.equal(answer.code, 0, answer.err);
		const { last_drill } = (await points()).find((p) => p.point === itl.point);
		assert.equal(last_drill.result, 'passed');
		assert.ok(last_drill.reaction_s >= 0 && last_drill.reaction_s < 600);
		assert.equal(last_drill.overdue, false);
	});
});

describe('a roster', () => {
	it('is set in local time, taken over, and outlives a restart', async () => {
		const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
		const shifts = `person,from,until\nsecond responder,${day} 08:00,${day} 16:00\ncounsel,${day} 16:00,${day} 24:00\n`;
		const set = await as('admin', 'roster', '-', '--zone', 'Europe/Brussels', { input: shifts });
		assert.equal(set.code, 0, set.err);
		const wrong = await as('admin', 'roster', '-', { input: shifts.replace('counsel', 'nobody') });
		assert.equal(wrong.code, 2);
		assert.match(wrong.err, /-:3: person/);
		assert.equal((await as('night responder', 'roster', '--duty', 'on')).code, 0);
		const [later] = json(await as('night responder', 'roster', '--json')).filter((s) => s.from.startsWith(day));
		assert.equal((await as('counsel', 'roster', '--duty', later.id)).code, 0);
		const before = json(await as('admin', 'roster', '--json'));
		assert.equal(before.length, 3);
		await server.kill('keeper'); // the next one reads snapshot and ledger
		assert.deepEqual(json(await as('admin', 'roster', '--json')), before);
	});
});
