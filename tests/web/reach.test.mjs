/* What axe does not measure of WCAG 2.2 AA, on every screen of the table (screens.mjs), in a real browser: reflow at 320 pixels (1.4.10), text
 * spacing (1.4.12), focus that nothing covers (2.4.11), targets of 24 pixels (2.5.8), forced colours, a token that can be pasted (3.3.8). That what is
 * dragged can be chosen with a button (2.5.7): drop.test.mjs; that what is printed is a document: print.test.mjs. */
// long: it looks at each screen

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { haveChromium } from "./browser.mjs";
import { go, SCREENS, staged, wide } from "./screens.mjs";

/** 2.5.8: targets smaller than 24 × 24, unless they stand in a sentence, or a circle of 24 around them meets no other one's. */
const tooSmall = (page) => page.evaluate(() => {
	const MIN = 24;
	const targets = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=option]")].flatMap((el) => {
		/* a label that is pressed presses its box */
		const at = el.matches("input[type=radio], input[type=checkbox]") ? el.closest("label") ?? el : el;
		const box = at.getBoundingClientRect();
		const seen = box.width > 1 && box.height > 1 && getComputedStyle(el).visibility !== "hidden" && !el.closest(".skip");
		/* inline: its line is as high as the words around it */
		const inText = el.tagName === "A" && getComputedStyle(el).display === "inline" && [...el.parentElement?.childNodes ?? []].some((n) => n !== el && n.textContent?.trim());
		return seen ? [{ el, box, inText, small: box.width < MIN - 0.5 || box.height < MIN - 0.5, x: box.x + box.width / 2, y: box.y + box.height / 2 }] : [];
	});
	const far = (a, b) => Math.hypot(Math.max(b.box.x - a.x, 0, a.x - b.box.right), Math.max(b.box.y - a.y, 0, a.y - b.box.bottom));
	return targets.filter((a) => a.small && !a.inText && targets.some((b) => b !== a && !b.el.contains(a.el) && !a.el.contains(b.el) &&
		(b.small ? Math.hypot(a.x - b.x, a.y - b.y) < MIN : far(a, b) < MIN / 2)))
		.map(({ el, box }) => `${el.tagName}.${el.className} "${(el.textContent ?? "").trim().slice(0, 30)}" ${box.width.toFixed(0)}×${box.height.toFixed(0)}`);
});

/** 1.4.12: words that are cut off below or beside where they may be. What is cut short with "…" is whole where it leads. */
const cut = (page) => page.evaluate(() => [...document.querySelectorAll("main *, header *")].filter((el) => {
	const style = getComputedStyle(el);
	return /hidden|clip/.test(style.overflow) && !el.closest(".sr-only, .threat-line, .sound, svg, input") && el.clientHeight > 1 && !style.textOverflow.includes("ellipsis") &&
		(el.scrollHeight > el.clientHeight + 2 || el.scrollWidth > el.clientWidth + 2);
}).map((el) => `${el.tagName}.${el.className}`));

/** 2.4.11: on through the page by Tab; what has the focus is not wholly covered. @returns {Promise<string[]>} what was */
async function covered(page, most = 60) {
	const found = [];
	await page.locator("h1").first().focus();
	for (let i = 0; i < most; i++) {
		await page.keyboard.press("Tab");
		const what = await page.evaluate(() => {
			const el = document.activeElement;
			if (!el || el === document.body || el.closest(".skip"))
				return null;
			const box = el.getBoundingClientRect();
			const points = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [box.x + box.width * x, box.y + box.height * y]));
			const seen = points.some(([x, y]) => {
				const top = document.elementFromPoint(x, y);
				return top && (el.contains(top) || top.contains(el));
			});
			return seen ? "" : `${el.tagName}.${el.className} "${(el.textContent ?? "").trim().slice(0, 40)}" at ${box.y.toFixed(0)}`;
		});
		if (what === null)
			break;
		if (what)
			found.push(what);
	}
	return found;
}

describe("within everybody's reach", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { at } = staged();
	const of = async (options, look, screens = SCREENS) => {
		const made = await at("normal", { signed: true, reducedMotion: "reduce", ...options });
		const wrong = [];
		for (const screen of screens) {
			await go(made.page, screen, made);
			for (const x of await look(made.page, screen))
				wrong.push(`${screen.name}: ${x}`);
		}
		assert.deepEqual([...wrong, ...made.violations], []);
	};
	const overflow = async (page) => [await wide(page)].filter((n) => n > 0).map((n) => `${n} px too wide`);

	test("at 320 pixels, which is 400 % zoom, nothing has to be scrolled sideways", () => of({ width: 320, height: 256 }, overflow));

	test("with lines, letters and words wide apart nothing is cut off", () => of({}, async (page) => {
		await page.evaluate(() => {
			const sheet = new CSSStyleSheet();
			sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }");
			document.adoptedStyleSheets = [sheet];
		});
		return [...await overflow(page), ...await cut(page)];
	}));

	test("what is pressed is 24 pixels high and wide, or far enough from the next", () => of({}, tooSmall));
	test("also on a telephone", () => of({ width: 360, height: 780 }, tooSmall));

	const MANY = ["board", "threat", "incident", "order", "contacts", "settings", "audit explorer", "hand-over"];
	const some = SCREENS.filter((s) => MANY.includes(s.name));
	test("what has the focus is covered by no bar: in a low window, and at 200 %", async () => {
		await of({ width: 1280, height: 620 }, (page) => covered(page), some);
		await of({ width: 640, height: 450 }, (page) => covered(page), some);
	});

	test("Tab goes to the end of a screen, and Shift+Tab the same way back: nothing holds the focus, and it is never nowhere between", async () => {
		const at_end = "the end of the page";
		const step = async (page, key) => {
			await page.keyboard.press(key);
			return page.evaluate((end) => {
				const el = document.activeElement;
				if (!el || el === document.body || el === document.documentElement)
					return end;
				el.dataset.tabbed ??= `${document.querySelectorAll("[data-tabbed]").length} ${el.tagName} ${(el.textContent ?? "").trim().slice(0, 30)}`;
				return el.dataset.tabbed;
			}, at_end);
		};
		await of({}, async (page, screen) => {
			await page.locator("h1").first().focus();
			const there = [];
			/* behind the last one is the window's own, or the first again */
			for (let now = await step(page, "Tab"); now !== at_end && now !== there[0]; now = await step(page, "Tab")) {
				if (there.includes(now))
					return [`held at ${now}`];
				there.push(now);
			}
			const back = [];
			for (let i = 0; i <= there.length && back.length < there.length; i++) {
				const now = await step(page, "Shift+Tab");
				if (now !== at_end || back.length) // where the window's own comes first
					back.push(now);
			}
			return JSON.stringify(back) === JSON.stringify(there.toReversed()) ? [] : [`${screen.name} there: ${there.slice(-3).join(" | ")}; back: ${back.slice(0, 3).join(" | ")}`];
		}, SCREENS.filter((x) => ["board", "threat", "incident", "settings", "exercises"].includes(x.name)));
	});

	test("cut off, the banner stands below the header, and covers nothing that has the focus; what is old looks old", async () => {
		for (const size of [{ width: 1280, height: 720 }, { width: 360, height: 780 }]) {
			const { page, fake, lantern } = await at("normal", size);
			fake.quiet = true;
			await page.locator(".banner.is-red").waitFor();
			for (const hash of ["#/", `#/threat/${lantern.caseId}`]) {
				await page.evaluate((h) => (location.hash = h), hash);
				await page.locator("main h1").first().waitFor();
				assert.deepEqual(await covered(page, 18), [], `${hash} ${size.width}`);
				await page.evaluate(() => scrollTo(0, 400));
				const header = await page.locator("header.top").boundingBox(), banner = await page.locator(".banner.is-red").boundingBox();
				assert.ok(header.y >= 0, "the pill is always in sight");
				if (size.width > 1000) // where there is room it stays
					assert.ok(banner.y >= header.y + header.height - 1, "the banner is whole");
			}
			assert.match(await page.evaluate(() => getComputedStyle(document.querySelector("main")).filter), /grayscale/);
			fake.quiet = false;
			await page.locator(".pill.is-live").waitFor();
			await page.waitForFunction(() => getComputedStyle(document.querySelector("main")).filter === "none");
		}
	});

	test("in forced colours it can be seen where one is, what has the focus, and that the server is heard", async () => {
		const { page, keys } = await at("normal", { forcedColors: "active" });
		const style = (selector, name) => page.evaluate(([s, n]) => getComputedStyle(document.querySelector(s))[n], [selector, name]);
		assert.match(await style("nav [aria-current]", "textDecorationLine"), /underline/);
		assert.notEqual(await style(".pill .dot", "backgroundColor"), await style("body", "backgroundColor"));
		await keys("j");
		assert.equal(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "solid");
	});

	test("a browser that begins to ask for more contrast gets it at once", async () => {
		const { page } = await at("normal");
		const has = () => page.evaluate(() => document.documentElement.classList.contains("toc-contrast"));
		assert.equal(await has(), false);
		await page.emulateMedia({ contrast: "more" });
		await page.waitForFunction(() => document.documentElement.classList.contains("toc-contrast"));
		await page.emulateMedia({ contrast: "no-preference" });
		await page.waitForFunction(() => !document.documentElement.classList.contains("toc-contrast"));
	});

	test("a sign-in token can be pasted, and nothing has to be remembered or solved", async () => {
		const { page, fake, context } = await at("normal", { shift: false });
		await context.grantPermissions(["clipboard-read", "clipboard-write"]);
		await page.goto(fake.origin);
		const field = page.getByLabel("Sign-in link or token");
		await field.waitFor();
		await page.evaluate(() => navigator.clipboard.writeText("token-AIRU-duty-officer"));
		await field.focus();
		await page.keyboard.press("Control+v");
		assert.equal(await field.inputValue(), "token-AIRU-duty-officer");
		await page.keyboard.press("Enter");
		await page.locator("#shift-go").waitFor();
	});
});
