/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/kind.h"

#include <math.h>
#include <string.h>

#include "registry/kind.def"

#define PRO_DECLARE(name) extern const pro_kind pro_kind_##name;
PRO_kind_LIST(PRO_DECLARE)

#define PRO_ENTRY(name) &pro_kind_##name,
    const pro_kind *const pro_kind_all[] = {PRO_kind_LIST(PRO_ENTRY) NULL};

int pro_kind_find(const char *name) {
  for (int k = 0; pro_kind_all[k]; k++)
    if (strcmp(pro_kind_all[k]->name, name) == 0) return k;
  return -1;
}

void pro_kind_surround(pro_case *in, const pro_kind_air *air) {
  pro_channel *channel = in->drive.channel;
  pro_channel_hold(&channel[PRO_DRIVE_T_ambient], isnan(air->T_ambient) ? in->T_initial : air->T_ambient);
  pro_channel_hold(&channel[PRO_DRIVE_film_coefficient],
                   isnan(air->film_coefficient) ? in->cell.film_coefficient : air->film_coefficient);
  pro_channel_hold(&channel[PRO_DRIVE_emissivity], isnan(air->emissivity) ? in->cell.emissivity : air->emissivity);
}

double pro_kind_current(const pro_case *in, double rate, double current) {
  return isnan(current) ? rate * in->cell.capacity : current;
}

double pro_kind_charge_time(const pro_case *in, double current, double change) {
  return fmax(change, 0.0) * in->cell.capacity * (1.0 - in->cell.capacity_loss) / current;
}

void pro_kind_limit(pro_case *in) {
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_voltage_high], in->cell.voltage_max);
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_voltage_low], in->cell.voltage_min);
}

void pro_kind_pulse(pro_channel *channel, double from, double lasts, double value) {
  pro_channel_add(channel, 0.0, 0.0);
  pro_channel_add(channel, from, 0.0);
  pro_channel_add(channel, from, value);
  if (isnan(lasts)) return;
  pro_channel_add(channel, from + lasts, value);
  pro_channel_add(channel, from + lasts, 0.0);
}

void pro_kind_square(pro_channel *channel, double from, double period, double share, double high, double low) {
  pro_channel_add(channel, from, 0.0); /* what holds before */
  pro_channel_add(channel, from, high);
  pro_channel_add(channel, from + share * period, high);
  pro_channel_add(channel, from + share * period, low);
  channel->repeat = period;
}

pro_status pro_kind_needs_charge(const pro_case *in) {
  if (in->cell.capacity > 0.0) return PRO_OK;
  return pro_fail(PRO_EINPUT,
                  "cell.capacity is 0: a cell without an electrical part has no current and nothing to short");
}

static double earlier(double a, double b) { return isnan(a) || b < a ? b : a; } /* NaN: never */

/* When what the channel says begins to heat beyond the limit: the last time at which it was coldest before. NaN:
 * not in the run. */
static double heating_from(const pro_channel *c, double limit, double duration) {
  double coldest = (double)INFINITY, since = 0.0;
  for (size_t i = 0; i < (c->points ? c->points : (size_t)c->knots); i++) {
    double T = c->points ? c->course_value[i] : c->value[i],
           t = c->points ? c->course_t[i] + c->course_delay : c->t[i];
    if (t > duration) break;
    if (T > limit) return since;
    if (T <= coldest) coldest = T, since = t;
  }
  return NAN;
}

double pro_kind_fault(const pro_case *in, double t) {
  double limit = in->cell.T_operating_max;
  if (in->T_initial > limit) return 0.0;
  return earlier(t, heating_from(&in->drive.channel[PRO_DRIVE_T_ambient], limit, in->duration));
}

/* ---- contact ---- */

const pro_field pro_contact_fields[] = {
    PRO_FIELD_REAL(pro_contact, conductance, "W/K", 0.0, 0.0, 1e5,
                   "from the cell's surface to a plate or a neighbour; 0: none"),
    PRO_FIELD_OPTIONAL(pro_contact, T, "K", 200.0, 2000.0, "of the plate or neighbour; not given: initial.T"),
    PRO_FIELD_REAL(pro_contact, delay, "s", 0.0, 0.0, 1e7,
                   "until it takes on contact.T, from initial.T, or its file begins"),
    PRO_FIELD_END,
};

const pro_kind_file pro_contact_file = {
    .doc = "temperature of the plate or neighbour over time: columns `time_s`, `T_degC`",
    .wanted = 1u << PRO_PROFILE_T,
    .replaces = "T",
};

pro_status pro_contact_apply(pro_case *in, const pro_contact *contact, const pro_profile *file) {
  pro_channel *conductance = &in->drive.channel[PRO_DRIVE_contact_conductance];
  pro_channel *T = &in->drive.channel[PRO_DRIVE_T_contact];
  if (contact->conductance == 0.0) {
    if (file || !isnan(contact->T))
      return pro_fail(PRO_EINPUT,
                      "contact.conductance is 0: nothing is felt of the temperature that section contact gives");
    return PRO_OK;
  }
  if (conductance->knots > 0)
    return pro_fail(PRO_EINPUT, "contact.conductance is given, but this kind of abuse has a contact of its own");
  pro_channel_hold(conductance, contact->conductance);
  if (file) {
    pro_course_follow(T, &file->column[PRO_PROFILE_T], contact->delay);
  } else {
    pro_channel_add(T, contact->delay, in->T_initial);
    pro_channel_add(T, contact->delay, isnan(contact->T) ? in->T_initial : contact->T);
  }
  in->t_fault = earlier(in->t_fault, heating_from(T, in->cell.T_operating_max, in->duration));
  return PRO_OK;
}
