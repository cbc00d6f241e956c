/* SPDX-License-Identifier: Apache-2.0 */
#include "predictor/detector.h"

static void reset(void *state, const void *params, const pro_nameplate *nameplate) {
  (void)state, (void)params, (void)nameplate;
}

static pro_verdict step(void *state, const void *params, const pro_sample *sample) {
  (void)state, (void)params, (void)sample;
  return (pro_verdict){1.0f, PRO_HAZARD_hazardous};
}

const pro_detector pro_detector_always = {
    .name = "always",
    .doc =
        "Anchor: says that runaway is ahead, always. It misses only what its one endless alarm began too early "
        "for.",
    .source = "anchor of the metric suite",
    .reset = reset,
    .step = step,
};
