// form.test.mjs: the printed form of a removal order, judged by tools that we did not write: poppler opens it, finds the law's words
// and what was filled in, in Greek and Cyrillic too, and detaches the JSON that lies in it. Read back, it is what was sent.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';

import { exercises } from './lib/command.mjs';
import { build, scratch } from './lib/server.mjs';

const tocsin = path.join(build, 'server/cli/tocsin');
const run = (...args) => execFileSync(tocsin, args, { encoding: 'utf8', maxBuffer: 1 << 24 });
const squeeze = (s) => s.replace(/\s+/g, ' ');

describe('the printed form', () => {
	const dir = scratch('form');
	const file = (name) => path.join(dir, name);
	const scenario = JSON.parse(fs.readFileSync(path.join(exercises, 'lantern.json'), 'utf8'));
	const order = structuredClone(scenario.steps.find((s) => s.name === 'order').send);
	order.mode = 'exercise';
	order.exercise_ref = scenario.exercise;
	order.body.order_ref = '019e0000-0000-7000-8000-000000000001';
	order.body.order.additional_reasons = 'τρομοκρατικό περιεχόμενο · терористично съдържание · zażółć gęślą jaźń · ħġż · ąčęėįšųūž';
	let text;

	before(() => {
		fs.writeFileSync(file('order.json'), JSON.stringify(order));
		run('form', 'print', file('order.json'), '--output', file('order.pdf'));
		text = squeeze(execFileSync('pdftotext', ['-layout', file('order.pdf'), '-'], { encoding: 'utf8' }));
	});

	it('is a PDF that poppler opens without a word of complaint, its fonts in it', () => {
		const info = spawnSync('pdfinfo', [file('order.pdf')], { encoding: 'utf8' });
		assert.equal(info.stderr, '');
		assert.match(info.stdout, /Title:\s+ANNEX I: REMOVAL ORDER/);
		assert.match(info.stdout, /Page size:\s+595\.\d+ x 841\.\d+ pts \(A4\)/);
		for (const font of execFileSync('pdffonts', [file('order.pdf')], { encoding: 'utf8' }).trim().split('\n').slice(2))
			assert.match(font, /DejaVu.* yes +yes +(yes|no) +\d+ +0$/, font);
	});

	it('has the law\'s words, section by section, and what was filled in', () => {
		for (const words of ['(Article 3 of Regulation (EU) 2021/784 of the European Parliament and of the Council)', 'SECTION A:', 'SECTION G: Information about redress possibilities',
			'Competent body or court before which the removal order can be challenged: Administrative Court of Aldmere', 'AIRU-RO-2031-17',
			'https://pastepond.example/f/q7Zt', '1 months, starting from receipt of the order'])
			assert.ok(text.includes(words), words);
		assert.ok(text.includes('τρομοκρατικό περιεχόμενο · терористично съдържание · zażółć gęślą jaźń · ħġż · ąčęėįšųūž'));
		assert.ok(text.includes('EXERCISE'), 'what is practised says so on every page');
		assert.match(text, /☒ incites others/);
		assert.match(text, /☐ solicits others to commit/);
	});

	it('carries the same as JSON, which poppler detaches', () => {
		execFileSync('pdfdetach', ['-saveall', '-o', dir, file('order.pdf')]);
		const document = JSON.parse(fs.readFileSync(file('annex-1.json'), 'utf8'));
		assert.equal(document.annex, 'I');
		assert.deepEqual(document.form, order.body.order);
	});

	it('read back is the message by which it is entered, with the times at which it went out', () => {
		assert.deepEqual(JSON.parse(run('form', 'read', file('order.pdf'))).body, { step: 'draft', order: order.body.order });
		const issued = JSON.parse(run('form', 'read', file('order.pdf'), '--order', order.body.order_ref, '--sent-at', '2033-10-30T02:24:50+02:00',
			'--received-at', '2033-10-30T02:25:10+02:00', '--channel', 'e-mail'));
		assert.deepEqual(issued.body, { step: 'issue', order_ref: order.body.order_ref, order: order.body.order,
			reported: { sent_at: '2033-10-30T02:24:50+02:00', received_at: '2033-10-30T02:25:10+02:00', channel: 'e-mail' } });
		assert.equal(issued.exercise_ref, scenario.exercise);
	});

	it('that was saved anew by another program says that it cannot be read back', () => {
		fs.writeFileSync(file('other.pdf'), fs.readFileSync(file('order.pdf')).subarray(0, 20_000));
		const r = spawnSync(tocsin, ['form', 'read', file('other.pdf')], { encoding: 'utf8' });
		assert.equal(r.status, 2);
		assert.match(r.stderr, /a PDF without the form in it/);
	});
});
