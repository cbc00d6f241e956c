/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/corpus_histogram.h"

#include <math.h>
#include <stdlib.h>

enum { PAGES = 65536, PAGE = 65536 };
#define PRO_AS_NUMBER(permille) permille,
const int pro_quantile_permille[PRO_QUANTILE_COUNT] = {PRO_QUANTILE_LIST(PRO_AS_NUMBER)};

__extension__ typedef __int128 wide; /* sums of squares of 1e9 codes of 32 bits need 94 bits, their products 124 */

static int64_t code_at(size_t page, size_t place) { return (int64_t)(page * PAGE + place) + INT32_MIN; }

pro_status pro_histogram_add(pro_histogram *to, const int32_t *code, size_t count) {
  if (!to->page && !(to->page = calloc(PAGES, sizeof *to->page)))
    return pro_fail(PRO_ENOMEM, "no memory for a histogram of codes");
  for (size_t i = 0; i < count; i++) {
    if (code[i] == INT32_MIN) {
      to->missing++;
      continue;
    }
    uint32_t place = (uint32_t)code[i] ^ 0x80000000u;
    uint64_t **page = &to->page[place / PAGE];
    if (!*page && !(*page = calloc(PAGE, sizeof **page)))
      return pro_fail(PRO_ENOMEM, "no memory for a histogram of codes");
    (*page)[place % PAGE]++;
  }
  return PRO_OK;
}

pro_status pro_histogram_add_narrow(pro_histogram *to, const int16_t *code, size_t count) {
  enum { LOWER = PAGES / 2 - 1 }; /* the page of the codes below zero; the next has the others */
  if (!to->page && !(to->page = calloc(PAGES, sizeof *to->page)))
    return pro_fail(PRO_ENOMEM, "no memory for a histogram of codes");
  for (size_t p = LOWER; p <= LOWER + 1; p++)
    if (!to->page[p] && !(to->page[p] = calloc(PAGE, sizeof *to->page[p])))
      return pro_fail(PRO_ENOMEM, "no memory for a histogram of codes");
  uint64_t *half[2] = {to->page[LOWER + 1], to->page[LOWER]}, missing = 0;
  for (size_t i = 0; i < count; i++) {
    if (code[i] == INT16_MIN)
      missing++;
    else
      half[code[i] < 0][(uint16_t)code[i]]++;
  }
  to->missing += missing;
  return PRO_OK;
}

pro_status pro_spans_add(pro_spans *s, size_t from, size_t until) {
  if (s->count && s->span[s->count - 1].to == from) {
    s->span[s->count - 1].to = until;
    return PRO_OK;
  }
  if (s->count == s->room) {
    size_t room = s->room ? 2 * s->room : 64;
    void *span = realloc(s->span, room * sizeof *s->span);
    if (!span) return pro_fail(PRO_ENOMEM, "no memory for the places of cases");
    s->span = span, s->room = room;
  }
  s->span[s->count].from = from, s->span[s->count++].to = until;
  return PRO_OK;
}

void pro_spans_clear(pro_spans *s) {
  free(s->span);
  *s = (pro_spans){0};
}

pro_status pro_histogram_add_spans(pro_histogram *to, const void *chunk, int narrow, const pro_spans *s) {
  for (size_t i = 0; i < s->count; i++) {
    size_t from = s->span[i].from, n = s->span[i].to - from;
    PRO_TRY(narrow ? pro_histogram_add_narrow(to, (const int16_t *)chunk + from, n)
                   : pro_histogram_add(to, (const int32_t *)chunk + from, n));
  }
  return PRO_OK;
}

void pro_histogram_clear(pro_histogram *histogram) {
  for (size_t p = 0; histogram->page && p < PAGES; p++) free(histogram->page[p]);
  free(histogram->page);
  *histogram = (pro_histogram){0};
}

size_t pro_histogram_list(const pro_histogram *histogram, int32_t *code, int64_t *times) {
  size_t n = 0;
  for (size_t p = 0; histogram->page && p < PAGES; p++)
    for (size_t i = 0; histogram->page[p] && i < PAGE; i++) {
      if (!histogram->page[p][i]) continue;
      if (code) code[n] = (int32_t)code_at(p, i), times[n] = (int64_t)histogram->page[p][i];
      n++;
    }
  return n;
}

pro_status pro_histogram_add_list(pro_histogram *to, const int32_t *code, const int64_t *times, size_t count) {
  for (size_t k = 0; k < count; k++) {
    if (times[k] <= 0 || code[k] == INT32_MIN) continue;
    PRO_TRY(pro_histogram_add(to, &code[k], 1));
    uint32_t place = (uint32_t)code[k] ^ 0x80000000u;
    to->page[place / PAGE][place % PAGE] += (uint64_t)times[k] - 1;
  }
  return PRO_OK;
}

void pro_histogram_statistics(pro_statistics *out, const pro_histogram *histogram, double scale, double offset) {
  *out = (pro_statistics){.missing = (int64_t)histogram->missing, .mean = NAN, .std = NAN};
  for (int q = 0; q < PRO_QUANTILE_COUNT; q++) out->quantile[q] = NAN;
  wide n = 0, sum = 0, squares = 0;
  for (size_t p = 0; histogram->page && p < PAGES; p++)
    for (size_t i = 0; histogram->page[p] && i < PAGE; i++) {
      if (!histogram->page[p][i]) continue;
      wide count = (wide)histogram->page[p][i];
      wide code = code_at(p, i);
      n += count, sum += count * code, squares += count * code * code;
    }
  if (n == 0) return;
  out->count = (int64_t)n;
  out->mean = offset + scale * ((double)sum / (double)n);
  out->std = scale * sqrt((double)(n * squares - sum * sum)) / (double)n;
  wide below = 0;
  int q = 0;
  for (size_t p = 0; p < PAGES && q < PRO_QUANTILE_COUNT; p++)
    for (size_t i = 0; histogram->page[p] && i < PAGE && q < PRO_QUANTILE_COUNT; i++) {
      if (!histogram->page[p][i]) continue;
      below += (wide)histogram->page[p][i];
      while (q < PRO_QUANTILE_COUNT && below * 1000 >= n * pro_quantile_permille[q])
        out->quantile[q++] = offset + scale * (double)code_at(p, i);
    }
}
