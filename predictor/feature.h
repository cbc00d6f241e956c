/* SPDX-License-Identifier: Apache-2.0
 * predictor/feature.h - what detectors share: slopes, baselines, a logistic; freestanding, no heap, no libm.
 *
 * Everything here goes by time, not by sample: any rate, gaps, repeated and backward timestamps are allowed. A missing
 * (NaN, infinite) value changes nothing. All structs are plain bytes: copy one and it is a checkpoint. */
#ifndef PRO_FEATURE_H
#define PRO_FEATURE_H
#include "predictor/detector.h"

#define PRO_MISSING (__builtin_nanf(""))
static inline int pro_is_missing(float x) { return !(x - x == 0.0f); } /* NaN and infinities */
static inline float pro_clamp(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

/* A channel's value, or PRO_MISSING where it is missing or no sensor of that kind could have read it. */
float pro_feature_value(const pro_sample *sample, pro_channel_id channel);

float pro_feature_exp(float x);      /* relative error below 3e-7; x beyond +-87 is clamped */
float pro_feature_logistic(float x); /* 1/(1 + exp(-x)) */

/* A verdict from a probability: into [0, 1], hazardous from one half on; NaN is 0. */
pro_verdict pro_verdict_of(float probability);

/* ---- exponentially weighted mean ---- */

typedef struct pro_ewma {
  double t;    /* of the last value [s] */
  float value; /* NaN: nothing seen yet */
} pro_ewma;
void pro_ewma_reset(pro_ewma *mean);
/* The first value is taken as it is; then value += (1 - exp(-dt/tau)) (x - value). Returns the value. */
float pro_ewma_step(pro_ewma *mean, double t, float x, float tau);

/* ---- slow robust baseline ---- */

typedef struct pro_baseline {
  double t;
  float age;           /* time learnt so far, at most tau [s] */
  float value, spread; /* level, and mean absolute deviation from it */
} pro_baseline;
void pro_baseline_reset(pro_baseline *base);
/* Follows x with tau [s]; an outlier counts as three spreads and no more. `least` is the smallest spread to assume:
 * the sensor's own noise. While younger than tau it is a running mean, so that it need not wait for tau. */
void pro_baseline_step(pro_baseline *base, double t, float x, float tau, float least);

/* ---- median of the last three values: removes a single spike, costs one sample of delay ---- */

typedef struct pro_median {
  double t;
  float last[2];
} pro_median;
void pro_median_reset(pro_median *median);
float pro_median_step(pro_median *median, double t, float x); /* a missing x gives PRO_MISSING */

/* ---- slope over a window ---- */

enum { PRO_SLOPE_BINS = 12 };
typedef struct pro_slope {
  double start, last;            /* of the newest bin; of the newest value [s] */
  double t[PRO_SLOPE_BINS];      /* mean times, oldest first [s] (bins) */
  float x[PRO_SLOPE_BINS];       /* mean values (bins) */
  int bins, newest;              /* in use; values in the newest */
} pro_slope;
void pro_slope_reset(pro_slope *slope);
/* Values are averaged in bins of window/PRO_SLOPE_BINS. A gap of five windows or time running backwards starts anew. */
void pro_slope_step(pro_slope *slope, double t, float x, float window);
/* Least squares through the bins of the window (slow sampling: through the newest three); PRO_MISSING while there are
 * fewer than three or they span less than a third of it. */
float pro_slope_value(const pro_slope *slope, float window);

/* ---- heating that the surroundings do not explain ---- */

typedef struct pro_rise {
  pro_median median;
  pro_slope slope;
  float ambient; /* last one known [K] */
} pro_rise;
void pro_rise_reset(pro_rise *rise);
/* dT/dt over the window [s] less what surroundings hotter than the cell explain, (T_ambient - T)/ambient_time, but not
 * below zero by that. PRO_MISSING while there is no slope or the sample brings no temperature. */
float pro_rise_step(pro_rise *rise, const pro_sample *sample, float window, float ambient_time);

/* ---- voltage without what the current explains ---- */

typedef struct pro_unload {
  double t;
  float V, I, most, sxx, sxy; /* last sample; largest |I| seen [A]; sums of dI dI and dV dI */
  double drawn;               /* when more than C/20 was last drawn [s] */
  float draw;                 /* C/20, or 50 mA where no capacity is known [A] */
} pro_unload;
void pro_unload_reset(pro_unload *unload, const pro_nameplate *nameplate);
/* V - R I with R learnt from the jumps of current, forgotten over 600 s; V itself where no current is known.
 * PRO_MISSING where the sample brings no voltage. */
float pro_unload_step(pro_unload *unload, const pro_sample *sample);
/* Has current been drawn in the last five minutes? An empty cell's voltage falls as a shorted one's does. */
int pro_unload_drawn(const pro_unload *unload, double t);

/* ---- a verdict while a sensor is silent ---- */

/* Stale evidence neither raises nor clears an alarm: while nothing new comes, the last probability holds just below
 * one half, and after a minute it is forgotten. */
typedef struct pro_hold {
  double t;
  float probability;
} pro_hold;
void pro_hold_reset(pro_hold *hold);
pro_verdict pro_hold_step(pro_hold *hold, double t, float probability); /* PRO_MISSING: nothing new */
#endif
