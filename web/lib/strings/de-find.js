// @ts-check
/* de-find.js: search over everything. */

/** @type {Record<string, string>} */
export default {
	"find.close": "Schließen",
	"find.hint": "Nummern, Namen, Adressen, Hashes, Personen: was Sie sehen dürfen. Nichts wird gesendet.",
	"find.count": "{n, plural, =0 {Nichts gefunden} one {# gefunden} other {# gefunden}}",
	"find.threat": "Lebensgefahr",
	"find.incident": "Vorfall",
	"find.order": "Anordnung",
	"find.referral": "Meldung",
	"find.check": "Abfrage",
	"find.signal": "Signal",
	"find.person": "Person",
	"find.org": "Organisation",
};
