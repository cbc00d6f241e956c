/* SPDX-License-Identifier: Apache-2.0 */
#include "predictor/feature.h"

typedef struct params {
  double fall, fall_discharging, below_min, memory;
} params;

static const pro_field fields[] = {
    PRO_FIELD_REAL(params, fall, "1", 0.08, 0.001, 1.0,
                   "fall of the unloaded voltage below its baseline, as a share of it, of even odds (guess)"),
    PRO_FIELD_REAL(
        params, fall_discharging, "1", 0.40, 0.001, 1.0,
        "the same within five minutes of drawing more than C/20: an empty cell's voltage falls too (guess)"),
    PRO_FIELD_REAL(params, below_min, "V", 0.3, 0.0, 5.0,
                   "how far below the nameplate's voltage_min even odds lie (guess)"),
    PRO_FIELD_REAL(params, memory, "s", 300.0, 1.0, 1e5, "time constant of the baseline (guess)"),
    PRO_FIELD_END,
};

typedef struct state {
  pro_unload unload;
  pro_baseline base;
  pro_hold hold;
  float floor; /* [V] */
} state;
_Static_assert(sizeof(state) <= 512, "budget of a detector");

static void reset(void *memory, const void *given, const pro_nameplate *nameplate) {
  const params *p = given;
  state *s = memory;
  pro_unload_reset(&s->unload, nameplate);
  pro_baseline_reset(&s->base);
  pro_hold_reset(&s->hold);
  s->floor = nameplate ? nameplate->voltage_min - (float)p->below_min : PRO_MISSING;
}

static pro_verdict step(void *memory, const void *given, const pro_sample *sample) {
  const params *p = given;
  state *s = memory;
  float V = pro_unload_step(&s->unload, sample), probability = PRO_MISSING;
  if (!pro_is_missing(V)) {
    float limit = (float)(pro_unload_drawn(&s->unload, sample->t) ? p->fall_discharging : p->fall);
    float baseline = pro_is_missing(s->base.value) ? V : s->base.value;
    float size = baseline < 0.0f ? -baseline : baseline;
    float fall = size > 0.5f ? (baseline - V) / size : 0.0f;
    probability = pro_feature_logistic(4.0f * (fall / limit - 1.0f));
    if (!pro_is_missing(s->floor)) {
      float under = pro_feature_logistic((s->floor - pro_feature_value(sample, PRO_CHANNEL_voltage)) / 0.05f);
      if (under > probability) probability = under;
    }
    pro_baseline_step(&s->base, sample->t, V, (float)p->memory, 0.01f * size);
  }
  return pro_hold_step(&s->hold, sample->t, probability);
}

const pro_detector pro_detector_threshold_voltage = {
    .name = "threshold_voltage",
    .doc = "Voltage, freed of what the current explains, against its own slow baseline, and against voltage_min.",
    .source = "the voltage-drop criterion of GB 38031 (25 %), made earlier; the numbers are guesses",
    .fields = fields,
    .param_bytes = sizeof(params),
    .state_bytes = sizeof(state),
    .reset = reset,
    .step = step,
};
