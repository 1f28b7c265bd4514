// @ts-check
/* storage.js: what this computer remembers: settings, and text that was typed and not yet sent.
 *
 * Nothing of the ledger is ever stored here. Typed text (names with `draft.`) is removed when it was sent, when the draft is
 * withdrawn, when the person signs out, and a fortnight after it was touched: nobody can erase it from afar. A store that is full or forbidden is no reason to fail: then nothing is remembered.
 */

const PREFIX = "tocsin.";
/** The browser's name for it. @param {string} name */
export const storedAs = (name) => PREFIX + name;
const TOUCHED = "touched.";
const KEPT_MS = 14 * 86400e3;
const typed = (/** @type {string} */ name) => /^(link\.)?draft\./.test(name);

export class Memory {
	#store;

	/** @param {Pick<Storage, "getItem"|"setItem"|"removeItem"|"key"|"length">|null} store */
	constructor(store) {
		this.#store = store;
	}

	/** @param {string} name @param {any} otherwise */
	get(name, otherwise) {
		try {
			const text = this.#store?.getItem(PREFIX + name);
			return text === null || text === undefined ? otherwise : JSON.parse(text);
		} catch {
			return otherwise;
		}
	}

	/** @param {string} name @param {any} value */
	set(name, value) {
		try {
			this.#store?.setItem(PREFIX + name, JSON.stringify(value));
			if (typed(name))
				this.#store?.setItem(PREFIX + TOUCHED + name, String(Date.now()));
		} catch {
			/* full or forbidden */
		}
	}

	/** @param {string} name */
	forget(name) {
		try {
			this.#store?.removeItem(PREFIX + name);
			this.#store?.removeItem(PREFIX + TOUCHED + name);
		} catch {
			/* forbidden */
		}
	}

	/** Names of what is stored, without the prefix. */
	#names() {
		const names = [];
		for (let i = 0; i < (this.#store?.length ?? 0); i++) {
			const name = this.#store?.key(i) ?? "";
			if (name.startsWith(PREFIX))
				names.push(name.slice(PREFIX.length));
		}
		return names;
	}

	/** Forget everything whose name begins so. @param {string} start */
	forgetAll(start) {
		try {
			for (const name of this.#names())
				if (name.startsWith(start))
					this.forget(name);
		} catch {
			/* forbidden */
		}
	}

	/** Forget what was typed and left. @param {number} now of this computer's clock, in milliseconds */
	forgetOld(now) {
		try {
			for (const name of this.#names().filter(typed)) {
				const at = Number(this.#store?.getItem(PREFIX + TOUCHED + name) ?? NaN);
				if (Number.isNaN(at))
					this.#store?.setItem(PREFIX + TOUCHED + name, String(now)); // from before this was written down
				else if (now - at > KEPT_MS)
					this.forget(name);
			}
		} catch {
			/* forbidden */
		}
	}
}
