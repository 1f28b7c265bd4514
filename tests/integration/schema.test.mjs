// schema.test.mjs: the JSON Schema and the decoder are made from one table; here a validator that we did not write
// (Ajv, strict) and the decoder judge the same messages, whole and damaged, and must agree on each.
//
// What a schema cannot say is left out on purpose by the generator: 30 February, codes of fiction in mode actual.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { isIPv4, isIPv6 } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { build } from './lib/server.mjs';

const tool = path.join(build, 'tests/unit/message/catalogue_check');
const run = (args, input) => execFileSync(tool, args, { input, encoding: 'utf8', maxBuffer: 1 << 28 }).trimEnd();

function validator() {
	const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
	ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)));
	ajv.addFormat('ipv4', isIPv4);
	ajv.addFormat('ipv6', (text) => isIPv6(text) && !text.includes('%'));
	return ajv;
}

const all = JSON.parse(run(['schema']));
const types = Object.keys(all.$defs).filter((name) => name.startsWith('message.')).map((name) => name.slice('message.'.length));
const schemas = new Map(types.map((type) => [type, JSON.parse(run(['schema', type]))]));

test('every schema compiles in strict mode, alone and together', () => {
	const ajv = validator();
	for (const schema of schemas.values()) ajv.compile(schema);
	ajv.compile(all);
	assert.ok(types.includes('M4') && types.includes('exercise'));
});

for (const seed of [1, 2, 3])
	test(`decoder and schema agree on 2000 messages of seed ${seed}`, () => {
		const ajv = validator();
		const validate = new Map([...schemas].map(([type, schema]) => [type, ajv.compile(schema)]));
		const lines = run(['generate', String(seed), '2000']).split('\n');
		const verdicts = run([], `${lines.join('\n')}\n`).split('\n');
		assert.equal(verdicts.length, lines.length);
		let taken = 0;
		lines.forEach((line, i) => {
			const message = JSON.parse(line);
			const check = validate.get(message.type);
			const valid = check ? check(message) : false;
			if (valid) taken++;
			assert.equal(verdicts[i] === 'ok', valid, `decoder: ${verdicts[i]}; schema: ${JSON.stringify(check?.errors)}; ${line}`);
		});
		assert.ok(taken > 1000 && taken < 1500, `${taken} taken: the damage does not damage`);
	});

test('the schema of all types takes what the schema of its type takes, and nothing else', () => {
	const ajv = validator();
	const any = ajv.compile(all);
	const validate = new Map([...schemas].map(([type, schema]) => [type, ajv.compile(schema)]));
	for (const line of run(['generate', '4', '260']).split('\n')) {
		const message = JSON.parse(line);
		assert.equal(any(message), validate.get(message.type)?.(message) ?? false, line);
	}
});
