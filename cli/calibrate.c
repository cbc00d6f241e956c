/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/args.h"
#include "cli/calibration.h"
#include "cli/progress.h"
#include "cli/rows.h"
#include "cli/table.h"

static const pro_option option_data = {"data", 0, "DIR", "where the shared data lie, in place of ../shared/data",
                                       0};
static const pro_option *const options[] = {&option_data, &pro_option_quiet, NULL};

enum { SETS_MAX = 64, PATH_SIZE = 4096 };

typedef struct set {
  const pro_calibration *of;
  char data[PATH_SIZE];
  int skipped; /* its data are not there */
  pro_calibration_result result;
} set;

typedef struct board {
  int count;
  set list[SETS_MAX];
} board;

/* ---- which ---- */

static pro_status choose_one(board *b, const char *name) {
  const char *names[SETS_MAX + 1] = {NULL};
  for (int k = 0; pro_calibration_all[k] && k < SETS_MAX; k++) {
    names[k] = pro_calibration_all[k]->name;
    if (strcmp(names[k], name) != 0) continue;
    for (int i = 0; i < b->count; i++)
      if (b->list[i].of == pro_calibration_all[k]) return PRO_OK;
    b->list[b->count++].of = pro_calibration_all[k];
    return PRO_OK;
  }
  return pro_args_unknown("calibration", name, names, "calibrate --help");
}

static pro_status choose(board *b, const pro_args *args) {
  for (int k = 0; k < args->operand_count; k++) PRO_TRY(choose_one(b, args->operand[k]));
  if (b->count > 0) return PRO_OK;
  for (int k = 0; pro_calibration_all[k] && k < SETS_MAX; k++) b->list[b->count++].of = pro_calibration_all[k];
  return PRO_OK;
}

/* ---- run ---- */

/* Data that were asked for by name must be there. */
static pro_status locate(set *s, const char *given, int named) {
  struct stat info;
  int n = snprintf(s->data, sizeof s->data, "%s/%s", given ? given : PRO_DATA_DIR, s->of->data);
  if (n >= PATH_SIZE) return pro_fail(PRO_EUSAGE, "--data: the path is too long");
  s->skipped = stat(s->data, &info) != 0;
  if (!s->skipped || !(given || named)) return PRO_OK;
  return pro_fail(PRO_EMISSING, "%s: %s is not there%s", s->of->name, s->data,
                  given ? "" : "; name your own folder with --data");
}

static pro_status run_one(set *s, const pro_args *args) {
  PRO_TRY(locate(s, pro_args_value(args, &option_data), args->operand_count > 0));
  if (s->skipped) return PRO_OK;
  s->result.rows.quiet = pro_args_has(args, &pro_option_quiet);
  if (!s->result.rows.quiet) fprintf(stderr, "%s\n", s->of->name);
  PRO_TRY(s->of->run(&s->result, s->data));
  return s->result.rows.failed ? pro_fail(PRO_ENOMEM, "%s: no memory for its rows", s->of->name) : PRO_OK;
}

/* ---- print ---- */

static double rms(double chi2, size_t n) { return sqrt(chi2 / (double)n); }

/* The pair of parameters that the data tell apart least; 0 where there is none. */
static double tightest(const pro_fit *fit, int *a, int *b) {
  double most = 0.0;
  for (int i = 0; i < fit->parameters; i++)
    for (int j = 0; j < i; j++) {
      double c = fit->correlation[i][j];
      if (fabs(c) > fabs(most)) most = c, *a = j, *b = i;
    }
  return most;
}

static const char *remark(const pro_fit_value *v) {
  if (v->at_bound) return v->at_bound < 0 ? "at its low bound" : "at its high bound";
  return v->determined ? "" : "not determined by the data";
}

static void fit_json(pro_json *json, const pro_calibration_fit *f) {
  pro_json_object(json, NULL);
  pro_json_text(json, "title", f->title);
  pro_json_array(json, "parameters");
  for (int k = 0; k < f->fit.parameters; k++) {
    const pro_calibrated *p = &f->parameter[k];
    const pro_fit_value *v = &f->fit.value[k];
    pro_json_object(json, NULL);
    pro_json_text(json, "name", p->fit.name);
    pro_json_text(json, "unit", p->fit.unit);
    pro_json_text(json, "doc", p->doc);
    pro_json_text(json, "used", p->used);
    pro_json_bool(json, "logarithmic", p->fit.logarithmic);
    pro_json_number(json, "bound_low", p->fit.low);
    pro_json_number(json, "bound_high", p->fit.high);
    pro_json_number(json, "start", p->fit.start);
    pro_json_number(json, "value", v->value);
    pro_json_number(json, "error", v->error);
    pro_json_number(json, "low", v->low);
    pro_json_number(json, "high", v->high);
    pro_json_integer(json, "at_bound", v->at_bound);
    pro_json_bool(json, "determined", v->determined);
    pro_json_array(json, "correlation");
    for (int l = 0; l < f->fit.parameters; l++) pro_json_number(json, NULL, f->fit.correlation[k][l]);
    pro_json_end(json);
    pro_json_end(json);
  }
  pro_json_end(json);
  pro_json_count(json, "residuals", f->residuals);
  pro_json_number(json, "rms_start", rms(f->fit.chi2_start, f->residuals));
  pro_json_number(json, "rms", rms(f->fit.chi2, f->residuals));
  pro_json_integer(json, "dof", f->fit.dof);
  pro_json_integer(json, "evaluations", f->fit.evaluations);
  pro_json_integer(json, "steps", f->fit.steps);
  pro_json_bool(json, "converged", f->fit.converged);
  pro_json_text(json, "end", pro_fit_end_names[f->fit.end]);
  pro_json_end(json);
}

static void print_json(const board *b) {
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_array(&json, "calibrations");
  for (int k = 0; k < b->count; k++) {
    const set *s = &b->list[k];
    pro_json_object(&json, NULL);
    pro_json_text(&json, "name", s->of->name);
    pro_json_text(&json, "doc", s->of->doc);
    pro_json_text(&json, "source", s->of->source);
    pro_json_text(&json, "data", s->data);
    pro_json_bool(&json, "skipped", s->skipped);
    pro_json_array(&json, "fits");
    for (int i = 0; i < s->result.count; i++) fit_json(&json, &s->result.fit[i]);
    pro_json_end(&json);
    pro_rows_json(&json, &s->result.rows);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_end(&json);
}

static void print_value(pro_table *t, const pro_calibrated *p, const pro_fit_value *v) {
  pro_table_cell(t, "%s", p->fit.name);
  pro_table_cell(t, "%s", p->fit.unit);
  pro_table_cell(t, "%.5g", p->fit.start);
  pro_table_cell(t, "%.5g", v->value);
  if (v->determined) {
    pro_table_cell(t, "%.2g", v->error);
    pro_table_cell(t, "%.5g to %.5g", v->low, v->high);
  } else {
    pro_table_cell(t, "-");
    pro_table_cell(t, "-");
  }
  pro_table_cell(t, "%.5g to %.5g", p->fit.low, p->fit.high);
  pro_table_cell(t, "%s", p->used);
  pro_table_cell(t, "%s", remark(v));
}

static pro_status print_fit(const pro_calibration_fit *f) {
  static const char *const head[] = {"parameter", "unit",   "start",     "fitted", "error",
                                     "95 %",      "bounds", "stands in", "remark"};
  pro_table table;
  int a = 0, b = 0;
  double most = tightest(&f->fit, &a, &b);
  printf("\nfit: %s\n", f->title);
  pro_table_begin(&table, "llrrrrrll");
  for (size_t c = 0; c < PRO_COUNT(head); c++) pro_table_cell(&table, "%s", head[c]);
  for (int k = 0; k < f->fit.parameters; k++) print_value(&table, &f->parameter[k], &f->fit.value[k]);
  PRO_TRY(pro_table_print(&table, stdout));
  printf("residual %.4g rms before, %.4g after, over %zu; %ld evaluations, %d steps: %s\n",
         rms(f->fit.chi2_start, f->residuals), rms(f->fit.chi2, f->residuals), f->residuals, f->fit.evaluations,
         f->fit.steps, pro_fit_end_docs[f->fit.end]);
  if (most != 0.0)
    printf("most correlated: %s and %s, %.3f\n", f->parameter[a].fit.name, f->parameter[b].fit.name, most);
  return PRO_OK;
}

static pro_status print_text(const board *b) {
  for (int k = 0; k < b->count; k++) {
    const set *s = &b->list[k];
    printf("%s%s: %s\nmeasured: %s\n", k ? "\n" : "", s->of->name, s->of->doc, s->of->source);
    if (s->skipped) {
      printf("skipped: %s is not there\n", s->data);
      continue;
    }
    for (int i = 0; i < s->result.count; i++) PRO_TRY(print_fit(&s->result.fit[i]));
    if (s->result.rows.count || s->result.rows.notes) {
      fputc('\n', stdout);
      PRO_TRY(pro_rows_print(&s->result.rows));
    }
  }
  return PRO_OK;
}

static pro_status run_calibrate(const pro_args *args) {
  board *b = calloc(1, sizeof *b);
  if (!b) return pro_fail(PRO_ENOMEM, "no memory for the calibrations");
  pro_status status = choose(b, args);
  for (int k = 0; k < b->count && status == PRO_OK; k++) status = run_one(&b->list[k], args);
  if (status == PRO_OK) {
    if (pro_args_has(args, &pro_option_json))
      print_json(b);
    else
      status = print_text(b);
  }
  for (int k = 0; k < b->count; k++) pro_calibration_result_free(&b->list[k].result);
  free(b);
  return status;
}

const pro_command pro_command_calibrate = {
    .name = "calibrate",
    .operands = "[CALIBRATION...]",
    .summary = "fits again what was calibrated, from the data it was calibrated on",
    .doc =
        "Runs the calibrations named, or all of them; `prodrome list calibrations` says what each is. For each "
        "parameter: where the fit starts, what it finds, its standard error and 95 % interval, its bounds, and "
        "the "
        "place in the sources where its value stands; then what the fitted model gives on the data it was fitted "
        "to and on others. Residuals are counted in units of what is expected of each. Errors hold where "
        "residuals "
        "scatter independently; samples of one curve do not, so look at the scores. Nothing is changed: values go "
        "into the sources by hand.",
    .least = 0,
    .most = -1,
    .options = options,
    .run = run_calibrate,
};
