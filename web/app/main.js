// @ts-check
/* main.js: starts the console. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { html } from "../lib/html.js";
import { language, preferred, speak } from "../lib/i18n.js";
import { linkToken, resume, settings } from "./model.js";
import { Shell } from "./shell.js";
import "./alarm.js";
import "../styles/index.css";

/* A sign-in link: the token leaves the address at once, so that it is not in the history, and is used only when the
 * person presses the button (a link that a mail scanner opens must not be used up). */
const signInLink = /^#sign-in=([A-Za-z0-9_-]+)$/.exec(location.hash);
if (signInLink) {
	linkToken.value = signInLink[1];
	history.replaceState(null, "", location.pathname);
}

/** Words first: a screen without them helps nobody. When those of another language do not come, the old ones stay. */
const spoken = speak(preferred(settings.value.language)).catch(() => speak("en"));
effect(() => void speak(preferred(settings.value.language)).catch(() => {}));
effect(() => void (document.documentElement.lang = language.value));

/** State classes on :root; base.css lists them. At night, dark is the default. */
export function applyTheme() {
	const { theme, contrast, dense } = settings.value;
	const hour = new Date().getHours();
	const night = hour >= 20 || hour < 6;
	const dark = theme === "dark" || (theme === "auto" && (night ||
		matchMedia("(prefers-color-scheme: dark)").matches));
	const root = document.documentElement.classList;
	root.toggle("toc-dark", dark);
	root.toggle("toc-light", !dark);
	root.toggle("toc-contrast", contrast || matchMedia("(prefers-contrast: more)").matches);
	root.toggle("toc-dense", dense);
}
effect(applyTheme);
setInterval(applyTheme, 60_000);
for (const asked of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"])
	matchMedia(asked).addEventListener("change", applyTheme);

const root = document.getElementById("console");
spoken.catch(() => {}).finally(() => root && render(html`<${Shell} />`, root));
resume();
