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

static inline pro_wide pro_wide_select(pro_wide_mask when, pro_wide yes, pro_wide no) {
  return (pro_wide)(((pro_wide_mask)yes & when) | ((pro_wide_mask)no & ~when));
}

static inline pro_wide pro_wide_sqrt(pro_wide a) {
  pro_wide root;
  for (int i = 0; i < PRO_WIDE; i++) root[i] = __builtin_sqrt(a[i]);
  return root;
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
