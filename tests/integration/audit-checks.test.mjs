// audit-checks.test.mjs: an auditor learns what should be gone and is not, what is gone and should not be, and what somebody has changed.
// long: it waits for what is done once a minute
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { ask, atConsole, grantMandate } from './lib/audit.mjs';
import { accepted, days, leave, meet, system, threat } from './lib/ending.mjs';
import { Ledger } from './lib/ledger.mjs';
import { LANTERN, m4, m5, message, uuid7 } from './lib/messages.mjs';
import { PATIENCE_MS, Server, until } from './lib/server.mjs';

let server, ledger, auditor, admin, dpo, mandate, elsewhere, open;

before(async () => {
	server = await Server.start();
	ledger = new Ledger(server);
	auditor = server.credential('FRP', 'auditor');
	[admin, dpo] = await Promise.all(['admin', 'data protection officer'].map((person) => atConsole(server, 'HUB', person)));
	open = await meet(server, { officer: ['StreamHarbor', 'data protection officer'] });
});
after(async () => {
	await leave(open);
	await server?.stop();
});

const asks = async (name, under, parameters = {}) => {
	const r = await ask(server, auditor, name, { mandate: under, purpose: 'is it as it should be?', parameters });
	assert.equal(r.status, 200, JSON.stringify(r));
	assert.equal(r.last.error, undefined);
	return r.rows;
};
describe('an erasure that is due', () => {
	let sent, held;
	const due = (under = mandate, more = {}) => asks('erasure_due', under, { exercise: LANTERN, ...more });
	const itl = async (...args) => (await due(...args)).filter((r) => r.retention === 'R-ITL').map((r) => r.subject).sort();

	before(async () => {
		[sent, held] = [await threat(open), await threat(open)];
		mandate = await grantMandate(admin, dpo, { cases: [sent.case, held.case] });
		elsewhere = await grantMandate(admin, dpo, { cases: [(await threat(open)).case] });
		accepted(await open.officer.send(message('hold', { step: 'set', hold: uuid7(), subject: 'case', subject_ref: held.case, classes: ['R-ITL'], basis: 'file 17' }, system)));
	});

	it('is none before its time', async () => assert.deepEqual(await due(), []));

	it('and not carried out: whoever audits it sees it, with the entry of it; what is held is not due, and others\' is not shown', async () => {
		server.signal('eraser', 'SIGSTOP');
		try {
			await days(open, 31);
			const entry = await open.officer.entry((e) => e.k === 'erase.due' && e.message.body.subject === `case:${sent.case}`);
			const [row] = await until(async () => {
				const rows = (await due()).filter((r) => r.retention === 'R-ITL');
				return rows.length && rows[0].entered !== null && rows;
			}, 'it is due');
			assert.deepEqual([row.subject, row.entered], [`case:${sent.case}`, entry.seq]);
			assert.ok(row.late_s >= 0 && Date.parse(row.due) <= Date.now(), JSON.stringify(row));
			assert.deepEqual(await itl(), [`case:${sent.case}`], 'the one that is held is not');
			assert.deepEqual(await itl(mandate, { case: held.case }), []);
			assert.deepEqual(await itl(mandate, { case: sent.case }), [`case:${sent.case}`]);
			assert.ok(!(await itl(elsewhere)).some((s) => s.includes(sent.case)), 'of another mandate');
			assert.deepEqual(await asks('erasure_due', mandate), [], 'an exercise is not shown as actual');
			const sql = await ask(server, auditor, 'sql', { mandate: elsewhere, purpose: 'more than mine', sql: `select subject from kept where subject = 'case:${sent.case}'` });
			assert.deepEqual(sql.rows ?? [], [], JSON.stringify(sql));
		} finally {
			server.signal('eraser', 'SIGCONT');
		}
	});

	it('and never entered, because the keeper does not get that far: it is seen, too, until it does', async () => {
		const late = await threat(open), under = await grantMandate(admin, dpo, { cases: [late.case] });
		await ledger.rows('revoke execute on function ledger.parts_of(uuid[]) from tocsin_app', 'admin'); // it cannot find what is to go
		try {
			await days(open, 31);
			const [row] = await until(async () => {
				const rows = (await due(under)).filter((r) => r.retention === 'R-ITL');
				return rows.length && rows;
			}, 'it is due');
			assert.deepEqual([row.subject, row.entered, row.entered_at, row.returned], [`case:${late.case}`, null, null, null]);
			await until(() => server.log.includes('erasure_waits'), 'the keeper has tried');
			assert.ok((await itl(under)).length, 'and it is due still');
		} finally {
			await ledger.rows('grant execute on function ledger.parts_of(uuid[]) to tocsin_app', 'admin');
		}
		await until(async () => (await due(under)).length === 0, 'it is gone', 60_000 + PATIENCE_MS); // the keeper looks once a minute
	});

	it('is none any more once it is carried out', async () => {
		await until(async () => (await due()).length === 0, 'it is gone');
		const erased = await asks('integrity', mandate);
		assert.equal(erased[0].missing, 0, 'what went by an entry is not missing');
	});
});

describe('the end of a timer', () => {
	it('is not shown to whoever looks at the ledger as it was before, in the table either', async () => {
		const sent = accepted(await open.harbor.send(m4(open.harbor))), under = await grantMandate(admin, dpo, { cases: [sent.case] });
		const runs = async (as_of) => {
			const r = await ask(server, auditor, 'sql', { mandate: under, purpose: 'when did it end?', parameters: { as_of }, sql: `select d.timer, d.state, (select count(*) from timer_end e where e.id = d.id) as ends from deadline d where d.timer = 'T17' and d.org = 'AIRU'` });
			assert.equal(r.last?.error, undefined, JSON.stringify(r));
			return r.rows;
		};
		const before = String(sent.seq + 1);
		accepted(await open.desk.deliver(m5(open.desk, 'accept', sent.case, {})));
		const now = await until(async () => {
			const rows = await runs();
			return rows[0]?.state === 'met' && rows;
		}, 'it has ended');
		assert.deepEqual(now.map((r) => r.ends), [1]);
		assert.deepEqual(await runs(before), [{ timer: 'T17', state: 'running', ends: 0 }]);
	});
});

describe('the record', () => {
	let sent, other;
	const looked = async () => {
		await ledger.rows(`update audit.checked set at = '2000-01-01'`, 'admin');
		await until(async () => (await ledger.rows(`select count(*) as n from audit.checked where at < '2001-01-01'`, 'admin'))[0].n == 0, 'all was looked at');
	};
	before(async () => {
		[sent, other] = [await threat(open), await threat(open)];
		[mandate, elsewhere] = [await grantMandate(admin, dpo, { cases: [sent.case] }), await grantMandate(admin, dpo, { cases: [other.case] })];
	});

	it('is looked at without a question, to its end, and an answer says when', async () => {
		const began = Date.now();
		const [row] = await until(async () => {
			const rows = await asks('integrity', mandate);
			return rows[0].unchecked_from === null && rows;
		}, 'all of it');
		assert.deepEqual([row.bad_hashes, row.bad_columns, row.clock_back, row.missing], [0, 0, 0, 0]);
		assert.ok(row.entries >= 3 && Date.parse(row.checked_until) <= Date.now() && Date.parse(row.checked_since) > began - 3600e3, JSON.stringify(row));
		assert.deepEqual(await asks('flaws', mandate, { exercise: LANTERN }), []);
	});

	it('was changed, or a part of it taken away without an erasure: it is found, and shown to whom it concerns', async () => {
		await ledger.rows(`alter table ledger.entry disable trigger all; update ledger.entry set node = 'n9' where seq = ${sent.seq}; alter table ledger.entry enable always trigger entry_only_grows;
			update ledger.sealed set data = null where seq = ${sent.seq}`, 'admin');
		await looked();
		const [row] = await asks('integrity', mandate);
		assert.deepEqual([row.bad_hashes, row.bad_columns, row.missing], [0, 1, 1]);
		const flaws = await asks('flaws', mandate, { exercise: LANTERN });
		assert.deepEqual(flaws.map((f) => [f.seq, f.k, f.what]), [[sent.seq, 'M4.send', 'columns'], [sent.seq, 'M4.send', 'data']]);
		const [others] = await asks('integrity', elsewhere);
		assert.deepEqual([others.bad_columns, others.missing], [0, 0]);
		assert.deepEqual(await asks('flaws', elsewhere, { exercise: LANTERN }), []);
	});

	it('lacks an entry: that is found, too', async () => {
		await ledger.rows(`alter table ledger.entry disable trigger all; delete from ledger.entry where seq = ${sent.seq}; alter table ledger.entry enable always trigger entry_only_grows`, 'admin');
		await looked();
		assert.deepEqual((await asks('flaws', mandate, { exercise: LANTERN })).map((f) => [f.seq, f.what]), [[sent.seq, 'entry']]);
	});
});
