// @ts-check
/* storage.js: what this computer remembers: settings, and text that was typed and not yet sent.
 *
 * Nothing of the ledger is ever stored here. Typed text is removed when it was sent, when the draft is withdrawn,
 * and when the person signs out. A store that is full or forbidden is no reason to fail: then nothing is remembered.
 */

const PREFIX = "tocsin.";

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
		} catch {
			/* full or forbidden */
		}
	}

	/** @param {string} name */
	forget(name) {
		try {
			this.#store?.removeItem(PREFIX + name);
		} catch {
			/* forbidden */
		}
	}

	/** Forget everything whose name begins so. @param {string} start */
	forgetAll(start) {
		try {
			const names = [];
			for (let i = 0; i < (this.#store?.length ?? 0); i++)
				names.push(this.#store?.key(i) ?? "");
			for (const name of names)
				if (name.startsWith(PREFIX + start))
					this.#store?.removeItem(name);
		} catch {
			/* forbidden */
		}
	}
}
