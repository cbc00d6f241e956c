/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/deviation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 32, ERRORS = 3 };

static pro_status out_at(const pro_run *run, double t, const char *what, double value) {
  return pro_fail(PRO_ENUMERIC, "case %llu, t = %.6g s: %s = %.9g", (unsigned long long)run->in.run, t, what,
                  value);
}

pro_status pro_bounds_check(const pro_run *run, double slack, double T_most) {
  const pro_trajectory *y = run->truth;
  const pro_network *net = &run->in.network;
  for (size_t k = 0; k < y->samples; k++) {
    for (int c = 0; c < PRO_TRUTH_COUNT; c++)
      if (!isfinite(y->truth[c][k])) return out_at(run, y->t[k], pro_truth_names[c], y->truth[c][k]);
    double xi[PRO_REACTIONS_MAX], c[PRO_SPECIES_MAX], soc = y->truth[PRO_TRUTH_soc][k];
    for (int j = 0; j < y->reactions; j++) {
      xi[j] = y->xi[(size_t)j * y->samples + k];
      soc += pro_network_discharge(net, j) * xi[j];
    }
    pro_network_species(net, soc, xi, c);
    for (int s = 0; s < pro_network_species_count(net); s++) /* some follow the charge, beyond empty as well */
      if (net->species[s].per_soc == 0.0 && !(c[s] >= -slack))
        return out_at(run, y->t[k], net->species[s].name, c[s]);
    const struct {
      pro_truth what;
      double low, high;
    } bounds[] = {{PRO_TRUTH_T_core, 150.0, T_most},
                  {PRO_TRUTH_T_surface, 150.0, T_most},
                  {PRO_TRUTH_separator_collapse, -slack, 1.0},
                  {PRO_TRUTH_pressure_cell, 0.0, 1e9},
                  {PRO_TRUTH_mass, 0.0, run->in.cell.mass * (1.0 + 1e-6)},
                  {PRO_TRUTH_short_conductance, 0.0, 1e9}};
    for (size_t b = 0; b < PRO_COUNT(bounds); b++) {
      double value = y->truth[bounds[b].what][k];
      if (!(value >= bounds[b].low && value <= bounds[b].high))
        return out_at(run, y->t[k], pro_truth_names[bounds[b].what], value);
    }
  }
  return PRO_OK;
}

static pro_status live(pro_run *runs, const pro_run *from, size_t n, double rtol,
                       const struct pro_integrator *with, double *seconds) {
  pro_run *list[BATCH];
  for (size_t k = 0; k < n; k++) {
    runs[k] = (pro_run){.in = from[k].in};
    runs[k].in.rtol = rtol;
    list[k] = &runs[k];
  }
  double before = pro_bench_seconds();
  pro_status status = pro_run_cases(list, n, with);
  *seconds += pro_bench_seconds() - before;
  return status;
}

/* Another end, or another course to it: a calorimeter that has sought once more. */
static int differs(const pro_case *in, const pro_trajectory *a, const pro_trajectory *b) {
  static const int there[] = {PRO_CLOCK_runaway, PRO_CLOCK_vent, PRO_CLOCK_self_heating};
  int other = a->outcome != b->outcome;
  for (size_t c = 0; c < PRO_COUNT(there); c++) {
    double x = a->clock[there[c]], y = b->clock[there[c]];
    other |= isnan(x) != isnan(y) || (in->drive.arc.on && fabs(x - y) >= in->drive.arc.seek);
  }
  return other;
}

/* Whether the reference ends as `run` does where all reactions are by 1e-3 faster or slower. */
static pro_status is_near(int *near, const pro_run *run, double reference) {
  for (int sign = -1; sign <= 1 && !*near; sign += 2) {
    pro_run other = {.in = run->in};
    other.in.rtol = reference;
    for (int j = 0; j < pro_network_reaction_count(&other.in.network); j++)
      other.in.network.reactions[j].A *= 1.0 + 1e-3 * sign;
    PRO_TRY(pro_run_case(&other, pro_integrator_find("cvode")));
    *near = other.truth && !differs(&run->in, run->truth, other.truth);
    pro_run_clear(&other);
  }
  return PRO_OK;
}

typedef struct level {
  pro_deviation *out;
  double *error[ERRORS]; /* (n) each */
  size_t n[ERRORS];
} level;

static void note(level *to, int which, double value, double exact) {
  if (isnan(value) || !(exact > 0.0)) return;
  to->error[which][to->n[which]++] = fabs(value - exact) / exact;
}

static pro_status compare(level *to, const pro_run *run, const pro_run *exact, double reference) {
  const pro_trajectory *x = run->truth, *y = exact ? exact->truth : NULL;
  to->out->failed += !x;
  if (!x) return PRO_OK;
  if (pro_bounds_check(run, to->out->rtol, 1e4) != PRO_OK && to->out->out_of_bounds++ == 0)
    snprintf(to->out->where, sizeof to->out->where, "%s", pro_error_message());
  if (!y) return PRO_OK;
  if (differs(&run->in, x, y)) {
    int near = 0;
    PRO_TRY(is_near(&near, run, reference));
    to->out->other++, to->out->near += (size_t)near;
    return PRO_OK;
  }
  note(to, 0, x->clock[PRO_CLOCK_runaway], y->clock[PRO_CLOCK_runaway]);
  note(to, 1, x->clock[PRO_CLOCK_vent], y->clock[PRO_CLOCK_vent]);
  double T = run->in.T_initial;
  if (y->T_max - T > 1.0) note(to, 2, x->T_max - T, y->T_max - T);
  return PRO_OK;
}

static pro_status measure_batch(pro_deviations *out, level *levels, const pro_run *made, size_t n,
                                double reference, const struct pro_integrator *with) {
  pro_run exact[BATCH], runs[BATCH];
  double ignored = 0.0;
  pro_status status = PRO_OK;
  if (reference > 0.0)
    status = live(exact, made, n, reference, pro_integrator_find("cvode"), &out->reference_seconds);
  for (size_t k = 0; reference > 0.0 && status == PRO_OK && k < n; k++) out->unknown += !exact[k].truth;
  for (size_t l = 0; l < out->levels && status == PRO_OK; l++) {
    status = live(runs, made, n, levels[l].out->rtol, with, l == 0 ? &out->seconds : &ignored);
    for (size_t k = 0; k < n; k++) {
      if (status == PRO_OK) status = compare(&levels[l], &runs[k], reference > 0.0 ? &exact[k] : NULL, reference);
      pro_run_clear(&runs[k]);
    }
  }
  for (size_t k = 0; reference > 0.0 && k < n; k++) pro_run_clear(&exact[k]);
  return status;
}

pro_status pro_deviations_measure(pro_deviations *out, const pro_scenario *scenario, uint64_t cases,
                                  const double *rtol, size_t levels, double reference,
                                  const struct pro_integrator *with) {
  level at[PRO_COUNT(out->level)] = {0};
  double *block = calloc(cases * levels * ERRORS + 1, sizeof *block);
  pro_run *made = calloc(BATCH, sizeof *made);
  pro_status status =
      block && made ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for %llu cases", (unsigned long long)cases);
  *out = (pro_deviations){.levels = levels};
  for (size_t l = 0; l < levels; l++) {
    out->level[l].rtol = rtol[l];
    at[l].out = &out->level[l];
    for (size_t e = 0; e < ERRORS; e++) at[l].error[e] = block + (l * ERRORS + e) * cases;
  }
  size_t n = 0;
  for (uint64_t k = 0; k < cases && status == PRO_OK; k++) {
    if (pro_scenario_case(&made[n].in, scenario, k) == PRO_OK) { /* draws may contradict each other */
      made[n].in.period = made[n].in.duration / 100.0;
      out->cases++, n++;
    }
    if (n < BATCH && k + 1 < cases) continue;
    status = measure_batch(out, at, made, n, reference, with);
    n = 0;
  }
  for (size_t l = 0; l < levels; l++) {
    pro_spread *spread[ERRORS] = {&out->level[l].runaway, &out->level[l].vent, &out->level[l].rise};
    for (size_t e = 0; e < ERRORS; e++) *spread[e] = pro_spread_of(at[l].error[e], at[l].n[e]);
  }
  free(block);
  free(made);
  return status;
}
