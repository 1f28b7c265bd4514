// @ts-check
/* es-handover.js: hand-over of the shift. */

/** @type {Record<string, string>} */
export default {
	"handover.title": "Relevo de turno",
	"handover.lead": "{org}, a {time}",
	"handover.who": "Quién está",
	"handover.on_duty": "De servicio según el cuadrante: {who}.",
	"handover.nobody": "Nadie está de servicio según el cuadrante.",
	"handover.next": "Después: {who}, {time}.",
	"handover.roster": "Cuadrante y servicio",
	"handover.with_nobody": "Aún de nadie",
	"handover.with_you": "A su cargo",
	"handover.with": "A cargo de: {who}",
	"handover.with_org": "A cargo de {org}",
	"handover.note_on": "Nota sobre {what}",
	"handover.nothing": "No hay nada abierto.",
	"handover.notes": "Notas de los turnos anteriores",
	"handover.print": "Imprimir",
	"handover.hint": "Una nota sobre un incidente queda registrada en su sala; esta página se hace cada vez a partir del registro.",
};
