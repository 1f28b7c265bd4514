// @ts-check
/* Español. */

/** @type {Record<string, string>} */
export default {
	"union.title": "Unión",
	"union.cell": "{state}: {level}{worst, plural, =0 {} other { (#)}}{n, plural, =0 {} other {, # abiertos}}",
	"union.threat": "amenaza para la vida, sin respuesta",
	"union.active": "incidente activo",
	"union.open": "asuntos abiertos",
	"union.warning": "alerta temprana",
	"union.reported": "notificado",
	"union.none": "nada abierto",
	"union.hint": "Las flechas mueven, Intro muestra lo que está abierto.",
	"union.legend": "Signos",
	"union.nothing": "Nada abierto.",
};
