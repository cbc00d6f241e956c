/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/electrical.h"

#include <math.h>

/* Voltages from 0 to 1: computed from PyBaMM's functions with the electrodes' windows solved for the cell's
 * limits, where the table does not say otherwise. */
#define GRID -0.5, -0.05, 0.0, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0, 1.2, 1.6
/* What lies below the lower limit, of every table: the anode is empty and the voltage gone 5 % of the capacity
 * below it; then the cell is reversed, and copper dissolves at a nearly constant voltage. *guess* */
#define REVERSED -1.5, 0.0
/* What lies above the upper limit, at 1.2 and 1.6 times full. *guess*, after the share of its lithium that the
 * full cathode still holds: half of LCO's, a third of a middle NMC's, a fifth of a nickel-rich one's, next to none
 * of LMO's and LFP's, whose voltage is the electrolyte's oxidation as soon as they are full. */
#define OVER_LCO 4.6, 5.1
#define OVER_NMC 4.75, 5.2
#define OVER_NICKEL 4.8, 5.2
#define OVER_EMPTY 4.95, 5.2

/* dU/dT of a nickel-rich NMC/graphite-silicon cell [V/K]: O'Regan et al. 2022 (LG M50), computed from PyBaMM's
 * functions. */
#define ENTROPIC_NICKEL                                                                                      \
  {                                                                                                          \
    -0.2397e-3, -0.2397e-3, -0.2397e-3, -0.3449e-3, -0.4082e-3, -0.31e-3, -0.1347e-3, -0.0771e-3, -0.053e-3, \
        -0.0178e-3, 0.014e-3, 0.0342e-3, 0.0473e-3, 0.0583e-3, 0.0705e-3, 0.0991e-3, 0.1133e-3, 0.1133e-3,   \
        0.1133e-3                                                                                            \
  }
/* and of LFP/graphite: -0.4 mV/K empty, -0.3 at 20 %, 0 at 50 %, 0.1 at 70 %, 0.15 full. *guess* */
#define ENTROPIC_LFP                                                                                       \
  {                                                                                                        \
    -0.4e-3, -0.4e-3, -0.4e-3, -0.3875e-3, -0.375e-3, -0.35e-3, -0.325e-3, -0.3e-3, -0.2e-3, -0.1e-3, 0.0, \
        0.05e-3, 0.1e-3, 0.1167e-3, 0.1333e-3, 0.1417e-3, 0.15e-3, 0.15e-3, 0.15e-3                        \
  }

static const pro_ocv lco_marquis2019 = {
    .name = "lco_marquis2019",
    .source = "Marquis et al. 2019 (LCO/graphite), window 3.105-4.1 V",
    .soc = {GRID},
    .voltage = {REVERSED, 3.105, 3.4828, 3.6176, 3.6818, 3.6908, 3.6921, 3.6971, 3.7153, 3.745, 3.7648, 3.7985,
                3.849, 3.904, 4.0084, 4.1, OVER_LCO}};
static const pro_ocv nmc_mohtat2020 = {
    .name = "nmc_mohtat2020",
    .source = "Mohtat et al. 2020 (NMC/graphite), window 2.8-4.2 V",
    .soc = {GRID},
    .voltage = {REVERSED, 2.8, 3.339, 3.462, 3.5107, 3.5395, 3.5847, 3.6389, 3.671, 3.7155, 3.7968, 3.8797, 3.9705,
                4.0767, 4.136, 4.2, OVER_NMC}};
static const pro_ocv nmc811_chen2020 = {
    .name = "nmc811_chen2020",
    .source = "Chen et al. 2020 (LG M50, NMC811/graphite-SiOx), window 2.5-4.2 V",
    .soc = {GRID},
    .voltage = {REVERSED, 2.5, 2.9212, 3.1094, 3.2959, 3.4339, 3.4852, 3.5814, 3.667, 3.7509, 3.8406, 3.9479,
                4.0421, 4.0967, 4.1236, 4.2, OVER_NICKEL},
    .entropic = ENTROPIC_NICKEL,
    .entropic_source = "O'Regan et al. 2022, the same type of cell"};
static const pro_ocv nmc811_oregan2022 = {
    .name = "nmc811_oregan2022",
    .source = "O'Regan et al. 2022 (LG M50, NMC811/graphite-SiOx), window 2.5-4.181 V",
    .soc = {GRID},
    .voltage = {REVERSED, 2.5, 2.8906, 3.0601, 3.2521, 3.3743, 3.423, 3.5332, 3.6103, 3.6756, 3.7868, 3.9085,
                4.0008, 4.0905, 4.1083, 4.181, OVER_NICKEL},
    .entropic = ENTROPIC_NICKEL,
    .entropic_source = "O'Regan et al. 2022"};
/* A pseudo-OCV for what mostly discharges: the measured C/20 discharge at 24 degC, less 0.152 A in 50 mohm,
 * over 2.83 Ah: the 2.778 Ah down to 2.8 V and their straight continuation to 2.5 V. The charge that follows lies
 * 30 to 60 mV higher (240 mV below 10 %: silicon's hysteresis), and half-way between the two predicts the same
 * cell's drive cycles worse (28 mV against 13 mV). */
static const pro_ocv nmc811_hg2 = {
    .name = "nmc811_hg2",
    .source =
        "pseudo-OCV of an LG HG2 (C/20 discharge): Kollmeyer et al., Mendeley Data cp3473x7xv, CC BY 4.0; "
        "2.5-4.185 V",
    .soc = {GRID},
    .voltage = {REVERSED, 2.5, 2.8856, 3.0516, 3.2291, 3.3704, 3.4647, 3.5572, 3.6433, 3.7202, 3.8154, 3.9206,
                4.019, 4.0851, 4.1077, 4.185, OVER_NICKEL},
    .entropic = ENTROPIC_NICKEL,
    .entropic_source = "O'Regan et al. 2022, another cell of these materials"};
static const pro_ocv nca_kim2011 = {
    .name = "nca_kim2011",
    .source = "Kim et al. 2011 (NCA/graphite), window 2.7-4.2 V",
    .soc = {GRID},
    .voltage = {REVERSED, 2.7, 3.1439, 3.1939, 3.2471, 3.3099, 3.3721, 3.4918, 3.5978, 3.6846, 3.7678, 3.8742,
                3.9803, 4.0803, 4.1354, 4.2, OVER_NICKEL}};
/* LMO: the fit of Doyle et al. against lithium less Dualfoil's graphite; LMO from 0.95 to 0.1628, graphite from
 * 0.0076 to 0.8, which gives the limits. How full the graphite is: *guess*. */
static const pro_ocv lmo_doyle1996 = {
    .name = "lmo_doyle1996",
    .source = "Doyle et al. 1996 (LMO) and Dualfoil (MCMB graphite), window 3.0-4.2 V",
    .soc = {GRID},
    .voltage = {REVERSED, 3.0, 3.5669, 3.6336, 3.661, 3.6819, 3.7153, 3.766, 3.8007, 3.8652, 3.9055, 3.9342,
                3.9387, 3.9519, 3.9954, 4.2, OVER_EMPTY}};
/* The last 5 % are steep (3.32 to 3.60 V): large cells rest at 3.33-3.35 V there. */
static const pro_ocv lfp_prada2013 = {
    .name = "lfp_prada2013",
    .source = "Prada et al. 2013 with Afshar's OCP (LFP/graphite), window 2.0-3.6 V",
    .soc = {GRID},
    .voltage = {REVERSED, 2.0, 2.5369, 2.7853, 2.9781, 3.108, 3.1685, 3.2058, 3.2525, 3.266, 3.2688, 3.274, 3.3097,
                3.3142, 3.3164, 3.6, OVER_EMPTY},
    .entropic = ENTROPIC_LFP,
    .entropic_source = "common values of LFP/graphite cells: guess"};
/* Below 5 % extrapolated: *guess* */
static const pro_ocv lipo5450_uw = {
    .name = "lipo5450_uw",
    .source =
        "a 5.45 Ah pouch (LCO or NMC: not stated), estimated from its cycles at 1C and 3C by `prodrome calibrate "
        "drive_lipo5450`; 5.15 Ah, 3.0-4.09 V",
    .soc = {GRID},
    .voltage = {REVERSED, 2.9, 3.1109, 3.4325, 3.6666, 3.7072, 3.7289, 3.7696, 3.7877, 3.8089, 3.8411, 3.8833,
                3.9397, 3.9935, 4.0487, 4.0883, OVER_LCO},
    .entropic = {-1.3e-3, -1.3e-3, -1.3e-3, -1.3e-3, -1.337e-3, -0.948e-3, -0.687e-3, -0.777e-3, -0.695e-3,
                 -0.402e-3, -0.203e-3, -0.105e-3, -0.176e-3, -0.073e-3, 0.473e-3, -0.119e-3, -0.731e-3, -0.731e-3,
                 -0.731e-3},
    .entropic_source = "estimated with it, from the temperature of the same cycles"};
static const pro_ocv nasa_2Ah = {
    .name = "nasa_2Ah",
    .source =
        "2 Ah 18650 cells of NASA's ageing tests (chemistry not stated), estimated from the first cycle of B0029 "
        "at "
        "43 degC by `prodrome calibrate drive_nasa`; 1.93 Ah, 2.85-4.205 V",
    .soc = {GRID},
    .voltage = {REVERSED, 2.85, 3.1522, 3.4104, 3.5741, 3.6291, 3.6689, 3.7085, 3.7449, 3.7856, 3.8419, 3.9132,
                4.0037, 4.0936, 4.1447, 4.2046, OVER_NMC},
    .entropic = {-0.999e-3, -0.999e-3, -0.999e-3, -0.779e-3, -0.336e-3, -0.906e-3, -0.706e-3, -0.801e-3, -0.598e-3,
                 -0.487e-3, -0.342e-3, -0.334e-3, 0.036e-3, -0.076e-3, -0.069e-3, 0.13e-3, 0.602e-3, 0.602e-3,
                 0.602e-3},
    .entropic_source = "estimated with it, from the temperature of the same cycle"};

#define AS_ENTRY(name) &name,
#define AS_NAME(name) #name,
const pro_ocv *const pro_ocv_all[] = {PRO_OCV_LIST(AS_ENTRY) NULL};
const char *const pro_ocv_names[] = {PRO_OCV_LIST(AS_NAME) NULL};

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

double pro_ocv_entropic(const pro_ocv *o, double soc, double *slope) {
  int last = PRO_OCV_POINTS - 1, i = 0;
  if (slope) *slope = 0.0;
  if (soc <= o->soc[0]) return o->entropic[0];
  if (soc >= o->soc[last]) return o->entropic[last];
  while (soc >= o->soc[i + 1]) i++;
  double rise = (o->entropic[i + 1] - o->entropic[i]) / (o->soc[i + 1] - o->soc[i]);
  if (slope) *slope = rise;
  return o->entropic[i] + rise * (soc - o->soc[i]);
}

void pro_ocv_cut(pro_ocv_piece pieces[PRO_OCV_PIECES], const pro_ocv *o) {
  const int last = PRO_OCV_POINTS - 1;
  for (int i = 0; i < last; i++) {
    piece p = piece_of(o, i);
    double rise = p.v1 - p.v0, a = p.m0 * p.h - rise, b = rise - p.m1 * p.h; /* x y (a y + b x), y = 1 - x */
    pieces[i + 1] = (pro_ocv_piece){p.s,
                                    {p.v0, p.m0, (b - 2.0 * a) / (p.h * p.h), (a - b) / (p.h * p.h * p.h)},
                                    {o->entropic[i], (o->entropic[i + 1] - o->entropic[i]) / p.h}};
  }
  pieces[0] = (pro_ocv_piece){o->soc[0], {o->voltage[0], slope_at(o, 0)}, {o->entropic[0]}};
  pieces[last + 1] = (pro_ocv_piece){o->soc[last], {o->voltage[last], slope_at(o, last)}, {o->entropic[last]}};
}

void pro_ocv_at(const pro_ocv_piece *pieces, pro_lanes soc, pro_lanes *U, pro_lanes *U_s,
                pro_lanes *dU, pro_lanes *dU_s) {
  pro_lanes x, c[4], e[2];
  for (int l = 0; l < PRO_LANES; l++) {
    const pro_ocv_piece *p = pieces + l * PRO_OCV_PIECES;
    double s = soc[l];
    int i = 0;
    /* the last piece that begins at or below s; the first, of what is less than all */
    for (int step = 16; step > 0; step /= 2)
      if (i + step < PRO_OCV_PIECES && s >= p[i + step].soc) i += step;
    p += i;
    x[l] = s - p->soc;
    for (int k = 0; k < 4; k++) c[k][l] = p->voltage[k];
    e[0][l] = p->entropic[0], e[1][l] = p->entropic[1];
  }
  *U = c[0] + x * (c[1] + x * (c[2] + x * c[3]));
  *U_s = c[1] + x * (2.0 * c[2] + x * (3.0 * c[3]));
  *dU = e[0] + x * e[1];
  *dU_s = e[1];
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
