// @ts-check
/* Română: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Conectare",
	"nav.board": "Panou",
	"nav.settings": "Setări",
	"nav.sign_out": "Deconectare",
	"pill.live": "în direct",
	"pill.lost": "întrerupt",
	"banner.red": "Legătura cu serverul este întreruptă.",
	"exercise.prefix": "EXERCIȚIU",
	"exercise.label": "Exercițiu",
	"exercise.real": "REAL",
	"alarm.mute": "Oprire sunet",
	"board.title": "Amenințări la adresa vieții",
	"standing.new": "NOUĂ",
	"standing.accepted": "PRELUATĂ",
	"standing.closed": "ÎNCHISĂ",
	"threat.eyebrow": "Amenințare iminentă la adresa vieții",
	"deadline.title": "Termene",
	"settings.language": "Limbă",
};
