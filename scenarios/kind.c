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

void pro_kind_exchange(pro_case *in, double film_coefficient, double emissivity) {
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_film_coefficient],
                   isnan(film_coefficient) ? in->cell.film_coefficient : film_coefficient);
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_emissivity], isnan(emissivity) ? in->cell.emissivity : emissivity);
}

void pro_kind_surround(pro_case *in, double T) {
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_T_ambient], isnan(T) ? in->T_initial : T);
}

double pro_kind_fault(const pro_case *in, double t) {
  double limit = in->cell.T_operating_max,
         around = pro_channel_at(&in->drive.channel[PRO_DRIVE_T_ambient], 0.0, NULL);
  return in->T_initial > limit || around > limit ? 0.0 : t;
}
