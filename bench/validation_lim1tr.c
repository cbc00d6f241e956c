/* SPDX-License-Identifier: GPL-3.0-or-later
 * LIM1TR's unit tests on one lumped cell (A2f, A2h, A3a to A3d): its inputs, by our engine. */
#include <math.h>

#include "bench/bench.h"
#include "bench/validation.h"
#include "sim/chemistry.h"

/* A lump of heat capacity C [J/K] in which one reaction of this rate at all temperatures runs, without exchange.
 */
static void lump(pro_case *out, double C, double rate, double T, double duration, double period) {
  pro_bench_case(out, "lco_18650_kim");
  out->network = (pro_network){
      .name = "by_hand",
      .doc = "one reaction",
      .source = "none",
      .gas_source = "none",
      .gas_constant = 8.314,
      .k_max = 1e300,
      .species = {{.name = "a", .initial = 1.0, .doc = "reactant"}},
      .reactions = {
          {.name = "reaction", .A = rate, .content = 1000.0, .full = 1.0, .source = "none", .change = {-1.0}}}};
  out->cell.mass = C / 100.0, out->cell.heat_capacity = 100.0, out->cell.heat_capacity_slope = 0.0;
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_film_coefficient], 0.0);
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_emissivity], 0.0);
  out->T_initial = T, out->duration = duration, out->period = period, out->rtol = 1e-10;
}

static pro_status flux(pro_checks *to) {
  pro_case in;
  pro_trajectory *run;
  lump(&in, 1.0, 1e-30, 300.0, 10.0, 10.0); /* 1 cm3 of 1 MJ/(m3 K); 1e4 W/m2 on two faces of 1 cm2 */
  pro_channel *heater = &in.drive.channel[PRO_DRIVE_heater];
  heater->knots = 0;
  pro_channel_add(heater, 0.0, 2.0), pro_channel_add(heater, 5.0, 2.0), pro_channel_add(heater, 5.0, 0.0);
  PRO_TRY(pro_simulate(&run, &in, NULL));
  to->id = "A2f", to->test = "test_bench";
  pro_checks_absolute(to, run->truth[PRO_TRUTH_T_core][1], 310.0, 1e-6, "a flux of 2 W for 5 s: T after it [K]");
  pro_trajectory_free(run);
  return PRO_OK;
}

/* Does it run away from surroundings at T? *last is its temperature at the end. */
static pro_status semenov_runs(int *runs, double *last, const pro_case *at, double T, double T_c) {
  pro_case in = *at;
  pro_trajectory *run;
  in.T_initial = T;
  pro_channel_hold(&in.drive.channel[PRO_DRIVE_T_ambient], T);
  in.T_mark = T_c + 20.0;
  pro_status status = pro_simulate(&run, &in, NULL);
  if (status == PRO_ENUMERIC) return *runs = 1, PRO_OK; /* a source that nothing uses up heats beyond all bounds */
  PRO_TRY(status);
  *runs = !isnan(run->clock[PRO_CLOCK_mark]);
  *last = run->truth[PRO_TRUTH_T_core][run->samples - 1];
  pro_trajectory_free(run);
  return PRO_OK;
}

/* Zero order: losses hA (T - Ta) touch the source q exp(-E/RT) where R Tc^2/E = Tc - Ta. The source is made to
 * touch at the target; the engine, which knows nothing of it, finds the hottest surroundings that it stands. */
static pro_status semenov(pro_checks *to) {
  static const double T_c[] = {410.7922, 431.9315}, T_a[] = {400.0, 420.0};
  for (size_t i = 0; i < PRO_COUNT(T_c); i++) {
    pro_case in;
    lump(&in, 1.0, 1.0, T_a[i], 2e6, 2e6);
    in.rtol = 1e-9;
    pro_channel_hold(&in.drive.channel[PRO_DRIVE_film_coefficient], 0.01 / in.cell.area);
    pro_reaction *r = &in.network.reactions[0];
    r->Ea = 130e3, r->heat = 1e8, r->change[0] = 0.0;
    double tangent = 8.314 * T_c[i] * T_c[i] / 130e3; /* [K] */
    r->A = 0.01 * tangent / (r->heat * r->content * in.cell.volume) * exp(130e3 / (8.314 * T_c[i]));
    double low = T_a[i] - 1.0, high = T_a[i] + 1.0, T_last = NAN;
    while (high - low > 1e-5) {
      int runs;
      double middle = 0.5 * (low + high), last;
      PRO_TRY(semenov_runs(&runs, &last, &in, middle, T_c[i]));
      if (runs)
        high = middle;
      else
        low = middle, T_last = last;
    }
    to->id = "A2h", to->test = "test_bench";
    pro_checks_absolute(to, 0.5 * (low + high), T_a[i], 1e-3, "Semenov, E 130 kJ/mol: critical surroundings [K]");
    /* just below criticality it rests sqrt(2 (Tc - Ta) delta) below Tc */
    pro_checks_absolute(to, T_last, T_c[i], 0.05, "Semenov, surroundings at %g K: hottest it can rest [K]",
                        T_a[i]);
  }
  return PRO_OK;
}

/* 4.2 V over 1 mohm drain 4.8e-5 m3 of 2000 kg/m3 until C6Li or CoO2 is used up; LIM1TR's own Faraday constant. */
static pro_status short_only(pro_checks *to) {
  static const struct {
    double c6li, coo2, end, T_end;
  } row[] = {{0.13, 0.16, 3.6289778, 1131.6808}, {0.16, 0.13, 3.1531013, 1022.3779}};
  const double volume = 4.8e-5, faraday = 9.6490506e7;
  for (size_t i = 0; i < PRO_COUNT(row); i++) {
    pro_case in;
    pro_trajectory *run;
    lump(&in, 76.8, 4.2 / 1e-3 / faraday / volume, 298.15, 5.0, 1.0);
    pro_network *net = &in.network;
    net->species[0] = (pro_species){.name = "c6li", .initial = row[i].c6li * 2000.0 / 79.007, .doc = "[kmol/m3]"};
    net->species[1] = (pro_species){.name = "coo2", .initial = row[i].coo2 * 2000.0 / 90.931, .doc = "[kmol/m3]"};
    pro_reaction *r = &net->reactions[0];
    r->change[0] = r->change[1] = -1.0;
    for (int f = 0; f < 2; f++) r->factors[f] = (pro_factor){.law = &pro_law_saturation, .species = f, .p = 1e-7};
    r->content = 1.0 / in.cell.volume, r->heat = 4.2 * faraday * volume;
    if (r->content > 1e4) r->heat *= r->content / 1e4, r->content = 1e4; /* into the fields' ranges */
    in.T_mark = row[i].T_end - 0.01;
    PRO_TRY(pro_simulate(&run, &in, NULL));
    double rate = (run->truth[PRO_TRUTH_T_core][3] - 298.15) / 3.0;
    to->id = "A3a", to->test = "test_bench";
    pro_checks_relative(to, rate, 229.6875, 1e-6, "short of 1 mohm, C6Li %g: heating rate [K/s]", row[i].c6li);
    pro_checks_absolute(to, run->clock[PRO_CLOCK_mark] + 0.01 / 229.6875, row[i].end, 1e-4,
                        "short of 1 mohm, C6Li %g: ends after [s]", row[i].c6li);
    pro_checks_absolute(to, run->truth[PRO_TRUTH_T_core][5], row[i].T_end, 0.02,
                        "short of 1 mohm, C6Li %g: T at the end [K]", row[i].c6li);
    pro_trajectory_free(run);
  }
  return PRO_OK;
}

static double first_rate(const pro_network *net, int reaction, double T) {
  pro_network_lanes wide = {0};
  for (int l = 0; l < PRO_LANES; l++) pro_network_load(&wide, l, net);
  pro_lanes xi[PRO_REACTIONS_MAX], rate[PRO_REACTIONS_MAX], wide_T = pro_lanes_all(T), full = pro_lanes_all(1.0);
  for (int j = 0; j < PRO_REACTIONS_MAX; j++) xi[j] = pro_lanes_all(0.0);
  pro_network_rates(&wide, &wide_T, &full, xi, rate);
  return rate[reaction][0];
}

/* Tests/Inputs/anode_only.yaml and damkohler_anode.yaml: the anode with a critical film and limited by electrolyte
 * and diffusion, 2000 kg/m3 and 500 J/(kg K), 0.13 C6Li and 0.054 EC, at 448.15 K. */
static void sandia_anode(pro_checks *to) {
  pro_network net = *pro_chemistry_find("sandia_zcrit");
  int anode = -1;
  for (int j = 0; j < pro_network_reaction_count(&net); j++)
    if (net.reactions[j].stage == PRO_STAGE_anode) anode = j;
  for (int s = 0; s < pro_network_species_count(&net); s++) {
    if (net.species[s].name[0] == 'e' && net.species[s].name[1] == 'c') net.species[s].initial = 0.054 * 2000.0;
    if (net.species[s].name[0] == 'c' && net.species[s].name[1] == '6') net.species[s].initial = 0.13 * 2000.0;
  }
  pro_reaction *r = &net.reactions[anode];
  double share = 2.0 * 79.007 / (2.0 * 79.007 + 88.062); /* of C6Li in the reactants' mass */
  r->factors[2].p = 1.333249314;
  pro_factor diffusion = r->factors[3];
  r->Ea = 16236.69493 * net.gas_constant, r->factors[3] = (pro_factor){0};
  double free = first_rate(&net, anode, 448.15) * r->content;
  to->id = "A3b", to->test = "test_chemistry";
  pro_checks_relative(to, free, 0.5390011251, 1e-8, "critical film, 448.15 K: rate [kg/(m3 s)]");
  pro_checks_relative(to, -free * share, -0.3461114606, 1e-8, "critical film: of C6Li [kg/(m3 s)]");
  pro_checks_relative(to, free * r->heat / 1e6, 1.23274947, 1e-8, "critical film: heating rate [K/s]");
  diffusion.p = 1.1417914188e9, diffusion.q = 12027.1814300;
  r->Ea = 135000.0, r->factors[3] = diffusion;
  double limited = first_rate(&net, anode, 448.15) * r->content;
  to->id = "A3c";
  pro_checks_relative(to, limited / free, 0.9974814171, 1e-8, "diffusion limit, 448.15 K: factor");
  pro_checks_relative(to, -limited * share, -0.3452397498, 1e-8, "diffusion limit: of C6Li [kg/(m3 s)]");
}

static pro_status mass_loss(pro_checks *to) {
  pro_case in;
  pro_trajectory *run;
  lump(&in, 1.0, 0.1, 300.0, 2.0, 2.0);
  PRO_TRY(pro_simulate(&run, &in, NULL));
  to->id = "A3d", to->test = "test_bench";
  pro_checks_absolute(to, 2000.0 - run->xi[1], 1999.8, 1e-9,
                      "zero order, 0.1 kg/(m3 s): density after 2 s [kg/m3]");
  pro_trajectory_free(run);
  return PRO_OK;
}

pro_status pro_validate_lim1tr(pro_checks *to) {
  PRO_TRY(flux(to));
  PRO_TRY(semenov(to));
  PRO_TRY(short_only(to));
  sandia_anode(to);
  return mass_loss(to);
}
