/* SPDX-License-Identifier: GPL-3.0-or-later
 * The slopes of sim/cell.c's right-hand side, as an implicit step wants them. */
#include <string.h>

#include "sim/cell_parts.h"

/* Where slopes, sums and masses go (pro_sparsity). With `found` nothing is written, but noted what there is. */
typedef struct rows {
  const pro_cell_lanes *cell;
  const pro_layout *at;
  const pro_sparsity *where;
  pro_sparsity *found;
  pro_lanes *value;
  int *sums, *masses; /* so far */
} rows;

static void add(const rows *r, int row, int column, pro_lanes slope) {
  if (column < 0) return;
  const int entry = row * r->at->n + column;
  if (r->found)
    r->found->place[entry] = 0;
  else
    r->value[r->where->place[entry]] += slope;
}

static void add_T(const rows *r, int row, pro_lanes slope) { add(r, row, r->at->U_core, slope); }

static void add_charge(const rows *r, int row, pro_lanes slope) {
  add(r, row, r->at->soc, slope);
  if (r->at->soc >= 0) return;
  for (int j = 0; j < r->at->reactions; j++) /* only they change it */
    if (r->cell->network.takes[j]) add(r, row, r->at->xi + j, -r->cell->network.discharge[j] * slope);
}

_Static_assert((PRO_GAS_MADE + 5) * PRO_REACTIONS_MAX + PRO_GAS_COUNT + 16 <= PRO_SUMS_MAX, "too few sums");

static void sum(const rows *r, int row, int of, pro_lanes by) {
  if (of < 0) return;
  const int k = (*r->sums)++;
  if (r->found)
    r->found->sum[k] = (pro_sum){(int16_t)row, (int16_t)of};
  else
    r->value[r->where->entries + k] = by;
}

static void mass(const rows *r, int row, int column, pro_lanes m) {
  if (column < 0) return;
  const int k = (*r->masses)++;
  if (r->found)
    r->found->mass[k] = (pro_mass){(int16_t)row, (int16_t)column};
  else
    r->value[r->where->first_mass + k] = m;
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
  add(r, row, r->at->overcharged, -PRO_SOLVENT_IN_CO2 * slope);
}

/* What reacts, and all heat of it: chemical, of crosstalk, electrical. */
typedef struct chemistry {
  pro_lanes rate[PRO_REACTIONS_MAX], unit[PRO_REACTIONS_MAX]; /* [1/s]; heat of a unit extent [J] */
  pro_lanes heat, heat_T, heat_charge; /* [W]; its slopes at given rates, of crosstalk alone */
} chemistry;

static void reaction_rows(const rows *r, chemistry *c, const pro_matter *m, const pro_lanes *y) {
  const pro_cell_lanes *cell = r->cell;
  const int n = r->at->reactions, xi = r->at->xi;
  pro_lanes by_T[PRO_REACTIONS_MAX], by_charge[PRO_REACTIONS_MAX], by_xi[PRO_REACTIONS_MAX * PRO_REACTIONS_MAX];
  pro_network_slopes(&cell->network, &m->core.T, &m->soc, y + xi, c->rate, by_T, by_charge, by_xi);
  c->heat = c->heat_T = c->heat_charge = pro_lanes_all(0.0);
  for (int j = 0; j < n; j++) {
    c->unit[j] = cell->heat[j];
    c->heat += cell->heat[j] * c->rate[j];
    add_T(r, xi + j, by_T[j]);
    if (cell->network.reads_charge[j]) add_charge(r, xi + j, by_charge[j]);
    for (int i = 0; i < n; i++)
      if (cell->network.reads[j * n + i]) add(r, xi + j, xi + i, by_xi[j * n + i]);
  }
}

static void electrical_rows(const rows *r, const pro_electrical *e, const pro_matter *m, chemistry *c,
                            pro_lanes surface_T_U, pro_lanes side_T_U) {
  const pro_layout *at = r->at;
  const pro_cell_lanes *cell = r->cell;
  pro_collapse k;
  pro_collapse_at(&k, cell, e, m->electrical, m->surface.T, m->side.T, 1);
  pro_lanes one = pro_lanes_all(1.0), per_Q = 1.0 / cell->capacity, inside = 1.0 - m->outside;
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
  add_electrical(r, at->U_core, inside, e->released_by);
  add_electrical(r, at->U_core, inside, e->terminal_by);
  if (at->eject_heat >= 0) {
    add_electrical(r, at->eject_heat, -m->outside, e->released_by);
    add_electrical(r, at->eject_heat, -m->outside, e->terminal_by);
  }
  for (int j = 0; j < at->reactions; j++) {
    if (!pro_is_electrical(cell, j)) continue;
    c->unit[j] += cell->capacity * e->enthalpy;
    c->heat += cell->capacity * e->enthalpy * c->rate[j];
    c->heat_T += cell->capacity * e->enthalpy_T * c->rate[j];
    c->heat_charge += cell->capacity * e->enthalpy_charge * c->rate[j];
    sum(r, at->released, at->xi + j, -cell->capacity * e->enthalpy);
  }
  c->heat += e->released + e->terminal;
  const struct {
    int row;
    pro_lanes share;
  } heated[] = {{at->released, one}, {at->U_core, inside}, {at->eject_heat, -m->outside}};
  for (int i = 0; i < (int)PRO_COUNT(heated); i++) {
    if (heated[i].row < 0) continue;
    add_T(r, heated[i].row, heated[i].share * c->heat_T);
    add_charge(r, heated[i].row, heated[i].share * c->heat_charge);
  }
}

/* Of what the headspace's row `row` holds, y, a share leaves with the gas. */
static void leaves(const rows *r, int row, const pro_gas_part *p, pro_lanes y) {
  sum(r, row, r->at->vented, y * p->per_S);
  add(r, row, r->at->gas_mass, y * p->share * p->per_S);
  add(r, row, row, -p->share);
}

static void gas_rows(const rows *r, const pro_modes *modes, const pro_lanes *y, const pro_matter *m,
                     const chemistry *c, const pro_electrical *e) {
  const pro_layout *at = r->at;
  const pro_cell_lanes *cell = r->cell;
  const int vapour = at->head + PRO_GAS_vapour, ejected = at->ejected;
  const pro_lanes one = pro_lanes_all(1.0);
  pro_gas_part p;
  pro_gas_at(&p, cell, modes->vent_open, m->core.T, y[vapour], y[at->moles], y[at->gas_mass], m->liquid,
             ejected >= 0 ? y[ejected] : pro_lanes_all(0.0), 1);
  add_T(r, at->evaporated, p.evaporation_T);
  add(r, at->evaporated, vapour, p.evaporation_vapour);
  add_liquid(r, at->evaporated, p.evaporation_liquid);
  if (at->overcharged >= 0) {
    add_electrical(r, at->overcharged, cell->overcharge_gas * p.available, e->side_by);
    add_liquid(r, at->overcharged, cell->overcharge_gas * e->side * p.available_liquid);
  }
  add_T(r, at->vented, p.flow_T);
  add(r, at->vented, at->moles, p.flow_N);
  add(r, at->vented, at->gas_mass, p.flow_S);

  pro_lanes new_mass[PRO_REACTIONS_MAX], new_moles[PRO_REACTIONS_MAX]; /* of a unit extent */
  for (int j = 0; j < at->reactions; j++) new_mass[j] = new_moles[j] = pro_lanes_all(0.0);
  for (int k = 0; k < cell->network.makes; k++) {
    int g = cell->network.made[k].gas, j = cell->network.made[k].reaction;
    sum(r, at->head + g, at->xi + j, -cell->gas[j][g]);
    new_moles[j] += cell->gas[j][g], new_mass[j] += pro_gas_molar_mass[g] * cell->gas[j][g];
  }
  for (int j = 0; j < at->reactions; j++) {
    int makes = 0;
    for (int k = 0; k < cell->network.makes; k++) makes |= cell->network.made[k].reaction == j;
    if (!makes) continue;
    sum(r, at->moles, at->xi + j, -new_moles[j]);
    sum(r, at->gas_mass, at->xi + j, -new_mass[j]);
  }
  const struct { int from, gas; } others[] = {{at->evaporated, PRO_GAS_vapour}, {at->overcharged, PRO_GAS_CO2}};
  for (int i = 0; i < (int)PRO_COUNT(others); i++) {
    sum(r, at->head + others[i].gas, others[i].from, -one);
    sum(r, at->moles, others[i].from, -one);
    sum(r, at->gas_mass, others[i].from, pro_lanes_all(-pro_gas_molar_mass[others[i].gas]));
  }
  for (int i = at->head; i <= at->moles; i++) leaves(r, i, &p, y[i]); /* each gas, and their sum */
  sum(r, at->gas_mass, at->vented, one);

  pro_lanes h_T = cell->gas_heat_capacity, h = h_T * (m->core.T - PRO_T_REFERENCE); /* of a kg [J/kg] */
  const int cooled[] = {at->vent_heat, at->U_core};
  for (int i = 0; i < (int)PRO_COUNT(cooled); i++) {
    sum(r, cooled[i], at->vented, h);
    add_T(r, cooled[i], -p.flow * h_T);
  }
  sum(r, at->U_core, at->evaporated, cell->latent_heat);
  if (ejected < 0) return;
  const int lighter[] = {at->eject_heat, at->U_core};
  for (int i = 0; i < (int)PRO_COUNT(lighter); i++) {
    sum(r, lighter[i], ejected, m->u);
    add_T(r, lighter[i], -p.solids * m->core.cp);
    add(r, lighter[i], ejected, -c->heat * cell->per_reacting);
  }
  for (int j = 0; j < at->reactions; j++) sum(r, at->eject_heat, at->xi + j, m->outside * c->unit[j]);
  sum(r, ejected, at->vented, -p.solids_flow); /* after all sums of it */
  add_T(r, ejected, p.solids_T);
  add(r, ejected, ejected, p.solids_ejected);
}

/* Of the natural changes, and of the sums. */
static void mass_rows(const rows *r, const pro_matter *m) {
  const pro_layout *at = r->at;
  const pro_sparsity *where = r->found ? r->found : r->where;
  for (int i = 0; i < at->feedback; i++)
    mass(r, i, i, i == at->U_core ? m->mass * m->core.cp : pro_lanes_all(1.0));
  mass(r, at->U_core, at->vented, -m->u);
  for (int j = 0; j < at->reactions && at->soc >= 0; j++)
    if (r->cell->network.takes[j]) mass(r, at->soc, at->xi + j, r->cell->network.discharge[j]);
  for (int k = 0; k < where->sums; k++) {
    const int row = where->sum[k].row, of = where->sum[k].of;
    if (row >= at->feedback || (row == at->U_core && of == at->ejected)) continue; /* u - u */
    mass(r, row, of, r->found ? pro_lanes_all(0.0) : r->value[where->entries + k]);
  }
}

static void jacobian(const rows *r, const pro_drive_lanes *drive, const pro_modes *modes, const pro_lanes *y) {
  const pro_cell_lanes *cell = r->cell;
  const pro_layout *at = r->at;
  const pro_lanes zero = pro_lanes_all(0.0);
  pro_matter m;
  pro_matter_of(&m, cell, y);
  pro_lanes surface_T_U = at->U_surface >= 0 ? 1.0 / (cell->mass_surface * m.surface.cp) : zero;
  pro_lanes side_T_U = at->U_side >= 0 ? 1.0 / (cell->mass_side * m.side.cp) : zero;

  chemistry c;
  reaction_rows(r, &c, &m, y);
  pro_electrical e;
  if (at->soc >= 0) {
    pro_electrical_at(&e, cell, drive, modes, m.electrical, 1);
    electrical_rows(r, &e, &m, &c, surface_T_U, side_T_U);
  }
  for (int j = 0; j < at->reactions; j++) sum(r, at->U_core, at->xi + j, (m.outside - 1.0) * c.unit[j]);
  if (at->head >= 0) gas_rows(r, modes, y, &m, &c, &e);

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
  mass_rows(r, &m);
  if (r->found) return;
  pro_lanes *core = &r->value[r->where->core];
  core[0] = m.mass * m.core.cp, core[1] = 1.0 / core[0], core[2] = m.u;
}

void pro_cell_jacobian(const pro_cell_lanes *cell, const pro_drive_lanes *drive, const pro_modes *modes,
                       const pro_lanes *y, const pro_sparsity *where, pro_lanes *value) {
  int sums = 0, masses = 0;
  for (int i = 0; i < where->entries; i++) value[i] = pro_lanes_all(0.0);
  const rows r = {
      .cell = cell, .at = &cell->layout, .where = where, .value = value, .sums = &sums, .masses = &masses};
  jacobian(&r, drive, modes, y);
}

void pro_cell_sparsity(pro_sparsity *out, const pro_cell_lanes *cell) {
  const int n = cell->layout.n;
  const pro_drive_lanes drive = {{pro_lanes_all(0.0)}};
  const pro_modes modes = pro_modes_start();
  const pro_lanes y[PRO_STATES_MAX] = {{0.0}}; /* any: only structure counts */
  memset(out, 0, sizeof *out);
  for (int i = 0; i < n * n; i++) out->place[i] = -1;
  const rows r = {.cell = cell, .at = &cell->layout, .found = out, .sums = &out->sums, .masses = &out->masses};
  jacobian(&r, &drive, &modes, y);
  for (int i = 0; i < n * n; i++)
    if (out->place[i] >= 0) out->place[i] = (int16_t)out->entries++;
  out->first_mass = out->entries + out->sums;
  out->core = out->first_mass + out->masses;
  out->values = out->core + 3;
}

void pro_cell_natural(const pro_cell_lanes *cell, const pro_sparsity *where, const pro_lanes *value,
                      pro_lanes *change) {
  const pro_layout *at = &cell->layout;
  const pro_lanes *core = &value[where->core];
  pro_lanes left = pro_lanes_all(0.0);
  if (at->vented >= 0) left = change[at->vented];
  if (at->ejected >= 0) left += change[at->ejected];
  change[at->U_core] = (change[at->U_core] + core[2] * left) * core[1];
  if (at->soc < 0) return;
  for (int j = 0; j < at->reactions; j++)
    if (cell->network.takes[j]) change[at->soc] -= cell->network.discharge[j] * change[at->xi + j];
}

void pro_cell_unnatural(const pro_cell_lanes *cell, const pro_sparsity *where, const pro_lanes *value,
                        pro_lanes *change) {
  const pro_layout *at = &cell->layout;
  const pro_lanes *core = &value[where->core];
  pro_lanes left = pro_lanes_all(0.0);
  if (at->vented >= 0) left = change[at->vented];
  if (at->ejected >= 0) left += change[at->ejected];
  change[at->U_core] = change[at->U_core] * core[0] - core[2] * left;
  if (at->soc < 0) return;
  for (int j = 0; j < at->reactions; j++)
    if (cell->network.takes[j]) change[at->soc] += cell->network.discharge[j] * change[at->xi + j];
}

void pro_cell_expand(const pro_cell_lanes *cell, const pro_sparsity *where, const pro_lanes *value, int lane,
                     double *J) {
  const pro_layout *at = &cell->layout;
  const int n = at->n, sinks[] = {at->vented, at->ejected};
  const double per = value[where->core + 1][lane], u = value[where->core + 2][lane];
  for (int i = 0; i < n; i++) {
    double *row = J + i * n;
    for (int j = 0; j < n; j++) {
      const int of = where->place[i * n + j];
      row[j] = of >= 0 ? value[of][lane] : 0.0;
    }
    const double by_T = row[at->U_core];
    row[at->U_core] *= per;
    for (int k = 0; k < (int)PRO_COUNT(sinks); k++)
      if (sinks[k] >= 0) row[sinks[k]] += by_T * per * u;
    for (int j = 0; j < at->reactions && at->soc >= 0; j++)
      row[at->xi + j] -= cell->network.discharge[j][lane] * row[at->soc];
  }
  for (int k = where->sums - 1; k >= 0; k--) {
    const double by = value[where->entries + k][lane];
    const double *of = J + where->sum[k].of * n;
    double *row = J + where->sum[k].row * n;
    for (int j = 0; j < n; j++) row[j] -= by * of[j];
  }
}
