// @ts-check
/* ids.js: message ids. UUIDv7 (RFC 9562 section 5.7): 48 bits of milliseconds, then random bits. */

/** @param {number} ms  milliseconds since 1970 @param {(bytes: Uint8Array) => Uint8Array} [fill] source of randomness */
export function uuid7(ms, fill = (bytes) => crypto.getRandomValues(bytes)) {
	const b = fill(new Uint8Array(16));
	let t = Math.max(0, Math.floor(ms));
	for (let i = 5; i >= 0; i--) {
		b[i] = t % 256;
		t = Math.floor(t / 256);
	}
	b[6] = (b[6] & 0x0f) | 0x70;
	b[8] = (b[8] & 0x3f) | 0x80;
	const hex = Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
