/* SPDX-License-Identifier: Apache-2.0 */
#include "predictor/feature.h"

typedef struct params {
  double H2, CO, CO2, VOC, memory;
} params;

static const pro_field fields[] = {
    PRO_FIELD_REAL(params, H2, "1", 100e-6, 1e-9, 1.0,
                   "hydrogen above its baseline of even odds (100 ppm; guess)"),
    PRO_FIELD_REAL(params, CO, "1", 100e-6, 1e-9, 1.0, "carbon monoxide likewise (100 ppm; guess)"),
    PRO_FIELD_REAL(params, CO2, "1", 2000e-6, 1e-9, 1.0,
                   "carbon dioxide likewise (2000 ppm: people and engines make it too; guess)"),
    PRO_FIELD_REAL(params, VOC, "1", 200e-6, 1e-9, 1.0,
                   "hydrocarbons and solvent vapour likewise (200 ppm; guess)"),
    PRO_FIELD_REAL(params, memory, "s", 3600.0, 1.0, 1e6, "time constant of the baselines (guess)"),
    PRO_FIELD_END,
};

static const pro_channel_id channels[4] = {PRO_CHANNEL_gas_H2, PRO_CHANNEL_gas_CO, PRO_CHANNEL_gas_CO2,
                                           PRO_CHANNEL_gas_VOC};

typedef struct state {
  pro_baseline base[4];
  pro_hold hold;
} state;
_Static_assert(sizeof(state) <= 512, "budget of a detector");

static void reset(void *memory, const void *given, const pro_nameplate *nameplate) {
  state *s = memory;
  (void)given, (void)nameplate;
  for (int k = 0; k < 4; k++) pro_baseline_reset(&s->base[k]);
  pro_hold_reset(&s->hold);
}

static pro_verdict step(void *memory, const void *given, const pro_sample *sample) {
  const params *p = given;
  state *s = memory;
  float limits[4] = {(float)p->H2, (float)p->CO, (float)p->CO2, (float)p->VOC}, worst = PRO_MISSING;
  for (int k = 0; k < 4; k++) {
    float x = pro_feature_value(sample, channels[k]);
    if (pro_is_missing(x)) continue;
    float above = pro_is_missing(s->base[k].value) ? 0.0f : (x - s->base[k].value) / limits[k];
    if (!(worst >= above)) worst = above;
    /* three spreads an outlier: 3 % of the limit keep a leak from becoming the baseline */
    pro_baseline_step(&s->base[k], sample->t, x, (float)p->memory, 0.01f * limits[k]);
  }
  float probability = pro_is_missing(worst) ? PRO_MISSING : pro_feature_logistic(4.0f * (worst - 1.0f));
  return pro_hold_step(&s->hold, sample->t, probability);
}

const pro_detector pro_detector_threshold_gas = {
    .name = "threshold_gas",
    .doc = "Any gas above its own slow baseline: the first sign of a vented cell in a closed space.",
    .source = "off-gas monitoring of battery rooms; the numbers are guesses",
    .fields = fields,
    .param_bytes = sizeof(params),
    .state_bytes = sizeof(state),
    .reset = reset,
    .step = step,
};
