// @ts-check
/* it-handover.js: hand-over of the shift. */

/** @type {Record<string, string>} */
export default {
	"handover.title": "Passaggio di turno",
	"handover.lead": "{org}, al {time}",
	"handover.who": "Chi c’è",
	"handover.on_duty": "Di turno secondo il turnario: {who}.",
	"handover.nobody": "Nessuno è di turno secondo il turnario.",
	"handover.next": "Poi: {who}, {time}.",
	"handover.roster": "Turnario e turno",
	"handover.with_nobody": "Ancora di nessuno",
	"handover.with_you": "A vostro carico",
	"handover.with": "A carico di: {who}",
	"handover.with_org": "Preso in carico da {org}",
	"handover.note_on": "Nota su {what}",
	"handover.nothing": "Nulla è aperto.",
	"handover.notes": "Note dei turni precedenti",
	"handover.print": "Stampa",
	"handover.hint": "Una nota su un incidente è registrata nella sua sala; questa pagina si crea ogni volta dal registro.",
};
