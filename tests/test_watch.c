/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/watch.h"

#include "tests/support.h"

#define NEVER(clock) ck_assert_msg(isnan(clock), #clock " is %g", clock)

/* A moment of a cold, whole, healthy cell; tests change what they are about. */
static pro_moment moment(double t, double T, double rate) {
  return (pro_moment){.t = t,
                      .T_core = T,
                      .T_ambient = 298.15,
                      .rate = rate,
                      .voltage = 4.0,
                      .electrode_voltage = 4.0,
                      .pressure = PRO_ATMOSPHERE};
}

static void begin(pro_watch *w, pro_case *in, pro_moment now) {
  support_case(in, "lco_18650");
  pro_watch_start(w, in, &now, now.voltage);
}

/* Shows a moment as the engine does: first what has changed its sign, then that time has passed. */
static void live(pro_watch *w, pro_moment now) {
  double margin[PRO_WATCH_COUNT];
  pro_watch_margins(w, &now, margin);
  for (int i = 0; i < PRO_WATCH_COUNT; i++)
    if ((margin[i] > 0.0) != w->holds[i]) pro_watch_flip(w, i, &now);
  pro_watch_see(w, &now);
}

/* A stretch from (t, T) that heats at `rate` for `lasts` seconds, seen at both ends, and rests from then on. */
static double stretch(pro_watch *w, double t, double T, double rate, double lasts) {
  live(w, moment(t, T, rate));
  double top = T + rate * lasts;
  live(w, moment(t + lasts, top, 0.1));
  return top;
}

START_TEST(plain_clocks_keep_their_first_time) {
  pro_case in;
  pro_watch w;
  begin(&w, &in, moment(0.0, 300.0, 0.0));
  live(&w, moment(10.0, 305.0, 0.2));
  live(&w, moment(20.0, 310.0, 1.5));
  live(&w, moment(30.0, 320.0, 0.0));
  live(&w, moment(40.0, 321.0, 2.0));
  ck_assert_double_eq(w.clock[PRO_CLOCK_10K_per_min], 10.0);
  ck_assert_double_eq(w.T_at[PRO_CLOCK_10K_per_min], 305.0);
  ck_assert_double_eq(w.clock[PRO_CLOCK_runaway], 20.0);
  ck_assert_double_eq(w.T_at[PRO_CLOCK_runaway], 310.0);
  NEVER(w.clock[PRO_CLOCK_vent]);
  NEVER(w.clock[PRO_CLOCK_short]);
  NEVER(w.clock[PRO_CLOCK_voltage]);
  NEVER(w.clock[PRO_CLOCK_separator]);
  NEVER(w.clock[PRO_CLOCK_mark]);
}
END_TEST

START_TEST(guarded_runaway_is_stamped_at_its_start) {
  pro_case in;
  pro_watch w;
  begin(&w, &in, moment(0.0, 340.0, 0.0));
  live(&w, moment(100.0, 400.0, 1.2));
  live(&w, moment(101.0, 440.0, 60.0)); /* hot enough, not long enough yet */
  NEVER(w.clock[PRO_CLOCK_runaway_guarded]);
  live(&w, moment(102.5, 500.0, 60.0));
  ck_assert_double_eq(w.clock[PRO_CLOCK_runaway_guarded], 100.0);
  ck_assert_double_eq(w.T_at[PRO_CLOCK_runaway_guarded], 400.0);
  stretch(&w, 200.0, 500.0, 20.0, 10.0);
  ck_assert_double_eq(w.clock[PRO_CLOCK_runaway_guarded], 100.0);
}
END_TEST

START_TEST(guarded_runaway_needs_fifty_kelvin_in_a_minute) {
  pro_case in;
  pro_watch w;
  begin(&w, &in, moment(0.0, 340.0, 0.0));
  live(&w, moment(100.0, 400.0, 1.0001));
  live(&w, moment(159.0, 449.9, 1.0001));
  live(&w, moment(160.0, 449.9, 0.5));
  live(&w, moment(170.0, 470.0, 0.9)); /* too late */
  NEVER(w.clock[PRO_CLOCK_runaway_guarded]);
  ck_assert(!isnan(w.clock[PRO_CLOCK_runaway]));
  /* the 60th second itself counts */
  live(&w, moment(200.0, 400.0, 1.1));
  live(&w, moment(210.0, 410.0, 0.9)); /* lasted 10 s; goes on heating a little below 1 K/s */
  live(&w, moment(260.0, 450.0, 0.8));
  ck_assert_double_eq(w.clock[PRO_CLOCK_runaway_guarded], 200.0);
}
END_TEST

START_TEST(guarded_runaway_needs_two_seconds) {
  pro_case in;
  pro_watch w;
  begin(&w, &in, moment(0.0, 340.0, 0.0));
  stretch(&w, 100.0, 400.0, 40.0, 1.99);
  live(&w, moment(120.0, 480.0, 0.5));
  NEVER(w.clock[PRO_CLOCK_runaway_guarded]);
  begin(&w, &in, moment(0.0, 340.0, 0.0));
  stretch(&w, 100.0, 400.0, 40.0, 2.0);
  ck_assert_double_eq(w.clock[PRO_CLOCK_runaway_guarded], 100.0);
}
END_TEST

/* Ten stretches a second long one after the other, more than there are candidates; none counts, the real
 * one does. */
START_TEST(chatter_does_not_hide_a_runaway) {
  pro_case in;
  pro_watch w;
  begin(&w, &in, moment(0.0, 340.0, 0.0));
  double T = 400.0;
  for (int k = 0; k < 10; k++) T = stretch(&w, 100.0 + 2.0 * k, T, 1.1, 1.0);
  NEVER(w.clock[PRO_CLOCK_runaway_guarded]);
  stretch(&w, 130.0, T, 30.0, 3.0);
  ck_assert_double_eq(w.clock[PRO_CLOCK_runaway_guarded], 130.0);
}
END_TEST

/* Stretches long enough but not hot enough wait for their minute: the one that heats in time is the first of those
 * that still can. */
START_TEST(the_first_stretch_that_heats_in_time_counts) {
  pro_case in;
  pro_watch w;
  begin(&w, &in, moment(0.0, 340.0, 0.0));
  double T = 400.0;
  for (int k = 0; k < 12; k++) T = stretch(&w, 100.0 + 10.0 * k, T, 1.2, 2.5); /* 3 K in every 10 s */
  NEVER(w.clock[PRO_CLOCK_runaway_guarded]);
  live(&w, moment(219.0, T, 0.5));
  live(&w, moment(221.0, T + 40.0, 30.0)); /* 436 to 476 K: 50 K above what it was at 170 s and before */
  ck_assert_double_eq(w.clock[PRO_CLOCK_runaway_guarded], 170.0);
  ck_assert_double_eq_tol(w.T_at[PRO_CLOCK_runaway_guarded], 421.0, 1e-9);
}
END_TEST

/* A heater may warm a cold cell at 1 K/s: plain runaway is fooled, the guarded clock begins at 60 degC. */
START_TEST(heating_below_sixty_degrees_is_no_runaway) {
  pro_case in;
  pro_watch w;
  begin(&w, &in, moment(0.0, 300.0, 0.0));
  live(&w, moment(10.0, 300.0, 1.2));
  live(&w, moment(35.0, 330.0, 1.2));
  live(&w, moment(36.0, 331.0, 0.0));
  ck_assert_double_eq(w.clock[PRO_CLOCK_runaway], 10.0);
  live(&w, moment(70.0, 333.0, 0.0));
  NEVER(w.clock[PRO_CLOCK_runaway_guarded]);
  begin(&w, &in, moment(0.0, 300.0, 0.0));
  live(&w, moment(10.0, 300.0, 2.0));
  live(&w, moment(26.6, 333.2, 2.0));
  live(&w, moment(52.0, 383.9, 2.0));
  ck_assert_double_eq(w.clock[PRO_CLOCK_runaway], 10.0);
  ck_assert_double_eq(w.clock[PRO_CLOCK_runaway_guarded], 26.6);
  ck_assert_double_eq(w.T_at[PRO_CLOCK_runaway_guarded], 333.2);
}
END_TEST

START_TEST(gb_rule_needs_three_seconds_of_both_conditions) {
  pro_case in;
  pro_watch w;
  pro_moment m = moment(0.0, 300.0, 0.0);
  begin(&w, &in, m);
  ck_assert(isinf(pro_watch_deadline(&w)));
  m = moment(10.0, 310.0, 1.5), m.voltage = 2.9; /* below 75 % of 4 V */
  live(&w, m);
  ck_assert_double_eq(pro_watch_deadline(&w), 13.0);
  m.t = 12.9, live(&w, m);
  m.t = 12.95, m.voltage = 3.1, live(&w, m); /* the voltage is back */
  m.t = 20.0, live(&w, m);
  NEVER(w.clock[PRO_CLOCK_gb]);
  m.t = 30.0, m.voltage = 2.9, live(&w, m);
  m.t = 33.0, m.T_core = 320.0, live(&w, m);
  ck_assert_double_eq(w.clock[PRO_CLOCK_gb], 33.0);
  ck_assert_double_eq(w.T_at[PRO_CLOCK_gb], 320.0);
  /* the operating limit will do in the voltage's place */
  begin(&w, &in, moment(0.0, 300.0, 0.0));
  live(&w, moment(5.0, in.cell.T_operating_max - 1.0, 1.5));
  live(&w, moment(6.0, in.cell.T_operating_max + 0.5, 1.5));
  live(&w, moment(9.5, in.cell.T_operating_max + 6.0, 1.5));
  ck_assert_double_eq(w.clock[PRO_CLOCK_gb], 9.0);
  NEVER(w.clock[PRO_CLOCK_voltage]);
}
END_TEST

START_TEST(hottest_moment_is_the_first_of_its_temperature) {
  pro_case in;
  pro_watch w;
  begin(&w, &in, moment(0.0, 300.0, 0.0));
  ck_assert_double_eq(w.T_max, 300.0);
  ck_assert_double_eq(w.clock[PRO_CLOCK_max], 0.0);
  live(&w, moment(5.0, 290.0, -0.1));
  ck_assert_double_eq(w.T_max, 300.0);
  live(&w, moment(50.0, 350.0, 0.0));
  live(&w, moment(60.0, 350.0, 0.0));
  live(&w, moment(70.0, 340.0, -1.0));
  ck_assert_double_eq(w.T_max, 350.0);
  ck_assert_double_eq(w.clock[PRO_CLOCK_max], 50.0);
  ck_assert_double_eq(w.T_at[PRO_CLOCK_max], 350.0);
}
END_TEST

START_TEST(fault_is_stamped_at_its_own_time) {
  pro_case in;
  pro_watch w;
  pro_moment now = moment(0.0, 300.0, 0.0);
  support_case(&in, "lco_18650");
  in.t_fault = 42.5;
  pro_watch_start(&w, &in, &now, 4.0);
  NEVER(w.clock[PRO_CLOCK_fault]);
  ck_assert_double_eq(pro_watch_deadline(&w), 42.5);
  live(&w, moment(42.0, 300.0, 0.0));
  NEVER(w.clock[PRO_CLOCK_fault]);
  live(&w, moment(42.5, 301.0, 0.0));
  ck_assert_double_eq(w.clock[PRO_CLOCK_fault], 42.5);
  ck_assert_double_eq(w.T_at[PRO_CLOCK_fault], 301.0);
  ck_assert(isinf(pro_watch_deadline(&w)));
  in.t_fault = 0.0;
  pro_watch_start(&w, &in, &now, 4.0);
  ck_assert_double_eq(w.clock[PRO_CLOCK_fault], 0.0);
  in.t_fault = (double)NAN;
  pro_watch_start(&w, &in, &now, 4.0);
  ck_assert(isinf(pro_watch_deadline(&w)));
  live(&w, moment(1e6, 500.0, 0.5));
  NEVER(w.clock[PRO_CLOCK_fault]);
  NEVER(w.clock[PRO_CLOCK_ambient]);
}
END_TEST

START_TEST(hotter_than_the_surroundings_counts_after_the_fault) {
  pro_case in;
  pro_watch w;
  pro_moment now = moment(0.0, 300.0, 0.0); /* surroundings: 298.15 K */
  support_case(&in, "lco_18650");
  in.t_fault = 100.0;
  pro_watch_start(&w, &in, &now, 4.0);
  live(&w, moment(50.0, 300.0, 0.0));
  NEVER(w.clock[PRO_CLOCK_ambient]);
  now = moment(100.0, 300.0, 0.0), now.T_ambient = 420.0, live(&w, now);
  now.t = 500.0, now.T_core = 419.0, live(&w, now);
  NEVER(w.clock[PRO_CLOCK_ambient]);
  now.t = 510.0, now.T_core = 420.5, live(&w, now);
  ck_assert_double_eq(w.clock[PRO_CLOCK_ambient], 510.0);
}
END_TEST

/* The fastest, the hottest surface and the hottest core are three moments, in any order. */
START_TEST(extremes_are_of_their_own_moments) {
  pro_case in;
  pro_watch w;
  begin(&w, &in, moment(0.0, 300.0, 0.0));
  pro_moment m = moment(10.0, 400.0, 5.0);
  m.T_surface = 380.0, live(&w, m);
  m = moment(20.0, 450.0, 0.2), m.T_surface = 420.0, live(&w, m);
  m = moment(30.0, 460.0, 0.1), m.T_surface = 410.0, live(&w, m); /* hotter yet, but outside */
  m = moment(40.0, 430.0, -1.0), m.T_surface = 425.0, live(&w, m);
  ck_assert_double_eq(w.T_max, 460.0);
  ck_assert_double_eq(w.clock[PRO_CLOCK_max], 30.0);
  ck_assert_double_eq(w.T_surface_max, 425.0);
  ck_assert_double_eq(w.rate_max, 5.0);
}
END_TEST

START_TEST(each_margin_asks_for_its_own_part) {
  pro_case in;
  pro_watch w;
  begin(&w, &in, moment(0.0, 300.0, 0.0));
  in.T_mark = 350.0;
  in.cell.cid_pressure = 0.0; /* none */
  pro_moment m = moment(0.0, 300.0, 0.0);
  pro_watch_start(&w, &in, &m, 4.0);
  m.t = 1.0;
  m.voltage = m.electrode_voltage = 3.97, live(&w, m);
  NEVER(w.clock[PRO_CLOCK_short]); /* a voltage may fall without a short */
  m.t = 1.5, m.short_conductance = 0.1, m.electrode_voltage = 4.0, live(&w, m);
  NEVER(w.clock[PRO_CLOCK_short]); /* the terminals alone may be cut off */
  m.t = 2.0, m.electrode_voltage = 3.97, live(&w, m);
  ck_assert_double_eq(w.clock[PRO_CLOCK_short], 2.0);
  NEVER(w.clock[PRO_CLOCK_voltage]);
  m.t = 3.0, m.voltage = 2.99, live(&w, m);
  ck_assert_double_eq(w.clock[PRO_CLOCK_voltage], 3.0);
  m.t = 4.0, m.pressure = PRO_ATMOSPHERE + in.cell.burst_pressure * (1.0 - 1e-9), live(&w, m);
  NEVER(w.clock[PRO_CLOCK_vent]);
  m.t = 5.0, m.pressure = PRO_ATMOSPHERE + in.cell.burst_pressure * (1.0 + 1e-9), live(&w, m);
  ck_assert_double_eq(w.clock[PRO_CLOCK_vent], 5.0);
  m.t = 6.0, m.collapse = 0.51, live(&w, m);
  ck_assert_double_eq(w.clock[PRO_CLOCK_separator], 6.0);
  NEVER(w.clock[PRO_CLOCK_mark]);
  m.t = 7.0, m.T_core = 350.1, live(&w, m);
  ck_assert_double_eq(w.clock[PRO_CLOCK_mark], 7.0);
  NEVER(w.clock[PRO_CLOCK_vent2]);
  NEVER(w.clock[PRO_CLOCK_cid]);
  /* a cell without charge has no voltage to lose, one without headspace no vent */
  support_case(&in, "lco_18650_kim");
  m = (pro_moment){.t = 0.0, .T_core = 300.0, .T_ambient = 298.15, .pressure = 1e9, .collapse = 1.0};
  pro_watch_start(&w, &in, &m, 0.0);
  NEVER(w.clock[PRO_CLOCK_voltage]);
  NEVER(w.clock[PRO_CLOCK_separator]);
  NEVER(w.clock[PRO_CLOCK_vent]);
}
END_TEST

/* Through the engine: an adiabatic lump heated at t/100 K/s2 for 200 s, so that dT/dt = t/100 K/s and T = T0 +
 * t^2/200 s. Events are to be found to 1 ms. */
/* What eight lanes say of a moment is what its margins say. */
START_TEST(a_quiet_lane_is_one_whose_margins_all_have_their_old_sign) {
  support_random random = {11, 0};
  pro_case in;
  support_case(&in, "lco_18650");
  in.t_fault = 50.0, in.T_mark = 400.0, in.drive.T_heater_off = 420.0;
  int quiet_ones = 0, others = 0;
  for (int k = 0; k < 4000; k++) {
    pro_watch watch[PRO_LANES];
    pro_watch_lanes lanes;
    pro_cell_view view;
    pro_lanes T_ambient, t;
    pro_moment now[PRO_LANES];
    memset(&view, 0, sizeof view), memset(&lanes, 0, sizeof lanes);
    for (int l = 0; l < PRO_LANES; l++) {
      pro_moment first = moment(0.0, support_between(&random, 280.0, 500.0), support_between(&random, -0.1, 1.5));
      pro_watch_start(&watch[l], &in, &first, first.voltage);
      pro_moment *m = &now[l];
      *m = first;
      m->t = support_between(&random, 0.0, 60.0);
      double *const may[] = {
          &m->T_core,   &m->rate,    &m->voltage, &m->electrode_voltage, &m->short_conductance, &m->pressure,
          &m->collapse, &m->outflow, &m->T_side,  &m->T_ambient};
      const double to[] = {1200.0, 2.0, 5.0, 5.0, 2e-4, 3e6, 1.0, 1e-3, 500.0, 400.0};
      for (size_t i = 0; i < PRO_COUNT(may); i++)
        if (support_between(&random, 0.0, 1.0) < 0.1) *may[i] = support_between(&random, 0.0, to[i]);
      m->lag = 1.0, m->slack = -1.0;
      view.T_core[l] = m->T_core, view.rate[l] = m->rate, view.voltage[l] = m->voltage;
      view.electrode_voltage[l] = m->electrode_voltage, view.short_conductance[l] = m->short_conductance;
      view.pressure[l] = m->pressure, view.collapse[l] = m->collapse, view.outflow[l] = m->outflow;
      view.T_side[l] = m->T_side, T_ambient[l] = m->T_ambient, t[l] = m->t;
      pro_watch_show(&lanes, l, &watch[l]);
    }
    pro_lanes_mask quiet = pro_watch_quiet(&lanes, t, &view, T_ambient);
    for (int l = 0; l < PRO_LANES; l++) {
      double margin[PRO_WATCH_COUNT];
      pro_watch_margins(&watch[l], &now[l], margin);
      int changed = pro_watch_deadline(&watch[l]) < now[l].t;
      for (int i = 0; i < PRO_WATCH_COUNT; i++) changed |= (margin[i] > 0.0) != watch[l].holds[i];
      ck_assert_int_eq(quiet[l] != 0, !changed);
      quiet_ones += !changed, others += changed;
    }
  }
  ck_assert_int_gt(quiet_ones, 1000);
  ck_assert_int_gt(others, 1000);
}
END_TEST

/* A moment that no clock tells need not be found. */
START_TEST(a_margin_is_told_until_its_clock_is_stamped) {
  pro_case in;
  pro_watch w;
  begin(&w, &in, moment(0.0, 300.0, 0.0));
  ck_assert(pro_watch_is_told(&w, PRO_WATCH_rate_10K, 0));
  ck_assert(!pro_watch_is_told(&w, PRO_WATCH_warm, 0));
  ck_assert(pro_watch_is_told(&w, PRO_WATCH_warm, 1)); /* begins a stretch of the guarded clock */
  live(&w, moment(10.0, 320.0, 0.2));
  ck_assert(!pro_watch_is_told(&w, PRO_WATCH_rate_10K, 0)); /* its end */
  live(&w, moment(20.0, 321.0, 0.0));
  ck_assert(!pro_watch_is_told(&w, PRO_WATCH_rate_10K, 0)); /* the second time */
  ck_assert(pro_watch_is_told(&w, PRO_WATCH_rate_1, 1));
}
END_TEST

START_TEST(engine_finds_events_to_a_millisecond) {
  pro_case in;
  support_case(&in, "lco_18650_kim");
  support_inert(&in);
  support_adiabatic(&in);
  double C = in.cell.mass * in.cell.heat_capacity, T0 = in.T_initial;
  pro_channel *heater = &in.drive.channel[PRO_DRIVE_heater];
  pro_channel_add(heater, 0.0, 0.0);
  pro_channel_add(heater, 200.0, 2.0 * C);
  pro_channel_add(heater, 200.0, 0.0);
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_T_ambient], 320.0);
  in.T_mark = 400.0, in.t_fault = 33.3, in.duration = 300.0, in.period = 60.0;
  pro_trajectory *run = support_run(&in);
  const struct {
    pro_clock clock;
    double t;
  } want[] = {{PRO_CLOCK_fault, 33.3},
              {PRO_CLOCK_10K_per_min, 100.0 / 6.0},
              {PRO_CLOCK_ambient, sqrt(200.0 * (320.0 - T0))},
              {PRO_CLOCK_runaway, 100.0},
              {PRO_CLOCK_runaway_guarded, 100.0},
              {PRO_CLOCK_gb, 103.0}, /* above the operating limit, 60 degC, since 80 s */
              {PRO_CLOCK_mark, sqrt(200.0 * (400.0 - T0))},
              {PRO_CLOCK_max, 200.0}};
  for (size_t i = 0; i < PRO_COUNT(want); i++) {
    double t = want[i].t, T = T0 + t * t / 200.0;
    ck_assert_msg(fabs(run->clock[want[i].clock] - t) < 1e-3, "%s: %.6f s, not %.6f s",
                  pro_clock_names[want[i].clock], run->clock[want[i].clock], t);
    ck_assert_msg(fabs(run->T_at[want[i].clock] - T) < 3e-3, "%s: %.6f K, not %.6f K",
                  pro_clock_names[want[i].clock], run->T_at[want[i].clock], T);
  }
  ck_assert_double_eq_tol(run->T_max, T0 + 200.0, 1e-4); /* rtol 1e-8 of 500 K, some tens of steps */
  ck_assert_int_eq(run->outcome, PRO_OUTCOME_runaway);
  pro_trajectory_free(run);
}
END_TEST

/* A heater's pulse: 1.5 K/s for 20 s from 30 degC. Plain runaway at once, by a jump; no guarded one, and at the
 * end safe. */
START_TEST(engine_is_not_fooled_by_a_heater_pulse) {
  pro_case in;
  support_case(&in, "lco_18650_kim");
  support_inert(&in);
  support_adiabatic(&in);
  pro_channel *heater = &in.drive.channel[PRO_DRIVE_heater];
  double power = 1.5 * in.cell.mass * in.cell.heat_capacity;
  pro_channel_add(heater, 7.7, 0.0), pro_channel_add(heater, 7.7, power);
  pro_channel_add(heater, 27.7, power), pro_channel_add(heater, 27.7, 0.0);
  in.duration = 100.0;
  pro_trajectory *run = support_run(&in);
  ck_assert_double_eq_tol(run->clock[PRO_CLOCK_runaway], 7.7, 1e-3);
  ck_assert_double_eq_tol(run->clock[PRO_CLOCK_max], 27.7, 1e-3);
  NEVER(run->clock[PRO_CLOCK_runaway_guarded]);
  NEVER(run->clock[PRO_CLOCK_gb]);
  ck_assert_int_eq(run->outcome, PRO_OUTCOME_safe);
  pro_trajectory_free(run);
}
END_TEST

START_TEST(core_that_still_heats_leaves_the_outcome_open) {
  pro_case in;
  support_case(&in, "lco_18650_kim");
  support_inert(&in);
  support_adiabatic(&in);
  double C = in.cell.mass * in.cell.heat_capacity;
  in.duration = 100.0;
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_heater], C * 0.021 / 60.0);
  pro_trajectory *run = support_run(&in);
  ck_assert_int_eq(run->outcome, PRO_OUTCOME_unresolved);
  ck_assert_double_eq_tol(run->rate_end, 0.021 / 60.0, 1e-12);
  pro_trajectory_free(run);
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_heater], C * 0.019 / 60.0);
  run = support_run(&in);
  ck_assert_int_eq(run->outcome, PRO_OUTCOME_safe);
  pro_trajectory_free(run);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("watch");
  TCase *tests = tcase_create("watch");
  tcase_add_test(tests, plain_clocks_keep_their_first_time);
  tcase_add_test(tests, guarded_runaway_is_stamped_at_its_start);
  tcase_add_test(tests, guarded_runaway_needs_fifty_kelvin_in_a_minute);
  tcase_add_test(tests, guarded_runaway_needs_two_seconds);
  tcase_add_test(tests, chatter_does_not_hide_a_runaway);
  tcase_add_test(tests, the_first_stretch_that_heats_in_time_counts);
  tcase_add_test(tests, heating_below_sixty_degrees_is_no_runaway);
  tcase_add_test(tests, gb_rule_needs_three_seconds_of_both_conditions);
  tcase_add_test(tests, hottest_moment_is_the_first_of_its_temperature);
  tcase_add_test(tests, fault_is_stamped_at_its_own_time);
  tcase_add_test(tests, hotter_than_the_surroundings_counts_after_the_fault);
  tcase_add_test(tests, extremes_are_of_their_own_moments);
  tcase_add_test(tests, each_margin_asks_for_its_own_part);
  tcase_add_test(tests, a_quiet_lane_is_one_whose_margins_all_have_their_old_sign);
  tcase_add_test(tests, a_margin_is_told_until_its_clock_is_stamped);
  tcase_add_test(tests, engine_finds_events_to_a_millisecond);
  tcase_add_test(tests, engine_is_not_fooled_by_a_heater_pulse);
  tcase_add_test(tests, core_that_still_heats_leaves_the_outcome_open);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
