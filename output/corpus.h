/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/corpus.h - the HDF5 corpus: layout in docs/corpus.md. Only output/corpus*.c know HDF5. */
#ifndef PRO_CORPUS_H
#define PRO_CORPUS_H
#include <stdint.h>

#include "predictor/detector.h"
#include "sim/base.h"
#include "sim/event.h"

struct pro_run; /* sim/run.h: only a writer needs these */
struct pro_trajectory;
struct pro_observation;

#define PRO_CORPUS_SCHEMA "prodrome-corpus/1"

/* ---- writing ---- */

typedef struct pro_corpus_parameter { /* a row of /param */
  const char *path, *unit, *distribution;
  const char *const *choices; /* NULL-terminated, or NULL */
} pro_corpus_parameter;

/* A part of a corpus: whole groups of it, in a file of their own. */
typedef struct pro_corpus_shard {
  const char *plan_sha256; /* of the plan that it is a part of */
  uint64_t index, count;   /* which of how many */
  uint64_t first, all;     /* the number of its first case, and of all cases of the whole */
} pro_corpus_shard;

/* A file whose samples another one shows without holding them. */
typedef struct pro_corpus_window {
  char *path;   /* absolute, or relative to the folder of the file that shows them */
  uint64_t obs; /* its length */
} pro_corpus_window;

typedef struct pro_corpus_plan { /* what is fixed before the first case; borrowed until close */
  const char *title, *scenario;  /* resolved text */
  const char *source;            /* program, version, commit */
  const char *integrator;        /* its name */
  double case_seconds;           /* wall clock that each case was given; 0: any [s] */
  uint64_t seed, cases, group;   /* cases to a group */
  const pro_corpus_shard *shard; /* NULL: the file is the whole */
  uint64_t planned;              /* not 0: so many cases were planned, and whole groups of them are left out */
  size_t parameters;
  const pro_corpus_parameter *parameter; /* (parameters) */
  const char *const *families;           /* kinds' names, NULL-terminated */
  int keep_truth;                        /* 0: no /truth */
  const pro_corpus_window
      *window;    /* (windows): the samples stay in these files, of which the cases are appended in */
  size_t windows; /* this order; 0: the file holds all itself */
  int copied;     /* 1: its chunks are copies of verified ones; they are not opened again to verify the file */
  const volatile int *stop; /* once it is not 0, a commit gives up with PRO_EINTERRUPTED; NULL: nobody asks */
  int threads;              /* for what is left at the commit, and to verify it; 0: one */
  const char *license;      /* SPDX, or NULL: not chosen */
} pro_corpus_plan;

typedef struct pro_corpus_writer pro_corpus_writer;

/* Writes to a temporary file beside `path`; nothing of that name exists until pro_corpus_commit has verified it.
 * PRO_EIO: cannot create, with the reason. */
pro_status pro_corpus_create(pro_corpus_writer **out, const char *path,
                             const pro_corpus_plan *plan) PRO_MUST_CHECK;
/* Cases in order 0, 1, ..., by one thread at a time; param (plan->parameters) are the case's draws. Failed runs
 * are rows too, with no samples. It copies, and compresses only when what waits for that has filled its room. A
 * run without its samples (pro_case.pieces) is run once more, by plan->integrator, and taken in pieces. */
pro_status pro_corpus_append(pro_corpus_writer *writer, const struct pro_run *run,
                             const double *param) PRO_MUST_CHECK;
/* The same in three steps, for a case that is too long to be held. run->truth tells how it ended, and `samples` of
 * how many; its columns are not looked at. Of a piece truth->samples, t, truth, xi and seen->t, code are;
 * run->seen->clipped counts for the whole. Between begin and end `run` and what it points to stay as they are. */
pro_status pro_corpus_begin(pro_corpus_writer *writer, const struct pro_run *run) PRO_MUST_CHECK;
pro_status pro_corpus_piece(pro_corpus_writer *writer, const struct pro_trajectory *truth,
                            const struct pro_observation *seen) PRO_MUST_CHECK;
pro_status pro_corpus_end(pro_corpus_writer *writer, const double *param) PRO_MUST_CHECK;
/* Compresses what was appended so far, from any number of threads, also beside an append. To call it or not
 * changes when things are done, and no byte of the file. Fails as whoever failed first did. */
pro_status pro_corpus_help(pro_corpus_writer *writer) PRO_MUST_CHECK;
/* Finalises: tables, normalization, flush, close, reopen, verify, fsync, rename. Frees the writer in any case; on
 * failure the temporary file is removed. PRO_EIO: among others a full disk. */
pro_status pro_corpus_commit(pro_corpus_writer *writer) PRO_MUST_CHECK;
/* The same; *placed: the file is there, and only that may have failed which brings its name to disk. */
pro_status pro_corpus_place(int *placed, pro_corpus_writer *writer) PRO_MUST_CHECK;
void pro_corpus_abandon(pro_corpus_writer *writer); /* removes the temporary file; NULL is fine */

/* ---- parts of a corpus ---- */

typedef struct pro_corpus_part { /* what a shard's file says of itself */
  char plan_sha256[80];
  uint64_t index, count, first, all, cases;
  uint64_t obs; /* its length along obs */
} pro_corpus_part;
/* count 0: a corpus that is no shard. PRO_EMISSING; PRO_EINPUT: damaged, or no corpus; PRO_EIO, PRO_ENOMEM: it
 * could not be looked at. */
pro_status pro_corpus_part_of(pro_corpus_part *out, const char *path) PRO_MUST_CHECK;
/* Whether a corpus may take this place: nothing is there, an empty file, or a corpus that is no shard. PRO_EINPUT:
 * something else, a scenario or a plan that is named by mistake; PRO_EIO, PRO_ENOMEM. */
pro_status pro_corpus_spare(const char *path) PRO_MUST_CHECK;
/* Appends all cases of a shard, whose plan is plan_sha256 and whose first case is the next one, without opening
 * its chunks. The file has been verified or its hash is known: a damaged one may crash HDF5. What comes of all
 * shards of a plan in order are the bytes that one writer of all cases makes. *failed grows by those that failed.
 * PRO_EINPUT: it is another shard. */
pro_status pro_corpus_append_shard(pro_corpus_writer *writer, uint64_t *failed, const char *path,
                                   const char *plan_sha256) PRO_MUST_CHECK;

/* ---- verifying ---- */

typedef struct pro_corpus_summary {
  uint64_t cases, samples, groups, bytes;
  uint64_t channel_bytes; /* of `bytes`: what the sensors' channels take */
  uint64_t by_class[8], by_outcome[8];
  char schema[64];
  char integrator[128]; /* its name and tolerances; empty: the file does not say */
} pro_corpus_summary;
/* Reads everything: every chunk's checksum, shapes, ranges, clocks against outcomes, ledgers, split shares,
 * scenario hash, normalization against the data. PRO_EMISSING, PRO_EINPUT (damaged or inconsistent: the message
 * says where and what, all findings of one pass), PRO_ENOMEM, PRO_EIO; PRO_EINTERRUPTED: *stop (NULL: nobody asks)
 * is not 0. What it finds does not depend on the threads. */
pro_status pro_corpus_verify(pro_corpus_summary *out, const char *path, int threads,
                             const volatile int *stop) PRO_MUST_CHECK;

/* ---- reading, as a predictor may ---- */

typedef struct pro_corpus pro_corpus;
/* PRO_EMISSING; PRO_EINPUT when it is no corpus, of another major schema, or damaged. Free with pro_corpus_close.
 */
pro_status pro_corpus_open(pro_corpus **out, const char *path) PRO_MUST_CHECK;
void pro_corpus_close(pro_corpus *corpus);
uint64_t pro_corpus_cases(const pro_corpus *corpus);

typedef struct pro_record { /* one monitored cell as a battery management system would know it */
  size_t samples;
  const double *t;                         /* [s] (samples) */
  const float *channel[PRO_CHANNEL_COUNT]; /* SI (samples); NaN: missing; NULL: no such sensor */
  pro_nameplate nameplate;
  int split; /* pro_split */
} pro_record;
/* *out borrows from the corpus and lasts until the next read or close. */
pro_status pro_corpus_read(pro_record *out, pro_corpus *corpus, uint64_t index) PRO_MUST_CHECK;

/* What the evaluator, and nobody else, is told. PRO_EINPUT on a blind corpus. */
typedef struct pro_truth_row {
  int class_, outcome, family, chemistry; /* label.h's enums */
  int64_t cell_draw;
  double t_fault, t_runaway, t_runaway_guarded, t_vent, t_gb; /* [s], NaN: did not happen */
} pro_truth_row;
pro_status pro_corpus_truth(pro_truth_row *out, pro_corpus *corpus, uint64_t index) PRO_MUST_CHECK;
#endif
