// @ts-check
/* Italiano: che cosa si è imparato. */

/** @type {Record<string, string>} */
export default {
	"debrief.open": "Apri il debriefing",
	"debrief.eyebrow": "Debriefing",
	"debrief.lead": "Che cosa si è imparato, da chi ha preso parte. I numeri sono del server. Contributi entro 10 giorni, rapporto finale entro 30, versione pubblica entro 60.",
	"debrief.not_yet": "Non ancora aperto: comincia alla chiusura dell'incidente.",
	"debrief.print_public": "Stampa la versione pubblica",
	"debrief.print_all": "Stampa tutto",
	"debrief.statistics": "Statistiche calcolate dal server",
	"debrief.no_statistics": "Sono calcolate con il rapporto finale.",
	"debrief.no_public": "Non ancora pubblicata: una seconda persona del centro la pubblica parola per parola.",
	"debrief.no_final": "Non c'è ancora un rapporto finale.",
	"debrief.contributions": "Contributi",
	"debrief.proposed": "Come proposta, non pubblicata",
	"debrief.due": "Che cosa è dovuto",
	"debrief.due_part": "Parte",
	"debrief.due_until": "Entro",
	"debrief.due_by": "Da chi",
	"debrief.due_standing": "Stato",
	"debrief.part.contributions": "Contributi",
	"debrief.part.final": "Relazione finale",
	"debrief.part.public": "Versione pubblica",
	"debrief.done": "fatto",
	"debrief.late": "in ritardo",
	"debrief.waits": "aperto",
	"debrief.nobody": "più nessuno",
	"debrief.nameless": "{n, plural, one {(# è arrivato senza nome)} other {(# sono arrivati senza nome)}}",
};
