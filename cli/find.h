/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/find.h - from what was typed to what is meant. */
#ifndef PRO_FIND_H
#define PRO_FIND_H
#include "cli/args.h"
#include "predictor/detector.h"
#include "scenarios/scenario.h"
#include "sim/integrator.h"

enum { PRO_FIND_PATH = 4096 };

/* Reads the scenario named by the first operand with --set and --seed. A name without a slash that is no file here is
 * looked for among those shipped, with or without its ending. As pro_scenario_read. */
pro_status pro_find_scenario(pro_scenario **out, const pro_args *args) PRO_MUST_CHECK;

/* The file that `name` means, as above. PRO_EMISSING: none, with the closest name. */
pro_status pro_find_scenario_path(char path[PRO_FIND_PATH], const char *name) PRO_MUST_CHECK;

/* The shipped scenarios' names without ending, sorted, NULL-terminated; *list is freed by the caller, texts and all,
 * in one free. Empty where the folder is not there. PRO_ENOMEM. */
pro_status pro_find_shipped(char ***list) PRO_MUST_CHECK;

/* By --integrator; *out is NULL for the default. PRO_EUSAGE: no such. */
pro_status pro_find_integrator(const struct pro_integrator **out, const pro_args *args) PRO_MUST_CHECK;

enum { PRO_FIND_DETECTORS = 64 };
typedef struct pro_found { /* detector NULL: the anchor oracle_fault */
  int count;
  const pro_detector *detector[PRO_FIND_DETECTORS];
} pro_found;
/* By --detector: one or all; with_oracle adds oracle_fault. PRO_EUSAGE: no such. */
pro_status pro_find_detectors(pro_found *out, const pro_args *args, int with_oracle) PRO_MUST_CHECK;
#define PRO_FIND_ORACLE "oracle_fault"
#endif
