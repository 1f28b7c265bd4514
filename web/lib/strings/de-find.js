// @ts-check
/* de-find.js: search over everything. */

/** @type {Record<string, string>} */
export default {
	"find.close": "Schließen",
	"find.hint": "Nummern, Namen, Adressen, Hashes, Personen: was Sie sehen dürfen. Nichts wird gesendet.",
	"find.count": "{n, plural, =0 {Nichts gefunden} one {# gefunden} other {# gefunden}}",
	"find.more": "{n} davon sind nicht zu sehen: Mehr Wörter finden weniger",
	"past.not_looked": "{n, plural, one {# abgeschlossener Fall ist nicht mehr auf dieser Seite} other {# abgeschlossene Fälle sind nicht mehr auf dieser Seite}}",
	"past.look": "Auch diese durchsuchen",
	"past.looking": "Suche läuft: bisher {n}",
	"past.looked": "Auch alles Abgeschlossene wurde durchsucht.",
	"find.threat": "Lebensgefahr",
	"find.incident": "Vorfall",
	"find.order": "Anordnung",
	"find.referral": "Meldung",
	"find.check": "Abfrage",
	"find.signal": "Signal",
	"find.person": "Person",
	"find.org": "Organisation",
};
