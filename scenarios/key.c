/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/key.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "registry/cell.def"
#include "registry/chemistry.def"
#include "sim/chemistry.h"
#include "sim/sensor.h"

#define PRO_AS_NAME(name) #name,
static const char *const preset_names[] = {PRO_cell_LIST(PRO_AS_NAME) NULL};
static const char *const chemistry_names[] = {PRO_chemistry_LIST(PRO_AS_NAME) NULL};

const pro_field pro_preset_field = {
    "preset", PRO_CHOICE, offsetof(pro_case, preset), "1", 0.0, 0.0, 0.0, "the cell", PRO_NEEDED, preset_names};
const pro_field pro_chemistry_field = {
    "chemistry", PRO_CHOICE, offsetof(pro_case, chemistry),       "1",          0.0,
    0.0,         0.0,        "takes the place of the cell's own", PRO_OPTIONAL, chemistry_names};

const pro_field pro_run_fields[] = {
    PRO_FIELD_NEEDED(pro_case, duration, "s", 1e-3, 1e9, "of the run"),
    PRO_FIELD_NEEDED(pro_case, period, "s", 1e-6, 1e6, "of the samples"),
    PRO_FIELD_REAL(pro_case, rtol, "1", 1e-6, 1e-12, 1e-2, "relative tolerance of the integration"),
    PRO_FIELD_INT(pro_case, steps_max, PRO_STEPS_MAX, 1, 2e9,
                  "steps of the integrator, rejected ones too, in which a case must end; else it fails"),
    PRO_FIELD_OPTIONAL(pro_case, T_mark, "K", 150.0, 2000.0,
                       "the time at which the core first reaches it is reported"),
    PRO_FIELD_END,
};

const pro_field pro_initial_fields[] = {
    {"T", PRO_REAL, offsetof(pro_case, T_initial), "K", 0.0, 200.0, 900.0, "of the cell and of what surrounds it",
     PRO_NEEDED, NULL},
    {"soc", PRO_REAL, offsetof(pro_case, soc_initial), "1", 0.0, 0.0, 1.0,
     "state of charge; up to 1.2 where kind overcharge goes on charging", PRO_NEEDED, NULL},
    PRO_FIELD_END,
};

static pro_section *add(pro_sections *to, pro_place place, const pro_field *fields, int sensor, const char *doc,
                        const char *prefix, const char *name) {
  assert(to->count < PRO_SECTIONS_MAX);
  pro_section *s = &to->list[to->count++];
  *s = (pro_section){.place = place, .fields = fields, .sensor = sensor, .doc = doc};
  snprintf(s->name, sizeof s->name, "%s%s", prefix, name);
  return s;
}

static const pro_reaction *reaction_of(const pro_network *net, const char *name) {
  for (int j = 0; j < pro_network_reaction_count(net); j++)
    if (strcmp(net->reactions[j].name, name) == 0) return &net->reactions[j];
  return NULL;
}

static const pro_species *species_of(const pro_network *net, const char *name) {
  for (int s = 0; s < pro_network_species_count(net); s++)
    if (strcmp(net->species[s].name, name) == 0) return &net->species[s];
  return NULL;
}

static int all_have(int chemistries, const int *chemistry, const char *name, int as_reaction) {
  for (int i = 0; i < chemistries; i++) {
    const pro_network *net = pro_chemistry_all[chemistry[i]];
    if (as_reaction ? !reaction_of(net, name) : !species_of(net, name)) return 0;
  }
  return 1;
}

void pro_sections_make(pro_sections *out, const pro_kind *kind, int chemistries, const int *chemistry) {
  *out = (pro_sections){.count = 0};
  add(out, PRO_PLACE_CASE, pro_run_fields, 0, "of the run", "", "");
  add(out, PRO_PLACE_CASE, pro_initial_fields, 0, "how the cell begins", "", "initial")->soc_max =
      kind && kind->soc_max > 1.0 ? kind->soc_max : 1.0;
  if (kind) add(out, PRO_PLACE_KIND, kind->fields, 0, kind->doc, "", kind->name)->file = kind->file;
  add(out, PRO_PLACE_CONTACT, pro_contact_fields, 0, "a plate or a neighbour at the cell's surface", "", "contact")
      ->file = &pro_contact_file;
  add(out, PRO_PLACE_SHEET, pro_datasheet_fields, 0, "a cell from what its datasheet says, in a preset's place",
      "", "datasheet");
  add(out, PRO_PLACE_CELL, pro_cell_fields, 0, "takes the place of the preset's or the datasheet's values", "",
      "cell");
  add(out, PRO_PLACE_ENCLOSURE, pro_enclosure_fields, 0, "what the cell vents into", "", "enclosure");
  for (int s = 0; pro_sensor_all[s]; s++)
    add(out, PRO_PLACE_SENSOR, pro_sensor_settings_fields, s, pro_sensor_all[s]->doc, "sensors.",
        pro_sensor_all[s]->name);
  add(out, PRO_PLACE_NETWORK, pro_network_fields, 0, "takes the place of the chemistry's values", "", "network");
  if (chemistries == 0) return;
  const pro_network *net = pro_chemistry_all[chemistry[0]];
  for (int j = 0; j < pro_network_reaction_count(net); j++)
    if (all_have(chemistries, chemistry, net->reactions[j].name, 1))
      add(out, PRO_PLACE_REACTION, pro_reaction_fields, 0, "a reaction", "", net->reactions[j].name);
  for (int s = 0; s < pro_network_species_count(net); s++)
    if (all_have(chemistries, chemistry, net->species[s].name, 0))
      add(out, PRO_PLACE_SPECIES, pro_species_fields, 0, net->species[s].doc, "", net->species[s].name);
}

const pro_section *pro_sections_find(const pro_sections *sections, const char *name) {
  for (int i = 0; i < sections->count; i++)
    if (strcmp(sections->list[i].name, name) == 0) return &sections->list[i];
  return NULL;
}

/* The sensors' table leaves to us what only the sensor knows: its unit. */
static void fit_sensor(pro_field *field, const char *member, int sensor) {
  const char *unit = pro_sensor_all[sensor]->unit;
  int absolute = strcmp(member, "low") == 0 || strcmp(member, "high") == 0;
  if (!absolute && strcmp(member, "noise") != 0 && strcmp(member, "bias") != 0) return;
  field->unit = !absolute && strcmp(unit, "K") == 0 ? "delta_K" : unit;
}

void pro_key_make(pro_key *out, const pro_section *section, const pro_field *field) {
  *out = (pro_key){.place = section->place, .sensor = section->sensor, .field = *field};
  snprintf(out->path, sizeof out->path, "%s%s%s", section->name, *section->name ? "." : "", field->name);
  snprintf(out->part, sizeof out->part, "%s", section->name);
  if (section->place == PRO_PLACE_SENSOR) fit_sensor(&out->field, field->name, section->sensor);
  if (section->soc_max > 0.0 && strcmp(field->name, "soc") == 0) out->field.high = section->soc_max;
}

const pro_field *pro_key_field(const pro_key *key, pro_field *room) {
  *room = key->field;
  room->name = key->path;
  return room;
}

int pro_key_find(pro_key *out, const pro_sections *sections, const char *path) {
  if (strcmp(path, "cell.preset") == 0 || strcmp(path, "chemistry") == 0) {
    *out = (pro_key){.place = PRO_PLACE_CASE,
                     .field = *path == 'c' && path[1] == 'e' ? pro_preset_field : pro_chemistry_field};
    snprintf(out->path, sizeof out->path, "%s", path);
    return 1;
  }
  const char *dot = strrchr(path, '.');
  char name[PRO_PATH_BYTES];
  if (strlen(path) >= sizeof name) return 0;
  snprintf(name, sizeof name, "%.*s", dot ? (int)(dot - path) : 0, path);
  const pro_section *section = pro_sections_find(sections, name);
  const pro_field *field = section ? pro_field_find(section->fields, dot ? dot + 1 : path) : NULL;
  if (field) pro_key_make(out, section, field);
  return field != NULL;
}

void *pro_key_object(const pro_key *key, pro_case *in, pro_told *told) {
  switch (key->place) {
    case PRO_PLACE_CASE:
      return in;
    case PRO_PLACE_CELL:
      return &in->cell;
    case PRO_PLACE_ENCLOSURE:
      return &in->enclosure;
    case PRO_PLACE_SENSOR:
      return &in->sensors[key->sensor];
    case PRO_PLACE_NETWORK:
      return &in->network;
    /* reactions and species are members of in->network, which is ours to change */
    case PRO_PLACE_REACTION:
      return (void *)reaction_of(&in->network, key->part);
    case PRO_PLACE_SPECIES:
      return (void *)species_of(&in->network, key->part);
    case PRO_PLACE_KIND:
      return told->params;
    case PRO_PLACE_SHEET:
      return &told->sheet;
    case PRO_PLACE_CONTACT:
      return &told->contact;
  }
  return NULL;
}
