/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/calibration.h"
#include "cli/columns.h"
#include "sim/datasheet.h"

enum { A_SEI, A_AN, Z_REF, COLLAPSE, WIDTH };
static const pro_calibrated parameters[] = {
    [A_SEI] = {{"sei_decomposition.A", "1/s", 2.4e15, 1e14, 2e16, 1},
               "sim/chemistry/nmc532.c, nmc622.c: A of sei_decomposition (guide)",
               "frequency factor, Ea as in Kim et al. 2007"},
    [A_AN] =
        {{"anode_electrolyte.A", "1/s", 9.8e13, 2e12, 5e14, 1},
         "sim/chemistry/nmc532.c, nmc622.c: A of anode_electrolyte (guide)",
         "frequency factor, Ea as in Kim et al. 2007; of an unnamed cell, so only its product with mass and heat"},
    [Z_REF] = {{"z_ref", "1", 0.0627, 0.02, 0.2, 1},
               "sim/chemistry/graphite.h: Z_REF",
               "film through which electrons tunnel, and its thickness at the start"},
    [COLLAPSE] = {{"collapse_T", "K", 460.0, 440.0, 500.0, 0},
                  "of this cell alone",
                  "at which its separator collapses at collapse_rate"},
    [WIDTH] = {{"collapse_width", "K", 6.0, 1.0, 15.0, 1}, "of this cell alone", "for e times that rate"},
    {{0}, NULL, NULL},
};

#define T_START                                                                                                 \
  (PRO_ZERO_CELSIUS + 50.0)              /* of the calorimeter's way up, on which SEI is used up and films form \
                                          */
#define WAY_UP (5.0 / 3300.0)            /* heat, wait, seek: 5 K in 55 min, taken as a ramp [K/s] (guess) */
#define T_TOP (PRO_ZERO_CELSIUS + 171.3) /* then its vent cools it */
#define RISE 0.8                         /* between points, at least: a sample's noise is a tenth of it [K] */
#define EXPECTED 0.1                     /* of the logarithm of a rate [-] */

enum { INTERVALS_MAX = 128 };

typedef struct job {
  pro_case base;
  int sei, anode, tunnel, film; /* reactions, factor of the anode's, species */
  size_t intervals;
  double T[INTERVALS_MAX + 1], t[INTERVALS_MAX + 1]; /* measured [K], [s] */
  double rate[INTERVALS_MAX];                        /* computed over the same rises [K/s] */
  double released;                                   /* from the calorimeter's way up [s] */
  double T_runaway;                                  /* computed [K] */
} job;

static pro_status make(pro_case *out, size_t k, const double *p, const void *data) {
  (void)k;
  const job *j = data;
  *out = j->base;
  pro_network *net = &out->network;
  net->reactions[j->sei].A = p[A_SEI];
  net->reactions[j->anode].A = p[A_AN];
  net->reactions[j->anode].factors[j->tunnel].p = p[Z_REF];
  net->species[j->film].initial = p[Z_REF];
  out->cell.collapse_T = p[COLLAPSE], out->cell.collapse_width = p[WIDTH];
  return PRO_OK;
}

/* When the core first reaches T [s]; infinity: never. */
static double passes(const pro_run *run, double T) {
  const double *core = run->truth->truth[PRO_TRUTH_T_core];
  for (size_t k = 1; k < run->truth->samples; k++)
    if (core[k] >= T) return run->truth->t[k - 1] + run->in.period * (T - core[k - 1]) / (core[k] - core[k - 1]);
  return INFINITY;
}

/* The mean rate over each rise that was measured; where the run does not get that far, that of a rise in ten times
 * the run's duration, so that faster is better. */
static pro_status compare(double *residual, size_t k, const pro_run *run, void *data) {
  (void)k;
  job *j = data;
  if (!run->truth) return pro_fail(run->status, "ARC: %s", run->message);
  double from = j->released;
  for (size_t i = 0; i < j->intervals; i++) {
    double to = passes(run, j->T[i + 1]), time = isfinite(to) ? to - from : 10.0 * run->in.duration;
    double measured = (j->T[i + 1] - j->T[i]) / (j->t[i + 1] - j->t[i]);
    j->rate[i] = (j->T[i + 1] - j->T[i]) / time;
    residual[i] = log(j->rate[i] / measured) / EXPECTED;
    from = to;
  }
  j->T_runaway = run->truth->T_at[PRO_CLOCK_runaway];
  return PRO_OK;
}

static pro_status read_curve(job *j, const char *path) {
  static const char *const names[] = {"time_s", "T_degC", NULL};
  pro_columns table;
  PRO_TRY(pro_columns_open(&table, path, names, 2));
  pro_status status = PRO_OK;
  size_t n = 0;
  for (size_t r = 0; r < table.rows && n <= INTERVALS_MAX && status == PRO_OK; r++) {
    double t, T;
    status = pro_columns_number(&t, &table, r, 0);
    if (status == PRO_OK) status = pro_columns_number(&T, &table, r, 1);
    if (status != PRO_OK || isnan(t) || isnan(T)) continue;
    T += PRO_ZERO_CELSIUS;
    if (T > T_TOP) break;
    if (n > 0 && (T < j->T[n - 1] + RISE || t <= j->t[n - 1])) continue;
    j->T[n] = T, j->t[n++] = t;
  }
  pro_columns_close(&table);
  if (status == PRO_OK && n < 6) status = pro_fail(PRO_EINPUT, "%s: fewer than six points below 171 degC", path);
  j->intervals = n ? n - 1 : 0;
  return status;
}

static pro_status find(job *j) {
  const pro_network *net = &j->base.network;
  j->sei = pro_comparison_reaction(&j->base, "sei_decomposition");
  j->anode = pro_comparison_reaction(&j->base, "anode_electrolyte");
  if (j->sei < 0 || j->anode < 0) return pro_fail(PRO_EBUG, "%s: no SEI or no anode", net->name);
  for (j->tunnel = 0; j->tunnel < PRO_FACTORS_MAX; j->tunnel++)
    if (net->reactions[j->anode].factors[j->tunnel].law == &pro_law_tunnel) break;
  if (j->tunnel == PRO_FACTORS_MAX) return pro_fail(PRO_EBUG, "%s: no film", net->name);
  j->film = net->reactions[j->anode].factors[j->tunnel].species;
  return PRO_OK;
}

/* 2.6 Ah in 45.5 g: the unnamed cell is taken to be of that class. *guess* */
static pro_status make_base(job *j) {
  pro_datasheet sheet = {.family = PRO_FAMILY_nmc622,
                         .format = PRO_FORMAT_cylinder,
                         .diameter = 18.0e-3,
                         .length = 65.0e-3,
                         .capacity = 2.6 * 3600.0,
                         .mass = 45.5e-3,
                         .nominal_voltage = 3.65};
  pro_cell cell;
  const char *chemistry;
  PRO_TRY(pro_datasheet_cell(&cell, &chemistry, &sheet));
  cell.front_rise = 0.0; /* here the collapse was gradual, from 150 degC on */
  PRO_TRY(pro_comparison_begin(&j->base, &cell, chemistry));
  j->base.cell.headspace = 0.0; /* its vent, which cools, opened at 172 degC, above all that is fitted */
  j->base.T_initial = T_START;
  j->released = (j->T[0] - T_START) / WAY_UP;
  j->base.duration = j->released + 30.0 * 3600.0, j->base.period = 2.0;
  pro_channel *ambient = &j->base.drive.channel[PRO_DRIVE_T_ambient],
              *film = &j->base.drive.channel[PRO_DRIVE_film_coefficient];
  pro_channel_add(ambient, 0.0, T_START), pro_channel_add(ambient, j->released, j->T[0]);
  pro_channel_add(film, 0.0, 200.0), pro_channel_add(film, j->released, 200.0);
  pro_channel_add(film, j->released, 0.0); /* adiabatic from here on */
  return PRO_OK;
}

static pro_status begin(job *j, const char *data) {
  char path[4096];
  if (snprintf(path, sizeof path, "%s/arc_100.csv", data) >= (int)sizeof path)
    return pro_fail(PRO_EUSAGE, "%.200s...: the path is too long", data);
  PRO_TRY(read_curve(j, path));
  PRO_TRY(make_base(j));
  return find(j);
}

static void report(pro_rows *rows, const job *j, const double *residual) {
  double squares = 0.0, worst = 0.0;
  for (size_t i = 0; i < j->intervals; i++) {
    double error = residual[i] * EXPECTED, measured = (j->T[i + 1] - j->T[i]) / (j->t[i + 1] - j->t[i]);
    squares += error * error, worst = fmax(worst, fabs(error));
    pro_rows_add(rows, "arc_100", "K/min", 60.0 * measured, NAN, NAN, 60.0 * j->rate[i],
                 "self-heating from %.1f to %.1f degC", j->T[i] - PRO_ZERO_CELSIUS,
                 j->T[i + 1] - PRO_ZERO_CELSIUS);
  }
  pro_rows_add(rows, "arc_100", "1", NAN, 0.0, 0.15, sqrt(squares / (double)j->intervals),
               "rms error of ln(rate), 87 to 171 degC");
  pro_rows_add(rows, "arc_100", "1", NAN, NAN, NAN, worst, "largest error of ln(rate)");
  pro_rows_add(rows, "arc_100", "degC", 172.9, NAN, NAN, j->T_runaway - PRO_ZERO_CELSIUS,
               "temperature at 1 K/s, not fitted");
}

static pro_status score(pro_rows *rows, const char *data, const double *parameter) {
  job j = {.intervals = 0};
  double residual[INTERVALS_MAX];
  pro_calibration_result result = {.rows.quiet = rows->quiet};
  PRO_TRY(begin(&j, data));
  pro_experiments experiments = {1, j.intervals, make, compare, &j};
  PRO_TRY(pro_calibration_evaluate(&result, &experiments, parameter, residual));
  report(rows, &j, residual);
  return PRO_OK;
}

static pro_status run(pro_calibration_result *to, const char *data) {
  job j = {.intervals = 0};
  double best[PRO_FIT_PARAMETERS_MAX], residual[INTERVALS_MAX];
  PRO_TRY(begin(&j, data));
  pro_experiments experiments = {1, j.intervals, make, compare, &j};
  const pro_fit_problem settings = {.difference = 1e-3, .tolerance = 1e-4};
  PRO_TRY(pro_calibration_fit_to(to, "87 to 171 degC", parameters, &experiments, &settings, best));
  PRO_TRY(pro_calibration_evaluate(to, &experiments, best, residual));
  report(&to->rows, &j, residual);
  return PRO_OK;
}

const pro_calibration pro_calibration_arc_curve = {
    .name = "arc_curve",
    .doc = "graphite anode and SEI from the self-heating of a full cell, 87 to 171 degC",
    .source =
        "github.com/348396272/CRNN-for-battery-thermal-runaway, test 100: ARC of an unnamed NCM-type cell at full "
        "charge",
    .data = "measured/abuse_arc_crnn",
    .parameters = parameters,
    .run = run,
    .score = score,
};
