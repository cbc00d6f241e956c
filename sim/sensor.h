/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/sensor.h - a sensor is a row: what it would read if perfect, its ADC, and how far from perfect it is. */
#ifndef PRO_SENSOR_H
#define PRO_SENSOR_H
#include "sim/run.h"

typedef struct pro_sensor {
  const char *name; /* the channel's name in files and detectors */
  const char *unit; /* SI */
  const char *doc, *source;
  pro_truth truth;             /* what it would read if perfect */
  int bits;                    /* 16 or 32: width of its code on disk */
  double quantum, offset;      /* reading = code * quantum + offset */
  pro_sensor_settings typical; /* its imperfections unless a scenario says otherwise */
} pro_sensor;
extern const pro_sensor *const pro_sensor_all[]; /* NULL-terminated; one file each in sim/sensor/ */
int pro_sensor_count(void);
int pro_sensor_find(const char *name); /* index, or -1 */

/* The codes that a `bits` wide ADC can give; the lowest one of the type is kept for "missing". */
int32_t pro_sensor_code_low(const pro_sensor *sensor);
int32_t pro_sensor_code_high(const pro_sensor *sensor);

/* Reads the truth through every sensor with the settings of `in`. Pure: (in->seed, in->run) fixes every number.
 * *out is the caller's to free; PRO_ENOMEM. */
pro_status pro_observe(pro_observation **out, const pro_case *in, const pro_trajectory *truth) PRO_MUST_CHECK;
#endif
