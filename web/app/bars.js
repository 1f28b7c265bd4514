// @ts-check
/* bars.js: how much of the window the header covers, and the banner below it: as many rows as the language, the zoom and the width make of them.
 * The banner stands below the header and never behind it, and what gets the focus is scrolled to where neither covers it (WCAG 2.4.11). */

import { useLayoutEffect } from "preact/hooks";

/** @param {any} again measured anew when this is another */
export function useBars(again) {
	useLayoutEffect(() => {
		const root = document.documentElement.style;
		const header = /** @type {HTMLElement|null} */ (document.querySelector("header.top")), banner = /** @type {HTMLElement|null} */ (document.querySelector(".banner:not(.is-silent)"));
		const measure = () => {
			const high = header?.offsetHeight ?? 0;
			root.setProperty("--header", `${high}px`);
			root.setProperty("--bars", `${high + (banner && getComputedStyle(banner).position === "sticky" ? banner.offsetHeight : 0)}px`);
		};
		const observer = new ResizeObserver(measure);
		for (const bar of [header, banner])
			if (bar)
				observer.observe(bar);
		return () => observer.disconnect();
	}, [again]);
}
