/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/datasheet.h"

#include "tests/support.h"

#define AH 3600.0
#define NONE ((double)NAN)

/* A cell of which only what must be known is known; at `energy` [Wh/kg] of its mass. */
static pro_datasheet plain(int family, int format, double capacity, double energy) {
  double voltage = family == PRO_FAMILY_lfp ? 3.2 : family == PRO_FAMILY_lmo ? 3.8 : 3.65;
  return (pro_datasheet){.family = family,
                         .format = format,
                         .capacity = capacity,
                         .mass = capacity * voltage / 3600.0 / energy,
                         .nominal_voltage = voltage,
                         .diameter = NONE,
                         .length = NONE,
                         .thickness = NONE,
                         .width = NONE,
                         .height = NONE,
                         .resistance = NONE,
                         .voltage_min = NONE,
                         .voltage_max = NONE};
}

static pro_cell made_of(const pro_datasheet *sheet, const char **chemistry) {
  pro_cell cell;
  const char *name;
  pro_status status = pro_datasheet_cell(&cell, chemistry ? chemistry : &name, sheet);
  ck_assert_msg(status == PRO_OK, "%s", pro_error_message());
  return cell;
}

static void refuses(const pro_datasheet *sheet, const char *field, const char *rule) {
  pro_cell cell, before;
  const char *chemistry = "untouched";
  memset(&cell, 1, sizeof cell);
  before = cell;
  ck_assert_int_eq(pro_datasheet_cell(&cell, &chemistry, sheet), PRO_EINPUT);
  const char *message = pro_error_message();
  ck_assert_msg(strstr(message, field) && strstr(message, rule), "'%s' does not name %s and %s", message, field,
                rule);
  ck_assert_mem_eq(&cell, &before, sizeof cell);
  ck_assert_str_eq(chemistry, "untouched");
}

static const char *const sizes[] = {"18650", "21700", "26650",  "32700", "4680",
                                    "14500", "18350", "D-Cell", "pouch", "prismatic"};

START_TEST(every_family_in_every_format_gives_a_cell_that_can_exist) {
  for (int f = 0; f < PRO_FAMILY_COUNT; f++)
    for (size_t n = 0; n < PRO_COUNT(sizes); n++) {
      /* as heavy as its size asks for: 2.5 g/cm3; 130 Wh/kg */
      pro_datasheet sheet = plain(f, 0, 1.0, 130.0);
      ck_assert_int_eq(pro_datasheet_format(&sheet, sizes[n]), 1);
      double volume = sheet.format == PRO_FORMAT_cylinder
                          ? 0.25 * 3.14159265 * sheet.diameter * sheet.diameter * sheet.length
                          : 3e-4;
      sheet.mass = 2500.0 * volume;
      sheet.capacity = 130.0 * 3600.0 * sheet.mass / sheet.nominal_voltage;
      const char *chemistry = NULL;
      pro_cell cell = made_of(&sheet, &chemistry);
      pro_status status = pro_cell_check(&cell);
      ck_assert_msg(status == PRO_OK, "%s %s: %s", pro_family_names[f], sizes[n], pro_error_message());
      ck_assert_str_eq(chemistry, pro_family_names[f]); /* all below 40 Ah */
      ck_assert_double_lt(cell.volume, volume * 1.5);
      ck_assert_int_eq(cell.format, sheet.format);
      cell.nodes = 3; /* and one with a heated side */
      ck_assert_int_eq(pro_cell_check(&cell), PRO_OK);
    }
  ck_assert_ptr_null(pro_family_names[PRO_FAMILY_COUNT]);
}
END_TEST

/* From 0.3 Ah to 300 Ah at one energy per mass: what is larger of a larger cell is larger. */
START_TEST(cells_grow_with_their_capacity) {
  for (int f = 0; f < PRO_FAMILY_COUNT; f++)
    for (int format = 0; format < PRO_FORMAT_COUNT; format++) {
      pro_datasheet small = plain(f, format, 0.3 * AH, 130.0);
      pro_cell last = made_of(&small, NULL);
      for (double capacity = 0.4; capacity < 300.0; capacity *= 1.3) {
        pro_datasheet sheet = plain(f, format, capacity * AH, 130.0);
        pro_cell cell = made_of(&sheet, NULL);
        ck_assert_double_gt(cell.volume, last.volume);
        ck_assert_double_gt(cell.area, last.area);
        ck_assert_double_gt(cell.headspace, last.headspace);
        ck_assert_double_gt(cell.vent_area, last.vent_area);
        ck_assert_double_gt(cell.solvent_mass, last.solvent_mass);
        ck_assert_double_gt(cell.core_conductance, last.core_conductance);
        ck_assert_double_lt(cell.resistance, last.resistance);
        ck_assert_double_lt(cell.pair_1_resistance, last.pair_1_resistance);
        /* the one step: LFP from 40 Ah on discharges more slowly through its separator */
        if (f != PRO_FAMILY_lfp || capacity > 52.0 || capacity < 40.0)
          ck_assert_double_lt(cell.hard_short_resistance, last.hard_short_resistance);
        ck_assert_double_le(cell.area / cell.volume, last.area / last.volume * (1.0 + 1e-12));
        last = cell;
      }
    }
}
END_TEST

/* More energy in the same mass: more of it is thrown out, never less. */
START_TEST(denser_cells_throw_out_more) {
  double last = 0.0;
  for (double energy = 60.0; energy < 320.0; energy += 10.0) {
    pro_datasheet sheet = plain(PRO_FAMILY_nmc811, PRO_FORMAT_cylinder, 3.0 * AH, energy);
    pro_cell cell = made_of(&sheet, NULL);
    double lost = cell.ejecta_share + 1.5 * cell.solvent_mass / cell.mass;
    ck_assert_double_ge(lost, last - 1e-12);
    ck_assert(lost > 0.15 && lost < 0.85);
    last = lost;
  }
}
END_TEST

START_TEST(cells_that_cannot_exist_are_refused_by_the_rule) {
  pro_datasheet sound = plain(PRO_FAMILY_nmc811, PRO_FORMAT_cylinder, 3.5 * AH, 270.0), bad;
  ck_assert_int_eq(pro_datasheet_format(&sound, "18650"), 1);
  made_of(&sound, NULL);
  bad = sound, bad.mass = -0.047, refuses(&bad, "datasheet.mass = -0.047 kg", "out of range");
  bad = sound, bad.mass = 0.0, refuses(&bad, "datasheet.mass = 0 kg", "out of range");
  bad = sound, bad.mass = NONE, refuses(&bad, "datasheet.mass", "must be given");
  bad = sound, bad.capacity = NONE, refuses(&bad, "datasheet.capacity", "must be given");
  bad = sound, bad.nominal_voltage = NONE, refuses(&bad, "datasheet.nominal_voltage", "must be given");
  bad = sound, bad.diameter = -0.018, refuses(&bad, "datasheet.diameter", "out of range");
  bad = sound, bad.capacity = 10.0 * AH, bad.mass = 0.045, refuses(&bad, "datasheet.capacity = 10 Ah", "Wh/kg");
  bad = sound, bad.capacity = 0.1 * AH, refuses(&bad, "datasheet.capacity = 0.1 Ah", "Wh/kg");
  bad = sound, bad.mass = 0.070, refuses(&bad, "datasheet.mass = 0.07 kg", "1.5 to 3.5 g/cm3");
  bad = sound, bad.length = 0.045, bad.mass = 0.04, bad.capacity = 3.55 * AH,
  refuses(&bad, "datasheet.capacity = 3.55 Ah", "Wh/L");
  bad = sound, bad.nominal_voltage = 3.2, refuses(&bad, "datasheet.nominal_voltage = 3.2 V", "family = nmc811");
  bad = sound, bad.family = PRO_FAMILY_lfp, refuses(&bad, "datasheet.nominal_voltage", "family = lfp");
  bad = sound, bad.family = 99, refuses(&bad, "datasheet.family", "choice");
  bad = sound, bad.format = -1, refuses(&bad, "datasheet.format", "choice");
  bad = sound, bad.voltage_min = 4.3, refuses(&bad, "voltage_m", "voltage_m");
  bad = sound, bad.resistance = -0.03, refuses(&bad, "datasheet.resistance", "out of range");
  bad = sound, bad.mass = (double)INFINITY, refuses(&bad, "datasheet.mass", "out of range");
}
END_TEST

/* The same rules hold for a cell told member by member. */
START_TEST(overridden_cells_are_held_to_the_rules_too) {
  pro_datasheet sheet = plain(PRO_FAMILY_nmc811, PRO_FORMAT_cylinder, 3.5 * AH, 270.0);
  pro_cell sound = made_of(&sheet, NULL), bad;
#define REFUSED(change, field, rule)                                                             \
  do {                                                                                           \
    bad = sound;                                                                                 \
    change;                                                                                      \
    ck_assert_int_eq(pro_cell_check(&bad), PRO_EINPUT);                                          \
    ck_assert_msg(strstr(pro_error_message(), field) && strstr(pro_error_message(), rule), "%s", \
                  pro_error_message());                                                          \
  } while (0)
  REFUSED(bad.mass = -1.0, "cell.mass", "out of range");
  REFUSED(bad.capacity = 10.0 * AH, "cell.capacity (10 Ah)", "Wh/kg");
  REFUSED(bad.capacity = 0.1 * AH, "cell.capacity (0.1 Ah)", "Wh/kg");
  REFUSED(bad.volume *= 3.0, "cell.volume", "g/cm3");
  REFUSED(bad.volume *= 0.3, "cell.volume", "g/cm3");
  REFUSED(bad.voltage_min = 3.9, "cell.voltage_min", "half charge");
  REFUSED(bad.voltage_min = bad.voltage_max, "cell.voltage_max", "not above");
  REFUSED((bad.voltage_min = 1.0, bad.voltage_max = 2.0), "cell.voltage_max", "half charge");
  bad = sound, bad.capacity = 0.0; /* no electrical part: whatever its mass */
  bad.mass = 1.0;
  ck_assert_int_eq(pro_cell_check(&bad), PRO_OK);
}
END_TEST

START_TEST(format_names_say_sizes) {
  static const struct {
    const char *name;
    double diameter, length; /* [mm] */
  } known[] = {{"18650", 18, 65}, {"21700", 21, 70}, {"26650", 26, 65},  {"32700", 32, 70},  {"4680", 46, 80},
               {"14500", 14, 50}, {"18350", 18, 35}, {"D-Cell", 33, 60}, {"d-cell", 33, 60}, {"46120", 46, 120}};
  for (size_t i = 0; i < PRO_COUNT(known); i++) {
    pro_datasheet sheet = plain(0, PRO_FORMAT_pouch, 1.0, 100.0);
    ck_assert_int_eq(pro_datasheet_format(&sheet, known[i].name), 1);
    ck_assert_int_eq(sheet.format, PRO_FORMAT_cylinder);
    ck_assert_double_eq_tol(sheet.diameter, known[i].diameter * 1e-3, 1e-15);
    ck_assert_double_eq_tol(sheet.length, known[i].length * 1e-3, 1e-15);
  }
  pro_datasheet sheet = plain(0, PRO_FORMAT_cylinder, 1.0, 100.0);
  ck_assert_int_eq(pro_datasheet_format(&sheet, "Pouch"), 1);
  ck_assert_int_eq(sheet.format, PRO_FORMAT_pouch);
  ck_assert_int_eq(pro_datasheet_format(&sheet, "prismatic"), 1);
  ck_assert_int_eq(sheet.format, PRO_FORMAT_prismatic);
  static const char *const not_known[] = {"",      "186500",  "186",   "1865O", "AA",
                                          "D-Cel", "D-Cells", "00000", "-4680", "pouche"};
  for (size_t i = 0; i < PRO_COUNT(not_known); i++) {
    pro_datasheet before = sheet;
    ck_assert_int_eq(pro_datasheet_format(&sheet, not_known[i]), 0);
    ck_assert_mem_eq(&before, &sheet, sizeof sheet);
  }
}
END_TEST

/* Where no size is given the mass makes it, in the right volume whichever sizes are known; the round trip is exact
 * but for roundings. */
START_TEST(sizes_follow_from_the_mass) {
  pro_datasheet sheet = plain(PRO_FAMILY_nmc811, PRO_FORMAT_cylinder, 3.5 * AH, 270.0);
  pro_cell none = made_of(&sheet, NULL);
  ck_assert_double_eq_tol(none.volume, 0.85 * sheet.mass / 2700.0, 1e-12 * none.volume);
  sheet.diameter = 18.2e-3;
  ck_assert_double_eq_tol(made_of(&sheet, NULL).volume, none.volume, 1e-12 * none.volume);
  sheet.diameter = NONE, sheet.length = 65e-3;
  ck_assert_double_eq_tol(made_of(&sheet, NULL).volume, none.volume, 1e-12 * none.volume);
  pro_datasheet slab = plain(PRO_FAMILY_nmc532, PRO_FORMAT_pouch, 25.0 * AH, 150.0);
  pro_cell pouch = made_of(&slab, NULL);
  ck_assert_double_eq_tol(pouch.volume, 0.95 * slab.mass / 2300.0, 1e-12 * pouch.volume);
  for (int given = 1; given < 7; given++) {
    pro_datasheet part = slab;
    if (given & 1) part.thickness = 9e-3;
    if (given & 2) part.width = 0.12;
    if (given & 4) part.height = 0.2;
    ck_assert_double_eq_tol(made_of(&part, NULL).volume, pouch.volume, 1e-12 * pouch.volume);
  }
}
END_TEST

START_TEST(what_the_sheet_says_is_taken) {
  pro_datasheet sheet = plain(PRO_FAMILY_nca, PRO_FORMAT_cylinder, 3.0 * AH, 236.0);
  sheet.resistance = 0.02, sheet.voltage_min = 2.75, sheet.voltage_max = 4.15;
  pro_cell cell = made_of(&sheet, NULL);
  ck_assert_double_eq_tol(cell.resistance + cell.pair_1_resistance + cell.pair_2_resistance, 0.02, 1e-15);
  ck_assert_double_eq(cell.voltage_min, 2.75);
  ck_assert_double_eq(cell.voltage_max, 4.15);
  ck_assert_double_eq(cell.capacity, 3.0 * AH);
  /* a member left at 0, as in a `const` table, is one that is not said */
  pro_datasheet table = {.family = PRO_FAMILY_nca,
                         .capacity = 3.0 * AH,
                         .mass = sheet.mass,
                         .nominal_voltage = sheet.nominal_voltage};
  pro_datasheet told = plain(PRO_FAMILY_nca, PRO_FORMAT_cylinder, 3.0 * AH, 236.0);
  pro_cell a = made_of(&table, NULL), b = made_of(&told, NULL);
  ck_assert_mem_eq(&a, &b, sizeof a);
}
END_TEST

/* What is known of cells that are well known. */
START_TEST(known_cells_come_out_as_they_are) {
  pro_datasheet mj1 = plain(PRO_FAMILY_nmc811, 0, 3.5 * AH, 1.0);
  pro_datasheet_format(&mj1, "18650");
  mj1.mass = 47.0e-3, mj1.nominal_voltage = 3.63;
  pro_cell cell = made_of(&mj1, NULL);
  ck_assert_double_eq_tol(cell.area, 4.185e-3, 0.01e-3);              /* Kim's 18650: 252.99 /m of 16.54 mL */
  ck_assert_double_eq_tol(cell.mass * cell.heat_capacity, 42.0, 4.0); /* 830 to 1000 J/(kg K) */
  double whole = cell.resistance + cell.pair_1_resistance + cell.pair_2_resistance;
  ck_assert(whole > 0.030 && whole < 0.060); /* DC of 2.5 to 3.5 Ah 18650 cells */
  ck_assert_double_eq_tol(cell.headspace, 1.5e-6, 0.1e-6);
  ck_assert_double_eq_tol(cell.vent_area, 8.5e-6, 0.1e-6);
  ck_assert_double_gt(cell.cid_pressure, 0.0);
  ck_assert_double_eq_tol(cell.ejecta_share + 1.5 * cell.solvent_mass / cell.mass, 0.74,
                          0.11); /* one sigma of the rule */

  pro_datasheet big = plain(PRO_FAMILY_lfp, PRO_FORMAT_prismatic, 280.0 * AH, 1.0);
  big.mass = 5.42, big.thickness = 71.7e-3, big.width = 173.7e-3, big.height = 207.2e-3;
  const char *chemistry;
  cell = made_of(&big, &chemistry);
  ck_assert_str_eq(chemistry, "lfp_large");
  whole = cell.resistance + cell.pair_1_resistance + cell.pair_2_resistance;
  ck_assert(whole > 0.4e-3 && whole < 0.6e-3); /* DC in 10 s */
  ck_assert_double_eq_tol(cell.headspace, 1e-4, 0.2e-4);
  ck_assert_double_eq_tol(cell.vent_area, 2.5e-4, 0.1e-4);
  ck_assert_double_eq(cell.cid_pressure, 0.0);
  ck_assert_double_eq_tol(cell.ejecta_share + 1.5 * cell.solvent_mass / cell.mass, 0.20, 0.02);
  pro_datasheet small = plain(PRO_FAMILY_lfp, PRO_FORMAT_prismatic, 22.0 * AH, 110.0);
  made_of(&small, &chemistry);
  ck_assert_str_eq(chemistry, "lfp");
}
END_TEST

/* Every preset is a cell that can exist; what a preset knows better takes the place of the rule's, and nothing
 * else does. */
START_TEST(presets_are_cells_that_can_exist) {
  for (const pro_cell_preset *const *it = pro_cell_all; *it; it++) {
    const pro_cell_preset *preset = *it;
    pro_cell cell, ruled;
    const char *chemistry;
    pro_cell_of_preset(&cell, preset);
    pro_status status = pro_cell_check(&cell);
    ck_assert_msg(status == PRO_OK, "%s: %s", preset->name, pro_error_message());
    if (preset->datasheet)
      ruled = made_of(preset->datasheet, &chemistry);
    else
      ruled = preset->cell;
    for (const pro_field *f = pro_cell_fields; f->name; f++) {
      double known = pro_field_get(f, &preset->cell), is = pro_field_get(f, &cell);
      ck_assert_msg(is == (known != 0.0 ? known : pro_field_get(f, &ruled)), "%s.%s", preset->name, f->name);
    }
  }
  pro_cell kim;
  pro_cell_of_preset(&kim, pro_cell_find("lco_18650_kim"));
  ck_assert_double_eq_tol(kim.mass * kim.heat_capacity / kim.volume, 2.1414e6, 1e-6);
  ck_assert_double_eq_tol(kim.area / kim.volume, 252.99145, 1e-10);
  ck_assert_double_eq(kim.capacity, 0.0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("datasheet");
  TCase *tests = tcase_create("datasheet");
  tcase_add_test(tests, every_family_in_every_format_gives_a_cell_that_can_exist);
  tcase_add_test(tests, cells_grow_with_their_capacity);
  tcase_add_test(tests, denser_cells_throw_out_more);
  tcase_add_test(tests, cells_that_cannot_exist_are_refused_by_the_rule);
  tcase_add_test(tests, overridden_cells_are_held_to_the_rules_too);
  tcase_add_test(tests, format_names_say_sizes);
  tcase_add_test(tests, sizes_follow_from_the_mass);
  tcase_add_test(tests, what_the_sheet_says_is_taken);
  tcase_add_test(tests, known_cells_come_out_as_they_are);
  tcase_add_test(tests, presets_are_cells_that_can_exist);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}
