// messages.mjs: valid messages of the demo's exercise, to be bent by tests.
import { randomBytes } from 'node:crypto';

export const LANTERN = '40332fd4-48e5-451e-8f31-3775686e7ce8';

/** UUID version 7, RFC 9562. */
export function uuid7(ms = Date.now()) {
	const b = randomBytes(16);
	b.writeUIntBE(ms, 0, 6);
	b[6] = (b[6] & 0x0f) | 0x70;
	b[8] = (b[8] & 0x3f) | 0x80;
	const h = b.toString('hex');
	return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join('-');
}

export function message(type, body, more = {}) {
	return {
		id: uuid7(), type, schema_version: '1.0.0', mode: 'exercise', exercise_ref: LANTERN, sent_at: new Date().toISOString(),
		tlp: 'AMBER', precedence: 'flash', ack_required: true, lang: 'en', personal_data: { level: 'limited', categories: ['location'] },
		legal_basis: [{ act: 'TCO', article: '14(5)' }, { act: 'DSA', article: '18' }], also_reported_to: [], ...more, body,
	};
}

/** Scenario time now, from the clock that the member's welcome has. */
export function scenarioTime(member, id = LANTERN) {
	const of = (which) => member.welcome.exercises.find((x) => x.id === which);
	const e = of(id) ?? of(LANTERN);
	const run = e.running ? ((Date.now() - Date.parse(e.anchor_real)) * e.rate_milli) / 1000 : 0;
	return new Date(Date.parse(e.anchor_at) + Math.max(0, run));
}

/** A threat to life with a place in Aldmere, by this member: goes to AIRU. */
export function m4(member, { text = 'A live stream shows one person with a long firearm entering a market hall.', body = {}, ...more } = {}) {
	const now = scenarioTime(member), who = randomBytes(4).toString('hex'); // no two are duplicates of one another
	return message('M4', {
		step: 'send', duty: ['TCO_14_5', 'DSA_18'], aware_at: now.toISOString(), threat_case: true, immediacy: 'now',
		emergency_line_called: { called: true, number: '112', at: now.toISOString(), ref: `VM-${who}` },
		offence_field: 'terrorism', explanation: text,
		content: [{ url: `https://live.streamharbor.example/v/${who}`, type: 'live_stream', text_excerpt: `You will all see this, says ${who}.` }],
		service_surface: 'live', user_identifiers: [{ kind: 'handle', value: `walker_${who}` }],
		concerned_states: [{ cc: 'XA', ground: 'target_place' }], content_status: 'live_monitored',
		preserved: { preserved: true, until: new Date(now.getTime() + 90 * 86400e3).toISOString() }, user_notified: 'no',
		contact_24x7: member.welcome.you.person, ...body,
	}, more);
}

/** An answer by this member to the threat of that case. */
export function m5(member, kind, caseRef, body = {}, more = {}) {
	return message('M5', { kind, human_ack_by: member.welcome.you.person, at: scenarioTime(member, more.exercise_ref).toISOString(), ...body },
		{ case_ref: caseRef, ...more });
}

/** The form of Annex I: an emergency order of that authority to that provider, of another state. */
export const annexOne = (state, org, to, home, url) => ({
	issuing_state: state, addressee: to, contact_point: 'orders desk', hsp_home_state: home, order_reference: `${org}-RO-17`,
	grounds: ['incites'], additional_reasons: 'It announces another attack.', non_disclosure: { silent: false }, issuer_type: 'law_enforcement',
	issuer_name: org, representative_name: 'R. Example', representative_post: 'second officer', file_no: '7711', address: '1 Hall Square',
	tel: '+999 01 555 000', email: 'orders@authority.example.invalid', feedback_contact: 'duty officer', home_authority_contact: 'legal officer',
	redress_body: 'Administrative Court', redress_deadline: { n: 1, unit: 'months', start: 'receipt of the order' },
	national_law_link: 'https://law.example.invalid/1', first_order_to_hsp: true,
	emergency: { emergency: true, justification: 'the attack goes on' }, language: 'en', locations: [{ url }],
});
