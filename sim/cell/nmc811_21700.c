/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/datasheet.h"

const pro_cell_preset pro_cell_nmc811_21700 = {
    .name = "nmc811_21700",
    .doc = "A 5 Ah NMC811/graphite-SiOx 21700 (LG M50).",
    .source =
        "capacity, mass, nominal voltage: Battery Failure Databank, NREL and NASA, revision 2, mean of 18 cells; "
        "resistance: row in "
        "the file; the rest by the rules of sim/datasheet.c",
    .chemistry = "nmc811",
    .datasheet =
        &(const pro_datasheet){.family = PRO_FAMILY_nmc811,
                               .format = PRO_FORMAT_cylinder,
                               .diameter = 21.0e-3,
                               .length = 70.0e-3,
                               .capacity = 5.0138 * 3600.0,
                               .mass = 68.4e-3,
                               .nominal_voltage = 3.63,
                               .resistance = 0.030 /* 25 to 35 mohm in 10 s at 25 degC: medium confidence */},
};
