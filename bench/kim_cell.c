/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/kim_cell.h"

#include <math.h>
#include <string.h>

enum { X_SEI, X_NEG, Z, ALPHA, C_E, T };

#define TUNNEL 0.033

const double pro_kim_scale[PRO_KIM_N] = {0.0015, 0.0075, 0.00033, 0.01, 0.01, 1.0};

void pro_kim_start(const pro_member *m, double y[PRO_KIM_N]) {
  const double start[PRO_KIM_N] = {m->x_sei_0, 0.75, TUNNEL, m->alpha_0, 1.0, 301.15};
  memcpy(y, start, sizeof start);
}

static void coefficients(const pro_member *m, const double y[PRO_KIM_N], double k[4]) {
  double per_T = 1.0 / y[T];
  for (int j = 0; j < 4; j++) k[j] = exp(m->lnA[j] - m->E_over_R[j] * per_T - (j == 1 ? y[Z] / TUNNEL : 0.0));
}

void pro_kim_rhs(const pro_member *m, const double y[PRO_KIM_N], double f[PRO_KIM_N]) {
  double k[4];
  coefficients(m, y, k);
  double sei = k[0] * y[X_SEI], anode = k[1] * y[X_NEG], cathode = k[2] * y[ALPHA] * (1.0 - y[ALPHA]),
         electrolyte = k[3] * y[C_E], T2 = y[T] * y[T], oven2 = m->T_oven * m->T_oven;
  f[X_SEI] = -sei;
  f[X_NEG] = -anode;
  f[Z] = anode;
  f[ALPHA] = cathode;
  f[C_E] = -electrolyte;
  f[T] = m->q[0] * sei + m->q[1] * anode + m->q[2] * cathode + m->q[3] * electrolyte +
         m->hA_per_C * (m->T_oven - y[T]) + m->radiation_per_C * (oven2 * oven2 - T2 * T2);
}

void pro_kim_jacobian(const pro_member *m, const double y[PRO_KIM_N], double J[PRO_KIM_N][PRO_KIM_N]) {
  static const int of[4] = {X_SEI, X_NEG, ALPHA, C_E};
  static const double sign[4] = {-1.0, -1.0, 1.0, -1.0};
  double k[4];
  coefficients(m, y, k);
  const double rate[4] = {k[0] * y[X_SEI], k[1] * y[X_NEG], k[2] * y[ALPHA] * (1.0 - y[ALPHA]), k[3] * y[C_E]};
  const double slope[4] = {k[0], k[1], k[2] * (1.0 - 2.0 * y[ALPHA]), k[3]};
  memset(J, 0, PRO_KIM_N * sizeof *J);
  J[T][T] = -m->hA_per_C - 4.0 * m->radiation_per_C * y[T] * y[T] * y[T];
  for (int j = 0; j < 4; j++) {
    double by_T = rate[j] * m->E_over_R[j] / (y[T] * y[T]);
    J[of[j]][of[j]] = sign[j] * slope[j];
    J[of[j]][T] = sign[j] * by_T;
    J[T][of[j]] = m->q[j] * slope[j];
    J[T][T] += m->q[j] * by_T;
  }
  double by_z = -rate[1] / TUNNEL;
  J[X_NEG][Z] = -by_z;
  J[Z][X_NEG] = k[1], J[Z][Z] = by_z, J[Z][T] = rate[1] * m->E_over_R[1] / (y[T] * y[T]);
  J[T][Z] = m->q[1] * by_z;
}
