/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/datasheet.h"

const pro_cell_preset pro_cell_nmc_pouch_25Ah = {
    .name = "nmc_pouch_25Ah",
    .doc = "Feng's 25 Ah NMC111/graphite cell with a ceramic-coated separator, 350 x 98 x 7.5 mm.",
    .source =
        "Feng et al. 2015 as public codes have it, and row by row in the file; the rest by the rules of "
        "sim/datasheet.c",
    .chemistry = "nmc_feng2015",
    .datasheet = &(const pro_datasheet){.family = PRO_FAMILY_nmc532,
                                        .format = PRO_FORMAT_pouch,
                                        .thickness = 7.5e-3,
                                        .width = 98.0e-3,
                                        .height = 350.0e-3,
                                        .capacity = 25.0 * 3600.0,
                                        .mass = 0.72,
                                        .nominal_voltage = 3.7,
                                        .resistance = 0.0046 /* a public fold-bifurcation study of this cell */},
    .cell = {.heat_capacity = 1100.0, /* COMSOL and MATLAB codes of the model: 1100 to 1200 */
             .volume = 2.5725e-4,     /* of the whole, to which the network's contents refer */
             .collapse_T = 528.15,
             .collapse_width = 5.0,          /* coated: 255 degC, short seen at 260 */
             .hard_short_resistance = 0.005, /* guess */
             /* 108 g electrolyte, two thirds of which boil; the rule of what is thrown out, with that much */
             .solvent_mass = 0.072,
             .ejecta_share = 0.14},
};
