/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/corpus_plan.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/kind.h"

const char *pro_source_text(void) { return "prodrome " PRO_VERSION " (" PRO_COMMIT ")"; }

static pro_status make_tables(pro_plan_tables *out, const pro_scenario *scenario) {
  size_t n = pro_scenario_parameter_count(scenario), kinds = 0;
  while (pro_kind_all[kinds]) kinds++;
  out->parameter = calloc(n + 1, sizeof *out->parameter);
  out->family = calloc(kinds + 1, sizeof *out->family);
  if (!out->parameter || !out->family) return pro_fail(PRO_ENOMEM, "no memory for %zu parameters", n);
  for (size_t p = 0; p < n; p++) {
    const pro_parameter *row = pro_scenario_parameter(scenario, p);
    out->parameter[p] = (pro_corpus_parameter){row->path, row->unit, row->distribution, row->choices};
  }
  for (size_t k = 0; k < kinds; k++) out->family[k] = pro_kind_all[k]->name;
  return PRO_OK;
}

void pro_corpus_plan_clear(pro_plan_tables *tables) {
  free(tables->parameter);
  free(tables->family);
  *tables = (pro_plan_tables){0};
}

pro_status pro_corpus_plan_of(pro_corpus_plan *out, pro_plan_tables *tables, const pro_scenario *scenario) {
  *tables = (pro_plan_tables){0};
  pro_status status = make_tables(tables, scenario);
  if (status != PRO_OK) {
    pro_corpus_plan_clear(tables);
    return status;
  }
  *out = (pro_corpus_plan){.title = pro_scenario_title(scenario),
                           .scenario = pro_scenario_resolved(scenario),
                           .source = pro_source_text(),
                           .seed = pro_scenario_seed(scenario),
                           .group = pro_scenario_group(scenario),
                           .parameters = pro_scenario_parameter_count(scenario),
                           .parameter = tables->parameter,
                           .families = tables->family};
  return PRO_OK;
}

pro_status pro_license_check(const char *license) {
  static const char spdx[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+:() ";
  if (license && (!*license || strlen(license) > 200 || license[strspn(license, spdx)]))
    return pro_fail(PRO_EUSAGE, "--license '%.64s': an SPDX expression is needed, as in CC-BY-4.0", license);
  return PRO_OK;
}
