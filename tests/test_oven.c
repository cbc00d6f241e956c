/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_scenarios prodrome_sim
 * Kim's lumped oven test, the primary regression: equations, numbers and the set-up that ships as kim_oven.yaml.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "scenarios/scenario.h"
#include "sim/simulate.h"
#include "tests/support.h"

/* The shipped scenario with an oven of T [degC] and an emissivity: what a user gets. */
static pro_case kim(double T, double emissivity, double rtol) {
  char oven[64], shine[64], tolerance[64], path[4096];
  snprintf(oven, sizeof oven, "oven.T=%.17g degC", T);
  snprintf(shine, sizeof shine, "cell.emissivity=%.17g", emissivity);
  snprintf(tolerance, sizeof tolerance, "rtol=%.17g", rtol);
  snprintf(path, sizeof path, "%s/scenarios/kim_oven.yaml", support_source());
  const char *const set[] = {oven, shine, tolerance};
  pro_scenario *scenario = NULL;
  ck_assert_msg(pro_scenario_read(&scenario, path, 3, set) == PRO_OK, "%s", pro_error_message());
  pro_case in;
  ck_assert_msg(pro_scenario_case(&in, scenario, 0) == PRO_OK, "%s", pro_error_message());
  pro_scenario_free(scenario);
  return in;
}

typedef struct row {
  double oven, emissivity, T_max, t_max, t_runaway, T_runaway, t_ambient; /* degC, s; NaN: never */
} row;
static const row rows[] = {
    {140.0, 0.8, 147.714, NAN, NAN, NAN, 1146.446},
    {145.0, 0.8, 193.937, 7931.0, NAN, NAN, 1082.575},
    {150.0, 0.8, 481.842, 2178.86, 2155.349, 199.59, 1023.677},
    {155.0, 0.8, 523.355, 1507.16, 1486.7929, 201.96, 965.738},
    {150.0, 0.0, 574.486, 3046.66, 2985.740, 201.594, 2302.289},
};

/* Published rows, to +-0.1 s and +-0.1 K; the hottest moment of a flat peak is known to its sampling only. */
START_TEST(oven_rows_have_the_published_times_and_temperatures) {
  const row *r = &rows[_i];
  pro_case in = kim(r->oven, r->emissivity, 1e-8);
  pro_trajectory *traj = support_run(&in);
  ck_assert_double_eq_tol(traj->T_max - PRO_ZERO_CELSIUS, r->T_max, 0.1);
  if (!isnan(r->t_max)) ck_assert_double_eq_tol(traj->clock[PRO_CLOCK_max], r->t_max, 1.0);
  ck_assert_double_eq_tol(traj->clock[PRO_CLOCK_ambient], r->t_ambient, 0.1);
  ck_assert_int_eq(isnan(r->t_runaway), isnan(traj->clock[PRO_CLOCK_runaway]));
  ck_assert_int_eq(isnan(r->t_runaway), traj->outcome != PRO_OUTCOME_runaway);
  if (!isnan(r->t_runaway)) {
    ck_assert_double_eq_tol(traj->clock[PRO_CLOCK_runaway], r->t_runaway, 0.1);
    ck_assert_double_eq_tol(traj->T_at[PRO_CLOCK_runaway] - PRO_ZERO_CELSIUS, r->T_runaway, 0.1);
  }
  ck_assert_double_lt(traj->ledger.energy_gap, 1e-12); /* constant cp, nothing vents: rounding */
  pro_trajectory_free(traj);
}
END_TEST

START_TEST(oven_at_155_leaves_the_published_amount_of_lithium) {
  pro_case in = kim(155.0, 0.8, 1e-8);
  pro_trajectory *traj = support_run(&in);
  double xi[PRO_REACTIONS_MAX], c[PRO_SPECIES_MAX];
  for (int j = 0; j < traj->reactions; j++) xi[j] = traj->xi[(size_t)j * traj->samples + traj->samples - 1];
  pro_network_species(&in.network, 1.0, xi, c);
  /* c_neg, z and alpha, to the published five digits */
  ck_assert_double_eq_tol(c[1], 0.25182, 1e-5);
  ck_assert_double_eq_tol(c[2], 0.53118, 1e-5);
  ck_assert_double_eq_tol(c[3], 1.0, 1e-6);
  pro_trajectory_free(traj);
}
END_TEST

/* Bisection on whether dT/dt reaches 1 K/s. */
START_TEST(the_critical_oven_is_at_145_549_degrees) {
  double safe = 145.0, runaway = 146.0;
  while (runaway - safe > 0.002) {
    double T = 0.5 * (safe + runaway);
    pro_case in = kim(T, 0.8, 1e-7);
    pro_trajectory *traj = support_run(&in);
    if (isnan(traj->clock[PRO_CLOCK_runaway]))
      safe = T;
    else
      runaway = T;
    pro_trajectory_free(traj);
  }
  ck_assert_double_eq_tol(0.5 * (safe + runaway), 145.549, 0.02);
}
END_TEST

/* Without the cap on the rate coefficients CVODE's defaults abort after the peak; the cap moves T_max by 2 mK. */
START_TEST(capped_and_uncapped_rates_survive_the_whole_run_at_any_tolerance) {
  static const double rtol[] = {1e-6, 1e-8}, cap[] = {1e3, 1e4, 1e300}, T_max[] = {523.351, 523.353, 523.355};
  for (int c = 0; c < 3; c++) {
    pro_case in = kim(155.0, 0.8, rtol[_i]);
    in.network.k_max = cap[c];
    pro_trajectory *traj = support_run(&in);
    ck_assert_double_eq_tol(traj->T_max - PRO_ZERO_CELSIUS, T_max[c], 0.01);
    ck_assert_double_eq_tol(traj->clock[PRO_CLOCK_runaway], 1486.79, 0.05);
    ck_assert_double_ge(traj->t[traj->samples - 1], 20000.0);
    pro_trajectory_free(traj);
  }
}
END_TEST

/* The cap acts on Arrhenius times the tunnelling factor; on Arrhenius alone the peak would be 502.9 degC. And the
 * Ea belong to R = 8.314: with the CODATA value the runaway would come 1.8 s earlier. Both must be seen by the
 * gates. */
START_TEST(a_wrong_cap_or_gas_constant_would_fail_the_gates) {
  pro_case in = kim(155.0, 0.8, 1e-8);
  for (int f = 0; f < PRO_FACTORS_MAX; f++) in.network.reactions[1].factors[f].capped = 0;
  pro_trajectory *traj = support_run(&in);
  ck_assert_double_eq_tol(traj->T_max - PRO_ZERO_CELSIUS, 502.9, 0.1);
  pro_trajectory_free(traj);

  in = kim(155.0, 0.8, 1e-8);
  in.network.gas_constant = PRO_GAS_CONSTANT;
  traj = support_run(&in);
  ck_assert_double_gt(fabs(traj->clock[PRO_CLOCK_runaway] - 1486.7929), 1.0);
  pro_trajectory_free(traj);
}
END_TEST

/* Over five ovens, against rtol 1e-12: each hundredfold in rtol brings the worst onset at least tenfold closer.
 * One oven alone may be right by luck at a loose tolerance. */
START_TEST(the_onsets_converge_as_the_tolerance_falls) {
  static const double ovens[] = {150.0, 155.0, 160.0, 170.0, 180.0}, rtol[] = {1e-12, 1e-5, 1e-7, 1e-9};
  double worst[PRO_COUNT(rtol)] = {0.0};
  for (size_t o = 0; o < PRO_COUNT(ovens); o++) {
    double onset[PRO_COUNT(rtol)];
    for (size_t k = 0; k < PRO_COUNT(rtol); k++) {
      pro_case in = kim(ovens[o], 0.8, rtol[k]);
      in.network.k_max = 1e300;
      pro_trajectory *traj = support_run(&in);
      onset[k] = traj->clock[PRO_CLOCK_runaway];
      pro_trajectory_free(traj);
      worst[k] = fmax(worst[k], fabs(onset[k] - onset[0]));
    }
  }
  ck_assert_double_gt(worst[1], 0.0);
  ck_assert_double_lt(worst[2], 0.1 * worst[1]);
  ck_assert_double_lt(worst[3], 0.1 * worst[2]);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("oven");
  TCase *all = tcase_create("oven");
  tcase_add_loop_test(all, oven_rows_have_the_published_times_and_temperatures, 0, (int)PRO_COUNT(rows));
  tcase_add_test(all, oven_at_155_leaves_the_published_amount_of_lithium);
  tcase_add_test(all, the_critical_oven_is_at_145_549_degrees);
  tcase_add_loop_test(all, capped_and_uncapped_rates_survive_the_whole_run_at_any_tolerance, 0, 2);
  tcase_add_test(all, a_wrong_cap_or_gas_constant_would_fail_the_gates);
  tcase_add_test(all, the_onsets_converge_as_the_tolerance_falls);
  suite_add_tcase(suite, all);
  return support_main(suite);
}
