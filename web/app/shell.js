// @ts-check
/* shell.js: the frame around every screen: exercise ribbon, header, connection, what is spoken, keyboard. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { scenarioTime } from "../core/clock.js";
import { fallbackNumbers, hasBegun, mayDraft, openExercises, titleOf, timeOf } from "../core/select.js";
import { mayReport } from "../core/crisis.js";
import { binds, seesOrders } from "../core/orders.js";
import { isHookAdmin } from "../core/hooks.js";
import { isAuditor, mayAskOwn } from "../core/audit.js";
import { administers, mayConfirm, waitingFor } from "../core/admin.js";
import { mayControl } from "../core/exercises.js";
import { checksOwed, maySeeChecks, maySeeReferrals } from "../core/fences.js";
import { Bell, Icon } from "../components/icon.js";
import { Clock } from "../components/time.js";
import { OrgName, rolesInWords } from "../components/parts.js";
import { clock, span, zone } from "../lib/format.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { Screen as Loaded, fetchNow, later } from "../lib/later.js";
import { soundOn } from "./alarm.js";
import { useBars } from "./bars.js";
import { BoardScreen } from "./board.js";
import { writing } from "./current.js";
import { openDraft } from "./draft.js";
import { find, finding, helping } from "./finding.js";
import { keyOf, onKeys } from "./keys.js";
import { logState } from "./log-state.js";
import {
	ageS, alarmList, announcement, dataAsOf, freshness, isSilenced, now, onShift, otherNodes, phase, ready, session, signOut,
		state,
} from "./model.js";
import { go, route, sealedWords } from "./router.js";
import { mute, ShiftScreen, Silent } from "./shift.js";
import { SignInScreen } from "./sign-in.js";

/** What is on the screen says whether it is framed: a real threat never is, whatever exercise runs beside it. */
function Ribbon() {
	const s = state.value;
	const { name, id, step } = route.value;
	const about = name === "say" ? step : id;
	const shown = writing.value ?? s.cases.get(about ?? "") ?? s.orders.get(about ?? "") ?? s.incidents.get(s.incidentOf.get(about ?? "") ?? about ?? "");
	const all = openExercises(s, now.value);
	const begun = all.filter((e) => hasBegun(s, e, now.value));
	if (!all.length)
		return s.me?.exercise_only ? html`<div class="ribbon" role="region" aria-label=${t("exercise.label")}><span
			class="ribbon-words"><${Icon} name="drill" />${t("exercise.only")}</span></div>` : null;
	if (shown?.mode === "actual")
		return html`<div class="ribbon is-real" role="region" aria-label=${t("exercise.label")}><span
			class="ribbon-words"><strong>${t("exercise.real")}</strong> <span>${t("exercise.real_long")}</span></span></div>`;
	const listed = shown ? all.filter((e) => e.id === shown.exercise) : begun;
	return html`<div class="exercise-frame" aria-hidden="true"></div>
		<div class="ribbon" role="region" aria-label=${t("exercise.label")}>
			${listed.map((e) => {
				const at = scenarioTime(e, now.value);
				return html`<span class="ribbon-words"><${Icon}
					name="drill" /><strong>${t("exercise.prefix")}</strong>
					<a class="ribbon-title" href=${`#/exercises/${e.id}`}>${e.title ?? ""}</a>
					${Number.isFinite(at) && html`<span
						class="ribbon-clock">T+${span(at - Date.parse(e.t0 ?? e.anchor_at))}
						<span class="ribbon-wide"> · ${t("exercise.clock",
							{ time: `${clock(at)} ${zone(at)}` })}</span>
						${!e.running ? html` · <b><span class="narrow-only" aria-hidden="true">❚❚</span><span class="ribbon-stands">${t("exercise.stopped")}</span></b>` : e.rate_milli !== 1000 &&
							html` · ×${e.rate_milli / 1000}`}</span>`}
				</span>`;
			})}
			${!listed.length && html`<span class="ribbon-words"><${Icon}
				name="drill" /><strong>${t("exercise.prefix")}</strong> <a class="ribbon-title" href="#/exercises">${all.length === 1
					? all[0].title ?? "" : t("exercise.several", { n: all.length })}</a> <span class="ribbon-clock">${t("exercise.not_begun")}</span></span>`}
		</div>`;
}

function Pill() {
	const live = freshness.value;
	const catching = phase.value === "catching" || (phase.value === "opening" && live === "live");
	const text = live === "red" ? t("pill.lost") : live === "amber" ? t("pill.quiet") : catching ? t("pill.catching")
		: phase.value === "live" ? t("pill.live") : t("pill.connecting");
	return html`<span class=${`pill is-${live === "live" && catching ? "catching" : live}`}>
		<span class="dot" aria-hidden="true"></span><span>${text}</span>
		<span class="pill-age">${t("time.seconds", { n: ageS.value })}</span>
		<span class="pill-seq">${t("pill.seq", { n: state.value.last })}</span></span>`;
}

function Banner() {
	const how = freshness.value;
	if (how === "live") {
		return state.value.database === "away"
			? html`<div class="banner is-amber" role="status"><${Icon} name="warn" /><div><p
				class="strong">${t("banner.database")}</p><p>${t("banner.database_advice")}</p></div></div>`
			: null;
	}
	const numbers = how === "red" ? fallbackNumbers(state.value) : [];
	const asOf = dataAsOf.value;
	return html`<div class=${`banner is-${how}`} role=${how === "red" ? "alert" : "status"}>
		<${Icon} name="warn" />
		<div>
			<p class="strong">${t(how === "red" ? "banner.red" : "banner.amber")}
				${Number.isFinite(asOf) && html` ${t("banner.as_of", { time: `${clock(asOf)} ${zone(asOf)}` })}`}</p>
			<p>${t(how === "red" ? "banner.red_advice" : "banner.amber_advice")}</p>
			${how === "red" && (numbers.length
				? html`<ul class="numbers">${numbers.map(({ org, phones }) => html`<li><${Icon} name="phone" /><span
					class="strong">${org.code}</span>
					<span class="muted">${org.name}</span>${phones.map((p) => html`<a
						href=${`tel:${(p.address ?? "").replace(/\s/g, "")}`}>${p.address}</a>${p.title && html`<span
							class="muted">${p.title}</span>`}`)}</li>`)}</ul>`
				: html`<p>${t("banner.no_numbers")}</p>`)}
			${how === "red" && otherNodes.value.length > 0 && html`<p>${t("banner.nodes")} ${otherNodes.value.map((n) => html` <a target="_blank" rel="noopener noreferrer"
				href=${`${n}/${location.hash}`}>${new URL(n).host}</a>`)}</p>`}
		</div>
	</div>`;
}

function Header() {
	const places = useRef(/** @type {HTMLElement|null} */ (null));
	/* on a telephone the places slide: where one is stands in sight */
	useEffect(() => (places.current?.querySelector("[aria-current]") ?? places.current?.firstElementChild)?.scrollIntoView({ block: "nearest", inline: "center" }), [route.value.name]);
	const { me } = state.value;
	const owed = [...state.value.orders.values()].filter((o) => binds(state.value, o)).length;
	const asked = checksOwed(state.value, (c) => timeOf(state.value, c, now.value));
	const waits = waitingFor(state.value, now.value).filter((p) => mayConfirm(me, p)).length;
	const life = alarmList.value.filter((a) => a.level === "life").length;
	return html`<header class="top">
		<a class="brand" href="#/" aria-label=${t("nav.board_long")}><${Bell} /><span>${t("app.name")}</span></a>
		<nav aria-label=${t("nav.main")} ref=${places}>
			<a href="#/" aria-current=${route.value.name === "board" ? "page"
				: undefined}>${t("nav.board")}${life > 0 && html` <span class="count"
					aria-label=${t("nav.unacknowledged", { n: life })}>${life}</span>`}</a>
			${seesOrders(state.value) && html`<a href="#/orders" aria-current=${/^orders?$/.test(route.value.name) ? "page"
				: undefined}>${t("nav.orders")}${owed > 0 && html` <span class="count" aria-label=${t("nav.orders_owed",
					{ n: owed })}>${owed}</span>`}</a>`}
			${maySeeChecks(me) && html`<a href="#/deconfliction" aria-current=${route.value.name === "deconfliction" ? "page"
				: undefined}>${t("nav.deconfliction")}${asked > 0 && html` <span class="count" aria-label=${t("nav.deconfliction_owed",
					{ n: asked })}>${asked}</span>`}</a>`}
			${maySeeReferrals(me) && html`<a href="#/referrals" aria-current=${route.value.name === "referrals" ? "page"
				: undefined}>${t("nav.referrals")}</a>`}
			<a href="#/contacts" aria-current=${route.value.name === "contacts" ? "page"
				: undefined}>${t("nav.contacts")}</a>
			${mayControl(me) && html`<a href="#/exercises" aria-current=${route.value.name === "exercises" ? "page"
				: undefined}>${t("nav.exercises")}</a>`}
			${(administers(me) || waits > 0) && html`<a href="#/admin" aria-current=${route.value.name === "admin" ? "page"
				: undefined}>${t("nav.admin")}${waits > 0 && html` <span class="count" aria-label=${t("nav.admin_waits", { n: waits })}>${waits}</span>`}</a>`}
			${(isAuditor(me) || (mayAskOwn(me) && me?.roles.includes("dpo"))) && html`<a href="#/audit" aria-current=${route.value.name === "audit" ? "page"
				: undefined}>${t("nav.audit")}</a>`}
			${isHookAdmin(me) && html`<a href="#/hooks" aria-current=${route.value.name === "hooks" ? "page"
				: undefined}>${t("nav.hooks")}</a>`}
			<a href="#/settings" aria-current=${route.value.name === "settings" ? "page"
				: undefined}>${t("nav.settings")}</a>
			<a href="#/hand-over" aria-current=${route.value.name === "hand-over" ? "page" : undefined}>${t("care.hand_over")}</a>
		</nav>
		<span class="grow"></span>
		${mayReport(me) && html`<a class="button" href="#/say/M1.report"><${Icon} name="plus" /> <span
			class="wide">${t("nav.new_incident")}</span><span class="narrow-only">${t("nav.new_incident_short")}</span></a>`}
		${mayDraft(me) && html`<button class="danger-quiet" onClick=${() => openDraft()} disabled=${!ready.value}><${Icon}
			name="plus" /> <span class="wide">${t("nav.new_threat")}</span><span
				class="narrow-only">${t("nav.new_threat_short")}</span></button>`}
		<button class=${`sound ${!soundOn.value ? "is-off" : isSilenced.value ? "is-muted" : ""}`} onClick=${mute}
			aria-keyshortcuts=${keyOf("mute")}
			title=${t("alarm.mute_title")}>
			<${Icon} name=${!soundOn.value || isSilenced.value ? "mute" : "bell"} />
			<span>${t(!soundOn.value ? "alarm.off" : isSilenced.value ? "alarm.muted" : alarmList.value.length
				? "alarm.mute" : "alarm.on")}</span></button>
		<${Pill} />
		<${Clock} at=${now.value} />
		<span class="me" title=${me?.name ?? ""}><span class="me-title">${titleOf(state.value,
			me?.person) ?? rolesInWords(me)}</span><${OrgName} code=${me?.org ?? ""} /></span>
		<button class="quiet" onClick=${() => find()} aria-label=${t("find.title")} aria-keyshortcuts=${keyOf("search")}><${Icon} name="search" /></button>
		<button class="quiet in-settings" onClick=${() => (helping.value = true)} aria-keyshortcuts=${keyOf("help")}
			aria-label=${t("help.title")}>?</button>
		<button class="quiet in-settings" onClick=${signOut}>${t("nav.sign_out")}</button>
		<${Toast} />
	</header>`;
}

/** Two regions that screen readers listen to. */
function Spoken() {
	const { text, alert } = announcement.value;
	return html`
		<div class="sr-only" role="status" aria-live="polite">${alert ? "" : text}</div>
		<div class="sr-only" role="alert" aria-live="assertive">${alert ? text : ""}</div>`;
}

/** The same words are also seen for a few seconds: below the header, where there is nothing to press, and not over the thing that they are about. */
function Toast() {
	const { text, alert, seen, about, n } = announcement.value;
	const [shown, setShown] = useState(0);
	useEffect(() => {
		setShown(n);
		const timer = setTimeout(() => setShown(0), 8_000);
		return () => clearTimeout(timer);
	}, [n]);
	return shown === n && seen && text && (!about || route.value.id !== about) && html`<div class=${`toast ${alert ? "is-alert" : ""}`} aria-hidden="true">${text}</div>`;
}

/* Screens that are not the first one: script and words come when they are opened, or when the board has been shown and there is
 * time. By name of the address. */
const THREAT = later("ThreatScreen", () => import("./threat.js"));
const NOTIFY = later("ComposeScreen", () => import("./compose.js"));
const INCIDENT = later("IncidentScreen", () => import("./incident.js"));
const SAY = later("SayScreen", () => import("./say.js"));
const ORDERS = later("OrdersScreen", () => import("./orders.js"));
const ORDER = later("OrderScreen", () => import("./orders.js"));
const DECONFLICTION = later("DeconflictionScreen", () => import("./fences.js"));
const REFERRALS = later("ReferralsScreen", () => import("./fences.js"));
const CONTACTS = later("ContactsScreen", () => import("./contacts.js"));
const HOOKS = later("HooksScreen", () => import("./hooks.js"));
const DEBRIEF = later("DebriefScreen", () => import("./debrief.js"));
const AUDIT = later("AuditScreen", () => import("./audit.js"));
const ADMIN = later("AdminScreen", () => import("./admin.js"));
const EXERCISES = later("ExercisesScreen", () => import("./exercises.js"));
const LOG = later("LogScreen", () => import("./log.js"));
const LOG_ALARM = later("LogAlarm", () => import("./log.js"));
const SETTINGS = later("SettingsScreen", () => import("./settings.js"));
const HAND_OVER = later("HandOverScreen", () => import("./hand-over.js"));
const CARRIED = later("CarriedScreen", () => import("./carry.js"));
const FIND = later("FindDialog", () => import("./find.js"));
const HELP = later("HelpDialog", () => import("./help.js"));

/** Fetched before anybody asks, in this order: a threat must open at once, and also when the server is away by then. */
const SOON = [THREAT, INCIDENT, NOTIFY, SAY, ORDERS, CONTACTS, HELP, SETTINGS, LOG, LOG_ALARM, DECONFLICTION];
let fetching = false;
async function fetchSoon() {
	if (fetching)
		return;
	fetching = true;
	for (const one of [...SOON, FIND, HAND_OVER])
		await fetchNow(one).catch(() => {});
	fetching = SOON.every((one) => one.found);
}

function Screen() {
	const { name, id, step } = route.value;
	if (!onShift.value || name === "shift")
		return html`<${ShiftScreen} />`;
	if (name === "hand-over")
		return html`<${Loaded} of=${HAND_OVER} />`;
	if (name === "carried" && sealedWords.value)
		return html`<${Loaded} of=${CARRIED} />`;
	const { me } = state.value;
	/** @type {[any, string?]|undefined} */
	const other = id && name === "threat" ? [THREAT, id] : id && name === "notify" ? [NOTIFY, id] : id && name === "incident" ? [INCIDENT, id]
		: id && name === "say" ? [SAY, `${id}/${step}`] : name === "orders" ? [ORDERS] : id && name === "order" ? [ORDER, id]
			: name === "deconfliction" && maySeeChecks(me) ? [DECONFLICTION] : name === "referrals" && maySeeReferrals(me) ? [REFERRALS]
				: name === "contacts" ? [CONTACTS, id] : name === "hooks" && isHookAdmin(me) ? [HOOKS] : name === "admin" ? [ADMIN] : name === "audit" ? [AUDIT] : id && name === "debrief" ? [DEBRIEF, id] : name === "exercises" ? [EXERCISES, id] : name === "log" ? [LOG] : name === "settings" ? [SETTINGS] : undefined;
	if (other)
		return html`<${Loaded} key=${`${name}/${other[1] ?? ""}`} of=${other[0]} with=${{ id, step }} />`;
	return html`<${BoardScreen} />`;
}

export function Shell() {
	useLayoutEffect(() => onKeys({
		help: () => void (helping.value = true),
		mute,
		search: () => find(),
		board: () => go("#/"),
		escape: () => onShift.value && go("#/"), // what a screen has of its own goes first
		report: () => mayReport(state.value.me) && go("#/say/M1.report"),
		compose: () => mayDraft(state.value.me) && ready.value && openDraft(),
	}, true), []);
	/* what is old looks old */
	useLayoutEffect(() => void document.documentElement.classList.toggle("toc-stale", session.value === "in" && freshness.value === "red"));
	useBars(`${session.value} ${freshness.value} ${state.value.database}`);
	const board = session.value === "in" && onShift.value;
	useEffect(() => void (board && setTimeout(fetchSoon, 300)), [board, ready.value]);
	if (session.value !== "in")
		return html`<${SignInScreen} /><${Spoken} /><${Toast} />`;
	return html`
		<a class="skip" href="#main" onClick=${(/** @type {Event} */ e) => {
			e.preventDefault();
			document.querySelector("h1")?.focus();
		}}>${t("nav.skip")}</a>
		<${Ribbon} />
		<${Header} />
		<${Banner} />
		<${Silent} />
		${logState.value.alarm && html`<${Loaded} over of=${LOG_ALARM} />`}
		<${Screen} />
		<${Spoken} />
		${finding.value !== undefined && html`<${Loaded} over of=${FIND} />`}
		${helping.value && html`<${Loaded} over of=${HELP} with=${{ onClose: () => (helping.value = false) }} />`}`;
}
