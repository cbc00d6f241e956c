/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/fields.h"

#include <math.h>

void pro_fields_cell(FILE *to, const char *text) {
  for (; text && *text; text++) {
    if (*text == '|') fputc('\\', to);
    fputc(*text == '\n' ? ' ' : *text, to);
  }
}

static void print_value(FILE *to, const pro_field *f, const void *object) {
  char text[64];
  double value = object ? pro_field_get(f, object) : f->initial;
  if (!object && f->need == PRO_NEEDED)
    fputs("must be given", to);
  else if (f->need == PRO_OPTIONAL && (!object || isnan(value)))
    fputs("not given", to);
  else {
    pro_field_print(text, sizeof text, f, value);
    fputs(text, to);
  }
}

static void print_range(FILE *to, const pro_field *f) {
  if (f->kind == PRO_CHOICE)
    for (int k = 0; f->choices[k]; k++) fprintf(to, "%s%s", k ? ", " : "", f->choices[k]);
  else
    fprintf(to, "%.6g to %.6g", f->low, f->high);
}

void pro_fields_print(FILE *to, const pro_field *table, const void *object, const char *prefix) {
  fprintf(to, "| key | unit | %s | range | meaning |\n|---|---|---|---|---|\n", object ? "value" : "default");
  for (const pro_field *f = table; f->name; f++) {
    fprintf(to, "| `%s%s` | %s | ", prefix, f->name, f->kind == PRO_CHOICE ? "name" : f->unit);
    print_value(to, f, object);
    fputs(" | ", to);
    print_range(to, f);
    fputs(" | ", to);
    pro_fields_cell(to, f->doc);
    fputs(" |\n", to);
  }
}

void pro_fields_json(pro_json *json, const pro_field *table, const void *object) {
  static const char *const needs[] = {
      [PRO_DEFAULTED] = "defaulted", [PRO_NEEDED] = "needed", [PRO_OPTIONAL] = "optional"};
  pro_json_array(json, "fields");
  for (const pro_field *f = table; f && f->name; f++) {
    double value = object ? pro_field_get(f, object) : f->need == PRO_DEFAULTED ? f->initial : NAN;
    pro_json_object(json, NULL);
    pro_json_text(json, "name", f->name);
    pro_json_text(json, "unit", f->unit);
    pro_json_text(json, "need", needs[f->need]);
    if (f->kind == PRO_CHOICE) {
      int count = 0;
      pro_json_array(json, "choices");
      for (; f->choices[count]; count++) pro_json_text(json, NULL, f->choices[count]);
      pro_json_end(json);
      int known = value >= 0.0 && value < count;
      pro_json_text(json, object ? "value" : "default", known ? f->choices[(int)value] : NULL);
    } else {
      pro_json_number(json, object ? "value" : "default", value);
      pro_json_number(json, "low", f->low);
      pro_json_number(json, "high", f->high);
    }
    pro_json_text(json, "doc", f->doc);
    pro_json_end(json);
  }
  pro_json_end(json);
}
