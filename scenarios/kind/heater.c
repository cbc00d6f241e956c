/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenarios/kind.h"

typedef struct heater {
  double power;            /* [W] */
  double delay;            /* [s] */
  double ramp;             /* [s] */
  double lasts;            /* [s]; NaN: to the end */
  double T_ambient;        /* [K]; NaN: initial.T */
  double film_coefficient; /* [W/(m2 K)]; NaN: the cell's */
  double emissivity;       /* [-]; NaN: the cell's */
} heater;

static const pro_field fields[] = {
    PRO_FIELD_NEEDED(heater, power, "W", 0.0, 1e5, "of the heater on the cell's surface; 0: a cell at rest"),
    PRO_FIELD_REAL(heater, delay, "s", 0.0, 0.0, 1e7, "rest before the heater is switched on"),
    PRO_FIELD_REAL(heater, ramp, "s", 0.0, 0.0, 1e6, "in which the power rises from zero; 0: at once"),
    PRO_FIELD_OPTIONAL(heater, lasts, "s", 1e-3, 1e7, "from switching on to switching off; not given: to the end"),
    PRO_FIELD_OPTIONAL(heater, T_ambient, "K", 200.0, 900.0, "of the surroundings; not given: initial.T"),
    PRO_FIELD_OPTIONAL(heater, film_coefficient, "W/(m2 K)", 0.0, 1000.0,
                       "takes the place of cell.film_coefficient"),
    PRO_FIELD_OPTIONAL(heater, emissivity, "1", 0.0, 1.0, "takes the place of cell.emissivity"),
    PRO_FIELD_END,
};

static pro_status apply(pro_case *in, const void *params) {
  const heater *h = params;
  if (h->lasts < h->ramp) /* false where `lasts` is not given */
    return pro_fail(PRO_EINPUT, "heater.lasts (%g s) is shorter than heater.ramp (%g s)", h->lasts, h->ramp);
  pro_kind_exchange(in, h->film_coefficient, h->emissivity);
  pro_kind_surround(in, h->T_ambient);
  pro_channel *power = &in->drive.channel[PRO_DRIVE_heater];
  pro_channel_add(power, 0.0, 0.0);
  pro_channel_add(power, h->delay, 0.0);
  pro_channel_add(power, h->delay + h->ramp, h->power);
  if (!isnan(h->lasts)) {
    pro_channel_add(power, h->delay + h->lasts, h->power);
    pro_channel_add(power, h->delay + h->lasts, 0.0);
  }
  in->t_fault = pro_kind_fault(in, h->power > 0.0 ? h->delay : (double)NAN);
  return PRO_OK;
}

const pro_kind pro_kind_heater = {
    .name = "heater",
    .doc =
        "A heater on the cell's surface is switched on after a rest, at once or over a ramp, and perhaps off "
        "again. "
        "Abuse from the moment it is on.",
    .source = "heater pads as triggers: SAE J2464 and UL 9540A",
    .fields = fields,
    .param_bytes = sizeof(heater),
    .apply = apply,
};
