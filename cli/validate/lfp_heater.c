/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "cli/trial.h"

/* The heater's power is not told, nor how it holds the cell, nor the cell's separator and vent. Calibrated by hand
 * on this series, the same at every charge, and not literature: runaway begins at the heated side, so that has a
 * node. */
static const char *const chemistry = "lfp_large";
static const double power = 167.0;                             /* [W] */
static const double side_share = 0.06, side_conductance = 6.0; /* [-], [W/K] */
static const double collapse_T = PRO_ZERO_CELSIUS + 179.0;     /* [K] */
static const double front_rise = 48.0;                         /* [K] */
static const double burst_pressure = 4.1e5;                    /* gauge [Pa] */

enum { TESTS = 5 };
static const struct {
  double soc, vent, T_vent, drop, runaway, rate,
      T_max; /* [-], [s], [degC], [s], [s], [K/s], [degC]; NaN: none, not told */
} tests[TESTS] = {
    {0.00, 570, 125, 866, NAN, NAN, NAN},    {0.25, 757, 145, 929, 1007, 1.8, 229.6},
    {0.50, 780, 139, 924, 959, 12.0, 250.0}, {0.75, 883, 147, 907, 930, 17.6, 282.6},
    {1.00, 705, 145, 722, 726, 24.9, 349.4},
};

typedef struct reading {
  double vent, T_vent, drop, runaway, rate, T_max;
} reading;

static pro_status make(pro_case *out, uint64_t k, const void *data) {
  (void)data;
  PRO_TRY(pro_comparison_preset(out, "lfp_prismatic_22Ah", chemistry));
  pro_cell *c = &out->cell;
  c->nodes = 3;
  c->side_share = side_share, c->side_conductance = side_conductance;
  c->collapse_T = collapse_T, c->front_rise = front_rise;
  c->burst_pressure = burst_pressure;
  out->soc_initial = tests[k].soc;
  out->duration = 1500.0;
  out->period = 0.5;
  return pro_comparison_abuse(out, "heater", "power=%.17g W", power);
}

static pro_status done(void *data, uint64_t k, const pro_run *run) {
  reading *r = (reading *)data + k;
  *r = (reading){NAN, NAN, NAN, NAN, NAN, NAN};
  const pro_trajectory *y = run->truth;
  if (!y) return PRO_OK;
  r->vent = y->clock[PRO_CLOCK_vent];
  r->T_vent = pro_trial_at(y, PRO_TRUTH_T_surface, r->vent) - PRO_ZERO_CELSIUS;
  r->drop = y->clock[PRO_CLOCK_voltage];
  r->runaway = y->clock[PRO_CLOCK_runaway];
  r->T_max = y->T_surface_max - PRO_ZERO_CELSIUS;
  r->rate = y->rate_max;
  return PRO_OK;
}

static void add_order(pro_rows *rows, const reading *r) {
  double hotter = INFINITY, sooner = INFINITY;
  for (int k = 2; k < TESTS; k++) {
    hotter = fmin(hotter, r[k].T_max - r[k - 1].T_max);
    sooner = fmin(sooner, (r[k - 1].runaway - r[k - 1].vent) - (r[k].runaway - r[k].vent));
    if (isnan(r[k].runaway) || isnan(r[k - 1].runaway)) sooner = NAN;
  }
  pro_rows_add(rows, "order, 25-100 %", "K", 20.4, 0.0, INFINITY, hotter,
               "least step of T_max from charge to charge");
  pro_rows_add(rows, "order, 25-100 %", "s", 26.0, 0.0, INFINITY, sooner, "least step down of vent to runaway");
}

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  reading r[TESTS];
  (void)options;
  PRO_TRY(pro_comparison_sweep(rows, "heater tests", TESTS, make, done, r));
  for (int k = 0; k < TESTS; k++) {
    char group[64];
    snprintf(group, sizeof group, "LFP 22 Ah, %g %% charge", 100.0 * tests[k].soc);
    pro_rows_add(rows, group, "degC", tests[k].T_vent, 125.0, 150.0, r[k].T_vent, "surface as it vents");
    pro_rows_add(rows, group, "s", tests[k].vent, NAN, NAN, r[k].vent,
                 "vents after (the heater was chosen for it)");
    pro_rows_add(rows, group, "s", tests[k].drop, NAN, NAN, r[k].drop, "voltage is lost after");
    if (isnan(tests[k].runaway)) {
      pro_rows_add(rows, group, "1", 0.0, 0.0, 0.0, !isnan(r[k].runaway), "runaways (1 K/s)");
      pro_rows_add(rows, group, "degC", NAN, NAN, NAN, r[k].T_max, "T_max, heater on");
      continue;
    }
    double delay = tests[k].runaway - tests[k].vent, rise = tests[k].T_max - 25.0;
    pro_rows_add(rows, group, "s", delay, 0.5 * delay, 2.0 * delay, r[k].runaway - r[k].vent,
                 "from vent to runaway");
    pro_rows_add(rows, group, "degC", tests[k].T_max, 25.0 + 0.75 * rise, 25.0 + 1.25 * rise, r[k].T_max,
                 "T_max of the surface");
    pro_rows_add(rows, group, "K/s", tests[k].rate, NAN, NAN, r[k].rate, "fastest rise");
  }
  add_order(rows, r);
  pro_rows_note(
      rows,
      "the heater's power is not told: %g W, on one side, and the cell's separator (%.0f degC) and vent (%g "
      "MPa) are calibrated on this series, the same at every charge; bands chosen here: a factor of two of the "
      "delay, 25 %% of the rise",
      power, collapse_T - PRO_ZERO_CELSIUS, 1e-6 * burst_pressure);
  return PRO_OK;
}

const pro_comparison pro_comparison_lfp_heater = {
    .name = "lfp_heater",
    .doc = "a 22 Ah LFP prismatic cell before a heater at five states of charge: vent, runaway, peak",
    .source = "a published heater series of 22 Ah cells, as a public data table transcribes its Table 2",
    .order = 50,
    .run = run,
};
