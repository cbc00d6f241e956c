/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sensor.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "registry/sensor.def"
#include "sim/rng.h"

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

int32_t pro_sensor_code_low(const pro_sensor *sensor) {
  return sensor->bits == 16 ? INT16_MIN + 1 : INT32_MIN + 1;
}
int32_t pro_sensor_code_high(const pro_sensor *sensor) { return sensor->bits == 16 ? INT16_MAX : INT32_MAX; }

static pro_stream stream(const pro_case *in, const pro_sensor *sensor, uint32_t what) {
  /* keyed by the truth read, not by the registry's order: a new sensor file does not change the others' noise */
  return (pro_stream){in->seed, in->run, PRO_FOR_SENSORS, (uint32_t)sensor->truth * 4u + what};
}

/* lag, then gain and bias, then noise, then clipping and the ADC's rounding; each sample may be missing */
static long read_one(int32_t *code, const pro_case *in, const pro_sensor *sensor, const pro_sensor_settings *set,
                     const double *truth, size_t samples) {
  double gain = 1.0 + set->gain * pro_rng_normal(stream(in, sensor, 0), 0);
  double bias = set->bias * pro_rng_normal(stream(in, sensor, 0), 1);
  /* exact for an input that is constant over the sample before */
  double follow = set->lag > 0.0 ? 1.0 - pro_exp(-in->period / set->lag) : 1.0;
  double low = fmax(set->low, pro_sensor_code_low(sensor) * sensor->quantum + sensor->offset);
  double high = fmin(set->high, pro_sensor_code_high(sensor) * sensor->quantum + sensor->offset);
  double shown = truth[0];
  long clipped = 0;
  for (size_t k = 0; k < samples; k++) {
    shown += follow * (truth[k] - shown);
    if (set->loss > 0.0 && pro_rng_uniform(stream(in, sensor, 2), k) < set->loss) {
      code[k] = PRO_CODE_MISSING;
      continue;
    }
    double reading = shown * gain + bias;
    if (set->noise > 0.0) reading += set->noise * pro_rng_normal(stream(in, sensor, 1), k);
    if (reading < low || reading > high) clipped++;
    reading = fmin(fmax(reading, low), high);
    code[k] = (int32_t)rint((reading - sensor->offset) / sensor->quantum);
  }
  return clipped;
}

pro_status pro_observe(pro_observation **out, const pro_case *in, const pro_trajectory *truth) {
  static_assert(PRO_COUNT(pro_sensor_all) - 1 <= PRO_SENSORS_MAX, "more sensors than a case has room for");
  int channels = pro_sensor_count();
  size_t n = truth->samples;
  pro_observation *seen = malloc(sizeof *seen + n * (sizeof(double) + (size_t)channels * sizeof(int32_t)));
  if (!seen) return pro_fail(PRO_ENOMEM, "no memory for %zu samples of %d sensors", n, channels);
  memset(seen, 0, sizeof *seen);
  seen->samples = n;
  seen->channels = channels;
  seen->t = (double *)(seen + 1);
  memcpy(seen->t, truth->t, n * sizeof(double));
  int32_t *codes = (int32_t *)(seen->t + n);
  for (int c = 0; c < channels; c++) {
    seen->code[c] = codes + (size_t)c * n;
    const pro_sensor *sensor = pro_sensor_all[c];
    seen->clipped[c] = read_one(seen->code[c], in, sensor, &in->sensors[c], truth->truth[sensor->truth], n);
  }
  *out = seen;
  return PRO_OK;
}
