// @ts-check
/* Polski. */

/** @type {Record<string, string>} */
export default {
	"room.orders": "Nakazy usunięcia",
	"room.no_order": "W tym zdarzeniu nie ma jeszcze nakazu usunięcia. Projekt widzi tylko Twoja strona.",
	"room.referrals": "Zgłoszenia",
	"room.no_referral": "Nic jeszcze nie zgłoszono. Zgłoszenie prosi usługę o sprawdzenie według jej regulaminu; nikogo nie wiąże.",
	"room.answered": "odpowiedzi: {n} z {of}",
	"room.threats": "Zagrożenia życia, które do tego należą",
	"room.linked": "Inne protokoły",
	"room.since": "od",
	"room.chart": "Co zgłaszały platformy, w czasie",
	"room.chart_of": "{org}, od najstarszych: {list}",
	"room.picture": "Zablokowane, usunięte, zakończone",
	"room.last": "Ostatni",
	"room.complaints": "Skargi użytkowników",
	"room.complaints_lead": "Liczby przesłane przez zaangażowane platformy za okres, w którym zdarzenie było aktywne. Nie ma tu niczyjej skargi.",
	"room.sum": "Razem",
};
