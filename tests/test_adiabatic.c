/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim
 * Adiabatic runs: Kim's 18650, and Feng's 25 Ah cell in three conventions of SEI heat and with its short. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "sim/simulate.h"
#include "tests/support.h"

/* Nothing crosses the surface; temperatures in degC. */
static pro_case adiabatic(const char *preset, double T, double duration) {
  pro_case in;
  support_case(&in, preset);
  in.cell.nodes = 1, in.cell.headspace = 0.0, in.cell.capacity = 0.0, in.cell.heat_capacity_slope = 0.0;
  support_adiabatic(&in);
  in.T_initial = T + PRO_ZERO_CELSIUS;
  in.duration = duration, in.period = 1.0, in.rtol = 1e-8;
  return in;
}

/* K/min over the first second, in which it changes by less than 1e-4 of itself */
static double first_rate(const pro_trajectory *traj) {
  const double *T = traj->truth[PRO_TRUTH_T_core];
  return 60.0 * (T[1] - T[0]) / (traj->t[1] - traj->t[0]);
}

typedef struct row {
  double T, rate, t_10K, t_1K, T_1K, T_end;
} row;
static const row rows[] = {
    {80.0, 0.0136724, 132471.1, 132528.1, 197.885, 658.7465},
    {90.0, 0.0485433, 42357.92, 42414.25, 198.569, 668.7465},
    {120.0, 1.475838, 1923.740, 1982.935, 201.539, 698.7465},
};

/* The table's digits; times to 1e-5. T_end: all heat is out, T rises by sum h dxi / C = 578.74655 K. The last
 * anode lithium behind a thick film takes weeks. */
START_TEST(kims_cell_heats_as_published_and_by_the_sum_of_its_heats) {
  const row *r = &rows[_i];
  pro_case in = adiabatic("lco_18650_kim", r->T, 1.4e5);
  pro_trajectory *traj = support_run(&in);
  ck_assert_double_eq_tol(first_rate(traj), r->rate, 1e-3 * r->rate);
  ck_assert_double_eq_tol(traj->clock[PRO_CLOCK_10K_per_min], r->t_10K, fmax(1e-5 * r->t_10K, 0.05));
  ck_assert_double_eq_tol(traj->clock[PRO_CLOCK_runaway], r->t_1K, fmax(1e-5 * r->t_1K, 0.05));
  ck_assert_double_eq_tol(traj->T_at[PRO_CLOCK_runaway] - PRO_ZERO_CELSIUS, r->T_1K, 1e-3);
  ck_assert_double_lt(traj->ledger.energy_gap, 1e-13);
  pro_trajectory_free(traj);

  in.duration = 1e7, in.period = 1e6;
  traj = support_run(&in);
  double T_end = traj->truth[PRO_TRUTH_T_core][traj->samples - 1];
  ck_assert_double_eq_tol(T_end - in.T_initial, 578.74655, 1e-4);
  ck_assert_double_eq_tol(T_end - PRO_ZERO_CELSIUS, r->T_end, 1e-3);
  pro_trajectory_free(traj);
}
END_TEST

typedef struct feng {
  const char *name;
  pro_sei_heat sei_heat;
  double hours, T_1K, rate; /* to 1 K/s; degC there (NaN: a spike, not gated); K/min at the start */
} feng;
static const feng conventions[] = {
    {"decomposition alone", PRO_SEI_HEAT_decomposition, 37.18, 258.65, 0.0252},
    {"net, as shipped", PRO_SEI_HEAT_net, 65.84, NAN, 0.01994},
    {"no regeneration", PRO_SEI_HEAT_none, 64.85, NAN, 0.0252},
};

/* Times to 1 %, temperatures to 1 K, as published for three codes of this model; the rate's digits. */
START_TEST(fengs_cell_runs_away_as_published_in_each_sei_convention) {
  const feng *r = &conventions[_i];
  pro_case in = adiabatic("nmc_pouch_25Ah", 90.0, 3e5);
  in.network.sei_heat = (int)r->sei_heat;
  pro_trajectory *traj = support_run(&in);
  ck_assert_double_eq_tol(first_rate(traj), r->rate, 0.01 * r->rate);
  ck_assert_double_eq_tol(traj->clock[PRO_CLOCK_runaway] / 3600.0, r->hours, 0.01 * r->hours);
  if (!isnan(r->T_1K)) ck_assert_double_eq_tol(traj->T_at[PRO_CLOCK_runaway] - PRO_ZERO_CELSIUS, r->T_1K, 1.0);
  /* the heats [kJ]: anode 172.39 (net: less the SEI it makes), electrolyte 86.4, cathode 28.84, separator -4.10 */
  double heat[PRO_REACTIONS_MAX];
  for (int j = 0; j < traj->reactions; j++) {
    const pro_reaction *reaction = &in.network.reactions[j];
    heat[j] = traj->xi[(size_t)j * traj->samples + traj->samples - 1] * reaction->heat * reaction->content *
              in.cell.volume;
  }
  if (r->sei_heat != PRO_SEI_HEAT_net) ck_assert_double_eq_tol(heat[1] / 1e3, 172.39, 0.1);
  ck_assert_double_eq_tol(heat[2] / 1e3, -4.10, 0.01);
  ck_assert_double_eq_tol(heat[3] / 1e3, 86.4, 0.1);
  ck_assert_double_le((heat[4] + heat[5]) / 1e3, 28.84);
  pro_trajectory_free(traj);
}
END_TEST

/* The published row feeds 317.2 kJ at 31.7 kW for 10 s once past 260 degC. Here the same energy is the cell's
 * charge, and the separator that collapses at 260 degC shorts it with about the same power: where and when it runs
 * away and how hot it gets depend on the energy, which is gated. */
START_TEST(fengs_short_heats_to_854_degrees_out_of_the_stored_charge) {
  pro_case in = adiabatic("nmc_pouch_25Ah", 90.0, 3e5);
  const pro_ocv *ocv = pro_ocv_all[in.cell.ocv];
  in.cell.capacity = 317207.0 / (pro_ocv_energy(ocv, 1.0) - pro_ocv_energy(ocv, PRO_CHARGE_DRAINED));
  in.cell.collapse_T = 533.15, in.cell.collapse_width = 1.0;
  in.cell.spot_share = in.cell.front_rise = 0.0; /* throughout, as published */
  in.cell.shutdown_factor = 1.0, in.cell.resistance = 1e-5, in.cell.hard_short_resistance = 4e-4;
  pro_trajectory *traj = support_run(&in);
  ck_assert_double_eq_tol(traj->ledger.heat_electrical, 317207.0,
                          0.001 * 317207.0); /* a thousandth stays at 0 V's edge */
  ck_assert_double_eq_tol(traj->T_max - PRO_ZERO_CELSIUS, 854.0, 1.0);
  ck_assert_double_eq_tol(traj->clock[PRO_CLOCK_runaway] / 3600.0, 65.83, 0.01 * 65.83);
  ck_assert_double_eq_tol(traj->T_at[PRO_CLOCK_runaway] - PRO_ZERO_CELSIUS, 258.9, 1.0);
  pro_trajectory_free(traj);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("adiabatic");
  TCase *all = tcase_create("adiabatic");
  tcase_add_loop_test(all, kims_cell_heats_as_published_and_by_the_sum_of_its_heats, 0, (int)PRO_COUNT(rows));
  tcase_add_loop_test(all, fengs_cell_runs_away_as_published_in_each_sei_convention, 0,
                      (int)PRO_COUNT(conventions));
  tcase_add_test(all, fengs_short_heats_to_854_degrees_out_of_the_stored_charge);
  suite_add_tcase(suite, all);
  return support_main(suite);
}
