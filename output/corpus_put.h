/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/corpus_put.h - how a corpus is written with HDF5: attributes, dimensions, datasets; for the
 * writer of a corpus only.
 *
 * A failure leaves HDF5's handles open on purpose: the whole file is given up then, and HDF5 1.10 crashes when it
 * closes what it could not write. */
#ifndef PRO_CORPUS_PUT_H
#define PRO_CORPUS_PUT_H
#include "output/corpus_hdf5.h"

typedef struct pro_sheet { /* the file being written */
  const char *path;        /* its name in messages */
  hid_t file, text;        /* the file; the type of text */
} pro_sheet;

pro_status pro_put_fail(const pro_sheet *to, const char *what); /* PRO_EIO, with HDF5's reason */

/* Appends a run that kept no samples, by running it again with the integrator of that name. */
pro_status pro_corpus_append_long(struct pro_corpus_writer *writer, const struct pro_run *run, const double *param,
                                  const char *integrator) PRO_MUST_CHECK;

/* ---- attributes ---- */
pro_status pro_put_numbers(const pro_sheet *to, hid_t at, const char *name, hid_t disk, hid_t memory, size_t count,
                           const void *value) PRO_MUST_CHECK;
pro_status pro_put_f64(const pro_sheet *to, hid_t at, const char *name, double value) PRO_MUST_CHECK;
pro_status pro_put_u64(const pro_sheet *to, hid_t at, const char *name, uint64_t value) PRO_MUST_CHECK;
pro_status pro_put_text(const pro_sheet *to, hid_t at, const char *name, const char *text) PRO_MUST_CHECK;
/* flag_values 0, 1, ... in the dataset's own type, and flag_meanings; name (count), blanks in them become _ */
pro_status pro_put_flags(const pro_sheet *to, hid_t at, pro_corpus_type type, size_t count,
                         const char *const *name) PRO_MUST_CHECK;

/* ---- dimensions: HDF5's dimension scales ---- */
typedef struct pro_scale_link { /* as HDF5 lays it out */
  hobj_ref_t dataset;
  unsigned axis;
} pro_scale_link;

typedef struct pro_scale {
  hid_t dataset;
  hobj_ref_t self;
  size_t links, room;
  pro_scale_link *link; /* every axis that is this dimension; the owner frees it */
} pro_scale;

pro_status pro_scale_become(const pro_sheet *to, pro_scale *scale, hid_t dataset, const char *name) PRO_MUST_CHECK;
/* A dimension without numbers of its own, as netCDF marks one. most: H5S_UNLIMITED where it grows. */
pro_status pro_scale_pure(const pro_sheet *to, pro_scale *scale, hid_t at, const char *name, hsize_t size,
                          hsize_t most, const char *doc) PRO_MUST_CHECK;
pro_status pro_scale_finish(const pro_sheet *to,
                            const pro_scale *scale) PRO_MUST_CHECK; /* once all links are there */

/* ---- groups and datasets ---- */
typedef struct pro_shape {
  int axes;           /* 0: a single number */
  pro_scale *axis[2]; /* axis[0] NULL: this dataset is its own dimension */
  hsize_t size[2], most[2], chunk[2];
  /* gives the creation list another layout than chunks; NULL: none */
  pro_status (*layout)(hid_t made, void *payload, const char *path, int axes);
  void *payload;
  const char *path; /* of the dataset, for `layout` */
} pro_shape;

hid_t pro_put_creation(const pro_sheet *to,
                       hid_t class); /* a property list for the same bytes every time; or -1 */
pro_status pro_put_group(hid_t *out, const pro_sheet *to, hid_t at, const char *name,
                         const char *doc) PRO_MUST_CHECK;
/* With what every dataset must have: filters, fill, units, long_name, its dimensions. unit: SI as in our tables.
 */
pro_status pro_put_dataset(hid_t *out, const pro_sheet *to, hid_t at, const char *name, pro_corpus_type type,
                           const pro_shape *shape, const char *unit, const char *doc) PRO_MUST_CHECK;
/* For text along a dimension: neither filtered nor filled, which readers do not expect of text. */
pro_status pro_put_text_column(hid_t *out, const pro_sheet *to, hid_t at, const char *name, pro_scale *axis,
                               size_t count, const char *doc) PRO_MUST_CHECK;
pro_status pro_put_all(const pro_sheet *to, hid_t dataset, hid_t memory, const void *value,
                       const char *name) PRO_MUST_CHECK; /* writes the whole dataset; leaves it open */
#endif
