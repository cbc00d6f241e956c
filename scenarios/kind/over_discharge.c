/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenarios/kind.h"

typedef struct over_discharge {
  double rate;    /* [1/s] */
  double current; /* [A]; NaN: by rate */
  double delay;   /* [s] */
  double soc_end; /* [-] */
  double lasts;   /* [s]; NaN: by soc_end */
  pro_kind_air air;
} over_discharge;

static const pro_field fields[] = {
    PRO_KIND_RATE(over_discharge, rate, 1e-3, 20.0, "current in capacities an hour"),
    PRO_FIELD_OPTIONAL(over_discharge, current, "A", 1e-6, 1e5, "takes the place of over_discharge.rate"),
    PRO_FIELD_REAL(over_discharge, delay, "s", 0.0, 0.0, 1e7, "rest before the current"),
    PRO_FIELD_REAL(over_discharge, soc_end, "1", -0.3, -2.0, 1.0,
                   "state of charge, by counting the current, at which it is switched off"),
    PRO_FIELD_OPTIONAL(over_discharge, lasts, "s", 1e-3, 1e7, "takes the place of over_discharge.soc_end"),
    PRO_KIND_AIR_FIELDS(over_discharge, air),
    PRO_FIELD_END,
};

static pro_status apply(pro_case *in, const void *params, const pro_profile *file) {
  const over_discharge *o = params;
  (void)file;
  PRO_TRY(pro_kind_needs_charge(in));
  if (isnan(o->lasts) && o->soc_end >= in->soc_initial)
    return pro_fail(PRO_EINPUT, "over_discharge.soc_end (%g) is not below initial.soc (%g)", o->soc_end,
                    in->soc_initial);
  double current = pro_kind_current(in, o->rate, o->current),
         empty = pro_kind_charge_time(in, current, in->soc_initial);
  double lasts = isnan(o->lasts) ? pro_kind_charge_time(in, current, in->soc_initial - o->soc_end) : o->lasts;
  pro_kind_surround(in, &o->air);
  pro_kind_pulse(&in->drive.channel[PRO_DRIVE_current], o->delay, lasts, -current);
  in->t_fault = pro_kind_fault(in, lasts > empty ? o->delay + empty : (double)NAN);
  return PRO_OK;
}

const pro_kind pro_kind_over_discharge = {
    .name = "over_discharge",
    .doc =
        "A current is drawn on from an empty cell, as by its neighbours in a string. Abuse from the moment at "
        "which the state of "
        "charge passes 0, by counting the current.",
    .source = "UN Manual of Tests and Criteria, test T.8 (forced discharge)",
    .fields = fields,
    .param_bytes = sizeof(over_discharge),
    .apply = apply,
};
