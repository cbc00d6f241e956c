/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test: full; links: prodrome_output prodrome_sim */
#include "output/journal.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "output/shard.h"
#include "sim/rng.h"
#include "sim/sha256.h"
#include "tests/corpus_maker.h"

/* Fails as ck_assert_msg does, but does not note each time that it passed. */
#define check(holds, ...)                    \
  do {                                       \
    if (!(holds)) ck_abort_msg(__VA_ARGS__); \
  } while (0)

enum { CHUNK = PRO_CORPUS_CHUNK };

/* ---- shards to be made ---- */

typedef struct made_shard {
  uint64_t first, cases, group;
  size_t samples[3]; /* of cases k with k % 3 = 0, 1, 2 */
  int truth;
} made_shard;

static const made_shard kinds[] = {
    {0, 9, 4, {300, 1, 20}, 1},                  /* case 7 fails */
    {0, 1, 5, {40, 40, 40}, 1},                  /* one case, in less than a group */
    {14, 6, 2, {50, 50, 50}, 0},                 /* a first group with a failed run, 17; without truth */
    {5, 4, 1, {30, 30, 30}, 1},                  /* groups of one case; 7 fails: a group without any samples */
    {30, 5, 5, {CHUNK, CHUNK, CHUNK}, 0},        /* cases that end where chunks do */
    {40, 4, 2, {CHUNK + 1, 3, 2 * CHUNK - 1}, 0} /* cases longer than chunks */
};
static const made_shard small = {0, 6, 2, {12, 25, 7}, 0}; /* for thousands of trials */

static const char plan_hash[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

static pro_corpus_plan plan_of(const made_shard *is, pro_corpus_shard *part) {
  pro_corpus_plan plan = made_plan(is->cases, is->group);
  *part = (pro_corpus_shard){plan_hash, 1, 4, is->first, is->first + is->cases + 100};
  plan.shard = part;
  plan.keep_truth = is->truth;
  return plan;
}

/* Case k of the whole. */
static void append_run(pro_corpus_writer *to, pro_run *run, uint64_t k) {
  const double param[PRO_COUNT(made_parameters)] = {420.0 + (double)k, k % 2 ? NAN : 135080.0, (double)(k % 2)};
  pro_status status = pro_corpus_append(to, run, param);
  check(status == PRO_OK, "%s", pro_error_message());
  pro_run_clear(run);
}

static void append_cases(pro_corpus_writer *to, const made_shard *is, uint64_t from, uint64_t until) {
  for (uint64_t i = from; i < until; i++) {
    pro_run run = made_run(is->first + i, is->samples[(is->first + i) % 3]);
    append_run(to, &run, is->first + i);
  }
}

static void make_at_once(const char *path, const made_shard *is) {
  pro_corpus_shard part;
  pro_corpus_plan plan = plan_of(is, &part);
  pro_corpus_writer *writer;
  check(pro_corpus_create(&writer, path, &plan) == PRO_OK, "%s", pro_error_message());
  append_cases(writer, is, 0, is->cases);
  check(pro_corpus_commit(writer) == PRO_OK, "%s", pro_error_message());
}

static const char *shard_path(void) { return in_folder("shard-1-of-4.h5"); }
static const char *whole_path(void) { return in_folder("at_once"); }

static pro_shard *begin(const pro_corpus_plan *plan) {
  pro_shard *shard;
  check(pro_shard_begin(&shard, shard_path(), plan, 0) == PRO_OK, "%s", pro_error_message());
  return shard;
}

/* An attempt that ends before case `until`; returns how many cases it need not do. */
static uint64_t attempt(const made_shard *is, uint64_t until) {
  pro_corpus_shard part;
  pro_corpus_plan plan = plan_of(is, &part);
  pro_shard *shard = begin(&plan);
  uint64_t done = pro_shard_done(shard);
  append_cases(pro_shard_writer(shard), is, done, until);
  check(pro_shard_pause(shard) == PRO_OK, "%s", pro_error_message());
  return done;
}

/* The same without an end. */
static void die_before(const made_shard *is, uint64_t until) {
  pid_t child = fork();
  if (child == 0) {
    pro_corpus_shard part;
    pro_corpus_plan plan = plan_of(is, &part);
    pro_shard *shard = begin(&plan);
    append_cases(pro_shard_writer(shard), is, pro_shard_done(shard), until);
    _exit(0);
  }
  int how;
  check(child > 0 && waitpid(child, &how, 0) == child && how == 0, "the attempt that shall die has failed");
}

/* An attempt that succeeds; returns how many cases it need not do. */
static uint64_t finish(const made_shard *is) {
  pro_corpus_shard part;
  pro_corpus_plan plan = plan_of(is, &part);
  pro_shard *shard = begin(&plan);
  uint64_t done = pro_shard_done(shard);
  append_cases(pro_shard_writer(shard), is, done, is->cases);
  check(pro_shard_finish(shard) == PRO_OK, "%s", pro_error_message());
  return done;
}

/* ---- files ---- */

typedef struct bytes {
  char *data;
  size_t size;
} bytes;

static bytes load(const char *path) {
  bytes is = {0};
  FILE *file = fopen(path, "rb");
  check(file != NULL, "%s: no such file", path);
  fseek(file, 0, SEEK_END);
  is.size = (size_t)ftell(file), is.data = malloc(is.size + 1);
  rewind(file);
  check(fread(is.data, 1, is.size, file) == is.size, "%s: cannot be read", path);
  fclose(file);
  return is;
}

static void store(const char *path, const char *data, size_t size) {
  FILE *file = fopen(path, "wb");
  check(file && fwrite(data, 1, size, file) == size && fclose(file) == 0, "%s: cannot be written", path);
}

static void check_same(const char *a, const char *b) {
  bytes is = load(a), wanted = load(b);
  check(is.size == wanted.size && memcmp(is.data, wanted.data, is.size) == 0, "%s: has not the bytes of %s", a, b);
  free(is.data), free(wanted.data);
}

/* How many files of attempts lie about; the name of one of them. */
static int count_hidden(char name[400], const char *ending) {
  DIR *dir = opendir(made_folder);
  int n = 0;
  for (struct dirent *entry; (entry = readdir(dir));) {
    size_t length = strlen(entry->d_name);
    if (strncmp(entry->d_name, ".shard-", 7) != 0 || strcmp(entry->d_name + length - strlen(ending), ending) != 0)
      continue;
    if (name) snprintf(name, 400, "%s/%s", made_folder, entry->d_name);
    n++;
  }
  closedir(dir);
  return n;
}

/* The journal of an attempt that stopped before case `until`; the folder is then as before. */
static bytes journal_until(const made_shard *is, uint64_t until) {
  char name[400];
  attempt(is, until);
  ck_assert_int_eq(count_hidden(name, ".log"), 1);
  bytes journal = load(name);
  unlink(name);
  return journal;
}

static void give(const char *data, size_t size) { store(in_folder(".shard-1-of-4.h5.node.1.log"), data, size); }

/* ---- (a) the bytes ---- */

START_TEST(a_journal_laid_out_is_the_shard_made_at_once) {
  const made_shard *is = &kinds[_i];
  make_at_once(whole_path(), is);
  ck_assert_uint_eq(finish(is), 0);
  check_same(shard_path(), whole_path());
  ck_assert_int_eq(count_hidden(NULL, ""), 0);
}
END_TEST

START_TEST(an_attempt_goes_on_at_the_group_where_the_last_one_stopped) {
  const made_shard *is = &kinds[_i];
  make_at_once(whole_path(), is);
  for (uint64_t until = 0; until <= is->cases; until++) {
    uint64_t kept = until == is->cases ? until : until / is->group * is->group;
    ck_assert_uint_eq(attempt(is, until), 0);
    ck_assert_int_eq(count_hidden(NULL, ".log"), kept > 0);
    ck_assert_uint_eq(finish(is), kept);
    check_same(shard_path(), whole_path());
    ck_assert_int_eq(count_hidden(NULL, ""), 0);
    unlink(shard_path());
  }
}
END_TEST

START_TEST(attempts_of_one_case_more_each_come_to_an_end) {
  const made_shard *is = &kinds[_i];
  make_at_once(whole_path(), is);
  for (uint64_t until = 1; until < is->cases; until++) {
    pro_corpus_shard part;
    pro_corpus_plan plan = plan_of(is, &part);
    pro_shard *shard = begin(&plan);
    uint64_t done = pro_shard_done(shard);
    ck_assert_uint_eq(done, (until - 1) / is->group * is->group);
    uint64_t failed = 0;
    for (uint64_t i = 0; i < done; i++) failed += made_fails(is->first + i) != 0;
    ck_assert_uint_eq(pro_shard_failed(shard), failed);
    append_cases(pro_shard_writer(shard), is, done, until);
    ck_assert_int_eq(pro_shard_pause(shard), PRO_OK);
  }
  finish(is);
  check_same(shard_path(), whole_path());
  ck_assert_int_eq(count_hidden(NULL, ""), 0);
}
END_TEST

/* ---- (b) damage ---- */

/* What an attempt makes of a damaged journal: nothing wrong is taken up, and the shard has the right bytes. */
static uint64_t survive_beside(int left, uint64_t most, const char *what, uint64_t where) {
  uint64_t done = finish(&small);
  check(done <= most && done % small.group == 0, "%s %llu: %llu cases taken up where %llu can be read", what,
        (unsigned long long)where, (unsigned long long)done, (unsigned long long)most);
  check_same(shard_path(), whole_path());
  check(count_hidden(NULL, "") == left, "%s %llu: not %d, but something else is left behind", what,
        (unsigned long long)where, left);
  unlink(shard_path());
  return done;
}

static uint64_t survive(uint64_t most, const char *what, uint64_t where) {
  return survive_beside(0, most, what, where);
}

static bytes prepare_small(void) {
  make_at_once(whole_path(), &small);
  return journal_until(&small, small.cases);
}

/* ---- what is taken up, without making the shard of it ---- */

enum { GROUPS = 3, TEXT = PRO_SHA256_TEXT };

static void feed_rows(struct sha256_ctx *state, const pro_corpus_record *record, uint64_t count) {
  for (uint64_t k = 0; k < count; k++) {
    sha256_update(state, sizeof record[k].row, (const uint8_t *)&record[k].row);
    sha256_update(state, sizeof record[k].rtol, (const uint8_t *)&record[k].rtol);
    sha256_update(state, PRO_COUNT(made_parameters) * sizeof(double), (const uint8_t *)record[k].param);
    sha256_update(state, (size_t)pro_sensor_count() * sizeof(int64_t), (const uint8_t *)record[k].clipped);
    sha256_update(state, strlen(record[k].message) + 1, (const uint8_t *)record[k].message);
  }
}

static void feed_chunk(struct sha256_ctx *state, pro_journals *journals, uint64_t chunk, pro_belt *belt) {
  pro_chunk chunks[64] = {{0}};
  pro_stack stack = {.belt = belt, .chunk = chunks};
  check(belt->columns <= PRO_COUNT(chunks), "%zu columns", belt->columns);
  for (size_t c = 0; c < belt->columns; c++) chunks[c].data = malloc(pro_stack_room(belt, c));
  check(pro_journals_chunk(journals, chunk, &stack) == PRO_OK, "%s", pro_error_message());
  for (size_t c = 0; c < belt->columns; c++) {
    sha256_update(state, sizeof chunks[c].size, (const uint8_t *)&chunks[c].size);
    sha256_update(state, chunks[c].size, (const uint8_t *)chunks[c].data);
    free(chunks[c].data);
  }
}

/* Of all that a journal gives, and how many cases that are. */
static uint64_t taken_up(char hash[TEXT]) {
  pro_corpus_shard part;
  pro_corpus_plan plan = plan_of(&small, &part);
  pro_journal_head head;
  pro_journals *journals;
  pro_corpus_journal_head(&head, &plan);
  check(pro_journals_create(&journals, &head, plan.cases, plan.group) == PRO_OK, "%s", pro_error_message());
  check(pro_journals_add(journals, in_folder(".shard-1-of-4.h5.node.1.log")) == PRO_OK, "%s", pro_error_message());
  uint64_t cases = pro_journals_cases(journals), count, chunks = pro_journals_chunks(journals);
  struct sha256_ctx state;
  sha256_init(&state);
  const pro_corpus_record *record;
  for (uint64_t g = 0; g < cases / small.group; g++) {
    check(pro_journals_group(&record, &count, journals, g) == PRO_OK, "%s", pro_error_message());
    feed_rows(&state, record, count);
  }
  pro_column column[16] = {{0}};
  pro_belt belt = {.columns = head.columns, .length = CHUNK, .column = column};
  for (size_t c = 0; c < head.columns; c++) column[c].type = PRO_CORPUS_f64; /* room enough for any */
  for (uint64_t chunk = 0; chunk < chunks; chunk++) feed_chunk(&state, journals, chunk, &belt);
  pro_sha256_end(hash, &state);
  pro_journals_free(journals);
  return cases;
}

/* Of 0, 1, ... groups of what is whole. */
static void hash_of_groups(char hash[GROUPS + 1][TEXT], const bytes *journal) {
  int known = 0;
  for (size_t size = 1024; size <= journal->size && known <= GROUPS; size++) {
    give(journal->data, size);
    char here[TEXT];
    if (taken_up(here) == (uint64_t)known * small.group) strcpy(hash[known++], here);
  }
  ck_assert_int_eq(known, GROUPS + 1);
}

/* Nothing but the first groups of it is taken up; returns how many. */
static uint64_t check_taken(char hash[GROUPS + 1][TEXT], const char *what, uint64_t where) {
  char here[TEXT];
  uint64_t groups = taken_up(here) / small.group;
  check(groups <= GROUPS && strcmp(here, hash[groups]) == 0, "%s %llu: what is taken up is not what was written",
        what, (unsigned long long)where);
  return groups;
}

START_TEST(of_a_truncated_journal_whole_groups_are_taken_up) {
  char hash[GROUPS + 1][TEXT];
  bytes journal = prepare_small();
  hash_of_groups(hash, &journal);
  uint64_t before = 0;
  const size_t step = getenv("PRO_LONG") ? 1 : 7, tail = journal.size - 2000;
  for (size_t size = 0; size <= journal.size; size += size < tail ? step : 1) { /* more of it never gives less */
    give(journal.data, size);
    uint64_t groups = check_taken(hash, "truncated to", size);
    check(groups >= before, "%zu bytes give less than fewer do", size);
    if (groups != before || size % 5000 == 0 || size == journal.size)
      ck_assert_uint_eq(survive(small.cases, "truncated to", size), groups * small.group);
    before = groups;
  }
  ck_assert_uint_eq(before, GROUPS);
  free(journal.data);
}
END_TEST

/* In (0, 1). */
static double draw(uint64_t trial, uint64_t index) {
  return pro_rng_uniform((pro_stream){.seed = 20250, .run = trial}, index);
}

START_TEST(a_flipped_bit_is_never_taken_up) {
  char hash[GROUPS + 1][TEXT];
  bytes journal = prepare_small();
  hash_of_groups(hash, &journal);
  const int trials = getenv("PRO_LONG") ? 40000 : 4000;
  int partial = 0;
  for (int trial = 0; trial < trials; trial++) {
    size_t bit = (size_t)(draw((uint64_t)trial, 0) * 8.0 * (double)journal.size);
    journal.data[bit / 8] ^= (char)(1 << bit % 8);
    give(journal.data, journal.size);
    partial += check_taken(hash, "flipped bit", bit) < GROUPS;
    if (trial % 200 == 0) survive(small.cases, "flipped bit", bit);
    journal.data[bit / 8] ^= (char)(1 << bit % 8);
  }
  ck_assert_int_ge(partial, trials / 2); /* most of a journal is chunks and rows */
  free(journal.data);
}
END_TEST

START_TEST(zeros_and_noise_in_a_journal_are_never_taken_up) {
  char hash[GROUPS + 1][TEXT];
  bytes journal = prepare_small();
  hash_of_groups(hash, &journal);
  char *copy = malloc(journal.size);
  const int trials = getenv("PRO_LONG") ? 20000 : 2000;
  for (int trial = 0; trial < trials; trial++) {
    const uint64_t seed = 100000 + (uint64_t)trial;
    size_t from = (size_t)(draw(seed, 0) * (double)journal.size), until = from + (size_t)(draw(seed, 1) * 2000.0);
    memcpy(copy, journal.data, journal.size);
    for (size_t i = from; i < until && i < journal.size; i++)
      copy[i] = trial % 2 ? 0 : (char)(256.0 * draw(seed, i));
    give(copy, journal.size);
    check_taken(hash, "overwritten from", from);
    if (trial % 200 == 0) survive(small.cases, "overwritten from", from);
  }
  free(copy), free(journal.data);
}
END_TEST

START_TEST(what_stands_behind_a_journal_does_no_harm) {
  bytes journal = prepare_small();
  size_t size = journal.size + 5000;
  char *copy = malloc(2 * journal.size + size);
  memcpy(copy, journal.data, journal.size);
  for (size_t i = journal.size; i < size; i++) copy[i] = (char)(256.0 * draw(1, i));
  give(copy, size);
  ck_assert_uint_eq(survive(small.cases, "noise of", 5000), small.cases);
  memset(copy + journal.size, 0, 5000);
  give(copy, size);
  ck_assert_uint_eq(survive(small.cases, "zeros of", 5000), small.cases);
  memcpy(copy + journal.size, journal.data, journal.size); /* itself once more */
  give(copy, 2 * journal.size);
  ck_assert_uint_eq(survive(small.cases, "a journal of", journal.size), small.cases);
  memcpy(copy + journal.size, journal.data + 1024, journal.size - 1024); /* its records once more */
  give(copy, 2 * journal.size - 1024);
  ck_assert_uint_eq(survive(small.cases, "records of", journal.size), small.cases);
  free(copy), free(journal.data);
}
END_TEST

static pro_corpus_plan foreign_plan(pro_corpus_shard *part, int which) {
  pro_corpus_plan plan = plan_of(&small, part);
  if (which == 0) part->plan_sha256 = "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  if (which == 1) plan.source = "prodrome tesu";
  if (which == 2) part->index = 2;
  if (which == 3) part->count = 5;
  if (which == 4) plan.parameters--;
  if (which == 5) plan.keep_truth = 1;
  return plan;
}

START_TEST(a_journal_of_another_plan_build_or_shard_is_passed_over) {
  make_at_once(whole_path(), &small);
  for (int which = 0; which < 6; which++) {
    pro_corpus_shard part;
    pro_corpus_plan plan = foreign_plan(&part, which);
    pro_shard *shard = begin(&plan);
    append_cases(pro_shard_writer(shard), &small, 0, small.cases);
    ck_assert_int_eq(pro_shard_pause(shard), PRO_OK);
    int left = which == 0; /* another plan's attempt may go on from it */
    ck_assert_uint_eq(survive_beside(left, 0, "foreign", (uint64_t)which), 0);
    if (left) pro_shard_clean(shard_path(), part.plan_sha256);
    ck_assert_int_eq(count_hidden(NULL, ""), 0);
  }
}
END_TEST

START_TEST(what_is_no_journal_is_passed_over) {
  make_at_once(whole_path(), &small);
  give("", 0);
  ck_assert_uint_eq(survive(0, "empty", 0), 0);
  give("prodrome-log/1\n", 16);
  ck_assert_uint_eq(survive(0, "nothing but its name", 0), 0);
  char name[128];
  strcpy(name, in_folder(".shard-1-of-4.h5.node.1.log"));
  ck_assert_int_eq(mkdir(name, 0777), 0);
  ck_assert_uint_eq(finish(&small), 0);
  check_same(shard_path(), whole_path());
  ck_assert_int_eq(rmdir(name), 0); /* it was not ours to remove */
  unlink(shard_path());
  ck_assert_int_eq(symlink("nowhere", name), 0);
  ck_assert_uint_eq(survive(0, "a link to nowhere", 0), 0);
  ck_assert_int_eq(mkfifo(name, 0666), 0); /* nobody writes to it: to open it must not wait for that */
  ck_assert_uint_eq(survive(0, "a pipe", 0), 0);
}
END_TEST

/* ---- (c) several journals ---- */

START_TEST(attempts_at_the_same_time_are_put_together) {
  const made_shard *is = &kinds[_i];
  pro_corpus_shard part;
  pro_corpus_plan plan = plan_of(is, &part);
  make_at_once(whole_path(), is);
  pro_shard *a = begin(&plan), *b = begin(&plan);
  append_cases(pro_shard_writer(a), is, 0, is->cases / 2);
  append_cases(pro_shard_writer(b), is, 0, is->cases * 3 / 4);
  pro_shard *c = begin(&plan); /* while both are at it */
  append_cases(pro_shard_writer(a), is, is->cases / 2, is->cases);
  append_cases(pro_shard_writer(c), is, pro_shard_done(c), is->cases);
  ck_assert_int_eq(pro_shard_pause(b), PRO_OK);
  ck_assert_int_eq(pro_shard_finish(c), PRO_OK);
  check_same(shard_path(), whole_path());
  ck_assert_int_eq(count_hidden(NULL, ""), 0); /* a's journal too: it has nothing to add */
  ck_assert_int_eq(pro_shard_finish(a), PRO_OK);
  check_same(shard_path(), whole_path());
  ck_assert_int_eq(count_hidden(NULL, ""), 0);
}
END_TEST

START_TEST(attempts_that_died_are_put_together) {
  const made_shard *is = &kinds[_i];
  make_at_once(whole_path(), is);
  for (uint64_t until = 1; until <= is->cases; until++) die_before(is, until);
  finish(is);
  check_same(shard_path(), whole_path());
  ck_assert_int_eq(count_hidden(NULL, ""), 0);
}
END_TEST

/* As when a wall clock ends cases: attempts differ. Case 0 is short in one of them, long in the other; what comes
 * of both must be one of them, group by group. */
static const made_shard loose = {0, 6, 3, {CHUNK, CHUNK + CHUNK / 2, 10}, 0};

static void append_loosely(pro_corpus_writer *to, int other, uint64_t from, uint64_t until) {
  for (uint64_t k = from; k < until; k++) {
    pro_run run = made_run(k, other && k == 0 ? 100 : loose.samples[k % 3]);
    append_run(to, &run, k);
  }
}

static void loose_journal(int other, uint64_t until, int dies) {
  pid_t child = fork();
  if (child == 0) {
    pro_corpus_shard part;
    pro_corpus_plan plan = plan_of(&loose, &part);
    pro_shard *shard = begin(&plan);
    append_loosely(pro_shard_writer(shard), other, 0, until);
    if (pro_corpus_help(pro_shard_writer(shard)) != PRO_OK) _exit(1);
    nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL); /* until the thread that writes has written */
    _exit(dies || pro_shard_pause(shard) == PRO_OK ? 0 : 1);
  }
  int how;
  check(child > 0 && waitpid(child, &how, 0) == child && how == 0, "the attempt that shall die has failed");
}

START_TEST(a_group_is_taken_from_one_attempt_alone) {
  pro_corpus_shard part;
  pro_corpus_plan plan = plan_of(&loose, &part);
  for (int other = 0; other < 2; other++) {
    pro_corpus_writer *writer;
    ck_assert_int_eq(pro_corpus_create(&writer, in_folder(other ? "other" : "one"), &plan), PRO_OK);
    append_loosely(writer, other, 0, loose.cases);
    ck_assert_int_eq(pro_corpus_commit(writer), PRO_OK);
  }
  /* whole: cases of the one that ends a group or the shard in good order; begun: of the one that dies within it */
  char name[400];
  for (int turn = 0; turn < 8; turn += getenv("PRO_LONG") ? 1 : 3) {
    uint64_t whole = turn & 1 ? 6 : 3, begun = turn & 4 ? 5 : 2;
    loose_journal(0, whole, 0);
    ck_assert_int_eq(count_hidden(name, ".log"), 1);
    bytes first = load(name);
    unlink(name);
    loose_journal(1, begun, 1);
    ck_assert_int_eq(count_hidden(name, ".log"), 1);
    bytes second = load(name);
    unlink(name);
    for (int k = 0; k < 2; k++) { /* a folder may list them in either order */
      const bytes *is = k == (turn >> 1 & 1) ? &first : &second;
      store(in_folder(k ? ".shard-1-of-4.h5.z.1.log" : ".shard-1-of-4.h5.a.1.log"), is->data, is->size);
    }
    free(first.data), free(second.data);
    pro_shard *shard = begin(&plan);
    ck_assert_uint_ge(pro_shard_done(shard), 3);
    append_loosely(pro_shard_writer(shard), 0, pro_shard_done(shard), pro_shard_writer(shard) ? loose.cases : 0);
    check(pro_shard_finish(shard) == PRO_OK, "turn %d: %s", turn, pro_error_message());
    bytes is = load(shard_path()), one = load(in_folder("one")), two = load(in_folder("other"));
    check((is.size == one.size && memcmp(is.data, one.data, one.size) == 0) ||
              (is.size == two.size && memcmp(is.data, two.data, two.size) == 0),
          "turn %d: the shard is neither attempt's", turn);
    free(is.data), free(one.data), free(two.data);
    unlink(shard_path());
  }
}
END_TEST

/* A batch system may end a task, and begin it anew, for weeks; a process may have a few files open. */
START_TEST(as_many_attempts_may_die_as_like) {
  enum { FILES = 64 };
  ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &(struct rlimit){FILES, FILES}), 0);
  make_at_once(whole_path(), &small);
  bytes journal = journal_until(&small, 4);
  for (int k = 0; k < 2 * FILES; k++) {
    char name[64];
    snprintf(name, sizeof name, ".shard-1-of-4.h5.node.%d.log", k + 1);
    store(in_folder(name), journal.data, k % 3 ? 1024 : journal.size);
  }
  ck_assert_uint_eq(finish(&small), 4);
  check_same(shard_path(), whole_path());
  ck_assert_int_eq(count_hidden(NULL, ""), 0);
  free(journal.data);
}
END_TEST

START_TEST(what_a_dead_attempt_was_laying_out_goes_with_the_rest) {
  store(in_folder(".shard-1-of-4.h5.77.part"), "half", 4);
  store(in_folder(".shard-1-of-4.h5.node.77.log"), "half", 4);
  store(in_folder(".shard-2-of-4.h5.77.part"), "half", 4); /* another shard's */
  finish(&small);
  ck_assert_int_eq(count_hidden(NULL, ""), 1);
}
END_TEST

/* ---- (d) seen from outside ---- */

START_TEST(a_folder_tells_of_all_shards) {
  pro_shard_news news[4];
  ck_assert_int_eq(pro_shard_look(news, in_folder("none"), 4, NULL), PRO_EMISSING);
  ck_assert_int_eq(pro_shard_look(news, made_folder, 4, NULL), PRO_OK);
  for (int i = 0; i < 4; i++) ck_assert_int_eq(news[i].state, PRO_SHARD_missing);
  const made_shard *is = &kinds[0]; /* groups of 4; case 7 fails */
  attempt(is, 5);
  attempt(is, 8);
  ck_assert_int_eq(pro_shard_look(news, made_folder, 4, NULL), PRO_OK);
  ck_assert_int_eq(news[1].state, PRO_SHARD_begun);
  ck_assert_int_eq(news[1].attempts, 2);
  ck_assert_uint_eq(news[1].cases, 8);
  ck_assert_uint_eq(news[1].failed, 1);
  ck_assert_uint_eq(news[1].done_here, 4);
  ck_assert(isinf(news[1].age) && news[1].seconds >= 0.0 && news[1].seconds < 60.0);
  char host[64] = "";
  gethostname(host, sizeof host - 1);
  ck_assert_str_eq(news[1].host, host);
  for (int i = 0; i < 4; i += i ? 1 : 2) ck_assert_int_eq(news[i].state, PRO_SHARD_missing);
  finish(is);
  ck_assert_int_eq(pro_shard_look(news, made_folder, 4, NULL), PRO_OK);
  ck_assert_int_eq(news[1].state, PRO_SHARD_there);
  ck_assert_int_eq(news[1].attempts, 0);
  bytes shard = load(shard_path());
  ck_assert_uint_eq(news[1].bytes, shard.size);
  free(shard.data);
  ck_assert_int_eq(pro_shard_look(news, made_folder, 3, NULL), PRO_OK); /* a plan of three has no such shard */
  for (int i = 0; i < 3; i++) ck_assert_int_eq(news[i].state, PRO_SHARD_missing);
}
END_TEST

START_TEST(names_that_only_look_like_shards_are_none) {
  static const char *const names[] = {"shard-01-of-4.h5",
                                      "shard-+1-of-4.h5",
                                      "shard- 1-of-4.h5",
                                      "shard-1-of-04.h5",
                                      "shard-1-of-4.h5~",
                                      "shard-1-of-4.h",
                                      "shard-4-of-4.h5",
                                      "shard--1-of-4.h5",
                                      "xshard-1-of-4.h5",
                                      "shard-1-of-4.json",
                                      "shard-18446744073709551617-of-4.h5",
                                      ".shard-1-of-4.h5.1.part"};
  pro_shard_news news[4];
  for (size_t k = 0; k < PRO_COUNT(names); k++) store(in_folder(names[k]), "some", 4);
  ck_assert_int_eq(mkdir(shard_path(), 0777), 0);
  ck_assert_int_eq(pro_shard_look(news, made_folder, 4, NULL), PRO_OK);
  for (int i = 0; i < 4; i++) ck_assert_msg(news[i].state == PRO_SHARD_missing, "shard %d is said to be there", i);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("journal");
  TCase *tests = tcase_create("all");
  tcase_add_checked_fixture(tests, folder_begin, folder_end);
  tcase_add_loop_test(tests, a_journal_laid_out_is_the_shard_made_at_once, 0, PRO_COUNT(kinds));
  tcase_add_loop_test(tests, an_attempt_goes_on_at_the_group_where_the_last_one_stopped, 0, PRO_COUNT(kinds));
  tcase_add_loop_test(tests, attempts_of_one_case_more_each_come_to_an_end, 0, PRO_COUNT(kinds));
  tcase_add_test(tests, of_a_truncated_journal_whole_groups_are_taken_up);
  tcase_add_test(tests, a_flipped_bit_is_never_taken_up);
  tcase_add_test(tests, zeros_and_noise_in_a_journal_are_never_taken_up);
  tcase_add_test(tests, what_stands_behind_a_journal_does_no_harm);
  tcase_add_test(tests, a_journal_of_another_plan_build_or_shard_is_passed_over);
  tcase_add_test(tests, what_is_no_journal_is_passed_over);
  tcase_add_loop_test(tests, attempts_at_the_same_time_are_put_together, 0, PRO_COUNT(kinds));
  tcase_add_loop_test(tests, attempts_that_died_are_put_together, 0, PRO_COUNT(kinds));
  tcase_add_test(tests, a_group_is_taken_from_one_attempt_alone);
  tcase_add_test(tests, as_many_attempts_may_die_as_like);
  tcase_add_test(tests, what_a_dead_attempt_was_laying_out_goes_with_the_rest);
  tcase_add_test(tests, a_folder_tells_of_all_shards);
  tcase_add_test(tests, names_that_only_look_like_shards_are_none);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
