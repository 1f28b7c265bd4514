// @ts-check
/* en-handover.js: hand-over of the shift. */

/** @type {Record<string, string>} */
export default {
	"handover.title": "Hand-over of the shift",
	"handover.lead": "{org}, as of {time}",
	"handover.who": "Who is there",
	"handover.on_duty": "On duty by the roster: {who}.",
	"handover.nobody": "Nobody is on duty by the roster.",
	"handover.next": "Next: {who}, {time}.",
	"handover.roster": "Roster and duty",
	"handover.with_nobody": "With nobody yet",
	"handover.with_you": "With you",
	"handover.with": "With: {who}",
	"handover.with_org": "Taken over by {org}",
	"handover.note_on": "Note on {what}",
	"handover.nothing": "Nothing is open.",
	"handover.notes": "Notes of the last shifts",
	"handover.print": "Print",
	"handover.hint": "A note about an incident is on record in its room; this page is made from the record each time.",
};
