// @ts-check
/* find.js: the search over everything, over whatever screen is on. Arrow keys move, Enter opens, Esc closes. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { MOST, find } from "../core/find.js";
import { ModeTag, caseNumber, personInWords } from "../components/parts.js";
import { html } from "../lib/html.js";
import { learn, t } from "../lib/i18n.js";
import { finding } from "./finding.js";
import { state } from "./model.js";
import { lookThrough } from "./past.js";
import { go } from "./router.js";

learn("find", "parts");

export function FindDialog() {
	const dialog = useRef(/** @type {HTMLDialogElement|null} */ (null));
	const [query, setQuery] = useState(finding.peek() ?? "");
	const [at, setAt] = useState(0);
	const all = find(state.value, query, caseNumber);
	const shown = all.slice(0, MOST);
	const past = state.value.past.size;
	/* threats that are over and not here: how many of them were looked through for these words */
	const [looked, setLooked] = useState(/** @type {{for: string, n?: number}} */ ({ for: "" }));
	const asked = useRef("");
	const look = async () => {
		const words = asked.current = query;
		setLooked({ for: words, n: 0 });
		await lookThrough((s) => find(s, words, caseNumber).filter((x) => x.kind === "threat").map((x) => x.id), (n) => {
			if (asked.current === words)
				setLooked({ for: words, n });
			return asked.current === words;
		}).catch(() => {});
		if (asked.current === words)
			setLooked({ for: words });
	};
	useLayoutEffect(() => {
		const back = /** @type {HTMLElement|null} */ (document.activeElement);
		dialog.current?.showModal();
		dialog.current?.querySelector("input")?.select();
		return () => back?.isConnected && back.focus();
	}, []);
	useEffect(() => {
		setAt(0);
		asked.current = ""; // what is under way is not for these words
		return () => void (asked.current = "");
	}, [query]);
	const open = (/** @type {import("../core/find.js").Found|undefined} */ x) => {
		if (!x)
			return;
		dialog.current?.close();
		go(x.href);
	};
	const keys = (/** @type {KeyboardEvent} */ e) => {
		e.stopPropagation();
		if (e.key === "ArrowDown" || e.key === "ArrowUp") {
			e.preventDefault();
			setAt((now) => Math.max(0, Math.min(shown.length - 1, now + (e.key === "ArrowDown" ? 1 : -1))));
		} else if (e.key === "Enter" && /** @type {HTMLElement} */ (e.target).tagName === "INPUT") {
			e.preventDefault();
			open(shown[at]);
		}
	};
	return html`<dialog ref=${dialog} class="find" aria-labelledby="find-title" onClose=${() => (finding.value = undefined)} onKeyDown=${keys}>
		<div class="dialog-head"><h2 id="find-title">${t("find.title")}</h2><button onClick=${() => dialog.current?.close()}>${t("find.close")} <kbd>Esc</kbd></button></div>
		<label class="sr-only" for="find">${t("find.title")}</label>
		<input id="find" type="search" autocomplete="off" role="combobox" aria-expanded=${shown.length > 0} aria-controls="find-list" aria-activedescendant=${shown.length
			? `found-${at}` : undefined} value=${query} onInput=${(/** @type {any} */ e) => setQuery(e.target.value)} />
		<p class="muted" role="status">${query.trim() ? t("find.count", { n: all.length }) : t("find.hint")}${all.length > shown.length && html` · ${t("find.more", { n: all.length - shown.length })}`}</p>
		${past > 0 && query.trim() && html`<p class="row muted" role="status">${looked.for !== query ? html`<span>${t("past.not_looked", { n: past })}</span> <button type="button" class="mini" onClick=${look}>${t("past.look")}</button>`
			: looked.n === undefined ? t("past.looked") : t("past.looking", { n: looked.n })}</p>`}
		<ul id="find-list" role="listbox" aria-label=${t("find.title")} class="found">${shown.map((x, n) => html`<li key=${x.kind + x.id} id=${`found-${n}`} role="option"
			aria-selected=${n === at} onClick=${() => open(x)}><span class="kind-tag">${t(`find.${x.kind}`)}</span> <b>${x.name || personInWords(x.id)}</b> <span class="muted">${x.about === x.name ? "" : x.about}</span> ${x.exercise !== undefined && html`<${ModeTag}
				mode=${x.exercise ? "exercise" : "actual"} />`}</li>`)}</ul>
	</dialog>`;
}
