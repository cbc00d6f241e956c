/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base.h"

static void quote(FILE *to, const char *text) {
  static const char letters[] = "btn\0fr"; /* of 8 to 13 */
  fputc('"', to);
  for (const unsigned char *s = (const unsigned char *)text; *s;) {
    int n = pro_utf8_length((const char *)s);
    if (n == 0) {
      fputs("\xEF\xBF\xBD", to);
      s++;
      continue;
    }
    if (*s == '"' || *s == '\\')
      fprintf(to, "\\%c", *s);
    else if (*s >= 8 && *s <= 13 && *s != 11)
      fprintf(to, "\\%c", letters[*s - 8]);
    else if (*s < 0x20 || *s == 0x7F)
      fprintf(to, "\\u%04x", *s);
    else
      fwrite(s, 1, (size_t)n, to);
    s += n;
  }
  fputc('"', to);
}

/* Comma, line, indentation and key of the next member. */
static void member(pro_json *json, const char *key) {
  if (json->depth == 0) return;
  int first = json->members[json->depth - 1]++ == 0;
  fputs(json->line ? (first ? "" : ", ") : (first ? "\n" : ",\n"), json->to);
  for (int k = 0; k < json->depth && !json->line; k++) fputs("  ", json->to);
  if (key) {
    quote(json->to, key);
    fputs(": ", json->to);
  }
}

static void open_level(pro_json *json, const char *key, char open, char close) {
  assert(json->depth < PRO_JSON_DEPTH);
  member(json, key);
  fputc(open, json->to);
  json->members[json->depth] = 0;
  json->close[json->depth++] = close;
}

void pro_json_begin(pro_json *json, FILE *to) {
  *json = (pro_json){.to = to};
  open_level(json, NULL, '{', '}');
}
void pro_json_line(pro_json *json, FILE *to) {
  *json = (pro_json){.to = to, .line = 1};
  open_level(json, NULL, '{', '}');
}
void pro_json_object(pro_json *json, const char *key) { open_level(json, key, '{', '}'); }
void pro_json_array(pro_json *json, const char *key) { open_level(json, key, '[', ']'); }

void pro_json_end(pro_json *json) {
  assert(json->depth > 0);
  int level = --json->depth;
  if (json->members[level] && !json->line) {
    fputc('\n', json->to);
    for (int k = 0; k < level; k++) fputs("  ", json->to);
  }
  fputc(json->close[level], json->to);
  if (level == 0) fputc('\n', json->to);
}

void pro_json_text(pro_json *json, const char *key, const char *text) {
  member(json, key);
  if (text)
    quote(json->to, text);
  else
    fputs("null", json->to);
}

void pro_json_number(pro_json *json, const char *key, double value) {
  member(json, key);
  if (!isfinite(value)) {
    fputs("null", json->to);
    return;
  }
  char text[40];
  for (int digits = 15; digits <= 17; digits++) { /* 0.1, not 0.10000000000000001, where that reads back */
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  fputs(text, json->to);
}

void pro_json_integer(pro_json *json, const char *key, int64_t value) {
  member(json, key);
  fprintf(json->to, "%" PRId64, value);
}
void pro_json_count(pro_json *json, const char *key, uint64_t value) {
  member(json, key);
  fprintf(json->to, "%" PRIu64, value);
}
void pro_json_bool(pro_json *json, const char *key, int value) {
  member(json, key);
  fputs(value ? "true" : "false", json->to);
}

void pro_json_failure(FILE *to, pro_status status) {
  pro_json j;
  pro_json_begin(&j, to);
  pro_json_object(&j, "error");
  pro_json_text(&j, "status", pro_status_name(status));
  pro_json_integer(&j, "exit_code", pro_status_exit_code(status));
  pro_json_text(&j, "message", pro_error_message());
  pro_json_end(&j);
  pro_json_end(&j);
}
