/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/databank.h"

/* Cell types whose tests the parameters were fitted on; all others are predictions. The rules that make a cell
 * from its datasheet were fitted on all of these together, not cell by cell. */
static const char *const calibrated[] = {"LG 18650-MJ1 (Korean)",
                                         "LG 18650-Test Cell (NBV-220)",
                                         "LG 18650-Test Cell (NBV-250)",
                                         "LG 21700-M50 (BV)",
                                         "Saft D-Cell-VES16",
                                         "Samsung 18650-30Q",
                                         "Sanyo 18650-A"};

enum { FEW = 5 }; /* tests below which neither a range nor a scatter is judged */

static int is_calibrated(const char *cell) {
  for (size_t k = 0; k < PRO_COUNT(calibrated); k++)
    if (strcmp(calibrated[k], cell) == 0) return 1;
  return 0;
}

/* Within a share of the mean, or inside the 95 % interval of it (which two tests do not give). */
static double add_heat(pro_rows *rows, const pro_databank_group *g, const pro_prediction *p) {
  size_t n = g->count[PRO_MEASURED_heat];
  double *x = g->value[PRO_MEASURED_heat], mean = pro_mean(x, n),
         computed = pro_databank_value(p, PRO_MEASURED_heat);
  int known = is_calibrated(g->cell);
  double half = (known ? 0.15 : 0.35) * mean;
  if (known && n > 2) half = fmax(half, pro_mean_interval(x, n));
  pro_rows_add(rows, g->name, "kJ", mean, mean - half, mean + half, computed, "total heat, %zu tests%s", n,
               known ? "" : ", from the datasheet alone");
  return fabs(computed / mean - 1.0);
}

/* Inside the measured 5-95 % range. */
static void add_range(pro_rows *rows, const pro_databank_group *g, const pro_prediction *p, pro_measured what) {
  size_t n = g->count[what];
  double *x = g->value[what];
  if (n == 0) return;
  int judged = n >= FEW && what != PRO_MEASURED_t_trigger;
  double low = judged ? pro_percentile(x, n, 0.05) : NAN, high = judged ? pro_percentile(x, n, 0.95) : NAN;
  pro_rows_add(rows, g->name, pro_measured_units[what], pro_mean(x, n), low, high, pro_databank_value(p, what),
               "%s", pro_measured_docs[what]);
}

static pro_status add_scatter(pro_rows *rows, const pro_databank_group *g, const pro_prediction *p,
                              uint64_t draws) {
  size_t n = g->count[PRO_MEASURED_heat], m = 0;
  if (n < FEW || draws < 2) return PRO_OK;
  double measured = pro_deviation(g->value[PRO_MEASURED_heat], n), *x = calloc(draws, sizeof *x);
  if (!x) return pro_fail(PRO_ENOMEM, "no memory for the draws");
  for (uint64_t k = 1; k <= draws; k++)
    if (!isnan(p[k].heat)) x[m++] = pro_databank_value(&p[k], PRO_MEASURED_heat);
  pro_rows_add(rows, g->name, "kJ", measured, 0.5 * measured, 2.0 * measured, pro_deviation(x, m),
               "standard deviation of total heat, %zu draws", m);
  free(x);
  return PRO_OK;
}

static pro_status compare(pro_rows *rows, const pro_databank *bank, const pro_prediction *p, uint64_t draws) {
  double *error[2] = {calloc(bank->groups, sizeof(double)), calloc(bank->groups, sizeof(double))};
  size_t n[2] = {0, 0};
  pro_status status = error[0] && error[1] ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for the groups");
  for (size_t k = 0; k < bank->groups && status == PRO_OK; k++, p += 1 + draws) {
    const pro_databank_group *g = &bank->group[k];
    int known = is_calibrated(g->cell);
    double e = add_heat(rows, g, p);
    error[known][n[known]++] = isnan(e) ? INFINITY : e;
    for (int m = PRO_MEASURED_body; m < PRO_MEASURED_COUNT; m++) add_range(rows, g, p, (pro_measured)m);
    status = add_scatter(rows, g, p, draws);
  }
  static const char *const what[] = {"error of total heat from the datasheet alone, median of %zu groups",
                                     "error of total heat of calibrated cells, median of %zu groups"};
  for (int known = 0; known < 2 && status == PRO_OK; known++)
    if (n[known] > 0)
      pro_rows_add(rows, "all", "%", NAN, known ? NAN : 0.0, known ? NAN : 20.0,
                   100.0 * pro_percentile(error[known], n[known], 0.5), known ? what[1] : what[0], n[known]);
  free(error[0]), free(error[1]);
  return status;
}

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  pro_databank bank = {0};
  PRO_TRY(pro_databank_read(&bank, options->data));
  pro_prediction *p = calloc(bank.groups * (1 + options->draws), sizeof *p);
  pro_status status = p ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for the predictions");
  if (status == PRO_OK) status = pro_databank_predict(p, rows, &bank, options->draws, NULL);
  if (status == PRO_OK) status = compare(rows, &bank, p, options->draws);
  if (bank.unusable > 0) pro_rows_note(rows, "%zu rows could not be used; the first: %s", bank.unusable, bank.why);
  free(p);
  pro_databank_free(&bank);
  return status;
}

const pro_comparison pro_comparison_failure_databank = {
    .name = "failure_databank",
    .doc =
        "heat, where it goes, mass thrown out and trigger temperature of cells in a calorimeter, each predicted "
        "from its "
        "datasheet; with the scatter between cells",
    .source = "NREL and NASA Battery Failure Databank, revision 2 (2024)",
    .data = "failure_databank/tests.csv",
    .order = 10,
    .run = run,
};
