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

#include "output/corpus_press.h"
#include "output/crew.h"
#include "sim/chemistry.h"
#include "sim/sensor.h"
#include "sim/sha256.h"

enum { CHUNK = PRO_CORPUS_CHUNK, ROWS = PRO_CORPUS_ROWS };
enum { SCALE_case, SCALE_obs, SCALE_reaction, SCALE_quantile, SCALE_COUNT };
enum { BELT_obs, BELT_case, BELT_COUNT };

struct pro_corpus_writer {
  const pro_corpus_plan *plan;
  char *path, *temporary;
  pro_status broken; /* the first failure here: after it nothing more is written */
  pro_sheet sheet;
  pro_scale scale[SCALE_COUNT];
  pro_press *press;
  pro_belt belt[BELT_COUNT];
  uint64_t cases;
  pro_histogram seen[PRO_SENSORS_MAX]; /* of the codes in split train */
  double rtol_least, rtol_most;        /* of the cases [-] */
  unsigned char has_chemistry[UINT8_MAX + 1], has_cell[UINT8_MAX + 1];
  hid_t extent; /* whose attributes name the reactions */
  /* the case that was begun */
  const pro_run *run; /* NULL: none */
  pro_corpus_row row;
  pro_labeller labeller;
  uint64_t taken; /* samples */
};

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
      H5Pset_file_locking(access, 0, 0) < 0 || H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 ||
      pro_corpus_keep_little(access) < 0)
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

static pro_status column_create(hid_t *out, pro_corpus_writer *w, int belt, hid_t at, const char *name,
                                pro_corpus_type type, const char *unit, const char *doc) {
  const hsize_t n = w->plan->cases, length = w->belt[belt].length;
  const pro_shape shapes[BELT_COUNT] = {{1, {&w->scale[SCALE_obs]}, {0}, {H5S_UNLIMITED}, {length}},
                                        {1, {&w->scale[SCALE_case]}, {n}, {n}, {length}}};
  pro_shape shape = shapes[belt];
  int is_scale = strcmp(name, "case") == 0;
  if (is_scale) shape.axis[0] = NULL;
  PRO_TRY(pro_put_dataset(out, &w->sheet, at, name, type, &shape, unit, doc));
  if (is_scale) PRO_TRY(pro_scale_become(&w->sheet, &w->scale[SCALE_case], *out, name));
  return pro_belt_add(&w->belt[belt], &(pro_column){.dataset = *out, .type = type, .slot = -1});
}

static pro_status create_sensors(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  for (int s = 0; pro_sensor_all[s]; s++) {
    const pro_sensor *sensor = pro_sensor_all[s];
    pro_corpus_type type = sensor->bits == 16 ? PRO_CORPUS_i16 : PRO_CORPUS_i32;
    hid_t dataset;
    PRO_TRY(column_create(&dataset, w, BELT_obs, to->file, sensor->name, type, sensor->unit, sensor->doc));
    w->belt[BELT_obs].column[w->belt[BELT_obs].columns - 1].seen = &w->seen[s];
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
  hid_t dataset;
  PRO_TRY(column_create(&dataset, w, BELT_obs, to->file, "stages", PRO_CORPUS_u16, "1",
                        "what has happened to the cell, one bit each"));
  PRO_TRY(pro_put_numbers(to, dataset, "flag_masks", H5T_STD_U16LE, H5T_NATIVE_UINT16, PRO_COUNT(bits), bits));
  PRO_TRY(pro_put_text(to, dataset, "flag_meanings", words + 1));
  return pro_put_text(to, dataset, "comment", lines + 2);
}

static pro_status create_truth(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  hid_t truth, dataset;
  PRO_TRY(pro_put_group(&truth, to, to->file, "truth", "noise-free state, to judge by: never for a predictor"));
  for (int c = 0; c < PRO_TRUTH_COUNT; c++)
    PRO_TRY(column_create(&dataset, w, BELT_obs, truth, pro_truth_names[c], PRO_CORPUS_f32, pro_truth_units[c],
                          pro_truth_docs[c]));
  PRO_TRY(pro_scale_pure(to, &w->scale[SCALE_reaction], truth, "reaction", PRO_CORPUS_SLOTS, PRO_CORPUS_SLOTS,
                         "a reaction's place in its chemistry's table"));
  pro_shape shape = {2,
                     {&w->scale[SCALE_obs], &w->scale[SCALE_reaction]},
                     {0, PRO_CORPUS_SLOTS},
                     {H5S_UNLIMITED, PRO_CORPUS_SLOTS},
                     {CHUNK, 1}};
  PRO_TRY(pro_put_dataset(&w->extent, to, truth, "extent", PRO_CORPUS_f32, &shape, "1",
                          "extent of each reaction, named in order by the attribute reactions_of_<chemistry>"));
  for (int slot = 0; slot < PRO_CORPUS_SLOTS; slot++)
    PRO_TRY(pro_belt_add(&w->belt[BELT_obs],
                         &(pro_column){.dataset = w->extent, .type = PRO_CORPUS_f32, .slot = slot}));
  return PRO_OK;
}

/* Columns in this order: time, the sensors, stages, the truth, its extents. */
static pro_status create_columns(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  PRO_TRY(pro_scale_pure(to, &w->scale[SCALE_obs], to->file, "obs", 0, H5S_UNLIMITED,
                         "samples of all cases, one case after the other"));
  hid_t time;
  PRO_TRY(column_create(&time, w, BELT_obs, to->file, "time", PRO_CORPUS_f64, "s", "time since the case's start"));
  PRO_TRY(create_sensors(w));
  PRO_TRY(create_stages(w));
  return w->plan->keep_truth ? create_truth(w) : PRO_OK;
}

static pro_status create_parameters(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  hid_t group, dataset;
  PRO_TRY(
      pro_put_group(&group, to, to->file, "param", "what was drawn for each case; NaN where it does not apply"));
  for (size_t p = 0; p < w->plan->parameters; p++) {
    const pro_corpus_parameter *is = &w->plan->parameter[p];
    if (strchr(is->path, '/')) return pro_fail(PRO_EBUG, "%s: a parameter's path is '%s'", w->path, is->path);
    char doc[256];
    snprintf(doc, sizeof doc, "drawn value of %s", is->path);
    PRO_TRY(column_create(&dataset, w, BELT_case, group, is->path, PRO_CORPUS_f64, is->unit, doc));
    PRO_TRY(pro_put_text(to, dataset, "distribution", is->distribution));
    size_t count = 0;
    while (is->choices && is->choices[count]) count++;
    if (count) PRO_TRY(pro_put_flags(to, dataset, PRO_CORPUS_f64, count, is->choices));
  }
  return PRO_OK;
}

/* Tables in this order: pro_corpus_columns, the parameters, what clipped; messages last. */
static pro_status create_tables(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  static const struct {
    const char *path, *doc;
  } groups[] = {{"/", NULL},
                {"/nameplate", "what a battery management system is told of its cell"},
                {"/run_info", "how each run was computed, and its ledgers"}};
  hid_t at = to->file, dataset;
  size_t g = 0;
  for (const pro_corpus_column *c = pro_corpus_columns; c->name; c++) {
    if (strcmp(c->group, groups[g].path) != 0)
      PRO_TRY(pro_put_group(&at, to, to->file, c->group + 1, groups[++g].doc));
    PRO_TRY(column_create(&dataset, w, BELT_case, at, c->name, c->type, c->unit, c->doc));
    if (strcmp(c->name, "row_size") == 0) PRO_TRY(pro_put_text(to, dataset, "sample_dimension", "obs"));
  }
  PRO_TRY(create_parameters(w));
  for (int s = 0; pro_sensor_all[s]; s++) {
    char name[64], doc[96];
    snprintf(name, sizeof name, "clipped_%s", pro_sensor_all[s]->name);
    snprintf(doc, sizeof doc, "readings of %s that clipped", pro_sensor_all[s]->name);
    PRO_TRY(column_create(&dataset, w, BELT_case, at, name, PRO_CORPUS_i64, "1", doc));
  }
  return pro_put_text_column(&w->belt[BELT_case].text, to, at, "message", &w->scale[SCALE_case], w->plan->cases,
                             "why the run failed; empty where it did not");
}

static void leave(pro_corpus_writer *w) {
  int whole = w->broken == PRO_OK && w->press && pro_press_break(w->press, PRO_OK) == PRO_OK;
  pro_press_free(w->press);
  if (w->sheet.file >= 0 && whole) H5Tclose(w->sheet.text), H5Fclose(w->sheet.file);
  if (w->temporary) unlink(w->temporary);
  for (int s = 0; s < SCALE_COUNT; s++) free(w->scale[s].link);
  for (int s = 0; s < PRO_SENSORS_MAX; s++) pro_histogram_clear(&w->seen[s]);
  for (int b = 0; b < BELT_COUNT; b++) pro_belt_clear(&w->belt[b]);
  free(w->path), free(w->temporary);
  free(w);
}

pro_status pro_corpus_create(pro_corpus_writer **out, const char *path, const pro_corpus_plan *plan) {
  pro_corpus_quiet();
  if (plan->cases == 0 || plan->cases > UINT32_MAX || plan->group == 0)
    return pro_fail(PRO_EINPUT, "%s: cannot hold %llu cases in groups of %llu", path,
                    (unsigned long long)plan->cases, (unsigned long long)plan->group);
  if (!plan->integrator) return pro_fail(PRO_EBUG, "%s: its plan names no integrator", path);
  pro_corpus_writer *w = calloc(1, sizeof *w);
  if (!w) return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  w->plan = plan;
  w->sheet.file = H5I_INVALID_HID;
  w->belt[BELT_obs] = (pro_belt){.length = CHUNK, .grows = 1, .text = H5I_INVALID_HID};
  w->belt[BELT_case] = (pro_belt){.length = plan->cases < ROWS ? plan->cases : ROWS, .text = H5I_INVALID_HID};
  w->broken = claim_name(w, path);
  if (w->broken == PRO_OK) w->broken = open_file(w);
  if (w->broken == PRO_OK) w->broken = create_head(w);
  if (w->broken == PRO_OK) w->broken = create_columns(w);
  if (w->broken == PRO_OK) w->broken = create_tables(w);
  if (w->broken == PRO_OK) w->broken = pro_press_create(&w->press, &w->sheet);
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

static pro_status take_codes(const pro_corpus_writer *w, pro_stack *s, size_t c, const int32_t *code, size_t n) {
  if (s->belt->column[c].type == PRO_CORPUS_i32) {
    memcpy((int32_t *)s->chunk[c].data + s->held, code, n * sizeof *code);
    return PRO_OK;
  }
  int16_t *to = (int16_t *)s->chunk[c].data + s->held;
  int wide = 0;
  for (size_t k = 0; k < n; k++) {
    to[k] = code[k] == PRO_CODE_MISSING ? INT16_MIN : (int16_t)code[k];
    wide |= code[k] != PRO_CODE_MISSING && (code[k] <= INT16_MIN || code[k] > INT16_MAX);
  }
  return wide ? pro_fail(PRO_EBUG, "%s: a code does not fit its 16 bits", w->path) : PRO_OK;
}

static void take_reals(pro_stack *s, size_t c, const double *value, size_t n) {
  float *to = (float *)pro_stack_touch(s, c) + s->held;
  for (size_t k = 0; k < n; k++) to[k] = (float)value[k];
}

/* Copies samples [from, from + n) of a piece behind what the stack holds. */
static pro_status take(pro_corpus_writer *w, pro_stack *s, const pro_trajectory *truth,
                       const pro_observation *seen, size_t from, size_t n) {
  size_t c = 0;
  memcpy((double *)s->chunk[c++].data + s->held, seen->t + from, n * sizeof(double));
  for (int i = 0; pro_sensor_all[i]; i++) PRO_TRY(take_codes(w, s, c++, seen->code[i] + from, n));
  pro_label_feed(&w->labeller, (uint16_t *)s->chunk[c++].data + s->held, truth, from, n);
  if (w->plan->keep_truth) {
    for (int i = 0; i < PRO_TRUTH_COUNT; i++) take_reals(s, c++, truth->truth[i] + from, n);
    for (int j = 0; j < truth->reactions; j++)
      take_reals(s, c++, truth->xi + (size_t)j * truth->samples + from, n);
    while (c < s->belt->columns) pro_stack_skip(s, c++, n);
  }
  s->held += n;
  return PRO_OK;
}

static pro_status take_piece(pro_corpus_writer *w, const pro_trajectory *truth, const pro_observation *seen) {
  pro_belt *belt = &w->belt[BELT_obs];
  if (!w->run || !w->run->truth || truth->samples != seen->samples || seen->channels != pro_sensor_count() ||
      truth->reactions > PRO_CORPUS_SLOTS || w->taken + truth->samples > w->run->truth->samples)
    return pro_fail(PRO_EBUG, "%s: case %llu is seen otherwise than it was", w->path,
                    (unsigned long long)w->cases);
  for (size_t from = 0, n = truth->samples; from < n;) {
    pro_stack *s;
    PRO_TRY(pro_press_stack(&s, w->press, belt));
    size_t part = n - from < CHUNK - s->held ? n - from : CHUNK - s->held;
    if (w->row.split == PRO_SPLIT_train) PRO_TRY(pro_spans_add(&s->train, s->held, s->held + part));
    PRO_TRY(take(w, s, truth, seen, from, part));
    from += part;
    if (s->held == CHUNK) pro_press_seal(w->press, belt, 1);
  }
  w->taken += truth->samples;
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
      .row_start = (int64_t)pro_belt_at(&w->belt[BELT_obs]),
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

static pro_status check_run(const pro_corpus_writer *w, const pro_run *run) {
  if (w->run) return pro_fail(PRO_EBUG, "%s: a case is begun within another", w->path);
  if (w->cases == w->plan->cases)
    return pro_fail(PRO_EBUG, "%s: more than the %llu cases planned", w->path, (unsigned long long)w->cases);
  const int whole = run->truth && run->truth->t;
  if ((run->truth != NULL) != (run->status == PRO_OK) || (whole && !run->seen) || (!run->truth && run->seen))
    return pro_fail(PRO_EBUG, "%s: case %llu has samples and failed, or neither", w->path,
                    (unsigned long long)w->cases);
  if (run->truth && run->truth->samples > INT32_MAX)
    return pro_fail(PRO_EBUG, "%s: case %llu has too many samples", w->path, (unsigned long long)w->cases);
  return PRO_OK;
}

static pro_status take_row(pro_corpus_writer *w, const pro_corpus_row *row, const pro_run *run,
                           const double *param) {
  pro_belt *belt = &w->belt[BELT_case];
  pro_stack *s;
  PRO_TRY(pro_press_stack(&s, w->press, belt));
  size_t c = 0;
  for (; pro_corpus_columns[c].name; c++) {
    size_t size = pro_corpus_size(pro_corpus_columns[c].type);
    memcpy(s->chunk[c].data + s->held * size, (const char *)row + pro_corpus_columns[c].offset, size);
  }
  for (size_t p = 0; p < w->plan->parameters; p++) ((double *)s->chunk[c++].data)[s->held] = plain_nan(param[p]);
  for (int i = 0; pro_sensor_all[i]; i++)
    ((int64_t *)s->chunk[c++].data)[s->held] = run->seen ? run->seen->clipped[i] : 0;
  if (run->status != PRO_OK && run->message[0]) {
    char *message = malloc(sizeof run->message);
    if (!message) return pro_fail(PRO_ENOMEM, "%s: no memory for a message", w->path);
    snprintf(message, sizeof run->message, "%s", run->message);
    s->text[s->held] = message;
  }
  if (++s->held == belt->length) pro_press_seal(w->press, belt, 1);
  return PRO_OK;
}

static pro_status begin(pro_corpus_writer *w, const pro_run *run) {
  PRO_TRY(check_run(w, run));
  if (w->cases % w->plan->group == 0) pro_press_seal(w->press, &w->belt[BELT_obs], 1);
  w->row = row_of(w, run);
  w->has_chemistry[w->row.chemistry] = w->has_cell[w->row.cell] = 1;
  if (run->truth) pro_label_begin(&w->labeller, &run->in, run->truth->clock);
  w->run = run, w->taken = 0;
  return PRO_OK;
}

static pro_status end(pro_corpus_writer *w, const double *param) {
  const pro_run *run = w->run;
  if (!run || w->taken != (run->truth ? run->truth->samples : 0))
    return pro_fail(PRO_EBUG, "%s: case %llu lacks samples", w->path, (unsigned long long)w->cases);
  PRO_TRY(take_row(w, &w->row, run, param));
  w->rtol_least = w->cases == 0 ? run->in.rtol : fmin(w->rtol_least, run->in.rtol);
  w->rtol_most = fmax(w->rtol_most, run->in.rtol);
  w->cases++, w->run = NULL;
  return PRO_OK;
}

static pro_status append(pro_corpus_writer *w, const pro_run *run, const double *param) {
  PRO_TRY(begin(w, run));
  if (run->truth) PRO_TRY(take_piece(w, run->truth, run->seen));
  return end(w, param);
}

static pro_status told(pro_corpus_writer *w, pro_status status) {
  return w->broken = pro_press_break(w->press, status);
}

pro_status pro_corpus_append(pro_corpus_writer *w, const pro_run *run, const double *param) {
  if (w->broken != PRO_OK) return told(w, w->broken);
  if (run->truth && !run->truth->t) return told(w, pro_corpus_append_long(w, run, param, w->plan->integrator));
  return told(w, append(w, run, param));
}

pro_status pro_corpus_begin(pro_corpus_writer *w, const pro_run *run) {
  return told(w, w->broken == PRO_OK ? begin(w, run) : w->broken);
}

pro_status pro_corpus_piece(pro_corpus_writer *w, const pro_trajectory *truth, const pro_observation *seen) {
  return told(w, w->broken == PRO_OK ? take_piece(w, truth, seen) : w->broken);
}

pro_status pro_corpus_end(pro_corpus_writer *w, const double *param) {
  return told(w, w->broken == PRO_OK ? end(w, param) : w->broken);
}

pro_status pro_corpus_help(pro_corpus_writer *writer) { return pro_press_help(writer->press); }

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
    pro_status status = name
                            ? pro_put_flags(&w->sheet, w->belt[BELT_case].column[c].dataset, is->type, count, name)
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

static void help(void *payload, size_t part, int member) {
  (void)part, (void)member;
  if (pro_press_help(payload) != PRO_OK) return; /* the drain that follows says why */
}

static pro_status finalise(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  if (w->cases != w->plan->cases)
    return pro_fail(PRO_EBUG, "%s: %llu of %llu cases were written", w->path, (unsigned long long)w->cases,
                    (unsigned long long)w->plan->cases);
  hsize_t obs = pro_belt_at(&w->belt[BELT_obs]);
  for (int b = 0; b < BELT_COUNT; b++) pro_press_seal(w->press, &w->belt[b], 0);
  pro_crew_do(w->plan->threads, w->plan->threads > 0 ? (size_t)w->plan->threads : 0, help, w->press);
  PRO_TRY(pro_press_drain(w->press));
  if (H5Dset_extent(w->scale[SCALE_obs].dataset, &obs) < 0) return pro_put_fail(to, "obs");
  PRO_TRY(write_flags(w));
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
  for (int b = 0; b < BELT_COUNT; b++) pro_belt_clear(&w->belt[b]); /* a verification needs as much again */
  for (int s = 0; s < PRO_SENSORS_MAX; s++) pro_histogram_clear(&w->seen[s]);
  pro_corpus_summary summary;
  pro_status status = pro_corpus_verify_as(&summary, w->temporary, PRO_CORPUS_WHOLE, w->plan->threads);
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
