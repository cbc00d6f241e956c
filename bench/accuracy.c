/* SPDX-License-Identifier: GPL-3.0-or-later
 * accuracy - what a sweep's numbers are worth: all kinds of abuse on all cells beside CVODE at rtol 1e-10. */
#include <stdio.h>

#include "bench/deviation.h"
#include "cli/json.h"

static const char usage[] =
    "usage: accuracy [--cases N] [--alone] [--json]\n"
    "\n"
    "Runs cases of bench/accuracy.yaml as a sweep does, at its rtol and at looser ones, beside CVODE at rtol "
    "1e-10,\n"
    "and prints the relative errors of the moments of runaway and venting and of the rise to the peak; outcomes "
    "that\n"
    "differ, and how many of them 1e-3 in all frequency factors explain; failures and states out of bounds.\n"
    "\n"
    "  --cases N   1 to 1000000 (200)\n"
    "  --alone     beside nothing: failures and bounds at the default rtol alone\n"
    "  --json      one JSON document\n";

static void print_spread(const char *what, const pro_spread *s) {
  printf("  %-10s %6zu cases: p50 %.2e, p99 %.2e, most %.2e\n", what, s->n, s->median, s->p99, s->high);
}

static void print_text(const pro_deviations *d, double reference) {
  printf("%zu cases; %.2f ms each at rtol %g", d->cases, 1e3 * d->seconds / (double)d->cases, d->level[0].rtol);
  if (reference > 0.0)
    printf(", %.0f ms by CVODE at %g, which failed in %zu", 1e3 * d->reference_seconds / (double)d->cases,
           reference, d->unknown);
  putchar('\n');
  for (size_t l = 0; l < d->levels; l++) {
    const pro_deviation *v = &d->level[l];
    printf("rtol %g: %zu failed, %zu out of bounds", v->rtol, v->failed, v->out_of_bounds);
    if (reference > 0.0) {
      printf(", %zu with another outcome (%zu within 1e-3 of a threshold)\n", v->other, v->near);
      print_spread("t_runaway", &v->runaway), print_spread("t_vent", &v->vent),
          print_spread("T_max - T_0", &v->rise);
    } else {
      putchar('\n');
    }
    if (v->out_of_bounds > 0) printf("  the first out of bounds: %s\n", v->where);
  }
}

static void json_spread(pro_json *json, const char *key, const pro_spread *s) {
  pro_json_object(json, key);
  pro_json_count(json, "n", s->n);
  pro_json_number(json, "p50", s->median);
  pro_json_number(json, "p99", s->p99);
  pro_json_number(json, "most", s->high);
  pro_json_end(json);
}

static void print_json(const pro_deviations *d, double reference) {
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_count(&json, "cases", d->cases);
  pro_json_number(&json, "reference_rtol", reference > 0.0 ? reference : (double)__builtin_nan(""));
  pro_json_count(&json, "reference_failed", d->unknown);
  pro_json_number(&json, "seconds", d->seconds);
  pro_json_number(&json, "reference_seconds", d->reference_seconds);
  pro_json_array(&json, "runs");
  for (size_t l = 0; l < d->levels; l++) {
    const pro_deviation *v = &d->level[l];
    pro_json_object(&json, NULL);
    pro_json_number(&json, "rtol", v->rtol);
    pro_json_count(&json, "failed", v->failed);
    pro_json_count(&json, "out_of_bounds", v->out_of_bounds);
    pro_json_count(&json, "other_outcome", v->other);
    pro_json_count(&json, "near_threshold", v->near);
    json_spread(&json, "t_runaway", &v->runaway);
    json_spread(&json, "t_vent", &v->vent);
    json_spread(&json, "rise", &v->rise);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_end(&json);
}

static pro_status bench(pro_arguments *args) {
  static const double rtol[] = {1e-6, 1e-5, 1e-4}; /* the first is a scenario's default */
  double cases = 200.0;
  int as_json = pro_arguments_flag(args, "--json"), alone = pro_arguments_flag(args, "--alone");
  PRO_TRY(pro_arguments_number(&cases, args, "--cases", 1.0, 1e6));
  PRO_TRY(pro_arguments_end(args, 0));
  pro_scenario *scenario;
  PRO_TRY(pro_scenario_read(&scenario, PRO_BENCH_DIR "/accuracy.yaml", 0, NULL));
  pro_deviations d;
  double reference = alone ? 0.0 : 1e-10;
  pro_status status = pro_deviations_measure(&d, scenario, (uint64_t)cases, rtol, alone ? 1 : PRO_COUNT(rtol),
                                             reference, pro_integrator_fast());
  if (status == PRO_OK) (as_json ? print_json : print_text)(&d, reference);
  pro_scenario_free(scenario);
  return status;
}

int main(int argc, char **argv) { return pro_bench_main(argc, argv, "accuracy", usage, bench); }
