/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/journal.h - what one attempt at a shard has finished so far, in a file of its own that only grows.
 *
 * HDF5 1.10 cannot open a file whose writer was killed. A journal can be read at any time, also while it is being
 * written: records, each with a CRC-32, of packed chunks and of the rows of whole groups of cases. An attempt
 * writes to its own journal alone and reads all others of its shard; what they have finished it need not do again.
 * When all groups are there they are laid out as a corpus (corpus_stored.c). Journals are for the build that wrote
 * them: another's are passed over. */
#ifndef PRO_JOURNAL_H
#define PRO_JOURNAL_H
#include "output/corpus_writer.h"

typedef struct pro_journal_head { /* what must agree before a record is of any use */
  char build[128];
  char plan_sha256[72];
  uint64_t shard, shards;
  uint32_t row_bytes, parameters, sensors, columns;
} pro_journal_head;

typedef struct pro_journal_news { /* written anew at every group: for people, not for resuming */
  uint64_t cases, failed;         /* finished, those of journals before this one included */
  int64_t began, seen;            /* wall clock, since 1970 [s] */
  double seconds;                 /* of this attempt [s] */
  uint64_t done_here;             /* cases of this attempt */
  int64_t process, ended;         /* ended: 1 once it was closed in good order */
  char host[64];
} pro_journal_news;

/* ---- writing: by one thread at a time, but pro_journal_stack by another one ---- */

/* For groups from `group` on; news: what is known already. No file of that name may be there. PRO_EIO. */
pro_status pro_journal_create(struct pro_journal **out, const char *path, const pro_journal_head *head,
                              const pro_journal_news *news, uint64_t group) PRO_MUST_CHECK;
/* A sealed stack: pro_press_write. */
pro_status pro_journal_stack(void *journal, const pro_stack *stack) PRO_MUST_CHECK;
/* Notes a row of the group at hand. */
pro_status pro_journal_row(struct pro_journal *journal, const pro_corpus_record *record) PRO_MUST_CHECK;
/* The group at hand, if it has rows, is complete: it goes to disk, and a new one begins at `chunk` of obs. The
 * chunks of a group may come to disk after its rows: it counts once all of them are there. */
pro_status pro_journal_group(struct pro_journal *journal, uint64_t chunk) PRO_MUST_CHECK;
/* Forgets rows of a group that is not complete, syncs and closes; NULL is fine. */
pro_status pro_journal_close(struct pro_journal *journal) PRO_MUST_CHECK;

/* ---- reading ---- */

/* PRO_EMISSING: there is nothing, or a link to nothing; PRO_EINPUT: it is no journal; PRO_EIO: cannot be read. */
pro_status pro_journal_peek(pro_journal_head *head, pro_journal_news *news, const char *path) PRO_MUST_CHECK;

typedef struct pro_journals pro_journals; /* those of one shard, as one */
/* An empty set, for a shard of `cases` cases in groups of `group`. PRO_ENOMEM. */
pro_status pro_journals_create(pro_journals **out, const pro_journal_head *head, uint64_t cases,
                               uint64_t group) PRO_MUST_CHECK;
void pro_journals_free(pro_journals *journals);
/* Takes up whole groups that are not there yet, as far as the file can be read; one of another build or plan, or
 * one that is no journal, adds nothing and is no failure. A group's rows and chunks are all of one file. The file
 * may go away afterwards. PRO_ENOMEM, PRO_EIO. */
pro_status pro_journals_add(pro_journals *journals, const char *path) PRO_MUST_CHECK;
/* Forgets groups behind the first gap: one more journal will fill it, and what comes after it. */
void pro_journals_settle(pro_journals *journals);
/* Cases of the groups that are complete without a gap from the first one on, and the chunks of obs they take. */
uint64_t pro_journals_cases(const pro_journals *journals);
uint64_t pro_journals_chunks(const pro_journals *journals);
/* Rows of group g: *out (*count) and what they point to last until the next call. PRO_EIO. */
pro_status pro_journals_group(const pro_corpus_record **out, uint64_t *count, pro_journals *journals,
                              uint64_t g) PRO_MUST_CHECK;
/* Fills an empty stack with chunk number `chunk`. PRO_EIO. */
pro_status pro_journals_chunk(pro_journals *journals, uint64_t chunk, pro_stack *stack) PRO_MUST_CHECK;
#endif
