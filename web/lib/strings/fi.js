// @ts-check
/* Suomi: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Kirjaudu sisään",
	"nav.board": "Taulu",
	"nav.settings": "Asetukset",
	"nav.sign_out": "Kirjaudu ulos",
	"pill.live": "suora yhteys",
	"pill.lost": "katkennut",
	"banner.red": "Yhteys palvelimeen on katkennut.",
	"exercise.prefix": "HARJOITUS",
	"exercise.label": "Harjoitus",
	"exercise.real": "TOSI",
	"alarm.mute": "Vaimenna",
	"board.title": "Henkeen kohdistuvat uhat",
	"standing.new": "UUSI",
	"standing.accepted": "OTETTU HOITOON",
	"standing.closed": "SULJETTU",
	"threat.eyebrow": "Välitön hengenvaara",
	"deadline.title": "Määräajat",
	"settings.language": "Kieli",
};
