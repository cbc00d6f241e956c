/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenarios/kind.h"

typedef struct oven {
  double T;     /* [K] */
  double delay; /* [s] */
  double ramp;  /* [K/s]; NaN: a step */
  pro_kind_air air;
} oven;

static const pro_field fields[] = {
    PRO_FIELD_NEEDED(oven, T, "K", 200.0, 900.0, "temperature of the oven"),
    PRO_FIELD_REAL(oven, delay, "s", 0.0, 0.0, 1e7, "rest at the initial temperature before the oven heats"),
    PRO_FIELD_OPTIONAL(oven, ramp, "K/s", 1e-6, 10.0, "changes at this rate to oven.T; not given: a step"),
    PRO_KIND_EXCHANGE_FIELDS(oven, air),
    PRO_FIELD_END,
};

static const pro_kind_file file_of = {
    .doc =
        "temperature of the oven over time, in oven.T's place: columns `time_s` and `T_ambient_degC`, else "
        "`T_degC`; it begins "
        "after oven.delay",
    .wanted = 1u << PRO_PROFILE_T | 1u << PRO_PROFILE_T_ambient,
    .replaces = "T",
};

static pro_status apply_file(pro_case *in, const oven *o, const pro_profile *file) {
  const pro_course *ambient = &file->column[PRO_PROFILE_T_ambient];
  if (!isnan(o->ramp)) return pro_fail(PRO_EINPUT, "oven.ramp is given, but oven.file says how the oven heats");
  if (ambient->points == 0) ambient = &file->column[PRO_PROFILE_T];
  pro_course_follow(&in->drive.channel[PRO_DRIVE_T_ambient], ambient, o->delay);
  in->t_fault = pro_kind_fault(in, NAN);
  return PRO_OK;
}

static pro_status apply(pro_case *in, const void *params, const pro_profile *file) {
  const oven *o = params;
  pro_kind_surround(in, &(pro_kind_air){NAN, o->air.film_coefficient, o->air.emissivity});
  if (file) return apply_file(in, o, file);
  pro_channel *ambient = &in->drive.channel[PRO_DRIVE_T_ambient];
  ambient->knots = 0;
  if (isnan(o->ramp)) {
    if (o->delay > 0.0) {
      pro_channel_add(ambient, 0.0, in->T_initial);
      pro_channel_add(ambient, o->delay, in->T_initial);
    }
    pro_channel_add(ambient, o->delay, o->T);
  } else {
    pro_channel_add(ambient, o->delay, in->T_initial);
    pro_channel_add(ambient, o->delay + fabs(o->T - in->T_initial) / o->ramp, o->T);
  }
  /* the abuse begins with the heating that will pass the limit, not when it does */
  in->t_fault = pro_kind_fault(in, o->T > in->cell.T_operating_max ? o->delay : (double)NAN);
  return PRO_OK;
}

const pro_kind pro_kind_oven = {
    .name = "oven",
    .doc =
        "The surroundings step or ramp to oven.T after a rest and stay there, or follow a file. Nominal when they "
        "stay within "
        "the cell's operating limit, abuse from the moment the oven begins to heat beyond it.",
    .source = "Hatchard et al., J. Electrochem. Soc. 148 (2001) A755 (oven test)",
    .fields = fields,
    .param_bytes = sizeof(oven),
    .file = &file_of,
    .apply = apply,
};
