/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/case.h"

const pro_cell_preset pro_cell_nmc_pouch_25Ah = {
    .name = "nmc_pouch_25Ah",
    .doc = "Feng's 25 Ah NMC111/graphite cell with a ceramic-coated separator, 350 x 98 x 7.5 mm.",
    .source = "Feng et al. 2015 as public codes have it; the rest row by row in the file",
    .chemistry = "nmc_feng2015",
    .cell = {.format = PRO_FORMAT_pouch, .nodes = 2,
             .mass = 0.72, .heat_capacity = 1100.0, .volume = 2.5725e-4, .area = 0.07532,
             .film_coefficient = 7.17, .emissivity = 0.95, /* pouch foil, Ai et al. 2020 */
             .surface_share = 0.05,    /* foil and outer electrodes: estimate */
             .core_conductance = 12.8, /* 3.5 k A / L with k 0.8 W/(m K) across the layers: estimate */
             .capacity = 25.0 * 3600.0, .ocv = 1 /* nmc_mohtat2020 */,
             .resistance = 0.0046, /* a public fold-bifurcation study of this cell */
             .voltage_min = 2.8, .voltage_max = 4.2, .T_operating_max = 333.15,
             .shutdown_T = 405.15, .shutdown_width = 2.0, .shutdown_factor = 1000.0,
             .collapse_T = 528.15, .collapse_width = 5.0, .collapse_rate = 0.1, /* coated: 255 degC, short seen at 260 */
             .hard_short_resistance = 0.005, /* guess */
             .spot_resistance = 5.0, /* 1/(4 pi k a): a spot of 2 mm in 8 W/(m K), the layers' geometric mean: guess */
             .headspace = 3.6e-5,            /* 6.65 mL of a 4.6 Ah pouch, by capacity */
             .burst_pressure = 5.74e4,       /* seam: 0.159 MPa absolute (Tran 2024) */
             .vent_area = 1e-4, .discharge_coefficient = 0.7, /* torn seam: guess */
             .gas_heat_ratio = 1.3, .gas_heat_capacity = 1700.0,
             .solvent_mass = 0.072, /* two thirds of 108 g electrolyte */
             .solvent_antoine_a = 6.1662, .solvent_antoine_b = 1413.0, .solvent_antoine_c = -44.25, /* see lco_18650 */
             .solvent_latent_heat = 3.6e4, .evaporation_time = 1.0 /* guess */},
};
