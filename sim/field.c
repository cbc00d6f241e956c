/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/field.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/unit.h"

enum { TEXT_MAX = 64, NAME_MAX_COMPARED = 64 };

const pro_field *pro_field_find(const pro_field *table, const char *name) {
  for (const pro_field *f = table; f->name; f++)
    if (strcmp(f->name, name) == 0) return f;
  return NULL;
}

double pro_field_get(const pro_field *field, const void *object) {
  const char *at = (const char *)object + field->offset;
  if (field->kind == PRO_REAL) {
    double value;
    memcpy(&value, at, sizeof value);
    return value;
  }
  int value;
  memcpy(&value, at, sizeof value);
  return value;
}

void pro_field_put(const pro_field *field, void *object, double value) {
  char *at = (char *)object + field->offset;
  if (field->kind == PRO_REAL) {
    memcpy(at, &value, sizeof value);
    return;
  }
  int rounded = (int)rint(value);
  memcpy(at, &rounded, sizeof rounded);
}

void pro_field_defaults(const pro_field *table, void *object) {
  for (const pro_field *f = table; f->name; f++) {
    int unset = f->need != PRO_DEFAULTED && f->kind == PRO_REAL;
    pro_field_put(f, object, unset ? (double)NAN : f->initial);
  }
}

static int choice_count(const pro_field *field) {
  int n = 0;
  while (field->choices[n]) n++;
  return n;
}

/* "on, off": the names of a choice, or as many as fit. */
static void list_choices(char *to, size_t size, const pro_field *field) {
  size_t n = 0;
  to[0] = '\0';
  for (int c = 0; field->choices[c] && n < size; c++)
    n += (size_t)snprintf(to + n, size - n, "%s%s", c ? ", " : "", field->choices[c]);
}

/* As few digits as read back to the same bits, with a point whatever LC_NUMERIC says. */
static void print_number(char *to, size_t size, double value) {
  locale_t c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0), before = uselocale(c);
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(to, size, "%.*g", digits, value);
    if (strtod(to, NULL) == value) break;
  }
  uselocale(before);
  freelocale(c);
}

int pro_field_print(char *to, size_t size, const pro_field *field, double value) {
  if (field->kind == PRO_CHOICE) {
    int c = (int)rint(value);
    return snprintf(to, size, "%s", c >= 0 && c < choice_count(field) ? field->choices[c] : "none");
  }
  if (isnan(value)) return snprintf(to, size, "not given");
  char number[TEXT_MAX];
  print_number(number, sizeof number, value);
  if (strcmp(field->unit, "1") == 0) return snprintf(to, size, "%s", number);
  return snprintf(to, size, "%s %s", number, strcmp(field->unit, "delta_K") == 0 ? "K" : field->unit);
}

/* As pro_field_print, with a temperature in Celsius too: for messages. */
static void explain(char *to, size_t size, const pro_field *field, double value) {
  int n = pro_field_print(to, size, field, value);
  if (strcmp(field->unit, "K") == 0 && n > 0 && (size_t)n < size && isfinite(value))
    snprintf(to + n, size - (size_t)n, " (%.10g degC)", value - PRO_ZERO_CELSIUS);
}

pro_status pro_field_check_value(const pro_field *field, double value) {
  char seen[TEXT_MAX], low[TEXT_MAX], high[TEXT_MAX];
  if (field->kind == PRO_CHOICE) {
    if (value >= 0.0 && value < choice_count(field) && value == rint(value)) return PRO_OK;
    return pro_fail(PRO_EINPUT, "%s: there is no choice number %g", field->name, value);
  }
  if (isnan(value)) return pro_fail(PRO_EINPUT, "%s is not a number", field->name);
  int whole = field->kind != PRO_INT || value == rint(value);
  if (whole && value >= field->low && value <= field->high)
    return PRO_OK; /* text is made only where it is needed */
  explain(seen, sizeof seen, field, value);
  if (!whole) return pro_fail(PRO_EINPUT, "%s = %s is not a whole number", field->name, seen);
  explain(low, sizeof low, field, field->low);
  explain(high, sizeof high, field, field->high);
  return pro_fail(PRO_EINPUT, "%s = %s is out of range: allowed is %s to %s", field->name, seen, low, high);
}

static pro_status parse_choice(double *out, const pro_field *field, const char *text) {
  char allowed[512];
  for (int c = 0; field->choices[c]; c++)
    if (strcmp(field->choices[c], text) == 0) return *out = c, PRO_OK;
  list_choices(allowed, sizeof allowed, field);
  const char *close = pro_closest(text, field->choices);
  return pro_fail(PRO_EINPUT, "%s = '%.64s' is none of: %s%s%s%s", field->name, text, allowed,
                  close ? "; did you mean '" : "", close ? close : "", close ? "'?" : "");
}

pro_status pro_field_parse(double *out, const pro_field *field, const char *text) {
  if (field->kind == PRO_CHOICE) return parse_choice(out, field, text);
  double value;
  pro_status status = pro_unit_read(&value, text, field->unit);
  if (status != PRO_OK) return pro_fail(status, "%s: %s", field->name, pro_error_message());
  PRO_TRY(pro_field_check_value(field, value));
  *out = value;
  return PRO_OK;
}

pro_status pro_field_set(const pro_field *table, void *object, const char *name, const char *text) {
  const pro_field *field = pro_field_find(table, name);
  if (!field) {
    const char *names[128], *close;
    size_t n = 0;
    for (const pro_field *f = table; f->name && n < PRO_COUNT(names) - 1; f++) names[n++] = f->name;
    names[n] = NULL;
    close = pro_closest(name, names);
    return pro_fail(PRO_EINPUT, "there is no '%.64s'%s%s%s", name, close ? "; did you mean '" : "",
                    close ? close : "", close ? "'?" : "");
  }
  double value;
  PRO_TRY(pro_field_parse(&value, field, text));
  pro_field_put(field, object, value);
  return PRO_OK;
}

pro_status pro_field_check(const pro_field *table, const void *object) {
  for (const pro_field *f = table; f->name; f++) {
    double value = pro_field_get(f, object);
    if (f->need == PRO_OPTIONAL && isnan(value)) continue;
    if (f->need == PRO_NEEDED && isnan(value))
      return pro_fail(PRO_EINPUT, "%s must be given: %s", f->name, f->doc);
    PRO_TRY(pro_field_check_value(f, value));
  }
  return PRO_OK;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

/* Edits that turn a into b, in halves: a letter put in, left out, changed or swapped with its neighbour counts 2,
 * a change of case 1 (Damerau & Levenshtein, adjacent swaps only). */
static int distance(const char *a, const char *b) {
  size_t n = strlen(a), m = strlen(b);
  int row[3][NAME_MAX_COMPARED + 1];
  for (size_t j = 0; j <= m; j++) row[0][j] = 2 * (int)j;
  for (size_t i = 1; i <= n; i++) {
    int *now = row[i % 3], *before = row[(i + 2) % 3], *before2 = row[(i + 1) % 3];
    now[0] = 2 * (int)i;
    for (size_t j = 1; j <= m; j++) {
      int change = a[i - 1] == b[j - 1] ? 0 : lower(a[i - 1]) == lower(b[j - 1]) ? 1 : 2;
      int best = before[j - 1] + change;
      if (before[j] + 2 < best) best = before[j] + 2;
      if (now[j - 1] + 2 < best) best = now[j - 1] + 2;
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before2[j - 2] + 2 < best)
        best = before2[j - 2] + 2;
      now[j] = best;
    }
  }
  return row[n % 3][m];
}

const char *pro_closest(const char *name, const char *const *names) {
  size_t length = strlen(name);
  if (length == 0 || length > NAME_MAX_COMPARED) return NULL;
  int allowed = length < 3 ? 2 : 2 * (int)((length + 2) / 3), best = allowed + 1;
  const char *found = NULL;
  for (; *names; names++) {
    if (strlen(*names) > NAME_MAX_COMPARED) continue;
    int d = distance(name, *names);
    if (d < best) best = d, found = *names;
  }
  return found;
}
