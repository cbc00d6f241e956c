/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/rng.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* Known answers of the Random123 distribution (kat_vectors, philox4x32 10). */
START_TEST(philox_gives_the_known_answers) {
  static const uint32_t rows[3][10] = {
      {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
      {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
       0x6d5451fd},
      {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
       0x24126ea1},
  };
  for (int i = 0; i < 3; i++) {
    uint32_t out[4];
    pro_philox4x32(rows[i], rows[i] + 4, out);
    for (int w = 0; w < 4; w++) ck_assert_uint_eq(out[w], rows[i][6 + w]);
  }
}
END_TEST

START_TEST(each_part_of_a_stream_changes_its_numbers) {
  pro_stream base = {.seed = 1, .run = 2, .purpose = PRO_FOR_SENSORS, .lane = 3};
  pro_stream other[] = {base, base, base, base, base, base};
  other[0].seed = 2;
  other[1].run = 3;
  other[2].purpose = PRO_FOR_PARAMETERS;
  other[3].lane = 4;
  other[4].run = 2 + (1ULL << 32);
  other[5].seed = 1 + (1ULL << 32);
  for (int i = 0; i < 6; i++) ck_assert(pro_rng_bits(base, 7) != pro_rng_bits(other[i], 7));
  ck_assert(pro_rng_bits(base, 7) != pro_rng_bits(base, 8));
  ck_assert(pro_rng_bits(base, 7) != pro_rng_bits(base, 7 + (1ULL << 32)));
  ck_assert(pro_rng_bits(base, 7) == pro_rng_bits(base, 7));
}
END_TEST

/* Mean and variance of n numbers stay within 5 standard errors; neighbours do not correlate. */
START_TEST(uniforms_and_normals_have_their_moments) {
  enum { N = 200000 };
  pro_stream s = {.seed = 42, .run = 0, .purpose = PRO_FOR_PARAMETERS, .lane = 0};
  double u1 = 0, u2 = 0, n1 = 0, n2 = 0, n4 = 0, pair = 0, last = 0;
  for (int i = 0; i < N; i++) {
    double u = pro_rng_uniform(s, (uint64_t)i), z = pro_rng_normal(s, (uint64_t)i);
    ck_assert(u > 0.0 && u < 1.0);
    u1 += u, u2 += u * u, n1 += z, n2 += z * z, n4 += z * z * z * z, pair += z * last;
    last = z;
  }
  double se = 1.0 / sqrt((double)N);
  ck_assert_double_eq_tol(u1 / N, 0.5, 5 * se * sqrt(1.0 / 12.0));
  ck_assert_double_eq_tol(u2 / N, 1.0 / 3.0, 5 * se * sqrt(4.0 / 45.0));
  ck_assert_double_eq_tol(n1 / N, 0.0, 5 * se);
  ck_assert_double_eq_tol(n2 / N, 1.0, 5 * se * sqrt(2.0));
  ck_assert_double_eq_tol(n4 / N, 3.0, 5 * se * sqrt(96.0));
  ck_assert_double_eq_tol(pair / N, 0.0, 5 * se);
}
END_TEST

/* GSL uses the same algorithm with libm's log; theirs and ours differ by roundings: 1e-14 relative, or 1e-15 about
 * 0. */
START_TEST(normal_quantile_agrees_with_gsl) {
  static const double tails[] = {1e-300, 1e-100, 1e-20,  1e-10, 1e-6, 0.001,
                                 0.02,   0.075,  0.0751, 0.925, 0.98, 0.999999};
  for (size_t i = 0; i < PRO_COUNT(tails); i++) {
    double want = gsl_cdf_ugaussian_Pinv(tails[i]);
    ck_assert_double_eq_tol(pro_normal_quantile(tails[i]), want, 1e-14 * fabs(want));
  }
  for (int i = 1; i < 2000; i++) {
    double want = gsl_cdf_ugaussian_Pinv(i / 2000.0);
    ck_assert_double_eq_tol(pro_normal_quantile(i / 2000.0), want, 1e-14 * fabs(want) + 1e-15);
  }
}
END_TEST

/* The bytes of a corpus rest on these: a change of the streams is a change of every seed's meaning. */
START_TEST(the_streams_are_what_they_were) {
  pro_stream s = {.seed = 1, .run = 0, .purpose = PRO_FOR_PARAMETERS, .lane = 0};
  ck_assert_uint_eq(pro_rng_bits(s, 0), 0xd966ec0bcec085f8ULL);
  s = (pro_stream){.seed = 20260101, .run = 399, .purpose = PRO_FOR_SENSORS, .lane = 5};
  ck_assert_uint_eq(pro_rng_bits(s, 7199), 0x52dcd48ed468ed43ULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("rng");
  TCase *tests = tcase_create("rng");
  tcase_add_test(tests, philox_gives_the_known_answers);
  tcase_add_test(tests, each_part_of_a_stream_changes_its_numbers);
  tcase_add_test(tests, uniforms_and_normals_have_their_moments);
  tcase_add_test(tests, normal_quantile_agrees_with_gsl);
  tcase_add_test(tests, the_streams_are_what_they_were);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
