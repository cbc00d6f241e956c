/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_scenarios prodrome_sim
 * What the kinds of abuse turn into: shapes by closed form, limits held, faults at the time that counting gives.
 */
#include "scenarios/kind.h"

#include <check.h>
#include <stdarg.h>

#include "tests/support.h"

/* Applies a kind told by pairs of field and text, ended by NULL. */
static pro_status tell(pro_case *in, const char *name, const pro_profile *file, va_list pairs) {
  union {
    double align;
    unsigned char bytes[PRO_KIND_BYTES];
  } params;
  const pro_kind *kind = pro_kind_all[pro_kind_find(name)];
  memset(&params, 0, sizeof params);
  pro_field_defaults(kind->fields, &params);
  for (const char *field; (field = va_arg(pairs, const char *));)
    ck_assert_msg(pro_field_set(kind->fields, &params, field, va_arg(pairs, const char *)) == PRO_OK, "%s",
                  pro_error_message());
  memset(&in->drive, 0, sizeof in->drive);
  return kind->apply(in, &params, file);
}

static void make(pro_case *in, const char *name, const pro_profile *file, ...) {
  va_list pairs;
  va_start(pairs, file);
  pro_status status = tell(in, name, file, pairs);
  va_end(pairs);
  ck_assert_msg(status == PRO_OK, "%s: %s", name, pro_error_message());
}

static void refuse(const char *beginning, const pro_case *from, const char *name, const pro_profile *file, ...) {
  pro_case in = *from;
  va_list pairs;
  va_start(pairs, file);
  pro_status status = tell(&in, name, file, pairs);
  va_end(pairs);
  ck_assert_msg(status == PRO_EINPUT && strncmp(pro_error_message(), beginning, strlen(beginning)) == 0,
                "%s: wanted '%s', got %s", name, beginning, status == PRO_OK ? "no error" : pro_error_message());
}

static double at(const pro_case *in, pro_drive_channel channel, double t) {
  return pro_channel_at(&in->drive.channel[channel], t, NULL);
}

/* Integral of a channel from 0 to `end`: exact, for it is linear between breaks. */
static double integral(const pro_case *in, pro_drive_channel channel, double end) {
  double sum = 0.0;
  for (double t = 0.0; t < end;) {
    double slope, next = fmin(pro_drive_next_break(&in->drive, t), end);
    double value = pro_channel_at(&in->drive.channel[channel], t, &slope);
    sum += (next - t) * (value + 0.5 * slope * (next - t));
    t = next;
  }
  return sum;
}

static pro_case cell_of(const char *preset) {
  pro_case in;
  support_case(&in, preset);
  in.T_initial = 298.15, in.soc_initial = 0.5;
  in.seed = 7, in.run = 3;
  return in;
}

/* ---- channels that need no storage ---- */

/* Between breaks every channel is a straight line, breaks ascend, and none is missed: the middle of a piece lies
 * on the line through its beginning. Times of 1e5 s are known to 1e-11 s; values are compared within 1e-9 of their
 * size. */
START_TEST(channels_are_lines_between_breaks) {
  static const char *const patterns[] = {"constant", "cc_cv", "square", "grid"};
  for (size_t p = 0; p < PRO_COUNT(patterns); p++) {
    pro_case in = cell_of("lco_18650");
    make(&in, "duty_cycle", NULL, "pattern", patterns[p], "delay", "77.7 s", "period", "33.3 s", "share", "30 %",
         "rest", "100 s", "step", "0.7 s", NULL);
    const pro_channel *c = &in.drive.channel[PRO_DRIVE_current];
    double t = 0.0, largest = 20.0 * in.cell.capacity / 3600.0;
    for (int n = 0; n < 20000 && t < 1e5; n++) {
      double next = pro_drive_next_break(&in.drive, t), slope;
      support_check(next > t, "%s: a break at %.17g s after %.17g s", patterns[p], next, t);
      if (isinf(next)) break;
      double middle = 0.5 * (t + next), value = pro_channel_at(c, t, &slope);
      double wanted = value + slope * (middle - t);
      support_check(fabs(pro_channel_at(c, middle, NULL) - wanted) <= 1e-9 * largest,
                    "%s: no line from %.17g to %.17g s", patterns[p], t, next);
      t = next;
    }
    if (strcmp(patterns[p], "constant") != 0) ck_assert_double_ge(t, 1e4); /* they go on for ever */
  }
}
END_TEST

START_TEST(a_square_wave_has_its_share_and_a_mean_of_zero) {
  pro_case in = cell_of("lco_18650");
  make(&in, "duty_cycle", NULL, "pattern", "square", "rate", "2/h", "delay", "100 s", "period", "600 s", "share",
       "25 %", NULL);
  double current = 2.0 * in.cell.capacity / 3600.0;
  ck_assert_double_eq(at(&in, PRO_DRIVE_current, 99.999), 0.0);
  for (int n = 0; n < 1000; n += 37) {
    double t = 100.0 + 600.0 * n;
    ck_assert_double_eq(at(&in, PRO_DRIVE_current, t), current);
    ck_assert_double_eq(at(&in, PRO_DRIVE_current, t + 149.9), current);
    ck_assert_double_eq_tol(at(&in, PRO_DRIVE_current, t + 150.0), -current / 3.0, 1e-12);
    ck_assert_double_eq_tol(at(&in, PRO_DRIVE_current, t + 599.9), -current / 3.0, 1e-12);
  }
  /* a charge of 150 s in, and out again: rounding of some thousand terms of 1e3 C */
  ck_assert_double_eq_tol(integral(&in, PRO_DRIVE_current, 100.0 + 600.0 * 500.0), 0.0, 1e-8);
  ck_assert_double_eq_tol(integral(&in, PRO_DRIVE_current, 250.0), 150.0 * current, 1e-9);
  ck_assert(isnan(in.t_fault));
  ck_assert_double_eq(at(&in, PRO_DRIVE_voltage_high, 0.0), in.cell.voltage_max);
  make(&in, "duty_cycle", NULL, "pattern", "square", "limits", "off", NULL);
  ck_assert_double_eq(at(&in, PRO_DRIVE_voltage_high, 0.0), 0.0);
}
END_TEST

/* Standard deviation 0.25 of the rate before the cut at 4 sigma, which 6e-5 of the values feel. Over 10^5 values
 * in groups of some 15 that belong together, the mean is known to 0.25/sqrt(10^5/15) = 0.003 and the variance to 2
 * %: allow four times that. */
START_TEST(grid_noise_has_its_mean_variance_and_memory) {
  enum { COUNT = 100000, LAGS = 4 };
  static const int lag[LAGS] = {1, 6, 12, 30};                /* 10, 60, 120, 300 s */
  static const double wanted[LAGS] = {0.60, 0.47, 0.25, 0.0}; /* of its knots */
  pro_case in = cell_of("lco_18650");
  make(&in, "duty_cycle", NULL, "pattern", "grid", "rate", "1/h", NULL);
  double rate = in.cell.capacity / 3600.0, sum = 0.0, squares = 0.0, product[LAGS] = {0};
  double *x = malloc(COUNT * sizeof *x);
  ck_assert_ptr_nonnull(x);
  for (int i = 0; i < COUNT; i++) {
    x[i] = at(&in, PRO_DRIVE_current, 10.0 * i) / rate;
    support_check(fabs(x[i]) <= 1.0, "%g beyond the rate", x[i]);
    sum += x[i], squares += x[i] * x[i];
    for (int k = 0; k < LAGS; k++)
      if (i >= lag[k]) product[k] += x[i] * x[i - lag[k]];
  }
  free(x);
  ck_assert_double_eq_tol(sum / COUNT, 0.0, 0.012);
  ck_assert_double_eq_tol(squares / COUNT, 0.0625, 0.08 * 0.0625);
  for (int k = 0; k < LAGS; k++) ck_assert_double_eq_tol(product[k] / squares, wanted[k], 0.06);
}
END_TEST

START_TEST(grid_noise_is_a_function_of_seed_and_run) {
  pro_case a = cell_of("lco_18650"), b = a, c = a;
  c.run++;
  make(&a, "duty_cycle", NULL, "pattern", "grid", NULL);
  make(&b, "duty_cycle", NULL, "pattern", "grid", NULL);
  make(&c, "duty_cycle", NULL, "pattern", "grid", NULL);
  ck_assert_mem_eq(&a, &b, sizeof a);
  int same = 0;
  for (double t = 86400.0; t > 0.0; t -= 111.1) {
    double x = at(&a, PRO_DRIVE_current, t), y = at(&b, PRO_DRIVE_current, t), z = at(&c, PRO_DRIVE_current, t);
    ck_assert_mem_eq(&x, &y, sizeof x);
    same += x == z;
  }
  ck_assert_int_eq(same, 0);
}
END_TEST

/* ---- healthy work ---- */

START_TEST(cc_cv_stays_within_the_voltage_limits_and_reaches_both) {
  pro_case in = cell_of("lco_18650");
  in.duration = 6.0 * 3600.0, in.period = 10.0, in.rtol = 1e-6;
  make(&in, "duty_cycle", NULL, "pattern", "cc_cv", "rate", "1/h", "rest", "10 min", NULL);
  pro_trajectory *t = support_run(&in);
  double low = INFINITY, high = -INFINITY;
  for (size_t k = 0; k < t->samples; k++)
    low = fmin(low, t->truth[PRO_TRUTH_voltage][k]), high = fmax(high, t->truth[PRO_TRUTH_voltage][k]);
  /* limits give way smoothly: they are held to some millivolts */
  ck_assert_double_ge(low, in.cell.voltage_min - 0.02);
  ck_assert_double_le(high, in.cell.voltage_max + 0.02);
  ck_assert_double_le(low, in.cell.voltage_min + 0.1);
  ck_assert_double_ge(high, in.cell.voltage_max - 0.02);
  ck_assert_double_le(t->T_max, 333.15);
  ck_assert(isnan(t->clock[PRO_CLOCK_runaway]));
  pro_trajectory_free(t);
}
END_TEST

static pro_profile day = {
    .lasts = 300.0,
    .column = {[PRO_PROFILE_current] = {4, (double[]){0.0, 100.0, 300.0, 300.0}, (double[]){0.0, 2.0, -2.0, 0.0}},
               [PRO_PROFILE_T_ambient] = {2, (double[]){0.0, 300.0}, (double[]){290.0, 320.0}}}};

START_TEST(a_file_is_followed_scaled_delayed_and_repeated) {
  pro_case in = cell_of("lco_18650");
  double of_half = 2.0 * in.cell.capacity; /* the file is of a cell of twice the capacity */
  char capacity[40];
  snprintf(capacity, sizeof capacity, "%.17g C", of_half);
  make(&in, "duty_cycle", &day, "pattern", "file", "scale", "3", "file_capacity", capacity, "delay", "50 s", NULL);
  ck_assert_double_eq(at(&in, PRO_DRIVE_current, 49.0), 0.0);
  ck_assert_double_eq_tol(at(&in, PRO_DRIVE_current, 100.0), 1.5, 1e-12);
  ck_assert_double_eq_tol(at(&in, PRO_DRIVE_current, 150.0), 3.0, 1e-12);
  ck_assert_double_eq_tol(at(&in, PRO_DRIVE_current, 349.999), -3.0, 1e-3);
  ck_assert_double_eq(at(&in, PRO_DRIVE_current, 350.0), 0.0);
  ck_assert_double_eq(at(&in, PRO_DRIVE_T_ambient, 0.0), 290.0);
  ck_assert_double_eq_tol(at(&in, PRO_DRIVE_T_ambient, 200.0), 305.0, 1e-12);
  ck_assert_double_eq(pro_drive_next_break(&in.drive, 60.0), 150.0);
  make(&in, "duty_cycle", &day, "pattern", "file", "repeat", "on", "T_ambient", "20 degC", NULL);
  ck_assert_double_eq(at(&in, PRO_DRIVE_T_ambient, 200.0), 293.15);
  for (int n = 0; n < 5; n++) ck_assert_double_eq_tol(at(&in, PRO_DRIVE_current, 300.0 * n + 50.0), 1.0, 1e-12);
  /* 0 to 2 A in 100 s, 2 to -2 A in 200 s: 100 C a round */
  ck_assert_double_eq_tol(integral(&in, PRO_DRIVE_current, 3000.0), 1000.0, 1e-9);
}
END_TEST

/* ---- when a case leaves the nameplate ---- */

START_TEST(faults_come_when_charge_is_full_or_empty) {
  pro_case in = cell_of("lco_18650");
  in.cell.capacity_loss = 0.1;
  in.soc_initial = 0.8;
  make(&in, "overcharge", NULL, "rate", "2/h", "delay", "60 s", NULL); /* 0.2 * 0.9 h / 2 */
  ck_assert_double_eq_tol(in.t_fault, 60.0 + 324.0, 1e-9);
  ck_assert_double_eq_tol(at(&in, PRO_DRIVE_current, 100.0), 2.0 * in.cell.capacity / 3600.0, 1e-12);
  ck_assert_double_eq_tol(integral(&in, PRO_DRIVE_current, 1e5), 1.2 * 0.9 * in.cell.capacity,
                          1e-7); /* to 200 % */
  ck_assert_double_eq(at(&in, PRO_DRIVE_voltage_high, 0.0), 2.0 * in.cell.voltage_max);
  make(&in, "overcharge", NULL, "rate", "2/h", "lasts", "100 s", NULL); /* does not get there */
  ck_assert(isnan(in.t_fault));
  make(&in, "over_discharge", NULL, "rate", "1/h", "soc_end", "-50 %", NULL);
  ck_assert_double_eq_tol(in.t_fault, 0.8 * 0.9 * 3600.0, 1e-9);
  ck_assert_double_eq_tol(integral(&in, PRO_DRIVE_current, 1e5), -1.3 * 0.9 * in.cell.capacity, 1e-7);
  in.soc_initial = 1.1;
  make(&in, "overcharge", NULL, NULL);
  ck_assert_double_eq(in.t_fault, 0.0);
  in.soc_initial = 0.5;
  make(&in, "external_short", NULL, "resistance", "5 mohm", "delay", "30 s", "lasts", "10 s", NULL);
  ck_assert_double_eq(in.t_fault, 30.0);
  ck_assert_double_eq_tol(integral(&in, PRO_DRIVE_load_conductance, 100.0), 2000.0, 1e-9);
}
END_TEST

START_TEST(hot_surroundings_are_a_fault_from_where_they_begin_to_heat) {
  pro_case in = cell_of("lco_18650");
  in.cell.T_operating_max = 333.15;
  make(&in, "duty_cycle", NULL, "T_ambient", "70 degC", NULL);
  ck_assert_double_eq(in.t_fault, 0.0);
  make(&in, "duty_cycle", NULL, "T_ambient", "50 degC", NULL);
  ck_assert(isnan(in.t_fault));
  double t[] = {0.0, 100.0, 200.0, 900.0, 1000.0}, T[] = {298.0, 296.0, 296.0, 430.0, 300.0};
  pro_profile heating = {.lasts = 1000.0, .column = {[PRO_PROFILE_T] = {5, t, T}}};
  make(&in, "oven", &heating, "delay", "40 s", NULL);
  ck_assert_double_eq(in.t_fault, 240.0);
  ck_assert_double_eq(at(&in, PRO_DRIVE_T_ambient, 940.0), 430.0);
  T[3] = 320.0;
  make(&in, "oven", &heating, NULL);
  ck_assert(isnan(in.t_fault));
}
END_TEST

/* ---- shorts ---- */

START_TEST(a_short_grows_by_equal_factors_within_8_percent) {
  pro_case in = cell_of("lco_18650");
  make(&in, "internal_short", NULL, "resistance", "10 mohm", "growth", "exponential", "grows_over", "1200 s",
       "delay", "10 s", NULL);
  ck_assert_double_eq(at(&in, PRO_DRIVE_short_conductance, 9.0), 0.0);
  ck_assert_double_eq_tol(at(&in, PRO_DRIVE_short_conductance, 10.0), 0.01, 1e-15); /* from 100 ohm */
  for (int i = 0; i <= 100; i++) {
    double wanted = 0.01 * pow(1e4, i / 100.0), is = at(&in, PRO_DRIVE_short_conductance, 10.0 + 12.0 * i);
    ck_assert_msg(is >= wanted * (1.0 - 1e-12) && is <= 1.08 * wanted, "%g S, not %g, at %d %%", is, wanted, i);
  }
  ck_assert_double_eq(at(&in, PRO_DRIVE_short_conductance, 1e6), 1.0 / 0.01);
  make(&in, "internal_short", NULL, "resistance", "1 ohm", "resistance_start", "4 ohm", "grows_over", "100 s",
       NULL);
  ck_assert_double_eq_tol(at(&in, PRO_DRIVE_short_conductance, 50.0), 0.625, 1e-12);
}
END_TEST

/* Santhanagopalan's order of power in one cell: the foils and aluminium on the anode above what touches the
 * cathode. */
START_TEST(contacts_have_their_order_and_their_heat) {
  static const char *const names[] = {"aluminium_copper", "aluminium_anode", "cathode_copper", "cathode_anode"};
  double before = INFINITY, conductance;
  for (size_t i = 0; i < PRO_COUNT(names); i++, before = conductance) {
    pro_case in = cell_of("lco_18650");
    double spot = in.cell.spot_resistance;
    make(&in, "internal_short", NULL, "contact", names[i], NULL);
    conductance = at(&in, PRO_DRIVE_short_conductance, 1.0);
    ck_assert_double_lt(conductance, before);
    ck_assert_double_le(in.cell.spot_resistance, spot);
    make(&in, "internal_short", NULL, "contact", names[i], "resistance", "3 ohm", NULL);
    ck_assert_double_eq(at(&in, PRO_DRIVE_short_conductance, 1.0), 1.0 / 3.0);
  }
}
END_TEST

START_TEST(a_nail_shorts_cools_and_pierces) {
  pro_case in = cell_of("lco_18650");
  make(&in, "nail", NULL, "delay", "20 s", "T_ambient", "30 degC", NULL);
  ck_assert_double_eq_tol(at(&in, PRO_DRIVE_short_conductance, 20.0), in.cell.capacity / 3600.0 / 0.05, 1e-12);
  ck_assert_double_eq(at(&in, PRO_DRIVE_contact_conductance, 19.0), 0.0);
  ck_assert_double_eq(at(&in, PRO_DRIVE_contact_conductance, 20.0), 0.02);
  ck_assert_double_eq(at(&in, PRO_DRIVE_T_contact, 20.0), 303.15);
  ck_assert_double_eq(in.cell.burst_pressure, 1000.0);
  ck_assert_double_eq(in.t_fault, 20.0);
}
END_TEST

/* ---- heat ---- */

START_TEST(heater_arc_and_cooling_are_set_as_told) {
  pro_case in = cell_of("lco_18650");
  make(&in, "heater", NULL, "power", "1 kW", "share", "20 %", "T_off", "180 degC", NULL);
  ck_assert_double_eq(at(&in, PRO_DRIVE_heater, 1.0), 200.0);
  ck_assert_double_eq(in.drive.T_heater_off, 453.15);
  make(&in, "arc", NULL, NULL);
  ck_assert_int_eq(in.drive.arc.on, 1);
  ck_assert_double_eq(in.drive.arc.T_start, 323.15);
  ck_assert_double_eq(in.drive.arc.step, 5.0);
  ck_assert_double_eq(in.drive.arc.wait, 1800.0);
  ck_assert_double_eq(in.drive.arc.seek, 900.0);
  ck_assert_double_eq_tol(in.drive.arc.threshold * 60.0, 0.02, 1e-12);
  ck_assert_double_eq(in.drive.arc.T_end, 623.15);
  ck_assert_double_eq(at(&in, PRO_DRIVE_film_coefficient, 0.0), 50.0);
  ck_assert_double_eq(in.t_fault, 0.0);
  make(&in, "cooling_loss", NULL, "delay", "600 s", "fades", "100 s", "T_after", "45 degC", NULL);
  ck_assert_double_eq(at(&in, PRO_DRIVE_film_coefficient, 600.0), 50.0);
  ck_assert_double_eq_tol(at(&in, PRO_DRIVE_film_coefficient, 650.0), 25.5, 1e-12);
  ck_assert_double_eq(at(&in, PRO_DRIVE_T_ambient, 1e4), 318.15);
  ck_assert_double_eq(in.t_fault, 600.0);
}
END_TEST

START_TEST(a_contact_follows_its_temperature_under_any_kind) {
  pro_case in = cell_of("lco_18650");
  pro_contact contact = {.conductance = 0.5, .T = 500.0, .delay = 30.0};
  make(&in, "duty_cycle", NULL, NULL);
  ck_assert_int_eq(pro_contact_apply(&in, &contact, NULL), PRO_OK);
  ck_assert_double_eq(at(&in, PRO_DRIVE_contact_conductance, 0.0), 0.5);
  ck_assert_double_eq(at(&in, PRO_DRIVE_T_contact, 29.0), in.T_initial);
  ck_assert_double_eq(at(&in, PRO_DRIVE_T_contact, 30.0), 500.0);
  ck_assert_double_eq(in.t_fault, 30.0);
  contact.T = 310.0;
  make(&in, "duty_cycle", NULL, NULL);
  ck_assert_int_eq(pro_contact_apply(&in, &contact, NULL), PRO_OK);
  ck_assert(isnan(in.t_fault));
}
END_TEST

/* An inert cell at rest takes on the contact's temperature alone: C dT/dt = G (Tc - T). rtol 1e-8 of 350 K a step:
 * 1e-3 K. */
START_TEST(a_contact_warms_the_cell_exponentially) {
  pro_case in = cell_of("lco_18650");
  support_inert(&in);
  in.cell.nodes = 1, in.cell.heat_capacity_slope = 0.0, in.cell.headspace = 0.0;
  in.duration = 600.0, in.period = 10.0;
  make(&in, "duty_cycle", NULL, "rate", "0/h", "film_coefficient", "0 W/(m2 K)", "emissivity", "0", NULL);
  pro_contact contact = {.conductance = 0.2, .T = 350.0};
  ck_assert_int_eq(pro_contact_apply(&in, &contact, NULL), PRO_OK);
  pro_trajectory *t = support_run(&in);
  double rate = contact.conductance / (in.cell.mass * in.cell.heat_capacity);
  for (size_t k = 0; k < t->samples; k++)
    ck_assert_double_eq_tol(t->truth[PRO_TRUTH_T_core][k], 350.0 - (350.0 - 298.15) * exp(-rate * t->t[k]), 1e-3);
  pro_trajectory_free(t);
}
END_TEST

START_TEST(what_contradicts_itself_is_named) {
  pro_case in = cell_of("lco_18650"), bare = cell_of("lco_18650_kim");
  refuse("heater.T_off", &in, "heater", NULL, "power", "1 W", "T_off", "20 degC", NULL);
  refuse("heater.lasts", &in, "heater", NULL, "power", "1 W", "ramp", "20 s", "lasts", "10 s", NULL);
  refuse("arc.T_end", &in, "arc", NULL, "T_end", "40 degC", NULL);
  refuse("internal_short.resistance is missing", &in, "internal_short", NULL, NULL);
  refuse("internal_short.resistance_start", &in, "internal_short", NULL, "resistance", "1 ohm", "resistance_start",
         "1 ohm", NULL);
  refuse("overcharge.compliance", &in, "overcharge", NULL, "compliance", "4 V", NULL);
  refuse("overcharge.soc_end", &in, "overcharge", NULL, "soc_end", "0.5", NULL);
  refuse("over_discharge.soc_end", &in, "over_discharge", NULL, "soc_end", "0.5", NULL);
  refuse("cooling_loss.film_after", &in, "cooling_loss", NULL, "film_after", "50 W/(m2 K)", NULL);
  refuse("duty_cycle.file is missing", &in, "duty_cycle", NULL, "pattern", "file", NULL);
  refuse("duty_cycle.file is given", &in, "duty_cycle", &day, "pattern", "square", NULL);
  refuse("duty_cycle.rate must be above 0", &in, "duty_cycle", NULL, "pattern", "grid", "rate", "-1/h", NULL);
  refuse("oven.ramp is given", &in, "oven", &day, "ramp", "1 K/min", NULL);
  static const char *const electrical[] = {"nail", "overcharge", "over_discharge", "cooling_loss", "duty_cycle"};
  for (size_t i = 0; i < PRO_COUNT(electrical); i++)
    refuse("cell.capacity is 0", &bare, electrical[i], NULL, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("kind");
  TCase *tests = tcase_create("kind");
  tcase_add_test(tests, channels_are_lines_between_breaks);
  tcase_add_test(tests, a_square_wave_has_its_share_and_a_mean_of_zero);
  tcase_add_test(tests, grid_noise_has_its_mean_variance_and_memory);
  tcase_add_test(tests, grid_noise_is_a_function_of_seed_and_run);
  tcase_add_test(tests, cc_cv_stays_within_the_voltage_limits_and_reaches_both);
  tcase_add_test(tests, a_file_is_followed_scaled_delayed_and_repeated);
  tcase_add_test(tests, faults_come_when_charge_is_full_or_empty);
  tcase_add_test(tests, hot_surroundings_are_a_fault_from_where_they_begin_to_heat);
  tcase_add_test(tests, a_short_grows_by_equal_factors_within_8_percent);
  tcase_add_test(tests, contacts_have_their_order_and_their_heat);
  tcase_add_test(tests, a_nail_shorts_cools_and_pierces);
  tcase_add_test(tests, heater_arc_and_cooling_are_set_as_told);
  tcase_add_test(tests, a_contact_follows_its_temperature_under_any_kind);
  tcase_add_test(tests, a_contact_warms_the_cell_exponentially);
  tcase_add_test(tests, what_contradicts_itself_is_named);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
