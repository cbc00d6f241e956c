/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/lanes.h"

#include <float.h>

#include "tests/support.h"

/* Distance from `want` in units of the last place of a double of that size. */
static double ulps(double got, long double want) {
  if (isinf(got) && isinf((double)want)) return got == (double)want ? 0.0 : (double)INFINITY;
  int exponent;
  frexpl(want, &exponent);
  long double unit = ldexpl(1.0L, exponent - 53 > -1074 ? exponent - 53 : -1074);
  return (double)(fabsl((long double)got - want) / unit);
}

static double worst_exp(double low, double high, uint64_t seed) {
  support_random random = {seed, 0};
  double worst = 0.0;
  for (int i = 0; i < 200000; i++) {
    double x = support_between(&random, low, high);
    worst = fmax(worst, ulps(pro_exp(x), expl((long double)x)));
  }
  return worst;
}

/* Long double has 11 bits more than double: the reference's own error is a thousandth of an ulp. */
START_TEST(exp_is_within_an_ulp_of_the_truth) {
  ck_assert_double_lt(worst_exp(-708.0, 709.4, 1), 1.0);
  ck_assert_double_lt(worst_exp(-1.0, 1.0, 2), 1.0);
  ck_assert_double_lt(worst_exp(-1e-6, 1e-6, 3), 1.0);
  /* subnormal results round once more at the end */
  ck_assert_double_lt(worst_exp(-708.7, -708.0, 4), 1.5);
}
END_TEST

START_TEST(exp_knows_its_ends) {
  ck_assert_double_eq(pro_exp(0.0), 1.0);
  ck_assert_double_eq(pro_exp(-0.0), 1.0);
  ck_assert_double_eq(pro_exp(-708.8), 0.0);
  ck_assert_double_eq(pro_exp(-1e300), 0.0);
  ck_assert_double_eq(pro_exp((double)-INFINITY), 0.0);
  ck_assert(isinf(pro_exp(709.5)) && isinf(pro_exp(1e300)) && isinf(pro_exp((double)INFINITY)));
  ck_assert(isfinite(pro_exp(709.4)));
  ck_assert(isnan(pro_exp((double)NAN)));
  ck_assert_double_gt(pro_exp(-708.7), 0.0);
}
END_TEST

START_TEST(log_is_within_one_and_a_half_ulp_of_the_truth) {
  support_random random = {5, 0};
  double wide = 0.0, near_one = 0.0, tiny = 0.0;
  for (int i = 0; i < 200000; i++) {
    double x = ldexp(support_between(&random, 1.0, 2.0), (int)support_between(&random, -1022.0, 1024.0));
    wide = fmax(wide, ulps(pro_log(x), logl((long double)x)));
    x = 1.0 + support_between(&random, -1.0, 1.0) * pro_exp(support_between(&random, -36.0, -1.0));
    near_one = fmax(near_one, ulps(pro_log(x), logl((long double)x)));
    x = ldexp(support_between(&random, 1.0, 2.0), (int)support_between(&random, -1074.0, -1022.0));
    tiny = fmax(tiny, ulps(pro_log(x), logl((long double)x)));
  }
  ck_assert_double_lt(wide, 1.5);
  ck_assert_double_lt(near_one, 1.5);
  ck_assert_double_lt(tiny, 1.5);
}
END_TEST

START_TEST(log_knows_its_ends) {
  ck_assert_double_eq(pro_log(1.0), 0.0);
  ck_assert(isinf(pro_log(0.0)) && pro_log(0.0) < 0.0);
  ck_assert(isinf(pro_log(-0.0)) && pro_log(-0.0) < 0.0);
  ck_assert(isinf(pro_log((double)INFINITY)));
  ck_assert(isnan(pro_log(-1.0)) && isnan(pro_log((double)-INFINITY)) && isnan(pro_log((double)NAN)));
  ck_assert_double_lt(ulps(pro_log(DBL_MAX), logl((long double)DBL_MAX)), 1.5);
  ck_assert_double_lt(ulps(pro_log(DBL_MIN), logl((long double)DBL_MIN)), 1.5);
  ck_assert_double_lt(ulps(pro_log(0x1p-1074), logl(0x1p-1074L)), 1.5);
}
END_TEST

/* In 1 - 2/(e + 1) the quotient is at most 1 and has e's relative error and two roundings: 3 half-ulps of 1. */
START_TEST(tanh_is_absolutely_exact_and_odd) {
  support_random random = {6, 0};
  for (int i = 0; i < 200000; i++) {
    double x = support_between(&random, -1.0, 1.0) * pro_exp(support_between(&random, -20.0, 4.0));
    pro_lanes y = pro_lanes_tanh(pro_lanes_all(x));
    support_check(fabsl((long double)y[0] - tanhl((long double)x)) < 3.4e-16L, "tanh(%.17g) = %.17g", x, y[0]);
    support_check(pro_lanes_tanh(pro_lanes_all(-x))[0] == -y[0] && fabs(y[0]) <= 1.0, "tanh(-%.17g)", x);
  }
  ck_assert_double_eq(pro_lanes_tanh(pro_lanes_all(0.0))[0], 0.0);
  ck_assert_double_eq(pro_lanes_tanh(pro_lanes_all(1e9))[0], 1.0);
  ck_assert_double_eq(pro_lanes_tanh(pro_lanes_all((double)-INFINITY))[0], -1.0);
}
END_TEST

START_TEST(select_takes_bits_lane_by_lane) {
  double nan = (double)NAN, inf = (double)INFINITY;
  pro_lanes a = {1.0, -2.0, 3.0, nan, inf, -0.0, 7.0, 8.0}, b = {2.0, -3.0, 3.0, 4.0, 5.0, 0.0, nan, -inf};
  pro_lanes c = pro_select(a > b, a, b);
  const double want[PRO_LANES] = {2.0, -2.0, 3.0, 4.0, inf, 0.0, nan, 8.0};
  for (int l = 0; l < PRO_LANES; l++)
    support_check(c[l] == want[l] || (isnan(c[l]) && isnan(want[l])), "lane %d: %g, not %g", l, c[l], want[l]);
  /* the lane that is not taken does no harm, whatever stands there */
  pro_lanes root = pro_select(b >= 0.0, pro_lanes_sqrt(b), pro_lanes_all(-1.0));
  ck_assert_double_eq(root[1], -1.0);
  ck_assert_double_eq(root[3], 2.0);
  ck_assert_double_eq(root[7], -1.0);
  pro_lanes size = pro_lanes_abs(a);
  for (int l = 0; l < PRO_LANES; l++) ck_assert(isnan(a[l]) ? isnan(size[l]) : size[l] == fabs(a[l]));
  ck_assert_int_eq(signbit(size[5]) != 0, 0);
  ck_assert_double_eq(pro_lanes_max(a, b)[0], 2.0);
  ck_assert_double_eq(pro_lanes_min(a, b)[1], -3.0);
}
END_TEST

/* What stands in the other lanes changes no bit of one. */
START_TEST(lanes_do_not_see_each_other) {
  support_random random = {7, 0};
  for (int i = 0; i < 20000; i++) {
    pro_lanes x, size;
    for (int l = 0; l < PRO_LANES; l++) {
      x[l] = support_between(&random, -800.0, 800.0);
      size[l] = ldexp(support_between(&random, 1.0, 2.0), (int)support_between(&random, -1074.0, 1024.0));
    }
    if (i % 10 == 0) x[i % PRO_LANES] = (double)NAN, size[i % PRO_LANES] = 0.0;
    pro_lanes e = pro_lanes_exp(x), g = pro_lanes_log(size), h = pro_lanes_tanh(x);
    for (int l = 0; l < PRO_LANES; l++) {
      double alone[3] = {pro_exp(x[l]), pro_log(size[l]), pro_lanes_tanh(pro_lanes_all(x[l]))[0]};
      double beside[3] = {e[l], g[l], h[l]};
      support_check(memcmp(alone, beside, sizeof alone) == 0, "lane %d at %.17g and %.17g", l, x[l], size[l]);
    }
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("lanes");
  TCase *tests = tcase_create("lanes");
  tcase_add_test(tests, exp_is_within_an_ulp_of_the_truth);
  tcase_add_test(tests, exp_knows_its_ends);
  tcase_add_test(tests, log_is_within_one_and_a_half_ulp_of_the_truth);
  tcase_add_test(tests, log_knows_its_ends);
  tcase_add_test(tests, tanh_is_absolutely_exact_and_odd);
  tcase_add_test(tests, select_takes_bits_lane_by_lane);
  tcase_add_test(tests, lanes_do_not_see_each_other);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
