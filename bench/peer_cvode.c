/* SPDX-License-Identifier: GPL-3.0-or-later
 * CVODE as a careful user calls it. Built twice where there is an optimised SUNDIALS, which is why it stands apart
 * from the engine's integrator. */
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_version.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "bench/kim_cell.h"
#include "bench/peer.h"

typedef struct solver {
  SUNContext context;
  void *memory;
  N_Vector y, atol;
  SUNMatrix matrix;
  SUNLinearSolver linear;
  const pro_member *member;
} solver;

static int rhs(sunrealtype t, N_Vector y, N_Vector f, void *data) {
  (void)t;
  const solver *s = data;
  pro_kim_rhs(s->member, N_VGetArrayPointer(y), N_VGetArrayPointer(f));
  return !isfinite(N_VGetArrayPointer(f)[PRO_KIM_T]); /* recoverable: a smaller step may do */
}

static int jacobian(sunrealtype t, N_Vector y, N_Vector f, SUNMatrix J, void *data, N_Vector a, N_Vector b,
                    N_Vector c) {
  (void)t, (void)f, (void)a, (void)b, (void)c;
  const solver *s = data;
  double rows[PRO_KIM_N][PRO_KIM_N];
  pro_kim_jacobian(s->member, N_VGetArrayPointer(y), rows);
  double *columns = SUNDenseMatrix_Data(J);
  for (int i = 0; i < PRO_KIM_N; i++)
    for (int j = 0; j < PRO_KIM_N; j++) columns[j * PRO_KIM_N + i] = rows[i][j];
  return 0;
}

static int above(sunrealtype t, N_Vector y, sunrealtype *g, void *data) {
  (void)t, (void)data;
  g[0] = N_VGetArrayPointer(y)[PRO_KIM_T] - PRO_KIM_MARK;
  return 0;
}

static void destroy(solver *s) {
  if (s->memory) CVodeFree(&s->memory);
  if (s->linear) SUNLinSolFree(s->linear);
  if (s->matrix) SUNMatDestroy(s->matrix);
  if (s->y) N_VDestroy(s->y);
  if (s->atol) N_VDestroy(s->atol);
  if (s->context) SUNContext_Free(&s->context);
}

/* With CVODE's own limits a fifth to a half of the members fails in the explosion: a careful user raises two. */
static int create(solver *s, double rtol, int fresh) {
  if (SUNContext_Create(0, &s->context) != 0) return 0;
#if SUNDIALS_VERSION_MAJOR >= 7
  SUNContext_ClearErrHandlers(s->context);
#endif
  if (!(s->y = N_VNew_Serial(PRO_KIM_N, s->context)) || !(s->atol = N_VNew_Serial(PRO_KIM_N, s->context)) ||
      !(s->matrix = SUNDenseMatrix(PRO_KIM_N, PRO_KIM_N, s->context)) ||
      !(s->linear = SUNLinSol_Dense(s->y, s->matrix, s->context)) ||
      !(s->memory = CVodeCreate(CV_BDF, s->context)))
    return 0;
  for (int i = 0; i < PRO_KIM_N; i++) N_VGetArrayPointer(s->atol)[i] = rtol * pro_kim_scale[i];
  N_VConst(0.0, s->y);
  int bad = CVodeInit(s->memory, rhs, 0.0, s->y);
#if SUNDIALS_VERSION_MAJOR < 7
  bad |= CVodeSetErrFile(s->memory, NULL);
#endif
  bad |= CVodeSVtolerances(s->memory, rtol, s->atol);
  bad |= CVodeSetUserData(s->memory, s);
  bad |= CVodeSetLinearSolver(s->memory, s->linear, s->matrix);
  bad |= CVodeSetJacFn(s->memory, jacobian);
  bad |= CVodeRootInit(s->memory, 1, above);
  bad |= CVodeSetMaxErrTestFails(s->memory, 100);
  bad |= CVodeSetMaxConvFails(s->memory, 100);
  bad |= CVodeSetMaxNumSteps(s->memory, 1000000);
  if (fresh) bad |= CVodeSetLSetupFrequency(s->memory, 1) | CVodeSetJacEvalFrequency(s->memory, 1);
  return bad == 0;
}

static void run_one(pro_member_result *out, solver *s, const pro_member *m) {
  double t = 0.0, onset = -1.0, *y = N_VGetArrayPointer(s->y);
  s->member = m;
  pro_kim_start(m, y);
  int flag = CVodeReInit(s->memory, 0.0, s->y);
  if (flag == CV_SUCCESS) flag = CVodeSetStopTime(s->memory, PRO_KIM_END);
  while (flag >= 0 && t < PRO_KIM_END) {
    flag = CVode(s->memory, PRO_KIM_END, s->y, &t, CV_NORMAL);
    if (flag == CV_ROOT_RETURN && onset < 0.0) onset = t;
  }
  if (flag < 0) {
    *out = (pro_member_result){.status = PRO_ENUMERIC};
    return;
  }
  pro_member_judge(out, m, onset, y);
  long error_fails = 0, newton_fails = 0;
  CVodeGetNumSteps(s->memory, &out->steps);
  CVodeGetNumErrTestFails(s->memory, &error_fails);
  CVodeGetNumStepSolveFails(s->memory, &newton_fails);
  CVodeGetNumRhsEvals(s->memory, &out->rhs_calls);
  CVodeGetNumJacEvals(s->memory, &out->jacobian_calls);
  CVodeGetNumLinSolvSetups(s->memory, &out->factorisations);
  out->rejected = error_fails + newton_fails;
}

static pro_status run(pro_member_result *out, double *seconds, const pro_member *members, size_t n, double rtol,
                      int fresh) {
  solver s = {0};
  double before = pro_bench_seconds();
  int ok = create(&s, rtol, fresh);
  for (size_t i = 0; i < n && ok; i++) run_one(&out[i], &s, &members[i]);
  destroy(&s);
  *seconds = pro_bench_seconds() - before;
  return ok ? PRO_OK : pro_fail(PRO_ENOMEM, "CVODE cannot be set up");
}

pro_status pro_peer_cvode_reused(pro_member_result *out, double *seconds, const pro_member *members, size_t n,
                                 double rtol) {
  return run(out, seconds, members, n, rtol, 0);
}

pro_status pro_peer_cvode_fresh(pro_member_result *out, double *seconds, const pro_member *members, size_t n,
                                double rtol) {
  return run(out, seconds, members, n, rtol, 1);
}

const char *pro_peer_cvode_version(void) {
  static char text[32];
  SUNDIALSGetVersion(text, (int)sizeof text);
  return text;
}
