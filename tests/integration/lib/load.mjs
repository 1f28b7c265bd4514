// load.mjs: a busy night: platforms draft, send and supplement; desks confirm, accept, ask, redirect, close. Each
// member is steady (steady.mjs) and does one thing after another, so that each of its acts knows the last one's answer.
import { setTimeout as sleep } from 'node:timers/promises';

import { m4, m5, message, scenarioTime } from './messages.mjs';
import { PATIENCE_MS } from './server.mjs';
import { Steady } from './steady.mjs';

const PLATFORMS = ['StreamHarbor', 'Chirplet', 'GameNest', 'LoopReel'];
const DESKS = { AIRU: 'second officer', BFP: 'second officer', CDA: 'second contact' };
const STATES = ['XA', 'XB', 'XC'];
const THINKS_MS = [10, 60]; // a member's pause between two acts: the load, not a wait for anything

export class Load {
	/** Connects everybody; nobody acts before start(). @param {{thinks?: number[]}} options ms between two acts */
	static async connect(server, random, { thinks = THINKS_MS } = {}) {
		const load = Object.assign(new Load(), { server, random, thinks, sent: new Map(), stopping: false, done: 0, waiting: [] });
		const join = (org, person) => Steady.connect(server, org, person);
		load.senders = await Promise.all(PLATFORMS.flatMap((org) => [join(org, 'night responder'), join(org, 'second responder')]));
		load.answerers = await Promise.all([...Object.entries(DESKS).flatMap(([org, second]) => [join(org, 'duty officer'), join(org, second)]), join('HUB', 'duty officer')]);
		load.gateways = await Promise.all(['AIRU', 'BFP', 'CDA', 'HUB', 'StreamHarbor'].map((org) => join(org, 'gateway')));
		load.watchers = await Promise.all([join('AIRU', 'liaison officer'), join('HUB', 'lead'), join('DGO', 'observer'), join('FRP', 'auditor'),
			join('OSF', 'duty officer'), join('CELL', 'controller'), join('StreamHarbor', 'policy lead'), join('AIRU', 'admin')]);
		load.members = [...load.senders, ...load.answerers, ...load.gateways, ...load.watchers];
		return load;
	}

	start() {
		this.acting = [...this.senders.map((m) => this.send(m, this.random.branch())), ...this.answerers.map((m) => this.answer(m, this.random.branch()))];
		for (const m of this.gateways) // a machine says what it has, as often as it gets it
			m.listeners.push((e) => ['M4.send', 'M4.supplement', 'M5.accept', 'M5.ack', 'M29.disclose'].includes(e.k) && m.say({ op: 'receipt', seq: e.seq, state: 'delivered' }));
	}

	/** After so many more acts that were answered for good; fails when the night stands still. */
	acts(n, ms = PATIENCE_MS) {
		return new Promise((resolve, reject) => {
			const late = setTimeout(() => reject(new Error(`no ${n} more acts within ${ms} ms: ${this.stand()}`)), ms);
			this.waiting.push({ at: this.done + n, resolve: () => { clearTimeout(late); resolve(); } });
			this.acting.forEach((one) => one.catch(reject));
		});
	}

	/** Who is where, for the words of a failure. */
	stand() {
		return this.members.map((m) => `${m.name} ${m.closed ? `closed ${m.closed.code} ${m.closed.reason}` : m.welcome ? `in, ${m.waiting.size} unanswered` : 'no welcome'}`).join('; ');
	}

	/** Everybody finishes what they are at. */
	async stop() {
		this.stopping = true;
		await Promise.all(this.acting);
	}

	async leave() {
		this.stopping = true;
		await Promise.all(this.members.map((m) => m.leave()));
	}

	async act(m, what, random) {
		this.sent.set(what.id, { member: m, message: what });
		const answer = await m.deliver(what);
		this.done++;
		for (const w of this.waiting) if (w.at <= this.done) w.resolve();
		this.waiting = this.waiting.filter((w) => w.at > this.done);
		await sleep(random.int(...this.thinks));
		return answer;
	}

	async send(m, random) {
		for (let n = 0; !this.stopping; n++) {
			const about = random.chance(0.1) ? 'shared' : `${m.organisation}-${random.int(0, 1e9)}`; // the same thing reported by two: tied
			let draft;
			if (random.chance(0.3))
				draft = await this.act(m, message('M4', { step: 'draft', aware_at: scenarioTime(m.self).toISOString() }), random);
			const threat = m4(m.self, {
				text: `${m.name} ${n}: one person threatens others in public.`,
				body: {
					content: [{ url: `https://content.example/v/${about}`, type: 'post' }], user_identifiers: [{ kind: 'handle', value: about }],
					concerned_states: [{ cc: random.pick(STATES), ground: 'target_place' }],
				},
				...(draft?.case ? { case_ref: draft.case } : {}),
			});
			const sent = await this.act(m, threat, random);
			if (sent?.case && random.chance(0.5))
				await this.act(m, message('M4', { step: 'supplement', explanation: `${m.name} ${n}: more is known.` }, { case_ref: sent.case, references: [threat.id] }), random);
		}
	}

	async answer(m, random) {
		const todo = [];
		m.listeners.push((e) => e.case && (e.k === 'M4.send' || (e.k === 'M29.disclose' && e.message.body.to?.includes(m.organisation))) && todo.push(e.case));
		for (let n = 0; !this.stopping; n++) {
			const c = todo.shift();
			if (!c) {
				await sleep(THINKS_MS[0]);
				continue;
			}
			if (random.chance(0.5)) await this.act(m, m5(m.self, 'ack', c), random);
			if (random.chance(0.1)) await this.act(m, m5(m.self, 'redirect', c, { redirect_to: random.pick(Object.keys(DESKS).filter((d) => d !== m.organisation)), redirect_ground: 'It happens there.' }), random);
			else if (random.chance(0.4)) await this.act(m, m5(m.self, 'accept', c, { own_reference: `${m.organisation}-${n}` }), random);
			else if (random.chance(0.2)) await this.act(m, m5(m.self, 'question', c, { questions: [{ id: 'q1', text: 'Where is it?' }] }), random);
			else if (random.chance(0.1)) await this.act(m, message('M19', { step: 'human', message_ref: c, recipient_org: m.organisation, channel: 'api', state: 'seen', at: scenarioTime(m.self).toISOString(), actor_kind: 'human' }, { case_ref: c }), random);
		}
	}
}
