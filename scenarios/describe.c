/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "scenarios/plan.h"
#include "scenarios/scenario.h"
#include "sim/sensor.h"

static void print_value(FILE *to, const pro_field *field, double value) {
  char text[64];
  pro_field_print(text, sizeof text, field, value);
  fputs(text, to);
}

static void print_range(FILE *to, const pro_field *field) {
  if (field->kind == PRO_CHOICE) {
    for (int c = 0; field->choices[c]; c++) fprintf(to, "%s%s", c ? ", " : "", field->choices[c]);
    return;
  }
  print_value(to, field, field->low);
  fputs(" to ", to);
  print_value(to, field, field->high);
}

/* unset: what holds where a field's default is not in its table. */
static void print_row(FILE *to, const char *prefix, const pro_field *f, const char *unit, const char *unset) {
  fprintf(to, "| `%s%s` | %s | ", prefix, f->name,
          strcmp(unit, "1") == 0         ? "-"
          : strcmp(unit, "delta_K") == 0 ? "K"
                                         : unit);
  if (f->need == PRO_NEEDED)
    fputs("must be given", to);
  else if (f->need == PRO_OPTIONAL)
    fputs("not given", to);
  else if (*unset)
    fputs(unset, to);
  else
    print_value(to, f, f->initial);
  fputs(" | ", to);
  print_range(to, f);
  fprintf(to, " | %s |\n", f->doc);
}

static void head(FILE *to, const char *title, const char *doc) {
  fprintf(to, "\n## %s\n\n%s\n\n| key | unit | default | range | meaning |\n|---|---|---|---|---|\n", title, doc);
}

static void print_table(FILE *to, const char *prefix, const pro_field *fields, const char *unset) {
  for (const pro_field *f = fields; f->name; f++) print_row(to, prefix, f, f->unit, unset);
}

static void print_top(FILE *to) {
  fputs(
      "# Keys of a scenario file\n\n"
      "A value of a quantity carries its unit (`155 degC`, `7.17 W/(m2 K)`, `40 mohm`, `2 h`); a bare number is "
      "an error\n"
      "unless the quantity has no dimension. An unknown key is an error. Ranges are in SI.\n\n"
      "| key | default | meaning |\n|---|---|---|\n",
      to);
  for (const pro_top_key *k = pro_top_keys; k->name; k++)
    fprintf(to, "| `%s` | %s | %s |\n", k->name, k->initial ? k->initial : "must be given", k->doc);
  head(to, "The run", "Keys of the top, and how the cell begins.");
  print_table(to, "", pro_run_fields, "");
  print_table(to, "initial.", pro_initial_fields, "");
}

static void print_file(FILE *to, const char *prefix, const pro_kind_file *file) {
  if (file) fprintf(to, "| `%sfile` | - | not given | a file's name | %s |\n", prefix, file->doc);
}

static void print_kind(FILE *to, const pro_kind *kind) {
  char title[96], prefix[96];
  snprintf(title, sizeof title, "Kind %s", kind->name);
  snprintf(prefix, sizeof prefix, "%s.", kind->name);
  head(to, title, kind->doc);
  print_table(to, prefix, kind->fields, "");
  print_file(to, prefix, kind->file);
  fprintf(to, "\nSource: %s\n", kind->source);
}

static void print_rest(FILE *to) {
  head(to, "The cell", "`cell: NAME` is short for `cell: {preset: NAME}`.");
  print_row(to, "cell.", &pro_preset_field, "1", "");
  print_row(to, "", &pro_chemistry_field, "1", "");
  print_table(to, "cell.", pro_cell_fields, "the preset's");
  head(to, "A cell from its datasheet",
       "In a preset's place: the rest of the cell follows by rule, and keys of section cell override it.");
  print_table(to, "datasheet.", pro_datasheet_fields, "");
  head(to, "Contact", "A plate or a neighbour at the cell's surface, whatever the kind.");
  print_table(to, "contact.", pro_contact_fields, "");
  print_file(to, "contact.", &pro_contact_file);
  head(to, "The enclosure", "What the cell vents into.");
  print_table(to, "enclosure.", pro_enclosure_fields, "");
  fputs(
      "\n## Sensors\n\nEach in the sensor's own unit; `prodrome describe SENSOR` prints its typical values. "
      "Sensors:",
      to);
  for (int s = 0; pro_sensor_all[s]; s++) fprintf(to, "%s `%s`", s ? "," : "", pro_sensor_all[s]->name);
  fputs(".\n\n| key | unit | default | range | meaning |\n|---|---|---|---|---|\n", to);
  for (const pro_field *f = pro_sensor_settings_fields; f->name; f++) {
    int own = strcmp(f->name, "noise") == 0 || strcmp(f->name, "bias") == 0 || strcmp(f->name, "low") == 0 ||
              strcmp(f->name, "high") == 0;
    print_row(to, "sensors.SENSOR.", f, own ? "the sensor's" : f->unit, "the sensor's typical");
  }
  head(to, "The chemistry",
       "REACTION and SPECIES are those of the cell's chemistry: `prodrome describe CHEMISTRY` lists them.");
  print_table(to, "network.", pro_network_fields, "the chemistry's");
  print_table(to, "REACTION.", pro_reaction_fields, "the chemistry's");
  print_table(to, "SPECIES.", pro_species_fields, "the chemistry's");
}

static void print_vary(FILE *to) {
  fputs(
      "\n## Files\n\n"
      "A key `file` names a table of text, relative to the file in which it stands (in `--set`: from where the "
      "program runs). "
      "Its first line\n"
      "names the columns, each with its unit: `time_s,current_A,T_ambient_degC`, `Current / A`, `T_ambient "
      "[degC]`; others are "
      "skipped. Time\n"
      "counts from the first row and may not run backwards; equal times are a jump, and between rows values "
      "change in straight "
      "lines. A\n"
      "blank value is left out. A temperature is held before and after the file; a current is zero then. The "
      "resolved scenario "
      "has the\n"
      "file's SHA-256.\n",
      to);
  fprintf(
      to,
      "\n## What varies\n\n"
      "`vary:` maps paths (the keys above) to draws. Case k is a pure function of the file, the seed and k; "
      "adding or\n"
      "removing a line leaves the random draws of the others as they were.\n\n"
      "| draw | meaning |\n|---|---|\n"
      "| `{uniform: [LOW, HIGH]}` | evenly between the two |\n"
      "| `{loguniform: [LOW, HIGH]}` | its logarithm evenly; LOW above zero |\n"
      "| `{normal: {mean: M, sigma: S, low: A, high: B}}` | normal, cut (not clipped) at its bounds; without "
      "bounds "
      "at the key's range |\n"
      "| `{choice: [A, B, ...]}` | one of them, each equally likely; also of names (`cell.preset`, `chemistry`) "
      "|\n"
      "| `{grid: [A, B, ...]}` | each in turn; several grids make every combination, the first changing fastest, "
      "and begin again after the last |\n"
      "| `{sobol: [LOW, HIGH]}` | evenly, by the next dimension of a scrambled Sobol sequence (at most %d) |\n\n"
      "`sampler: sobol` draws all but grids from the Sobol sequence. A whole number or a name varies by choice or "
      "grid.\n"
      "A case whose draws contradict each other is a failed run; if the first %d cases all are, the file is "
      "refused.\n\n"
      "## Campaigns\n\n"
      "`campaign: [{file: oven.yaml, weight: 3, set: {oven.T: 40 degC}}, ...]` with `title`, `runs`, `seed` and "
      "`group`\n"
      "mixes scenario files, named relative to the campaign's folder. Weights are whole numbers: in each block of "
      "as\n"
      "many cases as they sum to, each file has as many as its weight, in a random order; grids and Sobol points "
      "count\n"
      "the cases of their file. The files' own `runs`, `seed` and `group` are not used. `set` overrides values by "
      "path.\n"
      "A campaign in a campaign is refused.\n\n"
      "## Overrides\n\n"
      "`--set PATH=VALUE` takes the place of a value, also of one that varies, which is then fixed;\n"
      "`--set \"vary.PATH={uniform: [LOW, HIGH]}\"` takes the place of a draw or of a fixed value. In a "
      "campaign,\n"
      "`runs`, `seed`, `group` and `title` are its own; others go to all its files, those of a kind's section to "
      "the\n"
      "files of that kind.\n",
      (int)PRO_SOBOL_DIMENSIONS, (int)PRO_PROBES);
}

void pro_scenario_describe_keys(const pro_kind *kind, FILE *to) {
  print_top(to);
  for (int k = 0; pro_kind_all[k]; k++)
    if (!kind || kind == pro_kind_all[k]) print_kind(to, pro_kind_all[k]);
  print_rest(to);
  print_vary(to);
}
