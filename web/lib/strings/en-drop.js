// @ts-check
/* en-drop.js: where files are dropped for their digests. */

export default {
	"drop.title": "Drop files here, or choose them",
	"drop.stays": "Files stay on this computer: their digests are made here, and only digests are sent. Nothing is opened or shown.",
	"drop.choose": "Choose files",
	"drop.types": "Kinds of digest that are shared",
	"drop.below": "The digests stand in the list below. Check them, then say once for all of them what they are.",
	"drop.reading": "Reading {name}",
	"drop.read": "{name}: digests are in the list",
	"drop.cancel": "Stop reading {name}",
	"drop.forget": "Take {name} off this list; its digests stay below",
	"drop.failed": "cannot be read, nothing was added",
	"drop.empty": "is empty: its digest would be that of every empty file, nothing was added",
	"drop.full": "{n, plural, one {One digest did not fit into this message. Send it first, then drop the file again.} other {# digests did not fit into this message. Send it first, then drop the files again.}}",
	"drop.plain.no_picture": "no picture, exact digests only",
	"drop.plain.unreadable": "not a picture that can be read here, exact digests only",
	"drop.plain.too_large": "too large for PDQ, exact digests only",
	"drop.plain.poor": "too little in the picture for PDQ, exact digests only",
};
