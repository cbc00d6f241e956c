/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/wide.h - as many numbers side by side as the processor's registers hold, for what need not be eight wide.
 *
 * No number sees its neighbours, so that the bytes do not depend on how many there are. (sim/lanes.h is always
 * eight wide; gcc 12 takes such vectors apart, number by number, where it must compare or multiply them in
 * narrower registers.) */
#ifndef PRO_WIDE_H
#define PRO_WIDE_H
#ifdef __SSE2__
#include <immintrin.h>
#endif
#include <stdint.h>
#include <string.h>

#if defined __AVX512F__ && defined __AVX512DQ__
enum { PRO_WIDE = 8 };
#elif defined __AVX2__
enum { PRO_WIDE = 4 };
#else
enum { PRO_WIDE = 2 };
#endif

typedef double pro_wide __attribute__((vector_size(8 * PRO_WIDE)));
typedef int64_t pro_wide_mask __attribute__((vector_size(8 * PRO_WIDE))); /* -1 true, 0 false */
typedef uint64_t pro_wide_bits __attribute__((vector_size(8 * PRO_WIDE)));

static inline pro_wide pro_wide_all(double x) { return x - (pro_wide){0}; }

static inline pro_wide pro_wide_load(const double *x) {
  pro_wide y;
  memcpy(&y, x, sizeof y);
  return y;
}

static inline void pro_wide_store(double *to, pro_wide x) { memcpy(to, &x, sizeof x); }

static inline pro_wide pro_wide_select(pro_wide_mask when, pro_wide yes, pro_wide no) {
  return (pro_wide)(((pro_wide_mask)yes & when) | ((pro_wide_mask)no & ~when));
}

/* a > b ? a : b and a < b ? a : b: where one is no number, b. What x86's instructions do, and gcc 12 does not see
 * that they do. */
#if defined __AVX512F__ && defined __AVX512DQ__
#define PRO_WIDE_EITHER(name, sign) _mm512_##name##_pd(a, b)
#elif defined __AVX2__
#define PRO_WIDE_EITHER(name, sign) _mm256_##name##_pd(a, b)
#elif defined __SSE2__
#define PRO_WIDE_EITHER(name, sign) _mm_##name##_pd(a, b)
#else
#define PRO_WIDE_EITHER(name, sign) pro_wide_select(a sign b, a, b)
#endif
static inline pro_wide pro_wide_max(pro_wide a, pro_wide b) { return (pro_wide)PRO_WIDE_EITHER(max, >); }
static inline pro_wide pro_wide_min(pro_wide a, pro_wide b) { return (pro_wide)PRO_WIDE_EITHER(min, <); }

static inline pro_wide pro_wide_sqrt(pro_wide a) {
  pro_wide root;
  for (int i = 0; i < PRO_WIDE; i++) root[i] = __builtin_sqrt(a[i]);
  return root;
}

/* e^x: x = k ln 2 + r with |r| <= ln 2 / 2, Taylor to r^13 (remainder below 5e-18), then times 2^k, whose exponent
 * field is k + 1023. That is 0 for k = -1023, a zero, and 2047 for k = 1024, infinity: below -708.75 e^x is 0,
 * above 709.4 infinity, of NaN NaN; error below 1 ulp for normal results. */
static inline pro_wide pro_wide_exp(pro_wide x) {
  const double shift = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer in the low bits */
  pro_wide held = pro_wide_min(pro_wide_all(710.0), pro_wide_max(pro_wide_all(-709.0), x)); /* NaN stays */
  pro_wide rounded = held * 1.4426950408889634 + shift;
  pro_wide k = rounded - shift;
  pro_wide r = (held - k * 0x1.62e42fefa3800p-1) - k * 0x1.ef35793c76730p-45; /* ln 2 in two parts (fdlibm) */
  /* (e^r - 1 - r)/r^2 in pairs and pairs of pairs (Estrin), which need not wait for each other */
  pro_wide r2 = r * r, r4 = r2 * r2;
  pro_wide a = (0.5 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0));
  pro_wide b = (1.0 / 720.0 + r * (1.0 / 5040.0)) + r2 * (1.0 / 40320.0 + r * (1.0 / 362880.0));
  pro_wide c = (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) + r2 * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0));
  pro_wide p = r2 * ((a + r4 * b) + (r4 * r4) * c) + r + 1.0;
  return p * (pro_wide)(((pro_wide_bits)rounded << 52) + ((uint64_t)1023 << 52)); /* k's low bits alone */
}

/* ln x for x > 0: x = 2^k m with m in [sqrt(1/2), sqrt(2)), ln m = 2 atanh((m-1)/(m+1)), odd series to s^21
 * (remainder below 3e-18). Zero gives -infinity, negatives and NaN give NaN; error below 1.5 ulp. */
static inline pro_wide pro_wide_log(pro_wide x) {
  pro_wide_mask tiny = x < 0x1p-1022;
  pro_wide scaled = pro_wide_select(tiny, x * 0x1p54, x);
  pro_wide_mask bits = (pro_wide_mask)scaled;
  pro_wide_mask k = (pro_wide_mask)((pro_wide_bits)bits >> 52) - 1023;
  pro_wide m = (pro_wide)((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  pro_wide_mask high = m > 1.4142135623730951;
  m = pro_wide_select(high, m * 0.5, m);
  k = k - high - (tiny & 54);                                            /* a true mask is -1 */
  pro_wide dk = (pro_wide)(k + 0x4338000000000000) - 6755399441055744.0; /* k in the low bits of 1.5 * 2^52 */
  pro_wide f = m - 1.0, s = f / (f + 2.0), z = s * s;
  pro_wide z2 = z * z, z4 = z2 * z2;
  pro_wide low = (2.0 / 3.0 + z * (2.0 / 5.0)) + z2 * (2.0 / 7.0 + z * (2.0 / 9.0));
  pro_wide middle = (2.0 / 11.0 + z * (2.0 / 13.0)) + z2 * (2.0 / 15.0 + z * (2.0 / 17.0));
  pro_wide p = low + z4 * (middle + z4 * (2.0 / 19.0 + z * (2.0 / 21.0)));
  /* ln(1+f) = f - s (f - z p), with f^2/2 split off so that the rounding of f matters least (fdlibm's arrangement)
   */
  pro_wide hf = 0.5 * f * f;
  pro_wide log_m = f - (hf - (s * (hf + z * p) + dk * 0x1.ef35793c76730p-45));
  pro_wide y = dk * 0x1.62e42fefa3800p-1 + log_m;
  y = pro_wide_select(x == 0.0, pro_wide_all(-__builtin_inf()), y);
  y = pro_wide_select(x == __builtin_inf(), x, y);
  return pro_wide_select(x >= 0.0, y, pro_wide_all(__builtin_nan("")));
}

/* The products of the lower halves of a with b. */
static inline pro_wide_bits pro_wide_product(pro_wide_bits a, uint32_t b) {
#if defined __AVX512F__ && defined __AVX512DQ__
  return (pro_wide_bits)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64(b));
#elif defined __AVX2__
  return (pro_wide_bits)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x(b));
#elif defined __SSE2__
  return (pro_wide_bits)_mm_mul_epu32((__m128i)a, _mm_set1_epi64x(b));
#else
  return (a & 0xffffffffu) * b;
#endif
}

/* The signs, the first in bit 0. */
static inline unsigned pro_wide_signs(pro_wide_mask a) {
#if defined __AVX512F__ && defined __AVX512DQ__
  return _mm512_movepi64_mask((__m512i)a);
#elif defined __AVX2__
  return (unsigned)_mm256_movemask_pd((__m256d)a);
#elif defined __SSE2__
  return (unsigned)_mm_movemask_pd((__m128d)a);
#else
  unsigned signs = 0;
  for (int i = 0; i < PRO_WIDE; i++) signs |= (unsigned)(a[i] < 0) << i;
  return signs;
#endif
}

#endif
