/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "output/bytes.h"
#include "output/pack.h"
#include "sim/clock.h"

static const char magic[16] = "prodrome-log/1\n";
enum { KIND_stack = 1, KIND_rows };
enum { HEAD_AT = sizeof magic, NEWS_AT = 512, RECORDS_AT = 1024 };
#define SYNC_SECONDS 30.0 /* between two requests to bring it to disk: what a dying node may cost */

_Static_assert(HEAD_AT + sizeof(pro_journal_head) + sizeof(uint32_t) <= NEWS_AT, "the head is too large");
_Static_assert(NEWS_AT + sizeof(pro_journal_news) <= RECORDS_AT, "the news are too large");

typedef struct record { /* before its payload */
  uint32_t magic, kind;
  uint64_t key, size;  /* chunk or group; of the payload [byte] */
  uint32_t crc, check; /* of the payload; of what stands before this */
} record;
enum { RECORD_MAGIC = 0x6b72726e };

typedef struct rows { /* before a group's rows */
  uint64_t count, chunk_from, chunk_to;
} rows;

static uint32_t check_of(const record *r) { return pro_crc32(0, r, offsetof(record, check)); }

/* ---- a buffer that grows ---- */

typedef struct buffer {
  char *data;
  size_t used, room;
} buffer;

static int grow(buffer *b, size_t more) {
  if (b->used + more <= b->room) return 1;
  size_t room = 2 * b->room + more;
  char *data = realloc(b->data, room);
  if (data) b->data = data, b->room = room;
  return data != NULL;
}

static void put(buffer *b, const void *data, size_t size) {
  memcpy(b->data + b->used, data, size);
  b->used += size;
}

/* ---- writing ---- */

struct pro_journal {
  int fd;
  char *path;
  pro_journal_head head;
  pro_journal_news news;
  pthread_mutex_t lock; /* of the file */
  double began, synced; /* monotonic clock [s] */
  rows rows;            /* of the group at hand */
  uint64_t group, failed;
  buffer row;
};

static pro_status cannot(const struct pro_journal *j) {
  return pro_fail(PRO_EIO, "%s: cannot write to it: %s", j->path, strerror(errno));
}

static int write_news(struct pro_journal *j) {
  j->news.seen = time(NULL), j->news.seconds = pro_clock_now() - j->began;
  return pro_bytes_write(j->fd, &j->news, sizeof j->news, NEWS_AT);
}

static int write_head(struct pro_journal *j) {
  char page[RECORDS_AT] = {0};
  uint32_t crc = pro_crc32(0, &j->head, sizeof j->head);
  memcpy(page, magic, sizeof magic);
  memcpy(page + HEAD_AT, &j->head, sizeof j->head);
  memcpy(page + HEAD_AT + sizeof j->head, &crc, sizeof crc);
  return pro_bytes_write(j->fd, page, sizeof page, -1) && write_news(j);
}

static void drop(struct pro_journal *j) {
  if (j->fd >= 0) close(j->fd);
  pthread_mutex_destroy(&j->lock);
  free(j->row.data), free(j->path);
  free(j);
}

pro_status pro_journal_create(struct pro_journal **out, const char *path, const pro_journal_head *head,
                              const pro_journal_news *news, uint64_t group) {
  struct pro_journal *j = calloc(1, sizeof *j);
  if (!j || !(j->path = strdup(path))) {
    free(j);
    return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  }
  pthread_mutex_init(&j->lock, NULL);
  j->head = *head, j->news = *news;
  j->group = group, j->failed = news->failed;
  j->began = j->synced = pro_clock_now();
  j->fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  pro_status status = PRO_OK;
  if (j->fd < 0)
    status = pro_fail(PRO_EIO, "%s: cannot be created: %s", path, strerror(errno));
  else if (!write_head(j))
    status = cannot(j);
  if (status == PRO_OK) {
    *out = j;
    return PRO_OK;
  }
  if (j->fd >= 0) unlink(path);
  drop(j);
  return status;
}

/* A record of payload parts; the file is the caller's for so long. */
static pro_status append(struct pro_journal *j, uint32_t kind, uint64_t key, const buffer *part, size_t parts) {
  record r = {.magic = RECORD_MAGIC, .kind = kind, .key = key};
  for (size_t i = 0; i < parts; i++) r.size += part[i].used, r.crc = pro_crc32(r.crc, part[i].data, part[i].used);
  r.check = check_of(&r);
  if (!pro_bytes_write(j->fd, &r, sizeof r, -1)) return cannot(j);
  for (size_t i = 0; i < parts; i++)
    if (!pro_bytes_write(j->fd, part[i].data, part[i].used, -1)) return cannot(j);
  return PRO_OK;
}

pro_status pro_journal_stack(void *journal, const pro_stack *s) {
  struct pro_journal *j = journal;
  size_t columns = s->belt->columns;
  uint64_t *size = malloc(columns * sizeof *size);
  buffer *part = malloc((columns + 1) * sizeof *part);
  if (!size || !part) {
    free(size), free(part);
    return pro_fail(PRO_ENOMEM, "%s: no memory", j->path);
  }
  part[0] = (buffer){.data = (char *)size, .used = columns * sizeof *size};
  for (size_t c = 0; c < columns; c++) {
    size[c] = s->chunk[c].size;
    part[c + 1] = (buffer){.data = s->chunk[c].data, .used = s->chunk[c].size};
  }
  pthread_mutex_lock(&j->lock);
  pro_status status = append(j, KIND_stack, s->start / s->belt->length, part, columns + 1);
  pthread_mutex_unlock(&j->lock);
  free(size), free(part);
  return status;
}

pro_status pro_journal_row(struct pro_journal *j, const pro_corpus_record *r) {
  static const int64_t none[PRO_SENSORS_MAX];
  uint64_t length = r->message ? strlen(r->message) : 0;
  size_t params = j->head.parameters * sizeof(double), clipped = j->head.sensors * sizeof(int64_t);
  if (!grow(&j->row, sizeof r->row + sizeof r->rtol + params + clipped + sizeof length + (length + 8) / 8 * 8))
    return pro_fail(PRO_ENOMEM, "%s: no memory for a group's rows", j->path);
  put(&j->row, &r->row, sizeof r->row);
  put(&j->row, &r->rtol, sizeof r->rtol);
  put(&j->row, r->param, params);
  put(&j->row, r->clipped ? r->clipped : none, clipped);
  put(&j->row, &length, sizeof length);
  if (length) put(&j->row, r->message, length);
  memset(j->row.data + j->row.used, 0, (length + 8) / 8 * 8 - length); /* an end, and the next row aligned */
  j->row.used += (length + 8) / 8 * 8 - length;
  j->rows.count++;
  j->failed += r->row.status != PRO_OK;
  return PRO_OK;
}

static pro_status write_rows(struct pro_journal *j) {
  const buffer part[] = {{.data = (char *)&j->rows, .used = sizeof j->rows}, j->row};
  PRO_TRY(append(j, KIND_rows, j->group, part, 2));
  j->news.cases += j->rows.count, j->news.done_here += j->rows.count, j->news.failed = j->failed;
  if (!write_news(j)) return cannot(j);
  if (pro_clock_now() - j->synced < SYNC_SECONDS) return PRO_OK;
  j->synced = pro_clock_now();
  return pro_bytes_sync(j->fd, 0) ? PRO_OK : cannot(j);
}

pro_status pro_journal_group(struct pro_journal *j, uint64_t chunk) {
  pro_status status = PRO_OK;
  if (j->rows.count > 0) {
    j->rows.chunk_to = chunk;
    pthread_mutex_lock(&j->lock);
    status = write_rows(j);
    pthread_mutex_unlock(&j->lock);
    j->group++;
  }
  j->rows = (rows){.chunk_from = chunk};
  j->row.used = 0;
  return status;
}

pro_status pro_journal_close(struct pro_journal *j) {
  if (!j) return PRO_OK;
  pro_status status = PRO_OK;
  j->news.ended = 1;
  if (!write_news(j) || !pro_bytes_sync(j->fd, 1)) status = cannot(j);
  drop(j);
  return status;
}

/* ---- reading ---- */

static int read_head(int fd, pro_journal_head *head) {
  char begin[sizeof magic];
  uint32_t crc;
  return pro_bytes_read(fd, begin, sizeof begin, 0) && memcmp(begin, magic, sizeof magic) == 0 &&
         pro_bytes_read(fd, head, sizeof *head, HEAD_AT) &&
         pro_bytes_read(fd, &crc, sizeof crc, HEAD_AT + sizeof *head) && crc == pro_crc32(0, head, sizeof *head);
}

pro_status pro_journal_peek(pro_journal_head *head, pro_journal_news *news, const char *path) {
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), good = 0;
  if (fd < 0) return pro_fail(errno == ENOENT ? PRO_EMISSING : PRO_EIO, "%s: %s", path, strerror(errno));
  errno = 0;
  good = read_head(fd, head) && pro_bytes_read(fd, news, sizeof *news, NEWS_AT);
  int cause = good || errno == ESPIPE ? 0 : errno; /* 0: too short, or something else, as a pipe */
  close(fd);
  if (cause) return pro_fail(PRO_EIO, "%s: cannot be read: %s", path, strerror(cause));
  if (!good) return pro_fail(PRO_EINPUT, "%s: is no journal of a shard", path);
  news->host[sizeof news->host - 1] = '\0';
  return PRO_OK;
}

typedef struct place { /* of a payload */
  int file;            /* -1: nowhere */
  int64_t at;
  uint64_t size;
  uint32_t crc;
} place;

typedef struct group_place {
  place rows;
  uint64_t chunk_from, chunk_to;
} group_place;

typedef struct finds { /* where groups and chunks are */
  uint64_t chunks;     /* room */
  place *chunk;
  group_place *group; /* (groups) */
} finds;

struct pro_journals {
  pro_journal_head head;
  uint64_t cases, group, groups;
  int files, *fd;
  finds all, file;           /* what is taken up; what the file being read holds */
  buffer payload;            /* of the record read last */
  buffer rows_read;          /* of the group read last, */
  pro_corpus_record *record; /* (group) whose records point into it */
};

static void forget(finds *f, uint64_t groups) {
  for (uint64_t i = 0; i < f->chunks; i++) f->chunk[i].file = -1;
  for (uint64_t g = 0; g < groups; g++) f->group[g].rows.file = -1;
}

pro_status pro_journals_create(pro_journals **out, const pro_journal_head *head, uint64_t cases, uint64_t group) {
  pro_journals *j = calloc(1, sizeof *j);
  if (j) {
    j->head = *head, j->cases = cases, j->group = group, j->groups = (cases + group - 1) / group;
    j->all.group = calloc(j->groups, sizeof *j->all.group);
    j->file.group = calloc(j->groups, sizeof *j->file.group);
    j->record = calloc(group < cases ? group : cases, sizeof *j->record);
  }
  if (!j || !j->all.group || !j->file.group || !j->record) {
    pro_journals_free(j);
    return pro_fail(PRO_ENOMEM, "no memory for the journals of %llu cases", (unsigned long long)cases);
  }
  forget(&j->all, j->groups);
  *out = j;
  return PRO_OK;
}

void pro_journals_free(pro_journals *j) {
  if (!j) return;
  for (int i = 0; i < j->files; i++) close(j->fd[i]);
  free(j->fd), free(j->all.chunk), free(j->all.group), free(j->file.chunk), free(j->file.group);
  free(j->payload.data), free(j->rows_read.data), free(j->record);
  free(j);
}

static pro_status read_payload(buffer *to, const pro_journals *j, const place *at, const char *what,
                               uint64_t which) {
  to->used = 0;
  if (!grow(to, at->size)) return pro_fail(PRO_ENOMEM, "no memory to read a journal");
  if (!pro_bytes_read(j->fd[at->file], to->data, at->size, at->at) || pro_crc32(0, to->data, at->size) != at->crc)
    return pro_fail(PRO_EIO, "a journal's %s %llu can no longer be read", what, (unsigned long long)which);
  to->used = at->size;
  return PRO_OK;
}

static pro_status note_chunk(finds *f, uint64_t chunk, const place *at) {
  if (chunk >= f->chunks) {
    uint64_t room = 2 * chunk + 64;
    place *more = realloc(f->chunk, room * sizeof *more);
    if (!more) return pro_fail(PRO_ENOMEM, "no memory to read a journal");
    for (uint64_t i = f->chunks; i < room; i++) more[i].file = -1;
    f->chunk = more, f->chunks = room;
  }
  f->chunk[chunk] = *at;
  return PRO_OK;
}

static uint64_t cases_of(const pro_journals *j, uint64_t g) {
  uint64_t left = j->cases - g * j->group;
  return left < j->group ? left : j->group;
}

/* What a record says, if it makes sense. */
static pro_status note(pro_journals *j, const record *r, const place *at) {
  const uint64_t sizes = j->head.columns * sizeof(uint64_t);
  if (r->kind == KIND_stack && r->size >= sizes && r->key < UINT32_MAX) return note_chunk(&j->file, r->key, at);
  if (r->kind != KIND_rows || r->key >= j->groups || r->size < sizeof(rows)) return PRO_OK;
  rows is;
  memcpy(&is, j->payload.data, sizeof is);
  if (is.count != cases_of(j, r->key) || is.chunk_from > is.chunk_to || is.chunk_to > UINT32_MAX) return PRO_OK;
  j->file.group[r->key] = (group_place){*at, is.chunk_from, is.chunk_to};
  return PRO_OK;
}

static int is_ours(const pro_journals *j, int fd) {
  pro_journal_head head;
  return read_head(fd, &head) && memcmp(&head, &j->head, sizeof head) == 0;
}

static pro_status read_records(pro_journals *j, int file) {
  struct stat info;
  record r;
  if (fstat(j->fd[file], &info) != 0) return PRO_OK;
  for (int64_t at = RECORDS_AT; pro_bytes_read(j->fd[file], &r, sizeof r, at);
       at += (int64_t)(sizeof r + r.size)) {
    if (r.magic != RECORD_MAGIC || r.check != check_of(&r)) break; /* what follows is not known to be anything */
    place of = {.file = file, .at = at + (int64_t)sizeof r, .size = r.size, .crc = r.crc};
    if (info.st_size < of.at || r.size > (uint64_t)(info.st_size - of.at)) break; /* not all of it has come yet */
    pro_status status = read_payload(&j->payload, j, &of, "record", 0);
    if (status == PRO_ENOMEM) return status;
    if (status != PRO_OK) continue; /* this one is damaged, its neighbours need not be */
    PRO_TRY(note(j, &r, &of));
  }
  return PRO_OK;
}

/* Whether group g is there, of one file alone: where a wall clock ends cases, attempts may differ. */
static int is_whole(const finds *f, uint64_t g) {
  const group_place *is = &f->group[g];
  if (is->rows.file < 0) return 0;
  for (uint64_t i = is->chunk_from; i < is->chunk_to; i++)
    if (i >= f->chunks || f->chunk[i].file != is->rows.file) return 0;
  return 1;
}

/* Whole groups of the file, where there are none yet. */
static pro_status take_up(pro_journals *j, int *taken) {
  for (uint64_t g = 0; g < j->groups; g++) {
    if (is_whole(&j->all, g) || !is_whole(&j->file, g)) continue;
    const group_place *is = &j->file.group[g];
    for (uint64_t i = is->chunk_from; i < is->chunk_to; i++) PRO_TRY(note_chunk(&j->all, i, &j->file.chunk[i]));
    j->all.group[g] = *is, *taken = 1;
  }
  return PRO_OK;
}

pro_status pro_journals_add(pro_journals *j, const char *path) {
  int *more = realloc(j->fd, (size_t)(j->files + 1) * sizeof *more), taken = 0;
  if (!more) return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  j->fd = more;
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a pipe of that name is not waited for */
  if (fd < 0)
    return errno == EMFILE || errno == ENFILE ? pro_fail(PRO_EIO, "%s: %s", path, strerror(errno)) : PRO_OK;
  forget(&j->file, j->groups);
  j->fd[j->files++] = fd;
  pro_status status = is_ours(j, fd) ? read_records(j, j->files - 1) : PRO_OK;
  if (status == PRO_OK) status = take_up(j, &taken);
  if (!taken) close(j->fd[--j->files]); /* there may be thousands of them, of attempts that died early */
  return status;
}

static uint64_t complete(const pro_journals *j, uint64_t *chunks) {
  uint64_t g = 0, chunk = 0;
  for (; g < j->groups && is_whole(&j->all, g) && j->all.group[g].chunk_from == chunk; g++)
    chunk = j->all.group[g].chunk_to;
  *chunks = chunk;
  return g;
}

void pro_journals_settle(pro_journals *j) {
  uint64_t chunks;
  for (uint64_t g = complete(j, &chunks); g < j->groups; g++) j->all.group[g].rows.file = -1;
}

uint64_t pro_journals_cases(const pro_journals *j) {
  uint64_t chunks, g = complete(j, &chunks);
  return g < j->groups ? g * j->group : j->cases;
}

uint64_t pro_journals_chunks(const pro_journals *j) {
  uint64_t chunks;
  (void)complete(j, &chunks);
  return chunks;
}

pro_status pro_journals_group(const pro_corpus_record **out, uint64_t *count, pro_journals *j, uint64_t g) {
  PRO_TRY(read_payload(&j->rows_read, j, &j->all.group[g].rows, "rows of group", g));
  size_t params = j->head.parameters * sizeof(double), clipped = j->head.sensors * sizeof(int64_t),
         fixed = sizeof(pro_corpus_row) + sizeof(double) + params + clipped + sizeof(uint64_t);
  const char *next = j->rows_read.data + sizeof(rows), *end = j->rows_read.data + j->rows_read.used;
  for (uint64_t k = 0; k < cases_of(j, g); k++) {
    pro_corpus_record *r = &j->record[k];
    if ((size_t)(end - next) < fixed)
      return pro_fail(PRO_EIO, "a journal's group %llu is short", (unsigned long long)g);
    memcpy(&r->row, next, sizeof r->row), next += sizeof r->row;
    memcpy(&r->rtol, next, sizeof r->rtol), next += sizeof r->rtol;
    r->param = (const void *)next, next += params;
    r->clipped = (const void *)next, next += clipped;
    uint64_t length;
    memcpy(&length, next, sizeof length), next += sizeof length;
    if (length >= (uint64_t)(end - next))
      return pro_fail(PRO_EIO, "a journal's group %llu is short", (unsigned long long)g);
    r->message = next, next += (length + 8) / 8 * 8;
  }
  *out = j->record, *count = cases_of(j, g);
  return PRO_OK;
}

pro_status pro_journals_chunk(pro_journals *j, uint64_t chunk, pro_stack *s) {
  const size_t columns = s->belt->columns;
  if (chunk >= j->all.chunks || j->all.chunk[chunk].file < 0 || columns != j->head.columns)
    return pro_fail(PRO_EBUG, "chunk %llu is in no journal", (unsigned long long)chunk);
  PRO_TRY(read_payload(&j->payload, j, &j->all.chunk[chunk], "chunk", chunk));
  const char *next = j->payload.data + columns * sizeof(uint64_t), *end = j->payload.data + j->payload.used;
  for (size_t c = 0; c < columns; c++) {
    uint64_t size;
    memcpy(&size, j->payload.data + c * sizeof size, sizeof size);
    if (size > (uint64_t)(end - next) || size > pro_stack_room(s->belt, c))
      return pro_fail(PRO_EIO, "a journal's chunk %llu is not what it should be", (unsigned long long)chunk);
    memcpy(s->chunk[c].data, next, size), next += size;
    s->chunk[c].size = size;
  }
  pro_stack_store(s);
  return PRO_OK;
}
