/* SPDX-License-Identifier: Apache-2.0 */
#include "predictor/feature.h"

typedef struct params {
  double limit, window, ambient_time;
} params;

static const pro_field fields[] = {
    PRO_FIELD_REAL(params, limit, "K/s", 0.05, 1e-5, 10.0,
                   "heating of even odds (3 K/min; guess, above what the measured healthy cells do)"),
    PRO_FIELD_REAL(params, window, "s", 60.0, 1.0, 3600.0, "over which the slope is taken"),
    PRO_FIELD_REAL(
        params, ambient_time, "s", 1000.0, 1.0, 1e6,
        "time constant with which surroundings heat the cell: m cp/(h A), of an 18650 in still air (guess)"),
    PRO_FIELD_END,
};

typedef struct state {
  pro_rise rise;
  pro_hold hold;
} state;
_Static_assert(sizeof(state) <= 512, "budget of a detector");

static void reset(void *memory, const void *given, const pro_nameplate *nameplate) {
  state *s = memory;
  (void)given, (void)nameplate;
  pro_rise_reset(&s->rise);
  pro_hold_reset(&s->hold);
}

static pro_verdict step(void *memory, const void *given, const pro_sample *sample) {
  const params *p = given;
  state *s = memory;
  float rate = pro_rise_step(&s->rise, sample, (float)p->window, (float)p->ambient_time);
  float probability =
      pro_is_missing(rate) ? PRO_MISSING : pro_feature_logistic(4.0f * (rate / (float)p->limit - 1.0f));
  return pro_hold_step(&s->hold, sample->t, probability);
}

const pro_detector pro_detector_threshold_rate = {
    .name = "threshold_rate",
    .doc = "Heating rate over a minute, less what hotter surroundings explain.",
    .source = "the usual second trip after over-temperature; the numbers are guesses",
    .fields = fields,
    .param_bytes = sizeof(params),
    .state_bytes = sizeof(state),
    .reset = reset,
    .step = step,
};
