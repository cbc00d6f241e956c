/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rosenbrock methods for eight cases side by side: every lane has its own time, step and error control, and what
 * happens in one does not touch the others.
 *
 *   W = I/(h gamma) - J        W k_i = f(t + c_i h, y + sum a_ij k_j) + sum C_ij k_j/h + h d_i df/dt
 *
 * Hairer & Wanner, Solving Ordinary Differential Equations II (1996), IV.7. Linear invariants of f are kept to
 * rounding. Steps that a stop cuts short are light, of a method with half the stages; a step that one lane takes
 * so and another not is done both ways. W is factorised in natural changes z and summed rows (pro_sparsity), in
 * the sparsity that a structure of cases has in common; what nothing reads (the ledgers' integrals) is not
 * factorised but substituted. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/elimination.h"
#include "sim/integrator.h"

/* ---- the methods ---- */

enum { STAGES = 8, DENSE = 3 }; /* at most */

#define RODAS5P_END /* but for ones */ \
  -7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946

typedef struct method {
  int stages;
  double order, gamma;
  double A[STAGES + 1][STAGES], C[STAGES][STAGES]; /* the row of A after the last stage's: the step's end */
  double at[STAGES], D[STAGES];                    /* c, d */
  signed char anew[STAGES]; /* its f: 0 is that of the stage before, and of the step's start for the first */
  int rhs_calls;            /* with the one at the step's end */
  double error[STAGES], H[DENSE][STAGES];
} method;

/* Order 5, stiffly accurate, dense output of order 4: Steinebach, BIT 63 (2023) 27. */
static const method rodas5p = {
    .stages = 8,
    .order = 5.0,
    .gamma = 0.21193756319429014,
    .A = {{0},
          {3.0},
          {2.849394379747939, 0.45842242204463923},
          {-6.954028509809101, 2.489845061869568, -10.358996098473584},
          {2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641},
          {RODAS5P_END},
          {RODAS5P_END, 1.0},
          {RODAS5P_END, 1.0, 1.0},
          {RODAS5P_END, 1.0, 1.0, 1.0}},
    .C = {{0},
          {-14.155112264123755},
          {-17.97296035885952, -2.859693295451294},
          {147.12150275711716, -1.41221402718213, 71.68940251302358},
          {165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306},
          {24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471},
          {30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623,
           -28.087943162872662},
          {37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002,
           -54.66780262877968, -9.48861652309627}},
    .at = {0.0, 0.635812689582871, 0.409579839339754, 0.976930672506072, 0.428840360955867, 1.0, 1.0, 1.0},
    .D = {0.21193756319429, -0.423875126388581, -0.338462712623593, 1.80464528728828, 2.32582563976507},
    .anew = {0, 1, 1, 1, 1, 1, 1, 1},
    .rhs_calls = 8,
    .error = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0},
    .H = {{25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204, 0.524948541321073,
           1.1241088310450404, 0.4272876194431874, -0.17202221070155493},
          {-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796, 20.176138334709044,
           15.98066361424651, -6.789040303419874, -6.710236069923372},
          {11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643, -52.072871366152654,
           -59.78993625266729, -0.15582684282751913, 4.883087185713722}}};

/* Order 4, two stages share their f, a third of what is infinitely stiff stays: Shampine, ACM TOMS 8 (1982) 93.
 * The dense output is ours: of order 2, exact for a quadratic of t; what is infinitely stiff falls straight. */
static const method shampine = {
    .stages = 4,
    .order = 4.0,
    .gamma = 0.5,
    .A = {{0}, {2.0}, {48.0 / 25, 6.0 / 25}, {48.0 / 25, 6.0 / 25, 0.0}, {19.0 / 9, 0.5, 25.0 / 108, 125.0 / 108}},
    .C = {{0}, {-8.0}, {372.0 / 25, 12.0 / 5}, {-112.0 / 125, -54.0 / 125, -2.0 / 5}},
    .at = {0.0, 1.0, 0.6, 0.6},
    .D = {0.5, -1.5, 121.0 / 50, 29.0 / 250},
    .anew = {0, 1, 1, 0},
    .rhs_calls = 3,
    .error = {17.0 / 54, 7.0 / 36, 0.0, 125.0 / 108},
    .H = {{283.0 / 54, 47.0 / 36, -125.0 / 216, 1375.0 / 216}, {14.0 / 27, -1.0 / 9, -25.0 / 108, 125.0 / 108}}};

enum { HEAVY, LIGHT, METHODS };
static const method *const methods[METHODS] = {[HEAVY] = &rodas5p, [LIGHT] = &shampine};

/* ---- lanes ---- */

/* Numerical: growth, shrinking and safety are about those of Hairer & Wanner's RODAS (6, 0.2, 0.9); where no
 * source is named the values were chosen for the fewest attempts in bench/ensemble at equal error. */
#define GROWTH 6.0 /* of a step, at most */
#define SHRINK 0.2 /* and at least */
#define SAFETY 0.85
#define TREND 0.5  /* how much of the error's trend counts; 1: all (Gustafsson) */
#define SLEEP 0.05 /* of the tolerance: what a step may lose by sleeping [-] */
#define AWAKE 8    /* steps that do not sleep after one that should not have: guess */
#define EASE 2.0   /* a step may be light where the stop leaves 1/EASE of what was wanted: guess */
#define HARD 16    /* steps in a row that are heavy where light ones err, after 1, 2, 4 ...: guess */
#define VAPOUR_BEND                                                                                               \
  0.1              /* a vapour pressure's relative slope is below it: by the presets' Antoine constants solvents' \
                    * are 0.03 to 0.06 [1/K] */
#define CUT 1.0001 /* times which a step reaches a stop, and takes the sliver along */
#define SHORTEST 1e-40 /* step that is tried [s] */
#define REFUSALS 200   /* of one step in a row, before the case fails */

/* What nothing reads needs no k of its own: of rates r_i = f_i + d_i h df/dt + J k_i in the stages,
 * k = h B r with B = gamma (I - gamma C)^-1, and a sum of its k with weights w is one of its rates with w B. */
typedef struct weighting {
  double end[STAGES], dense[DENSE][STAGES]; /* of a step's end, and of the polynomial */
} weighting;

static void weigh(weighting *out, const method *by) {
  const int stages = by->stages;
  double B[STAGES][STAGES] = {{0.0}};
  for (int j = 0; j < stages; j++)
    for (int i = j; i < stages; i++) {
      double sum = i == j ? 1.0 : 0.0;
      for (int l = j; l < i; l++) sum += by->C[i][l] * B[l][j];
      B[i][j] = by->gamma * sum;
    }
  memset(out, 0, sizeof *out);
  for (int j = 0; j < stages; j++)
    for (int i = j; i < stages; i++) {
      out->end[j] += by->A[stages][i] * B[i][j];
      for (int d = 0; d < DENSE; d++) out->dense[d][j] += by->H[d][i] * B[i][j];
    }
}

typedef struct solver {
  pro_system *system;
  int n, m;
  pro_sparsity where;
  pro_elimination plan;
  weighting weight[METHODS];
  /* what may sleep: row which[i] of J has terms dream[i ? end[i - 1] : 0 .. end[i]) */
  int sleepers, which[PRO_STATES_MAX], dream_end[PRO_STATES_MAX];
  struct {
    int16_t column, of;
  } dream[PRO_SLOTS_MAX];
  pro_lanes t, h, stop;        /* of the step that comes [s] */
  pro_lanes rest;              /* of t, what its rounding has left out: an explosion may be over within it [s] */
  pro_lanes from, to;          /* of the last one accepted */
  pro_lanes y[PRO_STATES_MAX]; /* at t */
  pro_lanes f[PRO_STATES_MAX]; /* there, if it is known */
  int known;
  pro_lanes atol[PRO_STATES_MAX];
  pro_lanes size_before, h_before; /* of the last one accepted: its error's logarithm, h; h 0: there is none [s] */
  pro_lanes wanted;                /* had the stop not been nearer [s] */
  signed char flies[PRO_LANES], fresh[PRO_LANES]; /* started; without a step size */
  int refusals[PRO_LANES];
  int awake[PRO_LANES], hard[PRO_LANES]; /* steps that are not to sleep, not to be light */
  int harder[PRO_LANES];                 /* hard after the next light one that errs */
  pro_counts counts[PRO_LANES];
  char why[PRO_LANES][160];
  /* of the last attempt */
  pro_lanes_mask slept; /* its lanes that slept, and should not have: */
  pro_lanes_mask startled;
  pro_lanes_mask light; /* its lanes that were light */
  int tried[METHODS];   /* by some lane */
  int prepared;         /* states that have dense output's polynomial: none, m or n */
  pro_lanes taken;      /* its step [s] */
  pro_lanes y0[PRO_STATES_MAX], y1[PRO_STATES_MAX], polynomial[DENSE][PRO_STATES_MAX];
  struct {
    pro_lanes k[STAGES][PRO_STATES_MAX];
    pro_lanes rate[STAGES][PRO_STATES_MAX]; /* of what nothing reads, times the step (n - m) */
  } by[METHODS];
  pro_lanes J[PRO_STATES_MAX * PRO_STATES_MAX], W[PRO_SLOTS_MAX]; /* J: pro_sparsity's values */
} solver;

static void destroy(void *self) { free(self); }

static void find_sleepers(solver *s) {
  s->sleepers = pro_cell_sleepers(&s->system->cell.layout, s->which);
  for (int i = 0, d = 0; i < s->sleepers; i++) {
    for (int j = 0; j < s->m; j++) {
      int16_t of = s->where.place[s->which[i] * s->n + j];
      if (of >= 0) s->dream[d].column = (int16_t)j, s->dream[d++].of = of;
    }
    s->dream_end[i] = d;
  }
}

static pro_status create(void **out, pro_system *system) {
  solver *s = aligned_alloc(64, (sizeof *s + 63) / 64 * 64);
  if (!s) return pro_fail(PRO_ENOMEM, "no memory for the integrator");
  memset(s, 0, sizeof *s);
  s->system = system;
  s->n = system->cell.layout.n;
  s->m = system->cell.layout.feedback;
  pro_cell_sparsity(&s->where, &system->cell);
  system->where = &s->where;
  pro_status status = pro_elimination_plan(&s->plan, &s->where, s->n, s->m);
  if (status != PRO_OK) {
    free(s);
    return status;
  }
  find_sleepers(s);
  for (int b = 0; b < METHODS; b++) weigh(&s->weight[b], methods[b]);
  s->h = pro_lanes_all(1.0);
  *out = s;
  return PRO_OK;
}

static pro_status start(void *self, int lane, double t, const double *y, double t_stop) {
  solver *s = self;
  if (t == 0.0) { /* another case */
    double atol[PRO_STATES_MAX];
    pro_cell_tolerances(&s->system->cell, lane, s->system->rtol[lane], atol);
    for (int i = 0; i < s->n; i++) s->atol[i][lane] = atol[i];
    s->counts[lane] = (pro_counts){0};
    s->awake[lane] = s->hard[lane] = 0, s->harder[lane] = 1;
    s->h[lane] = 1.0; /* not the last case's */
    s->why[lane][0] = '\0';
  }
  /* after a break of the drive the step's size is a good guess; not where an event has cut the last one */
  s->fresh[lane] = t == 0.0 || t != s->to[lane];
  s->flies[lane] = 1;
  s->refusals[lane] = 0;
  s->size_before[lane] = s->h_before[lane] = 0.0;
  for (int i = 0; i < s->n; i++) s->y[i][lane] = y[i];
  s->t[lane] = s->from[lane] = s->to[lane] = t, s->rest[lane] = 0.0;
  s->stop[lane] = t_stop;
  s->known = 0; /* the drive or a mode has changed, or all */
  return PRO_OK;
}

/* The step's size and the rates at its start stay. */
static pro_status bend(void *self, int lane, double t_stop) {
  solver *s = self;
  s->stop[lane] = t_stop;
  return PRO_OK;
}

/* An empty lane goes on computing what it computed last, and nobody looks. */
static void stop(void *self, int lane) {
  solver *s = self;
  s->flies[lane] = 0;
}

/* 1/w: as CVODE's, an extent counts by what it has used or by what it has left, whichever is less. */
static void weights(const solver *s, const pro_lanes *y, const pro_lanes *z, pro_lanes *w) {
  const pro_layout *at_ = &s->system->cell.layout;
  const pro_network_lanes *net = &s->system->cell.network;
  pro_lanes rtol;
  for (int l = 0; l < PRO_LANES; l++) rtol[l] = s->system->rtol[l];
  for (int i = 0; i < s->m; i++)
    w[i] = 1.0 / (rtol * pro_lanes_max(pro_lanes_abs(y[i]), pro_lanes_abs(z[i])) + s->atol[i]);
  pro_lanes soc = at_->soc >= 0 ? y[at_->soc] : s->system->cell.soc_initial, c[PRO_SPECIES_MAX];
  pro_network_species_lanes(net, &soc, y + at_->xi, c);
  for (int j = 0; j < at_->reactions; j++) {
    pro_lanes least = pro_lanes_abs(y[at_->xi + j]);
    for (int k = 0; k < net->species; k++)
      if (net->form->reactions[j].change[k] < 0.0)
        least = pro_lanes_min(least, pro_lanes_abs(c[k] / net->form->reactions[j].change[k]));
    w[at_->xi + j] = 1.0 / (rtol * least + s->atol[at_->xi + j]);
  }
}

/* The largest, not the mean: an explosion of one unknown must not be diluted by the others' rest. What is no
 * number does not count. */
static pro_lanes norm(const solver *s, const pro_lanes *e, const pro_lanes *w) {
  pro_lanes most = pro_lanes_all(0.0);
  for (int i = 0; i < s->m; i++) {
    pro_lanes size = pro_lanes_abs(e[i] * w[i]);
    most = pro_select(pro_at_most(size, most), most, size);
  }
  return most;
}

/* A first step such that an explicit Euler step would err by half the tolerance: its error is h^2/2 (J f + df/dt).
 */
static void first_steps(solver *s, const pro_lanes *f, const pro_lanes *f_t) {
  int any = 0;
  for (int l = 0; l < PRO_LANES; l++) any |= s->fresh[l];
  if (!any) return;
  pro_lanes second[PRO_STATES_MAX], z[PRO_STATES_MAX], w[PRO_STATES_MAX];
  weights(s, s->y, s->y, w);
  memcpy(z, f, (size_t)s->m * sizeof z[0]);
  pro_cell_natural(&s->system->cell, &s->where, s->J, z);
  for (int i = 0; i < s->m; i++) {
    second[i] = pro_lanes_all(0.0);
    for (int j = 0; j < s->m; j++)
      if (s->where.place[i * s->n + j] >= 0) second[i] += s->J[s->where.place[i * s->n + j]] * z[j];
  }
  for (int k = s->where.sums - 1; k >= 0; k--) { /* no longer summed */
    const int row = s->where.sum[k].row;
    if (row < s->m) second[row] -= s->J[s->where.entries + k] * second[s->where.sum[k].of];
  }
  for (int i = 0; f_t && i < s->m; i++) second[i] += f_t[i];
  pro_lanes h = 1.0 / pro_lanes_sqrt(norm(s, second, w) + 1e-24), span = s->stop - s->t;
  for (int l = 0; l < PRO_LANES; l++) {
    if (!s->fresh[l]) continue;
    s->h[l] = h[l] > 0.0 && h[l] < span[l] ? h[l] : h[l] > 0.0 ? span[l] : 1e-6;
    s->fresh[l] = 0;
  }
}

/* In a step that a stop cuts short, what hardly moves is taken as a straight line in the state: its rate at the
 * start and J. A short that the abuse makes acts on the separator past the state, and keeps it awake. Returns
 * whether any lane sleeps. */
static int fall_asleep(solver *s) {
  const pro_system *system = s->system;
  pro_lanes_mask cut = pro_at_least(s->h * CUT, s->stop - s->t);
  int any = 0;
  for (int l = 0; l < PRO_LANES; l++) {
    int rests = cut[l] && !s->fresh[l] && system->modes.vent_open[l] < 0.5 &&
                system->value[PRO_DRIVE_short_conductance][l] == 0.0 &&
                system->slope[PRO_DRIVE_short_conductance][l] == 0.0;
    if (rests && s->awake[l] > 0) s->awake[l]--, rests = 0;
    any |= s->flies[l] && rests;
    s->slept[l] = rests || !s->flies[l] ? -1 : 0; /* of an empty lane nobody looks */
  }
  return any;
}

/* Lanes whose step its stop cuts so short that four stages should do; each by what it went through itself. */
static void choose(solver *s) {
  const pro_lanes_mask easy = pro_at_least(s->h, EASE * (s->stop - s->t));
  s->tried[HEAVY] = s->tried[LIGHT] = 0;
  for (int l = 0; l < PRO_LANES; l++) {
    int light = easy[l] && !s->fresh[l];
    if (light && s->hard[l] > 0) s->hard[l]--, light = 0;
    s->light[l] = light ? -1 : 0;
    if (s->flies[l]) s->tried[light ? LIGHT : HEAVY] = 1;
  }
}

/* The rates of what sleeps, at y1; moved (m): natural changes since y0. Their rows are not summed. */
static void dream(const solver *s, pro_lanes *moved, pro_lanes *rate) {
  for (int x = 0; x < s->m; x++) moved[x] = s->y1[x] - s->y0[x];
  pro_cell_natural(&s->system->cell, &s->where, s->J, moved);
  for (int i = 0, d = 0; i < s->sleepers; i++) {
    const int x = s->which[i];
    rate[x] = s->f[x];
    for (; d < s->dream_end[i]; d++) rate[x] += s->J[s->dream[d].of] * moved[s->dream[d].column];
  }
}

/* Lanes that slept through what should have woken them. A rate r that changes by d along its line changes by
 * r (e^z - 1), z = d/r, where it is exponential in what moves it: half of z^2 r is lost, and while z <= 2 less
 * than z^2 r. Beyond, only what is nothing to the tolerance even at e^20 may sleep. Evaporation is linear but for
 * the vapour pressure, which it follows within its own time. */
static pro_lanes_mask startle(const solver *s, pro_lanes h, const pro_lanes *w) {
  const pro_cell_lanes *cell = &s->system->cell;
  const pro_layout *at_ = &cell->layout;
  pro_lanes rate[PRO_STATES_MAX], moved[PRO_STATES_MAX];
  pro_lanes_mask calm = s->slept;
  dream(s, moved, rate);
  for (int i = 0; i < s->sleepers; i++) {
    const int x = s->which[i];
    if (x == at_->evaporated) {
      pro_lanes warmer = pro_lanes_abs(moved[at_->U_core]);
      pro_lanes by_T = pro_lanes_abs(s->J[s->where.place[x * s->n + at_->U_core]]) * warmer;
      pro_lanes within = pro_lanes_min(h * cell->per_evaporation_time, pro_lanes_all(1.0));
      pro_lanes lost = 0.5 * VAPOUR_BEND * warmer * by_T * within;
      calm &= pro_at_most(lost * w[x], SLEEP * cell->per_evaporation_time);
      continue;
    }
    pro_lanes r = pro_lanes_abs(s->f[x]), d = pro_lanes_abs(rate[x] - s->f[x]), size = r * h * w[x];
    calm &= (pro_at_most(d, 2.0 * r) & pro_at_most(d * d * h * w[x], SLEEP * r)) |
            (pro_at_most(d, 20.0 * r) & pro_at_most(size, 1e-10));
  }
  return s->slept & ~calm;
}

/* df/dt, where a drive has a slope; 0: none has. */
static int time_slope(const solver *s, pro_lanes *f_t, int sleeps) {
  int sloped = 0;
  for (int c = 0; c < PRO_DRIVE_COUNT; c++)
    for (int l = 0; l < PRO_LANES; l++) sloped |= s->flies[l] && s->system->slope[c][l] != 0.0;
  if (!sloped) return 0;
  /* not so small that it is lost in t; beyond the piece's end its lines go on */
  pro_lanes step = pro_lanes_max(1e-4 * s->h, 1e-6 + 1e-12 * s->t), later = s->t + step;
  pro_system_rhs(s->system, &later, s->y, f_t, sleeps ? &(pro_sleep){s->slept, s->f} : NULL);
  step = later - s->t; /* as it was added */
  for (int i = 0; i < s->n; i++) f_t[i] = (f_t[i] - s->f[i]) / step;
  return 1;
}

/* y1 = y0 + sum a_ij k_j; b = sum C_ij k_j/h, but for the step's end. */
PRO_ONE_TEXT void set_argument(solver *s, const int which, const int i, pro_lanes per_h, pro_lanes *b) {
  const method *const by = methods[which];
  for (int x = 0; x < s->m; x++) {
    pro_lanes y = s->y0[x], sum = pro_lanes_all(0.0);
    for (int j = 0; j < i; j++) {
      pro_lanes k = s->by[which].k[j][x];
      y += by->A[i][j] * k;
      if (b) sum += by->C[i][j] * k;
    }
    s->y1[x] = y;
    if (b) b[x] = sum * per_h;
  }
}

/* Stage i (a constant, as is the method, so that the coefficients fold); f is that of the stage before. */
PRO_ONE_TEXT void stage(solver *s, const int which, const int i, pro_lanes h, pro_lanes per_h,
                        const pro_lanes *f_t, int sleeps, pro_lanes *f) {
  const method *const by = methods[which];
  pro_lanes rates[PRO_STATES_MAX], moved[PRO_STATES_MAX], *b = s->by[which].k[i], *rate = s->by[which].rate[i];
  set_argument(s, which, i, per_h, b);
  pro_lanes t = s->t + by->at[i] * h;
  if (by->anew[i] && sleeps) dream(s, moved, rates);
  if (by->anew[i]) pro_system_rhs(s->system, &t, s->y1, f, sleeps ? &(pro_sleep){s->slept, rates} : NULL);
  if (i == 0) memcpy(f, s->f, (size_t)s->n * sizeof f[0]);
  const double d = i == 0 || by->anew[i] ? by->D[i] : by->D[i] - by->D[i - 1];
  if (d != 0.0 && f_t)
    for (int x = 0; x < s->n; x++) f[x] += (d * h) * f_t[x];
  for (int x = 0; x < s->m; x++) b[x] += f[x];
  for (int x = s->m; x < s->n; x++) rate[x - s->m] = f[x];
  pro_elimination_sum_integrals(&s->plan, s->J, 1.0, f, rate);
  pro_elimination_sum(&s->plan, s->J, b);
  pro_elimination_solve(&s->plan, s->W, b);
  pro_cell_unnatural(&s->system->cell, &s->where, s->J, b);
}

/* Of what nothing reads: the sum of its k with the weights of its rates w; moved: that of the others. */
PRO_ONE_TEXT void sum_integrals(const solver *s, const int which, const double w[STAGES], pro_lanes h,
                                const pro_lanes *moved, pro_lanes *out) {
  const int stages = methods[which]->stages;
  pro_lanes k[PRO_STATES_MAX];
  for (int x = 0; x < s->m; x++) {
    k[x] = w[0] * s->by[which].k[0][x];
    for (int i = 1; i < stages; i++) k[x] += w[i] * s->by[which].k[i][x];
  }
  pro_cell_natural(&s->system->cell, &s->where, s->J, k);
  for (int x = 0, t = 0; x < s->n - s->m; x++) {
    pro_lanes sum = w[0] * s->by[which].rate[0][x];
    for (int i = 1; i < stages; i++) sum += w[i] * s->by[which].rate[i][x];
    for (; t < s->plan.term_end[x]; t++) sum += s->J[s->plan.term[t].of] * k[s->plan.term[t].column];
    out[x] = h * sum;
  }
  pro_elimination_sum_integrals(&s->plan, s->J, -1.0, moved, out); /* no longer summed */
}

/* A step of all lanes by one method: y1, errors e (m). Returns NaN where a pivot is no number. */
PRO_ONE_TEXT pro_lanes take(solver *s, const int which, const pro_lanes *f_t, int sleeps, pro_lanes *e) {
  const method *const by = methods[which];
  const pro_lanes h = s->h, per_h = 1.0 / h;
  pro_lanes f[PRO_STATES_MAX], moved[PRO_STATES_MAX];
  pro_lanes lost = pro_elimination_factorise(&s->plan, s->J, per_h * (1.0 / by->gamma), s->W);
  stage(s, which, 0, h, per_h, f_t, sleeps, f);
  stage(s, which, 1, h, per_h, f_t, sleeps, f);
  stage(s, which, 2, h, per_h, f_t, sleeps, f);
  stage(s, which, 3, h, per_h, f_t, sleeps, f);
  if (by->stages == 8) {
    stage(s, which, 4, h, per_h, f_t, sleeps, f);
    stage(s, which, 5, h, per_h, f_t, sleeps, f);
    stage(s, which, 6, h, per_h, f_t, sleeps, f);
    stage(s, which, 7, h, per_h, f_t, sleeps, f);
  }
  set_argument(s, which, by->stages, per_h, NULL);
  for (int x = 0; x < s->m; x++) {
    moved[x] = s->y1[x] - s->y0[x];
    e[x] = pro_lanes_all(0.0);
    for (int i = 0; i < by->stages; i++)
      if (by->error[i] != 0.0) e[x] += by->error[i] * s->by[which].k[i][x];
  }
  sum_integrals(s, which, s->weight[which].end, h, moved, s->y1 + s->m);
  for (int x = s->m; x < s->n; x++) s->y1[x] += s->y0[x];
  return lost;
}

static pro_lanes take_heavy(solver *s, const pro_lanes *f_t, int sleeps, pro_lanes *e) {
  return take(s, HEAVY, f_t, sleeps, e);
}

static pro_lanes take_light(solver *s, const pro_lanes *f_t, int sleeps, pro_lanes *e) {
  return take(s, LIGHT, f_t, sleeps, e);
}

/* One attempt of all lanes; returns the errors over the tolerance: NaN where what comes out is no number. */
static pro_lanes attempt(solver *s) {
  const int n = s->n;
  pro_lanes slope[PRO_STATES_MAX], w[PRO_STATES_MAX], e[PRO_STATES_MAX];
  if (!s->known) pro_system_rhs(s->system, &s->t, s->y, s->f, NULL);
  s->known = 0;
  pro_system_jacobian(s->system, &s->t, s->y, s->J);
  choose(s);
  const int sleeps = fall_asleep(s);
  const pro_lanes *f_t = time_slope(s, slope, sleeps) ? slope : NULL;
  first_steps(s, s->f, f_t);
  /* the last step ends at the stop; one that would leave a sliver takes it along */
  pro_lanes left = s->stop - s->t;
  s->wanted = s->h;
  s->h = pro_select(pro_at_least(s->h * CUT, left), left, s->h);
  memcpy(s->y0, s->y, (size_t)n * sizeof s->y[0]);
  pro_lanes lost = s->tried[HEAVY] ? take_heavy(s, f_t, sleeps, e) : take_light(s, f_t, sleeps, e);
  if (s->tried[HEAVY] && s->tried[LIGHT]) {
    pro_lanes heavy_y1[PRO_STATES_MAX], heavy_e[PRO_STATES_MAX];
    memcpy(heavy_y1, s->y1, (size_t)n * sizeof s->y1[0]), memcpy(heavy_e, e, (size_t)s->m * sizeof e[0]);
    lost = pro_select(s->light, take_light(s, f_t, sleeps, e), lost);
    for (int x = 0; x < n; x++) s->y1[x] = pro_select(s->light, s->y1[x], heavy_y1[x]);
    for (int x = 0; x < s->m; x++) e[x] = pro_select(s->light, e[x], heavy_e[x]);
  }
  pro_cell_settle(&s->system->cell, s->y1);
  for (int x = 0; x < n; x++) lost += s->y1[x] * 0.0;
  s->prepared = 0, s->taken = s->h;
  weights(s, s->y0, s->y1, w);
  s->startled = sleeps ? startle(s, s->h, w) : (pro_lanes_mask){0};
  return norm(s, e, w) + lost;
}

static void step(void *self, signed char done[PRO_LANES]) {
  solver *s = self;
  pro_lanes error = attempt(s),
            floor = pro_select(pro_below(error, 1e-4), pro_lanes_all(1e-4), error); /* or no number */
  /* predictive where it was accepted (Gustafsson, with part of the trend), plain where it was not */
  pro_lanes size = pro_lanes_log(floor), plain = SAFETY * pro_lanes_exp(size * (-1.0 / rodas5p.order));
  pro_lanes trend = s->h / s->h_before * pro_lanes_exp((s->size_before - size) * (TREND / rodas5p.order));
  pro_lanes wise = plain * pro_select(pro_above(s->h_before, 0.0), trend, pro_lanes_all(1.0));
  pro_lanes_mask accepted = pro_at_most(error, 1.0);
  for (int l = 0; l < PRO_LANES; l++) accepted[l] = s->flies[l] && !s->startled[l] ? accepted[l] : 0;
  for (int x = 0; x < s->n; x++) s->y[x] = pro_select(accepted, s->y1[x], s->y[x]);
  for (int l = 0; l < PRO_LANES; l++) {
    done[l] = 0;
    if (!s->flies[l]) continue;
    double h = s->h[l];
    s->counts[l].rhs_calls += methods[s->light[l] ? LIGHT : HEAVY]->rhs_calls, s->counts[l].jacobian_calls++;
    if (accepted[l]) {
      double t = s->t[l], by = h + s->rest[l], to = t + by;
      int last = to >= s->stop[l];
      s->rest[l] = last ? 0.0 : by - (to - t);
      s->from[l] = t;
      s->to[l] = s->t[l] = last ? s->stop[l] : to;
      int cut = h < s->wanted[l]; /* a step that the stop has cut is part of no trend */
      double grow = wise[l] < plain[l] && !cut ? wise[l] : plain[l];
      if (grow > GROWTH) grow = GROWTH;
      if (grow < SHRINK) grow = SHRINK;
      if (s->refusals[l] > 0 && grow > 1.0) grow = 1.0;
      s->h[l] = s->light[l] || (cut && h * grow < s->wanted[l]) ? s->wanted[l] : h * grow;
      s->h_before[l] = cut ? 0.0 : h;
      s->size_before[l] = size[l];
      if (s->light[l]) s->harder[l] = 1;
      s->refusals[l] = 0;
      s->counts[l].steps++;
      if (!last) pro_counts_length(&s->counts[l], h);
      done[l] = 1;
      continue;
    }
    if (s->startled[l] && error[l] <= 1.0) { /* once more, awake */
      s->awake[l] = AWAKE, s->h[l] = s->wanted[l];
      s->counts[l].rejected++;
      continue;
    }
    if (s->light[l]) { /* once more, heavy */
      s->hard[l] = s->harder[l], s->h[l] = s->wanted[l];
      s->harder[l] = 2 * s->harder[l] < HARD ? 2 * s->harder[l] : HARD;
      s->counts[l].rejected++;
      continue;
    }
    double shrink = plain[l] > SHRINK ? plain[l] : SHRINK; /* also of what is no number */
    s->h[l] = h * (shrink < 0.9 ? shrink : 0.9);
    s->counts[l].rejected++;
    if (++s->refusals[l] <= REFUSALS && s->h[l] > SHORTEST) continue;
    snprintf(s->why[l], sizeof s->why[l],
             isnan(error[l]) ? "a rate, a slope or a state stays no number down to steps of %.3g s"
                             : "the error stays above the tolerance down to steps of %.3g s",
             h);
    done[l] = -1;
    s->flies[l] = 0;
  }
}

static const char *why(const void *self, int lane) {
  const solver *s = self;
  return s->why[lane];
}

static const pro_lanes *look(void *self, pro_cell_view *view, pro_drive_lanes *drive) {
  solver *s = self;
  pro_system_look(s->system, &s->t, s->y, s->f, view, drive);
  s->known = 1;
  return &s->t;
}

/* The polynomial of one method's lanes. */
PRO_ONE_TEXT void shape(solver *s, const int which, int count) {
  const method *const by = methods[which];
  const pro_lanes_mask mine = which == LIGHT ? s->light : ~s->light;
  for (int x = 0; x < s->m && s->prepared == 0; x++) {
    pro_lanes sum[DENSE];
    for (int d = 0; d < DENSE; d++) sum[d] = by->H[d][0] * s->by[which].k[0][x];
    for (int i = 1; i < by->stages; i++)
      for (int d = 0; d < DENSE; d++) sum[d] += by->H[d][i] * s->by[which].k[i][x];
    for (int d = 0; d < DENSE; d++) s->polynomial[d][x] = pro_select(mine, sum[d], s->polynomial[d][x]);
  }
  for (int d = 0; d < DENSE && count > s->m; d++) {
    pro_lanes sum[PRO_STATES_MAX];
    sum_integrals(s, which, s->weight[which].dense[d], s->taken, s->polynomial[d], sum);
    for (int x = s->m; x < s->n; x++) s->polynomial[d][x] = pro_select(mine, sum[x - s->m], s->polynomial[d][x]);
  }
}

static void prepare(solver *s, int count) {
  if (s->tried[HEAVY]) shape(s, HEAVY, count);
  if (s->tried[LIGHT]) shape(s, LIGHT, count);
  s->prepared = count > s->m ? s->n : s->m;
}

static void dense(void *self, int lane, const pro_lanes *t, pro_lanes *y, int count) {
  solver *s = self;
  if (!pro_lanes_any(pro_below(*t, s->to[lane]))) {
    for (int i = 0; i < count; i++) y[i] = pro_lanes_all(s->y[i][lane]);
    return;
  }
  if (s->prepared < count) prepare(s, count);
  pro_lanes theta = (*t - s->from[lane]) / (s->to[lane] - s->from[lane]);
  theta = pro_lanes_min(pro_lanes_max(theta, pro_lanes_all(0.0)), pro_lanes_all(1.0));
  pro_lanes rest = 1.0 - theta;
  for (int i = 0; i < count; i++) {
    pro_lanes p =
        s->polynomial[0][i][lane] + theta * (s->polynomial[1][i][lane] + theta * s->polynomial[2][i][lane]);
    y[i] = rest * s->y0[i][lane] + theta * (s->y1[i][lane] + rest * p);
  }
}

static void counts(const void *self, int lane, pro_counts *out) {
  const solver *s = self;
  *out = s->counts[lane];
}

const pro_integrator pro_integrator_rosenbrock = {
    .name = "rosenbrock",
    .doc =
        "Rodas5P, a Rosenbrock method of order 5, for eight cases side by side; where breaks cut the steps short, "
        "Shampine's of order 4.",
    .source = "Steinebach, BIT 63 (2023) 27; Shampine, ACM TOMS 8 (1982) 93",
    .lanes = PRO_LANES,
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
