// ending.mjs: threats that come to their end, and the days after it: when what is personal of them is to be erased.
import assert from 'node:assert/strict';

import { Member } from './member.mjs';
import { m4, m5, message, scenarioTime } from './messages.mjs';
import { until } from './server.mjs';

export const bare = { audience: [], legal_basis: [], personal_data: { level: 'none', categories: [] }, ack_required: false, precedence: 'routine' };
export const system = { ...bare, mode: 'system', exercise_ref: undefined };
export const accepted = (r) => (assert.equal(r.op, 'accepted', JSON.stringify(r)), r);

const PEOPLE = { harbor: ['StreamHarbor', 'night responder'], desk: ['AIRU', 'duty officer'], liaison: ['AIRU', 'liaison officer'], control: ['CELL', 'controller'] };

/** Who takes part, by name; and those besides. @param {Record<string, [string, string]>} more */
export async function meet(server, more = {}) {
	const open = {};
	for (const [name, [org, person]] of Object.entries({ ...PEOPLE, ...more })) open[name] = await Member.connect(server, org, person, { from: -1, resume: true });
	return open;
}
export const leave = (open) => Promise.all(Object.values(open ?? {}).map((m) => m.close()));

/** A threat and its outcome; the marker in every personal field that takes it. */
export async function threat(open, marker) {
	const sent = accepted(await open.harbor.deliver(m4(open.harbor, marker ? { text: `A text about ${marker}.`, body: { user_identifiers: [{ kind: 'handle', value: marker }] } } : {})));
	accepted(await open.desk.deliver(m5(open.desk, 'accept', sent.case, {})));
	accepted(await open.liaison.deliver(m5(open.liaison, 'outcome', sent.case, { outcome: 'safe' })));
	return sent;
}
/** So many days later, for the exercise. */
export async function days(open, n) {
	const to = new Date(scenarioTime(open.control).getTime() + n * 86400e3).toISOString();
	open.control.welcome.exercises = open.control.welcome.exercises.map((x) => ({ ...x, anchor_at: to, anchor_real: new Date().toISOString() }));
	accepted(await open.control.deliver(message('exercise', { step: 'clock', action: 'jump', to }, bare)));
}

export const keyOf = async (ledger, subject, retention = 'R-ITL') => (await ledger.rows(`select id, subject, retention, wrapping, encode(wrapped, 'hex') as wrapped
	from ledger.seal_key where subject = '${subject}' and retention = '${retention}'`))[0];
/** Of a key: what it seals. */
export const partsOf = (ledger, key) => ledger.rows(`select seq, encode(data, 'hex') as data, (convert_from(leaf, 'UTF8')::json)->>'eid' as eid
	from ledger.sealed join ledger.entry using (seq) where data_key = '${key.id}' order by seq`);
export const goneFrom = (ledger, subject, retention) => until(async () => !(await keyOf(ledger, subject, retention)), `the key of ${subject} is gone`);
