/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sensor.h"

const pro_sensor pro_sensor_T_ambient = {
    .name = "T_ambient",
    .unit = "K",
    .doc = "air temperature near the cell",
    .source = "as T_surface",
    .truth = PRO_TRUTH_T_ambient,
    .bits = 16,
    .quantum = 0.05,
    .offset = 273.15,
    .typical = {.lag = 20.0, .noise = 0.15, .bias = 0.7, .gain = 0.0, .low = 233.15, .high = 423.15, .loss = 0.005},
};
