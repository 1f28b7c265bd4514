// @ts-check
/* Italiano. */

export default {
	"drop.title": "Trascini qui i file o li scelga",
	"drop.stays": "I file restano su questo computer: le impronte sono calcolate qui e solo le impronte sono inviate. Nulla viene aperto o mostrato.",
	"drop.choose": "Scegli file",
	"drop.types": "Tipi di impronta condivisi",
	"drop.below": "Le impronte sono nell’elenco qui sotto. Le verifichi, poi dica una sola volta per tutte che cosa sono.",
	"drop.reading": "Lettura di {name}",
	"drop.read": "{name}: le impronte sono nell’elenco",
	"drop.cancel": "Interrompi la lettura di {name}",
	"drop.forget": "Togli {name} da questo elenco; le sue impronte restano qui sotto",
	"drop.failed": "non leggibile, non è stato aggiunto nulla",
	"drop.empty": "è vuoto: la sua impronta sarebbe quella di ogni file vuoto, non è stato aggiunto nulla",
	"drop.full": "{n, plural, one {Un’impronta non entra più in questo messaggio. Lo invii prima, poi trascini di nuovo il file.} other {# impronte non entrano più in questo messaggio. Lo invii prima, poi trascini di nuovo i file.}}",
	"drop.plain.no_picture": "non è un’immagine, solo impronte esatte",
	"drop.plain.unreadable": "immagine che qui non si può leggere, solo impronte esatte",
	"drop.plain.too_large": "troppo grande per PDQ, solo impronte esatte",
	"drop.plain.poor": "immagine troppo povera per PDQ, solo impronte esatte",
};
