/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenarios/scenario.h - a scenario file, read and checked; case number k is a pure function of (file, seed, k). */
#ifndef PRO_SCENARIO_H
#define PRO_SCENARIO_H
#include <stdio.h>

#include "scenarios/kind.h"

typedef struct pro_scenario pro_scenario;

/* Reads a scenario or campaign and applies `overrides` ("KEY=VALUE" each, as of --set).
 *
 *   out   the caller frees it with pro_scenario_free. Untouched on failure.
 *
 * PRO_EMISSING  the file (or one a campaign names) cannot be opened.
 * PRO_EINPUT    its contents are wrong; the message holds every problem found in one pass, one after the other, each
 *               "file:line:column: error: what is wrong and what is allowed", the line and a caret under it.
 * PRO_EIO       the file can be opened, but not read.
 * PRO_ENOMEM */
pro_status pro_scenario_read(pro_scenario **out, const char *path, size_t overrides_count,
                             const char *const *overrides) PRO_MUST_CHECK;
void pro_scenario_free(pro_scenario *scenario);

uint64_t pro_scenario_runs(const pro_scenario *scenario); /* the file's `runs` */
uint64_t pro_scenario_seed(const pro_scenario *scenario); /* the file's `seed` */
uint64_t pro_scenario_group(const pro_scenario *scenario); /* cases to a corpus group */
void pro_scenario_set_seed(pro_scenario *scenario, uint64_t seed);
const char *pro_scenario_title(const pro_scenario *scenario);

/* Everything that fixes the cases, as one text: every file concatenated, overrides applied, defaults filled. Equal
 * texts and seeds make equal cases. Owned by the scenario. */
const char *pro_scenario_resolved(const pro_scenario *scenario);

/* Case `k`: any k below 2^32, also beyond `runs`. PRO_EINPUT when its draws contradict each other. */
pro_status pro_scenario_case(pro_case *out, const pro_scenario *scenario, uint64_t k) PRO_MUST_CHECK;

/* What varies from case to case. Rows are the union over a campaign's files, in a fixed order. */
typedef struct pro_parameter {
  const char *path;           /* "oven.T", "sei_decomposition.Ea" */
  const char *unit;           /* SI */
  const char *distribution;   /* as text, values in SI: "uniform(413.15, 443.15)" */
  const char *const *choices; /* names, NULL-terminated, of a choice among names; else NULL */
} pro_parameter;
size_t pro_scenario_parameter_count(const pro_scenario *scenario);
const pro_parameter *pro_scenario_parameter(const pro_scenario *scenario, size_t index); /* borrowed */
/* value (parameters): what case k drew; NaN where the parameter is of another file of the campaign. */
void pro_scenario_draws(double *value, const pro_scenario *scenario, uint64_t k);

/* Prints every key that a scenario of `kind` (NULL: of any) may hold, with unit, default, range and meaning, as
 * Markdown tables: what `prodrome describe` shows. */
void pro_scenario_describe_keys(const pro_kind *kind, FILE *to);
#endif
