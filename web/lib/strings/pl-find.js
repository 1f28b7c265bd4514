// @ts-check
/* pl-find.js: search over everything. */

/** @type {Record<string, string>} */
export default {
	"find.close": "Zamknij",
	"find.hint": "Numery, nazwy, adresy, skróty, osoby: to, co możesz zobaczyć. Nic nie jest wysyłane.",
	"find.count": "{n, plural, =0 {Nic nie znaleziono} one {# wynik} few {# wyniki} many {# wyników} other {# wyniku}}",
	"find.more": "nie pokazano {n}: więcej słów zawęzi wynik",
	"past.not_looked": "{n, plural, one {# zakończonego zagrożenia nie ma już na tej stronie} few {# zakończonych zagrożeń nie ma już na tej stronie} many {# zakończonych zagrożeń nie ma już na tej stronie} other {# zakończonych zagrożeń nie ma już na tej stronie}}",
	"past.look": "Przeszukaj także te",
	"past.looking": "Szukam: dotąd {n}",
	"past.looked": "Przeszukano także wszystko, co zakończone.",
	"find.threat": "Zagrożenie",
	"find.incident": "Zdarzenie",
	"find.order": "Nakaz",
	"find.referral": "Zgłoszenie",
	"find.check": "Sprawdzenie",
	"find.signal": "Sygnał",
	"find.person": "Osoba",
	"find.org": "Organizacja",
};
