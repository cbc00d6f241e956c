/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sensor.h"

const pro_sensor pro_sensor_pressure = {
    .name = "pressure",
    .unit = "Pa",
    .doc = "gauge pressure of the enclosure",
    .source = "public pack simulator: sigma 20 Pa; bias guess",
    .truth = PRO_TRUTH_pressure,
    .bits = 32,
    .quantum = 1.0,
    .offset = 0.0,
    .typical = {.lag = 0.05, .noise = 20.0, .bias = 30.0, .gain = 0.0, .low = -5e4, .high = 1e6, .loss = 0.001},
};
