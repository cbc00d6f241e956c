/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test: full; links: prodrome_output prodrome_sim */
#include <fcntl.h>
#if __has_include(<hdf5.h>)
#include <hdf5.h>
#else /* where Debian keeps it */
#include <hdf5/serial/hdf5.h>
#endif
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/corpus_maker.h"

enum { CASES = 12 };

static const char *good(void) { return in_folder("good.h5"); }
static const char *bad(void) { return in_folder("bad.h5"); }

static void make_good(void) {
  folder_begin();
  made_corpus(good(), CASES, CASES, MADE_SAMPLES);
}

static void copy_good(void) {
  char command[300];
  snprintf(command, sizeof command, "cp '%s' '%s'", good(), bad());
  ck_assert_int_eq(system(command), 0);
}

/* ---- ways to break a file ---- */

static hid_t file; /* the copy, open for writing */

static void put_number(const char *name, uint64_t row, double value) {
  hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(dataset);
  hsize_t from[2] = {row, 0}, one[2] = {1, 1};
  if (H5Sget_simple_extent_ndims(space) > 0) H5Sselect_hyperslab(space, H5S_SELECT_SET, from, NULL, one, NULL);
  hid_t memory = H5Screate(H5S_SCALAR);
  ck_assert_int_ge(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, &value), 0);
  H5Sclose(memory), H5Sclose(space), H5Dclose(dataset);
}

static void put_attribute(const char *object, const char *name, double value) {
  hid_t at = H5Oopen(file, object, H5P_DEFAULT), attribute = H5Aopen(at, name, H5P_DEFAULT);
  ck_assert_int_ge(H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value), 0);
  H5Aclose(attribute), H5Oclose(at);
}

static void put_text(const char *name, const char *text) {
  hid_t type = H5Tcopy(H5T_C_S1), attribute = H5Aopen(file, name, H5P_DEFAULT);
  H5Tset_size(type, H5T_VARIABLE), H5Tset_cset(type, H5T_CSET_UTF8);
  ck_assert_int_ge(H5Awrite(attribute, type, &text), 0);
  H5Aclose(attribute), H5Tclose(type);
}

static void remove_attribute(const char *object, const char *name) {
  ck_assert_int_ge(H5Adelete_by_name(file, object, name, H5P_DEFAULT), 0);
}

static void remove_link(const char *name) { ck_assert_int_ge(H5Ldelete(file, name, H5P_DEFAULT), 0); }

static void replace(const char *name, hid_t type, hsize_t length) {
  remove_link(name);
  hid_t space = H5Screate_simple(1, &length, NULL);
  hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  ck_assert_int_ge(dataset, 0);
  H5Dclose(dataset), H5Sclose(space);
}

static void schema_of_tomorrow(void) { put_text("schema", "prodrome-corpus/2"); }
static void no_schema(void) { remove_attribute("/", "schema"); }
static void no_scenario_hash(void) { remove_attribute("/", "scenario_sha256"); }
static void other_scenario(void) { put_text("scenario", "made: no\n"); }
static void no_title(void) { remove_attribute("/", "title"); }
static void no_seed(void) { remove_attribute("/", "seed"); }
static void no_groups(void) { put_attribute("/", "cases_per_group", 0.0); }
static void no_outcome(void) { remove_link("outcome"); }
static void no_time(void) { remove_link("time"); }
static void no_nameplate(void) { remove_link("nameplate"); }
static void no_truth_column(void) { remove_link("truth/soc"); }
static void no_statistics(void) { remove_link("normalization/voltage/std"); }
static void outcome_is_a_group(void) {
  remove_link("outcome");
  H5Gclose(H5Gcreate2(file, "outcome", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}
static void time_points_nowhere(void) {
  remove_link("time");
  H5Lcreate_soft("/nowhere", file, "time", H5P_DEFAULT, H5P_DEFAULT);
}
static void floats_for_codes(void) { replace("T_surface", H5T_IEEE_F32LE, 5500); }
static void narrow_time(void) { replace("time", H5T_IEEE_F32LE, 5500); }
static void text_for_clock(void) { replace("t_vent", H5T_C_S1, CASES); }
static void big_endian_split(void) { replace("row_start", H5T_STD_I64BE, CASES); }
static void short_table(void) { replace("row_size", H5T_STD_I32LE, CASES - 1); }
static void empty_table(void) { replace("case", H5T_STD_I64LE, 0); }
static void long_channel(void) {
  hid_t dataset = H5Dopen2(file, "voltage", H5P_DEFAULT);
  hsize_t length = 9999;
  ck_assert_int_ge(H5Dset_extent(dataset, &length), 0);
  H5Dclose(dataset);
}
static void overlap(void) { put_number("row_size", 2, MADE_SAMPLES + 1); }
static void beyond_the_end(void) { put_number("row_size", CASES - 1, 1e9); }
static void negative_size(void) { put_number("row_size", CASES - 1, -1.0); }
static void hole(void) { put_number("row_size", 2, MADE_SAMPLES - 1); }
static void other_number(void) { put_number("case", 3, 4.0); }
static void split_without_name(void) { put_number("split", 0, 9.0); }
static void split_moved(void) { put_number("split", 1, (pro_label_split(7, 1) + 1) % PRO_SPLIT_COUNT); }
static void outcome_without_name(void) { put_number("outcome", 0, 200.0); }
static void runaway_without_outcome(void) { put_number("t_runaway_guarded", 0, 100.0); }
static void outcome_without_runaway(void) { put_number("t_runaway_guarded", 1, NAN); }
static void class_against_outcome(void) { put_number("class", 1, PRO_CLASS_nominal); }
static void runaway_after_guarded(void) { put_number("t_runaway", 1, 300.0); }
static void clock_after_the_end(void) { put_number("t_vent", 1, 5e3); }
static void clock_of_a_failed_run(void) { put_number("t_vent", 7, 5.0); }
static void failed_with_samples(void) { put_number("outcome", 0, PRO_OUTCOME_failed); }
static void open_ledger(void) { put_number("run_info/charge_gap", 3, 1e-3); }
static void cool_peak(void) { put_number("T_max", 1, 350.0); }
static void other_mean(void) { put_number("normalization/T_surface/mean", 0, 300.0); }
static void other_quantile(void) { put_number("normalization/pressure/quantiles", 4, 7e6); }
static void code_changed(void) {
  uint64_t k = 0;
  while (pro_label_split(7, (int64_t)k) != PRO_SPLIT_train) k++;
  put_number("current", k * MADE_SAMPLES, 12345.0);
}
static void time_turns_back(void) { put_number("time", 20, 3.0); }
static void time_is_missing(void) { put_number("time", 20, NAN); }
static void unknown_stage(void) { put_number("stages", 20, 1024.0); }
static void impossible_core(void) { put_number("truth/T_core", 20, -5.0); }
static void no_scale(void) { put_attribute("voltage", "scale_factor", 0.0); }
static void other_fill(void) { put_attribute("voltage", "_FillValue", 0.0); }
static void no_unit(void) { remove_attribute("voltage", "units"); }
static void no_dimension(void) { remove_attribute("truth/soc", "DIMENSION_LIST"); }

typedef void edit_fn(void);
static const struct {
  const char *name;
  edit_fn *edit;
  const char *says; /* a part of the one message */
} edits[] = {
#define EDIT(edit, says) \
  { #edit, edit, says }
    EDIT(schema_of_tomorrow, "schema is 'prodrome-corpus/2'; this program reads prodrome-corpus/1"),
    EDIT(no_schema, "no corpus"),
    EDIT(no_scenario_hash, "`scenario_sha256` is missing"),
    EDIT(other_scenario, "`scenario` does not match scenario_sha256"),
    EDIT(no_title, "`title` is missing"),
    EDIT(no_seed, "`seed` is missing"),
    EDIT(no_groups, "`cases_per_group` is missing or zero"),
    EDIT(no_outcome, "/outcome: no such dataset"),
    EDIT(no_time, "/time: no such dataset"),
    EDIT(no_nameplate, "/nameplate/capacity: no such dataset"),
    EDIT(no_truth_column, "/truth/soc: no such dataset"),
    EDIT(no_statistics, "/normalization/voltage/std: is missing"),
    EDIT(outcome_is_a_group, "/outcome: no such dataset"),
    EDIT(time_points_nowhere, "/time: no such dataset"),
    EDIT(floats_for_codes, "/T_surface: its type is neither i16 nor i32"),
    EDIT(narrow_time, "/time: is not stored in chunks"),
    EDIT(text_for_clock, "/t_vent: its type is not f64"),
    EDIT(big_endian_split, "/row_start: its type is not i64"),
    EDIT(short_table, "/row_size: is 11 long where 12 are wanted"),
    EDIT(empty_table, "/case: is 0 long"),
    EDIT(long_channel, "/voltage: is 9999 long"),
    EDIT(overlap, "overlap the case before"),
    EDIT(beyond_the_end, "leave obs"),
    EDIT(negative_size, "row_size -1"),
    EDIT(hole, "case 3: row_start is 1500 where 1499 is next"),
    EDIT(other_number, "/case: row 3 holds 4"),
    EDIT(split_without_name, "case 0: split 9 does not exist"),
    EDIT(split_moved, "case 1: split is"),
    EDIT(outcome_without_name, "case 0: class"),
    EDIT(runaway_without_outcome, "case 0: outcome is safe, but t_runaway_guarded is 100 s"),
    EDIT(outcome_without_runaway, "case 1: outcome is runaway, but t_runaway_guarded is nan s"),
    EDIT(class_against_outcome, "case 1: class is nominal, but outcome is runaway"),
    EDIT(runaway_after_guarded, "case 1: t_runaway 300 s is after t_runaway_guarded 250 s"),
    EDIT(clock_after_the_end, "case 1: t_vent = 5000 s lies outside its samples"),
    EDIT(clock_of_a_failed_run, "case 7: t_vent is 5 s in a run that failed"),
    EDIT(failed_with_samples, "case 0: outcome is failed with 500 samples"),
    EDIT(open_ledger, "case 3: charge_gap 0.001"),
    EDIT(cool_peak, "case 1: T_max is 350 K"),
    EDIT(other_mean, "/normalization/T_surface/mean: holds 300"),
    EDIT(other_quantile, "/normalization/pressure/quantiles: holds 7000000"),
    EDIT(code_changed, "/normalization/current/mean"),
    EDIT(time_turns_back, "/time: case 0: 3 s follows 19 s"),
    EDIT(time_is_missing, "/time: case 0: nan s"),
    EDIT(unknown_stage, "/stages: case 0: bits 1024"),
    EDIT(impossible_core, "/truth/T_core: case 0: -5 K"),
    EDIT(no_scale, "/voltage: no usable scale_factor"),
    EDIT(other_fill, "/voltage: _FillValue is not the lowest code"),
    EDIT(no_unit, "/voltage: has no attribute `units`"),
    EDIT(no_dimension, "/truth/soc: its dimensions have no names"),
};

/* ---- the same questions to each ---- */

/* And the same whatever the threads. */
static void fails_with(pro_status wanted, const char *says) {
  pro_corpus_summary summary;
  char alone[8192];
  ck_assert(pro_corpus_verify(&summary, bad(), 1, NULL) != PRO_OK);
  snprintf(alone, sizeof alone, "%s", pro_error_message());
  pro_status status = pro_corpus_verify(&summary, bad(), 3, NULL);
  ck_assert_str_eq(status ? pro_error_message() : "", alone);
  ck_assert_msg(status == wanted, "%s instead of %s: %s", pro_status_name(status), pro_status_name(wanted),
                status ? pro_error_message() : "");
  const char *message = pro_error_message();
  ck_assert_msg(strncmp(message, bad(), strlen(bad())) == 0, "does not begin with the file's name: %s", message);
  ck_assert_msg(strstr(message, says) != NULL, "'%s' is not in: %s", says, message);
}

/* A reader takes the file or refuses it, but neither crashes nor gives anything but a clear message. */
static void can_be_tried(void) {
  pro_corpus *corpus;
  pro_status status = pro_corpus_open(&corpus, bad());
  ck_assert(status == PRO_OK || status == PRO_EINPUT || status == PRO_EMISSING);
  for (uint64_t k = 0; status == PRO_OK && k < pro_corpus_cases(corpus); k++) {
    pro_record record;
    pro_truth_row truth;
    pro_status one = pro_corpus_read(&record, corpus, k);
    ck_assert(one == PRO_OK || one == PRO_EINPUT);
    one = pro_corpus_truth(&truth, corpus, k);
    ck_assert(one == PRO_OK || one == PRO_EINPUT);
  }
  if (status == PRO_OK) pro_corpus_close(corpus);
}

START_TEST(an_edited_corpus_is_found_out) {
  copy_good();
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  file = H5Fopen(bad(), H5F_ACC_RDWR, H5P_DEFAULT);
  ck_assert_int_ge(file, 0);
  edits[_i].edit();
  ck_assert_int_ge(H5Fclose(file), 0);
  fails_with(PRO_EINPUT, edits[_i].says);
  can_be_tried();
}
END_TEST

START_TEST(several_findings_come_in_one_message) {
  copy_good();
  file = H5Fopen(bad(), H5F_ACC_RDWR, H5P_DEFAULT);
  class_against_outcome(), time_turns_back(), other_mean();
  ck_assert_int_ge(H5Fclose(file), 0);
  fails_with(PRO_EINPUT, "3 findings");
  fails_with(PRO_EINPUT, "/time: case 0");
  fails_with(PRO_EINPUT, "T_surface/mean");
  fails_with(PRO_EINPUT, "class is nominal");
}
END_TEST

START_TEST(a_file_of_another_kind_is_refused) {
  static const char *const text = "time_s,voltage_V\n0,4.1\n";
  FILE *out = fopen(bad(), "w");
  fputs(text, out);
  fclose(out);
  fails_with(PRO_EINPUT, "is not an HDF5 file");
  can_be_tried();
}
END_TEST

START_TEST(an_empty_file_is_refused) {
  fclose(fopen(bad(), "w"));
  fails_with(PRO_EINPUT, "the file is empty");
  can_be_tried();
}
END_TEST

START_TEST(hdf5_without_a_corpus_is_refused) {
  hid_t empty = H5Fcreate(bad(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(empty);
  fails_with(PRO_EINPUT, "no corpus");
  can_be_tried();
}
END_TEST

START_TEST(what_is_not_there_is_missing) {
  fails_with(PRO_EMISSING, "No such file or directory");
  can_be_tried();
}
END_TEST

START_TEST(a_folder_is_no_corpus) {
  ck_assert_int_eq(mkdir(bad(), 0777), 0);
  fails_with(PRO_EMISSING, "is a folder");
  can_be_tried();
}
END_TEST

START_TEST(a_pipe_is_no_corpus_and_is_not_waited_for) {
  ck_assert_int_eq(mkfifo(bad(), 0666), 0);
  fails_with(PRO_EMISSING, "is not a regular file");
  can_be_tried();
}
END_TEST

START_TEST(a_truncated_file_is_damaged) {
  copy_good();
  struct stat info;
  ck_assert_int_eq(stat(bad(), &info), 0);
  ck_assert_int_eq(truncate(bad(), info.st_size * _i / 8), 0);
  fails_with(PRO_EINPUT, _i == 0 ? "empty" : "damaged: ");
  can_be_tried();
}
END_TEST

static haddr_t chunk_place(const char *name, hsize_t *size) {
  hid_t whole = H5Fopen(good(), H5F_ACC_RDONLY, H5P_DEFAULT), dataset = H5Dopen2(whole, name, H5P_DEFAULT);
  hid_t space = H5Dget_space(dataset);
  hsize_t offset[2];
  unsigned mask;
  haddr_t place = HADDR_UNDEF;
  ck_assert_int_ge(H5Dget_chunk_info(dataset, space, 0, offset, &mask, &place, size), 0);
  H5Sclose(space), H5Dclose(dataset), H5Fclose(whole);
  return place;
}

START_TEST(zeros_in_a_chunk_are_found) {
  static const char *const columns[] = {"time",         "T_surface", "pressure",  "stages",
                                        "truth/T_core", "truth/soc", "t_runaway", "run_info/steps"};
  copy_good();
  hsize_t size;
  haddr_t place = chunk_place(columns[_i], &size);
  int fd = open(bad(), O_RDWR);
  static const char zeros[16];
  ck_assert_int_eq(pwrite(fd, zeros, sizeof zeros, (off_t)(place + size / 2)), sizeof zeros);
  close(fd);
  char says[64];
  snprintf(says, sizeof says, "/%s: ", columns[_i]);
  fails_with(PRO_EINPUT, says);
  fails_with(PRO_EINPUT, "cannot be read: data error detected by Fletcher32 checksum");
  can_be_tried();
}
END_TEST

START_TEST(a_blind_corpus_is_whole_and_tells_no_truth) {
  copy_good();
  file = H5Fopen(bad(), H5F_ACC_RDWR, H5P_DEFAULT);
  static const char *const told[] = {"truth",  "param", "run_info", "outcome", "class",
                                     "family", "T_max", "stages",   "twin_of"};
  for (size_t i = 0; i < PRO_COUNT(told); i++) remove_link(told[i]);
#define PRO_AS_CLOCK_LINK(name, doc) remove_link("t_" #name);
  PRO_CLOCK_LIST(PRO_AS_CLOCK_LINK)
  ck_assert_int_ge(H5Fclose(file), 0);
  pro_corpus_summary summary;
  ck_assert_msg(pro_corpus_verify(&summary, bad(), 2, NULL) == PRO_OK, "%s", pro_error_message());
  pro_corpus *corpus;
  pro_record record;
  pro_truth_row truth;
  ck_assert_int_eq(pro_corpus_open(&corpus, bad()), PRO_OK);
  ck_assert_int_eq(pro_corpus_read(&record, corpus, 1), PRO_OK);
  ck_assert_uint_eq(record.samples, MADE_SAMPLES);
  ck_assert_int_eq(pro_corpus_truth(&truth, corpus, 1), PRO_EINPUT);
  pro_corpus_close(corpus);
}
END_TEST

/* Flips bytes at places fixed by the trial's number. Some flips harm nothing (unused room between objects), some
 * hit text, which has no checksum; none may crash or hang. */
START_TEST(no_flipped_byte_crashes) {
  int trials = getenv("PRO_LONG") ? 1500 : 100, found = 0;
  struct stat info;
  ck_assert_int_eq(stat(good(), &info), 0);
  uint64_t random = 88172645463325252u;
  for (int trial = 0; trial < trials; trial++) {
    copy_good();
    int fd = open(bad(), O_RDWR);
    for (int flip = 0; flip <= trial % 4; flip++) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17; /* Marsaglia 2003, xorshift64 */
      off_t place =
          (off_t)(random % (uint64_t)(trial % 2 ? info.st_size : 4096)); /* half of them where headers are */
      unsigned char byte;
      ck_assert_int_eq(pread(fd, &byte, 1, place), 1);
      byte ^= (unsigned char)(1u << (random >> 60) % 8);
      ck_assert_int_eq(pwrite(fd, &byte, 1, place), 1);
    }
    close(fd);
    pid_t child = fork();
    if (child == 0) {
      alarm(60); /* verification in its turn works in a child */
      pro_corpus_summary summary;
      pro_status status = pro_corpus_verify(&summary, bad(), 1 + trial % 3, NULL);
      can_be_tried();
      _exit(status == PRO_OK ? 0 : status == PRO_EINPUT ? 1 : 2);
    }
    int how;
    ck_assert_int_eq(waitpid(child, &how, 0), child);
    ck_assert_msg(WIFEXITED(how), "trial %d: signal %d", trial, WTERMSIG(how));
    ck_assert_msg(WEXITSTATUS(how) < 2, "trial %d: another status than PRO_EINPUT", trial);
    found += WEXITSTATUS(how);
  }
  ck_assert_int_ge(found, trials / 3); /* headers and chunks carry checksums */
}
END_TEST

/* HDF5 1.10 looks for the next object of a heap of texts behind this one, which is where this one is. */
START_TEST(a_file_that_hdf5_reads_for_ever_is_damaged) {
  copy_good();
  FILE *f = fopen(bad(), "r+b");
  static char all[1 << 22];
  size_t size = fread(all, 1, sizeof all, f), heap = 0;
  ck_assert_uint_lt(size, sizeof all);
  while (heap + 4096 < size && memcmp(all + heap, "GCOL", 4) != 0) heap++;
  ck_assert_uint_lt(heap + 4096, size);
  fseek(f, (long)heap + 16, SEEK_SET);
  static const char zeros[2048];
  ck_assert_uint_eq(fwrite(zeros, 1, sizeof zeros, f), sizeof zeros);
  ck_assert_int_eq(fclose(f), 0);
  pro_corpus_summary summary;
  ck_assert_int_eq(pro_corpus_verify(&summary, bad(), 1, NULL), PRO_EINPUT);
  ck_assert_ptr_nonnull(strstr(pro_error_message(), "comes to no end"));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("bad_corpora");
  TCase *tests = tcase_create("all");
  tcase_add_checked_fixture(tests, make_good, folder_end);
  tcase_add_loop_test(tests, an_edited_corpus_is_found_out, 0, (int)PRO_COUNT(edits));
  tcase_add_test(tests, several_findings_come_in_one_message);
  tcase_add_test(tests, a_file_of_another_kind_is_refused);
  tcase_add_test(tests, an_empty_file_is_refused);
  tcase_add_test(tests, hdf5_without_a_corpus_is_refused);
  tcase_add_test(tests, what_is_not_there_is_missing);
  tcase_add_test(tests, a_folder_is_no_corpus);
  tcase_add_test(tests, a_pipe_is_no_corpus_and_is_not_waited_for);
  tcase_add_loop_test(tests, a_truncated_file_is_damaged, 0, 8);
  tcase_add_loop_test(tests, zeros_in_a_chunk_are_found, 0, 8);
  tcase_add_test(tests, a_blind_corpus_is_whole_and_tells_no_truth);
  tcase_add_test(tests, no_flipped_byte_crashes);
  tcase_add_test(tests, a_file_that_hdf5_reads_for_ever_is_damaged);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
