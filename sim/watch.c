/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/watch.h"

#include <math.h>
#include <string.h>

#define SHORT_DROP 0.025         /* [V], the ORNL/Sandia indentation protocol */
#define VOLTAGE_SHARE 0.75       /* [-], GB 38031 */
#define GUARD_T 333.15           /* 60 degC [K] */
#define GUARD_SUSTAIN 2.0        /* [s] */
#define ALUMINIUM_T 933.473      /* fixed point of the ITS-90 [K] */
#define GUARD_RISE 50.0          /* [K] */
#define GUARD_HORIZON 60.0       /* [s] */
#define GB_SUSTAIN 3.0           /* [s] */
#define VENT2_RATE (0.01 / 60.0) /* of the mass [1/s]: guess, between a small cell's first venting and its jet */
#define VENT2_AFTER 1.0          /* the first one's own burst is none [s] */

static void set_thresholds(pro_watch *w) {
  const pro_cell *cell = &w->in->cell;
  const pro_drive *drive = &w->in->drive;
  const double never = (double)INFINITY;
  int charged = cell->capacity > 0.0, sealed = cell->headspace > 0.0;
  int has_device = charged && sealed && cell->cid_pressure > 0.0,
      lags = drive->arc.on && drive->arc.rate_max > 0.0;
  const double threshold[PRO_WATCH_COUNT] = {
      [PRO_WATCH_short] = charged ? SHORT_DROP - w->voltage_start : never,
      [PRO_WATCH_voltage] = charged ? -VOLTAGE_SHARE * w->voltage_start : never,
      [PRO_WATCH_vent] = sealed ? PRO_ATMOSPHERE + cell->burst_pressure : never,
      [PRO_WATCH_separator] = charged ? 0.5 : never,
      [PRO_WATCH_rate_10K] = 10.0 / 60.0,
      [PRO_WATCH_rate_1] = 1.0,
      [PRO_WATCH_warm] = GUARD_T,
      [PRO_WATCH_limit] = cell->T_operating_max,
      [PRO_WATCH_ambient] = isnan(w->in->t_fault) ? never : 0.0,
      [PRO_WATCH_mark] = isnan(w->in->T_mark) ? never : w->in->T_mark,
      [PRO_WATCH_cooling] = 0.0,
      [PRO_WATCH_vent2] = sealed ? VENT2_RATE * cell->mass : never,
      [PRO_WATCH_cid] = has_device ? PRO_ATMOSPHERE + cell->cid_pressure : never,
      [PRO_WATCH_melts] = charged ? ALUMINIUM_T : never,
      [PRO_WATCH_heater_off] = drive->T_heater_off > 0.0 ? drive->T_heater_off : never,
      [PRO_WATCH_lost] = lags ? drive->arc.rate_max : never,
      [PRO_WATCH_caught] = drive->arc.on ? 0.0 : never,
      [PRO_WATCH_faded] = drive->arc.on ? 0.0 : never,
  };
  memcpy(w->threshold, threshold, sizeof threshold);
}

void pro_watch_margins(const pro_watch *w, const pro_moment *now, double margin[PRO_WATCH_COUNT]) {
  const double never = -(double)INFINITY;
  const double value[PRO_WATCH_COUNT] = {
      PRO_WATCH_VALUES(now, now->short_conductance > PRO_SHORT_COUNTS ? -now->electrode_voltage : never,
                       now->t > w->in->t_fault ? now->T_core - now->T_ambient : never),
      [PRO_WATCH_lost] = now->rate_followed,
      [PRO_WATCH_caught] = -now->lag,
      [PRO_WATCH_faded] = now->slack,
  };
  for (int i = 0; i < PRO_WATCH_COUNT; i++) margin[i] = value[i] - w->threshold[i];
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
  set_thresholds(w);
  w->T_max = now->T_core, w->T_surface_max = now->T_surface, w->rate_max = now->rate;
  w->clock[PRO_CLOCK_max] = now->t, w->T_at[PRO_CLOCK_max] = now->T_core;
  double margin[PRO_WATCH_COUNT];
  pro_watch_margins(w, now, margin);
  for (int i = 0; i < PRO_WATCH_COUNT; i++)
    if (margin[i] > 0.0) pro_watch_flip(w, i, now);
  pro_watch_see(w, now);
}

/* What a margin stamps when it becomes positive; -1: nothing. */
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

void pro_watch_flip(pro_watch *w, int which, const pro_moment *now) {
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

int pro_watch_is_told(const pro_watch *w, int which, int heats) {
  if (!w->holds[which] && clock_of[which] >= 0 && isnan(w->clock[clock_of[which]])) return 1;
  if (!heats || (!isnan(w->clock[PRO_CLOCK_runaway_guarded]) && !isnan(w->clock[PRO_CLOCK_gb]))) return 0;
  return which == PRO_WATCH_rate_1 || which == PRO_WATCH_warm || which == PRO_WATCH_voltage ||
         which == PRO_WATCH_limit; /* begins or ends a stretch of either */
}

static double larger(double a, double b) { return b > a ? b : a; }
static double smaller(double a, double b) { return b < a ? b : a; } /* passes a NaN by in b */

void pro_watch_see(pro_watch *w, const pro_moment *now) {
  if (now->T_core > w->T_max) {
    w->T_max = now->T_core;
    w->clock[PRO_CLOCK_max] = now->t, w->T_at[PRO_CLOCK_max] = now->T_core;
  }
  w->T_surface_max = larger(w->T_surface_max, now->T_surface);
  w->rate_max = larger(w->rate_max, now->rate);
  for (int c = 0; c < w->candidates; c++)
    if (now->t <= w->candidate[c].start + GUARD_HORIZON)
      w->candidate[c].T_top = fmax(w->candidate[c].T_top, now->T_core);
  if (w->candidates > 0) settle_candidates(w, now->t);
  if (now->t >= w->in->t_fault) stamp(w, PRO_CLOCK_fault, w->in->t_fault, now->T_core);
  if (now->t >= w->gb_start + GB_SUSTAIN) stamp(w, PRO_CLOCK_gb, w->gb_start + GB_SUSTAIN, now->T_core);
}

double pro_watch_deadline(const pro_watch *w) {
  double first = (double)INFINITY;
  for (int c = 0; c < w->candidates; c++) first = smaller(first, w->candidate[c].start + GUARD_HORIZON);
  if (!isnan(w->gb_start) && isnan(w->clock[PRO_CLOCK_gb])) first = smaller(first, w->gb_start + GB_SUSTAIN);
  if (isnan(w->clock[PRO_CLOCK_fault])) first = smaller(first, w->in->t_fault); /* no fault: NaN */
  return first;
}

void pro_watch_show(pro_watch_lanes *to, int l, const pro_watch *w) {
  for (int i = 0; i < PRO_WATCH_COUNT; i++) {
    to->threshold[i][l] = w->threshold[i];
    to->holds[i][l] = w->holds[i] ? -1 : 0;
  }
  to->t_fault[l] = w->in->t_fault, to->deadline[l] = pro_watch_deadline(w);
  to->alone[l] = w->in->drive.arc.on ? -1 : 0;
}
