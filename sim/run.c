/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run.h"

#include <stdlib.h>

#define PRO_AS_NAME(name, doc) #name,
const char *const pro_clock_names[PRO_CLOCK_COUNT] = {PRO_CLOCK_LIST(PRO_AS_NAME)};
const char *const pro_outcome_names[PRO_OUTCOME_COUNT + 1] = {PRO_OUTCOME_LIST(PRO_AS_NAME) NULL};
#define PRO_AS_DOC(name, doc) doc,
const char *const pro_clock_docs[PRO_CLOCK_COUNT] = {PRO_CLOCK_LIST(PRO_AS_DOC)};
#define PRO_AS_TRUTH_NAME(name, unit, doc) #name,
const char *const pro_truth_names[PRO_TRUTH_COUNT] = {PRO_TRUTH_LIST(PRO_AS_TRUTH_NAME)};
#define PRO_AS_TRUTH_UNIT(name, unit, doc) unit,
const char *const pro_truth_units[PRO_TRUTH_COUNT] = {PRO_TRUTH_LIST(PRO_AS_TRUTH_UNIT)};
#define PRO_AS_TRUTH_DOC(name, unit, doc) doc,
const char *const pro_truth_docs[PRO_TRUTH_COUNT] = {PRO_TRUTH_LIST(PRO_AS_TRUTH_DOC)};

void pro_trajectory_free(pro_trajectory *traj) { free(traj); }
void pro_observation_free(pro_observation *seen) { free(seen); }

void pro_run_clear(pro_run *run) {
  pro_trajectory_free(run->truth);
  pro_observation_free(run->seen);
  run->truth = NULL;
  run->seen = NULL;
}
