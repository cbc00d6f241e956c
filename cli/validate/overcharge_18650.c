/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/columns.h"
#include "cli/trial.h"
#include "sim/simulate.h"

static const char *const columns[] = {"time_s", "voltage_V", "T_degC", NULL};
static const char *const runs[] = {"R1", "R2", "R3"};
static const double current = 17.5, compliance = 7.03; /* [A], [V]: the current by the files' names, not logged */

typedef struct reading {
  double start, interrupted;            /* after the charge began [s] */
  double T_start, T_interrupted, T_max; /* [degC] */
  double volts;                         /* mean while charging [V] */
} reading;

/* The charge begins where the voltage has risen by 0.3 V, and is interrupted where it is the supply's. */
static pro_status read_run(reading *out, const char *path) {
  pro_columns table;
  PRO_TRY(pro_columns_open(&table, path, columns, 3));
  pro_status status = PRO_OK;
  double V0 = NAN, sum = 0.0;
  size_t n = 0;
  *out = (reading){NAN, NAN, NAN, NAN, -INFINITY, NAN};
  for (size_t k = 0; k < table.rows && status == PRO_OK; k++) {
    double t, V, T;
    if ((status = pro_columns_number(&t, &table, k, 0)) != PRO_OK) break;
    if ((status = pro_columns_number(&V, &table, k, 1)) != PRO_OK) break;
    if ((status = pro_columns_number(&T, &table, k, 2)) != PRO_OK) break;
    if (isnan(V0)) V0 = V;
    if (isnan(out->start) && V > V0 + 0.3) out->start = t, out->T_start = T;
    if (isnan(out->interrupted) && V > compliance - 0.1) out->interrupted = t - out->start, out->T_interrupted = T;
    if (!isnan(out->start) && isnan(out->interrupted) && !isnan(V)) sum += V, n++;
    if (T > out->T_max) out->T_max = T;
  }
  out->volts = n ? sum / (double)n : (double)NAN;
  pro_columns_close(&table);
  return status;
}

static pro_status simulate(pro_run *out, double T_start) {
  *out = (pro_run){0};
  PRO_TRY(pro_comparison_preset(&out->in, "nmc811_18650", NULL));
  out->in.T_initial = T_start + PRO_ZERO_CELSIUS;
  out->in.duration = 900.0;
  out->in.period = 0.2;
  pro_trial_surround(&out->in, out->in.T_initial, 10.0, 0.8); /* outdoors, in a holder: guess */
  pro_channel_hold(&out->in.drive.channel[PRO_DRIVE_current], current);
  pro_channel_hold(&out->in.drive.channel[PRO_DRIVE_voltage_high], compliance);
  out->in.t_fault = 0.0;
  return pro_run_case(out, NULL);
}

static void compare(pro_rows *rows, const char *group, const reading *r, const pro_run *run) {
  const pro_trajectory *y = run->truth;
  double t = y ? y->clock[PRO_CLOCK_cid] : (double)NAN, volts = 0.0;
  size_t n = 0;
  for (size_t k = 0; y && k < y->samples && !(y->t[k] >= t); k++, n++) volts += y->truth[PRO_TRUTH_voltage][k];
  pro_rows_add(rows, group, "s", r->interrupted, NAN, NAN, t, "interrupted after");
  pro_rows_add(rows, group, "1", 1.0 + r->interrupted * current / run->in.cell.capacity, NAN, NAN,
               1.0 + t * current / run->in.cell.capacity, "at a charge, all of the current counted");
  pro_rows_add(rows, group, "degC", r->T_interrupted, NAN, NAN,
               y ? pro_trial_at(y, PRO_TRUTH_T_surface, t) - PRO_ZERO_CELSIUS : (double)NAN, "surface then");
  pro_rows_add(rows, group, "degC", r->T_max, NAN, NAN, y ? y->T_surface_max - PRO_ZERO_CELSIUS : (double)NAN,
               "its peak");
  pro_rows_add(rows, group, "V", r->volts, NAN, NAN, n ? volts / (double)n : (double)NAN,
               "mean voltage of the charge");
  pro_rows_add(rows, group, "1", 0.0, 0.0, 0.0, y ? y->T_surface_max > 423.15 : (double)NAN,
               "runaways: above 150 degC, for its own current heats it by more than 1 K/s");
}

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  for (size_t k = 0; k < PRO_COUNT(runs); k++) {
    char path[4096], group[64];
    reading r;
    pro_run one;
    snprintf(path, sizeof path, "%s/RCS_Overcharge_17500mA_Constant_%s.csv", options->data, runs[k]);
    snprintf(group, sizeof group, "17.5 A into a full 18650, %s", runs[k]);
    PRO_TRY(read_run(&r, path));
    pro_status status = simulate(&one, r.T_start);
    if (status == PRO_OK) compare(rows, group, &r, &one);
    pro_run_clear(&one);
    PRO_TRY(status);
  }
  pro_rows_note(rows,
                "the cell is not named: taken as nmc811_18650; the current is known from the files' names only");
  return PRO_OK;
}

const pro_comparison pro_comparison_overcharge_18650 = {
    .name = "overcharge_18650",
    .doc = "overcharge of an 18650 at 5 C until its current is interrupted",
    .source = "github.com/hemanthgalam/Battery-ThermalRunawayPrediction: three runs, no runaway",
    .data = "measured/abuse_18650_overcharge",
    .order = 130,
    .run = run,
};
