/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/corpus_plan.h"
#include "cli/find.h"
#include "cli/heaps.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/shards.h"
#include "cli/signals.h"
#include "cli/tally.h"
#include "output/corpus.h"
#include "output/label.h"
#include "scenarios/ensemble.h"
#include "sim/simulate.h"

static const pro_option option_output = {"output", 'o', "CORPUS.h5", "the corpus to write (needed)", 0};
static const pro_option option_strict = {"strict", 0, NULL, "exit with 1 when a case failed", 0};
static const pro_option option_plan = {"plan", 0, "PLAN.json", "simulate shards of a plan (prodrome plan)", 0};
static const pro_option option_shard = {"shard", 0, "I/N",
                                        "one, from 0 (default: as a job array's variable says, else all)", 0};
static const pro_option *const options[] = {
    &option_output,  &pro_option_runs,     &pro_option_threads,    &pro_option_case_seconds, &pro_option_seed,
    &pro_option_set, &pro_option_no_truth, &pro_option_integrator, &option_strict,           &pro_option_license,
    &option_plan,    &option_shard,        &pro_option_quiet,      &pro_option_log_format,   NULL};

typedef struct sweep {
  const pro_scenario *scenario;
  pro_corpus_writer *writer;
  double *draws; /* (parameters) */
  pro_progress progress;
  uint64_t done, by_outcome[PRO_OUTCOME_COUNT], by_class[PRO_CLASS_COUNT];
  pro_tally tally;
  uint64_t failed_case; /* the first one */
  char failed_why[256];
} sweep;

static pro_status take(void *payload, const pro_run *run) {
  sweep *s = payload;
  uint64_t k = s->done++;
  pro_scenario_draws(s->draws, s->scenario, k);
  PRO_TRY(pro_corpus_append(s->writer, run, s->draws));
  int failed = !run->truth;
  if (failed && s->by_outcome[PRO_OUTCOME_failed] == 0) {
    s->failed_case = k;
    snprintf(s->failed_why, sizeof s->failed_why, "%s", run->message);
  }
  s->by_outcome[failed ? PRO_OUTCOME_failed : run->truth->outcome]++;
  if (!failed) s->by_class[pro_label_class(run)]++;
  s->progress.failed = s->by_outcome[PRO_OUTCOME_failed];
  pro_progress_step(&s->progress, s->done);
  return PRO_OK;
}

static pro_status help(void *payload) { return pro_corpus_help(((sweep *)payload)->writer); }

static pro_status sweep_cases(sweep *s, const pro_ensemble *ensemble, pro_corpus_plan *plan,
                              const pro_args *args) {
  const char *path = pro_args_value(args, &option_output);
  plan->integrator = pro_integrator_name(ensemble->integrator);
  plan->case_seconds = ensemble->case_seconds;
  plan->cases = ensemble->count;
  plan->threads = ensemble->threads > 0 ? ensemble->threads : pro_threads_available();
  plan->license = pro_args_value(args, &pro_option_license);
  plan->keep_truth = !pro_args_has(args, &pro_option_no_truth);
  PRO_TRY(pro_corpus_create(&s->writer, path, plan));
  pro_status status = pro_ensemble_run(ensemble);
  if (status == PRO_OK) {
    pro_progress_note(&s->progress, "all cases are there; laying out, verifying and syncing the file");
    return pro_corpus_commit(s->writer);
  }
  if (status == PRO_EINTERRUPTED)
    status = pro_fail(status,
                      "interrupted after %" PRIu64 " of %" PRIu64
                      " cases: %s is not written; running it "
                      "again is safe",
                      s->done, ensemble->count, path);
  pro_corpus_abandon(s->writer);
  return status;
}

static void print_json(const sweep *s, const char *scenario, const char *path) {
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "scenario", scenario);
  pro_json_text(&json, "corpus", path);
  pro_json_count(&json, "seed", pro_scenario_seed(s->scenario));
  pro_json_object(&json, "outcomes");
  for (int k = 0; k < PRO_OUTCOME_COUNT; k++) pro_json_count(&json, pro_outcome_names[k], s->by_outcome[k]);
  pro_json_end(&json);
  pro_json_object(&json, "classes");
  for (int k = 0; k < PRO_CLASS_COUNT; k++) pro_json_count(&json, pro_class_names[k], s->by_class[k]);
  pro_json_end(&json);
  pro_tally_json(&s->tally, &json);
  pro_json_end(&json);
}

static void print_text(const sweep *s, const char *path) {
  printf("%" PRIu64 " cases = ", s->done);
  for (int k = 0; k < PRO_OUTCOME_COUNT; k++)
    printf("%s%" PRIu64 " %s", k ? " + " : "", s->by_outcome[k], pro_outcome_names[k]);
  const char *between = "; of those that ended: ";
  for (int k = 0; k < PRO_CLASS_COUNT; k++) {
    if (s->by_class[k] == 0) continue;
    printf("%s%" PRIu64 " %s", between, s->by_class[k], pro_class_names[k]);
    between = ", ";
  }
  printf("\ncorpus: %s\n", path);
  pro_tally_print(&s->tally, stdout);
}

static pro_status sweep_scenario(sweep *s, const pro_args *args) {
  uint64_t runs = pro_scenario_runs(s->scenario), threads = 0, seconds = 0;
  PRO_TRY(pro_args_count(&runs, args, &pro_option_runs, 1, UINT32_MAX));
  PRO_TRY(pro_args_count(&threads, args, &pro_option_threads, 1, 1024));
  PRO_TRY(pro_args_count(&seconds, args, &pro_option_case_seconds, 1, UINT32_MAX));
  pro_ensemble ensemble = {.scenario = s->scenario,
                           .count = runs,
                           .threads = (int)threads,
                           .long_samples = PRO_LONG_SAMPLES,
                           .case_seconds = (double)seconds,
                           .sink = take,
                           .help = help,
                           .payload = s};
  PRO_TRY(pro_find_integrator(&ensemble.integrator, args));
  int quiet, json;
  PRO_TRY(pro_progress_options(&quiet, &json, args));
  if (pro_args_has(args, &pro_option_no_truth)) ensemble.truth_columns = pro_label_truths();
  pro_heaps_keep_small();
  s->draws = calloc(pro_scenario_parameter_count(s->scenario) + 1, sizeof *s->draws);
  if (!s->draws) return pro_fail(PRO_ENOMEM, "no memory for the parameters");
  pro_plan_tables tables;
  pro_corpus_plan plan;
  pro_status status = pro_corpus_plan_of(&plan, &tables, s->scenario);
  pro_progress_begin(&s->progress, "cases", runs, quiet);
  s->progress.json = json;
  s->tally.cases = runs;
  if (status == PRO_OK) {
    plan.stop = ensemble.stop = pro_signals_listen();
    status = sweep_cases(s, &ensemble, &plan, args);
    pro_signals_forget();
  }
  pro_progress_end(&s->progress);
  s->tally.failed = s->by_outcome[PRO_OUTCOME_failed], s->tally.missing = runs - s->done;
  s->tally.seconds = pro_progress_seconds(&s->progress);
  pro_corpus_plan_clear(&tables);
  return status;
}

/* ---- shards of a plan ---- */

static pro_status run_shards(const pro_args *args) {
  static const pro_option *const fixed[] = {&option_output,      &pro_option_runs,       &pro_option_case_seconds,
                                            &pro_option_seed,    &pro_option_set,        &pro_option_no_truth,
                                            &pro_option_license, &pro_option_integrator, NULL};
  for (int i = 0; fixed[i]; i++)
    if (pro_args_has(args, fixed[i]))
      return pro_fail(PRO_EUSAGE, "--%s: the plan fixes it; make another plan", fixed[i]->name);
  if (args->operand_count > 0) return pro_fail(PRO_EUSAGE, "sweep --plan takes no scenario: the plan names it");
  uint64_t threads = 0;
  PRO_TRY(pro_args_count(&threads, args, &pro_option_threads, 1, 1024));
  pro_shard_job job = {.plan = pro_args_value(args, &option_plan),
                       .which = pro_args_value(args, &option_shard),
                       .threads = (int)threads};
  PRO_TRY(pro_progress_options(&job.quiet, &job.log_json, args));
  job.stop = pro_signals_listen();
  pro_heaps_keep_small();
  pro_status status = pro_shards_run(&job);
  pro_signals_forget();
  if (status != PRO_OK && job.tally.cases > 0) pro_tally_print(&job.tally, stderr);
  PRO_TRY(status);
  pro_shards_print(&job, pro_args_has(args, &pro_option_json));
  if (job.tally.failed > 0 && pro_args_has(args, &option_strict))
    return pro_fail(PRO_ENUMERIC, "%" PRIu64 " of %" PRIu64 " cases failed", job.tally.failed, job.tally.cases);
  return PRO_OK;
}

static pro_status run_sweep(const pro_args *args) {
  if (pro_args_has(args, &option_plan)) return run_shards(args);
  if (pro_args_has(args, &option_shard)) return pro_fail(PRO_EUSAGE, "--shard needs --plan PLAN.json");
  if (args->operand_count == 0) return pro_fail(PRO_EUSAGE, "sweep needs a SCENARIO, or --plan PLAN.json");
  if (!pro_args_value(args, &option_output))
    return pro_fail(PRO_EUSAGE, "sweep needs -o CORPUS.h5: the file to write");
  PRO_TRY(pro_license_check(pro_args_value(args, &pro_option_license)));
  pro_scenario *scenario = NULL;
  PRO_TRY(pro_find_scenario(&scenario, args));
  sweep s = {.scenario = scenario};
  pro_status status = sweep_scenario(&s, args);
  if (status != PRO_OK && s.tally.cases > 0) {
    s.tally.missing = s.tally.cases, s.tally.failed = 0; /* nothing is kept */
    pro_tally_print(&s.tally, stderr);
  }
  if (status == PRO_OK) {
    if (pro_args_has(args, &pro_option_json))
      print_json(&s, args->operand[0], pro_args_value(args, &option_output));
    else
      print_text(&s, pro_args_value(args, &option_output));
    uint64_t failed = s.by_outcome[PRO_OUTCOME_failed];
    if (failed > 0) {
      status = pro_fail(PRO_ENUMERIC, "%" PRIu64 " of %" PRIu64 " cases failed; the first is case %" PRIu64 ": %s",
                        failed, s.done, s.failed_case, s.failed_why);
      if (!pro_args_has(args, &option_strict)) {
        fprintf(stderr, "prodrome: warning: %s\n", pro_error_message());
        status = PRO_OK;
      }
    }
  }
  free(s.draws);
  pro_scenario_free(scenario);
  return status;
}

const pro_command pro_command_sweep = {
    .name = "sweep",
    .operands = "SCENARIO -o CORPUS.h5 | --plan PLAN",
    .summary = "simulate all cases into a labelled corpus",
    .doc =
        "Case k depends on (scenario, seed, k) alone: the same bytes on any number of threads; but which cases "
        "end "
        "within --case-seconds depends on the machine, where steps_max does not. The corpus appears under its "
        "name "
        "when it is complete and verified, or not at all; it takes the place of an older corpus, but of nothing "
        "else. A first SIGINT or SIGTERM finishes what is in the air and leaves nothing behind (exit code 75); a "
        "second one ends at once and may leave a hidden .part file. SIGUSR1 and SIGXCPU are first ones however "
        "often they come.\n"
        "With --plan, shards of a plan are made beside it; what an attempt has finished is kept in a journal, "
        "however it ends, and the next one goes on from there. The task's number of Slurm, PBS, LSF, Grid Engine "
        "and HyperQueue arrays chooses the shard where --shard does not.",
    .least = 0,
    .most = 1,
    .options = options,
    .run = run_sweep,
};
