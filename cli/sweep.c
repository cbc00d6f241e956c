/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/corpus_plan.h"
#include "cli/find.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/shards.h"
#include "output/corpus.h"
#include "output/label.h"
#include "scenarios/ensemble.h"
#include "sim/simulate.h"

static const pro_option option_output = {"output", 'o', "CORPUS.h5", "the corpus to write (needed)", 0};
static const pro_option option_runs = {"runs", 'n', "RUNS", "how many cases (default: the scenario's runs)", 0};
static const pro_option option_threads = {"threads", 'j', "THREADS", "default: as many as this process is given",
                                          0};
static const pro_option option_seconds = {"case-seconds", 0, "SECONDS",
                                          "wall clock of a case, after which it fails (default: any)", 0};
static const pro_option option_no_truth = {"no-truth", 0, NULL, "leave /truth out of the corpus", 0};
static const pro_option option_strict = {"strict", 0, NULL, "exit with 1 when a case failed", 0};
static const pro_option option_license = {"license", 0, "SPDX", "licence to note in the corpus (default: none)",
                                          0};
static const pro_option option_plan = {"plan", 0, "PLAN.json", "simulate shards of a plan (prodrome plan)", 0};
static const pro_option option_shard = {
    "shard", 0, "I/N",
    "which of the plan's shards, from 0 (default: as the scheduler's array variable says, else all, one by one)",
    0};
static const pro_option option_quiet = {"quiet", 'q', NULL, "no progress on stderr", 0};
static const pro_option *const options[] = {&option_output,   &option_runs,
                                            &option_threads,  &option_seconds,
                                            &pro_option_seed, &pro_option_set,
                                            &option_no_truth, &pro_option_integrator,
                                            &option_strict,   &option_license,
                                            &option_plan,     &option_shard,
                                            &option_quiet,    NULL};

/* The first signal asks for an end in good order, the second one has it at once. SIGUSR1 only asks, however often:
 * a batch script that forwards what its scheduler sent to all processes would else be the second one. */
static volatile int stop;
static volatile sig_atomic_t asked;
static void on_signal(int number) {
  if (number != SIGUSR1 && asked) _exit(128 + number);
  asked = asked || number != SIGUSR1;
  stop = number;
}

static void listen(void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGUSR1, &action, NULL);
}

typedef struct sweep {
  const pro_scenario *scenario;
  pro_corpus_writer *writer;
  double *draws; /* (parameters) */
  pro_progress progress;
  uint64_t done, by_outcome[PRO_OUTCOME_COUNT], by_class[PRO_CLASS_COUNT];
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
  plan->license = pro_args_value(args, &option_license);
  plan->keep_truth = !pro_args_has(args, &option_no_truth);
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
  pro_json_count(&json, "cases", s->done);
  pro_json_count(&json, "seed", pro_scenario_seed(s->scenario));
  pro_json_object(&json, "outcomes");
  for (int k = 0; k < PRO_OUTCOME_COUNT; k++) pro_json_count(&json, pro_outcome_names[k], s->by_outcome[k]);
  pro_json_end(&json);
  pro_json_object(&json, "classes");
  for (int k = 0; k < PRO_CLASS_COUNT; k++) pro_json_count(&json, pro_class_names[k], s->by_class[k]);
  pro_json_end(&json);
  pro_json_number(&json, "seconds", pro_progress_seconds(&s->progress));
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
  printf("\n%.1f s; corpus: %s\n", pro_progress_seconds(&s->progress), path);
}

/* As glibc would have it, every thread allocates from heaps of its own, and which of them holds a run's blocks or
 * a chunk's depends on who came first: peaks would grow with the number of runs until all heaps have seen all of
 * them. One heap for all costs a sweep nothing that was measured, for a case allocates a dozen times. And glibc
 * raises the size from which blocks are mapped, and given back, to what was freed last: whole runs would lie among
 * small blocks that stay. What a batch has freed at the heap's end is kept for the next one, up to as much as a
 * batch may hold: to give it back and ask for it anew takes the kernel 4 % of a sweep's time. */
static void keep_heaps_small(void) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 26);
#endif
}

static pro_status sweep_scenario(sweep *s, const pro_args *args) {
  uint64_t runs = pro_scenario_runs(s->scenario), threads = 0, seconds = 0;
  PRO_TRY(pro_args_count(&runs, args, &option_runs, 1, UINT32_MAX));
  PRO_TRY(pro_args_count(&threads, args, &option_threads, 1, 1024));
  PRO_TRY(pro_args_count(&seconds, args, &option_seconds, 1, UINT32_MAX));
  pro_ensemble ensemble = {.scenario = s->scenario,
                           .count = runs,
                           .threads = (int)threads,
                           .long_samples = PRO_LONG_SAMPLES,
                           .case_seconds = (double)seconds,
                           .sink = take,
                           .help = help,
                           .payload = s,
                           .stop = &stop};
  PRO_TRY(pro_find_integrator(&ensemble.integrator, args));
  if (pro_args_has(args, &option_no_truth)) ensemble.truth_columns = pro_label_truths();
  keep_heaps_small();
  s->draws = calloc(pro_scenario_parameter_count(s->scenario) + 1, sizeof *s->draws);
  if (!s->draws) return pro_fail(PRO_ENOMEM, "no memory for the parameters");
  pro_plan_tables tables;
  pro_corpus_plan plan;
  pro_status status = pro_corpus_plan_of(&plan, &tables, s->scenario);
  pro_progress_begin(&s->progress, "cases", runs, pro_args_has(args, &option_quiet));
  if (status == PRO_OK) {
    listen(on_signal);
    status = sweep_cases(s, &ensemble, &plan, args);
    listen(SIG_DFL);
  }
  pro_progress_end(&s->progress);
  pro_corpus_plan_clear(&tables);
  return status;
}

/* ---- shards of a plan ---- */

static void print_shards(const pro_shard_job *job, int as_json) {
  const uint64_t good = job->cases - job->failed - job->missing;
  if (!as_json) {
    printf(
        "%" PRIu64 " cases = %" PRIu64 " ok + %" PRIu64 " failed + %" PRIu64 " missing, in %" PRIu64
        " shards, of which %" PRIu64 " were there; %" PRIu64 " cases were taken from earlier attempts\n%.1f s\n",
        job->cases, good, job->failed, job->missing, job->shards, job->there_before, job->resumed, job->seconds);
    return;
  }
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "plan", job->plan);
  pro_json_count(&json, "shards", job->shards);
  pro_json_count(&json, "there_before", job->there_before);
  pro_json_count(&json, "cases", job->cases);
  pro_json_count(&json, "ok", good);
  pro_json_count(&json, "failed", job->failed);
  pro_json_count(&json, "missing", job->missing);
  pro_json_count(&json, "resumed", job->resumed);
  pro_json_number(&json, "seconds", job->seconds);
  pro_json_end(&json);
}

static pro_status run_shards(const pro_args *args) {
  static const pro_option *const fixed[] = {&option_output,   &option_runs,           &option_seconds,
                                            &pro_option_seed, &pro_option_set,        &option_no_truth,
                                            &option_license,  &pro_option_integrator, NULL};
  for (int i = 0; fixed[i]; i++)
    if (pro_args_has(args, fixed[i]))
      return pro_fail(PRO_EUSAGE, "--%s: the plan fixes it; make another plan", fixed[i]->name);
  if (args->operand_count > 0) return pro_fail(PRO_EUSAGE, "sweep --plan takes no scenario: the plan names it");
  uint64_t threads = 0;
  PRO_TRY(pro_args_count(&threads, args, &option_threads, 1, 1024));
  pro_shard_job job = {.plan = pro_args_value(args, &option_plan),
                       .which = pro_args_value(args, &option_shard),
                       .threads = (int)threads,
                       .quiet = pro_args_has(args, &option_quiet),
                       .stop = &stop};
  keep_heaps_small();
  listen(on_signal);
  pro_status status = pro_shards_run(&job);
  listen(SIG_DFL);
  PRO_TRY(status);
  print_shards(&job, pro_args_has(args, &pro_option_json));
  if (job.failed > 0 && pro_args_has(args, &option_strict))
    return pro_fail(PRO_ENUMERIC, "%" PRIu64 " of %" PRIu64 " cases failed", job.failed, job.cases);
  return PRO_OK;
}

static pro_status run_sweep(const pro_args *args) {
  if (pro_args_has(args, &option_plan)) return run_shards(args);
  if (pro_args_has(args, &option_shard)) return pro_fail(PRO_EUSAGE, "--shard needs --plan PLAN.json");
  if (args->operand_count == 0) return pro_fail(PRO_EUSAGE, "sweep needs a SCENARIO, or --plan PLAN.json");
  if (!pro_args_value(args, &option_output))
    return pro_fail(PRO_EUSAGE, "sweep needs -o CORPUS.h5: the file to write");
  PRO_TRY(pro_license_check(pro_args_value(args, &option_license)));
  pro_scenario *scenario = NULL;
  PRO_TRY(pro_find_scenario(&scenario, args));
  sweep s = {.scenario = scenario};
  pro_status status = sweep_scenario(&s, args);
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
    .operands = "SCENARIO -o CORPUS.h5 | --plan PLAN.json [--shard I/N]",
    .summary = "simulate all cases into a labelled corpus",
    .doc =
        "Case k depends on (scenario, seed, k) alone: the same bytes on any number of threads; but which cases "
        "end "
        "within --case-seconds depends on the machine, where steps_max does not. The corpus appears "
        "under its name when it is complete and verified, or not at all. A first SIGINT or SIGTERM finishes what "
        "is "
        "in the air and leaves nothing behind (exit code 75); a second one ends at once and may leave a hidden "
        ".part file. SIGUSR1 is a first one however often it comes.\n"
        "With --plan, shards of a plan are made beside it; what an attempt has finished is kept in a journal, "
        "however "
        "it ends, and the next one goes on from there. The task's number of Slurm, PBS, LSF, Grid Engine and "
        "HyperQueue "
        "arrays chooses the shard where --shard does not.",
    .least = 0,
    .most = 1,
    .options = options,
    .run = run_sweep,
};
