// @ts-check
/* find.js: everything that this person may see and that has these words in it. It looks through the state, so it finds what the server has
 * sent this person and nothing else, and asks nobody. Each thing has an address that stays. */

import { incidentName } from "./incidents.js";
import { headline } from "./select.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {{kind: "threat"|"incident"|"order"|"referral"|"check"|"signal"|"person"|"org", id: string, href: string, name: string, about: string,
 *   exercise?: boolean}} Found  `exercise`: people and organisations are in neither world; `name`: of a person whose title nobody has told, none */

export const MOST = 40;

/** As somebody may have it who was careful: hxxp, [.]; and as somebody types. @param {any} text */
const plain = (text) => String(text ?? "").toLowerCase().replace(/^hxxp/, "http").replaceAll("[.]", ".").normalize("NFKD").replace(/\p{M}/gu, "");

/** Every word has to be somewhere. @param {string[]} words @param {any[]} texts */
function holds(words, texts) {
	const all = plain(texts.flat(2).filter((x) => x !== undefined && x !== null).join("\n"));
	return words.every((w) => all.includes(w));
}

/** @param {State} s @param {string} query @param {(id: string) => string} caseName @returns {Found[]} newest first within each kind */
export function find(s, query, caseName) {
	const words = plain(query.trim()).split(/\s+/).filter(Boolean);
	/** @type {Found[]} */
	const found = [];
	if (!words.length)
		return found;
	const newest = (/** @type {Map<string, any>} */ map) => [...map.values()].sort((a, b) => b.touched - a.touched);
	for (const c of newest(s.cases)) {
		const f = c.facts;
		if (holds(words, [caseName(c.id), c.id, c.reporter, [...c.desks.keys()], (f.explanations ?? []).map((/** @type {any} */ e) => e.text), (f.user_identifiers ?? []).map(
			(/** @type {any} */ u) => u.value), (f.content ?? []).map((/** @type {any} */ x) => [x.url, x.id, (x.hash_refs ?? []).map((/** @type {any} */ h) => h.value)].flat()),
		(f.location_hints ?? []).map((/** @type {any} */ x) => x.value), (f.network_events ?? []).map((/** @type {any} */ n) => n.ip),
		[...c.desks.values()].map((d) => d.accept?.own_reference)]))
			found.push({ kind: "threat", id: c.id, href: `#/${c.draft && !c.noticeId ? "notify" : "threat"}/${c.id}`, name: caseName(c.id), about: headline(c) || c.reporter,
				exercise: c.mode === "exercise" });
	}
	for (const i of newest(s.incidents)) {
		if (holds(words, [incidentName(i), i.id, i.headline, i.place?.locality, i.place?.cc, i.reports.map((/** @type {any} */ r) => r.org), i.activation?.body.reason]))
			found.push({ kind: "incident", id: i.id, href: `#/incident/${i.id}`, name: incidentName(i), about: i.headline || i.place?.locality || "", exercise: i.mode === "exercise" });
		for (const x of i.signals.values()) {
			const f = x.fields;
			const value = f.hash_value ?? f.url ?? f.domain ?? f.text_phrase ?? f.account_ref;
			if (value && holds(words, [value, x.id, f.hash_type]))
				found.push({ kind: "signal", id: x.id, href: `#/incident/${i.id}/${x.id}`, name: f.text_phrase ? f.signal_kind : String(value).slice(0, 40), about: incidentName(i),
					exercise: i.mode === "exercise" });
		}
	}
	for (const o of newest(s.orders)) {
		const ref = o.form?.order_reference ?? "";
		if (holds(words, [ref, o.id, o.authority, o.hsp, o.form?.file_no, (o.form?.locations ?? []).map((/** @type {any} */ l) => l.url)]))
			found.push({ kind: "order", id: o.id, href: `#/order/${o.id}`, name: ref || o.id.slice(-6), about: [o.authority, o.hsp].filter(Boolean).join(" → "), exercise: o.mode === "exercise" });
	}
	for (const r of newest(s.referrals))
		if (holds(words, [r.id, r.by.org, r.to, r.body.urls, r.body.why]))
			found.push({ kind: "referral", id: r.id, href: `#/referrals/${r.id}`, name: r.id.slice(-6).toUpperCase(), about: [r.by.org, r.to.join(", ")].join(" → "), exercise: r.mode === "exercise" });
	for (const c of newest(s.checks))
		if (holds(words, [c.id, c.by.org, c.body.own_reference]))
			found.push({ kind: "check", id: c.id, href: `#/deconfliction/${c.id}`, name: c.body.own_reference ?? c.id.slice(-6).toUpperCase(), about: c.by.org ?? "", exercise: c.mode === "exercise" });
	for (const p of s.people.values())
		if (!p.machine && holds(words, [p.title, p.org, p.roles]))
			found.push({ kind: "person", id: p.person, href: `#/contacts/${p.org}`, name: p.title ?? "", about: p.org });
	for (const o of s.orgs.values())
		if (holds(words, [o.code, o.name, o.state, o.chain.flatMap((k) => k.channels.map((ch) => ch.address)), o.channels.map((ch) => ch.address)]))
			found.push({ kind: "org", id: o.code, href: `#/contacts/${o.code}`, name: o.code, about: o.name });
	return found;
}
