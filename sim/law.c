/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/law.h"

#include <stddef.h>

typedef const pro_lanes in;

static pro_lanes clip(pro_lanes c) { return pro_lanes_max(c, pro_lanes_all(0.0)); }
static pro_lanes where_positive(pro_lanes c, pro_lanes x) { return pro_select(c > 0.0, x, pro_lanes_all(0.0)); }
static const pro_lanes zero = {0.0};

/* A reactant's law goes on below zero: what undershoots by the solver's tolerance is made again and comes back. A
 * catalyst's stops there: below zero, where it would run away from zero, it is none. */
static void linear(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)T, (void)p, (void)q;
  *out = (pro_law_value){*c, pro_lanes_all(1.0), zero};
}
const pro_law pro_law_linear = {"linear", "c", "first order in a reactant", linear};

static void vacancy(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)T, (void)p, (void)q;
  *out = (pro_law_value){1.0 - *c, pro_lanes_all(-1.0), zero};
}
const pro_law pro_law_vacancy = {"vacancy", "(1-c)", "first order in what is not yet a product c", vacancy};

static void seed(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)T, (void)p, (void)q;
  *out = (pro_law_value){clip(*c), where_positive(*c, pro_lanes_all(1.0)), zero};
}
const pro_law pro_law_seed = {"seed", "c", "catalysed by the product c", seed};

static void converted(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)T, (void)p, (void)q;
  pro_lanes made = 1.0 - *c;
  *out = (pro_law_value){clip(made), -where_positive(made, pro_lanes_all(1.0)), zero};
}
const pro_law pro_law_converted = {"converted", "(1-c)", "catalysed by what a reactant c has become", converted};

/* Below c = q the law goes on as the line through the origin and (q, q^p), so that the slope stays finite and the
 * species dies out exponentially instead of reaching zero at speed. With q = 0 there is no such line. */
static void power(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)T;
  pro_lanes held = pro_lanes_max(*c, pro_lanes_max(*q, pro_lanes_all(1e-300)));
  pro_lanes f = pro_lanes_exp(*p * pro_lanes_log(held)), line = f / held;
  pro_lanes_mask above = *c > held - held * 0x1p-53;
  *out = (pro_law_value){pro_select(above, f, line * clip(*c)),
                         pro_select(above, *p * line, where_positive(*c, line)), zero};
}
const pro_law pro_law_power = {"power", "c^p", "order p in a species; a straight line below c = q", power};

static void tunnel(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)T, (void)q;
  pro_lanes f = pro_lanes_exp(-*c / *p);
  *out = (pro_law_value){f, -f / *p, zero};
}
const pro_law pro_law_tunnel = {"tunnel", "exp(-c/p)", "electrons tunnel through a film of thickness c", tunnel};

/* (1 + tanh((T - at)/width))/2 and its slope */
static void gate_at(pro_lanes *f, pro_lanes *slope, pro_lanes T, pro_lanes at, pro_lanes width) {
  pro_lanes th = pro_lanes_tanh((T - at) / width);
  *f = 0.5 * (1.0 + th);
  *slope = 0.5 * (1.0 - th * th) / width;
}

static void gate(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)c;
  pro_lanes f, slope;
  gate_at(&f, &slope, *T, *p, *q);
  *out = (pro_law_value){f, zero, slope};
}
const pro_law pro_law_gate = {"gate", "(1+tanh((T-p)/q))/2", "starts at T = p [K] over a width q [K]", gate};

static void switch_up(pro_law_value *out, in *T, in *c, in *p, in *q) {
  (void)c;
  pro_lanes f, slope;
  gate_at(&f, &slope, *T, *q, pro_lanes_all(1.0));
  *out = (pro_law_value){1.0 + (*p - 1.0) * f, zero, (*p - 1.0) * slope};
}
const pro_law pro_law_switch = {"switch", "1+(p-1)(1+tanh((T-q)/1K))/2", "p times faster above T = q [K]",
                                switch_up};

const pro_law *const pro_law_all[] = {&pro_law_linear,    &pro_law_vacancy, &pro_law_seed,
                                      &pro_law_converted, &pro_law_power,   &pro_law_tunnel,
                                      &pro_law_gate,      &pro_law_switch,  NULL};
