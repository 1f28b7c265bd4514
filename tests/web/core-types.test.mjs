// core-types.test.mjs: the types of the messages are made from the catalogue, and the whole console is checked against them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "node:test";
import { declarations } from "../../web/types.mjs";

const web = fileURLToPath(new URL("../../web/", import.meta.url));
const source = readFileSync(`${web}../server/message/catalogue.def`, "utf8");
const check = () => spawnSync(process.execPath, [`${web}node_modules/typescript/bin/tsc`, "--noEmit", "-p", `${web}jsconfig.json`], { encoding: "utf8" });

describe("types of messages", () => {
	it("are those of the catalogue", () => {
		const text = declarations(source);
		assert.match(text, /export interface Shape_M5 \{[^}]*\tkind: "ack" \| "accept" \| /);
		assert.match(text, /\tM4: Shape_M4;/);
		assert.doesNotMatch(text, /server_received_at/); // the server's own are nobody's to send
	});

	it("hold for all that the console says, and would not for a word that the catalogue does not have", () => {
		writeFileSync(`${web}core/messages.d.ts`, declarations(source));
		const whole = check();
		assert.equal(whole.status, 0, whole.stdout);
		writeFileSync(`${web}core/messages.d.ts`, declarations(source.replace('VALUES(m4_step, "draft",', 'VALUES(m4_step, "sketch",')));
		const damaged = check();
		writeFileSync(`${web}core/messages.d.ts`, declarations(source));
		assert.notEqual(damaged.status, 0);
		assert.match(damaged.stdout, /draft\.js.*"draft"/);
	});
});
