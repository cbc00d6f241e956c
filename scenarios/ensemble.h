/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenarios/ensemble.h - many runs on many threads, handed over one at a time and in order. */
#ifndef PRO_ENSEMBLE_H
#define PRO_ENSEMBLE_H
#include "scenarios/granted.h"
#include "scenarios/scenario.h"
#include "sim/run.h"

struct pro_integrator;

/* Called for case first, first + 1, ... from one thread at a time; `run` is the callee's to read, not to keep. */
typedef pro_status pro_sink_fn(void *payload, const pro_run *run);

/* Called by any thread between its cases, by several at once: work that the sink has left undone. */
typedef pro_status pro_help_fn(void *payload);

/* Makes case k; called from several threads at once, so it only reads `recipe`. PRO_EINPUT is data, as a draw that
 * contradicts itself. */
typedef pro_status pro_make_fn(pro_case *out, uint64_t k, const void *recipe);

enum { PRO_LONG_SAMPLES = 1 << 17 }; /* what a sweep calls long: 29 MB of truth, a day and a half at 1 Hz */

typedef struct pro_ensemble {
  const pro_scenario *scenario; /* or NULL: */
  pro_make_fn *make;            /* what makes the cases instead */
  const void *recipe;           /* handed to it */
  uint64_t first, count;
  int threads;                             /* 0: as many as the machine gives this process */
  const struct pro_integrator *integrator; /* NULL: pro_integrator_fast() */
  uint32_t truth_columns;                  /* of every case, as in pro_case; 0: as it is made */
  size_t
      long_samples; /* a case of more than these is handed over without any (pro_case.pieces forgets them), so that
                       memory has a bound: for sinks that expect it, as a corpus does; 0: all keep theirs */
  double case_seconds; /* wall clock in which a case must end, else it fails; 0: any. Which cases keep it depends
                          on the machine and on what flies beside them [s] */
  pro_sink_fn *sink;
  pro_help_fn *help;        /* may be NULL */
  void *payload;            /* of both */
  const volatile int *stop; /* once it is not 0: no new case, those in the air are dropped, those before the first
                               dropped are handed over, for two seconds at most; PRO_EINTERRUPTED; may be NULL */
} pro_ensemble;

/* A run that fails numerically is handed over with its status and message, and the rest goes on; so is a case
 * whose draws contradict each other. Only the sink's or the help's failure, no memory or `stop` end it early. At
 * most a fixed number of finished runs wait for their turn, whatever `count` is. */
pro_status pro_ensemble_run(const pro_ensemble *ensemble) PRO_MUST_CHECK;
#endif
