// @ts-check
/* signals.js: the content signals of an incident. Variants stand under what they are variants of. Disputed and quarantined
 * items look different from those to act on: a word, a shape and a border, never colour alone. */

import { clusters } from "../core/signals.js";
import { mayRetract } from "../core/course.js";
import { mayJudge } from "../core/crisis.js";
import { useLayoutEffect } from "preact/hooks";
import { Copyable } from "../components/copy.js";
import { Graded } from "../components/graded.js";
import { Icon } from "../components/icon.js";
import { Who } from "../components/parts.js";
import { When } from "../components/time.js";
import { defanged } from "../lib/format.js";
import { html } from "../lib/html.js";
import { learn, t, word } from "../lib/i18n.js";
import { state } from "./model.js";
import { route } from "./router.js";

learn("parts", "incident", "course");

/** @typedef {import("../core/signals.js").Signal} Signal */

const LOOK = /** @type {Record<string, string>} */ ({ PROPOSED: "draft", SHARED: "sent", CONFIRMED: "accepted", ACTIVE: "accepted",
	DISPUTED: "question", QUARANTINED: "keep", RETRACTED: "withdrawn", EXPIRED: "closed" });

/** @param {Signal} x */
function value(x) {
	const f = x.fields;
	const text = f.hash_value ?? f.url ?? f.domain ?? f.text_phrase ?? f.account_ref ?? f.hash_ref?.sha256 ?? "";
	const isHash = f.hash_value || f.hash_ref || f.account_ref;
	return { text, shown: isHash && text.length > 20 ? `${text.slice(0, 16)}…` : f.url || f.domain ? defanged(text) : text };
}

/** Matches by distance: how many, of how many services. @param {{x: Signal}} props */
function Counts({ x }) {
	const total = x.counts.reduce((n, c) => n + (c.count ?? 0), 0);
	const orgs = new Set(x.counts.map((c) => c.by.org)).size;
	const negative = [...x.opinions.values()].filter((o) => o.opinion === "negative").length;
	const positive = [...x.opinions.values()].filter((o) => o.opinion === "positive").length;
	const seeds = x.opinions.size - negative - positive;
	return html`<p class="signal-counts">
		<span>${x.counts.length ? t("signal.matches", { n: total, orgs }) : html`<span class="muted">${t("signal.no_matches")}</span>`}</span>
		<span>${t("signal.opinions", { yes: positive, no: negative, seed: seeds })}</span>
		${x.faults.length > 0 && html`<span class="attention"><${Icon} name="warn" /> ${t("signal.faults", { n: x.faults.length })}</span>`}
	</p>`;
}

/** @param {{row: {signal: Signal, depth: number, family: number}, i: import("../core/incidents.js").Incident}} props */
function Row({ row, i }) {
	const x = row.signal;
	const sought = route.value.step === x.id;
	useLayoutEffect(() => void (sought && document.getElementById(`signal-${x.id}`)?.scrollIntoView({ block: "center" })), [sought]);
	const f = x.fields;
	const v = value(x);
	const standing = x.disputed && x.state !== "QUARANTINED" && !x.ended ? "DISPUTED" : x.state;
	const judge = x.ended ? [] : [...mayJudge(state.value, i), ...(mayRetract(state.value, x) ? ["M8.retract"] : [])];
	const labels = [...f.behaviour_labels ?? [], ...f.tco_type ?? []];
	return html`<li id=${`signal-${x.id}`} class=${`signal ${route.value.step === x.id ? "is-sought" : ""} is-${standing} ${row.depth ? "is-variant" : ""} ${f.bank === "negative" ? "is-negative" : ""}`}>
		<p class="signal-head"><span class=${`signal-state is-${standing}`}><${Icon} name=${LOOK[standing] ?? "none"} /><b>${word("signal_state",
			standing)}</b></span>
			${f.bank === "negative" && html`<span class="tag">${t("signal.negative")}</span>`}
			<span class="kind-tag">${f.hash_type ? word("hash_type", f.hash_type) : word("signal_kind", f.signal_kind)}</span>
			${f.text_phrase && f.graphic !== "none" ? html`<${Graded} id=${x.id} grade=${t("care.words", { grade: word("graphic", f.graphic ?? "unknown") })}><${Copyable}
				text=${v.text} shown=${v.shown} name=${word("signal_kind", f.signal_kind)} /></${Graded}>` : v.text ? html`<${Copyable} text=${v.text} shown=${v.shown} name=${f.hash_type ?? word("signal_kind", f.signal_kind)} />`
				: html`<span class="muted">${t("signal.not_yours")}</span>`}
			${row.depth > 0 && html`<span class="tag"><${Icon} name="link" />${word("variant_kind", f.variant_kind)}</span>`}
			${!row.depth && row.family > 1 && html`<span class="tag">${t("signal.family", { n: row.family })}</span>`}</p>
		<p class="signal-facts">${[word("signal_content", f.content_type), f.hash_quality !== undefined && t("signal.quality",
			{ n: f.hash_quality }), x.distance !== undefined && t("signal.distance", { n: x.distance }), x.state === "QUARANTINED" &&
				x.beyond !== undefined && t("signal.beyond", { n: x.beyond }), word("producer", f.producer), f.graphic && f.graphic !== "none" &&
					`${t("field.item.graphic")}: ${word("graphic", f.graphic)}`, f.context_warning && f.context_warning !== "none" && word("context_warning",
						f.context_warning), t("signal.action", { what: word("suggested_action", f.suggested_action) })].filter(Boolean).map((words) =>
			html`<span>${words}</span>`)}</p>
		${labels.length > 0 && html`<p class="signal-labels">${labels.map((l) => html`<span class="tag">${word(f.tco_type?.includes(l) ? "tco_type"
			: "behaviour", l)}</span>`)}</p>`}
		<${Counts} x=${x} />
		<p class="muted signal-from"><${Who} act=${x.by} /> · <${When} at=${x.at} of=${i} />${f.expires_at && html` · ${t("signal.expires")} <${When}
			at=${f.expires_at} of=${i} seconds=${false} />`}${x.ended && html` · <b>${word("retraction", x.ended.how)}</b>${x.ended.advice && html` <span class="tag">${word("undo_advice", x.ended.advice)}</span>`} <${When} at=${x.ended.at}
				of=${i} />`}</p>
		${judge.length > 0 && html`<p class="signal-acts">${judge.map((form) => html`<a class="button mini" href=${`#/say/${form}/${x.id}`}
			aria-label=${`${t(`say.title.${form}`)}: ${v.shown}`}>${t(`say.title.${form}`)}</a>`)}</p>`}
	</li>`;
}

/** @param {{i: import("../core/incidents.js").Incident}} props */
export function SignalList({ i }) {
	const rows = clusters(i);
	if (!rows.length)
		return null;
	const odd = rows.filter(({ signal: x }) => x.disputed || x.state === "QUARANTINED").length;
	return html`<section class="card" aria-labelledby="signals-title">
		<div class="card-head"><h2 id="signals-title">${t("signal.title")} <span class="count-quiet">${rows.length}</span></h2>
			${odd > 0 && html`<span class="count-amber">${t("signal.odd", { n: odd })}</span>`}</div>
		<ul class="signals">${rows.map((row) => html`<${Row} key=${row.signal.id} row=${row} i=${i} />`)}</ul>
	</section>`;
}
