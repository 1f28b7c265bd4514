// courier.test.mjs: people who are not connected are reached by e-mail, through a relay that is Debian's aiosmtpd: what goes out,
// what the record says of it, and every bad day of a relay. Nothing is lost, nothing goes out twice, nobody waits for another.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Door } from './lib/door.mjs';
import { Ledger } from './lib/ledger.mjs';
import { Member } from './lib/member.mjs';
import { message, scenarioTime } from './lib/messages.mjs';
import { Server, until } from './lib/server.mjs';
import { Sink, certify, header } from './lib/sink.mjs';

const OWNER = 'owner@pastepond.example.invalid', LEGAL = 'legal.officer@bmr.example.invalid';
const none = { personal_data: { level: 'none', categories: [] }, ack_required: false };

/** A server whose e-mail goes to a relay, and the hub, which reports a crisis to all. */
class Stage {
	static async begin(more = {}) {
		const s = new Stage();
		s.sink = await Sink.start(more.sink);
		s.server = await Server.start({ args: [...s.sink.options, '--fronts', '1', '--delivery-retry-s', '1', '--smtp-answer-s', '2', '--smtp-connect-s', '2', ...(more.args ?? [])] });
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
		}, { ...none, audience, ...more });
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

	async becomes(id, state, org = 'PastePond', ms = 20_000) {
		return until(() => this.outcomes(id, org).find((e) => e.message.body.state === state),
			`${state} at ${org}; it was ${this.states(id, org)}\n${this.server.log.split('\n').filter((l) => /courier|keeper/.test(l)).slice(-8).join('\n')}`, ms);
	}
}

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
});
