/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/comparison.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/args.h"
#include "cli/progress.h"
#include "registry/comparison.def"
#include "scenarios/key.h"
#include "scenarios/kind.h"
#include "sim/chemistry.h"
#include "sim/rng.h"
#include "sim/sensor.h"

#define PRO_DECLARE(name) extern const pro_comparison pro_comparison_##name;
PRO_comparison_LIST(PRO_DECLARE)

#define PRO_ENTRY(name) &pro_comparison_##name,
    const pro_comparison *const pro_comparison_all[] = {PRO_comparison_LIST(PRO_ENTRY) NULL};

/* ---- results ---- */

#define AS_NAME(name, doc) #name,
const char *const pro_judged_names[PRO_JUDGED_COUNT] = {PRO_JUDGED_LIST(AS_NAME)};

static void *grown(void *old, size_t count, size_t *room, size_t size) {
  if (count < *room) return old;
  size_t wanted = *room ? 2 * *room : 32;
  void *new = realloc(old, wanted * size);
  if (new) *room = wanted;
  return new;
}

static pro_judged judge(const pro_row *row) {
  if (isnan(row->low) && isnan(row->high)) return PRO_JUDGED_recorded;
  return row->computed >= row->low && row->computed <= row->high ? PRO_JUDGED_pass : PRO_JUDGED_miss;
}

void pro_rows_add(pro_rows *rows, const char *group, const char *unit, double measured, double low, double high,
                  double computed, const char *what, ...) {
  pro_row *list = grown(rows->row, rows->count, &rows->room, sizeof *list);
  if (!list) {
    rows->failed = 1;
    return;
  }
  rows->row = list;
  pro_row *row = &list[rows->count++];
  *row = (pro_row){.measured = measured, .low = low, .high = high, .computed = computed};
  snprintf(row->group, sizeof row->group, "%s", group);
  snprintf(row->unit, sizeof row->unit, "%s", unit);
  va_list args;
  va_start(args, what);
  vsnprintf(row->what, sizeof row->what, what, args);
  va_end(args);
  row->verdict = judge(row);
}

void pro_rows_note(pro_rows *rows, const char *text, ...) {
  char note[1024];
  va_list args;
  va_start(args, text);
  vsnprintf(note, sizeof note, text, args);
  va_end(args);
  char **list = grown(rows->note, rows->notes, &rows->note_room, sizeof *list);
  if (list) rows->note = list;
  char *copy = list ? strdup(note) : NULL;
  if (copy)
    rows->note[rows->notes++] = copy;
  else
    rows->failed = 1;
}

size_t pro_rows_count(const pro_rows *rows, pro_judged verdict) {
  size_t n = 0;
  for (size_t k = 0; k < rows->count; k++) n += rows->row[k].verdict == verdict;
  return n;
}

void pro_rows_free(pro_rows *rows) {
  for (size_t k = 0; k < rows->notes; k++) free(rows->note[k]);
  free(rows->note);
  free(rows->row);
  *rows = (pro_rows){0};
}

/* ---- cases ---- */

pro_status pro_comparison_begin(pro_case *out, const pro_cell *cell, const char *chemistry) {
  memset(out, 0, sizeof *out);
  pro_field_defaults(pro_run_fields, out);
  pro_field_defaults(pro_enclosure_fields, &out->enclosure);
  for (int s = 0; pro_sensor_all[s]; s++) out->sensors[s] = pro_sensor_all[s]->typical;
  out->cell = *cell;
  out->T_initial = 25.0 + PRO_ZERO_CELSIUS;
  out->soc_initial = 1.0;
  out->duration = 3600.0;
  out->period = 1.0;
  out->t_fault = NAN;
  for (int c = 0; pro_chemistry_all[c]; c++) {
    if (strcmp(pro_chemistry_all[c]->name, chemistry) != 0) continue;
    out->chemistry = c;
    out->network = *pro_chemistry_all[c];
    return PRO_OK;
  }
  return pro_fail(PRO_EUSAGE, "there is no chemistry '%.64s'", chemistry);
}

pro_status pro_comparison_preset(pro_case *out, const char *preset, const char *chemistry) {
  const char *names[64] = {NULL};
  for (int k = 0; pro_cell_all[k]; k++) {
    const pro_cell_preset *p = pro_cell_all[k];
    if (k < 63) names[k] = p->name;
    if (strcmp(p->name, preset) != 0) continue;
    pro_cell cell;
    pro_cell_of_preset(&cell, p);
    PRO_TRY(pro_comparison_begin(out, &cell, chemistry ? chemistry : p->chemistry));
    out->preset = k;
    return PRO_OK;
  }
  return pro_args_unknown("cell", preset, names, "list cells");
}

/* "key=value" into the kind's params; `text` is cut up. */
static pro_status tell(const pro_kind *kind, void *params, char *text) {
  for (char *rest = NULL, *word = strtok_r(text, ";", &rest); word; word = strtok_r(NULL, ";", &rest)) {
    while (*word == ' ') word++;
    char *equals = strchr(word, '=');
    if (!equals) return pro_fail(PRO_EBUG, "%s: '%s' is no key=value", kind->name, word);
    *equals = '\0';
    PRO_TRY(pro_field_set(kind->fields, params, word, equals + 1));
  }
  return PRO_OK;
}

pro_status pro_comparison_abuse(pro_case *out, const char *kind, const char *settings, ...) {
  int k = pro_kind_find(kind);
  if (k < 0) return pro_fail(PRO_EUSAGE, "there is no kind '%.64s'", kind);
  double params[PRO_KIND_BYTES / sizeof(double)] = {0.0};
  pro_field_defaults(pro_kind_all[k]->fields, params);
  char text[1024];
  va_list args;
  va_start(args, settings);
  vsnprintf(text, sizeof text, settings, args);
  va_end(args);
  PRO_TRY(tell(pro_kind_all[k], params, text));
  PRO_TRY(pro_field_check(pro_kind_all[k]->fields, params));
  out->family = k;
  PRO_TRY(pro_kind_all[k]->apply(out, params, NULL));
  return pro_case_check(out);
}

int pro_comparison_reaction(const pro_case *in, const char *name) {
  for (int j = 0; j < pro_network_reaction_count(&in->network); j++)
    if (strcmp(in->network.reactions[j].name, name) == 0) return j;
  return -1;
}

typedef struct sweep {
  pro_make_fn *make;
  pro_done_fn *done;
  void *data;
  uint64_t k;
  pro_progress progress;
} sweep;

static pro_status make_case(pro_case *out, uint64_t k, const void *recipe) {
  const sweep *s = recipe;
  return s->make(out, k, s->data);
}

static pro_status take(void *payload, const pro_run *run) {
  sweep *s = payload;
  PRO_TRY(s->done(s->data, s->k, run));
  pro_progress_step(&s->progress, ++s->k);
  return PRO_OK;
}

pro_status pro_comparison_sweep(const pro_rows *rows, const char *what, uint64_t count, pro_make_fn *make,
                                pro_done_fn *done, void *data) {
  sweep s = {.make = make, .done = done, .data = data};
  pro_ensemble job = {.make = make_case, .recipe = &s, .count = count, .sink = take, .payload = &s};
  pro_progress_begin(&s.progress, what, count, rows->quiet);
  pro_status status = pro_ensemble_run(&job);
  pro_progress_end(&s.progress);
  return status;
}

/* ---- a Monte-Carlo of cells ---- */

/* Which reaction is drawn, and how wide [decades]: the scatter with which the single-cell sets were published. */
static const struct {
  const char *reaction;
  double decades;
} scatter_of[] = {{"sei_decomposition", 0.3},
                  {"anode_electrolyte", 0.15},
                  {"cathode_conversion", 0.15},
                  {"cathode_oxygen", 0.15}};

static double factor(double spread, double normal) { return fmax(0.05, 1.0 + spread * normal); }

void pro_comparison_scatter(pro_case *in, uint64_t draw) {
  if (draw == 0) return;
  const uint64_t seed = 20240229; /* any; fixed, so that everybody draws the same cells */
  pro_stream stream = {.seed = seed, .run = draw, .purpose = PRO_FOR_PARAMETERS};
  double z[12];
  for (uint64_t k = 0; k < PRO_COUNT(z); k++) z[k] = pro_rng_normal(stream, k);
  for (size_t k = 0; k < PRO_COUNT(scatter_of); k++) {
    int j = pro_comparison_reaction(in, scatter_of[k].reaction);
    if (j >= 0) in->network.reactions[j].A *= exp(2.302585092994046 * scatter_of[k].decades * z[k]);
  }
  /* how much of the cathode's oxygen burns in the cell's can or before it: calibrated on the databank's scatter of
   * heat */
  int oxygen = pro_comparison_reaction(in, "cathode_oxygen");
  if (oxygen >= 0) in->network.reactions[oxygen].heat *= factor(0.4, z[10]);
  pro_cell *c = &in->cell;
  c->front_rise *= factor(0.25, z[11]);
  c->collapse_T += 8.0 * z[4];
  c->heat_capacity *= factor(0.03, z[5]);
  c->capacity *= factor(0.006, z[6]);
  double resistance = factor(0.04, z[7]);
  c->resistance *= resistance, c->pair_1_resistance *= resistance, c->pair_2_resistance *= resistance;
  if (!(c->ejecta_share > 0.0)) return;
  /* How much is thrown out differs most from cell to cell: guess, half of the databank's scatter of mass ejected.
   */
  c->ejecta_entrainment *= factor(0.2, z[8]);
  c->ejecta_T += 20.0 * z[9];
}
