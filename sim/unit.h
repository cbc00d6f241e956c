/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/unit.h - units of scenario text: a product of named units, each with an SI prefix and a power. */
#ifndef PRO_UNIT_H
#define PRO_UNIT_H
#include "sim/base.h"

/* Reads "155 degC", "7.17 W/(m2 K)", "5 K/min", "40 mohm" into the SI unit `si` ("K", "W/(m2 K)", "1", "delta_K").
 * A degree Celsius is an absolute temperature where `si` is "K", and a kelvin everywhere else. Where `si` is "1"
 * the unit may be absent or "%"; everywhere else it must be there. PRO_EINPUT: not a number, trailing text, an
 * unknown unit, a unit of another dimension, not finite. */
pro_status pro_unit_read(double *out, const char *text, const char *si) PRO_MUST_CHECK;

/* Factor and offset such that SI = factor * value + offset for the unit named `unit`; PRO_EINPUT as above. */
pro_status pro_unit_scale(double *factor, double *offset, const char *unit, const char *si) PRO_MUST_CHECK;

/* `si` as UDUNITS spells it, for HDF5 attributes: "W/(m2 K)" -> "W m-2 K-1", "delta_K" -> "K". Static strings for
 * the units of our tables; the text itself where it needs no change. */
const char *pro_unit_udunits(const char *si);
#endif
