/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenarios/kind.h"

typedef struct cooling_loss {
  double rate;             /* [1/s] */
  double period;           /* [s] */
  double delay, fades;     /* [s] */
  double film_coefficient; /* [W/(m2 K)] */
  double film_after;       /* [W/(m2 K)] */
  double T_ambient;        /* [K]; NaN: initial.T */
  double T_after;          /* [K]; NaN: T_ambient */
  double emissivity;       /* [-] */
} cooling_loss;

static const pro_field fields[] = {
    PRO_KIND_RATE(cooling_loss, rate, 0.0, 20.0, "current in capacities an hour; charges and discharges in turn"),
    PRO_FIELD_REAL(cooling_loss, period, "s", 1200.0, 1.0, 1e6, "of a charge and a discharge"),
    PRO_FIELD_REAL(cooling_loss, delay, "s", 1800.0, 0.0, 1e7, "until the cooling is lost"),
    PRO_FIELD_REAL(cooling_loss, fades, "s", 60.0, 0.0, 1e6, "in which it is lost"),
    PRO_FIELD_REAL(cooling_loss, film_coefficient, "W/(m2 K)", 50.0, 0.0, 1e4,
                   "of the cooling (guess: a cold plate's share)"),
    PRO_FIELD_REAL(cooling_loss, film_after, "W/(m2 K)", 1.0, 0.0, 1e4,
                   "when it is lost (guess: a cell among others as warm as it)"),
    PRO_FIELD_OPTIONAL(cooling_loss, T_ambient, "K", 200.0, 900.0, "of the coolant; not given: initial.T"),
    PRO_FIELD_OPTIONAL(cooling_loss, T_after, "K", 200.0, 900.0,
                       "of the surroundings when it is lost; not given: as before"),
    PRO_FIELD_REAL(cooling_loss, emissivity, "1", 0.0, 0.0, 1.0, "of the cell among others"),
    PRO_FIELD_END,
};

static void change(pro_channel *to, const cooling_loss *c, double before, double after) {
  pro_channel_add(to, c->delay, before);
  pro_channel_add(to, c->delay + c->fades, after);
}

static pro_status apply(pro_case *in, const void *params, const pro_profile *file) {
  const cooling_loss *c = params;
  (void)file;
  pro_channel *channel = in->drive.channel;
  double T = isnan(c->T_ambient) ? in->T_initial : c->T_ambient, T_after = isnan(c->T_after) ? T : c->T_after;
  double current = c->rate * in->cell.capacity;
  PRO_TRY(pro_kind_needs_charge(in));
  if (c->film_after >= c->film_coefficient && T_after <= T)
    return pro_fail(PRO_EINPUT,
                    "cooling_loss.film_after (%g W/(m2 K)) is not below cooling_loss.film_coefficient (%g), and "
                    "T_after is not "
                    "above T_ambient: no cooling is lost",
                    c->film_after, c->film_coefficient);
  change(&channel[PRO_DRIVE_film_coefficient], c, c->film_coefficient, c->film_after);
  change(&channel[PRO_DRIVE_T_ambient], c, T, T_after);
  pro_channel_hold(&channel[PRO_DRIVE_emissivity], c->emissivity);
  if (c->rate > 0.0) {
    pro_kind_square(&channel[PRO_DRIVE_current], 0.0, c->period, 0.5, -current, current);
    pro_kind_limit(in);
  }
  in->t_fault = pro_kind_fault(in, c->delay);
  return PRO_OK;
}

const pro_kind pro_kind_cooling_loss = {
    .name = "cooling_loss",
    .doc =
        "A cell is charged and discharged in turn within its voltage limits and is cooled well, until the cooling "
        "is lost. Abuse "
        "from then on, though nothing else is done to it.",
    .source = "failure of the thermal management as in pack tests; all numbers are guesses",
    .fields = fields,
    .param_bytes = sizeof(cooling_loss),
    .apply = apply,
};
