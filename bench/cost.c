/* SPDX-License-Identifier: GPL-3.0-or-later
 * cost - what a case, a sensor's reading, a stored sample and a detector's step cost: medians and spreads over
 * interleaved repeats. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "cli/json.h"
#include "output/corpus.h"
#include "output/label.h"
#include "predictor/detector.h"
#include "sim/level.h"
#include "sim/sensor.h"
#include "sim/simulate.h"

static const char usage[] =
    "usage: cost [--repeats N] [--rtol R] [--integrator NAME] [--json]\n"
    "\n"
    "Prints the cost of cases, of sensing, of corpus writing and of detectors. Times are processor time of one "
    "thread; "
    "compare ratios\n"
    "of one call, not times of two.\n"
    "\n"
    "  --repeats N        interleaved repeats, 1 to 99 (5)\n"
    "  --rtol R           relative tolerance, 1e-12 to 1e-2 (1e-6)\n"
    "  --integrator NAME  of the engine's (its default)\n"
    "  --json             one JSON document\n";

enum { REPEATS_MAX = 99 };

static const char *const presets[] = {"lco_18650", "nmc_pouch_25Ah"};
enum { PRESETS = (int)PRO_COUNT(presets), ABUSED = PRESETS * PRO_BENCH_ABUSES };

/* ---- cases ---- */

static int kim_oven(pro_case *out, const char *preset, int k) {
  pro_bench_case(out, preset);
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_T_ambient], 428.15);
  out->T_initial = 301.15;
  out->duration = out->period = 7200.0;
  return k < 0; /* one */
}

static int abused(pro_case *out, const char *preset, int k) {
  pro_bench_abuse(out, preset, k);
  return k + 1 < PRO_BENCH_ABUSES;
}

static int abused_unrecorded(pro_case *out, const char *preset, int k) {
  int more = abused(out, preset, k);
  out->period = out->duration;
  return more;
}

static const struct set {
  const char *name, *preset;
  int (*fill)(pro_case *out, const char *preset, int k); /* 1: case k + 1 exists too */
} sets[] = {
    {"Kim's lumped oven, 155 degC", "lco_18650_kim", kim_oven},
    {"lco_18650, nine abuses", "lco_18650", abused_unrecorded},
    {"nmc_pouch_25Ah, nine abuses", "nmc_pouch_25Ah", abused_unrecorded},
    {"lco_18650, nine abuses, 1 Hz", "lco_18650", abused},
};
enum { SETS = (int)PRO_COUNT(sets) };

typedef struct set_cost {
  int cases, failed;
  double steps, rejected, rhs_calls, jacobian_calls; /* sums over the set */
  double seconds[REPEATS_MAX];                       /* of the whole set */
  pro_spread spread;
} set_cost;

static pro_status run_set(set_cost *cost, const struct set *set, int repeat, double rtol,
                          const struct pro_integrator *integrator) {
  set_cost sum = {0};
  double spent = 0.0;
  for (int more = 1, k = 0; more; k++) {
    pro_case in;
    pro_trajectory *run;
    more = set->fill(&in, set->preset, k);
    in.rtol = rtol;
    double before = pro_bench_seconds();
    pro_status status = pro_simulate(&run, &in, integrator);
    spent += pro_bench_seconds() - before;
    sum.cases++;
    if (status == PRO_ENUMERIC) {
      sum.failed++;
      continue;
    }
    PRO_TRY(status);
    sum.steps += (double)run->steps, sum.rejected += (double)run->rejected;
    sum.rhs_calls += (double)run->rhs_calls, sum.jacobian_calls += (double)run->jacobian_calls;
    pro_trajectory_free(run);
  }
  memcpy(sum.seconds, cost->seconds, sizeof sum.seconds);
  sum.seconds[repeat] = spent;
  *cost = sum;
  return PRO_OK;
}

/* ---- cases as in a sweep: side by side, sensed, and with more or less of the truth recorded ---- */

static const struct recording {
  const char *name;
  int samples; /* 1: every second; 0: at both ends alone */
  int truth;   /* 1: all of it; 0: what sensors and labels read */
} recordings[] = {
    {"full cells, ends alone", 0, 1}, {"sensors and labels at 1 Hz", 1, 0}, {"sensors and truth at 1 Hz", 1, 1}};
enum { RECORDINGS = (int)PRO_COUNT(recordings), SWEPT = 4 * PRESETS * PRO_BENCH_ABUSES };

static pro_status sweep(double *seconds, const struct recording *how, double rtol,
                        const struct pro_integrator *integrator) {
  pro_run *runs = calloc(SWEPT, sizeof *runs), *each[SWEPT];
  if (!runs) return pro_fail(PRO_ENOMEM, "no memory for the runs");
  for (int k = 0; k < SWEPT; k++) {
    pro_case *in = &runs[k].in;
    pro_bench_abuse(in, presets[k % PRESETS], k / PRESETS % PRO_BENCH_ABUSES);
    in->rtol = rtol, in->run = (uint64_t)k;
    if (!how->samples) in->period = in->duration;
    if (!how->truth) in->truth_columns = pro_label_truths();
    each[k] = &runs[k];
  }
  double before = pro_bench_seconds();
  pro_status status = pro_run_cases(each, SWEPT, integrator);
  *seconds = pro_bench_seconds() - before;
  for (int k = 0; k < SWEPT; k++) pro_run_clear(&runs[k]);
  free(runs);
  return status;
}

/* ---- detectors and corpus: on the same runs, as the sensors saw them ---- */

typedef struct stream {
  size_t samples;
  pro_sample *sample;
  pro_nameplate nameplate;
} stream;

static pro_status stream_create(stream *out, const pro_run *run) {
  const pro_observation *seen = run->seen;
  const pro_cell *cell = &run->in.cell;
  out->samples = seen->samples;
  out->sample = malloc(seen->samples * sizeof *out->sample);
  if (!out->sample) return pro_fail(PRO_ENOMEM, "no memory for %zu samples", seen->samples);
  out->nameplate = (pro_nameplate){(float)cell->capacity,        (float)cell->mass,
                                   (float)cell->voltage_min,     (float)cell->voltage_max,
                                   (float)cell->T_operating_max, cell->format};
  for (size_t k = 0; k < seen->samples; k++) {
    out->sample[k].t = seen->t[k];
    for (int c = 0; c < PRO_CHANNEL_COUNT; c++) {
      int s = pro_sensor_find(pro_channel_names[c]);
      int32_t code = s < 0 ? PRO_CODE_MISSING : seen->code[s][k];
      out->sample[k].value[c] =
          code == PRO_CODE_MISSING ? NAN : (float)(code * pro_sensor_all[s]->quantum + pro_sensor_all[s]->offset);
    }
  }
  return PRO_OK;
}

static double detector_seconds(const pro_detector *detector, const stream *streams, size_t n) {
  double state[PRO_DETECTOR_BYTES_MAX / sizeof(double)], params[PRO_DETECTOR_BYTES_MAX / sizeof(double)];
  if (detector->fields) pro_field_defaults(detector->fields, params);
  volatile float keep = 0.0f; /* the verdicts must be made */
  double before = pro_bench_seconds();
  for (size_t i = 0; i < n; i++) {
    float sum = 0.0f;
    detector->reset(state, params, &streams[i].nameplate);
    for (size_t k = 0; k < streams[i].samples; k++)
      sum += detector->step(state, params, &streams[i].sample[k]).probability;
    keep = keep + sum;
  }
  return pro_bench_seconds() - before;
}

/* Per pass of all sensors over all runs [s]. */
static pro_status sense(double *seconds, const pro_run *runs, size_t n) {
  double before = pro_bench_seconds();
  for (size_t i = 0; i < n; i++) {
    pro_observation *seen;
    PRO_TRY(pro_observe(&seen, &runs[i].in, runs[i].truth));
    pro_observation_free(seen);
  }
  *seconds = pro_bench_seconds() - before;
  return PRO_OK;
}

/* Per write of all runs into one file [s]: appending, and the whole with its finalising pass and verification. */
typedef struct write_cost {
  double append, whole;
} write_cost;

static pro_status write_corpus(write_cost *out, const char *path, const pro_run *runs, uint64_t n,
                               int keep_truth) {
  static const char *const families[] = {"oven", "heater", "internal_short", NULL};
  pro_corpus_plan plan = {.title = "a benchmark's",
                          .scenario = "made by hand\n",
                          .source = "bench/cost",
                          .integrator = pro_integrator_name(pro_integrator_fast()),
                          .seed = 1,
                          .cases = n,
                          .group = 8,
                          .families = families,
                          .keep_truth = keep_truth};
  pro_corpus_writer *writer;
  double before = pro_bench_seconds(), children = pro_bench_children_seconds();
  PRO_TRY(pro_corpus_create(&writer, path, &plan));
  for (uint64_t k = 0; k < n; k++) {
    pro_status status = pro_corpus_append(writer, &runs[k], NULL);
    if (status == PRO_OK) continue;
    pro_corpus_abandon(writer);
    return status;
  }
  out->append = pro_bench_seconds() - before;
  pro_status status = pro_corpus_commit(writer);
  out->whole = pro_bench_seconds() - before + pro_bench_children_seconds() - children; /* verification is in one */
  return status;
}

/* ---- all of it ---- */

enum { DETECTORS_MAX = 64, WRITES = 2 };
static const char *const write_names[WRITES] = {"sensors alone", "sensors and truth"};

typedef struct results {
  int repeats, detectors;
  set_cost set[SETS];
  double ns[DETECTORS_MAX][REPEATS_MAX]; /* per sample */
  pro_spread detector[DETECTORS_MAX];
  double swept[RECORDINGS][REPEATS_MAX]; /* of all cases [s] */
  pro_spread swept_spread[RECORDINGS];
  double sensing[REPEATS_MAX]; /* per reading [ns] */
  pro_spread sensing_spread;
  double append[WRITES][REPEATS_MAX], whole[WRITES][REPEATS_MAX]; /* [MB/s] of float32 */
  pro_spread append_spread[WRITES], whole_spread[WRITES];
  double megabytes[WRITES], file_megabytes[WRITES]; /* as float32; on disk */
} results;

static pro_status measure_streams(results *r, const pro_run *runs, const stream *streams) {
  size_t samples = 0;
  double values[WRITES] = {0};
  for (int i = 0; i < ABUSED; i++) {
    samples += streams[i].samples;
    values[0] += (double)streams[i].samples * pro_sensor_count();
    values[1] += (double)streams[i].samples * (pro_sensor_count() + PRO_TRUTH_COUNT + runs[i].truth->reactions);
  }
  char folder[] = "/tmp/pro_cost_XXXXXX", path[64];
  if (!mkdtemp(folder)) return pro_fail(PRO_EIO, "%s: no temporary folder can be made", folder);
  snprintf(path, sizeof path, "%s/corpus.h5", folder);
  pro_status status = PRO_OK;
  for (int repeat = 0; repeat < r->repeats && status == PRO_OK; repeat++) {
    double seconds = 0.0;
    status = sense(&seconds, runs, ABUSED);
    r->sensing[repeat] = 1e9 * seconds / values[0];
    for (int d = 0; d < r->detectors; d++)
      r->ns[d][repeat] = 1e9 * detector_seconds(pro_detector_all[d], streams, ABUSED) / (double)samples;
    for (int w = 0; w < WRITES && status == PRO_OK; w++) {
      write_cost cost;
      status = write_corpus(&cost, path, runs, ABUSED, w);
      if (status != PRO_OK) break;
      pro_corpus_summary summary;
      status = pro_corpus_verify(&summary, path, 1, NULL);
      r->megabytes[w] = 4e-6 * values[w];
      r->file_megabytes[w] = 1e-6 * (double)summary.bytes;
      r->append[w][repeat] = r->megabytes[w] / cost.append, r->whole[w][repeat] = r->megabytes[w] / cost.whole;
    }
  }
  remove(path);
  rmdir(folder);
  return status;
}

static pro_status measure_seen(results *r, double rtol, const struct pro_integrator *integrator) {
  pro_run *runs = calloc(ABUSED, sizeof *runs);
  stream *streams = calloc(ABUSED, sizeof *streams);
  pro_status status = runs && streams ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for the runs");
  for (int i = 0; i < ABUSED && status == PRO_OK; i++) {
    pro_bench_abuse(&runs[i].in, presets[i / PRO_BENCH_ABUSES], i % PRO_BENCH_ABUSES);
    runs[i].in.rtol = rtol;
    runs[i].in.run = (uint64_t)i, runs[i].in.cell_draw = i;
    status = pro_run_case(&runs[i], integrator);
    if (status == PRO_OK && runs[i].status != PRO_OK) status = pro_fail(runs[i].status, "%s", runs[i].message);
    if (status == PRO_OK) status = stream_create(&streams[i], &runs[i]);
  }
  if (status == PRO_OK) status = measure_streams(r, runs, streams);
  for (int i = 0; i < ABUSED && runs && streams; i++) {
    pro_run_clear(&runs[i]);
    free(streams[i].sample);
  }
  free(runs);
  free(streams);
  return status;
}

static pro_status measure(results *r, double rtol, const struct pro_integrator *integrator) {
  for (int repeat = 0; repeat < r->repeats; repeat++) {
    for (int s = 0; s < SETS; s++) PRO_TRY(run_set(&r->set[s], &sets[s], repeat, rtol, integrator));
    for (int w = 0; w < RECORDINGS; w++) PRO_TRY(sweep(&r->swept[w][repeat], &recordings[w], rtol, integrator));
  }
  while (r->detectors < DETECTORS_MAX && pro_detector_all[r->detectors]) r->detectors++;
  PRO_TRY(measure_seen(r, rtol, integrator));
  size_t n = (size_t)r->repeats;
  for (int s = 0; s < SETS; s++) r->set[s].spread = pro_spread_of(r->set[s].seconds, n);
  for (int d = 0; d < r->detectors; d++) r->detector[d] = pro_spread_of(r->ns[d], n);
  for (int w = 0; w < RECORDINGS; w++) r->swept_spread[w] = pro_spread_of(r->swept[w], n);
  r->sensing_spread = pro_spread_of(r->sensing, n);
  for (int w = 0; w < WRITES; w++) {
    r->append_spread[w] = pro_spread_of(r->append[w], n);
    r->whole_spread[w] = pro_spread_of(r->whole[w], n);
  }
  return PRO_OK;
}

static void print_text(const results *r, double rtol, const char *integrator) {
  printf("%s (%s) at rtol %g, medians of %d interleaved repeats (lowest to highest)\n\n", integrator,
         pro_level_name(), rtol, r->repeats);
  printf("%-30s %5s %26s %6s %8s %8s %7s %8s %8s %8s\n", "a case", "cases", "ms", "ratio", "us/step", "us/rhs",
         "steps", "rejected", "rhs", "jacobian");
  for (int s = 0; s < SETS; s++) {
    const set_cost *c = &r->set[s];
    double n = c->cases, ms = 1e3 / n, us = 1e6 * c->spread.median;
    printf("%-30s %5d %8.3f (%7.3f-%7.3f) %6.2f %8.2f %8.2f %7.0f %8.0f %8.0f %8.0f%s\n", sets[s].name, c->cases,
           ms * c->spread.median, ms * c->spread.low, ms * c->spread.high,
           c->spread.median / n / (r->set[0].spread.median / r->set[0].cases), us / c->steps, us / c->rhs_calls,
           c->steps / n, c->rejected / n, c->rhs_calls / n, c->jacobian_calls / n,
           c->failed ? "  SOME FAILED" : "");
  }
  printf("\n%-30s %5s %26s\n", "cases side by side", "cases", "ms");
  for (int w = 0; w < RECORDINGS; w++)
    printf("%-30s %5d %8.3f (%7.3f-%7.3f)\n", recordings[w].name, SWEPT, 1e3 / SWEPT * r->swept_spread[w].median,
           1e3 / SWEPT * r->swept_spread[w].low, 1e3 / SWEPT * r->swept_spread[w].high);
  const pro_spread *sensing = &r->sensing_spread;
  printf("\n%-30s %28s\n%-30s %10.2f (%6.2f-%6.2f)\n", "sensing", "ns per reading", "all sensors", sensing->median,
         sensing->low, sensing->high);
  printf("\n%-30s %10s %10s %28s %28s\n", "a corpus", "MB float32", "MB on disk", "MB/s appending",
         "MB/s with verification");
  for (int w = 0; w < WRITES; w++)
    printf("%-30s %10.1f %10.2f %10.0f (%6.0f-%6.0f) %11.0f (%6.0f-%6.0f)\n", write_names[w], r->megabytes[w],
           r->file_megabytes[w], r->append_spread[w].median, r->append_spread[w].low, r->append_spread[w].high,
           r->whole_spread[w].median, r->whole_spread[w].low, r->whole_spread[w].high);
  printf("\n%-30s %28s\n", "a detector", "ns per sample");
  for (int d = 0; d < r->detectors; d++)
    printf("%-30s %10.1f (%6.1f-%6.1f)\n", pro_detector_all[d]->name, r->detector[d].median, r->detector[d].low,
           r->detector[d].high);
}

static void print_spread(pro_json *json, const char *key, const pro_spread *spread, double per) {
  pro_json_object(json, key);
  pro_json_number(json, "median", per * spread->median);
  pro_json_number(json, "low", per * spread->low);
  pro_json_number(json, "high", per * spread->high);
  pro_json_end(json);
}

static void print_json(const results *r, double rtol, const char *integrator) {
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "integrator", integrator);
  pro_json_number(&json, "rtol", rtol);
  pro_json_integer(&json, "repeats", r->repeats);
  pro_json_array(&json, "cases");
  for (int s = 0; s < SETS; s++) {
    const set_cost *c = &r->set[s];
    double n = c->cases;
    pro_json_object(&json, NULL);
    pro_json_text(&json, "name", sets[s].name);
    pro_json_integer(&json, "cases", c->cases);
    pro_json_integer(&json, "failed", c->failed);
    print_spread(&json, "seconds_per_case", &c->spread, 1.0 / n);
    pro_json_number(&json, "ratio_to_first", c->spread.median / n / (r->set[0].spread.median / r->set[0].cases));
    pro_json_number(&json, "seconds_per_step", c->spread.median / c->steps);
    pro_json_number(&json, "seconds_per_rhs", c->spread.median / c->rhs_calls);
    pro_json_number(&json, "steps", c->steps / n);
    pro_json_number(&json, "rejected", c->rejected / n);
    pro_json_number(&json, "rhs_calls", c->rhs_calls / n);
    pro_json_number(&json, "jacobian_calls", c->jacobian_calls / n);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_array(&json, "side_by_side");
  for (int w = 0; w < RECORDINGS; w++) {
    pro_json_object(&json, NULL);
    pro_json_text(&json, "name", recordings[w].name);
    print_spread(&json, "seconds_per_case", &r->swept_spread[w], 1.0 / SWEPT);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_text(&json, "level", pro_level_name());
  print_spread(&json, "seconds_per_reading", &r->sensing_spread, 1e-9);
  pro_json_array(&json, "corpus");
  for (int w = 0; w < WRITES; w++) {
    pro_json_object(&json, NULL);
    pro_json_text(&json, "name", write_names[w]);
    pro_json_number(&json, "bytes_float32", 1e6 * r->megabytes[w]);
    pro_json_number(&json, "bytes_on_disk", 1e6 * r->file_megabytes[w]);
    print_spread(&json, "append_bytes_per_second", &r->append_spread[w], 1e6);
    print_spread(&json, "whole_bytes_per_second", &r->whole_spread[w], 1e6);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_array(&json, "detectors");
  for (int d = 0; d < r->detectors; d++) {
    pro_json_object(&json, NULL);
    pro_json_text(&json, "name", pro_detector_all[d]->name);
    print_spread(&json, "seconds_per_sample", &r->detector[d], 1e-9);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_end(&json);
}

static pro_status bench(pro_arguments *args) {
  static results r;
  double repeats = 5.0, rtol = 1e-6;
  const char *name = NULL;
  const struct pro_integrator *integrator;
  int as_json = pro_arguments_flag(args, "--json");
  PRO_TRY(pro_arguments_number(&repeats, args, "--repeats", 1.0, REPEATS_MAX));
  PRO_TRY(pro_arguments_number(&rtol, args, "--rtol", 1e-12, 1e-2));
  PRO_TRY(pro_arguments_text(&name, args, "--integrator"));
  PRO_TRY(pro_bench_integrator(&integrator, name));
  PRO_TRY(pro_arguments_end(args, 0));
  r.repeats = (int)repeats;
  PRO_TRY(measure(&r, rtol, integrator));
  if (as_json)
    print_json(&r, rtol, pro_integrator_name(integrator));
  else
    print_text(&r, rtol, pro_integrator_name(integrator));
  if (fflush(stdout) != 0) return pro_fail(PRO_EIO, "stdout cannot be written");
  return PRO_OK;
}

int main(int argc, char **argv) { return pro_bench_main(argc, argv, "cost", usage, bench); }
