/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/predict.h"

#include <math.h>

#include "cli/comparison.h"
#include "cli/sheet.h"

#define AS_NAME(name, doc) #name,
const char *const pro_trigger_names[PRO_TRIGGER_COUNT] = {PRO_TRIGGER_LIST(AS_NAME)};

/* Fractional thermal runaway calorimeter of Walker et al., J. Power Sources 415 (2019) 207: the cell sits in a
 * metal holder that the heater warms with it, so most of the heater's energy is not the cell's. */
static const double heater_power = 950.0; /* nominal, of 0.75-1.1 kW [W] */
/* What reaches the cell goes with its surface: 10 kJ of 85 warm an 18650 of 42 cm2 to its runaway, 28 of 160 a
 * cell of 80 cm2. Set by the mean heater times of the calibrated cells [1/m2]. */
const double pro_predict_heater_share = 18.3;
static const double heater_lasts = 600.0; /* [s] guess: longer than any test took to run away */
static const double heater_off = 673.15;  /* casing at which the operator must have seen the runaway [K] guess */
static const double device_melts =
    330.15; /* wax of the internal-short device: 57 degC (Finegan et al. 2017) [K] */
static const double device_resistance = 0.01;              /* a hard short [ohm] guess */
static const double lasts = 1200.0;                        /* [s] */
static const double period = 0.25, period_of_draws = 10.0; /* of the others only the sums count [s] */

static void short_from(pro_case *in, double t, double resistance) {
  pro_channel *conductance = &in->drive.channel[PRO_DRIVE_short_conductance];
  *conductance = (pro_channel){0};
  pro_channel_add(conductance, 0.0, 0.0);
  pro_channel_add(conductance, t, 0.0);
  pro_channel_add(conductance, t, 1.0 / resistance);
}

pro_status pro_predict_case(pro_case *out, char *remark, size_t size, const pro_predict_sheet *sheet,
                            uint64_t draw, double t_short) {
  const pro_sheet_said said = {sheet->chemistry, sheet->format, sheet->capacity, sheet->mass,
                               sheet->nominal_voltage};
  pro_datasheet d;
  pro_cell cell;
  const char *chemistry = NULL;
  pro_sheet_make(&d, remark, size, &said);
  PRO_TRY(pro_datasheet_cell(&cell, &chemistry, &d));
  PRO_TRY(pro_comparison_begin(out, &cell, chemistry));
  pro_comparison_scatter(out, draw);
  out->soc_initial = sheet->soc;
  out->duration = lasts;
  out->period = draw ? period_of_draws : period;
  out->run = draw;
  out->T_mark = device_melts;
  if (sheet->trigger == PRO_TRIGGER_nail)
    return pro_comparison_abuse(out, "nail",
                                "delay=0 s; conductance=0 W/K; film_coefficient=1.5 W/(m2 K); emissivity=0.1");
  PRO_TRY(pro_comparison_abuse(out, "heater", "power=%.9g W; lasts=%.9g s",
                               heater_power * fmin(1.0, pro_predict_heater_share * cell.area), heater_lasts));
  out->drive.T_heater_off = heater_off;
  if (sheet->trigger != PRO_TRIGGER_heater_short) return PRO_OK;
  if (isnan(t_short))
    out->duration = heater_lasts; /* to see when the wax melts */
  else
    short_from(out, t_short, device_resistance);
  return PRO_OK;
}

/* As seen from outside, runaway starts when the cell makes more heat than the heater brings, for good: the last
 * such moment before it makes most. A rate alone does not tell, for the heater brings more than 1 K/s by itself.
 * Returns the number of samples where that never is. */
static size_t trigger_sample(const pro_trajectory *y) {
  const double *reaction = y->truth[PRO_TRUTH_heat_reaction], *current = y->truth[PRO_TRUTH_heat_electrical],
               *heater = y->truth[PRO_TRUTH_heater];
  size_t peak = 0;
  double outside = 0.0;
  for (size_t k = 1; k < y->samples; k++) {
    if (reaction[k] + current[k] > reaction[peak] + current[peak]) peak = k;
    outside = fmax(outside, heater[k]);
  }
  if (reaction[peak] + current[peak] <= outside) return y->samples;
  while (peak > 0 && reaction[peak - 1] + current[peak - 1] > heater[peak - 1]) peak--;
  return peak;
}

void pro_predict_read(pro_prediction *out, const pro_run *run) {
  const pro_trajectory *y = run->truth;
  const pro_ledger *l = &y->ledger;
  *out = (pro_prediction){.heat = l->heat_reactions + l->heat_electrical,
                          .ejected = (l->mass_vented + l->mass_ejected) / run->in.cell.mass,
                          .T_trigger = NAN,
                          .t_trigger = NAN,
                          .t_short = y->clock[PRO_CLOCK_mark]};
  out->body = out->heat + l->heat_vented + l->heat_ejected;
  size_t k = trigger_sample(y);
  if (k == y->samples) return;
  out->T_trigger = y->truth[PRO_TRUTH_T_surface][k];
  out->t_trigger = y->t[k];
}
