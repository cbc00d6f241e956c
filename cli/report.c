/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/report.h"

#include <math.h>
#include <stdio.h>

typedef struct row {
  const char *name;
  enum { COUNT, NUMBER, INT } kind;
  size_t offset;
} row;
#define IN(type, kind, member) \
  { #member, kind, offsetof(type, member) }

static const row report_rows[] = {
#define COUNT_(member) IN(pro_lead_report, COUNT, member)
#define NUMBER_(member) IN(pro_lead_report, NUMBER, member)
    COUNT_(cases),
    COUNT_(events),
    COUNT_(near_misses),
    COUNT_(nominals),
    COUNT_(unresolved),
    COUNT_(failed),
    COUNT_(unscored),
    COUNT_(warned),
    COUNT_(missed),
    COUNT_(late),
    COUNT_(false_alarm_cases),
    COUNT_(near_miss_alarms),
    NUMBER_(lead_p10),
    NUMBER_(lead_median),
    NUMBER_(lead_p90),
    NUMBER_(in_window),
    NUMBER_(window_recall),
    NUMBER_(window_precision),
    COUNT_(false_alarms),
    NUMBER_(risk_hours),
    NUMBER_(false_alarms_per_cell_year),
    NUMBER_(per_cell_year_low),
    NUMBER_(per_cell_year_high),
    NUMBER_(ns_per_sample),
};

static const row score_rows[] = {
    IN(pro_trace_score, INT, alarms),           IN(pro_trace_score, NUMBER, first_alarm),
    IN(pro_trace_score, NUMBER, lead),          IN(pro_trace_score, NUMBER, delay),
    IN(pro_trace_score, NUMBER, hours),         IN(pro_trace_score, NUMBER, max_probability),
    IN(pro_trace_score, NUMBER, ns_per_sample),
};

static void print_rows(pro_json *json, const void *object, const row *rows, size_t n) {
  for (size_t k = 0; k < n; k++) {
    const char *at = (const char *)object + rows[k].offset;
    if (rows[k].kind == COUNT)
      pro_json_count(json, rows[k].name, *(const uint64_t *)(const void *)at);
    else if (rows[k].kind == INT)
      pro_json_integer(json, rows[k].name, *(const int *)(const void *)at);
    else
      pro_json_number(json, rows[k].name, *(const double *)(const void *)at);
  }
}

void pro_report_json(pro_json *json, const pro_lead_report *report) {
  pro_json_text(json, "detector", report->detector);
  print_rows(json, report, report_rows, PRO_COUNT(report_rows));
  pro_json_array(json, "curve");
  for (int k = 0; k < PRO_LEAD_POINTS; k++) pro_json_number(json, NULL, report->curve[k]);
  pro_json_end(json);
}

void pro_report_score_json(pro_json *json, const pro_trace_score *score) {
  print_rows(json, score, score_rows, PRO_COUNT(score_rows));
}

void pro_report_lead_points_json(pro_json *json) {
  pro_json_array(json, "lead_points");
  for (int k = 0; k < PRO_LEAD_POINTS; k++) pro_json_number(json, NULL, pro_lead_points[k]);
  pro_json_end(json);
}

double pro_report_share(const pro_lead_report *report, double lead) {
  for (int k = 0; k < PRO_LEAD_POINTS; k++)
    if (pro_lead_points[k] == lead) return report->curve[k];
  return NAN;
}

const char *pro_report_number(char to[32], const char *format, double value, double scale) {
  if (isnan(value)) return "-";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  snprintf(to, 32, format, value * scale);
#pragma GCC diagnostic pop
  return to;
}
