// press.test.mjs: who prints reports holds no key, and may be killed, stop, or be given anything to print: an auditor is told,
// the archive goes on, and nothing is left of it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { ask, atConsole, grantMandate, hold } from './lib/audit.mjs';
import { Door } from './lib/door.mjs';
import { LANTERN } from './lib/messages.mjs';
import { children, scratch, Server, until } from './lib/server.mjs';

let server, door, auditor, second, mandate, dir;

async function begin(args) {
	server = await Server.start({ args: ['--audits', '6', '--audits-per-person', '4', ...args] });
	door = new Door(server);
	dir = scratch();
	[auditor, second] = ['auditor', 'second auditor'].map((person) => server.credential('FRP', person));
	const [admin, dpo] = await Promise.all(['admin', 'data protection officer'].map((person) => atConsole(server, 'HUB', person)));
	mandate = await grantMandate(admin, dpo, { exercises: [LANTERN] });
}
async function end() {
	await server?.stop();
	fs.rmSync(dir, { recursive: true, force: true });
}

const body = (statement, more = {}) => ({ mandate, purpose: 'to be printed', format: 'pdf', sql: statement, ...more });
const MUCH = "select g, to_char(timestamp '2031-01-01' + g * interval '1 second', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') as at, md5(g::text) as a, md5((g + 1)::text) as b from generate_series(1, 12000) g";
/** @returns {status, bytes, json, cut} of a report */
async function print(statement, { who = auditor, more } = {}) {
	const held = await hold(server, who, 'sql', body(statement, more)), { text, complete } = await held.read('latin1');
	return { status: held.status, bytes: Buffer.from(text, 'latin1'), json: held.status === 200 ? undefined : JSON.parse(text), cut: !complete };
}
const words = (pdf) => {
	const file = path.join(dir, 'report.pdf');
	fs.writeFileSync(file, pdf);
	return execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8', maxBuffer: 1 << 26 });
};
const archive = () => server.pids('archive')[0];
const press = () => children(archive()).find((p) => /tocsin-press/.test(p.args));
const workers = () => children(press().pid);
const worker = () => until(() => workers()[0], 'it prints');
const lines = async (who = auditor) => (await ask(server, who, 'sql', { mandate, purpose: 'meanwhile', sql: 'select 1 as one' })).rows;

describe('the press', { timeout: 600_000 }, () => {
	before(() => begin([]));
	after(end);

	it('very much: five thousand rows, and how many more there are', async () => {
		const r = await print(MUCH);
		assert.deepEqual([r.status, r.cut], [200, false], JSON.stringify(r.json));
		const text = words(r.bytes);
		assert.match(text, /^ *5000 +2031-01-01T01:23:20Z/m);
		assert.match(text, /7000 rows more are in the JSON Lines/);
		assert.match(text, /Rows +12000\n/);
	});

	it('whatever members write is printed as it is written, all of it, and drives nothing', async () => {
		const statement = `select * from (values ('markup', '<b>bold</b> <span foreground="red">&amp; &#x0;</span>'), ('controls', E'\\x01a\\x1b[2Jb\\x7fc\\u0085d'), ('direction', U&'abc\\202Edef\\2066ghi'),
			('arabic', U&'\\0645\\0631\\062D\\0628\\0627'), ('lines', repeat(E'x\\n', 300) || 'the end of it'), ('paragraphs', U&'one\\2029two\\2028three'), ('word', repeat('w', 100000)), ('marks', 'z' || repeat(U&'\\0301', 5000)),
			('formats', '%s %n %1$s'), ('empty', ''), ('last', 'nothing was lost on the way')) v(name, words)`;
		const r = await print(statement);
		assert.deepEqual([r.status, r.cut], [200, false], JSON.stringify(r.json));
		const text = words(r.bytes);
		for (const word of ['<b>bold</b> <span foreground="red">&amp; &#x0;</span>', '�a�[2Jb�c�d', 'abc�def�ghi', '%s %n %1$s', 'one�two�three', 'nothing was lost on the way']) assert.ok(text.includes(word), `${word}: ${text}`);
		assert.doesNotMatch(text, /[\u0001-\u0008\u001b\u007f\u202a\u202d\u202e\u2066-\u2069]/); // pdftotext itself marks what runs from the right (202B, 202C)
	});

	it('a long statement is on the cover to its end; columns that have no room are named', async () => {
		const statement = `select ${Array.from({ length: 20 }, (_, i) => `${i} as column_${i}`).join(', ')}\n${Array.from({ length: 250 }, (_, i) => `-- line ${i}`).join('\n')}\n-- its end`;
		const text = words((await print(statement)).bytes);
		for (const line of ['-- line 0\n', '-- line 125\n', '-- line 249\n', '-- its end\n']) assert.ok(text.includes(line), `${line}: ${text}`);
		assert.match(text, /Not in this table, and in the JSON Lines: column_14, column_15, column_16, column_17, column_18, column_19\n/);
	});

	it('who prints is killed: the auditor is told, and the next report is printed', async () => {
		const before = archive(), asked = print(MUCH);
		process.kill((await worker()).pid, 'SIGKILL');
		const r = await asked;
		assert.deepEqual([r.status, r.json?.code, r.json?.detail], [422, 'condition', 'the report could not be printed: take the rows as JSON Lines or CSV']);
		assert.equal((await print('select 1 as one')).status, 200);
		assert.equal(archive(), before);
		await until(() => workers().length === 0, 'nothing is left of it, no zombie either');
	});

	it('nobody waits for a report any more: it is not printed to its end', async () => {
		const leave = new AbortController(), gone = hold(server, second, 'sql', body(MUCH), leave.signal).catch(() => 'gone');
		const hits = await door.hits('audit_print_s'), { pid } = await worker();
		process.kill(pid, 'SIGSTOP');
		const held = hold(server, auditor, 'sql', body(MUCH));
		leave.abort();
		assert.equal(await gone, 'gone');
		await until(() => !server.family().some((p) => p.pid === pid), 'it is put down, stopped as it was');
		assert.equal(await door.hits('audit_print_s'), hits, 'not because of the time');
		const answered = await held;
		assert.equal(answered.status, 200);
		assert.equal((await answered.read()).complete, true);
	});

	it('the press is killed: its workers with it; who is being answered is answered to the end, then both are made anew', async () => {
		const before = archive(), printed = print(MUCH), { pid } = await worker(), old = press().pid;
		process.kill(pid, 'SIGSTOP');
		const held = await hold(server, second, 'sql', { mandate, purpose: 'long', sql: "select g, repeat('y', 1000) as y from generate_series(1, 20000) g" });
		process.kill(old, 'SIGKILL');
		const r = await printed;
		assert.deepEqual([r.status, r.json?.code], [422, 'condition'], JSON.stringify(r));
		await until(() => !server.family().some((p) => p.pid === pid), 'its worker is gone');
		const { text, complete } = await held.read();
		assert.deepEqual([complete, JSON.parse(text.trim().split('\n').at(-1)).count], [true, 20000]);
		await until(() => archive() && archive() !== before && press(), 'both are there anew');
		const again = await until(async () => {
			const x = await print('select 1 as one');
			return x.status === 200 && x;
		}, 'a report again');
		assert.equal(again.cut, false);
		assert.match(server.log, /press_gone/);
	});
});

// Small is the limit for those only who are to meet it: less than it takes to find the press deaf.
describe('the press, and who prints no further', { timeout: 600_000 }, () => {
	before(() => begin(['--audit-print-s', '5']));
	after(end);

	it('who prints hangs: the auditor is told in time, others are answered meanwhile, and it is put down', async () => {
		const before = archive(), hits = await door.hits('audit_print_s'), asked = print(MUCH), { pid } = await worker();
		process.kill(pid, 'SIGSTOP');
		assert.deepEqual(await lines(second), [{ one: 1 }]);
		assert.equal((await print('select 1 as one', { who: second })).status, 200, 'another report');
		const r = await asked;
		assert.deepEqual([r.status, r.json?.code, /not printed, after 5 s/.test(r.json?.detail)], [400, 'limit', true], JSON.stringify(r.json));
		assert.equal(await door.hits('audit_print_s'), hits + 1);
		await until(() => workers().length === 0, 'it is gone, stopped as it was');
		assert.equal(archive(), before);
	});

	it('the press stands still for a moment: the auditor is told in time; rows are had all the same', async () => {
		const { pid } = press(), before = archive();
		process.kill(pid, 'SIGSTOP');
		const r = await print('select 1 as one');
		process.kill(pid, 'SIGCONT');
		assert.deepEqual([r.status, r.json?.code], [400, 'limit'], JSON.stringify(r));
		assert.deepEqual(await lines(), [{ one: 1 }]);
		assert.equal((await print('select 1 as one')).status, 200);
		await until(() => workers().length === 0, 'what nobody waited for is gone');
		assert.equal(archive(), before);
	});

	it('the press stops and stays so: both are made anew, and nothing of it is left', async () => {
		const { pid } = press(), before = archive();
		process.kill(pid, 'SIGSTOP');
		const r = await print('select 1 as one');
		assert.deepEqual([r.status, r.json?.code], [400, 'limit'], JSON.stringify(r));
		await until(() => archive() && archive() !== before && press(), 'both are there anew');
		await until(() => !fs.existsSync(`/proc/${pid}`), 'it is gone, stopped as it was');
		const again = await until(async () => {
			const x = await print('select 1 as one');
			return x.status === 200 && x;
		}, 'a report again');
		assert.equal(again.cut, false);
		assert.match(server.log, /press_deaf/);
	});
});
