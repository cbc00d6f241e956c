/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/columns.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_COLUMNS_MAX = 512 };

static const pro_csv_cell *cell_at(const pro_columns *t, size_t row, int column) {
  return &t->cell[row * (size_t)t->columns + (size_t)column];
}

static int index_of(const pro_columns *t, const pro_csv_cell *cell) {
  for (int k = 0; k < t->columns; k++)
    if (strlen(t->name[k]) == cell->size && memcmp(t->name[k], cell->text, cell->size) == 0) return k;
  return -1;
}

/* role[c]: which of ours column c of the file is, or -1. */
static pro_status read_header(pro_columns *t, int *role, int *count, int needed) {
  pro_csv_cell cell;
  char shown[40];
  if (!pro_csv_line(&t->csv))
    return pro_csv_fail(&t->csv, t->csv.text, "no table: nothing but blanks and comments");
  const char *start = t->csv.text + t->csv.at;
  pro_csv_guess_separator(&t->csv);
  for (*count = 0; t->csv.more; ++*count) {
    PRO_TRY(pro_csv_next(&cell, &t->csv));
    if (*count == FILE_COLUMNS_MAX)
      return pro_csv_fail(&t->csv, cell.start, "more than %d columns", FILE_COLUMNS_MAX);
    role[*count] = index_of(t, &cell);
    for (int c = 0; role[*count] >= 0 && c < *count; c++)
      if (role[c] == role[*count])
        return pro_csv_fail(&t->csv, cell.start, "%s: column %d is that already",
                            pro_csv_show(shown, sizeof shown, &cell), c + 1);
  }
  for (int k = 0; k < needed; k++) {
    int found = 0;
    for (int c = 0; c < *count; c++) found |= role[c] == k;
    if (!found) return pro_csv_fail(&t->csv, start, "no column %s among the %d named here", t->name[k], *count);
  }
  return PRO_OK;
}

static pro_status read_row(pro_columns *t, const int *role, int count) {
  if (t->rows == t->room) {
    size_t room = t->room ? 2 * t->room : 64;
    pro_csv_cell *grown = realloc(t->cell, room * (size_t)t->columns * sizeof *grown);
    if (!grown) return pro_fail(PRO_ENOMEM, "%s: no memory for %zu rows", t->csv.path, room);
    t->cell = grown, t->room = room;
  }
  pro_csv_cell cell, *row = &t->cell[t->rows * (size_t)t->columns];
  memset(row, 0, (size_t)t->columns * sizeof *row);
  const char *start = t->csv.text + t->csv.at;
  for (int c = 0; t->csv.more; c++) {
    PRO_TRY(pro_csv_next(&cell, &t->csv));
    if (c >= count && cell.size > 0)
      return pro_csv_fail(&t->csv, cell.start, "a cell too many: the header names %d columns", count);
    if (c < count && role[c] >= 0) row[role[c]] = cell;
  }
  for (int k = 0; k < t->columns; k++)
    if (!row[k].text) row[k] = (pro_csv_cell){start, 0, start};
  t->rows++;
  return PRO_OK;
}

static pro_status read_table(pro_columns *t, int needed) {
  int role[FILE_COLUMNS_MAX], count = 0;
  PRO_TRY(read_header(t, role, &count, needed));
  while (pro_csv_line(&t->csv)) PRO_TRY(read_row(t, role, count));
  if (t->rows == 0) return pro_csv_fail(&t->csv, t->csv.text + t->csv.size, "no rows below the header");
  return PRO_OK;
}

pro_status pro_columns_open(pro_columns *out, const char *path, const char *const *name, int needed) {
  pro_columns t = {.name = name};
  while (name[t.columns]) t.columns++;
  PRO_TRY(pro_csv_open(&t.csv, path));
  pro_status status = read_table(&t, needed);
  if (status == PRO_OK)
    *out = t;
  else
    pro_columns_close(&t);
  return status;
}

void pro_columns_close(pro_columns *table) {
  pro_csv_close(&table->csv);
  free(table->cell);
  table->cell = NULL;
  table->rows = 0;
}

char *pro_columns_text(char *to, size_t size, const pro_columns *table, size_t row, int column) {
  return pro_csv_show(to, size, cell_at(table, row, column));
}

pro_status pro_columns_number(double *out, const pro_columns *table, size_t row, int column) {
  const pro_csv_cell *cell = cell_at(table, row, column);
  double value = NAN;
  char shown[40];
  int found = pro_csv_number(&value, &table->csv, cell);
  if (found < 0)
    return pro_csv_fail(&table->csv, cell->start, "%s: \"%s\" is not a number", table->name[column],
                        pro_csv_show(shown, sizeof shown, cell));
  *out = found ? value : NAN;
  return PRO_OK;
}

pro_status pro_columns_fail(const pro_columns *table, size_t row, int column, const char *format, ...) {
  char text[512];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return pro_csv_fail(&table->csv, cell_at(table, row, column)->start, "%s", text);
}
