// door.mjs: the operator's door of a server: health with reasons, and counts.
import http from 'node:http';

export class Door {
	constructor(server) {
		[, this.host, this.port] = server.output.match(/^tocsind: for operators http:\/\/(.*):(\d+)$/m);
	}

	/** One request in plain HTTP: {status, headers, text, json}. */
	request(method, path, headers = {}) {
		return new Promise((resolve, reject) => {
			const r = http.request({ host: this.host, port: this.port, method, path, headers, agent: false }, (answer) => {
				let text = '';
				answer.setEncoding('utf8').on('data', (part) => (text += part)).on('end', () => {
					let json;
					try { json = JSON.parse(text); } catch { /* not JSON: json stays undefined */ }
					resolve({ status: answer.statusCode, headers: answer.headers, text, json });
				});
			});
			r.on('error', reject);
			r.end();
		});
	}
	get(path, headers) { return this.request('GET', path, headers); }

	/** Every sample by its name and labels as they stand in the text; a sum over the fronts where `front` is the only label more. */
	async samples() {
		const { text } = await this.get('/metrics'), all = new Map();
		for (const [, name, labels = '', value] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)) {
			const key = name + (labels.replace(/^front="\d+",?/, '') && `{${labels.replace(/^front="\d+",?/, '')}}`);
			all.set(key, (all.get(key) ?? 0) + Number(value));
		}
		return all;
	}
	async sample(key) {
		const all = await this.samples();
		if (!all.has(key)) throw new Error(`no sample ${key}`);
		return all.get(key);
	}

	/** How often this limit was reached, whoever keeps it. */
	async hits(limit) {
		const all = await this.samples();
		const part = ['front', 'keeper', 'archive', 'courier'].find((p) => all.has(`tocsin_${p}_limit_hits_total{limit="${limit}"}`));
		if (!part) throw new Error(`no counter of the limit ${limit}`);
		return all.get(`tocsin_${part}_limit_hits_total{limit="${limit}"}`);
	}
}
