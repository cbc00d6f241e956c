/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/crew.h - parts of a work on several threads. Not OpenMP's: those do not live on in a child process. */
#ifndef PRO_CREW_H
#define PRO_CREW_H
#include <stddef.h>

/* member: 0 to threads - 1; what it uses meanwhile is its own. */
typedef void pro_crew_work(void *payload, size_t part, int member);
/* Does parts 0 to parts - 1, each once, in any order, on at most `threads` threads, this one among them: alone,
 * where there is no room for another. */
void pro_crew_do(int threads, size_t parts, pro_crew_work *work, void *payload);
#endif
