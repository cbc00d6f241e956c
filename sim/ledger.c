/* SPDX-License-Identifier: GPL-3.0-or-later
 * What has crossed a cell's boundary, and whether it adds up. */
#include <math.h>
#include <string.h>

#include "sim/cell.h"
#include "sim/network.h"
#include "sim/run.h"

void pro_cell_settle(const pro_cell_lanes *cell, pro_lanes *y) {
  const pro_layout *at = &cell->layout;
  if (at->head < 0) return;
  pro_lanes mass = pro_lanes_all(0.0), moles = mass;
  for (int g = 0; g < PRO_GAS_COUNT; g++) mass += pro_gas_molar_mass[g] * y[at->head + g];
  pro_lanes share = pro_select(pro_above(mass, 0.0), y[at->gas_mass] / mass, pro_lanes_all(1.0));
  for (int g = 0; g < PRO_GAS_COUNT; g++) {
    y[at->head + g] *= share;
    moles += y[at->head + g];
  }
  y[at->moles] = moles;
}

void pro_cell_gas_out(const pro_cell_lanes *cell, const double *y0, const pro_lanes *y, pro_lanes *moles) {
  const pro_layout *at = &cell->layout;
  for (int g = 0; g < PRO_GAS_COUNT; g++) moles[g] = pro_lanes_all(0.0);
  if (at->head < 0) return;
  pro_lanes settled[PRO_STATES_MAX]; /* CVODE does not do it */
  memcpy(settled + at->head, y + at->head, (PRO_GAS_COUNT + 2) * sizeof *y);
  pro_cell_settle(cell, settled);
  for (int g = 0; g < PRO_GAS_COUNT; g++) moles[g] = y0[at->head + g] - settled[at->head + g];
  for (int k = 0; k < cell->network.makes; k++) {
    int g = cell->network.made[k].gas, j = cell->network.made[k].reaction;
    moles[g] += cell->gas[j][g] * y[at->xi + j];
  }
  moles[PRO_GAS_vapour] += y[at->evaporated];
  if (at->overcharged >= 0) moles[PRO_GAS_CO2] += y[at->overcharged];
}

void pro_cell_ledger(pro_ledger *out, const pro_cell_lanes *cell, int lane, const pro_case *in, const double *y0,
                     const double *y) {
  const pro_layout *at = &cell->layout;
  memset(out, 0, sizeof *out);
  double stored = y[at->U_core] - y0[at->U_core];
  if (at->U_surface >= 0) stored += y[at->U_surface] - y0[at->U_surface];
  if (at->U_side >= 0) stored += y[at->U_side] - y0[at->U_side];
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
  }
  if (at->ejected >= 0) out->heat_ejected = y[at->eject_heat], out->mass_ejected = y[at->ejected];
  double sum = out->heat_reactions + out->heat_heater + out->heat_exchange + out->heat_electrical +
               out->heat_vented + out->heat_ejected + latent;
  crossed += fabs(out->heat_heater) + fabs(out->heat_exchange) + fabs(out->heat_electrical) +
             fabs(out->heat_vented) + fabs(out->heat_ejected) + fabs(latent);
  out->energy_crossed = crossed;
  out->energy_gap = fabs(stored - sum) / fmax(crossed, 1.0);

  pro_lanes wide[PRO_STATES_MAX], moles[PRO_GAS_COUNT];
  for (int i = 0; i < at->n; i++) wide[i] = pro_lanes_all(y[i]);
  pro_cell_gas_out(cell, y0, wide, moles);
  double gone = 0.0;
  for (int g = 0; g < PRO_GAS_COUNT; g++) gone += pro_gas_molar_mass[g] * moles[g][lane];
  out->mass_gap = fabs(out->mass_vented - gone) / in->cell.mass;
  if (at->soc >= 0) {
    double flowed = y[at->terminal_charge] - y[at->short_charge];
    if (at->side_charge >= 0) flowed -= y[at->side_charge];
    out->charge_gap = fabs((y[at->soc] - y0[at->soc]) - flowed / cell->capacity[lane]);
  }
}
