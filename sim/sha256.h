/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/sha256.h - SHA-256 (FIPS 180-4, by nettle), of the texts that a corpus carries and of whole files, as text.
 */
#ifndef PRO_SHA256_H
#define PRO_SHA256_H
#include <nettle/sha2.h>
#include <stddef.h>

enum { PRO_SHA256_TEXT = 2 * SHA256_DIGEST_SIZE + 1 }; /* 64 hexadecimal digits and the end */

/* Writes the digest of `size` bytes as lower-case hexadecimal text. */
void pro_sha256(char out[PRO_SHA256_TEXT], const void *data, size_t size);
/* The same of bytes that come in parts: sha256_init, sha256_update any number of times, this. */
void pro_sha256_end(char out[PRO_SHA256_TEXT], struct sha256_ctx *state);
#endif
