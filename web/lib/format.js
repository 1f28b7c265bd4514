// @ts-check
/* format.js: times, lengths of time, countries. */

import { language } from "./i18n.js";

/** @type {Map<string, Intl.DateTimeFormat>} */
const formatters = new Map();

/** @param {Intl.DateTimeFormatOptions} options */
function formatter(options) {
	const key = language.value + JSON.stringify(options);
	let f = formatters.get(key);
	if (!f) {
		/* English dates of the Union: day first, 24 hours */
		f = new Intl.DateTimeFormat(language.value === "en" ? "en-GB" : language.value, options);
		formatters.set(key, f);
	}
	return f;
}

const two = (/** @type {number} */ n) => String(n).padStart(2, "0");

/** 23:41:07 @param {number} ms */
export function clock(ms, utc = false) {
	if (!Number.isFinite(ms))
		return "--:--:--";
	const d = new Date(ms);
	return utc
		? `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`
		: `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** The zone of this computer at a time: "CET" or "GMT+2". @param {number} ms */
export function zone(ms) {
	const part = formatter({ timeZoneName: "short" }).formatToParts(new Date(Number.isFinite(ms) ? ms : 0))
		.find((p) => p.type === "timeZoneName");
	return part?.value ?? "UTC";
}

/** Sat 17 May 2031 @param {number} ms */
export function day(ms) {
	return formatter({ weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(new Date(ms));
}

/** Time of day, with the day when it is another one than `now`. @param {number} ms @param {number} now */
export function moment(ms, now) {
	if (!Number.isFinite(ms))
		return "";
	const same = Number.isFinite(now) && new Date(ms).toDateString() === new Date(now).toDateString();
	return same ? clock(ms) : `${formatter({ day: "numeric", month: "short", ...(Number.isFinite(now) && new Date(ms).getFullYear() === new Date(now).getFullYear() ? {} : { year: "numeric" }) }).format(new Date(ms))} ${clock(ms).slice(0, 5)}`;
}

/** What was asked lately: a span that counts asks every second for the same moment. @type {Map<string, string>} */
const lately = new Map();

/** Both forms, for a tooltip and for reading aloud. @param {number} ms */
export function exact(ms) {
	const key = `${language.value} ${ms}`;
	let words = lately.get(key);
	if (words === undefined) {
		words = `${day(ms)} ${clock(ms)} ${zone(ms)} · ${new Date(ms).toISOString().replace("T", " ").replace(/\.\d+Z$/, "")} UTC`;
		if (lately.size >= 1000)
			lately.clear();
		lately.set(key, words);
	}
	return words;
}

/** A length of time that counts: 0:47, 12:05, 1:02:33, 3 d 04:00. @param {number} ms */
export function span(ms) {
	if (!Number.isFinite(ms))
		return "–";
	const s = Math.floor(Math.abs(ms) / 1000);
	const d = Math.floor(s / 86400);
	const h = Math.floor((s % 86400) / 3600);
	const m = Math.floor((s % 3600) / 60);
	const sign = ms < 0 && s > 0 ? "−" : "";
	if (d)
		return `${sign}${d} d ${two(h)}:${two(m)}`;
	if (h)
		return `${sign}${h}:${two(m)}:${two(s % 60)}`;
	return `${sign}${m}:${two(s % 60)}`;
}

/** What the last but one number of it counts: a length of time must not be taken for a time of day. @param {number} ms */
export const spanUnit = (ms) => (!Number.isFinite(ms) ? "" : Math.abs(ms) >= 3_600_000 ? "h" : "min");

/** In a sentence. @param {number} ms */
export const spanInWords = (ms) => [span(ms), spanUnit(ms)].filter(Boolean).join("\u00a0");

/** The same as ISO 8601 duration, for <time datetime>. @param {number} ms */
export function isoSpan(ms) {
	return `PT${Math.max(0, Math.floor(ms / 1000))}S`;
}

/** Names of the fictional states of exercises; the rest comes from the browser. */
const fictional = /** @type {Record<string, string>} */ ({ XA: "Aldmere", XB: "Borvia", XC: "Cassia", QM: "Quenby" });

/** A country as the Union writes it: ISO GR is shown as EL. @param {string} cc */
export function country(cc) {
	const code = cc === "GR" ? "EL" : cc;
	let name = fictional[cc];
	try {
		name ??= new Intl.DisplayNames([language.value], { type: "region" }).of(cc === "EL" ? "GR" : cc) ?? cc;
	} catch {
		name ??= cc;
	}
	return name === code ? code : `${name} (${code})`;
}

/** A language in the words of the reader; the code of one that nobody has named. @param {string} code */
export function tongue(code) {
	try {
		return new Intl.DisplayNames([language.value], { type: "language" }).of(code) ?? code;
	} catch {
		return code;
	}
}

/** An address that nobody should follow by mistake. @param {string} url */
export function defanged(url) {
	return url.replace(/^http/i, "hxxp").replace(/\./g, "[.]");
}
