/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/problem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  SOURCE_BYTES_MAX = 256 * 1024,
  PROBLEMS_MAX = 128,
  TEXT_MAX = 1024,
  WIDTH = 110,                    /* of a source line shown [characters] */
  OVERRIDE_WIDTH = 200,           /* of an override shown [bytes] */
  MESSAGE_BYTES = 15 * 1024 + 512 /* of the 16 kB that pro_fail keeps */
};

typedef struct entry {
  pro_spot spot;
  int order, missing; /* order: of sources, then of arrival */
  char text[TEXT_MAX];
} entry;

struct pro_problems {
  entry *list;
  size_t count, unshown;
  const pro_source *sources[64];
  int source_count, no_memory;
};

pro_status pro_source_make(pro_source **out, const char *name, const char *text) {
  pro_source *s = calloc(1, sizeof *s);
  char *n = strdup(name), *t = strdup(text);
  if (!s || !n || !t) {
    free(s), free(n), free(t);
    return pro_fail(PRO_ENOMEM, "%s: no memory", name);
  }
  *s = (pro_source){.name = n, .text = t, .size = strlen(t)};
  *out = s;
  return PRO_OK;
}

void pro_source_free(pro_source *source) {
  if (!source) return;
  free(source->name);
  free(source->text);
  free(source);
}

char *pro_path_beside(const char *file, const char *path) {
  const char *slash = strrchr(file, '/');
  size_t folder = path[0] == '/' || !slash ? 0 : (size_t)(slash + 1 - file), size = strlen(path) + 1;
  char *to = malloc(folder + size);
  if (to) memcpy(to, file, folder), memcpy(to + folder, path, size);
  return to;
}

static pro_status read_all(pro_source *s, FILE *file) {
  s->text = malloc(SOURCE_BYTES_MAX + 2);
  if (!s->text) return pro_fail(PRO_ENOMEM, "%s: no memory", s->name);
  s->size = fread(s->text, 1, SOURCE_BYTES_MAX + 1, file);
  if (ferror(file)) return pro_fail(PRO_EIO, "%s: cannot be read: %s", s->name, strerror(errno));
  if (s->size > SOURCE_BYTES_MAX)
    return pro_fail(PRO_EINPUT, "%s: error: larger than %d KiB: this is no scenario", s->name,
                    SOURCE_BYTES_MAX / 1024);
  s->text[s->size] = '\0';
  return PRO_OK;
}

/* A pipe that nobody writes to is empty; it is not waited for. */
static FILE *open_file(const char *path) {
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return NULL;
  FILE *file = fcntl(fd, F_SETFL, 0) == 0 ? fdopen(fd, "rb") : NULL;
  if (!file) close(fd);
  return file;
}

pro_status pro_source_read(pro_source **out, const char *path) {
  struct stat about;
  FILE *file = open_file(path);
  if (!file)
    return pro_fail(errno == ENOMEM ? PRO_ENOMEM : PRO_EMISSING, "%s: cannot be opened: %s", path,
                    strerror(errno));
  if (fstat(fileno(file), &about) == 0 && S_ISDIR(about.st_mode)) {
    fclose(file);
    return pro_fail(PRO_EMISSING, "%s: is a folder, not a scenario file", path);
  }
  pro_source *s = calloc(1, sizeof *s);
  if (s) s->name = strdup(path);
  pro_status status = s && s->name ? read_all(s, file) : pro_fail(PRO_ENOMEM, "%s: no memory", path);
  fclose(file);
  if (status != PRO_OK) {
    pro_source_free(s);
    return status;
  }
  s->is_file = 1;
  *out = s;
  return PRO_OK;
}

pro_problems *pro_problems_create(void) {
  pro_problems *p = calloc(1, sizeof *p);
  if (p && !(p->list = calloc(PROBLEMS_MAX, sizeof *p->list))) {
    free(p);
    return NULL;
  }
  return p;
}

void pro_problems_free(pro_problems *problems) {
  if (!problems) return;
  free(problems->list);
  free(problems);
}

static int source_order(pro_problems *problems, const pro_source *source) {
  for (int i = 0; i < problems->source_count; i++)
    if (problems->sources[i] == source) return i;
  if (problems->source_count < (int)PRO_COUNT(problems->sources))
    problems->sources[problems->source_count++] = source;
  return problems->source_count - 1;
}

/* Whether the one says what the other does at the same place. An override is put into all files of a campaign;
 * what is allowed in its place differs with the file, what is wrong with it does not. */
static int is_same(const entry *a, const entry *b) {
  if (a->spot.source != b->spot.source || a->spot.at != b->spot.at) return 0;
  const char *list = a->spot.source->is_file ? NULL : strstr(a->text, " Allowed: ");
  return list ? strncmp(a->text, b->text, (size_t)(list - a->text) + strlen(" Allowed: ")) == 0
              : strcmp(a->text, b->text) == 0;
}

static void note(pro_problems *problems, const pro_spot *spot, int missing, const char *format, va_list args) {
  entry *e = &problems->list[problems->count];
  if (problems->count >= PROBLEMS_MAX) {
    problems->unshown++;
    return;
  }
  *e = (entry){.spot = *spot, .order = source_order(problems, spot->source), .missing = missing};
  vsnprintf(e->text, sizeof e->text, format, args);
  for (char *c = e->text; *c; c++) /* a name out of the file may hold what a terminal would obey */
    if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = '?';
  for (size_t i = 0; i < problems->count; i++)
    if (is_same(&problems->list[i], e)) return;
  problems->count++;
}

void pro_problem(pro_problems *problems, const pro_spot *spot, const char *format, ...) {
  va_list args;
  va_start(args, format);
  note(problems, spot, 0, format, args);
  va_end(args);
}

void pro_problem_missing(pro_problems *problems, const pro_spot *spot, const char *format, ...) {
  va_list args;
  va_start(args, format);
  note(problems, spot, 1, format, args);
  va_end(args);
}

void pro_problem_no_memory(pro_problems *problems) { problems->no_memory = 1; }
size_t pro_problems_count(const pro_problems *problems) { return problems->count + (problems->no_memory != 0); }

static int by_position(const void *a, const void *b) {
  const entry *x = a, *y = b;
  if (x->order != y->order) return x->order < y->order ? -1 : 1;
  if (x->spot.at != y->spot.at) return x->spot.at < y->spot.at ? -1 : 1;
  return 0;
}

static int continues(char c) { return ((unsigned char)c & 0xc0) == 0x80; } /* inside a character of UTF-8 */

static size_t characters(const char *from, const char *to) {
  size_t n = 0;
  for (; from < to; from++) n += !continues(*from);
  return n;
}

typedef struct text_out {
  char *to;
  size_t used, size;
} text_out;

static void put(text_out *out, const char *format, ...) PRO_PRINTF(2, 3);
static void put(text_out *out, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int n = vsnprintf(out->to + out->used, out->size - out->used, format, args);
  va_end(args);
  out->used = n < 0 || out->used + (size_t)n >= out->size ? out->size - 1 : out->used + (size_t)n;
}

/* One character of the line, made harmless for a terminal. */
static size_t put_character(text_out *out, const char *p, const char *end) {
  size_t n = 1;
  while ((unsigned char)*p >= 0xc0 && p + n < end && continues(p[n])) n++;
  if (n == 1 && ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f))
    put(out, *p == '\t' ? " " : "?");
  else
    put(out, "%.*s", (int)n, p);
  return n;
}

static void put_entry(text_out *out, const entry *e) {
  const pro_source *s = e->spot.source;
  if (!s->is_file) {
    const char *cut = strlen(s->name) > OVERRIDE_WIDTH ? "..." : "";
    put(out, "%.*s%s: error: %s\n", OVERRIDE_WIDTH, s->name, cut, e->text);
    return;
  }
  size_t at = e->spot.at < s->size ? e->spot.at : s->size, line = 1;
  const char *start = s->text, *here = s->text + at;
  for (const char *p = s->text; p < here; p++)
    if (*p == '\n') line++, start = p + 1;
  const char *end = here;
  while (end < s->text + s->size && *end != '\n' && *end != '\r') end++;
  size_t column = characters(start, here), skipped = 0;
  put(out, "%s:%zu:%zu: error: %s\n", s->name, line, column + 1, e->text);
  if (end == start) return;
  for (; column - skipped > WIDTH * 3 / 4 && start < here; skipped++) /* a long line: begin nearer to the caret */
    for (start++; start < here && continues(*start); start++) continue;
  put(out, "%5zu | %s", line, skipped ? "..." : "");
  size_t shown = 0;
  const char *p = start;
  for (; p < end && shown < WIDTH; shown++) p += put_character(out, p, end);
  put(out, "%s\n      | %s", p < end ? "..." : "", skipped ? "   " : "");
  for (size_t i = skipped; i < column; i++) put(out, " ");
  put(out, "^");
  const char *stop = here + e->spot.length < end ? here + e->spot.length : end;
  for (size_t i = characters(here, stop); i > 1 && column - skipped + i <= WIDTH; i--) put(out, "~");
  put(out, "\n");
}

pro_status pro_problems_status(pro_problems *problems) {
  if (problems->no_memory) return pro_fail(PRO_ENOMEM, "no memory to read the scenario");
  if (problems->count == 0) return PRO_OK;
  /* the sort keeps what arrived first first where positions are equal: entries are few, so insertion does */
  for (size_t i = 1; i < problems->count; i++)
    for (size_t j = i; j > 0 && by_position(&problems->list[j - 1], &problems->list[j]) > 0; j--) {
      entry swap = problems->list[j];
      problems->list[j] = problems->list[j - 1];
      problems->list[j - 1] = swap;
    }
  char *message = malloc(MESSAGE_BYTES + TEXT_MAX + 1024), last[64] = "";
  if (!message) return pro_fail(PRO_ENOMEM, "no memory to read the scenario");
  text_out out = {.to = message, .size = MESSAGE_BYTES + TEXT_MAX + 1024};
  size_t shown = 0, missing = 0;
  for (size_t i = 0; i < problems->count; i++) missing += problems->list[i].missing;
  for (; shown < problems->count; shown++) {
    size_t before = out.used;
    put_entry(&out, &problems->list[shown]);
    if (out.used > MESSAGE_BYTES) {
      out.used = before;
      break;
    }
  }
  size_t rest = problems->count - shown + problems->unshown;
  if (rest) snprintf(last, sizeof last, "... and %zu more", rest);
  if (!rest && out.used > 0) out.used--; /* the last newline is the printer's */
  message[out.used] = '\0';
  pro_status status = missing == problems->count ? PRO_EMISSING : PRO_EINPUT;
  pro_fail(status, "%s%s", message, last);
  free(message);
  return status;
}
