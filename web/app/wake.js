// @ts-check
/* wake.js: this browser is woken when its console is closed (Web Push). The organisation allows it, the person wants it
 * for this browser; permission is asked when they say so, and never before. */

import { signal } from "@preact/signals";
import { Check } from "../components/field.js";
import { envelope } from "../core/protocol.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { memory, send, serverClock, state } from "./model.js";

/** @type {import("@preact/signals").Signal<{on: boolean, busy: boolean, why: string}>} */
const wake = signal({ on: Boolean(memory.get("push", "")), busy: false, why: "" });

/* The one script address that is made from text, as the content security policy wants it said. */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("service-worker", {
	createScriptURL: (/** @type {string} */ path) => {
		if (path !== "/sw.js")
			throw new TypeError("no other script");
		return path;
	},
});

const canWake = () => "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;
const now = () => serverClock.now();
const say = (/** @type {any} */ body) => send(envelope("push", body, { mode: "system", now: now() }, { precedence: "routine" }));

async function subscription() {
	const registration = await navigator.serviceWorker.register(policy?.createScriptURL("/sw.js") ?? "/sw.js");
	await navigator.serviceWorker.ready;
	return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: state.value.push?.key });
}

async function begin() {
	if (await Notification.requestPermission() !== "granted")
		throw new Error(t("wake.denied"));
	const given = (await subscription()).toJSON();
	const answer = await say({ step: "subscribe", endpoint: given.endpoint, p256dh: given.keys?.p256dh, auth: given.keys?.auth });
	if (!answer.ok)
		throw new Error(answer.refusal?.detail ?? t("wake.lost"));
	memory.set("push", answer.frame.id);
}

async function end() {
	const known = memory.get("push", "");
	memory.set("push", "");
	if (known)
		await say({ step: "unsubscribe", subscription: known });
	const registration = await navigator.serviceWorker.getRegistration("/");
	await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

/** @param {boolean} on */
async function change(on) {
	wake.value = { ...wake.value, busy: true, why: "" };
	try {
		await (on ? begin() : end());
		wake.value = { on, busy: false, why: "" };
	} catch (why) {
		wake.value = { on: !on, busy: false, why: String(/** @type {any} */ (why)?.message ?? why) };
	}
}

/** Part of the settings; nothing where this server wakes nobody. */
export function Wake() {
	const push = state.value.push;
	if (!push)
		return null;
	const possible = push.allowed && canWake();
	return html`<section class="card" id="wake"><h2>${t("wake.title")}</h2>
		${possible ? html`<${Check} id="wake-on" label=${t("wake.on")} hint=${t("wake.hint")} value=${wake.value.on}
			onChange=${change} />` : html`<p>${t(push.allowed ? "wake.impossible" : "wake.not_allowed")}</p>`}
		${wake.value.busy && html`<p role="status">${t("wake.busy")}</p>`}
		${wake.value.why && html`<p role="alert" class="error">${wake.value.why}</p>`}
	</section>`;
}
