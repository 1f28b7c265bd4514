// @ts-check
/* many.js: a list of very many rows, of which a hundred are in the page: those around what is seen. Above and below stands as much empty room
 * as the others would take, so that scrolling is what it would be with all of them.
 *
 * Nobody is kept from a row: each says which of how many it is (aria-posinset, aria-setsize), the keys of the list move over all of them
 * (`reach`), and at either end of the hundred stands a button that brings the next ones, for Tab and for those who read by ear. A row that has
 * not changed is not looked at again. */

import { Component, h } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";

/** Rows in the page; the window moves by so many. */
export const WINDOW = 100;
const STEP = 25;
const ROW_PX = 110; // until rows were measured

/** A row, which is asked again only when it is another one, stands elsewhere, or gets or loses the tab stop; what is in it, not when it only
 * stands elsewhere. */
class Row extends Component {
	shouldComponentUpdate(/** @type {any} */ next) {
		const now = /** @type {any} */ (this.props);
		return next.row !== now.row || next.focusable !== now.focusable || next.at !== now.at || next.size !== now.size;
	}

	render() {
		const { of, as, row, focusable, at, size } = /** @type {any} */ (this.props);
		return html`<li class=${as(row)} aria-posinset=${at} aria-setsize=${size}><${Inside} of=${of} row=${row} focusable=${focusable} /></li>`;
	}
}

class Inside extends Component {
	shouldComponentUpdate(/** @type {any} */ next) {
		const now = /** @type {any} */ (this.props);
		return next.row !== now.row || next.focusable !== now.focusable;
	}

	render() {
		const { of, row, focusable } = /** @type {any} */ (this.props);
		return h(of, { row, focusable });
	}
}

/** @param {{rows: any[], idOf: (row: any) => string, of: any, as: (row: any) => string, focusId: string|undefined, label?: string,
 *   reach?: {current: (id: string) => void}}} props  `of`: what is in a row, given {row, focusable}, with data-row on what takes the focus; `as`: its
 *   class; `reach` is given a function that focuses a row, wherever it is */
export function Many({ rows, idOf, of, as, focusId, label, reach }) {
	const n = rows.length;
	const [wish, setFirst] = useState(0);
	const first = Math.max(0, Math.min(wish, Math.ceil((n - WINDOW) / STEP) * STEP)), end = Math.min(n, first + WINDOW);
	const list = useRef(/** @type {HTMLElement|null} */ (null));
	const height = useRef(ROW_PX);
	const wanted = useRef(/** @type {string|undefined} */ (undefined));
	const begin = (/** @type {number} */ i) => Math.max(0, Math.floor((i - WINDOW / 2) / STEP) * STEP + STEP);
	const reached = (/** @type {string|undefined} */ id) => {
		if (id !== undefined)
			list.current?.querySelector(/** @type {any} */ (`[data-row="${CSS.escape(id)}"]`))?.focus();
	};
	const bring = (/** @type {number} */ i) => {
		if (i < 0 || i >= n)
			return;
		if (i >= first && i < end)
			return reached(idOf(rows[i]));
		wanted.current = idOf(rows[i]);
		setFirst(begin(i));
	};
	if (reach)
		reach.current = (id) => bring(rows.findIndex((r) => idOf(r) === id));
	useLayoutEffect(() => {
		reached(wanted.current);
		wanted.current = undefined;
	}, [first]);
	const many = n > WINDOW;
	useEffect(() => {
		if (!many)
			return;
		let waits = 0;
		const look = () => {
			waits = 0;
			const el = list.current, shown = el?.querySelectorAll(":scope > [aria-posinset]");
			if (!el || !shown?.length)
				return;
			const top = shown[0].getBoundingClientRect().top, bottom = shown[shown.length - 1].getBoundingClientRect().bottom;
			if (bottom > top)
				height.current = (bottom - top) / shown.length;
			setFirst(begin(Math.floor(-el.getBoundingClientRect().top / height.current)));
		};
		const scrolled = () => void (waits ||= requestAnimationFrame(look));
		addEventListener("scroll", scrolled, { passive: true });
		return () => {
			removeEventListener("scroll", scrolled);
			cancelAnimationFrame(waits);
		};
	}, [many]);
	/* Tab comes to the row that had the focus; when that is far away, to the first that is here */
	const shown = rows.slice(first, end);
	const stop = shown.some((r) => idOf(r) === focusId) || !many ? focusId : idOf(shown[0]);
	const room = (/** @type {number} */ count, /** @type {string} */ words, /** @type {number} */ next) => html`<li key=${words} class="room" style=${{
		height: `${Math.round(count * height.current)}px` }}><button type="button" class="room-more" onClick=${() => bring(next)}>${t(words, { n: count })}</button></li>`;
	return html`<ul class="threats" aria-label=${label} ref=${list}>
		${first > 0 && room(first, "board.above", first - 1)}
		${shown.map((row, i) => h(Row, /** @type {any} */ ({ key: idOf(row), row, of, as, focusable: idOf(row) === stop, at: many ? first + i + 1 : undefined,
			size: many ? n : undefined })))}
		${end < n && room(n - end, "board.below", end)}</ul>`;
}
