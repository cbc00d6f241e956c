/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sensor.h"

const pro_sensor pro_sensor_current = {
    .name = "current",
    .unit = "A",
    .doc = "terminal current, > 0 charges",
    .source = "Hall sensor: sigma 0.12 A, offset 0.25 A, gain 1 %",
    .truth = PRO_TRUTH_current,
    .bits = 32,
    .quantum = 1e-3,
    .offset = 0.0,
    .typical = {.lag = 0.0, .noise = 0.12, .bias = 0.25, .gain = 0.01, .low = -2e6, .high = 2e6, .loss = 0.001},
};
