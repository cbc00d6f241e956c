/* SPDX-License-Identifier: GPL-3.0-or-later
 * bench/compare.h - two integrators over tolerances: what each costs, how far off it is, and their ratio at equal
 * error. */
#ifndef PRO_BENCH_COMPARE_H
#define PRO_BENCH_COMPARE_H
#include "bench/bench.h"

typedef struct pro_outcome_of {     /* of one pass over all cases */
  size_t cases, failed, mismatched; /* mismatched: another outcome than the reference's */
  pro_spread error;                 /* relative, of the moment that is compared */
  double seconds, steps, rejected, rhs_calls, jacobian_calls; /* sums; the counts of those that did not fail */
  double exps; /* of one right-hand side, at least; 0: nobody has counted */
} pro_outcome_of;

/* One pass at a tolerance. PRO_ENOMEM, PRO_EINPUT. */
typedef pro_status pro_pass_fn(pro_outcome_of *out, double rtol, const struct pro_integrator *with,
                               const void *data);

typedef struct pro_tolerances {
  double loosest, ratio; /* of rtol */
  int count, repeats;    /* at most 32, 15 */
} pro_tolerances;

/* cvode and rosenbrock, interleaved passes at each tolerance; prints a table, or JSON with the
 * time over the floor of its exponentials (bench/floor.h; null where nobody has counted them) and the
 * ratios `ratio_at_p99_1e-4` and `ratio_at_p99_1e-6` (of the cheapest tolerances that reach that error without a
 * failure; null where none does). */
pro_status pro_compare(pro_pass_fn *pass, const void *data, const pro_tolerances *at, int as_json) PRO_MUST_CHECK;
#endif
