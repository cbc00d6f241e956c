/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/calibration.h - values fitted to measurements, for `prodrome calibrate`: one file each in cli/calibrate/.
 * What such a fit gives is typed into sim/ by hand, with the name of the calibration beside it. */
#ifndef PRO_CALIBRATION_H
#define PRO_CALIBRATION_H
#include "cli/comparison.h"
#include "sim/fit.h"

typedef struct pro_calibrated { /* a parameter; name NULL ends a list */
  pro_fit_parameter fit;
  const char *used; /* where its value stands: "sim/cell/nmc811_18650_hg2.c: resistance" */
  const char *doc;
} pro_calibrated;

typedef struct pro_calibration_fit {
  char title[64];                                   /* "all powers" */
  pro_calibrated parameter[PRO_FIT_PARAMETERS_MAX]; /* (fit.parameters) */
  size_t residuals;                                 /* each in units of what is expected of it */
  pro_fit fit;
} pro_calibration_fit;

typedef struct pro_calibration_result {
  int count, room;
  pro_calibration_fit *fit; /* (count), owned */
  pro_rows rows;            /* what the fitted model gives, on what it was fitted to and on what it was not */
} pro_calibration_result;

typedef struct pro_calibration {
  const char *name, *doc;
  const char *source;               /* of what is measured */
  const char *data;                 /* its folder or file, below ../shared/data */
  const pro_calibrated *parameters; /* the list of its main fit: what `describe` tells */
  /* Fits, then scores. PRO_EINPUT: the data are wrong. PRO_EMISSING: a part of them is not there. */
  pro_status (*run)(pro_calibration_result *result, const char *data);
  /* What its main fit's experiments, and those it was not fitted to, give at `parameter` (as in `parameters`): for
   * a comparison with the values that the project holds. NULL: there is none. */
  pro_status (*score)(pro_rows *rows, const char *data, const double *parameter);
} pro_calibration;
extern const pro_calibration *const pro_calibration_all[]; /* NULL-terminated, in the order of their names */

/* Experiments that are simulated and compared: one case each. */
typedef struct pro_experiments {
  size_t count;
  size_t residuals; /* of all together */
  /* The case of an experiment at `parameter`. Called from several threads at once: only reads `data`. */
  pro_status (*make)(pro_case *out, size_t experiment, const double *parameter, const void *data);
  /* Fills the experiment's own part of `residual` (residuals). run->truth is NULL where the run failed, and
   * run->message says why: passing that on ends the fit. Called by one thread at a time. */
  pro_status (*compare)(double *residual, size_t experiment, const pro_run *run, void *data);
  void *data;
} pro_experiments;

/* Fits `parameter` to the experiments and appends what came out. `settings` (may be NULL) gives difference,
 * tolerance and steps_max. *out (may be NULL) gets the fitted values (parameters). As pro_fit_run. */
pro_status pro_calibration_fit_to(pro_calibration_result *result, const char *title,
                                  const pro_calibrated *parameter, const pro_experiments *experiments,
                                  const pro_fit_problem *settings, double *out) PRO_MUST_CHECK;
/* Likewise, of a problem whose residuals its own callback gives. */
pro_status pro_calibration_fit_directly(pro_calibration_result *result, const char *title,
                                        const pro_calibrated *parameter, const pro_fit_problem *problem,
                                        double *out) PRO_MUST_CHECK;
/* The experiments' residuals (residuals) at given parameters. */
pro_status pro_calibration_evaluate(pro_calibration_result *result, const pro_experiments *experiments,
                                    const double *parameter, double *residual) PRO_MUST_CHECK;
int pro_calibrated_count(const pro_calibrated *parameter);
void pro_calibration_result_free(pro_calibration_result *result);
#endif
