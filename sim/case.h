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
  int format;                 /* pro_format */
  int nodes;                  /* 1: one temperature; 2: core and surface; 3: and the side that a heater warms */
  double mass;                /* [kg] */
  double heat_capacity;       /* specific, at 25 degC [J/(kg K)] */
  double heat_capacity_slope; /* its relative growth up to 150 degC, above which it stays [1/K] */
  double volume;              /* of jelly roll, to which contents refer [m3] */
  double area;                /* exposed to the surroundings [m2] */
  double film_coefficient;    /* [W/(m2 K)] */
  double emissivity;          /* [-] */
  double surface_share;       /* of the heat capacity that is in the surface node: can and outer windings [-] */
  double core_conductance;    /* core to surface [W/K] */
  double side_share;          /* of the heat capacity that is in the heated side's node [-] */
  double side_conductance;    /* heated side to core [W/K] */
  /* charge; capacity 0: no electrical part */
  double capacity;                       /* when new [C] */
  int ocv;                               /* index into pro_ocv_all */
  double resistance;                     /* at once, at 25 degC and middle charge, when new [ohm] */
  double resistance_activation;          /* [J/mol] */
  double resistance_low_charge;          /* by how many times it is larger at no charge [-] */
  double resistance_over_charge;         /* and by how many times a full charge above full [-] */
  double pair_1_resistance, pair_1_time; /* first RC pair; resistance 0: none [ohm], [s] */
  double pair_2_resistance, pair_2_time; /* second [ohm], [s] */
  double pair_activation;                /* of both [J/mol] */
  double limit_rate;         /* current at which depletion doubles the resistance, in capacities [1/s]; 0: none */
  double limit_time;         /* in which depletion follows the current [s] */
  double capacity_loss;      /* by ageing, as a share [-] */
  double resistance_growth;  /* by ageing, as a share [-] */
  double overcharge_loss;    /* share of an overcharging current that decomposes electrolyte instead [-] */
  double overcharge_start;   /* charge above full from which it does [-] */
  double overcharge_gas;     /* CO2 in the headspace of the charge that does [mol/C]; 0: none */
  double copper_conductance; /* of the copper short per unit of charge below -10 % [S] */
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
  double spot_share;            /* of the separator that a hot spot can melt by itself [-] */
  double front_rise; /* by which what burns beside it heats the separator at full charge [delta_K]; 0: none */
  /* gas; headspace 0: no gas part */
  double headspace;             /* free gas volume [m3] */
  double burst_pressure;        /* gauge, opens the vent for good [Pa] */
  double cid_pressure;          /* gauge, interrupts the current for good [Pa]; 0: none */
  double vent_area;             /* [m2] */
  double discharge_coefficient; /* [-] */
  double gas_heat_ratio;        /* cp/cv [-] */
  double gas_heat_capacity;     /* specific, of what is vented [J/(kg K)] */
  double solvent_mass;          /* that can evaporate [kg] */
  double solvent_antoine_a, solvent_antoine_b, solvent_antoine_c; /* log10(p/kPa) = a - b/(T + c) */
  double solvent_latent_heat;                                     /* [J/mol] */
  double evaporation_time;                                        /* to fill the headspace [s] */
  double reacting_share; /* of the cell's mass that electrodes and electrolyte have: what is thrown out is of it
                            [-]; 0: all */
  double ejecta_share;   /* of the cell's mass that can be thrown out [-]; 0: none */
  double ejecta_entrainment; /* of solids by a kg of gas that leaves a hot cell [-] */
  double ejecta_T;           /* above which it does [K] */
} pro_cell;
extern const pro_field pro_cell_fields[];

/* A preset: a cell with its chemistry. One file each in sim/cell/. */
typedef struct pro_cell_preset {
  const char *name, *doc, *source;
  const char *chemistry; /* its default chemistry's name */
  pro_cell cell;
  const struct pro_datasheet
      *datasheet; /* or: what the cell is made from (sim/datasheet.h), `cell` then holding what is
                     known better: its members that are not 0 take the place of the rules' */
} pro_cell_preset;
extern const pro_cell_preset *const pro_cell_all[]; /* NULL-terminated */
const pro_cell_preset *pro_cell_find(const char *name);
void pro_cell_of_preset(pro_cell *out, const pro_cell_preset *preset);
pro_status pro_cell_check(const pro_cell *cell) PRO_MUST_CHECK; /* ranges, and what must fit together */

/* ---- what is done to it ---- */

enum { PRO_KNOTS_MAX = 16 };

/* Noise of two time scales upon a channel, from its first knot on: piecewise linear between values every `step`,
 * each of standard deviation sigma before it is cut at +-limit. A share of the variance is of what changes within
 * `slow` steps, the rest from value to value. It is a pure function of (seed, run) and time, so that nothing need
 * be stored. */
typedef struct pro_noise {
  double sigma;      /* in the channel's unit; 0: none */
  double limit;      /* likewise */
  double step;       /* [s] */
  double slow_share; /* [-] */
  int slow;          /* [steps] */
  uint64_t seed, run;
} pro_noise;

/* Piecewise linear in time and constant outside its knots; two knots at one time are a jump (the later one holds
 * at that time). No knots: zero throughout. */
typedef struct pro_channel {
  int knots;
  double t[PRO_KNOTS_MAX]; /* ascending [s] */
  double value[PRO_KNOTS_MAX];
  /* A longer course, of `points` knots of its own, from `t` 0 on; borrowed, and must outlive the case. The knots
   * are then not looked at. */
  size_t points;
  const double *course_t, *course_value; /* (points) */
  double course_scale;                   /* by which the course's values are multiplied; 0: as they are */
  double course_delay;                   /* by which it comes later than its times say [s] */
  double
      repeat; /* > 0: what the knots or the course say begins again after it, counted from the first of them [s] */
  pro_noise noise;
} pro_channel;

#define PRO_DRIVE_LIST(X)                                                            \
  X(T_ambient, "K", "temperature of the surroundings")                               \
  X(film_coefficient, "W/(m2 K)", "convection to the surroundings")                  \
  X(emissivity, "1", "radiation to the surroundings")                                \
  X(heater, "W", "heater on the cell's surface, or on its side where it has one")    \
  X(current, "A", "through the terminals, > 0 charges")                              \
  X(short_conductance, "S", "internal short made by the abuse")                      \
  X(load_conductance, "S", "across the terminals: an external short")                \
  X(voltage_high, "V", "above which a charging current gives way; 0: none")          \
  X(voltage_low, "V", "below which a discharging current gives way; 0: none")        \
  X(contact_conductance, "W/K", "from the cell's surface to a plate or a neighbour") \
  X(T_contact, "K", "of that plate or neighbour")
#define PRO_AS_DRIVE(name, unit, doc) PRO_DRIVE_##name,
typedef enum pro_drive_channel { PRO_DRIVE_LIST(PRO_AS_DRIVE) PRO_DRIVE_COUNT } pro_drive_channel;
#undef PRO_AS_DRIVE

/* An accelerating-rate calorimeter: heat, wait, seek. The calorimeter stands at T_start, waits, then for `seek`
 * seconds follows the cell's surface without exchanging heat. Where the surface warms by `threshold` or more over
 * the seek, it goes on following until the rate has fallen below that (the onset of self-heating, clock
 * `self_heating`); then, or else, it goes a step up and waits again. Behind a surface that heats faster than
 * `rate_max` it lags, heating at that rate: the cell loses heat to it, by radiation and the cell's own film
 * coefficient, until it has caught up; after that there are no more steps. */
typedef struct pro_arc {
  int on;
  double T_start, step; /* [K] */
  double wait, seek;    /* [s] */
  double threshold;     /* [K/s] */
  double T_end;         /* where no onset was found below it, the calorimeter stays there [K] */
  double rate_max;      /* up to which it follows [K/s]; 0: any */
} pro_arc;

typedef struct pro_drive {
  pro_channel channel[PRO_DRIVE_COUNT];
  pro_arc arc;
  double T_heater_off; /* the heater is off for good once the surface (the side, where there is one) has reached it
                          [K]; 0: none */
} pro_drive;

void pro_channel_add(pro_channel *channel, double t, double value); /* appends a knot; asserts on room and order */
void pro_channel_hold(pro_channel *channel, double value);          /* constant */
double pro_channel_at(const pro_channel *channel, double t,
                      double *slope);              /* right-continuous; slope may be NULL */
int pro_channel_rests(const pro_channel *channel); /* it has one value, from t = 0 on */
/* What a channel does from t on: a straight line, up to its next break. */
typedef struct pro_channel_line {
  double value, slope; /* at t, right-continuous; per second */
  double end;          /* where it bends or jumps next, after t; infinity: nowhere [s] */
} pro_channel_line;
/* Where a channel stood when it was last asked, and what its noise was made of, by parity of the index; zeros:
 * nothing yet. */
typedef struct pro_channel_memory {
  size_t next; /* knot */
  struct {
    double index, number; /* index: of the number, and 1 */
  } slow[2], value[2];
} pro_channel_memory;
/* A memory is of one channel, and only saves time. */
pro_channel_line pro_channel_follow(const pro_channel *channel, double t, pro_channel_memory *memory);
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

enum { PRO_STEPS_MAX = 2000000 }; /* numerical: a budget that a case which gets anywhere does not come near */

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
  const struct pro_pieces *pieces; /* sim/run.h: where the samples go; NULL: they are kept, all of them */
  uint32_t truth_columns; /* bits 1 << pro_truth: what is recorded of it beside what sensors read; 0: all */
  int steps_max;          /* of the integrator, rejected ones too, in which it must end; 0: any number */
  double seconds_max;     /* of the wall clock, likewise; 0: any. Whether it is kept depends on the machine [s] */
  const volatile int *stop; /* once it is not 0, the case ends with PRO_EINTERRUPTED; NULL: nobody asks */
  uint64_t seed, run;
  int64_t cell_draw;     /* which parameter draw: cases that share it share a split */
  int family;            /* index of the kind */
  int chemistry, preset; /* indices into pro_chemistry_all, pro_cell_all; preset -1: a cell from its datasheet */
} pro_case;

/* PRO_EINPUT: a value out of range or parts that do not fit; the message names them. */
pro_status pro_case_check(const pro_case *in) PRO_MUST_CHECK;
#endif
