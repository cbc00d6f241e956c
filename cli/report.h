/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/report.h - what a detector achieved, as JSON members. */
#ifndef PRO_REPORT_H
#define PRO_REPORT_H
#include "cli/json.h"
#include "predictor/evaluate.h"

void pro_report_json(pro_json *json, const pro_lead_report *report);      /* all fields, by name */
void pro_report_score_json(pro_json *json, const pro_trace_score *score); /* likewise, without the detector */
void pro_report_lead_points_json(pro_json *json);                         /* the axis of `curve` */
double pro_report_share(const pro_lead_report *report, double lead);      /* S(lead), lead one of pro_lead_points [s] */
/* "12.3", or "-" where there is no number; `scale` multiplies. Returns `to`. */
const char *pro_report_number(char to[32], const char *format, double value, double scale);
#endif
