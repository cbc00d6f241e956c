/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/simulate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/integrator.def"
#include "sim/integrator.h"
#include "sim/sensor.h"
#include "sim/watch.h"

#define PRO_DECLARE(name) extern const pro_integrator pro_integrator_##name;
PRO_integrator_LIST(PRO_DECLARE)
#define PRO_ENTRY(name) &pro_integrator_##name,
    const struct pro_integrator *const pro_integrator_all[] = {PRO_integrator_LIST(PRO_ENTRY) NULL};

const pro_integrator *pro_integrator_find(const char *name) {
  for (const pro_integrator *const *it = pro_integrator_all; *it; it++)
    if (strcmp((*it)->name, name) == 0) return *it;
  return NULL;
}

const char *pro_integrator_name(const pro_integrator *integrator) { return integrator->name; }

/* ---- the system that an integrator sees ---- */

/* A segment is smooth: at its end the drive's value from before the break holds, so that a jump is not seen early.
 */
static double drive_value(const pro_channel *channel, double t, double segment_end) {
  if (t < segment_end || channel->knots == 0) return pro_channel_at(channel, t, NULL);
  double slope, before = segment_end - fmax(1e-6, 1e-12 * segment_end);
  double value = pro_channel_at(channel, before, &slope);
  return value + slope * (t - before);
}

void pro_system_drive(const pro_system *system, const pro_lanes *t, pro_drive_lanes *out) {
  for (int c = 0; c < PRO_DRIVE_COUNT; c++)
    for (int l = 0; l < PRO_LANES; l++) {
      if (l > 0 && system->drive[l] == system->drive[l - 1] && (*t)[l] == (*t)[l - 1] &&
          system->segment_end[l] == system->segment_end[l - 1])
        out->channel[c][l] = out->channel[c][l - 1];
      else
        out->channel[c][l] = drive_value(&system->drive[l]->channel[c], (*t)[l], system->segment_end[l]);
    }
  for (int l = 0; l < PRO_LANES; l++) {
    if (isnan(system->stage[l])) continue;
    out->channel[PRO_DRIVE_T_ambient][l] =
        system->stage[l] + system->lags_by[l] * ((*t)[l] - system->lags_from[l]);
    if (!isnan(system->lags_film[l])) out->channel[PRO_DRIVE_film_coefficient][l] = system->lags_film[l];
  }
}

void pro_system_rhs(pro_system *system, const pro_lanes *t, const pro_lanes *y, pro_lanes *f) {
  pro_drive_lanes drive;
  pro_system_drive(system, t, &drive);
  pro_cell_rhs(&system->cell, &drive, &system->modes, y, f);
  system->rhs_calls++;
}

void pro_system_jacobian(pro_system *system, const pro_lanes *t, const pro_lanes *y, pro_lanes *jacobian) {
  pro_drive_lanes drive;
  pro_system_drive(system, t, &drive);
  pro_cell_jacobian(&system->cell, &drive, &system->modes, y, jacobian);
  system->jacobian_calls++;
}

/* ---- one case in flight ---- */

#define STEPS_MAX 2000000 /* of one case, before it counts as failed */
#define LOCATE_TO 1e-6    /* width to which an event is bracketed [s] */
#define INSTANT                                                                                   \
  1e-12 /* a segment this short, or a rounding of its time, is passed by: nothing moves in it [s] \
         */

typedef enum arc_phase { ARC_none, ARC_wait, ARC_seek, ARC_follow, ARC_lag, ARC_rest } arc_phase;

typedef struct flight {
  const pro_case *in;
  pro_system system;
  const pro_integrator *with;
  void *integrator;
  pro_trajectory *out;
  pro_watch watch;
  double y0[PRO_STATES_MAX], y[PRO_STATES_MAX];
  size_t next; /* sample to record */
  arc_phase arc;
  double arc_end, T_seek; /* of the phase [s]; surface at the beginning of the seek [K] */
  /* eight samples side by side: the lanes of one look */
  int waiting;
  pro_lanes sample_t, sample_y[PRO_STATES_MAX];
  double room[PRO_GAS_COUNT],
      out_before[PRO_GAS_COUNT]; /* gas in the enclosure, and out of the cell at the last sample [mol] */
} flight;

static void look_at(flight *f, double t, const double *y, pro_moment *now) {
  const pro_layout *at = &f->system.cell.layout;
  pro_lanes wide[PRO_STATES_MAX], wide_t = pro_lanes_all(t);
  for (int i = 0; i < at->n; i++) wide[i] = pro_lanes_all(y[i]);
  pro_drive_lanes drive;
  pro_cell_view view;
  pro_system_drive(&f->system, &wide_t, &drive);
  pro_cell_look(&view, &f->system.cell, &drive, &f->system.modes, wide);
  *now = (pro_moment){.t = t,
                      .T_core = view.T_core[0],
                      .T_surface = view.T_surface[0],
                      .T_side = view.T_side[0],
                      .outflow = view.outflow[0],
                      .T_ambient = drive.channel[PRO_DRIVE_T_ambient][0],
                      .rate = view.rate[0],
                      .voltage = view.voltage[0],
                      .electrode_voltage = view.electrode_voltage[0],
                      .short_conductance = view.short_conductance[0],
                      .pressure = view.pressure[0],
                      .collapse = view.collapse[0],
                      .lag = 1.0,
                      .slack = -1.0};
  double rate = view.rate_surface[0];
  if (f->arc == ARC_seek || f->arc == ARC_follow) now->rate_followed = rate;
  if (f->arc == ARC_follow) now->slack = f->in->drive.arc.threshold - rate;
  if (f->arc == ARC_lag) now->lag = now->T_surface - now->T_ambient;
}

/* The voltage that the clocks compare with: a short that is there from t = 0 on has not lowered it. */
static double voltage_before(flight *f) {
  pro_lanes wide[PRO_STATES_MAX], start = pro_lanes_all(0.0);
  for (int i = 0; i < f->system.cell.layout.n; i++) wide[i] = pro_lanes_all(f->y0[i]);
  pro_drive_lanes drive;
  pro_cell_view view;
  pro_system_drive(&f->system, &start, &drive);
  drive.channel[PRO_DRIVE_short_conductance] = pro_lanes_all(0.0);
  pro_cell_look(&view, &f->system.cell, &drive, &f->system.modes, wide);
  return view.voltage[0];
}

static void look_inside(flight *f, double t, pro_moment *now) {
  double y[PRO_STATES_MAX];
  f->with->dense(f->integrator, 0, t, y);
  look_at(f, t, y, now);
}

/* The enclosure is well mixed and at constant pressure: what flows in drives out as much. Over a sample the inflow
 * is constant, and the solution exact. */
static void mix_enclosure(flight *f, size_t k, const double *y, double T_ambient) {
  const pro_enclosure *room = &f->in->enclosure;
  double out[PRO_GAS_COUNT], flow = 0.0, inflow[PRO_GAS_COUNT], dt = f->in->period;
  pro_cell_gas_out(&f->system.cell, 0, f->y0, y, out);
  for (int g = 0; g < PRO_GAS_COUNT; g++) {
    /* gas that a cooling cell draws back is air of the room by now: it takes nothing measurable out */
    inflow[g] = k > 0 ? fmax(out[g] - f->out_before[g], 0.0) / dt : 0.0;
    flow += inflow[g];
    f->out_before[g] = out[g];
  }
  double moles = PRO_ATMOSPHERE * room->volume / (PRO_GAS_CONSTANT * T_ambient);
  double turnover = room->air_changes + flow / moles, left = pro_exp(-turnover * dt);
  double kept = turnover * dt > 1e-8 ? (1.0 - left) / turnover : dt;
  double fraction[PRO_GAS_COUNT];
  for (int g = 0; g < PRO_GAS_COUNT; g++) {
    f->room[g] = f->room[g] * left + inflow[g] * kept;
    fraction[g] = f->room[g] / moles;
  }
  double **truth = f->out->truth;
  truth[PRO_TRUTH_gas_H2][k] = fraction[PRO_GAS_H2];
  truth[PRO_TRUTH_gas_CO][k] = fraction[PRO_GAS_CO];
  truth[PRO_TRUTH_gas_CO2][k] = fraction[PRO_GAS_CO2];
  truth[PRO_TRUTH_gas_VOC][k] =
      fraction[PRO_GAS_CH4] + fraction[PRO_GAS_C2H4] + fraction[PRO_GAS_C2H6] + fraction[PRO_GAS_vapour];
  truth[PRO_TRUTH_gas_HF][k] = fraction[PRO_GAS_HF];
  truth[PRO_TRUTH_flammability][k] = 1.0 / pro_gas_mixture_lfl(fraction); /* 0 where nothing burns */
  /* pressure drop of the outflow through the leak: rho/2 (V'/A)^2 with air's density */
  double volume_flow = flow * PRO_GAS_CONSTANT * T_ambient / PRO_ATMOSPHERE, speed = volume_flow / room->leak_area;
  double density = PRO_ATMOSPHERE * pro_gas_molar_mass[PRO_GAS_air] / (PRO_GAS_CONSTANT * T_ambient);
  truth[PRO_TRUTH_pressure][k] = 0.5 * density * speed * speed;
}

static void write_samples(flight *f) {
  if (f->waiting == 0) return;
  const pro_layout *at = &f->system.cell.layout;
  for (int l = f->waiting; l < PRO_LANES; l++) {
    f->sample_t[l] = f->sample_t[0];
    for (int i = 0; i < at->n; i++) f->sample_y[i][l] = f->sample_y[i][0];
  }
  pro_drive_lanes drive;
  pro_cell_view view;
  pro_system_drive(&f->system, &f->sample_t, &drive);
  pro_cell_look(&view, &f->system.cell, &drive, &f->system.modes, f->sample_y);
  double **truth = f->out->truth;
  for (int l = 0; l < f->waiting; l++) {
    size_t k = f->next - (size_t)f->waiting + (size_t)l;
    double y[PRO_STATES_MAX];
    for (int i = 0; i < at->n; i++) y[i] = f->sample_y[i][l];
    f->out->t[k] = f->sample_t[l];
    truth[PRO_TRUTH_T_core][k] = view.T_core[l];
    truth[PRO_TRUTH_T_surface][k] = view.T_surface[l];
    int follows = f->system.modes.coupled[l] < 0.5;
    truth[PRO_TRUTH_T_ambient][k] = follows ? view.T_surface[l] : drive.channel[PRO_DRIVE_T_ambient][l];
    truth[PRO_TRUTH_T_side][k] = view.T_side[l];
    truth[PRO_TRUTH_voltage][k] = view.voltage[l];
    truth[PRO_TRUTH_current][k] = view.current[l];
    truth[PRO_TRUTH_soc][k] = view.charge[l];
    truth[PRO_TRUTH_short_conductance][k] = view.short_conductance[l];
    truth[PRO_TRUTH_separator_collapse][k] = view.collapse[l];
    truth[PRO_TRUTH_pressure_cell][k] = view.pressure[l];
    truth[PRO_TRUTH_ejected][k] = at->ejected >= 0 ? y[at->ejected] : 0.0;
    truth[PRO_TRUTH_mass][k] =
        f->in->cell.mass - (at->vented >= 0 ? y[at->vented] : 0.0) - truth[PRO_TRUTH_ejected][k];
    truth[PRO_TRUTH_heat_reaction][k] = view.heat_reaction[l];
    truth[PRO_TRUTH_heat_electrical][k] = view.heat_electrical[l];
    truth[PRO_TRUTH_heat_exchange][k] = view.heat_exchange[l];
    truth[PRO_TRUTH_heater][k] = drive.channel[PRO_DRIVE_heater][l] * f->system.modes.heater_on[l];
    for (int j = 0; j < at->reactions; j++) f->out->xi[(size_t)j * f->out->samples + k] = y[at->xi + j];
    mix_enclosure(f, k, y, drive.channel[PRO_DRIVE_T_ambient][l]);
  }
  f->waiting = 0;
}

static void record(flight *f, double t, const double *y) {
  f->sample_t[f->waiting] = t;
  for (int i = 0; i < f->system.cell.layout.n; i++) f->sample_y[i][f->waiting] = y[i];
  f->waiting++, f->next++;
  if (f->waiting == PRO_LANES) write_samples(f);
}

static double sample_time(const flight *f) {
  return f->next < f->out->samples ? (double)f->next * f->in->period : (double)INFINITY;
}

static void record_until(flight *f, double to) {
  double y[PRO_STATES_MAX];
  for (double t = sample_time(f); t <= to; t = sample_time(f)) {
    f->with->dense(f->integrator, 0, t, y);
    record(f, t, y);
  }
}

/* What an event switches for good; NULL: nothing. */
static pro_lanes *switched_by(flight *f, int which, double *to) {
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

static int is_spent(flight *f, int which) { /* it has switched, and stays so */
  double to;
  const pro_lanes *mode = switched_by(f, which, &to);
  return mode && (*mode)[0] == to;
}

static void flips_at(flight *f, const pro_moment *now) {
  double margin[PRO_WATCH_COUNT];
  pro_watch_margins(&f->watch, now, margin);
  for (int i = 0; i < PRO_WATCH_COUNT; i++) {
    if (is_spent(f, i)) continue;
    if ((margin[i] > 0.0) != f->watch.holds[i]) pro_watch_flip(&f->watch, i, now);
  }
}

static int switched_at_once(flight *f) {
  static const int which[] = {PRO_WATCH_lost, PRO_WATCH_faded};
  for (size_t i = 0; i < PRO_COUNT(which); i++)
    if (f->watch.holds[which[i]] && !is_spent(f, which[i])) return which[i];
  return -1;
}

/* Illinois on the dense output between a (margin `which` has its old sign) and b (it has changed): the first
 * moment found at which it has changed, to LOCATE_TO. */
static pro_moment locate(flight *f, int which, pro_moment a, pro_moment b) {
  double margin[PRO_WATCH_COUNT];
  pro_watch_margins(&f->watch, &a, margin);
  double ga = margin[which];
  pro_watch_margins(&f->watch, &b, margin);
  double gb = margin[which];
  int side = 0;
  for (int k = 0; k < 60 && b.t - a.t > LOCATE_TO; k++) {
    double t = k % 3 == 2 ? 0.5 * (a.t + b.t) : a.t + (b.t - a.t) * (ga / (ga - gb));
    if (!(t > a.t && t < b.t)) t = 0.5 * (a.t + b.t);
    if (!(t > a.t && t < b.t)) break;
    pro_moment middle;
    look_inside(f, t, &middle);
    pro_watch_margins(&f->watch, &middle, margin);
    if ((margin[which] > 0.0) != f->watch.holds[which]) {
      b = middle, gb = margin[which];
      if (side == -1) ga *= 0.5;
      side = -1;
    } else {
      a = middle, ga = margin[which];
      if (side == 1) gb *= 0.5;
      side = 1;
    }
  }
  return b;
}

/* Finds what happened between `last` and the end of the step, in order of time. Returns what switched a mode, or
 * -1: *last is then that moment, and what came after it is not true. */
static int find_events(flight *f, pro_moment *last, double to) {
  for (;;) {
    double deadline = fmin(pro_watch_deadline(&f->watch), to);
    pro_moment end, first;
    look_inside(f, deadline > last->t ? deadline : to, &end);
    double margin[PRO_WATCH_COUNT];
    pro_watch_margins(&f->watch, &end, margin);
    int which = -1;
    for (int i = 0; i < PRO_WATCH_COUNT; i++) {
      if ((margin[i] > 0.0) == f->watch.holds[i]) continue;
      if (is_spent(f, i)) continue;
      pro_moment m = locate(f, i, *last, end);
      if (which < 0 || m.t < first.t) which = i, first = m;
    }
    if (which < 0) {
      pro_watch_see(&f->watch, &end);
      *last = end;
      if (end.t >= to) return -1;
      continue;
    }
    pro_watch_flip(&f->watch, which, &first);
    *last = first;
    double mode;
    if (f->watch.holds[which] && switched_by(f, which, &mode)) return which;
  }
}

static void set_all(double lanes[PRO_LANES], double value) {
  for (int l = 0; l < PRO_LANES; l++) lanes[l] = value;
}

/* A step up from `stage`, if the calorimeter goes as far and has not been left behind by a runaway, and a wait. */
static void arc_heat(flight *f, double t, double stage) {
  const pro_arc *arc = &f->in->drive.arc;
  int on = stage + arc->step <= arc->T_end && isnan(f->system.lags_film[0]);
  set_all(f->system.stage, on ? stage + arc->step : stage);
  set_all(f->system.lags_by, 0.0);
  f->arc = on ? ARC_wait : ARC_rest, f->arc_end = on ? t + arc->wait : (double)INFINITY;
}

/* Heat, wait, seek: what comes next when a phase has ended at t. */
static void arc_next(flight *f, double t, const pro_moment *now) {
  const pro_arc *arc = &f->in->drive.arc;
  double rise = now->T_surface - f->T_seek;
  if (f->arc == ARC_none) { /* the first stage */
    arc_heat(f, t, arc->T_start - arc->step);
  } else if (f->arc == ARC_wait) {
    f->arc = ARC_seek, f->arc_end = t + arc->seek, f->T_seek = now->T_surface;
    f->system.modes.coupled = pro_lanes_all(0.0);
  } else if (f->arc == ARC_seek && rise >= arc->threshold * arc->seek) {
    f->arc = ARC_follow, f->arc_end = (double)INFINITY;
    pro_watch_note(&f->watch, PRO_CLOCK_self_heating, now);
  } else if (f->arc == ARC_seek) {
    f->system.modes.coupled = pro_lanes_all(1.0);
    arc_heat(f, t, f->system.stage[0]);
  }
}

/* The calorimeter no longer keeps up: what is faster than it is self-heating by any threshold. */
static void arc_lose(flight *f, const pro_moment *now) {
  pro_watch_note(&f->watch, PRO_CLOCK_self_heating, now);
  set_all(f->system.stage, now->T_surface);
  set_all(f->system.lags_from, now->t), set_all(f->system.lags_by, f->in->drive.arc.rate_max);
  set_all(f->system.lags_film, f->in->cell.film_coefficient);
  f->arc = ARC_lag, f->arc_end = (double)INFINITY;
}

static void switch_mode(flight *f, int which, const pro_moment *now) {
  double to;
  pro_lanes *mode = switched_by(f, which, &to);
  *mode = pro_lanes_all(to);
  if (which == PRO_WATCH_lost) arc_lose(f, now);
  if (which == PRO_WATCH_caught) f->arc = ARC_follow;
  if (which == PRO_WATCH_faded) arc_heat(f, now->t, now->T_surface);
}

static double segment_end(const flight *f, double t) {
  return fmin(fmin(pro_drive_next_break(&f->in->drive, t), f->arc_end), f->in->duration);
}

static pro_status fly(flight *f) {
  const pro_case *in = f->in;
  double t = 0.0;
  pro_moment last;
  f->system.modes = pro_modes_start();
  set_all(f->system.stage, (double)NAN), set_all(f->system.lags_film, (double)NAN);
  f->arc_end = (double)INFINITY;
  for (int l = 0; l < PRO_LANES; l++) f->system.segment_end[l] = segment_end(f, t);
  look_at(f, t, f->y, &last);
  if (in->drive.arc.on) arc_next(f, t, &last), look_at(f, t, f->y, &last);
  pro_watch_start(&f->watch, in, &last, voltage_before(f));
  for (int i = 0; i < PRO_WATCH_COUNT; i++) {
    double to;
    if (f->watch.holds[i] && switched_by(f, i, &to)) switch_mode(f, i, &last);
  }
  record(f, t, f->y);
  long steps = 0;
  while (t < in->duration) {
    double end = segment_end(f, t);
    for (int l = 0; l < PRO_LANES; l++) f->system.segment_end[l] = end;
    look_at(f, t, f->y, &last);
    flips_at(f, &last);                /* a jump of the drive may change the sign of a margin */
    int at_once = switched_at_once(f); /* as soon as a calorimeter follows */
    if (at_once >= 0) {
      switch_mode(f, at_once, &last);
      continue;
    }
    if (end - t <= fmax(INSTANT, 0x1p-48 * end)) { /* breaks a rounding apart, or a vent that opens at one */
      while (sample_time(f) <= end) record(f, sample_time(f), f->y);
      write_samples(f);
      t = end;
      if (t >= f->arc_end) arc_next(f, t, &last);
      continue;
    }
    PRO_TRY(f->with->start(f->integrator, 0, t, f->y, end));
    while (t < end) {
      if (f->with->step(f->integrator, 0) != PRO_OK)
        return pro_fail(PRO_ENUMERIC, "at t = %.6g s, T = %.6g K: %s", last.t, last.T_core, pro_error_message());
      if (++steps > STEPS_MAX)
        return pro_fail(PRO_ENUMERIC, "at t = %.6g s, T = %.6g K: more than %d steps", last.t, last.T_core,
                        STEPS_MAX);
      double from, to;
      f->with->span(f->integrator, 0, &from, &to);
      int switched = find_events(f, &last, to);
      if (switched >= 0) to = last.t;
      record_until(f, to);
      f->with->dense(f->integrator, 0, to, f->y);
      t = to;
      if (!isfinite(last.T_core) || last.T_core <= 0.0 || last.T_core > 1e5)
        return pro_fail(PRO_ENUMERIC, "at t = %.6g s: T = %.6g K is no temperature", t, last.T_core);
      if (switched >= 0) {
        write_samples(f); /* they were taken before it switched */
        switch_mode(f, switched, &last);
        break;
      }
    }
    write_samples(f); /* they belong to this segment's drive */
    if (t >= f->arc_end) arc_next(f, t, &last);
  }
  f->out->rate_end = last.rate;
  return PRO_OK;
}

#define SETTLED (0.02 / 60.0) /* the slowest heating that calorimetry calls self-heating [K/s] */

static void conclude(flight *f) {
  pro_trajectory *out = f->out;
  memcpy(out->clock, f->watch.clock, sizeof out->clock);
  memcpy(out->T_at, f->watch.T_at, sizeof out->T_at);
  out->T_max = f->watch.T_max, out->T_surface_max = f->watch.T_surface_max, out->rate_max = f->watch.rate_max;
  pro_cell_gas_out(&f->system.cell, 0, f->y0, f->y, out->gas_out);
  if (!isnan(out->clock[PRO_CLOCK_runaway_guarded]))
    out->outcome = PRO_OUTCOME_runaway;
  else
    out->outcome = out->rate_end < SETTLED ? PRO_OUTCOME_safe : PRO_OUTCOME_unresolved;
  pro_cell_ledger(&out->ledger, &f->system.cell, 0, f->in, f->y0, f->y);
  f->with->counts(f->integrator, 0, &out->steps, &out->rejected);
  out->rhs_calls = f->system.rhs_calls;
  out->jacobian_calls = f->system.jacobian_calls;
}

static pro_trajectory *trajectory_create(const pro_case *in) {
  size_t n = (size_t)floor(in->duration / in->period * (1.0 + 1e-12)) + 1;
  int reactions = pro_network_reaction_count(&in->network);
  pro_trajectory *traj = calloc(1, sizeof *traj + n * (1u + PRO_TRUTH_COUNT + (size_t)reactions) * sizeof(double));
  if (!traj) return NULL;
  traj->samples = n;
  traj->reactions = reactions;
  double *block = (double *)(traj + 1);
  traj->t = block, block += n;
  for (int c = 0; c < PRO_TRUTH_COUNT; c++) traj->truth[c] = block, block += n;
  traj->xi = block;
  return traj;
}

pro_status pro_simulate(pro_trajectory **out, const pro_case *in, const pro_integrator *integrator) {
  PRO_TRY(pro_case_check(in));
  flight *f = aligned_alloc(64, (sizeof *f + 63) / 64 * 64);
  pro_trajectory *traj = trajectory_create(in);
  if (!f || !traj) {
    free(f);
    pro_trajectory_free(traj);
    return pro_fail(PRO_ENOMEM, "no memory for a run of %g s at %g s", in->duration, in->period);
  }
  memset(f, 0, sizeof *f);
  f->in = in;
  f->out = traj;
  f->with = integrator ? integrator : pro_integrator_all[0];
  pro_cell_load(&f->system.cell, 0, in);
  for (int l = 0; l < PRO_LANES; l++) f->system.drive[l] = &in->drive, f->system.rtol[l] = in->rtol;
  pro_cell_start(&f->system.cell, in, f->y0);
  memcpy(f->y, f->y0, sizeof f->y);
  pro_status status = f->with->create(&f->integrator, &f->system);
  if (status == PRO_OK) {
    status = fly(f);
    if (status == PRO_OK) conclude(f);
    f->with->destroy(f->integrator);
  }
  free(f);
  if (status == PRO_OK)
    *out = traj;
  else
    pro_trajectory_free(traj);
  return status;
}

pro_status pro_run_case(pro_run *run, const pro_integrator *integrator) {
  run->truth = NULL;
  run->seen = NULL;
  run->message[0] = '\0';
  run->status = pro_simulate(&run->truth, &run->in, integrator);
  if (run->status == PRO_OK) run->status = pro_observe(&run->seen, &run->in, run->truth);
  if (run->status == PRO_OK) return PRO_OK;
  snprintf(run->message, sizeof run->message, "%s", pro_error_message());
  pro_run_clear(run);
  return run->status == PRO_ENUMERIC || run->status == PRO_EINPUT ? PRO_OK : run->status;
}
