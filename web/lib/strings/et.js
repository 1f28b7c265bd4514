// @ts-check
/* Eesti: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Logi sisse",
	"nav.board": "Tahvel",
	"nav.settings": "Seaded",
	"nav.sign_out": "Logi välja",
	"pill.live": "otse",
	"pill.lost": "ühenduseta",
	"banner.red": "Ühendus serveriga on katkenud.",
	"exercise.prefix": "ÕPPUS",
	"exercise.label": "Õppus",
	"exercise.real": "PÄRIS",
	"alarm.mute": "Vaigista",
	"board.title": "Ohud elule",
	"standing.new": "UUS",
	"standing.accepted": "ÜLE VÕETUD",
	"standing.closed": "SULETUD",
	"threat.eyebrow": "Vahetu oht elule",
	"deadline.title": "Tähtajad",
	"settings.language": "Keel",
};
