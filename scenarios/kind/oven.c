/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenarios/kind.h"

typedef struct oven {
  double T;                /* [K] */
  double delay;            /* [s] */
  double ramp;             /* [K/s]; NaN: a step */
  double film_coefficient; /* [W/(m2 K)]; NaN: the cell's */
  double emissivity;       /* [-]; NaN: the cell's */
} oven;

static const pro_field fields[] = {
    PRO_FIELD_NEEDED(oven, T, "K", 200.0, 900.0, "temperature of the oven"),
    PRO_FIELD_REAL(oven, delay, "s", 0.0, 0.0, 1e7, "rest at the initial temperature before the oven heats"),
    PRO_FIELD_OPTIONAL(oven, ramp, "K/s", 1e-6, 10.0, "changes at this rate to oven.T; not given: a step"),
    PRO_FIELD_OPTIONAL(oven, film_coefficient, "W/(m2 K)", 0.0, 1000.0,
                       "takes the place of cell.film_coefficient"),
    PRO_FIELD_OPTIONAL(oven, emissivity, "1", 0.0, 1.0, "takes the place of cell.emissivity"),
    PRO_FIELD_END,
};

static pro_status apply(pro_case *in, const void *params) {
  const oven *o = params;
  pro_kind_exchange(in, o->film_coefficient, o->emissivity);
  pro_channel *ambient = &in->drive.channel[PRO_DRIVE_T_ambient];
  /* the abuse begins with the heating that will pass the limit, not when it does */
  in->t_fault = pro_kind_fault(in, o->T > in->cell.T_operating_max ? o->delay : (double)NAN);
  if (isnan(o->ramp)) {
    if (o->delay > 0.0) {
      pro_channel_add(ambient, 0.0, in->T_initial);
      pro_channel_add(ambient, o->delay, in->T_initial);
    }
    pro_channel_add(ambient, o->delay, o->T);
    return PRO_OK;
  }
  pro_channel_add(ambient, o->delay, in->T_initial);
  pro_channel_add(ambient, o->delay + fabs(o->T - in->T_initial) / o->ramp, o->T);
  return PRO_OK;
}

const pro_kind pro_kind_oven = {
    .name = "oven",
    .doc =
        "The surroundings step or ramp to oven.T after a rest and stay there. Nominal when oven.T is within the "
        "cell's operating limit, abuse from the moment the oven begins to heat beyond it.",
    .source = "Hatchard et al., J. Electrochem. Soc. 148 (2001) A755 (oven test)",
    .fields = fields,
    .param_bytes = sizeof(oven),
    .apply = apply,
};
