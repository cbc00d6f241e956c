/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/corpus_hdf5.h"

struct pro_corpus {
  char *path;
  hid_t file, time;
  int has[PRO_CHANNEL_COUNT];
  pro_corpus_codes codes[PRO_CHANNEL_COUNT];
  pro_corpus_tables tables;
  /* of the record read last: one block that grows */
  size_t room;
  double *t;
  float *channel[PRO_CHANNEL_COUNT];
  int32_t *code;
  int16_t *narrow;
};

void pro_corpus_close(pro_corpus *corpus) {
  if (!corpus) return;
  if (corpus->file >= 0) H5Fclose(corpus->file);
  free(corpus->path), free(corpus->tables.rows), free(corpus->t);
  free(corpus);
}

static pro_status open_all(pro_corpus *corpus, const char *path) {
  PRO_TRY(pro_corpus_open_file(&corpus->file, path));
  pro_corpus_findings found = {0};
  PRO_TRY(pro_corpus_load(&corpus->tables, corpus->file, &found));
  if (found.count == 0)
    corpus->time = pro_corpus_dataset(corpus->file, "/time", PRO_CORPUS_f64, corpus->tables.obs, 0, &found);
  if (found.count == 0) pro_corpus_check_windows(corpus->time, path, &found);
  for (int c = 0; found.count == 0 && c < PRO_CHANNEL_COUNT; c++)
    corpus->has[c] = pro_corpus_open_codes(&corpus->codes[c], corpus->file, pro_channel_names[c],
                                           corpus->tables.obs, &found) > 0;
  return pro_corpus_judge(&found, path);
}

static pro_status open_here(pro_corpus **out, const char *path) {
  pro_corpus_quiet();
  pro_corpus *corpus = calloc(1, sizeof *corpus);
  if (!corpus) return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  corpus->file = H5I_INVALID_HID;
  corpus->path = malloc(strlen(path) + 1);
  pro_status status = corpus->path ? PRO_OK : pro_fail(PRO_ENOMEM, "%s: no memory", path);
  if (status == PRO_OK) {
    strcpy(corpus->path, path);
    status = open_all(corpus, path);
  }
  if (status == PRO_OK)
    *out = corpus;
  else
    pro_corpus_close(corpus);
  return status;
}

static pro_status try_to_open(void *out, const char *path) {
  (void)out;
  pro_corpus *corpus;
  PRO_TRY(open_here(&corpus, path));
  pro_corpus_close(corpus);
  return PRO_OK;
}

pro_status pro_corpus_open(pro_corpus **out, const char *path) {
  char nothing = 0;
  /* a file that crashes HDF5, its child only */
  PRO_TRY(pro_corpus_in_child(try_to_open, &nothing, sizeof nothing, path, NULL));
  return open_here(out, path);
}

uint64_t pro_corpus_cases(const pro_corpus *corpus) { return corpus->tables.cases; }

static pro_status make_room(pro_corpus *corpus, size_t samples) {
  if (samples <= corpus->room) return PRO_OK;
  size_t each = sizeof(double) + PRO_CHANNEL_COUNT * sizeof(float) + sizeof(int32_t) + sizeof(int16_t);
  double *block = malloc(samples * each);
  if (!block) return pro_fail(PRO_ENOMEM, "%s: no memory for a record of %zu samples", corpus->path, samples);
  free(corpus->t);
  corpus->t = block;
  float *next = (float *)(block + samples);
  for (int c = 0; c < PRO_CHANNEL_COUNT; c++, next += samples) corpus->channel[c] = next;
  corpus->code = (int32_t *)next;
  corpus->narrow = (int16_t *)(corpus->code + samples);
  corpus->room = samples;
  return PRO_OK;
}

static const pro_corpus_row *row_of(const pro_corpus *corpus, uint64_t index) {
  return index < corpus->tables.cases ? &corpus->tables.rows[index] : NULL;
}

static pro_status no_case(const pro_corpus *corpus, uint64_t index) {
  return pro_fail(PRO_EINPUT, "%s: has no case %llu, only %llu of them", corpus->path, (unsigned long long)index,
                  (unsigned long long)corpus->tables.cases);
}

static pro_status unreadable(const pro_corpus *corpus, uint64_t index, const char *name) {
  return pro_fail(PRO_EINPUT, "%s: damaged: %s of case %llu cannot be read: %s", corpus->path, name,
                  (unsigned long long)index, pro_corpus_why());
}

pro_status pro_corpus_read(pro_record *out, pro_corpus *corpus, uint64_t index) {
  pro_corpus_quiet();
  const pro_corpus_row *row = row_of(corpus, index);
  if (!row) return no_case(corpus, index);
  size_t n = (size_t)row->row_size;
  PRO_TRY(make_room(corpus, n ? n : 1));
  uint64_t start = (uint64_t)row->row_start;
  pro_record record = {.samples = n, .t = corpus->t, .split = row->split};
  if (pro_corpus_rows(corpus->t, corpus->time, PRO_CORPUS_f64, start, n, -1) < 0)
    return unreadable(corpus, index, "time");
  for (int c = 0; c < PRO_CHANNEL_COUNT; c++) {
    if (!corpus->has[c]) continue;
    const pro_corpus_codes *codes = &corpus->codes[c];
    if (pro_corpus_read_codes(corpus->code, codes, start, n, corpus->narrow) < 0)
      return unreadable(corpus, index, pro_channel_names[c]);
    float *value = corpus->channel[c];
    for (size_t k = 0; k < n; k++)
      value[k] = corpus->code[k] == INT32_MIN ? NAN : (float)(corpus->code[k] * codes->scale + codes->offset);
    record.channel[c] = value;
  }
  record.nameplate = (pro_nameplate){row->capacity,        row->mass,
                                     row->voltage_min,     row->voltage_max,
                                     row->T_operating_max, row->format == UINT8_MAX ? -1 : row->format};
  *out = record;
  return PRO_OK;
}

pro_status pro_corpus_truth(pro_truth_row *out, pro_corpus *corpus, uint64_t index) {
  const pro_corpus_row *row = row_of(corpus, index);
  if (!row) return no_case(corpus, index);
  if (corpus->tables.blind)
    return pro_fail(PRO_EINPUT, "%s: is a blind corpus: its truth was taken out", corpus->path);
  *out = (pro_truth_row){.class_ = row->class_,
                         .outcome = row->outcome,
                         .family = row->family,
                         .chemistry = row->chemistry,
                         .cell_draw = row->cell_draw,
                         .t_fault = row->clock[PRO_CLOCK_fault],
                         .t_runaway = row->clock[PRO_CLOCK_runaway],
                         .t_runaway_guarded = row->clock[PRO_CLOCK_runaway_guarded],
                         .t_vent = row->clock[PRO_CLOCK_vent],
                         .t_gb = row->clock[PRO_CLOCK_gb]};
  return PRO_OK;
}
