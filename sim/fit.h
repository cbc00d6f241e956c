/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/fit.h - calibration: nonlinear least squares over few, bounded parameters, with uncertainty. */
#ifndef PRO_FIT_H
#define PRO_FIT_H
#include "sim/base.h"

enum { PRO_FIT_PARAMETERS_MAX = 48 };

typedef struct pro_fit_parameter {
  const char *name, *unit;
  double start, low, high; /* low < high; start between them */
  int logarithmic;         /* 1: it varies by factors, and low > 0 */
} pro_fit_parameter;

/* Residuals r (residuals) at `parameter` (parameters): (computed - measured) / its standard deviation, so that all
 * weigh alike. A status other than PRO_OK ends the fit and is its status. */
typedef pro_status pro_fit_residuals(const double *parameter, double *residual, void *data);

/* The same at `count` points at once, row by row: parameter (count, parameters), residual (count, residuals). So a
 * caller can run the columns of a Jacobian side by side. */
typedef pro_status pro_fit_residuals_many(size_t count, const double *parameter, double *residual, void *data);

typedef struct pro_fit_problem {
  int parameters; /* at most PRO_FIT_PARAMETERS_MAX */
  const pro_fit_parameter *parameter;
  size_t residuals;
  pro_fit_residuals *evaluate;           /* either this */
  pro_fit_residuals_many *evaluate_many; /* or this, which then does all */
  void *data;                            /* theirs */
  double difference; /* step of differences, as a share of a parameter's range; 0: 1e-4. Wide enough that what
                        changes is more than the integration's own error. */
  double tolerance;  /* relative fall of chi2 that counts as none, and a thousand times that of the parameters; 0:
                        1e-6 */
  int steps_max;     /* 0: 50 */
} pro_fit_problem;

/* Why it ended. */
#define PRO_FIT_END_LIST(X)                                                      \
  X(gradient, "the gradient has vanished")                                       \
  X(step, "the parameters no longer change")                                     \
  X(chi2, "the sum of squares no longer falls")                                  \
  X(stalled, "no shorter step lowers the sum of squares: noise, or flat ground") \
  X(steps, "as many steps as allowed: not converged")
#define PRO_AS_FIT_END(name, doc) PRO_FIT_END_##name,
typedef enum pro_fit_end { PRO_FIT_END_LIST(PRO_AS_FIT_END) PRO_FIT_END_COUNT } pro_fit_end;
#undef PRO_AS_FIT_END
extern const char *const pro_fit_end_names[PRO_FIT_END_COUNT];
extern const char *const pro_fit_end_docs[PRO_FIT_END_COUNT];

typedef struct pro_fit_value {
  double value;
  double error;     /* standard error; NaN where the data do not determine it */
  double low, high; /* 95 % interval, within the bounds; those where the data do not determine it */
  int at_bound;     /* -1 low, +1 high: the bound holds it, and it has no error of its own; else 0 */
  int determined;   /* 0: at its bound, or the data say nothing of it, alone or beside another */
} pro_fit_value;

typedef struct pro_fit {
  int parameters;
  pro_fit_value value[PRO_FIT_PARAMETERS_MAX];
  double correlation[PRO_FIT_PARAMETERS_MAX][PRO_FIT_PARAMETERS_MAX]; /* NaN with what is not determined */
  double chi2_start, chi2;                                            /* sums of squared residuals */
  long dof;                                                           /* residuals less what they determine */
  long evaluations;                                                   /* of all residuals together */
  int steps;
  pro_fit_end end;
  int converged; /* by gradient, step or chi2 */
} pro_fit;

/* Minimises the sum of squared residuals within the bounds.
 *
 *   out      untouched on failure.
 *   problem  borrowed for the call.
 *
 * PRO_EINPUT  bounds, start or counts that do not fit; a residual that is not finite at the start.
 * PRO_ENOMEM, and whatever evaluate() returns.
 *
 * Trust region with Levenberg's and Marquardt's step (More 1978, as in the GNU Scientific Library's
 * multifit_nlinear, without geodesic acceleration, whose second differences would be mostly the integrator's
 * error). A parameter is middle + half range * sin x on its scale, so that x is free and a bound is an ordinary
 * minimum. One-sided differences on the way, two-sided ones for the covariance.
 *
 * Errors are (J'J)^-1 chi2/dof on the parameter's scale, intervals Student's with dof, both carried back: they
 * hold where residuals scatter independently. Where these are samples of a curve that the model cannot follow,
 * they do not, and the truth lies farther off than the interval says: thin the samples, and look at other data. */
pro_status pro_fit_run(pro_fit *out, const pro_fit_problem *problem) PRO_MUST_CHECK;
#endif
