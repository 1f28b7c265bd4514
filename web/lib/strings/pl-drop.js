// @ts-check
/* Polski. */

export default {
	"drop.title": "Upuść pliki tutaj lub je wybierz",
	"drop.stays": "Pliki pozostają na tym komputerze: skróty powstają tutaj i tylko skróty są wysyłane. Nic nie jest otwierane ani pokazywane.",
	"drop.choose": "Wybierz pliki",
	"drop.types": "Rodzaje udostępnianych skrótów",
	"drop.below": "Skróty są na liście poniżej. Sprawdź je, a potem raz dla wszystkich określ, czym są.",
	"drop.reading": "Odczyt: {name}",
	"drop.read": "{name}: skróty są na liście",
	"drop.cancel": "Przerwij odczyt: {name}",
	"drop.forget": "Usuń {name} z tej listy; skróty pozostają poniżej",
	"drop.failed": "nie można odczytać, niczego nie dodano",
	"drop.empty": "jest pusty: jego skrót byłby skrótem każdego pustego pliku, niczego nie dodano",
	"drop.full": "{n, plural, one {# skrót nie zmieścił się w tej wiadomości. Najpierw ją wyślij, potem upuść plik ponownie.} few {# skróty nie zmieściły się w tej wiadomości. Najpierw ją wyślij, potem upuść pliki ponownie.} many {# skrótów nie zmieściło się w tej wiadomości. Najpierw ją wyślij, potem upuść pliki ponownie.} other {# skrótu nie zmieściło się w tej wiadomości. Najpierw ją wyślij, potem upuść pliki ponownie.}}",
	"drop.plain.no_picture": "to nie obraz, tylko skróty dokładne",
	"drop.plain.unreadable": "obrazu nie można tu odczytać, tylko skróty dokładne",
	"drop.plain.too_large": "za duży dla PDQ, tylko skróty dokładne",
	"drop.plain.poor": "za mało treści w obrazie dla PDQ, tylko skróty dokładne",
};
