/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cell.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "sim/run.h"

#define T_REFERENCE 298.15     /* at which vented gas carries no heat into the ledger [K] */
#define COLLAPSE_RATE_MAX 10.0 /* [1/s] */
#define BEND 1e-4              /* of a headspace's moles [-]: numerical, smooth */
#define DRY_SHARE 0.01 /* of the solvent left at which its vapour pressure has halved [-]: numerical, smooth */

static bool has_charge(const pro_case *in) { return in->cell.capacity > 0.0; }
static bool has_gas(const pro_case *in) { return in->cell.headspace > 0.0; }

static pro_layout layout_of(const pro_case *in) {
  pro_layout at;
  memset(&at, -1, sizeof at); /* every place -1 */
  int n = 0;
  at.reactions = pro_network_reaction_count(&in->network);
  at.xi = n, n += at.reactions;
  at.U_core = n++;
  if (in->cell.nodes > 1) at.U_surface = n++;
  if (has_charge(in)) at.soc = n++, at.collapse = n++;
  if (has_gas(in)) {
    at.evaporated = n++;
    at.head = n, n += PRO_GAS_COUNT;
    at.vented = n++;
  }
  at.feedback = n;
  at.heater = n++, at.exchange = n++;
  if (has_gas(in)) at.vent_heat = n++;
  if (has_charge(in)) at.released = n++, at.terminal = n++, at.short_charge = n++, at.terminal_charge = n++;
  at.n = n;
  return at;
}

int pro_cell_same_structure(const pro_case *a, const pro_case *b) {
  return strcmp(a->network.name, b->network.name) == 0 && a->cell.nodes == b->cell.nodes &&
         has_charge(a) == has_charge(b) && has_gas(a) == has_gas(b);
}

void pro_cell_load(pro_cell_lanes *to, int lane, const pro_case *in) {
  if (lane == 0) {
    memset(to, 0, sizeof *to);
    to->layout = layout_of(in);
  }
  for (int l = lane; l < (lane == 0 ? PRO_LANES : lane + 1); l++) {
    const pro_cell *c = &in->cell;
    pro_network_load(&to->network, l, &in->network);
    to->ocv[l] = pro_ocv_all[c->ocv];
    for (int j = 0; j < to->layout.reactions; j++) {
      const pro_reaction *r = &in->network.reactions[j];
      to->heat[j][l] = r->heat * r->content * c->volume;
      for (int g = 0; g < PRO_GAS_MADE; g++) to->gas[j][g][l] = r->gas[g] * r->content * c->volume;
    }
    double C = c->mass * c->heat_capacity, share = c->nodes > 1 ? c->surface_share : 0.0;
    to->C_core[l] = C * (1.0 - share);
    to->C_surface[l] = C * share;
    to->heat_capacity[l] = c->heat_capacity;
    to->area[l] = c->area;
    to->core_conductance[l] = c->core_conductance;
    to->capacity[l] = c->capacity;
    to->resistance[l] = c->resistance;
    to->shutdown_T[l] = c->shutdown_T;
    to->shutdown_width[l] = c->shutdown_width;
    to->shutdown_factor[l] = c->shutdown_factor;
    to->collapse_T[l] = c->collapse_T;
    to->collapse_width[l] = c->collapse_width;
    to->collapse_rate[l] = c->collapse_rate;
    to->hard_short_conductance[l] = 1.0 / c->hard_short_resistance;
    to->spot_resistance[l] = c->spot_resistance;
    to->headspace[l] = c->headspace;
    to->gas_heat_capacity[l] = c->gas_heat_capacity;
    to->antoine_a[l] = c->solvent_antoine_a;
    to->antoine_b[l] = c->solvent_antoine_b;
    to->antoine_c[l] = c->solvent_antoine_c;
    to->latent_heat[l] = c->solvent_latent_heat;
    to->per_evaporation_time[l] = 1.0 / c->evaporation_time;
    to->solvent[l] = c->solvent_mass / pro_gas_molar_mass[PRO_GAS_vapour];
    to->vent.area[l] = c->vent_area * c->discharge_coefficient;
    to->vent.heat_ratio[l] = c->gas_heat_ratio;
    to->vent.p_back[l] = PRO_ATMOSPHERE;
  }
}

/* A can closed at the initial temperature under one atmosphere of air and vapour in equilibrium. */
void pro_cell_start(const pro_cell_lanes *cell, const pro_case *in, double *y) {
  const pro_layout *at = &cell->layout;
  const pro_cell *c = &in->cell;
  for (int i = 0; i < at->n; i++) y[i] = 0.0;
  double C = c->mass * c->heat_capacity, share = c->nodes > 1 ? c->surface_share : 0.0;
  y[at->U_core] = C * (1.0 - share) * in->T_initial;
  if (at->U_surface >= 0) y[at->U_surface] = C * share * in->T_initial;
  if (at->soc >= 0) y[at->soc] = in->soc_initial;
  if (at->head >= 0) {
    double per_pascal = c->headspace / (PRO_GAS_CONSTANT * in->T_initial);
    double p = pro_vapour_pressure(pro_lanes_all(c->solvent_antoine_a), pro_lanes_all(c->solvent_antoine_b),
                                   pro_lanes_all(c->solvent_antoine_c), pro_lanes_all(in->T_initial), NULL)[0];
    double vapour = c->solvent_mass > 0.0 ? fmin(p / (1.0 + DRY_SHARE), PRO_ATMOSPHERE) * per_pascal : 0.0;
    y[at->evaporated] = 0.0;
    y[at->head + PRO_GAS_vapour] = vapour;
    y[at->head + PRO_GAS_air] = PRO_ATMOSPHERE * per_pascal - vapour;
  }
}

void pro_cell_tolerances(const pro_cell_lanes *cell, int lane, double rtol, double *atol) {
  const pro_layout *at = &cell->layout;
  double C_core = cell->C_core[lane], C_surface = cell->C_surface[lane];
  for (int i = 0; i < at->n; i++) atol[i] = rtol * 1e20; /* integrals do not steer the step */
  for (int j = 0; j < at->reactions; j++) atol[at->xi + j] = rtol * 1e-4;
  atol[at->U_core] = rtol * 100.0 * C_core;
  if (at->U_surface >= 0) atol[at->U_surface] = rtol * 100.0 * C_surface;
  if (at->soc >= 0) atol[at->soc] = atol[at->collapse] = rtol * 0.1;
  if (at->head >= 0) {
    double moles = PRO_ATMOSPHERE * cell->headspace[lane] / (PRO_GAS_CONSTANT * T_REFERENCE);
    for (int g = 0; g < PRO_GAS_COUNT; g++) atol[at->head + g] = rtol * 10.0 * moles;
    atol[at->evaporated] = rtol * 10.0 * moles;
    atol[at->vented] = rtol * 10.0 * moles * 0.03;
  }
}

/* ---- the parts, each with the slopes that the Jacobian needs ---- */

typedef struct electrical_part {
  pro_lanes voltage, conductance, short_current, released, terminal; /* [V] [S] [A] [W] [W] */
  pro_lanes current_soc, current_T, current_x;                       /* slopes of the short current */
  pro_lanes released_soc, released_T, released_x, terminal_soc, terminal_T, terminal_x;
  pro_lanes spot, spot_soc, spot_T, spot_x; /* heat where the abuse made its short [W] */
} electrical_part;

static void electrical_at(electrical_part *e, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                          pro_lanes T, pro_lanes soc, pro_lanes x) {
  pro_lanes emf, emf_soc;
  for (int l = 0; l < PRO_LANES; l++) {
    double slope;
    emf[l] = pro_ocv_voltage(cell->ocv[l], soc[l], &slope);
    emf_soc[l] = slope;
  }
  pro_lanes I = drive->channel[PRO_DRIVE_current];
  /* side by side: the part whose pores close at shutdown_T, and the collapsed part x that no longer has any */
  pro_lanes th = pro_lanes_tanh((T - cell->shutdown_T) / cell->shutdown_width);
  pro_lanes F = 1.0 + (cell->shutdown_factor - 1.0) * 0.5 * (1.0 + th);
  pro_lanes F_T = (cell->shutdown_factor - 1.0) * 0.5 * (1.0 - th * th) / cell->shutdown_width;
  pro_lanes open = (1.0 - x) / F + x, R = cell->resistance / open;
  pro_lanes R_T = R / open * (1.0 - x) * F_T / (F * F), R_x = -R / open * (1.0 - 1.0 / F);
  pro_lanes made = drive->channel[PRO_DRIVE_short_conductance], g = made + x * x * cell->hard_short_conductance;
  pro_lanes g_x = 2.0 * x * cell->hard_short_conductance;
  pro_lanes per = 1.0 / (1.0 + R * g);
  pro_lanes V = (emf + R * I) * per, V_R = (I - V * g) * per, V_g = -V * R * per;
  pro_lanes V_soc = emf_soc * per, V_T = V_R * R_T, V_x = V_R * R_x + V_g * g_x;
  e->voltage = V, e->conductance = g, e->short_current = V * g;
  e->current_soc = g * V_soc, e->current_T = g * V_T, e->current_x = g * V_x + V * g_x;
  pro_lanes drawn = e->short_current - I;
  e->released = emf * drawn, e->terminal = V * I;
  e->released_soc = emf_soc * drawn + emf * e->current_soc;
  e->released_T = emf * e->current_T, e->released_x = emf * e->current_x;
  e->spot = V * V * made;
  e->spot_soc = 2.0 * V * made * V_soc, e->spot_T = 2.0 * V * made * V_T, e->spot_x = 2.0 * V * made * V_x;
  e->terminal_soc = V_soc * I, e->terminal_T = V_T * I, e->terminal_x = V_x * I;
}

typedef struct collapse_part {
  pro_lanes rate, slope_T, slope_x, slope_soc; /* of the collapsed share [1/s] */
} collapse_part;

/* The separator feels the core's temperature, and where the abuse made a short that of its spot. */
static void collapse_at(collapse_part *k, const pro_cell_lanes *cell, const electrical_part *e, pro_lanes T,
                        pro_lanes x) {
  pro_lanes over = T + cell->spot_resistance * e->spot - cell->collapse_T;
  pro_lanes free =
      cell->collapse_rate * pro_lanes_exp(pro_lanes_min(over / cell->collapse_width, pro_lanes_all(300.0)));
  pro_lanes lid = 1.0 / (1.0 + free / COLLAPSE_RATE_MAX);
  pro_lanes slope = (1.0 - x) * free * lid * lid / cell->collapse_width;
  k->rate = (1.0 - x) * free * lid;
  k->slope_T = slope * (1.0 + cell->spot_resistance * e->spot_T);
  k->slope_x = slope * cell->spot_resistance * e->spot_x - free * lid;
  k->slope_soc = slope * cell->spot_resistance * e->spot_soc;
}

typedef struct gas_part {
  pro_lanes evaporation, evaporation_T, evaporation_liquid, evaporation_vapour; /* [mol/s] and slopes */
  pro_lanes pressure;
  pro_lanes flow, flow_T, flow_n[PRO_GAS_COUNT];         /* through the vent [kg/s] */
  pro_lanes out[PRO_GAS_COUNT];                          /* [mol/s] */
  pro_lanes there[PRO_GAS_COUNT], counts[PRO_GAS_COUNT]; /* moles, not below zero, and their slope */
  pro_lanes S;                                           /* mass of the headspace's gas [kg] */
} gas_part;

/* What flows back into a cooling cell is taken to be the headspace's own mixture at its own temperature: 5e-5 mol
 * in an 18650. A composition that jumps with the flow's sign would let Newton's corrections drift at the
 * tolerance's size. */
static void gas_at(gas_part *p, const pro_cell_lanes *cell, pro_lanes vent_open, pro_lanes T, const pro_lanes *n,
                   pro_lanes evaporated) {
  pro_lanes liquid = cell->solvent - evaporated, dry = DRY_SHARE * cell->solvent + 1e-12;
  pro_lanes_mask wet = liquid > 0.0;
  liquid = pro_lanes_max(liquid, pro_lanes_all(0.0));
  pro_lanes available = liquid / (liquid + dry), p_T;
  pro_lanes p_sat = pro_vapour_pressure(cell->antoine_a, cell->antoine_b, cell->antoine_c, T, &p_T);
  pro_lanes per = cell->headspace / (PRO_GAS_CONSTANT * T), k = cell->per_evaporation_time;
  /* Through an open vent nothing condenses: the gas drawn in for it would be vapour again, without end. The bend
   * between evaporating and not is rounded over BEND of a headspace of air. */
  pro_lanes lack = available * p_sat * per - n[PRO_GAS_vapour];
  pro_lanes bend = BEND * PRO_ATMOSPHERE / (PRO_GAS_CONSTANT * T_REFERENCE) * cell->headspace;
  pro_lanes root = pro_lanes_sqrt(lack * lack + bend * bend);
  pro_lanes_mask open = vent_open > 0.5;
  p->evaporation = k * pro_select(open, 0.5 * (lack + root), lack);
  pro_lanes by_lack = k * pro_select(open, 0.5 * (1.0 + lack / root), pro_lanes_all(1.0));
  p->evaporation_T = by_lack * available * per * (p_T - p_sat / T);
  p->evaporation_liquid =
      pro_select(wet, by_lack * p_sat * per * dry / ((liquid + dry) * (liquid + dry)), pro_lanes_all(0.0));
  p->evaporation_vapour = -by_lack;

  /* a gas may undershoot by the solver's tolerance: below zero there is none of it, to press, weigh or flow */
  pro_lanes N = pro_lanes_all(0.0), S = pro_lanes_all(0.0);
  for (int g = 0; g < PRO_GAS_COUNT; g++) {
    p->there[g] = pro_lanes_max(n[g], pro_lanes_all(0.0));
    p->counts[g] = pro_select(n[g] > 0.0, pro_lanes_all(1.0), pro_lanes_all(0.0));
    N += p->there[g], S += pro_gas_molar_mass[g] * p->there[g];
  }
  N = pro_lanes_max(N, pro_lanes_all(1e-15)); /* never quite empty */
  S = pro_lanes_max(S, pro_lanes_all(1e-17));
  p->S = S;
  pro_lanes M = S / N, RT_V = PRO_GAS_CONSTANT * T / cell->headspace;
  p->pressure = N * RT_V;
  pro_orifice_flow o;
  pro_orifice_at(&o, &cell->vent, p->pressure, T, M);
  p->flow = vent_open * o.flow;
  p->flow_T = vent_open * (o.slope_p * p->pressure / T - 0.5 * o.flow / T);
  for (int g = 0; g < PRO_GAS_COUNT; g++)
    p->flow_n[g] =
        vent_open * p->counts[g] * (o.slope_p * RT_V + 0.5 * o.flow * (pro_gas_molar_mass[g] - M) / (N * M));
  for (int g = 0; g < PRO_GAS_COUNT; g++) p->out[g] = p->flow * (p->there[g] / S);
}

typedef struct exchange_part {
  pro_lanes loss, loss_T; /* to the surroundings [W], [W/K] */
} exchange_part;

static void exchange_at(exchange_part *e, const pro_cell_lanes *cell, const pro_drive_lanes *drive, pro_lanes T) {
  pro_lanes h = drive->channel[PRO_DRIVE_film_coefficient] * cell->area;
  pro_lanes s = drive->channel[PRO_DRIVE_emissivity] * cell->area * PRO_STEFAN_BOLTZMANN;
  pro_lanes Ta = drive->channel[PRO_DRIVE_T_ambient];
  e->loss = h * (T - Ta) + s * (T * T * T * T - Ta * Ta * Ta * Ta);
  e->loss_T = h + 4.0 * s * T * T * T;
}

/* heat capacity of the core less what was vented, and temperatures */
static pro_lanes core_capacity(const pro_cell_lanes *cell, const pro_lanes *y) {
  const pro_layout *at = &cell->layout;
  return at->vented < 0 ? cell->C_core : cell->C_core - cell->heat_capacity * y[at->vented];
}

/* ---- the sum ---- */

void pro_cell_rhs(const pro_cell_lanes *cell, const pro_drive_lanes *drive, const pro_lanes *vent_open,
                  const pro_lanes *y, pro_lanes *f) {
  const pro_layout *at = &cell->layout;
  const pro_lanes zero = pro_lanes_all(0.0);
  pro_lanes T = y[at->U_core] / core_capacity(cell, y), Ts = T;
  pro_network_rates(&cell->network, &T, y + at->xi, f + at->xi);
  pro_lanes core = zero;
  for (int j = 0; j < at->reactions; j++) core += cell->heat[j] * f[at->xi + j];
  if (at->soc >= 0) {
    electrical_part e;
    collapse_part k;
    electrical_at(&e, cell, drive, T, y[at->soc], y[at->collapse]);
    collapse_at(&k, cell, &e, T, y[at->collapse]);
    pro_lanes I = drive->channel[PRO_DRIVE_current];
    f[at->soc] = (I - e.short_current) / cell->capacity;
    f[at->collapse] = k.rate;
    f[at->released] = e.released, f[at->terminal] = e.terminal;
    f[at->short_charge] = e.short_current, f[at->terminal_charge] = I;
    core += e.released + e.terminal;
  }
  if (at->head >= 0) {
    gas_part p;
    gas_at(&p, cell, *vent_open, T, y + at->head, y[at->evaporated]);
    for (int g = 0; g < PRO_GAS_COUNT; g++) f[at->head + g] = -p.out[g];
    for (int g = 0; g < PRO_GAS_MADE; g++)
      for (int j = 0; j < at->reactions; j++) f[at->head + g] += cell->gas[j][g] * f[at->xi + j];
    f[at->head + PRO_GAS_vapour] += p.evaporation;
    f[at->evaporated] = p.evaporation;
    f[at->vented] = p.flow;
    f[at->vent_heat] = -p.flow * cell->gas_heat_capacity * (T - T_REFERENCE);
    core += f[at->vent_heat] - p.flow * cell->heat_capacity * T_REFERENCE - cell->latent_heat * p.evaporation;
  }
  pro_lanes surface = zero;
  if (at->U_surface >= 0) {
    Ts = y[at->U_surface] / cell->C_surface;
    pro_lanes through = cell->core_conductance * (T - Ts);
    core -= through, surface += through;
  }
  exchange_part x;
  exchange_at(&x, cell, drive, Ts);
  f[at->heater] = drive->channel[PRO_DRIVE_heater];
  f[at->exchange] = -x.loss;
  surface += f[at->heater] - x.loss;
  if (at->U_surface >= 0)
    f[at->U_surface] = surface;
  else
    core += surface;
  f[at->U_core] = core;
}

/* Columns are filled by natural variables first: T_core in `by_T`, then chained to U_core and to the vented mass,
 * both of which T_core depends on: T = U/(C0 - cp m). */
void pro_cell_jacobian(const pro_cell_lanes *cell, const pro_drive_lanes *drive, const pro_lanes *vent_open,
                       const pro_lanes *y, pro_lanes *J) {
  const pro_layout *at = &cell->layout;
  const int n = at->n, m = at->reactions;
  const pro_lanes zero = pro_lanes_all(0.0);
  for (int i = 0; i < n * n; i++) J[i] = zero;
  pro_lanes by_T[PRO_STATES_MAX];
  for (int i = 0; i < n; i++) by_T[i] = zero;
#define AT(row, column) J[(row)*n + (column)]
  pro_lanes C = core_capacity(cell, y), T = y[at->U_core] / C;

  pro_lanes rate[PRO_REACTIONS_MAX], rate_T[PRO_REACTIONS_MAX], rate_xi[PRO_REACTIONS_MAX * PRO_REACTIONS_MAX];
  pro_network_slopes(&cell->network, &T, y + at->xi, rate, rate_T, rate_xi);
  for (int j = 0; j < m; j++) {
    by_T[at->xi + j] = rate_T[j];
    by_T[at->U_core] += cell->heat[j] * rate_T[j];
    for (int i = 0; i < m; i++) {
      AT(at->xi + j, at->xi + i) = rate_xi[j * m + i];
      AT(at->U_core, at->xi + i) += cell->heat[j] * rate_xi[j * m + i];
    }
  }
  if (at->soc >= 0) {
    electrical_part e;
    collapse_part k;
    electrical_at(&e, cell, drive, T, y[at->soc], y[at->collapse]);
    collapse_at(&k, cell, &e, T, y[at->collapse]);
    by_T[at->soc] = -e.current_T / cell->capacity;
    AT(at->soc, at->soc) = -e.current_soc / cell->capacity;
    AT(at->soc, at->collapse) = -e.current_x / cell->capacity;
    by_T[at->collapse] = k.slope_T;
    AT(at->collapse, at->collapse) = k.slope_x;
    AT(at->collapse, at->soc) = k.slope_soc;
    by_T[at->released] = e.released_T, by_T[at->terminal] = e.terminal_T, by_T[at->short_charge] = e.current_T;
    AT(at->released, at->soc) = e.released_soc, AT(at->released, at->collapse) = e.released_x;
    AT(at->terminal, at->soc) = e.terminal_soc, AT(at->terminal, at->collapse) = e.terminal_x;
    AT(at->short_charge, at->soc) = e.current_soc, AT(at->short_charge, at->collapse) = e.current_x;
    by_T[at->U_core] += e.released_T + e.terminal_T;
    AT(at->U_core, at->soc) = e.released_soc + e.terminal_soc;
    AT(at->U_core, at->collapse) = e.released_x + e.terminal_x;
  }
  if (at->head >= 0) {
    gas_part p;
    const pro_lanes *moles = y + at->head;
    gas_at(&p, cell, *vent_open, T, moles, y[at->evaporated]);
    int vapour = at->head + PRO_GAS_vapour;
    pro_lanes e_evaporated = -p.evaporation_liquid;
    by_T[vapour] += p.evaporation_T;
    AT(vapour, vapour) += p.evaporation_vapour;
    AT(vapour, at->evaporated) += e_evaporated;
    by_T[at->evaporated] = p.evaporation_T;
    AT(at->evaporated, vapour) = p.evaporation_vapour;
    AT(at->evaporated, at->evaporated) = e_evaporated;
    by_T[at->U_core] -= cell->latent_heat * p.evaporation_T;
    AT(at->U_core, vapour) -= cell->latent_heat * p.evaporation_vapour;
    AT(at->U_core, at->evaporated) -= cell->latent_heat * e_evaporated;

    pro_lanes h = cell->gas_heat_capacity * (T - T_REFERENCE),
              h_T = cell->gas_heat_capacity; /* carried by a kg [J/kg] */
    pro_lanes base = cell->heat_capacity * T_REFERENCE;
    by_T[at->vented] = p.flow_T;
    by_T[at->vent_heat] = -p.flow_T * h - p.flow * h_T;
    by_T[at->U_core] += by_T[at->vent_heat] - p.flow_T * base;
    for (int k = 0; k < PRO_GAS_COUNT; k++) {
      AT(at->vented, at->head + k) = p.flow_n[k];
      AT(at->vent_heat, at->head + k) = -p.flow_n[k] * h;
      AT(at->U_core, at->head + k) -= p.flow_n[k] * (h + base);
    }
    for (int g = 0; g < PRO_GAS_COUNT; g++) {
      pro_lanes share = p.there[g] / p.S, flow_S = p.flow / p.S; /* mol of g to a kg of flow */
      by_T[at->head + g] -= p.flow_T * share;
      for (int k = 0; k < PRO_GAS_COUNT; k++)
        AT(at->head + g, at->head + k) -=
            p.flow_n[k] * share - flow_S * pro_gas_molar_mass[k] * share * p.counts[k];
      AT(at->head + g, at->head + g) -= flow_S * p.counts[g];
      if (g >= PRO_GAS_MADE) continue;
      for (int j = 0; j < m; j++) {
        by_T[at->head + g] += cell->gas[j][g] * rate_T[j];
        for (int i = 0; i < m; i++) AT(at->head + g, at->xi + i) += cell->gas[j][g] * rate_xi[j * m + i];
      }
    }
  }
  exchange_part x;
  if (at->U_surface >= 0) {
    pro_lanes per_C = 1.0 / cell->C_surface;
    exchange_at(&x, cell, drive, y[at->U_surface] * per_C);
    pro_lanes K = cell->core_conductance;
    by_T[at->U_core] -= K;
    by_T[at->U_surface] += K;
    AT(at->U_core, at->U_surface) = K * per_C;
    AT(at->U_surface, at->U_surface) = -(K + x.loss_T) * per_C;
    AT(at->exchange, at->U_surface) = -x.loss_T * per_C;
  } else {
    exchange_at(&x, cell, drive, T);
    by_T[at->U_core] -= x.loss_T;
    by_T[at->exchange] -= x.loss_T;
  }
  pro_lanes T_U = 1.0 / C, T_m = cell->heat_capacity * T / C;
  for (int i = 0; i < n; i++) {
    AT(i, at->U_core) += by_T[i] * T_U;
    if (at->vented >= 0) AT(i, at->vented) += by_T[i] * T_m;
  }
#undef AT
}

void pro_cell_look(pro_cell_view *out, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                   const pro_lanes *vent_open, const pro_lanes *y) {
  const pro_layout *at = &cell->layout;
  const pro_lanes zero = pro_lanes_all(0.0);
  pro_lanes f[PRO_STATES_MAX], C = core_capacity(cell, y);
  pro_cell_rhs(cell, drive, vent_open, y, f);
  out->T_core = y[at->U_core] / C;
  out->T_surface = at->U_surface >= 0 ? y[at->U_surface] / cell->C_surface : out->T_core;
  out->rate = f[at->U_core] / C;
  if (at->vented >= 0) out->rate += cell->heat_capacity * out->T_core * f[at->vented] / C;
  out->heat_reaction = zero;
  for (int j = 0; j < at->reactions; j++) out->heat_reaction += cell->heat[j] * f[at->xi + j];
  out->heat_exchange = -f[at->exchange];
  out->voltage = out->short_conductance = out->heat_electrical = out->pressure = zero;
  if (at->soc >= 0) {
    electrical_part e;
    electrical_at(&e, cell, drive, out->T_core, y[at->soc], y[at->collapse]);
    out->voltage = e.voltage, out->short_conductance = e.conductance;
    out->heat_electrical = e.released + e.terminal;
  }
  if (at->head >= 0) {
    for (int g = 0; g < PRO_GAS_COUNT; g++) out->pressure += y[at->head + g];
    out->pressure *= PRO_GAS_CONSTANT * out->T_core / cell->headspace;
  }
}

void pro_cell_gas_out(const pro_cell_lanes *cell, int lane, const double *y0, const double *y, double *moles) {
  const pro_layout *at = &cell->layout;
  for (int g = 0; g < PRO_GAS_COUNT; g++) {
    moles[g] = 0.0;
    if (at->head < 0) continue;
    double made = y0[at->head + g] - y[at->head + g];
    if (g < PRO_GAS_MADE)
      for (int j = 0; j < at->reactions; j++) made += cell->gas[j][g][lane] * y[at->xi + j];
    if (g == PRO_GAS_vapour) made += y[at->evaporated];
    moles[g] = made;
  }
}

void pro_cell_ledger(pro_ledger *out, const pro_cell_lanes *cell, int lane, const pro_case *in, const double *y0,
                     const double *y) {
  const pro_layout *at = &cell->layout;
  memset(out, 0, sizeof *out);
  double stored = y[at->U_core] - y0[at->U_core];
  if (at->U_surface >= 0) stored += y[at->U_surface] - y0[at->U_surface];
  double crossed = 0.0, latent = 0.0;
  for (int j = 0; j < at->reactions; j++) {
    double heat = cell->heat[j][lane] * y[at->xi + j];
    out->heat_reactions += heat;
    crossed += fabs(heat);
  }
  out->heat_heater = y[at->heater];
  out->heat_exchange = y[at->exchange];
  if (at->soc >= 0) out->heat_electrical = y[at->released] + y[at->terminal];
  if (at->head >= 0) {
    out->heat_vented = y[at->vent_heat];
    out->mass_vented = y[at->vented];
    latent = -cell->latent_heat[lane] * y[at->evaporated];
    stored +=
        cell->heat_capacity[lane] * T_REFERENCE * y[at->vented]; /* U counts from 0 K, the ledger from 298.15 K */
  }
  double sum = out->heat_reactions + out->heat_heater + out->heat_exchange + out->heat_electrical +
               out->heat_vented + latent;
  crossed += fabs(out->heat_heater) + fabs(out->heat_exchange) + fabs(out->heat_electrical) +
             fabs(out->heat_vented) + fabs(latent);
  out->energy_crossed = crossed;
  out->energy_gap = fabs(stored - sum) / fmax(crossed, 1.0);

  double moles[PRO_GAS_COUNT], gone = 0.0;
  pro_cell_gas_out(cell, lane, y0, y, moles);
  for (int g = 0; g < PRO_GAS_COUNT; g++) gone += pro_gas_molar_mass[g] * moles[g];
  out->mass_gap = fabs(out->mass_vented - gone) / in->cell.mass;
  if (at->soc >= 0)
    out->charge_gap =
        fabs((y[at->soc] - y0[at->soc]) - (y[at->terminal_charge] - y[at->short_charge]) / in->cell.capacity);
}
