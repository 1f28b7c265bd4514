// @ts-check
/* Español. */

/** @type {Record<string, string>} */
export default {
	"room.orders": "Órdenes de retirada",
	"room.no_order": "Aún no hay órdenes de retirada en este incidente. Un borrador solo lo ve su propio lado.",
	"room.referrals": "Requerimientos",
	"room.no_referral": "Aún no se ha enviado ningún requerimiento. Un requerimiento pide a un servicio que mire según sus propias condiciones; no obliga a nadie.",
	"room.answered": "{n} de {of} respondidos",
	"room.threats": "Amenazas para la vida relacionadas",
	"room.linked": "Otros protocolos",
	"room.since": "desde",
	"room.chart": "Qué comunicaron las plataformas, con el tiempo",
	"room.chart_of": "{org}, primero lo más antiguo: {list}",
	"room.picture": "Bloqueados, retirados, terminados",
	"room.last": "Último",
	"room.complaints": "Reclamaciones de usuarios",
	"room.complaints_lead": "Números que enviaron las plataformas participantes para un periodo en que el incidente estaba activo. Aquí no figura la reclamación de nadie.",
	"room.sum": "En conjunto",
};
