// @ts-check
/* English: what other mechanisms do in the room of an incident; complaints. */

/** @type {Record<string, string>} */
export default {
	"room.orders": "Removal orders",
	"room.no_order": "No removal order in this incident yet. A draft is seen by your own side only.",
	"room.referrals": "Referrals",
	"room.no_referral": "Nothing was referred yet. A referral asks a service to look under its own terms; it binds nobody.",
	"room.answered": "{n} of {of} answered",
	"room.threats": "Threats to life that belong to it",
	"room.linked": "Other protocols",
	"room.since": "since",
	"room.chart": "What platforms reported, over time",
	"room.chart_of": "{org}, oldest first: {list}",
	"room.picture": "Blocked, removed, ended",
	"room.last": "Last",
	"room.complaints": "Complaints of users",
	"room.complaints_lead": "Numbers that engaged platforms sent for a time in which the incident was active. Nobody's complaint is in here.",
	"room.sum": "Together",
};
