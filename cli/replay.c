/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/replay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "output/trace.h"

/* The longest stretch from `first` that a straight line between its ends meets to within the tolerance ends at the
 * sample returned. */
static size_t reach(const pro_replay *r, size_t first, double tolerance) {
  enum { FAR = 512 };
  size_t last = first + 1;
  double low = -INFINITY, high = INFINITY; /* slopes that meet all so far */
  for (size_t k = first + 1; k < r->samples && k < first + FAR; k++) {
    double dt = r->t[k] - r->t[first], rise = r->current[k] - r->current[first];
    if (dt <= 0.0) return k;
    double slope = rise / dt;
    if (slope < low || slope > high) break;
    last = k;
    low = fmax(low, (rise - tolerance) / dt), high = fmin(high, (rise + tolerance) / dt);
  }
  return last;
}

static void lay_course(pro_replay *r, double tolerance) {
  if (r->lead > 0.0) r->knot_t[r->knots] = 0.0, r->knot_current[r->knots++] = r->current[0];
  for (size_t k = 0; k < r->samples;) {
    r->knot_t[r->knots] = r->lead + r->t[k], r->knot_current[r->knots++] = r->current[k];
    k = k + 1 < r->samples ? reach(r, k, tolerance) : r->samples;
  }
  for (size_t k = 1; k < r->knots; k++)
    r->charge += 0.5 * (r->knot_current[k] + r->knot_current[k - 1]) * (r->knot_t[k] - r->knot_t[k - 1]);
}

static float at(const pro_trace *trace, int channel, size_t k) {
  return trace->channel[channel] ? trace->channel[channel][k] : (float)NAN;
}

static pro_status take(pro_replay *r, const pro_trace *trace, const pro_replay_cut *cut) {
  size_t n = trace->samples;
  double start = NAN;
  r->t = malloc((6 * n + 2) * sizeof *r->t);
  if (!r->t) return pro_fail(PRO_ENOMEM, "%s: no memory for %zu samples", trace->name, n);
  r->current = r->t + n, r->voltage = r->current + n, r->T = r->voltage + n;
  r->knot_t = r->T + n, r->knot_current = r->knot_t + n + 1;
  for (size_t k = 0; k < n; k++) {
    if (cut->segment >= 0 && trace->segment[k] != cut->segment) continue;
    if (trace->t[k] < cut->from || (cut->to > 0.0 && trace->t[k] > cut->to)) continue;
    float current = at(trace, PRO_CHANNEL_current, k);
    if (isnan(current)) continue;
    if (isnan(start)) start = trace->t[k];
    r->t[r->samples] = trace->t[k] - start, r->current[r->samples] = (double)current;
    r->voltage[r->samples] = (double)at(trace, PRO_CHANNEL_voltage, k);
    r->T[r->samples++] = (double)at(trace, PRO_CHANNEL_T_surface, k);
  }
  if (r->samples < 2) return pro_fail(PRO_EINPUT, "%s: fewer than two samples to replay", trace->name);
  return PRO_OK;
}

pro_status pro_replay_read(pro_replay *out, const char *folder, const char *file, const pro_replay_cut *cut) {
  char path[4096];
  pro_trace *trace = NULL;
  pro_replay r = {.lead = cut->lead};
  if (snprintf(path, sizeof path, "%s/%s", folder, file) >= (int)sizeof path)
    return pro_fail(PRO_EUSAGE, "%.200s...: the path is too long", path);
  PRO_TRY(pro_trace_read(&trace, path));
  snprintf(r.name, sizeof r.name, "%s", trace->name);
  pro_status status = PRO_OK;
  if (!trace->channel[PRO_CHANNEL_current] || !trace->channel[PRO_CHANNEL_voltage])
    status = pro_fail(PRO_EINPUT, "%s: no current or no voltage in it", path);
  if (status == PRO_OK) status = take(&r, trace, cut);
  pro_trace_free(trace);
  if (status == PRO_OK) {
    lay_course(&r, cut->tolerance);
    *out = r;
  } else {
    free(r.t);
  }
  return status;
}

void pro_replay_free(pro_replay *replay) {
  free(replay->t);
  *replay = (pro_replay){0};
}

void pro_replay_apply(pro_case *in, const pro_replay *replay) {
  in->drive.channel[PRO_DRIVE_current] =
      (pro_channel){.points = replay->knots, .course_t = replay->knot_t, .course_value = replay->knot_current};
  in->duration = replay->knot_t[replay->knots - 1];
  in->period = fmax(1.0, in->duration / 20000.0);
}

void pro_replay_calm(pro_case *in) {
  in->cell.headspace = 0.0;
  in->network.reactions[1].name = NULL;
  in->rtol = 1e-5;
}

double pro_replay_charge(const pro_cell *cell, double voltage) {
  const pro_ocv *ocv = pro_ocv_all[cell->ocv];
  double low = 0.0, high = 1.0;
  if (voltage <= pro_ocv_voltage(ocv, low, NULL)) return low;
  if (voltage >= pro_ocv_voltage(ocv, high, NULL)) return high;
  for (int k = 0; k < 50; k++) {
    double middle = 0.5 * (low + high);
    *(pro_ocv_voltage(ocv, middle, NULL) < voltage ? &low : &high) = middle;
  }
  return 0.5 * (low + high);
}

double pro_replay_value(const pro_replay *replay, const pro_run *run, pro_truth what, size_t sample) {
  const pro_trajectory *y = run->truth;
  double x = (replay->lead + replay->t[sample]) / run->in.period;
  size_t k = x > 0.0 ? (size_t)x : 0;
  const double *v = y->truth[what];
  if (k + 1 >= y->samples) return v[y->samples - 1];
  return v[k] + (x - (double)k) * (v[k + 1] - v[k]);
}

double pro_replay_rms(const pro_replay *replay, const pro_run *run, pro_truth what, const double *measured) {
  double squares = 0.0;
  size_t n = 0;
  for (size_t k = 0; run->truth && k < replay->samples; k++) {
    if (isnan(measured[k])) continue;
    double d = pro_replay_value(replay, run, what, k) - measured[k];
    squares += d * d, n++;
  }
  return n ? sqrt(squares / (double)n) : (double)NAN;
}
