/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/table.h - a table of text whose columns line up. */
#ifndef PRO_TABLE_H
#define PRO_TABLE_H
#include <stdio.h>

#include "sim/base.h"

enum { PRO_TABLE_COLUMNS = 16, PRO_TABLE_CELL = 256 };
typedef struct pro_table {
  int columns;
  size_t cells, room; /* in use, and allocated */
  const char *align;           /* a letter a column: 'l' or 'r' */
  char (*cell)[PRO_TABLE_CELL]; /* (cells), row by row */
  int failed;                  /* out of memory */
} pro_table;

void pro_table_begin(pro_table *table, const char *align);
void pro_table_cell(pro_table *table, const char *format, ...) PRO_PRINTF(2, 3); /* the next cell, row by row */
/* Prints with two blanks between columns and a rule under the first row, then frees. PRO_ENOMEM. */
pro_status pro_table_print(pro_table *table, FILE *to) PRO_MUST_CHECK;
void pro_table_free(pro_table *table);
#endif
