/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/datasheet.h"

const pro_cell_preset pro_cell_nca_18650 = {
    .name = "nca_18650",
    .doc = "A 3.35 Ah NCA/graphite 18650.",
    .source =
        "capacity: Golubkov et al. 2015; mass: common of such cells, medium confidence; the rest by the rules of "
        "sim/datasheet.c",
    .chemistry = "nca",
    .datasheet = &(const pro_datasheet){.family = PRO_FAMILY_nca,
                                        .format = PRO_FORMAT_cylinder,
                                        .diameter = 18.0e-3,
                                        .length = 65.0e-3,
                                        .capacity = 3.35 * 3600.0,
                                        .mass = 46.5e-3,
                                        .nominal_voltage = 3.6},
};
