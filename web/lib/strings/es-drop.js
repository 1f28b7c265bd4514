// @ts-check
/* Español. */

export default {
	"drop.title": "Suelte archivos aquí o elíjalos",
	"drop.stays": "Los archivos no salen de este ordenador: sus huellas se calculan aquí y solo se envían las huellas. No se abre ni se muestra nada.",
	"drop.choose": "Elegir archivos",
	"drop.types": "Tipos de huella que se comparten",
	"drop.below": "Las huellas están en la lista de abajo. Compruébelas y diga después una sola vez para todas qué son.",
	"drop.reading": "Leyendo {name}",
	"drop.read": "{name}: las huellas están en la lista",
	"drop.cancel": "Dejar de leer {name}",
	"drop.forget": "Quitar {name} de esta lista; sus huellas siguen abajo",
	"drop.failed": "no se puede leer, no se ha añadido nada",
	"drop.empty": "está vacío: su resumen sería el de cualquier archivo vacío, no se ha añadido nada",
	"drop.full": "{n, plural, one {Una huella ya no cabe en este mensaje. Envíelo primero y suelte el archivo de nuevo.} other {# huellas ya no caben en este mensaje. Envíelo primero y suelte los archivos de nuevo.}}",
	"drop.plain.no_picture": "no es una imagen, solo huellas exactas",
	"drop.plain.unreadable": "imagen que no se puede leer aquí, solo huellas exactas",
	"drop.plain.too_large": "demasiado grande para PDQ, solo huellas exactas",
	"drop.plain.poor": "la imagen tiene muy poco para PDQ, solo huellas exactas",
};
