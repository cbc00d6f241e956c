/* SPDX-License-Identifier: GPL-3.0-or-later
 * A case that is too long to be held. Its first run, without samples, has told how it ends: labels need that
 * before the first sample. The second hands its samples on in pieces, each sensed and taken by the corpus. */
#include <stdlib.h>
#include <string.h>

#include "output/corpus.h"
#include "output/corpus_put.h"
#include "sim/sensor.h"
#include "sim/simulate.h"

enum { PIECE = 1 << 14 }; /* samples */

typedef struct reel {
  pro_corpus_writer *writer;
  pro_observer observer;
  pro_observation *seen; /* room for a piece */
} reel;

static pro_status take_piece(void *payload, const pro_trajectory *piece) {
  reel *r = payload;
  r->seen->samples = piece->samples, r->seen->t = piece->t;
  PRO_TRY(pro_observer_feed(&r->observer, r->seen->code, (const double *const *)piece->truth, piece->samples));
  return pro_corpus_piece(r->writer, piece, r->seen);
}

static pro_status run_again(reel *r, const pro_run *run, const char *name) {
  const pro_pieces pieces = {.length = PIECE, .take = take_piece, .payload = r};
  pro_case in = run->in;
  in.pieces = &pieces;
  in.seconds_max = 0.0; /* it has kept to it */
  pro_trajectory *again;
  const struct pro_integrator *with = pro_integrator_find(name);
  if (!with) return pro_fail(PRO_EBUG, "case %lld cannot be run again by '%s'", (long long)run->in.run, name);
  pro_observer_begin(&r->observer, &in);
  PRO_TRY(pro_simulate(&again, &in, with));
  int same =
      again->steps == run->truth->steps && memcmp(again->clock, run->truth->clock, sizeof again->clock) == 0;
  pro_trajectory_free(again);
  return same ? PRO_OK : pro_fail(PRO_EBUG, "case %lld ran otherwise a second time", (long long)run->in.run);
}

pro_status pro_corpus_append_long(pro_corpus_writer *writer, const pro_run *run, const double *param,
                                  const char *integrator) {
  const int channels = pro_sensor_count();
  reel r = {.writer = writer};
  r.seen = calloc(1, sizeof *r.seen + (size_t)channels * PIECE * sizeof(int32_t));
  if (!r.seen) return pro_fail(PRO_ENOMEM, "no memory for a piece of %d samples", PIECE);
  r.seen->channels = channels;
  for (int c = 0; c < channels; c++) r.seen->code[c] = (int32_t *)(r.seen + 1) + (size_t)c * PIECE;
  pro_run whole = *run; /* with what the sensors have clipped, known at the end */
  whole.seen = r.seen;
  pro_status status = pro_corpus_begin(writer, &whole);
  if (status == PRO_OK) status = run_again(&r, run, integrator);
  memcpy(r.seen->clipped, r.observer.clipped, sizeof r.seen->clipped);
  if (status == PRO_OK) status = pro_corpus_end(writer, param);
  free(r.seen);
  return status;
}
