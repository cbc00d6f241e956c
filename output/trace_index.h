/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/trace_index.h - what an index.csv beside a trace says of it. Used by trace.c only. */
#ifndef PRO_TRACE_INDEX_H
#define PRO_TRACE_INDEX_H
#include "predictor/detector.h"

typedef struct pro_trace_index {
  pro_nameplate nameplate;
  char outcome[32], heater[8], ambient[8]; /* thermocouples by name: "T1"; "" none */
  double t_runaway, t_short;               /* in the file's own time [s]; NaN: none or not known */
} pro_trace_index;

/* Of the row that names the file at `path`; nothing known where there is no index or it is no index of traces.
 * PRO_EINPUT: the index is broken. */
pro_status pro_trace_index_find(pro_trace_index *out, const char *path) PRO_MUST_CHECK;
#endif
