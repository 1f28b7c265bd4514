// @ts-check
/* Français. */

/** @type {Record<string, string>} */
export default {
	"room.orders": "Injonctions de retrait",
	"room.no_order": "Pas encore d’injonction de retrait dans cet incident. Un projet n’est vu que de votre côté.",
	"room.referrals": "Signalements",
	"room.no_referral": "Rien n’a encore été signalé. Un signalement demande à un service d’examiner au regard de ses propres conditions ; il ne lie personne.",
	"room.answered": "{n} sur {of} ont répondu",
	"room.threats": "Menaces pour la vie qui s’y rattachent",
	"room.linked": "Autres protocoles",
	"room.since": "depuis",
	"room.chart": "Ce que les plateformes ont communiqué, dans le temps",
	"room.chart_of": "{org}, du plus ancien au plus récent : {list}",
	"room.picture": "Bloqués, retirés, interrompus",
	"room.last": "Dernier",
	"room.complaints": "Réclamations d’utilisateurs",
	"room.complaints_lead": "Nombres communiqués par les plateformes mobilisées pour une période où l’incident était actif. La réclamation de personne ne figure ici.",
	"room.sum": "Ensemble",
};
