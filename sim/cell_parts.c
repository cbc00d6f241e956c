/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cell_parts.h"

#define NUCLEUS 0.25           /* of the share that a spot melts: where the collapse begins to spread [-]: guess */
#define COLLAPSE_RATE_MAX 10.0 /* [1/s] */
#define BEND 1e-4              /* of a headspace's moles [-]: numerical, smooth */

#define EJECTA_WIDTH 20.0 /* over which entrainment sets in [K]: guess */
#define HEAT_CAPACITY_T                                                                                         \
  423.15                       /* up to which specific heat grows: as far as measurements of whole cells go [K] \
                                */
#define RESISTANCE_T 353.15    /* above which resistance falls no further: electrolyte is lost [K] (guess) */
#define RESISTANCE_CHARGE 0.05 /* charge over which the resistance of an empty cell falls by e [-] */
#define COPPER_CHARGE -0.10    /* below which copper dissolves [-]: guess */
#define LOSS_CHARGE 0.1        /* charge over which the overcharge loss sets in [-]: guess */

static const pro_lanes zero = {0.0};

void pro_warmth_load(pro_warmth_law *to, int l, double cp, double slope) {
  const double reach = HEAT_CAPACITY_T - PRO_T_REFERENCE;
  to->cp[l] = cp, to->per_cp[l] = 1.0 / cp;
  to->bend[l] = 2.0 * slope / cp;
  to->u_high[l] = cp * reach * (1.0 + 0.5 * slope * reach);
  to->cp_high[l] = cp * (1.0 + slope * reach), to->per_cp_high[l] = 1.0 / to->cp_high[l];
}

pro_warmth pro_warmth_of(pro_lanes u, const pro_warmth_law *law) {
  const double reach = HEAT_CAPACITY_T - PRO_T_REFERENCE;
  /* theta = T - T0 solves u = cp (theta + slope theta^2/2); cp(T)/cp is the root; held where it would end, far
   * below 0 degC. Where no lane's specific heat grows it is 1, and theta comes out the same. */
  pro_lanes theta = u * law->per_cp, cp = law->cp;
  if (pro_lanes_any((pro_lanes_mask)law->bend)) {
    pro_lanes root = pro_lanes_sqrt(pro_lanes_max(1.0 + law->bend * u, pro_lanes_all(0.04)));
    theta = 2.0 * theta / (1.0 + root), cp *= root;
  }
  pro_lanes_mask high = pro_above(u, law->u_high);
  return (pro_warmth){
      .T = PRO_T_REFERENCE + pro_select(high, reach + (u - law->u_high) * law->per_cp_high, theta),
      .cp = pro_select(high, law->cp_high, cp),
  };
}

double pro_specific_energy(double T, double cp, double slope) {
  double theta = T - PRO_T_REFERENCE, reach = HEAT_CAPACITY_T - PRO_T_REFERENCE;
  double low = theta < reach ? theta : reach, over = theta - low;
  return cp * (low * (1.0 + 0.5 * slope * low) + over * (1.0 + slope * reach));
}

/* exp(Ea/R (1/T - 1/T0)) up to RESISTANCE_T, and its relative slope [1/K] */
PRO_ONE_TEXT pro_lanes arrhenius(pro_lanes *slope, pro_lanes Ea, pro_lanes T) {
  pro_lanes held = pro_lanes_min(T, pro_lanes_all(RESISTANCE_T));
  pro_lanes per_R = Ea * (1.0 / PRO_GAS_CONSTANT);
  *slope = pro_select(pro_below(T, RESISTANCE_T), -per_R / (held * held), zero);
  return pro_lanes_exp(per_R * (1.0 / held - 1.0 / PRO_T_REFERENCE));
}

PRO_ONE_TEXT void electrical_at(pro_electrical *e, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                                const pro_modes *modes, const pro_lanes at[PRO_BY_COUNT], const int slopes) {
  pro_lanes T = at[PRO_BY_T], s = at[PRO_BY_charge], w = at[PRO_BY_depletion];
  pro_lanes intact = pro_lanes_exp(-(at[PRO_BY_collapse] + at[PRO_BY_front])), x = 1.0 - intact;
  pro_lanes U, U_s, dU, dU_s;
  pro_ocv_at(cell->ocv[0], s, &U, &U_s, &dU, &dU_s);
  pro_lanes emf = U + at[PRO_BY_pair_1] + at[PRO_BY_pair_2];

  /* all resistances with charge: more when empty, more when overcharged */
  pro_lanes held = pro_lanes_max(s, pro_lanes_all(COPPER_CHARGE)), over = pro_lanes_max(s - 1.0, zero);
  pro_lanes empty = (cell->low_charge - 1.0) * pro_lanes_exp(held * (-1.0 / RESISTANCE_CHARGE));
  pro_lanes f = 1.0 + empty + (cell->over_charge - 1.0) * over * over;
  pro_lanes f_s = pro_select(pro_above(s, COPPER_CHARGE), -empty / RESISTANCE_CHARGE, zero) +
                  2.0 * (cell->over_charge - 1.0) * over;

  /* side by side: the part whose pores close at shutdown_T, and the collapsed part x that no longer has any */
  pro_lanes th = pro_lanes_tanh((T - cell->shutdown_T) / cell->shutdown_width);
  pro_lanes F = 1.0 + (cell->shutdown_factor - 1.0) * 0.5 * (1.0 + th);
  pro_lanes F_T = (cell->shutdown_factor - 1.0) * 0.5 * (1.0 - th * th) / cell->shutdown_width;
  pro_lanes open = (1.0 - x) / F + x, warm, cold = arrhenius(&warm, cell->resistance_activation, T);
  pro_lanes R = cell->resistance * cold * f * (1.0 + w) / open;

  pro_lanes copper = pro_lanes_max(COPPER_CHARGE - s, zero) * cell->copper_conductance;
  pro_lanes made = drive->channel[PRO_DRIVE_short_conductance];
  pro_lanes G = made + x * x * cell->hard_short_conductance + copper;
  pro_lanes L = drive->channel[PRO_DRIVE_load_conductance] * modes->connected;
  pro_lanes I = drive->channel[PRO_DRIVE_current] * modes->connected;
  pro_lanes V_high = drive->channel[PRO_DRIVE_voltage_high], V_low = drive->channel[PRO_DRIVE_voltage_low];

  /* a voltage limit: the current gives way until the limit holds, at most to nothing */
  pro_lanes per = 1.0 / (1.0 + R * (G + L)), V_rest = emf * per, V_free = (emf + R * I) * per;
  pro_lanes_mask high = pro_above(I, 0.0) & (pro_above(V_high, 0.0)),
                 low = pro_below(I, 0.0) & (pro_above(V_low, 0.0));
  pro_lanes_mask idle = (high & (pro_at_least(V_rest, V_high))) | (low & (pro_at_most(V_rest, V_low)));
  pro_lanes_mask limited = ~idle & ((high & (pro_above(V_free, V_high))) | (low & (pro_below(V_free, V_low))));
  I = pro_select(idle, zero, I);
  pro_lanes V = pro_select(limited, pro_select(high, V_high, V_low), pro_select(idle, V_rest, V_free));
  pro_lanes i = pro_select(limited, (V - emf) / R, I - V * (G + L));

  /* overcharge: a share of the current decomposes electrolyte; nothing of it is stored */
  pro_lanes beyond = pro_lanes_max(s - 1.0 - cell->overcharge_start, zero);
  pro_lanes ramp = pro_lanes_min(beyond * (1.0 / LOSS_CHARGE), pro_lanes_all(1.0));
  pro_lanes loss = pro_select(pro_above(i, 0.0), cell->overcharge_loss * ramp, zero), H = U - T * dU;
  e->voltage = V, e->conductance = G;
  e->inner = i, e->short_current = V * G;
  e->terminal = V * (i + V * G);
  e->released = -(1.0 - loss) * i * H;
  e->side = loss * i;
  e->spot = V * V * made;
  e->enthalpy = H, e->enthalpy_T = -dU, e->enthalpy_charge = U_s - T * dU_s;
  pro_lanes warm_pair, cold_pair = arrhenius(&warm_pair, cell->pair_activation, T), R_pair[2];
  for (int k = 0; k < 2; k++) {
    R_pair[k] = cell->pair_resistance[k] * cold_pair * f;
    e->pair[k] = (R_pair[k] * i - at[PRO_BY_pair_1 + k]) * cell->per_pair_time[k];
  }
  pro_lanes load = i * cell->per_limit_current;
  e->depletion = (load * load - w) * cell->per_limit_time;
  if (!slopes) return;

  pro_slopes emf_by = {
      [PRO_BY_charge] = U_s, [PRO_BY_pair_1] = pro_lanes_all(1.0), [PRO_BY_pair_2] = pro_lanes_all(1.0)};
  pro_slopes R_by = {[PRO_BY_T] = R * (warm + (1.0 - x) * F_T / (F * F * open)),
                     [PRO_BY_charge] = R * f_s / f,
                     [PRO_BY_depletion] = R / (1.0 + w)};
  pro_slopes G_by = {[PRO_BY_charge] = pro_select(pro_below(s, COPPER_CHARGE), -cell->copper_conductance, zero)};
  R_by[PRO_BY_collapse] = R_by[PRO_BY_front] = -R / open * (1.0 - 1.0 / F) * intact;
  G_by[PRO_BY_collapse] = G_by[PRO_BY_front] = 2.0 * x * cell->hard_short_conductance * intact;
  pro_lanes loss_s = pro_select(pro_above(i, 0.0) & pro_above(beyond, 0.0) & (pro_below(beyond, LOSS_CHARGE)),
                                cell->overcharge_loss / LOSS_CHARGE, zero);
  for (int k = 0; k < PRO_BY_COUNT; k++) {
    pro_lanes V_by =
        pro_select(limited, zero, per * (emf_by[k] + I * R_by[k] - V * ((G + L) * R_by[k] + R * G_by[k])));
    pro_lanes i_by = pro_select(limited, -(emf_by[k] + i * R_by[k]) / R, -V_by * (G + L) - V * G_by[k]);
    e->inner_by[k] = i_by;
    e->short_by[k] = V_by * G + V * G_by[k];
    e->terminal_by[k] = V_by * (i + e->short_current) + V * (i_by + e->short_by[k]);
    e->released_by[k] = -(1.0 - loss) * i_by * H;
    e->side_by[k] = loss * i_by;
    e->spot_by[k] = 2.0 * V * V_by * made;
    e->depletion_by[k] = 2.0 * load * cell->per_limit_current * i_by * cell->per_limit_time;
    for (int p = 0; p < 2; p++) e->pair_by[p][k] = R_pair[p] * i_by * cell->per_pair_time[p];
  }
  e->released_by[PRO_BY_T] += -(1.0 - loss) * i * e->enthalpy_T;
  e->released_by[PRO_BY_charge] += -(1.0 - loss) * i * e->enthalpy_charge + loss_s * i * H;
  e->side_by[PRO_BY_charge] += loss_s * i;
  e->depletion_by[PRO_BY_depletion] -= cell->per_limit_time;
  for (int p = 0; p < 2; p++) {
    e->pair_by[p][PRO_BY_T] += R_pair[p] * warm_pair * i * cell->per_pair_time[p];
    e->pair_by[p][PRO_BY_charge] += R_pair[p] * f_s / f * i * cell->per_pair_time[p];
    e->pair_by[p][PRO_BY_pair_1 + p] -= cell->per_pair_time[p];
  }
}

void pro_electrical_at(pro_electrical *e, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                       const pro_modes *modes, const pro_lanes at[PRO_BY_COUNT], int slopes) {
  if (slopes)
    electrical_at(e, cell, drive, modes, at, 1);
  else
    electrical_at(e, cell, drive, modes, at, 0);
}

/* rate at which separator collapses at T [1/s], and its slope [1/(s K)] */
PRO_ONE_TEXT pro_lanes collapse_rate(pro_lanes *slope, const pro_cell_lanes *cell, pro_lanes T) {
  pro_lanes x = pro_lanes_min((T - cell->collapse_T) / cell->collapse_width, pro_lanes_all(300.0));
  pro_lanes free = cell->collapse_rate * pro_lanes_exp(x), lid = 1.0 / (1.0 + free * (1.0 / COLLAPSE_RATE_MAX));
  *slope = free * lid * lid / cell->collapse_width;
  return free * lid;
}

PRO_ONE_TEXT void collapse_at(pro_collapse *k, const pro_cell_lanes *cell, const pro_electrical *e,
                              const pro_lanes at[PRO_BY_COUNT], pro_lanes T_surface, pro_lanes T_side,
                              const int slopes) {
  pro_lanes T = at[PRO_BY_T], v = at[PRO_BY_front], charge = pro_lanes_max(at[PRO_BY_charge], zero);
  int has_side = cell->layout.U_side >= 0;
  pro_lanes slope, outer_slope, spot_slope, front_slope;
  k->rate = collapse_rate(&slope, cell, T);
  k->by_T = slope;

  pro_lanes outer = collapse_rate(&outer_slope, cell, has_side ? T_side : 0.5 * (T + T_surface));
  pro_lanes spot = collapse_rate(&spot_slope, cell, T + cell->spot_resistance * e->spot);
  pro_lanes ahead = collapse_rate(&front_slope, cell, T + cell->front_rise * charge);
  pro_lanes near = pro_lanes_max(cell->spot_share - v, zero), left = pro_lanes_exp(-v);
  /* only a nucleus spreads: a rounding would, exponentially */
  pro_lanes grown = pro_lanes_max(1.0 - left - NUCLEUS * cell->spot_share, zero);
  pro_lanes_mask spreads = pro_above(cell->front_rise, 0.0);
  ahead = pro_select(spreads, ahead, zero), front_slope = pro_select(spreads, front_slope, zero);
  k->front = near * (outer + spot) + grown * ahead;
  if (!slopes) return;
  for (int i = 0; i < PRO_BY_COUNT; i++)
    k->front_by[i] = near * spot_slope * cell->spot_resistance * e->spot_by[i];
  k->front_by[PRO_BY_T] += near * spot_slope + grown * front_slope;
  k->front_by[PRO_BY_charge] +=
      pro_select(pro_above(at[PRO_BY_charge], 0.0), grown * front_slope * cell->front_rise, zero);
  k->front_by[PRO_BY_front] +=
      pro_select(pro_above(grown, 0.0), left * ahead, zero) - pro_select(pro_above(near, 0.0), outer + spot, zero);
  k->by_side = has_side ? near * outer_slope : zero;
  k->by_surface = has_side ? zero : 0.5 * near * outer_slope;
  if (!has_side) k->front_by[PRO_BY_T] += 0.5 * near * outer_slope;
}

void pro_collapse_at(pro_collapse *k, const pro_cell_lanes *cell, const pro_electrical *e,
                     const pro_lanes at[PRO_BY_COUNT], pro_lanes T_surface, pro_lanes T_side, int slopes) {
  if (slopes)
    collapse_at(k, cell, e, at, T_surface, T_side, 1);
  else
    collapse_at(k, cell, e, at, T_surface, T_side, 0);
}

static void nothing_flows(pro_gas_part *p) {
  p->flow = p->flow_T = p->flow_N = p->flow_S = p->share = p->per_S = zero;
  p->solids = p->solids_T = p->solids_flow = p->solids_ejected = zero;
}

/* Through the vents that are open; a lane whose vent is shut has the very zeros of nothing_flows, so that it does
 * not matter who flies beside it. The flow goes with sqrt(M/T), M = S/N. */
PRO_ONE_TEXT void flow_through(pro_gas_part *p, const pro_cell_lanes *cell, pro_lanes_mask open, pro_lanes T,
                               pro_lanes N, pro_lanes S, pro_lanes ejected, const int slopes) {
  /* the sums may undershoot by the solver's tolerance: never quite empty */
  N = pro_lanes_max(N, pro_lanes_all(1e-15));
  S = pro_lanes_max(S, pro_lanes_all(1e-17));
  pro_lanes per_N = 1.0 / N, per_S = 1.0 / S, per_T = 1.0 / T;
  pro_lanes RT_V = PRO_GAS_CONSTANT * T / cell->headspace, pressure = N * RT_V;
  pro_orifice_flow o;
  pro_orifice_at(&o, &cell->vent, pressure, T, S * per_N);
  p->flow = pro_select(open, o.flow, zero);
  p->share = p->flow * per_S;
  if (slopes) {
    p->flow_T = pro_select(open, (o.slope_p * pressure - 0.5 * o.flow) * per_T, zero);
    p->flow_N = pro_select(open, o.slope_p * RT_V - 0.5 * o.flow * per_N, zero);
    p->flow_S = 0.5 * p->flow * per_S;
    p->per_S = pro_select(open, per_S, zero);
  }

  /* gas that leaves a hot cell takes solids along, as long as there are any */
  pro_lanes below =
      pro_lanes_exp(pro_lanes_min((2.0 / EJECTA_WIDTH) * (cell->ejecta_T - T), pro_lanes_all(700.0)));
  pro_lanes gate = 1.0 / (1.0 + below), gate_T = 2.0 / EJECTA_WIDTH * gate * (below * gate);
  pro_lanes per = 1.0 / pro_lanes_max(cell->ejectable, pro_lanes_all(1e-300));
  pro_lanes left = pro_select(pro_above(cell->ejectable, 0.0), 1.0 - ejected * per, zero);
  pro_lanes_mask outward = pro_above(p->flow, 0.0);
  p->solids = pro_select(outward, cell->entrainment * p->flow * gate * left, zero);
  if (!slopes) return;
  p->solids_T = pro_select(outward, cell->entrainment * p->flow * gate_T * left, zero);
  p->solids_flow = pro_select(outward, cell->entrainment * gate * left, zero);
  p->solids_ejected =
      pro_select(outward & (pro_above(cell->ejectable, 0.0)), -cell->entrainment * p->flow * gate * per, zero);
}

/* Whether there is liquid to evaporate, of which there is none below zero. */
PRO_ONE_TEXT pro_lanes available_of(pro_gas_part *p, const pro_cell_lanes *cell, pro_lanes *liquid) {
  pro_lanes dry = PRO_DRY_SHARE * cell->solvent + 1e-12;
  pro_lanes_mask wet = pro_above(*liquid, 0.0);
  *liquid = pro_lanes_max(*liquid, zero);
  p->available = *liquid / (*liquid + dry);
  p->available_liquid = pro_select(wet, dry / ((*liquid + dry) * (*liquid + dry)), zero);
  return p->available;
}

/* What flows back into a cooling cell is taken to be the headspace's own mixture at its own temperature: 5e-5 mol
 * in an 18650. A composition that jumps with the flow's sign would let Newton's corrections drift at the
 * tolerance's size. */
PRO_ONE_TEXT void gas_at(pro_gas_part *p, const pro_cell_lanes *cell, pro_lanes vent_open, pro_lanes T,
                         pro_lanes vapour, pro_lanes moles, pro_lanes gas_mass, pro_lanes liquid,
                         pro_lanes ejected, const int slopes) {
  pro_lanes available = available_of(p, cell, &liquid), p_T;
  pro_lanes p_sat = pro_vapour_pressure(cell->antoine_a, cell->antoine_b, cell->antoine_c, T, &p_T);
  pro_lanes per_T = cell->headspace / (PRO_GAS_CONSTANT * T), k = cell->per_evaporation_time;
  /* Through an open vent nothing condenses: the gas drawn in for it would be vapour again, without end. The bend
   * between evaporating and not is rounded over BEND of a headspace of air. */
  pro_lanes lack = available * p_sat * per_T - vapour;
  pro_lanes bend = BEND * PRO_ATMOSPHERE / (PRO_GAS_CONSTANT * PRO_T_REFERENCE) * cell->headspace;
  pro_lanes root = pro_lanes_sqrt(lack * lack + bend * bend);
  pro_lanes_mask open = pro_above(vent_open, 0.5);
  p->evaporation = k * pro_select(open, 0.5 * (lack + root), lack);
  if (slopes) {
    pro_lanes by_lack = k * pro_select(open, 0.5 * (1.0 + lack / root), pro_lanes_all(1.0));
    p->evaporation_T = by_lack * available * per_T * (p_T - p_sat / T);
    p->evaporation_liquid = by_lack * p_sat * per_T * p->available_liquid;
    p->evaporation_vapour = -by_lack;
  }
  if (pro_lanes_any(open))
    flow_through(p, cell, open, T, moles, gas_mass, ejected, slopes);
  else
    nothing_flows(p);
}

void pro_gas_at(pro_gas_part *p, const pro_cell_lanes *cell, pro_lanes vent_open, pro_lanes T, pro_lanes vapour,
                pro_lanes moles, pro_lanes gas_mass, pro_lanes liquid, pro_lanes ejected, int slopes) {
  if (slopes)
    gas_at(p, cell, vent_open, T, vapour, moles, gas_mass, liquid, ejected, 1);
  else
    gas_at(p, cell, vent_open, T, vapour, moles, gas_mass, liquid, ejected, 0);
}

void pro_gas_behind_shut_vents(pro_gas_part *p, const pro_cell_lanes *cell, pro_lanes liquid) {
  available_of(p, cell, &liquid);
  p->evaporation = zero;
  nothing_flows(p);
}

pro_exchange pro_exchange_at(const pro_cell_lanes *cell, const pro_drive_lanes *drive, pro_lanes coupled,
                             pro_lanes T) {
  pro_lanes h = coupled * drive->channel[PRO_DRIVE_film_coefficient] * cell->area;
  pro_lanes r = coupled * drive->channel[PRO_DRIVE_emissivity] * cell->area * PRO_STEFAN_BOLTZMANN;
  pro_lanes K = drive->channel[PRO_DRIVE_contact_conductance];
  pro_lanes Ta = drive->channel[PRO_DRIVE_T_ambient];
  pro_exchange out;
  out.loss =
      h * (T - Ta) + r * (T * T * T * T - Ta * Ta * Ta * Ta) + K * (T - drive->channel[PRO_DRIVE_T_contact]);
  out.loss_T = h + 4.0 * r * T * T * T + K;
  return out;
}

void pro_matter_of(pro_matter *m, const pro_cell_lanes *cell, const pro_lanes *y) {
  const pro_layout *at = &cell->layout;
  m->mass = cell->mass_core;
  if (at->vented >= 0) m->mass -= y[at->vented];
  if (at->ejected >= 0) m->mass -= y[at->ejected];
  m->outside = at->ejected >= 0 ? y[at->ejected] * cell->per_reacting : zero;
  m->liquid = at->evaporated >= 0 ? cell->solvent - y[at->evaporated] : zero;
  if (at->overcharged >= 0) m->liquid -= PRO_SOLVENT_IN_CO2 * y[at->overcharged];
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

int pro_is_electrical(const pro_cell_lanes *cell, int reaction) {
  return cell->layout.soc >= 0 && cell->network.form->reactions[reaction].electrical;
}
