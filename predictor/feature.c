/* SPDX-License-Identifier: Apache-2.0 */
#include "predictor/feature.h"

/* What a sensor of a cell, module or pack can read at all; anything else is a broken message. */
static const float plausible[PRO_CHANNEL_COUNT][2] = {
    [PRO_CHANNEL_T_surface] = {150.0f, 3000.0f},                                        /* [K] */
    [PRO_CHANNEL_T_ambient] = {150.0f, 3000.0f}, [PRO_CHANNEL_voltage] = {-1e4f, 1e4f}, /* [V] */
    [PRO_CHANNEL_current] = {-1e5f, 1e5f},                                              /* [A] */
    [PRO_CHANNEL_pressure] = {-1e6f, 1e8f},                                             /* gauge [Pa] */
    [PRO_CHANNEL_gas_H2] = {-0.1f, 1.1f}, /* mole fractions; sensors drift below zero */
    [PRO_CHANNEL_gas_CO] = {-0.1f, 1.1f},        [PRO_CHANNEL_gas_CO2] = {-0.1f, 1.1f},
    [PRO_CHANNEL_gas_VOC] = {-0.1f, 1.1f},
};

static int time_is_missing(double t) { return !(t - t == 0.0); }

float pro_feature_value(const pro_sample *sample, pro_channel_id channel) {
  float x = sample->value[channel];
  return x >= plausible[channel][0] && x <= plausible[channel][1] ? x : PRO_MISSING;
}

/* exp(x) = 2^n exp(r), |r| <= ln(2)/2, by its series to r^7. */
float pro_feature_exp(float x) {
  if (x != x) return x;
  x = pro_clamp(x, -87.0f, 87.0f);
  int n = (int)(x * 1.44269504f + (x < 0.0f ? -0.5f : 0.5f));
  float r = (x - (float)n * 0.693359375f) + (float)n * 2.12194440e-4f; /* ln 2 in two parts */
  float y =
      1.0f + r * (1.0f + r * (1.0f / 2 +
                              r * (1.0f / 6 + r * (1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720 + r / 5040))))));
  union {
    uint32_t bits;
    float value;
  } scale = {.bits = (uint32_t)(n + 127) << 23};
  return y * scale.value;
}

float pro_feature_logistic(float x) { return 1.0f / (1.0f + pro_feature_exp(-x)); }

pro_verdict pro_verdict_of(float probability) {
  float p = probability == probability ? pro_clamp(probability, 0.0f, 1.0f) : 0.0f;
  return (pro_verdict){p, p >= 0.5f ? PRO_HAZARD_hazardous : PRO_HAZARD_normal};
}

/* Time since `last`, and moves it on; 0 for a repeated or backward timestamp. */
static float elapsed(double *last, double t) {
  double dt = t - *last;
  *last = t;
  return dt > 0.0 ? (dt < 1e9 ? (float)dt : 1e9f) : 0.0f;
}

void pro_ewma_reset(pro_ewma *mean) { *mean = (pro_ewma){0.0, PRO_MISSING}; }

float pro_ewma_step(pro_ewma *mean, double t, float x, float tau) {
  if (pro_is_missing(x) || time_is_missing(t)) return mean->value;
  float dt = elapsed(&mean->t, t);
  if (pro_is_missing(mean->value)) mean->value = x;
  mean->value += (1.0f - pro_feature_exp(-dt / tau)) * (x - mean->value);
  return mean->value;
}

void pro_baseline_reset(pro_baseline *base) { *base = (pro_baseline){0.0, 0.0f, PRO_MISSING, 0.0f}; }

void pro_baseline_step(pro_baseline *base, double t, float x, float tau, float least) {
  if (pro_is_missing(x) || time_is_missing(t)) return;
  if (pro_is_missing(base->value)) {
    *base = (pro_baseline){t, 0.0f, x, least};
    return;
  }
  float dt = elapsed(&base->t, t);
  base->age = base->age + dt < tau ? base->age + dt : tau;
  float weight = base->age > 0.0f ? dt / (base->age + dt) : 0.0f; /* dt/tau once grown up */
  float error = x - base->value, reach = 3.0f * base->spread;
  error = pro_clamp(error, -reach, reach);
  base->value += weight * error;
  base->spread += weight * ((error < 0.0f ? -error : error) - base->spread);
  if (base->spread < least) base->spread = least;
}

void pro_median_reset(pro_median *median) { *median = (pro_median){0.0, {PRO_MISSING, PRO_MISSING}}; }

float pro_median_step(pro_median *median, double t, float x) {
  if (pro_is_missing(x)) return PRO_MISSING;
  float a = median->last[0], b = median->last[1];
  int old = !(t - median->t < 60.0 && t >= median->t); /* values of a minute ago are no neighbours */
  median->t = t;
  if (old || pro_is_missing(a)) a = b = x;
  median->last[0] = b, median->last[1] = x;
  float low = a < b ? a : b, high = a < b ? b : a;
  return pro_clamp(x, low, high);
}

void pro_slope_reset(pro_slope *slope) { *slope = (pro_slope){0}; }

void pro_slope_step(pro_slope *slope, double t, float x, float window) {
  if (pro_is_missing(x) || time_is_missing(t)) return;
  if (slope->bins > 0 && !(t >= slope->last && t - slope->last <= 5.0 * (double)window)) pro_slope_reset(slope);
  slope->last = t;
  if (slope->bins == 0 || t - slope->start >= (double)window / PRO_SLOPE_BINS) {
    if (slope->bins == PRO_SLOPE_BINS)
      for (int k = 1; k < PRO_SLOPE_BINS; k++) slope->t[k - 1] = slope->t[k], slope->x[k - 1] = slope->x[k];
    else
      slope->bins++;
    slope->t[slope->bins - 1] = slope->start = t;
    slope->x[slope->bins - 1] = x;
    slope->newest = 1;
    return;
  }
  int k = slope->bins - 1;
  if (slope->newest < 1 << 20) slope->newest++;
  slope->t[k] += (t - slope->t[k]) / slope->newest;
  slope->x[k] += (x - slope->x[k]) / (float)slope->newest;
}

float pro_slope_value(const pro_slope *slope, float window) {
  int n = slope->bins, first = 0;
  while (first < n - 3 && slope->last - slope->t[first] > (double)window) first++;
  if (n - first < 3) return PRO_MISSING;
  float count = (float)(n - first), mean_t = 0.0f, mean_x = 0.0f;
  for (int k = first; k < n; k++) {
    mean_t += (float)(slope->t[k] - slope->last);
    mean_x += slope->x[k];
  }
  mean_t /= count, mean_x /= count;
  float txx = 0.0f, txy = 0.0f;
  for (int k = first; k < n; k++) {
    float dt = (float)(slope->t[k] - slope->last) - mean_t;
    txx += dt * dt;
    txy += dt * (slope->x[k] - mean_x);
  }
  return slope->t[n - 1] - slope->t[first] >= (double)window / 3.0 ? txy / txx : PRO_MISSING;
}

void pro_rise_reset(pro_rise *rise) {
  pro_median_reset(&rise->median);
  pro_slope_reset(&rise->slope);
  rise->ambient = PRO_MISSING;
}

float pro_rise_step(pro_rise *rise, const pro_sample *sample, float window, float ambient_time) {
  float ambient = pro_feature_value(sample, PRO_CHANNEL_T_ambient);
  if (!pro_is_missing(ambient)) rise->ambient = ambient;
  float T = pro_median_step(&rise->median, sample->t, pro_feature_value(sample, PRO_CHANNEL_T_surface));
  if (pro_is_missing(T)) return PRO_MISSING;
  pro_slope_step(&rise->slope, sample->t, T, window);
  float rate = pro_slope_value(&rise->slope, window);
  if (pro_is_missing(rate) || pro_is_missing(rise->ambient)) return rate;
  float explained = (rise->ambient - T) / ambient_time;
  if (!(explained > 0.0f) || !(rate > 0.0f)) return rate;
  return rate > explained ? rate - explained : 0.0f;
}

void pro_unload_reset(pro_unload *unload, const pro_nameplate *nameplate) {
  float full = nameplate ? nameplate->capacity / 3600.0f : PRO_MISSING; /* a current of 1 C [A] */
  if (!(full > 0.5f)) full = 0.5f;
  *unload = (pro_unload){0.0,  PRO_MISSING, PRO_MISSING, 0.2f * full,
                         0.0f, 0.0f,        -1e30,       full > 0.5f ? 0.05f * full : 0.05f};
}

int pro_unload_drawn(const pro_unload *unload, double t) { return t - unload->drawn < 300.0; }

float pro_unload_step(pro_unload *unload, const pro_sample *sample) {
  float V = pro_feature_value(sample, PRO_CHANNEL_voltage), I = pro_feature_value(sample, PRO_CHANNEL_current);
  if (pro_is_missing(V)) return PRO_MISSING;
  if (pro_is_missing(I)) return V;
  if (I < -unload->draw) unload->drawn = sample->t;
  float size = I < 0.0f ? -I : I;
  if (size > unload->most) unload->most = size;
  float dI = I - unload->I, dV = V - unload->V;
  double dt = sample->t - unload->t;
  /* noise of a resting current would make any fall of the voltage look like a large resistance */
  float least = 0.05f * unload->most;
  if (dt > 0.0 && dt <= 60.0 && (dI > least || dI < -least)) {
    float keep = pro_feature_exp(-(float)dt / 600.0f);
    unload->sxx = keep * unload->sxx + dI * dI;
    unload->sxy = keep * unload->sxy + dV * dI;
  }
  unload->t = sample->t, unload->V = V, unload->I = I;
  float R = unload->sxx > 0.0f ? unload->sxy / unload->sxx : 0.0f;
  float explained = (R > 0.0f ? R : 0.0f) * I, bound = 0.3f * (V < 0.0f ? -V : V);
  return V - pro_clamp(explained, -bound, bound);
}

void pro_hold_reset(pro_hold *hold) { *hold = (pro_hold){0.0, 0.0f}; }

pro_verdict pro_hold_step(pro_hold *hold, double t, float probability) {
  if (!pro_is_missing(probability)) {
    *hold = (pro_hold){t, probability};
    return pro_verdict_of(probability);
  }
  if (!(t - hold->t <= 60.0)) hold->probability = 0.0f;
  return pro_verdict_of(hold->probability < 0.49f ? hold->probability : 0.49f);
}
