/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/crew.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MEMBERS = 64 };

typedef struct crew {
  pro_crew_work *work;
  void *payload;
  size_t parts;
  atomic_size_t next;
} crew;

typedef struct member {
  crew *of;
  int number;
} member;

static void *take_part(void *payload) {
  const member *m = payload;
  for (size_t part; (part = atomic_fetch_add(&m->of->next, 1)) < m->of->parts;)
    m->of->work(m->of->payload, part, m->number);
  return NULL;
}

void pro_crew_do(int threads, size_t parts, pro_crew_work *work, void *payload) {
  crew c = {.work = work, .payload = payload, .parts = parts};
  member all[MEMBERS] = {{&c, 0}};
  pthread_t thread[MEMBERS];
  int n = 1;
  for (; n < threads && n < MEMBERS && (size_t)n < parts; n++) {
    all[n] = (member){&c, n};
    if (pthread_create(&thread[n], NULL, take_part, &all[n]) != 0) break;
  }
  take_part(&all[0]);
  for (int i = 1; i < n; i++) pthread_join(thread[i], NULL);
}
