/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/datasheet.h"

/* For comparisons with measured drive cycles: open-circuit voltage, capacity and resistances are this very cell's.
 */
const pro_cell_preset pro_cell_nmc811_18650_hg2 = {
    .name = "nmc811_18650_hg2",
    .doc = "A 3 Ah NMC811/graphite-SiOx 18650 (LG HG2) as measured at 24 degC.",
    .source =
        "Kollmeyer et al., Mendeley Data cp3473x7xv, CC BY 4.0: capacity, resistances and exchange fitted to four "
        "of its "
        "cycles; the rest by the rules of sim/datasheet.c",
    .chemistry = "nmc811",
    .datasheet = &(const pro_datasheet){.family = PRO_FAMILY_nmc811,
                                        .format = PRO_FORMAT_cylinder,
                                        .diameter = 18.0e-3,
                                        .length = 65.0e-3,
                                        .capacity = 3.0 * 3600.0,
                                        .mass = 47.0e-3 /* medium confidence */,
                                        .nominal_voltage = 3.6},
    /* `prodrome calibrate drive_hg2`, on US06, Mixed3 and the 1C and 2C discharges: 23 mV and 0.4 K rms at worst
     * in all files but C/20 (52 mV: the table is a discharge's). The film is the chamber's, leads and all. */
    .cell = {.film_coefficient = 116.0,
             .heat_capacity = 1100.0, /* at its bound */
             .ocv = PRO_OCV_nmc811_hg2,
             .capacity = 10339.0,
             .resistance = 0.0188,
             .resistance_low_charge = 3.85,
             .pair_1_resistance = 0.0186,
             .pair_1_time = 23.2,
             .pair_2_resistance = 0.0149,
             .pair_2_time = 1390.0},
};
