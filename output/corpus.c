/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/bytes.h"
#include "output/corpus_hdf5.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- types ---- */

hid_t pro_corpus_on_disk(pro_corpus_type type) {
#define PRO_AS_DISK(name, disk, memory, type_, fill) disk,
  const hid_t of[] = {PRO_CORPUS_TYPE_LIST(PRO_AS_DISK)}; /* HDF5 makes these at run time */
  return of[type];
}

hid_t pro_corpus_in_memory(pro_corpus_type type) {
#define PRO_AS_MEMORY(name, disk, memory, type_, fill) memory,
  const hid_t of[] = {PRO_CORPUS_TYPE_LIST(PRO_AS_MEMORY)};
  return of[type];
}

size_t pro_corpus_size(pro_corpus_type type) {
#define PRO_AS_SIZE(name, disk, memory, type_, fill) sizeof(type_),
  static const size_t of[] = {PRO_CORPUS_TYPE_LIST(PRO_AS_SIZE)};
  return of[type];
}

const void *pro_corpus_fill(pro_corpus_type type) {
#define PRO_AS_MEMBER(name, disk, memory, type_, fill) type_ name;
#define PRO_AS_FILL(name, disk, memory, type_, fill) .name = fill,
#define PRO_AS_ADDRESS(name, disk, memory, type_, fill) &fills.name,
  static const struct { PRO_CORPUS_TYPE_LIST(PRO_AS_MEMBER) } fills = {PRO_CORPUS_TYPE_LIST(PRO_AS_FILL)};
  static const void *const of[] = {PRO_CORPUS_TYPE_LIST(PRO_AS_ADDRESS)};
  return of[type];
}

const char *pro_corpus_type_name(pro_corpus_type type) {
#define PRO_AS_TYPE_NAME(name, disk, memory, type_, fill) #name,
  static const char *const of[] = {PRO_CORPUS_TYPE_LIST(PRO_AS_TYPE_NAME)};
  return of[type];
}

/* ---- the tables with one row a case ---- */

/* clang-format off */
#define COLUMN(group, name, type, member, unit, flags, blind, doc) \
  {group, name, PRO_CORPUS_##type, offsetof(pro_corpus_row, member), unit, PRO_FLAGS_##flags, blind, doc},
#define CLOCK(name, doc) COLUMN("/", "t_" #name, f64, clock[PRO_CLOCK_##name], "s", none, 0, doc)
const pro_corpus_column pro_corpus_columns[] = {
  COLUMN("/", "case", i64, number, "1", none, 1, "the row's number: the same in every shard and on every machine")
  COLUMN("/", "run", i64, run, "1", none, 1, "the simulated run; cells of one module share it")
  COLUMN("/", "module", i64, module, "1", none, 1, "the module the cell belongs to; -1: it is alone")
  COLUMN("/", "cell_in_module", i32, cell_in_module, "1", none, 1, "the cell's place in its module")
  COLUMN("/", "row_start", i64, row_start, "1", none, 1, "first sample along obs")
  COLUMN("/", "row_size", i32, row_size, "1", none, 1, "number of samples")
  COLUMN("/", "class", u8, class_, "1", class, 0, "what the case is in the end; of a failed run, what was done to it")
  COLUMN("/", "family", u8, family, "1", family, 0, "which abuse or duty")
  COLUMN("/", "chemistry", u8, chemistry, "1", chemistry, 1, "reaction network")
  COLUMN("/", "cell", u8, cell, "1", cell, 1, "cell preset")
  COLUMN("/", "cell_draw", i64, cell_draw, "1", none, 1, "which parameter draw; rows that share it share a split")
  COLUMN("/", "twin_of", i64, twin_of, "1", none, 0, "the case this one repeats without its fault; -1: none")
  COLUMN("/", "split", u8, split, "1", split, 1, "drawn per cell_draw, never per sample")
  COLUMN("/", "outcome", u8, outcome, "1", outcome, 0, "how the run ended")
  PRO_CLOCK_LIST(CLOCK)
  COLUMN("/", "T_max", f32, T_max, "K", none, 0, "highest core temperature")
  COLUMN("/nameplate", "capacity", f32, capacity, "C", none, 1, "nominal capacity")
  COLUMN("/nameplate", "mass", f32, mass, "kg", none, 1, "mass of the cell")
  COLUMN("/nameplate", "voltage_min", f32, voltage_min, "V", none, 1, "lower voltage limit")
  COLUMN("/nameplate", "voltage_max", f32, voltage_max, "V", none, 1, "upper voltage limit")
  COLUMN("/nameplate", "T_operating_max", f32, T_operating_max, "K", none, 1, "upper operating temperature")
  COLUMN("/nameplate", "format", u8, format, "1", format, 1, "shape of the cell")
  COLUMN("/run_info", "status", u8, status, "1", status, 0, "how the integration ended")
  COLUMN("/run_info", "steps", i64, steps, "1", none, 0, "steps of the integrator")
  COLUMN("/run_info", "rejected", i64, rejected, "1", none, 0, "steps rejected")
  COLUMN("/run_info", "rhs_calls", i64, rhs_calls, "1", none, 0, "evaluations of the right-hand side")
  COLUMN("/run_info", "jacobian_calls", i64, jacobian_calls, "1", none, 0, "evaluations of the Jacobian")
  COLUMN("/run_info", "energy_gap", f64, ledger.energy_gap, "1", none, 0,
         "|stored - crossed| over the sum of absolute energies that crossed")
  COLUMN("/run_info", "mass_gap", f64, ledger.mass_gap, "1", none, 0, "|mass lost - gas out| over the mass at the start")
  COLUMN("/run_info", "charge_gap", f64, ledger.charge_gap, "1", none, 0,
         "|charge lost - charge that flowed| over the capacity")
  COLUMN("/run_info", "energy_crossed", f64, ledger.energy_crossed, "J", none, 0, "sum of absolute energies that crossed")
  COLUMN("/run_info", "heat_reactions", f64, ledger.heat_reactions, "J", none, 0, "of reactions, > 0 into the cell")
  COLUMN("/run_info", "heat_electrical", f64, ledger.heat_electrical, "J", none, 0, "of currents, > 0 into the cell")
  COLUMN("/run_info", "heat_heater", f64, ledger.heat_heater, "J", none, 0, "of the heater, > 0 into the cell")
  COLUMN("/run_info", "heat_exchange", f64, ledger.heat_exchange, "J", none, 0,
         "by convection and radiation, > 0 into the cell")
  COLUMN("/run_info", "heat_vented", f64, ledger.heat_vented, "J", none, 0, "with vented gas, > 0 into the cell")
  COLUMN("/run_info", "heat_ejected", f64, ledger.heat_ejected, "J", none, 0,
         "with solids thrown out, and of what reacts in them outside, > 0 into the cell")
  COLUMN("/run_info", "mass_ejected", f64, ledger.mass_ejected, "kg", none, 0, "mass of solids thrown out")
  COLUMN("/run_info", "mass_vented", f64, ledger.mass_vented, "kg", none, 0, "mass of vented gas")
  COLUMN("/run_info", "rate_end", f64, rate_end, "K/s", none, 0, "core dT/dt at the end of the run")
  {0}};
/* clang-format on */

/* ---- HDF5 ---- */

static atomic_int stillborn; /* HDF5 has had no memory to start */

void pro_corpus_quiet(void) {
  static atomic_flag told = ATOMIC_FLAG_INIT;
  static _Thread_local int quiet; /* the setting belongs to a thread */
  if (!atomic_flag_test_and_set(&told)) {
    H5dont_atexit();
    errno = 0;
    /* it goes on as if it were there, and fails or crashes elsewhere */
    if (H5open() < 0 || errno == ENOMEM) atomic_store(&stillborn, 1);
  }
  if (!quiet) H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  quiet = 1;
}

int pro_corpus_is_stillborn(void) { return atomic_load(&stillborn); }

static herr_t first_reason(unsigned n, const H5E_error2_t *error, void *to) {
  if (n == 0 && error->desc) snprintf(to, 512, "%s", error->desc);
  return 0;
}

const char *pro_corpus_why(void) {
  static _Thread_local char why[512];
  snprintf(why, sizeof why, "HDF5 gives no reason");
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first_reason, why);
  /* of "file write failed: time = ..., errno = 28, error message = 'No space left on device', ..." the part for
   * people */
  static const char key[] = "error message = '";
  char *found = strstr(why, key);
  if (found) {
    found += strlen(key);
    size_t length = strcspn(found, "'");
    memmove(why, found, length);
    why[length] = '\0';
  }
  return why;
}

static _Thread_local int starved; /* until judging has said so, or another file is opened */

/* The innermost reason alone: what is around it says the same of room in a file. HDF5 1.10 goes on where it had no
 * memory for a list of properties, and later misses one that each list has. */
static herr_t look_for_memory(unsigned n, const H5E_error2_t *error, void *to) {
  int is_short = error->min_num == H5E_NOSPACE || error->min_num == H5E_CANTALLOC ||
                 (error->maj_num == H5E_PLIST && error->min_num == H5E_NOTFOUND);
  if (n == 0 && is_short) *(int *)to = 1;
  return 0;
}

pro_status pro_corpus_blame(pro_status otherwise) {
  int memory = atomic_load(&stillborn) || starved || errno == ENOMEM; /* HDF5 does not always say so */
  if (!memory) H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, look_for_memory, &memory);
  return memory ? PRO_ENOMEM : otherwise;
}

hid_t pro_corpus_text_type(void) {
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0 || H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0)
    return H5I_INVALID_HID;
  return type;
}

int pro_corpus_keep_little(hid_t access) {
  H5AC_cache_config_t config = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};
  if (H5Pget_mdc_config(access, &config) < 0) return -1;
  config.set_initial_size = 1;
  config.initial_size = config.min_size = config.max_size = 256 * 1024;
  config.incr_mode = H5C_incr__off, config.flash_incr_mode = H5C_flash_incr__off, config.decr_mode = H5C_decr__off;
  return H5Pset_mdc_config(access, &config);
}

/* HDF5 1.10 calls a good file none of its own where it has no memory to look, and does not say why. */
static int begins_as_hdf5(const char *path) {
  static const char begin[] = "\211HDF\r\n\032\n";
  char there[sizeof begin - 1];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  int is = pro_bytes_read(fd, there, sizeof there, 0) && memcmp(there, begin, sizeof there) == 0;
  close(fd);
  return is;
}

pro_status pro_corpus_open_file(hid_t *out, const char *path) {
  struct stat info;
  errno = 0, starved = 0; /* what was short before is no matter of this file */
  if (stat(path, &info) != 0) return pro_fail(PRO_EMISSING, "%s: %s", path, strerror(errno));
  if (S_ISDIR(info.st_mode)) return pro_fail(PRO_EMISSING, "%s: is a folder, not a corpus file", path);
  if (!S_ISREG(info.st_mode)) return pro_fail(PRO_EMISSING, "%s: is not a regular file", path);
  if (access(path, R_OK) != 0) return pro_fail(PRO_EMISSING, "%s: %s", path, strerror(errno));
  if (info.st_size == 0) return pro_fail(PRO_EINPUT, "%s: the file is empty", path);
  if (!begins_as_hdf5(path) && H5Fis_hdf5(path) <= 0) /* it may begin behind a block of the user's */
    return pro_corpus_blame(PRO_EINPUT) == PRO_ENOMEM ? pro_fail(PRO_ENOMEM, "%s: no memory to read it", path)
                                                      : pro_fail(PRO_EINPUT, "%s: is not an HDF5 file", path);
  hid_t access_list = H5Pcreate(H5P_FILE_ACCESS);
  if (access_list < 0 || pro_corpus_keep_little(access_list) < 0)
    return pro_fail(PRO_ENOMEM, "%s: %s", path, pro_corpus_why());
  H5Pset_fclose_degree(access_list, H5F_CLOSE_STRONG);
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access_list);
  if (file < 0) { /* where locks do not work (some NFS and Lustre): nobody writes to a finished corpus */
    H5Pset_file_locking(access_list, 0, 0);
    file = H5Fopen(path, H5F_ACC_RDONLY, access_list);
  }
  pro_status status = PRO_OK;
  if (file < 0 && pro_corpus_blame(PRO_EINPUT) == PRO_ENOMEM)
    status = pro_fail(PRO_ENOMEM, "%s: no memory to read it: %s", path, pro_corpus_why());
  else if (file < 0)
    status = pro_fail(PRO_EINPUT, "%s: damaged: %s", path, pro_corpus_why());
  H5Pclose(access_list);
  if (status == PRO_OK) *out = file;
  return status;
}

/* ---- findings ---- */

enum { FINDINGS_SHOWN = 20 };

void pro_corpus_starve(void) { starved = 1; }

hid_t pro_corpus_fed(hid_t opened) {
  if (errno != ENOMEM) return opened;
  pro_corpus_starve();
  return H5I_INVALID_HID;
}

static void starve_where_memory_was_short(void) {
  if (pro_corpus_blame(PRO_EINPUT) == PRO_ENOMEM) pro_corpus_starve();
}

int pro_corpus_has(hid_t in, const char *name) {
  htri_t there = H5Lexists(in, name, H5P_DEFAULT);
  if (there < 0) starve_where_memory_was_short();
  return there > 0;
}

int pro_corpus_has_attribute(hid_t object, const char *name) {
  htri_t there = H5Aexists(object, name);
  if (there < 0) starve_where_memory_was_short();
  return there > 0;
}

void pro_corpus_find(pro_corpus_findings *to, const char *format, ...) {
  starve_where_memory_was_short();
  if (to->count++ >= FINDINGS_SHOWN) return;
  if (to->used) to->used += (size_t)snprintf(to->text + to->used, sizeof to->text - to->used, "\n  ");
  char line[sizeof to->text / FINDINGS_SHOWN - 8];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  to->used += (size_t)snprintf(to->text + to->used, sizeof to->text - to->used, "%s", line);
}

void pro_corpus_find_h5(pro_corpus_findings *to, const char *path, const char *what) {
  pro_corpus_find(to, "%s: %s: %s", path, what, pro_corpus_why());
}

pro_status pro_corpus_judge(const pro_corpus_findings *found, const char *path) {
  int hungry = starved;
  starved = 0;
  if (hungry) return pro_fail(PRO_ENOMEM, "%s: no memory to read it", path);
  if (found->count == 0) return PRO_OK;
  if (found->count == 1) return pro_fail(PRO_EINPUT, "%s: %s", path, found->text);
  char more[48] = "";
  if (found->count > FINDINGS_SHOWN) snprintf(more, sizeof more, "\n  and %d more", found->count - FINDINGS_SHOWN);
  return pro_fail(PRO_EINPUT, "%s: %d findings\n  %s%s", path, found->count, found->text, more);
}
