/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/sha256.h - SHA-256 (FIPS 180-4), of the texts that a corpus carries and the files that a scenario names. */
#ifndef PRO_SHA256_H
#define PRO_SHA256_H
#include <stddef.h>

enum { PRO_SHA256_TEXT = 65 }; /* 64 hexadecimal digits and the end */

/* Writes the digest of `size` bytes as lower-case hexadecimal text. */
void pro_sha256(char out[PRO_SHA256_TEXT], const void *data, size_t size);
#endif
