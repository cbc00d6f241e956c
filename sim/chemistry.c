/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/chemistry.h"

#include <string.h>

#include "registry/chemistry.def"

#define PRO_DECLARE(name) extern const pro_network pro_chemistry_##name;
PRO_chemistry_LIST(PRO_DECLARE)

#define PRO_ENTRY(name) &pro_chemistry_##name,
    const pro_network *const pro_chemistry_all[] = {PRO_chemistry_LIST(PRO_ENTRY) NULL};

const pro_network *pro_chemistry_find(const char *name) {
  for (const pro_network *const *it = pro_chemistry_all; *it; it++)
    if (strcmp((*it)->name, name) == 0) return *it;
  return NULL;
}
