/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/datasheet.h"

const pro_cell_preset pro_cell_lfp_18650 = {
    .name = "lfp_18650",
    .doc = "A 1.5 Ah LFP/graphite 18650.",
    .source =
        "capacity and mass: the cell that the LFP reaction set was calibrated on (no one product); the rest by "
        "the rules of "
        "sim/datasheet.c",
    .chemistry = "lfp",
    .datasheet = &(const pro_datasheet){.family = PRO_FAMILY_lfp,
                                        .format = PRO_FORMAT_cylinder,
                                        .diameter = 18.0e-3,
                                        .length = 65.0e-3,
                                        .capacity = 1.5 * 3600.0,
                                        .mass = 40.5e-3,
                                        .nominal_voltage = 3.2},
};
