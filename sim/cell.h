/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/cell.h - one cell's right-hand side and Jacobian over lanes: the sum of network, electrical, gas and thermal
 * parts (sim/cell_parts.h).
 *
 * Unknowns are chosen so that what is conserved is linear in them: extents xi, thermal energies U, charge, moles
 * in the headspace, and integrals of what crosses the ledgers. An integrator that keeps linear invariants (BDF,
 * Rosenbrock) then closes the ledgers to rounding. Equations and sources: docs/physics.md. */
#ifndef PRO_CELL_H
#define PRO_CELL_H
#include "sim/case.h"

enum { PRO_STATES_MAX = PRO_REACTIONS_MAX + PRO_GAS_COUNT + 26 };

/* Where each unknown stands; -1: the case has no such part. `feedback` unknowns come first: the rest, the ledgers'
 * integrals, is read by nothing. */
typedef struct pro_layout {
  int n, feedback;
  int xi, reactions;             /* extents [-] (reactions) */
  int U_core, U_surface, U_side; /* thermal energy above 25 degC [J] */
  int soc;                       /* charge that currents have left [-] */
  int pair_1, pair_2;            /* overvoltages of the RC pairs, > 0 when charging [V] */
  int depletion;                 /* relative growth of the resistance under a large current [-] */
  /* the separator's intact share is exp(-collapse - front), which no error of the integration takes below
   * zero */
  int collapse;        /* hazard of collapsing by itself so far [-] */
  int front;           /* and of being melted by a burning spot that spreads [-] */
  int evaporated;      /* solvent that has evaporated so far [mol] */
  int overcharged;     /* CO2 that overcharge has made of it [mol] */
  int head;            /* moles in the headspace (PRO_GAS_COUNT) [mol] */
  int moles, gas_mass; /* of all of them [mol], [kg]: sums that what flows reads in place of nine gases */
  int vented, ejected; /* mass gone through the vent: gas, solids [kg] */
  /* integrals, signed, > 0 into the cell */
  int heater, exchange;                           /* heat [J] */
  int vent_heat;                                  /* enthalpy above 25 degC of what was vented [J] */
  int eject_heat;                                 /* likewise of solids, and what reacts in them outside [J] */
  int released;                                   /* electrical energy taken from the stored charge [J] */
  int terminal;                                   /* electrical energy through the terminals [J] */
  int short_charge, terminal_charge, side_charge; /* [C]; side: overcharge that decomposed electrolyte */
} pro_layout;

/* Of a specific heat that grows with temperature, what is used again and again (sim/cell_parts.h). */
typedef struct pro_warmth_law {
  pro_lanes cp, per_cp;                   /* at 25 degC [J/(kg K)] */
  pro_lanes bend;                         /* [kg/J] */
  pro_lanes u_high, cp_high, per_cp_high; /* from which specific energy on it stays, and as what */
} pro_warmth_law;

/* The numbers of eight cases of one structure, side by side. */
typedef struct pro_cell_lanes {
  pro_layout layout;
  pro_ocv_piece ocv[PRO_LANES][PRO_OCV_PIECES];
  pro_network_lanes network;                      /* from its first lanes on all are lanes */
  pro_lanes heat[PRO_REACTIONS_MAX];              /* of a unit extent [J] */
  pro_lanes gas[PRO_REACTIONS_MAX][PRO_GAS_MADE]; /* of a unit extent [mol] */
  pro_lanes soc_initial;
  pro_lanes mass, mass_core, mass_surface, mass_side; /* whole, and of the nodes at the start [kg] */
  pro_lanes per_mass_surface, per_mass_side;          /* 0: there is none [1/kg] */
  pro_warmth_law warmth;
  pro_lanes area, core_conductance, side_conductance;
  pro_lanes capacity, resistance, resistance_activation, low_charge, over_charge;
  pro_lanes pair_resistance[2], per_pair_time[2], pair_activation;
  pro_lanes per_limit_current, per_limit_time, overcharge_loss, overcharge_start, overcharge_gas,
      copper_conductance;
  pro_lanes shutdown_T, shutdown_width, shutdown_factor;
  pro_lanes collapse_T, collapse_width, collapse_rate, hard_short_conductance;
  pro_lanes spot_resistance, spot_share, front_rise;
  pro_lanes headspace, gas_heat_capacity, antoine_a, antoine_b, antoine_c, latent_heat, per_evaporation_time,
      solvent;
  pro_lanes ejectable, per_reacting, entrainment, ejecta_T; /* [kg], [1/kg], [-], [K] */
  pro_orifice vent;                                         /* open */
} pro_cell_lanes;

typedef struct pro_drive_lanes {
  pro_lanes channel[PRO_DRIVE_COUNT];
} pro_drive_lanes;

/* What events switch; each 1 or 0. */
typedef struct pro_modes {
  pro_lanes vent_open;
  pro_lanes connected; /* the terminals, until a current interrupt device opens or aluminium melts */
  pro_lanes coupled;   /* exchange with the surroundings; 0 while a calorimeter follows the cell */
  pro_lanes heater_on; /* until its thermostat switches it off */
} pro_modes;
pro_modes pro_modes_start(void);
void pro_modes_copy(pro_modes *to, int lane, const pro_modes *from, int from_lane);

/* Fills a lane; every case of a group must have the structure of the first (pro_cell_same_structure). `in` must
 * outlive `to`. Lane 0 is copied to all others when it is filled. */
void pro_cell_fill(pro_cell_lanes *to, const pro_case *in);           /* all lanes, and the structure */
void pro_cell_load(pro_cell_lanes *to, int lane, const pro_case *in); /* that lane alone */
int pro_cell_same_structure(const pro_case *a, const pro_case *b);
void pro_cell_start(const pro_cell_lanes *cell, const pro_case *in, double *y); /* the state at t = 0 (n) */
/* Absolute tolerances that go with a relative tolerance rtol: 100 K, 1e-3 of an extent, ... times rtol (n). */
void pro_cell_tolerances(const pro_cell_lanes *cell, int lane, double rtol, double *atol);

/* Makes the headspace's gases add up to its mass again. The equations keep them so, but nothing holds them there:
 * a vent's stiffness lets roundings grow from step to step. */
void pro_cell_settle(const pro_cell_lanes *cell, pro_lanes *y);

/* What hardly moves in a healthy cell: the rates of reactions, of the separator and of evaporation behind a shut
 * vent. Whoever knows them well enough may give them, and they are not computed. */
typedef struct pro_sleep {
  pro_lanes_mask where;  /* lanes whose vent is shut */
  const pro_lanes *rate; /* in the unknowns' places (n) */
} pro_sleep;
/* The unknowns it is about; returns how many. */
int pro_cell_sleepers(const pro_layout *layout, int *which);

struct pro_cell_view;
/* f = dy/dt (n). Units per layout, per second. view: what else follows from the state; NULL: it is not wanted.
 * asleep: what need not be computed; NULL: all is. */
void pro_cell_rhs(const pro_cell_lanes *cell, const pro_drive_lanes *drive, const pro_modes *modes,
                  const pro_lanes *y, pro_lanes *f, struct pro_cell_view *view, const pro_sleep *asleep);

/* The Jacobian of a structure in the form in which an implicit step solves (d - J) k = b with the fewest entries
 * and without noise. Its columns are of natural changes: z = k, but z[U_core] is the core's temperature's and
 * z[soc] that of the charge left. Its rows, and b's, are summed: b[row] += by * b[of] of all `sum`, in order. What
 * a reaction makes, heats and takes is thereby its own row's alone, however fast it is, and so is what flows out:
 *   (d mass - slopes) z = b, b summed
 * The integrals that nothing reads (rows from `feedback` on) are summed likewise, but have no mass. */
enum { PRO_SUMS_MAX = 256, PRO_MASSES_MAX = PRO_SUMS_MAX + 64 };
typedef struct pro_sum {
  int16_t row, of;
} pro_sum;
typedef struct pro_mass {
  int16_t row, column;
} pro_mass;
typedef struct pro_sparsity {
  int values;                            /* of a Jacobian: `entries` slopes, then what each sum is multiplied */
  int entries, sums, first_mass, masses; /* by, then masses, and then: */
  int core;                              /* three of the core: m cp [J/K], 1/(m cp), u [J/kg] */
  int16_t place[PRO_STATES_MAX * PRO_STATES_MAX]; /* of entry row * n + column; -1: always zero */
  pro_sum sum[PRO_SUMS_MAX];
  pro_mass mass[PRO_MASSES_MAX]; /* an entry may have several */
} pro_sparsity;
void pro_cell_sparsity(pro_sparsity *out, const pro_cell_lanes *cell);
/* Fills value (values). */
void pro_cell_jacobian(const pro_cell_lanes *cell, const pro_drive_lanes *drive, const pro_modes *modes,
                       const pro_lanes *y, const pro_sparsity *where, pro_lanes *value);
/* A change of the unknowns (feedback) becomes natural, and one again. */
void pro_cell_natural(const pro_cell_lanes *cell, const pro_sparsity *where, const pro_lanes *value,
                      pro_lanes *change);
void pro_cell_unnatural(const pro_cell_lanes *cell, const pro_sparsity *where, const pro_lanes *value,
                        pro_lanes *change);
/* A lane's J[row * n + column] = d f[row] / d y[column]. */
void pro_cell_expand(const pro_cell_lanes *cell, const pro_sparsity *where, const pro_lanes *value, int lane,
                     double *J);

/* What follows from a state: for events, recording and sensors. */
typedef struct pro_cell_view {
  pro_lanes T_core, T_surface, T_side;           /* [K]; the surface's where there is no side */
  pro_lanes rate, rate_surface;                  /* dT/dt of core and surface [K/s] */
  pro_lanes voltage, current, short_conductance; /* [V], [A], [S]; 0 without an electrical part */
  pro_lanes electrode_voltage;                   /* what the terminals show while they are connected [V] */
  pro_lanes charge;                              /* that the cell can still give [-] */
  pro_lanes collapse;                            /* share of the separator, by either way [-] */
  pro_lanes pressure;                            /* inside, absolute [Pa]; 0 without a gas part */
  pro_lanes outflow;                             /* gas and solids [kg/s] */
  pro_lanes heat_reaction, heat_electrical, heat_exchange; /* [W]; exchange > 0 is lost */
} pro_cell_view;
void pro_cell_look(pro_cell_view *out, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                   const pro_modes *modes, const pro_lanes *y); /* the right-hand side's view alone */
/* Likewise, but rate, rate_surface and outflow are zero, and so are the heats where they are not wanted. */
void pro_cell_glance(pro_cell_view *out, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                     const pro_modes *modes, const pro_lanes *y, int heats);

/* Gas that has left the cells since they were at y0 (n), of one for all lanes, net [mol] (PRO_GAS_COUNT). Of y the
 * integrals are not looked at. */
void pro_cell_gas_out(const pro_cell_lanes *cell, const double *y0, const pro_lanes *y, pro_lanes *moles);

/* The ledgers of one lane between state y0 at t = 0 and y. */
struct pro_ledger;
void pro_cell_ledger(struct pro_ledger *out, const pro_cell_lanes *cell, int lane, const pro_case *in,
                     const double *y0, const double *y);
#endif
