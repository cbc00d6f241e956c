/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test: full; links: prodrome_output prodrome_sim */
#include "output/pack.h"

#if __has_include(<hdf5.h>)
#include <hdf5.h>
#else /* where Debian keeps it */
#include <hdf5/serial/hdf5.h>
#endif
#include <stdlib.h>
#include <string.h>

#include "tests/support.h"

extern uint32_t H5_checksum_fletcher32(const void *data, size_t size); /* in HDF5's library, in no header of it */

enum { SIZES = 70000 };

static uint64_t state = 88172645463325252u;
static uint64_t draw(void) { /* Marsaglia 2003, xorshift64 */
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state;
}

/* Bytes as channels have them: a walk with noise of `bits` bits in elements of `element` bytes; 8 bits of bytes:
 * noise. */
static void fill(unsigned char *to, size_t bytes, size_t element, int bits) {
  int64_t at = 0;
  for (size_t k = 0; k < bytes; k += element) {
    at += (int64_t)(draw() & ((1u << bits) - 1)) - (1 << bits) / 2;
    for (size_t b = 0; b < element && k + b < bytes; b++) to[k + b] = (unsigned char)(at >> 8 * b);
  }
}

START_TEST(the_checksum_is_hdf5s_at_every_size) {
  unsigned char *data = malloc(SIZES + 1);
  static const int kinds[] = {0x00, 0xff, -1}; /* the sums that fold to zero or nearly, and noise */
  fill(data, SIZES + 1, 1, 8);
  if (kinds[_i] >= 0) memset(data, kinds[_i], SIZES + 1);
  for (size_t n = 0; n <= SIZES; n++)
    ck_assert_msg(pro_fletcher32(data + n % 2, n) == H5_checksum_fletcher32(data + n % 2, n), "%zu bytes", n);
  free(data);
}
END_TEST

/* A multiple of 65535 sums to 65535, not to zero. */
START_TEST(the_checksum_keeps_hdf5s_zero) {
  unsigned char data[2 * 65536];
  for (size_t words = 1; words <= 65536; words = words * 2 + 1)
    for (int low = 0; low < 256; low += 51) {
      memset(data, low, sizeof data);
      ck_assert_uint_eq(pro_fletcher32(data, 2 * words), H5_checksum_fletcher32(data, 2 * words));
    }
}
END_TEST

START_TEST(every_size_comes_back) {
  const size_t element = (size_t)1 << _i;
  unsigned char *data = malloc(SIZES), *back = malloc(SIZES), *packed = malloc(pro_pack_bound(SIZES));
  pro_packer *packer;
  ck_assert_int_eq(pro_packer_create(&packer, SIZES), PRO_OK);
  fill(data, SIZES, element, 3);
  for (size_t n = 1; n <= SIZES; n += n < 4096 ? 1 : 61) {
    size_t size = pro_pack(packer, packed, data, n, element);
    ck_assert_uint_le(size, pro_pack_bound(n));
    ck_assert_int_eq(pro_unpack(packer, back, n, packed, size, element), PRO_UNPACKED);
    ck_assert_msg(memcmp(back, data, n) == 0, "%zu bytes", n);
  }
  pro_packer_free(packer);
  free(data), free(back), free(packed);
}
END_TEST

/* ---- stock HDF5 ---- */

static hid_t file; /* in memory */

static void file_begin(void) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_core(access, 1 << 20, 0);
  file = H5Fcreate("none", H5F_ACC_TRUNC, H5P_DEFAULT, access);
  ck_assert_int_ge(file, 0);
  H5Pclose(access);
}

static void file_end(void) { H5Fclose(file); }

static hid_t types(size_t element) {
  return element == 1 ? H5T_STD_U8LE : element == 2 ? H5T_STD_U16LE : element == 4 ? H5T_STD_U32LE : H5T_STD_U64LE;
}

static hid_t dataset_of(size_t count, size_t element) {
  hsize_t size = count;
  hid_t made = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, &size, NULL);
  H5Pset_chunk(made, 1, &size), H5Pset_shuffle(made), H5Pset_deflate(made, 1), H5Pset_fletcher32(made);
  hid_t dataset = H5Dcreate2(file, "d", types(element), space, H5P_DEFAULT, made, H5P_DEFAULT);
  ck_assert_int_ge(dataset, 0);
  H5Sclose(space), H5Pclose(made);
  return dataset;
}

static void forget(hid_t dataset) {
  H5Dclose(dataset);
  ck_assert_int_ge(H5Ldelete(file, "d", H5P_DEFAULT), 0);
}

/* What pro_pack made HDF5 reads, and what HDF5 made pro_unpack reads. */
START_TEST(hdf5_reads_what_was_packed_and_the_other_way_round) {
  const size_t element = (size_t)1 << _i;
  unsigned char *data = malloc(SIZES), *back = malloc(SIZES), *packed = malloc(pro_pack_bound(SIZES));
  pro_packer *packer;
  ck_assert_int_eq(pro_packer_create(&packer, SIZES), PRO_OK);
  int odd = 0, even = 0;
  for (size_t count = 1; count * element <= SIZES; count += count < 300 ? 1 : 37) {
    size_t n = count * element;
    fill(data, n, element, count % 3 ? 4 : 8);
    const hsize_t start = 0;
    size_t size = pro_pack(packer, packed, data, n, element);
    if (size % 2)
      odd++;
    else
      even++;
    hid_t dataset = dataset_of(count, element);
    ck_assert_int_ge(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, &start, size, packed), 0);
    memset(back, 0, n);
    ck_assert_msg(H5Dread(dataset, types(element), H5S_ALL, H5S_ALL, H5P_DEFAULT, back) >= 0, "%zu bytes", n);
    ck_assert_msg(memcmp(back, data, n) == 0, "%zu bytes", n);
    forget(dataset);
    dataset = dataset_of(count, element);
    ck_assert_int_ge(H5Dwrite(dataset, types(element), H5S_ALL, H5S_ALL, H5P_DEFAULT, data), 0);
    H5Dflush(dataset);
    hsize_t stored = 0;
    uint32_t mask = 0;
    ck_assert_int_ge(H5Dget_chunk_storage_size(dataset, &start, &stored), 0);
    ck_assert_uint_le(stored, pro_pack_bound(SIZES));
    ck_assert_int_ge(H5Dread_chunk(dataset, H5P_DEFAULT, &start, &mask, packed), 0);
    if (mask == 0) { /* HDF5 leaves deflate out where it does not make it smaller */
      ck_assert_int_eq(pro_unpack(packer, back, n, packed, stored, element), PRO_UNPACKED);
      ck_assert_msg(memcmp(back, data, n) == 0, "%zu bytes", n);
    }
    forget(dataset);
  }
  ck_assert_int_gt(odd, 100);
  ck_assert_int_gt(even, 100);
  pro_packer_free(packer);
  free(data), free(back), free(packed);
}
END_TEST

START_TEST(any_flipped_bit_is_found) {
  enum { BYTES = 4001 };
  unsigned char data[BYTES], back[BYTES], *packed = malloc(pro_pack_bound(BYTES));
  pro_packer *packer;
  ck_assert_int_eq(pro_packer_create(&packer, BYTES), PRO_OK);
  fill(data, BYTES, 2, 3);
  size_t size = pro_pack(packer, packed, data, BYTES, 2);
  for (size_t bit = 0; bit < 8 * size; bit += 7) {
    packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
    ck_assert_int_eq(pro_unpack(packer, back, BYTES, packed, size, 2), PRO_UNPACKED_checksum);
    packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
  }
  for (size_t cut = 0; cut < size; cut += 13)
    ck_assert_int_ne(pro_unpack(packer, back, BYTES, packed, cut, 2), PRO_UNPACKED);
  /* whole, but of another size than it should be */
  ck_assert_int_eq(pro_unpack(packer, back, BYTES - 1, packed, size, 2), PRO_UNPACKED_deflate);
  ck_assert_int_eq(pro_unpack(packer, back, BYTES, packed, size, 2), PRO_UNPACKED);
  pro_packer_free(packer);
  free(packed);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("pack");
  TCase *tests = tcase_create("all");
  tcase_add_checked_fixture(tests, file_begin, file_end);
  tcase_add_loop_test(tests, the_checksum_is_hdf5s_at_every_size, 0, 3);
  tcase_add_test(tests, the_checksum_keeps_hdf5s_zero);
  tcase_add_loop_test(tests, every_size_comes_back, 0, 4);
  tcase_add_loop_test(tests, hdf5_reads_what_was_packed_and_the_other_way_round, 0, 4);
  tcase_add_test(tests, any_flipped_bit_is_found);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
