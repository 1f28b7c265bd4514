// @ts-check
/* Polski. */

/** @type {Record<string, string>} */
export default {
	"union.title": "Unia",
	"union.cell": "{state}: {level}{worst, plural, =0 {} other { (#)}}{n, plural, =0 {} other {, otwarte: #}}",
	"union.threat": "zagrożenie życia, bez odpowiedzi",
	"union.active": "aktywne zdarzenie",
	"union.open": "otwarte sprawy",
	"union.warning": "wczesne ostrzeżenie",
	"union.reported": "zgłoszone",
	"union.none": "nic otwartego",
	"union.hint": "Strzałki przesuwają, Enter pokazuje, co jest otwarte.",
	"union.legend": "Znaki",
	"union.nothing": "Nic otwartego.",
};
