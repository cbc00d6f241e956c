/* SPDX-License-Identifier: GPL-3.0-or-later
 * bench/pipeline.c - from a scenario to a verified corpus: speed, parts, threads, memory. Explained in
 * docs/performance.md. */
#define _DEFAULT_SOURCE /* wait4 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "cli/json.h"
#include "output/corpus.h"
#include "output/label.h"
#include "scenarios/ensemble.h"
#include "sim/sensor.h"
#include "sim/simulate.h"

static const char usage[] =
    "usage: pipeline [--repeats N] [--quick] [--json]\n"
    "\n"
    "Sweeps scenarios/quickstart.yaml at 4 s (2071 samples a case) with the program itself: MB/s of samples as "
    "float32\n"
    "from solve to verified file, the parts of it, two threads beside two processes, memory of many runs over "
    "few.\n"
    "Times of one thread are processor time, verification in its child process included; threads are timed by "
    "the\n"
    "clock and need two free cores.\n"
    "\n"
    "  --repeats N  interleaved repeats, 1 to 99 (5)\n"
    "  --quick      fewer cases and runs: that it works, not how fast\n"
    "  --json       one JSON document\n";

enum { REPEATS_MAX = 99, MODES = 2 };
static const char *const mode_names[MODES] = {"sensors alone", "sensors and truth"};

/* Cool ovens of ten minutes, 61 samples: cheap enough to run many. */
static const char short_scenario[] =
    "title: many short runs\nkind: oven\ncell: lco_18650\nruns: 1000\nseed: 1\ngroup: 50\n"
    "initial: {T: 25 degC, soc: 1}\nduration: 10 min\nperiod: 10 s\noven: {T: 40 degC, ramp: 5 K/min}\n"
    "vary:\n  oven.delay: {uniform: [0 s, 60 s]}\n";

#define PARTS(X)                                                         \
  X(solve, "integrating, events, sampling")                              \
  X(sense, "reading the truth through the sensors")                      \
  X(copy, "labelling, and copying into chunks")                          \
  X(pack, "compressing, and all that comes at the end but verification") \
  X(write, "writing chunks, in a thread of its own")                     \
  X(verify, "reading the file back")
#define AS_PART(name, doc) PART_##name,
enum { PARTS(AS_PART) PART_COUNT };
#define AS_NAME(name, doc) #name,
static const char *const part_names[] = {PARTS(AS_NAME)};
#define AS_DOC(name, doc) doc,
static const char *const part_docs[] = {PARTS(AS_DOC)};

typedef struct results {
  int repeats, cases;
  uint64_t few, many; /* runs compared in memory */
  pro_corpus_summary file[MODES];
  double megabytes[MODES];                     /* of the samples as float32 */
  double whole[MODES][REPEATS_MAX];            /* [MB/s] */
  double part[MODES][PART_COUNT][REPEATS_MAX]; /* per case [us] */
  double threads[REPEATS_MAX], memory[REPEATS_MAX];
  double peak_few[REPEATS_MAX], peak_many[REPEATS_MAX]; /* [MB] */
} results;

/* ---- the program as its user runs it ---- */

typedef struct process {
  pid_t id;
  double began;                  /* [s] */
  double seconds, processor, MB; /* by the clock, of the processor, peak memory */
} process;

static double clock_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static pro_status begin(process *out, const char *scenario, const char *corpus, uint64_t cases, int threads,
                        const char *set, int keep_truth) {
  char number[32], workers[16];
  snprintf(number, sizeof number, "%llu", (unsigned long long)cases);
  snprintf(workers, sizeof workers, "%d", threads);
  const char *argv[] = {PRO_PROGRAM,          "sweep", scenario, "-o", corpus, "-n", number, "-j", workers, "-q",
                        set ? "--set" : NULL, NULL,    NULL,     NULL};
  size_t n = 11;
  if (set)
    argv[n++] = set;
  else
    n--;
  if (!keep_truth) argv[n++] = "--no-truth";
  *out = (process){.began = clock_seconds()};
  fflush(NULL);
  out->id = fork();
  if (out->id < 0) return pro_fail(PRO_ENOMEM, "no room for a process");
  if (out->id > 0) return PRO_OK;
  int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere >= 0) dup2(nowhere, STDOUT_FILENO);
  execv(PRO_PROGRAM, (char *const *)argv);
  _exit(127);
}

static pro_status await(process *p) {
  int how;
  struct rusage used;
  while (wait4(p->id, &how, 0, &used) < 0)
    if (errno != EINTR) return pro_fail(PRO_EBUG, "a process is lost");
  p->seconds = clock_seconds() - p->began;
  p->processor = pro_bench_used_seconds(&used);
  p->MB = 1e-3 * 1.024 * (double)used.ru_maxrss;
  if (!WIFEXITED(how) || WEXITSTATUS(how) != 0) return pro_fail(PRO_EIO, "%s sweep has failed", PRO_PROGRAM);
  return PRO_OK;
}

static const char quickstart[] = PRO_SCENARIO_DIR "/quickstart.yaml", period[] = "period=4 s";

/* ---- the parts ---- */

typedef struct parts {
  pro_corpus_writer *writer;
  double seconds[PART_COUNT];
} parts;

static pro_status take(void *payload, const pro_run *run) {
  parts *p = payload;
  pro_observation *again = NULL;
  double before = pro_bench_seconds();
  if (run->truth) PRO_TRY(pro_observe(&again, &run->in, run->truth));
  pro_observation_free(again);
  double sensed = pro_bench_seconds();
  pro_status status = pro_corpus_append(p->writer, run, NULL);
  p->seconds[PART_sense] += sensed - before;
  p->seconds[PART_copy] += pro_bench_seconds() - sensed;
  return status;
}

static pro_status help(void *payload) {
  parts *p = payload;
  double before = pro_bench_seconds();
  pro_status status = pro_corpus_help(p->writer);
  p->seconds[PART_pack] += pro_bench_seconds() - before;
  return status;
}

static double process_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static pro_status measure_parts(results *r, int mode, int repeat, const char *path, const pro_scenario *scenario) {
  static const char *families[64]; /* as many as there are kinds */
  for (size_t k = 0; pro_kind_all[k] && k + 1 < PRO_COUNT(families); k++) families[k] = pro_kind_all[k]->name;
  pro_corpus_plan plan = {.title = "a benchmark's",
                          .scenario = pro_scenario_resolved(scenario),
                          .source = "bench/pipeline",
                          .integrator = pro_integrator_name(pro_integrator_fast()),
                          .seed = pro_scenario_seed(scenario),
                          .cases = (uint64_t)r->cases,
                          .group = pro_scenario_group(scenario),
                          .families = families,
                          .keep_truth = mode};
  parts p = {0};
  pro_ensemble job = {
      .scenario = scenario, .count = plan.cases, .threads = 1, .sink = take, .help = help, .payload = &p};
  if (!mode) job.truth_columns = pro_label_truths(); /* as sweep --no-truth */
  PRO_TRY(pro_corpus_create(&p.writer, path, &plan));
  double before = pro_bench_seconds(), others = process_seconds() - before;
  pro_status status = pro_ensemble_run(&job);
  double ran = pro_bench_seconds();
  if (status != PRO_OK) {
    pro_corpus_abandon(p.writer);
    return status;
  }
  double children = pro_bench_children_seconds();
  PRO_TRY(pro_corpus_commit(p.writer));
  double commit = pro_bench_seconds() - ran;
  p.seconds[PART_write] = process_seconds() - pro_bench_seconds() - others;
  p.seconds[PART_verify] = pro_bench_children_seconds() - children; /* a commit verifies in one */
  /* what is sensed is sensed twice, once to see what it costs */
  p.seconds[PART_solve] = ran - before - 2.0 * p.seconds[PART_sense] - p.seconds[PART_copy] - p.seconds[PART_pack];
  p.seconds[PART_pack] += commit;
  for (int i = 0; i < PART_COUNT; i++) r->part[mode][i][repeat] = 1e6 * p.seconds[i] / r->cases;
  return PRO_OK;
}

/* ---- all of it ---- */

typedef struct places {
  char folder[64], corpus[96], other[96], scenario[96];
} places;

static pro_status measure_whole(results *r, int mode, int repeat, const places *at) {
  process p;
  PRO_TRY(begin(&p, quickstart, at->corpus, (uint64_t)r->cases, 1, period, mode));
  PRO_TRY(await(&p));
  pro_corpus_summary *file = &r->file[mode];
  PRO_TRY(pro_corpus_verify(file, at->corpus, 1, NULL));
  int columns = pro_sensor_count() + (mode ? PRO_TRUTH_COUNT : 0);
  r->megabytes[mode] = 4e-6 * (double)file->samples * columns;
  r->whole[mode][repeat] = r->megabytes[mode] / p.processor;
  return PRO_OK;
}

/* What two threads do in a second over what two processes do at once. */
static pro_status measure_threads(results *r, int repeat, const places *at) {
  process both, a, b;
  uint64_t cases = (uint64_t)r->cases;
  PRO_TRY(begin(&both, quickstart, at->corpus, cases, 2, period, 0));
  PRO_TRY(await(&both));
  PRO_TRY(begin(&a, quickstart, at->corpus, cases, 1, period, 0));
  pro_status second = begin(&b, quickstart, at->other, cases, 1, period, 0);
  pro_status first = await(&a);
  if (second == PRO_OK) second = await(&b);
  PRO_TRY(first);
  PRO_TRY(second);
  r->threads[repeat] = fmax(a.seconds, b.seconds) / (2.0 * both.seconds);
  return PRO_OK;
}

static pro_status measure_memory(results *r, int repeat, const places *at) {
  process few, many;
  PRO_TRY(begin(&few, at->scenario, at->corpus, r->few, 2, NULL, 0));
  PRO_TRY(await(&few));
  PRO_TRY(begin(&many, at->scenario, at->corpus, r->many, 2, NULL, 0));
  PRO_TRY(await(&many));
  r->peak_few[repeat] = few.MB, r->peak_many[repeat] = many.MB;
  r->memory[repeat] = many.MB / few.MB;
  return PRO_OK;
}

static pro_status measure(results *r, const places *at, const pro_scenario *scenario) {
  /* first: a process inherits the peak of what it comes from, and this one is small yet */
  for (int repeat = 0; repeat < r->repeats; repeat++) PRO_TRY(measure_memory(r, repeat, at));
  for (int repeat = 0; repeat < r->repeats; repeat++) {
    for (int mode = 0; mode < MODES; mode++) {
      PRO_TRY(measure_whole(r, mode, repeat, at));
      PRO_TRY(measure_parts(r, mode, repeat, at->corpus, scenario));
    }
    PRO_TRY(measure_threads(r, repeat, at));
  }
  return PRO_OK;
}

/* ---- printing ---- */

/* A figure of the tables: where its repeats are, and in JSON its key. */
typedef struct figure {
  const char *key, *name;
  double *repeats;
} figure;

enum { FIGURES = 4 + MODES };
static void figures_of(figure out[FIGURES], results *r) {
  out[0] = (figure){"sweep_sensors_MB_per_second", "sweep, sensors alone [MB/s]", r->whole[0]};
  out[1] = (figure){"sweep_truth_MB_per_second", "sweep, sensors and truth [MB/s]", r->whole[1]};
  out[2] = (figure){"threads_over_processes", "two threads over two processes", r->threads};
  out[3] = (figure){"memory_many_over_few", "peak memory, many over few", r->memory};
  out[4] = (figure){"peak_few_MB", "peak memory of few [MB]", r->peak_few};
  out[5] = (figure){"peak_many_MB", "peak memory of many [MB]", r->peak_many};
}

/* 4 bytes for each value of a channel, over the bytes it takes on disk, and over the whole file's. */
static double channel_ratio(const pro_corpus_summary *s) {
  return 4.0 * (double)s->samples * pro_sensor_count() / (double)s->channel_bytes;
}
static double file_ratio(const results *r, int mode) {
  return 1e6 * r->megabytes[mode] / (double)r->file[mode].bytes;
}

static void print_text(results *r) {
  figure figures[FIGURES];
  figures_of(figures, r);
  printf(
      "%d cases of %.0f samples, %d channels; memory of %llu runs over %llu; medians of %d (lowest to "
      "highest)\n\n",
      r->cases, (double)r->file[0].samples / r->cases, pro_sensor_count(), (unsigned long long)r->many,
      (unsigned long long)r->few, r->repeats);
  for (int i = 0; i < FIGURES; i++) {
    pro_spread s = pro_spread_of(figures[i].repeats, (size_t)r->repeats);
    printf("%-34s %8.4g (%.4g to %.4g)\n", figures[i].name, s.median, s.low, s.high);
  }
  printf("%-34s %8.4g\n", "channels as float32 over stored", channel_ratio(&r->file[0]));
  for (int mode = 0; mode < MODES; mode++)
    printf("%-34s %8.4g\n", mode ? "all with truth over the file" : "channels over the file", file_ratio(r, mode));
  for (int mode = 0; mode < MODES; mode++) {
    printf("\n%-34s %8s\n", mode_names[mode], "us a case");
    for (int i = 0; i < PART_COUNT; i++) {
      pro_spread s = pro_spread_of(r->part[mode][i], (size_t)r->repeats);
      printf("  %-32s %8.0f (%.0f to %.0f)  %s\n", part_names[i], s.median, s.low, s.high, part_docs[i]);
    }
  }
}

static void json_spread(pro_json *json, const char *key, double *repeats, int n) {
  pro_spread s = pro_spread_of(repeats, (size_t)n);
  pro_json_object(json, key);
  pro_json_number(json, "median", s.median);
  pro_json_number(json, "low", s.low);
  pro_json_number(json, "high", s.high);
  pro_json_end(json);
}

static void print_json(results *r) {
  figure figures[FIGURES];
  figures_of(figures, r);
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_integer(&json, "repeats", r->repeats);
  pro_json_integer(&json, "cases", r->cases);
  pro_json_count(&json, "samples", r->file[0].samples);
  pro_json_count(&json, "few", r->few);
  pro_json_count(&json, "many", r->many);
  for (int i = 0; i < FIGURES; i++) json_spread(&json, figures[i].key, figures[i].repeats, r->repeats);
  pro_json_number(&json, "channel_ratio", channel_ratio(&r->file[0]));
  pro_json_number(&json, "file_ratio_sensors", file_ratio(r, 0));
  pro_json_number(&json, "file_ratio_truth", file_ratio(r, 1));
  for (int mode = 0; mode < MODES; mode++) {
    pro_json_object(&json, mode ? "parts_truth_us_per_case" : "parts_sensors_us_per_case");
    for (int i = 0; i < PART_COUNT; i++) json_spread(&json, part_names[i], r->part[mode][i], r->repeats);
    pro_json_end(&json);
  }
  pro_json_end(&json);
}

static pro_status make_places(places *at) {
  *at = (places){.folder = "/tmp/pro_pipeline_XXXXXX"};
  if (!mkdtemp(at->folder)) return pro_fail(PRO_EIO, "%s: no temporary folder can be made", at->folder);
  snprintf(at->corpus, sizeof at->corpus, "%s/a.h5", at->folder);
  snprintf(at->other, sizeof at->other, "%s/b.h5", at->folder);
  snprintf(at->scenario, sizeof at->scenario, "%s/short.yaml", at->folder);
  FILE *to = fopen(at->scenario, "w");
  int failed = !to || fputs(short_scenario, to) < 0;
  if (to && fclose(to) != 0) failed = 1;
  return failed ? pro_fail(PRO_EIO, "%s: cannot be written", at->scenario) : PRO_OK;
}

static pro_status bench(pro_arguments *args) {
  static results r;
  double repeats = 5.0;
  int as_json = pro_arguments_flag(args, "--json"), quick = pro_arguments_flag(args, "--quick");
  PRO_TRY(pro_arguments_number(&repeats, args, "--repeats", 1.0, REPEATS_MAX));
  PRO_TRY(pro_arguments_end(args, 0));
  r.repeats = (int)repeats;
  r.cases = quick ? 40 : 400;
  r.few = 1000, r.many = quick ? 8000 : 100000;
  const char *const set[] = {period};
  pro_scenario *scenario;
  PRO_TRY(pro_scenario_read(&scenario, quickstart, 1, set));
  places at;
  pro_status status = make_places(&at);
  if (status == PRO_OK) status = measure(&r, &at, scenario);
  pro_scenario_free(scenario);
  remove(at.corpus), remove(at.other), remove(at.scenario), rmdir(at.folder);
  PRO_TRY(status);
  if (as_json)
    print_json(&r);
  else
    print_text(&r);
  if (fflush(stdout) != 0) return pro_fail(PRO_EIO, "stdout cannot be written");
  return PRO_OK;
}

int main(int argc, char **argv) { return pro_bench_main(argc, argv, "pipeline", usage, bench); }
