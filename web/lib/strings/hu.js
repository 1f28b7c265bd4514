// @ts-check
/* Magyar: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Bejelentkezés",
	"nav.board": "Tábla",
	"nav.settings": "Beállítások",
	"nav.sign_out": "Kijelentkezés",
	"pill.live": "élő",
	"pill.lost": "megszakadt",
	"banner.red": "Megszakadt a kapcsolat a szerverrel.",
	"exercise.prefix": "GYAKORLAT",
	"exercise.label": "Gyakorlat",
	"exercise.real": "VALÓS",
	"alarm.mute": "Némítás",
	"board.title": "Életveszélyek",
	"standing.new": "ÚJ",
	"standing.accepted": "ÁTVÉVE",
	"standing.closed": "LEZÁRVA",
	"threat.eyebrow": "Közvetlen életveszély",
	"deadline.title": "Határidők",
	"settings.language": "Nyelv",
};
