/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_bench
 * The ensemble integrator: its orders, that lanes do not touch each other, and that it agrees with CVODE. */
#include "bench/bench.h"
#include "sim/integrator.h"
#include "tests/support.h"

static const pro_integrator *rosenbrock(void) {
  const pro_integrator *found = pro_integrator_find("rosenbrock");
  ck_assert(found != NULL);
  return found;
}

/* ---- order ---- */

/* The whole state after `steps` equal steps over 40 s of a cell that heats itself while its surroundings warm. Cut
 * by their stops, all but the first may be light; `heavy` ones start as after an event. */
static void march(double *y, const pro_case *in, int steps, int heavy) {
  static pro_system system;
  const pro_integrator *with = rosenbrock();
  memset(&system, 0, sizeof system);
  pro_cell_fill(&system.cell, in);
  system.modes = pro_modes_start();
  for (int l = 0; l < PRO_LANES; l++) system.rtol[l] = 1.0; /* no step is refused */
  system.modes.vent_open = pro_lanes_all(1.0);              /* there is none, but behind it nothing sleeps */
  for (int c = 0; c < PRO_DRIVE_COUNT; c++) {
    double slope, value = pro_channel_at(&in->drive.channel[c], 0.0, &slope);
    system.value[c] = pro_lanes_all(value), system.slope[c] = pro_lanes_all(slope);
  }
  void *self;
  ck_assert_int_eq(with->create(&self, &system), PRO_OK);
  pro_cell_start(&system.cell, in, y);
  for (int k = 0; k < steps; k++) {
    double end = 40.0 * (k + 1) / steps;
    if (heavy) ck_assert_int_eq(with->start(self, 0, -1.0, y, end), PRO_OK);
    ck_assert_int_eq(with->start(self, 0, 40.0 * k / steps, y, end), PRO_OK);
    signed char done[PRO_LANES];
    pro_cell_view view;
    pro_drive_lanes drive;
    do {
      with->step(self, done);
      ck_assert_int_ge(done[0], 0);
    } while ((*with->look(self, &view, &drive))[0] < end);
    pro_lanes at = pro_lanes_all(end), wide[PRO_STATES_MAX];
    with->dense(self, 0, &at, wide, system.cell.layout.n);
    for (int i = 0; i < system.cell.layout.n; i++) y[i] = wide[i][0];
  }
  pro_counts counts;
  with->counts(self, 0, &counts);
  /* where the controller cuts some, it is few */
  ck_assert_msg(counts.steps <= steps + steps / 40 + 4, "%ld steps, wanted %d", counts.steps, steps);
  ck_assert_int_eq(counts.rhs_calls, heavy ? 8 * counts.steps : 3 * counts.steps + 5);
  with->destroy(self);
}

START_TEST(error_falls_with_the_fifth_power_of_the_step_and_the_fourth_of_a_light_one) {
  const int heavy = _i;
  pro_case in;
  support_case(&in, "lco_18650_kim");
  in.T_initial = 430.0;
  in.drive.channel[PRO_DRIVE_T_ambient] = (pro_channel){0};
  pro_channel_add(&in.drive.channel[PRO_DRIVE_T_ambient], 0.0, 450.0);
  pro_channel_add(&in.drive.channel[PRO_DRIVE_T_ambient], 1000.0, 1450.0);
  double exact[PRO_STATES_MAX], y[PRO_STATES_MAX], error[3];
  march(exact, &in, 1280, 1);
  pro_cell_lanes cell;
  pro_cell_fill(&cell, &in);
  for (int k = 0; k < 3; k++) {
    march(y, &in, 20 << k, heavy);
    error[k] = fabs(y[cell.layout.U_core] - exact[cell.layout.U_core]);
    ck_assert_double_gt(error[k], 1e-9); /* above rounding, of some 1e4 J */
  }
  for (int k = 0; k < 2; k++) {
    double order = log2(error[k] / error[k + 1]);
    ck_assert_msg(order > 3.3 + heavy && order < 5.0 + heavy, "order %.2f: %g J, then %g J", order, error[k],
                  error[k + 1]);
  }
}
END_TEST

/* ---- lanes ---- */

enum { TOGETHER = 19 };

static void mixed(pro_run *run, int k) {
  static const char *const presets[] = {"nmc811_18650", "lfp_18650", "nmc811_18650", "nmc_pouch_25Ah"};
  *run = (pro_run){0};
  pro_bench_abuse(&run->in, presets[k % (int)PRO_COUNT(presets)], k % PRO_BENCH_ABUSES);
  run->in.period = 10.0, run->in.rtol = 1e-6, run->in.run = (uint64_t)k;
  if (k == 11) run->in.soc_initial = 0.3;
}

/* Whatever flies beside it, a case has its own bytes. */
START_TEST(a_case_has_its_bytes_whatever_its_neighbours) {
  static pro_run together[TOGETHER];
  pro_run *list[TOGETHER];
  for (int k = 0; k < TOGETHER; k++) mixed(&together[k], k), list[TOGETHER - 1 - k] = &together[k];
  ck_assert_int_eq(pro_run_cases(list, TOGETHER, rosenbrock()), PRO_OK);
  for (int k = 0; k < TOGETHER; k++) {
    pro_run alone;
    mixed(&alone, k);
    ck_assert_int_eq(pro_run_case(&alone, rosenbrock()), PRO_OK);
    ck_assert_int_eq(alone.status, together[k].status);
    const pro_trajectory *a = alone.truth, *b = together[k].truth;
    ck_assert_uint_eq(a->samples, b->samples);
    for (int c = 0; c < PRO_TRUTH_COUNT; c++)
      support_check(memcmp(a->truth[c], b->truth[c], a->samples * sizeof(double)) == 0, "case %d: %s differs", k,
                    pro_truth_names[c]);
    ck_assert_mem_eq(a->clock, b->clock, sizeof a->clock);
    ck_assert(a->T_max == b->T_max && a->steps == b->steps && a->rejected == b->rejected);
    pro_run_clear(&alone);
  }
  for (int k = 0; k < TOGETHER; k++) pro_run_clear(&together[k]);
}
END_TEST

/* One structure, so that all fly together and lanes are left and taken again: duty cycles of small currents, whose
 * steps are light, one of large ones, some of whose light steps are refused, and abuses. Sampled within steps. */
static void one_structure(pro_run *run, int k) {
  *run = (pro_run){0};
  pro_bench_abuse(&run->in, "nmc811_18650", k % 6);
  run->in.period = 0.3, run->in.rtol = 1e-6, run->in.run = (uint64_t)k, run->in.duration = 200.0 + 7.0 * k;
  if (k % 2 == 0) return;
  run->in.drive = (pro_drive){.channel[PRO_DRIVE_T_ambient] = run->in.drive.channel[PRO_DRIVE_T_ambient]};
  pro_channel *current = &run->in.drive.channel[PRO_DRIVE_current];
  double most = run->in.cell.capacity / 3600.0;
  pro_channel_hold(&run->in.drive.channel[PRO_DRIVE_T_ambient], 298.15);
  pro_channel_hold(&run->in.drive.channel[PRO_DRIVE_film_coefficient], run->in.cell.film_coefficient);
  pro_channel_add(current, 0.0, 0.0);
  run->in.soc_initial = 0.6;
  current->noise = (pro_noise){.sigma = k == 5 ? 3.0 * most : 0.2 * most,
                               .limit = 6.0 * most,
                               .step = 1.0,
                               .slow_share = 0.6,
                               .slow = 50,
                               .seed = 3,
                               .run = (uint64_t)k};
}

START_TEST(a_case_has_its_bytes_where_lanes_are_left_and_taken) {
  enum { CASES = 12 };
  static pro_run together[CASES];
  pro_run *list[CASES];
  for (int k = 0; k < CASES; k++) one_structure(&together[k], k), list[k] = &together[k];
  ck_assert_int_eq(pro_run_cases(list, CASES, rosenbrock()), PRO_OK);
  for (int k = 0; k < CASES; k++) {
    pro_run alone;
    one_structure(&alone, k);
    ck_assert_int_eq(pro_run_case(&alone, rosenbrock()), PRO_OK);
    ck_assert_msg(alone.status == PRO_OK && together[k].status == PRO_OK, "%s%s", alone.message,
                  together[k].message);
    const pro_trajectory *a = alone.truth, *b = together[k].truth;
    const long tries = a->steps + a->rejected;
    if (k % 2 == 0) ck_assert_msg(a->rhs_calls > 5 * tries, "case %d: %ld of %ld", k, a->rhs_calls, tries);
    if (k % 2 == 1 && k != 5)
      ck_assert_msg(a->rhs_calls < 4 * tries, "case %d: %ld of %ld", k, a->rhs_calls, tries);
    if (k == 5) ck_assert_int_gt(a->rejected, 3);
    ck_assert(a->steps == b->steps && a->rejected == b->rejected && a->rhs_calls == b->rhs_calls);
    for (int c = 0; c < PRO_TRUTH_COUNT; c++)
      support_check(memcmp(a->truth[c], b->truth[c], a->samples * sizeof(double)) == 0, "case %d: %s differs", k,
                    pro_truth_names[c]);
    ck_assert_mem_eq(&a->ledger, &b->ledger, sizeof a->ledger);
    pro_run_clear(&alone), pro_run_clear(&together[k]);
  }
}
END_TEST

/* A piece of two picoseconds in which the drive has a slope: what is lost in t must not be lost in the method. */
START_TEST(a_piece_may_be_as_short_as_picoseconds) {
  pro_run run;
  mixed(&run, 0);
  pro_channel *heater = &run.in.drive.channel[PRO_DRIVE_heater];
  *heater = (pro_channel){0};
  pro_channel_add(heater, 0.0, 0.0);
  pro_channel_add(heater, 70.0, 1.0);
  pro_channel_add(heater, 70.0 + 2e-12, 2.0);
  pro_channel_add(heater, 100.0, 0.0);
  ck_assert_int_eq(pro_run_case(&run, rosenbrock()), PRO_OK);
  ck_assert_msg(run.status == PRO_OK, "%s", run.message);
  ck_assert_double_eq_tol(run.truth->ledger.heat_heater, 35.0 + 30.0, 1e-6);
  pro_run_clear(&run);
}
END_TEST

/* At t = 1e9 s the clock goes in steps of 1.2e-7 s; a reaction that takes 1e-7 s must take that time there too:
 * xi = 1 - exp(-k (t - t0)), t known to half such a step and a step of the integrator. */
START_TEST(time_goes_on_below_its_rounding) {
  static pro_system system;
  const double k = 1e7, t0 = 1e9, ulp = 0x1p-23;
  const pro_integrator *with = rosenbrock();
  pro_case in;
  support_case(&in, "lco_18650_kim");
  in.network = support_network(k), in.rtol = 1e-8;
  memset(&system, 0, sizeof system);
  pro_cell_fill(&system.cell, &in);
  system.modes = pro_modes_start();
  for (int l = 0; l < PRO_LANES; l++) system.rtol[l] = in.rtol;
  void *self;
  double y[PRO_STATES_MAX];
  ck_assert_int_eq(with->create(&self, &system), PRO_OK);
  pro_cell_start(&system.cell, &in, y);
  ck_assert_int_eq(with->start(self, 0, 0.0, y, t0), PRO_OK); /* another case */
  ck_assert_int_eq(with->start(self, 0, t0, y, t0 + 1.0), PRO_OK);
  int moved = 0;
  for (double t = t0; t < t0 + 4.0 * ulp;) {
    signed char done[PRO_LANES];
    pro_cell_view view;
    pro_drive_lanes drive;
    with->step(self, done);
    ck_assert_int_ge(done[0], 0);
    t = (*with->look(self, &view, &drive))[0];
    pro_lanes at = pro_lanes_all(t), wide[PRO_STATES_MAX];
    with->dense(self, 0, &at, wide, system.cell.layout.n);
    double xi = wide[system.cell.layout.xi][0], since = t - t0, slack = 0.5 * ulp * 1.0001;
    ck_assert_msg(
        xi >= 1.0 - exp(-k * fmax(since - slack, 0.0)) - 1e-6 && xi <= 1.0 - exp(-k * (since + slack)) + 1e-6,
        "%g s on the clock: xi = %.9g", since, xi);
    moved += t > t0 && t < t0 + 3.0 * ulp;
  }
  ck_assert_int_gt(moved, 0); /* within the reaction's time */
  with->destroy(self);
}
END_TEST

/* ---- loose tolerances ---- */

/* A tenth of the tolerance costs more steps and not fewer, down to where errors are as large as what they are
 * errors of: 5 % are left for luck. With gas known to 1 % of a headspace's moles these took up to two million
 * steps. */
START_TEST(a_looser_tolerance_costs_no_more) {
  static const double rtol[] = {1e-2, 1e-3, 1e-4, 1e-5};
  static const char *const presets[] = {"nmc811_18650", "nca_18650", "nmc811_21700"};
  static const int abuses[] = {2, 5, 6, 8};
  for (size_t p = 0; p < PRO_COUNT(presets); p++)
    for (size_t a = 0; a < PRO_COUNT(abuses); a++) {
      long tries[PRO_COUNT(rtol)];
      for (size_t r = 0; r < PRO_COUNT(rtol); r++) {
        pro_run run = {0};
        pro_bench_abuse(&run.in, presets[p], abuses[a]);
        run.in.period = 100.0, run.in.rtol = rtol[r], run.in.steps_max = 10000;
        ck_assert_int_eq(pro_run_case(&run, rosenbrock()), PRO_OK);
        ck_assert_msg(run.status == PRO_OK, "%s, abuse %d, rtol %g: %s", presets[p], abuses[a], rtol[r],
                      run.message);
        tries[r] = run.truth->steps + run.truth->rejected;
        if (r > 0)
          ck_assert_msg((double)tries[r - 1] <= 1.05 * (double)tries[r], "%s, abuse %d: %ld at rtol %g, %ld at %g",
                        presets[p], abuses[a], tries[r - 1], rtol[r - 1], tries[r], rtol[r]);
        pro_run_clear(&run);
      }
    }
}
END_TEST

/* ---- the reference ---- */

/* A current that bends every second, and one that jumps, sampled every second and ten times in it: a light step a
 * second, in which reactions sleep. Heat, charge, voltage and what has reacted agree with CVODE at 1e-10, which
 * starts anew at each second: rtol of 330 K and 4 V is 3e-4 K and 4e-6 V, a tenth is left for the ends of steps.
 */
START_TEST(a_current_that_changes_every_second_is_followed) {
  enum { SECONDS = 900 };
  static double t[2 * SECONDS], value[2 * SECONDS];
  pro_run run[2] = {{.truth = NULL}};
  for (int k = 0; k < 2; k++) {
    pro_case *in = &run[k].in;
    support_case(in, "nmc811_18650");
    in->T_initial = 330.0, in->soc_initial = 0.7;
    pro_channel_hold(&in->drive.channel[PRO_DRIVE_T_ambient], 335.0);
    in->duration = SECONDS, in->period = _i < 2 ? 1.0 : 0.1, in->rtol = k ? 1e-10 : 1e-6;
    pro_channel *current = &in->drive.channel[PRO_DRIVE_current];
    double most = in->cell.capacity / 3600.0;
    *current = (pro_channel){0};
    if (_i % 2 == 0) {
      pro_channel_add(current, 0.0, 0.0);
      current->noise = (pro_noise){
          .sigma = 0.5 * most, .limit = most, .step = 1.0, .slow_share = 0.6, .slow = 50, .seed = 3, .run = 1};
    } else {
      for (int i = 0; i < SECONDS; i++) {
        t[2 * i] = t[2 * i + 1] = i;
        value[2 * i] = i ? value[2 * i - 1] : 0.0, value[2 * i + 1] = most * (i * i % 17 - 8) / 8.0;
      }
      current->points = 2 * SECONDS, current->course_t = t, current->course_value = value;
    }
    ck_assert_int_eq(pro_run_case(&run[k], k ? pro_integrator_find("cvode") : rosenbrock()), PRO_OK);
    ck_assert_msg(run[k].status == PRO_OK, "%s", run[k].message);
  }
  const pro_trajectory *a = run[0].truth, *b = run[1].truth;
  ck_assert_int_le(a->steps + a->rejected, SECONDS + SECONDS / 10); /* one a second, not two, */
  ck_assert_int_lt(a->rhs_calls, 4 * a->steps);                     /* and light */
  const double in_between = _i < 2 ? 1.0 : 10.0;
  for (size_t k = 0; k < a->samples; k++) {
    static const struct {
      pro_truth column;
      double close;
    } rows[] = {{PRO_TRUTH_T_core, 2e-5}, {PRO_TRUTH_T_surface, 2e-5}, {PRO_TRUTH_voltage, 1e-6},
                {PRO_TRUTH_soc, 1e-8},    {PRO_TRUTH_current, 1e-9},   {PRO_TRUTH_pressure_cell, 0.1}};
    for (size_t r = 0; r < PRO_COUNT(rows); r++) {
      double x = a->truth[rows[r].column][k], y = b->truth[rows[r].column][k];
      support_check(fabs(x - y) <= in_between * rows[r].close, "sample %zu: %s is %.12g, by CVODE %.12g", k,
                    pro_truth_names[rows[r].column], x, y);
    }
  }
  for (int j = 0; j < a->reactions; j++) {
    double x = a->xi[(size_t)j * a->samples + a->samples - 1], y = b->xi[(size_t)j * b->samples + b->samples - 1];
    support_check(fabs(x - y) <= 1e-5 * fabs(y) + 1e-10, "extent %d is %g, by CVODE %g", j, x, y);
  }
  ck_assert_double_gt(a->xi[a->samples - 1], 1e-6); /* they do react */
  pro_run_clear(&run[0]), pro_run_clear(&run[1]);
}
END_TEST

/* The current jumps by three capacities an hour into a pair of half a second: light steps would err by millivolts,
 * are refused while it relaxes, and come again. */
START_TEST(a_light_step_that_errs_is_refused) {
  enum { SECONDS = 120, JUMP = 60 };
  static double t[2 * SECONDS], value[2 * SECONDS];
  pro_run run[2] = {{.truth = NULL}};
  for (int k = 0; k < 2; k++) {
    pro_case *in = &run[k].in;
    support_case(in, "nmc811_18650");
    in->T_initial = 298.15, in->soc_initial = 0.7, in->cell.pair_1_time = 0.5;
    in->duration = SECONDS, in->period = 1.0, in->rtol = k ? 1e-10 : 1e-6;
    double most = in->cell.capacity / 3600.0;
    for (int i = 0; i < SECONDS; i++) {
      t[2 * i] = t[2 * i + 1] = i;
      value[2 * i] = i ? value[2 * i - 1] : 0.0;
      value[2 * i + 1] = i < JUMP ? 0.0 : -3.0 * most;
    }
    in->drive.channel[PRO_DRIVE_current] =
        (pro_channel){.points = 2 * SECONDS, .course_t = t, .course_value = value};
    ck_assert_int_eq(pro_run_case(&run[k], k ? pro_integrator_find("cvode") : rosenbrock()), PRO_OK);
    ck_assert_msg(run[k].status == PRO_OK, "%s", run[k].message);
  }
  const pro_trajectory *a = run[0].truth, *b = run[1].truth;
  ck_assert_int_ge(a->rejected, 1);
  ck_assert_int_lt(a->rhs_calls, 5 * a->steps); /* 8 where none is light */
  for (size_t k = 0; k < a->samples; k++) {
    double x = a->truth[PRO_TRUTH_voltage][k], y = b->truth[PRO_TRUTH_voltage][k];
    support_check(fabs(x - y) <= 4e-6, "%zu s: %.9g V, by CVODE %.9g V", k, x, y); /* rtol of 4 V */
  }
  pro_run_clear(&run[0]), pro_run_clear(&run[1]);
}
END_TEST

/* At rtol 1e-6 against CVODE at 1e-10: the same outcome, the moments of vent and runaway and the rise to the peak
 * within 1e-4; an internal short's are the hardest. */
START_TEST(agrees_with_cvode) {
  static const char *const presets[] = {"lco_18650", "nca_18650", "lfp_prismatic_280Ah", "nmc811_21700"};
  static pro_run fast[PRO_COUNT(presets) * PRO_BENCH_ABUSES];
  pro_run *list[PRO_COUNT(fast)];
  size_t runaways = 0;
  for (size_t k = 0; k < PRO_COUNT(fast); k++) {
    fast[k] = (pro_run){0};
    pro_bench_abuse(&fast[k].in, presets[k / PRO_BENCH_ABUSES], (int)(k % PRO_BENCH_ABUSES));
    fast[k].in.period = 100.0, fast[k].in.rtol = 1e-6;
    list[k] = &fast[k];
  }
  ck_assert_int_eq(pro_run_cases(list, PRO_COUNT(fast), rosenbrock()), PRO_OK);
  for (size_t k = 0; k < PRO_COUNT(fast); k++) {
    pro_run slow = {.in = fast[k].in};
    slow.in.rtol = 1e-10;
    ck_assert_int_eq(pro_run_case(&slow, pro_integrator_find("cvode")), PRO_OK);
    ck_assert_msg(fast[k].status == PRO_OK && slow.status == PRO_OK, "case %zu: %s%s", k, fast[k].message,
                  slow.message);
    const pro_trajectory *a = fast[k].truth, *b = slow.truth;
    ck_assert_int_eq(a->outcome, b->outcome);
    static const int clocks[] = {PRO_CLOCK_vent, PRO_CLOCK_runaway};
    for (size_t c = 0; c < PRO_COUNT(clocks); c++) {
      double x = a->clock[clocks[c]], y = b->clock[clocks[c]];
      ck_assert_int_eq(isnan(x), isnan(y));
      if (!isnan(y))
        ck_assert_msg(fabs(x - y) <= 1e-4 * y, "case %zu: %s at %.6f s, CVODE %.6f s", k,
                      pro_clock_names[clocks[c]], x, y);
    }
    runaways += b->outcome == PRO_OUTCOME_runaway;
    double rise = b->T_max - fast[k].in.T_initial;
    ck_assert_msg(fabs(a->T_max - b->T_max) <= 1e-4 * rise + 1e-3, "case %zu: T_max %.6f K, CVODE %.6f K", k,
                  a->T_max, b->T_max);
    ck_assert(a->ledger.energy_gap < 1e-9 && a->ledger.mass_gap < 1e-9 && a->ledger.charge_gap < 1e-9);
    pro_run_clear(&slow);
    pro_run_clear(&fast[k]);
  }
  ck_assert_uint_gt(runaways, 8);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("rosenbrock");
  TCase *tests = tcase_create("rosenbrock");
  tcase_set_timeout(tests, 120.0);
  tcase_add_loop_test(tests, error_falls_with_the_fifth_power_of_the_step_and_the_fourth_of_a_light_one, 0, 2);
  tcase_add_test(tests, a_case_has_its_bytes_whatever_its_neighbours);
  tcase_add_test(tests, a_case_has_its_bytes_where_lanes_are_left_and_taken);
  tcase_add_test(tests, a_piece_may_be_as_short_as_picoseconds);
  tcase_add_loop_test(tests, a_current_that_changes_every_second_is_followed, 0, 4);
  tcase_add_test(tests, a_light_step_that_errs_is_refused);
  tcase_add_test(tests, time_goes_on_below_its_rounding);
  tcase_add_test(tests, a_looser_tolerance_costs_no_more);
  tcase_add_test(tests, agrees_with_cvode);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
