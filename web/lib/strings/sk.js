// @ts-check
/* Slovenčina: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Prihlásiť sa",
	"nav.board": "Prehľad",
	"nav.settings": "Nastavenia",
	"nav.sign_out": "Odhlásiť sa",
	"pill.live": "naživo",
	"pill.lost": "odpojené",
	"banner.red": "Spojenie so serverom je prerušené.",
	"exercise.prefix": "CVIČENIE",
	"exercise.label": "Cvičenie",
	"exercise.real": "SKUTOČNÉ",
	"alarm.mute": "Stíšiť",
	"board.title": "Ohrozenia života",
	"standing.new": "NOVÉ",
	"standing.accepted": "PREVZATÉ",
	"standing.closed": "UZAVRETÉ",
	"threat.eyebrow": "Bezprostredné ohrozenie života",
	"deadline.title": "Lehoty",
	"settings.language": "Jazyk",
};
