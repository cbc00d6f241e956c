/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/datasheet.h"

const pro_cell_preset pro_cell_lco_pouch_5450 = {
    .name = "lco_pouch_5450",
    .doc =
        "A 5.45 Ah high-power pouch cell (MaxAmps LiPo 5450 1S) as cycled at 1C to 4C; its chemistry is not told: "
        "LCO is a "
        "guess.",
    .source =
        "University of Wisconsin-Madison cycles (SAE 2023, Apache-2.0): table, resistances and exchange fitted to "
        "1C and 3C; the "
        "rest by the rules of sim/datasheet.c",
    .chemistry = "lco",
    .datasheet = &(const pro_datasheet){.family = PRO_FAMILY_lco,
                                        .format = PRO_FORMAT_pouch,
                                        .capacity = 5.45 * 3600.0,
                                        .mass = 0.11 /* guess */,
                                        .nominal_voltage = 3.7,
                                        .voltage_min = 3.0,
                                        .voltage_max = 4.2},
    /* `prodrome calibrate drive_lipo5450`, on 1C and 3C of cycle 1: 8 to 20 mV and 0.2 to 1.1 K rms at 1C to 3C of
     * both cycles; 67 mV and 3.4 K at 4C */
    .cell = {.film_coefficient = 5.1,
             .heat_capacity = 1384.0,
             .ocv = PRO_OCV_lipo5450_uw,
             .capacity = 5.15 * 3600.0, /* that the table stands for */
             .resistance = 0.0014,
             .resistance_low_charge = 3.2,
             .pair_1_resistance = 0.0078,
             .pair_1_time = 12.6,
             .pair_2_resistance = 0.0037,
             .pair_2_time = 1210.0},
};
