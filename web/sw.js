/* sw.js: the service worker: it wakes a person whose console is closed, and does nothing else. No page, script or answer
 * passes through it or is kept by it.
 *
 * What is pushed says whether it is an exercise and how urgent it is; what happened stands in the console. Whatever
 * arrives, also what cannot be read, is shown: a browser that shows nothing loses the right to be woken. */

const WORDS = {
	en: { actual: "Tocsin: something is waiting", exercise: "EXERCISE – Tocsin: something is waiting",
		urgent: "Somebody has to answer now. Open the console.", other: "Open the console." },
	de: { actual: "Tocsin: etwas wartet", exercise: "ÜBUNG – Tocsin: etwas wartet",
		urgent: "Jemand muss jetzt antworten. Konsole öffnen.", other: "Konsole öffnen." },
};

/** What is shown. @param {any} said @param {string} language */
function notice(said, language) {
	const words = WORDS[language.startsWith("de") ? "de" : "en"];
	const exercise = said?.mode === "exercise";
	const urgent = said?.precedence === "flash" || said?.precedence === "immediate";
	return [exercise ? words.exercise : words.actual, { body: urgent ? words.urgent : words.other, lang: language.slice(0, 2),
		tag: `${exercise ? "exercise" : "actual"}-${urgent ? "urgent" : "other"}`, renotify: true, requireInteraction: urgent,
		silent: false }];
}

/** @param {any} data */
function read(data) {
	try {
		return data?.json();
	} catch {
		return undefined;
	}
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(self.registration.showNotification(...notice(read(event.data), navigator.language))));

/* The push service has ended or replaced the subscription. A console that is open tells the server; without one the person is told
 * to open it, since it knows who they are and this does not: a wake-up that goes nowhere must not be silent. */
const CHANGED = { en: "Wake-up has to be renewed: open the console.", de: "Das Wecken muss erneuert werden: Konsole öffnen." };
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((open) => {
	for (const one of open)
		one.postMessage("push-changed");
	const language = navigator.language.startsWith("de") ? "de" : "en";
	return open.length ? undefined : self.registration.showNotification("Tocsin", { body: CHANGED[language], lang: language, tag: "changed" });
})));

/* To the console that is open, or to a new one. */
self.addEventListener("notificationclick", (event) => {
	event.notification.close();
	event.waitUntil(self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((open) =>
		open.length ? open[0].focus() : self.clients.openWindow("/")));
});
