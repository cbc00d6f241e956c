/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/trial.h - what comparisons of single experiments share: cells told in a line, edges between two outcomes,
 * and what an instrument on the cell's surface reads off a run. */
#ifndef PRO_TRIAL_H
#define PRO_TRIAL_H
#include "cli/comparison.h"
#include "sim/datasheet.h"

/* As pro_comparison_begin, for a cell by the rules of sim/datasheet.h: `size` "18650"; capacity in Ah, mass in g.
 */
pro_status pro_trial_cylinder(pro_case *out, int family, const char *size, double capacity,
                              double mass) PRO_MUST_CHECK;

/* Surroundings of temperature T [K] throughout, film coefficient h and emissivity. */
void pro_trial_surround(pro_case *out, double T, double h, double emissivity);

/* Between `without` and `with`, in which it does not happen and does, a value is halved in until its two sides are
 * closer than `tolerance`. */
typedef struct pro_edge {
  double without, with, tolerance;
  int seen_without, seen_with; /* runs that showed either */
} pro_edge;
typedef struct pro_edge_search {
  const char *what; /* for the progress line */
  pro_status (*make)(pro_case *out, size_t edge, double x, const void *data);
  int (*happened)(const pro_run *run);
  const void *data;
} pro_edge_search;
pro_status pro_trial_edges(const pro_rows *rows, pro_edge *edge, size_t count,
                           const pro_edge_search *search) PRO_MUST_CHECK;
double pro_edge_value(const pro_edge *edge); /* the middle; NaN where only one outcome was seen */

int pro_trial_ran_away(const pro_run *run); /* the core reached 1 K/s */

/* A truth column at time t, straight lines between the samples; NaN outside. */
double pro_trial_at(const pro_trajectory *y, int column, double t);
/* First time from `from` on at which a column grows by `rate` a second and more between two samples; NaN: never.
 */
double pro_trial_rate_reaches(const pro_trajectory *y, int column, double from, double rate);

double pro_trial_gas(const pro_trajectory *y); /* that has left the cell, without vapour and air [mol] */
#endif
