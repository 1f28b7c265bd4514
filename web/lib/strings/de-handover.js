// @ts-check
/* de-handover.js: hand-over of the shift. */

/** @type {Record<string, string>} */
export default {
	"handover.title": "Schichtübergabe",
	"handover.lead": "{org}, Stand {time}",
	"handover.who": "Wer da ist",
	"handover.on_duty": "Dienst laut Plan: {who}.",
	"handover.nobody": "Laut Plan hat niemand Dienst.",
	"handover.next": "Danach: {who}, {time}.",
	"handover.roster": "Dienstplan",
	"handover.with_nobody": "Noch bei niemandem",
	"handover.with_you": "Bei Ihnen",
	"handover.with": "Bei: {who}",
	"handover.with_org": "Übernommen von {org}",
	"handover.note_on": "Notiz zu {what}",
	"handover.nothing": "Nichts ist offen.",
	"handover.notes": "Notizen der letzten Schichten",
	"handover.print": "Drucken",
	"handover.hint": "Eine Notiz zu einem Vorfall steht in seinem Raum im Register; diese Seite entsteht jedes Mal aus dem Register.",
};
