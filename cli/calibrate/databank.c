/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/calibration.h"
#include "cli/databank.h"

/* Few numbers for all cells; what follows from capacity and mass is left to the rules. */
enum { NICKEL, COBALT, OXYGEN, CAP, HEATER };
static const pro_calibrated parameters[] = {
    [NICKEL] = {{"burnt_nickel", "1", 1.0, 0.2, 2.0, 0},
                "sim/chemistry/nmc811.c, nca.c: BURNT",
                "share of a nickel-rich cathode's oxygen that burns"},
    [COBALT] = {{"burnt_cobalt", "1", 0.05, 0.01, 2.0, 0},
                "sim/chemistry/lco.c: BURNT",
                "share of LCO's oxygen that burns"},
    [OXYGEN] = {{"oxygen_A", "1/s", 3.0e11, 1e9, 1e13, 1},
                "sim/chemistry/graphite.h: OXYGEN_REACTION",
                "frequency factor of the oxygen stage"},
    [CAP] = {{"anode_cap", "1", 0.02, 0.01, 0.5, 1},
             "sim/chemistry/graphite.h: ANODE_REACTION",
             "cap of the anode's reaction, in multiples of k_max"},
    [HEATER] = {{"heater_share", "1/m2", 18.3, 5.0, 60.0, 1},
                "cli/predict.c: pro_predict_heater_share",
                "of the calorimeter's heater power, by the cell's surface"},
    {{0}, NULL, NULL},
};

#define HEAT_SIGMA 0.10 /* expected of a cell type's mean heat, relative: as its tests scatter [-] */
#define TIME_SIGMA 0.20 /* expected of the logarithm of the time to runaway [-] */

typedef struct job {
  pro_databank bank;
  size_t group[64], groups; /* cells of 60 % and more before a heater or a nail: below, it is whether they burn */
} job;

static double mean_of(const pro_databank_group *g, pro_measured what) {
  return pro_mean(g->value[what], g->count[what]);
}

static void apply(pro_case *in, const double *p) {
  int lco = strcmp(in->network.name, "lco") == 0;
  for (int j = 0; j < pro_network_reaction_count(&in->network); j++) {
    pro_reaction *r = &in->network.reactions[j];
    /* heat stands in the table with the share already in it */
    if (r->stage == PRO_STAGE_oxygen)
      r->heat *= lco ? p[COBALT] / parameters[COBALT].fit.start : p[NICKEL] / parameters[NICKEL].fit.start,
          r->A = p[OXYGEN];
    if (r->stage == PRO_STAGE_anode) r->cap = p[CAP];
  }
  pro_channel *heater = &in->drive.channel[PRO_DRIVE_heater];
  for (int k = 0; k < heater->knots; k++) heater->value[k] *= p[HEATER] / pro_predict_heater_share;
}

static pro_status make(pro_case *out, size_t k, const double *p, const void *data) {
  const job *j = data;
  char remark[256];
  PRO_TRY(pro_predict_case(out, remark, sizeof remark, &j->bank.group[j->group[k]].sheet, 0, NAN));
  apply(out, p);
  return PRO_OK;
}

static pro_status compare(double *residual, size_t k, const pro_run *run, void *data) {
  job *j = data;
  const pro_databank_group *g = &j->bank.group[j->group[k]];
  if (!run->truth) return pro_fail(run->status, "%s: %s", g->name, run->message);
  pro_prediction out;
  pro_predict_read(&out, run);
  residual[2 * k] =
      (pro_databank_value(&out, PRO_MEASURED_heat) / mean_of(g, PRO_MEASURED_heat) - 1.0) / HEAT_SIGMA;
  residual[2 * k + 1] = 0.0;
  if (g->sheet.trigger != PRO_TRIGGER_heater || g->count[PRO_MEASURED_t_trigger] == 0) return PRO_OK;
  double t = pro_databank_value(&out, PRO_MEASURED_t_trigger);
  if (!isfinite(t)) t = run->in.duration;
  residual[2 * k + 1] = log(fmax(t, 1.0) / mean_of(g, PRO_MEASURED_t_trigger)) / TIME_SIGMA;
  return PRO_OK;
}

static pro_status begin(job *j, const char *path) {
  memset(j, 0, sizeof *j);
  PRO_TRY(pro_databank_read(&j->bank, path));
  for (size_t k = 0; k < j->bank.groups && j->groups < PRO_COUNT(j->group); k++) {
    const pro_databank_group *g = &j->bank.group[k];
    if (g->soc_pct > 59.0 && g->sheet.trigger != PRO_TRIGGER_heater_short && g->count[PRO_MEASURED_heat] > 0)
      j->group[j->groups++] = k;
  }
  if (j->groups > 0) return PRO_OK;
  pro_databank_free(&j->bank);
  return pro_fail(PRO_EINPUT, "%s: no test at 60 %% or more before a heater or a nail", path);
}

static void report(pro_rows *rows, const job *j, const double *residual) {
  for (size_t k = 0; k < j->groups; k++) {
    const pro_databank_group *g = &j->bank.group[j->group[k]];
    double heat = mean_of(g, PRO_MEASURED_heat);
    pro_rows_add(rows, g->name, "kJ", heat, 0.85 * heat, 1.15 * heat, heat * (1.0 + HEAT_SIGMA * residual[2 * k]),
                 "total heat");
    if (g->sheet.trigger == PRO_TRIGGER_heater && g->count[PRO_MEASURED_t_trigger] > 0) {
      double t = mean_of(g, PRO_MEASURED_t_trigger);
      pro_rows_add(rows, g->name, "s", t, NAN, NAN, t * exp(TIME_SIGMA * residual[2 * k + 1]),
                   "heater on until runaway");
    }
  }
}

static pro_status run(pro_calibration_result *result, const char *data) {
  job j;
  double best[PRO_FIT_PARAMETERS_MAX], residual[2 * PRO_COUNT(j.group)];
  const pro_fit_problem settings = {.difference = 1e-2, .tolerance = 1e-3};
  PRO_TRY(begin(&j, data));
  pro_experiments all = {j.groups, 2 * j.groups, make, compare, &j};
  pro_status status =
      pro_calibration_fit_to(result, "60 % and more, heater and nail", parameters, &all, &settings, best);
  if (status == PRO_OK) status = pro_calibration_evaluate(result, &all, best, residual);
  if (status == PRO_OK) report(&result->rows, &j, residual);
  pro_databank_free(&j.bank);
  return status;
}

static pro_status score(pro_rows *rows, const char *data, const double *parameter) {
  job j;
  double residual[2 * PRO_COUNT(j.group)];
  pro_calibration_result result = {.rows.quiet = rows->quiet};
  PRO_TRY(begin(&j, data));
  pro_experiments all = {j.groups, 2 * j.groups, make, compare, &j};
  pro_status status = pro_calibration_evaluate(&result, &all, parameter, residual);
  if (status == PRO_OK) report(rows, &j, residual);
  pro_databank_free(&j.bank);
  pro_calibration_result_free(&result);
  return status;
}

const pro_calibration pro_calibration_databank = {
    .name = "databank",
    .doc =
        "what burns in a cell, and how fast a calorimeter heats it: total heat and time to runaway of cells of 60 "
        "% charge and more",
    .source = "NREL and NASA Battery Failure Databank, revision 2 (2024)",
    .data = "failure_databank/tests.csv",
    .parameters = parameters,
    .run = run,
    .score = score,
};
