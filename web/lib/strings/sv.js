// @ts-check
/* Svenska: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Logga in",
	"nav.board": "Tavla",
	"nav.settings": "Inställningar",
	"nav.sign_out": "Logga ut",
	"pill.live": "direkt",
	"pill.lost": "avbruten",
	"banner.red": "Anslutningen till servern är bruten.",
	"exercise.prefix": "ÖVNING",
	"exercise.label": "Övning",
	"exercise.real": "VERKLIGT",
	"alarm.mute": "Tysta",
	"board.title": "Hot mot liv",
	"standing.new": "NYTT",
	"standing.accepted": "ÖVERTAGET",
	"standing.closed": "AVSLUTAT",
	"threat.eyebrow": "Omedelbart livshot",
	"deadline.title": "Tidsfrister",
	"settings.language": "Språk",
};
