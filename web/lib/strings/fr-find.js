// @ts-check
/* fr-find.js: search over everything. */

/** @type {Record<string, string>} */
export default {
	"find.close": "Fermer",
	"find.hint": "Numéros, noms, adresses, empreintes, personnes : ce que vous pouvez voir. Rien n’est envoyé.",
	"find.count": "{n, plural, =0 {Aucun résultat} one {# résultat} other {# résultats}}",
	"find.more": "{n} ne sont pas affichés : précisez la recherche",
	"past.not_looked": "{n, plural, one {# menace close n’est plus dans cette page} other {# menaces closes ne sont plus dans cette page}}",
	"past.look": "Chercher aussi dans celles-ci",
	"past.looking": "Recherche en cours : {n} à ce stade",
	"past.looked": "Tout ce qui est clos a aussi été parcouru.",
	"find.threat": "Menace",
	"find.incident": "Incident",
	"find.order": "Injonction",
	"find.referral": "Signalement",
	"find.check": "Vérification",
	"find.signal": "Signal",
	"find.person": "Personne",
	"find.org": "Organisation",
};
