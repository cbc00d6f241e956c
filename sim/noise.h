/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/noise.h - white noise by index, sixteen samples at once: what sample k of a stream gets is a pure function
 * of (stream, k), whatever was asked for before it.
 *
 * Method: Philox4x32-10 as in sim/rng.h, a block for two samples; normals by Box and Muller, Ann. Math. Stat. 29
 * (1958) 610, from 52 bits for the radius (up to 8.57 sigma) and 52 for the angle. IEEE operations in a fixed
 * order as in sim/lanes.h; the series end where 2e-10 is left out. */
#ifndef PRO_NOISE_H
#define PRO_NOISE_H
#ifdef __SSE2__
#include <immintrin.h>
#endif

#include "sim/lanes.h"
#include "sim/rng.h"

enum { PRO_NOISE_GROUP = 2 * PRO_LANES, PRO_NOISE_SPARE = 12 };

typedef uint64_t pro_words __attribute__((vector_size(64)));

/* A stream with the keys of all rounds. */
typedef struct pro_noise_source {
  uint64_t key[PRO_PHILOX_ROUNDS][2];
  uint64_t run, lane;
} pro_noise_source;

static inline pro_noise_source pro_noise_source_of(pro_stream stream) {
  pro_philox_place place = pro_philox_place_of(stream);
  pro_noise_source source = {.run = place.run, .lane = place.lane};
  for (uint32_t round = 0; round < PRO_PHILOX_ROUNDS; round++) {
    source.key[round][0] = (uint32_t)(place.key[0] + round * PRO_PHILOX_W0);
    source.key[round][1] = (uint32_t)(place.key[1] + round * PRO_PHILOX_W1);
  }
  return source;
}

/* Products of the low halves. Whole numbers are exact however they are made, and gcc 12 makes this, written as on
 * the last line, of three multiplications where one does. */
static inline pro_words pro_noise_product(pro_words a, uint32_t b) {
#if defined __AVX512F__
  return (pro_words)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64(b));
#elif defined __AVX2__
  union {
    pro_words whole;
    __m256i part[2];
  } x = {a};
  for (int i = 0; i < 2; i++) x.part[i] = _mm256_mul_epu32(x.part[i], _mm256_set1_epi64x(b));
  return x.whole;
#elif defined __SSE2__
  union {
    pro_words whole;
    __m128i part[4];
  } x = {a};
  for (int i = 0; i < 4; i++) x.part[i] = _mm_mul_epu32(x.part[i], _mm_set1_epi64x(b));
  return x.whole;
#else
  return (a & 0xffffffffu) * b;
#endif
}

/* Blocks first ... first + 7 of the stream; low[l] is pro_rng_bits of block first + l. */
static inline void pro_noise_bits(const pro_noise_source *source, uint64_t first, pro_words *low,
                                  pro_words *high) {
  const pro_words half = (pro_words){0} + 0xffffffffu;
  pro_words index = first + (pro_words){0, 1, 2, 3, 4, 5, 6, 7};
  pro_words c0 = index & half, c1 = index >> 32, c2 = (pro_words){0} + source->run,
            c3 = (pro_words){0} + source->lane;
  for (int round = 0; round < PRO_PHILOX_ROUNDS; round++) {
    pro_words a = pro_noise_product(c0, PRO_PHILOX_M0), b = pro_noise_product(c2, PRO_PHILOX_M1);
    c0 = (b >> 32) ^ c1 ^ source->key[round][0], c1 = b;
    c2 = (a >> 32) ^ c3 ^ source->key[round][1], c3 = a;
  }
  *low = c1 << 32 | (c0 & half);
  *high = c3 << 32 | (c2 & half);
}

/* sqrt(-2 ln u) for u in (0, 1): u = 2^-k m with m in [sqrt(1/2), sqrt(2)), ln m as in pro_lanes_log, but to s^11.
 */
static inline pro_lanes pro_noise_radius(pro_lanes u) {
  pro_words bits = (pro_words)u;
  pro_words k = (0x3ff6a09e667f3bccu - bits) >> 52; /* from the last double below sqrt(2) down */
  pro_lanes m = (pro_lanes)(bits + (k << 52));
  pro_lanes halvings = (pro_lanes)(k | 0x4330000000000000u) - 0x1p52;
  pro_lanes f = m - 1.0, s = f / (f + 2.0), z = s * s, z2 = z * z;
  pro_lanes p = (4.0 / 3.0 + z * (4.0 / 5.0)) + z2 * ((4.0 / 7.0 + z * (4.0 / 9.0)) + z2 * (4.0 / 11.0));
  return pro_lanes_sqrt(halvings * 0x1.62e42fefa39efp0 - (4.0 * s + s * (z * p)));
}

/* What samples 16 group ... 16 group + 15 get: normals of mean 0 and sigma 1, and PRO_NOISE_SPARE random bits that
 * these do not use. */
static inline void pro_noise_group(const pro_noise_source *source, uint64_t group, pro_lanes normal[2],
                                   pro_words spare[2]) {
  const uint64_t one = 0x3ff0000000000000u; /* the exponent of [1, 2) */
  pro_words low, high;
  pro_noise_bits(source, group * PRO_LANES, &low, &high);
  spare[0] = low & ((1u << PRO_NOISE_SPARE) - 1u);
  spare[1] = high & ((1u << PRO_NOISE_SPARE) - 1u);
  /* the middles of 2^52 cells of (0, 1), and of 2^50 of a quarter of the circle about 0 */
  pro_lanes u = (pro_lanes)(low >> 12 | one) - (1.0 - 0x1p-53);
  pro_lanes angle = ((pro_lanes)((high >> 14) << 2 | 2u | one) - 1.5) * 0x1.921fb54442d18p0;
  pro_words swaps = 0u - (high >> 12 & 1u), sign = (high >> 13) << 63; /* the four quarters */
  pro_lanes radius = (pro_lanes)((pro_words)pro_noise_radius(u) ^ sign);
  pro_lanes x = angle * angle, x2 = x * x;
  pro_lanes sine = angle + angle * (x * ((-1.0 / 6.0 + x * (1.0 / 120.0)) +
                                         x2 * ((-1.0 / 5040.0 + x * (1.0 / 362880.0)) - x2 * (1.0 / 39916800.0))));
  pro_lanes cosine =
      1.0 + x * ((-0.5 + x * (1.0 / 24.0)) +
                 x2 * ((-1.0 / 720.0 + x * (1.0 / 40320.0)) + x2 * (-1.0 / 3628800.0 + x * (1.0 / 479001600.0))));
  normal[0] = radius * pro_select((pro_lanes_mask)swaps, sine, cosine);
  normal[1] = radius * pro_select((pro_lanes_mask)swaps, cosine, sine);
}

#endif
