/* SPDX-License-Identifier: Apache-2.0 */
#include "predictor/detector.h"

static void reset(void *state, const void *params, const pro_nameplate *nameplate) {
  (void)state, (void)params, (void)nameplate;
}

static pro_verdict step(void *state, const void *params, const pro_sample *sample) {
  (void)state, (void)params, (void)sample;
  return (pro_verdict){0.0f, PRO_HAZARD_normal};
}

const pro_detector pro_detector_never = {
    .name = "never",
    .doc = "Anchor: says that all is well, always. Its lead is none and so are its false alarms.",
    .source = "anchor of the metric suite",
    .reset = reset,
    .step = step,
};
