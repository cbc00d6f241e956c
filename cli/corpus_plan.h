/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/corpus_plan.h - from a scenario to what a corpus of it is told before its first case. */
#ifndef PRO_CLI_CORPUS_PLAN_H
#define PRO_CLI_CORPUS_PLAN_H
#include "output/corpus.h"
#include "scenarios/scenario.h"

typedef struct pro_plan_tables { /* what a pro_corpus_plan borrows */
  pro_corpus_parameter *parameter;
  const char **family;
} pro_plan_tables;

/* Fills title, scenario, source, seed, group, parameters and families; the rest is the caller's to set.
 * PRO_ENOMEM.
 */
pro_status pro_corpus_plan_of(pro_corpus_plan *out, pro_plan_tables *tables,
                              const pro_scenario *scenario) PRO_MUST_CHECK;
void pro_corpus_plan_clear(pro_plan_tables *tables);

const char *pro_source_text(void); /* "prodrome 0.1.0 (commit)" */

/* A licence as an SPDX expression, or NULL. PRO_EUSAGE. */
pro_status pro_license_check(const char *license) PRO_MUST_CHECK;
#endif
