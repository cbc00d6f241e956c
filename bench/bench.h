/* SPDX-License-Identifier: GPL-3.0-or-later
 * bench/bench.h - what the programs in bench/ share: options, cases by hand, time, order statistics. JSON is
 * cli/json.h. */
#ifndef PRO_BENCH_H
#define PRO_BENCH_H
#include <sys/resource.h>

#include "sim/simulate.h"

/* ---- command line ---- */

typedef struct pro_arguments { /* what is left of argv; options are taken out of it one by one */
  int count;
  char **value;
} pro_arguments;

int pro_arguments_flag(pro_arguments *args, const char *name); /* 1 and taken out if `name` is there */
/* *out, if `name VALUE` or `name=VALUE` is there, is VALUE; else untouched. PRO_EUSAGE: no value follows. */
pro_status pro_arguments_text(const char **out, pro_arguments *args, const char *name) PRO_MUST_CHECK;
/* Likewise, a number in [low, high]. */
pro_status pro_arguments_number(double *out, pro_arguments *args, const char *name, double low,
                                double high) PRO_MUST_CHECK;
/* Call last: `most` words may be left, and nothing that looks like an option. */
pro_status pro_arguments_end(const pro_arguments *args, int most) PRO_MUST_CHECK;
/* NULL names the default. PRO_EUSAGE: no such integrator; the message lists them. */
pro_status pro_bench_integrator(const struct pro_integrator **out, const char *name) PRO_MUST_CHECK;
/* For the end of main: says on stderr what went wrong, and gives the exit code. */
int pro_bench_exit(const char *program, pro_status status);
/* A whole main: --help, or `bench`. */
int pro_bench_main(int argc, char **argv, const char *program, const char *usage,
                   pro_status (*bench)(pro_arguments *args));

/* ---- cases ---- */

/* A preset with its chemistry, at 25 degC and full charge, surroundings at 25 degC, its own exchange, nothing done
 * to it; sensors and enclosure by default. The caller sets duration and period. The preset must exist. */
void pro_bench_case(pro_case *out, const char *preset);

/* Abuse k of a mixed set, below PRO_BENCH_ABUSES: ovens, heaters and internal shorts from harmless to violent,
 * each 7200 s, sampled every second. Returns its name. The preset must have a charge. */
enum { PRO_BENCH_ABUSES = 9 };
const char *pro_bench_abuse(pro_case *out, const char *preset, int k);

/* ---- time and statistics ---- */

double pro_bench_seconds(void);                           /* processor time of this thread [s] */
double pro_bench_used_seconds(const struct rusage *used); /* processor time in it [s] */
double pro_bench_children_seconds(void); /* processor time of child processes that have ended [s] */

typedef struct pro_spread {
  size_t n;
  double low, median, p99, high; /* NaN where n is 0 */
} pro_spread;
pro_spread pro_spread_of(double *x, size_t n); /* sorts x; quantiles by linear interpolation */
#endif
