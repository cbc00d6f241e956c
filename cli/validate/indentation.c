/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/columns.h"
#include "cli/comparison.h"
#include "cli/sheet.h"
#include "output/trace.h"

/* The first ones must be there; what the others do not say is read from the trace. */
#define INDEX_COLUMNS(X) \
  X(trace) X(cell) X(capacity_Ah) X(soc_pct) X(chemistry) X(outcome) X(saturated) X(T_max) X(V_min) X(format)
enum { NEEDED = 4 };
#define AS_ID(name) AT_##name,
enum { INDEX_COLUMNS(AS_ID) COLUMNS };
#define AS_NAME(name) #name,
static const char *const names[COLUMNS + 1] = {INDEX_COLUMNS(AS_NAME) NULL};

/* A ball pressed into a cell that lies on a steel plate makes one short, of a resistance that goes with what
 * touches. One value a family and none a cell, guessed from how far the voltage dips at first behind resistances
 * of 0.13 ohm Ah over the capacity: LCO 4 Ah by 0.65 V, LMO-LNO 33 Ah by 0.12 V, LFP 10 Ah by 0.1 V. */
static const double short_resistance[PRO_FAMILY_COUNT] = {
    [PRO_FAMILY_lco] = 0.15, [PRO_FAMILY_nmc532] = 0.15, [PRO_FAMILY_nmc622] = 0.15, [PRO_FAMILY_nmc811] = 0.15,
    [PRO_FAMILY_nca] = 0.15, [PRO_FAMILY_lmo] = 0.15,    [PRO_FAMILY_lfp] = 0.4}; /* [ohm] */
/* The plate takes heat from one face: with the air, that makes the five minutes in which the 1.5 Ah pouches cool.
 */
static const double plate_coefficient = 20.0;                      /* dry contact [W/(m2 K)] */
static const double plate_share = 0.4;                             /* of the cell's area [-] */
static const double grows_over = 0.5, lasts = 600.0, period = 0.5; /* the ball stays for some minutes [s] */
static const double harmless_T = 150.0; /* below which the surface must stay without runaway [degC] */

/* Thresholds that were asked of these cells [%]; for others they follow from the tests, see band_of. */
static const struct {
  const char *cell;
  double low, high;
} asked[] = {{"LCO4Ah", 30.0, 60.0}, {"SNL_LMO-LNO_33Ah", 30.0, 50.0}};

typedef struct test {
  char cell[64], chemistry[64], format[32];
  double capacity, soc_pct; /* [C] */
  double T_max, V_min;      /* [degC], [V]; NaN: not known, or clipped */
  int ran_away;             /* 1, 0; -1: ambiguous, or no short at all */
} test;

typedef struct prediction {
  int runaway;         /* -1: the run failed */
  double T_max, V_min; /* of the surface [degC]; [V] */
} prediction;

enum { STEPS = 21 }; /* charges at which the threshold is looked for: 0, 5, ... 100 % */

typedef struct cell_type {
  size_t first, tests; /* in the sorted list */
  pro_datasheet sheet;
  char remark[256];
  int possible; /* 0: no such cell can be made: said in a note */
  prediction step[STEPS];
} cell_type;

typedef struct job {
  size_t tests, types;
  test *test;       /* sorted by cell and charge */
  prediction *seen; /* (tests): at each test's charge */
  cell_type *type;
  size_t *type_of; /* (tests) */
} job;

/* ---- the index ---- */

static double extreme(const pro_trace *trace, int channel, double sign) {
  const float *x = trace->channel[channel];
  double most = -INFINITY;
  for (size_t k = 0; x && k < trace->samples; k++)
    if (sign * (double)x[k] > most) most = sign * (double)x[k];
  return isfinite(most) ? sign * most : NAN;
}

/* By the rule of the collection: above 150 degC and faster than 10 K/s, over 3 s. */
static int heats_away(const pro_trace *trace) {
  const float *T = trace->channel[PRO_CHANNEL_T_surface];
  size_t from = 0;
  int fast = 0, hot = 0;
  for (size_t k = 0; T && k < trace->samples; k++) {
    hot |= T[k] > 150.0f + (float)PRO_ZERO_CELSIUS;
    while (trace->t[k] - trace->t[from] > 3.0) from++;
    double over = trace->t[k] - trace->t[from];
    fast |= over >= 1.0 && (double)(T[k] - T[from]) / over > 10.0;
  }
  return fast && hot;
}

static pro_status read_trace(test *to, const char *folder, const char *name, int outcome_told) {
  char path[4096];
  pro_trace *trace = NULL;
  if (snprintf(path, sizeof path, "%s/%s.csv", folder, name) >= (int)sizeof path)
    return pro_fail(PRO_EINPUT, "%s: the path is too long", name);
  PRO_TRY(pro_trace_read(&trace, path));
  to->T_max = extreme(trace, PRO_CHANNEL_T_surface, 1.0) - PRO_ZERO_CELSIUS;
  to->V_min = extreme(trace, PRO_CHANNEL_voltage, -1.0);
  if (!outcome_told) to->ran_away = heats_away(trace);
  pro_trace_free(trace);
  return PRO_OK;
}

static pro_status in_range(const pro_columns *t, size_t r, int column, double value, double low, double high) {
  if (!(value < low || value > high)) return PRO_OK;
  return pro_columns_fail(t, r, column, "%s = %g is out of range (%g to %g)", names[column], value, low, high);
}

static pro_status read_row(test *to, const char *folder, const pro_columns *t, size_t r) {
  char outcome[32], trace[512];
  double capacity, saturated;
  *to = (test){.ran_away = -1};
  pro_columns_text(trace, sizeof trace, t, r, AT_trace);
  pro_columns_text(to->cell, sizeof to->cell, t, r, AT_cell);
  pro_columns_text(to->chemistry, sizeof to->chemistry, t, r, AT_chemistry);
  pro_columns_text(to->format, sizeof to->format, t, r, AT_format);
  pro_columns_text(outcome, sizeof outcome, t, r, AT_outcome);
  PRO_TRY(pro_columns_number(&capacity, t, r, AT_capacity_Ah));
  PRO_TRY(pro_columns_number(&to->soc_pct, t, r, AT_soc_pct));
  PRO_TRY(pro_columns_number(&saturated, t, r, AT_saturated));
  PRO_TRY(pro_columns_number(&to->T_max, t, r, AT_T_max));
  PRO_TRY(pro_columns_number(&to->V_min, t, r, AT_V_min));
  PRO_TRY(in_range(t, r, AT_capacity_Ah, capacity, 1e-3, 2000.0));
  PRO_TRY(in_range(t, r, AT_soc_pct, to->soc_pct, 0.0, 100.0));
  to->capacity = 3600.0 * capacity;
  if (strcmp(outcome, "runaway") == 0) to->ran_away = 1;
  if (strcmp(outcome, "short_no_runaway") == 0) to->ran_away = 0;
  if (trace[0] && (!outcome[0] || isnan(to->T_max))) PRO_TRY(read_trace(to, folder, trace, outcome[0] != '\0'));
  if (saturated > 0.0) to->T_max = NAN;
  return PRO_OK;
}

static int by_cell(const void *a, const void *b) {
  const test *x = a, *y = b;
  int order = strcmp(x->cell, y->cell);
  return order ? order : (x->soc_pct > y->soc_pct) - (x->soc_pct < y->soc_pct);
}

/* A pouch unless it says otherwise: what is indented. A chemistry that nobody knows may stand in the cell's name.
 */
static void make_type(cell_type *to, const test *first) {
  char text[140];
  int named = first->chemistry[strspn(first->chemistry, "? ")] != '\0';
  snprintf(text, sizeof text, "%s", named ? first->chemistry : "?");
  if (!named) snprintf(text + strlen(text), sizeof text - strlen(text), " %s", first->cell);
  pro_sheet_said said = {text, first->format[0] ? first->format : "pouch", first->capacity, NAN, NAN};
  pro_sheet_make(&to->sheet, to->remark, sizeof to->remark, &said);
}

static pro_status make_types(job *j, pro_rows *rows) {
  j->type = calloc(j->tests, sizeof *j->type);
  j->type_of = calloc(j->tests, sizeof *j->type_of);
  j->seen = calloc(j->tests, sizeof *j->seen);
  if (!j->type || !j->type_of || !j->seen) return pro_fail(PRO_ENOMEM, "no memory for %zu tests", j->tests);
  for (size_t k = 0; k < j->tests; k++) {
    int new = k == 0 || strcmp(j->test[k].cell, j->test[k - 1].cell) != 0;
    if (new) {
      cell_type *type = &j->type[j->types++];
      pro_cell cell;
      const char *chemistry;
      *type = (cell_type){.first = k};
      make_type(type, &j->test[k]);
      type->possible = pro_datasheet_cell(&cell, &chemistry, &type->sheet) == PRO_OK;
      if (!type->possible)
        pro_rows_note(rows, "%s is left out: %s", j->test[k].cell, pro_error_message());
      else if (type->remark[0])
        pro_rows_note(rows, "%s: %s (guess)", j->test[k].cell, type->remark);
    }
    j->type[j->types - 1].tests++;
    j->type_of[k] = j->types - 1;
  }
  return PRO_OK;
}

static pro_status read_index(job *j, pro_rows *rows, const char *folder) {
  char path[4096];
  pro_columns t;
  size_t unusable = 0;
  if (snprintf(path, sizeof path, "%s/index.csv", folder) >= (int)sizeof path)
    return pro_fail(PRO_EUSAGE, "--data: the path is too long");
  PRO_TRY(pro_columns_open(&t, path, names, NEEDED));
  j->test = calloc(t.rows, sizeof *j->test);
  pro_status status = j->test ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for %zu tests", t.rows);
  for (size_t r = 0; r < t.rows && status == PRO_OK; r++) {
    test *to = &j->test[j->tests];
    status = read_row(to, folder, &t, r);
    if (to->cell[0] && !isnan(to->capacity) && !isnan(to->soc_pct))
      j->tests++;
    else
      unusable++;
  }
  if (status == PRO_OK && j->tests == 0)
    status = pro_columns_fail(&t, 0, AT_cell, "no row has a cell, its capacity_Ah and its soc_pct");
  pro_columns_close(&t);
  PRO_TRY(status);
  if (unusable > 0) pro_rows_note(rows, "%zu rows could not be used: no cell, capacity_Ah or soc_pct", unusable);
  qsort(j->test, j->tests, sizeof *j->test, by_cell);
  return make_types(j, rows);
}

/* ---- runs ---- */

/* Cases: one a test, then the steps of each type. */
static pro_status make(pro_case *out, uint64_t k, const void *recipe) {
  const job *j = recipe;
  int tested = k < j->tests;
  const cell_type *type = &j->type[tested ? j->type_of[k] : (k - j->tests) / STEPS];
  pro_cell cell;
  const char *chemistry;
  PRO_TRY(pro_datasheet_cell(&cell, &chemistry, &type->sheet));
  PRO_TRY(pro_comparison_begin(out, &cell, chemistry));
  out->soc_initial = tested ? 0.01 * j->test[k].soc_pct : (double)((k - j->tests) % STEPS) / (STEPS - 1);
  out->duration = lasts;
  out->period = period;
  PRO_TRY(pro_comparison_abuse(out, "internal_short", "resistance=%.9g ohm; grows_over=%.9g s",
                               short_resistance[type->sheet.family], grows_over));
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_contact_conductance],
                   plate_coefficient * plate_share * cell.area);
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_T_contact], out->T_initial);
  return PRO_OK;
}

static pro_status take(void *data, uint64_t k, const pro_run *run) {
  job *j = data;
  prediction *to = k < j->tests ? &j->seen[k] : &j->type[(k - j->tests) / STEPS].step[(k - j->tests) % STEPS];
  *to = (prediction){-1, NAN, NAN};
  if (!run->truth) return PRO_OK;
  to->T_max = run->truth->T_surface_max - PRO_ZERO_CELSIUS;
  /* The collection asks for more than 10 K/s as well, beside the ball; a whole cell's surface is slower. */
  to->runaway = to->T_max > harmless_T && run->truth->outcome == PRO_OUTCOME_runaway;
  to->V_min = INFINITY;
  for (size_t i = 0; i < run->truth->samples; i++)
    to->V_min = fmin(to->V_min, run->truth->truth[PRO_TRUTH_voltage][i]);
  return PRO_OK;
}

/* ---- rows ---- */

static double mean_known(const double *x, size_t n) {
  double sum = 0.0;
  size_t count = 0;
  for (size_t k = 0; k < n; k++)
    if (!isnan(x[k])) sum += x[k], count++;
  return count ? sum / (double)count : NAN;
}

enum { SAME_MAX = 64 }; /* tests at one charge that are averaged */

static void add_charge(pro_rows *rows, const job *j, size_t first, size_t n) {
  char group[96];
  double ran[SAME_MAX], T[SAME_MAX], V[SAME_MAX];
  size_t m = n < SAME_MAX ? n : SAME_MAX;
  for (size_t k = 0; k < m; k++) {
    const test *t = &j->test[first + k];
    ran[k] = t->ran_away < 0 ? NAN : 100.0 * t->ran_away;
    T[k] = t->T_max, V[k] = t->V_min;
  }
  const prediction *p = &j->seen[first];
  snprintf(group, sizeof group, "%s, %g %%", j->test[first].cell, j->test[first].soc_pct);
  pro_rows_add(rows, group, "%", mean_known(ran, m), NAN, NAN, p->runaway < 0 ? NAN : 100.0 * p->runaway,
               "share of %zu tests that runs away", m);
  pro_rows_add(rows, group, "degC", mean_known(T, m), NAN, NAN, p->T_max, "hottest surface");
  pro_rows_add(rows, group, "V", mean_known(V, m), NAN, NAN, p->V_min, "lowest voltage");
}

/* Between the highest charge up to which nothing ran away and the lowest from which everything did [%].
 * `runaways`: any. */
static void band_of(double *low, double *high, int *runaways, const job *j, const cell_type *type) {
  const test *t = &j->test[type->first];
  *low = 0.0, *high = 100.0, *runaways = 0;
  int clean = 1;
  for (size_t k = 0; k < type->tests; k++) {
    if (t[k].ran_away < 0) continue;
    if (t[k].ran_away) clean = 0, *runaways = 1;
    if (clean) *low = t[k].soc_pct;
  }
  for (size_t k = type->tests; k-- > 0 && t[k].ran_away != 0;)
    if (t[k].ran_away > 0) *high = t[k].soc_pct;
  for (size_t k = 0; k < PRO_COUNT(asked); k++)
    if (strcmp(asked[k].cell, t->cell) == 0) *low = asked[k].low, *high = asked[k].high;
}

static void add_type(pro_rows *rows, const job *j, const cell_type *type) {
  const char *cell = j->test[type->first].cell;
  double low, high, threshold = INFINITY, hottest = -INFINITY;
  int runaways, failed = 0;
  band_of(&low, &high, &runaways, j, type);
  for (int s = STEPS - 1; s >= 0; s--) {
    failed |= type->step[s].runaway < 0;
    if (type->step[s].runaway > 0) threshold = 100.0 * s / (STEPS - 1);
  }
  size_t wrong = 0;
  for (size_t k = type->first; k < type->first + type->tests; k++) {
    wrong += j->seen[k].runaway > 0;
    if (j->seen[k].runaway == 0) hottest = fmax(hottest, j->seen[k].T_max);
  }
  if (failed) threshold = NAN;
  if (runaways)
    pro_rows_add(rows, cell, "%", 0.5 * (low + high), low, high, threshold, "lowest charge that runs away");
  else
    pro_rows_add(rows, cell, "1", 0.0, 0.0, 0.0, failed ? NAN : (double)wrong, "tests of %zu that run away",
                 type->tests);
  if (isfinite(hottest))
    pro_rows_add(rows, cell, "degC", NAN, -INFINITY, harmless_T, hottest,
                 "hottest surface after a harmless short");
}

static void report(pro_rows *rows, const job *j) {
  for (size_t i = 0; i < j->types; i++) {
    const cell_type *type = &j->type[i];
    if (!type->possible) continue;
    for (size_t k = type->first, next; k < type->first + type->tests; k = next) {
      next = k + 1;
      while (next < type->first + type->tests && j->test[next].soc_pct <= j->test[k].soc_pct) next++;
      add_charge(rows, j, k, next - k);
    }
    add_type(rows, j, type);
  }
}

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  job j = {0};
  pro_status status = read_index(&j, rows, options->data);
  if (status == PRO_OK) status = pro_comparison_sweep(rows, "cells", j.tests + j.types * STEPS, make, take, &j);
  if (status == PRO_OK) report(rows, &j);
  free(j.test), free(j.seen), free(j.type), free(j.type_of);
  return status;
}

const pro_comparison pro_comparison_indentation = {
    .name = "indentation",
    .doc =
        "cells shorted by a ball pressed into them: from which charge they run away, and how hot they get when "
        "they do not",
    .source = "Oak Ridge and Sandia National Laboratories through Battery Archive",
    .data = "abuse_traces",
    .order = 80,
    .run = run,
};
