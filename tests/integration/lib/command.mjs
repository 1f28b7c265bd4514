// command.mjs: the programs of a member, `tocsin` and the library's example, as a person or a gateway runs them.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { build, scratch, tocsin, top } from './server.mjs';

export const exercises = path.join(top, 'server/exercises');
export const example = path.join(build, 'tests/unit/client/unit_client_example');

/** A running program: {child, out, err, lines(), end: Promise<exit code>}. input null: its standard input stays open. */
export function start(program, args, { key, cwd, input, env = {} } = {}) {
	const clean = { ...process.env };
	for (const name of Object.keys(clean)) if (name.startsWith('TOCSIN_')) delete clean[name];
	const child = spawn(program, args, { cwd, env: { ...clean, ...(key ? { TOCSIN_KEY: key } : {}), ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
	const run = { child, out: '', err: '' };
	child.stdout.setEncoding('utf8').on('data', (text) => (run.out += text));
	child.stderr.setEncoding('utf8').on('data', (text) => (run.err += text));
	child.stdin.on('error', () => { /* it did not want it */ });
	if (input !== null) child.stdin.end(input ?? '');
	run.lines = () => run.out.split('\n').slice(0, -1);
	run.end = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
	return run;
}

/** `tocsin ARGS` against a server, in the name of a member: {code, out, err}. */
export function command(server, args, { member, ...options } = {}) {
	const key = member && server.credential(...member.split('/')).api_key;
	return start(tocsin, ['--server', server.url, '--ca', path.join(server.state, 'demo/ca.pem'), ...args], { key, ...options });
}
export async function ran(server, args, options) {
	const run = command(server, args, options);
	return { code: await run.end, out: run.out, err: run.err, lines: run.lines() };
}

/** Play a scenario to its end: {code, events, out, err}. */
export async function play(server, file, ...args) {
	const r = await ran(server, ['exercise', 'play', file, '--credentials', path.join(server.state, 'demo/credentials.json'), '--json', ...args]);
	return { ...r, events: r.lines.map((l) => JSON.parse(l)) };
}

/** A scenario that is another one, bent: the file of it. @param {(steps: object, scenario: object) => void} bend gets the steps by name, too */
export function bent(name, bend) {
	const scenario = JSON.parse(fs.readFileSync(path.join(exercises, name), 'utf8'));
	bend(Object.fromEntries(scenario.steps.map((s) => [s.name, s])), scenario);
	const file = path.join(scratch(), 'bent.json');
	fs.writeFileSync(file, JSON.stringify(scenario));
	return file;
}

/** LANTERN where there is a mail server: what it expects where there is none does not come, and nobody waits for that. */
export const lanternByMail = () => bent('lantern.json', (steps) => {
	steps.activation.expect = steps.activation.expect.filter((e) => e.see?.where?.['decided.pages[channel=e-mail].state'] !== 'not_attempted');
	steps.orderReceived.expect = [];
});
