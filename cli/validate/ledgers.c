/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/trial.h"
#include "scenarios/kind.h"
#include "sim/chemistry.h"
#include "sim/rng.h"

/* ---- random cases: every kind, preset and chemistry, wide draws ---- */

enum { NUMBERS = 4 };
/* How a kind is told: `settings` takes the numbers, each drawn evenly in its logarithm where low > 0 and `log`. */
typedef struct wide {
  const char *kind, *settings;
  struct {
    double low, high;
    int log;
  } number[NUMBERS];
  double lasts; /* [s] */
  int charge;   /* needs a cell with charge */
} wide;

static const wide wides[] = {
    {"oven",
     "T=%.9g degC; delay=%.9g s; film_coefficient=%.9g W/(m2 K)",
     {{60, 320, 0}, {0, 600, 0}, {3, 200, 1}},
     20000,
     0},
    {"oven",
     "T=%.9g degC; ramp=%.9g K/min; film_coefficient=%.9g W/(m2 K)",
     {{80, 320, 0}, {0.5, 30, 1}, {3, 200, 1}},
     20000,
     0},
    {"arc",
     "step=%.9g delta_K; wait=%.9g s; seek=%.9g s; threshold=%.9g K/min",
     {{3, 20, 0}, {600, 3600, 1}, {300, 1200, 1}, {0.02, 0.2, 1}},
     300000,
     0},
    {"heater",
     "power=%.9g W; ramp=%.9g s; lasts=%.9g s; T_off=%.9g degC",
     {{500, 20000, 1}, {0, 10, 0}, {10, 3000, 1}, {150, 500, 0}},
     4000,
     0}, /* a kg */
    {"internal_short",
     "resistance=%.9g ohm; delay=%.9g s; grows_over=%.9g s",
     {{0.01, 100, 1}, {0, 100, 0}, {0, 1000, 0}},
     15000,
     1},
    {"internal_short",
     "contact=aluminium_anode; grows_over=%.9g s; growth=exponential",
     {{10, 10000, 1}},
     15000,
     1},
    {"nail", "delay=%.9g s; conductance=%.9g W/K", {{0, 100, 0}, {0.001, 1, 1}}, 5000, 1},
    {"external_short", "resistance=%.9g ohm; lasts=%.9g s", {{0.01, 10, 1}, {1, 5000, 1}}, 5000, 1},
    {"overcharge", "rate=%.9g 1/h; soc_end=%.9g", {{0.2, 8, 1}, {1.2, 2.5, 0}}, 20000, 1},
    {"over_discharge", "rate=%.9g 1/h; soc_end=%.9g", {{0.2, 8, 1}, {-1, -0.05, 0}}, 20000, 1},
    {"cooling_loss",
     "rate=%.9g 1/h; delay=%.9g s; film_coefficient=%.9g W/(m2 K); film_after=%.9g W/(m2 K)",
     {{0, 6, 0}, {0, 2000, 0}, {30, 200, 1}, {0.1, 10, 1}},
     15000,
     1},
    {"duty_cycle",
     "pattern=square; rate=%.9g 1/h; period=%.9g s; share=%.9g",
     {{0.2, 6, 1}, {10, 3000, 1}, {0.3, 0.7, 0}},
     8000,
     1},
    {"duty_cycle", "pattern=grid; rate=%.9g 1/h; sigma=%.9g", {{0.2, 4, 1}, {0.1, 1, 1}}, 8000, 1},
    {"duty_cycle", "pattern=cc_cv; rate=%.9g 1/h; rest=%.9g s", {{0.3, 4, 1}, {60, 1000, 1}}, 10000, 1},
};
/* Kinds whose first number goes with the cell: power by its mass, resistance by its capacity in Ah. */
static double by_cell(const wide *w, const pro_cell *c) {
  if (strcmp(w->kind, "heater") == 0) return c->mass;
  if (strstr(w->settings, "resistance=") == w->settings) return 3600.0 / c->capacity;
  return 1.0;
}

typedef struct dice {
  pro_stream stream;
  uint64_t next;
} dice;
static double uniform(dice *d, double low, double high) {
  return low + (high - low) * pro_rng_uniform(d->stream, d->next++);
}
static double normal(dice *d) { return pro_rng_normal(d->stream, d->next++); }
static double spread(dice *d, double factor) { return pow(factor, uniform(d, -1.0, 1.0)); }
static int pick(dice *d, size_t n) { return (int)fmin(uniform(d, 0.0, (double)n), (double)n - 1.0); }

static size_t count_all(const void *const *all) {
  size_t n = 0;
  while (all[n]) n++;
  return n;
}

static void draw_network(pro_network *net, dice *d) {
  for (int j = 0; j < pro_network_reaction_count(net); j++) {
    pro_reaction *r = &net->reactions[j];
    r->A *= pow(10.0, 0.5 * normal(d));
    r->Ea *= 1.0 + 0.02 * normal(d);
    r->heat *= uniform(d, 0.7, 1.2);
  }
}

static void draw_cell(pro_cell *c, const pro_network *net, dice *d) {
  c->nodes = 1 + pick(d, c->side_share > 0.0 ? 3 : 2);
  c->mass *= spread(d, 1.2), c->heat_capacity *= spread(d, 1.15), c->area *= spread(d, 2.0);
  c->film_coefficient *= spread(d, 4.0), c->emissivity = uniform(d, 0.0, 1.0);
  c->core_conductance *= spread(d, 3.0);
  c->resistance *= spread(d, 4.0);
  c->collapse_T += uniform(d, -40.0, 60.0);
  c->hard_short_resistance *= spread(d, 10.0);
  c->burst_pressure *= spread(d, 4.0), c->headspace *= spread(d, 3.0), c->vent_area *= spread(d, 5.0);
  c->solvent_mass *= spread(d, 2.0);
  /* as much as may leave the core: see pro_case_check */
  double casing = (c->nodes > 1 ? c->surface_share : 0.0) + (c->nodes > 2 ? c->side_share : 0.0);
  double rest = 0.979 - casing - (c->solvent_mass + pro_network_gas(net, c->volume, c->capacity)) / c->mass;
  c->ejecta_share = fmax(0.0, fmin(fmin(0.55, rest), c->ejecta_share * spread(d, 3.0)));
  c->ejecta_entrainment *= spread(d, 4.0);
}

static pro_status make(pro_case *out, uint64_t k, const void *data) {
  (void)data;
  dice d = {.stream = {.seed = 3, .run = k, .purpose = PRO_FOR_PARAMETERS}};
  const wide *w = &wides[k % PRO_COUNT(wides)]; /* all of them, in turn */
  const pro_cell_preset *p;
  do p = pro_cell_all[pick(&d, count_all((const void *const *)pro_cell_all))];
  while (w->charge && !p->datasheet && p->cell.capacity == 0.0);
  /* half of the cells with their own chemistry, half with any; those made per volume know one cell only */
  const char *chemistry = p->chemistry;
  if (uniform(&d, 0.0, 1.0) < 0.5)
    chemistry = pro_chemistry_all[pick(&d, count_all((const void *const *)pro_chemistry_all))]->name;
  PRO_TRY(pro_comparison_preset(out, p->name, chemistry));
  draw_network(&out->network, &d);
  draw_cell(&out->cell, &out->network, &d);
  out->T_initial = uniform(&d, 263.0, 323.0);
  out->soc_initial = uniform(&d, 0.0, 1.0);
  out->duration = w->lasts;
  out->period = fmax(1.0, w->lasts / 2000.0);
  double x[NUMBERS];
  for (int i = 0; i < NUMBERS; i++) {
    double low = w->number[i].low, high = w->number[i].high;
    x[i] = w->number[i].log ? low * pow(high / low, uniform(&d, 0.0, 1.0)) : uniform(&d, low, high);
  }
  x[0] *= by_cell(w, &out->cell);
  return pro_comparison_abuse(out, w->kind, w->settings, x[0], x[1], x[2], x[3]);
}

/* ---- what must hold ---- */

typedef struct tally {
  pro_rows *rows;
  uint64_t cases, refused, failed, outside;
  double energy, mass, charge, joules; /* largest gaps; the energy one in J of what crossed */
  int notes;
} tally;

static void tell(tally *t, uint64_t k, const pro_run *run, const char *what, double value) {
  if (t->notes++ >= 12) return;
  pro_rows_note(t->rows, "case %" PRIu64 ": %s, %s: %s %.9g", k, wides[k % PRO_COUNT(wides)].kind,
                run->in.network.name, what, value);
}

static int beyond(double x, double low, double high) { return !(x >= low && x <= high); }

/* The charge that currents have left, from the state of charge that also counts what reactions have taken. */
static double charge_of_currents(const pro_network *net, double soc, const double *xi) {
  for (int s = 0; s < pro_network_species_count(net); s++) {
    if (!net->species[s].lithium) continue;
    for (int j = 0; j < pro_network_reaction_count(net); j++)
      soc -= net->reactions[j].change[s] / net->species[s].per_soc * xi[j];
    return soc;
  }
  return soc;
}

/* Species that only lessen stay between none and what there is at this charge without reactions. Currents that
 * take charge away after a reaction has used it up leave less than none of what goes with charge, by as much as
 * they took since the charge was highest. */
static const char *species_outside(const pro_network *net, const double *xi, double soc, double soc_top,
                                   double *value) {
  double c[PRO_SPECIES_MAX], there[PRO_SPECIES_MAX], none[PRO_REACTIONS_MAX] = {0.0};
  pro_network_species(net, soc, xi, c);
  pro_network_species(net, soc, none, there);
  for (int s = 0; s < pro_network_species_count(net); s++) {
    int made = 0;
    for (int j = 0; j < pro_network_reaction_count(net); j++) made |= net->reactions[j].change[s] > 0.0;
    double taken = net->species[s].per_soc * (soc_top - soc);
    if (beyond(*value = c[s], -1e-6 - taken, made ? 1e6 : there[s] + 1e-6)) return net->species[s].name;
  }
  return "";
}

/* "" where everything is within its bounds. */
static const char *outside(const pro_run *run, double *value) {
  const pro_trajectory *y = run->truth;
  const pro_network *net = &run->in.network;
  const pro_cell *cell = &run->in.cell;
  double *const *x = y->truth, soc_top = run->in.soc_initial, soc_before = soc_top;
  for (size_t k = 0; k < y->samples; k++) {
    if (beyond(*value = x[PRO_TRUTH_T_core][k], 150.0, 3000.0)) return "T_core";
    if (beyond(*value = x[PRO_TRUTH_T_surface][k], 150.0, 3000.0)) return "T_surface";
    if (beyond(*value = x[PRO_TRUTH_T_side][k], 150.0, 3000.0)) return "T_side";
    if (cell->headspace > 0.0 && beyond(*value = x[PRO_TRUTH_pressure_cell][k], 1e3, 1e9)) return "pressure";
    if (beyond(*value = x[PRO_TRUTH_mass][k], 0.0, cell->mass * (1.0 + 1e-3))) return "mass";
    if (cell->capacity > 0.0 && beyond(*value = x[PRO_TRUTH_soc][k], -1.5, 3.0)) return "soc";
    if (beyond(*value = x[PRO_TRUTH_separator_collapse][k], -1e-5, 1.0 + 1e-5)) return "separator_collapse";
    double xi[PRO_REACTIONS_MAX], soc = run->in.soc_initial;
    for (int j = 0; j < y->reactions; j++) {
      xi[j] = y->xi[(size_t)j * y->samples + k];
      if (beyond(*value = xi[j], -1e-6, 1e6)) return net->reactions[j].name;
    }
    if (cell->capacity > 0.0) soc = charge_of_currents(net, x[PRO_TRUTH_soc][k], xi);
    /* between two samples it may have been higher by what it changed */
    soc_top = fmax(soc_top, soc + fabs(soc - soc_before)), soc_before = soc;
    const char *species = species_outside(net, xi, soc, soc_top, value);
    if (*species) return species;
  }
  return "";
}

static pro_status done(void *data, uint64_t k, const pro_run *run) {
  tally *t = data;
  t->cases++;
  if (run->status == PRO_EINPUT) {
    t->refused++;
    if (t->notes++ < 12) pro_rows_note(t->rows, "case %" PRIu64 " was refused: %s", k, run->message);
    return PRO_OK;
  }
  if (!run->truth) {
    t->failed++;
    if (t->notes++ < 12) pro_rows_note(t->rows, "case %" PRIu64 " failed: %s", k, run->message);
    return PRO_OK;
  }
  const pro_ledger *l = &run->truth->ledger;
  if (l->energy_gap > 1e-9) tell(t, k, run, "energy gap", l->energy_gap);
  if (l->mass_gap > 1e-9) tell(t, k, run, "mass gap", l->mass_gap);
  if (l->charge_gap > 1e-9) tell(t, k, run, "charge gap", l->charge_gap);
  t->energy = fmax(t->energy, l->energy_gap), t->mass = fmax(t->mass, l->mass_gap),
  t->charge = fmax(t->charge, l->charge_gap);
  t->joules = fmax(t->joules, l->energy_gap * l->energy_crossed);
  double value;
  const char *what = outside(run, &value);
  if (*what) t->outside++, tell(t, k, run, what, value);
  return PRO_OK;
}

static pro_status random_cases(pro_rows *rows, uint64_t count) {
  tally t = {.rows = rows};
  PRO_TRY(pro_comparison_sweep(rows, "random cases", count, make, done, &t));
  char group[64];
  snprintf(group, sizeof group, "%" PRIu64 " random cases", t.cases);
  pro_rows_add(rows, group, "1", 0.0, 0.0, 1e-9, t.energy, "largest energy gap, of what crossed");
  pro_rows_add(rows, group, "1", 0.0, 0.0, 1e-9, t.mass, "largest mass gap");
  pro_rows_add(rows, group, "1", 0.0, 0.0, 1e-9, t.charge, "largest charge gap");
  pro_rows_add(rows, group, "1", 0.0, 0.0, 0.0, (double)t.failed, "cases that failed");
  pro_rows_add(rows, group, "1", 0.0, 0.0, 0.0, (double)t.outside, "cases that left physical bounds");
  pro_rows_add(rows, group, "1", NAN, NAN, NAN, (double)t.refused, "draws that contradict themselves");
  return PRO_OK;
}

/* ---- heat over charge ---- */

enum { STEPS = 11 };
static const struct {
  const char *preset, *chemistry;
} rising[] = {{"lco_18650", "lco"},    {"nmc811_18650", NULL},       {"nca_18650", NULL},
              {"nmc_18650", "nmc622"}, {"nmc_18650", NULL},          {"lco_18650", "lmo"},
              {"lfp_18650", NULL},     {"lfp_prismatic_22Ah", NULL}, {"lfp_prismatic_280Ah", NULL},
              {"nmc811_21700", NULL}};

static pro_status make_rising(pro_case *out, uint64_t k, const void *data) {
  (void)data;
  PRO_TRY(pro_comparison_preset(out, rising[k / STEPS].preset, rising[k / STEPS].chemistry));
  out->soc_initial = (double)(k % STEPS) / (STEPS - 1);
  out->duration = 20000.0, out->period = 100.0;
  return pro_comparison_abuse(out, "oven", "T=250 degC; film_coefficient=15 W/(m2 K)");
}

static pro_status take_rising(void *data, uint64_t k, const pro_run *run) {
  double *heat = data;
  heat[k] = run->truth ? run->truth->ledger.heat_reactions + run->truth->ledger.heat_electrical : (double)NAN;
  return PRO_OK;
}

static pro_status heat_over_charge(pro_rows *rows) {
  double heat[PRO_COUNT(rising) * STEPS];
  PRO_TRY(pro_comparison_sweep(rows, "heat over charge", PRO_COUNT(heat), make_rising, take_rising, heat));
  for (size_t i = 0; i < PRO_COUNT(rising); i++) {
    const double *h = heat + i * STEPS;
    char group[64];
    snprintf(group, sizeof group, "%s%s%s", rising[i].preset, rising[i].chemistry ? ", " : "",
             rising[i].chemistry ? rising[i].chemistry : "");
    double least = INFINITY;
    for (int s = 1; s < STEPS; s++) least = isnan(h[s] - h[s - 1]) ? NAN : fmin(least, h[s] - h[s - 1]);
    pro_rows_add(rows, group, "kJ", NAN, 0.0, INFINITY, 1e-3 * least,
                 "least step of total heat, charge 0-100 %% by 10 %% (%.3g to %.3g kJ)", 1e-3 * h[0],
                 1e-3 * h[STEPS - 1]);
  }
  return PRO_OK;
}

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  PRO_TRY(random_cases(rows, options->draws));
  return heat_over_charge(rows);
}

const pro_comparison pro_comparison_ledgers = {
    .name = "ledgers",
    .doc =
        "energy, mass and charge of random cases of all kinds and chemistries (--draws of them), physical bounds, "
        "and heat "
        "that rises with charge",
    .source = "conservation laws",
    .order = 140,
    .run = run,
};
