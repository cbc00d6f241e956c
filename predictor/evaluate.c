/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "predictor/evaluate.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const double pro_lead_points[PRO_LEAD_POINTS] = {0.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1200.0, 1800.0};

static const double window_first = 1200.0, window_last = 300.0; /* of the hazard window, before runaway [s] */
static const double longest_step =
    60.0; /* between two ticks that counts as watched: a gap is not time at risk [s] */
static const double hours_per_year = 8766.0;

enum { BLOCK = 1024 }; /* samples between two readings of the clock */

struct pro_evaluation {
  const pro_detector *detector; /* NULL: oracle_fault */
  pro_alarm_rule rule;
  alignas(16) unsigned char params[PRO_DETECTOR_BYTES_MAX], state[PRO_DETECTOR_BYTES_MAX];
  pro_sample sample[BLOCK];
  pro_verdict verdict[BLOCK];
  /* sums */
  pro_lead_report count;
  uint64_t samples, window_ticks, window_hits, other_hits;
  double ns, risk; /* [ns], [s] */
  double *lead;    /* of the warned [s] (count.warned) */
  size_t room;
};

static const char *name_of(const pro_detector *detector) { return detector ? detector->name : "oracle_fault"; }

pro_status pro_evaluation_create(pro_evaluation **out, const pro_detector *detector, const void *params,
                                 const pro_alarm_rule *rule) {
  if (detector &&
      (detector->param_bytes > PRO_DETECTOR_BYTES_MAX || detector->state_bytes > PRO_DETECTOR_BYTES_MAX))
    return pro_fail(PRO_EBUG, "%s: params or state exceed %d bytes", detector->name, PRO_DETECTOR_BYTES_MAX);
  pro_evaluation *e = calloc(1, sizeof *e);
  if (!e) return pro_fail(PRO_ENOMEM, "%s: no memory to evaluate", name_of(detector));
  e->detector = detector;
  e->rule = rule ? *rule : pro_alarm_default;
  if (detector && params)
    memcpy(e->params, params, detector->param_bytes);
  else if (detector && detector->fields)
    pro_field_defaults(detector->fields, e->params);
  e->count.detector = name_of(detector);
  *out = e;
  return PRO_OK;
}

void pro_evaluation_free(pro_evaluation *e) {
  if (e) free(e->lead);
  free(e);
}

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

/* Fills e->verdict for `n` samples from `first` on; only the steps themselves are timed. */
static void step_block(pro_evaluation *e, const pro_record *r, const pro_judgement *j, size_t first, size_t n) {
  for (size_t k = 0; k < n; k++) {
    e->sample[k].t = r->t[first + k];
    for (int c = 0; c < PRO_CHANNEL_COUNT; c++)
      e->sample[k].value[c] = r->channel[c] ? r->channel[c][first + k] : NAN;
  }
  double start = now_ns();
  if (e->detector)
    for (size_t k = 0; k < n; k++) e->verdict[k] = e->detector->step(e->state, e->params, &e->sample[k]);
  else
    for (size_t k = 0; k < n; k++) {
      int on = e->sample[k].t >= j->t_fault;
      e->verdict[k] = (pro_verdict){(float)on, on ? PRO_HAZARD_hazardous : PRO_HAZARD_normal};
    }
  e->ns += now_ns() - start;
  e->samples += n;
}

/* One record on its way through the alarm machine. */
typedef struct course {
  pro_alarm alarm;
  int alarms, false_alarms; /* episodes: all; before the fault or without one */
  int alarm_after_fault;    /* one was on */
  double first_alarm, last_tick, watched, risk, max_probability; /* times in s */
  double warned_at, late_at; /* the alarm held to the runaway; else the first one after it [s]; NaN: none */
  uint64_t window_ticks, window_hits, other_hits;
} course;

static void count_tick(course *c, const pro_judgement *j, double t_end, double t, int did, pro_verdict verdict,
                       int was_held) {
  int before_fault = isnan(j->t_fault) || t < j->t_fault;
  int unlabelled = j->fate == PRO_FATE_unknown || (j->fate == PRO_FATE_unresolved && t > t_end - window_first) ||
                   (j->fate == PRO_FATE_runaway && isnan(j->t_runaway));
  double step = isnan(c->last_tick) ? 0.0 : fmin(t - c->last_tick, longest_step);
  c->last_tick = t;
  c->watched += step;
  if (before_fault && !unlabelled && !was_held) c->risk += step;
  if (verdict.probability > c->max_probability || isnan(c->max_probability))
    c->max_probability = verdict.probability;
  if (did & PRO_ALARM_RAISED) {
    c->alarms++;
    if (isnan(c->first_alarm)) c->first_alarm = t;
    if (before_fault && !unlabelled) c->false_alarms++;
  }
  if (c->alarm.active && !before_fault && !unlabelled) c->alarm_after_fault = 1;
  int in_window = t >= j->t_runaway - window_first && t <= j->t_runaway - window_last; /* false without runaway */
  int close = t > j->t_runaway - window_last;
  int hit = verdict.hazard == PRO_HAZARD_hazardous;
  c->window_ticks += in_window;
  if (in_window)
    c->window_hits += hit;
  else if (!close && !unlabelled)
    c->other_hits += hit;
}

/* Samples [from, to); those after a runaway are only watched for a late alarm. */
static void travel(course *c, pro_evaluation *e, const pro_record *r, const int *segment, const pro_judgement *j,
                   size_t from, size_t to) {
  double t_end = r->t[r->samples - 1];
  int after = from > 0;
  for (size_t first = from, n; first < to; first += n) {
    if (first == 0 || (segment && segment[first] != segment[first - 1])) {
      if (e->detector) e->detector->reset(e->state, e->params, &r->nameplate);
      pro_alarm_begin(&c->alarm, &e->rule);
      c->last_tick = NAN;
    }
    n = 1;
    while (n < BLOCK && first + n < to && (!segment || segment[first + n] == segment[first])) n++;
    step_block(e, r, j, first, n);
    for (size_t k = 0; k < n; k++) {
      int was_held = c->alarm.episodes > 0 && pro_alarm_held(&c->alarm, e->sample[k].t);
      int did = pro_alarm_step(&c->alarm, &e->sample[k], e->verdict[k].probability);
      if (after && (did & PRO_ALARM_RAISED) && isnan(c->late_at)) c->late_at = e->sample[k].t;
      if (did && !after) count_tick(c, j, t_end, e->sample[k].t, did, e->verdict[k], was_held);
    }
  }
}

static void travel_all(course *c, pro_evaluation *e, const pro_record *r, const int *segment,
                       const pro_judgement *j) {
  *c = (course){.first_alarm = NAN, .last_tick = NAN, .max_probability = NAN, .warned_at = NAN, .late_at = NAN};
  size_t before = r->samples;
  while (before > 0 && r->t[before - 1] >= j->t_runaway) before--;
  travel(c, e, r, segment, j, 0, before);
  if (j->fate != PRO_FATE_runaway || isnan(j->t_runaway) || before == 0) return;
  int held = c->alarm.episodes > 0 && pro_alarm_held(&c->alarm, j->t_runaway);
  if (held && c->alarm.raised >= j->t_fault) c->warned_at = c->alarm.raised;
  if (!held) travel(c, e, r, segment, j, before, r->samples);
}

static pro_status keep_lead(pro_evaluation *e, double lead) {
  if (e->count.warned == e->room) {
    size_t room = e->room ? 2 * e->room : 64;
    double *grown = realloc(e->lead, room * sizeof *grown);
    if (!grown) return pro_fail(PRO_ENOMEM, "%s: no memory for %zu leads", e->count.detector, room);
    e->lead = grown, e->room = room;
  }
  e->lead[e->count.warned++] = lead;
  return PRO_OK;
}

pro_status pro_evaluation_add(pro_evaluation *e, const pro_record *r, const int *segment, const pro_judgement *j,
                              pro_trace_score *score) {
  pro_lead_report *count = &e->count;
  if (score) *score = (pro_trace_score){count->detector, 0, NAN, NAN, NAN, 0.0, NAN, NAN};
  count->cases++;
  if (r->samples == 0 || j->fate == PRO_FATE_failed) {
    count->failed++;
    return PRO_OK;
  }
  double ns = e->ns;
  uint64_t samples = e->samples;
  course c;
  travel_all(&c, e, r, segment, j);

  count->false_alarms += (uint64_t)c.false_alarms;
  count->false_alarm_cases += c.false_alarms > 0;
  e->risk += c.risk;
  e->window_ticks += c.window_ticks;
  e->window_hits += c.window_hits;
  e->other_hits += c.other_hits;
  double lead = NAN;
  if (j->fate == PRO_FATE_runaway && !(j->t_runaway - r->t[0] > e->rule.warm_up)) {
    count->unscored++;
  } else if (j->fate == PRO_FATE_runaway) {
    count->events++;
    if (isnan(c.warned_at)) {
      count->missed++;
      count->late += !isnan(c.late_at);
    } else {
      lead = j->t_runaway - c.warned_at;
      PRO_TRY(keep_lead(e, lead));
    }
  } else if (j->fate == PRO_FATE_unresolved || j->fate == PRO_FATE_unknown) {
    count->unresolved++;
  } else if (isnan(j->t_fault)) {
    count->nominals++;
  } else {
    count->near_misses++;
    count->near_miss_alarms += (uint64_t)c.alarm_after_fault;
  }
  if (score) {
    double cost = e->samples > samples ? (e->ns - ns) / (double)(e->samples - samples) : NAN;
    *score = (pro_trace_score){.detector = count->detector,
                               .alarms = c.alarms,
                               .first_alarm = c.first_alarm,
                               .lead = lead,
                               .delay = c.late_at - j->t_runaway,
                               .hours = c.watched / 3600.0,
                               .max_probability = c.max_probability,
                               .ns_per_sample = cost};
  }
  return PRO_OK;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Linear between the order statistics, the k-th of n at k/(n - 1). */
static double quantile(const double *sorted, size_t n, double share) {
  if (n == 0) return NAN;
  double at = share * (double)(n - 1);
  size_t k = (size_t)at;
  return k + 1 < n ? sorted[k] + (at - (double)k) * (sorted[k + 1] - sorted[k]) : sorted[n - 1];
}

static double ratio(double part, double whole) { return whole > 0.0 ? part / whole : NAN; }

void pro_evaluation_report(pro_lead_report *out, const pro_evaluation *e) {
  *out = e->count;
  size_t n = (size_t)out->warned;
  if (n > 0) qsort(e->lead, n, sizeof *e->lead, ascending);
  out->lead_p10 = quantile(e->lead, n, 0.1);
  out->lead_median = quantile(e->lead, n, 0.5);
  out->lead_p90 = quantile(e->lead, n, 0.9);
  double events = (double)out->events, within = 0.0;
  for (size_t k = 0; k < n; k++) within += e->lead[k] >= window_last && e->lead[k] <= window_first;
  out->in_window = ratio(within, events);
  for (int p = 0; p < PRO_LEAD_POINTS; p++) {
    double early = 0.0;
    for (size_t k = 0; k < n; k++) early += e->lead[k] >= pro_lead_points[p];
    out->curve[p] = ratio(early, events);
  }
  out->window_recall = ratio((double)e->window_hits, (double)e->window_ticks);
  out->window_precision = ratio((double)e->window_hits, (double)(e->window_hits + e->other_hits));

  out->risk_hours = e->risk / 3600.0;
  double years = out->risk_hours / hours_per_year, alarms = (double)out->false_alarms;
  out->false_alarms_per_cell_year = ratio(alarms, years);
  out->per_cell_year_low =
      alarms > 0.0 ? ratio(0.5 * gsl_cdf_chisq_Pinv(0.025, 2.0 * alarms), years) : ratio(0.0, years);
  /* no alarm at all: the one-sided bound, 3.0 over the time watched */
  double tail = alarms > 0.0 ? 0.025 : 0.05;
  out->per_cell_year_high = ratio(0.5 * gsl_cdf_chisq_Qinv(tail, 2.0 * alarms + 2.0), years);
  out->ns_per_sample = ratio(e->ns, (double)e->samples);
}

static pro_judgement judge_row(const pro_truth_row *row) {
  pro_fate fate = row->outcome == PRO_OUTCOME_runaway      ? PRO_FATE_runaway
                  : row->outcome == PRO_OUTCOME_safe       ? PRO_FATE_safe
                  : row->outcome == PRO_OUTCOME_unresolved ? PRO_FATE_unresolved
                                                           : PRO_FATE_failed;
  return (pro_judgement){fate, row->t_fault, row->t_runaway_guarded};
}

static pro_status add_rows(pro_evaluation *e, pro_corpus *corpus, int split) {
  for (uint64_t k = 0; k < pro_corpus_cases(corpus); k++) {
    pro_record record;
    pro_truth_row row;
    PRO_TRY(pro_corpus_read(&record, corpus, k));
    if (split >= 0 && record.split != split) continue;
    PRO_TRY(pro_corpus_truth(&row, corpus, k));
    pro_judgement judgement = judge_row(&row);
    PRO_TRY(pro_evaluation_add(e, &record, NULL, &judgement, NULL));
  }
  return PRO_OK;
}

pro_status pro_evaluate_corpus(pro_lead_report *out, pro_corpus *corpus, const pro_detector *detector,
                               const void *params, const pro_alarm_rule *rule, int split) {
  pro_evaluation *e = NULL;
  PRO_TRY(pro_evaluation_create(&e, detector, params, rule));
  pro_status status = add_rows(e, corpus, split);
  if (status == PRO_OK) pro_evaluation_report(out, e);
  pro_evaluation_free(e);
  return status;
}

pro_judgement pro_evaluate_judge(const pro_trace *trace) {
  static const struct {
    const char *outcome;
    pro_fate fate;
    int healthy;
  } known[] = {{"runaway", PRO_FATE_runaway, 0},
               {"healthy", PRO_FATE_safe, 1},
               {"no_runaway", PRO_FATE_safe, 0},
               {"short_no_runaway", PRO_FATE_safe, 0},
               {"no_short", PRO_FATE_safe, 0}};
  for (size_t k = 0; k < PRO_COUNT(known); k++)
    if (strcmp(trace->outcome, known[k].outcome) == 0)
      /* an abuse test is abuse from its start: the clocks of its channels are not good for more */
      return (pro_judgement){known[k].fate, known[k].healthy ? NAN : 0.0, trace->t_runaway};
  return (pro_judgement){PRO_FATE_unknown, 0.0, NAN};
}

pro_status pro_evaluation_add_trace(pro_evaluation *e, const pro_trace *trace, pro_trace_score *score) {
  pro_record record = {.samples = trace->samples, .t = trace->t, .nameplate = trace->nameplate, .split = -1};
  for (int c = 0; c < PRO_CHANNEL_COUNT; c++) record.channel[c] = trace->channel[c];
  pro_judgement judgement = pro_evaluate_judge(trace);
  return pro_evaluation_add(e, &record, trace->segment, &judgement, score);
}

pro_status pro_evaluate_trace(pro_trace_score *out, const pro_trace *trace, const pro_detector *detector,
                              const void *params, const pro_alarm_rule *rule) {
  pro_evaluation *e = NULL;
  PRO_TRY(pro_evaluation_create(&e, detector, params, rule));
  pro_status status = pro_evaluation_add_trace(e, trace, out);
  pro_evaluation_free(e);
  return status;
}
