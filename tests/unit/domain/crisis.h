/* crisis.h: crisis reports, early warnings and decisions for a stage: complete messages, of which a test
 * changes what it is about. `change` holds JSON members that replace those of the message, "body.NAME" those
 * of its body; null takes one away. */
#ifndef TOC_TESTS_DOMAIN_CRISIS_H
#define TOC_TESTS_DOMAIN_CRISIS_H

#include "stage.h"

/** All criteria of the vocabulary, harm_shown answered like this. */
#define CRISIS_CRITERIA(answer)                                                                              \
	"{\"code\":\"real_world_event\",\"answer\":\"yes\",\"source_grade\":\"B2\"},"                        \
	"{\"code\":\"harm_shown\",\"answer\":\"" answer "\",\"source_grade\":\"B2\"},"                       \
	"{\"code\":\"intimidation\",\"answer\":\"unknown\",\"source_grade\":\"B2\"},"                        \
	"{\"code\":\"terrorism_link\",\"answer\":\"unknown\",\"source_grade\":\"B2\"},"                      \
	"{\"code\":\"virality\",\"answer\":\"likely\",\"source_grade\":\"X4\"}"
#define CRISIS_NO_PERSONAL "\"personal_data\":{\"level\":\"none\",\"categories\":[]}"

/** M1.report of something that happens now in XA, to HUB and BFP. */
struct toc_value *crisis_report(struct stage *s, const char *change);
/** M2.issue. */
struct toc_value *crisis_warning(struct stage *s, const char *incident, const char *change);
/** The change by which it is an M2.decline. */
extern const char crisis_decline[];
/** M3 `propose` with all that the decision asks for; whoever sends it is the assignee. */
struct toc_value *crisis_decision(struct stage *s, const char *who, const char *incident,
				  const char *decision, const char *change);

#endif
