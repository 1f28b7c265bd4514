// witness.test.mjs: members vouch for the log: who may register a key, what is taken from it, who shows it to whom.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { command, exercises, play, ran } from './lib/command.mjs';
import { Door } from './lib/door.mjs';
import { Ledger } from './lib/ledger.mjs';
import { Log, openCheckpoint } from './lib/log.mjs';
import { Member } from './lib/member.mjs';
import { m4, message } from './lib/messages.mjs';
import { scratch, Server, until } from './lib/server.mjs';
import { cosigners, Witness } from './lib/witness.mjs';

const dir = scratch();

describe('witnesses of the log', () => {
	let server, door, desk, platform, log, vkeys;
	const running = [];
	const keyOf = (org) => Witness.read(server.credential(org, 'gateway').witness_key);
	const newest = async () => String((await log.get('checkpoint')).bytes);
	/** A checkpoint that covers everything, and stays the newest while nobody sends. */
	const caughtUp = () => until(async () => {
		const note = await newest(), { size } = await new Ledger(server).tip();
		return note.split('\n')[1] === String(size) && note;
	}, 'a checkpoint of all entries');
	const cosign = (member, fields) => member.ask('cosign', fields);
	const post = (org, person, body) => server.request('POST', '/api/cosign', { credential: server.credential(org, person), body });

	before(async () => {
		server = await Server.start({ args: ['--witness-silence-s', '1'] });
		door = new Door(server);
		log = new Log(server, server.credential('Chirplet', 'night responder'));
		desk = await Member.connect(server, 'AIRU', 'gateway');
		platform = await Member.connect(server, 'StreamHarbor', 'night responder');
		vkeys = desk.welcome.directory.filter((o) => o.witness).map((o) => o.witness);
	});
	after(async () => {
		for (const child of running) child.kill('SIGKILL');
		await Promise.all([desk, platform].map((m) => m?.close()));
		await server?.stop();
		fs.rmSync(dir, { recursive: true, force: true });
	});

	it('are in everybody\'s directory, and a cosignature stands under the checkpoint for whoever reads it', async () => {
		assert.deepEqual(vkeys.map((v) => v.split('+')[0]).sort(), ['AIRU', 'GameNest', 'HUB', 'StreamHarbor'].map((o) => `localhost/witness/${o}`).sort());
		assert.equal((await log.get('cosignatures')).status, 404, 'nobody has cosigned anything yet');
		const note = await caughtUp(), size = Number(note.split('\n')[1]);
		assert.deepEqual(cosigners(note, vkeys), []);
		assert.deepEqual(await cosign(desk, { size, line: keyOf('AIRU').line(note) }), { op: 'cosigned', ref: desk.ref, size });
		const other = await post('HUB', 'gateway', { line: keyOf('HUB').line(note) }); // by HTTP, and it does not say which
		assert.deepEqual([other.status, other.json], [200, { op: 'cosigned', size }]);
		const shown = await newest();
		assert.deepEqual(cosigners(shown, vkeys).sort(), ['localhost/witness/AIRU', 'localhost/witness/HUB']);
		openCheckpoint(shown, await log.vkey());
		for (const address of ['cosignatures', `cosignatures/${size}`])
			assert.equal(String((await log.get(address)).bytes), shown, address);
		const { seq } = await platform.deliver(m4(platform));
		const proof = await until(async () => { const r = await log.get(`proof/${seq}`); return r.status === 404 && r; }, 'not for a stranger');
		assert.equal(proof.status, 404);
		const own = new Log(server, server.credential('StreamHarbor', 'night responder'));
		const note2 = await caughtUp();
		await post('AIRU', 'gateway', { line: keyOf('AIRU').line(note2) });
		const text = String((await own.get(`proof/${seq}`)).bytes);
		assert.deepEqual(cosigners(text.slice(text.indexOf('\n\n') + 2), vkeys), ['localhost/witness/AIRU'], 'a proof brings the witnesses along');
	});

	it('are refused, with code, field and reason, when it is not theirs, not of this log, not of now', async () => {
		const note = await caughtUp(), size = Number(note.split('\n')[1]), airu = keyOf('AIRU'), line = airu.line(note);
		const refused = async (fields, code, field, words) => {
			const answer = await cosign(desk, fields);
			assert.deepEqual([answer.op, answer.code, answer.field], ['refused', code, field], JSON.stringify(answer));
			assert.match(answer.detail, words);
		};
		await refused({ size }, 'missing_field', 'line', /what your witness has signed/);
		await refused({ line: 7 }, 'wrong_kind', 'line', /a text/);
		await refused({ line, size: -1 }, 'wrong_kind', 'size', /whole number/);
		await refused({ line: 'nonsense' }, 'bad_value', 'line', /no cosignature/);
		await refused({ line: '' }, 'bad_value', 'line', /one signature line/);
		await refused({ line: `${line}\n${line}` }, 'bad_value', 'line', /no cosignature|one signature line/);
		await refused({ line: keyOf('HUB').line(note), size }, 'bad_value', 'line', /no cosignature of localhost\/witness\/AIRU/);
		await refused({ line: Witness.fresh(airu.name).line(note), size }, 'bad_value', 'line', /no cosignature/);
		await refused({ line, size: size + 1000 }, 'not_found', 'size', /no checkpoint of this size/);
		await refused({ line: airu.line(note.replace(/\n\d+\n/, `\n${size + 1}\n`)), size }, 'bad_value', 'line', /no cosignature/);
		await refused({ line: airu.line(note, Math.floor(Date.now() / 1000) + 600), size }, 'time', 'line', /600 s|59\d s/);
		await refused({ line: airu.line(note, Math.floor(Date.now() / 1000) - 7200), size }, 'time', 'line', /-7\d\d\d s/);
		assert.equal((await cosign(desk, { line, size })).op, 'cosigned');
		assert.equal((await cosign(desk, { line, size })).op, 'cosigned', 'again changes nothing');

		await platform.deliver(m4(platform));
		const next = await caughtUp();
		assert.equal((await cosign(desk, { line: airu.line(next) })).op, 'cosigned');
		const back = await post('AIRU', 'duty officer', { line, size });
		assert.deepEqual([back.status, back.json.code, back.json.field], [409, 'state', 'line']);
		assert.match(back.json.detail, new RegExp(`has cosigned the checkpoint of size ${next.split('\n')[1]}, and does not go back to ${size}`));

		const none = await post('Chirplet', 'gateway', { line, size });
		assert.deepEqual([none.status, none.json.code], [422, 'condition']);
		assert.match(none.json.detail, /has registered no witness/);
		assert.equal((await server.request('POST', '/api/cosign', { body: { line } })).status, 403);
	});

	it('a member of two admins registers a key of its own, replaces it, gives it up; and no key that is another\'s', async () => {
		const [first, second] = await Promise.all(['admin', 'second admin'].map((who) => Member.connect(server, 'Chirplet', who)));
		const say = (who, body, more = {}) => who.send(message('witness', { org: 'Chirplet', ...body }, { mode: 'system', exercise_ref: undefined, precedence: 'routine',
			ack_required: false, personal_data: { level: 'none', categories: [] }, legal_basis: [], ...more }));
		const register = (key, more = {}) => say(first, { step: 'register', vkey: key.vkey, possession: key.possession('Chirplet'), ...more });
		const mine = Witness.fresh('chirplet.example/w');
		const refused = async (answer, code, field, words) => {
			const a = await answer;
			assert.deepEqual([a.op, a.code, a.field], ['refused', code, field], JSON.stringify(a));
			assert.match(a.detail, words);
		};
		await refused(register(mine, { possession: undefined }), 'missing_field', 'body.possession', /shows that they have it/);
		await refused(register(mine, { possession: mine.possession('GameNest') }), 'bad_value', 'body.possession', /no signature by this key/);
		await refused(register(mine, { vkey: mine.vkey.replace('w+', 'v+') }), 'bad_value', 'body.vkey', /./);
		await refused(register(Witness.fresh('chirplet.example/w', 1)), 'bad_value', 'body.vkey', /type 1; a witness's is 4/);
		const own = await log.vkey(); // of the log: its name, with whatever key
		await refused(register(Witness.fresh(own.name)), 'condition', 'body.vkey', /the log itself/);
		await refused(register(keyOf('HUB')), 'condition', 'body.vkey', /another member's/);

		const proposed = await register(mine);
		assert.equal(proposed.op, 'accepted', JSON.stringify(proposed));
		await refused(say(first, { step: 'register', vkey: mine.vkey }, { supersedes: proposed.id }), 'not_permitted', 'supersedes', /another person/);
		assert.equal((await say(second, { step: 'register', vkey: mine.vkey }, { supersedes: proposed.id })).op, 'accepted');
		await desk.entry((e) => e.k === 'witness.register' && e.message.body.vkey === mine.vkey && e.decided.confirms); // every member learns the key
		const note = await caughtUp();
		assert.equal((await post('Chirplet', 'gateway', { line: mine.line(note) })).status, 200);

		// the same at the command line, with a key that is made there; it takes the place of the first
		const file = path.join(dir, 'chirplet.key'), me = { member: 'Chirplet/admin' };
		const one = await ran(server, ['admin', 'witness', file, '--org', 'Chirplet', '--json'], me);
		assert.equal(one.code, 0, one.err);
		assert.equal(fs.statSync(file).mode & 0o777, 0o600);
		const [accepted, { vkey }] = one.lines.map((l) => JSON.parse(l));
		assert.equal(Witness.read(fs.readFileSync(file, 'utf8')).vkey, vkey);
		assert.match(vkey, /^localhost\/witness\/Chirplet\+/);
		const two = await ran(server, ['admin', 'witness', vkey, '--org', 'Chirplet', '--confirm', accepted.id], { member: 'Chirplet/second admin' });
		assert.equal(two.code, 0, two.err);
		const after = await caughtUp();
		assert.equal((await post('Chirplet', 'gateway', { line: mine.line(after) })).status, 400, 'the one before is none any more');

		// tocsin watch cosigns by itself, once it has kept the checkpoint
		const trust = path.join(dir, 'trust');
		const run = command(server, ['watch', '--trust', trust, '--witness', file], { member: 'Chirplet/gateway' });
		running.push(run.child);
		await until(async () => cosigners(await newest(), [vkey]).length, `it cosigns the newest: ${run.err}`);
		await platform.deliver(m4(platform));
		const grown = await caughtUp();
		await until(async () => cosigners(String((await log.get(`cosignatures/${grown.split('\n')[1]}`)).bytes), [vkey]).length, `and the next one: ${run.err}`);
		assert.equal(fs.readFileSync(trust, 'utf8').split('\n')[2], grown.split('\n')[1], 'what it has cosigned it has kept');
		assert.equal((await ran(server, ['admin', 'witness', vkey, '--org', 'Chirplet', '--revoke'], me)).code, 0);
		await until(() => /the cosignature was refused: your organisation has registered no witness/.test(run.err), `it says that it is none any more: ${run.err}`);
		run.child.kill('SIGINT');
		await run.end;
		// tocsin audit watch does the same, and knows it by the file that it shares with watch
		const other = path.join(dir, 'gamenest.key');
		fs.writeFileSync(other, `${server.credential('GameNest', 'gateway').witness_key}\n`, { mode: 0o600 });
		const guard = command(server, ['audit', 'watch', '--trust', path.join(dir, 'guard'), '--witness', other, '--json'], { member: 'GameNest/gateway' });
		running.push(guard.child);
		await until(() => guard.lines().some((l) => JSON.parse(l).event === 'cosigned' || /"cosigned"/.test(l)), `it cosigns: ${guard.out}${guard.err}`);
		await until(async () => cosigners(await newest(), vkeys).includes('localhost/witness/GameNest'), 'and the log shows it');
		guard.child.kill('SIGINT');
		await guard.end;
		for (const [args, words] of [[['watch', '--witness', file], /with --trust only/], [['watch', '--trust', trust, '--witness', trust], /no secret key/], [['admin', 'witness', file], /--org is missing/]])
			assert.match((await ran(server, args, { member: 'Chirplet/gateway' })).err, words);
		await Promise.all([first.close(), second.close()]);
	});

	it('the operator is told when nobody vouches for what is signed, and counts who does', async () => {
		await platform.deliver(m4(platform));
		const note = await caughtUp(), ready = async () => (await door.get('/readyz')).json.checks.witnesses;
		const late = await until(async () => { const r = await ready(); return r.state === 'warning' && r; }, 'a warning');
		assert.match(late.reason, /no member's witness has cosigned a checkpoint for \d+ s, and there is a newer one/);
		for (const org of ['AIRU', 'HUB', 'GameNest', 'StreamHarbor']) assert.equal((await post(org, 'gateway', { line: keyOf(org).line(note) })).status, 200);
		await until(async () => (await ready()).state === 'well', 'it is well again');
		const samples = await until(async () => { const s = await door.samples(); return s.get('tocsin_archive_cosignatures') === 4 && s; }, 'four are counted');
		assert.equal(samples.get('tocsin_archive_cosigned_entries'), Number(note.split('\n')[1]));
		assert.equal(samples.get('tocsin_keeper_witnesses'), 4);
		assert.ok(samples.get('tocsin_keeper_cosignatures_total') >= 8 && samples.get('tocsin_keeper_bad_cosignatures_total') >= 10);
		assert.ok(Date.now() / 1000 - samples.get('tocsin_archive_cosigned_timestamp_seconds') < 60);
	});

	it('the cast of an exercise cosigns: at least three members', async () => {
		const r = await play(server, path.join(exercises, 'lantern.json'), '--until', '0:30');
		assert.equal(r.code, 0, r.err);
		const seen = await until(async () => {
			const names = cosigners(String((await log.get('cosignatures')).bytes), vkeys);
			return names.length >= 3 && names;
		}, 'three cosignatures');
		assert.ok(seen.length >= 3, `${seen}`);
	});
});
