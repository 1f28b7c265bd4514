// @ts-check
/* Български: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Вход",
	"nav.board": "Табло",
	"nav.settings": "Настройки",
	"nav.sign_out": "Изход",
	"pill.live": "на живо",
	"pill.lost": "прекъсната връзка",
	"banner.red": "Няма връзка със сървъра.",
	"exercise.prefix": "УЧЕНИЕ",
	"exercise.label": "Учение",
	"exercise.real": "РЕАЛНО",
	"alarm.mute": "Заглуши",
	"board.title": "Заплахи за живота",
	"standing.new": "НОВА",
	"standing.accepted": "ПОЕТА",
	"standing.closed": "ПРИКЛЮЧЕНА",
	"threat.eyebrow": "Непосредствена заплаха за живота",
	"deadline.title": "Срокове",
	"settings.language": "Език",
};
