/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/shard.h - one shard of a sweep: its files, its journals, and how it comes to be whole.
 *
 *   FOLDER/shard-3-of-64.h5                        the shard, complete and verified, or not there
 *   FOLDER/.shard-3-of-64.h5.HOST.PROCESS[-N].log  the journal of an attempt (output/journal.h)
 *   FOLDER/.shard-3-of-64.h5.HOST.PROCESS[-N].part the shard being laid out
 *
 * Attempts may run at the same time, on any machines that share the folder, and any of them may die: each writes
 * only to files of its own, and the same bytes come of all of them. */
#ifndef PRO_SHARD_H
#define PRO_SHARD_H
#include "output/corpus.h"

enum { PRO_SHARD_PATH = 4352 };

/* FOLDER/shard-I-of-N.h5. */
void pro_shard_name(char path[PRO_SHARD_PATH], const char *folder, uint64_t index, uint64_t count);

typedef struct pro_shard pro_shard; /* an attempt at one */

/* Takes up what earlier attempts have finished, and begins a journal. anew: what is at `path` now is no good, and
 * stays until the shard takes its place. `plan` (with plan->shard) is borrowed until the end. PRO_EIO, PRO_ENOMEM.
 */
pro_status pro_shard_begin(pro_shard **out, const char *path, const pro_corpus_plan *plan,
                           int anew) PRO_MUST_CHECK;
uint64_t pro_shard_done(const pro_shard *shard);   /* cases of the shard that need not be run any more */
uint64_t pro_shard_failed(const pro_shard *shard); /* and of those, runs that failed */
/* For the cases from pro_shard_done on, counted from the shard's first; NULL: all are done. */
pro_corpus_writer *pro_shard_writer(pro_shard *shard);
/* Brings to disk what is whole, for a later attempt; frees the shard in any case. */
pro_status pro_shard_pause(pro_shard *shard) PRO_MUST_CHECK;
/* All cases were appended: lays the shard out under its name, unless another attempt has done so since this one
 * began, and removes its journals; frees it in any case. After a failure the journals are still there. As
 * pro_corpus_commit. */
pro_status pro_shard_finish(pro_shard *shard) PRO_MUST_CHECK;

/* ---- seen from outside ---- */

typedef enum pro_shard_state { PRO_SHARD_missing, PRO_SHARD_begun, PRO_SHARD_there } pro_shard_state;
typedef struct pro_shard_news { /* from names and first pages alone */
  pro_shard_state state;
  uint64_t bytes;         /* of the shard */
  int attempts;           /* journals */
  uint64_t cases, failed; /* of the journal that is furthest: what all attempts so far have finished */
  double age;             /* since one that has not ended last wrote; infinite: all have [s] */
  double seconds;         /* of that attempt */
  uint64_t done_here;     /* cases it has done itself */
  char host[64];
} pro_shard_news;
/* What there is of every shard of a folder: news (count). Journals of another plan than plan_sha256 (NULL: of any)
 * do not count. PRO_EMISSING: no such folder; PRO_ENOMEM. */
pro_status pro_shard_look(pro_shard_news *news, const char *folder, uint64_t count,
                          const char *plan_sha256) PRO_MUST_CHECK;
/* Removes what attempts of this plan at a shard have left behind. */
void pro_shard_clean(const char *path, const char *plan_sha256);
#endif
