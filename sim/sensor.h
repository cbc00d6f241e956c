/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/sensor.h - a sensor is a row: what it would read if perfect, its ADC, and how far from perfect it is. */
#ifndef PRO_SENSOR_H
#define PRO_SENSOR_H
#include "sim/rng.h"
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
uint32_t pro_sensor_truths(void);      /* what they read, as bits 1 << pro_truth */

/* The codes that a `bits` wide ADC can give; the lowest one of the type is kept for "missing". */
int32_t pro_sensor_code_low(const pro_sensor *sensor);
int32_t pro_sensor_code_high(const pro_sensor *sensor);

/* One case's sensors between two samples: a value that owns nothing and may be copied. What it reads does not
 * depend on the pieces that it is fed in. */
enum { PRO_OBSERVER_GROUP = 16 }; /* samples that are read together */
typedef struct pro_observer {
  int channels;                  /* by pro_sensor_all's order */
  uint64_t next;                 /* sample to read */
  long clipped[PRO_SENSORS_MAX]; /* readings that clipped so far */
  struct pro_reader {
    pro_truth truth;
    pro_stream noise, loss;
    double sigma, lost;              /* of the noise, and probability that a sample is missing [-] */
    double gain, bias, low, high;    /* reading = truth, lagged, * gain + bias, from low to high */
    double offset, per_quantum;      /* code = (reading - offset) * per_quantum */
    double keep;                     /* what a lag leaves of a difference over a sample; 0: no lag [-] */
    double behind;                   /* by which the lagged truth was above the truth at the last group's end */
    double before;                   /* the truth there */
    double held[PRO_OBSERVER_GROUP]; /* the truth of the group that is not yet whole */
  } reader[PRO_SENSORS_MAX];
} pro_observer;

/* Pure: the settings of `in` and (in->seed, in->run) fix every number. `in` is not needed afterwards. */
void pro_observer_begin(pro_observer *out, const pro_case *in);
/* Reads the next n samples.
 *
 *   code    (n) each, by pro_sensor_all's order.
 *   truth   (n) each, by pro_truth; columns that no sensor reads are not looked at.
 *
 * PRO_EINPUT where PRODROME_LEVEL is wrong. */
pro_status pro_observer_feed(pro_observer *observer, int32_t *const code[], const double *const truth[],
                             size_t n) PRO_MUST_CHECK;

/* Reads the truth through every sensor with the settings of `in`, in one piece.
 * *out is the caller's to free; PRO_ENOMEM, and as pro_observer_feed. */
pro_status pro_observe(pro_observation **out, const pro_case *in, const pro_trajectory *truth) PRO_MUST_CHECK;
#endif
