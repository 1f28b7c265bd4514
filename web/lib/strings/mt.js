// @ts-check
/* Malti: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Idħol",
	"nav.board": "Bord",
	"nav.settings": "Settings",
	"nav.sign_out": "Oħroġ",
	"pill.live": "dirett",
	"pill.lost": "maqtugħ",
	"banner.red": "Inqatgħet il-konnessjoni mas-server.",
	"exercise.prefix": "EŻERĊIZZJU",
	"exercise.label": "Eżerċizzju",
	"exercise.real": "REALI",
	"alarm.mute": "Sikket",
	"board.title": "Theddid għall-ħajja",
	"standing.new": "ĠDID",
	"standing.accepted": "MEĦUD F’IDEJNA",
	"standing.closed": "MAGĦLUQ",
	"threat.eyebrow": "Theddida imminenti għall-ħajja",
	"deadline.title": "Skadenzi",
	"settings.language": "Lingwa",
};
