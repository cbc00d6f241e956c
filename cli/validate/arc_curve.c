/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/calibration.h"

extern const pro_calibration pro_calibration_arc_curve;

/* `prodrome calibrate arc_curve`, in its order: calibrated on this very curve, and not literature. */
static const double held[] = {3.783e15, 1.045e14, 0.0946, 458.9, 4.515};

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  pro_rows_note(rows,
                "reproduced, not predicted: the values are fitted to this curve (`prodrome calibrate arc_curve`); "
                "the cell's capacity is assumed");
  return pro_calibration_arc_curve.score(rows, options->data, held);
}

const pro_comparison pro_comparison_arc_curve = {
    .name = "arc_curve",
    .doc = "self-heating rate of one NMC cell from 87 to 171 degC in an accelerating-rate calorimeter",
    .source = "raw data of github.com/348396272/CRNN-for-battery-thermal-runaway, 100 % charge",
    .data = "measured/abuse_arc_crnn",
    .order = 75,
    .run = run,
};
