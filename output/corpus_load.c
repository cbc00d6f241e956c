/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/corpus_hdf5.h"
#include "sim/sha256.h"

/* ---- attributes ---- */

static hid_t open_attribute(hid_t object, const char *name) { /* negative: it is not there */
  if (!pro_corpus_has_attribute(object, name)) return H5I_INVALID_HID;
  hid_t attribute = PRO_FED(H5Aopen(object, name, H5P_DEFAULT));
  if (attribute < 0 && pro_corpus_blame(PRO_EINPUT) == PRO_ENOMEM) pro_corpus_starve();
  return attribute;
}

char *pro_corpus_attribute(hid_t object, const char *name) {
  hid_t attribute = open_attribute(object, name);
  if (attribute < 0) return NULL;
  hid_t stored = H5Aget_type(attribute), space = H5Aget_space(attribute), text = pro_corpus_text_type();
  char *read = NULL, *copy = NULL;
  if (stored >= 0 && text >= 0 && H5Tis_variable_str(stored) > 0 && H5Sget_simple_extent_npoints(space) == 1 &&
      H5Tset_cset(text, H5Tget_cset(stored)) >= 0 && H5Aread(attribute, text, (void *)&read) >= 0 && read) {
    size_t size = strlen(read) + 1;
    copy = malloc(size);
    if (copy)
      memcpy(copy, read, size);
    else
      pro_corpus_starve();
    H5free_memory(read);
  } else if (pro_corpus_blame(PRO_EINPUT) == PRO_ENOMEM) {
    pro_corpus_starve();
  }
  H5Tclose(text), H5Tclose(stored), H5Sclose(space), H5Aclose(attribute);
  return copy;
}

static int attribute_is_number(hid_t attribute) {
  hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  H5T_class_t class = H5Tget_class(type);
  int yes = (class == H5T_INTEGER || class == H5T_FLOAT) && H5Sget_simple_extent_npoints(space) == 1;
  H5Tclose(type), H5Sclose(space);
  return yes;
}

static int read_number(void *out, hid_t memory, hid_t object, const char *name) {
  hid_t attribute = open_attribute(object, name);
  if (attribute < 0) return 0;
  int there = attribute_is_number(attribute) && H5Aread(attribute, memory, out) >= 0;
  if (!there && pro_corpus_blame(PRO_EINPUT) == PRO_ENOMEM) pro_corpus_starve();
  H5Aclose(attribute);
  return there;
}

int pro_corpus_number(double *out, hid_t object, const char *name) {
  return read_number(out, H5T_NATIVE_DOUBLE, object, name);
}

int pro_corpus_count(uint64_t *out, hid_t object, const char *name) {
  return read_number(out, H5T_NATIVE_UINT64, object, name);
}

/* ---- datasets ---- */

static int same_type(hid_t dataset, pro_corpus_type type) {
  hid_t stored = H5Dget_type(dataset);
  int same = stored >= 0 && H5Tequal(stored, pro_corpus_on_disk(type)) > 0;
  H5Tclose(stored);
  return same;
}

hid_t pro_corpus_dataset(hid_t file, const char *path, pro_corpus_type type, uint64_t length, uint64_t length2,
                         pro_corpus_findings *found) {
  H5O_info_t info;
  if (H5Oget_info_by_name2(file, path, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0 || info.type != H5O_TYPE_DATASET) {
    pro_corpus_find(found, "%s: no such dataset", path);
    return H5I_INVALID_HID;
  }
  hid_t dataset = PRO_FED(H5Dopen2(file, path, H5P_DEFAULT));
  if (dataset < 0) {
    pro_corpus_find_h5(found, path, "cannot be opened");
    return H5I_INVALID_HID;
  }
  hid_t space = H5Dget_space(dataset);
  hsize_t size[H5S_MAX_RANK] = {0};
  int rank = H5Sget_simple_extent_dims(space, size, NULL), wanted = length2 ? 2 : 1;
  H5Sclose(space);
  if (!same_type(dataset, type))
    pro_corpus_find(found, "%s: its type is not %s", path, pro_corpus_type_name(type));
  else if (rank != wanted)
    pro_corpus_find(found, "%s: has %d axes instead of %d", path, rank, wanted);
  else if (size[0] != length)
    pro_corpus_find(found, "%s: is %llu long where %llu are wanted", path, (unsigned long long)size[0],
                    (unsigned long long)length);
  else if (rank == 2 && size[1] != length2)
    pro_corpus_find(found, "%s: its second axis is %llu long where %llu are wanted", path,
                    (unsigned long long)size[1], (unsigned long long)length2);
  else
    return dataset;
  H5Dclose(dataset);
  return H5I_INVALID_HID;
}

int pro_corpus_rows(void *to, hid_t dataset, pro_corpus_type type, uint64_t start, uint64_t count, int slot) {
  if (count == 0) return 0;
  hsize_t from[2] = {start, slot < 0 ? 0 : (hsize_t)slot}, size[2] = {count, 1};
  hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(1, size, NULL);
  herr_t failed =
      space < 0 || memory < 0 ? -1 : H5Sselect_hyperslab(space, H5S_SELECT_SET, from, NULL, size, NULL);
  if (failed >= 0)
    failed = (herr_t)PRO_FED(H5Dread(dataset, pro_corpus_in_memory(type), memory, space, H5P_DEFAULT, to));
  hid_t reasons = H5Eget_current_stack(); /* closing would forget them */
  H5Sclose(space), H5Sclose(memory);
  H5Eset_current_stack(reasons);
  return failed;
}

int pro_corpus_open_codes(pro_corpus_codes *out, hid_t file, const char *channel, uint64_t obs,
                          pro_corpus_findings *found) {
  if (!pro_corpus_has(file, channel)) return 0;
  H5O_info_t info;
  hid_t dataset = H5I_INVALID_HID;
  if (H5Oget_info_by_name2(file, channel, &info, H5O_INFO_BASIC, H5P_DEFAULT) >= 0 &&
      info.type == H5O_TYPE_DATASET)
    dataset = PRO_FED(H5Dopen2(file, channel, H5P_DEFAULT));
  if (dataset < 0) {
    pro_corpus_find(found, "/%s: cannot be opened as a dataset", channel);
    return -1;
  }
  int is16 = same_type(dataset, PRO_CORPUS_i16), is32 = same_type(dataset, PRO_CORPUS_i32);
  H5Dclose(dataset);
  if (!is16 && !is32) {
    pro_corpus_find(found, "/%s: its type is neither i16 nor i32: a channel holds the sensor's codes", channel);
    return -1;
  }
  *out = (pro_corpus_codes){.type = is16 ? PRO_CORPUS_i16 : PRO_CORPUS_i32};
  char path[64];
  snprintf(path, sizeof path, "/%s", channel);
  out->dataset = pro_corpus_dataset(file, path, out->type, obs, 0, found);
  if (out->dataset < 0) return -1;
  int32_t lowest = is16 ? INT16_MIN : INT32_MIN;
  int good = 0;
  if (!pro_corpus_number(&out->scale, out->dataset, "scale_factor") || !(out->scale > 0.0 && out->scale < 1e12))
    pro_corpus_find(found, "%s: no usable scale_factor", path);
  else if (!pro_corpus_number(&out->offset, out->dataset, "add_offset") ||
           !(out->offset > -1e12 && out->offset < 1e12))
    pro_corpus_find(found, "%s: no usable add_offset", path);
  else if (!read_number(&out->missing, H5T_NATIVE_INT32, out->dataset, "_FillValue") || out->missing != lowest)
    pro_corpus_find(found, "%s: _FillValue is not the lowest code", path);
  else
    good = 1;
  if (!good) H5Dclose(out->dataset);
  return good ? 1 : -1;
}

int pro_corpus_read_codes(int32_t *to, const pro_corpus_codes *codes, uint64_t start, uint64_t count,
                          int16_t *scratch) {
  if (codes->type == PRO_CORPUS_i32) return pro_corpus_rows(to, codes->dataset, PRO_CORPUS_i32, start, count, -1);
  int failed = pro_corpus_rows(scratch, codes->dataset, PRO_CORPUS_i16, start, count, -1);
  for (uint64_t k = 0; failed >= 0 && k < count; k++) to[k] = scratch[k] == INT16_MIN ? INT32_MIN : scratch[k];
  return failed;
}

/* ---- the whole ---- */

static void check_schema(hid_t file, pro_corpus_findings *found) {
  char *schema = pro_corpus_attribute(file, "schema");
  if (!schema)
    pro_corpus_find(found, "is HDF5 but no corpus: it has no attribute `schema`");
  else if (strcmp(schema, PRO_CORPUS_SCHEMA) != 0)
    pro_corpus_find(found, "its schema is '%.60s'; this program reads " PRO_CORPUS_SCHEMA, schema);
  free(schema);
}

static void check_scenario(hid_t file, pro_corpus_findings *found) {
  char *scenario = pro_corpus_attribute(file, "scenario"), *told = pro_corpus_attribute(file, "scenario_sha256");
  char hash[PRO_SHA256_TEXT];
  if (!scenario || !told) {
    pro_corpus_find(found, "attribute `%s` is missing or no text", scenario ? "scenario_sha256" : "scenario");
  } else {
    pro_sha256(hash, scenario, strlen(scenario));
    if (strcmp(hash, told) != 0)
      pro_corpus_find(found, "attribute `scenario` does not match scenario_sha256: one of them was changed");
  }
  free(scenario), free(told);
}

static void check_texts(hid_t file, pro_corpus_findings *found) {
  static const char *const names[] = {"title", "Conventions", "source", "license", "references"};
  for (size_t i = 0; i < PRO_COUNT(names); i++) {
    char *text = pro_corpus_attribute(file, names[i]);
    if (!text) pro_corpus_find(found, "attribute `%s` is missing or no text", names[i]);
    free(text);
  }
}

static int length_of(uint64_t *out, hid_t file, const char *name, pro_corpus_findings *found) {
  H5O_info_t info;
  hid_t dataset = H5I_INVALID_HID, space;
  if (pro_corpus_has(file, name) && H5Oget_info_by_name2(file, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) >= 0 &&
      info.type == H5O_TYPE_DATASET)
    dataset = PRO_FED(H5Dopen2(file, name, H5P_DEFAULT));
  if (dataset < 0) {
    pro_corpus_find(found, "/%s: no such dataset", name);
    return 0;
  }
  space = H5Dget_space(dataset);
  hsize_t size[H5S_MAX_RANK] = {0};
  int rank = H5Sget_simple_extent_dims(space, size, NULL);
  H5Sclose(space), H5Dclose(dataset);
  if (rank != 1) pro_corpus_find(found, "/%s: has %d axes instead of 1", name, rank);
  *out = size[0];
  return rank == 1;
}

static uint64_t chunk_of(hid_t file) {
  hid_t dataset = PRO_FED(H5Dopen2(file, "time", H5P_DEFAULT)),
        made = dataset < 0 ? -1 : H5Dget_create_plist(dataset);
  hsize_t chunk = 0;
  if (made >= 0 && H5Pget_layout(made) == H5D_VIRTUAL)
    chunk = PRO_CORPUS_CHUNK; /* of the files that it shows */
  else if (made >= 0 && (H5Pget_layout(made) != H5D_CHUNKED || H5Pget_chunk(made, 1, &chunk) != 1))
    chunk = 0;
  if (made >= 0) H5Pclose(made);
  if (dataset >= 0) H5Dclose(dataset);
  return chunk;
}

/* Rows [from, from + count) of a column into its place in `rows`. */
static void load_column(pro_corpus_row *rows, const pro_corpus_tables *of, hid_t file,
                        const pro_corpus_column *column, uint64_t from, uint64_t count, void *scratch,
                        pro_corpus_findings *found) {
  char path[80];
  snprintf(path, sizeof path, "%s/%s", column->group[1] ? column->group : "", column->name);
  hid_t dataset = pro_corpus_dataset(file, path, column->type, of->cases, 0, found);
  if (dataset < 0) return;
  size_t size = pro_corpus_size(column->type);
  if (pro_corpus_rows(scratch, dataset, column->type, from, count, -1) < 0)
    pro_corpus_find_h5(found, path, "cannot be read");
  else
    for (uint64_t k = 0; k < count; k++)
      memcpy((char *)&rows[k] + column->offset, (char *)scratch + k * size, size);
  H5Dclose(dataset);
}

pro_status pro_corpus_load_rows(pro_corpus_row *rows, const pro_corpus_tables *of, hid_t file, uint64_t from,
                                uint64_t count, pro_corpus_findings *found) {
  void *scratch = malloc(count * sizeof(int64_t));
  if (!scratch) return pro_fail(PRO_ENOMEM, "no memory for the tables of %llu cases", (unsigned long long)count);
  memset(rows, 0, count * sizeof *rows);
  for (const pro_corpus_column *c = pro_corpus_columns; c->name; c++)
    if (c->blind || !of->blind) load_column(rows, of, file, c, from, count, scratch, found);
  free(scratch);
  return PRO_OK;
}

int pro_corpus_check_row(const pro_corpus_tables *of, const pro_corpus_row *row, uint64_t k, uint64_t *end,
                         pro_corpus_findings *found) {
  int before = found->count;
  if (row->row_size < 0 || row->row_start < 0 || (uint64_t)row->row_start < *end ||
      (uint64_t)row->row_start + (uint64_t)row->row_size > of->obs)
    pro_corpus_find(
        found, "case %llu: row_start %lld and row_size %ld overlap the case before or leave obs (%llu)",
        (unsigned long long)k, (long long)row->row_start, (long)row->row_size, (unsigned long long)of->obs);
  else if (row->split >= PRO_SPLIT_COUNT)
    pro_corpus_find(found, "case %llu: split %d does not exist", (unsigned long long)k, row->split);
  else if (!of->blind && (row->class_ >= PRO_CLASS_COUNT || row->outcome >= PRO_OUTCOME_COUNT))
    pro_corpus_find(found, "case %llu: class %d or outcome %d does not exist", (unsigned long long)k, row->class_,
                    row->outcome);
  *end = (uint64_t)row->row_start + (uint64_t)row->row_size;
  return found->count == before;
}

static uint64_t first_of(hid_t file, pro_corpus_findings *found) {
  uint64_t first = 0;
  if (!pro_corpus_has(file, "shard")) return 0;
  hid_t shard = PRO_FED(H5Oopen(file, "shard", H5P_DEFAULT));
  if (shard < 0 || !pro_corpus_count(&first, shard, "first_case"))
    pro_corpus_find(found, "/shard: does not say which case is its first");
  if (shard >= 0) H5Oclose(shard);
  return first;
}

int pro_corpus_load_head(pro_corpus_tables *out, hid_t file, pro_corpus_findings *found) {
  *out = (pro_corpus_tables){0};
  int before = found->count;
  check_schema(file, found);
  if (found->count != before) return 0; /* the rest would only be noise */
  check_texts(file, found);
  check_scenario(file, found);
  if (!read_number(&out->seed, H5T_NATIVE_UINT64, file, "seed"))
    pro_corpus_find(found, "attribute `seed` is missing");
  if (!read_number(&out->group, H5T_NATIVE_UINT64, file, "cases_per_group") || out->group == 0)
    pro_corpus_find(found, "attribute `cases_per_group` is missing or zero");
  out->first = first_of(file, found);
  (void)pro_corpus_count(&out->planned, file, "cases_planned");
  if (!length_of(&out->cases, file, "case", found) || !length_of(&out->obs, file, "time", found)) return 0;
  if (out->cases == 0 || out->cases > UINT32_MAX) {
    pro_corpus_find(found, "/case: is %llu long", (unsigned long long)out->cases);
    return 0;
  }
  out->chunk = chunk_of(file);
  if (out->chunk == 0) pro_corpus_find(found, "/time: is not stored in chunks");
  out->blind = !pro_corpus_has(file, "outcome") && !pro_corpus_has(file, "class");
  return 1;
}

pro_status pro_corpus_load(pro_corpus_tables *out, hid_t file, pro_corpus_findings *found) {
  int before = found->count;
  if (!pro_corpus_load_head(out, file, found)) return PRO_OK;
  out->rows = calloc(out->cases, sizeof *out->rows);
  if (!out->rows)
    return pro_fail(PRO_ENOMEM, "no memory for the tables of %llu cases", (unsigned long long)out->cases);
  pro_status status = pro_corpus_load_rows(out->rows, out, file, 0, out->cases, found);
  uint64_t end = 0;
  for (uint64_t k = 0; status == PRO_OK && found->count == before && k < out->cases; k++)
    (void)pro_corpus_check_row(out, &out->rows[k], k, &end, found);
  if (status != PRO_OK) free(out->rows), out->rows = NULL;
  return status;
}
