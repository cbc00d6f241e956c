/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test: full; links: prodrome_output prodrome_sim */
#include "output/corpus.h"

#include <dirent.h>
#if __has_include(<hdf5.h>)
#include <hdf5.h>
#else /* where Debian keeps it */
#include <hdf5/serial/hdf5.h>
#endif
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "output/corpus_histogram.h"
#include "tests/corpus_maker.h"

static int entries(void) { /* in the test's folder */
  DIR *dir = opendir(made_folder);
  int count = 0;
  for (struct dirent *entry; (entry = readdir(dir));)
    count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
  closedir(dir);
  return count;
}

static char *slurp(size_t *size, const char *path) {
  FILE *file = fopen(path, "rb");
  ck_assert_msg(file != NULL, "%s", path);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *data = malloc(*size + 1);
  ck_assert_uint_eq(fread(data, 1, *size, file), *size);
  fclose(file);
  return data;
}

START_TEST(what_was_written_is_read_back) {
  made_corpus(in_folder("a.h5"), 25, 8, MADE_SAMPLES);
  pro_corpus *corpus;
  ck_assert_msg(pro_corpus_open(&corpus, in_folder("a.h5")) == PRO_OK, "%s", pro_error_message());
  ck_assert_uint_eq(pro_corpus_cases(corpus), 25);
  for (uint64_t k = 0; k < 25; k++) {
    pro_run run = made_run(k, MADE_SAMPLES);
    pro_record record;
    pro_truth_row truth;
    ck_assert_msg(pro_corpus_read(&record, corpus, k) == PRO_OK, "%s", pro_error_message());
    ck_assert_int_eq(pro_corpus_truth(&truth, corpus, k), PRO_OK);
    ck_assert_int_eq(record.split, pro_label_split(7, (int64_t)k));
    ck_assert_int_eq(truth.class_, pro_label_class(&run));
    ck_assert_int_eq(truth.family, run.in.family);
    ck_assert_int_eq(truth.cell_draw, (int64_t)k);
    ck_assert(record.nameplate.mass == (float)run.in.cell.mass);
    ck_assert_int_eq(record.nameplate.format, run.in.cell.format);
    if (made_fails(k)) {
      ck_assert_uint_eq(record.samples, 0);
      ck_assert_int_eq(truth.outcome, PRO_OUTCOME_failed);
      continue;
    }
    ck_assert_int_eq(truth.outcome, run.truth->outcome);
    ck_assert(made_runs_away(k) == !isnan(truth.t_runaway_guarded));
    ck_assert_uint_eq(record.samples, MADE_SAMPLES);
    ck_assert_mem_eq(record.t, run.seen->t, MADE_SAMPLES * sizeof(double));
    for (int c = 0; c < PRO_CHANNEL_COUNT; c++) {
      int s = pro_sensor_find(pro_channel_names[c]);
      ck_assert_ptr_nonnull(record.channel[c]);
      for (size_t i = 0; i < MADE_SAMPLES; i++) {
        int32_t code = run.seen->code[s][i];
        if (code == PRO_CODE_MISSING)
          ck_assert(isnan(record.channel[c][i]));
        else /* the same product and sum of doubles, rounded once: equal to the bit */
          ck_assert(record.channel[c][i] ==
                    (float)(code * pro_sensor_all[s]->quantum + pro_sensor_all[s]->offset));
      }
    }
    pro_run_clear(&run);
  }
  pro_record record;
  ck_assert_int_eq(pro_corpus_read(&record, corpus, 25), PRO_EINPUT);
  pro_corpus_close(corpus);
  ck_assert_int_eq(entries(), 1); /* no temporary file is left */
}
END_TEST

START_TEST(verification_counts_what_is_there) {
  made_corpus(in_folder("a.h5"), 25, 8, MADE_SAMPLES);
  pro_corpus_summary summary;
  ck_assert_msg(pro_corpus_verify(&summary, in_folder("a.h5"), 2, NULL) == PRO_OK, "%s", pro_error_message());
  uint64_t failed = 0, away = 0;
  for (uint64_t k = 0; k < 25; k++) failed += (uint64_t)made_fails(k), away += (uint64_t)made_runs_away(k);
  ck_assert_uint_eq(summary.cases, 25);
  ck_assert_uint_eq(summary.groups, 4);
  ck_assert_uint_eq(summary.samples, (25 - failed) * MADE_SAMPLES);
  ck_assert_uint_eq(summary.by_outcome[PRO_OUTCOME_failed], failed);
  ck_assert_uint_eq(summary.by_outcome[PRO_OUTCOME_runaway], away);
  ck_assert_uint_eq(summary.by_class[PRO_CLASS_event], away);
  ck_assert_str_eq(summary.schema, PRO_CORPUS_SCHEMA);
  ck_assert_str_eq(summary.integrator, "made_up, rtol 1e-06 to 0.0001");
  struct stat info;
  ck_assert_int_eq(stat(in_folder("a.h5"), &info), 0);
  ck_assert_uint_eq(summary.bytes, (uint64_t)info.st_size);
}
END_TEST

START_TEST(cases_longer_than_a_chunk_and_groups_of_any_size_are_whole) {
  const struct {
    uint64_t cases, group;
    size_t samples;
  } shape[] = {{1, 1, 1}, {3, 2, 70000}, {2, 1, 65536}, {9, 4, 32768}, {3, 64, 65535}, {8, 3, 1}};
  made_corpus(in_folder("a.h5"), shape[_i].cases, shape[_i].group, shape[_i].samples);
  pro_corpus_summary summary;
  ck_assert_msg(pro_corpus_verify(&summary, in_folder("a.h5"), 2, NULL) == PRO_OK, "%s", pro_error_message());
  pro_corpus *corpus;
  ck_assert_int_eq(pro_corpus_open(&corpus, in_folder("a.h5")), PRO_OK);
  for (uint64_t k = 0; k < shape[_i].cases; k++) {
    pro_record record;
    ck_assert_int_eq(pro_corpus_read(&record, corpus, k), PRO_OK);
    for (size_t i = 0; i < record.samples; i++) ck_assert(record.t[i] == (double)i);
  }
  pro_corpus_close(corpus);
}
END_TEST

START_TEST(equal_content_is_equal_bytes) {
  made_corpus(in_folder("a.h5"), 25, 8, MADE_SAMPLES);
  free(calloc(1, 1 << 20)); /* another heap */
  sleep(1);                 /* and another second */
  made_corpus(in_folder("b.h5"), 25, 8, MADE_SAMPLES);
  size_t a_size, b_size;
  char *a = slurp(&a_size, in_folder("a.h5")), *b = slurp(&b_size, in_folder("b.h5"));
  ck_assert_uint_eq(a_size, b_size);
  for (size_t i = 0; i < a_size; i++) ck_assert_msg(a[i] == b[i], "byte %zu differs", i);
  free(a), free(b);
}
END_TEST

static atomic_int done;
static void *helps(void *writer) {
  const struct timespec moment = {.tv_nsec = 50000};
  pro_status status = PRO_OK;
  while (!atomic_load(&done) && status == PRO_OK) status = pro_corpus_help(writer), nanosleep(&moment, NULL);
  return status == PRO_OK ? NULL : writer;
}

/* As made_write, beside three threads that help. */
static pro_status write_helped(const char *path, uint64_t cases, uint64_t group, size_t samples) {
  pro_corpus_plan plan = made_plan(cases, group);
  pro_corpus_writer *writer;
  PRO_TRY(pro_corpus_create(&writer, path, &plan));
  pthread_t threads[3];
  atomic_store(&done, 0);
  for (int i = 0; i < 3; i++) ck_assert_int_eq(pthread_create(&threads[i], NULL, helps, writer), 0);
  pro_status status = made_append(writer, cases, samples);
  atomic_store(&done, 1);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  if (status == PRO_OK) return pro_corpus_commit(writer);
  pro_corpus_abandon(writer);
  return status;
}

/* Groups of four chunks, so that all room is full at times; and tables of several blocks. */
START_TEST(helpers_change_no_byte) {
  const struct {
    uint64_t cases, group;
    size_t samples;
  } shape[] = {{12, 3, 70000}, {3000, 1000, 2}};
  made_corpus(in_folder("a.h5"), shape[_i].cases, shape[_i].group, shape[_i].samples);
  ck_assert_int_eq(write_helped(in_folder("b.h5"), shape[_i].cases, shape[_i].group, shape[_i].samples), PRO_OK);
  size_t a_size, b_size;
  char *a = slurp(&a_size, in_folder("a.h5")), *b = slurp(&b_size, in_folder("b.h5"));
  ck_assert_uint_eq(a_size, b_size);
  ck_assert_mem_eq(a, b, a_size);
  free(a), free(b);
}
END_TEST

/* Samples [from, from + n) of a run, as if no others were held: a block of their own, and no more is left of the
 * run. */
static pro_status append_piece(pro_corpus_writer *writer, const pro_run *run, size_t from, size_t n) {
  const pro_trajectory *truth = run->truth;
  size_t reactions = (size_t)truth->reactions;
  pro_trajectory piece = {.samples = n, .reactions = truth->reactions};
  pro_observation seen = *run->seen;
  double *xi = malloc(reactions * n * sizeof *xi);
  piece.t = truth->t + from, piece.xi = xi;
  for (int c = 0; c < PRO_TRUTH_COUNT; c++) piece.truth[c] = truth->truth[c] + from;
  for (size_t j = 0; j < reactions; j++) memcpy(xi + j * n, truth->xi + j * truth->samples + from, n * sizeof *xi);
  seen.samples = n, seen.t += from;
  for (int c = 0; c < seen.channels; c++) seen.code[c] += from;
  pro_status status = pro_corpus_piece(writer, &piece, &seen);
  free(xi);
  return status;
}

START_TEST(a_case_in_pieces_is_the_same_case) {
  enum { LONG = 150001 };
  static const size_t most[] = {1000, 65536, 99999, LONG, LONG / 2 + 1}; /* the last ends right before the jump */
  const double param[] = {420.0, 1.0, 0.0};
  pro_corpus_plan plan = made_plan(2, 2);
  pro_run run = made_run(1, LONG), other = made_run(2, MADE_SAMPLES);
  run.truth->clock[PRO_CLOCK_max] = LONG / 2 - 5; /* then the rate alone says whether it is over */
  pro_corpus_writer *writer;
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder("a.h5"), &plan), PRO_OK);
  ck_assert_int_eq(pro_corpus_append(writer, &run, param), PRO_OK);
  ck_assert_int_eq(pro_corpus_append(writer, &other, param), PRO_OK);
  ck_assert_msg(pro_corpus_commit(writer) == PRO_OK, "%s", pro_error_message());
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder("b.h5"), &plan), PRO_OK);
  ck_assert_int_eq(pro_corpus_begin(writer, &run), PRO_OK);
  for (size_t from = 0; from < LONG; from += most[_i])
    ck_assert_int_eq(append_piece(writer, &run, from, LONG - from < most[_i] ? LONG - from : most[_i]), PRO_OK);
  ck_assert_int_eq(pro_corpus_end(writer, param), PRO_OK);
  ck_assert_int_eq(pro_corpus_append(writer, &other, param), PRO_OK);
  ck_assert_msg(pro_corpus_commit(writer) == PRO_OK, "%s", pro_error_message());
  size_t a_size, b_size;
  char *a = slurp(&a_size, in_folder("a.h5")), *b = slurp(&b_size, in_folder("b.h5"));
  ck_assert_uint_eq(a_size, b_size);
  ck_assert_mem_eq(a, b, a_size);
  free(a), free(b);
  pro_run_clear(&run), pro_run_clear(&other);
}
END_TEST

/* The slots of reactions that a chemistry does not have are missing, before and behind cases that have them. */
START_TEST(extents_stand_in_their_own_slots) {
  enum { CASES = 5, SLOT = 2 };
  static const int reactions[CASES] = {1, SLOT + 1, 1, SLOT + 1, SLOT};
  pro_corpus_plan plan = made_plan(CASES, CASES);
  pro_corpus_writer *writer;
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder("a.h5"), &plan), PRO_OK);
  for (int k = 0; k < CASES; k++) {
    pro_run run = made_run(1, MADE_SAMPLES);
    ck_assert_int_ge(run.truth->reactions, SLOT + 1);
    run.truth->reactions = reactions[k];
    ck_assert_int_eq(pro_corpus_append(writer, &run, (double[]){1.0, 2.0, 0.0}), PRO_OK);
    pro_run_clear(&run);
  }
  ck_assert_msg(pro_corpus_commit(writer) == PRO_OK, "%s", pro_error_message());
  hid_t file = H5Fopen(in_folder("a.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
  hid_t dataset = H5Dopen2(file, "truth/extent", H5P_DEFAULT), space = H5Dget_space(dataset);
  hsize_t from[2] = {0, SLOT}, size[2] = {CASES * MADE_SAMPLES, 1};
  hid_t memory = H5Screate_simple(1, size, NULL);
  static float extent[CASES * MADE_SAMPLES];
  H5Sselect_hyperslab(space, H5S_SELECT_SET, from, NULL, size, NULL);
  ck_assert_int_ge(H5Dread(dataset, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, extent), 0);
  for (int k = 0; k < CASES * MADE_SAMPLES; k++) {
    int there = reactions[k / MADE_SAMPLES] > SLOT;
    ck_assert_msg(isnan(extent[k]) == !there, "sample %d: %g", k, (double)extent[k]);
    if (there) ck_assert(extent[k] == (k % MADE_SAMPLES > MADE_SAMPLES / 2 ? 0.5f : 0.0f));
  }
  H5Sclose(memory), H5Sclose(space), H5Dclose(dataset), H5Fclose(file);
}
END_TEST

START_TEST(a_case_lacks_no_samples) {
  pro_corpus_plan plan = made_plan(1, 1);
  pro_run run = made_run(1, MADE_SAMPLES);
  pro_corpus_writer *writer;
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder("a.h5"), &plan), PRO_OK);
  ck_assert_int_eq(pro_corpus_begin(writer, &run), PRO_OK);
  ck_assert_int_eq(append_piece(writer, &run, 0, MADE_SAMPLES - 1), PRO_OK);
  ck_assert_int_eq(pro_corpus_end(writer, (double[]){1.0, 2.0, 0.0}), PRO_EBUG);
  ck_assert_int_eq(pro_corpus_commit(writer), PRO_EBUG);
  ck_assert_int_eq(entries(), 0);
  pro_run_clear(&run);
}
END_TEST

START_TEST(tables_of_several_blocks_are_whole) {
  enum { MANY = 1024 * 8 + 5 };
  made_corpus(in_folder("a.h5"), MANY, 700, 2);
  pro_corpus *corpus;
  ck_assert_int_eq(pro_corpus_open(&corpus, in_folder("a.h5")), PRO_OK);
  ck_assert_uint_eq(pro_corpus_cases(corpus), MANY);
  for (uint64_t k = 0; k < MANY; k++) {
    pro_record record;
    pro_truth_row truth;
    ck_assert_int_eq(pro_corpus_read(&record, corpus, k), PRO_OK);
    ck_assert_int_eq(pro_corpus_truth(&truth, corpus, k), PRO_OK);
    ck_assert_int_eq(truth.cell_draw, (int64_t)k);
    ck_assert_uint_eq(record.samples, made_fails(k) ? 0 : 2);
  }
  pro_corpus_close(corpus);
}
END_TEST

START_TEST(a_corpus_of_failures_alone_is_a_corpus) {
  pro_corpus_plan plan = made_plan(2, 1);
  pro_corpus_writer *writer;
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder("a.h5"), &plan), PRO_OK);
  for (int k = 0; k < 2; k++) {
    pro_run run = made_run(7, MADE_SAMPLES);
    ck_assert_int_eq(pro_corpus_append(writer, &run, (double[]){1.0, 2.0, 0.0}), PRO_OK);
  }
  ck_assert_msg(pro_corpus_commit(writer) == PRO_OK, "%s", pro_error_message());
  pro_corpus_summary summary;
  ck_assert_msg(pro_corpus_verify(&summary, in_folder("a.h5"), 2, NULL) == PRO_OK, "%s", pro_error_message());
  ck_assert_uint_eq(summary.by_outcome[PRO_OUTCOME_failed], 2);
  ck_assert_uint_eq(summary.samples, 0);
}
END_TEST

START_TEST(truth_can_be_left_out) {
  pro_corpus_plan plan = made_plan(3, 2);
  plan.keep_truth = 0, plan.parameters = 0, plan.license = NULL;
  pro_corpus_writer *writer;
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder("a.h5"), &plan), PRO_OK);
  ck_assert_int_eq(made_append(writer, 3, MADE_SAMPLES), PRO_OK);
  ck_assert_msg(pro_corpus_commit(writer) == PRO_OK, "%s", pro_error_message());
  pro_corpus_summary summary;
  ck_assert_msg(pro_corpus_verify(&summary, in_folder("a.h5"), 2, NULL) == PRO_OK, "%s", pro_error_message());
}
END_TEST

START_TEST(an_odd_ledger_costs_no_file_but_is_told) {
  pro_corpus_plan plan = made_plan(1, 1);
  pro_corpus_writer *writer;
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder("a.h5"), &plan), PRO_OK);
  pro_run run = made_run(1, MADE_SAMPLES);
  run.truth->ledger.energy_gap = 2e-3;
  ck_assert_int_eq(pro_corpus_append(writer, &run, (double[]){1.0, 2.0, 0.0}), PRO_OK);
  pro_run_clear(&run);
  ck_assert_msg(pro_corpus_commit(writer) == PRO_OK, "%s", pro_error_message());
  pro_corpus_summary summary;
  ck_assert_int_eq(pro_corpus_verify(&summary, in_folder("a.h5"), 2, NULL), PRO_EINPUT);
  ck_assert_ptr_nonnull(strstr(pro_error_message(), "energy_gap"));
}
END_TEST

/* ---- what goes wrong while writing ---- */

START_TEST(an_abandoned_corpus_leaves_nothing) {
  pro_corpus_plan plan = made_plan(5, 2);
  pro_corpus_writer *writer;
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder("a.h5"), &plan), PRO_OK);
  ck_assert_int_eq(made_append(writer, 3, MADE_SAMPLES), PRO_OK);
  ck_assert_int_eq(entries(), 1);
  pro_corpus_abandon(writer);
  pro_corpus_abandon(NULL);
  ck_assert_int_eq(entries(), 0);
}
END_TEST

START_TEST(too_few_cases_are_not_committed_and_the_old_file_stays) {
  made_corpus(in_folder("a.h5"), 2, 2, MADE_SAMPLES);
  size_t before, after;
  char *old = slurp(&before, in_folder("a.h5"));
  pro_corpus_plan plan = made_plan(5, 2);
  pro_corpus_writer *writer;
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder("a.h5"), &plan), PRO_OK);
  ck_assert_int_eq(made_append(writer, 3, MADE_SAMPLES), PRO_OK);
  ck_assert_int_eq(pro_corpus_commit(writer), PRO_EBUG);
  char *now = slurp(&after, in_folder("a.h5"));
  ck_assert_uint_eq(before, after);
  ck_assert_mem_eq(old, now, before);
  ck_assert_int_eq(entries(), 1);
  free(old), free(now);
}
END_TEST

START_TEST(a_place_that_cannot_be_written_is_refused_at_once) {
  pro_corpus_plan plan = made_plan(5, 2);
  pro_corpus_writer *writer;
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder("no/such/a.h5"), &plan), PRO_EIO);
  ck_assert_ptr_nonnull(strstr(pro_error_message(), "No such file or directory"));
  ck_assert_int_eq(pro_corpus_create(&writer, made_folder, &plan), PRO_EIO);
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder(""), &plan), PRO_EIO);
  plan.cases = 0;
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder("a.h5"), &plan), PRO_EINPUT);
  ck_assert_int_eq(entries(), 0);
}
END_TEST

START_TEST(two_writers_of_one_name_do_not_meet) {
  pro_corpus_plan plan = made_plan(2, 2);
  pro_corpus_writer *a, *b;
  ck_assert_int_eq(pro_corpus_create(&a, in_folder("a.h5"), &plan), PRO_OK);
  ck_assert_int_eq(pro_corpus_create(&b, in_folder("a.h5"), &plan), PRO_OK);
  ck_assert_int_eq(made_append(a, 2, MADE_SAMPLES), PRO_OK);
  ck_assert_int_eq(made_append(b, 2, MADE_SAMPLES), PRO_OK);
  ck_assert_int_eq(pro_corpus_commit(a), PRO_OK);
  ck_assert_int_eq(pro_corpus_commit(b), PRO_OK);
  ck_assert_int_eq(entries(), 1);
}
END_TEST

/* Writes a corpus where no file may grow beyond `limit` bytes, as on a full disk; returns the exit code. */
static int write_under_limit(rlim_t limit) {
  fflush(NULL);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN); /* then a write fails with EFBIG */
    struct rlimit limits = {limit, limit};
    if (setrlimit(RLIMIT_FSIZE, &limits) != 0) _exit(99);
    pro_corpus_plan plan = made_plan(6, 3);
    pro_corpus_writer *writer;
    pro_status status = pro_corpus_create(&writer, in_folder("a.h5"), &plan);
    pthread_t helper; /* meets the full disk first, perhaps */
    atomic_store(&done, 0);
    int helped = status == PRO_OK && pthread_create(&helper, NULL, helps, writer) == 0;
    if (status == PRO_OK) {
      status = made_append(writer, 6, MADE_SAMPLES);
      atomic_store(&done, 1);
      if (helped) pthread_join(helper, NULL);
      if (status == PRO_OK)
        status = pro_corpus_commit(writer);
      else
        pro_corpus_abandon(writer);
    }
    exit(pro_status_exit_code(status)); /* the ordinary way out, with every exit handler */
  }
  int how;
  ck_assert_int_eq(waitpid(child, &how, 0), child);
  ck_assert_msg(WIFEXITED(how), "limit %lu: killed by signal %d", (unsigned long)limit, WTERMSIG(how));
  return WEXITSTATUS(how);
}

START_TEST(a_full_disk_is_an_error_and_leaves_no_file) {
  made_corpus(in_folder("whole.h5"), 6, 3, MADE_SAMPLES);
  struct stat info;
  ck_assert_int_eq(stat(in_folder("whole.h5"), &info), 0);
  unlink(in_folder("whole.h5"));
  /* from a limit that stops the first write to one that stops the last */
  for (int part = 0; part < 8; part++) {
    ck_assert_int_eq(write_under_limit((rlim_t)(info.st_size * part / 8)), 74);
    ck_assert_int_eq(entries(), 0);
  }
  ck_assert_int_eq(write_under_limit((rlim_t)info.st_size - 1), 74);
  ck_assert_int_eq(entries(), 0);
  ck_assert_int_eq(write_under_limit((rlim_t)info.st_size * 2), 0);
  ck_assert_int_eq(entries(), 1);
}
END_TEST

/* ---- statistics ---- */

/* Codes 1 ... 1000 and two missing ones: mean 500.5, variance (1000^2 - 1)/12, and quantile q is code 1000 q. */
START_TEST(statistics_of_a_ramp_are_exact) {
  int32_t code[1002];
  for (int i = 0; i < 1000; i++)
    code[i] = (i * 387) % 1000 + 1; /* in another order: 387 and 1000 share no factor */
  code[1000] = code[1001] = PRO_CODE_MISSING;
  pro_histogram seen = {0};
  ck_assert_int_eq(pro_histogram_add(&seen, code, 1002), PRO_OK);
  pro_statistics is;
  pro_histogram_statistics(&is, &seen, 0.5, -100.0);
  pro_histogram_clear(&seen);
  ck_assert_int_eq(is.count, 1000);
  ck_assert_int_eq(is.missing, 2);
  ck_assert_double_eq(is.mean, 0.5 * 500.5 - 100.0);
  ck_assert_double_eq_tol(is.std, 0.5 * sqrt((1e6 - 1.0) / 12.0), 1e-12); /* one rounding of a root of 300 */
  for (int q = 1; q < PRO_QUANTILE_COUNT; q++)
    ck_assert_double_eq(is.quantile[q], 0.5 * pro_quantile_permille[q] - 100.0);
  ck_assert_double_eq(is.quantile[0], 0.5 * 1.0 - 100.0);
}
END_TEST

START_TEST(statistics_of_extreme_codes_do_not_overflow) {
  int32_t code[2] = {INT32_MIN + 1, INT32_MAX};
  pro_histogram seen = {0};
  for (int i = 0; i < 1000; i++) ck_assert_int_eq(pro_histogram_add(&seen, code, 2), PRO_OK);
  pro_statistics is;
  pro_histogram_statistics(&is, &seen, 1.0, 0.0);
  pro_histogram_clear(&seen);
  ck_assert_double_eq(is.mean, 0.0);
  ck_assert_double_eq(is.std, (double)INT32_MAX);
  pro_histogram_statistics(&is, &seen, 1.0, 0.0); /* empty */
  ck_assert_int_eq(is.count, 0);
  ck_assert(isnan(is.mean) && isnan(is.std) && isnan(is.quantile[4]));
}
END_TEST

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "make") == 0) { /* for test_corpus_readers.sh */
    if (made_write(argv[2], 25, 8, MADE_SAMPLES) == PRO_OK) return EXIT_SUCCESS;
    fprintf(stderr, "%s\n", pro_error_message());
    return EXIT_FAILURE;
  }
  Suite *suite = suite_create("corpus");
  TCase *tests = tcase_create("all");
  tcase_add_checked_fixture(tests, folder_begin, folder_end);
  tcase_add_test(tests, what_was_written_is_read_back);
  tcase_add_test(tests, verification_counts_what_is_there);
  tcase_add_loop_test(tests, cases_longer_than_a_chunk_and_groups_of_any_size_are_whole, 0, 6);
  tcase_add_test(tests, equal_content_is_equal_bytes);
  tcase_add_loop_test(tests, helpers_change_no_byte, 0, 2);
  tcase_add_loop_test(tests, a_case_in_pieces_is_the_same_case, 0, 5);
  tcase_add_test(tests, extents_stand_in_their_own_slots);
  tcase_add_test(tests, a_case_lacks_no_samples);
  tcase_add_test(tests, tables_of_several_blocks_are_whole);
  tcase_add_test(tests, a_corpus_of_failures_alone_is_a_corpus);
  tcase_add_test(tests, truth_can_be_left_out);
  tcase_add_test(tests, an_odd_ledger_costs_no_file_but_is_told);
  tcase_add_test(tests, an_abandoned_corpus_leaves_nothing);
  tcase_add_test(tests, too_few_cases_are_not_committed_and_the_old_file_stays);
  tcase_add_test(tests, a_place_that_cannot_be_written_is_refused_at_once);
  tcase_add_test(tests, two_writers_of_one_name_do_not_meet);
  tcase_add_test(tests, a_full_disk_is_an_error_and_leaves_no_file);
  tcase_add_test(tests, statistics_of_a_ramp_are_exact);
  tcase_add_test(tests, statistics_of_extreme_codes_do_not_overflow);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
