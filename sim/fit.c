/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/fit.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AS_NAME(name, doc) #name,
const char *const pro_fit_end_names[PRO_FIT_END_COUNT] = {PRO_FIT_END_LIST(AS_NAME)};
#define AS_DOC(name, doc) doc,
const char *const pro_fit_end_docs[PRO_FIT_END_COUNT] = {PRO_FIT_END_LIST(AS_DOC)};

#define EDGE 1e-3   /* of its range within which a parameter is at its bound [-] */
#define INSIDE 1e-2 /* of its range by which a start on a bound is moved in: on it the sine is flat [-] */
#define SINGULAR                                                                                              \
  1e-5              /* of the largest singular value, columns scaled alike, below which nothing is determined \
                     */
#define EXACT 1e-18 /* of the sum of squares at the start, below which only rounding is left [-] */
#define PART 0.1    /* of a parameter in a direction that is not determined, from which on it counts [-] */

/* A parameter has a value [its unit], a place on its scale (the value or its logarithm), a share of the way from
 * its low to its high bound on that scale, and the free x with share = (1 + sin x)/2. */
typedef struct fit {
  const pro_fit_problem *problem;
  double difference;
  double *point;             /* (2 * parameters, parameters) values */
  double *residual;          /* (2 * parameters, residuals) */
  gsl_vector *last_x, *last; /* where the residuals were last asked for, and what they were */
  long evaluations;
  pro_status status; /* of the callback */
} fit;

static double place_of(const pro_fit_parameter *p, double value) { return p->logarithmic ? log(value) : value; }

static double range_of(const pro_fit_parameter *p) { return place_of(p, p->high) - place_of(p, p->low); }

static double share_of(const pro_fit_parameter *p, double value) {
  return (place_of(p, value) - place_of(p, p->low)) / range_of(p);
}

static double value_of(const pro_fit_parameter *p, double share) {
  if (share <= 0.0) return p->low;
  if (share >= 1.0) return p->high;
  double place = place_of(p, p->low) + share * range_of(p);
  return p->logarithmic ? exp(place) : place;
}

static double share_at(double x) { return 0.5 * (1.0 + sin(x)); }

static pro_status evaluate(fit *f, size_t count, const double *point, double *residual) {
  const pro_fit_problem *p = f->problem;
  f->evaluations += (long)count;
  if (p->evaluate_many) return p->evaluate_many(count, point, residual, p->data);
  for (size_t k = 0; k < count; k++)
    PRO_TRY(p->evaluate(point + k * (size_t)p->parameters, residual + k * p->residuals, p->data));
  return PRO_OK;
}

static int at_point(const gsl_vector *x, void *data, gsl_vector *r) {
  fit *f = data;
  const pro_fit_problem *p = f->problem;
  for (int k = 0; k < p->parameters; k++)
    f->point[k] = value_of(&p->parameter[k], share_at(gsl_vector_get(x, (size_t)k)));
  f->status = evaluate(f, 1, f->point, f->residual);
  if (f->status != PRO_OK) return GSL_EBADFUNC;
  gsl_vector_memcpy(f->last_x, x);
  for (size_t i = 0; i < p->residuals; i++) gsl_vector_set(f->last, i, f->residual[i]);
  if (r != f->last) gsl_vector_memcpy(r, f->last);
  return GSL_SUCCESS;
}

/* slope[k] (residuals) of the residuals in each parameter's share, from `residual` here or, where that is NULL, by
 * differences to both sides. */
static pro_status slopes(fit *f, gsl_matrix *slope, const double *share, const gsl_vector *residual) {
  const pro_fit_problem *p = f->problem;
  const size_t n = (size_t)p->parameters, sides = residual ? 1 : 2;
  double step[2 * PRO_FIT_PARAMETERS_MAX];
  for (size_t k = 0; k < n; k++)
    for (size_t side = 0; side < sides; side++) {
      size_t row = sides * k + side;
      double inward = share[k] > 0.5 ? -f->difference : f->difference,
             there = share[k] + (side ? -inward : inward);
      step[row] = fmin(fmax(there, 0.0), 1.0) - share[k];
      for (size_t i = 0; i < n; i++)
        f->point[row * n + i] = value_of(&p->parameter[i], share[i] + (i == k ? step[row] : 0.0));
    }
  PRO_TRY(evaluate(f, sides * n, f->point, f->residual));
  for (size_t k = 0; k < n; k++) {
    const double *a = f->residual + sides * k * p->residuals, *b = a + p->residuals;
    for (size_t i = 0; i < p->residuals; i++) {
      double rise = residual ? a[i] - gsl_vector_get(residual, i) : a[i] - b[i];
      gsl_matrix_set(slope, i, k, rise / (residual ? step[k] : step[2 * k] - step[2 * k + 1]));
    }
  }
  return PRO_OK;
}

static int at_point_slopes(const gsl_vector *x, void *data, gsl_matrix *slope) {
  fit *f = data;
  const pro_fit_problem *p = f->problem;
  double share[PRO_FIT_PARAMETERS_MAX];
  for (int k = 0; k < p->parameters; k++) share[k] = share_at(gsl_vector_get(x, (size_t)k));
  /* a trial that is accepted was the last one */
  if (!gsl_vector_equal(x, f->last_x) && at_point(x, f, f->last) != GSL_SUCCESS) return GSL_EBADFUNC;
  f->status = slopes(f, slope, share, f->last);
  if (f->status != PRO_OK) return GSL_EBADFUNC;
  for (int k = 0; k < p->parameters; k++) {
    gsl_vector_view column = gsl_matrix_column(slope, (size_t)k);
    gsl_blas_dscal(0.5 * cos(gsl_vector_get(x, (size_t)k)), &column.vector);
  }
  return GSL_SUCCESS;
}

/* ---- uncertainty ---- */

/* The covariance (n, n) of parameters in `slope` (residuals, n) for residuals of variance 1, which of them are
 * determined, and how many directions are. Overwrites `slope`. */
static pro_status covariance_of(gsl_matrix *covariance, int *determined, long *rank, gsl_matrix *slope) {
  const size_t n = slope->size2;
  double norm[PRO_FIT_PARAMETERS_MAX];
  gsl_matrix *V = gsl_matrix_alloc(n, n);
  gsl_vector *s = gsl_vector_alloc(n);
  if (!V || !s) {
    gsl_matrix_free(V);
    gsl_vector_free(s);
    return pro_fail(PRO_ENOMEM, "no memory for the covariance of %zu parameters", n);
  }
  for (size_t k = 0; k < n; k++) {
    gsl_vector_view column = gsl_matrix_column(slope, k);
    norm[k] = gsl_blas_dnrm2(&column.vector);
    determined[k] = norm[k] > 0.0;
    if (determined[k]) gsl_blas_dscal(1.0 / norm[k], &column.vector);
  }
  gsl_linalg_SV_decomp_jacobi(slope, V, s);
  gsl_matrix_set_zero(covariance);
  for (size_t m = 0; m < n; m++) {
    double singular = gsl_vector_get(s, m);
    int lost = !(singular > SINGULAR * gsl_vector_get(s, 0));
    *rank += !lost;
    for (size_t k = 0; k < n; k++) {
      if (lost && fabs(gsl_matrix_get(V, k, m)) > PART) determined[k] = 0;
      for (size_t l = 0; l < n; l++) {
        if (lost || !(norm[k] > 0.0 && norm[l] > 0.0)) continue;
        *gsl_matrix_ptr(covariance, k, l) +=
            gsl_matrix_get(V, k, m) * gsl_matrix_get(V, l, m) / (singular * singular * (norm[k] * norm[l]));
      }
    }
  }
  gsl_matrix_free(V);
  gsl_vector_free(s);
  return PRO_OK;
}

static void set_values(pro_fit *out, const pro_fit_problem *p, const double *share, const int *free_to,
                       const int *determined, const gsl_matrix *covariance) {
  double variance = out->dof > 0 ? out->chi2 / (double)out->dof : (double)NAN;
  double reach = out->dof > 0 ? gsl_cdf_tdist_Pinv(0.975, (double)out->dof) : (double)NAN;
  for (int k = 0; k < p->parameters; k++) {
    const pro_fit_parameter *par = &p->parameter[k];
    pro_fit_value *v = &out->value[k];
    v->low = par->low, v->high = par->high, v->error = (double)NAN;
    int c = free_to[k];
    v->determined = c >= 0 && determined[c] && out->dof > 0;
    for (int l = 0; l < p->parameters; l++) out->correlation[k][l] = k == l ? 1.0 : (double)NAN;
    if (!v->determined) continue;
    double sigma = sqrt(variance * gsl_matrix_get(covariance, (size_t)c, (size_t)c));
    v->error = sigma * range_of(par) * (par->logarithmic ? v->value : 1.0);
    v->low = value_of(par, share[k] - reach * sigma);
    v->high = value_of(par, share[k] + reach * sigma);
  }
  for (int k = 0; k < p->parameters; k++)
    for (int l = 0; l < p->parameters; l++) {
      if (k == l || !out->value[k].determined || !out->value[l].determined) continue;
      size_t a = (size_t)free_to[k], b = (size_t)free_to[l];
      out->correlation[k][l] = gsl_matrix_get(covariance, a, b) /
                               sqrt(gsl_matrix_get(covariance, a, a) * gsl_matrix_get(covariance, b, b));
    }
}

/* A parameter at its bound is held there; the others' covariance is that of a fit without it. */
static pro_status judge(pro_fit *out, fit *f, const double *share) {
  const pro_fit_problem *p = f->problem;
  const size_t n = (size_t)p->parameters;
  int free_to[PRO_FIT_PARAMETERS_MAX], determined[PRO_FIT_PARAMETERS_MAX] = {0};
  size_t count = 0;
  long rank = 0;
  for (size_t k = 0; k < n; k++) {
    out->value[k].value = value_of(&p->parameter[k], share[k]);
    out->value[k].at_bound = share[k] < EDGE ? -1 : share[k] > 1.0 - EDGE ? 1 : 0;
    free_to[k] = out->value[k].at_bound ? -1 : (int)count++;
  }
  size_t columns = count ? count : 1;
  gsl_matrix *all = gsl_matrix_alloc(p->residuals, n), *some = gsl_matrix_alloc(p->residuals, columns),
             *covariance = gsl_matrix_calloc(columns, columns);
  pro_status status = PRO_OK;
  if (!all || !some || !covariance)
    status = pro_fail(PRO_ENOMEM, "no memory for the slopes of %zu residuals", p->residuals);
  if (status == PRO_OK && count) status = slopes(f, all, share, NULL);
  if (status == PRO_OK && count) {
    for (size_t k = 0; k < n; k++) {
      if (free_to[k] < 0) continue;
      gsl_vector_view from = gsl_matrix_column(all, k), to = gsl_matrix_column(some, (size_t)free_to[k]);
      gsl_vector_memcpy(&to.vector, &from.vector);
    }
    status = covariance_of(covariance, determined, &rank, some);
  }
  if (status == PRO_OK) {
    out->dof = (long)p->residuals - rank;
    set_values(out, p, share, free_to, determined, covariance);
  }
  gsl_matrix_free(all);
  gsl_matrix_free(some);
  gsl_matrix_free(covariance);
  return status;
}

/* ---- the way there ---- */

static double chi2_of(const gsl_multifit_nlinear_workspace *w) {
  double norm = gsl_blas_dnrm2(w->f);
  return norm * norm;
}

static pro_status descend(pro_fit *out, fit *f, gsl_multifit_nlinear_workspace *w) {
  const pro_fit_problem *p = f->problem;
  const double tolerance = p->tolerance > 0.0 ? p->tolerance : 1e-6;
  const int steps_max = p->steps_max > 0 ? p->steps_max : 50;
  out->chi2_start = out->chi2 = chi2_of(w);
  out->end = PRO_FIT_END_steps;
  int flat =
      0; /* steps in a row that brought nothing: one may be short only because the one before went too far */
  while (out->steps < steps_max && out->end == PRO_FIT_END_steps) {
    int result = gsl_multifit_nlinear_iterate(w), why = 0;
    if (f->status != PRO_OK) return f->status;
    double before = out->chi2;
    out->chi2 = chi2_of(w);
    out->steps++;
    if (result == GSL_ENOPROG)
      out->end = flat || out->chi2 < EXACT * out->chi2_start ? PRO_FIT_END_chi2 : PRO_FIT_END_stalled;
    else if (result != GSL_SUCCESS)
      return pro_fail(PRO_ENUMERIC, "the fit's step %d failed: %s", out->steps, gsl_strerror(result));
    else if (gsl_multifit_nlinear_test(1e-3 * tolerance, 1e-10, 0.0, &why, w) == GSL_SUCCESS)
      out->end = why == 2 ? PRO_FIT_END_gradient : PRO_FIT_END_step;
    else if ((flat = before - out->chi2 <= tolerance * before ? flat + 1 : 0) == 2)
      out->end = PRO_FIT_END_chi2;
  }
  out->converged = out->end != PRO_FIT_END_stalled && out->end != PRO_FIT_END_steps;
  return PRO_OK;
}

static pro_status run(pro_fit *out, fit *f, gsl_multifit_nlinear_workspace *w, gsl_vector *x) {
  const pro_fit_problem *p = f->problem;
  double share[PRO_FIT_PARAMETERS_MAX];
  gsl_multifit_nlinear_fdf system = {
      .f = at_point, .df = at_point_slopes, .n = p->residuals, .p = (size_t)p->parameters, .params = f};
  out->parameters = p->parameters;
  for (int k = 0; k < p->parameters; k++) {
    double start = share_of(&p->parameter[k], p->parameter[k].start);
    gsl_vector_set(x, (size_t)k, asin(2.0 * fmin(fmax(start, INSIDE), 1.0 - INSIDE) - 1.0));
  }
  int result = gsl_multifit_nlinear_init(x, &system, w);
  if (f->status != PRO_OK) return f->status;
  if (result != GSL_SUCCESS || !isfinite(chi2_of(w)))
    return pro_fail(PRO_EINPUT, "the residuals at the start are not finite");
  PRO_TRY(descend(out, f, w));
  for (int k = 0; k < p->parameters; k++) share[k] = share_at(gsl_vector_get(w->x, (size_t)k));
  PRO_TRY(judge(out, f, share));
  out->evaluations = f->evaluations;
  return PRO_OK;
}

static pro_status check(const pro_fit_problem *p) {
  if (p->parameters < 1 || p->parameters > PRO_FIT_PARAMETERS_MAX)
    return pro_fail(PRO_EINPUT, "%d parameters to fit: 1 to %d are allowed", p->parameters,
                    PRO_FIT_PARAMETERS_MAX);
  if (p->residuals < (size_t)p->parameters)
    return pro_fail(PRO_EINPUT, "%zu residuals cannot determine %d parameters", p->residuals, p->parameters);
  for (int k = 0; k < p->parameters; k++) {
    const pro_fit_parameter *par = &p->parameter[k];
    if (!(par->low < par->high) || !isfinite(par->low) || !isfinite(par->high) ||
        (par->logarithmic && par->low <= 0.0))
      return pro_fail(PRO_EINPUT, "%s: bounds %g to %g%s", par->name, par->low, par->high,
                      par->logarithmic ? " of a logarithm" : "");
    if (!(par->start >= par->low && par->start <= par->high))
      return pro_fail(PRO_EINPUT, "%s starts at %g, outside its bounds %g to %g", par->name, par->start, par->low,
                      par->high);
  }
  return PRO_OK;
}

pro_status pro_fit_run(pro_fit *out, const pro_fit_problem *problem) {
  PRO_TRY(check(problem));
  const size_t n = (size_t)problem->parameters;
  gsl_error_handler_t *handler = gsl_set_error_handler_off();
  gsl_multifit_nlinear_parameters settings = gsl_multifit_nlinear_default_parameters();
  settings.trs = gsl_multifit_nlinear_trs_lm;
  settings.solver = gsl_multifit_nlinear_solver_svd; /* lives with columns of zeros */
  fit f = {.problem = problem, .difference = problem->difference > 0.0 ? problem->difference : 1e-4};
  f.point = calloc(2 * n * n, sizeof *f.point);
  f.residual = calloc(2 * n * problem->residuals, sizeof *f.residual);
  f.last_x = gsl_vector_calloc(n), f.last = gsl_vector_calloc(problem->residuals);
  gsl_vector *x = gsl_vector_alloc(n);
  gsl_multifit_nlinear_workspace *w =
      gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &settings, problem->residuals, n);
  pro_fit result;
  memset(&result, 0, sizeof result);
  pro_status status = f.point && f.residual && x && w
                          ? PRO_OK
                          : pro_fail(PRO_ENOMEM, "no memory for the fit of %zu parameters", n);
  if (status == PRO_OK) status = run(&result, &f, w, x);
  if (w) gsl_multifit_nlinear_free(w);
  gsl_vector_free(x);
  gsl_vector_free(f.last_x);
  gsl_vector_free(f.last);
  free(f.point);
  free(f.residual);
  gsl_set_error_handler(handler);
  if (status == PRO_OK) *out = result;
  return status;
}
