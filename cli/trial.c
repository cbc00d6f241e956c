/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

pro_status pro_trial_cylinder(pro_case *out, int family, const char *size, double capacity, double mass) {
  pro_datasheet sheet;
  pro_field_defaults(pro_datasheet_fields, &sheet);
  sheet.family = family, sheet.capacity = capacity * 3600.0, sheet.mass = mass * 1e-3;
  sheet.nominal_voltage = family == PRO_FAMILY_lfp ? 3.2 : 3.65;
  if (!pro_datasheet_format(&sheet, size)) return pro_fail(PRO_EBUG, "'%s' is no format", size);
  pro_cell cell;
  const char *chemistry;
  PRO_TRY(pro_datasheet_cell(&cell, &chemistry, &sheet));
  return pro_comparison_begin(out, &cell, chemistry);
}

void pro_trial_surround(pro_case *out, double T, double h, double emissivity) {
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_T_ambient], T);
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_film_coefficient], h);
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_emissivity], emissivity);
}

/* ---- edges ---- */

typedef struct halving {
  const pro_edge_search *search;
  pro_edge *edge;
  size_t *open; /* edges that are still too wide */
} halving;

static double middle(const pro_edge *e) { return 0.5 * (e->without + e->with); }

static pro_status make_one(pro_case *out, uint64_t k, const void *data) {
  const halving *r = data;
  size_t i = r->open[k];
  return r->search->make(out, i, middle(&r->edge[i]), r->search->data);
}

static pro_status take_one(void *data, uint64_t k, const pro_run *run) {
  halving *r = data;
  pro_edge *e = &r->edge[r->open[k]];
  if (run->status != PRO_OK) return pro_fail(run->status, "%s", run->message);
  double x = middle(e);
  if (r->search->happened(run))
    e->with = x, e->seen_with = 1;
  else
    e->without = x, e->seen_without = 1;
  return PRO_OK;
}

pro_status pro_trial_edges(const pro_rows *rows, pro_edge *edge, size_t count, const pro_edge_search *search) {
  halving r = {.search = search, .edge = edge, .open = calloc(count, sizeof *r.open)};
  pro_status status = r.open ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for a search");
  while (status == PRO_OK) {
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
      if (fabs(edge[i].with - edge[i].without) > edge[i].tolerance) r.open[n++] = i;
    if (n == 0) break;
    status = pro_comparison_sweep(rows, search->what, n, make_one, take_one, &r);
  }
  free(r.open);
  return status;
}

double pro_edge_value(const pro_edge *edge) {
  return edge->seen_with && edge->seen_without ? middle(edge) : (double)NAN;
}

int pro_trial_ran_away(const pro_run *run) { return !isnan(run->truth->clock[PRO_CLOCK_runaway]); }

/* ---- readings ---- */

double pro_trial_at(const pro_trajectory *y, int column, double t) {
  if (y->samples < 2 || !(t >= y->t[0] && t <= y->t[y->samples - 1])) return NAN;
  double at = t / (y->t[1] - y->t[0]);
  size_t k = (size_t)at;
  const double *x = y->truth[column];
  if (k + 1 >= y->samples) return x[y->samples - 1];
  return x[k] + (at - (double)k) * (x[k + 1] - x[k]);
}

/* A rate between two samples belongs to the middle between them. */
double pro_trial_rate_reaches(const pro_trajectory *y, int column, double from, double rate) {
  const double *x = y->truth[column];
  double before = 0.0;
  for (size_t k = 1; k < y->samples; k++) {
    double dt = y->t[k] - y->t[k - 1], now = (x[k] - x[k - 1]) / dt, t = 0.5 * (y->t[k] + y->t[k - 1]);
    if (y->t[k - 1] >= from && now >= rate)
      return before < now ? t - dt * fmin(1.0, (now - rate) / (now - before)) : t;
    before = now;
  }
  return NAN;
}

double pro_trial_gas(const pro_trajectory *y) {
  double n = 0.0;
  for (int g = 0; g < PRO_GAS_MADE; g++) n += y->gas_out[g];
  return n;
}
