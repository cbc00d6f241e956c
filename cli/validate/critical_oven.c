/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cli/trial.h"

enum { OVEN_LCO, OVEN_NMC, OVEN_LFP };
typedef struct oven_cell {
  const char *group, *preset, *chemistry; /* chemistry NULL: the preset's */
  double h;                               /* [W/(m2 K)] */
  double T_start, lasts;                  /* [K], [s] */
  double low, high, tolerance;            /* of the search [degC], [K] */
  double published, within;               /* [degC], [K]; NaN: none */
} oven_cell;

/* One 18650 in an oven that stands at its temperature when the cell comes in: emissivity 0.8, 10 h, 1 K/s. */
#define STEP PRO_ZERO_CELSIUS + 25.0, 36000.0, 120.0, 260.0, 0.05
static const oven_cell cells[] = {
    [OVEN_LCO] = {"LCO 18650 2.6 Ah", "lco_18650", "lco", 15.0, STEP, 148.0, 5.0},
    [OVEN_NMC] = {"NMC532 18650 2.2 Ah", "nmc_18650", NULL, 15.0, STEP, 168.0, 5.0},
    [OVEN_LFP] = {"LFP 18650 1.5 Ah", "lfp_18650", NULL, 15.0, STEP, 201.0, 5.0},
    {"NMC811 18650 3.5 Ah", "nmc811_18650", NULL, 15.0, STEP, NAN, NAN},
    {"NCA 18650 3.35 Ah", "nca_18650", NULL, 15.0, STEP, NAN, NAN},
    /* LCO of Kim et al.: T of 28 degC, 20 000 s, h 7.17, code to code with two independent integrators */
    {"LCO of Kim, lumped", "lco_18650_kim", NULL, 7.17, PRO_ZERO_CELSIUS + 28.0, 20000.0, 143.0, 148.0, 0.005,
     145.549, 0.02},
};

static pro_status make(pro_case *out, size_t k, double x, const void *data) {
  const oven_cell *c = &cells[k];
  (void)data;
  PRO_TRY(pro_comparison_preset(out, c->preset, c->chemistry));
  out->T_initial = c->T_start;
  out->duration = c->lasts;
  out->period = 60.0;
  return pro_comparison_abuse(out, "oven", "T=%.17g degC; film_coefficient=%.17g W/(m2 K); emissivity=0.8", x,
                              c->h);
}

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  pro_edge edge[PRO_COUNT(cells)];
  double critical[PRO_COUNT(cells)];
  (void)options;
  for (size_t k = 0; k < PRO_COUNT(cells); k++)
    edge[k] = (pro_edge){.without = cells[k].low, .with = cells[k].high, .tolerance = cells[k].tolerance};
  PRO_TRY(pro_trial_edges(rows, edge, PRO_COUNT(cells),
                          &(pro_edge_search){.what = "ovens", .make = make, .happened = pro_trial_ran_away}));
  for (size_t k = 0; k < PRO_COUNT(cells); k++) {
    const oven_cell *c = &cells[k];
    critical[k] = pro_edge_value(&edge[k]);
    pro_rows_add(rows, c->group, "degC", c->published, c->published - c->within, c->published + c->within,
                 critical[k], "critical oven, h %g W/(m2 K)", c->h);
  }
  pro_rows_add(rows, cells[OVEN_LCO].group, "degC", NAN, 145.0, 155.0, critical[OVEN_LCO],
               "the same, in the band of convection ovens");
  pro_rows_add(rows, "order", "K", 20.0, 0.0, INFINITY, critical[OVEN_NMC] - critical[OVEN_LCO], "NMC above LCO");
  pro_rows_add(rows, "order", "K", 33.0, 0.0, INFINITY, critical[OVEN_LFP] - critical[OVEN_NMC], "LFP above NMC");
  pro_rows_note(rows, "148, 168 and 201 degC are themselves a simulation; 145.549 degC is code to code");
  return PRO_OK;
}

const pro_comparison pro_comparison_critical_oven = {
    .name = "critical_oven",
    .doc = "hottest oven that a single 18650 stands for 10 hours: emissivity 0.8, a step from 25 degC",
    .source =
        "Zhao et al., J. Energy Storage 84 (2024) 110901 (a simulation); 145-155 degC: Hatchard et al., J. "
        "Electrochem. "
        "Soc. 148 (2001) A755, and later oven tests of LCO cells; Kim et al., J. Power Sources 170 (2007) 476",
    .order = 60,
    .run = run,
};
