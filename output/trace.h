/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/trace.h - measured traces: CSV and Battery Data Format, in SI. */
#ifndef PRO_TRACE_H
#define PRO_TRACE_H
#include "predictor/detector.h"

typedef struct pro_trace { /* one block, freed with pro_trace_free */
  char *name;                          /* the file's name without folder and ending */
  size_t samples;
  double *t;                           /* [s] (samples), from 0, never decreasing */
  float *channel[PRO_CHANNEL_COUNT];   /* SI (samples), NaN: not measured; NULL: no such column, or nothing in it */
  int *segment;                        /* (samples): a detector is reset where it changes */
  pro_nameplate nameplate;             /* NaN throughout unless an index.csv beside the file tells */
  /* what the index says, where there is one */
  char outcome[32];                    /* "runaway", "short_no_runaway", "healthy", ...; "" not known */
  double t_runaway, t_short;           /* [s] NaN: none or not known */
  long dropped;                        /* rows without a usable time */
} pro_trace;

/* Reads a CSV whose columns are named; aliases and units: docs/corpus.md, "Traces". Several temperature columns (T1,
 * T2, ...) become the hottest plausible one at each time.
 * PRO_EMISSING; PRO_EINPUT "file:line:column: ..." (no time column, no data, not a table, not numbers). */
pro_status pro_trace_read(pro_trace **out, const char *path) PRO_MUST_CHECK;
void pro_trace_free(pro_trace *trace);

/* The CSV files below `path` (a file, or a folder read recursively), sorted; index files are left out. The caller
 * frees with pro_trace_list_free. A link back to a folder that it is in is left out. PRO_EMISSING: no such path, no CSV
 * file below it, or too many folders. */
pro_status pro_trace_list(char ***out, size_t *count, const char *path) PRO_MUST_CHECK;
void pro_trace_list_free(char **list, size_t count);
#endif
