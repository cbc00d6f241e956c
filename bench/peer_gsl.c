/* SPDX-License-Identifier: GPL-3.0-or-later
 * GSL's msbdf as a careful user calls it: analytic Jacobian, the onset by a cubic through the step that passes it.
 */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <gsl/gsl_version.h>
#include <math.h>
#include <string.h>

#include "bench/kim_cell.h"
#include "bench/peer.h"

enum { STEPS_MAX = 100000 };

typedef struct problem {
  const pro_member *member;
  long rhs_calls, jacobian_calls;
} problem;

static int rhs(double t, const double y[], double f[], void *data) {
  (void)t;
  problem *p = data;
  p->rhs_calls++;
  pro_kim_rhs(p->member, y, f);
  return isfinite(f[PRO_KIM_T]) ? GSL_SUCCESS : GSL_FAILURE;
}

static int jacobian(double t, const double y[], double *by_y, double by_t[], void *data) {
  (void)t;
  problem *p = data;
  p->jacobian_calls++;
  double J[PRO_KIM_N][PRO_KIM_N];
  pro_kim_jacobian(p->member, y, J);
  memcpy(by_y, J, sizeof J);
  memset(by_t, 0, PRO_KIM_N * sizeof *by_t);
  return GSL_SUCCESS;
}

/* where the cubic through both ends, with their slopes, is at the mark */
static double crossing(double t, double h, double T0, double f0, double T1, double f1) {
  double low = 0.0, high = 1.0;
  for (int i = 0; i < 60; i++) {
    double s = 0.5 * (low + high), r = 1.0 - s;
    double T = r * r * (1.0 + 2.0 * s) * T0 + s * s * (3.0 - 2.0 * s) * T1 + h * s * r * (r * f0 - s * f1);
    *(T < PRO_KIM_MARK ? &low : &high) = s;
  }
  return t + high * h;
}

static void run_one(pro_member_result *out, gsl_odeiv2_driver *d, problem *p, const pro_member *m) {
  double y[PRO_KIM_N], f[PRO_KIM_N], t = 0.0, onset = -1.0;
  *p = (problem){.member = m};
  pro_kim_start(m, y);
  int flag = gsl_odeiv2_driver_reset_hstart(d, 1e-3);
  long steps = 0;
  while (flag == GSL_SUCCESS && t < PRO_KIM_END && steps++ < STEPS_MAX) {
    double before = t, T0 = y[PRO_KIM_T];
    pro_kim_rhs(m, y, f);
    double slope = f[PRO_KIM_T];
    flag = gsl_odeiv2_evolve_apply(d->e, d->c, d->s, d->sys, &t, PRO_KIM_END, &d->h, y);
    if (flag == GSL_SUCCESS && onset < 0.0 && y[PRO_KIM_T] >= PRO_KIM_MARK) {
      pro_kim_rhs(m, y, f);
      onset = crossing(before, t - before, T0, slope, y[PRO_KIM_T], f[PRO_KIM_T]);
    }
  }
  if (flag != GSL_SUCCESS || t < PRO_KIM_END) {
    *out = (pro_member_result){.status = PRO_ENUMERIC};
    return;
  }
  pro_member_judge(out, m, onset, y);
  out->steps = (long)d->e->count, out->rejected = (long)d->e->failed_steps;
  out->rhs_calls = p->rhs_calls, out->jacobian_calls = p->jacobian_calls, out->factorisations = -1;
}

pro_status pro_peer_gsl(pro_member_result *out, double *seconds, const pro_member *members, size_t n,
                        double rtol) {
  problem p = {0};
  gsl_odeiv2_system system = {rhs, jacobian, PRO_KIM_N, &p};
  gsl_error_handler_t *kept = gsl_set_error_handler_off();
  double before = pro_bench_seconds();
  gsl_odeiv2_driver *d = gsl_odeiv2_driver_alloc_scaled_new(&system, gsl_odeiv2_step_msbdf, 1e-3, rtol, rtol, 1.0,
                                                            0.0, pro_kim_scale);
  for (size_t i = 0; i < n && d; i++) run_one(&out[i], d, &p, &members[i]);
  if (d) gsl_odeiv2_driver_free(d);
  *seconds = pro_bench_seconds() - before;
  gsl_set_error_handler(kept);
  return d ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for GSL's msbdf");
}

const char *pro_peer_gsl_version(void) { return gsl_version; }
