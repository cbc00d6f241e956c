/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/csv.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static int is_blank(char c) { return c == ' ' || c == '\t'; }
static int is_end(char c) { return c == '\n' || c == '\r'; }

pro_status pro_csv_fail(const pro_csv *csv, const char *where, const char *format, ...) {
  size_t line = 1, column = 1;
  for (const char *p = csv->text; p < where; p++) {
    int ends = *p == '\n' || (*p == '\r' && p[1] != '\n');
    if (ends)
      line++, column = 1;
    else
      column += ((unsigned char)*p & 0xC0) != 0x80; /* a UTF-8 character counts once */
  }
  if (where > csv->text && line == 1 && strncmp(csv->text, "\xEF\xBB\xBF", 3) == 0) column--;
  char text[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return pro_fail(PRO_EINPUT, "%s:%zu:%zu: %s", csv->path, line, column, text);
}

static pro_status slurp(pro_csv *csv, FILE *file) {
  size_t room = 1 << 16;
  for (;;) {
    char *grown = realloc(csv->text, room + 1);
    if (!grown) return pro_fail(PRO_ENOMEM, "%s: no memory for %zu bytes", csv->path, room);
    csv->text = grown;
    csv->size += fread(csv->text + csv->size, 1, room - csv->size, file);
    csv->text[csv->size] = '\0';
    if (ferror(file)) return pro_fail(PRO_EIO, "%s: cannot be read: %s", csv->path, strerror(errno));
    if (csv->size < room) return PRO_OK;
    room *= 2;
  }
}

static pro_status check_text(const pro_csv *csv) {
  if (csv->size == 0) return pro_fail(PRO_EINPUT, "%s:1:1: the file is empty", csv->path);
  if (csv->size >= 2 && (memcmp(csv->text, "\xFF\xFE", 2) == 0 || memcmp(csv->text, "\xFE\xFF", 2) == 0))
    return pro_fail(PRO_EINPUT, "%s:1:1: this is UTF-16; save it as UTF-8", csv->path);
  const char *nul = memchr(csv->text, '\0', csv->size);
  if (nul) return pro_csv_fail(csv, nul, "a NUL byte: this is not a text file");
  return PRO_OK;
}

pro_status pro_csv_open(pro_csv *out, const char *path) {
  struct stat info;
  if (stat(path, &info) != 0) return pro_fail(PRO_EMISSING, "%s: %s", path, strerror(errno));
  if (!S_ISREG(info.st_mode))
    return pro_fail(PRO_EMISSING, "%s: %s", path,
                    S_ISDIR(info.st_mode) ? "is a folder, not a file" : "is not a file");
  FILE *file = fopen(path, "rb");
  if (!file) return pro_fail(PRO_EMISSING, "%s: %s", path, strerror(errno));
  pro_csv csv = {.path = path, .separator = ','};
  pro_status status = slurp(&csv, file);
  fclose(file);
  if (status == PRO_OK) status = check_text(&csv);
  if (status != PRO_OK) {
    free(csv.text);
    return status;
  }
  if (csv.size >= 3 && memcmp(csv.text, "\xEF\xBB\xBF", 3) == 0) csv.at = 3;
  *out = csv;
  return PRO_OK;
}

void pro_csv_close(pro_csv *csv) {
  free(csv->text);
  csv->text = NULL;
}

int pro_csv_line(pro_csv *csv) {
  if (csv->more)
    while (csv->at < csv->size && !is_end(csv->text[csv->at])) csv->at++;
  csv->more = 0;
  while (csv->at < csv->size) {
    size_t p = csv->at;
    while (is_blank(csv->text[p])) p++; /* the text ends with a NUL */
    if (csv->text[p] != '#' && !is_end(csv->text[p]) && p < csv->size) {
      csv->more = 1;
      return 1;
    }
    while (p < csv->size && !is_end(csv->text[p])) p++;
    csv->at = p < csv->size ? p + 1 : p;
  }
  return 0;
}

void pro_csv_guess_separator(pro_csv *csv) {
  static const char candidates[] = {',', ';', '\t'};
  size_t most = 0;
  for (size_t k = 0; k < sizeof candidates; k++) {
    size_t n = 0;
    int quoted = 0;
    for (size_t p = csv->at; p < csv->size && !is_end(csv->text[p]); p++) {
      if (csv->text[p] == '"') quoted = !quoted;
      n += !quoted && csv->text[p] == candidates[k];
    }
    if (n > most) most = n, csv->separator = candidates[k];
  }
}

/* A quoted cell, its doubled quotes made single in place. */
static pro_status next_quoted(pro_csv_cell *out, pro_csv *csv) {
  char *text = csv->text, *to = text + csv->at + 1;
  *out = (pro_csv_cell){to, 0, text + csv->at};
  size_t p = csv->at + 1;
  for (; p < csv->size; p++) {
    if (text[p] == '"' && text[p + 1] != '"') break;
    if (text[p] == '"') p++;
    *to++ = text[p];
  }
  if (p >= csv->size) return pro_csv_fail(csv, out->start, "this quote is never closed");
  out->size = (size_t)(to - out->text);
  csv->at = p + 1;
  return PRO_OK;
}

pro_status pro_csv_next(pro_csv_cell *out, pro_csv *csv) {
  const char *text = csv->text;
  while (is_blank(text[csv->at]) && text[csv->at] != csv->separator) csv->at++;
  size_t p = csv->at;
  if (text[p] == '"') {
    PRO_TRY(next_quoted(out, csv));
    p = csv->at;
    while (is_blank(text[p]) && text[p] != csv->separator) p++;
    if (p < csv->size && text[p] != csv->separator && !is_end(text[p]))
      return pro_csv_fail(csv, text + p, "text after a closing quote");
  } else {
    *out = (pro_csv_cell){text + p, 0, text + p};
    while (p < csv->size && text[p] != csv->separator && !is_end(text[p])) p++;
    out->size = (size_t)(text + p - out->text);
    while (out->size > 0 && is_blank(out->text[out->size - 1])) out->size--;
  }
  csv->more = p < csv->size && text[p] == csv->separator;
  csv->at = p + (p < csv->size); /* over the separator or the line's end */
  return PRO_OK;
}

static int is_missing(const pro_csv_cell *cell) {
  static const char *const words[] = {"",   "nan", "na",   "n/a",  "null",     "none",      "-",
                                      "--", "inf", "-inf", "+inf", "infinity", "-infinity", "-nan"};
  for (size_t k = 0; k < PRO_COUNT(words); k++)
    if (strlen(words[k]) == cell->size && strncasecmp(words[k], cell->text, cell->size) == 0) return 1;
  return 0;
}

/* Digits with a mark, an exponent and a sign; up to 19 digits are exact in an integer, and where those are below
 * 2^53 and the power of ten is exact too, one multiplication or division rounds correctly. The rest goes to
 * strtod. */
int pro_csv_number(double *out, const pro_csv *csv, const pro_csv_cell *cell) {
  static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const char *p = cell->text, *end = p + cell->size;
  int negative = p < end && *p == '-', power = 0, digits = 0, seen = 0, point = 0;
  if (p < end && (*p == '-' || *p == '+')) p++;
  uint64_t mantissa = 0;
  for (; p < end; p++) {
    if (*p >= '0' && *p <= '9') {
      seen = 1;
      if (digits < 19)
        mantissa = 10 * mantissa + (uint64_t)(*p - '0'), power -= point, digits += mantissa > 0;
      else
        power += !point;
    } else if (!point && (*p == '.' || (*p == ',' && csv->separator != ','))) {
      point = 1;
    } else {
      break;
    }
  }
  if (!seen) return is_missing(cell) ? 0 : -1;
  if (p < end && (*p == 'e' || *p == 'E')) {
    int down = 0, exponent = 0, any = 0;
    p++;
    if (p < end && (*p == '-' || *p == '+')) down = *p++ == '-';
    for (; p < end && *p >= '0' && *p <= '9'; p++, any = 1)
      if (exponent < 10000) exponent = 10 * exponent + (*p - '0');
    if (!any) return -1;
    power += down ? -exponent : exponent;
  }
  if (p != end) return -1;
  double value;
  if (mantissa < (uint64_t)1 << 53 && power >= -22 && power <= 22) {
    value = power < 0 ? (double)mantissa / tens[-power] : (double)mantissa * tens[power];
  } else {
    char text[64];
    snprintf(text, sizeof text, "%llue%d", (unsigned long long)mantissa, power);
    value = strtod(text, NULL);
  }
  *out = negative ? -value : value;
  return isfinite(*out) ? 1 : 0;
}

char *pro_csv_show(char *to, size_t size, const pro_csv_cell *cell) {
  size_t n = 0;
  for (; n + 1 < size && n < cell->size; n++)
    to[n] = cell->text[n] >= ' ' && cell->text[n] <= '~' ? cell->text[n] : '?';
  to[n] = '\0';
  if (n < cell->size && size > 4) memcpy(to + size - 4, "...", 4);
  return to;
}
