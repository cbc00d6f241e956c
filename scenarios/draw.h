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

extern const char *const pro_draw_names[]; /* "uniform", by pro_draw_kind, NULL-terminated */

/* The value at quantile u in (0, 1); of choice and grid: value[floor(u * count)]. */
double pro_draw_at(const pro_draw *draw, double u);
double pro_draw_share(const pro_draw *draw); /* of a normal distribution that its bounds leave; else 1 [-] */

/* Coordinate `dimension` of point `index` of the Sobol sequence (direction numbers of Joe & Kuo 2008, in the order of
 * the index and not of its Gray code), with Owen-style hash scrambling keyed by `seed` (0: none): in (0, 1). Any index
 * directly. 0 <= dimension < PRO_SOBOL_DIMENSIONS. GSL's generator has Bratley & Fox's numbers: equal to these in the
 * first dimensions only, see tests/test_draw.c. */
enum { PRO_SOBOL_DIMENSIONS = 64 };
double pro_sobol(uint32_t index, int dimension, uint32_t seed);
#endif
