/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/cell.h"

#include "sim/cell_parts.h"
#include "sim/elimination.h"
#include "tests/support.h"

/* ---- lively states: eight different cells of one structure, each somewhere in the middle of its life ---- */

typedef struct structure {
  const pro_network *network;
  const pro_cell_preset *preset;
  int nodes, charge, gas;
} structure;

typedef struct group {
  pro_case in[PRO_LANES]; /* what the lanes were loaded from */
  pro_cell_lanes cell;
  pro_drive_lanes drive;
  pro_modes modes;
  pro_lanes y[PRO_STATES_MAX];
  pro_lanes scale[PRO_STATES_MAX]; /* by how much an unknown may well differ */
} group;

static void case_of(pro_case *in, const structure *s, support_random *random) {
  static const char *const whole = "lco_18650"; /* where a preset lacks a part */
  support_case(in, s->preset->name);
  in->network = *s->network;
  pro_cell whole_cell;
  pro_cell_of_preset(&whole_cell, pro_cell_find(whole));
  const pro_cell *spare = &whole_cell;
  pro_cell *c = &in->cell;
  c->nodes = s->nodes;
  if (c->capacity <= 0.0) c->capacity = spare->capacity;
  if (c->headspace <= 0.0) c->headspace = spare->headspace, c->solvent_mass = spare->solvent_mass;
  c->ocv = (int)support_between(random, 0.0, 3.0);
  double *const varied[] = {
      &c->mass,           &c->heat_capacity,     &c->volume,           &c->area,
      &c->capacity,       &c->resistance,        &c->core_conductance, &c->hard_short_resistance,
      &c->headspace,      &c->vent_area,         &c->collapse_rate,    &c->shutdown_factor,
      &c->surface_share,  &c->gas_heat_capacity, &c->evaporation_time, &c->solvent_latent_heat,
      &c->spot_resistance};
  for (size_t i = 0; i < PRO_COUNT(varied); i++) *varied[i] *= support_between(random, 0.8, 1.25);
  for (int j = 0; j < pro_network_reaction_count(&in->network); j++) {
    pro_reaction *r = &in->network.reactions[j];
    r->A *= support_between(random, 0.5, 2.0), r->Ea *= support_between(random, 0.98, 1.02);
    r->heat *= support_between(random, 0.9, 1.1);
  }
  c->heat_capacity_slope = support_between(random, 0.0, 2e-3);
  c->spot_share = s->charge > 1 ? 0.7 : 0.0, c->front_rise = s->charge > 1 ? 300.0 : 0.0;
  c->side_share = 0.1, c->side_conductance = 0.5 * c->core_conductance;
  c->resistance_activation = 2e4, c->resistance_low_charge = 2.0, c->resistance_over_charge = 5.0;
  c->pair_1_resistance = s->charge > 1 ? 0.5 * c->resistance : 0.0, c->pair_1_time = 20.0;
  c->pair_2_resistance = s->charge > 1 ? 0.3 * c->resistance : 0.0, c->pair_2_time = 200.0,
  c->pair_activation = 3.5e4;
  c->limit_rate = s->charge > 1 ? 30.0 / 3600.0 : 0.0, c->limit_time = 15.0;
  c->overcharge_loss = s->charge > 1 ? 0.3 : 0.0, c->overcharge_start = 0.02, c->overcharge_gas = 5e-6,
  c->copper_conductance = 10.0;
  c->ejecta_share = s->gas > 1 ? 0.5 : 0.0, c->ejecta_entrainment = 5.0, c->ejecta_T = 470.0;
  if (!s->charge) c->capacity = 0.0;
  if (!s->gas) c->headspace = 0.0;
}

/* Pressures over that outside: flow choked outwards, subsonic outwards, all but none in both directions, subsonic
 * inwards, choked inwards. Between them lie the bends of the flow's slope (at 1/0.546, 1.0101, 1, 0.99 and 0.546),
 * where differences say nothing. */
enum { REGIMES = 6 };
static const double pressure_low[REGIMES] = {2.0, 1.012, 1.0002, 0.9993, 0.6, 0.05};
static const double pressure_high[REGIMES] = {20.0, 1.8, 1.0007, 0.9998, 0.988, 0.5};

static double energy_at(const pro_cell *c, double T) {
  return pro_specific_energy(T, c->heat_capacity, c->heat_capacity_slope);
}

/* Where a reactant has just run out its law has a kink, and differences say nothing. */
static void keep_off_kinks(group *g, int l) {
  const pro_layout *at = &g->cell.layout;
  double soc = at->soc >= 0 ? g->y[at->soc][l] : g->in[l].soc_initial, xi[PRO_REACTIONS_MAX], c[PRO_SPECIES_MAX];
  for (int near = 1, turn = 0; near; turn++) {
    ck_assert_int_lt(turn, 1000);
    near = 0;
    if (at->soc >= 0) soc = g->y[at->soc][l] += turn ? 1.7e-3 : 0.0;
    for (int j = 0; j < at->reactions; j++) xi[j] = g->y[at->xi + j][l];
    pro_network_species(&g->in[l].network, soc, xi, c);
    double charge = soc;
    for (int j = 0; j < at->reactions; j++) charge -= g->cell.network.discharge[j][l] * xi[j];
    static const double kinks[] = {-0.10, 1.0, 1.1};
    for (size_t i = 0; i < PRO_COUNT(kinks); i++) near |= at->soc >= 0 && fabs(charge - kinks[i]) < 1e-3;
    for (int i = 0; i < PRO_OCV_POINTS; i++) near |= at->soc >= 0 && fabs(charge - pro_ocv_all[0]->soc[i]) < 1e-4;
    for (int j = 0; j < at->reactions; j++)
      for (int f = 0; f < PRO_FACTORS_MAX && g->in[l].network.reactions[j].factors[f].law; f++) {
        const pro_factor *factor = &g->in[l].network.reactions[j].factors[f];
        if (factor->law == &pro_law_available || factor->law == &pro_law_saturation)
          near |= fabs(c[factor->species]) < 5e-3;
      }
    for (int j = 0; near && j < at->reactions; j++) g->y[at->xi + j][l] *= 0.97;
  }
}

static void fill_lane(group *g, int l, support_random *random) {
  const pro_case *in = &g->in[l];
  const pro_layout *at = &g->cell.layout;
  const pro_cell *c = &in->cell;
  for (int i = 0; i < at->n; i++) g->y[i][l] = support_between(random, -10.0, 10.0), g->scale[i][l] = 1.0;
  if (at->soc >= 0) g->y[at->soc][l] = support_between(random, -0.04, 1.15);
  double bend = 1.0; /* a film's critical thickness is a corner rounded over 0.5 % of itself */
  for (int j = 0; j < at->reactions; j++)
    for (int f = 0; f < PRO_FACTORS_MAX; f++)
      if (in->network.reactions[j].factors[f].law == &pro_law_tunnel_critical) bend = 1e-3;
  for (int j = 0; j < at->reactions; j++) {
    /* what takes lithium moves along the open-circuit voltage, whose second slope jumps at its points */
    g->scale[at->xi + j][l] =
        (g->cell.network.discharge[j][l] != 0.0 ? 0.01 : bend) * in->network.reactions[j].full;
    g->y[at->xi + j][l] = in->network.reactions[j].full * support_between(random, 0.02, 0.98);
  }
  keep_off_kinks(g, l);
  double T = support_between(random, 300.0, 900.0), gone = 0.0;
  if (at->vented >= 0) {
    g->scale[at->vented][l] = 1e-3 * c->mass;
    gone = g->y[at->vented][l] = c->mass * support_between(random, 0.0, 0.05);
  }
  if (at->ejected >= 0) {
    g->scale[at->ejected][l] = 1e-3 * c->mass;
    gone += g->y[at->ejected][l] = c->mass * support_between(random, 0.0, 0.3);
  }
  /* a kelvin or so: gates are that narrow */
  g->scale[at->U_core][l] = g->cell.mass_core[l] * c->heat_capacity;
  g->y[at->U_core][l] = (g->cell.mass_core[l] - gone) * energy_at(c, T);
  if (at->U_surface >= 0) {
    g->scale[at->U_surface][l] = g->cell.mass_surface[l] * c->heat_capacity;
    g->y[at->U_surface][l] = g->cell.mass_surface[l] * energy_at(c, T + support_between(random, -50.0, 50.0));
  }
  if (at->U_side >= 0) {
    g->scale[at->U_side][l] = g->cell.mass_side[l] * c->heat_capacity;
    g->y[at->U_side][l] = g->cell.mass_side[l] * energy_at(c, T + support_between(random, -50.0, 50.0));
  }
  const int small[] = {at->pair_1, at->pair_2, at->depletion, at->front};
  for (size_t i = 0; i < PRO_COUNT(small); i++)
    if (small[i] >= 0) g->scale[small[i]][l] = 0.01, g->y[small[i]][l] = support_between(random, 0.0, 0.3);
  if (at->soc >= 0) {
    g->scale[at->soc][l] = 1e-4;
    g->y[at->collapse][l] = l % 3 == 0 ? 0.5 : support_between(random, 0.0, 5.0), g->scale[at->collapse][l] = 0.01;
  }
  if (at->head >= 0) {
    int regime = (int)support_between(random, 0.0, REGIMES);
    double p = PRO_ATMOSPHERE * support_between(random, pressure_low[regime], pressure_high[regime]);
    double moles = p * c->headspace / (PRO_GAS_CONSTANT * T), share[PRO_GAS_COUNT], sum = 0.0;
    for (int k = 0; k < PRO_GAS_COUNT; k++) sum += share[k] = support_between(random, 0.01, 1.0);
    g->y[at->gas_mass][l] = 0.0;
    for (int k = 0; k < PRO_GAS_COUNT; k++) {
      g->y[at->head + k][l] = moles * share[k] / sum;
      g->scale[at->head + k][l] = 0.1 * moles;
      g->y[at->gas_mass][l] += pro_gas_molar_mass[k] * g->y[at->head + k][l];
    }
    g->y[at->moles][l] = moles;
    g->scale[at->moles][l] = 0.1 * moles, g->scale[at->gas_mass][l] = 0.1 * g->y[at->gas_mass][l];
    double solvent = g->cell.solvent[l];
    g->y[at->evaporated][l] = solvent * support_between(random, 0.01, 0.98);
    g->scale[at->evaporated][l] = 0.01 * solvent;
    if (at->overcharged >= 0) {
      g->y[at->overcharged][l] = 0.02 * g->y[at->evaporated][l];
      g->y[at->evaporated][l] *= 0.98; /* of which the CO2's mass is less than the rest */
      g->scale[at->overcharged][l] = 0.01 * solvent;
    }
  }
  g->modes.vent_open[l] = l % 2 || l == 6 ? 1.0 : 0.0;
  g->modes.connected[l] = l == 3 ? 0.0 : 1.0;
  g->modes.coupled[l] = l == 4 ? 0.0 : 1.0;
  g->modes.heater_on[l] = l == 5 ? 0.0 : 1.0;
  g->drive.channel[PRO_DRIVE_T_ambient][l] = support_between(random, 280.0, 500.0);
  g->drive.channel[PRO_DRIVE_film_coefficient][l] = support_between(random, 0.0, 50.0);
  g->drive.channel[PRO_DRIVE_emissivity][l] = support_between(random, 0.0, 1.0);
  g->drive.channel[PRO_DRIVE_heater][l] = support_between(random, 0.0, 500.0);
  g->drive.channel[PRO_DRIVE_current][l] = support_between(random, -30.0, 30.0);
  g->drive.channel[PRO_DRIVE_load_conductance][l] = l == 2 ? support_between(random, 0.0, 50.0) : 0.0;
  g->drive.channel[PRO_DRIVE_voltage_high][l] = l % 4 == 1 ? support_between(random, 3.9, 4.4) : 0.0;
  g->drive.channel[PRO_DRIVE_voltage_low][l] = l % 4 == 1 ? support_between(random, 2.5, 3.7) : 0.0;
  g->drive.channel[PRO_DRIVE_contact_conductance][l] = support_between(random, 0.0, 2.0);
  g->drive.channel[PRO_DRIVE_T_contact][l] = support_between(random, 280.0, 500.0);
  g->drive.channel[PRO_DRIVE_short_conductance][l] = pro_exp(support_between(random, -7.0, 5.0));
}

static void make_group(group *g, const structure *s, support_random *random) {
  for (int l = 0; l < PRO_LANES; l++) {
    case_of(&g->in[l], s, random);
    if (l == 0) pro_cell_fill(&g->cell, &g->in[0]);
    pro_cell_load(&g->cell, l, &g->in[l]);
  }
  for (int l = 0; l < PRO_LANES; l++) fill_lane(g, l, random);
}

/* Every chemistry with one node, two and three, without charge, with it and with all that goes with it, without
 * gas, with it and with ejecta, in a preset each time another. */
static void for_all_structures(int groups, uint64_t seed, void (*check)(group *g, const char *where)) {
  support_random random = {seed, 0};
  static group g; /* large, and aligned for lanes */
  int presets = 0, turn = 0;
  while (pro_cell_all[presets]) presets++;
  for (const pro_network *const *net = pro_chemistry_all; *net; net++)
    for (int parts = 0; parts < 27; parts++) {
      structure s = {*net, pro_cell_all[turn++ % presets], 1 + parts % 3, parts / 3 % 3, parts / 9};
      char where[160];
      snprintf(where, sizeof where, "%s in %s with %d nodes, charge %d, gas %d", (*net)->name, s.preset->name,
               s.nodes, s.charge, s.gas);
      for (int k = 0; k < groups; k++) {
        make_group(&g, &s, &random);
        check(&g, where);
      }
    }
}

/* ---- Jacobian ---- */

/* J[row * n + column] of all lanes. */
static void full_jacobian(pro_lanes *J, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                          const pro_modes *modes, const pro_lanes *y) {
  static pro_sparsity where;
  static pro_lanes value[PRO_STATES_MAX * PRO_STATES_MAX];
  static double one[PRO_STATES_MAX * PRO_STATES_MAX];
  const int n = cell->layout.n;
  pro_cell_sparsity(&where, cell);
  ck_assert_int_le(where.values, PRO_STATES_MAX * PRO_STATES_MAX);
  pro_cell_jacobian(cell, drive, modes, y, &where, value);
  for (int l = 0; l < PRO_LANES; l++) {
    pro_cell_expand(cell, &where, value, l, one);
    for (int i = 0; i < n * n; i++) J[i][l] = one[i];
  }
}

/* Differences of fourth order over 1e-3 of each unknown's scale: truncation is 1e-12 of what bends over a scale.
 * Entries are compared in units of the scales, [1/s]. Allowed are 3e-5 of the entry itself (a table's second slope
 * jumps at its points) and, for the rounding of the row's terms (1e-16 over the step of 1e-3, times a thousand by
 * cancelling), 1e-8 of the row's largest entry and of its rate, where what takes ten days (1e-6 1/s) counts as
 * that: a closed gate leaves 1 - 1 to rounding. */
static void jacobian_is_the_slope(group *g, const char *where) {
  static pro_lanes J[PRO_STATES_MAX * PRO_STATES_MAX], D[PRO_STATES_MAX * PRO_STATES_MAX];
  const pro_layout *at = &g->cell.layout;
  const int n = at->n;
  pro_lanes rate[PRO_STATES_MAX];
  pro_cell_rhs(&g->cell, &g->drive, &g->modes, g->y, rate, NULL, NULL);
  full_jacobian(J, &g->cell, &g->drive, &g->modes, g->y);
  for (int column = 0; column < n; column++) {
    pro_lanes f[5][PRO_STATES_MAX], y[PRO_STATES_MAX];
    pro_lanes h = 1e-3 * g->scale[column];
    /* the flow bends in 0.1 %, and evaporation through an open vent in 0.01 % of its pressure */
    if (at->head >= 0 && ((column >= at->head && column <= at->gas_mass) || column == at->U_core)) h *= 0.1;
    for (int s = 0; s < 5; s++) {
      memcpy(y, g->y, sizeof y);
      y[column] += (double)(s - 2) * h;
      pro_cell_rhs(&g->cell, &g->drive, &g->modes, y, f[s], NULL, NULL);
    }
    for (int i = 0; i < n; i++) D[i * n + column] = (8.0 * (f[3][i] - f[1][i]) - (f[4][i] - f[0][i])) / (12.0 * h);
  }
  for (int l = 0; l < PRO_LANES; l++)
    for (int i = 0; i < n; i++) {
      double row = fmax(fabs(rate[i][l]) / g->scale[i][l], 1e-6);
      for (int j = 0; j < n; j++) row = fmax(row, fabs(J[i * n + j][l] * g->scale[j][l]));
      for (int j = 0; j < n; j++) {
        double got = J[i * n + j][l] * g->scale[j][l], want = D[i * n + j][l] * g->scale[j][l];
        double share = fabs(got - want) / (3e-5 * fabs(want) + 1e-8 * row + 1e-300);
        support_check(
            share <= 1.0,
            "%s: row %d, column %d, lane %d, core at about 25 degC + %.3f K: %.10g, differences %.10g, row %g",
            where, i, j, l, g->y[at->U_core][l] / (g->cell.mass_core[l] * g->cell.warmth.cp[l]), got, want, row);
      }
    }
}
START_TEST(jacobian_is_the_slope_of_every_right_hand_side) { for_all_structures(3, 41, jacobian_is_the_slope); }
END_TEST

/* What stands in other lanes changes no bit of one, and no lane is special. */
static void lanes_are_alone(group *g, const char *where) {
  static pro_lanes J[PRO_STATES_MAX * PRO_STATES_MAX], one[PRO_STATES_MAX * PRO_STATES_MAX];
  const int n = g->cell.layout.n;
  pro_lanes f[PRO_STATES_MAX], alone[PRO_STATES_MAX], y[PRO_STATES_MAX];
  pro_cell_view view, seen;
  pro_cell_rhs(&g->cell, &g->drive, &g->modes, g->y, f, NULL, NULL);
  full_jacobian(J, &g->cell, &g->drive, &g->modes, g->y);
  pro_cell_look(&view, &g->cell, &g->drive, &g->modes, g->y);
  for (int l = 0; l < PRO_LANES; l++) {
    static pro_cell_lanes solo;
    pro_drive_lanes drive;
    pro_cell_fill(&solo, &g->in[l]);
    for (int c = 0; c < PRO_DRIVE_COUNT; c++) drive.channel[c] = pro_lanes_all(g->drive.channel[c][l]);
    for (int i = 0; i < n; i++) y[i] = pro_lanes_all(g->y[i][l]);
    pro_modes open = {pro_lanes_all(g->modes.vent_open[l]), pro_lanes_all(g->modes.connected[l]),
                      pro_lanes_all(g->modes.coupled[l]), pro_lanes_all(g->modes.heater_on[l])};
    pro_cell_rhs(&solo, &drive, &open, y, alone, NULL, NULL);
    full_jacobian(one, &solo, &drive, &open, y);
    pro_cell_look(&seen, &solo, &drive, &open, y);
    for (int i = 0; i < n; i++) {
      double a = f[i][l], b = alone[i][0], c = alone[i][7];
      support_check(memcmp(&a, &b, sizeof a) == 0 && memcmp(&a, &c, sizeof a) == 0, "%s: f[%d] of lane %d", where,
                    i, l);
    }
    for (int i = 0; i < n * n; i++) {
      double a = J[i][l], b = one[i][0];
      support_check(memcmp(&a, &b, sizeof a) == 0, "%s: J[%d] of lane %d", where, i, l);
    }
    ck_assert(view.voltage[l] == seen.voltage[0] && view.pressure[l] == seen.pressure[0] &&
              view.rate[l] == seen.rate[0]);
  }
}
START_TEST(a_lane_has_the_bits_of_its_case_alone) { for_all_structures(1, 42, lanes_are_alone); }
END_TEST

/* ---- linear invariants: what closes the ledgers ---- */

enum { ENERGY, MASS, CHARGE, INVARIANTS };

static void weights(double w[INVARIANTS][PRO_STATES_MAX], const group *g, int l) {
  const pro_layout *at = &g->cell.layout;
  memset(w, 0, INVARIANTS * sizeof w[0]);
  double *e = w[ENERGY], *m = w[MASS], *q = w[CHARGE];
  for (int j = 0; j < at->reactions; j++) e[at->xi + j] = -g->cell.heat[j][l];
  e[at->U_core] = 1.0;
  if (at->U_surface >= 0) e[at->U_surface] = 1.0;
  if (at->U_side >= 0) e[at->U_side] = 1.0;
  e[at->heater] = e[at->exchange] = -1.0;
  if (at->soc >= 0) {
    e[at->released] = e[at->terminal] = -1.0;
    q[at->soc] = g->in[l].cell.capacity, q[at->short_charge] = 1.0, q[at->terminal_charge] = -1.0;
    if (at->side_charge >= 0) q[at->side_charge] = 1.0;
  }
  if (at->head < 0) return;
  e[at->vent_heat] = -1.0;
  if (at->eject_heat >= 0) e[at->eject_heat] = -1.0;
  e[at->evaporated] = g->in[l].cell.solvent_latent_heat;
  m[at->vented] = m[at->gas_mass] = 1.0;
  for (int k = 0; k < PRO_GAS_MADE; k++)
    for (int j = 0; j < at->reactions; j++) m[at->xi + j] -= pro_gas_molar_mass[k] * g->cell.gas[j][k][l];
  m[at->evaporated] = -pro_gas_molar_mass[PRO_GAS_vapour];
  if (at->overcharged >= 0) m[at->overcharged] = -pro_gas_molar_mass[PRO_GAS_CO2];
}

/* w f = 0, and w J = 0 so that Newton's corrections keep it: to the rounding of some 30 terms of 1e-16. */
static void sums_stay(group *g, const char *where) {
  static const char *const names[INVARIANTS] = {"energy", "mass", "charge"};
  static pro_lanes J[PRO_STATES_MAX * PRO_STATES_MAX];
  const int n = g->cell.layout.n;
  pro_lanes f[PRO_STATES_MAX];
  pro_cell_rhs(&g->cell, &g->drive, &g->modes, g->y, f, NULL, NULL);
  full_jacobian(J, &g->cell, &g->drive, &g->modes, g->y);
  for (int l = 0; l < PRO_LANES; l++) {
    double w[INVARIANTS][PRO_STATES_MAX];
    weights(w, g, l);
    for (int k = 0; k < INVARIANTS; k++)
      for (int column = -1; column < n; column++) {
        double sum = 0.0, size = 0.0;
        for (int i = 0; i < n; i++) {
          double term = w[k][i] * (column < 0 ? f[i][l] : J[i * n + column][l]);
          sum += term, size += fabs(term);
        }
        support_check(fabs(sum) <= 1e-14 * size, "%s: %s of lane %d, column %d: %g of %g", where, names[k], l,
                      column, sum, size);
      }
  }
}
START_TEST(energy_mass_and_charge_are_linear_invariants) { for_all_structures(3, 43, sums_stay); }
END_TEST

/* The sums of the headspace stay its gases' sums: where they are, f keeps them so, and J takes what they differ by
 * away as fast as the vent takes any gas, w J = -share w: no stage of an integrator can part them. */
static void headspace_stays_summed(group *g, const char *where) {
  static pro_lanes J[PRO_STATES_MAX * PRO_STATES_MAX];
  const pro_layout *at = &g->cell.layout;
  const int n = at->n, air = at->head + PRO_GAS_air;
  if (at->head < 0) return;
  pro_lanes f[PRO_STATES_MAX];
  pro_cell_rhs(&g->cell, &g->drive, &g->modes, g->y, f, NULL, NULL);
  full_jacobian(J, &g->cell, &g->drive, &g->modes, g->y);
  for (int l = 0; l < PRO_LANES; l++)
    for (int k = 0; k < 2; k++) {
      double w[PRO_STATES_MAX] = {0.0};
      w[k == 0 ? at->moles : at->gas_mass] = 1.0;
      for (int i = 0; i < PRO_GAS_COUNT; i++) w[at->head + i] = k == 0 ? -1.0 : -pro_gas_molar_mass[i];
      for (int column = -1; column < n; column++) {
        double sum = column < 0 ? 0.0 : -J[air * n + air][l] * w[column], size = fabs(sum);
        for (int i = 0; i < n; i++) {
          double term = w[i] * (column < 0 ? f[i][l] : J[i * n + column][l]);
          sum += term, size += fabs(term);
        }
        support_check(fabs(sum) <= 1e-13 * size, "%s: lane %d, sum %d, column %d: %g of %g", where, l, k, column,
                      sum, size);
      }
    }
}
START_TEST(a_headspace_stays_the_sum_of_its_gases) { for_all_structures(3, 48, headspace_stays_summed); }
END_TEST

/* What has parted is put together on the side of the mass, and what is together stays to a rounding. */
static void settling_sums_up(group *g, const char *where) {
  const pro_layout *at = &g->cell.layout;
  if (at->head < 0) return;
  pro_lanes before = g->y[at->head + PRO_GAS_CO], mass = g->y[at->gas_mass];
  g->y[at->gas_mass] *= 1.01, g->y[at->moles] *= 0.7;
  pro_cell_settle(&g->cell, g->y);
  for (int l = 0; l < PRO_LANES; l++) {
    double moles = 0.0, sum = 0.0;
    for (int k = 0; k < PRO_GAS_COUNT; k++) {
      moles += g->y[at->head + k][l];
      sum += pro_gas_molar_mass[k] * g->y[at->head + k][l];
    }
    support_check(fabs(sum - 1.01 * mass[l]) <= 1e-14 * mass[l], "%s: mass %g of %g", where, sum, 1.01 * mass[l]);
    support_check(g->y[at->moles][l] == moles, "%s: moles %g of %g", where, g->y[at->moles][l], moles);
    ck_assert_double_eq_tol(g->y[at->head + PRO_GAS_CO][l], 1.01 * before[l], 1e-13 * before[l]);
  }
}
START_TEST(settling_a_headspace_sums_it_up) { for_all_structures(1, 49, settling_sums_up); }
END_TEST

/* What an implicit step solves, summed rows and natural changes, is (d - J) k = b, in steps from microseconds to
 * hours. Each row to 1e-6 of its terms, where 6e-8 were measured: over hours a headspace is what 1e9 times of it
 * that have come and gone have left. */
static void solved_is_dense(group *g, const char *where) {
  static pro_lanes J[PRO_STATES_MAX * PRO_STATES_MAX], value[PRO_STATES_MAX * PRO_STATES_MAX], W[PRO_SLOTS_MAX];
  static pro_sparsity sparsity;
  static pro_elimination plan;
  const int n = g->cell.layout.n, m = g->cell.layout.feedback;
  support_random random = {48, (uint64_t)n};
  full_jacobian(J, &g->cell, &g->drive, &g->modes, g->y);
  pro_cell_sparsity(&sparsity, &g->cell);
  ck_assert_int_eq(pro_elimination_plan(&plan, &sparsity, n, m), PRO_OK);
  pro_cell_jacobian(&g->cell, &g->drive, &g->modes, g->y, &sparsity, value);
  for (int e = -3; e <= 6; e += 3) {
    pro_lanes b[PRO_STATES_MAX], k[PRO_STATES_MAX], d = pro_lanes_all(pow(10.0, e));
    for (int i = 0; i < m; i++) b[i] = k[i] = g->scale[i] * support_between(&random, -1.0, 1.0);
    pro_lanes lost = pro_elimination_factorise(&plan, value, d, W);
    pro_elimination_sum(&plan, value, k);
    pro_elimination_solve(&plan, W, k);
    pro_cell_unnatural(&g->cell, &sparsity, value, k);
    for (int l = 0; l < PRO_LANES; l++) {
      ck_assert(lost[l] == 0.0);
      for (int i = 0; i < m; i++) {
        double sum = d[l] * k[i][l] - b[i][l], size = fabs(d[l] * k[i][l]) + fabs(b[i][l]);
        for (int j = 0; j < m; j++) {
          double term = J[i * n + j][l] * k[j][l];
          sum -= term, size += fabs(term);
        }
        support_check(fabs(sum) <= 1e-6 * size, "%s: d %g, lane %d, row %d: %g of %g", where, d[l], l, i, sum,
                      size);
      }
    }
  }
}
START_TEST(solved_is_the_dense_system) { for_all_structures(2, 47, solved_is_dense); }
END_TEST

/* ---- the layout, the start, the view ---- */

static void layout_is_whole(group *g, const char *where) {
  static pro_lanes J[PRO_STATES_MAX * PRO_STATES_MAX];
  const pro_layout *at = &g->cell.layout;
  int owner[PRO_STATES_MAX] = {0};
  const int single[] = {
      at->U_core,          at->U_surface,   at->soc,       at->collapse,    at->evaporated, at->vented,
      at->heater,          at->exchange,    at->vent_heat, at->released,    at->terminal,   at->short_charge,
      at->terminal_charge, at->U_side,      at->pair_1,    at->pair_2,      at->depletion,  at->ejected,
      at->eject_heat,      at->side_charge, at->front,     at->overcharged, at->moles,      at->gas_mass};
  for (size_t i = 0; i < PRO_COUNT(single); i++)
    if (single[i] >= 0) owner[single[i]]++;
  for (int j = 0; j < at->reactions; j++) owner[at->xi + j]++;
  for (int k = 0; at->head >= 0 && k < PRO_GAS_COUNT; k++) owner[at->head + k]++;
  ck_assert_int_le(at->n, PRO_STATES_MAX);
  for (int i = 0; i < PRO_STATES_MAX; i++)
    support_check(owner[i] == (i < at->n), "%s: unknown %d has %d owners", where, i, owner[i]);
  /* the ledgers' integrals are read by nothing */
  full_jacobian(J, &g->cell, &g->drive, &g->modes, g->y);
  pro_lanes f[PRO_STATES_MAX], again[PRO_STATES_MAX];
  pro_cell_rhs(&g->cell, &g->drive, &g->modes, g->y, f, NULL, NULL);
  for (int i = at->feedback; i < at->n; i++) g->y[i] += 1e3;
  pro_cell_rhs(&g->cell, &g->drive, &g->modes, g->y, again, NULL, NULL);
  ck_assert_mem_eq(f, again, (size_t)at->n * sizeof f[0]);
  for (int i = 0; i < at->n; i++)
    for (int j = at->feedback; j < at->n; j++)
      for (int l = 0; l < PRO_LANES; l++) support_check(J[i * at->n + j][l] == 0.0, "%s: J[%d][%d]", where, i, j);
  double atol[PRO_STATES_MAX];
  pro_cell_tolerances(&g->cell, 3, 1e-6, atol);
  for (int i = 0; i < at->n; i++)
    support_check(atol[i] > 0.0 && isfinite(atol[i]), "%s: tolerance of %d", where, i);
}
START_TEST(every_unknown_has_one_place) { for_all_structures(1, 44, layout_is_whole); }
END_TEST

/* T along the flow: (T(y + f dt) - T(y - f dt))/2dt, which bends by the square of the share of its mass that the
 * cell loses in dt, here at most 1e-4. Rounding is a few 1e-13 K. */
static void view_is_the_state(group *g, const char *where) {
  const pro_layout *at = &g->cell.layout;
  pro_lanes f[PRO_STATES_MAX], y[PRO_STATES_MAX];
  pro_cell_view now, later, before;
  pro_cell_rhs(&g->cell, &g->drive, &g->modes, g->y, f, NULL, NULL);
  pro_cell_look(&now, &g->cell, &g->drive, &g->modes, g->y);
  pro_lanes dt = 1e-4 / (pro_lanes_abs(now.rate) + 1e-6);
  if (at->vented >= 0)
    for (int l = 0; l < PRO_LANES; l++)
      dt[l] = fmin(dt[l], 1e-4 * g->in[l].cell.mass / (fabs(now.outflow[l]) + 1e-12));
  for (int i = 0; i < at->n; i++) y[i] = g->y[i] + dt * f[i];
  pro_cell_look(&later, &g->cell, &g->drive, &g->modes, y);
  for (int i = 0; i < at->n; i++) y[i] = g->y[i] - dt * f[i];
  pro_cell_look(&before, &g->cell, &g->drive, &g->modes, y);
  for (int l = 0; l < PRO_LANES; l++) {
    double want = (later.T_core[l] - before.T_core[l]) / (2.0 * dt[l]);
    support_check(fabs(now.rate[l] - want) <= 1e-7 * fabs(want) + 5e-13 / dt[l],
                  "%s: rate %.10g, along the flow %.10g", where, now.rate[l], want);
    ck_assert_double_eq_tol(now.heat_exchange[l], -f[at->exchange][l], 0.0 + 1e-300);
    if (at->U_surface < 0) ck_assert_double_eq(now.T_surface[l], now.T_core[l]);
    if (at->soc >= 0) {
      double melted = at->front >= 0 ? g->y[at->front][l] : 0.0, x = 1.0 - exp(-g->y[at->collapse][l] - melted),
             charge = now.charge[l];
      double all = g->drive.channel[PRO_DRIVE_short_conductance][l] + x * x / g->in[l].cell.hard_short_resistance +
                   fmax(-0.10 - charge, 0.0) * g->in[l].cell.copper_conductance;
      ck_assert_double_eq_tol(now.short_conductance[l], all, 1e-13 * all);
      if (g->modes.connected[l] > 0.5)
        ck_assert_double_eq_tol(f[at->short_charge][l], now.voltage[l] * all, 1e-13 * fabs(now.voltage[l] * all));
      else
        ck_assert_double_eq(now.voltage[l], 0.0);
      ck_assert_double_eq_tol(now.current[l], f[at->terminal_charge][l], 1e-13 * fabs(now.current[l]) + 1e-300);
    } else {
      ck_assert(now.voltage[l] == 0.0 && now.short_conductance[l] == 0.0 && now.heat_electrical[l] == 0.0);
    }
    if (at->head < 0) ck_assert_double_eq(now.pressure[l], 0.0);
  }
}
START_TEST(view_is_what_the_state_says) { for_all_structures(2, 45, view_is_the_state); }
END_TEST

/* A cell at rest in surroundings of its own temperature stays as it is, but for its reactions. */
START_TEST(cell_begins_in_balance_with_its_surroundings) {
  for (const pro_cell_preset *const *preset = pro_cell_all; *preset; preset++) {
    static pro_cell_lanes cell;
    pro_case in;
    support_case(&in, (*preset)->name);
    support_inert(&in);
    in.T_initial = 310.0;
    in.soc_initial = 0.6;
    pro_cell_fill(&cell, &in);
    const pro_layout *at = &cell.layout;
    double y0[PRO_STATES_MAX];
    pro_cell_start(&cell, &in, y0);
    pro_lanes y[PRO_STATES_MAX], f[PRO_STATES_MAX], gas[PRO_GAS_COUNT];
    pro_modes shut = pro_modes_start(), open = shut;
    open.vent_open = pro_lanes_all(1.0);
    for (int i = 0; i < at->n; i++) y[i] = pro_lanes_all(y0[i]);
    pro_drive_lanes drive = {0};
    drive.channel[PRO_DRIVE_T_ambient] = pro_lanes_all(310.0);
    drive.channel[PRO_DRIVE_film_coefficient] = pro_lanes_all(10.0);
    pro_cell_view view;
    pro_cell_look(&view, &cell, &drive, &shut, y);
    pro_cell_rhs(&cell, &drive, &shut, y, f, NULL, NULL);
    ck_assert_double_eq_tol(view.T_core[0], 310.0, 1e-12);
    ck_assert_double_eq_tol(view.T_surface[0], 310.0, 1e-12);
    ck_assert_double_lt(fabs(view.rate[0]), 1e-12);
    /* through an open vent as well, but for evaporation's rounded bend */
    pro_cell_view opened;
    pro_cell_look(&opened, &cell, &drive, &open, y);
    ck_assert_double_lt(fabs(opened.rate[0]), 1e-5);
    if (at->soc >= 0) {
      ck_assert_double_eq(y0[at->soc], 0.6);
      ck_assert_double_eq_tol(view.voltage[0], pro_ocv_voltage(pro_ocv_all[in.cell.ocv], 0.6, NULL), 1e-14);
    }
    if (at->head >= 0) {
      ck_assert_double_eq_tol(view.pressure[0], PRO_ATMOSPHERE, 1e-9 * PRO_ATMOSPHERE);
      double moles = PRO_ATMOSPHERE * in.cell.headspace / (PRO_GAS_CONSTANT * 310.0);
      for (int k = 0; k < PRO_GAS_COUNT; k++) ck_assert_double_lt(fabs(f[at->head + k][0]), 1e-8 * moles);
    }
    pro_cell_gas_out(&cell, y0, y, gas);
    for (int k = 0; k < PRO_GAS_COUNT; k++) ck_assert_double_eq(gas[k][0], 0.0);
  }
}
END_TEST

/* An integrator's trial states may lie anywhere: species below zero, an empty headspace, a negative charge, no
 * liquid. */
static void stays_finite(group *g, const char *where) {
  static pro_lanes J[PRO_STATES_MAX * PRO_STATES_MAX];
  const pro_layout *at = &g->cell.layout;
  pro_lanes f[PRO_STATES_MAX];
  for (int j = 0; j < at->reactions; j++) g->y[at->xi + j] *= 3.0;
  if (at->soc >= 0) g->y[at->soc] -= 1.2, g->y[at->collapse] += 0.3;
  if (at->head >= 0) {
    g->y[at->evaporated] += 0.5 * g->cell.solvent;
    for (int k = 0; k < PRO_GAS_COUNT; k += 2) g->y[at->head + k] *= -1.0;
    for (int k = 0; k < PRO_GAS_COUNT; k++) g->y[at->head + k][1] = -1e-9, g->y[at->head + k][2] = 0.0;
    g->y[at->moles][1] = g->y[at->gas_mass][1] = -1e-9, g->y[at->moles][2] = g->y[at->gas_mass][2] = 0.0;
    g->y[at->moles][3] = -1e-9, g->y[at->gas_mass][4] = -1e-9;
  }
  pro_cell_rhs(&g->cell, &g->drive, &g->modes, g->y, f, NULL, NULL);
  full_jacobian(J, &g->cell, &g->drive, &g->modes, g->y);
  for (int l = 0; l < PRO_LANES; l++) {
    for (int i = 0; i < at->n; i++) support_check(isfinite(f[i][l]), "%s: f[%d] is %g", where, i, f[i][l]);
    for (int i = 0; i < at->n * at->n; i++) support_check(isfinite(J[i][l]), "%s: J[%d] is %g", where, i, J[i][l]);
  }
}
START_TEST(overdrawn_states_have_finite_rates) { for_all_structures(2, 46, stays_finite); }
END_TEST

int main(void) {
  Suite *suite = suite_create("cell");
  TCase *tests = tcase_create("cell");
  tcase_set_timeout(tests, 120.0); /* under sanitizers */
  tcase_add_test(tests, jacobian_is_the_slope_of_every_right_hand_side);
  tcase_add_test(tests, a_lane_has_the_bits_of_its_case_alone);
  tcase_add_test(tests, energy_mass_and_charge_are_linear_invariants);
  tcase_add_test(tests, a_headspace_stays_the_sum_of_its_gases);
  tcase_add_test(tests, settling_a_headspace_sums_it_up);
  tcase_add_test(tests, solved_is_the_dense_system);
  tcase_add_test(tests, every_unknown_has_one_place);
  tcase_add_test(tests, view_is_what_the_state_says);
  tcase_add_test(tests, cell_begins_in_balance_with_its_surroundings);
  tcase_add_test(tests, overdrawn_states_have_finite_rates);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
