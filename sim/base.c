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

pro_status pro_fail(pro_status status, const char *format, ...) {
  /* formatted aside first: an argument may be the message itself */
  char text[sizeof message];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  snprintf(message, sizeof message, "%s", text);
  return status;
}

const char *pro_error_message(void) { return message; }
