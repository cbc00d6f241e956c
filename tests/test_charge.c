/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim
 * The electrical part of a whole cell against closed forms: currents, RC pairs, limits, shorts, overcharge,
 * reversal. */
#include "sim/cell.h"

#include "tests/support.h"

/* A cell in which nothing reacts or vents, held at its temperature by a strong wind, with resistances that
 * depend on nothing. */
static void hold_temperature(pro_case *in) {
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_film_coefficient], 1e6);
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_T_ambient], in->T_initial);
}

static void plain(pro_case *in) {
  support_case(in, "lco_18650");
  support_inert(in);
  pro_cell *c = &in->cell;
  c->nodes = 1, c->headspace = 0.0, c->ejecta_share = 0.0;
  c->solvent_mass = 0.0;
  c->resistance = 0.05, c->resistance_activation = 0.0, c->resistance_low_charge = c->resistance_over_charge = 1.0;
  c->pair_1_resistance = c->pair_2_resistance = 0.0, c->pair_activation = 0.0, c->limit_rate = 0.0;
  c->overcharge_loss = c->copper_conductance = 0.0, c->shutdown_factor = 1.0;
  c->capacity_loss = c->resistance_growth = 0.0;
  c->capacity = 3600.0 * 2.6;
  in->T_initial = 298.15, in->soc_initial = 0.5;
  hold_temperature(in);
  in->duration = 200.0, in->period = 1.0, in->rtol = 1e-10;
}

static double emf(const pro_case *in, double charge) {
  return pro_ocv_voltage(pro_ocv_all[in->cell.ocv], charge, NULL);
}

/* dsoc/dt = I/Q;  V = U(soc) + R I + sum R_k I (1 - exp(-t/tau_k)): rtol 1e-10 of some volts; allow 1e-7 V. */
START_TEST(a_constant_current_charges_two_pairs) {
  pro_case in;
  plain(&in);
  in.cell.pair_1_resistance = 0.02, in.cell.pair_1_time = 5.0;
  in.cell.pair_2_resistance = 0.03, in.cell.pair_2_time = 60.0;
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_current], -2.6);
  pro_trajectory *run = support_run(&in);
  for (size_t k = 0; k < run->samples; k++) {
    double t = run->t[k], soc = 0.5 - 2.6 * t / in.cell.capacity;
    double want = emf(&in, soc) - 2.6 * (0.05 + 0.02 * (1.0 - exp(-t / 5.0)) + 0.03 * (1.0 - exp(-t / 60.0)));
    ck_assert_double_eq_tol(run->truth[PRO_TRUTH_soc][k], soc, 1e-8);
    ck_assert_double_eq_tol(run->truth[PRO_TRUTH_voltage][k], want, 1e-7);
    ck_assert_double_eq_tol(run->truth[PRO_TRUTH_current][k], -2.6, 1e-12);
  }
  /* what the overvoltages cost is heat, all of it */
  double heat = 0.0, p1 = 0.02 * (200.0 - 5.0 * (1.0 - exp(-40.0))),
         p2 = 0.03 * (200.0 - 60.0 * (1.0 - exp(-200.0 / 60.0)));
  heat = 2.6 * 2.6 * (0.05 * 200.0 + p1 + p2);
  ck_assert_double_eq_tol(run->ledger.heat_electrical, heat, 1e-6 * heat);
  pro_trajectory_free(run);
}
END_TEST

/* R = R0 exp(Ea/R (1/T - 1/T0)), not below its value at 80 degC; more when empty. */
START_TEST(resistance_follows_temperature_charge_and_age) {
  static const struct {
    double T, soc, growth;
  } at[] = {{273.15, 0.5, 0.0}, {333.15, 0.5, 0.0}, {353.15, 0.5, 0.5}, {390.0, 0.5, 0.0}, {298.15, 0.02, 0.0}};
  for (size_t i = 0; i < PRO_COUNT(at); i++) {
    pro_case in;
    plain(&in);
    in.cell.resistance_activation = 2e4, in.cell.resistance_low_charge = 3.0,
    in.cell.resistance_growth = at[i].growth;
    in.T_initial = at[i].T, in.soc_initial = at[i].soc, in.duration = in.period = 1e-3;
    hold_temperature(&in);
    pro_channel_hold(&in.drive.channel[PRO_DRIVE_current], 1.0);
    pro_trajectory *run = support_run(&in);
    double T = fmin(at[i].T, 353.15),
           R = 0.05 * (1.0 + at[i].growth) * exp(2e4 / PRO_GAS_CONSTANT * (1.0 / T - 1.0 / 298.15));
    R *= 1.0 + 2.0 * exp(-at[i].soc / 0.05);
    ck_assert_double_eq_tol(run->truth[PRO_TRUTH_voltage][0] - emf(&in, at[i].soc), R, 1e-9);
    pro_trajectory_free(run);
  }
}
END_TEST

/* At its upper limit a charging current gives way, I = (V_max - U)/R, and never turns round; the same below. */
START_TEST(voltage_limits_hold) {
  pro_case in;
  plain(&in);
  in.duration = 7200.0, in.period = 10.0, in.soc_initial = 0.8;
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_current], 2.6);
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_voltage_high], 4.0);
  pro_trajectory *run = support_run(&in);
  int held = 0;
  for (size_t k = 0; k < run->samples; k++) {
    double V = run->truth[PRO_TRUTH_voltage][k], I = run->truth[PRO_TRUTH_current][k],
           U = emf(&in, run->truth[PRO_TRUTH_soc][k]);
    ck_assert_double_le(V, 4.0 + 1e-6); /* interpolated across the step in which it was reached */
    ck_assert_double_ge(I, 0.0);
    ck_assert_double_eq_tol(V, U + 0.05 * I, 1e-9);
    held += V > 4.0 - 1e-9;
  }
  ck_assert_int_gt(held, 100);
  ck_assert_double_lt(run->truth[PRO_TRUTH_current][run->samples - 1], 0.1);
  pro_trajectory_free(run);
  plain(&in);
  in.soc_initial = 0.1, in.duration = 3600.0;
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_current], -2.6);
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_voltage_low], 3.2);
  run = support_run(&in);
  for (size_t k = 0; k < run->samples; k++) {
    ck_assert_double_ge(run->truth[PRO_TRUTH_voltage][k],
                        3.2 - 1e-7); /* rtol 1e-10 of the charge at some 20 V a charge */
    ck_assert_double_le(run->truth[PRO_TRUTH_current][k], 0.0);
  }
  pro_trajectory_free(run);
  /* above its limit from the start, nothing flows */
  in.soc_initial = 0.9;
  in.drive.channel[PRO_DRIVE_voltage_low].knots = 0;
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_current], 1.0);
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_voltage_high], 3.5);
  run = support_run(&in);
  ck_assert_double_eq(run->truth[PRO_TRUTH_current][0], 0.0);
  pro_trajectory_free(run);
}
END_TEST

/* An external short of R_e: I = -U/(R + R_e); its heat I^2 R stays in the cell, I^2 R_e does not. Depletion
 * doubles the resistance at the limiting current. */
START_TEST(external_short_splits_its_heat_and_is_limited) {
  pro_case in;
  plain(&in);
  in.duration = in.period = 1e-3;
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_load_conductance], 1.0 / 0.05);
  pro_trajectory *run = support_run(&in);
  double U = emf(&in, 0.5), I = U / 0.1;
  ck_assert_double_eq_tol(run->truth[PRO_TRUTH_current][0], -I, 1e-10 * I);
  ck_assert_double_eq_tol(run->truth[PRO_TRUTH_voltage][0], U / 2.0, 1e-10);
  ck_assert_double_eq_tol(run->truth[PRO_TRUTH_heat_electrical][0], I * I * 0.05, 1e-9 * I * I);
  pro_trajectory_free(run);
  /* depletion settles where w = (i/i_limit)^2 and i = U/(R_e + R (1 + w)) */
  in.cell.limit_rate = 20.0 / in.cell.capacity, in.cell.limit_time = 2.0;
  in.cell.capacity *= 1e3, in.cell.limit_rate /= 1e3, in.cell.mass *= 1e3, in.cell.volume *= 1e3;
  in.duration = 100.0, in.period = 1.0;
  run = support_run(&in);
  double i = -run->truth[PRO_TRUTH_current][100], w = i * i / 400.0;
  ck_assert_double_eq_tol(i * (0.05 + 0.05 * (1.0 + w)), emf(&in, run->truth[PRO_TRUTH_soc][100]), 1e-6);
  ck_assert_double_lt(i, 0.8 * I);
  pro_trajectory_free(run);
}
END_TEST

/* Reversible heat: charging at I over the whole window takes Q int(T dU/dT) out of the surroundings, here at
 * constant T. */
START_TEST(entropic_heat_is_the_integral_of_its_coefficient) {
  int found = 0;
  for (int o = 0; pro_ocv_all[o]; o++) {
    if (!pro_ocv_all[o]->entropic_source) continue;
    found = 1;
    pro_case in;
    plain(&in);
    in.cell.ocv = o, in.cell.resistance = 1e-7, in.soc_initial = 0.0, in.duration = 3600.0, in.period = 3600.0;
    /* held a little less firmly: it is the temperature that steers the steps */
    pro_channel_hold(&in.drive.channel[PRO_DRIVE_film_coefficient], 50.0);
    pro_channel_hold(&in.drive.channel[PRO_DRIVE_current], 2.6);
    pro_trajectory *run = support_run(&in);
    double integral = 0.0;
    for (int k = 0; k < 20000; k++)
      integral += pro_ocv_entropic(pro_ocv_all[o], (k + 0.5) / 20000.0, NULL) / 20000.0;
    double want = in.cell.capacity * 298.15 * integral + 2.6 * 2.6 * 1e-7 * 3600.0;
    ck_assert_double_eq_tol(run->ledger.heat_electrical, want, 0.01 * fabs(want) + 0.1);
    pro_trajectory_free(run);
  }
  ck_assert(found);
}
END_TEST

/* Above full charge a share of the current decomposes electrolyte: it is heat, and not in the charge. */
START_TEST(overcharge_loses_its_share) {
  pro_case in;
  plain(&in);
  in.cell.overcharge_loss = 0.4, in.cell.overcharge_start = 0.05, in.soc_initial = 1.15, in.duration = 360.0,
  in.period = 360.0;
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_current], 2.6);
  pro_trajectory *run = support_run(&in);
  ck_assert_double_eq_tol(run->truth[PRO_TRUTH_soc][1], 1.15 + 0.6 * 0.1, 1e-9);
  ck_assert_double_lt(run->ledger.charge_gap, 1e-12);
  double U = 0.5 * (emf(&in, 1.15) + emf(&in, 1.21)), least = 0.4 * U * 936.0;
  ck_assert_double_eq_tol(run->ledger.heat_electrical, least + 2.6 * 2.6 * 0.05 * 360.0, 0.01 * least);
  pro_trajectory_free(run);
}
END_TEST

/* What overcharge decomposes becomes CO2 in the headspace, as long as there is solvent: n = y lambda I t, and 44 g
 * of it use up 44 g of solvent. */
START_TEST(overcharge_makes_gas_until_there_is_no_solvent) {
  pro_case in, like;
  plain(&in);
  support_case(&like, "lco_18650");
  in.cell.headspace = like.cell.headspace, in.cell.solvent_mass = 1e-3, in.cell.burst_pressure = 1e8;
  in.cell.cid_pressure = 0.0;
  in.cell.overcharge_loss = 1.0, in.cell.overcharge_start = 0.05, in.cell.overcharge_gas = 1e-6;
  in.soc_initial = 1.2, in.duration = 36000.0, in.period = 60.0, in.rtol = 1e-8;
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_current], 2.6);
  pro_trajectory *run = support_run(&in);
  const double *P = run->truth[PRO_TRUTH_pressure_cell];
  double per_mol = PRO_GAS_CONSTANT * in.T_initial / in.cell.headspace;
  ck_assert_double_eq_tol(P[10] - P[0], 600.0 * 2.6 * 1e-6 * per_mol, 0.02 * (P[10] - P[0]));
  double all = 1e-3 / pro_gas_molar_mass[PRO_GAS_CO2];
  ck_assert_double_gt(2.6 * 36000.0 * 1e-6, 3.0 * all);
  ck_assert_double_eq_tol(P[run->samples - 1] - P[0], all * per_mol, 0.02 * all * per_mol);
  ck_assert_double_lt(run->ledger.mass_gap, 1e-12);
  pro_trajectory_free(run);
}
END_TEST

/* Driven below -10 % a cell grows a copper short: the current goes on, the charge falls ever more slowly. */
START_TEST(reversal_grows_a_copper_short) {
  pro_case in;
  plain(&in);
  in.cell.copper_conductance = 100.0, in.soc_initial = 0.0, in.duration = 3600.0, in.period = 10.0;
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_current], -2.6);
  pro_trajectory *run = support_run(&in);
  const double *soc = run->truth[PRO_TRUTH_soc], *V = run->truth[PRO_TRUTH_voltage];
  size_t last = run->samples - 1;
  ck_assert_double_lt(V[last], 0.0);
  ck_assert_double_gt(run->truth[PRO_TRUTH_short_conductance][last], 1.0);
  ck_assert_double_gt(soc[last], -0.5);
  pro_trajectory_free(run);
}
END_TEST

/* The device opens at its pressure: no terminal current and no voltage from then on, whatever the cell does. */
START_TEST(interrupt_device_ends_the_current) {
  pro_case in;
  support_case(&in, "lco_18650");
  support_inert(&in);
  in.cell.cid_pressure = 3e5, in.cell.burst_pressure = _i == 0 ? 1e8 : 3e5; /* the vent at the same moment */
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_current], -0.1);
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_heater], 20.0);
  in.duration = 1500.0, in.period = 1.0;
  pro_trajectory *run = support_run(&in);
  double t = run->clock[PRO_CLOCK_cid];
  ck_assert(t > 10.0 && t < 1490.0);
  for (size_t k = 0; k < run->samples; k++) {
    double want = run->t[k] < t ? -0.1 : 0.0;
    if (fabs(run->t[k] - t) < 1e-3) continue;
    ck_assert_double_eq_tol(run->truth[PRO_TRUTH_current][k], want, 1e-12);
    if (run->t[k] > t) ck_assert_double_eq(run->truth[PRO_TRUTH_voltage][k], 0.0);
  }
  pro_trajectory_free(run);
}
END_TEST

/* Aluminium melts at 660.323 degC: a charger must not go on heating what is left of a cell. Cooling changes
 * nothing. */
START_TEST(molten_aluminium_ends_the_current) {
  pro_case in;
  support_case(&in, "lco_18650");
  support_inert(&in);
  in.cell.cid_pressure = 0.0; /* none */
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_current], 0.1);
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_film_coefficient], 100.0);
  pro_channel_add(&in.drive.channel[PRO_DRIVE_heater], 0.0, 500.0);
  pro_channel_add(&in.drive.channel[PRO_DRIVE_heater], 200.0, 500.0);
  pro_channel_add(&in.drive.channel[PRO_DRIVE_heater], 200.0, 0.0);
  in.duration = 1000.0, in.period = 0.1;
  pro_trajectory *run = support_run(&in);
  double *const *x = run->truth;
  int molten = 0, cold_again = 0;
  for (size_t k = 0; k < run->samples; k++) {
    molten |= x[PRO_TRUTH_T_core][k] > 933.473;
    cold_again |= molten && x[PRO_TRUTH_T_core][k] < 600.0;
    double want = molten ? 0.0 : 0.1;
    ck_assert_double_eq_tol(x[PRO_TRUTH_current][k], want, 1e-12);
    if (molten) ck_assert_double_eq(x[PRO_TRUTH_voltage][k], 0.0);
  }
  ck_assert(molten && cold_again);
  pro_trajectory_free(run);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("charge");
  TCase *tests = tcase_create("charge");
  tcase_add_test(tests, a_constant_current_charges_two_pairs);
  tcase_add_test(tests, resistance_follows_temperature_charge_and_age);
  tcase_add_test(tests, voltage_limits_hold);
  tcase_add_test(tests, external_short_splits_its_heat_and_is_limited);
  tcase_add_test(tests, entropic_heat_is_the_integral_of_its_coefficient);
  tcase_add_test(tests, overcharge_loses_its_share);
  tcase_add_test(tests, overcharge_makes_gas_until_there_is_no_solvent);
  tcase_add_test(tests, reversal_grows_a_copper_short);
  tcase_add_loop_test(tests, interrupt_device_ends_the_current, 0, 2);
  tcase_add_test(tests, molten_aluminium_ends_the_current);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
