// @ts-check
/* de-drop.js: where files are dropped for their digests. */

export default {
	"drop.title": "Dateien hier ablegen oder auswählen",
	"drop.stays": "Dateien bleiben auf diesem Computer: Ihre Prüfsummen entstehen hier, und nur diese werden gesendet. Nichts wird geöffnet oder gezeigt.",
	"drop.choose": "Dateien auswählen",
	"drop.types": "Arten von Prüfsummen, die geteilt werden",
	"drop.below": "Die Prüfsummen stehen in der Liste darunter. Prüfen Sie sie und sagen Sie dann einmal für alle, was sie sind.",
	"drop.reading": "{name} wird gelesen",
	"drop.read": "{name}: Prüfsummen stehen in der Liste",
	"drop.cancel": "{name} nicht weiter lesen",
	"drop.forget": "{name} aus dieser Liste nehmen; die Prüfsummen bleiben unten stehen",
	"drop.failed": "nicht lesbar, nichts wurde hinzugefügt",
	"drop.empty": "ist leer: die Prüfsumme wäre die jeder leeren Datei, nichts wurde hinzugefügt",
	"drop.full": "{n, plural, one {Eine Prüfsumme passt nicht mehr in diese Meldung. Senden Sie sie zuerst und legen Sie die Datei dann erneut ab.} other {# Prüfsummen passen nicht mehr in diese Meldung. Senden Sie sie zuerst und legen Sie die Dateien dann erneut ab.}}",
	"drop.plain.no_picture": "kein Bild, nur genaue Prüfsummen",
	"drop.plain.unreadable": "kein Bild, das hier gelesen werden kann, nur genaue Prüfsummen",
	"drop.plain.too_large": "zu groß für PDQ, nur genaue Prüfsummen",
	"drop.plain.poor": "zu wenig im Bild für PDQ, nur genaue Prüfsummen",
};
