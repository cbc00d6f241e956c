/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_scenarios prodrome_sim */
#include "scenarios/draw.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

START_TEST(quantiles_of_uniform_and_loguniform_are_closed_forms) {
  pro_draw uniform = {.kind = PRO_DRAW_uniform, .low = -2.0, .high = 6.0};
  pro_draw log_ = {.kind = PRO_DRAW_loguniform, .low = 0.1, .high = 10.0};
  ck_assert_double_eq(pro_draw_at(&uniform, 0.25), 0.0);
  /* exp and log round once each on numbers near 2: allow 4 ulp */
  ck_assert_double_eq_tol(pro_draw_at(&log_, 0.5), 1.0, 1e-15);
  ck_assert_double_eq_tol(pro_draw_at(&log_, 0.75), sqrt(10.0), 2e-15);
  ck_assert(pro_draw_at(&log_, 1e-300) >= 0.1 && pro_draw_at(&log_, 1.0 - 1e-16) <= 10.0);
}
END_TEST

START_TEST(choices_are_equally_likely) {
  pro_draw choice = {.kind = PRO_DRAW_choice, .count = 3, .value = {5.0, 7.0, 9.0}};
  ck_assert_double_eq(pro_draw_at(&choice, 0.33), 5.0);
  ck_assert_double_eq(pro_draw_at(&choice, 0.34), 7.0);
  ck_assert_double_eq(pro_draw_at(&choice, 1.0 - 1e-16), 9.0);
}
END_TEST

/* P(X < x | low < X < high) of GSL at the drawn x gives u back: 1e-12 of an interval that holds at least 1e-6. */
START_TEST(a_normal_is_cut_at_its_bounds_not_clipped) {
  static const double rows[][4] = {/* mean, sigma, low, high */
                                   {0, 1, -INFINITY, INFINITY}, {10, 2, 8, 11},   {0, 1, 2, 5}, {0, 1, -5, -2},
                                   {0, 1, 3, INFINITY},         {5, 0.1, 5, 5.05}};
  for (size_t r = 0; r < PRO_COUNT(rows); r++) {
    pro_draw d = {
        .kind = PRO_DRAW_normal, .mean = rows[r][0], .sigma = rows[r][1], .low = rows[r][2], .high = rows[r][3]};
    double a = (d.low - d.mean) / d.sigma, b = (d.high - d.mean) / d.sigma;
    double share =
        a > 0 ? gsl_cdf_ugaussian_Q(a) - gsl_cdf_ugaussian_Q(b) : gsl_cdf_ugaussian_P(b) - gsl_cdf_ugaussian_P(a);
    ck_assert_double_eq_tol(pro_draw_share(&d), share, 1e-12 * share);
    for (int i = 1; i < 100; i++) {
      double u = i / 100.0, x = pro_draw_at(&d, u), z = (x - d.mean) / d.sigma;
      ck_assert(x >= d.low && x <= d.high);
      double got = a > 0 ? (gsl_cdf_ugaussian_Q(a) - gsl_cdf_ugaussian_Q(z)) / share
                         : (gsl_cdf_ugaussian_P(z) - gsl_cdf_ugaussian_P(a)) / share;
      ck_assert_double_eq_tol(got, u, 1e-12);
    }
  }
}
END_TEST

/* Any 2^m consecutive points from a multiple of 2^m hit each interval of 2^-m once: a (0, m, 1)-net in each
 * dimension, scrambled or not. */
START_TEST(each_sobol_dimension_is_a_net) {
  static const uint32_t seeds[] = {0, 0xdeadbeef};
  static const uint32_t firsts[] = {0, 1024, 0xfffffc00u};
  for (int d = 0; d < PRO_SOBOL_DIMENSIONS; d++)
    for (size_t s = 0; s < PRO_COUNT(seeds); s++)
      for (size_t f = 0; f < PRO_COUNT(firsts); f++) {
        char hit[1024] = {0};
        for (uint32_t i = 0; i < 1024; i++) {
          double u = pro_sobol(firsts[f] + i, d, seeds[s]);
          ck_assert(u > 0.0 && u < 1.0);
          int cell = (int)(u * 1024);
          ck_assert_msg(!hit[cell], "dimension %d, seed %u: interval %d twice", d, seeds[s], cell);
          hit[cell] = 1;
        }
      }
}
END_TEST

enum { GSL_AGREES = 2 };

/* GSL goes in the order of the Gray code and starts at point 1. Its numbers (Bratley & Fox 1988) are those of Joe
 * & Kuo in the dimensions counted here; beyond them only the table's source vouches for it, and the net test
 * above. */
START_TEST(the_first_dimensions_agree_with_gsl) {
  gsl_qrng *gsl = gsl_qrng_alloc(gsl_qrng_sobol, GSL_AGREES);
  for (uint32_t n = 1; n < 1000; n++) {
    double x[GSL_AGREES];
    gsl_qrng_get(gsl, x);
    for (int d = 0; d < GSL_AGREES; d++) /* ours stands in the middle of an interval of 2^-32 */
      ck_assert_double_eq_tol(pro_sobol(n ^ (n >> 1), d, 0), x[d], 0x1p-32);
  }
  gsl_qrng_free(gsl);
}
END_TEST

/* Pairs of neighbouring dimensions fill the 4 x 4 boxes of the unit square evenly: 4096 points, 256 a box. Joe &
 * Kuo's numbers are made for that; a wrong entry in the table would show. */
START_TEST(pairs_of_dimensions_fill_the_square) {
  for (int d = 0; d + 1 < PRO_SOBOL_DIMENSIONS; d++) {
    int box[16] = {0};
    for (uint32_t i = 0; i < 4096; i++)
      box[4 * (int)(4 * pro_sobol(i, d, 7)) + (int)(4 * pro_sobol(i, d + 1, 7))]++;
    for (int b = 0; b < 16; b++)
      ck_assert_msg(box[b] == 256, "dimensions %d and %d: box %d has %d", d, d + 1, b, box[b]);
  }
}
END_TEST

START_TEST(seeds_scramble_differently) {
  int same = 0;
  for (uint32_t i = 0; i < 256; i++) same += pro_sobol(i, 3, 1) == pro_sobol(i, 3, 2);
  ck_assert_int_eq(same, 0);
  ck_assert(pro_sobol(17, 5, 9) == pro_sobol(17, 5, 9));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("draw");
  TCase *tests = tcase_create("draw");
  tcase_add_test(tests, quantiles_of_uniform_and_loguniform_are_closed_forms);
  tcase_add_test(tests, choices_are_equally_likely);
  tcase_add_test(tests, a_normal_is_cut_at_its_bounds_not_clipped);
  tcase_add_test(tests, each_sobol_dimension_is_a_net);
  tcase_add_test(tests, the_first_dimensions_agree_with_gsl);
  tcase_add_test(tests, pairs_of_dimensions_fill_the_square);
  tcase_add_test(tests, seeds_scramble_differently);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
