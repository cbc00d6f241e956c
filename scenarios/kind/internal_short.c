/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "scenarios/kind.h"
#include "sim/lanes.h"

/* What touches what: name, resistance [ohm] low, high, and spot: its local heating relative to a resistor at a
 * point (cell.spot_resistance). Orders of magnitude only, low confidence. Aluminium on the lithiated anode is the
 * worst: low in resistance, and its heat arises at the spot in the anode's coating. Two foils short harder, but
 * the heat arises in all of the cell, and what is at the spot flows off in metal. The cathode's coating is a poor
 * conductor, whatever touches it. Where no number is published (both contacts of copper, and all of `spot`), it is
 * a guess. */
#define CONTACT_LIST(X)                 \
  X(aluminium_anode, 0.01, 1.0, 1.0)    \
  X(aluminium_copper, 0.002, 0.02, 0.1) \
  X(cathode_anode, 1.0, 100.0, 0.5)     \
  X(cathode_copper, 1.0, 50.0, 0.5)
#define AS_NAME(name, low, high, spot) #name,
#define AS_ROW(name, low, high, spot) {low, high, spot},
static const char *const contact_names[] = {"none", CONTACT_LIST(AS_NAME) NULL};
static const struct { double low, high, spot; } contacts[] = {{0.0, 0.0, 1.0}, CONTACT_LIST(AS_ROW)};

enum { LINEAR, EXPONENTIAL };
static const char *const growth_names[] = {"linear", "exponential", NULL};

typedef struct internal_short {
  double resistance;       /* [ohm]; NaN: by the contact */
  double delay;            /* [s] */
  double grows_over;       /* [s] */
  double resistance_start; /* [ohm]; NaN: none, or 100 ohm */
  int contact;             /* of contact_names */
  int growth;
  pro_kind_air air;
} internal_short;

static const pro_field fields[] = {
    PRO_FIELD_OPTIONAL(internal_short, resistance, "ohm", 1e-6, 1e9,
                       "of the short once it is grown; not given: the geometric middle of what the contact has"),
    PRO_FIELD_CHOICE(
        internal_short, contact, contact_names, 0,
        "what touches what: 10 mohm to 1 ohm for aluminium on the anode, 2 to 20 mohm for aluminium on copper, 1 "
        "to "
        "100 ohm for the cathode on the anode, 1 to 50 ohm for the cathode on copper (low confidence); also how "
        "local the heat is, as a factor of cell.spot_resistance: 1, 0.1, 0.5, 0.5 (guess)"),
    PRO_FIELD_REAL(internal_short, delay, "s", 0.0, 0.0, 1e7, "rest before the short begins"),
    PRO_FIELD_REAL(internal_short, grows_over, "s", 0.0, 0.0, 1e8,
                   "in which it grows from resistance_start to resistance; 0: at once"),
    PRO_FIELD_CHOICE(
        internal_short, growth, growth_names, LINEAR,
        "of its conductance; exponential: by the same factor in equal times, from a soft short to a hard one"),
    PRO_FIELD_OPTIONAL(
        internal_short, resistance_start, "ohm", 1e-6, 1e9,
        "as it begins to grow; not given: no short where it grows linearly, 100 ohm where exponentially"),
    PRO_KIND_AIR_FIELDS(internal_short, air),
    PRO_FIELD_END,
};

/* A geometric course by straight lines: 12 of them are within 1 % of it for a factor of 30 and within 8 % for
 * 10^4. */
static void grow(pro_channel *to, double from, double over, double first, double last) {
  enum { PIECES = 12 };
  double rise = pro_log(last / first);
  for (int i = 1; i < PIECES; i++)
    pro_channel_add(to, from + over * i / PIECES, first * pro_exp(rise * i / PIECES));
}

static pro_status apply(pro_case *in, const void *params, const pro_profile *file) {
  const internal_short *s = params;
  (void)file;
  double resistance = s->resistance, start = s->resistance_start;
  PRO_TRY(pro_kind_needs_charge(in));
  if (isnan(resistance) && s->contact == 0)
    return pro_fail(
        PRO_EINPUT,
        "internal_short.resistance is missing: of the short once it is grown [ohm]; or name a contact");
  if (isnan(resistance)) resistance = sqrt(contacts[s->contact].low * contacts[s->contact].high);
  if (isnan(start) && s->growth == EXPONENTIAL) start = 100.0;
  if (start <= resistance) /* false where there is no start */
    return pro_fail(PRO_EINPUT,
                    "internal_short.resistance_start (%g ohm) is not above the resistance it grows to (%g ohm)",
                    start, resistance);
  pro_kind_surround(in, &s->air);
  in->cell.spot_resistance *= contacts[s->contact].spot;
  double first = isnan(start) ? 0.0 : 1.0 / start, last = 1.0 / resistance;
  pro_channel *conductance = &in->drive.channel[PRO_DRIVE_short_conductance];
  pro_channel_add(conductance, 0.0, 0.0);
  pro_channel_add(conductance, s->delay, 0.0);
  if (first > 0.0) pro_channel_add(conductance, s->delay, first);
  if (s->growth == EXPONENTIAL && s->grows_over > 0.0) grow(conductance, s->delay, s->grows_over, first, last);
  pro_channel_add(conductance, s->delay + s->grows_over, last);
  in->t_fault = pro_kind_fault(in, s->delay);
  return PRO_OK;
}

const pro_kind pro_kind_internal_short = {
    .name = "internal_short",
    .doc =
        "A resistance between the electrodes appears after a rest, at once or growing, and drains the cell's own "
        "charge as heat. Abuse from the moment it is there.",
    .source =
        "Santhanagopalan et al., J. Power Sources 194 (2009) 550 (the four kinds of contact and their order); "
        "values from "
        "memory, low confidence, and guesses where marked",
    .fields = fields,
    .param_bytes = sizeof(internal_short),
    .apply = apply,
};
