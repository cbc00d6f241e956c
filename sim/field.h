/* SPDX-License-Identifier: Apache-2.0
 * sim/field.h - describes a struct's numbers, once, for parsing, checking, help, docs and the corpus. */
#ifndef PRO_FIELD_H
#define PRO_FIELD_H
#include "sim/base.h"

typedef enum pro_field_kind { PRO_REAL, PRO_INT, PRO_CHOICE } pro_field_kind; /* double, int, int (an index) */

/* PRO_DEFAULTED: `initial` holds unless set. PRO_NEEDED: whoever describes the object must set it. PRO_OPTIONAL: a
 * double that is NaN unless set, and then takes the place of another value that `doc` names. */
typedef enum pro_field_need { PRO_DEFAULTED, PRO_NEEDED, PRO_OPTIONAL } pro_field_need;

typedef struct pro_field {
  const char *name; /* NULL ends a table */
  pro_field_kind kind;
  size_t offset;             /* offsetof the member in the struct described */
  const char *unit;          /* SI, as stored: "K", "W/(m2 K)", "1"; "delta_K" is a difference of temperatures */
  double initial, low, high; /* default and the closed range allowed, in `unit`; of a choice: indices */
  const char *doc;
  pro_field_need need;
  const char *const *choices; /* names of a PRO_CHOICE, NULL-terminated */
} pro_field;

/* Rows of a table for `struct type`; the member has the field's name. */
#define PRO_FIELD_REAL(type, member, unit_, initial_, low_, high_, doc_) \
  { #member, PRO_REAL, offsetof(type, member), unit_, initial_, low_, high_, doc_, PRO_DEFAULTED, NULL }
#define PRO_FIELD_NEEDED(type, member, unit_, low_, high_, doc_) \
  { #member, PRO_REAL, offsetof(type, member), unit_, 0.0, low_, high_, doc_, PRO_NEEDED, NULL }
#define PRO_FIELD_OPTIONAL(type, member, unit_, low_, high_, doc_) \
  { #member, PRO_REAL, offsetof(type, member), unit_, 0.0, low_, high_, doc_, PRO_OPTIONAL, NULL }
#define PRO_FIELD_INT(type, member, initial_, low_, high_, doc_) \
  { #member, PRO_INT, offsetof(type, member), "1", initial_, low_, high_, doc_, PRO_DEFAULTED, NULL }
#define PRO_FIELD_CHOICE(type, member, choices_, initial_, doc_) \
  { #member, PRO_CHOICE, offsetof(type, member), "1", initial_, 0.0, 0.0, doc_, PRO_DEFAULTED, choices_ }
#define PRO_FIELD_END \
  { NULL, PRO_REAL, 0, NULL, 0.0, 0.0, 0.0, NULL, PRO_DEFAULTED, NULL }

/* Sets every member to its default; needed and optional doubles to NaN. */
void pro_field_defaults(const pro_field *table, void *object);

const pro_field *pro_field_find(const pro_field *table, const char *name); /* NULL: no such row */
double pro_field_get(const pro_field *field, const void *object);          /* ints and choices as doubles */
void pro_field_put(const pro_field *field, void *object, double value);    /* unchecked; rounds for ints */

/* Parses `text` such as "150 degC", "12", "on" into the field's unit. A number of a field with a dimension must
 * carry a unit. PRO_EINPUT: not a number, no or a wrong unit, not finite, out of range; the message names the
 * field, the value and what is allowed, but not where the text stood. */
pro_status pro_field_parse(double *out, const pro_field *field, const char *text) PRO_MUST_CHECK;
pro_status pro_field_set(const pro_field *table, void *object, const char *name, const char *text) PRO_MUST_CHECK;

/* PRO_EINPUT when `value` is out of the field's range, with a message as above. */
pro_status pro_field_check_value(const pro_field *field, double value) PRO_MUST_CHECK;
/* Checks all members: ranges, finiteness, needed ones present. */
pro_status pro_field_check(const pro_field *table, const void *object) PRO_MUST_CHECK;

/* Writes the value as scenario text that reads back to the same bits ("428.15 K", "on"); returns as snprintf. */
int pro_field_print(char *to, size_t size, const pro_field *field, double value);

/* The name closest to `name` of those `next` yields, or NULL if none is close: for "did you mean". */
const char *pro_closest(const char *name, const char *const *names);
#endif
