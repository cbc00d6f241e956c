/* SPDX-License-Identifier: GPL-3.0-or-later
 * predictor/evaluate.h - how early, how often wrong: a detector against a corpus or against measured traces.
 * Metrics: docs/metrics.md, after reference M1, M2, M5. */
#ifndef PRO_EVALUATE_H
#define PRO_EVALUATE_H
#include "output/corpus.h"
#include "output/trace.h"
#include "predictor/detector.h"

/* The alarm machine, one for all detectors: raises when the probability is at least theta_on in n_on of the last
 * m_on ticks; clears after it stayed below theta_off for clear seconds; a re-raise within refractory continues the
 * same episode; the first warm_up seconds are not scored. A tick is a new sample, at most one a second: a sample whose
 * channels are all missing or all unchanged since longer than `stale` is none and counts towards nothing. */
typedef struct pro_alarm_rule {
  double theta_on, theta_off;
  int n_on, m_on;
  double clear, refractory, warm_up; /* [s] */
} pro_alarm_rule;
extern const pro_alarm_rule pro_alarm_default; /* 0.5, 0.25, 3 of 5, 60 s, 600 s, 120 s */

/* name, lead [s] of the cumulative lead curve S(l): the share of runaways warned at least l ahead. */
enum { PRO_LEAD_POINTS = 8 };
extern const double pro_lead_points[PRO_LEAD_POINTS]; /* 0, 60, 120, 300, 600, 900, 1200, 1800 s */

typedef struct pro_lead_report {
  const char *detector;
  /* cases */
  uint64_t cases, events, near_misses, nominals, unresolved, failed;
  uint64_t warned, missed;            /* of events: an alarm held to the runaway, raised after the fault; and the rest */
  uint64_t false_alarm_cases, near_miss_alarms;
  /* leads of the warned [s]; NaN when none */
  double lead_p10, lead_median, lead_p90;
  double curve[PRO_LEAD_POINTS];      /* M2, share of events [-] */
  double in_window;                   /* share of events with a lead of 5 to 20 min [-] */
  /* ticks of the hazard window, 5 to 20 min before runaway */
  double window_recall, window_precision; /* [-]; NaN without such ticks */
  /* M5 */
  uint64_t false_alarms;              /* episodes before the fault or in harmless cases */
  double risk_hours;                  /* time in which one could have happened [h] */
  double false_alarms_per_cell_year, per_cell_year_low, per_cell_year_high; /* exact 95 % Poisson interval */
  double ns_per_sample;               /* cost of a step; varies from run to run */
  /* traces only: no clocks are known but the index's */
} pro_lead_report;

/* Every row of the corpus is scored (split -1) or those of one split. `detector` NULL: the anchor oracle_fault, which
 * answers 1 from t_fault on. */
pro_status pro_evaluate_corpus(pro_lead_report *out, pro_corpus *corpus, const pro_detector *detector,
                               const void *params, const pro_alarm_rule *rule, int split) PRO_MUST_CHECK;

/* One trace: when alarms were raised. */
typedef struct pro_trace_score {
  const char *detector;
  int alarms;             /* episodes */
  double first_alarm;     /* [s], NaN: none */
  double lead;            /* t_runaway - the alarm held to it [s]; NaN: no runaway known or not warned */
  double hours;           /* scored [h] */
  double max_probability;
  double ns_per_sample;
} pro_trace_score;
pro_status pro_evaluate_trace(pro_trace_score *out, const pro_trace *trace, const pro_detector *detector,
                              const void *params, const pro_alarm_rule *rule) PRO_MUST_CHECK;
#endif
