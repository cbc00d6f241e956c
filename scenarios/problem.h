/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenarios/problem.h - what is wrong with a text and where: collected in one pass, printed as compilers do. */
#ifndef PRO_PROBLEM_H
#define PRO_PROBLEM_H
#include "sim/base.h"

/* A text that can be wrong: a file, or an override of the command line. */
typedef struct pro_source {
  char *name; /* "oven.yaml", "--set oven.T=155" */
  char *text; /* NUL-terminated */
  size_t size;
  int is_file; /* 0: one line, whose position nobody needs to be told */
} pro_source;

/* *out is the caller's. PRO_EMISSING: no such file, a folder; PRO_EINPUT: larger than 256 KiB; PRO_EIO;
 * PRO_ENOMEM. */
pro_status pro_source_read(pro_source **out, const char *path) PRO_MUST_CHECK;
pro_status pro_source_make(pro_source **out, const char *name, const char *text) PRO_MUST_CHECK; /* copies both */
void pro_source_free(pro_source *source);
/* `path` as seen from the folder that `file` is in; the caller frees it. NULL: no memory. */
char *pro_path_beside(const char *file, const char *path);

typedef struct pro_spot {
  const pro_source *source;
  size_t at, length; /* [bytes] */
} pro_spot;

typedef struct pro_problems pro_problems;
pro_problems *pro_problems_create(void); /* NULL: no memory */
void pro_problems_free(pro_problems *problems);

/* Notes one problem; the same text at the same spot is noted once. */
void pro_problem(pro_problems *problems, const pro_spot *spot, const char *format, ...) PRO_PRINTF(3, 4);
void pro_problem_missing(pro_problems *problems, const pro_spot *spot, const char *format, ...) PRO_PRINTF(3, 4);
void pro_problem_no_memory(pro_problems *problems);
size_t pro_problems_count(const pro_problems *problems);

/* PRO_OK, or PRO_EINPUT with all problems as the thread's message, in each source by position:
 *     oven.yaml:7:3: error: unknown key 'TT'; did you mean 'T'?
 *         7 |   TT: 155 degC
 *           |   ^~
 * PRO_EMISSING when all of them are missing files; PRO_ENOMEM. */
pro_status pro_problems_status(pro_problems *problems) PRO_MUST_CHECK;
#endif
