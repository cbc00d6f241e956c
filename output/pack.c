/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/pack.h"

#include <assert.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum {
  LEVEL = 1, /* 2 takes 1.4 times as long for files 7 % smaller */
  CHECKSUM = 4,
  WORDS = 8,  /* side by side in the checksum */
  ROWS = 360, /* of words, until a sum of sums could overflow: 361 * 360 / 2 * 65535 < 2^32 */
};

struct pro_packer {
  struct libdeflate_compressor *deflate;
  struct libdeflate_decompressor *inflate;
  size_t bytes;
  unsigned char *shuffled; /* (bytes) */
};

void pro_packer_free(pro_packer *packer) {
  if (!packer) return;
  libdeflate_free_compressor(packer->deflate);
  libdeflate_free_decompressor(packer->inflate);
  free(packer->shuffled);
  free(packer);
}

pro_status pro_packer_create(pro_packer **out, size_t bytes) {
  pro_packer *packer = calloc(1, sizeof *packer);
  if (packer) {
    *packer = (pro_packer){libdeflate_alloc_compressor(LEVEL), libdeflate_alloc_decompressor(), bytes,
                           malloc(bytes ? bytes : 1)};
    if (packer->deflate && packer->inflate && packer->shuffled) {
      *out = packer;
      return PRO_OK;
    }
  }
  pro_packer_free(packer);
  return pro_fail(PRO_ENOMEM, "no memory to pack chunks of %zu bytes", bytes);
}

size_t pro_pack_bound(size_t bytes) { return libdeflate_zlib_compress_bound(NULL, bytes) + CHECKSUM; }

/* ---- shuffle: all first bytes, then all second ones, ...; what is no whole element stays behind ---- */

/* The sizes of our types are constants to the compiler. */
#define FOR_ELEMENT(element, body) \
  switch (element) {               \
    case 1:                        \
      body(1);                     \
      break;                       \
    case 2:                        \
      body(2);                     \
      break;                       \
    case 4:                        \
      body(4);                     \
      break;                       \
    case 8:                        \
      body(8);                     \
      break;                       \
    default:                       \
      body(element);               \
  }

static void shuffle(unsigned char *restrict to, const unsigned char *restrict from, size_t bytes, size_t element) {
  size_t n = bytes / element;
#define SHUFFLE(size)                 \
  for (size_t b = 0; b < (size); b++) \
    for (size_t k = 0; k < n; k++) to[b * n + k] = from[k * (size) + b]
  FOR_ELEMENT(element, SHUFFLE)
  memcpy(to + n * element, from + n * element, bytes - n * element);
}

static void unshuffle(unsigned char *restrict to, const unsigned char *restrict from, size_t bytes,
                      size_t element) {
  size_t n = bytes / element;
#define UNSHUFFLE(size)          \
  for (size_t k = 0; k < n; k++) \
    for (size_t b = 0; b < (size); b++) to[k * (size) + b] = from[b * n + k]
  FOR_ELEMENT(element, UNSHUFFLE)
  memcpy(to + n * element, from + n * element, bytes - n * element);
}

/* ---- fletcher32 ---- */

/* x mod 65535, but 65535 where a sum that is not zero would become it: what folding carries gives, too. */
static uint64_t fold(uint64_t x) { return x ? (x - 1) % 65535 + 1 : 0; }

/* Words are summed as they lie and swapped in the end: to swap the bytes of a word is to multiply by 256. */
uint32_t pro_fletcher32(const void *data, size_t size) {
  const unsigned char *from = data;
  uint64_t sum = 0, sums = 0;
  for (size_t words = size / 2; words >= WORDS;) {
    size_t rows = words / WORDS < ROWS ? words / WORDS : ROWS;
    uint32_t a[WORDS] = {0}, b[WORDS] = {0};
    for (size_t r = 0; r < rows; r++, from += 2 * WORDS)
      for (int j = 0; j < WORDS; j++) {
        a[j] += (uint32_t)(from[2 * j] | from[2 * j + 1] << 8);
        b[j] += a[j];
      }
    sums += sum * (rows * WORDS);
    for (uint64_t j = 0; j < WORDS; j++) sum += a[j], sums += (uint64_t)b[j] * WORDS - a[j] * j;
    sum = fold(sum), sums = fold(sums);
    words -= rows * WORDS;
  }
  const unsigned char *end = (const unsigned char *)data + size;
  for (; from < end; from += 2) {
    sum += from[0];
    if (from + 1 < end) sum += (uint64_t)from[1] << 8;
    sums += sum;
  }
  return (uint32_t)(fold(fold(sums) * 256) << 16 | fold(fold(sum) * 256));
}

/* ---- all three ---- */

size_t pro_pack(pro_packer *p, void *to, const void *from, size_t bytes, size_t element) {
  assert(bytes <= p->bytes && element > 0);
  shuffle(p->shuffled, from, bytes, element);
  size_t size = libdeflate_zlib_compress(p->deflate, p->shuffled, bytes, to, pro_pack_bound(bytes) - CHECKSUM);
  assert(size > 0);
  uint32_t sum = pro_fletcher32(to, size);
  for (int i = 0; i < CHECKSUM; i++) ((unsigned char *)to)[size++] = (unsigned char)(sum >> 8 * i);
  return size;
}

int pro_pack_is_sound(const void *packed, size_t size) {
  if (size < CHECKSUM) return 0;
  uint32_t told = 0;
  size -= CHECKSUM;
  for (int i = 0; i < CHECKSUM; i++) told |= (uint32_t)((const unsigned char *)packed)[size + (size_t)i] << 8 * i;
  return told == pro_fletcher32(packed, size);
}

pro_unpacked pro_unpack(pro_packer *p, void *to, size_t bytes, const void *from, size_t size, size_t element) {
  assert(bytes <= p->bytes && element > 0);
  if (!pro_pack_is_sound(from, size)) return PRO_UNPACKED_checksum;
  size -= CHECKSUM;
  void *plain = element > 1 ? p->shuffled : to;
  if (libdeflate_zlib_decompress(p->inflate, from, size, plain, bytes, NULL) != LIBDEFLATE_SUCCESS)
    return PRO_UNPACKED_deflate;
  if (element > 1) unshuffle(to, plain, bytes, element);
  return PRO_UNPACKED;
}

uint32_t pro_crc32(uint32_t before, const void *data, size_t size) { return libdeflate_crc32(before, data, size); }
