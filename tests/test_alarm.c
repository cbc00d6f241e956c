/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_evaluate prodrome_output prodrome_runtime prodrome_sim */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "predictor/alarm.h"

static pro_sample at(double t) {
  pro_sample s = {.t = t};
  for (int c = 0; c < PRO_CHANNEL_COUNT; c++) s.value[c] = NAN;
  s.value[PRO_CHANNEL_T_surface] = 300.0f;
  return s;
}

static int step(pro_alarm *alarm, double t, double p) {
  pro_sample s = at(t);
  return pro_alarm_step(alarm, &s, p);
}

/* Steps at 1 Hz over [from, to) with one probability; returns everything that happened, or-ed. */
static int hold(pro_alarm *alarm, double from, double to, double p) {
  int did = 0;
  for (double t = from; t < to; t += 1.0) did |= step(alarm, t, p);
  return did;
}

static pro_alarm warm(void) { /* 120 s of silence are over */
  pro_alarm alarm;
  pro_alarm_begin(&alarm, NULL);
  ck_assert_int_eq(hold(&alarm, 0.0, 120.0, 0.0), 0);
  return alarm;
}

START_TEST(three_of_the_last_five_ticks_raise) {
  pro_alarm a = warm();
  ck_assert_int_eq(step(&a, 120, 0.6), PRO_ALARM_TICK);
  ck_assert_int_eq(step(&a, 121, 0.1), PRO_ALARM_TICK);
  ck_assert_int_eq(step(&a, 122, 0.6), PRO_ALARM_TICK);
  ck_assert_int_eq(step(&a, 123, 0.1), PRO_ALARM_TICK);
  ck_assert_int_eq(step(&a, 124, 0.6), PRO_ALARM_TICK | PRO_ALARM_RAISED);
  ck_assert_double_eq(a.raised, 124.0); /* the debounce is paid for */
}
END_TEST

START_TEST(three_of_six_ticks_do_not_raise) {
  pro_alarm a = warm();
  static const double p[] = {0.6, 0.1, 0.6, 0.1, 0.1, 0.6};
  for (int k = 0; k < 6; k++) ck_assert_int_eq(step(&a, 120 + k, p[k]), PRO_ALARM_TICK);
  ck_assert_int_eq(a.episodes, 0);
}
END_TEST

START_TEST(exactly_theta_on_counts_and_just_below_does_not) {
  pro_alarm a = warm();
  ck_assert_int_eq(hold(&a, 120, 200, nextafter(0.5, 0.0)), PRO_ALARM_TICK);
  ck_assert_int_eq(hold(&a, 200, 203, 0.5), PRO_ALARM_TICK | PRO_ALARM_RAISED);
}
END_TEST

START_TEST(the_warm_up_has_no_ticks) {
  pro_alarm a;
  pro_alarm_begin(&a, NULL);
  ck_assert_int_eq(hold(&a, 1000, 1120, 1.0), 0); /* counted from the first sample */
  ck_assert_int_eq(step(&a, 1120, 1.0), PRO_ALARM_TICK);
  ck_assert_int_eq(step(&a, 1121, 1.0), PRO_ALARM_TICK);
  ck_assert_int_eq(step(&a, 1122, 1.0), PRO_ALARM_TICK | PRO_ALARM_RAISED);
}
END_TEST

START_TEST(sixty_seconds_below_theta_off_clear) {
  pro_alarm a = warm();
  hold(&a, 120, 130, 1.0);
  ck_assert_int_eq(hold(&a, 130, 190, 0.24), PRO_ALARM_TICK); /* 130 ... 189: 59 s */
  ck_assert_int_eq(a.active, 1);
  ck_assert_int_eq(step(&a, 190, 0.24), PRO_ALARM_TICK | PRO_ALARM_CLEARED);
  ck_assert_double_eq(a.cleared, 190.0);
}
END_TEST

START_TEST(theta_off_itself_or_one_tick_above_it_begins_the_minute_anew) {
  pro_alarm a = warm();
  hold(&a, 120, 130, 1.0);
  ck_assert_int_eq(hold(&a, 130, 400, 0.25), PRO_ALARM_TICK);
  ck_assert_int_eq(hold(&a, 400, 450, 0.0), PRO_ALARM_TICK);
  ck_assert_int_eq(step(&a, 450, 0.3), PRO_ALARM_TICK);
  ck_assert_int_eq(hold(&a, 451, 511, 0.0), PRO_ALARM_TICK);
  ck_assert_int_eq(step(&a, 511, 0.0), PRO_ALARM_TICK | PRO_ALARM_CLEARED);
}
END_TEST

START_TEST(raised_again_within_the_refractory_time_it_is_the_same_episode) {
  pro_alarm a = warm();
  hold(&a, 120, 130, 1.0);
  hold(&a, 130, 191, 0.0); /* clears at 190 */
  ck_assert_double_eq(a.cleared, 190.0);
  hold(&a, 191, 788, 0.0);
  ck_assert_int_eq(hold(&a, 788, 791, 1.0), PRO_ALARM_TICK | PRO_ALARM_RESUMED); /* at 790: 600 s later */
  ck_assert_int_eq(a.episodes, 1);
  ck_assert_double_eq(a.raised, 122.0);
}
END_TEST

START_TEST(raised_after_the_refractory_time_it_is_a_new_episode) {
  pro_alarm a = warm();
  hold(&a, 120, 130, 1.0);
  hold(&a, 130, 789, 0.0); /* clears at 190 */
  ck_assert_int_eq(hold(&a, 789, 792, 1.0), PRO_ALARM_TICK | PRO_ALARM_RAISED);
  ck_assert_int_eq(a.episodes, 2);
  ck_assert_double_eq(a.raised, 791.0);
}
END_TEST

START_TEST(an_alarm_is_held_until_the_refractory_time_is_over) {
  pro_alarm a = warm();
  ck_assert(!pro_alarm_held(&a, 150));
  hold(&a, 120, 130, 1.0);
  ck_assert(pro_alarm_held(&a, 1e6)); /* never cleared */
  hold(&a, 130, 191, 0.0);
  ck_assert(pro_alarm_held(&a, 790));
  ck_assert(!pro_alarm_held(&a, 790.1));
}
END_TEST

START_TEST(faster_samples_give_one_tick_a_second) {
  for (int rate = 2; rate <= 10; rate += 4) {
    pro_alarm a = warm();
    int ticks = 0;
    for (int k = 0; k < 20 * rate; k++) ticks += step(&a, 120 + (double)k / rate, 0.0) & PRO_ALARM_TICK;
    ck_assert_int_eq(ticks, 20);
  }
}
END_TEST

/* 10 Hz: three hot samples within 0.2 s are one tick's worth. */
START_TEST(a_burst_within_a_second_is_one_vote) {
  pro_alarm a = warm();
  for (int k = 0; k < 10; k++) step(&a, 120 + 0.1 * k, 1.0);
  ck_assert_int_eq(hold(&a, 121, 200, 0.0), PRO_ALARM_TICK);
  ck_assert_int_eq(a.episodes, 0);
}
END_TEST

START_TEST(slow_samples_are_not_held_between_ticks) {
  pro_alarm a = warm();
  ck_assert_int_eq(step(&a, 130, 1.0), PRO_ALARM_TICK);
  ck_assert_int_eq(step(&a, 160, 1.0), PRO_ALARM_TICK);
  ck_assert_int_eq(step(&a, 190, 1.0), PRO_ALARM_TICK | PRO_ALARM_RAISED);
}
END_TEST

START_TEST(a_repeated_or_backward_timestamp_is_no_tick) {
  pro_alarm a = warm();
  ck_assert_int_eq(step(&a, 130, 1.0), PRO_ALARM_TICK);
  for (int k = 0; k < 5; k++) ck_assert_int_eq(step(&a, 130, 1.0), 0);
  ck_assert_int_eq(step(&a, 125, 1.0), 0);
  ck_assert_int_eq(step(&a, NAN, 1.0), 0);
  ck_assert_int_eq(a.episodes, 0);
}
END_TEST

START_TEST(a_sample_without_any_value_is_no_tick) {
  pro_alarm a = warm();
  for (int k = 0; k < 10; k++) {
    pro_sample s = at(130 + k);
    s.value[PRO_CHANNEL_T_surface] = NAN;
    ck_assert_int_eq(pro_alarm_step(&a, &s, 1.0), 0);
  }
}
END_TEST

START_TEST(clocks_that_jitter_keep_their_ticks) {
  pro_alarm a = warm();
  int ticks = 0;
  for (int k = 0; k < 50; k++) ticks += step(&a, 120 + k + (k % 2 ? 0.004 : -0.004) + 0.004, 0.0) & PRO_ALARM_TICK;
  ck_assert_int_eq(ticks, 50);
}
END_TEST

START_TEST(a_probability_that_is_no_number_is_low) {
  pro_alarm a = warm();
  ck_assert_int_eq(hold(&a, 120, 130, NAN), PRO_ALARM_TICK);
  hold(&a, 130, 140, 1.0);
  ck_assert_int_eq(hold(&a, 140, 201, NAN), PRO_ALARM_TICK | PRO_ALARM_CLEARED);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("alarm");
  TCase *tcase = tcase_create("alarm");
  tcase_add_test(tcase, three_of_the_last_five_ticks_raise);
  tcase_add_test(tcase, three_of_six_ticks_do_not_raise);
  tcase_add_test(tcase, exactly_theta_on_counts_and_just_below_does_not);
  tcase_add_test(tcase, the_warm_up_has_no_ticks);
  tcase_add_test(tcase, sixty_seconds_below_theta_off_clear);
  tcase_add_test(tcase, theta_off_itself_or_one_tick_above_it_begins_the_minute_anew);
  tcase_add_test(tcase, raised_again_within_the_refractory_time_it_is_the_same_episode);
  tcase_add_test(tcase, raised_after_the_refractory_time_it_is_a_new_episode);
  tcase_add_test(tcase, an_alarm_is_held_until_the_refractory_time_is_over);
  tcase_add_test(tcase, faster_samples_give_one_tick_a_second);
  tcase_add_test(tcase, a_burst_within_a_second_is_one_vote);
  tcase_add_test(tcase, slow_samples_are_not_held_between_ticks);
  tcase_add_test(tcase, a_repeated_or_backward_timestamp_is_no_tick);
  tcase_add_test(tcase, a_sample_without_any_value_is_no_tick);
  tcase_add_test(tcase, clocks_that_jitter_keep_their_ticks);
  tcase_add_test(tcase, a_probability_that_is_no_number_is_low);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
