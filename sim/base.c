/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char message[16384];

typedef struct status_row {
  const char *name, *text;
  int exit_code;
} status_row;

static const status_row *row(pro_status status) {
#define PRO_AS_ROW(name, code, text) [name] = {#name, text, code},
  static const status_row rows[PRO_STATUS_COUNT] = {PRO_STATUS_LIST(PRO_AS_ROW)};
#undef PRO_AS_ROW
  return &rows[(unsigned)status < PRO_STATUS_COUNT ? status : PRO_EBUG];
}

const char *pro_status_text(pro_status status) { return row(status)->text; }
const char *pro_status_name(pro_status status) { return row(status)->name; }
int pro_status_exit_code(pro_status status) { return row(status)->exit_code; }

int pro_utf8_length(const char *text) {
  const unsigned char *s = (const unsigned char *)text;
  if (s[0] < 0x80) return 1;
  int n = s[0] >= 0xC2 && s[0] <= 0xDF ? 2 : (s[0] & 0xF0) == 0xE0 ? 3 : s[0] >= 0xF0 && s[0] <= 0xF4 ? 4 : 0;
  for (int k = 1; k < n; k++)
    if ((s[k] & 0xC0) != 0x80) return 0;
  if (s[0] == 0xE0 && s[1] < 0xA0) return 0; /* written longer than needed */
  if (s[0] == 0xED && s[1] > 0x9F) return 0; /* half of a surrogate pair */
  if (s[0] == 0xF0 && s[1] < 0x90) return 0;
  if (s[0] == 0xF4 && s[1] > 0x8F) return 0;
  return n;
}

void pro_make_printable(char *text) {
  while (*text) {
    const unsigned char *s = (const unsigned char *)text;
    int n = pro_utf8_length(text);
    int control = (*s < 0x20 && *s != '\n' && *s != '\t') || *s == 0x7F || (*s == 0xC2 && n == 2 && s[1] < 0xA0);
    if (n == 0) n = 1, control = 1;
    if (control)
      for (int k = 0; k < n; k++) text[k] = '?';
    text += n;
  }
}

pro_status pro_fail(pro_status status, const char *format, ...) {
  /* formatted aside first: an argument may be the message itself */
  char text[sizeof message];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  pro_make_printable(text);
  snprintf(message, sizeof message, "%s", text);
  return status;
}

const char *pro_error_message(void) { return message; }
