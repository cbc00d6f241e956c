/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sensor.h"

const pro_sensor pro_sensor_gas_VOC = {
    .name = "gas_VOC",
    .unit = "1",
    .doc = "hydrocarbons and solvent vapour in the enclosure, mole fraction",
    .source = "metal-oxide, time constant 8 s, sigma 1 % of reading taken as 1 ppm; range guess",
    .truth = PRO_TRUTH_gas_VOC,
    .bits = 16,
    .quantum = 1e-7,
    .offset = 3.0e-3,
    .typical = {.lag = 8.0, .noise = 1e-6, .bias = 2e-6, .gain = 0.05, .low = 0.0, .high = 2e-3, .loss = 0.002},
};
