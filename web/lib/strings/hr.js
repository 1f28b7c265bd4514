// @ts-check
/* Hrvatski: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Prijava",
	"nav.board": "Ploča",
	"nav.settings": "Postavke",
	"nav.sign_out": "Odjava",
	"pill.live": "uživo",
	"pill.lost": "prekinuto",
	"banner.red": "Veza s poslužiteljem je prekinuta.",
	"exercise.prefix": "VJEŽBA",
	"exercise.label": "Vježba",
	"exercise.real": "STVARNO",
	"alarm.mute": "Utišaj",
	"board.title": "Prijetnje životu",
	"standing.new": "NOVO",
	"standing.accepted": "PREUZETO",
	"standing.closed": "ZATVORENO",
	"threat.eyebrow": "Neposredna prijetnja životu",
	"deadline.title": "Rokovi",
	"settings.language": "Jezik",
};
