/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "cli/trial.h"
#include "output/trace.h"
#include "sim/simulate.h"

enum { KNOTS = 4, MOMENTS = 8 };
/* The short's resistance over time since the voltage fell, chosen by hand for each trace (calibrated by eye, not
 * literature): how a short behaves beside the trace is compared, not predicted. */
static const struct {
  const char *group, *trace;
  int family;
  double capacity, soc, mass;         /* [Ah], [-], [g]; masses: by a typical energy per mass, guess */
  double t[KNOTS], resistance[KNOTS]; /* [s], [ohm] */
} shorts[] = {
    {"LCO 4 Ah, 100 %: hard",
     "LCO_4Ah_100SOC_cell1_MAX",
     PRO_FAMILY_lco,
     4.0,
     1.0,
     80.0,
     {0, 0.5, 600, 601},
     {0.01, 0.005, 0.005, 0.005}},
    {"LCO 4 Ah, 20 %: recovers, then drains",
     "LCO_4Ah_20SOC_cell2_MAX",
     PRO_FAMILY_lco,
     4.0,
     0.2,
     80.0,
     {0, 10, 20, 150},
     {0.09, 0.09, 0.45, 0.25}},
    {"LFP 10 Ah, 80 %: soft",
     "OE-LFP10Ah-80SOC-cell13",
     PRO_FAMILY_lfp,
     10.0,
     0.8,
     260.0,
     {0, 1, 2, 3},
     {0.35, 0.6, 0.7, 0.7}},
};
static const double moments[MOMENTS] = {0.5, 2, 5, 10, 30, 60, 150, 300}; /* after the voltage fell by 50 mV [s] */

static pro_status simulate(pro_run *out, size_t i) {
  pro_datasheet sheet;
  pro_cell cell;
  const char *chemistry;
  *out = (pro_run){0};
  pro_field_defaults(pro_datasheet_fields, &sheet);
  sheet.family = shorts[i].family, sheet.format = PRO_FORMAT_pouch;
  sheet.nominal_voltage = sheet.family == PRO_FAMILY_lfp ? 3.2 : 3.7;
  sheet.capacity = 3600.0 * shorts[i].capacity, sheet.mass = 1e-3 * shorts[i].mass;
  PRO_TRY(pro_datasheet_cell(&cell, &chemistry, &sheet));
  PRO_TRY(pro_comparison_begin(&out->in, &cell, chemistry));
  pro_case *in = &out->in;
  in->soc_initial = shorts[i].soc;
  in->duration = 330.0, in->period = 0.1;
  pro_trial_surround(in, in->T_initial, in->cell.film_coefficient, in->cell.emissivity);
  for (int k = 0; k < KNOTS; k++)
    pro_channel_add(&in->drive.channel[PRO_DRIVE_short_conductance], shorts[i].t[k],
                    1.0 / shorts[i].resistance[k]);
  /* on a steel plate, which takes heat from one face: as in the indentation tests */
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_contact_conductance], 50.0 * 0.4 * in->cell.area);
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_T_contact], in->T_initial);
  in->t_fault = 0.0;
  return pro_run_case(out, NULL);
}

static double measured(const pro_trace *trace, int channel, double t) {
  if (!trace->channel[channel]) return NAN;
  for (size_t k = 1; k < trace->samples; k++)
    if (trace->t[k] >= t) return trace->channel[channel][trace->t[k] - t < t - trace->t[k - 1] ? k : k - 1];
  return NAN;
}

static void compare(pro_rows *rows, size_t i, const pro_trace *trace, const pro_run *run) {
  const pro_trajectory *y = run->truth;
  for (size_t m = 0; m < MOMENTS; m++) {
    double t = trace->t_short + moments[m];
    pro_rows_add(rows, shorts[i].group, "V", measured(trace, PRO_CHANNEL_voltage, t), NAN, NAN,
                 y ? pro_trial_at(y, PRO_TRUTH_voltage, moments[m]) : (double)NAN, "voltage after %g s",
                 moments[m]);
  }
  for (size_t m = 0; m < MOMENTS; m += 2) {
    double t = trace->t_short + moments[m];
    pro_rows_add(rows, shorts[i].group, "degC", measured(trace, PRO_CHANNEL_T_surface, t) - PRO_ZERO_CELSIUS, NAN,
                 NAN, y ? pro_trial_at(y, PRO_TRUTH_T_surface, moments[m]) - PRO_ZERO_CELSIUS : (double)NAN,
                 "surface after %g s", moments[m]);
  }
}

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  for (size_t i = 0; i < PRO_COUNT(shorts); i++) {
    char path[4096];
    pro_trace *trace;
    pro_run one;
    snprintf(path, sizeof path, "%s/%s.csv", options->data, shorts[i].trace);
    PRO_TRY(pro_trace_read(&trace, path));
    pro_status status = simulate(&one, i);
    if (status == PRO_OK) compare(rows, i, trace, &one);
    pro_run_clear(&one);
    pro_trace_free(trace);
    PRO_TRY(status);
  }
  pro_rows_note(
      rows,
      "in the traces of the LCO cells temperature runs some 3 to 7 s ahead of voltage (separate clocks); the "
      "hottest spot's is measured, the whole surface's computed");
  return PRO_OK;
}

const pro_comparison pro_comparison_hard_short = {
    .name = "hard_short",
    .doc = "voltage and temperature of a hard short and of shorts that recover, beside measured traces",
    .source = "Oak Ridge and Sandia National Laboratories' indentation tests, Battery Archive",
    .data = "abuse_traces",
    .order = 105,
    .run = run,
};
