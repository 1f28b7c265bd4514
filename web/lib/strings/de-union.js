// @ts-check
/* Deutsch: die Union auf der Tafel. */

/** @type {Record<string, string>} */
export default {
	"union.title": "Union",
	"union.cell": "{state}: {level}{worst, plural, =0 {} other { (#)}}{n, plural, =0 {} other {, # offen}}",
	"union.threat": "Gefahr für Menschenleben, unbeantwortet",
	"union.active": "aktiver Vorfall",
	"union.open": "offene Sachen",
	"union.warning": "Frühwarnung",
	"union.reported": "gemeldet",
	"union.none": "nichts offen",
	"union.hint": "Pfeiltasten bewegen, Eingabe zeigt, was offen ist.",
	"union.legend": "Zeichen",
	"union.nothing": "Nichts offen.",
};
