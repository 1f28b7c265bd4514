// @ts-check
/* drop.js: where files are dropped on the form of signals. Their digests are made here, by a worker that can reach nobody
 * (hasher/worker.js); a file leaves this computer neither whole nor in part, is shown nowhere, and is forgotten with the page. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import hasher from "tocsin:hasher";
import { HASH_TYPES, itemsOf, contentType, withoutPdq } from "../core/dropped.js";
import { Icon } from "../components/icon.js";
import { html } from "../lib/html.js";
import { language, learn, t, word } from "../lib/i18n.js";
import { announce, memory } from "./model.js";

learn("incident", "drop");

/** @typedef {import("../core/dropped.js").Dropped} Dropped */

/* The one address that a worker may come from, as the content security policy wants it said. */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("hasher", {
	createScriptURL: (/** @type {string} */ path) => {
		if (path !== hasher)
			throw new TypeError("no other script");
		return path;
	},
});

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];
/** @param {number} n */
function bytes(n) {
	const step = Math.min(UNITS.length - 1, n > 0 ? Math.floor(Math.log10(n) / 3) : 0);
	return new Intl.NumberFormat(language.value, { style: "unit", unit: UNITS[step], unitDisplay: "short", maximumFractionDigits: step ? 1 : 0 })
		.format(n / 1000 ** step);
}

/** @param {{file: Dropped, onEnd: () => void}} props */
function Row({ file, onEnd }) {
	const over = file.found || file.failed;
	const percent = file.size ? Math.floor(100 * file.done / file.size) : 0;
	const without = file.found && withoutPdq(file.found);
	return html`<li class=${`dropped ${file.failed ? "is-failed" : over ? "is-done" : ""}`}>
		<span class="dropped-name"><${Icon} name=${file.failed ? "warn" : over ? "check" : "reading"} /><bdi>${file.name}</bdi>
			<span class="muted">${bytes(file.size)}</span></span>
		${file.failed ? html`<span class="attention" role="alert">${t(file.failed === "empty" ? "drop.empty" : "drop.failed")}</span>`
			: file.found ? html`<span class="dropped-found">${file.added?.map((type) => word("hash_type", type)).join(" · ")} <span class="muted">${without
				? t(`drop.plain.${without}`) : t("signal.quality", { n: file.found.pdq?.quality ?? 0 })}</span></span>`
				: html`<progress max="100" value=${percent} aria-label=${t("drop.reading", { name: file.name })}>${percent} %</progress>`}
		<button type="button" class="mini" onClick=${onEnd} aria-label=${t(over ? "drop.forget" : "drop.cancel", { name: file.name })}><${Icon}
			name="cross" /></button></li>`;
}

/** @param {{onItems: (items: any[], content: string) => number}} props  takes items into the form; answers how many found no room */
export function DropZone({ onItems }) {
	const [files, setFiles] = useState(/** @type {Dropped[]} */ ([]));
	const [wanted, setWanted] = useState(() => /** @type {import("../core/dropped.js").HashType[]} */ (memory.get("drop.types", ["SHA256", "PDQ"])));
	const [over, setOver] = useState(false);
	const [left, setLeft] = useState(0);
	const worker = useRef(/** @type {Worker|null} */ (null));
	const last = useRef(0);
	/** What a message of the worker finds: the files of now, not those of when it was asked. */
	const now = useRef({ files, wanted, onItems });
	now.current = { files, wanted, onItems };

	const amend = (/** @type {number} */ id, /** @type {Partial<Dropped>} */ change) => setFiles((all) => all.map((f) => (f.id === id ? { ...f, ...change } : f)));
	function heard(/** @type {MessageEvent} */ { data: { id, ...change } }) {
		const file = now.current.files.find((f) => f.id === id);
		if (change.found && file) {
			const items = itemsOf(change.found, now.current.wanted);
			change.added = items.map((x) => x.hash_type);
			setLeft(now.current.onItems(items, contentType(file.type)));
			announce(t("drop.read", { name: file.name }));
		}
		amend(id, change);
	}
	function take(/** @type {Iterable<File>} */ list) {
		if (!worker.current) {
			worker.current = new Worker(policy?.createScriptURL(hasher) ?? hasher);
			worker.current.addEventListener("message", heard);
		}
		const fresh = [...list].map((file) => ({ file, id: ++last.current }));
		setFiles((all) => [...all, ...fresh.map(({ file, id }) => ({ id, name: file.name, size: file.size, type: file.type, done: 0, ...(file.size ? {} : { failed: /** @type {const} */ ("empty") }) }))]);
		for (const { file, id } of fresh)
			if (file.size)
				worker.current.postMessage({ id, file });
	}
	function end(/** @type {Dropped} */ file) {
		if (!file.found && !file.failed)
			worker.current?.postMessage({ id: file.id });
		setFiles((all) => all.filter((f) => f !== file));
	}
	const choose = (/** @type {string} */ type, /** @type {boolean} */ on) => {
		const next = HASH_TYPES.filter((x) => (x === type ? on : wanted.includes(x)));
		setWanted(next);
		memory.set("drop.types", next);
	};
	/* a file that falls beside the zone must not be opened by the browser: nobody wants to see it here */
	useLayoutEffect(() => {
		const keep = (/** @type {DragEvent} */ e) => {
			if (!e.dataTransfer?.types.includes("Files") && /** @type {Element} */ (e.target).matches?.("input, textarea"))
				return; // words that are dragged into a field
			e.preventDefault();
			if (e.type === "drop" && e.dataTransfer?.files.length)
				take(e.dataTransfer.files);
			setOver(e.type === "dragover");
		};
		const off = () => setOver(false);
		addEventListener("dragover", keep);
		addEventListener("drop", keep);
		addEventListener("dragleave", off);
		return () => {
			removeEventListener("dragover", keep);
			removeEventListener("drop", keep);
			removeEventListener("dragleave", off);
			worker.current?.terminate();
		};
	}, []);

	return html`<div class=${`dropzone ${over ? "is-over" : ""}`} role="group" aria-labelledby="drop-title">
		<p class="strong" id="drop-title"><${Icon} name="keep" /> ${t("drop.title")}</p>
		<p class="hint">${t("drop.stays")}</p>
		<div class="row"><label class="button" for="drop-files"><${Icon} name="plus" /> ${t("drop.choose")}</label><input id="drop-files" type="file"
			multiple class="sr-only" onChange=${(/** @type {any} */ e) => {
				take(e.target.files);
				e.target.value = "";
			}} />
			<fieldset class="drop-types"><legend class="sr-only">${t("drop.types")}</legend>${HASH_TYPES.map((type) => html`<label class="option single"><input
				type="checkbox" checked=${wanted.includes(type)} onChange=${(/** @type {any} */ e) => choose(type, e.target.checked)} /><span>${word("hash_type",
					type)}</span></label>`)}</fieldset></div>
		${files.length > 0 && html`<ul class="drop-files">${files.map((file) => html`<${Row} key=${file.id} file=${file} onEnd=${() => end(file)} />`)}</ul>
			<p class="muted">${t("drop.below")}</p>`}
		${left > 0 && html`<p class="attention" role="alert"><${Icon} name="warn" /> ${t("drop.full", { n: left })}</p>`}
	</div>`;
}
