/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sensor.h"

const pro_sensor pro_sensor_voltage = {
    .name = "voltage",
    .unit = "V",
    .doc = "terminal voltage",
    .source = "BQ76905 class monitor: 1 mV steps, sigma 0.8 mV, offset 1.5 mV, gain 3e-4",
    .truth = PRO_TRUTH_voltage,
    .bits = 16,
    .quantum = 1e-3,
    .offset = 0.0,
    .typical = {.lag = 0.0, .noise = 8e-4, .bias = 1.5e-3, .gain = 3e-4, .low = -5.0, .high = 10.0, .loss = 0.001},
};
