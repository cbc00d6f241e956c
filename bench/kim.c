/* SPDX-License-Identifier: GPL-3.0-or-later
 * kim - the oven ensemble through the general engine: how far from the reference answers, and at what cost. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare.h"
#include "bench/kim_ensemble.h"
#include "cli/json.h"

static const char usage[] =
    "usage: kim MEMBERS.csv [--rtol R] [--k-max K] [--integrator NAME] [--compare] [--json]\n"
    "\n"
    "Runs every row of MEMBERS.csv (a lumped Kim 2007 oven case with reference answers, columns by name) and "
    "prints\n"
    "the error against the row's answers and the cost of a case.\n"
    "\n"
    "  --rtol R           relative tolerance, 1e-12 to 1e-2 (1e-8)\n"
    "  --k-max K          cap of the rate coefficients in 1/s (1e300: none, as in the reference)\n"
    "  --integrator NAME  of the engine's (its default)\n"
    "  --compare          cvode and rosenbrock over tolerances: errors, interleaved times, and the ratio at "
    "equal\n"
    "                     error (--rtol and --integrator do not apply)\n"
    "  --json             one JSON document\n";

static pro_status run_all(pro_member_totals *out, double *seconds, const pro_member *members, size_t n,
                          double rtol, double k_max, const struct pro_integrator *integrator) {
  pro_member_result *results = malloc(n * sizeof *results);
  if (!results) return pro_fail(PRO_ENOMEM, "no memory for %zu results", n);
  pro_status status = pro_members_run(results, seconds, members, n, rtol, k_max, integrator);
  if (status == PRO_OK) status = pro_members_total(out, results, members, n);
  free(results);
  return status;
}

/* ---- both integrators over tolerances ---- */

typedef struct ensemble {
  const pro_member *members;
  size_t n;
  double k_max;
} ensemble;

static pro_status pass(pro_outcome_of *out, double rtol, const struct pro_integrator *with, const void *data) {
  const ensemble *e = data;
  pro_member_totals sum;
  double seconds;
  PRO_TRY(run_all(&sum, &seconds, e->members, e->n, rtol, e->k_max, with));
  double done = (double)(e->n - sum.failed);
  *out = (pro_outcome_of){.cases = e->n,
                          .failed = sum.failed,
                          .mismatched = sum.mismatched,
                          .error = sum.onset,
                          .seconds = seconds,
                          .steps = done * sum.steps,
                          .rejected = done * sum.rejected,
                          .rhs_calls = done * sum.rhs_calls,
                          .jacobian_calls = done * sum.jacobian_calls,
                          .exps = PRO_MEMBER_EXPS};
  return PRO_OK;
}

static void print_text(const pro_member_totals *s, double seconds, double rtol, double k_max,
                       const char *integrator) {
  double a_case = seconds / (double)s->members;
  printf("%zu members, %s at rtol %g, k_max %g 1/s\n", s->members, integrator, rtol, k_max);
  printf("failed      %zu\n", s->failed);
  printf(
      "onset       %zu compared, %zu mismatched; relative error: median %.2e, p99 %.2e, worst %.2e (member "
      "%.15g)\n",
      s->onset.n, s->mismatched, s->onset.median, s->onset.p99, s->onset.high, s->worst_onset_member);
  printf("end states  weighted error: median %.2e, p99 %.2e, worst %.2e (member %.15g)\n", s->state.median,
         s->state.p99, s->state.high, s->worst_state_member);
  printf("counts      per case: %.1f steps, %.1f rejected, %.1f right-hand sides, %.1f Jacobians\n", s->steps,
         s->rejected, s->rhs_calls, s->jacobian_calls);
  printf("cost        per case %.1f us, per step %.3f us, per right-hand side %.3f us\n", 1e6 * a_case,
         1e6 * a_case / s->steps, 1e6 * a_case / s->rhs_calls);
}

static void print_error(pro_json *json, const char *key, const pro_spread *error, double worst_member) {
  pro_json_object(json, key);
  pro_json_count(json, "members", error->n);
  pro_json_number(json, "median", error->median);
  pro_json_number(json, "p99", error->p99);
  pro_json_number(json, "worst", error->high);
  pro_json_number(json, "worst_member", worst_member);
  pro_json_end(json);
}

static void print_json(const pro_member_totals *s, double seconds, const char *path, double rtol, double k_max,
                       const char *integrator) {
  pro_json json;
  double a_case = seconds / (double)s->members;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "file", path);
  pro_json_text(&json, "integrator", integrator);
  pro_json_number(&json, "rtol", rtol);
  pro_json_number(&json, "k_max", k_max);
  pro_json_count(&json, "members", s->members);
  pro_json_count(&json, "failed", s->failed);
  pro_json_count(&json, "onset_mismatched", s->mismatched);
  print_error(&json, "onset_relative_error", &s->onset, s->worst_onset_member);
  print_error(&json, "state_weighted_error", &s->state, s->worst_state_member);
  pro_json_object(&json, "per_case");
  pro_json_number(&json, "steps", s->steps);
  pro_json_number(&json, "rejected", s->rejected);
  pro_json_number(&json, "rhs_calls", s->rhs_calls);
  pro_json_number(&json, "jacobian_calls", s->jacobian_calls);
  pro_json_number(&json, "seconds", a_case);
  pro_json_end(&json);
  pro_json_number(&json, "seconds_per_step", a_case / s->steps);
  pro_json_number(&json, "seconds_per_rhs", a_case / s->rhs_calls);
  pro_json_end(&json);
}

static pro_status bench(pro_arguments *args) {
  double rtol = 1e-8, k_max = PRO_MEMBER_UNCAPPED;
  const char *name = NULL;
  const struct pro_integrator *integrator;
  int as_json = pro_arguments_flag(args, "--json"), both_of_them = pro_arguments_flag(args, "--compare");
  PRO_TRY(pro_arguments_number(&rtol, args, "--rtol", 1e-12, 1e-2));
  PRO_TRY(pro_arguments_number(&k_max, args, "--k-max", 1e-3, PRO_MEMBER_UNCAPPED));
  PRO_TRY(pro_arguments_text(&name, args, "--integrator"));
  PRO_TRY(pro_bench_integrator(&integrator, name));
  PRO_TRY(pro_arguments_end(args, 1));
  if (args->count == 0) return pro_fail(PRO_EUSAGE, "which members? kim MEMBERS.csv; see --help");
  const char *path = args->value[0];
  pro_member *members;
  size_t n;
  PRO_TRY(pro_members_read(&members, &n, path));
  pro_member_totals sum;
  double seconds;
  if (both_of_them) {
    pro_status compared = pro_compare(pass, &(ensemble){members, n, k_max},
                                      &(pro_tolerances){1e-3, 0.5623413251903491, 25, 5}, as_json);
    free(members);
    return compared;
  }
  pro_status status = run_all(&sum, &seconds, members, n, rtol, k_max, integrator);
  free(members);
  PRO_TRY(status);
  const char *used = pro_integrator_name(integrator);
  if (as_json)
    print_json(&sum, seconds, path, rtol, k_max, used);
  else
    print_text(&sum, seconds, rtol, k_max, used);
  if (fflush(stdout) != 0) return pro_fail(PRO_EIO, "stdout cannot be written");
  return PRO_OK;
}

int main(int argc, char **argv) { return pro_bench_main(argc, argv, "kim", usage, bench); }
