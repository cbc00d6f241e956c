/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/datasheet.h"

const pro_cell_preset pro_cell_nmc_18650 = {
    .name = "nmc_18650",
    .doc = "A 2.2 Ah NMC532/graphite 18650.",
    .source =
        "capacity and mass: the cell that the NMC532 reaction set was calibrated on (no one product); the rest by "
        "the rules of "
        "sim/datasheet.c",
    .chemistry = "nmc532",
    .datasheet = &(const pro_datasheet){.family = PRO_FAMILY_nmc532,
                                        .format = PRO_FORMAT_cylinder,
                                        .diameter = 18.0e-3,
                                        .length = 65.0e-3,
                                        .capacity = 2.2 * 3600.0,
                                        .mass = 44.5e-3,
                                        .nominal_voltage = 3.6},
};
