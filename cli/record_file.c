/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/record_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/draft.h"
#include "sim/unit.h"

enum { BYTES_MAX = 1 << 28 };

static pro_status read_text(char **out, const char *path, const char *what) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat info;
  if (fd < 0) return pro_fail(PRO_EMISSING, "%s: cannot be opened: %s", path, strerror(errno));
  pro_status status = PRO_OK;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > BYTES_MAX)
    status = pro_fail(PRO_EINPUT, "%s: is not %s", path, what);
  char *text = status == PRO_OK ? malloc((size_t)info.st_size + 1) : NULL;
  if (status == PRO_OK && !text) status = pro_fail(PRO_ENOMEM, "%s: no memory", path);
  size_t used = 0;
  while (status == PRO_OK && used < (size_t)info.st_size) {
    ssize_t n = read(fd, text + used, (size_t)info.st_size - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) status = pro_fail(PRO_EIO, "%s: cannot be read: %s", path, strerror(errno));
    if (n <= 0) break;
    used += (size_t)n;
  }
  close(fd);
  if (status == PRO_OK)
    text[used] = '\0', *out = text;
  else
    free(text);
  return status;
}

pro_status pro_record_read(pro_record_file *out, const char *path, const char *what) {
  char *text = NULL;
  *out = (pro_record_file){0};
  PRO_TRY(read_text(&text, path, what));
  pro_status status = pro_source_make(&out->source, path, text);
  free(text);
  PRO_TRY(status);
  pro_problems *problems = pro_problems_create();
  if (problems) out->root = pro_yaml_parse(out->source, problems);
  if (!problems || pro_problems_status(problems) == PRO_ENOMEM)
    status = pro_fail(PRO_ENOMEM, "%s: no memory", path);
  else if (!out->root || out->root->kind != PRO_NODE_MAP || pro_problems_count(problems) > 0)
    status = pro_fail(PRO_EINPUT, "%s: is not %s", path, what);
  pro_problems_free(problems);
  if (status != PRO_OK) pro_record_clear(out);
  return status;
}

void pro_record_clear(pro_record_file *file) {
  pro_yaml_free(file->root);
  pro_source_free(file->source);
  *file = (pro_record_file){0};
}

static pro_status scalar(const char **out, const char *path, const pro_node *from, const char *member) {
  const pro_node *node = from->kind == PRO_NODE_MAP ? pro_yaml_find(from, member) : NULL;
  if (!node || node->kind != PRO_NODE_SCALAR) return pro_fail(PRO_EINPUT, "%s: has no `%s`", path, member);
  *out = node->text;
  return PRO_OK;
}

pro_status pro_record_text(char **out, const char *path, const pro_node *from, const char *member) {
  const char *text = NULL;
  PRO_TRY(scalar(&text, path, from, member));
  *out = strdup(text);
  return *out ? PRO_OK : pro_fail(PRO_ENOMEM, "%s: no memory", path);
}

pro_status pro_record_text_or_null(char **out, const char *path, const pro_node *from, const char *member) {
  const char *text = NULL;
  *out = NULL;
  PRO_TRY(scalar(&text, path, from, member));
  return strcmp(text, "null") == 0 ? PRO_OK : pro_record_text(out, path, from, member);
}

pro_status pro_record_count(uint64_t *out, const char *path, const pro_node *from, const char *member) {
  const char *text = NULL;
  char *end;
  PRO_TRY(scalar(&text, path, from, member));
  errno = 0;
  *out = strtoull(text, &end, 10);
  if (errno || end == text || *end || strspn(text, "0123456789") != strlen(text))
    return pro_fail(PRO_EINPUT, "%s: `%s` is not a whole number", path, member);
  return PRO_OK;
}

pro_status pro_record_number(double *out, const char *path, const pro_node *from, const char *member) {
  const char *text = NULL;
  PRO_TRY(scalar(&text, path, from, member));
  if (pro_unit_read(out, text, "1") != PRO_OK)
    return pro_fail(PRO_EINPUT, "%s: `%s` is not a number", path, member);
  return PRO_OK;
}

pro_status pro_record_bool(int *out, const char *path, const pro_node *from, const char *member) {
  const char *text = NULL;
  PRO_TRY(scalar(&text, path, from, member));
  *out = strcmp(text, "true") == 0;
  if (!*out && strcmp(text, "false") != 0)
    return pro_fail(PRO_EINPUT, "%s: `%s` is neither true nor false", path, member);
  return PRO_OK;
}

/* Composed in memory, for a stream does not say why a write of its failed. */
pro_status pro_record_write(const char *path, void (*print)(void *payload, FILE *to), void *payload) {
  char *text = NULL;
  size_t size = 0;
  FILE *to = open_memstream(&text, &size);
  if (to) print(payload, to);
  if (!to || fclose(to) != 0 || !text) {
    free(text);
    return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  }
  pro_draft draft;
  pro_status status = pro_draft_create(&draft, path);
  if (status == PRO_OK) status = pro_draft_write(&draft, path, text, size);
  if (status == PRO_OK) status = pro_draft_publish(&draft, path);
  pro_draft_drop(&draft);
  free(text);
  return status;
}
