/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cases whose samples lie packed elsewhere: their chunks are taken as they are. What comes of it are the bytes
 * that a sweep of the same cases writes, for every group begins on a chunk of its own. */
#include "output/corpus_writer.h"

enum { CHUNK = PRO_CORPUS_CHUNK };

void pro_corpus_begin_source(pro_corpus_writer *w) {
  if (w->plan->windows) {
    w->shown = (w->shown + CHUNK - 1) / CHUNK * CHUNK;
    return;
  }
  pro_belt *obs = &w->belt[PRO_BELT_obs];
  pro_press_seal(w->press, obs, 1);
  w->stored_chunks = pro_belt_at(obs) / CHUNK;
}

static pro_status take_samples(pro_corpus_writer *w, const pro_corpus_row *row, int count,
                               pro_corpus_load_chunk *load, void *payload) {
  pro_belt *obs = &w->belt[PRO_BELT_obs];
  for (size_t left = (size_t)row->row_size; left > 0;) {
    pro_stack *s;
    PRO_TRY(pro_press_stack(&s, w->press, obs));
    if (!s->stored) PRO_TRY(load(payload, s->start / CHUNK - w->stored_chunks, s));
    size_t part = left < CHUNK - s->held ? left : CHUNK - s->held;
    if (count && row->split == PRO_SPLIT_train) PRO_TRY(pro_spans_add(&s->train, s->held, s->held + part));
    s->held += part, left -= part;
    if (s->held == CHUNK) pro_press_seal(w->press, obs, 1);
  }
  return PRO_OK;
}

static pro_status append(pro_corpus_writer *w, const pro_corpus_record *record, int count,
                         pro_corpus_load_chunk *load, void *payload) {
  if (w->plan->stop && *w->plan->stop) return pro_fail(PRO_EINTERRUPTED, "%s: interrupted", w->path);
  if (w->cases == w->plan->cases)
    return pro_fail(PRO_EBUG, "%s: more than the %llu cases planned", w->path, (unsigned long long)w->cases);
  PRO_TRY(pro_corpus_begin_group(w));
  pro_corpus_record here = *record;
  if (w->plan->windows) {
    here.row.row_start += (int64_t)w->shown;
    return pro_corpus_take_record(w, &here);
  }
  here.row.row_start = (int64_t)pro_belt_at(&w->belt[PRO_BELT_obs]);
  PRO_TRY(take_samples(w, &here.row, count, load, payload));
  return pro_corpus_take_record(w, &here);
}

pro_status pro_corpus_append_stored(pro_corpus_writer *w, const pro_corpus_record *record, int count,
                                    pro_corpus_load_chunk *load, void *payload) {
  return pro_corpus_told(w, w->broken == PRO_OK ? append(w, record, count, load, payload) : w->broken);
}
