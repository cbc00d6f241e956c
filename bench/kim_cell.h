/* SPDX-License-Identifier: GPL-3.0-or-later
 * bench/kim_cell.h - the member's six equations as a careful user would write them for a solver of his own. */
#ifndef PRO_KIM_CELL_H
#define PRO_KIM_CELL_H
#include "bench/kim_ensemble.h"

enum { PRO_KIM_N = PRO_MEMBER_STATES, PRO_KIM_T = PRO_KIM_N - 1 };
#define PRO_KIM_END 7200.0  /* [s] */
#define PRO_KIM_MARK 473.15 /* where the onset is taken [K] */

void pro_kim_start(const pro_member *member, double y[PRO_KIM_N]);
void pro_kim_rhs(const pro_member *member, const double y[PRO_KIM_N], double f[PRO_KIM_N]);
void pro_kim_jacobian(const pro_member *member, const double y[PRO_KIM_N], double J[PRO_KIM_N][PRO_KIM_N]);

/* Absolute tolerances of all peers over rtol: a hundredth of each fraction's scale, and 1 K. */
extern const double pro_kim_scale[PRO_KIM_N];
#endif
