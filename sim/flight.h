/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/flight.h - one case between its start and its end: breaks of the drive, a calorimeter's phases, events,
 * samples. It has a lane of an integrator that others share. */
#ifndef PRO_FLIGHT_H
#define PRO_FLIGHT_H
#include "sim/integrator.h"
#include "sim/simulate.h"
#include "sim/watch.h"

typedef enum pro_arc_phase {
  PRO_ARC_none,
  PRO_ARC_wait,
  PRO_ARC_seek,
  PRO_ARC_follow,
  PRO_ARC_lag,
  PRO_ARC_rest
} pro_arc_phase;

typedef struct pro_flight {
  const pro_case *in;
  const pro_integrator *with;
  void *integrator;
  pro_system *shared; /* the integrator's, in which it has one lane */
  int lane;
  pro_trajectory *out;
  double t, end;     /* now, and where the smooth piece ends [s] */
  double until;      /* where it is to be left [s]; infinity: nowhere */
  pro_counts before; /* of the integrators that had it before */
  pro_moment last;
  int astray;   /* something that was to be seen was no number */
  double began; /* by the wall clock, where it has a budget of that [s] */
  pro_watch watch;
  double y0[PRO_STATES_MAX], y[PRO_STATES_MAX];
  int begins;         /* a piece has begun whose first moment is to be seen */
  size_t next;        /* sample to record */
  size_t base;        /* the first of the piece in `out`, where it is recorded in pieces */
  size_t room;        /* samples that `out` has room for */
  pro_status refused; /* by whoever takes the pieces, and why */
  char refusal[256];
  pro_channel_memory memory[PRO_DRIVE_COUNT];
  double line_end; /* of the drive's straight lines [s] */
  uint32_t moves;  /* bits 1 << pro_drive_channel: lines that must be drawn anew */
  pro_arc_phase arc;
  double arc_end, T_seek;               /* of the phase [s]; surface at the beginning of the seek [K] */
  double stage, stage_from, stage_rate; /* the calorimeter's temperature, and how it grows [K], [s], [K/s] */
  double stage_film;                    /* its film coefficient while it lags [W/(m2 K)]; NaN: the drive's */
  /* eight samples side by side: the lanes of one look, each under its own drive and modes */
  int waiting;
  pro_lanes sample_t, sample_y[PRO_STATES_MAX]; /* (feedback) */
  pro_drive_lanes sample_drive;
  pro_modes sample_modes;
  double enclosed[PRO_GAS_COUNT],
      out_before[PRO_GAS_COUNT]; /* gas in the enclosure, and out of the cell at the last sample [mol] */
  pro_system system;             /* of this case alone, in all lanes */
} pro_flight;

/* A case on its way, at rest between two integrators: a value. The flight holds t, y (n), modes, clocks and
 * pending questions, a calorimeter's phase, what the enclosure holds and the samples so far; its pointers but
 * `out` are not to be used, `out` is the state's. */
struct pro_state {
  pro_case in;
  pro_flight flight;
};

/* Begins a case in a lane. What `out` holds is the caller's. PRO_ENOMEM, PRO_ENUMERIC. */
pro_status pro_flight_board(pro_flight *flight, const pro_case *in, pro_system *shared, const pro_integrator *with,
                            void *integrator, int lane, double until) PRO_MUST_CHECK;
/* Likewise, where another flight has left it at `from`, which is borrowed until the end. */
pro_status pro_flight_return(pro_flight *flight, const pro_state *from, pro_system *shared,
                             const pro_integrator *with, void *integrator, int lane, double until) PRO_MUST_CHECK;
/* Hands over what has become of it, `out` included; the caller frees it with pro_state_free. PRO_ENOMEM. */
pro_status pro_flight_leave(pro_state **out, pro_flight *flight) PRO_MUST_CHECK;
/* Sees what the integrator's accepted step has brought, up to the moment `end`; quiet: nothing has happened in it
 * (pro_watch_quiet); goes_on 0: that was the end of the case. PRO_ENUMERIC. */
pro_status pro_flight_step(pro_flight *flight, const pro_moment *end, int quiet, int *goes_on) PRO_MUST_CHECK;
/* Wanted where `begins`, before the integrator's next step: `now` is its first moment under the new drive. */
pro_status pro_flight_begin(pro_flight *flight, const pro_moment *now, int *goes_on) PRO_MUST_CHECK;
/* After an attempt of a step that was not the last: PRO_ENUMERIC where a budget of the case is spent, or what is
 * seen of it is no number. */
pro_status pro_flight_afford(const pro_flight *flight) PRO_MUST_CHECK;
/* What a view of eight lanes says of lane l. */
void pro_flight_see(pro_flight *flight, const pro_cell_view *view, const pro_drive_lanes *drive, int l, double t,
                    pro_moment *now);
/* Completes `out` after the end. PRO_ENUMERIC: not all of it is numbers. */
pro_status pro_flight_conclude(pro_flight *flight) PRO_MUST_CHECK;
#endif
