// @ts-check
/* Polski: czego się nauczono. */

/** @type {Record<string, string>} */
export default {
	"debrief.open": "Otwórz podsumowanie",
	"debrief.eyebrow": "Podsumowanie",
	"debrief.lead": "Czego się nauczono, od uczestników. Liczby pochodzą z serwera. Wkłady w 10 dni, raport końcowy w 30, wersja publiczna w 60.",
	"debrief.not_yet": "Jeszcze nieotwarte: zaczyna się po zamknięciu incydentu.",
	"debrief.print_public": "Drukuj wersję publiczną",
	"debrief.print_all": "Drukuj wszystko",
	"debrief.statistics": "Statystyki obliczone przez serwer",
	"debrief.no_statistics": "Są obliczane wraz z raportem końcowym.",
	"debrief.no_public": "Jeszcze nieopublikowana: druga osoba z centrum publikuje ją słowo w słowo.",
	"debrief.no_final": "Nie ma jeszcze raportu końcowego.",
	"debrief.contributions": "Wkłady",
	"debrief.proposed": "Jak zaproponowano, nieopublikowana",
	"debrief.due": "Co jest do zrobienia",
	"debrief.due_part": "Część",
	"debrief.due_until": "Do",
	"debrief.due_by": "Od kogo",
	"debrief.due_standing": "Stan",
	"debrief.part.contributions": "Wkłady",
	"debrief.part.final": "Raport końcowy",
	"debrief.part.public": "Wersja publiczna",
	"debrief.done": "zrobione",
	"debrief.late": "po terminie",
	"debrief.waits": "otwarte",
	"debrief.nobody": "nikt więcej",
	"debrief.nameless": "{n, plural, one {(# przyszedł bez nazwy)} few {(# przyszły bez nazwy)} many {(# przyszło bez nazwy)} other {(# przyszło bez nazwy)}}",
};
