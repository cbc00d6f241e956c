/* SPDX-License-Identifier: GPL-3.0-or-later
 * CVODE's BDF, the reference: the only file that knows SUNDIALS. */
#include <cvode/cvode.h>
#include <float.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sundials/sundials_linearsolver.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "sim/integrator.h"

typedef struct solver {
  pro_system *system;
  int n, feedback;
  SUNContext context;
  void *memory;
  N_Vector y, atol, at; /* `at` is dense output's */
  SUNMatrix matrix;     /* CVODE wants one; the numbers stand in `lu` */
  SUNLinearSolver linear;
  double from, to, stop;
  pro_counts before, now; /* CVODE counts anew at each start */
  char why[160];
  int pivot[PRO_STATES_MAX];
  double dense[PRO_STATES_MAX * PRO_STATES_MAX]; /* J, row-major, n wide */
  double lu[PRO_STATES_MAX * PRO_STATES_MAX];    /* I - gamma J, then its factors */
  pro_sparsity where;
  pro_lanes wide_t, wide_y[PRO_STATES_MAX], wide_f[PRO_STATES_MAX];
  pro_lanes jacobian[PRO_STATES_MAX * PRO_STATES_MAX];
} solver;

static void widen(solver *s, N_Vector y) {
  const double *from = N_VGetArrayPointer(y);
  for (int i = 0; i < s->n; i++) s->wide_y[i] = pro_lanes_all(from[i]);
}

static int rhs(double t, N_Vector y, N_Vector f, void *data) {
  solver *s = data;
  widen(s, y);
  pro_lanes wide_t = pro_lanes_all(t);
  pro_system_rhs(s->system, &wide_t, s->wide_y, s->wide_f, NULL);
  s->before.rhs_calls++;
  double *to = N_VGetArrayPointer(f);
  for (int i = 0; i < s->n; i++) {
    to[i] = s->wide_f[i][0];
    if (!isfinite(to[i])) return 1; /* recoverable: a smaller step may do */
  }
  return 0;
}

/* I - gamma J in one go: the packaged library is built without optimisation, and its dense matrix code with it */
static int linear_system(double t, N_Vector y, N_Vector fy, SUNMatrix M, booleantype jok, booleantype *jcur,
                         double gamma, void *data, N_Vector a, N_Vector b, N_Vector c) {
  (void)fy, (void)M, (void)a, (void)b, (void)c;
  solver *s = data;
  int n = s->n;
  if (!jok) {
    widen(s, y);
    pro_lanes wide_t = pro_lanes_all(t);
    pro_system_jacobian(s->system, &wide_t, s->wide_y, s->jacobian);
    s->before.jacobian_calls++;
    double lost = 0.0; /* NaN: one is no number */
    for (int i = 0; i < s->where.values; i++) lost += s->jacobian[i][0] * 0.0;
    if (isnan(lost)) return 1; /* as for a rate */
    pro_cell_expand(&s->system->cell, &s->where, s->jacobian, 0, s->dense);
  }
  *jcur = !jok;
  for (int i = 0; i < n * n; i++) s->lu[i] = -gamma * s->dense[i];
  for (int i = 0; i < n; i++) s->lu[i * n + i] += 1.0;
  return 0;
}

static SUNLinearSolver_Type type(SUNLinearSolver linear) {
  (void)linear;
  return SUNLINEARSOLVER_DIRECT;
}

/* LU with row pivoting of the block that feeds back; below it stand the ledgers, whose columns are the identity's
 */
static int factorise(SUNLinearSolver linear, SUNMatrix M) {
  (void)M;
  solver *s = linear->content;
  int n = s->n, m = s->feedback;
  double *A = s->lu;
  for (int k = 0; k < m; k++) {
    int best = k;
    for (int i = k + 1; i < m; i++)
      if (fabs(A[i * n + k]) > fabs(A[best * n + k])) best = i;
    s->pivot[k] = best;
    if (!(fabs(A[best * n + k]) > 0.0)) return 1;
    if (best != k)
      for (int j = 0; j < m; j++) {
        double keep = A[k * n + j];
        A[k * n + j] = A[best * n + j];
        A[best * n + j] = keep;
      }
    double per = 1.0 / A[k * n + k];
    for (int i = k + 1; i < m; i++) {
      double l = A[i * n + k] *= per;
      if (l != 0.0)
        for (int j = k + 1; j < m; j++) A[i * n + j] -= l * A[k * n + j];
    }
  }
  return 0;
}

static int solve(SUNLinearSolver linear, SUNMatrix M, N_Vector x, N_Vector b, double tol) {
  (void)M, (void)tol;
  solver *s = linear->content;
  int n = s->n, m = s->feedback;
  const double *A = s->lu, *from = N_VGetArrayPointer(b);
  double *z = N_VGetArrayPointer(x);
  if (z != from) memcpy(z, from, (size_t)n * sizeof *z);
  for (int k = 0; k < m; k++) {
    double keep = z[s->pivot[k]];
    z[s->pivot[k]] = z[k];
    z[k] = keep;
  }
  for (int i = 1; i < m; i++)
    for (int j = 0; j < i; j++) z[i] -= A[i * n + j] * z[j];
  for (int i = m - 1; i >= 0; i--) {
    for (int j = i + 1; j < m; j++) z[i] -= A[i * n + j] * z[j];
    z[i] /= A[i * n + i];
  }
  for (int i = m; i < n; i++)
    for (int j = 0; j < m; j++) z[i] -= A[i * n + j] * z[j];
  return 0;
}

static int free_linear(SUNLinearSolver linear) {
  SUNLinSolFreeEmpty(linear);
  return 0;
}

static void keep_message(int code, const char *module, const char *function, char *message, void *data) {
  (void)module, (void)function;
  solver *s = data;
  if (code >= 0) return; /* a warning */
  snprintf(s->why, sizeof s->why, "CVODE: %s", message);
  for (char *c = s->why; *c; c++)
    if (*c == '\n') *c = ' ';
}

static void destroy(void *self) {
  solver *s = self;
  if (!s) return;
  if (s->memory) CVodeFree(&s->memory);
  if (s->linear) SUNLinSolFree(s->linear);
  if (s->matrix) SUNMatDestroy(s->matrix);
  if (s->y) N_VDestroy(s->y);
  if (s->at) N_VDestroy(s->at);
  if (s->atol) N_VDestroy(s->atol);
  if (s->context) SUNContext_Free(&s->context);
  free(s);
}

static SUNLinearSolver linear_create(solver *s) {
  SUNLinearSolver linear = SUNLinSolNewEmpty(s->context);
  if (!linear) return NULL;
  linear->ops->gettype = type;
  linear->ops->setup = factorise;
  linear->ops->solve = solve;
  linear->ops->free = free_linear;
  linear->content = s;
  return linear;
}

/* An extent counts by what it has used or by what it has left, whichever is less: a reactant that is being
 * exhausted is known relatively, like one that has just begun, and does not fall below zero by the tolerance of a
 * whole extent. And by half of its tolerance: what is made and used up at once, as oxygen, is a difference of two
 * extents, and left its bounds by 2.0e-8 at rtol 1e-6 (4.0e-9 with the half, at 5 % more steps). */
static int weights(N_Vector y, N_Vector w, void *data) {
  const solver *s = data;
  const pro_layout *at = &s->system->cell.layout;
  const pro_network *net = s->system->cell.network.form;
  const double *now = N_VGetArrayPointer(y), *atol = N_VGetArrayPointer(s->atol), rtol = s->system->rtol[0];
  double *to = N_VGetArrayPointer(w), c[PRO_SPECIES_MAX];
  for (int i = 0; i < s->n; i++) to[i] = 1.0 / (rtol * fabs(now[i]) + atol[i]);
  pro_network_species(net, at->soc >= 0 ? now[at->soc] : s->system->cell.soc_initial[0], now + at->xi, c);
  for (int j = 0; j < at->reactions; j++) {
    double least = fabs(now[at->xi + j]);
    for (int k = 0; k < s->system->cell.network.species; k++)
      if (net->reactions[j].change[k] < 0.0) least = fmin(least, fabs(c[k] / net->reactions[j].change[k]));
    double half = 0.5 * (rtol * least + atol[at->xi + j]), rounding = DBL_EPSILON * fabs(now[at->xi + j]);
    to[at->xi + j] = 1.0 / fmax(half, rounding);
  }
  return 0;
}

/* With CVODE's own limits a fifth to a half of a runaway ensemble fails in the explosion, and a reused Jacobian
 * returns unphysical states: hence the two limits and a fresh Jacobian every step (docs/physics.md,
 * "Integration"). */
static int set_up(solver *s) {
  int bad = CVodeInit(s->memory, rhs, 0.0, s->y);
  bad |= CVodeWFtolerances(s->memory, weights);
  bad |= CVodeSetUserData(s->memory, s);
  bad |= CVodeSetErrHandlerFn(s->memory, keep_message, s);
  bad |= CVodeSetLinearSolver(s->memory, s->linear, s->matrix);
  bad |= CVodeSetLinSysFn(s->memory, linear_system);
  bad |= CVodeSetMaxErrTestFails(s->memory, 100);
  bad |= CVodeSetMaxConvFails(s->memory, 100);
  bad |= CVodeSetLSetupFrequency(s->memory, 1);
  bad |= CVodeSetJacEvalFrequency(s->memory, 1);
  bad |= CVodeSetNonlinConvCoef(s->memory, 0.003);
  bad |= CVodeSetMaxNumSteps(s->memory, -1);
  bad |= CVodeSetMaxHnilWarns(s->memory, -1);
  return bad;
}

static pro_status create(void **out, pro_system *system) {
  solver *s = aligned_alloc(64, (sizeof *s + 63) / 64 * 64);
  if (!s) return pro_fail(PRO_ENOMEM, "no memory for the integrator");
  memset(s, 0, sizeof *s);
  s->system = system;
  s->n = system->cell.layout.n;
  s->feedback = system->cell.layout.feedback;
  pro_cell_sparsity(&s->where, &system->cell);
  system->where = &s->where;
  int ok = SUNContext_Create(NULL, &s->context) == 0;
  if (ok) ok = (s->y = N_VNew_Serial(s->n, s->context)) != NULL;
  if (ok) ok = (s->at = N_VNew_Serial(s->n, s->context)) != NULL;
  if (ok) ok = (s->atol = N_VNew_Serial(s->n, s->context)) != NULL;
  if (ok) ok = (s->matrix = SUNDenseMatrix(s->n, s->n, s->context)) != NULL;
  if (ok) ok = (s->linear = linear_create(s)) != NULL;
  if (ok) ok = (s->memory = CVodeCreate(CV_BDF, s->context)) != NULL;
  if (ok) {
    N_VConst(0.0, s->y);
    pro_cell_tolerances(&system->cell, 0, system->rtol[0], N_VGetArrayPointer(s->atol));
    ok = set_up(s) == 0;
  }
  if (!ok) {
    destroy(s);
    return pro_fail(PRO_ENOMEM, "no memory for the integrator");
  }
  *out = s;
  return PRO_OK;
}

static void add_counts(solver *s) {
  CVodeGetNumSteps(s->memory, &s->now.steps);
  long error_fails = 0, newton_fails = 0;
  CVodeGetNumErrTestFails(s->memory, &error_fails);
  CVodeGetNumStepSolveFails(s->memory, &newton_fails);
  s->now.rejected = error_fails + newton_fails;
}

static pro_status start(void *self, int lane, double t, const double *y, double t_stop) {
  (void)lane;
  solver *s = self;
  add_counts(s);
  s->before.steps += s->now.steps, s->before.rejected += s->now.rejected;
  s->now = (pro_counts){0};
  if (t == 0.0) { /* another case */
    s->before = (pro_counts){0}, s->why[0] = '\0';
    pro_cell_tolerances(&s->system->cell, 0, s->system->rtol[0], N_VGetArrayPointer(s->atol));
  }
  memcpy(N_VGetArrayPointer(s->y), y, (size_t)s->n * sizeof *y);
  s->from = s->to = t;
  s->stop = t_stop;
  if (CVodeReInit(s->memory, t, s->y) != CV_SUCCESS || CVodeSetStopTime(s->memory, t_stop) != CV_SUCCESS)
    return pro_fail(PRO_EBUG, "CVODE cannot start at t = %.17g s: %s", t, s->why);
  return PRO_OK;
}

/* Its history does not know the bend. */
static pro_status bend(void *self, int lane, double t_stop) {
  solver *s = self;
  double y[PRO_STATES_MAX];
  memcpy(y, N_VGetArrayPointer(s->y), (size_t)s->n * sizeof *y);
  return start(self, lane, s->to, y, t_stop);
}

static void stop(void *self, int lane) { (void)self, (void)lane; }

static void step(void *self, signed char done[PRO_LANES]) {
  solver *s = self;
  double t = s->to;
  int flag = CVode(s->memory, s->stop, s->y, &t, CV_ONE_STEP);
  done[0] = flag < 0 ? -1 : 1;
  if (flag < 0) return;
  s->from = s->to;
  s->to = t;
  if (t < s->stop) pro_counts_length(&s->before, t - s->from);
}

static const char *why(const void *self, int lane) {
  (void)lane;
  const solver *s = self;
  return s->why[0] ? s->why : "no reason given";
}

static const pro_lanes *look(void *self, pro_cell_view *view, pro_drive_lanes *drive) {
  solver *s = self;
  pro_lanes f[PRO_STATES_MAX];
  widen(s, s->y);
  s->wide_t = pro_lanes_all(s->to);
  pro_system_look(s->system, &s->wide_t, s->wide_y, f, view, drive);
  return &s->wide_t;
}

static void dense_at(solver *s, double t, double *y) {
  if (t >= s->to) { /* at the stop time CVODE may have ended a rounding before it */
    memcpy(y, N_VGetArrayPointer(s->y), (size_t)s->n * sizeof *y);
    return;
  }
  /* no state is made up where CVODE has none: what is not a number fails the run */
  if (CVodeGetDky(s->memory, fmax(t, s->from), 0, s->at) != CV_SUCCESS) N_VConst((double)NAN, s->at);
  memcpy(y, N_VGetArrayPointer(s->at), (size_t)s->n * sizeof *y);
}

static void dense(void *self, int lane, const pro_lanes *t, pro_lanes *y, int count) {
  (void)lane;
  solver *s = self;
  double one[PRO_STATES_MAX];
  for (int l = 0; l < PRO_LANES; l++) {
    if (l == 0 || (*t)[l] != (*t)[l - 1]) dense_at(s, (*t)[l], one);
    for (int i = 0; i < count; i++) y[i][l] = one[i];
  }
}

static void counts(const void *self, int lane, pro_counts *out) {
  (void)lane;
  solver *s = (solver *)self;
  add_counts(s);
  *out = s->before;
  out->steps += s->now.steps, out->rejected += s->now.rejected;
}

const pro_integrator pro_integrator_cvode = {
    .name = "cvode",
    .doc = "CVODE's variable-order BDF with an analytic Jacobian refreshed every step: the reference.",
    .source = "Hindmarsh et al., ACM TOMS 31 (2005) 363",
    .lanes = 1,
    .create = create,
    .destroy = destroy,
    .start = start,
    .bend = bend,
    .stop = stop,
    .step = step,
    .why = why,
    .look = look,
    .dense = dense,
    .counts = counts,
};
