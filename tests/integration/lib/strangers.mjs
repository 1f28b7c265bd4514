// strangers.mjs: verifiers that we did not write: Go's sumdb packages as Debian has them, npm's @sigstore/verify, openssl.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';

import { readProof } from './log.mjs';
import { scratch, top } from './server.mjs';

const sigstore = createRequire(import.meta.url);
const inside = (name) => sigstore(path.join(top, 'tests/node_modules/@sigstore/verify/dist/tlog', name)); // not among its exports
const { verifyCheckpoint } = inside('checkpoint.js'), { verifyMerkleInclusion } = inside('merkle.js');

/** Go's own packages, as Debian has them; see tests/verify/main.go. */
export class Go {
	static build() {
		const s = new Go();
		s.dir = scratch();
		s.program = path.join(s.dir, 'verify');
		execFileSync('go', ['build', '-o', s.program, path.join(top, 'tests/verify/main.go')],
			{ env: { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: path.join(s.dir, 'cache'), HOME: s.dir, GOFLAGS: '' } });
		return s;
	}

	/** @param server anything with url and, for HTTPS, ca @returns {{code, words}}: the checkpoint, or what is wrong */
	async verify(server, credential, old) {
		const own = fs.mkdtempSync(path.join(this.dir, 'asked-')), ca = path.join(own, 'ca.pem'); // several may ask at a time, of several servers
		fs.writeFileSync(ca, server.ca ?? '');
		const args = [server.url, ca, credential?.api_key ?? 'none'];
		if (old) fs.writeFileSync(path.join(own, 'old'), old), args.push(path.join(own, 'old'));
		try {
			const { stdout } = await promisify(execFile)(this.program, args);
			return { code: 0, words: stdout };
		} catch (why) {
			return { code: why.code, words: why.stderr };
		}
	}

	done() {
		fs.rmSync(this.dir, { recursive: true, force: true });
	}
}

/** A tlog-proof, as sigstore's client checks one: signature, then inclusion. Throws. */
export function bySigstore(text, vkey) {
	const p = readProof(text);
	const entry = { canonicalizedBody: p.extra, inclusionProof: { logIndex: String(p.index), hashes: p.proof, checkpoint: { envelope: p.note } } };
	const log = { baseURL: vkey.name, logID: Buffer.from(vkey.id, 'hex'), publicKey: vkey.key };
	const checkpoint = verifyCheckpoint(entry, [log]);
	verifyMerkleInclusion(entry, checkpoint);
	return { index: p.index, size: Number(checkpoint.logSize), leaf: p.extra };
}

/** Is the checkpoint signed? By openssl, on the command line. */
export function byOpenssl(note, vkey) {
	const dir = scratch(), file = (name) => path.join(dir, name), at = note.indexOf('\n\n');
	const line = note.slice(at + 2).split('\n').find((l) => l.startsWith(`— ${vkey.name} `));
	fs.writeFileSync(file('text'), note.slice(0, at + 1));
	fs.writeFileSync(file('sig'), Buffer.from(line.split(' ')[2], 'base64').subarray(4));
	fs.writeFileSync(file('pub.pem'), vkey.key.export({ type: 'spki', format: 'pem' }));
	try {
		execFileSync('openssl', ['pkeyutl', '-verify', '-pubin', '-inkey', file('pub.pem'), '-rawin', '-in', file('text'), '-sigfile', file('sig')], { stdio: 'pipe' });
		return true;
	} catch {
		return false;
	} finally {
		fs.rmSync(dir, { recursive: true, force: true });
	}
}

/** A directory of a log (C2SP tlog-tiles) over HTTP, as any web server would show it: {url, close}. */
export async function shelf(dir) {
	const server = http.createServer((request, answer) => {
		const file = path.join(dir, decodeURIComponent(request.url.replace(/^\/log\//, '/')));
		fs.readFile(file, (why, bytes) => (why ? answer.writeHead(404).end('none') : answer.end(bytes)));
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }) };
}

/** What is wrong with how it was said to fail: a verifier that stumbles has not found anything. */
export function refuses(what, words) {
	assert.throws(what, (why) => { assert.equal(why.code ?? why.name, 'TLOG_INCLUSION_PROOF_ERROR', `${words}: ${why.stack}`); return true; }, words);
}
export const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');
