/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/trial.h"
#include "sim/rng.h"

enum { T1, T2, T3, CLOCKS };
static const char *const clock_names[CLOCKS] = {"T1, self-heating", "T2, 1 K/s", "T3, hottest"};

/* Percentiles 10, 25, 50, 75, 90 of tests at full charge in cells of all formats [degC], and how many. */
typedef struct population {
  const char *group, *preset, *chemistry;
  int family;
  double band[CLOCKS][5];
  int tests[CLOCKS];
  /* what the Monte-Carlo draws from: capacities [Ah] and energies per mass [Wh/kg] of what is tested: guess */
  unsigned formats;
  double capacity[2], energy[2];
} population;

#define CYLINDERS (1u << PRO_FORMAT_cylinder)
#define ALL (CYLINDERS | 1u << PRO_FORMAT_pouch | 1u << PRO_FORMAT_prismatic)

static const population populations[] = {
    {"NMC811",
     "nmc811_18650",
     NULL,
     PRO_FAMILY_nmc811,
     {{81, 90, 105, 130, 146}, {146, 163, 196, 214, 236}, {290, 500, 592, 712, 885}},
     {39, 52, 47},
     ALL,
     {2.5, 80},
     {200, 280}},
    {"NMC622",
     NULL,
     NULL,
     PRO_FAMILY_nmc622,
     {{72, 80, 114, 127, 158}, {173, 181, 207, 249, 272}, {301, 348, 464, 721, 1025}},
     {21, 16, 26},
     ALL,
     {2, 80},
     {160, 250}},
    {"NMC532",
     "nmc_18650",
     NULL,
     PRO_FAMILY_nmc532,
     {{72, 80, 91, 112, 131}, {153, 181, 216, 234, 244}, {407, 500, 609, 896, 954}},
     {39, 47, 41},
     ALL,
     {2, 80},
     {140, 220}},
    {"NMC111",
     "nmc_18650",
     NULL,
     PRO_FAMILY_nmc532,
     {{77, 87, 90, 162, 185}, {158, 182, 189, 210, 220}, {379, 421, 673, 828, 853}},
     {12, 21, 20},
     ALL,
     {2, 80},
     {130, 200}},
    {"NCA",
     "nca_18650",
     NULL,
     PRO_FAMILY_nca,
     {{77, 96, 119, 144, 154}, {149, 173, 191, 201, 223}, {484, 628, 795, 875, 1012}},
     {57, 48, 58},
     CYLINDERS,
     {2.5, 5},
     {200, 270}},
    {"LCO",
     "lco_18650",
     "lco",
     PRO_FAMILY_lco,
     {{63, 78, 103, 131, 156}, {151, 162, 192, 202, 214}, {353, 403, 651, 733, 775}},
     {34, 28, 35},
     ALL,
     {1.5, 10},
     {150, 230}},
    {"LFP below 10 Ah",
     "lfp_18650",
     NULL,
     PRO_FAMILY_lfp,
     {{87, 112, 130, 167, 172}, {183, 190, 213, 251, 255}, {282, 302, 399, 457, 496}},
     {17, 14, 23},
     CYLINDERS,
     {1.1, 3.8},
     {90, 130}},
    {"LFP 40 Ah and more",
     "lfp_prismatic_280Ah",
     NULL,
     PRO_FAMILY_lfp,
     {{105, 111, 115, 134, 139}, {169, 194, 207, 223, 234}, {388, 426, 645, 712, 781}},
     {11, 12, 12},
     1u << PRO_FORMAT_prismatic,
     {40, 320},
     {120, 180}},
};

/* What differs between the cells and laboratories of such statistics, one sigma or a range. The frequency factors:
 * as the calibrated sets of cell types differ among each other, 0.6 and 0.45 decades. SEI: formation, age and
 * additives leave more or less of it that decomposes early: guess. Collapse: quartiles of T2 among cells with one
 * kind of separator lie 17 K apart from the median. Heat: two cells of one chemistry differ by a third per Ah.
 * Fixtures: phi of bare 18650 cells, 1.05 to 1.3; what is added goes with the surface. Thresholds: half to two and
 * a half times the usual 0.02 K/min: guess. Film: what gas and its jets do in a closed vessel: guess. */
static const double decades_sei = 0.6, decades_anode = 0.45, decades_cathode = 0.15, collapse = 20.0, heat = 0.2;
static const double sei[2] = {0.25, 2.0};                /* of the set's early SEI */
static const double thrown = 0.7, share[2] = {0.3, 1.3}; /* logarithm of entrainment, and how much can go: guess */
static const double fixture[2] = {0.05, 0.3}, small = 0.045;  /* heat capacity that it adds to a cell of 45 g */
static const double threshold[2] = {0.01, 0.05};              /* [K/min] */
static const double tracking[2] = {15.0 / 60.0, 25.0 / 60.0}; /* fastest that is followed [K/s] */
static const double film[2] = {5.0, 30.0};                    /* [W/(m2 K)] */
static const double step = 5.0, seek = 900.0, h = 50.0;       /* [K], [s], [W/(m2 K)]; h: guess */

typedef struct job {
  const population *of;
  size_t draws;
  double *T[CLOCKS]; /* (draws) [degC] */
} job;

/* ---- a cell ---- */

static double between(double u, const double range[2]) { return range[0] + u * (range[1] - range[0]); }
static double log_between(double u, const double range[2]) { return range[0] * pow(range[1] / range[0], u); }

static pro_status mean_cell(pro_case *out, const population *p) {
  return p->preset ? pro_comparison_preset(out, p->preset, p->chemistry)
                   : pro_trial_cylinder(out, p->family, "18650", 2.6, 45.5);
}

static pro_status some_cell(pro_case *out, const population *p, pro_stream s) {
  pro_datasheet sheet;
  pro_field_defaults(pro_datasheet_fields, &sheet);
  int format[PRO_FORMAT_COUNT], formats = 0;
  for (int f = 0; f < PRO_FORMAT_COUNT; f++)
    if (p->formats >> f & 1u) format[formats++] = f;
  sheet.family = p->family;
  sheet.format = format[(int)(pro_rng_uniform(s, 0) * formats) % formats];
  sheet.nominal_voltage = p->family == PRO_FAMILY_lfp ? 3.2 : 3.65;
  double range[2] = {p->capacity[0],
                     sheet.format == PRO_FORMAT_cylinder ? fmin(p->capacity[1], 5.0) : p->capacity[1]};
  double capacity = log_between(pro_rng_uniform(s, 1), range);
  sheet.capacity = 3600.0 * capacity;
  sheet.mass = capacity * sheet.nominal_voltage / between(pro_rng_uniform(s, 2), p->energy);
  pro_cell cell;
  const char *chemistry;
  PRO_TRY(pro_datasheet_cell(&cell, &chemistry, &sheet));
  return pro_comparison_begin(out, &cell, p->chemistry ? p->chemistry : chemistry);
}

static void scatter(pro_case *out, const char *reaction, double decades, double normal) {
  int j = pro_comparison_reaction(out, reaction);
  if (j >= 0) out->network.reactions[j].A *= pow(10.0, decades * normal);
}

/* By which the surface follows the core [s]. In thin cells they pass 1 K/s within 2 K of each other, and the
 * core's moment is known exactly; in thick ones the surface's must be sampled, over days. */
#define LAG 20.0
static double lag(const pro_cell *c) {
  return c->nodes > 1 ? c->surface_share * c->mass * c->heat_capacity / c->core_conductance : 0.0;
}

/* Heat, wait, seek; the wait is long enough that a step has faded to a quarter per cent, so that its rest is no
 * self-heating. */
static void put_in_calorimeter(pro_case *out, double T_start, double rate, double followed) {
  const pro_cell *c = &out->cell;
  double heat_capacity = c->mass * c->heat_capacity * (1.0 + 125.0 * c->heat_capacity_slope);
  double fades = heat_capacity * (1.0 / (h * c->area) + (c->nodes > 1 ? 1.0 / c->core_conductance : 0.0));
  out->drive.arc = (pro_arc){.on = 1,
                             .T_start = T_start,
                             .step = step,
                             .wait = fmax(1800.0, 6.0 * fades),
                             .seek = seek,
                             .threshold = rate / 60.0,
                             .T_end = PRO_ZERO_CELSIUS + 300.0,
                             .rate_max = followed};
  pro_trial_surround(out, T_start, h, 0.8);
  out->duration = 60.0 * (out->drive.arc.wait + seek) + 1e6;
  out->period = lag(c) > LAG ? fmax(5.0, 0.1 * lag(c)) : 60.0;
  out->t_fault = 0.0;
}

static pro_status make(pro_case *out, uint64_t k, const void *data) {
  const population *p = ((const job *)data)->of;
  pro_stream s = {.seed = 5, .run = k, .purpose = PRO_FOR_PARAMETERS};
  if (k == 0) {
    PRO_TRY(mean_cell(out, p));
    put_in_calorimeter(out, PRO_ZERO_CELSIUS + 50.0, 0.02, 20.0 / 60.0);
    return pro_case_check(out);
  }
  PRO_TRY(some_cell(out, p, s));
  out->network.species[0].initial *=
      log_between(pro_rng_uniform(s, 10), sei); /* c_sei stands first in all these sets */
  scatter(out, "sei_decomposition", decades_sei, pro_rng_normal(s, 3));
  scatter(out, "anode_electrolyte", decades_anode, pro_rng_normal(s, 4));
  scatter(out, "cathode_conversion", decades_cathode, pro_rng_normal(s, 5));
  out->cell.collapse_T += collapse * pro_rng_normal(s, 6);
  out->cell.heat_capacity *= 1.0 + between(pro_rng_uniform(s, 7), fixture) * cbrt(small / out->cell.mass);
  double hotter = exp(heat * pro_rng_normal(s, 14));
  for (int j = 0; j < pro_network_reaction_count(&out->network); j++) out->network.reactions[j].heat *= hotter;
  out->cell.film_coefficient = log_between(pro_rng_uniform(s, 15), film);
  out->cell.ejecta_entrainment *= exp(thrown * pro_rng_normal(s, 11));
  out->cell.ejecta_share = fmin(out->cell.ejecta_share * between(pro_rng_uniform(s, 12), share), 0.6);
  put_in_calorimeter(out, PRO_ZERO_CELSIUS + 50.0 + step * (pro_rng_uniform(s, 8) - 0.5),
                     log_between(pro_rng_uniform(s, 9), threshold), between(pro_rng_uniform(s, 13), tracking));
  return pro_case_check(out);
}

/* ---- what its thermocouple shows ---- */

static pro_status done(void *data, uint64_t k, const pro_run *run) {
  job *j = data;
  for (int c = 0; c < CLOCKS; c++) j->T[c][k] = NAN;
  const pro_trajectory *y = run->truth;
  if (!y) return PRO_OK;
  double t = y->clock[PRO_CLOCK_self_heating];
  j->T[T1][k] = y->T_at[PRO_CLOCK_self_heating] - PRO_ZERO_CELSIUS;
  if (isnan(t)) return PRO_OK;
  j->T[T2][k] = y->T_at[PRO_CLOCK_runaway] - PRO_ZERO_CELSIUS;
  if (lag(&run->in.cell) > LAG) {
    t = pro_trial_rate_reaches(y, PRO_TRUTH_T_surface, t, 1.0);
    j->T[T2][k] = pro_trial_at(y, PRO_TRUTH_T_surface, t) - PRO_ZERO_CELSIUS;
  }
  /* a cell that did not run away is as hot as the calorimeter's last stage */
  if (!isnan(y->clock[PRO_CLOCK_runaway])) j->T[T3][k] = y->T_surface_max - PRO_ZERO_CELSIUS;
  return PRO_OK;
}

static double *without_nan(double *x, size_t *n) {
  size_t m = 0;
  for (size_t k = 0; k < *n; k++)
    if (!isnan(x[k])) x[m++] = x[k];
  *n = m;
  return x;
}

static void add(pro_rows *rows, const job *j) {
  const population *p = j->of;
  for (int c = 0; c < CLOCKS; c++) {
    const double *b = p->band[c];
    pro_rows_add(rows, p->group, "degC", b[2], fmin(b[1], b[2] - 5.0), fmax(b[3], b[2] + 5.0), j->T[c][0],
                 "%s: the mean cell, against the quartiles of %d tests", clock_names[c], p->tests[c]);
  }
  for (int c = 0; c < CLOCKS && j->draws > 1; c++) {
    const double *b = p->band[c];
    size_t n = j->draws - 1;
    double *x = without_nan(j->T[c] + 1, &n);
    double low = pro_percentile(x, n, 0.1), mid = pro_percentile(x, n, 0.5), high = pro_percentile(x, n, 0.9);
    pro_rows_add(rows, p->group, "degC", b[2], fmin(b[1], b[2] - 5.0), fmax(b[3], b[2] + 5.0), mid,
                 "%s: median of %zu drawn cells", clock_names[c], n);
    pro_rows_add(rows, p->group, "K", b[4] - b[0], 0.5 * (b[4] - b[0]), 1.5 * (b[4] - b[0]), high - low,
                 "%s: 10-90 %% width (%.0f to %.0f degC)", clock_names[c], low, high);
  }
}

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  size_t draws = 1 + (size_t)options->draws;
  double *room = calloc(CLOCKS * draws, sizeof *room);
  pro_status status = room ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for the draws");
  for (size_t k = 0; k < PRO_COUNT(populations) && status == PRO_OK; k++) {
    job j = {.of = &populations[k], .draws = draws, .T = {room, room + draws, room + 2 * draws}};
    status = pro_comparison_sweep(rows, populations[k].group, draws, make, done, &j);
    if (status == PRO_OK) add(rows, &j);
  }
  free(room);
  pro_rows_note(
      rows, "T2 as the surface shows it; tests of other laboratories take 10 K/min or 100 K/min for it: +-10 K");
  pro_rows_note(rows, "NMC111 is computed with the set of NMC532, its nearest");
  return status;
}

const pro_comparison pro_comparison_arc = {
    .name = "arc",
    .doc = "accelerating-rate calorimetry at full charge: onset, runaway and peak by chemistry, one cell and many",
    .source =
        "machine-extracted statistics of 517 papers' tests (10, 25, 50, 75, 90 %), each a mixture of formats, "
        "capacities "
        "and protocols: a band, not a reference",
    .order = 70,
    .run = run,
};
