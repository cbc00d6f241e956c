/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output/corpus_hdf5.h"
#include "output/crew.h"
#include "output/pack.h"

#define ULL(x) ((unsigned long long)(x))

/* ---- columns along obs: chunk by chunk, all of them side by side ---- */

enum {
  ROWS = PRO_CORPUS_BLOCK,
  CHUNK_MOST = 1 << 20, /* samples: what a verification may hold of each column */
  COLUMNS_MAX = 2 + PRO_CHANNEL_COUNT + PRO_TRUTH_COUNT + PRO_CORPUS_SLOTS
};

typedef struct obs_column {
  char path[64];
  pro_corpus_type type;
  int slot; /* of the second axis; -1: there is none */
  hid_t dataset;
  int shown;     /* 1: of other files */
  int packed;    /* its chunks are what output/pack.h reads */
  int whole;     /* all of it could be read so far */
  void *data;    /* (chunk) of the chunk at hand; NULL: only read to see that it can be */
  char why[160]; /* the chunk at hand cannot be read; empty: it can */
  int hungry;    /* there was no memory for it */
} obs_column;

/* What a thread has to itself. */
typedef struct reader {
  void *stored, *scratch;
  pro_packer *packer;
} reader;

/* What a verification holds: a block of rows and a chunk of each column that is looked at, whatever the file's
 * size. */
typedef struct verification {
  hid_t file;
  const char *path;
  const volatile int *stop;
  pro_corpus_tables tables;
  pro_corpus_findings found;
  pro_corpus_depth depth;
  pro_corpus_row rows[ROWS];
  uint64_t rows_from, rows_count;
  size_t columns;
  obs_column column[COLUMNS_MAX];
  obs_column *time, *stages, *core, *channel[PRO_CHANNEL_COUNT]; /* NULL: not there */
  pro_corpus_codes codes[PRO_CHANNEL_COUNT];
  pro_histogram seen[PRO_CHANNEL_COUNT];
  uint64_t next;   /* first sample behind the chunk at hand */
  pro_spans train; /* in the chunk at hand */
  int lost;        /* 1: not all files that hold the samples are there */
  int threads;
  pthread_mutex_t hdf5; /* it serves one thread at a time */
  size_t stored_room;
  reader *reader; /* (threads) */
  pro_status counted[PRO_CHANNEL_COUNT];
  double t_last;   /* of the case at hand: its last time so far [s] */
  float T_hottest; /* and its hottest core [K]; 0: not seen */
  pro_corpus_summary sum;
} verification;

static int is_packed(const verification *v, const obs_column *column) {
  static const H5Z_filter_t wanted[] = {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE, H5Z_FILTER_FLETCHER32};
  hid_t made = H5Dget_create_plist(column->dataset);
  hsize_t chunk[2] = {0, 1};
  int yes = H5Pget_layout(made) == H5D_CHUNKED && H5Pget_chunk(made, 2, chunk) == (column->slot < 0 ? 1 : 2) &&
            chunk[0] == v->tables.chunk && chunk[1] == 1 && H5Pget_nfilters(made) == (int)PRO_COUNT(wanted) &&
            H5Tequal(pro_corpus_on_disk(column->type), pro_corpus_in_memory(column->type)) > 0;
  for (unsigned i = 0; yes && i < PRO_COUNT(wanted); i++) {
    size_t none = 0;
    yes = H5Pget_filter2(made, i, NULL, &none, NULL, 0, NULL, NULL) == wanted[i];
  }
  H5Pclose(made);
  return yes;
}

/* Reads a chunk as it lies on disk: its size [byte]; 0: not as our writer leaves it; -1: there is none, and need
 * not be, for it is of a reaction that these cases' chemistries do not have. */
static int64_t read_packed(const verification *v, const obs_column *column, uint64_t start, void *stored) {
  hsize_t at[2] = {start, column->slot < 0 ? 0 : (hsize_t)column->slot}, size = 0;
  haddr_t place = HADDR_UNDEF;
  unsigned filters = 0;
  uint32_t mask = 0;
  if (!column->packed || H5Dget_chunk_info_by_coord(column->dataset, at, &filters, &place, &size) < 0 ||
      size > v->stored_room)
    return 0;
  if (place == HADDR_UNDEF) return column->slot < 0 ? 0 : -1;
  if (H5Dread_chunk(column->dataset, H5P_DEFAULT, at, &mask, stored) < 0 || mask != 0) return 0;
  return (int64_t)size;
}

static uint64_t chunk_end(const verification *v) {
  uint64_t end = v->next + v->tables.chunk;
  return end < v->tables.obs ? end : v->tables.obs;
}

static void read_chunk(void *payload, size_t part, int member) {
  verification *v = payload;
  obs_column *c = &v->column[part];
  const reader *r = &v->reader[member];
  void *to = c->data ? c->data : r->scratch;
  size_t element = pro_corpus_size(c->type);
  const char *why = NULL;
  c->why[0] = '\0';
  if (c->shown && v->depth == PRO_CORPUS_COPIED) return; /* it was looked at where it lies */
  pthread_mutex_lock(&v->hdf5);
  pro_corpus_quiet(); /* each thread prints for itself */
  int64_t size = read_packed(v, c, v->next, r->stored);
  if (size == 0 && pro_corpus_rows(to, c->dataset, c->type, v->next, chunk_end(v) - v->next, c->slot) < 0)
    why = pro_corpus_why(), c->hungry |= pro_corpus_blame(PRO_EINPUT) == PRO_ENOMEM;
  snprintf(c->why, sizeof c->why, "%s", why ? why : "");
  pthread_mutex_unlock(&v->hdf5);
  if (size <= 0) return;
  if (v->depth == PRO_CORPUS_COPIED) {
    snprintf(c->why, sizeof c->why, "%s",
             pro_pack_is_sound(r->stored, (size_t)size) ? "" : "data error detected by Fletcher32 checksum");
    return;
  }
  static const char *const says[] = {"", "data error detected by Fletcher32 checksum",
                                     "what is deflated is damaged"};
  snprintf(c->why, sizeof c->why, "%s",
           says[pro_unpack(r->packer, to, v->tables.chunk * element, r->stored, (size_t)size, element)]);
}

static void count_chunk(void *payload, size_t channel, int member) {
  (void)member;
  verification *v = payload;
  const obs_column *c = v->channel[channel];
  if (c && c->whole)
    v->counted[channel] =
        pro_histogram_add_spans(&v->seen[channel], c->data, c->type == PRO_CORPUS_i16, &v->train);
}

/* Counts what is left to count of the chunk at hand. */
static pro_status leave_chunk(verification *v) {
  pro_crew_do(v->threads, v->train.count ? PRO_CHANNEL_COUNT : 0, count_chunk, v);
  v->train.count = 0;
  for (int c = 0; c < PRO_CHANNEL_COUNT; c++)
    if (v->counted[c] != PRO_OK) return pro_fail(v->counted[c], "no memory to count codes");
  return PRO_OK;
}

/* Goes on to the next chunk. */
static pro_status read_chunks(verification *v) {
  if (v->stop && *v->stop) return pro_fail(PRO_EINTERRUPTED, "interrupted while it was verified");
  PRO_TRY(leave_chunk(v));
  uint64_t start = v->next, end = chunk_end(v);
  pro_crew_do(v->threads, v->columns, read_chunk, v);
  for (size_t i = 0; i < v->columns; i++) {
    obs_column *c = &v->column[i];
    if (!c->why[0]) continue;
    if (c->hungry) pro_corpus_starve();
    pro_corpus_find(&v->found, "%s: samples %llu to %llu cannot be read: %s", c->path, ULL(start), ULL(end - 1),
                    c->why);
    c->whole = 0;
  }
  v->next = start + v->tables.chunk;
  return PRO_OK;
}

/* Every chunk there should be is there: a missing one would read as fill without an error. */
static void check_holes(verification *v, const obs_column *column) {
  if (column->shown) return; /* pro_corpus_check_windows looks after it */
  hsize_t chunks = 0, wanted = (v->tables.obs + v->tables.chunk - 1) / v->tables.chunk;
  hid_t space = H5Dget_space(column->dataset);
  if (H5Dget_num_chunks(column->dataset, space, &chunks) < 0)
    pro_corpus_find(&v->found, "%s: its chunks cannot be counted: %s", column->path, pro_corpus_why());
  else if (chunks != wanted)
    pro_corpus_find(&v->found, "%s: has %llu chunks of %llu", column->path, ULL(chunks), ULL(wanted));
  H5Sclose(space);
}

static int is_shown(hid_t dataset) {
  hid_t made = H5Dget_create_plist(dataset);
  int yes = made >= 0 && H5Pget_layout(made) == H5D_VIRTUAL;
  if (made >= 0) H5Pclose(made);
  return yes;
}

/* Room for a chunk of it where it is looked at. */
static pro_status add_column(verification *v, obs_column **out, const char *path, pro_corpus_type type, int slot,
                             hid_t dataset, int looked_at) {
  obs_column *c = &v->column[v->columns++];
  *c = (obs_column){.type = type, .slot = slot, .dataset = dataset, .whole = 1};
  snprintf(c->path, sizeof c->path, "%s", path);
  c->packed = is_packed(v, c);
  c->shown = is_shown(dataset);
  if (slot < 0) check_holes(v, c);
  if (looked_at && v->depth > PRO_CORPUS_COPIED && !(c->data = malloc(v->tables.chunk * pro_corpus_size(type))))
    return pro_fail(PRO_ENOMEM, "no memory to verify %s", path);
  if (out) *out = c;
  return PRO_OK;
}

static pro_status open_plain(verification *v, obs_column **out, const char *path, pro_corpus_type type) {
  hid_t dataset = pro_corpus_dataset(v->file, path, type, v->tables.obs, 0, &v->found);
  return dataset < 0 ? PRO_OK : add_column(v, out, path, type, -1, dataset, out != NULL);
}

static pro_status open_truth(verification *v) {
  char path[64];
  for (int c = 0; c < PRO_TRUTH_COUNT; c++) {
    snprintf(path, sizeof path, "/truth/%s", pro_truth_names[c]);
    PRO_TRY(open_plain(v, c == PRO_TRUTH_T_core ? &v->core : NULL, path, PRO_CORPUS_f32));
  }
  hid_t extent =
      pro_corpus_dataset(v->file, "/truth/extent", PRO_CORPUS_f32, v->tables.obs, PRO_CORPUS_SLOTS, &v->found);
  for (int slot = 0; extent >= 0 && slot < PRO_CORPUS_SLOTS; slot++)
    PRO_TRY(add_column(v, NULL, "/truth/extent", PRO_CORPUS_f32, slot, extent, 0));
  return PRO_OK;
}

static pro_status open_columns(verification *v) {
  PRO_TRY(open_plain(v, &v->time, "/time", PRO_CORPUS_f64));
  int before = v->found.count;
  if (v->time) pro_corpus_check_windows(v->time->dataset, v->path, &v->found);
  v->lost = v->found.count > before;
  for (int c = 0; c < PRO_CHANNEL_COUNT; c++) {
    char path[64];
    snprintf(path, sizeof path, "/%s", pro_channel_names[c]);
    if (pro_corpus_open_codes(&v->codes[c], v->file, pro_channel_names[c], v->tables.obs, &v->found) > 0)
      PRO_TRY(add_column(v, &v->channel[c], path, v->codes[c].type, -1, v->codes[c].dataset, 1));
    if (v->channel[c]) v->sum.channel_bytes += H5Dget_storage_size(v->channel[c]->dataset);
  }
  if (v->tables.blind) return PRO_OK;
  PRO_TRY(open_plain(v, &v->stages, "/stages", PRO_CORPUS_u16));
  return pro_corpus_has(v->file, "truth") ? open_truth(v) : PRO_OK;
}

/* ---- a case's part [lo, hi) of the chunk at hand ---- */

static void check_time(verification *v, uint64_t k, size_t lo, size_t hi) {
  const double *t = v->time->data;
  for (size_t i = lo; i < hi; i++) {
    if (!(t[i] >= v->t_last && t[i] < INFINITY)) { /* also where it is NaN; the first must be >= 0 */
      pro_corpus_find(&v->found, "/time: case %llu: %g s follows %g s", ULL(k), t[i], v->t_last);
      return;
    }
    v->t_last = t[i];
  }
}

static void check_stages(verification *v, uint64_t k, size_t lo, size_t hi) {
#define PRO_AS_OR(name, bit, doc) | bit
  enum { KNOWN = 0 PRO_STAGE_FLAG_LIST(PRO_AS_OR) };
  const uint16_t *stages = v->stages->data;
  unsigned all = 0;
  for (size_t i = lo; i < hi; i++) all |= stages[i];
  if (all & ~(unsigned)KNOWN)
    pro_corpus_find(&v->found, "/stages: case %llu: bits %u are not all known", ULL(k), all);
}

static void check_core(verification *v, uint64_t k, size_t lo, size_t hi) {
  const float *T = v->core->data;
  for (size_t i = lo; i < hi; i++) {
    if (v->depth == PRO_CORPUS_SOUND && !(T[i] > 0.0f && T[i] < 1e4f)) {
      pro_corpus_find(&v->found, "/truth/T_core: case %llu: %g K", ULL(k), (double)T[i]);
      return;
    }
    v->T_hottest = fmaxf(v->T_hottest, T[i]);
  }
}

static pro_status check_part(verification *v, const pro_corpus_row *row, uint64_t k, size_t lo, size_t hi) {
  if (v->depth == PRO_CORPUS_COPIED) return PRO_OK;
  if (v->time && v->time->whole) check_time(v, k, lo, hi);
  if (v->stages && v->stages->whole) check_stages(v, k, lo, hi);
  if (v->core && v->core->whole) check_core(v, k, lo, hi);
  return row->split == PRO_SPLIT_train ? pro_spans_add(&v->train, lo, hi) : PRO_OK;
}

static pro_status check_samples(verification *v, const pro_corpus_row *row, uint64_t k) {
  uint64_t at = (uint64_t)row->row_start, end = at + (uint64_t)row->row_size, chunk = v->tables.chunk;
  v->t_last = 0.0, v->T_hottest = 0.0f;
  while (at < end) {
    while (at >= v->next) PRO_TRY(read_chunks(v));
    uint64_t to = end < v->next ? end : v->next, start = v->next - chunk;
    PRO_TRY(check_part(v, row, k, at - start, to - start));
    at = to;
  }
  return PRO_OK;
}

/* ---- normalization ---- */

static int near(double a, double b) { return isnan(a) ? isnan(b) : fabs(a - b) <= 1e-12 * (1.0 + fabs(b)); }

static void check_number(verification *v, const char *channel, const char *name, size_t count, double scale,
                         const double *wanted) {
  char path[96];
  snprintf(path, sizeof path, "/normalization/%s/%s", channel, name);
  double value[PRO_QUANTILE_COUNT];
  hid_t dataset = PRO_FED(H5Dopen2(v->file, path, H5P_DEFAULT));
  hid_t space = dataset < 0 ? -1 : H5Dget_space(dataset);
  if (dataset < 0 || H5Sget_simple_extent_npoints(space) != (hssize_t)count ||
      PRO_FED(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value)) < 0) {
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

static void check_channel(verification *v, int channel) {
  const char *name = pro_channel_names[channel];
  const pro_corpus_codes *codes = &v->codes[channel];
  if (!v->channel[channel] || !v->channel[channel]->whole)
    return; /* statistics of half a channel would only be noise */
  pro_statistics is;
  pro_histogram_statistics(&is, &v->seen[channel], codes->scale, codes->offset);
  double count = (double)is.count, missing = (double)is.missing;
  check_number(v, name, "count", 1, 1.0, &count);
  check_number(v, name, "missing", 1, 1.0, &missing);
  check_number(v, name, "mean", 1, codes->scale, &is.mean);
  check_number(v, name, "std", 1, codes->scale, &is.std);
  check_number(v, name, "quantiles", PRO_QUANTILE_COUNT, codes->scale, is.quantile);
}

/* ---- tables ---- */

/* Case k, or NULL: its columns cannot be read. */
static pro_status row_at(const pro_corpus_row **out, verification *v, uint64_t k) {
  if (k < v->rows_from || k >= v->rows_from + v->rows_count) {
    int before = v->found.count;
    v->rows_from = k / ROWS * ROWS;
    v->rows_count = v->tables.cases - v->rows_from < ROWS ? v->tables.cases - v->rows_from : ROWS;
    PRO_TRY(pro_corpus_load_rows(v->rows, &v->tables, v->file, v->rows_from, v->rows_count, &v->found));
    if (v->found.count != before) v->rows_count = 0;
  }
  *out = v->rows_count ? &v->rows[k - v->rows_from] : NULL;
  return PRO_OK;
}

/* `end` is where the case before ends. */
static void check_place(verification *v, const pro_corpus_row *row, uint64_t k, uint64_t end) {
  const pro_corpus_tables *tables = &v->tables;
  uint64_t start = (uint64_t)row->row_start;
  int begins = k % tables->group == 0;
  if (begins) end = (end + tables->chunk - 1) / tables->chunk * tables->chunk;
  if (start != end)
    pro_corpus_find(&v->found, "case %llu: row_start is %llu where %llu is next%s", ULL(k), ULL(start), ULL(end),
                    begins ? " (it begins a group: a chunk's boundary)" : "");
  if (k == tables->cases - 1 && start + (uint64_t)row->row_size != tables->obs)
    pro_corpus_find(&v->found, "obs is %llu long, but the last case ends at %llu", ULL(tables->obs),
                    ULL(start + (uint64_t)row->row_size));
  const uint64_t number = (uint64_t)row->number;
  if (tables->planned ? number < k || number >= tables->planned || number % tables->group != k % tables->group
                      : number != tables->first + k)
    pro_corpus_find(&v->found, "/case: row %llu holds %lld", ULL(k), (long long)row->number);
  if (row->split != pro_label_split(tables->seed, row->cell_draw))
    pro_corpus_find(&v->found, "case %llu: split is %s, but (seed, cell_draw) give %s", ULL(k),
                    pro_split_names[row->split], pro_split_names[pro_label_split(tables->seed, row->cell_draw)]);
}

static void check_outcome(verification *v, const pro_corpus_row *row, uint64_t k) {
  int ran_away = row->outcome == PRO_OUTCOME_runaway, failed = row->outcome == PRO_OUTCOME_failed;
  const char *outcome = pro_outcome_names[row->outcome];
  if (ran_away != (row->class_ == PRO_CLASS_event))
    pro_corpus_find(&v->found, "case %llu: class is %s, but outcome is %s", ULL(k), pro_class_names[row->class_],
                    outcome);
  if (failed != (row->row_size == 0) || failed != (row->status != PRO_OK))
    pro_corpus_find(&v->found, "case %llu: outcome is %s with %ld samples and status %s", ULL(k), outcome,
                    (long)row->row_size, pro_status_name((pro_status)row->status));
}

static void check_clocks(verification *v, const pro_corpus_row *row, uint64_t k) {
  const double *clock = row->clock, guarded = clock[PRO_CLOCK_runaway_guarded];
  const char *outcome = pro_outcome_names[row->outcome];
  /* the run may go on for less than one sample after its last */
  int knows_end = row->row_size > 1 && v->time && v->time->whole;
  double end = knows_end ? v->t_last * (1.0 + 1.0 / (row->row_size - 1)) + 1e-3 : INFINITY;
  if ((row->outcome == PRO_OUTCOME_runaway) != !isnan(guarded))
    pro_corpus_find(&v->found, "case %llu: outcome is %s, but t_runaway_guarded is %g s", ULL(k), outcome,
                    guarded);
  if (clock[PRO_CLOCK_runaway] > guarded + 1e-3) /* ten times what event times are located to */
    pro_corpus_find(&v->found, "case %llu: t_runaway %g s is after t_runaway_guarded %g s", ULL(k),
                    clock[PRO_CLOCK_runaway], guarded);
  for (int c = 0; c < PRO_CLOCK_COUNT; c++) {
    if (isnan(clock[c])) continue;
    if (row->outcome == PRO_OUTCOME_failed)
      pro_corpus_find(&v->found, "case %llu: t_%s is %g s in a run that failed", ULL(k), pro_clock_names[c],
                      clock[c]);
    else if (!(clock[c] >= 0.0) || (c != PRO_CLOCK_fault && clock[c] > end))
      pro_corpus_find(&v->found, "case %llu: t_%s = %g s lies outside its samples, 0 to %g s", ULL(k),
                      pro_clock_names[c], clock[c], v->t_last);
  }
}

static void check_physics(verification *v, const pro_corpus_row *row, uint64_t k) {
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
  if (!(row->T_max > 0.0f && row->T_max < 1e4f) || row->T_max < v->T_hottest - 0.5f)
    pro_corpus_find(&v->found, "case %llu: T_max is %g K, but its core reaches %g K", ULL(k), (double)row->T_max,
                    (double)v->T_hottest);
}

/* All rows: places and names that everything else relies on. */
static pro_status check_places(verification *v) {
  uint64_t end = 0;
  for (uint64_t k = 0; k < v->tables.cases; k++) {
    const pro_corpus_row *row;
    PRO_TRY(row_at(&row, v, k));
    if (!row) return PRO_OK;
    uint64_t before = end;
    if (pro_corpus_check_row(&v->tables, row, k, &end, &v->found)) check_place(v, row, k, before);
  }
  return PRO_OK;
}

static pro_status check_cases(verification *v) {
  for (uint64_t k = 0; k < v->tables.cases; k++) {
    const pro_corpus_row *row;
    PRO_TRY(row_at(&row, v, k));
    if (!row) return PRO_OK;
    PRO_TRY(check_samples(v, row, k));
    v->sum.samples += (uint64_t)row->row_size;
    if (v->tables.blind) continue;
    v->sum.by_class[row->class_]++;
    v->sum.by_outcome[row->outcome]++;
    check_outcome(v, row, k);
    if (v->depth < PRO_CORPUS_SOUND) continue;
    check_clocks(v, row, k);
    check_physics(v, row, k);
  }
  while (v->next < v->tables.obs) PRO_TRY(read_chunks(v));
  return leave_chunk(v);
}

/* ---- everything else in the file: every dataset is whole and says what it is ---- */

static int is_along_obs(hid_t dataset) {
  hid_t made = H5Dget_create_plist(dataset), space = H5Dget_space(dataset);
  hsize_t size[H5S_MAX_RANK] = {0}, most[H5S_MAX_RANK] = {0};
  int rank = H5Sget_simple_extent_dims(space, size, most);
  H5D_layout_t layout = H5Pget_layout(made);
  int yes = rank >= 1 && ((most[0] == H5S_UNLIMITED && layout == H5D_CHUNKED) || layout == H5D_VIRTUAL);
  H5Pclose(made), H5Sclose(space);
  return yes;
}

static int is_table(const char *name) { /* check_places reads it */
  for (const pro_corpus_column *c = pro_corpus_columns; c->name; c++) {
    size_t group = strlen(c->group + 1);
    if (strncmp(name, c->group + 1, group) == 0 && strcmp(name + group + (group > 0), c->name) == 0) return 1;
  }
  return 0;
}

/* Rows from `from` on of a dataset of one axis, or all of it where `count` is 0. */
static int read_some(hid_t dataset, hid_t memory, int is_text, hsize_t from, hsize_t count, void *to) {
  hid_t space = count ? H5Dget_space(dataset) : H5S_ALL,
        room = count ? H5Screate_simple(1, &count, NULL) : H5S_ALL;
  int failed = (count && H5Sselect_hyperslab(space, H5S_SELECT_SET, &from, NULL, &count, NULL) < 0) ||
               PRO_FED(H5Dread(dataset, memory, room, space, H5P_DEFAULT, to)) < 0;
  if (!failed && is_text) {
    hid_t whole = count ? room : H5Dget_space(dataset);
    H5Dvlen_reclaim(memory, whole, H5P_DEFAULT, to);
    if (!count) H5Sclose(whole);
  }
  hid_t reasons = H5Eget_current_stack(); /* closing would forget them */
  if (count) H5Sclose(room), H5Sclose(space);
  H5Eset_current_stack(reasons);
  return failed;
}

static void read_whole(verification *v, const char *name, hid_t dataset) {
  hid_t stored = H5Dget_type(dataset), space = H5Dget_space(dataset);
  hssize_t points = H5Sget_simple_extent_npoints(space);
  int is_list = H5Sget_simple_extent_ndims(space) == 1, is_text = H5Tis_variable_str(stored) > 0;
  size_t size = H5Tget_size(stored);
  /* no table is longer than a few words a case, no list of codes than the samples: a damaged header must not make
   * us ask for all memory */
  if (points < 0 || (uint64_t)points > 16 * v->tables.cases + v->tables.obs + 65536 || size == 0 || size > 4096) {
    pro_corpus_find(&v->found, "/%s: has an unlikely size", name);
  } else {
    hsize_t most = is_list && points > ROWS ? ROWS : (hsize_t)points, from = 0;
    void *to = calloc(most ? most : 1, size);
    hid_t memory = H5Tget_native_type(stored, H5T_DIR_DEFAULT);
    int failed = !to || memory < 0;
    if (!to) pro_corpus_starve();
    do {
      hsize_t left = (hsize_t)points - from, count = !is_list ? 0 : left < most ? left : most;
      if (!failed && (!is_list || count)) failed = read_some(dataset, memory, is_text, from, count, to);
      from += count;
    } while (is_list && !failed && from < (hsize_t)points);
    if (failed) pro_corpus_find_h5(&v->found, name, "cannot be read");
    if (memory >= 0) H5Tclose(memory);
    free(to);
  }
  H5Tclose(stored), H5Sclose(space);
}

/* Every chunk of a list that is no column along obs was written: one that is not there would read as fill. */
static void check_list(verification *v, const char *name, hid_t dataset) {
  hid_t made = H5Dget_create_plist(dataset), space = H5Dget_space(dataset);
  hsize_t size = 0, chunk = 0, chunks = 0;
  if (H5Pget_layout(made) == H5D_CHUNKED && H5Pget_nfilters(made) > 0 && H5Sget_simple_extent_ndims(space) == 1 &&
      H5Sget_simple_extent_dims(space, &size, NULL) == 1 && H5Pget_chunk(made, 1, &chunk) == 1 && chunk > 0) {
    hsize_t wanted = (size + chunk - 1) / chunk;
    if (H5Dget_num_chunks(dataset, space, &chunks) < 0 || chunks != wanted)
      pro_corpus_find(&v->found, "/%s: has %llu chunks of %llu", name, ULL(chunks), ULL(wanted));
  }
  H5Pclose(made), H5Sclose(space);
}

static herr_t visit(hid_t root, const char *name, const H5O_info_t *info, void *payload) {
  verification *v = payload;
  if (info->type != H5O_TYPE_DATASET) return 0;
  hid_t dataset = PRO_FED(H5Dopen2(root, name, H5P_DEFAULT));
  if (dataset < 0) {
    pro_corpus_find_h5(&v->found, name, "cannot be opened");
    return 0;
  }
  int is_scale = pro_corpus_has_attribute(dataset, "CLASS");
  int is_pure = is_scale && !pro_corpus_has_attribute(dataset, "_FillValue");
  static const char *const texts[] = {"units", "long_name"};
  for (size_t i = 0; !is_pure && i < PRO_COUNT(texts); i++) {
    char *text = pro_corpus_attribute(dataset, texts[i]);
    if (!text) pro_corpus_find(&v->found, "/%s: has no attribute `%s`", name, texts[i]);
    free(text);
  }
  hid_t space = H5Dget_space(dataset);
  if (!is_scale && H5Sget_simple_extent_ndims(space) > 0 && !pro_corpus_has_attribute(dataset, "DIMENSION_LIST"))
    pro_corpus_find(&v->found, "/%s: its dimensions have no names", name);
  H5Sclose(space);
  if (!is_pure && !is_along_obs(dataset)) check_list(v, name, dataset);
  if (!is_pure && !is_along_obs(dataset) && !is_table(name)) read_whole(v, name, dataset);
  H5Dclose(dataset);
  return 0;
}

/* ---- the whole ---- */

static pro_status make_room(verification *v, const char *path) {
  size_t bytes = v->tables.chunk * sizeof(double);
  v->stored_room = pro_pack_bound(bytes);
  v->reader = calloc((size_t)v->threads, sizeof *v->reader);
  if (!v->reader) return pro_fail(PRO_ENOMEM, "%s: no memory to verify it", path);
  for (int i = 0; i < v->threads; i++) {
    reader *r = &v->reader[i];
    r->stored = malloc(v->stored_room), r->scratch = malloc(bytes);
    if (!r->stored || !r->scratch) return pro_fail(PRO_ENOMEM, "%s: no memory to verify it", path);
    PRO_TRY(pro_packer_create(&r->packer, bytes));
  }
  return PRO_OK;
}

static pro_status check_all(verification *v, const char *path) {
  if (!pro_corpus_load_head(&v->tables, v->file, &v->found)) return PRO_OK;
  if (v->tables.chunk > CHUNK_MOST)
    pro_corpus_find(&v->found, "/time: its chunks of %llu samples are too long", ULL(v->tables.chunk));
  if (v->tables.chunk == 0 || v->tables.chunk > CHUNK_MOST || v->tables.group == 0) return PRO_OK;
  PRO_TRY(check_places(v));
  int places_are_good = v->found.count == 0; /* they say which sample is whose */
  if (H5Ovisit_by_name(v->file, "/", H5_INDEX_NAME, H5_ITER_INC, visit, v, H5P_DEFAULT) < 0)
    pro_corpus_find_h5(&v->found, "/", "what is in it cannot be listed");
  if (!places_are_good) return PRO_OK;
  PRO_TRY(make_room(v, path));
  PRO_TRY(open_columns(v));
  if (v->lost) return PRO_OK; /* what is read would be fill: the rest would only be noise */
  PRO_TRY(check_cases(v));
  for (int c = 0; v->depth > PRO_CORPUS_COPIED && c < PRO_CHANNEL_COUNT; c++) check_channel(v, c);
  return PRO_OK;
}

static void leave(verification *v) {
  if (v->file >= 0) H5Fclose(v->file);
  for (size_t i = 0; i < v->columns; i++) free(v->column[i].data);
  for (int c = 0; c < PRO_CHANNEL_COUNT; c++) pro_histogram_clear(&v->seen[c]);
  for (int i = 0; v->reader && i < v->threads; i++) {
    free(v->reader[i].stored), free(v->reader[i].scratch);
    pro_packer_free(v->reader[i].packer);
  }
  free(v->reader);
  pro_spans_clear(&v->train);
  pthread_mutex_destroy(&v->hdf5);
  free(v);
}

static pro_status verify_here(pro_corpus_summary *out, const char *path, pro_corpus_depth depth, int threads,
                              const volatile int *stop) {
  pro_corpus_quiet();
  verification *v = calloc(1, sizeof *v);
  if (!v) return pro_fail(PRO_ENOMEM, "%s: no memory to verify it", path);
  v->stop = stop;
  v->path = path, v->depth = depth, v->threads = threads > 0 ? threads : 1;
  pthread_mutex_init(&v->hdf5, NULL);
  v->file = H5I_INVALID_HID;
  pro_status status = pro_corpus_open_file(&v->file, path);
  if (status == PRO_OK) status = check_all(v, path);
  if (status == PRO_OK) status = pro_corpus_judge(&v->found, path);
  if (status == PRO_OK) {
    struct stat info;
    v->sum.cases = v->tables.cases;
    v->sum.groups = (v->tables.cases + v->tables.group - 1) / v->tables.group;
    if (stat(path, &info) == 0) v->sum.bytes = (uint64_t)info.st_size;
    snprintf(v->sum.schema, sizeof v->sum.schema, "%s", PRO_CORPUS_SCHEMA);
    char *integrator = pro_corpus_attribute(v->file, "integrator");
    if (integrator) snprintf(v->sum.integrator, sizeof v->sum.integrator, "%s", integrator);
    free(integrator);
    *out = v->sum;
  }
  leave(v);
  return status;
}

typedef struct verified { /* what the child is told, and answers */
  pro_corpus_depth depth;
  int threads;
  const volatile int *stop; /* where there is no child */
  pro_corpus_summary summary;
} verified;

static pro_status verify_in_child(void *out, const char *path) {
  verified *v = out;
  return verify_here(&v->summary, path, v->depth, v->threads, v->stop);
}

pro_status pro_corpus_verify_as(pro_corpus_summary *out, const char *path, pro_corpus_depth depth, int threads,
                                const volatile int *stop) {
  verified v = {.depth = depth, .threads = threads, .stop = stop};
  PRO_TRY(pro_corpus_in_child(verify_in_child, &v, sizeof v, path, stop));
  *out = v.summary;
  return PRO_OK;
}

pro_status pro_corpus_verify(pro_corpus_summary *out, const char *path, int threads, const volatile int *stop) {
  return pro_corpus_verify_as(out, path, PRO_CORPUS_SOUND, threads, stop);
}
