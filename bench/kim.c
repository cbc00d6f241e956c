/* SPDX-License-Identifier: GPL-3.0-or-later
 * kim - the oven ensemble through the general engine: how far from the reference answers, and at what cost. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
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

typedef struct totals {
  size_t members, failed, mismatched;
  pro_spread onset, state;
  double worst_onset_member, worst_state_member;
  double spent, steps, rejected, rhs_calls, jacobian_calls; /* sums [s] [-] */
} totals;

static pro_status run_all(totals *sum, const pro_member *members, size_t n, double rtol, double k_max,
                          const struct pro_integrator *integrator) {
  double *numbers = malloc(2 * n * sizeof *numbers);
  pro_member_result *results = malloc(n * sizeof *results);
  *sum = (totals){.members = n, .worst_onset_member = NAN, .worst_state_member = NAN};
  pro_status status = numbers && results ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for %zu results", n);
  if (status == PRO_OK) status = pro_members_run(results, &sum->spent, members, n, rtol, k_max, integrator);
  double *onset = numbers, *state = onset + n, worst_onset = -1.0, worst_state = -1.0;
  size_t onsets = 0, states = 0;
  for (size_t i = 0; i < n && status == PRO_OK; i++) {
    const pro_member_result *r = &results[i];
    if (r->status != PRO_OK) {
      sum->failed++;
      continue;
    }
    sum->mismatched += (size_t)r->mismatched;
    if (r->onset_error > worst_onset) worst_onset = r->onset_error, sum->worst_onset_member = members[i].number;
    if (r->state_error > worst_state) worst_state = r->state_error, sum->worst_state_member = members[i].number;
    if (!isnan(r->onset_error)) onset[onsets++] = r->onset_error;
    state[states++] = r->state_error;
    sum->steps += (double)r->steps, sum->rejected += (double)r->rejected;
    sum->rhs_calls += (double)r->rhs_calls, sum->jacobian_calls += (double)r->jacobian_calls;
  }
  if (status == PRO_OK) sum->onset = pro_spread_of(onset, onsets), sum->state = pro_spread_of(state, states);
  free(numbers);
  free(results);
  return status;
}

/* ---- both integrators over tolerances ---- */

enum { TOLERANCES = 13, REPEATS = 5, BOTH = 2 };
static const char *const both[BOTH] = {"cvode", "rosenbrock"};
static const double targets[] = {1e-4, 1e-6};

typedef struct compared {
  double rtol;
  totals of[BOTH];
  pro_spread seconds[BOTH]; /* of a case */
} compared;

static pro_status compare_all(compared *c, const pro_member *members, size_t n, double k_max) {
  for (int i = 0; i < TOLERANCES; i++) {
    double seconds[BOTH][REPEATS];
    c[i].rtol = pow(10.0, -3.0 - 0.5 * i);
    for (int repeat = 0; repeat < REPEATS; repeat++)
      for (int b = 0; b < BOTH; b++) {
        const struct pro_integrator *with;
        PRO_TRY(pro_bench_integrator(&with, both[b]));
        PRO_TRY(run_all(&c[i].of[b], members, n, c[i].rtol, k_max, with));
        seconds[b][repeat] = c[i].of[b].spent / (double)n;
      }
    for (int b = 0; b < BOTH; b++) c[i].seconds[b] = pro_spread_of(seconds[b], REPEATS);
  }
  return PRO_OK;
}

/* of the cheapest tolerance without failures whose p99 of the onset's error is at most that; -1: none */
static int cheapest(const compared *c, int b, double p99) {
  int best = -1;
  for (int i = 0; i < TOLERANCES; i++)
    if (c[i].of[b].failed == 0 && c[i].of[b].mismatched == 0 && c[i].of[b].onset.p99 <= p99 &&
        (best < 0 || c[i].seconds[b].median < c[best].seconds[b].median))
      best = i;
  return best;
}

static double ratio_at(const compared *c, double p99) {
  int a = cheapest(c, 0, p99), b = cheapest(c, 1, p99);
  return a >= 0 && b >= 0 ? c[a].seconds[0].median / c[b].seconds[1].median : (double)NAN;
}

static void print_compared(const compared *c) {
  printf("%-10s %-10s %6s %6s %12s %12s %26s %8s %8s\n", "rtol", "integrator", "failed", "other", "onset median",
         "onset p99", "us a case", "steps", "rejected");
  for (int i = 0; i < TOLERANCES; i++)
    for (int b = 0; b < BOTH; b++) {
      const totals *t = &c[i].of[b];
      double n = (double)t->members;
      printf("%-10.2g %-10s %6zu %6zu %12.2e %12.2e %9.2f (%6.2f-%7.2f) %8.1f %8.1f\n", c[i].rtol, both[b],
             t->failed, t->mismatched, t->onset.median, t->onset.p99, 1e6 * c[i].seconds[b].median,
             1e6 * c[i].seconds[b].low, 1e6 * c[i].seconds[b].high, t->steps / n, t->rejected / n);
    }
  for (size_t k = 0; k < PRO_COUNT(targets); k++)
    printf("%s over %s at an onset p99 of %g: %.1f\n", both[0], both[1], targets[k], ratio_at(c, targets[k]));
}

static void print_compared_json(const compared *c) {
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_array(&json, "runs");
  for (int i = 0; i < TOLERANCES; i++)
    for (int b = 0; b < BOTH; b++) {
      const totals *t = &c[i].of[b];
      double n = (double)t->members;
      pro_json_object(&json, NULL);
      pro_json_number(&json, "rtol", c[i].rtol);
      pro_json_text(&json, "integrator", both[b]);
      pro_json_count(&json, "failed", t->failed);
      pro_json_count(&json, "onset_mismatched", t->mismatched);
      pro_json_number(&json, "onset_median", t->onset.median);
      pro_json_number(&json, "onset_p99", t->onset.p99);
      pro_json_number(&json, "seconds_median", c[i].seconds[b].median);
      pro_json_number(&json, "seconds_low", c[i].seconds[b].low);
      pro_json_number(&json, "seconds_high", c[i].seconds[b].high);
      pro_json_number(&json, "steps", t->steps / n);
      pro_json_number(&json, "rejected", t->rejected / n);
      pro_json_end(&json);
    }
  pro_json_end(&json);
  pro_json_number(&json, "ratio_at_p99_1e-4", ratio_at(c, 1e-4));
  pro_json_number(&json, "ratio_at_p99_1e-6", ratio_at(c, 1e-6));
  pro_json_end(&json);
}

static void print_text(const totals *s, double rtol, double k_max, const char *integrator) {
  double n = (double)s->members;
  printf("%zu members, %s at rtol %g, k_max %g 1/s\n", s->members, integrator, rtol, k_max);
  printf("failed      %zu\n", s->failed);
  printf(
      "onset       %zu compared, %zu mismatched; relative error: median %.2e, p99 %.2e, worst %.2e (member "
      "%.15g)\n",
      s->onset.n, s->mismatched, s->onset.median, s->onset.p99, s->onset.high, s->worst_onset_member);
  printf("end states  weighted error: median %.2e, p99 %.2e, worst %.2e (member %.15g)\n", s->state.median,
         s->state.p99, s->state.high, s->worst_state_member);
  printf("counts      per case: %.1f steps, %.1f rejected, %.1f right-hand sides, %.1f Jacobians\n", s->steps / n,
         s->rejected / n, s->rhs_calls / n, s->jacobian_calls / n);
  printf("cost        per case %.1f us, per step %.3f us, per right-hand side %.3f us\n", 1e6 * s->spent / n,
         1e6 * s->spent / s->steps, 1e6 * s->spent / s->rhs_calls);
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

static void print_json(const totals *s, const char *path, double rtol, double k_max, const char *integrator) {
  pro_json json;
  double n = (double)s->members;
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
  pro_json_number(&json, "steps", s->steps / n);
  pro_json_number(&json, "rejected", s->rejected / n);
  pro_json_number(&json, "rhs_calls", s->rhs_calls / n);
  pro_json_number(&json, "jacobian_calls", s->jacobian_calls / n);
  pro_json_number(&json, "seconds", s->spent / n);
  pro_json_end(&json);
  pro_json_number(&json, "seconds_per_step", s->spent / s->steps);
  pro_json_number(&json, "seconds_per_rhs", s->spent / s->rhs_calls);
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
  totals sum;
  if (both_of_them) {
    compared c[TOLERANCES];
    pro_status compared_status = compare_all(c, members, n, k_max);
    free(members);
    PRO_TRY(compared_status);
    (as_json ? print_compared_json : print_compared)(c);
    return fflush(stdout) == 0 ? PRO_OK : pro_fail(PRO_EIO, "stdout cannot be written");
  }
  pro_status status = run_all(&sum, members, n, rtol, k_max, integrator);
  free(members);
  PRO_TRY(status);
  const char *used = pro_integrator_name(integrator);
  if (as_json)
    print_json(&sum, path, rtol, k_max, used);
  else
    print_text(&sum, rtol, k_max, used);
  if (fflush(stdout) != 0) return pro_fail(PRO_EIO, "stdout cannot be written");
  return PRO_OK;
}

int main(int argc, char **argv) {
  pro_arguments args = {argc - 1, argv + 1};
  if (pro_arguments_flag(&args, "--help")) {
    fputs(usage, stdout);
    return 0;
  }
  return pro_bench_exit("kim", bench(&args));
}
