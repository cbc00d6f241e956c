/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/kind.h"

typedef struct external_short {
  double resistance; /* [ohm] */
  double delay;      /* [s] */
  double lasts;      /* [s]; NaN: to the end */
  pro_kind_air air;
} external_short;

static const pro_field fields[] = {
    PRO_FIELD_NEEDED(external_short, resistance, "ohm", 1e-6, 1e4, "across the terminals, leads included"),
    PRO_FIELD_REAL(external_short, delay, "s", 0.0, 0.0, 1e7, "rest before the short"),
    PRO_FIELD_OPTIONAL(external_short, lasts, "s", 1e-3, 1e7, "until it is opened; not given: to the end"),
    PRO_KIND_AIR_FIELDS(external_short, air),
    PRO_FIELD_END,
};

static pro_status apply(pro_case *in, const void *params, const pro_profile *file) {
  const external_short *s = params;
  (void)file;
  PRO_TRY(pro_kind_needs_charge(in));
  pro_kind_surround(in, &s->air);
  pro_kind_pulse(&in->drive.channel[PRO_DRIVE_load_conductance], s->delay, s->lasts, 1.0 / s->resistance);
  in->t_fault = pro_kind_fault(in, s->delay);
  return PRO_OK;
}

const pro_kind pro_kind_external_short = {
    .name = "external_short",
    .doc =
        "A resistance is laid across the terminals after a rest: the current is limited by the cell's resistance "
        "and by what its "
        "electrolyte can carry. Abuse while it is there, and after.",
    .source =
        "UN Manual of Tests and Criteria, test T.5 (80 mohm); harder ones of 4 to 7 mohm are published for a 4.6 "
        "Ah pouch",
    .fields = fields,
    .param_bytes = sizeof(external_short),
    .apply = apply,
};
