/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/network.h"

#include <gsl/gsl_sf_expint.h>

#include "tests/support.h"

static const pro_reaction *reaction_of(const pro_network *net, const char *name) {
  for (int j = 0; j < pro_network_reaction_count(net); j++)
    if (strcmp(net->reactions[j].name, name) == 0) return &net->reactions[j];
  ck_abort_msg("%s has no reaction %s", net->name, name);
  return NULL;
}

/* Rates of all reactions of a network [1/s], every lane the same. */
static void rates_at(double *rate, const pro_network *net, double T, double soc, const double *xi) {
  pro_network_lanes wide = {0};
  for (int l = 0; l < PRO_LANES; l++) pro_network_load(&wide, l, net);
  pro_lanes x[PRO_REACTIONS_MAX], r[PRO_REACTIONS_MAX], wide_T = pro_lanes_all(T), wide_soc = pro_lanes_all(soc);
  for (int j = 0; j < wide.reactions; j++) x[j] = pro_lanes_all(xi[j]);
  pro_network_rates(&wide, &wide_T, &wide_soc, x, r);
  for (int j = 0; j < wide.reactions; j++) rate[j] = r[j][0];
}

static const double start[PRO_REACTIONS_MAX] = {0.0};

/* A1a. The targets have 7 digits. */
START_TEST(sei_row_has_the_published_rate_constants) {
  static const double T_C[] = {80, 90, 100, 110, 120, 130};
  static const double k[] = {1.7436e-5, 6.1894e-5, 2.05284e-4, 6.39565e-4, 1.880648e-3, 5.241943e-3};
  static const double digits[] = {5e-10, 5e-10, 5e-10, 5e-10, 5e-10, 5e-10}; /* the last one printed [1/s] */
  pro_network net = *pro_chemistry_find("lco_kim2007");
  for (size_t i = 0; i < PRO_COUNT(T_C); i++) {
    double rate[PRO_REACTIONS_MAX];
    rates_at(rate, &net, T_C[i] + PRO_ZERO_CELSIUS, 1.0, start);
    double got = rate[0] / net.species[0].initial;
    support_check(fabs(got - k[i]) <= 1e-6 * k[i] + digits[i], "at %g degC: %.9g, not %.9g", T_C[i], got, k[i]);
  }
}
END_TEST

/* A1f, with the gate of the separator's row taken off: at 130 degC it has opened but for 2e-9. */
START_TEST(separator_row_has_the_published_rate_constants) {
  static const double T_C[] = {130, 140, 150}, k[] = {5.7055e-5, 1.18437e-3, 2.13021e-2};
  pro_network net = *pro_chemistry_find("nmc_feng2015");
  int row = (int)(reaction_of(&net, "separator_melting") - net.reactions);
  for (size_t i = 0; i < PRO_COUNT(T_C); i++) {
    double rate[PRO_REACTIONS_MAX];
    rates_at(rate, &net, T_C[i] + PRO_ZERO_CELSIUS, 1.0, start);
    ck_assert_double_eq_tol(rate[row], k[i], 1e-5 * k[i]);
  }
}
END_TEST

/* A case of one hand-made network in a cell without exchange, charge and gas. */
static pro_case bare(const pro_network *net, double T, double duration, double period) {
  pro_case in;
  support_case(&in, "lco_18650_kim");
  support_adiabatic(&in);
  in.network = *net;
  in.T_initial = T, in.duration = duration, in.period = period;
  in.rtol = 1e-11;
  return in;
}

/* A1b: c' = -k c^(1/2). With rtol 1e-11 over some hundred steps an error of 1e-9 is left. */
START_TEST(half_order_reaction_ends_in_time_and_does_not_go_negative) {
  pro_network net = support_network(0.01);
  net.reactions[0].factors[0] = (pro_factor){.law = &pro_law_power, .p = 0.5, .q = 1e-8};
  pro_case in = bare(&net, 400.0, 300.0, 10.0);
  pro_trajectory *run = support_run(&in);
  static const double want[] = {0.5625, 0.25, 0.0625};
  for (int i = 0; i < 3; i++) ck_assert_double_eq_tol(1.0 - run->xi[5 * (i + 1)], want[i], 1e-8);
  for (size_t k = 0; k < run->samples; k++) {
    double root = fmax(1.0 - 0.005 * run->t[k], 0.0), c = 1.0 - run->xi[k];
    ck_assert_double_eq_tol(c, root * root, 1.1e-8); /* the line below q = 1e-8 delays the end by its own size */
    ck_assert_double_ge(c, -1e-13);                  /* abstol is 1e-14 */
  }
  pro_trajectory_free(run);
}
END_TEST

/* A1c */
START_TEST(autocatalysis_is_logistic) {
  pro_network net = support_network(0.01);
  net.species[0] = (pro_species){.name = "alpha", .initial = 0.04, .doc = "converted"};
  net.reactions[0].factors[1] = (pro_factor){.law = &pro_law_vacancy};
  net.reactions[0].change[0] = 1.0;
  pro_case in = bare(&net, 400.0, 1000.0, 100.0);
  pro_trajectory *run = support_run(&in);
  static const int sample[] = {1, 3, 5};
  static const double want[] = {0.10173865, 0.45560378, 0.86079949};
  for (int i = 0; i < 3; i++) ck_assert_double_eq_tol(0.04 + run->xi[sample[i]], want[i], 1e-7);
  for (size_t k = 0; k < run->samples; k++)
    ck_assert_double_eq_tol(0.04 + run->xi[k], 1.0 / (1.0 + 24.0 * exp(-0.01 * run->t[k])), 1e-8);
  pro_trajectory_free(run);
}
END_TEST

/* A1d, LIM1TR's single_rxn_temperature_ramp: rho' = -A exp(-E/T) rho on T = 298.15 K + 5 K/s t, made by a heater
 * of 5 C; rho = rho0 exp(-A [T exp(-E/T) + E Ei(-E/T)] / 5). Their criterion: an RMSE of 2e-7. */
START_TEST(first_order_reaction_on_a_ramp_has_its_closed_form) {
  const double A = 10.0, E = 1000.0, ramp = 5.0, T0 = 298.15;
  pro_network net = support_network(A);
  net.gas_constant = PRO_GAS_CONSTANT;
  net.reactions[0].Ea = E * PRO_GAS_CONSTANT;
  net.species[0].initial = 10.0;
  pro_case in = bare(&net, T0, 20.0, 0.1);
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_heater], ramp * in.cell.mass * in.cell.heat_capacity);
  pro_trajectory *run = support_run(&in);
  double sum = 0.0, at_start = T0 * exp(-E / T0) + E * gsl_sf_expint_Ei(-E / T0);
  for (size_t k = 0; k < run->samples; k++) {
    double T = T0 + ramp * run->t[k];
    ck_assert_double_eq_tol(run->truth[PRO_TRUTH_T_core][k], T, 1e-10 * T);
    double want = 10.0 * exp(-A * (T * exp(-E / T) + E * gsl_sf_expint_Ei(-E / T) - at_start) / ramp);
    double off = 10.0 - run->xi[k] - want;
    sum += off * off;
  }
  ck_assert_double_lt(sqrt(sum / (double)run->samples), 2e-7);
  static const double want[] = {1.35097883, 0.106211753, 4.66302620e-3, 1.10690631e-4};
  for (int i = 0; i < 4; i++) ck_assert_double_eq_tol(10.0 - run->xi[50 * (i + 1)], want[i], 2e-7);
  pro_trajectory_free(run);
}
END_TEST

/* A1e: c' = -(k1 + k2) c. Mass, heat and the channels' shares k1 : k2 are linear in the unknowns: they hold to
 * rounding; rounding of 200 steps of 1e-16 and of a difference of energies of 1e4 J stays below 1e-11. */
START_TEST(two_channels_share_a_species) {
  pro_network net = support_network(0.01);
  net.reactions[1] = net.reactions[0];
  net.reactions[1].name = "second", net.reactions[1].A = 0.003;
  net.reactions[0].heat = 3e5, net.reactions[1].heat = 7e5;
  pro_case in = bare(&net, 400.0, 500.0, 10.0);
  pro_trajectory *run = support_run(&in);
  double per_xi[2], C = in.cell.mass * in.cell.heat_capacity;
  for (int j = 0; j < 2; j++) per_xi[j] = net.reactions[j].heat * net.reactions[j].content * in.cell.volume;
  for (size_t k = 0; k < run->samples; k++) {
    double a = run->xi[k], b = run->xi[run->samples + k], c, xi[2] = {a, b};
    pro_network_species(&net, 1.0, xi, &c);
    ck_assert_double_eq_tol(c + a + b, 1.0, 1e-15);
    ck_assert_double_eq_tol(c, exp(-0.013 * run->t[k]), 1e-9);
    ck_assert_double_eq_tol(0.003 * a, 0.01 * b, 1e-11);
    double heat = per_xi[0] * a + per_xi[1] * b;
    ck_assert_double_eq_tol(C * (run->truth[PRO_TRUTH_T_core][k] - 400.0), heat, 1e-9 * (per_xi[0] + per_xi[1]));
  }
  ck_assert_double_lt(run->ledger.energy_gap, 1e-11);
  pro_trajectory_free(run);
}
END_TEST

/* The film slows the coefficient before the cap sees it: r = K/(1 + K/k_max), K = A exp(-z/z0). */
START_TEST(cap_acts_on_the_coefficient_with_its_capped_factors) {
  pro_network net = support_network(1e6);
  net.k_max = 1e4;
  net.species[1] = (pro_species){.name = "z", .initial = 0.1, .doc = "film"};
  net.reactions[0].factors[1] = (pro_factor){.law = &pro_law_tunnel, .species = 1, .p = 0.05, .capped = 1};
  double rate, xi = 0.25;
  rates_at(&rate, &net, 500.0, 1.0, &xi);
  double K = 1e6 * exp(-2.0);
  ck_assert_double_eq_tol(rate, 0.75 * K / (1.0 + K / 1e4), 1e-12 * rate);
  net.reactions[0].factors[1].capped = 0;
  rates_at(&rate, &net, 500.0, 1.0, &xi);
  ck_assert_double_eq_tol(rate, 0.75 * exp(-2.0) * 1e6 / (1.0 + 1e6 / 1e4), 1e-12 * rate);
}
END_TEST

/* Fourth-order differences in T (h = 0.01 K, gates 1 K wide), in the charge and in each extent; their own error is
 * below 1e-8 of the slope's scale, rate/K and rate/0.033 (the thinnest film; the corner of a critical film is
 * 0.0006 of an extent). A slope left out would be of the scale itself. A gate that is all but closed is 1 - 1 to
 * rounding: 1e-16 of the rate it keeps back (Arrhenius times 143 at most). */
enum { BY_T = -2, BY_SOC = -1 };

/* some species is all but used up, where its law's slope may jump: differences across that mean nothing */
static int near_edge(const pro_network *net, double soc, const double *xi) {
  double c[PRO_SPECIES_MAX];
  pro_network_species(net, soc, xi, c);
  for (int s = 0; s < pro_network_species_count(net); s++)
    if (fabs(c[s]) < 1e-4 * fmax(1.0, net->species[s].initial)) return 1;
  return 0;
}

START_TEST(slopes_of_every_chemistry_are_those_of_its_rates) {
  support_random random = {21, 0};
  for (const pro_network *const *it = pro_chemistry_all; *it; it++) {
    const pro_network *net = *it;
    int n = pro_network_reaction_count(net);
    pro_network_lanes wide = {0};
    for (int l = 0; l < PRO_LANES; l++) pro_network_load(&wide, l, net);
    for (int k = 0; k < 400; k++) {
      /* clear of the knots of tabulated laws, at whole degC */
      double T = floor(support_between(&random, 300.0, k % 2 ? 600.0 : 1000.0)) + 0.6, xi[PRO_REACTIONS_MAX];
      double soc = support_between(&random, 0.3, 1.3);
      pro_lanes wide_T = pro_lanes_all(T), wide_soc = pro_lanes_all(soc), x[PRO_REACTIONS_MAX],
                rate[PRO_REACTIONS_MAX], by_T[PRO_REACTIONS_MAX], by_soc[PRO_REACTIONS_MAX],
                by_xi[PRO_REACTIONS_MAX * PRO_REACTIONS_MAX];
      for (int j = 0; j < n; j++) {
        xi[j] = net->reactions[j].full * support_between(&random, 0.02, k % 4 < 2 ? 0.98 : 0.3);
        x[j] = pro_lanes_all(xi[j]);
      }
      if (near_edge(net, soc, xi)) continue;
      pro_network_slopes(&wide, &wide_T, &wide_soc, x, rate, by_T, by_soc, by_xi);
      for (int column = BY_T; column < n; column++) {
        double f[5][PRO_REACTIONS_MAX];
        double h = column == BY_T ? 0.01 : column == BY_SOC ? 1e-5 : 1e-5 * net->reactions[column].full;
        for (int s = 0; s < 5; s++) {
          double moved[PRO_REACTIONS_MAX], off = (s - 2) * h;
          memcpy(moved, xi, sizeof moved);
          if (column >= 0) moved[column] += off;
          rates_at(f[s], net, column == BY_T ? T + off : T, column == BY_SOC ? soc + off : soc, moved);
        }
        for (int j = 0; j < n; j++) {
          double want = (8.0 * (f[3][j] - f[1][j]) - (f[4][j] - f[0][j])) / (12.0 * h);
          double got = column == BY_T     ? by_T[j][0]
                       : column == BY_SOC ? by_soc[j][0]
                                          : by_xi[j * n + column][0] - wide.discharge[column][0] * by_soc[j][0];
          double ungated = net->reactions[j].A * exp(-net->reactions[j].Ea / (net->gas_constant * T)) * 200.0;
          double tol =
              1e-8 * (fabs(want) + fabs(rate[j][0]) * (column == BY_T ? 1.0 : 30.0)) + 1e-16 * ungated / h;
          const char *by = column == BY_T ? "T" : column == BY_SOC ? "charge" : net->reactions[column].name;
          support_check(fabs(got - want) <= tol,
                        "%s: slope of %s by %s at %g K, charge %g: %.12g, differences %.12g", net->name,
                        net->reactions[j].name, by, T, soc, got, want);
        }
      }
    }
  }
}
END_TEST

START_TEST(slopes_come_with_the_same_rates) {
  for (const pro_network *const *it = pro_chemistry_all; *it; it++) {
    pro_network_lanes wide = {0};
    for (int l = 0; l < PRO_LANES; l++) pro_network_load(&wide, l, *it);
    pro_lanes T = {300, 350, 400, 450, 500, 550, 700, 900}, soc = {0.0, 0.2, 0.5, 0.7, 0.9, 1.0, 1.1, 1.5};
    pro_lanes xi[PRO_REACTIONS_MAX], a[PRO_REACTIONS_MAX], b[PRO_REACTIONS_MAX], by_T[PRO_REACTIONS_MAX],
        by_soc[PRO_REACTIONS_MAX], by_xi[PRO_REACTIONS_MAX * PRO_REACTIONS_MAX];
    for (int j = 0; j < wide.reactions; j++) xi[j] = pro_lanes_all(0.1);
    pro_network_rates(&wide, &T, &soc, xi, a);
    pro_network_slopes(&wide, &T, &soc, xi, b, by_T, by_soc, by_xi);
    ck_assert_mem_eq(a, b, (size_t)wide.reactions * sizeof a[0]);
  }
}
END_TEST

/* What is left in the cell is the anode's lithium above what a discharged anode holds, whoever took the rest. Sums
 * of ten terms of order 1: 1e-14. */
START_TEST(charge_left_is_the_lithium_left) {
  support_random random = {22, 0};
  for (const pro_network *const *it = pro_chemistry_all; *it; it++) {
    const pro_network *net = *it;
    int lithium = -1, n = pro_network_reaction_count(net);
    for (int s = 0; s < pro_network_species_count(net); s++)
      if (net->species[s].lithium) lithium = s;
    pro_network_lanes wide = {0};
    for (int l = 0; l < PRO_LANES; l++) pro_network_load(&wide, l, net);
    for (int k = 0; k < 50; k++) {
      double soc = support_between(&random, -0.1, 1.5), xi[PRO_REACTIONS_MAX], c[PRO_SPECIES_MAX];
      pro_lanes wide_soc = pro_lanes_all(soc), x[PRO_REACTIONS_MAX];
      for (int j = 0; j < n; j++) {
        xi[j] = net->reactions[j].full * support_between(&random, 0.0, 1.0);
        x[j] = pro_lanes_all(xi[j]);
      }
      double left = pro_network_charge(&wide, &wide_soc, x)[0], want = soc;
      if (lithium >= 0) {
        const pro_species *li = &net->species[lithium];
        pro_network_species(net, soc, xi, c);
        want = (c[lithium] - (li->initial - li->per_soc)) / li->per_soc;
      }
      support_check(fabs(left - want) <= 1e-14, "%s: %.17g left, lithium for %.17g", net->name, left, want);
    }
  }
}
END_TEST

/* Regenerated SEI: with the heat counted net the forming reaction pays 5 times 257 kJ/kg, else nothing; where
 * there is none, the SEI species does not see the anode. */
START_TEST(sei_heat_has_three_conventions) {
  pro_network net = *pro_chemistry_find("nmc_feng2015");
  int anode = (int)(reaction_of(&net, "anode_electrolyte") - net.reactions);
  double mass = 391.14 * 2.5725e-4, xi[PRO_REACTIONS_MAX] = {0.0}, c[PRO_SPECIES_MAX];
  xi[anode] = 0.1;
  static const struct {
    int convention;
    double heat, c_sei;
  } want[] = {{PRO_SEI_HEAT_net, 1.714e6 - 5.0 * 2.57e5, 0.65},
              {PRO_SEI_HEAT_decomposition, 1.714e6, 0.65},
              {PRO_SEI_HEAT_none, 1.714e6, 0.15}};
  for (size_t i = 0; i < PRO_COUNT(want); i++) {
    net.sei_heat = want[i].convention;
    ck_assert_double_eq_tol(pro_network_heat(&net, anode, 2.5725e-4, 0.0), want[i].heat * mass,
                            1e-9 * 1.714e6 * mass);
    pro_network_species(&net, 1.0, xi, c);
    ck_assert_double_eq_tol(c[0], want[i].c_sei, 1e-15);
    ck_assert_double_eq_tol(c[1], 0.9, 1e-15);
  }
}
END_TEST

/* Reactant per volume and per charge add; an electrical reaction releases nothing of its own. */
START_TEST(reactant_follows_volume_and_capacity) {
  pro_network net = support_network(1.0);
  net.reactions[0].content = 600.0, net.reactions[0].per_capacity = 1e-3 / 3600.0, net.reactions[0].heat = 2e6;
  ck_assert_double_eq_tol(pro_network_reactant(&net, 0, 1e-5, 7200.0), 8e-3, 1e-17);
  ck_assert_double_eq_tol(pro_network_heat(&net, 0, 1e-5, 7200.0), 1.6e4, 1e-11);
  net.reactions[0].electrical = 1;
  ck_assert_double_eq(pro_network_heat(&net, 0, 1e-5, 7200.0), 0.0);
}
END_TEST

static void refused(const pro_network *net, const char *because) {
  ck_assert_int_eq(pro_network_check(net), PRO_EINPUT);
  support_check(strstr(pro_error_message(), because) != NULL, "'%s' does not say '%s'", pro_error_message(),
                because);
}

START_TEST(tables_that_cannot_be_integrated_are_refused) {
  pro_network good = support_network(1.0);
  ck_assert_int_eq(pro_network_check(&good), PRO_OK);
  pro_network net = good;
  net.reactions[0].name = NULL, refused(&net, "no reactions");
  net = good, net.source = NULL, refused(&net, "source");
  net = good, net.gas_constant = 1.987, refused(&net, "gas constant");
  net = good, net.k_max = -1.0, refused(&net, "k_max");
  net = good, net.species[0].initial = -0.1, refused(&net, "initial");
  net = good, net.reactions[0].source = NULL, refused(&net, "no source");
  net = good, net.reactions[0].full = 0.0, refused(&net, "full");
  net = good, net.reactions[0].A = 0.0, refused(&net, "reaction.A");
  net = good, net.reactions[0].A = (double)NAN, refused(&net, "reaction.A");
  net = good, net.reactions[0].Ea = -1.0, refused(&net, "reaction.Ea");
  net = good, net.reactions[0].factors[0].species = 1, refused(&net, "species 1");
  net = good, net.reactions[0].gas[PRO_GAS_CO2] = 30.0, refused(&net, "of gas");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("network");
  TCase *tests = tcase_create("network"); /* the table alone */
  tcase_add_test(tests, sei_row_has_the_published_rate_constants);
  tcase_add_test(tests, separator_row_has_the_published_rate_constants);
  tcase_add_test(tests, cap_acts_on_the_coefficient_with_its_capped_factors);
  tcase_add_test(tests, slopes_of_every_chemistry_are_those_of_its_rates);
  tcase_add_test(tests, slopes_come_with_the_same_rates);
  tcase_add_test(tests, charge_left_is_the_lithium_left);
  tcase_add_test(tests, sei_heat_has_three_conventions);
  tcase_add_test(tests, reactant_follows_volume_and_capacity);
  tcase_add_test(tests, tables_that_cannot_be_integrated_are_refused);
  suite_add_tcase(suite, tests);
  tests = tcase_create("runs"); /* integrated in a cell */
  tcase_add_test(tests, half_order_reaction_ends_in_time_and_does_not_go_negative);
  tcase_add_test(tests, autocatalysis_is_logistic);
  tcase_add_test(tests, first_order_reaction_on_a_ramp_has_its_closed_form);
  tcase_add_test(tests, two_channels_share_a_species);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
