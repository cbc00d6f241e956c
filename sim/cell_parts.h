/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/cell_parts.h - the parts of a cell, each with the slopes that the Jacobian needs. For sim/cell.c. */
#ifndef PRO_CELL_PARTS_H
#define PRO_CELL_PARTS_H
#include "sim/cell.h"

#define PRO_T_REFERENCE 298.15 /* above which thermal energy is counted [K] */
#define PRO_DRY_SHARE                                                                        \
  0.01 /* of the solvent left at which its vapour pressure has halved [-]: numerical, smooth \
        */

/* Temperature and specific heat of matter with the specific energy u above 25 degC: cp grows in a straight line up
 * to 150 degC and stays there. Both ways in closed form. */
typedef struct pro_warmth {
  pro_lanes T, cp; /* [K], [J/(kg K)] */
} pro_warmth;
pro_warmth pro_warmth_of(pro_lanes u, const pro_warmth_law *law);
void pro_warmth_load(pro_warmth_law *to, int lane, double cp_reference, double slope);
double pro_specific_energy(double T, double cp_reference, double slope); /* [J/kg] */

/* What the electrical part reads of the state; slopes below are in this order. */
enum {
  PRO_BY_T,
  PRO_BY_charge,
  PRO_BY_collapse,
  PRO_BY_front,
  PRO_BY_pair_1,
  PRO_BY_pair_2,
  PRO_BY_depletion,
  PRO_BY_COUNT
};
typedef pro_lanes pro_slopes[PRO_BY_COUNT];

typedef struct pro_electrical {
  pro_lanes voltage, conductance;                  /* at the terminals [V]; of all shorts [S] */
  pro_lanes inner, inner_by[PRO_BY_COUNT];         /* current into the source [A] */
  pro_lanes short_current, short_by[PRO_BY_COUNT]; /* through the shorts [A] */
  pro_lanes terminal, terminal_by[PRO_BY_COUNT];   /* power in through the terminals [W] */
  pro_lanes released, released_by[PRO_BY_COUNT];   /* out of the stored charge, as heat or to the terminals [W] */
  pro_lanes side, side_by[PRO_BY_COUNT];           /* overcharging current that decomposes electrolyte [A] */
  pro_lanes spot, spot_by[PRO_BY_COUNT];           /* heat where the abuse made its short [W] */
  pro_lanes pair[2], pair_by[2][PRO_BY_COUNT];     /* d/dt of the overvoltages [V/s] */
  pro_lanes depletion, depletion_by[PRO_BY_COUNT]; /* d/dt [1/s] */
  pro_lanes enthalpy, enthalpy_T, enthalpy_charge; /* U - T dU/dT [V] */
} pro_electrical;
/* at: T [K], charge, collapse, front, overvoltages, depletion. `slopes` 0: values only. */
void pro_electrical_at(pro_electrical *out, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                       const pro_modes *modes, const pro_lanes at[PRO_BY_COUNT], int slopes);

/* The separator collapses throughout at the core's temperature. A share of it feels more: the spot of a short that
 * the abuse made, and the outer windings, halfway between core and surface, or the heated side where there is one.
 * What has melted there burns, and its front spreads where what burns beside it makes the separator hot enough: a
 * cell of little charge smoulders and stops. Both ways together leave exp(-collapse - front) of it. */
typedef struct pro_collapse {
  pro_lanes rate, by_T;                    /* at which what is left collapses by itself [1/s] */
  pro_lanes front, front_by[PRO_BY_COUNT]; /* of the front's [1/s] */
  pro_lanes by_surface, by_side; /* the front's slopes in those temperatures; by_side 0 where there is no side */
} pro_collapse;
/* at, slopes: as pro_electrical_at. */
void pro_collapse_at(pro_collapse *out, const pro_cell_lanes *cell, const pro_electrical *e,
                     const pro_lanes at[PRO_BY_COUNT], pro_lanes T_surface, pro_lanes T_side, int slopes);

/* of which carbon dioxide is made by overcharge, by mass [mol/mol] */
#define PRO_SOLVENT_IN_CO2 (pro_gas_molar_mass[PRO_GAS_CO2] / pro_gas_molar_mass[PRO_GAS_vapour])

/* What right-hand side, Jacobian and view all read of a state. */
typedef struct pro_matter {
  pro_lanes mass, u; /* of the core: what is left of it [kg], specific energy [J/kg] */
  pro_warmth core, surface, side;
  pro_lanes soc, charge;
  pro_lanes liquid;                   /* solvent that is left [mol] */
  pro_lanes outside;                  /* share of what reacts that has been thrown out and reacts there [-] */
  pro_lanes electrical[PRO_BY_COUNT]; /* what the electrical part reads */
} pro_matter;
void pro_matter_of(pro_matter *out, const pro_cell_lanes *cell, const pro_lanes *y);
int pro_is_electrical(const pro_cell_lanes *cell, int reaction); /* and the cell has a charge */

typedef struct pro_gas_part {
  pro_lanes evaporation, evaporation_T, evaporation_liquid, evaporation_vapour; /* [mol/s] and slopes */
  pro_lanes available, available_liquid;  /* 1 where there is solvent, 0 where there is none [-], and slope */
  pro_lanes flow, flow_T, flow_N, flow_S; /* through the vent [kg/s]; slopes in T, total moles and mass */
  pro_lanes share, per_S;                 /* of each gas that leaves with it [1/s]; 1/mass where it flows */
  pro_lanes solids, solids_T, solids_flow,
      solids_ejected; /* thrown out [kg/s] and slopes in T, flow and mass ejected */
} pro_gas_part;
/* slopes 0: values only. vapour, moles, gas_mass: of the solvent and of all gas in the headspace [mol], [mol],
 * [kg]; liquid: solvent that is left [mol]; ejected [kg]. */
void pro_gas_at(pro_gas_part *out, const pro_cell_lanes *cell, pro_lanes vent_open, pro_lanes T, pro_lanes vapour,
                pro_lanes moles, pro_lanes gas_mass, pro_lanes liquid, pro_lanes ejected, int slopes);

/* Likewise where all are shut, but for evaporation. */
void pro_gas_behind_shut_vents(pro_gas_part *out, const pro_cell_lanes *cell, pro_lanes liquid);

typedef struct pro_exchange {
  pro_lanes loss, loss_T; /* to surroundings and contact [W], [W/K] */
} pro_exchange;
pro_exchange pro_exchange_at(const pro_cell_lanes *cell, const pro_drive_lanes *drive, pro_lanes coupled,
                             pro_lanes T);
#endif
