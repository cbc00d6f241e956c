/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/fields.h - a field table as Markdown and as JSON. */
#ifndef PRO_FIELDS_H
#define PRO_FIELDS_H
#include <stdio.h>

#include "cli/json.h"
#include "sim/field.h"

/* A table of name, unit, value, range and meaning. The values are those of `object`, or the defaults (NULL). */
void pro_fields_print(FILE *to, const pro_field *table, const void *object, const char *prefix);
/* The member "fields", an array of the same; `table` may be NULL. */
void pro_fields_json(pro_json *json, const pro_field *table, const void *object);
void pro_fields_cell(FILE *to, const char *text); /* text that may hold a bar, in a Markdown table; NULL: nothing */
#endif
