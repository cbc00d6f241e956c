/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/trial.h"

enum { CHARGES = 5 };
typedef enum trust { JUDGED, RECORDED } trust;

/* Cells that were heated until they ran away, or did not, in a closed vessel. */
typedef struct gas_cell {
  const char *group;
  const char *size,
      *preset; /* a cylinder of `capacity` [Ah] and `mass` [g], or a preset, or (neither) a prismatic cell */
  int family;
  double capacity, mass;
  double T_oven, rate; /* the oven ramps to [degC] at [K/min] */
  trust trust;         /* RECORDED: total not judged */
  int charges;
  double soc[CHARGES], total[CHARGES]; /* [-], [mol]; NaN: not told */
  double H2[CHARGES], CO2[CHARGES];    /* [%] of it; 0: not told */
  double vent_low, vent_high;          /* of the surface as it vents [degC]; 0: not compared */
} gas_cell;

/* Masses of the Golubkov cells: from memory. 1 L at 25 degC and 1 atm is 40.9 mmol. */
static const gas_cell cells[] = {
    {"LFP 18650 1.1 Ah (2015)",
     "18650",
     NULL,
     PRO_FAMILY_lfp,
     1.1,
     38.8,
     250,
     2,
     JUDGED,
     5,
     {0, 0.25, 0.5, 0.75, 1},
     {0.055, 0.031, 0.032, 0.041, 0.032},
     {2.7, 7.1, 20.8, 21.8, 29.4},
     {93.5, 85.3, 66.2, 62.6, 48.3},
     0,
     0},
    {"LFP 18650 1.5 Ah",
     NULL,
     "lfp_18650",
     0,
     0,
     0,
     250,
     2,
     JUDGED,
     4,
     {0.25, 0.5, 0.75, 1},
     {0.00609, 0.00655, 0.0133, 0.0242},
     {44, 50, 68, 67},
     {38, 29, 14, 16},
     130,
     182},
    {"NCA 18650 3.35 Ah (2015)",
     "18650",
     NULL,
     PRO_FAMILY_nca,
     3.35,
     45.4,
     250,
     2,
     JUDGED,
     5,
     {0, 0.25, 0.5, 0.75, 1},
     {0.065, 0.067, 0.157, 0.217, 0.273},
     {0.8, 15.5, 17.5, 24.2, 28.5},
     {96.6, 62.7, 33.8, 20.8, 22.7},
     130,
     182},
    {"NMC811 21700 5 Ah",
     "21700",
     NULL,
     PRO_FAMILY_nmc811,
     5,
     68,
     250,
     2,
     JUDGED,
     1,
     {1},
     {0.3393},
     {22},
     {27.8},
     130,
     182},
    {"LCO 18650 2.6 Ah (2014)",
     "18650",
     NULL,
     PRO_FAMILY_lco,
     2.6,
     44.3,
     250,
     2,
     JUDGED,
     1,
     {1},
     {0.265},
     {30},
     {24.9},
     130,
     182},
    {"NMC 18650 1.5 Ah (2014)",
     "18650",
     NULL,
     PRO_FAMILY_nmc532,
     1.5,
     43,
     250,
     2,
     JUDGED,
     1,
     {1},
     {0.149},
     {30.8},
     {41.2},
     130,
     182},
    {"LFP 18650 1.1 Ah (2014)",
     "18650",
     NULL,
     PRO_FAMILY_lfp,
     1.1,
     38.8,
     250,
     2,
     JUDGED,
     1,
     {1},
     {0.05},
     {30.9},
     {53},
     130,
     182},
    {"NMC811 18650 3.5 Ah", NULL, "nmc811_18650", 0, 0, 0, 250, 2, RECORDED, 1, {1}, {NAN}, {0}, {0}, 130, 182},
    {"NMC, not named (2.6 Ah assumed)",
     "18650",
     NULL,
     PRO_FAMILY_nmc622,
     2.6,
     45.5,
     250,
     2,
     RECORDED,
     3,
     {0.5, 0.7, 1},
     {0.0661, 0.1645, 0.1963},
     {0},
     {0},
     0,
     0},
    {"LFP 86 Ah", NULL, NULL, PRO_FAMILY_lfp, 86, 1950, 300, 2, JUDGED, 1, {1}, {101.3 * 0.0409}, {0}, {0}, 0, 0},
    {"LFP 280 Ah",
     NULL,
     "lfp_prismatic_280Ah",
     0,
     0,
     0,
     300,
     1,
     RECORDED,
     4,
     {0.25, 0.5, 0.75, 1},
     {NAN, NAN, NAN, NAN},
     {7.2, 17.4, 26.1, 55},
     {60.9, 40.4, 12.4, 18},
     150,
     180},
};

typedef struct reading {
  double gas[PRO_GAS_MADE], total, T_vent, T_max;
  int runaway;
} reading;

typedef struct test {
  const gas_cell *cell;
  int charge;
} test;

static pro_status make_cell(pro_case *out, const gas_cell *c) {
  if (c->preset) return pro_comparison_preset(out, c->preset, NULL);
  if (c->size) return pro_trial_cylinder(out, c->family, c->size, c->capacity, c->mass);
  pro_datasheet sheet;
  pro_cell cell;
  const char *chemistry;
  pro_field_defaults(pro_datasheet_fields, &sheet);
  sheet.family = c->family, sheet.format = PRO_FORMAT_prismatic, sheet.nominal_voltage = 3.2;
  sheet.capacity = 3600.0 * c->capacity, sheet.mass = 1e-3 * c->mass;
  PRO_TRY(pro_datasheet_cell(&cell, &chemistry, &sheet));
  return pro_comparison_begin(out, &cell, chemistry);
}

typedef struct job {
  size_t tests;
  test *test;
  reading *reading;
} job;

static pro_status make(pro_case *out, uint64_t k, const void *data) {
  const test *t = &((const job *)data)->test[k];
  const gas_cell *c = t->cell;
  PRO_TRY(make_cell(out, c));
  out->soc_initial = c->soc[t->charge];
  out->duration = (c->T_oven - 25.0) / c->rate * 60.0 + 7200.0;
  out->period = 1.0;
  return pro_comparison_abuse(out, "oven",
                              "T=%.17g degC; ramp=%.17g K/min; film_coefficient=15 W/(m2 K); emissivity=0.8",
                              c->T_oven, c->rate);
}

static pro_status done(void *data, uint64_t k, const pro_run *run) {
  reading *r = &((job *)data)->reading[k];
  *r = (reading){.total = NAN, .T_vent = NAN, .T_max = NAN};
  const pro_trajectory *y = run->truth;
  if (!y) return PRO_OK;
  r->total = pro_trial_gas(y);
  for (int g = 0; g < PRO_GAS_MADE; g++) r->gas[g] = 100.0 * y->gas_out[g] / r->total;
  r->T_vent = pro_trial_at(y, PRO_TRUTH_T_surface, y->clock[PRO_CLOCK_vent]) - PRO_ZERO_CELSIUS;
  r->T_max = y->T_surface_max - PRO_ZERO_CELSIUS;
  r->runaway = !isnan(y->clock[PRO_CLOCK_runaway]);
  return PRO_OK;
}

static double told(double percent) { return percent > 0.0 ? percent : (double)NAN; }

static void add_test(pro_rows *rows, const test *t, const reading *r) {
  const gas_cell *c = t->cell;
  int i = t->charge;
  char group[96];
  snprintf(group, sizeof group, "%s, %g %%", c->group, 100.0 * c->soc[i]);
  double total = c->total[i], judged = c->trust == JUDGED ? 1.0 : (double)NAN;
  pro_rows_add(rows, group, "mmol", 1e3 * total, 750.0 * total * judged, 1250.0 * total * judged, 1e3 * r->total,
               "gas, without vapour%s", r->runaway ? "" : " (no runaway)");
  pro_rows_add(rows, group, "%", told(c->H2[i]), NAN, NAN, r->gas[PRO_GAS_H2], "of it H2");
  pro_rows_add(rows, group, "%", told(c->CO2[i]), NAN, NAN, r->gas[PRO_GAS_CO2], "of it CO2");
  if (c->vent_high > 0.0 && c->soc[i] == 1.0)
    pro_rows_add(rows, group, "degC", NAN, c->vent_low, c->vent_high, r->T_vent, "surface as it vents");
}

static void add_trend(pro_rows *rows, const gas_cell *c, const reading *r) {
  double H2 = INFINITY, CO2 = INFINITY;
  for (int i = 1; i < c->charges; i++) {
    H2 = fmin(H2, r[i].total * r[i].gas[PRO_GAS_H2] - r[i - 1].total * r[i - 1].gas[PRO_GAS_H2]);
    CO2 = fmin(CO2, r[i - 1].gas[PRO_GAS_CO2] - r[i].gas[PRO_GAS_CO2]);
  }
  pro_rows_add(rows, c->group, "mmol", NAN, 0.0, INFINITY, 10.0 * H2, "least step up of H2 with charge");
  pro_rows_add(rows, c->group, "%", NAN, 0.0, INFINITY, CO2, "least step down of the CO2 share with charge");
}

static void add_richest(pro_rows *rows, const gas_cell *c, const reading *full) {
  double next = 0.0;
  for (int g = 0; g < PRO_GAS_MADE; g++)
    if (g != PRO_GAS_H2) next = fmax(next, full->gas[g]);
  pro_rows_add(rows, c->group, "%", NAN, 0.0, INFINITY, full->gas[PRO_GAS_H2] - next,
               "H2 above every other gas at full charge");
}

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  test tests[PRO_COUNT(cells) * CHARGES];
  reading readings[PRO_COUNT(tests)];
  job j = {0, tests, readings};
  (void)options;
  for (size_t k = 0; k < PRO_COUNT(cells); k++)
    for (int i = 0; i < cells[k].charges; i++) tests[j.tests++] = (test){&cells[k], i};
  PRO_TRY(pro_comparison_sweep(rows, "gas tests", j.tests, make, done, &j));
  for (size_t k = 0; k < j.tests; k++) add_test(rows, &tests[k], &readings[k]);
  for (size_t k = 0; k < j.tests; k += (size_t)tests[k].cell->charges) {
    const gas_cell *c = tests[k].cell;
    if (c->charges > 1) add_trend(rows, c, &readings[k]);
    if (strncmp(c->group, "LFP", 3) == 0) add_richest(rows, c, &readings[k + (size_t)c->charges - 1]);
  }
  pro_rows_note(rows, "totals of the 2014 and 2015 cells, and masses, are from memory (medium confidence)");
  return PRO_OK;
}

const pro_comparison pro_comparison_gas = {
    .name = "gas",
    .doc =
        "gas of cells that an oven heats at 1 or 2 K/min: totals, hydrogen and carbon dioxide over charge, first "
        "venting",
    .source =
        "Golubkov et al., RSC Adv. 4 (2014) 3633 and 5 (2015) 57171; Howard et al. 2025 (NMC811 21700); LFP 1.5 "
        "Ah: "
        "10.1016/j.applthermaleng.2023.120816; 86 Ah: 10.1016/j.jpowsour.2024.235633; 280 Ah: "
        "10.1016/j.etran.2025.100502 and "
        "Batteries 10 (2024) 270; first venting of 18650 cells: 10.3390/batteries10040142 and common values",
    .order = 90,
    .run = run,
};
