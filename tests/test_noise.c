/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/noise.h"

#include "tests/support.h"

/* What samples of one group get, in their order. */
typedef struct group {
  double normal[PRO_NOISE_GROUP];
  uint64_t spare[PRO_NOISE_GROUP];
} group;

static group group_at(const pro_noise_source *source, uint64_t which) {
  group g;
  for (int part = 0; part < PRO_NOISE_PARTS; part++) {
    pro_wide normal[2];
    pro_wide_bits spare[2];
    pro_noise_part(source, which, part, normal, spare);
    for (int h = 0; h < 2; h++) {
      memcpy(g.normal + h * PRO_NOISE_GROUP / 2 + part * PRO_WIDE, &normal[h], sizeof normal[h]);
      memcpy(g.spare + h * PRO_NOISE_GROUP / 2 + part * PRO_WIDE, &spare[h], sizeof spare[h]);
    }
  }
  return g;
}

/* The stream's first n normals, n a multiple of 16; the caller frees them. */
static double *normals(pro_stream stream, size_t n) {
  double *z = malloc(n * sizeof *z);
  ck_assert_ptr_nonnull(z);
  pro_noise_source source = pro_noise_source_of(stream);
  for (size_t k = 0; k < n; k += PRO_NOISE_GROUP) {
    group g = group_at(&source, k / PRO_NOISE_GROUP);
    memcpy(z + k, g.normal, sizeof g.normal);
  }
  return z;
}

static const pro_stream some = {.seed = 20260101, .run = 399, .purpose = PRO_FOR_SENSORS, .lane = 5};

/* In every place of the vector, and where the index carries into its upper half. */
START_TEST(blocks_are_those_of_the_scalar_generator) {
  static const uint64_t first[] = {0, 8, 7192, (1ULL << 32) - 3, 1ULL << 40};
  pro_stream streams[] = {some, {.seed = 1ULL << 63, .run = 5 + (1ULL << 32), .lane = 0xffffffff}};
  for (size_t s = 0; s < PRO_COUNT(streams); s++)
    for (size_t i = 0; i < PRO_COUNT(first); i++) {
      pro_noise_source source = pro_noise_source_of(streams[s]);
      pro_wide_bits low, high;
      pro_noise_blocks(&source, first[i], &low, &high);
      pro_philox_place place = pro_philox_place_of(streams[s]);
      for (int l = 0; l < PRO_WIDE; l++) {
        uint64_t index = first[i] + (uint64_t)l;
        uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), place.run, place.lane}, out[4];
        pro_philox4x32(counter, place.key, out);
        ck_assert_uint_eq(low[l], pro_rng_bits(streams[s], index));
        ck_assert_uint_eq(high[l], (uint64_t)out[3] << 32 | out[2]);
      }
    }
}
END_TEST

/* The series leave out 5e-11 of the logarithm, of which the root takes half, and 7e-12 of the sine. */
START_TEST(radii_are_right_from_one_end_to_the_other) {
  support_random random = {3, 0};
  for (int i = 0; i < 200000; i++) {
    double u = i % 2 ? support_between(&random, 0.0, 1.0) : exp(support_between(&random, -36.7, 0.0));
    if (i == 0) u = 0x1p-53;                              /* the smallest there is: 8.57 sigma */
    if (i == 1) u = 1.0 - 0x1p-53;                        /* the largest */
    if (i == 2 || i == 3) u = sqrt(i == 2 ? 0.5 : 0.125); /* where the exponent changes */
    long double want = sqrtl(-2.0L * logl((long double)u));
    double got = pro_noise_radius(pro_wide_all(u))[0];
    support_check(fabsl(got - want) <= 4e-11L * want, "radius of %.17g: %.17g, not %.17Lg", u, got, want);
  }
  ck_assert_double_eq_tol(pro_noise_radius(pro_wide_all(0x1p-53))[0], 8.5717, 1e-4);
}
END_TEST

/* Sample k of the first half and k + 8 share block 8 group + k: a radius from its low word, an angle from its high
 * word. */
START_TEST(normals_are_box_and_mullers) {
  const long double quarter = acosl(-1.0L) / 2.0L;
  pro_noise_source source = pro_noise_source_of(some);
  int seen[4] = {0};
  for (uint64_t which = 0; which < 20000; which++) {
    group g = group_at(&source, which);
    for (int k = 0; k < 8; k++) {
      pro_wide_bits low, high;
      pro_noise_blocks(&source, which * 8 + (uint64_t)k, &low, &high);
      long double u = ((long double)(low[0] >> 12) + 0.5L) * 0x1p-52L;
      long double angle = (((long double)(high[0] >> 14) + 0.5L) * 0x1p-50L - 0.5L) * quarter;
      long double radius = sqrtl(-2.0L * logl(u));
      int swapped = (int)(high[0] >> 12 & 1), turned = (int)(high[0] >> 13 & 1);
      seen[swapped + 2 * turned]++;
      if (turned) radius = -radius;
      long double want[2] = {radius * cosl(angle), radius * sinl(angle)};
      support_check(
          fabsl(g.normal[k] - want[swapped]) < 4e-10L && fabsl(g.normal[k + 8] - want[!swapped]) < 4e-10L,
          "block %d of group %d: %.12g and %.12g", k, (int)which, g.normal[k], g.normal[k + 8]);
      support_check(g.spare[k] == (low[0] & 4095) && g.spare[k + 8] == (high[0] & 4095), "spare bits");
    }
  }
  for (int q = 0; q < 4; q++) ck_assert_int_eq(seen[q] > 39000 && seen[q] < 41000, 1);
}
END_TEST

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov: sqrt(n) D exceeds 1.95 with probability 0.001. Moments: five of their standard errors.
 */
START_TEST(a_million_normals_are_normal) {
  enum { N = 1000000 };
  double *z = normals(some, N), sum[5] = {0}, worst = 0.0, error = 1.0 / sqrt((double)N);
  static const double want[] = {1.0, 0.0, 1.0, 0.0, 3.0}, spread[] = {1.0, 1.0, 2.0, 15.0, 96.0};
  for (size_t k = 0; k < N; k++) {
    double power = 1.0;
    for (int m = 0; m < 5; m++, power *= z[k]) sum[m] += power;
  }
  for (int m = 0; m < 5; m++) ck_assert_double_eq_tol(sum[m] / N, want[m], 5.0 * error * sqrt(spread[m]));
  qsort(z, N, sizeof *z, ascending);
  for (size_t k = 0; k < N; k++) {
    double p = 0.5 * erfc(-z[k] / sqrt(2.0));
    worst = fmax(worst, fmax(p - (double)k / N, (double)(k + 1) / N - p));
  }
  ck_assert_double_lt(worst / error, 1.95);
  free(z);
}
END_TEST

/* Of twenty million draws as many lie beyond 3, 4 and 5 sigma, on either side, as a normal distribution says: to
 * five times the root of that. */
START_TEST(tails_hold_as_many_as_they_should) {
  enum { GROUPS = 1250000 };
  static const double beyond[] = {3.0, 4.0, 5.0};
  int count[2][3] = {{0}};
  pro_noise_source source = pro_noise_source_of(some);
  for (uint64_t which = 0; which < GROUPS; which++) {
    group g = group_at(&source, which);
    for (int k = 0; k < PRO_NOISE_GROUP; k++)
      for (int b = 0; b < 3 && fabs(g.normal[k]) > beyond[b]; b++) count[g.normal[k] > 0.0][b]++;
  }
  for (int b = 0; b < 3; b++)
    for (int side = 0; side < 2; side++) {
      double want = (double)GROUPS * PRO_NOISE_GROUP * 0.5 * erfc(beyond[b] / sqrt(2.0));
      ck_assert_double_eq_tol(count[side][b], want, 5.0 * sqrt(want));
    }
}
END_TEST

static void uncorrelated(const double *a, const double *b, size_t n, const char *what) {
  double along = 0.0, squares = 0.0;
  for (size_t k = 0; k < n; k++) along += a[k] * b[k], squares += (a[k] * a[k] - 1.0) * (b[k] * b[k] - 1.0);
  double error = 5.0 / sqrt((double)n);
  support_check(fabs(along / (double)n) < error, "%s: correlation %g", what, along / (double)n);
  support_check(fabs(squares / (double)n) < 2.0 * error, "%s: squares' correlation %g", what, squares / (double)n);
}

/* Sample and sample some places on, eight among them, which shares its block; and the same sample of the streams
 * beside it. Squares too: a pair's radius is shared, but two normals of a circle are independent. */
START_TEST(normals_know_nothing_of_each_other) {
  enum { N = 200000 };
  double *z = normals(some, N);
  for (size_t lag = 1; lag <= 33; lag++) uncorrelated(z, z + lag, N - lag, "along the stream");
  pro_stream other[] = {some, some, some, some, some};
  other[0].seed++;
  other[1].run++;
  other[2].run += 1ULL << 32;
  other[3].lane++;
  other[4].purpose = PRO_FOR_PARAMETERS;
  static const char *const what[] = {"seed", "run", "far run", "lane", "purpose"};
  for (size_t i = 0; i < PRO_COUNT(other); i++) {
    double *x = normals(other[i], N);
    uncorrelated(z, x, N, what[i]);
    free(x);
  }
  free(z);
}
END_TEST

/* Chi square over the 4096 values of the spare bits: 4095 degrees of freedom, to five of its standard deviations;
 * no correlation with the normal beside them, its size or its own sign. */
START_TEST(spare_bits_are_even_and_apart_from_the_normals) {
  enum { GROUPS = 62500, N = GROUPS * PRO_NOISE_GROUP, CELLS = 1 << PRO_NOISE_SPARE };
  pro_noise_source source = pro_noise_source_of(some);
  static int count[CELLS];
  double along = 0.0, size = 0.0, chi = 0.0, each = (double)N / CELLS;
  for (uint64_t which = 0; which < GROUPS; which++) {
    group g = group_at(&source, which);
    for (int k = 0; k < PRO_NOISE_GROUP; k++) {
      support_check(g.spare[k] < CELLS, "spare bits %d", (int)g.spare[k]);
      count[g.spare[k]]++;
      double u = ((double)g.spare[k] / (CELLS - 1.0) - 0.5) * sqrt(12.0);
      along += u * g.normal[k], size += u * (g.normal[k] * g.normal[k] - 1.0);
    }
  }
  for (int c = 0; c < CELLS; c++) chi += (count[c] - each) * (count[c] - each) / each;
  ck_assert_double_eq_tol(chi, CELLS - 1.0, 5.0 * sqrt(2.0 * (CELLS - 1.0)));
  ck_assert_double_lt(fabs(along / N), 5.0 / sqrt((double)N));
  ck_assert_double_lt(fabs(size / N), 5.0 * sqrt(2.0 / N));
}
END_TEST

/* The bytes of a corpus rest on these: a change of the streams is a change of every seed's meaning. */
START_TEST(the_noise_is_what_it_was) {
  pro_noise_source source = pro_noise_source_of(some);
  group g = group_at(&source, 450);
  ck_assert_double_eq(g.normal[0], 0x1.e64624d5992dfp-1);
  ck_assert_double_eq(g.normal[15], 0x1.470406ccd06cep+1);
  ck_assert_uint_eq(g.spare[3], 1995);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("noise");
  TCase *tests = tcase_create("noise");
  tcase_add_test(tests, blocks_are_those_of_the_scalar_generator);
  tcase_add_test(tests, radii_are_right_from_one_end_to_the_other);
  tcase_add_test(tests, normals_are_box_and_mullers);
  tcase_add_test(tests, a_million_normals_are_normal);
  tcase_add_test(tests, tails_hold_as_many_as_they_should);
  tcase_add_test(tests, normals_know_nothing_of_each_other);
  tcase_add_test(tests, spare_bits_are_even_and_apart_from_the_normals);
  tcase_add_test(tests, the_noise_is_what_it_was);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
