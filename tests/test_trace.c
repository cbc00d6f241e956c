/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_output prodrome_sim */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/trace.h"
#include "sim/base.h"

/* Every test works in a folder of its own, gone at its end. */
static char folder[64], paths[8][128];
static int files;

static void setup(void) {
  files = 0;
  snprintf(folder, sizeof folder, "/tmp/prodrome_trace_XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void) {
  for (int k = 0; k < files; k++) unlink(paths[k]);
  rmdir(folder);
}

static const char *put_bytes(const char *name, const char *text, size_t size) {
  char *path = paths[files++];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(text, 1, size, file), size);
  fclose(file);
  return path;
}
static const char *put(const char *name, const char *text) { return put_bytes(name, text, strlen(text)); }

static pro_trace *read_ok(const char *path) {
  pro_trace *trace = NULL;
  pro_status status = pro_trace_read(&trace, path);
  ck_assert_msg(status == PRO_OK, "%s", pro_error_message());
  return trace;
}

static void read_fails(const char *path, pro_status expected, const char *say) {
  pro_trace *trace = NULL;
  pro_status status = pro_trace_read(&trace, path);
  ck_assert_msg(status == expected, "%s: %s: %s", path, pro_status_name(status), pro_error_message());
  ck_assert_msg(strstr(pro_error_message(), say) != NULL, "\"%s\" does not say \"%s\"", pro_error_message(), say);
  ck_assert_ptr_null(trace);
}

static const char *source_folder(void) {
  const char *source = getenv("PRO_SOURCE");
  return source ? source : "..";
}

/* Single precision at 300 K resolves 3e-5 K. */
static const double tol = 1e-4;

START_TEST(headings_of_many_kinds_are_one_channel) {
  static const char *const headings[] = {
      "time_s,voltage_V,current_A,T_degC",
      "Test Time / s,Voltage / V,Current / A,Surface Temperature / degC",
      "Test Time / s,Voltage / V,Current / A,Temperature T1 / degC",
      "test_time_second,voltage_volt,current_ampere,surface_temperature_celsius",
      "Time [s],Cell Voltage (V),I [A],Surface Temperature T1 / \xC2\xB0"
      "C",
      "\"time_s\", \"U / V\" ,Current (A),T2 [\xB0"
      "C]",
      "t [s],V [V],i_A,t1 (C)",
      "\xEF\xBB\xBFTIME_S,VOLTAGE_V,CURRENT_A,Tmax_degC"};
  for (size_t k = 0; k < PRO_COUNT(headings); k++) {
    char text[256];
    snprintf(text, sizeof text, "%s\n0,4.1,-2,25\n1,4.0,-2,26\n", headings[k]);
    files = 0;
    pro_trace *t = read_ok(put("headings.csv", text));
    ck_assert_uint_eq(t->samples, 2);
    ck_assert_ptr_nonnull(t->channel[PRO_CHANNEL_T_surface]);
    ck_assert_double_eq_tol(t->channel[PRO_CHANNEL_T_surface][1], 299.15, tol);
    ck_assert_double_eq_tol(t->channel[PRO_CHANNEL_voltage][1], 4.0, 1e-6);
    ck_assert_double_eq_tol(t->channel[PRO_CHANNEL_current][0], -2.0, 1e-6);
    pro_trace_free(t);
  }
}
END_TEST

START_TEST(units_of_the_heading_become_si) {
  pro_trace *t = read_ok(put("units.csv",
                             "time_min,voltage_mV,current_mA,T_K,T_ambient_degC,pressure_kPa,H2_ppm,"
                             "CO / %,gas_CO2,VOC [ppm]\n1,3700,-500,300,20,2,100,0.5,0.001,7\n"
                             "1.5,3700,-500,300,20,2,100,0.5,0.001,7\n"));
  static const double expected[PRO_CHANNEL_COUNT] = {300.0, 293.15, 3.7, -0.5, 2000.0, 1e-4, 5e-3, 1e-3, 7e-6};
  ck_assert_double_eq_tol(t->t[1], 30.0, 1e-12);
  for (int c = 0; c < PRO_CHANNEL_COUNT; c++)
    ck_assert_double_eq_tol(t->channel[c][1], expected[c], 1e-6 * fabs(expected[c]));
  pro_trace_free(t);
  t = read_ok(put("hours.csv", "Time / h;V / V\n0,5;3,75\n0,75;3,5\n")); /* decimal commas */
  ck_assert_double_eq_tol(t->t[1], 900.0, 1e-9);
  ck_assert_double_eq_tol(t->channel[PRO_CHANNEL_voltage][0], 3.75, 1e-6);
  pro_trace_free(t);
  t = read_ok(put("milliseconds.csv", "time_ms\tvoltage_V\n0\t1\n250\t2\n"));
  ck_assert_double_eq_tol(t->t[1], 0.25, 1e-12);
  pro_trace_free(t);
}
END_TEST

START_TEST(our_own_names_without_units_are_si) {
  pro_trace *t = read_ok(put("own.csv", "time,T_surface,T_ambient,voltage,T_core\n0,300,298,4,5\n1,301,298,4,5\n"));
  ck_assert_double_eq_tol(t->channel[PRO_CHANNEL_T_surface][1], 301.0, tol);
  ck_assert_double_eq_tol(t->channel[PRO_CHANNEL_T_ambient][1], 298.0, tol);
  pro_trace_free(t);
}
END_TEST

START_TEST(every_line_end_comment_and_blank_is_read) {
  static const char *const ends[] = {"\n", "\r\n", "\r"};
  for (int k = 0; k < 3; k++) {
    char text[512];
    const char *e = ends[k];
    snprintf(text, sizeof text,
             "# cell 7%s%stime_s,T_degC,note%s0,25,start%s# pause%s1,,%s2,26%s \t%s3,27,\"a \"\"b\"\", c\"", e, e,
             e, e, e, e, e, e);
    files = 0;
    pro_trace *t = read_ok(put("ends.csv", text));
    ck_assert_uint_eq(t->samples, 4);
    ck_assert(isnan(t->channel[PRO_CHANNEL_T_surface][1]));
    ck_assert_double_eq_tol(t->channel[PRO_CHANNEL_T_surface][3], 300.15, tol);
    pro_trace_free(t);
  }
}
END_TEST

START_TEST(numbers_are_read_to_the_last_bit) {
  static const char *const numbers[] = {"0.1",
                                        "-12.345678901234567",
                                        "1e-3",
                                        "+2.5E+2",
                                        "123456789012345678901234567890",
                                        "0.000000000000000000000000012345678901234567890123",
                                        "1.7976931348623157e308",
                                        ".5",
                                        "5."};
  char text[2048] = "time_s,V_V\n";
  for (size_t k = 0; k < PRO_COUNT(numbers); k++) {
    snprintf(text, sizeof text, "time_s,V_V\n0,1\n%s,1\n", numbers[k]);
    files = 0;
    pro_trace *t = read_ok(put("number.csv", text));
    double value = strtod(numbers[k], NULL);
    if (value >= 0.0) {
      ck_assert_uint_eq(t->samples, 2);
      ck_assert_double_eq(t->t[1], value);
    } else {
      ck_assert_int_eq(t->dropped, 1);
    }
    pro_trace_free(t);
  }
}
END_TEST

START_TEST(a_huge_number_is_no_infinity_and_inf_is_missing) {
  pro_trace *t = read_ok(put("huge.csv", "time_s,V_V\n0,1e300\n1,inf\n2,-1e999\n3,4\n"));
  ck_assert(isfinite(t->channel[PRO_CHANNEL_voltage][0]));
  ck_assert(isnan(t->channel[PRO_CHANNEL_voltage][1]));
  ck_assert(isnan(t->channel[PRO_CHANNEL_voltage][2]));
  pro_trace_free(t);
}
END_TEST

START_TEST(rows_without_time_or_before_the_last_are_dropped_and_counted) {
  pro_trace *t = read_ok(put("times.csv", "time_s,V_V\n10,1\n11,2\n11,3\n9,4\n,5\n12,6\n"));
  ck_assert_uint_eq(t->samples, 4);
  ck_assert_int_eq(t->dropped, 2);
  ck_assert_double_eq(t->t[0], 0.0);
  ck_assert_double_eq(t->t[2], 1.0); /* the same time twice stays */
  ck_assert_double_eq(t->t[3], 2.0);
  pro_trace_free(t);
}
END_TEST

START_TEST(a_segment_that_counts_from_zero_goes_on_in_time) {
  pro_trace *t = read_ok(put("segments.csv", "time_s,V_V,segment\n0,1,0\n10,2,0\n0,3,1\n5,4,1\n"));
  ck_assert_uint_eq(t->samples, 4);
  ck_assert_double_eq(t->t[3], 15.0);
  ck_assert_int_eq(t->segment[1], 0);
  ck_assert_int_eq(t->segment[2], 1);
  pro_trace_free(t);
}
END_TEST

/* T1 works, T2 is stuck hot, T3 is detached and reads far below zero, T4 is burnt out upwards, T5 clips at 150
 * degC. */
START_TEST(the_hottest_plausible_thermocouple_counts) {
  char text[4096] = "time_s,T1_degC,T2_degC,T3_degC,T4_degC,T5_degC\n";
  for (int k = 0; k < 20; k++) {
    size_t n = strlen(text);
    int hot = 25 + 10 * k;
    snprintf(text + n, sizeof text - n, "%d,%d,900,%d,%d,%d\n", k, 25 + k, -200 + k, 1372 - (k == 3),
             hot < 150 ? hot : 150);
  }
  pro_trace *t = read_ok(put("couples.csv", text));
  ck_assert_double_eq_tol(t->channel[PRO_CHANNEL_T_surface][0], 298.15, tol);
  ck_assert_double_eq_tol(t->channel[PRO_CHANNEL_T_surface][5], 348.15, tol);
  ck_assert_double_eq_tol(t->channel[PRO_CHANNEL_T_surface][19], 423.15, tol);
  pro_trace_free(t);
  t = read_ok(put("alone.csv", "time_s,T1_degC\n0,-60\n1,-60\n")); /* the only one there is stays */
  ck_assert_double_eq_tol(t->channel[PRO_CHANNEL_T_surface][1], 213.15, tol);
  pro_trace_free(t);
}
END_TEST

START_TEST(an_index_beside_the_file_tells_its_truth) {
  put("index.csv", "trace,capacity_Ah,outcome,t_short,t_rate1\nother,1,runaway,1,2\nmine,3,runaway,8,12\n");
  pro_trace *t = read_ok(put("mine.csv", "time_s,V_V\n5,4\n20,0\n"));
  ck_assert_str_eq(t->name, "mine");
  ck_assert_str_eq(t->outcome, "runaway");
  ck_assert_double_eq_tol(t->t_runaway, 7.0, 1e-12); /* the file begins at 5 s */
  ck_assert_double_eq_tol(t->t_short, 3.0, 1e-12);
  ck_assert_double_eq_tol(t->nameplate.capacity, 10800.0, 1e-3);
  ck_assert_int_eq(t->nameplate.format, -1);
  pro_trace_free(t);
  t = read_ok(put("nobody.csv", "time_s,V_V\n5,4\n20,0\n"));
  ck_assert_str_eq(t->outcome, "");
  ck_assert(isnan(t->t_runaway) && isnan(t->nameplate.capacity));
  pro_trace_free(t);
}
END_TEST

START_TEST(a_measured_index_tells_runaway_and_thermocouples_in_its_notes) {
  put("index.csv",
      "file,format,label,notes\nhot.csv,18650 (guess),abuse_real thermal runaway,\"thermal runaway at "
      "t=1.5 s (peak 117 K/s); heater-side TC T1; ambient TC T3\"\ncold.csv,pouch,healthy (ageing),\n");
  pro_trace *t = read_ok(put("hot.csv", "time_s,T1_degC,T2_degC,T3_degC\n0,90,25,10\n2,300,200,11\n"));
  ck_assert_str_eq(t->outcome, "runaway");
  ck_assert_double_eq_tol(t->t_runaway, 1.5, 1e-12);
  ck_assert_int_eq(t->nameplate.format, 0);
  ck_assert_double_eq_tol(t->channel[PRO_CHANNEL_T_surface][1], 473.15, tol);
  ck_assert_double_eq_tol(t->channel[PRO_CHANNEL_T_ambient][1], 284.15, tol);
  pro_trace_free(t);
  t = read_ok(put("cold.csv", "time_s,T_degC\n0,25\n"));
  ck_assert_str_eq(t->outcome, "healthy");
  ck_assert_int_eq(t->nameplate.format, 1);
  pro_trace_free(t);
}
END_TEST

START_TEST(a_table_that_is_no_index_of_traces_is_left_alone) {
  put("index.csv", "price,date\n\"never closed,1\n");
  pro_trace *t = read_ok(put("mine.csv", "time_s,V_V\n0,4\n"));
  ck_assert_str_eq(t->outcome, "");
  pro_trace_free(t);
}
END_TEST

START_TEST(a_column_that_is_blank_throughout_is_no_channel) {
  pro_trace *t = read_ok(put("blank.csv", "time_s,V_V,T_degC\n0,4,\n1,4,nan\n"));
  ck_assert_ptr_null(t->channel[PRO_CHANNEL_T_surface]);
  pro_trace_free(t);
}
END_TEST

START_TEST(broken_files_say_where_and_what) {
  char path[512], line[512];
  snprintf(path, sizeof path, "%s/tests/bad/traces/expected.txt", source_folder());
  FILE *file = fopen(path, "r");
  ck_assert_msg(file != NULL, "%s is missing", path);
  int count = 0;
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = '\0';
    const char *name = strtok(line, "|"), *where = strtok(NULL, "|"), *say = strtok(NULL, "|");
    ck_assert_ptr_nonnull(say);
    char at[64];
    snprintf(path, sizeof path, "%s/tests/bad/traces/%s", source_folder(), name);
    snprintf(at, sizeof at, "/%s:%s: ", name, where);
    read_fails(path, PRO_EINPUT, at);
    read_fails(path, PRO_EINPUT, say);
    count++;
  }
  fclose(file);
  ck_assert_int_ge(count, 20);
}
END_TEST

START_TEST(nul_bytes_are_refused_with_their_place) {
  static const char text[] = "time_s,V_V\n0,4\n1,\0004\n";
  read_fails(put_bytes("nul.csv", text, sizeof text - 1), PRO_EINPUT, "nul.csv:3:3: a NUL byte");
}
END_TEST

START_TEST(a_line_of_ten_megabytes_neither_crashes_nor_floods_the_message) {
  size_t size = 10 << 20;
  char *text = malloc(size);
  static const char head[] = "time_s,V_V\n0,";
  memset(text, 'x', size);
  memcpy(text, head, sizeof head - 1);
  read_fails(put_bytes("long_cell.csv", text, size), PRO_EINPUT, "long_cell.csv:2:3: \"xxx");
  ck_assert_uint_lt(strlen(pro_error_message()), 200);
  memset(text, ',', size);
  read_fails(put_bytes("many_cells.csv", text, size), PRO_EINPUT, "more than 4096 columns");
  memset(text, '7', size);
  memcpy(text, head, sizeof head - 1);
  pro_trace *t = NULL; /* ten million digits are a number beyond a double: missing, so that nothing is left */
  ck_assert_int_eq(pro_trace_read(&t, put_bytes("long_number.csv", text, size)), PRO_EINPUT);
  free(text);
}
END_TEST

START_TEST(folders_and_absent_files_are_missing_input) {
  read_fails(folder, PRO_EMISSING, "is a folder");
  read_fails("/nowhere/at/all.csv", PRO_EMISSING, "/nowhere/at/all.csv: No such file");
}
END_TEST

/* A small generator is enough: whatever the bytes, an answer or a message, never a crash. */
START_TEST(random_bytes_and_random_cuts_never_crash) {
  static const char *const pieces[] = {"time_s", ",",  "V_V", "\n",      "\"",           "1",    "2.5", "nan", ";",
                                       "\t",     "\r", "#",   " / ",     "T1_degC",      "_",    "(",   ")",   "[",
                                       "]",      "e",  "-",   "segment", "\xEF\xBB\xBF", "\xB0", "1e9"};
  unsigned seed = 12345;
  for (int round = 0; round < 3000; round++) {
    char text[600];
    size_t n = 0;
    if (round % 2) n = (size_t)snprintf(text, sizeof text, "time_s,V_V,T1_degC,T2_degC,segment\n0,1,2,3,0\n");
    int count = (int)(seed >> 16) % 60;
    for (int k = 0; k < count && n < 550; k++) {
      seed = seed * 1103515245u + 12345u;
      const char *piece = pieces[(seed >> 16) % PRO_COUNT(pieces)];
      n += (size_t)snprintf(text + n, sizeof text - n, "%s", piece);
    }
    files = 0;
    pro_trace *t = NULL;
    if (pro_trace_read(&t, put_bytes("random.csv", text, n)) == PRO_OK) {
      for (size_t k = 1; k < t->samples; k++) ck_assert(t->t[k] >= t->t[k - 1]);
      pro_trace_free(t);
    }
    seed += (unsigned)round;
  }
}
END_TEST

START_TEST(a_folder_lists_its_tables_sorted_without_indices) {
  put("b.csv", "x\n");
  put("a.CSV", "x\n");
  put("index.csv", "file\n");
  put("README.md", "x\n");
  char **list;
  size_t count;
  ck_assert_int_eq(pro_trace_list(&list, &count, folder), PRO_OK);
  ck_assert_uint_eq(count, 2);
  ck_assert_ptr_nonnull(strstr(list[0], "/a.CSV"));
  ck_assert_ptr_nonnull(strstr(list[1], "/b.csv"));
  pro_trace_list_free(list, count);
  ck_assert_int_eq(pro_trace_list(&list, &count, "/nowhere"), PRO_EMISSING);
}
END_TEST

START_TEST(the_shipped_traces_read_with_what_their_index_says) {
  char path[512];
  snprintf(path, sizeof path, "%s/tests/data", source_folder());
  char **list;
  size_t count;
  ck_assert_int_eq(pro_trace_list(&list, &count, path), PRO_OK);
  ck_assert_uint_eq(count, 4);
  for (size_t k = 0; k < count; k++) {
    pro_trace *t = read_ok(list[k]);
    ck_assert_str_eq(t->outcome, "healthy");
    ck_assert_uint_gt(t->samples, 100);
    ck_assert_int_eq(t->dropped, 0);
    ck_assert(t->nameplate.capacity >= 7200.0f && t->nameplate.format == 0);
    ck_assert_ptr_nonnull(t->channel[PRO_CHANNEL_T_surface]);
    pro_trace_free(t);
  }
  pro_trace_list_free(list, count);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("trace");
  TCase *tcase = tcase_create("trace");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, headings_of_many_kinds_are_one_channel);
  tcase_add_test(tcase, units_of_the_heading_become_si);
  tcase_add_test(tcase, our_own_names_without_units_are_si);
  tcase_add_test(tcase, every_line_end_comment_and_blank_is_read);
  tcase_add_test(tcase, numbers_are_read_to_the_last_bit);
  tcase_add_test(tcase, a_huge_number_is_no_infinity_and_inf_is_missing);
  tcase_add_test(tcase, rows_without_time_or_before_the_last_are_dropped_and_counted);
  tcase_add_test(tcase, a_segment_that_counts_from_zero_goes_on_in_time);
  tcase_add_test(tcase, the_hottest_plausible_thermocouple_counts);
  tcase_add_test(tcase, an_index_beside_the_file_tells_its_truth);
  tcase_add_test(tcase, a_measured_index_tells_runaway_and_thermocouples_in_its_notes);
  tcase_add_test(tcase, a_table_that_is_no_index_of_traces_is_left_alone);
  tcase_add_test(tcase, a_column_that_is_blank_throughout_is_no_channel);
  tcase_add_test(tcase, broken_files_say_where_and_what);
  tcase_add_test(tcase, nul_bytes_are_refused_with_their_place);
  tcase_add_test(tcase, a_line_of_ten_megabytes_neither_crashes_nor_floods_the_message);
  tcase_add_test(tcase, folders_and_absent_files_are_missing_input);
  tcase_add_test(tcase, random_bytes_and_random_cuts_never_crash);
  tcase_add_test(tcase, a_folder_lists_its_tables_sorted_without_indices);
  tcase_add_test(tcase, the_shipped_traces_read_with_what_their_index_says);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
