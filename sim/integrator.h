/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/integrator.h - what an integrator must be able to do: steps with dense output, for one lane or several.
 * Events, breaks, recording and ledgers are those of flight.c, record.c and ledger.c, the same for all. */
#ifndef PRO_INTEGRATOR_H
#define PRO_INTEGRATOR_H
#include "sim/cell.h"

/* Up to eight cases of one structure in flight. The right-hand side and the Jacobian of all lanes are point
 * functions. */
typedef struct pro_system {
  pro_cell_lanes cell;
  double rtol[PRO_LANES];
  /* The drive of the smooth piece in hand: straight lines. */
  pro_lanes from;                                           /* [s] */
  pro_lanes value[PRO_DRIVE_COUNT], slope[PRO_DRIVE_COUNT]; /* at `from`; per second */
  pro_modes modes;
  const pro_sparsity *where; /* the Jacobian's form; the integrator's */
} pro_system;

/* The drive of every lane at its own time t. */
void pro_system_drive(const pro_system *system, const pro_lanes *t, pro_drive_lanes *out);
void pro_system_rhs(const pro_system *system, const pro_lanes *t, const pro_lanes *y, pro_lanes *f,
                    const pro_sleep *asleep); /* as pro_cell_rhs */
/* Likewise, with what else follows from the state, and the drive. */
void pro_system_look(const pro_system *system, const pro_lanes *t, const pro_lanes *y, pro_lanes *f,
                     pro_cell_view *view, pro_drive_lanes *drive);
void pro_system_jacobian(const pro_system *system, const pro_lanes *t, const pro_lanes *y, pro_lanes *jacobian);

typedef struct pro_counts {
  long steps, rejected, rhs_calls, jacobian_calls;
  double shortest, longest; /* of the steps accepted that no end of a piece has cut; 0: none [s] */
} pro_counts;

static inline void pro_counts_length(pro_counts *counts, double step) {
  if (step < counts->shortest || counts->shortest == 0.0) counts->shortest = step;
  if (step > counts->longest) counts->longest = step;
}

typedef struct pro_integrator {
  const char *name, *doc, *source;
  int lanes;                                            /* cases it advances at once */
  pro_status (*create)(void **out, pro_system *system); /* borrows the system; PRO_ENOMEM */
  void (*destroy)(void *self);
  /* Begins a smooth piece of a lane at t from y (n); steps will not pass t_stop. At t = 0 it is another case's. */
  pro_status (*start)(void *self, int lane, double t, const double *y, double t_stop);
  /* At the end of a smooth piece: the next one begins with the same drive and modes, which only bends. */
  pro_status (*bend)(void *self, int lane, double t_stop);
  void (*stop)(void *self, int lane); /* the lane is empty until the next start */
  /* Tries to advance every lane that was started by a step. done: 1 where one was accepted, 0 where it was not
   * yet, -1 where none can be: `why` says why. */
  void (*step)(void *self, signed char done[PRO_LANES]);
  const char *(*why)(const void *self, int lane);
  /* All lanes' times at the end of the last step that was accepted, or of the start after it, and what is to be
   * seen there. */
  const pro_lanes *(*look)(void *self, pro_cell_view *view, pro_drive_lanes *drive);
  /* A lane's first `count` states at eight times within that step: all of them, or those before the ledgers'
   * integrals. */
  void (*dense)(void *self, int lane, const pro_lanes *t, pro_lanes *y, int count);
  void (*counts)(const void *self, int lane, pro_counts *out); /* of the lane's case so far */
} pro_integrator;
#endif
