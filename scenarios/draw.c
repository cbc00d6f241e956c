/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/draw.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "sim/lanes.h"
#include "sim/rng.h"

const char *const pro_draw_names[] = {
#define PRO_AS_NAME(name) #name,
    PRO_DRAW_LIST(PRO_AS_NAME) NULL
#undef PRO_AS_NAME
};

/* The share of the normal distribution below z <= 0: the p whose quantile z is, so that the two are exact inverses
 * and need one table of coefficients. Halves the range of ln p, as tails want. */
static double below(double z) {
  double low = -720.0, high = pro_log(0.5);
  if (z >= 0.0) return 0.5;
  if (z < -37.5) return 0.0;
  for (int i = 0; i < 64; i++) {
    double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    if (pro_normal_quantile(pro_exp(middle)) < z)
      low = middle;
    else
      high = middle;
  }
  return pro_exp(0.5 * (low + high));
}

/* Shares of the distribution below the two bounds, z-scores a < b; mirrored by the caller so that a + b <= 0. */
static void shares(double *at_a, double *at_b, double a, double b) {
  *at_a = isinf(a) ? 0.0 : below(a);
  *at_b = isinf(b) ? 1.0 : b <= 0.0 ? below(b) : 1.0 - below(-b);
}

static double cut_normal(const pro_draw *draw, double u) {
  double a = (draw->low - draw->mean) / draw->sigma, b = (draw->high - draw->mean) / draw->sigma;
  /* in the lower half a share keeps its relative precision, in the upper half 1 - p would lose it */
  int mirrored = a + b > 0.0;
  if (mirrored) {
    double t = a;
    a = -b, b = -t, u = 1.0 - u;
  }
  double p, q;
  shares(&p, &q, a, b);
  double share = p + u * (q - p);
  double z = pro_normal_quantile(fmin(fmax(share, 1e-300), 1.0 - 0x1p-53));
  double value = draw->mean + draw->sigma * (mirrored ? -z : z);
  return fmin(fmax(value, draw->low), draw->high);
}

double pro_draw_share(const pro_draw *draw) {
  if (draw->kind != PRO_DRAW_normal) return 1.0;
  double a = (draw->low - draw->mean) / draw->sigma, b = (draw->high - draw->mean) / draw->sigma, p, q;
  if (a + b > 0.0)
    shares(&p, &q, -b, -a);
  else
    shares(&p, &q, a, b);
  return q - p;
}

double pro_draw_at(const pro_draw *draw, double u) {
  switch (draw->kind) {
    case PRO_DRAW_uniform:
      return fmin(fmax(draw->low + u * (draw->high - draw->low), draw->low), draw->high);
    case PRO_DRAW_loguniform: {
      double a = pro_log(draw->low), b = pro_log(draw->high);
      return fmin(fmax(pro_exp(a + u * (b - a)), draw->low), draw->high);
    }
    case PRO_DRAW_normal:
      return cut_normal(draw, u);
    case PRO_DRAW_choice:
    case PRO_DRAW_grid: {
      int i = (int)(u * draw->count);
      return draw->value[i < draw->count ? i : draw->count - 1];
    }
    case PRO_DRAW_COUNT:
      break;
  }
  assert(!"a draw of no kind");
  return 0.0;
}
