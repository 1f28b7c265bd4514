// @ts-check
/* carry.js: a threat by way of another node, when this one does not answer: its console is opened by the person, in a window of its own, and is
 * given the words in the address, sealed (core/carry.js). There the person signs in, types the code, checks and sends. Nothing is sent by
 * itself; what was sent here before goes there as the very same message, and counts once. */

import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { newCode, opened, seal } from "../core/carry.js";
import { mayDraft } from "../core/select.js";
import { TextField } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { ScreenTitle } from "../components/parts.js";
import { moment } from "../lib/format.js";
import { html } from "../lib/html.js";
import { learn, t } from "../lib/i18n.js";
import { openDraft } from "./draft.js";
import { freshness, memory, now, otherNodes, ready, state } from "./model.js";
import { go, sealedWords, waiting } from "./router.js";

learn("threat");

/** Shown as long as nothing comes. @param {{carried: import("../core/carry.js").Carried}} props */
export function Elsewhere({ carried }) {
	const nodes = otherNodes.value;
	const away = freshness.value === "red" && nodes.length > 0;
	const code = useRef(newCode());
	const [sealed, setSealed] = useState(/** @type {string|null} */ (null));
	const text = JSON.stringify(carried), store = `draft.${state.value.me?.person}.${carried.case}.taken`;
	useEffect(() => {
		setSealed(null);
		let still = true;
		/* not for each letter that is typed */
		const timer = away ? setTimeout(() => seal(JSON.parse(text), code.current).then((s) => still && setSealed(s ?? ""), () => {}), 300) : undefined;
		return () => {
			still = false;
			clearTimeout(timer);
		};
	}, [text, away]);
	/* who opened the other console may have sent the words there, as an item of its own if that node did not know this one: they must not go
	 * out a second time unawares */
	const [taken, setTaken] = useState(/** @type {{node: string, at: number}|null} */ (memory.get(store, null)));
	const take = (/** @type {string} */ node) => {
		const next = { node, at: now.peek() };
		memory.set(store, next);
		setTaken(next);
	};
	if (!away)
		return taken && html`<div class="box box-amber" role="status"><${Icon} name="warn" /><div><p class="strong">${t("elsewhere.taken", { node: taken.node, time: moment(taken.at, now.value) })}</p><p>${t("elsewhere.taken_advice")}</p></div></div>`;
	return html`<section class="card elsewhere" aria-labelledby="elsewhere-title"><h2 id="elsewhere-title"><${Icon} name="sent" /> ${t("elsewhere.title")}</h2>
		<p>${t("elsewhere.lead")}</p>
		${sealed === "" ? html`<p>${t("elsewhere.too_long")}</p>` : html`<p>${t("elsewhere.code")} <b class="code" id="elsewhere-code">${code.current.slice(0, 4)} ${code.current.slice(4)}</b></p>`}
		<p class="row">${nodes.map((n) => (sealed === null ? html`<button type="button" disabled>${t("elsewhere.open", { node: new URL(n).host })}</button>`
			: html`<a class="button" target="_blank" rel="noopener noreferrer" aria-describedby="elsewhere-code" onClick=${() => take(new URL(n).host)} href=${sealed ? `${n}/#/carried/${sealed}` : `${n}/#/notify/${carried.case}`}>${t(
				"elsewhere.open", { node: new URL(n).host })}</a>`))}</p></section>`;
}

/** Words that somebody brings from another node. */
export function CarriedScreen() {
	const [code, setCode] = useState("");
	const [wrong, setWrong] = useState("");
	/* words of an item that this node does not know: the other one has not passed it on before it fell silent */
	const [lone, setLone] = useState(/** @type {import("../core/carry.js").Carried|null} */ (null));
	const me = state.value.me;
	const open = async (/** @type {Event} */ e) => {
		e.preventDefault();
		const waits = waiting();
		const found = await opened(sealedWords.value, code);
		if (!waits())
			return undefined;
		if (!found)
			return setWrong("carried.wrong");
		const c = state.value.cases.get(found.case);
		if (!c)
			return setLone(found);
		if (c.reporter !== me?.org)
			return setWrong("carried.not_yours");
		setLone(null);
		sealedWords.value = "";
		/* it has arrived already: what is known now is more than what was typed */
		if (!c.draft)
			return go(`#/threat/${c.id}`);
		const store = `draft.${me.person}.${c.id}.send`;
		memory.set(store, found.form);
		if (found.used)
			memory.set(`${store}.used`, found.used);
		go(`#/notify/${c.id}`);
	};
	return html`<main id="main" class="narrow"><${ScreenTitle} id="carried">${t("carried.title")}</${ScreenTitle}>
		<p class="lead">${t("carried.lead")}</p>
		<form class="card" onSubmit=${open}><${TextField} id="carried-code" label=${t("carried.code")} value=${code} onChange=${(/** @type {string} */ v) => {
			setCode(v);
			setWrong("");
		}} error=${wrong ? t(wrong) : undefined} />
			<p class="row"><button class="primary" type="submit" disabled=${!code.trim()}>${t("carried.open")}</button> <a class="button" href="#/">${t("threat.back")}</a></p></form>
		${lone && html`<div class="box box-amber" role="alert"><${Icon} name="warn" /><div><p class="strong">${t("carried.not_here")}</p><p>${t(lone.used ? "carried.twice" : "carried.anew")}</p>
			<p class="row"><button type="button" class="primary" disabled=${!ready.value || !mayDraft(me)} onClick=${() => openDraft(lone.form)}>${t("carried.anew_do")}</button></p></div></div>`}</main>`;
}
