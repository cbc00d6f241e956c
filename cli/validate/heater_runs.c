/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/calibration.h"

extern const pro_calibration pro_calibration_heater_runs;

/* `prodrome calibrate heater_runs`, in its order: fitted to the runs of 20, 50 and 90 W. What fits to one power
 * alone predict, that command prints. */
static const double held[] = {0.3734, 5.008, 0.3277, 0.01144, 431.61};

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  pro_rows_note(
      rows,
      "fitted to 20, 50 and 90 W, predicted for 30 and 70 W (`prodrome calibrate heater_runs`, which also "
      "tells what a fit to one power alone predicts); the cell is not named: taken as nmc811_18650");
  return pro_calibration_heater_runs.score(rows, options->data, held);
}

const pro_comparison pro_comparison_heater_runs = {
    .name = "heater_runs",
    .doc = "a heater of 20 to 90 W on one side of an 18650: times to runaway and to the loss of voltage",
    .source = "github.com/hemanthgalam/Battery-ThermalRunawayPrediction: one run a power, no licence stated",
    .data = "measured/abuse_18650_overheat",
    .order = 120,
    .run = run,
};
