// schema.test.mjs: the JSON Schema and the decoder are made from one table; here a validator that we did not write
// (Ajv, strict) and the decoder judge the same messages, whole and damaged, and must agree on each.
//
// What a schema cannot say is left out on purpose by the generator: 30 February, codes of fiction in mode actual.
// long: thousands of messages, judged twice
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { isIPv4, isIPv6 } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { build, tocsin } from './lib/server.mjs';

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

for (const seed of [1, 2, 3, 4, 5]) // ten thousand
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
	for (const line of run(['generate', '6', '260']).split('\n')) {
		const message = JSON.parse(line);
		assert.equal(any(message), validate.get(message.type)?.(message) ?? false, line);
	}
});

test('the AsyncAPI document of the socket passes a parser that we did not write, which refuses a broken one', async () => {
	const { Parser } = await import('@asyncapi/parser');
	const parser = new Parser();
	const source = execFileSync(tocsin, ['schema', '--asyncapi', '--json'], { encoding: 'utf8', maxBuffer: 1 << 24 });
	const { document, diagnostics } = await parser.parse(source);
	assert.ok(document, JSON.stringify(diagnostics));
	assert.deepEqual(diagnostics.filter((d) => d.severity < 2), []); // errors and warnings; a newer version of AsyncAPI is neither
	assert.equal(document.version(), '3.0.0');
	const operations = Object.fromEntries(document.operations().all().map((o) => [o.id(), o]));
	assert.equal(operations.send.action(), 'receive'); // the server receives what a member sends
	assert.deepEqual(operations.send.reply().messages().all().map((m) => m.name()), ['accepted', 'journaled', 'refused']);
	assert.equal(operations.entry.action(), 'send');
	assert.equal(document.channels().all().length, 1);
	const broken = JSON.parse(source);
	broken.operations.send.reply.messages[0].$ref = '#/channels/socket/messages/nothing';
	delete broken.info.version;
	assert.equal((await parser.parse(JSON.stringify(broken))).document, undefined);
});
