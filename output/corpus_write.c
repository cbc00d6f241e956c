/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/corpus_put.h"
#include "sim/chemistry.h"
#include "sim/sensor.h"
#include "sim/sha256.h"

/* A column along obs. Whole chunks are gathered in memory and written once, so that HDF5 compresses each one time
 * and a full disk shows in the call that wrote. */
typedef struct column {
  hid_t dataset;
  pro_corpus_type type;
  int slot;    /* of the second axis; -1: there is none */
  int touched; /* whether the chunk holds anything but fill */
  char *chunk;
} column;

enum { CHUNK = PRO_CORPUS_CHUNK, COLUMNS_MAX = 2 + PRO_SENSORS_MAX + PRO_TRUTH_COUNT + PRO_CORPUS_SLOTS };
enum { SCALE_case, SCALE_obs, SCALE_reaction, SCALE_quantile, SCALE_COUNT };

struct pro_corpus_writer {
  const pro_corpus_plan *plan;
  char *path, *temporary;
  pro_status broken; /* the first failure: after it nothing more is written */
  pro_sheet sheet;
  pro_scale scale[SCALE_COUNT];
  size_t columns;
  column column[COLUMNS_MAX];
  char *chunks;  /* of all columns, one block */
  uint64_t done; /* samples in chunks on disk */
  size_t held;   /* samples in the chunk */
  uint64_t cases, room;
  pro_corpus_row *rows;                /* (cases) */
  double *param;                       /* (cases, parameters) */
  int64_t *clipped;                    /* (cases, sensors) */
  char **message;                      /* (cases) */
  pro_histogram seen[PRO_SENSORS_MAX]; /* of the codes in split train */
  double rtol_least, rtol_most;        /* of the cases [-] */
  unsigned char has_chemistry[UINT8_MAX + 1], has_cell[UINT8_MAX + 1];
  uint16_t *stages;
  size_t stages_room;
};

static char no_message[] = "";

/* ---- creating ---- */

static pro_status claim_name(pro_corpus_writer *w, const char *path) {
  const char *slash = strrchr(path, '/');
  size_t folder = slash ? (size_t)(slash - path) + 1 : 0, size = strlen(path) + 48;
  w->path = malloc(strlen(path) + 1);
  char *name = malloc(size);
  w->sheet.path = w->path;
  if (!w->path || !name) {
    free(name);
    return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  }
  strcpy(w->path, path);
  struct stat info;
  int there = stat(path, &info) == 0, fd = -1;
  int is_folder = path[folder] == '\0' || (there && S_ISDIR(info.st_mode));
  if (there && !is_folder && !S_ISREG(info.st_mode)) { /* to rename over a device or a pipe would end it */
    free(name);
    return pro_fail(PRO_EIO, "%s: cannot create a corpus there: not a regular file", path);
  }
  errno = EISDIR;
  for (int try = 0; !is_folder && fd < 0 && try < 100;
       try++) { /* a killed process may have left the name behind */
    char number[16] = "";
    if (try) snprintf(number, sizeof number, "-%d", try);
    snprintf(name, size, "%.*s.%s.%ld%s.part", (int)folder, path, path + folder, (long)getpid(), number);
    fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0666);
    if (fd < 0 && errno != EEXIST) break;
  }
  if (fd < 0) {
    free(name);
    return pro_fail(PRO_EIO, "%s: cannot create a corpus there: %s", path, strerror(errno));
  }
  close(fd);
  w->temporary = name;
  return PRO_OK;
}

static pro_status open_file(pro_corpus_writer *w) {
  hid_t made = pro_put_creation(&w->sheet, H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
  if (made < 0) return PRO_EIO;
  /* no lock: the name is ours alone, and locks fail on many parallel file systems */
  if (access < 0 || H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V110) < 0 ||
      H5Pset_file_locking(access, 0, 0) < 0 || H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0)
    return pro_put_fail(&w->sheet, "properties");
  w->sheet.file = H5Fcreate(w->temporary, H5F_ACC_TRUNC, made, access);
  if (w->sheet.file < 0) return pro_put_fail(&w->sheet, "the file");
  H5Pclose(made), H5Pclose(access);
  w->sheet.text = pro_corpus_text_type();
  return w->sheet.text < 0 ? pro_put_fail(&w->sheet, "text") : PRO_OK;
}

static pro_status create_head(const pro_corpus_writer *w) {
  const pro_corpus_plan *plan = w->plan;
  const pro_sheet *to = &w->sheet;
  char hash[PRO_SHA256_TEXT];
  pro_sha256(hash, plan->scenario, strlen(plan->scenario));
  PRO_TRY(pro_put_text(to, to->file, "title", plan->title));
  PRO_TRY(pro_put_text(to, to->file, "Conventions", "CF-1.10"));
  PRO_TRY(pro_put_text(to, to->file, "schema", PRO_CORPUS_SCHEMA));
  PRO_TRY(pro_put_text(to, to->file, "source", plan->source));
  PRO_TRY(pro_put_text(to, to->file, "scenario", plan->scenario));
  PRO_TRY(pro_put_text(to, to->file, "scenario_sha256", hash));
  PRO_TRY(pro_put_u64(to, to->file, "seed", plan->seed));
  PRO_TRY(pro_put_u64(to, to->file, "cases_per_group", plan->group));
  const char *license = plan->license ? plan->license : "not chosen: left to whoever publishes this file";
  return pro_put_text(to, to->file, "license", license);
}

static pro_status column_create(pro_corpus_writer *w, hid_t at, const char *name, pro_corpus_type type,
                                const char *unit, const char *doc) {
  assert(w->columns < COLUMNS_MAX);
  column *c = &w->column[w->columns];
  pro_shape shape = {1, {&w->scale[SCALE_obs]}, {0}, {H5S_UNLIMITED}, {CHUNK}};
  *c = (column){.type = type, .slot = -1};
  PRO_TRY(pro_put_dataset(&c->dataset, &w->sheet, at, name, type, &shape, unit, doc));
  w->columns++;
  return PRO_OK;
}

static pro_status create_sensors(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  for (int s = 0; pro_sensor_all[s]; s++) {
    const pro_sensor *sensor = pro_sensor_all[s];
    pro_corpus_type type = sensor->bits == 16 ? PRO_CORPUS_i16 : PRO_CORPUS_i32;
    PRO_TRY(column_create(w, to->file, sensor->name, type, sensor->unit, sensor->doc));
    hid_t dataset = w->column[w->columns - 1].dataset;
    PRO_TRY(pro_put_f64(to, dataset, "scale_factor", sensor->quantum));
    PRO_TRY(pro_put_f64(to, dataset, "add_offset", sensor->offset));
  }
  return PRO_OK;
}

static pro_status create_stages(pro_corpus_writer *w) {
#define PRO_AS_BIT(name, bit, doc) bit,
  static const uint16_t bits[] = {PRO_STAGE_FLAG_LIST(PRO_AS_BIT)};
#define PRO_AS_WORD(name, bit, doc) " " #name
  static const char words[] = PRO_STAGE_FLAG_LIST(PRO_AS_WORD);
#define PRO_AS_LINE(name, bit, doc) "; " #name ": " doc
  static const char lines[] = PRO_STAGE_FLAG_LIST(PRO_AS_LINE);
  const pro_sheet *to = &w->sheet;
  PRO_TRY(
      column_create(w, to->file, "stages", PRO_CORPUS_u16, "1", "what has happened to the cell, one bit each"));
  hid_t dataset = w->column[w->columns - 1].dataset;
  PRO_TRY(pro_put_numbers(to, dataset, "flag_masks", H5T_STD_U16LE, H5T_NATIVE_UINT16, PRO_COUNT(bits), bits));
  PRO_TRY(pro_put_text(to, dataset, "flag_meanings", words + 1));
  return pro_put_text(to, dataset, "comment", lines + 2);
}

static pro_status create_truth(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  hid_t truth, extent;
  PRO_TRY(pro_put_group(&truth, to, to->file, "truth", "noise-free state, to judge by: never for a predictor"));
  for (int c = 0; c < PRO_TRUTH_COUNT; c++)
    PRO_TRY(column_create(w, truth, pro_truth_names[c], PRO_CORPUS_f32, pro_truth_units[c], pro_truth_docs[c]));
  PRO_TRY(pro_scale_pure(to, &w->scale[SCALE_reaction], truth, "reaction", PRO_CORPUS_SLOTS, PRO_CORPUS_SLOTS,
                         "a reaction's place in its chemistry's table"));
  pro_shape shape = {2,
                     {&w->scale[SCALE_obs], &w->scale[SCALE_reaction]},
                     {0, PRO_CORPUS_SLOTS},
                     {H5S_UNLIMITED, PRO_CORPUS_SLOTS},
                     {CHUNK, 1}};
  PRO_TRY(pro_put_dataset(&extent, to, truth, "extent", PRO_CORPUS_f32, &shape, "1",
                          "extent of each reaction, named in order by the attribute reactions_of_<chemistry>"));
  for (int slot = 0; slot < PRO_CORPUS_SLOTS; slot++)
    w->column[w->columns++] = (column){.dataset = extent, .type = PRO_CORPUS_f32, .slot = slot};
  return PRO_OK;
}

/* Columns in this order: time, the sensors, stages, the truth, its extents. */
static pro_status create_columns(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  PRO_TRY(pro_scale_pure(to, &w->scale[SCALE_obs], to->file, "obs", 0, H5S_UNLIMITED,
                         "samples of all cases, one case after the other"));
  PRO_TRY(column_create(w, to->file, "time", PRO_CORPUS_f64, "s", "time since the case's start"));
  PRO_TRY(create_sensors(w));
  PRO_TRY(create_stages(w));
  return w->plan->keep_truth ? create_truth(w) : PRO_OK;
}

static void chunk_clear(column *c) {
  size_t size = pro_corpus_size(c->type);
  const void *fill = pro_corpus_fill(c->type);
  for (size_t k = 0; k < CHUNK; k++) memcpy(c->chunk + k * size, fill, size);
  c->touched = 0;
}

static pro_status make_chunks(pro_corpus_writer *w) {
  size_t bytes = 0;
  for (size_t c = 0; c < w->columns; c++) bytes += CHUNK * pro_corpus_size(w->column[c].type);
  w->chunks = malloc(bytes);
  if (!w->chunks) return pro_fail(PRO_ENOMEM, "%s: no memory for chunks", w->path);
  char *next = w->chunks;
  for (size_t c = 0; c < w->columns; c++) {
    w->column[c].chunk = next;
    next += CHUNK * pro_corpus_size(w->column[c].type);
    chunk_clear(&w->column[c]);
  }
  return PRO_OK;
}

static void leave(pro_corpus_writer *w) {
  if (w->sheet.file >= 0 && w->broken == PRO_OK) H5Tclose(w->sheet.text), H5Fclose(w->sheet.file);
  if (w->temporary) unlink(w->temporary);
  for (int s = 0; s < SCALE_COUNT; s++) free(w->scale[s].link);
  for (int s = 0; s < PRO_SENSORS_MAX; s++) pro_histogram_clear(&w->seen[s]);
  for (uint64_t k = 0; k < w->cases; k++)
    if (w->message[k] != no_message) free(w->message[k]);
  free(w->path), free(w->temporary), free(w->chunks), free(w->rows), free(w->param), free(w->clipped);
  free(w->message), free(w->stages);
  free(w);
}

pro_status pro_corpus_create(pro_corpus_writer **out, const char *path, const pro_corpus_plan *plan) {
  pro_corpus_quiet();
  if (plan->cases == 0 || plan->cases > UINT32_MAX || plan->group == 0)
    return pro_fail(PRO_EINPUT, "%s: cannot hold %llu cases in groups of %llu", path,
                    (unsigned long long)plan->cases, (unsigned long long)plan->group);
  pro_corpus_writer *w = calloc(1, sizeof *w);
  if (!w) return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  w->plan = plan;
  w->sheet.file = H5I_INVALID_HID;
  w->broken = claim_name(w, path);
  if (w->broken == PRO_OK) w->broken = open_file(w);
  if (w->broken == PRO_OK) w->broken = create_head(w);
  if (w->broken == PRO_OK) w->broken = create_columns(w);
  if (w->broken == PRO_OK) w->broken = make_chunks(w);
  pro_status status = w->broken;
  if (status == PRO_OK)
    *out = w;
  else
    leave(w);
  return status;
}

void pro_corpus_abandon(pro_corpus_writer *writer) {
  pro_corpus_quiet();
  if (writer) leave(writer);
}

/* ---- appending ---- */

static pro_status chunk_write(pro_corpus_writer *w, size_t rows) {
  for (size_t i = 0; i < w->columns; i++) {
    column *c = &w->column[i];
    int axes = c->slot < 0 ? 1 : 2;
    hsize_t size[2] = {w->done + rows, PRO_CORPUS_SLOTS};
    hsize_t from[2] = {w->done, c->slot < 0 ? 0 : (hsize_t)c->slot}, count[2] = {rows, 1};
    if (H5Dset_extent(c->dataset, size) < 0) return pro_put_fail(&w->sheet, "samples");
    if (c->slot >= 0 && !c->touched) continue; /* nothing but fill: no chunk */
    hid_t space = H5Dget_space(c->dataset), memory = H5Screate_simple(axes, count, NULL);
    if (H5Sselect_hyperslab(space, H5S_SELECT_SET, from, NULL, count, NULL) < 0 ||
        H5Dwrite(c->dataset, pro_corpus_in_memory(c->type), memory, space, H5P_DEFAULT, c->chunk) < 0)
      return pro_put_fail(&w->sheet, "samples");
    H5Sclose(space), H5Sclose(memory);
    chunk_clear(c);
  }
  w->done += rows;
  w->held = 0;
  return PRO_OK;
}

static pro_status take_codes(const pro_corpus_writer *w, column *c, const int32_t *code, size_t n) {
  if (c->type == PRO_CORPUS_i32) {
    memcpy((int32_t *)c->chunk + w->held, code, n * sizeof *code);
    return PRO_OK;
  }
  int16_t *to = (int16_t *)c->chunk + w->held;
  for (size_t k = 0; k < n; k++) {
    if (code[k] != PRO_CODE_MISSING && (code[k] <= INT16_MIN || code[k] > INT16_MAX))
      return pro_fail(PRO_EBUG, "%s: code %ld does not fit its 16 bits", w->path, (long)code[k]);
    to[k] = code[k] == PRO_CODE_MISSING ? INT16_MIN : (int16_t)code[k];
  }
  return PRO_OK;
}

static void take_reals(const pro_corpus_writer *w, column *c, const double *value, size_t n) {
  float *to = (float *)c->chunk + w->held;
  for (size_t k = 0; k < n; k++) to[k] = (float)value[k];
  c->touched = 1;
}

/* Copies samples [from, from + n) of a run behind what the chunks hold. */
static pro_status take(pro_corpus_writer *w, const pro_run *run, size_t from, size_t n) {
  const pro_trajectory *truth = run->truth;
  column *c = w->column;
  memcpy((double *)c->chunk + w->held, run->seen->t + from, n * sizeof(double));
  c++;
  for (int s = 0; pro_sensor_all[s]; s++) PRO_TRY(take_codes(w, c++, run->seen->code[s] + from, n));
  memcpy((uint16_t *)c->chunk + w->held, w->stages + from, n * sizeof(uint16_t));
  c++;
  if (w->plan->keep_truth) {
    for (int i = 0; i < PRO_TRUTH_COUNT; i++) take_reals(w, c++, truth->truth[i] + from, n);
    for (int j = 0; j < truth->reactions; j++)
      take_reals(w, c++, truth->xi + (size_t)j * truth->samples + from, n);
  }
  w->held += n;
  return PRO_OK;
}

static pro_status take_samples(pro_corpus_writer *w, const pro_run *run) {
  size_t n = run->truth->samples;
  if (n > w->stages_room) {
    uint16_t *stages = realloc(w->stages, n * sizeof *stages);
    if (!stages) return pro_fail(PRO_ENOMEM, "%s: no memory for %zu samples", w->path, n);
    w->stages = stages;
    w->stages_room = n;
  }
  pro_label_stages(w->stages, &run->in, run->truth);
  for (size_t from = 0; from < n;) {
    size_t part = n - from < CHUNK - w->held ? n - from : CHUNK - w->held;
    PRO_TRY(take(w, run, from, part));
    from += part;
    if (w->held == CHUNK) PRO_TRY(chunk_write(w, CHUNK));
  }
  return PRO_OK;
}

static double plain_nan(double x) { return isnan(x) ? NAN : x; } /* one bit pattern for all of them */

static uint8_t cells_known(void) { /* the number that a cell from a datasheet has, behind the presets' */
  int n = 0;
  while (n < UINT8_MAX && pro_cell_all[n]) n++;
  return (uint8_t)n;
}

static pro_corpus_row row_of(const pro_corpus_writer *w, const pro_run *run) {
  const pro_case *in = &run->in;
  const pro_trajectory *truth = run->truth;
  int electrical = in->cell.capacity > 0.0;
  pro_corpus_row row = {
      .number = (int64_t)w->cases,
      .run = (int64_t)in->run,
      .module = -1,
      .row_start = (int64_t)(w->done + w->held),
      .row_size = truth ? (int32_t)truth->samples : 0,
      .class_ = (uint8_t)pro_label_class(run),
      .family = (uint8_t)in->family,
      .chemistry = (uint8_t)in->chemistry,
      .cell = in->preset < 0 ? cells_known() : (uint8_t)in->preset,
      .cell_draw = in->cell_draw,
      .twin_of = -1,
      .split = (uint8_t)pro_label_split(w->plan->seed, in->cell_draw),
      .outcome = (uint8_t)(truth ? truth->outcome : PRO_OUTCOME_failed),
      .T_max = truth ? (float)truth->T_max : NAN,
      .capacity = electrical ? (float)in->cell.capacity : NAN,
      .mass = (float)in->cell.mass,
      .voltage_min = electrical ? (float)in->cell.voltage_min : NAN,
      .voltage_max = electrical ? (float)in->cell.voltage_max : NAN,
      .T_operating_max = (float)in->cell.T_operating_max,
      .format = (uint8_t)in->cell.format,
      .status = (uint8_t)run->status,
      .rate_end = truth ? plain_nan(truth->rate_end) : NAN,
  };
  for (int c = 0; c < PRO_CLOCK_COUNT; c++) row.clock[c] = truth ? plain_nan(truth->clock[c]) : NAN;
  if (truth) {
    row.steps = truth->steps, row.rejected = truth->rejected;
    row.rhs_calls = truth->rhs_calls, row.jacobian_calls = truth->jacobian_calls;
    row.ledger = truth->ledger;
  } else {
    row.ledger = (pro_ledger){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  }
  return row;
}

static pro_status make_room(pro_corpus_writer *w) {
  if (w->cases < w->room) return PRO_OK;
  size_t room = w->room ? 2 * (size_t)w->room : 256, parameters = w->plan->parameters;
  void *rows = realloc(w->rows, room * sizeof *w->rows);
  if (rows) w->rows = rows;
  void *param = realloc(w->param, room * (parameters ? parameters : 1) * sizeof *w->param);
  if (param) w->param = param;
  void *clipped = realloc(w->clipped, room * PRO_SENSORS_MAX * sizeof *w->clipped);
  if (clipped) w->clipped = clipped;
  void *message = realloc(w->message, room * sizeof *w->message);
  if (message) w->message = message;
  if (!rows || !param || !clipped || !message)
    return pro_fail(PRO_ENOMEM, "%s: no memory for the tables of %zu cases", w->path, room);
  w->room = room;
  return PRO_OK;
}

static pro_status check_run(const pro_corpus_writer *w, const pro_run *run) {
  if (w->cases == w->plan->cases)
    return pro_fail(PRO_EBUG, "%s: more than the %llu cases planned", w->path, (unsigned long long)w->cases);
  if ((run->truth != NULL) != (run->status == PRO_OK) || (run->seen != NULL) != (run->status == PRO_OK))
    return pro_fail(PRO_EBUG, "%s: case %llu has samples and failed, or neither", w->path,
                    (unsigned long long)w->cases);
  if (run->truth && (run->truth->samples != run->seen->samples || run->truth->samples > INT32_MAX ||
                     run->seen->channels != pro_sensor_count() || run->truth->reactions > PRO_CORPUS_SLOTS))
    return pro_fail(PRO_EBUG, "%s: case %llu is seen otherwise than it was", w->path,
                    (unsigned long long)w->cases);
  return PRO_OK;
}

static pro_status append(pro_corpus_writer *w, const pro_run *run, const double *param) {
  PRO_TRY(check_run(w, run));
  PRO_TRY(make_room(w));
  if (w->cases % w->plan->group == 0 && w->held > 0) PRO_TRY(chunk_write(w, CHUNK)); /* padded with fill */
  uint64_t k = w->cases;
  pro_corpus_row *row = &w->rows[k];
  *row = row_of(w, run);
  for (size_t p = 0; p < w->plan->parameters; p++) w->param[k * w->plan->parameters + p] = plain_nan(param[p]);
  w->message[k] = no_message;
  if (run->status != PRO_OK && run->message[0]) {
    w->message[k] = malloc(sizeof run->message);
    if (w->message[k]) snprintf(w->message[k], sizeof run->message, "%s", run->message);
  }
  w->cases++; /* from here on leave() frees the message */
  if (!w->message[k]) return pro_fail(PRO_ENOMEM, "%s: no memory for a message", w->path);
  for (int s = 0; pro_sensor_all[s]; s++) {
    w->clipped[k * PRO_SENSORS_MAX + (size_t)s] = run->seen ? run->seen->clipped[s] : 0;
    if (run->seen && row->split == PRO_SPLIT_train)
      PRO_TRY(pro_histogram_add(&w->seen[s], run->seen->code[s], run->seen->samples));
  }
  w->rtol_least = w->cases == 1 ? run->in.rtol : fmin(w->rtol_least, run->in.rtol);
  w->rtol_most = fmax(w->rtol_most, run->in.rtol);
  w->has_chemistry[row->chemistry] = w->has_cell[row->cell] = 1;
  return run->truth ? take_samples(w, run) : PRO_OK;
}

pro_status pro_corpus_append(pro_corpus_writer *writer, const pro_run *run, const double *param) {
  pro_corpus_quiet();
  if (writer->broken == PRO_OK) writer->broken = append(writer, run, param);
  return writer->broken;
}

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

static pro_shape along_cases(pro_corpus_writer *w) {
  hsize_t n = w->plan->cases;
  return (pro_shape){1, {&w->scale[SCALE_case]}, {n}, {n}, {n < CHUNK ? n : CHUNK}};
}

/* Writes one column of the tables: `first` is its value in case 0 and lies `stride` bytes before the one of
 * case 1. */
static pro_status write_column(hid_t *out, pro_corpus_writer *w, hid_t at, const char *name, pro_corpus_type type,
                               const char *unit, const char *doc, const void *first, size_t stride) {
  pro_shape shape = along_cases(w);
  int is_scale = strcmp(name, "case") == 0;
  if (is_scale) shape.axis[0] = NULL;
  PRO_TRY(pro_put_dataset(out, &w->sheet, at, name, type, &shape, unit, doc));
  if (is_scale) PRO_TRY(pro_scale_become(&w->sheet, &w->scale[SCALE_case], *out, name));
  size_t size = pro_corpus_size(type);
  char *values = malloc(w->cases * size);
  if (!values) return pro_fail(PRO_ENOMEM, "%s: no memory for a table", w->path);
  for (uint64_t k = 0; k < w->cases; k++) memcpy(values + k * size, (const char *)first + k * stride, size);
  pro_status status = pro_put_all(&w->sheet, *out, pro_corpus_in_memory(type), values, name);
  free(values);
  return status;
}

static pro_status write_table(pro_corpus_writer *w, hid_t at, const char *group) {
  for (const pro_corpus_column *c = pro_corpus_columns; c->name; c++) {
    if (strcmp(c->group, group) != 0) continue;
    hid_t dataset;
    PRO_TRY(write_column(&dataset, w, at, c->name, c->type, c->unit, c->doc, (const char *)w->rows + c->offset,
                         sizeof *w->rows));
    if (c->flags) {
      size_t count = 0;
      const char **name = names_of(&count, w, c->flags);
      pro_status status = name ? pro_put_flags(&w->sheet, dataset, c->type, count, name)
                               : pro_fail(PRO_ENOMEM, "%s: no memory for names", w->path);
      free(name);
      PRO_TRY(status);
    }
    if (strcmp(c->name, "row_size") == 0) PRO_TRY(pro_put_text(&w->sheet, dataset, "sample_dimension", "obs"));
  }
  return PRO_OK;
}

static pro_status write_parameters(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  size_t parameters = w->plan->parameters;
  hid_t group, dataset;
  PRO_TRY(
      pro_put_group(&group, to, to->file, "param", "what was drawn for each case; NaN where it does not apply"));
  for (size_t p = 0; p < parameters; p++) {
    const pro_corpus_parameter *is = &w->plan->parameter[p];
    if (strchr(is->path, '/')) return pro_fail(PRO_EBUG, "%s: a parameter's path is '%s'", w->path, is->path);
    char doc[256];
    snprintf(doc, sizeof doc, "drawn value of %s", is->path);
    PRO_TRY(write_column(&dataset, w, group, is->path, PRO_CORPUS_f64, is->unit, doc, w->param + p,
                         parameters * sizeof(double)));
    PRO_TRY(pro_put_text(to, dataset, "distribution", is->distribution));
    size_t count = 0;
    while (is->choices && is->choices[count]) count++;
    if (count) PRO_TRY(pro_put_flags(to, dataset, PRO_CORPUS_f64, count, is->choices));
  }
  return PRO_OK;
}

static pro_status write_run_info(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  hid_t group, dataset;
  PRO_TRY(pro_put_group(&group, to, to->file, "run_info", "how each run was computed, and its ledgers"));
  PRO_TRY(write_table(w, group, "/run_info"));
  for (int s = 0; pro_sensor_all[s]; s++) {
    char name[64], doc[96];
    snprintf(name, sizeof name, "clipped_%s", pro_sensor_all[s]->name);
    snprintf(doc, sizeof doc, "readings of %s that clipped", pro_sensor_all[s]->name);
    PRO_TRY(write_column(&dataset, w, group, name, PRO_CORPUS_i64, "1", doc, w->clipped + s,
                         PRO_SENSORS_MAX * sizeof(int64_t)));
  }
  return pro_put_text_column(to, group, "message", &w->scale[SCALE_case], w->cases, w->message,
                             "why the run failed; empty where it did not");
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
  pro_shape shape = {1, {NULL}, {n}, {n}, {n}};
  PRO_TRY(pro_put_dataset(&dataset, to, group, "quantile", PRO_CORPUS_f64, &shape, "1", "share of all values"));
  PRO_TRY(pro_scale_become(to, &w->scale[SCALE_quantile], dataset, "quantile"));
  PRO_TRY(pro_put_all(to, dataset, H5T_NATIVE_DOUBLE, share, "quantile"));
  shape.axis[0] = &w->scale[SCALE_quantile];
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
    PRO_TRY(pro_put_text(&w->sheet, w->column[w->columns - 1].dataset, name, list));
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

static pro_status finalise(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  if (w->cases != w->plan->cases)
    return pro_fail(PRO_EBUG, "%s: %llu of %llu cases were written", w->path, (unsigned long long)w->cases,
                    (unsigned long long)w->plan->cases);
  if (w->held > 0) PRO_TRY(chunk_write(w, w->held));
  hsize_t obs = w->done;
  hid_t group;
  if (H5Dset_extent(w->scale[SCALE_obs].dataset, &obs) < 0) return pro_put_fail(to, "obs");
  PRO_TRY(write_table(w, to->file, "/"));
  PRO_TRY(
      pro_put_group(&group, to, to->file, "nameplate", "what a battery management system is told of its cell"));
  PRO_TRY(write_table(w, group, "/nameplate"));
  PRO_TRY(write_parameters(w));
  PRO_TRY(write_run_info(w));
  PRO_TRY(write_normalization(w));
  PRO_TRY(write_sources(w));
  PRO_TRY(write_integrator(w));
  for (int s = 0; s < SCALE_COUNT; s++) PRO_TRY(pro_scale_finish(to, &w->scale[s]));
  /* HDF5 1.10 reports a full disk at the flush at the earliest */
  if (H5Fflush(to->file, H5F_SCOPE_GLOBAL) < 0) return pro_put_fail(to, "to disk");
  H5Tclose(to->text);
  if (H5Fclose(to->file) < 0) return pro_put_fail(to, "to disk");
  w->sheet.file = H5I_INVALID_HID;
  return PRO_OK;
}

static pro_status sync_path(const pro_corpus_writer *w, const char *path, int flags) {
  int fd = open(path, flags);
  int failed = fd < 0 || fsync(fd) != 0, error = errno;
  if (fd >= 0) close(fd);
  if (failed && error == EINVAL) return PRO_OK; /* a file system without it */
  return failed ? pro_fail(PRO_EIO, "%s: cannot bring it safely to disk: %s", w->path, strerror(error)) : PRO_OK;
}

static pro_status publish(pro_corpus_writer *w) {
  pro_corpus_summary summary;
  pro_status status = pro_corpus_verify_as(&summary, w->temporary, PRO_CORPUS_WHOLE);
  if (status == PRO_ENOMEM) return status;
  if (status != PRO_OK)
    return pro_fail(PRO_EIO, "%s: what was written does not read back: %s", w->path, pro_error_message());
  PRO_TRY(sync_path(w, w->temporary, O_RDONLY));
  if (rename(w->temporary, w->path) != 0)
    return pro_fail(PRO_EIO, "%s: cannot take its place: %s", w->path, strerror(errno));
  char *slash = strrchr(w->temporary, '/');
  if (slash) slash[slash == w->temporary] = '\0'; /* the folder, or / */
  status = sync_path(w, slash ? w->temporary : ".", O_RDONLY | O_DIRECTORY);
  free(w->temporary);
  w->temporary = NULL; /* nothing left to remove */
  return status;
}

pro_status pro_corpus_commit(pro_corpus_writer *writer) {
  pro_corpus_quiet();
  if (writer->broken == PRO_OK) writer->broken = finalise(writer);
  if (writer->broken == PRO_OK) writer->broken = publish(writer);
  pro_status status = writer->broken;
  leave(writer);
  return status;
}
