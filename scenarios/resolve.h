/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenarios/resolve.h - a plan as text again, with everything said that fixes its cases. */
#ifndef PRO_RESOLVE_H
#define PRO_RESOLVE_H
#include <stdio.h>

#include "scenarios/plan.h"

/* Prints the plan as a scenario in SI, defaults filled in, without runs, seed and group. Read again, it makes the same
 * cases. */
void pro_plan_print(const pro_plan *plan, FILE *to);
#endif
