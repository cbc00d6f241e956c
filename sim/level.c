/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/level.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/flight.h"

typedef struct level {
  const char *name;
  int (*runs_here)(void);
  /* to the end, or where `left` is given to `until`; `in` or `from` */
  pro_status (*part)(pro_trajectory **, pro_state **, const pro_case *, const pro_state *, double,
                     const struct pro_integrator *);
  pro_status (*run_cases)(pro_run *const *, size_t, const struct pro_integrator *);
  void (*observe)(pro_observer *, int32_t *const[], const double *const[], size_t);
} level;

static int everywhere(void) { return 1; }

#ifdef PRO_LEVELS
PRO_LEVEL_FUNCTIONS(_v2)
PRO_LEVEL_FUNCTIONS(_v3)
PRO_LEVEL_FUNCTIONS(_v4)
static int has_v2(void) { return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt"); }
static int has_v3(void) {
  return has_v2() && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
}
static int has_v4(void) {
  return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
#endif

/* Fastest first. By what gcc 12 makes of them v3 takes 1.3 times v4's time for cases, the others twice
 * (docs/performance.md). */
#define PRO_LEVEL(suffix) pro_level_part##suffix, pro_level_run_cases##suffix, pro_level_observe##suffix
static const level levels[] = {
#ifdef PRO_LEVELS
    {"x86-64-v4", has_v4, PRO_LEVEL(_v4)},
    {"x86-64-v3", has_v3, PRO_LEVEL(_v3)},
    {"x86-64-v2", has_v2, PRO_LEVEL(_v2)},
#endif
    {"portable", everywhere, PRO_LEVEL()}};

/* NULL: the environment names one that is not here. */
static const level *pick(void) {
  const char *wanted = getenv("PRODROME_LEVEL");
  for (size_t k = 0; k < PRO_COUNT(levels); k++)
    if ((!wanted || !*wanted || strcmp(wanted, levels[k].name) == 0) && levels[k].runs_here()) return &levels[k];
  return NULL;
}

static pro_status refuse(void) {
  char names[128] = "";
  for (size_t k = 0; k < PRO_COUNT(levels); k++)
    if (levels[k].runs_here()) {
      size_t n = strlen(names);
      snprintf(names + n, sizeof names - n, "%s%s", n ? ", " : "", levels[k].name);
    }
  return pro_fail(PRO_EINPUT, "PRODROME_LEVEL is '%.32s'; this program has on this processor: %s",
                  getenv("PRODROME_LEVEL"), names);
}

const char *pro_level_name(void) {
  const level *here = pick();
  return here ? here->name : "none";
}

pro_status pro_simulate(pro_trajectory **out, const pro_case *in, const struct pro_integrator *integrator) {
  const level *here = pick();
  return here ? here->part(out, NULL, in, NULL, 0.0, integrator) : refuse();
}

pro_status pro_run_cases(pro_run *const *runs, size_t n, const struct pro_integrator *integrator) {
  const level *here = pick();
  return here ? here->run_cases(runs, n, integrator) : refuse();
}

pro_status pro_observer_feed(pro_observer *observer, int32_t *const code[], const double *const truth[],
                             size_t n) {
  const level *here = pick();
  if (!here) return refuse();
  here->observe(observer, code, truth, n);
  return PRO_OK;
}

pro_status pro_simulate_until(pro_state **out, const pro_case *in, double t,
                              const struct pro_integrator *integrator) {
  const level *here = pick();
  return here ? here->part(NULL, out, in, NULL, t, integrator) : refuse();
}

pro_status pro_state_until(pro_state **out, const pro_state *from, double t,
                           const struct pro_integrator *integrator) {
  const level *here = pick();
  return here ? here->part(NULL, out, NULL, from, t, integrator) : refuse();
}

pro_status pro_state_finish(pro_trajectory **out, const pro_state *from, const struct pro_integrator *integrator) {
  const level *here = pick();
  return here ? here->part(out, NULL, NULL, from, 0.0, integrator) : refuse();
}

void pro_state_free(pro_state *state) {
  if (state) pro_trajectory_free(state->flight.out);
  free(state);
}

double pro_state_time(const pro_state *state) { return state->flight.t; }

pro_status pro_run_case(pro_run *run, const struct pro_integrator *integrator) {
  return pro_run_cases(&run, 1, integrator);
}
