/* log.h: one JSON line per event on stderr: ts level event … text. For operators; the ledger is the record.
 * Only processes log (keeper, archive, front, main, …); base, domain, message, ledger and ipc are silent.
 * Never content, never a credential, never a personal field. */
#ifndef TOC_BASE_LOG_H
#define TOC_BASE_LOG_H

enum toc_log_level { TOC_LOG_ERROR = 3, TOC_LOG_WARN = 4, TOC_LOG_INFO = 6, TOC_LOG_DEBUG = 7 };

void toc_log_init(const char *process, enum toc_log_level most_verbose);
/** @param event a stable word: "commit_failed". @param format the sentence; escaped for JSON */
void toc_log(enum toc_log_level level, const char *event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
