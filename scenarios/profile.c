/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/profile.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/csv.h"
#include "sim/unit.h"

enum { COLUMNS_MAX = 4096, NAME_SIZE = 64, ROWS_MAX = 10000000 };
enum { ROLE_TIME = PRO_PROFILE_COUNT, ROLE_COUNT, ROLE_NONE = -1 };

#define PRO_AS_UNIT(name, unit, heading) unit,
static const char *const si_unit[ROLE_COUNT] = {PRO_PROFILE_LIST(PRO_AS_UNIT) "s"};
#define PRO_AS_HEADING(name, unit, heading) heading,
static const char *const heading[ROLE_COUNT] = {PRO_PROFILE_LIST(PRO_AS_HEADING) "time_s"};
static const double low[ROLE_COUNT] = {-1e6, 100.0, 100.0, -1e12}, high[ROLE_COUNT] = {1e6, 2000.0, 2000.0, 1e12};

/* Names in small letters and digits only. */
static const struct {
  const char *name;
  int role;
} aliases[] = {
    {"time", ROLE_TIME},
    {"testtime", ROLE_TIME},
    {"totaltime", ROLE_TIME},
    {"elapsedtime", ROLE_TIME},
    {"runtime", ROLE_TIME},
    {"current", PRO_PROFILE_current},
    {"cellcurrent", PRO_PROFILE_current},
    {"i", PRO_PROFILE_current},
    {"t", PRO_PROFILE_T}, /* a time where it has a unit of time */
    {"temp", PRO_PROFILE_T},
    {"temperature", PRO_PROFILE_T},
    {"surfacetemperature", PRO_PROFILE_T},
    {"tsurface", PRO_PROFILE_T},
    {"tcontact", PRO_PROFILE_T},
    {"tambient", PRO_PROFILE_T_ambient},
    {"tamb", PRO_PROFILE_T_ambient},
    {"ambienttemperature", PRO_PROFILE_T_ambient},
    {"chambertemperature", PRO_PROFILE_T_ambient},
    {"oventemperature", PRO_PROFILE_T_ambient},
};

static const struct {
  const char *written, *unit;
} spellings[] = {{"C", "degC"},   {"celsius", "degC"}, {"\xC2\xB0\x43", "degC"}, {"kelvin", "K"}, {"seconds", "s"},
                 {"sec", "s"},    {"S", "s"},          {"minutes", "min"},       {"hours", "h"},  {"H", "h"},
                 {"ampere", "A"}, {"amperes", "A"}};

typedef struct table {
  pro_csv csv;
  unsigned wanted;
  int columns;
  int role[COLUMNS_MAX];
  double factor[ROLE_COUNT], offset[ROLE_COUNT];
  int has[ROLE_COUNT];
  pro_profile *out;
  size_t room[PRO_PROFILE_COUNT], rows;
  double first, last; /* times of the first and of the last row [s] */
} table;

/* ---- the header ---- */

static int role_of(const char *text, size_t size) {
  char name[NAME_SIZE];
  size_t k = 0;
  for (size_t i = 0; i < size && k + 1 < sizeof name; i++)
    if (isalnum((unsigned char)text[i])) name[k++] = (char)tolower((unsigned char)text[i]);
  name[k] = '\0';
  for (size_t i = 0; i < PRO_COUNT(aliases); i++)
    if (strcmp(aliases[i].name, name) == 0) return aliases[i].role;
  return ROLE_NONE;
}

static int is_temperature(int role) { return role == PRO_PROFILE_T || role == PRO_PROFILE_T_ambient; }

/* Cuts "Current / A", "Current [A]", "Current (A)" and "current_A"; 0 where there is nothing to cut. */
static int cut_unit(char *unit, size_t unit_room, size_t *name_size, const pro_csv_cell *cell) {
  const char *text = cell->text, *end = text + cell->size, *cut = NULL;
  if (cell->size < 3) return 0;
  int closed = end[-1] == ']' || end[-1] == ')';
  char opens = end[-1] == ']' ? '[' : '(';
  end -= closed;
  for (const char *p = end - 1; closed && p > text && !cut; p--)
    if (*p == opens) cut = p;
  for (const char *p = text + 1; p + 1 < end && !cut; p++)
    if (*p == '/') cut = p;
  for (const char *p = end - 2; p > text && !cut; p--)
    if (*p == '_' || *p == ' ') cut = p;
  if (!cut) return 0;
  *name_size = (size_t)(cut - text);
  while (*name_size > 0 && text[*name_size - 1] == ' ') --*name_size;
  for (cut++; cut < end && *cut == ' '; cut++) continue;
  while (end > cut && end[-1] == ' ') end--;
  snprintf(unit, unit_room, "%.*s", (int)(end - cut), cut);
  for (size_t k = 0; k < PRO_COUNT(spellings); k++)
    if (strcmp(spellings[k].written, unit) == 0) snprintf(unit, unit_room, "%s", spellings[k].unit);
  return 1;
}

static pro_status read_heading(table *t, const pro_csv_cell *cell) {
  char shown[40], unit[32] = "", why[256];
  size_t name_size = cell->size;
  double factor = 1.0, offset = 0.0;
  int role = role_of(cell->text, cell->size);
  pro_csv_show(shown, sizeof shown, cell);
  if (role == ROLE_NONE && cut_unit(unit, sizeof unit, &name_size, cell)) role = role_of(cell->text, name_size);
  if (role == PRO_PROFILE_T && name_size == 1 && *unit && pro_unit_scale(&factor, &offset, unit, "s") == PRO_OK)
    role = ROLE_TIME;
  if (t->columns == COLUMNS_MAX) return pro_csv_fail(&t->csv, cell->start, "more than %d columns", COLUMNS_MAX);
  t->role[t->columns++] = ROLE_NONE;
  if (role == ROLE_NONE || (role != ROLE_TIME && !(t->wanted & 1u << role))) return PRO_OK;
  if (is_temperature(role) && !*unit)
    return pro_csv_fail(&t->csv, cell->start, "the temperature %s has no unit: name it %s", shown, heading[role]);
  if (*unit && pro_unit_scale(&factor, &offset, unit, si_unit[role]) != PRO_OK) {
    if (name_size == 1) return PRO_OK; /* T_core, I_limit: another thing, not another unit */
    snprintf(why, sizeof why, "%s", pro_error_message());
    return pro_csv_fail(&t->csv, cell->start, "%s: %s", shown, why);
  }
  if (t->has[role]) return pro_csv_fail(&t->csv, cell->start, "%s: a column before is that already", shown);
  t->role[t->columns - 1] = role;
  t->has[role] = 1;
  t->factor[role] = factor, t->offset[role] = offset;
  return PRO_OK;
}

static pro_status read_header(table *t) {
  if (!pro_csv_line(&t->csv))
    return pro_csv_fail(&t->csv, t->csv.text, "no table: nothing but blanks and comments");
  const char *start = t->csv.text + t->csv.at;
  pro_csv_guess_separator(&t->csv);
  while (t->csv.more) {
    pro_csv_cell cell;
    PRO_TRY(pro_csv_next(&cell, &t->csv));
    PRO_TRY(read_heading(t, &cell));
  }
  if (!t->has[ROLE_TIME]) return pro_csv_fail(&t->csv, start, "no column of the time: name it time_s");
  char names[96] = "";
  for (int c = 0; c < PRO_PROFILE_COUNT; c++) {
    size_t used = strlen(names);
    if (t->has[c]) return PRO_OK;
    if (t->wanted & 1u << c) snprintf(names + used, sizeof names - used, "%s%s", used ? " or " : "", heading[c]);
  }
  return pro_csv_fail(&t->csv, start, "no column of what is wanted here: name it %s", names);
}

/* ---- the rows ---- */

static pro_status append(table *t, int column, double time, double value) {
  pro_course *c = &t->out->column[column];
  if (c->points == t->room[column]) {
    size_t room = t->room[column] ? 2 * t->room[column] : 256;
    double *times = realloc(c->t, room * sizeof *times);
    if (times) c->t = times;
    double *values = realloc(c->value, room * sizeof *values);
    if (values) c->value = values;
    if (!times || !values) return pro_fail(PRO_ENOMEM, "%s: no memory for %zu rows", t->csv.path, room);
    t->room[column] = room;
  }
  c->t[c->points] = time;
  c->value[c->points++] = value;
  return PRO_OK;
}

static pro_status read_cell(double *value, table *t, const pro_csv_cell *cell, int role) {
  char shown[40];
  pro_csv_show(shown, sizeof shown, cell);
  int found = pro_csv_number(value, &t->csv, cell);
  if (found < 0) return pro_csv_fail(&t->csv, cell->start, "\"%s\" is not a number", shown);
  if (found == 0 && role == ROLE_TIME) return pro_csv_fail(&t->csv, cell->start, "a row without a time");
  *value = found ? *value * t->factor[role] + t->offset[role] : (double)NAN;
  if (found && !(*value >= low[role] && *value <= high[role]))
    return pro_csv_fail(&t->csv, cell->start, "%s = %s is out of range: allowed is %g to %g %s", heading[role],
                        shown, low[role], high[role], si_unit[role]);
  return PRO_OK;
}

static pro_status read_row(table *t) {
  double value[ROLE_COUNT];
  const char *start = t->csv.text + t->csv.at;
  for (int r = 0; r < ROLE_COUNT; r++) value[r] = NAN;
  for (int c = 0; t->csv.more; c++) {
    pro_csv_cell cell;
    PRO_TRY(pro_csv_next(&cell, &t->csv));
    if (c >= t->columns && cell.size > 0)
      return pro_csv_fail(&t->csv, cell.start, "a cell too many: the header names %d columns", t->columns);
    if (c < t->columns && t->role[c] != ROLE_NONE) PRO_TRY(read_cell(&value[t->role[c]], t, &cell, t->role[c]));
  }
  double time = value[ROLE_TIME];
  if (isnan(time)) return pro_csv_fail(&t->csv, start, "a row without a time");
  if (t->rows == 0) t->first = t->last = time;
  if (time < t->last) return pro_csv_fail(&t->csv, start, "time runs backwards: %g s after %g s", time, t->last);
  t->last = time;
  if (++t->rows > ROWS_MAX) return pro_csv_fail(&t->csv, start, "more than %d rows", ROWS_MAX);
  for (int c = 0; c < PRO_PROFILE_COUNT; c++)
    if (!isnan(value[c])) PRO_TRY(append(t, c, time - t->first, value[c]));
  return PRO_OK;
}

static pro_status read_table(table *t) {
  pro_sha256(t->out->hash, t->csv.text, t->csv.size); /* before quotes are taken out in place */
  PRO_TRY(read_header(t));
  while (pro_csv_line(&t->csv)) PRO_TRY(read_row(t));
  size_t values = 0;
  for (int c = 0; c < PRO_PROFILE_COUNT; c++) values += t->out->column[c].points;
  if (values == 0)
    return pro_csv_fail(&t->csv, t->csv.text + t->csv.size, "no rows with a value below the header");
  t->out->lasts = t->last - t->first;
  if (t->out->column[PRO_PROFILE_current].points > 0) return append(t, PRO_PROFILE_current, t->out->lasts, 0.0);
  return PRO_OK;
}

pro_status pro_profile_read(pro_profile **out, const char *path, unsigned wanted) {
  table *t = calloc(1, sizeof *t);
  if (t) t->out = calloc(1, sizeof *t->out), t->wanted = wanted;
  if (!t || !t->out) {
    free(t);
    return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  }
  pro_status status = pro_csv_open(&t->csv, path);
  if (status == PRO_OK) status = read_table(t);
  pro_csv_close(&t->csv);
  if (status == PRO_OK)
    *out = t->out; /* handed over */
  else
    pro_profile_free(t->out);
  free(t);
  return status;
}

void pro_profile_free(pro_profile *profile) {
  if (!profile) return;
  for (int c = 0; c < PRO_PROFILE_COUNT; c++) free(profile->column[c].t), free(profile->column[c].value);
  free(profile);
}

void pro_course_follow(pro_channel *channel, const pro_course *course, double delay) {
  memset(channel, 0, sizeof *channel);
  channel->points = course->points;
  channel->course_t = course->t, channel->course_value = course->value;
  channel->course_delay = delay;
}
