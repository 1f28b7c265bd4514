/* press.h: the press: prints what the archive hands it (ipc/press.h), each answer in a process of its own.
 *
 * What members wrote is laid out by libraries that have had their holes. So whoever lays it out has nothing: no key, no database,
 * no network, only the answer, the fonts, and the way back, and it ends with the one answer. This process only makes those; it reads
 * none of it. It ends when the archive does.
 */
#ifndef TOC_PRESS_PRESS_H
#define TOC_PRESS_PRESS_H

/** @return exit code; 2: nobody's press, the control socket is missing */
int toc_press_run(void);

#endif
