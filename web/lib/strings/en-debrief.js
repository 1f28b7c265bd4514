// @ts-check
/* English: what was learnt. */

/** @type {Record<string, string>} */
export default {
	"debrief.open": "Open the debrief",
	"debrief.eyebrow": "Debrief",
	"debrief.lead": "What was learnt, by those who took part. Numbers are the server's. Contributions within 10 days, the final report within 30, the public version within 60.",
	"debrief.not_yet": "Not open yet: it begins when the incident is closed.",
	"debrief.print_public": "Print the public version",
	"debrief.print_all": "Print everything",
	"debrief.statistics": "Statistics, computed by the server",
	"debrief.no_statistics": "They are computed with the final report.",
	"debrief.no_public": "Not published yet: a second person of the hub publishes it word for word.",
	"debrief.no_final": "There is no final report yet.",
	"debrief.contributions": "Contributions",
	"debrief.proposed": "As proposed, not published",
	"debrief.due": "What is due",
	"debrief.due_part": "Part",
	"debrief.due_until": "Until",
	"debrief.due_by": "By whom",
	"debrief.due_standing": "Standing",
	"debrief.part.contributions": "Contributions",
	"debrief.part.final": "Final report",
	"debrief.part.public": "Public version",
	"debrief.done": "done",
	"debrief.late": "late",
	"debrief.waits": "open",
	"debrief.nobody": "nobody any more",
	"debrief.nameless": "{n, plural, one {(# came without a name)} other {(# came without a name)}}",
};
