// @ts-check
/* timeline.js: what happened, with exact times. Scenario or local time in front, both forms on hover. Entries that
 * are not in the ledger yet, or came late, or were disclosed afterwards, say so. */

import { signal } from "@preact/signals";
import { mayRecall } from "../core/course.js";
import { receiptCount } from "../core/select.js";
import { Icon } from "../components/icon.js";
import { OrgName, Who } from "../components/parts.js";
import { When } from "../components/time.js";
import { html } from "../lib/html.js";
import { learn, t, word } from "../lib/i18n.js";
import { state } from "./model.js";
import { ProofOf } from "./proof.js";

learn("parts", "incident", "course", "orders", "threat");

/** @typedef {import("../core/state.js").Case} Case */
/** @typedef {import("../core/state.js").Item} Item */

const showMachine = signal(false);
/** Which of several mechanisms is shown; all of them while it is empty. */
const onlyOf = signal("");

const SYMBOL = /** @type {Record<string, string>} */ ({
	"M1.report": "sent", "M1.reference": "link", "M1.link": "link", "M1.unlink": "cross", "M2.propose": "question", "M2.issue": "warn",
	"M2.decline": "rejected", "M2.expire": "closed", "M3.assess": "read", "M3.assign": "person", "M3.not_activate": "rejected",
	"M3.change": "draft", "M3.wind_down": "redirected", "M3.propose": "waiting", "M3.confirm": "accepted", "M3.fast_path": "bell",
	"M3.object": "warn", "M3.withdraw": "withdrawn", "M3.link_activation": "link", "M3.revert": "withdrawn", "M6.propose": "draft",
	"M6.share": "sent", "M6.variant": "sent", "M6.scope": "keep", "M7.match_count": "check", "M7.opinion": "question",
	"M7.false_positive": "cross", "M7.not_applicable": "cross", "M7.review": "bell", "M8.retract": "withdrawn",
	"M4.draft": "draft", "M4.send": "sent", "M4.supplement": "plus", "M4.withdraw": "withdrawn", "M5.ack": "acked",
	"M5.accept": "accepted", "M5.redirect": "redirected", "M5.reject": "rejected", "M5.question": "question",
	"M10.draft": "draft", "M10.certify": "person", "M10.issue": "sent", "M10.silence": "mute", "M10.withdraw": "withdrawn",
	"M12.send": "accepted", "M13.send": "warn", "M14.clarification": "question", "M14.obstacle_ended": "check", "M16.reinstate": "redirected",
	"M5.answer": "check", "M5.outcome": "closed", "M19.machine": "machine", "M19.human": "seen",
		"M19.outreach": "phone",
	"M20.draft": "draft", "M20.approve": "read", "M20.hand_over": "person", "M21.send": "check", "M22.open": "keep", "M22.status": "check",
	"M23.contribute": "question", "M23.final": "closed", "M23.publish": "sent", "M25.recall": "withdrawn", "M25.confirm": "accepted",
	"M28.send": "keep",
	"M19.escalation": "bell", "M29.disclose": "link", "breakglass.open": "warn", "breakglass.confirm": "warn", "breakglass.close": "closed", "deadline.passed": "clock", "deadline.warned": "clock",
});

/** What an entry adds, in a line. @param {{item: Item, c: {exercise?: string}}} props */
function detail({ item, c }) {
	const b = item.body;
	const org = (/** @type {string|undefined} */ code) => html`<${OrgName} code=${code ?? ""} />`;
	switch (item.k) {
	case "M1.report":
		return b.headline;
	case "M1.reference": case "M2.decline":
		return html`${word("no_crisis_reason", b.reason_code)} ${b.reason ?? b.note ?? ""}`;
	case "M1.link": case "M1.unlink":
		return (b.links ?? item.decided.links ?? []).map((/** @type {any} */ l) => word("tie", l.kind)).join(", ");
	case "M2.issue": case "M2.propose":
		return html`${b.headline} · ${word("confidence", b.confidence)} · ${word("requested_action", b.requested_action)}`;
	case "M3.assess": case "M3.assign":
		return html`→ <b><${Who} act=${{ org: item.org, person: b.assignee }} /></b> ${b.reason}`;
	case "M3.propose": case "M3.confirm": case "M3.fast_path": case "M3.object": case "M3.withdraw": case "M3.not_activate":
	case "M3.change": case "M3.wind_down":
		return html`<b>${word("decision", b.decision)}</b> ${word("no_crisis_reason", b.reason_code)} ${b.reason ?? ""}`;
	case "M3.link_activation":
		return (b.linked_activations ?? []).map((/** @type {any} */ x) => `${x.body}: ${x.mechanism}, ${word("activation_state",
			x.state)}`).join("; ");
	case "M6.share": case "M6.propose": case "M6.variant":
		return t("timeline.items", { n: b.items?.length ?? 0 });
	case "M6.scope":
		return (b.scopes ?? []).map((/** @type {any} */ x) => word("scope_action", x.action)).join(", ");
	case "M7.match_count":
		return html`<b>${t("timeline.count", { n: b.count ?? 0 })}</b>${b.blocked_at_upload !== undefined && html` · ${t("timeline.blocked",
			{ n: b.blocked_at_upload })}`}`;
	case "breakglass.open":
		return b.reason;
	case "M7.review":
		return t("timeline.views", { n: b.views_hour ?? 0 });
	case "M7.opinion":
		return word("opinion", b.opinion);
	case "M7.false_positive": case "M7.not_applicable":
		return word("mismatch", b.reason_code);
	case "M8.retract":
		return html`${word("retraction", b.reason)} · ${word("undo_advice", b.undo_advice)}`;
	case "M20.approve": case "M20.draft":
		return t("course.number", { n: item.decided.report?.number ?? 0 });
	case "M20.hand_over":
		return html`<span class="pre">${b.note}</span> · ${t("course.unread", { n: (item.decided.unread ?? []).find((/** @type {any} */ u) => u.person ===
			state.value.me?.person)?.count ?? 0 })}`;
	case "M21.send":
		return html`<b>${word("trend", b.trend)}</b>${b.uploads_blocked !== undefined && html` · ${t("timeline.blocked", { n: b.uploads_blocked })}`}`;
	case "M22.open":
		return html`<b>${word("process_kind", b.kind)} ${b.reference}</b> → <b>${org(b.addressee)}</b>`;
	case "M22.status":
		return html`<b>${word("process_status", b.status)}</b>`;
	case "M25.recall":
		return html`<b>${word("recall_kind", b.kind)}</b> · ${word("recall_instruction", b.instruction)} ${b.reason ?? ""}`;
	case "M25.confirm":
		return word("recall_done", b.done);
	case "M28.send":
		return html`<b>${word("victim_need", b.kind)}</b> · ${b.victim_ref}`;
	case "M4.send":
		return html`${word("immediacy", b.immediacy)} · ${word("offence", b.offence_field)}`;
	case "M4.supplement":
		return html`${b.explanation}${b.content_status && html` <b>${word("status", b.content_status)}</b>`}`;
	case "M4.withdraw":
		return b.reason;
	case "M5.accept":
		return html`${b.own_reference && html`<code>${b.own_reference}</code> `}${b.do_not_remove_until && html`<span
			class="keep-tag"><${Icon} name="keep" />${t("keep.title")} <${When} at=${b.do_not_remove_until}
				of=${c} /></span> `}${(b.questions ?? []).map((/** @type {any} */ q) => html`<span
					class="quote">${q.text}</span> `)}${b.preservation_request &&
						html`<span>${t("preserve.title")}: ${b.preservation_request.scope}</span>`}`;
	case "M5.redirect":
		return html`→ <b>${org(b.redirect_to)}</b> · ${b.redirect_ground}`;
	case "M5.reject":
		return b.note;
	case "M5.question":
		return (b.questions ?? []).map((/** @type {any} */ q) => html`<span class="quote">${q.text}</span> `);
	case "M5.answer":
		return (b.answers ?? []).map((/** @type {any} */ a) => html`<span class="quote">${a.text}</span> `);
	case "M5.outcome":
		return html`<b>${word("outcome", b.outcome)}</b>`;
	case "M19.machine": case "M19.outreach":
		return html`${org(b.recipient_org)} · ${word("delivery", b.state)} · ${word("channel", b.channel)}`;
	case "M19.human":
		return html`${org(b.recipient_org)} · ${word("delivery", b.state)}${b.commitment && html` · <b>${word("commitment", b.commitment)}</b>`}`;
	case "M19.escalation":
		return html`${org(b.recipient_org)} · ${typeof b.contact === "number" ? t("timeline.contact",
			{ n: b.contact + 1 }) : b.contact ?? ""} · ${word("channel", b.channel)} · <b>${word("delivery", b.state)}</b>`;
	case "M10.draft": case "M10.issue":
		return html`<code>${b.order?.order_reference}</code> → <b>${org(b.order?.addressee)}</b>`;
	case "M10.silence":
		return html`<${When} at=${b.until} of=${c} withZone />`;
	case "M10.withdraw":
		return b.reason;
	case "M12.send":
		return html`<b>${word("removal", b.measure)}</b> · <${When} at=${b.measured_at} of=${c} withZone />`;
	case "M13.send":
		return html`<b>${(b.reasons ?? []).map((/** @type {string} */ x) => word("impossibility", x)).join(", ")}</b> ${b.explanation}`;
	case "M14.clarification": case "M14.obstacle_ended":
		return b.content;
	case "M16.reinstate":
		return b.note;
	case "M29.disclose":
		return html`${(b.to ?? []).map((/** @type {string} */ x) => html`→ <b>${org(x)}</b> `)}· ${word("disclosure",
			b.ground)}${item.decided.disclosed && html` · ${t("timeline.disclosed",
				{ n: item.decided.disclosed.length })}`}`;
	case "deadline.passed": case "deadline.warned":
		return html`${t(`timer.${b.timer ?? item.decided.timer ?? "T17"}`)}${(b.desk ?? item.decided.desk) && html` · ${org(b.desk ??
			item.decided.desk)}`}`;
	default:
		return null;
	}
}

/** @param {{c: Case|import("../core/incidents.js").Incident}} props  lines of an incident may say of which mechanism they are */
export function Timeline({ c }) {
	const machine = (/** @type {Item} */ i) => i.k === "M19.machine";
	const hidden = c.timeline.filter(machine).length;
	/** @type {(Item & {mechanism?: string, name?: string, href?: string})[]} */
	const all = c.timeline;
	const kinds = [...new Set(all.flatMap((i) => i.mechanism ?? []))];
	const only = kinds.includes(/** @type {any} */ (onlyOf.value)) ? onlyOf.value : "";
	const items = all.filter((i) => (showMachine.value || !machine(i)) && (!only || i.mechanism === only));
	return html`<section class="card" aria-labelledby="timeline-title">
		<div class="card-head"><h2 id="timeline-title">${t("timeline.title")}</h2>
			${hidden > 0 && html`<button class="mini" aria-pressed=${showMachine.value}
				onClick=${() => (showMachine.value = !showMachine.value)}><${Icon}
					name="machine" /> ${t(showMachine.value ? "timeline.hide_machine" : "timeline.show_machine",
						{ n: hidden })}</button>`}</div>
		${kinds.length > 1 && html`<p class="row tl-kinds" role="group" aria-label=${t("room.only")}>${["", ...kinds].map((k) => html`<button type="button" class="mini"
			aria-pressed=${only === k} onClick=${() => (onlyOf.value = k)}>${t(`room.of.${k || "all"}`)}</button>`)}</p>`}
		<ol class="timeline">${items.map((i) => {
			const count = receiptCount(c, i.id);
			const server = i.org === "server" || i.org === "";
			const lost = "lost" in c && c.lost.some((x) => x.entries.includes(i.id) && x.orgs.includes(state.value.me?.org ?? ""));
			return html`<li key=${i.id} class=${`tl tl-${i.k.replace(".", "-")} ${i.org === state.value.me?.org
				? "is-own" : ""} ${i.disclosedBy !== undefined ? "is-disclosed" : ""} ${i.urgent ? "is-urgent"
					: ""}`}>
				<span class="tl-time"><${When} at=${i.at} of=${c} /></span>
				<span class="tl-mark"><${Icon} name=${SYMBOL[i.k] ?? "none"} /></span>
				<div class="tl-body"><p class="tl-head"><b>${word("entry", i.k)}</b> <span class="muted">${server
					? t("timeline.server") : !i.org ? t("course.nameless") : html`<${Who} act=${{ org: i.org,
						person: i.actor?.person ?? i.sender, title: i.actor?.title }} />`}</span>
					${kinds.length > 1 && i.mechanism && i.mechanism !== "incident" && html`<span class="tag tl-of">${i.href ? html`<a href=${i.href}>${i.name ??
						t(`room.of.${i.mechanism}`)}</a>` : t(`room.of.${i.mechanism}`)}</span>`}
					${i.urgent && html`<span class="tag tag-amber"><${Icon}
						name="warn" />${t("timeline.not_recorded")}</span>`}
					${i.late && !i.urgent && html`<span class="tag">${t("timeline.late")}</span>`}
					${i.disclosedBy !== undefined && html`<span class="tag"><${Icon}
						name="link" />${t("timeline.by_disclosure", { n: i.disclosedBy })}</span>`}
					${i.rendering === "without_personal" && html`<span
						class="tag">${t("timeline.without_personal")}</span>`}
					${i.seq !== undefined && html`<span class="tl-seq" title=${i.id}>${t("timeline.seq",
						{ n: i.seq })}</span>`}</p>
					<div class="tl-check"><${ProofOf} entry=${{ ...i, mode: undefined }} /></div>
					${i.recalled && html`<p><span class="tag tag-amber"><${Icon} name="withdrawn" />${t("course.recalled")}</span></p>`}
					<div class="tl-detail">${lost ? t("course.lost") : detail({ item: i, c })}
						${"lost" in c && mayRecall(state.value, i) && html` <a class="quiet-link" href=${`#/say/M25.recall/${i.id}`}>${t("course.recall")}</a>`}</div>
					${/^(M4\.s|M5\.|M[1236]\.)/.test(i.k) && i.org === state.value.me?.org && count.delivered > 0 && html`<p
						class="muted sub">${t("timeline.receipts", { d: count.delivered, s: count.seen })}</p>`}
				</div></li>`;
		})}</ol>
	</section>`;
}
