/* SPDX-License-Identifier: Apache-2.0
 * predictor/detector.h - a detector sees one sample at a time and answers with a risk. Freestanding: no heap, no files,
 * no libm, no simulator, so what is judged here is what would run on a battery management system. */
#ifndef PRO_DETECTOR_H
#define PRO_DETECTOR_H
#include <stddef.h>
#include <stdint.h>

#include "sim/field.h"

/* name, SI unit. The order is the order of pro_sample.value. */
#define PRO_CHANNEL_LIST(X)                                                       \
  X(T_surface, "K") X(T_ambient, "K") X(voltage, "V") X(current, "A") X(pressure, "Pa") \
  X(gas_H2, "1") X(gas_CO, "1") X(gas_CO2, "1") X(gas_VOC, "1")
#define PRO_AS_CHANNEL(name, unit) PRO_CHANNEL_##name,
typedef enum pro_channel_id { PRO_CHANNEL_LIST(PRO_AS_CHANNEL) PRO_CHANNEL_COUNT } pro_channel_id;
#undef PRO_AS_CHANNEL
extern const char *const pro_channel_names[PRO_CHANNEL_COUNT];

/* What a battery management system is told of its cell. NaN: not known. */
typedef struct pro_nameplate {
  float capacity;                 /* [C] */
  float mass;                     /* [kg] */
  float voltage_min, voltage_max; /* [V] */
  float T_operating_max;          /* [K] */
  int format;                     /* 0 cylinder, 1 pouch, 2 prismatic, -1 not known */
} pro_nameplate;

typedef struct pro_sample {
  double t;                           /* since the record's start [s], never decreasing */
  float value[PRO_CHANNEL_COUNT];     /* NaN: missing */
} pro_sample;

typedef enum pro_hazard { PRO_HAZARD_normal, PRO_HAZARD_hazardous } pro_hazard;

typedef struct pro_verdict {
  float probability; /* of runaway ahead, in [0, 1] */
  pro_hazard hazard;
} pro_verdict;

typedef struct pro_detector { /* one file each in predictor/detector/ */
  const char *name, *doc, *source;
  const pro_field *fields;         /* of its params struct; NULL: none */
  size_t param_bytes, state_bytes; /* the caller provides both, aligned for double */
  void (*reset)(void *state, const void *params, const pro_nameplate *nameplate);
  pro_verdict (*step)(void *state, const void *params, const pro_sample *sample);
} pro_detector;
extern const pro_detector *const pro_detector_all[]; /* NULL-terminated */
const pro_detector *pro_detector_find(const char *name); /* NULL: no such */
enum { PRO_DETECTOR_BYTES_MAX = 1024 }; /* of state, and of params */
#endif
