/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "cli/comparison.h"

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double pro_percentile(double *x, size_t n, double p) {
  if (n == 0) return NAN;
  qsort(x, n, sizeof *x, ascending);
  double at = p * (double)(n - 1);
  size_t k = (size_t)at;
  if (k + 1 >= n) return x[n - 1];
  return x[k] + (at - (double)k) * (x[k + 1] - x[k]);
}

double pro_mean(const double *x, size_t n) {
  double sum = 0.0;
  for (size_t k = 0; k < n; k++) sum += x[k];
  return n ? sum / (double)n : NAN;
}

double pro_deviation(const double *x, size_t n) {
  if (n < 2) return NAN;
  double mean = pro_mean(x, n), sum = 0.0;
  for (size_t k = 0; k < n; k++) sum += (x[k] - mean) * (x[k] - mean);
  return sqrt(sum / (double)(n - 1));
}

/* Table for few degrees of freedom, then Cornish and Fisher's expansion (Abramowitz & Stegun 26.7.5), whose error
 * is below 1e-5 from there on. */
double pro_student_975(size_t freedom) {
  static const double few[] = {INFINITY,  12.7062047, 4.3026527, 3.1824463, 2.7764451, 2.5705818,
                               2.4469119, 2.3646243,  2.3060041, 2.2621572, 2.2281389};
  if (freedom < PRO_COUNT(few)) return few[freedom];
  const double z = 1.959963984540054, z2 = z * z, v = (double)freedom;
  double g1 = z * (z2 + 1.0) / 4.0;
  double g2 = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
  double g3 = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
  double g4 = z * ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92160.0;
  return z + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v;
}

double pro_mean_interval(const double *x, size_t n) {
  if (n < 2) return INFINITY;
  return pro_student_975(n - 1) * pro_deviation(x, n) / sqrt((double)n);
}
