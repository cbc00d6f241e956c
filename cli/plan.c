/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700 /* realpath */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/find.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/sweep_plan.h"
#include "cli/tally.h"
#include "output/label.h"
#include "scenarios/ensemble.h"
#include "sim/simulate.h"

static const pro_option option_output = {"output", 'o', "PLAN.json",
                                         "the plan to write (needed); the shards will stand beside it", 0};
static const pro_option option_shards = {"shards", 's', "SHARDS",
                                         "how many (default: so that one takes a core about half an hour)", 0};
static const pro_option *const options[] = {&option_output,
                                            &pro_option_runs,
                                            &option_shards,
                                            &pro_option_case_seconds,
                                            &pro_option_seed,
                                            &pro_option_set,
                                            &pro_option_no_truth,
                                            &pro_option_license,
                                            &pro_option_integrator,
                                            &pro_option_quiet,
                                            NULL};

/* Of a core of an Intel Xeon at 2.5 GHz with AVX-512, from docs/performance.md: for weighing cases against each
 * other, the same on every machine. How long it takes on this one the pilot says. */
#define ATTEMPT_SECONDS 6e-6
#define SAMPLE_SECONDS 0.5e-6       /* sensed, packed, written, verified */
#define TRUTH_SAMPLE_SECONDS 1.9e-6 /* and with its truth */
/* Stored, of the quickstart: docs/performance.md [byte] */
#define SAMPLE_BYTES 7.8
#define TRUTH_SAMPLE_BYTES 39.4
#define SHARD_SECONDS 1800.0 /* guess: long enough to be worth a place in a queue, short enough to be lost */

enum { PILOTS = 256, CLASSES = 512, LOOKED_AT = 200000 }; /* cases drawn to weigh groups: a few seconds */

typedef struct kind { /* cases that cost alike: one abuse, one chemistry, one cell */
  int family, chemistry, preset;
  uint64_t cases; /* of the pilot */
  double attempts;
} kind;

typedef struct estimate {
  const pro_scenario *scenario;
  uint64_t cases, pilots;
  double sample_seconds;
  size_t kinds;
  kind kind[CLASSES]; /* the first is of all together */
  uint64_t next;      /* pilot that is handed over next */
  double pilot_cost, pilot_seconds;
  pro_progress progress;
  double cost, samples;    /* of all cases: [s], - */
  double samples_of_group; /* looked at last */
} estimate;

static uint64_t pilot_case(const estimate *e, uint64_t i) { return (2 * i + 1) * e->cases / (2 * e->pilots); }

static pro_status make_pilot(pro_case *out, uint64_t k, const void *recipe) {
  const estimate *e = recipe;
  return pro_scenario_case(out, e->scenario, pilot_case(e, k));
}

static kind *kind_of(estimate *e, const pro_case *in, int add) {
  for (size_t i = 1; i < e->kinds; i++) {
    kind *k = &e->kind[i];
    if (k->family == in->family && k->chemistry == in->chemistry && k->preset == in->preset) return k;
  }
  if (!add || e->kinds == CLASSES) return &e->kind[0];
  e->kind[e->kinds] = (kind){.family = in->family, .chemistry = in->chemistry, .preset = in->preset};
  return &e->kind[e->kinds++];
}

static double cost_of(estimate *e, const pro_case *in, double attempts) {
  return ATTEMPT_SECONDS * attempts + e->sample_seconds * (double)pro_case_samples(in);
}

static pro_status take(void *payload, const pro_run *run) {
  estimate *e = payload;
  double attempts = run->truth ? (double)(run->truth->steps + run->truth->rejected) : 0.0;
  kind *all = &e->kind[0], *own = kind_of(e, &run->in, 1);
  all->cases++, all->attempts += attempts;
  if (own != all) own->cases++, own->attempts += attempts;
  e->pilot_cost += cost_of(e, &run->in, attempts);
  pro_progress_step(&e->progress, ++e->next);
  return PRO_OK;
}

static pro_status run_pilots(estimate *e, const pro_sweep_plan *plan, int quiet) {
  e->pilots = e->cases < PILOTS ? e->cases : PILOTS;
  e->kinds = 1;
  pro_ensemble ensemble = {.make = make_pilot,
                           .recipe = e,
                           .count = e->pilots,
                           .long_samples = PRO_LONG_SAMPLES,
                           .integrator = pro_integrator_find(plan->integrator),
                           .truth_columns = plan->truth ? 0 : pro_label_truths(),
                           .sink = take,
                           .payload = e};
  pro_progress_begin(&e->progress, "pilot cases", e->pilots, quiet);
  double before = pro_tally_cpu_seconds();
  pro_status status = pro_ensemble_run(&ensemble);
  e->pilot_seconds = pro_tally_cpu_seconds() - before;
  pro_progress_end(&e->progress);
  return status;
}

/* Of a group: of all its cases, or where they are many of some, evenly spread. */
static double group_cost(estimate *e, uint64_t first, uint64_t count, uint64_t groups) {
  uint64_t each = groups < LOOKED_AT ? LOOKED_AT / groups : 1, looked = each < count ? each : count;
  double sum = 0.0, samples = 0.0;
  for (uint64_t i = 0; i < looked; i++) {
    pro_case in;
    if (pro_scenario_case(&in, e->scenario, first + i * count / looked) != PRO_OK) continue; /* it will fail */
    const kind *k = kind_of(e, &in, 0);
    sum += cost_of(e, &in, k->cases ? k->attempts / (double)k->cases : 0.0);
    samples += (double)pro_case_samples(&in);
  }
  double scale = (double)count / (double)looked;
  e->samples_of_group = scale * samples;
  return scale * sum;
}

/* Shards end where their share of the cost does, at a group's end; each has one group at least. */
static pro_status cut(pro_sweep_plan *p, estimate *e, uint64_t shards) {
  uint64_t groups = (p->cases + p->group - 1) / p->group;
  double *cost = calloc(groups, sizeof *cost);
  if (!cost) return pro_fail(PRO_ENOMEM, "no memory for %" PRIu64 " groups", groups);
  const uint64_t stride =
      groups / LOOKED_AT + 1; /* of very many groups, those between weigh as the last one seen */
  for (uint64_t g = 0; g < groups; g++) {
    uint64_t first = g * p->group, count = p->cases - first < p->group ? p->cases - first : p->group;
    cost[g] = g % stride == 0 || count < p->group ? group_cost(e, first, count, groups) : cost[g - 1];
    e->cost += cost[g], e->samples += e->samples_of_group;
  }
  if (shards == 0) shards = (uint64_t)fmin(fmax(e->cost / SHARD_SECONDS, 1.0), 1e5);
  if (shards > groups) shards = groups;
  p->part = calloc(shards, sizeof *p->part);
  if (!p->part) {
    free(cost);
    return pro_fail(PRO_ENOMEM, "no memory for %" PRIu64 " shards", shards);
  }
  double sum = 0.0;
  uint64_t g = 0;
  for (p->parts = 0; p->parts < shards; p->parts++) {
    pro_shard_part *part = &p->part[p->parts];
    uint64_t most = groups - (shards - p->parts - 1); /* the rest must have one each */
    double until = e->cost * (double)(p->parts + 1) / (double)shards;
    part->first = g * p->group;
    do part->cost += cost[g], sum += cost[g], g++;
    while (g < most && (p->parts + 1 == shards || sum + 0.5 * cost[g] <= until));
    uint64_t end = g * p->group < p->cases ? g * p->group : p->cases;
    part->cases = end - part->first;
  }
  free(cost);
  return PRO_OK;
}

static int is_utf8(const char *text) {
  int n = 1;
  for (; *text && n > 0; text += n) n = pro_utf8_length(text);
  return n > 0;
}

static pro_status fill(pro_sweep_plan *p, const pro_scenario *scenario, const char *path, const pro_args *args) {
  uint64_t runs = pro_scenario_runs(scenario);
  char hash[PRO_SHA256_TEXT];
  const char *text = pro_scenario_resolved(scenario), *license = pro_args_value(args, &pro_option_license);
  pro_sha256(hash, text, strlen(text));
  p->scenario = realpath(path, NULL);
  if (p->scenario && !is_utf8(p->scenario)) /* JSON holds nothing else: read back, it would be another path */
    return pro_fail(PRO_EINPUT,
                    "%s: a plan holds paths in UTF-8 alone, and this one is not: rename what has a '?' here",
                    p->scenario);
  PRO_TRY(pro_args_count(&runs, args, &pro_option_runs, 1, UINT32_MAX));
  PRO_TRY(pro_args_count(&p->case_seconds, args, &pro_option_case_seconds, 1, UINT32_MAX));
  const struct pro_integrator *integrator;
  PRO_TRY(pro_find_integrator(&integrator, args));
  const char **set;
  PRO_TRY(pro_args_values(&set, &p->sets, args, &pro_option_set));
  p->set = calloc(p->sets + 1, sizeof *p->set);
  int good = p->set != NULL && p->scenario != NULL;
  for (size_t k = 0; p->set && k < p->sets; k++) good = (p->set[k] = strdup(set[k])) != NULL && good;
  free(set);
  p->path = strdup(pro_args_value(args, &option_output));
  p->source = strdup(pro_source_text()), p->title = strdup(pro_scenario_title(scenario));
  p->scenario_sha256 = strdup(hash);
  p->integrator = strdup(pro_integrator_name(integrator));
  p->license = license ? strdup(license) : NULL;
  p->seed = pro_scenario_seed(scenario), p->cases = runs, p->group = pro_scenario_group(scenario);
  p->truth = !pro_args_has(args, &pro_option_no_truth);
  good =
      good && p->path && p->source && p->title && p->scenario_sha256 && p->integrator && (!license || p->license);
  return good ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for a plan");
}

static double per_sample(const pro_sweep_plan *p) { return p->truth ? TRUTH_SAMPLE_BYTES : SAMPLE_BYTES; }

static void print_span(double seconds) {
  if (seconds < 120.0)
    printf("%.3g s", seconds);
  else if (seconds < 7200.0)
    printf("%.3g min", seconds / 60.0);
  else
    printf("%.3g h", seconds / 3600.0);
}

typedef struct weights { /* of shards, by cost */
  double least, most;
} weights;

static weights weights_of(const pro_sweep_plan *p) {
  weights w = {p->part[0].cost, p->part[0].cost};
  for (size_t i = 1; i < p->parts; i++)
    w.least = fmin(w.least, p->part[i].cost), w.most = fmax(w.most, p->part[i].cost);
  return w;
}

static void print_text(const pro_sweep_plan *p, const estimate *e) {
  double here = e->pilot_cost > 0.0 ? e->pilot_seconds / e->pilot_cost : 1.0, core = here * e->cost;
  weights w = weights_of(p);
  printf("%" PRIu64 " cases in %zu shards of ", p->cases, p->parts);
  print_span(here * w.least);
  printf(" to ");
  print_span(here * w.most);
  printf(" of a core like this one; in all ");
  print_span(core);
  printf(" of a core\n%.3g samples, about %.3g MB to store; memory of a task about %.0f MB\n", e->samples,
         1e-6 * e->samples * per_sample(p), pro_tally_peak_MB());
  printf("estimated from %" PRIu64 " cases run here in %.2f s; plan: %s\n", e->pilots, e->pilot_seconds, p->path);
}

static void print_json(const pro_sweep_plan *p, const estimate *e) {
  double here = e->pilot_cost > 0.0 ? e->pilot_seconds / e->pilot_cost : 1.0;
  weights w = weights_of(p);
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "plan", p->path);
  pro_json_count(&json, "cases", p->cases);
  pro_json_count(&json, "shards", p->parts);
  pro_json_number(&json, "core_seconds", here * e->cost);
  pro_json_number(&json, "shard_core_seconds_least", here * w.least);
  pro_json_number(&json, "shard_core_seconds_most", here * w.most);
  pro_json_number(&json, "samples", e->samples);
  pro_json_number(&json, "bytes", e->samples * per_sample(p));
  pro_json_number(&json, "memory_MB", pro_tally_peak_MB());
  pro_json_count(&json, "pilot_cases", e->pilots);
  pro_json_number(&json, "pilot_core_seconds", e->pilot_seconds);
  pro_json_end(&json);
}

static pro_status make_plan(pro_sweep_plan *p, estimate *e, const char *path, const pro_args *args) {
  uint64_t shards = 0;
  PRO_TRY(pro_args_count(&shards, args, &option_shards, 1, PRO_SHARDS_MAX));
  PRO_TRY(fill(p, e->scenario, path, args));
  e->cases = p->cases, e->sample_seconds = p->truth ? TRUTH_SAMPLE_SECONDS : SAMPLE_SECONDS;
  uint64_t groups = (p->cases + p->group - 1) / p->group;
  if (shards > groups)
    return pro_fail(PRO_EINPUT,
                    "%" PRIu64 " shards are more than the %" PRIu64 " groups of %" PRIu64
                    " cases; fewer shards, or a smaller group (--set group=N), would do",
                    shards, groups, p->group);
  PRO_TRY(run_pilots(e, p, pro_args_has(args, &pro_option_quiet)));
  PRO_TRY(cut(p, e, shards));
  return pro_sweep_plan_write(p);
}

static pro_status run_plan(const pro_args *args) {
  const char *output = pro_args_value(args, &option_output);
  if (!output) return pro_fail(PRO_EUSAGE, "plan needs -o PLAN.json: the file to write");
  PRO_TRY(pro_license_check(pro_args_value(args, &pro_option_license)));
  pro_scenario *scenario = NULL;
  char path[PRO_FIND_PATH];
  PRO_TRY(pro_find_scenario_path(path, args->operand[0]));
  PRO_TRY(pro_find_scenario(&scenario, args));
  estimate *e = calloc(1, sizeof *e);
  pro_sweep_plan p = {0};
  pro_status status = e ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for a plan");
  if (status == PRO_OK) {
    e->scenario = scenario;
    status = make_plan(&p, e, path, args);
  }
  if (status == PRO_OK) {
    if (pro_args_has(args, &pro_option_json))
      print_json(&p, e);
    else
      print_text(&p, e);
  }
  pro_sweep_plan_clear(&p);
  free(e);
  pro_scenario_free(scenario);
  return status;
}

const pro_command pro_command_plan = {
    .name = "plan",
    .operands = "SCENARIO -o PLAN.json",
    .summary = "cut a sweep into shards for many machines",
    .doc =
        "Shards are whole groups of consecutive cases, cut so that they weigh the same, as estimated from a pilot "
        "of up to "
        "256 cases; what is printed of time and memory is measured on this machine, what is in the plan is the "
        "same "
        "on every one. Then, in any order, on any machines that see the plan's folder and run this build:\n"
        "  prodrome sweep --plan PLAN.json --shard I/N     each I from 0 to N - 1; again after any failure\n"
        "  prodrome status FOLDER\n"
        "  prodrome merge FOLDER -o CORPUS.h5",
    .least = 1,
    .most = 1,
    .options = options,
    .run = run_plan,
};
