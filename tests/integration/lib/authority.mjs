// authority.mjs: a time-stamping authority (RFC 3161): openssl behind a small HTTP server. It can be told to fail.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

export const POLICY = '1.3.6.1.4.1.55555.1';

/** A CA and a signer below it, in a folder: ca.pem, tsa.pem, tsa.key, tsa.cnf. */
function furnish(dir, name) {
	fs.mkdirSync(dir, { recursive: true });
	const openssl = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
	fs.writeFileSync(path.join(dir, 'ext.cnf'), '[v]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n');
	fs.writeFileSync(path.join(dir, 'tsa.cnf'), `[tsa]\ndefault_tsa=one\n[one]\nserial=${dir}/serial\nsigner_cert=${dir}/tsa.pem\ncerts=${dir}/tsa.pem\nsigner_key=${dir}/tsa.key
signer_digest=sha256\ndefault_policy=${POLICY}\ndigests=sha256\nordering=no\ntsa_name=no\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n`);
	fs.writeFileSync(path.join(dir, 'serial'), '01\n');
	openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', `/CN=${name} root`, '-days', '30');
	openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'tsa.key', '-out', 'tsa.csr', '-subj', `/CN=${name}`);
	openssl('x509', '-req', '-in', 'tsa.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-extfile', 'ext.cnf', '-extensions', 'v', '-out', 'tsa.pem');
	return dir;
}

export class Authority {
	/** @param {string} dir an empty folder */
	static async start(dir) {
		const a = new Authority();
		Object.assign(a, { dir, asked: 0, faults: [], good: furnish(path.join(dir, 'true'), 'Stamps of Aldmere'), bad: furnish(path.join(dir, 'false'), 'Nobody') });
		a.ca = path.join(a.good, 'ca.pem');
		a.server = http.createServer((request, response) => {
			const parts = [];
			request.on('data', (p) => parts.push(p)).on('end', () => a.answer(request, Buffer.concat(parts), response));
		});
		await new Promise((done) => a.server.listen(0, '127.0.0.1', done));
		a.url = `http://127.0.0.1:${a.server.address().port}/tsr`;
		return a;
	}

	reply(query, by) {
		fs.writeFileSync(path.join(this.dir, 'query'), query);
		execFileSync('openssl', ['ts', '-reply', '-config', path.join(by, 'tsa.cnf'), '-queryfile', path.join(this.dir, 'query'), '-out', path.join(this.dir, 'reply')], { stdio: 'pipe' });
		return fs.readFileSync(path.join(this.dir, 'reply'));
	}

	answer(request, query, response) {
		const fault = this.faults.shift();
		this.asked++;
		this.type = request.headers['content-type'];
		if (fault === 'slow') return; // until it is given up
		let bytes;
		if (fault === 'nonce') { // an answer to another question about the same digest
			const other = path.join(this.dir, 'other'), at = query.indexOf(Buffer.of(0x04, 0x20)) + 2, hex = query.subarray(at, at + 32).toString('hex');
			execFileSync('openssl', ['ts', '-query', '-digest', hex, '-sha256', '-cert', '-tspolicy', POLICY, '-out', other], { stdio: 'pipe' });
			bytes = this.reply(fs.readFileSync(other), this.good);
		} else {
			bytes = this.reply(query, fault === 'untrusted' ? this.bad : this.good);
		}
		if (fault === 'altered') bytes[bytes.length - 5] ^= 1;
		response.writeHead(fault === 'refuses' ? 503 : 200, { 'content-type': 'application/timestamp-reply', 'content-length': bytes.length });
		response.end(bytes);
	}

	stop() {
		this.server.closeAllConnections();
		this.server.close();
	}
}
