/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/datasheet.h"

const pro_cell_preset pro_cell_lco_18650 = {
    .name = "lco_18650",
    .doc = "A 2.6 Ah LCO/graphite 18650.",
    .source =
        "capacity: Golubkov et al. 2014 (their LCO/NMC cell); mass: as they weighed it, from memory; the rest by "
        "the rules "
        "of sim/datasheet.c",
    .chemistry = "lco",
    .datasheet = &(const pro_datasheet){.family = PRO_FAMILY_lco,
                                        .format = PRO_FORMAT_cylinder,
                                        .diameter = 18.0e-3,
                                        .length = 65.0e-3,
                                        .capacity = 2.6 * 3600.0,
                                        .mass = 44.3e-3 /* medium confidence */,
                                        .nominal_voltage = 3.7},
    /* the OCV's window ends at 3.105 V */
    .cell = {.voltage_min = 3.1},
};
