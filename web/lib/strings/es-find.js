// @ts-check
/* es-find.js: search over everything. */

/** @type {Record<string, string>} */
export default {
	"find.close": "Cerrar",
	"find.hint": "Números, nombres, direcciones, hashes, personas: lo que usted puede ver. No se envía nada.",
	"find.count": "{n, plural, =0 {Sin resultados} one {# resultado} other {# resultados}}",
	"find.threat": "Amenaza",
	"find.incident": "Incidente",
	"find.order": "Orden",
	"find.referral": "Requerimiento",
	"find.check": "Comprobación",
	"find.signal": "Señal",
	"find.person": "Persona",
	"find.org": "Organización",
};
