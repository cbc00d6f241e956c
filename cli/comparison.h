/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/comparison.h - comparisons with measurements, for `prodrome validate`: one file each in cli/validate/. */
#ifndef PRO_COMPARISON_H
#define PRO_COMPARISON_H
#include <stdint.h>

#include "scenarios/ensemble.h"
#include "sim/run.h"

/* ---- results ---- */

#define PRO_JUDGED_LIST(X)              \
  X(pass, "within what must be shown")  \
  X(miss, "out of it, or not a number") \
  X(recorded, "reported, not judged")
#define PRO_AS_JUDGED(name, doc) PRO_JUDGED_##name,
typedef enum pro_judged { PRO_JUDGED_LIST(PRO_AS_JUDGED) PRO_JUDGED_COUNT } pro_judged;
#undef PRO_AS_JUDGED
extern const char *const pro_judged_names[PRO_JUDGED_COUNT];

typedef struct pro_row {
  char group[96], what[160]; /* the cell and its test; the quantity */
  char unit[16];             /* as printed: "kJ", "degC", "%" */
  double measured;           /* NaN: none */
  double low, high;          /* the band that must be met; NaN: none; one of them may be infinite */
  double computed;           /* NaN: the run failed, or what is asked for did not happen */
  pro_judged verdict;
} pro_row;

typedef struct pro_rows {
  size_t count, room;
  pro_row *row; /* owned */
  size_t notes, note_room;
  char **note; /* owned: what a reader must know of the rows: what was left out, what is a guess */
  int failed;  /* no memory: told at the end */
  int quiet;   /* no progress on stderr */
} pro_rows;

/* Adds a row: `what` as printf. It passes where `computed` lies in [low, high], is only recorded where both are
 * NaN, and misses otherwise. */
void pro_rows_add(pro_rows *rows, const char *group, const char *unit, double measured, double low, double high,
                  double computed, const char *what, ...) PRO_PRINTF(8, 9);
void pro_rows_note(pro_rows *rows, const char *text, ...) PRO_PRINTF(2, 3);
size_t pro_rows_count(const pro_rows *rows, pro_judged verdict);
void pro_rows_free(pro_rows *rows);

/* ---- comparisons ---- */

typedef struct pro_validate_options {
  const char *data; /* file or folder to read: --data, or the comparison's own place; NULL where it needs none */
  int own;          /* it was given with --data: may hold other cells than the shared ones */
  const char *cell; /* --cell; NULL: the comparison's own */
  uint64_t draws;   /* of each Monte-Carlo of cells */
} pro_validate_options;

typedef struct pro_comparison {
  const char *name, *doc;
  const char *source; /* of what is measured */
  const char
      *data; /* below ../shared/data: "failure_databank/tests.csv", or "." for several; NULL: it needs no file */
  int order; /* among all, ascending: as docs/validation.md has them */
  /* A run that fails numerically is a row that misses. PRO_EINPUT: the data are wrong, "file:line:column: ...".
   * PRO_EMISSING: a part of them is not there. */
  pro_status (*run)(pro_rows *rows, const pro_validate_options *options);
} pro_comparison;
extern const pro_comparison *const pro_comparison_all[]; /* NULL-terminated, in the order of their names */

/* ---- cases ---- */

/* Every member at its default: `cell` with `chemistry` (by name) at 25 degC in surroundings of 25 degC, full, for
 * an hour with a sample a second. Change what differs, then say what is done to it. PRO_EUSAGE: no such chemistry.
 */
pro_status pro_comparison_begin(pro_case *out, const pro_cell *cell, const char *chemistry) PRO_MUST_CHECK;
/* The same with a preset and its chemistry, or with `chemistry` where that is not NULL. PRO_EUSAGE: no such
 * preset. */
pro_status pro_comparison_preset(pro_case *out, const char *preset, const char *chemistry) PRO_MUST_CHECK;
/* Applies a kind told as in a scenario, "power=%.9g W; delay=10 s". PRO_EUSAGE: no such kind; as pro_field_set and
 * the kind itself. */
pro_status pro_comparison_abuse(pro_case *out, const char *kind, const char *settings, ...)
    PRO_PRINTF(3, 4) PRO_MUST_CHECK;
/* The number of the network's reaction of that name, or -1. */
int pro_comparison_reaction(const pro_case *in, const char *name);

/* Simulates cases 0 to count - 1 on all cores with progress on stderr. make() is called from several threads and
 * only reads; done() comes in order of k, from one thread at a time; run->truth is NULL where it failed,
 * run->message says why. `make` and `done` both get `data`. PRO_ENOMEM, and what done() returns. */
typedef pro_status pro_done_fn(void *data, uint64_t k, const pro_run *run);
pro_status pro_comparison_sweep(const pro_rows *rows, const char *what, uint64_t count, pro_make_fn *make,
                                pro_done_fn *done, void *data) PRO_MUST_CHECK;

/* A Monte-Carlo of cells: number `draw` of what differs from cell to cell of one type; draw 0 is the mean cell.
 * Changes `in` before the kind is applied. Scatter as published for a calibrated set (physics.md, sets of single
 * cells). */
void pro_comparison_scatter(pro_case *in, uint64_t draw);

/* ---- statistics of x (n) ---- */

double pro_percentile(double *x, size_t n,
                      double p);                 /* p in 0..1, straight lines between; sorts x; NaN for n = 0 */
double pro_mean(const double *x, size_t n);      /* NaN for n = 0 */
double pro_deviation(const double *x, size_t n); /* sample standard deviation; NaN for n < 2 */
double pro_mean_interval(const double *x, size_t n); /* half of the mean's 95 % interval; infinite for n < 2 */
double pro_student_975(size_t freedom);              /* 97.5 % quantile of Student's t; infinite for 0 */
#endif
