/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/corpus_writer.h - a corpus on its way to disk; for what writes one (output/corpus_*.c) only.
 *
 * Cases come in from runs (corpus_write.c) or as they lie packed elsewhere (corpus_stored.c); they go into an HDF5
 * file (laid out by corpus_finish.c) or into a journal, which outlives whoever writes it (corpus_journal.c). */
#ifndef PRO_CORPUS_WRITER_H
#define PRO_CORPUS_WRITER_H
#include "output/corpus_press.h"
#include "output/draft.h"
#include "sim/case.h"
#include "sim/sensor.h"

struct pro_journal;
struct pro_journal_news;
struct pro_journal_head;

enum { PRO_SCALE_case, PRO_SCALE_obs, PRO_SCALE_reaction, PRO_SCALE_quantile, PRO_SCALE_code, PRO_SCALE_COUNT };
enum { PRO_BELT_obs, PRO_BELT_case, PRO_BELT_COUNT };

struct pro_corpus_writer {
  const pro_corpus_plan *plan;
  char *path;
  pro_draft draft;   /* the file, until it takes its place */
  pro_status broken; /* the first failure here: after it nothing more is written */
  pro_sheet sheet;
  pro_scale scale[PRO_SCALE_COUNT];
  pro_press *press;
  struct pro_journal *journal; /* which is written in place of a file; NULL: none */
  pro_belt belt[PRO_BELT_COUNT];
  uint64_t cases;
  uint64_t next_number;                /* of the case that follows the last one, in the numbers of the whole */
  pro_histogram seen[PRO_SENSORS_MAX]; /* of the codes in split train */
  double rtol_least, rtol_most;        /* of the cases [-] */
  unsigned char has_chemistry[UINT8_MAX + 1], has_cell[UINT8_MAX + 1];
  hid_t extent; /* whose attributes name the reactions */
  /* the case that was begun */
  const struct pro_run *run; /* NULL: none */
  pro_corpus_row row;
  pro_labeller labeller;
  uint64_t taken;         /* samples */
  uint64_t stored_chunks; /* of obs, before the first of the source of stored cases */
  uint64_t shown;         /* obs so far, of a file that shows those of others */
};

/* One row of all tables. */
typedef struct pro_corpus_record {
  pro_corpus_row row;
  double rtol;            /* the case's [-] */
  const double *param;    /* (plan->parameters) */
  const int64_t *clipped; /* (sensors); NULL: none has */
  const char *message;    /* NULL or "": it did not fail */
} pro_corpus_record;

/* Writes to a journal, from case news->cases of the shard on, whose group begins at chunk `chunks` of obs. Cases
 * are appended to it as to a file. */
pro_status pro_corpus_create_journal(pro_corpus_writer **out, const char *path, const pro_corpus_plan *plan,
                                     const struct pro_journal_news *news, uint64_t chunks) PRO_MUST_CHECK;
void pro_corpus_journal_head(struct pro_journal_head *out, const pro_corpus_plan *plan);
/* Brings to disk what is whole, closes the journal and frees the writer in any case. */
pro_status pro_corpus_leave_journal(pro_corpus_writer *writer) PRO_MUST_CHECK;

/* Fills an empty stack of obs with chunk number `chunk`, counted from the source's first. */
typedef pro_status pro_corpus_load_chunk(void *payload, uint64_t chunk, pro_stack *stack);
/* Cases of a source of packed chunks: before the first of them, and each of them. Its groups are whole, its first
 * case begins one. count: codes of split train are counted, for which chunks are unpacked. */
/* Gives a creation list of a dataset along obs, /FOLDER/NAME or /NAME, the layout that shows plan->window's. */
pro_status pro_corpus_show(hid_t made, const pro_corpus_writer *writer, const char *path, int axes) PRO_MUST_CHECK;
uint64_t pro_corpus_shown_obs(const pro_corpus_plan *plan); /* length of what they show */
void pro_corpus_begin_source(pro_corpus_writer *writer);
pro_status pro_corpus_append_stored(pro_corpus_writer *writer, const pro_corpus_record *record, int count,
                                    pro_corpus_load_chunk *load, void *payload) PRO_MUST_CHECK;

/* Before a case: where it is the first of a group, obs goes on at a chunk's boundary. */
pro_status pro_corpus_begin_group(pro_corpus_writer *writer) PRO_MUST_CHECK;
/* The case's samples are all taken: its row, and the next case. */
pro_status pro_corpus_take_record(pro_corpus_writer *writer, const pro_corpus_record *record) PRO_MUST_CHECK;
/* Notes a failure here or in the press; what was first is returned. */
pro_status pro_corpus_told(pro_corpus_writer *writer, pro_status status);
/* The finalising pass: tables, normalization, flush, close. */
pro_status pro_corpus_finish(pro_corpus_writer *writer) PRO_MUST_CHECK;
/* Verifies the temporary file, syncs it and renames it. */
pro_status pro_corpus_publish(pro_corpus_writer *writer) PRO_MUST_CHECK;

#endif
