// @ts-check
/* Deutsch: was andere Verfahren im Raum eines Vorfalls tun; Beschwerden. */

/** @type {Record<string, string>} */
export default {
	"room.orders": "Entfernungsanordnungen",
	"room.no_order": "Noch keine Entfernungsanordnung zu diesem Vorfall. Einen Entwurf sieht nur die eigene Seite.",
	"room.referrals": "Hinweise",
	"room.no_referral": "Noch kein Hinweis. Ein Hinweis bittet einen Dienst, nach seinen eigenen Bedingungen zu prüfen; er bindet niemanden.",
	"room.answered": "{n} von {of} beantwortet",
	"room.threats": "Zugehörige Gefahren für Menschenleben",
	"room.linked": "Andere Protokolle",
	"room.since": "seit",
	"room.chart": "Was Plattformen gemeldet haben, im Verlauf",
	"room.chart_of": "{org}, älteste zuerst: {list}",
	"room.picture": "Gesperrt, entfernt, beendet",
	"room.last": "Zuletzt",
	"room.complaints": "Beschwerden von Nutzern",
	"room.complaints_lead": "Zahlen, die beteiligte Plattformen für eine Zeit gesandt haben, in der der Vorfall aktiv war. Keine einzelne Beschwerde steht hier.",
	"room.sum": "Zusammen",
};
