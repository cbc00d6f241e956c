/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/shard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "output/draft.h"
#include "output/journal.h"

struct pro_shard {
  const pro_corpus_plan *plan;
  char *path;
  char own[PRO_SHARD_PATH + 128]; /* its journal */
  pro_journals *journals;
  pro_corpus_writer *writer;
  pro_journal_news news;
  struct stat bad; /* what is at `path` and no good; st_ino is 0 where nothing is */
};

void pro_shard_name(char path[PRO_SHARD_PATH], const char *folder, uint64_t index, uint64_t count) {
  snprintf(path, PRO_SHARD_PATH, "%s/shard-%llu-of-%llu.h5", folder, (unsigned long long)index,
           (unsigned long long)count);
}

/* ---- files of a shard ---- */

static const char *base_of(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static int ends(const char *name, const char *with) {
  size_t n = strlen(name), m = strlen(with);
  return n >= m && strcmp(name + n - m, with) == 0;
}

static pro_status remove_file(void *payload, const char *path) {
  (void)payload;
  unlink(path);
  return PRO_OK;
}

static int is_of(const pro_journal_head *head, const char *plan_sha256) {
  return strncmp(head->plan_sha256, plan_sha256, sizeof head->plan_sha256) == 0;
}

/* One that does not say whose it is holds nothing, nor does a link to nothing; one that cannot be read may be
 * another plan's. */
static pro_status remove_journal(void *plan_sha256, const char *path) {
  pro_journal_head head;
  pro_journal_news news;
  pro_status status = pro_journal_peek(&head, &news, path);
  int empty = status == PRO_EINPUT || status == PRO_EMISSING;
  if (empty || (status == PRO_OK && is_of(&head, plan_sha256))) unlink(path);
  return PRO_OK;
}

/* Also what attempts that live are writing: the shard is there, and they will see that. What is left is only in
 * the way. */
void pro_shard_clean(const char *path, const char *plan_sha256) {
  if (pro_beside(path, ".log", remove_journal, (void *)plan_sha256) != PRO_OK) return;
  if (pro_beside(path, ".part", remove_file, NULL) != PRO_OK) return;
}

static pro_status add_journal(void *payload, const char *path) {
  return pro_journals_add(((pro_shard *)payload)->journals, path);
}

/* ---- an attempt ---- */

static pro_status begin_journal(pro_shard *s) {
  _Static_assert(sizeof s->news.host == 64, "no room for a host's name");
  pro_host_name(s->news.host);
  s->news.process = getpid(), s->news.began = time(NULL);
  for (int try = 0; try < 1000; try++) { /* a killed process may have left the name behind */
    char number[16] = "";
    if (try) snprintf(number, sizeof number, "-%d", try);
    snprintf(s->own, sizeof s->own, "%.*s.%s.%s.%ld%s.log", (int)(base_of(s->path) - s->path), s->path,
             base_of(s->path), s->news.host, (long)getpid(), number);
    if (access(s->own, F_OK) != 0) break;
  }
  pro_status status =
      pro_corpus_create_journal(&s->writer, s->own, s->plan, &s->news, pro_journals_chunks(s->journals));
  if (status != PRO_OK) s->own[0] = '\0'; /* not ours */
  return status;
}

/* What was finished before: how many runs of it failed is in the rows. */
static pro_status count_failures(pro_shard *s) {
  for (uint64_t g = 0, k = 0; k < s->news.cases; g++) {
    const pro_corpus_record *record;
    uint64_t count;
    PRO_TRY(pro_journals_group(&record, &count, s->journals, g));
    for (uint64_t i = 0; i < count; i++) s->news.failed += record[i].row.status != PRO_OK;
    k += count;
  }
  return PRO_OK;
}

static void drop(pro_shard *s) {
  pro_journals_free(s->journals);
  free(s->path);
  free(s);
}

pro_status pro_shard_begin(pro_shard **out, const char *path, const pro_corpus_plan *plan, int anew) {
  pro_journal_head head;
  pro_corpus_quiet(); /* HDF5 1.10 crashes where it has no memory to start: then nothing is begun yet */
  pro_shard *s = calloc(1, sizeof *s);
  if (!s || !(s->path = strdup(path))) {
    free(s);
    return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  }
  s->plan = plan;
  if (!anew || stat(path, &s->bad) != 0) s->bad = (struct stat){0};
  pro_corpus_journal_head(&head, plan);
  pro_status status = pro_journals_create(&s->journals, &head, plan->cases, plan->group);
  if (status == PRO_OK) status = pro_beside(path, ".log", add_journal, s);
  if (status == PRO_OK) {
    pro_journals_settle(s->journals);
    s->news.cases = pro_journals_cases(s->journals);
    status = count_failures(s);
  }
  if (status == PRO_OK && s->news.cases < plan->cases) status = begin_journal(s);
  if (status == PRO_OK)
    *out = s;
  else
    drop(s);
  return status;
}

uint64_t pro_shard_done(const pro_shard *shard) { return shard->news.cases; }
uint64_t pro_shard_failed(const pro_shard *shard) { return shard->news.failed; }
pro_corpus_writer *pro_shard_writer(pro_shard *shard) { return shard->writer; }

static pro_status leave_writer(pro_shard *s) {
  pro_status status = s->writer ? pro_corpus_leave_journal(s->writer) : PRO_OK;
  s->writer = NULL;
  return status;
}

pro_status pro_shard_pause(pro_shard *s) {
  pro_status status = leave_writer(s);
  pro_journal_head head;
  pro_journal_news news;
  /* a journal that holds nothing is only in the way */
  if (*s->own && pro_journal_peek(&head, &news, s->own) == PRO_OK && news.done_here == 0) unlink(s->own);
  drop(s);
  return status;
}

static pro_status load_chunk(void *payload, uint64_t chunk, pro_stack *stack) {
  return pro_journals_chunk(payload, chunk, stack);
}

static pro_status append_all(pro_shard *s, pro_corpus_writer *to) {
  pro_corpus_begin_source(to);
  for (uint64_t g = 0, k = 0; k < s->plan->cases; g++) {
    const pro_corpus_record *record;
    uint64_t count;
    PRO_TRY(pro_journals_group(&record, &count, s->journals, g));
    for (uint64_t i = 0; i < count; i++)
      PRO_TRY(pro_corpus_append_stored(to, &record[i], 1, load_chunk, s->journals));
    k += count;
  }
  return PRO_OK;
}

static pro_status lay_out(pro_shard *s, int *placed) {
  if (*s->own) PRO_TRY(pro_journals_add(s->journals, s->own));
  if (pro_journals_cases(s->journals) != s->plan->cases)
    return pro_fail(PRO_EIO, "%s: its journals hold %llu of %llu cases: run it again", s->path,
                    (unsigned long long)pro_journals_cases(s->journals), (unsigned long long)s->plan->cases);
  pro_corpus_writer *to;
  PRO_TRY(pro_corpus_create(&to, s->path, s->plan));
  pro_status status = append_all(s, to);
  if (status == PRO_OK) return pro_corpus_place(placed, to);
  pro_corpus_abandon(to);
  return status;
}

/* Another attempt has been faster. */
static int is_there(const pro_shard *s) {
  struct stat info;
  return stat(s->path, &info) == 0 && (info.st_ino != s->bad.st_ino || info.st_dev != s->bad.st_dev);
}

pro_status pro_shard_finish(pro_shard *s) {
  int placed = 0;
  pro_status status = leave_writer(s);
  if (status == PRO_OK && !is_there(s)) status = lay_out(s, &placed);
  /* it may have removed what this one wanted to read; but what this one has placed is not safe before all is done
   */
  if (status != PRO_OK && !placed && is_there(s)) status = PRO_OK;
  if (status == PRO_OK) pro_shard_clean(s->path, s->plan->shard->plan_sha256);
  drop(s);
  return status;
}

/* ---- seen from outside ---- */

/* Which shard of `count` a name is of: "shard-3-of-64.h5" or ".shard-3-of-64.h5.host.1.log"; -1: of none. */
static int64_t shard_of(const char *name, uint64_t count, int *is_journal) {
  unsigned long long index;
  char wanted[PRO_SHARD_PATH];
  *is_journal = name[0] == '.';
  if (sscanf(name + *is_journal, "shard-%llu", &index) != 1 || index >= count) return -1;
  pro_shard_name(wanted, "", index, count); /* one spelling of a number alone is ours */
  size_t length = strlen(wanted + 1);
  const char *is = name + *is_journal;
  if (strncmp(is, wanted + 1, length) != 0 || (*is_journal ? !ends(is, ".log") : is[length] != '\0')) return -1;
  return (int64_t)index;
}

static void look_at(pro_shard_news *n, const char *path, int is_journal, const char *plan_sha256) {
  struct stat info;
  if (stat(path, &info) != 0 || !S_ISREG(info.st_mode)) return; /* gone in the meantime, or none of ours */
  if (!is_journal) {
    n->state = PRO_SHARD_there, n->bytes = (uint64_t)info.st_size;
    return;
  }
  pro_journal_head head;
  pro_journal_news news;
  if (pro_journal_peek(&head, &news, path) != PRO_OK) return;
  if (plan_sha256 && !is_of(&head, plan_sha256)) return;
  double age = news.ended ? (double)INFINITY : difftime(time(NULL), info.st_mtime);
  if (n->state == PRO_SHARD_missing) n->state = PRO_SHARD_begun;
  if (n->attempts++ == 0 || age < n->age) n->age = age;
  if (n->attempts > 1 && news.cases < n->cases) return;
  n->cases = news.cases, n->failed = news.failed, n->seconds = news.seconds, n->done_here = news.done_here;
  snprintf(n->host, sizeof n->host, "%s", news.host);
}

pro_status pro_shard_look(pro_shard_news *news, const char *folder, uint64_t count, const char *plan_sha256) {
  DIR *dir = opendir(folder);
  if (!dir) return pro_fail(PRO_EMISSING, "%s: %s", folder, strerror(errno));
  memset(news, 0, count * sizeof *news);
  for (struct dirent *entry; (entry = readdir(dir));) {
    int is_journal;
    int64_t i = shard_of(entry->d_name, count, &is_journal);
    if (i < 0) continue;
    char path[2 * PRO_SHARD_PATH];
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    look_at(&news[i], path, is_journal, plan_sha256);
  }
  closedir(dir);
  return PRO_OK;
}
