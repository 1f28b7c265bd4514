// @ts-check
/* Deutsch: was gelernt wurde. */

/** @type {Record<string, string>} */
export default {
	"debrief.open": "Auswertung öffnen",
	"debrief.eyebrow": "Auswertung",
	"debrief.lead": "Was gelernt wurde, von denen, die beteiligt waren. Zahlen sind die des Servers. Beiträge in 10 Tagen, der Schlussbericht in 30, die öffentliche Fassung in 60.",
	"debrief.not_yet": "Noch nicht offen: Sie beginnt, wenn der Vorfall geschlossen ist.",
	"debrief.print_public": "Öffentliche Fassung drucken",
	"debrief.print_all": "Alles drucken",
	"debrief.statistics": "Statistik, vom Server berechnet",
	"debrief.no_statistics": "Sie werden mit dem Schlussbericht berechnet.",
	"debrief.no_public": "Noch nicht veröffentlicht: Eine zweite Person der Zentralstelle veröffentlicht sie wortgleich.",
	"debrief.no_final": "Es gibt noch keinen Schlussbericht.",
	"debrief.contributions": "Beiträge",
	"debrief.proposed": "Wie vorgeschlagen, nicht veröffentlicht",
	"debrief.due": "Was fällig ist",
	"debrief.due_part": "Teil",
	"debrief.due_until": "Bis",
	"debrief.due_by": "Von wem",
	"debrief.due_standing": "Stand",
	"debrief.part.contributions": "Beiträge",
	"debrief.part.final": "Schlussbericht",
	"debrief.part.public": "Öffentliche Fassung",
	"debrief.done": "erledigt",
	"debrief.late": "verspätet",
	"debrief.waits": "offen",
	"debrief.nobody": "niemand mehr",
	"debrief.nameless": "{n, plural, one {(# kam ohne Namen)} other {(# kamen ohne Namen)}}",
};
