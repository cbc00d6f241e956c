/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/trace.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "output/trace_index.h"
#include "sim/csv.h"
#include "sim/unit.h"

enum { COLUMNS_MAX = 4096, USED_MAX = 64, NAME_SIZE = 64 };

/* What a column is: a channel, or one of these. */
enum { ROLE_TIME = PRO_CHANNEL_COUNT, ROLE_CLOCK, ROLE_SEGMENT, ROLE_IGNORED, ROLE_COUNT };

#define PRO_AS_UNIT(name, unit) unit,
static const char *const si_unit[ROLE_COUNT] = {PRO_CHANNEL_LIST(PRO_AS_UNIT) "s", "s", "1", "1"};
#undef PRO_AS_UNIT

/* Names in small letters and digits only. A temperature may carry a number at its end. */
static const struct {
  const char *name;
  int role;
} aliases[] = {
    {"time", ROLE_TIME},
    {"testtime", ROLE_TIME},
    {"totaltime", ROLE_TIME},
    {"elapsedtime", ROLE_TIME},
    {"timeelapsed", ROLE_TIME},
    {"runtime", ROLE_TIME},
    {"t", ROLE_TIME}, /* unless it has a unit of temperature */
    {"unixtime", ROLE_CLOCK},
    {"timestamp", ROLE_CLOCK},
    {"segment", ROLE_SEGMENT},
    {"voltage", PRO_CHANNEL_voltage},
    {"cellvoltage", PRO_CHANNEL_voltage},
    {"terminalvoltage", PRO_CHANNEL_voltage},
    {"v", PRO_CHANNEL_voltage},
    {"u", PRO_CHANNEL_voltage},
    {"current", PRO_CHANNEL_current},
    {"cellcurrent", PRO_CHANNEL_current},
    {"i", PRO_CHANNEL_current},
    {"temperature", PRO_CHANNEL_T_surface},
    {"temperaturet", PRO_CHANNEL_T_surface},
    {"surfacetemperature", PRO_CHANNEL_T_surface},
    {"surfacetemperaturet", PRO_CHANNEL_T_surface},
    {"celltemperature", PRO_CHANNEL_T_surface},
    {"temp", PRO_CHANNEL_T_surface},
    {"tc", PRO_CHANNEL_T_surface},
    {"tmax", PRO_CHANNEL_T_surface},
    {"tcell", PRO_CHANNEL_T_surface},
    {"tsurface", PRO_CHANNEL_T_surface},
    {"ambienttemperature", PRO_CHANNEL_T_ambient},
    {"chambertemperature", PRO_CHANNEL_T_ambient},
    {"oventemperature", PRO_CHANNEL_T_ambient},
    {"tambient", PRO_CHANNEL_T_ambient},
    {"tamb", PRO_CHANNEL_T_ambient},
    {"pressure", PRO_CHANNEL_pressure},
    {"gaugepressure", PRO_CHANNEL_pressure},
    {"gash2", PRO_CHANNEL_gas_H2},
    {"h2", PRO_CHANNEL_gas_H2},
    {"gasco", PRO_CHANNEL_gas_CO},
    {"co", PRO_CHANNEL_gas_CO},
    {"gasco2", PRO_CHANNEL_gas_CO2},
    {"co2", PRO_CHANNEL_gas_CO2},
    {"gasvoc", PRO_CHANNEL_gas_VOC},
    {"voc", PRO_CHANNEL_gas_VOC},
};

/* Units as people and file formats write them, for the unit table. */
static const struct {
  const char *written, *unit;
} spellings[] = {{"S", "s"},         {"V", "V"},          {"A", "A"},        {"K", "K"},        {"H", "h"},
                 {"min", "min"},     {"second", "s"},     {"seconds", "s"},  {"sec", "s"},      {"minute", "min"},
                 {"minutes", "min"}, {"hour", "h"},       {"hours", "h"},    {"hr", "h"},       {"volt", "V"},
                 {"volts", "V"},     {"millivolt", "mV"}, {"ampere", "A"},   {"amperes", "A"},  {"amp", "A"},
                 {"amps", "A"},      {"celsius", "degC"}, {"deg_c", "degC"}, {"deg C", "degC"}, {"kelvin", "K"},
                 {"pascal", "Pa"},   {"percent", "%"},    {"mol/mol", "1"},  {"-", "1"}};

typedef struct column {
  int at, role; /* in the file, from 0 */
  double factor, offset;
  char name[NAME_SIZE]; /* as in aliases */
} column;

typedef struct table {
  pro_csv csv;
  int columns, used, wanted_time;
  column column[USED_MAX];
  int use[COLUMNS_MAX]; /* column of the file -> column used, or -1 */
  double *t;            /* [s] (rows) */
  float *value;         /* SI (rows, used) */
  int *segment;         /* (rows) */
  size_t rows, room;
  long dropped;
  int segments; /* there is such a column */
} table;

/* ---- the header ---- */

static void squeeze(char *to, size_t size, const char *text, size_t n) {
  size_t k = 0;
  for (size_t i = 0; i < n && k + 1 < size; i++)
    if (isalnum((unsigned char)text[i])) to[k++] = (char)tolower((unsigned char)text[i]);
  to[k] = '\0';
}

static int role_of(const char *name) {
  char base[NAME_SIZE];
  snprintf(base, sizeof base, "%s", name);
  for (int pass = 0; pass < 2; pass++) {
    for (size_t k = 0; k < PRO_COUNT(aliases); k++)
      if (strcmp(aliases[k].name, base) == 0 && (pass == 0 || aliases[k].role == PRO_CHANNEL_T_surface))
        return aliases[k].role;
    if (strcmp(base, "t") != 0 && base[0] == 't' && strspn(base + 1, "0123456789") == strlen(base) - 1)
      return PRO_CHANNEL_T_surface; /* T1, T2, ... */
    size_t n = strlen(base);
    while (n > 0 && isdigit((unsigned char)base[n - 1])) base[--n] = '\0';
  }
  return -1;
}

static int is_temperature(int role) { return role == PRO_CHANNEL_T_surface || role == PRO_CHANNEL_T_ambient; }

/* The unit's text for the unit table. "C" is what loggers write for degrees Celsius, in ASCII, Latin-1 and UTF-8.
 */
static void unit_of(char *to, size_t size, const char *text, size_t n, int temperature) {
  snprintf(to, size, "%.*s", (int)(n < size ? n : size - 1), text);
  for (size_t k = 0; k < PRO_COUNT(spellings); k++)
    if (strcasecmp(to, spellings[k].written) == 0) snprintf(to, size, "%s", spellings[k].unit);
  if (temperature && (strcasecmp(to, "C") == 0 ||
                      strcmp(to,
                             "\xB0"
                             "C") == 0 ||
                      strcmp(to,
                             "\xC2\xB0"
                             "C") == 0 ||
                      strcasecmp(to, "degC") == 0))
    snprintf(to, size, "degC");
}

/* Cuts "Voltage / V", "Voltage [V]", "Voltage (V)" and "voltage_V"; 0 where no unit can be told apart. */
static int cut_unit(const pro_csv_cell *cell, size_t *name, const char **unit, size_t *unit_size) {
  const char *text = cell->text, *end = text + cell->size, *cut = NULL;
  if (cell->size > 2 && (end[-1] == ']' || end[-1] == ')')) {
    for (const char *p = end - 2; p > text && !cut; p--)
      if (*p == (end[-1] == ']' ? '[' : '(')) cut = p;
    end--;
  }
  for (const char *p = text + 1; p + 1 < end && !cut; p++)
    if (*p == '/') cut = p;
  for (const char *p = end - 2; p > text && !cut; p--)
    if (*p == '_' || *p == ' ') cut = p;
  if (!cut) return 0;
  *name = (size_t)(cut - text);
  for (cut++; cut < end && *cut == ' '; cut++) continue;
  *unit = cut, *unit_size = (size_t)(end - cut);
  return *unit_size > 0;
}

static int is_our_channel(const pro_csv_cell *cell) {
  for (int c = 0; c < PRO_CHANNEL_COUNT; c++)
    if (strlen(pro_channel_names[c]) == cell->size && memcmp(pro_channel_names[c], cell->text, cell->size) == 0)
      return 1;
  return 0;
}

/* What a heading means; role -1: nothing to us. */
static pro_status read_heading(column *out, const pro_csv *csv, const pro_csv_cell *cell) {
  char shown[40], unit[24] = "";
  const char *unit_text = "";
  size_t name_size = cell->size, unit_size = 0;
  out->factor = 1.0, out->offset = 0.0;
  squeeze(out->name, sizeof out->name, cell->text, cell->size);
  out->role = role_of(out->name);
  int plain = is_our_channel(cell); /* our own names are in SI, without saying so */
  if (!plain && cut_unit(cell, &name_size, &unit_text, &unit_size)) {
    char name[NAME_SIZE];
    squeeze(name, sizeof name, cell->text, name_size);
    int role = role_of(name);
    if (role >= 0) {
      snprintf(out->name, sizeof out->name, "%s", name);
      unit_of(unit, sizeof unit, unit_text, unit_size, is_temperature(role) || role == ROLE_TIME);
      int is_degrees = strcmp(unit, "degC") == 0 || strcmp(unit, "K") == 0;
      out->role = role == ROLE_TIME && strcmp(name, "t") == 0 && is_degrees ? PRO_CHANNEL_T_surface : role;
    }
  }
  if (out->role < 0) return PRO_OK;
  if (unit[0] == '\0') {
    if (!plain && (is_temperature(out->role) || (cell->size == 1 && cell->text[0] == 'T')))
      return pro_csv_fail(csv, cell->start, "the temperature %s has no unit: name it %s_degC, or %s_K",
                          pro_csv_show(shown, sizeof shown, cell), shown, shown);
    return PRO_OK;
  }
  if (pro_unit_scale(&out->factor, &out->offset, unit, si_unit[out->role]) == PRO_OK) return PRO_OK;
  if (strlen(out->name) == 1 &&
      (cell->text[1] == '_' || cell->text[1] == ' ')) { /* T_core, V_cell: no unit at all */
    out->role = -1;
    return PRO_OK;
  }
  char why[256];
  snprintf(why, sizeof why, "%s", pro_error_message());
  return pro_csv_fail(csv, cell->start, "%s: %s", pro_csv_show(shown, sizeof shown, cell), why);
}

static const column *find_role(const table *t, int role) {
  for (int k = 0; k < t->used; k++)
    if (t->column[k].role == role) return &t->column[k];
  return NULL;
}

static pro_status keep_column(table *t, const column *new, const pro_csv_cell *cell) {
  char shown[40];
  if (t->columns == COLUMNS_MAX) return pro_csv_fail(&t->csv, cell->start, "more than %d columns", COLUMNS_MAX);
  t->use[t->columns] = -1;
  if (new->role >= 0) {
    const column *same = find_role(t, new->role);
    if (same && new->role != PRO_CHANNEL_T_surface)
      return pro_csv_fail(&t->csv, cell->start, "%s: column %d is that already",
                          pro_csv_show(shown, sizeof shown, cell), same->at + 1);
    if (t->used == USED_MAX)
      return pro_csv_fail(&t->csv, cell->start, "more than %d columns with a meaning", USED_MAX);
    t->use[t->columns] = t->used;
    t->column[t->used] = *new;
    t->column[t->used++].at = t->columns;
  }
  t->columns++;
  return PRO_OK;
}

static pro_status read_header(table *t) {
  if (!pro_csv_line(&t->csv))
    return pro_csv_fail(&t->csv, t->csv.text, "no table: nothing but blanks and comments");
  const char *start = t->csv.text + t->csv.at;
  pro_csv_guess_separator(&t->csv);
  char first[40] = "";
  while (t->csv.more) {
    pro_csv_cell cell;
    column new;
    PRO_TRY(pro_csv_next(&cell, &t->csv));
    if (t->columns == 0) pro_csv_show(first, sizeof first, &cell);
    PRO_TRY(read_heading(&new, &t->csv, &cell));
    PRO_TRY(keep_column(t, &new, &cell));
  }
  t->wanted_time = find_role(t, ROLE_TIME) ? ROLE_TIME : ROLE_CLOCK;
  if (!find_role(t, t->wanted_time))
    return pro_csv_fail(&t->csv, start,
                        "no time column among the %d named here (the first is \"%s\"); name one time_s",
                        t->columns, first);
  int channels = 0;
  for (int k = 0; k < t->used; k++) channels += t->column[k].role < PRO_CHANNEL_COUNT;
  if (channels == 0)
    return pro_csv_fail(&t->csv, start, "no column of a voltage, current, temperature, pressure or gas");
  t->segments = find_role(t, ROLE_SEGMENT) != NULL;
  return PRO_OK;
}

/* ---- the rows ---- */

static pro_status grow(table *t) {
  if (t->rows < t->room) return PRO_OK;
  size_t room = t->room ? 2 * t->room : 1024;
  double *times = realloc(t->t, room * sizeof *times);
  if (times) t->t = times;
  float *values = realloc(t->value, room * (size_t)t->used * sizeof *values);
  if (values) t->value = values;
  int *segments = realloc(t->segment, room * sizeof *segments);
  if (segments) t->segment = segments;
  if (!times || !values || !segments) return pro_fail(PRO_ENOMEM, "%s: no memory for %zu rows", t->csv.path, room);
  t->room = room;
  return PRO_OK;
}

typedef struct row_state {
  double shift; /* added to the time, where segments begin at zero again [s] */
  int last_segment;
} row_state;

static pro_status read_row(table *t, row_state *state) {
  float *row = t->value + t->rows * (size_t)t->used;
  for (int k = 0; k < t->used; k++) row[k] = NAN;
  double time = NAN;
  char shown[40];
  for (int c = 0; t->csv.more; c++) {
    pro_csv_cell cell;
    PRO_TRY(pro_csv_next(&cell, &t->csv));
    if (c >= t->columns) {
      if (cell.size == 0) continue;
      return pro_csv_fail(&t->csv, cell.start, "a cell too many: the header names %d columns", t->columns);
    }
    if (t->use[c] < 0) continue;
    const column *col = &t->column[t->use[c]];
    double value = NAN;
    int found = pro_csv_number(&value, &t->csv, &cell);
    if (found < 0)
      return pro_csv_fail(&t->csv, cell.start, "\"%s\" is not a number", pro_csv_show(shown, sizeof shown, &cell));
    if (found == 0) continue;
    value = value * col->factor + col->offset;
    if (col->role == t->wanted_time)
      time = value;
    else
      row[t->use[c]] = (float)fmax(-FLT_MAX, fmin(FLT_MAX, value));
  }
  int segment = state->last_segment;
  if (t->segments) {
    float given = row[find_role(t, ROLE_SEGMENT) - t->column];
    if (given >= -1e6f && given <= 1e6f) segment = (int)given;
  }
  double last = t->rows > 0 ? t->t[t->rows - 1] : -INFINITY;
  if (t->rows > 0 && segment != state->last_segment && time + state->shift < last) state->shift = last - time;
  time += state->shift;
  if (!(time >= last)) {
    t->dropped++;
    return PRO_OK;
  }
  state->last_segment = segment;
  t->t[t->rows] = time;
  t->segment[t->rows++] = segment;
  return PRO_OK;
}

static pro_status read_rows(table *t) {
  row_state state = {0.0, 0};
  while (pro_csv_line(&t->csv)) {
    PRO_TRY(grow(t));
    PRO_TRY(read_row(t, &state));
  }
  if (t->rows == 0 && t->dropped == 0)
    return pro_csv_fail(&t->csv, t->csv.text + t->csv.size, "no rows below the header");
  if ((size_t)t->dropped > t->rows)
    return pro_csv_fail(&t->csv, t->csv.text, "%ld of %zu rows have no time or one before the row above",
                        t->dropped, t->rows + (size_t)t->dropped);
  return PRO_OK;
}

/* ---- the trace ---- */

/* A sensor that never moves while others do is stuck; readings below -30 or above 1300 degC while another one is
 * within are of a broken or detached one. What is clipped stays: it is that hot at least. */
static const float coldest = 243.15f, hottest = 1573.15f; /* [K] */

static int is_stuck(const table *t, int k) {
  float first = NAN;
  size_t n = 0;
  for (size_t r = 0; r < t->rows; r++) {
    float x = t->value[r * (size_t)t->used + (size_t)k];
    if (isnan(x)) continue;
    if (n++ == 0) first = x;
    if (x != first) return 0;
  }
  return n >= 10;
}

static void merge_temperatures(float *out, const table *t) {
  int use[USED_MAX], n = 0, alive = 0;
  for (int k = 0; k < t->used; k++)
    if (t->column[k].role == PRO_CHANNEL_T_surface) use[n++] = k;
  int stuck[USED_MAX];
  for (int i = 0; i < n; i++) alive += !(stuck[i] = n > 1 && is_stuck(t, use[i]));
  for (size_t r = 0; r < t->rows; r++) {
    float best = NAN, doubtful = NAN;
    for (int i = 0; i < n; i++) {
      float x = t->value[r * (size_t)t->used + (size_t)use[i]];
      if (isnan(x) || (stuck[i] && alive > 0)) continue;
      if (x >= coldest && x <= hottest)
        best = best >= x ? best : x;
      else
        doubtful = doubtful >= x ? doubtful : x;
    }
    out[r] = isnan(best) ? doubtful : best;
  }
}

static void copy_column(float *out, const table *t, int k) {
  for (size_t r = 0; r < t->rows; r++) out[r] = t->value[r * (size_t)t->used + (size_t)k];
}

static int is_empty(const float *x, size_t n) {
  for (size_t r = 0; r < n; r++)
    if (!isnan(x[r])) return 0;
  return 1;
}

static pro_status build(pro_trace **out, const table *t, const char *name, size_t name_size) {
  int present[PRO_CHANNEL_COUNT] = {0}, channels = 0;
  for (int k = 0; k < t->used; k++)
    if (t->column[k].role < PRO_CHANNEL_COUNT) present[t->column[k].role] = 1;
  for (int c = 0; c < PRO_CHANNEL_COUNT; c++) channels += present[c];
  size_t head = (sizeof(pro_trace) + 15) & ~(size_t)15;
  size_t row = sizeof(double) + (size_t)channels * sizeof(float) + sizeof(int);
  char *block = calloc(1, head + t->rows * row + name_size + 1);
  if (!block) return pro_fail(PRO_ENOMEM, "%s: no memory for %zu rows", t->csv.path, t->rows);
  pro_trace *trace = (pro_trace *)(void *)block;
  trace->samples = t->rows;
  trace->dropped = t->dropped;
  trace->t = (double *)(void *)(block + head);
  float *next = (float *)(void *)(trace->t + t->rows);
  int any = 0;
  for (int c = 0; c < PRO_CHANNEL_COUNT; c++) {
    if (!present[c]) continue;
    if (c == PRO_CHANNEL_T_surface)
      merge_temperatures(next, t);
    else
      copy_column(next, t, (int)(find_role(t, c) - t->column));
    if (!is_empty(next, t->rows)) trace->channel[c] = next, any = 1;
    next += t->rows;
  }
  trace->segment = (int *)(void *)next;
  memcpy(trace->segment, t->segment, t->rows * sizeof *trace->segment);
  for (size_t r = 0; r < t->rows; r++) trace->t[r] = t->t[r] - t->t[0];
  trace->name = (char *)(trace->segment + t->rows);
  memcpy(trace->name, name, name_size);
  if (!any) {
    free(block);
    return pro_csv_fail(&t->csv, t->csv.text, "no value in any column of a voltage, current, temperature or gas");
  }
  *out = trace;
  return PRO_OK;
}

/* What the index says of single thermocouples: one beside the heater is no reading of the cell, and one in the air
 * is the surroundings. */
static void apply_index(table *t, const pro_trace_index *index) {
  for (int k = 0; k < t->used; k++) {
    if (t->column[k].role != PRO_CHANNEL_T_surface || strlen(t->column[k].name) < 2) continue;
    if (strcasecmp(t->column[k].name, index->heater) == 0) t->column[k].role = ROLE_IGNORED;
    if (strcasecmp(t->column[k].name, index->ambient) == 0 && !find_role(t, PRO_CHANNEL_T_ambient))
      t->column[k].role = PRO_CHANNEL_T_ambient;
  }
}

static pro_status read_table(pro_trace **out, table *t) {
  const char *path = t->csv.path, *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
  const char *dot = strrchr(file, '.');
  size_t name_size = dot && dot > file ? (size_t)(dot - file) : strlen(file);
  PRO_TRY(read_header(t));
  PRO_TRY(read_rows(t));
  pro_trace_index index;
  PRO_TRY(pro_trace_index_find(&index, path));
  apply_index(t, &index);
  pro_trace *trace = NULL;
  PRO_TRY(build(&trace, t, file, name_size));
  trace->nameplate = index.nameplate;
  snprintf(trace->outcome, sizeof trace->outcome, "%s", index.outcome);
  trace->t_runaway = index.t_runaway - t->t[0]; /* the index counts in the file's time */
  trace->t_short = index.t_short - t->t[0];
  *out = trace;
  return PRO_OK;
}

pro_status pro_trace_read(pro_trace **out, const char *path) {
  table *t = calloc(1, sizeof *t);
  if (!t) return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  pro_status status = pro_csv_open(&t->csv, path);
  if (status == PRO_OK) status = read_table(out, t);
  pro_csv_close(&t->csv);
  free(t->t);
  free(t->value);
  free(t->segment);
  free(t);
  return status;
}

void pro_trace_free(pro_trace *trace) { free(trace); }
