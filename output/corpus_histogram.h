/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/corpus_histogram.h - exact counts of sensor codes, and the statistics that follow from them. */
#ifndef PRO_CORPUS_HISTOGRAM_H
#define PRO_CORPUS_HISTOGRAM_H
#include <stdint.h>

#include "sim/base.h"

/* Quantiles stored, in thousandths: exact ranks need integers. */
#define PRO_QUANTILE_LIST(X) X(0) X(10) X(50) X(250) X(500) X(750) X(950) X(990) X(1000)
#define PRO_AS_QUANTILE(permille) PRO_QUANTILE_##permille,
enum { PRO_QUANTILE_LIST(PRO_AS_QUANTILE) PRO_QUANTILE_COUNT };
#undef PRO_AS_QUANTILE
extern const int pro_quantile_permille[PRO_QUANTILE_COUNT];

/* Counts of 32-bit codes, kept in pages of 65536 codes (0.5 MB each) that exist once a code of theirs was seen: a
 * sensor whose range is a million quanta needs sixteen. Zero it to begin. */
typedef struct pro_histogram {
  uint64_t **page; /* (65536) */
  uint64_t missing;
} pro_histogram;

/* PRO_CODE_MISSING counts as missing. PRO_ENOMEM. */
pro_status pro_histogram_add(pro_histogram *to, const int32_t *code, size_t count) PRO_MUST_CHECK;
/* The same of codes of 16 bits, whose lowest one is missing. */
pro_status pro_histogram_add_narrow(pro_histogram *to, const int16_t *code, size_t count) PRO_MUST_CHECK;
void pro_histogram_clear(pro_histogram *histogram);
/* How many different codes it has seen; where `code` is not NULL, also which, ascending, and how often each: code
 * and times (the number of codes). */
size_t pro_histogram_list(const pro_histogram *histogram, int32_t *code, int64_t *times);
/* Adds what pro_histogram_list gave. PRO_ENOMEM. */
pro_status pro_histogram_add_list(pro_histogram *to, const int32_t *code, const int64_t *times,
                                  size_t count) PRO_MUST_CHECK;

/* Rows of a chunk that are counted: [from, to) each, in order. Zero it to begin. */
typedef struct pro_spans {
  struct {
    size_t from, to;
  } * span; /* (count) */
  size_t count, room;
} pro_spans;
pro_status pro_spans_add(pro_spans *to, size_t from, size_t until) PRO_MUST_CHECK; /* PRO_ENOMEM */
void pro_spans_clear(pro_spans *spans);
/* Their codes of a chunk, of 16 bits where `narrow`, else of 32. PRO_ENOMEM. */
pro_status pro_histogram_add_spans(pro_histogram *to, const void *chunk, int narrow,
                                   const pro_spans *spans) PRO_MUST_CHECK;

typedef struct pro_statistics { /* of values = code * scale + offset; NaN where there are none */
  int64_t count, missing;
  double mean, std;                    /* std over the whole set, not an estimate from a sample of it */
  double quantile[PRO_QUANTILE_COUNT]; /* the smallest value that this share of all values does not exceed */
} pro_statistics;
void pro_histogram_statistics(pro_statistics *out, const pro_histogram *histogram, double scale, double offset);
#endif
