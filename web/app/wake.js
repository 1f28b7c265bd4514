// @ts-check
/* wake.js: this browser is woken when its console is closed (Web Push). The organisation allows it, the person wants it
 * for this browser; permission is asked when they say so, and never before.
 *
 * A push service may end or replace a subscription at any time, and whoever is not woken does not notice. So at every
 * start the browser's subscription is held against the one that was told, and against what the server knows. */

import { effect, signal } from "@preact/signals";
import { Check } from "../components/field.js";
import { pushMessage } from "../core/hooks.js";
import { stillWoken } from "../core/wake.js";
import { html } from "../lib/html.js";
import { learn, t } from "../lib/i18n.js";
import { memory, phase, send, serverClock, state } from "./model.js";

learn("settings");

/** What was told the server: its id there, and the address that the browser had. @returns {import("../core/wake.js").Told|null} */
const told = () => memory.get("push", null);
/** @type {import("@preact/signals").Signal<{on: boolean, busy: boolean, why: string}>} */
const wake = signal({ on: Boolean(told()), busy: false, why: "" });

/* The one script address that is made from text, as the content security policy wants it said. */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("service-worker", {
	createScriptURL: (/** @type {string} */ path) => {
		if (path !== "/sw.js")
			throw new TypeError("no other script");
		return path;
	},
});

/** Told since the server last said what it has. @type {Set<string>} */
const here = new Set();
const canWake = () => "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;
const now = () => serverClock.now();
const say = (/** @type {any} */ body) => send(pushMessage(body, now()));

async function subscription() {
	const registration = await navigator.serviceWorker.register(policy?.createScriptURL("/sw.js") ?? "/sw.js");
	await navigator.serviceWorker.ready;
	return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: state.value.push?.key });
}

async function begin() {
	if (await Notification.requestPermission() !== "granted")
		throw new Error(t("wake.denied"));
	await tell((await subscription()).toJSON());
}

/** @param {PushSubscriptionJSON} given */
async function tell(given) {
	const answer = await say({ step: "subscribe", endpoint: given.endpoint, p256dh: given.keys?.p256dh, auth: given.keys?.auth });
	if (!answer.ok)
		throw new Error(answer.refusal?.detail ?? t("wake.lost"));
	here.add(answer.frame.id);
	memory.set("push", { id: answer.frame.id, person: state.value.me?.person, endpoint: given.endpoint });
}

/** Quietly: what the person wanted still holds, what the browser or the server has of it may not. */
async function check() {
	const was = told();
	const { me, push } = state.value;
	if (!was || !me || !push?.allowed || !canWake() || Notification.permission !== "granted" || was.person !== me.person)
		return;
	const registration = await navigator.serviceWorker.getRegistration("/");
	const has = await registration?.pushManager.getSubscription();
	if (stillWoken(was, has?.endpoint, push.subscriptions && [...push.subscriptions, ...here]))
		return;
	await has?.unsubscribe(); /* what the server has ended, or was given another key for, is of no use: a new one */
	await tell((await subscription()).toJSON());
	if (push.subscriptions?.includes(was.id))
		await say({ step: "unsubscribe", subscription: was.id });
}

let checked = "";
effect(() => {
	const person = phase.value === "live" ? state.value.me?.person ?? "" : "";
	if (!person || person === checked)
		return;
	checked = person;
	check().catch(() => {}); /* the next start tries again */
});
navigator.serviceWorker?.addEventListener("message", (event) => {
	if (event.data === "push-changed" && phase.value === "live")
		check().catch(() => {});
});

async function end() {
	const was = told();
	memory.set("push", null);
	if (was)
		await say({ step: "unsubscribe", subscription: was.id });
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
