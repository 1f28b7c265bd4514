// exports.test.mjs: an answer is taken away by plain HTTP in every form: lines, a table, a report, a bundle that proves itself. Whatever the
// form, the question is on record first and the digest after, and what is not all does not look as if it were.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { ask, atConsole, grantMandate } from './lib/audit.mjs';
import { start } from './lib/command.mjs';
import { Member } from './lib/member.mjs';
import { LANTERN, m4, m5 } from './lib/messages.mjs';
import { scratch, Server, tocsin, until } from './lib/server.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
/** RFC 4180. @returns rows of texts */
function cells(text) {
	const rows = [];
	let row = [], cell = '', quoted = false;
	for (let i = 0; i < text.length; i++) {
		if (quoted && text[i] === '"' && text[i + 1] === '"') { cell += '"'; i++; } else if (text[i] === '"') quoted = !quoted;
		else if (!quoted && text[i] === ',') { row.push(cell); cell = ''; } else if (!quoted && text.startsWith('\r\n', i)) { rows.push([...row, cell]); row = []; cell = ''; i++; } else cell += text[i];
	}
	assert.equal(cell + row.join(''), '', 'it ends with a line end');
	return rows;
}

describe('an answer, taken away', { timeout: 400_000 }, () => {
	let server, auditor, mandate, whole, sent, dir;

	before(async () => {
		server = await Server.start();
		dir = scratch();
		auditor = server.credential('FRP', 'auditor');
		const platform = await Member.connect(server, 'StreamHarbor', 'night responder'), desk = await Member.connect(server, 'AIRU', 'duty officer');
		sent = await platform.deliver(m4(platform, { text: 'Personal words that are sealed.' }));
		assert.equal((await desk.deliver(m5(desk, 'ack', sent.case))).op, 'accepted');
		await Promise.all([platform.close(), desk.close()]);
		const admin = await atConsole(server, 'HUB', 'admin'), dpo = await atConsole(server, 'HUB', 'data protection officer');
		mandate = await grantMandate(admin, dpo, { cases: [sent.case] });
		whole = await grantMandate(admin, dpo, { cases: [sent.case], whole: true });
	});
	after(async () => {
		await server?.stop();
		fs.rmSync(dir, { recursive: true, force: true });
	});

	/** By POST, or by GET when there is no body. @returns {status, headers, bytes, text, json, cut: the connection ended before the answer did} */
	const take = (route, { body, headers = {}, signal, onData = () => {}, credential = auditor } = {}) => new Promise((resolve, reject) => {
		const bytes = body && JSON.stringify(body);
		const r = https.request({ host: 'localhost', port: server.port, path: route, method: body ? 'POST' : 'GET', ca: server.ca, signal,
			headers: { authorization: `Bearer ${credential.api_key}`, ...(body ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) } : {}), ...headers } }, (answer) => {
			const parts = [];
			const end = (cut) => {
				const all = Buffer.concat(parts), text = String(all);
				let json;
				try { json = JSON.parse(text); } catch { /* not JSON */ }
				resolve({ status: answer.statusCode, headers: answer.headers, bytes: all, text, json, cut });
			};
			answer.on('data', (b) => { parts.push(b); onData(b); }).on('end', () => end(false)).on('error', () => end(true));
		});
		r.on('error', reject).end(bytes);
	});
	const asked = (name, format, parameters, more = {}) => take(`/api/audit/${name}`, { body: { mandate, purpose: `as ${format}`, format, parameters, ...more } });
	const sql = (statement, format) => take('/api/audit/sql', { body: { mandate, purpose: 'own', format, sql: statement } });
	const ofCase = () => ({ case: sent.case, exercise: LANTERN });
	const entries = async () => (await server.request('GET', '/api/entries?after=-1&limit=500', { credential: auditor })).json.entries;
	/** What the record has of the question at this place. */
	const recorded = (seq) => until(async () => {
		const all = await entries(), question = all.find((e) => e.seq === seq), result = question && all.find((e) => e.k === 'M27.result' && e.message.body.asked === question.id);
		return result && { question: question.message.body, result: result.message.body };
	}, `the result of question ${seq}`);
	const seqOf = (r) => Number(r.headers['content-disposition'].match(/^attachment; filename="[a-z_]+-(\d+)[.](?:csv|pdf|tar)"$/)[1]);
	const words = (pdf) => {
		const file = path.join(dir, 'report.pdf');
		fs.writeFileSync(file, pdf);
		return execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8', maxBuffer: 1 << 26 });
	};

	/** The marks of the picture: narrow and upright, one for each row, where its organisation's lane is. @returns the place of each from the top */
	const marks = (pdf) => {
		const file = path.join(dir, 'picture.pdf');
		fs.writeFileSync(file, pdf);
		return ['1', '2', '3'].flatMap((page) => {
			const svg = spawnSync('pdftocairo', ['-svg', '-f', page, '-l', page, file, '-'], { encoding: 'utf8', maxBuffer: 1 << 26 }).stdout;
			return [...svg.matchAll(/M ([\d.]+) ([\d.]+) L ([\d.]+) ([\d.]+) L ([\d.]+) ([\d.]+) L ([\d.]+) ([\d.]+)/g)].map((m) => m.slice(1).map(Number))
				.filter((p) => Math.abs(Math.max(p[0], p[2], p[4]) - Math.min(p[0], p[2], p[4]) - 1.5) < 0.05).map((p) => Math.min(p[1], p[3], p[5]));
		});
	};

	it('as a table: by Accept, by name, and by GET; what is on record is the digest of the file', async () => {
		const lines = await ask(server, auditor, 'timeline', { mandate, purpose: 'lines', parameters: ofCase() });
		const by = [await asked('timeline', 'csv', ofCase()), await take('/api/audit/timeline', { headers: { accept: 'image/png, TEXT/CSV;q=0.9, application/pdf' }, body: { mandate, purpose: 'accept', parameters: ofCase() } }),
			await take(`/api/audit/timeline?mandate=${mandate}&purpose=get&format=csv&case=${sent.case}&exercise=${LANTERN}`)];
		for (const r of by) {
			assert.equal(r.status, 200, r.text);
			assert.equal(r.headers['content-type'], 'text/csv; charset=utf-8; header=present');
			assert.equal(r.headers['transfer-encoding'], 'chunked');
			const [head, ...rows] = cells(r.text), at = head.indexOf('seq');
			assert.deepEqual(head, Object.keys(lines.rows[0]));
			assert.deepEqual(rows.map((row) => Number(row[at])).slice(0, lines.rows.length), lines.rows.map((row) => row.seq));
			const { question, result } = await recorded(seqOf(r));
			assert.equal(question.format, 'csv');
			assert.deepEqual([result.export_digest, result.result_count, result.complete], [sha256(r.bytes), rows.length, true]);
		}
		for (const accept of ['*/*', 'text/html,application/xhtml+xml,*/*;q=0.8', 'text/csv;q=0', 'application/json'])
			assert.equal((await take('/api/audit/timeline', { headers: { accept }, body: { mandate, purpose: 'accept', parameters: ofCase() } })).headers['content-type'], 'application/jsonl', accept);
	});

	it('no cell and no name of a table is a formula', async () => {
		const evil = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '=cmd|\' /C calc\'!A0', 'a","=1', 'x=1', '＝1+1', '＋1', '－1', '＠SUM(A1)', '！'];
		const r = await sql(`select x as "=name", -5 as n, 1.5 as f, null as nothing, '{"a":"=1"}'::json as j from unnest(array[${evil.map((t) => `E'${t.replaceAll("'", "''").replaceAll('\t', '\\t').replaceAll('\r', '\\r').replaceAll('\n', '\\n')}'`)}]) x`, 'csv');
		assert.equal(r.status, 200, r.text);
		const [head, ...rows] = cells(r.text);
		assert.deepEqual(head, ["'=name", 'n', 'f', 'nothing', 'j']);
		assert.deepEqual(rows.map((row) => row[0]), evil.map((t) => (/^[=+\-@\t\r\n＝＋－＠]/.test(t) ? `'${t}` : t)));
		assert.deepEqual(rows[0].slice(1), ['-5', '1.5', '', '{"a":"=1"}']);
		const entry = cells((await asked('entries', 'csv', ofCase())).text); // what has no column of its own stands in the last
		assert.deepEqual(entry[0], ['seq', 'k', 'message', 'decided', 'more']);
		assert.equal(JSON.parse(entry[1][4]).rendering, 'without_personal');
	});

	it('nothing found: a table of names, a report that says so, and no bundle', async () => {
		const none = { parameters: { case: crypto.randomUUID() } };
		const table = await asked('timeline', 'csv', none.parameters);
		assert.deepEqual(cells(table.text).length, 1);
		const empty = await sql('select 1 where false', 'csv');
		assert.deepEqual([empty.status, empty.text, empty.cut], [200, '', false]);
		const report = await asked('timeline', 'pdf', none.parameters);
		assert.match(words(report.bytes), /Rows +0\n/);
		const bundle = await asked('evidence', 'bundle', none.parameters);
		assert.deepEqual([bundle.status, bundle.json?.code], [404, 'not_found'], bundle.text);
		await until(async () => (await entries()).some((e) => e.k === 'M27.result' && e.message.body.result_count === 0 && !e.message.body.complete), 'that is on record as well');
	});

	it('as a report: cover, picture and table; what is on record is the digest of the file', async () => {
		const r = await asked('timeline', 'pdf', ofCase(), { purpose: 'Was it in time? Български Ελληνικά' });
		assert.equal(r.status, 200, r.text);
		assert.equal(r.headers['content-type'], 'application/pdf');
		assert.equal(r.bytes.subarray(0, 5).toString(), '%PDF-');
		const text = words(r.bytes).replace(/\s+/g, ' '), lines = await ask(server, auditor, 'timeline', { mandate, purpose: 'lines', parameters: ofCase() });
		for (const word of ['From the record: timeline', 'Was it in time? Български Ελληνικά', mandate, 'Witnesses', 'Time stamp', 'audit.localhost/ledger/1', 'When', 'M4.send', 'StreamHarbor', 'the mandate does not cover it'])
			assert.ok(text.includes(word) || text.replaceAll(' ', '').includes(word.replaceAll(' ', '')), `${word}: ${text.slice(0, 1500)}`);
		const drawn = marks(r.bytes), shown = lines.rows.filter((row) => row.at ?? row.recorded);
		assert.equal(drawn.length, shown.length, 'a mark for each row');
		assert.equal(new Set(drawn.map(Math.round)).size, new Set(shown.map((row) => row.org)).size, 'a lane for each organisation');
		const { question, result } = await recorded(seqOf(r));
		assert.deepEqual([question.format, result.export_digest, result.complete], ['pdf', sha256(r.bytes), true]);
		const again = words((await asked('timeline', 'pdf', { ...ofCase(), as_of: String(lines.head.as_of) })).bytes);
		assert.ok(again.includes(lines.last.sha256), 'the cover names the digest of the rows as lines');
		assert.match(words((await asked('timeline', 'pdf', { ...ofCase(), limit: '1' })).bytes), /1: NOT ALL/);
	});

	it('as a bundle, which its own verify.sh and `tocsin audit verify\' find whole', async () => {
		const r = await asked('evidence', 'bundle', ofCase(), { mandate: whole });
		assert.equal(r.status, 200, r.text);
		assert.equal(r.headers['content-type'], 'application/x-tar');
		const file = path.join(dir, 'bundle.tar');
		fs.writeFileSync(file, r.bytes);
		execFileSync('tar', ['-xf', file, '-C', dir]);
		const v = spawnSync('sh', [path.join(dir, 'evidence', 'verify.sh')], { encoding: 'utf8' });
		assert.equal(v.status, 0, v.stdout + v.stderr);
		assert.match(v.stdout, /IT HOLDS/);
		const run = start(tocsin, ['audit', 'verify', file]);
		assert.equal(await run.end, 0, run.out + run.err);
		assert.match(fs.readFileSync(path.join(dir, 'evidence', 'entries', String(sent.seq), 'data'), 'utf8'), /Personal words that are sealed/);
		const { question, result } = await recorded(seqOf(r)), last = JSON.parse(fs.readFileSync(path.join(dir, 'evidence', 'answer.jsonl'), 'utf8').trim().split('\n').at(-1));
		assert.deepEqual([question.format, result.export_digest, result.complete], ['bundle', last.sha256, true]);
		const accepted = await take('/api/audit/evidence', { headers: { accept: 'application/x-tar' }, body: { mandate, purpose: 'accept', parameters: ofCase() } });
		assert.equal(accepted.bytes.subarray(257, 262).toString(), 'ustar');
		assert.equal(accepted.bytes.includes('Personal words'), false, 'the mandate does not cover them');
	});

	it('refused before anything is entered: no mandate, no purpose, another form, a bundle of something else', async () => {
		const questions = async () => (await entries()).filter((e) => ['M27.mandate', 'M27.own'].includes(e.k)).length; // results come when they come
		const before = await questions();
		for (const [name, body, code, field] of [['timeline', { purpose: 'x', format: 'csv' }, 'not_permitted'], ['timeline', { mandate, format: 'pdf' }, 'missing_field', 'purpose'],
			['evidence', { mandate: crypto.randomUUID(), purpose: 'x', format: 'bundle' }, 'not_found', 'body.mandate_ref'], ['timeline', { mandate, purpose: 'x', format: 'xls' }, 'bad_value'],
			['timeline', { mandate, purpose: 'x', format: 7 }, 'wrong_kind'], ['timeline', { mandate, purpose: 'x', format: 'bundle' }, 'bad_value', 'format'], ['sql', { mandate, purpose: 'x', sql: 'select 1', format: 'bundle' }, 'bad_value', 'format']]) {
			const r = await take(`/api/audit/${name}`, { body });
			assert.equal(r.json?.code, code, `${JSON.stringify(body)}: ${r.text}`);
			if (field) assert.equal(r.json.field, field);
			assert.equal(r.headers['content-disposition'], undefined);
		}
		assert.equal(await questions(), before);
	});

	it('what goes wrong in the middle: a table is cut off, a report is not made, and both are on record as not whole', async () => {
		const wrong = "select g, repeat('x', 2000) as x, 1 / (900 - g) as n from generate_series(1, 2000) g";
		const cut = await sql(wrong, 'csv');
		assert.equal(cut.status, 200);
		assert.equal(cut.cut, true, 'a client sees that it is not all');
		const { result } = await recorded(seqOf(cut));
		assert.equal(result.complete, false);
		assert.ok(result.result_count > 100 && result.result_count < 900, result.result_count);
		const none = await sql(wrong, 'pdf');
		assert.deepEqual([none.status, none.json?.code, none.json?.detail], [400, 'bad_value', 'division by zero'], none.text);
		const twice = await sql('select 1 as a, 2 as a', 'csv');
		assert.deepEqual([twice.json?.code, /two columns have one name/.test(twice.json?.detail)], ['bad_value', true], twice.text);
	});

	it('huge: a table streams, a report has five thousand rows and says how many more there are', async () => {
		let seen = 0;
		const r = await sql("select g, repeat('y', 400) as y from generate_series(1, 40000) g", 'csv');
		for (const b of r.bytes) seen += b === 10;
		assert.deepEqual([r.cut, seen], [false, 40001]);
		const wide = await sql("select g, repeat('\"', 100000) as x from generate_series(1, 20) g", 'csv');
		assert.deepEqual(cells(wide.text).slice(1).map((row) => row[1].length), Array(20).fill(100000));
		const report = words((await sql('select g as seq, g * 2 as n from generate_series(1, 7000) g', 'pdf')).bytes);
		assert.match(report, /^ *5000 +10000$/m);
		assert.match(report, /2000 rows more are in the JSON Lines/);
		const more = await asked('timeline', 'csv', { ...ofCase(), limit: '1' });
		assert.match(more.text, /\r\n"not all: there are more rows; go on with as_of=\d+ (after=\d+ )?skip=\d+"\r\n$/);
	});

	it('who goes away in the middle is not answered further, in any form', async () => {
		const busy = () => server.family().filter((p) => /tocsin_auditor .* (SELECT|FETCH)/.test(p.args)).length;
		for (const format of ['csv', 'pdf']) {
			const gone = new AbortController();
			const r = take('/api/audit/sql', { signal: gone.signal, body: { mandate, purpose: 'slow', format, sql: 'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b' } });
			await until(() => busy() === 1, 'it runs');
			gone.abort();
			await assert.rejects(r);
			await until(() => busy() === 0, 'it has stopped');
		}
		const gone = new AbortController();
		const table = take('/api/audit/sql', { signal: gone.signal, onData: () => gone.abort(), body: { mandate, purpose: 'long', format: 'csv', sql: "select repeat('z', 20000) as z from generate_series(1, 1000000)" } });
		await table.catch(() => {});
		await until(() => busy() === 0, 'it has stopped');
	});

	it('who prints has nothing but the answer; when it is killed, another is there within seconds', async () => {
		const press = () => server.family().filter((p) => p.args.endsWith('tocsin-press'));
		const [one] = press();
		assert.ok(one, JSON.stringify(server.family().map((p) => p.args)));
		assert.deepEqual(fs.readdirSync(`/proc/${one.pid}/fd`).map(Number).filter((fd) => fd > 3), [], 'no database, no key, no connection');
		process.kill(one.pid, 'SIGKILL');
		await until(() => press().some((p) => p.pid !== one.pid), 'another');
		const r = await until(async () => {
			const x = await asked('timeline', 'pdf', ofCase()).catch(() => null);
			return x?.status === 200 && !x.cut && x;
		}, 'a report again');
		assert.match(words(r.bytes), /From the record/);
	});
});
