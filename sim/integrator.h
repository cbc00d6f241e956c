/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/integrator.h - what an integrator must be able to do: steps with dense output, for one lane or several.
 * Events, breaks, recording and ledgers are simulate.c's, the same for all. */
#ifndef PRO_INTEGRATOR_H
#define PRO_INTEGRATOR_H
#include "sim/cell.h"

/* Up to eight cases of one structure in flight. The right-hand side and the Jacobian of all lanes are point
 * functions. */
typedef struct pro_system {
  pro_cell_lanes cell;
  const pro_drive *drive[PRO_LANES]; /* borrowed */
  double rtol[PRO_LANES];
  double segment_end[PRO_LANES]; /* the drive is smooth until then; at it, the side before the break holds [s] */
  double stage[PRO_LANES]; /* a calorimeter's temperature, in place of the drive's T_ambient [K]; NaN: none */
  double lags_from[PRO_LANES], lags_by[PRO_LANES]; /* it heats by lags_by from then on [s], [K/s] */
  double lags_film[PRO_LANES]; /* and that is the film coefficient [W/(m2 K)]; NaN: the drive's */
  pro_modes modes;
  long rhs_calls, jacobian_calls;
} pro_system;

/* The drive of every lane at its own time t. */
void pro_system_drive(const pro_system *system, const pro_lanes *t, pro_drive_lanes *out);
void pro_system_rhs(pro_system *system, const pro_lanes *t, const pro_lanes *y, pro_lanes *f);
void pro_system_jacobian(pro_system *system, const pro_lanes *t, const pro_lanes *y, pro_lanes *jacobian);

typedef struct pro_integrator {
  const char *name, *doc, *source;
  int lanes;                                            /* cases it advances at once */
  pro_status (*create)(void **out, pro_system *system); /* borrows the system; PRO_ENOMEM */
  void (*destroy)(void *self);
  /* Begins a smooth piece of a lane at t from y (n); steps will not pass t_stop. Forgets what it knew of the lane.
   */
  pro_status (*start)(void *self, int lane, double t, const double *y, double t_stop);
  /* Advances a lane by one accepted step. PRO_ENUMERIC: the message says why. */
  pro_status (*step)(void *self, int lane);
  /* The last step's ends, and the state (n) anywhere between them. */
  void (*span)(const void *self, int lane, double *from, double *to);
  void (*dense)(void *self, int lane, double t, double *y);
  void (*counts)(const void *self, int lane, long *steps, long *rejected);
} pro_integrator;
#endif
