/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenarios/kind.h"

typedef struct overcharge {
  double rate;       /* [1/s] */
  double current;    /* [A]; NaN: by rate */
  double delay;      /* [s] */
  double compliance; /* [V]; NaN: twice the nameplate's */
  double soc_end;    /* [-] */
  double lasts;      /* [s]; NaN: by soc_end */
  pro_kind_air air;
} overcharge;

static const pro_field fields[] = {
    PRO_KIND_RATE(overcharge, rate, 1e-3, 20.0, "current in capacities an hour"),
    PRO_FIELD_OPTIONAL(overcharge, current, "A", 1e-6, 1e5, "takes the place of overcharge.rate"),
    PRO_FIELD_REAL(overcharge, delay, "s", 0.0, 0.0, 1e7, "rest before the current"),
    PRO_FIELD_OPTIONAL(overcharge, compliance, "V", 0.1, 1000.0,
                       "of the source: the current gives way above it; not given: twice cell.voltage_max"),
    PRO_FIELD_REAL(overcharge, soc_end, "1", 2.0, 0.01, 5.0,
                   "state of charge, by counting all of the current as charge, at which it is switched off"),
    PRO_FIELD_OPTIONAL(overcharge, lasts, "s", 1e-3, 1e7, "takes the place of overcharge.soc_end"),
    PRO_KIND_AIR_FIELDS(overcharge, air),
    PRO_FIELD_END,
};

static pro_status apply(pro_case *in, const void *params, const pro_profile *file) {
  const overcharge *o = params;
  (void)file;
  PRO_TRY(pro_kind_needs_charge(in));
  double limit = isnan(o->compliance) ? 2.0 * in->cell.voltage_max : o->compliance;
  double current = pro_kind_current(in, o->rate, o->current);
  if (limit <= in->cell.voltage_max)
    return pro_fail(PRO_EINPUT,
                    "overcharge.compliance (%g V) is not above cell.voltage_max (%g V): that would be a charge",
                    limit, in->cell.voltage_max);
  if (isnan(o->lasts) && o->soc_end <= in->soc_initial)
    return pro_fail(PRO_EINPUT, "overcharge.soc_end (%g) is not above initial.soc (%g)", o->soc_end,
                    in->soc_initial);
  double full = pro_kind_charge_time(in, current, 1.0 - in->soc_initial);
  double lasts = isnan(o->lasts) ? pro_kind_charge_time(in, current, o->soc_end - in->soc_initial) : o->lasts;
  pro_kind_surround(in, &o->air);
  pro_kind_pulse(&in->drive.channel[PRO_DRIVE_current], o->delay, lasts, current);
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_voltage_high], limit);
  if (in->soc_initial > 1.0)
    in->t_fault = 0.0; /* it was overcharged before */
  else
    in->t_fault = pro_kind_fault(in, lasts > full ? o->delay + full : (double)NAN);
  return PRO_OK;
}

const pro_kind pro_kind_overcharge = {
    .name = "overcharge",
    .doc =
        "A source goes on charging a full cell, up to its own voltage. Abuse from the moment at which the state "
        "of charge passes "
        "1, by counting the current.",
    .source = "UN Manual of Tests and Criteria, test T.7 (twice the charging voltage); SAE J2464",
    .fields = fields,
    .param_bytes = sizeof(overcharge),
    .soc_max = 1.2,
    .apply = apply,
};
