/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/replay.h - a measured trace played to a cell: its current is the input, its voltage and temperature are what
 * to compare with. */
#ifndef PRO_REPLAY_H
#define PRO_REPLAY_H
#include "cli/comparison.h"

typedef struct pro_replay { /* one block of memory, freed with pro_replay_free */
  char name[64];
  size_t samples;
  double *t, *current, *voltage, *T; /* (samples) [s], [A], [V], [K]; NaN: not measured */
  size_t knots;
  double *knot_t, *knot_current; /* (knots) the current as a course */
  double lead;                   /* the course begins this long before the first sample [s] */
  double charge;                 /* that the course moves [C] */
} pro_replay;

typedef struct pro_replay_cut {
  int segment;      /* of the file; -1: all of it */
  double from, to;  /* of the file's time, `to` 0: its end [s] */
  double lead;      /* the first current has flowed for this long before the first sample [s] */
  double tolerance; /* of the course: samples that a straight line meets this well are left out [A] */
} pro_replay_cut;

/* Reads a trace of current, voltage and temperature. As pro_trace_read; PRO_EINPUT too where it has no current and
 * voltage or nothing in the cut. */
pro_status pro_replay_read(pro_replay *out, const char *folder, const char *file,
                           const pro_replay_cut *cut) PRO_MUST_CHECK;
void pro_replay_free(pro_replay *replay);

/* The case lives through the replay, which must outlive it: current, duration, period; surroundings as they are.
 */
void pro_replay_apply(pro_case *in, const pro_replay *replay);

/* Leaves out what a healthy cell does not do, gas and all reactions but the first, and integrates to 1e-5: five
 * times faster, and the same voltage to 0.1 mV. */
void pro_replay_calm(pro_case *in);

/* Charge at which the cell's open-circuit voltage is `voltage` [-]; 0 or 1 where that is out of its range. */
double pro_replay_charge(const pro_cell *cell, double voltage);

/* What the run gives at the sample's time, straight between its own samples. */
double pro_replay_value(const pro_replay *replay, const pro_run *run, pro_truth what, size_t sample);

/* Root mean square of what the run gives less what was measured, over all samples; NaN: none, or the run failed.
 */
double pro_replay_rms(const pro_replay *replay, const pro_run *run, pro_truth what, const double *measured);
#endif
