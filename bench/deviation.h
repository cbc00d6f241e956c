/* SPDX-License-Identifier: GPL-3.0-or-later
 * bench/deviation.h - how far runs are from the reference: moments, peaks, outcomes, and whether they keep their
 * bounds. */
#ifndef PRO_BENCH_DEVIATION_H
#define PRO_BENCH_DEVIATION_H
#include "bench/bench.h"
#include "scenarios/scenario.h"

typedef struct pro_deviation { /* of all cases at one tolerance */
  double rtol;
  size_t failed, out_of_bounds;
  char where[160]; /* the first one is */
  size_t other,
      near; /* with another end or course than the reference's; those that 1e-3 in all frequency factors explain */
  pro_spread runaway, vent, rise; /* relative: moment of runaway, of venting, T_max - T_initial (above 1 K) */
} pro_deviation;

typedef struct pro_deviations {
  size_t cases;   /* of the scenario's that do not contradict themselves */
  size_t unknown; /* in which the reference failed; 0 without one */
  size_t levels;
  pro_deviation level[8];
  double seconds, reference_seconds; /* of processor time, the former at level 0 */
} pro_deviations;

/* Cases 0 to `cases` of the scenario by `with` at each rtol (levels, at most 8), each beside CVODE at `reference`
 * [-]; 0: beside nothing, and only failures and bounds are counted. PRO_ENOMEM. */
pro_status pro_deviations_measure(pro_deviations *out, const pro_scenario *scenario, uint64_t cases,
                                  const double *rtol, size_t levels, double reference,
                                  const struct pro_integrator *with) PRO_MUST_CHECK;
/* Whether all samples are numbers, species and the separator between nothing and all, temperatures between 150 K and T_most,
 * mass no more than at first; species and separator to `slack`. On failure what is not is in the thread's message
 * (PRO_ENUMERIC). */
pro_status pro_bounds_check(const pro_run *run, double slack, double T_most) PRO_MUST_CHECK;
#endif
