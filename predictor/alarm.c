/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "predictor/alarm.h"

#include <math.h>

const pro_alarm_rule pro_alarm_default = {.theta_on = 0.5,
                                          .theta_off = 0.25,
                                          .n_on = 3,
                                          .m_on = 5,
                                          .clear = 60.0,
                                          .refractory = 600.0,
                                          .warm_up = 120.0,
                                          .period = 1.0};

/* Clocks of loggers jitter, and tenths of seconds are not exact: 10 ms early is still a second. */
static const double jitter = 0.01;

void pro_alarm_begin(pro_alarm *alarm, const pro_alarm_rule *rule) {
  *alarm = (pro_alarm){.rule = rule ? *rule : pro_alarm_default,
                       .start = NAN,
                       .last = NAN,
                       .raised = NAN,
                       .low_since = NAN,
                       .cleared = NAN};
}

static int is_tick(pro_alarm *alarm, const pro_sample *sample) {
  if (!isfinite(sample->t)) return 0;
  if (isnan(alarm->start)) alarm->start = sample->t;
  if (sample->t - alarm->start < alarm->rule.warm_up) return 0;
  if (sample->t - alarm->last < alarm->rule.period - jitter) return 0; /* false before the first tick */
  for (int k = 0; k < PRO_CHANNEL_COUNT; k++)
    if (!isnan(sample->value[k])) return 1;
  return 0;
}

static int votes_for(const pro_alarm *alarm) {
  int n = 0;
  for (int k = 0; k < alarm->rule.m_on; k++) n += (alarm->votes >> k) & 1u;
  return n;
}

int pro_alarm_held(const pro_alarm *alarm, double t) {
  return alarm->active || t - alarm->cleared <= alarm->rule.refractory; /* false where it never cleared */
}

int pro_alarm_step(pro_alarm *alarm, const pro_sample *sample, double probability) {
  if (!is_tick(alarm, sample)) return 0;
  const pro_alarm_rule *rule = &alarm->rule;
  double t = sample->t;
  int did = PRO_ALARM_TICK;
  alarm->last = t;
  alarm->votes = alarm->votes << 1 | (probability >= rule->theta_on);
  if (probability >= rule->theta_off) /* not so for NaN, which counts as low */
    alarm->low_since = NAN;
  else if (isnan(alarm->low_since))
    alarm->low_since = t;
  if (alarm->active && t - alarm->low_since >= rule->clear) {
    alarm->active = 0;
    alarm->cleared = t;
    alarm->votes = 0;
    did |= PRO_ALARM_CLEARED;
  } else if (!alarm->active && votes_for(alarm) >= rule->n_on) {
    int resumed = alarm->episodes > 0 && pro_alarm_held(alarm, t);
    did |= resumed ? PRO_ALARM_RESUMED : PRO_ALARM_RAISED;
    alarm->active = 1;
    if (!resumed) alarm->raised = t, alarm->cleared = NAN, alarm->episodes++;
  }
  return did;
}
