/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/datasheet.h"

const pro_cell_preset pro_cell_lfp_prismatic_22Ah = {
    .name = "lfp_prismatic_22Ah",
    .doc = "A 22 Ah LFP/graphite cell in an aluminium can, 128.7 x 148.7 x 17.7 mm.",
    .source =
        "size and mass: the cell of a published heater series at five states of charge, as a public data table "
        "has it; the rest by "
        "the rules of sim/datasheet.c",
    .chemistry = "lfp",
    .datasheet = &(const pro_datasheet){.family = PRO_FAMILY_lfp,
                                        .format = PRO_FORMAT_prismatic,
                                        .thickness = 17.7e-3,
                                        .width = 128.7e-3,
                                        .height = 148.7e-3,
                                        .capacity = 22.0 * 3600.0,
                                        .mass = 0.628,
                                        .nominal_voltage = 3.2},
    /* a thin can, which its vapour alone opens at the 125 to 147 degC that were measured: 250 to 600 kPa of such
       cells' vents */
    .cell = {.burst_pressure = 3.5e5},
};
