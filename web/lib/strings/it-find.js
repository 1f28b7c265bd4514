// @ts-check
/* it-find.js: search over everything. */

/** @type {Record<string, string>} */
export default {
	"find.close": "Chiudi",
	"find.hint": "Numeri, nomi, indirizzi, hash, persone: ciò che potete vedere. Nulla viene inviato.",
	"find.count": "{n, plural, =0 {Nessun risultato} one {# risultato} other {# risultati}}",
	"find.threat": "Minaccia",
	"find.incident": "Incidente",
	"find.order": "Ordine",
	"find.referral": "Segnalazione",
	"find.check": "Verifica",
	"find.signal": "Segnale",
	"find.person": "Persona",
	"find.org": "Organizzazione",
};
