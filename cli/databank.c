/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/databank.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/columns.h"

#define AS_UNIT(name, unit, doc) unit,
const char *const pro_measured_units[PRO_MEASURED_COUNT] = {PRO_MEASURED_LIST(AS_UNIT)};
#define AS_DOC(name, unit, doc) doc,
const char *const pro_measured_docs[PRO_MEASURED_COUNT] = {PRO_MEASURED_LIST(AS_DOC)};

/* The first ones must be there. */
#define DATABANK_COLUMNS(X)                                                                     \
  X(cell)                                                                                       \
  X(chemistry_guess)                                                                            \
  X(trigger)                                                                                    \
  X(soc_pct)                                                                                    \
  X(format) X(capacity_Ah) X(mass_g) X(total_heat_kJ) X(nominal_V) X(energy_Wh) X(body_heat_kJ) \
      X(mass_ejected_pct) X(casing_T_at_trigger_degC) X(heater_time_s)
enum { NEEDED = 8 };
#define AS_ID(name) AT_##name,
enum { DATABANK_COLUMNS(AS_ID) COLUMNS };
#define AS_NAME(name) #name,
static const char *const names[COLUMNS + 1] = {DATABANK_COLUMNS(AS_NAME) NULL};

typedef struct row {
  char cell[64];
  pro_predict_sheet sheet;
  double soc_pct, value[PRO_MEASURED_COUNT];
} row;

/* ---- one row ---- */

/* Numbers that a table of tests can hold; outside it is a mistake. */
static const struct {
  int column;
  double low, high;
} ranges[] = {
    {AT_soc_pct, 0.0, 100.0}, {AT_capacity_Ah, 1e-3, 2000.0}, {AT_mass_g, 0.1, 1e5}, {AT_nominal_V, 0.5, 10.0}};

static pro_status number(double *out, const pro_columns *t, size_t r, int column) {
  PRO_TRY(pro_columns_number(out, t, r, column));
  for (size_t k = 0; k < PRO_COUNT(ranges); k++)
    if (ranges[k].column == column && (*out < ranges[k].low || *out > ranges[k].high))
      return pro_columns_fail(t, r, column, "%s = %g is out of range (%g to %g)", names[column], *out,
                              ranges[k].low, ranges[k].high);
  return PRO_OK;
}

static int trigger_of(const char *text) {
  char small[48];
  size_t n = 0;
  for (; text[n] && n + 1 < sizeof small; n++) small[n] = (char)tolower((unsigned char)text[n]);
  small[n] = '\0';
  if (strstr(small, "nail")) return PRO_TRIGGER_nail;
  if (!strstr(small, "heater") && !strstr(small, "isc")) return -1;
  return strstr(small, "isc") && !strstr(small, "non") ? PRO_TRIGGER_heater_short : PRO_TRIGGER_heater;
}

/* `why` (96) says what a row lacks; "" nothing. */
static pro_status read_row(row *out, char *why, const pro_columns *t, size_t r) {
  char trigger[48];
  double x[COLUMNS], *v = out->value;
  *out = (row){.soc_pct = NAN};
  pro_columns_text(out->cell, sizeof out->cell, t, r, AT_cell);
  pro_columns_text(out->sheet.chemistry, sizeof out->sheet.chemistry, t, r, AT_chemistry_guess);
  pro_columns_text(out->sheet.format, sizeof out->sheet.format, t, r, AT_format);
  pro_columns_text(trigger, sizeof trigger, t, r, AT_trigger);
  static const int numbers[] = {AT_soc_pct,       AT_capacity_Ah,      AT_mass_g,
                                AT_total_heat_kJ, AT_nominal_V,        AT_energy_Wh,
                                AT_body_heat_kJ,  AT_mass_ejected_pct, AT_casing_T_at_trigger_degC,
                                AT_heater_time_s};
  for (size_t k = 0; k < PRO_COUNT(numbers); k++) PRO_TRY(number(&x[numbers[k]], t, r, numbers[k]));
  out->soc_pct = x[AT_soc_pct];
  out->sheet.soc = 0.01 * x[AT_soc_pct];
  out->sheet.capacity = 3600.0 * x[AT_capacity_Ah];
  out->sheet.mass = 1e-3 * x[AT_mass_g];
  out->sheet.nominal_voltage = isnan(x[AT_nominal_V]) ? x[AT_energy_Wh] / x[AT_capacity_Ah] : x[AT_nominal_V];
  out->sheet.trigger = trigger_of(trigger);
  v[PRO_MEASURED_heat] = x[AT_total_heat_kJ];
  v[PRO_MEASURED_body] = x[AT_total_heat_kJ] > 0.0 ? 100.0 * x[AT_body_heat_kJ] / x[AT_total_heat_kJ] : NAN;
  v[PRO_MEASURED_ejected] = x[AT_mass_ejected_pct];
  int heated = out->sheet.trigger == PRO_TRIGGER_heater || out->sheet.trigger == PRO_TRIGGER_heater_short;
  v[PRO_MEASURED_T_trigger] = heated ? x[AT_casing_T_at_trigger_degC] : NAN;
  v[PRO_MEASURED_t_trigger] = heated && x[AT_heater_time_s] > 0.0 ? x[AT_heater_time_s] : NAN;
  const char *lacks = !out->cell[0]                ? "no cell"
                      : isnan(x[AT_soc_pct])       ? "no soc_pct"
                      : isnan(x[AT_capacity_Ah])   ? "no capacity_Ah"
                      : out->sheet.trigger < 0     ? "a trigger that is neither heater nor nail"
                      : isnan(x[AT_total_heat_kJ]) ? "no total_heat_kJ"
                                                   : "";
  snprintf(why, 96, "%s", lacks);
  return PRO_OK;
}

/* ---- groups ---- */

static int by_group(const void *a, const void *b) {
  const row *x = a, *y = b;
  int order = strcmp(x->cell, y->cell);
  if (order == 0) order = x->sheet.trigger - y->sheet.trigger;
  if (order == 0) order = (x->soc_pct > y->soc_pct) - (x->soc_pct < y->soc_pct);
  return order;
}

static double mean_of(const row *first, size_t n, size_t offset) {
  double sum = 0.0;
  size_t count = 0;
  for (size_t k = 0; k < n; k++) {
    double x = *(const double *)((const char *)&first[k].sheet + offset);
    if (!isnan(x)) sum += x, count++;
  }
  return count ? sum / (double)count : NAN;
}

static pro_status fill(pro_databank_group *g, const row *first, size_t n) {
  *g = (pro_databank_group){.soc_pct = first->soc_pct, .sheet = first->sheet, .tests = n};
  snprintf(g->cell, sizeof g->cell, "%s", first->cell);
  static const char *const done[] = {"heater", "heater + ISC", "nail"};
  snprintf(g->name, sizeof g->name, "%s, %g %%, %s", first->cell, first->soc_pct, done[first->sheet.trigger]);
  for (size_t k = 1; k < n; k++) { /* the first row that says it */
    if (!g->sheet.chemistry[0]) memcpy(g->sheet.chemistry, first[k].sheet.chemistry, sizeof g->sheet.chemistry);
    if (!g->sheet.format[0]) memcpy(g->sheet.format, first[k].sheet.format, sizeof g->sheet.format);
  }
  g->sheet.capacity = mean_of(first, n, offsetof(pro_predict_sheet, capacity));
  g->sheet.mass = mean_of(first, n, offsetof(pro_predict_sheet, mass));
  g->sheet.nominal_voltage = mean_of(first, n, offsetof(pro_predict_sheet, nominal_voltage));
  double *store = malloc(n * PRO_MEASURED_COUNT * sizeof *store);
  if (!store) return pro_fail(PRO_ENOMEM, "no memory for %zu tests", n);
  for (int m = 0; m < PRO_MEASURED_COUNT; m++) {
    g->value[m] = store + (size_t)m * n;
    for (size_t k = 0; k < n; k++)
      if (!isnan(first[k].value[m])) g->value[m][g->count[m]++] = first[k].value[m];
  }
  return PRO_OK;
}

static pro_status group_rows(pro_databank *bank, row *rows, size_t n) {
  qsort(rows, n, sizeof *rows, by_group);
  bank->group = calloc(n, sizeof *bank->group);
  if (!bank->group) return pro_fail(PRO_ENOMEM, "no memory for %zu tests", n);
  for (size_t k = 0, next; k < n; k = next) {
    for (next = k + 1; next < n && by_group(&rows[k], &rows[next]) == 0; next++) continue;
    PRO_TRY(fill(&bank->group[bank->groups], &rows[k], next - k));
    bank->groups++;
  }
  return PRO_OK;
}

static pro_status read_rows(pro_databank *bank, const pro_columns *t, row *rows) {
  size_t n = 0;
  char why[96];
  for (size_t r = 0; r < t->rows; r++) {
    PRO_TRY(read_row(&rows[n], why, t, r));
    if (!why[0]) {
      n++;
    } else if (bank->unusable++ == 0) {
      snprintf(bank->why, sizeof bank->why, "row %zu has %.60s", r + 1, why);
    }
  }
  if (n == 0) return pro_columns_fail(t, 0, AT_cell, "none of the %zu rows is usable: %s", t->rows, bank->why);
  return group_rows(bank, rows, n);
}

pro_status pro_databank_read(pro_databank *out, const char *path) {
  pro_columns t;
  PRO_TRY(pro_columns_open(&t, path, names, NEEDED));
  pro_databank bank = {0};
  row *rows = calloc(t.rows, sizeof *rows);
  pro_status status = rows ? read_rows(&bank, &t, rows) : pro_fail(PRO_ENOMEM, "%s: no memory", path);
  free(rows);
  pro_columns_close(&t);
  if (status == PRO_OK)
    *out = bank;
  else
    pro_databank_free(&bank);
  return status;
}

void pro_databank_free(pro_databank *bank) {
  for (size_t k = 0; k < bank->groups; k++) free(bank->group[k].value[0]);
  free(bank->group);
  *bank = (pro_databank){0};
}

/* ---- predictions ---- */

typedef struct job {
  const pro_databank *bank;
  const uint64_t *which; /* (cases): index into `out` */
  uint64_t draws;
  pro_prediction *out;
  int with_short; /* second pass: the moments at which the devices short are known */
  uint64_t failures;
  char message[256];
} job;

static pro_status make(pro_case *to, uint64_t k, const void *recipe) {
  const job *j = recipe;
  uint64_t at = j->which[k];
  char remark[256];
  const pro_databank_group *g = &j->bank->group[at / (1 + j->draws)];
  return pro_predict_case(to, remark, sizeof remark, &g->sheet, at % (1 + j->draws),
                          j->with_short ? j->out[at].t_short : (double)NAN);
}

static pro_status take(void *data, uint64_t k, const pro_run *run) {
  job *j = data;
  pro_prediction *to = &j->out[j->which[k]];
  if (run->truth) {
    pro_predict_read(to, run);
    return PRO_OK;
  }
  *to = (pro_prediction){NAN, NAN, NAN, NAN, NAN, NAN};
  if (j->failures++ == 0)
    snprintf(j->message, sizeof j->message, "%.60s: %.180s", j->bank->group[j->which[k] / (1 + j->draws)].name,
             run->message);
  return PRO_OK;
}

/* What has to be guessed, once a cell. */
static void note_guesses(pro_rows *rows, const pro_databank *bank, const unsigned char *wanted) {
  char said[64] = "";
  for (size_t g = 0; g < bank->groups; g++) {
    pro_case in;
    char remark[256] = "";
    const pro_databank_group *group = &bank->group[g];
    if ((wanted && !wanted[g]) || strcmp(said, group->cell) == 0) continue;
    memcpy(said, group->cell, sizeof said);
    pro_status status = pro_predict_case(&in, remark, sizeof remark, &group->sheet, 0, NAN);
    if (remark[0]) pro_rows_note(rows, "%s: %s (guess)", group->cell, remark);
    if (status != PRO_OK) pro_rows_note(rows, "%s: cannot be predicted: %s", group->cell, pro_error_message());
  }
}

static pro_status predict(job *j, pro_rows *rows, uint64_t *which, const unsigned char *wanted) {
  const uint64_t per_group = 1 + j->draws;
  j->which = which;
  for (j->with_short = 0; j->with_short < 2; j->with_short++) {
    uint64_t n = 0;
    for (uint64_t at = 0; at < j->bank->groups * per_group; at++) {
      const pro_databank_group *g = &j->bank->group[at / per_group];
      if (wanted && !wanted[at / per_group]) continue;
      if (j->with_short && (g->sheet.trigger != PRO_TRIGGER_heater_short || isnan(j->out[at].t_short))) continue;
      which[n++] = at;
    }
    PRO_TRY(pro_comparison_sweep(rows, "cells", n, make, take, j));
  }
  return PRO_OK;
}

pro_status pro_databank_predict(pro_prediction *out, pro_rows *rows, const pro_databank *bank, uint64_t draws,
                                const unsigned char *wanted) {
  job j = {.bank = bank, .draws = draws, .out = out};
  uint64_t *which = calloc(bank->groups * (1 + draws), sizeof *which);
  if (!which) return pro_fail(PRO_ENOMEM, "no memory for %zu groups", bank->groups);
  memset(out, 0, bank->groups * (1 + draws) * sizeof *out);
  note_guesses(rows, bank, wanted);
  pro_status status = predict(&j, rows, which, wanted);
  free(which);
  if (j.failures > 0)
    pro_rows_note(rows, "%llu runs failed; the first: %s", (unsigned long long)j.failures, j.message);
  return status;
}

double pro_databank_value(const pro_prediction *p, pro_measured what) {
  switch (what) {
    case PRO_MEASURED_heat:
      return 1e-3 * p->heat;
    case PRO_MEASURED_body:
      return p->heat > 0.0 ? 100.0 * p->body / p->heat : (double)NAN;
    case PRO_MEASURED_ejected:
      return 100.0 * p->ejected;
    case PRO_MEASURED_T_trigger:
      return p->T_trigger - PRO_ZERO_CELSIUS;
    case PRO_MEASURED_t_trigger:
      return p->t_trigger;
    default:
      return NAN;
  }
}
