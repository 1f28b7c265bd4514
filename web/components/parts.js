// @ts-check
/* parts.js: small parts that several screens use. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { inExercise, orgName, titleOf } from "../core/select.js";
import { html } from "../lib/html.js";
import { t, word } from "../lib/i18n.js";
import { directory } from "../app/model.js";
import { Icon } from "./icon.js";

/** Symbol and word for how a threat stands. @param {{is: string, small?: boolean}} props */
export function Standing({ is, small }) {
	return html`<span class=${`standing is-${is}`}><${Icon} name=${is} class=${is === "new" ? "flash"
		: ""} />${!small && html`<span class="word">${t(`standing.${is}`)}</span>`}</span>`;
}

/** A word of the vocabulary (criteria, checklist, types of activation) in the reader's language, if we know it in that; as
 * the vocabulary has it otherwise. @param {string|undefined} code */
export function vocabularyWord(code) {
	const { criteria = [], checklist = [], activation_types: types = [] } = directory.value.vocabulary ?? {};
	return word("vocabulary", code) !== code?.replaceAll("_", " ") ? word("vocabulary", code)
		: [...criteria, ...checklist, ...types].find((w) => w.code === code)?.name ?? code ?? "";
}

const STATE_ICON = /** @type {Record<string, string>} */ ({ REPORTED: "new", ASSESSING: "read", EARLY_WARNING: "warn", ACTIVE: "bell",
	WINDING_DOWN: "redirected", NOT_ACTIVATED: "rejected", CLOSED: "closed", DEBRIEF: "closed", ARCHIVED: "closed",
	LINKED_DUPLICATE: "link" });

/** Symbol and word for the state of an incident. @param {{is: string, big?: boolean}} props */
export function IncidentState({ is, big }) {
	return html`<span class=${`standing incident-state is-${is} ${big ? "is-big" : ""}`}><${Icon} name=${STATE_ICON[is] ?? "none"} /><span
		class="word">${word("incident_state", is)}</span></span>`;
}

/** An organisation by its code, with its full name on hover. @param {{code: string}} props */
export function OrgName({ code }) {
	const name = orgName(directory.value, code);
	return name === code ? html`<span class="org">${code}</span>` : html`<abbr class="org"
		title=${name}>${code}</abbr>`;
}

/** Roles of a person whose title nobody told us. @param {{roles: string[]}|null|undefined} who */
export function rolesInWords(who) {
	return (who?.roles ?? []).map((r) => word("role", r)).join(", ");
}

/** Roles in which people answer for a threat; the others say little about who somebody is. */
const ANSWERING = ["duty_officer", "liaison", "crisis_responder", "legal", "incident_lead"];

/** A person as far as this person may know: title, or "you", or the role. @param {string|undefined} person
 * @param {string} [title] */
export function personInWords(person, title) {
	const s = directory.value;
	const known = title ?? titleOf(s, person);
	if (known || !person)
		return known;
	if (person === s.me?.person)
		return t("who.you");
	const role = s.people.get(person)?.roles.find((r) => ANSWERING.includes(r));
	return role ? word("role", role) : t("who.person");
}

/** Who, in plain words: title and organisation. @param {{act: {org?: string, person?: string, title?: string}}} props */
export function Who({ act }) {
	const words = act.org === "server" ? undefined : personInWords(act.person, act.title);
	return html`<span class="who" title=${act.person}>${words ? `${words}, ` : ""}${act.org && html`<${OrgName}
		code=${act.org} />`}</span>`;
}

/** @param {{level: string}} props */
export function Tlp({ level }) {
	return html`<span class=${`tlp tlp-${level.replace("+", "-").toLowerCase()}`}>TLP:${level}</span>`;
}

/** @param {{mode: string}} props  never lets an exercise look real */
export function ModeTag({ mode }) {
	if (mode === "actual")
		return inExercise(directory.value) ? html`<span class="mode-tag is-real">${t("exercise.real")}</span>`
			: null;
	return html`<span class="mode-tag"><${Icon} name="drill" />${word("mode", mode)}</span>`;
}

/** Short name of a case: the last digits of its id. @param {string} id */
export function caseNumber(id) {
	return `ITL-${id.replaceAll("-", "").slice(-6).toUpperCase()}`;
}

/** A refusal in words: what, which field, which law, what to do. @param {{answer: any}} props */
export function Refused({ answer }) {
	const ref = useRef(/** @type {HTMLElement|null} */ (null));
	useLayoutEffect(() => ref.current?.focus(), [answer]);
	if (!answer || answer.ok)
		return null;
	const r = answer.refusal;
	return html`<div class="box box-red" role="alert" tabindex="-1" ref=${ref}>
		<${Icon} name="warn" />
		<div>${r
			? html`<p class="strong">${t("refused.title")}</p>
				<p>${r.detail ?? word("refusal", r.code)}</p>
				${(r.field || r.clause) && html`<p class="muted">${r.field &&
					html`<code>${r.field}</code>`} ${r.clause}</p>`}
				${r.advice && html`<p>${r.advice}</p>`}`
			: html`<p class="strong">${t(answer.lost === "before" ? "lost.before" : "lost.unknown")}</p>
				<p>${t(answer.lost === "before" ? "lost.before_advice" : "lost.unknown_advice")}</p>`}
		</div>
	</div>`;
}

/** Heading of a screen: takes the focus when the screen comes, so that keyboard and screen reader start there.
 * @param {{children: any, id?: string, class?: string}} props */
export function ScreenTitle({ children, id, class: extra }) {
	const ref = useRef(/** @type {HTMLElement|null} */ (null));
	useLayoutEffect(() => {
		scrollTo(0, 0);
		ref.current?.focus({ preventScroll: true });
	}, [id]);
	return html`<h1 tabindex="-1" class=${extra} ref=${ref}>${children}</h1>`;
}
