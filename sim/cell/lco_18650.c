/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/case.h"

#define VOLUME 1.654049e-5 /* r 9 mm, L 65 mm [m3] */

const pro_cell_preset pro_cell_lco_18650 = {
    .name = "lco_18650",
    .doc = "A 2.6 Ah LCO/graphite 18650 with core and surface, charge, separator and vent.",
    .source = "thermal: Kim et al. 2007 and Hatchard et al. 2001; capacity: Golubkov et al. 2014; the rest row by row in the file",
    .chemistry = "lco_kim2007",
    .cell = {.format = PRO_FORMAT_cylinder, .nodes = 2,
             .mass = 2580.0 * VOLUME, .heat_capacity = 830.0, /* rho cp 2.141e6 J/(m3 K), Kim */
             .volume = VOLUME, .area = 252.99145 * VOLUME,
             .film_coefficient = 7.17, .emissivity = 0.8,
             .surface_share = 0.12,    /* 9 of 75 J/K in a 21700's public two-node model */
             .core_conductance = 0.65, /* 4 pi k L with k 0.8 W/(m K) across the windings: estimate */
             .capacity = 2.6 * 3600.0, .ocv = 0 /* lco_marquis2019 */,
             .resistance = 0.055, /* 18650 at DC 30-60 mohm: medium confidence */
             .voltage_min = 3.1, .voltage_max = 4.2, .T_operating_max = 333.15 /* 60 degC, common on datasheets */,
             .shutdown_T = 405.15, .shutdown_width = 2.0, .shutdown_factor = 1000.0, /* polyethylene, 132 degC */
             /* uncoated, N(165, 5) degC; 3 K rather than 5 K a factor e: with 5 K an hour at 120 degC would short the cell */
             .collapse_T = 438.15, .collapse_width = 3.0, .collapse_rate = 0.1,
             .hard_short_resistance = 0.020, /* of the range 5 mohm to 1 ohm: guess */
             .spot_resistance = 5.0, /* 1/(4 pi k a): a spot of 2 mm in 8 W/(m K), the layers' geometric mean: guess */
             .headspace = 1.5e-6, .burst_pressure = 1.9e6, .vent_area = 8.5e-6, .discharge_coefficient = 0.85, /* 2.0 MPa absolute: medium */
             .gas_heat_ratio = 1.3, .gas_heat_capacity = 1700.0 /* of a CO2, CO, H2 and solvent mixture: estimate */,
             .solvent_mass = 2.6e-3, /* two thirds of 1.5 g/Ah: the carbonates that boil; ethylene carbonate stays */
             /* dimethyl carbonate's Antoine times 0.54, for one third each of EC, DMC, EMC: gives 131, 274 and 421 kPa at
              * 120, 150 and 170 degC, against 128, 270 and 420 from the three components */
             .solvent_antoine_a = 6.1662, .solvent_antoine_b = 1413.0, .solvent_antoine_c = -44.25,
             .solvent_latent_heat = 3.6e4, .evaporation_time = 1.0 /* guess */},
};
