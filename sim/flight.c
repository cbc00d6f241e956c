/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/flight.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sim/clock.h"
#include "sim/record.h"

/* Numerical: far below the millisecond to which clocks are promised, as finely as the tolerance is worth. */
#define LOCATE_LEAST 1e-6 /* width to which an event is bracketed [s]: at a tight tolerance, */
#define LOCATE_MOST 1e-4  /* and at a loose one */
#define INSTANT                                                                                   \
  1e-12 /* a segment this short, or a rounding of its time, is passed by: nothing moves in it [s] \
         */

/* What a view of eight lanes says of one. */
void pro_flight_see(pro_flight *f, const pro_cell_view *view, const pro_drive_lanes *drive, int l, double t,
                    pro_moment *now) {
  *now = (pro_moment){.t = t,
                      .T_core = view->T_core[l],
                      .T_surface = view->T_surface[l],
                      .T_side = view->T_side[l],
                      .outflow = view->outflow[l],
                      .T_ambient = drive->channel[PRO_DRIVE_T_ambient][l],
                      .rate = view->rate[l],
                      .voltage = view->voltage[l],
                      .electrode_voltage = view->electrode_voltage[l],
                      .short_conductance = view->short_conductance[l],
                      .pressure = view->pressure[l],
                      .collapse = view->collapse[l],
                      .lag = 1.0,
                      .slack = -1.0};
  double sum = ((now->T_core + now->T_surface) + (now->T_side + now->T_ambient)) +
               ((now->voltage + now->electrode_voltage) + (now->short_conductance + now->pressure)) +
               ((now->collapse + now->outflow) + now->rate); /* in pairs: none waits for the rest */
  f->astray |= !isfinite(sum);
  if (f->arc == PRO_ARC_none) return;
  double rate = view->rate_surface[l];
  f->astray |= !isfinite(rate);
  /* in a wait the wall is hotter, unless the cell has begun to outrun it */
  int waits = f->arc == PRO_ARC_wait || f->arc == PRO_ARC_rest;
  if (f->arc == PRO_ARC_seek || f->arc == PRO_ARC_follow || (waits && now->T_surface > now->T_ambient))
    now->rate_followed = rate;
  if (f->arc == PRO_ARC_follow) now->slack = f->in->drive.arc.threshold - rate;
  if (f->arc == PRO_ARC_lag) now->lag = now->T_surface - now->T_ambient;
}

/* Eight moments of a case: y holds the states (feedback) of the times in its lanes. */
static void look_at_all(pro_flight *f, const pro_lanes *t, const pro_lanes *y, pro_moment now[PRO_LANES]) {
  pro_drive_lanes drive;
  pro_cell_view view;
  pro_system_drive(&f->system, t, &drive);
  pro_cell_look(&view, &f->system.cell, &drive, &f->system.modes, y);
  for (int l = 0; l < PRO_LANES; l++) pro_flight_see(f, &view, &drive, l, (*t)[l], &now[l]);
}

static void look_at(pro_flight *f, double t, const double *y, pro_moment *now) {
  pro_lanes wide[PRO_STATES_MAX], wide_t = pro_lanes_all(t);
  pro_moment all[PRO_LANES];
  for (int i = 0; i < f->system.cell.layout.n; i++) wide[i] = pro_lanes_all(y[i]);
  look_at_all(f, &wide_t, wide, all);
  *now = all[0];
}

/* The voltage that the clocks compare with: a short that is there from t = 0 on has not lowered it. */
static double voltage_before(pro_flight *f) {
  pro_lanes wide[PRO_STATES_MAX], start = pro_lanes_all(0.0);
  for (int i = 0; i < f->system.cell.layout.n; i++) wide[i] = pro_lanes_all(f->y0[i]);
  pro_drive_lanes drive;
  pro_cell_view view;
  pro_system_drive(&f->system, &start, &drive);
  drive.channel[PRO_DRIVE_short_conductance] = pro_lanes_all(0.0);
  pro_cell_look(&view, &f->system.cell, &drive, &f->system.modes, wide);
  return view.voltage[0];
}

/* The state (n) within the integrator's last step. */
static void inside(pro_flight *f, double t, double *y) {
  pro_lanes wide_t = pro_lanes_all(t), wide[PRO_STATES_MAX];
  f->with->dense(f->integrator, f->lane, &wide_t, wide, f->system.cell.layout.n);
  for (int i = 0; i < f->system.cell.layout.n; i++) y[i] = wide[i][0];
}

static void look_inside(pro_flight *f, double t, pro_moment *now) {
  pro_lanes wide_t = pro_lanes_all(t), wide[PRO_STATES_MAX];
  pro_moment all[PRO_LANES];
  f->with->dense(f->integrator, f->lane, &wide_t, wide, f->system.cell.layout.feedback);
  look_at_all(f, &wide_t, wide, all);
  *now = all[0];
}

/* What an event switches: all but a calorimeter's for good. NULL: nothing. */
static pro_lanes *switched_by(pro_flight *f, int which, double *to) {
  *to = which == PRO_WATCH_vent || which == PRO_WATCH_lost || which == PRO_WATCH_faded ? 1.0 : 0.0;
  switch (which) {
    case PRO_WATCH_vent:
      return &f->system.modes.vent_open;
    case PRO_WATCH_cid:
    case PRO_WATCH_melts:
      return &f->system.modes.connected;
    case PRO_WATCH_heater_off:
      return &f->system.modes.heater_on;
    case PRO_WATCH_lost:
    case PRO_WATCH_caught:
    case PRO_WATCH_faded:
      return &f->system.modes.coupled;
    default:
      return NULL;
  }
}

static int is_spent(pro_flight *f, int which) { /* it has nothing to switch, now or ever */
  if (which == PRO_WATCH_lost) return f->arc == PRO_ARC_lag;
  if (which == PRO_WATCH_caught) return f->arc != PRO_ARC_lag;
  if (which == PRO_WATCH_faded) return f->arc != PRO_ARC_follow;
  double to;
  const pro_lanes *mode = switched_by(f, which, &to);
  return mode && (*mode)[0] == to;
}

static void flips_at(pro_flight *f, const pro_moment *now) {
  double margin[PRO_WATCH_COUNT];
  pro_watch_margins(&f->watch, now, margin);
  for (int i = 0; i < PRO_WATCH_COUNT; i++) {
    if (is_spent(f, i)) continue;
    if ((margin[i] > 0.0) != f->watch.holds[i]) pro_watch_flip(&f->watch, i, now);
  }
}

static int switched_at_once(pro_flight *f) {
  double to;
  for (int i = 0; i < PRO_WATCH_COUNT; i++)
    if (f->watch.holds[i] && switched_by(f, i, &to) && !is_spent(f, i)) return i;
  return -1;
}

static void sort_times(double *t, int n) {
  for (int i = 1; i < n; i++)
    for (int k = i; k > 0 && t[k] < t[k - 1]; k--) {
      double keep = t[k];
      t[k] = t[k - 1], t[k - 1] = keep;
    }
}

/* Where the cubic t(g) through four points is at g = 0. */
static double cubic_root(const double t[4], const double g[4]) {
  double sum = 0.0;
  for (int i = 0; i < 4; i++) {
    double part = t[i] - t[1]; /* from one of them: late times cost no digits */
    for (int j = 0; j < 4; j++)
      if (j != i) part *= g[j] / (g[j] - g[i]);
    sum += part;
  }
  return t[1] + sum;
}

/* On the dense output between a (margin `which` has its old sign) and b (it has changed): the first moment found
 * at which it has changed, to 10 s times rtol or a thousandth of the step, within bounds. A round looks at eight
 * times at once, closest where the secant points, or as soon as it is known at two more moments the cubic: the
 * bracket shrinks to a fifth at worst, and to a two-thousandth as a rule. */
static pro_moment locate(pro_flight *f, int which, pro_moment a, pro_moment b) {
  const double worth = fmin(10.0 * f->in->rtol, LOCATE_MOST),
               to = fmax(fmin(worth, 1e-3 * (b.t - a.t)), LOCATE_LEAST);
  static const double around[PRO_LANES] = {-0.2, -0.02, -0.002, -0.0002, 0.0002, 0.002, 0.02, 0.2};
  double margin[PRO_WATCH_COUNT];
  enum { POINTS = PRO_LANES + 2 };                                    /* of a round, and both its ends */
  double at[POINTS], g[POINTS], near_t[4] = {0.0}, near_g[4] = {0.0}; /* of these those around the change */
  int nears = 0;
  pro_watch_margins(&f->watch, &a, margin);
  near_t[1] = a.t, near_g[1] = margin[which];
  pro_watch_margins(&f->watch, &b, margin);
  near_t[2] = b.t, near_g[2] = margin[which];
  for (int round = 0; round < 60 && b.t - a.t > to; round++) {
    double width = b.t - a.t, root = nears ? cubic_root(near_t, near_g) : (double)NAN, t[PRO_LANES];
    if (!(root > a.t && root < b.t)) root = a.t + width * (near_g[1] / (near_g[1] - near_g[2]));
    if (!(root > a.t && root < b.t)) root = 0.5 * (a.t + b.t);
    for (int l = 0; l < PRO_LANES; l++) {
      t[l] = root + around[l] * width;
      if (!(t[l] > a.t)) t[l] = a.t + (root - a.t) * (1.0 - 0.1 * (l + 1)); /* nearer to the end that is near */
      if (!(t[l] < b.t)) t[l] = b.t - (b.t - root) * (1.0 - 0.1 * (PRO_LANES - l));
      if (!(t[l] > a.t && t[l] < b.t)) t[l] = 0.5 * (a.t + b.t);
    }
    if (!(t[0] > a.t && t[0] < b.t)) break; /* nothing lies between */
    sort_times(t, PRO_LANES);
    pro_lanes wide_t, wide[PRO_STATES_MAX];
    pro_moment now[PRO_LANES];
    for (int l = 0; l < PRO_LANES; l++) wide_t[l] = t[l];
    f->with->dense(f->integrator, f->lane, &wide_t, wide, f->system.cell.layout.feedback);
    look_at_all(f, &wide_t, wide, now);
    at[0] = a.t, g[0] = near_g[1], at[POINTS - 1] = b.t, g[POINTS - 1] = near_g[2];
    int changed = POINTS - 1; /* the first at which it has */
    for (int l = PRO_LANES - 1; l >= 0; l--) {
      pro_watch_margins(&f->watch, &now[l], margin);
      at[l + 1] = t[l], g[l + 1] = margin[which];
      if ((margin[which] > 0.0) != f->watch.holds[which]) changed = l + 1;
    }
    if (changed <= PRO_LANES) b = now[changed - 1];
    if (changed > 1) a = now[changed - 2];
    nears = changed > 1 && changed <= PRO_LANES;
    for (int i = 0; i < 4; i++) {
      int k = changed - 2 + i;
      if (k >= 0 && k < POINTS) near_t[i] = at[k], near_g[i] = g[k];
    }
  }
  return b;
}

/* Whether it matters when it changed between a and b. That a cell cools is told by no clock: the moment is of use
 * where the core may have been hotter there than ever, or than a guard has seen it. */
static int is_timed(pro_flight *f, int which, const pro_moment *a, const pro_moment *b, int heats) {
  double to;
  if (switched_by(f, which, &to)) return 1;
  if (which != PRO_WATCH_cooling) return pro_watch_is_told(&f->watch, which, heats);
  if (f->watch.candidates > 0) return 1;
  double reach = 2.0 * (fabs(a->rate) + fabs(b->rate)) * (b->t - a->t); /* twice what straight lines would say */
  return !f->watch.holds[which] && fmax(a->T_core, b->T_core) + reach > f->watch.T_max;
}

/* Finds what happened between `last` and the end of the step, in order of time. Returns what switched a mode, or
 * -1: *last is then that moment, and what came after it is not true. */
static int find_events(pro_flight *f, pro_moment *last, const pro_moment *at_end) {
  const double to = at_end->t;
  for (;;) {
    double deadline = fmin(pro_watch_deadline(&f->watch), to), margin[PRO_WATCH_COUNT];
    pro_moment end = *at_end, found[PRO_WATCH_COUNT];
    if (deadline > last->t && deadline < to) look_inside(f, deadline, &end);
    pro_watch_margins(&f->watch, &end, margin);
    int which[PRO_WATCH_COUNT], n = 0, late = 0;
    const int runs = PRO_WATCH_rate_1, heats = f->watch.holds[runs] || margin[runs] > 0.0;
    for (int i = 0; i < PRO_WATCH_COUNT; i++) {
      if ((margin[i] > 0.0) == f->watch.holds[i] || is_spent(f, i)) continue;
      pro_moment m = is_timed(f, i, last, &end, heats) ? locate(f, i, *last, end) : end;
      int k = n++;
      for (; k > 0 && m.t < found[k - 1].t; k--) found[k] = found[k - 1], which[k] = which[k - 1];
      found[k] = m, which[k] = i;
    }
    for (int k = 0; k < n && !late; k++) {
      pro_watch_flip(&f->watch, which[k], &found[k]);
      *last = found[k];
      double mode;
      if (f->watch.holds[which[k]] && switched_by(f, which[k], &mode)) return which[k];
      late = pro_watch_deadline(&f->watch) < end.t; /* asks for a look of its own before what comes */
    }
    if (late) continue;
    pro_watch_see(&f->watch, &end);
    *last = end;
    if (end.t >= to) return -1;
  }
}

/* A step up from `stage`, if the calorimeter goes as far and the cell has not run away, and a wait. */
static void arc_heat(pro_flight *f, double t, double stage) {
  const pro_arc *arc = &f->in->drive.arc;
  int ran_away = f->arc != PRO_ARC_none && !isnan(f->watch.clock[PRO_CLOCK_runaway]);
  int on = stage + arc->step <= arc->T_end && !ran_away;
  f->stage = on ? stage + arc->step : stage;
  f->stage_rate = 0.0, f->stage_film = (double)NAN;
  f->arc = on ? PRO_ARC_wait : PRO_ARC_rest, f->arc_end = on ? t + arc->wait : (double)INFINITY;
}

/* Heat, wait, seek: what comes next when a phase has ended at t. */
static void arc_next(pro_flight *f, double t, const pro_moment *now) {
  const pro_arc *arc = &f->in->drive.arc;
  double rise = now->T_surface - f->T_seek;
  if (f->arc == PRO_ARC_none) { /* the first stage */
    arc_heat(f, t, arc->T_start - arc->step);
  } else if (f->arc == PRO_ARC_wait) {
    f->arc = PRO_ARC_seek, f->arc_end = t + arc->seek, f->T_seek = now->T_surface;
    f->system.modes.coupled = pro_lanes_all(0.0);
  } else if (f->arc == PRO_ARC_seek && rise >= arc->threshold * arc->seek) {
    f->arc = PRO_ARC_follow, f->arc_end = (double)INFINITY;
    pro_watch_note(&f->watch, PRO_CLOCK_self_heating, now->t, now->T_surface);
  } else if (f->arc == PRO_ARC_seek) {
    f->system.modes.coupled = pro_lanes_all(1.0);
    arc_heat(f, t, f->stage);
  }
}

/* The calorimeter no longer keeps up: what is faster than it is self-heating by any threshold. */
static void arc_lose(pro_flight *f, const pro_moment *now) {
  pro_watch_note(&f->watch, PRO_CLOCK_self_heating, now->t, f->arc == PRO_ARC_seek ? f->T_seek : now->T_surface);
  f->stage = now->T_surface, f->stage_from = now->t, f->stage_rate = f->in->drive.arc.rate_max;
  f->stage_film = f->in->cell.film_coefficient;
  f->arc = PRO_ARC_lag, f->arc_end = (double)INFINITY;
}

static void switch_mode(pro_flight *f, int which, const pro_moment *now) {
  double to;
  pro_lanes *mode = switched_by(f, which, &to);
  *mode = pro_lanes_all(to);
  if (which == PRO_WATCH_lost) arc_lose(f, now);
  if (which == PRO_WATCH_caught) f->arc = PRO_ARC_follow, f->stage_rate = 0.0;
  if (which == PRO_WATCH_faded) arc_heat(f, now->t, now->T_surface);
}

static double piece_end(const pro_flight *f) {
  double end = fmin(fmin(f->line_end, f->arc_end), f->in->duration);
  return f->until > f->t ? fmin(end, f->until) : end;
}

/* The drive's straight lines from now to the end of the piece: at its end the side before the break holds, so that
 * a jump is not seen early. Returns whether it only bends: no value has jumped. */
static int draw_lines(pro_flight *f) {
  pro_system *s = &f->system;
  const double since = f->t - s->from[0];
  int bends = 1;
  f->line_end = (double)INFINITY;
  for (int c = 0; c < PRO_DRIVE_COUNT; c++) {
    if (!(f->moves >> c & 1u)) continue;
    pro_channel_line line = pro_channel_follow(&f->in->drive.channel[c], f->t, &f->memory[c]);
    double before = s->value[c][0] + s->slope[c][0] * since;
    /* the line before meets it within rounding: it is the one that goes on */
    if (fabs(line.value - before) <= 1e-12 * fabs(before))
      line.value = before;
    else
      bends = 0;
    s->value[c] = pro_lanes_all(line.value), s->slope[c] = pro_lanes_all(line.slope);
    f->line_end = fmin(f->line_end, line.end);
  }
  s->from = pro_lanes_all(f->t);
  if (f->arc == PRO_ARC_none) return bends;
  s->value[PRO_DRIVE_T_ambient] = pro_lanes_all(f->stage + f->stage_rate * (f->t - f->stage_from));
  s->slope[PRO_DRIVE_T_ambient] = pro_lanes_all(f->stage_rate);
  if (!isnan(f->stage_film)) s->value[PRO_DRIVE_film_coefficient] = pro_lanes_all(f->stage_film);
  return 0;
}

/* What the integrator sees of this lane from now on. */
static void show(const pro_flight *f) {
  pro_system *to = f->shared;
  const pro_system *s = &f->system;
  const int l = f->lane;
  to->from[l] = s->from[l], to->rtol[l] = s->rtol[l];
  for (int c = 0; c < PRO_DRIVE_COUNT; c++) to->value[c][l] = s->value[c][l], to->slope[c][l] = s->slope[c][l];
  pro_modes_copy(&to->modes, l, &s->modes, l);
}

static int is_instant(const pro_flight *f) { return f->end - f->t <= fmax(INSTANT, 0x1p-48 * f->end); }

/* The piece that is drawn begins; its first moment is to be seen. */
static pro_status begin_piece(pro_flight *f) {
  show(f);
  f->begins = 1;
  return f->with->start(f->integrator, f->lane, f->t, f->y, f->end);
}

/* Goes on at a break, an event or the start. */
static pro_status next_piece(pro_flight *f, int *goes_on) {
  *goes_on = f->t < f->in->duration;
  if (!*goes_on) return PRO_OK;
  draw_lines(f);
  f->end = piece_end(f);
  return begin_piece(f);
}

pro_status pro_flight_begin(pro_flight *f, const pro_moment *now, int *goes_on) {
  *goes_on = 1;
  f->begins = 0;
  f->last = *now;
  flips_at(f, now);                  /* a jump of the drive may change the sign of a margin */
  int at_once = switched_at_once(f); /* at the moment of another, or as soon as a calorimeter follows */
  if (at_once >= 0) {
    switch_mode(f, at_once, now);
    return next_piece(f, goes_on);
  }
  if (!is_instant(f)) return PRO_OK;
  /* breaks a rounding apart, or a vent that opens at one */
  pro_record_resting(f, f->end);
  f->t = f->end;
  if (f->t >= f->arc_end) arc_next(f, f->t, now);
  return next_piece(f, goes_on);
}

static pro_status take_off(pro_flight *f) {
  int goes_on;
  f->system.modes = pro_modes_start();
  f->stage = f->stage_film = (double)NAN;
  f->arc_end = (double)INFINITY;
  f->moves = UINT32_MAX;
  draw_lines(f);
  for (int c = 0; c < PRO_DRIVE_COUNT; c++) /* a calorimeter has lines of its own */
    if (!f->in->drive.arc.on && pro_channel_rests(&f->in->drive.channel[c])) f->moves &= ~(1u << c);
  look_at(f, f->t, f->y, &f->last);
  double voltage = voltage_before(f);
  f->astray |= !isfinite(voltage);
  if (f->in->drive.arc.on) arc_next(f, f->t, &f->last), draw_lines(f), look_at(f, f->t, f->y, &f->last);
  pro_watch_start(&f->watch, f->in, &f->last, voltage);
  for (int i = 0; i < PRO_WATCH_COUNT; i++) {
    double to;
    if (f->watch.holds[i] && switched_by(f, i, &to)) switch_mode(f, i, &f->last);
  }
  pro_record(f, f->t, f->y);
  return next_piece(f, &goes_on);
}

static pro_status on_course(const pro_flight *f) {
  if (!f->astray) return PRO_OK;
  return pro_fail(PRO_ENUMERIC, "at t = %.6g s, T = %.6g K: what is seen of the state is no number", f->last.t,
                  f->last.T_core);
}

static void count(const pro_flight *f, pro_counts *out) {
  f->with->counts(f->integrator, f->lane, out);
  out->steps += f->before.steps, out->rejected += f->before.rejected;
  out->rhs_calls += f->before.rhs_calls, out->jacobian_calls += f->before.jacobian_calls;
  if (f->before.longest == 0.0) return;
  pro_counts_length(out, f->before.shortest);
  pro_counts_length(out, f->before.longest);
}

pro_status pro_flight_afford(const pro_flight *f) {
  const pro_case *in = f->in;
  PRO_TRY(on_course(f));
  if (f->refused != PRO_OK) return pro_fail(f->refused, "%s", f->refusal);
  if (in->stop && *in->stop) return pro_fail(PRO_EINTERRUPTED, "at t = %.6g s: asked to stop", f->last.t);
  pro_counts counts;
  count(f, &counts);
  if (in->steps_max > 0 && counts.steps + counts.rejected >= in->steps_max)
    return pro_fail(PRO_ENUMERIC, "at t = %.6g s, T = %.6g K: its budget of %d steps (steps_max) is spent",
                    f->last.t, f->last.T_core, in->steps_max);
  if (in->seconds_max > 0.0 && pro_clock_now() - f->began >= in->seconds_max)
    return pro_fail(PRO_ENUMERIC, "at t = %.6g s, T = %.6g K: its budget of %g s of wall clock is spent",
                    f->last.t, f->last.T_core, in->seconds_max);
  return PRO_OK;
}

/* Sees what the integrator's step has brought, and goes on. */
pro_status pro_flight_step(pro_flight *f, const pro_moment *end, int quiet, int *goes_on) {
  *goes_on = 1;
  int switched = -1;
  if (quiet)
    pro_watch_see(&f->watch, end), f->last = *end;
  else
    switched = find_events(f, &f->last, end);
  double to = switched >= 0 ? f->last.t : end->t;
  pro_record_until(f, to);
  f->t = to;
  if (!isfinite(f->last.T_core) || f->last.T_core <= 0.0 || f->last.T_core > 1e5)
    return pro_fail(PRO_ENUMERIC, "at t = %.6g s: T = %.6g K is no temperature", f->t, f->last.T_core);
  if (switched < 0 && f->t < f->end) return PRO_OK;
  if (switched >= 0 || f->arc != PRO_ARC_none || f->t >= f->in->duration) {
    inside(f, to, f->y);
    if (switched >= 0) switch_mode(f, switched, &f->last);
    if (f->t >= f->arc_end) arc_next(f, f->t, &f->last);
    return next_piece(f, goes_on);
  }
  const int bends = draw_lines(f);
  f->end = piece_end(f);
  const int jumps = !bends || is_instant(f);
  if (jumps || f->t >= f->until) inside(f, to, f->y); /* else nobody asks for it */
  if (jumps) return begin_piece(f);
  show(f); /* what was seen at the end of the piece is what the next one begins with */
  return f->with->bend(f->integrator, f->lane, f->end);
}

#define SETTLED (0.02 / 60.0) /* the slowest heating that calorimetry calls self-heating [K/s] */

pro_status pro_flight_conclude(pro_flight *f) {
  pro_trajectory *out = f->out;
  pro_record_end(f);
  if (f->in->pieces) {
    if (f->refused != PRO_OK) return pro_fail(f->refused, "%s", f->refusal);
    out->t = out->xi = NULL;
    memset(out->truth, 0, sizeof out->truth);
  }
  out->rate_end = f->last.rate;
  memcpy(out->clock, f->watch.clock, sizeof out->clock);
  memcpy(out->T_at, f->watch.T_at, sizeof out->T_at);
  out->T_max = f->watch.T_max, out->T_surface_max = f->watch.T_surface_max, out->rate_max = f->watch.rate_max;
  pro_lanes y[PRO_STATES_MAX], gas_out[PRO_GAS_COUNT];
  for (int i = 0; i < f->system.cell.layout.n; i++) y[i] = pro_lanes_all(f->y[i]);
  pro_cell_gas_out(&f->system.cell, f->y0, y, gas_out);
  for (int g = 0; g < PRO_GAS_COUNT; g++) out->gas_out[g] = gas_out[g][0];
  if (!isnan(out->clock[PRO_CLOCK_runaway_guarded]))
    out->outcome = PRO_OUTCOME_runaway;
  else
    out->outcome = out->rate_end < SETTLED ? PRO_OUTCOME_safe : PRO_OUTCOME_unresolved;
  pro_cell_ledger(&out->ledger, &f->system.cell, 0, f->in, f->y0, f->y);
  pro_counts counts;
  count(f, &counts);
  out->steps = counts.steps, out->rejected = counts.rejected;
  out->step_shortest = counts.shortest, out->step_longest = counts.longest;
  out->rhs_calls = counts.rhs_calls, out->jacobian_calls = counts.jacobian_calls;
  return on_course(f);
}

pro_status pro_flight_board(pro_flight *f, const pro_case *in, pro_system *shared, const pro_integrator *with,
                            void *integrator, int lane, double until) {
  pro_trajectory *traj = pro_record_create(in);
  if (!traj) return pro_fail(PRO_ENOMEM, "no memory for a run of %g s at %g s", in->duration, in->period);
  memset(f, 0, offsetof(pro_flight, system)); /* the system is large, and most of it is filled below */
  f->in = in, f->out = traj, f->with = with, f->integrator = integrator, f->shared = shared, f->lane = lane;
  memset(f->system.value, 0, sizeof f->system.value), memset(f->system.slope, 0, sizeof f->system.slope);
  f->system.from = pro_lanes_all(0.0), f->system.where = NULL;
  f->until = until, f->room = pro_record_room(in);
  if (in->seconds_max > 0.0) f->began = pro_clock_now();
  pro_cell_fill(&f->system.cell, in);
  pro_cell_load(&shared->cell, lane, in);
  for (int l = 0; l < PRO_LANES; l++) f->system.rtol[l] = in->rtol;
  pro_cell_start(&f->system.cell, in, f->y0);
  memcpy(f->y, f->y0, sizeof f->y);
  return take_off(f);
}

pro_status pro_flight_leave(pro_state **out, pro_flight *f) {
  pro_state *state = aligned_alloc(64, (sizeof *state + 63) / 64 * 64);
  if (!state) return pro_fail(PRO_ENOMEM, "no memory for a state");
  count(f, &f->before);
  state->in = *f->in;
  state->flight = *f;
  f->out = NULL; /* handed over */
  *out = state;
  return PRO_OK;
}

pro_status pro_flight_return(pro_flight *f, const pro_state *from, pro_system *shared, const pro_integrator *with,
                             void *integrator, int lane, double until) {
  const pro_case *in = &from->in;
  pro_trajectory *traj = pro_record_create(in);
  if (!traj) return pro_fail(PRO_ENOMEM, "no memory for a run of %g s at %g s", in->duration, in->period);
  pro_record_copy(traj, from->flight.out, from->flight.room);
  *f = from->flight;
  f->in = f->watch.in = in, f->out = traj, f->with = with, f->integrator = integrator, f->shared = shared;
  f->lane = lane, f->until = until;
  if (in->seconds_max > 0.0) f->began = pro_clock_now();
  pro_cell_fill(&f->system.cell, in);
  pro_cell_load(&shared->cell, lane, in);
  show(f);
  PRO_TRY(with->start(integrator, lane, 0.0, f->y, in->duration)); /* another case */
  int goes_on;
  return next_piece(f, &goes_on);
}
