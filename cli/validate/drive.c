/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/columns.h"
#include "cli/comparison.h"
#include "cli/sheet.h"
#include "output/trace.h"

#define INDEX_COLUMNS(X) X(file) X(cell) X(chemistry) X(capacity_Ah) X(format) X(ambient_degC)
#define AS_ID(name) AT_##name,
enum { INDEX_COLUMNS(AS_ID) COLUMNS };
#define AS_NAME(name) #name,
static const char *const names[COLUMNS + 1] = {INDEX_COLUMNS(AS_NAME) NULL};

/* A stretch without a hole in it: a segment of the file, or what lies between two gaps. */
typedef struct piece {
  size_t file, first, count; /* samples of the file's trace */
  size_t knots;
  double *t, *current, *ambient; /* (knots) from 0 [s], [A], [K]; one block, owned */
  double soc;                    /* at its start */
  double T_initial;              /* [K] */
} piece;

typedef struct error { /* of a quantity, over a file */
  double squares;
  size_t samples;
  int failed;
} error;

typedef struct file {
  pro_trace *trace; /* owned */
  pro_case base;
  double T_ambient; /* where the file has no such column [K] */
  error voltage, T;
} file;

typedef struct job {
  size_t files, pieces, piece_room;
  file *file;
  piece *piece;
  pro_rows *rows;
  char remark[384]; /* the last one noted */
} job;

static void job_free(job *j) {
  for (size_t k = 0; k < j->files; k++) pro_trace_free(j->file[k].trace);
  for (size_t k = 0; k < j->pieces; k++) free(j->piece[k].t);
  free(j->file);
  free(j->piece);
}

/* ---- pieces ---- */

static float at(const pro_trace *trace, int channel, size_t k) {
  return trace->channel[channel] ? trace->channel[channel][k] : NAN;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The interval that half of the samples keep to [s]. */
static pro_status median_interval(double *out, const pro_trace *trace) {
  size_t n = trace->samples - 1;
  double *step = malloc((n + 1) * sizeof *step);
  if (!step) return pro_fail(PRO_ENOMEM, "%s: no memory", trace->name);
  for (size_t k = 0; k < n; k++) step[k] = trace->t[k + 1] - trace->t[k];
  qsort(step, n, sizeof *step, ascending);
  *out = n ? step[n / 2] : 0.0;
  free(step);
  return PRO_OK;
}

/* Charge at which the open-circuit voltage is `voltage` [-]. */
static double invert(const pro_cell *cell, double voltage) {
  double low = 0.0, high = 1.0;
  const pro_ocv *ocv = pro_ocv_all[cell->ocv];
  if (voltage <= pro_ocv_voltage(ocv, 0.0, NULL)) return 0.0;
  if (voltage >= pro_ocv_voltage(ocv, 1.0, NULL)) return 1.0;
  for (int k = 0; k < 50; k++) {
    double middle = 0.5 * (low + high);
    *(pro_ocv_voltage(ocv, middle, NULL) < voltage ? &low : &high) = middle;
  }
  return 0.5 * (low + high);
}

/* A cell at rest tells its charge by its voltage. One that is under load from the first sample is taken to be so
 * for long: all resistances are added back. Just below full is full: a charger's last tens of millivolts relax. */
static double charge_at_start(const pro_cell *cell, double voltage, double current, int *resting) {
  double drop = current * (cell->resistance + cell->pair_1_resistance + cell->pair_2_resistance);
  *resting = fabs(current) < cell->capacity / (50.0 * 3600.0);
  double rest = voltage - (*resting ? 0.0 : drop), near = 0.025 + (*resting ? 0.0 : 0.2 * fabs(drop));
  double full = pro_ocv_voltage(pro_ocv_all[cell->ocv], 1.0, NULL);
  return rest > full - near ? 1.0 : invert(cell, rest);
}

static pro_status keep_piece(job *j, const piece *p) {
  if (j->pieces == j->piece_room) {
    size_t room = j->piece_room ? 2 * j->piece_room : 32;
    piece *grown = realloc(j->piece, room * sizeof *grown);
    if (!grown) return pro_fail(PRO_ENOMEM, "no memory for %zu stretches of traces", room);
    j->piece = grown, j->piece_room = room;
  }
  j->piece[j->pieces++] = *p;
  return PRO_OK;
}

/* Knots of current and surroundings: samples whose current is known; of several at one time the first and the
 * last. */
static pro_status lay_course(piece *p, const file *f) {
  p->t = malloc(3 * p->count * sizeof *p->t);
  if (!p->t) return pro_fail(PRO_ENOMEM, "%s: no memory for %zu samples", f->trace->name, p->count);
  p->current = p->t + p->count, p->ambient = p->current + p->count;
  double T_last = f->T_ambient;
  for (size_t k = p->first; k < p->first + p->count; k++) {
    double current = at(f->trace, PRO_CHANNEL_current, k), T = at(f->trace, PRO_CHANNEL_T_ambient, k);
    if (!isnan(T)) T_last = T;
    if (isnan(current)) continue;
    double t = f->trace->t[k] - f->trace->t[p->first];
    if (p->knots >= 2 && p->t[p->knots - 2] == t) p->knots--;
    p->t[p->knots] = t, p->current[p->knots] = current, p->ambient[p->knots++] = T_last;
  }
  return PRO_OK;
}

static double charge_of(const piece *p) { /* through the terminals [C] */
  double sum = 0.0;
  for (size_t k = 1; k < p->knots; k++) sum += 0.5 * (p->current[k] + p->current[k - 1]) * (p->t[k] - p->t[k - 1]);
  return sum;
}

static pro_status add_piece(job *j, size_t number, size_t first, size_t count, double *charge) {
  const file *f = &j->file[number];
  const pro_cell *cell = &f->base.cell;
  piece p = {.file = number, .first = first, .count = count, .T_initial = f->T_ambient};
  PRO_TRY(lay_course(&p, f));
  if (p.knots < 2 || p.t[p.knots - 1] < 2.0) { /* nothing to replay */
    free(p.t);
    return PRO_OK;
  }
  int resting = 0;
  double voltage = at(f->trace, PRO_CHANNEL_voltage, first), T = at(f->trace, PRO_CHANNEL_T_surface, first);
  double told = isnan(voltage) ? (double)NAN : charge_at_start(cell, voltage, p.current[0], &resting);
  p.soc = isnan(*charge) || (resting && !isnan(told)) ? told : *charge;
  if (isnan(p.soc)) p.soc = 1.0;
  if (!isnan(T)) p.T_initial = T;
  *charge = fmin(1.0, fmax(0.0, p.soc + charge_of(&p) / (cell->capacity * (1.0 - cell->capacity_loss))));
  return keep_piece(j, &p);
}

static pro_status cut(job *j, size_t number) {
  const pro_trace *trace = j->file[number].trace;
  double interval = 0.0, charge = NAN;
  PRO_TRY(median_interval(&interval, trace));
  double gap = fmax(120.0, 20.0 * interval);
  for (size_t first = 0, k = 1; k <= trace->samples; k++) {
    int ends =
        k == trace->samples || trace->segment[k] != trace->segment[k - 1] || trace->t[k] - trace->t[k - 1] > gap;
    if (!ends) continue;
    PRO_TRY(add_piece(j, number, first, k - first, &charge));
    first = k;
  }
  return PRO_OK;
}

/* ---- files ---- */

/* Why a trace cannot be replayed; NULL: it can. */
static const char *unfit(const pro_trace *trace, const pro_cell *cell) {
  const float *current = trace->channel[PRO_CHANNEL_current], *voltage = trace->channel[PRO_CHANNEL_voltage];
  if (!current) return "it has no current";
  if (!voltage) return "it has no voltage";
  int moves = 0;
  double highest = 0.0;
  for (size_t k = 0; k < trace->samples; k++) {
    moves |= current[k] > 0.0f || current[k] < 0.0f;
    highest = fmax(highest, voltage[k]); /* not where it is NaN */
  }
  if (!moves) return "its current is zero throughout";
  return highest > 1.5 * cell->voltage_max ? "its voltage is that of more than one cell" : NULL;
}

/* Presets fitted to cells whose traces are at hand: how the index begins their name. */
static const struct {
  const char *begins, *preset;
} fitted[] = {{"HG2", "nmc811_18650_hg2"}, {"LiPo 5450", "lco_pouch_5450"}};

/* From the preset named, or fitted to this cell, or from what the index says of it. */
static pro_status choose_cell(pro_case *out, job *j, const pro_columns *index, size_t row, const char *preset) {
  if (preset) return pro_comparison_preset(out, preset, NULL);
  char chemistry[256], format[64], name[64], remark[256];
  double capacity;
  pro_columns_text(name, sizeof name, index, row, AT_cell);
  for (size_t k = 0; k < PRO_COUNT(fitted); k++)
    if (strncmp(name, fitted[k].begins, strlen(fitted[k].begins)) == 0)
      return pro_comparison_preset(out, fitted[k].preset, NULL);
  PRO_TRY(pro_columns_number(&capacity, index, row, AT_capacity_Ah));
  if (isnan(capacity)) return PRO_OK; /* told by what is left zero */
  if (!(capacity > 1e-3 && capacity < 2000.0))
    return pro_columns_fail(index, row, AT_capacity_Ah, "capacity_Ah = %g is out of range (0.001 to 2000)",
                            capacity);
  pro_sheet_said said = {pro_columns_text(chemistry, sizeof chemistry, index, row, AT_chemistry),
                         pro_columns_text(format, sizeof format, index, row, AT_format), 3600.0 * capacity, NAN,
                         NAN};
  pro_datasheet sheet;
  pro_cell cell;
  const char *network;
  pro_sheet_make(&sheet, remark, sizeof remark, &said);
  char said_now[sizeof j->remark];
  snprintf(said_now, sizeof said_now, "%s: %s", name, remark);
  if (remark[0] && strcmp(said_now, j->remark) != 0) pro_rows_note(j->rows, "cell %s (guess)", said_now);
  memcpy(j->remark, said_now, sizeof said_now);
  PRO_TRY(pro_datasheet_cell(&cell, &network, &sheet));
  return pro_comparison_begin(out, &cell, network);
}

static double first_known(const float *x, size_t n) {
  for (size_t k = 0; x && k < n; k++)
    if (!isnan(x[k])) return x[k];
  return NAN;
}

static pro_status add_file(job *j, const char *folder, const pro_columns *index, size_t row, const char *preset) {
  char name[512], path[4096];
  double ambient;
  file f = {.T_ambient = NAN};
  pro_columns_text(name, sizeof name, index, row, AT_file);
  if (!name[0]) return pro_columns_fail(index, row, AT_file, "no file is named");
  PRO_TRY(choose_cell(&f.base, j, index, row, preset));
  if (!(f.base.cell.capacity > 0.0)) {
    pro_rows_note(j->rows, "%s is left out: the index does not say its capacity; --cell can", name);
    return PRO_OK;
  }
  if (pro_columns_number(&ambient, index, row, AT_ambient_degC) != PRO_OK) ambient = NAN; /* "room" */
  if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
    return pro_columns_fail(index, row, AT_file, "the path is too long");
  PRO_TRY(pro_trace_read(&f.trace, path));
  const char *why = unfit(f.trace, &f.base.cell);
  if (why) {
    pro_rows_note(j->rows, "%s is left out: %s", name, why);
    pro_trace_free(f.trace);
    return PRO_OK;
  }
  f.T_ambient = first_known(f.trace->channel[PRO_CHANNEL_T_ambient], f.trace->samples);
  if (isnan(f.T_ambient)) f.T_ambient = first_known(f.trace->channel[PRO_CHANNEL_T_surface], f.trace->samples);
  if (isnan(f.T_ambient)) f.T_ambient = (isnan(ambient) ? 25.0 : ambient) + PRO_ZERO_CELSIUS;
  j->file[j->files++] = f;
  return cut(j, j->files - 1);
}

/* ---- runs ---- */

static void follow(pro_channel *channel, const piece *p, const double *value) {
  *channel = (pro_channel){.points = p->knots, .course_t = p->t, .course_value = value};
}

static pro_status make(pro_case *out, uint64_t k, const void *recipe) {
  const job *j = recipe;
  const piece *p = &j->piece[k];
  *out = j->file[p->file].base;
  out->run = k;
  out->T_initial = p->T_initial;
  out->soc_initial = p->soc;
  out->duration = p->t[p->knots - 1];
  out->period = fmax(1.0, out->duration / 1e6);
  PRO_TRY(pro_comparison_abuse(out, "heater", "power=0 W"));     /* a cell at rest, */
  follow(&out->drive.channel[PRO_DRIVE_current], p, p->current); /* but for its current */
  follow(&out->drive.channel[PRO_DRIVE_T_ambient], p, p->ambient);
  return PRO_OK;
}

static double value_at(const pro_trajectory *y, pro_truth what, double t, double period) {
  double x = t / period;
  size_t k = x > 0.0 ? (size_t)x : 0;
  const double *v = y->truth[what];
  if (k + 1 >= y->samples) return v[y->samples - 1];
  return v[k] + (x - (double)k) * (v[k + 1] - v[k]);
}

static void add_error(error *to, const float *measured, const pro_trace *trace, const piece *p, const pro_run *run,
                      pro_truth what) {
  to->failed |= !run->truth;
  for (size_t k = p->first; measured && run->truth && k < p->first + p->count; k++) {
    if (isnan(measured[k])) continue;
    double d = value_at(run->truth, what, trace->t[k] - trace->t[p->first], run->in.period) - (double)measured[k];
    to->squares += d * d;
    to->samples++;
  }
}

static pro_status take(void *data, uint64_t k, const pro_run *run) {
  job *j = data;
  const piece *p = &j->piece[k];
  file *f = &j->file[p->file];
  add_error(&f->voltage, f->trace->channel[PRO_CHANNEL_voltage], f->trace, p, run, PRO_TRUTH_voltage);
  add_error(&f->T, f->trace->channel[PRO_CHANNEL_T_surface], f->trace, p, run, PRO_TRUTH_T_surface);
  if (!run->truth) pro_rows_note(j->rows, "%s failed: %s", f->trace->name, run->message);
  return PRO_OK;
}

static double rms(const error *e) {
  return e->failed || e->samples == 0 ? NAN : sqrt(e->squares / (double)e->samples);
}

static void report(pro_rows *rows, const job *j) {
  error voltage = {0}, T = {0};
  for (size_t k = 0; k < j->files; k++) {
    const file *f = &j->file[k];
    pro_rows_add(rows, f->trace->name, "mV", NAN, 0.0, 40.0, 1e3 * rms(&f->voltage),
                 "voltage, rms error of %zu samples", f->voltage.samples);
    voltage.squares += f->voltage.squares, voltage.samples += f->voltage.samples;
    if (f->T.samples == 0 && !f->T.failed) continue;
    pro_rows_add(rows, f->trace->name, "K", NAN, 0.0, 1.0, rms(&f->T), "temperature, rms error of %zu samples",
                 f->T.samples);
    T.squares += f->T.squares, T.samples += f->T.samples;
  }
  pro_rows_add(rows, "all", "mV", NAN, NAN, NAN, 1e3 * rms(&voltage), "voltage, rms error of %zu files", j->files);
  pro_rows_add(rows, "all", "K", NAN, NAN, NAN, rms(&T), "temperature, rms error of %zu files", j->files);
}

static pro_status read_all(job *j, const pro_validate_options *options, const char *path) {
  pro_columns index;
  PRO_TRY(pro_columns_open(&index, path, names, 1));
  j->file = calloc(index.rows, sizeof *j->file);
  pro_status status = j->file ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for %zu traces", index.rows);
  for (size_t r = 0; r < index.rows && status == PRO_OK; r++)
    status = add_file(j, options->data, &index, r, options->cell);
  pro_columns_close(&index);
  return status;
}

static pro_status run(pro_rows *rows, const pro_validate_options *options) {
  char path[4096];
  if (snprintf(path, sizeof path, "%s/index.csv", options->data) >= (int)sizeof path)
    return pro_fail(PRO_EUSAGE, "--data: the path is too long");
  job j = {.rows = rows};
  pro_status status = read_all(&j, options, path);
  if (status == PRO_OK && j.pieces > 0) status = pro_comparison_sweep(rows, "stretches", j.pieces, make, take, &j);
  if (status == PRO_OK && j.files > 0) report(rows, &j);
  if (status == PRO_OK && j.files == 0)
    status = pro_fail(PRO_EINPUT, "%s: no trace can be replayed; the last one: %s", path,
                      rows->notes ? rows->note[rows->notes - 1] : "none is named");
  job_free(&j);
  return status;
}

const pro_comparison pro_comparison_drive = {
    .name = "drive",
    .doc = "voltage and temperature of a healthy cell with the measured current as input",
    .source = "P. Kollmeyer et al., McMaster University, LG HG2 (Mendeley cp3473x7xv)",
    .data = "measured/lg_hg2",
    .order = 90,
    .run = run,
};
