/* fake-server.mjs: a double of the server for tests of the console alone. It speaks the same HTTP and socket protocol,
 * knows a small fictional directory, and makes entries that look like the real ones; it decides almost nothing.
 * A test can make it silent, cut connections, or say anything (push).
 *
 *   node tests/web/fake-server.mjs [SCENE] [PORT]     to look at a scene by hand; tokens are printed */

import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { FakeIncidents, VOCABULARY } from "./fake-incident.mjs";
import { FakeLog } from "./fake-log.mjs";

const here = dirname(fileURLToPath(import.meta.url));
export const DIST = join(here, "../../web/dist");

/* The policy under which the console must work; the real server sends the same one. */
export const CSP =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'; worker-src 'self'; require-trusted-types-for 'script'; trusted-types service-worker hasher";
export const SHUT_IN_CSP = "default-src 'none'; script-src 'wasm-unsafe-eval'";

export const uuid = (name) => {
	const h = createHash("sha256").update(name).digest("hex");
	return `${h.slice(0, 8)}-${h.slice(8, 12)}-7${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`;
};

const ORGS = [
	{ code: "AIRU", name: "Aldmere Internet Referral Unit", kinds: ["ms_law_enforcement", "ms_competent_authority"],
		state: "XA" },
	{ code: "BFP", name: "Borvia Federal Police", kinds: ["ms_law_enforcement", "ms_competent_authority"],
		state: "XB" },
	{ code: "CDA", name: "Cassia Digital Authority", kinds: ["ms_competent_authority", "ms_scrutiny_authority",
		"ms_law_enforcement"], state: "XC" },
	{ code: "HUB", name: "Union Referral Hub", kinds: ["eu_hub"] },
	{ code: "StreamHarbor", name: "StreamHarbor", kinds: ["hsp"], size: "large", established_in: "XB" },
	{ code: "GameNest", name: "GameNest", kinds: ["hsp"], size: "large", established_in: "XC" },
	{ code: "Chirplet", name: "Chirplet", kinds: ["hsp"], size: "VLOP", established_in: "XC" },
	{ code: "PastePond", name: "PastePond", kinds: ["hsp"], size: "micro", established_in: "XA" },
	{ code: "OSF", name: "Open Safety Forum", kinds: ["industry_body"] },
	{ code: "DGO", name: "Directorate for Online Order", kinds: ["eu_policy"] },
	{ code: "CELL", name: "Exercise Control Cell", kinds: ["exercise_control"] },
];
const PEOPLE = [
	["AIRU", "duty officer", ["duty_officer", "order_issuer"]], ["AIRU", "second officer", ["duty_officer",
		"incident_lead"]],
	["AIRU", "liaison officer", ["liaison"]], ["BFP", "duty officer", ["duty_officer"]], ["CDA", "duty officer",
		["duty_officer", "liaison"]],
	["CDA", "second contact", ["duty_officer"]], ["HUB", "duty officer", ["duty_officer", "liaison"]], ["HUB",
		"lead", ["incident_lead"]],
	["StreamHarbor", "night responder", ["crisis_responder"]], ["StreamHarbor", "second responder",
		["crisis_responder"]],
	["GameNest", "night responder", ["crisis_responder"]], ["Chirplet", "night responder", ["crisis_responder"]],
];
export const personId = (org, title) => uuid(`person ${org}/${title}`);

export class FakeServer {
	/** @param {{exercise?: boolean, t0?: string, signed?: boolean}} [options] signed: there is a log of signed checkpoints */
	constructor({ exercise = false, t0 = "2031-05-17T13:58:00Z", signed = false } = {}) {
		this.keys = signed ? new FakeLog(0).keys : undefined;
		this.bent = Infinity; // from this entry on the log tells another past
		this.rows = []; // what a question to the ledger finds
		this.entries = [];
		this.sessions = new Map(); // cookie → person
		this.tokens = new Map(); // sign-in token → person
		this.tickets = new Map();
		this.sockets = new Map(); // ws → {person, last}
		this.quiet = false;
		this.database = "up";
		this.incidents = new FakeIncidents(this);
		this.sent = []; // messages that clients sent, for tests to look at
		this.receipts = [];
		this.asked = []; // of the archive
		this.cspReports = [];
		this.refuseNext = null;
		this.loseNext = false;
		/** What comes while this is a list is neither taken nor answered before release(). @type {(() => void)[]|null} */
		this.held = null;
		this.skew = 0; // milliseconds by which this server's clock is ahead of the computer's
		this.exercise = exercise ? {
			id: uuid("exercise"), title: "LANTERN", t0, anchor_real: new Date().toISOString(), anchor_at: t0,
				rate_milli: 1000, running: true,
		} : null;
		this.directory();
	}

	real() {
		return Date.now() + this.skew;
	}

	now() {
		return this.exercise
			? Date.parse(this.exercise.anchor_at) + (this.exercise.running
				? (this.real() - Date.parse(this.exercise.anchor_real)) * this.exercise.rate_milli / 1000 : 0)
			: this.real();
	}

	/** Scenario time, in seconds from now. */
	at(seconds = 0) {
		return new Date(this.now() + seconds * 1000).toISOString();
	}

	directory() {
		for (const o of ORGS)
			this.push({ k: "org.admit", org: "server", mode: "system", body: { step: "admit", languages: ["en"],
				surfaces: [], ...o } });
		for (const [org, title, roles] of PEOPLE) {
			this.push({ k: "person.enrol", org: "server", mode: "system", body: { step: "enrol", org,
				person: personId(org, title), title, roles, machine: false } });
			this.tokens.set(`token-${org}-${title.replace(" ", "-")}`, { org, title, roles, person: personId(org,
				title) });
		}
		const chain = (org, ...titles) => titles.map((t, i) => ({ person: personId(org, t), channels: i
			? [{ kind: "phone", address: `+999 0${ORGS.findIndex((o) => o.code === org) + 1} 555 0${i}0` }]
				: [{ kind: "console" }] }));
		for (const [org, ...titles] of [["AIRU", "duty officer", "second officer", "liaison officer"], ["CDA",
			"duty officer", "second contact"], ["HUB", "duty officer", "lead"], ["StreamHarbor", "night responder",
				"second responder"]])
			this.push({ k: "M26.own", org: "server", mode: "system", body: { step: "own", org, purposes: ["ITL"],
				hours: "24/7", languages: ["en"], public: true, escalation_chain: chain(org, ...titles) }, decided: { contact: { in_force: true } } });
		this.push({ k: "policy.vocabulary", org: "server", mode: "system", body: VOCABULARY });
		if (this.exercise)
			this.push({ k: "exercise.create", org: "CELL", mode: "exercise", body: { step: "create",
				title: this.exercise.title, t0: this.exercise.t0, participants: ORGS.map((o) => o.code) },
					decided: { clock: { anchor_real: this.exercise.anchor_real, anchor_at: this.exercise.anchor_at,
						rate_milli: this.exercise.rate_milli, running: true } } });
	}

	/** Put an entry into the ledger and to everybody who reads it.
	 * @returns {any} the entry frame */
	push({ k, org, mode, body, decided = {}, readers, at, id = randomUUID(), case: caseId, incident, envelope = {}, actor,
		disclosed, urgent, late }) {
		const seq = urgent ? undefined : this.entries.filter((e) => !e.urgent).length;
		const exercise = this.exercise?.id;
		const isExercise = (mode ?? (exercise ? "exercise" : "actual")) === "exercise";
		const frame = {
			op: urgent ? "urgent" : "entry", seq, k, at: at ?? this.at(), recorded: new Date().toISOString(),
				mode: mode ?? (exercise ? "exercise" : "actual"),
			...(isExercise ? { exercise } : {}), ...(caseId ? { case: caseId } : {}), ...(incident ? { incident } : {}), org, id, rendering: "whole",
			message: { id, type: k.split(".")[0], schema_version: "1.0.0", tlp: "AMBER", lang: "en",
				legal_basis: [{ act: "DSA", article: "18" }], also_reported_to: [], sender_org: org, ...envelope,
					body },
			decided: { at: at ?? this.at(), ...decided }, actor: actor ?? (org === "server" ? {}
				: { person: this.personOf(org), channel: "console" }),
			...(disclosed ? { disclosed } : {}), ...(urgent ? { note: "not yet recorded" } : {}), ...(late
				? { late: true } : {}),
		};
		const entry = { frame, readers, urgent };
		if (urgent || this.entries.every((e) => e.frame.id !== id || e.urgent))
			this.entries.push(entry);
		for (const [ws, who] of this.sockets)
			if (this.reads(entry, who))
				this.give(ws, frame);
		return frame;
	}

	personOf(org) {
		return personId(org, PEOPLE.find(([o]) => o === org)?.[1] ?? "");
	}

	reads({ readers }, who) {
		return !readers || readers.includes(who.org);
	}

	give(ws, frame) {
		if (ws.readyState !== 1 || this.quiet)
			return;
		const who = this.sockets.get(ws);
		if (frame.seq !== undefined)
			who.last = frame.seq;
		ws.send(JSON.stringify(frame));
	}

	welcome(p) {
		const org = ORGS.find((o) => o.code === p.org);
		return {
			op: "welcome", protocol: "tocsin.v1", catalogue: "1.0.0", node: "fake-1",
				server_time: new Date(this.real()).toISOString(), tip: this.entries.length - 1,
			database: this.database, you: { org: p.org, name: org.name, kinds: org.kinds, person: p.person,
				title: p.title, roles: p.roles, machine: false, exercise_only: false },
			exercises: this.exercise ? [{ ...this.exercise, at: this.at() }] : [], limits: { frame: 65536,
				depth: 16 }, push: this.pushes, ...(this.keys && { log: { vkey: this.log.vkey } }),
		};
	}

	/** As it stands now. */
	get log() {
		const frames = this.entries.filter((e) => !e.urgent).map((e) => e.frame);
		return new FakeLog(frames.length, { keys: this.keys, frames, bent: this.bent });
	}

	/** To everybody: what is signed now. @param {number} [old] */
	checkpoint(old = 0) {
		for (const ws of this.sockets.keys())
			ws.send(JSON.stringify(this.log.frame(old)));
	}

	/** An answer of the audit explorer: head, rows, and the last line with their digest. @param {any} parameters */
	answerTo({ parameters = {} }) {
		const rows = this.rows.map((r) => `${JSON.stringify(r)}\n`).join("");
		return `${JSON.stringify({ asked: this.entries.length, as_of: this.entries.length - 1, parameters, whole: true })}\n${rows}${JSON.stringify({ count: this.rows.length, complete: this.rows.length < 200,
			sha256: createHash("sha256").update(rows).digest("hex") })}\n`;
	}

	/* ---- what members say ---- */

	desksFor(body) {
		const desks = [];
		for (const s of body.concerned_states ?? []) {
			const org = ORGS.find((o) => o.state === s.cc)?.code;
			if (org && !desks.some((d) => d.org === org))
				desks.push({ org, duty: body.duty, grounds: [s.ground],
					why: `${s.cc} is concerned: ${s.ground.replaceAll("_", " ")}.`, role: "competent", pages: true });
		}
		if (body.state_unknown?.unknown)
			desks.push({ org: "CDA", duty: body.duty, grounds: [],
				why: "No state is known: the state where the service is established.", role: "home", pages: true,
					optional: true });
		desks.push({ org: "HUB", duty: body.duty, grounds: [],
			why: "The hub gets a copy and stands in when a desk does not answer.", role: "hub", pages: true,
				...(body.state_unknown ? { optional: true } : {}) });
		return desks;
	}

	timer(timer, desk, caseId, seconds, nextSeconds = seconds) {
		return { timer, id: uuid(`${timer} ${desk} ${caseId}`), desk, starts: this.at(), deadline: this.at(seconds),
			...(timer === "T17" ? { next: this.at(nextSeconds) } : {}) };
	}

	/** @returns {any} answer frame */
	say(p, m) {
		this.sent.push(m);
		if (this.refuseNext) {
			const r = this.refuseNext;
			this.refuseNext = null;
			return { op: "refused", ...r };
		}
		const again = this.entries.find((e) => e.frame.id === m.id);
		if (again)
			return { op: "accepted", seq: again.frame.seq, case: again.frame.case };
		const body = m.body;
		const k = `${m.type}.${body.step ?? body.kind}`;
		const caseId = m.case_ref ?? (m.type === "M4" ? randomUUID() : undefined);
		const of = this.entries.filter((e) => e.frame.case === caseId);
		const desks = [...new Set(of.flatMap((e) => (e.frame.decided.desks ?? []).map((d) => d.org)))];
		const notifier = of.find((e) => e.frame.k.startsWith("M4."))?.frame.org ?? p.org;
		const common = { org: p.org, id: m.id, case: caseId, envelope: { ...m, body: undefined }, body, mode: m.mode,
			actor: { person: p.person, channel: "console" } };
		let f;
		if (k === "M4.draft")
			f = this.push({ ...common, k, readers: [p.org], decided: { timers_started: [this.timer("T16", p.org,
				caseId, 900)], state: [{ from: "none", to: "draft" }] } });
		else if (k === "M4.send") {
			const to = this.desksFor(body).filter((d) => !m.audience?.length || m.audience.includes(d.org));
			f = this.push({ ...common, k, readers: [p.org, ...to.map((d) => d.org)], decided: { desks: to,
				timers_started: to.map((d) => this.timer("T17", d.org, caseId, 300)),
					timers_stopped: [{ timer: "T16", id: uuid(`T16 ${p.org} ${caseId}`), desk: p.org, at: this.at(),
						met: true, took_ms: 50000 }] } });
		} else if (m.type === "M4")
			f = this.push({ ...common, k, readers: [notifier, ...desks] });
		else if (m.type === "M5") {
			const stop = (org) => ({ timer: "T17", id: uuid(`T17 ${org} ${caseId}`), desk: org, at: this.at(),
				met: true, took_ms: 65000 });
			const accepts = body.kind === "accept";
			f = this.push({ ...common, k, readers: [notifier, ...desks],
				decided: { timers_stopped: body.kind === "answer" ? [] : accepts ? desks.map(stop) : [stop(p.org)],
					timers_started: accepts ? [this.timer("T18", p.org, caseId, 72 * 3600)] : [] } });
			if (body.kind === "redirect") {
				const entries = of.filter((e) => /^(M4\.s|M5)/.test(e.frame.k)).map((e) => e.frame);
				for (const e of of)
					e.readers?.push(body.redirect_to);
				this.push({ k: "M29.disclose", org: "server", case: caseId, readers: [notifier, ...desks,
					body.redirect_to],
					body: { step: "disclose", to: [body.redirect_to], ground: "redirect",
						ground_text: body.redirect_ground, decided_by: p.person,
							entries: entries.map((e) => ({ ref: e.id, rendering: "whole" })) },
					decided: { desks: [{ org: body.redirect_to, duty: [], grounds: [], why: body.redirect_ground,
						role: "added", pages: true }], timers_started: [this.timer("T17", body.redirect_to, caseId,
							300)] },
					disclosed: entries.map((e) => ({ seq: e.seq, eid: e.id, k: e.k, org: e.org, at: e.at,
						rendering: "whole", message: e.message, decided: e.decided })) });
			}
		} else if (this.incidents.knows(m))
			f = this.incidents.say(p, m, k, common);
		else if (m.type === "M19")
			f = this.push({ ...common, k, case: this.entries.find((e) =>
				e.frame.id === body.message_ref)?.frame.case, readers: [notifier, p.org, "StreamHarbor",
					"GameNest"] });
		else
			return { op: "refused", code: "unknown_type", detail: `type: ${m.type} is not known`,
				advice: "Use a message type of GET /api/schema." };
		return { op: "accepted", seq: f.seq, k: f.k, at: f.at, case: f.case, incident: f.incident };
	}

	receipt(p, seq, state) {
		this.receipts.push({ org: p.org, seq, state });
		const e = this.entries.find((x) => x.frame.seq === seq)?.frame;
		if (!e || this.entries.some((x) => x.frame.k === "M19.machine" &&
			x.frame.message.body.message_ref === e.id && x.frame.message.body.recipient_org === p.org))
			return;
		this.push({ k: "M19.machine", org: p.org, case: e.case, readers: [e.org, p.org], body: { step: "machine",
			message_ref: e.id, recipient_org: p.org, channel: "console", state, at: this.at(),
				actor_kind: "machine" } });
	}

	/* ---- wire ---- */

	async start(port = 0) {
		this.http = createServer((req, res) => this.answer(req, res));
		const wss = new WebSocketServer({ noServer: true, handleProtocols: (set) => (set.has("tocsin.v1")
			? "tocsin.v1" : false) });
		this.http.on("upgrade", (req, socket, head) => (this.refuseSockets ? socket.destroy()
			: wss.handleUpgrade(req, socket, head, (ws) => this.connect(ws))));
		await new Promise((r) => this.http.listen(port, "127.0.0.1", r));
		this.port = this.http.address().port;
		this.origin = `http://localhost:${this.port}`;
		this.beats = setInterval(() => {
			for (const [ws, who] of this.sockets)
				if (!this.quiet && ws.readyState === 1)
					ws.send(JSON.stringify({ op: "beat", now: new Date(this.real()).toISOString(), last: who.last }));
		}, 1000);
		return this;
	}

	stop() {
		clearInterval(this.beats);
		for (const ws of this.sockets.keys())
			ws.terminate();
		this.http.closeAllConnections();
		return new Promise((r) => this.http.close(r));
	}

	release() {
		const answers = this.held;
		this.held = null;
		for (const answer of answers)
			answer();
	}

	/** Cut every connection; new ones are refused until allowed again. */
	cut(refuse = true) {
		this.refuseSockets = refuse;
		for (const ws of this.sockets.keys())
			ws.terminate();
	}

	connect(ws) {
		ws.on("close", () => this.sockets.delete(ws));
		ws.on("message", (data) => {
			const f = JSON.parse(String(data));
			if (this.quiet)
				return;
			if (f.op === "hello") {
				const p = this.tickets.get(f.ticket);
				if (!p)
					return ws.close(4401);
				this.tickets.delete(f.ticket);
				this.sockets.set(ws, { ...p, last: -1 });
				ws.send(JSON.stringify(this.welcome(p)));
				for (const e of this.entries)
					if (!e.urgent && e.frame.seq > (f.from ?? -1) && this.reads(e, p))
						this.give(ws, e.frame);
				if (this.keys)
					ws.send(JSON.stringify(this.log.frame(0)));
				const who = this.sockets.get(ws);
				who.last = Math.max(who.last, f.from ?? -1);
				ws.send(JSON.stringify({ op: "beat", now: new Date(this.real()).toISOString(), last: who.last }));
				return;
			}
			const p = this.sockets.get(ws);
			if (f.op === "send" && this.loseNext) {
				/* it is taken, and the connection goes before the answer can */
				this.loseNext = false;
				this.quiet = true;
				this.say(p, f.message);
				this.quiet = false;
				return ws.terminate();
			}
			if (this.held && (f.op === "send" || f.op === "prepare"))
				this.held.push(() => this.take(ws, p, f));
			else
				this.take(ws, p, f);
		});
	}

	/** A frame of somebody who is signed in. */
	take(ws, p, f) {
		if (f.op === "send")
			ws.send(JSON.stringify({ ...this.say(p, f.message), ref: f.ref }));
		else if (f.op === "prepare" && this.incidents.knows(f.message))
			ws.send(JSON.stringify({ ref: f.ref, ...this.incidents.prepare(p, f.message) }));
		else if (f.op === "prepare")
			ws.send(JSON.stringify({ op: "prepared", ref: f.ref, recipients: f.message.body.step === "send" ? this.desksFor(f.message.body) : [],
				warnings: f.message.body.emergency_line_called?.called === false
					? [{ code: "no_emergency_call", text: "No emergency line was called. This notification is not an emergency call." }] : [],
				duplicates: [] }));
		else if (f.op === "receipt")
			this.receipt(p, f.seq, f.state);
	}

	async answer(req, res) {
		const path = new URL(req.url, "http://localhost").pathname;
		const json = (status, body, headers = {}) => {
			res.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
			res.end(JSON.stringify(body));
		};
		if (path.startsWith("/api/")) {
			const cookie = /__Host-tocsin=([^;]+)/.exec(req.headers.cookie ?? "")?.[1];
			const who = this.sessions.get(cookie);
			let text = "";
			for await (const chunk of req)
				text += chunk;
			if (req.method === "POST" && req.headers["x-tocsin"] !== "1")
				return json(403, { op: "refused", code: "not_permitted" });
			if (path === "/api/sign-in") {
				const token = JSON.parse(text).token;
				const p = this.tokens.get(token);
				this.tokens.delete(token);
				if (!p)
					return json(401, { op: "refused", code: "not_authenticated",
						detail: "unknown, used or expired" });
				const secret = randomUUID();
				this.sessions.set(secret, p);
				return json(200, this.welcome(p),
					{ "set-cookie": `__Host-tocsin=${secret}; Secure; HttpOnly; SameSite=Strict; Path=/` });
			}
			if (!who)
				return json(401, { op: "refused", code: "not_authenticated" });
			if (path === "/api/me")
				return json(200, this.welcome(who));
			if (path === "/api/audit")
				return json(200, { queries: [{ name: "timeline", meaning: "what happened", parameters: [{ name: "incident", kind: "uuid", must: true }, { name: "from", kind: "time" }, {
					name: "org", kind: "org" }], columns: ["seq", "at", "org", "k", "what"].map((name) => ({ name, meaning: name })) }] });
			if (path === "/api/entries") {
				this.asked.push(req.url);
				const { after, limit } = Object.fromEntries(new URL(req.url, "http://localhost").searchParams);
				const entries = this.entries.filter((e) => !e.urgent && e.frame.seq > Number(after) && this.reads(e, who)).slice(0, Number(limit)).map((e) => e.frame);
				return json(200, { entries, last: entries.at(-1)?.seq ?? Number(after), tip: this.entries.length - 1 });
			}
			if (path.startsWith("/api/audit/")) {
				res.writeHead(200, { "content-type": "application/jsonl", "cache-control": "no-store" });
				return res.end(this.answerTo(JSON.parse(text)));
			}
			if (path === "/api/ticket") {
				const ticket = randomUUID();
				this.tickets.set(ticket, who);
				return json(200, { ticket });
			}
			if (path === "/api/sign-out") {
				this.sessions.delete(cookie);
				return json(200, {});
			}
			return json(404, {});
		}
		if (path.startsWith("/log/") && this.keys) {
			let said = this.log.answer(path.slice(5));
			if (this.bent < Infinity && path.startsWith("/log/proof/")) // of another entry than it says
				said = said?.replace(/^extra .*$/m, `extra ${Buffer.from("{}").toString("base64")}`);
			res.writeHead(said === undefined ? 404 : 200, { "content-type": "text/plain", "cache-control": "no-store" });
			return res.end(said);
		}
		const file = normalize(join(DIST, path === "/" ? "index.html" : path));
		if (!file.startsWith(DIST) || !existsSync(file))
			return json(404, {});
		const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css" };
		res.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream",
			"content-security-policy": path.startsWith("/assets/hasher-") ? SHUT_IN_CSP : CSP, "x-content-type-options": "nosniff" });
		res.end(readFileSync(file));
	}

	/* ---- scenes ---- */

	/** A whole notification, some seconds ago. */
	threat(from, { ago = 47, body = {}, desks, name = from + ago } = {}) {
		const caseId = uuid(`case ${name}`);
		const id = uuid(`notice ${name}`);
		const b = { ...LANTERN(this, ago), ...body };
		const to = (desks ?? this.desksFor(b)).map((d) => ({ ...d }));
		this.push({ k: "M4.draft", org: from, id: uuid(`draft ${name}`), case: caseId, at: this.at(-ago - 50),
			readers: [from], body: { step: "draft", aware_at: this.at(-ago - 50) },
			decided: { timers_started: [{ ...this.timer("T16", from, caseId, 850 - ago),
				starts: this.at(-ago - 50) }] } });
		this.push({ k: "M4.send", org: from, id, case: caseId, at: this.at(-ago), readers: [from, ...to.map((d) =>
			d.org)], body: b,
			envelope: { precedence: "flash", ack_required: true, also_reported_to: body.also ?? [] },
			decided: { desks: to, timers_started: to.map((d) => ({ ...this.timer("T17", d.org, caseId, 300 - ago),
				starts: this.at(-ago) })), timers_stopped: [{ timer: "T16", id: uuid(`T16 ${from} ${caseId}`),
					desk: from, at: this.at(-ago), met: true, took_ms: 50000 }] } });
		for (const d of to)
			this.push({ k: "M19.machine", org: d.org, case: caseId, at: this.at(-ago + 5), readers: [from, d.org,
				"HUB"], body: { step: "machine", message_ref: id, recipient_org: d.org, channel: "api",
					state: "delivered", at: this.at(-ago + 5), actor_kind: "machine" } });
		return { caseId, id, desks: to.map((d) => d.org), from };
	}

	respond(c, org, kind, ago, fields = {}) {
		const stop = (o) => ({ timer: "T17", id: uuid(`T17 ${o} ${c.caseId}`), desk: o, at: this.at(-ago), met: true,
			took_ms: 65000 });
		return this.push({ k: `M5.${kind}`, org, case: c.caseId, at: this.at(-ago), readers: [c.from, ...c.desks],
			body: { kind, human_ack_by: this.personOf(org), at: this.at(-ago), ...fields },
			decided: { timers_stopped: kind === "answer" ? [] : kind === "outcome" ? [{ ...stop(org), timer: "T18", id: uuid(`T18 ${org} ${c.caseId}`) }] : kind === "accept" ? c.desks.map(stop) : [stop(org)],
				...(kind === "accept" ? { timers_started: [this.timer("T18", org, c.caseId, 72 * 3600 - ago)] }
					: {}) } });
	}

	scene(name) {
		if (name === "empty")
			return {};
		if (name === "incident" || name === "reported")
			return this.incidents.scene(name);
		const bell = this.threat("GameNest", { ago: 1260, name: "bell", body: BELL(this, 1260) });
		this.respond(bell, "HUB", "accept", 700, { own_reference: "HUB-3104", questions: [{ id: "q1",
			text: "In which language does the user write in private chats?" }, { id: "q2",
				text: "Does anything hint at the school: a name, a crest, a route?" }] });
		this.respond(bell, "GameNest", "answer", 500, { answers: [{ question: "q1",
			text: "Aldmeric (qaa), with the idiom of the coast." }, { question: "q2",
				text: "The crest on a folder beside the blade is that of the Harbour School in Veldermouth, XA." }] });
		const lantern = this.threat("StreamHarbor", { ago: 47, name: "lantern" });
		const old = this.threat("Chirplet", { ago: 9400, name: "old",
			body: { explanation: "A user announces on a public profile that he will harm his former employer tonight. The account names a warehouse.",
				immediacy: "<24h", offence_field: "homicide", location_hints: [{ kind: "building",
					value: "Warehouse 4, Port Ostrel", confidence: "possible" }] } });
		this.respond(old, "AIRU", "accept", 9200, { own_reference: "AIRU-7698", do_not_remove_until: this.at(5400),
			do_not_remove_reason: "covert_enquiry" });
		const done = this.threat("StreamHarbor", { ago: 90000, name: "done",
			body: { explanation: "A viewer says in the chat of a stream that a device is under a bridge.",
				immediacy: "now", offence_field: "explosive" } });
		this.respond(done, "AIRU", "accept", 89900, { own_reference: "AIRU-7671" });
		this.respond(done, "AIRU", "outcome", 80000, { outcome: "unfounded", feedback_useful: "useful" });
		if (name === "flood")
			for (let i = 0; i < 60; i++)
				this.threat(["StreamHarbor", "GameNest", "Chirplet"][i % 3], { ago: 20 + i * 7, name: `flood ${i}` });
		return { lantern, bell, old, done };
	}
}

export const LANTERN = (s, ago) => ({
	step: "send", duty: ["TCO_14_5", "DSA_18"], aware_at: s.at(-ago - 50), threat_case: true, immediacy: "now",
	emergency_line_called: { called: true, number: "112", at: s.at(-ago - 20), ref: "VM-2231" },
		offence_field: "terrorism",
	explanation: "A live stream shows one person with a long firearm entering a market hall and people running. The person announced the act in the first minute of the stream. A street sign in the picture reads Veldermouth, Hall Street. About 40 viewers. The stream is still running and is watched by our team.",
	content: [{ url: "https://live.streamharbor.example/v/7Kq2Wm", type: "live_stream",
		text_excerpt: "You will all see this.", published_at: s.at(-ago - 240) }],
	service_surface: "live", user_identifiers: [{ kind: "handle", value: "marketwalker_31" }, { kind: "id",
		value: "SH-99120417" }],
	network_events: [{ ip: "203.0.113.77", port: 51724, at: s.at(-ago - 240), event: "stream start" }],
	location_hints: [{ kind: "street_sign", value: "Hall Street, Veldermouth",
		basis: "sign in the picture at 00:41 of the stream", confidence: "likely" }],
	persons_at_risk: { number: 60, relation: "visitors of the market hall", minor: false },
	concerned_states: [{ cc: "XA", ground: "target_place" }, { cc: "XA", ground: "place_of_offence" }],
	content_status: "live_monitored", preserved: { preserved: true, until: "2031-11-17T14:02:00Z" },
		user_notified: "no", contact_24x7: personId("StreamHarbor", "night responder"),
});

export const BELL = (s, ago) => ({
	step: "send", duty: ["DSA_18"], aware_at: s.at(-ago - 80), threat_case: true, immediacy: "<24h",
		emergency_line_called: { called: false }, offence_field: "school_public_place",
	explanation: "A public post announces an act at a school tomorrow at 08:00 and shows the photo of a blade on a desk. The account is four days old and reached us through a VPN. No link to a group or an ideology is visible.",
	content: [{ url: "https://gamenest.example/s/4410/p/88213", type: "post",
		text_excerpt: "tomorrow 08:00 I ring the bell at school", published_at: s.at(-ago - 120),
			hash_refs: [{ algorithm: "sha256",
				value: "93e2f8199a4a7021d9c225dfc8dd35b809408fdf8c31590d0418d2a919d109c3" }] }],
	service_surface: "public", user_identifiers: [{ kind: "handle", value: "nightcourier7" }],
		network_events: [{ ip: "198.51.100.23", port: 40112, at: s.at(-ago - 120), event: "post" }],
	location_hints: undefined, persons_at_risk: undefined, concerned_states: [{ cc: "XA",
		ground: "place_of_offence" }], content_status: "restricted", preserved: { preserved: true,
			until: "2031-09-04T21:14:00Z" }, user_notified: "no", contact_24x7: personId("GameNest",
				"night responder"),
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const fake = new FakeServer({ exercise: process.argv[2] !== "actual" });
	fake.scene(process.argv[2] ?? "normal");
	await fake.start(Number(process.argv[3] ?? 8480));
	for (const token of fake.tokens.keys())
		console.log(`${fake.origin}/#sign-in=${token}`);
}
