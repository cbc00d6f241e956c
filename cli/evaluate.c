/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "cli/find.h"
#include "cli/report.h"
#include "cli/table.h"
#include "output/label.h"

static const pro_option option_split = {"split", 0, "NAME|all",
                                        "train, calibration, validation or test (default: all)", 0};
static const pro_option *const options[] = {&pro_option_detector, &option_split, NULL};

static pro_status find_split(int *out, const pro_args *args) {
  const char *name = pro_args_value(args, &option_split);
  *out = -1;
  if (!name || strcmp(name, "all") == 0) return PRO_OK;
  for (int k = 0; k < PRO_SPLIT_COUNT; k++)
    if (strcmp(pro_split_names[k], name) == 0) {
      *out = k;
      return PRO_OK;
    }
  return pro_fail(PRO_EUSAGE, "--split '%.64s': train, calibration, validation, test or all is needed", name);
}

static void print_json(const pro_args *args, const pro_lead_report *report, int count, uint64_t cases) {
  const char *split = pro_args_value(args, &option_split);
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "corpus", args->operand[0]);
  pro_json_count(&json, "cases", cases);
  pro_json_text(&json, "split", split ? split : "all");
  pro_report_lead_points_json(&json);
  pro_json_array(&json, "detectors");
  for (int k = 0; k < count; k++) {
    pro_json_object(&json, NULL);
    pro_report_json(&json, &report[k]);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_end(&json);
}

static void print_row(pro_table *t, const pro_lead_report *r) {
  char a[32], b[32];
  pro_table_cell(t, "%s", r->detector);
  pro_table_cell(t, "%" PRIu64, r->warned);
  pro_table_cell(t, "%" PRIu64, r->missed);
  pro_table_cell(t, "%s", pro_report_number(a, "%.1f", r->lead_median, 1.0 / 60.0));
  if (r->warned > 0)
    pro_table_cell(t, "%s to %s", pro_report_number(a, "%.1f", r->lead_p10, 1.0 / 60.0),
                   pro_report_number(b, "%.1f", r->lead_p90, 1.0 / 60.0));
  else
    pro_table_cell(t, "-");
  pro_table_cell(t, "%s", pro_report_number(a, "%.0f %%", pro_report_share(r, 300.0), 100.0));
  pro_table_cell(t, "%s", pro_report_number(a, "%.0f %%", r->in_window, 100.0));
  pro_table_cell(t, "%s/%s", pro_report_number(a, "%.2f", r->window_recall, 1.0),
                 pro_report_number(b, "%.2f", r->window_precision, 1.0));
  pro_table_cell(t, "%" PRIu64, r->near_miss_alarms);
  pro_table_cell(t, "%" PRIu64, r->false_alarms);
  pro_table_cell(t, "%s to %s", pro_report_number(a, "%.3g", r->per_cell_year_low, 1.0),
                 pro_report_number(b, "%.3g", r->per_cell_year_high, 1.0));
  pro_table_cell(t, "%s", pro_report_number(a, "%.0f", r->ns_per_sample, 1.0));
}

static pro_status print_text(const pro_args *args, const pro_lead_report *report, int count) {
  const pro_lead_report *any = &report[0]; /* the same cases for all */
  printf("%s: %" PRIu64 " cases scored: %" PRIu64 " runaways, %" PRIu64 " near misses, %" PRIu64
         " nominal, %" PRIu64 " unresolved, %" PRIu64 " failed",
         args->operand[0], any->cases, any->events, any->near_misses, any->nominals, any->unresolved, any->failed);
  if (any->unscored > 0) printf("; %" PRIu64 " runaways came too early to be scored", any->unscored);
  double hours = 0.0; /* a detector's own alarms shorten its time at risk: the longest is that of a quiet one */
  for (int k = 0; k < count; k++) hours = report[k].risk_hours > hours ? report[k].risk_hours : hours;
  printf("\n%.1f h without a fault, in which an alarm is false\n\n", hours);
  static const char *const head[] = {"detector",
                                     "warned",
                                     "missed",
                                     "median lead [min]",
                                     "p10 to p90",
                                     "5 min ahead",
                                     "in 5-20 min",
                                     "recall/precision",
                                     "near-miss alarms",
                                     "false alarms",
                                     "per cell-year (95 %)",
                                     "ns/sample"};
  pro_table table;
  pro_table_begin(&table, "lrrrrrrrrrrr");
  for (size_t c = 0; c < PRO_COUNT(head); c++) pro_table_cell(&table, "%s", head[c]);
  for (int k = 0; k < count; k++) print_row(&table, &report[k]);
  return pro_table_print(&table, stdout);
}

static pro_status run_evaluate(const pro_args *args) {
  pro_found found;
  int split;
  PRO_TRY(pro_find_detectors(&found, args, 1));
  PRO_TRY(find_split(&split, args));
  pro_corpus *corpus = NULL;
  PRO_TRY(pro_corpus_open(&corpus, args->operand[0]));
  uint64_t cases = pro_corpus_cases(corpus);
  pro_lead_report report[PRO_FIND_DETECTORS];
  pro_status status = PRO_OK;
  for (int k = 0; k < found.count && status == PRO_OK; k++)
    status = pro_evaluate_corpus(&report[k], corpus, found.detector[k], NULL, NULL, split);
  pro_corpus_close(corpus);
  PRO_TRY(status);
  if (pro_args_has(args, &pro_option_json))
    print_json(args, report, found.count, cases);
  else
    PRO_TRY(print_text(args, report, found.count));
  return PRO_OK;
}

const pro_command pro_command_evaluate = {
    .name = "evaluate",
    .operands = "CORPUS.h5",
    .summary = "how early, and how often wrong, detectors are on a corpus",
    .doc =
        "For each detector: runaways warned (an alarm raised after the fault and held to the runaway) and missed; "
        "the lead of those warned; the share of runaways warned at least 5 min ahead, and 5 to 20 min ahead; "
        "recall "
        "and precision of ticks in the window 5 to 20 min before runaway; near misses alarmed; false alarms, with "
        "an exact 95 % interval of their rate. docs/metrics.md defines each. Besides the built-in detectors, "
        "`oracle_fault` knows the truth and alarms at the fault: what no detector can beat.",
    .least = 1,
    .most = 1,
    .options = options,
    .run = run_evaluate,
};
