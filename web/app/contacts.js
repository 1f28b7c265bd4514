// @ts-check
/* contacts.js: how organisations are reached: what I have to answer and whether I am on duty, my organisation's contact points with
 * their channels and drills, its roster, and the directory of all others. What a person may not read is not here: the server did
 * not send it. Changes of a contact point take two admins: one declares, another one puts in force what they read here. */

import { useLayoutEffect, useState } from "preact/hooks";
import { channelState, contactMessage, isAdmin, isOverdue, onDuty, pointsFor, runningDrills, shiftsOf, waitingTests } from "../core/contacts.js";
import { TextField } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { ScreenTitle, personInWords } from "../components/parts.js";
import { When } from "../components/time.js";
import { tongue } from "../lib/format.js";
import { html } from "../lib/html.js";
import { learn, t, word } from "../lib/i18n.js";
import { onKeys } from "./keys.js";
import { Act } from "./act.js";
import { now, serverClock, state } from "./model.js";
import { go } from "./router.js";

learn("parts", "contacts");

/** @typedef {import("../core/contacts.js").Point} Point */

/** @param {string|undefined} person */
const nameOf = (person) => {
	const s = state.value;
	return person === s.me?.person ? t("who.you") : s.people.get(person ?? "")?.title ?? personInWords(person) ?? t("contacts.somebody");
};

/** A button that says one thing, and the refusal beside it. @param {{label: string, body: any, more?: any, primary?: boolean, done: string, icon?: string,
 *   of?: string}} props */
const Say = ({ body, more = undefined, ...look }) => html`<${Act} want=${JSON.stringify([body, more])} make=${() => contactMessage(body, serverClock.now(), more)} ...${look} />`;

/* ---- what waits for me ---- */

/** @param {{test: ReturnType<typeof waitingTests>[number]}} props */
function TestAnswer({ test }) {
	const [code, setCode] = useState("");
	const { org, id } = test.point;
	const [contact, kind] = test.place.split("/");
	return html`<li class="contact-todo"><span>${t("contacts.test_waits", { channel: word("channel", kind), n: Number(contact) + 1 })}</span>
		<${TextField} id=${`code-${test.test}`} label=${t("contacts.code")} value=${code} maxlength=${16} onChange=${setCode} />
		<${Say} label=${t("contacts.answer_test")} primary body=${{ step: "confirm", org, test: test.test, ...(code ? { code } : {}) }}
			done=${t("contacts.test_answered")} of=${`${id.slice(0, 8)} ${test.place}`} /></li>`;
}

function Mine() {
	const s = state.value;
	const org = s.me?.org ?? "";
	const duty = onDuty(s, org, now.value);
	const mine = duty.some((x) => x.person === s.me?.person);
	const drills = runningDrills(s);
	const tests = waitingTests(s);
	return html`<section aria-labelledby="contacts-mine" class="card"><h2 id="contacts-mine">${t("contacts.duty")}</h2>
		<p>${duty.length ? html`${t("contacts.on_duty_now")} <b>${duty.map((x) => nameOf(x.person)).join(", ")}</b>` : t("contacts.nobody_on_duty")}</p>
		<p class="row"><${Say} label=${t(mine ? "contacts.go_off" : "contacts.go_on")} icon="bell" body=${{ step: "duty", org, duty: mine ? "off" : "on" }}
			done=${t(mine ? "contacts.is_off" : "contacts.is_on")} /></p>
		${(drills.length > 0 || tests.length > 0) && html`<h3>${t("contacts.waits")}</h3><ul class="contact-todos">
			${drills.map((p) => html`<li class="contact-todo is-drill" key=${p.drill?.id}><span><${Icon} name="drill" /> ${t("contacts.drill_runs")} <${When}
				at=${p.drill?.from} of=${{}} /></span> <${Say} label=${t("contacts.answer_drill")} primary body=${{ step: "answer", org,
					drill: p.drill?.id }} done=${t("contacts.drill_answered")} /></li>`)}
			${tests.map((x) => html`<${TestAnswer} key=${x.test} test=${x} />`)}</ul>`}
	</section>`;
}

/* ---- contact points ---- */

/** @param {{state?: string}} props */
const State = ({ state: is }) => is && html`<span class=${`tag contact-state is-${is}`}>${t(`contacts.${is}`)}</span>`;

/** @param {{p: Point, contact?: number, channels: any[], own: boolean}} props */
function Channels({ p, contact, channels, own }) {
	return html`<ul class="contact-channels">${channels.map((c) => html`<li key=${c.kind}><b>${word("channel", c.kind)}</b> <span
		class="contact-address">${c.address ?? ""}</span> <${State} state=${channelState(p, contact, c.kind)} />
		${own && contact !== undefined && !p.waiting && channelState(p, contact, c.kind) && html` <${Say} label=${t("contacts.try")}
			of=${`${word("channel", c.kind)}, ${contact + 1}`} body=${{ step: "test", org: p.org, point: p.id,
				tested: { contact, channel: c.kind } }} done=${t("contacts.tried")} />`}</li>`)}</ul>`;
}

/** @param {{body: any}} props */
function Hours({ body }) {
	const { calendar: c } = body;
	if (!c)
		return html`${word("hours", body.hours)}`;
	return html`${c.open.map((/** @type {any} */ o, /** @type {number} */ n) => html`${n > 0 && "; "}${o.days.map((/** @type {string} */ d) =>
		word("weekday", d)).join(" ")} ${o.from}–${o.until}`)} (${c.zone})${c.holidays?.length ? html`, ${t("contacts.not_on")} ${c.holidays.join(", ")}`
			: ""}`;
}

/** @param {{p: Point}} props */
function Drill({ p }) {
	const overdue = isOverdue(p, now.value);
	return html`<span class=${overdue ? "contact-overdue" : ""}>${p.last ? html`${word("drill_result", p.last.result)}${p.last.reaction_s !== undefined &&
		html`, ${t("contacts.reaction", { s: p.last.reaction_s })}`}, <${When} at=${p.last.at} of=${{}} />` : t("contacts.no_drill")}${overdue &&
			html` <b>${t("contacts.overdue")}</b>`}</span>`;
}

/** @param {{p: Point, own: boolean}} props */
function PointBox({ p, own }) {
	const { me } = state.value;
	const b = p.body;
	const admin = own && isAdmin(me);
	/* where an organisation has one admin the hub's is the second; whether it has, the server knows */
	const second = p.waiting && p.by !== me?.person && (admin || (isAdmin(me) && me?.kinds.includes("eu_hub")));
	const fact = (/** @type {string} */ name, /** @type {any} */ value) => html`<div class="fact"><dt>${t(name)}</dt><dd>${value}</dd></div>`;
	return html`<article class=${`card contact-point ${p.waiting ? "is-waiting" : ""}`} aria-labelledby=${`point-${p.id}`}>
		<h3 id=${`point-${p.id}`} tabindex="-1">${!own && `${p.org}: `}${p.purposes.map((x) => word("purpose", x)).join(", ")} ${p.waiting && html`<span
			class="tag">${t("contacts.waiting")}</span>`}${b.public && html` <span class="tag">${t("contacts.public")}</span>`}</h3>
		<dl class="facts">${fact("contacts.hours", html`<${Hours} body=${b} />`)}${b.languages && fact("contacts.languages", b.languages.map(tongue).join(", "))}
			${b.orders_by && fact("contacts.orders_by", b.orders_by.map((/** @type {string} */ c) => word("channel", c)).join(", "))}
			${b.valid_until && fact("contacts.until", html`<${When} at=${b.valid_until} of=${{}} withZone />`)}
			${b.escalation_chain && !p.waiting && fact("contacts.drill", html`<${Drill} p=${p} />`)}</dl>
		${b.channels?.length > 0 && html`<p class="strong">${t("contacts.desk")}</p><${Channels} p=${p} channels=${b.channels} own=${admin} />`}
		${b.escalation_chain && html`<ol class="contact-chain">${b.escalation_chain.map((/** @type {any} */ c, /** @type {number} */ n) => html`<li
			key=${n}>${nameOf(c.person)}${c.when && c.when !== "always" && html` <span class="muted">${word("called_when", c.when)}</span>`}<${Channels}
				p=${p} contact=${n} channels=${c.channels} own=${admin} /></li>`)}</ol>`}
		${second ? html`<p class="row"><${Say} label=${t(own ? "contacts.confirm" : "contacts.confirm_lone")} primary icon="check" body=${b}
			more=${{ supersedes: p.id }} done=${t("contacts.confirmed")} /></p>` : admin && html`<p class="row">${p.waiting
			? html`<span class="muted">${t("contacts.waits_for_second")}</span>` : !p.drill && html`<${Say} label=${t("contacts.start_drill")} icon="drill"
				body=${{ step: "drill", org: p.org, point: p.id }} done=${t("contacts.drill_started")} />`}</p>`}
	</article>`;
}

/* ---- roster ---- */

function Roster() {
	const s = state.value;
	const org = s.me?.org ?? "";
	const shifts = shiftsOf(s, org, now.value);
	return html`<section aria-labelledby="contacts-roster"><h2 id="contacts-roster">${t("contacts.roster")}</h2>
		${isAdmin(s.me) && html`<p><a class="button" href="#/say/M26.roster"><${Icon} name="plus" /> ${t("contacts.set_roster")}</a></p>`}
		${shifts.length ? html`<div class="table-scroll"><table class="contact-roster"><thead><tr><th
			scope="col">${t("contacts.who")}</th><th scope="col">${t("contacts.from")}</th><th scope="col">${t("contacts.until")}</th><th
				scope="col">${t("contacts.change")}</th></tr></thead><tbody>${shifts.map((x) => html`<tr key=${x.id}><td>${nameOf(x.person)}</td><td><${When}
					at=${x.from} of=${{}} withZone /></td><td><${When} at=${x.until} of=${{}} withZone /></td><td>${x.person !== s.me?.person &&
						html`<${Say} label=${t("contacts.take")} of=${`${nameOf(x.person)}, ${x.from}`} body=${{ step: "duty", org,
							duty: "take", shift: x.id }} done=${t("contacts.taken")} />`}</td></tr>`)}</tbody></table></div>`
			: html`<p class="muted">${t("contacts.no_roster")}</p>`}
	</section>`;
}

/** @param {{id?: string}} props  `id`: the organisation that the address names */
export function ContactsScreen({ id }) {
	const s = state.value;
	const org = s.me?.org ?? "";
	useLayoutEffect(() => onKeys({ escape: () => go("#/") }), []);
	const own = pointsFor(s, org);
	const others = pointsFor(s, org, true);
	const sought = [...own, ...others].find((p) => p.org.toLowerCase() === id?.toLowerCase())?.id;
	/* the one that the address names is shown, and read out, first */
	useLayoutEffect(() => {
		const heading = sought && document.getElementById(`point-${sought}`);
		if (!heading)
			return;
		heading.closest("article")?.scrollIntoView({ block: "start" });
		heading.focus({ preventScroll: true });
	}, [sought]);
	return html`<main id="main" class="contacts">
		<p class="crumbs"><a href="#/"><${Icon} name="back" />${t("threat.back")} <kbd>Esc</kbd></a></p>
		<${ScreenTitle} id="contacts">${t("contacts.title")}</${ScreenTitle}>
		<p class="lead">${t("contacts.lead")}</p>
		<${Mine} />
		<section aria-labelledby="contacts-own"><h2 id="contacts-own">${t("contacts.own")} <span class="count-quiet">${own.length}</span></h2>
			${isAdmin(s.me) && html`<p><a class="button is-primary" href="#/say/M26.own"><${Icon} name="plus" /> ${t("contacts.declare")}</a></p>`}
			${own.length ? own.map((p) => html`<${PointBox} key=${p.id} p=${p} own />`) : html`<p class="muted">${t("contacts.none")}</p>`}</section>
		<${Roster} />
		<section aria-labelledby="contacts-others"><h2 id="contacts-others">${t("contacts.others")} <span class="count-quiet">${others.length}</span></h2>
			${others.length ? others.map((p) => html`<${PointBox} key=${p.id} p=${p} own=${false} />`) : html`<p class="muted">${t("contacts.none")}</p>`}</section>
	</main>`;
}
