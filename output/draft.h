/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/draft.h - a file in the making: it has a hidden name of its own beside its target,
 * FOLDER/.BASE.HOST.PROCESS
 * [-N].part, and takes the target's place when it is whole and on disk. */
#ifndef PRO_DRAFT_H
#define PRO_DRAFT_H
#include "sim/base.h"

typedef struct pro_draft {
  char *path;    /* NULL: none */
  int fd;        /* open, and locked where locks work, for as long as the file is being made */
  int published; /* it has taken the target's place */
} pro_draft;

/* Makes an empty one, and removes what processes of this machine that have died left of the same target.
 * PRO_EIO, PRO_ENOMEM. */
pro_status pro_draft_create(pro_draft *out, const char *target) PRO_MUST_CHECK;
/* Appends to it. PRO_EIO. */
pro_status pro_draft_write(pro_draft *draft, const char *target, const void *data, size_t size) PRO_MUST_CHECK;
/* Syncs it, renames it and syncs the folder. After a failure of the last step the target is there all the same.
 * PRO_EIO; pro_draft_drop is due in any case. */
pro_status pro_draft_publish(pro_draft *draft, const char *target) PRO_MUST_CHECK;
/* Removes what was not published. */
void pro_draft_drop(pro_draft *draft);

/* Calls for every FOLDER/.BASE.*ENDING beside a target until one fails. PRO_EIO: the folder cannot be read. */
typedef pro_status pro_beside_fn(void *payload, const char *path);
pro_status pro_beside(const char *target, const char *ending, pro_beside_fn *call, void *payload) PRO_MUST_CHECK;
/* The machine's name, as files that are being made bear it. */
void pro_host_name(char out[64]);
#endif
