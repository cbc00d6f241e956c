/* SPDX-License-Identifier: GPL-3.0-or-later
 * ensemble - the full cell: ovens, heaters and internal shorts on cells of all families, both integrators. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/compare.h"
#include "cli/json.h"
#include "sim/rng.h"

static const char usage[] =
    "usage: ensemble [--nominal] [--repeats N] [--json]\n"
    "\n"
    "Runs ovens, heaters and internal shorts, from harmless to violent, on full cells of all families (venting, "
    "gas,\n"
    "shorts, all events; nothing recorded), by cvode and rosenbrock over tolerances, and prints cost, error of "
    "the\n"
    "moment of runaway against cvode at rtol 1e-10, and the ratio at equal error.\n"
    "\n"
    "  --nominal     instead: healthy cells whose current changes every second, sampled every second, sensed; how "
    "many\n"
    "                hours of a cell's life a second of one core simulates\n"
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

/* ---- healthy cells ---- */

enum { HEALTHY = 16, HOURS = 2 };
static const char *const healthy[] = {"lco_18650", "nmc_pouch_25Ah"};

/* A current of two scales of noise, of up to a capacity an hour: lines between values a second apart, or steps. */
static void make_healthy(pro_run *run, const char *preset, int k, int steps, double (*course)[2]) {
  const size_t seconds = HOURS * 3600;
  pro_case *in = &run->in;
  *run = (pro_run){0};
  pro_bench_case(in, preset);
  in->duration = (double)seconds, in->period = 1.0, in->soc_initial = 0.5, in->run = (uint64_t)k;
  in->truth_columns = 1u << PRO_TRUTH_T_core; /* beside what sensors read, as `sweep --no-truth` */
  pro_channel noise = {0}, *current = &in->drive.channel[PRO_DRIVE_current];
  double most = in->cell.capacity / 3600.0;
  pro_channel_add(&noise, 0.0, 0.0);
  noise.noise = (pro_noise){.sigma = 0.25 * most,
                            .limit = most,
                            .step = 1.0,
                            .slow_share = 0.6,
                            .slow = 150,
                            .seed = 1,
                            .run = (uint64_t)k};
  *current = noise;
  if (!steps) return;
  *current = (pro_channel){.points = 2 * seconds, .course_t = course[0], .course_value = course[seconds]};
  for (size_t i = 0; i < seconds; i++) {
    course[i][0] = course[i][1] = (double)i;
    course[seconds + i][1] = pro_channel_at(&noise, (double)i, NULL);
    course[seconds + i][0] = i > 0 ? course[seconds + i - 1][1] : 0.0;
  }
}

/* Cell-hours in a second of one core. */
static pro_status live_healthy(double *out, const char *preset, int steps, double (*course)[2]) {
  pro_run runs[HEALTHY], *list[HEALTHY];
  for (int k = 0; k < HEALTHY; k++) {
    make_healthy(&runs[k], preset, k, steps, course + (size_t)k * 2 * HOURS * 3600);
    list[k] = &runs[k];
  }
  double before = pro_bench_seconds();
  pro_status status = pro_run_cases(list, HEALTHY, pro_integrator_fast());
  *out = HEALTHY * HOURS / (pro_bench_seconds() - before);
  for (int k = 0; k < HEALTHY; k++) {
    if (status == PRO_OK && !runs[k].truth) status = pro_fail(PRO_EBUG, "a healthy cell: %s", runs[k].message);
    pro_run_clear(&runs[k]);
  }
  return status;
}

static pro_status nominal(int repeats, int as_json) {
  static const char *const currents[] = {"lines", "steps"};
  enum { ROWS = (int)PRO_COUNT(healthy) * (int)PRO_COUNT(currents) };
  double(*course)[2] = malloc(sizeof *course * HEALTHY * 2 * HOURS * 3600), rate[ROWS][15];
  if (!course) return pro_fail(PRO_ENOMEM, "no memory for currents");
  pro_status status = PRO_OK;
  for (int r = 0; r < repeats && status == PRO_OK; r++)
    for (int k = 0; k < ROWS && status == PRO_OK; k++)
      status = live_healthy(&rate[k][r], healthy[k / 2], k % 2, course);
  free(course);
  PRO_TRY(status);
  pro_json json;
  if (as_json) pro_json_begin(&json, stdout);
  if (!as_json) printf("healthy cells, current and samples every second: cell-hours in a second of one core\n");
  for (int k = 0; k < ROWS; k++) {
    pro_spread s = pro_spread_of(rate[k], (size_t)repeats);
    char name[64];
    snprintf(name, sizeof name, "%s_%s", healthy[k / 2], currents[k % 2]);
    if (!as_json) {
      printf("%-24s %7.1f (%.1f to %.1f)\n", name, s.median, s.low, s.high);
      continue;
    }
    pro_json_object(&json, name);
    pro_json_number(&json, "cell_hours_per_core_second", s.median);
    pro_json_number(&json, "low", s.low), pro_json_number(&json, "high", s.high);
    pro_json_end(&json);
  }
  if (as_json) pro_json_end(&json);
  return PRO_OK;
}

static pro_status bench(pro_arguments *args) {
  double repeats = 3.0, answer[CASES];
  const struct pro_integrator *reference;
  pro_outcome_of ignored;
  int as_json = pro_arguments_flag(args, "--json"), is_nominal = pro_arguments_flag(args, "--nominal");
  PRO_TRY(pro_arguments_number(&repeats, args, "--repeats", 1.0, 15.0));
  PRO_TRY(pro_arguments_end(args, 0));
  if (is_nominal) return nominal((int)repeats, as_json);
  PRO_TRY(pro_bench_integrator(&reference, "cvode"));
  PRO_TRY(run_all(answer, &ignored, 1e-10, reference));
  return pro_compare(pass, answer, &(pro_tolerances){1e-3, 0.31622776601683794, 11, (int)repeats}, as_json);
}

int main(int argc, char **argv) { return pro_bench_main(argc, argv, "ensemble", usage, bench); }
