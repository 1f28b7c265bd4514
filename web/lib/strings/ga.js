// @ts-check
/* Gaeilge: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Logáil isteach",
	"nav.board": "Clár",
	"nav.settings": "Socruithe",
	"nav.sign_out": "Logáil amach",
	"pill.live": "beo",
	"pill.lost": "gan nasc",
	"banner.red": "Níl nasc leis an bhfreastalaí.",
	"exercise.prefix": "CLEACHTADH",
	"exercise.label": "Cleachtadh",
	"exercise.real": "FÍOR",
	"alarm.mute": "Ciúnaigh",
	"board.title": "Bagairtí ar bheatha",
	"standing.new": "NUA",
	"standing.accepted": "GLACTHA",
	"standing.closed": "DÚNTA",
	"threat.eyebrow": "Bagairt láithreach ar bheatha",
	"deadline.title": "Spriocdhátaí",
	"settings.language": "Teanga",
};
