/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenarios/draw.h - how a value varies from case to case: distributions as quantile functions. */
#ifndef PRO_DRAW_H
#define PRO_DRAW_H
#include <stdint.h>

#include "sim/base.h"

enum { PRO_DRAW_CHOICES_MAX = 64 };

#define PRO_DRAW_LIST(X) X(uniform) X(loguniform) X(normal) X(choice) X(grid)
#define PRO_AS_DRAW(name) PRO_DRAW_##name,
typedef enum pro_draw_kind { PRO_DRAW_LIST(PRO_AS_DRAW) PRO_DRAW_COUNT } pro_draw_kind;
#undef PRO_AS_DRAW

typedef struct pro_draw {
  pro_draw_kind kind;
  double low, high;   /* uniform, loguniform: range; normal: bounds (may be infinite) */
  double mean, sigma; /* normal, cut at its bounds (not clipped) */
  int count;          /* choice, grid */
  double value[PRO_DRAW_CHOICES_MAX];
} pro_draw;

/* The value at quantile u in (0, 1); of choice and grid: the index floor(u * count). */
double pro_draw_at(const pro_draw *draw, double u);

/* Coordinate `dimension` of point `index` of the Sobol sequence (direction numbers of Joe & Kuo 2008, as GSL's first
 * 40 dimensions are Bratley & Fox's: see docs), with Owen-style hash scrambling keyed by `seed` (0: none): in (0, 1).
 * Any index directly. dimension < PRO_SOBOL_DIMENSIONS, index < 2^32. */
enum { PRO_SOBOL_DIMENSIONS = 64 };
double pro_sobol(uint32_t index, int dimension, uint32_t seed);
#endif
