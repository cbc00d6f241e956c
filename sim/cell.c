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
    if (small[i] >= 0) atol[small[i]] = rtol * 0.1;
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

/* ---- what right-hand side, Jacobian and view share ---- */

/* of which carbon dioxide is made, by mass [mol/mol] */
#define SOLVENT_IN_CO2 (pro_gas_molar_mass[PRO_GAS_CO2] / pro_gas_molar_mass[PRO_GAS_vapour])

typedef struct matter {
  pro_lanes mass, u; /* of the core: what is left of it [kg], specific energy [J/kg] */
  pro_warmth core, surface, side;
  pro_lanes soc, charge;
  pro_lanes liquid;                   /* solvent that is left [mol] */
  pro_lanes outside;                  /* share of what reacts that has been thrown out and reacts there [-] */
  pro_lanes electrical[PRO_BY_COUNT]; /* what the electrical part reads */
} matter;

static void matter_of(matter *m, const pro_cell_lanes *cell, const pro_lanes *y) {
  const pro_layout *at = &cell->layout;
  const pro_lanes zero = pro_lanes_all(0.0);
  m->mass = cell->mass_core;
  if (at->vented >= 0) m->mass -= y[at->vented];
  if (at->ejected >= 0) m->mass -= y[at->ejected];
  m->outside = at->ejected >= 0 ? y[at->ejected] * cell->per_reacting : zero;
  m->liquid = at->evaporated >= 0 ? cell->solvent - y[at->evaporated] : zero;
  if (at->overcharged >= 0) m->liquid -= SOLVENT_IN_CO2 * y[at->overcharged];
  m->u = y[at->U_core] / m->mass;
  m->core = pro_warmth_of(m->u, &cell->warmth);
  m->surface = m->core;
  if (at->U_surface >= 0) m->surface = pro_warmth_of(y[at->U_surface] * cell->per_mass_surface, &cell->warmth);
  m->side = m->surface;
  if (at->U_side >= 0) m->side = pro_warmth_of(y[at->U_side] * cell->per_mass_side, &cell->warmth);
  m->soc = at->soc >= 0 ? y[at->soc] : cell->soc_initial;
  m->charge = pro_network_charge(&cell->network, &m->soc, y + at->xi);
  if (at->soc < 0) return;
  const int places[PRO_BY_COUNT] = {[PRO_BY_collapse] = at->collapse,
                                    [PRO_BY_front] = at->front,
                                    [PRO_BY_pair_1] = at->pair_1,
                                    [PRO_BY_pair_2] = at->pair_2,
                                    [PRO_BY_depletion] = at->depletion};
  m->electrical[PRO_BY_T] = m->core.T;
  m->electrical[PRO_BY_charge] = m->charge;
  for (int k = PRO_BY_collapse; k < PRO_BY_COUNT; k++) m->electrical[k] = places[k] >= 0 ? y[places[k]] : zero;
}

static bool is_electrical(const pro_cell_lanes *cell, int reaction) {
  return cell->layout.soc >= 0 && cell->network.form->reactions[reaction].electrical;
}

/* ---- the sum ---- */

/* What a state tells by itself; what only rates do is zero. */
static void state_of(pro_cell_view *out, const pro_cell_lanes *cell, const pro_modes *modes, const pro_lanes *y,
                     const matter *m, const pro_electrical *e) {
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
                    const pro_lanes *f, const matter *m, const pro_electrical *e) {
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
  matter m;
  matter_of(&m, cell, y);
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
      if (is_electrical(cell, j)) crosstalk += cell->capacity * e.enthalpy * f[at->xi + j];
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

/* Columns are filled by natural variables first - the core's temperature in `by_T`, the charge left in `by_charge`
 * - and chained to the unknowns at the end: T_core follows from U_core and the mass that is left, the charge from
 * soc and extents. With `found` nothing is added, but noted where something would be. */
typedef struct rows {
  const pro_layout *at;
  const pro_sparsity *where; /* NULL: n x n */
  unsigned char *found; /* (n x n) entries, then (n) rows that read the core's temperature and (n) the charge */
  pro_lanes *J, *by_T, *by_charge;
} rows;

static void add(const rows *r, int row, int column, pro_lanes slope) {
  if (column < 0) return;
  int entry = row * r->at->n + column;
  if (r->found)
    r->found[entry] = 1;
  else
    r->J[r->where ? r->where->place[entry] : entry] += slope;
}

static void add_T(const rows *r, int row, pro_lanes slope) {
  if (r->found) r->found[r->at->n * r->at->n + row] = 1;
  r->by_T[row] += slope;
}

static void add_charge(const rows *r, int row, pro_lanes slope) {
  if (r->found) r->found[r->at->n * (r->at->n + 1) + row] = 1;
  r->by_charge[row] += slope;
}

static bool reads_T(const rows *r, int row) {
  if (r->found) return r->found[r->at->n * r->at->n + row];
  return !r->where || r->where->by_T[row];
}

static bool reads_charge(const rows *r, int row) {
  if (r->found) return r->found[r->at->n * (r->at->n + 1) + row];
  return !r->where || r->where->by_charge[row];
}

/* scale times the slopes of an electrical quantity into a row */
static void add_electrical(const rows *r, int row, pro_lanes scale, const pro_lanes by[PRO_BY_COUNT]) {
  add_T(r, row, scale * by[PRO_BY_T]);
  add_charge(r, row, scale * by[PRO_BY_charge]);
  add(r, row, r->at->collapse, scale * by[PRO_BY_collapse]);
  add(r, row, r->at->front, scale * by[PRO_BY_front]);
  add(r, row, r->at->pair_1, scale * by[PRO_BY_pair_1]);
  add(r, row, r->at->pair_2, scale * by[PRO_BY_pair_2]);
  add(r, row, r->at->depletion, scale * by[PRO_BY_depletion]);
}

/* a slope in the solvent that is left */
static void add_liquid(const rows *r, int row, pro_lanes slope) {
  add(r, row, r->at->evaporated, -slope);
  add(r, row, r->at->overcharged, -SOLVENT_IN_CO2 * slope);
}

/* the heat of all reactions, crosstalk included, and its slopes in T, charge, soc and extents */
typedef struct chemistry {
  pro_lanes rate[PRO_REACTIONS_MAX], rate_T[PRO_REACTIONS_MAX], rate_soc[PRO_REACTIONS_MAX],
      rate_xi[PRO_REACTIONS_MAX * PRO_REACTIONS_MAX];
  const unsigned char *reads; /* which of these are not zero by structure */
  pro_lanes heat, heat_T, heat_charge, heat_soc, heat_xi[PRO_REACTIONS_MAX];
} chemistry;

static void add_heat(chemistry *c, int reactions, int j, pro_lanes h) {
  c->heat += h * c->rate[j], c->heat_T += h * c->rate_T[j], c->heat_soc += h * c->rate_soc[j];
  for (int i = 0; i < reactions; i++)
    if (c->reads[j * reactions + i]) c->heat_xi[i] += h * c->rate_xi[j * reactions + i];
}

/* scale times the heat's slopes into a row */
static void add_chemical(const rows *r, int row, pro_lanes scale, const chemistry *c) {
  add_T(r, row, scale * c->heat_T);
  add_charge(r, row, scale * c->heat_charge);
  add(r, row, r->at->soc, scale * c->heat_soc);
  for (int i = 0; i < r->at->reactions; i++) add(r, row, r->at->xi + i, scale * c->heat_xi[i]);
}

/* slopes of what goes through the vent, in the core's temperature and the headspace's sums */
static void add_flow(const rows *r, int row, pro_lanes by_T, pro_lanes by_moles, pro_lanes by_mass) {
  add_T(r, row, by_T);
  add(r, row, r->at->moles, by_moles);
  add(r, row, r->at->gas_mass, by_mass);
}

static void gas_rows(const rows *r, const pro_cell_lanes *cell, const pro_modes *modes, const pro_lanes *y,
                     const matter *m, const chemistry *c, const pro_electrical *e) {
  const pro_layout *at = r->at;
  const int n = at->reactions, vapour = at->head + PRO_GAS_vapour;
  const pro_lanes one = pro_lanes_all(1.0);
  pro_lanes T = m->core.T;
  pro_gas_part p;
  pro_gas_at(&p, cell, modes->vent_open, T, y[vapour], y[at->moles], y[at->gas_mass], m->liquid,
             at->ejected >= 0 ? y[at->ejected] : pro_lanes_all(0.0), 1);
  const double vapour_mass = pro_gas_molar_mass[PRO_GAS_vapour], co2_mass = pro_gas_molar_mass[PRO_GAS_CO2];
  const struct {
    int row;
    pro_lanes by;
  } evaporates[] = {{vapour, one},
                    {at->evaporated, one},
                    {at->moles, one},
                    {at->gas_mass, pro_lanes_all(vapour_mass)},
                    {at->U_core, -cell->latent_heat}};
  for (int i = 0; i < (int)PRO_COUNT(evaporates); i++) {
    int row = evaporates[i].row;
    pro_lanes by = evaporates[i].by;
    add_T(r, row, by * p.evaporation_T);
    add(r, row, vapour, by * p.evaporation_vapour);
    add_liquid(r, row, by * p.evaporation_liquid);
  }
  if (at->overcharged >= 0) {
    const struct {
      int row;
      double by;
    } gains[] = {
        {at->overcharged, 1.0}, {at->head + PRO_GAS_CO2, 1.0}, {at->moles, 1.0}, {at->gas_mass, co2_mass}};
    for (int i = 0; i < (int)PRO_COUNT(gains); i++) {
      add_electrical(r, gains[i].row, gains[i].by * cell->overcharge_gas * p.available, e->side_by);
      add_liquid(r, gains[i].row, gains[i].by * cell->overcharge_gas * e->side * p.available_liquid);
    }
  }

  pro_lanes h = cell->gas_heat_capacity * (T - PRO_T_REFERENCE),
            h_T = cell->gas_heat_capacity; /* of a kg [J/kg] */
  add_flow(r, at->vented, p.flow_T, p.flow_N, p.flow_S);
  add_flow(r, at->gas_mass, -p.flow_T, -p.flow_N, -p.flow_S);
  add_flow(r, at->vent_heat, -p.flow_T * h - p.flow * h_T, -p.flow_N * h, -p.flow_S * h);
  add_flow(r, at->U_core, -p.flow_T * h - p.flow * h_T, -p.flow_N * h, -p.flow_S * h);
  for (int i = at->head; i <= at->moles; i++) { /* each gas, and their sum */
    add_flow(r, i, -p.share_T * y[i], -p.share_N * y[i], -p.share_S * y[i]);
    add(r, i, i, -p.share);
  }
  for (int k = 0; k < cell->network.makes; k++) {
    int g = cell->network.made[k].gas, j = cell->network.made[k].reaction;
    const struct {
      int row;
      double by;
    } gains[] = {{at->head + g, 1.0}, {at->moles, 1.0}, {at->gas_mass, pro_gas_molar_mass[g]}};
    for (int l = 0; l < (int)PRO_COUNT(gains); l++) {
      int row = gains[l].row;
      pro_lanes by = gains[l].by * cell->gas[j][g];
      add_T(r, row, by * c->rate_T[j]);
      add(r, row, at->soc, by * c->rate_soc[j]);
      for (int i = 0; i < n; i++)
        if (c->reads[j * n + i]) add(r, row, at->xi + i, by * c->rate_xi[j * n + i]);
    }
  }
  if (at->ejected < 0) return;
  pro_lanes solids_T = p.solids_T + p.solids_flow * p.flow_T, out_T = solids_T * m->u + p.solids * m->core.cp;
  pro_lanes solids_N = p.solids_flow * p.flow_N, solids_S = p.solids_flow * p.flow_S;
  add_flow(r, at->ejected, solids_T, solids_N, solids_S);
  add_flow(r, at->eject_heat, -out_T, -solids_N * m->u, -solids_S * m->u);
  add_flow(r, at->U_core, -out_T, -solids_N * m->u, -solids_S * m->u);
  add(r, at->ejected, at->ejected, p.solids_ejected);
  add(r, at->eject_heat, at->ejected, -p.solids_ejected * m->u - c->heat * cell->per_reacting);
  add(r, at->U_core, at->ejected, -p.solids_ejected * m->u - c->heat * cell->per_reacting);
  add_chemical(r, at->eject_heat, -m->outside, c);
}

static void electrical_rows(const rows *r, const pro_cell_lanes *cell, const pro_electrical *e, const matter *m,
                            chemistry *c, pro_lanes surface_T_U, pro_lanes side_T_U) {
  const pro_layout *at = r->at;
  pro_collapse k;
  pro_collapse_at(&k, cell, e, m->electrical, m->surface.T, m->side.T, 1);
  pro_lanes one = pro_lanes_all(1.0), per_Q = 1.0 / cell->capacity;
  add_electrical(r, at->soc, per_Q, e->inner_by);
  add_electrical(r, at->soc, -per_Q, e->side_by);
  add_T(r, at->collapse, k.by_T);
  if (at->front >= 0) {
    add_electrical(r, at->front, one, k.front_by);
    add(r, at->front, at->U_side, k.by_side * side_T_U);
    if (at->U_surface >= 0)
      add(r, at->front, at->U_surface, k.by_surface * surface_T_U);
    else
      add_T(r, at->front, k.by_surface);
  }
  if (at->pair_1 >= 0) add_electrical(r, at->pair_1, one, e->pair_by[0]);
  if (at->pair_2 >= 0) add_electrical(r, at->pair_2, one, e->pair_by[1]);
  if (at->depletion >= 0) add_electrical(r, at->depletion, one, e->depletion_by);
  add_electrical(r, at->terminal, one, e->terminal_by);
  add_electrical(r, at->released, one, e->released_by);
  add_electrical(r, at->short_charge, one, e->short_by);
  add_electrical(r, at->terminal_charge, one, e->inner_by);
  add_electrical(r, at->terminal_charge, one, e->short_by);
  if (at->side_charge >= 0) add_electrical(r, at->side_charge, one, e->side_by);
  add_electrical(r, at->U_core, 1.0 - m->outside, e->released_by);
  add_electrical(r, at->U_core, 1.0 - m->outside, e->terminal_by);
  if (at->eject_heat >= 0) {
    add_electrical(r, at->eject_heat, -m->outside, e->released_by);
    add_electrical(r, at->eject_heat, -m->outside, e->terminal_by);
  }
  chemistry crosstalk = *c;
  crosstalk.heat = crosstalk.heat_T = crosstalk.heat_charge = crosstalk.heat_soc = pro_lanes_all(0.0);
  for (int i = 0; i < at->reactions; i++) crosstalk.heat_xi[i] = pro_lanes_all(0.0);
  for (int j = 0; j < at->reactions; j++) {
    if (!is_electrical(cell, j)) continue;
    add_heat(&crosstalk, at->reactions, j, cell->capacity * e->enthalpy);
    crosstalk.heat_T += cell->capacity * e->enthalpy_T * c->rate[j];
    crosstalk.heat_charge += cell->capacity * e->enthalpy_charge * c->rate[j];
  }
  add_chemical(r, at->released, one, &crosstalk);
  c->heat += crosstalk.heat + e->released + e->terminal, c->heat_T += crosstalk.heat_T;
  c->heat_charge += crosstalk.heat_charge, c->heat_soc += crosstalk.heat_soc;
  for (int i = 0; i < at->reactions; i++) c->heat_xi[i] += crosstalk.heat_xi[i];
}

static void jacobian(const rows *r, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                     const pro_modes *modes, const pro_lanes *y) {
  const pro_layout *at = &cell->layout;
  const int n = at->n, reactions = at->reactions;
  const pro_lanes zero = pro_lanes_all(0.0);
  for (int i = 0; i < n; i++) r->by_T[i] = r->by_charge[i] = zero;
  matter m;
  matter_of(&m, cell, y);
  pro_lanes surface_T_U = at->U_surface >= 0 ? 1.0 / (cell->mass_surface * m.surface.cp) : zero;
  pro_lanes side_T_U = at->U_side >= 0 ? 1.0 / (cell->mass_side * m.side.cp) : zero;

  chemistry c;
  pro_network_slopes(&cell->network, &m.core.T, &m.soc, y + at->xi, c.rate, c.rate_T, c.rate_soc, c.rate_xi);
  c.reads = cell->network.reads;
  c.heat = c.heat_T = c.heat_charge = c.heat_soc = zero;
  for (int i = 0; i < reactions; i++) c.heat_xi[i] = zero;
  for (int j = 0; j < reactions; j++) {
    add_heat(&c, reactions, j, cell->heat[j]);
    add_T(r, at->xi + j, c.rate_T[j]);
    add(r, at->xi + j, at->soc, c.rate_soc[j]);
    for (int i = 0; i < reactions; i++)
      if (c.reads[j * reactions + i]) add(r, at->xi + j, at->xi + i, c.rate_xi[j * reactions + i]);
  }
  pro_electrical e;
  if (at->soc >= 0) {
    pro_electrical_at(&e, cell, drive, modes, m.electrical, 1);
    electrical_rows(r, cell, &e, &m, &c, surface_T_U, side_T_U);
  }
  add_chemical(r, at->U_core, 1.0 - m.outside, &c);
  if (at->head >= 0) gas_rows(r, cell, modes, y, &m, &c, &e);

  pro_exchange x = pro_exchange_at(cell, drive, modes->coupled, m.surface.T);
  if (at->U_surface >= 0) {
    pro_lanes K = cell->core_conductance;
    add_T(r, at->U_core, -K), add_T(r, at->U_surface, K);
    add(r, at->U_core, at->U_surface, K * surface_T_U);
    add(r, at->U_surface, at->U_surface, -(K + x.loss_T) * surface_T_U);
    add(r, at->exchange, at->U_surface, -x.loss_T * surface_T_U);
  } else {
    add_T(r, at->U_core, -x.loss_T), add_T(r, at->exchange, -x.loss_T);
  }
  if (at->U_side >= 0) {
    pro_lanes K = cell->side_conductance;
    add_T(r, at->U_core, -K), add_T(r, at->U_side, K);
    add(r, at->U_core, at->U_side, K * side_T_U);
    add(r, at->U_side, at->U_side, -K * side_T_U);
  }
  pro_lanes T_U = 1.0 / (m.mass * m.core.cp), T_m = m.u / (m.mass * m.core.cp);
  for (int i = 0; i < n; i++) {
    if (reads_T(r, i)) {
      add(r, i, at->U_core, r->by_T[i] * T_U);
      add(r, i, at->vented, r->by_T[i] * T_m);
      add(r, i, at->ejected, r->by_T[i] * T_m);
    }
    if (!reads_charge(r, i)) continue;
    add(r, i, at->soc, r->by_charge[i]);
    for (int j = 0; j < reactions; j++)
      if (cell->network.takes[j]) add(r, i, at->xi + j, -r->by_charge[i] * cell->network.discharge[j]);
  }
}

void pro_cell_jacobian(const pro_cell_lanes *cell, const pro_drive_lanes *drive, const pro_modes *modes,
                       const pro_lanes *y, const pro_sparsity *where, pro_lanes *J) {
  const int n = cell->layout.n, entries = where ? where->entries : n * n;
  pro_lanes by_T[PRO_STATES_MAX], by_charge[PRO_STATES_MAX];
  for (int i = 0; i < entries; i++) J[i] = pro_lanes_all(0.0);
  const rows r = {.at = &cell->layout, .where = where, .J = J, .by_T = by_T, .by_charge = by_charge};
  jacobian(&r, cell, drive, modes, y);
}

void pro_cell_sparsity(pro_sparsity *out, const pro_cell_lanes *cell) {
  const int n = cell->layout.n;
  const pro_drive_lanes drive = {{pro_lanes_all(0.0)}};
  const pro_modes modes = pro_modes_start();
  pro_lanes by_T[PRO_STATES_MAX], by_charge[PRO_STATES_MAX];
  const pro_lanes y[PRO_STATES_MAX] = {{0.0}}; /* any: only structure counts */
  unsigned char found[PRO_STATES_MAX * (PRO_STATES_MAX + 2)] = {0};
  const rows r = {.at = &cell->layout, .found = found, .by_T = by_T, .by_charge = by_charge};
  jacobian(&r, cell, &drive, &modes, y);
  out->entries = 0;
  for (int i = 0; i < n * n; i++) out->place[i] = found[i] ? (int16_t)out->entries++ : (int16_t)-1;
  memcpy(out->by_T, found + n * n, (size_t)n);
  memcpy(out->by_charge, found + n * (n + 1), (size_t)n);
}

void pro_cell_look(pro_cell_view *out, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                   const pro_modes *modes, const pro_lanes *y) {
  pro_lanes f[PRO_STATES_MAX];
  pro_cell_rhs(cell, drive, modes, y, f, out, NULL);
}

void pro_cell_glance(pro_cell_view *out, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                     const pro_modes *modes, const pro_lanes *y) {
  matter m;
  pro_electrical e;
  matter_of(&m, cell, y);
  if (cell->layout.soc >= 0) pro_electrical_at(&e, cell, drive, modes, m.electrical, 0);
  state_of(out, cell, modes, y, &m, cell->layout.soc >= 0 ? &e : NULL);
}
