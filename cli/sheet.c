/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/sheet.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TOKEN_SIZE = 16 };

/* What stands for what, most reactive first: a blend is as dangerous as its worst part. */
static const struct {
  const char *word;
  int family; /* -1: NMC, to be told apart by its digits */
} words[] = {{"nca", PRO_FAMILY_nca},
             {"lno", PRO_FAMILY_nmc811},
             {"linio2", PRO_FAMILY_nmc811},
             {"nmc", -1},
             {"ncm", -1},
             {"nickel", -1},
             {"lco", PRO_FAMILY_lco},
             {"licoo2", PRO_FAMILY_lco},
             {"cobalt", PRO_FAMILY_lco},
             {"lmo", PRO_FAMILY_lmo},
             {"limn2o4", PRO_FAMILY_lmo},
             {"manganese", PRO_FAMILY_lmo},
             {"lfp", PRO_FAMILY_lfp},
             {"lifepo4", PRO_FAMILY_lfp},
             {"phosphate", PRO_FAMILY_lfp}};

/* LNO in a blend with spinel holds about as much nickel as NMC532. */
enum { LNO = 1 };

static pro_family by_density(double energy_density) {
  if (energy_density > 240.0) return PRO_FAMILY_nmc811;
  return energy_density > 200.0 ? PRO_FAMILY_nmc622 : PRO_FAMILY_nmc532;
}

/* Three digits of an NMC anywhere in the text; -1: none. */
static int by_digits(const char *text) {
  static const struct {
    const char *digits;
    int family;
  } of[] = {{"955", PRO_FAMILY_nmc811}, {"90505", PRO_FAMILY_nmc811}, {"811", PRO_FAMILY_nmc811},
            {"721", PRO_FAMILY_nmc622}, {"712", PRO_FAMILY_nmc622},   {"622", PRO_FAMILY_nmc622},
            {"613", PRO_FAMILY_nmc622}, {"532", PRO_FAMILY_nmc532},   {"523", PRO_FAMILY_nmc532},
            {"442", PRO_FAMILY_nmc532}, {"424", PRO_FAMILY_nmc532},   {"333", PRO_FAMILY_nmc532},
            {"111", PRO_FAMILY_nmc532}};
  for (size_t k = 0; k < PRO_COUNT(of); k++)
    if (strstr(text, of[k].digits)) return of[k].family;
  return -1;
}

pro_family pro_family_guess(const char *text, double energy_density, int *guessed) {
  char small[256];
  size_t n = 0;
  for (; text[n] && n + 1 < sizeof small; n++) small[n] = (char)tolower((unsigned char)text[n]);
  small[n] = '\0';
  size_t first = PRO_COUNT(words);
  int families = 0, last = -2, digits = by_digits(small);
  for (size_t k = 0; k < PRO_COUNT(words); k++) {
    if (!strstr(small, words[k].word) || words[k].family == last) continue;
    if (families++ == 0) first = k;
    last = words[k].family;
  }
  *guessed = families != 1 || strchr(small, '?') != NULL;
  if (families == 0) return by_density(energy_density);
  if (first == LNO && strstr(small, "lmo")) return PRO_FAMILY_nmc532;
  if (words[first].family >= 0) return (pro_family)words[first].family;
  if (digits >= 0) return (pro_family)digits;
  *guessed = 1;
  return by_density(energy_density);
}

/* Means of slow discharges against graphite, as datasheets have them [V]. */
static const double nominal_voltage[PRO_FAMILY_COUNT] = {
    [PRO_FAMILY_lco] = 3.75, [PRO_FAMILY_nmc532] = 3.67, [PRO_FAMILY_nmc622] = 3.65, [PRO_FAMILY_nmc811] = 3.63,
    [PRO_FAMILY_nca] = 3.6,  [PRO_FAMILY_lmo] = 3.75,    [PRO_FAMILY_lfp] = 3.2};
/* Of cells on the market around 2010-2020: guess [Wh/kg]. */
static const double specific_energy[PRO_FAMILY_COUNT] = {
    [PRO_FAMILY_lco] = 190.0,    [PRO_FAMILY_nmc532] = 180.0, [PRO_FAMILY_nmc622] = 210.0,
    [PRO_FAMILY_nmc811] = 250.0, [PRO_FAMILY_nca] = 240.0,    [PRO_FAMILY_lmo] = 150.0,
    [PRO_FAMILY_lfp] = 125.0};

/* The whole text, or a format's name somewhere in it; 0: none. */
static int find_format(pro_datasheet *sheet, const char *text) {
  static const char *const parts[] = {"18650", "21700", "26650", "20700", "26700", "14500"};
  char small[64];
  size_t n = 0;
  if (pro_datasheet_format(sheet, text)) return 1;
  for (; text[n] && n + 1 < sizeof small; n++) small[n] = (char)tolower((unsigned char)text[n]);
  small[n] = '\0';
  for (size_t k = 0; k < PRO_COUNT(parts); k++)
    if (strstr(small, parts[k]) && pro_datasheet_format(sheet, parts[k])) return 1;
  int pouch = strstr(small, "pouch") != NULL, prismatic = strstr(small, "prism") != NULL,
      cylinder = strstr(small, "cylind") != NULL;
  if (pouch + prismatic + cylinder != 1) return 0;
  sheet->format = pouch ? PRO_FORMAT_pouch : prismatic ? PRO_FORMAT_prismatic : PRO_FORMAT_cylinder;
  return 1;
}

static void note(char *remark, size_t size, const char *what, const char *text, const char *taken) {
  size_t n = strlen(remark);
  if (text[0])
    snprintf(remark + n, size - n, "%s%s '%.60s' taken as %s", n ? "; " : "", what, text, taken);
  else
    snprintf(remark + n, size - n, "%s%s not told, taken as %s", n ? "; " : "", what, taken);
}

void pro_sheet_make(pro_datasheet *out, char *remark, size_t size, const pro_sheet_said *said) {
  *out = (pro_datasheet){.capacity = said->capacity,
                         .mass = said->mass,
                         .nominal_voltage = said->nominal_voltage,
                         .diameter = NAN,
                         .length = NAN,
                         .thickness = NAN,
                         .width = NAN,
                         .height = NAN,
                         .resistance = NAN,
                         .voltage_min = NAN,
                         .voltage_max = NAN};
  int guessed;
  char mass[48];
  remark[0] = '\0';
  double volts = isnan(said->nominal_voltage) ? 3.6 : said->nominal_voltage;
  pro_family family = pro_family_guess(said->chemistry, said->capacity * volts / said->mass / 3600.0, &guessed);
  out->family = (int)family;
  if (guessed) note(remark, size, "chemistry", said->chemistry, pro_family_names[family]);
  if (isnan(out->nominal_voltage)) out->nominal_voltage = nominal_voltage[family];
  int known = find_format(out, said->format);
  if (isnan(out->mass)) {
    double steel =
        2700.0 * 0.25 * 3.14159265 * out->diameter * out->diameter * out->length; /* NaN where no size */
    out->mass = isnan(steel) ? said->capacity * out->nominal_voltage / 3600.0 / specific_energy[family] : steel;
    snprintf(mass, sizeof mass, "%.3g kg, typical of its kind", out->mass);
    note(remark, size, "mass", "", mass);
  }
  if (known) return;
  out->format = out->mass > 0.25 ? PRO_FORMAT_pouch : PRO_FORMAT_cylinder;
  note(remark, size, "format", said->format, out->format == PRO_FORMAT_pouch ? "a pouch" : "a cylinder");
}
