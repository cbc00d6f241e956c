/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenarios/profile.h - what a file says is done to a cell: columns over time, in SI. */
#ifndef PRO_PROFILE_H
#define PRO_PROFILE_H
#include "sim/case.h"
#include "sim/sha256.h"

/* Columns that are read: name, unit, what to call it. */
#define PRO_PROFILE_LIST(X)    \
  X(current, "A", "current_A") \
  X(T, "K", "T_degC")          \
  X(T_ambient, "K", "T_ambient_degC")
#define PRO_AS_PROFILE(name, unit, heading) PRO_PROFILE_##name,
typedef enum pro_profile_column { PRO_PROFILE_LIST(PRO_AS_PROFILE) PRO_PROFILE_COUNT } pro_profile_column;
#undef PRO_AS_PROFILE

/* A column by itself: rows where it is blank are left out of it. */
typedef struct pro_course {
  size_t points; /* 0: no such column */
  double *t;     /* [s] (points), from the file's first row, ascending; equal ones are a jump */
  double *value; /* SI (points) */
} pro_course;

typedef struct pro_profile {
  char hash[PRO_SHA256_TEXT]; /* of the file's bytes */
  double lasts;               /* from the first row to the last [s] */
  pro_course column[PRO_PROFILE_COUNT];
} pro_profile;

/* Reads a table of text (commas, semicolons or tabs) whose first line names a time and at least one of the columns
 * in `wanted` (bits 1 << pro_profile_column); units follow the names: time_s, "Current / A", "T_ambient [degC]".
 * Other columns are skipped. After its last row a current is zero. *out is the caller's.
 *
 * PRO_EMISSING  no such file, a folder.
 * PRO_EINPUT    "path:line:column: ...": no such columns, not a number, time runs backwards, out of range.
 * PRO_ENOMEM, PRO_EIO */
pro_status pro_profile_read(pro_profile **out, const char *path, unsigned wanted) PRO_MUST_CHECK;
void pro_profile_free(pro_profile *profile);

/* Makes the channel follow the course, which it borrows, `delay` [s] later. */
void pro_course_follow(pro_channel *channel, const pro_course *course, double delay);
#endif
