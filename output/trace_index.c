/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/trace_index.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "output/trace.h"
#include "sim/csv.h"

/* Columns of an index that we read; the rest is for people. */
#define INDEX_COLUMNS(X)                                                                               \
  X(file)                                                                                              \
  X(trace)                                                                                             \
  X(outcome)                                                                                           \
  X(label) X(test_kind) X(notes) X(format) X(capacity_Ah) X(mass_kg) X(voltage_min_V) X(voltage_max_V) \
      X(T_operating_max_degC) X(t_runaway) X(t_rate1) X(t_short)
#define AS_ID(name) INDEX_##name,
enum { INDEX_COLUMNS(AS_ID) INDEX_COUNT };
#define AS_NAME(name) #name,
static const char *const index_names[INDEX_COUNT] = {INDEX_COLUMNS(AS_NAME)};

enum { TEXT_MAX = 512, INDEX_COLUMNS_MAX = 256 };
typedef char row_text[INDEX_COUNT][TEXT_MAX];

static double number(const char *text) {
  char *end;
  double value = strtod(text, &end);
  return end == text || *end != '\0' ? NAN : value;
}

static int contains(const char *text, const char *part) {
  size_t n = strlen(part);
  for (; *text; text++)
    if (strncasecmp(text, part, n) == 0) return 1;
  return 0;
}

/* "heater-side TC T1; ..." -> "T1" */
static void thermocouple(char *to, size_t size, const char *notes, const char *before) {
  const char *at = strstr(notes, before);
  size_t n = at ? strspn(at + strlen(before), "T0123456789") : 0;
  snprintf(to, size, "%.*s", (int)(n < size ? n : 0), at ? at + strlen(before) : "");
}

static void understand(pro_trace_index *out, row_text row) {
  pro_nameplate *n = &out->nameplate;
  n->capacity = (float)(3600.0 * number(row[INDEX_capacity_Ah]));
  n->mass = (float)number(row[INDEX_mass_kg]);
  n->voltage_min = (float)number(row[INDEX_voltage_min_V]);
  n->voltage_max = (float)number(row[INDEX_voltage_max_V]);
  n->T_operating_max = (float)(number(row[INDEX_T_operating_max_degC]) + PRO_ZERO_CELSIUS);
  static const char *const formats[] = {"18650", "21700", "26650", "cylind", "pouch", "prismatic"};
  for (int k = 0; k < (int)PRO_COUNT(formats); k++)
    if (n->format < 0 && contains(row[INDEX_format], formats[k])) n->format = k < 4 ? 0 : k - 3;

  const char *label = row[INDEX_label], *outcome = row[INDEX_outcome];
  if (!*outcome) {
    outcome = label;
    if (strncasecmp(label, "healthy", 7) == 0) outcome = "healthy";
    if (contains(label, "no TR") || contains(label, "no runaway") || contains(label, "no thermal runaway"))
      outcome = "no_runaway";
    else if (contains(label, "thermal runaway") || contains(row[INDEX_test_kind], "to thermal runaway"))
      outcome = "runaway";
  }
  snprintf(out->outcome, sizeof out->outcome, "%.31s", outcome);
  out->t_short = number(row[INDEX_t_short]);
  if (strcmp(out->outcome, "runaway") == 0) {
    static const char said[] = "thermal runaway at t=";
    const char *at = strstr(row[INDEX_notes], said);
    out->t_runaway = number(row[INDEX_t_runaway]);
    if (isnan(out->t_runaway)) out->t_runaway = number(row[INDEX_t_rate1]);
    if (isnan(out->t_runaway) && at) out->t_runaway = strtod(at + sizeof said - 1, NULL);
  }
  thermocouple(out->heater, sizeof out->heater, row[INDEX_notes], "heater-side TC ");
  thermocouple(out->ambient, sizeof out->ambient, row[INDEX_notes], "ambient TC ");
}

static pro_status search(pro_trace_index *out, pro_csv *csv, const char *file, size_t name_size) {
  int role[INDEX_COLUMNS_MAX], columns = 0, ours = 0;
  pro_csv_cell cell;
  if (!pro_csv_line(csv)) return PRO_OK;
  pro_csv_guess_separator(csv);
  while (csv->more && columns < INDEX_COLUMNS_MAX) {
    PRO_TRY(pro_csv_next(&cell, csv));
    role[columns] = -1;
    for (int k = 0; k < INDEX_COUNT; k++)
      if (strlen(index_names[k]) == cell.size && memcmp(index_names[k], cell.text, cell.size) == 0)
        role[columns] = k;
    ours |= role[columns] == INDEX_file || role[columns] == INDEX_trace;
    columns++;
  }
  if (!ours) return PRO_OK;
  while (pro_csv_line(csv)) {
    row_text row = {{0}};
    for (int c = 0; csv->more; c++) {
      PRO_TRY(pro_csv_next(&cell, csv));
      if (c < columns && role[c] >= 0)
        snprintf(row[role[c]], TEXT_MAX, "%.*s", (int)(cell.size < TEXT_MAX ? cell.size : TEXT_MAX - 1),
                 cell.text);
    }
    int by_trace = strlen(row[INDEX_trace]) == name_size && memcmp(row[INDEX_trace], file, name_size) == 0;
    if (!by_trace && strcmp(row[INDEX_file], file) != 0) continue;
    understand(out, row);
    return PRO_OK;
  }
  return PRO_OK;
}

pro_status pro_trace_index_find(pro_trace_index *out, const char *path) {
  *out = (pro_trace_index){.nameplate = {NAN, NAN, NAN, NAN, NAN, -1}, .t_runaway = NAN, .t_short = NAN};
  const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path, *dot = strrchr(file, '.');
  size_t folder = (size_t)(file - path), size = folder + sizeof "index.csv";
  char *beside = malloc(size);
  if (!beside) return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  snprintf(beside, size, "%.*sindex.csv", (int)folder, path);
  struct stat info;
  pro_status status = PRO_OK;
  if (stat(beside, &info) == 0 && S_ISREG(info.st_mode)) {
    pro_csv csv;
    status = pro_csv_open(&csv, beside);
    if (status == PRO_OK) {
      status = search(out, &csv, file, dot && dot > file ? (size_t)(dot - file) : strlen(file));
      pro_csv_close(&csv);
    }
  }
  free(beside);
  return status;
}

/* ---- folders ---- */

enum { DEPTH_MAX = 32, FOLDERS_MAX = 100000 };

typedef struct path_list {
  char **path;
  size_t count, room;
  int folders; /* read so far */
} path_list;

static pro_status keep_path(path_list *list, char *path) {
  if (list->count == list->room) {
    size_t room = list->room ? 2 * list->room : 64;
    char **grown = realloc(list->path, room * sizeof *grown);
    if (!grown) {
      free(path);
      return pro_fail(PRO_ENOMEM, "no memory for %zu paths", room);
    }
    list->path = grown, list->room = room;
  }
  list->path[list->count++] = path;
  return PRO_OK;
}

/* A folder and those it is in. */
typedef struct place {
  const struct place *outer;
  dev_t device;
  ino_t inode;
  int depth;
} place;

/* A link may lead back to a folder that is being read: not again. */
static int is_inside(const place *here, const struct stat *info) {
  for (; here; here = here->outer)
    if (here->device == info->st_dev && here->inode == info->st_ino) return 1;
  return 0;
}

static pro_status walk(path_list *list, const char *folder, const struct stat *info, const place *outer) {
  const place here = {outer, info->st_dev, info->st_ino, outer ? outer->depth + 1 : 0};
  if (here.depth == DEPTH_MAX) return pro_fail(PRO_EMISSING, "%s: folders nest too deep", folder);
  if (list->folders++ == FOLDERS_MAX)
    return pro_fail(PRO_EMISSING, "%s: more than %d folders (do links multiply them?)", folder, FOLDERS_MAX);
  DIR *dir = opendir(folder);
  if (!dir) return pro_fail(PRO_EMISSING, "%s: %s", folder, strerror(errno));
  pro_status status = PRO_OK;
  for (struct dirent *entry; status == PRO_OK && (entry = readdir(dir));) {
    const char *name = entry->d_name, *dot = strrchr(name, '.');
    if (name[0] == '.') continue;
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (!path) {
      status = pro_fail(PRO_ENOMEM, "%s: no memory", folder);
      break;
    }
    snprintf(path, size, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name);
    struct stat found;
    int known = stat(path, &found) == 0;
    if (known && S_ISREG(found.st_mode) && dot && strcasecmp(dot, ".csv") == 0 && strcmp(name, "index.csv") != 0) {
      status = keep_path(list, path);
      continue;
    }
    if (known && S_ISDIR(found.st_mode) && !is_inside(&here, &found)) status = walk(list, path, &found, &here);
    free(path);
  }
  closedir(dir);
  return status;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

pro_status pro_trace_list(char ***out, size_t *count, const char *path) {
  path_list list = {0};
  struct stat info;
  pro_status status = PRO_OK;
  if (stat(path, &info) != 0) return pro_fail(PRO_EMISSING, "%s: %s", path, strerror(errno));
  if (S_ISDIR(info.st_mode)) {
    status = walk(&list, path, &info, NULL);
  } else {
    char *copy = strdup(path);
    status = copy ? keep_path(&list, copy) : pro_fail(PRO_ENOMEM, "%s: no memory", path);
  }
  if (status == PRO_OK && list.count == 0) status = pro_fail(PRO_EMISSING, "%s: no CSV file below it", path);
  if (status != PRO_OK) {
    pro_trace_list_free(list.path, list.count);
    return status;
  }
  qsort(list.path, list.count, sizeof *list.path, by_name);
  *out = list.path;
  *count = list.count;
  return PRO_OK;
}

void pro_trace_list_free(char **list, size_t count) {
  for (size_t k = 0; k < count; k++) free(list[k]);
  free(list);
}
