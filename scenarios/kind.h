/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenarios/kind.h - an abuse is a row: what it can be told and the drive it turns into. */
#ifndef PRO_KIND_H
#define PRO_KIND_H
#include "sim/case.h"

enum { PRO_KIND_BYTES = 256 };

/* One file each in scenarios/kind/. The params struct holds doubles and ints only, described by `fields`. */
typedef struct pro_kind {
  const char *name, *doc, *source;
  const pro_field *fields; /* keys `name.field` of a scenario */
  size_t param_bytes;      /* at most PRO_KIND_BYTES */
  /* Fills in->drive (all channels it touches) and in->t_fault from the params; every other member of `in` is set.
   * PRO_EINPUT when params contradict each other or the cell; the message starts with the key. */
  pro_status (*apply)(pro_case *in, const void *params);
} pro_kind;
extern const pro_kind *const pro_kind_all[]; /* NULL-terminated */
int pro_kind_find(const char *name);         /* index, or -1 */

/* Sets the exchange channels of a drive: the cell's own, unless `film_coefficient` or `emissivity` (NaN: not given)
 * take their place. For kinds to share. */
void pro_kind_exchange(pro_case *in, double film_coefficient, double emissivity);
/* Sets the surroundings' temperature throughout: `T`, or the initial one where T is NaN. */
void pro_kind_surround(pro_case *in, double T);
/* When the case leaves the nameplate: at `t` (NaN: never by what the kind does), or at 0 where it begins too hot. */
double pro_kind_fault(const pro_case *in, double t);
#endif
