// @ts-check
/* en-find.js: search over everything. */

/** @type {Record<string, string>} */
export default {
	"find.close": "Close",
	"find.hint": "Numbers, names, addresses, hashes, people: what you may see. Nothing is sent.",
	"find.count": "{n, plural, =0 {Nothing found} one {# found} other {# found}}",
	"find.more": "{n} of them are not shown: more words find fewer",
	"past.not_looked": "{n, plural, one {# threat that is over is not in this page} other {# threats that are over are not in this page}}",
	"past.look": "Look through them, too",
	"past.looking": "Looking: {n} so far",
	"past.looked": "All that is over was looked through, too.",
	"find.threat": "Threat",
	"find.incident": "Incident",
	"find.order": "Order",
	"find.referral": "Referral",
	"find.check": "Check",
	"find.signal": "Signal",
	"find.person": "Person",
	"find.org": "Organisation",
};
