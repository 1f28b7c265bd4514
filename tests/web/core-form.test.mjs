/* Forms out of the catalogue: the reader of catalogue.def says what the server's JSON Schema says; the engine asks for what
 * is needed, hides what does not apply, and builds bodies that a validator which we did not write takes. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { isIPv4, isIPv6 } from "node:net";
import path from "node:path";
import { describe, test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import { build } from "../integration/lib/server.mjs";
import { only, read } from "../../web/catalogue.mjs";
import { blank, body, pathOf, problems, restored, withValue } from "../../web/core/form.js";
import { FORMS, beginning, message, problemsIn } from "../../web/core/forms.js";
import { has, learn, speak } from "../../web/lib/i18n.js";
import { reduceAll, emptyState } from "../../web/core/state.js";
import { FakeServer } from "./fake-server.mjs";
import { catalogue, fill } from "./fill.mjs";
import { screensOf } from "./words.mjs";

learn(...screensOf("en"));
await speak("en");

const tool = path.join(build, "tests/unit/message/catalogue_check");
const schemaOf = (type) => JSON.parse(execFileSync(tool, ["schema", type], { encoding: "utf8", maxBuffer: 1 << 26 }));

const small = (rows) => read(`
	VALUES(step, "one", "two") VALUES(colour, "red", "blue")
	WHEN(is_two, "step", "two") WHEN(is_red, "colour", "red") BOTH(two_red, is_two, "colour", "red")
	SHAPE(inner, "an inner thing") FIELD("a", LINE(5), ONE, MUST, PLAIN, "x", "a") FIELD("at", TIME, ONE, MAY, PLAIN, "x", "at")
	TYPE(T, "T", "step", "R", MEMBERS, "law", "title") SHAPE(T, "a thing")
	FIELD("step", ENUM(step), ONE, MUST, PLAIN, "x", "step") ${rows}`);

describe("the catalogue, read for the console", () => {
	test("every type and field is what the server's schema says: kind, limits, need, order of lists", () => {
		assert.ok(Object.keys(catalogue.types).length >= 13);
		for (const type of Object.keys(catalogue.types)) {
			const defs = schemaOf(type).$defs;
			for (const [name, def] of Object.entries(defs)) {
				const shape = catalogue.shapes[name];
				if (name === "country")
					continue;
				assert.ok(shape, name);
				const fields = shape.fields.filter((f) => f.need !== "SERVER");
				assert.deepEqual(fields.map((f) => f.name).sort(), Object.keys(def.properties).sort(), name);
				assert.deepEqual(fields.filter((f) => f.need === "MUST").map((f) => f.name).sort(), [...def.required ?? []].sort(), name);
				for (const f of fields) {
					const p = def.properties[f.name];
					assert.equal(p.description, f.meaning);
					assert.equal(p.type === "array", Boolean(f.list), `${name}.${f.name}`);
					if (f.list)
						assert.deepEqual([p.minItems ?? 0, p.maxItems], f.list, `${name}.${f.name}`);
					const one = p.items ?? p;
					if (f.values)
						assert.deepEqual(one.enum, f.values);
					if (f.shape)
						assert.equal(one.$ref, `#/$defs/${f.shape}`);
					if (["LINE", "PROSE", "TOKEN", "HEX"].includes(f.kind))
						assert.deepEqual([one.minLength, one.maxLength], [f.min, f.max], `${name}.${f.name}`);
				}
			}
		}
	});

	test("what is no row of the table ends the build and names its line", () => {
		assert.throws(() => read('VALUES(a, "x")\nNONSENSE(b)'), /catalogue.def:2: NONSENSE/);
		assert.throws(() => read("VALUES(a, \n %)"), /catalogue.def:2/);
		assert.throws(() => read('SHAPE(s, "s") FIELD("a", BOOL, ONE, MUST_WHEN(never), PLAIN, "x", "a")'), /no condition never/);
	});

	test("only what is said by a console goes into it", () => {
		const part = only(catalogue, ["M1"], ["audience", "also_reported_to"]);
		assert.deepEqual(Object.keys(part.types), ["M1"]);
		assert.ok(part.shapes.criterion && part.shapes.other_report && !part.shapes.M4);
		assert.deepEqual(part.shapes.envelope.fields.map((f) => f.name), ["audience", "also_reported_to"]);
	});
});

describe("the form engine", () => {
	const conditional = small(`FIELD("colour", ENUM(colour), ONE, MAY, PLAIN, "x", "colour")
		FIELD("why", LINE(9), ONE, MUST_ONLY_WHEN(two_red), PLAIN, "x", "why")
		FIELD("note", PROSE(20), ONE, MUST_WHEN(is_red), PLAIN, "x", "note")`);
	const of = (c, typed) => ({ ...blank(c, "T"), ...typed });

	test("a conditional field is asked for, needed and sent only under its condition", () => {
		const at = (typed) => problems(conditional, "T", of(conditional, typed)).map((p) => p.path);
		assert.deepEqual(at({ step: "one" }), []);
		assert.deepEqual(at({ step: "one", colour: "red" }), ["note"]);
		assert.deepEqual(at({ step: "two", colour: "red", note: "n" }), ["why"]);
		const typed = of(conditional, { step: "two", colour: "red", note: "n", why: "because" });
		assert.deepEqual(body(conditional, "T", typed), { step: "two", colour: "red", note: "n", why: "because" });
		assert.deepEqual(body(conditional, "T", { ...typed, colour: "blue" }), { step: "two", colour: "blue", note: "n" });
	});

	test("a mandatory list of objects that may be empty has to be answered; one of words may be left empty", () => {
		const c = small(`FIELD("known", MAP(inner), LIST(0, 3), MUST, PLAIN, "x", "k") FIELD("to", ORG, LIST(0, 3), MUST, PLAIN, "x", "t")`);
		const values = of(c, { step: "one" });
		assert.deepEqual(problems(c, "T", values).map((p) => [p.path, p.why]), [["known", "answered"]]);
		assert.deepEqual(body(c, "T", { ...values, known: { said: "no", rows: [] } }), { step: "one", known: [], to: [] });
		const yes = { ...values, known: { said: "yes", rows: [{ a: "", at: { local: "2031-05-17T15:00", offset: "" } }] } };
		assert.deepEqual(problems(c, "T", yes).map((p) => [p.path, p.why]), [["known.rows.0.a", "required"]]);
		assert.equal(pathOf("body.known[0].a", yes), "known.rows.0.a");
	});

	test("an optional object is absent until something in it is filled; then its own rules hold", () => {
		const c = small(`FIELD("inner", MAP(inner), ONE, MAY, PLAIN, "x", "i") FIELD("many", MAP(inner), LIST(1, 2), MAY, PLAIN, "x", "m")`);
		const values = of(c, { step: "one" });
		assert.deepEqual(problems(c, "T", values), []);
		assert.deepEqual(body(c, "T", values), { step: "one" });
		const some = withValue(values, "inner.at", { local: "2031-05-17T15:00", offset: "+02:00" });
		assert.deepEqual(problems(c, "T", some).map((p) => p.path), ["inner.a"]);
		assert.deepEqual(body(c, "T", withValue(some, "inner.a", " x ")).inner, { a: "x", at: "2031-05-17T15:00:00+02:00" });
		const rows = { ...values, many: [{ ...values.inner }, { ...values.inner, a: "123456" }, { ...values.inner, a: "1" },
			{ ...values.inner, a: "2" }] };
		assert.deepEqual(problems(c, "T", rows).map((p) => [p.path, p.why]), [["many", "too_many"], ["many.1.a", "long"]]);
	});

	test("what cannot be what it is meant to be is said beside the field", () => {
		const c = small(`FIELD("n", INT(1, 9), ONE, MAY, PLAIN, "x", "n") FIELD("u", URL, ONE, MAY, PLAIN, "x", "u") FIELD("h", HEX(4, 4), ONE,
			MAY, PLAIN, "x", "h") FIELD("cc", CC, ONE, MAY, PLAIN, "x", "c") FIELD("b", BOOL, ONE, MAY, PLAIN, "x", "b")`);
		const wrong = (typed) => problems(c, "T", of(c, { step: "one", ...typed })).map((p) => p.why);
		assert.deepEqual(wrong({ n: "0" }), ["whole_number"]);
		assert.deepEqual(wrong({ n: "10" }), ["whole_number"]);
		assert.deepEqual(wrong({ n: "1.5" }), ["whole_number"]);
		assert.deepEqual(wrong({ u: "no address" }), ["url"]);
		assert.deepEqual(wrong({ h: "zz" }), ["hex"]);
		assert.deepEqual(wrong({ h: "abcdef" }), ["digits"]);
		assert.deepEqual(wrong({ cc: "XYZ" }), ["country"]);
		assert.deepEqual(body(c, "T", of(c, { step: "one", n: "7", h: "AB CD", cc: "el", b: "no" })), { step: "one", n: 7, h: "abcd", cc: "GR",
			b: false });
	});

	test("what was kept of an earlier visit fits, or is left", () => {
		assert.deepEqual(restored({ a: "", b: [], c: { d: "" } }, { a: "x", b: "no list", c: { d: "y", e: "z" }, f: 1 }), { a: "x", b: [],
			c: { d: "y" } });
	});
});

describe("the forms", () => {
	const fake = new FakeServer({ exercise: true });
	const made = fake.scene("incident");
	fake.push({ k: "witness.register", org: "AIRU", mode: "system", body: { step: "register", org: "AIRU", vkey: "aldmere.example/w+00000000+AAAA" } });
	const stateOf = (org, title) => {
		const who = [...fake.tokens.values()].find((p) => p.org === org && p.title === title);
		return reduceAll(emptyState(), [fake.welcome(who), ...fake.entries.filter((e) => fake.reads(e, who)).map((e) => e.frame)]);
	};
	const about = (state, more = {}) => ({ state, me: state.me, incident: state.incidents.get(made.id), mode: "exercise",
		exercise: fake.exercise.id, now: fake.now(), lang: "en", ...more });
	const here = about(stateOf("AIRU", "second officer"));
	const ajv = new Ajv2020({ strict: false });
	ajv.addFormat("date-time", (text) => !Number.isNaN(Date.parse(text)));
	ajv.addFormat("ipv4", isIPv4);
	ajv.addFormat("ipv6", isIPv6);
	const validators = new Map();
	const valid = (m) => {
		if (!validators.has(m.type))
			validators.set(m.type, ajv.compile(schemaOf(m.type)));
		const check = validators.get(m.type);
		assert.ok(check(m), JSON.stringify(check.errors));
	};
	const order = { id: made.id, version: made.id, hsp: "PastePond", authority: "AIRU", state: "WITHDRAWN", silence: "2031-06-01T10:00:00Z",
		received: { at: "2031-05-17T14:33:32Z", channel: "e-mail" }, form: message(catalogue, "M10.draft", fill("M10.draft", { ...here,
			incident: undefined }), here).body.order };
	const forms = Object.keys(FORMS).filter((name) => catalogue.types[FORMS[name].type]);
	test("every form, filled with what it asks for, is a message that the server's schema takes", () => {
		for (const name of forms) {
			const at = { ...here, entry: /^org\./.test(name) ? "HUB" : /confirm|object|withdraw/.test(name) ? made.proposal : name.startsWith("M7") ? made.items?.[2].item_id
				: made.id, ...(name === "M1.report" ? { incident: undefined } : name === "M23.publish" ? { incident: { ...here.incident,
					final: { id: made.id, body: { public_draft: "What was learnt." } } } } : {}) };
			if (/^M(9|1[0-6])\./.test(name))
				Object.assign(at, { incident: undefined, order: name === "M10.draft" ? undefined : order });
			const v = fill(name, at);
			assert.deepEqual(problemsIn(catalogue, name, v), [], name);
			const m = message(catalogue, name, v, at);
			valid(m);
			assert.equal(m.exercise_ref, fake.exercise.id, name);
		}
		assert.deepEqual(forms, Object.keys(FORMS), "the catalogue has a type for each");
	});

	test("every field and word that a form shows has its words in both languages", () => {
		const lacking = new Set();
		const look = (shape, names, known, path = "") => {
			for (const f of catalogue.shapes[shape].fields) {
				const at = path ? `${path}.${f.name}` : f.name;
				if ((names && !names.includes(f.name)) || f.need === "SERVER" || known.includes(at) || (f.kind === "UUID" && !f.values) ||
				    (f.name === "code" && path))
					continue;
				if (!has(`field.${shape}.${f.name}`) && !has(`field.${f.name}`))
					lacking.add(`field.${shape}.${f.name}`);
				for (const v of f.values ?? [])
					if (!has(`${f.words}.${v}`) && !["source_grade", "tlp", "hash_type"].includes(f.words))
						lacking.add(`${f.words}.${v}`);
				if (f.shape)
					look(f.shape, undefined, known, at);
			}
		};
		for (const name of forms) {
			const spec = FORMS[name];
			look(catalogue.types[spec.type].shape, spec.sections.flatMap((x) => x.names), spec.known ?? []);
			for (const x of spec.sections) {
				look("envelope", x.envelope ?? [], []);
				if (!has(`say.section.${x.title}`))
					lacking.add(`say.section.${x.title}`);
			}
			for (const key of [`say.title.${name}`, `say.lead.${name}`])
				if (!has(key))
					lacking.add(key);
		}
		assert.deepEqual([...lacking], []);
	});

	test("a confirmation repeats what is confirmed, and a review that is over is set anew", () => {
		const at = { ...here, entry: made.proposal };
		const m = message(catalogue, "M3.confirm", beginning(catalogue, "M3.confirm", at), at);
		assert.equal(m.body.step, "confirm");
		assert.equal(m.body.proposal_ref, made.proposal);
		assert.deepEqual(m.body.scope.states, ["XA", "XB"]);
		const late = { ...at, now: fake.now() + 30 * 3600e3 };
		assert.ok(Date.parse(message(catalogue, "M3.confirm", beginning(catalogue, "M3.confirm", late), late).body.review_at) > late.now);
	});

	test("criteria stand in the form as they were answered last, and each wants the grade of its source", () => {
		const v = beginning(catalogue, "M3.activate", here);
		assert.deepEqual(v.body.criteria_answers.map((a) => a.answer), ["yes", "yes", "likely", "likely", "yes"]);
		const without = withValue(v, "body.criteria_answers.1.source_grade", "");
		assert.ok(problemsIn(catalogue, "M3.activate", without).some((p) => p.path === "body.criteria_answers.1.source_grade"));
	});

	test("what a person accepted on the check page is a tie of the message", () => {
		const at = { ...here, incident: undefined };
		const m = message(catalogue, "M1.report", fill("M1.report", at), at, [{ kind: "duplicate_of", to: made.id }]);
		assert.deepEqual(m.body.links, [{ kind: "duplicate_of", to: made.id }]);
		valid(m);
	});
});
