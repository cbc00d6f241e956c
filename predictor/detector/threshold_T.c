/* SPDX-License-Identifier: Apache-2.0 */
#include "predictor/feature.h"

typedef struct params {
  double margin, fallback, width;
} params;

static const pro_field fields[] = {
    PRO_FIELD_REAL(params, margin, "delta_K", 10.0, 0.0, 200.0,
                   "how far above the nameplate's T_operating_max even odds lie (guess)"),
    PRO_FIELD_REAL(
        params, fallback, "K", 353.15, 250.0, 600.0,
        "temperature of even odds where the nameplate tells no limit (80 degC, a common cut-off; guess)"),
    PRO_FIELD_REAL(params, width, "delta_K", 3.0, 0.01, 100.0, "from even odds to 73 % (guess)"),
    PRO_FIELD_END,
};

typedef struct state {
  pro_hold hold;
  float limit; /* [K] */
} state;
_Static_assert(sizeof(state) <= 512, "budget of a detector");

static void reset(void *memory, const void *given, const pro_nameplate *nameplate) {
  const params *p = given;
  state *s = memory;
  pro_hold_reset(&s->hold);
  float told = nameplate ? nameplate->T_operating_max : PRO_MISSING;
  s->limit = pro_is_missing(told) ? (float)p->fallback : told + (float)p->margin;
}

static pro_verdict step(void *memory, const void *given, const pro_sample *sample) {
  const params *p = given;
  state *s = memory;
  float T = pro_feature_value(sample, PRO_CHANNEL_T_surface);
  float probability = pro_is_missing(T) ? PRO_MISSING : pro_feature_logistic((T - s->limit) / (float)p->width);
  return pro_hold_step(&s->hold, sample->t, probability);
}

const pro_detector pro_detector_threshold_T = {
    .name = "threshold_T",
    .doc = "Surface temperature against the nameplate's operating limit plus a margin.",
    .source = "the over-temperature trip of any battery management system; the numbers are guesses",
    .fields = fields,
    .param_bytes = sizeof(params),
    .state_bytes = sizeof(state),
    .reset = reset,
    .step = step,
};
