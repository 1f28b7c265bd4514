/* fill.mjs: fills a form of the console with whatever it asks for, and nothing else. */

import { readFileSync } from "node:fs";
import { read } from "../../web/catalogue.mjs";
import { blank, withValue } from "../../web/core/form.js";
import { FORMS, beginning, problemsIn } from "../../web/core/forms.js";

export const catalogue = read(readFileSync(new URL("../../server/message/catalogue.def", import.meta.url), "utf8"));

/** One value that its kind allows. */
function some(f, at) {
	if (f.name === "activation_type")
		return at.state.vocabulary.activation_types[0].code;
	return f.values?.[0] ?? { BOOL: "no", INT: "5", TIME: { local: "2031-05-17T15:00", offset: "+02:00" }, ORG: "HUB", CC: "XA", LANG: "en",
		PERSON: at.me.person, UUID: "01890000-0000-7000-8000-000000000001", URL: "https://x.example/1" }[f.kind] ?? "words";
}

/** A row of a list, with something in it. */
function row(shape, at) {
	const first = catalogue.shapes[shape].fields.find((f) => !f.shape && f.kind !== "UUID7");
	return { ...blank(catalogue, shape), [first.name]: some(first, at) };
}

/** @param {string} name of the form @param {any} at where it is said @param {Record<string, any>} [typed] path → value */
export function fill(name, at, typed = {}) {
	let v = beginning(catalogue, name, at);
	for (const [path, value] of Object.entries(typed))
		v = withValue(v, path, value);
	for (let round = 0; round < 5; round++)
		for (const p of problemsIn(catalogue, name, v)) {
			const names = p.path.split(".").filter((n) => n !== "rows");
			let shape = names[0] === "body" ? catalogue.types[FORMS[name].type].shape : "envelope";
			let f;
			for (const n of names.slice(1).filter((x) => !/^\d+$/.test(x))) {
				f = catalogue.shapes[shape].fields.find((x) => x.name === n);
				shape = f.shape ?? shape;
			}
			const one = p.why === "hex" || p.why === "digits" ? "ab".repeat(p.n / 2) : some(f, at);
			v = withValue(v, p.path, p.why === "answered" ? { said: "no", rows: [] } : f.shape ? f.list ? [row(f.shape, at)] : row(f.shape, at) : f.list
				? ["ENUM", "ORG", "PERSON", "UUID"].includes(f.kind) ? [one] : one : one);
		}
	return v;
}
