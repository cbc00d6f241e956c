/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cli/trial.h"

/* Lumped cells, as the simulation compared with had them: one temperature, no local spot, no separator whose pores
 * close. */
typedef struct short_cell {
  const char *group;
  int large;                  /* the 280 Ah LFP cell; else an NMC811 18650 of 3.4 Ah */
  double h;                   /* [W/(m2 K)] */
  double lasts;               /* [s] */
  double critical, low, high; /* published, and between which it is searched [ohm] */
  double rate;                /* published, in capacities an hour */
  struct {
    double resistance, T; /* [ohm], [degC] */
  } peak[3];              /* without runaway */
} short_cell;

static const short_cell cells[] = {
    {"NMC811 18650 3.4 Ah, h 7.17", 0, 7.17, 4.0 * 3600.0, 1.6, 0.1, 10.0, 0.68, {{3, 101}, {10, 51}, {30, 34}}},
    {"NMC811 18650 3.4 Ah, h 25", 0, 25.0, 4.0 * 3600.0, 0.69, 0.05, 10.0, 1.6, {{3, 60}, {10, 36}, {30, 29}}},
    {"LFP 280 Ah, h 7.17", 1, 7.17, 24.0 * 3600.0, 0.033, 0.002, 0.2, 0.35, {{0.1, 86}, {0.3, 47}}},
};
enum { PEAKS = 3 };

static pro_status short_case(pro_case *out, const short_cell *c, double resistance) {
  if (c->large)
    PRO_TRY(pro_comparison_preset(out, "lfp_prismatic_280Ah", NULL));
  else
    PRO_TRY(pro_trial_cylinder(out, PRO_FAMILY_nmc811, "18650", 3.4, 47.0));
  out->cell.nodes = 1;
  out->cell.spot_resistance = 0.0;
  out->cell.shutdown_factor = 1.0;
  out->duration = c->lasts;
  out->period = 10.0;
  out->T_mark = PRO_ZERO_CELSIUS + 200.0;
  return pro_comparison_abuse(out, "internal_short",
                              "resistance=%.17g ohm; film_coefficient=%.17g W/(m2 K); emissivity=0.8", resistance,
                              c->h);
}

static pro_status make_edge(pro_case *out, size_t k, double x, const void *data) {
  (void)data;
  return short_case(out, &cells[k], exp(x));
}

static int burns(const pro_run *run) { return !isnan(run->truth->clock[PRO_CLOCK_mark]); }

static pro_status make_peak(pro_case *out, uint64_t k, const void *data) {
  (void)data;
  return short_case(out, &cells[k / PEAKS], cells[k / PEAKS].peak[k % PEAKS].resistance);
}

static pro_status take_peak(void *data, uint64_t k, const pro_run *run) {
  double *T = data;
  T[k] = run->truth ? run->truth->T_max - PRO_ZERO_CELSIUS : (double)NAN;
  return PRO_OK;
}

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  (void)options;
  pro_edge edge[PRO_COUNT(cells)];
  double T[PRO_COUNT(cells) * PEAKS];
  for (size_t k = 0; k < PRO_COUNT(cells); k++)
    edge[k] = (pro_edge){.without = log(cells[k].high), .with = log(cells[k].low), .tolerance = 0.005};
  PRO_TRY(pro_trial_edges(rows, edge, PRO_COUNT(cells),
                          &(pro_edge_search){.what = "shorts", .make = make_edge, .happened = burns}));
  /* the last cell has two peaks only, and is the last */
  PRO_TRY(pro_comparison_sweep(rows, "peaks", PRO_COUNT(T) - 1, make_peak, take_peak, T));
  for (size_t k = 0; k < PRO_COUNT(cells); k++) {
    const short_cell *c = &cells[k];
    pro_case in;
    PRO_TRY(short_case(&in, c, c->critical));
    double volts = pro_ocv_energy(pro_ocv_all[in.cell.ocv], 1.0), critical = exp(pro_edge_value(&edge[k]));
    double per_capacity = volts / (in.cell.capacity / 3600.0);
    pro_rows_add(rows, c->group, "ohm", c->critical, 0.85 * c->critical, 1.15 * c->critical, critical,
                 "largest resistance that takes it above 200 degC");
    pro_rows_add(rows, c->group, "C", c->rate, 0.85 * c->rate, 1.15 * c->rate, per_capacity / critical,
                 "the same as a rate, at the mean voltage");
    for (int p = 0; p < PEAKS && c->peak[p].resistance > 0.0; p++)
      pro_rows_add(rows, c->group, "degC", c->peak[p].T, NAN, NAN, T[k * PEAKS + (size_t)p], "peak at %g ohm",
                   c->peak[p].resistance);
  }
  pro_rows_note(rows, "code to code: a lumped simulation with the same calibrated sets, no measurement");
  return PRO_OK;
}

const pro_comparison pro_comparison_internal_short = {
    .name = "internal_short",
    .doc =
        "constant internal short from 25 degC: the resistance that makes a cell run away, and the peak above it",
    .source = "lumped simulation with the calibrated sets (physics addendum, section 9): code to code",
    .order = 110,
    .run = run,
};
