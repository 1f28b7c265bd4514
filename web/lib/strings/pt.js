// @ts-check
/* Português: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Iniciar sessão",
	"nav.board": "Painel",
	"nav.settings": "Definições",
	"nav.sign_out": "Terminar sessão",
	"pill.live": "em direto",
	"pill.lost": "sem ligação",
	"banner.red": "Não há ligação ao servidor.",
	"exercise.prefix": "EXERCÍCIO",
	"exercise.label": "Exercício",
	"exercise.real": "REAL",
	"alarm.mute": "Silenciar",
	"board.title": "Ameaças à vida",
	"standing.new": "NOVA",
	"standing.accepted": "ASSUMIDA",
	"standing.closed": "ENCERRADA",
	"threat.eyebrow": "Ameaça iminente à vida",
	"deadline.title": "Prazos",
	"settings.language": "Língua",
};
