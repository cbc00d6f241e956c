/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/compare.h"

#include <math.h>
#include <stdio.h>

#include "bench/floor.h"
#include "cli/json.h"
#include "sim/level.h"

enum { TOLERANCES_MAX = 32, REPEATS_MAX = 15, BOTH = 2 };
static const char *const both[BOTH] = {"cvode", "rosenbrock"};
static const double targets[] = {1e-4, 1e-6};

typedef struct compared {
  double rtol;
  pro_outcome_of of[BOTH];
  pro_spread seconds[BOTH]; /* of a case */
} compared;

static pro_status measure(compared *c, pro_pass_fn *pass, const void *data, const pro_tolerances *at) {
  const int n = at->count, repeats = at->repeats;
  for (int i = 0; i < n; i++) {
    double seconds[BOTH][REPEATS_MAX];
    c[i].rtol = at->loosest * pow(at->ratio, i);
    for (int repeat = 0; repeat < repeats; repeat++)
      for (int b = 0; b < BOTH; b++) {
        const struct pro_integrator *with;
        PRO_TRY(pro_bench_integrator(&with, both[b]));
        PRO_TRY(pass(&c[i].of[b], c[i].rtol, with, data));
        seconds[b][repeat] = c[i].of[b].seconds / (double)c[i].of[b].cases;
      }
    for (int b = 0; b < BOTH; b++) c[i].seconds[b] = pro_spread_of(seconds[b], (size_t)repeats);
  }
  return PRO_OK;
}

/* of the cheapest tolerance without failures whose error's p99 is at most that; -1: none */
static int cheapest(const compared *c, int n, int b, double p99) {
  int best = -1;
  for (int i = 0; i < n; i++)
    if (c[i].of[b].failed == 0 && c[i].of[b].mismatched == 0 && c[i].of[b].error.p99 <= p99 &&
        (best < 0 || c[i].seconds[b].median < c[best].seconds[b].median))
      best = i;
  return best;
}

static double ratio_at(const compared *c, int n, double p99) {
  int a = cheapest(c, n, 0, p99), b = cheapest(c, n, 1, p99);
  return a >= 0 && b >= 0 ? c[a].seconds[0].median / c[b].seconds[1].median : (double)NAN;
}

/* The ensemble integrator's time over that of its exponentials, at the cheapest tolerance of that error. */
static double floor_ratio_at(const compared *c, int n, double p99) {
  int i = cheapest(c, n, 1, p99);
  if (i < 0 || !(c[i].of[1].exps > 0.0)) return (double)NAN;
  double calls = c[i].of[1].rhs_calls / (double)(c[i].of[1].cases - c[i].of[1].failed);
  return c[i].seconds[1].median / (calls * c[i].of[1].exps * pro_floor_exp());
}

static void print_text(const compared *c, int n) {
  printf("%-10s %-10s %6s %6s %12s %12s %28s %8s %8s %8s %8s\n", "rtol", "integrator", "failed", "other",
         "error median", "error p99", "us a case", "steps", "rejected", "rhs", "jacobian");
  for (int i = 0; i < n; i++)
    for (int b = 0; b < BOTH; b++) {
      const pro_outcome_of *t = &c[i].of[b];
      double done = (double)(t->cases - t->failed);
      printf("%-10.2g %-10s %6zu %6zu %12.2e %12.2e %10.2f (%7.2f-%7.2f) %8.1f %8.1f %8.1f %8.1f\n", c[i].rtol,
             both[b], t->failed, t->mismatched, t->error.median, t->error.p99, 1e6 * c[i].seconds[b].median,
             1e6 * c[i].seconds[b].low, 1e6 * c[i].seconds[b].high, t->steps / done, t->rejected / done,
             t->rhs_calls / done, t->jacobian_calls / done);
    }
  for (size_t k = 0; k < PRO_COUNT(targets); k++)
    printf("%s over %s at an error p99 of %g: %.1f\n", both[0], both[1], targets[k], ratio_at(c, n, targets[k]));
  double over = floor_ratio_at(c, n, targets[0]);
  if (over > 0.0)
    printf("%s over its exponentials alone, at %g: %.1f (%.2f ns each among eight, %s)\n", both[1], targets[0],
           over, 1e9 * pro_floor_exp(), pro_level_name());
}

static void print_json(const compared *c, int n) {
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_array(&json, "runs");
  for (int i = 0; i < n; i++)
    for (int b = 0; b < BOTH; b++) {
      const pro_outcome_of *t = &c[i].of[b];
      double done = (double)(t->cases - t->failed);
      pro_json_object(&json, NULL);
      pro_json_number(&json, "rtol", c[i].rtol);
      pro_json_text(&json, "integrator", both[b]);
      pro_json_count(&json, "cases", t->cases);
      pro_json_count(&json, "failed", t->failed);
      pro_json_count(&json, "mismatched", t->mismatched);
      pro_json_number(&json, "error_median", t->error.median);
      pro_json_number(&json, "error_p99", t->error.p99);
      pro_json_number(&json, "seconds_median", c[i].seconds[b].median);
      pro_json_number(&json, "seconds_low", c[i].seconds[b].low);
      pro_json_number(&json, "seconds_high", c[i].seconds[b].high);
      pro_json_number(&json, "steps", t->steps / done);
      pro_json_number(&json, "rejected", t->rejected / done);
      pro_json_number(&json, "rhs_calls", t->rhs_calls / done);
      pro_json_number(&json, "jacobian_calls", t->jacobian_calls / done);
      pro_json_end(&json);
    }
  pro_json_end(&json);
  pro_json_number(&json, "ratio_at_p99_1e-4", ratio_at(c, n, 1e-4));
  pro_json_number(&json, "ratio_at_p99_1e-6", ratio_at(c, n, 1e-6));
  pro_json_number(&json, "floor_ratio_at_p99_1e-4", floor_ratio_at(c, n, 1e-4));
  pro_json_end(&json);
}

pro_status pro_compare(pro_pass_fn *pass, const void *data, const pro_tolerances *at, int as_json) {
  static compared c[TOLERANCES_MAX];
  PRO_TRY(measure(c, pass, data, at));
  (as_json ? print_json : print_text)(c, at->count);
  return fflush(stdout) == 0 ? PRO_OK : pro_fail(PRO_EIO, "stdout cannot be written");
}
