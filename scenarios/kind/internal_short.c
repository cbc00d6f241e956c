/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenarios/kind.h"

typedef struct internal_short {
  double resistance;       /* [ohm] */
  double delay;            /* [s] */
  double grows_over;       /* [s] */
  double T_ambient;        /* [K]; NaN: initial.T */
  double film_coefficient; /* [W/(m2 K)]; NaN: the cell's */
  double emissivity;       /* [-]; NaN: the cell's */
} internal_short;

static const pro_field fields[] = {
    PRO_FIELD_NEEDED(internal_short, resistance, "ohm", 1e-6, 1e9, "of the short once it is grown"),
    PRO_FIELD_REAL(internal_short, delay, "s", 0.0, 0.0, 1e7, "rest before the short begins"),
    PRO_FIELD_REAL(internal_short, grows_over, "s", 0.0, 0.0, 1e7,
                   "in which its conductance rises from zero in a straight line; 0: at once"),
    PRO_FIELD_OPTIONAL(internal_short, T_ambient, "K", 200.0, 900.0, "of the surroundings; not given: initial.T"),
    PRO_FIELD_OPTIONAL(internal_short, film_coefficient, "W/(m2 K)", 0.0, 1000.0,
                       "takes the place of cell.film_coefficient"),
    PRO_FIELD_OPTIONAL(internal_short, emissivity, "1", 0.0, 1.0, "takes the place of cell.emissivity"),
    PRO_FIELD_END,
};

static pro_status apply(pro_case *in, const void *params) {
  const internal_short *s = params;
  if (in->cell.capacity <= 0.0)
    return pro_fail(PRO_EINPUT, "cell.capacity is 0: a cell without an electrical part has nothing to short");
  pro_kind_exchange(in, s->film_coefficient, s->emissivity);
  pro_kind_surround(in, s->T_ambient);
  pro_channel *conductance = &in->drive.channel[PRO_DRIVE_short_conductance];
  pro_channel_add(conductance, 0.0, 0.0);
  pro_channel_add(conductance, s->delay, 0.0);
  pro_channel_add(conductance, s->delay + s->grows_over, 1.0 / s->resistance);
  in->t_fault = pro_kind_fault(in, s->delay);
  return PRO_OK;
}

const pro_kind pro_kind_internal_short = {
    .name = "internal_short",
    .doc =
        "A resistance between the electrodes appears after a rest, at once or growing, and drains the cell's own "
        "charge as heat. Abuse from the moment it is there.",
    .source = "Santhanagopalan et al., J. Power Sources 194 (2009) 550 (kinds of internal shorts and their heat)",
    .fields = fields,
    .param_bytes = sizeof(internal_short),
    .apply = apply,
};
