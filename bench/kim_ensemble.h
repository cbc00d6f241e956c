/* SPDX-License-Identifier: GPL-3.0-or-later
 * bench/kim_ensemble.h - the lumped oven ensemble: members with reference answers, each run through the general
 * engine.
 *
 * A member is Kim's lumped oven cell with all constants of its own, written as the reference solver wrote it:
 *     r_sei = exp(lnA - E/T) x_sei                 x_sei' = -r_sei
 *     r_an  = exp(lnA - E/T - z/0.033) x_neg       x_neg' = -r_an,  z' = r_an
 *     r_cat = exp(lnA - E/T) alpha (1 - alpha)     alpha' = r_cat
 *     r_el  = exp(lnA - E/T) c_e                   c_e' = -r_el
 *     T'    = sum q r + hA_per_C (T_oven - T) + radiation_per_C (T_oven^4 - T^4)
 * from 301.15 K and x_neg = 0.75, z = 0.033, c_e = 1, over 7200 s. The answers are uncapped. */
#ifndef PRO_KIM_ENSEMBLE_H
#define PRO_KIM_ENSEMBLE_H
#include "bench/bench.h"

enum { PRO_MEMBER_STATES = 6 };   /* x_sei, x_neg, z, alpha, c_e [-], T [K] */
enum { PRO_MEMBER_EXPS = 5 };     /* of its right-hand side: four rate coefficients and the film */
#define PRO_MEMBER_UNCAPPED 1e300 /* k_max [1/s] */

typedef struct pro_member {
  double number;
  double T_oven;          /* [K] */
  double hA_per_C;        /* [1/s] */
  double radiation_per_C; /* [1/(s K3)] */
  double lnA[4];          /* of A in 1/s: SEI, anode, cathode, electrolyte */
  double E_over_R[4];     /* [K] */
  double q[4];            /* [K] */
  double x_sei_0, alpha_0;
  double onset; /* first at 200 degC [s]; -1: never */
  double end[PRO_MEMBER_STATES];
} pro_member;

/* Reads a table by its header's names, in any order; further columns are ignored. *out is the caller's to free.
 * PRO_EMISSING; PRO_EINPUT: a column is missing or double, a cell is no number, a value makes no sense, no rows.
 */
pro_status pro_members_read(pro_member **out, size_t *count, const char *path) PRO_MUST_CHECK;

/* The member as a case of the general engine; nothing is recorded but its ends, and T_mark is 200 degC. */
void pro_member_case(pro_case *out, const pro_member *member, double rtol, double k_max);

typedef struct pro_member_result {
  pro_status status;
  double onset;       /* [s]; -1: never */
  double onset_error; /* |onset - answer|/answer [-]; NaN: not both have one */
  int mismatched;     /* one has an onset and the other has not */
  double state_error; /* largest of the six |end - answer| over 0.15, 0.75, 1, 1, 1, 100 K [-] */
  long steps, rejected, rhs_calls, jacobian_calls, factorisations; /* -1: whoever computed it does not tell */
} pro_member_result;

/* Fills what follows from a run that came to its end: `onset` is the time of 200 degC [s], -1 for never. The
 * counts are the caller's. */
void pro_member_judge(pro_member_result *out, const pro_member *member, double onset,
                      const double end[PRO_MEMBER_STATES]);

struct pro_integrator;
/* Runs all of them, together where the integrator can; *seconds is the processor time of it all. PRO_EINPUT: a
 * member makes no case; PRO_ENOMEM. A failed integration is a result. */
pro_status pro_members_run(pro_member_result *out, double *seconds, const pro_member *members, size_t n,
                           double rtol, double k_max, const struct pro_integrator *integrator) PRO_MUST_CHECK;

typedef struct pro_member_totals {
  size_t members, failed, mismatched;
  pro_spread onset, state; /* of the two errors, over those that did not fail */
  double worst_onset_member, worst_state_member;
  double steps, rejected, rhs_calls, jacobian_calls, factorisations; /* means of these; NaN: not told */
} pro_member_totals;
pro_status pro_members_total(pro_member_totals *out, const pro_member_result *results, const pro_member *members,
                             size_t n) PRO_MUST_CHECK; /* PRO_ENOMEM */
#endif
