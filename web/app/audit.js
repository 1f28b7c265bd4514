// @ts-check
/* audit.js: the audit explorer. A question needs a mandate (or is about the own organisation's part) and a purpose; it is on record before
 * it is answered, and the page says so. Forms come from what the server says it can be asked. Rows come as they are found and can be
 * stopped; that they are what is on record is checked by their digest, and each entry by a proof that this browser verifies itself. Files are made by
 * the server, each the answer to a question of its own. What was typed is kept while the shift lasts, in this page and nowhere else. */

import { effect, signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { askedOf, cellOf, fileOf, isAuditor, linesOf, mayAskOwn, runningMandates, spreadOf } from "../core/audit.js";
import { digestOf, leafOf, verifyProof } from "../core/proof.js";
import { stamped } from "../core/notice.js";
import { orgName } from "../core/select.js";
import { Select, TextField } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { OrgName, ScreenTitle } from "../components/parts.js";
import { When } from "../components/time.js";
import { exact } from "../lib/format.js";
import { html } from "../lib/html.js";
import { has, learn, t } from "../lib/i18n.js";
import { onKeys } from "./keys.js";
import { logState } from "./log-state.js";
import { announce, now, onShift, ready, state } from "./model.js";
import { go } from "./router.js";

/** @typedef {import("../core/audit.js").Query} Query */
/** @typedef {{head?: any, rows: any[], last?: any, same?: boolean, refusal?: any, stopped?: boolean, running: boolean, query: string, raw: string[],
 *   trail: Record<string, string>[]}} Answer  `trail`: what each page up to this one was asked with besides */

learn("parts", "audit", "incident", "course", "orders");

/** @typedef {{format: string, running?: boolean, name?: string, seq?: number, digest?: string, error?: string}} File */

const PAGE = 200;
/** How a file is asked for, and what of it is on record: the digest of all of it, or (lines, bundle) of the rows. */
const FORMATS = ["jsonl", "csv", "pdf", "bundle"];
/** What was typed. */
let typed = /** @type {any} */ ({});
effect(() => {
	if (!onShift.value)
		typed = {};
});
const COMMON = new Set(["limit", "skip", "as_of", "after"]);
const queries = signal(/** @type {Query[]|null|undefined} */ (undefined));
/** seq → what this browser found */
const proofs = signal(/** @type {Map<number, any>} */ (new Map()));

async function loadQueries() {
	try {
		const r = await fetch("/api/audit", { credentials: "same-origin" });
		queries.value = r.ok ? (await r.json()).queries.map((/** @type {any} */ q) => ({ ...q, parameters: q.parameters.map((/** @type {any} */ p) => ({ ...p, kind: p.kind.toUpperCase() })) })) : null;
	} catch {
		queries.value = null;
	}
}

/** A proof is worth as much as its checkpoint: that has to be of the log that this browser believes. @param {any} found */
async function ofOurLog(found) {
	if (!logState.peek().size)
		return found; // it has heard of none
	try {
		await (await import("./log-watch.js")).believes(found.note);
		return found;
	} catch (e) {
		const code = /** @type {any} */ (e)?.code;
		return { ok: false, why: code === "busy" || code === "not_given" ? "away" : "believed" };
	}
}

/** @param {number} seq */
async function prove(seq) {
	const set = (/** @type {any} */ v) => (proofs.value = new Map(proofs.value).set(seq, v));
	set({ busy: true });
	try {
		const [proof, vkey] = await Promise.all([`/log/proof/${seq}`, "/log/vkey"].map((p) => fetch(p, { credentials: "same-origin" })));
		if (!proof.ok || !vkey.ok)
			return set({ ok: false, why: proof.status === 404 ? "none" : "away" });
		const text = await proof.text();
		const found = await verifyProof(text, await vkey.text(), seq);
		set({ ...(found.ok ? await ofOurLog(found) : found), text });
	} catch {
		set({ ok: false, why: "away" });
	}
	return undefined;
}

/** @param {string} name @param {Blob} bytes */
function save(name, bytes) {
	const a = document.createElement("a");
	a.href = URL.createObjectURL(bytes);
	a.download = name;
	a.click();
	setTimeout(() => URL.revokeObjectURL(a.href));
}

/** Ask for a file, all of it. @param {string} query @param {any} body @param {string} format @param {AbortSignal} abort @returns {Promise<File>} */
async function fetchFile(query, body, format, abort) {
	try {
		const r = await fetch(`/api/audit/${query}`, { method: "POST", credentials: "same-origin", signal: abort, headers: { "Content-Type": "application/json", "X-Tocsin": "1" }, body: JSON.stringify({ ...body, format }) });
		if (!r.ok)
			return { format, error: (await r.json().catch(() => ({}))).detail ?? t("audit.away") };
		const bytes = await r.arrayBuffer(); // one that is cut off throws
		const file = await fileOf(format, query, r.headers.get("content-disposition"), bytes);
		save(file.name, new Blob([bytes], { type: r.headers.get("content-type") ?? "" }));
		return { format, ...file };
	} catch {
		return { format, error: t(abort.aborted ? "audit.file_stopped" : "audit.file_cut") };
	}
}

/** What became of a file. @param {{file: File}} props */
function Saved({ file }) {
	if (file.running)
		return html`<p role="status">${t("audit.file_coming")}</p>`;
	if (file.error)
		return html`<p class="error" role="alert">${file.error}</p>`;
	const known = [...state.value.asked.values()].find((q) => q.seq === file.seq)?.digest;
	return html`<p class=${known && file.digest ? (known === file.digest ? "proof is-good" : "proof is-bad") : "muted"} role="status">${known && file.digest && html`<${Icon} name=${known === file.digest ? "accepted" : "warn"} /> `}${t("audit.file_saved", {
		name: file.name ?? "" })}${known && file.digest && html` · ${t(known === file.digest ? "audit.file_same" : "audit.file_other")}`}${file.format === "bundle" && html` · ${t("audit.file_verify")}`}</p>`;
}

/** @param {{seq: number, k?: string}} props  `k`: what kind of entry the row says that it is */
function Proof({ seq, k }) {
	const p = proofs.value.get(seq);
	if (!p)
		return html`<button type="button" class="mini" onClick=${() => prove(seq)} aria-label=${t("audit.prove_of", { n: seq })}>${t("audit.prove")}</button>`;
	if (p.busy)
		return html`<span class="muted" role="status">${t("audit.proving")}</span>`;
	const leaf = p.ok && leafOf(p.leaf);
	return html`<span class=${`proof ${p.ok ? "is-good" : "is-bad"}`}><${Icon} name=${p.ok ? "accepted" : "warn"} /> ${p.ok ? t("audit.proven", { n: p.size }) : t(`audit.unproven.${p.why}`)}${leaf?.k && leaf.k !== k && html` <code>${leaf.k}</code>`}</span>
		${p.text && html` <button type="button" class="mini" onClick=${() => save(`${seq}.tlog-proof`, new Blob([p.text], { type: "text/plain" }))} aria-label=${t("audit.save_proof_of", { n: seq })}>${t("audit.save_proof")}</button>`}`;
}

/** One parameter, by its kind. @param {{p: import("../core/audit.js").Parameter, value: any, error?: string, onChange: (v: any) => void}} props */
function Field({ p, value, error, onChange }) {
	const s = state.value;
	const common = { id: `p-${p.name}`, label: has(`audit.p.${p.name}`) ? t(`audit.p.${p.name}`) : p.name, optional: !p.must, error, value: value ?? "", onChange };
	if (p.kind === "ORG")
		return html`<${Select} ...${common} options=${[...s.orgs.values()].sort((a, b) => a.code.localeCompare(b.code)).map((o) => ({ value: o.code, label: `${o.code} · ${o.name}` }))} />`;
	if (p.kind === "UUID" && p.name === "exercise" && s.exercises.size)
		return html`<${Select} ...${common} empty=${t("audit.actual")} options=${[...s.exercises.values()].map((e) => ({ value: e.id, label: e.title ?? e.id }))} />`;
	if (p.kind === "TIME")
		return html`<${TextField} ...${common} type="datetime-local" step="1" class="w-time" />`;
	return html`<${TextField} ...${common} maxlength=${64} inputmode=${p.kind === "COUNT" ? "numeric" : undefined} class=${p.kind === "UUID" ? "w-wide" : "w-short"} />`;
}

/** Where in time the rows lie; the table below says the same. @param {{rows: any[]}} props */
function Spread({ rows }) {
	const s = spreadOf(rows);
	if (!s || rows.length < 2)
		return null;
	const most = Math.max(...s.bins);
	return html`<figure class="spread"><svg viewBox="0 0 600 40" preserveAspectRatio="none" role="img" aria-label=${t("audit.spread", { n: rows.length, from: exact(s.from), until: exact(s.until) })}>${s.bins.map((n, i) => n > 0 &&
		html`<rect x=${i * 10 + 1} y=${40 - Math.max(2, 38 * n / most)} width="8" height=${Math.max(2, 38 * n / most)} class="bar" />`)}</svg><figcaption class="muted"><span>${exact(s.from)}</span><span>${exact(
			s.until)}</span></figcaption></figure>`;
}

/** @param {string} name @param {any} v @returns {any} */
function Cell(name, v) {
	if (typeof v === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(v) && Number.isFinite(Date.parse(v)))
		return html`<${When} at=${v} of=${{}} withZone />`;
	if (name === "org" && typeof v === "string")
		return html`<${OrgName} code=${v} />`;
	const said = name === "k" && [`entry.${v}`, `audit.k.${v}`].find(has); /* the second: what no timeline shows */
	if (said)
		return html`${t(said)} <code class="muted">${v}</code>`;
	/* everybody: the first of them, and how many */
	if (Array.isArray(v) && v.length > 4 && v.every((x) => typeof x === "string"))
		return html`<details><summary>${v.slice(0, 2).join(", ")} +${v.length - 2}</summary>${v.join(", ")}</details>`;
	/* what came by which channel, when: a line each */
	if (Array.isArray(v) && v.length > 0 && v.every((x) => x && typeof x === "object" && !Array.isArray(x)))
		return html`<ul class="plain">${v.map((x) => html`<li>${Object.entries(x).map(([k, y], n) => html`${n > 0 && " · "}${Cell(k, y)}`)}</li>`)}</ul>`;
	const text = cellOf(v);
	return /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text) ? html`<code title=${text}>${text.slice(-12)}</code>` : text.length > 160 ? html`<details><summary>${text.slice(0, 80)}…</summary><span class="pre">${text}</span></details>` : text;
}

/** @param {{answer: Answer, query: Query, file: File|null, more: (trail: Record<string, string>[]) => void, stop: () => void, take: (format: string) => void}} props */
function Result({ answer, query, file, more, stop, take }) {
	const { rows, last, head, trail } = answer;
	const columns = query.columns.map((c) => c.name).filter((c) => rows.some((r) => cellOf(r[c]) !== ""));
	const named = columns.length ? columns : [...new Set(rows.flatMap((r) => Object.keys(r)))];
	const shown = named.includes("seq") ? ["seq", ...named.filter((c) => c !== "seq")] : named;
	const label = (/** @type {string} */ c) => has(`audit.c.${c}`) ? t(`audit.c.${c}`) : c.replaceAll("_", " ");
	const title = useRef(/** @type {HTMLElement|null} */ (null));
	return html`<section class="card audit-result"><div class="card-head"><h2 id="result-title" tabindex="-1" ref=${title}>${t("audit.result")} <span class="count-quiet">${rows.length}</span></h2>
		${answer.running || file?.running ? html`<button type="button" onClick=${stop}><${Icon} name="cross" /> ${t("audit.stop")}</button>` : html`<span class="row" role="group" aria-label=${t("audit.files")}>${FORMATS.map((f) =>
			html`<button type="button" class="mini" onClick=${() => take(f)}>${t(`audit.save_${f}`)}</button>`)}<button type="button" class="mini" onClick=${() => print()}>${t("audit.print")}</button></span>`}</div>
		${!answer.running && html`<p class="muted">${t("audit.files_hint")}</p>`}${file && html`<${Saved} file=${file} />`}
		${head && html`<p class="muted">${t("audit.on_record", { n: head.asked ?? 0 })} · ${t("audit.as_of", { n: head.as_of ?? 0 })}${head.whole === false && html` · ${t("audit.without_personal")}`}</p>`}
		${head?.behind > 0 && html`<p class="box box-amber" role="status"><${Icon} name="warn" /> ${t("audit.behind", { n: head.behind })}</p>`}
		${answer.running && html`<p role="status">${t("audit.coming", { n: rows.length })}</p>`}
		${answer.stopped && html`<p class="box box-amber" role="status"><${Icon} name="warn" /> ${t("audit.stopped")}</p>`}
		${last && html`<p class=${answer.same ? "proof is-good" : "proof is-bad"} role="status"><${Icon} name=${answer.same ? "accepted" : "warn"} /> ${t(answer.same ? "audit.digest_good" : "audit.digest_bad")}${last.complete === false
			&& html` · <b>${t("audit.incomplete")}</b>`} <code class="muted">${String(last.sha256 ?? "").slice(0, 16)}…</code></p>`}
		${last?.error && html`<p class="error" role="alert">${last.error}</p>`}
		<${Spread} rows=${rows} />
		${rows.length ? html`<div class="table-wrap" tabindex="0" role="region" aria-labelledby="result-title"><table class="receipts audit-table"><thead><tr>${shown.map((c) => html`<th scope="col">${label(c)}</th>${c === "seq" && html`<th scope="col">${t("audit.proof")}</th>`}`)}</tr></thead><tbody>${rows.map((r, n) => html`<tr key=${r.id ?? `${n}`} class=${proofs.value.get(r.seq)?.ok === false
				? "is-bad" : ""}>${shown.map((c) => html`<td data-label=${label(c)}>${Cell(c, r[c])}</td>${c === "seq" && html`<td data-label=${t("audit.proof")}><${Proof} seq=${r.seq} k=${r.k} /></td>`}`)}</tr>`)}</tbody></table></div>`
			: last && html`<p class="muted">${t("audit.nothing")}</p>`}
		<p class="row">${trail.length > 1 && html`<button type="button" disabled=${answer.running} onClick=${() => more(trail.slice(0, -1))}>${t("audit.before")}</button>`}${last?.next && html`<button type="button"
			disabled=${answer.running} onClick=${() => more([...trail.slice(0, -1), { ...trail[trail.length - 1], as_of: String(head.as_of) }, last.next])}>${t("audit.next")}</button>`}${rows.some((r) => r.seq !== undefined) && html`<button type="button" class="mini" onClick=${async () => {
				for (const r of rows.slice(0, 50))
					if (r.seq !== undefined && !proofs.value.get(r.seq)?.ok)
						await prove(r.seq);
				announce(t("audit.all_proven"));
			}}>${t("audit.prove_all")}</button>`}</p></section>`;
}

export function AuditScreen() {
	const s = state.value;
	const { me } = s;
	const auditor = isAuditor(me);
	const mandates = runningMandates(s, now.value);
	const [kept] = useState(() => (typed.person === me?.person ? typed : {}));
	const [mandate, setMandate] = useState(/** @type {string} */ (kept.mandate ?? ""));
	const [purpose, setPurpose] = useState(/** @type {string} */ (kept.purpose ?? ""));
	const [name, setName] = useState(/** @type {string} */ (kept.name ?? ""));
	const [values, setValues] = useState(/** @type {Record<string, string>} */ (kept.values ?? {}));
	const [tried, setTried] = useState(false);
	const [answer, setAnswer] = useState(/** @type {Answer|null} */ (null));
	const [file, setFile] = useState(/** @type {File|null} */ (null));
	const stopper = useRef(/** @type {AbortController|null} */ (null));
	useEffect(() => {
		if (queries.value === undefined || queries.value === null)
			loadQueries();
		return () => stopper.current?.abort();
	}, []);
	useLayoutEffect(() => void (typed = { person: me?.person, mandate, purpose, name, values }), [mandate, purpose, name, values]);
	const query = queries.value?.find((q) => q.name === name) ?? queries.value?.[0];
	const chosen = mandates.some((m) => m.id === mandate) ? mandate : mandates.length === 1 ? mandates[0].id : "";
	const parameters = query?.parameters.filter((p) => !COMMON.has(p.name)) ?? [];
	const lacks = (/** @type {import("../core/audit.js").Parameter} */ p) => p.must && !values[p.name]?.trim();
	const refusal = answer?.refusal;

	const given = () => Object.fromEntries(parameters.filter((p) => values[p.name]?.trim()).map((p) => [p.name, p.kind === "TIME" ? stamped(values[p.name], "") : values[p.name].trim()]));

	/** All of what is shown, as a file, of the ledger as it was then; as a bundle the entries of the same incident, case, organisation or exercise. @param {string} format */
	async function take(format) {
		const of = format === "bundle" ? queries.value?.find((q) => q.name === "evidence") : query;
		if (!of || !answer?.head)
			return;
		const wanted = Object.fromEntries(Object.entries(given()).filter(([n]) => of.parameters.some((p) => p.name === n)));
		const abort = stopper.current = new AbortController();
		setFile({ format, running: true });
		const got = await fetchFile(of.name, { ...(auditor ? { mandate: chosen } : {}), purpose: purpose.trim(), parameters: { ...wanted, as_of: String(answer.head.as_of) } }, format, abort.signal);
		setFile(got);
		announce(got.error ?? t("audit.file_saved", { name: got.name ?? "" }));
	}

	/** @param {Record<string, string>[]} trail of the pages, of one ledger, up to the one that is asked for */
	async function ask(trail = [{}]) {
		setTried(true);
		if (!query || !purpose.trim() || (auditor && !chosen) || parameters.some(lacks)) {
			const first = auditor && !chosen ? "audit-mandate" : !purpose.trim() ? "audit-purpose" : `p-${parameters.find(lacks)?.name}`;
			return document.getElementById(first)?.focus();
		}
		setFile(null);
		const abort = stopper.current = new AbortController();
		/** @type {Answer} */
		let got = { rows: [], raw: [], running: true, query: query.name, trail };
		const show = (/** @type {Partial<Answer>} */ change) => setAnswer(got = { ...got, ...change });
		show({});
		try {
			const r = await fetch(`/api/audit/${query.name}`, { method: "POST", credentials: "same-origin", signal: abort.signal, headers: { "Content-Type": "application/json", "X-Tocsin": "1" },
				body: JSON.stringify({ ...(auditor ? { mandate: chosen } : {}), purpose: purpose.trim(), parameters: { ...given(), limit: String(PAGE), ...trail[trail.length - 1] } }) });
			if (!r.ok || !r.body)
				return show({ running: false, refusal: await r.json().catch(() => ({ detail: t("audit.away") })) });
			const reader = r.body.pipeThrough(new TextDecoderStream()).getReader();
			let rest = "";
			/** @type {string[]} */
			const raw = [];
			for (;;) {
				const { value, done } = await reader.read();
				if (done)
					break;
				const next = linesOf(rest, value);
				rest = next.rest;
				raw.push(...next.lines);
				show({ head: raw[0] && JSON.parse(raw[0]), rows: raw.slice(1).map((l) => JSON.parse(l)).filter((x) => !isLast(x)), raw: raw.slice(1).filter((l) => !isLast(JSON.parse(l))) });
			}
			const end = raw.length > 1 ? JSON.parse(raw[raw.length - 1]) : undefined;
			const last = end && isLast(end) ? end : undefined;
			show({ running: false, last, stopped: !last, same: Boolean(last) && await digestOf(got.raw.map((l) => `${l}\n`).join("")) === last.sha256 });
			announce(t("audit.done", { n: got.rows.length }));
			document.getElementById("result-title")?.focus();
		} catch {
			show({ running: false, stopped: abort.signal.aborted, refusal: abort.signal.aborted ? undefined : { detail: t("audit.away") } });
		}
		return undefined;
	}
	useLayoutEffect(() => onKeys({ primary: () => void ask(), escape: () => (answer?.running || file?.running ? stopper.current?.abort() : go("#/")) }));

	if (!auditor && !mayAskOwn(me))
		return html`<main id="main" class="narrow"><${ScreenTitle} id="audit">${t("audit.title")}</${ScreenTitle}><p>${t("audit.not_yours")}</p><a class="button" href="#/">${t("threat.back")}</a></main>`;
	const errorAt = (/** @type {string} */ field) => (refusal?.field?.endsWith(field) ? `${refusal.detail ?? refusal.code}${refusal.clause ? ` (${refusal.clause})` : ""}` : undefined);
	const all = askedOf(s);
	return html`<main id="main" class="audit">
		<p class="crumbs"><a href="#/"><${Icon} name="back" />${t("threat.back")} <kbd>Esc</kbd></a></p>
		<${ScreenTitle} id="audit">${t("audit.title")}</${ScreenTitle}><p class="lead">${t(auditor ? "audit.lead" : "audit.lead_own", { org: orgName(s, me?.org ?? "") })}</p>
		${queries.value === null ? html`<div class="box box-amber" role="alert"><${Icon} name="warn" /><div><p>${t("audit.no_queries")}</p><button type="button" onClick=${loadQueries}>${t("nav.load_again")}</button></div></div>`
			: !query ? html`<p role="status">${t("nav.loading")}</p>` : html`<form class="card" noValidate onSubmit=${(/** @type {Event} */ e) => (e.preventDefault(), void ask())} aria-label=${t("audit.question")}>
			${auditor && (mandates.length ? html`<${Select} id="audit-mandate" label=${t("audit.mandate")} clause="Europol 40" value=${chosen} onChange=${setMandate} error=${tried && !chosen ? t("missing.required") : errorAt("mandate_ref") ??
				errorAt("mandate")} options=${mandates.map((m) => ({ value: m.id, label: `${[...(m.body.orgs ?? []), ...(m.body.exercises ?? []).map((/** @type {string} */ x) => s.exercises.get(x)?.title ?? x.slice(-12))].join(", ") || m.id.slice(-12)} · ${t("audit.until")} ${exact(Date.parse(m.body.until))}` }))} />`
				: html`<div class="box box-amber"><${Icon} name="keep" /><p>${t("audit.no_mandate")}</p></div>`)}
			<${TextField} id="audit-purpose" label=${t("audit.purpose")} hint=${t("audit.purpose_hint")} value=${purpose} maxlength=${300} onChange=${setPurpose} error=${tried && !purpose.trim() ? t("missing.required") : errorAt("purpose")} />
			<${Select} id="audit-query" label=${t("audit.query")} value=${query.name} onChange=${(/** @type {string} */ v) => v && (setName(v), setAnswer(null))}
				options=${(queries.value ?? []).map((q) => ({ value: q.name, label: has(`audit.q.${q.name}`) ? t(`audit.q.${q.name}`) : `${q.name.replaceAll("_", " ")}: ${q.meaning}` }))} />
			<div class="audit-parameters">${parameters.map((p) => html`<${Field} key=${p.name} p=${p} value=${values[p.name]} error=${tried && lacks(p) ? t("missing.required") : refusal?.field === `parameters.${p.name}` || (refusal?.field
				=== "parameters" && refusal.detail?.includes(p.name)) ? refusal.detail : undefined} onChange=${(/** @type {string} */ v) => setValues({ ...values, [p.name]: v })} />`)}</div>
			${refusal && html`<p class="error" role="alert">${refusal.detail ?? refusal.code}${refusal.clause && html` <span class="clause">${refusal.clause}</span>`}</p>`}
			<p class="row"><button type="submit" class="primary big" aria-keyshortcuts="Control+Enter" disabled=${!ready.value || answer?.running || (auditor && !mandates.length)}>${t("audit.ask")} <kbd>Ctrl+Enter</kbd></button><span
				class="muted">${t(ready.value ? "audit.recorded_first" : "step.cut_off")}</span></p></form>`}
		${answer && query && !answer.refusal && html`<${Result} answer=${answer} query=${query} file=${file} stop=${() => stopper.current?.abort()} take=${take} more=${ask} />`}
		<section class="card"><h2 id="asked-title">${t("audit.own")} <span class="count-quiet">${all.length}</span></h2>${all.length ? html`<div class="table-wrap" tabindex="0" role="region" aria-labelledby="asked-title"><table
			class="receipts"><thead><tr>${["when", "query", "purpose", "found"].map((c) => html`<th scope="col">${t(`audit.${c}`)}</th>`)}</tr></thead><tbody>${all.slice(0, 100).map((q) => html`<tr key=${q.id}><td data-label=${t("audit.when")}><${When}
				at=${q.at} of=${{}} withZone /></td><td data-label=${t("audit.query")}>${q.query}</td><td data-label=${t("audit.purpose")}>${q.purpose}</td><td data-label=${t("audit.found")}>${q.count === undefined ? t("audit.unanswered") : q.count}${q.complete ===
					false && html` <span class="tag tag-amber">${t("audit.incomplete")}</span>`}</td></tr>`)}</tbody></table></div>` : html`<p class="muted">${t("audit.none_asked")}</p>`}</section>
	</main>`;
}

/** @param {any} x the last line of an answer */
const isLast = (x) => x && typeof x === "object" && "count" in x && "sha256" in x && "complete" in x;
