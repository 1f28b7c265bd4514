// @ts-check
/* Español: lo aprendido. */

/** @type {Record<string, string>} */
export default {
	"debrief.open": "Abrir el balance",
	"debrief.eyebrow": "Balance",
	"debrief.lead": "Lo aprendido, por quienes participaron. Las cifras son del servidor. Contribuciones en 10 días, informe final en 30, versión pública en 60.",
	"debrief.not_yet": "Aún no abierto: comienza cuando se cierra el incidente.",
	"debrief.print_public": "Imprimir la versión pública",
	"debrief.print_all": "Imprimir todo",
	"debrief.statistics": "Estadísticas calculadas por el servidor",
	"debrief.no_statistics": "Se calculan con el informe final.",
	"debrief.no_public": "Aún sin publicar: una segunda persona del centro la publica palabra por palabra.",
	"debrief.no_final": "Aún no hay informe final.",
	"debrief.contributions": "Contribuciones",
	"debrief.proposed": "Como se propuso, sin publicar",
	"debrief.due": "Lo que se debe",
	"debrief.due_part": "Parte",
	"debrief.due_until": "Hasta",
	"debrief.due_by": "De quién",
	"debrief.due_standing": "Estado",
	"debrief.part.contributions": "Aportaciones",
	"debrief.part.final": "Informe final",
	"debrief.part.public": "Versión pública",
	"debrief.done": "hecho",
	"debrief.late": "con retraso",
	"debrief.waits": "pendiente",
	"debrief.nobody": "ya nadie",
	"debrief.nameless": "{n, plural, one {(# llegó sin nombre)} other {(# llegaron sin nombre)}}",
};
