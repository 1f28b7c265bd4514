// core-types.test.mjs: the types of the messages are made from the catalogue, and the whole console is checked against them.
// long: it checks all of the console
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "node:test";
import { declarations } from "../../web/types.mjs";
import ts from "../../web/node_modules/typescript/lib/typescript.js";

const web = fileURLToPath(new URL("../../web/", import.meta.url));
const source = readFileSync(`${web}../server/message/catalogue.def`, "utf8");
const { fileNames, options } = ts.getParsedCommandLineOfConfigFile(`${web}jsconfig.json`, {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: assert.fail });
/** The console with these types of messages. */
function program(types, old) {
	const host = ts.createCompilerHost(options), made = `${web}core/messages.d.ts`, { getSourceFile, fileExists } = host;
	host.fileExists = (name) => name === made || fileExists(name);
	host.getSourceFile = (name, ...more) => name === made ? ts.createSourceFile(name, types, ...more) : old?.getSourceFile(name) ?? getSourceFile(name, ...more);
	return ts.createProgram({ rootNames: [...new Set([...fileNames, made])], options, host, oldProgram: old });
}
const said = (diagnostics) => ts.formatDiagnostics(diagnostics, { getCanonicalFileName: (name) => name, getCurrentDirectory: () => web, getNewLine: () => "\n" });

describe("types of messages", () => {
	it("are those of the catalogue", () => {
		const text = declarations(source);
		assert.match(text, /export interface Shape_M5 \{[^}]*\tkind: "ack" \| "accept" \| /);
		assert.match(text, /\tM4: Shape_M4;/);
		assert.doesNotMatch(text, /server_received_at/); // the server's own are nobody's to send
	});

	it("hold for all that the console says, and would not for a word that the catalogue does not have", () => {
		const whole = program(declarations(source));
		assert.ok(whole.getSourceFiles().length > 100);
		assert.equal(said(ts.getPreEmitDiagnostics(whole)), "");
		const damaged = program(declarations(source.replace('VALUES(m4_step, "draft",', 'VALUES(m4_step, "sketch",')), whole);
		assert.match(said(damaged.getSemanticDiagnostics(damaged.getSourceFile(`${web}core/draft.js`))), /draft\.js.*"draft"/);
	});
});
