/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/elimination.h - W = d mass - slopes (pro_sparsity) of eight cases, factorised in the sparsity that their
 * structure has in common. */
#ifndef PRO_ELIMINATION_H
#define PRO_ELIMINATION_H
#include "sim/cell.h"

enum { PRO_SLOTS_MAX = PRO_STATES_MAX * PRO_STATES_MAX, PRO_UPDATES_MAX = 12000 };

typedef struct pro_entry {
  int16_t slot, of; /* of W; of the slopes, -1: none (it fills in) */
} pro_entry;
typedef struct pro_update { /* W[to] -= W[lower] * W[upper] */
  int16_t to, lower, upper;
} pro_update;
typedef struct pro_place { /* of a factor */
  int16_t slot, index;
} pro_place;
typedef struct pro_run_of_sums { /* b[row] += value[of] * b[index] of places[first..end) */
  int row, first, end;
} pro_run_of_sums;
typedef struct pro_pivot {
  int index, diagonal;      /* unknown, slot */
  int lower, lower_end;     /* below it: places[lower..lower_end) */
  int upper, upper_end;     /* right of it */
  int before, before_end;   /* in its own row, left of it: factors of pivots before */
  int updates, updates_end; /* what it takes off the rest */
} pro_pivot;

typedef struct pro_elimination {
  int m, slots, entries, places;
  pro_pivot pivots[PRO_STATES_MAX];
  pro_entry entry[PRO_SLOTS_MAX];
  int masses;
  pro_entry mass[PRO_MASSES_MAX]; /* of W; of the values */
  pro_place place[2 * PRO_SLOTS_MAX];
  pro_update update[PRO_UPDATES_MAX];
  int summed;
  pro_run_of_sums sums[PRO_STATES_MAX];
  pro_place addend[PRO_SUMS_MAX]; /* value, row */
  /* of what nothing reads: unknown m + i gains J[of] x[column] of term[term_end[i - 1]..term_end[i]) */
  int terms, term_end[PRO_STATES_MAX];
  struct {
    int16_t column, of;
  } term[PRO_SLOTS_MAX];
} pro_elimination;

/* Plans for the first m of n unknowns, those that something reads. PRO_EBUG: it fills in too much. */
pro_status pro_elimination_plan(pro_elimination *out, const pro_sparsity *where, int n, int m) PRO_MUST_CHECK;
/* value (values of the sparsity), W (slots). Returns 0, and NaN where a pivot is no number: by its inverse an
 * infinite one would pass for a zero. */
pro_lanes pro_elimination_factorise(const pro_elimination *plan, const pro_lanes *value, pro_lanes d,
                                    pro_lanes *W);
/* Sums the rows of b (m) as the form says: pro_sparsity. */
void pro_elimination_sum(const pro_elimination *plan, const pro_lanes *value, pro_lanes *b);
/* Likewise integrals (n - m), which read what is summed (m), `by` times it. */
void pro_elimination_sum_integrals(const pro_elimination *plan, const pro_lanes *value, double by,
                                   const pro_lanes *of, pro_lanes *integral);
/* b (m), summed, becomes W^-1 b */
void pro_elimination_solve(const pro_elimination *plan, const pro_lanes *W, pro_lanes *b);
#endif
