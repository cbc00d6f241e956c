/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_runtime prodrome_sim */
#include <check.h>
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "predictor/detector.h"
#include "predictor/feature.h"

/* A detector with its default parameters and a state full of rubbish, as memory is. */
typedef struct rig {
  const pro_detector *detector;
  alignas(16) unsigned char params[PRO_DETECTOR_BYTES_MAX], state[PRO_DETECTOR_BYTES_MAX];
} rig;

static const pro_nameplate unknown = {NAN, NAN, NAN, NAN, NAN, -1};
static const pro_nameplate cell_18650 = {9000.0f, 0.045f, 2.5f, 4.2f, 333.15f, 0};

static rig begin(const char *name, const pro_nameplate *nameplate) {
  rig r = {.detector = pro_detector_find(name)};
  ck_assert_ptr_nonnull(r.detector);
  memset(r.state, 0xA5, sizeof r.state);
  if (r.detector->fields) pro_field_defaults(r.detector->fields, r.params);
  r.detector->reset(r.state, r.params, nameplate);
  return r;
}

static pro_sample healthy(double t) {
  pro_sample s = {.t = t, .value = {298.15f, 298.15f, 3.7f, 0.0f, 0.0f, 0.0f, 5e-6f, 400e-6f, 5e-6f}};
  return s;
}

static float feed(rig *r, const pro_sample *s) {
  pro_verdict v = r->detector->step(r->state, r->params, s);
  ck_assert_msg(v.probability >= 0.0f && v.probability <= 1.0f, "%s says %g at t = %g", r->detector->name,
                (double)v.probability, s->t);
  ck_assert_int_eq(v.hazard, v.probability >= 0.5f ? PRO_HAZARD_hazardous : PRO_HAZARD_normal);
  return v.probability;
}

START_TEST(every_row_of_the_registry_describes_itself) {
  int count = 0;
  for (const pro_detector *const *it = pro_detector_all; *it; it++, count++) {
    const pro_detector *d = *it;
    ck_assert(d->name && d->doc && d->source && d->reset && d->step);
    for (const char *c = d->name; *c; c++) ck_assert(isalnum((unsigned char)*c) || *c == '_');
    ck_assert_ptr_eq(pro_detector_find(d->name), d);
    ck_assert_uint_le(d->state_bytes, 512);
    ck_assert_uint_le(d->param_bytes, PRO_DETECTOR_BYTES_MAX);
    ck_assert_int_eq(d->param_bytes > 0, d->fields != NULL);
    for (const pro_field *f = d->fields; f && f->name; f++) {
      ck_assert(f->unit && f->doc && strlen(f->doc) > 10);
      ck_assert_double_ge(f->initial, f->low);
      ck_assert_double_le(f->initial, f->high);
      ck_assert_uint_lt(f->offset, d->param_bytes);
    }
  }
  ck_assert_int_eq(count, 7);
  ck_assert_ptr_null(pro_detector_find("threshold"));
  ck_assert_ptr_null(pro_detector_find(""));
}
END_TEST

/* All of a record's values in turn broken in one way. */
static void torture(rig *r, float bad, int channel) {
  for (int k = 0; k < 300; k++) {
    pro_sample s = healthy(k);
    for (int c = 0; c < PRO_CHANNEL_COUNT; c++)
      if ((channel < 0 || c == channel) && k >= 50 && k < 150) s.value[c] = bad;
    feed(r, &s);
  }
}

START_TEST(no_value_in_any_channel_leaves_the_unit_interval) {
  static const float bad[] = {NAN,    INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, 1e30f,
                              -1e30f, 0.0f,     -0.0f,     1e-40f,  1e6f,     -273.0f};
  for (const pro_detector *const *it = pro_detector_all; *it; it++)
    for (size_t b = 0; b < PRO_COUNT(bad); b++)
      for (int c = -1; c < PRO_CHANNEL_COUNT; c++) {
        rig r = begin((*it)->name, c % 2 ? &unknown : &cell_18650);
        torture(&r, bad[b], c);
      }
}
END_TEST

START_TEST(a_healthy_cell_is_normal_with_any_channel_missing_throughout) {
  for (const pro_detector *const *it = pro_detector_all; *it; it++)
    for (int missing = -1; missing < PRO_CHANNEL_COUNT; missing++) {
      rig r = begin((*it)->name, &cell_18650);
      for (int k = 0; k < 4000; k++) {
        pro_sample s = healthy(k);
        if (missing >= 0) s.value[missing] = NAN;
        float p = feed(&r, &s);
        if (strcmp((*it)->name, "always") != 0) ck_assert_msg(p < 0.1f, "%s: %g", (*it)->name, (double)p);
      }
    }
}
END_TEST

START_TEST(times_may_repeat_jump_and_run_backwards) {
  static const double times[] = {0,     0,         1,     1,     2, 1e9, 1e9, 1e9 + 1,  5, 6, 7,
                                 -1e12, -1e12 + 1, 1e300, 1e300, 0, NAN, 1,   INFINITY, 2, 3};
  for (const pro_detector *const *it = pro_detector_all; *it; it++) {
    rig r = begin((*it)->name, &cell_18650);
    for (int round = 0; round < 20; round++)
      for (size_t k = 0; k < PRO_COUNT(times); k++) {
        pro_sample s = healthy(times[k] + (round % 3 ? round : 0));
        s.value[PRO_CHANNEL_T_surface] += (float)(k % 5);
        s.value[PRO_CHANNEL_current] = (float)k - 3.0f;
        feed(&r, &s);
      }
  }
}
END_TEST

/* A broken clock or message must not blind a detector: minutes later it sees a real fault. */
START_TEST(after_rubbish_a_real_runaway_is_still_seen) {
  static const char *const names[] = {"threshold_T", "threshold_rate", "cusum"};
  for (size_t d = 0; d < PRO_COUNT(names); d++) {
    rig r = begin(names[d], &cell_18650);
    torture(&r, FLT_MAX, -1);
    for (double t = -1e6; t < -1e6 + 100; t += 1.0) { /* the clock was set back */
      pro_sample s = healthy(t);
      feed(&r, &s);
    }
    float p = 0.0f;
    for (int k = 0; k < 600; k++) { /* 10 K/min */
      pro_sample s = healthy(-1e6 + 100 + k);
      s.value[PRO_CHANNEL_T_surface] += 10.0f / 60.0f * (float)k;
      p = feed(&r, &s);
    }
    ck_assert_msg(p > 0.9f, "%s: %g", names[d], (double)p);
  }
}
END_TEST

START_TEST(always_and_never_say_what_they_are_called) {
  rig a = begin("always", &unknown), n = begin("never", &unknown);
  pro_sample s = healthy(0);
  ck_assert_float_eq(feed(&a, &s), 1.0f);
  ck_assert_float_eq(feed(&n, &s), 0.0f);
}
END_TEST

/* The time at which a detector first says one half, on a temperature ramp of `rate` K/s at `period` s. */
static double first_hazard(const char *name, const pro_nameplate *plate, double rate, double period,
                           double limit) {
  rig r = begin(name, plate);
  for (double t = 0; t < limit; t += period) {
    pro_sample s = healthy(t);
    for (int c = PRO_CHANNEL_gas_H2; c <= PRO_CHANNEL_gas_VOC; c++) s.value[c] = NAN;
    s.value[PRO_CHANNEL_T_surface] += (float)(rate * fmax(0.0, t - 300.0));
    if (feed(&r, &s) >= 0.5f) return t;
  }
  return NAN;
}

/* 298.15 K + 0.1 K/s (t - 300 s) reaches T_operating_max + 10 K = 343.15 K at 750 s, and 353.15 K at 850 s. */
START_TEST(threshold_T_is_even_at_the_limit_told_or_its_own) {
  ck_assert_double_eq_tol(first_hazard("threshold_T", &cell_18650, 0.1, 1.0, 2000), 750, 1.0);
  ck_assert_double_eq_tol(first_hazard("threshold_T", &unknown, 0.1, 1.0, 2000), 850, 1.0);
}
END_TEST

/* 4.5 K/min: the slope of a minute's window passes 3 K/min once half of the window has turned; 2 K/min never. */
START_TEST(threshold_rate_sees_a_ramp_at_any_sampling_rate) {
  static const double periods[] = {0.1, 0.5, 1.0, 3.0, 10.0};
  for (size_t k = 0; k < PRO_COUNT(periods); k++) {
    double t = first_hazard("threshold_rate", &unknown, 4.5 / 60, periods[k], 2000);
    ck_assert_msg(t > 310 && t < 375, "period %g: %g", periods[k], t);
    ck_assert(isnan(first_hazard("threshold_rate", &unknown, 2.0 / 60, periods[k], 1500)));
  }
}
END_TEST

/* A cell of time constant 1000 s put into air of 120 degC at 300 s heats by 5.7 K/min at first, and this is no
 * sign of trouble; the same heating without hot air is. */
START_TEST(hot_air_explains_heating) {
  for (int told = 0; told < 2; told++) {
    rig r = begin("threshold_rate", &cell_18650);
    float worst = 0.0f;
    for (int k = 0; k < 3000; k++) {
      pro_sample s = healthy(k);
      double after = fmax(0.0, k - 300.0);
      s.value[PRO_CHANNEL_T_surface] = (float)(298.15 + 95.0 * (1.0 - exp(-after / 1000.0)));
      s.value[PRO_CHANNEL_T_ambient] = k < 300 ? 298.15f : told ? 393.15f : NAN;
      if (!told && k < 300) s.value[PRO_CHANNEL_T_ambient] = NAN;
      worst = fmaxf(worst, feed(&r, &s));
    }
    ck_assert_msg(told ? worst < 0.2f : worst > 0.9f, "told %d: %g", told, (double)worst);
  }
}
END_TEST

START_TEST(threshold_voltage_sees_a_short_at_rest_and_not_a_load) {
  rig r = begin("threshold_voltage", &cell_18650);
  float worst = 0.0f;
  for (int k = 0; k < 3600; k++) { /* a drive: 0.05 ohm, up to 4 C */
    pro_sample s = healthy(k);
    float I = -10.0f * (float)((k / 7) % 3 == 1) + 4.0f * (float)((k / 11) % 5 == 2);
    s.value[PRO_CHANNEL_current] = I;
    s.value[PRO_CHANNEL_voltage] = 3.9f - 5e-5f * (float)k + 0.05f * I;
    worst = fmaxf(worst, feed(&r, &s));
  }
  ck_assert_float_lt(worst, 0.2f);
  float p = 0.0f;
  for (int k = 3600; k < 4400; k++) { /* rest, and 0.6 V lost within 60 s from 4300 s on */
    pro_sample s = healthy(k);
    s.value[PRO_CHANNEL_voltage] = 3.72f - (k > 4300 ? fminf(0.6f, 0.01f * (float)(k - 4300)) : 0.0f);
    p = feed(&r, &s);
    if (k < 4300) ck_assert_float_lt(p, 0.2f);
  }
  ck_assert_float_gt(p, 0.9f);
}
END_TEST

START_TEST(threshold_voltage_sees_a_cell_far_below_its_nameplate) {
  rig r = begin("threshold_voltage", &cell_18650);
  float p = 0.0f;
  for (int k = 0; k < 300; k++) {
    pro_sample s = healthy(k);
    s.value[PRO_CHANNEL_voltage] = 2.0f; /* from the first sample on: no fall, but 0.5 V below the limit */
    p = feed(&r, &s);
  }
  ck_assert_float_gt(p, 0.9f);
}
END_TEST

/* 400 ppm of CO2 are air; 100 ppm of hydrogen more than ever before are even odds. */
START_TEST(threshold_gas_counts_from_each_gas_own_baseline) {
  rig r = begin("threshold_gas", &unknown);
  for (int k = 0; k < 1000; k++) {
    pro_sample s = healthy(k);
    ck_assert_float_lt(feed(&r, &s), 0.1f);
  }
  pro_sample s = healthy(1000);
  s.value[PRO_CHANNEL_gas_H2] = 100e-6f;
  ck_assert_float_eq_tol(feed(&r, &s), 0.5f, 0.01f);
  s.t = 1001, s.value[PRO_CHANNEL_gas_H2] = 300e-6f;
  ck_assert_float_gt(feed(&r, &s), 0.95f);
}
END_TEST

/* S gathers (z - 2) a second; z = rate / (0.6 K/min). 3 K/min: z = 5 once the window is full, so 120 s of sum take
 * about 40 s; 1 K/min (z = 1.7) never gets there. */
START_TEST(cusum_gathers_a_small_excess_and_forgives_a_smaller_one) {
  double t = first_hazard("cusum", &unknown, 3.0 / 60, 1.0, 2000);
  ck_assert_msg(t > 340 && t < 420, "%g", t);
  ck_assert(isnan(first_hazard("cusum", &unknown, 1.0 / 60, 1.0, 2000)));
}
END_TEST

/* A stale value may neither raise an alarm nor clear one: it holds just below one half for a minute. */
START_TEST(a_hot_value_that_goes_missing_is_neither_hazard_nor_all_clear) {
  rig r = begin("threshold_T", &cell_18650);
  pro_sample s = healthy(0);
  s.value[PRO_CHANNEL_T_surface] = 400.0f;
  ck_assert_float_gt(feed(&r, &s), 0.9f);
  s.value[PRO_CHANNEL_T_surface] = NAN;
  s.t = 30;
  float p = feed(&r, &s);
  ck_assert(p > 0.25f && p < 0.5f);
  s.t = 61;
  ck_assert_float_eq(feed(&r, &s), 0.0f);
}
END_TEST

/* Replay from a copied state gives the same bits: a state is its bytes. */
START_TEST(a_state_is_its_bytes) {
  for (const pro_detector *const *it = pro_detector_all; *it; it++) {
    rig a = begin((*it)->name, &cell_18650);
    for (int k = 0; k < 200; k++) {
      pro_sample s = healthy(k);
      s.value[PRO_CHANNEL_T_surface] += 0.05f * (float)k;
      feed(&a, &s);
    }
    rig b = a;
    for (int k = 200; k < 400; k++) {
      pro_sample s = healthy(k);
      s.value[PRO_CHANNEL_voltage] -= 0.005f * (float)(k - 200);
      ck_assert_float_eq(feed(&a, &s), feed(&b, &s));
    }
  }
}
END_TEST

/* ---- features ---- */

START_TEST(the_exponential_is_good_to_single_precision) {
  for (float x = -80.0f; x <= 80.0f; x += 0.0137f)
    ck_assert_double_eq_tol((double)pro_feature_exp(x) / exp((double)x), 1.0, 5e-7);
  ck_assert(isfinite(pro_feature_exp(INFINITY)) && pro_feature_exp(-INFINITY) < 1e-37f);
  ck_assert(isnan(pro_feature_exp(NAN)));
  ck_assert_float_eq(pro_feature_logistic(0.0f), 0.5f);
  ck_assert_float_eq_tol(pro_feature_logistic(4.0f) + pro_feature_logistic(-4.0f), 1.0f, 1e-6f);
}
END_TEST

/* x(t) = 1 after a 0: value = 1 - exp(-t/tau), whatever the steps; single precision over some hundred steps. */
START_TEST(the_weighted_mean_goes_by_time) {
  pro_ewma regular, wild;
  pro_ewma_reset(&regular);
  pro_ewma_reset(&wild);
  pro_ewma_step(&regular, 0.0, 0.0f, 100.0f);
  pro_ewma_step(&wild, 0.0, 0.0f, 100.0f);
  for (int k = 1; k <= 200; k++) pro_ewma_step(&regular, k, 1.0f, 100.0f);
  static const double times[] = {3, 3, 17, 17.5, 90, 180, 200};
  for (size_t k = 0; k < PRO_COUNT(times); k++) {
    pro_ewma_step(&wild, times[k], 1.0f, 100.0f);
    pro_ewma_step(&wild, times[k], NAN, 100.0f);
  }
  ck_assert_float_eq_tol(regular.value, (float)(1 - exp(-2.0)), 1e-5f);
  ck_assert_float_eq_tol(wild.value, (float)(1 - exp(-2.0)), 1e-5f);
}
END_TEST

/* A straight line has its slope at any sampling, with gaps and missing values; 1e-4 of it is single precision at
 * 400. */
START_TEST(the_slope_of_a_line_is_exact_with_gaps) {
  static const double periods[] = {0.1, 1.0, 7.0, 30.0, 60.0};
  for (size_t p = 0; p < PRO_COUNT(periods); p++) {
    pro_slope slope;
    pro_slope_reset(&slope);
    ck_assert(isnan(pro_slope_value(&slope, 60.0f)));
    for (int k = 0; k < 1000; k++) {
      double t = 1e6 + periods[p] * k;
      if (k % 7 == 3 || (k > 300 && k < 302 + 30 / periods[p])) continue;
      pro_slope_step(&slope, t, k % 11 == 5 ? NAN : (float)(300.0 + 0.05 * (t - 1e6)), 60.0f);
      float value = pro_slope_value(&slope, 60.0f);
      if (!isnan(value)) ck_assert_float_eq_tol(value, 0.05f, 5e-5f);
    }
    ck_assert(!isnan(pro_slope_value(&slope, 60.0f)));
  }
}
END_TEST

START_TEST(one_spike_does_not_pass_the_median) {
  pro_median median;
  pro_median_reset(&median);
  float most = 0.0f;
  for (int k = 0; k < 20; k++) most = fmaxf(most, pro_median_step(&median, k, k == 10 ? 1000.0f : 25.0f));
  ck_assert_float_eq(most, 25.0f);
}
END_TEST

START_TEST(an_outlier_hardly_moves_the_baseline) {
  pro_baseline base;
  pro_baseline_reset(&base);
  for (int k = 0; k < 1000; k++) pro_baseline_step(&base, k, 3.7f + (k % 2 ? 0.001f : -0.001f), 300.0f, 0.001f);
  pro_baseline_step(&base, 1000, -50.0f, 300.0f, 0.001f);
  ck_assert_float_eq_tol(base.value, 3.7f, 1e-3f);
}
END_TEST

/* 0.05 ohm: what is left under any current is the open-circuit voltage, once a jump has been seen. */
START_TEST(a_resistance_is_learnt_from_jumps_of_current) {
  pro_unload unload;
  pro_unload_reset(&unload, &cell_18650);
  for (int k = 0; k < 100; k++) {
    pro_sample s = healthy(k);
    s.value[PRO_CHANNEL_current] = k % 10 < 5 ? -5.0f : 2.0f;
    s.value[PRO_CHANNEL_voltage] = 3.7f + 0.05f * s.value[PRO_CHANNEL_current];
    float V = pro_unload_step(&unload, &s);
    if (k > 10) ck_assert_float_eq_tol(V, 3.7f, 1e-3f);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("detector");
  TCase *tcase = tcase_create("detector");
  tcase_add_test(tcase, every_row_of_the_registry_describes_itself);
  tcase_add_test(tcase, no_value_in_any_channel_leaves_the_unit_interval);
  tcase_add_test(tcase, a_healthy_cell_is_normal_with_any_channel_missing_throughout);
  tcase_add_test(tcase, times_may_repeat_jump_and_run_backwards);
  tcase_add_test(tcase, after_rubbish_a_real_runaway_is_still_seen);
  tcase_add_test(tcase, always_and_never_say_what_they_are_called);
  tcase_add_test(tcase, threshold_T_is_even_at_the_limit_told_or_its_own);
  tcase_add_test(tcase, threshold_rate_sees_a_ramp_at_any_sampling_rate);
  tcase_add_test(tcase, hot_air_explains_heating);
  tcase_add_test(tcase, threshold_voltage_sees_a_short_at_rest_and_not_a_load);
  tcase_add_test(tcase, threshold_voltage_sees_a_cell_far_below_its_nameplate);
  tcase_add_test(tcase, threshold_gas_counts_from_each_gas_own_baseline);
  tcase_add_test(tcase, cusum_gathers_a_small_excess_and_forgives_a_smaller_one);
  tcase_add_test(tcase, a_hot_value_that_goes_missing_is_neither_hazard_nor_all_clear);
  tcase_add_test(tcase, a_state_is_its_bytes);
  tcase_add_test(tcase, the_exponential_is_good_to_single_precision);
  tcase_add_test(tcase, the_weighted_mean_goes_by_time);
  tcase_add_test(tcase, the_slope_of_a_line_is_exact_with_gaps);
  tcase_add_test(tcase, one_spike_does_not_pass_the_median);
  tcase_add_test(tcase, an_outlier_hardly_moves_the_baseline);
  tcase_add_test(tcase, a_resistance_is_learnt_from_jumps_of_current);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
