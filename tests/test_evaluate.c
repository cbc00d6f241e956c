/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_evaluate prodrome_output prodrome_runtime prodrome_sim */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "predictor/evaluate.h"
#include "tests/support.h"

/* A detector whose answer is written into the record's voltage: the evaluator is tested, not a detector. */
static void scripted_reset(void *state, const void *params, const pro_nameplate *nameplate) {
  (void)params, (void)nameplate;
  *(double *)state = 0.0;
}
static pro_verdict scripted_step(void *state, const void *params, const pro_sample *sample) {
  (void)params;
  *(double *)state += 1.0; /* samples since the reset */
  float p = sample->value[PRO_CHANNEL_voltage];
  if (p < 0.0f) p = *(double *)state > -p ? 1.0f : 0.0f; /* -n: hazardous after n samples */
  return (pro_verdict){p, p >= 0.5f ? PRO_HAZARD_hazardous : PRO_HAZARD_normal};
}
static const pro_detector scripted = {.name = "scripted",
                                      .doc = "reads its answer from the voltage",
                                      .source = "test",
                                      .state_bytes = sizeof(double),
                                      .reset = scripted_reset,
                                      .step = scripted_step};

enum { LONG = 20000 };
static double times[LONG];
static float answers[LONG];

/* `n` samples a second apart, all normal. */
static pro_record record(size_t n) {
  for (size_t k = 0; k < n; k++) times[k] = (double)k, answers[k] = 0.0f;
  pro_record r = {.samples = n, .t = times, .nameplate = {NAN, NAN, NAN, NAN, NAN, -1}};
  r.channel[PRO_CHANNEL_voltage] = answers;
  return r;
}
static void answer(size_t from, size_t to, float p) {
  for (size_t k = from; k < to; k++) answers[k] = p;
}

static pro_evaluation *begin(const pro_detector *detector) {
  pro_evaluation *e;
  ck_assert_int_eq(pro_evaluation_create(&e, detector, NULL, NULL), PRO_OK);
  return e;
}
static pro_trace_score add(pro_evaluation *e, const pro_record *r, pro_fate fate, double t_fault,
                           double t_runaway) {
  pro_trace_score score;
  pro_judgement j = {fate, t_fault, t_runaway};
  ck_assert_int_eq(pro_evaluation_add(e, r, NULL, &j, &score), PRO_OK);
  return score;
}
static pro_lead_report finish(pro_evaluation *e) {
  pro_lead_report report;
  pro_evaluation_report(&report, e);
  pro_evaluation_free(e);
  return report;
}

START_TEST(a_lead_counts_from_the_tick_that_raised) {
  pro_evaluation *e = begin(&scripted);
  pro_record r = record(6000);
  answer(4000, 6000, 1.0f); /* raised at 4002 */
  pro_trace_score score = add(e, &r, PRO_FATE_runaway, 1000.0, 5000.5);
  ck_assert_double_eq(score.lead, 998.5);
  ck_assert_double_eq(score.first_alarm, 4002.0);
  ck_assert(isnan(score.delay));
  pro_lead_report report = finish(e);
  ck_assert_uint_eq(report.events, 1);
  ck_assert_uint_eq(report.warned, 1);
  ck_assert_uint_eq(report.missed, 0);
  ck_assert_double_eq(report.lead_median, 998.5);
  ck_assert_double_eq(report.in_window, 1.0);
  static const double curve[PRO_LEAD_POINTS] = {1, 1, 1, 1, 1, 1, 0, 0}; /* 900 s yes, 1200 s no */
  for (int p = 0; p < PRO_LEAD_POINTS; p++) ck_assert_double_eq(report.curve[p], curve[p]);
}
END_TEST

START_TEST(quantiles_and_the_curve_are_over_the_leads) {
  pro_evaluation *e = begin(&scripted);
  for (int k = 1; k <= 11; k++) { /* leads 100, 200, ... 1100 s, in shuffled order */
    pro_record r = record(6000);
    answer((size_t)(5000 - 100 * (k * 7 % 11 + 1) - 2), 6000, 1.0f);
    add(e, &r, PRO_FATE_runaway, 1000.0, 5000.0);
  }
  pro_record silent = record(6000);
  add(e, &silent, PRO_FATE_runaway, 1000.0, 5000.0);
  pro_lead_report report = finish(e);
  ck_assert_uint_eq(report.events, 12);
  ck_assert_uint_eq(report.warned, 11);
  ck_assert_uint_eq(report.missed, 1);
  ck_assert_double_eq_tol(report.lead_p10, 200.0, 1e-9);
  ck_assert_double_eq_tol(report.lead_median, 600.0, 1e-9);
  ck_assert_double_eq_tol(report.lead_p90, 1000.0, 1e-9);
  ck_assert_double_eq_tol(report.curve[0], 11.0 / 12, 1e-12);
  ck_assert_double_eq_tol(report.curve[3], 9.0 / 12, 1e-12);  /* 300 ... 1100 s */
  ck_assert_double_eq_tol(report.curve[5], 3.0 / 12, 1e-12);  /* 900, 1000, 1100 s */
  ck_assert_double_eq_tol(report.in_window, 9.0 / 12, 1e-12); /* 300 ... 1100 s */
}
END_TEST

START_TEST(an_alarm_before_the_fault_is_false_even_if_it_lasts_to_the_runaway) {
  pro_evaluation *e = begin(&scripted);
  pro_record r = record(6000);
  answer(500, 6000, 1.0f);
  pro_trace_score score = add(e, &r, PRO_FATE_runaway, 1000.0, 5000.0);
  ck_assert(isnan(score.lead));
  pro_lead_report report = finish(e);
  ck_assert_uint_eq(report.warned, 0);
  ck_assert_uint_eq(report.missed, 1);
  ck_assert_uint_eq(report.false_alarms, 1);
  ck_assert_uint_eq(report.false_alarm_cases, 1);
}
END_TEST

START_TEST(an_alarm_given_up_long_before_the_runaway_does_not_count) {
  pro_evaluation *e = begin(&scripted);
  pro_record r = record(6000);
  answer(2000, 2010, 1.0f); /* cleared at 2070; the refractory time is over at 2670 */
  ck_assert(isnan(add(e, &r, PRO_FATE_runaway, 1000.0, 2671.0).lead));
  ck_assert_double_eq(add(e, &r, PRO_FATE_runaway, 1000.0, 2670.0).lead, 668.0);
  pro_lead_report report = finish(e);
  ck_assert_uint_eq(report.warned, 1);
  ck_assert_uint_eq(report.missed, 1);
}
END_TEST

START_TEST(an_alarm_after_the_runaway_is_late_and_tells_its_delay) {
  pro_evaluation *e = begin(&scripted);
  pro_record r = record(6000);
  answer(5004, 6000, 1.0f);
  pro_trace_score score = add(e, &r, PRO_FATE_runaway, 1000.0, 5000.0);
  ck_assert(isnan(score.lead));
  ck_assert_int_eq(score.alarms, 0);
  ck_assert_double_eq(score.delay, 6.0);
  pro_lead_report report = finish(e);
  ck_assert_uint_eq(report.missed, 1);
  ck_assert_uint_eq(report.late, 1);
}
END_TEST

START_TEST(near_misses_and_nominals_are_counted_apart) {
  pro_evaluation *e = begin(&scripted);
  pro_record r = record(6000);
  answer(4000, 4100, 1.0f);
  add(e, &r, PRO_FATE_safe, 1000.0, NAN); /* after the fault: a near-miss alarm, not a false one */
  add(e, &r, PRO_FATE_safe, 5000.0, NAN); /* before the fault: false */
  add(e, &r, PRO_FATE_safe, NAN, NAN);    /* no fault at all: false */
  pro_lead_report report = finish(e);
  ck_assert_uint_eq(report.near_misses, 2);
  ck_assert_uint_eq(report.near_miss_alarms, 1);
  ck_assert_uint_eq(report.nominals, 1);
  ck_assert_uint_eq(report.false_alarms, 2);
  ck_assert_uint_eq(report.false_alarm_cases, 2);
}
END_TEST

/* Silent from 0 to 10 000 s and no fault: at risk from the end of the warm-up, less the first tick's missing step.
 */
START_TEST(time_at_risk_excludes_warm_up_alarm_and_refractory_time) {
  pro_evaluation *e = begin(&scripted);
  pro_record r = record(10000);
  add(e, &r, PRO_FATE_safe, NAN, NAN);
  ck_assert_double_eq_tol(finish(e).risk_hours * 3600.0, 9999.0 - 120.0, 1e-6);
  e = begin(&scripted);
  answer(2000, 2010, 1.0f); /* raised at 2002, cleared at 2070, refractory to 2670 */
  add(e, &r, PRO_FATE_safe, NAN, NAN);
  ck_assert_double_eq_tol(finish(e).risk_hours * 3600.0, 9999.0 - 120.0 - 668.0, 1.5);
  e = begin(&scripted);
  add(e, &r, PRO_FATE_safe, 1000.0, NAN); /* only what lies before the fault */
  ck_assert_double_eq_tol(finish(e).risk_hours * 3600.0, 999.0 - 120.0, 1e-6);
}
END_TEST

START_TEST(a_gap_in_the_record_is_no_time_at_risk) {
  pro_evaluation *e = begin(&scripted);
  pro_record r = record(2000);
  for (size_t k = 1000; k < 2000; k++) times[k] += 1e6;
  add(e, &r, PRO_FATE_safe, NAN, NAN);
  ck_assert_double_eq_tol(finish(e).risk_hours * 3600.0, 1999.0 - 120.0 + 59.0, 1e-6); /* a minute of it at most */
}
END_TEST

/* Garwood's exact interval: 3 events have 0.6187 ... 8.7673, and none has 2.9957 at one side. */
START_TEST(false_alarm_rates_have_the_exact_poisson_interval) {
  pro_evaluation *e = begin(&scripted);
  pro_record r = record(10000);
  for (int k = 0; k < 3; k++) answer((size_t)(2000 + 2000 * k), (size_t)(2010 + 2000 * k), 1.0f);
  add(e, &r, PRO_FATE_safe, NAN, NAN);
  pro_lead_report report = finish(e);
  double years = report.risk_hours / 8766.0;
  ck_assert_uint_eq(report.false_alarms, 3);
  ck_assert_double_eq_tol(report.false_alarms_per_cell_year * years, 3.0, 1e-9);
  ck_assert_double_eq_tol(report.per_cell_year_low * years, 0.61867, 1e-4);
  ck_assert_double_eq_tol(report.per_cell_year_high * years, 8.76727, 1e-4);
  e = begin(&scripted);
  r = record(10000);
  add(e, &r, PRO_FATE_safe, NAN, NAN);
  report = finish(e);
  years = report.risk_hours / 8766.0;
  ck_assert_double_eq(report.per_cell_year_low, 0.0);
  ck_assert_double_eq_tol(report.per_cell_year_high * years, 2.99573, 1e-4);
}
END_TEST

/* Runaway at 5000 s: the window is 3800 ... 4700 s, 901 ticks. Hazardous from 3500 s on: 300 ticks too early, the
 * window whole, and the last five minutes neither. */
START_TEST(the_hazard_window_has_recall_and_precision_on_ticks) {
  pro_evaluation *e = begin(&scripted);
  pro_record r = record(6000);
  answer(3500, 6000, 1.0f);
  add(e, &r, PRO_FATE_runaway, 1000.0, 5000.0);
  pro_lead_report report = finish(e);
  ck_assert_double_eq_tol(report.window_recall, 1.0, 1e-12);
  ck_assert_double_eq_tol(report.window_precision, 901.0 / 1201.0, 1e-12);
  e = begin(&scripted);
  r = record(6000);
  answer(4250, 6000, 1.0f);
  add(e, &r, PRO_FATE_runaway, 1000.0, 5000.0);
  report = finish(e);
  ck_assert_double_eq_tol(report.window_recall, 451.0 / 901.0, 1e-12);
  ck_assert_double_eq_tol(report.window_precision, 1.0, 1e-12);
}
END_TEST

START_TEST(the_last_twenty_minutes_of_an_unresolved_case_carry_no_label) {
  pro_evaluation *e = begin(&scripted);
  pro_record r = record(6000);
  answer(4900, 6000, 1.0f); /* the record ends at 5999: unlabelled from 4799 on */
  add(e, &r, PRO_FATE_unresolved, NAN, NAN);
  pro_lead_report report = finish(e);
  ck_assert_uint_eq(report.unresolved, 1);
  ck_assert_uint_eq(report.false_alarms, 0);
  ck_assert(isnan(report.window_precision));
  ck_assert_double_eq_tol(report.risk_hours * 3600.0, 4799.0 - 120.0, 1e-6);
  e = begin(&scripted);
  answer(3000, 3010, 1.0f);
  add(e, &r, PRO_FATE_unresolved, NAN, NAN);
  report = finish(e);
  ck_assert_uint_eq(report.false_alarms, 1);
  ck_assert_double_eq(report.window_precision, 0.0);
}
END_TEST

START_TEST(runaways_within_the_warm_up_and_failed_runs_are_no_events) {
  pro_evaluation *e = begin(&scripted);
  pro_record r = record(600), empty = {0};
  answer(0, 600, 1.0f);
  add(e, &r, PRO_FATE_runaway, 0.0, 119.0);
  add(e, &r, PRO_FATE_runaway, 0.0, NAN);
  add(e, &empty, PRO_FATE_failed, 0.0, NAN);
  add(e, &r, PRO_FATE_unknown, 0.0, NAN);
  pro_lead_report report = finish(e);
  ck_assert_uint_eq(report.cases, 4);
  ck_assert_uint_eq(report.unscored, 2);
  ck_assert_uint_eq(report.failed, 1);
  ck_assert_uint_eq(report.unresolved, 1);
  ck_assert_uint_eq(report.events, 0);
  ck_assert(isnan(report.lead_median) && isnan(report.curve[0]) && isnan(report.in_window));
  ck_assert_uint_eq(report.false_alarms, 0);
}
END_TEST

START_TEST(the_anchors_are_what_they_should_be) {
  static const char *const names[] = {"never", "always", NULL};
  for (int k = 0; k < 3; k++) {
    pro_evaluation *e = begin(names[k] ? pro_detector_find(names[k]) : NULL);
    pro_record r = record(6000);
    add(e, &r, PRO_FATE_runaway, 1000.0, 5000.0);
    add(e, &r, PRO_FATE_safe, 1000.0, NAN);
    add(e, &r, PRO_FATE_safe, NAN, NAN);
    pro_lead_report report = finish(e);
    if (k == 0) ck_assert(report.missed == 1 && report.false_alarms == 0 && report.near_miss_alarms == 0);
    if (k == 1) ck_assert(report.missed == 1 && report.false_alarms == 3); /* on since before each fault */
    if (k == 2) {
      ck_assert_str_eq(report.detector, "oracle_fault");
      ck_assert(report.warned == 1 && report.false_alarms == 0 && report.near_miss_alarms == 1);
      ck_assert_double_eq(report.lead_median, 3998.0); /* the fault at 1000 s and two ticks of debounce */
      ck_assert_double_eq(report.window_recall, 1.0);
    }
  }
}
END_TEST

START_TEST(a_new_segment_begins_detector_and_alarm_anew) {
  static int segment[6000];
  pro_record r = record(6000);
  for (int k = 0; k < 6000; k++)
    segment[k] = k / 3000, answers[k] = -2999.5f; /* never 3000 samples at a stretch */
  pro_evaluation *e = begin(&scripted);
  pro_judgement nominal = {PRO_FATE_safe, NAN, NAN};
  pro_trace_score score;
  ck_assert_int_eq(pro_evaluation_add(e, &r, segment, &nominal, &score), PRO_OK);
  ck_assert_int_eq(score.alarms, 0);
  ck_assert_int_eq(pro_evaluation_add(e, &r, NULL, &nominal, &score), PRO_OK);
  ck_assert_int_eq(score.alarms, 1);
  pro_evaluation_free(e);
}
END_TEST

START_TEST(parameters_given_are_used_and_the_cost_is_measured) {
  double params[8];
  const pro_detector *d = pro_detector_find("threshold_T");
  pro_field_defaults(d->fields, params);
  const pro_field *fallback = pro_field_find(d->fields, "fallback");
  ck_assert_ptr_nonnull(fallback);
  pro_field_put(fallback, params, 290.0);
  static float T[1000];
  pro_record r = record(1000);
  for (int k = 0; k < 1000; k++) T[k] = 298.15f;
  r.channel[PRO_CHANNEL_T_surface] = T;
  for (int k = 0; k < 2; k++) {
    pro_evaluation *e;
    ck_assert_int_eq(pro_evaluation_create(&e, d, k ? params : NULL, NULL), PRO_OK);
    pro_trace_score score = add(e, &r, PRO_FATE_safe, NAN, NAN);
    ck_assert_int_eq(score.alarms, k);
    ck_assert_double_gt(score.ns_per_sample, 0.0);
    pro_evaluation_free(e);
  }
}
END_TEST

/* ---- a corpus ---- */

/* An 18650 put into an oven after 1000 s: at 155 degC it runs away, at 60 degC it does not. */
static void append_oven(pro_corpus_writer *writer, double T_oven, uint64_t number) {
  pro_run run = {.status = PRO_OK};
  support_case(&run.in, "lco_18650_kim");
  pro_channel *ambient = &run.in.drive.channel[PRO_DRIVE_T_ambient];
  *ambient = (pro_channel){0};
  pro_channel_add(ambient, 0.0, run.in.T_initial);
  pro_channel_add(ambient, 1000.0, run.in.T_initial);
  pro_channel_add(ambient, 1000.0, T_oven);
  run.in.t_fault = 1000.0, run.in.duration = 9000.0, run.in.period = 1.0, run.in.rtol = 1e-6;
  run.in.run = number, run.in.cell_draw = (int64_t)number;
  run.truth = support_run(&run.in);
  ck_assert_int_eq(pro_observe(&run.seen, &run.in, run.truth), PRO_OK);
  ck_assert_msg(pro_corpus_append(writer, &run, NULL) == PRO_OK, "%s", pro_error_message());
  pro_run_clear(&run);
}

START_TEST(a_corpus_is_scored_row_by_row_by_its_truth) {
  char path[] = "/tmp/prodrome_evaluate_XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(path));
  char file[64];
  snprintf(file, sizeof file, "%s/c.h5", path);
  static const char *const families[] = {"oven", NULL};
  pro_corpus_plan plan = {.title = "test",
                          .scenario = "kind: oven\n",
                          .source = "test",
                          .integrator = "rosenbrock",
                          .cases = 2,
                          .group = 2,
                          .families = families,
                          .keep_truth = 1};
  pro_corpus_writer *writer = NULL;
  ck_assert_msg(pro_corpus_create(&writer, file, &plan) == PRO_OK, "%s", pro_error_message());
  append_oven(writer, 428.15, 0);
  append_oven(writer, 333.15, 1);
  ck_assert_msg(pro_corpus_commit(writer) == PRO_OK, "%s", pro_error_message());
  pro_corpus *corpus = NULL;
  ck_assert_msg(pro_corpus_open(&corpus, file) == PRO_OK, "%s", pro_error_message());

  pro_truth_row row;
  ck_assert_int_eq(pro_corpus_truth(&row, corpus, 0), PRO_OK);
  pro_lead_report report;
  ck_assert_int_eq(pro_evaluate_corpus(&report, corpus, NULL, NULL, NULL, -1), PRO_OK);
  ck_assert_uint_eq(report.cases, 2);
  ck_assert_uint_eq(report.events, 1);
  ck_assert_uint_eq(report.near_misses + report.unresolved, 1);
  /* the oracle's alarm: the first tick from t_fault on and two more; ticks stand on whole seconds */
  ck_assert_double_eq_tol(report.lead_median, row.t_runaway_guarded - 1002.0, 1e-6);
  ck_assert_int_eq(pro_evaluate_corpus(&report, corpus, pro_detector_find("threshold_T"), NULL, NULL, -1), PRO_OK);
  ck_assert_uint_eq(report.warned, 1);
  ck_assert_double_gt(report.lead_median, 60.0);
  ck_assert_uint_eq(report.near_miss_alarms, 0);
  ck_assert_uint_eq(report.false_alarms, 0);
  uint64_t rows = 0;
  for (int split = 0; split < 4; split++) {
    ck_assert_int_eq(pro_evaluate_corpus(&report, corpus, NULL, NULL, NULL, split), PRO_OK);
    rows += report.cases;
  }
  ck_assert_uint_eq(rows, 2);
  pro_corpus_close(corpus);
  unlink(file);
  rmdir(path);
}
END_TEST

/* ---- measured traces ---- */

static void score_folder(pro_lead_report *out, const char *path, const char *detector) {
  pro_evaluation *e = begin(pro_detector_find(detector));
  char **list;
  size_t count;
  ck_assert_msg(pro_trace_list(&list, &count, path) == PRO_OK, "%s", pro_error_message());
  for (size_t k = 0; k < count; k++) {
    pro_trace *trace;
    pro_trace_score score;
    if (pro_trace_read(&trace, list[k]) != PRO_OK) { /* one duty profile has power only */
      ck_assert_ptr_nonnull(strstr(list[k], "power_LA4"));
      continue;
    }
    ck_assert_int_eq(pro_evaluation_add_trace(e, trace, &score), PRO_OK);
    pro_trace_free(trace);
  }
  pro_trace_list_free(list, count);
  *out = finish(e);
}

static const char *const silent[] = {"threshold_T", "threshold_rate", "threshold_voltage", "threshold_gas",
                                     "cusum"};

START_TEST(no_detector_alarms_on_the_shipped_healthy_traces) {
  const char *source = getenv("PRO_SOURCE");
  char path[512];
  snprintf(path, sizeof path, "%s/tests/data", source ? source : "..");
  for (size_t d = 0; d < PRO_COUNT(silent); d++) {
    pro_lead_report report;
    score_folder(&report, path, silent[d]);
    ck_assert_uint_eq(report.nominals, 4);
    ck_assert_double_gt(report.risk_hours, 9.0);
    ck_assert_msg(report.false_alarms == 0, "%s", silent[d]);
  }
}
END_TEST

/* What docs/metrics.md states of the default parameters. */
START_TEST(shared_measured_traces_give_the_figures_of_the_documents) {
  const char *shared = getenv("PRO_SHARED");
  char path[512];
  snprintf(path, sizeof path, "%s/data/measured", shared ? shared : "");
  FILE *probe = fopen(path, "r");
  if (!shared || !probe) {
    fprintf(stderr, "test_evaluate: skipped the shared traces: PRO_SHARED names no folder with data/measured\n");
    if (probe) fclose(probe);
    return;
  }
  fclose(probe);
  for (size_t d = 0; d < PRO_COUNT(silent); d++) {
    pro_lead_report report;
    snprintf(path, sizeof path, "%s/data/measured", shared);
    score_folder(&report, path, silent[d]);
    ck_assert_double_gt(report.risk_hours, 200.0);
    ck_assert_msg(report.false_alarms == 0, "%s", silent[d]);
    int gas = strcmp(silent[d], "threshold_gas") == 0; /* no trace has gas */
    ck_assert_uint_eq(report.warned, gas ? 0 : 4);
    snprintf(path, sizeof path, "%s/data/abuse_traces", shared);
    score_folder(&report, path, silent[d]);
    ck_assert_uint_eq(report.events, 16);
    ck_assert_uint_eq(report.warned + report.late, gas ? 0 : 16); /* seen, if seconds late */
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("evaluate");
  TCase *tcase = tcase_create("evaluate");
  tcase_add_test(tcase, a_lead_counts_from_the_tick_that_raised);
  tcase_add_test(tcase, quantiles_and_the_curve_are_over_the_leads);
  tcase_add_test(tcase, an_alarm_before_the_fault_is_false_even_if_it_lasts_to_the_runaway);
  tcase_add_test(tcase, an_alarm_given_up_long_before_the_runaway_does_not_count);
  tcase_add_test(tcase, an_alarm_after_the_runaway_is_late_and_tells_its_delay);
  tcase_add_test(tcase, near_misses_and_nominals_are_counted_apart);
  tcase_add_test(tcase, time_at_risk_excludes_warm_up_alarm_and_refractory_time);
  tcase_add_test(tcase, a_gap_in_the_record_is_no_time_at_risk);
  tcase_add_test(tcase, false_alarm_rates_have_the_exact_poisson_interval);
  tcase_add_test(tcase, the_hazard_window_has_recall_and_precision_on_ticks);
  tcase_add_test(tcase, the_last_twenty_minutes_of_an_unresolved_case_carry_no_label);
  tcase_add_test(tcase, runaways_within_the_warm_up_and_failed_runs_are_no_events);
  tcase_add_test(tcase, the_anchors_are_what_they_should_be);
  tcase_add_test(tcase, a_new_segment_begins_detector_and_alarm_anew);
  tcase_add_test(tcase, parameters_given_are_used_and_the_cost_is_measured);
  tcase_add_test(tcase, a_corpus_is_scored_row_by_row_by_its_truth);
  tcase_add_test(tcase, no_detector_alarms_on_the_shipped_healthy_traces);
  tcase_add_test(tcase, shared_measured_traces_give_the_figures_of_the_documents);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
