/* fake-incident.mjs: the incidents of the double of the server: enough of M1, M2, M3, M6, M7 and their receipts that the console
 * can be looked at in every state, and driven. What it decides is the shortest thing that looks like the real one. */

import { uuid } from "./fake-server.mjs";

export const VOCABULARY = {
	step: "vocabulary", version: 1, valid_from: "2031-01-01T00:00:00Z",
	activation_types: [{ code: "live_attack", name: "live attack" }, { code: "after_attack", name: "content after an attack" }],
	criteria: [["real_world_event", "ongoing or recent event in the real world"], ["harm", "shows or calls for harm to life"],
		["intimidation", "aims at or results in serious intimidation of a population"], ["terrorism_link",
			"link, or reasonable suspicion of a link, to terrorism or violent extremism"], ["multiplication",
				"exponential multiplication across several services is anticipated"]].map(([code, name]) => ({ code, name })),
	checklist: [{ code: "event_over", name: "the event is over" }, { code: "volume_falling", name: "80 % of the services report falling volume" },
		{ code: "no_open_threat", name: "no open threat to life" }, { code: "no_open_order", name: "no unresolved order inside its hour" }],
};
const EVERYBODY = ["AIRU", "BFP", "CDA", "HUB", "StreamHarbor", "GameNest", "Chirplet", "PastePond", "OSF", "DGO"];
const OWES = ["BFP", "CDA", "StreamHarbor", "GameNest", "Chirplet", "PastePond", "OSF"];
const SMALL = "PastePond";
const OFFICERS = ["AIRU", "BFP", "CDA", "HUB"];

export class FakeIncidents {
	constructor(fake) {
		this.fake = fake;
		this.open = new Map(); // incident → {state, report, proposals}
	}

	knows(m) {
		return ["M1", "M2", "M3", "M6", "M7"].includes(m.type) || (m.type === "M19" && this.incidentOf(m.body.message_ref));
	}

	incidentOf(id) {
		return this.fake.entries.find((e) => e.frame.id === id)?.frame.incident;
	}

	readersOf(m) {
		const own = m.sender_org ?? "";
		return m.type === "M1" || m.type === "M6" || m.type === "M7" ? [...new Set([own, ...m.audience ?? ["HUB"]])].filter(Boolean)
			: m.type === "M3" && ["assess", "propose"].includes(m.body.step === "propose" ? m.body.decision === "assess" ? "assess"
				: "propose" : "") && !["not_activate", "change", "wind_down"].includes(m.body.decision) ? OFFICERS : EVERYBODY;
	}

	/** What would happen: who gets it, and whether it may be known. */
	prepare(p, m) {
		const readers = [...new Set([p.org, ...this.readersOf(m)])];
		const acks = m.type === "M3" && m.body.step === "confirm";
		const same = m.type === "M1" && m.body.step === "report" && !m.body.links?.some((l) => l.kind === "duplicate_of")
			? [...this.open].filter(([, i]) => i.body.event_place?.cc === m.body.event_place?.cc) : [];
		return { op: "prepared", k: `${m.type}.${m.body.step ?? m.body.kind}`,
			recipients: readers.map((org) => ({ org, name: org, roles: ["duty_officer", "incident_lead"], rendering: ["OSF", "DGO"].includes(org)
				? "without_personal" : "whole", why: org === p.org ? "your own organisation" : "a member of the exercise",
				...(acks && OWES.includes(org) ? { acknowledges_until: this.fake.at(900) } : {}) })),
			warnings: m.type === "M1" && !m.body.event_place ? [{ code: "no_place", text: "Without a place no state is affected yet." }] : [],
			duplicates: same.map(([id, i]) => ({ incident: id, event_time: i.body.event_time.from, event_place: i.body.event_place })) };
	}

	say(p, m, k, common) {
		const { fake } = this;
		const b = m.body;
		const id = m.incident_ref ?? (m.type === "M1" ? common.id : undefined) ?? this.incidentOf(b.message_ref ?? b.item_ref);
		const i = this.open.get(id);
		const readers = [...new Set([p.org, ...this.readersOf(m)])];
		const at = { ...common, k, incident: id, case: undefined, readers };
		const to = (state) => ({ incident_state: [{ incident: id, from: i?.state ?? "NONE", to: state }], readers: readers.map((org) => ({ org })) });
		const become = (state, decided = {}) => {
			const d = { ...to(state), ...decided };
			this.open.set(id, { ...i, state });
			return fake.push({ ...at, decided: d });
		};
		if (k === "M1.report") {
			const ties = (b.links ?? []).map((l) => ({ ref: id, to: id, ...l }));
			const state = ties.some((l) => l.kind === "duplicate_of") ? "LINKED_DUPLICATE" : "REPORTED";
			this.open.set(id, { state, report: m.id, body: b, proposals: new Map() });
			return fake.push({ ...at, decided: { ...to(state), affected: b.event_place ? [b.event_place.cc] : [], ties } });
		}
		if (k === "M1.unlink")
			return fake.push({ ...at, readers: OFFICERS, decided: { untied: b.links, incident_state: b.links.map((l) => ({ incident: l.ref,
				from: "LINKED_DUPLICATE", to: "REPORTED" })) } });
		if (m.type === "M19")
			return fake.push({ ...at, readers: [fake.entries.find((e) => e.frame.id === b.message_ref).frame.org, "HUB", p.org],
				decided: b.state === "acked" ? { timers_stopped: [{ timer: "T19", id: uuid(`T19 ${p.org} ${b.message_ref}`), desk: p.org,
					at: fake.at(), met: true, took_ms: 60000 }] } : {} });
		if (m.type === "M2")
			return b.step === "issue" ? become("EARLY_WARNING", { timers_started: [{ timer: "T20", id: uuid(`T20 ${id} ${m.id}`),
				starts: fake.at(), deadline: b.valid_until ?? fake.at(6 * 3600) }] }) : fake.push({ ...at, decided: {} });
		if (m.type === "M3") {
			const named = b.step === "propose" && ["assess", "assign", "not_activate", "change", "wind_down", "link_activation"].includes(b.decision)
				? b.decision : b.fast_path ? "fast_path" : b.step;
			at.k = `M3.${named}`;
			if (named === "assess")
				return become("ASSESSING", { assigned: { org: p.org, person: b.assignee } });
			if (named === "not_activate")
				return become("NOT_ACTIVATED");
			if (named === "confirm")
				return become(b.decision === "close" ? "CLOSED" : "ACTIVE", { timers_started: b.decision === "close" ? [] : this.asks(m.id, id),
					proposals_ended: [{ ref: b.proposal_ref, how: "CONFIRMED" }], decision: { decision: b.decision, by: [i.proposals.get(b.proposal_ref),
						{ org: p.org, person: p.person }], review_at: b.review_at }, activated: { activation_type: b.activation_type } });
			if (named === "propose")
				i.proposals.set(m.id, { org: p.org, person: p.person });
			return fake.push({ ...at, decided: named === "withdraw" ? { proposals_ended: [{ ref: b.proposal_ref, how: "WITHDRAWN" }] } : {} });
		}
		return fake.push({ ...at, decided: b.items ? { new_items: { state: "SHARED" } } : {} });
	}

	/** Deadlines of an activation: fifteen minutes, thirty for a small service; and the review. */
	asks(entry, id, ago = 0) {
		return [...OWES.map((org) => ({ timer: "T19", id: uuid(`T19 ${org} ${entry}`), desk: org, starts: this.fake.at(-ago),
			deadline: this.fake.at((org === SMALL ? 1800 : 900) - ago) })), { timer: "T21", id: uuid(`T21 ${id}`), starts: this.fake.at(-ago),
				deadline: this.fake.at(24 * 3600 - ago) }];
	}

	/** @param {"incident"|"reported"} name */
	scene(name) {
		const { fake } = this;
		const id = uuid("incident lantern");
		const report = uuid("report lantern");
		const officers = OFFICERS;
		const all = EVERYBODY.map((org) => ({ org }));
		const who = (org, title) => ({ person: uuid(`person ${org}/${title}`), channel: "console" });
		const criteria = (answers) => VOCABULARY.criteria.map((c, n) => ({ code: c.code, answer: answers[n], source_grade: n === 1 ? "B2" : "X4" }));
		const body = { step: "report", headline: "Live-streamed attack on a market hall in Veldermouth", event_time: { from: fake.at(-1500),
			precision: "minutes" }, event_place: { cc: "XA", locality: "Veldermouth" }, ongoing: "yes", online_component: ["live", "recording"],
				producer: "perpetrator", victims_visible: "unknown", minor_involved: "unknown", criteria: criteria(["yes", "yes", "unknown",
					"unknown", "likely"]), note: "We ask for the hub’s support.", services_seen: [{ org: "StreamHarbor", live: true, est_views: 40 }] };
		const e = (k, org, ago, more) => fake.push({ k, org, incident: id, at: fake.at(-ago), ...more });
		e("M1.report", "AIRU", 1300, { id: report, readers: officers, body, decided: { incident_state: [{ incident: id, from: "NONE", to: "REPORTED" }],
			affected: ["XA"], readers: officers.map((org) => ({ org })) } });
		this.open.set(id, { state: "REPORTED", report, body, proposals: new Map() });
		if (name === "reported")
			return { id, report };
		const second = uuid("report second");
		const twin = uuid("incident twin");
		fake.push({ k: "M1.report", org: "Chirplet", incident: twin, id: second, at: fake.at(-1280), readers: [...officers, "Chirplet"], body: { ...body,
			headline: "Copies of the Veldermouth stream on a paste service", online_component: ["link"], criteria: [], note: undefined },
			decided: { incident_state: [{ incident: twin, from: "NONE", to: "LINKED_DUPLICATE" }], ties: [{ ref: twin, kind: "duplicate_of", to: id }] } });
		e("M3.assess", "HUB", 1130, { readers: [...officers, "Chirplet"], actor: who("HUB", "lead"), body: { decision: "assess", step: "propose",
			assignee: uuid("person HUB/lead"), reason: "At AIRU’s request.", requested_by: report }, decided: { incident_state: [{ incident: id,
				from: "REPORTED", to: "ASSESSING" }], assigned: { org: "HUB", person: uuid("person HUB/lead") } } });
		e("M2.issue", "HUB", 1040, { id: uuid("warning"), readers: EVERYBODY, actor: who("HUB", "lead"), body: { step: "issue",
			headline: "Live-streamed attack in Veldermouth (XA)", what_is_known: "One stream, ended at 06:10. Copies are being made.",
			what_is_not_known: "Whether there is a second attacker. How many copies.", confidence: "likely", requested_action: "prepare",
			valid_until: fake.at(-1040 + 6 * 3600), next_update_by: fake.at(760) }, decided: { incident_state: [{ incident: id, from: "ASSESSING",
				to: "EARLY_WARNING" }], warned: { until: fake.at(-1040 + 6 * 3600) }, timers_started: [{ timer: "T20", id: uuid("T20 lantern"), starts: fake.at(-1040), deadline: fake.at(-1040 +
					6 * 3600) }], readers: all } });
		const items = [["V1", "SHA256", "9f3a".repeat(16)], ["V1md5", "MD5", "0cc1".repeat(8)], ["P1", "PDQ", "f8f8f0cee0f4a84f".repeat(4)]].map(
			([n, hash_type, hash_value]) => ({ item_id: uuid(`item ${n}`), bank: "match", signal_kind: "hash", hash_type, hash_value,
				content_type: n === "P1" ? "image" : "video", ...(n === "P1" ? { hash_quality: 88, match_distance_max: 31 } : {}) }));
		e("M6.share", "StreamHarbor", 950, { readers: EVERYBODY, body: { step: "share", items, producer: "perpetrator", behaviour_labels: [
			"violence_against_defenceless", "glorification"], context_warning: "none", graphic: "severe", opinion: "positive",
			reviewed_by_human: true, suggested_action: "review", expires_at: fake.at(90 * 86400) }, decided: { new_items: { state: "SHARED" } } });
		const scope = { content_types: ["video", "image"], services: [], states: ["XA", "XB"], languages: [] };
		const proposal = uuid("proposal");
		const proposed = { decision: "activate", step: "propose", activation_type: "live_attack", vocabulary_version: 1,
			criteria_answers: criteria(["yes", "yes", "likely", "likely", "yes"]), reason: "Copies spread on four services.", scope,
			requested_measures: ["signal_sharing", "live_safety"], review_at: fake.at(-800 + 24 * 3600),
			fundamental_rights_note: "News reporting is not meant; every match is reviewed by a person." };
		e("M3.propose", "AIRU", 820, { id: proposal, readers: officers, actor: who("AIRU", "second officer"), body: proposed, decided: {} });
		const confirm = uuid("confirm");
		e("M3.confirm", "HUB", 800, { id: confirm, readers: EVERYBODY, actor: who("HUB", "lead"), envelope: { ack_required: true }, body: {
			...proposed, step: "confirm", proposal_ref: proposal }, decided: { proposals_ended: [{ ref: proposal, how: "CONFIRMED" }],
			decision: { decision: "activate", by: [{ org: "AIRU", person: uuid("person AIRU/second officer") }, { org: "HUB",
				person: uuid("person HUB/lead") }], review_at: proposed.review_at }, activated: { activation_type: "live_attack" }, incident_state: [{ incident: id, from: "EARLY_WARNING", to: "ACTIVE" }],
				timers_started: this.asks(confirm, id, 800), timers_stopped: [{ timer: "T20", id: uuid("T20 lantern"), at: fake.at(-800), met: true }],
				readers: all } });
		this.open.set(id, { ...this.open.get(id), state: "ACTIVE" });
		const mark = (org, state, ago, more = {}) => e(state === "acked" || state === "seen" ? "M19.human" : more.escalation ? "M19.escalation"
			: "M19.machine", org, ago, { readers: ["HUB", org], body: { step: "machine", message_ref: confirm, recipient_org: org, channel: "console",
				state, at: fake.at(-ago), actor_kind: state === "acked" || state === "seen" ? "human" : "machine", ...more },
				decided: state === "acked" ? { timers_stopped: [{ timer: "T19", id: uuid(`T19 ${org} ${confirm}`), desk: org, at: fake.at(-ago), met: true,
					took_ms: (800 - ago) * 1000 }] } : {} });
		for (const org of EVERYBODY.filter((o) => o !== SMALL && o !== "HUB"))
			mark(org, "delivered", 799, { channel: org === "OSF" ? "api" : "console" });
		mark("StreamHarbor", "seen", 775);
		mark("StreamHarbor", "acked", 760, { commitment: "working" });
		mark("BFP", "acked", 745, { commitment: "seen" });
		mark("Chirplet", "seen", 700);
		mark("OSF", "acked", 600, { commitment: "seen" });
		mark(SMALL, "not_attempted", 799, { channel: "e-mail", escalation: true, contact: 0 });
		e("M7.match_count", "Chirplet", 500, { readers: EVERYBODY, body: { kind: "match_count", item_ref: uuid("item P1"), count: 14, distance: 12,
			blocked_at_upload: 14, window: { from: fake.at(-900), until: fake.at(-500) } }, decided: {} });
		e("M6.variant", "Chirplet", 300, { readers: EVERYBODY, body: { step: "variant", items: [{ item_id: uuid("item V2"), bank: "match", signal_kind: "hash",
			hash_type: "SHA256", hash_value: "b71e".repeat(16), content_type: "video", variant_of: uuid("item V1"), variant_kind: "mirror" }],
			producer: "bystander", context_warning: "news_reporting_seen", graphic: "severe", opinion: "positive", reviewed_by_human: true,
			suggested_action: "review", expires_at: fake.at(90 * 86400) }, decided: {} });
		e("M7.opinion", "GameNest", 200, { readers: EVERYBODY, body: { kind: "opinion", item_ref: uuid("item P1"), opinion: "negative", distance: 29 },
			decided: { item_states: [{ item: uuid("item P1"), from: "SHARED", to: "DISPUTED" }] } });
		e("M6.scope", "server", 199, { readers: EVERYBODY, body: { step: "scope", scopes: [{ item_ref: uuid("item P1"), action: "quarantine",
			beyond: 16 }] }, decided: { item_states: [{ item: uuid("item P1"), from: "DISPUTED", to: "QUARANTINED" }], item_scopes: [{
				item: uuid("item P1"), distance: 31, beyond: 16, bank: "match" }] } });
		e("M7.opinion", "GameNest", 190, { readers: EVERYBODY, body: { kind: "opinion", item_ref: uuid("item V1md5"), opinion: "negative" },
			decided: { item_states: [{ item: uuid("item V1md5"), from: "SHARED", to: "DISPUTED" }] } });
		return { id, report, second, twin, proposal, confirm, items };
	}
}
