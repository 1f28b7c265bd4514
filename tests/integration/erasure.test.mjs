// erasure.test.mjs: what is erased cannot be opened any more, with everything that there is still held: rows, WAL, an
// older copy of the database and the keys. Opened, before and after, by Node's own AES-GCM.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { ask, atConsole, grantMandate } from './lib/audit.mjs';
import { accepted, days, goneFrom, keyOf as key, leave, meet, partsOf, system, threat } from './lib/ending.mjs';
import { Ledger, opensWith, sealedState, wrappingKeys } from './lib/ledger.mjs';
import { ran } from './lib/command.mjs';
import { Member } from './lib/member.mjs';
import { LANTERN, m4, message, uuid7 } from './lib/messages.mjs';
import { Server, scratch, until } from './lib/server.mjs';

const MARKER = 'heron-of-the-quarry-7731';
let state, server, ledger, copy, heldThen, held, open;

async function start() {
	server = await Server.start({ state });
	ledger = new Ledger(server);
	open = await meet(server, { officer: ['StreamHarbor', 'data protection officer'], stranger: ['FRP', 'data protection officer'] });
}
async function stop() {
	await leave(open);
	assert.equal((await server.stop({ keep: true })).code, 0);
}

const keyOf = (...of) => key(ledger, ...of), gone = (...of) => goneFrom(ledger, ...of);
const files = () => fs.readdirSync(path.join(state, 'wrapping')).filter((n) => n.endsWith('.key'));
const rotated = (from) => until(() => files().length === 1 && files()[0] !== from, 'another wrapping key, alone');
/** All files under a folder. */
function* under(folder) {
	for (const e of fs.readdirSync(folder, { withFileTypes: true })) {
		const name = path.join(folder, e.name);
		if (e.isDirectory()) yield* under(name);
		else if (e.isFile()) yield name;
	}
}
const copyOf = (from, to) => execFileSync('cp', ['-a', from, to]); // with its owner
const contain = (folder, bytes) => [...under(folder)].filter((name) => fs.readFileSync(name).includes(bytes));

before(async () => {
	state = path.join(scratch(), 'state');
	await start();
});
after(async () => {
	await server?.stop({ keep: true });
	fs.rmSync(path.dirname(state), { recursive: true, force: true });
});

describe('an erasure', () => {
	let sent, sealed, key, kept, keptKey, wrapping;

	it('is proved: before it the marker opens from rows, WAL and an older copy with the keys then held', async () => {
		sent = await threat(open, MARKER);
		kept = await threat(open, 'stays-in-its-place-9');
		key = await keyOf(`case:${sent.case}`, 'R-ITL');
		sealed = await partsOf(ledger, key);
		assert.ok(sealed.length >= 3);
		wrapping = files()[0];
		// of the copy alone: what comes back with it can be made to stay for a while
		await ledger.rows(`create table public.stay (nothing integer); create function public.stay() returns trigger language plpgsql as 'begin if exists (select from public.stay) then raise exception $$not yet$$; end if; return old; end';
			grant select on public.stay to public; create trigger stay before delete on ledger.seal_key for each row execute function public.stay(); insert into public.stay values (1)`, 'admin');
		await stop();
		copy = path.join(path.dirname(state), 'copy');
		copyOf(path.join(state, 'pg'), copy);
		heldThen = wrappingKeys(state);
		const clear = opensWith(heldThen, { ...key, subject: `case:${sent.case}`, retention: 'R-ITL' }, sealed);
		assert.ok(clear.some((text) => text.includes(MARKER)), 'from rows');
		for (const where of ['base', 'pg_wal'])
			for (const bytes of [Buffer.from(key.wrapped, 'hex'), Buffer.from(sealed[0].data, 'hex').subarray(0, 64)])
				assert.ok(contain(path.join(copy, where), bytes).length, `the sealed part and its key are in ${where} of the copy`);
		for (const folder of [copy, state]) assert.deepEqual(contain(folder, MARKER), [], 'in the clear it is nowhere');
		await start();
		await ledger.rows('drop trigger stay on ledger.seal_key', 'admin');
	});

	it('does not come before its time, nor while somebody holds it', async () => {
		const hold = uuid7();
		accepted(await open.officer.send(message('hold', { step: 'set', hold, subject: 'case', subject_ref: kept.case, classes: ['R-ITL'], basis: 'file 17' }, system)));
		await days(open, 29);
		assert.ok(await keyOf(`case:${sent.case}`, 'R-ITL'));
		held = hold;
	});

	it('comes when its time is over: entered first, with what goes and why; then parts and key go, and the wrapping key', async () => {
		await days(open, 2);
		const entry = await open.officer.entry((e) => e.k === 'erase.due' && e.message.body.subject === `case:${sent.case}`);
		const body = entry.message.body;
		assert.deepEqual({ retention: body.retention, basis: body.basis, key: body.key, count: body.count, actors: body.actors },
			{ retention: 'R-ITL', basis: 'retention', key: key.id, count: sealed.length, actors: [] });
		const named = [];
		for (const [first, last = first] of body.data.map((run) => run.split('-').map(Number))) for (let n = first; n <= last; n++) named.push(n);
		assert.deepEqual(named, sealed.map((s) => s.seq));
		await gone(`case:${sent.case}`, 'R-ITL');
		await rotated(wrapping);
		assert.equal((await ledger.rows(`select count(*)::int as n from ledger.sealed where data_key = '${key.id}' and data is not null`))[0].n, 0);
		assert.equal((await ledger.rows(`select count(*)::int as n from ledger.seal_key where wrapping <> '${files()[0].slice(0, 36)}'`))[0].n, 0);
		assert.ok(await keyOf(`case:${kept.case}`, 'R-ITL'), 'what is held stays');
	});

	it('is final: nothing that is still held opens it: rows, WAL, the copy, the state on disk; what was not erased opens', async () => {
		await stop();
		const now = wrappingKeys(state);
		assert.equal(now.size, 1);
		for (const id of heldThen.keys()) assert.ok(!now.has(id), 'the old wrapping key is destroyed');
		const old = { ...key, subject: `case:${sent.case}`, retention: 'R-ITL' };
		assert.deepEqual(opensWith(now, old, sealed), [], 'from rows, WAL and the copy: the wrapped key is the same there');
		for (const k of sealedState(state).keys) assert.notEqual(k.id, key.id, 'not on disk');
		for (const folder of [copy, state]) assert.deepEqual(contain(folder, MARKER), []);
		await start();
		const all = await ledger.read();
		Ledger.checkTree(all);
		await ledger.checkSeals(all.entries);
	});

	it('is shown as one: the entry is there, its heading too, and says that its content was erased', async () => {
		const again = await Member.connect(server, 'AIRU', 'duty officer', { from: -1 });
		const entry = await again.entry((e) => e.seq === sent.seq);
		assert.equal(entry.erased, true);
		assert.ok(!JSON.stringify(entry).includes(MARKER));
		assert.equal((await again.entry((e) => e.seq === kept.seq)).message.body.user_identifiers[0].value, 'stays-in-its-place-9');
		await again.close();
	});

	it('is in evidence: an erased part is one by an entry that lies in the bundle; without that entry, or without any, it was taken away', async () => {
		const admin = await atConsole(server, 'HUB', 'admin'), dpo = await atConsole(server, 'HUB', 'data protection officer'), folder = path.dirname(state);
		const mandate = await grantMandate(admin, dpo, { cases: [sent.case, kept.case], whole: true });
		const bundle = async (id, name) => {
			const r = await ran(server, ['audit', 'export', 'evidence', '--purpose', 'x', '--mandate', mandate, '--parameters', `case=${id},exercise=${LANTERN}`, '--bundle', path.join(folder, name)], { member: 'FRP/auditor' });
			assert.equal(r.code, 0, r.err);
			return path.join(folder, name);
		};
		const both = async (dir) => { // the command, and the shell
			const r = await ran(server, ['audit', 'verify', dir]), sh = spawnSync('sh', [path.join(dir, 'verify.sh')], { encoding: 'utf8' });
			return [r.code, r.out, sh.status, sh.stdout];
		};
		const erased = await bundle(sent.case, 'erased'), entry = await open.officer.entry((e) => e.k === 'erase.due' && e.message.body.subject === `case:${sent.case}`);
		const [code, out, status, shown] = await both(erased);
		assert.deepEqual([code, status], [0, 0], out + shown);
		assert.match(out, new RegExp(`ok {2}\\d+ parts were erased on \\S+, by entry ${entry.seq}: case:${sent.case}, R-ITL, ground: retention`));
		assert.match(shown, new RegExp(`entry ${sent.seq}: data was erased on \\S+, by entry ${entry.seq}: case:${sent.case}, R-ITL, ground: retention`));
		fs.rmSync(path.join(erased, 'entries', String(entry.seq)), { recursive: true });
		const [less, missing, failed, said] = await both(erased), taken = new RegExp(`NO {2}entry ${sent.seq}: data is gone, and no entry here says that it was erased: it was taken away`);
		assert.deepEqual([less, failed], [5, 1]);
		assert.match(missing, taken);
		assert.match(said, taken);
		const whole = await ledger.rows(`select encode(data, 'hex') as data from ledger.sealed where seq = ${kept.seq}`);
		await ledger.rows(`update ledger.sealed set data = null where seq = ${kept.seq}`, 'admin');
		const [bad, words, wrong, told] = await both(await bundle(kept.case, 'taken'));
		await ledger.rows(`update ledger.sealed set data = decode('${whole[0].data}', 'hex') where seq = ${kept.seq}`, 'admin');
		assert.deepEqual([bad, wrong], [5, 1], words + told);
		for (const text of [words, told]) assert.match(text, new RegExp(`NO {2}entry ${kept.seq}: data is gone, and no entry here says that it was erased: it was taken away`));
	});

	it('is no business of others', () => {
		assert.ok(!open.stranger.entries.some((e) => e.k.startsWith('erase.') || e.k.startsWith('hold.')));
	});

	it('comes before a hold: that is taken for what is sealed from then on, and its sender is told what is gone', async () => {
		const entry = await open.officer.entry((e) => e.k === 'erase.due' && e.message.body.subject === `case:${sent.case}`);
		const late = (hold) => message('hold', { step: 'set', hold, subject: 'case', subject_ref: sent.case, classes: ['R-ITL', 'R-AUDIT'], basis: 'file 19' }, system);
		const asked = await open.officer.prepare(late(uuid7()));
		assert.deepEqual(asked.warnings.map((w) => w.code), ['erased_already'], JSON.stringify(asked));
		const set = accepted(await open.officer.send(late(uuid7())));
		assert.deepEqual(set.gone.map((g) => [g.retention, g.erasure]), [['R-ITL', entry.seq]]);
		assert.deepEqual((await open.officer.entry((e) => e.seq === set.seq)).decided.gone, set.gone);
	});

	it('goes on when the hold is lifted', async () => {
		accepted(await open.officer.send(message('hold', { step: 'lift', hold: held, reason: 'over' }, system)));
		await gone(`case:${kept.case}`, 'R-ITL');
	});
});

describe('who decides', () => {
	it('of a case two, of two organisations, both data protection officers; and never while it is held', async () => {
		const sent = await threat(open, 'the-other-marker-2');
		const early = (more = {}) => message('erase', { step: 'early', subject: `case:${sent.case}`, classes: ['R-ITL'], reason: 'the person asked' }, { ...system, ...more });
		for (const [who, code] of [[open.harbor, 'not_permitted'], [open.stranger, 'not_found']])
			assert.equal((await who.send(early())).code, code);
		const hold = uuid7();
		accepted(await open.officer.send(message('hold', { step: 'set', hold, subject: 'case', subject_ref: sent.case, classes: ['R-ITL', 'R-AUDIT'], basis: 'file 18' }, system)));
		assert.equal((await open.officer.send(early())).code, 'state');
		accepted(await open.officer.send(message('hold', { step: 'lift', hold }, system)));
		const first = accepted(await open.officer.send(early()));
		assert.equal((await open.officer.send(early({ supersedes: first.id }))).code, 'not_permitted', 'not the same person');
		assert.ok(await keyOf(`case:${sent.case}`, 'R-ITL'), 'one alone decides nothing');
	});

	it('of an exercise its control; of a person their own data protection officer', async () => {
		assert.equal((await open.officer.send(message('erase', { step: 'early', subject: `exercise:${LANTERN}`, classes: ['R-EXERCISE'], reason: 'x' }, system))).code, 'not_permitted');
		const person = open.harbor.welcome.you.person;
		assert.ok(await keyOf(`person:${person}`, 'R-AUDIT'));
		accepted(await open.officer.send(message('erase', { step: 'early', subject: `person:${person}`, classes: ['R-AUDIT'], reason: 'the person asked' }, system)));
		const entry = await open.officer.entry((e) => e.k === 'erase.due' && e.message.body.subject === `person:${person}`);
		assert.equal(entry.message.body.basis, 'early');
		await gone(`person:${person}`, 'R-AUDIT');
	});

	it('what is held until when is theirs to ask, of what they have to do with, in pages', async () => {
		const ask = async (who, body = {}) => who.prepare(message('erase', { step: 'list', ...body }, system));
		assert.equal((await ask(open.harbor)).code, 'not_permitted');
		const all = await ask(open.officer);
		assert.equal(all.op, 'prepared', JSON.stringify(all));
		assert.ok(all.held.length > 3);
		const cases = all.held.filter((h) => h.subject.startsWith('case:') && h.retention === 'R-ITL');
		assert.ok(cases.length >= 1 && cases.every((h) => h.entries >= 3 && (h.due || h.after) && !h.held && !h.is_due), JSON.stringify(cases));
		assert.ok(!(await ask(open.stranger)).held.some((h) => h.subject.startsWith('case:')));
		assert.deepEqual((await ask(open.officer, { only: 'due' })).held, [], 'nothing is due');
		const { out } = await ran(server, ['admin', 'held'], { member: 'StreamHarbor/data protection officer' });
		assert.ok(out.includes(cases[0].subject), out);
	});
});

describe('a person', () => {
	it('is looked for by a data protection officer, in what is sealed; it is entered, and no content is shown', async () => {
		const ask = (who, identifier, more = {}) => server.request('POST', '/api/audit/subject', { credential: server.credential('StreamHarbor', who), body: { purpose: 'request 12', parameters: { identifier, ...more } } });
		const found = await ask('data protection officer', 'THE-OTHER-marker-2');
		assert.equal(found.status, 200, found.text);
		const rows = found.text.trim().split('\n').slice(1, -1).map((l) => JSON.parse(l));
		const own = rows.find((r) => r.k === 'M4.send');
		assert.ok(own, found.text);
		assert.ok(own.fields.includes('message.body.user_identifiers[0].value') && own.holders.includes('AIRU') && own.retention === 'R-ITL' && own.subject.startsWith('case:'));
		assert.ok(!JSON.stringify(rows).includes('A text about'));
		const pages = [];
		for (let more = { limit: '1' }; more;) { // a page of what is found, however much is looked at for it
			const lines = (await ask('data protection officer', 'THE-OTHER-marker-2', more)).text.trim().split('\n').map((l) => JSON.parse(l)), { next } = lines.at(-1);
			pages.push(lines.slice(1, -1));
			more = next && { limit: '1', ...next };
		}
		assert.deepEqual([pages.flat(), pages.length], [rows, rows.length]);
		assert.equal((await ask('data protection officer', MARKER)).text.trim().split('\n').length, 2, 'what was erased is not found');
		assert.notEqual((await ask('night responder', 'THE-OTHER-marker-2')).status, 200);
	});
});

describe('cut off', () => {
	it('anywhere, and brought to its end: kill -9 again and again, and at the end all that is left opens, and one wrapping key is there', async () => {
		const doomed = [];
		for (let i = 0; i < 3; i++) doomed.push(await threat(open, `doomed-${i}`));
		await days(open, 31);
		for (let i = 0; i < 6; i++) await server.kill('eraser');
		for (const d of doomed) await gone(`case:${d.case}`, 'R-ITL');
		await until(() => files().length === 1, 'one wrapping key');
		await until(async () => (await ledger.rows(`select count(*)::int as n from ledger.seal_key where wrapping <> '${files()[0].slice(0, 36)}'`))[0].n === 0, 'all are wrapped under it');
		assert.ok(!fs.readdirSync(path.join(state, 'wrapping')).some((n) => n.endsWith('.gone') || n.endsWith('.new')));
		const all = await ledger.read();
		Ledger.checkTree(all);
		await ledger.checkSeals(all.entries);
		accepted(await open.harbor.deliver(m4(open.harbor))); // and a new case gets its keys, under the new one
	});
});

describe('without an entry', () => {
	it('a part that is gone is reported: in /readyz and the log', async () => {
		const sent = accepted(await open.harbor.deliver(m4(open.harbor)));
		await ledger.rows(`update ledger.sealed set data = null where seq = ${sent.seq}`, 'admin');
		await server.kill('eraser');
		await until(() => server.log.includes(`entry ${sent.seq}: the personal part is not there, and no entry says that it was erased; actor key `), 'the log says so');
		const ready = async () => (await server.request('GET', '/readyz', { credential: server.credential('OPS', 'admin') })).json.checks.eraser;
		await until(async () => (await ready()).state === 'failing', 'readyz says so');
		assert.match((await ready()).reason, /^1 sealed parts are gone/);
	});
});

describe('an older copy of the database', () => {
	it('is made good: what survived opens, and what was erased is entered and erased again', async () => {
		const erased = (await ledger.rows(`select (convert_from(body, 'UTF8')::json) #>> '{message,body,subject}' as subject from ledger.entry where k = 'erase.due'`)).map((r) => r.subject);
		await stop();
		fs.rmSync(path.join(state, 'pg'), { recursive: true });
		copyOf(copy, path.join(state, 'pg'));
		await start();
		const subject = erased.find((s) => s.startsWith('case:'));
		const [admin, dpo] = [await atConsole(server, 'HUB', 'admin'), await atConsole(server, 'HUB', 'data protection officer')];
		const mandate = await grantMandate(admin, dpo, { cases: [subject.slice('case:'.length)] });
		const due = async () => {
			const r = await ask(server, server.credential('FRP', 'auditor'), 'erasure_due', { mandate, purpose: 'what has come back?', parameters: { exercise: LANTERN } });
			assert.equal(r.last?.error, undefined, JSON.stringify(r));
			return r.rows.filter((x) => x.subject === subject && x.retention === 'R-ITL');
		};
		const [back] = await until(async () => {
			const rows = await due();
			return rows.length && rows[0].entered !== null && rows;
		}, 'who audits sees it');
		assert.ok(Date.parse(back.returned) <= Date.now() && back.late_s >= 0, JSON.stringify(back));
		await ledger.rows('truncate public.stay', 'admin');
		await until(async () => (await ledger.rows(`select 1 as one from ledger.entry where k = 'erase.due'
			and (convert_from(body, 'UTF8')::json) #>> '{message,body,basis}' = 'restored'
			and (convert_from(body, 'UTF8')::json) #>> '{message,body,subject}' = '${subject}'`)).length, 'it is entered again');
		await gone(subject, 'R-ITL');
		await until(async () => (await due()).length === 0, 'and who audits sees it no more');
		await until(() => files().length === 1, 'one wrapping key');
		await until(async () => (await ledger.rows('select (select count(*) from ledger.entered_erasures(0, 1000) where there) + (select count(*) from ledger.revenant) as n', 'admin'))[0].n == 0,
			'nothing is left to be erased again');
		const all = await ledger.read();
		Ledger.checkTree(all);
		await until(async () => (await ledger.rows(`select count(*)::int as n from ledger.seal_key where wrapping <> '${files()[0].slice(0, 36)}'`))[0].n === 0, 'all are wrapped anew');
		await ledger.checkSeals(all.entries.filter((e) => e.data && e.actor));
		assert.match(server.log, /keys_mended/);
	});
});
