/* catalogue.mjs: server/message/catalogue.def for the console: the one table of what can be said, read when the bundle is
 * built, so that no form is written down twice and none can be stale. Only calls of the table's own rows are
 * understood; anything else in the file ends the build. A test compares what is read here with GET /api/schema.
 *
 *   read(text)            → {types, shapes}: every message type, every shape with its fields and rules
 *   only(catalogue, names, fields) → the same, with nothing but these types and what they consist of, and these fields of
 *                            the envelope */

/** @typedef {{call?: string, args?: any[], id?: string}|string|number} Node */

/** @param {string} text  comments out, lines kept, so that a complaint can name its line */
function lines(text) {
	return text.replace(/\/\*[\s\S]*?\*\//g, (c) => c.replace(/[^\n]/g, " "));
}

/** Calls of macros, one after the other: NAME(argument, …), an argument being text, number, name, call, a | b.
 * @param {string} source @returns {{call: string, args: any[], line: number}[]} */
function calls(source) {
	const text = lines(source);
	const token = /\s*(?:"((?:[^"\\]|\\.)*)"|(-?\d+)|([A-Za-z_]\w*)|([(),|]))/y;
	let at = 0;
	const skip = () => void (at += text.slice(at).search(/\S|$/));
	const line = () => {
		skip();
		return text.slice(0, at).split("\n").length;
	};
	/** @returns {{text?: string, number?: number, name?: string, sign?: string}|null} */
	function peek() {
		token.lastIndex = at;
		const m = token.exec(text);
		if (!m)
			return null;
		return { text: m[1] === undefined ? undefined : JSON.parse(`"${m[1]}"`), name: m[3], sign: m[4],
			number: m[2] === undefined ? undefined : Number(m[2]) };
	}
	function next() {
		const t = peek();
		if (!t)
			throw new Error(`catalogue.def:${line()}: not a row of the catalogue`);
		at = token.lastIndex;
		return t;
	}
	/** @returns {any} */
	function value() {
		const t = next();
		if (t.text !== undefined) {
			let all = t.text;
			while (peek()?.text !== undefined)
				all += next().text;
			return all;
		}
		if (t.number !== undefined)
			return t.number;
		if (t.name === undefined)
			throw new Error(`catalogue.def:${line()}: unexpected ${t.sign}`);
		const one = peek()?.sign === "(" ? { call: t.name, args: list() } : { id: t.name };
		if (peek()?.sign !== "|")
			return one;
		next();
		const rest = value();
		return { any: [one, ...(rest.any ?? [rest])] };
	}
	function list() {
		next(); // (
		const args = [];
		while (peek()?.sign !== ")") {
			args.push(value());
			if (peek()?.sign === ",")
				next();
		}
		next(); // )
		return args;
	}
	const found = [];
	for (;;) {
		skip();
		if (at === text.length)
			return found;
		const began = line();
		const { name } = next();
		if (!name || peek()?.sign !== "(")
			throw new Error(`catalogue.def:${began}: not a row of the catalogue`);
		found.push({ call: name, args: list(), line: began });
	}
}

/** @param {any} node  a number: also a name or call that stands for a large one */
const number = (node) => (typeof node === "number" ? node : node?.args ? node.args[0] : Number.MAX_SAFE_INTEGER);

/** LINE(120), INT(0, 100) @param {any[]} [args] */
const limits = (args = []) => (args.length === 2 ? { min: number(args[0]), max: number(args[1]) }
	: args.length ? { min: 1, max: number(args[0]) } : {});

/** @param {string} source */
export function read(source) {
	const rows = calls(source);
	const of = (/** @type {string} */ call) => rows.filter((r) => r.call === call);
	/** @type {Record<string, string[]>} */
	const values = Object.fromEntries(of("VALUES").map(({ args: [name, ...words] }) => [name.id, words]));
	/** @type {Record<string, {member: string, values: string[], and?: any}|null>} */
	const conditions = { ALWAYS: null,
		...Object.fromEntries(of("WHEN").map(({ args: [name, member, ...words] }) => [name.id, { member,
			values: words }])) };
	for (const { args: [name, other, member, ...words] } of of("BOTH"))
		conditions[name.id] = { member, values: words, and: conditions[other.id] };
	const condition = (/** @type {any} */ node) => {
		if (!(node.id in conditions))
			throw new Error(`catalogue.def: no condition ${node.id}`);
		return conditions[node.id];
	};

	/** @param {any[]} row */
	function field([name, what, many, need, mark, clause, meaning]) {
		const kind = what.call ?? what.id;
		const args = what.args ?? [];
		/** @type {any} */
		const f = { name, kind, need: need.call ?? need.id, clause, meaning };
		if (kind === "ENUM")
			[f.words, f.values] = [args[0].id, values[args[0].id]];
		else if (kind === "MAP")
			f.shape = args[0].id;
		else
			Object.assign(f, limits(args));
		if (many.call === "LIST")
			f.list = many.args;
		if (mark.id === "PERSONAL")
			f.personal = true;
		/* MUST_WHEN(c) · MUST_ONLY_WHEN(c) · MAY_ONLY_WHEN(c) · MUST_WHEN_MAY_WHEN(c, d) */
		if (need.call) {
			const [c, d] = need.args.map(condition);
			if (need.call.startsWith("MUST"))
				f.must = c;
			if (need.call !== "MUST_WHEN")
				f.only = d ?? c;
		}
		return f;
	}

	/** @type {Record<string, any>} */
	const shapes = {};
	let open = /** @type {any} */ (null);
	for (const { call, args, line } of rows)
		if (call === "SHAPE")
			open = shapes[args[0].id] = { name: args[0].id, meaning: args[1], fields: [], rules: [] };
		else if (call === "FIELD")
			open.fields.push(field(args));
		else if (call === "EITHER")
			open.rules.push({ when: condition(args[0]), either: [args[1], args[2]], clause: args[3], words: args[4] });
		else if (call === "LEAST")
			open.rules.push({ when: condition(args[0]), least: args[1], clause: args[2], words: args[3] });
		else if (call === "EACH")
			open.rules.push({ when: condition(args[0]), each: args[1], member: args[2], clause: args[3] });
		else if (call === "FORM")
			open.rules.push({ when: condition(args[0]), form: args[1], kind: args[2].call ?? args[2].id,
				...limits(args[2].args), clause: args[3] });
		else if (!["VALUES", "WHEN", "BOTH", "TYPE", "DEMAND", "NAMED_AFTER"].includes(call))
			throw new Error(`catalogue.def:${line}: ${call} is not a row of the catalogue`);
	/** @type {Record<string, any>} */
	const types = {};
	for (const { args: [shape, name, selector, , flags, clause, title] } of of("TYPE")) {
		const set = (flags.any ?? [flags]).map((/** @type {any} */ f) => f.id);
		types[name] = { name, shape: shape.id, selector, clause, title, members: set.includes("MEMBERS"),
			routed: set.includes("ROUTED") };
	}
	return { types, shapes };
}

/** @param {ReturnType<typeof read>} catalogue @param {string[]} names @param {string[]} fields */
export function only(catalogue, names, fields) {
	const types = Object.fromEntries(names.filter((n) => catalogue.types[n]).map((n) => [n, catalogue.types[n]]));
	/** @type {Record<string, any>} */
	const shapes = {};
	const need = (/** @type {string} */ name) => {
		if (shapes[name] || !catalogue.shapes[name])
			return;
		shapes[name] = catalogue.shapes[name];
		for (const f of shapes[name].fields)
			if (f.shape)
				need(f.shape);
	};
	for (const t of Object.values(types))
		need(t.shape);
	const envelope = { ...catalogue.shapes.envelope, fields: catalogue.shapes.envelope.fields.filter((/** @type {any} */ f) =>
		fields.includes(f.name)), rules: [] };
	for (const f of envelope.fields)
		if (f.shape)
			need(f.shape);
	return { types, shapes: { ...shapes, envelope } };
}
