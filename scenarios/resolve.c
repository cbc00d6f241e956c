/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/resolve.h"

#include <math.h>
#include <string.h>

#include "sim/chemistry.h"
#include "sim/sensor.h"

typedef struct printer {
  FILE *to;
  const pro_plan *plan;
  pro_case in;
  pro_told told;
  const char *open; /* the section whose head has been printed */
} printer;

static int is_varied(const pro_plan *plan, const char *path) {
  for (size_t i = 0; i < plan->varied; i++)
    if (strcmp(plan->vary[i].key.path, path) == 0) return 1;
  return 0;
}

static int is_set(const pro_plan *plan, const char *path) {
  for (size_t i = 0; i < plan->settings; i++)
    if (strcmp(plan->setting[i].key.path, path) == 0) return 1;
  return 0;
}

static void print_quoted(FILE *to, const char *text) {
  fputc('"', to);
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') fputc('\\', to);
    fputc((unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text, to);
  }
  fputc('"', to);
}

/* The section's head before its first line: a section without one is left out. */
static void head(printer *p, const pro_section *section) {
  if (p->open == section->name || !*section->name) return;
  int sensor = section->place == PRO_PLACE_SENSOR;
  if (sensor && !(p->open && strncmp(p->open, "sensors.", 8) == 0)) fputs("sensors:\n", p->to);
  fprintf(p->to, "%s%s:\n", sensor ? "  " : "", sensor ? section->name + 8 : section->name);
  p->open = section->name;
}

static void print_section(printer *p, const pro_section *section, int set_only) {
  const char *indent = section->place == PRO_PLACE_SENSOR ? "    " : *section->name ? "  " : "";
  for (const pro_field *f = section->fields; f->name; f++) {
    pro_key key;
    char text[64];
    pro_key_make(&key, section, f);
    void *object = pro_key_object(&key, &p->in, &p->told);
    double value = object ? pro_field_get(&key.field, object) : (double)NAN;
    if (!isfinite(value) || is_varied(p->plan, key.path) || (set_only && !is_set(p->plan, key.path))) continue;
    pro_field_print(text, sizeof text, &key.field, value);
    head(p, section);
    fprintf(p->to, "%s%s: %s\n", indent, f->name, text);
  }
}

/* The file by its name, which makes the text readable again where the file is, and by what is in it. */
static void print_file(printer *p, const pro_section *section, const pro_plan_file *file) {
  if (!file->profile) return;
  head(p, section);
  fputs("  file: ", p->to), print_quoted(p->to, file->path);
  fprintf(p->to, " # sha256 %s\n", file->profile->hash);
}

/* Where presets or chemistries vary, their numbers stand in comments: for readers, and so that a change of one
 * shows. */
static void comment_fields(FILE *to, const char *what, const char *name, const pro_field *fields,
                           const void *object) {
  fprintf(to, "# %s %s:", what, name);
  for (const pro_field *f = fields; f->name; f++) {
    char text[64];
    pro_field_print(text, sizeof text, f, pro_field_get(f, object));
    fprintf(to, " %s = %s;", f->name, text);
  }
  fputc('\n', to);
}

static void comment_chemistry(FILE *to, const pro_network *net) {
  comment_fields(to, "chemistry", net->name, pro_network_fields, net);
  for (int s = 0; s < pro_network_species_count(net); s++)
    comment_fields(to, "  species", net->species[s].name, pro_species_fields, &net->species[s]);
  for (int j = 0; j < pro_network_reaction_count(net); j++)
    comment_fields(to, "  reaction", net->reactions[j].name, pro_reaction_fields, &net->reactions[j]);
}

static void print_value(FILE *to, const pro_field *field, double value) {
  char text[64];
  pro_field_print(text, sizeof text, field, value);
  fputs(text, to);
}

static void print_draw(FILE *to, const pro_plan *plan, const pro_varied *v) {
  const pro_field *f = &v->key.field;
  pro_field width = *f;
  if (strcmp(f->unit, "K") == 0) width.unit = "delta_K";
  int sobol = v->sobol && !plan->sobol;
  fprintf(to, "  %s: {%s: ", v->key.path, sobol ? "sobol" : pro_draw_names[v->draw.kind]);
  if (v->draw.kind == PRO_DRAW_normal) {
    fputs("{mean: ", to), print_value(to, f, v->draw.mean);
    fputs(", sigma: ", to), print_value(to, &width, v->draw.sigma);
    fputs(", low: ", to), print_value(to, f, v->draw.low);
    fputs(", high: ", to), print_value(to, f, v->draw.high);
    fputs("}}\n", to);
    return;
  }
  int listed = v->draw.kind == PRO_DRAW_choice || v->draw.kind == PRO_DRAW_grid;
  double ends[2] = {v->draw.low, v->draw.high};
  for (int i = 0; i < (listed ? v->draw.count : 2); i++) {
    fputs(i ? ", " : "[", to);
    print_value(to, f, listed ? v->draw.value[i] : ends[i]);
  }
  fputs("]}\n", to);
}

void pro_plan_print(const pro_plan *plan, FILE *to) {
  printer p = {.to = to, .plan = plan};
  pro_sections sections;
  int chemistry[64], chemistries = pro_plan_chemistries(chemistry, plan);
  int preset[64], presets = pro_plan_presets(preset, plan);
  int whole = pro_plan_base(&p.in, &p.told, plan), one_cell = plan->sheet ? whole : presets == 1;
  pro_sections_make(&sections, pro_kind_all[plan->kind], chemistries, chemistry);
  fputs("title: ", to), print_quoted(to, plan->title);
  fprintf(to, "\nkind: %s\nsampler: %s\n", pro_kind_all[plan->kind]->name, pro_sampler_names[plan->sobol]);
  if (chemistries == 1) fprintf(to, "chemistry: %s\n", pro_chemistry_all[chemistry[0]]->name);
  if (chemistries == 1) p.in.network = *pro_chemistry_all[chemistry[0]];
  for (size_t i = 0; i < plan->settings;
       i++) { /* again, now that the network is the right one also where presets vary */
    void *object = pro_key_object(&plan->setting[i].key, &p.in, &p.told);
    if (object) pro_field_put(&plan->setting[i].key.field, object, plan->setting[i].value);
  }
  for (int i = 0; i < sections.count; i++) {
    const pro_section *s = &sections.list[i];
    int of_network =
        s->place == PRO_PLACE_NETWORK || s->place == PRO_PLACE_REACTION || s->place == PRO_PLACE_SPECIES;
    if (s->place == PRO_PLACE_SHEET && !plan->sheet) continue;
    if (s->place == PRO_PLACE_CONTACT && !p.told.contact.conductance && !is_varied(plan, "contact.conductance"))
      continue;
    if (s->place == PRO_PLACE_CELL && presets == 1) {
      head(&p, s);
      fprintf(to, "  preset: %s\n", pro_cell_all[preset[0]]->name);
    }
    print_section(&p, s, (s->place == PRO_PLACE_CELL && !one_cell) || (of_network && chemistries != 1));
    if (s->place == PRO_PLACE_KIND) print_file(&p, s, &plan->named[PRO_FILE_OF_KIND]);
    if (s->place == PRO_PLACE_CONTACT) print_file(&p, s, &plan->named[PRO_FILE_OF_CONTACT]);
  }
  if (plan->varied) fputs("vary:\n", to);
  for (size_t i = 0; i < plan->varied; i++) print_draw(to, plan, &plan->vary[i]);
  for (int i = 0; presets != 1 && i < presets; i++) {
    pro_cell cell;
    pro_cell_of_preset(&cell, pro_cell_all[preset[i]]);
    comment_fields(to, "cell", pro_cell_all[preset[i]]->name, pro_cell_fields, &cell);
  }
  for (int i = 0; chemistries != 1 && i < chemistries; i++) comment_chemistry(to, pro_chemistry_all[chemistry[i]]);
}
