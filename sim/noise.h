/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/noise.h - white noise by index: what sample k of a stream gets is a pure function of (stream, k), whatever
 * was asked for before it.
 *
 * Method: Philox4x32-10 as in sim/rng.h, a block for two samples; normals by Box and Muller, Ann. Math. Stat. 29
 * (1958) 610, from 52 bits for the radius (up to 8.57 sigma) and 52 for the angle. IEEE operations in a fixed
 * order without libm; the series end where 2e-10 is left out. */
#ifndef PRO_NOISE_H
#define PRO_NOISE_H
#include "sim/rng.h"
#include "sim/wide.h"

enum {
  PRO_NOISE_GROUP = 16, /* samples, the first eight of which share their blocks with the last eight */
  PRO_NOISE_PARTS = PRO_NOISE_GROUP / 2 / PRO_WIDE,
  PRO_NOISE_SPARE = 12 /* bits that a sample's normal does not use */
};

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

/* The stream's blocks from `first` on; low[i] is pro_rng_bits of block first + i. */
static inline void pro_noise_blocks(const pro_noise_source *source, uint64_t first, pro_wide_bits *low,
                                    pro_wide_bits *high) {
  static const uint64_t count[] = {0, 1, 2, 3, 4, 5, 6, 7};
  const pro_wide_bits none = {0}, half = none + 0xffffffffu;
  pro_wide_bits index;
  memcpy(&index, count, sizeof index);
  index += first;
  pro_wide_bits c0 = index & half, c1 = index >> 32, c2 = none + source->run, c3 = none + source->lane;
  for (int round = 0; round < PRO_PHILOX_ROUNDS; round++) { /* upper halves are not looked at */
    pro_wide_bits a = pro_wide_product(c0, PRO_PHILOX_M0), b = pro_wide_product(c2, PRO_PHILOX_M1);
    c0 = (b >> 32) ^ c1 ^ source->key[round][0], c1 = b;
    c2 = (a >> 32) ^ c3 ^ source->key[round][1], c3 = a;
  }
  *low = c1 << 32 | (c0 & half);
  *high = c3 << 32 | (c2 & half);
}

/* sqrt(-2 ln u) for u in (0, 1): u = 2^-k m with m in [sqrt(1/2), sqrt(2)), ln m = 2 atanh((m-1)/(m+1)). */
static inline pro_wide pro_noise_radius(pro_wide u) {
  pro_wide_bits bits = (pro_wide_bits)u;
  pro_wide_bits k = (0x3ff6a09e667f3bccu - bits) >> 52; /* from the last double below sqrt(2) down */
  pro_wide m = (pro_wide)(bits + (k << 52));
  pro_wide halvings = (pro_wide)(k | 0x4330000000000000u) - 0x1p52;
  pro_wide f = m - 1.0, s = f / (f + 2.0), z = s * s, z2 = z * z;
  pro_wide p = (4.0 / 3.0 + z * (4.0 / 5.0)) + z2 * ((4.0 / 7.0 + z * (4.0 / 9.0)) + z2 * (4.0 / 11.0));
  return pro_wide_sqrt(halvings * 0x1.62e42fefa39efp0 - (4.0 * s + s * (z * p)));
}

/* Part `part` of a group: what samples k = PRO_NOISE_GROUP * group + PRO_WIDE * part + i get (normal[0]), and the
 * samples k + 8 (normal[1]): normals of mean 0 and sigma 1, and random bits that these do not use. */
static inline void pro_noise_part(const pro_noise_source *source, uint64_t group, int part, pro_wide normal[2],
                                  pro_wide_bits spare[2]) {
  const uint64_t one = 0x3ff0000000000000u; /* the exponent of [1, 2) */
  pro_wide_bits low, high;
  pro_noise_blocks(source, group * (PRO_NOISE_GROUP / 2) + (uint64_t)(part * PRO_WIDE), &low, &high);
  spare[0] = low & ((1u << PRO_NOISE_SPARE) - 1u);
  spare[1] = high & ((1u << PRO_NOISE_SPARE) - 1u);
  /* the middles of 2^52 cells of (0, 1), and of 2^50 of a quarter of the circle about 0 */
  pro_wide u = (pro_wide)(low >> 12 | one) - (1.0 - 0x1p-53);
  pro_wide angle = ((pro_wide)((high >> 14) << 2 | 2u | one) - 1.5) * 0x1.921fb54442d18p0;
  pro_wide_bits swaps = 0u - (high >> 12 & 1u), sign = (high >> 13) << 63; /* the four quarters */
  pro_wide radius = (pro_wide)((pro_wide_bits)pro_noise_radius(u) ^ sign);
  pro_wide x = angle * angle, x2 = x * x;
  pro_wide sine = angle + angle * (x * ((-1.0 / 6.0 + x * (1.0 / 120.0)) +
                                        x2 * ((-1.0 / 5040.0 + x * (1.0 / 362880.0)) - x2 * (1.0 / 39916800.0))));
  pro_wide cosine =
      1.0 + x * ((-0.5 + x * (1.0 / 24.0)) +
                 x2 * ((-1.0 / 720.0 + x * (1.0 / 40320.0)) + x2 * (-1.0 / 3628800.0 + x * (1.0 / 479001600.0))));
  normal[0] = radius * pro_wide_select((pro_wide_mask)swaps, sine, cosine);
  normal[1] = radius * pro_wide_select((pro_wide_mask)swaps, cosine, sine);
}

#endif
