/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/mpi/dealer.h - hands a plan's shards to who asks, the heaviest first, and keeps the account. */
#ifndef PRO_DEALER_H
#define PRO_DEALER_H
#include "cli/mpi/desk.h"

typedef struct pro_dealer pro_dealer;

/* For `seats` desks that make shards. plan and sum, in which it keeps what came of them, are borrowed until the
 * end. PRO_ENOMEM. */
pro_status pro_dealer_open(pro_dealer **out, const pro_sweep_plan *plan, int seats,
                           pro_shard_job *sum) PRO_MUST_CHECK;
/* What a seat tells of itself. Where it is to get a shard now, 1 and *shard. A seat whose files or memory fail
 * gets no more, else it would use up shard after shard; any other failure is its shard's alone. */
int pro_dealer_hear(pro_dealer *dealer, int seat, const pro_desk_news *news, uint64_t *shard);
void pro_dealer_stop(pro_dealer *dealer);           /* hands out no more */
int pro_dealer_busy(const pro_dealer *dealer);      /* seats that make a shard or were not heard yet */
uint64_t pro_dealer_done(const pro_dealer *dealer); /* cases, those of shards at hand included */
/* When no seat is busy: completes the sum. As the first failure; PRO_EINTERRUPTED; PRO_OK: all shards are there.
 */
pro_status pro_dealer_end(pro_dealer *dealer) PRO_MUST_CHECK;
void pro_dealer_close(pro_dealer *dealer); /* NULL is fine */
#endif
