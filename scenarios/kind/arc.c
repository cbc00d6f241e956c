/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenarios/kind.h"

typedef struct arc {
  double T_start;          /* [K] */
  double step;             /* [K] */
  double wait, seek;       /* [s] */
  double threshold;        /* [K/s] */
  double T_end;            /* [K] */
  double rate_max;         /* [K/s] */
  double film_coefficient; /* [W/(m2 K)] */
  double emissivity;       /* [-] */
} arc;

/* 50 degC, 5 K, 30 min, 15 min, 0.02 K/min, 20 K/min */
static const pro_field fields[] = {
    PRO_FIELD_REAL(arc, T_start, "K", 323.15, 250.0, 800.0, "of the calorimeter at the first wait"),
    PRO_FIELD_REAL(arc, step, "delta_K", 5.0, 0.1, 50.0, "up where no self-heating was found"),
    PRO_FIELD_REAL(arc, wait, "s", 1800.0, 1.0, 1e6, "for the cell to take on the calorimeter's temperature"),
    PRO_FIELD_REAL(arc, seek, "s", 900.0, 1.0, 1e6,
                   "in which the calorimeter follows the cell without exchanging heat"),
    PRO_FIELD_REAL(arc, threshold, "K/s", 0.02 / 60.0, 1e-7, 1.0,
                   "mean rate over the seek from which on self-heating is found, and followed until it is slower"),
    PRO_FIELD_REAL(arc, T_end, "K", 623.15, 250.0, 1500.0,
                   "where none was found below it, the calorimeter stays there"),
    PRO_FIELD_REAL(arc, rate_max, "K/s", 20.0 / 60.0, 1e-3, 1e6,
                   "up to which the calorimeter follows; what heats faster loses heat to it"),
    PRO_FIELD_REAL(arc, film_coefficient, "W/(m2 K)", 50.0, 0.1, 1e4,
                   "to the calorimeter while it heats and waits (guess: so that the wait evens temperatures out)"),
    PRO_FIELD_REAL(arc, emissivity, "1", 0.8, 0.0, 1.0,
                   "to the calorimeter, whenever the cell exchanges heat with it"),
    PRO_FIELD_END,
};

static pro_status apply(pro_case *in, const void *params, const pro_profile *file) {
  const arc *a = params;
  (void)file;
  if (a->T_end < a->T_start)
    return pro_fail(PRO_EINPUT, "arc.T_end (%g K) is below arc.T_start (%g K)", a->T_end, a->T_start);
  if (a->rate_max < a->threshold)
    return pro_fail(PRO_EINPUT, "arc.rate_max (%g K/s) is below arc.threshold (%g K/s): nothing could be followed",
                    a->rate_max, a->threshold);
  in->drive.arc = (pro_arc){.on = 1,
                            .T_start = a->T_start,
                            .step = a->step,
                            .wait = a->wait,
                            .seek = a->seek,
                            .threshold = a->threshold,
                            .T_end = a->T_end,
                            .rate_max = a->rate_max};
  pro_kind_surround(in, &(pro_kind_air){a->T_start, a->film_coefficient, a->emissivity});
  /* as in an oven: the heating that will pass the limit begins at once */
  in->t_fault = pro_kind_fault(in, a->T_end > in->cell.T_operating_max ? 0.0 : (double)NAN);
  return PRO_OK;
}

const pro_kind pro_kind_arc = {
    .name = "arc",
    .doc =
        "An accelerating-rate calorimeter heats in steps, waits, and seeks self-heating; where it finds some, it "
        "follows the "
        "cell's surface without exchanging heat, up to 20 K/min. Abuse from the start where arc.T_end is beyond "
        "the cell's "
        "operating limit.",
    .source =
        "heat, wait, seek: Townsend & Tou, Thermochim. Acta 37 (1980) 1; 0.02 K/min is the usual onset, common "
        "calorimeters follow up to 15 to 25 K/min, steps and times are those of common protocols (from memory)",
    .fields = fields,
    .param_bytes = sizeof(arc),
    .apply = apply,
};
