// @ts-check
/* icon.js: symbols, drawn here because fonts differ. Each has a shape of its own: nothing is told by colour alone.
 * They are decoration beside a word; a symbol that stands alone gets a label. */

import { html } from "../lib/html.js";

const paths = /** @type {Record<string, any>} */ ({
	// standing of a threat
	new: html`<path d="M12 1.500 22.500 12 12 22.500 1.500 12z" fill="currentColor"/><path d="M12 7v6.200M12 16v1.200" class="cut" stroke-width="2.400"/>`,
	waiting: html`<path d="M12 2 22 12 12 22 2 12z" stroke-dasharray="3.500 2.600"/><path d="M12 8v4.500l3 2"/>`,
	acked: html`<path d="M12 2 22 12 12 22 2 12z"/><circle cx="12" cy="12" r="2.600" fill="currentColor" stroke="none"/>`,
	read: html`<path d="M12 2 22 12 12 22 2 12z"/><circle cx="12" cy="12" r="2.600" fill="currentColor" stroke="none"/>`,
	accepted: html`<circle cx="12" cy="12" r="10.500" fill="currentColor" stroke="none"/><path d="m7 12.300 3.400 3.400L17 9" class="cut" stroke-width="2.400"/>`,
	answered: html`<circle cx="12" cy="12" r="10.500" fill="currentColor" stroke="none"/><path d="m7 12.300 3.400 3.400L17 9" class="cut" stroke-width="2.400"/>`,
	coordinated: html`<circle cx="12" cy="12" r="9.500" stroke-dasharray="4 3"/><path d="m7.500 12.300 3 3L16.500 9.500"/>`,
	elsewhere: html`<circle cx="12" cy="12" r="9.500"/><path d="m7.500 12.300 3 3L16.500 9.500"/>`,
	reading: html`<path d="M2 12s3.600-6.500 10-6.500S22 12 22 12s-3.600 6.500-10 6.500S2 12 2 12z"/><circle cx="12" cy="12" r="3"/>`,
	redirected: html`<path d="M3 19v-4a6 6 0 0 1 6-6h11"/><path d="m15 4 5.500 5-5.500 5"/>`,
	rejected: html`<circle cx="12" cy="12" r="9.500"/><path d="m8 8 8 8m0-8-8 8"/>`,
	closed: html`<rect x="3" y="3" width="18" height="18" rx="3"/><path d="M8 12h8"/>`,
	withdrawn: html`<path d="M4 4l16 16M20 4 4 20" stroke-dasharray="3 3"/>`,
	draft: html`<path d="M4 20l1-5L16 4l4 4L9 19z"/><path d="M4 22.500h16" stroke-dasharray="2.500 2.500"/>`,
	// receipts
	sent: html`<path d="M3 11 21 3l-7 18-3.500-7.500z"/>`,
	delivered: html`<path d="M4 13v7h16v-7"/><path d="M12 3v11m-4.500-4L12 14.500 16.500 10"/>`,
	seen: html`<path d="M2 12s3.600-6.500 10-6.500S22 12 22 12s-3.600 6.500-10 6.500S2 12 2 12z"/><circle cx="12" cy="12" r="3" fill="currentColor"/>`,
	person: html`<circle cx="9.500" cy="7" r="4"/><path d="M2 21c0-4.500 3.200-7 7.500-7 2 0 3.800.6 5.100 1.600"/><path d="m14.500 19 2.600 2.500 5-5.500" stroke-width="2.400"/>`,
	machine: html`<rect x="4" y="7" width="16" height="12" rx="2"/><path d="M12 7V3M9 3h6M1.500 12v3m21-3v3M9 15h6"/><circle cx="9" cy="11.500" r="1" fill="currentColor"/><circle cx="15" cy="11.500" r="1" fill="currentColor"/>`,
	none: html`<path d="M7 12h10"/>`,
	// the rest
	bell: html`<path d="M12 3a6 6 0 0 1 6 6c0 5 1.500 6.500 3 7.500H3C4.500 15.500 6 14 6 9a6 6 0 0 1 6-6zM9.500 20a2.500 2.500 0 0 0 5 0"/>`,
	mute: html`<path d="M12 3a6 6 0 0 1 6 6c0 5 1.500 6.500 3 7.500H3C4.500 15.500 6 14 6 9a6 6 0 0 1 6-6zM9.500 20a2.500 2.500 0 0 0 5 0M3 3l18 18"/>`,
	warn: html`<path d="M12 3 22.500 21h-21zM12 10v5M12 17.500v.8"/>`,
	check: html`<path d="m4 12.500 5.500 5.500L20 6.500"/>`,
	cross: html`<path d="m5 5 14 14M19 5 5 19"/>`,
	question: html`<path d="M8 9a4 4 0 1 1 5.500 3.700c-1 .5-1.500 1.200-1.500 2.300v.5M12 19v.8"/>`,
	phone: html`<path d="M5 3h4l2 5-2.500 2a12 12 0 0 0 5.500 5.500L16 13l5 2v4a2 2 0 0 1-2 2C10.500 20.500 3.500 13.500 3 5a2 2 0 0 1 2-2z"/>`,
	keep: html`<rect x="5" y="10.500" width="14" height="10.500" rx="2"/><path d="M8 10.500V7a4 4 0 0 1 8 0v3.500"/>`,
	clock: html`<circle cx="12" cy="12" r="9.500"/><path d="M12 6.500V12l3.500 2.500"/>`,
	link: html`<path d="M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1"/>`,
	drill: html`<path d="M4 20 20 4M4 13l9-9M11 20l9-9"/>`,
	gear: html`<circle cx="12" cy="12" r="3.500"/><path d="M12 2v4m0 12v4M2 12h4m12 0h4M5 5l2.800 2.800m8.400 8.400L19 19m0-14-2.800 2.800M7.800 16.200 5 19"/>`,
	search: html`<circle cx="10.500" cy="10.500" r="6.500"/><path d="m15.500 15.500 6 6"/>`,
	plus: html`<path d="M12 4v16M4 12h16"/>`,
	back: html`<path d="m14 5-7 7 7 7"/>`,
	eye: html`<path d="M2 12s3.600-6.500 10-6.500S22 12 22 12s-3.600 6.500-10 6.500S2 12 2 12z"/>`,
});

/** @param {{name: string, label?: string, class?: string}} props */
export function Icon({ name, label, class: extra }) {
	return html`<svg class=${`icon ${extra ?? ""}`} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
		stroke-linecap="round" stroke-linejoin="round" role=${label ? "img" : undefined} aria-label=${label}
		aria-hidden=${label ? undefined : "true"} focusable="false">${paths[name] ?? paths.none}</svg>`;
}

/** The bell of the house. */
export function Bell() {
	return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
		<path fill="currentColor" d="M16 3a2 2 0 0 1 2 2v.6c4 .9 6 4.300 6 8.400 0 5.500 1.600 7.500 3.200 8.800.6.500.3 1.200-.5 1.200H5.300c-.8 0-1.100-.7-.5-1.200C6.400 21.500 8 19.500 8 14c0-4.100 2-7.500 6-8.400V5a2 2 0 0 1 2-2zm-3.500 23h7a3.500 3.500 0 0 1-7 0z"/>
	</svg>`;
}
