/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/circuit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lanes.h"

enum { FIRST = 2, KNOTS = 15 }; /* the table's points from empty to full */
enum { VOLTAGE, ENTROPIC = KNOTS, R0 = 2 * KNOTS, R1, TAU1, R2, TAU2, LOW_CHARGE, HEAT, LOSS, PARAMETERS };

#define VOLTAGE_SIGMA 0.010 /* what is expected of a residual [V] */
#define T_SIGMA 0.3         /* [K] */
#define EVERY 10.0          /* s between the samples that are fitted: nearer ones tell the same */
#define T_REFERENCE 298.15  /* [K] */
#define EMPTY 0.05          /* charge over which the resistance of an empty cell falls by e [-] */

typedef struct circuit {
  const pro_circuit_stretch *stretch;
  size_t count, residuals;
  double capacity, activation[2];
  pro_ocv like;
  pro_calibrated parameter[PARAMETERS + 1];
} circuit;

static pro_ocv table_of(const circuit *c, const double *p) {
  pro_ocv table = c->like;
  for (int k = 0; k < KNOTS; k++)
    table.voltage[FIRST + k] = p[VOLTAGE + k], table.entropic[FIRST + k] = p[ENTROPIC + k];
  for (int k = 0; k < FIRST; k++) table.entropic[k] = p[ENTROPIC];
  for (int k = FIRST + KNOTS; k < PRO_OCV_POINTS; k++) table.entropic[k] = p[ENTROPIC + KNOTS - 1];
  return table;
}

static double arrhenius(double Ea, double T) {
  return pro_exp(Ea / PRO_GAS_CONSTANT * (1.0 / T - 1.0 / T_REFERENCE));
}

typedef struct state {
  double soc, pair[2], T;
} state;

/* One step of at most a second at a constant current; the pairs exactly. Returns the voltage at the step's start.
 */
static double advance(state *x, const circuit *c, const pro_ocv *table, const double *p, double T_ambient,
                      double current, double dt) {
  double f = 1.0 + (p[LOW_CHARGE] - 1.0) * pro_exp(-fmax(x->soc, -0.1) / EMPTY);
  double U = pro_ocv_voltage(table, x->soc, NULL), cold = arrhenius(c->activation[1], x->T) * f;
  double V = U + x->pair[0] + x->pair[1] + p[R0] * arrhenius(c->activation[0], x->T) * f * current;
  double heat = current * (V - U + x->T * pro_ocv_entropic(table, x->soc, NULL));
  double resistance[] = {p[R1], p[R2]}, time[] = {p[TAU1], p[TAU2]};
  for (int k = 0; k < 2; k++) {
    double end = resistance[k] * cold * current;
    x->pair[k] = end + (x->pair[k] - end) * pro_exp(-dt / time[k]);
  }
  x->soc += current * dt / c->capacity;
  x->T += dt * (heat - p[LOSS] * (x->T - T_ambient)) / p[HEAT];
  return V;
}

static size_t follow(const circuit *c, const pro_circuit_stretch *s, const pro_ocv *table, const double *p,
                     double *residual) {
  const pro_replay *r = s->replay;
  state x = {.soc = s->soc, .T = r->T[0]};
  size_t n = 0;
  double next = 0.0;
  for (size_t k = 0; k < r->samples; k++) {
    state look = x;
    if (r->t[k] >= next) {
      next = r->t[k] + EVERY;
      if (residual) {
        double V = advance(&look, c, table, p, s->T_ambient, r->current[k], 0.0);
        residual[n] = (V - r->voltage[k]) / VOLTAGE_SIGMA, residual[n + 1] = (x.T - r->T[k]) / T_SIGMA;
      }
      n += 2;
    }
    if (!residual || k + 1 == r->samples) continue;
    double left = r->t[k + 1] - r->t[k], current = 0.5 * (r->current[k] + r->current[k + 1]);
    for (; left > 1e-9; left -= 1.0) advance(&x, c, table, p, s->T_ambient, current, fmin(left, 1.0));
  }
  return n;
}

static pro_status evaluate(const double *p, double *residual, void *data) {
  const circuit *c = data;
  pro_ocv table = table_of(c, p);
  for (size_t k = 0, n = 0; k < c->count; k++) n += follow(c, &c->stretch[k], &table, p, residual + n);
  return PRO_OK;
}

static const char *const voltage_names[KNOTS] = {"U(0)",   "U(0.025)", "U(0.05)", "U(0.1)",  "U(0.15)",
                                                 "U(0.2)", "U(0.3)",   "U(0.4)",  "U(0.5)",  "U(0.6)",
                                                 "U(0.7)", "U(0.8)",   "U(0.9)",  "U(0.95)", "U(1)"};
static const char *const entropic_names[KNOTS] = {"dU/dT(0)",    "dU/dT(0.025)", "dU/dT(0.05)", "dU/dT(0.1)",
                                                  "dU/dT(0.15)", "dU/dT(0.2)",   "dU/dT(0.3)",  "dU/dT(0.4)",
                                                  "dU/dT(0.5)",  "dU/dT(0.6)",   "dU/dT(0.7)",  "dU/dT(0.8)",
                                                  "dU/dT(0.9)",  "dU/dT(0.95)",  "dU/dT(1)"};

static void set(circuit *c, int k, pro_fit_parameter fit, const char *doc) {
  c->parameter[k] = (pro_calibrated){fit, k < R0 ? "sim/electrical.c: the table" : "beside the table only", doc};
}

static void set_parameters(circuit *c) {
  const double ohm = 100.0 / c->capacity, C = c->capacity; /* a capacity an hour drops some 0.03 V in it */
  for (int k = 0; k < KNOTS; k++) {
    double U = c->like.voltage[FIRST + k], down = k == 0 ? 0.2 : 0.4, up = k == 0 ? 0.05 : 0.35;
    set(c, VOLTAGE + k, (pro_fit_parameter){voltage_names[k], "V", U, U - down, U + up, 0},
        "open-circuit voltage");
    set(c, ENTROPIC + k, (pro_fit_parameter){entropic_names[k], "V/K", 0.0, -1.5e-3, 1.5e-3, 0},
        "entropic coefficient");
  }
  const struct {
    int at;
    pro_fit_parameter fit;
    const char *doc;
  } rest[] = {
      {R0, {"resistance", "ohm", ohm, 0.2 * ohm, 20.0 * ohm, 1}, "that acts at once"},
      {R1, {"pair_1_resistance", "ohm", ohm, 0.02 * ohm, 20.0 * ohm, 1}, "of the faster pair"},
      {TAU1, {"pair_1_time", "s", 20.0, 3.0, 100.0, 1}, "of the faster pair"},
      {R2, {"pair_2_resistance", "ohm", ohm, 0.02 * ohm, 20.0 * ohm, 1}, "of the slower pair"},
      {TAU2, {"pair_2_time", "s", 250.0, 101.0, 1500.0, 1}, "of the slower pair"},
      {LOW_CHARGE, {"resistance_low_charge", "1", 2.0, 1.0, 10.0, 1}, "of all three, at no charge"},
      {HEAT, {"heat", "J/K", 5e-3 * C, 1e-3 * C, 0.02 * C, 1}, "heat capacity"},
      {LOSS, {"loss", "W/K", 1e-5 * C, 1e-6 * C, 5e-4 * C, 1}, "to the surroundings"},
  };
  for (size_t k = 0; k < PRO_COUNT(rest); k++) set(c, rest[k].at, rest[k].fit, rest[k].doc);
}

pro_status pro_circuit_fit(pro_ocv *out, pro_calibration_result *result, const char *title,
                           const pro_circuit_stretch *stretch, size_t count, const pro_ocv *like, double capacity,
                           const double activation[2]) {
  circuit c = {.stretch = stretch,
               .count = count,
               .capacity = capacity,
               .activation = {activation[0], activation[1]},
               .like = *like};
  double best[PARAMETERS];
  for (size_t k = 0; k < count; k++) c.residuals += follow(&c, &stretch[k], NULL, NULL, NULL);
  set_parameters(&c);
  const pro_fit_problem problem = {.residuals = c.residuals,
                                   .evaluate = evaluate,
                                   .data = &c,
                                   .difference = 1e-4,
                                   .tolerance = 1e-3,
                                   .steps_max = 60};
  PRO_TRY(pro_calibration_fit_directly(result, title, c.parameter, &problem, best));
  *out = table_of(&c, best);
  return PRO_OK;
}
