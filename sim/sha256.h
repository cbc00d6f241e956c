/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/sha256.h - SHA-256 (FIPS 180-4), of the texts that a corpus carries and the files that a scenario names. */
#ifndef PRO_SHA256_H
#define PRO_SHA256_H
#include <stddef.h>
#include <stdint.h>

enum { PRO_SHA256_TEXT = 65 }; /* 64 hexadecimal digits and the end */

/* Writes the digest of `size` bytes as lower-case hexadecimal text. */
void pro_sha256(char out[PRO_SHA256_TEXT], const void *data, size_t size);
/* The same of bytes that come in parts: begin, feed any number of times, end. */
typedef struct pro_sha256_state {
  uint32_t hash[8];
  unsigned char rest[64]; /* of the last part, what fills no block */
  uint64_t size;          /* so far [byte] */
} pro_sha256_state;
void pro_sha256_begin(pro_sha256_state *state);
void pro_sha256_feed(pro_sha256_state *state, const void *data, size_t size);
void pro_sha256_end(char out[PRO_SHA256_TEXT], pro_sha256_state *state);
#endif
