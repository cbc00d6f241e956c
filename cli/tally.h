/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/tally.h - what became of all cases, and what it took: the last word of every sweep. */
#ifndef PRO_TALLY_H
#define PRO_TALLY_H
#include <stdint.h>
#include <stdio.h>

#include "cli/json.h"

typedef struct pro_tally {
  uint64_t cases, failed, missing; /* asked for; of these: runs that failed; not done */
  double seconds;                  /* by the clock */
} pro_tally;

/* "400 cases = 398 ok + 2 failed + 0 missing; 3.1 s, 6.0 s of processor, 47 MB at most", and a line's end. */
void pro_tally_print(const pro_tally *tally, FILE *to);
/* Members cases, ok, failed, missing, seconds, cpu_seconds, peak_MB of the open object. */
void pro_tally_json(const pro_tally *tally, pro_json *json);

/* Of this process and its children [s], [MB]. */
double pro_tally_cpu_seconds(void);
double pro_tally_peak_MB(void);
#endif
