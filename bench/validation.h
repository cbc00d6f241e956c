/* SPDX-License-Identifier: GPL-3.0-or-later
 * bench/validation.h - the verification table: numbers that the engine must give, and those that it gives. */
#ifndef PRO_VALIDATION_H
#define PRO_VALIDATION_H
#include "sim/base.h"

typedef enum pro_check_kind {
  PRO_CHECK_absolute, /* |measured - target| <= tolerance */
  PRO_CHECK_relative, /* |measured/target - 1| <= tolerance */
  PRO_CHECK_at_most   /* measured <= tolerance; there is no target */
} pro_check_kind;

typedef struct pro_check {
  const char *id;   /* of the set-up, "A4" */
  char what[112];   /* with its unit */
  const char *test; /* that gates it, in tests/ */
  pro_check_kind kind;
  double target, measured, tolerance;
} pro_check;

enum { PRO_CHECKS_MAX = 200 };
typedef struct pro_checks {
  int count;
  pro_check row[PRO_CHECKS_MAX];
  const char *id, *test; /* of the rows that come */
} pro_checks;

/* Rows by kind; `what` is a format. */
void pro_checks_absolute(pro_checks *to, double measured, double target, double tolerance, const char *what, ...)
    PRO_PRINTF(5, 6);
void pro_checks_relative(pro_checks *to, double measured, double target, double tolerance, const char *what, ...)
    PRO_PRINTF(5, 6);
void pro_checks_at_most(pro_checks *to, double measured, double tolerance, const char *what, ...) PRO_PRINTF(4, 5);
int pro_check_holds(const pro_check *row);

/* The parts of the table, each computed by the engine as it stands. Errors are the engine's. */
pro_status pro_validate_parts(pro_checks *to) PRO_MUST_CHECK;  /* A1 kinetics, A2 thermal, A3 gas and electrical */
pro_status pro_validate_lim1tr(pro_checks *to) PRO_MUST_CHECK; /* LIM1TR: A2f, A2h, A3a to A3d */
pro_status pro_validate_cells(pro_checks *to) PRO_MUST_CHECK;  /* A4 oven, A5 and A6 adiabatic, A9 invariants */
pro_status pro_validate_members(pro_checks *to, const char *path) PRO_MUST_CHECK; /* the oven ensemble */
#endif
