/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/corpus_put.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/unit.h"

pro_status pro_put_fail(const pro_sheet *to, const char *what) {
  pro_status status = pro_corpus_blame(PRO_EIO);
  return pro_fail(status, "%s: %s %s: %s", to->path, status == PRO_ENOMEM ? "no memory to write" : "cannot write",
                  what, pro_corpus_why());
}

#define TRY_H5(to, call, what)                         \
  do {                                                 \
    if ((call) < 0) return pro_put_fail((to), (what)); \
  } while (0)

/* ---- attributes ---- */

static pro_status attribute(const pro_sheet *to, hid_t at, const char *name, hid_t disk, hid_t memory, hid_t space,
                            const void *value) {
  hid_t made = PRO_FED(H5Acreate2(at, name, disk, space, H5P_DEFAULT, H5P_DEFAULT));
  if (made < 0 || H5Awrite(made, memory, value) < 0 || H5Aclose(made) < 0 || H5Sclose(space) < 0)
    return pro_put_fail(to, name);
  return PRO_OK;
}

static hid_t list_of(size_t count) {
  hsize_t size = count;
  return H5Screate_simple(1, &size, NULL);
}

pro_status pro_put_numbers(const pro_sheet *to, hid_t at, const char *name, hid_t disk, hid_t memory, size_t count,
                           const void *value) {
  return attribute(to, at, name, disk, memory, count == 1 ? H5Screate(H5S_SCALAR) : list_of(count), value);
}

pro_status pro_put_f64(const pro_sheet *to, hid_t at, const char *name, double value) {
  return pro_put_numbers(to, at, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &value);
}

pro_status pro_put_u64(const pro_sheet *to, hid_t at, const char *name, uint64_t value) {
  return pro_put_numbers(to, at, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, 1, &value);
}

pro_status pro_put_text(const pro_sheet *to, hid_t at, const char *name, const char *text) {
  return attribute(to, at, name, to->text, to->text, H5Screate(H5S_SCALAR), &text);
}

pro_status pro_put_flags(const pro_sheet *to, hid_t at, pro_corpus_type type, size_t count,
                         const char *const *name) {
  char text[4096] = "";
  double value[UINT8_MAX];
  size_t used = 0;
  if (count == 0 || count >= UINT8_MAX) return pro_fail(PRO_EBUG, "%s: %zu names for one byte", to->path, count);
  for (size_t i = 0; i < count; i++) {
    value[i] = (double)i;
    if (used + strlen(name[i]) + 2 > sizeof text)
      return pro_fail(PRO_EBUG, "%s: flag names are too long", to->path);
    if (i) text[used++] = ' ';
    for (const char *c = name[i]; *c; c++) text[used++] = *c == ' ' ? '_' : *c;
    text[used] = '\0';
  }
  PRO_TRY(pro_put_numbers(to, at, "flag_values", pro_corpus_on_disk(type), H5T_NATIVE_DOUBLE, count, value));
  return pro_put_text(to, at, "flag_meanings", text);
}

/* ---- dimensions ---- */

static pro_status fixed_text(const pro_sheet *to, hid_t at, const char *name, const char *text) {
  /* dimension scales name themselves with fixed, terminated ASCII */
  hid_t type = H5Tcopy(H5T_C_S1);
  TRY_H5(to, H5Tset_size(type, strlen(text) + 1), name);
  PRO_TRY(attribute(to, at, name, type, type, H5Screate(H5S_SCALAR), text));
  H5Tclose(type);
  return PRO_OK;
}

static pro_status link_add(pro_scale *to, hobj_ref_t dataset, unsigned axis) {
  if (to->links == to->room) {
    size_t room = to->room ? 2 * to->room : 64;
    pro_scale_link *link = realloc(to->link, room * sizeof *link);
    if (!link) return pro_fail(PRO_ENOMEM, "no memory for the corpus's dimensions");
    to->link = link, to->room = room;
  }
  pro_scale_link *last = &to->link[to->links++];
  memset(last, 0, sizeof *last); /* its padding goes to disk too, and equal content is to be equal bytes */
  last->dataset = dataset;
  last->axis = axis;
  return PRO_OK;
}

/* Not by H5DSattach_scale, which rewrites the scale's list at every call and leaves its padding unset. */
static pro_status attach(const pro_sheet *to, hid_t dataset, int axes, pro_scale *const axis[]) {
  hobj_ref_t self;
  hvl_t list[2];
  TRY_H5(to, H5Rcreate(&self, dataset, ".", H5R_OBJECT, H5I_INVALID_HID), "a dimension");
  for (int a = 0; a < axes; a++) {
    list[a] = (hvl_t){1, &axis[a]->self};
    PRO_TRY(link_add(axis[a], self, (unsigned)a));
  }
  hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
  PRO_TRY(attribute(to, dataset, "DIMENSION_LIST", type, type, list_of((size_t)axes), list));
  H5Tclose(type);
  return PRO_OK;
}

pro_status pro_scale_become(const pro_sheet *to, pro_scale *scale, hid_t dataset, const char *name) {
  scale->dataset = dataset;
  TRY_H5(to, H5Rcreate(&scale->self, dataset, ".", H5R_OBJECT, H5I_INVALID_HID), name);
  PRO_TRY(fixed_text(to, dataset, "CLASS", "DIMENSION_SCALE"));
  return fixed_text(to, dataset, "NAME", name);
}

pro_status pro_scale_finish(const pro_sheet *to, const pro_scale *scale) {
  if (scale->links == 0) return PRO_OK;
  hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(pro_scale_link));
  if (type < 0 || H5Tinsert(type, "dataset", offsetof(pro_scale_link, dataset), H5T_STD_REF_OBJ) < 0 ||
      H5Tinsert(type, "dimension", offsetof(pro_scale_link, axis), H5T_STD_I32LE) < 0)
    return pro_put_fail(to, "a dimension");
  PRO_TRY(attribute(to, scale->dataset, "REFERENCE_LIST", type, type, list_of(scale->links), scale->link));
  H5Tclose(type);
  return PRO_OK;
}

/* ---- groups and datasets ---- */

hid_t pro_put_creation(const pro_sheet *to, hid_t class) {
  hid_t list = H5Pcreate(class);
  unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED; /* netCDF wants it */
  if (list >= 0 && H5Pset_obj_track_times(list, 0) >= 0 && H5Pset_attr_creation_order(list, order) >= 0 &&
      (class == H5P_DATASET_CREATE || H5Pset_link_creation_order(list, order) >= 0))
    return list;
  (void)pro_put_fail(to, "properties");
  return H5I_INVALID_HID;
}

pro_status pro_put_group(hid_t *out, const pro_sheet *to, hid_t at, const char *name, const char *doc) {
  hid_t made = pro_put_creation(to, H5P_GROUP_CREATE);
  if (made < 0) return pro_corpus_blame(PRO_EIO);
  hid_t group = PRO_FED(H5Gcreate2(at, name, H5P_DEFAULT, made, H5P_DEFAULT));
  TRY_H5(to, group, name);
  H5Pclose(made);
  *out = group;
  return pro_put_text(to, group, "long_name", doc);
}

pro_status pro_put_dataset(hid_t *out, const pro_sheet *to, hid_t at, const char *name, pro_corpus_type type,
                           const pro_shape *shape, const char *unit, const char *doc) {
  hid_t made = pro_put_creation(to, H5P_DATASET_CREATE), access = H5Pcreate(H5P_DATASET_ACCESS);
  if (made < 0) return pro_corpus_blame(PRO_EIO);
  const void *fill = pro_corpus_fill(type);
  TRY_H5(to, H5Pset_fill_value(made, pro_corpus_in_memory(type), fill), name);
  if (shape->layout) {
    PRO_TRY(shape->layout(made, shape->payload, shape->path, shape->axes));
  } else if (shape->axes > 0) {
    TRY_H5(to, H5Pset_chunk(made, shape->axes, shape->chunk), name);
    /* not by H5Pset_shuffle and H5Pset_deflate: what these set is left out without a word where memory runs out */
    const unsigned level = 1;
    if (H5Pset_filter(made, H5Z_FILTER_SHUFFLE, H5Z_FLAG_MANDATORY, 0, NULL) < 0 ||
        H5Pset_filter(made, H5Z_FILTER_DEFLATE, H5Z_FLAG_MANDATORY, 1, &level) < 0 ||
        H5Pset_fletcher32(made) < 0 ||
        H5Pset_chunk_cache(access, 0, 0, 1.0) < 0) /* chunks are written once and whole */
      return pro_put_fail(to, name);
  }
  hid_t space = shape->axes ? H5Screate_simple(shape->axes, shape->size, shape->most) : H5Screate(H5S_SCALAR);
  hid_t dataset = PRO_FED(H5Dcreate2(at, name, pro_corpus_on_disk(type), space, H5P_DEFAULT, made, access));
  TRY_H5(to, dataset, name);
  H5Sclose(space), H5Pclose(made), H5Pclose(access);
  PRO_TRY(pro_put_text(to, dataset, "long_name", doc));
  PRO_TRY(pro_put_text(to, dataset, "units", pro_unit_udunits(unit)));
  PRO_TRY(
      pro_put_numbers(to, dataset, "_FillValue", pro_corpus_on_disk(type), pro_corpus_in_memory(type), 1, fill));
  if (shape->axes > 0 && shape->axis[0]) PRO_TRY(attach(to, dataset, shape->axes, shape->axis));
  *out = dataset;
  return PRO_OK;
}

pro_status pro_scale_pure(const pro_sheet *to, pro_scale *scale, hid_t at, const char *name, hsize_t size,
                          hsize_t most, const char *doc) {
  hid_t made = pro_put_creation(to, H5P_DATASET_CREATE), space = H5Screate_simple(1, &size, &most);
  if (made < 0) return pro_corpus_blame(PRO_EIO);
  hsize_t chunk = most == H5S_UNLIMITED ? PRO_CORPUS_CHUNK : size;
  TRY_H5(to, H5Pset_chunk(made, 1, &chunk), name); /* never written to: no chunk is ever there */
  hid_t dataset = PRO_FED(H5Dcreate2(at, name, H5T_IEEE_F32BE, space, H5P_DEFAULT, made, H5P_DEFAULT));
  TRY_H5(to, dataset, name);
  H5Sclose(space), H5Pclose(made);
  char magic[80];
  snprintf(magic, sizeof magic, "This is a netCDF dimension but not a netCDF variable. %10d", (int)size);
  PRO_TRY(pro_scale_become(to, scale, dataset, magic));
  return pro_put_text(to, dataset, "long_name", doc);
}

pro_status pro_put_text_column(hid_t *out, const pro_sheet *to, hid_t at, const char *name, pro_scale *axis,
                               size_t count, const char *doc) {
  hid_t made = pro_put_creation(to, H5P_DATASET_CREATE), space = list_of(count);
  if (made < 0) return pro_corpus_blame(PRO_EIO);
  hid_t dataset = PRO_FED(H5Dcreate2(at, name, to->text, space, H5P_DEFAULT, made, H5P_DEFAULT));
  TRY_H5(to, dataset, name);
  H5Sclose(space), H5Pclose(made);
  PRO_TRY(pro_put_text(to, dataset, "long_name", doc));
  PRO_TRY(pro_put_text(to, dataset, "units", "1"));
  *out = dataset;
  return attach(to, dataset, 1, &axis);
}

pro_status pro_put_all(const pro_sheet *to, hid_t dataset, hid_t memory, const void *value, const char *name) {
  TRY_H5(to, H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, value), name);
  return PRO_OK;
}
