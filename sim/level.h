/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/level.h - one program, the arithmetic built for several instruction sets: sim/simulate.c and all that
 * computes in lanes under it is compiled once a level (CMakeLists.txt), and the first call picks the fastest that
 * the processor has. The same bytes come out of all of them: numbers that do not see their neighbours, no
 * contraction, no libm. */
#ifndef PRO_LEVEL_H
#define PRO_LEVEL_H
#include "sim/sensor.h"
#include "sim/simulate.h"

/* What each level's build of sim/simulate.c and sim/observe.c defines, with the level's name behind it. */
#define PRO_LEVEL_FUNCTIONS(suffix)                                                                          \
  pro_status pro_level_part##suffix(pro_trajectory **out, pro_state **left, const pro_case *in,              \
                                    const pro_state *from, double until,                                     \
                                    const struct pro_integrator *integrator);                                \
  pro_status pro_level_run_cases##suffix(pro_run *const *runs, size_t n,                                     \
                                         const struct pro_integrator *integrator);                           \
  void pro_level_observe##suffix(pro_observer *observer, int32_t *const code[], const double *const truth[], \
                                 size_t n);
PRO_LEVEL_FUNCTIONS()

/* What cases are computed with: "x86-64-v4", ...; "portable" is plain C for the compiler's own target. The
 * environment's PRODROME_LEVEL may name a lower one than the processor has, so that tests can compare them. */
const char *pro_level_name(void);
#endif
