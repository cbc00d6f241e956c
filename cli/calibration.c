/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/calibration.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/calibration.def"

#define PRO_DECLARE(name) extern const pro_calibration pro_calibration_##name;
PRO_calibration_LIST(PRO_DECLARE)

#define PRO_ENTRY(name) &pro_calibration_##name,
    const pro_calibration *const pro_calibration_all[] = {PRO_calibration_LIST(PRO_ENTRY) NULL};

int pro_calibrated_count(const pro_calibrated *parameter) {
  int n = 0;
  while (parameter[n].fit.name) n++;
  return n;
}

void pro_calibration_result_free(pro_calibration_result *result) {
  free(result->fit);
  pro_rows_free(&result->rows);
  *result = (pro_calibration_result){0};
}

/* ---- points in batches ---- */

typedef struct batch {
  const pro_experiments *experiments;
  pro_calibration_result *result;
  const char *title;
  size_t parameters;
  const double *parameter; /* (points, parameters) */
  double *residual;        /* (points, residuals) */
  long points;             /* so far */
} batch;

static pro_status make(pro_case *out, uint64_t k, const void *recipe) {
  const batch *b = recipe;
  size_t point = (size_t)k / b->experiments->count, experiment = (size_t)k % b->experiments->count;
  return b->experiments->make(out, experiment, b->parameter + point * b->parameters, b->experiments->data);
}

static pro_status take(void *payload, const pro_run *run) {
  batch *b = payload;
  size_t k = (size_t)run->in.run, point = k / b->experiments->count;
  return b->experiments->compare(b->residual + point * b->experiments->residuals, k % b->experiments->count, run,
                                 b->experiments->data);
}

static pro_status make_numbered(pro_case *out, uint64_t k, const void *recipe) {
  pro_status status = make(out, k, recipe);
  out->run = k;
  return status;
}

static void tell(const batch *b, size_t count) {
  if (b->result->rows.quiet) return;
  double best = INFINITY;
  for (size_t p = 0; p < count; p++) {
    double sum = 0.0;
    for (size_t i = 0; i < b->experiments->residuals; i++) {
      double r = b->residual[p * b->experiments->residuals + i];
      sum += r * r;
    }
    best = fmin(best, sum);
  }
  fprintf(stderr, "%s: %ld points, residual %.6g rms\n", b->title, b->points,
          sqrt(best / (double)b->experiments->residuals));
}

static pro_status evaluate(size_t count, const double *parameter, double *residual, void *data) {
  batch *b = data;
  b->parameter = parameter, b->residual = residual;
  b->points += (long)count;
  pro_ensemble job = {
      .make = make_numbered, .recipe = b, .count = count * b->experiments->count, .sink = take, .payload = b};
  PRO_TRY(pro_ensemble_run(&job));
  tell(b, count);
  return PRO_OK;
}

pro_status pro_calibration_evaluate(pro_calibration_result *result, const pro_experiments *experiments,
                                    const double *parameter, double *residual) {
  batch b = {.experiments = experiments, .result = result, .title = "score"};
  return evaluate(1, parameter, residual, &b);
}

static pro_calibration_fit *append(pro_calibration_result *result) {
  if (result->count == result->room) {
    int room = result->room ? 2 * result->room : 8;
    pro_calibration_fit *grown = realloc(result->fit, (size_t)room * sizeof *grown);
    if (!grown) return NULL;
    result->fit = grown, result->room = room;
  }
  return &result->fit[result->count++];
}

pro_status pro_calibration_fit_directly(pro_calibration_result *result, const char *title,
                                        const pro_calibrated *parameter, const pro_fit_problem *problem,
                                        double *out) {
  const int n = pro_calibrated_count(parameter);
  pro_fit_parameter list[PRO_FIT_PARAMETERS_MAX];
  if (n > PRO_FIT_PARAMETERS_MAX) return pro_fail(PRO_EBUG, "%s: %d parameters", title, n);
  for (int k = 0; k < n; k++) list[k] = parameter[k].fit;
  pro_fit_problem whole = *problem;
  whole.parameters = n, whole.parameter = list;
  pro_fit fit;
  PRO_TRY(pro_fit_run(&fit, &whole));
  for (int k = 0; out && k < n; k++) out[k] = fit.value[k].value;
  pro_calibration_fit *to = append(result);
  if (!to) return pro_fail(PRO_ENOMEM, "no memory for the fit %s", title);
  *to = (pro_calibration_fit){.residuals = whole.residuals, .fit = fit};
  memcpy(to->parameter, parameter, (size_t)n * sizeof *parameter);
  snprintf(to->title, sizeof to->title, "%s", title);
  return PRO_OK;
}

pro_status pro_calibration_fit_to(pro_calibration_result *result, const char *title,
                                  const pro_calibrated *parameter, const pro_experiments *experiments,
                                  const pro_fit_problem *settings, double *out) {
  batch b = {.experiments = experiments,
             .result = result,
             .title = title,
             .parameters = (size_t)pro_calibrated_count(parameter)};
  pro_fit_problem problem = settings ? *settings : (pro_fit_problem){.difference = 1e-3, .tolerance = 1e-3};
  problem.residuals = experiments->residuals;
  problem.evaluate_many = evaluate, problem.data = &b;
  return pro_calibration_fit_directly(result, title, parameter, &problem, out);
}
