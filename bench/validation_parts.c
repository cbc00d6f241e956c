/* SPDX-License-Identifier: GPL-3.0-or-later
 * The parts one by one: rates against closed forms, heat balances, orifice, vapour, flammability, circuit. */
#include <math.h>

#include "bench/bench.h"
#include "bench/validation.h"
#include "sim/cell.h"
#include "sim/chemistry.h"

/* One reaction of rate constant A [1/s] at all temperatures, without heat: to build upon. */
static pro_network by_hand(double A, double initial) {
  return (pro_network){.name = "by_hand",
                       .doc = "one reaction",
                       .source = "none",
                       .gas_source = "none",
                       .gas_constant = 8.314,
                       .k_max = 1e300,
                       .species = {{"c", initial, "reactant"}},
                       .reactions = {{.name = "reaction",
                                      .A = A,
                                      .content = 1000.0,
                                      .full = 1.0,
                                      .source = "none",
                                      .factors = {{.law = &pro_law_linear}},
                                      .change = {-1.0}}}};
}

/* Kim's lumped cell around a network, without exchange. */
static void bare(pro_case *out, const pro_network *net, double T, double duration, double period) {
  pro_bench_case(out, "lco_18650_kim");
  out->network = *net;
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_film_coefficient], 0.0);
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_emissivity], 0.0);
  out->T_initial = T, out->duration = duration, out->period = period, out->rtol = 1e-11;
}

static double rate_at_start(const pro_network *net, int reaction, double T) {
  pro_network_lanes wide = {0};
  for (int l = 0; l < PRO_LANES; l++) pro_network_load(&wide, l, net);
  pro_lanes xi[PRO_REACTIONS_MAX], rate[PRO_REACTIONS_MAX], wide_T = pro_lanes_all(T), full = pro_lanes_all(1.0);
  for (int j = 0; j < PRO_REACTIONS_MAX; j++) xi[j] = pro_lanes_all(0.0);
  pro_network_rates(&wide, &wide_T, &full, xi, rate);
  return rate[reaction][0];
}

static void rate_constants(pro_checks *to) {
  static const double T_sei[] = {80, 90, 100, 110, 120, 130}, T_sep[] = {130, 140, 150};
  static const double k_sei[] = {1.7436e-5, 6.1894e-5, 2.05284e-4, 6.39565e-4, 1.880648e-3, 5.241943e-3};
  static const double k_sep[] = {5.7055e-5, 1.18437e-3, 2.13021e-2};
  pro_network kim = *pro_chemistry_find("lco_kim2007"), feng = *pro_chemistry_find("nmc_feng2015");
  kim.k_max = feng.k_max = 1e300;
  to->id = "A1a", to->test = "test_network";
  for (int i = 0; i < 6; i++) /* the targets' own last digit is worth up to 8e-6 */
    pro_checks_absolute(to, rate_at_start(&kim, 0, T_sei[i] + PRO_ZERO_CELSIUS) / 0.15, k_sei[i],
                        1e-6 * k_sei[i] + 5e-10, "SEI rate constant at %g degC [1/s]", T_sei[i]);
  to->id = "A1f";
  for (int i = 0; i < 3; i++)
    pro_checks_relative(to, rate_at_start(&feng, 2, T_sep[i] + PRO_ZERO_CELSIUS), k_sep[i], 1e-5,
                        "separator rate constant at %g degC [1/s]", T_sep[i]);
}

static pro_status half_order(pro_checks *to) {
  pro_network net = by_hand(0.01, 1.0);
  net.reactions[0].factors[0] = (pro_factor){.law = &pro_law_power, .p = 0.5, .q = 1e-8};
  pro_case in;
  bare(&in, &net, 400.0, 300.0, 10.0);
  pro_trajectory *run;
  PRO_TRY(pro_simulate(&run, &in, NULL));
  static const double c[] = {0.5625, 0.25, 0.0625};
  to->id = "A1b";
  for (int i = 0; i < 3; i++)
    pro_checks_absolute(to, 1.0 - run->xi[5 * (i + 1)], c[i], 1e-8, "order 0.5, k 0.01 1/s: c at %d s",
                        50 * (i + 1));
  double lowest = 1.0;
  for (size_t k = 0; k < run->samples; k++) lowest = fmin(lowest, 1.0 - run->xi[k]);
  pro_checks_at_most(to, -lowest, 1e-13, "order 0.5: how far below zero c goes until 300 s");
  pro_trajectory_free(run);
  return PRO_OK;
}

static pro_status logistic(pro_checks *to) {
  pro_network net = by_hand(0.01, 0.04);
  net.reactions[0].factors[1] = (pro_factor){.law = &pro_law_vacancy};
  net.reactions[0].change[0] = 1.0;
  pro_case in;
  bare(&in, &net, 400.0, 500.0, 100.0);
  pro_trajectory *run;
  PRO_TRY(pro_simulate(&run, &in, NULL));
  static const double alpha[] = {0.10173865, 0.45560378, 0.86079949};
  to->id = "A1c";
  for (int i = 0; i < 3; i++)
    pro_checks_absolute(to, 0.04 + run->xi[2 * i + 1], alpha[i], 1e-7, "logistic, k 0.01 1/s: alpha at %d s",
                        200 * i + 100);
  pro_trajectory_free(run);
  return PRO_OK;
}

/* A heater of 5 K/s times the heat capacity makes the ramp. */
static pro_status ramp(pro_checks *to) {
  pro_network net = by_hand(10.0, 10.0);
  net.gas_constant = PRO_GAS_CONSTANT;
  net.reactions[0].Ea = 1000.0 * PRO_GAS_CONSTANT;
  pro_case in;
  bare(&in, &net, 298.15, 20.0, 5.0);
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_heater], 5.0 * in.cell.mass * in.cell.heat_capacity);
  pro_trajectory *run;
  PRO_TRY(pro_simulate(&run, &in, NULL));
  static const double rho[] = {1.35097883, 0.106211753, 4.66302620e-3, 1.10690631e-4};
  to->id = "A1d";
  for (int i = 0; i < 4; i++)
    pro_checks_absolute(to, 10.0 - run->xi[i + 1], rho[i], 2e-7,
                        "ramp of 5 K/s, E/R 1000 K: density at %d s [kg/m3]", 5 * (i + 1));
  pro_trajectory_free(run);
  return PRO_OK;
}

static pro_status shared_species(pro_checks *to) {
  pro_network net = by_hand(1.75e9, 0.999);
  net.reactions[0].Ea = 1.1495e5, net.reactions[0].heat = 7.7e4;
  net.reactions[0].factors[1] = (pro_factor){.law = &pro_law_vacancy};
  net.reactions[1] = net.reactions[0];
  net.reactions[1].name = "second", net.reactions[1].A = 1.077e12, net.reactions[1].Ea = 1.5888e5;
  net.reactions[1].heat = 8.4e4;
  pro_case in;
  bare(&in, &net, 480.0, 3600.0, 3600.0);
  pro_trajectory *run;
  PRO_TRY(pro_simulate(&run, &in, NULL));
  double heat = 0.0, xi = 0.0;
  for (int j = 0; j < 2; j++) {
    double extent = run->xi[2 * j + 1];
    xi += extent, heat += extent * net.reactions[j].heat * 1000.0 * in.cell.volume;
  }
  double rise = run->truth[PRO_TRUTH_T_core][1] - run->truth[PRO_TRUTH_T_core][0];
  to->id = "A1e";
  pro_checks_at_most(to, fabs(rise * in.cell.mass * in.cell.heat_capacity / heat - 1.0), 1e-9,
                     "two channels of one cathode: stored heat off the sum of the channels', relative");
  double c;
  pro_network_species(&net, 1.0, (double[]){run->xi[1], run->xi[3]}, &c);
  pro_checks_at_most(to, fabs(0.999 - c - xi) / 0.999, 1e-9, "two channels of one cathode: mass lost, relative");
  pro_trajectory_free(run);
  return PRO_OK;
}

/* A cell in which nothing reacts, of heat capacity C [J/K] and area [m2]. */
static void inert(pro_case *out, double C, double area, double T, double duration, double period) {
  pro_network net = by_hand(1e-30, 1.0);
  bare(out, &net, T, duration, period);
  out->cell.mass = C / 100.0, out->cell.heat_capacity = 100.0, out->cell.area = area;
}

static pro_status lumped(pro_checks *to) {
  pro_case in;
  pro_trajectory *run;
  inert(&in, 0.01, 2e-4, 300.0, 20.0, 5.0);
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_film_coefficient], 50.0);
  in.drive.channel[PRO_DRIVE_T_ambient].knots = 0;
  pro_channel_add(&in.drive.channel[PRO_DRIVE_T_ambient], 0.0, 500.0);
  pro_channel_add(&in.drive.channel[PRO_DRIVE_T_ambient], 20.0, 580.0);
  PRO_TRY(pro_simulate(&run, &in, NULL));
  static const double T[] = {514.67936, 535.99110, 576.0};
  static const int at[] = {1, 2, 4};
  to->id = "A2a", to->test = "test_thermal";
  for (int i = 0; i < 3; i++)
    pro_checks_absolute(to, run->truth[PRO_TRUTH_T_core][at[i]], T[i], 1e-2,
                        "surroundings at 500 K + 4 K/s, time constant 1 s: T at %d s [K]", 5 * at[i]);
  pro_trajectory_free(run);

  inert(&in, 1.0, 6e-4, 300.0, 10.0, 10.0);
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_T_ambient], 800.0);
  /* the target was made with sigma = 5.67e-8 */
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_emissivity], 0.8 * 5.67e-8 / PRO_STEFAN_BOLTZMANN);
  PRO_TRY(pro_simulate(&run, &in, NULL));
  to->id = "A2c";
  pro_checks_absolute(to, run->truth[PRO_TRUTH_T_core][1], 407.00982, 1.4e-3,
                      "1 cm cube radiating at 800 K: T at 10 s [K]");
  pro_trajectory_free(run);
  return PRO_OK;
}

static double orifice(double p) {
  pro_orifice vent = {pro_lanes_all(8e-6 * 0.8), pro_lanes_all(1.3), pro_lanes_all(PRO_ATMOSPHERE),
                      pro_lanes_all(pro_choking_ratio(1.3))};
  pro_orifice_flow out;
  pro_orifice_at(&out, &vent, pro_lanes_all(p), pro_lanes_all(423.15), pro_lanes_all(0.030));
  return out.flow[0];
}

/* [kPa] at T [degC] */
static double antoine(double a, double b, double c, double T) {
  return pro_vapour_pressure(pro_lanes_all(a), pro_lanes_all(b), pro_lanes_all(c),
                             pro_lanes_all(T + PRO_ZERO_CELSIUS), NULL)[0] /
         1e3;
}

static void vent_and_vapour(pro_checks *to) {
  static const double p[] = {2e6, 0.5e6, 0.15e6, 0.11e6},
                      flow[] = {2.4940374e-2, 6.2350934e-3, 1.7954791e-3, 7.785424e-4};
  to->id = "A3e", to->test = "test_gas";
  for (int i = 0; i < 4; i++)
    pro_checks_relative(to, orifice(p[i]), flow[i], 1e-7, "flow through the orifice at %g MPa [kg/s]", p[i] / 1e6);
  double ratio = pro_choking_ratio(1.3), edge = PRO_ATMOSPHERE / ratio;
  pro_checks_absolute(to, ratio, 0.5457277, 5e-8, "choking ratio of pressures");
  pro_checks_at_most(to, fabs(orifice(edge * (1.0 + 1e-9)) / orifice(edge * (1.0 - 1e-9)) - 1.0), 8e-9,
                     "jump of the flow across choking, relative, over 2e-9 of the pressure");
  static const struct vapour {
    const char *name;
    double a, b, c, T, kPa, tolerance;
  } vapours[] = {{"DMC", 6.4338, 1413.0, -44.25, 90.0, 100.68, 5e-3},
                 {"DMC", 6.4338, 1413.0, -44.25, 130.0, 313.88, 5e-3},
                 {"DMC", 6.4338, 1413.0, -44.25, 150.0, 506.51, 5e-3},
                 {"EC", 6.4897, 1836.57, -102.23, 130.0, 2.435, 5e-4},
                 {"EC", 6.4897, 1836.57, -102.23, 200.0, 34.54, 5e-3}};
  to->id = "A3f";
  for (size_t i = 0; i < PRO_COUNT(vapours); i++)
    pro_checks_absolute(to, antoine(vapours[i].a, vapours[i].b, vapours[i].c, vapours[i].T), vapours[i].kPa,
                        vapours[i].tolerance, "vapour pressure of %s at %g degC [kPa]", vapours[i].name,
                        vapours[i].T);
}

static void flammability(pro_checks *to) {
  static const struct mixture {
    const char *name;
    double share[PRO_GAS_COUNT]; /* vol %, as measured: they do not quite sum to 100 */
    double other, other_part;    /* gases that are none of ours: share, and share over limit */
    double lfl;
  } mixtures[] = {
      {"LFP at full charge", {29.4, 9.1, 48.3, 5.4, 7.2, 0.5}, 0.0, 0.0, 8.365},
      {"NCA at full charge", {28.5, 41.5, 22.7, 5.9, 1.3, 0.3}, 0.0, 0.0, 8.215},
      {"LFP at half charge", {20.8, 4.8, 66.2, 1.6, 6.6, 0.0}, 0.0, 0.0, 12.042},
      {"NMC811, its propane and propene by hand",
       {22.0, 37.8, 27.8, 4.9, 3.9, 0.9},
       2.8,
       2.3 / 0.021 + 0.5 / 0.020,
       7.965},
  };
  to->id = "A3g";
  for (size_t i = 0; i < PRO_COUNT(mixtures); i++) {
    const struct mixture *m = &mixtures[i];
    double sum = m->other, x[PRO_GAS_COUNT];
    for (int g = 0; g < PRO_GAS_COUNT; g++) sum += m->share[g];
    for (int g = 0; g < PRO_GAS_COUNT; g++) x[g] = m->share[g] / sum;
    double lfl = 100.0 / (1.0 / pro_gas_mixture_lfl(x) + m->other_part / sum);
    pro_checks_absolute(to, lfl, m->lfl, 5e-4, "lower flammability limit, %s [%%]", m->name);
  }
}

static pro_status circuit(pro_checks *to) {
  double U = 4.1, R0 = 0.055, R = 0.5;
  pro_circuit c = pro_circuit_solve(U, R0, 1.0 / R, 0.0);
  to->id = "A3h", to->test = "test_electrical";
  pro_checks_relative(to, c.voltage, U / (1.0 + R0 / R), 1e-14, "short of 0.5 ohm behind 55 mohm: voltage [V]");
  pro_checks_relative(to, c.heat, U * U / (R0 + R), 1e-14, "short of 0.5 ohm behind 55 mohm: heat [W]");
  /* drained to the last, in a cell that neither reacts nor vents */
  pro_case in;
  pro_bench_case(&in, "lco_18650");
  in.network = by_hand(1e-30, 1.0);
  in.cell.headspace = 0.0, in.cell.shutdown_factor = 1.0;
  in.cell.collapse_T = 900.0;
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_short_conductance], 1.0 / R);
  in.duration = in.period = 36000.0, in.rtol = 1e-10;
  pro_trajectory *run;
  PRO_TRY(pro_simulate(&run, &in, NULL));
  double soc = run->truth[PRO_TRUTH_soc][1];
  double stored = in.cell.capacity * (pro_ocv_energy(pro_ocv_all[0], 1.0) - pro_ocv_energy(pro_ocv_all[0], soc));
  pro_checks_at_most(to, fabs(run->ledger.heat_electrical / stored - 1.0), 1e-6,
                     "short that drains the cell: heat off the integral of voltage over charge, relative");
  pro_trajectory_free(run);

  pro_cell_lanes cell;
  double y[PRO_STATES_MAX], moles = 0.0;
  pro_bench_case(&in, "lco_18650");
  in.cell.headspace = 8.3e-3;
  pro_cell_fill(&cell, &in);
  pro_cell_start(&cell, &in, y);
  for (int g = 0; g < PRO_GAS_COUNT; g++) moles += y[cell.layout.head + g];
  to->id = "A3i", to->test = "test_gas"; /* the target was made with R = 8.314 */
  pro_checks_absolute(to, moles, 0.339273 * 8.314 / PRO_GAS_CONSTANT, 1e-6,
                      "gas in 8.3 L at 25 degC and one atmosphere [mol]");
  return PRO_OK;
}

pro_status pro_validate_parts(pro_checks *to) {
  rate_constants(to);
  PRO_TRY(half_order(to));
  PRO_TRY(logistic(to));
  PRO_TRY(ramp(to));
  PRO_TRY(shared_species(to));
  PRO_TRY(lumped(to));
  vent_and_vapour(to);
  flammability(to);
  return circuit(to);
}
