/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/corpus_writer.h"
#include "output/crew.h"
#include "sim/chemistry.h"

/* ---- the finalising pass ---- */

/* Names of a column of small integers; the caller frees the list, not the names. */
static const char **names_of(size_t *count, const pro_corpus_writer *w, pro_corpus_flags flags) {
#define PRO_AS_FORMAT_NAME(name) #name,
  static const char *const formats[] = {PRO_FORMAT_LIST(PRO_AS_FORMAT_NAME) NULL};
  const char **name = calloc(UINT8_MAX, sizeof *name);
  const char *const *from = flags == PRO_FLAGS_class     ? pro_class_names
                            : flags == PRO_FLAGS_family  ? w->plan->families
                            : flags == PRO_FLAGS_split   ? pro_split_names
                            : flags == PRO_FLAGS_outcome ? pro_outcome_names
                            : flags == PRO_FLAGS_format  ? formats
                                                         : NULL;
  size_t n = 0;
  if (!name) return NULL;
  for (; from && n < UINT8_MAX && from[n]; n++) name[n] = from[n];
  if (flags == PRO_FLAGS_chemistry)
    for (; n < UINT8_MAX && pro_chemistry_all[n]; n++) name[n] = pro_chemistry_all[n]->name;
  if (flags == PRO_FLAGS_cell)
    for (; n < UINT8_MAX && pro_cell_all[n]; n++) name[n] = pro_cell_all[n]->name;
  if (flags == PRO_FLAGS_cell && w->has_cell[n]) name[n++] = "datasheet";
  if (flags == PRO_FLAGS_status)
    for (; n < PRO_STATUS_COUNT; n++) name[n] = pro_status_name((pro_status)n);
  *count = n;
  return name;
}

static pro_status write_flags(pro_corpus_writer *w) {
  for (size_t c = 0; pro_corpus_columns[c].name; c++) {
    const pro_corpus_column *is = &pro_corpus_columns[c];
    if (!is->flags) continue;
    size_t count = 0;
    const char **name = names_of(&count, w, is->flags);
    pro_status status =
        name ? pro_put_flags(&w->sheet, w->belt[PRO_BELT_case].column[c].dataset, is->type, count, name)
             : pro_fail(PRO_ENOMEM, "%s: no memory for names", w->path);
    free(name);
    PRO_TRY(status);
  }
  return PRO_OK;
}

static pro_status write_number(pro_corpus_writer *w, hid_t at, const char *name, pro_corpus_type type,
                               const char *unit, const char *doc, const void *value) {
  hid_t dataset;
  PRO_TRY(pro_put_dataset(&dataset, &w->sheet, at, name, type, &(pro_shape){0}, unit, doc));
  return pro_put_all(&w->sheet, dataset, pro_corpus_in_memory(type), value, name);
}

static pro_status write_normalization(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  hid_t group, channel, dataset;
  PRO_TRY(pro_put_group(&group, to, to->file, "normalization", "statistics of each channel over split train"));
  PRO_TRY(pro_put_text(to, group, "split", "train"));
  double share[PRO_QUANTILE_COUNT];
  for (int q = 0; q < PRO_QUANTILE_COUNT; q++) share[q] = pro_quantile_permille[q] / 1000.0;
  hsize_t n = PRO_QUANTILE_COUNT;
  pro_shape shape = {.axes = 1, .size = {n}, .most = {n}, .chunk = {n}};
  PRO_TRY(pro_put_dataset(&dataset, to, group, "quantile", PRO_CORPUS_f64, &shape, "1", "share of all values"));
  PRO_TRY(pro_scale_become(to, &w->scale[PRO_SCALE_quantile], dataset, "quantile"));
  PRO_TRY(pro_put_all(to, dataset, H5T_NATIVE_DOUBLE, share, "quantile"));
  shape.axis[0] = &w->scale[PRO_SCALE_quantile];
  for (int s = 0; pro_sensor_all[s]; s++) {
    const pro_sensor *sensor = pro_sensor_all[s];
    pro_statistics is;
    pro_histogram_statistics(&is, &w->seen[s], sensor->quantum, sensor->offset);
    PRO_TRY(pro_put_group(&channel, to, group, sensor->name, sensor->doc));
    PRO_TRY(write_number(w, channel, "count", PRO_CORPUS_i64, "1", "values that are not missing", &is.count));
    PRO_TRY(write_number(w, channel, "missing", PRO_CORPUS_i64, "1", "missing values", &is.missing));
    PRO_TRY(write_number(w, channel, "mean", PRO_CORPUS_f64, sensor->unit, "mean", &is.mean));
    PRO_TRY(write_number(w, channel, "std", PRO_CORPUS_f64, sensor->unit, "standard deviation", &is.std));
    PRO_TRY(pro_put_dataset(&dataset, to, channel, "quantiles", PRO_CORPUS_f64, &shape, sensor->unit,
                            "smallest value that this share of all values does not exceed"));
    PRO_TRY(pro_put_all(to, dataset, H5T_NATIVE_DOUBLE, is.quantile, "quantiles"));
  }
  return PRO_OK;
}

/* What the chemistries and cells that occur are taken from, and which reaction is which. */
static pro_status write_sources(pro_corpus_writer *w) {
  char text[8192] = "", name[128], list[1024];
  size_t used = 0;
  for (int c = 0; c < UINT8_MAX && pro_chemistry_all[c]; c++) {
    if (!w->has_chemistry[c]) continue;
    const pro_network *net = pro_chemistry_all[c];
    used +=
        (size_t)snprintf(text + used, sizeof text - used, "%s%s: %s", used ? "; " : "", net->name, net->source);
    if (used >= sizeof text) return pro_fail(PRO_EBUG, "%s: the references are too long", w->path);
    if (!w->plan->keep_truth) continue;
    size_t length = 0;
    list[0] = '\0';
    for (int j = 0; j < pro_network_reaction_count(net); j++)
      length +=
          (size_t)snprintf(list + length, sizeof list - length, "%s%s", j ? " " : "", net->reactions[j].name);
    snprintf(name, sizeof name, "reactions_of_%s", net->name);
    PRO_TRY(pro_put_text(&w->sheet, w->extent, name, list));
  }
  for (int c = 0; c < UINT8_MAX && pro_cell_all[c]; c++) {
    if (!w->has_cell[c]) continue;
    const pro_cell_preset *cell = pro_cell_all[c];
    used +=
        (size_t)snprintf(text + used, sizeof text - used, "%s%s: %s", used ? "; " : "", cell->name, cell->source);
    if (used >= sizeof text) return pro_fail(PRO_EBUG, "%s: the references are too long", w->path);
  }
  return pro_put_text(&w->sheet, w->sheet.file, "references", text);
}

/* What the numbers are worth: "rosenbrock, rtol 1e-06". */
static pro_status write_integrator(pro_corpus_writer *w) {
  char text[128];
  size_t size = sizeof text;
  int n = snprintf(text, size, "%.32s, rtol %g", w->plan->integrator, w->rtol_least);
  if (w->rtol_most > w->rtol_least) n += snprintf(text + n, size - (size_t)n, " to %g", w->rtol_most);
  if (w->plan->case_seconds > 0.0)
    snprintf(text + n, size - (size_t)n, ", each case within %g s of wall clock", w->plan->case_seconds);
  return pro_put_text(&w->sheet, w->sheet.file, "integrator", text);
}

/* The codes of split train that a sensor has given, and how often: what a merge adds up, so that it need not open
 * any chunk. */
static pro_status write_codes(pro_corpus_writer *w, hid_t group, int s) {
  const pro_sheet *to = &w->sheet;
  const pro_sensor *sensor = pro_sensor_all[s];
  size_t n = pro_histogram_list(&w->seen[s], NULL, NULL);
  int64_t missing = (int64_t)w->seen[s].missing;
  hid_t of, codes, times;
  PRO_TRY(pro_put_group(&of, to, group, sensor->name, sensor->doc));
  PRO_TRY(write_number(w, of, "missing", PRO_CORPUS_i64, "1", "missing values", &missing));
  if (n == 0) return PRO_OK;
  int32_t *code = malloc(n * sizeof *code);
  int64_t *count = malloc(n * sizeof *count);
  pro_scale scale = {0};
  pro_shape shape = {.axes = 1, .size = {n}, .most = {n}, .chunk = {n}};
  pro_status status = code && count ? PRO_OK : pro_fail(PRO_ENOMEM, "%s: no memory for codes", w->path);
  if (status == PRO_OK) {
    pro_histogram_list(&w->seen[s], code, count);
    status = pro_put_dataset(&codes, to, of, "code", PRO_CORPUS_i32, &shape, "1", "codes that occur");
  }
  if (status == PRO_OK) status = pro_scale_become(to, &scale, codes, "code");
  if (status == PRO_OK) status = pro_put_all(to, codes, H5T_NATIVE_INT32, code, "code");
  shape.axis[0] = &scale;
  if (status == PRO_OK)
    status = pro_put_dataset(&times, to, of, "count", PRO_CORPUS_i64, &shape, "1", "how often each occurs");
  if (status == PRO_OK) status = pro_put_all(to, times, H5T_NATIVE_INT64, count, "count");
  if (status == PRO_OK) status = pro_scale_finish(to, &scale);
  free(scale.link), free(code), free(count);
  return status;
}

/* Of which whole it is a part, and what of the whole cannot be told from its parts' tables. */
static pro_status write_shard(pro_corpus_writer *w) {
  const pro_corpus_shard *shard = w->plan->shard;
  const pro_sheet *to = &w->sheet;
  if (!shard) return PRO_OK;
  hid_t group;
  PRO_TRY(pro_put_group(&group, to, to->file, "shard", "this file is a part of a corpus: prodrome merge"));
  PRO_TRY(pro_put_text(to, group, "plan_sha256", shard->plan_sha256));
  PRO_TRY(pro_put_u64(to, group, "index", shard->index));
  PRO_TRY(pro_put_u64(to, group, "count", shard->count));
  PRO_TRY(pro_put_u64(to, group, "first_case", shard->first));
  PRO_TRY(pro_put_u64(to, group, "cases_in_all", shard->all));
  PRO_TRY(pro_put_f64(to, group, "rtol_least", w->rtol_least));
  PRO_TRY(pro_put_f64(to, group, "rtol_most", w->rtol_most));
  for (int s = 0; pro_sensor_all[s]; s++) PRO_TRY(write_codes(w, group, s));
  return PRO_OK;
}

static void help(void *payload, size_t part, int member) {
  (void)part, (void)member;
  if (pro_press_help(payload) != PRO_OK) return; /* the drain that follows says why */
}

pro_status pro_corpus_finish(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  if (w->cases != w->plan->cases)
    return pro_fail(PRO_EBUG, "%s: %llu of %llu cases were written", w->path, (unsigned long long)w->cases,
                    (unsigned long long)w->plan->cases);
  hsize_t obs = w->plan->windows ? w->shown : pro_belt_at(&w->belt[PRO_BELT_obs]);
  for (int b = 0; b < PRO_BELT_COUNT; b++) pro_press_seal(w->press, &w->belt[b], 0);
  pro_crew_do(w->plan->threads, w->plan->threads > 0 ? (size_t)w->plan->threads : 0, help, w->press);
  PRO_TRY(pro_press_drain(w->press));
  if (H5Dset_extent(w->scale[PRO_SCALE_obs].dataset, &obs) < 0) return pro_put_fail(to, "obs");
  PRO_TRY(write_flags(w));
  PRO_TRY(write_normalization(w));
  PRO_TRY(write_sources(w));
  PRO_TRY(write_integrator(w));
  PRO_TRY(write_shard(w));
  for (int s = 0; s < PRO_SCALE_COUNT; s++) PRO_TRY(pro_scale_finish(to, &w->scale[s]));
  /* HDF5 1.10 reports a full disk at the flush at the earliest */
  if (H5Fflush(to->file, H5F_SCOPE_GLOBAL) < 0) return pro_put_fail(to, "to disk");
  H5Tclose(to->text);
  if (H5Fclose(to->file) < 0) return pro_put_fail(to, "to disk");
  w->sheet.file = H5I_INVALID_HID;
  return PRO_OK;
}

pro_status pro_corpus_publish(pro_corpus_writer *w) {
  for (int b = 0; b < PRO_BELT_COUNT; b++) pro_belt_clear(&w->belt[b]); /* a verification needs as much again */
  for (int s = 0; s < PRO_SENSORS_MAX; s++) pro_histogram_clear(&w->seen[s]);
  pro_corpus_summary summary;
  pro_status status =
      pro_corpus_verify_as(&summary, w->draft.path, w->plan->copied ? PRO_CORPUS_COPIED : PRO_CORPUS_WHOLE,
                           w->plan->threads, w->plan->stop);
  if (status == PRO_ENOMEM || status == PRO_EINTERRUPTED) return status;
  if (status != PRO_OK)
    return pro_fail(PRO_EIO, "%s: what was written does not read back: %s", w->path, pro_error_message());
  if (w->plan->stop && *w->plan->stop)
    return pro_fail(PRO_EINTERRUPTED, "%s: interrupted before it was there", w->path);
  return pro_draft_publish(&w->draft, w->path);
}
