/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/record_file.h - small JSON files of ours, read back: plans and receipts. */
#ifndef PRO_RECORD_FILE_H
#define PRO_RECORD_FILE_H
#include <stdint.h>
#include <stdio.h>

#include "scenarios/yaml.h"

typedef struct pro_record_file {
  pro_source *source;
  pro_node *root; /* an object */
} pro_record_file;

/* Of any size. PRO_EMISSING; PRO_EINPUT: it is not `what`; PRO_ENOMEM. Free with pro_record_clear. */
pro_status pro_record_read(pro_record_file *out, const char *path, const char *what) PRO_MUST_CHECK;
void pro_record_clear(pro_record_file *file);

/* Members of an object; PRO_EINPUT names `path` and the member where it is missing or something else. Texts are
 * the caller's to free. */
pro_status pro_record_text(char **out, const char *path, const pro_node *from, const char *member) PRO_MUST_CHECK;
pro_status pro_record_text_or_null(char **out, const char *path, const pro_node *from,
                                   const char *member) PRO_MUST_CHECK;
pro_status pro_record_count(uint64_t *out, const char *path, const pro_node *from,
                            const char *member) PRO_MUST_CHECK;
pro_status pro_record_number(double *out, const char *path, const pro_node *from,
                             const char *member) PRO_MUST_CHECK;
pro_status pro_record_bool(int *out, const char *path, const pro_node *from, const char *member) PRO_MUST_CHECK;

/* Writes what `print` prints to a temporary file beside `path`, brings it to disk and renames it. PRO_EIO. */
pro_status pro_record_write(const char *path, void (*print)(void *payload, FILE *to),
                            void *payload) PRO_MUST_CHECK;
#endif
