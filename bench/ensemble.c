/* SPDX-License-Identifier: GPL-3.0-or-later
 * ensemble - the full cell: ovens, heaters and internal shorts on cells of all families, both integrators. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/compare.h"
#include "sim/rng.h"

static const char usage[] =
    "usage: ensemble [--repeats N] [--json]\n"
    "\n"
    "Runs ovens, heaters and internal shorts, from harmless to violent, on full cells of all families (venting, "
    "gas,\n"
    "shorts, all events; nothing recorded), by cvode and rosenbrock over tolerances, and prints cost, error of "
    "the\n"
    "moment of runaway against cvode at rtol 1e-10, and the ratio at equal error.\n"
    "\n"
    "  --repeats N   interleaved passes, 1 to 15 (3)\n"
    "  --json        one JSON document\n";

static const char *const presets[] = {"lco_18650", "nmc_18650", "nmc811_18650",       "nmc811_21700",
                                      "nca_18650", "lfp_18650", "lfp_prismatic_22Ah", "lfp_prismatic_280Ah"};
enum { DRAWS = 8, SETS = (int)PRO_COUNT(presets) * PRO_BENCH_ABUSES, CASES = SETS * DRAWS };

/* Draw 0 is the preset; the others scatter as cells of one type do. */
static void make(pro_run *runs, pro_run **list, double rtol) {
  for (int k = 0; k < CASES; k++) {
    pro_case *in = &runs[k].in;
    runs[k] = (pro_run){0};
    pro_bench_abuse(in, presets[k % SETS / PRO_BENCH_ABUSES], k % PRO_BENCH_ABUSES);
    in->period = in->duration, in->rtol = rtol;
    list[k] = &runs[k];
    if (k < SETS) continue;
    pro_stream s = {.seed = 7, .run = (uint64_t)k, .purpose = PRO_FOR_PARAMETERS};
    for (int j = 0; j < pro_network_reaction_count(&in->network); j++)
      in->network.reactions[j].A *= pow(10.0, 0.15 * pro_rng_normal(s, (uint64_t)j));
    in->cell.collapse_T += 8.0 * pro_rng_normal(s, 20);
  }
}

static pro_status run_all(double t[CASES], pro_outcome_of *out, double rtol, const struct pro_integrator *with) {
  pro_run *runs = malloc(CASES * sizeof *runs), *list[CASES];
  if (!runs) return pro_fail(PRO_ENOMEM, "no memory for %d cases", CASES);
  make(runs, list, rtol);
  double before = pro_bench_seconds();
  pro_status status = pro_run_cases(list, CASES, with);
  *out = (pro_outcome_of){.cases = CASES, .seconds = pro_bench_seconds() - before};
  for (int k = 0; k < CASES; k++) {
    const pro_trajectory *y = status == PRO_OK ? runs[k].truth : NULL;
    t[k] = y ? y->clock[PRO_CLOCK_runaway] : (double)NAN;
    out->failed += !y;
    if (y) {
      out->steps += (double)y->steps, out->rejected += (double)y->rejected;
      out->rhs_calls += (double)y->rhs_calls, out->jacobian_calls += (double)y->jacobian_calls;
    }
    pro_run_clear(&runs[k]);
  }
  free(runs);
  return status;
}

static pro_status pass(pro_outcome_of *out, double rtol, const struct pro_integrator *with, const void *data) {
  const double *answer = data;
  double t[CASES], error[CASES];
  size_t n = 0;
  PRO_TRY(run_all(t, out, rtol, with));
  for (int k = 0; k < CASES; k++) {
    out->mismatched += isnan(t[k]) != isnan(answer[k]);
    if (!isnan(t[k]) && !isnan(answer[k])) error[n++] = fabs(t[k] - answer[k]) / answer[k];
  }
  out->error = pro_spread_of(error, n);
  return PRO_OK;
}

static pro_status bench(pro_arguments *args) {
  double repeats = 3.0, answer[CASES];
  const struct pro_integrator *reference;
  pro_outcome_of ignored;
  int as_json = pro_arguments_flag(args, "--json");
  PRO_TRY(pro_arguments_number(&repeats, args, "--repeats", 1.0, 15.0));
  PRO_TRY(pro_arguments_end(args, 0));
  PRO_TRY(pro_bench_integrator(&reference, "cvode"));
  PRO_TRY(run_all(answer, &ignored, 1e-10, reference));
  return pro_compare(pass, answer, &(pro_tolerances){1e-3, 0.31622776601683794, 11, (int)repeats}, as_json);
}

int main(int argc, char **argv) { return pro_bench_main(argc, argv, "ensemble", usage, bench); }
