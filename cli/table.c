/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void pro_table_begin(pro_table *table, const char *align) {
  *table = (pro_table){.columns = (int)strlen(align), .align = align};
}

void pro_table_cell(pro_table *table, const char *format, ...) {
  if (table->cells == table->room) {
    size_t room = table->room ? 2 * table->room : 64;
    void *grown = realloc(table->cell, room * sizeof *table->cell);
    if (!grown) {
      table->failed = 1;
      return;
    }
    table->cell = grown;
    table->room = room;
  }
  va_list args;
  va_start(args, format);
  vsnprintf(table->cell[table->cells], PRO_TABLE_CELL, format, args);
  va_end(args);
  pro_make_printable(table->cell[table->cells++]);
}

void pro_table_free(pro_table *table) {
  free(table->cell);
  *table = (pro_table){0};
}

static void print_row(const pro_table *table, FILE *to, size_t row, const int *width) {
  for (int c = 0; c < table->columns; c++) {
    const char *text = table->cell[row * (size_t)table->columns + (size_t)c];
    int last = c == table->columns - 1, left = table->align[c] == 'l';
    if (left && last)
      fputs(text, to);
    else
      fprintf(to, "%*s", left ? -width[c] : width[c], text);
    fputs(last ? "\n" : "  ", to);
  }
}

pro_status pro_table_print(pro_table *table, FILE *to) {
  int width[PRO_TABLE_COLUMNS] = {0};
  if (table->failed) {
    pro_table_free(table);
    return pro_fail(PRO_ENOMEM, "no memory for a table");
  }
  size_t rows = table->cells / (size_t)table->columns;
  for (size_t k = 0; k < rows * (size_t)table->columns; k++) {
    int length = (int)strlen(table->cell[k]), *w = &width[k % (size_t)table->columns];
    if (length > *w) *w = length;
  }
  for (size_t row = 0; row < rows; row++) {
    print_row(table, to, row, width);
    if (row > 0) continue;
    for (int c = 0; c < table->columns; c++) {
      for (int k = 0; k < width[c]; k++) fputc('-', to);
      fputs(c == table->columns - 1 ? "\n" : "  ", to);
    }
  }
  pro_table_free(table);
  return PRO_OK;
}
