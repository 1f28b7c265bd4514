/* outcome.h: by which way a job goes out, and what became of it: the words of JOB and OUTCOME. */
#ifndef TOC_IPC_OUTCOME_H
#define TOC_IPC_OUTCOME_H

enum toc_way { TOC_WAY_NONE, TOC_WAY_MAIL, TOC_WAY_WEBHOOK, TOC_WAY_PUSH, TOC_WAY_PHONE, TOC_WAY_STAMP, TOC_WAYS };

enum toc_outcome_state {
	TOC_OUTCOME_NONE,
	TOC_OUTCOME_SENT,      /* handed on; that it arrived is not known */
	TOC_OUTCOME_DELIVERED, /* the other side took it: of e-mail, the relay accepted it */
	TOC_OUTCOME_BOUNCED,   /* refused for good */
	TOC_OUTCOME_RETRYING,  /* not now; to be tried again */
	TOC_OUTCOME_DEAD,      /* cannot be tried at all */
	TOC_OUTCOME_DROPPED,   /* not wanted any more, and not begun: no entry */
	TOC_OUTCOMES
};

#endif
