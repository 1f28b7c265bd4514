/* metrics.c: prints docs/metrics.md from the table of metrics. A test compares. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *part, *type, *name, *labels, *help;
} metrics[] = {
#define TOC_METRIC(NAME, part, type, unit, name, labels, help) { #part, #type, name, #labels, help },
#include "measure/metric.def"
#undef TOC_METRIC
};

static const char *labels_of(const char *set)
{
	static const struct {
		const char *set, *names;
	} sets[] = {
		{ "NONE", "" },
		{ "CODE", "`code`: the [refusal's](wire.md)" },
		{ "FRONT_LIMIT", "`limit`" },
		{ "KEEPER_LIMIT", "`limit`" },
		{ "ARCHIVE_LIMIT", "`limit`" },
		{ "CONN", "`kind`: socket, request, stream" },
		{ "STATUS", "`status`: 1xx to 5xx" },
		{ "CLOSE", "`code`: 1001 to 4403" },
		{ "LANE", "`lane`: threat, other" },
		{ "LANE_VERDICT", "`lane`: threat, other; `verdict`: accepted, journaled, duplicate, answered, refused" },
		{ "PART", "`part`: front, keeper, archive, courier, signer, eraser, parent" },
		{ "WAY", "`way`: e-mail, webhook, push, phone" },
		{ "WAY_OUTCOME", "`way`: e-mail, webhook, push, phone; `outcome`: sent, delivered, bounced, retrying, dead, dropped" },
		{ "COURIER_LIMIT", "`limit`" },
	};

	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
		if (!strcmp(sets[i].set, set))
			return sets[i].names;
	return "?";
}

static void part(const char *title, const char *name)
{
	printf("\n## %s\n\n| metric | type | labels | what |\n| --- | --- | --- | --- |\n", title);
	for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
		const char *type = metrics[i].type;
		bool histogram = !strcmp(type, "SPAN") || !strcmp(type, "SIZES");
		bool counter = !strcmp(type, "COUNTER");
		if (strcmp(metrics[i].part, name) != 0)
			continue;
		printf("| `tocsin_%s%s` | %s | %s | %s |\n", metrics[i].name, counter ? "_total" : "",
		       counter ? "counter" : histogram ? "histogram" : "gauge", labels_of(metrics[i].labels),
		       metrics[i].help);
	}
}

int main(void)
{
	puts("# Health and metrics\n\n"
	     "Made from `server/measure/metric.def` by `docs/man/metrics.c`; do not edit.\n\n"
	     "## Who may ask\n\n"
	     "The operator has a door of their own: `--metrics-listen` (127.0.0.1) and `--metrics-port` (the one after "
	     "`--port`), plain HTTP, with\n"
	     "`/metrics`, `/readyz` with reasons and `/healthz`, and nothing else: no sign-in, no member's path, no "
	     "WebSocket. It is for this machine, or for\n"
	     "a network that only operators reach. At the members' address `/metrics` is for administrators of an "
	     "operator's organisation (`org_admin`,\n"
	     "kind `operator`); for everybody else it is not there. `/healthz` and `/readyz` say one word to anybody: "
	     "that is what load balancers ask.\n\n"
	     "Nothing there names a person, an organisation, a case or an address, and no label takes a value from "
	     "outside. Still, counts are\n"
	     "traffic: who sees that a threat came at 14:02 knows something. Keep the door shut.\n\n"
	     "```yaml\nscrape_configs:\n  - job_name: tocsin\n    static_configs:\n      - targets: ['127.0.0.1:8444']\n```\n\n"
	     "One scrape shows all processes, whichever front answers: each counts in a page of memory that only it "
	     "writes and that fronts may read.\n"
	     "So counting goes on while others stand still, and counters live on when a process is replaced. Series "
	     "of fronts carry `front`.\n"
	     "The format is OpenMetrics 1.0.0 for who accepts it, else Prometheus' text format 0.0.4. Rules for alerts: "
	     "[docker/alerts.yml](../docker/alerts.yml).\n\n"
	     "## Health\n\n"
	     "| path | 200 when |\n| --- | --- |\n"
	     "| `/healthz` | the front answers |\n"
	     "| `/readyz` | this node can do everything; else 503 |\n"
	     "| `/readyz/threats` | this node takes threats to life, with the database or without it; else 503 |\n\n"
	     "Use `/readyz` to prefer one node over another, and `/readyz/threats` to decide whether a node gets any "
	     "traffic at all: when all\n"
	     "nodes have lost the database, they are still there for threats.\n\n"
	     "The reasons, each `well`, `warning` or `failing`; one that fails makes the node not ready:\n\n"
	     "| check | failing | warning |\n| --- | --- | --- |\n"
	     "| `server` | is being stopped | |\n"
	     "| `keeper` | not there, stands still for 5 s, is starting | |\n"
	     "| `database` | the keeper cannot reach it, or hears nothing of it for 5 s | |\n"
	     "| `archive` | not there, stands still for 5 s, cannot read | |\n"
	     "| `signer` | has halted: the ledger is not what was published | stands still for 5 s, cannot read |\n"
	     "| `journal` | its folder takes no file: gone, read-only, full | records wait to be entered, or the ledger does not take them ([journal](journal.md)) |\n"
	     "| `certificate` | has ended | ends within 14 days |\n"
	     "| `clock` | | stepped by more than a second within 10 minutes; no time service |\n"
	     "| `queue` | | a command has waited for 5 s |\n"
	     "| `connections` | as many as the front takes, or it has no descriptors left | |\n"
	     "| `sandbox` | | the front has no filter of system calls |\n\n"
	     "Beside them: `takes_threats`, `private_database`, `ledger_entries`, `tip_age_s`.");
	part("The fronts", "front");
	part("The keeper", "keeper");
	part("The archive", "archive");
	part("The courier", "courier");
	part("The signer", "signer");
	part("The eraser", "eraser");
	part("The parent", "parent");
	return 0;
}
