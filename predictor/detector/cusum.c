/* SPDX-License-Identifier: Apache-2.0 */
#include "predictor/feature.h"

typedef struct params {
  double slack, height, window, ambient_time, current_heating, rate_noise, fall_noise, memory;
} params;

static const pro_field fields[] = {
    PRO_FIELD_REAL(params, slack, "1", 2.0, 0.0, 100.0,
                   "standardised residual that is still taken for chance (k of the chart; guess)"),
    PRO_FIELD_REAL(params, height, "s", 120.0, 0.1, 1e6,
                   "sum of residual above the slack, times seconds, of even odds (h of the chart; guess)"),
    PRO_FIELD_REAL(params, window, "s", 60.0, 1.0, 3600.0, "over which the temperature's slope is taken"),
    PRO_FIELD_REAL(params, ambient_time, "s", 1000.0, 1.0, 1e6,
                   "time constant with which surroundings heat the cell (guess, as in threshold_rate)"),
    PRO_FIELD_REAL(params, current_heating, "K/s", 0.007, 0.0, 1.0,
                   "heating by a current of 1 C that needs no explanation, times (I/C)^2: R C^2/(m cp), an 18650 "
                   "of 80 mohm (guess)"),
    PRO_FIELD_REAL(params, rate_noise, "K/s", 0.01, 1e-6, 10.0,
                   "smallest spread of the heating rate to assume (0.6 K/min; guess)"),
    PRO_FIELD_REAL(params, fall_noise, "1", 0.02, 1e-6, 1.0,
                   "smallest spread of the unloaded voltage to assume, as a share of it (guess)"),
    PRO_FIELD_REAL(params, memory, "s", 1800.0, 1.0, 1e6, "time constant of the baselines (guess)"),
    PRO_FIELD_END,
};

typedef struct chart {
  pro_baseline base;
  double t;
  float sum; /* [s] */
} chart;

typedef struct state {
  pro_rise rise;
  pro_unload unload;
  pro_ewma load;  /* (I/C)^2, as slow as the slope */
  float capacity; /* as a current of 1 C [A] */
  chart heating, falling;
  pro_hold hold;
} state;
_Static_assert(sizeof(state) <= 512, "budget of a detector");

static void chart_reset(chart *c) {
  pro_baseline_reset(&c->base);
  c->t = (double)PRO_MISSING, c->sum = 0.0f; /* no time has passed before the first value */
}

/* S := max(0, S + (z - slack) dt) with z the residual against its own baseline. A gap counts as ten seconds: what
 * was not seen is no evidence. Bounded, so that it comes down when the trouble is over. */
static void chart_step(chart *c, const params *p, double t, float x, float noise) {
  if (pro_is_missing(x)) return;
  if (pro_is_missing(c->base.value)) pro_baseline_step(&c->base, t, x, (float)p->memory, noise);
  float z = (x - c->base.value) / c->base.spread;
  double dt = t - c->t;
  float step = !(dt > 0.0) ? 0.0f : dt < 10.0 ? (float)dt : 10.0f, bound = 3.0f * (float)p->height;
  c->t = t;
  c->sum = pro_clamp(c->sum + (pro_clamp(z, -100.0f, 100.0f) - (float)p->slack) * step, 0.0f, bound);
  pro_baseline_step(&c->base, t, x, (float)p->memory, noise);
}

static void reset(void *memory, const void *given, const pro_nameplate *nameplate) {
  state *s = memory;
  const params *p = given;
  s->capacity = nameplate ? nameplate->capacity / 3600.0f : PRO_MISSING;
  pro_ewma_reset(&s->load);
  pro_rise_reset(&s->rise);
  pro_unload_reset(&s->unload, nameplate);
  chart_reset(&s->heating);
  chart_reset(&s->falling);
  /* a cell is expected not to heat; its voltage may be anything */
  s->heating.base = (pro_baseline){(double)PRO_MISSING, (float)p->memory, 0.0f, (float)p->rate_noise};
  pro_hold_reset(&s->hold);
}

static pro_verdict step(void *memory, const void *given, const pro_sample *sample) {
  const params *p = given;
  state *s = memory;
  float rate = pro_rise_step(&s->rise, sample, (float)p->window, (float)p->ambient_time);
  float C_rate = pro_feature_value(sample, PRO_CHANNEL_current) / s->capacity;
  float load = pro_ewma_step(&s->load, sample->t, C_rate * C_rate, (float)p->window);
  if (rate > 0.0f && load > 0.0f) {
    float explained = (float)p->current_heating * load;
    rate = rate > explained ? rate - explained : 0.0f;
  }
  chart_step(&s->heating, p, sample->t, rate, (float)p->rate_noise);
  float V = pro_unload_step(&s->unload, sample), size = V < 0.0f ? -V : V;
  if (pro_unload_drawn(&s->unload, sample->t)) /* begins anew once the cell rests or charges */
    chart_reset(&s->falling);
  else
    chart_step(&s->falling, p, sample->t, -V, (float)p->fall_noise * (size > 0.5f ? size : 0.5f));
  float sum = s->heating.sum > s->falling.sum ? s->heating.sum : s->falling.sum;
  int silent = pro_is_missing(rate) && pro_is_missing(V);
  float probability = silent ? PRO_MISSING : pro_feature_logistic(4.0f * (sum / (float)p->height - 1.0f));
  return pro_hold_step(&s->hold, sample->t, probability);
}

const pro_detector pro_detector_cusum = {
    .name = "cusum",
    .doc =
        "Cumulative sums of unexplained heating and of unexplained loss of voltage, each against its own "
        "baseline.",
    .source = "one-sided chart of Page, Biometrika 41 (1954) 100; the numbers are guesses",
    .fields = fields,
    .param_bytes = sizeof(params),
    .state_bytes = sizeof(state),
    .reset = reset,
    .step = step,
};
