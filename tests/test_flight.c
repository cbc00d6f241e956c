/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_bench
 * What a case may cost, and that one which costs more fails alone. */
#include "bench/bench.h"
#include "sim/integrator.h"
#include "tests/support.h"

enum { CASES = PRO_LANES + 3, BOUND = 4 }; /* which has a budget */

static void make(pro_run *run, int k) {
  *run = (pro_run){0};
  pro_bench_abuse(&run->in, "nmc811_18650", k % PRO_BENCH_ABUSES);
  run->in.period = 60.0, run->in.run = (uint64_t)k;
}

static void run_all(pro_run run[CASES], int steps_max, double seconds_max, const pro_integrator *with) {
  pro_run *list[CASES];
  for (int k = 0; k < CASES; k++) make(&run[k], k), list[k] = &run[k];
  run[BOUND].in.steps_max = steps_max, run[BOUND].in.seconds_max = seconds_max;
  ck_assert_msg(pro_run_cases(list, CASES, with) == PRO_OK, "%s", pro_error_message());
}

static void same_bytes(const pro_trajectory *a, const pro_trajectory *b) {
  ck_assert(a && b);
  ck_assert_uint_eq(a->samples, b->samples);
  for (int c = 0; c < PRO_TRUTH_COUNT; c++)
    ck_assert_mem_eq(a->truth[c], b->truth[c], a->samples * sizeof(double));
  ck_assert_mem_eq(a->clock, b->clock, sizeof a->clock);
  ck_assert(a->T_max == b->T_max && a->steps == b->steps && a->rejected == b->rejected);
}

/* Run k of both, the bound one excepted. */
static void others_have_the_same_bytes(const pro_run *a, const pro_run *b) {
  for (int k = 0; k < CASES; k++)
    if (k != BOUND) same_bytes(a[k].truth, b[k].truth);
}

static void clear(pro_run *run) {
  for (int k = 0; k < CASES; k++) pro_run_clear(&run[k]);
}

/* The time that a message tells [s]. */
static double told(const char *message) {
  double t;
  ck_assert_msg(sscanf(message, "at t = %lf s, T = ", &t) == 1, "%s", message);
  return t;
}

START_TEST(a_case_ends_within_its_budget_of_steps_or_fails_alone) {
  const pro_integrator *with = pro_integrator_all[_i];
  static pro_run free_[CASES], enough[CASES], short_of[CASES];
  run_all(free_, 0, 0.0, with);
  long tries = free_[BOUND].truth->steps + free_[BOUND].truth->rejected;
  ck_assert_int_gt(free_[BOUND].truth->rejected, 0); /* they count too */
  run_all(enough, (int)tries, 0.0, with);
  same_bytes(enough[BOUND].truth, free_[BOUND].truth);
  for (long most = 1; most < tries; most = most == 1 ? tries / 2 : most == tries / 2 ? tries - 1 : tries) {
    run_all(short_of, (int)most, 0.0, with);
    const pro_run *run = &short_of[BOUND];
    char wanted[96];
    snprintf(wanted, sizeof wanted, "its budget of %ld steps (steps_max) is spent", most);
    ck_assert_int_eq(run->status, PRO_ENUMERIC);
    ck_assert_msg(!run->truth && strstr(run->message, wanted), "%s", run->message);
    double t = told(run->message);
    ck_assert(t >= 0.0 && t < run->in.duration && (most == 1 || t > 0.0));
    others_have_the_same_bytes(short_of, free_);
    clear(short_of);
  }
  clear(enough);
  clear(free_);
}
END_TEST

START_TEST(a_case_ends_within_its_budget_of_seconds_or_fails_alone) {
  const pro_integrator *with = pro_integrator_all[_i];
  static pro_run free_[CASES], enough[CASES], short_of[CASES];
  run_all(free_, 0, 0.0, with);
  run_all(enough, 0, 1e6, with);
  same_bytes(enough[BOUND].truth, free_[BOUND].truth);
  run_all(short_of, 0, 1e-9, with);
  ck_assert_int_eq(short_of[BOUND].status, PRO_ENUMERIC);
  ck_assert_msg(strstr(short_of[BOUND].message, "its budget of 1e-09 s of wall clock is spent"), "%s",
                short_of[BOUND].message);
  others_have_the_same_bytes(short_of, free_);
  clear(short_of);
  clear(enough);
  clear(free_);
}
END_TEST

START_TEST(budgets_below_zero_are_refused) {
  pro_run run;
  make(&run, 0);
  run.in.steps_max = -1;
  ck_assert_int_eq(pro_case_check(&run.in), PRO_EINPUT);
  run.in.steps_max = 0, run.in.seconds_max = (double)NAN;
  ck_assert_int_eq(pro_case_check(&run.in), PRO_EINPUT);
  run.in.seconds_max = 0.0;
  ck_assert_int_eq(pro_case_check(&run.in), PRO_OK);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("flight");
  TCase *tests = tcase_create("flight");
  int integrators = 0;
  while (pro_integrator_all[integrators]) integrators++;
  tcase_set_timeout(tests, 120.0);
  tcase_add_loop_test(tests, a_case_ends_within_its_budget_of_steps_or_fails_alone, 0, integrators);
  tcase_add_loop_test(tests, a_case_ends_within_its_budget_of_seconds_or_fails_alone, 0, integrators);
  tcase_add_test(tests, budgets_below_zero_are_refused);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
