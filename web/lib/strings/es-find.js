// @ts-check
/* es-find.js: search over everything. */

/** @type {Record<string, string>} */
export default {
	"find.close": "Cerrar",
	"find.hint": "Números, nombres, direcciones, hashes, personas: lo que usted puede ver. No se envía nada.",
	"find.count": "{n, plural, =0 {Sin resultados} one {# resultado} other {# resultados}}",
	"find.more": "{n} no se muestran: añada palabras",
	"past.not_looked": "{n, plural, one {# amenaza cerrada ya no está en esta página} other {# amenazas cerradas ya no están en esta página}}",
	"past.look": "Buscar también en ellas",
	"past.looking": "Buscando: {n} hasta ahora",
	"past.looked": "También se ha buscado en todo lo cerrado.",
	"find.threat": "Amenaza",
	"find.incident": "Incidente",
	"find.order": "Orden",
	"find.referral": "Requerimiento",
	"find.check": "Comprobación",
	"find.signal": "Señal",
	"find.person": "Persona",
	"find.org": "Organización",
};
