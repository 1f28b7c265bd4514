// @ts-check
/* fr-find.js: search over everything. */

/** @type {Record<string, string>} */
export default {
	"find.close": "Fermer",
	"find.hint": "Numéros, noms, adresses, empreintes, personnes : ce que vous pouvez voir. Rien n’est envoyé.",
	"find.count": "{n, plural, =0 {Aucun résultat} one {# résultat} other {# résultats}}",
	"find.threat": "Menace",
	"find.incident": "Incident",
	"find.order": "Injonction",
	"find.referral": "Signalement",
	"find.check": "Vérification",
	"find.signal": "Signal",
	"find.person": "Personne",
	"find.org": "Organisation",
};
