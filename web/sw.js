/* sw.js: the service worker: it wakes a person whose console is closed, and does nothing else. No page, script or answer
 * passes through it or is kept by it.
 *
 * What is pushed says whether it is an exercise and how urgent it is; what happened stands in the console. Whatever
 * arrives, also what cannot be read, is shown: a browser that shows nothing loses the right to be woken. */

const WORDS = {
	en: ["EXERCISE – ", "Tocsin: something is waiting", "Somebody has to answer now. Open the console.", "Open the console.",
		"Wake-up has to be renewed: open the console."],
	de: ["ÜBUNG – ", "Tocsin: etwas wartet", "Jemand muss jetzt antworten. Konsole öffnen.", "Konsole öffnen.",
		"Das Wecken muss erneuert werden: Konsole öffnen."],
	fr: ["EXERCICE – ", "Tocsin : quelque chose attend", "Quelqu’un doit répondre maintenant. Ouvrez la console.", "Ouvrez la console.",
		"Le réveil doit être renouvelé : ouvrez la console."],
	es: ["EJERCICIO – ", "Tocsin: algo espera", "Alguien tiene que responder ahora. Abra la consola.", "Abra la consola.",
		"Hay que renovar el aviso: abra la consola."],
	it: ["ESERCITAZIONE – ", "Tocsin: qualcosa attende", "Qualcuno deve rispondere ora. Aprire la console.", "Aprire la console.",
		"Il risveglio va rinnovato: aprire la console."],
	pl: ["ĆWICZENIE – ", "Tocsin: coś czeka", "Ktoś musi teraz odpowiedzieć. Otwórz konsolę.", "Otwórz konsolę.",
		"Wzywanie trzeba odnowić: otwórz konsolę."],
};
/** The browser's language, if there are words of it. */
const spoken = () => Object.keys(WORDS).find((l) => navigator.language.startsWith(l)) ?? "en";

/** What is shown. @param {any} said */
function notice(said) {
	const lang = spoken();
	const [prefix, title, now, open] = WORDS[lang];
	const exercise = said?.mode === "exercise";
	const urgent = said?.precedence === "flash" || said?.precedence === "immediate";
	return [exercise ? `${prefix}${title}` : title, { body: urgent ? now : open, lang,
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
self.addEventListener("push", (event) => event.waitUntil(self.registration.showNotification(...notice(read(event.data)))));

/* The push service has ended or replaced the subscription. A console that is open tells the server; without one the person is told
 * to open it, since it knows who they are and this does not: a wake-up that goes nowhere must not be silent. */
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((open) => {
	for (const one of open)
		one.postMessage("push-changed");
	return open.length ? undefined : self.registration.showNotification("Tocsin", { body: WORDS[spoken()][4], lang: spoken(), tag: "changed" });
})));

/* To the console that is open, or to a new one. */
self.addEventListener("notificationclick", (event) => {
	event.notification.close();
	event.waitUntil(self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((open) =>
		open.length ? open[0].focus() : self.clients.openWindow("/")));
});
