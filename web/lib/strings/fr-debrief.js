// @ts-check
/* Français: ce qui a été appris. */

/** @type {Record<string, string>} */
export default {
	"debrief.open": "Ouvrir le retour d'expérience",
	"debrief.eyebrow": "Retour d'expérience",
	"debrief.lead": "Ce qui a été appris, par ceux qui ont pris part. Les chiffres sont ceux du serveur. Contributions sous 10 jours, rapport final sous 30, version publique sous 60.",
	"debrief.not_yet": "Pas encore ouvert : il commence à la clôture de l'incident.",
	"debrief.print_public": "Imprimer la version publique",
	"debrief.print_all": "Tout imprimer",
	"debrief.statistics": "Statistiques calculées par le serveur",
	"debrief.no_statistics": "Elles sont calculées avec le rapport final.",
	"debrief.no_public": "Pas encore publiée : une seconde personne du centre la publie mot pour mot.",
	"debrief.no_final": "Il n'y a pas encore de rapport final.",
	"debrief.contributions": "Contributions",
	"debrief.proposed": "Telle que proposée, non publiée",
	"debrief.due": "Ce qui est dû",
	"debrief.due_part": "Partie",
	"debrief.due_until": "Jusqu'au",
	"debrief.due_by": "Par qui",
	"debrief.due_standing": "État",
	"debrief.part.contributions": "Contributions",
	"debrief.part.final": "Rapport final",
	"debrief.part.public": "Version publique",
	"debrief.done": "fait",
	"debrief.late": "en retard",
	"debrief.waits": "ouvert",
	"debrief.nobody": "plus personne",
	"debrief.nameless": "{n, plural, one {(# est venue sans nom)} other {(# sont venues sans nom)}}",
};
