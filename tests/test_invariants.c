/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: full; links: prodrome_scenarios prodrome_sim
 * What must hold of every run, whatever its numbers: over the cases of the shipped quickstart, all kinds and cells
 * in it, by the reference integrator and by the one that sweeps use. Every tenth of 400 cases; all of them with
 * PRO_LONG=1. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "scenarios/scenario.h"
#include "sim/simulate.h"
#include "tests/support.h"

static pro_scenario *quickstart(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/scenarios/quickstart.yaml", support_source());
  pro_scenario *scenario = NULL;
  ck_assert_msg(pro_scenario_read(&scenario, path, 0, NULL) == PRO_OK, "%s", pro_error_message());
  return scenario;
}

static uint64_t stride(void) { return getenv("PRO_LONG") ? 1 : 10; }

static double highest(const pro_channel *channel) {
  double high = -HUGE_VAL;
  for (int k = 0; k < channel->knots; k++) high = fmax(high, channel->value[k]);
  return high;
}

/* Energy to 1e-6 of what crossed, mass and charge to 1e-9 of themselves: in fact all close to rounding, because
 * what is conserved is linear in the unknowns. */
static void ledgers_close(const pro_case *in, const pro_trajectory *traj) {
  ck_assert_msg(traj->ledger.energy_gap < 1e-11, "case %d: energy gap %g", (int)in->run, traj->ledger.energy_gap);
  ck_assert_msg(traj->ledger.mass_gap < 1e-12, "case %d: mass gap %g", (int)in->run, traj->ledger.mass_gap);
  ck_assert_msg(traj->ledger.charge_gap < 1e-12, "case %d: charge gap %g", (int)in->run, traj->ledger.charge_gap);
}

/* The energy that left the charge is the open-circuit voltage's integral over it: a nonlinear relation, held to
 * the integration's tolerance. */
static void charge_energy_is_the_voltage_integral(const pro_case *in, const pro_trajectory *traj) {
  const double *soc = traj->truth[PRO_TRUTH_soc];
  const pro_ocv *ocv = pro_ocv_all[in->cell.ocv];
  /* what reactions take of the charge they release as their own heat, or from wherever the voltage then is */
  for (int j = 0; j < traj->reactions; j++)
    if (pro_network_discharge(&in->network, j) != 0.0) return;
  double integral =
      in->cell.capacity * (pro_ocv_energy(ocv, soc[0]) - pro_ocv_energy(ocv, soc[traj->samples - 1]));
  ck_assert_msg(fabs(traj->ledger.heat_electrical - integral) < 1e-4 * fabs(integral) + 1e-2,
                "case %d: %g J, integral %g J", (int)in->run, traj->ledger.heat_electrical, integral);
}

static void species_keep_their_bounds(const pro_case *in, const pro_trajectory *traj) {
  const double slack =
      1e-8; /* at the default rtol, 1e-6; what is made and used up again is a difference of two extents */
  for (size_t k = 0; k < traj->samples; k += 7) {
    double xi[PRO_REACTIONS_MAX], c[PRO_SPECIES_MAX];
    for (int j = 0; j < traj->reactions; j++) xi[j] = traj->xi[(size_t)j * traj->samples + k];
    double soc =
        traj->truth[PRO_TRUTH_soc][k]; /* the charge left; what currents have left is more by what has burnt */
    for (int j = 0; j < traj->reactions; j++) soc += pro_network_discharge(&in->network, j) * xi[j];
    pro_network_species(&in->network, soc, xi, c);
    for (int s = 0; s < pro_network_species_count(&in->network); s++)
      if (in->network.species[s].per_soc == 0.0) /* the others follow the charge, out of what is left as well */
        ck_assert_msg(c[s] >= -slack && c[s] <= 1.0 + slack, "case %d, t %g s: %s = %.12g", (int)in->run,
                      traj->t[k], in->network.species[s].name, c[s]);
  }
}

/* An open vent lets gas back in: within 1e-3 of the atmosphere. And the mass only falls, but for that gas: at most
 * a cold headspace full of the heaviest. */
static void pressure_and_mass_are_those_of_a_vented_can(const pro_case *in, const pro_trajectory *traj) {
  const double *p = traj->truth[PRO_TRUTH_pressure_cell], *mass = traj->truth[PRO_TRUTH_mass];
  double breath =
      PRO_ATMOSPHERE * in->cell.headspace * pro_gas_molar_mass[PRO_GAS_vapour] / (PRO_GAS_CONSTANT * 250.0);
  double least = mass[0];
  for (size_t k = 1; k < traj->samples; k++) {
    if (traj->t[k] > traj->clock[PRO_CLOCK_vent] + 1.0)
      ck_assert_msg(p[k] > 0.999 * PRO_ATMOSPHERE, "case %d, t %g s: %g Pa", (int)in->run, traj->t[k], p[k]);
    else if (!(traj->t[k] >= traj->clock[PRO_CLOCK_vent]))
      ck_assert_msg(p[k] <= 1.0001 * (PRO_ATMOSPHERE + in->cell.burst_pressure), "case %d: %g Pa", (int)in->run,
                    p[k]);
    ck_assert_msg(mass[k] <= least + breath, "case %d, t %g s: mass grows", (int)in->run, traj->t[k]);
    least = fmin(least, mass[k]);
  }
}

/* All heat that came in, into the mass that is left, on top of the hotter of start and surroundings. */
static void temperature_stays_below_the_adiabatic_limit(const pro_case *in, const pro_trajectory *traj,
                                                        double slack) {
  const pro_ledger *l = &traj->ledger;
  double heat = l->heat_heater + l->heat_electrical,
         C = (in->cell.mass - l->mass_vented - l->mass_ejected) * in->cell.heat_capacity;
  for (int j = 0; j < traj->reactions; j++) {
    double xi = traj->xi[(size_t)j * traj->samples + traj->samples - 1];
    heat += fmax(0.0, xi * pro_network_heat(&in->network, j, in->cell.volume, in->cell.capacity));
  }
  if (in->cell.nodes > 1) C *= 1.0 - in->cell.surface_share; /* none of it need have reached the surface */
  double limit = fmax(in->T_initial, highest(&in->drive.channel[PRO_DRIVE_T_ambient])) + heat / C;
  ck_assert_msg(traj->T_max <= limit + slack, "case %d: T_max %g K above %g K", (int)in->run, traj->T_max, limit);
}

START_TEST(every_case_closes_its_ledgers_and_keeps_its_bounds) {
  const struct pro_integrator *by = _i == 0 ? NULL : pro_integrator_fast(); /* NULL: the reference */
  pro_scenario *scenario = quickstart();
  int vented = 0, ran_away = 0, shorted = 0;
  for (uint64_t k = 0; k < pro_scenario_runs(scenario); k += stride()) {
    pro_case in;
    ck_assert_msg(pro_scenario_case(&in, scenario, k) == PRO_OK, "%s", pro_error_message());
    pro_trajectory *traj = NULL;
    ck_assert_msg(pro_simulate(&traj, &in, by) == PRO_OK, "case %d: %s", (int)k, pro_error_message());
    ledgers_close(&in, traj);
    if (in.cell.capacity > 0.0) charge_energy_is_the_voltage_integral(&in, traj);
    species_keep_their_bounds(&in, traj);
    pressure_and_mass_are_those_of_a_vented_can(&in, traj);
    /* at the default rtol a temperature is known to 5e-6 of itself: rtol a step in a norm over 25 unknowns */
    temperature_stays_below_the_adiabatic_limit(&in, traj, 5e-6 * traj->T_max);
    ck_assert_msg(traj->steps < 20000, "case %d took %ld steps", (int)k, traj->steps);
    vented += !isnan(traj->clock[PRO_CLOCK_vent]);
    shorted += !isnan(traj->clock[PRO_CLOCK_short]);
    ran_away += traj->outcome == PRO_OUTCOME_runaway;
    pro_trajectory_free(traj);
  }
  ck_assert_int_gt(vented, 0); /* the invariants were put to the test */
  ck_assert_int_gt(shorted, 0);
  ck_assert_int_gt(ran_away, 0);
  pro_scenario_free(scenario);
}
END_TEST

static const pro_clock gated[] = {PRO_CLOCK_vent, PRO_CLOCK_runaway, PRO_CLOCK_runaway_guarded,
                                  PRO_CLOCK_separator};

/* Halving rtol at 1e-8 moves events by less than max(0.1 s, 1e-5 t). Near a critical condition a time is as
 * sensitive as one likes, so an event that 0.2 K in the surroundings move by a twentieth of its time, or undo, is
 * left out. */
START_TEST(halving_the_tolerance_moves_events_by_little) {
  pro_scenario *scenario = quickstart();
  int compared = 0;
  for (uint64_t k = 0; k < pro_scenario_runs(scenario); k += 3 * stride()) {
    pro_case in;
    ck_assert_msg(pro_scenario_case(&in, scenario, k) == PRO_OK, "%s", pro_error_message());
    pro_trajectory *run[3];
    static const double rtol[] = {1e-8, 0.5e-8, 1e-8};
    for (int r = 0; r < 3; r++) {
      in.rtol = rtol[r];
      if (r == 2) /* 0.2 K warmer surroundings */
        for (int n = 0; n < in.drive.channel[PRO_DRIVE_T_ambient].knots; n++)
          in.drive.channel[PRO_DRIVE_T_ambient].value[n] += 0.2;
      ck_assert_msg(pro_simulate(&run[r], &in, NULL) == PRO_OK, "case %d: %s", (int)k, pro_error_message());
    }
    temperature_stays_below_the_adiabatic_limit(&in, run[2], 1e-3); /* at a tight tolerance to 1 mK */
    for (size_t c = 0; c < PRO_COUNT(gated); c++) {
      double t = run[0]->clock[gated[c]], moved = fabs(run[1]->clock[gated[c]] - t);
      if (isnan(t)) continue;
      double sensitivity = fabs(run[2]->clock[gated[c]] - t); /* NaN: gone within 0.2 K */
      if (!(sensitivity < 0.05 * t)) continue;
      ck_assert_msg(moved <= fmax(0.1, 1e-5 * t), "case %d, %s: %g s moves by %g s", (int)k,
                    pro_clock_names[gated[c]], t, moved);
      compared++;
    }
    for (int r = 0; r < 3; r++) pro_trajectory_free(run[r]);
  }
  ck_assert_int_gt(compared, 10);
  pro_scenario_free(scenario);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("invariants");
  TCase *all = tcase_create("invariants");
  tcase_add_loop_test(all, every_case_closes_its_ledgers_and_keeps_its_bounds, 0, 2);
  tcase_add_test(all, halving_the_tolerance_moves_events_by_little);
  suite_add_tcase(suite, all);
  return support_main(suite);
}
