/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/law.h"

#include <stddef.h>

typedef const pro_lanes in;

/* PRO_LAW(id, law, formula, doc) makes the law of a function that is one text for both its uses. */
#define PRO_LAW_OF(id, law, line, ...)                                                           \
  static void law##_at(pro_law_value *out, in *T, in *c, in *p, in *q) { law(out, T, c, p, q); } \
  static void law##_value(pro_lanes *out, in *T, in *c, in *p, in *q) {                          \
    pro_law_value all;                                                                           \
    law(&all, T, c, p, q);                                                                       \
    *out = all.value;                                                                            \
  }                                                                                              \
  const pro_law pro_law_##id = {#id, __VA_ARGS__, law##_at, law##_value, line}
#define PRO_BRACED(...) \
  { __VA_ARGS__ }
#define PRO_LAW(id, law, ...) PRO_LAW_OF(id, law, PRO_BRACED(0.0, 0.0, 0), __VA_ARGS__)

static pro_lanes clip(pro_lanes c) { return pro_lanes_max(c, pro_lanes_all(0.0)); }
static pro_lanes where_positive(pro_lanes c, pro_lanes x) {
  return pro_select(pro_above(c, 0.0), x, pro_lanes_all(0.0));
}
static const pro_lanes zero = {0.0};

/* PRO_LINE(id, offset, slope, held, formula, doc) makes the law of a line. */
#define PRO_LINE(id, at_zero, steep, stops, ...)                         \
  PRO_ONE_TEXT void id(pro_law_value *out, in *T, in *c, in *p, in *q) { \
    static const pro_law_line line = {at_zero, steep, stops};            \
    (void)T, (void)p, (void)q;                                           \
    out->value = pro_law_line_at(&line, *c), out->slope_T = zero;        \
    out->slope_c = pro_lanes_all(steep);                                 \
    if (stops) out->slope_c = where_positive(out->value, out->slope_c);  \
  }                                                                      \
  PRO_LAW_OF(id, id, PRO_BRACED(at_zero, steep, stops), __VA_ARGS__)

/* A reactant's law goes on below zero: what undershoots by the solver's tolerance is made again and comes back. A
 * catalyst's stops there: below zero, where it would run away from zero, it is none. */
PRO_LINE(linear, 0.0, 1.0, 0, "c", "first order in a reactant");
PRO_LINE(vacancy, 1.0, -1.0, 0, "(1-c)", "first order in what is not yet a product c");
PRO_LINE(seed, 0.0, 1.0, 1, "c", "catalysed by the product c");
PRO_LINE(converted, 1.0, -1.0, 1, "(1-c)", "catalysed by what a reactant c has become");
/* Not `linear`: a current can take the anode's lithium below zero, and a law that pulls back would then make it
 * anew from nothing. */
PRO_LINE(available, 0.0, 1.0, 1, "max(c,0)", "first order in a reactant that discharge may exhaust");

/* Below c = q the law goes on as the line through the origin and (q, q^p), so that the slope stays finite and the
 * species dies out exponentially instead of reaching zero at speed. With q = 0 there is no such line. */
PRO_ONE_TEXT void power(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)T;
  pro_lanes held = pro_lanes_max(*c, pro_lanes_max(*q, pro_lanes_all(1e-300)));
  pro_lanes f = pro_lanes_exp(*p * pro_lanes_log(held)), line = f / held;
  pro_lanes_mask above = pro_above(*c, held - held * 0x1p-53);
  *out = (pro_law_value){pro_select(above, f, line * clip(*c)),
                         pro_select(above, *p * line, where_positive(*c, line)), zero};
}
PRO_LAW(power, power, "c^p", "order p in a species; a straight line below c = q");

PRO_ONE_TEXT void tunnel(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)T, (void)q;
  pro_lanes f = pro_lanes_exp(-*c / *p);
  *out = (pro_law_value){f, -f / *p, zero};
}
PRO_LAW(tunnel, tunnel, "exp(-c/p)", "electrons tunnel through a film of thickness c");

/* (1 + tanh((T - at)/width))/2 and its slope */
PRO_ONE_TEXT void smooth_step(pro_lanes *f, pro_lanes *slope, pro_lanes T, pro_lanes at, pro_lanes width) {
  pro_lanes th = pro_lanes_tanh((T - at) / width);
  *f = 0.5 * (1.0 + th);
  *slope = 0.5 * (1.0 - th * th) / width;
}

PRO_ONE_TEXT void gate(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)c;
  pro_lanes f, slope;
  smooth_step(&f, &slope, *T, *p, *q);
  *out = (pro_law_value){f, zero, slope};
}
PRO_LAW(gate, gate, "(1+tanh((T-p)/q))/2", "starts at T = p [K] over a width q [K]");

PRO_ONE_TEXT void switch_up(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)c;
  pro_lanes f, slope;
  smooth_step(&f, &slope, *T, *q, pro_lanes_all(1.0));
  *out = (pro_law_value){1.0 + (*p - 1.0) * f, zero, (*p - 1.0) * slope};
}
PRO_LAW(switch, switch_up, "1+(p-1)(1+tanh((T-q)/1K))/2", "p times faster above T = q [K]");

/* The corner of min(c, q) is rounded over w = q/200: m = min(c, q) - w ln(1 + exp(-|c - q|/w)), which is 0.0035 q
 * too low at c = q and right to 1e-9 w at a distance of 21 w. */
PRO_ONE_TEXT void tunnel_critical(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)T;
  pro_lanes w = *q / 200.0, x = (*c - *q) / w, e = pro_lanes_exp(-pro_lanes_abs(x));
  pro_lanes held = pro_lanes_min(*c, *q) - w * pro_lanes_log(1.0 + e);
  pro_lanes below = pro_select(pro_above(x, 0.0), e, pro_lanes_all(1.0)) / (1.0 + e); /* d held/dc */
  pro_lanes f = pro_lanes_exp(-held / *p);
  *out = (pro_law_value){f, -f * below / *p, zero};
}
PRO_LAW(tunnel_critical, tunnel_critical, "exp(-min(c,q)/p)",
        "electrons tunnel through a film that grows no tighter beyond c = q");

PRO_ONE_TEXT void saturation(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)T, (void)q;
  pro_lanes held = clip(*c), sum = held + *p;
  *out = (pro_law_value){held / sum, where_positive(*c, *p / (sum * sum)), zero};
}
PRO_LAW(saturation, saturation, "c/(c+p)", "a reactant in excess; half as fast at c = p");

/* Damkoehler's limiter: k/(1 + k/k_D) with both coefficients Arrhenius, p and q their ratio's factor and
 * activation. */
PRO_ONE_TEXT void diffusion(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)c;
  pro_lanes ratio = *p * pro_lanes_exp(-*q / *T), f = 1.0 / (1.0 + ratio);
  *out = (pro_law_value){f, zero, -f * f * ratio * *q / (*T * *T)};
}
PRO_LAW(diffusion, diffusion, "1/(1+p exp(-q/T))", "transport takes over where it is slower than the reaction");

/* log10 of a self-heating rate [K/s] over temperature [degC], straight lines between the knots, constant beyond */
typedef struct trace_knot {
  double celsius, g;
} trace_knot;

PRO_ONE_TEXT void trace(pro_law_value *out, const trace_knot *knot, int knots, pro_lanes T) {
  pro_lanes celsius = T - 273.15, g = pro_lanes_all(knot[0].g), slope = zero;
  for (int i = 0; i < knots - 1; i++) {
    double a = knot[i].celsius, s = (knot[i + 1].g - knot[i].g) / (knot[i + 1].celsius - a);
    pro_lanes_mask past = pro_above(celsius, a);
    g = pro_select(past, knot[i].g + s * (celsius - a), g);
    slope = pro_select(past, pro_lanes_all(s), slope);
  }
  pro_lanes_mask over = pro_above(celsius, knot[knots - 1].celsius);
  g = pro_select(over, pro_lanes_all(knot[knots - 1].g), g);
  slope = pro_select(over, zero, slope);
  const double ln10 = 2.302585092994046;
  pro_lanes f = pro_lanes_exp(ln10 * g);
  *out = (pro_law_value){f, zero, ln10 * f * slope};
}

/* Virtual Vehicle, BatterySafety (Modelica): cell of 60 Ah in a metal can, and its variant after Essl et al. 2020,
 * cell #2 */
static const trace_knot can_60Ah[] = {{-60, -5.2478}, {150, -1.5146}, {165, -1.248}, {178, -0.7626},
                                      {180, 0.18495}, {190, 1.4357},  {200, 1.6115}, {210, 1.724},
                                      {230, 1.8365},  {240, 1.8715},  {2000, 1.8715}};
static const trace_knot essl2020[] = {{-60, -5.1608}, {150, -1.7065}, {170, -1.3775}, {190, -0.74351},
                                      {200, 1.6079},  {230, 2.7198},  {2000, 2.7198}};

PRO_ONE_TEXT void tracing_can_60Ah(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)c, (void)p, (void)q;
  trace(out, can_60Ah, sizeof can_60Ah / sizeof can_60Ah[0], *T);
}
PRO_LAW(tracing_can_60Ah, tracing_can_60Ah, "10^g(T)", "self-heating [K/s] of a 60 Ah cell in a can, tabulated");

PRO_ONE_TEXT void tracing_essl2020(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)c, (void)p, (void)q;
  trace(out, essl2020, sizeof essl2020 / sizeof essl2020[0], *T);
}
PRO_LAW(tracing_essl2020, tracing_essl2020, "10^g(T)",
        "self-heating [K/s] of cell #2 of Essl et al. 2020, tabulated");

const pro_law *const pro_law_all[] = {&pro_law_linear,
                                      &pro_law_vacancy,
                                      &pro_law_seed,
                                      &pro_law_converted,
                                      &pro_law_power,
                                      &pro_law_tunnel,
                                      &pro_law_gate,
                                      &pro_law_switch,
                                      &pro_law_available,
                                      &pro_law_tunnel_critical,
                                      &pro_law_saturation,
                                      &pro_law_diffusion,
                                      &pro_law_tracing_can_60Ah,
                                      &pro_law_tracing_essl2020,
                                      NULL};
