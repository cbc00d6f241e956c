/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/electrical.h"

#include "tests/support.h"

/* For every row of pro_ocv_all. */
#define EACH_TABLE(o) (const pro_ocv *const *it_ = pro_ocv_all, *o; (o = *it_) != NULL; it_++)

START_TEST(open_circuit_voltage_passes_its_points_and_rises) {
  for
    EACH_TABLE(o) {
      for (int i = 0; i < PRO_OCV_POINTS; i++)
        ck_assert_double_eq_tol(pro_ocv_voltage(o, o->soc[i], NULL), o->voltage[i], 1e-15 * 5.0);
      double last = pro_ocv_voltage(o, -0.7, NULL) - 1e-6;
      for (double soc = -0.7; soc < 1.8; soc += 1e-4) {
        double s, v = pro_ocv_voltage(o, soc, &s);
        support_check(v > last && s > 0.0, "%s does not rise at %g", o->name, soc);
        last = v;
      }
      /* never outside its two neighbours: monotone between the points, too */
      for (int i = 0; i + 1 < PRO_OCV_POINTS; i++)
        for (int k = 0; k <= 50; k++) {
          double v = pro_ocv_voltage(o, o->soc[i] + (o->soc[i + 1] - o->soc[i]) * k / 50.0, NULL);
          ck_assert(v >= o->voltage[i] - 1e-14 && v <= o->voltage[i + 1] + 1e-14);
        }
    }
}
END_TEST

/* A cubic's central difference is off by h^2 v'''/6; fourth order has none of it, so only rounding, 4e-16 * 4 V /
 * h, is left. */
START_TEST(open_circuit_voltage_has_the_slope_it_says) {
  for
    EACH_TABLE(o)
  for (double soc = -0.6; soc < 1.7; soc += 3.33e-4) {
    double s, h = 1e-5, at_point = 0.0;
    for (int i = 0; i < PRO_OCV_POINTS; i++) at_point += fabs(soc - o->soc[i]) < 2.5 * h;
    if (at_point > 0.0) continue; /* the second derivative jumps */
    pro_ocv_voltage(o, soc, &s);
    double f[5];
    for (int k = 0; k < 5; k++) f[k] = pro_ocv_voltage(o, soc + (k - 2) * h, NULL);
    ck_assert_double_eq_tol(s, (8.0 * (f[3] - f[1]) - (f[4] - f[0])) / (12.0 * h), 1e-9 * (1.0 + s));
  }
}
END_TEST

/* The lanes' cubics are the tables, in another form: at the points, between and beyond, each lane by its own
 * table. Sums of terms of the voltage's size: 1e-13; slopes divide by spans down to 0.025. */
START_TEST(lanes_read_the_same_tables) {
  static pro_ocv_piece pieces[PRO_LANES][PRO_OCV_PIECES];
  for (int first = 0; first < PRO_OCV_COUNT; first++) {
    for (int l = 0; l < PRO_LANES; l++) pro_ocv_cut(pieces[l], pro_ocv_all[(first + l) % PRO_OCV_COUNT]);
    for (int k = 0; k < 4000; k++) {
      pro_lanes soc, U, U_s, dU, dU_s;
      for (int l = 0; l < PRO_LANES; l++) {
        const pro_ocv *o = pro_ocv_all[(first + l) % PRO_OCV_COUNT];
        soc[l] = k < PRO_OCV_POINTS ? o->soc[k] : -0.8 + 2.7 * (k + 0.1 * l) / 4000.0;
      }
      pro_ocv_at(pieces[0], soc, &U, &U_s, &dU, &dU_s);
      for (int l = 0; l < PRO_LANES; l++) {
        const pro_ocv *o = pro_ocv_all[(first + l) % PRO_OCV_COUNT];
        double slope, V = pro_ocv_voltage(o, soc[l], &slope);
        support_check(fabs(U[l] - V) < 1e-13 && fabs(U_s[l] - slope) < 1e-11 * (1.0 + slope),
                      "%s at %.17g: %.17g, not %.17g", o->name, soc[l], U[l], V);
        V = pro_ocv_entropic(o, soc[l], &slope);
        support_check(fabs(dU[l] - V) < 1e-17 && fabs(dU_s[l] - slope) < 1e-15,
                      "%s at %.17g: dU/dT %.17g, not %.17g", o->name, soc[l], dU[l], V);
      }
    }
    pro_lanes none = pro_lanes_all((double)NAN), U, U_s, dU, dU_s;
    pro_ocv_at(pieces[0], none, &U, &U_s, &dU, &dU_s);
    for (int l = 0; l < PRO_LANES; l++) ck_assert(isnan(U[l])); /* nor is a charge made up */
  }
}
END_TEST

START_TEST(open_circuit_voltage_goes_on_straight_beyond_its_ends) {
  for
    EACH_TABLE(o) {
      double low, high, s, first = o->soc[0], last = o->soc[PRO_OCV_POINTS - 1];
      double v0 = pro_ocv_voltage(o, first, &low), v1 = pro_ocv_voltage(o, last, &high);
      ck_assert_double_lt(v0, 0.0); /* reversed */
      ck_assert_double_gt(low, 0.0);
      ck_assert_double_eq_tol(pro_ocv_voltage(o, first - 0.01, &s), v0 - 0.01 * low, 1e-14);
      ck_assert_double_eq(s, low);
      ck_assert_double_eq_tol(pro_ocv_voltage(o, last + 0.3, &s), v1 + 0.3 * high, 1e-14);
      ck_assert_double_eq(s, high);
      /* and the slope does not jump there */
      pro_ocv_voltage(o, first + 1e-10, &s);
      ck_assert_double_eq_tol(s, low, 1e-5 * low);
      pro_ocv_voltage(o, last - 1e-10, &s);
      ck_assert_double_eq_tol(s, high, 1e-5 * high);
    }
}
END_TEST

/* Simpson's rule is exact for a cubic: only rounding separates the sums, 100 pieces of 1e-16. */
START_TEST(energy_is_the_integral_of_the_voltage) {
  for
    EACH_TABLE(o) {
      ck_assert_double_eq(pro_ocv_energy(o, 0.0), 0.0);
      const double ends[] = {-0.7, -0.5, -0.2, -0.05, -0.03, 0.0, 0.01, 0.3, 0.77, 1.0, 1.1, 1.2, 1.37, 1.6, 1.9};
      for (size_t e = 0; e + 1 < PRO_COUNT(ends); e++) {
        double sum = 0.0, a = ends[e];
        while (a < ends[e + 1]) {
          double b = ends[e + 1];
          for (int i = 0; i < PRO_OCV_POINTS; i++)
            if (o->soc[i] > a && o->soc[i] < b) b = o->soc[i];
          double middle = 0.5 * (a + b);
          sum +=
              (b - a) / 6.0 *
              (pro_ocv_voltage(o, a, NULL) + 4.0 * pro_ocv_voltage(o, middle, NULL) + pro_ocv_voltage(o, b, NULL));
          a = b;
        }
        ck_assert_double_eq_tol(pro_ocv_energy(o, ends[e + 1]) - pro_ocv_energy(o, ends[e]), sum, 1e-13);
      }
    }
}
END_TEST

/* Simpson's rule over the whole window by 1e-3: what the tables' sources give as mean voltages, to a millivolt or,
 * where the points are far apart, a few. */
START_TEST(tables_have_the_mean_voltage_of_their_source) {
  static const struct {
    int ocv;
    double mean, within; /* [V] */
  } known[] = {{PRO_OCV_nmc811_chen2020, 3.722, 0.004}, {PRO_OCV_nmc811_oregan2022, 3.677, 0.004},
               {PRO_OCV_nmc_mohtat2020, 3.756, 0.004},  {PRO_OCV_lfp_prada2013, 3.195, 0.004},
               {PRO_OCV_nca_kim2011, 3.673, 0.004},     {PRO_OCV_lco_marquis2019, 3.761, 0.004},
               {PRO_OCV_lmo_doyle1996, 3.832, 0.010}};
  for (size_t i = 0; i < PRO_COUNT(known); i++) {
    const pro_ocv *o = pro_ocv_all[known[i].ocv];
    support_check(fabs(pro_ocv_energy(o, 1.0) - known[i].mean) < known[i].within, "%s: %g V", o->name,
                  pro_ocv_energy(o, 1.0));
  }
}
END_TEST

/* Every table: the voltage is gone below empty, the cell reverses within 2 V, and is between 4.5 and 5.5 V when
 * overcharged. */
START_TEST(tables_go_beyond_empty_and_full) {
  for
    EACH_TABLE(o) {
      ck_assert_double_eq(pro_ocv_voltage(o, -0.05, NULL), 0.0);
      double reversed = pro_ocv_voltage(o, -0.5, NULL), over = pro_ocv_voltage(o, 1.2, NULL),
             far = pro_ocv_voltage(o, 1.6, NULL);
      ck_assert(reversed < -0.5 && reversed > -2.0);
      ck_assert(over > 4.5 && over < far && far < 5.5);
      ck_assert_str_eq(o->name, pro_ocv_names[it_ - pro_ocv_all]);
      ck_assert(o->source && *o->source);
    }
  ck_assert_ptr_null(pro_ocv_all[PRO_OCV_COUNT]);
  ck_assert_ptr_null(pro_ocv_names[PRO_OCV_COUNT]);
  /* LFP has nothing left to give when full: it rises at once, an oxide does not */
  ck_assert_double_gt(pro_ocv_voltage(pro_ocv_all[PRO_OCV_lfp_prada2013], 1.1, NULL) - 3.6, 0.5);
  ck_assert_double_lt(pro_ocv_voltage(pro_ocv_all[PRO_OCV_lco_marquis2019], 1.1, NULL) - 4.1, 0.5);
}
END_TEST

/* dU/dT in straight lines: exact at the points and half-way, constant beyond the ends, its slope the secant. Known
 * where a source is named, 0 else; within 0.5 mV/K in a cell of these kinds; what is
 * estimated from fast cycles takes up errors of the resistance where the table is steep: 1.5 mV/K. */
START_TEST(entropic_coefficient_is_linear_between_its_points) {
  for
    EACH_TABLE(o) {
      double largest = 0.0, s;
      for (int i = 0; i < PRO_OCV_POINTS; i++) {
        ck_assert_double_eq_tol(pro_ocv_entropic(o, o->soc[i], NULL), o->entropic[i], 1e-19);
        largest = fmax(largest, fabs(o->entropic[i]));
      }
      ck_assert((largest > 0.0) == (o->entropic_source != NULL));
      ck_assert_double_lt(largest, strstr(o->source, "estimated") ? 1.5e-3 : 0.5e-3);
      for (int i = 0; i + 1 < PRO_OCV_POINTS; i++) {
        double middle = pro_ocv_entropic(o, 0.5 * (o->soc[i] + o->soc[i + 1]), &s);
        ck_assert_double_eq_tol(middle, 0.5 * (o->entropic[i] + o->entropic[i + 1]), 1e-18);
        ck_assert_double_eq_tol(s, (o->entropic[i + 1] - o->entropic[i]) / (o->soc[i + 1] - o->soc[i]), 1e-15);
      }
      ck_assert_double_eq(pro_ocv_entropic(o, -2.0, &s), o->entropic[0]);
      ck_assert_double_eq(s, 0.0);
      ck_assert_double_eq(pro_ocv_entropic(o, 3.0, &s), o->entropic[PRO_OCV_POINTS - 1]);
      ck_assert_double_eq(s, 0.0);
    }
}
END_TEST

/* A3h. Exact: the identities are algebra, a few roundings of 1e-16. */
START_TEST(short_is_a_voltage_divider) {
  support_random random = {31, 0};
  for (int k = 0; k < 1000; k++) {
    double U = support_between(&random, 0.0, 4.3), R0 = support_between(&random, 1e-3, 0.2);
    double R = pro_exp(support_between(&random, -7.0, 9.0));
    pro_circuit c = pro_circuit_solve(U, R0, 1.0 / R, 0.0);
    ck_assert_double_eq_tol(c.voltage, U / (1.0 + R0 / R), 1e-14 * U);
    ck_assert_double_eq_tol(c.short_current, U / (R0 + R), 1e-14 * U / (R0 + R));
    ck_assert_double_eq_tol(c.heat, U * U / (R0 + R), 1e-14 * U * U / (R0 + R));
    /* with a current: what the source and the terminals give is what heats */
    double I = support_between(&random, -20.0, 20.0);
    c = pro_circuit_solve(U, R0, 1.0 / R, I);
    double given = U * (c.short_current - I) + c.voltage * I;
    ck_assert_double_eq_tol(c.heat, given,
                            1e-13 * (fabs(U * c.short_current) + fabs(U * I) + fabs(c.voltage * I)));
    ck_assert_double_ge(c.heat, 0.0);
  }
  pro_circuit open = pro_circuit_solve(3.7, 0.05, 0.0, -2.0);
  ck_assert_double_eq_tol(open.voltage, 3.6, 1e-15 * 4.0);
  ck_assert_double_eq(open.short_current, 0.0);
  ck_assert_double_eq_tol(open.heat, 0.2, 1e-15);
}
END_TEST

static void shorted(pro_case *in, double R) {
  support_case(in, "lco_18650");
  support_inert(in);
  in->cell.headspace = 0.0;
  in->cell.collapse_rate = 1e-9; /* the separator stays */
  in->cell.shutdown_factor = 1.0;
  /* one resistance that nothing changes, enough for 5 ohm to show */
  in->cell.resistance = 0.055;
  in->cell.pair_1_resistance = in->cell.pair_2_resistance = in->cell.resistance_activation = in->cell.limit_rate =
      0.0;
  in->cell.resistance_low_charge = in->cell.resistance_over_charge = 1.0;
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_short_conductance], 1.0 / R);
}

/* A3h through the engine: a hard short drains the cell to the last of its charge. Heat in the short is at most the
 * energy that the charge had, and all heat is exactly that energy. rtol 1e-8 of a charge of 1 over a thousand
 * steps: 1e-6. */
START_TEST(short_turns_the_stored_energy_into_heat_and_no_more) {
  static const double resistances[] = {0.01, 0.3, 5.0};
  for (size_t i = 0; i < PRO_COUNT(resistances); i++) {
    double R = resistances[i];
    pro_case in;
    shorted(&in, R);
    in.duration = 20000.0, in.period = 1.0;
    pro_trajectory *run = support_run(&in);
    const pro_ocv *o = pro_ocv_all[in.cell.ocv];
    double in_short = 0.0, U0 = pro_ocv_voltage(o, 1.0, NULL);
    ck_assert_double_eq_tol(run->truth[PRO_TRUTH_voltage][0], U0 / (1.0 + in.cell.resistance / R), 1e-14);
    ck_assert_double_eq_tol(run->truth[PRO_TRUTH_heat_electrical][0], U0 * U0 / (in.cell.resistance + R),
                            1e-13 * U0 * U0 / (in.cell.resistance + R));
    for (size_t k = 1; k < run->samples; k++) {
      double soc = run->truth[PRO_TRUTH_soc][k], V = run->truth[PRO_TRUTH_voltage][k];
      double before = run->truth[PRO_TRUTH_voltage][k - 1];
      in_short += 0.5 * (V * V + before * before) / R; /* over a sample of 1 s */
      double stored = in.cell.capacity * (pro_ocv_energy(o, 1.0) - pro_ocv_energy(o, soc));
      support_check(in_short <= stored * (1.0 + 1e-3), "at %g s %g J of heat from %g J", run->t[k], in_short,
                    stored);
      ck_assert_double_le(soc, run->truth[PRO_TRUTH_soc][k - 1] + 1e-9);
    }
    /* the clocks compare with the voltage before the short, even where it is there from the start */
    ck_assert_double_eq(run->clock[PRO_CLOCK_short], 0.0);
    if (R < 0.1) ck_assert_double_eq(run->clock[PRO_CLOCK_voltage], 0.0);
    double soc = run->truth[PRO_TRUTH_soc][run->samples - 1];
    double stored = in.cell.capacity * (pro_ocv_energy(o, 1.0) - pro_ocv_energy(o, soc));
    ck_assert_double_eq_tol(run->ledger.heat_electrical, stored, 1e-6 * stored);
    ck_assert_double_lt(run->ledger.energy_gap, 1e-11);
    ck_assert_double_lt(run->ledger.charge_gap, 1e-11);
    if (R < 1.0)
      ck_assert_double_eq_tol(soc, -0.05, 1e-6); /* drained to the tail's end, where the voltage is gone */
    pro_trajectory_free(run);
  }
}
END_TEST

/* A constant current I for t seconds moves I t coulomb, and the terminals give the stored energy and I^2 R t of
 * heat. */
START_TEST(charging_stores_what_the_terminals_give_less_the_heat) {
  pro_case in;
  shorted(&in, 1.0);
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_short_conductance], 0.0);
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_current], 2.6);
  in.soc_initial = 0.2, in.duration = 1800.0;
  pro_trajectory *run = support_run(&in);
  ck_assert_double_eq_tol(run->truth[PRO_TRUTH_soc][run->samples - 1], 0.7, 1e-12);
  ck_assert_double_eq_tol(run->ledger.heat_electrical, 2.6 * 2.6 * in.cell.resistance * 1800.0,
                          2e-3 * 670.0 * 1e-3);
  ck_assert_double_eq_tol(run->truth[PRO_TRUTH_heat_electrical][7], 2.6 * 2.6 * in.cell.resistance, 1e-13);
  ck_assert(isnan(run->clock[PRO_CLOCK_short])); /* a voltage may fall without a short; here none is there */
  ck_assert_double_lt(run->ledger.energy_gap, 1e-11);
  ck_assert_double_lt(run->ledger.charge_gap, 1e-11);
  pro_trajectory_free(run);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("electrical");
  TCase *tests = tcase_create("electrical");
  tcase_add_test(tests, open_circuit_voltage_passes_its_points_and_rises);
  tcase_add_test(tests, open_circuit_voltage_has_the_slope_it_says);
  tcase_add_test(tests, lanes_read_the_same_tables);
  tcase_add_test(tests, open_circuit_voltage_goes_on_straight_beyond_its_ends);
  tcase_add_test(tests, energy_is_the_integral_of_the_voltage);
  tcase_add_test(tests, tables_have_the_mean_voltage_of_their_source);
  tcase_add_test(tests, tables_go_beyond_empty_and_full);
  tcase_add_test(tests, entropic_coefficient_is_linear_between_its_points);
  tcase_add_test(tests, short_is_a_voltage_divider);
  tcase_add_test(tests, short_turns_the_stored_energy_into_heat_and_no_more);
  tcase_add_test(tests, charging_stores_what_the_terminals_give_less_the_heat);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
