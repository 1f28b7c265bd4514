// @ts-check
/* visible.js: what others have written, as it is shown. There are characters that nobody sees: they make a name look like another one, or
 * turn the words around them, also ours ("not ours" after a name that ends in one of them). They stand there as what they are, ⟨U+202E⟩. What is
 * written from right to left keeps its direction and gives it to nothing beside it. Values themselves stay as they were said: what is
 * copied, sent on and verified is never this. */

/** What has none of these is shown as it is: that is nearly everything. */
const LOOK = /[\u00ad\u034f\u0590-\u08ff\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufb1d-\ufdff\ufe70-\ufeff\uffa0\u{10800}-\u{10fff}\u{1e800}-\u{1efff}\u{e0000}-\u{e007f}]/u;
const RIGHT_TO_LEFT = /[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** Never needed: overrides, embeddings, isolates of a fixed direction, what has no width and joins nothing, fillers. */
const NEVER = /[\u00ad\u034f\u115f\u1160\u180e\u200b\u202a-\u202e\u2060-\u2067\u206a-\u206f\u3164\ufeff\uffa0]/gu;
/** Directions of a single character: in words that go from right to left they have a use. */
const MARKS = /[\u061c\u200e\u200f]/gu;
/** Joins pictures and letters of scripts that join; between ours it only hides. */
const JOINERS = /(?<=^|[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}\p{P}\p{Z}])[\u200c\u200d]/gu;
/** Flags of regions are written with them, and end. */
const TAGS = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{2,6}\u{e007f}|[\u{e0000}-\u{e007f}]/gu;
/** Begins here, ends there: this program isolates what it puts into a sentence. */
const BEGIN = "\u2068", END = "\u2069";

const named = (/** @type {string} */ c) => `⟨U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;

/** Isolates that begin and end are harmless; one that does not end, or ends what it did not begin, is not. @param {string} text */
function paired(text) {
	let depth = 0;
	for (const c of text)
		if (c === BEGIN)
			depth++;
		else if (c === END && --depth < 0)
			return false;
	return depth === 0;
}

/** @param {string} text */
export function visible(text) {
	if (!LOOK.test(text))
		return text;
	let seen = text.replace(NEVER, named).replace(JOINERS, named).replace(TAGS, (x) => (x.startsWith("\u{1f3f4}") ? x : named(x)));
	if (!RIGHT_TO_LEFT.test(text))
		seen = seen.replace(MARKS, named);
	return paired(seen) ? seen : seen.replace(/[\u2068\u2069]/g, named);
}

/** Is some of it written from right to left? @param {string} text */
export const turns = (text) => LOOK.test(text) && RIGHT_TO_LEFT.test(text);

/** No language has a word that is so long; it may be broken, or it would push everything out of sight. */
const ENDLESS = /\S{48}/u;
/** Where it may be: not within what is one sign. @param {string} text @returns {string[]} */
export const pieces = (text) => (text.length < 48 || !ENDLESS.test(text) ? [text]
	: text.match(/\s+|(?<!\S)\S{1,47}(?!\S)|(?:\S[\p{M}\u200d\ufe0f]*){1,16}/gu) ?? [text]);

/** Where there are only characters: in a sentence, a tooltip, a choice. @param {any} value @returns {any} */
export const isolated = (value) => (typeof value !== "string" ? value : turns(value) ? BEGIN + visible(value) + END : visible(value));
