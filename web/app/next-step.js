// @ts-check
/* next-step.js: what a person can do with a threat. One choice at a time; the primary one is chosen already, so that
 * Ctrl+Enter takes the threat over. An action that cannot be sent now is switched off, with the reason beside it. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { board } from "../core/board.js";
import { halfYear } from "../core/notice.js";
import { possibleDesks } from "../core/select.js";
import { KEEP_REASONS, OUTCOMES, STEPS, messageOf, usual } from "../core/step.js";
import { TextArea, TextField, Select } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { Refused } from "../components/parts.js";
import { drawn } from "../lib/drawn.js";
import { html } from "../lib/html.js";
import { learn, t } from "../lib/i18n.js";
import { onKeys } from "./keys.js";
import { announce, contextOf, memory, state } from "./model.js";
import { current } from "./current.js";
import { go, waiting } from "./router.js";
import { useSending } from "./sending.js";

learn("parts", "threat");

/** @typedef {import("../core/state.js").Case} Case */

/** @param {{c: Case, can: any, step?: string, ready: boolean}} props */
export function NextStep({ c, can, step: wanted, ready }) {
	const s = state.value;
	const mine = c.desks.get(s.me?.org ?? "");
	const again = mine?.state === "accepted";
	/* until the person chooses, the choice follows what happens: a question that arrives is the next step */
	const store = `draft.${s.me?.person}.${c.id}.step`;
	const [kept] = useState(() => memory.get(store, null));
	const [chosen, setStep] = useState(/** @type {string|null} */ (wanted && can[wanted] ? wanted : kept?.step ?? null));
	const step = chosen && can[chosen] ? chosen : usual(c, s.me?.org, can);
	/* what is typed stays on this computer until it was sent, also when the page goes */
	const [f, setF] = useState(/** @type {Record<string, any>} */ (kept?.f ?? {}));
	const { busy, answer, setAnswer, deliver } = useSending();
	const [missing, setMissing] = useState(/** @type {string|null} */ (null));
	const box = useRef(/** @type {HTMLElement|null} */ (null));

	useLayoutEffect(() => {
		if (wanted && can[wanted]) {
			setStep(wanted);
			box.current?.querySelector("button.primary")?.scrollIntoView({ block: "nearest" });
			/** @type {any} */ (box.current?.querySelector("button.primary"))?.focus();
		}
	}, [wanted]);
	const set = (/** @type {string} */ name) => (/** @type {any} */ v) => {
		setMissing(null);
		setStep(step);
		setF({ ...f, [name]: v });
		memory.set(store, { step, f: { ...f, [name]: v } });
	};

	async function act() {
		if (busy || !ready)
			return;
		if (step === "supplement")
			return go(`#/notify/${c.id}`);
		const key = JSON.stringify([step, f]);
		const built = messageOf(step, f, { c, org: s.me?.org ?? "", person: s.me?.person ?? "", where: contextOf(c), real: Date.now() });
		if ("missing" in built) {
			setMissing(built.missing);
			drawn(() => document.getElementById(`step-${built.missing}`)?.focus());
			return;
		}
		setAnswer(null);
		const waits = waiting();
		const result = await deliver(key, () => built.message);
		if (!result.ok)
			return;
		setF({});
		setStep(null);
		memory.forget(store);
		announce(t(result.recorded ? `done.${step}` : "done.journaled", { n: result.seq ?? 0 }));
		if (!waits())
			return;
		if (step === "ack" || step === "redirect" || step === "reject") {
			/* back to the queue, on the next threat that nobody has acknowledged */
			const next = board(state.value).open.find((r) => r.standing === "new" && r.case.id !== c.id);
			current.value = next?.case.id ?? c.id;
			go("#/");
			drawn(() => /** @type {HTMLElement|null} */ (document.querySelector(`[data-row="${current.value}"]`))?.focus());
		} else
			document.querySelector("h1")?.focus();
	}
	useLayoutEffect(() => onKeys({ primary: act }));

	const names = STEPS.filter((x) => can[x]);
	const error = (/** @type {string} */ name) => (missing === name ? t("form.required") : undefined);
	const desks = possibleDesks(s, c);

	return html`<section class="card next-step" ref=${box} aria-labelledby="next-title">
		<h2 id="next-title">${t("step.title")}</h2>
		<fieldset class="steps"><legend class="sr-only">${t("step.title")}</legend>
			${names.map((x) => html`<label class=${`step ${step === x ? "is-chosen" : ""}`}><input type="radio"
				name="step" value=${x} checked=${step === x}
				onChange=${() => {
					setStep(x);
					setMissing(null);
					setAnswer(null);
				}} /><span><b>${t(x === "accept" && again ? "step.accept_again" : `step.${x}`)}</b><span
					class="hint">${t(x === "accept" && again ? "step.accept_again_long"
						: `step.${x}_long`)}</span></span></label>`)}
		</fieldset>
		<div class="step-fields">
			${step === "accept" && html`
				<details open=${again || Object.keys(f).length > 0}><summary>${t("step.requests")}</summary>
					<${TextField} id="step-reference" label=${t("step.own_reference")} optional
						value=${f.reference ?? mine?.accept?.own_reference ?? ""} onChange=${set("reference")}
							maxlength=${64} />
					<${TextArea} id="step-questions" label=${t("step.questions")} hint=${t("step.questions_hint")}
						optional rows=${2} value=${f.questions ?? ""} onChange=${set("questions")} />
					<${TextField} id="step-preserve" label=${t("step.preserve")} optional maxlength=${500}
						value=${f.preserve ?? ""} onChange=${set("preserve")} />
					${f.preserve && html`<${TextField} id="step-preserve_until" type="date"
						label=${t("step.preserve_until")} value=${f.preserve_until ?? halfYear(contextOf(c).now)}
							onChange=${set("preserve_until")} />`}
					<${TextField} id="step-keep" type="datetime-local" label=${t("step.keep")}
						hint=${t("step.keep_hint")} optional value=${f.keep ?? ""} onChange=${set("keep")} />
					${f.keep && html`<${Select} id="step-keep_reason" label=${t("step.keep_reason")}
						value=${f.keep_reason ?? "covert_enquiry"} onChange=${set("keep_reason")}
							options=${KEEP_REASONS.map((value) => ({ value, label: t(`keep_reason.${value}`) }))} />`}
				</details>`}
			${step === "redirect" && html`
				<${Select} id="step-to" label=${t("step.to")} value=${f.to ?? ""} onChange=${set("to")}
					error=${error("to")} options=${desks.map((o) => ({ value: o.code,
						label: `${o.code} · ${o.name}` }))} />
				<${TextField} id="step-ground" label=${t("step.ground")} hint=${t("step.ground_hint")}
					maxlength=${500} value=${f.ground ?? ""} onChange=${set("ground")} error=${error("ground")} />
				<p class="hint">${t("step.redirect_note")}</p>`}
			${step === "reject" && html`<${TextArea} id="step-reason" label=${t("step.reason")}
				hint=${t("step.reason_hint")} rows=${3} value=${f.reason ?? ""} onChange=${set("reason")}
					error=${error("reason")} />`}
			${step === "question" && html`<${TextArea} id="step-questions" label=${t("step.questions")}
				hint=${t("step.questions_hint")} rows=${3} value=${f.questions ?? ""} onChange=${set("questions")}
					error=${error("questions")} />`}
			${step === "answer" && c.questions.filter((q) => !q.answer).map((q) => html`<${TextArea} key=${q.id}
				id=${`step-answer.${q.id}`} label=${q.text} rows=${2} value=${f[`answer.${q.id}`] ?? ""}
					onChange=${set(`answer.${q.id}`)} error=${error(`answer.${q.id}`)} />`)}
			${step === "outcome" && html`
				<${Select} id="step-outcome" label=${t("step.outcome_is")} value=${f.outcome ?? ""}
					onChange=${set("outcome")} error=${error("outcome")} options=${OUTCOMES.map((value) => ({ value,
						label: t(`outcome.${value}`) }))} />
				<${Select} id="step-useful" label=${t("step.useful")} optional value=${f.useful ?? ""}
					onChange=${set("useful")} options=${["useful", "partly", "not_useful"].map((value) => ({ value,
						label: t(`useful.${value}`) }))} />`}
			${step === "withdraw" && html`<${TextArea} id="step-withdraw" label=${t("step.withdraw_reason")}
				rows=${2} value=${f.withdraw ?? ""} onChange=${set("withdraw")} error=${error("withdraw")} />`}
		</div>
		<${Refused} answer=${answer} />
		<button class=${`primary wide-button ${step === "withdraw" || step === "reject" ? "is-danger" : ""}`}
			disabled=${busy || !ready} onClick=${act} aria-keyshortcuts="Control+Enter">
			${busy ? t("step.sending") : t(step === "accept" && again ? "do.accept_again"
				: `do.${step}`)} <kbd>Ctrl+Enter</kbd></button>
		${!ready && html`<p class="muted" role="status"><${Icon} name="warn" /> ${t("step.cut_off")}</p>`}
	</section>`;
}
