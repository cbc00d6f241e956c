/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/fit.h"

#include <math.h>

#include "sim/rng.h"
#include "tests/support.h"

enum { SAMPLES = 40 };

/* y = a exp(-t/tau) at t = 0, 0.1, ..., measured with noise of 0.01 */
typedef struct decay {
  double y[SAMPLES], sigma;
  int calls, fail_at, rows_most;
} decay;

static double time_of(int i) { return 0.1 * i; }

static decay decay_of(double a, double tau, double sigma) {
  decay d = {.sigma = 0.01, .fail_at = -1};
  for (int i = 0; i < SAMPLES; i++)
    d.y[i] = a * exp(-time_of(i) / tau) +
             sigma * pro_rng_normal((pro_stream){11, 0, PRO_FOR_PARAMETERS, 0}, (uint64_t)i);
  return d;
}

static pro_status decay_residuals(const double *p, double *r, void *data) {
  decay *d = data;
  if (d->calls++ == d->fail_at) return pro_fail(PRO_ENUMERIC, "the cell has melted");
  for (int i = 0; i < SAMPLES; i++) r[i] = (p[0] * exp(-time_of(i) / p[1]) - d->y[i]) / d->sigma;
  return PRO_OK;
}

static pro_status decay_many(size_t count, const double *p, double *r, void *data) {
  decay *d = data;
  if ((int)count > d->rows_most) d->rows_most = (int)count;
  for (size_t k = 0; k < count; k++) PRO_TRY(decay_residuals(p + 2 * k, r + SAMPLES * k, data));
  return PRO_OK;
}

static const pro_fit_parameter decay_parameters[] = {{"a", "V", 1.0, 0.1, 10.0, 0},
                                                     {"tau", "s", 0.3, 0.1, 10.0, 1}};

static pro_fit_problem decay_problem(decay *d) {
  return (pro_fit_problem){.parameters = 2,
                           .parameter = decay_parameters,
                           .residuals = SAMPLES,
                           .evaluate = decay_residuals,
                           .data = d,
                           .tolerance = 1e-12};
}

static pro_fit run(const pro_fit_problem *problem) {
  pro_fit fit;
  pro_status status = pro_fit_run(&fit, problem);
  ck_assert_msg(status == PRO_OK, "%s", pro_error_message());
  return fit;
}

/* Without noise the minimum is the truth; one-sided differences change the way there, not where it ends. */
START_TEST(an_exponential_decay_is_found_again) {
  decay d = decay_of(3.2, 1.7, 0.0);
  pro_fit_problem p = decay_problem(&d);
  pro_fit fit = run(&p);
  ck_assert_msg(fit.converged, "%s", pro_fit_end_names[fit.end]);
  ck_assert_double_eq_tol(fit.value[0].value, 3.2, 1e-6);
  ck_assert_double_eq_tol(fit.value[1].value, 1.7, 1e-6);
  ck_assert_double_lt(fit.chi2, 1e-6 * fit.chi2_start);
  ck_assert_int_eq(fit.evaluations, d.calls);
}
END_TEST

/* (J'J)^-1 chi2/dof with the slopes written out by hand: 2x2. Two-sided differences of 1e-4 of the range are good
 * to 1e-4 of them. */
START_TEST(errors_and_correlation_are_those_of_the_closed_form) {
  decay d = decay_of(3.2, 1.7, 0.01);
  pro_fit_problem p = decay_problem(&d);
  pro_fit fit = run(&p);
  double a = fit.value[0].value, tau = fit.value[1].value, aa = 0.0, at = 0.0, tt = 0.0;
  for (int i = 0; i < SAMPLES; i++) {
    double e = exp(-time_of(i) / tau) / d.sigma, ja = e, jt = a * e * time_of(i) / (tau * tau);
    aa += ja * ja, at += ja * jt, tt += jt * jt;
  }
  double scale = fit.chi2 / (SAMPLES - 2), det = aa * tt - at * at;
  ck_assert_int_eq(fit.dof, SAMPLES - 2);
  ck_assert_double_eq_tol(fit.value[0].error / sqrt(scale * tt / det), 1.0, 1e-3);
  ck_assert_double_eq_tol(fit.value[1].error / sqrt(scale * aa / det), 1.0, 1e-3);
  ck_assert_double_eq_tol(fit.correlation[0][1], -at / sqrt(aa * tt), 1e-3);
  ck_assert_double_eq(fit.correlation[0][1], fit.correlation[1][0]);
  /* Student's 97.5 % quantile with 38 degrees of freedom is 2.0244; of a logarithm in factors */
  ck_assert_double_eq_tol((fit.value[0].high - a) / fit.value[0].error, 2.0244, 1e-3);
  ck_assert_double_eq_tol(log(fit.value[1].high / tau) / (fit.value[1].error / tau), 2.0244, 1e-3);
  for (int k = 0; k < 2; k++) ck_assert(fit.value[k].determined && !fit.value[k].at_bound);
  /* and the truth is not far off: four standard errors are one seed in 16 000 */
  ck_assert_double_lt(fabs(a - 3.2), 4.0 * fit.value[0].error);
  ck_assert_double_lt(fabs(tau - 1.7), 4.0 * fit.value[1].error);
}
END_TEST

/* Of many noisy decays, 95 % of the intervals hold the truth: of 400, 380 +- 4.4; allow four sigmas. */
START_TEST(intervals_hold_the_truth_as_often_as_they_say) {
  int held = 0, count = 400;
  for (int run_number = 0; run_number < count; run_number++) {
    decay d = decay_of(3.2, 1.7, 0.0);
    for (int i = 0; i < SAMPLES; i++)
      d.y[i] += 0.05 * pro_rng_normal((pro_stream){5, (uint64_t)run_number, PRO_FOR_PARAMETERS, 0}, (uint64_t)i);
    pro_fit_problem p = decay_problem(&d);
    p.tolerance = 1e-8;
    pro_fit fit = run(&p);
    held += fit.value[1].low <= 1.7 && 1.7 <= fit.value[1].high;
  }
  ck_assert_int_ge(held, 362);
  ck_assert_int_le(held, 398);
}
END_TEST

/* tau is not let below 2 s: it stays there, and a is the linear fit with tau = 2. */
START_TEST(a_bound_that_holds_is_told) {
  pro_fit_parameter bounded[] = {decay_parameters[0], {"tau", "s", 5.0, 2.0, 10.0, 1}};
  decay d = decay_of(3.2, 1.7, 0.0);
  pro_fit_problem p = decay_problem(&d);
  p.parameter = bounded;
  pro_fit fit = run(&p);
  double ye = 0.0, ee = 0.0;
  for (int i = 0; i < SAMPLES; i++) ye += d.y[i] * exp(-time_of(i) / 2.0), ee += exp(-2.0 * time_of(i) / 2.0);
  ck_assert_msg(fit.converged, "%s", pro_fit_end_names[fit.end]);
  ck_assert_int_eq(fit.value[1].at_bound, -1);
  ck_assert(!fit.value[1].determined && isnan(fit.value[1].error));
  /* within a thousandth of the range on its scale, log 5 */
  ck_assert_double_eq_tol(fit.value[1].value, 2.0, 2.0 * 1e-3 * log(5.0));
  ck_assert(fit.value[0].determined);
  ck_assert_double_eq_tol(fit.value[0].value, ye / ee, 1e-2);
  ck_assert_int_eq(fit.dof, SAMPLES - 1);
  ck_assert(isnan(fit.correlation[0][1]));
}
END_TEST

/* On a bound the way in is flat, and yet a start there must get away. */
START_TEST(a_start_on_a_bound_gets_away) {
  pro_fit_parameter bounded[] = {{"a", "V", 10.0, 0.1, 10.0, 0}, {"tau", "s", 0.1, 0.1, 10.0, 1}};
  decay d = decay_of(3.2, 1.7, 0.0);
  pro_fit_problem p = decay_problem(&d);
  p.parameter = bounded;
  pro_fit fit = run(&p);
  ck_assert_double_eq_tol(fit.value[0].value, 3.2, 1e-5);
  ck_assert_double_eq_tol(fit.value[1].value, 1.7, 1e-5);
}
END_TEST

/* y = a b t + c + 0 d: only the product of a and b can be known, and nothing of d. d stands first: it must not
 * take the others along. */
static pro_status product_residuals(const double *p, double *r, void *data) {
  const decay *d = data;
  for (int i = 0; i < SAMPLES; i++) r[i] = (p[1] * p[2] * time_of(i) + p[3] - d->y[i]) / d->sigma;
  return PRO_OK;
}

START_TEST(what_the_data_do_not_determine_is_told) {
  static const pro_fit_parameter parameters[] = {{"d", "1", 2.0, 1.0, 4.0, 0},
                                                 {"a", "1", 1.0, 0.1, 10.0, 1},
                                                 {"b", "1", 1.0, 0.1, 10.0, 1},
                                                 {"c", "1", 0.0, -5.0, 5.0, 0}};
  decay d = {.sigma = 0.01};
  for (int i = 0; i < SAMPLES; i++) d.y[i] = 2.0 * time_of(i) + 0.5 + (i % 2 ? 0.01 : -0.01);
  pro_fit_problem p = {.parameters = 4,
                       .parameter = parameters,
                       .residuals = SAMPLES,
                       .evaluate = product_residuals,
                       .data = &d,
                       .tolerance = 1e-10};
  pro_fit fit = run(&p);
  ck_assert_double_eq_tol(fit.value[1].value * fit.value[2].value, 2.0, 0.01);
  for (int k = 0; k < 3; k++) ck_assert(!fit.value[k].determined && isnan(fit.value[k].error));
  ck_assert_double_eq(fit.value[0].value, 2.0);
  ck_assert_double_eq(fit.value[0].low, 1.0);
  ck_assert_double_eq(fit.value[0].high, 4.0);
  /* c is a straight line's intercept, of n points: its variance is chi2/(n - 2) tt/(n tt - t t), times sigma^2 */
  double t = 0.0, tt = 0.0;
  for (int i = 0; i < SAMPLES; i++) t += time_of(i), tt += time_of(i) * time_of(i);
  double variance = fit.chi2 / (SAMPLES - 2) * tt / (SAMPLES * tt - t * t) * d.sigma * d.sigma;
  ck_assert(fit.value[3].determined);
  ck_assert_double_eq_tol(fit.value[3].error / sqrt(variance), 1.0, 1e-3);
  ck_assert_int_eq(fit.dof, SAMPLES - 2); /* the product counts */
}
END_TEST

/* Where the callback fails, at the start or later, its status and message are the fit's, and the result is left
 * alone. */
START_TEST(a_failure_is_passed_on) {
  for (int at = 0; at < 8; at++) {
    decay d = decay_of(3.2, 1.7, 0.0);
    d.fail_at = at;
    pro_fit_problem p = decay_problem(&d);
    pro_fit fit = {.parameters = -7};
    ck_assert_int_eq(pro_fit_run(&fit, &p), PRO_ENUMERIC);
    ck_assert_str_eq(pro_error_message(), "the cell has melted");
    ck_assert_int_eq(fit.parameters, -7);
    ck_assert_int_eq(d.calls, at + 1);
  }
}
END_TEST

START_TEST(points_are_handed_over_together) {
  decay d = decay_of(3.2, 1.7, 0.0), e = d;
  pro_fit_problem p = decay_problem(&d), q = decay_problem(&e);
  q.evaluate = NULL, q.evaluate_many = decay_many;
  pro_fit one = run(&p), many = run(&q);
  for (int k = 0; k < 2; k++) ck_assert_double_eq(one.value[k].value, many.value[k].value);
  ck_assert_int_eq(e.rows_most, 4); /* both parameters to both sides */
  ck_assert_int_eq(d.calls, e.calls);
}
END_TEST

static pro_status no_number(const double *p, double *r, void *data) {
  (void)p, (void)data;
  for (int i = 0; i < SAMPLES; i++) r[i] = (double)NAN;
  return PRO_OK;
}

START_TEST(a_problem_that_cannot_be_is_refused) {
  decay d = decay_of(3.2, 1.7, 0.0);
  pro_fit fit;
  pro_fit_parameter outside[] = {decay_parameters[0], {"tau", "s", 20.0, 0.1, 10.0, 1}};
  pro_fit_parameter turned[] = {decay_parameters[0], {"tau", "s", 1.0, 10.0, 0.1, 1}};
  pro_fit_parameter below[] = {decay_parameters[0], {"tau", "s", 1.0, -1.0, 10.0, 1}};
  const pro_fit_parameter *wrong[] = {outside, turned, below};
  for (size_t k = 0; k < PRO_COUNT(wrong); k++) {
    pro_fit_problem p = decay_problem(&d);
    p.parameter = wrong[k];
    ck_assert_int_eq(pro_fit_run(&fit, &p), PRO_EINPUT);
    ck_assert_ptr_nonnull(strstr(pro_error_message(), "tau"));
  }
  pro_fit_problem few = decay_problem(&d), none = decay_problem(&d), nan = decay_problem(&d);
  few.residuals = 1, none.parameters = 0, nan.evaluate = no_number;
  ck_assert_int_eq(pro_fit_run(&fit, &few), PRO_EINPUT);
  ck_assert_int_eq(pro_fit_run(&fit, &none), PRO_EINPUT);
  ck_assert_int_eq(pro_fit_run(&fit, &nan), PRO_EINPUT);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("fit");
  TCase *cases = tcase_create("fit");
  tcase_add_test(cases, an_exponential_decay_is_found_again);
  tcase_add_test(cases, errors_and_correlation_are_those_of_the_closed_form);
  tcase_add_test(cases, intervals_hold_the_truth_as_often_as_they_say);
  tcase_add_test(cases, a_bound_that_holds_is_told);
  tcase_add_test(cases, a_start_on_a_bound_gets_away);
  tcase_add_test(cases, what_the_data_do_not_determine_is_told);
  tcase_add_test(cases, a_failure_is_passed_on);
  tcase_add_test(cases, points_are_handed_over_together);
  tcase_add_test(cases, a_problem_that_cannot_be_is_refused);
  suite_add_tcase(suite, cases);
  return support_main(suite);
}
