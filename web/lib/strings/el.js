// @ts-check
/* Ελληνικά: what must be understood at once. The rest is shown in English, marked. */

/** @type {Record<string, string>} */
export default {
	"signin.go": "Σύνδεση",
	"nav.board": "Πίνακας",
	"nav.settings": "Ρυθμίσεις",
	"nav.sign_out": "Αποσύνδεση",
	"pill.live": "ζωντανά",
	"pill.lost": "εκτός σύνδεσης",
	"banner.red": "Δεν υπάρχει σύνδεση με τον διακομιστή.",
	"exercise.prefix": "ΑΣΚΗΣΗ",
	"exercise.label": "Άσκηση",
	"exercise.real": "ΠΡΑΓΜΑΤΙΚΟ",
	"alarm.mute": "Σίγαση",
	"board.title": "Απειλές κατά της ζωής",
	"standing.new": "ΝΕΑ",
	"standing.accepted": "ΑΝΕΛΗΦΘΗ",
	"standing.closed": "ΕΚΛΕΙΣΕ",
	"threat.eyebrow": "Άμεση απειλή κατά της ζωής",
	"deadline.title": "Προθεσμίες",
	"settings.language": "Γλώσσα",
};
