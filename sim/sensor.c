/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sensor.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "registry/sensor.def"
#include "sim/lanes.h"

#define PRO_DECLARE(name) extern const pro_sensor pro_sensor_##name;
PRO_sensor_LIST(PRO_DECLARE)
#define PRO_ENTRY(name) &pro_sensor_##name,
    const pro_sensor *const pro_sensor_all[] = {PRO_sensor_LIST(PRO_ENTRY) NULL};

int pro_sensor_count(void) { return (int)PRO_COUNT(pro_sensor_all) - 1; }

int pro_sensor_find(const char *name) {
  for (int s = 0; pro_sensor_all[s]; s++)
    if (strcmp(pro_sensor_all[s]->name, name) == 0) return s;
  return -1;
}

uint32_t pro_sensor_truths(void) {
  uint32_t bits = 0;
  for (int s = 0; pro_sensor_all[s]; s++) bits |= 1u << pro_sensor_all[s]->truth;
  return bits;
}

int32_t pro_sensor_code_low(const pro_sensor *sensor) {
  return sensor->bits == 16 ? INT16_MIN + 1 : INT32_MIN + 1;
}
int32_t pro_sensor_code_high(const pro_sensor *sensor) { return sensor->bits == 16 ? INT16_MAX : INT32_MAX; }

static pro_stream stream(const pro_case *in, const pro_sensor *sensor, uint32_t what) {
  /* keyed by the truth read, not by the registry's order: a new sensor file does not change the others' noise */
  return (pro_stream){in->seed, in->run, PRO_FOR_SENSORS, (uint32_t)sensor->truth * 4u + what};
}

void pro_observer_begin(pro_observer *out, const pro_case *in) {
  static_assert(PRO_COUNT(pro_sensor_all) - 1 <= PRO_SENSORS_MAX, "more sensors than a case has room for");
  memset(out, 0, sizeof *out);
  out->channels = pro_sensor_count();
  for (int c = 0; c < out->channels; c++) {
    const pro_sensor *sensor = pro_sensor_all[c];
    const pro_sensor_settings *set = &in->sensors[c];
    out->reader[c] = (struct pro_reader){
        .truth = sensor->truth,
        .noise = stream(in, sensor, 1),
        .loss = stream(in, sensor, 2),
        .sigma = set->noise,
        .lost = set->loss,
        .gain = 1.0 + set->gain * pro_rng_normal(stream(in, sensor, 0), 0),
        .bias = set->bias * pro_rng_normal(stream(in, sensor, 0), 1),
        .low = fmax(set->low, pro_sensor_code_low(sensor) * sensor->quantum + sensor->offset),
        .high = fmin(set->high, pro_sensor_code_high(sensor) * sensor->quantum + sensor->offset),
        .offset = sensor->offset,
        .per_quantum = 1.0 / sensor->quantum,
        /* exact for a truth that is constant over the sample before */
        .keep = set->lag > 0.0 ? pro_exp(-in->period / set->lag) : 0.0,
    };
  }
}

pro_status pro_observe(pro_observation **out, const pro_case *in, const pro_trajectory *truth) {
  pro_observer observer;
  pro_observer_begin(&observer, in);
  int channels = observer.channels;
  size_t n = truth->samples;
  pro_observation *seen = malloc(sizeof *seen + n * (sizeof(double) + (size_t)channels * sizeof(int32_t)));
  if (!seen) return pro_fail(PRO_ENOMEM, "no memory for %zu samples of %d sensors", n, channels);
  memset(seen, 0, sizeof *seen);
  seen->samples = n;
  seen->channels = channels;
  seen->t = (double *)(seen + 1);
  memcpy(seen->t, truth->t, n * sizeof(double));
  int32_t *codes = (int32_t *)(seen->t + n);
  for (int c = 0; c < channels; c++) seen->code[c] = codes + (size_t)c * n;
  pro_status status = pro_observer_feed(&observer, seen->code, (const double *const *)truth->truth, n);
  memcpy(seen->clipped, observer.clipped, sizeof seen->clipped);
  if (status == PRO_OK)
    *out = seen; /* handed over */
  else
    pro_observation_free(seen);
  return status;
}
