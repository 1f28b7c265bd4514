// @ts-check
/* paper.js: one part of a screen, printed alone, as a sheet of paper. The style sheet hides everything else while it is printed
 * (night.css). */

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
