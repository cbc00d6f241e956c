/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output/corpus_hdf5.h"

/* What a verification holds; everything is read once, column by column and chunk by chunk. */
typedef struct verification {
  hid_t file;
  pro_corpus_tables tables;
  pro_corpus_findings found;
  pro_corpus_depth depth;
  double *t_last;   /* (cases) time of the last sample [s] */
  float *T_hottest; /* (cases) of /truth/T_core [K]; 0: not seen */
  void *chunk;      /* room for a chunk of any column */
  int32_t *code;
  int16_t *narrow;
} verification;

#define ULL(x) ((unsigned long long)(x))

static const pro_corpus_row *row_at(const verification *v, uint64_t k) { return &v->tables.rows[k]; }

/* ---- columns along obs ---- */

/* Called for the part [lo, hi) of case k that lies in the chunk, as places in the chunk. */
typedef pro_status part_fn(verification *v, void *payload, uint64_t k, size_t lo, size_t hi);

typedef struct obs_column {
  const char *path;
  pro_corpus_type type;
  int slot;                      /* of the second axis; -1: there is none */
  const pro_corpus_codes *codes; /* not NULL: read as codes, widened */
  hid_t dataset;
  part_fn *part; /* NULL: only that it can be read */
  void *payload;
} obs_column;

static pro_status read_column(verification *v, const obs_column *column) {
  const pro_corpus_tables *tables = &v->tables;
  uint64_t first = 0; /* case that may still have samples in this chunk */
  for (uint64_t start = 0; start < tables->obs; start += tables->chunk) {
    uint64_t end = start + tables->chunk < tables->obs ? start + tables->chunk : tables->obs;
    int failed = column->codes
                     ? pro_corpus_read_codes(v->code, column->codes, start, end - start, v->narrow)
                     : pro_corpus_rows(v->chunk, column->dataset, column->type, start, end - start, column->slot);
    if (failed < 0) {
      pro_corpus_find(&v->found, "%s: samples %llu to %llu cannot be read: %s", column->path, ULL(start),
                      ULL(end - 1), pro_corpus_why());
      continue;
    }
    while (first < tables->cases && (uint64_t)(row_at(v, first)->row_start + row_at(v, first)->row_size) <= start)
      first++;
    for (uint64_t k = first; column->part && k < tables->cases && (uint64_t)row_at(v, k)->row_start < end; k++) {
      uint64_t lo = (uint64_t)row_at(v, k)->row_start, hi = lo + (uint64_t)row_at(v, k)->row_size;
      lo = lo > start ? lo : start, hi = hi < end ? hi : end;
      if (lo < hi) PRO_TRY(column->part(v, column->payload, k, lo - start, hi - start));
    }
  }
  return PRO_OK;
}

/* Every chunk there should be is there: a missing one would read as fill without an error. */
static void check_holes(verification *v, const char *path, hid_t dataset) {
  hsize_t chunks = 0, wanted = (v->tables.obs + v->tables.chunk - 1) / v->tables.chunk;
  hid_t space = H5Dget_space(dataset);
  if (H5Dget_num_chunks(dataset, space, &chunks) < 0)
    pro_corpus_find(&v->found, "%s: its chunks cannot be counted: %s", path, pro_corpus_why());
  else if (chunks != wanted)
    pro_corpus_find(&v->found, "%s: has %llu chunks of %llu", path, ULL(chunks), ULL(wanted));
  H5Sclose(space);
}

static pro_status read_plain(verification *v, const char *path, pro_corpus_type type, part_fn *part) {
  obs_column column = {.path = path, .type = type, .slot = -1, .part = part};
  column.dataset = pro_corpus_dataset(v->file, path, type, v->tables.obs, 0, &v->found);
  if (column.dataset < 0) return PRO_OK;
  check_holes(v, path, column.dataset);
  pro_status status = read_column(v, &column);
  H5Dclose(column.dataset);
  return status;
}

static pro_status part_time(verification *v, void *payload, uint64_t k, size_t lo, size_t hi) {
  (void)payload;
  const double *t = v->chunk;
  for (size_t i = lo; i < hi; i++) {
    if (!(t[i] >= v->t_last[k] && t[i] < INFINITY)) { /* also where it is NaN; the first must be >= 0 */
      pro_corpus_find(&v->found, "/time: case %llu: %g s follows %g s", ULL(k), t[i], v->t_last[k]);
      return PRO_OK;
    }
    v->t_last[k] = t[i];
  }
  return PRO_OK;
}

static pro_status part_stages(verification *v, void *payload, uint64_t k, size_t lo, size_t hi) {
#define PRO_AS_OR(name, bit, doc) | bit
  enum { KNOWN = 0 PRO_STAGE_FLAG_LIST(PRO_AS_OR) };
  (void)payload;
  const uint16_t *stages = v->chunk;
  for (size_t i = lo; i < hi; i++)
    if (stages[i] & ~(unsigned)KNOWN) {
      pro_corpus_find(&v->found, "/stages: case %llu: bits %u are not all known", ULL(k), stages[i]);
      return PRO_OK;
    }
  return PRO_OK;
}

static pro_status part_core(verification *v, void *payload, uint64_t k, size_t lo, size_t hi) {
  (void)payload;
  const float *T = v->chunk;
  for (size_t i = lo; i < hi; i++) {
    if (v->depth == PRO_CORPUS_SOUND && !(T[i] > 0.0f && T[i] < 1e4f)) {
      pro_corpus_find(&v->found, "/truth/T_core: case %llu: %g K", ULL(k), (double)T[i]);
      return PRO_OK;
    }
    v->T_hottest[k] = fmaxf(v->T_hottest[k], T[i]);
  }
  return PRO_OK;
}

static pro_status part_codes(verification *v, void *payload, uint64_t k, size_t lo, size_t hi) {
  return row_at(v, k)->split == PRO_SPLIT_train ? pro_histogram_add(payload, v->code + lo, hi - lo) : PRO_OK;
}

/* ---- normalization ---- */

static int near(double a, double b) { return isnan(a) ? isnan(b) : fabs(a - b) <= 1e-12 * (1.0 + fabs(b)); }

static void check_number(verification *v, const char *channel, const char *name, size_t count, double scale,
                         const double *wanted) {
  char path[96];
  snprintf(path, sizeof path, "/normalization/%s/%s", channel, name);
  double value[PRO_QUANTILE_COUNT];
  hid_t dataset = H5Dopen2(v->file, path, H5P_DEFAULT);
  hid_t space = dataset < 0 ? -1 : H5Dget_space(dataset);
  if (dataset < 0 || H5Sget_simple_extent_npoints(space) != (hssize_t)count ||
      H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) < 0) {
    pro_corpus_find(&v->found, "%s: is missing, damaged or of another size", path);
  } else {
    for (size_t i = 0; i < count; i++)
      if (!near(value[i] / scale, wanted[i] / scale)) {
        pro_corpus_find(&v->found, "%s: holds %.15g, but split train of the data gives %.15g", path, value[i],
                        wanted[i]);
        break;
      }
  }
  if (space >= 0) H5Sclose(space);
  if (dataset >= 0) H5Dclose(dataset);
}

static pro_status check_channel(verification *v, const char *channel) {
  pro_corpus_codes codes;
  if (pro_corpus_open_codes(&codes, v->file, channel, v->tables.obs, &v->found) <= 0) return PRO_OK;
  char path[64];
  snprintf(path, sizeof path, "/%s", channel);
  check_holes(v, path, codes.dataset);
  pro_histogram seen = {0};
  int before = v->found.count;
  obs_column column = {.path = path, .codes = &codes, .part = part_codes, .payload = &seen};
  pro_status status = read_column(v, &column);
  H5Dclose(codes.dataset);
  if (status == PRO_OK && v->found.count == before) { /* statistics of half a channel would only be noise */
    pro_statistics is;
    pro_histogram_statistics(&is, &seen, codes.scale, codes.offset);
    double count = (double)is.count, missing = (double)is.missing;
    check_number(v, channel, "count", 1, 1.0, &count);
    check_number(v, channel, "missing", 1, 1.0, &missing);
    check_number(v, channel, "mean", 1, codes.scale, &is.mean);
    check_number(v, channel, "std", 1, codes.scale, &is.std);
    check_number(v, channel, "quantiles", PRO_QUANTILE_COUNT, codes.scale, is.quantile);
  }
  pro_histogram_clear(&seen);
  return status;
}

/* ---- tables ---- */

static void check_place(verification *v, uint64_t k) {
  const pro_corpus_tables *tables = &v->tables;
  const pro_corpus_row *row = row_at(v, k), *before = k ? row_at(v, k - 1) : NULL;
  uint64_t start = (uint64_t)row->row_start, end = before ? (uint64_t)(before->row_start + before->row_size) : 0;
  int begins = k % tables->group == 0;
  if (begins) end = (end + tables->chunk - 1) / tables->chunk * tables->chunk;
  if (start != end)
    pro_corpus_find(&v->found, "case %llu: row_start is %llu where %llu is next%s", ULL(k), ULL(start), ULL(end),
                    begins ? " (it begins a group: a chunk's boundary)" : "");
  if (k == tables->cases - 1 && start + (uint64_t)row->row_size != tables->obs)
    pro_corpus_find(&v->found, "obs is %llu long, but the last case ends at %llu", ULL(tables->obs),
                    ULL(start + (uint64_t)row->row_size));
  if (row->number != (int64_t)k)
    pro_corpus_find(&v->found, "/case: row %llu holds %lld", ULL(k), (long long)row->number);
  if (row->split != pro_label_split(tables->seed, row->cell_draw))
    pro_corpus_find(&v->found, "case %llu: split is %s, but (seed, cell_draw) give %s", ULL(k),
                    pro_split_names[row->split], pro_split_names[pro_label_split(tables->seed, row->cell_draw)]);
}

static void check_outcome(verification *v, uint64_t k) {
  const pro_corpus_row *row = row_at(v, k);
  int ran_away = row->outcome == PRO_OUTCOME_runaway, failed = row->outcome == PRO_OUTCOME_failed;
  const char *outcome = pro_outcome_names[row->outcome];
  if (ran_away != (row->class_ == PRO_CLASS_event))
    pro_corpus_find(&v->found, "case %llu: class is %s, but outcome is %s", ULL(k), pro_class_names[row->class_],
                    outcome);
  if (failed != (row->row_size == 0) || failed != (row->status != PRO_OK))
    pro_corpus_find(&v->found, "case %llu: outcome is %s with %ld samples and status %s", ULL(k), outcome,
                    (long)row->row_size, pro_status_name((pro_status)row->status));
}

static void check_clocks(verification *v, uint64_t k) {
  const pro_corpus_row *row = row_at(v, k);
  const double *clock = row->clock, guarded = clock[PRO_CLOCK_runaway_guarded];
  const char *outcome = pro_outcome_names[row->outcome];
  /* the run may go on for less than one sample after its last */
  double end = row->row_size > 1 ? v->t_last[k] * (1.0 + 1.0 / (row->row_size - 1)) + 1e-3 : INFINITY;
  if ((row->outcome == PRO_OUTCOME_runaway) != !isnan(guarded))
    pro_corpus_find(&v->found, "case %llu: outcome is %s, but t_runaway_guarded is %g s", ULL(k), outcome,
                    guarded);
  if (clock[PRO_CLOCK_runaway] > guarded + 1e-3) /* 1 ms: what event times are located to */
    pro_corpus_find(&v->found, "case %llu: t_runaway %g s is after t_runaway_guarded %g s", ULL(k),
                    clock[PRO_CLOCK_runaway], guarded);
  for (int c = 0; c < PRO_CLOCK_COUNT; c++) {
    if (isnan(clock[c])) continue;
    if (row->outcome == PRO_OUTCOME_failed)
      pro_corpus_find(&v->found, "case %llu: t_%s is %g s in a run that failed", ULL(k), pro_clock_names[c],
                      clock[c]);
    else if (!(clock[c] >= 0.0) || (c != PRO_CLOCK_fault && clock[c] > end))
      pro_corpus_find(&v->found, "case %llu: t_%s = %g s lies outside its samples, 0 to %g s", ULL(k),
                      pro_clock_names[c], clock[c], v->t_last[k]);
  }
}

static void check_physics(verification *v, uint64_t k) {
  const pro_corpus_row *row = row_at(v, k);
  if (row->outcome == PRO_OUTCOME_failed) return;
  const struct {
    const char *name;
    double gap;
  } gaps[] = {
      {"energy", row->ledger.energy_gap}, {"mass", row->ledger.mass_gap}, {"charge", row->ledger.charge_gap}};
  for (size_t g = 0; g < PRO_COUNT(gaps); g++)
    if (!(gaps[g].gap >= 0.0 && gaps[g].gap <= 1e-6))
      pro_corpus_find(&v->found, "case %llu: %s_gap %.3g: its ledger does not close to 1e-6", ULL(k), gaps[g].name,
                      gaps[g].gap);
  /* the peak lies between samples, so it may be hotter than all of them, but not cooler: half a kelvin for how a
   * root finder and a sampler may differ */
  if (!(row->T_max > 0.0f && row->T_max < 1e4f) || row->T_max < v->T_hottest[k] - 0.5f)
    pro_corpus_find(&v->found, "case %llu: T_max is %g K, but its core reaches %g K", ULL(k), (double)row->T_max,
                    (double)v->T_hottest[k]);
}

static void check_tables(verification *v) {
  for (uint64_t k = 0; k < v->tables.cases; k++) {
    check_outcome(v, k);
    if (v->depth < PRO_CORPUS_SOUND) continue;
    check_clocks(v, k);
    check_physics(v, k);
  }
}

/* ---- everything else in the file: every dataset is whole and says what it is ---- */

static int is_along_obs(hid_t dataset) {
  hid_t made = H5Dget_create_plist(dataset), space = H5Dget_space(dataset);
  hsize_t size[H5S_MAX_RANK] = {0}, most[H5S_MAX_RANK] = {0};
  int rank = H5Sget_simple_extent_dims(space, size, most);
  int yes = rank >= 1 && most[0] == H5S_UNLIMITED && H5Pget_layout(made) == H5D_CHUNKED;
  H5Pclose(made), H5Sclose(space);
  return yes;
}

static void read_whole(verification *v, const char *name, hid_t dataset) {
  hid_t stored = H5Dget_type(dataset), space = H5Dget_space(dataset);
  hssize_t points = H5Sget_simple_extent_npoints(space);
  int is_text = H5Tis_variable_str(stored) > 0;
  size_t size = H5Tget_size(stored);
  /* no table is longer than a few words a case: a damaged header must not make us ask for all memory */
  if (points < 0 || (uint64_t)points > 16 * v->tables.cases + 65536 || size == 0 || size > 4096) {
    pro_corpus_find(&v->found, "/%s: has an unlikely size", name);
  } else {
    void *to = calloc((size_t)points ? (size_t)points : 1, size);
    hid_t memory = H5Tget_native_type(stored, H5T_DIR_DEFAULT);
    if (!to || memory < 0 || H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) < 0)
      pro_corpus_find(&v->found, "/%s: cannot be read: %s", name, pro_corpus_why());
    else if (is_text)
      H5Dvlen_reclaim(memory, space, H5P_DEFAULT, to);
    if (memory >= 0) H5Tclose(memory);
    free(to);
  }
  H5Tclose(stored), H5Sclose(space);
}

static herr_t visit(hid_t root, const char *name, const H5O_info_t *info, void *payload) {
  verification *v = payload;
  if (info->type != H5O_TYPE_DATASET) return 0;
  hid_t dataset = H5Dopen2(root, name, H5P_DEFAULT);
  if (dataset < 0) {
    pro_corpus_find(&v->found, "/%s: cannot be opened: %s", name, pro_corpus_why());
    return 0;
  }
  int is_scale = H5Aexists(dataset, "CLASS") > 0, is_pure = is_scale && H5Aexists(dataset, "_FillValue") == 0;
  static const char *const texts[] = {"units", "long_name"};
  for (size_t i = 0; !is_pure && i < PRO_COUNT(texts); i++) {
    char *text = pro_corpus_attribute(dataset, texts[i]);
    if (!text) pro_corpus_find(&v->found, "/%s: has no attribute `%s`", name, texts[i]);
    free(text);
  }
  hid_t space = H5Dget_space(dataset);
  if (!is_scale && H5Sget_simple_extent_ndims(space) > 0 && H5Aexists(dataset, "DIMENSION_LIST") <= 0)
    pro_corpus_find(&v->found, "/%s: its dimensions have no names", name);
  H5Sclose(space);
  if (!is_pure && !is_along_obs(dataset)) read_whole(v, name, dataset);
  H5Dclose(dataset);
  return 0;
}

static pro_status check_truth(verification *v) {
  if (H5Lexists(v->file, "truth", H5P_DEFAULT) <= 0) return PRO_OK;
  for (int c = 0; c < PRO_TRUTH_COUNT; c++) {
    char path[64];
    snprintf(path, sizeof path, "/truth/%s", pro_truth_names[c]);
    PRO_TRY(read_plain(v, path, PRO_CORPUS_f32, c == PRO_TRUTH_T_core ? part_core : NULL));
  }
  obs_column extent = {.path = "/truth/extent", .type = PRO_CORPUS_f32};
  extent.dataset =
      pro_corpus_dataset(v->file, extent.path, PRO_CORPUS_f32, v->tables.obs, PRO_CORPUS_SLOTS, &v->found);
  pro_status status = PRO_OK;
  for (extent.slot = 0; status == PRO_OK && extent.dataset >= 0 && extent.slot < PRO_CORPUS_SLOTS; extent.slot++)
    status = read_column(v, &extent);
  if (extent.dataset >= 0) H5Dclose(extent.dataset);
  return status;
}

/* ---- the whole ---- */

static pro_status make_room(verification *v, const char *path) {
  size_t cases = v->tables.cases, chunk = v->tables.chunk;
  v->t_last = calloc(cases, sizeof *v->t_last);
  v->T_hottest = calloc(cases, sizeof *v->T_hottest);
  v->chunk = malloc(chunk * sizeof(double));
  v->code = malloc(chunk * sizeof *v->code);
  v->narrow = malloc(chunk * sizeof *v->narrow);
  if (v->t_last && v->T_hottest && v->chunk && v->code && v->narrow) return PRO_OK;
  return pro_fail(PRO_ENOMEM, "%s: no memory to verify it", path);
}

static pro_status check_all(verification *v, const char *path) {
  PRO_TRY(pro_corpus_load(&v->tables, v->file, &v->found));
  if (!v->tables.rows || v->tables.chunk == 0 || v->tables.chunk > 1u << 24) return PRO_OK;
  int tables_are_good = v->found.count == 0;
  H5Ovisit_by_name(v->file, "/", H5_INDEX_NAME, H5_ITER_INC, visit, v, H5P_DEFAULT);
  int before = v->found.count;
  for (uint64_t k = 0; tables_are_good && k < v->tables.cases; k++) check_place(v, k);
  if (!tables_are_good || v->found.count != before) return PRO_OK; /* they say which sample is whose */
  PRO_TRY(make_room(v, path));
  PRO_TRY(read_plain(v, "/time", PRO_CORPUS_f64, part_time));
  for (int c = 0; c < PRO_CHANNEL_COUNT; c++) PRO_TRY(check_channel(v, pro_channel_names[c]));
  if (!v->tables.blind) {
    PRO_TRY(read_plain(v, "/stages", PRO_CORPUS_u16, part_stages));
    PRO_TRY(check_truth(v));
  }
  if (!v->tables.blind) check_tables(v);
  return PRO_OK;
}

static pro_corpus_summary sum_up(const verification *v, const char *path) {
  const pro_corpus_tables *tables = &v->tables;
  pro_corpus_summary out = {.cases = tables->cases, .groups = (tables->cases + tables->group - 1) / tables->group};
  struct stat info;
  if (stat(path, &info) == 0) out.bytes = (uint64_t)info.st_size;
  snprintf(out.schema, sizeof out.schema, "%s", PRO_CORPUS_SCHEMA);
  char *integrator = pro_corpus_attribute(v->file, "integrator");
  if (integrator) snprintf(out.integrator, sizeof out.integrator, "%s", integrator);
  free(integrator);
  for (uint64_t k = 0; k < tables->cases; k++) {
    out.samples += (uint64_t)row_at(v, k)->row_size;
    if (tables->blind) continue;
    out.by_class[row_at(v, k)->class_]++;
    out.by_outcome[row_at(v, k)->outcome]++;
  }
  return out;
}

pro_status pro_corpus_verify_as(pro_corpus_summary *out, const char *path, pro_corpus_depth depth) {
  pro_corpus_quiet();
  verification *v = calloc(1, sizeof *v);
  if (!v) return pro_fail(PRO_ENOMEM, "%s: no memory to verify it", path);
  v->depth = depth;
  v->file = H5I_INVALID_HID;
  pro_status status = pro_corpus_open_file(&v->file, path);
  if (status == PRO_OK) status = check_all(v, path);
  if (status == PRO_OK) status = pro_corpus_judge(&v->found, path);
  if (status == PRO_OK) *out = sum_up(v, path);
  if (v->file >= 0) H5Fclose(v->file);
  free(v->tables.rows), free(v->t_last), free(v->T_hottest), free(v->chunk), free(v->code), free(v->narrow);
  free(v);
  return status;
}

static pro_status verify_sound(void *out, const char *path) {
  return pro_corpus_verify_as(out, path, PRO_CORPUS_SOUND);
}

pro_status pro_corpus_verify(pro_corpus_summary *out, const char *path) {
  pro_corpus_summary summary = {0};
  PRO_TRY(pro_corpus_in_child(verify_sound, &summary, sizeof summary, path));
  *out = summary;
  return PRO_OK;
}
