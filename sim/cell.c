/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cell.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "sim/cell_parts.h"

static bool has_charge(const pro_case *in) { return in->cell.capacity > 0.0; }
static bool has_gas(const pro_case *in) { return in->cell.headspace > 0.0; }

static pro_layout layout_of(const pro_case *in) {
  const pro_cell *c = &in->cell;
  pro_layout at;
  memset(&at, -1, sizeof at); /* every place -1 */
  int n = 0;
  at.reactions = pro_network_reaction_count(&in->network);
  at.xi = n, n += at.reactions;
  at.U_core = n++;
  if (c->nodes > 1) at.U_surface = n++;
  if (c->nodes > 2) at.U_side = n++;
  if (has_charge(in)) {
    at.soc = n++, at.collapse = n++;
    if (c->spot_share > 0.0) at.front = n++;
    if (c->pair_1_resistance > 0.0) at.pair_1 = n++;
    if (c->pair_2_resistance > 0.0) at.pair_2 = n++;
    if (c->limit_rate > 0.0) at.depletion = n++;
  }
  if (has_gas(in)) {
    at.evaporated = n++;
    if (has_charge(in) && c->overcharge_loss > 0.0 && c->overcharge_gas > 0.0) at.overcharged = n++;
    at.head = n, n += PRO_GAS_COUNT;
    at.moles = n++, at.gas_mass = n++;
    at.vented = n++;
    if (c->ejecta_share > 0.0) at.ejected = n++;
  }
  at.feedback = n;
  at.heater = n++, at.exchange = n++;
  if (has_gas(in)) at.vent_heat = n++;
  if (at.ejected >= 0) at.eject_heat = n++;
  if (has_charge(in)) {
    at.released = n++, at.terminal = n++, at.short_charge = n++, at.terminal_charge = n++;
    if (c->overcharge_loss > 0.0) at.side_charge = n++;
  }
  at.n = n;
  return at;
}

int pro_cell_same_structure(const pro_case *a, const pro_case *b) {
  pro_layout at = layout_of(a), bt = layout_of(b);
  return strcmp(a->network.name, b->network.name) == 0 && memcmp(&at, &bt, sizeof at) == 0;
}

pro_modes pro_modes_start(void) {
  return (pro_modes){pro_lanes_all(0.0), pro_lanes_all(1.0), pro_lanes_all(1.0), pro_lanes_all(1.0)};
}

void pro_modes_copy(pro_modes *to, int l, const pro_modes *from, int k) {
  to->vent_open[l] = from->vent_open[k], to->connected[l] = from->connected[k];
  to->coupled[l] = from->coupled[k], to->heater_on[l] = from->heater_on[k];
}

static double or_none(double x) { return x > 0.0 ? 1.0 / x : 0.0; }

void pro_cell_load(pro_cell_lanes *to, int l, const pro_case *in) {
  const pro_cell *c = &in->cell;
  pro_network_load(&to->network, l, &in->network);
  if (has_charge(in)) pro_ocv_cut(to->ocv[l], pro_ocv_all[c->ocv]);
  for (int j = 0; j < to->layout.reactions; j++) {
    double reactant = pro_network_reactant(&in->network, j, c->volume, c->capacity);
    to->heat[j][l] = pro_network_heat(&in->network, j, c->volume, c->capacity);
    for (int g = 0; g < PRO_GAS_MADE; g++) to->gas[j][g][l] = in->network.reactions[j].gas[g] * reactant;
  }
  to->soc_initial[l] = in->soc_initial;
  to->mass[l] = c->mass;
  to->mass_surface[l] = c->nodes > 1 ? c->mass * c->surface_share : 0.0;
  to->mass_side[l] = c->nodes > 2 ? c->mass * c->side_share : 0.0;
  to->mass_core[l] = c->mass - to->mass_surface[l] - to->mass_side[l];
  to->per_mass_surface[l] = or_none(to->mass_surface[l]), to->per_mass_side[l] = or_none(to->mass_side[l]);
  pro_warmth_load(&to->warmth, l, c->heat_capacity, c->heat_capacity_slope);
  to->area[l] = c->area;
  to->core_conductance[l] = c->core_conductance;
  to->side_conductance[l] = c->side_conductance;
  double aged = 1.0 + c->resistance_growth;
  to->capacity[l] = c->capacity * (1.0 - c->capacity_loss);
  to->resistance[l] = c->resistance * aged;
  to->resistance_activation[l] = c->resistance_activation;
  to->low_charge[l] = fmax(c->resistance_low_charge, 1.0);
  to->over_charge[l] = fmax(c->resistance_over_charge, 1.0);
  to->pair_resistance[0][l] = c->pair_1_resistance * aged, to->per_pair_time[0][l] = or_none(c->pair_1_time);
  to->pair_resistance[1][l] = c->pair_2_resistance * aged, to->per_pair_time[1][l] = or_none(c->pair_2_time);
  to->pair_activation[l] = c->pair_activation;
  to->per_limit_current[l] = c->limit_rate > 0.0 ? 1.0 / (c->limit_rate * c->capacity) : 0.0;
  to->per_limit_time[l] = or_none(c->limit_time);
  to->overcharge_loss[l] = c->overcharge_loss;
  to->overcharge_start[l] = c->overcharge_start;
  to->overcharge_gas[l] = c->overcharge_gas;
  to->copper_conductance[l] = c->copper_conductance;
  to->shutdown_T[l] = c->shutdown_T;
  to->shutdown_width[l] = c->shutdown_width;
  to->shutdown_factor[l] = c->shutdown_factor;
  to->collapse_T[l] = c->collapse_T;
  to->collapse_width[l] = c->collapse_width;
  to->collapse_rate[l] = c->collapse_rate;
  to->hard_short_conductance[l] = 1.0 / c->hard_short_resistance;
  to->spot_resistance[l] = c->spot_resistance;
  to->spot_share[l] = c->spot_share;
  to->front_rise[l] = c->front_rise;
  to->headspace[l] = c->headspace;
  to->gas_heat_capacity[l] = c->gas_heat_capacity;
  to->antoine_a[l] = c->solvent_antoine_a;
  to->antoine_b[l] = c->solvent_antoine_b;
  to->antoine_c[l] = c->solvent_antoine_c;
  to->latent_heat[l] = c->solvent_latent_heat;
  to->per_evaporation_time[l] = or_none(c->evaporation_time);
  to->solvent[l] = c->solvent_mass / pro_gas_molar_mass[PRO_GAS_vapour];
  to->ejectable[l] = c->ejecta_share * c->mass;
  to->per_reacting[l] = 1.0 / (c->mass * (c->reacting_share > 0.0 ? c->reacting_share : 1.0));
  to->entrainment[l] = c->ejecta_entrainment;
  to->ejecta_T[l] = c->ejecta_T;
  to->vent.area[l] = c->vent_area * c->discharge_coefficient;
  to->vent.heat_ratio[l] = c->gas_heat_ratio;
  to->vent.choking_ratio[l] = pro_choking_ratio(c->gas_heat_ratio);
  to->vent.p_back[l] = PRO_ATMOSPHERE;
}

void pro_cell_fill(pro_cell_lanes *to, const pro_case *in) {
  memset(to, 0, sizeof *to);
  to->layout = layout_of(in);
  pro_cell_load(to, 0, in);
  for (pro_lanes *x = to->network.initial; (char *)x < (char *)(to + 1); x++) *x = pro_lanes_all((*x)[0]);
  if (has_charge(in))
    for (int l = 1; l < PRO_LANES; l++) memcpy(to->ocv[l], to->ocv[0], sizeof to->ocv[0]);
}

/* A can closed at the initial temperature under one atmosphere of air and vapour in equilibrium. */
void pro_cell_start(const pro_cell_lanes *cell, const pro_case *in, double *y) {
  const pro_layout *at = &cell->layout;
  const pro_cell *c = &in->cell;
  for (int i = 0; i < at->n; i++) y[i] = 0.0;
  double u = pro_specific_energy(in->T_initial, c->heat_capacity, c->heat_capacity_slope);
  double surface = c->nodes > 1 ? c->mass * c->surface_share : 0.0,
         side = c->nodes > 2 ? c->mass * c->side_share : 0.0;
  y[at->U_core] = (c->mass - surface - side) * u;
  if (at->U_surface >= 0) y[at->U_surface] = surface * u;
  if (at->U_side >= 0) y[at->U_side] = side * u;
  if (at->soc >= 0) y[at->soc] = in->soc_initial;
  if (at->head >= 0) {
    double per_pascal = c->headspace / (PRO_GAS_CONSTANT * in->T_initial);
    pro_lanes p = pro_vapour_pressure(pro_lanes_all(c->solvent_antoine_a), pro_lanes_all(c->solvent_antoine_b),
                                      pro_lanes_all(c->solvent_antoine_c), pro_lanes_all(in->T_initial), NULL);
    double vapour = c->solvent_mass > 0.0 ? fmin(p[0] / (1.0 + PRO_DRY_SHARE), PRO_ATMOSPHERE) * per_pascal : 0.0;
    y[at->head + PRO_GAS_vapour] = vapour;
    y[at->head + PRO_GAS_air] = PRO_ATMOSPHERE * per_pascal - vapour;
    for (int g = 0; g < PRO_GAS_COUNT; g++) {
      y[at->moles] += y[at->head + g];
      y[at->gas_mass] += pro_gas_molar_mass[g] * y[at->head + g];
    }
  }
}

/* Of a headspace's moles at most, whatever rtol: a vent evens out pressures within milliseconds, and moles that
 * are wrong by more would be a flow, and with it a heating, that is not there. Numerical: at rtol 1e-3 without it
 * heated cells ran away seconds to a minute early. */
#define HEADSPACE_RESOLVED 1e-5

/* Cap of a reaction's rate, times which an extent's tolerance is one [1/s]. Numerical: of cells that heat by 1000
 * K at rtol 1e-6 an error heats by 0.01 K/s at most. */
#define EXTENT_SLOW 10.0

/* Each as large as still moves runaway, venting and peak by less than the temperatures' own tolerance does: found
 * by loosening one at a time in bench/accuracy. */
void pro_cell_tolerances(const pro_cell_lanes *cell, int lane, double rtol, double *atol) {
  const pro_layout *at = &cell->layout;
  double heat = rtol * 100.0 * cell->warmth.cp[lane];
  for (int i = 0; i < at->n; i++) atol[i] = rtol * 1e20; /* integrals do not steer the step */
  for (int j = 0; j < at->reactions; j++) { /* a fast one makes of an error a rate that is not there */
    double slow = EXTENT_SLOW * cell->network.per_cap[j][lane];
    atol[at->xi + j] = rtol * fmax(1e-4, fmin(1e-3, slow));
  }
  atol[at->U_core] = heat * cell->mass_core[lane];
  if (at->U_surface >= 0) atol[at->U_surface] = heat * cell->mass_surface[lane];
  if (at->U_side >= 0) atol[at->U_side] = heat * cell->mass_side[lane];
  if (at->soc >= 0) atol[at->soc] = atol[at->collapse] = rtol * 0.1;
  if (at->front >= 0) atol[at->front] = rtol * 0.1 * cell->spot_share[lane]; /* a nucleus must be seen */
  const int small[] = {at->pair_1, at->pair_2, at->depletion};
  for (int i = 0; i < 3; i++)
    if (small[i] >= 0) atol[small[i]] = rtol * 0.5;
  if (at->head >= 0) {
    double moles = PRO_ATMOSPHERE * cell->headspace[lane] / (PRO_GAS_CONSTANT * PRO_T_REFERENCE);
    double fine = fmin(10.0 * rtol, HEADSPACE_RESOLVED) * moles;
    for (int g = 0; g < PRO_GAS_COUNT; g++) atol[at->head + g] = fmin(300.0 * rtol, 1e-2) * moles;
    atol[at->evaporated] = fmin(100.0 * rtol, 1e-2) * moles;
    if (at->overcharged >= 0) atol[at->overcharged] = rtol * 10.0 * moles;
    atol[at->vented] = rtol * 0.03 * cell->mass[lane];
    atol[at->moles] = fine, atol[at->gas_mass] = 0.1 * fine;
  }
  if (at->ejected >= 0) atol[at->ejected] = rtol * 0.03 * cell->mass[lane];
}

/* ---- the sum ---- */

/* What a state tells by itself; what only rates do is zero. */
static void state_of(pro_cell_view *out, const pro_cell_lanes *cell, const pro_modes *modes, const pro_lanes *y,
                     const pro_matter *m, const pro_electrical *e) {
  const pro_layout *at = &cell->layout;
  const pro_lanes zero = pro_lanes_all(0.0);
  memset(out, 0, sizeof *out);
  out->T_core = m->core.T, out->T_surface = m->surface.T, out->T_side = m->side.T;
  out->charge = m->charge;
  if (e) {
    out->collapse = 1.0 - pro_lanes_exp(-(m->electrical[PRO_BY_collapse] + m->electrical[PRO_BY_front]));
    /* an opened interrupt device takes the electrodes off the terminals */
    out->electrode_voltage = e->voltage;
    out->voltage = pro_select(pro_above(modes->connected, 0.5), e->voltage, zero);
    out->short_conductance = e->conductance;
    out->current = e->inner + e->short_current;
  }
  if (at->head >= 0) out->pressure = y[at->moles] * PRO_GAS_CONSTANT * out->T_core / cell->headspace;
}

static void view_of(pro_cell_view *out, const pro_cell_lanes *cell, const pro_modes *modes, const pro_lanes *y,
                    const pro_lanes *f, const pro_matter *m, const pro_electrical *e) {
  const pro_layout *at = &cell->layout;
  state_of(out, cell, modes, y, m, e);
  if (at->vented >= 0) out->outflow = f[at->vented];
  if (at->ejected >= 0) out->outflow += f[at->ejected];
  out->rate = (f[at->U_core] + m->u * out->outflow) / (m->mass * m->core.cp);
  out->rate_surface = at->U_surface >= 0 ? f[at->U_surface] / (cell->mass_surface * m->surface.cp) : out->rate;
  for (int j = 0; j < at->reactions; j++) out->heat_reaction += cell->heat[j] * f[at->xi + j];
  out->heat_exchange = -f[at->exchange];
  if (e) out->heat_electrical = f[at->released] + f[at->terminal];
}

int pro_cell_sleepers(const pro_layout *at, int *which) {
  int n = 0;
  for (int j = 0; j < at->reactions; j++) which[n++] = at->xi + j;
  const int single[] = {at->soc >= 0 ? at->collapse : -1, at->front, at->evaporated};
  for (int i = 0; i < (int)PRO_COUNT(single); i++)
    if (single[i] >= 0) which[n++] = single[i];
  return n;
}

/* the rate that was given where it sleeps, b where it does not */
static pro_lanes given_or(const pro_sleep *asleep, int place, pro_lanes b) {
  return asleep ? pro_select(asleep->where, asleep->rate[place], b) : b;
}

void pro_cell_rhs(const pro_cell_lanes *cell, const pro_drive_lanes *drive, const pro_modes *modes,
                  const pro_lanes *y, pro_lanes *f, pro_cell_view *view, const pro_sleep *asleep) {
  const pro_layout *at = &cell->layout;
  const pro_lanes zero = pro_lanes_all(0.0);
  int64_t sleeping = asleep ? -1 : 0;
  for (int l = 0; asleep && l < PRO_LANES; l++) sleeping &= asleep->where[l];
  const bool awake = !sleeping; /* some are */
  pro_matter m;
  pro_matter_of(&m, cell, y);
  pro_lanes T = m.core.T;
  if (awake) pro_network_rates(&cell->network, &T, &m.soc, y + at->xi, f + at->xi);
  for (int j = 0; asleep && j < at->reactions; j++) f[at->xi + j] = given_or(asleep, at->xi + j, f[at->xi + j]);
  pro_lanes side = zero, made = zero, core = zero; /* made: heat of all that reacts or is short, inside and out */
  for (int j = 0; j < at->reactions; j++) made += cell->heat[j] * f[at->xi + j];
  pro_electrical e;
  if (at->soc >= 0) {
    pro_collapse k = {.rate = zero, .front = zero};
    pro_electrical_at(&e, cell, drive, modes, m.electrical, 0);
    if (awake) pro_collapse_at(&k, cell, &e, m.electrical, m.surface.T, m.side.T, 0);
    pro_lanes crosstalk = zero;
    for (int j = 0; j < at->reactions; j++)
      if (pro_is_electrical(cell, j)) crosstalk += cell->capacity * e.enthalpy * f[at->xi + j];
    side = e.side;
    f[at->soc] = (e.inner - e.side) / cell->capacity;
    f[at->collapse] = given_or(asleep, at->collapse, k.rate);
    if (at->front >= 0) f[at->front] = given_or(asleep, at->front, k.front);
    if (at->pair_1 >= 0) f[at->pair_1] = e.pair[0];
    if (at->pair_2 >= 0) f[at->pair_2] = e.pair[1];
    if (at->depletion >= 0) f[at->depletion] = e.depletion;
    f[at->released] = e.released + crosstalk, f[at->terminal] = e.terminal;
    f[at->short_charge] = e.short_current, f[at->terminal_charge] = e.inner + e.short_current;
    if (at->side_charge >= 0) f[at->side_charge] = e.side;
    made += crosstalk + e.released + e.terminal;
  }
  core += (1.0 - m.outside) * made;
  if (at->head >= 0) {
    pro_gas_part p;
    const pro_lanes ejected = at->ejected >= 0 ? y[at->ejected] : zero;
    if (awake)
      pro_gas_at(&p, cell, modes->vent_open, T, y[at->head + PRO_GAS_vapour], y[at->moles], y[at->gas_mass],
                 m.liquid, ejected, 0);
    else
      pro_gas_behind_shut_vents(&p, cell, m.liquid);
    p.evaporation = given_or(asleep, at->evaporated, p.evaporation);
    pro_lanes moles = p.evaporation - p.share * y[at->moles],
              mass = pro_gas_molar_mass[PRO_GAS_vapour] * p.evaporation - p.flow;
    for (int g = 0; g < PRO_GAS_COUNT; g++) f[at->head + g] = -p.share * y[at->head + g];
    for (int k = 0; k < cell->network.makes; k++) {
      int g = cell->network.made[k].gas, j = cell->network.made[k].reaction;
      pro_lanes new = cell->gas[j][g] * f[at->xi + j];
      f[at->head + g] += new;
      moles += new, mass += pro_gas_molar_mass[g] * new;
    }
    f[at->head + PRO_GAS_vapour] += p.evaporation;
    f[at->evaporated] = p.evaporation;
    if (at->overcharged >= 0) {
      f[at->overcharged] = cell->overcharge_gas * side * p.available;
      f[at->head + PRO_GAS_CO2] += f[at->overcharged];
      moles += f[at->overcharged], mass += pro_gas_molar_mass[PRO_GAS_CO2] * f[at->overcharged];
    }
    f[at->moles] = moles, f[at->gas_mass] = mass;
    f[at->vented] = p.flow;
    f[at->vent_heat] = -p.flow * cell->gas_heat_capacity * (T - PRO_T_REFERENCE);
    core += f[at->vent_heat] - cell->latent_heat * p.evaporation;
    if (at->ejected >= 0) {
      f[at->ejected] = p.solids;
      f[at->eject_heat] = -p.solids * m.u - m.outside * made;
      core -= p.solids * m.u;
    }
  }
  pro_lanes surface = zero, heater = drive->channel[PRO_DRIVE_heater] * modes->heater_on;
  if (at->U_surface >= 0) {
    pro_lanes through = cell->core_conductance * (T - m.surface.T);
    core -= through, surface += through;
  }
  pro_exchange x = pro_exchange_at(cell, drive, modes->coupled, m.surface.T);
  f[at->heater] = heater;
  f[at->exchange] = -x.loss;
  surface -= x.loss;
  if (at->U_side >= 0) {
    pro_lanes through = cell->side_conductance * (m.side.T - T);
    f[at->U_side] = heater - through;
    core += through;
  } else {
    surface += heater;
  }
  if (at->U_surface >= 0)
    f[at->U_surface] = surface;
  else
    core += surface;
  f[at->U_core] = core;
  if (view) view_of(view, cell, modes, y, f, &m, at->soc >= 0 ? &e : NULL);
}

void pro_cell_look(pro_cell_view *out, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                   const pro_modes *modes, const pro_lanes *y) {
  pro_lanes f[PRO_STATES_MAX];
  pro_cell_rhs(cell, drive, modes, y, f, out, NULL);
}

void pro_cell_glance(pro_cell_view *out, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                     const pro_modes *modes, const pro_lanes *y, int heats) {
  const pro_layout *at = &cell->layout;
  pro_matter m;
  pro_electrical e;
  pro_matter_of(&m, cell, y);
  if (at->soc >= 0) pro_electrical_at(&e, cell, drive, modes, m.electrical, 0);
  state_of(out, cell, modes, y, &m, at->soc >= 0 ? &e : NULL);
  if (!heats) return;
  pro_lanes rate[PRO_REACTIONS_MAX], crosstalk = pro_lanes_all(0.0);
  pro_network_rates(&cell->network, &m.core.T, &m.soc, y + at->xi, rate);
  for (int j = 0; j < at->reactions; j++) {
    out->heat_reaction += cell->heat[j] * rate[j];
    if (pro_is_electrical(cell, j)) crosstalk += cell->capacity * e.enthalpy * rate[j];
  }
  if (at->soc >= 0) out->heat_electrical = (e.released + crosstalk) + e.terminal;
  out->heat_exchange = pro_exchange_at(cell, drive, modes->coupled, m.surface.T).loss;
}
