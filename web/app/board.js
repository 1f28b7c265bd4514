// @ts-check
/* board.js: the live board. Threats to life first, one row each, never grouped; beside them the deadlines that run.
 * One row has the focus (roving tabindex): j and k move it, Enter opens it. */

import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { rearm } from "../core/alarm.js";
import { board, deadlines } from "../core/board.js";
import { incidentName } from "../core/incidents.js";
import { PIECE } from "../core/keep.js";
import { incidentDeadlines, incidentList } from "../core/crisis.js";
import { acceptedBy, firstHuman, headline, isHub, mayDraft, nextEscalation, place } from "../core/select.js";
import { Icon } from "../components/icon.js";
import { Many, WINDOW } from "../components/many.js";
import { ModeTag, OrgName, ScreenTitle, Standing, Who, caseNumber } from "../components/parts.js";
import { Countdown, Elapsed, When } from "../components/time.js";
import { country } from "../lib/format.js";
import { html } from "../lib/html.js";
import { language, t, word } from "../lib/i18n.js";
import { Screen as Later, later } from "../lib/later.js";
import { onKeys, keyOf } from "./keys.js";
import { announce, caseNow, directory, onShift, ready, reminders, silencedFor, state, looked } from "./model.js";
import { Alerts } from "./alerts.js";
import { current } from "./current.js";
import { openDraft } from "./draft.js";
import { ShiftCare } from "./care.js";
import { find } from "./finding.js";
import { recallSome } from "./past.js";
import { go } from "./router.js";
import { IncidentRows, matchesIncident } from "./incidents.js";

const query = signal("");

const INJECTS = later("Injects", () => import("./injects.js"));
const UNION = later("Union", () => import("./union.js"));

/** @typedef {import("../core/board.js").Row} Row */

/** What the filter looks through, of each row that it has looked at. @type {WeakMap<Row, {lang: string, all: string}>} */
const words = new WeakMap();

/** @param {Row} row */
function wordsOf(row) {
	const known = words.get(row), lang = language.value;
	if (known?.lang === lang)
		return known.all;
	const c = row.case;
	const f = c.facts;
	const all = [
		caseNumber(c.id), c.reporter, ...c.desks.keys(), headline(c), f.offence_field, f.immediacy,
			t(`standing.${row.standing}`),
		...(f.user_identifiers ?? []).map((/** @type {any} */ u) => u.value),
			...(f.content ?? []).map((/** @type {any} */ x) => x.url),
		...(f.location_hints ?? []).map((/** @type {any} */ x) => x.value),
			...(f.concerned_states ?? []).map((/** @type {any} */ x) => country(x.cc)),
		...[...c.desks.values()].map((d) => d.accept?.own_reference),
	].filter((x) => x !== undefined).join("\n").toLowerCase();
	words.set(row, { lang, all });
	return all;
}

/** @param {Row[]} rows */
function matching(rows) {
	const q = query.value.trim().toLowerCase();
	return q ? rows.filter((r) => wordsOf(r).includes(q)) : rows;
}

/** What is said about the standing, on the right of the word. @param {{row: Row}} props */
function State({ row }) {
	const c = row.case;
	const { me } = directory.value;
	const mine = me ? c.desks.get(me.org) : undefined;
	switch (row.standing) {
	case "new": {
		const muted = silencedFor(c.id);
		const next = me && nextEscalation(directory.value, c, me.org);
		return html`<span class="since"><${Elapsed} since=${row.arrived} of=${c} class="big-span" /> <span
			class="muted">${t("board.since_arrival")}</span></span>
			${acceptedBy(c)?.accept && html`<span class="muted sub">${t("clockbox.coordinated")} <${OrgName}
				code=${acceptedBy(c)?.org ?? ""} /></span>`}
			${next && html`<span class="muted sub">${t("board.next_contact")} <${Countdown} until=${next.at}
				of=${c} /></span>`}
			${muted !== undefined && html`<span class="muted sub"><${Icon} name="mute" /> ${t("board.muted",
				{ s: Math.ceil(muted / 1000) })}</span>`}`;
	}
	case "waiting":
		return html`<span class="since"><${Elapsed} since=${c.sentAt} of=${c} class="big-span" /> <span
			class="muted">${t("board.no_human")}</span></span>`;
	case "draft":
		return html`<span class="since"><${Elapsed} since=${c.awareAt} of=${c} class="big-span" /> <span
			class="muted">${t("board.since_aware")}</span></span>`;
	case "acked":
		return html`<span>${mine?.ack && html`<${Who} act=${mine.ack} /> · <${Elapsed} since=${mine.ack.at}
			of=${c} />`}</span><span class="muted sub">${t("board.undecided")}${mine?.ack && html` · ${t("board.rearm")} <${Countdown}
			until=${new Date(rearm(Date.parse(mine.ack.at), reminders.value.get(c.id), caseNow(c)).at).toISOString()} of=${c} />`}</span>`;
	case "read": {
		const who = firstHuman(c);
		return html`<span>${who && html`<${Who} act=${who} /> · <${Elapsed} since=${who.at} of=${c} />`}</span><span
			class="muted sub">${t("board.nobody_accepted")}</span>`;
	}
	case "accepted": case "elsewhere": case "answered": case "coordinated": {
		const by = acceptedBy(c);
		return html`<span>${by?.accept && html`<${Who} act=${by.accept} /> · <${When} at=${by.accept.at} of=${c}
			seconds=${false} />`}</span>
			<span class="muted sub">${by?.accept?.own_reference ?? ""}${by && row.standing !== "coordinated" &&
				isHub(directory.value, by.org) ? ` ${t("board.coordination")}` : ""}</span>`;
	}
	case "redirected":
		return html`<span>${t("board.redirected_to")} <${OrgName} code=${mine?.redirect?.to ?? ""} /></span>`;
	case "closed":
		return html`<span>${word("outcome", c.outcome?.outcome)}</span><span class="muted sub">${c.outcome &&
			html`<${OrgName} code=${c.outcome.org} /> · <${When} at=${c.outcome.at} of=${c}
				seconds=${false} />`}</span>`;
	case "withdrawn":
		return html`<span class="muted">${c.withdrawn && html`<${OrgName} code=${c.withdrawn.org} /> · <${When}
			at=${c.withdrawn.at} of=${c} seconds=${false} />`}</span>`;
	default:
		return null;
	}
}

/** @param {Row} row */
const classOf = (row) => `threat is-${row.standing}`;

/** @param {{row: Row, focusable: boolean}} props */
function RowLine({ row, focusable }) {
	const c = row.case;
	const where = place(c);
	const line = headline(c);
	const unread = c.timeline.length > 0 && (looked.value.get(c.id) ?? -1) < c.touched && row.standing !== "new" &&
		row.standing !== "draft";
	const href = row.standing === "draft" ? `#/notify/${c.id}` : `#/threat/${c.id}`;
	return html`<a class="threat-link" href=${href} data-row=${c.id} tabindex=${focusable ? 0
			: -1} onFocus=${() => (current.value = c.id)}>
			<span class="threat-state"><${Standing} is=${row.standing} /></span>
			<span class="threat-what">
				<span class="threat-line">${line || html`<span class="muted">${t(row.standing === "draft"
					? "board.draft_line" : "board.no_words")}</span>`}</span>
				<span class="threat-facts">
					<${ModeTag} mode=${c.mode} />
					${c.facts.immediacy && html`<b class=${`imm imm-${c.facts.immediacy === "now" ? "now"
						: "other"}`}>${word("immediacy_short", c.facts.immediacy)}</b>`}
					<span>${word("offence", c.facts.offence_field)}</span>
					${where.hint ? html`<span>${where.hint}</span>` : where.states.length > 0
						? html`<span>${where.states.map(country).join(", ")}</span>` : where.unknown &&
							html`<span>${t("board.place_unknown")}</span>`}
					${c.keep && html`<span class="keep-tag"><${Icon} name="keep" />${t("board.keep_up")}</span>`}
					${unread && html`<span class="unread">${t("board.unread")}</span>`}
				</span>
				<span class="threat-route"><${OrgName} code=${c.reporter} />${c.desks.size > 0 &&
					html` → ${[...c.desks.keys()].map((d, i) => html`${i > 0 && ", "}<${OrgName}
						code=${d} />`)}`} <span class="muted number">${caseNumber(c.id)}</span></span>
			</span>
			<span class="threat-since"><${State} row=${row} /></span>
		</a>`;
}

const DEADLINES = 14;

function Deadlines() {
	const ofCases = deadlines(state.value, DEADLINES), ofIncidents = incidentDeadlines(state.value);
	const list = [...ofCases.first.map((d) => ({ ...d, href: `#/threat/${d.of.id}`, name: caseNumber(d.of.id) })),
		...ofIncidents.map((d) => ({ ...d, href: `#/incident/${d.of.id}`, name: incidentName(d.of) }))]
		.sort((a, b) => Date.parse(a.next ?? a.deadline) - Date.parse(b.next ?? b.deadline));
	return html`<section class="card deadlines" aria-labelledby="deadlines-title">
		<h2 id="deadlines-title">${t("deadline.title")} <span class="count-quiet">${ofCases.n + ofIncidents.length}</span></h2>
		${list.length === 0
			? html`<p class="muted">${t("deadline.none")}</p>`
			: html`<ul class="deadline-list">${list.slice(0, DEADLINES).map((d) => {
				const at = d.timer === "T17" ? d.next ?? d.deadline : d.deadline;
				return html`<li key=${d.id} class=${d.passed ? "is-passed" : ""}>
					<a href=${d.href} class="deadline-name"><span>${t(`timer.${d.timer}`)}</span><span
						class="muted">${[d.desk, d.name].filter(Boolean).join(" · ")}</span></a>
					<span class="deadline-left"><${Countdown} until=${at} of=${d.of} /></span>
					<span class="deadline-end muted"><${When} at=${at} of=${d.of} withZone /></span>
				</li>`;
			})}</ul>`}
	</section>`;
}

const idOf = (/** @type {Row} */ row) => row.case.id;
/** The row that has the focus. @param {any} el */
const rowOf = (el) => /** @type {string|undefined} */ (el?.dataset?.row);
/** @param {string|undefined} id @returns {HTMLElement|null} */
const elementOf = (id) => (id === undefined ? null : document.querySelector(`[data-row="${CSS.escape(id)}"]`));

export function BoardScreen() {
	const { open, done } = board(state.value);
	const shownOpen = matching(open);
	const shownDone = matching(done);
	const past = state.value.past.size;
	const incidents = incidentList(state.value);
	const shownIncidents = { open: incidents.open.filter((i) => matchesIncident(i, query.value)), done: incidents.done.filter((i) =>
		matchesIncident(i, query.value)) };
	/* rows that the keyboard moves over, in the order of the screen: threats are always first */
	const order = useRef(/** @type {string[]} */ ([]));
	order.current = [...shownOpen.map(idOf), ...shownIncidents.open.map((i) => i.id), ...shownDone.map(idOf)];
	const reachOpen = useRef((/** @type {string} */ _) => {}), reachDone = useRef((/** @type {string} */ _) => {});
	const search = useRef(/** @type {HTMLInputElement|null} */ (null));
	const focusId = current.value && order.current.includes(current.value) ? current.value : order.current[0];
	const waiting = open.filter((r) => r.standing === "new" || r.standing === "waiting").length;

	/* who comes back stands on the next one that nobody of us has answered, else on the row that was opened; not above the list */
	useLayoutEffect(() => {
		const from = current.peek(), fresh = shownOpen.filter((r) => r.standing === "new").map(idOf);
		if (from !== null)
			elementOf(fresh.length && !fresh.includes(from) ? fresh[0] : from)?.focus();
	}, []);
	/* a row that goes to another place takes the focus with it */
	const had = rowOf(document.activeElement);
	useLayoutEffect(() => {
		if (had && document.activeElement === document.body)
			elementOf(had)?.focus({ preventScroll: true });
	});
	useLayoutEffect(() => {
		const move = (/** @type {number} */ by) => {
			const list = order.current, on = document.activeElement;
			/* the row that had the focus may have left the page */
			const i = list.indexOf(rowOf(on) ?? (on === document.body ? current.value : null) ?? "");
			const id = list[i < 0 ? 0 : Math.max(0, Math.min(list.length - 1, i + by))];
			if (elementOf(id))
				return elementOf(id)?.focus();
			reachOpen.current(id);
			reachDone.current(id);
		};
		/* the browser's search begins; what it does not see is said */
		const browser = (/** @type {KeyboardEvent} */ e) => (e.ctrlKey || e.metaKey) && e.key === "f" && order.current.length > WINDOW &&
			announce(t("board.find_in_page", { n: WINDOW, key: keyOf("search") }));
		addEventListener("keydown", browser);
		const off = onKeys({
			next: () => move(1),
			previous: () => move(-1),
			search: () => search.current?.focus(),
			/* a threat is acknowledged after it was opened, never from the list */
			acknowledge: () => {
				const id = rowOf(document.activeElement) ?? rowOf(document.querySelector('[data-row][tabindex="0"]'));
				if (id)
					go(`#/${state.value.incidents.has(id) ? "incident" : "threat"}/${id}/ack`);
			},
			escape: () => (query.value = ""),
		});
		return () => {
			removeEventListener("keydown", browser);
			off();
		};
	}, []);

	/* Escape clears what is looked for, and then goes back to the rows */
	const inSearch = (/** @type {KeyboardEvent} */ e) => {
		if (e.key === "Enter" && query.value.trim())
			find(query.value);
		if (e.key !== "Escape")
			return;
		e.preventDefault();
		if (query.value)
			query.value = "";
		else
			(elementOf(focusId) ?? document.querySelector("h1"))?.focus();
	};

	return html`<main id="main" class="board">
		<div class="board-main">
			<div class="board-head">
				<${ScreenTitle} id="board">${t("board.title")}</${ScreenTitle}>
				<p class="board-count"><span class=${waiting ? "count"
					: "count-quiet"}>${waiting}</span> ${t(open.some((r) => r.standing === "new") ? "board.count_ours" : "board.count_waiting")} <span
						class="count-quiet">${open.length}</span> ${t("board.count_open")}</p>
				<div class="search"><label class="sr-only" for="search">${t("board.search")}</label>
					<input id="search" ref=${search} type="search" placeholder=${t("board.search_hint",
						{ key: keyOf("search") })} value=${query.value}
						onInput=${(/** @type {any} */ e) => (query.value = e.target.value)} onKeyDown=${inSearch} />
					${query.value.trim() && html`<button class="quiet" onClick=${() => find(query.value)}>${t("find.everywhere")} <kbd>Enter</kbd></button>`}</div>
			</div>
			${shownOpen.length > WINDOW && html`<p class="muted many-hint"><${Icon} name="search" /> ${t("board.not_in_page", { n: WINDOW, of: shownOpen.length })} <kbd>${keyOf("search")}</kbd></p>`}
			${shownOpen.length
				? html`<${Many} key=${query.value} rows=${shownOpen} idOf=${idOf} of=${RowLine} as=${classOf} focusId=${focusId} reach=${reachOpen} label=${t("board.open_list")} />`
				: html`<div class="empty"><${Icon} name=${query.value ? "none" : "check"} /><p
					class="strong">${t(query.value ? "board.no_match" : "board.empty")}</p>
					<p class="muted">${t(query.value ? "board.no_match_advice" : mayDraft(state.value.me)
						? "board.empty_platform" : "board.empty_desk")}</p>
					${!query.value && mayDraft(state.value.me) && html`<button onClick=${() => openDraft()}
						disabled=${!ready.value}><${Icon} name="plus" /> ${t("nav.new_threat")}</button>`}</div>`}
			<${Later} over of=${INJECTS} />
			<${IncidentRows} rows=${shownIncidents.open} focusId=${focusId} searching=${Boolean(query.value)} />
			${(shownDone.length > 0 || past > 0) && html`<details class="done"
				open=${Boolean(query.value)}><summary>${t("board.done", { n: shownDone.length + (query.value ? 0 : past) })}</summary>
				<${Many} key=${query.value} rows=${shownDone} idOf=${idOf} of=${RowLine} as=${classOf} focusId=${focusId} reach=${reachDone} />
				${past > 0 && html`<p class="row muted"><span>${t("past.count", { n: past })}</span> <button type="button" class="mini" disabled=${!ready.value} onClick=${recallSome}>${t("past.bring", { n: Math.min(past, PIECE) })}</button></p>`}</details>`}
		</div>
		<aside class="board-side"><${Alerts} /><${Deadlines} /><${Later} over of=${UNION} />
			<${ShiftCare} />
			<p class="key-hint muted">${onShift.value &&
				html`<kbd>${keyOf("next")}</kbd> <kbd>${keyOf("previous")}</kbd> ${t("hint.move")} · <kbd>Enter</kbd> ${t("hint.open")} · <kbd>${keyOf("acknowledge")}</kbd> ${t("hint.ack")} · <kbd>${keyOf("mute")}</kbd> ${t("hint.mute")} · <kbd>${keyOf("search")}</kbd> ${t("hint.search")} · <kbd>${keyOf("help")}</kbd> ${t("hint.help")}`}</p></aside>
	</main>`;
}
