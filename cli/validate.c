/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/args.h"
#include "cli/comparison.h"
#include "cli/progress.h"
#include "cli/rows.h"

static const pro_option option_data = {
    "data", 0, "PATH", "a file or folder of your own in place of the shared data, for one comparison", 0};
static const pro_option option_cell = {"cell", 0, "PRESET", "the cell to compare with, where one is chosen", 0};
static const pro_option option_draws = {"draws", 0, "N", "cells of each Monte-Carlo (default: 200)", 0};
static const pro_option *const options[] = {&option_data, &option_cell, &option_draws, &pro_option_quiet, NULL};

enum { COMPARISONS_MAX = 64, PATH_SIZE = 4096 };

typedef struct result {
  const pro_comparison *of;
  char data[PATH_SIZE]; /* "": needs none */
  int skipped;          /* its data are not there */
  pro_rows rows;
} result;

typedef struct board {
  int count;
  result list[COMPARISONS_MAX];
} board;

/* ---- which ---- */

static int by_order(const void *a, const void *b) {
  const result *x = a, *y = b;
  return x->of->order != y->of->order ? x->of->order - y->of->order : strcmp(x->of->name, y->of->name);
}

static pro_status choose_one(board *b, const char *name) {
  const char *names[COMPARISONS_MAX + 1] = {NULL};
  for (int k = 0; pro_comparison_all[k] && k < COMPARISONS_MAX; k++) {
    names[k] = pro_comparison_all[k]->name;
    if (strcmp(names[k], name) != 0) continue;
    for (int i = 0; i < b->count; i++)
      if (b->list[i].of == pro_comparison_all[k]) return PRO_OK;
    b->list[b->count++].of = pro_comparison_all[k];
    return PRO_OK;
  }
  return pro_args_unknown("comparison", name, names, "validate --help");
}

static pro_status choose(board *b, const pro_args *args) {
  for (int k = 0; k < args->operand_count; k++) PRO_TRY(choose_one(b, args->operand[k]));
  if (b->count > 0) return PRO_OK;
  for (int k = 0; pro_comparison_all[k] && k < COMPARISONS_MAX; k++)
    b->list[b->count++].of = pro_comparison_all[k];
  qsort(b->list, (size_t)b->count, sizeof b->list[0], by_order);
  return PRO_OK;
}

/* ---- run ---- */

/* Where the comparison's data are, and whether they are there. Those that were asked for by name must be. */
static pro_status locate(result *r, const char *given, int named) {
  struct stat info;
  if (!r->of->data) return PRO_OK;
  int n = given ? snprintf(r->data, sizeof r->data, "%s", given)
                : snprintf(r->data, sizeof r->data, "%s/%s", PRO_DATA_DIR, r->of->data);
  if (n >= PATH_SIZE) return pro_fail(PRO_EUSAGE, "--data: the path is too long");
  r->skipped = stat(r->data, &info) != 0;
  if (!r->skipped || !(given || named)) return PRO_OK;
  return pro_fail(PRO_EMISSING, "%s: %s is not there%s", r->of->name, r->data,
                  given ? "" : "; name your own with --data");
}

static pro_status run_one(result *r, const pro_args *args, uint64_t draws, int named) {
  const char *given = pro_args_value(args, &option_data);
  PRO_TRY(locate(r, given, named));
  if (r->skipped) return PRO_OK;
  pro_validate_options o = {.data = r->of->data ? r->data : NULL,
                            .own = given != NULL,
                            .cell = pro_args_value(args, &option_cell),
                            .draws = draws};
  r->rows.quiet = pro_args_has(args, &pro_option_quiet);
  if (!r->rows.quiet) fprintf(stderr, "%s\n", r->of->name);
  pro_status status = r->of->run(&r->rows, &o);
  if (status == PRO_OK && r->rows.failed) status = pro_fail(PRO_ENOMEM, "%s: no memory for its rows", r->of->name);
  return status;
}

static pro_status run_all(board *b, const pro_args *args) {
  uint64_t draws = 200;
  PRO_TRY(pro_args_count(&draws, args, &option_draws, 0, 100000));
  PRO_TRY(choose(b, args));
  int named = args->operand_count > 0;
  if (pro_args_has(args, &option_data) && (!named || b->count != 1 || !b->list[0].of->data))
    return pro_fail(PRO_EUSAGE,
                    "--data goes with the name of one comparison that reads data; see `prodrome validate "
                    "--help`");
  if (pro_args_has(args, &option_cell) && !named)
    return pro_fail(PRO_EUSAGE, "--cell goes with the name of a comparison");
  for (int k = 0; k < b->count; k++) PRO_TRY(run_one(&b->list[k], args, draws, named));
  return PRO_OK;
}

/* ---- print ---- */

static void count(size_t out[PRO_JUDGED_COUNT], const result *r) {
  for (int v = 0; v < PRO_JUDGED_COUNT; v++) out[v] += pro_rows_count(&r->rows, v);
}

static void counts_json(pro_json *json, const size_t n[PRO_JUDGED_COUNT]) {
  for (int v = 0; v < PRO_JUDGED_COUNT; v++) pro_json_count(json, pro_judged_names[v], n[v]);
}

static void print_json(const board *b) {
  size_t all[PRO_JUDGED_COUNT] = {0};
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_array(&json, "comparisons");
  for (int k = 0; k < b->count; k++) {
    const result *r = &b->list[k];
    size_t own[PRO_JUDGED_COUNT] = {0};
    count(own, r), count(all, r);
    pro_json_object(&json, NULL);
    pro_json_text(&json, "name", r->of->name);
    pro_json_text(&json, "doc", r->of->doc);
    pro_json_text(&json, "source", r->of->source);
    pro_json_text(&json, "data", *r->data ? r->data : NULL);
    pro_json_bool(&json, "skipped", r->skipped);
    pro_rows_json(&json, &r->rows);
    counts_json(&json, own);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  counts_json(&json, all);
  pro_json_end(&json);
}

static pro_status print_text(const board *b) {
  size_t all[PRO_JUDGED_COUNT] = {0};
  int skipped = 0;
  for (int k = 0; k < b->count; k++) {
    const result *r = &b->list[k];
    size_t own[PRO_JUDGED_COUNT] = {0};
    count(own, r), count(all, r);
    printf("%s%s: %s\n", k ? "\n" : "", r->of->name, r->of->doc);
    if (r->of->source) printf("measured: %s\n", r->of->source);
    if (r->skipped) {
      printf("skipped: %s is not there\n", r->data);
      skipped++;
      continue;
    }
    fputc('\n', stdout);
    if (r->rows.count > 0) PRO_TRY(pro_rows_print(&r->rows));
    printf("%s: %zu pass, %zu miss, %zu recorded\n", r->of->name, own[PRO_JUDGED_pass], own[PRO_JUDGED_miss],
           own[PRO_JUDGED_recorded]);
  }
  if (b->count > 1) fputc('\n', stdout);
  printf("%zu pass, %zu miss, %zu recorded", all[PRO_JUDGED_pass], all[PRO_JUDGED_miss], all[PRO_JUDGED_recorded]);
  if (skipped) printf("; %d of %d comparisons skipped, for their data are not there", skipped, b->count);
  fputc('\n', stdout);
  return PRO_OK;
}

static pro_status run_validate(const pro_args *args) {
  board *b = calloc(1, sizeof *b);
  if (!b) return pro_fail(PRO_ENOMEM, "no memory for the comparisons");
  pro_status status = run_all(b, args);
  if (status == PRO_OK) {
    if (pro_args_has(args, &pro_option_json))
      print_json(b);
    else
      status = print_text(b);
  }
  for (int k = 0; k < b->count; k++) pro_rows_free(&b->list[k].rows);
  free(b);
  return status;
}

const pro_command pro_command_validate = {
    .name = "validate",
    .operands = "[COMPARISON...]",
    .summary = "computed beside measured: the model held against published experiments",
    .doc =
        "Runs the comparisons named, or all of them; `prodrome list comparisons` says what each is. A row has the "
        "measured value, the band that the computed one must lie in, and the verdict: pass, miss, or recorded "
        "where "
        "nothing is judged. Misses are results: the exit code stays 0. Three read data of your own with --data: "
        "failure_databank (a CSV with the columns of the Battery Failure Databank's extract), indentation (a "
        "folder "
        "with an index.csv and traces) and drive (a folder with an index.csv and traces of current, voltage and "
        "temperature). Where no data are named, the shared ones are read; a comparison whose data are not there "
        "is "
        "skipped, and that is said.",
    .least = 0,
    .most = -1,
    .options = options,
    .run = run_validate,
};
