/* timers.c: prints docs/timers.md from the table of timers. A test compares. */
#include <stdio.h>
#include <string.h>

int main(void)
{
	puts("# Timers\n\n"
	     "Made from `server/domain/timer.def` by `docs/man/timers.c`; do not edit.\n\n"
	     "A timer runs on one thing (a case, an incident, an order) and may bind one organisation. Its deadline is "
	     "computed by the server, from\n"
	     "server receipt time and never from a client's clock, and stands in the entry that starts it "
	     "(`decided.timers_started`: `timer`, `id`,\n"
	     "`desk`, `starts`, `deadline`, `legal` for the law's own). Hours and minutes elapse, so that an hour across "
	     "the end of summer time is an\n"
	     "hour; days and months are counted in the UTC calendar. It survives a restart, since it is part of the "
	     "state; what came due meanwhile is\n"
	     "entered afterwards, level by level.\n\n"
	     "A timer with warnings makes `deadline.warned` 15, 5 and 1 minutes before its end (`minutes_left`), those that "
	     "lie after its start, and\n"
	     "calls the first contact of the desk that it binds. At its end stands `deadline.passed`, unless it does "
	     "something of its own.\n\n"
	     "| timer | what | how long | kind | warnings | basis |\n| --- | --- | --- | --- | --- | --- |");
#define LEGAL "legal"
#define SOFT "soft"
#define MINUTES(n) #n " min"
#define HOURS(n) #n " h"
#define DAYS(n) #n " d"
#define MONTHS(n) #n " months"
#define STATED "as stated"
#define WARNED "15, 5, 1 min"
#define SILENT ""
#define TOC_TIMER(name, kind, length, warned, fire, basis, about)                                            \
	printf("| %s | %s | %s | %s | %s | %s |\n", name, about, length, kind, warned, basis);
#include "domain/timer.def"
	return 0;
}
