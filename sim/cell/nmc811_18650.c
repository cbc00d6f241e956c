/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/datasheet.h"

const pro_cell_preset pro_cell_nmc811_18650 = {
    .name = "nmc811_18650",
    .doc = "A 3.5 Ah NMC811/graphite-SiOx 18650 (LG MJ1).",
    .source =
        "capacity, mass, nominal voltage: Battery Failure Databank, NREL and NASA, revision 2, mean of 15 cells; "
        "the rest by the "
        "rules of sim/datasheet.c",
    .chemistry = "nmc811",
    .datasheet = &(const pro_datasheet){.family = PRO_FAMILY_nmc811,
                                        .format = PRO_FORMAT_cylinder,
                                        .diameter = 18.0e-3,
                                        .length = 65.0e-3,
                                        .capacity = 3.5 * 3600.0,
                                        .mass = 47.0e-3,
                                        .nominal_voltage = 3.6286},
};
