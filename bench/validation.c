/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/validation.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static void add(pro_checks *to, pro_check_kind kind, double measured, double target, double tolerance,
                const char *what, va_list args) {
  assert(to->count < PRO_CHECKS_MAX);
  pro_check *row = &to->row[to->count++];
  *row = (pro_check){.id = to->id,
                     .test = to->test,
                     .kind = kind,
                     .target = target,
                     .measured = measured,
                     .tolerance = tolerance};
  vsnprintf(row->what, sizeof row->what, what, args);
}

void pro_checks_absolute(pro_checks *to, double measured, double target, double tolerance, const char *what, ...) {
  va_list args;
  va_start(args, what);
  add(to, PRO_CHECK_absolute, measured, target, tolerance, what, args);
  va_end(args);
}

void pro_checks_relative(pro_checks *to, double measured, double target, double tolerance, const char *what, ...) {
  va_list args;
  va_start(args, what);
  add(to, PRO_CHECK_relative, measured, target, tolerance, what, args);
  va_end(args);
}

void pro_checks_at_most(pro_checks *to, double measured, double tolerance, const char *what, ...) {
  va_list args;
  va_start(args, what);
  add(to, PRO_CHECK_at_most, measured, NAN, tolerance, what, args);
  va_end(args);
}

int pro_check_holds(const pro_check *row) {
  switch (row->kind) {
    case PRO_CHECK_absolute:
      return fabs(row->measured - row->target) <= row->tolerance;
    case PRO_CHECK_relative:
      return fabs(row->measured / row->target - 1.0) <= row->tolerance;
    case PRO_CHECK_at_most:
      return row->measured <= row->tolerance;
  }
  return 0;
}
