/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/case.h"

/* The oven-test verification cell: heat balance and reactions alone. */
#define VOLUME 1.654049e-5                 /* r 9 mm, L 65 mm [m3] */
#define AREA (252.99145 * VOLUME)          /* [m2] */
#define DENSITY 2580.0                     /* [kg/m3]; only its product with cp is known */
#define HEAT_CAPACITY (2.1414e6 / DENSITY) /* [J/(kg K)] */

const pro_cell_preset pro_cell_lco_18650_kim = {
    .name = "lco_18650_kim",
    .doc =
        "The lumped 18650 of Kim's oven tests: reactions and heat balance only, no electrical and no gas part "
        "(capacity 0, headspace 0). For verification.",
    .source =
        "geometry, rho cp and film coefficient: Kim et al. 2007 as public codes have it; emissivity 0.8: Hatchard "
        "et al. 2001",
    .chemistry = "lco_kim2007",
    .cell = {.format = PRO_FORMAT_cylinder,
             .nodes = 1,
             .mass = DENSITY * VOLUME,
             .heat_capacity = HEAT_CAPACITY,
             .volume = VOLUME,
             .area = AREA,
             .film_coefficient = 7.17,
             .emissivity = 0.8,
             /* not used with one node, no charge and no headspace */
             .surface_share = 0.12,
             .core_conductance = 0.65,
             .capacity = 0.0,
             .ocv = PRO_OCV_lco_marquis2019,
             .resistance = 0.055,
             .resistance_low_charge = 1.0,
             .resistance_over_charge = 1.0,
             .pair_1_time = 1.0,
             .pair_2_time = 1.0,
             .limit_time = 1.0,
             .voltage_min = 3.1,
             .voltage_max = 4.2,
             .T_operating_max = 333.15,
             .shutdown_T = 405.15,
             .shutdown_width = 2.0,
             .shutdown_factor = 1000.0,
             .collapse_T = 438.15,
             .collapse_width = 5.0,
             .collapse_rate = 0.1,
             .hard_short_resistance = 0.020,
             .spot_resistance = 0.0,
             .headspace = 0.0,
             .burst_pressure = 1.9e6,
             .vent_area = 8.5e-6,
             .discharge_coefficient = 0.85,
             .gas_heat_ratio = 1.3,
             .gas_heat_capacity = 1700.0,
             .solvent_mass = 0.0,
             .solvent_antoine_a = 6.1662,
             .solvent_antoine_b = 1413.0,
             .solvent_antoine_c = -44.25,
             .solvent_latent_heat = 3.6e4,
             .evaporation_time = 1.0,
             .ejecta_T = 473.15},
};
