/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/pack.h - a chunk's bytes as HDF5's filters shuffle, deflate and fletcher32 leave them on disk, made and
 * read without HDF5: so by many threads at once. */
#ifndef PRO_PACK_H
#define PRO_PACK_H
#include <stddef.h>
#include <stdint.h>

#include "sim/base.h"

typedef struct pro_packer pro_packer; /* for one thread at a time */
/* For chunks of at most `bytes`. The caller frees it with pro_packer_free. PRO_ENOMEM. */
pro_status pro_packer_create(pro_packer **out, size_t bytes) PRO_MUST_CHECK;
void pro_packer_free(pro_packer *packer);

size_t pro_pack_bound(size_t bytes); /* what a chunk of this size takes at most, packed [byte] */

/* Packs `bytes` bytes of elements of `element` bytes each into `to`, which holds pro_pack_bound(bytes) and
 * may be `from`. Returns
 * the packed size [byte]. The same bytes come of the same input on every processor. */
size_t pro_pack(pro_packer *packer, void *to, const void *from, size_t bytes, size_t element);

typedef enum pro_unpacked { PRO_UNPACKED, PRO_UNPACKED_checksum, PRO_UNPACKED_deflate } pro_unpacked;
/* The way back, into `bytes` bytes; what is wrong otherwise: the checksum does not fit, or what it guards is not
 * deflated data of this size. */
pro_unpacked pro_unpack(pro_packer *packer, void *to, size_t bytes, const void *from, size_t size, size_t element);

/* Whether what is packed has its checksum; nothing is opened. */
int pro_pack_is_sound(const void *packed, size_t size);

/* Fletcher's checksum of 16-bit words as HDF5 computes it: big-endian, an odd last byte is a word's upper one. */
uint32_t pro_fletcher32(const void *data, size_t size);
/* CRC-32 (IEEE 802.3, as in gzip), going on from `before`; 0 begins. */
uint32_t pro_crc32(uint32_t before, const void *data, size_t size);
#endif
