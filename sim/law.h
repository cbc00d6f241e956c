/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/law.h - the factors a rate is a product of: f(T, c; p, q), each with its slopes in T and c. */
#ifndef PRO_LAW_H
#define PRO_LAW_H
#include "sim/lanes.h"

typedef struct pro_law_value {
  pro_lanes value;   /* [-] */
  pro_lanes slope_c; /* df/dc [-] */
  pro_lanes slope_T; /* df/dT [1/K] */
} pro_law_value;

/* max(offset + slope c, 0), or offset + slope c where it is not held: laws so simple that whoever evaluates many
 * need not call them. */
typedef struct pro_law_line {
  double offset, slope;
  int held;
} pro_law_line;

/* Defined and stable wherever the solver may wander, a little beyond a species' bounds included. */
typedef struct pro_law {
  const char *name;
  const char *formula; /* of c, T, p, q, as printed in docs/generated */
  const char *doc;
  void (*at)(pro_law_value *out, const pro_lanes *T, const pro_lanes *c, const pro_lanes *p, const pro_lanes *q);
  /* The value alone. Vectors by pointers: builds for different processors call each other here. */
  void (*value)(pro_lanes *out, const pro_lanes *T, const pro_lanes *c, const pro_lanes *p, const pro_lanes *q);
  pro_law_line line; /* the same, where it is one; else all zero */
} pro_law;

PRO_ONE_TEXT pro_lanes pro_law_line_at(const pro_law_line *line, pro_lanes c) {
  pro_lanes value = line->offset + line->slope * c;
  return line->held ? pro_lanes_max(value, pro_lanes_all(0.0)) : value;
}

extern const pro_law
    pro_law_linear; /* c              first order in a reactant; negative below zero: pulls back */
extern const pro_law
    pro_law_vacancy; /* 1 - c          first order in what a product c has left to convert; likewise */
extern const pro_law pro_law_seed; /* max(c, 0)      catalysed by the product c, with pro_law_vacancy on it */
extern const pro_law
    pro_law_converted; /* max(1 - c, 0)  catalysed by what reactant c became, with pro_law_linear on it */
extern const pro_law pro_law_power;  /* c^p            order p; a line below c = q; zero below zero */
extern const pro_law pro_law_tunnel; /* exp(-c/p)      a growing film of thickness c slows the reaction */
extern const pro_law pro_law_gate;   /* (1+tanh((T-p)/q))/2            starts at T = p [K] over q [K] */
extern const pro_law pro_law_switch; /* 1+(p-1)(1+tanh((T-q)/1 K))/2   p times faster above T = q [K] */

extern const pro_law pro_law_available;       /* max(c, 0)      first order in a reactant that discharge may take
                                                 instead: nothing is made again */
extern const pro_law pro_law_tunnel_critical; /* exp(-min(c, q)/p)   a film that grows no tighter beyond c = q */
extern const pro_law pro_law_saturation;      /* c/(c+p)             a reactant in excess until little is left */
extern const pro_law pro_law_diffusion;       /* 1/(1+p exp(-q/T))   diffusion takes over where it is slower */
extern const pro_law
    pro_law_tracing_can_60Ah; /* 10^g(T), g tabulated: self-heating [K/s] as calorimetry traced it */
extern const pro_law pro_law_tracing_essl2020; /* likewise, another cell */

extern const pro_law *const pro_law_all[]; /* NULL-terminated */
#endif
