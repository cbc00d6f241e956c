/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_scenarios prodrome_sim */
#include "scenarios/scenario.h"

#include <dirent.h>
#include <regex.h>

#include "sim/chemistry.h"
#include "sim/sensor.h"
#include "tests/texts.h"

/* ---- good files ---- */

START_TEST(every_shipped_scenario_is_read) {
  char path[512];
  int files = 0;
  path_to(path, sizeof path, "scenarios", "");
  DIR *dir = opendir(path);
  ck_assert_ptr_nonnull(dir);
  for (struct dirent *e; (e = readdir(dir));) {
    if (!strstr(e->d_name, ".yaml")) continue;
    pro_scenario *s = read_shipped(e->d_name, 0, NULL);
    pro_case in;
    for (uint64_t k = 0; k < 20; k++)
      ck_assert_msg(pro_scenario_case(&in, s, k) == PRO_OK, "%s case %d: %s", e->d_name, (int)k,
                    pro_error_message());
    pro_scenario_free(s);
    files++;
  }
  closedir(dir);
  ck_assert_int_ge(files, 5);
}
END_TEST

/* validation.md A4: 155 degC, 28 degC, 20 000 s, h 7.17 W/(m2 K), emissivity 0.8, and no fault but the oven's. */
START_TEST(the_reference_oven_is_set_up_as_published) {
  pro_scenario *s = read_shipped("kim_oven.yaml", 0, NULL);
  pro_case in;
  ck_assert_int_eq(pro_scenario_case(&in, s, 0), PRO_OK);
  ck_assert_double_eq(in.T_initial, 301.15);
  ck_assert_double_eq(in.duration, 20000.0);
  ck_assert_double_eq(in.rtol, 1e-8);
  ck_assert_double_eq(pro_channel_at(&in.drive.channel[PRO_DRIVE_T_ambient], 0.0, NULL), 428.15);
  ck_assert_double_eq(pro_channel_at(&in.drive.channel[PRO_DRIVE_film_coefficient], 5.0, NULL), 7.17);
  ck_assert_double_eq(pro_channel_at(&in.drive.channel[PRO_DRIVE_emissivity], 5.0, NULL), 0.8);
  ck_assert_double_eq(in.t_fault, 0.0);
  ck_assert_double_eq(in.cell.capacity, 0.0);
  ck_assert_double_eq(in.cell.headspace, 0.0);
  ck_assert_str_eq(in.network.name, "lco_kim2007");
  ck_assert_int_eq(in.family, pro_kind_find("oven"));
  pro_scenario_free(s);
}
END_TEST

START_TEST(the_resolved_text_makes_the_same_cases) {
  static const char *const files[] = {"kim_oven.yaml",   "oven.yaml",      "heater.yaml", "internal_short.yaml",
                                      "duty_cycle.yaml", "datasheet.yaml", "arc.yaml",    "overcharge.yaml"};
  for (size_t i = 0; i < PRO_COUNT(files); i++) {
    pro_scenario *a = read_shipped(files[i], 0, NULL);
    pro_scenario_set_seed(a, 12345678901234567890u);
    pro_scenario *b = read_text(pro_scenario_resolved(a));
    ck_assert_str_eq(pro_scenario_resolved(a), pro_scenario_resolved(b));
    ck_assert_uint_eq(pro_scenario_seed(b), 12345678901234567890u);
    ck_assert_uint_eq(pro_scenario_runs(a), pro_scenario_runs(b));
    ck_assert_str_eq(pro_scenario_title(a), pro_scenario_title(b));
    expect_equal_cases(a, b, 50);
    pro_scenario_free(a);
    pro_scenario_free(b);
  }
}
END_TEST

static const char *const varied =
    "kind: oven\ncell: {burst_pressure: 15 bar}\ninitial: {T: 25 degC, soc: 1}\nduration: 1 h\nperiod: 1 s\n"
    "sensors: {T_surface: {noise: 0.3 K, low: -20 degC}, voltage: {loss: 2 %}}\n"
    "vary:\n"
    "  cell.preset: {choice: [lco_18650, nmc_pouch_25Ah]}\n"
    "  oven.T: {normal: {mean: 150 degC, sigma: 5 K}}\n"
    "  oven.delay: {grid: [0 s, 60 s, 120 s]}\n"
    "  oven.film_coefficient: {grid: [5 W/(m2 K), 10 W/(m2 K)]}\n"
    "  cell.emissivity: {sobol: [0.2, 0.9]}\n"
    "  sensors.T_surface.bias: {uniform: [0 K, 2 K]}\n"
    "  c_sei.initial: {loguniform: [0.1, 0.2]}\n";

START_TEST(presets_names_grids_and_sensors_vary) {
  pro_scenario *s = read_text(varied), *again = read_text(pro_scenario_resolved(s));
  expect_equal_cases(s, again, 40);
  int seen[2] = {0};
  for (uint64_t k = 0; k < 40; k++) {
    pro_case in;
    ck_assert_int_eq(pro_scenario_case(&in, s, k), PRO_OK);
    const char *preset = pro_cell_all[in.preset]->name;
    seen[strcmp(preset, "lco_18650") == 0]++;
    ck_assert_str_eq(in.network.name, pro_cell_all[in.preset]->chemistry);
    ck_assert_str_eq(in.network.name, pro_chemistry_all[in.chemistry]->name);
    ck_assert_double_eq(in.cell.burst_pressure, 1.5e6);
    pro_cell cell;
    pro_cell_of_preset(&cell, pro_cell_all[in.preset]);
    ck_assert_double_eq(in.cell.capacity, cell.capacity);
    ck_assert_double_eq(pro_channel_at(&in.drive.channel[PRO_DRIVE_film_coefficient], 0, NULL),
                        k / 3 % 2 ? 10.0 : 5.0);
    ck_assert_double_eq(in.drive.channel[PRO_DRIVE_T_ambient].t[in.drive.channel[PRO_DRIVE_T_ambient].knots - 1],
                        60.0 * (double)(k % 3));
    int surface = pro_sensor_find("T_surface");
    ck_assert_double_eq(in.sensors[surface].noise, 0.3);
    ck_assert_double_eq_tol(in.sensors[surface].low, 253.15, 1e-12); /* one rounding */
    ck_assert(in.sensors[surface].bias > 0.0 && in.sensors[surface].bias < 2.0);
    ck_assert_double_eq(in.network.species[0].initial >= 0.1 && in.network.species[0].initial <= 0.2, 1.0);
  }
  ck_assert(seen[0] > 8 &&
            seen[1] > 8); /* fair coins of 40: below 9 is once in 10^4 seeds, and the seed is fixed */
  pro_scenario_free(s);
  pro_scenario_free(again);
}
END_TEST

START_TEST(case_k_depends_on_nothing_but_file_seed_and_k) {
  pro_scenario *s = read_text(varied), *t = read_text(varied);
  pro_case a, b, c;
  ck_assert_int_eq(pro_scenario_case(&a, s, 1000000), PRO_OK);
  for (uint64_t k = 0; k < 5; k++) ck_assert_int_eq(pro_scenario_case(&b, t, k), PRO_OK);
  ck_assert_int_eq(pro_scenario_case(&b, t, 1000000), PRO_OK);
  ck_assert_mem_eq(&a, &b, sizeof a);
  pro_scenario_set_seed(t, 2);
  ck_assert_int_eq(pro_scenario_case(&c, t, 1000000), PRO_OK);
  ck_assert(c.cell.emissivity != a.cell.emissivity &&
            c.network.species[0].initial != a.network.species[0].initial);
  pro_scenario_free(s);
  pro_scenario_free(t);
}
END_TEST

START_TEST(adding_a_line_leaves_the_other_draws_alone) {
  char longer[2048];
  snprintf(longer, sizeof longer, "%s  cell.resistance: {uniform: [10 mohm, 20 mohm]}\n", varied);
  pro_scenario *s = read_text(varied), *t = read_text(longer);
  for (uint64_t k = 0; k < 10; k++) {
    ck_assert(draw_of(s, "oven.T", k) == draw_of(t, "oven.T", k));
    ck_assert(draw_of(s, "sensors.T_surface.bias", k) == draw_of(t, "sensors.T_surface.bias", k));
  }
  pro_scenario_free(s);
  pro_scenario_free(t);
}
END_TEST

START_TEST(what_varies_is_told_with_unit_and_distribution) {
  pro_scenario *s = read_text(varied);
  ck_assert_uint_eq(pro_scenario_parameter_count(s), 7);
  const pro_parameter *p = pro_scenario_parameter(s, 0);
  ck_assert_str_eq(p->path, "cell.preset");
  ck_assert_str_eq(p->distribution, "choice(lco_18650, nmc_pouch_25Ah)");
  ck_assert_str_eq(p->choices[(int)draw_of(s, "cell.preset", 3)],
                   pro_cell_all[(int)draw_of(s, "cell.preset", 3)]->name);
  p = pro_scenario_parameter(s, 1);
  ck_assert_str_eq(p->unit, "K");
  ck_assert_ptr_null(p->choices);
  ck_assert_str_eq(p->distribution, "normal(mean 423.15, sigma 5, 200, 900)");
  ck_assert_str_eq(pro_scenario_parameter(s, 4)->distribution, "uniform(0.2, 0.9) by sobol");
  ck_assert_str_eq(pro_scenario_parameter(s, 5)->unit, "delta_K");
  ck_assert_ptr_null(pro_scenario_parameter(s, 7));
  pro_scenario_free(s);
}
END_TEST

/* 64 scrambled Sobol points put one into each 64th of the range; 64 random ones would not. */
START_TEST(sobol_points_fill_the_range_evenly) {
  pro_scenario *s = read_text(
      "kind: oven\ncell: lco_18650\nsampler: sobol\ninitial: {T: 25 degC, soc: 1}\nduration: 1 h\n"
      "period: 1 s\nvary:\n  oven.T: {uniform: [400 K, 464 K]}\n  oven.delay: {uniform: [0 s, 64 s]}\n");
  int hit[2][64] = {{0}};
  for (uint64_t k = 0; k < 64; k++) {
    hit[0][(int)(draw_of(s, "oven.T", k) - 400.0)]++;
    hit[1][(int)draw_of(s, "oven.delay", k)]++;
  }
  for (int i = 0; i < 64; i++) ck_assert(hit[0][i] == 1 && hit[1][i] == 1);
  pro_scenario_free(s);
}
END_TEST

/* ---- overrides ---- */

START_TEST(overrides_take_the_place_of_values_and_of_draws) {
  static const char *const texts[] = {"oven.T=150 degC",
                                      "runs=7",
                                      "seed=9",
                                      "cell=nmc_pouch_25Ah",
                                      "cell.mass=1 kg",
                                      "duration=30 min",
                                      "T_mark=200 degC",
                                      "sensors.voltage.noise=1 mV",
                                      "vary.initial.soc={uniform: [20 %, 30 %]}"};
  pro_scenario *s = read_shipped("oven.yaml", PRO_COUNT(texts), texts);
  pro_case in;
  ck_assert_uint_eq(pro_scenario_runs(s), 7);
  ck_assert_uint_eq(pro_scenario_seed(s), 9);
  for (uint64_t k = 0; k < 3; k++) {
    ck_assert_int_eq(pro_scenario_case(&in, s, k), PRO_OK);
    ck_assert_double_eq(pro_channel_at(&in.drive.channel[PRO_DRIVE_T_ambient], 1e4, NULL), 423.15);
    ck_assert_str_eq(pro_cell_all[in.preset]->name, "nmc_pouch_25Ah");
    ck_assert_double_eq(in.cell.mass, 1.0);
    ck_assert_double_eq(in.duration, 1800.0);
    ck_assert_double_eq(in.T_mark, 473.15);
    ck_assert_double_eq(in.sensors[pro_sensor_find("voltage")].noise, 1e-3);
    ck_assert(in.soc_initial > 0.2 && in.soc_initial < 0.3);
  }
  pro_scenario_free(s);
}
END_TEST

START_TEST(wrong_overrides_are_named_as_typed) {
  static const char *const rows[][2] = {
      {"oven.TT=150 degC", "--set oven.TT=150 degC: error: unknown key 'TT' in oven; did you mean 'T'?"},
      {"oven.T=150", "--set oven.T=150: error: oven.T: '150' has no unit: write e.g. 150 degC or 423.15 K"},
      {"ovne.T=150 degC", "--set ovne.T=150 degC: error: unknown key 'ovne'; did you mean 'oven'?"},
      {"oven.T", "--set oven.T: error: an override is KEY=VALUE"},
      {"=5", "--set =5: error: an override is KEY=VALUE"},
      {"oven..T=5", "an override is KEY=VALUE"},
      {"oven.T=", "--set oven.T=: error: the value is missing"},
      {"oven.T=[1, 2", "--set oven.T=[1, 2: error: this is not YAML"},
      {"oven.T={uniform: [1, 2]}", "oven.T is one value, not a mapping"},
      {"vary.oven.TT={uniform: [150 degC, 160 degC]}", "unknown key 'TT' in oven; did you mean 'T'?"},
      {"vary.oven.T=5", "oven.T varies by one draw"},
      {"kind.x=5", "is no section, but is overridden as one"},
      {"kind=heater", "section oven belongs to kind oven, but this scenario's kind is heater"},
      {"runs=0", "--set runs=0: error: runs = '0' is no whole number from 1 to 4294967296"},
  };
  char path[512];
  path_to(path, sizeof path, "scenarios", "oven.yaml");
  for (size_t i = 0; i < PRO_COUNT(rows); i++) {
    pro_scenario *s = NULL;
    ck_assert_int_eq(pro_scenario_read(&s, path, 1, &rows[i][0]), PRO_EINPUT);
    ck_assert_msg(has(rows[i][1]), "%s gave: %s", rows[i][0], pro_error_message());
    ck_assert_ptr_null(s);
  }
}
END_TEST

/* ---- campaigns ---- */

static pro_scenario *read_campaign(size_t count, const char *const *overrides) {
  char text[4096], folder_of[512];
  path_to(folder_of, sizeof folder_of, "scenarios", "");
  snprintf(text, sizeof text,
           "title: mixed\nruns: 60\nseed: 3\ngroup: 10\ncampaign:\n"
           "  - {file: \"%.400soven.yaml\", weight: 3, set: {vary.oven.delay: {grid: [0 s, 1 s, 2 s, 3 s]}}}\n"
           "  - {file: \"%.400sheater.yaml\", weight: 2}\n"
           "  - {file: \"%.400soven.yaml\", set: {oven.T: 40 degC}}\n",
           folder_of[0] == '/' ? folder_of : "", folder_of[0] == '/' ? folder_of : "",
           folder_of[0] == '/' ? folder_of : "");
  pro_scenario *s = NULL;
  pro_status status = pro_scenario_read(&s, file_of(text), count, overrides);
  forget();
  ck_assert_msg(status == PRO_OK, "%s", pro_error_message());
  return s;
}

START_TEST(a_campaign_mixes_its_files_by_weight) {
  if (!getenv("PRO_SOURCE")) return; /* needs an absolute path */
  pro_scenario *s = read_campaign(0, NULL);
  int ovens = 0, heaters = 0, cool = 0;
  ck_assert_uint_eq(pro_scenario_runs(s), 60);
  ck_assert_uint_eq(pro_scenario_group(s), 10);
  ck_assert_str_eq(pro_scenario_title(s), "mixed");
  for (uint64_t k = 0, oven = 0; k < 60; k++) {
    pro_case in;
    ck_assert_int_eq(pro_scenario_case(&in, s, k), PRO_OK);
    int heater = in.family == pro_kind_find("heater");
    double last = pro_channel_at(&in.drive.channel[PRO_DRIVE_T_ambient], 1e5, NULL);
    if (heater)
      heaters++, ck_assert(isnan(draw_of(s, "oven.T", k)) && !isnan(draw_of(s, "heater.power", k)));
    else if (last == 313.15)
      cool++, ck_assert(isnan(draw_of(s, "oven.T", k)) && isnan(in.t_fault));
    else { /* the grid counts the cases of its file */
      ovens++, ck_assert(draw_of(s, "oven.T", k) == last);
      ck_assert_double_eq(draw_of(s, "oven.delay", k), (double)(oven++ % 4));
    }
    ck_assert_int_eq(in.cell_draw, (int64_t)k);
    ck_assert_uint_eq(in.run, k);
  }
  ck_assert_int_eq(ovens, 30);
  ck_assert_int_eq(heaters, 20);
  ck_assert_int_eq(cool, 10);
  const char *text = pro_scenario_resolved(s);
  ck_assert_ptr_nonnull(strstr(text, "# file oven.yaml, weight 3 of 6"));
  ck_assert_ptr_nonnull(strstr(text, "kind: heater"));
  ck_assert_ptr_nonnull(strstr(text, "seed: 3\n"));
  pro_scenario_free(s);
}
END_TEST

START_TEST(overrides_of_a_campaign_reach_the_files_they_fit) {
  if (!getenv("PRO_SOURCE")) return;
  static const char *const texts[] = {"runs=5", "duration=10 min", "heater.power=55 W", "heater.delay=0 s"};
  pro_scenario *s = read_campaign(PRO_COUNT(texts), texts);
  ck_assert_uint_eq(pro_scenario_runs(s), 5);
  for (uint64_t k = 0; k < 12; k++) {
    pro_case in;
    ck_assert_int_eq(pro_scenario_case(&in, s, k), PRO_OK);
    ck_assert_double_eq(in.duration, 600.0);
    if (in.family == pro_kind_find("heater"))
      ck_assert_double_eq(pro_channel_at(&in.drive.channel[PRO_DRIVE_heater], 400.0, NULL), 55.0);
  }
  pro_scenario_free(s);
}
END_TEST

/* The file's chemistry names keys of its own, so that what is allowed is not the same in all of them. */
START_TEST(a_wrong_override_of_a_campaign_is_told_once) {
  static const char *const texts[] = {"durration=3 s", "vary.durration=3 s", "cell.mas=1 kg", "vary.oven.TT=3"};
  char path[512];
  path_to(path, sizeof path, "scenarios", "quickstart.yaml");
  for (size_t i = 0; i < PRO_COUNT(texts); i++) {
    pro_scenario *s = NULL;
    char start[80];
    size_t told = 0;
    snprintf(start, sizeof start, "--set %s: error: ", texts[i]);
    ck_assert_int_eq(pro_scenario_read(&s, path, 1, &texts[i]), PRO_EINPUT);
    for (const char *at = pro_error_message(); (at = strstr(at, start)); at++) told++;
    ck_assert_msg(told == 1, "%s is told %zu times: %s", texts[i], told, pro_error_message());
  }
  /* two things that are wrong with it are two */
  static const char *const both = "duration=[1]";
  pro_scenario *s = NULL;
  ck_assert_int_eq(pro_scenario_read(&s, path, 1, &both), PRO_EINPUT);
  ck_assert_msg(has("duration is one value, not a list") && has("is out of range"), "%s", pro_error_message());
}
END_TEST

/* ---- bad files ---- */

/* Each says in its first line what is to be found where: "# expect: REGEX at LINE:COLUMN". */
static void check_bad(const char *path, const char *name) {
  char line[1024], place[32], pattern[4096];
  FILE *file = fopen(path, "rb");
  ck_assert_ptr_nonnull(file);
  ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
  fclose(file);
  line[strcspn(line, "\n")] = '\0';
  ck_assert_msg(strncmp(line, "# expect: ", 10) == 0, "%s does not say what to expect", name);
  char *at = strstr(line, " at ");
  for (char *next; at && (next = strstr(at + 1, " at "));) at = next; /* the last one */
  ck_assert_ptr_nonnull(at);
  snprintf(place, sizeof place, "%s", at + 4);
  *at = '\0';
  snprintf(pattern, sizeof pattern, "%s:%s: error: [^\n]*%s", name, place, line + 10);
  pro_scenario *s = NULL;
  pro_status status = pro_scenario_read(&s, path, 0, NULL);
  int wanted = strcmp(name, "campaign_file_missing.yaml") == 0 ||
                       strcmp(name, "campaign_names_a_folder.yaml") == 0 || strcmp(name, "file_nowhere.yaml") == 0
                   ? PRO_EMISSING
                   : PRO_EINPUT;
  ck_assert_msg((int)status == wanted, "%s: %s %s", name, pro_status_name(status), pro_error_message());
  ck_assert_ptr_null(s);
  regex_t regex;
  ck_assert_msg(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) == 0, "%s", pattern);
  ck_assert_msg(regexec(&regex, pro_error_message(), 0, NULL, 0) == 0, "%s: wanted %s, got:\n%s", name, pattern,
                pro_error_message());
  regfree(&regex);
}

START_TEST(every_broken_file_is_refused_where_and_why_it_says) {
  char path[512], file[1024];
  int files = 0;
  path_to(path, sizeof path, "tests/bad/scenarios", "");
  DIR *dir = opendir(path);
  ck_assert_ptr_nonnull(dir);
  for (struct dirent *e; (e = readdir(dir));) {
    if (!strstr(e->d_name, ".yaml")) continue;
    snprintf(file, sizeof file, "%s%s", path, e->d_name);
    check_bad(file, e->d_name);
    files++;
  }
  closedir(dir);
  ck_assert_int_ge(files, 40);
}
END_TEST

START_TEST(all_problems_come_in_one_pass_in_order_with_line_and_caret) {
  const char *path = file_of(
      "kind: oven\n"
      "cell: lco_18560\n"
      "initial:\n"
      "  T: 25\n"
      "  socc: 1\n"
      "oven:\n"
      "  T: 155 \u00b0C\n"
      "  delay: 5 K # \u00b0\n"
      "duratoin: 1 h\n"
      "vary:\n"
      "  oven.rmap: {uniform: [1 K/min, 5 K/min]}\n");
  pro_scenario *s = NULL;
  pro_status status = pro_scenario_read(&s, path, 0, NULL);
  forget();
  ck_assert_int_eq(status, PRO_EINPUT);
  static const char *const parts[] = {
      ":2:7: error: cell.preset = 'lco_18560' is none of",
      "did you mean 'lco_18650'?\n    2 | cell: lco_18560\n      |       ^~~~~~~~~\n",
      ":4:6: error: initial.T: '25' has no unit: write e.g. 25 degC or 298.15 K\n    4 |   T: 25\n      |      "
      "^~\n",
      ":5:3: error: unknown key 'socc' in initial; did you mean 'soc'? Allowed: T, soc\n",
      ":8:10: error: oven.delay: '5 K': the unit 'K' does not fit: s, min or h is needed\n    8 |   delay: 5 K # "
      "\u00b0\n      |          ^~~\n",
      ":9:1: error: unknown key 'duratoin'; did you mean 'duration'?",
      ":11:3: error: unknown key 'rmap' in oven; did you mean 'ramp'?",
  };
  const char *from = pro_error_message();
  for (size_t i = 0; i < PRO_COUNT(parts); i++) {
    const char *found = strstr(from, parts[i]);
    ck_assert_msg(found, "not found, or not in order: %s\n in: %s", parts[i], pro_error_message());
    from = found;
  }
  ck_assert(has("key 'initial.soc' is missing"));
  ck_assert(has("key 'duration' is missing"));
  ck_assert(has("key 'period' is missing"));
}
END_TEST

START_TEST(more_problems_than_fit_are_counted) {
  char *text = malloc(200000), *p;
  p = text + sprintf(text, "kind: oven\n");
  for (int i = 0; i < 500; i++) p += sprintf(p, "quite_a_long_unknown_key_number_%d: 5\n", i);
  pro_scenario *s = NULL;
  pro_status status = pro_scenario_read(&s, file_of(text), 0, NULL);
  forget();
  free(text);
  ck_assert_int_eq(status, PRO_EINPUT);
  ck_assert_msg(has("... and "), "%s", pro_error_message());
  ck_assert_uint_lt(strlen(pro_error_message()), 16384);
}
END_TEST

START_TEST(what_is_no_file_is_missing) {
  pro_scenario *s = NULL;
  ck_assert_int_eq(pro_scenario_read(&s, "/nowhere/at/all.yaml", 0, NULL), PRO_EMISSING);
  ck_assert(has("/nowhere/at/all.yaml: cannot be opened"));
  ck_assert_int_eq(pro_scenario_read(&s, "/tmp", 0, NULL), PRO_EMISSING);
  ck_assert(has("is a folder"));
  ck_assert_int_eq(pro_scenario_read(&s, file_of(""), 0, NULL), PRO_EINPUT);
  forget();
  ck_assert(has("there is nothing in it"));
  ck_assert_int_eq(pro_scenario_read(&s, "/dev/zero", 0, NULL), PRO_EINPUT);
  ck_assert(has("larger than 256 KiB"));
  ck_assert_ptr_null(s);
}
END_TEST

/* A good file with a byte changed, a piece cut out or doubled: read or refused, never a crash or a leak. */
START_TEST(mangled_files_never_crash_the_reader) {
  char good[8192], text[16384], path[512];
  path_to(path, sizeof path, "scenarios", "oven.yaml");
  FILE *file = fopen(path, "rb");
  ck_assert_ptr_nonnull(file);
  size_t n = fread(good, 1, sizeof good - 1, file), refused = 0;
  fclose(file);
  uint32_t random = 12345;
  for (int i = 0; i < 400; i++) {
    random = random * 1664525u + 1013904223u;
    size_t at = (random >> 8) % n, length = (random >> 3) % 40;
    if (at + length > n) length = n - at;
    size_t m = n;
    memcpy(text, good, n);
    if (i % 3 == 0) text[at] = "[]{}:,&*!|>'\"%@`#-? \t\n\xff"[(random >> 20) % 24];
    if (i % 3 == 1) memmove(text + at, text + at + length, n - at - length), m = n - length;
    if (i % 3 == 2) memmove(text + at + length, text + at, n - at), m = n + length;
    text[m] = '\0';
    pro_scenario *s = NULL;
    if (pro_scenario_read(&s, file_of(text), 0, NULL) != PRO_OK) refused++;
    forget();
    pro_scenario_free(s);
  }
  ck_assert(refused > 40);
}
END_TEST

/* ---- registries and pages ---- */

START_TEST(every_kind_is_whole) {
  for (int k = 0; pro_kind_all[k]; k++) {
    const pro_kind *kind = pro_kind_all[k];
    ck_assert_int_eq(pro_kind_find(kind->name), k);
    ck_assert(kind->doc && *kind->doc && kind->source && *kind->source && kind->apply);
    ck_assert_uint_le(kind->param_bytes, PRO_KIND_BYTES);
    for (const pro_field *f = kind->fields; f->name; f++) {
      ck_assert_uint_lt(f->offset, kind->param_bytes);
      ck_assert(*f->doc && *f->unit);
      if (f->need == PRO_DEFAULTED) ck_assert_int_eq(pro_field_check_value(f, f->initial), PRO_OK);
    }
  }
}
END_TEST

/* A preset or chemistry is found by its file's name. */
START_TEST(names_are_those_of_the_files) {
  char text[512];
  for (int i = 0; pro_cell_all[i]; i++) {
    snprintf(
        text, sizeof text,
        "kind: oven\ncell: %s\ninitial: {T: 25 degC, soc: 1}\noven: {T: 40 degC}\nduration: 1 h\nperiod: 1 s\n",
        pro_cell_all[i]->name);
    pro_scenario *s = read_text(text);
    pro_case in;
    ck_assert_int_eq(pro_scenario_case(&in, s, 0), PRO_OK);
    ck_assert_int_eq(in.preset, i);
    ck_assert_str_eq(pro_chemistry_all[in.chemistry]->name, pro_cell_all[i]->chemistry);
    pro_scenario_free(s);
  }
}
END_TEST

START_TEST(the_description_names_every_key) {
  char *text = NULL;
  size_t size;
  FILE *to = open_memstream(&text, &size);
  pro_scenario_describe_keys(NULL, to);
  fclose(to);
  static const char *const wanted[] = {
      "| `kind` |",       "| `duration` |", "`initial.T` | K | must be given",
      "`cell.mass` | kg", "`vary`",         "`sensors.SENSOR.noise` | the sensor's",
      "campaign:",        "sobol",          "--set"};
  for (size_t i = 0; i < PRO_COUNT(wanted); i++)
    ck_assert_msg(strstr(text, wanted[i]), "%s is not in\n%s", wanted[i], text);
  for (int k = 0; pro_kind_all[k]; k++)
    for (const pro_field *f = pro_kind_all[k]->fields; f->name; f++) {
      char key[128];
      snprintf(key, sizeof key, "| `%s.%s` |", pro_kind_all[k]->name, f->name);
      ck_assert_msg(strstr(text, key), "%s", key);
    }
  free(text);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("scenario");
  TCase *tests = tcase_create("scenario");
  tcase_add_test(tests, every_shipped_scenario_is_read);
  tcase_add_test(tests, the_reference_oven_is_set_up_as_published);
  tcase_add_test(tests, the_resolved_text_makes_the_same_cases);
  tcase_add_test(tests, presets_names_grids_and_sensors_vary);
  tcase_add_test(tests, case_k_depends_on_nothing_but_file_seed_and_k);
  tcase_add_test(tests, adding_a_line_leaves_the_other_draws_alone);
  tcase_add_test(tests, what_varies_is_told_with_unit_and_distribution);
  tcase_add_test(tests, sobol_points_fill_the_range_evenly);
  tcase_add_test(tests, overrides_take_the_place_of_values_and_of_draws);
  tcase_add_test(tests, wrong_overrides_are_named_as_typed);
  tcase_add_test(tests, a_campaign_mixes_its_files_by_weight);
  tcase_add_test(tests, overrides_of_a_campaign_reach_the_files_they_fit);
  tcase_add_test(tests, a_wrong_override_of_a_campaign_is_told_once);
  tcase_add_test(tests, every_broken_file_is_refused_where_and_why_it_says);
  tcase_add_test(tests, all_problems_come_in_one_pass_in_order_with_line_and_caret);
  tcase_add_test(tests, more_problems_than_fit_are_counted);
  tcase_add_test(tests, what_is_no_file_is_missing);
  tcase_add_test(tests, mangled_files_never_crash_the_reader);
  tcase_add_test(tests, every_kind_is_whole);
  tcase_add_test(tests, names_are_those_of_the_files);
  tcase_add_test(tests, the_description_names_every_key);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
