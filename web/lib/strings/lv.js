// @ts-check
/* Latviešu: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Pieteikties",
	"nav.board": "Panelis",
	"nav.settings": "Iestatījumi",
	"nav.sign_out": "Atteikties",
	"pill.live": "tiešraidē",
	"pill.lost": "pārtraukts",
	"banner.red": "Savienojums ar serveri ir pārtraukts.",
	"exercise.prefix": "MĀCĪBAS",
	"exercise.label": "Mācības",
	"exercise.real": "ĪSTS",
	"alarm.mute": "Izslēgt skaņu",
	"board.title": "Draudi dzīvībai",
	"standing.new": "JAUNS",
	"standing.accepted": "PĀRŅEMTS",
	"standing.closed": "SLĒGTS",
	"threat.eyebrow": "Tūlītēji draudi dzīvībai",
	"deadline.title": "Termiņi",
	"settings.language": "Valoda",
};
