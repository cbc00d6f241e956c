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

/* ---- for who computes many at once ---- */

enum { PRO_PHILOX_ROUNDS = 10 };
#define PRO_PHILOX_M0 0xD2511F53ULL /* multipliers of a round, and what is added to the keys after it */
#define PRO_PHILOX_M1 0xCD9E8D57ULL
#define PRO_PHILOX_W0 0x9E3779B9u
#define PRO_PHILOX_W1 0xBB67AE85u
void pro_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Where a stream lies: number `index` is made from the counter (index low, index high, run, lane). */
typedef struct pro_philox_place {
  uint32_t key[2], run, lane;
} pro_philox_place;
pro_philox_place pro_philox_place_of(pro_stream stream);
#endif
