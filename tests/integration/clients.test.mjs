// clients.test.mjs: the reference clients of docs/clients as members of a real server: one is the platform, the other the
// desk, and then the other way round; the front dies in the middle, and so does the client.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { ran, start } from './lib/command.mjs';
import { forge, Log, openCheckpoint } from './lib/log.mjs';
import { m4, m5 } from './lib/messages.mjs';
import { scratch, Server, top, until } from './lib/server.mjs';

const PLATFORM = ['StreamHarbor', 'night responder'], DESK = ['AIRU', 'duty officer'];
const LINES_MAX = 300;

/** Where the client stands as its user would have it: in a folder of its own, with its package beside it. */
function install() {
	const dir = scratch();
	for (const file of fs.readdirSync(path.join(top, 'docs/clients'))) {
		const text = fs.readFileSync(path.join(top, 'docs/clients', file), 'utf8');
		assert.ok(text.split('\n').length - 1 <= LINES_MAX, `${file} is for reading: at most ${LINES_MAX} lines`);
		fs.writeFileSync(path.join(dir, file), text);
	}
	fs.symlinkSync(path.join(top, 'tests/node_modules'), path.join(dir, 'node_modules'));
	return dir;
}

/** A reference client that runs in the name of a member; its position and what it believes of the log are in `home`. */
class Client {
	constructor(server, language, who, home) {
		const credential = server.credential(...who);
		Object.assign(this, { server, credential, language, who, home, frames: [], trust: path.join(home, 'trust') });
	}

	run({ key = this.credential.api_key } = {}) {
		const [program, file] = this.language === 'Python' ? ['/usr/bin/python3', 'tocsin.py'] : [process.execPath, 'tocsin.mjs'];
		this.before = this.all();
		this.process = start(program, [path.join(installed, file), this.server.url, path.join(this.server.state, 'demo/ca.pem'),
			path.join(this.home, 'position'), this.trust], { key, cwd: this.home, input: null });
		return this.process;
	}

	/** Everything that it ever said, over its lives. */
	all() {
		return [...(this.before ?? []), ...(this.process?.lines().map((l) => JSON.parse(l)) ?? [])];
	}
	get seqs() { return this.all().filter((f) => f.op === 'entry').map((f) => f.seq); }

	entry(is, words, ms) {
		return until(() => this.all().find((f) => f.op === 'entry' && is(f)), `${this.language}: ${words}: ${this.process.err}`, ms);
	}

	/** Send by its standard input, one at a time; the answer. */
	async send(message) {
		const answers = () => this.all().filter((f) => f.op !== 'entry' && f.op !== 'urgent'), n = answers().length;
		this.process.child.stdin.write(`${JSON.stringify(message)}\n`);
		return until(() => answers()[n], `${this.language}: an answer: ${this.process.err}`);
	}

	/** What m4 and m5 want of a member. */
	async shape() {
		return { welcome: (await this.server.request('GET', '/api/me', { credential: this.credential })).json };
	}

	async kill() {
		this.process.child.kill('SIGKILL');
		await this.process.end;
	}
}

let installed, server;
before(async () => {
	installed = install();
	server = await Server.start();
});
after(async () => {
	fs.rmSync(installed, { recursive: true, force: true });
	await server?.stop();
});

for (const [one, two] of [['Python', 'JavaScript'], ['JavaScript', 'Python']]) {
	describe(`a platform in ${one}, a desk in ${two}`, () => {
		let platform, desk, first;
		before(() => {
			platform = new Client(server, one, PLATFORM, scratch());
			desk = new Client(server, two, DESK, scratch());
			platform.run();
			desk.run();
		});
		after(async () => {
			for (const c of [platform, desk]) {
				await c?.kill();
				if (c) fs.rmSync(c.home, { recursive: true, force: true });
			}
		});

		it('a threat arrives, its machine receipt and the answer of a person come back', async () => {
			first = m4(await platform.shape(), { text: 'Ein Mann droht, „alle“ zu erschießen — 東京, 🚨.' });
			const sent = await platform.send(first);
			assert.equal(sent.op, 'accepted', JSON.stringify(sent));
			const got = await desk.entry((e) => e.seq === sent.seq, 'the threat');
			assert.equal(got.message.body.explanation, first.body.explanation);
			const receipt = await platform.entry((e) => e.k === 'M19.machine' && e.case === sent.case && e.message.body.recipient_org === 'AIRU', 'a receipt');
			assert.equal(receipt.message.body.actor_kind, 'machine');
			const ack = await desk.send(m5(await desk.shape(), 'ack', sent.case));
			assert.equal(ack.op, 'accepted', JSON.stringify(ack));
			await platform.entry((e) => e.seq === ack.seq && e.k === 'M5.ack', 'the acknowledgement');
		});

		it('a refusal is an answer; the same id again is the same answer', async () => {
			const bad = { ...m4(await platform.shape(), { body: { immediacy: 'soon' } }) };
			const refused = await platform.send(bad);
			assert.equal(refused.op, 'refused');
			assert.equal(refused.field, 'body.immediacy');
			const [a, b] = [platform.all().find((f) => f.op === 'accepted' && f.id === first.id), await platform.send(first)];
			assert.equal(a.seq, b.seq);
		});

		it('what is sent into an outage is accepted after it, once', { timeout: 240_000 }, async () => {
			const message = m4(await platform.shape());
			server.signal('front', 'SIGSTOP'); // it hears no more, and has not closed
			const answer = platform.send(message);
			await server.kill('front');
			const sent = await answer;
			assert.equal(sent.op, 'accepted', JSON.stringify(sent));
			await desk.entry((e) => e.seq === sent.seq, 'what was sent');
			assert.equal(desk.all().filter((f) => f.id === message.id && f.op === 'entry').length, 1);
		});

		it('killed and started again it goes on where it was: everything, in order, as anybody else has it', { timeout: 240_000 }, async () => {
			await desk.kill();
			const sent = await platform.send(m4(await platform.shape()));
			assert.equal(sent.op, 'accepted', JSON.stringify(sent));
			desk.run();
			await desk.entry((e) => e.seq === sent.seq, 'what came meanwhile');
			for (const c of [desk, platform]) {
				await c.entry((e) => e.seq >= sent.seq, 'the last');
				const said = c.all().filter((f) => f.op === 'entry');
				// killed between handling and keeping the number, it gets that one again, and no other
				const mine = said.filter((e, i) => e.seq !== said[i - 1]?.seq);
				assert.ok(said.length - mine.length <= (c === desk ? 1 : 0), `${c.language}: ${c.seqs}`);
				const { entries } = (await server.request('GET', '/api/entries?after=-1&limit=500', { credential: c.credential })).json;
				assert.deepEqual(mine, entries.slice(0, mine.length), c.language);
				assert.ok(mine.length > 5);
			}
		});

		it('follows the signed log, and keeps it as `tocsin watch` does', async () => {
			const last = desk.seqs.at(-1), vkey = await new Log(server, desk.credential).vkey();
			for (const c of [desk, platform])
				await until(() => {
					const [line, note] = fs.existsSync(c.trust) ? fs.readFileSync(c.trust, 'utf8').split(/\n(.*)/s) : [];
					return line?.startsWith(vkey.name) && openCheckpoint(note, vkey).size > last;
				}, `${c.language} believes a checkpoint of everything: ${c.process.err}`);
			await desk.kill();
			const watch = await ran(server, ['watch', '--from', 'start', '--once', '--trust', desk.trust], { member: DESK.join('/') });
			assert.equal(watch.code, 0, watch.err);
			assert.equal(desk.process.err + platform.process.err, '', 'no alarm');
		});

		it('raises an alarm when the past is another than it was shown, also under the true signature', async () => {
			const vkey = await new Log(server, desk.credential).vkey(), line = fs.readFileSync(desk.trust, 'utf8').split('\n')[0];
			fs.writeFileSync(desk.trust, `${line}\n${forge(server, vkey, 3)}`);
			desk.run();
			await until(() => /^ALARM: the log is forked or was rewritten/m.test(desk.process.err), `an alarm: ${desk.process.err}`);
			await desk.kill();
		});

		it('believes no file that the log has not signed', async () => {
			const [line, note] = fs.readFileSync(platform.trust, 'utf8').split(/\n(.*)/s);
			fs.writeFileSync(desk.trust, `${line}\n${note.replace(/\n(\d+)\n/, (_, n) => `\n${Number(n) + 1}\n`)}`);
			assert.notEqual(await desk.run().end, 0);
			assert.match(desk.process.err, /holds no checkpoint of the log that is trusted/);
			fs.unlinkSync(desk.trust);
		});

		it('a key that nobody has, and a position that the server does not have, end it', async () => {
			assert.equal(await desk.run({ key: 'toc_nobody' }).end, 1);
			assert.match(desk.process.err, /the key is unknown/);
			fs.writeFileSync(path.join(desk.home, 'position'), '999999\n');
			assert.equal(await desk.run().end, 1);
			assert.match(desk.process.err, /999999/);
		});
	});
}
