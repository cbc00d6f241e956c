/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/corpus_hdf5.h - what the writer, the verifier and the reader of a corpus share; for output/corpus*.c
 * only. */
#ifndef PRO_CORPUS_HDF5_H
#define PRO_CORPUS_HDF5_H
#include <errno.h>
#include <hdf5.h>

#include "output/corpus.h"
#include "output/corpus_histogram.h"
#include "output/label.h"

enum {
  PRO_CORPUS_CHUNK = 65536, /* samples; a group of cases starts on a multiple of it */
  PRO_CORPUS_ROWS = 1024,   /* cases; a chunk of a table */
  PRO_CORPUS_BLOCK = 4096,  /* rows that are read at once: to open a column takes as long as to read it */
  PRO_CORPUS_SLOTS = PRO_REACTIONS_MAX /* second axis of /truth/extent */
};

/* ---- types: name, on disk, in memory, C type, fill (reads as missing) ---- */
#define PRO_CORPUS_TYPE_LIST(X)                                       \
  X(u8, H5T_STD_U8LE, H5T_NATIVE_UINT8, uint8_t, UINT8_MAX)           \
  X(u16, H5T_STD_U16LE, H5T_NATIVE_UINT16, uint16_t, UINT16_MAX)      \
  X(i16, H5T_STD_I16LE, H5T_NATIVE_INT16, int16_t, INT16_MIN)         \
  X(i32, H5T_STD_I32LE, H5T_NATIVE_INT32, int32_t, INT32_MIN)         \
  X(i64, H5T_STD_I64LE, H5T_NATIVE_INT64, int64_t, INT64_MIN)         \
  X(f32, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, float, __builtin_nanf("")) \
  X(f64, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, double, __builtin_nan(""))
#define PRO_AS_CORPUS_TYPE(name, disk, memory, type, fill) PRO_CORPUS_##name,
typedef enum pro_corpus_type { PRO_CORPUS_TYPE_LIST(PRO_AS_CORPUS_TYPE) PRO_CORPUS_TYPES } pro_corpus_type;
#undef PRO_AS_CORPUS_TYPE

hid_t pro_corpus_on_disk(pro_corpus_type type); /* HDF5's own: never closed */
hid_t pro_corpus_in_memory(pro_corpus_type type);
size_t pro_corpus_size(pro_corpus_type type);      /* [byte] */
const void *pro_corpus_fill(pro_corpus_type type); /* one element */
const char *pro_corpus_type_name(pro_corpus_type type);

/* ---- the tables with one row a case ---- */

typedef struct pro_corpus_row {
  int64_t number, run, module, row_start, cell_draw, twin_of;
  int32_t cell_in_module, row_size;
  uint8_t class_, family, chemistry, cell, split, outcome;
  double clock[PRO_CLOCK_COUNT]; /* [s] */
  float T_max;                   /* [K] */
  float capacity, mass, voltage_min, voltage_max, T_operating_max;
  uint8_t format, status;
  int64_t steps, rejected, rhs_calls, jacobian_calls;
  pro_ledger ledger;
  double rate_end; /* [K/s] */
} pro_corpus_row;

typedef enum pro_corpus_flags { /* whose names a column of small integers means */
                                PRO_FLAGS_none,
                                PRO_FLAGS_class,
                                PRO_FLAGS_family,
                                PRO_FLAGS_chemistry,
                                PRO_FLAGS_cell,
                                PRO_FLAGS_split,
                                PRO_FLAGS_outcome,
                                PRO_FLAGS_format,
                                PRO_FLAGS_status
} pro_corpus_flags;

typedef struct pro_corpus_column {
  const char *group; /* "/", "/nameplate", "/run_info" */
  const char *name;  /* NULL ends the table */
  pro_corpus_type type;
  size_t offset;    /* in pro_corpus_row */
  const char *unit; /* SI, as the tables of sim/ have it */
  pro_corpus_flags flags;
  int blind; /* 1: a blind file has it too */
  const char *doc;
} pro_corpus_column;
extern const pro_corpus_column pro_corpus_columns[];

/* ---- HDF5 ---- */

/* Silences HDF5's printing for this thread, and keeps HDF5 1.10's exit handler from running: it crashes on a file
 * whose disk was full. Called first by everything public. */
void pro_corpus_quiet(void);
/* Whether HDF5 had no memory to start: what it says of a file then is not the file's fault. */
int pro_corpus_is_stillborn(void);

/* The innermost reason of HDF5's last failure in this thread; owned by the thread, until its next call. */
const char *pro_corpus_why(void);

/* What HDF5's last failure in this thread comes to: PRO_ENOMEM where it had no memory, else `otherwise`. */
pro_status pro_corpus_blame(pro_status otherwise);

/* What HDF5 has opened or made, but -1 where memory was short on the way, and judging says so: 1.10 may hide that,
 * and crash as it closes what lacks a property. It is not closed. */
#define PRO_FED(call) pro_corpus_fed((errno = 0, (call)))
hid_t pro_corpus_fed(hid_t opened);

hid_t pro_corpus_text_type(void); /* variable-length UTF-8; the caller closes it */

/* For a file access list: HDF5 would keep up to 32 MB of what it knows of a file's chunks, and where these nodes
 * lie among the blocks of runs that come and go, the heap cannot shrink. Negative: failed. */
int pro_corpus_keep_little(hid_t access);

/* Opens for reading. PRO_EMISSING, PRO_EINPUT as pro_corpus_open. H5Fclose closes all that was opened in it. */
pro_status pro_corpus_open_file(hid_t *out, const char *path) PRO_MUST_CHECK;

/* Does `work` in a child process, which has `out` as it is here: HDF5 1.10 runs over its buffers on some damaged
 * files, since what stands in its heaps of text has no checksum. The child's answer, its `size` bytes at `out` and
 * its message come back; a crash comes back as PRO_EINPUT, another end that is not the file's fault as PRO_EIO or
 * PRO_ENOMEM. Once *stop (NULL: never) is not 0 the child is ended: PRO_EINTERRUPTED. */
typedef pro_status pro_corpus_work(void *out, const char *path);
pro_status pro_corpus_in_child(pro_corpus_work *work, void *out, size_t size, const char *path,
                               const volatile int *stop) PRO_MUST_CHECK;

/* ---- findings: what is wrong with a file, all in one message ---- */

typedef struct pro_corpus_findings {
  char text[8192];
  size_t used;
  int count;
} pro_corpus_findings;
/* Where there was no memory to look, judging says so, and blames no file. */
void pro_corpus_find(pro_corpus_findings *to, const char *format, ...) PRO_PRINTF(2, 3);
/* "PATH: WHAT: HDF5's reason" */
void pro_corpus_find_h5(pro_corpus_findings *to, const char *path, const char *what);
/* Of a corpus whose samples stay in other files, by its dataset `time`: a finding for each that is not there, or
 * cannot be opened with the rest. */
void pro_corpus_check_windows(hid_t time, const char *corpus, pro_corpus_findings *found);
/* What comes next from this thread's readers is nothing found in the file: there was no memory to look. Judging
 * says so, once. */
void pro_corpus_starve(void);
/* Whether there is a link, or an attribute, of this name; where there was no memory to look, judging says so. */
int pro_corpus_has(hid_t in, const char *name);
int pro_corpus_has_attribute(hid_t object, const char *name);
/* PRO_OK without findings, else PRO_EINPUT with all of them. */
pro_status pro_corpus_judge(const pro_corpus_findings *found, const char *path) PRO_MUST_CHECK;

/* ---- reading ---- */

typedef struct pro_corpus_tables {
  uint64_t cases, obs, chunk, group, seed;
  uint64_t first;       /* number of the first case: not 0 in a shard */
  uint64_t planned;     /* not 0: cases are left out */
  int blind;            /* a file whose truth was taken out */
  pro_corpus_row *rows; /* (cases), owned */
} pro_corpus_tables;

/* Reads what stands before the tables; rows stay NULL. 1: there are tables to read; what is wrong goes to `found`.
 */
int pro_corpus_load_head(pro_corpus_tables *out, hid_t file, pro_corpus_findings *found);
/* Rows [from, from + count) of the tables; a column that cannot be read is a finding, and zeros. PRO_ENOMEM. */
pro_status pro_corpus_load_rows(pro_corpus_row *rows, const pro_corpus_tables *of, hid_t file, uint64_t from,
                                uint64_t count, pro_corpus_findings *found) PRO_MUST_CHECK;
/* What every reader relies on: the samples of case k lie within obs, behind the case before, which ends at *end;
 * *end becomes its own. 1: they do. */
int pro_corpus_check_row(const pro_corpus_tables *of, const pro_corpus_row *row, uint64_t k, uint64_t *end,
                         pro_corpus_findings *found);
/* Head and all rows, checked; what is wrong goes to `found`, and then rows may be NULL. Only PRO_ENOMEM fails. */
pro_status pro_corpus_load(pro_corpus_tables *out, hid_t file, pro_corpus_findings *found) PRO_MUST_CHECK;

/* The text of an attribute for the caller to free, or NULL when there is no such text. */
char *pro_corpus_attribute(hid_t object, const char *name);
int pro_corpus_number(double *out, hid_t object, const char *name);  /* 1: it was there */
int pro_corpus_count(uint64_t *out, hid_t object, const char *name); /* likewise */

/* Opens a dataset when it is there and has this type and shape (length2 0: one axis only); else a finding and -1.
 */
hid_t pro_corpus_dataset(hid_t file, const char *path, pro_corpus_type type, uint64_t length, uint64_t length2,
                         pro_corpus_findings *found);
/* Rows [start, start + count) of column `slot` (of the second axis, or -1) into `to`; negative: failed. */
int pro_corpus_rows(void *to, hid_t dataset, pro_corpus_type type, uint64_t start, uint64_t count, int slot);

/* A channel's codes, and what they mean. */
typedef struct pro_corpus_codes {
  hid_t dataset;
  pro_corpus_type type;
  double scale, offset;
  int32_t missing;
} pro_corpus_codes;
/* 1: open; 0: no such channel; -1: a finding. */
int pro_corpus_open_codes(pro_corpus_codes *out, hid_t file, const char *channel, uint64_t obs,
                          pro_corpus_findings *found);
/* Codes of rows [start, start + count), widened; missing ones are PRO_CODE_MISSING. `scratch` holds 2 count bytes.
 */
int pro_corpus_read_codes(int32_t *to, const pro_corpus_codes *codes, uint64_t start, uint64_t count,
                          int16_t *scratch);

/* COPIED: every chunk is there and has its checksum, tables and attributes are whole: what a merge must know,
 * whose sources were verified before. WHOLE: it is what was written, which a commit must know. SOUND: and what was
 * written makes sense as physics (clocks against outcomes, ledgers): one odd run among thousands is told, but does
 * not cost the others their file. */
typedef enum pro_corpus_depth { PRO_CORPUS_COPIED, PRO_CORPUS_WHOLE, PRO_CORPUS_SOUND } pro_corpus_depth;
/* stop: as in pro_corpus_plan. */
pro_status pro_corpus_verify_as(pro_corpus_summary *out, const char *path, pro_corpus_depth depth, int threads,
                                const volatile int *stop) PRO_MUST_CHECK;
#endif
