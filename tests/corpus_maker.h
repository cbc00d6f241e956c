/* SPDX-License-Identifier: GPL-3.0-or-later
 * tests/corpus_maker.h - small corpora of made-up runs, for the tests that write, break and read them. */
#ifndef PRO_TESTS_CORPUS_MAKER_H
#define PRO_TESTS_CORPUS_MAKER_H
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/corpus.h"
#include "output/label.h"
#include "sim/chemistry.h"
#include "sim/sensor.h"

enum { MADE_SAMPLES = 500 };
static const char *const made_families[] = {"oven", "heater", NULL};
static const char *const made_choices[] = {"slow", "very fast", NULL};
static const pro_corpus_parameter made_parameters[] = {
    {"oven.T", "K", "uniform(413.15, 443.15)", NULL},
    {"sei_decomposition.Ea", "J/mol", "normal(135080, 1000, -inf, inf)", NULL},
    {"oven.kind", "1", "choice(slow, very fast)", made_choices}};

__attribute__((unused)) static pro_corpus_plan made_plan(uint64_t cases, uint64_t group) {
  return (pro_corpus_plan){.title = "made-up runs",
                           .scenario =
                               "made: yes\nname: \xc3\xbc"
                               "bung\n",
                           .source = "prodrome test",
                           .integrator = "made_up",
                           .seed = 7,
                           .cases = cases,
                           .group = group,
                           .parameters = PRO_COUNT(made_parameters),
                           .parameter = made_parameters,
                           .families = made_families,
                           .keep_truth = 1,
                           .license = "CC0-1.0"};
}

static int made_fails(uint64_t k) { return k % 10 == 7; }
static int made_runs_away(uint64_t k) { return k % 2 == 1 && !made_fails(k); }

/* Run k of `samples` samples: the core heats by 1 mK/s, and that of odd ones by 300 K at once in their middle. */
__attribute__((unused)) static pro_run made_run(uint64_t k, size_t samples) {
  pro_run run = {.status = PRO_OK};
  pro_case *in = &run.in;
  in->network = *pro_chemistry_all[0];
  pro_cell_of_preset(&in->cell, pro_cell_all[0]);
  for (int s = 0; pro_sensor_all[s]; s++) in->sensors[s] = pro_sensor_all[s]->typical;
  in->sensors[pro_sensor_find("voltage")].loss = 0.02;
  in->T_initial = 298.15;
  in->period = 1.0;
  in->duration = (double)(samples - 1);
  in->t_fault = k % 4 == 2 ? NAN : 5.0;
  in->rtol = k == 1 ? 1e-4 : 1e-6;
  in->seed = 7, in->run = k, in->cell_draw = (int64_t)k;
  in->family = (int)(k % 2);
  if (made_fails(k)) {
    run.status = PRO_ENUMERIC;
    snprintf(run.message, sizeof run.message, "made to fail at t = %d s", (int)k);
    return run;
  }
  int reactions = pro_network_reaction_count(&in->network);
  size_t doubles = samples * (1 + PRO_TRUTH_COUNT + (size_t)reactions);
  pro_trajectory *truth = calloc(1, sizeof *truth + doubles * sizeof(double));
  double *next = (double *)(truth + 1), jump = (double)(samples / 2);
  truth->samples = samples, truth->reactions = reactions;
  truth->t = next, next += samples;
  for (int c = 0; c < PRO_TRUTH_COUNT; c++, next += samples) truth->truth[c] = next;
  truth->xi = next;
  for (int c = 0; c < PRO_CLOCK_COUNT; c++) truth->clock[c] = truth->T_at[c] = NAN;
  truth->clock[PRO_CLOCK_fault] = in->t_fault;
  truth->outcome = PRO_OUTCOME_safe;
  if (made_runs_away(k)) {
    truth->outcome = PRO_OUTCOME_runaway;
    truth->clock[PRO_CLOCK_runaway] = truth->clock[PRO_CLOCK_runaway_guarded] = jump;
    truth->clock[PRO_CLOCK_vent] = fmax(jump - 20.0, 0.0);
    truth->clock[PRO_CLOCK_max] = jump + 1.0;
  }
  for (size_t i = 0; i < samples; i++) {
    double t = truth->t[i] = (double)i,
           burnt = made_runs_away(k) && t > jump ? fmax(300.0 - 0.5 * (t - jump), 1.0) : 0.0;
    truth->truth[PRO_TRUTH_T_core][i] = 298.15 + 0.001 * t + burnt;
    truth->truth[PRO_TRUTH_T_surface][i] = 298.15 + 0.001 * t + 0.8 * burnt;
    truth->truth[PRO_TRUTH_T_ambient][i] = 298.15;
    truth->truth[PRO_TRUTH_voltage][i] = 4.1 - 1e-4 * t - (burnt > 0.0 ? 3.0 : 0.0);
    truth->truth[PRO_TRUTH_current][i] = 0.25 * (double)(i % 7);
    truth->truth[PRO_TRUTH_pressure][i] = burnt * 100.0;
    truth->truth[PRO_TRUTH_gas_VOC][i] = t >= truth->clock[PRO_CLOCK_vent] ? 1e-3 : 0.0;
    for (int j = 0; j < reactions; j++) truth->xi[(size_t)j * samples + i] = burnt > 0.0 ? 0.5 : 0.0;
    truth->T_max = fmax(truth->T_max, truth->truth[PRO_TRUTH_T_core][i]);
  }
  truth->ledger.energy_gap = 1e-12, truth->ledger.energy_crossed = 5e4;
  truth->steps = 100 + (long)k;
  run.truth = truth;
  if (pro_observe(&run.seen, in, truth) != PRO_OK) abort();
  return run;
}

/* Appends runs 0 ... cases - 1; returns the first status that is not PRO_OK. */
__attribute__((unused)) static pro_status made_append(pro_corpus_writer *writer, uint64_t cases, size_t samples) {
  pro_status status = PRO_OK;
  for (uint64_t k = 0; k < cases && status == PRO_OK; k++) {
    pro_run run = made_run(k, samples);
    double param[PRO_COUNT(made_parameters)] = {420.0 + (double)k, k % 2 ? NAN : 135080.0, (double)(k % 2)};
    status = pro_corpus_append(writer, &run, param);
    pro_run_clear(&run);
  }
  return status;
}

__attribute__((unused)) static pro_status made_write(const char *path, uint64_t cases, uint64_t group,
                                                     size_t samples) {
  pro_corpus_plan plan = made_plan(cases, group);
  pro_corpus_writer *writer;
  PRO_TRY(pro_corpus_create(&writer, path, &plan));
  PRO_TRY(made_append(writer, cases, samples));
  return pro_corpus_commit(writer);
}

__attribute__((unused)) static void made_corpus(const char *path, uint64_t cases, uint64_t group, size_t samples) {
  ck_assert_msg(made_write(path, cases, group, samples) == PRO_OK, "%s", pro_error_message());
}

/* A folder for one test's files, and its end. */
__attribute__((unused)) static char made_folder[64];
__attribute__((unused)) static void folder_begin(void) {
  strcpy(made_folder, "/tmp/prodrome-test-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(made_folder));
}
__attribute__((unused)) static void folder_end(void) {
  char command[96];
  snprintf(command, sizeof command, "rm -rf '%s'", made_folder);
  ck_assert_int_eq(system(command), 0);
}
__attribute__((unused)) static const char *in_folder(const char *name) {
  static char path[4][128];
  static int turn;
  char *to = path[turn++ % 4];
  snprintf(to, sizeof path[0], "%s/%s", made_folder, name);
  return to;
}
#endif
