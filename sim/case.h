/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/case.h - everything one run needs, as a plain value: copy it, compare it, store it; it owns nothing. */
#ifndef PRO_CASE_H
#define PRO_CASE_H
#include <stdint.h>

#include "sim/electrical.h"
#include "sim/gas.h"
#include "sim/network.h"

/* ---- the cell ---- */

#define PRO_FORMAT_LIST(X) X(cylinder) X(pouch) X(prismatic)
#define PRO_AS_FORMAT(name) PRO_FORMAT_##name,
typedef enum pro_format { PRO_FORMAT_LIST(PRO_AS_FORMAT) PRO_FORMAT_COUNT } pro_format;
#undef PRO_AS_FORMAT

typedef struct pro_cell {
  /* body */
  int format;              /* pro_format */
  int nodes;               /* 1: one temperature; 2: core and surface */
  double mass;             /* [kg] */
  double heat_capacity;    /* specific [J/(kg K)] */
  double volume;           /* of jelly roll, to which contents refer [m3] */
  double area;             /* exposed to the surroundings [m2] */
  double film_coefficient; /* [W/(m2 K)] */
  double emissivity;       /* [-] */
  double surface_share;    /* of the heat capacity that is in the surface node [-] */
  double core_conductance; /* core to surface [W/K] */
  /* charge; capacity 0: no electrical part */
  double capacity;                 /* [C] */
  int ocv;                         /* index into pro_ocv_all */
  double resistance;               /* [ohm] */
  double voltage_min, voltage_max; /* nameplate limits [V] */
  double T_operating_max;          /* nameplate limit [K] */
  /* separator */
  double shutdown_T;            /* pores close [K] */
  double shutdown_width;        /* [delta_K] */
  double shutdown_factor;       /* by which resistance grows [-] */
  double collapse_T;            /* [K] */
  double collapse_width;        /* [delta_K] */
  double collapse_rate;         /* at collapse_T [1/s] */
  double hard_short_resistance; /* of the collapsed separator [ohm] */
  double spot_resistance;       /* thermal, from the spot of an abuse-made short to the core [K/W] */
  /* gas; headspace 0: no gas part */
  double headspace;                                               /* free gas volume [m3] */
  double burst_pressure;                                          /* gauge, opens the vent for good [Pa] */
  double vent_area;                                               /* [m2] */
  double discharge_coefficient;                                   /* [-] */
  double gas_heat_ratio;                                          /* cp/cv [-] */
  double gas_heat_capacity;                                       /* specific, of what is vented [J/(kg K)] */
  double solvent_mass;                                            /* that can evaporate [kg] */
  double solvent_antoine_a, solvent_antoine_b, solvent_antoine_c; /* log10(p/kPa) = a - b/(T + c) */
  double solvent_latent_heat;                                     /* [J/mol] */
  double evaporation_time;                                        /* to fill the headspace [s] */
} pro_cell;
extern const pro_field pro_cell_fields[];

/* A preset: a cell with its chemistry. One file each in sim/cell/. */
typedef struct pro_cell_preset {
  const char *name, *doc, *source;
  const char *chemistry; /* its default chemistry's name */
  pro_cell cell;
} pro_cell_preset;
extern const pro_cell_preset *const pro_cell_all[]; /* NULL-terminated */
const pro_cell_preset *pro_cell_find(const char *name);
pro_status pro_cell_check(const pro_cell *cell) PRO_MUST_CHECK; /* ranges, and what must fit together */

/* ---- what is done to it ---- */

enum { PRO_KNOTS_MAX = 16 };

/* Piecewise linear in time and constant outside its knots; two knots at one time are a jump (the later one holds
 * at that time). No knots: zero throughout. */
typedef struct pro_channel {
  int knots;
  double t[PRO_KNOTS_MAX]; /* ascending [s] */
  double value[PRO_KNOTS_MAX];
} pro_channel;

#define PRO_DRIVE_LIST(X)                                           \
  X(T_ambient, "K", "temperature of the surroundings")              \
  X(film_coefficient, "W/(m2 K)", "convection to the surroundings") \
  X(emissivity, "1", "radiation to the surroundings")               \
  X(heater, "W", "heater on the cell's surface")                    \
  X(current, "A", "through the terminals, > 0 charges")             \
  X(short_conductance, "S", "internal short made by the abuse")
#define PRO_AS_DRIVE(name, unit, doc) PRO_DRIVE_##name,
typedef enum pro_drive_channel { PRO_DRIVE_LIST(PRO_AS_DRIVE) PRO_DRIVE_COUNT } pro_drive_channel;
#undef PRO_AS_DRIVE

typedef struct pro_drive {
  pro_channel channel[PRO_DRIVE_COUNT];
} pro_drive;

void pro_channel_add(pro_channel *channel, double t, double value); /* appends a knot; asserts on room and order */
void pro_channel_hold(pro_channel *channel, double value);          /* constant */
double pro_channel_at(const pro_channel *channel, double t,
                      double *slope); /* right-continuous; slope may be NULL */
/* The first time after t at which any channel bends or jumps; infinity: none. */
double pro_drive_next_break(const pro_drive *drive, double t);

/* ---- the sensors' imperfections, by pro_sensor_all's order ---- */

enum { PRO_SENSORS_MAX = 16 };
typedef struct pro_sensor_settings { /* units as the sensor's own */
  double lag;                        /* first-order time constant [s] */
  double noise;                      /* white, one sigma per sample */
  double bias;                       /* constant offset, one sigma over cells */
  double gain;                       /* relative gain error, one sigma over cells [-] */
  double low, high;                  /* where the reading clips */
  double loss;                       /* probability that a sample is missing [-] */
} pro_sensor_settings;
extern const pro_field pro_sensor_settings_fields[]; /* values in the sensor's own unit: see sim/sensor.h */

/* ---- a case ---- */

typedef struct pro_case {
  pro_network network; /* by value: a run may perturb A, Ea and heat */
  pro_cell cell;
  pro_drive drive;
  pro_enclosure enclosure;
  pro_sensor_settings sensors[PRO_SENSORS_MAX];
  double T_initial;        /* [K] */
  double soc_initial;      /* [-] */
  double duration, period; /* of the run and of its samples [s] */
  double t_fault;          /* when the abuse begins [s]; NaN: the case stays within the nameplate's limits */
  double T_mark;           /* the time at which the core first reaches this is reported [K]; NaN: none */
  double rtol;             /* relative tolerance of the integration [-] */
  uint64_t seed, run;
  int64_t cell_draw;     /* which parameter draw: cases that share it share a split */
  int family;            /* index of the kind */
  int chemistry, preset; /* indices into pro_chemistry_all, pro_cell_all */
} pro_case;

/* PRO_EINPUT: a value out of range or parts that do not fit; the message names them. */
pro_status pro_case_check(const pro_case *in) PRO_MUST_CHECK;
#endif
