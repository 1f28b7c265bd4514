/* timer.c: the table of timers (timer.def): how long each runs, and at which moments it says something. */
#include "domain/rule.h"

enum { SILENT, WARNED };
enum unit { OF_STATED, OF_MINUTES, OF_DAYS, OF_MONTHS };

#define LEGAL true
#define SOFT false
#define MINUTES(n) OF_MINUTES, n
#define HOURS(n) OF_MINUTES, (n) * 60
#define DAYS(n) OF_DAYS, n
#define MONTHS(n) OF_MONTHS, n
#define STATED OF_STATED, 0
/* a row's length has two values, so that the macro must see it once more */
#define ROW(name, legal, unit, n, warned, fire, basis, about) { { name, legal, warned, fire, basis, about }, unit, n },
#define TOC_TIMER(name, legal, length, warned, fire, basis, about) EXPANDED(ROW, name, legal, length, warned, fire, basis, about)
#define EXPANDED(row, ...) row(__VA_ARGS__)
static const struct {
	struct toc_timer_row row;
	enum unit unit;
	int n;
} rows[] = {
#include "domain/timer.def"
};

static const int warn_before[] = { 15, 5, 1 }; /* minutes */
#define N_WARNINGS (sizeof warn_before / sizeof *warn_before)

const struct toc_timer_row *toc_timer_row_at(size_t i)
{
	return i < sizeof rows / sizeof *rows ? &rows[i].row : NULL;
}

static size_t find(struct toc_str name)
{
	size_t i = 0;

	while (i < sizeof rows / sizeof *rows && !toc_str_is(name, rows[i].row.name))
		i++;
	return i;
}

const struct toc_timer_row *toc_timer_row(struct toc_str name)
{
	return toc_timer_row_at(find(name));
}

toc_time toc_timer_end(struct toc_str name, toc_time starts)
{
	size_t i = find(name);

	if (i == sizeof rows / sizeof *rows)
		return TOC_TIME_NEVER;
	switch (rows[i].unit) {
	case OF_MINUTES:
		return toc_after(starts, TOC_MINUTES(rows[i].n));
	case OF_DAYS:
		return toc_after(starts, TOC_HOURS(24 * rows[i].n)); /* of the UTC calendar, whose days are alike */
	case OF_MONTHS:
		return toc_after_months(starts, rows[i].n);
	case OF_STATED:
		break;
	}
	return TOC_TIME_NEVER;
}

toc_time toc_timer_end_now(const struct toc_world *w, struct toc_str name, toc_time starts)
{
	const struct toc_timer_row *row = toc_timer_row(name);
	const struct toc_period *p = row && !row->legal ? toc_world_get(w, TOC_OBJECT_period, name) : NULL;

	return p && p->minutes > 0 ? toc_after(starts, TOC_MINUTES(p->minutes)) : toc_timer_end(name, starts);
}

toc_time toc_timer_next(struct toc_str name, toc_time after, toc_time deadline)
{
	const struct toc_timer_row *row = toc_timer_row(name);

	for (size_t i = 0; row && row->warned && deadline.us != TOC_TIME_NEVER.us && i < N_WARNINGS; i++) {
		toc_time warning = { deadline.us - TOC_MINUTES(warn_before[i]).us };
		if (toc_before(after, warning))
			return warning;
	}
	return deadline;
}
