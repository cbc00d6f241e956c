/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenarios/key.h - what a scenario can say, as sections of field tables: "oven.T" is field T of section oven. */
#ifndef PRO_KEY_H
#define PRO_KEY_H
#include "scenarios/kind.h"
#include "sim/datasheet.h"

enum { PRO_SECTIONS_MAX = 96, PRO_PATH_BYTES = 96 };

/* Which struct a section's fields are members of. */
typedef enum pro_place {
  PRO_PLACE_CASE,
  PRO_PLACE_SHEET,
  PRO_PLACE_CONTACT,
  PRO_PLACE_CELL,
  PRO_PLACE_ENCLOSURE,
  PRO_PLACE_SENSOR,
  PRO_PLACE_NETWORK,
  PRO_PLACE_REACTION,
  PRO_PLACE_SPECIES,
  PRO_PLACE_KIND
} pro_place;

/* What a scenario tells beside the members of a case. */
typedef struct pro_told {
  pro_datasheet sheet;
  pro_contact contact;
  double params[PRO_KIND_BYTES / sizeof(double)]; /* the kind's */
} pro_told;

typedef struct pro_section {
  char name[64]; /* "oven", "sensors.T_surface"; "": keys of the top */
  pro_place place;
  const pro_field *fields;
  int sensor;                /* index, of a sensor's section */
  double soc_max;            /* of section initial: what the kind allows */
  const pro_kind_file *file; /* that its key `file` names; NULL: it has no such key */
  const char *doc;
} pro_section;

/* The sections of a scenario of this kind whose cases may have any of these chemistries: a reaction or species is
 * there when all of them have it. */
typedef struct pro_sections {
  int count;
  pro_section list[PRO_SECTIONS_MAX];
} pro_sections;
/* kind: NULL for none. chemistry (chemistries): indices into pro_chemistry_all. */
void pro_sections_make(pro_sections *out, const pro_kind *kind, int chemistries, const int *chemistry);
const pro_section *pro_sections_find(const pro_sections *sections, const char *name);

/* One key: its path, its place, and its field, whose name is the path and whose unit is the one that holds there.
 */
typedef struct pro_key {
  char path[PRO_PATH_BYTES];
  pro_place place;
  int sensor;
  char part[64]; /* the reaction or species */
  pro_field field;
} pro_key;
void pro_key_make(pro_key *out, const pro_section *section, const pro_field *field);
const pro_field *pro_key_field(const pro_key *key,
                               pro_field *room); /* key->field, named by its path; lives as `room` */
/* 0 when there is no such key. */
int pro_key_find(pro_key *out, const pro_sections *sections, const char *path);

/* The member's struct in a case and what is told beside it; NULL when the case's chemistry lacks it. */
void *pro_key_object(const pro_key *key, pro_case *in, pro_told *told);

extern const pro_field pro_run_fields[];     /* duration, period, rtol, steps_max, T_mark, of pro_case */
extern const pro_field pro_initial_fields[]; /* initial.T, initial.soc, of pro_case */
extern const pro_field pro_preset_field;     /* cell.preset: pro_case.preset, a choice by pro_cell_all's order */
extern const pro_field pro_chemistry_field;  /* chemistry: pro_case.chemistry, by pro_chemistry_all's order */
#endif
