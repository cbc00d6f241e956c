/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_scenarios prodrome_sim */
#include "scenarios/ensemble.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/simulate.h"

/* Cool ovens, so that a case costs milliseconds; every third case contradicts itself: a lower
 * voltage limit above the upper one. */
static pro_scenario *some(void) {
  static const char text[] =
      "kind: oven\ncell: lco_18650\nruns: 60\nseed: 5\ninitial: {T: 25 degC, soc: 1}\nduration: 10 min\nperiod: "
      "10 s\n"
      "oven: {T: 40 degC, ramp: 5 K/min}\nvary:\n  cell.voltage_min: {grid: [3 V, 2 V, 5 V]}\n  oven.delay: "
      "{uniform: [0 s, "
      "60 s]}\n";
  char path[] = "/tmp/prodrome-test-XXXXXX";
  int file = mkstemp(path);
  ck_assert_int_ge(file, 0);
  ck_assert_int_eq((int)write(file, text, sizeof text - 1), (int)sizeof text - 1);
  close(file);
  pro_scenario *s = NULL;
  pro_status status = pro_scenario_read(&s, path, 0, NULL);
  unlink(path);
  ck_assert_msg(status == PRO_OK, "%s", pro_error_message());
  return s;
}

typedef struct ledger {
  uint64_t next, failed;
  uint64_t sum; /* of all readings and times, bit by bit, in order */
  uint64_t fail_at;
  int *stop;
  uint64_t stop_at;
} ledger;

static void mix(ledger *to, const void *bytes, size_t n) {
  const unsigned char *p = bytes;
  for (size_t i = 0; i < n; i++) to->sum = (to->sum ^ p[i]) * 1099511628211u;
}

static pro_status take(void *payload, const pro_run *run) {
  ledger *l = payload;
  ck_assert_uint_eq(run->in.run, l->next);
  if (l->next == l->fail_at) return pro_fail(PRO_EIO, "the disk is full");
  if (run->status == PRO_OK) {
    mix(l, run->truth->truth[PRO_TRUTH_T_core], run->truth->samples * sizeof(double));
    for (int c = 0; c < run->seen->channels; c++) mix(l, run->seen->code[c], run->seen->samples * sizeof(int32_t));
  } else {
    ck_assert_int_eq(run->status, PRO_EINPUT);
    ck_assert_ptr_null(run->truth);
    ck_assert_msg(strncmp(run->message, "cell.voltage_max (", 18) == 0, "%s", run->message);
    l->failed++;
  }
  l->next++;
  if (l->stop && l->next == l->stop_at) *l->stop = 1;
  return PRO_OK;
}

static pro_status sweep(const pro_scenario *s, ledger *l, uint64_t first, uint64_t count, int threads,
                        const int *stop) {
  l->next = first;
  pro_ensemble job = {
      .scenario = s, .first = first, .count = count, .threads = threads, .sink = take, .payload = l, .stop = stop};
  return pro_ensemble_run(&job);
}

START_TEST(runs_come_in_order_and_equal_on_any_number_of_threads) {
  pro_scenario *s = some();
  ledger one = {.fail_at = UINT64_MAX}, many = one;
  ck_assert_int_eq(sweep(s, &one, 0, 60, 1, NULL), PRO_OK);
  ck_assert_uint_eq(one.next, 60);
  ck_assert_uint_eq(one.failed, 20); /* failed draws are data, and the rest goes on */
  for (int threads = 0; threads <= 7; threads += 3) {
    many = (ledger){.fail_at = UINT64_MAX};
    ck_assert_int_eq(sweep(s, &many, 0, 60, threads, NULL), PRO_OK);
    ck_assert_uint_eq(many.sum, one.sum);
    ck_assert_uint_eq(many.failed, one.failed);
  }
  pro_scenario_free(s);
}
END_TEST

START_TEST(a_part_of_the_cases_is_the_same_part) {
  pro_scenario *s = some();
  ledger whole = {.fail_at = UINT64_MAX}, parts = whole;
  ck_assert_int_eq(sweep(s, &whole, 0, 12, 2, NULL), PRO_OK);
  ck_assert_int_eq(sweep(s, &parts, 0, 5, 2, NULL), PRO_OK);
  ck_assert_int_eq(sweep(s, &parts, 5, 7, 2, NULL), PRO_OK);
  ck_assert_uint_eq(whole.sum, parts.sum);
  ck_assert_int_eq(sweep(s, &parts, 12, 0, 2, NULL), PRO_OK); /* none is none */
  ck_assert_uint_eq(parts.next, 12);
  pro_scenario_free(s);
}
END_TEST

START_TEST(a_failing_sink_ends_it_with_its_own_status_and_message) {
  pro_scenario *s = some();
  ledger l = {.fail_at = 7};
  ck_assert_int_eq(sweep(s, &l, 0, 60, 3, NULL), PRO_EIO);
  ck_assert_str_eq(pro_error_message(), "the disk is full");
  ck_assert_uint_eq(l.next, 7);
  pro_scenario_free(s);
}
END_TEST

/* What was begun is finished and handed over: at least the 10 cases before the wish, and no gaps. */
START_TEST(a_stop_finishes_what_is_in_the_air) {
  pro_scenario *s = some();
  int stop = 0;
  ledger l = {.fail_at = UINT64_MAX, .stop = &stop, .stop_at = 10};
  ck_assert_int_eq(sweep(s, &l, 0, 100000, 3, &stop), PRO_EINTERRUPTED);
  ck_assert_uint_ge(l.next, 10);
  const uint64_t batch = 64; /* and not more than may wait, and a batch a thread */
  ck_assert_uint_le(l.next, 10 + 2 * 3 * batch + 16 + 3 * batch);
  stop = 1;
  ck_assert_int_eq(sweep(s, &l, 0, 10, 3, &stop), PRO_EINTERRUPTED);
  ck_assert_uint_eq(l.next, 0);
  pro_scenario_free(s);
}
END_TEST

/* ---- a long case in the air ---- */

typedef struct recipe {
  const pro_scenario *scenario;
  pro_pieces pieces;
} recipe;

/* Nothing is recorded after the wish, though at rest a step is months long. */
static pro_status wish_on_its_second_day(void *payload, const pro_trajectory *piece) {
  volatile int *stop = payload;
  ck_assert_int_eq(*stop, 0);
  *stop = piece->t[0] > 86400.0;
  return PRO_OK;
}

static pro_status make_one_long(pro_case *out, uint64_t k, const void *payload) {
  const recipe *r = payload;
  pro_status status = pro_scenario_case(out, r->scenario, k);
  if (k == 4) out->duration = 500.0 * 86400.0, out->period = 1.0, out->pieces = &r->pieces;
  return status;
}

/* One thread takes a case at a time here. The one dropped is no failure. */
START_TEST(a_stop_drops_a_long_case_and_keeps_those_before_it) {
  volatile int stop = 0;
  pro_scenario *s = some();
  recipe r = {s, {.length = 1024, .take = wish_on_its_second_day, .payload = (void *)&stop}};
  ledger l = {.fail_at = UINT64_MAX};
  pro_ensemble job = {
      .make = make_one_long, .recipe = &r, .count = 8, .threads = 1, .sink = take, .payload = &l, .stop = &stop};
  ck_assert_int_eq(pro_ensemble_run(&job), PRO_EINTERRUPTED);
  ck_assert_str_eq(pro_error_message(), "stopped after 4 of 8 cases");
  ck_assert_uint_eq(l.next, 4);
  ck_assert_uint_eq(l.failed, 1); /* case 2 contradicts itself */
  pro_scenario_free(s);
}
END_TEST

/* Those that fly beside it and are done by then are whole. */
START_TEST(a_stop_drops_none_that_has_ended) {
  volatile int stop = 0;
  pro_scenario *s = some();
  recipe r = {s, {.length = 1024, .take = wish_on_its_second_day, .payload = (void *)&stop}};
  static const uint64_t whole[] = {0, 1, 3, 4, 6, 7}; /* a third contradict themselves */
  enum { COUNT = PRO_COUNT(whole) };
  pro_run run[COUNT] = {0}, *list[COUNT];
  for (size_t i = 0; i < COUNT; i++) {
    list[i] = &run[i];
    ck_assert_int_eq(make_one_long(&run[i].in, whole[i], &r), PRO_OK);
    run[i].in.stop = &stop;
  }
  ck_assert_int_eq(pro_run_cases(list, COUNT, pro_integrator_fast()), PRO_OK);
  for (size_t i = 0; i < COUNT; i++) {
    ck_assert_int_eq(run[i].status, whole[i] == 4 ? PRO_EINTERRUPTED : PRO_OK);
    ck_assert_int_eq(run[i].truth != NULL, whole[i] != 4);
    pro_run_clear(&run[i]);
  }
  pro_scenario_free(s);
}
END_TEST

static pro_status count_spent(void *payload, const pro_run *run) {
  int *spent = payload;
  *spent += run->status == PRO_ENUMERIC && strstr(run->message, " s of wall clock is spent");
  return PRO_OK;
}

/* No case ends within a nanosecond; each fails as data, and a third contradict themselves. */
START_TEST(a_budget_of_seconds_is_each_cases) {
  pro_scenario *s = some();
  int spent = 0;
  pro_ensemble job = {.scenario = s, .count = 60, .case_seconds = 1e-9, .sink = count_spent, .payload = &spent};
  ck_assert_int_eq(pro_ensemble_run(&job), PRO_OK);
  ck_assert_int_eq(spent, 40);
  pro_scenario_free(s);
}
END_TEST

START_TEST(there_is_at_least_one_thread) { ck_assert_int_ge(pro_threads_available(), 1); }
END_TEST

int main(void) {
  Suite *suite = suite_create("ensemble");
  TCase *tests = tcase_create("ensemble");
  tcase_add_test(tests, runs_come_in_order_and_equal_on_any_number_of_threads);
  tcase_add_test(tests, a_part_of_the_cases_is_the_same_part);
  tcase_add_test(tests, a_failing_sink_ends_it_with_its_own_status_and_message);
  tcase_add_test(tests, a_stop_finishes_what_is_in_the_air);
  tcase_add_test(tests, a_stop_drops_a_long_case_and_keeps_those_before_it);
  tcase_add_test(tests, a_stop_drops_none_that_has_ended);
  tcase_add_test(tests, a_budget_of_seconds_is_each_cases);
  tcase_add_test(tests, there_is_at_least_one_thread);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
