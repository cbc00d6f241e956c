/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sensor.h"

/* Saturates at 2000 ppm. */
const pro_sensor pro_sensor_gas_H2 = {
    .name = "gas_H2",
    .unit = "1",
    .doc = "hydrogen in the enclosure, mole fraction",
    .source = "metal-oxide sensor, T90 15-18 s (Sewerin Variotec manual), sigma 0.8 ppm, range 2000 ppm; bias guess",
    .truth = PRO_TRUTH_gas_H2,
    .bits = 16,
    .quantum = 1e-7,
    .offset = 3.0e-3,
    .typical = {.lag = 7.0, .noise = 8e-7, .bias = 1e-6, .gain = 0.05, .low = 0.0, .high = 2e-3, .loss = 0.002},
};
