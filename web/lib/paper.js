// @ts-check
/* paper.js: what is printed looks like a document: every page says what it is of, who may read it, and its number (@page, styles/paper.css).
 * One part of a screen can be printed alone, as a sheet: the style sheet hides everything else meanwhile. */

import { useLayoutEffect } from "preact/hooks";

/** A text in a style sheet. @param {string} text */
const quoted = (text) => `"${text.replace(/[\\"]/g, "\\$&").replace(/[\n\r\f]/g, " ")}"`;

/** While a screen is open: the head of each page that is printed of it. A style sheet that is made here is no style of the document's, which
 * the policy would refuse. @param {string} what reference, mode @param {string} mark who may read it */
export function usePaper(what, mark) {
	useLayoutEffect(() => {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(`@page { @top-left { content: ${quoted(what)}; } @top-right { content: ${quoted(mark)}; } }`);
		document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
		return () => void (document.adoptedStyleSheets = document.adoptedStyleSheets.filter((s) => s !== sheet));
	}, [what, mark]);
}

/** @param {Element|null|undefined} sheet */
export function printAlone(sheet) {
	if (!sheet)
		return;
	const root = document.documentElement;
	sheet.classList.add("is-printed");
	root.classList.add("toc-sheet");
	addEventListener("afterprint", () => {
		sheet.classList.remove("is-printed");
		root.classList.remove("toc-sheet");
	}, { once: true });
	print();
}
