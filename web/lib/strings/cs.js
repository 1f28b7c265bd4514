// @ts-check
/* Čeština: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Přihlásit se",
	"nav.board": "Přehled",
	"nav.settings": "Nastavení",
	"nav.sign_out": "Odhlásit se",
	"pill.live": "živě",
	"pill.lost": "odpojeno",
	"banner.red": "Spojení se serverem je přerušeno.",
	"exercise.prefix": "CVIČENÍ",
	"exercise.label": "Cvičení",
	"exercise.real": "SKUTEČNÉ",
	"alarm.mute": "Ztišit",
	"board.title": "Ohrožení života",
	"standing.new": "NOVÉ",
	"standing.accepted": "PŘEVZATO",
	"standing.closed": "UZAVŘENO",
	"threat.eyebrow": "Bezprostřední ohrožení života",
	"deadline.title": "Lhůty",
	"settings.language": "Jazyk",
};
