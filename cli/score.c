/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/find.h"
#include "cli/report.h"
#include "cli/table.h"
#include "output/trace.h"

static const pro_option *const options[] = {&pro_option_detector, NULL};

static const char *const fate_names[] = {[PRO_FATE_runaway] = "runaway",
                                         [PRO_FATE_safe] = "safe",
                                         [PRO_FATE_unresolved] = "unresolved",
                                         [PRO_FATE_unknown] = "not_labelled",
                                         [PRO_FATE_failed] = "failed"};
enum { FATES = PRO_COUNT(fate_names) };

typedef struct scored { /* a trace */
  char *path;           /* borrowed from its list */
  size_t folder;
  char outcome[32];
  double t_runaway;
  pro_fate fate;
  pro_trace_score score[PRO_FIND_DETECTORS];
} scored;

typedef struct folder {
  char *name;
  uint64_t traces, by_fate[FATES];
  double hours; /* scored [h] */
} folder;

typedef struct board {
  pro_found found;
  pro_evaluation *evaluation[PRO_FIND_DETECTORS];
  pro_lead_report report[PRO_FIND_DETECTORS];
  char ***list; /* (operands) of paths */
  size_t *listed;
  int lists;
  scored *trace;
  folder *folders;
  size_t traces, folder_count;
  char **skipped; /* (skips) messages, owned */
  size_t skips;
} board;

static void board_free(board *b) {
  for (int k = 0; k < PRO_FIND_DETECTORS; k++) pro_evaluation_free(b->evaluation[k]);
  for (int k = 0; k < b->lists; k++) pro_trace_list_free(b->list[k], b->listed[k]);
  for (size_t f = 0; f < b->folder_count; f++) free(b->folders[f].name);
  for (size_t k = 0; k < b->skips; k++) free(b->skipped[k]);
  free(b->skipped);
  free(b->list);
  free(b->listed);
  free(b->trace);
  free(b->folders);
}

static pro_status list_traces(board *b, const pro_args *args) {
  size_t n = (size_t)args->operand_count, total = 0;
  b->list = calloc(n, sizeof *b->list);
  b->listed = calloc(n, sizeof *b->listed);
  if (!b->list || !b->listed) return pro_fail(PRO_ENOMEM, "no memory for a list of traces");
  for (size_t k = 0; k < n; k++) {
    PRO_TRY(pro_trace_list(&b->list[k], &b->listed[k], args->operand[k]));
    b->lists++;
    total += b->listed[k];
  }
  b->trace = calloc(total, sizeof *b->trace);
  b->folders = calloc(total, sizeof *b->folders);
  b->skipped = calloc(total, sizeof *b->skipped);
  if (!b->trace || !b->folders || !b->skipped) return pro_fail(PRO_ENOMEM, "no memory for %zu traces", total);
  return PRO_OK;
}

static pro_status folder_of(size_t *out, board *b, const char *path) {
  const char *slash = strrchr(path, '/');
  size_t length = slash ? (size_t)(slash - path) : 1;
  const char *name = slash ? path : ".";
  for (*out = 0; *out < b->folder_count; ++*out)
    if (strlen(b->folders[*out].name) == length && strncmp(b->folders[*out].name, name, length) == 0)
      return PRO_OK;
  char *copy = strndup(name, length);
  if (!copy) return pro_fail(PRO_ENOMEM, "no memory for a list of folders");
  b->folders[b->folder_count++].name = copy;
  return PRO_OK;
}

static pro_status score_trace(board *b, char *path) {
  pro_trace *trace = NULL;
  PRO_TRY(pro_trace_read(&trace, path));
  scored *s = &b->trace[b->traces];
  *s = (scored){.path = path, .t_runaway = trace->t_runaway, .fate = pro_evaluate_judge(trace).fate};
  memcpy(s->outcome, trace->outcome, sizeof s->outcome);
  pro_status status = folder_of(&s->folder, b, path);
  for (int k = 0; k < b->found.count && status == PRO_OK; k++)
    status = pro_evaluation_add_trace(b->evaluation[k], trace, &s->score[k]);
  if (status == PRO_OK) {
    folder *f = &b->folders[s->folder];
    f->traces++;
    f->by_fate[s->fate]++;
    f->hours += s->score[0].hours;
    b->traces++;
  }
  pro_trace_free(trace);
  return status;
}

/* A file that was named must be a trace. In a folder there may be other tables: they are left out, and said so. */
static pro_status score_all(board *b, const pro_args *args) {
  for (int l = 0; l < b->lists; l++)
    for (size_t k = 0; k < b->listed[l]; k++) {
      pro_status status = score_trace(b, b->list[l][k]);
      int named = strcmp(b->list[l][k], args->operand[l]) == 0;
      if (status == PRO_EINPUT && !named) {
        b->skipped[b->skips] = strdup(pro_error_message());
        if (!b->skipped[b->skips]) return pro_fail(PRO_ENOMEM, "no memory for a message");
        b->skips++;
      } else if (status != PRO_OK) {
        return status;
      }
    }
  if (b->traces == 0)
    return pro_fail(PRO_EINPUT, "none of the %zu CSV files there is a trace; the first: %s", b->skips,
                    b->skipped[0]);
  return PRO_OK;
}

static pro_status fill(board *b, const pro_args *args) {
  PRO_TRY(pro_find_detectors(&b->found, args, 0));
  for (int k = 0; k < b->found.count; k++)
    PRO_TRY(pro_evaluation_create(&b->evaluation[k], b->found.detector[k], NULL, NULL));
  PRO_TRY(list_traces(b, args));
  PRO_TRY(score_all(b, args));
  for (int k = 0; k < b->found.count; k++) pro_evaluation_report(&b->report[k], b->evaluation[k]);
  return PRO_OK;
}

static void print_json(const board *b) {
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_count(&json, "traces", b->traces);
  pro_json_array(&json, "folders");
  for (size_t f = 0; f < b->folder_count; f++) {
    pro_json_object(&json, NULL);
    pro_json_text(&json, "folder", b->folders[f].name);
    pro_json_count(&json, "traces", b->folders[f].traces);
    pro_json_number(&json, "hours", b->folders[f].hours);
    for (int k = 0; k < FATES; k++) pro_json_count(&json, fate_names[k], b->folders[f].by_fate[k]);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_array(&json, "skipped");
  for (size_t k = 0; k < b->skips; k++) pro_json_text(&json, NULL, b->skipped[k]);
  pro_json_end(&json);
  pro_report_lead_points_json(&json);
  pro_json_array(&json, "detectors");
  for (int k = 0; k < b->found.count; k++) {
    pro_json_object(&json, NULL);
    pro_report_json(&json, &b->report[k]);
    pro_json_array(&json, "traces");
    for (size_t i = 0; i < b->traces; i++) {
      const scored *s = &b->trace[i];
      pro_json_object(&json, NULL);
      pro_json_text(&json, "trace", s->path);
      pro_json_text(&json, "outcome", s->outcome);
      pro_json_text(&json, "judged", fate_names[s->fate]);
      pro_json_number(&json, "t_runaway", s->t_runaway);
      pro_report_score_json(&json, &s->score[k]);
      pro_json_end(&json);
    }
    pro_json_end(&json);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_end(&json);
}

static pro_status print_folders(const board *b) {
  pro_table table;
  pro_table_begin(&table, "rrrrrl");
  static const char *const head[] = {"traces", "hours", "runaways", "safe", "other", "folder"};
  for (size_t c = 0; c < PRO_COUNT(head); c++) pro_table_cell(&table, "%s", head[c]);
  for (size_t k = 0; k < b->folder_count; k++) {
    const folder *f = &b->folders[k];
    uint64_t ran = f->by_fate[PRO_FATE_runaway], safe = f->by_fate[PRO_FATE_safe];
    pro_table_cell(&table, "%" PRIu64, f->traces);
    pro_table_cell(&table, "%.1f", f->hours);
    pro_table_cell(&table, "%" PRIu64, ran);
    pro_table_cell(&table, "%" PRIu64, safe);
    pro_table_cell(&table, "%" PRIu64, f->traces - ran - safe);
    pro_table_cell(&table, "%s", f->name);
  }
  return pro_table_print(&table, stdout);
}

static void print_row(pro_table *t, const pro_lead_report *r) {
  char a[32], b[32];
  pro_table_cell(t, "%s", r->detector);
  pro_table_cell(t, "%" PRIu64 " of %" PRIu64, r->warned, r->events);
  pro_table_cell(t, "%" PRIu64, r->late);
  pro_table_cell(t, "%s", pro_report_number(a, "%.0f", r->lead_median, 1.0));
  pro_table_cell(t, "%" PRIu64 " of %" PRIu64, r->near_miss_alarms, r->near_misses);
  pro_table_cell(t, "%" PRIu64 " of %" PRIu64, r->false_alarm_cases, r->cases);
  pro_table_cell(t, "%" PRIu64, r->false_alarms);
  pro_table_cell(t, "%.1f", r->risk_hours);
  pro_table_cell(t, "%s to %s", pro_report_number(a, "%.3g", r->per_cell_year_low, 1.0),
                 pro_report_number(b, "%.3g", r->per_cell_year_high, 1.0));
  pro_table_cell(t, "%s", pro_report_number(a, "%.0f", r->ns_per_sample, 1.0));
}

/* What the figures above cannot count: alarms in traces of which nobody has told how they ended. */
static pro_status print_unlabelled(const board *b) {
  size_t unlabelled = 0;
  int alarms = 0;
  for (size_t i = 0; i < b->traces; i++) {
    if (b->trace[i].fate != PRO_FATE_unknown) continue;
    unlabelled++;
    for (int k = 0; k < b->found.count; k++) alarms += b->trace[i].score[k].alarms;
  }
  if (unlabelled == 0) return PRO_OK;
  printf("\nnot judged above, for how they ended is not known: %zu traces, %d alarms\n", unlabelled, alarms);
  if (alarms == 0) return PRO_OK;
  fputc('\n', stdout);
  static const char *const head[] = {"trace", "detector", "alarms", "first [s]"};
  pro_table table;
  pro_table_begin(&table, "llrr");
  for (size_t c = 0; c < PRO_COUNT(head); c++) pro_table_cell(&table, "%s", head[c]);
  for (size_t i = 0; i < b->traces; i++)
    for (int k = 0; k < b->found.count && b->trace[i].fate == PRO_FATE_unknown; k++) {
      const pro_trace_score *s = &b->trace[i].score[k];
      if (s->alarms == 0) continue;
      pro_table_cell(&table, "%s", b->trace[i].path);
      pro_table_cell(&table, "%s", b->report[k].detector);
      pro_table_cell(&table, "%d", s->alarms);
      pro_table_cell(&table, "%.0f", s->first_alarm);
    }
  return pro_table_print(&table, stdout);
}

static pro_status print_text(const board *b) {
  printf("%zu measured traces scored:\n\n", b->traces);
  PRO_TRY(print_folders(b));
  if (b->skips > 0) printf("\nleft out, for they are no traces:\n");
  for (size_t k = 0; k < b->skips; k++) printf("  %s\n", b->skipped[k]);
  if (b->report[0].unscored > 0)
    printf("\n%" PRIu64
           " runaways came before the warm-up's end or at a time not known and are not counted below\n",
           b->report[0].unscored);
  fputc('\n', stdout);
  static const char *const head[] = {"detector",
                                     "runaways warned",
                                     "too late",
                                     "median lead [s]",
                                     "harmless abuse alarmed",
                                     "traces with false alarms",
                                     "false alarms",
                                     "in [h]",
                                     "per cell-year (95 %)",
                                     "ns/sample"};
  pro_table table;
  pro_table_begin(&table, "lrrrrrrrrr");
  for (size_t c = 0; c < PRO_COUNT(head); c++) pro_table_cell(&table, "%s", head[c]);
  for (int k = 0; k < b->found.count; k++) print_row(&table, &b->report[k]);
  PRO_TRY(pro_table_print(&table, stdout));
  return print_unlabelled(b);
}

static pro_status run_score(const pro_args *args) {
  board *b = calloc(1, sizeof *b);
  if (!b) return pro_fail(PRO_ENOMEM, "no memory for the scores");
  pro_status status = fill(b, args);
  if (status == PRO_OK) {
    if (pro_args_has(args, &pro_option_json))
      print_json(b);
    else
      status = print_text(b);
  }
  board_free(b);
  free(b);
  return status;
}

const pro_command pro_command_score = {
    .name = "score",
    .operands = "TRACE.csv|DIR...",
    .summary = "the same detectors on measured traces",
    .doc =
        "A trace is a CSV file with named columns (time_s, voltage_V, T1_degC, ...; docs/corpus.md has the "
        "aliases); a folder is read with all its folders. What an index.csv beside a trace says (outcome, time of "
        "runaway, nameplate) is what the detectors are judged by.",
    .least = 1,
    .most = -1,
    .options = options,
    .run = run_score,
};
