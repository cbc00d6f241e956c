/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenarios/kind.h"

typedef struct nail {
  double resistance;  /* [ohm]; NaN: by capacity */
  double delay;       /* [s] */
  double conductance; /* [W/K] */
  double T;           /* [K]; NaN: of the surroundings */
  pro_kind_air air;
} nail;

#define RESISTANCE_CAPACITY \
  (0.05 * 3600.0)               /* 0.05 ohm Ah [ohm C], guess: several layers are shorted, more in larger cells */
#define PIERCED_PRESSURE 1000.0 /* gauge, of a can with a nail in it [Pa], guess: it leaks around the nail */

static const pro_field fields[] = {
    PRO_FIELD_OPTIONAL(nail, resistance, "ohm", 1e-6, 1e3,
                       "of the short that the nail makes; not given: 0.05 ohm Ah over the capacity (guess)"),
    PRO_FIELD_REAL(nail, delay, "s", 0.0, 0.0, 1e7, "rest before the nail"),
    PRO_FIELD_REAL(nail, conductance, "W/K", 0.02, 0.0, 10.0,
                   "from the cell's surface into the nail (guess: a steel nail of 3 mm as a fin)"),
    PRO_FIELD_OPTIONAL(nail, T, "K", 200.0, 900.0, "of the nail; not given: of the surroundings"),
    PRO_KIND_AIR_FIELDS(nail, air),
    PRO_FIELD_END,
};

static pro_status apply(pro_case *in, const void *params, const pro_profile *file) {
  const nail *n = params;
  (void)file;
  PRO_TRY(pro_kind_needs_charge(in));
  pro_kind_surround(in, &n->air);
  pro_channel *channel = in->drive.channel;
  double T = isnan(n->T) ? channel[PRO_DRIVE_T_ambient].value[0] : n->T;
  double resistance = isnan(n->resistance) ? RESISTANCE_CAPACITY / in->cell.capacity : n->resistance;
  pro_kind_pulse(&channel[PRO_DRIVE_short_conductance], n->delay, NAN, 1.0 / resistance);
  if (n->conductance > 0.0) {
    pro_kind_pulse(&channel[PRO_DRIVE_contact_conductance], n->delay, NAN, n->conductance);
    pro_channel_hold(&channel[PRO_DRIVE_T_contact], T);
  }
  in->cell.burst_pressure = fmin(in->cell.burst_pressure, PIERCED_PRESSURE);
  in->t_fault = pro_kind_fault(in, n->delay);
  return PRO_OK;
}

const pro_kind pro_kind_nail = {
    .name = "nail",
    .doc =
        "A nail shorts the cell at once, pierces its can and draws heat off. The hole is the cell's vent, which "
        "opens at 1 kPa: "
        "a pierced can holds no pressure (also before the nail, when none arises). Abuse from the nail on.",
    .source = "nail penetration: SAE J2464, GB/T 31485; resistance, conductance and pressure are guesses",
    .fields = fields,
    .param_bytes = sizeof(nail),
    .apply = apply,
};
