/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/record_file.h"
#include "cli/sweep_plan.h"

void pro_shard_beside(char out[PRO_SHARD_PATH], const char *shard, const char *ending) {
  size_t n = strlen(shard) > 3 ? strlen(shard) - 3 : 0; /* .h5 */
  snprintf(out, PRO_SHARD_PATH, "%.*s%s", (int)n, shard, ending);
}

/* Only what is not there may be made again. */
static pro_status cannot_read(const char *shard) {
  return pro_fail(errno == ENOENT ? PRO_EMISSING : PRO_EIO, "%s: cannot be read: %s", shard, strerror(errno));
}

pro_status pro_receipt_hash(pro_receipt *out, const char *shard, const volatile int *stop) {
  enum { PART = 1 << 20 };
  int fd = open(shard, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return cannot_read(shard);
  char *part = malloc(PART);
  pro_status status = part ? PRO_OK : pro_fail(PRO_ENOMEM, "%s: no memory", shard);
  struct sha256_ctx state;
  sha256_init(&state);
  out->bytes = 0;
  for (ssize_t n = 1; status == PRO_OK && n > 0;) {
    n = read(fd, part, PART);
    if (stop && *stop)
      status = pro_fail(PRO_EINTERRUPTED, "%s: interrupted while it was read", shard);
    else if (n < 0 && errno == EINTR)
      n = 1;
    else if (n < 0)
      status = cannot_read(shard);
    else
      sha256_update(&state, (size_t)n, (const uint8_t *)part), out->bytes += (uint64_t)n;
  }
  pro_sha256_end(out->sha256, &state);
  free(part);
  close(fd);
  return status;
}

static pro_status read_members(pro_receipt *out, const char *path, const pro_node *root) {
  const struct {
    const char *name;
    char *to;
    size_t size;
  } texts[] = {{"plan_sha256", out->plan_sha256, sizeof out->plan_sha256},
               {"sha256", out->sha256, sizeof out->sha256},
               {"host", out->host, sizeof out->host}};
  const struct {
    const char *name;
    uint64_t *to;
  } counts[] = {{"bytes", &out->bytes}, {"cases", &out->cases}, {"failed", &out->failed}};
  const struct {
    const char *name;
    double *to;
  } numbers[] = {{"seconds", &out->seconds}, {"cpu_seconds", &out->cpu_seconds}, {"peak_MB", &out->peak_MB}};
  for (size_t i = 0; i < PRO_COUNT(texts); i++) {
    char *text = NULL;
    PRO_TRY(pro_record_text(&text, path, root, texts[i].name));
    snprintf(texts[i].to, texts[i].size, "%s", text);
    free(text);
  }
  for (size_t i = 0; i < PRO_COUNT(counts); i++)
    PRO_TRY(pro_record_count(counts[i].to, path, root, counts[i].name));
  for (size_t i = 0; i < PRO_COUNT(numbers); i++)
    PRO_TRY(pro_record_number(numbers[i].to, path, root, numbers[i].name));
  return PRO_OK;
}

pro_status pro_receipt_read(pro_receipt *out, const char *shard) {
  char path[PRO_SHARD_PATH];
  pro_shard_beside(path, shard, PRO_RECEIPT_ENDING);
  pro_record_file file;
  *out = (pro_receipt){0};
  pro_status status = pro_record_read(&file, path, "a shard's receipt");
  if (status == PRO_OK) {
    status = read_members(out, path, file.root);
    pro_record_clear(&file);
  }
  if (status == PRO_EMISSING && (access(path, F_OK) == 0 || errno != ENOENT))
    return pro_fail(PRO_EIO, "%s: cannot be read", path);
  return status == PRO_EINPUT || status == PRO_EMISSING ? pro_fail(PRO_EMISSING, "%s: no receipt", path) : status;
}

static void print(void *payload, FILE *to) {
  const pro_receipt *r = payload;
  pro_json json;
  pro_json_begin(&json, to);
  pro_json_text(&json, "plan_sha256", r->plan_sha256);
  pro_json_text(&json, "sha256", r->sha256);
  pro_json_count(&json, "bytes", r->bytes);
  pro_json_count(&json, "cases", r->cases);
  pro_json_count(&json, "failed", r->failed);
  pro_json_number(&json, "seconds", r->seconds);
  pro_json_number(&json, "cpu_seconds", r->cpu_seconds);
  pro_json_number(&json, "peak_MB", r->peak_MB);
  pro_json_text(&json, "host", r->host);
  pro_json_end(&json);
}

pro_status pro_receipt_write(const pro_receipt *receipt, const char *shard) {
  char path[PRO_SHARD_PATH];
  pro_shard_beside(path, shard, PRO_RECEIPT_ENDING);
  return pro_record_write(path, print, (void *)receipt);
}

pro_status pro_receipt_count(pro_receipt *known, const char *path, const pro_corpus_plan *plan) {
  pro_corpus_summary summary;
  PRO_TRY(pro_corpus_verify(&summary, path, plan->threads, plan->stop));
  known->cases = summary.cases;
  known->failed = summary.by_outcome[PRO_OUTCOME_failed];
  snprintf(known->plan_sha256, sizeof known->plan_sha256, "%s", plan->shard->plan_sha256);
  return PRO_OK;
}

static pro_status check_file(pro_receipt *known, const char *path, const pro_corpus_plan *plan) {
  pro_receipt told;
  if (!known->sha256[0]) PRO_TRY(pro_receipt_hash(known, path, plan->stop));
  pro_status status = pro_receipt_read(&told, path);
  if (status != PRO_OK && status != PRO_EMISSING) return status;
  if (status == PRO_OK && strcmp(told.sha256, known->sha256) == 0 && told.bytes == known->bytes) {
    *known = told;
    return PRO_OK;
  }
  if (status == PRO_OK)
    return pro_fail(PRO_EINPUT,
                    "%s: damaged: %" PRIu64 " bytes with SHA-256 %.12s..., its receipt says %" PRIu64
                    " bytes with %.12s...",
                    path, known->bytes, known->sha256, told.bytes, told.sha256);
  return pro_receipt_count(known, path, plan);
}

int pro_part_is_of(const pro_corpus_part *part, const pro_corpus_shard *shard) {
  return strcmp(part->plan_sha256, shard->plan_sha256) == 0 && part->index == shard->index &&
         part->count == shard->count;
}

pro_status pro_shard_check(pro_receipt *known, const char *path, const pro_corpus_plan *plan) {
  PRO_TRY(check_file(known, path, plan));
  pro_corpus_part part;
  PRO_TRY(pro_corpus_part_of(&part, path));
  const pro_corpus_shard *shard = plan->shard;
  if (part.count == 0) return pro_fail(PRO_EINPUT, "%s: is a corpus, and no shard", path);
  if (!pro_part_is_of(&part, shard))
    return pro_fail(
        PRO_EINPUT,
        "%s: is shard %" PRIu64 " of %" PRIu64 " of plan %.12s..., not %" PRIu64 " of %" PRIu64 " of %.12s...",
        path, part.index, part.count, part.plan_sha256, shard->index, shard->count, shard->plan_sha256);
  if (part.first != shard->first || part.cases != plan->cases)
    return pro_fail(PRO_EINPUT, "%s: holds cases %" PRIu64 " to %" PRIu64 ", not those of its plan", path,
                    part.first, part.first + part.cases - 1);
  if (known->cases != part.cases || known->failed > part.cases)
    return pro_fail(PRO_EINPUT,
                    "%s: holds %" PRIu64 " cases, its receipt says %" PRIu64 ", of which %" PRIu64 " failed", path,
                    part.cases, known->cases, known->failed);
  if (strcmp(known->plan_sha256, shard->plan_sha256) != 0)
    return pro_fail(PRO_EINPUT, "%s: is of plan %.12s..., its receipt says of %.12s...", path, shard->plan_sha256,
                    known->plan_sha256);
  return PRO_OK;
}
