// @ts-check
/* Nederlands: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Aanmelden",
	"nav.board": "Bord",
	"nav.settings": "Instellingen",
	"nav.sign_out": "Afmelden",
	"pill.live": "live",
	"pill.lost": "afgesneden",
	"banner.red": "De verbinding met de server is verbroken.",
	"exercise.prefix": "OEFENING",
	"exercise.label": "Oefening",
	"exercise.real": "ECHT",
	"alarm.mute": "Dempen",
	"board.title": "Levensbedreigingen",
	"standing.new": "NIEUW",
	"standing.accepted": "OVERGENOMEN",
	"standing.closed": "GESLOTEN",
	"threat.eyebrow": "Onmiddellijke levensbedreiging",
	"deadline.title": "Termijnen",
	"settings.language": "Taal",
};
