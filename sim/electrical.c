/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/electrical.h"

#include <math.h>

/* SOC grid and voltages: parameter tables computed from PyBaMM's functions; the tail below 0 (to 0 V at -5 % of
 * the capacity) stands for what a short still drains after the lower voltage limit: guess. */
#define GRID -0.05, 0.0, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0

static const pro_ocv lco_marquis2019 = {.name = "lco_marquis2019",
                                        .source = "Marquis et al. 2019 (LCO/graphite), window 3.105-4.1 V",
                                        .soc = {GRID},
                                        .voltage = {0.0, 3.105, 3.4828, 3.6176, 3.6818, 3.6908, 3.6921, 3.6971,
                                                    3.7153, 3.745, 3.7648, 3.7985, 3.849, 3.904, 4.0084, 4.1}};
static const pro_ocv nmc_mohtat2020 = {.name = "nmc_mohtat2020",
                                       .source = "Mohtat et al. 2020 (NMC/graphite), window 2.8-4.2 V",
                                       .soc = {GRID},
                                       .voltage = {0.0, 2.8, 3.339, 3.462, 3.5107, 3.5395, 3.5847, 3.6389, 3.671,
                                                   3.7155, 3.7968, 3.8797, 3.9705, 4.0767, 4.136, 4.2}};
static const pro_ocv nmc811_chen2020 = {
    .name = "nmc811_chen2020",
    .source = "Chen et al. 2020 (LG M50, NMC811/graphite-SiOx), window 2.5-4.2 V",
    .soc = {GRID},
    .voltage = {0.0, 2.5, 2.9212, 3.1094, 3.2959, 3.4339, 3.4852, 3.5814, 3.667, 3.7509, 3.8406, 3.9479, 4.0421,
                4.0967, 4.1236, 4.2}};

#define TABLES(X) X(lco_marquis2019) X(nmc_mohtat2020) X(nmc811_chen2020)
#define AS_ENTRY(name) &name,
#define AS_NAME(name) #name,
const pro_ocv *const pro_ocv_all[] = {TABLES(AS_ENTRY) NULL};
const char *const pro_ocv_names[] = {TABLES(AS_NAME) NULL};

/* Fritsch-Carlson slope at an inner point: the weighted harmonic mean of the neighbouring secants, 0 at a turn. */
static double inner_slope(const pro_ocv *o, int i) {
  double h0 = o->soc[i] - o->soc[i - 1], h1 = o->soc[i + 1] - o->soc[i];
  double d0 = (o->voltage[i] - o->voltage[i - 1]) / h0, d1 = (o->voltage[i + 1] - o->voltage[i]) / h1;
  if (d0 * d1 <= 0.0) return 0.0;
  double w0 = 2.0 * h1 + h0, w1 = h1 + 2.0 * h0;
  return (w0 + w1) / (w0 / d0 + w1 / d1);
}

static double slope_at(const pro_ocv *o, int i) {
  if (i > 0 && i < PRO_OCV_POINTS - 1) return inner_slope(o, i);
  int a = i == 0 ? 0 : i - 1; /* at the ends the secant: straight on from there */
  return (o->voltage[a + 1] - o->voltage[a]) / (o->soc[a + 1] - o->soc[a]);
}

typedef struct piece {
  double s, h, v0, v1, m0, m1; /* from s over h: values and slopes at both ends */
} piece;

static piece piece_of(const pro_ocv *o, int i) {
  double h = o->soc[i + 1] - o->soc[i];
  return (piece){o->soc[i], h, o->voltage[i], o->voltage[i + 1], slope_at(o, i), slope_at(o, i + 1)};
}

double pro_ocv_voltage(const pro_ocv *o, double soc, double *slope) {
  int last = PRO_OCV_POINTS - 1;
  if (soc <= o->soc[0] || soc >= o->soc[last]) {
    int end = soc <= o->soc[0] ? 0 : last;
    double m = slope_at(o, end);
    if (slope) *slope = m;
    return o->voltage[end] + m * (soc - o->soc[end]);
  }
  int i = 0;
  while (soc >= o->soc[i + 1]) i++;
  piece p = piece_of(o, i);
  double x = (soc - p.s) / p.h, y = 1.0 - x;
  double a = p.m0 * p.h - (p.v1 - p.v0), b = (p.v1 - p.v0) - p.m1 * p.h;
  if (slope) *slope = ((p.v1 - p.v0) + (y - x) * (a * y + b * x) + x * y * (b - a)) / p.h;
  return y * p.v0 + x * p.v1 + x * y * (a * y + b * x);
}

/* integral over the first x of a piece: Hermite basis integrated */
static double piece_energy(piece p, double x) {
  double x2 = x * x, x3 = x2 * x, x4 = x3 * x;
  return p.h * (p.v0 * (x - x3 + 0.5 * x4) + p.v1 * (x3 - 0.5 * x4) +
                p.h * p.m0 * (0.5 * x2 - 2.0 / 3.0 * x3 + 0.25 * x4) + p.h * p.m1 * (0.25 * x4 - x3 / 3.0));
}

static double energy_from_start(const pro_ocv *o, double soc) {
  int last = PRO_OCV_POINTS - 1;
  if (soc <= o->soc[0]) return (soc - o->soc[0]) * (o->voltage[0] + 0.5 * slope_at(o, 0) * (soc - o->soc[0]));
  double sum = 0.0;
  int i = 0;
  for (; i < last && soc >= o->soc[i + 1]; i++) sum += piece_energy(piece_of(o, i), 1.0);
  double over = soc - o->soc[i];
  if (i == last) return sum + over * (o->voltage[last] + 0.5 * slope_at(o, last) * over);
  return sum + piece_energy(piece_of(o, i), over / (o->soc[i + 1] - o->soc[i]));
}

double pro_ocv_energy(const pro_ocv *o, double soc) {
  return energy_from_start(o, soc) - energy_from_start(o, 0.0);
}

pro_circuit pro_circuit_solve(double emf, double resistance, double conductance, double current) {
  double voltage = (emf + resistance * current) / (1.0 + resistance * conductance);
  double short_current = voltage * conductance, inner = short_current - current; /* drawn from the source */
  return (pro_circuit){voltage, short_current, voltage * short_current + resistance * inner * inner};
}
