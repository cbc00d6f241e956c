/* SPDX-License-Identifier: GPL-3.0-or-later
 * predictor/evaluate.h - how early, how often wrong: a detector against a corpus or against measured traces.
 * Every number here is defined in docs/metrics.md. */
#ifndef PRO_EVALUATE_H
#define PRO_EVALUATE_H
#include "output/corpus.h"
#include "output/trace.h"
#include "predictor/alarm.h"
#include "predictor/detector.h"

/* Leads [s] of the cumulative lead curve S(l): the share of runaways warned at least l ahead (l = 0: at all). */
enum { PRO_LEAD_POINTS = 8 };
extern const double pro_lead_points[PRO_LEAD_POINTS]; /* 0, 60, 120, 300, 600, 900, 1200, 1800 s */

typedef struct pro_lead_report {
  const char *detector;
  /* cases */
  uint64_t cases, events, near_misses, nominals, unresolved, failed;
  uint64_t unscored;                  /* runaways before the warm-up's end or at an unknown time: no events here */
  uint64_t warned, missed;            /* of events: an alarm held to the runaway, raised after the fault; and the rest */
  uint64_t late;                      /* of the missed: no alarm held to the runaway, but one raised after it began */
  uint64_t false_alarm_cases, near_miss_alarms;
  /* leads of the warned [s]; NaN when none */
  double lead_p10, lead_median, lead_p90;
  double curve[PRO_LEAD_POINTS];      /* M2, share of events [-]; NaN without events */
  double in_window;                   /* share of events with a lead of 5 to 20 min [-]; NaN without events */
  /* ticks of the hazard window, 5 to 20 min before runaway */
  double window_recall, window_precision; /* [-]; NaN without such ticks */
  /* M5 */
  uint64_t false_alarms;              /* episodes before the fault or in cases without one */
  double risk_hours;                  /* time in which one could have happened [h] */
  double false_alarms_per_cell_year, per_cell_year_low, per_cell_year_high; /* exact 95 % Poisson interval */
  double ns_per_sample;               /* cost of a step; varies from run to run */
} pro_lead_report;

/* Every row of the corpus is scored (split -1) or those of one split. `detector` NULL: the anchor oracle_fault, which
 * answers 1 from t_fault on. `params` NULL: the defaults; `rule` NULL: pro_alarm_default. */
pro_status pro_evaluate_corpus(pro_lead_report *out, pro_corpus *corpus, const pro_detector *detector,
                               const void *params, const pro_alarm_rule *rule, int split) PRO_MUST_CHECK;

/* One trace: when alarms were raised. */
typedef struct pro_trace_score {
  const char *detector;
  int alarms;             /* episodes; after a runaway none are counted */
  double first_alarm;     /* [s], NaN: none */
  double lead;            /* t_runaway - the alarm held to it [s]; NaN: no runaway known or not warned */
  double delay;           /* from the runaway to the first alarm after it, where none was held to it [s]; NaN: none */
  double hours;           /* scored [h] */
  double max_probability; /* after the warm-up, up to the runaway; NaN: nothing was scored */
  double ns_per_sample;
} pro_trace_score;
pro_status pro_evaluate_trace(pro_trace_score *out, const pro_trace *trace, const pro_detector *detector,
                              const void *params, const pro_alarm_rule *rule) PRO_MUST_CHECK;

/* ---- the same, record by record: what both of the above are made of ---- */

/* What the evaluator, and no detector, is told of a record. */
typedef enum pro_fate {
  PRO_FATE_runaway,
  PRO_FATE_safe,
  PRO_FATE_unresolved, /* not run away when the record ended: its last 20 min carry no label */
  PRO_FATE_unknown,    /* no label anywhere; counted with the unresolved */
  PRO_FATE_failed
} pro_fate;
typedef struct pro_judgement {
  pro_fate fate;
  double t_fault;   /* [s]; NaN: none, every alarm is false */
  double t_runaway; /* [s]; NaN: none, or not known */
} pro_judgement;
pro_judgement pro_evaluate_judge(const pro_trace *trace); /* from what the index says; docs/metrics.md */

typedef struct pro_evaluation pro_evaluation;
/* As pro_evaluate_corpus; detector and params are borrowed until pro_evaluation_free. PRO_ENOMEM. */
pro_status pro_evaluation_create(pro_evaluation **out, const pro_detector *detector, const void *params,
                                 const pro_alarm_rule *rule) PRO_MUST_CHECK;
void pro_evaluation_free(pro_evaluation *evaluation);
/* `segment` (samples) may be NULL: detector and alarm machine begin anew where it changes. `score` may be NULL. */
pro_status pro_evaluation_add(pro_evaluation *evaluation, const pro_record *record, const int *segment,
                              const pro_judgement *judgement, pro_trace_score *score) PRO_MUST_CHECK;
pro_status pro_evaluation_add_trace(pro_evaluation *evaluation, const pro_trace *trace,
                                    pro_trace_score *score) PRO_MUST_CHECK;
void pro_evaluation_report(pro_lead_report *out, const pro_evaluation *evaluation);
#endif
