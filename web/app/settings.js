// @ts-check
/* settings.js: how this computer shows and sounds. Kept on this computer only. */

import { endSessions } from "../core/admin.js";
import { Check, Radios, Select, TextField } from "../components/field.js";
import { ScreenTitle } from "../components/parts.js";
import { html } from "../lib/html.js";
import { COMPLETE, LANGUAGES, language, learn, nameOf, t } from "../lib/i18n.js";
import { Act } from "./act.js";
import { helping } from "./finding.js";
import { DEFAULT_KEYS, keyOf } from "./keys.js";
import { serverClock, settings, signOut, state } from "./model.js";
import { testSound } from "./shift.js";
import { Wake } from "./wake.js";

learn("settings", "log");

const set = (/** @type {any} */ change) => (settings.value = { ...settings.value, ...change });

export function SettingsScreen() {
	const s = settings.value;
	const taken = Object.keys(DEFAULT_KEYS).map((a) => keyOf(/** @type {any} */ (a)));
	return html`<main id="main" class="narrow">
		<${ScreenTitle}>${t("settings.title")}</${ScreenTitle}>
		<section class="card"><h2>${t("settings.sight")}</h2>
			<${Radios} id="theme" inline label=${t("settings.theme")} value=${s.theme}
				onChange=${(/** @type {string} */ theme) => set({ theme })}
				options=${["auto", "dark", "light"].map((value) => ({ value,
					label: t(`settings.theme_${value}`) }))} />
			<${Check} id="contrast" label=${t("settings.contrast")} value=${s.contrast}
				onChange=${(/** @type {boolean} */ contrast) => set({ contrast })} />
			<${Check} id="dense" label=${t("settings.dense")} value=${s.dense}
				onChange=${(/** @type {boolean} */ dense) => set({ dense })} />
			<${Select} id="language" label=${t("settings.language")} value=${s.language}
				empty=${t("settings.language_auto")}
				options=${LANGUAGES.map((value) => ({ value, label: nameOf(value) }))}
					hint=${COMPLETE.includes(language.value) ? undefined : t("settings.language_gaps")}
					onChange=${(/** @type {string} */ language) => set({ language })} />
		</section>
		<section class="card"><h2>${t("settings.sound")}</h2>
			<div class="field"><label for="volume"><span class="label">${t("settings.volume")}</span></label>
				<input id="volume" type="range" min="0.2" max="1" step="0.1" value=${s.volume}
					onInput=${(/** @type {any} */ e) => set({ volume: Number(e.target.value) })} /></div>
			<button onClick=${testSound}>${t("settings.test_sound")}</button>
		</section>
		<${Wake} />
		<section class="card"><h2>${t("settings.keys")}</h2>
			<${Check} id="shortcuts" label=${t("settings.shortcuts")} hint=${t("settings.shortcuts_hint")}
				value=${s.shortcuts}
				onChange=${(/** @type {boolean} */ shortcuts) => set({ shortcuts })} />
			${s.shortcuts && html`<div class="key-grid">${Object.keys(DEFAULT_KEYS).map((a) => html`<${TextField}
				key=${a} id=${`key-${a}`} class="key-field"
				label=${t(`key.${a}`)} maxlength=${1} value=${keyOf(/** @type {any} */ (a))}
				error=${taken.filter((k) => k === keyOf(/** @type {any} */ (a))).length > 1 ? t("settings.key_twice")
					: undefined}
				onChange=${(/** @type {string} */ k) => k && set({ keys: { ...s.keys, [a]: k } })} />`)}</div>
				<button onClick=${() => set({ keys: {} })}>${t("settings.keys_reset")}</button>`}
		</section>
		<section class="card"><h2>${t("settings.sessions")}</h2><p class="muted">${t("settings.sessions_lead")}</p>
			<p><${Act} danger label=${t("settings.end_others")} of=${t("settings.sessions")} sure=${t("settings.end_sure")} done=${t("settings.ended")} make=${() => endSessions(state.value.me, state.value.me?.person
				?? "", serverClock.now())} /></p></section>
		<section class="card"><h2>${t("settings.about")}</h2>
			<dl class="facts"><div><dt>${t("settings.node")}</dt><dd>${state.value.node}</dd></div>
				<div><dt>${t("settings.catalogue")}</dt><dd>${state.value.catalogue}</dd></div>
				<div><dt>${t("settings.unknown")}</dt><dd>${state.value.unknown.length
					? html`<ul>${state.value.unknown.slice(-10).map((u) =>
						html`<li><code>${u.what.k ?? u.what.op}</code> ${u.what.seq}</li>`)}</ul>`
							: t("settings.unknown_none")}</dd></div></dl>
			<p class="row"><a class="button" href="#/log">${t("log.title")}</a> <button onClick=${() => (helping.value = true)}>${t("help.title")}</button> <button onClick=${signOut}>${t("nav.sign_out")}</button></p>
		</section>
	</main>`;
}
