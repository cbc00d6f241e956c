/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sha256.h"

void pro_sha256_end(char out[PRO_SHA256_TEXT], struct sha256_ctx *state) {
  static const char digits[] = "0123456789abcdef";
  uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_digest(state, sizeof digest, digest);
  for (size_t i = 0; i < sizeof digest; i++) {
    out[2 * i] = digits[digest[i] >> 4];
    out[2 * i + 1] = digits[digest[i] & 15];
  }
  out[2 * sizeof digest] = '\0';
}

void pro_sha256(char out[PRO_SHA256_TEXT], const void *data, size_t size) {
  struct sha256_ctx state;
  sha256_init(&state);
  sha256_update(&state, size, data);
  pro_sha256_end(out, &state);
}
