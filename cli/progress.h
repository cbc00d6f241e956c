/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/progress.h - how far a long command is, on stderr: a bar with the time left on a terminal, a line every tenth or
 * every 30 s otherwise. */
#ifndef PRO_PROGRESS_H
#define PRO_PROGRESS_H
#include <stdint.h>

typedef struct pro_progress {
  const char *what; /* "cases" */
  uint64_t total;
  int quiet, terminal;
  double start, shown;  /* monotonic clock [s] */
  uint64_t tenth_shown; /* tenths announced */
} pro_progress;

void pro_progress_begin(pro_progress *progress, const char *what, uint64_t total, int quiet);
void pro_progress_step(pro_progress *progress, uint64_t done);
void pro_progress_note(pro_progress *progress, const char *what); /* what goes on when all steps are done */
void pro_progress_end(pro_progress *progress);                  /* wipes the bar */
double pro_progress_seconds(const pro_progress *progress);      /* since begin [s] */
#endif
