// @ts-check
/* en-find.js: search over everything. */

/** @type {Record<string, string>} */
export default {
	"find.close": "Close",
	"find.hint": "Numbers, names, addresses, hashes, people: what you may see. Nothing is sent.",
	"find.count": "{n, plural, =0 {Nothing found} one {# found} other {# found}}",
	"find.threat": "Threat",
	"find.incident": "Incident",
	"find.order": "Order",
	"find.referral": "Referral",
	"find.check": "Check",
	"find.signal": "Signal",
	"find.person": "Person",
	"find.org": "Organisation",
};
