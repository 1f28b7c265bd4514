// @ts-check
/* sign-in.js: with the token of a sign-in link (one button, the person decides), or with a pasted token or link. */

import { useState } from "preact/hooks";
import { Bell, Icon } from "../components/icon.js";
import { TextField } from "../components/field.js";
import { ScreenTitle } from "../components/parts.js";
import { drawn } from "../lib/drawn.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { linkToken, session, sessionEnded, signIn } from "./model.js";

/** A pasted text may be the whole link. @param {string} text */
function tokenOf(text) {
	return /sign-in=([A-Za-z0-9_-]+)/.exec(text)?.[1] ?? text.trim();
}

export function SignInScreen() {
	const [typed, setTyped] = useState("");
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState(/** @type {string|null} */ (null));
	const token = linkToken.value;

	async function submit(/** @type {Event} */ event) {
		event.preventDefault();
		const use = token ?? tokenOf(typed);
		if (!use)
			return setProblem("signin.empty");
		setBusy(true);
		const why = await signIn(use);
		setBusy(false);
		if (!why)
			return;
		setProblem(why);
		if (why === "signin.used")
			linkToken.value = null; // a new one can be pasted
		drawn(() => document.getElementById("sign-in-problem")?.focus());
	}

	if (session.value === "unknown")
		return html`<main id="main" class="narrow"><p class="lead" role="status">${t("signin.looking")}</p></main>`;
	return html`<main id="main" class="narrow sign-in">
		<div class="brand-big"><${Bell} /><span>${t("app.name")}</span></div>
		<${ScreenTitle}>${t("signin.title")}</${ScreenTitle}>
		<p class="lead">${t("app.what")}</p>
		${sessionEnded.value && !problem && html`<div class="box box-amber" role="alert"><${Icon} name="keep" /><div><p class="strong">${t("signin.ended")}</p><p>${t("signin.ended_advice")}</p></div></div>`}
		${problem && html`<div class="box box-red" role="alert" tabindex="-1" id="sign-in-problem"><${Icon}
			name="warn" />
			<div><p class="strong">${t(problem)}</p><p>${t(`${problem}_advice`)}</p></div></div>`}
		<form onSubmit=${submit}>
			${token
				? html`<p>${t("signin.link_ready")}</p>`
				: html`<${TextField} id="token" label=${t("signin.paste")} hint=${t("signin.paste_hint")}
					value=${typed}
						onChange=${setTyped} autocomplete="one-time-code" error=${problem === "signin.empty"
							? t("signin.empty") : undefined} />`}
			<button class="primary big" type="submit" disabled=${busy}>${t(busy ? "signin.busy" : token
				? "signin.with_link" : "signin.go")}</button>
		</form>
		<p class="muted">${t("signin.once")}</p>
	</main>`;
}
