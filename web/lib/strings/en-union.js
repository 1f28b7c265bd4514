// @ts-check
/* English: the Union on the board. */

/** @type {Record<string, string>} */
export default {
	"union.title": "Union",
	"union.cell": "{state}: {level}{worst, plural, =0 {} other { (#)}}{n, plural, =0 {} other {, # open}}",
	"union.threat": "threat to life, unanswered",
	"union.active": "active incident",
	"union.open": "open matters",
	"union.warning": "early warning",
	"union.reported": "reported",
	"union.none": "nothing open",
	"union.hint": "Arrow keys move, Enter shows what is open.",
	"union.legend": "Signs",
	"union.nothing": "Nothing open.",
};
