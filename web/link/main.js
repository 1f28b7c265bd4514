// @ts-check
/* main.js: starts the page behind the link of an e-mail (docs/link.md). */

import { effect } from "@preact/signals";
import { render } from "preact";
import { html } from "../lib/html.js";
import { language, preferred, speak } from "../lib/i18n.js";
import { arrive, beat, settings } from "./model.js";
import { Page } from "./page.js";
import "../styles/index.css";
import "../styles/link.css";

const found = /^#([A-Za-z0-9_-]{20,})$/.exec(location.hash);
if (found)
	history.replaceState(null, "", location.pathname); /* not into the history, and not over anybody's shoulder */
arrive(found?.[1] ?? "");

const spoken = speak(preferred(settings.value.language)).catch(() => speak("en"));
effect(() => void speak(preferred(settings.value.language)).catch(() => {}));
effect(() => void (document.documentElement.lang = language.value));

function applyTheme() {
	const dark = matchMedia("(prefers-color-scheme: dark)").matches;
	const root = document.documentElement.classList;
	root.toggle("toc-dark", dark);
	root.toggle("toc-light", !dark);
	root.toggle("toc-contrast", matchMedia("(prefers-contrast: more)").matches);
}
applyTheme();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
matchMedia("(prefers-contrast: more)").addEventListener("change", applyTheme);
setInterval(beat, 1000);

const root = document.getElementById("link");
spoken.catch(() => {}).finally(() => root && render(html`<${Page} />`, root));
