#!/usr/bin/env node
// tocsin.mjs: a member of a Tocsin server in JavaScript: Node.js 18 or later and the package ws.
//
//   const member = new Member({ server: 'https://localhost:8443', key, ca, position: -1, onPosition: keep });
//   member.subscribe('M4.', handle);           // handle(entry), for every entry whose k begins so; '' is everything
//   member.connect();                          // and comes back after every loss, until onEnd(why)
//   const answer = await member.send(message); // {op: 'accepted', …}, journaled or refused
//   member.receipt(entry.seq);                 // this machine has it
//
// As a program: entries go to standard output, a line each; each line of standard input is a message to send, its answer
// is a line of standard output as well. The position is kept in a file: nothing is missed or shown twice after a restart.
//
//   TOCSIN_KEY=… node tocsin.mjs SERVER CA POSITION-FILE [TRUST-FILE]
//
// What it does and why: docs/clients.md. The protocol: docs/wire.md.
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import fs from 'node:fs';
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';

import WebSocket from 'ws';

const SILENCE_MS = 10_000; // five beats: the connection is dead, whatever TCP believes
const LAG_MS = 300_000; // entries are due, and none comes
const FRAME_MAX = 4 << 20; // a disclosure carries a whole case
const BEHIND_MS = 60_000; // a node may be a moment behind what another has shown

/** RFC 9562, version 7: sorts by the time at which it was made. */
export function uuid7() {
	const b = randomBytes(16);
	b.writeUIntBE(Date.now(), 0, 6);
	b[6] = (b[6] & 0x0f) | 0x70;
	b[8] = (b[8] & 0x3f) | 0x80;
	return b.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The file has the old text or the new one at any time, also when the power fails. */
function writeWhole(file, text) {
	const fd = fs.openSync(`${file}.new`, 'w');
	fs.writeSync(fd, text);
	fs.fsyncSync(fd);
	fs.closeSync(fd);
	fs.renameSync(`${file}.new`, file);
}

export class Member {
	/** position: the last number that you have; -1: from the beginning; null: from now on. onPosition(seq): keep it.
	 * trust: a Trust; onAlarm(words): the log does not add up. onEnd(why): trying again does not help. */
	constructor({ server, key, ca, position = null, trust, onPosition = () => {}, onAlarm = () => {}, onEnd = () => {} }) {
		Object.assign(this, { key, ca, position, trust, onPosition, onAlarm, onEnd });
		this.url = `${server.replace(/^https:/, 'wss:').replace(/\/$/, '')}/socket`;
		this.handlers = [];
		this.waiting = new Map(); // ref → what has no answer yet
		this.urgent = new Set(); // ids that were delivered from the journal
		this.failures = this.refs = 0;
		this.welcome = null;
	}

	/** handler(entry) for every entry whose `k` begins so. One with op 'urgent' is not recorded yet, and comes again. What a
	 * handler begins and does not wait for runs beside the connection: its entry counts as handled when it returns. */
	subscribe(k, handler) {
		this.handlers.push({ k, handler });
	}

	/** The answer. Across losses, and when told to wait, it is sent again under the same id, which the server takes once.
	 * After patienceMs: an error with the id; it may have been accepted, and the same id sent again says. */
	send(message, { op = 'send', patienceMs } = {}) {
		message = { id: uuid7(), schema_version: '1.0.0', sent_at: new Date().toISOString(), ...message };
		return new Promise((resolve, reject) => {
			const waiting = { op, message };
			waiting.done = (frame) => { clearTimeout(waiting.timer); resolve(frame); };
			if (patienceMs) waiting.timer = setTimeout(() => {
				clearTimeout(waiting.again);
				this.waiting.delete(waiting.ref);
				reject(new Error(`no answer yet to ${message.id}`));
			}, patienceMs);
			this.#ask(waiting);
		});
	}

	/** What sending it would do; changes nothing. */
	prepare(message) {
		return this.send(message, { op: 'prepare' });
	}

	/** A machine has it. What people do is a message (M5, M19). A lost one is not sent again. */
	receipt(seq) {
		this.#frame({ op: 'receipt', seq, state: 'delivered' });
	}

	connect() {
		const socket = this.socket = new WebSocket(this.url, 'tocsin.v1', {
			ca: this.ca, minVersion: 'TLSv1.3', headers: { authorization: `Bearer ${this.key}` },
			maxPayload: FRAME_MAX, perMessageDeflate: false, handshakeTimeout: SILENCE_MS,
		});
		const silence = setTimeout(() => socket.terminate(), SILENCE_MS * 2);
		this.lagging = null;
		socket.on('open', () => this.#frame({ op: 'hello', ...(this.position === null ? {} : { from: this.position }),
			...(this.trust?.note ? { trust: this.trust.note } : {}) }));
		socket.on('message', (text) => {
			clearTimeout(this.silence);
			this.silence = setTimeout(() => socket.terminate(), SILENCE_MS);
			clearTimeout(silence);
			this.#take(JSON.parse(text));
		});
		socket.on('unexpected-response', (_, response) => {
			if (response.statusCode === 401 || response.statusCode === 403) this.#end('the key is unknown, has expired or was revoked');
			socket.terminate();
		});
		socket.on('error', () => {}); // close follows
		socket.on('close', (code) => {
			clearTimeout(silence);
			clearTimeout(this.silence);
			if (code === 4401 || code === 4403) this.#end('the key is unknown, has expired or was revoked');
			this.failures = this.welcome ? 1 : this.failures + 1;
			this.welcome = null;
			if (this.ended) return;
			const pause = Math.min(15_000, 250 * 2 ** (this.failures - 1));
			this.retry = setTimeout(() => this.connect(), pause / 2 * (1 + Math.random())); // not all at the same moment
		});
	}

	/** Say goodbye, and do not come back. */
	close() {
		this.ended = true;
		clearTimeout(this.retry);
		this.socket.close();
	}

	#end(why) {
		if (!this.ended) this.onEnd(why);
		this.ended = true;
	}

	#frame(frame) {
		if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
	}

	#ask(waiting) {
		this.waiting.delete(waiting.ref);
		this.waiting.set((waiting.ref = ++this.refs), waiting);
		if (this.welcome) this.#frame({ op: waiting.op, ref: waiting.ref, message: waiting.message });
	}

	#take(frame) {
		switch (frame.op) {
		case 'entry':
			this.lagging = null;
			if (this.position !== null && frame.seq <= this.position) return;
			this.#deliver(frame);
			this.position = frame.seq; // after it was handled
			return this.onPosition(frame.seq);
		case 'urgent':
			if (this.urgent.has(frame.id)) return;
			this.urgent.add(frame.id);
			if (this.urgent.size > 1000) this.urgent.delete(this.urgent.values().next().value);
			return this.#deliver(frame);
		case 'beat':
			if (this.position === null && frame.last >= 0) this.position = frame.last; // nothing before it was wanted
			this.lagging = frame.last > (this.position ?? -1) ? this.lagging ?? Date.now() : null;
			if (this.lagging && Date.now() - this.lagging > LAG_MS) this.socket.terminate();
			return;
		case 'checkpoint': {
			const alarm = this.trust?.follow(frame);
			if (alarm === null) this.socket.close(); // one was missed: the next hello asks for the proof from ours
			else if (alarm) this.onAlarm(alarm);
			return;
		}
		case 'welcome':
			this.welcome = frame;
			this.trust?.meet(frame.log?.vkey);
			for (const waiting of [...this.waiting.values()]) if (!waiting.again) this.#ask(waiting);
			return;
		case 'accepted': case 'journaled': case 'prepared': case 'refused':
			if (!this.welcome) { // the hello itself
				if (frame.code === 'ahead' || frame.code === 'not_authenticated') this.#end(frame.detail);
				return this.socket.close();
			}
			return this.#answered(frame);
		default: // of a later version, and not for us
		}
	}

	#answered(frame) {
		const waiting = this.waiting.get(frame.ref);
		if (!waiting) return; // of a receipt
		if (frame.op === 'refused' && frame.retry_after) {
			waiting.again = setTimeout(() => { waiting.again = null; this.#ask(waiting); }, frame.retry_after * 1000);
			return;
		}
		this.waiting.delete(frame.ref);
		waiting.done(frame);
	}

	#deliver(entry) {
		for (const { k, handler } of this.handlers) if (entry.k.startsWith(k)) handler(entry);
	}
}

// ---- the log (docs/log.md): formats of C2SP (signed-note, tlog-checkpoint), tree of RFC 9162 ----

const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), createHash('sha256')).digest();
const node = (left, right) => sha256(Buffer.of(1), left, right);
const half = (n) => Math.floor(n / 2); // >> has 32 bits

/** RFC 9162 2.1.4.2: the tree of `now` begins with that of `old`, both {size, root}. */
export function goesOn(old, now, proof) {
	if (old.size === 0 || old.size === now.size) return proof.length === 0 && (old.size === 0 || old.root.equals(now.root));
	const path = Number.isInteger(Math.log2(old.size)) ? [old.root, ...proof] : proof;
	let [fn, sn] = [old.size - 1, now.size - 1];
	while (fn % 2) [fn, sn] = [half(fn), half(sn)];
	if (!path.length) return false;
	let [fr, sr] = [path[0], path[0]];
	for (const c of path.slice(1)) {
		if (sn === 0) return false;
		if (fn % 2 || fn === sn) {
			[fr, sr] = [node(c, fr), node(c, sr)];
			while (fn % 2 === 0 && fn) [fn, sn] = [half(fn), half(sn)];
		} else sr = node(sr, c);
		[fn, sn] = [half(fn), half(sn)];
	}
	return sn === 0 && fr.equals(old.root) && sr.equals(now.root);
}

/** {size, root} of a checkpoint that this key has signed, or null. */
export function openCheckpoint(vkey, note) {
	const [, name, id, key] = vkey?.match(/^([^+]+)\+([0-9a-f]{8})\+(.+)$/) ?? [];
	const [text, signatures] = note.split(/\n\n(.*)/s), [origin, size, root, more] = text.split('\n');
	const line = signatures?.split('\n').find((l) => l.startsWith(`— ${name} `));
	if (!line || !key || origin !== name || more !== undefined || !/^\d{1,15}$/.test(size)) return null;
	const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key, 'base64').subarray(1).toString('base64url') };
	const signature = Buffer.from(line.split(' ')[2], 'base64');
	const good = signature.subarray(0, 4).toString('hex') === id &&
		verify(null, Buffer.from(`${text}\n`), createPublicKey({ key: jwk, format: 'jwk' }), signature.subarray(4));
	return good ? { size: Number(size), root: Buffer.from(root, 'base64') } : null;
}

/** What is believed of the log, in a file as `tocsin watch --trust` keeps it: the key's line, then the checkpoint. */
export class Trust {
	constructor(file, vkey) {
		Object.assign(this, { file, vkey, note: '', held: { size: 0 }, behind: null });
		if (!fs.existsSync(file)) return;
		[this.vkey, this.note] = fs.readFileSync(file, 'utf8').split(/\n(.*)/s);
		this.held = openCheckpoint(this.vkey, this.note);
		if (!this.held || (vkey ?? this.vkey) !== this.vkey) throw new Error(`${file} holds no checkpoint of the log that is trusted`);
	}

	meet(vkey) {
		this.vkey ??= vkey; // the first that a server names is believed
	}

	/** '': believed. Words: an alarm. null: one was missed, and a proof from the checkpoint that is held is wanted. */
	follow({ note, old, proof }) {
		const { held } = this, now = openCheckpoint(this.vkey, note);
		if (!now) return "a checkpoint that the log's key has not signed";
		if (now.size < held.size) {
			this.behind ??= Date.now();
			if (Date.now() - this.behind < BEHIND_MS) return '';
			return `the log was rolled back: ${held.size} entries were signed, and for a minute ${now.size} are shown`;
		}
		this.behind = null;
		if (held.size && now.size > held.size && old !== held.size) return null;
		if (held.size && !goesOn(held, now, now.size > held.size ? proof.map((h) => Buffer.from(h, 'base64')) : []))
			return `the log is forked or was rewritten: size ${now.size} does not go on from ${held.size}`;
		if (now.size > held.size) {
			Object.assign(this, { held: now, note });
			writeWhole(this.file, `${this.vkey}\n${note}`);
		}
		return '';
	}
}

// ---- the program ----

function main([server, ca, positionFile, trustFile]) {
	const show = (frame) => console.log(JSON.stringify(frame));
	const member = new Member({
		server, key: process.env.TOCSIN_KEY, ca: fs.readFileSync(ca), trust: trustFile && new Trust(trustFile),
		position: fs.existsSync(positionFile) ? Number(fs.readFileSync(positionFile, 'utf8')) : -1,
		onPosition: (seq) => writeWhole(positionFile, `${seq}\n`), onAlarm: (words) => console.error(`ALARM: ${words}`),
		onEnd: (why) => { console.error(`tocsin.mjs: ${why}`); process.exit(1); },
	});
	member.subscribe('', show);
	member.subscribe('M4.', (entry) => entry.op === 'entry' && member.receipt(entry.seq));
	member.connect();
	readline.createInterface({ input: process.stdin }).on('line', (line) => member.send(JSON.parse(line)).then(show));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
	if (process.argv.length < 5 || !process.env.TOCSIN_KEY) {
		console.error('TOCSIN_KEY=… node tocsin.mjs SERVER CA POSITION-FILE [TRUST-FILE]');
		process.exit(2);
	}
	main(process.argv.slice(2));
}
