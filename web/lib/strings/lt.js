// @ts-check
/* Lietuvių: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Prisijungti",
	"nav.board": "Lenta",
	"nav.settings": "Nustatymai",
	"nav.sign_out": "Atsijungti",
	"pill.live": "tiesiogiai",
	"pill.lost": "nutrūko",
	"banner.red": "Ryšys su serveriu nutrūko.",
	"exercise.prefix": "PRATYBOS",
	"exercise.label": "Pratybos",
	"exercise.real": "TIKRA",
	"alarm.mute": "Nutildyti",
	"board.title": "Grėsmės gyvybei",
	"standing.new": "NAUJA",
	"standing.accepted": "PERIMTA",
	"standing.closed": "UŽDARYTA",
	"threat.eyebrow": "Neišvengiama grėsmė gyvybei",
	"deadline.title": "Terminai",
	"settings.language": "Kalba",
};
