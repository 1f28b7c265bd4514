// @ts-check
/* Français. */

/** @type {Record<string, string>} */
export default {
	"union.title": "Union",
	"union.cell": "{state} : {level}{worst, plural, =0 {} other { (#)}}{n, plural, =0 {} other {, # en cours}}",
	"union.threat": "menace pour la vie, sans réponse",
	"union.active": "incident actif",
	"union.open": "affaires en cours",
	"union.warning": "alerte précoce",
	"union.reported": "signalé",
	"union.none": "rien en cours",
	"union.hint": "Les flèches déplacent, Entrée montre ce qui est en cours.",
	"union.legend": "Signes",
	"union.nothing": "Rien en cours.",
};
