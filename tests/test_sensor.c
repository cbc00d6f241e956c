/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/sensor.h"

#include "tests/support.h"

/* A truth made by hand: `samples` of every column at `level`; the caller frees it with free. */
static pro_trajectory *flat(size_t samples, double period, double level) {
  pro_trajectory *truth = calloc(1, sizeof *truth + samples * (1 + PRO_TRUTH_COUNT) * sizeof(double));
  ck_assert_ptr_nonnull(truth);
  truth->samples = samples;
  truth->t = (double *)(truth + 1);
  for (int c = 0; c < PRO_TRUTH_COUNT; c++) truth->truth[c] = truth->t + (size_t)(c + 1) * samples;
  for (size_t k = 0; k < samples; k++) {
    truth->t[k] = (double)k * period;
    for (int c = 0; c < PRO_TRUTH_COUNT; c++) truth->truth[c][k] = level;
  }
  return truth;
}

/* Sensors without any imperfection, sampled every `period` seconds. */
static void perfect(pro_case *in, double period) {
  support_case(in, "lco_18650");
  in->period = period;
  in->seed = 7, in->run = 3;
  for (int s = 0; s < pro_sensor_count(); s++) in->sensors[s] = (pro_sensor_settings){.low = -1e12, .high = 1e12};
}

static pro_observation *observe(const pro_case *in, const pro_trajectory *truth) {
  pro_observation *seen = NULL;
  ck_assert_int_eq(pro_observe(&seen, in, truth), PRO_OK);
  return seen;
}

static int surface(void) {
  int s = pro_sensor_find("T_surface");
  ck_assert_int_ge(s, 0);
  return s;
}

static double reading(const pro_observation *seen, int s, size_t k) {
  ck_assert_int_ne(seen->code[s][k], PRO_CODE_MISSING);
  return seen->code[s][k] * pro_sensor_all[s]->quantum + pro_sensor_all[s]->offset;
}

START_TEST(perfect_sensor_reads_the_truth_to_half_a_quantum) {
  pro_case in;
  perfect(&in, 1.0);
  for (int s = 0; s < pro_sensor_count(); s++) {
    const pro_sensor *sensor = pro_sensor_all[s];
    pro_trajectory *truth = flat(200, 1.0, 0.0);
    double low = fmax(sensor->typical.low, pro_sensor_code_low(sensor) * sensor->quantum + sensor->offset);
    double high = fmin(sensor->typical.high, pro_sensor_code_high(sensor) * sensor->quantum + sensor->offset);
    for (size_t k = 0; k < 200; k++) truth->truth[sensor->truth][k] = low + (high - low) * (double)k / 199.0;
    pro_observation *seen = observe(&in, truth);
    ck_assert_uint_eq(seen->samples, 200);
    ck_assert_int_eq(seen->channels, pro_sensor_count());
    ck_assert_int_eq((int)seen->clipped[s], 0);
    for (size_t k = 0; k < 200; k++) {
      double off = reading(seen, s, k) - truth->truth[sensor->truth][k];
      support_check(fabs(off) <= 0.5 * sensor->quantum * (1.0 + 1e-6), "%s: %g off", sensor->name, off);
      ck_assert_double_eq(seen->t[k], truth->t[k]);
    }
    pro_observation_free(seen);
    free(truth);
  }
}
END_TEST

/* A first-order lag answers a step at sample 0 with 1 - exp(-t/lag) from the sample after on; the lag begins
 * settled. */
START_TEST(lag_answers_a_step_exponentially) {
  pro_case in;
  int s = surface();
  perfect(&in, 0.5);
  in.sensors[s].lag = 8.0;
  pro_trajectory *truth = flat(400, 0.5, 300.0);
  for (size_t k = 20; k < 400; k++) truth->truth[PRO_TRUTH_T_surface][k] = 400.0;
  pro_observation *seen = observe(&in, truth);
  for (size_t k = 0; k < 400; k++) {
    double want = k < 20 ? 300.0 : 400.0 - 100.0 * exp(-((double)k - 19.0) * 0.5 / 8.0);
    ck_assert_double_eq_tol(reading(seen, s, k), want, 0.0250001); /* half a quantum */
  }
  pro_observation_free(seen);
  free(truth);
}
END_TEST

/* 20 000 samples: the mean is off by sigma/sqrt(n), the sigma by sigma/sqrt(2n); five of those. The quantum adds
 * q^2/12 to the variance. Neighbours are independent: their correlation is off by 1/sqrt(n). */
START_TEST(noise_has_its_mean_its_sigma_and_no_memory) {
  enum { N = 20000 };
  pro_case in;
  int s = surface();
  double sigma = 0.4, quantum = pro_sensor_all[s]->quantum;
  perfect(&in, 1.0);
  in.sensors[s].noise = sigma;
  pro_trajectory *truth = flat(N, 1.0, 320.02);
  pro_observation *seen = observe(&in, truth);
  double sum = 0.0, square = 0.0, along = 0.0, last = 0.0;
  int beyond = 0;
  for (size_t k = 0; k < N; k++) {
    double off = reading(seen, s, k) - 320.02;
    sum += off, square += off * off, along += off * last, last = off;
    beyond += fabs(off) > 2.0 * sigma;
  }
  double spread = sqrt(sigma * sigma + quantum * quantum / 12.0);
  ck_assert_double_lt(fabs(sum / N), 5.0 * spread / sqrt((double)N));
  ck_assert_double_lt(fabs(sqrt(square / N) - spread), 5.0 * spread / sqrt(2.0 * N));
  ck_assert_double_lt(fabs(along / N) / (spread * spread), 5.0 / sqrt((double)N));
  /* a normal distribution leaves 4.55 % beyond two sigmas; five sigmas of that share's own spread, and the
   * quantum's */
  ck_assert_double_eq_tol(beyond / (double)N, 0.0455, 5.0 * sqrt(0.0455 * 0.9545 / N) + 0.005);
  pro_observation_free(seen);
  free(truth);
}
END_TEST

/* Bias and gain are one draw a case: constant within it, spread over cases by their sigma (of 2000: within
 * 8 %). */
START_TEST(bias_and_gain_differ_from_case_to_case) {
  enum { CASES = 2000 };
  pro_case in;
  int s = surface();
  pro_trajectory *truth = flat(4, 1.0, 300.0);
  for (int which = 0; which < 2; which++) {
    perfect(&in, 1.0);
    if (which == 0)
      in.sensors[s].bias = 2.0;
    else
      in.sensors[s].gain = 2.0 / 300.0;
    double sum = 0.0, square = 0.0;
    for (int c = 0; c < CASES; c++) {
      in.run = (uint64_t)c;
      pro_observation *seen = observe(&in, truth);
      double off = reading(seen, s, 0) - 300.0;
      for (size_t k = 1; k < 4; k++) ck_assert_int_eq(seen->code[s][k], seen->code[s][0]);
      sum += off, square += off * off;
      pro_observation_free(seen);
    }
    ck_assert_double_lt(fabs(sum / CASES), 5.0 * 2.0 / sqrt((double)CASES));
    ck_assert_double_lt(fabs(sqrt(square / CASES) - 2.0), 5.0 * 2.0 / sqrt(2.0 * CASES));
  }
  free(truth);
}
END_TEST

START_TEST(samples_are_lost_at_the_rate_given) {
  enum { N = 20000 };
  pro_case in;
  int s = surface();
  perfect(&in, 1.0);
  pro_trajectory *truth = flat(N, 1.0, 300.0);
  static const double loss[] = {0.0, 0.02, 1.0};
  for (size_t i = 0; i < PRO_COUNT(loss); i++) {
    in.sensors[s].loss = loss[i];
    pro_observation *seen = observe(&in, truth);
    int missing = 0;
    for (size_t k = 0; k < N; k++) missing += seen->code[s][k] == PRO_CODE_MISSING;
    ck_assert_double_le(fabs(missing / (double)N - loss[i]), 5.0 * sqrt(loss[i] * (1.0 - loss[i]) / N));
    pro_observation_free(seen);
  }
  free(truth);
}
END_TEST

START_TEST(readings_clip_at_the_range_and_at_the_ends_of_the_code) {
  pro_case in;
  for (int s = 0; s < pro_sensor_count(); s++) {
    const pro_sensor *sensor = pro_sensor_all[s];
    double bottom = pro_sensor_code_low(sensor) * sensor->quantum + sensor->offset;
    double top = pro_sensor_code_high(sensor) * sensor->quantum + sensor->offset;
    ck_assert_msg(sensor->typical.low < sensor->typical.high, "%s: an empty range", sensor->name);
    ck_assert_msg(sensor->typical.low >= bottom - sensor->quantum && sensor->typical.high <= top + sensor->quantum,
                  "%s: its code, %g to %g, does not hold its range, %g to %g", sensor->name, bottom, top,
                  sensor->typical.low, sensor->typical.high);
    pro_trajectory *truth = flat(4, 1.0, 0.0);
    double *x = truth->truth[sensor->truth];
    x[0] = x[1] = -1e15, x[2] = x[3] = 1e15;
    perfect(&in, 1.0);
    pro_observation *seen = observe(&in, truth);
    ck_assert_int_eq(seen->code[s][0], pro_sensor_code_low(sensor));
    ck_assert_int_eq(seen->code[s][3], pro_sensor_code_high(sensor));
    ck_assert_int_gt(seen->code[s][0], PRO_CODE_MISSING); /* the type's lowest code is kept for "missing" */
    ck_assert_int_eq((int)seen->clipped[s], 4);
    pro_observation_free(seen);
    in.sensors[s].low = sensor->typical.low, in.sensors[s].high = sensor->typical.high;
    seen = observe(&in, truth);
    ck_assert_double_eq_tol(reading(seen, s, 0), sensor->typical.low, 0.5001 * sensor->quantum);
    ck_assert_double_eq_tol(reading(seen, s, 3), sensor->typical.high, 0.5001 * sensor->quantum);
    ck_assert_int_eq((int)seen->clipped[s], 4);
    pro_observation_free(seen);
    free(truth);
  }
}
END_TEST

static int same(const pro_observation *a, const pro_observation *b, int s) {
  return memcmp(a->code[s], b->code[s], a->samples * sizeof(int32_t)) == 0;
}

START_TEST(seed_and_run_fix_every_byte) {
  pro_case in;
  pro_trajectory *truth = flat(500, 1.0, 0.0);
  for (int s = 0; s < pro_sensor_count(); s++) {
    const pro_sensor *sensor = pro_sensor_all[s];
    for (size_t k = 0; k < 500; k++)
      truth->truth[sensor->truth][k] = 0.5 * (sensor->typical.low + sensor->typical.high);
  }
  support_case(&in, "lco_18650");
  in.period = 1.0, in.seed = 11, in.run = 5;
  pro_observation *first = observe(&in, truth), *again = observe(&in, truth);
  in.run = 6;
  pro_observation *other_run = observe(&in, truth);
  in.run = 5, in.seed = 12;
  pro_observation *other_seed = observe(&in, truth);
  for (int s = 0; s < pro_sensor_count(); s++) {
    ck_assert(same(first, again, s) && first->clipped[s] == again->clipped[s]);
    if (pro_sensor_all[s]->typical.noise <= 0.0) continue;
    ck_assert_msg(!same(first, other_run, s), "%s is the same in two runs", pro_sensor_all[s]->name);
    ck_assert_msg(!same(first, other_seed, s), "%s is the same for two seeds", pro_sensor_all[s]->name);
  }
  pro_observation_free(first), pro_observation_free(again);
  pro_observation_free(other_run), pro_observation_free(other_seed);
  free(truth);
}
END_TEST

START_TEST(a_sensor_does_not_see_the_settings_of_others) {
  pro_case in;
  pro_trajectory *truth = flat(300, 1.0, 300.0);
  support_case(&in, "lco_18650");
  in.period = 1.0;
  pro_observation *before = observe(&in, truth);
  for (int s = 0; s < pro_sensor_count(); s++) {
    pro_case other = in;
    other.sensors[s] =
        (pro_sensor_settings){.lag = 3.0, .noise = 9.0, .bias = 4.0, .low = -1e9, .high = 1e9, .loss = 0.3};
    pro_observation *after = observe(&other, truth);
    for (int k = 0; k < pro_sensor_count(); k++)
      if (k != s)
        ck_assert_msg(same(before, after, k), "%s changes %s", pro_sensor_all[s]->name, pro_sensor_all[k]->name);
    pro_observation_free(after);
  }
  pro_observation_free(before);
  free(truth);
}
END_TEST

/* Sensors are independent of each other: with one truth and one sigma their noise differs. */
START_TEST(no_two_sensors_share_their_noise) {
  enum { N = 400 };
  pro_case in;
  perfect(&in, 1.0);
  pro_trajectory *truth = flat(N, 1.0, 0.0);
  for (int s = 0; s < pro_sensor_count(); s++) {
    for (size_t k = 0; k < N; k++) truth->truth[pro_sensor_all[s]->truth][k] = pro_sensor_all[s]->offset;
    in.sensors[s].noise = 500.0 * pro_sensor_all[s]->quantum;
  }
  pro_observation *seen = observe(&in, truth);
  for (int a = 0; a < pro_sensor_count(); a++)
    for (int b = 0; b < a; b++) {
      double along = 0.0;
      for (size_t k = 0; k < N; k++) along += (double)seen->code[a][k] * seen->code[b][k] / (500.0 * 500.0);
      /* 36 pairs: 5 sigma of 1/sqrt(n) */
      ck_assert_msg(fabs(along / N) < 5.0 / sqrt((double)N), "%s and %s: correlation %g", pro_sensor_all[a]->name,
                    pro_sensor_all[b]->name, along / N);
    }
  pro_observation_free(seen);
  free(truth);
}
END_TEST

START_TEST(sensors_are_found_by_name) {
  for (int s = 0; s < pro_sensor_count(); s++) ck_assert_int_eq(pro_sensor_find(pro_sensor_all[s]->name), s);
  ck_assert_int_eq(pro_sensor_find("nothing"), -1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("sensor");
  TCase *tests = tcase_create("sensor");
  tcase_add_test(tests, perfect_sensor_reads_the_truth_to_half_a_quantum);
  tcase_add_test(tests, lag_answers_a_step_exponentially);
  tcase_add_test(tests, noise_has_its_mean_its_sigma_and_no_memory);
  tcase_add_test(tests, bias_and_gain_differ_from_case_to_case);
  tcase_add_test(tests, samples_are_lost_at_the_rate_given);
  tcase_add_test(tests, readings_clip_at_the_range_and_at_the_ends_of_the_code);
  tcase_add_test(tests, seed_and_run_fix_every_byte);
  tcase_add_test(tests, a_sensor_does_not_see_the_settings_of_others);
  tcase_add_test(tests, no_two_sensors_share_their_noise);
  tcase_add_test(tests, sensors_are_found_by_name);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
