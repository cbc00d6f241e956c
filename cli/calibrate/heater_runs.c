/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/calibration.h"
#include "cli/columns.h"
#include "cli/replay.h"

enum { SHARE, FILM, CONDUCTANCE, SIDE, COLLAPSE };
#define OWN "of this rig and cell"
static const pro_calibrated parameters[] = {
    [SHARE] = {{"heater_share", "1", 0.4, 0.2, 1.0, 0}, OWN, "of the heater's power that enters the cell"},
    [FILM] = {{"film_coefficient", "W/(m2 K)", 7.17, 5.0, 40.0, 1}, OWN, "to the air; radiation beside it"},
    [CONDUCTANCE] = {{"side_conductance", "W/K", 0.27, 0.05, 2.0, 1}, OWN, "from the heated side to the core"},
    [SIDE] = {{"side_share", "1", 0.06, 0.01, 0.15, 1}, OWN, "of the heat capacity that is in the heated side"},
    [COLLAPSE] = {{"collapse_T", "K", 450.0, 400.0, 540.0, 0},
                  OWN,
                  "at which the separator collapses at collapse_rate"},
    {{0}, NULL, NULL},
};

static const struct {
  const char *file;
  double power; /* [W] */
  int fitted;
} tests[] = {{"overheat_20w_Run1.csv", 20.0, 1},
             {"overheat_50w_Run1.csv", 50.0, 1},
             {"overheat_90w_Run1.csv", 90.0, 1},
             {"overheat_30w_Run1.csv", 30.0, 0},
             {"overheat_70w_Run1.csv", 70.0, 0}};
enum { TESTS = PRO_COUNT(tests), FITTED = 3, POINTS = 9, RESIDUALS = POINTS + 1 };

#define JUMP 10.0       /* heating that the publisher calls runaway [K/s] */
#define TIME_SIGMA 0.05 /* expected of the logarithm of the time to runaway [-] */
#define T_SIGMA 20.0    /* expected of a temperature: thermocouples stand up to 80 K apart [K] */

typedef struct test {          /* as measured; times from the moment at which the heater began to warm anything */
  double on;                   /* of the record's time [s] */
  double t_runaway, t_voltage; /* [s] */
  double T_start, T_ambient, voltage;
  double T[POINTS]; /* of the cell away from the heater at 0.1, 0.2, ... of t_runaway [K] */
} test;

typedef struct outcome {              /* as computed */
  double t_runaway, t_voltage, t_cid; /* [s]; NaN: did not happen */
  double T_rms;                       /* [K] */
} outcome;

typedef struct job {
  pro_case base;
  test test[TESTS];
  size_t order[TESTS]; /* which tests the present work is about */
  outcome out[TESTS];
} job;

/* ---- measured ---- */

enum { TIME, VOLTAGE, T_CELL, T_AMBIENT, T_1, COLUMNS = T_1 + 6 };

static double warmest(const pro_columns *table, size_t row) {
  double most = -INFINITY, T;
  for (int c = T_1; c < COLUMNS; c++)
    if (pro_columns_number(&T, table, row, c) == PRO_OK && T > most) most = T;
  return most;
}

static pro_status read_row(double *x, const pro_columns *table, size_t row) {
  for (int c = 0; c < T_1; c++) PRO_TRY(pro_columns_number(&x[c], table, row, c));
  return PRO_OK;
}

static pro_status see(test *out, const pro_columns *table) {
  double first[T_1], x[T_1], old[T_1], start = warmest(table, 0);
  const size_t second = 5; /* samples of 0.2 s */
  *out = (test){.on = NAN, .t_runaway = NAN, .t_voltage = NAN};
  PRO_TRY(read_row(first, table, 0));
  for (size_t r = second; r < table->rows && isnan(out->t_runaway); r++) {
    PRO_TRY(read_row(x, table, r));
    PRO_TRY(read_row(old, table, r - second));
    if (isnan(out->on) && warmest(table, r) > start + 2.0) out->on = x[TIME];
    if (isnan(out->t_voltage) && x[VOLTAGE] < first[VOLTAGE] - 0.5) out->t_voltage = x[TIME];
    if (x[T_CELL] - old[T_CELL] > JUMP * (x[TIME] - old[TIME])) out->t_runaway = old[TIME];
  }
  if (isnan(out->on) || isnan(out->t_runaway) || isnan(out->t_voltage))
    return pro_fail(PRO_EINPUT, "%s: no heating, no loss of voltage or no runaway in it", table->csv.path);
  out->t_runaway -= out->on, out->t_voltage -= out->on;
  out->T_start = first[T_CELL] + PRO_ZERO_CELSIUS, out->voltage = first[VOLTAGE];
  out->T_ambient = (isnan(first[T_AMBIENT]) ? first[T_CELL] : first[T_AMBIENT]) + PRO_ZERO_CELSIUS;
  for (size_t r = 0, k = 0; r < table->rows && k < POINTS; r++) {
    PRO_TRY(read_row(x, table, r));
    if (x[TIME] - out->on < (double)(k + 1) / (POINTS + 1) * out->t_runaway) continue;
    out->T[k++] = x[T_CELL] + PRO_ZERO_CELSIUS;
  }
  return PRO_OK;
}

static pro_status read_test(test *out, const char *folder, const char *file) {
  static const char *const names[COLUMNS + 1] = {"time_s",  "voltage_V", "T_degC",  "T_ambient_degC",
                                                 "T1_degC", "T2_degC",   "T3_degC", "T4_degC",
                                                 "T5_degC", "T6_degC",   NULL};
  char path[4096];
  pro_columns table;
  if (snprintf(path, sizeof path, "%s/%s", folder, file) >= (int)sizeof path)
    return pro_fail(PRO_EUSAGE, "%.200s...: the path is too long", path);
  PRO_TRY(pro_columns_open(&table, path, names, 3));
  pro_status status = see(out, &table);
  pro_columns_close(&table);
  return status;
}

/* ---- computed ---- */

static pro_status make(pro_case *out, size_t k, const double *p, const void *data) {
  const job *j = data;
  const test *t = &j->test[j->order[k]];
  *out = j->base;
  pro_cell *c = &out->cell;
  c->nodes = 3;
  c->side_share = p[SIDE], c->side_conductance = p[CONDUCTANCE], c->collapse_T = p[COLLAPSE];
  out->T_initial = t->T_start;
  out->soc_initial = pro_replay_charge(c, t->voltage);
  pro_channel *channel = out->drive.channel;
  pro_channel_hold(&channel[PRO_DRIVE_heater], p[SHARE] * tests[j->order[k]].power);
  pro_channel_hold(&channel[PRO_DRIVE_T_ambient], t->T_ambient);
  pro_channel_hold(&channel[PRO_DRIVE_film_coefficient], p[FILM]);
  pro_channel_hold(&channel[PRO_DRIVE_emissivity], c->emissivity);
  out->duration = 4.0 * t->t_runaway, out->period = fmax(0.1, out->duration / 10000.0);
  return PRO_OK;
}

static double at(const pro_run *run, pro_truth what, double t) {
  const double *v = run->truth->truth[what];
  double x = t / run->in.period;
  size_t k = (size_t)x;
  return k + 1 < run->truth->samples ? v[k] + (x - (double)k) * (v[k + 1] - v[k]) : v[run->truth->samples - 1];
}

static double measured_at(const test *t, double when) {
  double x = when / t->t_runaway * (POINTS + 1);
  size_t k = (size_t)fmin(x, POINTS - 1);
  double before = k ? t->T[k - 1] : t->T_start;
  return before + (x - (double)k) * (t->T[k] - before);
}

/* The publisher's definition, on the surface away from the heater. */
static double runaway_of(const pro_run *run) {
  size_t second = (size_t)fmax(1.0, round(1.0 / run->in.period));
  const double *T = run->truth->truth[PRO_TRUTH_T_surface], *t = run->truth->t;
  double before = 0.0;
  for (size_t k = second; k < run->truth->samples; k++) {
    double rate = (T[k] - T[k - second]) / (t[k] - t[k - second]);
    if (rate > JUMP) return t[k - second] - run->in.period * (rate - JUMP) / (rate - before);
    before = rate;
  }
  return NAN;
}

static pro_status compare(double *residual, size_t k, const pro_run *run, void *data) {
  job *j = data;
  const test *t = &j->test[j->order[k]];
  outcome *o = &j->out[j->order[k]];
  double *r = residual + RESIDUALS * k, squares = 0.0;
  if (!run->truth) return pro_fail(run->status, "%s: %s", tests[j->order[k]].file, run->message);
  o->t_runaway = runaway_of(run);
  /* an opened interrupt device takes the voltage off the terminals */
  o->t_cid = run->truth->clock[PRO_CLOCK_cid];
  o->t_voltage = fmin(run->truth->clock[PRO_CLOCK_voltage], o->t_cid);
  double when = isnan(o->t_runaway) ? run->in.duration : o->t_runaway;
  r[POINTS] = log(when / t->t_runaway) / TIME_SIGMA;
  for (size_t i = 0; i < POINTS; i++) {
    double then = (double)(i + 1) / (POINTS + 1) * t->t_runaway;
    then = fmin(then, when); /* an early runaway is told once, by its time */
    double error = at(run, PRO_TRUTH_T_surface, then) - measured_at(t, then);
    r[i] = error / T_SIGMA;
    squares += error * error;
  }
  o->T_rms = sqrt(squares / POINTS);
  return PRO_OK;
}

/* ---- work ---- */

/* Whether the whole cell or its heated side is first to collapse makes a kink in the sum of squares: several
 * starts, of which the best is kept. */
static const double collapse_starts[] = {450.0, 435.0, 470.0};

static pro_status fit_best(pro_calibration_result *to, const char *title, const pro_experiments *tests_fitted) {
  const pro_fit_problem settings = {.difference = 2e-3, .tolerance = 1e-3, .steps_max = 30};
  pro_calibrated list[PRO_COUNT(parameters)];
  int slot = to->count;
  const size_t starts =
      tests_fitted->count > 1 ? PRO_COUNT(collapse_starts) : 1; /* one test alone is met anyhow */
  for (size_t s = 0; s < starts; s++) {
    memcpy(list, parameters, sizeof list);
    list[COLLAPSE].fit.start = collapse_starts[s];
    PRO_TRY(pro_calibration_fit_to(to, title, list, tests_fitted, &settings, NULL));
    if (to->count == slot + 1) continue;
    if (to->fit[slot + 1].fit.chi2 < to->fit[slot].fit.chi2) to->fit[slot] = to->fit[slot + 1];
    to->count = slot + 1;
  }
  return PRO_OK;
}

static pro_status fit(pro_calibration_result *to, job *j, const char *title, const size_t *which, size_t count) {
  double best[PRO_COUNT(parameters)], residual[TESTS * RESIDUALS];
  for (size_t k = 0; k < count; k++) j->order[k] = which[k];
  pro_experiments some = {count, count * RESIDUALS, make, compare, j},
                  all = {TESTS, TESTS * RESIDUALS, make, compare, j};
  PRO_TRY(fit_best(to, title, &some));
  const pro_fit *kept = &to->fit[to->count - 1].fit;
  for (int k = 0; k < kept->parameters; k++) best[k] = kept->value[k].value;
  for (size_t k = 0; k < TESTS; k++) j->order[k] = k;
  return pro_calibration_evaluate(to, &all, best, residual);
}

static void report(pro_rows *rows, const job *j, const char *title, int judged) {
  for (size_t k = 0; k < TESTS; k++) {
    char group[64];
    const test *t = &j->test[k];
    const outcome *o = &j->out[k];
    int predicted = judged && !tests[k].fitted;
    snprintf(group, sizeof group, title ? "%.0f W, fit: %.40s" : "%.0f W", tests[k].power, title);
    pro_rows_add(rows, group, "s", t->t_runaway, predicted ? 0.75 * t->t_runaway : NAN,
                 predicted ? 1.25 * t->t_runaway : NAN, o->t_runaway, "time to runaway");
    if (!judged) continue;
    pro_rows_add(rows, group, "s", t->t_runaway - t->t_voltage, 0.0, INFINITY, o->t_runaway - o->t_voltage,
                 "voltage lost before runaway");
    pro_rows_add(rows, group, "s", NAN, NAN, NAN, o->t_runaway - o->t_cid, "current interrupted before runaway");
    pro_rows_add(rows, group, "K", NAN, NAN, NAN, o->T_rms, "surface, rms error on the way to runaway");
  }
}

static pro_status begin(job **out, const char *data) {
  job *j = calloc(1, sizeof *j);
  if (!j) return pro_fail(PRO_ENOMEM, "no memory for the tests");
  pro_status status = pro_comparison_preset(&j->base, "nmc811_18650", NULL);
  for (size_t k = 0; k < TESTS && status == PRO_OK; k++) {
    status = read_test(&j->test[k], data, tests[k].file);
    j->order[k] = k;
  }
  if (status == PRO_OK)
    *out = j;
  else
    free(j);
  return status;
}

static pro_status score(pro_rows *rows, const char *data, const double *parameter) {
  job *j;
  double residual[TESTS * RESIDUALS];
  pro_calibration_result result = {.rows.quiet = rows->quiet};
  PRO_TRY(begin(&j, data));
  pro_experiments all = {TESTS, TESTS * RESIDUALS, make, compare, j};
  pro_status status = pro_calibration_evaluate(&result, &all, parameter, residual);
  if (status == PRO_OK) report(rows, j, NULL, 1);
  free(j);
  return status;
}

static pro_status run(pro_calibration_result *to, const char *data) {
  static const size_t main_fit[] = {0, 1, 2}, alone[] = {0, 1, 2};
  job *j;
  PRO_TRY(begin(&j, data));
  pro_status status = PRO_OK;
  if (status == PRO_OK) status = fit(to, j, "20, 50, 90 W", main_fit, FITTED);
  if (status == PRO_OK) report(&to->rows, j, "20, 50, 90 W", 1);
  for (size_t k = 0; k < FITTED && status == PRO_OK; k++) {
    char title[32];
    snprintf(title, sizeof title, "%.0f W alone", tests[k].power);
    status = fit(to, j, title, &alone[k], 1);
    if (status == PRO_OK) report(&to->rows, j, title, 0);
  }
  free(j);
  return status;
}

const pro_calibration pro_calibration_heater_runs = {
    .name = "heater_runs",
    .doc = "local runaway under a side heater of 20, 50 and 90 W; 30 and 70 W predicted",
    .source = "github.com/hemanthgalam/Battery-ThermalRunawayPrediction: an unnamed 18650 of about 3.5 Ah",
    .data = "measured/abuse_18650_overheat",
    .parameters = parameters,
    .run = run,
    .score = score,
};
