/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/event.h - what can happen to a cell: the corpus's clocks, all from noise-free truth. */
#ifndef PRO_EVENT_H
#define PRO_EVENT_H

/* name (the corpus adds "t_"), what it is. Times in s from the case's start, NaN where it did not happen. */
#define PRO_CLOCK_LIST(X)                                                                                        \
  X(fault, "the abuse begins that leaves the nameplate's limits")                                                \
  X(short, "voltage of the electrodes 25 mV below the start's, by an internal short")                            \
  X(vent, "the pressure passes the burst pressure and the vent opens")                                           \
  X(vent2,                                                                                                       \
    "second venting: gas and solids leave by 1 % of the mass a minute again, having left more slowly since the " \
    "vent opened")                                                                                               \
  X(separator, "half of the separator has collapsed")                                                            \
  X(voltage, "terminal voltage below 75 % of its value at the start")                                            \
  X(cid, "the current interrupt device opens")                                                                   \
  X(10K_per_min, "core dT/dt reaches 10 K/min")                                                                  \
  X(runaway, "core dT/dt reaches 1 K/s")                                                                         \
  X(runaway_guarded, "start of 2 s of core dT/dt >= 1 K/s above 60 degC that heat by 50 K more within 60 s")     \
  X(gb, "GB 38031: (V drop > 25 % or T >= operating limit) and dT/dt >= 1 K/s for 3 s, at the end of the 3 s")   \
  X(max, "the core is hottest")                                                                                  \
  X(ambient, "the core becomes hotter than its surroundings after the fault")                                    \
  X(mark, "the core reaches the scenario's T_mark")                                                              \
  X(self_heating, "a calorimeter finds self-heating: at the end of its seek, or where it can follow no longer")                                    \
  X(heater_off, "the heater is switched off by its thermostat")
#define PRO_AS_CLOCK(name, doc) PRO_CLOCK_##name,
typedef enum pro_clock { PRO_CLOCK_LIST(PRO_AS_CLOCK) PRO_CLOCK_COUNT } pro_clock;
#undef PRO_AS_CLOCK
extern const char *const pro_clock_names[PRO_CLOCK_COUNT]; /* "runaway" */
extern const char *const pro_clock_docs[PRO_CLOCK_COUNT];

#define PRO_OUTCOME_LIST(X)                                                    \
  X(runaway, "guarded runaway happened")                                       \
  X(safe, "no runaway, and at the end the core heats by less than 0.02 K/min") \
  X(unresolved, "no runaway yet, but the core was still heating at the end")   \
  X(failed, "the integration failed: nothing is known")
#define PRO_AS_OUTCOME(name, doc) PRO_OUTCOME_##name,
typedef enum pro_outcome { PRO_OUTCOME_LIST(PRO_AS_OUTCOME) PRO_OUTCOME_COUNT } pro_outcome;
#undef PRO_AS_OUTCOME
extern const char *const pro_outcome_names[PRO_OUTCOME_COUNT + 1]; /* NULL-terminated */
#endif
