/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output/corpus_writer.h"

#define ULL(x) ((unsigned long long)(x))
enum { ROWS = PRO_CORPUS_BLOCK, COLUMNS_MAX = 2 + PRO_SENSORS_MAX + PRO_TRUTH_COUNT + PRO_CORPUS_SLOTS };

/* ---- what a file says of itself ---- */

/* count stays 0 where it is no shard. */
static pro_status read_part(pro_corpus_part *out, const char *path, hid_t file) {
  const struct {
    const char *name;
    uint64_t *to;
  } numbers[] = {
      {"index", &out->index}, {"count", &out->count}, {"first_case", &out->first}, {"cases_in_all", &out->all}};
  *out = (pro_corpus_part){0};
  const pro_corpus_findings none = {0};
  if (!pro_corpus_has(file, "shard")) return pro_corpus_judge(&none, path); /* or there was no memory to look */
  hid_t shard = PRO_FED(H5Oopen(file, "shard", H5P_DEFAULT));
  char *hash = shard < 0 ? NULL : pro_corpus_attribute(shard, "plan_sha256");
  int good = hash != NULL;
  for (size_t i = 0; i < PRO_COUNT(numbers); i++)
    good = good && pro_corpus_count(numbers[i].to, shard, numbers[i].name);
  if (good) snprintf(out->plan_sha256, sizeof out->plan_sha256, "%s", hash);
  free(hash);
  if (shard >= 0) H5Oclose(shard);
  if (!good && errno == ENOMEM) pro_corpus_starve();
  if (!good) PRO_TRY(pro_corpus_judge(&none, path)); /* or there was no memory */
  return good ? PRO_OK : pro_fail(PRO_EINPUT, "%s: damaged: /shard does not say which shard it is", path);
}

static pro_status part_of(void *out, const char *path) {
  pro_corpus_quiet();
  hid_t file;
  PRO_TRY(pro_corpus_open_file(&file, path));
  pro_corpus_part *part = out;
  pro_corpus_findings found = {0};
  pro_corpus_tables tables;
  pro_status status = pro_corpus_load_head(&tables, file, &found) ? PRO_OK : pro_corpus_judge(&found, path);
  if (status == PRO_OK) status = read_part(part, path, file);
  if (status == PRO_OK) part->cases = tables.cases, part->obs = tables.obs;
  H5Fclose(file);
  return status;
}

pro_status pro_corpus_part_of(pro_corpus_part *out, const char *path) {
  return pro_corpus_in_child(part_of, out, sizeof *out, path, NULL);
}

pro_status pro_corpus_spare(const char *path) {
  struct stat info;
  pro_corpus_part part;
  if (stat(path, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size == 0) return PRO_OK;
  pro_status status = pro_corpus_part_of(&part, path);
  if (status == PRO_EINPUT) {
    char why[1024];
    snprintf(why, sizeof why, "%s", pro_error_message());
    return pro_fail(status,
                    "%s: is there and is no corpus; remove it if it is not wanted, or choose another name (%s)",
                    path, why);
  }
  if (status == PRO_OK && part.count > 0)
    return pro_fail(PRO_EINPUT, "%s: is there and is a shard of a plan; move it away, or choose another name",
                    path);
  return status == PRO_EMISSING ? PRO_OK : status;
}

/* ---- a shard as a source of packed chunks ---- */

typedef struct source {
  const char *path;
  pro_corpus_writer *to;
  hid_t file;
  pro_corpus_tables tables;
  pro_corpus_findings found;
  double rtol_least, rtol_most;
  hid_t column[COLUMNS_MAX]; /* of each column along obs */
  /* a block of rows */
  pro_corpus_row row[ROWS];
  double *param;    /* (ROWS, parameters) */
  int64_t *clipped; /* (ROWS, sensors) */
  char *message[ROWS];
  void *scratch; /* (ROWS) of 8 bytes */
} source;

static hid_t open_obs(source *s, const char *folder, const char *name, pro_corpus_type type, uint64_t slots) {
  char path[96];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return pro_corpus_dataset(s->file, path, type, s->tables.obs, slots, &s->found);
}

/* In the order of corpus_write.c's belt. */
static void open_columns(source *s) {
  if (s->to->plan->windows) return; /* its samples stay where they are */
  const pro_belt *obs = &s->to->belt[PRO_BELT_obs];
  size_t c = 0;
  s->column[c] = open_obs(s, "", "time", obs->column[c].type, 0), c++;
  for (int i = 0; pro_sensor_all[i]; i++, c++)
    s->column[c] = open_obs(s, "", pro_sensor_all[i]->name, obs->column[c].type, 0);
  s->column[c] = open_obs(s, "", "stages", obs->column[c].type, 0), c++;
  if (!s->to->plan->keep_truth) return;
  for (int i = 0; i < PRO_TRUTH_COUNT; i++, c++)
    s->column[c] = open_obs(s, "/truth", pro_truth_names[i], obs->column[c].type, 0);
  hid_t extent = open_obs(s, "/truth", "extent", obs->column[c].type, PRO_CORPUS_SLOTS);
  for (int slot = 0; slot < PRO_CORPUS_SLOTS; slot++) s->column[c++] = extent;
}

static pro_status unreadable(const source *s, const char *what, uint64_t which) {
  pro_status status = pro_corpus_blame(PRO_EINPUT);
  return pro_fail(status, "%s: %s%s %llu cannot be read: %s", s->path,
                  status == PRO_ENOMEM ? "no memory: " : "damaged: ", what, ULL(which), pro_corpus_why());
}

static pro_status read_chunk(source *s, uint64_t chunk, pro_stack *to) {
  for (size_t c = 0; c < to->belt->columns; c++) {
    const int slot = to->belt->column[c].slot;
    hsize_t at[2] = {chunk * PRO_CORPUS_CHUNK, slot < 0 ? 0 : (hsize_t)slot}, size = 0;
    haddr_t place = HADDR_UNDEF;
    unsigned filters = 0;
    uint32_t mask = 0;
    if (H5Dget_chunk_info_by_coord(s->column[c], at, &filters, &place, &size) < 0 ||
        size > pro_stack_room(to->belt, c))
      return unreadable(s, "chunk", chunk);
    if (place == HADDR_UNDEF) size = 0; /* of a reaction that these cases' chemistries do not have */
    if ((size == 0 && slot < 0) ||
        (size > 0 && (H5Dread_chunk(s->column[c], H5P_DEFAULT, at, &mask, to->chunk[c].data) < 0 || mask != 0)))
      return unreadable(s, "chunk", chunk);
    to->chunk[c].size = size;
  }
  pro_stack_store(to);
  return PRO_OK;
}

static pro_status load_chunk(void *payload, uint64_t chunk, pro_stack *to) {
  source *s = payload;
  pro_press_enter(s->to->press);
  pro_status status = read_chunk(s, chunk, to);
  pro_press_leave(s->to->press);
  return status;
}

static pro_status add_codes(source *s, int sensor) {
  char path[96];
  int64_t missing = 0;
  hsize_t n = 0;
  snprintf(path, sizeof path, "/shard/%s/missing", pro_sensor_all[sensor]->name);
  hid_t dataset = PRO_FED(H5Dopen2(s->file, path, H5P_DEFAULT));
  if (dataset < 0 || PRO_FED(H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &missing)) < 0)
    return unreadable(s, "codes of sensor", (uint64_t)sensor);
  H5Dclose(dataset);
  s->to->seen[sensor].missing += (uint64_t)missing;
  snprintf(path, sizeof path, "/shard/%s", pro_sensor_all[sensor]->name);
  hid_t group = PRO_FED(H5Gopen2(s->file, path, H5P_DEFAULT));
  if (group < 0) return unreadable(s, "codes of sensor", (uint64_t)sensor);
  pro_status status = PRO_OK;
  if (pro_corpus_has(group, "code")) {
    hid_t codes = PRO_FED(H5Dopen2(group, "code", H5P_DEFAULT)),
          times = PRO_FED(H5Dopen2(group, "count", H5P_DEFAULT));
    hid_t space = codes < 0 ? -1 : H5Dget_space(codes);
    if (space < 0 || H5Sget_simple_extent_dims(space, &n, NULL) != 1) n = 0;
    int32_t *code = malloc((n + 1) * sizeof *code);
    int64_t *count = malloc((n + 1) * sizeof *count);
    if (!code || !count)
      status = pro_fail(PRO_ENOMEM, "%s: no memory", s->path);
    else if (n == 0 || times < 0 ||
             PRO_FED(H5Dread(codes, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, code)) < 0 ||
             PRO_FED(H5Dread(times, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, count)) < 0)
      status = unreadable(s, "codes of sensor", (uint64_t)sensor);
    else
      status = pro_histogram_add_list(&s->to->seen[sensor], code, count, n);
    free(code), free(count);
    if (space >= 0) H5Sclose(space);
    if (codes >= 0) H5Dclose(codes);
    if (times >= 0) H5Dclose(times);
  } else {
    const pro_corpus_findings none = {0};
    status = pro_corpus_judge(&none, s->path); /* there was no memory to look, or no reading is there */
  }
  H5Gclose(group);
  return status;
}

static pro_status check_part(const source *s, const char *plan_sha256) {
  pro_corpus_part part;
  PRO_TRY(read_part(&part, s->path, s->file));
  if (part.count == 0) return pro_fail(PRO_EINPUT, "%s: is a corpus, and no shard", s->path);
  if (strcmp(part.plan_sha256, plan_sha256) != 0)
    return pro_fail(PRO_EINPUT, "%s: is of another plan (%.12s..., wanted %.12s...)", s->path, part.plan_sha256,
                    plan_sha256);
  const int follows = s->to->plan->planned ? part.first >= s->to->next_number : part.first == s->to->next_number;
  if (!follows || part.first % s->to->plan->group != 0 || s->tables.cases > s->to->plan->cases - s->to->cases)
    return pro_fail(PRO_EINPUT, "%s: holds cases %llu to %llu where %llu is next", s->path, ULL(part.first),
                    ULL(part.first + s->tables.cases - 1), ULL(s->to->next_number));
  if (s->tables.chunk != PRO_CORPUS_CHUNK || s->tables.group != s->to->plan->group)
    return pro_fail(PRO_EINPUT, "%s: its chunks or groups are of another size", s->path);
  return PRO_OK;
}

static pro_status open_source(source *s, const char *plan_sha256) {
  size_t parameters = s->to->plan->parameters, sensors = (size_t)pro_sensor_count();
  s->param = calloc(ROWS * (parameters + 1), sizeof *s->param);
  s->clipped = calloc(ROWS * sensors, sizeof *s->clipped);
  s->scratch = calloc(ROWS, sizeof(double));
  if (!s->param || !s->clipped || !s->scratch) return pro_fail(PRO_ENOMEM, "%s: no memory", s->path);
  PRO_TRY(pro_corpus_open_file(&s->file, s->path));
  if (pro_corpus_load_head(&s->tables, s->file, &s->found)) open_columns(s);
  PRO_TRY(pro_corpus_judge(&s->found, s->path));
  PRO_TRY(check_part(s, plan_sha256));
  hid_t shard = PRO_FED(H5Oopen(s->file, "shard", H5P_DEFAULT));
  int good = shard >= 0 && pro_corpus_number(&s->rtol_least, shard, "rtol_least") &&
             pro_corpus_number(&s->rtol_most, shard, "rtol_most");
  if (shard >= 0) H5Oclose(shard);
  if (!good) return unreadable(s, "rtol of shard", 0);
  for (int i = 0; pro_sensor_all[i]; i++) PRO_TRY(add_codes(s, i));
  return PRO_OK;
}

/* ---- rows ---- */

static void free_messages(source *s) {
  for (int k = 0; k < ROWS; k++) free(s->message[k]), s->message[k] = NULL;
}

static pro_status read_messages(source *s, uint64_t from, hsize_t count) {
  char **text = calloc(ROWS, sizeof *text);
  if (!text) return pro_fail(PRO_ENOMEM, "%s: no memory", s->path);
  hid_t dataset = PRO_FED(H5Dopen2(s->file, "/run_info/message", H5P_DEFAULT)), type = pro_corpus_text_type();
  hid_t space = dataset < 0 ? -1 : H5Dget_space(dataset), memory = H5Screate_simple(1, &count, NULL);
  hsize_t start = from;
  int good = space >= 0 && type >= 0 &&
             H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count, NULL) >= 0 &&
             PRO_FED(H5Dread(dataset, type, memory, space, H5P_DEFAULT, text)) >= 0;
  pro_status status = good ? PRO_OK : unreadable(s, "messages from row", from);
  free_messages(s);
  for (hsize_t k = 0; good && k < count; k++) {
    if (text[k] && *text[k] && !(s->message[k] = strdup(text[k])))
      status = pro_fail(PRO_ENOMEM, "%s: no memory", s->path);
    if (text[k]) H5free_memory(text[k]);
  }
  free(text);
  H5Sclose(memory), H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  if (dataset >= 0) H5Dclose(dataset);
  return status;
}

/* Rows of a column of 8-byte elements into every `stride`th place of `to`. */
static pro_status read_wide(source *s, void *to, size_t stride, const char *path, pro_corpus_type type,
                            uint64_t from, uint64_t count) {
  hid_t dataset = pro_corpus_dataset(s->file, path, type, s->tables.cases, 0, &s->found);
  PRO_TRY(pro_corpus_judge(&s->found, s->path));
  int failed = pro_corpus_rows(s->scratch, dataset, type, from, count, -1);
  H5Dclose(dataset);
  if (failed < 0) return unreadable(s, path, from);
  for (uint64_t k = 0; k < count; k++) memcpy((char *)to + k * stride, (char *)s->scratch + 8 * k, 8);
  return PRO_OK;
}

static pro_status read_rows(source *s, uint64_t from, uint64_t count) {
  const pro_corpus_plan *plan = s->to->plan;
  char path[512];
  PRO_TRY(pro_corpus_load_rows(s->row, &s->tables, s->file, from, count, &s->found));
  for (size_t p = 0; p < plan->parameters; p++) {
    snprintf(path, sizeof path, "/param/%s", plan->parameter[p].path);
    PRO_TRY(read_wide(s, s->param + p, plan->parameters * sizeof(double), path, PRO_CORPUS_f64, from, count));
  }
  for (int i = 0; pro_sensor_all[i]; i++) {
    snprintf(path, sizeof path, "/run_info/clipped_%s", pro_sensor_all[i]->name);
    PRO_TRY(read_wide(s, s->clipped + i, (size_t)pro_sensor_count() * sizeof(int64_t), path, PRO_CORPUS_i64, from,
                      count));
  }
  PRO_TRY(read_messages(s, from, count));
  return pro_corpus_judge(&s->found, s->path);
}

static pro_status append_rows(source *s, uint64_t *failed) {
  for (uint64_t from = 0, count; from < s->tables.cases; from += count) {
    count = s->tables.cases - from < ROWS ? s->tables.cases - from : ROWS;
    pro_press_enter(s->to->press);
    pro_status status = read_rows(s, from, count);
    pro_press_leave(s->to->press);
    PRO_TRY(status);
    for (uint64_t k = 0; k < count; k++) {
      const pro_corpus_record record = {.row = s->row[k],
                                        .rtol = s->rtol_least,
                                        .param = s->param + k * s->to->plan->parameters,
                                        .clipped = s->clipped + k * (uint64_t)pro_sensor_count(),
                                        .message = s->message[k]};
      PRO_TRY(pro_corpus_append_stored(s->to, &record, 0, load_chunk, s));
      *failed += record.row.outcome == PRO_OUTCOME_failed;
    }
  }
  s->to->rtol_most = fmax(s->to->rtol_most, s->rtol_most);
  s->to->shown += s->to->plan->windows ? s->tables.obs : 0;
  return PRO_OK;
}

/* Where memory was short HDF5 1.10 may crash as it closes: the program is about to end then, and leaves it be. */
static void leave(source *s, pro_status status) {
  pro_press_enter(s->to->press);
  if (s->file >= 0 && status != PRO_ENOMEM) H5Fclose(s->file);
  pro_press_leave(s->to->press);
  free_messages(s);
  free(s->param), free(s->clipped), free(s->scratch);
  free(s);
}

pro_status pro_corpus_append_shard(pro_corpus_writer *w, uint64_t *failed, const char *path,
                                   const char *plan_sha256) {
  pro_corpus_quiet();
  source *s = calloc(1, sizeof *s);
  if (!s) return pro_corpus_told(w, pro_fail(PRO_ENOMEM, "%s: no memory", path));
  s->path = path, s->to = w, s->file = H5I_INVALID_HID;
  pro_press_enter(w->press);
  pro_status status = open_source(s, plan_sha256);
  pro_press_leave(w->press);
  if (status == PRO_OK) {
    pro_corpus_begin_source(w);
    status = append_rows(s, failed);
  }
  leave(s, status);
  return pro_corpus_told(w, status);
}
