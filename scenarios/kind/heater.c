/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenarios/kind.h"

typedef struct heater {
  double power; /* [W] */
  double share; /* [-] */
  double delay; /* [s] */
  double ramp;  /* [s] */
  double lasts; /* [s]; NaN: to the end */
  double T_off; /* [K]; NaN: none */
  pro_kind_air air;
} heater;

static const pro_field fields[] = {
    PRO_FIELD_NEEDED(heater, power, "W", 0.0, 1e5,
                     "of the heater on the cell's surface, or on its side where it has one; 0: a cell at rest"),
    PRO_FIELD_REAL(heater, share, "1", 1.0, 1e-3, 1.0,
                   "of the power that reaches the cell; the rest warms the apparatus, as in a calorimeter"),
    PRO_FIELD_REAL(heater, delay, "s", 0.0, 0.0, 1e7, "rest before the heater is switched on"),
    PRO_FIELD_REAL(heater, ramp, "s", 0.0, 0.0, 1e6, "in which the power rises from zero; 0: at once"),
    PRO_FIELD_OPTIONAL(heater, lasts, "s", 1e-3, 1e7, "from switching on to switching off; not given: to the end"),
    PRO_FIELD_OPTIONAL(
        heater, T_off, "K", 250.0, 1500.0,
        "switched off for good when the heated surface reaches it; not given: it has no thermostat"),
    PRO_KIND_AIR_FIELDS(heater, air),
    PRO_FIELD_END,
};

static pro_status apply(pro_case *in, const void *params, const pro_profile *file) {
  const heater *h = params;
  (void)file;
  if (h->lasts < h->ramp) /* false where `lasts` is not given */
    return pro_fail(PRO_EINPUT, "heater.lasts (%g s) is shorter than heater.ramp (%g s)", h->lasts, h->ramp);
  if (h->T_off <= in->T_initial) /* likewise */
    return pro_fail(PRO_EINPUT, "heater.T_off (%g K) is not above initial.T (%g K)", h->T_off, in->T_initial);
  pro_kind_surround(in, &h->air);
  pro_channel *power = &in->drive.channel[PRO_DRIVE_heater];
  pro_channel_add(power, 0.0, 0.0);
  pro_channel_add(power, h->delay, 0.0);
  pro_channel_add(power, h->delay + h->ramp, h->power * h->share);
  if (!isnan(h->lasts)) {
    pro_channel_add(power, h->delay + h->lasts, h->power * h->share);
    pro_channel_add(power, h->delay + h->lasts, 0.0);
  }
  if (!isnan(h->T_off)) in->drive.T_heater_off = h->T_off;
  in->t_fault = pro_kind_fault(in, h->power > 0.0 ? h->delay : (double)NAN);
  return PRO_OK;
}

const pro_kind pro_kind_heater = {
    .name = "heater",
    .doc =
        "A heater on the cell's surface is switched on after a rest, at once or over a ramp, and perhaps off "
        "again, after a time or by a thermostat. Abuse from the moment it is on.",
    .source =
        "heater pads as triggers: SAE J2464 and UL 9540A; heaters of 1 kW and more in a fractional calorimeter: "
        "Walker et "
        "al., J. Power Sources 415 (2019) 207",
    .fields = fields,
    .param_bytes = sizeof(heater),
    .apply = apply,
};
