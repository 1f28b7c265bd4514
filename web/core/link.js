// @ts-check
/* link.js: the connection to the server, and nothing else.
 *
 * Opens a socket, says hello with the last number it has, hands every frame on, answers requests by their ref,
 * and comes back when the connection is lost. The socket, the ticket, clock, timers and chance are injected: tests
 * hand in fakes. Nothing is queued while there is no connection: a request is refused at once, so that nobody
 * believes something was sent that was not.
 *
 *   phase      meaning
 *   off        not started, or stopped on purpose
 *   opening    asking for a ticket, socket opening, hello said
 *   catching   welcome came; entries up to the server's last one are still arriving
 *   live       everything that is meant for us is here
 *   lost       no connection; trying again by itself
 *   denied     the session is over: only signing in again helps
 */

import { CLOSE_NOT_AUTHENTICATED, CLOSE_REVOKED, SUBPROTOCOL } from "./protocol.js";

export const QUIET_AMBER_MS = 5_000; // no frame for so long: say so
export const QUIET_RED_MS = 15_000; // no frame for so long: the connection is dead, whatever the socket thinks
export const AHEAD_MS = 10_000; // so long may a server not have what we have: it is a node that has not read it yet
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 5_000;

/** @typedef {"off"|"opening"|"catching"|"live"|"lost"|"denied"} Phase */

/** @typedef {{send(text: string): void, close(code?: number): void, onopen: any, onmessage: any, onclose: any,
 *   onerror: any}} SocketLike  what a WebSocket can do */

/** @typedef {{
 *   openSocket: (protocol: string) => SocketLike,
 *   fetchTicket: () => Promise<{ticket?: string, denied?: boolean}>,
 *   mono: () => number,
 *   trust?: () => string|undefined,
 *   setTimer?: (f: () => void, ms: number) => any,
 *   clearTimer?: (timer: any) => void,
 *   random?: () => number,
 * }} LinkParts */

/** A request that was not answered, because the connection went first. It may have arrived. */
export class LinkLost extends Error {
	constructor(/** @type {boolean} */ sent) {
		super(sent ? "the connection was lost before the answer came" : "there is no connection");
		this.sent = sent;
	}
}

export class Link extends EventTarget {
	#parts;
	/** @type {SocketLike|null} */
	#socket = null;
	/** @type {Phase} */
	#phase = "off";
	/** Counts connections: what an old socket or a late ticket still says is not listened to. */
	#generation = 0;
	#retry = null;
	#nextRef = 1;
	/** @type {Map<number, {resolve: (frame: any) => void, reject: (why: Error) => void}>} */
	#waiting = new Map();
	#lastFrame = -Infinity;
	/** Since when every server that was reached has had less than we have. @type {number|null} */
	#aheadSince = null;

	/** Highest number received; hello asks for what comes after it. */
	last = -1;

	/** @param {LinkParts} parts */
	constructor(parts) {
		super();
		this.#parts = {
			setTimer: (/** @type {() => void} */ f, /** @type {number} */ ms) => setTimeout(f, ms),
			clearTimer: (/** @type {any} */ t) => clearTimeout(t),
			random: Math.random,
			...parts,
		};
	}

	get phase() {
		return this.#phase;
	}

	/** Milliseconds since the server was last heard. */
	get quietFor() {
		return this.#parts.mono() - this.#lastFrame;
	}

	/** @param {number} [from] everything after this number is wanted; -1 is everything */
	start(from = -1) {
		if (this.#phase !== "off" && this.#phase !== "denied")
			return;
		this.last = from;
		this.#open();
	}

	stop() {
		this.#drop("off");
	}

	/** Called about once a second, by whatever timer is least throttled: finds out that a silent connection is dead. */
	watch() {
		if ((this.#phase === "live" || this.#phase === "catching" || this.#phase === "opening") &&
		    this.quietFor > QUIET_RED_MS)
			this.#lose();
	}

	/** Try now: the network came back, or the page woke up. */
	hurry() {
		if (this.#phase === "lost") {
			this.#parts.clearTimer(this.#retry);
			this.#open();
		}
	}

	/** Ask, and get the frame that answers. Rejects with LinkLost. @param {any} frame @returns {Promise<any>} */
	request(frame) {
		if (!this.#socket || (this.#phase !== "live" && this.#phase !== "catching"))
			return Promise.reject(new LinkLost(false));
		const ref = this.#nextRef++;
		this.#socket.send(JSON.stringify({ ...frame, ref }));
		return new Promise((resolve, reject) => this.#waiting.set(ref, { resolve, reject }));
	}

	/** Say something that has no answer. @param {any} frame @returns {boolean} whether it went out */
	tell(frame) {
		if (!this.#socket || (this.#phase !== "live" && this.#phase !== "catching"))
			return false;
		this.#socket.send(JSON.stringify(frame));
		return true;
	}

	async #open() {
		const generation = ++this.#generation;
		this.#lastFrame = this.#parts.mono();
		this.#become("opening");
		let ticket;
		try {
			const answer = await this.#parts.fetchTicket();
			if (generation !== this.#generation)
				return;
			if (answer.denied)
				return this.#drop("denied");
			ticket = answer.ticket;
		} catch {
			if (generation === this.#generation)
				this.#lose();
			return;
		}
		/** @type {SocketLike} */
		let socket;
		try {
			socket = this.#parts.openSocket(SUBPROTOCOL);
		} catch {
			this.#lose();
			return;
		}
		this.#socket = socket;
		const current = () => generation === this.#generation;
		socket.onopen = () => {
			if (current())
				socket.send(JSON.stringify({ op: "hello", from: this.last, ticket, trust: this.#parts.trust?.() }));
		};
		socket.onmessage = (/** @type {{data: string}} */ event) => current() && this.#hear(event.data);
		socket.onclose = (/** @type {{code?: number}} */ event) => {
			if (!current())
				return;
			if (event?.code === CLOSE_NOT_AUTHENTICATED || event?.code === CLOSE_REVOKED)
				this.#drop("denied");
			else
				this.#lose();
		};
		socket.onerror = () => {}; // a close always follows
	}

	/** @param {string} data */
	#hear(data) {
		this.#lastFrame = this.#parts.mono();
		let frame;
		try {
			frame = JSON.parse(data);
		} catch {
			frame = { op: "unreadable" };
		}
		if (frame.op === "entry") {
			/* what we already have comes again only by mistake, or when two connections overlapped */
			if (frame.seq <= this.last)
				return;
			this.last = frame.seq;
		}
		if (frame.op === "refused" && frame.ref === undefined && frame.code === "ahead" && this.#phase === "opening")
			return this.#ahead(frame);
		if (frame.op === "accepted" || frame.op === "journaled" || frame.op === "prepared" ||
			frame.op === "refused") {
			const waiting = this.#waiting.get(frame.ref);
			if (waiting) {
				this.#waiting.delete(frame.ref);
				waiting.resolve(frame);
			} else
				this.dispatchEvent(new CustomEvent("stray", { detail: frame }));
			return;
		}
		const generation = this.#generation;
		this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
		if (generation !== this.#generation)
			return; // who heard it has begun anew
		if (frame.op === "welcome" && this.#phase === "opening") {
			this.#aheadSince = null;
			this.#become("catching");
		}
		if (this.#phase === "catching" && ((frame.op === "welcome" && frame.tip <= this.last) ||
		                                   (frame.op === "beat" && frame.last <= this.last)))
			this.#become("live");
	}

	/** The server has not got our last number. Another node's will come; what an older copy has lost will not: it is told, and everything
	 * asked for from the beginning. @param {any} refused */
	#ahead(refused) {
		this.#aheadSince ??= this.#parts.mono();
		if (this.#parts.mono() - this.#aheadSince >= AHEAD_MS) {
			this.#aheadSince = null;
			this.dispatchEvent(new CustomEvent("ahead", { detail: { last: this.last, refused } }));
			this.last = -1;
		}
		this.#lose();
	}

	#lose() {
		this.#close(true);
		this.#become("lost");
		const { random, setTimer } = this.#parts;
		this.#retry = setTimer(() => this.#open(), RETRY_MIN_MS + random() * (RETRY_MAX_MS - RETRY_MIN_MS));
	}

	/** @param {Phase} phase */
	#drop(phase) {
		this.#parts.clearTimer(this.#retry);
		this.#close(true);
		this.#become(phase);
	}

	#close(/** @type {boolean} */ sent) {
		this.#generation++;
		const socket = this.#socket;
		this.#socket = null;
		const waiting = [...this.#waiting.values()];
		this.#waiting.clear();
		for (const w of waiting)
			w.reject(new LinkLost(sent));
		try {
			socket?.close();
		} catch {
			/* it is gone already */
		}
	}

	/** @param {Phase} phase */
	#become(phase) {
		if (phase === this.#phase)
			return;
		this.#phase = phase;
		this.dispatchEvent(new CustomEvent("phase", { detail: phase }));
	}
}
