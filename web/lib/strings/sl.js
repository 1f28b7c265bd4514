// @ts-check
/* Slovenščina: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Prijava",
	"nav.board": "Tabla",
	"nav.settings": "Nastavitve",
	"nav.sign_out": "Odjava",
	"pill.live": "v živo",
	"pill.lost": "prekinjeno",
	"banner.red": "Povezava s strežnikom je prekinjena.",
	"exercise.prefix": "VAJA",
	"exercise.label": "Vaja",
	"exercise.real": "RESNIČNO",
	"alarm.mute": "Utišaj",
	"board.title": "Grožnje življenju",
	"standing.new": "NOVO",
	"standing.accepted": "PREVZETO",
	"standing.closed": "ZAKLJUČENO",
	"threat.eyebrow": "Neposredna grožnja življenju",
	"deadline.title": "Roki",
	"settings.language": "Jezik",
};
