/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/rows.h - prints rows of computed beside measured. */
#ifndef PRO_ROWS_H
#define PRO_ROWS_H
#include "cli/comparison.h"
#include "cli/json.h"

pro_status pro_rows_print(const pro_rows *rows) PRO_MUST_CHECK; /* a table and the notes below it, on stdout */
void pro_rows_json(pro_json *json, const pro_rows *rows); /* members "rows" and "notes" of the innermost object */
#endif
