/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/rows.h"

#include <math.h>
#include <stdio.h>

#include "cli/table.h"

static void row_json(pro_json *json, const pro_row *row) {
  pro_json_object(json, NULL);
  pro_json_text(json, "group", row->group);
  pro_json_text(json, "what", row->what);
  pro_json_text(json, "unit", row->unit);
  pro_json_number(json, "measured", row->measured);
  pro_json_number(json, "low", row->low);
  pro_json_number(json, "high", row->high);
  pro_json_number(json, "computed", row->computed);
  pro_json_number(json, "difference", row->computed - row->measured);
  pro_json_text(json, "verdict", pro_judged_names[row->verdict]);
  pro_json_end(json);
}

void pro_rows_json(pro_json *json, const pro_rows *rows) {
  pro_json_array(json, "rows");
  for (size_t k = 0; k < rows->count; k++) row_json(json, &rows->row[k]);
  pro_json_end(json);
  pro_json_array(json, "notes");
  for (size_t k = 0; k < rows->notes; k++) pro_json_text(json, NULL, rows->note[k]);
  pro_json_end(json);
}

static void number(pro_table *t, double value) {
  if (isfinite(value))
    pro_table_cell(t, "%.4g", value);
  else
    pro_table_cell(t, "-");
}

static void print_note(const char *note) {
  char text[1024];
  snprintf(text, sizeof text, "%s", note);
  pro_make_printable(text);
  printf("  note: %s\n", text);
}

pro_status pro_rows_print(const pro_rows *rows) {
  static const char *const head[] = {"group", "what",     "unit",       "measured", "low",
                                     "high",  "computed", "difference", "verdict"};
  pro_table table;
  pro_table_begin(&table, "lllrrrrrl");
  for (size_t c = 0; c < PRO_COUNT(head); c++) pro_table_cell(&table, "%s", head[c]);
  for (size_t k = 0; k < rows->count; k++) {
    const pro_row *row = &rows->row[k];
    pro_table_cell(&table, "%s", row->group);
    pro_table_cell(&table, "%s", row->what);
    pro_table_cell(&table, "%s", row->unit);
    number(&table, row->measured);
    number(&table, row->low);
    number(&table, row->high);
    number(&table, row->computed);
    number(&table, row->computed - row->measured);
    pro_table_cell(&table, "%s", pro_judged_names[row->verdict]);
  }
  if (rows->count > 0)
    PRO_TRY(pro_table_print(&table, stdout));
  else
    pro_table_free(&table);
  for (size_t k = 0; k < rows->notes; k++) print_note(rows->note[k]);
  return PRO_OK;
}
