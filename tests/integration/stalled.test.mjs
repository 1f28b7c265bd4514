// stalled.test.mjs: somebody has the lock that puts appends in order, and stands still. Whoever it is, members are answered
// soon. The session is psql's, in the role of a keeper: to PostgreSQL it is a second node's.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';

import { Ledger } from './lib/ledger.mjs';
import { LANTERN, m4, message } from './lib/messages.mjs';
import { recorded } from './lib/outage.mjs';
import { Server, until } from './lib/server.mjs';
import { Steady } from './lib/steady.mjs';

const PROMPTLY_MS = 15_000; // deadlines of the server's, of a second or two, on a machine that has others to serve
const AT_MOST_MS = 3_000; // what is promised: by the server's own deadlines, and by the clock at least once out of several times

/** psql in the role of a keeper. */
class Session {
	constructor(server) {
		const { state } = server;
		this.output = '';
		this.process = spawn('psql', ['-h', path.join(state, 'run'), '-U', 'tocsin_app', '-d', 'tocsin', '-XAtq'], {
			env: { ...process.env, PGPASSWORD: fs.readFileSync(path.join(state, 'keys/pg-app'), 'utf8').trim() }, stdio: ['pipe', 'pipe', 'pipe'],
		});
		this.ended = once(this.process, 'exit');
		for (const stream of [this.process.stdout, this.process.stderr]) stream.setEncoding('utf8').on('data', (text) => (this.output += text));
	}

	/** Say it, and wait for this in the answer. */
	async say(sql, answer) {
		this.process.stdin.write(`${sql}\n`);
		return until(() => this.output.match(answer), `${answer} after ${sql}: ${this.output}`);
	}

	async end() {
		this.process.kill('SIGCONT');
		this.process.kill('SIGKILL');
		await this.ended;
	}
}

const bytea = (b) => `'\\x${b.toString('hex')}'::bytea`;

/** An entry that the ledger would take, to the letter. */
function entry() {
	const salt = randomBytes(32), body = Buffer.from('{"decided":{},"message":{}}');
	const commitment = (part, bytes) => createHash('sha256').update(`tocsin-entry/v1 ${part}\n`).update(salt).update(bytes).digest('base64url');
	const leaf = Buffer.from(`{"v":1,"ts":${Date.now()}000,"k":"M5.ack","mode":"system","org":"HUB","node":"n2","eid":"${randomUUID()}",` +
		`"cb":"${commitment('body', body)}","ca":"${commitment('actor', '')}","cd":"${commitment('data', '')}"}`);
	return { leaf, body, salt };
}
const append = ({ leaf, body, salt }) => `select 'appended', size from ledger.append(:at, array[${bytea(leaf)}], array[${bytea(body)}], array[${bytea(salt)}],
	array[null]::uuid[], array[null]::bytea[], array[null]::uuid[], array[null]::bytea[]);`;

describe('somebody has the tip and stands still', () => {
	let server, control, platform, session, thaw;

	before(async () => {
		server = await Server.start();
		control = await Steady.connect(server, 'CELL', 'controller');
		platform = await Steady.connect(server, 'StreamHarbor', 'night responder');
	});
	after(async () => {
		await control?.leave();
		await platform?.leave();
		await server?.stop();
	});
	afterEach(async () => {
		thaw?.();
		await session?.end();
	});

	const inject = (n) => message('exercise', { step: 'inject', headline: n }, {
		exercise_ref: LANTERN, tlp: 'GREEN', precedence: 'routine', ack_required: false, personal_data: { level: 'none', categories: [] }, legal_basis: [] });

	/** @returns the answer, and that it came promptly */
	async function answered(member, what) {
		const began = performance.now(), answer = await member.send(what), took = Math.round(performance.now() - began);
		assert.ok(took <= PROMPTLY_MS, `answered after ${took} ms: ${JSON.stringify(answer)}`);
		return { ...answer, took };
	}

	/** The tip is theirs, and its size known. */
	async function takeTip() {
		session = new Session(server);
		await session.say("begin; select 'tip' as said, ledger.lock_tip(null) as at \\gset\n\\echo :said :at", /tip \d+/);
	}

	it('between lock and append: it is put out, and others append', async (t) => {
		const took = [];
		while (!took.some((ms) => ms <= AT_MOST_MS)) { // a machine that is busy with others may be late, but not each time
			assert.ok(took.length < 10, `others waited for ${took.join(', ')} ms`);
			await takeTip();
			const answer = await answered(control, inject('idle with the lock'));
			assert.equal(answer.op, 'accepted');
			took.push(answer.took);
			await session.say('select 1;', /terminating connection due to idle-in-transaction timeout/);
		}
		t.diagnostic(`${took.join(', ')} ms`);
	});

	it('by deadlines that together are no more than three seconds: of who stands still, and of who waits', async () => {
		const ms = (text) => Number(text.match(/^(\d+)(ms|s)$/)[1]) * (text.endsWith('ms') ? 1 : 1000), ledger = new Ledger(server);
		const [{ idle }] = await ledger.rows("select current_setting('idle_in_transaction_session_timeout') as idle", 'app');
		const waits = await ledger.rows(`select p.proname, split_part(c, '=', 2) as wait from pg_proc p, unnest(p.proconfig) c
			where p.pronamespace = 'ledger'::regnamespace and p.proname in ('append', 'lock_tip') and starts_with(c, 'lock_timeout=')`, 'admin');
		assert.deepEqual(waits.map((w) => w.proname).sort(), ['append', 'lock_tip']);
		assert.ok(ms(idle) > 0, 'none at all is no deadline');
		for (const { proname, wait } of waits) assert.ok(ms(wait) > 0 && ms(idle) + ms(wait) <= AT_MOST_MS, `${idle} and, of ${proname}, ${wait}`);
	});

	it('between append and commit: what it appended never was', async (t) => {
		const theirs = entry();
		await takeTip();
		await session.say(append(theirs), /appended\|\d+/);
		const { op, took, seq } = await answered(control, inject('idle after an append'));
		assert.equal(op, 'accepted');
		t.diagnostic(`${took} ms`);
		const [there] = await new Ledger(server).rows(`select count(*)::int as n from ledger.entry where leaf = ${bytea(theirs.leaf)}`);
		assert.equal(there.n, 0);
		const again = await control.send(inject('the next one'));
		assert.equal(again.seq, seq + 1, 'no number is missing');
	});

	it('the client is stopped (SIGSTOP) in its transaction', async (t) => {
		await takeTip();
		await session.say(append(entry()), /appended\|\d+/);
		session.process.kill('SIGSTOP');
		const { op, took } = await answered(control, inject('a client that is stopped'));
		assert.equal(op, 'accepted');
		t.diagnostic(`${took} ms`);
	});

	it('its half of the database is stopped as well: threats move on, others are told to come back, and all is recorded after', async (t) => {
		session = new Session(server);
		const [, pid] = await session.say("begin; select 'pid', pg_backend_pid(); select 'tip', ledger.lock_tip(null);", /pid\|(\d+)[^]*tip\|\d+/);
		process.kill(Number(pid), 'SIGSTOP'); // nobody but the administrator of that machine ends it
		thaw = () => { try { process.kill(Number(pid), 'SIGCONT'); } catch { /* it has ended */ } };
		const threat = m4(platform.self);
		const [urgent, routine] = await Promise.all([answered(platform, threat), answered(control, inject('while it is stopped'))]);
		assert.equal(urgent.op, 'journaled');
		assert.equal(routine.op, 'refused');
		assert.ok(routine.retry_after > 0);
		t.diagnostic(`${urgent.took} ms, ${routine.took} ms`);
		thaw();
		await until(async () => (await recorded(server, threat.id)).n === 1, 'it is recorded');
		assert.equal((await control.deliver(inject('afterwards'))).op, 'accepted');
		const ledger = new Ledger(server);
		Ledger.checkTree(await ledger.read());
	});
});
