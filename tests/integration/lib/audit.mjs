// audit.mjs: mandates, and questions to the ledger.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import https from 'node:https';

import { message } from './messages.mjs';

export const system = (type, body, more = {}) => message(type, body, { mode: 'system', exercise_ref: undefined, precedence: 'routine',
	ack_required: false, personal_data: { level: 'none', categories: [] }, legal_basis: [], ...more });

/** Somebody at the console: API keys of authorities are for exercises, and administration is real. */
export async function atConsole(server, org, person) {
	const signed = await server.request('POST', '/api/sign-in', { body: { token: server.credential(org, person).sign_in.split('#sign-in=')[1] }, headers: { 'x-tocsin': '1' } });
	assert.equal(signed.status, 200, signed.text);
	const headers = { cookie: signed.headers['set-cookie'][0].split(';')[0], 'x-tocsin': '1' };
	return {
		headers,
		send: async (what) => (await server.request('POST', '/api/messages', { body: what, headers })).json,
		request: (method, route, more = {}) => server.request(method, route, { ...more, headers: { ...headers, ...more.headers } }),
		entries: async () => (await server.request('GET', '/api/entries?after=-1&limit=500', { headers })).json.entries,
	};
}

/** A mandate, by an administrator of the hub and its data protection officer. @returns its id */
export async function grantMandate(admin, dpo, { auditor = 'FRP', orgs = [], incidents = [], cases = [], from = '2020-01-01T00:00:00Z',
	exercises = [], until = '2049-01-01T00:00:00Z', whole = false, deconfliction = false } = {}) {
	const mandate = crypto.randomUUID();
	const body = { step: 'grant', mandate, auditor, orgs, incidents, cases, exercises, from, until, whole, deconfliction };
	const proposed = await admin.send(system('mandate', body));
	assert.equal(proposed.op, 'accepted', JSON.stringify(proposed));
	const done = await dpo.send(system('mandate', body, { supersedes: proposed.id }));
	assert.equal(done.op, 'accepted', JSON.stringify(done));
	return mandate;
}

/** @returns {status, head, rows, last} of an answer that came, and that its last line is right; else {status, json} */
export function answerOf(r) {
	if (r.status !== 200) return { status: r.status, json: r.json };
	const lines = r.text.split('\n').slice(0, -1), rows = lines.slice(1, -1);
	const last = JSON.parse(lines.at(-1));
	assert.ok('count' in last, r.text);
	assert.equal(last.count, rows.length);
	assert.equal(last.sha256, crypto.createHash('sha256').update(rows.map((l) => `${l}\n`).join('')).digest('hex'));
	return { status: 200, type: r.headers['content-type'], head: JSON.parse(lines[0]), rows: rows.map((l) => JSON.parse(l)), last };
}

/** Ask by POST. */
export async function ask(server, credential, name, body) {
	return answerOf(await server.request('POST', `/api/audit/${name}`, { credential, body }));
}

/** Ask, and read nothing of the answer before `read()`, which tells how it ended: {text, complete}. */
export async function hold(server, credential, name, body, signal) {
	const bytes = JSON.stringify(body), held = { text: '', ended: false };
	const answer = await new Promise((resolve, reject) => {
		held.request = https.request({ host: 'localhost', port: server.port, path: `/api/audit/${name}`, method: 'POST', ca: server.ca, agent: false, signal,
			headers: { authorization: `Bearer ${credential.api_key}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) } }, (a) => resolve(a.pause()));
		held.request.on('error', reject).end(bytes);
	});
	const over = new Promise((resolve) => {
		answer.on('error', () => {}).on('close', () => resolve({ text: held.text, complete: answer.complete }));
	});
	over.then(() => { held.ended = true; });
	held.status = answer.statusCode;
	held.headers = answer.headers;
	held.read = (encoding = 'utf8') => {
		answer.setEncoding(encoding).on('data', (text) => { held.text += text; });
		answer.resume();
		return over;
	};
	held.leave = () => held.request.destroy();
	return held;
}
