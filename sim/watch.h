/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/watch.h - turns moments of a run into the clocks of sim/event.h. Knows no integrator: flight.c shows it
 * the ends of each step and the moments at which a margin changes its sign. */
#ifndef PRO_WATCH_H
#define PRO_WATCH_H
#include "sim/cell.h"
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
#define PRO_SHORT_COUNTS 1e-4 /* [S]: below it a fall of the voltage is the load's, not a short's */

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

/* What is compared with the thresholds, of a moment or of what is seen of eight lanes: all but a calorimeter's.
 * shorted: -electrode_voltage where there is a short, ambient: T_core - T_ambient after the fault; else -infinity.
 */
#define PRO_WATCH_VALUES(now, shorted, ambient)                                                                  \
  [PRO_WATCH_short] = shorted, [PRO_WATCH_voltage] = -(now)->voltage, [PRO_WATCH_vent] = (now)->pressure,        \
  [PRO_WATCH_separator] = (now)->collapse, [PRO_WATCH_rate_10K] = (now)->rate, [PRO_WATCH_rate_1] = (now)->rate, \
  [PRO_WATCH_warm] = (now)->T_core, [PRO_WATCH_limit] = (now)->T_core, [PRO_WATCH_ambient] = ambient,            \
  [PRO_WATCH_mark] = (now)->T_core, [PRO_WATCH_cooling] = -(now)->rate, [PRO_WATCH_vent2] = (now)->outflow,      \
  [PRO_WATCH_cid] = (now)->pressure, [PRO_WATCH_melts] = (now)->T_core, [PRO_WATCH_heater_off] = (now)->T_side

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
/* Whether any clock tells when margin `which` changes next; heats: the core does so by more than 1 K/s before or
 * after it. */
int pro_watch_is_told(const pro_watch *watch, int which, int heats);
/* A clock that somebody else found, at this moment; the first time counts. */
void pro_watch_note(pro_watch *watch, pro_clock clock, double t, double T);
/* A moment between which and the last one no margin changed unseen: the end of a step. */
void pro_watch_see(pro_watch *watch, const pro_moment *now);
/* The earliest time at which a pending question must be answered by a moment of its own: see it when passing;
 * infinity. */
double pro_watch_deadline(const pro_watch *watch);

/* ---- eight cases side by side: whether anything has happened at all ---- */

typedef struct pro_watch_lanes {
  pro_lanes threshold[PRO_WATCH_COUNT];
  pro_lanes_mask holds[PRO_WATCH_COUNT];
  pro_lanes t_fault, deadline; /* [s] */
  pro_lanes_mask alone;        /* follows a calorimeter: is never quiet */
} pro_watch_lanes;
/* What a watch waits for; to be shown again after everything but a quiet step. */
void pro_watch_show(pro_watch_lanes *to, int lane, const pro_watch *watch);

/* Lanes in which no margin has another sign than its watch has seen, and no question is to be answered by t. */
PRO_ONE_TEXT pro_lanes_mask pro_watch_quiet(const pro_watch_lanes *w, pro_lanes t, const pro_cell_view *now,
                                            pro_lanes T_ambient) {
  const pro_lanes never = pro_lanes_all(-__builtin_inf());
  const pro_lanes value[] = {PRO_WATCH_VALUES(
      now, pro_select(pro_above(now->short_conductance, PRO_SHORT_COUNTS), -now->electrode_voltage, never),
      pro_select(pro_above(t, w->t_fault), now->T_core - T_ambient, never))};
  _Static_assert(PRO_COUNT(value) == PRO_WATCH_lost, "the rest is a calorimeter's");
  pro_lanes_mask quiet = ~w->alone & pro_at_least(w->deadline, t);
  for (int i = 0; i < (int)PRO_COUNT(value); i++)
    quiet &= ~(pro_above(value[i] - w->threshold[i], 0.0) ^ w->holds[i]);
  return quiet;
}
#endif
