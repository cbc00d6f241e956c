/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sensor.h"

const pro_sensor pro_sensor_gas_CO = {
    .name = "gas_CO",
    .unit = "1",
    .doc = "carbon monoxide in the enclosure, mole fraction",
    .source = "electrochemical, T90 below 30 s (SGX-4DT), 1 ppm; range and bias guess",
    .truth = PRO_TRUTH_gas_CO,
    .bits = 16,
    .quantum = 1e-7,
    .offset = 3.0e-3,
    .typical = {.lag = 13.0, .noise = 1e-6, .bias = 1e-6, .gain = 0.05, .low = 0.0, .high = 2e-3, .loss = 0.002},
};
