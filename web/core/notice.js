// @ts-check
/* notice.js: the form of a threat notification (M4): its fields, what is still missing, and the message it becomes.
 *
 * The values of the form are what was typed (text), so that they can be kept on this computer over a reload and given
 * back unchanged. Times are typed as local time with an offset of their own, because the hour in which something was
 * published is evidence. `clause` names the law that asks for the field; labels are strings field.NAME.
 */

import { envelope, legalBasis, rfc3339 } from "./protocol.js";

export const IMMEDIACY = ["now", "<1h", "<24h", "days", "unknown"];
export const OFFENCES = [
	"terrorism", "homicide", "hostage", "explosive", "school_public_place", "csa", "trafficking", "self_harm",
		"other",
];
export const SURFACES = ["public", "private", "live"];
export const STATUSES = ["live_monitored", "left_up_at_police_request", "restricted", "removed"];
export const NOTIFIED = ["no", "withheld", "yes"];
export const DUTIES = ["TCO_14_5", "DSA_18", "voluntary"];
/** Grounds differ by duty: TCO Art. 14(5); DSA Art. 18(2). */
export const GROUNDS = {
	TCO_14_5: ["target_place", "nationality_of_offender", "nationality_of_victim"],
	DSA_18: ["place_of_offence", "location_of_suspect", "residence_of_suspect", "location_of_victim",
		"residence_of_victim"],
};
export const IDENTIFIERS = ["handle", "id", "e-mail", "phone", "device", "other"];
export const CONTENT_TYPES = [
	"post", "live_stream", "video", "image", "audio", "text", "document", "chat", "profile", "link", "other",
];
export const HINT_KINDS = [
	"place", "address", "street_sign", "landmark", "building", "coordinates", "network", "language", "profile",
		"other",
];
export const CONFIDENCE = ["observed", "likely", "possible", "unlikely", "unknown"];
export const TLP = ["AMBER", "AMBER+STRICT", "RED", "GREEN", "CLEAR"];

/** @typedef {Record<string, any>} Form */

/** @returns {Form} */
export function emptyForm() {
	return {
		duty: [],
		threat_case: "",
		immediacy: "",
		emergency: "",
		emergency_number: "",
		emergency_at: "",
		emergency_ref: "",
		offence_field: "",
		explanation: "",
		content: [{ url: "", type: "", text_excerpt: "", published: "", offset: "" }],
		service_surface: "",
		user_identifiers: [],
		network_events: [],
		location_hints: [],
		risk_number: "",
		risk_relation: "",
		risk_minor: "",
		concerned_states: [],
		state_unknown: false,
		state_unknown_reason: "",
		content_status: "",
		preserved: "",
		preserved_until: "",
		user_notified: "",
		contact_24x7: "",
		also: "",
		also_reported_to: [],
		tlp: "AMBER",
		personal_level: "limited",
		audience: null,
	};
}

export const emptyRow = {
	content: { url: "", type: "", text_excerpt: "", published: "", offset: "" },
	user_identifiers: { kind: "handle", value: "" },
	network_events: { ip: "", port: "", at: "", offset: "", event: "" },
	location_hints: { kind: "", value: "", basis: "", confidence: "likely" },
	concerned_states: { cc: "", ground: "" },
	also_reported_to: { system: "", authority: "", external_ref: "" },
};

/** @typedef {{name: string, why: string}} Missing  field of the form, and the key of the sentence that explains */

const empty = (/** @type {any} */ v) => v === "" || v === undefined || v === null;
const blankRow = (/** @type {any} */ row, /** @type {string[]} */ names) => names.every((n) => empty(row[n]));

/** What keeps the notification from being sent. In the order of the form, so that the first is the first to fix.
 * @param {Form} f @returns {Missing[]} */
export function missing(f) {
	/** @type {Missing[]} */
	const list = [];
	const need = (/** @type {string} */ name, why = "required") => empty(f[name]) && list.push({ name, why });
	need("immediacy");
	need("threat_case");
	need("offence_field");
	need("explanation");
	need("emergency");
	if (f.emergency === "yes" && empty(f.emergency_number))
		list.push({ name: "emergency_number", why: "required" });
	if (f.content.every((/** @type {any} */ c) => empty(c.url)))
		list.push({ name: "content.0.url", why: "one_content" });
	f.content.forEach((/** @type {any} */ c, /** @type {number} */ i) => {
		if (empty(c.url))
			return;
		if (empty(c.type))
			list.push({ name: `content.${i}.type`, why: "required" });
	});
	need("service_surface");
	if (!f.duty.length)
		list.push({ name: "duty", why: "one_duty" });
	const states = f.concerned_states.filter((/** @type {any} */ s) => !empty(s.cc));
	if (!states.length && !f.state_unknown)
		list.push({ name: "concerned_states", why: "state_or_unknown" });
	f.concerned_states.forEach((/** @type {any} */ s, /** @type {number} */ i) => {
		if (!empty(s.cc) && empty(s.ground))
			list.push({ name: `concerned_states.${i}.ground`, why: "ground" });
		if (!empty(s.cc) && !/^[A-Za-z]{2}$/.test(s.cc))
			list.push({ name: `concerned_states.${i}.cc`, why: "country" });
	});
	if (f.state_unknown && empty(f.state_unknown_reason))
		list.push({ name: "state_unknown_reason", why: "required" });
	f.network_events.forEach((/** @type {any} */ n, /** @type {number} */ i) => {
		if (blankRow(n, ["ip", "port", "at", "event"]))
			return;
		if (empty(n.ip))
			list.push({ name: `network_events.${i}.ip`, why: "required" });
		const port = Number(n.port);
		if (!Number.isInteger(port) || port < 1 || port > 65535)
			list.push({ name: `network_events.${i}.port`, why: "port" });
		if (empty(n.at))
			list.push({ name: `network_events.${i}.at`, why: "required" });
		if (empty(n.event))
			list.push({ name: `network_events.${i}.event`, why: "required" });
	});
	need("content_status");
	need("preserved");
	if (f.preserved === "yes" && empty(f.preserved_until))
		list.push({ name: "preserved_until", why: "required" });
	need("user_notified");
	need("contact_24x7");
	need("also", "answered");
	f.also_reported_to.forEach((/** @type {any} */ a, /** @type {number} */ i) => {
		if (f.also === "yes" && empty(a.system))
			list.push({ name: `also_reported_to.${i}.system`, why: "required" });
	});
	return list;
}

/** Offset of this computer's zone at a local time, as "+02:00". @param {string} local "2031-05-17T15:58" */
export function localOffset(local) {
	const at = new Date(local);
	const minutes = Number.isNaN(at.getTime()) ? -new Date().getTimezoneOffset() : -at.getTimezoneOffset();
	const abs = Math.abs(minutes);
	const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
	return `${minutes < 0 ? "-" : "+"}${two(Math.floor(abs / 60))}:${two(abs % 60)}`;
}

/** RFC 3339 with the offset as it was typed. @param {string} local @param {string} [offset] */
export function stamped(local, offset) {
	const seconds = /T\d\d:\d\d$/.test(local) ? ":00" : "";
	return `${local}${seconds}${offset || localOffset(local)}`;
}

/** The day after half a year, so that six months are whole. @param {number} now */
export function halfYear(now) {
	const d = new Date(now);
	d.setUTCMonth(d.getUTCMonth() + 6);
	d.setUTCDate(d.getUTCDate() + 1);
	return d.toISOString().slice(0, 10);
}

/** @param {Record<string, any>} o  without members that are empty */
function tidy(o) {
	return Object.fromEntries(Object.entries(o).filter(([, v]) => !empty(v)));
}

/** The body of the fields that were filled. @param {Form} f @param {string} step @param {string} awareAt */
function body(f, step, awareAt) {
	/** @type {Record<string, any>} */
	const b = { step };
	if (step === "send") {
		b.duty = [...f.duty].sort((x, y) => DUTIES.indexOf(x) - DUTIES.indexOf(y));
		b.aware_at = awareAt;
	}
	if (!empty(f.threat_case))
		b.threat_case = f.threat_case === "yes";
	for (const name of ["immediacy", "offence_field", "explanation", "service_surface", "content_status",
		"user_notified"])
		if (!empty(f[name]))
			b[name] = typeof f[name] === "string" ? f[name].trim() : f[name];
	if (!empty(f.emergency))
		b.emergency_line_called = f.emergency === "yes"
			? tidy({
				called: true, number: f.emergency_number, ref: f.emergency_ref,
				at: f.emergency_at ? stamped(f.emergency_at) : "",
			})
			: { called: false };
	const content = f.content.filter((/** @type {any} */ c) => !empty(c.url)).map((/** @type {any} */ c) => tidy({
		url: c.url.trim(), type: c.type, text_excerpt: c.text_excerpt,
		published_at: c.published ? stamped(c.published, c.offset) : "",
	}));
	if (content.length)
		b.content = content;
	const identifiers = f.user_identifiers.filter((/** @type {any} */ u) => !empty(u.value)).map(tidy);
	if (identifiers.length)
		b.user_identifiers = identifiers;
	const events = f.network_events.filter((/** @type {any} */ n) => !empty(n.ip)).map((/** @type {any} */ n) =>
		tidy({
		ip: n.ip.trim(), port: Number(n.port), at: n.at ? stamped(n.at, n.offset) : "", event: n.event,
	}));
	if (events.length)
		b.network_events = events;
	const hints = f.location_hints.filter((/** @type {any} */ h) => !empty(h.value)).map((/** @type {any} */ h) =>
		tidy({ kind: h.kind || "other", value: h.value, basis: h.basis, confidence: h.confidence }));
	if (hints.length)
		b.location_hints = hints;
	if (!empty(f.risk_number) || !empty(f.risk_relation) || !empty(f.risk_minor))
		b.persons_at_risk = {
			...tidy({ relation: f.risk_relation }),
			...(empty(f.risk_number) ? {} : { number: Number(f.risk_number) }),
			...(empty(f.risk_minor) ? {} : { minor: f.risk_minor === "yes" }),
		};
	const states = f.concerned_states.filter((/** @type {any} */ s) => !empty(s.cc)).map((/** @type {any} */ s) => ({
		cc: s.cc.toUpperCase(), ground: s.ground,
	}));
	if (states.length)
		b.concerned_states = states;
	if (f.state_unknown)
		b.state_unknown = { unknown: true, reason: f.state_unknown_reason };
	if (!empty(f.preserved))
		b.preserved = f.preserved === "yes"
			? tidy({ preserved: true, until: f.preserved_until ? stamped(`${f.preserved_until}T00:00`) : "" })
			: { preserved: false };
	if (!empty(f.contact_24x7))
		b.contact_24x7 = f.contact_24x7;
	return b;
}

/** @param {Form} f @param {any} b */
function personalData(f, b) {
	const categories = [];
	if (b.user_identifiers)
		categories.push("identifier");
	if (b.network_events)
		categories.push("network");
	if (b.location_hints)
		categories.push("location");
	return { level: f.personal_level || "limited", categories };
}

/** The notification. The same id must be used for `prepare` and `send`, so it is given from outside.
 * @param {Form} f @param {import("./protocol.js").Context} where @param {{awareAt: string, id: string}} of */
export function sendMessage(f, where, of) {
	const b = body(f, "send", of.awareAt);
	return envelope("M4", /** @type {import("./messages").Bodies["M4"]} */ (b), where, {
		id: of.id,
		tlp: f.tlp,
		precedence: f.immediacy === "now" || f.immediacy === "<1h" ? "flash" : "immediate",
		ack_required: true,
		personal_data: personalData(f, b),
		legal_basis: legalBasis(f.duty),
		also_reported_to: f.also === "yes"
			? f.also_reported_to.filter((/** @type {any} */ a) => !empty(a.system)).map((/** @type {any} */ a) => ({
				...tidy(a), at: rfc3339(where.now),
			}))
			: [],
		...(f.audience ? { audience: f.audience } : {}),
	});
}

/** More facts for a notification that was sent. Only what was filled is said.
 * @param {Form} f @param {import("./protocol.js").Context} where @param {import("./protocol.js").Message|undefined} notice @param {string} id */
export function supplementMessage(f, where, notice, id) {
	const b = body(f, "supplement", "");
	return envelope("M4", /** @type {import("./messages").Bodies["M4"]} */ (b), where, {
		id,
		tlp: notice?.tlp ?? "AMBER",
		precedence: "immediate",
		ack_required: true,
		personal_data: personalData(f, b),
		legal_basis: notice?.legal_basis ?? legalBasis(["DSA_18"]),
		references: notice ? [notice.id] : [],
	});
}

/** @param {string} reason @param {import("./protocol.js").Context} where @param {import("./protocol.js").Message|undefined} notice */
export function withdrawMessage(reason, where, notice) {
	return envelope("M4", { step: "withdraw", reason }, where, {
		ack_required: false,
		legal_basis: notice?.legal_basis ?? legalBasis(["DSA_18"]),
		...(notice ? { references: [notice.id] } : {}),
	});
}

/** The form field that a refusal's path means: "body.network_events[0].port" → "network_events.0.port".
 * @param {string} path */
export function fieldOfPath(path) {
	const name = path.replace(/^body\./, "").replace(/\[(\d+)\]/g, ".$1");
	const renamed = /** @type {Record<string, string>} */ ({
		"emergency_line_called": "emergency", "emergency_line_called.number": "emergency_number",
		"emergency_line_called.at": "emergency_at", "persons_at_risk.number": "risk_number",
		"persons_at_risk.relation": "risk_relation", "persons_at_risk.minor": "risk_minor",
		"preserved.until": "preserved_until", "state_unknown.reason": "state_unknown_reason",
			"also_reported_to": "also",
	});
	return renamed[name] ?? name.replace(/\.published_at$/, ".published");
}
