/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/elimination.h"

#include <string.h>

#include "sim/wide.h"

/* Numbers W's slots in the order in which a solve reads them: it walks through memory in a straight line. */
static void renumber(pro_elimination *e) {
  int16_t now[PRO_SLOTS_MAX], next = 0;
  for (int k = 0; k < e->m; k++)
    for (int i = e->pivots[k].before; i < e->pivots[k].before_end; i++) now[e->place[i].slot] = next++;
  for (int k = e->m - 1; k >= 0; k--) {
    for (int i = e->pivots[k].upper; i < e->pivots[k].upper_end; i++) now[e->place[i].slot] = next++;
    now[e->pivots[k].diagonal] = next++;
  }
  for (int i = 0; i < e->entries; i++) e->entry[i].slot = now[e->entry[i].slot];
  for (int i = 0; i < e->places; i++) e->place[i].slot = now[e->place[i].slot];
  for (int i = 0; i < e->masses; i++) e->mass[i].slot = now[e->mass[i].slot];
  for (int k = 0; k < e->m; k++) {
    pro_pivot *p = &e->pivots[k];
    p->diagonal = now[p->diagonal];
    for (int u = p->updates; u < p->updates_end; u++) {
      pro_update *of = &e->update[u];
      *of = (pro_update){now[of->to], now[of->lower], now[of->upper]};
    }
  }
}

/* Order by Markowitz on the diagonal: the pivot that fills in least. Rows are not exchanged: 1/(h gamma) outweighs
 * the rest as soon as the step is small enough for the error's control, and where it does not the step is refused.
 */
pro_status pro_elimination_plan(pro_elimination *e, const pro_sparsity *s, int n, int m) {
  static _Thread_local int16_t slot[PRO_STATES_MAX][PRO_STATES_MAX]; /* -1: none */
  unsigned char gone[PRO_STATES_MAX] = {0};
  memset(e, 0, sizeof *e);
  e->m = m;
  for (int i = 0; i < m; i++)
    for (int j = 0; j < m; j++) slot[i][j] = s->place[i * n + j] >= 0 ? 0 : -1;
  for (int k = 0; k < s->masses; k++) slot[s->mass[k].row][s->mass[k].column] = 0; /* diagonal and all */
  for (int i = 0; i < m; i++)
    for (int j = 0; j < m; j++) {
      if (slot[i][j] < 0) continue;
      slot[i][j] = (int16_t)e->slots++;
      e->entry[e->entries++] = (pro_entry){slot[i][j], s->place[i * n + j]};
    }
  for (int k = 0; k < s->masses; k++)
    e->mass[e->masses++] = (pro_entry){slot[s->mass[k].row][s->mass[k].column], (int16_t)(s->first_mass + k)};
  int updates = 0;
  for (int k = 0; k < m; k++) {
    int best = -1;
    long least = 0;
    for (int i = 0; i < m; i++) {
      if (gone[i]) continue;
      long row = 0, column = 0;
      for (int j = 0; j < m; j++)
        if (!gone[j] && j != i) row += slot[i][j] >= 0, column += slot[j][i] >= 0;
      if (best < 0 || row * column < least) best = i, least = row * column;
    }
    pro_pivot *p = &e->pivots[k];
    p->index = best, p->diagonal = slot[best][best];
    gone[best] = 1;
    p->lower = e->places;
    for (int i = 0; i < m; i++)
      if (!gone[i] && slot[i][best] >= 0) e->place[e->places++] = (pro_place){slot[i][best], (int16_t)i};
    p->lower_end = p->upper = e->places;
    for (int j = 0; j < m; j++)
      if (!gone[j] && slot[best][j] >= 0) e->place[e->places++] = (pro_place){slot[best][j], (int16_t)j};
    p->upper_end = e->places;
    p->updates = updates;
    for (int i = p->lower; i < p->lower_end; i++)
      for (int j = p->upper; j < p->upper_end; j++) {
        int16_t *to = &slot[e->place[i].index][e->place[j].index];
        if (*to < 0) {
          *to = (int16_t)e->slots++;
          e->entry[e->entries++] = (pro_entry){*to, -1};
        }
        if (updates == PRO_UPDATES_MAX) return pro_fail(PRO_EBUG, "the Jacobian fills in too much");
        e->update[updates++] = (pro_update){*to, e->place[i].slot, e->place[j].slot};
      }
    p->updates_end = updates;
  }
  for (int k = 0; k < m; k++) { /* the rows of what lies below, in the order of the pivots */
    pro_pivot *p = &e->pivots[k];
    p->before = e->places;
    for (int b = 0; b < k; b++)
      if (slot[p->index][e->pivots[b].index] >= 0)
        e->place[e->places++] = (pro_place){slot[p->index][e->pivots[b].index], (int16_t)e->pivots[b].index};
    p->before_end = e->places;
  }
  renumber(e);
  for (int row = 0, k = 0; row < n; row++) { /* together by row: rows that others read are summed after them */
    pro_run_of_sums *run = &e->sums[e->summed];
    run->row = row, run->first = k;
    for (int i = 0; i < s->sums; i++)
      if (s->sum[i].row == row) e->addend[k++] = (pro_place){(int16_t)(s->entries + i), s->sum[i].of};
    run->end = k;
    e->summed += run->end > run->first;
  }
  for (int i = m; i < n; i++) {
    for (int j = 0; j < m; j++) {
      int16_t of = s->place[i * n + j];
      if (of < 0) continue;
      e->term[e->terms].column = (int16_t)j, e->term[e->terms].of = of;
      e->terms++;
    }
    e->term_end[i - m] = e->terms;
  }
  return PRO_OK;
}

pro_lanes pro_elimination_factorise(const pro_elimination *e, const pro_lanes *value, pro_lanes d, pro_lanes *W) {
  pro_lanes lost = pro_lanes_all(0.0);
  for (int i = 0; i < e->entries; i++)
    W[e->entry[i].slot] = e->entry[i].of >= 0 ? -value[e->entry[i].of] : pro_lanes_all(0.0);
  for (int i = 0; i < e->masses; i++) W[e->mass[i].slot] += d * value[e->mass[i].of];
  for (int k = 0; k < e->m; k++) {
    const pro_pivot *p = &e->pivots[k];
    pro_lanes per = 1.0 / W[p->diagonal];
    lost += W[p->diagonal] * 0.0;
    W[p->diagonal] = per;
    for (int i = p->lower; i < p->lower_end; i++) W[e->place[i].slot] *= per;
    for (int u = p->updates; u < p->updates_end; u++)
      W[e->update[u].to] -= W[e->update[u].lower] * W[e->update[u].upper];
  }
  return lost;
}

static inline pro_wide part_of(const pro_lanes *x, int part) {
  return pro_wide_load((const double *)(const void *)x + part * PRO_WIDE);
}

/* A row of W, from its first slot on, times b: two sums, so that one need not wait for the other. In parts as wide
 * as registers: gcc 12 keeps wider sums in memory. */
static inline pro_lanes row(const pro_place *at_, int count, const pro_lanes *W, const pro_lanes *b) {
  enum { PARTS = PRO_LANES / PRO_WIDE };
  pro_wide even[PARTS] = {{0.0}}, odd[PARTS] = {{0.0}};
  int i = 0;
  for (; i + 1 < count; i += 2)
    for (int p = 0; p < PARTS; p++) {
      even[p] += part_of(&W[i], p) * part_of(&b[at_[i].index], p);
      odd[p] += part_of(&W[i + 1], p) * part_of(&b[at_[i + 1].index], p);
    }
  if (i < count)
    for (int p = 0; p < PARTS; p++) even[p] += part_of(&W[i], p) * part_of(&b[at_[i].index], p);
  for (int p = 0; p < PARTS; p++) even[p] += odd[p];
  pro_lanes sum;
  memcpy(&sum, even, sizeof sum);
  return sum;
}

void pro_elimination_sum(const pro_elimination *e, const pro_lanes *value, pro_lanes *b) {
  for (const pro_run_of_sums *run = e->sums; run < e->sums + e->summed && run->row < e->m; run++) {
    pro_lanes sum = b[run->row];
    for (int i = run->first; i < run->end; i++) sum += value[e->addend[i].slot] * b[e->addend[i].index];
    b[run->row] = sum;
  }
}

void pro_elimination_sum_integrals(const pro_elimination *e, const pro_lanes *value, double by,
                                   const pro_lanes *of, pro_lanes *integral) {
  for (const pro_run_of_sums *run = e->sums + e->summed; run-- > e->sums && run->row >= e->m;) {
    pro_lanes sum = integral[run->row - e->m];
    for (int i = run->first; i < run->end; i++) sum += by * value[e->addend[i].slot] * of[e->addend[i].index];
    integral[run->row - e->m] = sum;
  }
}

void pro_elimination_solve(const pro_elimination *e, const pro_lanes *W, pro_lanes *b) {
  for (int k = 0; k < e->m; k++) {
    const pro_pivot *p = &e->pivots[k];
    int count = p->before_end - p->before;
    b[p->index] -= row(&e->place[p->before], count, W, b);
    W += count;
  }
  for (int k = e->m - 1; k >= 0; k--) {
    const pro_pivot *p = &e->pivots[k];
    int count = p->upper_end - p->upper;
    b[p->index] = (b[p->index] - row(&e->place[p->upper], count, W, b)) * W[count];
    W += count + 1;
  }
}
