/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/columns.h - a CSV table read by the names of its columns. */
#ifndef PRO_COLUMNS_H
#define PRO_COLUMNS_H
#include "sim/csv.h"

typedef struct pro_columns { /* the whole file in memory; closed with pro_columns_close */
  pro_csv csv;
  const char *const *name; /* (columns), borrowed */
  int columns;
  size_t rows, room;
  pro_csv_cell *cell; /* (rows, columns); empty where the file has no such column or the row ends before it */
} pro_columns;

/* Reads the columns named in `name` (NULL-terminated); the first `needed` of them must be there, others may, and
 * columns not named are left out. `path` and `name` are borrowed. PRO_EINPUT "file:line:column: ...": no such
 * column, no rows, a cell too many; else as pro_csv_open. */
pro_status pro_columns_open(pro_columns *out, const char *path, const char *const *name,
                            int needed) PRO_MUST_CHECK;
void pro_columns_close(pro_columns *table);

/* The cell as text, cut to size - 1 bytes, printable; "" where there is none. Returns `to`. */
char *pro_columns_text(char *to, size_t size, const pro_columns *table, size_t row, int column);
/* The cell as a number; NaN where there is none. PRO_EINPUT: neither. */
pro_status pro_columns_number(double *out, const pro_columns *table, size_t row, int column) PRO_MUST_CHECK;
/* Fails with "file:line:column: " of that cell, or of the row's first one that is there. */
pro_status pro_columns_fail(const pro_columns *table, size_t row, int column, const char *format, ...)
    PRO_PRINTF(4, 5);
#endif
