/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/rng.h - random numbers by index, not by order: number `index` of stream (seed, run, purpose, lane) is a pure
 * function of the five, so results depend neither on threads nor on what else was drawn.
 *
 * Method: Philox4x32-10, Salmon et al., SC11 (2011), doi 10.1145/2063384.2063405; normals by Wichura's AS 241
 * (1988) with our own log, so that the bytes do not depend on the processor's variant of libm. */
#ifndef PRO_RNG_H
#define PRO_RNG_H
#include <stdint.h>

#include "sim/base.h"

typedef enum pro_purpose {
  PRO_FOR_PARAMETERS,
  PRO_FOR_SENSORS,
  PRO_FOR_SPLIT,
  PRO_FOR_MIX,
  PRO_FOR_SOBOL,
  PRO_FOR_DRIVE
} pro_purpose;

typedef struct pro_stream {
  uint64_t seed, run;
  uint32_t purpose; /* pro_purpose */
  uint32_t lane;    /* which draw or channel */
} pro_stream;

uint64_t pro_rng_bits(pro_stream stream, uint64_t index);
double pro_rng_uniform(pro_stream stream, uint64_t index); /* in (0, 1), never an end */
double pro_rng_normal(pro_stream stream, uint64_t index);  /* mean 0, sigma 1 */

double pro_normal_quantile(double p); /* inverse of the standard normal distribution; p in (0, 1) */
void pro_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);
#endif
