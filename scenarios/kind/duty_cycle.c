/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenarios/kind.h"

enum { CONSTANT, CC_CV, SQUARE, GRID, FROM_FILE };
static const char *const pattern_names[] = {"constant", "cc_cv", "square", "grid", "file", NULL};
static const char *const off_on[] = {"off", "on", NULL};

typedef struct duty_cycle {
  double rate;                        /* [1/s] */
  double current;                     /* [A]; NaN: by rate */
  double delay;                       /* [s] */
  double period, share;               /* square [s], [-] */
  double charge_time, discharge_time; /* cc_cv [s]; NaN: by rate */
  double rest;                        /* cc_cv [s] */
  double sigma, step;                 /* grid [-], [s] */
  double scale;                       /* file [-] */
  double file_capacity;               /* file [C]; NaN: the cell's */
  int pattern, repeat, limits;
  pro_kind_air air;
} duty_cycle;

static const pro_field fields[] = {
    PRO_FIELD_CHOICE(duty_cycle, pattern, pattern_names, CONSTANT,
                     "of the current: constant; cc_cv: charge, rest, discharge, rest; square: charge and "
                     "discharge in turn; grid: "
                     "noise as of a battery that holds a grid's frequency; file: measured"),
    PRO_KIND_RATE(
        duty_cycle, rate, -20.0, 20.0,
        "current in capacities an hour, > 0 charges; of grid its largest; negative for pattern constant only"),
    PRO_FIELD_OPTIONAL(duty_cycle, current, "A", -1e5, 1e5, "takes the place of duty_cycle.rate"),
    PRO_FIELD_REAL(duty_cycle, delay, "s", 0.0, 0.0, 1e7, "rest before the pattern"),
    PRO_FIELD_REAL(duty_cycle, period, "s", 1200.0, 1e-3, 1e7, "square: of a charge and a discharge"),
    PRO_FIELD_REAL(duty_cycle, share, "1", 0.5, 0.01, 0.99,
                   "square: of the period that charges; the discharge then makes the mean zero"),
    PRO_FIELD_OPTIONAL(duty_cycle, charge_time, "s", 1.0, 1e7,
                       "cc_cv: of charging, constant voltage included; not given: for 1.3 capacities"),
    PRO_FIELD_OPTIONAL(
        duty_cycle, discharge_time, "s", 1.0, 1e7,
        "cc_cv: of discharging; not given: for 1.2 capacities, the last of them at constant voltage"),
    PRO_FIELD_REAL(duty_cycle, rest, "s", 1800.0, 0.0, 1e7, "cc_cv: after charging and after discharging"),
    PRO_FIELD_REAL(duty_cycle, sigma, "1", 0.25, 1e-3, 10.0,
                   "grid: standard deviation, as a share of rate, before it is cut there"),
    PRO_FIELD_REAL(duty_cycle, step, "s", 10.0, 0.1, 1e4,
                   "grid: between values; its slow part takes 15 of them to change"),
    PRO_FIELD_REAL(duty_cycle, scale, "1", 1.0, -1e4, 1e4, "file: by which its current is multiplied"),
    PRO_FIELD_OPTIONAL(duty_cycle, file_capacity, "C", 1e-3, 1e9,
                       "file: of the cell it was measured on; its current is scaled by cell.capacity over this"),
    PRO_FIELD_CHOICE(duty_cycle, repeat, off_on, 0, "file: begins again when it ends"),
    PRO_FIELD_CHOICE(duty_cycle, limits, off_on, 1,
                     "the current gives way at cell.voltage_min and cell.voltage_max"),
    PRO_KIND_AIR_FIELDS(duty_cycle, air),
    PRO_FIELD_END,
};

static const pro_kind_file file_of = {
    .doc =
        "pattern file: columns `time_s`, `current_A` (> 0 charges) and perhaps `T_ambient_degC`, which "
        "duty_cycle.T_ambient "
        "overrides; it begins after duty_cycle.delay",
    .wanted = 1u << PRO_PROFILE_current | 1u << PRO_PROFILE_T_ambient,
};

/* A day of the M5BAT battery at 1 Hz (RWTH Aachen, doi 10.18154/RWTH-2024-04895, battery 10): its current has a
 * standard deviation of 0.16 of its largest value and an autocorrelation of 0.89, 0.78, 0.47, 0.32 and 0.01 after
 * 5, 10, 60, 120 and 300 s. Two scales, 60 % of the variance in 150 s and the rest in 10 s, have 0.87, 0.68, 0.48,
 * 0.25 and 0. */
static void follow_grid(pro_channel *to, const pro_case *in, const duty_cycle *d, double largest) {
  pro_channel_add(to, d->delay, 0.0);
  to->noise = (pro_noise){.sigma = d->sigma * largest,
                          .limit = largest,
                          .step = d->step,
                          .slow_share = 0.6,
                          .slow = 15,
                          .seed = in->seed,
                          .run = in->run};
}

static void follow_cc_cv(pro_channel *to, const pro_case *in, const duty_cycle *d, double current) {
  double charge = isnan(d->charge_time) ? 1.3 * in->cell.capacity / current : d->charge_time;
  double discharge = isnan(d->discharge_time) ? 1.2 * in->cell.capacity / current : d->discharge_time;
  double t = d->delay;
  pro_channel_add(to, t, 0.0);
  pro_channel_add(to, t, current);
  pro_channel_add(to, t += charge, current);
  pro_channel_add(to, t, 0.0);
  pro_channel_add(to, t += d->rest, 0.0);
  pro_channel_add(to, t, -current);
  pro_channel_add(to, t += discharge, -current);
  pro_channel_add(to, t, 0.0);
  to->repeat = charge + discharge + 2.0 * d->rest;
}

static pro_status follow_file(pro_channel *channel, const pro_case *in, const duty_cycle *d,
                              const pro_profile *file) {
  const pro_course *current = &file->column[PRO_PROFILE_current], *ambient = &file->column[PRO_PROFILE_T_ambient];
  if (current->points == 0)
    return pro_fail(PRO_EINPUT, "duty_cycle.file has no current in it: a column current_A is needed");
  if (d->repeat && !(file->lasts > 0.0))
    return pro_fail(PRO_EINPUT, "duty_cycle.repeat is on, but duty_cycle.file has one moment only");
  pro_channel *to = &channel[PRO_DRIVE_current], *air = &channel[PRO_DRIVE_T_ambient];
  pro_course_follow(to, current, d->delay);
  to->course_scale = d->scale * (isnan(d->file_capacity) ? 1.0 : in->cell.capacity / d->file_capacity);
  if (to->course_scale == 0.0) pro_channel_hold(to, 0.0);
  if (d->repeat) to->repeat = file->lasts;
  if (ambient->points == 0 || !isnan(d->air.T_ambient)) return PRO_OK;
  pro_course_follow(air, ambient, d->delay);
  if (d->repeat) air->repeat = file->lasts;
  return PRO_OK;
}

static pro_status apply(pro_case *in, const void *params, const pro_profile *file) {
  const duty_cycle *d = params;
  pro_channel *channel = in->drive.channel, *to = &channel[PRO_DRIVE_current];
  double current = pro_kind_current(in, d->rate, d->current);
  PRO_TRY(pro_kind_needs_charge(in));
  if ((d->pattern == FROM_FILE) != (file != NULL))
    return file ? pro_fail(PRO_EINPUT, "duty_cycle.file is given, but duty_cycle.pattern is %s",
                           pattern_names[d->pattern])
                : pro_fail(PRO_EINPUT, "duty_cycle.file is missing: pattern file needs it");
  if (current <= 0.0 && d->pattern != CONSTANT && d->pattern != FROM_FILE)
    return pro_fail(PRO_EINPUT, "duty_cycle.%s must be above 0 for pattern %s",
                    isnan(d->current) ? "rate" : "current", pattern_names[d->pattern]);
  pro_kind_surround(in, &d->air);
  if (d->limits) pro_kind_limit(in);
  switch (d->pattern) {
    case CONSTANT:
      pro_kind_pulse(to, d->delay, NAN, current);
      break;
    case CC_CV:
      follow_cc_cv(to, in, d, current);
      break;
    case SQUARE:
      pro_kind_square(to, d->delay, d->period, d->share, current, -current * d->share / (1.0 - d->share));
      break;
    case GRID:
      follow_grid(to, in, d, current);
      break;
    default:
      PRO_TRY(follow_file(channel, in, d, file));
      break;
  }
  in->t_fault = pro_kind_fault(in, NAN);
  return PRO_OK;
}

const pro_kind pro_kind_duty_cycle = {
    .name = "duty_cycle",
    .doc =
        "Healthy operation: a current that follows a pattern or a file. Nominal unless the surroundings are "
        "beyond the cell's "
        "operating limit: currents beyond what a maker allows are not told apart.",
    .source =
        "cc_cv and square: common test protocols; grid: two time scales after a day of M5BAT's current (RWTH "
        "Aachen, doi "
        "10.18154/RWTH-2024-04895)",
    .fields = fields,
    .param_bytes = sizeof(duty_cycle),
    .file = &file_of,
    .apply = apply,
};
