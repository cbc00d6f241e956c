/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sensor.h"

/* Clips at 150 degC, as such thermistors do: what the cell does above is not seen. */
const pro_sensor pro_sensor_T_surface = {
    .name = "T_surface",
    .unit = "K",
    .doc = "thermistor on the surface of the cell",
    .source = "public pack simulator: 12-bit divider, sigma 0.1-0.2 K, time constant 5-15 s, -40 to 150 degC; bias +-1-2 K",
    .truth = PRO_TRUTH_T_surface,
    .bits = 16,
    .quantum = 0.05,
    .offset = 273.15,
    .typical = {.lag = 8.0, .noise = 0.15, .bias = 0.7, .gain = 0.0, .low = 233.15, .high = 423.15, .loss = 0.005},
};
