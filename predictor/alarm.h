/* SPDX-License-Identifier: GPL-3.0-or-later
 * predictor/alarm.h - the alarm machine, one for all detectors: probabilities in, alarm episodes out. */
#ifndef PRO_ALARM_H
#define PRO_ALARM_H
#include "predictor/detector.h"

/* Raises when the probability was at least theta_on in n_on of the last m_on ticks; clears when it stayed below
 * theta_off for `clear` seconds; raised again within `refractory` of the clearing, the same episode goes on. The first
 * `warm_up` seconds after begin have no ticks.
 *
 * A tick is a new sample, at most one a second: a sample without any value, at a repeated or earlier timestamp, or less
 * than `period` after the last tick is none. Nothing is held between samples, so a stale value never counts twice. */
typedef struct pro_alarm_rule {
  double theta_on, theta_off;
  int n_on, m_on;                            /* m_on at most 32 */
  double clear, refractory, warm_up, period; /* [s] */
} pro_alarm_rule;
extern const pro_alarm_rule pro_alarm_default; /* 0.5, 0.25, 3 of 5, 60 s, 600 s, 120 s, 1 s */

typedef struct pro_alarm {
  pro_alarm_rule rule;
  double start, last;       /* first sample; last tick [s]; NaN: none yet */
  double raised, low_since; /* of the present or last episode; first tick of the low spell [s]; NaN: none */
  double cleared;           /* when the present or last episode last cleared [s]; NaN: it has not */
  uint32_t votes;           /* of the last ticks, the newest in bit 0 */
  int active, episodes;
} pro_alarm;

/* What a sample did. */
enum {
  PRO_ALARM_TICK = 1,    /* it was a tick */
  PRO_ALARM_RAISED = 2,  /* a new episode begins */
  PRO_ALARM_RESUMED = 4, /* the last episode goes on */
  PRO_ALARM_CLEARED = 8
};

/* `rule` NULL: the default. */
void pro_alarm_begin(pro_alarm *alarm, const pro_alarm_rule *rule);
int pro_alarm_step(pro_alarm *alarm, const pro_sample *sample, double probability);
/* Is the episode, at time t after the last tick, still on, or cleared no longer than the refractory time ago? */
int pro_alarm_held(const pro_alarm *alarm, double t);
#endif
