// orders.test.mjs: a removal order over the wire, across a border: who gets it and who does not; the hour from the first machine receipt, with
// the server killed and started again inside of it; an M13 in the wrong words; a form that was changed after it was certified; what was read
// back from a printed form.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { exercises } from './lib/command.mjs';
import { Member } from './lib/member.mjs';
import { message, scenarioTime } from './lib/messages.mjs';
import { Server, scratch, tocsin, until } from './lib/server.mjs';

const MINUTE = 60_000;
const lantern = JSON.parse(fs.readFileSync(path.join(exercises, 'lantern.json'), 'utf8'));
const aldmere = lantern.steps.find((s) => s.name === 'order').send.body.order;
/** An order of Borvia's police to GameNest, which is at home in Cassia. */
const form = { ...aldmere, issuing_state: 'XB', addressee: 'GameNest', hsp_home_state: 'XC', order_reference: 'BFP-RO-1', home_authority_contact: 'legal officer, CDA',
	issuer_name: 'Borvia Federal Police', representative_name: 'S. Certain' };
const m10 = (body) => message('M10', body, { legal_basis: [{ act: 'TCO', article: '3(1)' }] });

describe('a removal order', () => {
	const dir = scratch();
	let server, control, issuer, certifier, deconflicter, gateway, legal, stranger, order, issued;
	const sent = async (who, m) => {
		const a = await who.send(m);
		assert.equal(a.op, 'accepted', JSON.stringify(a));
		return m.id;
	};
	const now = (more = 0) => new Date(scenarioTime(issuer).getTime() + more).toISOString();
	const connect = async (from = undefined) => {
		[control, issuer, certifier, deconflicter, gateway, legal, stranger] = await Promise.all([['CELL', 'controller'], ['BFP', 'duty officer'],
			['BFP', 'second officer'], ['HUB', 'deconfliction officer'], ['GameNest', 'gateway'], ['CDA', 'legal officer'], ['Chirplet', 'gateway']].map(([org,
			person]) => Member.connect(server, org, person, { from })));
	};

	before(async () => {
		server = await Server.start({ state: path.join(dir, 'state') });
		await connect();
		await sent(control, message('exercise', { step: 'clock', action: 'run', rate_milli: 1000 }));
		await until(() => issuer.entries.some((e) => e.k === 'exercise.clock'), 'the clock runs');
		const { clock } = issuer.entries.find((e) => e.k === 'exercise.clock').decided;
		for (const m of [issuer, gateway, certifier]) Object.assign(m.welcome.exercises.find((x) => x.id === lantern.exercise), clock);
	});
	after(async () => {
		await server?.stop();
	});

	it('drafted and certified it is its authority’s alone', async () => {
		order = await sent(issuer, m10({ step: 'draft', order: form }));
		const check = await sent(issuer, message('M18', { step: 'check', intended_action: 'removal_order', order_ref: order, planned_at: now(10 * MINUTE),
			answer_by: now(9 * MINUTE) }));
		await sent(deconflicter, message('M18', { step: 'answer', check_ref: check, answer: 'clear' }));
		await sent(certifier, m10({ step: 'certify', order_ref: order, certified: order }));
		assert.deepEqual([gateway, legal, stranger].map((m) => m.entries.filter((e) => /^M1[08]\./.test(e.k)).length), [0, 0, 0]);
	});

	it('that was changed after it was certified does not go out', async () => {
		const a = await issuer.send(m10({ step: 'issue', order_ref: order, order: { ...form, additional_reasons: `${form.additional_reasons} And more.` } }));
		assert.deepEqual([a.op, a.code, a.field], ['refused', 'condition', 'body.order']);
	});

	it('issued, it reaches the provider and, as a copy in the same moment, the authority of its own state; nobody else’s service', async () => {
		await sent(issuer, m10({ step: 'issue', order_ref: order, order: form }));
		issued = await gateway.entry((e) => e.k === 'M10.issue');
		assert.deepEqual(issued.message.body.order, form);
		assert.equal(issued.decided.content, undefined);
		const copy = await legal.entry((e) => e.k === 'M11.copy');
		assert.equal(copy.decided.at, issued.decided.at);
		assert.equal(copy.message.body.order.representative_name, 'S. Certain');
		assert.equal(stranger.entries.filter((e) => /^M1[01]\./.test(e.k)).length, 0);
		const unknown = await stranger.send(message('M12', { step: 'send', order_ref: order, addressee: 'GameNest', authority: 'BFP', authority_ref: 'BFP-RO-1', own_ref: 'x',
			received_at: now(), measure: 'removed', measured_at: now(), hsp_name: 'Chirplet', established_in: 'XC', authorised_person: 'x', contact_email: 'x', date: now() }));
		assert.equal(unknown.op, 'refused');
	});

	it('its hour runs from the machine receipt, and a second receipt by another way changes nothing', async () => {
		gateway.receipt(issued.seq);
		const receipt = await issuer.entry((e) => e.k === 'M19.machine' && e.decided.orders);
		const t1 = receipt.decided.timers_started.find((t) => t.timer === 'T1');
		assert.equal(Date.parse(t1.deadline) - Date.parse(receipt.decided.orders[0].received.at), 60 * MINUTE);
		assert.equal(t1.legal, true);
		const responder = await Member.connect(server, 'GameNest', 'night responder');
		await sent(responder, message('M19', { step: 'human', message_ref: issued.id, recipient_org: 'GameNest', channel: 'console', state: 'acked', at: now(),
			actor_kind: 'human', commitment: 'working' }, { ack_required: false }));
		const ack = await issuer.entry((e) => e.k === 'M19.human');
		assert.equal(ack.decided.orders, undefined);
		await responder.close();
	});

	it('killed and started again inside the hour, the server warns at the right time, and the hour has not moved', async () => {
		for (const m of [control, issuer, certifier, deconflicter, gateway, legal, stranger]) await m.close();
		server.process.kill('SIGKILL');
		await server.ended;
		server = await Server.start({ state: path.join(dir, 'state') });
		await connect(-1);
		const start = (await issuer.entry((e) => e.k === 'M19.machine' && e.decided.orders)).decided.timers_started.find((t) => t.timer === 'T1');
		const responder = await Member.connect(server, 'GameNest', 'night responder', { from: -1 });
		await sent(control, message('exercise', { step: 'clock', action: 'jump', to: new Date(Date.parse(start.deadline) - 14 * MINUTE).toISOString() }));
		const warned = await issuer.entry((e) => e.k === 'deadline.warned' && e.message.body.timer === 'T1');
		assert.equal(warned.message.body.minutes_left, 15);
		assert.equal(warned.message.body.deadline, start.deadline);
		assert.equal(Date.parse(start.deadline) - Date.parse(warned.at), 15 * MINUTE);
		const measured = new Date(Date.parse(start.deadline) - 14 * MINUTE).toISOString();
		const answer = { addressee: 'GameNest', authority: 'BFP', authority_ref: 'BFP-RO-1', own_ref: 'GN-1', received_at: start.starts, hsp_name: 'GameNest',
			authorised_person: 'the responder', contact_email: 'desk@gamenest.example.invalid', date: measured };
		const bad = await responder.send(message('M13', { step: 'send', order_ref: order, ...answer, reasons: ['manifest_errors'], explanation: 'cut off' }));
		assert.deepEqual([bad.code, bad.field], ['missing_field', 'body.errors_and_information_needed']);
		await sent(responder, message('M12', { step: 'send', order_ref: order, ...answer, established_in: 'XC', measure: 'disabled', measured_at: measured }));
		const done = await issuer.entry((e) => e.k === 'M12.send');
		const t1 = done.decided.timers_stopped.find((t) => t.timer === 'T1');
		assert.deepEqual([t1.met, t1.left_ms, t1.took_ms], [true, 14 * MINUTE, 46 * MINUTE]);
		assert.equal(done.decided.orders[0].to, 'EXECUTED');
		await legal.entry((e) => e.k === 'M12.send');
		await responder.close();
	});

	it('as `tocsin watch` shows it, it is printed, read back, and taken as a draft', async () => {
		const entry = issuer.entries.find((e) => e.k === 'M10.issue') ?? issued;
		fs.writeFileSync(path.join(dir, 'entry.json'), JSON.stringify(entry));
		execFileSync(tocsin, ['form', 'print', path.join(dir, 'entry.json'), '--output', path.join(dir, 'order.pdf')]);
		const text = execFileSync('pdftotext', ['-layout', path.join(dir, 'order.pdf'), '-'], { encoding: 'utf8' });
		assert.match(text, /☒ The Member State where the hosting service provider has its main establishment/);
		assert.match(text, /☒ A copy of the removal order is sent/);
		assert.match(text, new RegExp(entry.decided.orders[0].issued.at.slice(0, 10)));
		fs.writeFileSync(path.join(dir, 'draft.json'), execFileSync(tocsin, ['form', 'read', path.join(dir, 'order.pdf')]));
		const out = execFileSync(tocsin, ['send', path.join(dir, 'draft.json'), '--json', '--server', server.url, '--ca', path.join(server.state, 'demo/ca.pem')],
			{ encoding: 'utf8', env: { ...process.env, TOCSIN_KEY: server.credential('BFP', 'duty officer').api_key } });
		assert.equal(JSON.parse(out).op, 'accepted', out);
	});
});
