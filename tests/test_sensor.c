/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/sensor.h"

#include "sim/noise.h"
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

/* Feeds samples from ... from + n - 1 of a truth, and writes their codes where they belong. */
static void feed(pro_observer *observer, int32_t *const code[], const pro_trajectory *truth, size_t from,
                 size_t n) {
  const double *column[PRO_TRUTH_COUNT];
  int32_t *to[PRO_SENSORS_MAX];
  for (int c = 0; c < PRO_TRUTH_COUNT; c++) column[c] = truth->truth[c] + from;
  for (int s = 0; s < pro_sensor_count(); s++) to[s] = code[s] + from;
  ck_assert_int_eq(pro_observer_feed(observer, to, column, n), PRO_OK);
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

/* Also where the spare bits of a sample's noise, 1/4096 at least, cannot say it alone. */
START_TEST(samples_are_lost_at_the_rate_given) {
  enum { N = 20000, PIECES = 20 };
  pro_case in;
  int s = surface();
  perfect(&in, 1.0);
  pro_trajectory *truth = flat(N, 1.0, 300.0);
  static const double loss[] = {0.0, 1e-4, 0.02, 0.6, 1.0};
  pro_observation *seen = observe(&in, truth);
  for (size_t i = 0; i < PRO_COUNT(loss); i++) {
    in.sensors[s].loss = loss[i];
    pro_observer observer;
    pro_observer_begin(&observer, &in);
    int missing = 0;
    for (int piece = 0; piece < PIECES; piece++) {
      feed(&observer, seen->code, truth, 0, N);
      for (size_t k = 0; k < N; k++) missing += seen->code[s][k] == PRO_CODE_MISSING;
    }
    double n = (double)N * PIECES;
    ck_assert_double_le(fabs(missing / n - loss[i]), 5.0 * sqrt(loss[i] * (1.0 - loss[i]) / n));
  }
  pro_observation_free(seen);
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

/* A truth that rests, steps, drifts and leaves every sensor's range, from one of its samples to the next, and
 * sensors with all imperfections and losses of many sizes; the caller frees it. */
static pro_trajectory *restless(pro_case *in, size_t samples) {
  support_case(in, "lco_18650");
  in->period = 0.5, in->seed = 19, in->run = 4;
  pro_trajectory *truth = flat(samples, in->period, 0.0);
  support_random random = {8, 0};
  for (int s = 0; s < pro_sensor_count(); s++) {
    const pro_sensor *sensor = pro_sensor_all[s];
    double *x = truth->truth[sensor->truth], width = sensor->typical.high - sensor->typical.low;
    for (size_t k = 0; k < samples; k++) {
      int rests = k > 0 && support_between(&random, 0.0, 1.0) < 0.9;
      x[k] = rests ? x[k - 1] : sensor->typical.low + width * support_between(&random, -0.1, 1.1);
    }
    static const double loss[] = {0.0, 1e-4, 0.005, 0.3};
    in->sensors[s].loss = loss[s % (int)PRO_COUNT(loss)];
    if (s % 3 == 1) in->sensors[s].gain = 0.02;
    if (s == 4) in->sensors[s].noise = 0.0;
  }
  return truth;
}

/* Sample by sample as the header says, with the lag as the recurrence that it is. Roundings differ: a code may be
 * its neighbour's where the reading lies between two to 1e-6 of a quantum. */
START_TEST(readings_are_what_a_plain_loop_gives) {
  enum { N = 3000 };
  pro_case in;
  pro_trajectory *truth = restless(&in, N);
  pro_observation *seen = observe(&in, truth);
  int missing = 0;
  for (int s = 0; s < pro_sensor_count(); s++) {
    const pro_sensor *sensor = pro_sensor_all[s];
    const pro_sensor_settings *set = &in.sensors[s];
    const double *x = truth->truth[sensor->truth];
    pro_stream stream = {in.seed, in.run, PRO_FOR_SENSORS, (uint32_t)sensor->truth * 4u};
    double gain = 1.0 + set->gain * pro_rng_normal(stream, 0), bias = set->bias * pro_rng_normal(stream, 1);
    stream.lane++;
    pro_noise_source noise = pro_noise_source_of(stream);
    stream.lane++;
    double low = fmax(set->low, pro_sensor_code_low(sensor) * sensor->quantum + sensor->offset);
    double high = fmin(set->high, pro_sensor_code_high(sensor) * sensor->quantum + sensor->offset), shown = x[0];
    long clipped = 0;
    for (size_t k = 0; k < N; k++) {
      shown += (set->lag > 0.0 ? 1.0 - exp(-in.period / set->lag) : 1.0) * (x[k] - shown);
      int part = (int)(k % 8) / PRO_WIDE, half = (int)(k / 8 % 2), place = (int)(k % 8) % PRO_WIDE;
      pro_wide normal[2];
      pro_wide_bits spare[2];
      pro_noise_part(&noise, k / 16, part, normal, spare);
      double share = 4096.0 * set->loss, whole = floor(share), bits = (double)spare[half][place];
      if (bits < whole || (bits == whole && pro_rng_uniform(stream, k) < share - whole)) {
        support_check(seen->code[s][k] == PRO_CODE_MISSING, "%s: sample %d is there", sensor->name, (int)k);
        missing++;
        continue;
      }
      double reading = shown * gain + bias + set->noise * normal[half][place];
      clipped += reading < low || reading > high;
      double code = (fmin(fmax(reading, low), high) - sensor->offset) / sensor->quantum;
      support_check(fabs(seen->code[s][k] - code) < 0.5 + 1e-6, "%s: sample %d is %d, not %g", sensor->name,
                    (int)k, (int)seen->code[s][k], code);
    }
    ck_assert_int_eq((int)seen->clipped[s], (int)clipped);
  }
  ck_assert_int_gt(missing, 0);
  pro_observation_free(seen);
  free(truth);
}
END_TEST

START_TEST(pieces_read_what_the_whole_does) {
  enum { N = 3001 };
  pro_case in;
  pro_trajectory *truth = restless(&in, N);
  pro_observation *whole = observe(&in, truth), *seen = observe(&in, truth);
  support_random random = {9, 0};
  static const double longest[] = {1.5, 8.0, 16.0, 50.0, 900.0};
  for (size_t i = 0; i < PRO_COUNT(longest); i++) {
    for (int s = 0; s < pro_sensor_count(); s++) memset(seen->code[s], 0, N * sizeof *seen->code[s]);
    pro_observer observer;
    pro_observer_begin(&observer, &in);
    for (size_t from = 0, n; from < N; from += n) {
      n = (size_t)support_between(&random, 0.0, longest[i] + 1.0); /* none, too */
      if (n > N - from) n = N - from;
      pro_observer copy = observer; /* it is a value: the copy goes on */
      feed(&copy, seen->code, truth, from, n);
      observer = copy;
    }
    for (int s = 0; s < pro_sensor_count(); s++) {
      support_check(same(whole, seen, s), "%s differs in pieces of up to %g", pro_sensor_all[s]->name, longest[i]);
      ck_assert_int_eq((int)observer.clipped[s], (int)whole->clipped[s]);
    }
  }
  pro_observation_free(whole), pro_observation_free(seen);
  free(truth);
}
END_TEST

START_TEST(every_level_reads_the_same) {
  enum { N = 3001 };
  pro_case in;
  pro_trajectory *truth = restless(&in, N);
  pro_observation *first = observe(&in, truth);
  static const char *const levels[] = {"portable", "x86-64-v2", "x86-64-v3", "x86-64-v4"};
  int ran = 0;
  for (size_t i = 0; i < PRO_COUNT(levels); i++) {
    setenv("PRODROME_LEVEL", levels[i], 1);
    pro_observation *seen = NULL;
    pro_status status = pro_observe(&seen, &in, truth);
    if (status == PRO_EINPUT) continue; /* not on this processor */
    ck_assert_int_eq(status, PRO_OK);
    ran++;
    for (int s = 0; s < pro_sensor_count(); s++) {
      support_check(same(first, seen, s), "%s: %s reads otherwise", levels[i], pro_sensor_all[s]->name);
      ck_assert_int_eq((int)first->clipped[s], (int)seen->clipped[s]);
    }
    pro_observation_free(seen);
  }
  ck_assert_int_ge(ran, 1);
  setenv("PRODROME_LEVEL", "none such", 1);
  pro_observation *seen = NULL;
  ck_assert_int_eq(pro_observe(&seen, &in, truth), PRO_EINPUT);
  ck_assert_ptr_null(seen);
  unsetenv("PRODROME_LEVEL");
  pro_observation_free(first);
  free(truth);
}
END_TEST

/* Where the truth rests the lag reaches it: after 745 time constants the difference is below the smallest number,
 * which rounds to itself for ever when multiplied by more than a half. */
START_TEST(lag_comes_to_rest) {
  enum { N = 32000 };
  pro_case in;
  int s = surface();
  perfect(&in, 1.0);
  in.sensors[s].lag = 40.0;
  pro_trajectory *truth = flat(N, 1.0, 400.03);
  truth->truth[PRO_TRUTH_T_surface][0] = 300.0;
  pro_observation *seen = observe(&in, truth);
  pro_observer observer;
  pro_observer_begin(&observer, &in);
  feed(&observer, seen->code, truth, 0, 400);
  ck_assert_double_eq_tol(observer.reader[s].behind, -100.03 * exp(-399.0 / 40.0), 1e-9);
  feed(&observer, seen->code, truth, 400, N - 400);
  ck_assert_double_eq(observer.reader[s].behind, 0.0);
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
  tcase_add_test(tests, readings_are_what_a_plain_loop_gives);
  tcase_add_test(tests, pieces_read_what_the_whole_does);
  tcase_add_test(tests, every_level_reads_the_same);
  tcase_add_test(tests, lag_comes_to_rest);
  tcase_add_test(tests, sensors_are_found_by_name);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
