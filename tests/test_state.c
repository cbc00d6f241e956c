/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_scenarios prodrome_sim
 * A case that is left at any time and taken up again, by the same integrator or another, is the same case. */
#include "scenarios/scenario.h"
#include "sim/flight.h"
#include "tests/support.h"

static const char *const files[] = {"oven",           "heater",     "internal_short",     "nail",
                                    "external_short", "overcharge", "over_discharge",     "cooling_loss",
                                    "duty_cycle",     "arc",        "heater_calorimeter", "oven_profile"};

static pro_scenario *make(pro_case *in, const char *file,
                          uint64_t k) { /* what the case borrows is the scenario's */
  char path[4096];
  pro_scenario *scenario;
  snprintf(path, sizeof path, "%s/scenarios/%s.yaml", support_source(), file);
  ck_assert_msg(pro_scenario_read(&scenario, path, 0, NULL) == PRO_OK, "%s", pro_error_message());
  ck_assert_msg(pro_scenario_case(in, scenario, k) == PRO_OK, "%s", pro_error_message());
  in->period = in->duration / 200.0, in->rtol = 1e-7;
  return scenario;
}

/* Clocks to 1e-5 of the time and a millisecond, temperatures to 1e-4 of the rise, what it ends with to 1e-4 of
 * itself. */
static void same_case(const pro_case *in, const char *what, const pro_trajectory *a, const pro_trajectory *b) {
  support_check(a->outcome == b->outcome && a->samples == b->samples, "%s: another outcome", what);
  for (int c = 0; c < PRO_CLOCK_COUNT; c++) {
    if (c == PRO_CLOCK_max) continue; /* flat */
    double x = a->clock[c], y = b->clock[c];
    support_check(isnan(x) == isnan(y) && !(fabs(x - y) > 1e-5 * y + 1e-3), "%s: %s at %.9g s, whole %.9g s", what,
                  pro_clock_names[c], x, y);
  }
  support_check(fabs(a->T_max - b->T_max) <= 1e-4 * (b->T_max - in->T_initial) + 1e-3, "%s: %.9g K, whole %.9g K",
                what, a->T_max, b->T_max);
  const size_t last = a->samples - 1;
  for (int c = 0; c < PRO_TRUTH_COUNT; c++) {
    double x = a->truth[c][last], y = b->truth[c][last], most = 0.0;
    for (size_t k = 0; k <= last; k++) most = fmax(most, fabs(b->truth[c][k]));
    support_check(fabs(x - y) <= 1e-4 * most + 1e-9, "%s: %s ends at %.9g, whole %.9g", what, pro_truth_names[c], x, y);
  }
  support_check(a->ledger.energy_gap < 1e-8 && a->ledger.mass_gap < 1e-7 && a->ledger.charge_gap < 1e-9,
                "%s: gaps %g, %g, %g", what, a->ledger.energy_gap, a->ledger.mass_gap, a->ledger.charge_gap);
}

static pro_trajectory *whole(const pro_case *in) {
  pro_trajectory *out = NULL;
  ck_assert_msg(pro_simulate(&out, in, pro_integrator_fast()) == PRO_OK, "%s", pro_error_message());
  return out;
}

static pro_trajectory *finish(const pro_state *from, const pro_integrator *with) {
  pro_trajectory *out = NULL;
  ck_assert_msg(pro_state_finish(&out, from, with) == PRO_OK, "%s", pro_error_message());
  return out;
}

/* Early, in the midst of it, late, and a moment before and after what happens. */
START_TEST(a_case_goes_on_as_if_it_had_not_been_left) {
  pro_case in;
  pro_scenario *scenario = make(&in, files[_i], 1);
  pro_trajectory *all = whole(&in);
  double times[8] = {0.013 * in.duration, 0.5 * in.duration, 0.97 * in.duration};
  int n = 3;
  static const int clocks[] = {PRO_CLOCK_vent, PRO_CLOCK_runaway, PRO_CLOCK_fault, PRO_CLOCK_self_heating};
  for (size_t c = 0; c < PRO_COUNT(clocks); c++)
    if (all->clock[clocks[c]] > 1.0) times[n++] = all->clock[clocks[c]] + (c % 2 ? 0.3 : -0.3);
  for (int k = 0; k < n; k++) {
    char what[160];
    pro_state *state = NULL;
    if (times[k] >= in.duration) continue;
    snprintf(what, sizeof what, "%s, left at %.9g s", files[_i], times[k]);
    support_check(pro_simulate_until(&state, &in, times[k], pro_integrator_fast()) == PRO_OK, "%s: %s", what,
                  pro_error_message());
    ck_assert(pro_state_time(state) == times[k]);
    pro_trajectory *rest = finish(state, pro_integrator_fast()), *again = finish(state, pro_integrator_fast());
    same_case(&in, what, rest, all);
    /* the state is as it was: the same bytes again */
    for (int c = 0; c < PRO_TRUTH_COUNT; c++)
      ck_assert_mem_eq(rest->truth[c], again->truth[c], rest->samples * sizeof(double));
    ck_assert_mem_eq(rest->clock, again->clock, sizeof rest->clock);
    support_check(rest->steps == again->steps && rest->steps > state->flight.before.steps &&
                      rest->steps < 2 * all->steps + 40,
                  "%s: %ld steps, whole %ld", what, rest->steps, all->steps);
    pro_trajectory_free(rest);
    pro_trajectory_free(again);
    pro_state_free(state);
  }
  pro_trajectory_free(all);
  pro_scenario_free(scenario);
}
END_TEST

/* Three parts, each by another integrator; what comes before the state has the bytes of the whole. */
START_TEST(parts_may_be_by_any_integrator) {
  pro_case in;
  pro_scenario *scenario = make(&in, "internal_short", 3);
  pro_trajectory *all = whole(&in);
  ck_assert_int_eq(all->outcome, PRO_OUTCOME_runaway);
  const pro_integrator *reference = pro_integrator_find("cvode");
  const double first = 0.9 * all->clock[PRO_CLOCK_runaway], second = all->clock[PRO_CLOCK_runaway] + 1.0;
  pro_state *a = NULL, *b = NULL;
  ck_assert_int_eq(pro_simulate_until(&a, &in, first, pro_integrator_fast()), PRO_OK);
  ck_assert_int_eq(pro_state_until(&b, a, second, reference), PRO_OK);
  pro_trajectory *rest = finish(b, pro_integrator_fast());
  same_case(&in, "three parts", rest, all);
  ck_assert(isnan(a->flight.watch.clock[PRO_CLOCK_runaway]) && !isnan(b->flight.watch.clock[PRO_CLOCK_runaway]));
  size_t before = a->flight.next - (size_t)a->flight.waiting;
  ck_assert_uint_gt(before, 8);
  ck_assert_mem_eq(rest->truth[PRO_TRUTH_T_core], a->flight.out->truth[PRO_TRUTH_T_core], before * sizeof(double));
  pro_state *none = NULL;
  ck_assert_int_eq(pro_state_until(&none, a, first, NULL), PRO_EINPUT); /* not later */
  ck_assert_int_eq(pro_simulate_until(&none, &in, in.duration, NULL), PRO_EINPUT);
  ck_assert_int_eq(pro_simulate_until(&none, &in, 0.0, NULL), PRO_EINPUT);
  ck_assert_ptr_null(none);
  pro_trajectory_free(rest);
  pro_trajectory_free(all);
  pro_state_free(a);
  pro_state_free(b);
  pro_scenario_free(scenario);
}
END_TEST

/* A budget of steps is that of the whole case. */
START_TEST(budgets_count_what_was_before) {
  pro_case in;
  pro_scenario *scenario = make(&in, "oven", 1);
  pro_state *state = NULL;
  pro_trajectory *out = NULL;
  ck_assert_int_eq(pro_simulate_until(&state, &in, 0.5 * in.duration, pro_integrator_fast()), PRO_OK);
  state->in.steps_max = (int)(state->flight.before.steps + state->flight.before.rejected) + 1;
  ck_assert_int_eq(pro_state_finish(&out, state, pro_integrator_fast()), PRO_ENUMERIC);
  ck_assert_msg(strstr(pro_error_message(), "steps (steps_max) is spent") != NULL, "%s", pro_error_message());
  pro_state_free(state);
  pro_scenario_free(scenario);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("state");
  TCase *tests = tcase_create("state");
  tcase_set_timeout(tests, 300.0);
  tcase_add_loop_test(tests, a_case_goes_on_as_if_it_had_not_been_left, 0, (int)PRO_COUNT(files));
  tcase_add_test(tests, parts_may_be_by_any_integrator);
  tcase_add_test(tests, budgets_count_what_was_before);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
