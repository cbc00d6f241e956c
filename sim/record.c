/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sensor.h"

/* ---- room for samples ---- */

size_t pro_case_samples(const pro_case *in) {
  return (size_t)floor(in->duration / in->period * (1.0 + 1e-12)) + 1;
}

size_t pro_record_room(const pro_case *in) { return in->pieces ? in->pieces->length : pro_case_samples(in); }

/* What only an open vent brings into the enclosure: zero until there is one. All else is written sample by sample.
 */
static void clear_enclosure(pro_trajectory *out, size_t room) {
  static const pro_truth of_gas[] = {PRO_TRUTH_pressure,    PRO_TRUTH_gas_H2,  PRO_TRUTH_gas_CO,
                                     PRO_TRUTH_gas_CO2,     PRO_TRUTH_gas_VOC, PRO_TRUTH_gas_HF,
                                     PRO_TRUTH_flammability};
  for (size_t c = 0; c < PRO_COUNT(of_gas); c++)
    if (out->truth[of_gas[c]]) memset(out->truth[of_gas[c]], 0, room * sizeof(double));
}

pro_trajectory *pro_record_create(const pro_case *in) {
  size_t samples = pro_case_samples(in), n = pro_record_room(in);
  int reactions = pro_network_reaction_count(&in->network);
  const uint32_t all = UINT32_MAX >> (32 - PRO_TRUTH_COUNT);
  uint32_t wanted = in->truth_columns ? (in->truth_columns | pro_sensor_truths()) & all : all;
  size_t columns = 1u + (size_t)__builtin_popcount(wanted) + (size_t)reactions;
  pro_trajectory *traj = malloc(sizeof *traj + n * columns * sizeof(double));
  if (!traj) return NULL;
  memset(traj, 0, sizeof *traj);
  traj->samples = samples;
  traj->reactions = reactions;
  double *block = (double *)(traj + 1);
  traj->t = block, block += n;
  for (int c = 0; c < PRO_TRUTH_COUNT; c++)
    if (wanted >> c & 1u) traj->truth[c] = block, block += n;
  traj->xi = block;
  clear_enclosure(traj, n);
  return traj;
}

static size_t block_bytes(const pro_trajectory *out, size_t room) { /* of all columns, which begin at t */
  return ((size_t)(out->xi - out->t) + (size_t)out->reactions * room) * sizeof(double);
}

void pro_record_copy(pro_trajectory *to, const pro_trajectory *from, size_t room) {
  memcpy(to->t, from->t, block_bytes(from, room));
}

/* ---- samples ---- */

/* Where the samples that wait belong. */
typedef struct row {
  size_t at; /* of the first in its column */
  int count;
  pro_lanes strayed; /* 0; NaN where one is no number */
} row;

/* Eight samples' numbers into their places of a column; NULL: it is not wanted. */
static inline void put(row *r, double *column, pro_lanes x) {
  if (!column) return;
  r->strayed += x * 0.0;
  if (r->count == PRO_LANES)
    memcpy(column + r->at, &x, sizeof x);
  else
    for (int l = 0; l < r->count; l++) column[r->at + (size_t)l] = x[l];
}

/* The enclosure is well mixed and at constant pressure: what flows in drives out as much. Over a sample the inflow
 * is constant, and the solution exact. */
static void mix_enclosure(pro_flight *f, row *r, pro_lanes T_ambient) {
  const pro_enclosure *room = &f->in->enclosure;
  pro_lanes_mask open = pro_above(f->sample_modes.vent_open, 0.5);
  if (!pro_lanes_any(open)) return; /* a vent opens for good: nothing has come out yet, and the columns are zero */
  const pro_lanes zero = pro_lanes_all(0.0);
  const double dt = f->in->period;
  pro_lanes out[PRO_GAS_COUNT], flow = zero, inflow[PRO_GAS_COUNT], fraction[PRO_GAS_COUNT];
  pro_cell_gas_out(&f->system.cell, f->y0, f->sample_y, out);
  for (int g = 0; g < PRO_GAS_COUNT; g++) {
    out[g] = pro_select(open, out[g], zero); /* through a shut one there is but the integrator's dust */
    pro_lanes before = __builtin_shufflevector(out[g], pro_lanes_all(f->out_before[g]), 8, 0, 1, 2, 3, 4, 5, 6);
    /* gas that a cooling cell draws back is air of the room by now: it takes nothing measurable out */
    inflow[g] = pro_lanes_max(out[g] - before, zero) / dt;
    flow += inflow[g];
    f->out_before[g] = out[g][f->waiting - 1];
  }
  pro_lanes moles = PRO_ATMOSPHERE * room->volume / (PRO_GAS_CONSTANT * T_ambient);
  pro_lanes turnover = room->air_changes + flow / moles, left = pro_lanes_exp(-turnover * dt);
  pro_lanes kept = pro_select(pro_above(turnover * dt, 1e-8), (1.0 - left) / turnover, pro_lanes_all(dt));
  for (int g = 0; g < PRO_GAS_COUNT; g++) {
    pro_lanes added = inflow[g] * kept, there = zero;
    for (int l = 0; l < f->waiting; l++) there[l] = f->enclosed[g] = f->enclosed[g] * left[l] + added[l];
    fraction[g] = there / moles;
  }
  double **truth = f->out->truth;
  put(r, truth[PRO_TRUTH_gas_H2], fraction[PRO_GAS_H2]);
  put(r, truth[PRO_TRUTH_gas_CO], fraction[PRO_GAS_CO]);
  put(r, truth[PRO_TRUTH_gas_CO2], fraction[PRO_GAS_CO2]);
  put(r, truth[PRO_TRUTH_gas_VOC],
      fraction[PRO_GAS_CH4] + fraction[PRO_GAS_C2H4] + fraction[PRO_GAS_C2H6] + fraction[PRO_GAS_vapour]);
  put(r, truth[PRO_TRUTH_gas_HF], fraction[PRO_GAS_HF]);
  if (truth[PRO_TRUTH_flammability]) put(r, truth[PRO_TRUTH_flammability], pro_gas_flammability(fraction));
  /* pressure drop of the outflow through the leak: rho/2 (V'/A)^2 with air's density */
  pro_lanes volume_flow = flow * PRO_GAS_CONSTANT * T_ambient / PRO_ATMOSPHERE,
            speed = volume_flow / room->leak_area;
  pro_lanes density = PRO_ATMOSPHERE * pro_gas_molar_mass[PRO_GAS_air] / (PRO_GAS_CONSTANT * T_ambient);
  put(r, truth[PRO_TRUTH_pressure], 0.5 * density * speed * speed);
}

static void copy_sample(pro_flight *f, int to, int from) {
  f->sample_t[to] = f->sample_t[from];
  for (int i = 0; i < f->system.cell.layout.feedback; i++) f->sample_y[i][to] = f->sample_y[i][from];
  for (int c = 0; c < PRO_DRIVE_COUNT; c++) f->sample_drive.channel[c][to] = f->sample_drive.channel[c][from];
  pro_modes_copy(&f->sample_modes, to, &f->sample_modes, from);
}

/* At rest a step may be months long: who wants a stop must not have to wait for all its samples. */
static pro_status give(const pro_flight *f, const pro_trajectory *piece) {
  const pro_case *in = f->in;
  if (in->stop && *in->stop)
    return pro_fail(PRO_EINTERRUPTED, "at t = %.6g s: asked to stop", (double)f->base * in->period);
  return in->pieces->take(in->pieces->payload, piece);
}

/* A piece is full, or the last: whoever takes it may use it, and the next one has an empty enclosure's zeros. */
static void hand_on(pro_flight *f) {
  pro_trajectory *out = f->out, piece = *out;
  piece.samples = f->next - f->base;
  if (piece.samples < f->room) /* its extents stand as they do in any trajectory */
    for (int j = 1; j < out->reactions; j++)
      memmove(out->xi + (size_t)j * piece.samples, out->xi + (size_t)j * f->room, piece.samples * sizeof(double));
  if (piece.samples > 0 && !f->astray && f->refused == PRO_OK && (f->refused = give(f, &piece)) != PRO_OK)
    snprintf(f->refusal, sizeof f->refusal, "%s", pro_error_message());
  clear_enclosure(out, f->room);
  f->base = f->next;
}

static void write_samples(pro_flight *f) {
  if (f->waiting == 0) return;
  const pro_layout *at = &f->system.cell.layout;
  for (int l = f->waiting; l < PRO_LANES; l++) copy_sample(f, l, 0);
  const pro_drive_lanes *drive = &f->sample_drive;
  pro_cell_view view;
  double **truth = f->out->truth;
  const int heats =
      truth[PRO_TRUTH_heat_reaction] || truth[PRO_TRUTH_heat_electrical] || truth[PRO_TRUTH_heat_exchange];
  pro_cell_glance(&view, &f->system.cell, drive, &f->sample_modes, f->sample_y, heats);
  const pro_lanes zero = pro_lanes_all(0.0), *y = f->sample_y;
  pro_lanes ejected = at->ejected >= 0 ? y[at->ejected] : zero, vented = at->vented >= 0 ? y[at->vented] : zero;
  /* a calorimeter that follows has the cell's own temperature */
  pro_lanes T_ambient =
      pro_select(pro_below(f->sample_modes.coupled, 0.5), view.T_surface, drive->channel[PRO_DRIVE_T_ambient]);
  const struct {
    pro_truth column;
    pro_lanes value;
  } seen[] = {
      {PRO_TRUTH_T_core, view.T_core},
      {PRO_TRUTH_T_surface, view.T_surface},
      {PRO_TRUTH_T_ambient, T_ambient},
      {PRO_TRUTH_T_side, view.T_side},
      {PRO_TRUTH_voltage, view.voltage},
      {PRO_TRUTH_current, view.current},
      {PRO_TRUTH_soc, view.charge},
      {PRO_TRUTH_short_conductance, view.short_conductance},
      {PRO_TRUTH_separator_collapse, view.collapse},
      {PRO_TRUTH_pressure_cell, view.pressure},
      {PRO_TRUTH_ejected, ejected},
      {PRO_TRUTH_mass, f->in->cell.mass - vented - ejected},
      {PRO_TRUTH_heat_reaction, view.heat_reaction},
      {PRO_TRUTH_heat_electrical, view.heat_electrical},
      {PRO_TRUTH_heat_exchange, view.heat_exchange},
      {PRO_TRUTH_heater, drive->channel[PRO_DRIVE_heater] * f->sample_modes.heater_on},
  };
  row r = {.at = f->next - f->base - (size_t)f->waiting, .count = f->waiting};
  put(&r, f->out->t, f->sample_t);
  for (size_t c = 0; c < PRO_COUNT(seen); c++) put(&r, truth[seen[c].column], seen[c].value);
  for (int j = 0; j < at->reactions; j++) put(&r, f->out->xi + (size_t)j * f->room, y[at->xi + j]);
  mix_enclosure(f, &r, T_ambient);
  f->astray |= pro_lanes_any((pro_lanes_mask)r.strayed & INT64_MAX);
  f->waiting = 0;
  if (f->in->pieces && f->next - f->base == f->room) hand_on(f);
}

static const pro_lanes_mask places = {0, 1, 2, 3, 4, 5, 6, 7};

/* Takes `count` samples more, which stand in the lanes from `waiting` on; what lanes behind them hold is of no
 * matter. */
static void take(pro_flight *f, int count, const pro_lanes *t, const pro_lanes *y) {
  const pro_system *s = &f->system;
  const pro_lanes_mask new = places >= f->waiting;
  pro_drive_lanes drive;
  pro_system_drive(s, t, &drive);
  f->sample_t = pro_select(new, *t, f->sample_t);
  for (int i = 0; i < s->cell.layout.feedback; i++) f->sample_y[i] = pro_select(new, y[i], f->sample_y[i]);
  for (int c = 0; c < PRO_DRIVE_COUNT; c++)
    f->sample_drive.channel[c] = pro_select(new, drive.channel[c], f->sample_drive.channel[c]);
  pro_modes *modes = &f->sample_modes;
  modes->vent_open = pro_select(new, s->modes.vent_open, modes->vent_open);
  modes->connected = pro_select(new, s->modes.connected, modes->connected);
  modes->coupled = pro_select(new, s->modes.coupled, modes->coupled);
  modes->heater_on = pro_select(new, s->modes.heater_on, modes->heater_on);
  f->waiting += count, f->next += (size_t)count;
  if (f->waiting == PRO_LANES) write_samples(f);
}

void pro_record(pro_flight *f, double t, const double *y) {
  pro_lanes wide_t = pro_lanes_all(t), wide[PRO_STATES_MAX];
  for (int i = 0; i < f->system.cell.layout.feedback; i++) wide[i] = pro_lanes_all(y[i]);
  take(f, 1, &wide_t, wide);
}

static double sample_time(const pro_flight *f) {
  return f->next < f->out->samples ? (double)f->next * f->in->period : (double)INFINITY;
}

void pro_record_until(pro_flight *f, double to) {
  while (sample_time(f) <= to && f->refused == PRO_OK) {
    /* sample `next` in lane `waiting`, and those after it; the other lanes repeat it */
    pro_lanes number = (double)f->next - f->waiting + __builtin_convertvector(places, pro_lanes);
    pro_lanes t = number * f->in->period, y[PRO_STATES_MAX];
    pro_lanes_mask due = (places >= f->waiting) & pro_at_most(t, to) & pro_below(number, (double)f->out->samples);
    t = pro_select(due, t, pro_lanes_all(sample_time(f)));
    int count = 0;
    for (int l = 0; l < PRO_LANES; l++) count -= (int)due[l];
    f->with->dense(f->integrator, f->lane, &t, y, f->system.cell.layout.feedback);
    take(f, count, &t, y);
  }
}

void pro_record_resting(pro_flight *f, double to) {
  while (sample_time(f) <= to && f->refused == PRO_OK) pro_record(f, sample_time(f), f->y);
}

void pro_record_end(pro_flight *f) {
  write_samples(f);
  if (f->in->pieces) hand_on(f);
}
