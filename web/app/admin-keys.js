// @ts-check
/* admin-keys.js: keys and links of the own organisation. A secret is made here, shown once, and never sent: the server learns its digest.
 * It stands on this page until it is put away or the page is left, and is stored nowhere. */

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { adminMessage, endingSoon, isAdmin, keyless, keysOf, newSecret, ownPeople } from "../core/admin.js";
import { rfc3339 } from "../core/protocol.js";
import { Copyable } from "../components/copy.js";
import { Radios, Select } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { personInWords, rolesInWords } from "../components/parts.js";
import { When } from "../components/time.js";
import { html } from "../lib/html.js";
import { learn, t } from "../lib/i18n.js";
import { Act, RefusedHere } from "./act.js";
import { announce, now, ready, serverClock, state } from "./model.js";
import { useSending } from "./sending.js";

learn("parts", "admin");

const DAY = 86_400_000;
/** How long it is good for, in days; the most that the server allows is the last. */
const DAYS = /** @type {const} */ ({ api_key: [30, 90, 365], sign_in: [1, 3] });
/** @type {import("@preact/signals").Signal<{credential: string, secret: string, kind: string, person: string}|null>} */
const told = signal(null);

/** @param {string|undefined} person */
export const nameOf = (person) => {
	const p = state.value.people.get(person ?? "");
	return p?.title ?? (p?.machine ? t("role.service_account") : personInWords(person) ?? person ?? "");
};

function Secret() {
	const one = told.value;
	if (!one)
		return null;
	const text = one.kind === "sign_in" ? `${location.origin}/#sign-in=${one.secret}` : one.secret;
	return html`<div class="box box-amber" role="region" aria-label=${t("admin.secret")}><${Icon} name="keep" /><div><p class="strong">${t("admin.secret")}: ${nameOf(one.person)}</p>
		<p>${t(one.kind === "sign_in" ? "admin.secret_link" : "admin.secret_key")}</p><p class="secret"><${Copyable} text=${text} name=${t("admin.secret")} /></p>
		<button type="button" onClick=${() => (told.value = null)}>${t("admin.put_away")}</button></div></div>`;
}

function Issue() {
	const s = state.value;
	const [kind, setKind] = useState(/** @type {"api_key"|"sign_in"} */ ("sign_in"));
	const [person, setPerson] = useState("");
	const [days, setDays] = useState("1");
	const [tried, setTried] = useState(false);
	const { busy, answer, setAnswer, deliver } = useSending();
	const people = ownPeople(s).filter((p) => kind === "api_key" || !p.machine);
	const submit = async (/** @type {Event} */ e) => {
		e.preventDefault();
		setTried(true);
		if (!person)
			return document.getElementById("key-person")?.focus();
		const made = await newSecret(kind);
		const body = { step: "issue", credential: made.credential, person, org: s.me?.org, kind, sha256: made.sha256, expires: rfc3339(serverClock.now() + Number(days) * DAY) };
		const result = await deliver(made.credential, () => adminMessage("credential", body, serverClock.now()));
		if (!result.ok)
			return;
		told.value = { credential: made.credential, secret: made.secret, kind, person };
		setTried(false);
		announce(t("admin.done.issue"));
	};
	return html`<form class="card admin-form" onSubmit=${submit} noValidate aria-labelledby="issue-title"><h3 id="issue-title">${t("admin.issue")}</h3>
		<${Radios} id="key-kind" inline label=${t("admin.kind")} value=${kind} onChange=${(/** @type {any} */ v) => (setKind(v), setDays(String(DAYS[/** @type {"api_key"} */ (v)][0])), setAnswer(null))}
			options=${["sign_in", "api_key"].map((value) => ({ value, label: t(`admin.kind.${value}`) }))} />
		<${Select} id="key-person" label=${t("admin.whose")} value=${person} onChange=${(/** @type {string} */ v) => (setPerson(v), setAnswer(null))} error=${tried && !person ? t("missing.required") : undefined}
			options=${people.map((p) => ({ value: p.person, label: p.title ?? rolesInWords(p) }))} />
		<${Select} id="key-days" label=${t("admin.good_for")} value=${days} onChange=${(/** @type {string} */ v) => v && setDays(v)} options=${DAYS[kind].map((d) => ({ value: String(d),
			label: t("admin.days", { n: d }) }))} />
		<p class="row"><button class="primary" type="submit" disabled=${busy || !ready.value}>${t("admin.issue_do")}</button><${RefusedHere} answer=${answer} /></p></form>`;
}

/** @param {{k: ReturnType<typeof keysOf>[number]}} props */
function Row({ k }) {
	const s = state.value;
	const works = (k.is === "good" || k.is === "soon") && !k.used;
	const rotate = async () => {
		const made = await newSecret("api_key");
		return { made, body: { step: "rotate", credential: made.credential, person: k.person, org: k.org, sha256: made.sha256, replaces: k.id,
			expires: rfc3339(serverClock.now() + 365 * DAY), old_until: rfc3339(serverClock.now() + DAY) } };
	};
	const { busy, answer, deliver } = useSending();
	const renew = async () => {
		const { made, body } = await rotate();
		const result = await deliver(made.credential, () => adminMessage("credential", body, serverClock.now()));
		if (result.ok) {
			told.value = { credential: made.credential, secret: made.secret, kind: "api_key", person: k.person };
			announce(t("admin.done.rotate"));
		}
	};
	const name = `${nameOf(k.person)}, ${t(`admin.kind.${k.kind}`)}`;
	return html`<tr class=${works ? "" : "is-over"}><th scope="row">${nameOf(k.person)}${s.people.get(k.person)?.machine && html` <span class="tag"><${Icon} name="machine" />${t("role.service_account")}</span>`}</th><td data-label=${t("admin.kind")}>${t(`admin.kind.${k.kind}`)}</td>
		<td data-label=${t("admin.until")}>${k.expires ? html`<${When} at=${k.expires} of=${{}} withZone />` : t("admin.for_ever")}</td>
		<td data-label=${t("admin.state")}><span class=${`tag ${k.is === "soon" ? "tag-amber" : ""}`}>${t(k.used ? "admin.key.used" : `admin.key.${k.is}`)}</span></td>
		<td>${works && isAdmin(s.me) && html`<span class="row">${k.kind === "api_key" && !k.replacedBy && html`<button type="button" class="mini" disabled=${busy || !ready.value} aria-label=${`${t(
			"admin.rotate")}: ${name}`} onClick=${renew}>${t("admin.rotate")}</button><${RefusedHere} answer=${answer} />`}<${Act} mini danger label=${t("admin.revoke")} of=${name} sure=${t(
				"admin.revoke_sure")} done=${t("admin.done.revoke")} make=${() => adminMessage("credential", { step: "revoke", credential: k.id }, serverClock.now())} /></span>`}</td></tr>`;
}

export function Keys() {
	const s = state.value;
	useEffect(() => () => void (told.value = null), []);
	const all = keysOf(s, now.value);
	const open = all.filter((k) => !k.used && (k.is === "good" || k.is === "soon"));
	const over = all.filter((k) => !open.includes(k)).slice(0, 100);
	const table = (/** @type {typeof all} */ list, /** @type {string} */ id) => html`<div class="table-wrap" tabindex="0" role="region" aria-labelledby=${id}><table class="receipts"><thead><tr>${["whose",
		"kind", "until", "state", "do"].map((n) => html`<th scope="col">${t(`admin.${n}`)}</th>`)}</tr></thead><tbody>${list.map((k) => html`<${Row} key=${k.id} k=${k} />`)}</tbody></table></div>`;
	const soon = endingSoon(s, now.value);
	const lost = keyless(s, now.value);
	return html`<section><h2 id="keys-title">${t("admin.tab.keys")} <span class="count-quiet">${open.length}</span></h2><p class="muted">${t("admin.keys_lead")}</p>
		${(soon.length > 0 || lost.length > 0) && html`<div class="box box-amber" role="status"><${Icon} name="warn" /><div>${soon.length > 0 && html`<p class="strong">${t("admin.keys_soon", { n: soon.length })}</p>
			<ul>${soon.map((k) => html`<li key=${k.id}>${nameOf(k.person)}: <${When} at=${k.expires} of=${{}} withZone /></li>`)}</ul><p>${t("admin.keys_soon_do")}</p>`}${lost.length > 0 && html`<p>${t("admin.keyless")}
				${lost.map((p, n) => html`${n > 0 && ", "}<b>${nameOf(p.person)}</b>`)}</p>`}</div></div>`}
		<${Secret} />${isAdmin(s.me) && html`<${Issue} />`}
		${open.length ? table(open, "keys-title") : html`<p class="muted">${t("admin.no_keys")}</p>`}
		${over.length > 0 && html`<details><summary id="keys-over">${t("admin.keys_over", { n: over.length })}</summary>${table(over, "keys-over")}</details>`}</section>`;
}
