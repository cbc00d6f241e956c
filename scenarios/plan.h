/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenarios/plan.h - one scenario file, understood: what is set, what varies, and the case they make. */
#ifndef PRO_PLAN_H
#define PRO_PLAN_H
#include "scenarios/draw.h"
#include "scenarios/key.h"
#include "scenarios/yaml.h"

enum { PRO_PROBES = 16 }; /* cases that are tried when a file is read */

typedef struct pro_setting {
  pro_key key;
  double value;  /* SI */
  pro_spot spot; /* while the file is read */
} pro_setting;

typedef struct pro_varied {
  pro_key key;
  pro_draw draw;
  int sobol;          /* drawn from the Sobol sequence's next dimension */
  int dimension;      /* of it */
  uint64_t stride;    /* grid: how many cases keep a value */
  uint32_t lane;      /* of its random stream: by path, so that other lines do not change it */
  uint64_t index;     /* within the stream: not 0 only where two paths share a lane */
  char *distribution; /* "uniform(413.15, 443.15)" */
  pro_spot spot;
} pro_varied;

/* A file that section of a kind or section contact names: its path as written there, and what it says. */
typedef struct pro_plan_file {
  char *path; /* NULL: none is named */
  pro_profile *profile;
} pro_plan_file;
enum { PRO_FILE_OF_KIND, PRO_FILE_OF_CONTACT, PRO_FILE_COUNT };

typedef struct pro_plan {
  char *file, *title;
  int kind; /* index into pro_kind_all */
  uint64_t runs, seed, group;
  int sobol; /* `sampler: sobol` */
  int sheet; /* the cell is made from a datasheet, not from a preset */
  pro_plan_file named[PRO_FILE_COUNT];
  size_t settings, varied;
  pro_setting *setting;
  pro_varied *vary;
} pro_plan;

/* Which of a case's draws come from where. */
typedef struct pro_case_number {
  uint64_t seed, k; /* k: of the whole campaign, fixes the random draws */
  uint64_t within;  /* number of the case within its file: fixes grid and sobol draws */
} pro_case_number;

/* Reads the tree of one file. NULL: problems were noted. The tree may go; the plan is the caller's. */
pro_plan *pro_plan_read(const pro_node *root, pro_problems *problems);
void pro_plan_free(pro_plan *plan);
/* Reads the file that `node` names, key `file` of the section: relative to the file that the node stands in. */
void pro_plan_file_read(pro_plan *plan, const pro_section *section, const pro_node *node, pro_problems *problems);

double pro_plan_draw(const pro_plan *plan, size_t which, pro_case_number number);
/* PRO_EINPUT: draws that contradict each other. */
pro_status pro_plan_case(pro_case *out, const pro_plan *plan, pro_case_number number) PRO_MUST_CHECK;
/* A case of the plan's fixed values, before its kind acts. 0: it has no cell, because its datasheet varies. */
int pro_plan_base(pro_case *out, pro_told *told, const pro_plan *plan);
/* The chemistries and presets that its cases may have: indices; returns how many. */
int pro_plan_chemistries(int out[64], const pro_plan *plan);
int pro_plan_presets(int out[64], const pro_plan *plan);
/* Adds the chemistries that cells of a datasheet's cathode family may have to `count` of them; returns how many
 * there are then. */
int pro_family_chemistries(int out[64], int count, int family);

/* Keys of the top that are no fields, with what they mean: for messages and `describe`. */
typedef struct pro_top_key {
  const char *name, *initial, *doc; /* initial: its default, "" for none, NULL: must be given */
} pro_top_key;
extern const pro_top_key pro_top_keys[]; /* ended by a NULL name */
extern const char *const pro_sampler_names[];
#endif
