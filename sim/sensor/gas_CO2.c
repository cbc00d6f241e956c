/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sensor.h"

const pro_sensor pro_sensor_gas_CO2 = {
    .name = "gas_CO2",
    .unit = "1",
    .doc = "carbon dioxide in the enclosure, mole fraction, over the air it is filled with",
    .source = "NDIR (SCD30): +-30 ppm + 3 %, T90 20-60 s, to 10 000 ppm",
    .truth = PRO_TRUTH_gas_CO2,
    .bits = 16,
    .quantum = 1e-6,
    .offset = 0.0,
    .typical = {.lag = 17.0, .noise = 1e-5, .bias = 3e-5, .gain = 0.03, .low = -1e-3, .high = 1e-2, .loss = 0.002},
};
