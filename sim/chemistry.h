/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/chemistry.h - the chemistries there are, one file each in sim/chemistry/. */
#ifndef PRO_CHEMISTRY_H
#define PRO_CHEMISTRY_H
#include "sim/network.h"
extern const pro_network *const pro_chemistry_all[];     /* NULL-terminated */
const pro_network *pro_chemistry_find(const char *name); /* NULL: no such chemistry */
#endif
