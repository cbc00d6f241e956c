/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/databank.h"

/* Cell types that were tested at several states of charge; the groups are sorted by cell. */
static void choose(unsigned char *wanted, const pro_databank *bank) {
  for (size_t k = 0, next; k < bank->groups; k = next) {
    const pro_databank_group *g = &bank->group[k];
    int several = 0;
    for (next = k; next < bank->groups && strcmp(bank->group[next].cell, g->cell) == 0; next++)
      several |= bank->group[next].soc_pct != g->soc_pct;
    memset(wanted + k, several, next - k);
  }
}

/* A nailed cell heats in any case: whether it ran away is told by what it threw out [%]. */
static const double thrown_out = 5.0;

typedef struct share {
  uint64_t runaways, draws;
  size_t thrown, tests;
} share;

/* Near the threshold a mean cell does one thing and half of the cells the other: the mean of the draws is
 * compared. */
static pro_status add_group(pro_rows *rows, share *near, const pro_databank_group *g, const pro_prediction *p,
                            uint64_t draws) {
  double *x = calloc(draws + 1, sizeof *x), *y = g->value[PRO_MEASURED_heat];
  if (!x) return pro_fail(PRO_ENOMEM, "no memory for the draws");
  size_t m = 0, n = g->count[PRO_MEASURED_heat];
  uint64_t runaways = 0;
  for (uint64_t k = draws ? 1 : 0; k <= draws; k++) {
    if (isnan(p[k].heat)) continue;
    x[m++] = pro_databank_value(&p[k], PRO_MEASURED_heat);
    runaways += pro_databank_value(&p[k], PRO_MEASURED_ejected) > thrown_out;
  }
  double mean = pro_mean(y, n), half = fmax(fmax(0.25 * mean, 3.0), n > 2 ? pro_mean_interval(y, n) : 0.0);
  pro_rows_add(rows, g->name, "kJ", mean, mean - half, mean + half, pro_mean(x, m),
               "total heat, mean of %zu draws", m);
  size_t thrown = 0, weighed = g->count[PRO_MEASURED_ejected];
  for (size_t k = 0; k < weighed; k++) thrown += g->value[PRO_MEASURED_ejected][k] > thrown_out;
  pro_rows_add(rows, g->name, "%", weighed ? 100.0 * (double)thrown / (double)weighed : NAN, NAN, NAN,
               m ? 100.0 * (double)runaways / (double)m : NAN, "share that throws out over %g %% of its mass",
               thrown_out);
  if (g->soc_pct >= 40.0 && g->soc_pct <= 60.0) {
    near->runaways += runaways, near->draws += m;
    near->thrown += thrown, near->tests += weighed;
  }
  free(x);
  return PRO_OK;
}

/* Both outcomes: at least one draw either way. */
static void add_share(pro_rows *rows, const char *cell, const share *s) {
  if (s->draws < 2) return;
  double one = 100.0 / (double)s->draws;
  pro_rows_add(rows, cell, "%", s->tests ? 100.0 * (double)s->thrown / (double)s->tests : NAN, one, 100.0 - one,
               100.0 * (double)s->runaways / (double)s->draws,
               "share that does so at 40-60 %% charge: both outcomes");
}

static pro_status compare(pro_rows *rows, const pro_databank *bank, const unsigned char *wanted,
                          const pro_prediction *p, uint64_t draws) {
  share near = {0};
  for (size_t k = 0; k < bank->groups; k++) {
    const pro_databank_group *g = &bank->group[k];
    if (!wanted[k]) continue;
    PRO_TRY(add_group(rows, &near, g, p + k * (1 + draws), draws));
    if (k + 1 < bank->groups && strcmp(g->cell, g[1].cell) == 0) continue;
    add_share(rows, g->cell, &near);
    near = (share){0};
  }
  if (rows->count == 0) pro_rows_note(rows, "no cell type there was tested at several states of charge");
  return PRO_OK;
}

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  pro_databank bank = {0};
  PRO_TRY(pro_databank_read(&bank, options->data));
  pro_prediction *p = calloc(bank.groups * (1 + options->draws), sizeof *p);
  unsigned char *wanted = calloc(bank.groups, 1);
  pro_status status = p && wanted ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for the predictions");
  if (status == PRO_OK) {
    choose(wanted, &bank);
    status = pro_databank_predict(p, rows, &bank, options->draws, wanted);
  }
  if (status == PRO_OK) status = compare(rows, &bank, wanted, p, options->draws);
  free(p);
  free(wanted);
  pro_databank_free(&bank);
  return status;
}

const pro_comparison pro_comparison_soc_dependence = {
    .name = "soc_dependence",
    .doc =
        "total heat over state of charge, and the threshold between a cell that runs away and one that does not",
    .source = "NREL and NASA Battery Failure Databank, revision 2 (2024)",
    .data = "failure_databank/tests.csv",
    .order = 20,
    .run = run,
};
