// @ts-check
/* grown.js: a map that nearly only grows and is copied for every batch: what belongs to which id, of everything that ever came.
 *
 * To copy a Map of a night's entries sixty times a second is most of the work and nearly all of the garbage. This one lies in pieces: a copy
 * shares them all, and a piece is copied when something is put into it. As a Map otherwise, for as much of it as is asked. */

const PIECES = 512;

/** Which piece (FNV-1a of the last eight letters: those of an id are chance). @param {string} key */
function pieceOf(key) {
	let h = 0x811c9dc5;
	for (let i = Math.max(0, key.length - 8); i < key.length; i++)
		h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
	return (h >>> 0) % PIECES;
}

/** @template V */
export class Grown {
	/** Pieces that nobody else has. @type {Set<number>} */
	#own = new Set();
	/** Entries that were copied, ever: what a batch may cost is counted in tests. */
	static copied = 0;

	/** @param {Grown<V>} [from] */
	constructor(from) {
		if (from)
			from.#own.clear(); // they are shared from now on
		/** @type {(Map<string, V>|undefined)[]} */
		this.pieces = from?.pieces.slice() ?? new Array(PIECES);
		this.size = from?.size ?? 0;
	}

	/** @param {string} key @returns {V|undefined} */
	get(key) {
		return this.pieces[pieceOf(key)]?.get(key);
	}

	/** @param {string} key */
	has(key) {
		return this.pieces[pieceOf(key)]?.has(key) ?? false;
	}

	/** @param {string} key @param {V} value */
	set(key, value) {
		const n = pieceOf(key);
		let piece = this.pieces[n];
		if (!this.#own.has(n)) {
			Grown.copied += piece?.size ?? 0;
			piece = new Map(piece);
			this.pieces[n] = piece;
			this.#own.add(n);
		}
		const before = /** @type {Map<string, V>} */ (piece).size;
		/** @type {Map<string, V>} */ (piece).set(key, value);
		this.size += /** @type {Map<string, V>} */ (piece).size - before;
		return this;
	}

	/** @returns {Generator<[string, V]>} */
	*[Symbol.iterator]() {
		for (const piece of this.pieces)
			if (piece)
				yield* piece;
	}

	/** A copy in which these are not. @param {string[]} keys */
	without(keys) {
		/** @type {Grown<V>} */
		const next = new Grown(this);
		/** @type {Map<number, string[]>} */
		const of = new Map();
		for (const key of keys)
			of.set(pieceOf(key), [...of.get(pieceOf(key)) ?? [], key]);
		for (const [n, list] of of) {
			const piece = new Map(next.pieces[n]);
			for (const key of list)
				next.size -= Number(piece.delete(key));
			next.pieces[n] = piece;
		}
		return next;
	}
}
