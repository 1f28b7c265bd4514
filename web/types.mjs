/* types.mjs: the catalogue as TypeScript declarations, for JSDoc to name: web/core/messages.d.ts.
 *
 *   node types.mjs >core/messages.d.ts      before tsc: `npm run check` does; the file is made, not kept
 *
 * Shapes as interfaces, and Bodies[type], Message<type>. What is needed under a condition is optional here: the form and the
 * server say when. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { read } from "./catalogue.mjs";

const NUMBERS = ["INT"], TRUTHS = ["BOOL"];
const named = (/** @type {string} */ shape) => `Shape_${shape}`;

/** @param {any} f */
function type(f) {
	const one = f.kind === "ENUM" ? f.values.map((/** @type {string} */ v) => JSON.stringify(v)).join(" | ")
		: f.kind === "MAP" ? named(f.shape) : NUMBERS.includes(f.kind) ? "number" : TRUTHS.includes(f.kind) ? "boolean" : "string";
	return f.list ? `(${one})[]` : one;
}

/** @param {any} shape */
const shape = (shape) => `/** ${shape.meaning} */\nexport interface ${named(shape.name)} {\n${shape.fields
	.filter((/** @type {any} */ f) => f.need !== "SERVER" && !["BODY", "TYPE_NAME"].includes(f.kind))
	.map((/** @type {any} */ f) => `\t/** ${f.meaning} (${f.clause}) */\n\t${f.name}${f.need === "MUST" ? "" : "?"}: ${type(f)};`).join("\n")}\n}\n`;

/** @param {string} source of catalogue.def */
export function declarations(source) {
	const { types, shapes } = read(source);
	return `/* Made from server/message/catalogue.def by types.mjs; do not edit. */\n\n${Object.values(shapes).map(shape).join("\n")}
/** The body of each type that there is. */
export interface Bodies {\n${Object.values(types).map((t) => `\t/** ${t.title} */\n\t${t.name}: ${named(t.shape)};`).join("\n")}\n}
export type Type = keyof Bodies;
export type Message<T extends Type = Type> = Shape_envelope & { type: T; body: Bodies[T] };
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	process.stdout.write(declarations(await readFile(new URL("../server/message/catalogue.def", import.meta.url), "utf8")));
