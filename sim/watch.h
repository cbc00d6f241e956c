/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/watch.h - turns moments of a run into the clocks of sim/event.h. Knows no integrator: flight.c shows it
 * the ends of each step and the moments at which a margin changes its sign. */
#ifndef PRO_WATCH_H
#define PRO_WATCH_H
#include "sim/run.h"

/* What is watched; a margin is positive where the sentence holds. */
#define PRO_WATCH_LIST(X)                                                               \
  X(short, "an internal short has cost 25 mV")                                          \
  X(voltage, "the voltage is below 75 % of its start")                                  \
  X(vent, "the pressure is above the burst pressure")                                   \
  X(separator, "more than half of the separator has collapsed")                         \
  X(rate_10K, "the core heats by more than 10 K/min")                                   \
  X(rate_1, "the core heats by more than 1 K/s")                                        \
  X(warm, "the core is above 60 degC")                                                  \
  X(limit, "the core is above the operating limit")                                     \
  X(ambient, "the core is hotter than its surroundings")                                \
  X(mark, "the core is above T_mark")                                                   \
  X(cooling, "the core cools")                                                          \
  X(vent2, "gas and solids leave by more than 1 % of the mass a minute")                \
  X(cid, "the pressure is above that of the current interrupt device")                  \
  X(melts, "the core is above the melting point of the positive electrode's aluminium") \
  X(heater_off, "the heated surface is above its thermostat's temperature")             \
  X(lost, "the surface heats faster than the calorimeter that follows it can")          \
  X(caught, "the calorimeter that lags is as hot as the surface")                       \
  X(faded, "the surface that the calorimeter follows heats by less than its threshold")
#define PRO_AS_WATCH(name, doc) PRO_WATCH_##name,
typedef enum pro_watch_id { PRO_WATCH_LIST(PRO_AS_WATCH) PRO_WATCH_COUNT } pro_watch_id;
#undef PRO_AS_WATCH

typedef struct pro_moment {
  double t, T_core, T_surface, T_side, T_ambient, rate, voltage, electrode_voltage, short_conductance, pressure,
      collapse, outflow;
  double rate_followed; /* of a surface that a calorimeter follows [K/s]; else 0 */
  double lag;           /* of a calorimeter behind the surface [K]; 1 where it does not lag */
  double slack;         /* by which a surface that is followed is slower than the threshold [K/s]; else -1 */
} pro_moment;

enum { PRO_CANDIDATES = 8 };
typedef struct pro_watch {
  const pro_case *in; /* borrowed */
  double voltage_start;
  double threshold[PRO_WATCH_COUNT]; /* of what is watched; infinity: never */
  unsigned char holds[PRO_WATCH_COUNT];
  double clock[PRO_CLOCK_COUNT], T_at[PRO_CLOCK_COUNT];
  double T_max, T_surface_max, rate_max;
  /* guarded runaway: stretches of 1 K/s and more above 60 degC, not yet confirmed or dropped */
  struct {
    double start, T_start, T_top;
    double end; /* of the stretch; infinity while it lasts */
  } candidate[PRO_CANDIDATES];
  int candidates;
  double gb_start; /* of the stretch in which GB 38031's conditions hold; NaN */
} pro_watch;

void pro_watch_margins(const pro_watch *watch, const pro_moment *now, double margin[PRO_WATCH_COUNT]);
/* voltage: at the start, before any short [V]. */
void pro_watch_start(pro_watch *watch, const pro_case *in, const pro_moment *now, double voltage);
/* Margin `which` has just changed its sign; moments come in order of time. */
void pro_watch_flip(pro_watch *watch, int which, const pro_moment *now);
/* A clock that somebody else found, at this moment; the first time counts. */
void pro_watch_note(pro_watch *watch, pro_clock clock, double t, double T);
/* A moment between which and the last one no margin changed unseen: the end of a step. */
void pro_watch_see(pro_watch *watch, const pro_moment *now);
/* The earliest time at which a pending question must be answered by a moment of its own: see it when passing;
 * infinity. */
double pro_watch_deadline(const pro_watch *watch);
#endif
