/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/watch.h"

#include <math.h>
#include <string.h>

#define SHORT_DROP 0.025         /* [V], the ORNL/Sandia indentation protocol */
#define SHORT_COUNTS 1e-4        /* [S]: below it a fall of the voltage is the load's, not a short's */
#define VOLTAGE_SHARE 0.75       /* [-], GB 38031 */
#define GUARD_T 333.15           /* 60 degC [K] */
#define GUARD_SUSTAIN 2.0        /* [s] */
#define ALUMINIUM_T 933.473      /* fixed point of the ITS-90 [K] */
#define GUARD_RISE 50.0          /* [K] */
#define GUARD_HORIZON 60.0       /* [s] */
#define GB_SUSTAIN 3.0           /* [s] */
#define VENT2_RATE (0.01 / 60.0) /* of the mass [1/s]: guess, between a small cell's first venting and its jet */
#define VENT2_AFTER 1.0          /* the first one's own burst is none [s] */

void pro_watch_margins(const pro_watch *w, const pro_moment *now, double margin[PRO_WATCH_COUNT]) {
  const pro_cell *cell = &w->in->cell;
  int charged = cell->capacity > 0.0, sealed = cell->headspace > 0.0;
  margin[PRO_WATCH_short] = charged && now->short_conductance > SHORT_COUNTS
                                ? w->voltage_start - SHORT_DROP - now->electrode_voltage
                                : -1.0;
  margin[PRO_WATCH_voltage] = charged ? VOLTAGE_SHARE * w->voltage_start - now->voltage : -1.0;
  margin[PRO_WATCH_vent] = sealed ? now->pressure - PRO_ATMOSPHERE - cell->burst_pressure : -1.0;
  margin[PRO_WATCH_separator] = charged ? now->collapse - 0.5 : -1.0;
  margin[PRO_WATCH_rate_10K] = now->rate - 10.0 / 60.0;
  margin[PRO_WATCH_rate_1] = now->rate - 1.0;
  margin[PRO_WATCH_warm] = now->T_core - GUARD_T;
  margin[PRO_WATCH_limit] = now->T_core - cell->T_operating_max;
  /* false for NaN: a case without a fault */
  margin[PRO_WATCH_ambient] = now->t > w->in->t_fault ? now->T_core - now->T_ambient : -1.0;
  margin[PRO_WATCH_mark] = isnan(w->in->T_mark) ? -1.0 : now->T_core - w->in->T_mark;
  margin[PRO_WATCH_cooling] = -now->rate;
  margin[PRO_WATCH_vent2] = sealed ? now->outflow - VENT2_RATE * cell->mass : -1.0;
  margin[PRO_WATCH_cid] =
      charged && sealed && cell->cid_pressure > 0.0 ? now->pressure - PRO_ATMOSPHERE - cell->cid_pressure : -1.0;
  margin[PRO_WATCH_melts] = charged ? now->T_core - ALUMINIUM_T : -1.0;
  margin[PRO_WATCH_heater_off] = w->in->drive.T_heater_off > 0.0 ? now->T_side - w->in->drive.T_heater_off : -1.0;
  const pro_arc *arc = &w->in->drive.arc;
  margin[PRO_WATCH_lost] = arc->on && arc->rate_max > 0.0 ? now->rate_followed - arc->rate_max : -1.0;
  margin[PRO_WATCH_caught] = arc->on ? -now->lag : -1.0;
  margin[PRO_WATCH_faded] = arc->on ? now->slack : -1.0;
}

static void stamp(pro_watch *w, pro_clock clock, double t, double T) {
  if (!isnan(w->clock[clock])) return; /* the first time counts */
  w->clock[clock] = t;
  w->T_at[clock] = T;
}

void pro_watch_note(pro_watch *w, pro_clock clock, double t, double T) { stamp(w, clock, t, T); }

static int guarded(const pro_watch *w) { return w->holds[PRO_WATCH_rate_1] && w->holds[PRO_WATCH_warm]; }
static int gb(const pro_watch *w) {
  return (w->holds[PRO_WATCH_voltage] || w->holds[PRO_WATCH_limit]) && w->holds[PRO_WATCH_rate_1];
}

static void begin_guard(pro_watch *w, const pro_moment *now) {
  if (!isnan(w->clock[PRO_CLOCK_runaway_guarded])) return;
  if (w->candidates == PRO_CANDIDATES) { /* chatter: the oldest has had its chance */
    memmove(&w->candidate[0], &w->candidate[1], (PRO_CANDIDATES - 1) * sizeof w->candidate[0]);
    w->candidates--;
  }
  w->candidate[w->candidates].start = now->t;
  w->candidate[w->candidates].T_start = w->candidate[w->candidates].T_top = now->T_core;
  w->candidate[w->candidates].end = (double)INFINITY;
  w->candidates++;
}

static void end_guard(pro_watch *w, double t) {
  for (int c = 0; c < w->candidates; c++)
    if (isinf(w->candidate[c].end)) w->candidate[c].end = t;
}

/* Confirms the earliest stretch that lasted and heated enough; drops those that cannot any more. */
static void settle_candidates(pro_watch *w, double t) {
  int kept = 0;
  for (int c = 0; c < w->candidates; c++) {
    double start = w->candidate[c].start;
    int lasted = fmin(t, w->candidate[c].end) - start >= GUARD_SUSTAIN;
    int heated = w->candidate[c].T_top - w->candidate[c].T_start >= GUARD_RISE;
    if (lasted && heated) {
      stamp(w, PRO_CLOCK_runaway_guarded, start, w->candidate[c].T_start);
      w->candidates = 0;
      return;
    }
    int too_short = !lasted && w->candidate[c].end <= t, too_late = !heated && t >= start + GUARD_HORIZON;
    if (!too_short && !too_late) w->candidate[kept++] = w->candidate[c];
  }
  w->candidates = kept;
}

void pro_watch_start(pro_watch *w, const pro_case *in, const pro_moment *now, double voltage) {
  memset(w, 0, sizeof *w);
  w->in = in;
  w->voltage_start = voltage;
  for (int c = 0; c < PRO_CLOCK_COUNT; c++) w->clock[c] = w->T_at[c] = NAN;
  w->gb_start = NAN;
  w->T_max = now->T_core, w->T_surface_max = now->T_surface, w->rate_max = now->rate;
  w->clock[PRO_CLOCK_max] = now->t, w->T_at[PRO_CLOCK_max] = now->T_core;
  double margin[PRO_WATCH_COUNT];
  pro_watch_margins(w, now, margin);
  for (int i = 0; i < PRO_WATCH_COUNT; i++)
    if (margin[i] > 0.0) pro_watch_flip(w, i, now);
  pro_watch_see(w, now);
}

void pro_watch_flip(pro_watch *w, int which, const pro_moment *now) {
  static const int clock_of[PRO_WATCH_COUNT] = {
      [PRO_WATCH_short] = PRO_CLOCK_short,
      [PRO_WATCH_voltage] = PRO_CLOCK_voltage,
      [PRO_WATCH_vent] = PRO_CLOCK_vent,
      [PRO_WATCH_separator] = PRO_CLOCK_separator,
      [PRO_WATCH_rate_10K] = PRO_CLOCK_10K_per_min,
      [PRO_WATCH_rate_1] = PRO_CLOCK_runaway,
      [PRO_WATCH_warm] = -1,
      [PRO_WATCH_limit] = -1,
      [PRO_WATCH_ambient] = PRO_CLOCK_ambient,
      [PRO_WATCH_mark] = PRO_CLOCK_mark,
      [PRO_WATCH_cooling] = -1,
      [PRO_WATCH_vent2] = PRO_CLOCK_vent2,
      [PRO_WATCH_cid] = PRO_CLOCK_cid,
      [PRO_WATCH_melts] = -1,
      [PRO_WATCH_heater_off] = PRO_CLOCK_heater_off,
      [PRO_WATCH_lost] = -1,
      [PRO_WATCH_caught] = -1,
      [PRO_WATCH_faded] = -1,
  };
  pro_watch_see(w, now);
  int was_guarded = guarded(w), was_gb = gb(w);
  w->holds[which] = !w->holds[which];
  int first = which == PRO_WATCH_vent2 && !(now->t > w->clock[PRO_CLOCK_vent] + VENT2_AFTER);
  if (w->holds[which] && clock_of[which] >= 0 && !first) stamp(w, (pro_clock)clock_of[which], now->t, now->T_core);
  if (!was_guarded && guarded(w)) begin_guard(w, now);
  if (was_guarded && !guarded(w)) end_guard(w, now->t), settle_candidates(w, now->t);
  if (!was_gb && gb(w)) w->gb_start = now->t;
  if (was_gb && !gb(w)) w->gb_start = NAN;
}

void pro_watch_see(pro_watch *w, const pro_moment *now) {
  if (now->T_core > w->T_max) {
    w->T_max = now->T_core, w->T_surface_max = now->T_surface, w->rate_max = now->rate;
    w->clock[PRO_CLOCK_max] = now->t, w->T_at[PRO_CLOCK_max] = now->T_core;
  }
  w->T_surface_max = fmax(w->T_surface_max, now->T_surface);
  w->rate_max = fmax(w->rate_max, now->rate);
  for (int c = 0; c < w->candidates; c++)
    if (now->t <= w->candidate[c].start + GUARD_HORIZON)
      w->candidate[c].T_top = fmax(w->candidate[c].T_top, now->T_core);
  settle_candidates(w, now->t);
  if (now->t >= w->in->t_fault) stamp(w, PRO_CLOCK_fault, w->in->t_fault, now->T_core);
  if (now->t >= w->gb_start + GB_SUSTAIN) stamp(w, PRO_CLOCK_gb, w->gb_start + GB_SUSTAIN, now->T_core);
}

double pro_watch_deadline(const pro_watch *w) {
  double first = (double)INFINITY;
  for (int c = 0; c < w->candidates; c++) first = fmin(first, w->candidate[c].start + GUARD_HORIZON);
  if (!isnan(w->gb_start) && isnan(w->clock[PRO_CLOCK_gb])) first = fmin(first, w->gb_start + GB_SUSTAIN);
  if (isnan(w->clock[PRO_CLOCK_fault])) first = fmin(first, w->in->t_fault); /* fmin passes a NaN by */
  return first;
}
