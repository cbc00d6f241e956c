/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/rng.h"

#include <math.h>

#include "sim/lanes.h"

void pro_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
  for (int round = 0; round < PRO_PHILOX_ROUNDS; round++) {
    uint64_t a = PRO_PHILOX_M0 * c0, b = PRO_PHILOX_M1 * c2;
    uint32_t next0 = (uint32_t)(b >> 32) ^ c1 ^ k0, next2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)b;
    c3 = (uint32_t)a;
    c0 = next0;
    c2 = next2;
    k0 += PRO_PHILOX_W0;
    k1 += PRO_PHILOX_W1;
  }
  out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

/* SplitMix64's finaliser (Steele et al., OOPSLA 2014): a bijection that spreads neighbouring numbers. */
static uint64_t spread(uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

pro_philox_place pro_philox_place_of(pro_stream stream) {
  /* Index, the low half of the run and the lane fit into Philox's counter and never collide; the seed, the purpose
   * and the high half of the run make its key. */
  uint64_t mixed = spread(stream.seed + spread((uint64_t)stream.purpose << 32 | stream.run >> 32));
  return (pro_philox_place){{(uint32_t)mixed, (uint32_t)(mixed >> 32)}, (uint32_t)stream.run, stream.lane};
}

uint64_t pro_rng_bits(pro_stream stream, uint64_t index) {
  pro_philox_place place = pro_philox_place_of(stream);
  uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), place.run, place.lane}, out[4];
  pro_philox4x32(counter, place.key, out);
  return (uint64_t)out[1] << 32 | out[0];
}

double pro_rng_uniform(pro_stream stream, uint64_t index) {
  return ((double)(pro_rng_bits(stream, index) >> 12) + 0.5) * 0x1p-52;
}

double pro_rng_normal(pro_stream stream, uint64_t index) {
  return pro_normal_quantile(pro_rng_uniform(stream, index));
}

/* (n[0] + n[1] r + ... + n[7] r^7) / (1 + d[0] r + ... + d[6] r^7) */
static double ratio(const double n[8], const double d[7], double r) {
  double above = n[7], below = d[6];
  for (int i = 6; i >= 0; i--) above = above * r + n[i];
  for (int i = 5; i >= 0; i--) below = below * r + d[i];
  return above / (below * r + 1.0);
}

/* PPND16 of Wichura, Algorithm AS 241, Applied Statistics 37 (1988) 477: relative error about 1e-16. */
double pro_normal_quantile(double p) {
  static const double middle_n[8] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                     1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                     3.3430575583588128105e4, 2.5090809287301226727e3};
  static const double middle_d[7] = {4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
                                     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
                                     5.2264952788528545610e3};
  static const double near_n[8] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                   3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                   2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static const double near_d[7] = {2.05319162663775882187e0,  1.67638483018380384940e0,  6.89767334985100004550e-1,
                                   1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                                   1.05075007164441684324e-9};
  static const double far_n[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                  2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                  2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static const double far_d[7] = {5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
                                  7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
                                  2.04426310338993978564e-15};
  double q = p - 0.5;
  if (fabs(q) <= 0.425) return q * ratio(middle_n, middle_d, 0.180625 - q * q);
  double r = sqrt(-pro_log(q < 0.0 ? p : 1.0 - p));
  double size = r <= 5.0 ? ratio(near_n, near_d, r - 1.6) : ratio(far_n, far_d, r - 5.0);
  return q < 0.0 ? -size : size;
}
