// @ts-check
/* Italiano. */

/** @type {Record<string, string>} */
export default {
	"room.orders": "Ordini di rimozione",
	"room.no_order": "Ancora nessun ordine di rimozione in questo incidente. Una bozza la vede solo la vostra parte.",
	"room.referrals": "Segnalazioni",
	"room.no_referral": "Nulla è stato ancora segnalato. Una segnalazione chiede a un servizio di esaminare in base alle sue condizioni; non vincola nessuno.",
	"room.answered": "{n} di {of} risposti",
	"room.threats": "Minacce per la vita collegate",
	"room.linked": "Altri protocolli",
	"room.since": "da",
	"room.chart": "Che cosa hanno comunicato le piattaforme, nel tempo",
	"room.chart_of": "{org}, dal più vecchio: {list}",
	"room.picture": "Bloccati, rimossi, terminati",
	"room.last": "Ultimo",
	"room.complaints": "Reclami di utenti",
	"room.complaints_lead": "Numeri inviati dalle piattaforme coinvolte per un periodo in cui l’incidente era attivo. Qui non c’è il reclamo di nessuno.",
	"room.sum": "Insieme",
};
