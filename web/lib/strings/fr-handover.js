// @ts-check
/* fr-handover.js: hand-over of the shift. */

/** @type {Record<string, string>} */
export default {
	"handover.title": "Relève du service",
	"handover.lead": "{org}, état au {time}",
	"handover.who": "Qui est là",
	"handover.on_duty": "De permanence selon le planning : {who}.",
	"handover.nobody": "Personne n’est de permanence selon le planning.",
	"handover.next": "Ensuite : {who}, {time}.",
	"handover.roster": "Planning et permanence",
	"handover.with_nobody": "Encore à personne",
	"handover.with_you": "À votre charge",
	"handover.with": "À la charge de : {who}",
	"handover.with_org": "Pris en charge par {org}",
	"handover.note_on": "Note sur {what}",
	"handover.nothing": "Rien n’est en cours.",
	"handover.notes": "Notes des services précédents",
	"handover.print": "Imprimer",
	"handover.hint": "Une note sur un incident est consignée dans sa salle ; cette page est refaite à partir du registre à chaque fois.",
};
