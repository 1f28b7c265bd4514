// @ts-check
/* Italiano. */

/** @type {Record<string, string>} */
export default {
	"union.title": "Unione",
	"union.cell": "{state}: {level}{worst, plural, =0 {} other { (#)}}{n, plural, =0 {} other {, # aperti}}",
	"union.threat": "minaccia per la vita, senza risposta",
	"union.active": "incidente attivo",
	"union.open": "questioni aperte",
	"union.warning": "allerta precoce",
	"union.reported": "segnalato",
	"union.none": "nulla di aperto",
	"union.hint": "Le frecce spostano, Invio mostra ciò che è aperto.",
	"union.legend": "Segni",
	"union.nothing": "Nulla di aperto.",
};
