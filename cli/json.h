/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/json.h - writes one JSON document, member by member. Numbers read back to the same bits; what is not a
 * number is null; bytes that are not UTF-8 become U+FFFD. */
#ifndef PRO_JSON_H
#define PRO_JSON_H
#include <stdint.h>
#include <stdio.h>

#include "sim/base.h"

enum { PRO_JSON_DEPTH = 16 };
typedef struct pro_json {
  FILE *to;                    /* borrowed; its error flag tells of a failed write */
  int depth, line;             /* line: all on one */
  int members[PRO_JSON_DEPTH]; /* written so far, by depth */
  char close[PRO_JSON_DEPTH];
} pro_json;

/* `key` is NULL for an array's items and for the document itself. Ending the document ends its line. */
void pro_json_begin(pro_json *json, FILE *to); /* opens the document, an object */
void pro_json_line(pro_json *json, FILE *to);  /* the same, on one line */
void pro_json_object(pro_json *json, const char *key);
void pro_json_array(pro_json *json, const char *key);
void pro_json_end(pro_json *json); /* closes the innermost object or array */

void pro_json_text(pro_json *json, const char *key, const char *text); /* NULL: null */
void pro_json_number(pro_json *json, const char *key, double value);
void pro_json_integer(pro_json *json, const char *key, int64_t value);
void pro_json_count(pro_json *json, const char *key, uint64_t value);
void pro_json_bool(pro_json *json, const char *key, int value);

/* A document of what failed: its status, the program's exit code and the message of pro_fail. */
void pro_json_failure(FILE *to, pro_status status);
#endif
