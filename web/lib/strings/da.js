// @ts-check
/* Dansk: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Log ind",
	"nav.board": "Tavle",
	"nav.settings": "Indstillinger",
	"nav.sign_out": "Log ud",
	"pill.live": "live",
	"pill.lost": "afbrudt",
	"banner.red": "Forbindelsen til serveren er afbrudt.",
	"exercise.prefix": "ØVELSE",
	"exercise.label": "Øvelse",
	"exercise.real": "VIRKELIG",
	"alarm.mute": "Gør lydløs",
	"board.title": "Trusler mod liv",
	"standing.new": "NY",
	"standing.accepted": "OVERTAGET",
	"standing.closed": "AFSLUTTET",
	"threat.eyebrow": "Overhængende fare for menneskeliv",
	"deadline.title": "Frister",
	"settings.language": "Sprog",
};
