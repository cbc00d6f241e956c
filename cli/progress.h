/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/progress.h - how far a long command is, on stderr: on a terminal one line with rate, failures and the time
 * left, elsewhere such a line every 30 s, or every tenth where that is later than a second; or each of these as a
 * JSON object. */
#ifndef PRO_PROGRESS_H
#define PRO_PROGRESS_H
#include <stdint.h>

#include "cli/args.h"

typedef struct pro_progress {
  const char *what; /* "cases" */
  uint64_t total;
  int quiet, terminal, json;
  double start, shown;  /* monotonic clock [s] */
  uint64_t tenth_shown; /* tenths announced */
  uint64_t done;        /* as the last step said */
  uint64_t before;      /* done when it began: no measure of the rate */
  /* the caller's to set before a step */
  uint64_t failed;
  double weight, weights; /* done, and in all, where steps do not weigh the same; weights 0: they do */
  double weight_before;   /* when it began */
} pro_progress;

/* --log-format text|json, and --quiet. */
extern const pro_option pro_option_log_format, pro_option_quiet;
/* PRO_EUSAGE: no such format. */
pro_status pro_progress_options(int *quiet, int *json, const pro_args *args) PRO_MUST_CHECK;

void pro_progress_begin(pro_progress *progress, const char *what, uint64_t total, int quiet);
void pro_progress_step(pro_progress *progress, uint64_t done);
void pro_progress_note(pro_progress *progress, const char *what); /* what goes on after the last step */
void pro_progress_end(pro_progress *progress);                    /* wipes the line */
double pro_progress_seconds(const pro_progress *progress);        /* since begin [s] */
#endif
