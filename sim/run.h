/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/run.h - a case, lived through: the truth, and what the sensors saw of it. */
#ifndef PRO_RUN_H
#define PRO_RUN_H
#include "sim/case.h"
#include "sim/event.h"

/* Truth columns, each (samples) doubles: name, unit, what it is. Stored under /truth by these names. */
#define PRO_TRUTH_LIST(X)                                                                      \
  X(T_core, "K", "core temperature")                                                           \
  X(T_surface, "K", "surface temperature")                                                     \
  X(T_ambient, "K", "temperature of the surroundings")                                         \
  X(voltage, "V", "terminal voltage")                                                          \
  X(current, "A", "terminal current, > 0 charges")                                             \
  X(soc, "1", "state of charge")                                                               \
  X(short_conductance, "S", "internal short, abuse and collapsed separator together")          \
  X(separator_collapse, "1", "collapsed share of the separator")                               \
  X(pressure_cell, "Pa", "absolute pressure inside the cell")                                  \
  X(pressure, "Pa", "gauge pressure of the enclosure")                                         \
  X(mass, "kg", "mass of the cell")                                                            \
  X(heat_reaction, "W", "heat of all reactions")                                               \
  X(heat_electrical, "W", "heat of currents: short and resistance")                            \
  X(heat_exchange, "W", "lost to the surroundings by convection and radiation")                \
  X(heater, "W", "heater power")                                                               \
  X(gas_H2, "1", "mole fraction of hydrogen in the enclosure")                                 \
  X(gas_CO, "1", "mole fraction of carbon monoxide in the enclosure")                          \
  X(gas_CO2, "1", "mole fraction of carbon dioxide in the enclosure")                          \
  X(gas_VOC, "1", "mole fraction of hydrocarbons and solvent vapour in the enclosure")         \
  X(gas_HF, "1", "mole fraction of hydrogen fluoride in the enclosure")                        \
  X(flammability, "1", "of the enclosure: 1 is the lower flammability limit, by Le Chatelier") \
  X(T_side, "K", "temperature of the heated side; the surface's where there is none")          \
  X(ejected, "kg", "solids thrown out so far")
#define PRO_AS_TRUTH(name, unit, doc) PRO_TRUTH_##name,
typedef enum pro_truth { PRO_TRUTH_LIST(PRO_AS_TRUTH) PRO_TRUTH_COUNT } pro_truth;
#undef PRO_AS_TRUTH
_Static_assert(PRO_TRUTH_COUNT <= 32, "pro_case.truth_columns has a bit for each");
extern const char *const pro_truth_names[PRO_TRUTH_COUNT];
extern const char *const pro_truth_units[PRO_TRUTH_COUNT];
extern const char *const pro_truth_docs[PRO_TRUTH_COUNT];

/* The three ledgers, at the end of the run. A gap is 0 in exact arithmetic. */
typedef struct pro_ledger {
  double energy_gap;     /* |stored - crossed| over the sum of absolute energies that crossed (at least 1 J) [-] */
  double mass_gap;       /* |m0 - m - gas out| / m0 [-] */
  double charge_gap;     /* |capacity * delta soc - charge that flowed| / capacity [-] */
  double energy_crossed; /* [J] */
  double heat_reactions, heat_electrical, heat_heater, heat_exchange,
      heat_vented,  /* parts of it, signed, > 0 into the cell [J] */
      heat_ejected; /* with solids, and made by reactions in them outside: < 0; heat_reactions includes the latter
                       [J] */
  double mass_vented, mass_ejected; /* [kg] */
} pro_ledger;

/* With pro_case.pieces: `samples` tells how many there are, and the columns are NULL. */
typedef struct pro_trajectory { /* one block, freed as one */
  size_t samples;
  int reactions;
  double *t;                      /* [s] (samples): k * period */
  double *truth[PRO_TRUTH_COUNT]; /* (samples) each; NULL: the case does not want it */
  double *xi;                     /* extents [-] (reactions, samples) */
  double clock[PRO_CLOCK_COUNT];  /* [s]; NaN: did not happen */
  double T_at[PRO_CLOCK_COUNT];   /* core temperature at that moment [K]; NaN likewise */
  double T_max;                   /* of the core [K] */
  double T_surface_max;           /* of the surface [K] */
  double rate_max;                /* of the core [K/s] */
  double gas_out[PRO_GAS_COUNT];  /* out of the cell by the end, net [mol] */
  double rate_end;                /* core dT/dt at the end [K/s] */
  pro_outcome outcome;
  pro_ledger ledger;
  long steps, rejected, rhs_calls, jacobian_calls;
  double step_shortest, step_longest; /* of those that were not cut to fit; 0: none [s] */
} pro_trajectory;
void pro_trajectory_free(pro_trajectory *traj);

/* The samples of a case that is too long to be held, as they come. Of a piece only its columns and `samples` are
 * set, and it is lent until `take` returns, whose failure ends the case. */
typedef struct pro_pieces {
  size_t length; /* of each but the last; a multiple of 8, above 0 */
  pro_status (*take)(void *payload, const pro_trajectory *piece);
  void *payload;
} pro_pieces;
size_t pro_case_samples(const pro_case *in); /* how many it records */

/* What the sensors read, in their own codes: reading = code * quantum + offset; PRO_CODE_MISSING where there is
 * none. Columns by pro_sensor_all's order. */
#define PRO_CODE_MISSING INT32_MIN
typedef struct pro_observation { /* one block, freed as one */
  size_t samples;
  int channels;
  double *t;                      /* [s] (samples) */
  int32_t *code[PRO_SENSORS_MAX]; /* (samples) each */
  long clipped[PRO_SENSORS_MAX];  /* readings that clipped */
} pro_observation;
void pro_observation_free(pro_observation *seen);

typedef struct pro_run {
  pro_case in;
  pro_trajectory *truth; /* owned; NULL when status is not PRO_OK */
  pro_observation *seen; /* owned; likewise */
  pro_status status;     /* PRO_OK or PRO_ENUMERIC: the run failed, and that is data */
  char message[256];
} pro_run;
void pro_run_clear(pro_run *run); /* frees what it owns */
#endif
