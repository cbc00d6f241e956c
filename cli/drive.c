/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/drive.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VOLTAGE_SIGMA 0.010 /* what is expected of a residual [V] */
#define T_SIGMA 0.2         /* [K] */
#define EVERY 10.0          /* s between the samples that are fitted: nearer ones tell the same */
#define COURSE 0.02         /* A to which a straight line must meet the samples it replaces */

typedef struct job {
  const pro_case *base;
  const pro_calibrated *parameter;
  const pro_drive_file *files;
  size_t count, *order;   /* (count) the files in the present work, those fitted first */
  pro_replay *replay;     /* (count) */
  size_t *first;          /* (count + 1) residual of order[k] */
  pro_drive_score *score; /* (count) */
} job;

static double or_else(double x, double other) { return isnan(x) ? other : x; }

/* "NAME:last" stands behind NAME, whose value is then that at age 0. */
static void set_member(pro_cell *cell, const char *name, double value, double age) {
  char member[64];
  const char *last = strstr(name, ":last");
  snprintf(member, sizeof member, "%.*s", last ? (int)(last - name) : 63, name);
  const pro_field *field = pro_field_find(pro_cell_fields, member);
  if (!field) return; /* a name that is none makes a parameter that nothing determines, and that is told */
  double first = pro_field_get(field, cell);
  pro_field_put(field, cell, last ? first + age * (value - first) : value);
}

static pro_status make(pro_case *out, size_t k, const double *p, const void *data) {
  const job *j = data;
  const pro_drive_file *file = &j->files[j->order[k]];
  const pro_replay *r = &j->replay[j->order[k]];
  double T_ambient = or_else(file->T_ambient, r->T[0]);
  *out = *j->base;
  for (int i = 0; j->parameter[i].fit.name; i++) {
    if (strcmp(j->parameter[i].fit.name, "T_offset") == 0)
      T_ambient += p[i];
    else
      set_member(&out->cell, j->parameter[i].fit.name, p[i], file->age);
  }
  double full = out->cell.capacity * (1.0 - out->cell.capacity_loss);
  out->soc_initial = file->soc < 0.0 ? fmax(0.0, 1.0 - r->charge / full)
                                     : or_else(file->soc, pro_replay_charge(&out->cell, r->voltage[0]));
  out->T_initial = or_else(file->T_initial, r->T[0]);
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_T_ambient], T_ambient);
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_film_coefficient], out->cell.film_coefficient);
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_emissivity], out->cell.emissivity);
  pro_replay_apply(out, r);
  return PRO_OK;
}

static size_t residuals_of(const pro_replay *r, const pro_run *run, double *to) {
  size_t n = 0;
  double next = 0.0;
  for (size_t k = 0; k < r->samples; k++) {
    if (r->t[k] < next || isnan(r->voltage[k]) || isnan(r->T[k])) continue;
    next = r->t[k] + EVERY;
    if (to) {
      to[n] = (pro_replay_value(r, run, PRO_TRUTH_voltage, k) - r->voltage[k]) / VOLTAGE_SIGMA;
      to[n + 1] = (pro_replay_value(r, run, PRO_TRUTH_T_surface, k) - r->T[k]) / T_SIGMA;
    }
    n += 2;
  }
  return n;
}

static pro_status compare(double *residual, size_t k, const pro_run *run, void *data) {
  job *j = data;
  size_t file = j->order[k];
  const pro_replay *r = &j->replay[file];
  if (!run->truth) return pro_fail(run->status, "%s: %s", r->name, run->message);
  residuals_of(r, run, residual + j->first[k]);
  j->score[file] = (pro_drive_score){pro_replay_rms(r, run, PRO_TRUTH_voltage, r->voltage),
                                     pro_replay_rms(r, run, PRO_TRUTH_T_surface, r->T), r->samples};
  return PRO_OK;
}

static void report(pro_calibration_result *to, const job *j) {
  for (size_t k = 0; k < j->count; k++) {
    const char *how = j->files[k].fitted ? "fitted" : "not fitted";
    pro_rows_add(&to->rows, j->replay[k].name, "mV", NAN, 0.0, 40.0, 1e3 * j->score[k].voltage,
                 "voltage, rms error (%s)", how);
    pro_rows_add(&to->rows, j->replay[k].name, "K", NAN, 0.0, 1.0, j->score[k].T, "temperature, rms error (%s)",
                 how);
  }
}

static pro_status work(pro_calibration_result *to, job *j, const char *title, const char *folder, double *out,
                       pro_drive_score *score) {
  size_t fitted = 0, others = 0;
  for (size_t k = 0; k < j->count; k++) {
    pro_replay_cut cut = {.segment = j->files[k].segment, .lead = j->files[k].lead, .tolerance = COURSE};
    PRO_TRY(pro_replay_read(&j->replay[k], folder, j->files[k].file, &cut));
    fitted += j->files[k].fitted != 0;
  }
  for (size_t k = 0, seen = 0; k < j->count; k++) j->order[j->files[k].fitted ? seen++ : fitted + others++] = k;
  for (size_t k = 0; k < j->count; k++)
    j->first[k + 1] = j->first[k] + residuals_of(&j->replay[j->order[k]], NULL, NULL);
  double best[PRO_FIT_PARAMETERS_MAX];
  const pro_experiments some = {fitted, j->first[fitted], make, compare, j},
                        all = {j->count, j->first[j->count], make, compare, j};
  PRO_TRY(pro_calibration_fit_to(to, title, j->parameter, &some, NULL, best));
  double *residual = malloc(all.residuals * sizeof *residual);
  if (!residual) return pro_fail(PRO_ENOMEM, "no memory for %zu residuals", all.residuals);
  pro_status status = pro_calibration_evaluate(to, &all, best, residual);
  free(residual);
  PRO_TRY(status);
  if (score)
    memcpy(score, j->score, j->count * sizeof *score);
  else
    report(to, j);
  if (out) memcpy(out, best, (size_t)pro_calibrated_count(j->parameter) * sizeof *out);
  return PRO_OK;
}

pro_status pro_drive_calibrate(pro_calibration_result *result, const char *title, const char *folder,
                               const pro_case *base, const pro_calibrated *parameter, const pro_drive_file *files,
                               size_t count, double *fitted, pro_drive_score *score) {
  job j = {.base = base, .parameter = parameter, .files = files, .count = count};
  j.order = calloc(count, sizeof *j.order), j.first = calloc(count + 1, sizeof *j.first);
  j.replay = calloc(count, sizeof *j.replay);
  j.score = calloc(count, sizeof *j.score);
  pro_status status = PRO_OK;
  if (j.order && j.first && j.replay && j.score)
    status = work(result, &j, title, folder, fitted, score);
  else
    status = pro_fail(PRO_ENOMEM, "no memory for %zu traces", count);
  for (size_t k = 0; j.replay && k < count; k++) pro_replay_free(&j.replay[k]);
  free(j.order), free(j.first), free(j.replay), free(j.score);
  return status;
}
