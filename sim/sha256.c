/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sha256.h"

#include <stdint.h>
#include <string.h>

/* clang-format off */
static const uint32_t k[64] = { /* FIPS 180-4, 4.2.2 */
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
/* clang-format on */

static uint32_t turn(uint32_t x, int n) { return (x >> n) | (x << (32 - n)); }

static void block(uint32_t hash[8], const unsigned char *data) {
  uint32_t w[64];
  for (int t = 0; t < 16; t++)
    w[t] = (uint32_t)data[4 * t] << 24 | (uint32_t)data[4 * t + 1] << 16 | (uint32_t)data[4 * t + 2] << 8 |
           (uint32_t)data[4 * t + 3];
  for (int t = 16; t < 64; t++) {
    uint32_t s0 = turn(w[t - 15], 7) ^ turn(w[t - 15], 18) ^ (w[t - 15] >> 3);
    uint32_t s1 = turn(w[t - 2], 17) ^ turn(w[t - 2], 19) ^ (w[t - 2] >> 10);
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4], f = hash[5], g = hash[6], h = hash[7];
  for (int t = 0; t < 64; t++) {
    uint32_t t1 = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + k[t] + w[t];
    uint32_t t2 = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  hash[0] += a, hash[1] += b, hash[2] += c, hash[3] += d;
  hash[4] += e, hash[5] += f, hash[6] += g, hash[7] += h;
}

void pro_sha256_begin(pro_sha256_state *s) {
  *s = (pro_sha256_state){
      .hash = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void pro_sha256_feed(pro_sha256_state *s, const void *data, size_t size) {
  const unsigned char *at = data;
  size_t held = s->size % 64;
  s->size += size;
  if (held > 0 && held + size >= 64) {
    memcpy(s->rest + held, at, 64 - held);
    block(s->hash, s->rest);
    at += 64 - held, size -= 64 - held, held = 0;
  }
  for (; held == 0 && size >= 64; size -= 64, at += 64) block(s->hash, at);
  if (size) memcpy(s->rest + held, at, size);
}

void pro_sha256_end(char out[PRO_SHA256_TEXT], pro_sha256_state *s) {
  size_t left = s->size % 64, blocks = left < 56 ? 1 : 2;
  unsigned char last[128] = {0}; /* the rest, one bit, zeros, and the length in bits */
  memcpy(last, s->rest, left);
  last[left] = 0x80;
  uint64_t bits = s->size * 8;
  for (int i = 0; i < 8; i++) last[blocks * 64 - 1 - (size_t)i] = (unsigned char)(bits >> (8 * i));
  for (size_t b = 0; b < blocks; b++) block(s->hash, last + 64 * b);
  static const char digits[] = "0123456789abcdef";
  for (int i = 0; i < 64; i++) out[i] = digits[(s->hash[i / 8] >> (28 - 4 * (i % 8))) & 15];
  out[64] = '\0';
}

void pro_sha256(char out[PRO_SHA256_TEXT], const void *data, size_t size) {
  pro_sha256_state s;
  pro_sha256_begin(&s);
  if (size) pro_sha256_feed(&s, data, size);
  pro_sha256_end(out, &s);
}
