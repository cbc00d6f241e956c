/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenarios/kind.h - an abuse is a row: what it can be told and the drive it turns into. */
#ifndef PRO_KIND_H
#define PRO_KIND_H
#include "scenarios/profile.h"

enum { PRO_KIND_BYTES = 256 };

/* A file that a kind reads, named by its key `file`. */
typedef struct pro_kind_file {
  const char *doc;
  unsigned wanted;      /* columns, as bits 1 << pro_profile_column; one of them must be there */
  const char *replaces; /* a needed field that need not, and must not, be given beside the file; NULL: none */
} pro_kind_file;

/* One file each in scenarios/kind/. The params struct holds doubles and ints only, described by `fields`. */
typedef struct pro_kind {
  const char *name, *doc, *source;
  const pro_field *fields;   /* keys `name.field` of a scenario */
  size_t param_bytes;        /* at most PRO_KIND_BYTES */
  const pro_kind_file *file; /* NULL: reads none */
  double soc_max;            /* up to which initial.soc may be above 1 [-]; 0: it may not */
  /* Fills in->drive (all channels it touches) and in->t_fault from the params; every other member of `in` is set.
   * The file is NULL where none is named; the drive may borrow its courses. PRO_EINPUT when params contradict each
   * other or the cell; the message starts with the key. */
  pro_status (*apply)(pro_case *in, const void *params, const pro_profile *file);
} pro_kind;
extern const pro_kind *const pro_kind_all[]; /* NULL-terminated */
int pro_kind_find(const char *name);         /* index, or -1 */

/* ---- what kinds share ---- */

/* What surrounds the cell, as kinds' params hold it; NaN: not given. */
typedef struct pro_kind_air {
  double T_ambient;        /* [K] */
  double film_coefficient; /* [W/(m2 K)] */
  double emissivity;       /* [-] */
} pro_kind_air;
#define PRO_KIND_MEMBER(type, member, name, unit, low, high, doc) \
  { name, PRO_REAL, offsetof(type, member), unit, 0.0, low, high, doc, PRO_OPTIONAL, NULL }
#define PRO_KIND_EXCHANGE_FIELDS(type, air)                                                \
  PRO_KIND_MEMBER(type, air.film_coefficient, "film_coefficient", "W/(m2 K)", 0.0, 1000.0, \
                  "takes the place of cell.film_coefficient"),                             \
      PRO_KIND_MEMBER(type, air.emissivity, "emissivity", "1", 0.0, 1.0, "takes the place of cell.emissivity")
#define PRO_KIND_AIR_FIELDS(type, air)                                 \
  PRO_KIND_MEMBER(type, air.T_ambient, "T_ambient", "K", 200.0, 900.0, \
                  "of the surroundings; not given: initial.T"),        \
      PRO_KIND_EXCHANGE_FIELDS(type, air)

/* Sets the exchange channels of a drive and its surroundings, throughout: the cell's own and initial.T where the
 * air does not say. */
void pro_kind_surround(pro_case *in, const pro_kind_air *air);
/* As PRO_FIELD_REAL, of a rate of currents: in capacities of the cell (when new) an hour, "0.5/h" or "0.5 1/h". */
#define PRO_KIND_RATE(type, member, low, high, doc) \
  PRO_FIELD_REAL(type, member, "1/s", 1.0 / 3600.0, (low) / 3600.0, (high) / 3600.0, doc)
/* The current that a kind was told: `current` [A], or in its place (NaN) `rate` [1/s] of the cell's capacity. */
double pro_kind_current(const pro_case *in, double rate, double current);
/* The time for `current` [A] to change the charge by `change` [-] of what the cell holds now; neither is negative
 * [s]. */
double pro_kind_charge_time(const pro_case *in, double current, double change);
/* The cell's nameplate voltages as limits of the current. */
void pro_kind_limit(pro_case *in);
/* `value` from `from` on; for good where `lasts` is NaN; before and after it zero. */
void pro_kind_pulse(pro_channel *channel, double from, double lasts, double value);
/* `high` for `share` of each period and `low` for the rest of it, from `from` on, zero before. */
void pro_kind_square(pro_channel *channel, double from, double period, double share, double high, double low);
/* PRO_EINPUT where the cell has no electrical part. */
pro_status pro_kind_needs_charge(const pro_case *in) PRO_MUST_CHECK;
/* When the case leaves the nameplate: at `t` (NaN: never by what the kind does), or before it where the
 * surroundings become too hot: at 0 where the case begins so, else at the last time at which they were coldest
 * before. */
double pro_kind_fault(const pro_case *in, double t);

/* ---- contact: section of every kind ---- */

/* A plate or a neighbour at the cell's surface, whose temperature does not depend on the cell's. */
typedef struct pro_contact {
  double conductance; /* [W/K]; 0: none */
  double T;           /* [K]; NaN: initial.T */
  double delay;       /* [s] */
} pro_contact;
extern const pro_field pro_contact_fields[];
extern const pro_kind_file pro_contact_file;
/* PRO_EINPUT: the kind has a contact of its own. */
pro_status pro_contact_apply(pro_case *in, const pro_contact *contact, const pro_profile *file) PRO_MUST_CHECK;
#endif
