/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "cli/find.h"
#include "cli/json.h"
#include "cli/samples.h"
#include "cli/table.h"
#include "output/label.h"
#include "sim/simulate.h"

static const pro_option option_case = {"case", 0, "K", "which case of the scenario, from 0 (default: 0)", 0};
static const pro_option option_output = {"output", 'o', "FILE.csv", "write the samples: sensors, truth, stages",
                                         0};
static const pro_option *const options[] = {&pro_option_set,        &option_case,     &option_output,
                                            &pro_option_integrator, &pro_option_seed, NULL};

typedef struct result {
  const char *name; /* the scenario as it was typed */
  const pro_scenario *scenario;
  uint64_t k;
  const pro_run *run;
  const double *draws; /* (parameters) */
} result;

/* The clocks that happened, in the order of time; returns how many. */
static int in_order(int order[PRO_CLOCK_COUNT], const pro_trajectory *truth) {
  int n = 0;
  for (int c = 0; c < PRO_CLOCK_COUNT; c++) {
    if (isnan(truth->clock[c])) continue;
    int at = n++;
    for (; at > 0 && truth->clock[order[at - 1]] > truth->clock[c]; at--) order[at] = order[at - 1];
    order[at] = c;
  }
  return n;
}

static void print_events_json(pro_json *json, const pro_trajectory *truth) {
  int order[PRO_CLOCK_COUNT], n = truth ? in_order(order, truth) : 0;
  pro_json_array(json, "events");
  for (int k = 0; k < n; k++) {
    pro_json_object(json, NULL);
    pro_json_text(json, "name", pro_clock_names[order[k]]);
    pro_json_number(json, "t", truth->clock[order[k]]);
    pro_json_number(json, "T_core", truth->T_at[order[k]]);
    pro_json_end(json);
  }
  pro_json_end(json);
}

static void print_params_json(pro_json *json, const result *r) {
  pro_json_object(json, "params");
  for (size_t p = 0; p < pro_scenario_parameter_count(r->scenario); p++) {
    const pro_parameter *row = pro_scenario_parameter(r->scenario, p);
    if (row->choices && !isnan(r->draws[p]))
      pro_json_text(json, row->path, row->choices[(int)r->draws[p]]);
    else
      pro_json_number(json, row->path, r->draws[p]);
  }
  pro_json_end(json);
}

static const struct {
  const char *name;
  size_t offset;
} ledger_rows[] = {
#define ROW(member) \
  { #member, offsetof(pro_ledger, member) }
    ROW(energy_gap),     ROW(mass_gap),        ROW(charge_gap),  ROW(energy_crossed),
    ROW(heat_reactions), ROW(heat_electrical), ROW(heat_heater), ROW(heat_exchange),
    ROW(heat_vented),    ROW(heat_ejected),    ROW(mass_vented), ROW(mass_ejected),
#undef ROW
};

static void print_json(const result *r) {
  const pro_trajectory *truth = r->run->truth;
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "scenario", r->name);
  pro_json_text(&json, "title", pro_scenario_title(r->scenario));
  pro_json_count(&json, "case", r->k);
  pro_json_count(&json, "seed", pro_scenario_seed(r->scenario));
  pro_json_text(&json, "outcome", pro_outcome_names[truth ? truth->outcome : PRO_OUTCOME_failed]);
  pro_json_text(&json, "class", truth ? pro_class_names[pro_label_class(r->run)] : NULL);
  pro_json_text(&json, "status", pro_status_name(r->run->status));
  pro_json_text(&json, "message", r->run->message);
  pro_json_number(&json, "T_max", truth ? truth->T_max : NAN);
  for (int c = 0; c < PRO_CLOCK_COUNT; c++) {
    char key[64];
    snprintf(key, sizeof key, "t_%s", pro_clock_names[c]);
    pro_json_number(&json, key, truth ? truth->clock[c] : NAN);
  }
  print_events_json(&json, truth);
  for (size_t k = 0; k < PRO_COUNT(ledger_rows); k++)
    pro_json_number(&json, ledger_rows[k].name,
                    truth ? *(const double *)((const char *)&truth->ledger + ledger_rows[k].offset) : NAN);
  pro_json_integer(&json, "steps", truth ? truth->steps : 0);
  pro_json_integer(&json, "rejected", truth ? truth->rejected : 0);
  pro_json_integer(&json, "rhs_calls", truth ? truth->rhs_calls : 0);
  pro_json_integer(&json, "jacobian_calls", truth ? truth->jacobian_calls : 0);
  pro_json_count(&json, "samples", truth ? truth->samples : 0);
  print_params_json(&json, r);
  pro_json_end(&json);
}

static pro_status print_text(const result *r) {
  const pro_trajectory *truth = r->run->truth;
  if (!truth) {
    printf("%s, case %" PRIu64 ": failed\n%s\n", r->name, r->k, r->run->message);
    return PRO_OK;
  }
  int order[PRO_CLOCK_COUNT], n = in_order(order, truth);
  printf("%s, case %" PRIu64 ": %s\n\n", r->name, r->k, pro_outcome_names[truth->outcome]);
  pro_table table;
  pro_table_begin(&table, "lrrrl");
  const char *const head[] = {"event", "t [s]", "T_core [K]", "[degC]", "what it is"};
  for (size_t c = 0; c < PRO_COUNT(head); c++) pro_table_cell(&table, "%s", head[c]);
  for (int k = 0; k < n; k++) {
    int c = order[k];
    pro_table_cell(&table, "%s", pro_clock_names[c]);
    pro_table_cell(&table, "%.3f", truth->clock[c]);
    pro_table_cell(&table, "%.2f", truth->T_at[c]);
    pro_table_cell(&table, "%.2f", truth->T_at[c] - PRO_ZERO_CELSIUS);
    pro_table_cell(&table, "%s", pro_clock_docs[c]);
  }
  PRO_TRY(pro_table_print(&table, stdout));
  const pro_ledger *l = &truth->ledger;
  printf("\nT_max %.2f K (%.2f degC) at %.3f s; ledgers off by: energy %.1e, mass %.1e, charge %.1e\n",
         truth->T_max, truth->T_max - PRO_ZERO_CELSIUS, truth->clock[PRO_CLOCK_max], l->energy_gap, l->mass_gap,
         l->charge_gap);
  printf("%ld steps, %ld rejected, %ld right-hand sides, %ld Jacobians\n", truth->steps, truth->rejected,
         truth->rhs_calls, truth->jacobian_calls);
  return PRO_OK;
}

static pro_status live(pro_run *run, double *draws, const pro_scenario *scenario, uint64_t k,
                       const pro_args *args) {
  const struct pro_integrator *integrator = NULL;
  const char *path = pro_args_value(args, &option_output);
  PRO_TRY(pro_find_integrator(&integrator, args));
  PRO_TRY(pro_scenario_case(&run->in, scenario, k));
  PRO_TRY(pro_run_case(run, integrator));
  if (path && run->truth) PRO_TRY(pro_samples_write(path, run));
  pro_scenario_draws(draws, scenario, k);
  result r = {args->operand[0], scenario, k, run, draws};
  if (pro_args_has(args, &pro_option_json))
    print_json(&r);
  else
    PRO_TRY(print_text(&r));
  if (run->status != PRO_OK) return pro_fail(PRO_ENUMERIC, "%s, case %" PRIu64 ": %s", r.name, k, run->message);
  return PRO_OK;
}

static pro_status run_one(const pro_args *args) {
  uint64_t k = 0;
  PRO_TRY(pro_args_count(&k, args, &option_case, 0, UINT32_MAX));
  pro_scenario *scenario = NULL;
  PRO_TRY(pro_find_scenario(&scenario, args));
  pro_run *run = calloc(1, sizeof *run);
  double *draws = calloc(pro_scenario_parameter_count(scenario) + 1, sizeof *draws);
  pro_status status =
      run && draws ? live(run, draws, scenario, k, args) : pro_fail(PRO_ENOMEM, "no memory for a run");
  if (run) pro_run_clear(run);
  free(draws);
  free(run);
  pro_scenario_free(scenario);
  return status;
}

const pro_command pro_command_run = {
    .name = "run",
    .operands = "SCENARIO",
    .summary = "simulate one case and print its events",
    .doc =
        "SCENARIO is a file, or the name of a shipped one (`prodrome list scenarios`). `prodrome describe "
        "KIND` prints the keys that a scenario may hold.",
    .least = 1,
    .most = 1,
    .options = options,
    .run = run_one,
};
