// @ts-check
/* pl-handover.js: hand-over of the shift. */

/** @type {Record<string, string>} */
export default {
	"handover.title": "Przekazanie zmiany",
	"handover.lead": "{org}, stan na {time}",
	"handover.who": "Kto jest na miejscu",
	"handover.on_duty": "Dyżur według grafiku: {who}.",
	"handover.nobody": "Według grafiku nikt nie ma dyżuru.",
	"handover.next": "Następnie: {who}, {time}.",
	"handover.roster": "Grafik i dyżur",
	"handover.with_nobody": "Jeszcze niczyje",
	"handover.with_you": "U Ciebie",
	"handover.with": "Zajmuje się: {who}",
	"handover.with_org": "Przejęte przez {org}",
	"handover.note_on": "Notatka o {what}",
	"handover.nothing": "Nic nie jest otwarte.",
	"handover.notes": "Notatki z poprzednich zmian",
	"handover.print": "Drukuj",
	"handover.hint": "Notatka o zdarzeniu jest zapisana w jego pokoju; ta strona za każdym razem powstaje z rejestru.",
};
