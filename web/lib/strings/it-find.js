// @ts-check
/* it-find.js: search over everything. */

/** @type {Record<string, string>} */
export default {
	"find.close": "Chiudi",
	"find.hint": "Numeri, nomi, indirizzi, hash, persone: ciò che potete vedere. Nulla viene inviato.",
	"find.count": "{n, plural, =0 {Nessun risultato} one {# risultato} other {# risultati}}",
	"find.more": "{n} non sono mostrati: aggiunga parole",
	"past.not_looked": "{n, plural, one {# minaccia chiusa non è più in questa pagina} other {# minacce chiuse non sono più in questa pagina}}",
	"past.look": "Cercare anche in queste",
	"past.looking": "Ricerca in corso: {n} finora",
	"past.looked": "È stato cercato anche in tutto ciò che è chiuso.",
	"find.threat": "Minaccia",
	"find.incident": "Incidente",
	"find.order": "Ordine",
	"find.referral": "Segnalazione",
	"find.check": "Verifica",
	"find.signal": "Segnale",
	"find.person": "Persona",
	"find.org": "Organizzazione",
};
