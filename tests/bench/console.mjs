/* The console in a browser: how long the first view after sign-in takes, and the longest task of a page with thousands of rows to which
 * entries keep coming.   ./dev bench console [ROWS] [ENTRIES A SECOND] [SECONDS] */

import { launch } from "../web/browser.mjs";
import { firstView as weighs, BUDGET } from "../web/budget.mjs";
import { firstView, rows } from "../web/rows.mjs";

const [n = 5000, rate = 60, seconds = 10] = process.argv.slice(2).map(Number);
console.log(`the first view weighs ${(weighs().total / 1024).toFixed(1)} KiB of ${BUDGET / 1024}, compressed, with the wordiest language`);
const browser = await launch();
const view = await firstView(browser);
console.log(`first view after sign-in, five times: ${view.times.map((t) => t.toFixed(0)).join(", ")} ms (yardstick ${view.unit.toFixed(0)} ms)`);
const r = await rows(browser, { rows: n, rate, seconds });
console.log(`${n} rows, ${rate} entries/s for ${seconds} s: longest task ${r.longest.toFixed(0)} ms, over 200 ms: ${r.over200} of ${r.tasks} long ones; while catching up ${
	r.catching.toFixed(0)} ms (yardstick ${r.unit.toFixed(0)} ms)`);
await browser.close();
