/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/csv.h - reads a table of text: comma, semicolon or tab, quotes, any line ends, comments, and where it broke.
 */
#ifndef PRO_CSV_H
#define PRO_CSV_H
#include <stddef.h>

#include "sim/base.h"

typedef struct pro_csv { /* the whole file in memory; closed with pro_csv_close */
  const char *path;      /* borrowed: for messages */
  char *text;
  size_t size, at;
  char separator;
  int more; /* cells are left in the present line */
} pro_csv;

typedef struct pro_csv_cell { /* borrowed from the table; not terminated */
  const char *text;           /* without quotes and surrounding blanks */
  size_t size;
  const char *start; /* where it stands in the file, for pro_csv_fail */
} pro_csv_cell;

/* PRO_EMISSING: absent, unreadable, a folder. PRO_EINPUT: empty, UTF-16, or NUL bytes in it. PRO_ENOMEM, PRO_EIO.
 */
pro_status pro_csv_open(pro_csv *out, const char *path) PRO_MUST_CHECK;
void pro_csv_close(pro_csv *csv);
/* Goes to the next line that is neither blank nor a comment (#); 0: there is none. Unread cells are skipped. */
int pro_csv_line(pro_csv *csv);
/* Chooses the separator: the one that the present line, its quoted parts left out, has most of. */
void pro_csv_guess_separator(pro_csv *csv);
/* The next cell of the line; call while csv->more. PRO_EINPUT: a quote that is never closed. */
pro_status pro_csv_next(pro_csv_cell *out, pro_csv *csv) PRO_MUST_CHECK;
/* 1: a number, in *out. 0: missing (blank, nan, NA, null, inf and the like). -1: neither. A comma is a decimal
 * mark where it is not the separator. */
int pro_csv_number(double *out, const pro_csv *csv, const pro_csv_cell *cell);
/* Writes at most size - 1 characters of the cell, terminated, with what is not printable ASCII as '?'. Returns
 * `to`. */
char *pro_csv_show(char *to, size_t size, const pro_csv_cell *cell);
/* Fails with "path:line:column: " and the message; `where` points into the table. Columns count characters. */
pro_status pro_csv_fail(const pro_csv *csv, const char *where, const char *format, ...) PRO_PRINTF(3, 4);
#endif
