/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/unit.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/field.h"

enum { DIMENSIONS = 6, TEXT_MAX = 96, DEPTH_MAX = 8, POWER_MAX = 12 };

/* A unit is `above / below` in SI: two numbers, so that "40 mohm" is 40/1000 exactly as the literal 0.04 is. */
typedef struct unit_row {
  const char *name;
  double above, below;
  signed char power[DIMENSIONS]; /* of kg, m, s, A, K, mol */
  int prefixes;                  /* 1: takes SI prefixes */
} unit_row;

/* clang-format off */
static const unit_row units[] = {
    /*            above        below    kg  m  s  A  K mol */
    {"1",         1.0,           1.0, { 0, 0, 0, 0, 0, 0}, 0},
    {"%",         1.0,         100.0, { 0, 0, 0, 0, 0, 0}, 0},
    {"ppm",       1.0,           1e6, { 0, 0, 0, 0, 0, 0}, 0},
    {"ppb",       1.0,           1e9, { 0, 0, 0, 0, 0, 0}, 0},
    {"kg",        1.0,           1.0, { 1, 0, 0, 0, 0, 0}, 0},
    {"g",         1.0,        1000.0, { 1, 0, 0, 0, 0, 0}, 1},
    {"t",      1000.0,           1.0, { 1, 0, 0, 0, 0, 0}, 0},
    {"m",         1.0,           1.0, { 0, 1, 0, 0, 0, 0}, 1},
    {"L",         1.0,        1000.0, { 0, 3, 0, 0, 0, 0}, 1},
    {"l",         1.0,        1000.0, { 0, 3, 0, 0, 0, 0}, 1},
    {"s",         1.0,           1.0, { 0, 0, 1, 0, 0, 0}, 1},
    {"min",      60.0,           1.0, { 0, 0, 1, 0, 0, 0}, 0},
    {"h",      3600.0,           1.0, { 0, 0, 1, 0, 0, 0}, 0},
    {"d",     86400.0,           1.0, { 0, 0, 1, 0, 0, 0}, 0},
    {"day",   86400.0,           1.0, { 0, 0, 1, 0, 0, 0}, 0},
    {"Hz",        1.0,           1.0, { 0, 0,-1, 0, 0, 0}, 1},
    {"A",         1.0,           1.0, { 0, 0, 0, 1, 0, 0}, 1},
    {"C",         1.0,           1.0, { 0, 0, 1, 1, 0, 0}, 1},
    {"Ah",     3600.0,           1.0, { 0, 0, 1, 1, 0, 0}, 1},
    {"V",         1.0,           1.0, { 1, 2,-3,-1, 0, 0}, 1},
    {"ohm",       1.0,           1.0, { 1, 2,-3,-2, 0, 0}, 1},
    {"S",         1.0,           1.0, {-1,-2, 3, 2, 0, 0}, 1},
    {"F",         1.0,           1.0, {-1,-2, 4, 2, 0, 0}, 1},
    {"K",         1.0,           1.0, { 0, 0, 0, 0, 1, 0}, 1},
    {"delta_K",   1.0,           1.0, { 0, 0, 0, 0, 1, 0}, 0},
    {"degC",      1.0,           1.0, { 0, 0, 0, 0, 1, 0}, 0},
    {"mol",       1.0,           1.0, { 0, 0, 0, 0, 0, 1}, 1},
    {"N",         1.0,           1.0, { 1, 1,-2, 0, 0, 0}, 1},
    {"Pa",        1.0,           1.0, { 1,-1,-2, 0, 0, 0}, 1},
    {"bar",       1e5,           1.0, { 1,-1,-2, 0, 0, 0}, 1},
    {"atm",  101325.0,           1.0, { 1,-1,-2, 0, 0, 0}, 0},
    {"psi", 6894757.293168,   1000.0, { 1,-1,-2, 0, 0, 0}, 0},
    {"Torr", 101325.0,         760.0, { 1,-1,-2, 0, 0, 0}, 0},
    {"J",         1.0,           1.0, { 1, 2,-2, 0, 0, 0}, 1},
    {"cal",    4184.0,        1000.0, { 1, 2,-2, 0, 0, 0}, 1},
    {"eV",  1.602176634,        1e19, { 1, 2,-2, 0, 0, 0}, 1},
    {"Wh",     3600.0,           1.0, { 1, 2,-2, 0, 0, 0}, 1},
    {"W",         1.0,           1.0, { 1, 2,-3, 0, 0, 0}, 1},
};

static const struct { const char *name; double above, below; } prefixes[] = {
    {"f", 1.0, 1e15}, {"p", 1.0, 1e12}, {"n", 1.0, 1e9}, {"u", 1.0, 1e6}, {"m", 1.0, 1e3}, {"c", 1.0, 1e2},
    {"d", 1.0, 10.0}, {"h", 1e2, 1.0},  {"k", 1e3, 1.0}, {"M", 1e6, 1.0}, {"G", 1e9, 1.0}, {"T", 1e12, 1.0},
};

/* What a keyboard or a paper may write for what the tables above call by ASCII. */
static const struct { const char *from, *to; } spellings[] = {
    {"\u00b0C", "degC"}, {"\u2103", "degC"}, {"\u00b5", "u"}, {"\u03bc", "u"}, {"\u03a9", "ohm"}, {"\u2126", "ohm"},
    {"\u00b7", "*"},     {"\u22c5", "*"},    {"\u2212", "-"}, {"\u207b", "-"}, {"\u00b9", "1"},   {"\u00b2", "2"},
    {"\u00b3", "3"},     {"\u00a0", " "},
};

/* What people write for a unit that we spell otherwise. */
static const struct { const char *wrong, *right; } habits[] = {
    {"sec", "s"}, {"secs", "s"}, {"second", "s"}, {"seconds", "s"}, {"minute", "min"}, {"minutes", "min"},
    {"mins", "min"}, {"hr", "h"}, {"hrs", "h"}, {"hour", "h"}, {"hours", "h"}, {"days", "d"}, {"celsius",
    "degC"}, {"Celsius", "degC"}, {"deg", "degC"}, {"c", "degC"}, {"degF", "degC"}, {"kelvin", "K"}, {"Kelvin",
    "K"}, {"degK", "K"}, {"k", "K"}, {"Ohm", "ohm"}, {"Ohms", "ohm"}, {"ohms", "ohm"}, {"R", "ohm"}, {"mOhm",
    "mohm"}, {"kOhm", "kohm"}, {"MOhm", "Mohm"}, {"watt", "W"}, {"watts", "W"}, {"w", "W"}, {"volt", "V"},
    {"volts", "V"}, {"v", "V"}, {"amp", "A"}, {"amps", "A"}, {"Amp", "A"}, {"a", "A"}, {"AH", "Ah"}, {"mAH",
    "mAh"}, {"mah", "mAh"}, {"ah", "Ah"}, {"KG", "kg"}, {"Kg", "kg"}, {"gram", "g"}, {"grams", "g"}, {"joule",
    "J"}, {"j", "J"}, {"KJ", "kJ"}, {"liter", "L"}, {"litre", "L"}, {"ML", "mL"}, {"pa", "Pa"}, {"PA", "Pa"},
    {"KPa", "kPa"}, {"mbars", "mbar"}, {"bars", "bar"}, {"percent", "%"}, {"pct", "%"},
};

/* What to write for a value of this SI unit. */
static const struct { const char *si, *examples; } examples[] = {
    {"K", "degC or K"}, {"delta_K", "K"}, {"s", "s, min or h"}, {"K/s", "K/s or K/min"}, {"1/s", "1/s or 1/h"},
    {"m", "m or mm"}, {"m2", "m2 or cm2"}, {"m3", "m3, L or cm3"}, {"kg", "kg or g"}, {"Pa", "Pa, kPa or bar"},
    {"C", "C or Ah"}, {"ohm", "ohm or mohm"}, {"V", "V or mV"}, {"W", "W or kW"}, {"J/mol", "J/mol or kJ/mol"},
    {"J/kg", "J/kg or kJ/kg"},
};

/* UDUNITS' spelling of the units of our tables. */
static const struct { const char *si, *udunits; } spelled[] = {
    {"delta_K", "K"},              {"1/s", "s-1"},             {"1/K", "K-1"},
    {"K/s", "K s-1"},              {"K/W", "K W-1"},              {"W/K", "W K-1"},           {"W/kg", "W kg-1"},
    {"W/m3", "W m-3"},             {"W/m2", "W m-2"},          {"W/(m K)", "W m-1 K-1"},
    {"W/(m2 K)", "W m-2 K-1"},     {"J/K", "J K-1"},           {"J/kg", "J kg-1"},
    {"J/mol", "J mol-1"},          {"J/(kg K)", "J kg-1 K-1"}, {"J/(mol K)", "J mol-1 K-1"},
    {"kg/m3", "kg m-3"},           {"kg/C", "kg C-1"},
           {"kg/mol", "kg mol-1"},     {"kg/s", "kg s-1"},
    {"mol/kg", "mol kg-1"},        {"mol/C", "mol C-1"},          {"mol/s", "mol s-1"},       {"m/s", "m s-1"},
    {"m3/s", "m3 s-1"},            {"Pa/s", "Pa s-1"},         {"V/s", "V s-1"},
    {"V/K", "V K-1"},              {"ohm/s", "ohm s-1"},       {"S/s", "S s-1"},
    {"ohm m2", "ohm m2"},
};
/* clang-format on */

const char *pro_unit_udunits(const char *si) {
  for (size_t i = 0; i < PRO_COUNT(spelled); i++)
    if (strcmp(spelled[i].si, si) == 0) return spelled[i].udunits;
  return si;
}

typedef struct quantity {
  double above, below, offset;
  int power[DIMENSIONS];
  int difference; /* "delta_K": never an absolute temperature */
} quantity;

typedef struct reader {
  const char *at;
  int depth;
} reader;

static int is_digit(char c) { return c >= '0' && c <= '9'; }
static int is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '%'; }

static const unit_row *row_of(const char *name) {
  for (size_t i = 0; i < PRO_COUNT(units); i++)
    if (strcmp(units[i].name, name) == 0) return &units[i];
  return NULL;
}

static void take_row(quantity *out, const unit_row *row) {
  *out = (quantity){.above = row->above, .below = row->below};
  for (int d = 0; d < DIMENSIONS; d++) out->power[d] = row->power[d];
  if (strcmp(row->name, "degC") == 0) out->offset = PRO_ZERO_CELSIUS;
  out->difference = strcmp(row->name, "delta_K") == 0;
}

static int find_unit(quantity *out, const char *name) {
  const unit_row *row = row_of(name);
  if (row) return take_row(out, row), 1;
  for (size_t i = 0; i < PRO_COUNT(prefixes); i++) {
    if (name[0] != prefixes[i].name[0] || !(row = row_of(name + 1)) || !row->prefixes) continue;
    take_row(out, row);
    out->above *= prefixes[i].above;
    out->below *= prefixes[i].below;
    return 1;
  }
  return 0;
}

static pro_status unknown(const char *name) {
  const char *names[PRO_COUNT(units) + 1], *close = NULL;
  for (size_t i = 0; i < PRO_COUNT(habits) && !close; i++)
    if (strcmp(habits[i].wrong, name) == 0) close = habits[i].right;
  for (size_t i = 0; i < PRO_COUNT(units); i++) names[i] = units[i].name;
  names[PRO_COUNT(units)] = NULL;
  if (!close && strlen(name) > 1) close = pro_closest(name, names);
  return close ? pro_fail(PRO_EINPUT, "unknown unit '%s'; did you mean '%s'?", name, close)
               : pro_fail(PRO_EINPUT, "unknown unit '%s'", name);
}

static void multiply(quantity *to, const quantity *by, int times) {
  for (int n = times < 0 ? -times : times; n > 0; n--) {
    to->above *= times > 0 ? by->above : by->below;
    to->below *= times > 0 ? by->below : by->above;
  }
  for (int d = 0; d < DIMENSIONS; d++) to->power[d] += times * by->power[d];
}

static pro_status read_product(quantity *out, reader *from);

/* name, 1 or (product), then perhaps a power: "m2", "m^2", "m-2". */
static pro_status read_factor(quantity *out, int *power, reader *from) {
  *power = 1;
  if (*from->at == '(') {
    if (++from->depth > DEPTH_MAX) return pro_fail(PRO_EINPUT, "the unit nests too deeply");
    from->at++;
    PRO_TRY(read_product(out, from));
    if (*from->at != ')') return pro_fail(PRO_EINPUT, "the unit lacks a ')'");
    from->at++;
    from->depth--;
  } else if (*from->at == '1' && !is_digit(from->at[1])) {
    from->at++;
    take_row(out, row_of("1"));
    return PRO_OK;
  } else {
    char name[TEXT_MAX];
    size_t n = 0;
    while (is_name(from->at[n]) && n < sizeof name - 1) name[n] = from->at[n], n++;
    name[n] = '\0';
    if (n == 0)
      return pro_fail(PRO_EINPUT, *from->at ? "a unit is expected at '%s'" : "a unit is missing at the end%s",
                      from->at);
    if (!find_unit(out, name)) return unknown(name);
    from->at += n;
  }
  const char *p = from->at;
  int marked = *p == '^';
  if (marked) p++;
  int sign = *p == '-' ? -1 : 1;
  if ((*p == '-' || *p == '+') && is_digit(p[1])) p++;
  if (!is_digit(*p))
    return marked ? pro_fail(PRO_EINPUT, "a whole number is expected after '^' in the unit") : PRO_OK;
  int value = 0;
  for (; is_digit(*p) && value <= POWER_MAX; p++) value = 10 * value + (*p - '0');
  if (value > POWER_MAX) return pro_fail(PRO_EINPUT, "a power beyond %d in the unit", POWER_MAX);
  *power = sign * value;
  from->at = p;
  return PRO_OK;
}

static void skip_space(reader *from) {
  while (*from->at == ' ' || *from->at == '\t') from->at++;
}

/* "W/m2 K" is (W/m2) K, as read from left to right; a wrong guess about it shows as a wrong dimension. */
static pro_status read_product(quantity *out, reader *from) {
  take_row(out, row_of("1"));
  for (int terms = 0, sign = 1;; terms++) {
    quantity factor;
    int power;
    skip_space(from);
    if (terms == 0 && *from->at == '/') sign = -1, from->at++; /* "0.5/h" */
    skip_space(from);
    PRO_TRY(read_factor(&factor, &power, from));
    skip_space(from);
    int last = *from->at == '\0' || *from->at == ')';
    if (terms == 0 && last && power == 1 && sign == 1) return *out = factor, PRO_OK; /* alone: keeps its offset */
    multiply(out, &factor, sign * power);
    if (last) return PRO_OK;
    sign = 1;
    if (*from->at == '/')
      sign = -1, from->at++;
    else if (*from->at == '*' || *from->at == '.')
      from->at++;
    else if (*from->at != '(' && *from->at != '1' && !is_name(*from->at))
      return pro_fail(PRO_EINPUT, "'%s' is not part of a unit", from->at);
  }
}

static pro_status read_unit(quantity *out, const char *text) {
  reader from = {.at = text};
  PRO_TRY(read_product(out, &from));
  if (*from.at) return pro_fail(PRO_EINPUT, "'%s' is left over after the unit", from.at);
  return PRO_OK;
}

/* Copies `text` in ASCII and without spaces around it. */
static pro_status plain(char to[TEXT_MAX], const char *text) {
  size_t n = 0;
  while (*text == ' ' || *text == '\t') text++;
  for (const char *p = text; *p;) {
    const char *add = NULL;
    size_t taken = 1;
    for (size_t i = 0; i < PRO_COUNT(spellings) && !add; i++)
      if (strncmp(p, spellings[i].from, strlen(spellings[i].from)) == 0) {
        add = spellings[i].to;
        taken = strlen(spellings[i].from);
      }
    size_t length = add ? strlen(add) : 1;
    if (n + length >= TEXT_MAX)
      return pro_fail(PRO_EINPUT, "'%.32s...' is too long for a number and its unit", text);
    memcpy(to + n, add ? add : p, length);
    n += length;
    p += taken;
  }
  while (n > 0 && (to[n - 1] == ' ' || to[n - 1] == '\t')) n--;
  to[n] = '\0';
  return PRO_OK;
}

static const char *example_of(const char *si) {
  for (size_t i = 0; i < PRO_COUNT(examples); i++)
    if (strcmp(examples[i].si, si) == 0) return examples[i].examples;
  return si;
}

static pro_status scale(quantity *out, const char *unit, const char *si) {
  quantity target;
  PRO_TRY(read_unit(&target, si));
  PRO_TRY(read_unit(out, unit));
  if (memcmp(out->power, target.power, sizeof target.power) != 0) {
    if (strcmp(unit, "C") == 0 && strcmp(si, "K") == 0)
      return pro_fail(PRO_EINPUT, "C is a coulomb; for a temperature write degC or K");
    if (strcmp(si, "1") == 0)
      return pro_fail(PRO_EINPUT, "'%s' does not fit: a number without a unit, or %% is needed", unit);
    return pro_fail(PRO_EINPUT, "the unit '%s' does not fit: %s is needed%s", unit, example_of(si),
                    strchr(unit, '/') && strchr(si, '(') && !strchr(unit, '(') ? " (mind the parentheses)" : "");
  }
  if (strcmp(si, "K") != 0)
    out->offset = 0.0; /* a difference, or part of a product */
  else if (out->difference)
    return pro_fail(PRO_EINPUT, "a difference (delta_K) where a temperature in degC or K is needed");
  return PRO_OK;
}

pro_status pro_unit_scale(double *factor, double *offset, const char *unit, const char *si) {
  char text[TEXT_MAX];
  quantity q;
  PRO_TRY(plain(text, unit));
  PRO_TRY(scale(&q, text, si));
  *factor = q.above / q.below;
  *offset = q.offset;
  return PRO_OK;
}

/* Where the decimal number at the head of `text` ends; NULL if there is none. Stricter than strtod, which also
 * takes hexadecimal, inf, nan and whatever LC_NUMERIC says. */
static const char *number_end(const char *text) {
  const char *p = text + (*text == '-' || *text == '+');
  const char *digits = p;
  while (is_digit(*p)) p++;
  ptrdiff_t count = p - digits;
  if (*p == '.') {
    const char *fraction = ++p;
    while (is_digit(*p)) p++;
    count += p - fraction;
  }
  if (count == 0) return NULL;
  if (*p == 'e' || *p == 'E') {
    const char *e = p + 1;
    if (*e == '-' || *e == '+') e++;
    if (is_digit(*e)) {
      while (is_digit(*e)) e++;
      p = e;
    }
  }
  return p;
}

static double decimal(const char *text) {
  locale_t c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0), before = uselocale(c);
  double value = strtod(text, NULL);
  uselocale(before);
  freelocale(c);
  return value;
}

pro_status pro_unit_read(double *out, const char *text, const char *si) {
  char copy[TEXT_MAX];
  PRO_TRY(plain(copy, text));
  const char *end = number_end(copy);
  int free_of_unit = strcmp(si, "1") == 0;
  if (!end || (copy[0] == '0' && (copy[1] == 'x' || copy[1] == 'X'))) {
    if (!*copy) return pro_fail(PRO_EINPUT, "a value is missing");
    return pro_fail(PRO_EINPUT, "'%s' is not a decimal number%s", copy, free_of_unit ? "" : " and its unit");
  }
  if (*end == ',')
    return pro_fail(PRO_EINPUT, "'%s': the decimal sign is a point, and digits are not grouped", copy);
  char digits[TEXT_MAX];
  memcpy(digits, copy, end - copy);
  digits[end - copy] = '\0';
  double value = decimal(digits);
  if (!isfinite(value)) return pro_fail(PRO_EINPUT, "'%s' is too large for a number", copy);
  if (value == 0.0 && strcspn(digits, "123456789") < strcspn(digits, "eE"))
    return pro_fail(PRO_EINPUT, "'%s' is too small for a number", copy);
  while (*end == ' ' || *end == '\t') end++;
  if (!*end) {
    if (free_of_unit) return *out = value, PRO_OK;
    if (strcmp(si, "K") == 0)
      return pro_fail(PRO_EINPUT, "'%s' has no unit: write e.g. %s degC or %.10g K", copy, digits,
                      value + PRO_ZERO_CELSIUS);
    const char *e = example_of(si);
    return pro_fail(
        PRO_EINPUT, "'%s' has no unit: write e.g. %s %.*s", copy, digits,
        (int)(strchr(e, ',') || strchr(e, ' ') ? (strstr(si, " ") ? strlen(e) : strcspn(e, ", ")) : strlen(e)), e);
  }
  quantity q;
  pro_status status = scale(&q, end, si);
  if (status != PRO_OK) return pro_fail(status, "'%s': %s", copy, pro_error_message());
  double result = value * q.above / q.below + q.offset;
  if (!isfinite(result)) return pro_fail(PRO_EINPUT, "'%s' is too large for a number in SI", copy);
  *out = result;
  return PRO_OK;
}
