/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/datasheet.h"

const pro_cell_preset pro_cell_lfp_prismatic_280Ah = {
    .name = "lfp_prismatic_280Ah",
    .doc = "A 280 Ah LFP/graphite cell in an aluminium can, 173.7 x 207.2 x 71.7 mm (format 72173207).",
    .source =
        "size, mass, limits: public databases of such cells; resistances and burst pressure: rows in the file; "
        "the rest by the rules "
        "of sim/datasheet.c",
    .chemistry = "lfp_large",
    .datasheet = &(const pro_datasheet){.family = PRO_FAMILY_lfp,
                                        .format = PRO_FORMAT_prismatic,
                                        .thickness = 71.7e-3,
                                        .width = 173.7e-3,
                                        .height = 207.2e-3,
                                        .capacity = 280.0 * 3600.0,
                                        .mass = 5.42,
                                        .nominal_voltage = 3.2},
    /* AC 0.15 to 0.25, DC in 10 s 0.4 to 0.6 mohm: low confidence */
    .cell = {.resistance = 1.8e-4,
             .pair_1_resistance = 1.5e-4,
             .pair_1_time = 20.0,
             .pair_2_resistance = 1.5e-4,
             .pair_2_time = 200.0,
             .headspace = 1.0e-4,      /* 60 to 120 mL: low confidence */
             .burst_pressure = 8.0e5}, /* 0.4 to 0.9 MPa: opens at the 150 to 180 degC that were measured */
};
